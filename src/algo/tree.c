/*
 * algo/tree.c
 *		Sums of decision trees. See tree.h.
 */
#include <string.h>

#include "algo/algo.h"
#include "algo/lanes.h"
#include "algo/tree.h"
#include "math/func.h"

/* Trees that a row walks side by side. */
#define WALKS 8

#define LN2 0.69314718055994530942

/* The layout is part of the stored format. */
_Static_assert(sizeof(MlTreeNode) == 24, "tree nodes are 24 bytes");
_Static_assert(sizeof(MlSet256) == 32, "category sets are 32 bytes");

static MlStatus reserve(MlEnv *env, void **array, uint32_t *capacity,
						uint32_t used, uint32_t more, size_t size);
static MlStatus check_tree(MlEnv *env, const MlForest *forest, uint32_t tree,
						   const MlSignature *signature, uint8_t *seen);
static const char *node_fault(const MlForest *forest, const MlTreeNode *node, uint32_t at,
							  uint32_t n_nodes, const MlSignature *signature);

static MlStatus check_shared_splits(MlEnv *env, const MlForest *forest);
static const char *shape_fault(const MlForest *forest, MlTask task, int n_classes);
static inline void walk(const MlForest *forest, uint32_t first, const double *inputs,
						const MlTreeNode **node);
static void walk_rows(const MlForest *forest, uint32_t t, int n_inputs, const double *inputs,
					  double *output);
static void apply_link(const MlForest *forest, double *outputs);
static void softmax(double *values, int n);
static void shares(double *values, int n);

static inline bool
is_finite(double value)
{
	return value - value == 0;
}

/* memcpy() of what may be nothing. */
static inline void
copy(void *to, const void *from, size_t bytes)
{
	if (bytes > 0)
		memcpy(to, from, bytes);
}

MlStatus
ml_forest_begin(MlForestBuilder *builder, MlEnv *env)
{
	memset(builder, 0, sizeof(*builder));
	builder->env = env;
	builder->tree_capacity = 64;
	builder->first = ml_allocate(env, builder->tree_capacity, sizeof(uint32_t));
	builder->first_set = ml_allocate(env, builder->tree_capacity, sizeof(uint32_t));
	if (builder->first == NULL || builder->first_set == NULL)
		return ML_OUT_OF_MEMORY;
	return ML_OK;
}

MlStatus
ml_forest_add(MlForestBuilder *builder, const MlTreeNode *nodes, uint32_t n_nodes,
			  const MlSet256 *sets, uint32_t n_sets)
{
	MlEnv	   *env = builder->env;
	MlTreeNode *target;
	uint32_t	capacity = builder->tree_capacity;
	uint32_t	i;

	ML_TRY(reserve(env, (void **) &builder->first, &capacity, builder->n_trees + 1, 1,
				   sizeof(uint32_t)));
	ML_TRY(reserve(env, (void **) &builder->first_set, &builder->tree_capacity,
				   builder->n_trees + 1, 1, sizeof(uint32_t)));
	ML_TRY(reserve(env, (void **) &builder->nodes, &builder->node_capacity, builder->n_nodes,
				   n_nodes, sizeof(MlTreeNode)));
	ML_TRY(reserve(env, (void **) &builder->sets, &builder->set_capacity, builder->n_sets,
				   n_sets, sizeof(MlSet256)));
	target = builder->nodes + builder->n_nodes;
	memcpy(target, nodes, n_nodes * sizeof(MlTreeNode));
	for (i = 0; i < n_nodes; i++)
	{
		if (target[i].kind == ML_NODE_CATEGORY)
			target[i].value.set += builder->n_sets;
	}
	if (n_sets > 0)
		memcpy(builder->sets + builder->n_sets, sets, n_sets * sizeof(MlSet256));
	builder->n_nodes += n_nodes;
	builder->n_sets += n_sets;
	builder->n_trees++;
	builder->first[builder->n_trees] = builder->n_nodes;
	builder->first_set[builder->n_trees] = builder->n_sets;
	return ML_OK;
}

