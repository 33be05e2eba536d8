/*
 * algo/linear.c
 *		Least squares, ridge, lasso and elastic net.
 *
 * Minimises
 *		1/2 sum_i weight_i (y_i - offset_i - b - x_i'w)^2 + l1 |w|_1 + l2 / 2 |w|^2
 * over the intercept b and the coefficients w of the slots of algo/design.h
 * (standardised numbers, 0/1 for categories); the intercept is not penalised.
 *
 * Rows [1, x, y] times sqrt(weight) are folded block by block into one upper
 * triangular factor R, then rows sqrt(l2) e_j; slots that others already
 * determine get coefficient 0 (algo/least_squares.h). y is centred first. This
 * also serves fewer rows than slots.
 *
 * With an l1 penalty the solution is by coordinate descent on the factor
 * (algo/penalised.h). A penalty per unit of weight, lambda, may be chosen by
 * cross-validation: the rows are then folded into one factor per fold.
 *
 * Limits: ML_MAX_SLOTS slots; R takes 8 (slots + 2)^2 bytes.
 */
#include "algo/linear.h"

#include <math.h>
#include <string.h>

#include "algo/dense_rows.h"
#include "algo/effects.h"
#include "algo/fold.h"
#include "algo/linear_inference.h"
#include "algo/passes.h"
#include "algo/penalised.h"
#include "math/sum.h"

static const MlParameter linear_parameters[] = {
	{"l2", "ridge,reg_lambda", ML_PARAM_NUMBER, 0.0, 0.0, 1e100,
	"penalty on the squared coefficients of standardised columns; 0 is plain least squares", NULL},
	{"l1", "lasso,reg_alpha", ML_PARAM_NUMBER, 0.0, 0.0, 1e100,
	"penalty on their absolute values, which makes some of them 0", NULL},
	{"lambda", "alpha,penalty", ML_PARAM_NUMBER, 0.0, 0.0, 1e100,
	"instead of both, a penalty per unit of weight; or found by cross-validation",
	"cv=lambda.min,cv_1se=lambda.1se"},
	{"l1_ratio", "mixture", ML_PARAM_NUMBER, 1.0, 0.0, 1.0,
	"part of lambda that goes to absolute values: 1 is lasso, 0 ridge", NULL},
	{"folds", "nfolds,cv", ML_PARAM_INTEGER, 10.0, 2.0, 100.0,
	"folds of the cross-validation that finds lambda", NULL},
	{"intercept", "fit_intercept", ML_PARAM_CHOICE, 0, 0, 0,
	"whether there is a constant beside the columns", "yes=true,no=false"},
	{"offset", "", ML_PARAM_COLUMN, 0, 0, 0,
	"feature that is added as it is, its coefficient fixed to 1", NULL}
};

enum
{
	L2,
	L1,
	LAMBDA,
	L1_RATIO,
	FOLDS,
	INTERCEPT,
	OFFSET
};

/* Values of lambda by name. */
#define LAMBDA_BEST (-1.0)
#define LAMBDA_SIMPLEST (-2.0)

typedef struct Fit
{
	MlEnv	   *env;
	const MlFitInput *input;
	MlPenalty	penalty;		/* lambda is set once the rows are folded */
	MlDesign	design;
	MlDenseRows rows;
	MlLeastSquares state;
	MlLeastSquaresFit solved;
	double	   *slots;			/* (1 + n_slots) coefficients of [1, slots], offset included */
	double	   *gathered;		/* with passes: the state before it was used up, written */
} Fit;

/* Penalties come as l1 and l2, or as lambda. */
static MlStatus
check_penalties(MlEnv *env, const MlFitInput *input)
{
	const double *parameters = input->parameters;

	if (parameters[LAMBDA] == 0.0 || (parameters[L1] == 0.0 && parameters[L2] == 0.0))
		return ML_OK;
	ml_fail(env, ML_INVALID_OPTION, "parameters \"%s\" and \"lambda\" exclude each other",
			parameters[L1] > 0.0 ? "l1" : "l2");
	ml_hint(env, "Give lambda and l1_ratio, or l1 and l2.");
	return ML_INVALID_OPTION;
}

