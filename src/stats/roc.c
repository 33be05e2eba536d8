/*
 * stats/roc.c
 *		Rows grouped by score, and the measures that only need the ranking.
 *
 * Ranking measures depend on a row only through its score, so rows are sorted
 * once and tied ones become one group. A measure is then one pass over the
 * groups, O(n log n) in all, and ties need no special care.
 *
 * ROC AUC is the share of (positive, negative) pairs that the score orders
 * rightly, half for a tie. Its variance is that of DeLong, DeLong, Clarke-
 * Pearson (1988): each positive row has a placement, the share of negative
 * rows below it, and the other way round; with midranks this needs no pairs
 * (Sun, Xu, "Fast implementation of DeLong's algorithm", 2014). Weights enter
 * the placements, and the effective number of rows of each class replaces its
 * count. A perfect ranking has no variance in that sense: there the interval
 * is Wilson's for as many disjoint pairs as the smaller class allows.
 *
 * Average precision is the step sum of scikit-learn, without interpolation:
 * (R_k - R_(k-1)) P_k over the distinct scores, descending.
 */
#include "stats/roc.h"

#include <math.h>

#include "math/sort.h"
#include "math/sum.h"

#define ROWS_PER_CHECK 4096

/* What a class or a group of it weighs. */
typedef struct ClassSum
{
	MlExactSum	weight;
	MlExactSum	square;
	double		rows;			/* used when there are no weights */
} ClassSum;

static void
class_begin(ClassSum *sum)
{
	ml_sum_begin(&sum->weight);
	ml_sum_begin(&sum->square);
	sum->rows = 0.0;
}

static void
class_add(ClassSum *sum, const double *weight, uint32_t row)
{
	sum->rows += 1.0;
	if (weight)
	{
		ml_sum_add(&sum->weight, weight[row]);
		ml_sum_add(&sum->square, weight[row] * weight[row]);
	}
}

static double
class_effective(const ClassSum *sum, const double *weight)
{
	if (weight == NULL)
		return sum->rows;
	return ml_effective_rows(ml_sum_value(&sum->weight), ml_sum_value(&sum->square));
}

/*
 * Weight of the rows order[from .. to-1] whose class is `positive`. Exact
 * sums, since the order among tied rows is that of the input.
 */
static double
group_weight(const uint32_t *order, int64_t from, int64_t to, const double *actual,
			 const double *weight, bool positive)
{
	MlExactSum	sum;
	double		rows = 0.0;
	int64_t		i;

	if (weight)
		ml_sum_begin(&sum);
	for (i = from; i < to; i++)
	{
		if ((actual == NULL || actual[order[i]] == 1.0) != positive)
			continue;
		if (weight == NULL)
			rows += 1.0;
		else if (to - from == 1)
			return weight[order[i]];
		else
			ml_sum_add(&sum, weight[order[i]]);
	}
	return weight ? ml_sum_value(&sum) : rows;
}

