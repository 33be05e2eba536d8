/*
 * algo/grow.c
 *		Best-first growth of one tree. See grow.h.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "algo/draw.h"
#include "algo/grow.h"
#include "base/team.h"

#define BLOCK_ROWS 65536

/* Smoothing of category means, in hessians (rows, for squared loss). */
#define CATEGORY_SMOOTHING 10.0

static MlStatus begin_tree(MlGrower *grower);
static void set_rules(MlGrower *grower);
static MlStatus number_rows(MlGrower *grower);
static const MlTreeNode *find_leaf(const MlGrower *grower, const uint8_t *bins);
static void set_value(MlGrower *grower, int leaf, MlCell total, MlGradientScale scale);
static void draw_tree_inputs(MlGrower *grower);
static MlCell total_of_cells(const MlGrower *grower, const MlCell *cells);
static MlStatus split_leaf(MlGrower *grower, int at);
static MlStatus split_rows(MlGrower *grower, int at, MlRangeSplit *range, bool add_left,
						   bool add_right);
static MlStatus finish_cells(MlGrower *grower, const MlGrowLeaf *leaf);
static void choose_inputs(MlGrower *grower);
static void apply_split(MlGrower *grower, int at, MlRangeSplit *range);
static bool take_parent_slot(MlGrower *grower, MlGrowLeaf *small, MlGrowLeaf *large);
static bool can_split(const MlGrower *grower, const MlGrowLeaf *leaf);
static MlStatus search_leaves(MlGrower *grower, MlGrowLeaf *one, MlGrowLeaf *other);
static MlStatus agree(MlGrower *grower, MlGrowLeaf *const *leaves, int n);
static MlStatus search_others(MlGrower *grower, MlGrowLeaf *const *leaves, int n);
static void search_leaf(MlGrower *grower, MlGrowLeaf *leaf, bool drawn);
static void subtract_cells(MlGrower *grower, const MlGrowLeaf *large, const MlGrowLeaf *small);
static MlGrowLeaf *add_leaf(MlGrower *grower, uint32_t node, int depth, MlCell total);
static void bound_children(MlGrower *grower, const MlFoundSplit *split, MlGrowLeaf *left,
						   MlGrowLeaf *right);
static void split_node(MlGrower *grower, MlTreeNode *node, const MlFoundSplit *split);
static MlCell *leaf_cells(const MlGrower *grower, const MlGrowLeaf *leaf);
static MlStatus build_cells(MlGrower *grower, MlGrowLeaf *leaf);
static void take_slot(MlGrower *grower, MlGrowLeaf *leaf);
static void free_slot(MlGrower *grower, MlGrowLeaf *leaf);
static void heap_push(MlGrower *grower, int leaf);
static int	heap_pop(MlGrower *grower);
static bool heap_before(const MlGrower *grower, int a, int b);

