/*
 * algo/gbt.c
 *		Gradient-boosted trees on histograms: the parameters, and from rows of a
 *		frame to bins, on which boost.h grows the trees.
 *
 * Parts: bin (values to bins), loss (derivatives), gradient (as integers),
 * histogram, split_search, partition, grow (one tree), boost (all of them),
 * tree (the result).
 */
#include <math.h>
#include <string.h>

#include "algo/boost_team.h"
#include "algo/gbt.h"
#include "algo/importance.h"
#include "algo/rules.h"
#include "prep/slice.h"

#define BLOCK_ROWS 16384
/* Between two looks at the stop flag while whole forests are walked. */
#define START_ROWS 256

#define POOL_BYTES ((size_t) 128 << 20)

enum
{
	TREES,
	LEARNING_RATE,
	LEAVES,
	DEPTH,
	MIN_ROWS,
	MIN_HESSIAN,
	L2,
	MIN_GAIN,
	BINS,
	EARLY_STOPPING,
	N_PARAMETERS
};

static const MlParameter parameters[N_PARAMETERS] = {
	[TREES] = {"trees", "n_estimators,num_iterations,num_boost_round,nrounds,iterations",
	ML_PARAM_INTEGER, 100, 1, 10000, "most trees to grow", NULL},
	[LEARNING_RATE] = {"learning_rate", "eta,shrinkage_rate",
	ML_PARAM_NUMBER, 0.1, 1e-6, 1, "how much of its step each tree makes", NULL},
	[LEAVES] = {"leaves", "num_leaves,max_leaves,max_leaf_nodes",
	ML_PARAM_INTEGER, 31, 2, 65536, "most leaves of a tree", NULL},
	[DEPTH] = {"depth", "max_depth",
	ML_PARAM_INTEGER, 0, 0, 64, "most splits between root and leaf, 0 for no limit", NULL},
	[MIN_ROWS] = {"min_rows", "min_data_in_leaf,min_child_samples,min_samples_leaf",
	ML_PARAM_INTEGER, 20, 1, 1e9, "fewest training rows of a leaf", NULL},
	[MIN_HESSIAN] = {"min_hessian", "min_child_weight,min_sum_hessian_in_leaf",
	ML_PARAM_NUMBER, 1e-3, 0, 1e9, "smallest sum of second derivatives of a leaf", NULL},
	[L2] = {"l2", "reg_lambda,lambda_l2,lambda",
	ML_PARAM_NUMBER, 0, 0, 1e9, "penalty on squared leaf values", NULL},
	[MIN_GAIN] = {"min_gain", "gamma,min_split_gain,min_gain_to_split",
	ML_PARAM_NUMBER, 0, 0, 1e9, "smallest gain of a split", NULL},
	[BINS] = {"bins", "max_bin,max_bins",
	ML_PARAM_INTEGER, 255, 2, ML_MAX_BINS, "most distinct values or quantiles of a number that are told apart", NULL},
	[EARLY_STOPPING] = {"early_stopping", "early_stopping_rounds,n_iter_no_change",
	ML_PARAM_INTEGER, 20, 0, 10000, "trees without a better validation loss before training ends, 0 for never", NULL},
};

static MlStatus bin_all(MlEnv *env, const MlFitInput *input, MlBins *bins,
						MlBoostRows *training, MlBoostRows *validation);
static MlStatus bin_rows(MlEnv *env, const MlFitInput *input, const MlBins *bins,
						 const uint32_t *rows, int64_t n_rows, MlBoostRows *binned);
static MlBoostOptions boost_options(const MlFitInput *input);
static MlStatus start_rows(MlEnv *env, const MlFitInput *input, const uint32_t *rows,
						   MlBoostRows *binned);
static MlStatus finish_start(MlEnv *env, const MlForest *start, MlForest *forest, MlFitted *fitted);
static void warn_of_no_trees(MlEnv *env, const MlFitInput *input);
static void release_rows(MlEnv *env, MlBoostRows *rows);
static void release_bins(MlEnv *env, MlBins *bins, int n_inputs);

