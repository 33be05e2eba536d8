/*
 * lifecycle/importance.c
 *		Which columns a version goes by.
 *
 * What trees know of themselves belongs to inputs, such as the month of a
 * date; people think in columns, so the inputs of a column are summed, and
 * shuffled together.
 */
#include "postgres.h"

#include <math.h>

#include "utils/memutils.h"

#include "base/hash.h"
#include "bridge/env.h"
#include "bridge/json.h"
#include "bridge/settings.h"
#include "catalog/cache.h"
#include "lifecycle/dataset.h"
#include "lifecycle/evaluate.h"
#include "lifecycle/importance.h"
#include "lifecycle/judge.h"
#include "lifecycle/score.h"
#include "math/sort.h"
#include "prep/identity.h"
#include "prep/slice.h"
#include "stats/permutation.h"

/* Rows of the source that are shuffled at most, and how often each column is. */
#define MOST_ROWS 10000
#define REPEATS 5

#define STOP_ROWS 1024

/* Sums over the inputs of each feature and over the models of all groups; false when the model has no trees. */
static bool
add_splits(MlEnv *env, const MlModel *model, MlopsImportanceRow *rows)
{
	const MlSignature *signature = &model->signature;
	MlImportance *inputs;
	int			i;

	if (model->algorithm->importance == NULL)
		return false;
	inputs = mlops_need(env, signature->n_inputs + 1, sizeof(MlImportance));
	mlops_check(env, model->algorithm->importance(env, model->fitted, inputs));
	for (i = 0; i < model->groups.n_groups; i++)
		if (model->group_fitted[i] != NULL)
			mlops_check(env, model->algorithm->importance(env, model->group_fitted[i], inputs));
	for (i = 0; i < ml_signature_n_learnt(signature); i++)
	{
		rows[i].gain = 0.0;
		rows[i].cover = 0.0;
		rows[i].splits = 0;
	}
	for (i = 0; i < signature->n_inputs; i++)
	{
		MlopsImportanceRow *row = &rows[signature->inputs[i].feature];

		row->gain += inputs[i].gain;
		row->cover += inputs[i].cover;
		row->splits += inputs[i].splits;
	}
	return true;
}

/*
 * At most MOST_ROWS of the rows, those with the smallest hashes of their
 * content, in the order of these: the same for any order of the source.
 */
static int64_t
sample_rows(MlEnv *env, MlopsLabelled *labelled, uint64_t seed)
{
	MlTable    *table = &labelled->table;
	uint64_t   *identity = mlops_need(env, table->n_rows + 1, sizeof(uint64_t));
	uint32_t   *order = mlops_need(env, labelled->n_rows + 1, sizeof(uint32_t));
	int		   *columns = mlops_need(env, table->n_columns, sizeof(int));
	int64_t		n = Min(labelled->n_rows, MOST_ROWS);
	int64_t		i;

	for (i = 0; i < table->n_columns; i++)
		columns[i] = (int) i;
	mlops_check(env, ml_row_identities(env, table, columns, table->n_columns, true, identity));
	for (i = 0; i < labelled->n_rows; i++)
		identity[i] = ml_hash_word(seed, identity[labelled->rows[i]]);
	mlops_check(env, ml_order_u64(env, identity, labelled->n_rows, order));
	for (i = 0; i < n; i++)
		order[i] = labelled->rows[order[i]];
	memcpy(labelled->rows, order, sizeof(uint32_t) * n);
	ml_release(env, identity);
	ml_release(env, order);
	ml_release(env, columns);
	return n;
}

/* A model with the groups of the rows that are shuffled, NULL when it has none. */
typedef struct Predictor
{
	const MlModel *model;
	const int32_t *group;
} Predictor;

/* ml_model_predict() as the shuffling calls it: rows stay in their groups. */
static void
predict_rows(const void *state, int64_t first, const double *inputs, int n_rows, double *outputs)
{
	const Predictor *predictor = state;

	ml_model_predict(predictor->model, predictor->group ? predictor->group + first : NULL, inputs, n_rows,
					 outputs);
}

