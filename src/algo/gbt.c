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
#include "algo/class_weight.h"
#include "algo/gbt.h"
#include "algo/lanes.h"
#include "algo/importance.h"
#include "algo/rules.h"
#include "algo/tree_shap.h"
#include "math/func.h"
#include "math/sum.h"
#include "prep/slice.h"

#define BLOCK_ROWS 16384
/* Between two looks at the stop flag while whole forests are walked. */
#define START_ROWS 256

#define POOL_BYTES ((size_t) 48 << 20)

enum
{
	OBJECTIVE,
	DELTA,
	QUANTILE,
	POWER,
	TREES,
	LEARNING_RATE,
	LEAVES,
	DEPTH,
	GROWTH,
	MIN_ROWS,
	MIN_HESSIAN,
	L1,
	L2,
	MIN_GAIN,
	SUBSAMPLE,
	TREE_FEATURES,
	NODE_FEATURES,
	BINS,
	MONOTONE,
	CLASS_WEIGHT,
	EARLY_STOPPING,
	N_PARAMETERS
};

/* Choices of OBJECTIVE, as they are listed there. */
enum
{
	AUTO,
	SQUARED,
	ABSOLUTE,
	HUBER,
	QUANTILE_LOSS,
	POISSON,
	GAMMA,
	TWEEDIE,
	LOG_LOSS
};

static const MlParameter parameters[N_PARAMETERS] = {
	[OBJECTIVE] = {"objective", "loss", ML_PARAM_CHOICE, AUTO, 0, 0,
	"what the trees make small; auto is squared for numbers and log_loss for classes",
	"auto,squared=squared_error=mse=l2=regression=reg:squarederror,"
	"absolute=absolute_error=mae=l1=regression_l1=reg:absoluteerror,"
	"huber,quantile=reg:quantileerror,poisson=count:poisson,gamma=reg:gamma,tweedie=reg:tweedie,"
	"log_loss=binary=binary:logistic=cross_entropy=multiclass=softmax=multi:softprob"},
	[DELTA] = {"delta", "huber_delta,huber_slope", ML_PARAM_NUMBER, 0, 0, 1e100,
	"of huber: the distance from which on it is the absolute error; 0 for the 0.9 quantile of the distances from the median", NULL},
	[QUANTILE] = {"quantile", "quantile_alpha", ML_PARAM_NUMBER, 0.5, 1e-6, 1 - 1e-6,
	"of the objective quantile: the part of the rows that lies below what is predicted", NULL},
	[POWER] = {"power", "tweedie_variance_power,tweedie_power", ML_PARAM_NUMBER, 1.5, 1.01, 1.99,
	"of tweedie: the power of the mean that the variance goes with, near 1 as poisson, near 2 as gamma", NULL},
	[TREES] = {"trees", "n_estimators,num_iterations,num_boost_round,nrounds,iterations,num_trees,max_iter",
	ML_PARAM_INTEGER, 100, 1, 10000, "most trees to grow, for more than two classes of each", NULL},
	[LEARNING_RATE] = {"learning_rate", "eta,shrinkage_rate",
	ML_PARAM_NUMBER, 0.1, 1e-6, 1, "how much of its step each tree makes", NULL},
	[LEAVES] = {"leaves", "num_leaves,max_leaves,max_leaf_nodes,num_leaf",
	ML_PARAM_INTEGER, 31, 2, 65536, "most leaves of a tree", NULL},
	[DEPTH] = {"depth", "max_depth",
	ML_PARAM_INTEGER, 0, 0, 64, "most splits between root and leaf, 0 for no limit", NULL},
	[GROWTH] = {"growth", "grow_policy", ML_PARAM_CHOICE, 0, 0, 0,
	"which leaf is split next: the one that gains most, or one nearest to the root",
	"leafwise=lossguide,depthwise=levelwise"},
	[MIN_ROWS] = {"min_rows", "min_data_in_leaf,min_child_samples,min_samples_leaf,min_data",
	ML_PARAM_INTEGER, 20, 1, 1e9, "fewest training rows of a leaf", NULL},
	[MIN_HESSIAN] = {"min_hessian", "min_child_weight,min_sum_hessian_in_leaf,min_sum_hessian",
	ML_PARAM_NUMBER, 1e-3, 0, 1e9, "smallest sum of second derivatives of a leaf", NULL},
	[L1] = {"l1", "reg_alpha,lambda_l1",
	ML_PARAM_NUMBER, 0, 0, 1e100, "penalty on absolute leaf values", NULL},
	[L2] = {"l2", "reg_lambda,lambda_l2,lambda,l2_regularization",
	ML_PARAM_NUMBER, 0, 0, 1e9, "penalty on squared leaf values; 1 for classes unless given", NULL},
	[MIN_GAIN] = {"min_gain", "gamma,min_split_gain,min_gain_to_split,min_split_loss",
	ML_PARAM_NUMBER, 0, 0, 1e9, "smallest gain of a split", NULL},
	[SUBSAMPLE] = {"subsample", "bagging_fraction,sub_row,bagging",
	ML_PARAM_NUMBER, 1, 1e-3, 1, "part of the rows that each tree is grown on", NULL},
	[TREE_FEATURES] = {"tree_features", "colsample_bytree,feature_fraction,sub_feature",
	ML_PARAM_NUMBER, 1, 1e-3, 1, "part of the features that a tree chooses from", NULL},
	[NODE_FEATURES] = {"node_features", "colsample_bynode,feature_fraction_bynode,max_features",
	ML_PARAM_NUMBER, 0.8, 1e-3, 1, "part of these that a node chooses from", NULL},
	[BINS] = {"bins", "max_bin,max_bins",
	ML_PARAM_INTEGER, 255, 2, ML_MAX_BINS, "most distinct values or quantiles of a number that are told apart", NULL},
	[MONOTONE] = {"monotone_constraints", "monotonic_cst,monotone", ML_PARAM_COLUMN_MAP, 0, -1, 1,
	"1 for a number with which the prediction may not fall, -1 with which it may not rise", NULL},
	[CLASS_WEIGHT] = ML_CLASS_WEIGHT_PARAMETER,
	[EARLY_STOPPING] = {"early_stopping", "early_stopping_rounds,n_iter_no_change,early_stopping_round",
	ML_PARAM_INTEGER, 20, 0, 10000, "trees without a better validation loss before training ends, 0 for never", NULL},
};

