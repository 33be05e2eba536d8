/*
 * algo/cart.c
 *		Growth of one classification or regression tree. See cart.h.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "algo/cart_node.h"
#include "math/rng.h"
#include "math/sum.h"

#define BLOCK_ROWS 16384

/* Bits of any sum over rows. */
#define SUM_BITS 61

/* Of category means, in rows; as in grow.c. */
#define CATEGORY_SMOOTHING 10.0

static MlStatus find_center(MlCart *cart);
static MlStatus begin_tree(MlCart *cart, const uint32_t *times, uint64_t key);
static MlStatus fill_values(MlCart *cart, const uint32_t *times);
static MlStatus choose_scales(MlCart *cart, const uint32_t *times, int64_t n);
static double unit_scale(double most, int bits);
static MlStatus reserve(MlEnv *env, void **array, uint32_t *capacity, uint32_t needed, size_t size);
static MlStatus open_leaf(MlCart *cart, MlCartLeaf *leaf);
static MlStatus close_leaf(MlCart *cart, const MlCartLeaf *leaf);
static MlStatus leaf_mean(MlCart *cart, const MlCartLeaf *leaf, double *mean);
static MlStatus leaf_share(MlCart *cart, const MlCartLeaf *leaf, double *share);
static MlStatus leaf_shares(MlCart *cart, const MlCartLeaf *leaf, double *shares);
static void take_leaf(MlCart *cart, MlCartLeaf *leaf);
static MlStatus split_leaf(MlCart *cart, const MlCartLeaf *leaf);
static MlStatus write_split(MlCart *cart, const MlCartLeaf *leaf);
static MlStatus partition(MlCart *cart, uint32_t *index, int64_t n, const MlCartSplit *split,
						  int64_t *lefts);

static inline double
weight_of(const MlCart *cart, uint32_t row)
{
	return cart->data->weight == NULL ? 1.0 : cart->data->weight[row];
}

/* More gain first, ties by node. */
static inline bool
opens_before(const MlCartLeaf *a, const MlCartLeaf *b)
{
	return a->gain > b->gain || (a->gain == b->gain && a->node < b->node);
}

MlStatus
ml_cart_begin(MlCart *cart, MlEnv *env, const MlCartData *data, const MlCartLimits *limits)
{
	size_t		n_rows = (size_t) data->binned->n_rows;
	size_t		n_outputs = data->n_classes > 2 ? (size_t) data->n_classes : 1;

	memset(cart, 0, sizeof(*cart));
	cart->env = env;
	cart->data = data;
	cart->limits = *limits;
	cart->n_outputs = (int) n_outputs;
	cart->index = ml_allocate(env, n_rows, sizeof(uint32_t));
	cart->out_index = ml_allocate(env, n_rows, sizeof(uint32_t));
	cart->scratch = ml_allocate(env, n_rows, sizeof(uint32_t));
	cart->leaf_of = ml_allocate(env, n_rows, sizeof(uint32_t));
	cart->value = ml_allocate(env, n_rows, sizeof(MlCartCell));
	cart->node_value = ml_allocate(env, n_rows, sizeof(MlCartCell));
	cart->cells = ml_allocate(env, ML_MAX_BINS + 1, sizeof(MlCartCell));
	cart->totals = ml_allocate(env, 1, sizeof(MlCartTotals));
	cart->draw = ml_allocate(env, (size_t) data->binned->n_inputs, sizeof(uint16_t));
	cart->class_sum = ml_allocate(env, n_outputs, sizeof(int64_t));
	cart->class_mean = ml_allocate(env, n_outputs, sizeof(double));
	cart->class_left = ml_allocate(env, n_outputs, sizeof(int64_t));
	cart->class_cells = ml_allocate(env, n_outputs * (ML_MAX_BINS + 1), sizeof(int64_t));
	if (cart->index == NULL || cart->out_index == NULL || cart->scratch == NULL ||
		cart->leaf_of == NULL || cart->value == NULL || cart->node_value == NULL ||
		cart->cells == NULL || cart->totals == NULL || cart->draw == NULL ||
		cart->class_sum == NULL || cart->class_mean == NULL || cart->class_left == NULL ||
		cart->class_cells == NULL)
		return ML_OUT_OF_MEMORY;
	if (data->n_classes == 0)
		ML_TRY(find_center(cart));
	if (n_outputs > 1)
	{
		cart->node_class = ml_allocate(env, n_rows, sizeof(uint16_t));
		if (cart->node_class == NULL)
			return ML_OUT_OF_MEMORY;
	}
	return ML_OK;
}