MlStatus
ml_grower_begin(MlGrower *grower, MlEnv *env, const MlBinned *data, const MlGrowLimits *limits)
{
	int64_t		n_rows = data->n_rows;
	int64_t		most_leaves;
	size_t		n_inputs = (size_t) data->n_inputs;
	size_t		slots;
	size_t		leaves;
	size_t		i;

	memset(grower, 0, sizeof(*grower));
	grower->env = env;
	grower->data = data;
	grower->limits = *limits;
	ML_TRY(ml_team_sum(env, &n_rows, 1));
	most_leaves = n_rows / limits->min_rows;
	if (grower->limits.max_leaves > most_leaves)
		grower->limits.max_leaves = most_leaves < 1 ? 1 : (int) most_leaves;
	leaves = (size_t) grower->limits.max_leaves;

	ML_TRY(ml_partition_begin(&grower->partition, env, data));
	ML_TRY(ml_histogram_begin(&grower->sums, env, data));
	slots = limits->pool_bytes / (grower->sums.shape.n_cells * sizeof(MlCell));
	if (slots > leaves)
		slots = leaves;
	grower->n_slots = (int) slots;
	grower->pool = ml_allocate(env, (slots + 1) * grower->sums.shape.n_cells, sizeof(MlCell));
	grower->free_slots = ml_allocate(env, slots + 1, sizeof(int));
	grower->leaves = ml_allocate(env, leaves, sizeof(MlGrowLeaf));
	grower->heap = ml_allocate(env, leaves, sizeof(int));
	grower->nodes = ml_allocate(env, 2 * leaves, sizeof(MlTreeNode));
	grower->left_bins = ml_allocate(env, 2 * leaves, sizeof(MlSet256));
	grower->leaf_of_node = ml_allocate(env, 2 * leaves, sizeof(uint16_t));
	grower->sets = ml_allocate(env, leaves, sizeof(MlSet256));
	grower->inputs = ml_allocate(env, n_inputs, sizeof(uint16_t));
	grower->tree_inputs = ml_allocate(env, n_inputs, sizeof(uint16_t));
	grower->node_inputs = ml_allocate(env, n_inputs, sizeof(uint16_t));
	grower->order = ml_allocate(env, n_inputs, sizeof(uint16_t));
	grower->found = ml_allocate(env, (size_t) ml_team_size(env), 2 * sizeof(MlFoundSplit));
	if (grower->pool == NULL || grower->free_slots == NULL || grower->leaves == NULL ||
		grower->heap == NULL || grower->nodes == NULL || grower->left_bins == NULL || grower->sets == NULL ||
		grower->leaf_of_node == NULL ||
		grower->inputs == NULL || grower->tree_inputs == NULL || grower->node_inputs == NULL ||
		grower->order == NULL || grower->found == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_inputs; i++)
		grower->inputs[i] = (uint16_t) i;
	choose_inputs(grower);
	return ML_OK;
}

MlStatus
ml_grower_tree(MlGrower *grower, const MlTreeRows *tree)
{
	int			i;

	grower->tree = *tree;
	set_rules(grower);
	draw_tree_inputs(grower);
	ML_TRY(begin_tree(grower));
	while (grower->n_heap > 0 && grower->n_leaves < grower->limits.max_leaves)
		ML_TRY(split_leaf(grower, heap_pop(grower)));

	for (i = 0; i < grower->n_leaves; i++)
		set_value(grower, i, grower->leaves[i].total, tree->scale);
	return number_rows(grower);
}

/* The room for split rows is free when the tree has grown. Rows that it was not grown from walk it. */
static MlStatus
number_rows(MlGrower *grower)
{
	const MlBinned *data = grower->data;
	uint16_t   *leaf = (uint16_t *) grower->partition.scratch;
	int			k;
	int64_t		i;

	for (k = 0; k < grower->n_leaves; k++)
		grower->leaf_of_node[grower->leaves[k].node] = (uint16_t) k;
	for (i = 0; grower->tree.rows != NULL && i < data->n_rows; i++)
	{
		const uint8_t *bins = data->bins + (size_t) i * data->stride;

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(grower->env));
		leaf[i] = grower->leaf_of_node[find_leaf(grower, bins) - grower->nodes];
	}
	for (k = 0; k < grower->n_leaves; k++)
	{
		const uint32_t *index = grower->partition.index + grower->leaves[k].begin;

		for (i = 0; i < grower->leaves[k].n; i++)
		{
			if (i % BLOCK_ROWS == 0)
				ML_TRY(ml_check_stop(grower->env));
			leaf[index[i]] = (uint16_t) k;
		}
	}
	grower->leaf_of_row = leaf;
	return ML_OK;
}

void
ml_grower_set_values(MlGrower *grower, const MlCell *totals, MlGradientScale scale)
{
	int			i;

	for (i = 0; i < grower->n_leaves; i++)
		set_value(grower, i, totals[i], scale);
}

static void
set_value(MlGrower *grower, int leaf, MlCell total, MlGradientScale scale)
{
	MlSplitRules rules = grower->rules;
	double		from = grower->tree.scale.h / grower->tree.scale.g;
	double		unit = scale.h / scale.g;

	rules.l1 = grower->limits.l1 * scale.g;
	rules.l2 = grower->limits.l2 * scale.h;
	rules.low = grower->leaves[leaf].low * (from / unit);
	rules.high = grower->leaves[leaf].high * (from / unit);
	grower->nodes[grower->leaves[leaf].node].value.number = ml_split_value(&total, &rules) * unit;
}