/* inputs (n, n_inputs) of the rows in their order, taken in that of the table. */
static void
gather_inputs(MlEnv *env, const MlFrame *frame, const uint32_t *rows, int64_t n, double *inputs)
{
	uint64_t   *numbers = mlops_need(env, n, sizeof(uint64_t));
	uint32_t   *order = mlops_need(env, n, sizeof(uint32_t));
	uint32_t   *ascending = mlops_need(env, n, sizeof(uint32_t));
	MlSlice		slice;
	int64_t		at;
	int64_t		taken;
	int64_t		i;

	for (i = 0; i < n; i++)
		numbers[i] = rows[i];
	mlops_check(env, ml_order_u64(env, numbers, n, order));
	for (i = 0; i < n; i++)
		ascending[i] = rows[order[i]];
	mlops_check(env, ml_slice_begin(env, frame, &slice));
	for (at = 0; at < n; at += taken)
	{
		mlops_check(env, ml_slice_take(&slice, ascending, at, n, &taken));
		for (i = 0; i < taken; i++)
		{
			if (i % STOP_ROWS == 0)
				mlops_check(env, ml_check_stop(env));
			ml_frame_row(&slice.part, slice.rows[i], inputs + (Size) order[at + i] * frame->n_inputs);
		}
	}
	ml_slice_end(&slice);
	ml_release(env, numbers);
	ml_release(env, order);
	ml_release(env, ascending);
}

/* Inputs, target and weights of some rows side by side. */
static void
gather_rows(MlEnv *env, const MlModel *model, const MlopsLabelled *labelled, int64_t n,
			MlPermutation *permutation)
{
	int			n_inputs = model->signature.n_inputs;
	double	   *inputs = mlops_need(env, n * n_inputs + 1, sizeof(double));
	double	   *actual = mlops_need(env, n, sizeof(double));
	double	   *weight = labelled->weight ? mlops_need(env, n, sizeof(double)) : NULL;
	MlFrame		frame;
	int64_t		i;

	mlops_check(env, ml_frame_begin(env, &model->signature, &labelled->table, &frame));
	gather_inputs(env, &frame, labelled->rows, n, inputs);
	ml_frame_end(&frame);
	for (i = 0; i < n; i++)
	{
		actual[i] = labelled->target.y[labelled->rows[i]];
		if (weight != NULL)
			weight[i] = labelled->weight[labelled->rows[i]];
	}
	permutation->inputs = inputs;
	permutation->actual = actual;
	permutation->weight = weight;
	permutation->n_rows = n;
	permutation->n_inputs = n_inputs;
}

/* Trees never look at a column without a split: it is not worth shuffling. */
static void
add_permutation(MlEnv *env, const MlModel *model, const MlPermutation *permutation,
				bool has_trees, MlopsImportanceRow *rows)
{
	int			n_features = ml_signature_n_learnt(&model->signature);
	MlShuffled *groups = mlops_need(env, n_features, sizeof(MlShuffled));
	int			n = 0;
	int			i;

	for (i = 0; i < n_features; i++)
	{
		const MlFeature *feature = &model->signature.features[i];

		if (has_trees && rows[i].splits == 0)
			continue;
		groups[n].first = feature->first_input;
		groups[n].n = feature->n_inputs;
		groups[n++].key = ml_hash_bytes(0, feature->name, strlen(feature->name));
	}
	mlops_check(env, ml_permutation_importance(env, permutation, groups, n));
	for (i = n_features - 1; i >= 0; i--)
	{
		bool		measured = !has_trees || rows[i].splits > 0;

		rows[i].rows = permutation->n_rows;
		rows[i].permutation = measured ? groups[--n].increase : 0.0;
		rows[i].std_error = measured ? groups[n].std_error : 0.0;
	}
}

