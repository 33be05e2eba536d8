/*
 * stats/agreement.c
 *		The table of actual and predicted classes, and what is measured on it.
 *
 * With p(i, j) the share of rows of class i that were predicted as j, r(i) and
 * c(j) its sums, t(k) = p(k, k) and s(k) = r(k) + c(k):
 *		accuracy		A = sum t
 *		precision, recall, F1 of class k		t / c, t / r, 2 t / s
 *		Cohen's kappa	(A - E) / (1 - E), E = sum r c
 *		MCC				(A - E) / sqrt((1 - sum c c) (1 - sum r r))
 * Definitions, also of 0 / 0 = 0 and of the classes that a mean is over, are
 * those of scikit-learn. Macro recall and balanced accuracy differ when a
 * class is predicted that no row is of.
 *
 * Shares (accuracy, precision, recall, and F1 by way of the Jaccard index, as
 * in metrics_binary.c) have Wilson's interval. The others are smooth functions
 * g of p, and have that of the delta method,
 *		variance = (sum p d d - (sum p d)^2) / (rows - 1),  d(i, j) = dg / dp(i, j)
 * and every one of these derivatives is of the form
 *		d(i, j) = diagonal(i) [i = j] + by_actual(i) + by_predicted(j).
 * For kappa it is the variance of Fleiss, Cohen, Everitt (1969). A mean of 0 or
 * 1 without any variance has Wilson's interval for the rows of the rarest class.
 */
#include "stats/agreement.h"

#include <math.h>

#include "math/sum.h"

#define ROWS_PER_CHECK 4096

/* What rounding leaves of shares that should add up to 0. */
#define NOTHING 1e-12

/* A measure with its derivatives; the arrays are (n). */
typedef struct Smooth
{
	double		value;
	double	   *diagonal;
	double	   *by_actual;
	double	   *by_predicted;
} Smooth;

const char *
ml_measure_name(MlMeasure measure)
{
	static const char *const names[ML_N_MEASURES] = {
		[ML_ACCURACY] = "accuracy",
		[ML_ERROR_RATE] = "error_rate",
		[ML_BALANCED_ACCURACY] = "balanced_accuracy",
		[ML_PRECISION_MACRO] = "precision_macro",
		[ML_RECALL_MACRO] = "recall_macro",
		[ML_F1_MACRO] = "f1_macro",
		[ML_PRECISION_WEIGHTED] = "precision_weighted",
		[ML_RECALL_WEIGHTED] = "recall_weighted",
		[ML_F1_WEIGHTED] = "f1_weighted",
		[ML_COHEN_KAPPA] = "cohen_kappa",
		[ML_MCC] = "mcc"
	};

	return names[measure];
}

/*
 * The table
 */

static MlStatus
begin_table(MlEnv *env, int n, MlAgreement *table)
{
	size_t		classes = (size_t) n;

	table->n = n;
	table->weight = ml_allocate(env, classes * classes, sizeof(double));
	table->square = ml_allocate(env, classes * classes, sizeof(double));
	table->share = ml_allocate(env, classes * classes, sizeof(double));
	table->actual = ml_allocate(env, classes, sizeof(double));
	table->predicted = ml_allocate(env, classes, sizeof(double));
	return table->weight == NULL || table->square == NULL || table->share == NULL ||
		table->actual == NULL || table->predicted == NULL ? ML_OUT_OF_MEMORY : ML_OK;
}

void
ml_agreement_release(MlEnv *env, MlAgreement *table)
{
	ml_release(env, table->weight);
	ml_release(env, table->square);
	ml_release(env, table->share);
	ml_release(env, table->actual);
	ml_release(env, table->predicted);
}

/* Rows of each cell, one cell behind the other: begin (n * n + 1), order (rows). */
static MlStatus
sort_by_cell(MlEnv *env, const double *actual, const int32_t *predicted, int64_t rows, int n,
			 int64_t *begin, uint32_t *order)
{
	int			n_cells = n * n;
	int64_t		i;
	int			cell;

	for (i = 0; i < rows; i++)
		begin[(int) actual[i] * n + predicted[i] + 1]++;
	for (cell = 0; cell < n_cells; cell++)
		begin[cell + 1] += begin[cell];
	for (i = 0; i < rows; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		order[begin[(int) actual[i] * n + predicted[i]]++] = (uint32_t) i;
	}
	/* Filling moved each beginning to its end, which is where the next begins. */
	for (cell = n_cells; cell > 0; cell--)
		begin[cell] = begin[cell - 1];
	begin[0] = 0;
	return ML_OK;
}

