/*
 * algo/regression.c
 *		What a state of least squares says about y as a linear function of x.
 *
 * With X = QR the covariance of the coefficients is sigma^2 R^-1 R^-T, and the
 * sum of squares around the mean of y is what R has of y below row 0.
 */
#include "algo/regression.h"

#include <math.h>
#include <string.h>

#include "algo/least_squares.h"
#include "math/func.h"

/* The sum of squares of y around its mean below which y is constant, as a share of all. */
#define CONSTANT_SHARE 1e-26

static MlStatus
result_make(MlEnv *env, int n, MlRegression *result)
{
	double	  **arrays[4];
	int			i;
	int			j;

	memset(result, 0, sizeof(*result));
	result->n = n;
	arrays[0] = &result->coefficient;
	arrays[1] = &result->std_error;
	arrays[2] = &result->t;
	arrays[3] = &result->p_value;
	for (i = 0; i < 4; i++)
	{
		*arrays[i] = ml_allocate(env, (size_t) n, sizeof(double));
		if (*arrays[i] == NULL)
			return ML_OUT_OF_MEMORY;
		for (j = 0; i > 0 && j < n; j++)
			(*arrays[i])[j] = NAN;
	}
	result->aliased = ml_allocate(env, (size_t) n, sizeof(int));
	return result->aliased != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

/* A state that no rows come to any more: only what finishing needs. */
static MlStatus
open_factor(MlEnv *env, const MlState *state, MlLeastSquares *squares)
{
	size_t		n = state->n_columns;

	memset(squares, 0, sizeof(*squares));
	squares->env = env;
	squares->n = (int) n;
	squares->n_rows = (int64_t) state->n_rows;
	squares->shift = ml_allocate(env, n, sizeof(double));
	squares->r = ml_allocate(env, n * n, sizeof(double));
	if (squares->shift == NULL || squares->r == NULL)
		return ML_OUT_OF_MEMORY;
	ml_state_factor(state, squares->r);
	return ML_OK;
}

/* Sums of squares of y: around its mean, and around 0. */
static void
sum_squares(const MlLeastSquares *squares, double *centred, double *whole)
{
	const double *y = squares->r + (size_t) (squares->n - 1) * (size_t) squares->n;
	int			i;

	*centred = 0.0;
	for (i = 1; i < squares->n; i++)
		*centred += y[i] * y[i];
	*whole = *centred + y[0] * y[0];
}

static void
list_aliased(const MlLeastSquaresFit *fit, MlRegression *result)
{
	int			at = 0;
	int			j;

	for (j = 0; j < result->n; j++)
	{
		if (at < fit->n_kept && fit->kept[at] == j)
			at++;
		else if (j > 0)
			result->aliased[result->n_aliased++] = j;
	}
}

static MlStatus
infer(MlEnv *env, const MlLeastSquares *squares, const MlLeastSquaresFit *fit, MlRegression *result)
{
	size_t		m = (size_t) fit->n_kept;
	double	   *inverse = ml_allocate(env, m + 1, (m + 1) * sizeof(double));
	size_t		i;
	size_t		k;

	if (inverse == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_least_squares_inverse(squares, fit, inverse));
	for (i = 0; i < m; i++)
	{
		int			column = fit->kept[i];
		double		sum = 0.0;

		for (k = i; k < m; k++)
			sum += inverse[k * m + i] * inverse[k * m + i];
		result->std_error[column] = result->sigma * sqrt(sum);
		if (isnan(result->r2))
			continue;
		result->t[column] = result->coefficient[column] / result->std_error[column];
		result->p_value[column] = ml_student_tails(result->t[column], (double) result->df);
	}
	ml_release(env, inverse);
	return ML_OK;
}

static void
judge_fit(const MlLeastSquaresFit *fit, double centred, MlRegression *result)
{
	double		slopes = fit->n_kept - 1;
	double		df = (double) result->df;

	result->sigma = result->df > 0 ? sqrt(fit->residual / df) : NAN;
	result->r2 = centred > 0.0 ? 1.0 - fit->residual / centred : NAN;
	result->adjusted_r2 = result->df > 0 ? 1.0 - (1.0 - result->r2) * ((double) result->n_rows - 1) / df : NAN;
	result->f = slopes > 0 ? (centred - fit->residual) / slopes / (result->sigma * result->sigma) : NAN;
	if (centred == 0.0)
		result->f = NAN;
	result->f_p_value = ml_f_tail(result->f, slopes, df);
}

MlStatus
ml_regression(MlEnv *env, const MlState *state, MlRegression *result)
{
	MlLeastSquares squares;
	MlLeastSquaresFit fit;
	double		centred;
	double		whole;

	ML_TRY(result_make(env, (int) state->n_columns - 1, result));
	ML_TRY(open_factor(env, state, &squares));
	sum_squares(&squares, &centred, &whole);
	if (centred <= CONSTANT_SHARE * whole)
		centred = 0.0;
	ML_TRY(ml_least_squares_finish(&squares, &fit));
	memcpy(result->coefficient, fit.coefficients, (size_t) result->n * sizeof(double));
	result->n_rows = squares.n_rows;
	result->df = squares.n_rows - fit.n_kept;
	list_aliased(&fit, result);
	judge_fit(&fit, centred, result);
	if (result->df > 0)
		ML_TRY(infer(env, &squares, &fit, result));
	ML_TRY(ml_least_squares_condition(&squares, &fit, &result->condition_number));
	ml_release(env, squares.shift);
	ml_release(env, squares.r);
	return ML_OK;
}
