/*
 * stats/metrics_anomaly.c
 *		What anomaly scores look like, and how well they rank known anomalies.
 *
 * Without labels there is nothing to compare a score with, but its
 * distribution tells where a limit can be drawn. With labels the ranking is
 * judged as that of a classifier (stats/roc.c).
 *
 * Two areas under the ROC curve on the same rows are compared as DeLong,
 * DeLong and Clarke-Pearson (1988) do: their difference is the mean over the
 * positive rows, and as well over the negative ones, of the difference of the
 * row's two placements; its variance is the sum of the variances of those two
 * means.
 */
#include "stats/metrics.h"

#include <math.h>

#include "stats/interval.h"
#include "stats/roc.h"

#define ROWS_PER_CHECK 4096

/* The paper: scores much above 0.5 are anomalies. */
#define HIGH_SCORE 0.6

static void
add_quantiles(const MlRanks *ranks, int64_t rows, MlMetric *metrics, int *n_metrics)
{
	static const struct
	{
		const char *name;
		double		share;
	}			quantiles[] = {
		{"score_p50", 0.5}, {"score_p90", 0.9}, {"score_p95", 0.95}, {"score_p99", 0.99},
		{"score_max", 1}
	};
	size_t		i;

	for (i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		ml_metric_set(&metrics[(*n_metrics)++], quantiles[i].name,
				   ml_weighted_quantile(ranks, quantiles[i].share), ml_interval_none(), NAN, rows);
}

/* The share of rows with a high score, as a share of their weight. */
static void
add_high_share(const MlRanks *ranks, int64_t rows, MlMetric *metrics, int *n_metrics)
{
	double		high = 0;
	int64_t		i;

	for (i = ranks->n_groups - 1; i >= 0 && ranks->score[i] > HIGH_SCORE; i--)
		high += ranks->positive[i];
	high = fmin(high / ranks->positive_total, 1);
	ml_metric_set(&metrics[(*n_metrics)++], "share_above_0.6", high,
			   ml_interval_wilson(high, ranks->positive_effective), NAN, rows);
}

/* Rows with a label, one behind the other. */
static MlStatus
take_labelled(MlEnv *env, const double *score, const double *label, const double *weight,
			  int64_t rows, double **out, int64_t *n)
{
	int			k;
	int64_t		i;

	for (k = 0; k < 3; k++)
	{
		out[k] = ml_allocate(env, (size_t) rows, sizeof(double));
		if (out[k] == NULL)
			return ML_OUT_OF_MEMORY;
	}
	*n = 0;
	for (i = 0; i < rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		if (isnan(label[i]))
			continue;
		out[0][*n] = score[i];
		out[1][*n] = label[i];
		out[2][*n] = weight ? weight[i] : 1;
		(*n)++;
	}
	return ML_OK;
}

static MlStatus
add_ranking(MlEnv *env, const double *score, const double *label, const double *weight,
			int64_t rows, MlMetric *metrics, int *n_metrics)
{
	double	   *kept[3];
	int64_t		n;
	MlRanks		ranks;
	MlInterval	interval;
	double		value;
	double		share;
	int			k;

	ML_TRY(take_labelled(env, score, label, weight, rows, kept, &n));
	ML_TRY(ml_ranks_build(env, kept[0], kept[1], weight ? kept[2] : NULL, n, &ranks));
	value = ml_roc_auc(&ranks, &interval);
	ml_metric_set(&metrics[(*n_metrics)++], "roc_auc", value, interval, isnan(value) ? NAN : 0.5, n);
	value = ml_average_precision(&ranks, &interval);
	share = ranks.positive_total / (ranks.positive_total + ranks.negative_total);
	ml_metric_set(&metrics[(*n_metrics)++], "average_precision", value, interval,
			   isnan(value) ? NAN : share, n);
	ml_ranks_release(env, &ranks);
	for (k = 0; k < 3; k++)
		ml_release(env, kept[k]);
	return ML_OK;
}

MlStatus
ml_metrics_anomaly(MlEnv *env, const double *score, const double *label, const double *weight,
				   int64_t rows, MlMetric *metrics, int *n_metrics)
{
	MlRanks		ranks;
	MlMean		mean;

	*n_metrics = 0;
	if (label != NULL)
		ML_TRY(add_ranking(env, score, label, weight, rows, metrics, n_metrics));
	ML_TRY(ml_ranks_build(env, score, NULL, weight, rows, &ranks));
	if (!(ranks.positive_total > 0))
		return ml_fail(env, ML_INVALID_DATA, "all rows to evaluate on have weight 0");
	ML_TRY(ml_weighted_mean(env, score, weight, rows, &mean));
	ml_metric_set(&metrics[(*n_metrics)++], "score_mean", mean.mean,
			   ml_interval_normal(mean.mean, mean.standard_error, 0, 1), NAN, rows);
	add_quantiles(&ranks, rows, metrics, n_metrics);
	add_high_share(&ranks, rows, metrics, n_metrics);
	ml_ranks_release(env, &ranks);
	return ML_OK;
}

/*
 * Placements of all rows: of a positive one the share of negative weight below
 * its score, of a negative one the share of positive weight above; half of
 * what ties.
 */
static MlStatus
placements(MlEnv *env, const double *actual, const double *score, const double *weight,
		   int64_t rows, double *placement)
{
	MlRanks		ranks;
	double	   *below;			/* (n_groups) negative weight below a group */
	double	   *above;			/* (n_groups) positive weight above it */
	int64_t		i;

	ML_TRY(ml_ranks_build(env, score, actual, weight, rows, &ranks));
	below = ml_allocate(env, (size_t) ranks.n_groups, sizeof(double));
	above = ml_allocate(env, (size_t) ranks.n_groups, sizeof(double));
	if (below == NULL || above == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 1; i < ranks.n_groups; i++)
		below[i] = below[i - 1] + ranks.negative[i - 1];
	for (i = ranks.n_groups - 2; i >= 0; i--)
		above[i] = above[i + 1] + ranks.positive[i + 1];
	for (i = 0; i < rows; i++)
	{
		int64_t		group = ml_ranks_group(&ranks, score[i]);

		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		placement[i] = actual[i] == 1.0 ?
			(below[group] + ranks.negative[group] / 2) / ranks.negative_total :
			(above[group] + ranks.positive[group] / 2) / ranks.positive_total;
	}
	ml_release(env, above);
	ml_release(env, below);
	ml_ranks_release(env, &ranks);
	return ML_OK;
}

/* Mean of `values` over the rows of one class. */
static MlStatus
class_mean(MlEnv *env, double class_number, const double *actual, const double *values,
		   const double *weight, int64_t rows, MlMean *mean)
{
	double	   *kept = ml_allocate(env, (size_t) rows, sizeof(double));
	double	   *weights = ml_allocate(env, (size_t) rows, sizeof(double));
	int64_t		n = 0;
	int64_t		i;

	if (kept == NULL || weights == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < rows; i++)
	{
		if (actual[i] != class_number)
			continue;
		kept[n] = values[i];
		weights[n++] = weight ? weight[i] : 1;
	}
	ML_TRY(ml_weighted_mean(env, kept, weight ? weights : NULL, n, mean));
	ml_release(env, weights);
	ml_release(env, kept);
	return ML_OK;
}

MlStatus
ml_paired_roc(MlEnv *env, const double *actual, const double *score_a, const double *score_b,
			  const double *weight, int64_t rows, MlPaired *result)
{
	double	   *a = ml_allocate(env, (size_t) rows, sizeof(double));
	double	   *b = ml_allocate(env, (size_t) rows, sizeof(double));
	MlMean		mean;
	MlMean		negative;
	int64_t		i;

	if (a == NULL || b == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(placements(env, actual, score_a, weight, rows, a));
	ML_TRY(placements(env, actual, score_b, weight, rows, b));
	ML_TRY(class_mean(env, 1, actual, a, weight, rows, &mean));
	result->mean_a = mean.mean;
	ML_TRY(class_mean(env, 1, actual, b, weight, rows, &mean));
	result->mean_b = mean.mean;
	for (i = 0; i < rows; i++)
		b[i] -= a[i];
	ML_TRY(class_mean(env, 1, actual, b, weight, rows, &mean));
	ML_TRY(class_mean(env, 0, actual, b, weight, rows, &negative));
	result->gain = mean.mean;
	result->standard_error = sqrt(mean.standard_error * mean.standard_error +
								  negative.standard_error * negative.standard_error);
	result->rows = rows;
	ml_release(env, b);
	ml_release(env, a);
	return ML_OK;
}