/* The limits in the units of the tree. */
static void
set_rules(MlGrower *grower)
{
	const MlGrowLimits *limits = &grower->limits;
	MlGradientScale scale = grower->tree.scale;
	MlSplitRules *rules = &grower->rules;

	rules->min_rows = limits->min_rows;
	rules->min_hessian = limits->min_hessian * scale.h;
	if (rules->min_hessian < 1)
		rules->min_hessian = 1;
	rules->l2 = limits->l2 * scale.h;
	rules->smoothing = CATEGORY_SMOOTHING * scale.h;
	rules->min_gain = limits->min_gain > 0 ? limits->min_gain * scale.g * (scale.g / scale.h) : 0;
	rules->constrained = limits->l1 > 0 || limits->monotone != NULL;
	rules->l1 = limits->l1 * scale.g;
	rules->monotone = limits->monotone;
}

/* How many of n a part is: to the nearest, but one at least. */
static int
part_of(double part, int n)
{
	int			count = (int) (part * n + 0.5);

	if (count < 1)
		count = 1;
	return count > n ? n : count;
}

static void
draw_tree_inputs(MlGrower *grower)
{
	int			n_inputs = grower->data->n_inputs;

	grower->n_tree_inputs = part_of(grower->limits.tree_inputs, n_inputs);
	memcpy(grower->order, grower->inputs, (size_t) n_inputs * sizeof(uint16_t));
	ml_draw(grower->tree.key, grower->order, n_inputs, 0, grower->n_tree_inputs);
	ml_draw_sorted(grower->order, grower->n_tree_inputs, grower->tree_inputs);
}

double
ml_grower_bound(const MlGrower *grower, const MlGrowLeaf *leaf, double value)
{
	double		unit = grower->tree.scale.h / grower->tree.scale.g;

	if (value < leaf->low * unit)
		return leaf->low * unit;
	return value > leaf->high * unit ? leaf->high * unit : value;
}

static const MlTreeNode *
find_leaf(const MlGrower *grower, const uint8_t *bins)
{
	const MlTreeNode *node = grower->nodes;

	while (node->kind != ML_NODE_LEAF)
	{
		const MlSet256 *left = &grower->left_bins[node - grower->nodes];

		node = grower->nodes + node->child + !ml_set_has(left, bins[node->input]);
	}
	return node;
}

double
ml_grower_value(const MlGrower *grower, const uint8_t *bins)
{
	return find_leaf(grower, bins)->value.number;
}

void
ml_grower_end(MlGrower *grower)
{
	MlEnv	   *env = grower->env;

	ml_release(env, grower->found);
	ml_release(env, grower->order);
	ml_release(env, grower->node_inputs);
	ml_release(env, grower->tree_inputs);
	ml_release(env, grower->inputs);
	ml_release(env, grower->sets);
	ml_release(env, grower->left_bins);
	ml_release(env, grower->leaf_of_node);
	ml_release(env, grower->nodes);
	ml_release(env, grower->heap);
	ml_release(env, grower->leaves);
	ml_release(env, grower->free_slots);
	ml_release(env, grower->pool);
	ml_histogram_end(&grower->sums, env);
	ml_partition_end(&grower->partition, env);
}

/* The tree is its root, which holds all rows that count. */
static MlStatus
begin_tree(MlGrower *grower)
{
	const MlTreeRows *tree = &grower->tree;
	int64_t		n_rows = tree->rows == NULL ? grower->data->n_rows : tree->n_rows;
	MlCell		none = {0, 0, 0};
	MlGrowLeaf *root;
	int64_t		i;

	ML_TRY(ml_partition_reset(&grower->partition, grower->env, tree->rows, n_rows));
	grower->n_free = grower->n_slots;
	for (i = 0; i < grower->n_slots; i++)
		grower->free_slots[i] = (int) i;
	grower->n_leaves = 0;
	grower->n_heap = 0;
	grower->n_sets = 0;
	grower->n_nodes = 1;
	root = add_leaf(grower, 0, 0, none);
	root->n = n_rows;
	take_slot(grower, root);
	ML_TRY(build_cells(grower, root));
	root->total = total_of_cells(grower, leaf_cells(grower, root));
	ML_TRY(finish_cells(grower, root));
	ML_TRY(ml_team_sum(grower->env, (int64_t *) &root->total, 3));
	grower->nodes[0].rows = (uint32_t) root->total.rows;
	return search_leaves(grower, root, NULL);
}