/* Around the mean of y the most digits are left to tell values apart. */
static MlStatus
find_center(MlCart *cart)
{
	const MlCartData *data = cart->data;
	MlExactSum	values;
	MlExactSum	weights;
	int64_t		i;

	ml_sum_begin(&values);
	ml_sum_begin(&weights);
	for (i = 0; i < data->binned->n_rows; i++)
	{
		double		weight = weight_of(cart, (uint32_t) i);

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(cart->env));
		ml_sum_add(&values, weight * data->y[i]);
		ml_sum_add(&weights, weight);
	}
	cart->center = ml_sum_value(&values) / ml_sum_value(&weights);
	return ML_OK;
}

void
ml_cart_end(MlCart *cart)
{
	MlEnv	   *env = cart->env;

	ml_release(env, cart->shares);
	ml_release(env, cart->sets);
	ml_release(env, cart->nodes);
	ml_release(env, cart->open);
	ml_release(env, cart->node_class);
	ml_release(env, cart->class_cells);
	ml_release(env, cart->class_left);
	ml_release(env, cart->class_mean);
	ml_release(env, cart->class_sum);
	ml_release(env, cart->draw);
	ml_release(env, cart->totals);
	ml_release(env, cart->cells);
	ml_release(env, cart->node_value);
	ml_release(env, cart->value);
	ml_release(env, cart->leaf_of);
	ml_release(env, cart->scratch);
	ml_release(env, cart->out_index);
	ml_release(env, cart->index);
}

MlStatus
ml_cart_grow(MlCart *cart, const uint32_t *times, uint64_t key)
{
	int64_t		most = cart->limits.max_leaves;
	int64_t		n_leaves = 1;
	uint32_t	i;

	ML_TRY(begin_tree(cart, times, key));
	while (cart->n_open > 0 && (most == 0 || n_leaves < most))
	{
		MlCartLeaf	leaf;

		take_leaf(cart, &leaf);
		ML_TRY(split_leaf(cart, &leaf));
		n_leaves++;
	}
	for (i = 0; i < cart->n_open; i++)
		ML_TRY(close_leaf(cart, &cart->open[i]));
	return ML_OK;
}

/* The tree is its root, which holds all rows. */
static MlStatus
begin_tree(MlCart *cart, const uint32_t *times, uint64_t key)
{
	int64_t		n_rows = cart->data->binned->n_rows;
	MlCartLeaf	root;
	int64_t		i;

	memset(&root, 0, sizeof(root));
	root.key = key;
	for (i = 0; i < n_rows; i++)
	{
		/* both are written, one counts; out is not ahead of i */
		cart->index[root.n] = (uint32_t) i;
		cart->out_index[root.out_n] = (uint32_t) i;
		root.n += times[i] > 0;
		root.out_n += times[i] == 0;
	}
	ML_TRY(choose_scales(cart, times, root.n));
	ML_TRY(fill_values(cart, times));
	cart->n_nodes = 1;
	cart->n_sets = 0;
	cart->n_open = 0;
	cart->n_leaves = 0;
	ML_TRY(reserve(cart->env, (void **) &cart->nodes, &cart->node_capacity, 1, sizeof(MlTreeNode)));
	return open_leaf(cart, &root);
}

