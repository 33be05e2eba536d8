/*
 * algo/gradient.c
 *		Derivatives of rows as integers. See gradient.h.
 */
#include <math.h>
#include <string.h>

#include "algo/gradient.h"

/* Rows after which packed cells are full, when these have the mean derivatives. */
#define FULL_ROWS_BITS (ML_ROWS_BITS - 1)

/* Bits of the largest derivatives in fine sums, and of any such sum. */
#define FINE_G_BITS 50
#define FINE_H_BITS 50
#define FINE_SUM_BITS 61

/* To the nearest integer, |value| below 2^51. */
static inline int64_t
to_units(double value)
{
	int64_t		bits;

	value += ML_ROUNDING;
	memcpy(&bits, &value, sizeof(bits));
	return bits - ML_ROUNDING_BITS;
}

/* A power of two that brings `value` below 2^bits, and to no less than half of that. */
static double
unit_scale(double value, int bits)
{
	int			exponent;

	(void) frexp(value, &exponent);
	exponent = bits - exponent;
	return ldexp(1.0, exponent > 1023 ? 1023 : exponent);
}

/* Such that `most` has at most so many bits, and `mean` times the rows of full cells, too. */
static double
word_scale(double most, double mean, int64_t n_rows, int bits)
{
	double		full_rows = ldexp(1, FULL_ROWS_BITS);
	double		by_mean;

	if ((double) n_rows < full_rows)
		full_rows = (double) n_rows;
	by_mean = unit_scale(mean * full_rows, bits);
	/* one bit less: rounding must not reach the next power of two */
	return fmin(by_mean, unit_scale(most, bits - 1));
}

MlGradientScale
ml_gradient_scale(const MlGradientRange *range)
{
	MlGradientScale scale;

	scale.g = word_scale(range->most_g, range->mean_g, range->n_rows, ML_G_BITS - 1);
	scale.h = word_scale(range->most_h, range->mean_h, range->n_rows, ML_H_BITS);
	return scale;
}

MlCell
ml_gradient_most(const MlGradientRange *range, MlGradientScale scale)
{
	MlCell		most;

	most.g = (int64_t) (range->most_g * scale.g) + 1;
	most.h = (int64_t) (range->most_h * scale.h) + 1;
	most.rows = 1;
	return most;
}

/* Keeps n numbers of at most `most` below 2^FINE_SUM_BITS in sum, and each below 2^bits. */
static double
fine_scale(double most, int64_t n, int bits)
{
	int			n_exponent;

	(void) frexp((double) n, &n_exponent);
	return unit_scale(most, FINE_SUM_BITS - n_exponent < bits ? FINE_SUM_BITS - n_exponent : bits);
}

MlGradientScale
ml_gradient_fine_scale(const MlGradientRange *range)
{
	MlGradientScale scale;

	scale.g = fine_scale(range->most_g, range->n_rows, FINE_G_BITS);
	scale.h = fine_scale(range->most_h, range->n_rows, FINE_H_BITS);
	return scale;
}

void
ml_gradient_sum(const double *g, const double *h, int n, MlGradientScale scale,
				const uint16_t *group, MlCell *totals)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		MlCell	   *total = &totals[group == NULL ? 0 : group[i]];

		total->g += to_units(g[i] * scale.g);
		total->h += to_units(h[i] * scale.h);
		total->rows++;
	}
}
