/*
 * algo/split_search.c
 *		Scans the histogram of a node for its best split. See split_search.h.
 *
 * Many categories overfit: with noise alone the best of many sets looks good.
 * As in LightGBM, the order is by smoothed means, the gain of a split of more
 * than FEW_CATEGORIES counts the smoothing as additional l2, and the side with
 * fewer categories has at most MAX_SMALL_SIDE of them.
 */
#include "algo/split_search.h"

#define FEW_CATEGORIES 4
#define MAX_SMALL_SIDE 32

/* A gain below this part of the score is rounding. */
#define GAIN_ROUNDING 1e-12

/* The bins of one input in the order in which prefixes are tried. */
typedef struct Candidates
{
	const MlCell *cells;
	MlCell		missing;
	bool		category;
	double		l2;				/* of the sides */
	int			n;
	uint8_t		order[ML_MAX_BINS + 1];
} Candidates;

/* The best prefix so far, over all inputs. */
typedef struct Best
{
	double		score;
	int			input;
	int			position;		/* in Candidates.order, inclusive */
	bool		missing_left;
	MlCell		left;
} Best;

static void list_bins(const MlBins *bins, const MlCell *cells, const MlSplitRules *rules,
					  Candidates *candidates);
static void sort_categories(Candidates *candidates, double smoothing);
static void scan(const Candidates *candidates, int input, const MlCell *total,
				 const MlSplitRules *rules, Best *best);
static double side_score(const MlCell *left, const MlCell *total, double l2,
						 const MlSplitRules *rules);
static void describe(const MlBins *bins, const Candidates *candidates, const Best *best,
					 const MlCell *total, MlFoundSplit *found);

static inline MlCell
cell_sum(const MlCell *a, const MlCell *b)
{
	MlCell		sum = {a->g + b->g, a->h + b->h, a->rows + b->rows};

	return sum;
}

void
ml_split_search(const MlBins *bins, int n_inputs, const MlHistogramShape *shape,
				const MlCell *cells, const MlCell *total,
				const MlSplitRules *rules, MlFoundSplit *found)
{
	double		g = (double) total->g;
	double		parent = g * g / ((double) total->h + rules->l2);
	Candidates	candidates;
	Best		best = {0};
	double		gain;
	int			i;

	best.input = -1;
	best.score = 0;
	for (i = 0; i < n_inputs; i++)
	{
		list_bins(&bins[i], cells + shape->offset[i], rules, &candidates);
		scan(&candidates, i, total, rules, &best);
	}
	found->input = -1;
	gain = best.score - parent;
	if (best.input < 0 || !(gain > rules->min_gain) || gain <= GAIN_ROUNDING * best.score)
		return;

	list_bins(&bins[best.input], cells + shape->offset[best.input], rules, &candidates);
	found->gain = gain;
	describe(&bins[best.input], &candidates, &best, total, found);
}

/* Bins that have rows in the node: numbers ascending, categories sorted. */
static void
list_bins(const MlBins *bins, const MlCell *cells, const MlSplitRules *rules,
		  Candidates *candidates)
{
	int			b;

	candidates->cells = cells;
	candidates->missing = cells[bins->n_bins];
	candidates->category = bins->category;
	candidates->l2 = rules->l2;
	candidates->n = 0;
	for (b = 0; b < bins->n_bins; b++)
	{
		if (cells[b].rows > 0)
			candidates->order[candidates->n++] = (uint8_t) b;
	}
	if (bins->category)
	{
		sort_categories(candidates, rules->smoothing);
		if (candidates->n > FEW_CATEGORIES)
			candidates->l2 += rules->smoothing;
	}
}

/* By smoothed mean gradient, ties by bin (insertion keeps the order of equals). */
static void
sort_categories(Candidates *candidates, double smoothing)
{
	double		key[ML_MAX_BINS + 1];
	int			i;

	for (i = 0; i < candidates->n; i++)
	{
		uint8_t		bin = candidates->order[i];
		const MlCell *cell = &candidates->cells[bin];
		double		mean = (double) cell->g / ((double) cell->h + smoothing);
		int			at = i;

		while (at > 0 && key[at - 1] > mean)
		{
			key[at] = key[at - 1];
			candidates->order[at] = candidates->order[at - 1];
			at--;
		}
		key[at] = mean;
		candidates->order[at] = bin;
	}
}

static void
scan(const Candidates *candidates, int input, const MlCell *total,
	 const MlSplitRules *rules, Best *best)
{
	bool		has_missing = candidates->missing.rows > 0;
	int			limit = candidates->n - 1 + has_missing;
	MlCell		prefix = {0, 0, 0};
	int			side;
	int			i;

	/* the prefix of all bins is a split only if missing rows are on the right */
	for (i = 0; i < limit; i++)
	{
		prefix = cell_sum(&prefix, &candidates->cells[candidates->order[i]]);
		if (total->rows - prefix.rows < rules->min_rows)
			break;
		if (candidates->category && i + 1 > MAX_SMALL_SIDE &&
			candidates->n - i - 1 > MAX_SMALL_SIDE)
			continue;
		for (side = 0; side <= (has_missing && i < candidates->n - 1); side++)
		{
			MlCell		left = side == 0 ? prefix : cell_sum(&prefix, &candidates->missing);
			double		score = side_score(&left, total, candidates->l2, rules);

			if (score > best->score)
			{
				best->score = score;
				best->input = input;
				best->position = i;
				best->missing_left = side == 1;
				best->left = left;
			}
		}
	}
}

/* -1 when a side is too small. */
static double
side_score(const MlCell *left, const MlCell *total, double l2, const MlSplitRules *rules)
{
	double		left_g = (double) left->g;
	double		left_h = (double) left->h;
	double		right_g = (double) (total->g - left->g);
	double		right_h = (double) (total->h - left->h);

	if (left->rows < rules->min_rows || total->rows - left->rows < rules->min_rows ||
		left_h < rules->min_hessian || right_h < rules->min_hessian)
		return -1;
	return left_g * left_g / (left_h + l2) + right_g * right_g / (right_h + l2);
}

static void
describe(const MlBins *bins, const Candidates *candidates, const Best *best,
		 const MlCell *total, MlFoundSplit *found)
{
	int			b;
	int			i;

	found->input = best->input;
	found->left = best->left;
	found->right.g = total->g - best->left.g;
	found->right.h = total->h - best->left.h;
	found->right.rows = total->rows - best->left.rows;
	found->default_left = candidates->missing.rows > 0 ? best->missing_left :
		found->left.rows >= found->right.rows;
	found->bin = candidates->order[best->position];
	if (best->position == candidates->n - 1)
		found->bin = bins->n_bins - 1;	/* any number left, missing right */

	for (i = 0; i < 4; i++)
		found->left_bins.word[i] = 0;
	if (found->default_left)
		ml_set_add(&found->left_bins, (unsigned) bins->n_bins);
	if (!bins->category)
	{
		for (b = 0; b <= found->bin; b++)
			ml_set_add(&found->left_bins, (unsigned) b);
		return;
	}
	for (i = 0; i <= best->position; i++)
		ml_set_add(&found->left_bins, candidates->order[i]);
	for (b = 0; found->default_left && b < bins->n_bins; b++)
	{
		if (candidates->cells[b].rows == 0)
			ml_set_add(&found->left_bins, (unsigned) b);
	}
}