static MlStatus bin_all(MlEnv *env, const MlFitInput *input, MlBins *bins,
						const double *class_weight, MlBoostRows *training,
						MlBoostRows *validation);
static MlStatus bin_rows(MlEnv *env, const MlFitInput *input, const MlBins *bins,
						 const double *class_weight, const uint32_t *rows, int64_t n_rows,
						 MlBoostRows *binned);
static MlStatus scale_weights(MlEnv *env, const MlBoostRows *training, const MlBoostRows *validation);
static MlStatus boost_options(MlEnv *env, const MlFitInput *input, MlBoostOptions *options);
static MlStatus choose_loss(MlEnv *env, const MlFitInput *input, MlLoss *loss);
static MlStatus set_shape(MlEnv *env, const MlFitInput *input, MlLoss *loss);
static MlStatus check_start(MlEnv *env, const MlFitInput *input, const MlLoss *loss);
static MlStatus check_targets(MlEnv *env, const MlFitInput *input, const MlLoss *loss);
static MlStatus monotone_inputs(MlEnv *env, const MlFitInput *input, const int8_t **monotone);
static MlStatus monotone_input(MlEnv *env, const MlFitInput *input, const char *option,
							   const char *column, int *found);
static MlStatus start_rows(MlEnv *env, const MlFitInput *input, const double *class_weight,
						   const uint32_t *rows, MlBoostRows *binned);
