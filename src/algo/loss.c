/*
 * algo/loss.c
 *		Losses and their derivatives. See loss.h.
 *
 * Derivatives are taken twice a tree and row, so the exponential counts: it is
 * computed for several rows at a time (vector.h).
 */
#include <math.h>
#include <string.h>

#include "algo/loss.h"
#include "algo/vector.h"
#include "math/func.h"


static void distance_derivatives(const MlLoss *loss, const MlLossRows *rows, double *g, double *h);
static void deviance_derivatives(const MlLoss *loss, const MlLossRows *rows, double *g, double *h);
static double distance_loss(const MlLoss *loss, double y, double margin);
static double deviance(const MlLoss *loss, double y, double margin);
static void exponentials(MlSimd simd, double *p, int n);
static void softmax_derivatives(const MlLoss *loss, const MlLossRows *rows, int output,
								double *g, double *h);
static void apply_weights(const MlLossRows *rows, double *g, double *h);

void
ml_loss_derivatives(const MlLoss *loss, const MlLossRows *rows, int output, double *g, double *h)
{
	switch (loss->objective)
	{
		case ML_SQUARED:
		case ML_ABSOLUTE:
		case ML_HUBER:
		case ML_QUANTILE:
			distance_derivatives(loss, rows, g, h);
			break;
		case ML_POISSON:
		case ML_GAMMA:
		case ML_TWEEDIE:
			deviance_derivatives(loss, rows, g, h);
			break;
		case ML_LOG_LOSS:
			ml_vector_log_loss(loss->simd, rows->margin, rows->y, rows->n, g, h);
			break;
		case ML_SOFTMAX:
			softmax_derivatives(loss, rows, output, g, h);
			break;
	}
	if (rows->weight != NULL)
		apply_weights(rows, g, h);
}

void
ml_loss_values(const MlLoss *loss, const MlLossRows *rows, double *value)
{
	int			i;

	switch (loss->objective)
	{
		case ML_SQUARED:
			for (i = 0; i < rows->n; i++)
				value[i] = (rows->margin[i] - rows->y[i]) * (rows->margin[i] - rows->y[i]);
			break;
		case ML_ABSOLUTE:
		case ML_HUBER:
		case ML_QUANTILE:
			for (i = 0; i < rows->n; i++)
				value[i] = distance_loss(loss, rows->y[i], rows->margin[i]);
			break;
		case ML_POISSON:
		case ML_GAMMA:
		case ML_TWEEDIE:
			for (i = 0; i < rows->n; i++)
				value[i] = deviance(loss, rows->y[i], rows->margin[i]);
			break;
		case ML_LOG_LOSS:
			for (i = 0; i < rows->n; i++)
				value[i] = ml_softplus(rows->y[i] > 0.5 ? -rows->margin[i] : rows->margin[i]);
			break;
		case ML_SOFTMAX:
			ml_loss_normalizer(loss, rows, value);
			for (i = 0; i < rows->n; i++)
				value[i] -= rows->margin[(size_t) rows->y[i] * rows->stride + (size_t) i];
			break;
	}
}

void
ml_loss_normalizer(const MlLoss *loss, const MlLossRows *rows, double *normalizer)
{
	double		most[ML_LOSS_BLOCK];
	double		fall[ML_LOSS_BLOCK];
	int			i;
	int			k;

	memcpy(most, rows->margin, (size_t) rows->n * sizeof(double));
	for (k = 1; k < loss->n_outputs; k++)
	{
		const double *margin = rows->margin + (size_t) k * rows->stride;

		for (i = 0; i < rows->n; i++)
			most[i] = margin[i] > most[i] ? margin[i] : most[i];
	}
	memset(normalizer, 0, (size_t) rows->n * sizeof(double));
	for (k = 0; k < loss->n_outputs; k++)
	{
		const double *margin = rows->margin + (size_t) k * rows->stride;

		for (i = 0; i < rows->n; i++)
			fall[i] = most[i] - margin[i];
		ml_vector_falls(loss->simd, fall, rows->n);
		for (i = 0; i < rows->n; i++)
			normalizer[i] += fall[i];
	}
	for (i = 0; i < rows->n; i++)
		normalizer[i] = most[i] + ml_log(normalizer[i]);
}

