/*
 * algo/forest.c
 *		Single decision trees and random forests.
 *
 * A decision tree is one tree (cart.h) on all rows. A forest has many, each on
 * a bootstrap sample, and looks at a random part of the inputs in each node;
 * it predicts the mean over its trees of the leaf's mean, or of the share of
 * each class in the leaf. Breiman, "Random forests", 2001.
 *
 * Rows that a tree did not draw are out of its bag. The mean over the trees
 * that did not draw a row judges the forest on rows it did not learn from.
 *
 * What is drawn are identities, as many as there are: rows that share one are
 * drawn together, so that no row is out of bag while its twin is in. Draws are
 * keyed by seed and tree and take identities by rank, so the same bytes come
 * out for any order of the rows.
 *
 * With more than two classes a tree is stored once per class, with the shares
 * of that class in its leaves.
 */
#include <math.h>
#include <string.h>

#include "algo/cart.h"
#include "algo/forest.h"
#include "algo/importance.h"
#include "algo/rules.h"
#include "algo/tree_shap.h"
#include "math/func.h"
#include "math/rng.h"
#include "math/sort.h"
#include "math/sum.h"

#define BLOCK_ROWS 16384

/* Makes draws independent of other uses of the same seed. */
#define TREE_SALT UINT64_C(0x666f726573747472)

/* A training loss takes no probability for certain. */
#define SMALLEST_PROBABILITY 1e-15

/* Nodes of all trees together, so that the stored model is within reach of one backend. */
#define MOST_NODES 40000000

enum
{
	TREES,
	DEPTH,
	LEAVES,
	MIN_ROWS,
	MIN_GAIN,
	NODE_FEATURES,
	SAMPLE,
	REPLACE,
	BINS,
	N_FOREST_PARAMETERS
};

static const MlParameter forest_parameters[N_FOREST_PARAMETERS] = {
	[TREES] = {"trees", "n_estimators,num_trees,ntree",
	ML_PARAM_INTEGER, 100, 1, 10000, "trees to grow", NULL},
	[DEPTH] = {"depth", "max_depth",
	ML_PARAM_INTEGER, 0, 0, 1000, "most splits between root and leaf, 0 for no limit", NULL},
	[LEAVES] = {"leaves", "max_leaf_nodes,num_leaves,max_leaves,maxnodes",
	ML_PARAM_INTEGER, 0, 0, 1e9, "most leaves of a tree, 0 for no limit", NULL},
	[MIN_ROWS] = {"min_rows", "min_samples_leaf,min_data_in_leaf,min_child_samples",
	ML_PARAM_INTEGER, 5, 1, 1e9, "fewest training rows of a leaf", NULL},
	[MIN_GAIN] = {"min_gain", "min_impurity_decrease",
	ML_PARAM_NUMBER, 0, 0, 1e300, "least impurity that a split takes away, as a mean over all rows", NULL},
	[NODE_FEATURES] = {"node_features", "max_features,colsample_bynode,feature_fraction_bynode",
	ML_PARAM_NUMBER, 0, 0, 1, "part of the features that a node chooses from; 0 for the square root of their number, in regression a third, rounded down", NULL},
	[SAMPLE] = {"subsample", "max_samples,sample_fraction,bagging_fraction",
	ML_PARAM_NUMBER, 1, 1e-6, 1, "rows drawn for a tree, as a part of all", NULL},
	[REPLACE] = {"replace", "bootstrap",
	ML_PARAM_INTEGER, 1, 0, 1, "1 to draw rows with replacement, 0 without", NULL},
	[BINS] = {"bins", "max_bin,max_bins",
	ML_PARAM_INTEGER, 255, 2, ML_MAX_BINS, "most distinct values or quantiles of a number that are told apart", NULL},
};

enum
{
	TREE_DEPTH,
	TREE_LEAVES,
	TREE_MIN_ROWS,
	TREE_MIN_GAIN,
	TREE_BINS,
	N_TREE_PARAMETERS
};

