/*
 * lifecycle/dependence.c
 *		What a version would say if a column had another value.
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "base/hash.h"
#include "bridge/env.h"
#include "bridge/json.h"
#include "lifecycle/batch.h"
#include "lifecycle/dataset.h"
#include "lifecycle/dependence.h"
#include "lifecycle/explain.h"
#include "math/sort.h"
#include "prep/grid.h"

#define MOST_ROWS 1000
#define MOST_POINTS 1000

/* Rows of the source with the smallest hashes of what they hold. */
typedef struct Sample
{
	MlEnv	   *env;
	const MlModel *model;
	int			n_inputs;
	int64		n_rows;
	uint64_t	limit;			/* larger hashes need not come in any more */
	uint64_t   *hash;			/* (2 MOST_ROWS) */
	double	   *inputs;			/* (2 MOST_ROWS, n_inputs) */
	int32_t    *group;			/* (2 MOST_ROWS) */
	char	  **key;			/* (2 MOST_ROWS) */
	MemoryContext keys;
} Sample;

static void
sample_begin(const MlopsBatch *batch, Sample *sample)
{
	memset(sample, 0, sizeof(*sample));
	sample->env = batch->env;
	sample->model = batch->model;
	sample->n_inputs = batch->model->signature.n_inputs;
	sample->limit = PG_UINT64_MAX;
	sample->hash = mlops_need(sample->env, 2 * MOST_ROWS, sizeof(uint64_t));
	sample->inputs = mlops_need(sample->env, 2 * MOST_ROWS, sizeof(double) * Max(sample->n_inputs, 1));
	sample->group = mlops_need(sample->env, 2 * MOST_ROWS, sizeof(int32_t));
	sample->key = mlops_need(sample->env, 2 * MOST_ROWS, sizeof(char *));
	sample->keys = mlops_env_context(sample->env);
}

/* Down to the MOST_ROWS smallest hashes, in their order. */
static void
sample_cut(Sample *sample)
{
	Size		width = sizeof(double) * sample->n_inputs;
	int64		n = sample->n_rows;
	uint32_t   *order = mlops_need(sample->env, n + 1, sizeof(uint32_t));
	Sample		sorted = *sample;
	int64		i;

	mlops_check(sample->env, ml_order_u64(sample->env, sample->hash, n, order));
	sorted.n_rows = Min(n, MOST_ROWS);
	sorted.hash = mlops_need(sample->env, 2 * MOST_ROWS, sizeof(uint64_t));
	sorted.inputs = mlops_need(sample->env, 2 * MOST_ROWS, Max(width, 1));
	sorted.group = mlops_need(sample->env, 2 * MOST_ROWS, sizeof(int32_t));
	sorted.key = mlops_need(sample->env, 2 * MOST_ROWS, sizeof(char *));
	for (i = 0; i < sorted.n_rows; i++)
	{
		sorted.hash[i] = sample->hash[order[i]];
		memcpy(sorted.inputs + i * sample->n_inputs, sample->inputs + (Size) order[i] * sample->n_inputs, width);
		sorted.group[i] = sample->group[order[i]];
		sorted.key[i] = sample->key[order[i]];
	}
	for (i = sorted.n_rows; i < n; i++)
		if (sample->key[order[i]] != NULL)
			pfree(sample->key[order[i]]);
	if (sorted.n_rows == MOST_ROWS)
		sorted.limit = sorted.hash[MOST_ROWS - 1];
	ml_release(sample->env, order);
	ml_release(sample->env, sample->hash);
	ml_release(sample->env, sample->inputs);
	ml_release(sample->env, sample->group);
	ml_release(sample->env, sample->key);
	*sample = sorted;
}

static void
sample_block(void *state, const MlopsBlock *block)
{
	Sample	   *sample = state;
	Size		width = sizeof(double) * sample->n_inputs;
	int			i;

	for (i = 0; i < block->n_rows; i++)
	{
		const double *row = block->inputs + (Size) i * sample->n_inputs;
		const char *key = block->key ? block->key[i] : NULL;
		uint64_t	hash = ml_hash_bytes(0, row, width);

		if (key != NULL)
			hash = ml_hash_bytes(hash, key, strlen(key));
		if (hash > sample->limit)
			continue;
		if (sample->n_rows == 2 * MOST_ROWS)
			sample_cut(sample);
		sample->hash[sample->n_rows] = hash;
		memcpy(sample->inputs + sample->n_rows * sample->n_inputs, row, width);
		sample->group[sample->n_rows] = block->group ? block->group[i] : -1;
		sample->key[sample->n_rows] = key == NULL ? NULL : MemoryContextStrdup(sample->keys, key);
		sample->n_rows++;
	}
}

static int
find_feature(const MlModel *model, const char *name)
{
	int			feature = ml_signature_find(&model->signature, name, strlen(name));

	if (feature < 0 || feature >= ml_signature_n_learnt(&model->signature))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the model has not learnt from a column \"%s\"", name),
				 errhint("The view mlops.features lists its columns.")));
	return feature;
}

static const char *
point_text(const MlSignature *signature, int index, const MlGridPoint *point)
{
	const MlFeature *feature = &signature->features[index];
	MlValue		value = {.missing = point->kind == ML_GRID_MISSING, .number = point->value};

	if (point->kind == ML_GRID_OTHER)
		return "(other)";
	if (point->kind == ML_GRID_LEVEL)
	{
		value.text = feature->level[(int) point->value];
		value.length = feature->level_length[(int) point->value];
	}
	return mlops_value_text(feature->type, &value);
}

