/*
 * catalog/database.h
 *		Databases of the server, and the extension in one of them.
 */
#ifndef MLOPS_CATALOG_DATABASE_H
#define MLOPS_CATALOG_DATABASE_H

#include "postgres.h"

#include "nodes/pg_list.h"

/*
 * OIDs of the databases that accept connections and are no templates. Works
 * in a process without a database; needs a transaction.
 */
extern List *mlops_database_list(void);

/*
 * Is the extension in this database, and of the version of this library?
 * `version` becomes the one that is there, NULL when there is none.
 */
extern bool mlops_extension_usable(char **version);

/* An error with a hint where the extension was not updated with its library. */
extern void mlops_require_extension(void);

/* The role that the extension belongs to; it may change rows of the tables. */
extern Oid	mlops_extension_owner(void);

/* The schema of its functions; error 55000 when it is not in this database. */
extern char *mlops_extension_schema(void);

/* True when the role or the database has an own value for a setting. */
extern bool mlops_setting_of_role(const char *name);

#endif							/* MLOPS_CATALOG_DATABASE_H */
