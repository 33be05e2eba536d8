/*
 * algo/cart_node.c
 *		The best split of one node. See cart.h for what is best.
 */
#include <string.h>

#include "algo/cart_node.h"
#include "math/rng.h"

#define BLOCK_ROWS 16384

/* Bins that have rows are listed by a bit each in nodes smaller than this. */
#define FEW_ROWS 192

/* With more categories than these the smoothing of their means counts as rows in the gain. */
#define FEW_CATEGORIES 4

/* The bins of one input that have rows, in the order in which prefixes are tried. */
typedef struct Prefixes
{
	int			input;
	bool		category;
	bool		has_missing;
	double		extra;			/* what counts as more weight of each side */
	int			n;
	uint8_t		order[ML_MAX_BINS + 1];
} Prefixes;

/* One side of a split. */
typedef struct Side
{
	int64_t		g;
	int64_t		h;
	int64_t		rows;
} Side;

static bool try_input(MlCart *cart, const MlCartLeaf *leaf, int input, MlCartSplit *best);
static void count_rows(MlCart *cart, const MlCartLeaf *leaf, int input, Prefixes *prefixes);
static void sort_categories(MlCart *cart, Prefixes *prefixes);
static int	scan(MlCart *cart, const Prefixes *prefixes, double *score, bool *missing_left,
				 Side *left);
static void describe(const MlCart *cart, const Prefixes *prefixes, int position, bool missing_left,
					 const Side *left, MlCartSplit *found);
static void clear_cells(MlCart *cart, const Prefixes *prefixes);

MlStatus
ml_cart_search(MlCart *cart, MlCartLeaf *leaf)
{
	int			n_inputs = cart->data->binned->n_inputs;
	int			wanted = cart->limits.inputs_per_node;
	MlCartSplit *best = &leaf->split;
	bool		pure = true;
	bool		varies = false;
	int			drawn;
	int			i;

	ML_TRY(ml_check_stop(cart->env));
	best->input = -1;
	best->score = -1;
	leaf->gain = 0;
	if (leaf->n / 2 < cart->limits.min_rows ||
		(cart->limits.max_depth > 0 && leaf->depth >= cart->limits.max_depth))
		return ML_OK;
	ML_TRY(ml_cart_read_node(cart, leaf, &pure));
	if (pure)
		return ML_OK;
	for (i = 0; i < n_inputs; i++)
		cart->draw[i] = (uint16_t) i;
	for (drawn = 0; drawn < n_inputs && (drawn < wanted || !varies); drawn++)
	{
		int			input;
		int			other = drawn;

		if (leaf->n > BLOCK_ROWS)
			ML_TRY(ml_check_stop(cart->env));
		if (wanted < n_inputs)
			other += (int) (ml_hash_uniform(ml_hash_word(leaf->key, (uint64_t) drawn + 2)) *
							(n_inputs - drawn));
		input = cart->draw[other];
		cart->draw[other] = cart->draw[drawn];
		varies |= try_input(cart, leaf, input, best);
	}
	if (best->input < 0)
		return ML_OK;
	/* Gini impurity is one minus the squares of all shares, of which one stands for two classes */
	leaf->gain = best->score * cart->totals->h / cart->scale_g / (cart->scale_g / cart->scale_h) *
		(cart->data->n_classes == 2 ? 2 : 1);
	if (leaf->gain < cart->limits.min_gain * cart->tree_weight / cart->scale_h)
		best->input = -1;
	return ML_OK;
}

MlStatus
ml_cart_read_node(MlCart *cart, const MlCartLeaf *leaf, bool *pure)
{
	const uint32_t *index = cart->index + leaf->begin;
	const double *y = cart->data->y;
	MlCartTotals *totals = cart->totals;
	MlCartCell	sum = {0, 0};
	bool		differ = false;
	int64_t		i;
	int			k;

	for (i = 0; i < leaf->n; i++)
	{
		if (i % BLOCK_ROWS == BLOCK_ROWS - 1)
			ML_TRY(ml_check_stop(cart->env));
		cart->node_value[i] = cart->value[index[i]];
		ml_cart_add_cell(&sum, &cart->node_value[i]);
		differ |= y[index[i]] != y[index[0]];
	}
	totals->g = (int64_t) sum.g;
	totals->h = (double) ml_cart_cell_h(cart, sum);
	totals->rows = leaf->n;
	totals->mean = (double) totals->g / totals->h;
	*pure = !differ;
	if (!ml_cart_many_classes(cart))
		return ML_OK;

	memset(cart->class_sum, 0, (size_t) cart->n_outputs * sizeof(int64_t));
	for (i = 0; i < leaf->n; i++)
	{
		cart->node_class[i] = (uint16_t) y[index[i]];
		cart->class_sum[cart->node_class[i]] += ml_cart_cell_h(cart, cart->node_value[i]);
	}
	totals->main_class = 0;
	for (k = 0; k < cart->n_outputs; k++)
	{
		cart->class_mean[k] = (double) cart->class_sum[k] / totals->h;
		if (cart->class_sum[k] > cart->class_sum[totals->main_class])
			totals->main_class = k;
	}
	return ML_OK;
}

