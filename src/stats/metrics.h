/*
 * stats/metrics.h
 *		Evaluation metrics with intervals.
 *
 * All take optional weights (NULL: all 1). With weights, intervals use Kish's
 * effective sample size (sum w)^2 / sum w^2. Values are independent of the
 * order of rows (ties handled exactly, sums by math/sum.h).
 * Intervals are 95 % and two-sided; the method stands beside each metric in
 * metrics.c and in docs/metrics.md. NaN low/high: no interval can be given.
 */
#ifndef ML_STATS_METRICS_H
#define ML_STATS_METRICS_H

#include "stats/interval.h"

typedef struct MlMetric
{
	const char *name;			/* static: "roc_auc", "rmse", ... */
	double		value;			/* NaN when undefined, such as AUC of one class */
	double		low;
	double		high;
	double		baseline;		/* the same metric of the baseline prediction; NaN: none */
	int64_t		rows;			/* rows that entered (mape leaves out zero actuals) */
} MlMetric;

#define ML_MAX_METRICS 16

/* Fills a metric; low and high are the ends of the interval. */
extern void ml_metric_set(MlMetric *metric, const char *name, double value, MlInterval interval,
						  double baseline, int64_t rows);

/*
 * Binary classification: roc_auc, average_precision, log_loss, brier,
 * accuracy, precision, recall, f1.
 *		actual			(rows) 0 or 1, 1 = positive class
 *		probability		(rows) of the positive class, in [0, 1]
 *		threshold		predicted positive when probability >= threshold
 *		base_rate		probability that the baseline gives to every row
 * log_loss clips probabilities to [1e-15, 1 - 1e-15].
 */
extern MlStatus ml_metrics_binary(MlEnv *env, const double *actual, const double *probability,
								  const double *weight, int64_t rows, double threshold,
								  double base_rate, MlMetric *metrics, int *n_metrics);

/*
 * Regression: rmse, mae, median_absolute_error, r2, mape, and with a quantile
 * pinball_loss.
 *		base_value		what the baseline predicts for every row
 *		quantile		that the predictions estimate, above 0 and below 1; NaN: none
 */
extern MlStatus ml_metrics_regression(MlEnv *env, const double *actual, const double *predicted,
									  const double *weight, int64_t rows, double base_value,
									  double quantile, MlMetric *metrics, int *n_metrics);

/*
 * Anomaly scores: score_mean, score_p50, score_p90, score_p95, score_p99,
 * score_max (pNN: the score that NN % of the rows do not exceed) and the share
 * of rows above 0.6; none of them has a baseline. With labels (1 anomaly, 0
 * none, NaN unknown; NULL: no labels), on the rows that have one, roc_auc and
 * average_precision.
 */
extern MlStatus ml_metrics_anomaly(MlEnv *env, const double *score, const double *label,
								   const double *weight, int64_t rows, MlMetric *metrics,
								   int *n_metrics);

/* True when a larger value of the named metric is better. */
extern bool ml_metric_larger_is_better(const char *name);

/*
 * Per-row losses whose mean can be compared in pairs.
 * Classification: "log_loss", "brier", "accuracy" (loss = 0/1 error);
 * regression: "rmse" (squared error), "mae", "pinball_loss". `level` is the
 * threshold of accuracy, the quantile of pinball_loss. False when the name has
 * no per-row loss.
 */
extern bool ml_row_loss(const char *metric, double actual, double predicted,
						double level, double *loss);

/* How predictions are judged when nobody names a metric. */
typedef struct MlYardstick
{
	const char *metric;			/* static: "log_loss", "rmse", ... */
	double		quantile;		/* of the target that is estimated; NaN: the mean */
} MlYardstick;

/* True when both judge alike. */
extern bool ml_same_yardstick(const MlYardstick *a, const MlYardstick *b);

/* The quantile of pinball_loss, or NaN when that is not the metric. */
extern double ml_pinball_quantile(const MlYardstick *yardstick);

/*
 * Paired comparison of two versions on the same rows.
 *		gain			weighted mean of loss_a - loss_b: above 0, b is better
 *		standard_error	of that mean
 */
typedef struct MlPaired
{
	double		mean_a;
	double		mean_b;
	double		gain;
	double		standard_error;
	int64_t		rows;
} MlPaired;

extern MlStatus ml_paired_compare(MlEnv *env, const double *loss_a, const double *loss_b,
								  const double *weight, int64_t rows, MlPaired *result);

/*
 * The same for the areas under two ROC curves: mean_a and mean_b are the
 * areas, gain is mean_b - mean_a. All NaN without both classes; the standard
 * error is NaN when a class has one row only.
 */
extern MlStatus ml_paired_roc(MlEnv *env, const double *actual, const double *score_a,
							  const double *score_b, const double *weight, int64_t rows,
							  MlPaired *result);

/* Counts (weights summed) of the 2 x 2 table. */
typedef struct MlConfusion
{
	double		true_positive;
	double		false_positive;
	double		true_negative;
	double		false_negative;
} MlConfusion;

extern void ml_confusion_binary(const double *actual, const double *probability, const double *weight,
								int64_t rows, double threshold, MlConfusion *result);

#endif							/* ML_STATS_METRICS_H */