MlForest
ml_forest_finish(const MlForestBuilder *builder, MlLink link, int n_outputs, const double *base,
				 uint32_t n_trees)
{
	MlForest	forest;

	forest.link = link;
	forest.n_outputs = n_outputs;
	forest.base = base;
	forest.n_trees = n_trees;
	forest.n_nodes = builder->first[n_trees];
	forest.n_sets = builder->first_set[n_trees];
	forest.first = builder->first;
	forest.nodes = builder->nodes;
	forest.sets = builder->sets;
	forest.lanes = NULL;
	return forest;
}

MlStatus
ml_forest_join(MlEnv *env, const MlForest *first, const MlForest *second, MlForest *joined)
{
	uint64_t	n_nodes = (uint64_t) first->n_nodes + second->n_nodes;
	uint32_t	n_trees = first->n_trees + second->n_trees;
	uint32_t	n_sets = first->n_sets + second->n_sets;
	double	   *base = ml_allocate(env, (size_t) first->n_outputs, sizeof(double));
	uint32_t   *begin = ml_allocate(env, (size_t) n_trees + 1, sizeof(uint32_t));
	MlTreeNode *nodes = ml_allocate(env, (size_t) n_nodes, sizeof(MlTreeNode));
	MlSet256   *sets = ml_allocate(env, n_sets, sizeof(MlSet256));
	uint32_t	i;

	if (base == NULL || begin == NULL || nodes == NULL || sets == NULL)
		return ML_OUT_OF_MEMORY;
	if (n_nodes > UINT32_MAX)
		return ml_fail(env, ML_LIMIT, "all trees together would have more than %u nodes", UINT32_MAX);
	copy(base, first->base, (size_t) first->n_outputs * sizeof(double));
	copy(begin, first->first, first->n_trees * sizeof(uint32_t));
	copy(nodes, first->nodes, first->n_nodes * sizeof(MlTreeNode));
	copy(nodes + first->n_nodes, second->nodes, second->n_nodes * sizeof(MlTreeNode));
	copy(sets, first->sets, first->n_sets * sizeof(MlSet256));
	copy(sets + first->n_sets, second->sets, second->n_sets * sizeof(MlSet256));
	for (i = 0; i <= second->n_trees; i++)
		begin[first->n_trees + i] = first->n_nodes + second->first[i];
	for (i = first->n_nodes; i < n_nodes; i++)
	{
		if (nodes[i].kind == ML_NODE_CATEGORY)
			nodes[i].value.set += first->n_sets;
	}
	*joined = *first;
	joined->base = base;
	joined->n_trees = n_trees;
	joined->n_nodes = (uint32_t) n_nodes;
	joined->n_sets = n_sets;
	joined->first = begin;
	joined->nodes = nodes;
	joined->sets = sets;
	joined->lanes = NULL;
	return ML_OK;
}

/*
 * Trees of numbers only are walked several at a time, since each step waits
 * for memory. Leaf values are added in tree order.
 */
double
ml_forest_margin(const MlForest *forest, const double *inputs, int output)
{
	double		margin = forest->base[output];
	uint32_t	step = (uint32_t) forest->n_outputs;
	uint32_t	t = (uint32_t) output;
	int			k;

	for (; forest->n_sets == 0 && t + (uint64_t) (WALKS - 1) * step < forest->n_trees; t += WALKS * step)
	{
		const MlTreeNode *leaf[WALKS];

		walk(forest, t, inputs, leaf);
		for (k = 0; k < WALKS; k++)
			margin += leaf[k]->value.number;
	}
	for (; t < forest->n_trees; t += step)
	{
		const MlTreeNode *tree = forest->nodes + forest->first[t];
		const MlTreeNode *node = tree;

		while (node->kind != ML_NODE_LEAF)
			node = tree + node->child + ml_node_goes_right(node, forest->sets, inputs[node->input]);
		margin += node->value.number;
	}
	return margin;
}

/*
 * Many rows go through small trees in lanes, else through one tree after the other, whose nodes then are in the
 * cache, a single row through many trees at a time. Either way the margin of a
 * row is the same sum in the same order.
 */
