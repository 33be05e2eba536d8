/*
 * stats/comoments.h
 *		Means, and sums of products of distances to them, of rows; mergeable.
 *
 * The values of n columns are an array of doubles: means (n), then the upper
 * triangle of the sums, column by column: ML_COMOMENTS_VALUES(n). Differences
 * are taken before products, so that columns far from 0 lose no digits (Chan,
 * Golub, LeVeque, "Algorithms for computing the sample variance", 1983), and a
 * constant column has exactly 0.
 */
#ifndef ML_STATS_COMOMENTS_H
#define ML_STATS_COMOMENTS_H

#include <stddef.h>

#define ML_COMOMENTS_VALUES(n) ((size_t) (n) + (size_t) (n) * ((size_t) (n) + 1) / 2)

/* A row (n) more, behind `count`. */
extern void ml_comoments_add(double *values, int n, double count, const double *row);

/* Those of other rows. */
extern void ml_comoments_merge(double *into, double into_count, const double *from, double from_count,
							   int n);

/*
 * matrix (n, n): covariances with count - 1, NaN below two rows; correlations,
 * NaN where a column is constant.
 */
extern void ml_comoments_covariance(const double *values, int n, double count, double *matrix);
extern void ml_comoments_correlation(const double *values, int n, double *matrix);

/* Of columns i <= j. */
static inline double
ml_comoment(const double *values, int n, int i, int j)
{
	return values[(size_t) n + (size_t) j * ((size_t) j + 1) / 2 + (size_t) i];
}

#endif							/* ML_STATS_COMOMENTS_H */
