/*
 * data/pass.h
 *		One pass over the rows of a source as a query that PostgreSQL may run in
 *		parallel, or elsewhere: rows stay where they are, states come back.
 *
 * Queries run with the caller's rights, row security included, in one snapshot,
 * in his search_path; all that they call is qualified. A row plan
 * (algo/row_plan.h) travels as their only parameter.
 */
#ifndef MLOPS_DATA_PASS_H
#define MLOPS_DATA_PASS_H

#include "postgres.h"

#include "tcop/dest.h"

#include "algo/row_plan.h"
#include "algo/state.h"
#include "data/source.h"

struct MlopsPass
{
	MlopsSource *source;
	const char *schema;			/* of the extension's functions */
	const MlRowPlan *plan;
	const int  *columns;		/* (n_columns) of the source, that the plan needs */
	int			n_columns;
};

/* Whether other rows may come each time: a function that the source calls is volatile. */
extern bool mlops_pass_is_volatile(const MlopsSource *source);

/* The session's time zone by name. */
extern const char *mlops_pass_time_zone(void);

/*
 * Rows with a target and a weight other than 0 (-1: there is none); NaN and
 * infinity are no target when they count as missing.
 */
extern int64 mlops_pass_count(MlopsSource *source, int target, int weight, bool nan_is_missing);

/* The values of the target in these rows, as column 0 of a table, and how many rows have each. */
extern void mlops_pass_classes(MlopsSource *source, int target, int weight, bool nan_is_missing,
							   MlEnv *env, MlTable *table);

/*
 * The state of an aggregate, "mlops_moments_partial" or one like it, over the
 * arrays of all rows; NULL when the plan leaves out all of them.
 */
extern MlState *mlops_pass_state(const MlopsPass *pass, const char *aggregate, MlEnv *env);

/* Columns `wanted` of the rows that the plan takes, to a receiver; inside SPI_connect(). */
extern void mlops_pass_run(const MlopsPass *pass, const int *wanted, int n_wanted, DestReceiver *dest);

/* How often values of a category occur in the rows that the plan takes. */
typedef struct MlopsLevels
{
	MlDictionary dictionary;	/* the most frequent ones, ties by byte order */
	int64_t    *counts;			/* (n_entries + 1); the last of missing ones */
	int64_t		n_unlisted;		/* values beyond those */
} MlopsLevels;

/* At least `most` of them, if there are so many. */
extern void mlops_pass_levels(const MlopsPass *pass, int column, int most, MlEnv *env,
							  MlopsLevels *levels);

#endif							/* MLOPS_DATA_PASS_H */