void
ml_forest_predict(const MlForest *forest, int n_inputs, const double *inputs, int n_rows,
				  double *outputs)
{
	uint32_t	n_outputs = (uint32_t) forest->n_outputs;
	int			in_lanes = forest->lanes == NULL ? 0 : n_rows - n_rows % ML_LANE_ROWS;
	int			blocked = forest->lanes == NULL ? n_rows - n_rows % WALKS : 0;
	int			i;
	uint32_t	k;
	uint32_t	t;

	for (i = 0; i < in_lanes; i += ML_LANE_ROWS)
		ml_lanes_margins(forest, n_inputs, inputs + (size_t) i * (size_t) n_inputs,
						 outputs + (size_t) i * n_outputs);
	for (i = in_lanes; i < n_rows; i++)
	{
		for (k = 0; k < n_outputs; k++)
			outputs[(size_t) i * n_outputs + k] = i < blocked ? forest->base[k] :
				ml_forest_margin(forest, inputs + (size_t) i * (size_t) n_inputs, (int) k);
	}
	for (t = 0; blocked > 0 && t < forest->n_trees; t++)
	{
		for (i = 0; i < blocked; i += WALKS)
			walk_rows(forest, t, n_inputs, inputs + (size_t) i * (size_t) n_inputs,
					  outputs + (size_t) i * n_outputs + t % n_outputs);
	}
	for (i = 0; i < n_rows; i++)
		apply_link(forest, outputs + (size_t) i * n_outputs);
}

/*
 * WALKS rows through a tree at once; output (WALKS, n_outputs) gets the values
 * of their leaves added.
 */
static void
walk_rows(const MlForest *forest, uint32_t t, int n_inputs, const double *inputs, double *output)
{
	const MlTreeNode *tree = forest->nodes + forest->first[t];
	const MlTreeNode *node[WALKS];
	uint32_t	busy;
	int			k;

	for (k = 0; k < WALKS; k++)
		node[k] = tree;
	do
	{
		busy = 0;
#pragma GCC unroll 8
		for (k = 0; k < WALKS; k++)
		{
			const MlTreeNode *at = node[k];
			double		value = inputs[(size_t) k * (size_t) n_inputs + at->input];
			uint32_t	right = at->kind == ML_NODE_CATEGORY ?
				ml_node_goes_right(at, forest->sets, value) : ml_number_goes_right(at, value);

			busy |= at->kind;
			node[k] = at->kind == ML_NODE_LEAF ? at : tree + at->child + right;
		}
	} while (busy != 0);
	for (k = 0; k < WALKS; k++)
		output[k * forest->n_outputs] += node[k]->value.number;
}

/* outputs (n_outputs): the margins of a row, which become what is predicted. */
static void
apply_link(const MlForest *forest, double *outputs)
{
	int			n = forest->n_outputs;
	int			k;

	switch (forest->link)
	{
		case ML_LINK_IDENTITY:
			break;
		case ML_LINK_LOGISTIC:
			outputs[0] = ml_sigmoid(outputs[0]);
			break;
		case ML_LINK_SOFTMAX:
			softmax(outputs, n);
			break;
		case ML_LINK_EXP:
			for (k = 0; k < n; k++)
				outputs[k] = ml_exp(outputs[k]);
			break;
		case ML_LINK_SHARE:
			for (k = 0; k < n; k++)
				outputs[k] /= (double) (forest->n_trees / (uint32_t) n);
			if (n > 1)
				shares(outputs, n);
			break;
		case ML_LINK_ISOLATION:
			outputs[0] = ml_exp(-LN2 * (outputs[0] / (double) forest->n_trees));
			break;
	}
}

static void
softmax(double *values, int n)
{
	double		most = values[0];
	double		sum = 0;
	int			k;

	for (k = 1; k < n; k++)
		most = values[k] > most ? values[k] : most;
	for (k = 0; k < n; k++)
		sum += values[k] = ml_exp(values[k] - most);
	for (k = 0; k < n; k++)
		values[k] /= sum;
}

