/*
 * algo/linear.c
 *		Least squares, ridge, lasso and elastic net.
 *
 * Minimises
 *		1/2 sum_i weight_i (y_i - b - x_i'w)^2 + l1 |w|_1 + l2 / 2 |w|^2
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
#include <stdio.h>
#include <string.h>

#include "algo/effects.h"
#include "algo/fold.h"
#include "algo/penalised.h"
#include "math/sum.h"
#include "prep/slice.h"

/* Slots that the warning about aliases names. */
#define MAX_NAMED 4

/* Rows gathered at once to measure the loss. */
#define MEASURED_ROWS 128

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
	"folds of the cross-validation that finds lambda", NULL}
};

enum
{
	L2,
	L1,
	LAMBDA,
	L1_RATIO,
	FOLDS
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
	MlDesignBlock block;
	MlSlice		slice;
	int64_t		taken;			/* rows in the slice, of which ... */
	int64_t		used;			/* ... so many have been in a block */
	MlLeastSquares state;
	MlLeastSquaresFit solved;
} Fit;

static double
row_weight(const MlFitInput *input, uint32_t row)
{
	return input->weight != NULL ? input->weight[row] : 1.0;
}

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

/* The weighted mean of y: the same for any row order. */
static MlStatus
mean_target(MlEnv *env, const MlFitInput *input, double *mean)
{
	MlExactSum	values;
	MlExactSum	weights;
	int64_t		i;

	ml_sum_begin(&values);
	ml_sum_begin(&weights);
	for (i = 0; i < input->n_rows; i++)
	{
		uint32_t	row = input->rows[i];
		double		weight = row_weight(input, row);

		ml_sum_add(&values, weight * input->y[row]);
		ml_sum_add(&weights, weight);
		if (i % 8192 == 0)
			ML_TRY(ml_check_stop(env));
	}
	*mean = ml_sum_value(&values) / ml_sum_value(&weights);
	return ML_OK;
}

static MlStatus
begin(Fit *fit, MlEnv *env, const MlFitInput *input)
{
	memset(fit, 0, sizeof(*fit));
	fit->env = env;
	fit->input = input;
	ML_TRY(check_penalties(env, input));
	if (input->n_rows < 1)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to fit on");
	ML_TRY(ml_design_make(env, input->signature, &fit->design));
	ML_TRY(ml_least_squares_begin(env, fit->design.n_slots + 2, &fit->state));
	ML_TRY(ml_design_block_make(env, &fit->design, fit->state.capacity, &fit->block));
	ML_TRY(ml_slice_begin(env, fit->input->frame, &fit->slice));
	return mean_target(env, input, &fit->state.shift[fit->state.n - 1]);
}

/* The loaded block as rows of [1, x, y] times sqrt(weight); *weight is the sum of their weights. */
static void
spread_block(Fit *fit, const uint32_t *rows, double *weight)
{
	const MlDesign *design = &fit->design;
	int			n_rows = fit->block.n_rows;
	size_t		stride = (size_t) fit->state.stride;
	int			last = fit->state.n - 1;
	double	   *root = fit->state.rows;
	double	   *y = root + stride * (size_t) last;
	int			i;
	int			row;

	*weight = 0.0;
	for (i = 1; i < last; i++)
		memset(root + stride * (size_t) i, 0, (size_t) n_rows * sizeof(double));
	for (row = 0; row < n_rows; row++)
	{
		double		own = row_weight(fit->input, rows[row]);

		*weight += own;
		root[row] = sqrt(own);
		y[row] = root[row] * (fit->input->y[rows[row]] - fit->state.shift[last]);
	}
	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlDesignInput *input = &design->inputs[i];
		size_t		offset = (size_t) input->column * (size_t) fit->block.capacity;
		double	   *first = root + stride * (size_t) (1 + input->first_slot);
		int			k;

		if (input->place != NULL)
		{
			const uint16_t *place = fit->block.place + offset;

			for (row = 0; row < n_rows; row++)
			{
				if (place[row] > 0)
					first[stride * (size_t) (place[row] - 1) + (size_t) row] = root[row];
			}
			continue;
		}
		for (k = 0; k < input->n_slots; k++)
		{
			const double *dense = fit->block.dense + offset + (size_t) k * (size_t) fit->block.capacity;

			for (row = 0; row < n_rows; row++)
				first[stride * (size_t) k + (size_t) row] = root[row] * dense[row];
		}
	}
}

