/*
 * algo/logistic.c
 *		Logistic regression for two classes.
 *
 * Minimises
 *		sum_i weight_i log(1 + exp(-s_i m_i)) + l2 / 2 |w|^2,   m_i = b + x_i'w
 * with s_i = +1 for class 1 and -1 for class 0, over the intercept b and the
 * coefficients w of the slots of algo/design.h; the intercept is not
 * penalised. So l2 is 1 / C of liblinear and scikit-learn.
 *
 * Truncated Newton (algo/newton.h; for this loss C.-J. Lin, R. Weng, S. Keerthi,
 * "Trust region Newton method for large-scale logistic regression", 2008): a
 * pass over the frame's columns per value, per gradient and per product with
 * the Hessian X' diag(weight p (1 - p)) X + l2. No matrix is stored; two
 * numbers per row are. Rows go by blocks in the given order, so equal input
 * gives equal bits.
 *
 * Converged when |gradient_j| <= tolerance sqrt(rows * Hessian_jj) for all j.
 *
 * Without a penalty classes that can be separated have no finite minimum:
 * the coefficients then are those where the tolerance ended the climb, and a
 * warning says so.
 */
#include "algo/logistic.h"

#include <math.h>
#include <string.h>

#include "algo/class_weight.h"
#include "algo/effects.h"
#include "algo/newton.h"
#include "math/func.h"

/* Curvature, in rows, below which nothing holds a coefficient back. */
#define CERTAIN 1e-8

static const MlParameter logistic_parameters[] = {
	{"l2", "lambda,reg_lambda", ML_PARAM_NUMBER, 1.0, 0.0, 1e100,
	"penalty on the squared coefficients of standardised columns; 1 / C of other libraries", NULL},
	{"iterations", "max_iter", ML_PARAM_INTEGER, 100.0, 1.0, 100000.0,
	"most Newton steps; a warning tells when they were not enough", NULL},
	{"tolerance", "tol", ML_PARAM_NUMBER, 1e-8, 1e-14, 0.1,
	"how exactly the minimum is met; 1e-8 gives about eight digits", NULL},
	ML_CLASS_WEIGHT_PARAMETER
};

enum
{
	L2,
	ITERATIONS,
	TOLERANCE,
	CLASS_WEIGHT
};

typedef struct Fit
{
	MlEnv	   *env;
	const MlFitInput *input;
	MlDesign	design;
	MlDesignBlock block;
	double		l2;
	double		total_weight;
	double		positive_weight;
	int			n_gradients;	/* computed so far: Newton steps and one */
	MlCurvePoint *curve;		/* losses after each step */

	/* At the point of the latest value. */
	double	   *point;			/* (1 + n_slots) intercept, slots */
	double	   *residual;		/* (n_rows) weight (p - y) */
	double	   *curvature;		/* (n_rows) weight p (1 - p) */
	double		loss;			/* without penalty */
	int64_t		n_wrong;		/* rows not on their class's side */

	/* Work space of a pass. */
	double	   *wide;			/* (n_wide) coefficients */
	double	   *sum;			/* (n_wide) */
	double	   *squares;		/* (n_wide) */
	double	   *margin;			/* (block.capacity) */
} Fit;

static double
row_weight(const MlFitInput *input, uint32_t row)
{
	return input->weight != NULL ? input->weight[row] : 1.0;
}

static MlStatus
weigh_classes(Fit *fit)
{
	const MlFitInput *input = fit->input;
	int64_t		i;

	for (i = 0; i < input->n_rows; i++)
	{
		double		weight = row_weight(input, input->rows[i]);

		fit->total_weight += weight;
		if (input->y[input->rows[i]] > 0.5)
			fit->positive_weight += weight;
		if (i % 8192 == 0)
			ML_TRY(ml_check_stop(fit->env));
	}
	if (input->n_rows < 1)
		return ml_fail(fit->env, ML_INVALID_DATA, "there are no rows to fit on");
	if (fit->positive_weight <= 0.0 || fit->positive_weight >= fit->total_weight)
		return ml_fail(fit->env, ML_INVALID_DATA, "all rows to fit on have the same class");
	return ML_OK;
}

