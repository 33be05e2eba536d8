/*
 * catalog/write.h
 *		Constant SQL on our tables, run as their owner.
 *
 * Ordinary users have no rights on the tables. The one routine behind these
 * calls switches to the owner with a fixed search_path for the time of one
 * constant statement (rule 19). SQL text is a literal of this room, every
 * name in it is qualified, values travel as parameters. Never run anything of
 * the user's through it. current_user is the owner inside: take the caller's
 * name before, with mlops_current_role().
 *
 *		MlopsStatement statement;
 *
 *		mlops_statement_begin(&statement, "DELETE FROM mlops.x WHERE y = $1");
 *		mlops_bind_text(&statement, y);
 *		mlops_write(&statement);
 */
#ifndef MLOPS_CATALOG_WRITE_H
#define MLOPS_CATALOG_WRITE_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "datatype/timestamp.h"
#include "executor/spi.h"
#include "utils/jsonb.h"

#define MLOPS_MAX_ARGUMENTS 24

typedef struct MlopsStatement
{
	const char *sql;
	MemoryContext context;		/* of the bound values */
	SPIPlanPtr	plan;
	bool		current;		/* see mlops_statement_current() */
	int			n_arguments;
	Oid			types[MLOPS_MAX_ARGUMENTS];
	Datum		values[MLOPS_MAX_ARGUMENTS];
	char		nulls[MLOPS_MAX_ARGUMENTS];
} MlopsStatement;

/* Rows that a statement returned, palloc'd in the caller's context. */
typedef struct MlopsResult
{
	TupleDesc	descriptor;
	int			n_rows;
	HeapTuple  *rows;
} MlopsResult;

extern void mlops_statement_begin(MlopsStatement *statement, const char *sql);

/*
 * An UPDATE or DELETE must miss no row that is committed by now. From
 * REPEATABLE READ on a row that the transaction's own snapshot does not show
 * then is error 40001, where it would have been passed over in silence.
 */
extern void mlops_statement_current(MlopsStatement *statement);

/* The next parameter: $1, $2 ... Pointers NULL and NaN become SQL NULL. */
extern void mlops_bind_text(MlopsStatement *statement, const char *value);
extern void mlops_bind_int(MlopsStatement *statement, int32 value);
extern void mlops_bind_bigint(MlopsStatement *statement, int64 value);
extern void mlops_bind_number(MlopsStatement *statement, double value);
extern void mlops_bind_boolean(MlopsStatement *statement, bool value);
extern void mlops_bind_jsonb(MlopsStatement *statement, Jsonb *value);
extern void mlops_bind_bytes(MlopsStatement *statement, const void *bytes, Size length);
extern void mlops_bind_time(MlopsStatement *statement, TimestampTz value);
extern void mlops_bind_texts(MlopsStatement *statement, const char *const *values, int count);
/* A float8[] as it is: NaN stays NaN. */
extern void mlops_bind_numbers(MlopsStatement *statement, const double *values, int count);
extern void mlops_bind_null(MlopsStatement *statement, Oid type);

/*
 * Run once and end the statement. Writing returns the number of rows; it sees
 * what is committed (in the transaction's snapshot from REPEATABLE READ on).
 * mlops_read() sees what the running statement sees and works on standbys.
 */
extern uint64 mlops_write(MlopsStatement *statement);
extern MlopsResult *mlops_write_returning(MlopsStatement *statement);
extern MlopsResult *mlops_read(MlopsStatement *statement);

/*
 * The same statement many times: begin the section, then bind and run as
 * often as needed, then end the statement and the section. Nothing else may
 * happen inside.
 */
typedef struct MlopsSection
{
	Oid			user;
	int			security_context;
	int			guc_level;
} MlopsSection;

extern void mlops_section_begin(MlopsSection *section);
extern uint64 mlops_section_write(MlopsStatement *statement);
extern void mlops_statement_end(MlopsStatement *statement);
extern void mlops_section_end(MlopsSection *section);

/* Columns of a result, rows from 0, columns from 1; NULL as NULL, NaN, 0, false. */
extern bool mlops_cell_is_null(const MlopsResult *result, int row, int column);
extern char *mlops_cell_text(const MlopsResult *result, int row, int column);
extern int32 mlops_cell_int(const MlopsResult *result, int row, int column);
extern int64 mlops_cell_bigint(const MlopsResult *result, int row, int column);
extern double mlops_cell_number(const MlopsResult *result, int row, int column);
extern bool mlops_cell_boolean(const MlopsResult *result, int row, int column);
extern Jsonb *mlops_cell_jsonb(const MlopsResult *result, int row, int column);
extern TimestampTz mlops_cell_time(const MlopsResult *result, int row, int column);
/* A text[] column; *count is 0 for NULL. */
extern const char **mlops_cell_texts(const MlopsResult *result, int row, int column, int *count);
/* A float8[] column; *count is 0 for NULL. */
extern double *mlops_cell_numbers(const MlopsResult *result, int row, int column, int *count);
/* A bytea column, copied out; *length is 0 for NULL. */
extern uint8 *mlops_cell_bytes(const MlopsResult *result, int row, int column, Size *length);

/* Name of the current role, palloc'd. */
extern char *mlops_current_role(void);

#endif							/* MLOPS_CATALOG_WRITE_H */