static MlStatus finish_start(MlEnv *env, const MlForest *start, MlForest *forest, MlFitted *fitted);
static double learnt_odds(const double *class_weight, int n_classes, int output);
static void restore_shares(const double *class_weight, int n_classes, double *base);
static void warn_of_no_trees(MlEnv *env, const MlFitInput *input, const MlBoostRows *training,
							 const MlBoosted *boosted);
static void release_rows(MlEnv *env, MlBoostRows *rows);
static void release_bins(MlEnv *env, MlBins *bins, int n_inputs);

static MlStatus
gbt_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	MlBoostOptions options;
	double	   *class_weight;
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
	ML_TRY(boost_options(env, input, &options));
	ML_TRY(ml_class_weights(env, &ml_gbt, input, CLASS_WEIGHT, &class_weight));
	bins = ml_allocate(env, (size_t) n_inputs, sizeof(MlBins));
	forest = ml_allocate(env, 1, sizeof(MlForest));
	if (bins == NULL || forest == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_boost_team_begin(env, "gbt", input->n_rows, n_inputs));
	ML_TRY(bin_all(env, input, bins, class_weight, &training, &validation));
	ML_TRY(ml_boost_with_team(env, &options, &training, &validation, &boosted));
	if (boosted.iterations == 0)
		warn_of_no_trees(env, input, &training, &boosted);
	release_rows(env, &training);
	release_rows(env, &validation);
	release_bins(env, bins, n_inputs);

	if (class_weight != NULL && input->start == NULL)
		restore_shares(class_weight, input->n_classes, boosted.base);
	*forest = boosted.forest;
	fitted->model = forest;
	fitted->iterations = boosted.iterations;
	fitted->trees = (int) forest->n_trees;
	fitted->members = boosted.members;
	fitted->train_loss = boosted.train_loss;
	fitted->n_curve = boosted.n_curve;
	fitted->curve = boosted.curve;
	ml_release(env, class_weight);
	if (input->start != NULL)
		ML_TRY(finish_start(env, input->start, forest, fitted));
	return ml_lanes_make(env, forest, n_inputs, &forest->lanes);
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

/* By how much class weights raise the margin of an output. */
static double
learnt_odds(const double *class_weight, int n_classes, int output)
{
	if (n_classes == 2)
		return ml_log(class_weight[1] / class_weight[0]);
	return ml_log(class_weight[output]);
}

static void
restore_shares(const double *class_weight, int n_classes, double *base)
{
	int			k;

	for (k = 0; k < ml_n_outputs(n_classes); k++)
		base[k] -= learnt_odds(class_weight, n_classes, k);
}

/* Why one value is predicted for all rows. */
static void
warn_of_no_trees(MlEnv *env, const MlFitInput *input, const MlBoostRows *training,
				 const MlBoosted *boosted)
{
	double		min_rows = input->parameters[MIN_ROWS];
	int64_t		i;

	if (input->start != NULL)
	{
		ml_warn(env, "no further tree helps: the version is the same as the one that it continues");
		return;
	}
	if (boosted->n_curve > 0)
	{
		ml_warn(env, "gbt predicts one value for all rows: none of the first %d trees made the loss of "
				"the %lld rows kept for early stopping smaller; with early_stopping 0 all are kept",
				boosted->n_curve, (long long) input->n_validation);
		return;
	}
	for (i = 1; i < input->n_rows && training->y[i] == training->y[0]; i++)
		;
	if (i >= input->n_rows)
		ml_warn(env, "gbt predicts one value for all rows: all of them have the same target");
	else if ((double) input->n_rows < 2 * min_rows)
		ml_warn(env, "gbt predicts one value for all rows: %lld rows cannot be split so that both sides "
				"have min_rows (%.0f); a smaller min_rows may help", (long long) input->n_rows, min_rows);
	else
		ml_warn(env, "gbt predicts one value for all rows: no split with min_rows (%.0f) and min_hessian "
				"(%g) on both sides gains more than min_gain (%g)", min_rows,
				input->parameters[MIN_HESSIAN], input->parameters[MIN_GAIN]);
}

