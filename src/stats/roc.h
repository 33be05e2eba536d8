/*
 * stats/roc.h
 *		Rows grouped by score, and the measures that only need the ranking.
 */
#ifndef ML_STATS_ROC_H
#define ML_STATS_ROC_H

#include "base/env.h"
#include "stats/interval.h"

/*
 * One entry for each distinct score, ascending. The same for any order of the
 * rows: weights of tied rows are summed exactly, and everything computed from
 * the groups walks them by score.
 */
typedef struct MlRanks
{
	int64_t		n_groups;
	double	   *score;
	double	   *positive;		/* weight of the positive rows of the group */
	double	   *negative;
	double		positive_total; /* sum over the groups, in their order */
	double		negative_total;
	double		positive_effective; /* Kish's effective rows of the class */
	double		negative_effective;
} MlRanks;

/*
 * Group rows by score. `actual` holds 0 and 1; NULL: all rows count as
 * positive. `weight` NULL: all 1. At most UINT32_MAX rows.
 */
extern MlStatus ml_ranks_build(MlEnv *env, const double *score, const double *actual,
							   const double *weight, int64_t rows, MlRanks *ranks);
extern void ml_ranks_release(MlEnv *env, MlRanks *ranks);

/* The group of a score, which must be one of them. */
extern int64_t ml_ranks_group(const MlRanks *ranks, double score);

/* Area under the ROC curve with DeLong's interval; NaN without both classes. */
extern double ml_roc_auc(const MlRanks *ranks, MlInterval *interval);

/* Average precision with the logit interval; NaN without positive rows. */
extern double ml_average_precision(const MlRanks *ranks, MlInterval *interval);

/*
 * Median of the scores of the positive rows (all rows, if the groups were
 * built without `actual`): the smallest score with at least half of the weight
 * at or below it; when that is exactly half, the mean of it and the next
 * score. Interval by order statistics. NaN without any weight.
 */
extern double ml_weighted_median(const MlRanks *ranks, MlInterval *interval);

/*
 * The smallest score with at least this share (0 to 1) of the weight of the
 * positive rows at or below it. NaN without any weight.
 */
extern double ml_weighted_quantile(const MlRanks *ranks, double share);

#endif							/* ML_STATS_ROC_H */
