/*
 * stats/summary.h
 *		What a column of numbers is like, in a fixed room, mergeable.
 *
 * Central moments up to the fourth (P. Pebay, "Formulas for robust, one-pass
 * parallel computation of covariances and arbitrary-order statistical moments",
 * Sandia report SAND2008-6212), least and greatest value, and a digest for
 * quantiles (stats/digest.h), as an array of ML_SUMMARY_VALUES doubles.
 */
#ifndef ML_STATS_SUMMARY_H
#define ML_STATS_SUMMARY_H

#include "stats/digest.h"

enum
{
	ML_SUMMARY_COUNT,
	ML_SUMMARY_MEAN,
	ML_SUMMARY_SQUARES,			/* sums of powers of distances to the mean: second, ... */
	ML_SUMMARY_CUBES,			/* ... third and fourth; these two may overflow alone */
	ML_SUMMARY_FOURTHS,
	ML_SUMMARY_LEAST,			/* infinity without a value, ... */
	ML_SUMMARY_GREATEST,		/* ... and minus infinity */
	ML_SUMMARY_DIGEST,
	ML_SUMMARY_VALUES = ML_SUMMARY_DIGEST + ML_DIGEST_VALUES
};

extern void ml_summary_begin(double *summary);
extern void ml_summary_add(double *summary, double value);
extern void ml_summary_merge(double *into, const double *from);

/* Whether numbers from outside can be a summary of at most n_rows values. */
extern bool ml_summary_possible(const double *summary, double n_rows);

/* Standard deviation with count - 1; NaN below two values. */
extern double ml_summary_deviation(const double *summary);
/* m3 / m2^1.5 and m4 / m2^2 - 3 of population moments; NaN for a constant or no values. */
extern double ml_summary_skewness(const double *summary);
extern double ml_summary_kurtosis(const double *summary);
extern double ml_summary_quantile(const double *summary, double level);

#endif							/* ML_STATS_SUMMARY_H */