/* Values from 0 on to parts of one; all alike when there is nothing. */
static void
shares(double *values, int n)
{
	double		sum = 0;
	int			k;

	for (k = 0; k < n; k++)
		sum += values[k];
	for (k = 0; k < n; k++)
		values[k] = sum > 0 ? values[k] / sum : 1.0 / n;
}

/*
 * The leaves of tree `first` and the next WALKS - 1 of its output. A walk that
 * has met its leaf stays there until all have.
 */
static inline void
walk(const MlForest *forest, uint32_t first, const double *inputs, const MlTreeNode **node)
{
	const MlTreeNode *tree[WALKS];
	uint32_t	busy;
	int			k;

	for (k = 0; k < WALKS; k++)
		node[k] = tree[k] = forest->nodes + forest->first[first + (uint32_t) (k * forest->n_outputs)];
	do
	{
		busy = 0;
#pragma GCC unroll 8
		for (k = 0; k < WALKS; k++)
		{
			const MlTreeNode *at = node[k];
			const MlTreeNode *next = tree[k] + at->child + ml_number_goes_right(at, inputs[at->input]);

			busy |= at->kind;
			node[k] = at->kind == ML_NODE_LEAF ? at : next;
		}
	} while (busy != 0);
}

MlStatus
ml_forest_encode(const MlForest *forest, MlWriter *writer)
{
	ml_write_u32(writer, (uint32_t) forest->link);
	ml_write_u32(writer, (uint32_t) forest->n_outputs);
	ml_write_u32(writer, forest->n_trees);
	ml_write_u32(writer, forest->n_nodes);
	ml_write_u32(writer, forest->n_sets);
	ml_write_array(writer, forest->base, (size_t) forest->n_outputs, sizeof(double));
	ml_write_array(writer, forest->first, (size_t) forest->n_trees + 1, sizeof(uint32_t));
	ml_write_array(writer, forest->nodes, forest->n_nodes, sizeof(MlTreeNode));
	ml_write_array(writer, forest->sets, forest->n_sets, sizeof(MlSet256));
	return writer->status;
}

/* Link, outputs and base; format 1 has the base alone. */
static MlStatus
read_shape(MlEnv *env, MlReader *reader, MlTask task, MlForest *forest)
{
	double	   *base;

	if (reader->format >= 2)
	{
		uint32_t	link = ml_read_u32(reader);

		/* compared as it is read: an enumeration may have no room for nonsense */
		if (link > ML_LINK_ISOLATION)
			return ml_fail(env, ML_CORRUPT, "model is damaged: its trees have no known link");
		forest->link = (MlLink) link;
		forest->n_outputs = (int) ml_read_u32(reader);
		return ML_OK;
	}
	base = ml_allocate(env, 1, sizeof(double));
	if (base == NULL)
		return ML_OUT_OF_MEMORY;
	*base = ml_read_f64(reader);
	forest->base = base;
	forest->n_outputs = 1;
	forest->link = task == ML_CLASSIFICATION ? ML_LINK_LOGISTIC : ML_LINK_IDENTITY;
	return ML_OK;
}

