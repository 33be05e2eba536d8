/*
 * algo/gbt.c
 *		Gradient-boosted trees on histograms.
 *
 * The margin of a row is F(x) = base + sum over trees of a leaf value. Each
 * tree is grown on the derivatives of the loss at the margin so far (loss.h),
 * and a leaf adds -learning_rate * G / (H + l2).
 * The base is the weighted mean of y, or its log-odds.
 *
 * Friedman, "Greedy function approximation", 2001; Chen and Guestrin,
 * "XGBoost", 2016; Ke et al., "LightGBM", 2017. Parts: bin (values to bins),
 * loss (derivatives), histogram, split_search, partition, grow (one tree), tree (the result).
 *
 * The result is the same to the byte for any order of the rows. Derivatives
 * are rounded to multiples of a power of two, chosen per tree so that no sum
 * can overflow 63 bits; from then on sums are exact. The margin of a row is
 * summed tree by tree, and means over rows are exact sums (math/sum.h).
 *
 * Limits: one output, so no more than two classes. About 60 bytes a row plus
 * one or two a row and input.
 */
#include <math.h>
#include <string.h>

#include "algo/gbt.h"
#include "algo/grow.h"
#include "algo/loss.h"
#include "math/func.h"
#include "math/sum.h"

#define BLOCK_ROWS 16384
#define POOL_BYTES ((size_t) 128 << 20)

/* Rows that the loss in mlops.progress is taken from. */
#define REPORT_ROWS 4096

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
	true, 100, 1, 10000, "most trees to grow"},
	[LEARNING_RATE] = {"learning_rate", "eta,shrinkage_rate",
	false, 0.1, 1e-6, 1, "how much of its step each tree makes"},
	[LEAVES] = {"leaves", "num_leaves,max_leaves,max_leaf_nodes",
	true, 31, 2, 65536, "most leaves of a tree"},
	[DEPTH] = {"depth", "max_depth",
	true, 0, 0, 64, "most splits between root and leaf, 0 for no limit"},
	[MIN_ROWS] = {"min_rows", "min_data_in_leaf,min_child_samples,min_samples_leaf",
	true, 20, 1, 1e9, "fewest training rows of a leaf"},
	[MIN_HESSIAN] = {"min_hessian", "min_child_weight,min_sum_hessian_in_leaf",
	false, 1e-3, 0, 1e9, "smallest sum of second derivatives of a leaf"},
	[L2] = {"l2", "reg_lambda,lambda_l2,lambda",
	false, 0, 0, 1e9, "penalty on squared leaf values"},
	[MIN_GAIN] = {"min_gain", "gamma,min_split_gain,min_gain_to_split",
	false, 0, 0, 1e9, "smallest gain of a split"},
	[BINS] = {"bins", "max_bin,max_bins",
	true, 255, 2, ML_MAX_BINS, "most distinct values or quantiles of a number that are told apart"},
	[EARLY_STOPPING] = {"early_stopping", "early_stopping_rounds,n_iter_no_change",
	true, 20, 0, 10000, "trees without a better validation loss before training ends, 0 for never"},
};

typedef struct Boosting
{
	MlEnv	   *env;
	const MlFitInput *input;
	double		max_weight;
	double		base;
	MlBins	   *bins;			/* (n_inputs) */
	MlBinned	binned;			/* the training rows, in the order of input->rows */
	MlGradient *gradient;		/* (n_rows) */
	double	   *margin;			/* (n_rows) */
	MlGrower	grower;
	MlForestBuilder builder;

	/* early stopping; patience is 0 without */
	int			patience;
	double	   *validation_margin;	/* (n_validation) */
	double	   *best_margin;	/* (n_rows) as margin was after best_trees */
	double		best_loss;
	uint32_t	best_trees;
} Boosting;

static MlStatus begin(Boosting *boosting, MlEnv *env, const MlFitInput *input);
static MlStatus begin_validation(Boosting *boosting);
static MlStatus base_margin(Boosting *boosting);
static MlStatus boost(Boosting *boosting);
static MlStatus add_tree(Boosting *boosting);
static MlStatus validate(Boosting *boosting, bool *stop);
static MlStatus mean_loss(Boosting *boosting, const uint32_t *rows, int64_t n,
						  const double *margin, double *loss);