/* The sum over all rows here: every input has each of them in one bin. */
static MlCell
total_of_cells(const MlGrower *grower, const MlCell *cells)
{
	MlCell		total = {0, 0, 0};
	int			b;

	for (b = 0; b <= grower->data->inputs[0].n_bins; b++)
	{
		total.g += cells[b].g;
		total.h += cells[b].h;
		total.rows += cells[b].rows;
	}
	return total;
}

/*
 * Splits a leaf, its rows, and finds the best splits of its two children: the
 * smaller one is scanned, the parent's histogram becomes the larger one's.
 */
static MlStatus
split_leaf(MlGrower *grower, int at)
{
	int			other = grower->n_leaves;
	bool		left_is_small = grower->leaves[at].split.left.rows <= grower->leaves[at].split.right.rows;
	MlGrowLeaf *small = &grower->leaves[left_is_small ? at : other];
	MlGrowLeaf *large = &grower->leaves[left_is_small ? other : at];
	MlRangeSplit range;
	bool		subtract;

	apply_split(grower, at, &range);
	/* no more splits will follow the last one */
	if (grower->n_leaves == grower->limits.max_leaves)
		return split_rows(grower, at, &range, false, false);

	subtract = take_parent_slot(grower, small, large);
	if (can_split(grower, small) || subtract)
	{
		take_slot(grower, small);
		ml_histogram_clear(&grower->sums, grower->tree.gradient, grower->tree.most,
						   leaf_cells(grower, small));
		ML_TRY(split_rows(grower, at, &range, left_is_small, !left_is_small));
		ml_histogram_finish(&grower->sums);
		ML_TRY(finish_cells(grower, small));
		if (subtract)
		{
			subtract_cells(grower, large, small);
			return search_leaves(grower, small, large);
		}
	}
	else
		ML_TRY(split_rows(grower, at, &range, false, false));
	ML_TRY(search_leaves(grower, small, NULL));
	if (can_split(grower, large))
	{
		take_slot(grower, large);
		ML_TRY(build_cells(grower, large));
		ML_TRY(finish_cells(grower, large));
	}
	return search_leaves(grower, large, NULL);
}

/*
 * Splits the rows of leaf `at` between it and the newest leaf, and adds those
 * of one side to the histogram begun.
 */
static MlStatus
split_rows(MlGrower *grower, int at, MlRangeSplit *range, bool add_left, bool add_right)
{
	MlGrowLeaf *left = &grower->leaves[at];
	MlGrowLeaf *right = &grower->leaves[grower->n_leaves - 1];
	int			block = ml_histogram_block(&grower->sums);

	while (range->done < range->n)
	{
		int64_t		rest = range->n - range->done;
		int64_t		lefts = range->lefts;
		int64_t		rights = range->rights;

		ML_TRY(ml_check_stop(grower->env));
		ml_split_rows(range, rest < block ? rest : block);
		if (add_left)
			ml_histogram_add(&grower->sums, range->index + lefts, (int) (range->lefts - lefts));
		if (add_right)
			ml_histogram_add(&grower->sums, range->scratch + rights, (int) (range->rights - rights));
	}
	ml_split_finish(range);
	left->n = range->lefts;
	right->begin = left->begin + range->lefts;
	right->n = range->rights;
	return ML_OK;
}

/*
 * Turns leaf `at` into a split, whose rows the caller has to split yet. It
 * becomes its own left child, the right child is a new leaf. The pool slot of
 * the parent stays with `at`.
 */