/*
 * Powers of two that let no sum over the rows overflow. A cell's second word
 * has the bits that count rows below those of h.
 */
static MlStatus
choose_scales(MlCart *cart, const uint32_t *times, int64_t n)
{
	const MlCartData *data = cart->data;
	int64_t		n_rows = data->binned->n_rows;
	double		most_h = 0;
	double		most_g = 0;
	double		total = 0;
	int64_t		i;

	cart->times = times;
	cart->row_bits = 1;
	while (n >> cart->row_bits > 0)
		cart->row_bits++;
	for (i = 0; i < n_rows; i++)
	{
		double		weight = weight_of(cart, (uint32_t) i);
		double		g = fabs(data->y[i] - cart->center) * weight;

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(cart->env));
		total += times[i];
		most_h = weight > most_h ? weight : most_h;
		most_g = g > most_g ? g : most_g;
	}
	cart->scale_h = data->weight == NULL ? 1 :
		unit_scale(most_h * total, SUM_BITS - cart->row_bits);
	cart->scale_g = data->n_classes > 0 ? cart->scale_h : unit_scale(most_g * total, SUM_BITS);
	return ML_OK;
}

/* The power of two that brings `most` just below 2^bits. */
static double
unit_scale(double most, int bits)
{
	int			exponent;

	(void) frexp(most, &exponent);
	exponent = bits - exponent;
	return ldexp(1.0, exponent > 1000 ? 1000 : exponent);
}

static MlStatus
fill_values(MlCart *cart, const uint32_t *times)
{
	const MlCartData *data = cart->data;
	int64_t		n_rows = data->binned->n_rows;
	uint64_t	all_h = 0;
	int64_t		rows = 0;
	int64_t		i;

	for (i = 0; i < n_rows; i++)
	{
		double		weight = weight_of(cart, (uint32_t) i);
		int64_t		h = llrint(weight * cart->scale_h);
		int64_t		g;

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(cart->env));
		h = h < 1 ? 1 : h;
		if (data->n_classes == 0)
			g = llrint((data->y[i] - cart->center) * weight * cart->scale_g);
		else
			g = data->n_classes == 2 && data->y[i] > 0.5 ? h : 0;
		cart->value[i].g = (uint64_t) (g * (int64_t) times[i]);
		cart->value[i].h_and_rows = (uint64_t) h * times[i] << cart->row_bits | 1;
		all_h += (uint64_t) h * times[i];
		rows += times[i] > 0;
	}
	cart->tree_weight = (double) all_h;
	cart->smoothing = CATEGORY_SMOOTHING * (double) all_h / (double) rows;
	return ML_OK;
}

/* Room for `needed` elements; the capacity at least doubles. */
static MlStatus
reserve(MlEnv *env, void **array, uint32_t *capacity, uint32_t needed, size_t size)
{
	uint64_t	wanted = 2 * (uint64_t) *capacity;
	void	   *grown;

	if (needed <= *capacity)
		return ML_OK;
	if (wanted < needed)
		wanted = needed;
	if (wanted < 1024)
		wanted = 1024;
	if (wanted > UINT32_MAX)
		return ml_fail(env, ML_LIMIT, "model has too many tree nodes");
	if (*array == NULL)
		grown = ml_allocate(env, wanted, size);
	else
		grown = ml_resize(env, *array, wanted, size);
	if (grown == NULL)
		return ML_OUT_OF_MEMORY;
	*array = grown;
	*capacity = (uint32_t) wanted;
	return ML_OK;
}

