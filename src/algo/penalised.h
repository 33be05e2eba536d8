/*
 * algo/penalised.h
 *		Least squares with a penalty, on states of algo/least_squares.h: with a
 *		given penalty, or with one that cross-validation chooses.
 *
 * Over the intercept b and the coefficients w of all other columns it minimises
 *		1 / (2 U) sum_i u_i (y_i - b - x_i'w)^2
 *			+ lambda (l1_ratio |w|_1 + (1 - l1_ratio) / 2 |w|^2)
 * with weights u_i and their sum U. The intercept has no penalty.
 *
 * Cross-validation never sees a row again: the state of each fold says both
 * what is learnt from it, when states of the other folds are merged, and how
 * large the errors of any coefficients on it are, as R v has the length of the
 * errors for v = (b, w, -1). So its cost does not depend on the number of rows.
 */
#ifndef ML_ALGO_PENALISED_H
#define ML_ALGO_PENALISED_H

#include "algo/elastic_net.h"
#include "algo/least_squares.h"

/* Values of lambda that are tried, from where all coefficients are 0. */
#define ML_PATH_LENGTH 100

typedef struct MlPenalty
{
	double		lambda;
	double		l1_ratio;		/* 0 (ridge) to 1 (lasso) */
} MlPenalty;

/*
 * coefficients (n - 1) by column, as in MlLeastSquaresFit; start with zeros or
 * those of a similar penalty. No rows may wait in the state, which stays as it
 * is. A warning when the solution is not exact.
 */
extern MlStatus ml_penalised_solve(MlLeastSquares *state, bool intercept, const MlPenalty *penalty,
								   double *coefficients);

typedef struct MlPenaltyPath
{
	int			best;			/* lowest error */
	int			simplest;		/* largest lambda within one standard error of it */
	double		lambda[ML_PATH_LENGTH];	/* descending */
	double		train_error[ML_PATH_LENGTH];	/* mean squared error of all rows, learnt from all */
	double		error[ML_PATH_LENGTH];	/* the same of rows not learnt from */
	double		std_error[ML_PATH_LENGTH];	/* of that, over the folds */
} MlPenaltyPath;

/*
 * The path of folds (n_folds, ml_least_squares_size(n)), written states of n
 * columns with the same shifts, each of at least one row; 2 folds or more.
 * The path starts at the smallest lambda with all coefficients 0 on all rows
 * and ends at 1e-4 times that, or 1e-2 with fewer rows than columns. Mean and
 * standard error are weighted as in R's cv.glmnet. All folds merged are in
 * *all, which begins here.
 */
extern MlStatus ml_penalised_path(MlEnv *env, int n, const double *folds, int n_folds, bool intercept,
								  double l1_ratio, MlPenaltyPath *path, MlLeastSquares *all);

#endif							/* ML_ALGO_PENALISED_H */
