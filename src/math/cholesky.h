/*
 * math/cholesky.h
 *		Triangular factor of a symmetric matrix, and what is solved with it.
 *
 * Matrices are (n, n) row-major; of symmetric ones the lower triangle is read.
 * A column that those before it determine is left out: its row and column of
 * the factor are 0, and so is its part of any solution.
 */
#ifndef ML_MATH_CHOLESKY_H
#define ML_MATH_CHOLESKY_H

#include "base/env.h"

/*
 * a becomes its lower triangular factor L, a = L L'. Column j is kept while
 * more than least[j] of its diagonal element is its own, what those before it
 * do not explain; kept (n) says which are.
 */
extern MlStatus ml_cholesky(MlEnv *env, int n, double *a, const double *least, bool *kept);

/* b (n) becomes the solution x of L L' x = b. */
extern void ml_cholesky_solve(int n, const double *l, const bool *kept, double *b);

/* inverse (n, n), both triangles, of L L' */
extern MlStatus ml_cholesky_inverse(MlEnv *env, int n, const double *l, const bool *kept,
									double *inverse);

/*
 * root (m, m), column-major: the upper triangular U with U U' = (L L')^-1 over
 * the m rows and columns that are kept, in their order.
 */
extern MlStatus ml_cholesky_root(MlEnv *env, int n, const double *l, const bool *kept, double *root);

#endif							/* ML_MATH_CHOLESKY_H */
