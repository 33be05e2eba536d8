/*
 * algo/vector.h
 *		What boosting computes for every row and tree, in vector instructions.
 *
 * Each loop is compiled once for every level of base/simd.h, with vectors as
 * wide as that level has; the results are the same bits on all of them.
 */
#ifndef ML_ALGO_VECTOR_H
#define ML_ALGO_VECTOR_H

#include "algo/gradient.h"

/* No smaller second derivative: a row without curvature would move a leaf without end. */
#define ML_HESSIAN_FLOOR 1e-16

/* x (n) = e^-|x|, within 2 ulp; below e^-700 that. */
extern void ml_vector_falls(MlSimd simd, double *x, int n);

/*
 * Derivatives of log loss by the margin: g = p - y and h = p (1 - p), all (n),
 * with p = 1 / (1 + e^-margin) within 4 ulp.
 */
extern void ml_vector_log_loss(MlSimd simd, const double *margin, const double *y, int n,
							   double *g, double *h);

/* words (n) = derivatives g and h (n), rounded to units, each for one row. */
extern void ml_vector_pack(MlSimd simd, const double *g, const double *h, int n,
						   MlGradientScale scale, MlGradient *words);

#endif							/* ML_ALGO_VECTOR_H */
