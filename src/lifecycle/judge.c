/*
 * lifecycle/judge.c
 *		How good predictions are, as rows of mlops.metric.
 *
 * The mathematics stands in stats/metrics.c; here rows are gathered and
 * results named.
 */
#include "postgres.h"

#include <math.h>

#include "bridge/env.h"
#include "lifecycle/dataset.h"
#include "lifecycle/judge.h"
#include "math/sum.h"

const char *
mlops_default_metric(MlTask task)
{
	return task == ML_CLASSIFICATION ? "log_loss" : task == ML_ANOMALY ? "roc_auc" : "rmse";
}

double
mlops_baseline(const MlTarget *target, const double *weight, const uint32_t *rows, int64_t n_rows)
{
	MlExactSum	sum;
	MlExactSum	total;
	int64_t		i;

	if (target->task == ML_ANOMALY)
		return NAN;
	ml_sum_begin(&sum);
	ml_sum_begin(&total);
	for (i = 0; i < n_rows; i++)
	{
		double		w = weight ? weight[rows[i]] : 1.0;

		ml_sum_add(&sum, w * target->y[rows[i]]);
		ml_sum_add(&total, w);
	}
	return ml_sum_value(&sum) / ml_sum_value(&total);
}

static void
append(MlopsJudgement *judgement, const char *part, const MlMetric *metric)
{
	MlopsMetricRow *row = &judgement->rows[judgement->n_rows];

	if (judgement->n_rows >= (int) lengthof(judgement->rows))
		elog(ERROR, "too many metrics");
	row->part = part;
	row->class_label = "";
	row->metric = *metric;
	judgement->n_rows++;
}

/* The 2 x 2 table as four counts. */
static void
append_confusion(const double *actual, const double *predicted, const double *weight,
				 int64_t n_rows, double threshold, const char *part, MlopsJudgement *judgement)
{
	MlConfusion confusion;
	MlMetric	count = {.low = NAN,.high = NAN,.baseline = NAN,.rows = n_rows};

	ml_confusion_binary(actual, predicted, weight, n_rows, threshold, &confusion);
	count.name = "true_positive";
	count.value = confusion.true_positive;
	append(judgement, part, &count);
	count.name = "false_positive";
	count.value = confusion.false_positive;
	append(judgement, part, &count);
	count.name = "true_negative";
	count.value = confusion.true_negative;
	append(judgement, part, &count);
	count.name = "false_negative";
	count.value = confusion.false_negative;
	append(judgement, part, &count);
}

void
mlops_judge(MlEnv *env, const MlTarget *target, const double *weight,
			const uint32_t *rows, int64_t n_rows, const double *predicted,
			double threshold, double baseline, const char *part, MlopsJudgement *judgement)
{
	MlMetric	metrics[ML_MAX_METRICS];
	double	   *actual = mlops_need(env, n_rows + 1, sizeof(double));
	double	   *weights = weight ? mlops_need(env, n_rows + 1, sizeof(double)) : NULL;
	int			n_metrics = 0;
	int			i;
	int64_t		row;

	for (row = 0; row < n_rows; row++)
	{
		actual[row] = target->label != NULL ? target->label[rows[row]] : target->y[rows[row]];
		if (weights != NULL)
			weights[row] = weight[rows[row]];
	}
	if (target->task == ML_ANOMALY)
		mlops_check(env, ml_metrics_anomaly(env, predicted, target->label != NULL ? actual : NULL,
											weights, n_rows, metrics, &n_metrics));
	else if (target->task == ML_CLASSIFICATION)
		mlops_check(env, ml_metrics_binary(env, actual, predicted, weights, n_rows, threshold,
										   baseline, metrics, &n_metrics));
	else
		mlops_check(env, ml_metrics_regression(env, actual, predicted, weights, n_rows,
											   baseline, metrics, &n_metrics));
	for (i = 0; i < n_metrics; i++)
		append(judgement, part, &metrics[i]);
	if (target->task == ML_CLASSIFICATION)
		append_confusion(actual, predicted, weights, n_rows, threshold, part, judgement);
	ml_release(env, actual);
	ml_release(env, weights);
}

const MlMetric *
mlops_judged(const MlopsJudgement *judgement, const char *part, const char *metric)
{
	int			i;

	for (i = 0; i < judgement->n_rows; i++)
		if (strcmp(judgement->rows[i].part, part) == 0 &&
			strcmp(judgement->rows[i].metric.name, metric) == 0)
			return &judgement->rows[i].metric;
	return NULL;
}
