/*
 * catalog/database.c
 *		Databases of the server, and the extension in one of them.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_database.h"
#include "commands/extension.h"
#include "utils/rel.h"

#include "bridge/version.h"
#include "catalog/database.h"
#include "catalog/write.h"

/* Without a database only shared catalogs can be read, and only by a scan. */
List *
mlops_database_list(void)
{
	List	   *databases = NIL;
	Relation	relation = table_open(DatabaseRelationId, AccessShareLock);
	TableScanDesc scan = table_beginscan_catalog(relation, 0, NULL);
	HeapTuple	row;

	while ((row = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_database database = (Form_pg_database) GETSTRUCT(row);

		/* below -1: left behind by a DROP DATABASE that failed */
		if (database->datallowconn && !database->datistemplate && database->datconnlimit >= -1)
			databases = lappend_oid(databases, database->oid);
	}
	table_endscan(scan);
	table_close(relation, AccessShareLock);
	return databases;
}

bool
mlops_extension_usable(char **version)
{
	MlopsStatement statement;
	MlopsResult *result;

	*version = NULL;
	if (!OidIsValid(get_extension_oid("mlops", true)))
		return false;
	mlops_statement_begin(&statement,
						  "SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'mlops'");
	result = mlops_write_returning(&statement);
	if (result->n_rows > 0)
		*version = mlops_cell_text(result, 0, 1);
	return *version != NULL && strcmp(*version, MLOPS_VERSION) == 0;
}

void
mlops_require_extension(void)
{
	char	   *version;

	if (mlops_extension_usable(&version) || version == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the extension mlops is of version %s in this database, but its library is of version %s",
					version, MLOPS_VERSION),
			 errhint("Run ALTER EXTENSION mlops UPDATE.")));
}

Oid
mlops_extension_owner(void)
{
	MlopsStatement statement;
	MlopsResult *result;

	mlops_statement_begin(&statement,
						  "SELECT extowner::pg_catalog.int8 FROM pg_catalog.pg_extension "
						  "WHERE extname = 'mlops'");
	result = mlops_write_returning(&statement);
	return result->n_rows > 0 ? (Oid) mlops_cell_bigint(result, 0, 1) : InvalidOid;
}

char *
mlops_extension_schema(void)
{
	MlopsStatement statement;
	MlopsResult *result;

	mlops_statement_begin(&statement,
						  "SELECT n.nspname::pg_catalog.text FROM pg_catalog.pg_extension AS e "
						  "JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace "
						  "WHERE e.extname OPERATOR(pg_catalog.=) 'mlops'");
	result = mlops_write_returning(&statement);
	if (result->n_rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the extension mlops is not installed in this database")));
	return mlops_cell_text(result, 0, 1);
}

bool
mlops_setting_of_role(const char *name)
{
	MlopsStatement statement;
	MlopsResult *result;

	mlops_statement_begin(&statement,
						  "SELECT source IN ('database', 'user', 'database user') "
						  "FROM pg_catalog.pg_settings WHERE name = $1");
	mlops_bind_text(&statement, name);
	result = mlops_write_returning(&statement);
	return result->n_rows > 0 && mlops_cell_boolean(result, 0, 1);
}