bool
ml_loss_bounds(const MlLoss *loss, double max_weight, double *g, double *h)
{
	switch (loss->objective)
	{
		case ML_SQUARED:
		case ML_POISSON:
		case ML_GAMMA:
		case ML_TWEEDIE:
			return false;
		case ML_ABSOLUTE:
		case ML_QUANTILE:
			*g = max_weight;
			*h = max_weight;
			return true;
		case ML_HUBER:
			*g = max_weight * loss->shape;
			*h = max_weight;
			return true;
		case ML_LOG_LOSS:
			*g = max_weight;
			*h = 0.25 * max_weight;
			return true;
		case ML_SOFTMAX:
			*g = max_weight;
			*h = 0.5 * max_weight;	/* K / (K - 1) is 2 at most */
			return true;
	}
	return false;
}

double
ml_loss_base(const MlLoss *loss, double mean, int64_t n)
{
	/* with no row of a class, or no other, as if half a row of it had been seen */
	double		least = 0.5 / (double) n;

	switch (loss->objective)
	{
		case ML_SQUARED:
		case ML_ABSOLUTE:
		case ML_HUBER:
		case ML_QUANTILE:
			return mean;
		case ML_POISSON:
		case ML_GAMMA:
		case ML_TWEEDIE:
			return ml_log(mean <= 0 ? least : mean);
		case ML_LOG_LOSS:
			return ml_logit(mean <= 0 ? least : mean >= 1 ? 1 - least : mean);
		case ML_SOFTMAX:
			return ml_log(mean <= 0 ? least : mean);
	}
	return mean;
}

double
ml_loss_step(const MlLoss *loss, double step)
{
	bool		logarithmic = ml_loss_link(loss) == ML_LINK_EXP;

	return logarithmic && step > 0 ? ml_log1p(step) : step;
}

bool
ml_loss_locates(const MlLoss *loss)
{
	return loss->objective == ML_ABSOLUTE || loss->objective == ML_HUBER ||
		loss->objective == ML_QUANTILE;
}

const char *
ml_loss_refuses(const MlLoss *loss, double y)
{
	if ((loss->objective == ML_POISSON || loss->objective == ML_TWEEDIE) && y < 0)
		return "of 0 or more";
	return loss->objective == ML_GAMMA && y <= 0 ? "above 0" : NULL;
}

MlLink
ml_loss_link(const MlLoss *loss)
{
	switch (loss->objective)
	{
		case ML_POISSON:
		case ML_GAMMA:
		case ML_TWEEDIE:
			return ML_LINK_EXP;
		case ML_LOG_LOSS:
			return ML_LINK_LOGISTIC;
		case ML_SOFTMAX:
			return ML_LINK_SOFTMAX;
		default:
			return ML_LINK_IDENTITY;
	}
}

/* Losses of F - y alone. */
static void
distance_derivatives(const MlLoss *loss, const MlLossRows *rows, double *g, double *h)
{
	double		shape = loss->shape;
	int			i;

	for (i = 0; i < rows->n; i++)
	{
		g[i] = rows->margin[i] - rows->y[i];
		h[i] = 1;
	}
	if (loss->objective == ML_ABSOLUTE)
	{
		for (i = 0; i < rows->n; i++)
			g[i] = (g[i] > 0) - (g[i] < 0);
	}
	else if (loss->objective == ML_QUANTILE)
	{
		for (i = 0; i < rows->n; i++)
			g[i] = g[i] > 0 ? 1 - shape : g[i] < 0 ? -shape : 0;
	}
	else if (loss->objective == ML_HUBER)
	{
		for (i = 0; i < rows->n; i++)
			g[i] = g[i] > shape ? shape : g[i] < -shape ? -shape : g[i];
	}
}