static const MlParameter tree_parameters[N_TREE_PARAMETERS] = {
	[TREE_DEPTH] = {"depth", "max_depth,maxdepth",
	ML_PARAM_INTEGER, 0, 0, 1000, "most splits between root and leaf, 0 for no limit", NULL},
	[TREE_LEAVES] = {"leaves", "max_leaf_nodes,num_leaves,max_leaves",
	ML_PARAM_INTEGER, 31, 0, 1e9, "most leaves, the best splits first; 0 for no limit", NULL},
	[TREE_MIN_ROWS] = {"min_rows", "min_samples_leaf,minbucket,min_data_in_leaf,min_child_samples",
	ML_PARAM_INTEGER, 20, 1, 1e9, "fewest training rows of a leaf", NULL},
	[TREE_MIN_GAIN] = {"min_gain", "min_impurity_decrease",
	ML_PARAM_NUMBER, 0, 0, 1e300, "least impurity that a split takes away, as a mean over all rows", NULL},
	[TREE_BINS] = {"bins", "max_bin,max_bins",
	ML_PARAM_INTEGER, 255, 2, ML_MAX_BINS, "most distinct values or quantiles of a number that are told apart", NULL},
};

/* How trees are grown, whichever of the two algorithms asks. */
typedef struct Plan
{
	MlCartLimits limits;
	int			trees;
	int			bins;
	double		sample;			/* part of the identities drawn; 0: all rows once */
	bool		replace;
} Plan;

typedef struct Growing
{
	MlEnv	   *env;
	const MlFitInput *input;
	Plan		plan;
	int			n_outputs;
	MlBins	   *bins;			/* (n_inputs) */
	MlBinned	binned;			/* the rows to fit on, in the order of input->rows */
	MlCartData	data;
	double	   *y;				/* (n_rows) */
	double	   *weight;			/* (n_rows), or NULL */
	MlCart		cart;
	MlForestBuilder builder;
	MlTreeNode *copy;			/* a tree for one class */
	uint32_t	copy_capacity;

	/* drawing */
	uint32_t	n_units;		/* different identities */
	uint32_t   *unit_of;		/* (n_rows) rank of the row's identity */
	uint32_t   *drawn;			/* (n_units) how often each is in the bag */
	uint32_t   *deck;			/* (n_units) for draws without replacement */
	uint32_t   *times;			/* (n_rows) how often a row is */

	/* sums over trees */
	double	   *all;			/* (n_rows, n_outputs) */
	double	   *out;			/* (n_rows, n_outputs) of trees that did not draw the row */
	uint32_t   *out_trees;		/* (n_rows) */
} Growing;

static MlStatus fit_trees(MlEnv *env, const MlFitInput *input, const Plan *plan, MlFitted *fitted);
static MlStatus check_input(MlEnv *env, const MlFitInput *input);
static MlStatus begin(Growing *growing, MlEnv *env, const MlFitInput *input, const Plan *plan);
static MlStatus take_rows(Growing *growing);
static MlStatus rank_identities(Growing *growing);
static MlStatus draw_rows(Growing *growing, uint64_t key);
static MlStatus grow_tree(Growing *growing, int tree);
static MlStatus store_tree(Growing *growing);
static MlStatus add_predictions(Growing *growing);
static MlStatus finish(Growing *growing, MlFitted *fitted);
static MlStatus out_of_bag(Growing *growing, MlFitted *fitted);
static MlStatus mean_loss(Growing *growing, double *loss);

static MlStatus
forest_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	const double *p = input->parameters;
	int			n_inputs = input->signature->n_inputs;
	double		share = p[NODE_FEATURES];
	Plan		plan;

	if (share > 0)
		plan.limits.inputs_per_node = (int) floor(share * n_inputs);
	else if (input->task == ML_REGRESSION)
		plan.limits.inputs_per_node = n_inputs / 3;
	else
		plan.limits.inputs_per_node = (int) floor(sqrt(n_inputs));
	if (plan.limits.inputs_per_node < 1)
		plan.limits.inputs_per_node = 1;
	plan.limits.max_leaves = (int64_t) p[LEAVES];
	plan.limits.max_depth = (int) p[DEPTH];
	plan.limits.min_rows = (int64_t) p[MIN_ROWS];
	plan.limits.min_gain = p[MIN_GAIN];
	plan.trees = (int) p[TREES];
	plan.bins = (int) p[BINS];
	plan.sample = p[SAMPLE];
	plan.replace = p[REPLACE] == 1;
	return fit_trees(env, input, &plan, fitted);
}

