/*
 * math/qr.h
 *		Fold a few rows into a small triangular factor.
 *
 * What ml_qr_update() of math/blas.h does, without LAPACK's cost per call,
 * which is most of it for a dozen columns and rows.
 */
#ifndef ML_MATH_QR_H
#define ML_MATH_QR_H

#include <stdbool.h>

/* Rows of a block are padded to a multiple of this. */
#define ML_QR_LANES 4

/*
 * triangle: the upper triangle of R, packed column by column (n (n + 1) / 2);
 * b (rows, n) column-major, rows a multiple of ML_QR_LANES, those beyond the
 * last real one zeros; destroyed. False, with nothing changed, when squares
 * could leave the range of doubles: LAPACK scales them, this does not.
 */
extern bool ml_qr_fold(int n, double *triangle, int rows, double *b);

#endif							/* ML_MATH_QR_H */