static MlStatus
begin(Fit *fit, MlEnv *env, const MlFitInput *input)
{
	int			offset;

	memset(fit, 0, sizeof(*fit));
	fit->env = env;
	fit->input = input;
	ML_TRY(check_penalties(env, input));
	if (input->n_rows < 1)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to fit on");
	ML_TRY(ml_parameter_column(env, &ml_linear, input, OFFSET, &offset));
	ML_TRY(ml_design_make(env, input->signature, &fit->design));
	/* Its slot then has the units of the data, so that its effect is exactly 1. */
	if (offset >= 0)
		fit->design.inputs[offset].scale = 1.0;
	ML_TRY(ml_least_squares_begin(env, fit->design.n_slots + 2, &fit->state));
	ML_TRY(ml_dense_rows_begin(env, input, &fit->design, fit->state.capacity, &fit->rows));
	fit->rows.intercept = input->parameters[INTERCEPT] == 0;
	fit->rows.offset = offset;
	if (fit->rows.intercept && input->passes != NULL)
		fit->rows.shift = input->passes->target_mean - (offset >= 0 ? input->signature->inputs[offset].mean : 0);
	else if (fit->rows.intercept)
		ML_TRY(ml_dense_rows_mean(&fit->rows, &fit->rows.shift));
	fit->state.shift[fit->state.n - 1] = fit->rows.shift;
	fit->state.sums = true;
	return ML_OK;
}

/* Fold some rows into the state; `done` of all were before. */
static MlStatus
fold_rows(Fit *fit, const uint32_t *rows, int64_t count, int64_t done)
{
	int64_t		start;

	for (start = 0; start < count; start += fit->state.capacity)
	{
		int64_t		left = count - start;
		int			n_rows = left < fit->state.capacity ? (int) left : fit->state.capacity;
		double		weight;

		ML_TRY(ml_dense_rows_load(&fit->rows, rows, count, start, n_rows, fit->state.rows,
								  fit->state.stride, &weight));
		ML_TRY(ml_least_squares_fold(&fit->state, n_rows, weight));
		ml_report(fit->env, "fitting", (double) (done + start + n_rows) / (double) fit->input->n_rows,
				  done + start + n_rows, -1, NAN);
	}
	return ml_least_squares_settle(&fit->state);
}

/* All rows into the state, wherever they are. */
static MlStatus
gather_rows(Fit *fit)
{
	const MlFitInput *input = fit->input;

	if (input->passes == NULL)
		return fold_rows(fit, input->rows, input->n_rows, 0);
	ML_TRY(input->passes->least_squares(fit->env, input->passes, fit->rows.intercept, fit->rows.offset,
										&fit->state));
	fit->gathered = ml_allocate(fit->env, (size_t) ml_least_squares_size(fit->state.n), sizeof(double));
	return fit->gathered == NULL ? ML_OUT_OF_MEMORY : ml_least_squares_write(&fit->state, fit->gathered);
}

/* The states of all folds, written behind each other. */
static MlStatus
fold_folds(Fit *fit, int n_folds, const uint8_t *fold, double *written)
{
	const MlFitInput *input = fit->input;
	int			n = fit->state.n;
	double		centre = fit->state.shift[n - 1];
	uint32_t   *rows = ml_allocate(fit->env, (size_t) input->n_rows, sizeof(uint32_t));
	int64_t		done = 0;
	int			k;

	if (rows == NULL)
		return ML_OUT_OF_MEMORY;
	for (k = 0; k < n_folds; k++)
	{
		int64_t		count = 0;
		int64_t		i;

		for (i = 0; i < input->n_rows; i++)
		{
			if (fold[i] == k)
				rows[count++] = input->rows[i];
		}
		ML_TRY(fold_rows(fit, rows, count, done));
		done += count;
		ML_TRY(ml_least_squares_write(&fit->state, written + (size_t) (k * ml_least_squares_size(n))));
		ml_least_squares_end(&fit->state);
		ML_TRY(ml_least_squares_begin(fit->env, n, &fit->state));
		fit->state.shift[n - 1] = centre;
		fit->state.sums = true;
	}
	ml_release(fit->env, rows);
	return ML_OK;
}

