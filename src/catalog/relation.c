/*
 * catalog/relation.c
 *		Where the tables that are read without SPI are in this database.
 *
 * Tables are found by schema and name once and then remembered until the
 * server says that one of them changed: the extension may be dropped and made
 * again in the middle of a session. The callback only sets a flag. What is
 * found is compared with what scans take for granted, the types of the
 * leading columns and the columns of the primary key; columns that an upgrade
 * adds behind them do not matter.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "catalog/relation.h"

#define MAX_COLUMNS 4

typedef struct TableShape
{
	const char *name;
	int			n_columns;
	Oid			types[MAX_COLUMNS];
	int			n_keys;			/* the first columns are the primary key */
} TableShape;

static const TableShape shapes[MLOPS_N_TABLES] = {
	[MLOPS_TABLE_MODEL] = {"model", 3, {TEXTOID, TEXTOID, TEXTOID}, 1},
	[MLOPS_TABLE_VERSION] = {"version", 4, {TEXTOID, INT4OID, BYTEAOID, INT8OID}, 2},
	[MLOPS_TABLE_ALIAS] = {"alias", 3, {TEXTOID, TEXTOID, INT4OID}, 2},
	[MLOPS_TABLE_ARTIFACT] = {"artifact", 4, {TEXTOID, INT4OID, INT4OID, BYTEAOID}, 3},
};

typedef struct TablePlace
{
	Oid			table;
	Oid			key;
	Oid			owner;
} TablePlace;

static TablePlace places[MLOPS_N_TABLES];
static bool places_valid = false;

static void
relation_changed(Datum argument, Oid relation)
{
	int			i;

	if (!OidIsValid(relation))
		places_valid = false;
	for (i = 0; i < MLOPS_N_TABLES; i++)
	{
		if (places[i].table == relation || places[i].key == relation)
			places_valid = false;
	}
}

static bool
columns_fit(Relation relation, const TableShape *shape)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	int			i;

	if (descriptor->natts < shape->n_columns)
		return false;
	for (i = 0; i < shape->n_columns; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (attribute->attisdropped || attribute->atttypid != shape->types[i])
			return false;
	}
	return true;
}

/* The primary key's OID when it stands on the leading columns, else invalid. */
static Oid
find_key(Relation relation, const TableShape *shape)
{
	List	   *indexes = RelationGetIndexList(relation);
	Oid			key = relation->rd_pkindex;
	Relation	index;
	bool		fits;
	int			i;

	list_free(indexes);
	if (!OidIsValid(key))
		return InvalidOid;
	index = relation_open(key, AccessShareLock);
	fits = index->rd_index->indnkeyatts == shape->n_keys && index->rd_index->indisvalid;
	for (i = 0; fits && i < shape->n_keys; i++)
		fits = index->rd_index->indkey.values[i] == i + 1;
	relation_close(index, AccessShareLock);
	return fits ? key : InvalidOid;
}

static bool
find_place(Oid schema, const TableShape *shape, TablePlace *place)
{
	Relation	relation;

	place->table = get_relname_relid(shape->name, schema);
	if (!OidIsValid(place->table))
		return false;
	relation = try_table_open(place->table, AccessShareLock);
	if (relation == NULL)
		return false;			/* dropped meanwhile */
	place->owner = relation->rd_rel->relowner;
	place->key = columns_fit(relation, shape) ? find_key(relation, shape) : InvalidOid;
	table_close(relation, AccessShareLock);
	return OidIsValid(place->key);
}

static void
watch_relations(void)
{
	static bool watching = false;

	if (watching)
		return;
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	watching = true;
}

static void
find_places(void)
{
	Oid			schema;
	int			i;

	watch_relations();
	schema = get_namespace_oid("mlops", true);
	for (i = 0; i < MLOPS_N_TABLES; i++)
	{
		if (!OidIsValid(schema) || !find_place(schema, &shapes[i], &places[i]))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the extension mlops is not installed in this database"),
					 OidIsValid(schema) ?
					 errdetail("The schema \"mlops\" has no table \"%s\" of the expected form.",
							   shapes[i].name) : 0,
					 errhint("Use CREATE EXTENSION mlops.")));
	}
}

/*
 * The flag is set before looking: an invalidation that arrives meanwhile
 * clears it again, and the next call looks once more. It is cleared when the
 * look fails.
 */
static const TablePlace *
place_of(MlopsTable table)
{
	if (!places_valid)
	{
		places_valid = true;
		PG_TRY();
		{
			find_places();
		}
		PG_CATCH();
		{
			places_valid = false;
			PG_RE_THROW();
		}
		PG_END_TRY();
	}
	return &places[table];
}

Oid
mlops_table_oid(MlopsTable table)
{
	return place_of(table)->table;
}

Oid
mlops_table_key(MlopsTable table)
{
	return place_of(table)->key;
}

Oid
mlops_table_owner(void)
{
	return place_of(MLOPS_TABLE_MODEL)->owner;
}
