/*
 * data/pass.c
 *		One pass over the rows of a source as a query.
 *
 * Every query has the form
 *		SELECT ... FROM (rows of the source) AS t, LATERAL (SELECT t.a, t.b) AS k
 * where k has just the columns that the plan needs, so that a narrow row is
 * made of them. Row count 0 and no cursor: else the server would not use
 * parallel workers (rules 26 and 32 of the design's reference).
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "optimizer/optimizer.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/plancache.h"

#include "artifact/row_plan.h"
#include "bridge/env.h"
#include "bridge/pg_compat.h"
#include "data/pass.h"

/* In a state as it is stored, the header and what aligns the rest. */
#define STATE_OFFSET 8

/* ------------------------------------------------------------- statements */

/*
 * The text of a query as it stands behind FROM: without what follows its
 * statement, and with a line end, since it may end with a comment.
 */
static char *
query_text(const MlopsSource *source)
{
	CachedPlanSource *prepared = linitial(SPI_plan_get_plan_sources(source->plan));
	RawStmt    *raw = prepared->raw_parse_tree;
	const char *start = source->text + Max(raw->stmt_location, 0);
	int			length = raw->stmt_len > 0 ? raw->stmt_len : (int) strlen(start);

	return psprintf("(\n%.*s\n)", length, start);
}

static void
append_from(StringInfo query, const MlopsPass *pass)
{
	MlopsSource *source = pass->source;
	int			i;

	appendStringInfo(query, " FROM %s AS t", source->plan ? query_text(source) : source->resolved);
	if (pass->plan == NULL)
		return;
	appendStringInfoString(query, ", LATERAL (SELECT");
	for (i = 0; i < pass->n_columns; i++)
		appendStringInfo(query, "%s t.%s", i == 0 ? "" : ",",
						 quote_identifier(source->columns[pass->columns[i]].name));
	appendStringInfoString(query, ") AS k");
}

static void
append_filter(StringInfo query, const MlopsPass *pass)
{
	appendStringInfo(query, " WHERE %s.mlops_encode($1, k.*) IS NOT NULL", quote_identifier(pass->schema));
}

static ParamListInfo
plan_parameter(const MlopsPass *pass)
{
	ParamListInfo params = makeParamList(1);
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops row plan", 0);
	uint8_t    *bytes;
	size_t		length;
	bytea	   *plan;

	mlops_check(env, ml_row_plan_encode(env, pass->plan, &bytes, &length));
	plan = palloc(VARHDRSZ + length);
	SET_VARSIZE(plan, VARHDRSZ + length);
	memcpy(VARDATA(plan), bytes, length);
	mlops_env_end(env);
	params->params[0].value = PointerGetDatum(plan);
	params->params[0].isnull = false;
	params->params[0].pflags = PARAM_FLAG_CONST;
	params->params[0].ptype = BYTEAOID;
	return params;
}

/* Inside SPI_connect(): without a receiver the rows are in SPI_tuptable. */
static void
run(const char *query, const MlopsPass *pass, DestReceiver *dest)
{
	SPIExecuteOptions execute = {.read_only = true, .dest = dest};
	int			result;

	if (pass->plan != NULL)
		execute.params = plan_parameter(pass);
	result = SPI_execute_extended(query, &execute);
	if (result < 0)
		elog(ERROR, "could not pass over source: %s", SPI_result_code_string(result));
}

