/*
 * catalog/relation.h
 *		Where the tables that are read without SPI are in this database.
 */
#ifndef MLOPS_CATALOG_RELATION_H
#define MLOPS_CATALOG_RELATION_H

#include "postgres.h"

/* The tables that scoring reads, with the numbers of the columns it needs. */
typedef enum MlopsTable
{
	MLOPS_TABLE_MODEL,
	MLOPS_TABLE_VERSION,
	MLOPS_TABLE_ALIAS,
	MLOPS_TABLE_ARTIFACT
} MlopsTable;

#define MLOPS_N_TABLES 4

#define MLOPS_MODEL_NAME 1
#define MLOPS_MODEL_OWNER 2
#define MLOPS_MODEL_TASK 3

#define MLOPS_VERSION_MODEL 1
#define MLOPS_VERSION_VERSION 2
#define MLOPS_VERSION_DIGEST 3
#define MLOPS_VERSION_ARTIFACT_BYTES 4

#define MLOPS_ALIAS_MODEL 1
#define MLOPS_ALIAS_ALIAS 2
#define MLOPS_ALIAS_VERSION 3

#define MLOPS_ARTIFACT_MODEL 1
#define MLOPS_ARTIFACT_VERSION 2
#define MLOPS_ARTIFACT_CHUNK 3
#define MLOPS_ARTIFACT_BYTES 4

/*
 * OIDs of a table and of its primary key. Error 55000 when the extension is
 * not installed in this database, or its tables are not what we know.
 */
extern Oid	mlops_table_oid(MlopsTable table);
extern Oid	mlops_table_key(MlopsTable table);

/* The role that owns our tables: writes happen as this role. */
extern Oid	mlops_table_owner(void);

#endif							/* MLOPS_CATALOG_RELATION_H */