static void
apply_split(MlGrower *grower, int at, MlRangeSplit *range)
{
	MlGrowLeaf *leaf = &grower->leaves[at];
	MlFoundSplit split = leaf->split;

	ml_split_begin(range, &grower->partition, split.input, &split.left_bins, leaf->begin, leaf->n);
	split_node(grower, &grower->nodes[leaf->node], &split);
	add_leaf(grower, grower->n_nodes + 1, leaf->depth + 1, split.right);
	bound_children(grower, &split, leaf, &grower->leaves[grower->n_leaves - 1]);
	leaf->node = grower->n_nodes;
	leaf->depth++;
	leaf->total = split.left;
	grower->nodes[leaf->node].rows = (uint32_t) split.left.rows;
	grower->n_nodes += 2;
}

/* The parent's histogram goes to the larger child, if that can use it. */
static bool
take_parent_slot(MlGrower *grower, MlGrowLeaf *small, MlGrowLeaf *large)
{
	if (small->slot >= 0)
	{
		large->slot = small->slot;
		small->slot = -1;
	}
	return large->slot >= 0 && can_split(grower, large);
}

static bool
can_split(const MlGrower *grower, const MlGrowLeaf *leaf)
{
	return grower->limits.max_leaves > 1 && leaf->total.rows / 2 >= grower->limits.min_rows &&
		(grower->limits.max_depth == 0 || leaf->depth < grower->limits.max_depth);
}

/*
 * Best splits of one or two leaves whose histograms are there; without one the
 * slot of a leaf is freed.
 */
static MlStatus
search_leaves(MlGrower *grower, MlGrowLeaf *one, MlGrowLeaf *other)
{
	MlGrowLeaf *leaves[2] = {one, other};
	int			n = other == NULL ? 1 : 2;
	int			i;

	for (i = 0; i < n; i++)
		search_leaf(grower, leaves[i], true);
	ML_TRY(agree(grower, leaves, n));
	ML_TRY(search_others(grower, leaves, n));
	for (i = 0; i < n; i++)
	{
		if (leaves[i]->split.input >= 0)
			heap_push(grower, (int) (leaves[i] - grower->leaves));
		else
			free_slot(grower, leaves[i]);
	}
	return ML_OK;
}

/* Where none of the inputs drawn can split a node, the others may. */
static MlStatus
search_others(MlGrower *grower, MlGrowLeaf *const *leaves, int n)
{
	MlGrowLeaf *whole[2];
	int			n_whole = 0;
	int			i;

	if (part_of(grower->limits.node_inputs, grower->n_tree_inputs) == grower->n_tree_inputs)
		return ML_OK;
	for (i = 0; i < n; i++)
	{
		if (leaves[i]->split.input >= 0 || !can_split(grower, leaves[i]))
			continue;
		search_leaf(grower, leaves[i], false);
		whole[n_whole++] = leaves[i];
	}
	return n_whole > 0 ? agree(grower, whole, n_whole) : ML_OK;
}

/* Each leaf's split becomes the best one that any member of the team has found. */
static MlStatus
agree(MlGrower *grower, MlGrowLeaf *const *leaves, int n)
{
	int			members = ml_team_size(grower->env);
	MlFoundSplit own[2];
	int			rank;
	int			i;

	if (members == 1 || (!can_split(grower, leaves[0]) && !can_split(grower, leaves[n - 1])))
		return ML_OK;
	for (i = 0; i < n; i++)
		own[i] = leaves[i]->split;
	ML_TRY(ml_team_gather(grower->env, own, (size_t) n * sizeof(MlFoundSplit), grower->found));
	for (i = 0; i < n; i++)
	{
		MlFoundSplit *best = &leaves[i]->split;

		best->input = -1;
		/* in the order of inputs, so that ties end as in one search */
		for (rank = 0; rank < members; rank++)
		{
			const MlFoundSplit *theirs = &grower->found[rank * n + i];

			if (theirs->input >= 0 && (best->input < 0 || theirs->score > best->score))
				*best = *theirs;
		}
	}
	return ML_OK;
}

/*
 * Among those inputs of this member that are drawn for the node, or that are
 * not.
 */