/* Tries all splits on an input; false when it is constant in the node. */
static bool
try_input(MlCart *cart, const MlCartLeaf *leaf, int input, MlCartSplit *best)
{
	Prefixes	prefixes;
	double		score = best->score;
	bool		missing_left = false;
	bool		varies;
	Side		left = {0};
	int			position;

	count_rows(cart, leaf, input, &prefixes);
	varies = prefixes.n + prefixes.has_missing > 1;
	if (varies)
	{
		if (prefixes.category)
			sort_categories(cart, &prefixes);
		position = scan(cart, &prefixes, &score, &missing_left, &left);
		if (position >= 0)
		{
			best->score = score;
			describe(cart, &prefixes, position, missing_left, &left, best);
		}
	}
	clear_cells(cart, &prefixes);
	return varies;
}

/* Adds the rows of the node up per bin and lists the bins that have some, ascending. */
static void
count_rows(MlCart *cart, const MlCartLeaf *leaf, int input, Prefixes *prefixes)
{
	const MlBins *bins = &cart->data->binned->inputs[input];
	const uint32_t *index = cart->index + leaf->begin;
	const MlCartCell *value = cart->node_value;
	MlCartCell *cells = cart->cells;
	size_t		stride;
	const uint8_t *column = ml_cart_column(cart->data->binned, input, &stride);
	uint64_t	used[4] = {0, 0, 0, 0};
	int64_t		i;
	int			n = 0;
	int			b;

	prefixes->input = input;
	prefixes->category = bins->category;
	prefixes->extra = 0;
	if (ml_cart_many_classes(cart))
	{
		for (i = 0; i < leaf->n; i++)
		{
			size_t		bin = column[index[i] * stride];

			cart->class_cells[bin * (size_t) cart->n_outputs + cart->node_class[i]] +=
				ml_cart_cell_h(cart, value[i]);
		}
	}
	if (leaf->n < FEW_ROWS)
	{
		for (i = 0; i < leaf->n; i++)
		{
			unsigned	bin = column[index[i] * stride];

			ml_cart_add_cell(&cells[bin], &value[i]);
			used[bin >> 6] |= UINT64_C(1) << (bin & 63);
		}
		prefixes->has_missing = used[bins->n_bins >> 6] >> (bins->n_bins & 63) & 1;
		used[bins->n_bins >> 6] &= ~(UINT64_C(1) << (bins->n_bins & 63));
		for (b = 0; b < 4; b++)
		{
			for (; used[b] != 0; used[b] &= used[b] - 1)
				prefixes->order[n++] = (uint8_t) (b * 64 + __builtin_ctzll(used[b]));
		}
	}
	else
	{
		for (i = 0; i < leaf->n; i++)
			ml_cart_add_cell(&cells[column[index[i] * stride]], &value[i]);
		prefixes->has_missing = cells[bins->n_bins].h_and_rows != 0;
		for (b = 0; b < bins->n_bins; b++)
		{
			prefixes->order[n] = (uint8_t) b;
			n += cells[b].h_and_rows != 0;
		}
	}
	prefixes->n = n;
}

/* By smoothed mean, with many classes by the share of the node's main class; ties by bin. */
static void
sort_categories(MlCart *cart, Prefixes *prefixes)
{
	double		key[ML_MAX_BINS + 1];
	double		mean = ml_cart_many_classes(cart) ? cart->class_mean[cart->totals->main_class] :
		cart->totals->mean;
	int			i;

	for (i = 0; i < prefixes->n; i++)
	{
		uint8_t		bin = prefixes->order[i];
		double		h = (double) ml_cart_cell_h(cart, cart->cells[bin]);
		double		g = ml_cart_many_classes(cart) ?
			(double) cart->class_cells[bin * cart->n_outputs + cart->totals->main_class] :
			(double) (int64_t) cart->cells[bin].g;
		double		deviation = (g - mean * h) / (h + cart->smoothing);
		int			at = i;

		while (at > 0 && key[at - 1] > deviation)
		{
			key[at] = key[at - 1];
			prefixes->order[at] = prefixes->order[at - 1];
			at--;
		}
		key[at] = deviation;
		prefixes->order[at] = bin;
	}
	if (prefixes->n > FEW_CATEGORIES)
		prefixes->extra = cart->smoothing;
}

/* Sum over the classes of the squared D (see cart.h) when `left` and the missing rows are left. */
static double
class_squares(const MlCart *cart, int64_t h, const int64_t *missing)
{
	double		squares = 0;
	int			k;

	for (k = 0; k < cart->n_outputs; k++)
	{
		int64_t		left = cart->class_left[k] + (missing == NULL ? 0 : missing[k]);
		double		d = (double) left - cart->class_mean[k] * (double) h;

		squares += d * d;
	}
	return squares;
}