static MlStatus
boost_options(MlEnv *env, const MlFitInput *input, MlBoostOptions *options)
{
	const double *p = input->parameters;

	memset(options, 0, sizeof(*options));
	ML_TRY(choose_loss(env, input, &options->loss));
	ML_TRY(set_shape(env, input, &options->loss));
	ML_TRY(check_targets(env, input, &options->loss));
	ML_TRY(check_start(env, input, &options->loss));
	options->limits.max_leaves = (int) p[LEAVES];
	options->limits.max_depth = (int) p[DEPTH];
	options->limits.by_level = p[GROWTH] == 1;
	options->limits.min_rows = (int64_t) p[MIN_ROWS];
	options->limits.min_hessian = p[MIN_HESSIAN];
	options->limits.l1 = p[L1];
	options->limits.l2 = p[L2];
	options->limits.min_gain = p[MIN_GAIN];
	options->limits.tree_inputs = p[TREE_FEATURES];
	options->limits.node_inputs = p[NODE_FEATURES];
	options->limits.pool_bytes = POOL_BYTES;
	options->learning_rate = p[LEARNING_RATE];
	options->iterations = (int) p[TREES];
	options->started = input->start == NULL ? 0 : iterations_of(input->start);
	options->patience = (int) p[EARLY_STOPPING];
	options->subsample = p[SUBSAMPLE];
	options->seed = input->seed;
	return monotone_inputs(env, input, &options->limits.monotone);
}

static MlStatus
choose_loss(MlEnv *env, const MlFitInput *input, MlLoss *loss)
{
	static const MlLossKind kinds[] = {
		[AUTO] = ML_SQUARED,
		[SQUARED] = ML_SQUARED,
		[ABSOLUTE] = ML_ABSOLUTE,
		[HUBER] = ML_HUBER,
		[QUANTILE_LOSS] = ML_QUANTILE,
		[POISSON] = ML_POISSON,
		[GAMMA] = ML_GAMMA,
		[TWEEDIE] = ML_TWEEDIE,
		[LOG_LOSS] = ML_LOG_LOSS
	};
	int			choice = (int) input->parameters[OBJECTIVE];
	bool		classes = input->task == ML_CLASSIFICATION;
	char		name[ML_CHOICE_NAME];

	if (choice != AUTO && (choice == LOG_LOSS) != classes)
	{
		ml_fail(env, ML_INVALID_OPTION, "objective \"%s\" is for %s",
				ml_choice_name(&parameters[OBJECTIVE], choice, name),
				ml_task_name(classes ? ML_REGRESSION : ML_CLASSIFICATION));
		ml_hint(env, "Column \"%.*s\" is a target of %s.", ML_CUT(input->target, 100), ml_task_name(input->task));
		return ML_INVALID_OPTION;
	}
	loss->n_outputs = ml_n_outputs(input->n_classes);
	if (classes)
		loss->objective = input->n_classes > 2 ? ML_SOFTMAX : ML_LOG_LOSS;
	else
		loss->objective = kinds[choice];
	return ML_OK;
}

/*
 * With few rows in a leaf the step for classes has no bound: 1 keeps
 * probabilities from the ends. For numbers it would only bias their means.
 */
static double
gbt_task_default(MlTask task, int parameter, double initial)
{
	return parameter == L2 && task == ML_CLASSIFICATION ? 1 : initial;
}

static void
gbt_judged_by(const double *p, MlYardstick *yardstick)
{
	if (p[OBJECTIVE] == ABSOLUTE)
		*yardstick = (MlYardstick) {"mae", 0.5};
	else if (p[OBJECTIVE] == QUANTILE_LOSS)
		*yardstick = (MlYardstick) {"pinball_loss", p[QUANTILE]};
}

/*
 * The number that belongs to an objective; one that belongs to another is no
 * use, unless it says what holds anyway, as the parameters of a version do.
 */
