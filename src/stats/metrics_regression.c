/*
 * stats/metrics_regression.c
 *		Metrics of numeric predictions, with intervals and baselines.
 *
 * Definitions are those of scikit-learn, except that mape leaves out rows
 * whose actual value is 0 and that r2 of a constant actual value is NaN.
 * e = actual - predicted; s(x) is the standard error of the mean of x.
 * Intervals:
 *		mae, mape, pinball_loss	mean -+ 1.96 s, of |e|, |e / actual| and q e or (q - 1) e
 *		rmse			delta method on the mean square: s(e^2) / (2 rmse)
 *		r2				delta method on 1 - A / B, A = mean e^2, B = mean
 *						(actual - mean)^2: s((e^2 - (A/B) (actual - mean)^2) / B);
 *						estimating the mean adds nothing in first order
 *		median_absolute_error	order statistics (stats/roc.c)
 * The baseline predicts base_value for every row and goes through the same
 * formulas.
 */
#include "stats/metrics.h"

#include <math.h>

#include "stats/interval.h"
#include "stats/roc.h"

#define ROWS_PER_CHECK 4096

typedef struct NumberRows
{
	const double *actual;
	const double *predicted;	/* NULL: `constant` for every row */
	double		constant;
	double		quantile;		/* of pinball_loss; NaN: not asked for */
	const double *weight;
	int64_t		rows;
	double		actual_mean;
	bool		actual_varies;	/* among the rows with weight */
	double	   *loss;			/* scratch, one number a row */
	double	   *kept_weight;	/* scratch of mape; NULL without weights */
} NumberRows;

static double
error_of(const NumberRows *data, int64_t i)
{
	return data->actual[i] - (data->predicted ? data->predicted[i] : data->constant);
}

static MlStatus
check_row(MlEnv *env, const NumberRows *data, int64_t i)
{
	if (!isfinite(data->actual[i]))
		return ml_fail(env, ML_INVALID_DATA, "an actual value is not finite");
	if (!isfinite(data->predicted[i]))
		return ml_fail(env, ML_INVALID_DATA, "a predicted value is not finite");
	if (data->weight && !(data->weight[i] >= 0.0 && isfinite(data->weight[i])))
		return ml_fail(env, ML_INVALID_DATA, "a weight is negative or not finite");
	return ML_OK;
}

/* Refuse what has no metrics; see whether the actual value varies. */
static MlStatus
check_rows(MlEnv *env, NumberRows *data)
{
	bool		weighs = false;
	double		first = 0.0;
	int64_t		i;

	if (data->rows <= 0)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to evaluate on");
	if (!isfinite(data->constant))
		return ml_fail(env, ML_INVALID_DATA, "the baseline of the evaluation is not finite");
	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		ML_TRY(check_row(env, data, i));
		if (data->weight && data->weight[i] == 0.0)
			continue;
		if (!weighs)
			first = data->actual[i];
		weighs = true;
		data->actual_varies = data->actual_varies || data->actual[i] != first;
	}
	if (!weighs)
		return ml_fail(env, ML_INVALID_DATA, "all rows to evaluate on have weight 0");
	return ML_OK;
}

/* The mean of what ml_row_loss() calls `name`. */
static MlStatus
mean_loss(MlEnv *env, const NumberRows *data, const char *name, MlMean *mean)
{
	int64_t		i;

	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		(void) ml_row_loss(name, error_of(data, i), 0.0, data->quantile, &data->loss[i]);
	}
	return ml_weighted_mean(env, data->loss, data->weight, data->rows, mean);
}

static MlStatus
rmse_metric(MlEnv *env, const NumberRows *data, MlMetric *metric)
{
	MlMean		square;
	double		rmse;
	double		standard_error;

	ML_TRY(mean_loss(env, data, "rmse", &square));
	rmse = sqrt(square.mean);
	/* Without any error there is nothing to divide by, and no spread. */
	standard_error = rmse > 0.0 ? square.standard_error / (2.0 * rmse) : square.standard_error;
	ml_metric_set(metric, "rmse", rmse, ml_interval_normal(rmse, standard_error, 0.0, INFINITY),
				  NAN, data->rows);
	return ML_OK;
}

static MlStatus
mean_metric(MlEnv *env, const NumberRows *data, const char *name, MlMetric *metric)
{
	MlMean		mean;

	ML_TRY(mean_loss(env, data, name, &mean));
	ml_metric_set(metric, name, mean.mean,
				  ml_interval_normal(mean.mean, mean.standard_error, 0.0, INFINITY), NAN, data->rows);
	return ML_OK;
}