static double sampled_loss(const Boosting *boosting);
static MlStatus finish(Boosting *boosting, MlFitted *fitted);

static inline double
weight_of(const MlFitInput *input, uint32_t row)
{
	return input->weight == NULL ? 1.0 : input->weight[row];
}

static MlStatus
gbt_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	Boosting	boosting;

	ML_TRY(begin(&boosting, env, input));
	ML_TRY(boost(&boosting));
	return finish(&boosting, fitted);
}

static MlStatus
begin(Boosting *boosting, MlEnv *env, const MlFitInput *input)
{
	const double *p = input->parameters;
	size_t		n_rows = (size_t) input->n_rows;
	MlGrowLimits limits;
	int64_t		i;

	if (input->n_rows < 1)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to learn from");
	if (input->signature->n_inputs > UINT16_MAX)
		return ml_fail(env, ML_LIMIT, "gbt can have %d inputs at most, but there are %d",
					   UINT16_MAX, input->signature->n_inputs);
	memset(boosting, 0, sizeof(*boosting));
	boosting->env = env;
	boosting->input = input;
	ML_TRY(base_margin(boosting));

	boosting->bins = ml_allocate(env, (size_t) input->signature->n_inputs, sizeof(MlBins));
	boosting->gradient = ml_allocate(env, n_rows, sizeof(MlGradient));
	boosting->margin = ml_allocate(env, n_rows, sizeof(double));
	if (boosting->bins == NULL || boosting->gradient == NULL || boosting->margin == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_bins_fit(env, input->signature, input->frame, input->rows, input->n_rows,
					   input->identity, (int) p[BINS], boosting->bins));
	ML_TRY(ml_bins_apply(env, boosting->bins, input->frame, input->rows, input->n_rows,
						 &boosting->binned));
	for (i = 0; i < input->n_rows; i++)
		boosting->margin[i] = boosting->base;

	limits.max_leaves = (int) p[LEAVES];
	limits.max_depth = (int) p[DEPTH];
	limits.min_rows = (int64_t) p[MIN_ROWS];
	limits.min_hessian = p[MIN_HESSIAN];
	limits.l2 = p[L2];
	limits.min_gain = p[MIN_GAIN];
	limits.learning_rate = p[LEARNING_RATE];
	limits.pool_bytes = POOL_BYTES;
	ML_TRY(ml_grower_begin(&boosting->grower, env, &boosting->binned, &limits));
	ML_TRY(ml_forest_begin(&boosting->builder, env));
	if (input->n_validation > 0)
		boosting->patience = (int) p[EARLY_STOPPING];
	return boosting->patience > 0 ? begin_validation(boosting) : ML_OK;
}

/* The base alone is the first candidate for the best number of trees. */
static MlStatus
begin_validation(Boosting *boosting)
{
	const MlFitInput *input = boosting->input;
	int64_t		i;

	boosting->validation_margin = ml_allocate(boosting->env, (size_t) input->n_validation,
											  sizeof(double));
	boosting->best_margin = ml_allocate(boosting->env, (size_t) input->n_rows, sizeof(double));
	if (boosting->validation_margin == NULL || boosting->best_margin == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < input->n_validation; i++)
		boosting->validation_margin[i] = boosting->base;
	memcpy(boosting->best_margin, boosting->margin, (size_t) input->n_rows * sizeof(double));
	return mean_loss(boosting, input->validation, input->n_validation,
					 boosting->validation_margin, &boosting->best_loss);
}

