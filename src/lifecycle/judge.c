/*
 * lifecycle/judge.c
 *		How good predictions are, as rows of mlops.metric.
 *
 * The mathematics stands in stats/metrics.c; here rows are gathered and
 * results named.
 */
#include "postgres.h"

#include <math.h>

#include "algo/inference.h"
#include "bridge/env.h"
#include "bridge/options.h"
#include "lifecycle/dataset.h"
#include "lifecycle/judge.h"
#include "math/sum.h"
#include "stats/metrics_multiclass.h"
#include "stats/roc.h"

MlYardstick
mlops_version_yardstick(MlEnv *env, const MlopsVersion *version, const MlModel *model)
{
	double		parameters[ML_MAX_PARAMETERS];
	MlOption   *options;
	int			n_options = mlops_options_list("params", version->params, &options);

	mlops_check(env, ml_parameters_resolve(env, model->algorithm, options, n_options, parameters));
	return ml_yardstick(model->algorithm, model->task, parameters);
}

/* The smallest target with at least this share of the weight at or below it. */
static double
baseline_quantile(MlEnv *env, const MlTarget *target, double quantile, const double *weight,
				  const uint32_t *rows, int64_t n_rows)
{
	double	   *values = mlops_need(env, n_rows + 1, sizeof(double));
	double	   *weights = weight ? mlops_need(env, n_rows + 1, sizeof(double)) : NULL;
	MlRanks		ranks;
	double		value;
	int64_t		i;

	for (i = 0; i < n_rows; i++)
	{
		values[i] = target->y[rows[i]];
		if (weights != NULL)
			weights[i] = weight[rows[i]];
	}
	mlops_check(env, ml_ranks_build(env, values, NULL, weights, n_rows, &ranks));
	value = ml_weighted_quantile(&ranks, quantile);
	ml_ranks_release(env, &ranks);
	ml_release(env, weights);
	ml_release(env, values);
	return value;
}

void
mlops_baseline(MlEnv *env, const MlTarget *target, const MlYardstick *yardstick, const double *weight,
			   const uint32_t *rows, int64_t n_rows, double *baseline)
{
	int			n_outputs = ml_n_outputs(target->n_classes);
	MlExactSum *sums = palloc(sizeof(MlExactSum) * n_outputs);
	MlExactSum	total;
	int64_t		i;
	int			k;

	if (!ml_task_predicts(target->task))
	{
		baseline[0] = NAN;
		return;
	}
	if (!isnan(yardstick->quantile))
	{
		baseline[0] = baseline_quantile(env, target, yardstick->quantile, weight, rows, n_rows);
		return;
	}
	for (k = 0; k < n_outputs; k++)
		ml_sum_begin(&sums[k]);
	ml_sum_begin(&total);
	for (i = 0; i < n_rows; i++)
	{
		double		w = weight ? weight[rows[i]] : 1.0;
		double		y = target->y[rows[i]];

		if (n_outputs > 1)
			ml_sum_add(&sums[(int) y], w);
		else
			ml_sum_add(&sums[0], w * y);
		ml_sum_add(&total, w);
	}
	for (k = 0; k < n_outputs; k++)
		baseline[k] = ml_sum_value(&sums[k]) / ml_sum_value(&total);
	pfree(sums);
}

double
mlops_row_loss(const char *metric, const MlModel *model, const MlYardstick *yardstick,
			   double actual, const double *outputs)
{
	double		level = model->n_classes == 2 ? model->threshold : yardstick->quantile;
	double		loss;

	if (model->n_classes > 2
		? !ml_row_loss_multiclass(metric, (int) actual, outputs, model->n_classes, &loss)
		: !ml_row_loss(metric, actual, outputs[0], level, &loss))
		elog(ERROR, "metric \"%s\" has no loss for a row", metric);
	return loss;
}

void
mlops_judgement_append(MlopsJudgement *judgement, const char *part, const char *class_label,
					   const MlMetric *metric)
{
	MlopsMetricRow *row;

	if (judgement->n_rows == judgement->room)
	{
		judgement->room = Max(2 * judgement->room, 4 * ML_MAX_METRICS);
		judgement->rows = judgement->rows == NULL ?
			palloc(sizeof(MlopsMetricRow) * judgement->room) :
			repalloc(judgement->rows, sizeof(MlopsMetricRow) * judgement->room);
	}
	row = &judgement->rows[judgement->n_rows++];
	row->part = part;
	row->class_label = class_label;
	row->metric = *metric;
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
	mlops_judgement_append(judgement, part, "", &count);
	count.name = "false_positive";
	count.value = confusion.false_positive;
	mlops_judgement_append(judgement, part, "", &count);
	count.name = "true_negative";
	count.value = confusion.true_negative;
	mlops_judgement_append(judgement, part, "", &count);
	count.name = "false_negative";
	count.value = confusion.false_negative;
	mlops_judgement_append(judgement, part, "", &count);
}

