/*
 * data/source.c
 *		A source text: the name of a table or view, or one SELECT.
 *
 * The name is looked up first, since a table may be called "select". Anything
 * else is prepared, which runs nothing, and must turn out to be exactly one
 * SELECT that writes and locks nothing.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/scansup.h"
#include "tcop/cmdtag.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"

#include "data/convert.h"
#include "data/relation.h"
#include "data/source.h"

/* Of the source that is kept alive by a memory context. */
typedef struct SourceHolder
{
	MlopsSource source;
	MemoryContextCallback callback;
} SourceHolder;

static void
release_plan(void *source)
{
	SPIPlanPtr	plan = ((MlopsSource *) source)->plan;

	((MlopsSource *) source)->plan = NULL;
	if (plan != NULL)
		SPI_freeplan(plan);
}

static void
refuse(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("source %s", what),
			 errhint("A source is the name of a table or view, or one SELECT.")));
}

/* At most two words: more likely a misspelt name than a query. */
static bool
looks_like_words(const char *text)
{
	int			words = 0;
	bool		inside = false;

	for (; *text != '\0'; text++)
	{
		if (scanner_isspace(*text))
			inside = false;
		else if (!inside)
		{
			inside = true;
			words++;
		}
	}
	return words <= 2;
}

/* Adds to a syntax error what the user may have meant. */
static void
source_error_context(void *text)
{
	if (geterrcode() == ERRCODE_SYNTAX_ERROR && looks_like_words(text))
		errhint("No table or view of that name is visible; %s", mlops_search_path_text());
}

/* FOR UPDATE and its kin, at any level. */
static bool
locks_rows(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		if (((Query *) node)->rowMarks != NIL)
			return true;
		return query_tree_walker((Query *) node, locks_rows, context, 0);
	}
	return expression_tree_walker(node, locks_rows, context);
}

/* The one prepared statement of a query source, after all checks. */
static CachedPlanSource *
check_plan(SPIPlanPtr plan)
{
	List	   *sources = SPI_plan_get_plan_sources(plan);
	CachedPlanSource *prepared;
	Query	   *query;

	if (sources == NIL)
		refuse("is empty");
	if (list_length(sources) > 1)
		refuse(psprintf("has %d statements", list_length(sources)));
	prepared = linitial(sources);
	if (list_length(prepared->query_list) != 1)
		refuse("is not a SELECT");
	query = linitial_node(Query, prepared->query_list);
	if (prepared->commandTag == CMDTAG_SELECT && query->commandType != CMD_SELECT)
		refuse("is a SELECT INTO");
	if (query->commandType != CMD_SELECT)
		refuse(psprintf("is not a SELECT but %s", GetCommandTagName(prepared->commandTag)));
	if (query->hasModifyingCTE)
		refuse("writes in a WITH clause");
	if (locks_rows((Node *) query, NULL))
		refuse("locks rows (FOR UPDATE or FOR SHARE)");
	if (prepared->resultDesc == NULL || prepared->resultDesc->natts == 0)
		refuse("has no columns");
	return prepared;
}

static void
describe_query(MlopsSource *source, TupleDesc desc)
{
	int			i;

	source->columns = palloc0(sizeof(MlopsSourceColumn) * desc->natts);
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);
		MlopsSourceColumn *column = &source->columns[i];

		if (mlops_source_find(source, NameStr(attribute->attname)) >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("source has more than one column named \"%s\"",
							NameStr(attribute->attname)),
					 errhint("Give the columns different names with AS.")));
		column->name = pstrdup(NameStr(attribute->attname));
		column->type_oid = attribute->atttypid;
		column->type = mlops_type_of(attribute->atttypid);
		source->n_columns++;
	}
}

static void
open_query(MlopsSource *source, MemoryContext context)
{
	ErrorContextCallback callback;
	CachedPlanSource *prepared;
	SPIPlanPtr	plan;

	SPI_connect();
	callback.callback = source_error_context;
	callback.arg = (void *) source->text;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	plan = SPI_prepare_cursor(source->text, 0, NULL, CURSOR_OPT_PARALLEL_OK);
	error_context_stack = callback.previous;
	if (plan == NULL)
		elog(ERROR, "could not prepare source: %s", SPI_result_code_string(SPI_result));

	prepared = check_plan(plan);
	source->is_volatile = contain_volatile_functions(linitial(prepared->query_list));
	MemoryContextSwitchTo(context);
	describe_query(source, prepared->resultDesc);
	source->resolved = source->text;
	if (SPI_keepplan(plan) != 0)
		elog(ERROR, "could not keep the plan of source");
	source->plan = plan;
	SPI_finish();
}

MlopsSource *
mlops_source_open(const char *text)
{
	MemoryContext context = CurrentMemoryContext;
	SourceHolder *holder = palloc0(sizeof(SourceHolder));
	MlopsSource *source = &holder->source;

	source->text = pstrdup(text);
	holder->callback.func = release_plan;
	holder->callback.arg = source;
	MemoryContextRegisterResetCallback(context, &holder->callback);

	if (mlops_relation_lookup(text, &source->relation))
	{
		mlops_relation_describe(source);
		if (source->n_columns == 0)
			refuse("has no columns");
	}
	else
		open_query(source, context);
	return source;
}

void
mlops_source_close(MlopsSource *source)
{
	release_plan(source);
}

int
mlops_source_find(const MlopsSource *source, const char *name)
{
	int			i;

	for (i = 0; i < source->n_columns; i++)
	{
		if (strcmp(source->columns[i].name, name) == 0)
			return i;
	}
	return -1;
}

/* -------------------------------------------------------------- settings */

/* What a query text means depends on these besides the search_path. */
static const char *const query_settings[] = {"TimeZone", "DateStyle", "IntervalStyle"};

/*
 * The schemas that are searched now. Resolved, since "$user" would mean
 * another schema to another role; without the session's temporary schema.
 */
static char *
current_search_path(void)
{
	StringInfoData path;
	ListCell   *cell;

	initStringInfo(&path);
	foreach(cell, fetch_search_path(false))
	{
		char	   *schema;

		if (isAnyTempNamespace(lfirst_oid(cell)))
			continue;
		schema = get_namespace_name(lfirst_oid(cell));
		if (schema != NULL)
			appendStringInfo(&path, "%s%s", path.len > 0 ? ", " : "", quote_identifier(schema));
	}
	return path.data;
}

static void
push_text(JsonbParseState **state, JsonbIteratorToken token, const char *text)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = (char *) text;
	value.val.string.len = strlen(text);
	pushJsonbValue(state, token, &value);
}

Jsonb *
mlops_source_settings(void)
{
	JsonbParseState *state = NULL;
	size_t		i;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_text(&state, WJB_KEY, "search_path");
	push_text(&state, WJB_VALUE, current_search_path());
	for (i = 0; i < lengthof(query_settings); i++)
	{
		push_text(&state, WJB_KEY, query_settings[i]);
		push_text(&state, WJB_VALUE, GetConfigOptionByName(query_settings[i], NULL, false));
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

static void
apply_setting(Jsonb *settings, const char *name)
{
	JsonbValue	value;

	if (getKeyJsonValueFromContainer(&settings->root, name, strlen(name), &value) == NULL ||
		value.type != jbvString)
		return;
	(void) set_config_option(name, pnstrdup(value.val.string.val, value.val.string.len),
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

void
mlops_source_apply_settings(Jsonb *settings)
{
	size_t		i;

	apply_setting(settings, "search_path");
	for (i = 0; i < lengthof(query_settings); i++)
		apply_setting(settings, query_settings[i]);
}