static MlStatus
begin(Fit *fit, MlEnv *env, const MlFitInput *input)
{
	size_t		n_wide;

	memset(fit, 0, sizeof(*fit));
	fit->env = env;
	fit->input = input;
	fit->l2 = input->parameters[L2];
	ML_TRY(weigh_classes(fit));
	ML_TRY(ml_design_make(env, input->signature, &fit->design));
	ML_TRY(ml_design_block_make(env, &fit->design, 0, &fit->block));
	n_wide = (size_t) fit->design.n_wide;
	fit->point = ml_allocate(env, (size_t) fit->design.n_slots + 1, sizeof(double));
	fit->residual = ml_allocate(env, (size_t) input->n_rows, sizeof(double));
	fit->curvature = ml_allocate(env, (size_t) input->n_rows, sizeof(double));
	fit->wide = ml_allocate(env, n_wide, sizeof(double));
	fit->sum = ml_allocate(env, n_wide, sizeof(double));
	fit->squares = ml_allocate(env, n_wide, sizeof(double));
	fit->margin = ml_allocate(env, (size_t) fit->block.capacity, sizeof(double));
	fit->curve = ml_allocate(env, (size_t) input->parameters[ITERATIONS], sizeof(MlCurvePoint));
	return fit->point != NULL && fit->residual != NULL && fit->curvature != NULL &&
		fit->wide != NULL && fit->sum != NULL && fit->squares != NULL &&
		fit->margin != NULL && fit->curve != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

static void
end(Fit *fit)
{
	ml_release(fit->env, fit->point);
	ml_release(fit->env, fit->residual);
	ml_release(fit->env, fit->curvature);
	ml_release(fit->env, fit->wide);
	ml_release(fit->env, fit->sum);
	ml_release(fit->env, fit->squares);
	ml_release(fit->env, fit->margin);
	ml_release(fit->env, fit->block.dense);
	ml_release(fit->env, fit->block.place);
}

/* Load the rows from `start` on; *count says how many. */
static MlStatus
load_block(Fit *fit, int64_t start, int *count)
{
	int64_t		left = fit->input->n_rows - start;

	*count = left < fit->block.capacity ? (int) left : fit->block.capacity;
	ML_TRY(ml_check_stop(fit->env));
	ml_design_load(&fit->design, fit->input->frame, fit->input->rows + start, *count, 0,
				   &fit->block);
	return ML_OK;
}

/*
 * Loss, residual and curvature of one block from its margins. With
 * e = exp(-|m|) nothing overflows and no difference of near numbers is taken.
 */
static double
judge_block(Fit *fit, int64_t start, int count)
{
	const MlFitInput *input = fit->input;
	const uint32_t *rows = input->rows + start;
	double	   *residual = fit->residual + start;
	double	   *curvature = fit->curvature + start;
	double		loss = 0.0;
	int			i;

	for (i = 0; i < count; i++)
	{
		double		weight = row_weight(input, rows[i]);
		double		sign = input->y[rows[i]] > 0.5 ? 1.0 : -1.0;
		double		margin = sign * fit->margin[i];
		double		e = ml_exp(-fabs(margin));
		double		surer = 1.0 / (1.0 + e);
		double		miss = margin > 0.0 ? e * surer : surer;

		residual[i] = -sign * weight * miss;
		curvature[i] = weight * e * surer * surer;
		loss += weight * (ml_log1p(e) + (margin > 0.0 ? 0.0 : -margin));
		if (!(margin > 0.0))
			fit->n_wrong++;
	}
	return loss;
}

static MlStatus
logistic_value(void *state, const double *point, double *value)
{
	Fit		   *fit = state;
	double		penalty = 0.0;
	int64_t		start;
	int			count;
	int			k;

	memcpy(fit->point, point, ((size_t) fit->design.n_slots + 1) * sizeof(double));
	ml_design_widen(&fit->design, point + 1, fit->wide);
	fit->loss = 0.0;
	fit->n_wrong = 0;
	for (start = 0; start < fit->input->n_rows; start += count)
	{
		ML_TRY(load_block(fit, start, &count));
		ml_design_margin(&fit->design, &fit->block, point[0], fit->wide, fit->margin);
		fit->loss += judge_block(fit, start, count);
	}
	for (k = 1; k <= fit->design.n_slots; k++)
		penalty += point[k] * point[k];
	*value = fit->loss + 0.5 * fit->l2 * penalty;
	return ML_OK;
}

static double
total(const double *values, int count)
{
	double		sum = 0.0;
	int			i;

	for (i = 0; i < count; i++)
		sum += values[i];
	return sum;
}

static MlStatus
logistic_gradient(void *state, double *gradient, double *diagonal)
{
	Fit		   *fit = state;
	int64_t		start;
	int			count;
	int			k;

	memset(fit->sum, 0, (size_t) fit->design.n_wide * sizeof(double));
	memset(fit->squares, 0, (size_t) fit->design.n_wide * sizeof(double));
	gradient[0] = 0.0;
	diagonal[0] = 0.0;
	for (start = 0; start < fit->input->n_rows; start += count)
	{
		ML_TRY(load_block(fit, start, &count));
		ml_design_pull(&fit->design, &fit->block, fit->residual + start, fit->sum);
		ml_design_pull_squares(&fit->design, &fit->block, fit->curvature + start, fit->squares);
		gradient[0] += total(fit->residual + start, count);
		diagonal[0] += total(fit->curvature + start, count);
	}
	ml_design_narrow(&fit->design, fit->sum, gradient + 1);
	ml_design_narrow(&fit->design, fit->squares, diagonal + 1);
	for (k = 1; k <= fit->design.n_slots; k++)
	{
		gradient[k] += fit->l2 * fit->point[k];
		diagonal[k] += fit->l2;
	}
	if (fit->n_gradients > 0)
		fit->curve[fit->n_gradients - 1] =
			(MlCurvePoint) {fit->n_gradients, fit->loss / fit->total_weight, NAN};
	ml_report(fit->env, "fitting", -1.0, -1, fit->n_gradients++, fit->loss / fit->total_weight);
	return ML_OK;
}

static MlStatus
logistic_product(void *state, const double *direction, double *product)
{
	Fit		   *fit = state;
	int64_t		start;
	int			count;
	int			k;

	ml_design_widen(&fit->design, direction + 1, fit->wide);
	memset(fit->sum, 0, (size_t) fit->design.n_wide * sizeof(double));
	product[0] = 0.0;
	for (start = 0; start < fit->input->n_rows; start += count)
	{
		ML_TRY(load_block(fit, start, &count));
		ml_design_margin(&fit->design, &fit->block, direction[0], fit->wide, fit->margin);
		for (k = 0; k < count; k++)
			fit->margin[k] *= fit->curvature[start + k];
		ml_design_pull(&fit->design, &fit->block, fit->margin, fit->sum);
		product[0] += total(fit->margin, count);
	}
	ml_design_narrow(&fit->design, fit->sum, product + 1);
	for (k = 1; k <= fit->design.n_slots; k++)
		product[k] += fit->l2 * direction[k];
	return ML_OK;
}

/*
 * A slot that moved although no row is in doubt about it any more: its rows
 * are all of one class, and without penalty it would move for ever.
 */
static void
warn_of_certain_slots(Fit *fit)
{
	double		doubt = CERTAIN * fit->total_weight / (double) fit->input->n_rows;
	double	   *curvature = fit->sum;	/* free by now, and n_slots <= n_wide */
	char		name[96];
	int			n_certain = 0;
	int			first = 0;
	int			k;

	ml_design_narrow(&fit->design, fit->squares, curvature);
	for (k = fit->design.n_slots - 1; k >= 0; k--)
	{
		if (fit->point[k + 1] != 0.0 && curvature[k] < doubt)
		{
			first = k;
			n_certain++;
		}
	}
	if (n_certain == 0)
		return;
	ml_design_slot_name(&fit->design, first, name, sizeof(name));
	ml_warn(fit->env, "all rows with \"%s\" have the same class, so without penalty its coefficient "
			"has no finite value (in all %d such); give l2 above 0", name, n_certain);
}

static void
warn_of_result(Fit *fit, const MlNewtonResult *result)
{
	if (fit->l2 == 0.0 && fit->n_wrong == 0)
		ml_warn(fit->env, "the features separate the classes completely, so without penalty the "
				"coefficients have no finite value; give l2 above 0");
	else if (!result->converged)
		ml_warn(fit->env, "logistic did not converge in %d iterations: the scaled gradient is %.3g, "
				"the tolerance %.3g; raise iterations, tolerance or l2", result->iterations,
				result->gradient / sqrt(fit->total_weight), fit->input->parameters[TOLERANCE]);
	else if (fit->l2 == 0.0)
		warn_of_certain_slots(fit);
}

/* The input with class weights as row weights, where there are any; *odds is how much they raise. */
static MlStatus
weight_rows(MlEnv *env, const MlFitInput *input, MlFitInput *weighted, double *odds)
{
	double	   *class_weight;
	double	   *weight;
	int64_t		i;

	*weighted = *input;
	*odds = 1;
	ML_TRY(ml_class_weights(env, &ml_logistic, input, CLASS_WEIGHT, &class_weight));
	if (class_weight == NULL)
		return ML_OK;
	weight = ml_allocate(env, (size_t) input->frame->n_rows, sizeof(double));
	if (weight == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < input->n_rows; i++)
	{
		uint32_t	row = input->rows[i];

		weight[row] = row_weight(input, row) * class_weight[(int) input->y[row]];
	}
	weighted->weight = weight;
	*odds = class_weight[1] / class_weight[0];
	ml_release(env, class_weight);
	return ML_OK;
}

static MlStatus
logistic_fit(MlEnv *env, const MlFitInput *given, MlFitted *fitted)
{
	MlFitInput	weighted;
	const MlFitInput *input = &weighted;
	double		odds;
	Fit			fit;
	MlObjective objective;
	MlNewtonResult result;
	MlEffects  *effects;
	double	   *point;

	ML_TRY(weight_rows(env, given, &weighted, &odds));
	ML_TRY(begin(&fit, env, input));
	objective.n = fit.design.n_slots + 1;
	objective.state = &fit;
	objective.value = logistic_value;
	objective.gradient = logistic_gradient;
	objective.product = logistic_product;
	point = ml_allocate(env, (size_t) objective.n, sizeof(double));
	if (point == NULL)
		return ML_OUT_OF_MEMORY;
	point[0] = ml_log(fit.positive_weight / (fit.total_weight - fit.positive_weight));
	ML_TRY(ml_newton(env, &objective, (int) input->parameters[ITERATIONS],
					 input->parameters[TOLERANCE] * sqrt(fit.total_weight), point, &result));
	ML_TRY(ml_effects_make(env, &fit.design, point[0] - ml_log(odds), point + 1, &effects));
	warn_of_result(&fit, &result);
	fitted->model = effects;
	fitted->iterations = result.iterations;
	fitted->train_loss = fit.loss / fit.total_weight;
	fitted->curve = fit.curve;
	fitted->n_curve = result.iterations;
	ml_release(env, point);
	if (input->weight != given->weight)
		ml_release(env, (void *) input->weight);
	end(&fit);
	return ML_OK;
}

const MlAlgorithm ml_logistic = {
	.name = "logistic",
	.title = "logistic regression for two classes, with ridge penalty",
	.tasks = 1U << ML_CLASSIFICATION,
	.max_classes = 2,
	.uses_validation = false,
	.parameters = logistic_parameters,
	.n_parameters = sizeof(logistic_parameters) / sizeof(logistic_parameters[0]),
	.fit = logistic_fit,
	.predict = ml_effects_probability,
	.encode = ml_effects_encode,
	.decode = ml_effects_decode
};
