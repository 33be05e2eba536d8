/*
 * stats/comoments.c
 *		Means, and sums of products of distances to them, of rows; mergeable.
 */
#include "stats/comoments.h"

#include <math.h>

void
ml_comoments_add(double *values, int n, double count, const double *row)
{
	double		share = count / (count + 1.0);
	double	   *sum = values + n;
	int			i;
	int			j;

	for (j = 0; j < n; j++)
	{
		double		distance = (row[j] - values[j]) * share;

		for (i = 0; i <= j; i++)
			sum[i] += distance * (row[i] - values[i]);
		sum += j + 1;
	}
	for (j = 0; j < n; j++)
		values[j] += (row[j] - values[j]) / (count + 1.0);
}

void
ml_comoments_merge(double *into, double into_count, const double *from, double from_count, int n)
{
	double		share = from_count / (into_count + from_count);
	double	   *sum = into + n;
	const double *more = from + n;
	int			i;
	int			j;

	if (from_count == 0.0)
		return;
	for (j = 0; j < n; j++)
	{
		double		distance = (from[j] - into[j]) * (into_count * share);

		for (i = 0; i <= j; i++)
			sum[i] += more[i] + distance * (from[i] - into[i]);
		sum += j + 1;
		more += j + 1;
	}
	for (j = 0; j < n; j++)
		into[j] += (from[j] - into[j]) * share;
}

static void
put_both(double *matrix, int n, int i, int j, double value)
{
	matrix[(size_t) i * (size_t) n + (size_t) j] = value;
	matrix[(size_t) j * (size_t) n + (size_t) i] = value;
}

void
ml_comoments_covariance(const double *values, int n, double count, double *matrix)
{
	int			i;
	int			j;

	for (j = 0; j < n; j++)
		for (i = 0; i <= j; i++)
			put_both(matrix, n, i, j, count > 1.0 ? ml_comoment(values, n, i, j) / (count - 1.0) : NAN);
}

/* Of sums of squares a, b and of products. */
static double
correlate(double a, double b, double product)
{
	double		size = sqrt(a * b);

	/* The product of two squares may leave the range. */
	if (!(size > 1e-150 && size < 1e150))
		size = sqrt(a) * sqrt(b);
	return size > 0.0 ? fmin(fmax(product / size, -1.0), 1.0) : NAN;
}

void
ml_comoments_correlation(const double *values, int n, double *matrix)
{
	int			i;
	int			j;

	for (j = 0; j < n; j++)
	{
		double		own = ml_comoment(values, n, j, j);

		for (i = 0; i < j; i++)
			put_both(matrix, n, i, j, correlate(own, ml_comoment(values, n, i, i), ml_comoment(values, n, i, j)));
		put_both(matrix, n, j, j, own > 0.0 ? 1.0 : NAN);
	}
}
