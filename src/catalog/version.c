/*
 * catalog/version.c
 *		Versions with everything that is stored beside them.
 *
 * A version is written once and never changed. Readers that were told a
 * number by a scan with the latest snapshot may ask for a version that their
 * own statement does not see yet; they get it all the same.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "catalog/scan.h"
#include "catalog/version.h"
#include "catalog/write.h"

/*
 * Bytes of an artifact in one row. Small enough that a row never needs more
 * than a few MB of memory, also as text in a dump; large enough that a scan
 * is about bytes and not about rows.
 */
#define CHUNK_BYTES (256 * 1024)

/* ------------------------------------------------------------------- numbers */

int
mlops_version_greatest(const char *model)
{
	Datum		key = CStringGetTextDatum(model);
	MlopsScan	scan;
	HeapTuple	row;
	int			version = 0;

	mlops_scan_begin(&scan, MLOPS_TABLE_VERSION, MLOPS_LATEST_SNAPSHOT, 1, &key);
	row = mlops_scan_next(&scan, BackwardScanDirection);
	if (row != NULL)
		version = DatumGetInt32(mlops_scan_value(&scan, row, MLOPS_VERSION_VERSION));
	mlops_scan_end(&scan);
	return version;
}

int
mlops_version_next(const char *model)
{
	int			greatest = mlops_version_greatest(model);

	if (greatest == PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("model \"%s\" has no version numbers left", model)));
	return greatest + 1;
}

/* ------------------------------------------------------------------- writing */

static void
bind_numbers(MlopsStatement *statement, const double *values, int count)
{
	if (values == NULL)
		mlops_bind_null(statement, FLOAT8ARRAYOID);
	else
		mlops_bind_numbers(statement, values, count);
}

static void
insert_row(const MlopsVersion *version)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.version (model, version, digest, artifact_bytes, task, "
						  "algorithm, target, classes, rows, train_rows, holdout_rows, metric, value, "
						  "baseline, baseline_prediction, request, params, split, warnings, created_by, "
						  "class_shares, confusion, created_at) "
						  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
						  "$15, $16, $17, $18, $19, $20, $21, $22, pg_catalog.clock_timestamp())");
	mlops_bind_text(&statement, version->model);
	mlops_bind_int(&statement, version->version);
	mlops_bind_bytes(&statement, version->digest, MLOPS_DIGEST_LENGTH);
	mlops_bind_bigint(&statement, version->artifact_bytes);
	mlops_bind_text(&statement, version->task);
	mlops_bind_text(&statement, version->algorithm);
	mlops_bind_text(&statement, version->target);
	if (version->n_classes > 0)
		mlops_bind_texts(&statement, version->classes, version->n_classes);
	else
		mlops_bind_null(&statement, TEXTARRAYOID);
	mlops_bind_bigint(&statement, version->rows);
	mlops_bind_bigint(&statement, version->train_rows);
	mlops_bind_bigint(&statement, version->holdout_rows);
	mlops_bind_text(&statement, version->metric);
	mlops_bind_number(&statement, version->value);
	mlops_bind_number(&statement, version->baseline);
	mlops_bind_number(&statement, version->baseline_prediction);
	mlops_bind_jsonb(&statement, version->request);
	mlops_bind_jsonb(&statement, version->params);
	mlops_bind_jsonb(&statement, version->split);
	mlops_bind_texts(&statement, version->warnings, version->n_warnings);
	mlops_bind_text(&statement, mlops_current_role());
	bind_numbers(&statement, version->class_shares, version->n_classes);
	bind_numbers(&statement, version->confusion, version->n_classes * version->n_classes);
	(void) mlops_write(&statement);
}