static MlStatus
median_metric(MlEnv *env, const NumberRows *data, MlMetric *metric)
{
	MlRanks		ranks;
	MlInterval	interval;
	double		median;
	int64_t		i;

	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		data->loss[i] = fabs(error_of(data, i));
	}
	ML_TRY(ml_ranks_build(env, data->loss, NULL, data->weight, data->rows, &ranks));
	median = ml_weighted_median(&ranks, &interval);
	ml_ranks_release(env, &ranks);
	ml_metric_set(metric, "median_absolute_error", median, interval, NAN, data->rows);
	return ML_OK;
}

static double
actual_square(const NumberRows *data, int64_t i)
{
	double		difference = data->actual[i] - data->actual_mean;

	return difference * difference;
}

static MlStatus
r2_metric(MlEnv *env, const NumberRows *data, MlMetric *metric)
{
	MlMean		error_square;
	MlMean		spread;
	MlMean		influence;
	double		ratio;
	int64_t		i;

	ml_metric_set(metric, "r2", NAN, ml_interval_none(), NAN, data->rows);
	ML_TRY(mean_loss(env, data, "rmse", &error_square));
	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		data->loss[i] = actual_square(data, i);
	}
	ML_TRY(ml_weighted_mean(env, data->loss, data->weight, data->rows, &spread));
	if (!data->actual_varies || !(spread.mean > 0.0))
		return ML_OK;
	ratio = error_square.mean / spread.mean;
	for (i = 0; i < data->rows; i++)
	{
		double		error = error_of(data, i);

		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		data->loss[i] = (error * error - ratio * actual_square(data, i)) / spread.mean;
	}
	ML_TRY(ml_weighted_mean(env, data->loss, data->weight, data->rows, &influence));
	ml_metric_set(metric, "r2", 1.0 - ratio,
				  ml_interval_normal(1.0 - ratio, influence.standard_error, -INFINITY, 1.0),
				  NAN, data->rows);
	return ML_OK;
}

static MlStatus
mape_metric(MlEnv *env, const NumberRows *data, MlMetric *metric)
{
	MlMean		mean;
	int64_t		kept = 0;
	int64_t		i;

	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		if (data->actual[i] == 0.0)
			continue;
		data->loss[kept] = fabs(error_of(data, i) / data->actual[i]);
		if (data->weight)
			data->kept_weight[kept] = data->weight[i];
		kept++;
	}
	ML_TRY(ml_weighted_mean(env, data->loss, data->kept_weight, kept, &mean));
	ml_metric_set(metric, "mape", mean.mean,
				  ml_interval_normal(mean.mean, mean.standard_error, 0.0, INFINITY), NAN, kept);
	return ML_OK;
}

static MlStatus
all_metrics(MlEnv *env, const NumberRows *data, MlMetric *metrics, int *n_metrics)
{
	ML_TRY(rmse_metric(env, data, &metrics[0]));
	ML_TRY(mean_metric(env, data, "mae", &metrics[1]));
	ML_TRY(median_metric(env, data, &metrics[2]));
	ML_TRY(r2_metric(env, data, &metrics[3]));
	ML_TRY(mape_metric(env, data, &metrics[4]));
	*n_metrics = 5;
	if (!isnan(data->quantile))
		ML_TRY(mean_metric(env, data, "pinball_loss", &metrics[(*n_metrics)++]));
	return ML_OK;
}

MlStatus
ml_metrics_regression(MlEnv *env, const double *actual, const double *predicted,
					  const double *weight, int64_t rows, double base_value,
					  double quantile, MlMetric *metrics, int *n_metrics)
{
	NumberRows	data = {0};
	MlMetric	baseline[ML_MAX_METRICS];
	MlMean		mean;
	int			i;

	data.actual = actual;
	data.predicted = predicted;
	data.constant = base_value;
	data.quantile = quantile;
	data.weight = weight;
	data.rows = rows;
	ML_TRY(check_rows(env, &data));
	data.loss = ml_allocate(env, (size_t) rows, sizeof(double));
	if (data.loss == NULL)
		return ML_OUT_OF_MEMORY;
	if (weight)
	{
		data.kept_weight = ml_allocate(env, (size_t) rows, sizeof(double));
		if (data.kept_weight == NULL)
			return ML_OUT_OF_MEMORY;
	}
	ML_TRY(ml_weighted_mean(env, actual, weight, rows, &mean));
	data.actual_mean = mean.mean;

	ML_TRY(all_metrics(env, &data, metrics, n_metrics));
	data.predicted = NULL;
	ML_TRY(all_metrics(env, &data, baseline, n_metrics));
	for (i = 0; i < *n_metrics; i++)
		metrics[i].baseline = baseline[i].value;

	ml_release(env, data.kept_weight);
	ml_release(env, data.loss);
	return ML_OK;
}
