/*
 * lifecycle/profile.c
 *		Profiles of columns: made when a version is trained, stored as jsonb
 *		in mlops.feature, compared when drift is asked for.
 */
#include "postgres.h"

#include <math.h>

#include "bridge/env.h"
#include "bridge/json.h"
#include "lifecycle/dataset.h"
#include "lifecycle/profile.h"

const char *
mlops_kind_name(MlType type)
{
	switch (ml_type_kind(type))
	{
		case ML_KIND_NUMBER:
			return "number";
		case ML_KIND_CATEGORY:
			return "category";
		case ML_KIND_TIME:
			return "time";
	}
	return "number";
}

/* Occurrences of each dictionary entry among the given rows (NULL: all rows). */
static int64_t *
count_codes(MlEnv *env, const MlColumn *column, const uint32_t *rows, int64_t n_rows, int64_t *missing)
{
	int64_t    *counts = mlops_need(env, column->dictionary.n_entries + 1, sizeof(int64_t));
	int64_t		i;

	*missing = 0;
	for (i = 0; i < n_rows; i++)
	{
		int32_t		code = column->code[rows ? rows[i] : i];

		if (code < 0)
			(*missing)++;
		else
			counts[code]++;
	}
	return counts;
}

/* True when entry a comes before b: more frequent, then lower in byte order. */
static bool
more_frequent(const MlDictionary *dictionary, const int64_t *counts, int32_t a, int32_t b)
{
	if (counts[a] != counts[b])
		return counts[a] > counts[b];
	return strcmp(dictionary->text[a], dictionary->text[b]) < 0;
}

/* The most frequent entries become the levels that are counted one by one. */
static void
choose_levels(const MlDictionary *dictionary, const int64_t *counts, MlopsProfile *profile)
{
	MlCategoryProfile *result = &profile->counts;
	int32_t		best[ML_PROFILE_LEVELS];
	int			n = 0;
	int32_t		entry;
	int			i;

	for (entry = 0; entry < dictionary->n_entries; entry++)
	{
		if (counts[entry] == 0)
			continue;
		if (n == ML_PROFILE_LEVELS && !more_frequent(dictionary, counts, entry, best[n - 1]))
			continue;
		if (n < ML_PROFILE_LEVELS)
			n++;
		for (i = n - 1; i > 0 && more_frequent(dictionary, counts, entry, best[i - 1]); i--)
			best[i] = best[i - 1];
		best[i] = entry;
	}
	result->n_levels = n;
	for (i = 0; i < n; i++)
	{
		result->counts[i] = counts[best[i]];
		result->other -= counts[best[i]];
		profile->levels[i] = pstrdup(dictionary->text[best[i]]);
	}
}

static void
profile_category(MlEnv *env, const MlColumn *column, const uint32_t *rows, int64_t n_rows,
				 MlopsProfile *profile)
{
	MlCategoryProfile *result = &profile->counts;
	int64_t    *counts = count_codes(env, column, rows, n_rows, &result->missing);

	result->rows = n_rows;
	result->other = n_rows - result->missing;	/* levels are taken from it */
	choose_levels(&column->dictionary, counts, profile);
	ml_release(env, counts);
}

static void
profile_category_on(MlEnv *env, const MlopsProfile *reference, const MlColumn *column,
					int64_t n_rows, MlopsProfile *profile)
{
	MlCategoryProfile *result = &profile->counts;
	int64_t    *counts = count_codes(env, column, NULL, n_rows, &result->missing);
	const MlDictionary *dictionary = &column->dictionary;
	int32_t		entry;
	int			level;

	result->rows = n_rows;
	result->other = n_rows - result->missing;
	result->n_levels = reference->counts.n_levels;
	memcpy(profile->levels, reference->levels, sizeof(profile->levels));
	for (entry = 0; entry < dictionary->n_entries; entry++)
		for (level = 0; level < result->n_levels; level++)
			if (strcmp(dictionary->text[entry], reference->levels[level]) == 0)
			{
				result->counts[level] += counts[entry];
				result->other -= counts[entry];
				break;
			}
	ml_release(env, counts);
}

void
mlops_profile_numbers(MlEnv *env, const double *values, int64_t n, MlopsProfile *profile)
{
	memset(profile, 0, sizeof(*profile));
	mlops_check(env, ml_profile_number(env, values, n, &profile->number));
}

