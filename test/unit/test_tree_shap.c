/*
 * test_tree_shap.c
 *		Shapley values of trees: against their definition over all subsets of
 *		inputs, and what they promise about sums, lanes and strange trees.
 */
#include <math.h>
#include <string.h>

#include "algo/explain.h"
#include "algo/gbt.h"
#include "algo/tree.h"
#include "math/rng.h"
#include "unit.h"

#define MOST_INPUTS 48
#define MOST_NODES 4001

static uint64_t random_state = 7;

static double
uniform(void)
{
	random_state++;
	return ml_hash_uniform(ml_mix64(random_state));
}

static int
below(int n)
{
	return (int) (uniform() * n);
}

/* Numbers first, then as many categories. */
static MlSignature
make_signature(int n_numbers, int n_categories)
{
	static MlInput inputs[MOST_INPUTS];
	MlSignature signature = {.n_inputs = n_numbers + n_categories, .inputs = inputs};
	int			i;

	memset(inputs, 0, sizeof(inputs));
	for (i = 0; i < signature.n_inputs; i++)
	{
		inputs[i].category = i >= n_numbers;
		inputs[i].n_levels = 5;
	}
	return signature;
}

/* A leaf becomes a split, whose rows go to two new leaves. */
static void
split_leaf(MlTreeNode *nodes, uint32_t *n_nodes, uint32_t at, const MlSignature *signature,
		   MlSet256 *sets, uint32_t *n_sets)
{
	MlTreeNode *node = &nodes[at];
	uint32_t	rows = node->rows;
	uint32_t	left = 1 + (uint32_t) below((int) rows - 1);
	int			i;

	node->input = (uint16_t) below(signature->n_inputs);
	node->child = *n_nodes;
	node->default_left = (uint8_t) below(2);
	node->kind = signature->inputs[node->input].category ? ML_NODE_CATEGORY : ML_NODE_NUMBER;
	if (node->kind == ML_NODE_CATEGORY)
	{
		node->value.set = *n_sets;
		memset(&sets[*n_sets], 0, sizeof(MlSet256));
		for (i = 0; i < 6; i++)
		{
			if (below(2) == 0)
				ml_set_add(&sets[*n_sets], (unsigned) i);
		}
		(*n_sets)++;
	}
	else
		node->value.number = uniform();
	for (i = 0; i < 2; i++)
	{
		memset(&nodes[*n_nodes], 0, sizeof(MlTreeNode));
		nodes[*n_nodes].rows = i == 0 ? left : rows - left;
		nodes[*n_nodes].value.number = uniform() - 0.5;
		(*n_nodes)++;
	}
}

/* Trees of so many splits at random; the largest leaf is split first. */
static MlForest
make_forest(MlEnv *env, const MlSignature *signature, int n_trees, int n_splits, int n_outputs,
			MlLink link)
{
	static const double base[3] = {0.25, -1.5, 3.0};
	static MlTreeNode nodes[MOST_NODES];
	static MlSet256 sets[MOST_NODES];
	MlForestBuilder builder;
	int			t;
	int			i;

	if (ml_forest_begin(&builder, env) != ML_OK)
		unit_ok(false, "a forest can begin");
	for (t = 0; t < n_trees; t++)
	{
		uint32_t	n_nodes = 1;
		uint32_t	n_sets = 0;

		memset(&nodes[0], 0, sizeof(MlTreeNode));
		nodes[0].rows = 1000000;
		nodes[0].value.number = uniform();
		for (i = 0; i < n_splits; i++)
		{
			uint32_t	at = 0;
			uint32_t	k;

			for (k = 0; k < n_nodes; k++)
			{
				if (nodes[k].kind == ML_NODE_LEAF &&
					(nodes[at].kind != ML_NODE_LEAF || nodes[k].rows > nodes[at].rows))
					at = k;
			}
			split_leaf(nodes, &n_nodes, at, signature, sets, &n_sets);
		}
		if (ml_forest_add(&builder, nodes, n_nodes, sets, n_sets) != ML_OK)
			unit_ok(false, "a tree can be added");
	}
	return ml_forest_finish(&builder, link, n_outputs, base, (uint32_t) n_trees);
}

static void
make_row(const MlSignature *signature, double *inputs)
{
	int			i;

	for (i = 0; i < signature->n_inputs; i++)
	{
		inputs[i] = signature->inputs[i].category ? below(7) : uniform();
		if (below(6) == 0)
			inputs[i] = NAN;
	}
}

/* What a tree gives when the inputs of the set are known; by the definition. */
static double
worth(const MlForest *forest, const MlTreeNode *tree, const MlTreeNode *node, const double *inputs,
	  uint32_t known)
{
	const MlTreeNode *left = tree + node->child;

	if (node->kind == ML_NODE_LEAF)
		return node->value.number;
	if (known & (1u << node->input))
		return worth(forest, tree, left + ml_node_goes_right(node, forest->sets, inputs[node->input]),
					 inputs, known);
	return ((double) left[0].rows * worth(forest, tree, left, inputs, known) +
			(double) left[1].rows * worth(forest, tree, left + 1, inputs, known)) / node->rows;
}

