/*
 * algo/discriminant.c
 *		Linear discriminant analysis of two classes, from a state of least
 *		squares.
 */
#include "algo/discriminant.h"

#include <math.h>

#include "math/func.h"

/* Share of the variance of y left below which classes do not overlap at all. */
#define SEPARATED 1e-24

/* Rows of class 1: the sum of y is an entry of R'R. */
static double
count_positives(const MlState *state)
{
	size_t		n = state->n_columns;
	double		first = state->values[0];
	double		y = state->values[(n - 1) * n / 2];

	return round(fabs(first) * fabs(y));
}

MlStatus
ml_discriminant(MlEnv *env, const MlState *state, MlDiscriminant *result)
{
	MlRegression *regression = &result->regression;
	double		n = (double) state->n_rows;
	double		share;
	double		rest;
	double		factor;
	int			k;

	ML_TRY(ml_regression(env, state, regression));
	result->positives = count_positives(state);
	result->distance = NAN;
	result->coefficient = ml_allocate(env, (size_t) regression->n, sizeof(double));
	if (result->coefficient == NULL)
		return ML_OUT_OF_MEMORY;
	share = result->positives / n;
	rest = 1.0 - regression->r2;
	factor = (n - 2.0) / (share * (1.0 - share) * n * rest);
	/* Written so that NaN is none. */
	if (!(regression->df > 0 && rest > SEPARATED && share > 0.0 && share < 1.0))
		factor = NAN;
	/* The test of the regression's intercept says nothing about this one. */
	regression->p_value[0] = NAN;
	for (k = 1; k < regression->n; k++)
	{
		result->coefficient[k] = factor * regression->coefficient[k];
		if (isnan(factor))
			regression->p_value[k] = NAN;
	}
	/* The regression gives class 0 on average share * rest, and class 1 r2 more. */
	result->coefficient[0] = ml_logit(share) -
		factor * (share * rest + regression->r2 / 2.0 - regression->coefficient[0]);
	result->distance = factor * regression->r2;
	return ML_OK;
}