void
mlops_profile_numbers_on(MlEnv *env, const MlopsProfile *reference, const double *values,
						 int64_t n, MlopsProfile *profile)
{
	memset(profile, 0, sizeof(*profile));
	mlops_check(env, ml_profile_number_on(env, &reference->number, values, n, &profile->number));
}

void
mlops_profile_column(MlEnv *env, const MlTable *table, int index, const uint32_t *rows,
					 int64_t n_rows, MlopsProfile *profile)
{
	const MlColumn *column = &table->columns[index];

	memset(profile, 0, sizeof(*profile));
	profile->category = ml_column_is_category(column);
	mlops_check(env, ml_table_pin(table, index));
	if (profile->category)
		profile_category(env, column, rows, n_rows, profile);
	else
		mlops_check(env, ml_profile_number_rows(env, column->number, rows, n_rows, &profile->number));
	ml_table_unpin(table, index);
}

void
mlops_profile_column_on(MlEnv *env, const MlopsProfile *reference, const MlTable *table, int index,
						MlopsProfile *profile)
{
	const MlColumn *column = &table->columns[index];

	mlops_check(env, ml_table_pin(table, index));
	if (reference->category)
	{
		memset(profile, 0, sizeof(*profile));
		profile->category = true;
		profile_category_on(env, reference, column, table->n_rows, profile);
	}
	else
		mlops_profile_numbers_on(env, reference, column->number, table->n_rows, profile);
	ml_table_unpin(table, index);
}

static void
refuse_profile(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("a stored profile is damaged"),
			 errdetail("A row of mlops.feature does not hold what training wrote.")));
}

/* Is a prediction one of some labels, or a number? */
static bool
predicts_labels(const MlModel *model)
{
	return model->n_classes > 2 || model->task == ML_CLUSTERING;
}

/* The numbers of the clusters, from 1, as texts. */
static char **
cluster_names(const MlModel *model)
{
	int			n = ml_model_n_outputs(model);
	char	  **names = palloc(sizeof(char *) * n);
	int			i;

	for (i = 0; i < n; i++)
		names[i] = psprintf("%d", i + 1);
	return names;
}

/* The predicted labels of n rows as a column of their own. */
static MlColumn
label_column(MlEnv *env, const MlModel *model, const double *outputs, int64_t n)
{
	MlColumn	column = {.name = "(prediction)",.type = ML_TEXT};
	MlDictionary *dictionary = &column.dictionary;
	int			n_outputs = ml_model_n_outputs(model);
	int64_t		i;

	dictionary->n_entries = n_outputs;
	dictionary->text = model->task == ML_CLUSTERING ? cluster_names(model) : (char **) model->labels;
	column.code = ml_allocate(env, (size_t) n + 1, sizeof(int32_t));
	if (column.code == NULL)
		mlops_check(env, ML_OUT_OF_MEMORY);
	for (i = 0; i < n; i++)
		column.code[i] = ml_model_class(model, outputs + i * n_outputs);
	return column;
}

/* The first number of each row: of several that of the first component. */
static double *
first_outputs(MlEnv *env, const MlModel *model, const double *outputs, int64_t n)
{
	int			n_outputs = ml_model_n_outputs(model);
	double	   *first = mlops_need(env, n + 1, sizeof(double));
	int64_t		i;

	for (i = 0; i < n; i++)
		first[i] = outputs[i * n_outputs];
	return first;
}

void
mlops_profile_predictions(MlEnv *env, const MlModel *model, const double *outputs, int64_t n,
						  MlopsProfile *profile)
{
	MlColumn	column;

	if (!predicts_labels(model))
	{
		double	   *first = first_outputs(env, model, outputs, n);

		mlops_profile_numbers(env, first, n, profile);
		ml_release(env, first);
		return;
	}
	column = label_column(env, model, outputs, n);
	memset(profile, 0, sizeof(*profile));
	profile->category = true;
	profile_category(env, &column, NULL, n, profile);
	ml_release(env, column.code);
}

void
mlops_profile_predictions_on(MlEnv *env, const MlopsProfile *reference, const MlModel *model,
							 const double *outputs, int64_t n, MlopsProfile *profile)
{
	MlColumn	column;

	if (reference->category != predicts_labels(model))
		refuse_profile();
	if (!predicts_labels(model))
	{
		double	   *first = first_outputs(env, model, outputs, n);

		mlops_profile_numbers_on(env, reference, first, n, profile);
		ml_release(env, first);
		return;
	}
	column = label_column(env, model, outputs, n);
	memset(profile, 0, sizeof(*profile));
	profile->category = true;
	profile_category_on(env, reference, &column, n, profile);
	ml_release(env, column.code);
}

