/*
 * catalog/alias.c
 *		Moving aliases forth and back.
 *
 * An alias remembers the versions that it stood on, newest last, for as many
 * rollbacks; a schedule that deploys every few seconds must not make the row
 * grow without end, because every statement that scores reads it.
 */
#include "postgres.h"

#include "catalog/version.h"
#include "catalog/write.h"

#define MAX_NAME_BYTES 63

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IS_HIGHBIT_SET(c);
}

void
mlops_alias_check_name(const char *alias)
{
	size_t		length = strlen(alias);
	bool		valid = length >= 1 && length <= MAX_NAME_BYTES && is_letter(alias[0]);
	const char *at;

	for (at = alias; valid && *at; at++)
		valid = is_letter(*at) || (*at >= '0' && *at <= '9') || *at == '_' || *at == '-';
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid alias \"%s\"", alias),
				 errhint("An alias has 1 to %d bytes, begins with a letter, and holds letters, digits, \"_\" and \"-\" only.",
						 MAX_NAME_BYTES)));
}

void
mlops_alias_set(const char *model, const char *alias, int version)
{
	MlopsStatement statement;

	/* 99 kept ones and the version left now: at most 100 steps back */
	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.alias AS a (model, alias, version, history, set_at, set_by) "
						  "VALUES ($1, $2, $3, '{}', pg_catalog.clock_timestamp(), $4) "
						  "ON CONFLICT (model, alias) DO UPDATE SET "
						  "version = excluded.version, "
						  "history = a.history[greatest(1, pg_catalog.cardinality(a.history) - 98):] || a.version, "
						  "set_at = excluded.set_at, set_by = excluded.set_by "
						  "WHERE a.version <> excluded.version");
	mlops_bind_text(&statement, model);
	mlops_bind_text(&statement, alias);
	mlops_bind_int(&statement, version);
	mlops_bind_text(&statement, mlops_current_role());
	(void) mlops_write(&statement);
}

int
mlops_alias_back(const char *model, const char *alias)
{
	MlopsStatement statement;
	MlopsResult *result;

	mlops_statement_begin(&statement,
						  "UPDATE mlops.alias SET "
						  "version = history[pg_catalog.cardinality(history)], "
						  "history = history[:pg_catalog.cardinality(history) - 1], "
						  "set_at = pg_catalog.clock_timestamp(), set_by = $3 "
						  "WHERE model = $1 AND alias = $2 AND pg_catalog.cardinality(history) > 0 "
						  "RETURNING version");
	mlops_statement_current(&statement);
	mlops_bind_text(&statement, model);
	mlops_bind_text(&statement, alias);
	mlops_bind_text(&statement, mlops_current_role());
	result = mlops_write_returning(&statement);
	return result->n_rows > 0 ? mlops_cell_int(result, 0, 1) : 0;
}