/*
 * The best prefix with a score above *score, or -1. Missing rows are tried on
 * both sides; the prefix of all bins is a split only with them on the right.
 */
static int
scan(MlCart *cart, const Prefixes *prefixes, double *score, bool *missing_left, Side *left)
{
	const MlCartTotals *totals = cart->totals;
	const MlCartCell *cells = cart->cells;
	const int	missing_bin = cart->data->binned->inputs[prefixes->input].n_bins;
	const int64_t *missing_classes = cart->class_cells + (size_t) missing_bin * (size_t) cart->n_outputs;
	const int64_t min_rows = cart->limits.min_rows;
	const bool	many = ml_cart_many_classes(cart);
	MlCartCell	prefix = {0, 0};
	int			limit = prefixes->n - 1 + prefixes->has_missing;
	int			found = -1;
	int			side;
	int			i;
	int			k;

	if (many)
		memset(cart->class_left, 0, (size_t) cart->n_outputs * sizeof(int64_t));
	for (i = 0; i < limit; i++)
	{
		int			bin = prefixes->order[i];

		ml_cart_add_cell(&prefix, &cells[bin]);
		for (k = 0; many && k < cart->n_outputs; k++)
			cart->class_left[k] += cart->class_cells[bin * cart->n_outputs + k];
		if (totals->rows - ml_cart_cell_rows(cart, prefix) < min_rows)
			break;
		for (side = 0; side <= (prefixes->has_missing && i < prefixes->n - 1); side++)
		{
			MlCartCell	cell = prefix;
			Side		trial;
			double		h;
			double		d;
			double		squares;
			double		trial_score;

			if (side == 1)
				ml_cart_add_cell(&cell, &cells[missing_bin]);
			trial.g = (int64_t) cell.g;
			trial.h = ml_cart_cell_h(cart, cell);
			trial.rows = ml_cart_cell_rows(cart, cell);
			if (trial.rows < min_rows || totals->rows - trial.rows < min_rows)
				continue;
			h = (double) trial.h;
			d = (double) trial.g - totals->mean * h;
			squares = many ? class_squares(cart, trial.h, side == 1 ? missing_classes : NULL) : d * d;
			/* divided once by the weight of the node, which is the same for all splits */
			trial_score = squares * ((totals->h + 2 * prefixes->extra) / totals->h) /
				((h + prefixes->extra) * (totals->h - h + prefixes->extra));
			if (trial_score > *score)
			{
				*score = trial_score;
				*missing_left = side == 1;
				*left = trial;
				found = i;
			}
		}
	}
	return found;
}

/*
 * A threshold between two bins with rows lies midway in the empty ones between
 * them. Where the node has no missing rows the child with more rows takes them
 * later (ties: left), and so it is for categories that have no row here.
 */
static void
describe(const MlCart *cart, const Prefixes *prefixes, int position, bool missing_left,
		 const Side *left, MlCartSplit *found)
{
	int			n_bins = cart->data->binned->inputs[prefixes->input].n_bins;
	int			b;
	int			i;

	found->input = prefixes->input;
	found->default_left = prefixes->has_missing ? missing_left :
		2 * left->rows >= cart->totals->rows;
	memset(&found->left_bins, 0, sizeof(found->left_bins));
	if (found->default_left)
		ml_set_add(&found->left_bins, (unsigned) n_bins);
	if (!prefixes->category)
	{
		found->bin = n_bins - 1;	/* any number left, missing right */
		if (position < prefixes->n - 1)
			found->bin = (prefixes->order[position] + prefixes->order[position + 1] - 1) / 2;
		for (b = 0; b <= found->bin; b++)
			ml_set_add(&found->left_bins, (unsigned) b);
		return;
	}
	for (i = 0; i <= position; i++)
		ml_set_add(&found->left_bins, prefixes->order[i]);
	for (b = 0; found->default_left && b < n_bins; b++)
	{
		if (cart->cells[b].h_and_rows == 0)
			ml_set_add(&found->left_bins, (unsigned) b);
	}
}

static void
clear_cells(MlCart *cart, const Prefixes *prefixes)
{
	int			missing_bin = cart->data->binned->inputs[prefixes->input].n_bins;
	size_t		n_outputs = (size_t) cart->n_outputs;
	int			i;

	for (i = 0; i <= prefixes->n; i++)
	{
		size_t		bin = i < prefixes->n ? prefixes->order[i] : (size_t) missing_bin;

		cart->cells[bin] = (MlCartCell) {0, 0};
		if (ml_cart_many_classes(cart))
			memset(cart->class_cells + bin * n_outputs, 0, n_outputs * sizeof(int64_t));
	}
}
