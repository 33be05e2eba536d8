/*
 * stats/metrics_multiclass.c
 *		Metrics of a classifier with more than two classes.
 *
 * Definitions are those of scikit-learn:
 *		roc_auc, average_precision	plain mean over the classes, each against all
 *									others; classes without rows are left out
 *		log_loss					-ln of the probability of the actual class
 *		brier						sum over the classes of squared errors, 0 to 2
 * Counts of right and wrong rows, and what follows from them, are in
 * agreement.c. Where there is a metric of the same name for two classes
 * (metrics_binary.c), that of one class has its interval. The others:
 *		log_loss, brier		mean -+ 1.96 standard errors
 *		roc_auc				DeLong, as below
 *		average_precision	none
 *
 * The mean of the areas under curves is a sum of means over rows of each class
 * c: a row counts with its placement among the rows of other classes by the
 * probability of c, and, by the probability of each other class k, with its
 * share of the negative rows of k times the share of positive rows above it.
 * So its variance, as DeLong's for two classes (roc.c), is the sum over the
 * classes of the variance of such a mean.
 *
 * The baseline gives every row the same probabilities. Its area is 0.5 and its
 * average precision the share of the class. It predicts one class for all.
 */
#include "stats/metrics_multiclass.h"

#include <math.h>
#include <string.h>

#include "math/func.h"
#include "stats/roc.h"

#define ROWS_PER_CHECK 4096

/* Probabilities nearer to 0 than this would make one row's loss infinite. */
#define SMALLEST_PROBABILITY 1e-15

/* What the functions below work on. */
typedef struct Rows
{
	MlEnv	   *env;
	const double *actual;
	const double *probability;
	const double *weight;
	int64_t		rows;
	int			n;				/* classes */
	const double *baseline;
	MlAgreement table;			/* of the predictions */
	MlAgreement constant;		/* of the baseline's */
} Rows;

int
ml_least(const double *values, int n)
{
	int			least = 0;
	int			k;

	for (k = 1; k < n; k++)
	{
		if (values[k] < values[least])
			least = k;
	}
	return least;
}

int
ml_greatest(const double *values, int n)
{
	int			greatest = 0;
	int			k;

	for (k = 1; k < n; k++)
	{
		if (values[k] > values[greatest])
			greatest = k;
	}
	return greatest;
}

bool
ml_row_loss_multiclass(const char *metric, int actual, const double *probability, int n_classes,
					   double *loss)
{
	int			k;

	*loss = 0;
	if (strcmp(metric, "log_loss") == 0)
		*loss = -ml_log(fmin(fmax(probability[actual], SMALLEST_PROBABILITY), 1));
	else if (strcmp(metric, "brier") == 0)
	{
		for (k = 0; k < n_classes; k++)
		{
			double		error = probability[k] - (k == actual);

			*loss += error * error;
		}
	}
	else if (strcmp(metric, "accuracy") == 0)
		*loss = ml_greatest(probability, n_classes) != actual;
	else
		return false;
	return true;
}

static MlStatus
check_row(const Rows *data, int64_t i)
{
	double		actual = data->actual[i];
	int			k;

	if (!(actual >= 0 && actual < data->n && actual == floor(actual)))
		return ml_fail(data->env, ML_INVALID_DATA, "an actual class is none of the classes");
	for (k = 0; k < data->n; k++)
	{
		double		p = data->probability[i * data->n + k];

		if (!(p >= 0 && p <= 1))
			return ml_fail(data->env, ML_INVALID_DATA, "a predicted probability is not between 0 and 1");
	}
	if (data->weight && !(data->weight[i] >= 0 && isfinite(data->weight[i])))
		return ml_fail(data->env, ML_INVALID_DATA, "a weight is negative or not finite");
	return ML_OK;
}

/* Refuse what has no metrics. */
static MlStatus
check_rows(const Rows *data)
{
	bool		weighs = data->weight == NULL;
	int64_t		i;

	if (data->rows <= 0)
		return ml_fail(data->env, ML_INVALID_DATA, "there are no rows to evaluate on");
	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(data->env));
		ML_TRY(check_row(data, i));
		weighs = weighs || data->weight[i] > 0;
	}
	if (!weighs)
		return ml_fail(data->env, ML_INVALID_DATA, "all rows to evaluate on have weight 0");
	return ML_OK;
}

static void
set_metric(const Rows *data, MlClassMetric *metric, int class_number, const char *name,
		   double value, MlInterval interval, double baseline)
{
	metric->class_number = class_number;
	ml_metric_set(&metric->metric, name, value, interval, isnan(value) ? NAN : baseline, data->rows);
}

/*
 * Tables
 */

static MlStatus
count_tables(Rows *data)
{
	int32_t    *predicted = ml_allocate(data->env, (size_t) data->rows, sizeof(int32_t));
	int64_t		i;

	if (predicted == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(data->env));
		predicted[i] = ml_greatest(data->probability + i * data->n, data->n);
	}
	ML_TRY(ml_agreement_build(data->env, data->actual, predicted, data->weight, data->rows, data->n,
							  &data->table));
	ml_release(data->env, predicted);
	return ml_agreement_constant(data->env, &data->table, ml_greatest(data->baseline, data->n),
								 &data->constant);
}

