/*
 * stats/interval.c
 *		Weighted means, effective sample sizes and 95 % intervals.
 *
 * Weights are taken as survey weights: they say how much a row counts, not how
 * often it was seen. Multiplying all by a constant changes nothing, and
 * unequal weights widen every interval through Kish's effective number of
 * rows (L. Kish, "Survey Sampling", 1965, section 11.7).
 * Wilson's interval: E. B. Wilson, JASA 22 (1927); recommended by Brown, Cai,
 * DasGupta, "Interval estimation for a binomial proportion" (2001). Logit
 * interval of a share: Boyd, Eng, Page, "Area under the precision-recall
 * curve: point estimates and confidence intervals" (ECML 2013).
 */
#include "stats/interval.h"

#include <math.h>

#include "math/func.h"
#include "math/sum.h"

/* Rows between two looks at should-stop: well below a millisecond. */
#define ROWS_PER_CHECK 4096

MlInterval
ml_interval_none(void)
{
	MlInterval	interval = {NAN, NAN};

	return interval;
}

double
ml_effective_rows(double sum, double sum_of_squares)
{
	return sum_of_squares > 0.0 ? sum * sum / sum_of_squares : 0.0;
}

MlInterval
ml_interval_normal(double value, double standard_error, double minimum, double maximum)
{
	MlInterval	interval = ml_interval_none();

	/* fmax() would turn a NaN into the limit. */
	if (isfinite(value) && isfinite(standard_error))
	{
		interval.low = fmax(value - ML_Z95 * standard_error, minimum);
		interval.high = fmin(value + ML_Z95 * standard_error, maximum);
	}
	return interval;
}

MlInterval
ml_interval_wilson(double share, double n)
{
	MlInterval	interval = ml_interval_none();
	double		z2n;
	double		center;
	double		half;

	if (!(n > 0.0) || isnan(share))
		return interval;
	z2n = ML_Z95 * ML_Z95 / n;
	center = (share + z2n / 2.0) / (1.0 + z2n);
	half = sqrt((share * (1.0 - share) + z2n / 4.0) * z2n) / (1.0 + z2n);
	/* Exactly 0 and 1 at the ends, where rounding would leave a crumb. */
	interval.low = share > 0.0 ? fmax(center - half, 0.0) : 0.0;
	interval.high = share < 1.0 ? fmin(center + half, 1.0) : 1.0;
	return interval;
}

MlInterval
ml_interval_logit(double share, double n)
{
	MlInterval	interval = ml_interval_none();
	double		error;

	if (!(share > 0.0 && share < 1.0))
		return ml_interval_wilson(share, n);
	if (n > 0.0)
	{
		error = 1.0 / sqrt(n * share * (1.0 - share));
		interval.low = ml_sigmoid(ml_logit(share) - ML_Z95 * error);
		interval.high = ml_sigmoid(ml_logit(share) + ML_Z95 * error);
	}
	return interval;
}

/* Weighted sum of values, weights, and squared weights. */
static MlStatus
sum_rows(MlEnv *env, const double *values, const double *weight, int64_t rows,
		 double *sum_values, double *sum_weights, double *sum_squares)
{
	MlExactSum	value_sum;
	MlExactSum	weight_sum;
	MlExactSum	square_sum;
	int64_t		i;

	ml_sum_begin(&value_sum);
	ml_sum_begin(&weight_sum);
	ml_sum_begin(&square_sum);
	for (i = 0; i < rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		ml_sum_add(&value_sum, weight ? weight[i] * values[i] : values[i]);
		if (weight)
		{
			ml_sum_add(&weight_sum, weight[i]);
			ml_sum_add(&square_sum, weight[i] * weight[i]);
		}
	}
	*sum_values = ml_sum_value(&value_sum);
	*sum_weights = weight ? ml_sum_value(&weight_sum) : (double) rows;
	*sum_squares = weight ? ml_sum_value(&square_sum) : (double) rows;
	return ML_OK;
}

MlStatus
ml_weighted_mean(MlEnv *env, const double *values, const double *weight, int64_t rows,
				 MlMean *result)
{
	MlExactSum	spread;
	double		total;
	double		weights;
	double		squares;
	int64_t		i;

	ML_TRY(sum_rows(env, values, weight, rows, &total, &weights, &squares));
	result->mean = NAN;
	result->standard_error = NAN;
	result->effective = ml_effective_rows(weights, squares);
	if (!(weights > 0.0))
		return ML_OK;
	result->mean = total / weights;
	if (!(result->effective > 1.0))
		return ML_OK;
	ml_sum_begin(&spread);
	for (i = 0; i < rows; i++)
	{
		double		difference = values[i] - result->mean;

		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		ml_sum_add(&spread, (weight ? weight[i] : 1.0) * difference * difference);
	}
	result->standard_error = sqrt(ml_sum_value(&spread) / weights / (result->effective - 1.0));
	return ML_OK;
}
