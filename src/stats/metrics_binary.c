/*
 * stats/metrics_binary.c
 *		Metrics of a binary classifier, with intervals and baselines.
 *
 * Definitions are those of scikit-learn (zero_division = 0). Where it answers
 * with a number and a warning for something undefined, such as the AUC of one
 * class, we answer NaN. Intervals:
 *		roc_auc				DeLong (stats/roc.c)
 *		average_precision	logit interval for the number of positive rows
 *		log_loss, brier		mean -+ 1.96 standard errors
 *		accuracy, precision, recall		Wilson
 *		f1					Wilson, through the Jaccard index
 * F1 = 2J / (1 + J) rises with J = TP / (TP + FP + FN), and J is a plain share
 * of the rows that are not true negatives. So Wilson's interval of J gives one
 * for F1 that equals the delta method in large samples, never leaves [0, 1]
 * and does not collapse at 0 and 1.
 *
 * The baseline predicts base_rate for every row. Its AUC is 0.5 and its
 * average precision the share of positive rows. Accuracy is that of the class
 * base_rate favours; precision, recall and F1 are those of the constant at
 * the same threshold as the model.
 */
#include "stats/metrics.h"

#include <math.h>

#include "math/sum.h"
#include "stats/interval.h"
#include "stats/roc.h"

#define ROWS_PER_CHECK 4096

/* One cell of the 2 x 2 table: weights and squared weights of its rows. */
typedef struct Cell
{
	double		weight;
	double		square;
} Cell;

typedef enum CellName
{
	TRUE_POSITIVE,
	FALSE_POSITIVE,
	TRUE_NEGATIVE,
	FALSE_NEGATIVE,
	N_CELLS
} CellName;

/* What the functions below work on. */
typedef struct BinaryRows
{
	const double *actual;
	const double *probability;
	const double *weight;
	int64_t		rows;
	double		threshold;
	double		base_rate;
	double		positive_weight;
	double		negative_weight;
} BinaryRows;

static CellName
cell_of(double actual, double probability, double threshold)
{
	if (probability >= threshold)
		return actual == 1.0 ? TRUE_POSITIVE : FALSE_POSITIVE;
	return actual == 1.0 ? FALSE_NEGATIVE : TRUE_NEGATIVE;
}

/* Without an environment it can't be stopped, and can't fail. */
static MlStatus
count_cells(MlEnv *env, const double *actual, const double *probability, const double *weight,
			int64_t rows, double threshold, Cell *cells)
{
	MlExactSum	weights[N_CELLS];
	MlExactSum	squares[N_CELLS];
	int64_t		counts[N_CELLS] = {0};
	int64_t		i;
	int			c;

	for (c = 0; c < N_CELLS; c++)
	{
		ml_sum_begin(&weights[c]);
		ml_sum_begin(&squares[c]);
	}
	for (i = 0; i < rows; i++)
	{
		CellName	cell = cell_of(actual[i], probability[i], threshold);

		if (env && i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		counts[cell]++;
		if (weight)
		{
			ml_sum_add(&weights[cell], weight[i]);
			ml_sum_add(&squares[cell], weight[i] * weight[i]);
		}
	}
	for (c = 0; c < N_CELLS; c++)
	{
		cells[c].weight = weight ? ml_sum_value(&weights[c]) : (double) counts[c];
		cells[c].square = weight ? ml_sum_value(&squares[c]) : (double) counts[c];
	}
	return ML_OK;
}

void
ml_confusion_binary(const double *actual, const double *probability, const double *weight,
					int64_t rows, double threshold, MlConfusion *result)
{
	Cell		cells[N_CELLS];

	(void) count_cells(NULL, actual, probability, weight, rows, threshold, cells);
	result->true_positive = cells[TRUE_POSITIVE].weight;
	result->false_positive = cells[FALSE_POSITIVE].weight;
	result->true_negative = cells[TRUE_NEGATIVE].weight;
	result->false_negative = cells[FALSE_NEGATIVE].weight;
}

static MlStatus
check_row(MlEnv *env, const BinaryRows *data, int64_t i)
{
	if (data->actual[i] != 0.0 && data->actual[i] != 1.0)
		return ml_fail(env, ML_INVALID_DATA, "an actual class is neither 0 nor 1");
	if (!(data->probability[i] >= 0.0 && data->probability[i] <= 1.0))
		return ml_fail(env, ML_INVALID_DATA, "a predicted probability is not between 0 and 1");
	if (data->weight && !(data->weight[i] >= 0.0 && isfinite(data->weight[i])))
		return ml_fail(env, ML_INVALID_DATA, "a weight is negative or not finite");
	return ML_OK;
}

/* Refuse what has no metrics. */
static MlStatus
check_rows(MlEnv *env, const BinaryRows *data)
{
	bool		weighs = data->weight == NULL;
	int64_t		i;

	if (data->rows <= 0)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to evaluate on");
	if (!(data->base_rate >= 0.0 && data->base_rate <= 1.0) || isnan(data->threshold))
		return ml_fail(env, ML_INVALID_DATA,
					   "base rate or threshold of the evaluation is not a probability");
	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		ML_TRY(check_row(env, data, i));
		weighs = weighs || data->weight[i] > 0.0;
	}
	if (!weighs)
		return ml_fail(env, ML_INVALID_DATA, "all rows to evaluate on have weight 0");
	return ML_OK;
}