static MlStatus
tree_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	const double *p = input->parameters;
	Plan		plan;

	plan.limits.inputs_per_node = input->signature->n_inputs;
	plan.limits.max_leaves = (int64_t) p[TREE_LEAVES];
	plan.limits.max_depth = (int) p[TREE_DEPTH];
	plan.limits.min_rows = (int64_t) p[TREE_MIN_ROWS];
	plan.limits.min_gain = p[TREE_MIN_GAIN];
	plan.trees = 1;
	plan.bins = (int) p[TREE_BINS];
	plan.sample = 0;
	plan.replace = false;
	return fit_trees(env, input, &plan, fitted);
}

static MlStatus
fit_trees(MlEnv *env, const MlFitInput *input, const Plan *plan, MlFitted *fitted)
{
	Growing		growing;
	int			t;

	ML_TRY(check_input(env, input));
	ML_TRY(begin(&growing, env, input, plan));
	for (t = 0; t < plan->trees; t++)
	{
		ML_TRY(grow_tree(&growing, t));
		ml_report(env, "fitting", (double) (t + 1) / plan->trees, input->n_rows, t + 1, NAN);
	}
	return finish(&growing, fitted);
}

/* Nothing that is summed may be beyond the numbers there are. */
static MlStatus
check_input(MlEnv *env, const MlFitInput *input)
{
	double		most_y = 0;
	double		most_weight = 1;
	int64_t		i;

	if (input->n_rows < 1)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to learn from");
	if (input->signature->n_inputs > UINT16_MAX)
		return ml_fail(env, ML_LIMIT, "trees can have %d inputs at most, but there are %d",
					   UINT16_MAX, input->signature->n_inputs);
	if (input->n_classes > UINT16_MAX)
		return ml_fail(env, ML_LIMIT, "trees can have %d classes at most, but there are %d",
					   UINT16_MAX, input->n_classes);
	for (i = 0; i < input->n_rows; i++)
	{
		uint32_t	row = input->rows[i];

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		most_y = fmax(most_y, fabs(input->y[row]));
		if (input->weight != NULL)
			most_weight = fmax(most_weight, input->weight[row]);
	}
	/* a row may be drawn more than once, and y is taken from its mean */
	if (!isfinite(most_y * most_weight * (double) input->n_rows * 4))
	{
		ml_fail(env, ML_INVALID_DATA, "target values or weights are too large for trees");
		ml_hint(env, "Scale them down.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

static MlStatus
begin(Growing *growing, MlEnv *env, const MlFitInput *input, const Plan *plan)
{
	size_t		n_rows = (size_t) input->n_rows;
	size_t		n_outputs = (size_t) ml_n_outputs(input->n_classes);
	size_t		i;

	memset(growing, 0, sizeof(*growing));
	growing->env = env;
	growing->input = input;
	growing->plan = *plan;
	growing->n_outputs = (int) n_outputs;
	growing->bins = ml_allocate(env, (size_t) input->signature->n_inputs, sizeof(MlBins));
	growing->y = ml_allocate(env, n_rows, sizeof(double));
	growing->times = ml_allocate(env, n_rows, sizeof(uint32_t));
	growing->all = ml_allocate(env, n_rows * n_outputs, sizeof(double));
	if (growing->bins == NULL || growing->y == NULL || growing->times == NULL || growing->all == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_bins_fit(env, input->signature, input->frame, input->rows, input->n_rows,
					   input->identity, plan->bins, growing->bins));
	ML_TRY(ml_bins_apply(env, growing->bins, input->frame, input->rows, input->n_rows,
						 true, &growing->binned));
	ML_TRY(take_rows(growing));
	ML_TRY(ml_cart_begin(&growing->cart, env, &growing->data, &plan->limits));
	ML_TRY(ml_forest_begin(&growing->builder, env));
	for (i = 0; i < n_rows; i++)
		growing->times[i] = 1;
	if (plan->sample > 0)
		ML_TRY(rank_identities(growing));
	ml_fit_input_release(env, input);
	return ML_OK;
}

/* Targets and weights in the order of the binned rows. */
static MlStatus
take_rows(Growing *growing)
{
	const MlFitInput *input = growing->input;
	int64_t		i;

	if (input->weight != NULL)
	{
		growing->weight = ml_allocate(growing->env, (size_t) input->n_rows, sizeof(double));
		if (growing->weight == NULL)
			return ML_OUT_OF_MEMORY;
	}
	for (i = 0; i < input->n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(growing->env));
		growing->y[i] = input->y[input->rows[i]];
		if (growing->weight != NULL)
			growing->weight[i] = input->weight[input->rows[i]];
	}
	growing->data.binned = &growing->binned;
	growing->data.n_classes = input->task == ML_CLASSIFICATION ? input->n_classes : 0;
	growing->data.y = growing->y;
	growing->data.weight = growing->weight;
	return ML_OK;
}

/* The rank of every row's identity among the different ones. */
static MlStatus
rank_identities(Growing *growing)
{
	MlEnv	   *env = growing->env;
	const MlFitInput *input = growing->input;
	size_t		n_rows = (size_t) input->n_rows;
	uint64_t   *identity = ml_allocate(env, n_rows, sizeof(uint64_t));
	uint32_t   *order = ml_allocate(env, n_rows, sizeof(uint32_t));
	uint32_t	rank = 0;
	size_t		i;

	growing->unit_of = ml_allocate(env, n_rows, sizeof(uint32_t));
	growing->out = ml_allocate(env, n_rows * (size_t) growing->n_outputs, sizeof(double));
	growing->out_trees = ml_allocate(env, n_rows, sizeof(uint32_t));
	if (identity == NULL || order == NULL || growing->unit_of == NULL || growing->out == NULL ||
		growing->out_trees == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
		identity[i] = input->identity[input->rows[i]];
	ML_TRY(ml_order_u64(env, identity, n_rows, order));
	for (i = 0; i < n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		rank += i > 0 && identity[order[i]] != identity[order[i - 1]];
		growing->unit_of[order[i]] = rank;
	}
	ml_release(env, order);
	ml_release(env, identity);

	growing->n_units = rank + 1;
	growing->drawn = ml_allocate(env, growing->n_units, sizeof(uint32_t));
	growing->deck = ml_allocate(env, growing->n_units, sizeof(uint32_t));
	return growing->drawn == NULL || growing->deck == NULL ? ML_OUT_OF_MEMORY : ML_OK;
}

/* A number below n, from a hash. */
static inline uint32_t
below(uint64_t hash, uint32_t n)
{
	return (uint32_t) (((hash >> 32) * n) >> 32);
}

/* The bag of a tree. Without replacement: the beginning of a shuffled deck. */
static MlStatus
draw_rows(Growing *growing, uint64_t key)
{
	uint32_t	n = growing->n_units;
	uint32_t	draws = (uint32_t) floor(growing->plan.sample * n + 0.5);
	int64_t		row;
	uint32_t	i;

	draws = draws < 1 ? 1 : draws;
	for (i = 0; i < n; i++)
	{
		growing->drawn[i] = 0;
		growing->deck[i] = i;
	}
	for (i = 0; i < draws; i++)
	{
		uint64_t	hash = ml_hash_word(key, i);

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(growing->env));
		if (growing->plan.replace)
			growing->drawn[below(hash, n)]++;
		else
		{
			uint32_t	at = i + below(hash, n - i);

			growing->drawn[growing->deck[at]] = 1;
			growing->deck[at] = growing->deck[i];
		}
	}
	for (row = 0; row < growing->binned.n_rows; row++)
		growing->times[row] = growing->drawn[growing->unit_of[row]];
	return ML_OK;
}

static MlStatus
grow_tree(Growing *growing, int tree)
{
	uint64_t	key = ml_hash_word(growing->input->seed ^ TREE_SALT, (uint64_t) tree);
	MlCart	   *cart = &growing->cart;

	if (growing->plan.sample > 0)
		ML_TRY(draw_rows(growing, ml_hash_word(key, 0)));
	ML_TRY(ml_cart_grow(cart, growing->times, ml_hash_word(key, 1)));
	/* told by the first tree, not the last */
	if ((double) cart->n_nodes * growing->plan.trees * growing->n_outputs > MOST_NODES)
	{
		ml_fail(growing->env, ML_LIMIT, "the forest would have more than %d nodes", MOST_NODES);
		ml_detail(growing->env, "Tree %d of %d has %u.", tree + 1, growing->plan.trees, cart->n_nodes);
		ml_hint(growing->env, "Raise min_rows, lower depth or leaves, or grow fewer trees.");
		return ML_LIMIT;
	}
	ML_TRY(store_tree(growing));
	return add_predictions(growing);
}

/* The tree behind the others; with many classes once for each of them. */
static MlStatus
store_tree(Growing *growing)
{
	const MlCart *cart = &growing->cart;
	int			n_outputs = growing->n_outputs;
	uint32_t	i;
	int			k;

	if (n_outputs == 1)
		return ml_forest_add(&growing->builder, cart->nodes, cart->n_nodes, cart->sets, cart->n_sets);
	if (cart->n_nodes > growing->copy_capacity)
	{
		ml_release(growing->env, growing->copy);
		growing->copy_capacity = 2 * cart->n_nodes;
		growing->copy = ml_allocate(growing->env, growing->copy_capacity, sizeof(MlTreeNode));
		if (growing->copy == NULL)
			return ML_OUT_OF_MEMORY;
	}
	for (k = 0; k < n_outputs; k++)
	{
		memcpy(growing->copy, cart->nodes, cart->n_nodes * sizeof(MlTreeNode));
		for (i = 0; i < cart->n_nodes; i++)
		{
			if (growing->copy[i].kind == ML_NODE_LEAF)
				growing->copy[i].value.number =
					cart->shares[growing->copy[i].value.set * (size_t) n_outputs + (size_t) k];
		}
		ML_TRY(ml_forest_add(&growing->builder, growing->copy, cart->n_nodes, cart->sets, cart->n_sets));
	}
	return ML_OK;
}

/* What the tree predicts for every row, added up for all trees and for those without the row. */
static MlStatus
add_predictions(Growing *growing)
{
	const MlCart *cart = &growing->cart;
	size_t		n_outputs = (size_t) growing->n_outputs;
	int64_t		i;
	size_t		k;

	for (i = 0; i < growing->binned.n_rows; i++)
	{
		const MlTreeNode *leaf = &cart->nodes[cart->leaf_of[i]];
		const double *values = n_outputs == 1 ? &leaf->value.number :
			cart->shares + leaf->value.set * n_outputs;
		bool		is_out = growing->times[i] == 0;

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(growing->env));
		for (k = 0; k < n_outputs; k++)
		{
			growing->all[(size_t) i * n_outputs + k] += values[k];
			if (is_out)
				growing->out[(size_t) i * n_outputs + k] += values[k];
		}
		if (is_out)
			growing->out_trees[i]++;
	}
	return ML_OK;
}

static MlStatus
finish(Growing *growing, MlFitted *fitted)
{
	MlEnv	   *env = growing->env;
	const MlFitInput *input = growing->input;
	MlForest   *forest = ml_allocate(env, 1, sizeof(MlForest));
	double	   *base = ml_allocate(env, (size_t) growing->n_outputs, sizeof(double));
	int			i;

	if (forest == NULL || base == NULL)
		return ML_OUT_OF_MEMORY;
	*forest = ml_forest_finish(&growing->builder, ML_LINK_SHARE, growing->n_outputs, base,
							   growing->builder.n_trees);
	fitted->model = forest;
	fitted->iterations = growing->plan.trees;
	fitted->trees = growing->plan.trees;
	ML_TRY(mean_loss(growing, &fitted->train_loss));
	if (growing->plan.sample > 0)
		ML_TRY(out_of_bag(growing, fitted));
	if (forest->n_nodes == forest->n_trees)
		ml_warn(env, "no tree has a split, so that one value is predicted for all rows; "
				"with few rows a smaller min_rows may help (it is %lld, rows are %lld)",
				(long long) growing->plan.limits.min_rows, (long long) input->n_rows);

	ml_release(env, growing->copy);
	ml_release(env, growing->out_trees);
	ml_release(env, growing->all);
	ml_release(env, growing->times);
	ml_release(env, growing->deck);
	ml_release(env, growing->drawn);
	ml_release(env, growing->unit_of);
	ml_cart_end(&growing->cart);
	ml_release(env, growing->weight);
	ml_release(env, growing->y);
	ml_binned_end(&growing->binned, env);
	for (i = 0; i < input->signature->n_inputs; i++)
	{
		ml_release(env, (void *) growing->bins[i].edges);
		ml_release(env, (void *) growing->bins[i].bin_of_code);
	}
	ml_release(env, growing->bins);
	return ML_OK;
}

/* The sums of trees without the row become predictions, NaN where every tree drew it. */
static MlStatus
out_of_bag(Growing *growing, MlFitted *fitted)
{
	size_t		n_outputs = (size_t) growing->n_outputs;
	int64_t		i;
	size_t		k;

	for (i = 0; i < growing->binned.n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(growing->env));
		for (k = 0; k < n_outputs; k++)
		{
			double	   *value = &growing->out[(size_t) i * n_outputs + k];

			*value = growing->out_trees[i] > 0 ? *value / growing->out_trees[i] : NAN;
		}
	}
	fitted->out_of_bag = growing->out;
	return ML_OK;
}

