/*
 * math/singular.h
 *		Singular values of small matrices.
 */
#ifndef ML_MATH_SINGULAR_H
#define ML_MATH_SINGULAR_H

#include "base/env.h"

/*
 * Greatest and least singular value of a (m, m), column-major, destroyed: by
 * one-sided Jacobi rotations (Golub and Van Loan, Matrix Computations, 4th ed.,
 * 8.6.3), small ones to as many digits as large ones. About 20 m^3 operations.
 */
extern MlStatus ml_singular_range(MlEnv *env, int m, double *a, double *greatest, double *least);

#endif							/* ML_MATH_SINGULAR_H */
