/*
 * math/blas.h
 *		The only door to BLAS and LAPACK.
 *
 * OpenBLAS is loaded at first use, with one thread and with all signals
 * blocked, since a thread that it started would otherwise run PostgreSQL's
 * signal handlers. Shapes are checked here, because BLAS answers wrong ones
 * with a line on stderr or a crash. No call takes longer than about 50 ms, so
 * that a cancel between two calls is obeyed in time. Never used for scoring.
 */
#ifndef ML_MATH_BLAS_H
#define ML_MATH_BLAS_H

#include "base/env.h"

/*
 * Fold a block of rows into an upper triangular factor: on return r'r equals
 * the old r'r + b'b, by Householder QR (LAPACK dtpqrt).
 *		r		(n, n) column-major, upper triangle used and replaced
 *		b		(rows, n) column-major, column k at b + k * stride; destroyed
 *		work	at least ml_qr_work_size(n) doubles
 */
extern MlStatus ml_qr_update(MlEnv *env, int n, double *r, int rows, double *b, int stride,
							 double *work);
extern size_t ml_qr_work_size(int n);
/* Rows a block should have for n columns: fast, and below 50 ms. */
extern int	ml_qr_block_rows(int n);

#endif							/* ML_MATH_BLAS_H */