/* A new leaf, its node not yet written: kept if it can be split, else done with. */
static MlStatus
open_leaf(MlCart *cart, MlCartLeaf *leaf)
{
	MlTreeNode *node = &cart->nodes[leaf->node];
	uint32_t	at;

	memset(node, 0, sizeof(*node));
	node->rows = (uint32_t) leaf->n;
	ML_TRY(ml_cart_search(cart, leaf));
	if (leaf->split.input < 0)
		return close_leaf(cart, leaf);
	ML_TRY(reserve(cart->env, (void **) &cart->open, &cart->open_capacity, cart->n_open + 1,
				   sizeof(MlCartLeaf)));
	at = cart->n_open++;
	/* a heap; without a limit any order will do */
	while (cart->limits.max_leaves > 0 && at > 0 && opens_before(leaf, &cart->open[(at - 1) / 2]))
	{
		cart->open[at] = cart->open[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	cart->open[at] = *leaf;
	return ML_OK;
}

/* The leaf to be split next: the best of the heap, or the newest one, whose rows are in the cache. */
static void
take_leaf(MlCart *cart, MlCartLeaf *leaf)
{
	const MlCartLeaf *last = &cart->open[--cart->n_open];
	uint32_t	at = 0;

	if (cart->limits.max_leaves == 0)
	{
		*leaf = *last;
		return;
	}
	*leaf = cart->open[0];
	while (2 * at + 1 < cart->n_open)
	{
		uint32_t	child = 2 * at + 1;

		if (child + 1 < cart->n_open && opens_before(&cart->open[child + 1], &cart->open[child]))
			child++;
		if (!opens_before(&cart->open[child], last))
			break;
		cart->open[at] = cart->open[child];
		at = child;
	}
	cart->open[at] = *last;
}

/* The value of a leaf that stays one, and whose leaf it is. */
static MlStatus
close_leaf(MlCart *cart, const MlCartLeaf *leaf)
{
	MlTreeNode *node = &cart->nodes[leaf->node];
	int64_t		i;

	for (i = 0; i < leaf->n; i++)
		cart->leaf_of[cart->index[leaf->begin + i]] = leaf->node;
	for (i = 0; i < leaf->out_n; i++)
		cart->leaf_of[cart->out_index[leaf->out_begin + i]] = leaf->node;
	if (!ml_cart_many_classes(cart))
		return leaf_mean(cart, leaf, &node->value.number);
	node->value.set = cart->n_leaves++;
	ML_TRY(reserve(cart->env, (void **) &cart->shares, &cart->share_capacity, cart->n_leaves,
				   (size_t) cart->n_outputs * sizeof(double)));
	return leaf_shares(cart, leaf, cart->shares + node->value.set * (size_t) cart->n_outputs);
}

/* The weighted mean of y: a value itself when there is no other, else from an exact sum. */
static MlStatus
leaf_mean(MlCart *cart, const MlCartLeaf *leaf, double *mean)
{
	const uint32_t *index = cart->index + leaf->begin;
	const double *y = cart->data->y;
	bool		differ = false;
	MlExactSum	values;
	MlExactSum	weights;
	int64_t		i;

	for (i = 1; i < leaf->n; i++)
		differ |= y[index[i]] != y[index[0]];
	*mean = y[index[0]] + 0.0;	/* no negative zero */
	if (!differ)
		return ML_OK;
	if (cart->data->n_classes > 0 && cart->data->weight == NULL)
		return leaf_share(cart, leaf, mean);
	ml_sum_begin(&values);
	ml_sum_begin(&weights);
	for (i = 0; i < leaf->n; i++)
	{
		double		weight = weight_of(cart, index[i]) * cart->times[index[i]];

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(cart->env));
		ml_sum_add(&values, weight * y[index[i]]);
		ml_sum_add(&weights, weight);
	}
	*mean = ml_sum_value(&values) / ml_sum_value(&weights);
	return ML_OK;
}

/* Of class 1 in a leaf without weights. */
static MlStatus
leaf_share(MlCart *cart, const MlCartLeaf *leaf, double *share)
{
	bool		pure;

	ML_TRY(ml_cart_read_node(cart, leaf, &pure));
	*share = cart->totals->mean;
	return ML_OK;
}

static MlStatus
leaf_shares(MlCart *cart, const MlCartLeaf *leaf, double *shares)
{
	bool		pure;
	int			k;

	ML_TRY(ml_cart_read_node(cart, leaf, &pure));
	for (k = 0; k < cart->n_outputs; k++)
		shares[k] = cart->class_mean[k];
	return ML_OK;
}

/* Splits a leaf and its rows and looks at the two new ones. */
static MlStatus
split_leaf(MlCart *cart, const MlCartLeaf *leaf)
{
	MlCartLeaf	left = *leaf;
	MlCartLeaf	right = *leaf;

	ML_TRY(write_split(cart, leaf));
	left.node = cart->nodes[leaf->node].child;
	right.node = left.node + 1;
	left.depth = right.depth = leaf->depth + 1;
	left.key = ml_hash_word(leaf->key, 0);
	right.key = ml_hash_word(leaf->key, 1);
	ML_TRY(partition(cart, cart->index + leaf->begin, leaf->n, &leaf->split, &left.n));
	ML_TRY(partition(cart, cart->out_index + leaf->out_begin, leaf->out_n, &leaf->split, &left.out_n));
	right.begin += left.n;
	right.n -= left.n;
	right.out_begin += left.out_n;
	right.out_n -= left.out_n;
	/* the smaller one is split first, so that few are open at a time */
	if (left.n < right.n)
	{
		ML_TRY(open_leaf(cart, &right));
		return open_leaf(cart, &left);
	}
	ML_TRY(open_leaf(cart, &left));
	return open_leaf(cart, &right);
}

/* The leaf's node becomes a split, with room for two children behind all others. */
static MlStatus
write_split(MlCart *cart, const MlCartLeaf *leaf)
{
	const MlCartSplit *split = &leaf->split;
	const MlBins *bins = &cart->data->binned->inputs[split->input];
	double		gain = leaf->gain;
	MlTreeNode *node;

	ML_TRY(reserve(cart->env, (void **) &cart->nodes, &cart->node_capacity, cart->n_nodes + 2,
				   sizeof(MlTreeNode)));
	node = &cart->nodes[leaf->node];
	node->child = cart->n_nodes;
	node->gain = gain < FLT_MAX ? (float) gain : FLT_MAX;
	node->input = (uint16_t) split->input;
	node->default_left = split->default_left;
	cart->n_nodes += 2;
	if (!bins->category)
	{
		node->kind = ML_NODE_NUMBER;
		node->value.number = ml_bin_threshold(bins, split->bin);
		return ML_OK;
	}
	ML_TRY(reserve(cart->env, (void **) &cart->sets, &cart->set_capacity, cart->n_sets + 1,
				   sizeof(MlSet256)));
	node->kind = ML_NODE_CATEGORY;
	node->value.set = cart->n_sets;
	cart->sets[cart->n_sets++] = ml_codes_of_bins(bins, &split->left_bins);
	return ML_OK;
}

/* Left rows first, then the others, each in the order they had. */
static MlStatus
partition(MlCart *cart, uint32_t *index, int64_t n, const MlCartSplit *split, int64_t *lefts)
{
	MlSet256	left_bins = split->left_bins;
	size_t		stride;
	const uint8_t *column = ml_cart_column(cart->data->binned, split->input, &stride);
	uint32_t   *left = index;
	uint32_t   *right = cart->scratch;
	int64_t		i;

	for (i = 0; i < n; i++)
	{
		uint32_t	row = index[i];
		size_t		to_left = ml_set_has(&left_bins, column[row * stride]);

		if (i % BLOCK_ROWS == BLOCK_ROWS - 1)
			ML_TRY(ml_check_stop(cart->env));
		/* both are written, one counts: no branch to mispredict; left is not ahead of i */
		*left = row;
		*right = row;
		left += to_left;
		right += 1 - to_left;
	}
	memcpy(left, cart->scratch, (size_t) (right - cart->scratch) * sizeof(uint32_t));
	*lefts = left - index;
	return ML_OK;
}

