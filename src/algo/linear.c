/*
 * algo/linear.c
 *		Least squares and ridge regression.
 *
 * Minimises
 *		sum_i weight_i (y_i - b - x_i'w)^2 + l2 |w|^2
 * over the intercept b and the coefficients w of the slots of algo/design.h
 * (standardised numbers, 0/1 for categories); the intercept is not penalised.
 *
 * Rows [1, x, y] times sqrt(weight) are folded block by block into one upper
 * triangular factor R (sequential TSQR; Golub and Van Loan, Matrix
 * Computations, 4th ed., 5.2 and 6.5.2), then rows sqrt(l2) e_j. So X'X is
 * never formed and its squared condition number never met. y is centred first.
 *
 * Slots that others already determine are found in R, left to right, as R's
 * lm() does: a column of which less than 1e-10 is new gets coefficient 0. The
 * rest is solved as if it had been the whole model. This also serves fewer rows
 * than slots.
 *
 * Limits: ML_MAX_SLOTS slots; R takes 8 (slots + 2)^2 bytes.
 */
#include "algo/linear.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/effects.h"
#include "math/blas.h"
#include "math/sum.h"
#include "prep/slice.h"

/* Share of a column's norm below which it says nothing new. */
#define ALIAS_TOLERANCE 1e-10

/* Slots that the warning about aliases names. */
#define MAX_NAMED 4

/* Rows gathered at once to measure the loss. */
#define MEASURED_ROWS 128

static const MlParameter linear_parameters[] = {
	{"l2", "ridge,lambda,alpha,reg_lambda", ML_PARAM_NUMBER, 0.0, 0.0, 1e100,
	"penalty on the squared coefficients of standardised columns; 0 is plain least squares", NULL}
};

enum
{
	L2
};

typedef struct Fit
{
	MlEnv	   *env;
	const MlFitInput *input;
	MlDesign	design;
	MlDesignBlock block;
	MlSlice		slice;
	int64_t		taken;			/* rows in the slice, of which ... */
	int64_t		used;			/* ... so many have been in a block */
	double		l2;
	double		centre;			/* subtracted from y */
	int			n;				/* columns of R: 1, slots, y */
	double	   *r;				/* (n, n) column-major */
	double	   *rows;			/* (capacity, n) column-major */
	double	   *work;
	int		   *kept;			/* (n - 1) columns of R in the model, ascending */
	int			n_kept;
	double	   *slots;			/* (n_slots) */
	double		intercept;
} Fit;

static double
row_weight(const MlFitInput *input, uint32_t row)
{
	return input->weight != NULL ? input->weight[row] : 1.0;
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
	size_t		n;
	int			capacity;

	memset(fit, 0, sizeof(*fit));
	fit->env = env;
	fit->input = input;
	fit->l2 = input->parameters[L2];
	if (input->n_rows < 1)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to fit on");
	ML_TRY(ml_design_make(env, input->signature, &fit->design));
	fit->n = fit->design.n_slots + 2;
	n = (size_t) fit->n;
	capacity = ml_qr_block_rows(fit->n);
	ML_TRY(ml_design_block_make(env, &fit->design, capacity, &fit->block));
	ML_TRY(ml_slice_begin(env, fit->input->frame, &fit->slice));
	fit->r = ml_allocate(env, n * n, sizeof(double));
	fit->rows = ml_allocate(env, n * (size_t) capacity, sizeof(double));
	fit->work = ml_allocate(env, ml_qr_work_size(fit->n), sizeof(double));
	fit->kept = ml_allocate(env, n, sizeof(int));
	fit->slots = ml_allocate(env, n, sizeof(double));
	if (fit->r == NULL || fit->rows == NULL || fit->work == NULL ||
		fit->kept == NULL || fit->slots == NULL)
		return ML_OUT_OF_MEMORY;
	return mean_target(env, input, &fit->centre);
}