/* Cut the sorted rows into groups of equal score. */
static MlStatus
fill_groups(MlEnv *env, const uint32_t *order, const double *score, const double *actual,
			const double *weight, int64_t rows, MlRanks *ranks)
{
	int64_t		from = 0;

	while (from < rows)
	{
		double		value = score[order[from]];
		int64_t		to = from + 1;
		int64_t		group = ranks->n_groups++;

		while (to < rows && score[order[to]] == value)
		{
			if (to % ROWS_PER_CHECK == 0)
				ML_TRY(ml_check_stop(env));
			to++;
		}
		if (group % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		ranks->score[group] = value;
		ranks->positive[group] = group_weight(order, from, to, actual, weight, true);
		ranks->negative[group] = group_weight(order, from, to, actual, weight, false);
		ranks->positive_total += ranks->positive[group];
		ranks->negative_total += ranks->negative[group];
		from = to;
	}
	return ML_OK;
}

static MlStatus
fill_effective(MlEnv *env, const double *actual, const double *weight, int64_t rows,
			   MlRanks *ranks)
{
	ClassSum	positive;
	ClassSum	negative;
	int64_t		i;

	class_begin(&positive);
	class_begin(&negative);
	for (i = 0; i < rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		class_add(actual == NULL || actual[i] == 1.0 ? &positive : &negative, weight,
				  (uint32_t) i);
	}
	ranks->positive_effective = class_effective(&positive, weight);
	ranks->negative_effective = class_effective(&negative, weight);
	return ML_OK;
}

MlStatus
ml_ranks_build(MlEnv *env, const double *score, const double *actual, const double *weight,
			   int64_t rows, MlRanks *ranks)
{
	uint32_t   *order;

	if (rows < 0 || rows > (int64_t) UINT32_MAX)
		return ml_fail(env, ML_LIMIT, "at most %u rows can be ranked", UINT32_MAX);
	ranks->n_groups = 0;
	ranks->positive_total = 0.0;
	ranks->negative_total = 0.0;
	ranks->score = ml_allocate(env, (size_t) rows, sizeof(double));
	ranks->positive = ml_allocate(env, (size_t) rows, sizeof(double));
	ranks->negative = ml_allocate(env, (size_t) rows, sizeof(double));
	order = ml_allocate(env, (size_t) rows, sizeof(uint32_t));
	if (!ranks->score || !ranks->positive || !ranks->negative || !order)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_order_f64(env, score, (size_t) rows, order));
	ML_TRY(fill_groups(env, order, score, actual, weight, rows, ranks));
	ML_TRY(fill_effective(env, actual, weight, rows, ranks));
	ml_release(env, order);
	return ML_OK;
}

void
ml_ranks_release(MlEnv *env, MlRanks *ranks)
{
	ml_release(env, ranks->negative);
	ml_release(env, ranks->positive);
	ml_release(env, ranks->score);
}