static MlStatus
set_shape(MlEnv *env, const MlFitInput *input, MlLoss *loss)
{
	static const struct
	{
		int			parameter;
		MlLossKind	objective;
		const char *name;
	}			shapes[] = {
		{DELTA, ML_HUBER, "huber"},
		{QUANTILE, ML_QUANTILE, "quantile"},
		{POWER, ML_TWEEDIE, "tweedie"}
	};
	size_t		i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
	{
		int			parameter = shapes[i].parameter;

		if (loss->objective == shapes[i].objective)
			loss->shape = input->parameters[parameter];
		else if (input->parameters[parameter] != parameters[parameter].initial)
			return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" is for the objective \"%s\" only",
						   parameters[parameter].name, shapes[i].name);
	}
	return ML_OK;
}

/* The margins of the model that is continued must mean the same. */
static MlStatus
check_start(MlEnv *env, const MlFitInput *input, const MlLoss *loss)
{
	const MlForest *start = input->start;

	if (start == NULL || start->link == ml_loss_link(loss))
		return ML_OK;
	ml_fail(env, ML_INVALID_OPTION, "the version to continue was trained for another objective");
	ml_hint(env, "Objectives that predict e^margin (poisson, gamma, tweedie) and others cannot continue each other.");
	return ML_INVALID_OPTION;
}

static MlStatus
check_targets(MlEnv *env, const MlFitInput *input, const MlLoss *loss)
{
	int64_t		i;

	for (i = 0; i < input->n_rows + input->n_validation; i++)
	{
		uint32_t	row = i < input->n_rows ? input->rows[i] : input->validation[i - input->n_rows];
		const char *wanted = ml_loss_refuses(loss, input->y[row]);

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		if (wanted != NULL)
		{
			char		name[ML_CHOICE_NAME];

			return ml_fail(env, ML_INVALID_DATA,
						   "objective \"%s\" needs target values %s, but column \"%.*s\" has %.15g",
						   ml_choice_name(&parameters[OBJECTIVE], (int) input->parameters[OBJECTIVE], name),
						   wanted, ML_CUT(input->target, 100), input->y[row]);
		}
	}
	return ML_OK;
}

/* (n_inputs) as MlGrowLimits wants them, or NULL without any. */
static MlStatus
monotone_inputs(MlEnv *env, const MlFitInput *input, const int8_t **monotone)
{
	const MlOption *option = ml_parameter_given(&ml_gbt, input->options, input->n_options, MONOTONE);
	int8_t	   *direction;
	int			i;

	if (option == NULL)
		return ML_OK;
	if (input->n_classes > 2)
		return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" is for regression and two classes",
					   option->name);
	direction = ml_allocate(env, (size_t) input->signature->n_inputs, sizeof(int8_t));
	if (direction == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < option->n_members; i++)
	{
		int			found = 0;

		ML_TRY(monotone_input(env, input, option->name, option->members[i].name, &found));
		direction[found] = (int8_t) option->members[i].value;
	}
	*monotone = direction;
	return ML_OK;
}

static MlStatus
monotone_input(MlEnv *env, const MlFitInput *input, const char *option, const char *column, int *found)
{
	int			f = ml_signature_find(input->signature, column, strlen(column));
	const MlFeature *feature;

	if (f < 0)
		return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" names column \"%.*s\", which is no feature",
					   option, ML_CUT(column, 100));
	feature = &input->signature->features[f];
	*found = feature->first_input;
	if (feature->n_inputs != 1 || input->signature->inputs[*found].category)
	{
		ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" cannot hold for column \"%.*s\"", option, ML_CUT(column, 100));
		ml_hint(env, "It is for numbers, not for categories, dates and times.");
		return ML_INVALID_OPTION;
	}
	return ML_OK;
}

/* Bins learnt from the training rows, and both sets of rows as bins. */
static MlStatus
bin_all(MlEnv *env, const MlFitInput *input, MlBins *bins, const double *class_weight,
		MlBoostRows *training, MlBoostRows *validation)
{
	ML_TRY(ml_bins_fit(env, input->signature, input->frame, input->rows, input->n_rows,
					   input->identity, (int) input->parameters[BINS], bins));
	ML_TRY(bin_rows(env, input, bins, class_weight, input->rows, input->n_rows, training));
	ML_TRY(bin_rows(env, input, bins, class_weight, input->validation, input->n_validation,
					validation));
	ml_fit_input_release(env, input);
	return scale_weights(env, training, validation);
}

