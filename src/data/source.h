/*
 * data/source.h
 *		A source text as rows: a table or view name, or one SELECT.
 *
 * Read with the caller's rights, row security included (rule 6).
 */
#ifndef MLOPS_DATA_SOURCE_H
#define MLOPS_DATA_SOURCE_H

#include "postgres.h"

#include "executor/spi.h"
#include "utils/jsonb.h"

#include "prep/signature.h"

typedef struct MlopsSourceColumn
{
	const char *name;
	Oid			type_oid;
	MlType		type;			/* 0: no feature can have this type */
	MlColumnFacts facts;		/* from_target is set by mlops_source_mark_generated() */
	AttrNumber	attribute;		/* in the relation, 0 for queries */
} MlopsSourceColumn;

typedef struct MlopsSource
{
	const char *text;			/* as given */
	Oid			relation;		/* InvalidOid for queries */
	const char *resolved;		/* qualified quoted name, or the query text */
	bool		temporary;		/* a temporary relation: cannot be scheduled */
	bool		is_volatile;	/* a query that calls a volatile function */
	int			n_columns;
	MlopsSourceColumn *columns;
	SPIPlanPtr	plan;			/* queries only, kept; NULL for relations */
} MlopsSource;

/*
 * Resolve and prepare; nothing runs yet. Errors as rule 6 of the design's
 * reference: 42P01 unknown relation (with the search_path in a hint), 42601
 * syntax, 22023 for anything that is not one SELECT, 42809 for other kinds of
 * relations, 42701 for two columns of one name, no column. The source is
 * palloc'd in the current context; the plan of a query is kept until
 * mlops_source_close() or, after an error, until that context ends. A relation
 * stays locked (ACCESS SHARE) until the transaction ends.
 */
extern MlopsSource *mlops_source_open(const char *text);
extern void mlops_source_close(MlopsSource *source);

/* Index of a column by name, or -1. */
extern int	mlops_source_find(const MlopsSource *source, const char *name);

/* Set facts.from_target of columns generated from that column. */
extern void mlops_source_mark_generated(MlopsSource *source, int target);

/* Which rows to read: those that a row plan takes (data/pass.h). */
typedef struct MlopsPass MlopsPass;

typedef struct MlopsReadOptions
{
	bool		nan_is_missing; /* NaN and infinity: missing instead of an error naming the column */
	const char *time_zone;		/* for timestamptz; NULL: the session's */
	const MlopsPass *pass;		/* NULL: all rows */
} MlopsReadOptions;

/*
 * Read the wanted columns (indexes into source->columns, all of a supported
 * type) into a table in `env`. Interrupts, budget, and progress ("reading")
 * are obeyed while rows arrive.
 * Errors: NaN or infinity (22000 naming the column), numeric out of the
 * range of double precision (22003), too many rows (54000), budget (53200).
 */
extern void mlops_source_read(MlopsSource *source, const int *wanted, int n_wanted,
							  const MlopsReadOptions *options, MlEnv *env, MlTable *table);

/*
 * The same for a trained model: columns named like one of its features are
 * converted to the feature's training type (42804 naming the column when they
 * cannot be), so that a table scores as its rows do, to the bit.
 */
extern void mlops_source_read_as(MlopsSource *source, const int *wanted, int n_wanted,
								 const MlSignature *signature, const MlopsReadOptions *options,
								 MlEnv *env, MlTable *table);

/*
 * Execute the source with a receiver for its rows, between SPI_connect() and
 * SPI_finish(). Of a relation the wanted columns arrive, of a query all.
 */
extern void mlops_source_run(MlopsSource *source, const int *wanted, int n_wanted, DestReceiver *dest);

/* The column of such rows by name, from 0; error 42703 when there is none any more. */
extern int	mlops_source_attribute(TupleDesc desc, const char *name);

/*
 * The settings a query depends on (search_path, TimeZone, DateStyle,
 * IntervalStyle) as a JSON object; and set them until the end of `nest_level`
 * (NewGUCNestLevel()).
 */
extern Jsonb *mlops_source_settings(void);
extern void mlops_source_apply_settings(Jsonb *settings);

#endif							/* MLOPS_DATA_SOURCE_H */