static double
worth_of_trees(const MlForest *forest, int output, const double *inputs, uint32_t known)
{
	double		sum = forest->base[output];
	uint32_t	t;

	for (t = (uint32_t) output; t < forest->n_trees; t += (uint32_t) forest->n_outputs)
		sum += worth(forest, forest->nodes + forest->first[t], forest->nodes + forest->first[t], inputs, known);
	return sum;
}

static double
factorial(int n)
{
	return n < 2 ? 1.0 : n * factorial(n - 1);
}

/* The mean over all orders of what input i adds to those before it. */
static double
shapley(const MlForest *forest, int output, const double *inputs, int n, int i)
{
	double		sum = 0;
	uint32_t	known;

	for (known = 0; known < 1u << n; known++)
	{
		int			size = __builtin_popcount(known);

		if (known & (1u << i))
			continue;
		sum += factorial(size) * factorial(n - size - 1) / factorial(n) *
			(worth_of_trees(forest, output, inputs, known | (1u << i)) -
			 worth_of_trees(forest, output, inputs, known));
	}
	return sum;
}

static MlStatus
explain(MlEnv *env, const MlForest *forest, const MlSignature *signature, int output, MlExplainer *explainer)
{
	return ml_explain_begin(env, &ml_gbt, forest, signature, ML_REGRESSION, 0, output, explainer);
}

static void
test_definition(int n_splits, int n_outputs)
{
	MlEnv	   *env = unit_env();
	MlSignature signature = make_signature(5, 3);
	MlForest	forest = make_forest(env, &signature, 3 * n_outputs, n_splits, n_outputs, ML_LINK_IDENTITY);
	double		inputs[18 * 8];
	double		contributions[18 * 8];
	double		worst = 0;
	int			output;
	int			row;
	int			i;

	for (row = 0; row < 18; row++)
		make_row(&signature, inputs + row * 8);
	for (output = 0; output < n_outputs; output++)
	{
		MlExplainer explainer;

		unit_ok(explain(env, &forest, &signature, output, &explainer) == ML_OK &&
				ml_explain_rows(&explainer, inputs, 18, contributions, NULL) == ML_OK, "rows are explained");
		unit_near(explainer.base, worth_of_trees(&forest, output, inputs, 0), 1e-12,
				  "the base is what is expected of an unknown row");
		for (row = 0; row < 18; row++)
		{
			for (i = 0; i < 8; i++)
				worst = fmax(worst, fabs(contributions[row * 8 + i] -
										 shapley(&forest, output, inputs + row * 8, 8, i)));
		}
	}
	unit_ok(worst < 1e-12, "%d splits, %d outputs: as the definition says, within %g", n_splits, n_outputs, worst);
}

/* Rows alone and in blocks, with all vector instructions: the same bits. */
static void
test_same_bits(void)
{
	MlEnv	   *env = unit_env();
	MlSignature signature = make_signature(6, 2);
	MlForest	forest = make_forest(env, &signature, 10, 40, 1, ML_LINK_LOGISTIC);
	double		inputs[37 * 8];
	double		blocks[37 * 8];
	double		single[37 * 8];
	MlSimd		best = ml_simd_best();
	int			level;
	int			row;

	for (row = 0; row < 37; row++)
		make_row(&signature, inputs + row * 8);
	for (level = ML_SIMD_NONE; level <= (int) best; level++)
	{
		MlExplainer explainer;

		env->simd = (MlSimd) level;
		unit_ok(explain(env, &forest, &signature, 0, &explainer) == ML_OK, "trees can be explained");
		if (level == ML_SIMD_NONE)
			unit_ok(ml_explain_rows(&explainer, inputs, 37, blocks, NULL) == ML_OK, "in blocks");
		for (row = 0; row < 37; row++)
			unit_ok(ml_explain_rows(&explainer, inputs + row * 8, 1, single + row * 8, NULL) == ML_OK &&
					memcmp(single + row * 8, blocks + row * 8, 8 * sizeof(double)) == 0,
					"level %d, row %d: the same bits alone", level, row);
	}
}