/*
 * Penalties and min_hessian count in weighted rows. Weights with a mean below
 * 1 are shares of something: they are brought to a mean of 1, since else the
 * penalties would outweigh the data.
 */
static MlStatus
scale_weights(MlEnv *env, const MlBoostRows *training, const MlBoostRows *validation)
{
	const MlBoostRows *sides[2] = {training, validation};
	MlExactSum	sum;
	double		mean;
	int			k;
	int64_t		i;

	if (training->weight == NULL)
		return ML_OK;
	ml_sum_begin(&sum);
	ML_TRY(ml_check_stop(env));
	ml_sum_add_array(&sum, training->weight, (size_t) training->binned.n_rows);
	mean = ml_sum_value(&sum) / (double) training->binned.n_rows;
	if (!(mean < 1))
		return ML_OK;
	for (k = 0; k < 2; k++)
	{
		double	   *weight = (double *) sides[k]->weight;

		for (i = 0; i < sides[k]->binned.n_rows; i++)
		{
			if (i % BLOCK_ROWS == 0)
				ML_TRY(ml_check_stop(env));
			weight[i] /= mean;
		}
	}
	return ML_OK;
}

static MlStatus
bin_rows(MlEnv *env, const MlFitInput *input, const MlBins *bins, const double *class_weight,
		 const uint32_t *rows, int64_t n_rows, MlBoostRows *binned)
{
	double	   *y = ml_allocate(env, (size_t) n_rows, sizeof(double));
	uint64_t   *identity = ml_allocate(env, (size_t) n_rows, sizeof(uint64_t));
	bool		weighted = input->weight != NULL || class_weight != NULL;
	double	   *weight = NULL;
	int64_t		i;

	memset(binned, 0, sizeof(*binned));
	if (weighted)
		weight = ml_allocate(env, (size_t) n_rows, sizeof(double));
	if (y == NULL || identity == NULL || (weight == NULL && weighted))
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		y[i] = input->y[rows[i]];
		identity[i] = input->identity[rows[i]];
		if (weighted)
			weight[i] = input->weight == NULL ? 1 : input->weight[rows[i]];
		if (class_weight != NULL)
			weight[i] *= class_weight[(int) y[i]];
	}
	binned->y = y;
	binned->identity = identity;
	binned->weight = weight;
	ML_TRY(ml_bins_apply(env, bins, input->frame, rows, n_rows, false, &binned->binned));
	return input->start == NULL ? ML_OK : start_rows(env, input, class_weight, rows, binned);
}

/* The margins of all rows by the model that is continued, as class weights would have made them. */
static MlStatus
start_rows(MlEnv *env, const MlFitInput *input, const double *class_weight, const uint32_t *rows,
		   MlBoostRows *binned)
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
				*margin++ = ml_forest_margin(forest, inputs, k) +
					(class_weight == NULL ? 0 : learnt_odds(class_weight, input->n_classes, k));
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

const MlAlgorithm ml_gbt = {
	.name = "gbt",
	.title = "gradient-boosted trees",
	.tasks = 1u << ML_REGRESSION | 1u << ML_CLASSIFICATION,
	.max_classes = ML_MAX_CLASSES,
	.uses_validation = true,
	.continues = true,
	.pins_inputs = true,
	.parameters = parameters,
	.n_parameters = N_PARAMETERS,
	.fit = gbt_fit,
	.help = ml_boost_help,
	.predict = ml_forest_model_predict,
	.encode = ml_forest_model_encode,
	.decode = ml_forest_model_decode,
	.importance = ml_forest_importance,
	.judged_by = gbt_judged_by,
	.task_default = gbt_task_default,
	.rules = ml_forest_rules,
	.explain = ml_forest_explain,
};
