/*
 * data/relation.c
 *		A table, view or other relation as a source.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "lib/stringinfo.h"
#include "nodes/value.h"
#include "optimizer/optimizer.h"
#include "parser/scansup.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "data/convert.h"
#include "data/relation.h"

const char *
mlops_search_path_text(void)
{
	return psprintf("search_path is %s.",
					namespace_search_path[0] == '\0' ? "empty" : namespace_search_path);
}

/* Letters, digits and quoted parts with dots between: no query looks like that. */
static bool
can_only_be_a_name(const char *text)
{
	const unsigned char *c = (const unsigned char *) text;

	for (;;)
	{
		while (scanner_isspace(*c))
			c++;
		if (*c == '"')
		{
			for (c++; *c != '\0' && (*c != '"' || c[1] == '"'); c++)
				c += *c == '"';
			if (*c++ != '"')
				return false;
		}
		else if (isalpha(*c) || *c == '_' || IS_HIGHBIT_SET(*c))
		{
			while (isalnum(*c) || *c == '_' || *c == '$' || IS_HIGHBIT_SET(*c))
				c++;
		}
		else
			return false;
		while (scanner_isspace(*c))
			c++;
		if (*c == '\0')
			return true;
		if (*c++ != '.')
			return false;
	}
}

bool
mlops_relation_lookup(const char *text, Oid *relation)
{
	List	   *parts;
	List	   *names = NIL;
	ListCell   *cell;

	if (!SplitIdentifierString(pstrdup(text), '.', &parts) ||
		list_length(parts) < 1 || list_length(parts) > 3)
		return false;
	foreach(cell, parts)
		names = lappend(names, makeString((char *) lfirst(cell)));

	*relation = RangeVarGetRelid(makeRangeVarFromNameList(names), AccessShareLock, true);
	if (OidIsValid(*relation))
		return true;
	if (can_only_be_a_name(text))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"%s\" does not exist", NameListToString(names)),
				 errhint("No table or view of that name is visible; %s", mlops_search_path_text())));
	return false;
}

static void
check_kind(Relation rel)
{
	switch (rel->rd_rel->relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_VIEW:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
			return;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("\"%s\" is not a table or view", RelationGetRelationName(rel)),
					 errhint("A source is the name of a table or view, or one SELECT.")));
	}
}

static MlopsSourceColumn *
find_attribute(MlopsSource *source, AttrNumber attribute)
{
	int			i;

	for (i = 0; i < source->n_columns; i++)
	{
		if (source->columns[i].attribute == attribute)
			return &source->columns[i];
	}
	return NULL;
}

/* What one index tells about columns: primary key, uniqueness of a single one. */
static void
note_index(MlopsSource *source, Oid index)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Form_pg_index form;
	int			i;

	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_index) GETSTRUCT(tuple);
	if (form->indisunique && form->indisvalid &&
		heap_attisnull(tuple, Anum_pg_index_indpred, NULL))
	{
		for (i = 0; i < form->indnkeyatts; i++)
		{
			MlopsSourceColumn *column = find_attribute(source, form->indkey.values[i]);

			if (column == NULL)
				continue;		/* an expression */
			if (form->indisprimary)
				column->facts.primary_key = true;
			if (form->indnkeyatts == 1)
				column->facts.unique_index = true;
		}
	}
	ReleaseSysCache(tuple);
}

void
mlops_relation_describe(MlopsSource *source)
{
	Relation	rel = relation_open(source->relation, NoLock);
	TupleDesc	desc = RelationGetDescr(rel);
	ListCell   *cell;
	int			i;

	check_kind(rel);
	source->resolved = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
												  RelationGetRelationName(rel));
	source->temporary = rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP;
	source->columns = palloc0(sizeof(MlopsSourceColumn) * Max(desc->natts, 1));
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);
		MlopsSourceColumn *column = &source->columns[source->n_columns];

		if (attribute->attisdropped)
			continue;
		column->name = pstrdup(NameStr(attribute->attname));
		column->type_oid = attribute->atttypid;
		column->type = mlops_type_of(attribute->atttypid);
		column->facts.identity = attribute->attidentity != '\0';
		column->attribute = attribute->attnum;
		source->n_columns++;
	}
	foreach(cell, RelationGetIndexList(rel))
		note_index(source, lfirst_oid(cell));
	relation_close(rel, NoLock);
}

void
mlops_source_mark_generated(MlopsSource *source, int target)
{
	Relation	rel;
	TupleDesc	desc;
	int			i;

	if (!OidIsValid(source->relation))
		return;
	rel = table_open(source->relation, AccessShareLock);
	desc = RelationGetDescr(rel);
	for (i = 0; desc->constr != NULL && i < desc->constr->num_defval; i++)
	{
		AttrDefault *stored = &desc->constr->defval[i];
		MlopsSourceColumn *column = find_attribute(source, stored->adnum);
		Bitmapset  *used = NULL;

		if (column == NULL || TupleDescAttr(desc, stored->adnum - 1)->attgenerated == '\0')
			continue;
		pull_varattnos(stringToNode(stored->adbin), 1, &used);
		if (bms_is_member(source->columns[target].attribute - FirstLowInvalidHeapAttributeNumber,
						  used) ||
			bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, used))
			column->facts.from_target = true;
	}
	table_close(rel, AccessShareLock);
}

char *
mlops_relation_query(const MlopsSource *source, const int *wanted, int n_wanted)
{
	StringInfoData query;
	int			i;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT");
	for (i = 0; i < n_wanted; i++)
		appendStringInfo(&query, "%s %s", i == 0 ? "" : ",",
						 quote_identifier(source->columns[wanted[i]].name));
	appendStringInfo(&query, " FROM %s", source->resolved);
	return query.data;
}