/* The constant with the least loss; also the largest weight. */
static MlStatus
base_margin(Boosting *boosting)
{
	const MlFitInput *input = boosting->input;
	MlExactSum	weights;
	MlExactSum	values;
	double		mean;
	int64_t		i;

	ml_sum_begin(&weights);
	ml_sum_begin(&values);
	for (i = 0; i < input->n_rows; i++)
	{
		uint32_t	row = input->rows[i];
		double		weight = weight_of(input, row);

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(boosting->env));
		ml_sum_add(&weights, weight);
		ml_sum_add(&values, weight * input->y[row]);
		if (weight > boosting->max_weight)
			boosting->max_weight = weight;
	}
	mean = ml_sum_value(&values) / ml_sum_value(&weights);
	if (!isfinite(mean))
	{
		ml_fail(boosting->env, ML_INVALID_DATA, "target values or weights are too large for gbt");
		ml_hint(boosting->env, "Scale them down.");
		return ML_INVALID_DATA;
	}
	if (input->task == ML_CLASSIFICATION)
	{
		/* with one class only, as if half a row of the other had been seen */
		double		least = 0.5 / (double) input->n_rows;

		mean = ml_logit(mean <= 0 ? least : mean >= 1 ? 1 - least : mean);
	}
	boosting->base = mean;
	return ML_OK;
}

static MlStatus
boost(Boosting *boosting)
{
	const MlFitInput *input = boosting->input;
	int			trees = (int) input->parameters[TREES];
	bool		stop = false;
	int			t;

	for (t = 0; t < trees && !stop; t++)
	{
		uint32_t	before = boosting->builder.n_trees;

		ML_TRY(add_tree(boosting));
		if (boosting->builder.n_trees == before)
			break;
		if (boosting->patience > 0)
			ML_TRY(validate(boosting, &stop));
		ml_report(boosting->env, "fitting", (double) (t + 1) / trees, input->n_rows, t + 1,
				  sampled_loss(boosting));
	}
	return ML_OK;
}

/* One more tree, unless no split is worth it; margins follow. */
static MlStatus
add_tree(Boosting *boosting)
{
	MlGrower   *grower = &boosting->grower;
	MlGradientScale scale;
	int			leaf;
	int64_t		i;

	ML_TRY(ml_loss_gradients(boosting->env, boosting->input, boosting->max_weight,
							 boosting->margin, boosting->gradient, &scale));
	ML_TRY(ml_grower_tree(grower, boosting->gradient, scale));
	if (grower->n_leaves == 1)
		return ML_OK;
	ML_TRY(ml_forest_add(&boosting->builder, grower->nodes, grower->n_nodes,
						 grower->sets, grower->n_sets));
	for (leaf = 0; leaf < grower->n_leaves; leaf++)
	{
		const MlGrowLeaf *range = &grower->leaves[leaf];
		const uint32_t *index = grower->partition.index + range->begin;
		double		value = grower->nodes[range->node].value.number;

		for (i = 0; i < range->n; i++)
		{
			if (i % BLOCK_ROWS == 0)
				ML_TRY(ml_check_stop(boosting->env));
			boosting->margin[index[i]] += value;
		}
	}
	return ML_OK;
}

/* Loss on the validation rows; *stop when it has not improved for long enough. */
static MlStatus
validate(Boosting *boosting, bool *stop)
{
	const MlFitInput *input = boosting->input;
	uint32_t	n_trees = boosting->builder.n_trees;
	MlForest	forest = ml_forest_finish(&boosting->builder, boosting->base, n_trees);
	double		loss;
	int64_t		i;

	for (i = 0; i < input->n_validation; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(boosting->env));
		boosting->validation_margin[i] +=
			ml_forest_frame_value(&forest, n_trees - 1, input->frame, input->validation[i]);
	}
	ML_TRY(mean_loss(boosting, input->validation, input->n_validation,
					 boosting->validation_margin, &loss));
	if (loss < boosting->best_loss)
	{
		boosting->best_loss = loss;
		boosting->best_trees = n_trees;
		memcpy(boosting->best_margin, boosting->margin, (size_t) input->n_rows * sizeof(double));
	}
	*stop = n_trees - boosting->best_trees >= (uint32_t) boosting->patience;
	return ML_OK;
}

