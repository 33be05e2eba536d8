/*
 * math/gram.h
 *		Products of tall blocks of columns, for sums of squares and products.
 *
 * Blocks are (n_rows, n) column-major, column k at a + k * stride. The results
 * have the same bits at every level of base/simd.h: eight partial sums per
 * product, added in a fixed order.
 */
#ifndef ML_MATH_GRAM_H
#define ML_MATH_GRAM_H

#include "base/env.h"

/* gram (n, n) column-major, upper triangle: += a'a */
extern MlStatus ml_gram_add(MlEnv *env, const double *a, int stride, int n_rows, int n, double *gram);

/*
 * product (n_rows, m), columns `stride` apart: a[columns] times an upper
 * triangle (m, m), column-major.
 */
extern MlStatus ml_times_triangle(MlEnv *env, const double *a, int stride, int n_rows,
								  const int *columns, int m, const double *triangle, double *product);

#endif							/* ML_MATH_GRAM_H */