static double
distance_loss(const MlLoss *loss, double y, double margin)
{
	double		distance = margin - y;
	double		shape = loss->shape;

	if (loss->objective == ML_QUANTILE)
		return distance > 0 ? (1 - shape) * distance : -shape * distance;
	distance = fabs(distance);
	if (loss->objective == ML_ABSOLUTE)
		return distance;
	return distance <= shape ? distance * distance / 2 : shape * (distance - shape / 2);
}

/*
 * A distribution whose variance goes with mu^p: p = 1 for poisson, 2 for
 * gamma. Then g = mu^(2-p) - y mu^(1-p), and mu^(2-p) is h.
 */
static void
deviance_derivatives(const MlLoss *loss, const MlLossRows *rows, double *g, double *h)
{
	double		power = loss->objective == ML_POISSON ? 1 : loss->objective == ML_GAMMA ? 2 : loss->shape;
	double		above[ML_LOSS_BLOCK];	/* mu^(2-p) */
	double		below[ML_LOSS_BLOCK];	/* mu^(1-p) */
	int			i;

	for (i = 0; i < rows->n; i++)
	{
		above[i] = (2 - power) * rows->margin[i];
		below[i] = (1 - power) * rows->margin[i];
	}
	exponentials(loss->simd, above, rows->n);
	exponentials(loss->simd, below, rows->n);
	for (i = 0; i < rows->n; i++)
	{
		g[i] = above[i] - rows->y[i] * below[i];
		h[i] = above[i] < ML_HESSIAN_FLOOR ? ML_HESSIAN_FLOOR : above[i];
	}
}

static double
deviance(const MlLoss *loss, double y, double margin)
{
	double		p = loss->shape;

	switch (loss->objective)
	{
		case ML_POISSON:
			return 2 * ((y > 0 ? y * (ml_log(y) - margin) : 0) - y + ml_exp(margin));
		case ML_GAMMA:
			return 2 * (y * ml_exp(-margin) - ml_log(y) + margin - 1);
		default:
			return 2 * ((y > 0 ? ml_exp((2 - p) * ml_log(y)) / ((1 - p) * (2 - p)) : 0) -
						y * ml_exp((1 - p) * margin) / (1 - p) + ml_exp((2 - p) * margin) / (2 - p));
	}
}

static void
softmax_derivatives(const MlLoss *loss, const MlLossRows *rows, int output, double *g, double *h)
{
	const double *margin = rows->margin + (size_t) output * rows->stride;
	double		factor = (double) loss->n_outputs / (loss->n_outputs - 1);
	double		p[ML_LOSS_BLOCK];
	int			i;

	/* never above 0 but for rounding */
	for (i = 0; i < rows->n; i++)
		p[i] = margin[i] < rows->normalizer[i] ? margin[i] - rows->normalizer[i] : 0;
	ml_vector_falls(loss->simd, p, rows->n);
	for (i = 0; i < rows->n; i++)
	{
		double		variance = p[i] * (1 - p[i]);

		g[i] = p[i] - (rows->y[i] == output);
		h[i] = factor * (variance < ML_HESSIAN_FLOOR ? ML_HESSIAN_FLOOR : variance);
	}
}

static void
apply_weights(const MlLossRows *rows, double *g, double *h)
{
	int			i;

	for (i = 0; i < rows->n; i++)
	{
		g[i] *= rows->weight[i];
		h[i] *= rows->weight[i];
	}
}

/* p (n) becomes e^p, for p beyond 700 that of 700. */
static void
exponentials(MlSimd simd, double *p, int n)
{
	double		fall[ML_LOSS_BLOCK];
	int			i;

	memcpy(fall, p, (size_t) n * sizeof(double));
	ml_vector_falls(simd, fall, n);
	for (i = 0; i < n; i++)
		p[i] = p[i] > 0 ? 1 / fall[i] : fall[i];
}
