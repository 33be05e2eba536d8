/*
 * data/destination.c
 *		A table of predictions, made and filled as the caller.
 *
 * Everything is done by statements, so that rights, constraints, triggers and
 * partitions of the table count as they do for the caller's own.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

#include "bridge/pg_compat.h"
#include "data/destination.h"

/* Columns besides the key, in the order in which they are filled. */
static const char *const filled[] = {"model", "version", "prediction", "label", "probability", "probabilities", "scored_at"};

static void
check_key_name(const char *key)
{
	size_t		i;

	for (i = 0; i < lengthof(filled); i++)
		if (strcmp(filled[i], key) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("key column \"%s\" is called like a column of predictions", key),
					 errhint("Give a query as source that calls it otherwise.")));
}

static List *
parse_name(const char *name)
{
	List	   *parts;
	List	   *names = NIL;
	ListCell   *cell;

	if (!SplitIdentifierString(pstrdup(name), '.', &parts) || list_length(parts) < 1 || list_length(parts) > 3)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("destination \"%s\" is not the name of a table", name)));
	foreach(cell, parts)
		names = lappend(names, makeString((char *) lfirst(cell)));
	return names;
}

void
mlops_destination_open(const char *name, const MlopsSourceColumn *key, MlopsDestination *destination)
{
	RangeVar   *range = makeRangeVarFromNameList(parse_name(name));
	Oid			relation = RangeVarGetRelid(range, RowExclusiveLock, true);
	Oid			schema;

	check_key_name(key->name);
	destination->exists = OidIsValid(relation);
	destination->key = key->name;
	destination->key_type = format_type_extended(key->type_oid, -1, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
	if (destination->exists)
	{
		char		kind = get_rel_relkind(relation);

		if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_FOREIGN_TABLE)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("destination \"%s\" is not a table", name)));
		schema = get_rel_namespace(relation);
		destination->name = quote_qualified_identifier(get_namespace_name(schema), get_rel_name(relation));
		return;
	}
	schema = RangeVarGetCreationNamespace(range);
	destination->name = quote_qualified_identifier(get_namespace_name(schema), range->relname);
}

static void
check_result(int result)
{
	if (result < 0)
		elog(ERROR, "could not fill the destination: %s", SPI_result_code_string(result));
}

static void
create_table(const MlopsDestination *destination)
{
	const char *statement = psprintf("CREATE TABLE %s (%s %s, model pg_catalog.text NOT NULL, "
									 "version pg_catalog.int4 NOT NULL, prediction pg_catalog.float8, "
									 "label pg_catalog.text, probability pg_catalog.float8, "
									 "probabilities pg_catalog.float8[], scored_at pg_catalog.timestamptz NOT NULL)",
									 destination->name, quote_identifier(destination->key), destination->key_type);

	check_result(SPI_execute(statement, false, 0));
}

/* Without what may stand behind a query's end. */
static char *
bare_query(const char *text)
{
	char	   *bare = pstrdup(text);
	size_t		length = strlen(bare);

	while (length > 0 && (scanner_isspace(bare[length - 1]) || bare[length - 1] == ';'))
		bare[--length] = '\0';
	return bare;
}

/* The rows of the source whose keys the table does not have. */
static const char *
new_rows(const MlopsDestination *destination, const MlopsSource *source)
{
	const char *key = quote_identifier(destination->key);
	const char *rows = OidIsValid(source->relation) ? source->resolved :
		psprintf("(%s\n)", bare_query(source->text));

	return psprintf("SELECT source.* FROM %s AS source WHERE NOT EXISTS "
					"(SELECT FROM %s AS scored WHERE scored.%s = source.%s)",
					rows, destination->name, key, key);
}

static char *
insert_statement(const MlopsDestination *destination, const MlopsFilling *filling)
{
	const char *key = quote_identifier(destination->key);
	StringInfoData text;
	size_t		i;

	initStringInfo(&text);
	appendStringInfo(&text, "INSERT INTO %s (%s", destination->name, key);
	for (i = 0; i < lengthof(filled); i++)
		appendStringInfo(&text, ", %s", filled[i]);
	appendStringInfo(&text, ") SELECT batch.key::%s, $1, $2, batch.prediction, batch.label, batch.probability, "
					 "batch.probabilities, pg_catalog.now() FROM %s.mlops_predict_batch($3, $4, %s) AS batch",
					 destination->key_type, quote_identifier(filling->schema),
					 quote_literal_cstr(destination->key));
	if (!destination->exists)
		return text.data;
	appendStringInfo(&text, " ON CONFLICT (%s) DO %s", key, filling->only_new ? "NOTHING" : "UPDATE SET ");
	for (i = 0; !filling->only_new && i < lengthof(filled); i++)
		appendStringInfo(&text, "%s%s = excluded.%s", i > 0 ? ", " : "", filled[i], filled[i]);
	return text.data;
}

static uint64
insert_rows(const MlopsDestination *destination, const MlopsFilling *filling, const char *source)
{
	Oid			types[] = {TEXTOID, INT4OID, TEXTOID, TEXTOID};
	Datum		values[] = {
		CStringGetTextDatum(filling->model), Int32GetDatum(filling->version),
		CStringGetTextDatum(psprintf("%s@%d", filling->model, filling->version)), CStringGetTextDatum(source)
	};

	check_result(SPI_execute_with_args(insert_statement(destination, filling), lengthof(values), types, values, NULL,
									   false, 0));
	return SPI_processed;
}

int64
mlops_destination_fill(const MlopsDestination *destination, const MlopsFilling *filling)
{
	const char *source = filling->source->text;
	int			nest_level = NewGUCNestLevel();
	uint64		rows;

	/* keys travel as text, and must come back as they were */
	(void) set_config_option("extra_float_digits", "1", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	if (destination->exists && filling->only_new)
		source = new_rows(destination, filling->source);
	SPI_connect();
	if (!destination->exists)
		create_table(destination);
	rows = insert_rows(destination, filling, source);
	if (!destination->exists)
		check_result(SPI_execute(psprintf("ALTER TABLE %s ADD PRIMARY KEY (%s)", destination->name,
										  quote_identifier(destination->key)), false, 0));
	SPI_finish();
	AtEOXact_GUC(false, nest_level);
	return (int64) rows;
}