static MlStatus
ranking_metrics(MlEnv *env, BinaryRows *data, MlMetric *metrics)
{
	MlRanks		ranks;
	MlInterval	interval;
	double		value;
	double		share;

	ML_TRY(ml_ranks_build(env, data->probability, data->actual, data->weight, data->rows,
						  &ranks));
	data->positive_weight = ranks.positive_total;
	data->negative_weight = ranks.negative_total;

	value = ml_roc_auc(&ranks, &interval);
	ml_metric_set(&metrics[0], "roc_auc", value, interval, isnan(value) ? NAN : 0.5, data->rows);

	share = data->positive_weight / (data->positive_weight + data->negative_weight);
	value = ml_average_precision(&ranks, &interval);
	ml_metric_set(&metrics[1], "average_precision", value, interval, isnan(value) ? NAN : share,
			   data->rows);
	ml_ranks_release(env, &ranks);
	return ML_OK;
}

/* The loss of the baseline takes only two values, one for each class. */
static double
baseline_loss(const char *name, const BinaryRows *data)
{
	double		positive_loss = 0.0;
	double		negative_loss = 0.0;

	(void) ml_row_loss(name, 1.0, data->base_rate, data->threshold, &positive_loss);
	(void) ml_row_loss(name, 0.0, data->base_rate, data->threshold, &negative_loss);
	return (data->positive_weight * positive_loss + data->negative_weight * negative_loss) /
		(data->positive_weight + data->negative_weight);
}

static MlStatus
mean_loss_metric(MlEnv *env, const char *name, const BinaryRows *data, double maximum,
				 MlMetric *metric)
{
	double	   *loss = ml_allocate(env, (size_t) data->rows, sizeof(double));
	MlMean		mean;
	int64_t		i;

	if (loss == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < data->rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		(void) ml_row_loss(name, data->actual[i], data->probability[i], data->threshold,
						   &loss[i]);
	}
	ML_TRY(ml_weighted_mean(env, loss, data->weight, data->rows, &mean));
	ml_release(env, loss);
	ml_metric_set(metric, name, mean.mean,
			   ml_interval_normal(mean.mean, mean.standard_error, 0.0, maximum),
			   baseline_loss(name, data), data->rows);
	return ML_OK;
}

/* part / (part + rest), 0 of nothing, as scikit-learn's zero_division = 0. */
static double
share_of(double part, double rest)
{
	return part + rest > 0.0 ? part / (part + rest) : 0.0;
}

/* Wilson's interval of the share of `part` in itself and `rest`. */
static MlInterval
share_interval(Cell part, Cell rest)
{
	return ml_interval_wilson(share_of(part.weight, rest.weight),
							  ml_effective_rows(part.weight + rest.weight,
												part.square + rest.square));
}

static Cell
cell_sum(Cell a, Cell b)
{
	a.weight += b.weight;
	a.square += b.square;
	return a;
}

static double
f1_of_jaccard(double jaccard)
{
	return 2.0 * jaccard / (1.0 + jaccard);
}

static MlStatus
threshold_metrics(MlEnv *env, const BinaryRows *data, MlMetric *metrics)
{
	bool		all_positive = data->base_rate >= data->threshold;
	double		positive = data->positive_weight;
	double		negative = data->negative_weight;
	Cell		cells[N_CELLS];
	Cell		right;
	Cell		wrong;
	MlInterval	interval;

	ML_TRY(count_cells(env, data->actual, data->probability, data->weight, data->rows,
					   data->threshold, cells));
	right = cell_sum(cells[TRUE_POSITIVE], cells[TRUE_NEGATIVE]);
	wrong = cell_sum(cells[FALSE_POSITIVE], cells[FALSE_NEGATIVE]);

	ml_metric_set(&metrics[0], "accuracy", share_of(right.weight, wrong.weight),
			   share_interval(right, wrong),
			   data->base_rate >= 0.5 ? share_of(positive, negative) : share_of(negative, positive),
			   data->rows);
	ml_metric_set(&metrics[1], "precision",
			   share_of(cells[TRUE_POSITIVE].weight, cells[FALSE_POSITIVE].weight),
			   share_interval(cells[TRUE_POSITIVE], cells[FALSE_POSITIVE]),
			   all_positive ? share_of(positive, negative) : 0.0, data->rows);
	ml_metric_set(&metrics[2], "recall",
			   share_of(cells[TRUE_POSITIVE].weight, cells[FALSE_NEGATIVE].weight),
			   share_interval(cells[TRUE_POSITIVE], cells[FALSE_NEGATIVE]),
			   all_positive && positive > 0.0 ? 1.0 : 0.0, data->rows);

	interval = share_interval(cells[TRUE_POSITIVE], wrong);
	interval.low = f1_of_jaccard(interval.low);
	interval.high = f1_of_jaccard(interval.high);
	ml_metric_set(&metrics[3], "f1",
			   f1_of_jaccard(share_of(cells[TRUE_POSITIVE].weight, wrong.weight)), interval,
			   all_positive ? f1_of_jaccard(share_of(positive, negative)) : 0.0, data->rows);
	return ML_OK;
}

MlStatus
ml_metrics_binary(MlEnv *env, const double *actual, const double *probability,
				  const double *weight, int64_t rows, double threshold, double base_rate,
				  MlMetric *metrics, int *n_metrics)
{
	BinaryRows	data = {0};

	data.actual = actual;
	data.probability = probability;
	data.weight = weight;
	data.rows = rows;
	data.threshold = threshold;
	data.base_rate = base_rate;
	ML_TRY(check_rows(env, &data));
	ML_TRY(ranking_metrics(env, &data, &metrics[0]));
	ML_TRY(mean_loss_metric(env, "log_loss", &data, INFINITY, &metrics[2]));
	ML_TRY(mean_loss_metric(env, "brier", &data, 1.0, &metrics[3]));
	ML_TRY(threshold_metrics(env, &data, &metrics[4]));
	*n_metrics = 8;
	return ML_OK;
}
