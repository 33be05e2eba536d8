/*
 * stats/profile.c
 *		Profile of a numeric column: moments, and counts on frozen cuts.
 *
 * The q-quantile is the order statistic ceil(q n), so that cuts are values of
 * the column; equal ones become one. A value that fills whole quantiles is a
 * bin of its own on its upper side. When the smallest value is such a one, a
 * cut right below it separates what the reference never had, so that the
 * column that was constant is seen to move in both directions.
 * Counting sorts the values: cuts are then found by bisection, and all sums
 * are independent of the order of rows. Infinite values are counted in the
 * outer bins; mean and sd show them as they come.
 */
#include "stats/profile.h"

#include <float.h>
#include <math.h>

#include "math/sort.h"
#include "math/sum.h"

#define ROWS_PER_CHECK 4096

/* Number of the ascending values that are at most `cut`. */
static int64_t
count_up_to(const double *sorted, int64_t count, double cut)
{
	int64_t		low = 0;
	int64_t		high = count;

	while (low < high)
	{
		int64_t		middle = low + (high - low) / 2;

		if (sorted[middle] <= cut)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Index of the order statistic ceil(k / parts * count), without rounding. */
static int64_t
quantile_index(int64_t count, int k, int parts)
{
	int64_t		whole = count / parts;
	int64_t		rest = count % parts;

	return whole * k + (rest * k + parts - 1) / parts - 1;
}

/* The k / parts quantiles for k = 1 .. n; returns how many are distinct. */
static int
distinct_quantiles(const double *sorted, int64_t count, int parts, int n, double *quantiles)
{
	int			kept = 0;
	int			k;

	for (k = 1; k <= n && count > 0; k++)
	{
		double		value = sorted[quantile_index(count, k, parts)];

		if (kept == 0 || value > quantiles[kept - 1])
			quantiles[kept++] = value;
	}
	return kept;
}

/* A cut right below the smallest value, when that value is the first cut. */
static void
separate_smallest(MlNumberProfile *profile)
{
	int			i;

	if (profile->n_edges == 0 || profile->n_edges == ML_PSI_BINS - 1 ||
		profile->edges[0] != profile->minimum || !(profile->minimum > -DBL_MAX))
		return;
	for (i = profile->n_edges; i > 0; i--)
		profile->edges[i] = profile->edges[i - 1];
	profile->edges[0] = nextafter(profile->minimum, -INFINITY);
	profile->n_edges++;
}

static void
set_cuts(const double *sorted, int64_t count, MlNumberProfile *profile)
{
	profile->n_edges = distinct_quantiles(sorted, count, ML_PSI_BINS, ML_PSI_BINS - 1,
										  profile->edges);
	profile->n_cuts = distinct_quantiles(sorted, count, ML_KS_CUTS, ML_KS_CUTS, profile->cuts);
	separate_smallest(profile);
}

static void
count_on_cuts(const double *sorted, int64_t count, MlNumberProfile *profile)
{
	int64_t		before = 0;
	int			i;

	for (i = 0; i < profile->n_edges; i++)
	{
		int64_t		through = count_up_to(sorted, count, profile->edges[i]);

		profile->counts[i] = through - before;
		before = through;
	}
	profile->counts[profile->n_edges] = count - before;
	for (i = 0; i < profile->n_cuts; i++)
		profile->below[i] = count_up_to(sorted, count, profile->cuts[i]);
}

static MlStatus
sum_moment(MlEnv *env, const double *sorted, int64_t count, double center, bool square,
		   double *mean)
{
	MlExactSum	sum;
	int64_t		i;

	ml_sum_begin(&sum);
	for (i = 0; i < count; i++)
	{
		double		value = sorted[i] - center;

		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		ml_sum_add(&sum, square ? value * value : value);
	}
	*mean = ml_sum_value(&sum) / (double) count;
	return ML_OK;
}

static MlStatus
set_moments(MlEnv *env, const double *sorted, int64_t count, MlNumberProfile *profile)
{
	double		variance;

	profile->mean = NAN;
	profile->sd = NAN;
	profile->minimum = NAN;
	profile->maximum = NAN;
	if (count == 0)
		return ML_OK;
	profile->minimum = sorted[0];
	profile->maximum = sorted[count - 1];
	ML_TRY(sum_moment(env, sorted, count, 0.0, false, &profile->mean));
	/* A constant has no spread, whatever rounding did to its mean. */
	if (profile->minimum == profile->maximum)
	{
		profile->mean = profile->minimum;
		profile->sd = 0.0;
		return ML_OK;
	}
	ML_TRY(sum_moment(env, sorted, count, profile->mean, true, &variance));
	profile->sd = sqrt(variance);
	return ML_OK;
}

/* The present values, ascending; the caller releases them. */
static MlStatus
sort_present(MlEnv *env, const double *values, int64_t rows, double **sorted, int64_t *count)
{
	int64_t		i;

	*count = 0;
	*sorted = ml_allocate(env, (size_t) rows, sizeof(double));
	if (*sorted == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		if (!isnan(values[i]))
			(*sorted)[(*count)++] = values[i];
	}
	return ml_sort_f64(env, *sorted, (size_t) *count);
}

/* Everything but the cuts, which are in `profile` or are made now. */
static MlStatus
fill_profile(MlEnv *env, const double *values, int64_t rows, bool own_cuts,
			 MlNumberProfile *profile)
{
	double	   *sorted;
	int64_t		count;

	ML_TRY(sort_present(env, values, rows, &sorted, &count));
	profile->rows = rows;
	profile->missing = rows - count;
	ML_TRY(set_moments(env, sorted, count, profile));
	if (own_cuts)
		set_cuts(sorted, count, profile);
	count_on_cuts(sorted, count, profile);
	ml_release(env, sorted);
	return ML_OK;
}

MlStatus
ml_profile_number(MlEnv *env, const double *values, int64_t rows, MlNumberProfile *profile)
{
	static const MlNumberProfile empty;

	*profile = empty;
	return fill_profile(env, values, rows, true, profile);
}

MlStatus
ml_profile_number_on(MlEnv *env, const MlNumberProfile *reference, const double *values,
					 int64_t rows, MlNumberProfile *profile)
{
	*profile = *reference;
	return fill_profile(env, values, rows, false, profile);
}