/* The loaded block as rows of [1, x, y] times sqrt(weight). */
static void
spread_block(Fit *fit, const uint32_t *rows)
{
	const MlDesign *design = &fit->design;
	int			n_rows = fit->block.n_rows;
	size_t		stride = (size_t) n_rows;
	double	   *root = fit->rows;
	double	   *y = fit->rows + stride * (size_t) (fit->n - 1);
	int			i;
	int			row;

	memset(fit->rows, 0, stride * (size_t) fit->n * sizeof(double));
	for (row = 0; row < n_rows; row++)
	{
		root[row] = sqrt(row_weight(fit->input, rows[row]));
		y[row] = root[row] * (fit->input->y[rows[row]] - fit->centre);
	}
	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlDesignInput *input = &design->inputs[i];
		size_t		offset = (size_t) input->column * (size_t) fit->block.capacity;
		double	   *first = fit->rows + stride * (size_t) (1 + input->first_slot);
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
load_block(Fit *fit, int64_t start, int n_rows)
{
	const MlFitInput *input = fit->input;
	int			at;
	int			n;

	for (at = 0; at < n_rows; at += n)
	{
		if (fit->used == fit->taken)
		{
			ML_TRY(ml_slice_take(&fit->slice, input->rows, start + at, input->n_rows, &fit->taken));
			fit->used = 0;
		}
		n = fit->taken - fit->used < n_rows - at ? (int) (fit->taken - fit->used) : n_rows - at;
		ml_design_load(&fit->design, &fit->slice.part, fit->slice.rows + fit->used, n, at, &fit->block);
		fit->used += n;
	}
	return ML_OK;
}

static MlStatus
fold_rows(Fit *fit)
{
	const MlFitInput *input = fit->input;
	int64_t		start;

	for (start = 0; start < input->n_rows; start += fit->block.capacity)
	{
		const uint32_t *rows = input->rows + start;
		int64_t		left = input->n_rows - start;
		int			n_rows = left < fit->block.capacity ? (int) left : fit->block.capacity;

		ML_TRY(ml_check_stop(fit->env));
		ML_TRY(load_block(fit, start, n_rows));
		spread_block(fit, rows);
		ML_TRY(ml_qr_update(fit->env, fit->n, fit->r, n_rows, fit->rows, fit->work));
		ml_report(fit->env, "fitting", (double) (start + n_rows) / (double) input->n_rows,
				  start + n_rows, -1, NAN);
	}
	return ML_OK;
}

/* The penalty as rows sqrt(l2) e_j with target 0. */
static MlStatus
fold_penalty(Fit *fit)
{
	int			n_slots = fit->design.n_slots;
	int			start;

	if (fit->l2 == 0.0)
		return ML_OK;
	for (start = 0; start < n_slots; start += fit->block.capacity)
	{
		int			left = n_slots - start;
		int			n_rows = left < fit->block.capacity ? left : fit->block.capacity;
		int			k;

		ML_TRY(ml_check_stop(fit->env));
		memset(fit->rows, 0, (size_t) n_rows * (size_t) fit->n * sizeof(double));
		for (k = 0; k < n_rows; k++)
			fit->rows[(size_t) (1 + start + k) * (size_t) n_rows + (size_t) k] = sqrt(fit->l2);
		ML_TRY(ml_qr_update(fit->env, fit->n, fit->r, n_rows, fit->rows, fit->work));
	}
	return ML_OK;
}

static double
norm(const double *values, int count)
{
	double		sum = 0.0;
	int			i;

	for (i = 0; i < count; i++)
		sum += values[i] * values[i];
	return sqrt(sum);
}

/*
 * Householder reflection that makes rows first .. last of column j a multiple
 * of the first unit vector, applied to all columns behind. Needed only where
 * columns were left out before j; else first == last.
 */
static MlStatus
reflect(Fit *fit, int j, int first, int last)
{
	size_t		n = (size_t) fit->n;
	int			count = last - first + 1;
	double	   *v = fit->r + (size_t) j * n + first;
	double		beta = v[0] > 0.0 ? -norm(v, count) : norm(v, count);
	double		factor;
	int			k;
	int			i;

	v[0] -= beta;
	factor = 1.0 / (beta * v[0]);	/* minus 2 / v'v */
	for (k = j + 1; k < fit->n; k++)
	{
		double	   *column = fit->r + (size_t) k * n + first;
		double		sum = 0.0;

		for (i = 0; i < count; i++)
			sum += v[i] * column[i];
		sum *= factor;
		for (i = 0; i < count; i++)
			column[i] += sum * v[i];
		if (k % 256 == 0)
			ML_TRY(ml_check_stop(fit->env));
	}
	v[0] = beta;
	return ML_OK;
}

static void
warn_aliases(Fit *fit, const int *aliased, int n_aliased)
{
	char		list[ML_ERROR_TEXT];
	char		name[96];
	size_t		length = 0;
	int			i;

	list[0] = '\0';
	for (i = 0; i < n_aliased && i < MAX_NAMED && length < sizeof(list) - 1; i++)
	{
		int			written;

		ml_design_slot_name(&fit->design, aliased[i], name, sizeof(name));
		written = snprintf(list + length, sizeof(list) - length, "%s\"%s\"", i > 0 ? ", " : "", name);
		length += written > 0 ? (size_t) written : 0;
	}
	if (n_aliased > MAX_NAMED)
		ml_warn(fit->env, "columns of the linear model that other columns already determine got "
				"coefficient 0: %s and %d more", list, n_aliased - MAX_NAMED);
	else
		ml_warn(fit->env, "columns of the linear model that other columns already determine got "
				"coefficient 0: %s", list);
}

/*
 * Choose the columns of the model and make their part of R triangular: column
 * kept[k] then ends at row k. A column without any value (a level that the
 * rows do not have) is left out silently.
 */
static MlStatus
choose_columns(Fit *fit)
{
	int			aliased[MAX_NAMED];
	int			n_aliased = 0;
	int			j;

	for (j = 0; j < fit->n - 1; j++)
	{
		double	   *column = fit->r + (size_t) j * (size_t) fit->n;
		double		whole = norm(column, j + 1);
		double		fresh = norm(column + fit->n_kept, j + 1 - fit->n_kept);

		ML_TRY(ml_check_stop(fit->env));
		if (fresh > ALIAS_TOLERANCE * whole)
		{
			if (j > fit->n_kept)
				ML_TRY(reflect(fit, j, fit->n_kept, j));
			fit->kept[fit->n_kept++] = j;
		}
		else if (whole > 0.0 && j > 0)
		{
			if (n_aliased < MAX_NAMED)
				aliased[n_aliased] = j - 1;
			n_aliased++;
		}
	}
	if (n_aliased > 0)
		warn_aliases(fit, aliased, n_aliased);
	return ML_OK;
}

/* Back substitution, column by column. */
static MlStatus
solve(Fit *fit)
{
	size_t		n = (size_t) fit->n;
	double	   *y = fit->r + (n - 1) * n;
	int			k;
	int			i;

	for (k = fit->n_kept - 1; k >= 0; k--)
	{
		const double *column = fit->r + (size_t) fit->kept[k] * n;
		double		value = y[k] / column[k];

		ML_TRY(ml_check_stop(fit->env));
		for (i = 0; i < k; i++)
			y[i] -= value * column[i];
		if (fit->kept[k] == 0)
			fit->intercept = value;
		else
			fit->slots[fit->kept[k] - 1] = value;
	}
	fit->intercept += fit->centre;
	return ML_OK;
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

static void
end(Fit *fit)
{
	ml_slice_end(&fit->slice);
	ml_release(fit->env, fit->r);
	ml_release(fit->env, fit->rows);
	ml_release(fit->env, fit->work);
	ml_release(fit->env, fit->kept);
	ml_release(fit->env, fit->slots);
	ml_release(fit->env, fit->block.dense);
	ml_release(fit->env, fit->block.place);
}

static MlStatus
linear_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	Fit			fit;
	MlEffects  *effects;

	ML_TRY(begin(&fit, env, input));
	ML_TRY(fold_rows(&fit));
	ML_TRY(fold_penalty(&fit));
	ML_TRY(choose_columns(&fit));
	ML_TRY(solve(&fit));
	ML_TRY(ml_effects_make(env, &fit.design, fit.intercept, fit.slots, &effects));
	ML_TRY(measure(&fit, effects, &fitted->train_loss));
	end(&fit);
	fitted->model = effects;
	fitted->iterations = 1;
	return ML_OK;
}

const MlAlgorithm ml_linear = {
	.name = "linear",
	.title = "linear regression by least squares, with optional ridge penalty",
	.tasks = 1U << ML_REGRESSION,
	.uses_validation = false,
	.pins_inputs = true,
	.parameters = linear_parameters,
	.n_parameters = sizeof(linear_parameters) / sizeof(linear_parameters[0]),
	.fit = linear_fit,
	.predict = ml_effects_predict,
	.encode = ml_effects_encode,
	.decode = ml_effects_decode
};
