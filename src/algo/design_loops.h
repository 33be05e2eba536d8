/*
 * algo/design_loops.h
 *		The loops over rows of algo/design.h, in vectors.
 *
 * The same bits at every level of base/simd.h: sums over rows have eight
 * parts, added in a fixed order.
 */
#ifndef ML_ALGO_DESIGN_LOOPS_H
#define ML_ALGO_DESIGN_LOOPS_H

#include <stddef.h>
#include <stdint.h>

#include "base/simd.h"

/* into (n) += factor * values (n) */
extern void ml_loop_add_scaled(MlSimd simd, double *into, double factor, const double *values, int n);

/* into (n) = a (n) * b (n) */
extern void ml_loop_multiply(MlSimd simd, double *into, const double *a, const double *b, int n);

/* The sum of a (n) * b (n). */
extern double ml_loop_product(MlSimd simd, const double *a, const double *b, int n);

/* The sum of a (n) * a * b (n). */
extern double ml_loop_product_squares(MlSimd simd, const double *a, const double *b, int n);

/* into (n) = (number[rows[i]] - mean) * scale, 0 where that is NaN */
extern void ml_loop_standardise(MlSimd simd, double *into, const double *number, const uint32_t *rows,
								int n, double mean, double scale);

#endif							/* ML_ALGO_DESIGN_LOOPS_H */