static void
insert_metrics(const MlopsVersion *version, const MlopsMetricRow *metrics, int n_metrics)
{
	MlopsSection section;
	MlopsStatement statement;
	int			i;

	mlops_section_begin(&section);
	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.metric (model, version, part, metric, class, value, low, "
						  "high, baseline, rows) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
	for (i = 0; i < n_metrics; i++)
	{
		const MlMetric *metric = &metrics[i].metric;

		mlops_bind_text(&statement, version->model);
		mlops_bind_int(&statement, version->version);
		mlops_bind_text(&statement, metrics[i].part);
		mlops_bind_text(&statement, metric->name);
		mlops_bind_text(&statement, metrics[i].class_label);
		mlops_bind_number(&statement, metric->value);
		mlops_bind_number(&statement, metric->low);
		mlops_bind_number(&statement, metric->high);
		mlops_bind_number(&statement, metric->baseline);
		mlops_bind_bigint(&statement, metric->rows);
		(void) mlops_section_write(&statement);
	}
	mlops_statement_end(&statement);
	mlops_section_end(&section);
}

static void
insert_features(const MlopsVersion *version, const MlopsFeatureRow *features, int n_features)
{
	MlopsSection section;
	MlopsStatement statement;
	int			i;

	mlops_section_begin(&section);
	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.feature (model, version, role, position, name, type, "
						  "kind, profile) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
	for (i = 0; i < n_features; i++)
	{
		const MlopsFeatureRow *feature = &features[i];

		mlops_bind_text(&statement, version->model);
		mlops_bind_int(&statement, version->version);
		mlops_bind_text(&statement, feature->role);
		mlops_bind_int(&statement, feature->position);
		mlops_bind_text(&statement, feature->name);
		mlops_bind_text(&statement, feature->type);
		mlops_bind_text(&statement, feature->kind);
		mlops_bind_jsonb(&statement, feature->profile);
		(void) mlops_section_write(&statement);
	}
	mlops_statement_end(&statement);
	mlops_section_end(&section);
}

static void
insert_artifact(const MlopsVersion *version, const uint8 *artifact)
{
	MlopsSection section;
	MlopsStatement statement;
	int64		done = 0;
	int			chunk;

	mlops_section_begin(&section);
	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.artifact (model, version, chunk, bytes) "
						  "VALUES ($1, $2, $3, $4)");
	for (chunk = 0; done < version->artifact_bytes; chunk++)
	{
		int64		length = Min(version->artifact_bytes - done, CHUNK_BYTES);

		mlops_bind_text(&statement, version->model);
		mlops_bind_int(&statement, version->version);
		mlops_bind_int(&statement, chunk);
		mlops_bind_bytes(&statement, artifact + done, length);
		(void) mlops_section_write(&statement);
		done += length;
	}
	mlops_statement_end(&statement);
	mlops_section_end(&section);
}

void
mlops_version_insert(const MlopsVersion *version,
					 const MlopsMetricRow *metrics, int n_metrics,
					 const MlopsFeatureRow *features, int n_features,
					 const void *artifact)
{
	insert_row(version);
	insert_metrics(version, metrics, n_metrics);
	insert_features(version, features, n_features);
	insert_artifact(version, artifact);
}

/* ------------------------------------------------------------------- reading */

/* Rows of a version: what the statement sees, else what is committed now. */
static MlopsResult *
read_stored(const char *sql, const char *model, int version)
{
	MlopsStatement statement;
	MlopsResult *result;

	mlops_statement_begin(&statement, sql);
	mlops_bind_text(&statement, model);
	mlops_bind_int(&statement, version);
	result = mlops_read(&statement);
	if (result->n_rows > 0)
		return result;

	PushActiveSnapshot(GetLatestSnapshot());
	mlops_statement_begin(&statement, sql);
	mlops_bind_text(&statement, model);
	mlops_bind_int(&statement, version);
	result = mlops_read(&statement);
	PopActiveSnapshot();
	return result;
}

static void
copy_digest(const MlopsResult *result, int column, MlopsVersion *version)
{
	Size		length;
	uint8	   *digest = mlops_cell_bytes(result, 0, column, &length);

	if (length != MLOPS_DIGEST_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("version %d of model \"%s\" has a damaged digest",
						version->version, version->model)));
	memcpy(version->digest, digest, MLOPS_DIGEST_LENGTH);
}

/* An array of that many numbers; NULL for any other. */
static const double *
numbers_of(const MlopsResult *result, int column, int expected)
{
	int			count;
	double	   *values = mlops_cell_numbers(result, 0, column, &count);

	return count == expected ? values : NULL;
}