static MlStatus
measure_tables(const Rows *data, MlClassMetric *metrics)
{
	double		value[ML_N_MEASURES];
	double		baseline[ML_N_MEASURES];
	MlInterval	interval[ML_N_MEASURES];
	MlInterval	ignored[ML_N_MEASURES];
	int			m;

	ML_TRY(ml_agreement_measure(data->env, &data->table, value, interval));
	ML_TRY(ml_agreement_measure(data->env, &data->constant, baseline, ignored));
	for (m = 0; m < ML_N_MEASURES; m++)
		set_metric(data, &metrics[m], -1, ml_measure_name((MlMeasure) m), value[m], interval[m],
				   baseline[m]);
	return ML_OK;
}

/* Precision, recall and F1 of one class. */
static void
measure_class(const Rows *data, int k, MlClassMetric *metrics)
{
	MlInterval	interval;
	MlInterval	ignored;
	double		value;

	value = ml_agreement_precision(&data->table, k, &interval);
	set_metric(data, &metrics[0], k, "precision", value, interval,
			   ml_agreement_precision(&data->constant, k, &ignored));
	value = ml_agreement_recall(&data->table, k, &interval);
	set_metric(data, &metrics[1], k, "recall", value, interval,
			   ml_agreement_recall(&data->constant, k, &ignored));
	value = ml_agreement_f1(&data->table, k, &interval);
	set_metric(data, &metrics[2], k, "f1", value, interval,
			   ml_agreement_f1(&data->constant, k, &ignored));
}

/*
 * Losses of rows
 */

/* The baseline's loss depends on the actual class only. */
static double
baseline_loss(const char *name, const Rows *data)
{
	double		sum = 0;
	double		total = 0;
	int			k;

	for (k = 0; k < data->n; k++)
	{
		double		loss = 0;

		(void) ml_row_loss_multiclass(name, k, data->baseline, data->n, &loss);
		sum += data->table.actual[k] * loss;
		total += data->table.actual[k];
	}
	return sum / total;
}

static MlStatus
mean_loss(const Rows *data, const char *name, double maximum, MlClassMetric *metric)
{
	double	   *loss = ml_allocate(data->env, (size_t) data->rows, sizeof(double));
	MlMean		mean;
	int64_t		i;

	if (loss == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(data->env));
		(void) ml_row_loss_multiclass(name, (int) data->actual[i], data->probability + i * data->n,
									  data->n, &loss[i]);
	}
	ML_TRY(ml_weighted_mean(data->env, loss, data->weight, data->rows, &mean));
	ml_release(data->env, loss);
	set_metric(data, metric, -1, name, mean.mean,
			   ml_interval_normal(mean.mean, mean.standard_error, 0, maximum),
			   baseline_loss(name, data));
	return ML_OK;
}

/*
 * Rankings
 */

/*
 * Add what each row counts with in the area of class k: the share of negative
 * rows below it, or the share of positive ones above it times the share of the
 * row's class among the negative rows.
 */
static MlStatus
add_placements(const Rows *data, int k, const double *score, const MlRanks *ranks, double *placement)
{
	double	   *below = ml_allocate(data->env, (size_t) ranks->n_groups, sizeof(double));
	double	   *above = ml_allocate(data->env, (size_t) ranks->n_groups, sizeof(double));
	double		negative = 0;
	double		positive = 0;
	int64_t		i;

	if (below == NULL || above == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < ranks->n_groups; i++)
	{
		below[i] = (negative + ranks->negative[i] / 2) / ranks->negative_total;
		above[i] = (ranks->positive_total - positive - ranks->positive[i] / 2) / ranks->positive_total;
		negative += ranks->negative[i];
		positive += ranks->positive[i];
	}
	for (i = 0; i < data->rows; i++)
	{
		int			c = (int) data->actual[i];
		int64_t		group = ml_ranks_group(ranks, score[i]);

		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(data->env));
		placement[i] += c == k ? below[group] :
			above[group] * data->table.actual[c] / (1 - data->table.actual[k]);
	}
	ml_release(data->env, below);
	ml_release(data->env, above);
	return ML_OK;
}

/* The sum over the classes of the variance of their rows' mean placement. */
static MlStatus
placement_variance(const Rows *data, const double *placement, double *value, double *weight,
				   double *variance)
{
	int			c;

	*variance = 0;
	for (c = 0; c < data->n; c++)
	{
		MlMean		mean;
		int64_t		count = 0;
		int64_t		i;

		for (i = 0; i < data->rows; i++)
		{
			if (i % ROWS_PER_CHECK == 0)
				ML_TRY(ml_check_stop(data->env));
			if ((int) data->actual[i] != c)
				continue;
			value[count] = placement[i];
			weight[count++] = data->weight ? data->weight[i] : 1;
		}
		if (!(data->table.actual[c] > 0))
			continue;
		ML_TRY(ml_weighted_mean(data->env, value, weight, count, &mean));
		*variance += mean.standard_error * mean.standard_error;
	}
	return ML_OK;
}

