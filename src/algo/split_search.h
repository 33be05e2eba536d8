/*
 * algo/split_search.h
 *		The best split of a node, from its histogram.
 *
 * A split sends a set of bins left. Its score is
 *		GL^2 / (HL + l2) + GR^2 / (HR + l2)
 * and its gain the score minus the node's own G^2 / (H + l2) (Chen and
 * Guestrin, "XGBoost", 2016, eq. 7, without the factor one half). With a
 * penalty l1 on |leaf value|, or bounds on the values, a side's score is
 *		-(2 G v + (H + l2) v^2 + 2 l1 |v|)
 * at the best value v within the bounds; without them both are the same.
 *
 * Numbers: prefixes of the bins. Categories: prefixes of the categories
 * sorted by G / (H + smoothing), which contain the best set for squared loss
 * (Fisher 1958). Missing values are tried on both sides of each.
 */
#ifndef ML_ALGO_SPLIT_SEARCH_H
#define ML_ALGO_SPLIT_SEARCH_H

#include "algo/histogram.h"
#include "algo/partition.h"

/* Hessian and gain limits are in the integer units of the cells. */
typedef struct MlSplitRules
{
	int64_t		min_rows;		/* of each side */
	double		min_hessian;	/* of each side; at least 1 */
	double		l2;
	double		min_gain;
	double		smoothing;		/* of categories */

	/* looked at only when constrained */
	bool		constrained;
	double		l1;
	double		low;			/* bounds of the values of both sides */
	double		high;
	const int8_t *monotone;		/* (inputs): 1 when values may not fall with the input, -1 rise; or NULL */
} MlSplitRules;

typedef struct MlFoundSplit
{
	int			input;			/* -1: no split is allowed and better than none */
	int			bin;			/* numbers: the last bin that goes left */
	double		gain;
	double		score;			/* by which splits of one node compare: gains round it */
	bool		default_left;	/* where missing and unknown values go */
	MlSet256	left_bins;		/* with bin n_bins for missing */
	MlCell		left;
	MlCell		right;
} MlFoundSplit;

/* The value of a leaf with these sums, in g units per h unit. */
extern double ml_split_value(const MlCell *cell, const MlSplitRules *rules);

/*
 * The best split on one of the n_listed inputs in `listed`, ascending numbers.
 * Equal gains are decided by the lower input, then by the shorter prefix, then
 * for missing on the right. Where the node has no missing rows the child with
 * more rows takes them later (ties: left), and so it is for categories that
 * have no row in the node.
 */
extern void ml_split_search(const MlBins *bins, const uint16_t *listed, int n_listed,
							const MlHistogramShape *shape,
							const MlCell *cells, const MlCell *total,
							const MlSplitRules *rules, MlFoundSplit *found);

#endif							/* ML_ALGO_SPLIT_SEARCH_H */
