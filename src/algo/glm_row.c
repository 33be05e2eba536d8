/*
 * algo/glm_row.c
 *		What one row adds to the sums of a generalised linear model at a point.
 */
#include "algo/glm_row.h"

#include <math.h>
#include <stddef.h>

#include "math/func.h"

/* As large as a number of a row may be, so that sums of 10^17 of them are finite. */
#define MOST 1e290

const MlGlmFamily *
ml_glm_family(MlGlmKind kind)
{
	switch (kind)
	{
		case ML_GLM_BINOMIAL:
			return &ml_binomial_family;
		case ML_GLM_POISSON:
			return &ml_poisson_family;
		case ML_GLM_GAMMA:
			return &ml_gamma_family;
	}
	return NULL;
}

int
ml_glm_row_size(const MlGlmPoint *at)
{
	return ML_N_GLM_SUMS + (at->derivatives ? at->n + at->n * (at->n + 1) / 2 : 0);
}

double
ml_glm_saturated_loss(const MlGlmFamily *family, double y)
{
	if (family == NULL || family->kind == ML_GLM_BINOMIAL)
		return 0.0;
	if (family->kind == ML_GLM_POISSON)
		return y > 0.0 ? y - y * ml_log(y) : 0.0;
	return 1.0 + ml_log(y);
}

double
ml_glm_log_likelihood(const MlGlmFamily *family, double y, double margin, double weight, double dispersion)
{
	double		shape;
	double		ratio;

	switch (family->kind)
	{
		case ML_GLM_BINOMIAL:
			return -weight * ml_softplus(y > 0.5 ? -margin : margin);
		case ML_GLM_POISSON:
			return weight * (y * margin - family->mean(margin) - lgamma(y + 1.0));
		case ML_GLM_GAMMA:
			shape = weight / dispersion;
			ratio = shape * y * family->mean(-margin);
			return shape * ml_log(ratio) - ratio - lgamma(shape) - ml_log(y);
	}
	return NAN;
}

static inline double
bounded(double value)
{
	if (fabs(value) <= MOST)
		return value;
	return value < 0.0 ? -MOST : MOST;
}

void
ml_glm_row(const MlGlmPoint *at, const double *slots, double y, double weight, double *array)
{
	const MlGlmFamily *family = ml_glm_family(at->kind);
	double		margin = at->point[0];
	double		residual;
	double		curvature;
	MlGlmBlock	block = {1, &y, &weight, &margin, 1};
	double	   *gradient = array + ML_N_GLM_SUMS;
	double	   *hessian = gradient + at->n;
	int			i;
	int			j;

	for (j = 1; j < at->n; j++)
		margin += at->point[j] * slots[j - 1];
	margin = bounded(margin);
	array[ML_GLM_SUM_LOSS] = bounded(family->judge(&block, &residual, &curvature));
	array[ML_GLM_SUM_DEVIANCE] = bounded(weight * family->deviance(y, margin));
	array[ML_GLM_SUM_PEARSON] = bounded(weight * family->pearson(y, margin));
	array[ML_GLM_SUM_LIKELIHOOD] = bounded(ml_glm_log_likelihood(family, y, margin, weight, at->dispersion));
	array[ML_GLM_SUM_SATURATED] = bounded(weight * ml_glm_saturated_loss(family, y));
	array[ML_GLM_SUM_WRONG] = (y > 0.5 ? margin > 0.0 : margin < 0.0) ? 0.0 : 1.0;
	for (j = 0; j < at->n && at->derivatives; j++)
	{
		double		own = j == 0 ? 1.0 : slots[j - 1];

		gradient[j] = bounded(residual * own);
		*hessian++ = bounded(curvature * own);
		for (i = 1; i <= j; i++)
			*hessian++ = bounded(curvature * own * slots[i - 1]);
	}
}