static Datum
cell(uint64 row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

/* ------------------------------------------------------------------ passes */

void
mlops_pass_run(const MlopsPass *pass, const int *wanted, int n_wanted, DestReceiver *dest)
{
	StringInfoData query;
	int			i;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT");
	for (i = 0; i < n_wanted; i++)
		appendStringInfo(&query, "%s t.%s", i == 0 ? "" : ",",
						 quote_identifier(pass->source->columns[wanted[i]].name));
	append_from(&query, pass);
	append_filter(&query, pass);
	run(query.data, pass, dest);
}

/* Prepared, a view has become the query behind it, with the conditions of row security. */
bool
mlops_pass_is_volatile(const MlopsSource *source)
{
	CachedPlanSource *prepared;
	SPIPlanPtr	plan;
	bool		is_volatile;

	if (source->plan != NULL)
		return source->is_volatile;
	SPI_connect();
	plan = SPI_prepare(psprintf("SELECT * FROM %s AS t", source->resolved), 0, NULL);
	if (plan == NULL)
		elog(ERROR, "could not prepare source: %s", SPI_result_code_string(SPI_result));
	prepared = linitial(SPI_plan_get_plan_sources(plan));
	is_volatile = contain_volatile_functions(linitial(prepared->query_list));
	SPI_finish();
	return is_volatile;
}

const char *
mlops_pass_time_zone(void)
{
	return pg_get_timezone_name(session_timezone);
}

static const char *
column_text(const MlopsSource *source, int column)
{
	return quote_identifier(source->columns[column].name);
}

/* FROM and WHERE of the rows with a target and a weight other than 0. */
static void
append_usable(StringInfo query, MlopsSource *source, int target, int weight, bool nan_is_missing)
{
	MlopsPass	pass = {.source = source};

	append_from(query, &pass);
	appendStringInfo(query, " WHERE t.%s IS NOT NULL", column_text(source, target));
	if (nan_is_missing && ml_type_kind(source->columns[target].type) == ML_KIND_NUMBER &&
		source->columns[target].type != ML_BOOLEAN)
		appendStringInfo(query, " AND t.%s::pg_catalog.float8 OPERATOR(pg_catalog.<>) ALL "
						 "('{NaN,Infinity,-Infinity}'::pg_catalog.float8[])", column_text(source, target));
	if (weight >= 0)
		appendStringInfo(query, source->columns[weight].type == ML_BOOLEAN ? " AND t.%s" :
						 " AND t.%s::pg_catalog.float8 OPERATOR(pg_catalog.<>) 0", column_text(source, weight));
}

int64
mlops_pass_count(MlopsSource *source, int target, int weight, bool nan_is_missing)
{
	MlopsPass	pass = {.source = source};
	StringInfoData query;
	int64		count;
	bool		isnull;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT pg_catalog.count(*)");
	append_usable(&query, source, target, weight, nan_is_missing);
	SPI_connect();
	run(query.data, &pass, NULL);
	count = DatumGetInt64(cell(0, 1, &isnull));
	SPI_finish();
	return count;
}

void
mlops_pass_classes(MlopsSource *source, int target, int weight, bool nan_is_missing, MlEnv *env,
				   MlTable *table)
{
	static const int columns[] = {0, 1};
	MlopsReadOptions options = {.nan_is_missing = nan_is_missing};
	MlopsSource *classes;
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT t.%s, pg_catalog.count(*) AS %s", column_text(source, target),
					 strcmp(source->columns[target].name, "count") == 0 ? "n" : "count");
	append_usable(&query, source, target, weight, nan_is_missing);
	appendStringInfo(&query, " GROUP BY 1 LIMIT %d", 10 * ML_MAX_CLASSES);
	classes = mlops_source_open(query.data);
	mlops_source_read(classes, columns, 2, &options, env, table);
	mlops_source_close(classes);
}

MlState *
mlops_pass_state(const MlopsPass *pass, const char *aggregate, MlEnv *env)
{
	const char *schema = quote_identifier(pass->schema);
	struct varlena *found;
	StringInfoData query;
	MlState    *state = NULL;
	Size		length;
	Datum		value;
	bool		isnull;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s.%s(%s.mlops_encode($1, k.*))", schema, aggregate, schema);
	append_from(&query, pass);
	SPI_connect();
	run(query.data, pass, NULL);
	value = cell(0, 1, &isnull);
	if (!isnull)
	{
		found = pg_detoast_datum((struct varlena *) DatumGetPointer(value));
		length = VARSIZE(found) - Min(VARSIZE(found), STATE_OFFSET);
		mlops_check(env, ml_state_check(env, (char *) found + STATE_OFFSET, length));
		state = ml_allocate(env, length, 1);
		if (state == NULL)
			mlops_check(env, ML_OUT_OF_MEMORY);
		memcpy(state, (char *) found + STATE_OFFSET, length);
	}
	SPI_finish();
	return state;
}

/*
 * The most frequent values of a category, and how many there are. Text is
 * compared as UTF-8 bytes, whatever the collation of the column.
 */
static char *
levels_query(const MlopsPass *pass, int column, int most)
{
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT g.v, g.n, pg_catalog.count(*) OVER () FROM ("
					 "SELECT pg_catalog.convert_to(t.%s::pg_catalog.text, 'UTF8') AS v, pg_catalog.count(*) AS n",
					 quote_identifier(pass->source->columns[column].name));
	append_from(&query, pass);
	append_filter(&query, pass);
	appendStringInfo(&query, " GROUP BY 1) AS g ORDER BY g.v IS NULL DESC, g.n DESC, g.v LIMIT %d", most + 1);
	return query.data;
}

void
mlops_pass_levels(const MlopsPass *pass, int column, int most, MlEnv *env, MlopsLevels *levels)
{
	int64		n_missing = 0;
	int64		n_distinct = 0;
	uint64		row;
	bool		isnull;

	memset(levels, 0, sizeof(*levels));
	levels->counts = ml_allocate(env, most + 2, sizeof(int64_t));
	if (levels->counts == NULL)
		mlops_check(env, ML_OUT_OF_MEMORY);
	SPI_connect();
	run(levels_query(pass, column, most), pass, NULL);
	for (row = 0; row < SPI_processed; row++)
	{
		Datum		value = cell(row, 1, &isnull);
		bool		missing = isnull;
		int64		count = DatumGetInt64(cell(row, 2, &isnull));
		bytea	   *text;
		int32_t		code;

		n_distinct = DatumGetInt64(cell(row, 3, &isnull));
		if (missing)
		{
			n_missing = count;
			continue;
		}
		text = DatumGetByteaPP(value);
		mlops_check(env, ml_dictionary_add(&levels->dictionary, env, VARDATA_ANY(text),
										   VARSIZE_ANY_EXHDR(text), &code));
		levels->counts[code] = count;
	}
	SPI_finish();
	levels->counts[levels->dictionary.n_entries] = n_missing;
	levels->n_unlisted = n_distinct - (n_missing > 0) - levels->dictionary.n_entries;
}
