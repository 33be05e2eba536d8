/*
 * test_summary.c
 *		Summaries, digests and comoments: against closed forms and sorted
 *		values, split and merged, columns far from 0, numbers from outside.
 */
#include "stats/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "math/rng.h"
#include "stats/comoments.h"
#include "unit.h"

#define VALUES 20000

static double
noise(uint64_t series, int i)
{
	return ml_hash_uniform(ml_hash_word(series, (uint64_t) i));
}

/* Uniform, exponential, with two peaks, lumpy, in order, in reverse order. */
static double
draw(int shape, int i)
{
	switch (shape)
	{
		case 0:
			return noise(1, i);
		case 1:
			return -log(1 - noise(2, i));
		case 2:
			return noise(3, i) + (i % 3 == 0 ? 100 : 0);
		case 3:
			return floor(8 * noise(4, i) * noise(5, i));
		case 4:
			return i;
		default:
			return -3.0 * i;
	}
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* How far the rank of a value is from the one asked for, as a share. */
static double
rank_error(const double *sorted, double value, double level)
{
	int			below = 0;
	int			equal = 0;
	double		low;
	double		high;
	int			i;

	for (i = 0; i < VALUES; i++)
	{
		below += sorted[i] < value;
		equal += sorted[i] == value;
	}
	low = (double) below / VALUES;
	high = (double) (below + equal) / VALUES;
	return level < low ? low - level : level > high ? level - high : 0;
}

static void
test_quantiles(void)
{
	static const double levels[] = {0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1};
	/* k1 of compression 100: a centroid at the median holds about 3 % of all, at 1 % about 0.6 %. */
	static const double bars[] = {1e-4, 0.002, 0.004, 0.016, 0.02, 0.02, 0.02, 0.016, 0.004, 0.002, 1e-4};
	static double values[VALUES];
	int			shape;
	int			parts;
	int			i;

	for (shape = 0; shape < 6; shape++)
	{
		for (parts = 1; parts <= 25; parts += 8)
		{
			double		whole[ML_SUMMARY_VALUES];
			double		part[25][ML_SUMMARY_VALUES];

			ml_summary_begin(whole);
			for (i = 0; i < parts; i++)
				ml_summary_begin(part[i]);
			for (i = 0; i < VALUES; i++)
			{
				values[i] = draw(shape, i);
				ml_summary_add(part[i % parts], values[i]);
			}
			qsort(values, VALUES, sizeof(double), compare);
			for (i = 0; i < parts; i++)
				ml_summary_merge(whole, part[i]);
			unit_ok(ml_summary_possible(whole, VALUES), "shape %d, %d parts: possible", shape, parts);
			for (i = 0; i < 11; i++)
			{
				double		error = rank_error(values, ml_summary_quantile(whole, levels[i]), levels[i]);

				unit_ok(error <= bars[i], "shape %d, %d parts, level %g: rank off by %.4f", shape, parts, levels[i],
						error);
			}
			unit_ok(whole[ML_SUMMARY_LEAST] == values[0] && whole[ML_SUMMARY_GREATEST] == values[VALUES - 1], "ends");
		}
	}
}

/* Few values are kept: the quantiles are those of percentile_cont(). */
static void
test_exact(void)
{
	static const double values[7] = {5, -1, 3, 3, 100, 8, 2};
	double		summary[ML_SUMMARY_VALUES];
	double		other[ML_SUMMARY_VALUES];
	int			i;

	ml_summary_begin(summary);
	ml_summary_begin(other);
	unit_ok(isnan(ml_summary_quantile(summary, 0.5)) && isnan(ml_summary_deviation(summary)) &&
			isnan(ml_summary_skewness(summary)), "nothing is known of no values");
	ml_summary_merge(summary, other);
	unit_ok(summary[ML_SUMMARY_COUNT] == 0, "nothing and nothing");
	for (i = 0; i < 7; i++)
		ml_summary_add(i < 3 ? summary : other, values[i]);
	ml_summary_merge(summary, other);
	unit_near(ml_summary_quantile(summary, 0), -1, 0, "least");
	unit_near(ml_summary_quantile(summary, 0.25), 2.5, 1e-15, "first quartile");
	unit_near(ml_summary_quantile(summary, 0.5), 3, 0, "median");
	unit_near(ml_summary_quantile(summary, 0.9), 44.8, 1e-14, "ninth decile");
	unit_near(ml_summary_quantile(summary, 1), 100, 0, "greatest");
	/* scipy.stats.skew and kurtosis, numpy.std(ddof=1) */
	unit_near(summary[ML_SUMMARY_MEAN], 120.0 / 7, 1e-15, "mean");
	unit_near(ml_summary_deviation(summary), 36.63981700931639, 1e-14, "deviation");
	unit_near(ml_summary_skewness(summary), 2.01724194654094, 1e-14, "skewness");
	unit_near(ml_summary_kurtosis(summary), 2.114226581564182, 1e-14, "kurtosis");
	ml_summary_begin(other);
	ml_summary_add(other, 4);
	unit_ok(isnan(ml_summary_deviation(other)) && isnan(ml_summary_skewness(other)) &&
			ml_summary_quantile(other, 0.3) == 4, "one value");
	ml_summary_add(other, 4);
	unit_ok(ml_summary_deviation(other) == 0 && isnan(ml_summary_skewness(other)) && isnan(ml_summary_kurtosis(other)),
			"a constant has no shape");
}

/* Moments of a column far from 0, merged unevenly: the same as those of the column at 0. */
static void
test_moments(void)
{
	double		near[ML_SUMMARY_VALUES];
	double		far[ML_SUMMARY_VALUES];
	double		rest[ML_SUMMARY_VALUES];
	int			i;

	ml_summary_begin(near);
	ml_summary_begin(far);
	ml_summary_begin(rest);
	for (i = 0; i < 5000; i++)
	{
		double		value = floor(1000 * draw(1, i)) / 1024;

		ml_summary_add(near, value);
		ml_summary_add(i < 4000 ? far : rest, value + 1048576);
	}
	ml_summary_merge(far, rest);
	unit_near(far[ML_SUMMARY_MEAN] - 1048576, near[ML_SUMMARY_MEAN], 1e-8, "mean");
	unit_near(ml_summary_deviation(far), ml_summary_deviation(near), 1e-10, "deviation");
	unit_near(ml_summary_skewness(far), ml_summary_skewness(near), 1e-8, "skewness");
	unit_near(ml_summary_kurtosis(far), ml_summary_kurtosis(near), 1e-8, "kurtosis");
	unit_ok(ml_summary_skewness(near) > 1.5, "skewed");
	ml_summary_add(near, 1e150);
	unit_ok(isnan(ml_summary_kurtosis(near)) && isfinite(ml_summary_deviation(near)) && ml_summary_possible(near, 5001),
			"the fourth moment overflows alone");
}

static void
test_comoments(void)
{
	double		whole[ML_COMOMENTS_VALUES(3)] = {0};
	double		part[ML_COMOMENTS_VALUES(3)] = {0};
	double		sums[3] = {0};
	double		products = 0;
	double		matrix[9];
	int			i;

	for (i = 0; i < 1000; i++)
	{
		double		row[3] = {noise(6, i), 0.1, 1e9 + floor(1024 * noise(6, i)) / 64};

		sums[0] += row[0];
		sums[2] += row[2] - 1e9;
		products += row[0] * (row[2] - 1e9);
		if (i < 300)
			ml_comoments_add(whole, 3, i, row);
		else
			ml_comoments_add(part, 3, i - 300, row);
	}
	ml_comoments_merge(whole, 300, part, 700, 3);
	ml_comoments_covariance(whole, 3, 1000, matrix);
	unit_near(matrix[2], (products - sums[0] * sums[2] / 1000) / 999, 1e-9, "covariance");
	unit_ok(matrix[2] == matrix[6] && matrix[1] == 0 && matrix[4] == 0, "symmetric; a constant has exactly 0");
	ml_comoments_correlation(whole, 3, matrix);
	unit_ok(matrix[2] > 0.999 && matrix[2] <= 1 && matrix[0] == 1 && isnan(matrix[4]) && isnan(matrix[1]),
			"correlation");
	ml_comoments_covariance(whole, 3, 1, matrix);
	unit_ok(isnan(matrix[0]), "one row has no covariance");
}

static void
test_hostile(void)
{
	double		good[ML_SUMMARY_VALUES];
	double		bad[ML_SUMMARY_VALUES];
	int			i;
	int			k;

	ml_summary_begin(good);
	for (i = 0; i < 500; i++)
		ml_summary_add(good, noise(7, i));
	unit_ok(ml_summary_possible(good, 500) && !ml_summary_possible(good, 499), "no more values than rows");
	for (k = 0; k < 6; k++)
	{
		static const double wrong[] = {NAN, INFINITY, -1, 1e300, 0.5, 1e18};
		int			refused = 0;

		for (i = 0; i < ML_SUMMARY_VALUES; i++)
		{
			memcpy(bad, good, sizeof(bad));
			bad[i] = wrong[k];
			if (!ml_summary_possible(bad, 500))
				refused++;
			else
				ml_summary_merge(bad, bad);
		}
		unit_ok(refused >= 3, "%g refused in %d places", wrong[k], refused);
	}
	memcpy(bad, good, sizeof(bad));
	bad[ML_SUMMARY_DIGEST + 1] = ML_DIGEST_WAITING;
	unit_ok(!ml_summary_possible(bad, 500), "more waiting values than there is room for");
}

int
main(void)
{
	test_quantiles();
	test_exact();
	test_moments();
	test_comoments();
	test_hostile();
	return unit_done();
}
