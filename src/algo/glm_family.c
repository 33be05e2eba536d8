/*
 * algo/glm_family.c
 *		Families of generalised linear models. See glm_family.h.
 */
#include "algo/glm_family.h"

#include <math.h>
#include <stddef.h>

#include "math/func.h"

/* Rows that share a logarithm: 2 to so many is finite. */
#define SHARING_ROWS 64
/* Three terms of log(1 + e) are enough. */
#define TINY 1e-5

/* e to this is finite, and so is its square. */
#define MOST_MARGIN 350.0

/* ---------------------------------------------------------------- binomial */

static const char *
any_class(double y)
{
	(void) y;
	return NULL;
}

/*
 * With e = exp(-|m|) nothing overflows and no difference of near numbers is
 * taken. Rows of weight 1 share logarithms: factors 1 + e of at most 2 are
 * multiplied before one is taken of many.
 */
static double
judge_binomial(const MlGlmBlock *block, double *residual, double *curvature)
{
	double		loss = 0.0;
	double		factors = 1.0;
	int			sharing = 0;
	int			i;

	for (i = 0; i < block->n; i++)
	{
		double		weight = block->weight[i];
		double		sign = block->y[i] > 0.5 ? 1.0 : -1.0;
		double		margin = sign * block->margin[i];
		double		e = ml_exp(-fabs(margin));
		double		surer = 1.0 / (1.0 + e);
		double		miss = margin > 0.0 ? e * surer : surer;

		residual[i] = -sign * weight * miss;
		curvature[i] = weight * e * surer * surer;
		loss += weight * (margin > 0.0 ? 0.0 : -margin);
		if (weight != 1.0)
			loss += weight * ml_log1p(e);
		else if (e < TINY)
			loss += e * (1.0 - e * (0.5 - e / 3.0));
		else
		{
			factors *= 1.0 + e;
			if (++sharing == SHARING_ROWS)
			{
				loss += ml_log(factors);
				factors = 1.0;
				sharing = 0;
			}
		}
	}
	return loss + ml_log(factors);
}

static double
information_binomial(double margin)
{
	double		e = ml_exp(-fabs(margin));

	return e / ((1.0 + e) * (1.0 + e));
}

static double
deviance_binomial(double y, double margin)
{
	return 2.0 * ml_softplus(y > 0.5 ? -margin : margin);
}

static double
pearson_binomial(double y, double margin)
{
	return ml_exp(y > 0.5 ? -margin : margin);
}

/* ---------------------------------------------------------------- log links */

static double
mean_of_log(double margin)
{
	return ml_exp(margin > MOST_MARGIN ? MOST_MARGIN : margin);
}

static const char *
refuses_below_zero(double y)
{
	return y >= 0.0 ? NULL : "of 0 or more";
}

static double
judge_poisson(const MlGlmBlock *block, double *residual, double *curvature)
{
	double		loss = 0.0;
	int			i;

	for (i = 0; i < block->n; i++)
	{
		double		weight = block->weight[i];
		double		mean = ml_exp(block->margin[i]);

		residual[i] = weight * (mean - block->y[i]);
		curvature[i] = weight * mean;
		loss += weight * (mean - block->y[i] * block->margin[i]);
	}
	return loss;
}

/* y log(y / mu) - y + mu, of which the difference of near numbers is taken only where it must be. */
static double
deviance_poisson(double y, double margin)
{
	double		mean = mean_of_log(margin);

	return 2.0 * (y > 0.0 ? y * (ml_log(y) - margin) - (y - mean) : mean);
}

static double
pearson_poisson(double y, double margin)
{
	double		mean = mean_of_log(margin);

	return (y - mean) / mean * (y - mean);
}

static const char *
refuses_zero(double y)
{
	return y > 0.0 ? NULL : "above 0";
}

static double
judge_gamma(const MlGlmBlock *block, double *residual, double *curvature)
{
	double		loss = 0.0;
	int			i;

	for (i = 0; i < block->n; i++)
	{
		double		weight = block->weight[i];
		double		ratio = block->y[i] * ml_exp(-block->margin[i]);

		residual[i] = weight * (1.0 - ratio);
		curvature[i] = weight * ratio;
		loss += weight * (ratio + block->margin[i]);
	}
	return loss;
}

static double
information_gamma(double margin)
{
	(void) margin;
	return 1.0;
}

static double
deviance_gamma(double y, double margin)
{
	double		ratio = y * mean_of_log(-margin);

	return 2.0 * (ratio - 1.0 - (ml_log(y) - margin));
}

static double
pearson_gamma(double y, double margin)
{
	double		error = y * mean_of_log(-margin) - 1.0;

	return error * error;
}

/* ------------------------------------------------------------- multinomial */

/*
 * Largest margin first, then e^(m - largest): one pass by class each, so that
 * rows are side by side.
 */
double
ml_multinomial_judge(const MlGlmBlock *block, int n_classes, double *probability)
{
	double		loss = 0.0;
	int			i;
	int			k;

	for (i = 0; i < block->n; i++)
	{
		double	   *p = probability + i;
		double		own = p[(size_t) block->y[i] * block->stride];
		double		most = p[0];
		double		sum = 0.0;

		for (k = 1; k < n_classes; k++)
			most = p[(size_t) k * block->stride] > most ? p[(size_t) k * block->stride] : most;
		for (k = 0; k < n_classes; k++)
		{
			double		share = ml_exp(p[(size_t) k * block->stride] - most);

			p[(size_t) k * block->stride] = share;
			sum += share;
		}
		for (k = 0; k < n_classes; k++)
			p[(size_t) k * block->stride] /= sum;
		loss += block->weight[i] * (ml_log(sum) + (most - own));
	}
	return loss;
}

const MlGlmFamily ml_binomial_family = {
	.kind = ML_GLM_BINOMIAL,
	.refuses = any_class,
	.link = ml_logit,
	.judge = judge_binomial,
	.mean = ml_sigmoid,
	.information = information_binomial,
	.deviance = deviance_binomial,
	.pearson = pearson_binomial
};

const MlGlmFamily ml_poisson_family = {
	.kind = ML_GLM_POISSON,
	.refuses = refuses_below_zero,
	.link = ml_log,
	.judge = judge_poisson,
	.mean = mean_of_log,
	.information = mean_of_log,
	.deviance = deviance_poisson,
	.pearson = pearson_poisson
};

const MlGlmFamily ml_gamma_family = {
	.kind = ML_GLM_GAMMA,
	.counts_dispersion = true,
	.refuses = refuses_zero,
	.link = ml_log,
	.judge = judge_gamma,
	.mean = mean_of_log,
	.information = information_gamma,
	.deviance = deviance_gamma,
	.pearson = pearson_gamma
};
