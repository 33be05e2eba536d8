/*
 * stats/summary.c
 *		What a column of numbers is like, in a fixed room, mergeable.
 */
#include "stats/summary.h"

#include <math.h>
#include <string.h>

void
ml_summary_begin(double *summary)
{
	memset(summary, 0, ML_SUMMARY_VALUES * sizeof(double));
	summary[ML_SUMMARY_LEAST] = INFINITY;
	summary[ML_SUMMARY_GREATEST] = -INFINITY;
}

void
ml_summary_add(double *summary, double value)
{
	double		before = summary[ML_SUMMARY_COUNT];
	double		n = before + 1.0;
	double		distance = value - summary[ML_SUMMARY_MEAN];
	double		part = distance / n;
	double		square = distance * part * before;

	summary[ML_SUMMARY_COUNT] = n;
	summary[ML_SUMMARY_MEAN] += part;
	summary[ML_SUMMARY_FOURTHS] += square * part * part * (n * n - 3.0 * n + 3.0) +
		6.0 * part * part * summary[ML_SUMMARY_SQUARES] - 4.0 * part * summary[ML_SUMMARY_CUBES];
	summary[ML_SUMMARY_CUBES] += square * part * (n - 2.0) - 3.0 * part * summary[ML_SUMMARY_SQUARES];
	summary[ML_SUMMARY_SQUARES] += square;
	summary[ML_SUMMARY_LEAST] = fmin(summary[ML_SUMMARY_LEAST], value);
	summary[ML_SUMMARY_GREATEST] = fmax(summary[ML_SUMMARY_GREATEST], value);
	ml_digest_add(summary + ML_SUMMARY_DIGEST, value);
}

static void
merge_moments(double *into, const double *from)
{
	double		a = into[ML_SUMMARY_COUNT];
	double		b = from[ML_SUMMARY_COUNT];
	double		n = a + b;
	double		distance = from[ML_SUMMARY_MEAN] - into[ML_SUMMARY_MEAN];
	double		part = distance / n;
	double		squares = into[ML_SUMMARY_SQUARES];
	double		cubes = into[ML_SUMMARY_CUBES];

	into[ML_SUMMARY_COUNT] = n;
	into[ML_SUMMARY_MEAN] += part * b;
	into[ML_SUMMARY_SQUARES] += from[ML_SUMMARY_SQUARES] + distance * part * a * b;
	into[ML_SUMMARY_CUBES] += from[ML_SUMMARY_CUBES] + distance * part * part * a * b * (a - b) +
		3.0 * part * (a * from[ML_SUMMARY_SQUARES] - b * squares);
	into[ML_SUMMARY_FOURTHS] += from[ML_SUMMARY_FOURTHS] +
		distance * part * part * part * a * b * (a * a - a * b + b * b) +
		6.0 * part * part * (a * a * from[ML_SUMMARY_SQUARES] + b * b * squares) +
		4.0 * part * (a * from[ML_SUMMARY_CUBES] - b * cubes);
}

void
ml_summary_merge(double *into, const double *from)
{
	if (from[ML_SUMMARY_COUNT] == 0.0)
		return;
	if (into[ML_SUMMARY_COUNT] == 0.0)
	{
		memcpy(into, from, ML_SUMMARY_VALUES * sizeof(double));
		return;
	}
	merge_moments(into, from);
	into[ML_SUMMARY_LEAST] = fmin(into[ML_SUMMARY_LEAST], from[ML_SUMMARY_LEAST]);
	into[ML_SUMMARY_GREATEST] = fmax(into[ML_SUMMARY_GREATEST], from[ML_SUMMARY_GREATEST]);
	ml_digest_merge(into + ML_SUMMARY_DIGEST, from + ML_SUMMARY_DIGEST);
}

bool
ml_summary_possible(const double *summary, double n_rows)
{
	double		count = summary[ML_SUMMARY_COUNT];

	if (!ml_digest_possible(summary + ML_SUMMARY_DIGEST, count, summary[ML_SUMMARY_LEAST],
							summary[ML_SUMMARY_GREATEST]))
		return false;
	if (count == 0.0)
		return summary[ML_SUMMARY_LEAST] == INFINITY && summary[ML_SUMMARY_GREATEST] == -INFINITY;
	return count >= 1.0 && count <= n_rows && count == floor(count) && isfinite(summary[ML_SUMMARY_MEAN]) &&
		isfinite(summary[ML_SUMMARY_SQUARES]) && summary[ML_SUMMARY_SQUARES] >= 0.0 &&
		isfinite(summary[ML_SUMMARY_LEAST]) && isfinite(summary[ML_SUMMARY_GREATEST]) &&
		summary[ML_SUMMARY_LEAST] <= summary[ML_SUMMARY_GREATEST];
}

double
ml_summary_deviation(const double *summary)
{
	double		count = summary[ML_SUMMARY_COUNT];

	return count > 1.0 ? sqrt(summary[ML_SUMMARY_SQUARES] / (count - 1.0)) : NAN;
}

/* 0 / 0 of a constant, and what has overflowed, become NaN. */
static double
finite_or_nan(double value)
{
	return isfinite(value) ? value : NAN;
}

double
ml_summary_skewness(const double *summary)
{
	double		count = summary[ML_SUMMARY_COUNT];
	double		square = summary[ML_SUMMARY_SQUARES] / count;

	return finite_or_nan(summary[ML_SUMMARY_CUBES] / count / (square * sqrt(square)));
}

double
ml_summary_kurtosis(const double *summary)
{
	double		count = summary[ML_SUMMARY_COUNT];
	double		square = summary[ML_SUMMARY_SQUARES] / count;

	return finite_or_nan(summary[ML_SUMMARY_FOURTHS] / count / (square * square) - 3.0);
}

double
ml_summary_quantile(const double *summary, double level)
{
	return ml_digest_quantile(summary + ML_SUMMARY_DIGEST, level, summary[ML_SUMMARY_LEAST],
							  summary[ML_SUMMARY_GREATEST]);
}