/* Shuffle on the labelled rows of a source. */
static void
measure_on(MlEnv *env, const MlopsVersionKey *key, const MlModel *model, const char *source,
		   bool has_trees, MlopsImportanceRow *rows)
{
	MlopsVersion *version = mlops_version_load(key->model, key->version);
	uint64_t	seed = (uint64_t) mlops_json_get_integer(version->request, "seed", 0);
	MlPermutation permutation = {0};
	Predictor	predictor = {.model = model};
	MlopsLabelled labelled;
	MlYardstick yardstick = mlops_version_yardstick(env, version, model);

	mlops_read_labelled(env, model, version, source, &labelled);
	gather_rows(env, model, &labelled, sample_rows(env, &labelled, seed), &permutation);
	permutation.n_outputs = ml_n_outputs(model->n_classes);
	permutation.metric = yardstick.metric;
	permutation.level = yardstick.quantile;
	permutation.predict = predict_rows;
	predictor.group = mlops_groups_of(env, model, &labelled.table, labelled.rows, permutation.n_rows);
	permutation.state = &predictor;
	permutation.seed = seed;
	permutation.repeats = REPEATS;
	add_permutation(env, model, &permutation, has_trees, rows);
}

static int
compare_numbers(double a, double b)
{
	if (isnan(a) || isnan(b) || a == b)
		return 0;
	return a > b ? -1 : 1;
}

/* Largest permutation, then gain; rows are told apart by their place in memory. */
static int
compare_rows(const void *a, const void *b)
{
	const MlopsImportanceRow *first = *(MlopsImportanceRow *const *) a;
	const MlopsImportanceRow *second = *(MlopsImportanceRow *const *) b;
	int			order = compare_numbers(first->permutation, second->permutation);

	if (order == 0)
		order = compare_numbers(first->gain, second->gain);
	if (order == 0)
		order = first < second ? -1 : 1;
	return order;
}

/* Copied out, the most important first. */
static MlopsImportanceRow *
sort_rows(MlopsImportanceRow *rows, int count)
{
	MlopsImportanceRow **pointers = palloc(sizeof(MlopsImportanceRow *) * Max(count, 1));
	MlopsImportanceRow *sorted = palloc(sizeof(MlopsImportanceRow) * Max(count, 1));
	int			i;

	for (i = 0; i < count; i++)
		pointers[i] = &rows[i];
	qsort(pointers, count, sizeof(MlopsImportanceRow *), compare_rows);
	for (i = 0; i < count; i++)
		sorted[i] = *pointers[i];
	return sorted;
}

/* Splits at random tell nothing, and without a prediction there is no loss. */
static void
refuse_without_target(const MlopsVersionKey *key, MlTask task)
{
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("columns of model \"%s\" have no importance", key->model),
			 task == ML_ANOMALY ?
			 errdetail("Its task is anomaly: its trees split all columns alike, at random.") :
			 errdetail("Its task is %s: it predicts nothing that could get worse.", ml_task_name(task)),
			 task == ML_CLUSTERING ? errhint("mlops_centers() shows how the clusters differ.") :
			 task == ML_DECOMPOSITION ? errhint("mlops_components() shows what the components are made of.") : 0));
}

MlopsImportanceRow *
mlops_importance(const char *reference, const char *source, int *count)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops importance",
									  (Size) mlops_training_memory * 1024);
	MlopsVersionKey key;
	const MlModel *model;
	MlopsImportanceRow *rows;
	bool		has_trees;
	int			i;

	mlops_reference_resolve(reference, MLOPS_RIGHT_READ, &key);
	model = mlops_prepared_model(mlops_cache_get(&key, mlops_env_context(env)));
	if (!ml_task_predicts(model->task))
		refuse_without_target(&key, model->task);
	*count = ml_signature_n_learnt(&model->signature);
	rows = palloc(sizeof(MlopsImportanceRow) * Max(*count, 1));
	for (i = 0; i < *count; i++)
		rows[i] = (MlopsImportanceRow) {pstrdup(model->signature.features[i].name), NAN, NAN, -1, NAN, NAN, -1};
	has_trees = add_splits(env, model, rows);
	if (source != NULL)
		measure_on(env, &key, model, source, has_trees, rows);
	mlops_env_end(env);
	return sort_rows(rows, *count);
}
