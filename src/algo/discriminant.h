/*
 * algo/discriminant.h
 *		Linear discriminant analysis of two classes, from a state of least
 *		squares.
 *
 * When x is normal within each class with one covariance S, the log-odds of
 * class 1 are linear: w'x - w'(m1 + m0) / 2 + log(n1 / n0) with w = S^-1 (m1 -
 * m0), class means m and sizes n. That needs sums over the rows only, unlike
 * maximum likelihood of the logistic model, whose likelihood has no sufficient
 * statistic of fixed size.
 *
 * They follow from the regression of y (0 or 1) on x: its slopes b are those of
 * w but for a factor (R. A. Fisher, "The use of multiple measurements in
 * taxonomic problems", 1936), w = (n - 2) b / (k (1 - r2)) with k = n1 n0 / n,
 * where S is the pooled estimate with n - 2. So it has the digits of QR.
 */
#ifndef ML_ALGO_DISCRIMINANT_H
#define ML_ALGO_DISCRIMINANT_H

#include "algo/regression.h"

typedef struct MlDiscriminant
{
	double		positives;		/* rows of class 1 */
	double	   *coefficient;	/* (n) as in the regression; NaN where there are none: a class
								 * without rows, no spread within classes, fewer rows than columns */
	double		distance;		/* (m1 - m0)' S^-1 (m1 - m0), squared Mahalanobis; NaN likewise */
	MlRegression regression;	/* of y on x; its p-values test the coefficients, too (but for
								 * the intercept: NaN) */
} MlDiscriminant;

/* state: compact, rows [1, x, y], y 0 or 1. */
extern MlStatus ml_discriminant(MlEnv *env, const MlState *state, MlDiscriminant *result);

#endif							/* ML_ALGO_DISCRIMINANT_H */