/* The path as a curve of losses, of which the chosen step is the model. */
static MlStatus
keep_curve(MlEnv *env, const MlPenaltyPath *path, int chosen, MlFitted *fitted)
{
	int			k;

	fitted->curve = ml_allocate(env, ML_PATH_LENGTH, sizeof(MlCurvePoint));
	if (fitted->curve == NULL)
		return ML_OUT_OF_MEMORY;
	fitted->n_curve = ML_PATH_LENGTH;
	fitted->iterations = chosen + 1;
	for (k = 0; k < ML_PATH_LENGTH; k++)
	{
		fitted->curve[k].iteration = k + 1;
		fitted->curve[k].train_loss = path->train_error[k];
		fitted->curve[k].validation_loss = path->error[k];
	}
	return ML_OK;
}

/* Fold all rows, and find lambda by cross-validation. */
static MlStatus
choose_lambda(Fit *fit, MlFitted *fitted)
{
	const double *parameters = fit->input->parameters;
	int			n = fit->state.n;
	int			n_folds = (int) parameters[FOLDS];
	uint8_t    *fold;
	double	   *written;
	MlPenaltyPath path;
	int			chosen;

	if (fit->input->passes != NULL)
	{
		ml_fail(fit->env, ML_INVALID_OPTION, "lambda cannot be found by cross-validation with the driver \"partials\"");
		ml_hint(fit->env, "Give lambda a number, or use the driver \"memory\".");
		return ML_INVALID_OPTION;
	}
	ML_TRY(ml_folds_deal(fit->env, fit->input, &n_folds, &fold));
	written = ml_allocate(fit->env, (size_t) n_folds, (size_t) ml_least_squares_size(n) * sizeof(double));
	if (written == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(fold_folds(fit, n_folds, fold, written));
	ml_release(fit->env, fold);
	ml_least_squares_end(&fit->state);
	ML_TRY(ml_penalised_path(fit->env, n, written, n_folds, fit->rows.intercept,
							 parameters[L1_RATIO], &path, &fit->state));
	ml_release(fit->env, written);
	chosen = parameters[LAMBDA] == LAMBDA_SIMPLEST ? path.simplest : path.best;
	fit->penalty.lambda = path.lambda[chosen];
	return keep_curve(fit->env, &path, chosen, fitted);
}

static MlStatus
fold_all(Fit *fit, MlFitted *fitted)
{
	const double *parameters = fit->input->parameters;
	double		sum = parameters[L1] + parameters[L2];

	fitted->iterations = 1;
	fit->penalty.l1_ratio = parameters[L1_RATIO];
	if (parameters[LAMBDA] == LAMBDA_BEST || parameters[LAMBDA] == LAMBDA_SIMPLEST)
		return choose_lambda(fit, fitted);
	ML_TRY(gather_rows(fit));
	fit->penalty.lambda = parameters[LAMBDA];
	if (sum > 0.0)
	{
		fit->penalty.lambda = sum / fit->state.weight;
		fit->penalty.l1_ratio = parameters[L1] / sum;
	}
	return ML_OK;
}

static MlStatus
solve(Fit *fit)
{
	const MlPenalty *penalty = &fit->penalty;

	if (penalty->lambda == 0.0 || penalty->l1_ratio == 0.0)
	{
		ML_TRY(ml_least_squares_fold_penalty(&fit->state, penalty->lambda * fit->state.weight));
		ML_TRY(ml_least_squares_finish(&fit->state, &fit->solved));
		ml_design_warn_aliased(fit->env, &fit->design, fit->solved.aliased, fit->solved.n_aliased);
		return ML_OK;
	}
	fit->solved.coefficients = ml_allocate(fit->env, (size_t) fit->state.n, sizeof(double));
	if (fit->solved.coefficients == NULL)
		return ML_OUT_OF_MEMORY;
	return ml_penalised_solve(&fit->state, fit->rows.intercept, penalty, fit->solved.coefficients);
}

/* The coefficients, that of the offset among them. */
static MlStatus
take_slots(Fit *fit)
{
	size_t		n = (size_t) fit->design.n_slots + 1;

	fit->slots = ml_allocate(fit->env, n, sizeof(double));
	if (fit->slots == NULL)
		return ML_OUT_OF_MEMORY;
	memcpy(fit->slots, fit->solved.coefficients, n * sizeof(double));
	if (fit->rows.offset < 0)
		return ML_OK;
	fit->slots[1 + fit->design.inputs[fit->rows.offset].first_slot] = 1.0;
	/* it was subtracted as it is, and now counts from its mean as other numbers do */
	if (fit->rows.intercept)
		fit->slots[0] += fit->design.signature->inputs[fit->rows.offset].mean;
	return ML_OK;
}

/* The value at the mean of all numbers, as MlEffects wants it. */
static double
intercept_at_means(const Fit *fit)
{
	const MlSignature *signature = fit->design.signature;
	MlExactSum	sum;
	int			i;

	if (fit->rows.intercept)
		return fit->slots[0];
	ml_sum_begin(&sum);
	for (i = 0; i < signature->n_inputs; i++)
	{
		const MlDesignInput *entry = &fit->design.inputs[i];

		if (!signature->inputs[i].category)
			ml_sum_add(&sum, fit->slots[1 + entry->first_slot] * entry->scale * signature->inputs[i].mean);
	}
	return ml_sum_value(&sum);
}

/* Errors of the coefficients and statistics of the fit; *loss is the mean squared error. */
static MlStatus
infer(Fit *fit, MlInference **inference, double *loss)
{
	MlLinearFit linear = {
		.env = fit->env,
		.design = &fit->design,
		.rows = &fit->rows,
		.state = &fit->state,
		.solved = &fit->solved,
		.slots = fit->slots,
		.gathered = fit->gathered,
		.reason = fit->penalty.lambda == 0.0 ? ML_REASON_NONE :
			fit->penalty.l1_ratio == 0.0 ? ML_REASON_PENALTY : ML_REASON_SELECTION
	};

	return ml_linear_infer(&linear, inference, loss);
}

/* What the penalty was, and how many coefficients it left. */
static void
tell_penalty(const Fit *fit, double *statistic)
{
	int			k;

	if (fit->penalty.lambda == 0.0)
		return;
	statistic[ML_FIT_LAMBDA] = fit->penalty.lambda;
	statistic[ML_FIT_NONZERO] = 0;
	for (k = 1; k <= fit->design.n_slots; k++)
		statistic[ML_FIT_NONZERO] += fit->slots[k] != 0.0;
}

static void
end(Fit *fit)
{
	ml_dense_rows_end(&fit->rows);
	ml_least_squares_end(&fit->state);
	ml_release(fit->env, fit->solved.kept);
	ml_release(fit->env, fit->solved.aliased);
	ml_release(fit->env, fit->solved.coefficients);
	ml_release(fit->env, fit->slots);
	ml_release(fit->env, fit->gathered);
}

static MlStatus
linear_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	Fit			fit;
	MlEffects  *effects;
	MlInference *inference;

	ML_TRY(begin(&fit, env, input));
	ML_TRY(fold_all(&fit, fitted));
	ML_TRY(solve(&fit));
	ML_TRY(take_slots(&fit));
	ML_TRY(ml_effects_make(env, &fit.design, intercept_at_means(&fit), fit.slots + 1, &effects));
	ML_TRY(infer(&fit, &inference, &fitted->train_loss));
	tell_penalty(&fit, inference->statistic);
	effects->inference = inference;
	fitted->model = effects;
	fitted->inference = inference;
	end(&fit);
	return ML_OK;
}

const MlAlgorithm ml_linear = {
	.name = "linear",
	.title = "linear regression by least squares, with optional lasso, ridge or elastic net penalty",
	.tasks = 1U << ML_REGRESSION,
	.uses_validation = false,
	.takes_passes = true,
	.pins_inputs = true,
	.parameters = linear_parameters,
	.n_parameters = sizeof(linear_parameters) / sizeof(linear_parameters[0]),
	.fit = linear_fit,
	.predict = ml_effects_predict,
	.encode = ml_effects_encode,
	.decode = ml_effects_decode,
	.explain = ml_effects_explain,
	.coefficients = ml_effects_coefficients
};
