/*
 * algo/lanes.c
 *		Blocks of rows through small trees. See lanes.h.
 */
#include <math.h>
#include <string.h>

#include "algo/lanes.h"

#define HALF (ML_LANE_ROWS / 2)

typedef double Doubles __attribute__((vector_size(64)));
typedef int64_t Bits __attribute__((vector_size(64)));

/* Values of one input for the rows of a block. */
typedef union Column
{
	double		value[ML_LANE_ROWS];
	Doubles		half[2];
} Column;

static void make_tree(const MlForest *forest, uint32_t t, MlLaneSplit *splits, double *leaves);

MlStatus
ml_lanes_make(MlEnv *env, const MlForest *forest, int n_inputs, const MlLanes **lanes)
{
	uint32_t	n_leaves = (forest->n_nodes + forest->n_trees) / 2;
	MlLanes    *made;
	MlLaneSplit *splits;
	double	   *leaves;
	uint32_t   *first_split;
	uint32_t   *first_leaf;
	uint32_t	t;

	*lanes = NULL;
	if (env->simd < ML_SIMD_AVX512 || n_inputs > ML_LANE_INPUTS)
		return ML_OK;
	for (t = 0; t < forest->n_trees; t++)
	{
		if (forest->first[t + 1] - forest->first[t] > 2 * ML_LANE_LEAVES - 1)
			return ML_OK;
	}
	made = ml_allocate(env, 1, sizeof(MlLanes));
	splits = ml_allocate(env, forest->n_nodes - n_leaves, sizeof(MlLaneSplit));
	leaves = ml_allocate(env, n_leaves, sizeof(double));
	first_split = ml_allocate(env, (size_t) forest->n_trees + 1, sizeof(uint32_t));
	first_leaf = ml_allocate(env, (size_t) forest->n_trees + 1, sizeof(uint32_t));
	if (made == NULL || splits == NULL || leaves == NULL || first_split == NULL || first_leaf == NULL)
		return ML_OUT_OF_MEMORY;
	for (t = 0; t < forest->n_trees; t++)
	{
		/* a tree of n nodes has (n + 1) / 2 leaves */
		uint32_t	n_nodes = forest->first[t + 1] - forest->first[t];

		ML_TRY(ml_check_stop(env));
		make_tree(forest, t, splits + first_split[t], leaves + first_leaf[t]);
		first_split[t + 1] = first_split[t] + n_nodes / 2;
		first_leaf[t + 1] = first_leaf[t] + n_nodes / 2 + 1;
	}
	made->first_split = first_split;
	made->first_leaf = first_leaf;
	made->splits = splits;
	made->leaves = leaves;
	*lanes = made;
	return ML_OK;
}

/* Children stand behind their parents: leaves are counted upwards, numbered downwards. */
static void
make_tree(const MlForest *forest, uint32_t t, MlLaneSplit *splits, double *leaves)
{
	const MlTreeNode *nodes = forest->nodes + forest->first[t];
	uint32_t	n_nodes = forest->first[t + 1] - forest->first[t];
	uint32_t	count[2 * ML_LANE_LEAVES];
	uint32_t	leftmost[2 * ML_LANE_LEAVES];
	uint32_t	i;

	for (i = n_nodes; i-- > 0;)
		count[i] = nodes[i].kind == ML_NODE_LEAF ? 1 :
			count[nodes[i].child] + count[nodes[i].child + 1];
	leftmost[0] = 0;
	for (i = 0; i < n_nodes; i++)
	{
		const MlTreeNode *node = &nodes[i];
		uint64_t	lefts;

		if (node->kind == ML_NODE_LEAF)
		{
			leaves[leftmost[i]] = node->value.number;
			continue;
		}
		leftmost[node->child] = leftmost[i];
		leftmost[node->child + 1] = leftmost[i] + count[node->child];
		lefts = ((UINT64_C(1) << count[node->child]) - 1) << leftmost[i];
		splits->right = ~lefts;
		splits->category = node->kind == ML_NODE_CATEGORY ? node : NULL;
		splits->threshold = node->kind == ML_NODE_CATEGORY ? 0 : node->value.number;
		splits->column = 2 * (uint32_t) node->input + node->default_left;
		splits++;
	}
}

/* right (ML_LANE_ROWS) = full words for the rows that a set of categories sends right. */
static void
categories_right(const MlForest *forest, const MlTreeNode *node, int n_inputs,
				 const double *inputs, int64_t *right)
{
	int			k;

	for (k = 0; k < ML_LANE_ROWS; k++)
	{
		double		value = inputs[(size_t) k * (size_t) n_inputs + node->input];

		right[k] = -(int64_t) ml_node_goes_right(node, forest->sets, value);
	}
}

/* Adds the leaf values to the outputs. */
ML_FOR_AVX512 static void
add_leaves(const MlForest *forest, int n_inputs, const double *inputs, double *outputs)
{
	const MlLanes *lanes = forest->lanes;
	Column		columns[2 * ML_LANE_INPUTS];
	int			i;
	int			k;
	uint32_t	t;

	/* missing values as those that go right, and left, at every threshold */
	for (i = 0; i < n_inputs; i++)
	{
		for (k = 0; k < ML_LANE_ROWS; k++)
		{
			double		value = inputs[(size_t) k * (size_t) n_inputs + (size_t) i];

			columns[2 * i].value[k] = value == value ? value : INFINITY;
			columns[2 * i + 1].value[k] = value == value ? value : -INFINITY;
		}
	}
	for (t = 0; t < forest->n_trees; t++)
	{
		const MlLaneSplit *split = lanes->splits + lanes->first_split[t];
		const MlLaneSplit *end = lanes->splits + lanes->first_split[t + 1];
		const double *leaves = lanes->leaves + lanes->first_leaf[t];
		double	   *output = outputs + t % (uint32_t) forest->n_outputs;
		Bits		alive[2] = {{-1, -1, -1, -1, -1, -1, -1, -1}, {-1, -1, -1, -1, -1, -1, -1, -1}};

		for (; split < end; split++)
		{
			const Column *column = &columns[split->column];
			Bits		right[2];
			int64_t		by_row[ML_LANE_ROWS];

			if (split->category == NULL)
			{
				right[0] = (Bits) (column->half[0] > split->threshold);
				right[1] = (Bits) (column->half[1] > split->threshold);
			}
			else
			{
				categories_right(forest, split->category, n_inputs, inputs, by_row);
				memcpy(right, by_row, sizeof(right));
			}
			alive[0] &= ~right[0] | (int64_t) split->right;
			alive[1] &= ~right[1] | (int64_t) split->right;
		}
		for (k = 0; k < ML_LANE_ROWS; k++)
			output[k * forest->n_outputs] += leaves[__builtin_ctzll((uint64_t) alive[k / HALF][k % HALF])];
	}
}

void
ml_lanes_margins(const MlForest *forest, int n_inputs, const double *inputs, double *outputs)
{
	int			k;
	int			output;

	for (k = 0; k < ML_LANE_ROWS; k++)
	{
		for (output = 0; output < forest->n_outputs; output++)
			outputs[k * forest->n_outputs + output] = forest->base[output];
	}
	add_leaves(forest, n_inputs, inputs, outputs);
}
