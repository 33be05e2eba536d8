/*
 * algo/linear_inference.c
 *		What least squares knows about its coefficients.
 *
 * A pass over the rows measures the residuals, and without a penalty what
 * robust standard errors need (algo/inference.h). Statistics are those of
 * weighted least squares as in statsmodels' WLS: weights are precisions, the
 * number of observations is that of the rows, and what adjusted R2, F and the
 * null deviance compare with is the mean, or 0 without an intercept.
 */
#include "algo/linear_inference.h"

#include <math.h>
#include <string.h>

#include "algo/passes.h"
#include "math/func.h"
#include "math/sum.h"

#define LOG_2PI 1.837877066409345483560659472811

typedef struct Measure
{
	const MlLinearFit *fit;
	MlEnv	   *env;
	int64_t		n_rows;
	bool		infers;			/* errors are wanted and possible */
	double	   *root;			/* (n_kept, n_kept) inverse of the factor */
	MlRobust	robust;
	double		residual;		/* weighted sum of squared residuals */
	double		spread;			/* the same of y less offset, around its mean or 0 */
	double		weight;
	double		log_weights;	/* sum of the logarithms of the weights */
} Measure;

static MlStatus
begin(Measure *measure, const MlLinearFit *fit)
{
	const MlLeastSquaresFit *solved = fit->solved;
	size_t		m = (size_t) solved->n_kept;

	memset(measure, 0, sizeof(*measure));
	measure->fit = fit;
	measure->env = fit->env;
	measure->n_rows = fit->gathered != NULL ? fit->rows->input->passes->n_rows : fit->rows->input->n_rows;
	measure->infers = fit->reason == ML_REASON_NONE && measure->n_rows > solved->n_kept &&
		solved->n_kept <= ML_MOST_INFERRED;
	if (!measure->infers)
		return ML_OK;
	measure->root = ml_allocate(fit->env, m * m + 1, sizeof(double));
	if (measure->root == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_least_squares_inverse(fit->state, solved, measure->root));
	if (fit->gathered != NULL)
		return ML_OK;
	return ml_robust_begin(fit->env, solved->kept, solved->n_kept, measure->root, &measure->robust);
}

/* y of the loaded rows becomes their residuals, both times sqrt(weight). */
static void
subtract_fitted(const MlLinearFit *fit, int n_rows)
{
	size_t		stride = (size_t) fit->state->stride;
	double	   *y = fit->state->rows + stride * (size_t) (fit->state->n - 1);
	int			k;
	int			row;

	for (k = 0; k < fit->state->n - 1; k++)
	{
		const double *x = fit->state->rows + stride * (size_t) k;
		double		factor = fit->solved->coefficients[k] - (k == 0 ? fit->rows->shift : 0.0);

		for (row = 0; row < n_rows && factor != 0.0; row++)
			y[row] -= factor * x[row];
	}
}

static void
add_squares(MlExactSum *sum, const double *values, int count)
{
	int			i;

	for (i = 0; i < count; i++)
		ml_sum_add(sum, values[i] * values[i]);
}

static MlStatus
pass(Measure *measure, MlExactSum *residual, MlExactSum *spread)
{
	const MlLinearFit *fit = measure->fit;
	const MlLeastSquares *state = fit->state;
	const MlFitInput *input = fit->rows->input;
	const double *y = state->rows + (size_t) state->stride * (size_t) (state->n - 1);
	int64_t		start;
	int			i;

	for (start = 0; start < input->n_rows; start += state->capacity)
	{
		int64_t		left = input->n_rows - start;
		int			n_rows = left < state->capacity ? (int) left : state->capacity;
		double		weight;

		ML_TRY(ml_dense_rows_load(fit->rows, input->rows, input->n_rows, start, n_rows, state->rows,
								  state->stride, &weight));
		measure->weight += weight;
		add_squares(spread, y, n_rows);
		subtract_fitted(fit, n_rows);
		add_squares(residual, y, n_rows);
		for (i = 0; i < n_rows && input->weight != NULL; i++)
			measure->log_weights += ml_log(input->weight[input->rows[start + i]]);
		if (measure->infers)
			ML_TRY(ml_robust_add(&measure->robust, state->rows, state->stride, n_rows, y));
	}
	return ML_OK;
}

/* Without rows: R (b, w, -1) is as long as the residuals, what R has of y below row 0 as y around its mean. */
static MlStatus
measure_gathered(Measure *measure)
{
	const MlLinearFit *fit = measure->fit;
	MlLeastSquares state;
	const double *y;
	int			i;
	int			k;

	ML_TRY(ml_least_squares_read(measure->env, fit->gathered, ml_least_squares_size(fit->state->n), &state));
	y = state.r + (size_t) (state.n - 1) * (size_t) state.n;
	for (i = 0; i < state.n; i++)
	{
		double		error = y[i];

		for (k = i; k < state.n - 1; k++)
			error -= state.r[(size_t) k * (size_t) state.n + (size_t) i] *
				(fit->solved->coefficients[k] - (k == 0 ? fit->rows->shift : 0.0));
		measure->residual += error * error;
		measure->spread += i == 0 && fit->rows->intercept ? 0.0 : y[i] * y[i];
	}
	measure->weight = state.weight;
	measure->log_weights = fit->rows->input->passes->log_weights;
	ml_least_squares_end(&state);
	return ML_OK;
}

