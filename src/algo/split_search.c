/*
 * algo/split_search.c
 *		Scans the histogram of a node for its best split. See split_search.h.
 *
 * Many categories overfit: with noise alone the best of many sets looks good.
 * As in LightGBM, the order is by smoothed means, and the side with fewer
 * categories has at most MAX_SMALL_SIDE of them. As in scikit-learn, a category
 * with fewer than MIN_CATEGORY_ROWS rows in the node has no place of its own in
 * that order: it goes where missing values go.
 */
#include <math.h>

#include "algo/split_search.h"

#define MIN_CATEGORY_ROWS 10
#define MAX_SMALL_SIDE 32

/* A gain below this part of the score is rounding. */
#define GAIN_ROUNDING 1e-12

/* The bins of one input in the order in which prefixes are tried. */
typedef struct Candidates
{
	const MlCell *cells;
	MlCell		missing;		/* with the categories of too few rows */
	bool		category;
	double		l2;				/* of the sides */
	int			monotone;		/* as in MlSplitRules */
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
static double split_score(const MlCell *left, const MlCell *total, const Candidates *candidates,
						  const MlSplitRules *rules);
static double constrained_score(double left_g, double left_h, double right_g, double right_h,
								const Candidates *candidates, const MlSplitRules *rules);
static double best_value(double g, double h, double l2, const MlSplitRules *rules);
static double score_at(double value, double g, double h, double l2, const MlSplitRules *rules);
static void describe(const MlBins *bins, const Candidates *candidates, const Best *best,
					 const MlCell *total, MlFoundSplit *found);

static inline MlCell
cell_sum(const MlCell *a, const MlCell *b)
{
	MlCell		sum = {a->g + b->g, a->h + b->h, a->rows + b->rows};

	return sum;
}

/* Of a node that stays whole. */
static double
node_score(const MlCell *total, const MlSplitRules *rules)
{
	double		g = (double) total->g;
	double		h = (double) total->h;

	if (rules->constrained)
		return score_at(best_value(g, h, rules->l2, rules), g, h, rules->l2, rules);
	return g * g / (h + rules->l2);
}

double
ml_split_value(const MlCell *cell, const MlSplitRules *rules)
{
	double		g = (double) cell->g;
	double		h = (double) cell->h + rules->l2;

	if (rules->constrained)
		return best_value(g, (double) cell->h, rules->l2, rules);
	return h > 0 ? (0 - g) / h : 0;
}

void
ml_split_search(const MlBins *bins, const uint16_t *listed, int n_listed,
				const MlHistogramShape *shape,
				const MlCell *cells, const MlCell *total,
				const MlSplitRules *rules, MlFoundSplit *found)
{
	double		parent = node_score(total, rules);
	Candidates	candidates;
	Best		best = {0};
	double		gain;
	int			i;

	best.input = -1;
	best.score = -INFINITY;
	for (i = 0; i < n_listed; i++)
	{
		int			input = listed[i];

		list_bins(&bins[input], cells + shape->offset[input], rules, &candidates);
		candidates.monotone = rules->constrained && rules->monotone != NULL ? rules->monotone[input] : 0;
		scan(&candidates, input, total, rules, &best);
	}
	found->input = -1;
	gain = best.score - parent;
	if (best.input < 0 || !(gain > rules->min_gain) || gain <= GAIN_ROUNDING * fabs(best.score))
		return;

	list_bins(&bins[best.input], cells + shape->offset[best.input], rules, &candidates);
	found->gain = gain;
	found->score = best.score;
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
		if (cells[b].rows == 0)
			continue;
		if (bins->category && cells[b].rows < MIN_CATEGORY_ROWS)
			candidates->missing = cell_sum(&candidates->missing, &cells[b]);
		else
			candidates->order[candidates->n++] = (uint8_t) b;
	}
	if (bins->category)
		sort_categories(candidates, rules->smoothing);
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
			double		score = split_score(&left, total, candidates, rules);

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

/* Minus infinity when the split is not allowed. */
static double
split_score(const MlCell *left, const MlCell *total, const Candidates *candidates,
			const MlSplitRules *rules)
{
	double		l2 = candidates->l2;
	double		left_g = (double) left->g;
	double		left_h = (double) left->h;
	double		right_g = (double) (total->g - left->g);
	double		right_h = (double) (total->h - left->h);

	if (left->rows < rules->min_rows || total->rows - left->rows < rules->min_rows ||
		left_h < rules->min_hessian || right_h < rules->min_hessian)
		return -INFINITY;
	if (rules->constrained)
		return constrained_score(left_g, left_h, right_g, right_h, candidates, rules);
	return left_g * left_g / (left_h + l2) + right_g * right_g / (right_h + l2);
}

static double
constrained_score(double left_g, double left_h, double right_g, double right_h,
				  const Candidates *candidates, const MlSplitRules *rules)
{
	double		l2 = candidates->l2;
	double		left = best_value(left_g, left_h, l2, rules);
	double		right = best_value(right_g, right_h, l2, rules);

	if ((candidates->monotone > 0 && left > right) || (candidates->monotone < 0 && left < right))
		return -INFINITY;
	return score_at(left, left_g, left_h, l2, rules) + score_at(right, right_g, right_h, l2, rules);
}

/* -G / (H + l2), with G drawn towards 0 by l1, within the bounds. */
static double
best_value(double g, double h, double l2, const MlSplitRules *rules)
{
	double		rest = fabs(g) - rules->l1;
	double		value;

	/* 0 - ...: no negative zero */
	if (rest <= 0 || h + l2 <= 0)
		value = 0;
	else
		value = 0 - (g > 0 ? rest : -rest) / (h + l2);
	return value < rules->low ? rules->low : value > rules->high ? rules->high : value;
}

static double
score_at(double value, double g, double h, double l2, const MlSplitRules *rules)
{
	return -(2 * g * value + (h + l2) * value * value + 2 * rules->l1 * fabs(value));
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
		if (candidates->cells[b].rows < MIN_CATEGORY_ROWS)
			ml_set_add(&found->left_bins, (unsigned) b);
	}
}
