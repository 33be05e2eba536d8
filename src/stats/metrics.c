/*
 * stats/metrics.c
 *		What all metrics share: losses of single rows, their paired comparison,
 *		and which direction is good.
 *
 * The metrics themselves are in metrics_binary.c, metrics_multiclass.c and
 *		metrics_regression.c.
 */
#include "stats/metrics.h"

#include <math.h>
#include <string.h>

#include "math/func.h"
#include "stats/interval.h"

#define ROWS_PER_CHECK 4096

/* Probabilities nearer to 0 or 1 than this would make one row's loss infinite. */
#define SMALLEST_PROBABILITY 1e-15

void
ml_metric_set(MlMetric *metric, const char *name, double value, MlInterval interval, double baseline,
			  int64_t rows)
{
	metric->name = name;
	metric->value = value;
	metric->low = interval.low;
	metric->high = interval.high;
	metric->baseline = baseline;
	metric->rows = rows;
}

bool
ml_metric_larger_is_better(const char *name)
{
	static const char *const larger[] = {
		"roc_auc", "average_precision", "accuracy", "precision", "recall", "f1", "r2",
		"balanced_accuracy", "precision_macro", "recall_macro", "f1_macro", "precision_weighted",
		"recall_weighted", "f1_weighted", "cohen_kappa", "mcc", "silhouette", "calinski_harabasz",
		"explained_variance"
	};
	size_t		i;

	for (i = 0; i < sizeof(larger) / sizeof(larger[0]); i++)
	{
		if (strcmp(name, larger[i]) == 0)
			return true;
	}
	return false;
}

static double
log_loss(double actual, double probability)
{
	double		p = fmin(fmax(probability, SMALLEST_PROBABILITY), 1.0 - SMALLEST_PROBABILITY);

	return actual == 1.0 ? -ml_log(p) : -ml_log1p(-p);
}

bool
ml_row_loss(const char *metric, double actual, double predicted, double level, double *loss)
{
	double		error = actual - predicted;

	if (strcmp(metric, "log_loss") == 0)
		*loss = log_loss(actual, predicted);
	else if (strcmp(metric, "accuracy") == 0)
		*loss = (predicted >= level) == (actual == 1.0) ? 0.0 : 1.0;
	else if (strcmp(metric, "brier") == 0 || strcmp(metric, "rmse") == 0)
		*loss = error * error;
	else if (strcmp(metric, "mae") == 0)
		*loss = fabs(error);
	else if (strcmp(metric, "pinball_loss") == 0)
		*loss = error >= 0.0 ? level * error : (level - 1.0) * error;
	else
		return false;
	return true;
}

bool
ml_same_yardstick(const MlYardstick *a, const MlYardstick *b)
{
	return strcmp(a->metric, b->metric) == 0 &&
		(isnan(a->quantile) ? isnan(b->quantile) : a->quantile == b->quantile);
}

double
ml_pinball_quantile(const MlYardstick *yardstick)
{
	return strcmp(yardstick->metric, "pinball_loss") == 0 ? yardstick->quantile : NAN;
}

MlStatus
ml_paired_compare(MlEnv *env, const double *loss_a, const double *loss_b, const double *weight,
				  int64_t rows, MlPaired *result)
{
	double	   *gain;
	MlMean		mean;
	int64_t		i;

	if (rows <= 0)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to compare two versions on");
	gain = ml_allocate(env, (size_t) rows, sizeof(double));
	if (gain == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		gain[i] = loss_a[i] - loss_b[i];
	}
	ML_TRY(ml_weighted_mean(env, loss_a, weight, rows, &mean));
	result->mean_a = mean.mean;
	ML_TRY(ml_weighted_mean(env, loss_b, weight, rows, &mean));
	result->mean_b = mean.mean;
	ML_TRY(ml_weighted_mean(env, gain, weight, rows, &mean));
	result->gain = mean.mean;
	result->standard_error = mean.standard_error;
	result->rows = rows;
	ml_release(env, gain);
	return ML_OK;
}
