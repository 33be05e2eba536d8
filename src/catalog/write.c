/*
 * catalog/write.c
 *		Constant SQL on our tables, run as their owner.
 *
 * Entering saves user and security context, opens a level of settings with
 * search_path = pg_catalog, pg_temp, and becomes the owner of the tables, with
 * SECURITY_LOCAL_USERID_CHANGE so that nothing inside can change roles and
 * SECURITY_NOFORCE_RLS so that row security on our tables cannot hide rows.
 * An error inside needs no code here: the end of the (sub)transaction restores
 * user, settings and SPI. Read-only transactions and standbys are refused by
 * the server with its own words.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "bridge/pg_compat.h"
#include "catalog/relation.h"
#include "catalog/write.h"

/* ---------------------------------------------------------------- parameters */

void
mlops_statement_begin(MlopsStatement *statement, const char *sql)
{
	memset(statement, 0, sizeof(*statement));
	statement->sql = sql;
	statement->context = AllocSetContextCreate(CurrentMemoryContext, "mlops statement",
											   ALLOCSET_SMALL_SIZES);
}

void
mlops_statement_end(MlopsStatement *statement)
{
	MemoryContextDelete(statement->context);
	statement->context = NULL;
}

void
mlops_statement_current(MlopsStatement *statement)
{
	statement->current = true;
}

static void
bind_value(MlopsStatement *statement, Oid type, Datum value, bool isnull)
{
	int			i = statement->n_arguments++;

	if (i >= MLOPS_MAX_ARGUMENTS)
		elog(ERROR, "statement with more than %d parameters", MLOPS_MAX_ARGUMENTS);
	statement->types[i] = type;
	statement->values[i] = value;
	statement->nulls[i] = isnull ? 'n' : ' ';
}

void
mlops_bind_null(MlopsStatement *statement, Oid type)
{
	bind_value(statement, type, (Datum) 0, true);
}

void
mlops_bind_text(MlopsStatement *statement, const char *value)
{
	MemoryContext saved = MemoryContextSwitchTo(statement->context);

	bind_value(statement, TEXTOID, value ? CStringGetTextDatum(value) : (Datum) 0, value == NULL);
	MemoryContextSwitchTo(saved);
}

void
mlops_bind_int(MlopsStatement *statement, int32 value)
{
	bind_value(statement, INT4OID, Int32GetDatum(value), false);
}

void
mlops_bind_bigint(MlopsStatement *statement, int64 value)
{
	bind_value(statement, INT8OID, Int64GetDatum(value), false);
}

void
mlops_bind_number(MlopsStatement *statement, double value)
{
	bind_value(statement, FLOAT8OID, Float8GetDatum(value), isnan(value));
}

void
mlops_bind_boolean(MlopsStatement *statement, bool value)
{
	bind_value(statement, BOOLOID, BoolGetDatum(value), false);
}

void
mlops_bind_jsonb(MlopsStatement *statement, Jsonb *value)
{
	bind_value(statement, JSONBOID, value ? JsonbPGetDatum(value) : (Datum) 0, value == NULL);
}

void
mlops_bind_bytes(MlopsStatement *statement, const void *bytes, Size length)
{
	bytea	   *value = MemoryContextAlloc(statement->context, VARHDRSZ + length);

	SET_VARSIZE(value, VARHDRSZ + length);
	memcpy(VARDATA(value), bytes, length);
	bind_value(statement, BYTEAOID, PointerGetDatum(value), false);
}

void
mlops_bind_time(MlopsStatement *statement, TimestampTz value)
{
	bind_value(statement, TIMESTAMPTZOID, TimestampTzGetDatum(value), false);
}