/* What the model says of the sample with the feature at a point: (n_rows, n_outputs). */
static void
predict_at(const Sample *sample, int index, const MlGrid *grid, int point, double *changed, double *outputs)
{
	const MlFeature *feature = &sample->model->signature.features[index];
	Size		width = sizeof(double) * feature->n_inputs;
	int64		i;

	mlops_check(sample->env, ml_check_stop(sample->env));
	memcpy(changed, sample->inputs, sizeof(double) * sample->n_rows * sample->n_inputs);
	for (i = 0; i < sample->n_rows; i++)
		memcpy(changed + i * sample->n_inputs + feature->first_input, grid->inputs + point * feature->n_inputs, width);
	ml_model_predict(sample->model, ml_model_has_groups(sample->model) ? sample->group : NULL, changed,
					 (int) sample->n_rows, outputs);
}

/* From outputs of a row to the number that is shown for a class. */
static double
shown(const MlModel *model, const double *outputs, int class_number)
{
	if (model->n_classes > 2)
		return outputs[class_number];
	return model->n_classes == 2 && class_number == 0 ? 1 - outputs[0] : outputs[0];
}

/* Mean, and the values that 10 % are below and above; sorts them. */
static void
summarise(MlEnv *env, double *values, int64 n, MlopsDependenceRow *row)
{
	double		sum = 0;
	int64		i;

	for (i = 0; i < n; i++)
		sum += values[i];
	row->prediction = sum / n;
	mlops_check(env, ml_sort_f64(env, values, n));
	row->low = values[(n - 1) / 10];
	row->high = values[n - 1 - (n - 1) / 10];
}

typedef struct Shown
{
	const MlopsBatch *batch;
	int			first_class;
	int			n_classes;
	bool		curves;
	MlopsDependenceRow *rows;
	int64		n_rows;
} Shown;

static void
add_point_rows(Shown *result, const Sample *sample, const char *value, const double *outputs, double *values)
{
	int			n_outputs = ml_n_outputs(sample->model->n_classes);
	int			k;
	int64		i;

	for (k = result->first_class; k < result->first_class + result->n_classes; k++)
	{
		MlopsDependenceRow row = {.value = value, .low = NAN, .high = NAN};

		row.class = sample->model->n_classes > 0 ? result->batch->labels[k] : NULL;
		for (i = 0; i < sample->n_rows; i++)
			values[i] = shown(sample->model, outputs + i * n_outputs, k);
		for (i = 0; result->curves && i < sample->n_rows; i++)
		{
			row.key = sample->key[i] ? pstrdup(sample->key[i]) : NULL;
			row.prediction = values[i];
			result->rows[result->n_rows++] = row;
		}
		if (result->curves)
			continue;
		summarise(sample->env, values, sample->n_rows, &row);
		result->rows[result->n_rows++] = row;
	}
}

static void
fill_rows(Shown *result, const Sample *sample, int feature, int points)
{
	int			n_outputs = ml_n_outputs(sample->model->n_classes);
	double	   *changed = mlops_need(sample->env, sample->n_rows * sample->n_inputs + 1, sizeof(double));
	double	   *outputs = mlops_need(sample->env, sample->n_rows * n_outputs + 1, sizeof(double));
	double	   *values = mlops_need(sample->env, sample->n_rows + 1, sizeof(double));
	MlGrid		grid;
	int			i;

	mlops_check(sample->env, ml_grid_make(sample->env, &sample->model->signature, feature, sample->inputs,
										  sample->n_rows, points, &grid));
	result->rows = palloc_extended(sizeof(MlopsDependenceRow) * Max(grid.n_points, 1) * result->n_classes *
								   (result->curves ? Max(sample->n_rows, 1) : 1), MCXT_ALLOC_HUGE);
	for (i = 0; i < grid.n_points && sample->n_rows > 0; i++)
	{
		predict_at(sample, feature, &grid, i, changed, outputs);
		add_point_rows(result, sample, point_text(&sample->model->signature, feature, &grid.points[i]), outputs, values);
	}
}

MlopsDependenceRow *
mlops_partial_dependence(const MlopsDependence *request, int64 *count)
{
	int			nest_level = NewGUCNestLevel();
	MlopsBatch	batch;
	Sample		sample;
	Shown		result = {.curves = request->curves};
	int			feature;

	if (request->points < 2 || request->points > MOST_POINTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("points must be from 2 to %d, not %d", MOST_POINTS, request->points)));
	mlops_batch_begin(&batch, request->reference, MLOPS_RIGHT_READ, request->source, request->key);
	mlops_explainable(request->reference, batch.model);
	feature = find_feature(batch.model, request->feature);
	result.batch = &batch;
	mlops_explained_classes(batch.model, request->class, &result.first_class, &result.n_classes);
	sample_begin(&batch, &sample);
	mlops_source_stream(batch.source, batch.model, batch.key, batch.env, sample_block, &sample);
	sample_cut(&sample);
	fill_rows(&result, &sample, feature, request->points);
	mlops_batch_end(&batch);
	AtEOXact_GUC(true, nest_level);
	*count = result.n_rows;
	return result.rows;
}