/* Weighted mean over n rows; margin[i] belongs to rows[i]. */
static MlStatus
mean_loss(Boosting *boosting, const uint32_t *rows, int64_t n, const double *margin, double *loss)
{
	const MlFitInput *input = boosting->input;
	MlExactSum	losses;
	MlExactSum	weights;
	int64_t		i;

	ml_sum_begin(&losses);
	ml_sum_begin(&weights);
	for (i = 0; i < n; i++)
	{
		double		weight = weight_of(input, rows[i]);

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(boosting->env));
		ml_sum_add(&losses, weight * ml_loss_value(input->task, input->y[rows[i]], margin[i]));
		ml_sum_add(&weights, weight);
	}
	*loss = ml_sum_value(&losses) / ml_sum_value(&weights);
	return ML_OK;
}

/* Training loss on some rows, for people who watch. */
static double
sampled_loss(const Boosting *boosting)
{
	const MlFitInput *input = boosting->input;
	int64_t		step = input->n_rows / REPORT_ROWS + 1;
	double		sum = 0;
	double		weights = 0;
	int64_t		i;

	for (i = 0; i < input->n_rows; i += step)
	{
		uint32_t	row = input->rows[i];
		double		weight = weight_of(input, row);

		sum += weight * ml_loss_value(input->task, input->y[row], boosting->margin[i]);
		weights += weight;
	}
	return sum / weights;
}

static MlStatus
finish(Boosting *boosting, MlFitted *fitted)
{
	MlEnv	   *env = boosting->env;
	const MlFitInput *input = boosting->input;
	const double *margin = boosting->patience > 0 ? boosting->best_margin : boosting->margin;
	uint32_t	n_trees = boosting->patience > 0 ? boosting->best_trees : boosting->builder.n_trees;
	MlForest   *forest = ml_allocate(env, 1, sizeof(MlForest));
	int			i;

	if (forest == NULL)
		return ML_OUT_OF_MEMORY;
	*forest = ml_forest_finish(&boosting->builder, boosting->base, n_trees);
	forest->probability = input->task == ML_CLASSIFICATION;
	fitted->model = forest;
	fitted->iterations = (int) n_trees;
	ML_TRY(mean_loss(boosting, input->rows, input->n_rows, margin, &fitted->train_loss));
	if (n_trees == 0)
		ml_warn(env, "gbt found no split that helps and predicts one value for all rows; "
				"with few rows a smaller min_rows may help (it is %.0f, rows are %lld)",
				input->parameters[MIN_ROWS], (long long) input->n_rows);

	ml_grower_end(&boosting->grower);
	ml_release(env, boosting->best_margin);
	ml_release(env, boosting->validation_margin);
	ml_release(env, boosting->margin);
	ml_release(env, boosting->gradient);
	ml_binned_end(&boosting->binned, env);
	for (i = 0; i < input->signature->n_inputs; i++)
	{
		ml_release(env, (void *) boosting->bins[i].edges);
		ml_release(env, (void *) boosting->bins[i].bin_of_code);
	}
	ml_release(env, boosting->bins);
	return ML_OK;
}

static void
gbt_predict(const void *model, const MlSignature *signature, const double *inputs, int n_rows,
			double *outputs)
{
	const MlForest *forest = model;
	int			i;

	for (i = 0; i < n_rows; i++, inputs += signature->n_inputs)
	{
		outputs[i] = ml_forest_margin(forest, inputs);
		if (forest->probability)
			outputs[i] = ml_sigmoid(outputs[i]);
	}
}

static MlStatus
gbt_encode(const void *model, MlWriter *writer)
{
	return ml_forest_encode(model, writer);
}

static MlStatus
gbt_decode(MlEnv *env, MlReader *reader, const MlSignature *signature, MlTask task, void **model)
{
	MlForest   *forest = ml_allocate(env, 1, sizeof(MlForest));

	if (forest == NULL)
		return ML_OUT_OF_MEMORY;
	forest->probability = task == ML_CLASSIFICATION;
	*model = forest;
	return ml_forest_decode(env, reader, signature, forest);
}

const MlAlgorithm ml_gbt = {
	.name = "gbt",
	.title = "gradient-boosted trees",
	.tasks = 1u << ML_REGRESSION | 1u << ML_CLASSIFICATION,
	.uses_validation = true,
	.parameters = parameters,
	.n_parameters = N_PARAMETERS,
	.fit = gbt_fit,
	.predict = gbt_predict,
	.encode = gbt_encode,
	.decode = gbt_decode,
};