MlopsVersion *
mlops_version_load(const char *model, int number)
{
	MlopsResult *result;
	MlopsVersion *version;

	result = read_stored("SELECT digest, artifact_bytes, task, algorithm, target, classes, rows, "
						 "train_rows, holdout_rows, metric, value, baseline, baseline_prediction, request, "
						 "params, split, warnings, class_shares, confusion "
						 "FROM mlops.version WHERE model = $1 AND version = $2",
						 model, number);
	if (result->n_rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("model \"%s\" has no version %d", model, number)));
	version = palloc0(sizeof(MlopsVersion));
	version->model = pstrdup(model);
	version->version = number;
	copy_digest(result, 1, version);
	version->artifact_bytes = mlops_cell_bigint(result, 0, 2);
	version->task = mlops_cell_text(result, 0, 3);
	version->algorithm = mlops_cell_text(result, 0, 4);
	version->target = mlops_cell_text(result, 0, 5);
	version->classes = mlops_cell_texts(result, 0, 6, &version->n_classes);
	version->rows = mlops_cell_bigint(result, 0, 7);
	version->train_rows = mlops_cell_bigint(result, 0, 8);
	version->holdout_rows = mlops_cell_bigint(result, 0, 9);
	version->metric = mlops_cell_text(result, 0, 10);
	version->value = mlops_cell_number(result, 0, 11);
	version->baseline = mlops_cell_number(result, 0, 12);
	version->baseline_prediction = mlops_cell_number(result, 0, 13);
	version->request = mlops_cell_jsonb(result, 0, 14);
	version->params = mlops_cell_jsonb(result, 0, 15);
	version->split = mlops_cell_jsonb(result, 0, 16);
	version->warnings = mlops_cell_texts(result, 0, 17, &version->n_warnings);
	version->class_shares = numbers_of(result, 18, version->n_classes);
	version->confusion = numbers_of(result, 19, version->n_classes * version->n_classes);
	return version;
}

MlopsMetricRow *
mlops_version_metrics(const char *model, int version, int *count)
{
	MlopsResult *result;
	MlopsMetricRow *rows;
	int			i;

	result = read_stored("SELECT part, metric, class, value, low, high, baseline, rows "
						 "FROM mlops.metric WHERE model = $1 AND version = $2 "
						 "ORDER BY part, metric, class",
						 model, version);
	*count = result->n_rows;
	rows = palloc0(sizeof(MlopsMetricRow) * Max(result->n_rows, 1));
	for (i = 0; i < result->n_rows; i++)
	{
		rows[i].part = mlops_cell_text(result, i, 1);
		rows[i].metric.name = mlops_cell_text(result, i, 2);
		rows[i].class_label = mlops_cell_text(result, i, 3);
		rows[i].metric.value = mlops_cell_number(result, i, 4);
		rows[i].metric.low = mlops_cell_number(result, i, 5);
		rows[i].metric.high = mlops_cell_number(result, i, 6);
		rows[i].metric.baseline = mlops_cell_number(result, i, 7);
		rows[i].metric.rows = mlops_cell_bigint(result, i, 8);
	}
	return rows;
}

MlopsFeatureRow *
mlops_version_features(const char *model, int version, int *count)
{
	MlopsResult *result;
	MlopsFeatureRow *rows;
	int			i;

	result = read_stored("SELECT role, position, name, type, kind, profile "
						 "FROM mlops.feature WHERE model = $1 AND version = $2 "
						 "ORDER BY role, position",
						 model, version);
	*count = result->n_rows;
	rows = palloc0(sizeof(MlopsFeatureRow) * Max(result->n_rows, 1));
	for (i = 0; i < result->n_rows; i++)
	{
		rows[i].role = mlops_cell_text(result, i, 1);
		rows[i].position = mlops_cell_int(result, i, 2);
		rows[i].name = mlops_cell_text(result, i, 3);
		rows[i].type = mlops_cell_text(result, i, 4);
		rows[i].kind = mlops_cell_text(result, i, 5);
		rows[i].profile = mlops_cell_jsonb(result, i, 6);
	}
	return rows;
}
