/*
 * catalog/reference.c
 *		What a reference such as churn, churn@7 or churn@challenger means.
 *
 * Three primary-key scans with the active snapshot: model, alias, version.
 * This runs at the first row of every statement that scores, so nothing here
 * is done twice; only errors look around for something to recommend.
 */
#include "postgres.h"

#include <ctype.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "bridge/pg_compat.h"
#include "catalog/model.h"
#include "catalog/scan.h"
#include "catalog/version.h"

/* Versions and aliases that a hint names at most. */
#define MAX_NAMED 10

typedef struct Reference
{
	char	   *model;
	char	   *alias;			/* NULL when a version is named */
	int			version;
} Reference;

static void
raise_malformed(const char *reference)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid model reference \"%s\"", reference),
			 errhint("A reference is a model, as in \"churn\", or a model with a version or an alias, as in \"churn@7\" or \"churn@champion\".")));
}

/* A positive int written in digits only; 0 when it is none. */
static int
parse_version(const char *text)
{
	int64		version = 0;

	for (; *text; text++)
	{
		if (!isdigit((unsigned char) *text))
			return 0;
		version = version * 10 + (*text - '0');
		if (version > PG_INT32_MAX)
			return 0;
	}
	return (int) version;
}

static void
parse_reference(const char *text, Reference *reference)
{
	const char *at = strchr(text, '@');

	reference->version = 0;
	reference->alias = NULL;
	reference->model = at ? pnstrdup(text, at - text) : pstrdup(text);
	mlops_model_check_name(reference->model);
	if (at == NULL)
		reference->alias = pstrdup("champion");
	else if (at[1] == '\0' || strchr(at + 1, '@') != NULL)
		raise_malformed(text);
	else if (!isdigit((unsigned char) at[1]))
		reference->alias = pstrdup(at + 1);
	else
	{
		reference->version = parse_version(at + 1);
		if (reference->version == 0)
			raise_malformed(text);
	}
}

/* "3, 2, 1", newest first; NULL when the model has none. */
static char *
known_versions(const char *model)
{
	Datum		key = CStringGetTextDatum(model);
	StringInfoData list;
	MlopsScan	scan;
	HeapTuple	row;
	int			count;

	initStringInfo(&list);
	mlops_scan_begin(&scan, MLOPS_TABLE_VERSION, MLOPS_ACTIVE_SNAPSHOT, 1, &key);
	for (count = 0; (row = mlops_scan_next(&scan, BackwardScanDirection)) != NULL; count++)
	{
		if (count == MAX_NAMED)
		{
			appendStringInfoString(&list, " and older ones");
			break;
		}
		appendStringInfo(&list, "%s%d", count > 0 ? ", " : "",
						 DatumGetInt32(mlops_scan_value(&scan, row, MLOPS_VERSION_VERSION)));
	}
	mlops_scan_end(&scan);
	return count > 0 ? list.data : NULL;
}

/* "champion (version 3), ..."; NULL when the model has none. */
static char *
known_aliases(const char *model)
{
	Datum		key = CStringGetTextDatum(model);
	StringInfoData list;
	MlopsScan	scan;
	HeapTuple	row;
	int			count;

	initStringInfo(&list);
	mlops_scan_begin(&scan, MLOPS_TABLE_ALIAS, MLOPS_ACTIVE_SNAPSHOT, 1, &key);
	for (count = 0; (row = mlops_scan_next(&scan, ForwardScanDirection)) != NULL; count++)
	{
		if (count == MAX_NAMED)
		{
			appendStringInfoString(&list, " and others");
			break;
		}
		appendStringInfo(&list, "%s%s (version %d)", count > 0 ? ", " : "",
						 mlops_scan_text(&scan, row, MLOPS_ALIAS_ALIAS),
						 DatumGetInt32(mlops_scan_value(&scan, row, MLOPS_ALIAS_VERSION)));
	}
	mlops_scan_end(&scan);
	return count > 0 ? list.data : NULL;
}

static void
raise_unknown_alias(const Reference *reference)
{
	char	   *aliases = known_aliases(reference->model);
	char	   *versions = known_versions(reference->model);

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model \"%s\" has no alias \"%s\"", reference->model, reference->alias),
			 aliases ? errdetail("Its aliases: %s.", aliases) :
			 versions ? errdetail("It has no alias; its versions: %s.", versions) : 0,
			 errhint("Name a version, as in \"%s@1\", or give it the alias with mlops_deploy().",
					 reference->model)));
}

static void
raise_unknown_version(const Reference *reference)
{
	char	   *versions = known_versions(reference->model);

	if (reference->alias != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("alias \"%s\" of model \"%s\" names version %d, which does not exist",
						reference->alias, reference->model, reference->version)));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model \"%s\" has no version %d", reference->model, reference->version),
			 versions ? errhint("Its versions: %s.", versions) : 0));
}

/* Version behind an alias; 0 when there is none. */
static int
find_alias(const char *model, const char *alias, MlopsSnapshot snapshot)
{
	Datum		keys[2];
	MlopsScan	scan;
	HeapTuple	row;
	int			version = 0;

	keys[0] = CStringGetTextDatum(model);
	keys[1] = CStringGetTextDatum(alias);
	mlops_scan_begin(&scan, MLOPS_TABLE_ALIAS, snapshot, 2, keys);
	row = mlops_scan_next(&scan, ForwardScanDirection);
	if (row != NULL)
		version = DatumGetInt32(mlops_scan_value(&scan, row, MLOPS_ALIAS_VERSION));
	mlops_scan_end(&scan);
	return version;
}

int
mlops_alias_get(const char *model, const char *alias)
{
	return find_alias(model, alias, MLOPS_LATEST_SNAPSHOT);
}

/* The digest of a version; false when there is no such version. */
static bool
find_digest(const char *model, int version, uint8 *digest)
{
	Datum		keys[2];
	MlopsScan	scan;
	HeapTuple	row;
	bytea	   *stored;

	keys[0] = CStringGetTextDatum(model);
	keys[1] = Int32GetDatum(version);
	mlops_scan_begin(&scan, MLOPS_TABLE_VERSION, MLOPS_ACTIVE_SNAPSHOT, 2, keys);
	row = mlops_scan_next(&scan, ForwardScanDirection);
	if (row != NULL)
	{
		stored = DatumGetByteaPP(mlops_scan_value(&scan, row, MLOPS_VERSION_DIGEST));
		if (VARSIZE_ANY_EXHDR(stored) != MLOPS_DIGEST_LENGTH)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("version %d of model \"%s\" has a damaged digest", version, model)));
		memcpy(digest, VARDATA_ANY(stored), MLOPS_DIGEST_LENGTH);
	}
	mlops_scan_end(&scan);
	return row != NULL;
}

void
mlops_reference_resolve(const char *text, MlopsRight right, MlopsVersionKey *key)
{
	Reference	reference;
	MlopsModel	model;

	parse_reference(text, &reference);
	mlops_model_require(reference.model, right, &model);
	if (reference.alias != NULL)
		reference.version = find_alias(reference.model, reference.alias, MLOPS_ACTIVE_SNAPSHOT);
	if (reference.version == 0)
		raise_unknown_alias(&reference);
	if (!find_digest(reference.model, reference.version, key->digest))
		raise_unknown_version(&reference);
	key->model = reference.model;
	key->version = reference.version;
	key->owner = pstrdup(model.owner);
}