static void
search_leaf(MlGrower *grower, MlGrowLeaf *leaf, bool drawn)
{
	int			n_all = grower->n_tree_inputs;
	int			n_drawn = part_of(grower->limits.node_inputs, n_all);
	const uint16_t *listed = grower->tree_inputs;
	int			begin = 0;
	int			end = n_all;

	leaf->split.input = -1;
	if (!can_split(grower, leaf))
		return;
	if (n_drawn < n_all)
	{
		memcpy(grower->order, grower->tree_inputs, (size_t) n_all * sizeof(uint16_t));
		ml_draw(ml_hash_word(grower->tree.key, leaf->node + 1), grower->order, n_all, 0, n_drawn);
		end = drawn ? n_drawn : n_all - n_drawn;
		ml_draw_sorted(drawn ? grower->order : grower->order + n_drawn, end, grower->node_inputs);
		listed = grower->node_inputs;
	}
	while (begin < end && listed[begin] < grower->first_input)
		begin++;
	while (begin < end && listed[end - 1] >= grower->end_input)
		end--;
	grower->rules.low = leaf->low;
	grower->rules.high = leaf->high;
	ml_split_search(grower->data->inputs, listed + begin, end - begin, &grower->sums.shape,
					leaf_cells(grower, leaf), &leaf->total, &grower->rules, &leaf->split);
}

/* Which of its rows are here is not said yet. */
static MlGrowLeaf *
add_leaf(MlGrower *grower, uint32_t node, int depth, MlCell total)
{
	MlGrowLeaf *leaf = &grower->leaves[grower->n_leaves++];

	leaf->node = node;
	leaf->depth = depth;
	leaf->slot = -1;
	leaf->begin = 0;
	leaf->n = 0;
	leaf->low = -INFINITY;
	leaf->high = INFINITY;
	leaf->total = total;
	leaf->split.input = -1;
	memset(&grower->nodes[node], 0, sizeof(MlTreeNode));
	grower->nodes[node].rows = (uint32_t) total.rows;
	return leaf;
}

/*
 * The children keep the bounds of the leaf that was split, `left` being that
 * leaf; a monotone input parts them midway between the values of the two.
 */
static void
bound_children(MlGrower *grower, const MlFoundSplit *split, MlGrowLeaf *left, MlGrowLeaf *right)
{
	int			direction = grower->rules.monotone == NULL ? 0 : grower->rules.monotone[split->input];
	double		middle;

	right->low = grower->rules.low = left->low;
	right->high = grower->rules.high = left->high;
	if (direction == 0)
		return;
	middle = ml_split_value(&split->left, &grower->rules) / 2 +
		ml_split_value(&split->right, &grower->rules) / 2;
	if (direction > 0)
		left->high = right->low = middle;
	else
		left->low = right->high = middle;
}

/* Writes the split into its node and clears the two children behind the others. */
static void
split_node(MlGrower *grower, MlTreeNode *node, const MlFoundSplit *split)
{
	const MlBins *bins = &grower->data->inputs[split->input];
	MlGradientScale scale = grower->tree.scale;
	double		gain = split->gain / scale.g / (scale.g / scale.h);

	node->child = grower->n_nodes;
	node->gain = gain < FLT_MAX ? (float) gain : FLT_MAX;
	node->input = (uint16_t) split->input;
	node->default_left = split->default_left;
	grower->left_bins[node - grower->nodes] = split->left_bins;
	if (bins->category)
	{
		node->kind = ML_NODE_CATEGORY;
		node->value.set = grower->n_sets;
		grower->sets[grower->n_sets++] = ml_codes_of_bins(bins, &split->left_bins);
	}
	else
	{
		node->kind = ML_NODE_NUMBER;
		node->value.number = ml_bin_threshold(bins, split->bin);
	}
	memset(&grower->nodes[grower->n_nodes], 0, 2 * sizeof(MlTreeNode));
}

static MlCell *
leaf_cells(const MlGrower *grower, const MlGrowLeaf *leaf)
{
	int			slot = leaf->slot >= 0 ? leaf->slot : grower->n_slots;

	return grower->pool + (size_t) slot * grower->sums.shape.n_cells;
}

