/*
 * lifecycle/drift.c
 *		How far rows of today are from the rows a version was trained on.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "bridge/env.h"
#include "bridge/options.h"
#include "bridge/settings.h"
#include "catalog/cache.h"
#include "data/source.h"
#include "lifecycle/dataset.h"
#include "lifecycle/drift.h"
#include "lifecycle/profile.h"
#include "lifecycle/score.h"

#define MEASURES_PER_COLUMN 3

/* When a column has drifted. */
typedef struct Limits
{
	double		psi;
	double		p_value;
	int64		min_rows;
} Limits;

/* One column of the reference, and what became of it. */
typedef struct Compared
{
	const char *name;
	const char *kind;
	bool		prediction;
	MlopsProfile reference;
	MlopsProfile current;
	MlDrift		drift;
	char	   *reason;			/* why there is no verdict; NULL: there is one */
} Compared;

static void
read_limits(Jsonb *object, Limits *limits)
{
	MlopsOptions options;

	mlops_options_begin(&options, "options", object);
	limits->psi = mlops_option_number(&options, "psi", 0.2, 0.0, 1e6);
	limits->p_value = mlops_option_number(&options, "p_value", 0.01, 0.0, 1.0);
	limits->min_rows = mlops_option_integer(&options, "min_rows", ML_DRIFT_MIN_ROWS, 1, ML_MAX_ROWS);
	mlops_options_end(&options);
}

static int64_t
profile_rows(const MlopsProfile *profile)
{
	return profile->category ? profile->counts.rows : profile->number.rows;
}

/* Profile the column of the table that a reference column names. */
static void
profile_current(MlEnv *env, const MlTable *table, Compared *column)
{
	int			index = ml_table_find(table, column->name);
	const char *kind;

	if (column->reason != NULL)
		return;
	if (index < 0)
	{
		column->reason = pstrdup("the source has no such column, or its type cannot be a feature");
		return;
	}
	kind = mlops_kind_name(table->columns[index].type);
	if (strcmp(kind, column->kind) != 0)
		column->reason = psprintf("the type has changed from a %s to a %s (%s)", column->kind, kind,
								  ml_type_name(table->columns[index].type));
	else
		mlops_profile_column_on(env, &column->reference, table, index, &column->current);
}

/* Distances of all columns that have both profiles with enough rows. */
static void
measure(Compared *columns, int n_columns, const Limits *limits)
{
	int			i;

	for (i = 0; i < n_columns; i++)
	{
		Compared   *column = &columns[i];
		int64_t		fewest = Min(profile_rows(&column->reference), profile_rows(&column->current));

		if (column->reason == NULL && fewest < limits->min_rows)
			column->reason = psprintf("%lld rows are too few for a verdict, at least %lld are needed",
									  (long long) fewest, (long long) limits->min_rows);
		if (column->reason != NULL)
			continue;
		if (column->reference.category)
			ml_drift_category(&column->reference.counts, &column->current.counts, &column->drift);
		else
			ml_drift_number(&column->reference.number, &column->current.number, &column->drift);
	}
}

/* p-values of one measure over all columns, adjusted together. */
static double *
adjusted(MlEnv *env, const Compared *columns, int n_columns, bool ks)
{
	double	   *p = mlops_need(env, n_columns + 1, sizeof(double));
	int			i;

	for (i = 0; i < n_columns; i++)
		p[i] = columns[i].reason != NULL ? NAN : ks ? columns[i].drift.ks_p : columns[i].drift.psi_p;
	mlops_check(env, ml_adjust_p_values(env, p, n_columns));
	return p;
}

static void
add_row(MlopsDriftRow *rows, int *count, const Compared *column, const char *measure,
		double value, double threshold, double p, int drifted)
{
	MlopsDriftRow *row = &rows[(*count)++];

	row->feature = pstrdup(column->name);
	row->kind = column->kind;
	row->measure = measure;
	row->value = value;
	row->threshold = threshold;
	row->p_value = p;
	row->n_reference = profile_rows(&column->reference);
	row->n_current = profile_rows(&column->current);
	row->drifted = drifted;
	row->reason = column->reason;
}

