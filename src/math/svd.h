/*
 * math/svd.h
 *		Singular values and left singular vectors of a square matrix.
 */
#ifndef ML_MATH_SVD_H
#define ML_MATH_SVD_H

#include "base/env.h"

/*
 * a (n, n), column-major, becomes U diag(values) for a = U diag(values) V':
 * orthogonal columns, the longest first, by one-sided Jacobi rotations
 * (Hestenes 1958; Demmel, Veselic, "Jacobi's method is more accurate than QR",
 * 1992): small singular values keep their digits, too. values (n) descends.
 * Obeys a cancel. About 60 n^3 operations; the same bits with all instructions.
 */
extern MlStatus ml_svd(MlEnv *env, int n, double *a, double *values);

#endif							/* ML_MATH_SVD_H */