void
mlops_bind_texts(MlopsStatement *statement, const char *const *values, int count)
{
	MemoryContext saved;
	Datum	   *elements;
	ArrayType  *array;
	int			i;

	if (values == NULL && count > 0)
		elog(ERROR, "array of %d texts without values", count);
	saved = MemoryContextSwitchTo(statement->context);
	elements = palloc(sizeof(Datum) * Max(count, 1));
	for (i = 0; i < count; i++)
		elements[i] = CStringGetTextDatum(values[i]);
	array = construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT);
	bind_value(statement, TEXTARRAYOID, PointerGetDatum(array), false);
	MemoryContextSwitchTo(saved);
}

void
mlops_bind_numbers(MlopsStatement *statement, const double *values, int count)
{
	MemoryContext saved = MemoryContextSwitchTo(statement->context);
	Datum	   *elements = palloc(sizeof(Datum) * Max(count, 1));
	ArrayType  *array;
	int			i;

	for (i = 0; i < count; i++)
		elements[i] = Float8GetDatum(values[i]);
	array = construct_array(elements, count, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	bind_value(statement, FLOAT8ARRAYOID, PointerGetDatum(array), false);
	MemoryContextSwitchTo(saved);
}

/* ------------------------------------------------------------------- running */

void
mlops_section_begin(MlopsSection *section)
{
	Oid			owner = mlops_table_owner();

	GetUserIdAndSecContext(&section->user, &section->security_context);
	section->guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	SetUserIdAndSecContext(owner, section->security_context |
						   SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

void
mlops_section_end(MlopsSection *section)
{
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
	AtEOXact_GUC(false, section->guc_level);
	SetUserIdAndSecContext(section->user, section->security_context);
}

/* The way in which the server's own foreign keys look for rows. */
static int
run_current(MlopsStatement *statement)
{
	Snapshot	latest;

	CommandCounterIncrement();
	latest = GetLatestSnapshot();
	return SPI_execute_snapshot(statement->plan, statement->values, statement->nulls,
								latest, GetTransactionSnapshot(), false, true, 0);
}

static void
run(MlopsStatement *statement, bool read_only)
{
	int			result;

	if (statement->plan == NULL)
	{
		statement->plan = SPI_prepare(statement->sql, statement->n_arguments, statement->types);
		if (statement->plan == NULL)
			elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	}
	if (statement->current && IsolationUsesXactSnapshot())
		result = run_current(statement);
	else
		result = SPI_execute_plan(statement->plan, statement->values, statement->nulls, read_only, 0);
	if (result < 0)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
	statement->n_arguments = 0;
	MemoryContextReset(statement->context);
}

uint64
mlops_section_write(MlopsStatement *statement)
{
	run(statement, false);
	SPI_freetuptable(SPI_tuptable);
	return SPI_processed;
}

uint64
mlops_write(MlopsStatement *statement)
{
	MlopsSection section;
	uint64		rows;

	mlops_section_begin(&section);
	rows = mlops_section_write(statement);
	mlops_section_end(&section);
	mlops_statement_end(statement);
	return rows;
}

/* The rows that SPI holds, copied into `context`. */
static MlopsResult *
copy_result(MemoryContext context)
{
	MemoryContext saved = MemoryContextSwitchTo(context);
	MlopsResult *result = palloc0(sizeof(MlopsResult));
	int			i;

	if (SPI_tuptable == NULL)
		elog(ERROR, "statement returned no rows and no description of them");
	result->descriptor = CreateTupleDescCopy(SPI_tuptable->tupdesc);
	result->n_rows = (int) SPI_processed;
	result->rows = palloc_extended(sizeof(HeapTuple) * Max(result->n_rows, 1), MCXT_ALLOC_HUGE);
	for (i = 0; i < result->n_rows; i++)
		result->rows[i] = heap_copytuple(SPI_tuptable->vals[i]);
	MemoryContextSwitchTo(saved);
	return result;
}

static MlopsResult *
run_returning(MlopsStatement *statement, bool read_only)
{
	MemoryContext caller = CurrentMemoryContext;
	MlopsSection section;
	MlopsResult *result;

	mlops_section_begin(&section);
	run(statement, read_only);
	result = copy_result(caller);
	mlops_section_end(&section);
	mlops_statement_end(statement);
	return result;
}

MlopsResult *
mlops_write_returning(MlopsStatement *statement)
{
	return run_returning(statement, false);
}

MlopsResult *
mlops_read(MlopsStatement *statement)
{
	return run_returning(statement, true);
}

/* ------------------------------------------------------------------- results */

static Datum
result_value(const MlopsResult *result, int row, int column, bool *isnull)
{
	Assert(row < result->n_rows && column <= result->descriptor->natts);
	return heap_getattr(result->rows[row], column, result->descriptor, isnull);
}

bool
mlops_cell_is_null(const MlopsResult *result, int row, int column)
{
	bool		isnull;

	(void) result_value(result, row, column, &isnull);
	return isnull;
}

char *
mlops_cell_text(const MlopsResult *result, int row, int column)
{
	bool		isnull;
	Datum		value = result_value(result, row, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

int32
mlops_cell_int(const MlopsResult *result, int row, int column)
{
	bool		isnull;
	Datum		value = result_value(result, row, column, &isnull);

	return isnull ? 0 : DatumGetInt32(value);
}

int64
mlops_cell_bigint(const MlopsResult *result, int row, int column)
{
	bool		isnull;
	Datum		value = result_value(result, row, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

double
mlops_cell_number(const MlopsResult *result, int row, int column)
{
	bool		isnull;
	Datum		value = result_value(result, row, column, &isnull);

	return isnull ? NAN : DatumGetFloat8(value);
}

bool
mlops_cell_boolean(const MlopsResult *result, int row, int column)
{
	bool		isnull;
	Datum		value = result_value(result, row, column, &isnull);

	return isnull ? false : DatumGetBool(value);
}

Jsonb *
mlops_cell_jsonb(const MlopsResult *result, int row, int column)
{
	bool		isnull;
	Datum		value = result_value(result, row, column, &isnull);

	return isnull ? NULL : DatumGetJsonbPCopy(value);
}

TimestampTz
mlops_cell_time(const MlopsResult *result, int row, int column)
{
	bool		isnull;
	Datum		value = result_value(result, row, column, &isnull);

	return isnull ? 0 : DatumGetTimestampTz(value);
}

const char **
mlops_cell_texts(const MlopsResult *result, int row, int column, int *count)
{
	bool		isnull;
	Datum		value = result_value(result, row, column, &isnull);
	const char **texts;
	Datum	   *elements;
	bool	   *nulls;
	int			i;

	*count = 0;
	if (isnull)
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, count);
	texts = palloc(sizeof(char *) * Max(*count, 1));
	for (i = 0; i < *count; i++)
		texts[i] = nulls[i] ? "" : TextDatumGetCString(elements[i]);
	return texts;
}

double *
mlops_cell_numbers(const MlopsResult *result, int row, int column, int *count)
{
	bool		isnull;
	Datum		value = result_value(result, row, column, &isnull);
	Datum	   *elements;
	bool	   *nulls;
	double	   *numbers;
	int			i;

	*count = 0;
	if (isnull)
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(value), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, count);
	numbers = palloc(sizeof(double) * Max(*count, 1));
	for (i = 0; i < *count; i++)
		numbers[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
	return numbers;
}

uint8 *
mlops_cell_bytes(const MlopsResult *result, int row, int column, Size *length)
{
	bool		isnull;
	Datum		value = result_value(result, row, column, &isnull);
	bytea	   *bytes;
	uint8	   *copy;

	*length = 0;
	if (isnull)
		return NULL;
	bytes = DatumGetByteaPP(value);
	*length = VARSIZE_ANY_EXHDR(bytes);
	copy = palloc(Max(*length, 1));
	memcpy(copy, VARDATA_ANY(bytes), *length);
	return copy;
}

char *
mlops_current_role(void)
{
	return GetUserNameFromId(GetUserId(), false);
}