static MlopsDriftRow *
make_rows(MlEnv *env, const Compared *columns, int n_columns, const Limits *limits, int *count)
{
	MlopsDriftRow *rows = palloc0(sizeof(MlopsDriftRow) * (n_columns * MEASURES_PER_COLUMN + 1));
	double	   *psi_p = adjusted(env, columns, n_columns, false);
	double	   *ks_p = adjusted(env, columns, n_columns, true);
	int			i;

	*count = 0;
	for (i = 0; i < n_columns; i++)
	{
		const Compared *column = &columns[i];
		int			drifted;

		if (column->reason != NULL)
		{
			add_row(rows, count, column, "psi", NAN, limits->psi, NAN, -1);
			continue;
		}
		drifted = column->drift.psi >= limits->psi && psi_p[i] < limits->p_value;
		add_row(rows, count, column, "psi", column->drift.psi, limits->psi, psi_p[i], drifted);
		add_row(rows, count, column, "chi_square", column->drift.chi_square, NAN, psi_p[i], drifted);
		if (!column->reference.category)
			add_row(rows, count, column, "ks", column->drift.ks, NAN, ks_p[i], drifted);
	}
	return rows;
}

/* The stored profiles of a version. */
static Compared *
version_profiles(const char *model, int version, int *count)
{
	MlopsFeatureRow *features = mlops_version_features(model, version, count);
	Compared   *columns = palloc0(sizeof(Compared) * (*count + 1));
	int			i;

	for (i = 0; i < *count; i++)
	{
		columns[i].name = features[i].name;
		columns[i].kind = features[i].kind;
		columns[i].prediction = strcmp(features[i].role, "prediction") == 0;
		mlops_profile_from_json(features[i].profile, &columns[i].reference);
	}
	return columns;
}

/* Predictions are a column like others, where every feature is there. */
static void
profile_predictions(MlEnv *env, const MlModel *model, const MlTable *table, Compared *column)
{
	double	   *predicted;
	int			i;

	for (i = 0; i < model->signature.n_features; i++)
	{
		const MlFeature *feature = &model->signature.features[i];
		int			index = ml_table_find(table, feature->name);

		if (index < 0 || ml_type_kind(table->columns[index].type) != ml_type_kind(feature->type))
		{
			column->reason = psprintf("feature \"%s\" is missing or of another type", feature->name);
			return;
		}
	}
	predicted = mlops_need(env, table->n_rows + 1, sizeof(double) * ml_model_n_outputs(model));
	mlops_score_table(env, model, table, NULL, table->n_rows, predicted);
	mlops_profile_predictions_on(env, &column->reference, model, predicted, table->n_rows,
								 &column->current);
}

/* All columns of a table against the profiles of a version. */
static MlopsDriftRow *
compare_with_version(MlEnv *env, const MlModel *model, Compared *columns, int n_columns,
					 const MlTable *table, const Limits *limits, int *count)
{
	int			i;

	for (i = 0; i < n_columns; i++)
	{
		if (columns[i].prediction)
			profile_predictions(env, model, table, &columns[i]);
		else
			profile_current(env, table, &columns[i]);
	}
	measure(columns, n_columns, limits);
	return make_rows(env, columns, n_columns, limits, count);
}

/* Columns of the source that a version knows and that are still of their kind. */
static void
read_known_columns(MlEnv *env, MlopsSource *source, const MlModel *model, Compared *columns,
				   int n_columns, MlTable *table)
{
	MlopsReadOptions options = {.nan_is_missing = true,.time_zone = model->signature.time_zone};
	int		   *wanted = palloc(sizeof(int) * (n_columns + 1));
	int			n_wanted = 0;
	int			i;

	for (i = 0; i < n_columns; i++)
	{
		int			index = columns[i].prediction ? -1 : mlops_source_find(source, columns[i].name);

		if (index < 0)
			continue;
		if (source->columns[index].type == 0)
			columns[i].reason = psprintf("the type has changed from a %s to %s, which cannot be a feature",
										 columns[i].kind, format_type_be(source->columns[index].type_oid));
		else if (strcmp(mlops_kind_name(source->columns[index].type), columns[i].kind) == 0)
			wanted[n_wanted++] = index;
		else
			columns[i].reason = psprintf("the type has changed from a %s to a %s (%s)", columns[i].kind,
										 mlops_kind_name(source->columns[index].type),
										 ml_type_name(source->columns[index].type));
	}
	if (n_wanted == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the source has no usable column of the version"),
				 errhint("Give a source with the columns that the version was trained on.")));
	mlops_source_read_as(source, wanted, n_wanted, &model->signature, &options, env, table);
}