/* Metrics of all classes and of each, and the whole table. */
static void
judge_classes(MlEnv *env, const MlTarget *target, const double *actual, const double *predicted,
			  const double *weight, int64_t n_rows, const double *baseline, const char *part,
			  MlopsJudgement *judgement)
{
	int			n = target->n_classes;
	MlClassMetric *metrics = palloc(sizeof(MlClassMetric) * ML_MULTICLASS_METRICS(n));
	const char **labels = palloc(sizeof(char *) * n);
	double	   *confusion = palloc(sizeof(double) * n * n);
	int			i;

	mlops_check(env, ml_metrics_multiclass(env, actual, predicted, weight, n_rows, n, baseline,
										   metrics, confusion));
	if (judgement->confusion == NULL || strcmp(part, "train") != 0)
		judgement->confusion = confusion;
	for (i = 0; i < n; i++)
		labels[i] = pstrdup(target->labels[i]);
	for (i = 0; i < ML_MULTICLASS_METRICS(n); i++)
		mlops_judgement_append(judgement, part,
			   metrics[i].class_number < 0 ? "" : labels[metrics[i].class_number], &metrics[i].metric);
	pfree(metrics);
	pfree(labels);
}

void
mlops_judge(MlEnv *env, const MlTarget *target, const MlYardstick *yardstick, const double *weight,
			const uint32_t *rows, int64_t n_rows, const double *predicted,
			double threshold, const double *baseline, const char *part, MlopsJudgement *judgement)
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
	else if (target->n_classes > 2)
		judge_classes(env, target, actual, predicted, weights, n_rows, baseline, part, judgement);
	else if (target->task == ML_CLASSIFICATION)
		mlops_check(env, ml_metrics_binary(env, actual, predicted, weights, n_rows, threshold,
										   baseline[0], metrics, &n_metrics));
	else
		mlops_check(env, ml_metrics_regression(env, actual, predicted, weights, n_rows,
											   baseline[0], ml_pinball_quantile(yardstick), metrics,
											   &n_metrics));
	for (i = 0; i < n_metrics; i++)
		mlops_judgement_append(judgement, part, "", &metrics[i]);
	if (target->task == ML_CLASSIFICATION && target->n_classes == 2)
		append_confusion(actual, predicted, weights, n_rows, threshold, part, judgement);
	ml_release(env, actual);
	ml_release(env, weights);
}

void
mlops_judge_fit(const MlInference *inference, MlopsJudgement *judgement)
{
	int			i;

	for (i = 0; i < ML_N_FIT_STATISTICS && inference != NULL; i++)
	{
		MlMetric	metric = {.low = NAN,.high = NAN,.baseline = NAN,.rows = inference->n_rows};
		const MlMetric *other;

		metric.name = ml_fit_statistic_name(i);
		metric.value = inference->statistic[i];
		if (isnan(metric.value))
			continue;
		other = mlops_judged(judgement, "train", metric.name);
		if (other == NULL)
			mlops_judgement_append(judgement, "train", "", &metric);
		else if (other->rows < metric.rows)
			*unconstify(MlMetric *, other) = metric;
	}
}

void
mlops_judge_residuals(MlEnv *env, const MlTarget *target, const uint32_t *rows, int64_t n_rows,
					  const double *predicted, MlResiduals *residuals)
{
	double	   *actual;
	int64_t		i;

	if (target->task != ML_REGRESSION || n_rows == 0)
		return;
	actual = mlops_need(env, n_rows, sizeof(double));
	for (i = 0; i < n_rows; i++)
		actual[i] = target->y[rows[i]];
	mlops_check(env, ml_residuals_keep(env, actual, predicted, n_rows, residuals));
	ml_release(env, actual);
}

const MlMetric *
mlops_judged(const MlopsJudgement *judgement, const char *part, const char *metric)
{
	int			i;

	for (i = 0; i < judgement->n_rows; i++)
		if (strcmp(judgement->rows[i].part, part) == 0 &&
			strcmp(judgement->rows[i].metric.name, metric) == 0 &&
			judgement->rows[i].class_label[0] == '\0')
			return &judgement->rows[i].metric;
	return NULL;
}