static MlStatus
gbt_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	MlBoostOptions options = boost_options(input);
	int			n_inputs = input->signature->n_inputs;
	MlBins	   *bins;
	MlBoostRows training;
	MlBoostRows validation;
	MlBoosted	boosted;
	MlForest   *forest;

	if (input->n_rows < 1)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to learn from");
	if (n_inputs > UINT16_MAX)
		return ml_fail(env, ML_LIMIT, "gbt can have %d inputs at most, but there are %d",
					   UINT16_MAX, n_inputs);
	bins = ml_allocate(env, (size_t) n_inputs, sizeof(MlBins));
	forest = ml_allocate(env, 1, sizeof(MlForest));
	if (bins == NULL || forest == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(bin_all(env, input, bins, &training, &validation));
	ML_TRY(ml_boost_with_team(env, "gbt", &options, &training, &validation, &boosted));
	release_rows(env, &training);
	release_rows(env, &validation);
	release_bins(env, bins, n_inputs);

	*forest = boosted.forest;
	fitted->model = forest;
	fitted->iterations = boosted.iterations;
	fitted->trees = (int) forest->n_trees;
	fitted->members = boosted.members;
	fitted->train_loss = boosted.train_loss;
	fitted->n_curve = boosted.n_curve;
	fitted->curve = boosted.curve;
	if (boosted.iterations == 0)
		warn_of_no_trees(env, input);
	return input->start == NULL ? ML_OK : finish_start(env, input->start, forest, fitted);
}

static void
warn_of_no_trees(MlEnv *env, const MlFitInput *input)
{
	if (input->start != NULL)
		ml_warn(env, "no further tree helps: the version is the same as the one that it continues");
	else
		ml_warn(env, "gbt found no split that helps and predicts one value for all rows; "
				"with few rows a smaller min_rows may help (it is %.0f, rows are %lld)",
				input->parameters[MIN_ROWS], (long long) input->n_rows);
}

/* Iterations of a forest, each with a tree per output. */
static int
iterations_of(const MlForest *forest)
{
	return (int) (forest->n_trees / (uint32_t) forest->n_outputs);
}

/* The new trees behind the old ones. */
static MlStatus
finish_start(MlEnv *env, const MlForest *start, MlForest *forest, MlFitted *fitted)
{
	MlForest	added = *forest;

	ML_TRY(ml_forest_join(env, start, &added, forest));
	fitted->iterations = iterations_of(forest);
	fitted->trees = (int) forest->n_trees;
	return ML_OK;
}

static MlBoostOptions
boost_options(const MlFitInput *input)
{
	const double *p = input->parameters;
	MlBoostOptions options = {0};

	memset(&options, 0, sizeof(options));
	options.loss.n_outputs = ml_n_outputs(input->n_classes);
	if (input->task == ML_REGRESSION)
		options.loss.objective = ML_SQUARED;
	else
		options.loss.objective = input->n_classes > 2 ? ML_SOFTMAX : ML_LOG_LOSS;
	options.limits.max_leaves = (int) p[LEAVES];
	options.limits.max_depth = (int) p[DEPTH];
	options.limits.min_rows = (int64_t) p[MIN_ROWS];
	options.limits.min_hessian = p[MIN_HESSIAN];
	options.limits.l2 = p[L2];
	options.limits.min_gain = p[MIN_GAIN];
	options.limits.tree_inputs = 1;
	options.limits.node_inputs = 1;
	options.learning_rate = p[LEARNING_RATE];
	options.limits.pool_bytes = POOL_BYTES;
	options.iterations = (int) p[TREES];
	options.started = input->start == NULL ? 0 : iterations_of(input->start);
	options.patience = (int) p[EARLY_STOPPING];
	return options;
}

/* Bins learnt from the training rows, and both sets of rows as bins. */
static MlStatus
bin_all(MlEnv *env, const MlFitInput *input, MlBins *bins,
		MlBoostRows *training, MlBoostRows *validation)
{
	ML_TRY(ml_bins_fit(env, input->signature, input->frame, input->rows, input->n_rows,
					   input->identity, (int) input->parameters[BINS], bins));
	ML_TRY(bin_rows(env, input, bins, input->rows, input->n_rows, training));
	ML_TRY(bin_rows(env, input, bins, input->validation, input->n_validation, validation));
	ml_fit_input_release(env, input);
	return ML_OK;
}

