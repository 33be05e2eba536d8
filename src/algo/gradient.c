/*
 * algo/gradient.c
 *		Derivatives of rows as integers. See gradient.h.
 */
#include <math.h>
#include <string.h>

#include "algo/gradient.h"

/* Bits of the largest first derivative, and of any sum over rows. */
#define GRADIENT_BITS 50
#define SUM_BITS 61

/* 1.5 * 2^52: a double beside it has no room for a fraction, and its low bits are the integer. */
#define ROUNDING 0x1.8p52
#define ROUNDING_BITS INT64_C(0x4338000000000000)

/* To the nearest integer, |value| below 2^51. */
static inline int64_t
to_units(double value)
{
	int64_t		bits;

	value += ROUNDING;
	memcpy(&bits, &value, sizeof(bits));
	return bits - ROUNDING_BITS;
}

/*
 * A power of two that keeps n numbers of at most `most` below 2^SUM_BITS in
 * sum, and each below 2^bits.
 */
static double
unit_scale(double most, int64_t n, int bits)
{
	int			most_exponent;
	int			n_exponent;
	int			exponent;

	(void) frexp(most, &most_exponent);
	(void) frexp((double) n, &n_exponent);
	exponent = SUM_BITS - n_exponent < bits ? SUM_BITS - n_exponent : bits;
	exponent -= most_exponent;
	return ldexp(1.0, exponent > 1000 ? 1000 : exponent);
}

MlGradientScale
ml_gradient_scale(double most_g, double most_h, int64_t n_rows)
{
	MlGradientScale scale;

	scale.g = unit_scale(most_g, n_rows, GRADIENT_BITS);
	scale.h = unit_scale(most_h, n_rows, ML_HESSIAN_BITS);
	return scale;
}

void
ml_gradient_pack(const double *g, const double *h, int n, MlGradientScale scale,
				 MlGradient *gradient)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		gradient[i].g = to_units(g[i] * scale.g);
		gradient[i].h = to_units(h[i] * scale.h);
	}
}
