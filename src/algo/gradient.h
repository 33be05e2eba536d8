/*
 * algo/gradient.h
 *		Derivatives of rows as integers, so that their sums are exact.
 */
#ifndef ML_ALGO_GRADIENT_H
#define ML_ALGO_GRADIENT_H

#include "algo/histogram.h"

/* What one unit of MlGradient.g and .h is worth: one over a power of two. */
typedef struct MlGradientScale
{
	double		g;				/* units per 1 */
	double		h;
} MlGradientScale;

/* For n_rows rows with |g| up to most_g and h up to most_h: no sum can overflow. */
extern MlGradientScale ml_gradient_scale(double most_g, double most_h, int64_t n_rows);

/* gradient (n) = g and h (n), rounded to units. The same bits whatever the CPU. */
extern void ml_gradient_pack(const double *g, const double *h, int n, MlGradientScale scale,
							 MlGradient *gradient);

#endif							/* ML_ALGO_GRADIENT_H */