/* Residuals of the finished model on its own rows, and what errors need of them. */
static MlStatus
measure_rows(Measure *measure)
{
	MlExactSum	residual;
	MlExactSum	spread;

	if (measure->fit->gathered != NULL)
		ML_TRY(measure_gathered(measure));
	else
	{
		ml_sum_begin(&residual);
		ml_sum_begin(&spread);
		ML_TRY(pass(measure, &residual, &spread));
		measure->residual = ml_sum_value(&residual);
		measure->spread = ml_sum_value(&spread);
	}
	if (isfinite(measure->residual) && isfinite(measure->spread))
		return ML_OK;
	ml_fail(measure->env, ML_INVALID_DATA, "the squared errors are beyond double precision");
	ml_hint(measure->env, "Scale down the target or the weights.");
	return ML_INVALID_DATA;
}

/* Why a column has no errors, before they are computed. */
static MlStatus
give_reasons(const Measure *measure, uint8_t **reasons)
{
	const MlLinearFit *fit = measure->fit;
	const MlLeastSquaresFit *solved = fit->solved;
	MlReason	common = fit->reason != ML_REASON_NONE ? fit->reason :
		measure->n_rows <= solved->n_kept ? ML_REASON_SATURATED :
		solved->n_kept > ML_MOST_INFERRED ? ML_REASON_TOO_MANY : ML_REASON_UNKNOWN;
	int			n = fit->design->n_slots + 1;
	int			i;

	*reasons = ml_allocate(fit->env, (size_t) n, sizeof(uint8_t));
	if (*reasons == NULL)
		return ML_OUT_OF_MEMORY;
	memset(*reasons, fit->reason == ML_REASON_NONE ? ML_REASON_ABSENT : (int) common, (size_t) n);
	for (i = 0; i < solved->n_kept; i++)
		(*reasons)[solved->kept[i]] = (uint8_t) common;
	for (i = 0; i < solved->n_aliased; i++)
		(*reasons)[solved->aliased[i]] = ML_REASON_ALIASED;
	if (!fit->rows->intercept)
		(*reasons)[0] = ML_REASON_FIXED;
	if (fit->rows->offset >= 0)
		(*reasons)[1 + fit->design->inputs[fit->rows->offset].first_slot] = ML_REASON_FIXED;
	return ML_OK;
}

/* Statistics that suppose normal errors and no penalty. */
static void
fill_tests(const Measure *measure, double *statistic)
{
	double		n = (double) measure->n_rows;
	double		rank = measure->fit->solved->n_kept;
	double		constant = measure->fit->rows->intercept ? 1.0 : 0.0;
	double		df = n - rank;
	double		likelihood = 0.5 * measure->log_weights -
		0.5 * n * (LOG_2PI + ml_log(measure->residual / n) + 1);

	statistic[ML_FIT_DF_MODEL] = rank - constant;
	statistic[ML_FIT_DF_RESIDUAL] = df;
	if (measure->residual > 0)
	{
		statistic[ML_FIT_LOG_LIKELIHOOD] = likelihood;
		statistic[ML_FIT_AIC] = 2 * rank - 2 * likelihood;
		statistic[ML_FIT_BIC] = rank * ml_log(n) - 2 * likelihood;
	}
	if (df <= 0)
		return;
	statistic[ML_FIT_SIGMA] = sqrt(measure->residual / df);
	if (measure->spread > 0)
		statistic[ML_FIT_ADJUSTED_R2] = 1 - (n - constant) / df * (measure->residual / measure->spread);
	if (rank > constant && measure->residual > 0)
	{
		double		f = (measure->spread - measure->residual) / (rank - constant) /
			(measure->residual / df);

		statistic[ML_FIT_F] = f;
		statistic[ML_FIT_F_P_VALUE] = ml_f_tail(f, rank - constant, df);
	}
}

static MlStatus
fill_statistics(const Measure *measure, MlInference *inference)
{
	const MlLinearFit *fit = measure->fit;
	double	   *statistic = inference->statistic;

	inference->n_rows = measure->n_rows;
	statistic[ML_FIT_DEVIANCE] = measure->residual;
	statistic[ML_FIT_NULL_DEVIANCE] = measure->spread;
	/* without an intercept it would not be what other parts call r2 */
	if (measure->spread > 0 && fit->rows->intercept)
		statistic[ML_FIT_R2] = 1 - measure->residual / measure->spread;
	if (fit->reason != ML_REASON_NONE)
		return ML_OK;
	fill_tests(measure, statistic);
	if (fit->solved->n_kept > ML_MOST_INFERRED)
		return ML_OK;
	return ml_least_squares_condition(fit->state, fit->solved, &statistic[ML_FIT_CONDITION_NUMBER]);
}

MlStatus
ml_linear_infer(const MlLinearFit *fit, MlInference **inference, double *loss)
{
	const MlLeastSquaresFit *solved = fit->solved;
	bool		centred = fit->rows->intercept;
	Measure		measure;
	MlInference *made;
	uint8_t    *reasons;

	ML_TRY(begin(&measure, fit));
	ML_TRY(measure_rows(&measure));
	ML_TRY(give_reasons(&measure, &reasons));
	ML_TRY(ml_inference_make(fit->env, fit->design, 0, &made));
	ML_TRY(ml_inference_estimate(fit->env, made, fit->design, -1, fit->slots, centred, reasons));
	if (measure.infers)
	{
		made->df = (double) (measure.n_rows - solved->n_kept);
		ML_TRY(ml_inference_errors(fit->env, made, fit->design, -1, solved->kept, solved->n_kept,
								   measure.root, sqrt(measure.residual / made->df), centred,
								   fit->gathered == NULL ? &measure.robust : NULL));
		if (fit->gathered == NULL)
			ml_robust_end(&measure.robust);
	}
	ML_TRY(fill_statistics(&measure, made));
	ml_release(fit->env, reasons);
	ml_release(fit->env, measure.root);
	*inference = made;
	*loss = measure.residual / measure.weight;
	return ML_OK;
}