int64_t
ml_ranks_group(const MlRanks *ranks, double score)
{
	int64_t		low = 0;
	int64_t		high = ranks->n_groups - 1;

	while (low < high)
	{
		int64_t		middle = low + (high - low) / 2;

		if (ranks->score[middle] < score)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Variance of the AUC: the variance of the mean placement of the positive
 * rows plus that of the negative rows. NaN when a class has a single row.
 */
static double
delong_variance(const MlRanks *ranks, double auc)
{
	double		below = 0.0;	/* negative weight below the group */
	double		above = ranks->positive_total;	/* positive weight above it */
	double		positive_spread = 0.0;
	double		negative_spread = 0.0;
	int64_t		i;

	if (!(ranks->positive_effective > 1.0 && ranks->negative_effective > 1.0))
		return NAN;
	for (i = 0; i < ranks->n_groups; i++)
	{
		double		positive = ranks->positive[i];
		double		negative = ranks->negative[i];
		double		difference;

		difference = (below + negative / 2.0) / ranks->negative_total - auc;
		positive_spread += positive * difference * difference;
		difference = (above - positive / 2.0) / ranks->positive_total - auc;
		negative_spread += negative * difference * difference;
		below += negative;
		above -= positive;
	}
	return positive_spread / ranks->positive_total / (ranks->positive_effective - 1.0) +
		negative_spread / ranks->negative_total / (ranks->negative_effective - 1.0);
}

double
ml_roc_auc(const MlRanks *ranks, MlInterval *interval)
{
	double		below = 0.0;
	double		sum = 0.0;
	double		auc;
	int64_t		i;

	*interval = ml_interval_none();
	if (!(ranks->positive_total > 0.0 && ranks->negative_total > 0.0))
		return NAN;
	/* Summed like positive_total, so that a perfect ranking gives exactly 1. */
	for (i = 0; i < ranks->n_groups; i++)
	{
		sum += ranks->positive[i] *
			((below + ranks->negative[i] / 2.0) / ranks->negative_total);
		below += ranks->negative[i];
	}
	auc = sum / ranks->positive_total;
	if (auc > 0.0 && auc < 1.0)
		*interval = ml_interval_normal(auc, sqrt(delong_variance(ranks, auc)), 0.0, 1.0);
	else
		*interval = ml_interval_wilson(auc, fmin(ranks->positive_effective,
												 ranks->negative_effective));
	return auc;
}

double
ml_average_precision(const MlRanks *ranks, MlInterval *interval)
{
	double		found = 0.0;	/* positive weight at or above the score */
	double		taken = 0.0;	/* all weight at or above it */
	double		sum = 0.0;
	double		result;
	int64_t		i;

	*interval = ml_interval_none();
	if (!(ranks->positive_total > 0.0))
		return NAN;
	for (i = ranks->n_groups - 1; i >= 0; i--)
	{
		found += ranks->positive[i];
		taken += ranks->positive[i] + ranks->negative[i];
		if (ranks->positive[i] > 0.0)
			sum += ranks->positive[i] * (found / taken);
	}
	/* `found` is the total in this order of adding. */
	result = fmin(sum / found, 1.0);
	*interval = ml_interval_logit(result, ranks->positive_effective);
	return result;
}

/* Smallest group with at least `weight` at or below it, give or take rounding. */
static int64_t
group_reaching(const MlRanks *ranks, double weight, double *reached)
{
	double		target = weight * (1.0 - 1e-12);
	double		sum = 0.0;
	int64_t		i;

	for (i = 0; i < ranks->n_groups; i++)
	{
		sum += ranks->positive[i];
		if (sum >= target && sum > 0.0)
			break;
	}
	*reached = sum;
	return i < ranks->n_groups ? i : ranks->n_groups - 1;
}

/* The same from above: the largest group with `weight` at or above it. */
static int64_t
group_reaching_down(const MlRanks *ranks, double weight)
{
	double		target = weight * (1.0 - 1e-12);
	double		sum = 0.0;
	int64_t		i;

	for (i = ranks->n_groups - 1; i > 0; i--)
	{
		sum += ranks->positive[i];
		if (sum >= target && sum > 0.0)
			break;
	}
	return i;
}

/*
 * The r-th smallest and r-th largest of n values enclose the median, r from
 * the binomial distribution with share 1/2, normal with continuity correction:
 * right or conservative by one rank. No interval below 6 rows.
 */
static MlInterval
median_interval(const MlRanks *ranks)
{
	MlInterval	interval = ml_interval_none();
	double		n = ranks->positive_effective;
	double		total = ranks->positive_total;
	double		rank = floor((n + 1.0) / 2.0 - ML_Z95 * sqrt(n) / 2.0);
	double		reached;

	if (rank >= 1.0)
	{
		interval.low = ranks->score[group_reaching(ranks, total * (rank / n), &reached)];
		interval.high = ranks->score[group_reaching_down(ranks, total * (rank / n))];
	}
	return interval;
}

double
ml_weighted_median(const MlRanks *ranks, MlInterval *interval)
{
	double		total = ranks->positive_total;
	double		reached;
	double		median;
	int64_t		group;
	int64_t		next;

	*interval = ml_interval_none();
	if (!(total > 0.0))
		return NAN;
	group = group_reaching(ranks, total / 2.0, &reached);
	median = ranks->score[group];
	if (reached <= total / 2.0 * (1.0 + 1e-12))
	{
		next = group + 1;
		while (next < ranks->n_groups && !(ranks->positive[next] > 0.0))
			next++;
		if (next < ranks->n_groups)
			median += (ranks->score[next] - median) / 2.0;
	}
	*interval = median_interval(ranks);
	return median;
}

double
ml_weighted_quantile(const MlRanks *ranks, double share)
{
	double		reached;

	if (!(ranks->positive_total > 0.0))
		return NAN;
	return ranks->score[group_reaching(ranks, ranks->positive_total * share, &reached)];
}