Jsonb *
mlops_profile_to_json(const MlopsProfile *profile)
{
	MlopsJson	json;

	mlops_json_begin(&json);
	if (profile->category)
	{
		const MlCategoryProfile *counts = &profile->counts;

		mlops_json_integer(&json, "rows", counts->rows);
		mlops_json_integer(&json, "missing", counts->missing);
		mlops_json_integer(&json, "other", counts->other);
		mlops_json_texts(&json, "levels", (const char *const *) profile->levels, counts->n_levels);
		mlops_json_integers(&json, "counts", (const int64 *) counts->counts, counts->n_levels);
	}
	else
	{
		const MlNumberProfile *number = &profile->number;

		mlops_json_integer(&json, "rows", number->rows);
		mlops_json_integer(&json, "missing", number->missing);
		mlops_json_number(&json, "mean", number->mean);
		mlops_json_number(&json, "sd", number->sd);
		mlops_json_number(&json, "minimum", number->minimum);
		mlops_json_number(&json, "maximum", number->maximum);
		mlops_json_numbers(&json, "edges", number->edges, number->n_edges);
		mlops_json_integers(&json, "counts", (const int64 *) number->counts, number->n_edges + 1);
		mlops_json_numbers(&json, "cuts", number->cuts, number->n_cuts);
		mlops_json_integers(&json, "below", (const int64 *) number->below, number->n_cuts);
	}
	return mlops_json_finish(&json);
}

/* A count: a whole number that a table can have. */
static int64_t
as_count(double value)
{
	if (!(value >= 0.0 && value <= 1e15))
		refuse_profile();
	return (int64_t) value;
}

static void
read_counts(Jsonb *object, const char *key, int expected, int64_t *counts)
{
	int			n;
	double	   *values = mlops_json_get_numbers(object, key, &n);
	int			i;

	if (n != expected)
		refuse_profile();
	for (i = 0; i < n; i++)
		counts[i] = as_count(values[i]);
}

/* Ascending cut points. */
static int
read_cuts(Jsonb *object, const char *key, int limit, double *cuts)
{
	int			n;
	double	   *values = mlops_json_get_numbers(object, key, &n);
	int			i;

	if (n > limit)
		refuse_profile();
	for (i = 0; i < n; i++)
	{
		if (!isfinite(values[i]) || (i > 0 && values[i] <= values[i - 1]))
			refuse_profile();
		cuts[i] = values[i];
	}
	return n;
}

void
mlops_profile_from_json(Jsonb *object, MlopsProfile *profile)
{
	MlNumberProfile *number = &profile->number;
	MlCategoryProfile *counts = &profile->counts;
	const char **levels;
	int			n_levels;

	memset(profile, 0, sizeof(*profile));
	profile->category = mlops_json_get_value(object, "levels") != NULL;
	if (profile->category)
	{
		levels = mlops_json_get_texts(object, "levels", &n_levels);
		if (n_levels > ML_PROFILE_LEVELS)
			refuse_profile();
		memcpy(profile->levels, levels, sizeof(char *) * n_levels);
		counts->n_levels = n_levels;
		counts->rows = as_count(mlops_json_get_number(object, "rows"));
		counts->missing = as_count(mlops_json_get_number(object, "missing"));
		counts->other = as_count(mlops_json_get_number(object, "other"));
		read_counts(object, "counts", n_levels, counts->counts);
		return;
	}
	number->rows = as_count(mlops_json_get_number(object, "rows"));
	number->missing = as_count(mlops_json_get_number(object, "missing"));
	number->mean = mlops_json_get_number(object, "mean");
	number->sd = mlops_json_get_number(object, "sd");
	number->minimum = mlops_json_get_number(object, "minimum");
	number->maximum = mlops_json_get_number(object, "maximum");
	number->n_edges = read_cuts(object, "edges", ML_PSI_BINS - 1, number->edges);
	read_counts(object, "counts", number->n_edges + 1, number->counts);
	number->n_cuts = read_cuts(object, "cuts", ML_KS_CUTS, number->cuts);
	read_counts(object, "below", number->n_cuts, number->below);
}