static MlStatus
sum_cells(MlEnv *env, const double *weight, const int64_t *begin, const uint32_t *order,
		  MlAgreement *table)
{
	int			n_cells = table->n * table->n;
	int			cell;

	for (cell = 0; cell < n_cells; cell++)
	{
		MlExactSum	sum;
		MlExactSum	square;
		int64_t		i;

		table->weight[cell] = (double) (begin[cell + 1] - begin[cell]);
		table->square[cell] = table->weight[cell];
		if (weight == NULL || begin[cell + 1] == begin[cell])
			continue;
		ml_sum_begin(&sum);
		ml_sum_begin(&square);
		for (i = begin[cell]; i < begin[cell + 1]; i++)
		{
			double		w = weight[order[i]];

			if (i % ROWS_PER_CHECK == 0)
				ML_TRY(ml_check_stop(env));
			ml_sum_add(&sum, w);
			ml_sum_add(&square, w * w);
		}
		table->weight[cell] = ml_sum_value(&sum);
		table->square[cell] = ml_sum_value(&square);
	}
	return ML_OK;
}

/* Shares, their sums, and effective rows, from the weights of the cells. */
static void
finish_table(MlAgreement *table)
{
	int			n = table->n;
	double		total = 0;
	double		squares = 0;
	int			i;
	int			j;

	for (i = 0; i < n * n; i++)
	{
		total += table->weight[i];
		squares += table->square[i];
	}
	table->effective = ml_effective_rows(total, squares);
	table->rarest = table->effective;
	for (i = 0; i < n; i++)
	{
		double		class_total = 0;
		double		class_squares = 0;

		for (j = 0; j < n; j++)
		{
			double		share = table->weight[i * n + j] / total;

			table->share[i * n + j] = share;
			table->actual[i] += share;
			table->predicted[j] += share;
			class_total += table->weight[i * n + j];
			class_squares += table->square[i * n + j];
		}
		if (class_total > 0)
			table->rarest = fmin(table->rarest, ml_effective_rows(class_total, class_squares));
	}
}