static MlStatus
bin_rows(MlEnv *env, const MlFitInput *input, const MlBins *bins,
		 const uint32_t *rows, int64_t n_rows, MlBoostRows *binned)
{
	double	   *y = ml_allocate(env, (size_t) n_rows, sizeof(double));
	uint64_t   *identity = ml_allocate(env, (size_t) n_rows, sizeof(uint64_t));
	double	   *weight = NULL;
	int64_t		i;

	memset(binned, 0, sizeof(*binned));
	if (input->weight != NULL)
		weight = ml_allocate(env, (size_t) n_rows, sizeof(double));
	if (y == NULL || identity == NULL || (weight == NULL && input->weight != NULL))
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		y[i] = input->y[rows[i]];
		identity[i] = input->identity[rows[i]];
		if (weight != NULL)
			weight[i] = input->weight[rows[i]];
	}
	binned->y = y;
	binned->identity = identity;
	binned->weight = weight;
	ML_TRY(ml_bins_apply(env, bins, input->frame, rows, n_rows, &binned->binned));
	return input->start == NULL ? ML_OK : start_rows(env, input, rows, binned);
}

/* The margins of all rows by the model that is continued. */
static MlStatus
start_rows(MlEnv *env, const MlFitInput *input, const uint32_t *rows, MlBoostRows *binned)
{
	const MlForest *forest = input->start;
	int64_t		n_rows = binned->binned.n_rows;
	double	   *inputs = ml_allocate(env, (size_t) input->signature->n_inputs, sizeof(double));
	double	   *margin = ml_allocate(env, (size_t) n_rows, (size_t) forest->n_outputs * sizeof(double));
	MlSlice		slice;
	int64_t		at;
	int64_t		taken;
	int64_t		i;
	int			k;

	if (inputs == NULL || margin == NULL)
		return ML_OUT_OF_MEMORY;
	binned->start = margin;
	ML_TRY(ml_slice_begin(env, input->frame, &slice));
	for (at = 0; at < n_rows; at += taken)
	{
		ML_TRY(ml_slice_take(&slice, rows, at, n_rows, &taken));
		for (i = 0; i < taken; i++)
		{
			if (i % START_ROWS == 0)
				ML_TRY(ml_check_stop(env));
			ml_frame_row(&slice.part, slice.rows[i], inputs);
			for (k = 0; k < forest->n_outputs; k++)
				*margin++ = ml_forest_margin(forest, inputs, k);
		}
	}
	ml_slice_end(&slice);
	ml_release(env, inputs);
	return ML_OK;
}

static void
release_rows(MlEnv *env, MlBoostRows *rows)
{
	ml_release(env, (void *) rows->start);
	ml_binned_end(&rows->binned, env);
	ml_release(env, (void *) rows->y);
	ml_release(env, (void *) rows->identity);
	ml_release(env, (void *) rows->weight);
}

static void
release_bins(MlEnv *env, MlBins *bins, int n_inputs)
{
	int			i;

	for (i = 0; i < n_inputs; i++)
	{
		ml_release(env, (void *) bins[i].edges);
		ml_release(env, (void *) bins[i].bin_of_code);
	}
	ml_release(env, bins);
}

static void
gbt_predict(const void *model, const MlSignature *signature, const double *inputs, int n_rows,
			double *outputs)
{
	ml_forest_predict(model, signature->n_inputs, inputs, n_rows, outputs);
}

static MlStatus
gbt_encode(const void *model, MlWriter *writer)
{
	return ml_forest_encode(model, writer);
}

static MlStatus
gbt_decode(MlEnv *env, MlReader *reader, const MlSignature *signature, MlTask task,
		   int n_classes, void **model)
{
	MlForest   *forest = ml_allocate(env, 1, sizeof(MlForest));

	if (forest == NULL)
		return ML_OUT_OF_MEMORY;
	*model = forest;
	return ml_forest_decode(env, reader, signature, task, n_classes, forest);
}

const MlAlgorithm ml_gbt = {
	.name = "gbt",
	.title = "gradient-boosted trees",
	.tasks = 1u << ML_REGRESSION | 1u << ML_CLASSIFICATION,
	.uses_validation = true,
	.continues = true,
	.pins_inputs = true,
	.parameters = parameters,
	.n_parameters = N_PARAMETERS,
	.fit = gbt_fit,
	.help = ml_boost_help,
	.predict = gbt_predict,
	.encode = gbt_encode,
	.decode = gbt_decode,
	.importance = ml_forest_importance,
	.rules = ml_forest_rules,
};