static MlStatus
build_cells(MlGrower *grower, MlGrowLeaf *leaf)
{
	const uint32_t *index = grower->partition.index + leaf->begin;
	int			block = ml_histogram_block(&grower->sums);
	int64_t		i;

	ml_histogram_clear(&grower->sums, grower->tree.gradient, grower->tree.most,
					   leaf_cells(grower, leaf));
	for (i = 0; i < leaf->n; i += block)
	{
		ML_TRY(ml_check_stop(grower->env));
		ml_histogram_add(&grower->sums, index + i, (int) (leaf->n - i < block ? leaf->n - i : block));
	}
	ml_histogram_finish(&grower->sums);
	return ML_OK;
}

/* From the rows here to those of the whole team, in the cells of this member. */
static MlStatus
finish_cells(MlGrower *grower, const MlGrowLeaf *leaf)
{
	return ml_team_sum_part(grower->env, (int64_t *) leaf_cells(grower, leaf),
							3 * grower->sums.shape.n_cells, 3 * grower->first_cell,
							3 * grower->end_cell);
}

static void
subtract_cells(MlGrower *grower, const MlGrowLeaf *large, const MlGrowLeaf *small)
{
	MlHistogramShape part = {NULL, grower->end_cell - grower->first_cell};

	ml_histogram_subtract(&part, leaf_cells(grower, large) + grower->first_cell,
						  leaf_cells(grower, small) + grower->first_cell);
}

/*
 * The inputs of this member: a part with about as many cells as the others
 * have.
 */
static void
choose_inputs(MlGrower *grower)
{
	const MlHistogramShape *shape = &grower->sums.shape;
	int			n_inputs = grower->data->n_inputs;
	size_t		members = (size_t) ml_team_size(grower->env);
	size_t		rank = (size_t) ml_team_rank(grower->env);
	int			i;

	grower->first_input = 0;
	grower->end_input = 0;
	for (i = 0; i < n_inputs; i++)
	{
		size_t		owner = shape->offset[i] * members / shape->n_cells;

		grower->first_input += owner < rank;
		grower->end_input += owner <= rank;
	}
	grower->first_cell = grower->first_input < n_inputs ? shape->offset[grower->first_input] : shape->n_cells;
	grower->end_cell = grower->end_input < n_inputs ? shape->offset[grower->end_input] : shape->n_cells;
}

/* Without a free slot the leaf uses the scratch histogram, and its children are scanned. */
static void
take_slot(MlGrower *grower, MlGrowLeaf *leaf)
{
	if (grower->n_free > 0)
		leaf->slot = grower->free_slots[--grower->n_free];
}

static void
free_slot(MlGrower *grower, MlGrowLeaf *leaf)
{
	if (leaf->slot >= 0)
		grower->free_slots[grower->n_free++] = leaf->slot;
	leaf->slot = -1;
}

/* More gain first, ties by leaf number; by level the level counts before. */
static bool
heap_before(const MlGrower *grower, int a, int b)
{
	int			depth_a = grower->limits.by_level ? grower->leaves[a].depth : 0;
	int			depth_b = grower->limits.by_level ? grower->leaves[b].depth : 0;
	double		gain_a = grower->leaves[a].split.gain;
	double		gain_b = grower->leaves[b].split.gain;

	if (depth_a != depth_b)
		return depth_a < depth_b;
	return gain_a > gain_b || (gain_a == gain_b && a < b);
}

static void
heap_push(MlGrower *grower, int leaf)
{
	int			at = grower->n_heap++;

	while (at > 0 && heap_before(grower, leaf, grower->heap[(at - 1) / 2]))
	{
		grower->heap[at] = grower->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	grower->heap[at] = leaf;
}

static int
heap_pop(MlGrower *grower)
{
	int			best = grower->heap[0];
	int			leaf = grower->heap[--grower->n_heap];
	int			at = 0;

	while (2 * at + 1 < grower->n_heap)
	{
		int			child = 2 * at + 1;

		if (child + 1 < grower->n_heap &&
			heap_before(grower, grower->heap[child + 1], grower->heap[child]))
			child++;
		if (!heap_before(grower, grower->heap[child], leaf))
			break;
		grower->heap[at] = grower->heap[child];
		at = child;
	}
	grower->heap[at] = leaf;
	return best;
}