MlStatus
ml_forest_decode(MlEnv *env, MlReader *reader, const MlSignature *signature, MlTask task,
				 int n_classes, MlForest *forest)
{
	const char *fault;
	uint8_t    *seen;
	uint32_t	t;

	ML_TRY(read_shape(env, reader, task, forest));
	forest->n_trees = ml_read_u32(reader);
	forest->n_nodes = ml_read_u32(reader);
	forest->n_sets = ml_read_u32(reader);
	fault = shape_fault(forest, task, n_classes);
	if (!ml_reader_failed(reader) && fault != NULL)
		return ml_fail(env, ML_CORRUPT, "model is damaged: %s", fault);
	if (reader->format >= 2)
		forest->base = ml_read_array(reader, (size_t) forest->n_outputs, sizeof(double));
	forest->first = ml_read_array(reader, (size_t) forest->n_trees + 1, sizeof(uint32_t));
	forest->nodes = ml_read_array(reader, forest->n_nodes, sizeof(MlTreeNode));
	forest->sets = ml_read_array(reader, forest->n_sets, sizeof(MlSet256));
	if (ml_reader_failed(reader))
		return ml_fail(env, ML_CORRUPT, "model is damaged: its trees are cut off");
	for (t = 0; t < (uint32_t) forest->n_outputs; t++)
	{
		if (!is_finite(forest->base[t]))
			return ml_fail(env, ML_CORRUPT, "model is damaged: the base of its trees is not finite");
	}
	if (forest->first[0] != 0 || forest->first[forest->n_trees] != forest->n_nodes)
		return ml_fail(env, ML_CORRUPT, "model is damaged: its trees do not cover its nodes");
	/* checked for all before the first is used: each tree is a range inside the nodes */
	for (t = 0; t < forest->n_trees; t++)
	{
		if (forest->first[t] >= forest->first[t + 1])
			return ml_fail(env, ML_CORRUPT, "model is damaged: tree %u is empty", t);
	}
	seen = ml_allocate(env, (size_t) forest->n_nodes + 1, 1);
	if (seen == NULL)
		return ML_OUT_OF_MEMORY;
	for (t = 0; t < forest->n_trees; t++)
		ML_TRY(check_tree(env, forest, t, signature, seen + forest->first[t]));
	ml_release(env, seen);
	if (ml_forest_shares_splits(forest))
		ML_TRY(check_shared_splits(env, forest));
	return ml_lanes_make(env, forest, signature->n_inputs, &forest->lanes);
}

void
ml_forest_model_predict(const void *model, const MlSignature *signature, const double *inputs,
						int n_rows, double *outputs)
{
	ml_forest_predict(model, signature->n_inputs, inputs, n_rows, outputs);
}

MlStatus
ml_forest_model_encode(const void *model, MlWriter *writer)
{
	return ml_forest_encode(model, writer);
}

MlStatus
ml_forest_model_decode(MlEnv *env, MlReader *reader, const MlSignature *signature, MlTask task,
					   int n_classes, void **model)
{
	MlForest   *forest = ml_allocate(env, 1, sizeof(MlForest));

	if (forest == NULL)
		return ML_OUT_OF_MEMORY;
	*model = forest;
	return ml_forest_decode(env, reader, signature, task, n_classes, forest);
}

/* The trees of all classes of a round are the same but for what their leaves say. */
static MlStatus
check_shared_splits(MlEnv *env, const MlForest *forest)
{
	uint32_t	n_outputs = (uint32_t) forest->n_outputs;
	uint32_t	t;
	uint32_t	i;

	for (t = 0; t < forest->n_trees; t++)
	{
		uint32_t	leading = t - t % n_outputs;
		const MlTreeNode *node = forest->nodes + forest->first[t];
		const MlTreeNode *other = forest->nodes + forest->first[leading];
		uint32_t	n_nodes = forest->first[t + 1] - forest->first[t];
		bool		same = n_nodes == forest->first[leading + 1] - forest->first[leading];

		ML_TRY(ml_check_stop(env));
		for (i = 0; same && i < n_nodes; i++)
			same = node[i].kind == other[i].kind && node[i].input == other[i].input &&
				node[i].child == other[i].child;
		if (!same)
			return ml_fail(env, ML_CORRUPT, "model is damaged: tree %u splits otherwise than tree %u",
						   t, leading);
	}
	return ML_OK;
}

/* What is wrong with link, outputs and number of trees, or NULL. */
static const char *
shape_fault(const MlForest *forest, MlTask task, int n_classes)
{
	bool		classes = task == ML_CLASSIFICATION;

	if (forest->n_outputs != ml_n_outputs(n_classes))
		return "its trees have another number of outputs than the model";
	if (forest->n_trees % (uint32_t) forest->n_outputs != 0)
		return "some of its outputs have more trees than others";
	if ((task == ML_ANOMALY) != (forest->link == ML_LINK_ISOLATION))
		return "its link is for another task";
	switch (forest->link)
	{
		case ML_LINK_LOGISTIC:
			return classes && n_classes == 2 ? NULL : "its link is for two classes";
		case ML_LINK_SOFTMAX:
			return classes && n_classes > 2 ? NULL : "its link is for more than two classes";
		case ML_LINK_SHARE:
			return forest->n_trees > 0 ? NULL : "it has no trees to share";
		case ML_LINK_ISOLATION:
			return forest->n_trees > 0 ? NULL : "it has no trees to isolate with";
		default:
			return classes ? "its link does not give probabilities" : NULL;
	}
}

