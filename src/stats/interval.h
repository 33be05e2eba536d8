/*
 * stats/interval.h
 *		Weighted means, effective sample sizes and 95 % intervals.
 *
 * All intervals are two-sided. NaN for both ends means that none can be
 * given, such as for a single row.
 */
#ifndef ML_STATS_INTERVAL_H
#define ML_STATS_INTERVAL_H

#include "base/env.h"

/* The 0.975 quantile of the standard normal distribution. */
#define ML_Z95 1.959963984540054

typedef struct MlInterval
{
	double		low;
	double		high;
} MlInterval;

/* A weighted mean with its standard error; NaN where undefined. */
typedef struct MlMean
{
	double		mean;
	double		standard_error;
	double		effective;		/* Kish's effective number of rows */
} MlMean;

/* The interval that says nothing: both ends NaN. */
extern MlInterval ml_interval_none(void);

/* Kish's effective number of rows (sum w)^2 / sum w^2; 0 without any weight. */
extern double ml_effective_rows(double sum, double sum_of_squares);

/* value -+ 1.96 standard errors, kept inside [minimum, maximum]. */
extern MlInterval ml_interval_normal(double value, double standard_error,
									 double minimum, double maximum);

/* Wilson's score interval of a share seen in n rows; n need not be whole. */
extern MlInterval ml_interval_wilson(double share, double n);

/* Normal interval on the logit scale; Wilson's where the logit is infinite. */
extern MlInterval ml_interval_logit(double share, double n);

/*
 * Mean of `values`, weighted unless weight is NULL, the same for any order of
 * the rows. The variance of the mean is the weighted variance over (effective
 * rows - 1), which is the ordinary one when all weights are equal.
 */
extern MlStatus ml_weighted_mean(MlEnv *env, const double *values, const double *weight,
								 int64_t rows, MlMean *result);

#endif							/* ML_STATS_INTERVAL_H */