MlopsDriftRow *
mlops_drift(const char *reference, const char *source_text, Jsonb *options, int *count)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops drift",
									  (Size) mlops_training_memory * 1024);
	MlopsVersionKey key;
	const MlModel *model;
	Compared   *columns;
	int			n_columns;
	MlopsSource *source;
	MlTable		table;
	Limits		limits;
	MlopsDriftRow *rows;

	read_limits(options, &limits);
	mlops_reference_resolve(reference, MLOPS_RIGHT_READ, &key);
	model = mlops_prepared_model(mlops_cache_get(&key, mlops_env_context(env)));
	columns = version_profiles(key.model, key.version, &n_columns);
	source = mlops_source_open(source_text);
	read_known_columns(env, source, model, columns, n_columns, &table);
	mlops_source_close(source);
	rows = compare_with_version(env, model, columns, n_columns, &table, &limits, count);
	mlops_env_end(env);
	return rows;
}

void
mlops_drift_record(MlEnv *env, const char *model_name, int version, const MlTable *table,
				   const char *source_text)
{
	MlopsVersion *stored = mlops_version_load(model_name, version);
	MlopsVersionKey key = {.model = pstrdup(model_name),.version = version};
	const MlModel *model;
	Compared   *columns;
	int			n_columns;
	MlopsDriftRow *rows;
	Limits		limits;
	int			count;

	memcpy(key.digest, stored->digest, MLOPS_DIGEST_LENGTH);
	read_limits(NULL, &limits);
	model = mlops_prepared_model(mlops_cache_get(&key, mlops_env_context(env)));
	columns = version_profiles(model_name, version, &n_columns);
	rows = compare_with_version(env, model, columns, n_columns, table, &limits, &count);
	mlops_drift_insert(model_name, version, source_text, rows, count);
}

/* All columns of a source that can be features. */
static void
read_all_columns(MlEnv *env, const char *text, MlTable *table)
{
	MlopsSource *source = mlops_source_open(text);
	MlopsReadOptions options = {.nan_is_missing = true};
	int		   *wanted = palloc(sizeof(int) * (source->n_columns + 1));
	int			n_wanted = 0;
	int			i;

	for (i = 0; i < source->n_columns; i++)
		if (source->columns[i].type != 0)
			wanted[n_wanted++] = i;
	mlops_source_read(source, wanted, n_wanted, &options, env, table);
	mlops_source_close(source);
}

/* Profiles of every column of the reference table. */
static Compared *
table_profiles(MlEnv *env, const MlTable *table, int extra)
{
	Compared   *columns = palloc0(sizeof(Compared) * (table->n_columns + extra + 1));
	int			i;

	for (i = 0; i < table->n_columns; i++)
	{
		columns[i].name = table->columns[i].name;
		columns[i].kind = mlops_kind_name(table->columns[i].type);
		mlops_profile_column(env, table, i, NULL, table->n_rows, &columns[i].reference);
	}
	return columns;
}

MlopsDriftRow *
mlops_drift_between(const char *source, const char *reference_source, Jsonb *options, int *count)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops drift",
									  (Size) mlops_training_memory * 1024);
	MlTable		current;
	MlTable		reference;
	Compared   *columns;
	Limits		limits;
	MlopsDriftRow *rows;
	int			n_columns;
	int			i;

	read_limits(options, &limits);
	read_all_columns(env, reference_source, &reference);
	read_all_columns(env, source, &current);
	columns = table_profiles(env, &reference, current.n_columns);
	n_columns = reference.n_columns;
	for (i = 0; i < n_columns; i++)
		profile_current(env, &current, &columns[i]);
	for (i = 0; i < current.n_columns; i++)
	{
		if (ml_table_find(&reference, current.columns[i].name) >= 0)
			continue;
		columns[n_columns].name = current.columns[i].name;
		columns[n_columns].kind = mlops_kind_name(current.columns[i].type);
		columns[n_columns].reason = pstrdup("the reference has no such column");
		n_columns++;
	}
	measure(columns, n_columns, &limits);
	rows = make_rows(env, columns, n_columns, &limits, count);
	mlops_env_end(env);
	return rows;
}