/* Weighted mean over the rows of (F - y)^2, or of the log loss. */
static MlStatus
mean_loss(Growing *growing, double *loss)
{
	const MlFitInput *input = growing->input;
	size_t		n_outputs = (size_t) growing->n_outputs;
	MlExactSum	losses;
	MlExactSum	weights;
	int64_t		i;

	ml_sum_begin(&losses);
	ml_sum_begin(&weights);
	for (i = 0; i < input->n_rows; i++)
	{
		double		y = growing->y[i];
		double		weight = growing->weight == NULL ? 1 : growing->weight[i];
		const double *sums = growing->all + (size_t) i * n_outputs;
		double		value = sums[n_outputs > 1 ? (size_t) y : 0] / growing->plan.trees;

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(growing->env));
		if (input->task == ML_REGRESSION)
			value = (value - y) * (value - y);
		else
		{
			if (n_outputs == 1 && y < 0.5)
				value = 1 - value;
			value = -ml_log(fmax(value, SMALLEST_PROBABILITY));
		}
		ml_sum_add(&losses, weight * value);
		ml_sum_add(&weights, weight);
	}
	*loss = ml_sum_value(&losses) / ml_sum_value(&weights);
	return ML_OK;
}

const MlAlgorithm ml_random_forest = {
	.name = "random_forest",
	.title = "random forest",
	.tasks = 1u << ML_REGRESSION | 1u << ML_CLASSIFICATION,
	.pins_inputs = true,
	.max_classes = ML_MAX_CLASSES,
	.parameters = forest_parameters,
	.n_parameters = N_FOREST_PARAMETERS,
	.fit = forest_fit,
	.predict = ml_forest_model_predict,
	.encode = ml_forest_model_encode,
	.decode = ml_forest_model_decode,
	.importance = ml_forest_importance,
	.rules = ml_forest_rules,
	.explain = ml_forest_explain,
};

const MlAlgorithm ml_decision_tree = {
	.name = "decision_tree",
	.title = "a single decision tree",
	.tasks = 1u << ML_REGRESSION | 1u << ML_CLASSIFICATION,
	.pins_inputs = true,
	.max_classes = ML_MAX_CLASSES,
	.parameters = tree_parameters,
	.n_parameters = N_TREE_PARAMETERS,
	.fit = tree_fit,
	.predict = ml_forest_model_predict,
	.encode = ml_forest_model_encode,
	.decode = ml_forest_model_decode,
	.importance = ml_forest_importance,
	.rules = ml_forest_rules,
	.explain = ml_forest_explain,
};