/* base + contributions = scale * margin */
static void
check_sum(const MlForest *forest, const MlSignature *signature, double scale, const char *what)
{
	MlEnv	   *env = unit_env();
	MlExplainer explainer;
	double		inputs[MOST_INPUTS];
	double		contributions[MOST_INPUTS];
	double		worst = 0;
	int			row;
	int			i;

	unit_ok(explain(env, forest, signature, 0, &explainer) == ML_OK, "%s can be explained", what);
	for (row = 0; row < 18; row++)
	{
		double		margin;
		double		sum = explainer.base;

		make_row(signature, inputs);
		margin = scale * ml_forest_margin(forest, inputs, 0);
		if (ml_explain_rows(&explainer, inputs, 1, contributions, NULL) != ML_OK)
			unit_ok(false, "%s: a row is explained", what);
		for (i = 0; i < signature->n_inputs; i++)
			sum += contributions[i];
		worst = fmax(worst, fabs(sum - margin) / fmax(fabs(margin), 1));
	}
	unit_ok(worst < 1e-11, "%s: contributions add up to the margin, within %g", what, worst);
}

static void
test_sums(void)
{
	MlEnv	   *env = unit_env();
	MlSignature signature = make_signature(20, 20);
	MlForest	forest = make_forest(env, &signature, 5, 2000, 1, ML_LINK_IDENTITY);
	MlSignature narrow;

	check_sum(&forest, &signature, 1.0, "large trees");
	forest = make_forest(env, &signature, 10, 30, 1, ML_LINK_SHARE);
	check_sum(&forest, &signature, 0.1, "shares");
	forest = make_forest(env, &signature, 10, 30, 1, ML_LINK_ISOLATION);
	check_sum(&forest, &signature, -0.1, "isolation");
	narrow = make_signature(1, 0);
	forest = make_forest(env, &narrow, 3, 500, 1, ML_LINK_IDENTITY);
	check_sum(&forest, &narrow, 1.0, "one input, split again and again");
	forest = make_forest(env, &narrow, 3, 0, 1, ML_LINK_IDENTITY);
	check_sum(&forest, &narrow, 1.0, "trees that are leaves");
	forest = make_forest(env, &narrow, 0, 0, 1, ML_LINK_IDENTITY);
	check_sum(&forest, &narrow, 1.0, "no trees");
}

/* A path as long as the tree, one input after the other. */
static void
test_chain(void)
{
	static MlTreeNode nodes[MOST_NODES];
	static MlSet256 sets[1];
	static const double base[1] = {0};
	MlEnv	   *env = unit_env();
	MlSignature signature = make_signature(MOST_INPUTS, 0);
	MlForestBuilder builder;
	MlForest	forest;
	uint32_t	i;

	memset(nodes, 0, sizeof(nodes));
	for (i = 0; i + 2 < MOST_NODES; i += 2)
	{
		nodes[i].kind = ML_NODE_NUMBER;
		nodes[i].input = (uint16_t) (i / 2 % MOST_INPUTS);
		nodes[i].value.number = 0.02 * uniform();
		nodes[i].child = i + 1;
		nodes[i].rows = MOST_NODES - i;
		nodes[i + 1].rows = 1;
		nodes[i + 1].value.number = uniform();
		nodes[i + 2].rows = MOST_NODES - i - 1;
	}
	nodes[MOST_NODES - 1].value.number = 5;
	if (ml_forest_begin(&builder, env) != ML_OK || ml_forest_add(&builder, nodes, MOST_NODES, sets, 0) != ML_OK)
		unit_ok(false, "a chain can be made");
	forest = ml_forest_finish(&builder, ML_LINK_IDENTITY, 1, base, 1);
	check_sum(&forest, &signature, 1.0, "a chain of 2000 splits on 48 inputs");
	for (i = 0; i < MOST_NODES; i++)
		nodes[i].rows = i % 3 == 0 ? UINT32_MAX : 0;
	if (ml_forest_begin(&builder, env) != ML_OK || ml_forest_add(&builder, nodes, MOST_NODES, sets, 0) != ML_OK)
		unit_ok(false, "a chain can be made");
	forest = ml_forest_finish(&builder, ML_LINK_IDENTITY, 1, base, 1);
	check_sum(&forest, &signature, 1.0, "a chain with impossible numbers of rows");
}

static void
test_stop(void)
{
	MlEnv	   *env = unit_env();
	MlSignature signature = make_signature(4, 0);
	MlForest	forest = make_forest(env, &signature, 50, 30, 1, ML_LINK_IDENTITY);
	MlExplainer explainer;
	double		inputs[4] = {0.1, 0.2, 0.3, 0.4};
	double		contributions[4];

	unit_ok(explain(env, &forest, &signature, 0, &explainer) == ML_OK, "trees can be explained");
	unit_stop_after(env, 20);
	unit_ok(ml_explain_rows(&explainer, inputs, 1, contributions, NULL) == ML_INTERRUPTED, "a cancel is obeyed");
}

int
main(void)
{
	test_definition(1, 1);
	test_definition(6, 1);
	test_definition(24, 1);
	test_definition(9, 3);
	test_same_bits();
	test_sums();
	test_chain();
	test_stop();
	return unit_done();
}