/* Room for `more` elements behind `used`; the capacity at least doubles. */
static MlStatus
reserve(MlEnv *env, void **array, uint32_t *capacity, uint32_t used, uint32_t more, size_t size)
{
	uint64_t	needed = (uint64_t) used + more;
	void	   *grown;

	if (needed <= *capacity)
		return ML_OK;
	if (needed < 2 * (uint64_t) *capacity)
		needed = 2 * (uint64_t) *capacity;
	if (needed > UINT32_MAX)
		return ml_fail(env, ML_LIMIT, "model has too many tree nodes");
	if (*array == NULL)
		grown = ml_allocate(env, needed, size);
	else
		grown = ml_resize(env, *array, needed, size);
	if (grown == NULL)
		return ML_OUT_OF_MEMORY;
	*array = grown;
	*capacity = (uint32_t) needed;
	return ML_OK;
}

/*
 * Every node sound, children behind their parent, every node but the root the
 * child of exactly one: then every walk ends in a leaf. seen: (nodes of the
 * tree) zeros.
 */
static MlStatus
check_tree(MlEnv *env, const MlForest *forest, uint32_t tree, const MlSignature *signature,
		   uint8_t *seen)
{
	const MlTreeNode *nodes = forest->nodes + forest->first[tree];
	uint32_t	n_nodes = forest->first[tree + 1] - forest->first[tree];
	uint32_t	i;

	for (i = 0; i < n_nodes; i++)
	{
		const MlTreeNode *node = &nodes[i];
		const char *fault = node_fault(forest, node, i, n_nodes, signature);

		if (i % 65536 == 0)
			ML_TRY(ml_check_stop(env));
		if (fault == NULL && i > 0 && !seen[i])
			fault = "is not reached";
		if (fault == NULL && node->kind != ML_NODE_LEAF &&
			(seen[node->child] || seen[node->child + 1]))
			fault = "shares a child";
		if (fault != NULL)
			return ml_fail(env, ML_CORRUPT, "model is damaged: node %u of tree %u %s",
						   i, tree, fault);
		if (node->kind != ML_NODE_LEAF)
			seen[node->child] = seen[node->child + 1] = 1;
	}
	return ML_OK;
}

/* What is wrong with a node by itself, or NULL. */
static const char *
node_fault(const MlForest *forest, const MlTreeNode *node, uint32_t at, uint32_t n_nodes,
		   const MlSignature *signature)
{
	if (node->kind > ML_NODE_CATEGORY)
		return "is of no known kind";
	if (node->default_left > 1)
		return "has no side for missing values";
	if (!(node->gain >= 0) || !is_finite(node->gain))
		return "has a gain that is not a number";
	if (node->kind != ML_NODE_CATEGORY && !is_finite(node->value.number))
		return "has a value that is not finite";
	/* a walk that waits in a leaf reads its input and child, though it does not use them */
	if (node->input >= signature->n_inputs)
		return "has an input that does not exist";
	if (node->kind == ML_NODE_LEAF && forest->link == ML_LINK_ISOLATION && node->value.number < 0)
		return "is at the end of a path of negative length";
	if (node->kind == ML_NODE_LEAF)
		return node->child == 0 ? NULL : "is a leaf with children";
	if (signature->inputs[node->input].category != (node->kind == ML_NODE_CATEGORY))
		return "splits an input of another kind";
	if (node->kind == ML_NODE_CATEGORY && node->value.set >= forest->n_sets)
		return "has a category set that does not exist";
	if (node->child <= at || node->child >= n_nodes - 1)
		return "has a child outside of its tree";
	return NULL;
}