MlStatus
ml_agreement_build(MlEnv *env, const double *actual, const int32_t *predicted, const double *weight,
				   int64_t rows, int n, MlAgreement *table)
{
	int64_t    *begin = ml_allocate(env, (size_t) n * (size_t) n + 1, sizeof(int64_t));
	uint32_t   *order = ml_allocate(env, (size_t) rows, sizeof(uint32_t));

	if (begin == NULL || order == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(begin_table(env, n, table));
	ML_TRY(sort_by_cell(env, actual, predicted, rows, n, begin, order));
	ML_TRY(sum_cells(env, weight, begin, order, table));
	finish_table(table);
	ml_release(env, begin);
	ml_release(env, order);
	return ML_OK;
}

MlStatus
ml_agreement_constant(MlEnv *env, const MlAgreement *table, int constant, MlAgreement *result)
{
	int			n = table->n;
	int			i;
	int			j;

	ML_TRY(begin_table(env, n, result));
	for (i = 0; i < n; i++)
	{
		for (j = 0; j < n; j++)
		{
			result->weight[i * n + constant] += table->weight[i * n + j];
			result->square[i * n + constant] += table->square[i * n + j];
		}
	}
	finish_table(result);
	return ML_OK;
}

/*
 * One class
 */

/* part / whole, 0 of nothing, as scikit-learn's zero_division = 0. */
static double
ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

/* Weights and squares of the row or column of a class, or of both. */
static double
class_effective(const MlAgreement *table, int k, bool actual, bool predicted)
{
	int			n = table->n;
	double		weight = table->weight[k * n + k];
	double		square = table->square[k * n + k];
	int			i;

	for (i = 0; i < n; i++)
	{
		if (i == k)
			continue;
		if (actual)
		{
			weight += table->weight[k * n + i];
			square += table->square[k * n + i];
		}
		if (predicted)
		{
			weight += table->weight[i * n + k];
			square += table->square[i * n + k];
		}
	}
	return ml_effective_rows(weight, square);
}

double
ml_agreement_precision(const MlAgreement *table, int k, MlInterval *interval)
{
	double		value = ratio(table->share[k * table->n + k], table->predicted[k]);

	*interval = ml_interval_wilson(value, class_effective(table, k, false, true));
	return value;
}

double
ml_agreement_recall(const MlAgreement *table, int k, MlInterval *interval)
{
	double		value = ratio(table->share[k * table->n + k], table->actual[k]);

	*interval = ml_interval_wilson(value, class_effective(table, k, true, false));
	return value;
}

double
ml_agreement_f1(const MlAgreement *table, int k, MlInterval *interval)
{
	double		both = table->share[k * table->n + k];
	double		sum = table->actual[k] + table->predicted[k];

	*interval = ml_interval_wilson(ratio(both, sum - both), class_effective(table, k, true, true));
	interval->low = 2 * interval->low / (1 + interval->low);
	interval->high = 2 * interval->high / (1 + interval->high);
	return ratio(2 * both, sum);
}

/*
 * All classes
 */

static double
accuracy(const MlAgreement *table)
{
	double		right = 0;
	double		wrong = 0;
	int			i;

	for (i = 0; i < table->n * table->n; i++)
	{
		if (i % (table->n + 1) == 0)
			right += table->weight[i];
		else
			wrong += table->weight[i];
	}
	return ratio(right, right + wrong);
}

/* How many classes were actual, or were predicted. */
static int
count_classes(const MlAgreement *table, bool predicted)
{
	int			n = 0;
	int			k;

	for (k = 0; k < table->n; k++)
		n += table->actual[k] > 0 || (predicted && table->predicted[k] > 0);
	return n;
}

/* Mean recall over `divisor` classes. */
static void
mean_recall(const MlAgreement *table, int divisor, Smooth *smooth)
{
	int			k;

	for (k = 0; k < table->n; k++)
	{
		double		r = table->actual[k];
		double		t = table->share[k * table->n + k];

		if (!(r > 0))
			continue;
		smooth->value += t / r;
		smooth->diagonal[k] = 1 / r / divisor;
		smooth->by_actual[k] = -t / r / r / divisor;
	}
	smooth->value /= divisor;
}

/* The factor of each class in a mean is the same, or its share of the actual rows. */
static void
mean_precision(const MlAgreement *table, bool weighted, Smooth *smooth)
{
	double		even = 1.0 / count_classes(table, true);
	int			k;

	for (k = 0; k < table->n; k++)
	{
		double		c = table->predicted[k];
		double		t = table->share[k * table->n + k];
		double		factor = weighted ? table->actual[k] : even;

		if (!(c > 0))
			continue;
		smooth->value += (weighted ? factor : 1) * t / c;
		smooth->diagonal[k] = factor / c;
		smooth->by_predicted[k] = -factor * t / c / c;
		smooth->by_actual[k] = weighted ? t / c : 0;
	}
	smooth->value = fmin(weighted ? smooth->value : smooth->value * even, 1);
}

static void
mean_f1(const MlAgreement *table, bool weighted, Smooth *smooth)
{
	double		even = 1.0 / count_classes(table, true);
	int			k;

	for (k = 0; k < table->n; k++)
	{
		double		s = table->actual[k] + table->predicted[k];
		double		t = table->share[k * table->n + k];
		double		factor = weighted ? table->actual[k] : even;

		if (!(s > 0))
			continue;
		smooth->value += (weighted ? factor : 1) * 2 * t / s;
		smooth->diagonal[k] = factor * 2 / s;
		smooth->by_predicted[k] = -factor * 2 * t / s / s;
		smooth->by_actual[k] = smooth->by_predicted[k] + (weighted ? 2 * t / s : 0);
	}
	smooth->value = fmin(weighted ? smooth->value : smooth->value * even, 1);
}

/* Sum of the products of two arrays. */
static double
dot(const double *a, const double *b, int n)
{
	double		sum = 0;
	int			k;

	for (k = 0; k < n; k++)
		sum += a[k] * b[k];
	return sum;
}

/* One class only, actual and predicted, leaves nothing to agree beyond chance. */
static void
cohen_kappa(const MlAgreement *table, Smooth *smooth)
{
	double		chance = dot(table->actual, table->predicted, table->n);
	double		agreed = accuracy(table);
	double		slope;
	int			k;

	smooth->value = NAN;
	if (!(1 - chance > NOTHING))
		return;
	slope = (1 - agreed) / (1 - chance) / (1 - chance);
	smooth->value = (agreed - chance) / (1 - chance);
	for (k = 0; k < table->n; k++)
	{
		smooth->diagonal[k] = 1 / (1 - chance);
		smooth->by_actual[k] = -slope * table->predicted[k];
		smooth->by_predicted[k] = -slope * table->actual[k];
	}
}

static void
mcc(const MlAgreement *table, Smooth *smooth)
{
	double		chance = dot(table->actual, table->predicted, table->n);
	double		spread_actual = 1 - dot(table->actual, table->actual, table->n);
	double		spread_predicted = 1 - dot(table->predicted, table->predicted, table->n);
	double		root;
	int			k;

	if (!(spread_actual > NOTHING && spread_predicted > NOTHING))
		return;
	root = sqrt(spread_actual * spread_predicted);
	smooth->value = (accuracy(table) - chance) / root;
	for (k = 0; k < table->n; k++)
	{
		smooth->diagonal[k] = 1 / root;
		smooth->by_actual[k] = smooth->value * table->actual[k] / spread_actual -
			table->predicted[k] / root;
		smooth->by_predicted[k] = smooth->value * table->predicted[k] / spread_predicted -
			table->actual[k] / root;
	}
}

static double
smooth_error(const MlAgreement *table, const Smooth *smooth)
{
	int			n = table->n;
	double		mean = 0;
	double		variance = 0;
	int			pass;
	int			i;
	int			j;

	for (pass = 0; pass < 2; pass++)
	{
		for (i = 0; i < n; i++)
		{
			for (j = 0; j < n; j++)
			{
				double		d = smooth->by_actual[i] + smooth->by_predicted[j] +
					(i == j ? smooth->diagonal[i] : 0);

				if (pass == 0)
					mean += table->share[i * n + j] * d;
				else
					variance += table->share[i * n + j] * (d - mean) * (d - mean);
			}
		}
	}
	return table->effective > 1 ? sqrt(variance / (table->effective - 1)) : NAN;
}

static MlInterval
smooth_interval(const MlAgreement *table, const Smooth *smooth, double minimum)
{
	double		error = smooth_error(table, smooth);
	bool		certain = !(error > NOTHING);

	if (certain && minimum < 0)
		return ml_interval_none();
	if (certain && (smooth->value < NOTHING || smooth->value > 1 - NOTHING))
		return ml_interval_wilson(fmin(smooth->value, 1), table->rarest);
	return ml_interval_normal(smooth->value, error, minimum, 1);
}

static void
measure_smooth(const MlAgreement *table, MlMeasure measure, Smooth *smooth)
{
	switch (measure)
	{
		case ML_BALANCED_ACCURACY:
			mean_recall(table, count_classes(table, false), smooth);
			break;
		case ML_RECALL_MACRO:
			mean_recall(table, count_classes(table, true), smooth);
			break;
		case ML_PRECISION_MACRO:
		case ML_PRECISION_WEIGHTED:
			mean_precision(table, measure == ML_PRECISION_WEIGHTED, smooth);
			break;
		case ML_F1_MACRO:
		case ML_F1_WEIGHTED:
			mean_f1(table, measure == ML_F1_WEIGHTED, smooth);
			break;
		case ML_COHEN_KAPPA:
			cohen_kappa(table, smooth);
			break;
		case ML_MCC:
			mcc(table, smooth);
			break;
		case ML_ACCURACY:
		case ML_RECALL_WEIGHTED:
		case ML_ERROR_RATE:
		case ML_N_MEASURES:
			break;
	}
}

MlStatus
ml_agreement_measure(MlEnv *env, const MlAgreement *table, double *value, MlInterval *interval)
{
	size_t		n = (size_t) table->n;
	double		right = accuracy(table);
	int			m;

	for (m = 0; m < ML_N_MEASURES; m++)
	{
		Smooth		smooth = {0};

		if (m == ML_ACCURACY || m == ML_RECALL_WEIGHTED || m == ML_ERROR_RATE)
		{
			value[m] = m == ML_ERROR_RATE ? 1 - right : right;
			interval[m] = ml_interval_wilson(value[m], table->effective);
			continue;
		}
		smooth.diagonal = ml_allocate(env, n, sizeof(double));
		smooth.by_actual = ml_allocate(env, n, sizeof(double));
		smooth.by_predicted = ml_allocate(env, n, sizeof(double));
		if (smooth.diagonal == NULL || smooth.by_actual == NULL || smooth.by_predicted == NULL)
			return ML_OUT_OF_MEMORY;
		measure_smooth(table, (MlMeasure) m, &smooth);
		value[m] = smooth.value;
		interval[m] = smooth_interval(table, &smooth, m == ML_COHEN_KAPPA || m == ML_MCC ? -1 : 0);
		ml_release(env, smooth.diagonal);
		ml_release(env, smooth.by_actual);
		ml_release(env, smooth.by_predicted);
	}
	return ML_OK;
}