/* Area and average precision of class k by `score`, its probabilities. */
static MlStatus
rank_class(const Rows *data, int k, double *score, double *is_class, double *placement,
		   MlClassMetric *metrics)
{
	MlRanks		ranks;
	MlInterval	interval;
	double		value;
	int64_t		i;

	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(data->env));
		score[i] = data->probability[i * data->n + k];
		is_class[i] = data->actual[i] == k;
	}
	ML_TRY(ml_ranks_build(data->env, score, is_class, data->weight, data->rows, &ranks));
	value = ml_roc_auc(&ranks, &interval);
	set_metric(data, &metrics[0], k, "roc_auc", value, interval, 0.5);
	if (!isnan(value))
		ML_TRY(add_placements(data, k, score, &ranks, placement));
	value = ml_average_precision(&ranks, &interval);
	set_metric(data, &metrics[1], k, "average_precision", value, interval, data->table.actual[k]);
	ml_ranks_release(data->env, &ranks);
	return ML_OK;
}

/* Mean and baseline over the classes that have a value. */
static double
mean_over_classes(const Rows *data, const MlClassMetric *of_classes, int stride, double *baseline)
{
	double		sum = 0;
	int			count = 0;
	int			k;

	*baseline = 0;
	for (k = 0; k < data->n; k++)
	{
		const MlMetric *metric = &of_classes[k * stride].metric;

		if (isnan(metric->value))
			continue;
		sum += metric->value;
		*baseline += metric->baseline;
		count++;
	}
	*baseline /= count > 0 ? count : 1;
	return count > 0 ? sum / count : NAN;
}

/* The interval of the mean area; a perfect one has no variance. */
static MlInterval
area_interval(const Rows *data, const MlClassMetric *of_classes, int stride, double area,
			  double variance)
{
	int			count = 0;
	int			k;

	for (k = 0; k < data->n; k++)
		count += !isnan(of_classes[k * stride].metric.value);
	if (area < 1 && area > 0)
		return ml_interval_normal(area, sqrt(variance) / count, 0, 1);
	return ml_interval_wilson(area, data->table.rarest);
}

/* Those of all classes to `overall`, those of class k to of_classes[k * stride]. */
static MlStatus
rank_classes(const Rows *data, MlClassMetric *overall, MlClassMetric *of_classes, int stride)
{
	size_t		rows = (size_t) data->rows;
	double	   *score = ml_allocate(data->env, rows, sizeof(double));
	double	   *is_class = ml_allocate(data->env, rows, sizeof(double));
	double	   *placement = ml_allocate(data->env, rows, sizeof(double));
	double		baseline;
	double		variance;
	double		mean;
	int			k;

	if (score == NULL || is_class == NULL || placement == NULL)
		return ML_OUT_OF_MEMORY;
	for (k = 0; k < data->n; k++)
		ML_TRY(rank_class(data, k, score, is_class, placement, &of_classes[k * stride]));
	ML_TRY(placement_variance(data, placement, score, is_class, &variance));
	mean = mean_over_classes(data, of_classes, stride, &baseline);
	set_metric(data, &overall[0], -1, "roc_auc", mean,
			   area_interval(data, of_classes, stride, mean, variance), baseline);
	mean = mean_over_classes(data, of_classes + 1, stride, &baseline);
	set_metric(data, &overall[1], -1, "average_precision", mean, ml_interval_none(), baseline);
	ml_release(data->env, score);
	ml_release(data->env, is_class);
	ml_release(data->env, placement);
	return ML_OK;
}

MlStatus
ml_metrics_multiclass(MlEnv *env, const double *actual, const double *probability,
					  const double *weight, int64_t rows, int n_classes, const double *baseline,
					  MlClassMetric *metrics, double *confusion)
{
	Rows		data = {0};
	int			stride = ML_RANKING_METRICS + ML_CLASS_METRICS;
	MlClassMetric *of_classes = metrics + ML_MULTICLASS_METRICS(0);
	int			k;

	data.env = env;
	data.actual = actual;
	data.probability = probability;
	data.weight = weight;
	data.rows = rows;
	data.n = n_classes;
	data.baseline = baseline;
	ML_TRY(check_rows(&data));
	ML_TRY(count_tables(&data));
	ML_TRY(rank_classes(&data, metrics, of_classes, stride));
	metrics += ML_RANKING_METRICS;
	ML_TRY(mean_loss(&data, "log_loss", INFINITY, &metrics[0]));
	ML_TRY(mean_loss(&data, "brier", 2, &metrics[1]));
	metrics += ML_ROW_METRICS;
	ML_TRY(measure_tables(&data, metrics));
	for (k = 0; k < n_classes; k++)
		measure_class(&data, k, &of_classes[k * stride + ML_RANKING_METRICS]);
	if (confusion != NULL)
		memcpy(confusion, data.table.weight, sizeof(double) * (size_t) (n_classes * n_classes));
	ml_agreement_release(env, &data.table);
	ml_agreement_release(env, &data.constant);
	return ML_OK;
}