/*
 * The rows from `start` on as a block. It is filled from several slices where
 * one has not all of them, so that rounding does not depend on where rows are.
 */
static MlStatus
load_block(Fit *fit, const uint32_t *rows, int64_t count, int64_t start, int n_rows)
{
	int			at;
	int			n;

	for (at = 0; at < n_rows; at += n)
	{
		if (fit->used == fit->taken)
		{
			ML_TRY(ml_slice_take(&fit->slice, rows, start + at, count, &fit->taken));
			fit->used = 0;
		}
		n = fit->taken - fit->used < n_rows - at ? (int) (fit->taken - fit->used) : n_rows - at;
		ml_design_load(&fit->design, &fit->slice.part, fit->slice.rows + fit->used, n, at, &fit->block);
		fit->used += n;
	}
	return ML_OK;
}

/* Fold some rows into the state; `done` of all were before. */
static MlStatus
fold_rows(Fit *fit, const uint32_t *rows, int64_t count, int64_t done)
{
	int64_t		start;

	fit->used = fit->taken;
	for (start = 0; start < count; start += fit->block.capacity)
	{
		int64_t		left = count - start;
		int			n_rows = left < fit->block.capacity ? (int) left : fit->block.capacity;
		double		weight;

		ML_TRY(ml_check_stop(fit->env));
		ML_TRY(load_block(fit, rows, count, start, n_rows));
		spread_block(fit, rows + start, &weight);
		ML_TRY(ml_least_squares_fold(&fit->state, n_rows, weight));
		ml_report(fit->env, "fitting", (double) (done + start + n_rows) / (double) fit->input->n_rows,
				  done + start + n_rows, -1, NAN);
	}
	return ML_OK;
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

	ML_TRY(ml_folds_deal(fit->env, fit->input, &n_folds, &fold));
	written = ml_allocate(fit->env, (size_t) n_folds, (size_t) ml_least_squares_size(n) * sizeof(double));
	if (written == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(fold_folds(fit, n_folds, fold, written));
	ml_release(fit->env, fold);
	ml_least_squares_end(&fit->state);
	ML_TRY(ml_penalised_path(fit->env, n, written, n_folds, true, parameters[L1_RATIO], &path, &fit->state));
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
	ML_TRY(fold_rows(fit, fit->input->rows, fit->input->n_rows, 0));
	fit->penalty.lambda = parameters[LAMBDA];
	if (sum > 0.0)
	{
		fit->penalty.lambda = sum / fit->state.weight;
		fit->penalty.l1_ratio = parameters[L1] / sum;
	}
	return ML_OK;
}

/* Say which slots others determine; the intercept has no name and can be one only without rows. */
static void
warn_aliases(Fit *fit)
{
	const MlLeastSquaresFit *solved = &fit->solved;
	char		list[ML_ERROR_TEXT];
	char		name[96];
	size_t		length = 0;
	int			i;

	if (solved->n_aliased == 0)
		return;
	list[0] = '\0';
	for (i = 0; i < solved->n_aliased && i < MAX_NAMED && length < sizeof(list) - 1; i++)
	{
		int			written;

		ml_design_slot_name(&fit->design, solved->aliased[i] - 1, name, sizeof(name));
		written = snprintf(list + length, sizeof(list) - length, "%s\"%s\"", i > 0 ? ", " : "", name);
		length += written > 0 ? (size_t) written : 0;
	}
	if (solved->n_aliased > MAX_NAMED)
		ml_warn(fit->env, "columns of the linear model that other columns already determine got "
				"coefficient 0: %s and %d more", list, solved->n_aliased - MAX_NAMED);
	else
		ml_warn(fit->env, "columns of the linear model that other columns already determine got "
				"coefficient 0: %s", list);
}

/* Add squared errors and weights of rows with these inputs (n_rows, n_inputs). */
static void
measure_rows(const Fit *fit, const MlEffects *effects, const uint32_t *rows, const double *values,
			 int n_rows, MlExactSum *squares, MlExactSum *weights)
{
	const MlFitInput *input = fit->input;
	int			k;

	for (k = 0; k < n_rows; k++, values += input->signature->n_inputs)
	{
		double		weight = row_weight(input, rows[k]);
		double		error = input->y[rows[k]] -
			ml_effects_margin(effects, input->signature, values);

		ml_sum_add(squares, weight * error * error);
		ml_sum_add(weights, weight);
	}
}

/* Mean squared error of the finished model on its own rows. */
static MlStatus
measure(Fit *fit, const MlEffects *effects, double *loss)
{
	const MlFitInput *input = fit->input;
	int			n_inputs = input->signature->n_inputs;
	double	   *values = ml_allocate(fit->env, (size_t) n_inputs + 1, MEASURED_ROWS * sizeof(double));
	MlExactSum	squares;
	MlExactSum	weights;
	int64_t		at;
	int64_t		taken;
	int64_t		i;

	if (values == NULL)
		return ML_OUT_OF_MEMORY;
	ml_sum_begin(&squares);
	ml_sum_begin(&weights);
	for (at = 0; at < input->n_rows; at += taken)
	{
		ML_TRY(ml_slice_take(&fit->slice, input->rows, at, input->n_rows, &taken));
		for (i = 0; i < taken; i += MEASURED_ROWS)
		{
			int			n = taken - i < MEASURED_ROWS ? (int) (taken - i) : MEASURED_ROWS;

			ML_TRY(ml_check_stop(fit->env));
			ml_frame_rows(&fit->slice.part, fit->slice.rows + i, n, values);
			measure_rows(fit, effects, input->rows + at + i, values, n, &squares, &weights);
		}
	}
	*loss = ml_sum_value(&squares) / ml_sum_value(&weights);
	ml_release(fit->env, values);
	if (!isfinite(*loss))
	{
		ml_fail(fit->env, ML_INVALID_DATA, "the squared errors are beyond double precision");
		ml_hint(fit->env, "Scale down the target or the weights.");
		return ML_INVALID_DATA;
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
		warn_aliases(fit);
		return ML_OK;
	}
	fit->solved.coefficients = ml_allocate(fit->env, (size_t) fit->state.n, sizeof(double));
	if (fit->solved.coefficients == NULL)
		return ML_OUT_OF_MEMORY;
	return ml_penalised_solve(&fit->state, true, penalty, fit->solved.coefficients);
}

static void
end(Fit *fit)
{
	ml_slice_end(&fit->slice);
	ml_least_squares_end(&fit->state);
	ml_release(fit->env, fit->solved.kept);
	ml_release(fit->env, fit->solved.aliased);
	ml_release(fit->env, fit->solved.coefficients);
	ml_release(fit->env, fit->block.dense);
	ml_release(fit->env, fit->block.place);
}

static MlStatus
linear_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	Fit			fit;
	MlEffects  *effects;

	ML_TRY(begin(&fit, env, input));
	ML_TRY(fold_all(&fit, fitted));
	ML_TRY(solve(&fit));
	ML_TRY(ml_effects_make(env, &fit.design, fit.solved.coefficients[0], fit.solved.coefficients + 1,
						   &effects));
	ML_TRY(measure(&fit, effects, &fitted->train_loss));
	end(&fit);
	fitted->model = effects;
	return ML_OK;
}

const MlAlgorithm ml_linear = {
	.name = "linear",
	.title = "linear regression by least squares, with optional lasso, ridge or elastic net penalty",
	.tasks = 1U << ML_REGRESSION,
	.uses_validation = false,
	.pins_inputs = true,
	.parameters = linear_parameters,
	.n_parameters = sizeof(linear_parameters) / sizeof(linear_parameters[0]),
	.fit = linear_fit,
	.predict = ml_effects_predict,
	.encode = ml_effects_encode,
	.decode = ml_effects_decode,
	.explain = ml_effects_explain
};
