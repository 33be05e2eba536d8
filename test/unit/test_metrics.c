/*
 * test_metrics.c
 *		Metrics, intervals and baselines against scikit-learn and by hand.
 */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "math/rng.h"
#include "stats/interval.h"
#include "stats/metrics.h"
#include "unit.h"

#define CLOSE 1e-12

/* Column c of a row-major file. */
static double *
column(MlEnv *env, const double *cells, int rows, int columns, int c)
{
	double	   *values = ml_allocate(env, (size_t) rows, sizeof(double));
	int			i;

	for (i = 0; i < rows; i++)
		values[i] = cells[i * columns + c];
	return values;
}

static void
same_metrics(const MlMetric *metrics, int n, const double *expected, const char *what)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		const MlMetric *m = &metrics[i];

		unit_near(m->value, expected[4 * i], CLOSE, "%s: %s", what, m->name);
		unit_near(m->low, expected[4 * i + 1], CLOSE, "%s: low end of %s", what, m->name);
		unit_near(m->high, expected[4 * i + 2], CLOSE, "%s: high end of %s", what, m->name);
		unit_near(m->baseline, expected[4 * i + 3], CLOSE, "%s: baseline of %s", what, m->name);
	}
}

static const MlMetric *
named(const MlMetric *metrics, int n, const char *name)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		if (strcmp(metrics[i].name, name) == 0)
			return &metrics[i];
	}
	unit_ok(false, "metric %s is there", name);
	return metrics;
}

static bool
same_bits(const MlMetric *a, const MlMetric *b, int n)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		if (memcmp(&a[i].value, &b[i].value, sizeof(double)) != 0 ||
			memcmp(&a[i].low, &b[i].low, sizeof(double)) != 0 ||
			memcmp(&a[i].high, &b[i].high, sizeof(double)) != 0 ||
			memcmp(&a[i].baseline, &b[i].baseline, sizeof(double)) != 0)
			return false;
	}
	return true;
}

/* The same rows in an order that a hash chose. */
static void
shuffle(double *a, double *b, double *c, int rows, uint64_t seed)
{
	int			i;

	for (i = rows - 1; i > 0; i--)
	{
		int			j = (int) (ml_hash_word(seed, (uint64_t) i) % (uint64_t) (i + 1));
		double		swap;

		swap = a[i], a[i] = a[j], a[j] = swap;
		swap = b[i], b[i] = b[j], b[j] = swap;
		swap = c[i], c[i] = c[j], c[j] = swap;
	}
}

static void
test_binary_reference(void)
{
	static const struct
	{
		double		threshold;
		double		base_rate;
	}			cases[] = {{0.5, 0.35}, {0.3, 0.35}, {0.5, 0.6}};
	MlEnv	   *env = unit_env();
	MlMetric	metrics[ML_MAX_METRICS];
	MlMetric	again[ML_MAX_METRICS];
	int			rows;
	int			columns;
	int			n_expected;
	int			width;
	int			n;
	int			i;
	double	   *cells = unit_csv("metrics_binary.csv", &rows, &columns);
	double	   *expected = unit_csv("metrics_binary_expected.csv", &n_expected, &width);
	double	   *y = column(env, cells, rows, columns, 0);
	double	   *p = column(env, cells, rows, columns, 1);
	double	   *w = column(env, cells, rows, columns, 2);

	unit_ok(n_expected == 48 && width == 4, "the expected file has its shape");
	for (i = 0; i < 3; i++)
	{
		unit_ok(ml_metrics_binary(env, y, p, NULL, rows, cases[i].threshold, cases[i].base_rate,
								  metrics, &n) == ML_OK && n == 8, "binary metrics");
		same_metrics(metrics, n, expected + i * 64, "binary");
		unit_ok(ml_metrics_binary(env, y, p, w, rows, cases[i].threshold, cases[i].base_rate,
								  metrics, &n) == ML_OK && n == 8, "weighted binary metrics");
		same_metrics(metrics, n, expected + i * 64 + 32, "weighted binary");
	}

	for (i = 0; i < 5; i++)
	{
		shuffle(y, p, w, rows, (uint64_t) i);
		(void) ml_metrics_binary(env, y, p, w, rows, 0.5, 0.6, again, &n);
		unit_ok(same_bits(metrics, again, n), "same bits in another row order, %d", i);
	}
	for (i = 0; i < rows; i++)
		w[i] *= 1024.0;
	(void) ml_metrics_binary(env, y, p, w, rows, 0.5, 0.6, again, &n);
	unit_ok(same_bits(metrics, again, n), "scaling all weights changes nothing");
	for (i = 0; i < rows; i++)
		w[i] = 0.1;
	(void) ml_metrics_binary(env, y, p, w, rows, 0.5, 0.6, again, &n);
	same_metrics(again, n, expected + 128, "equal weights");
}

static void
test_regression_reference(void)
{
	MlEnv	   *env = unit_env();
	MlMetric	metrics[ML_MAX_METRICS];
	MlMetric	again[ML_MAX_METRICS];
	int			rows;
	int			columns;
	int			n_expected;
	int			width;
	int			n;
	int			i;
	double	   *cells = unit_csv("metrics_regression.csv", &rows, &columns);
	double	   *expected = unit_csv("metrics_regression_expected.csv", &n_expected, &width);
	double	   *y = column(env, cells, rows, columns, 0);
	double	   *p = column(env, cells, rows, columns, 1);
	double	   *w = column(env, cells, rows, columns, 2);

	unit_ok(n_expected == 18 && width == 4, "the expected file has its shape");
	(void) ml_metrics_regression(env, y, p, NULL, rows, 48.0, 0.8, metrics, &n);
	same_metrics(metrics, n, expected, "regression");
	unit_ok(n == 6 && named(metrics, n, "mape")->rows == 192 && metrics[0].rows == 201,
			"mape leaves out zero actuals");
	(void) ml_metrics_regression(env, y, p, NULL, rows - 1, 48.0, 0.8, metrics, &n);
	same_metrics(metrics, n, expected + 48, "even number of rows");
	(void) ml_metrics_regression(env, y, p, w, rows, 48.0, 0.8, metrics, &n);
	same_metrics(metrics, n, expected + 24, "weighted regression");
	for (i = 0; i < 5; i++)
	{
		shuffle(y, p, w, rows, (uint64_t) i);
		(void) ml_metrics_regression(env, y, p, w, rows, 48.0, 0.8, again, &n);
		unit_ok(same_bits(metrics, again, n), "same bits in another row order, %d", i);
	}
	for (i = 0; i < rows; i++)
		w[i] = 0.1;
	(void) ml_metrics_regression(env, y, p, w, rows, 48.0, 0.8, again, &n);
	same_metrics(again, n, expected, "equal weights");
}

static void
test_binary_edges(void)
{
	static const double y[] = {1, 1, 1, 0, 0, 0, 0, 0};
	static const double perfect[] = {.9, .9, .8, .4, .3, .2, .2, .1};
	static const double flat[] = {.2, .2, .2, .2, .2, .2, .2, .2};
	static const double ones[] = {1, 1, 1, 1, 1, 1, 1, 1};
	static const double zeros[] = {0, 0, 0, 0, 0, 0, 0, 0};
	static const double odd[] = {.1, .7, .3, .1, .7, .3, .1, .1};
	MlEnv	   *env = unit_env();
	MlMetric	m[ML_MAX_METRICS];
	int			n;

	(void) ml_metrics_binary(env, y, perfect, NULL, 8, 0.5, 0.375, m, &n);
	unit_ok(m[0].value == 1.0 && m[0].high == 1.0, "a perfect ranking has AUC 1");
	unit_near(m[0].low, 3.0 / (3.0 + ML_Z95 * ML_Z95), CLOSE, "its low end is Wilson's for 3 pairs");
	unit_ok(m[1].value == 1.0 && m[1].high == 1.0, "and average precision 1");
	unit_ok(named(m, n, "f1")->value == 1.0 && named(m, n, "f1")->low < 0.7, "F1 1, not for sure");
	(void) ml_metrics_binary(env, y, perfect, odd, 8, 0.5, 0.375, m, &n);
	unit_ok(m[0].value == 1.0 && m[1].value == 1.0, "the same with weights");

	(void) ml_metrics_binary(env, y, flat, NULL, 8, 0.5, 0.375, m, &n);
	unit_ok(m[0].value == 0.5 && m[0].low == 0.5 && m[0].high == 0.5, "a constant has AUC 1/2");
	unit_near(m[1].value, 0.375, CLOSE, "its average precision is the positive share");
	unit_ok(named(m, n, "precision")->value == 0.0 && isnan(named(m, n, "precision")->low),
			"precision without predicted positives is 0 without interval");
	unit_ok(named(m, n, "recall")->value == 0.0 && named(m, n, "recall")->low == 0.0 &&
			named(m, n, "recall")->high > 0.5, "recall 0 of 3 has an interval");

	(void) ml_metrics_binary(env, zeros, perfect, NULL, 8, 0.95, 0.1, m, &n);
	unit_ok(isnan(m[0].value) && isnan(m[0].low) && isnan(m[0].baseline), "no AUC of one class");
	unit_ok(isnan(m[1].value), "no average precision without positive rows");
	unit_ok(named(m, n, "accuracy")->value == 1.0 && named(m, n, "recall")->value == 0.0 &&
			isnan(named(m, n, "recall")->high) && named(m, n, "f1")->value == 0.0 &&
			isnan(named(m, n, "f1")->high), "recall and F1 of nothing");
	(void) ml_metrics_binary(env, ones, perfect, NULL, 8, 0.5, 1.0, m, &n);
	unit_ok(isnan(m[0].value) && m[1].value == 1.0, "only positive rows");
	unit_near(named(m, n, "log_loss")->baseline, 0.0, 1e-14, "log_loss of a sure baseline");

	(void) ml_metrics_binary(env, zeros, ones, NULL, 8, 0.5, 0.0, m, &n);
	unit_near(named(m, n, "log_loss")->value, 34.539575992340879, CLOSE,
			  "log_loss clips as scikit-learn does");
	(void) ml_metrics_binary(env, y, perfect, NULL, 1, 0.5, 0.375, m, &n);
	unit_ok(n == 8 && isnan(m[0].value) && isnan(m[2].low) && m[4].value == 1.0, "one row");
}

static void
test_regression_edges(void)
{
	static const double y[] = {3, 3, 3};
	static const double p[] = {3, 3, 6};
	static const double tenth[] = {0.1, 0.1, 0.1};
	static const double weight[] = {1, 1, 0};
	static const double zeros[] = {0, 0, 0};
	MlEnv	   *env = unit_env();
	MlMetric	m[ML_MAX_METRICS];
	int			n;

	(void) ml_metrics_regression(env, y, p, NULL, 3, 3.0, NAN, m, &n);
	unit_near(named(m, n, "rmse")->value, sqrt(3.0), CLOSE, "rmse by hand");
	unit_near(named(m, n, "rmse")->high, sqrt(3.0) + ML_Z95 * 3.0 / (2.0 * sqrt(3.0)), CLOSE,
			  "its high end: se of the mean square is 3");
	unit_ok(named(m, n, "mae")->low == 0.0, "an error's low end stops at 0");
	unit_ok(isnan(named(m, n, "r2")->value) && isnan(named(m, n, "r2")->baseline),
			"no r2 of a constant actual value");
	unit_ok(named(m, n, "median_absolute_error")->value == 0.0 &&
			isnan(named(m, n, "median_absolute_error")->low), "median of 3 has no interval");
	(void) ml_metrics_regression(env, tenth, p, tenth, 3, 3.0, NAN, m, &n);
	unit_ok(isnan(named(m, n, "r2")->value), "no r2 either where the mean is rounded");
	(void) ml_metrics_regression(env, y, p, weight, 3, 3.0, NAN, m, &n);
	unit_ok(named(m, n, "mae")->value == 0.0 && named(m, n, "mae")->high == 0.0,
			"weight 0 takes a row out");
	(void) ml_metrics_regression(env, zeros, p, weight, 3, 3.0, NAN, m, &n);
	unit_ok(isnan(named(m, n, "mape")->value) && named(m, n, "mape")->rows == 0,
			"no mape without non-zero actual values");
	(void) ml_metrics_regression(env, y, p, NULL, 1, 3.0, NAN, m, &n);
	unit_ok(n == 5 && m[0].value == 0.0 && isnan(m[0].low) && isnan(m[3].value), "one row");
}

/* Every refusal leaves a message; none is a crash. */
static void
test_refusals(void)
{
	static const double y[] = {0, 1};
	static const double p[] = {0.5, 1.5};
	static const double two[] = {0, 2};
	static const double good[] = {0.5, 0.5};
	static const double none[] = {0, 0};
	static const double minus[] = {1, -1};
	static const double nan_value[] = {0, NAN};
	MlEnv	   *env = unit_env();
	MlMetric	m[ML_MAX_METRICS];
	MlPaired	paired;
	int			n;

	unit_ok(ml_metrics_binary(env, y, good, NULL, 0, .5, .5, m, &n) == ML_INVALID_DATA,
			"no rows: binary");
	unit_text(env->error.message, "there are no rows to evaluate on", "its message");
	unit_ok(ml_metrics_regression(env, y, good, NULL, 0, .5, NAN, m, &n) == ML_INVALID_DATA,
			"no rows: regression");
	unit_ok(ml_paired_compare(env, y, good, NULL, 0, &paired) == ML_INVALID_DATA,
			"no rows: comparison");
	unit_ok(ml_metrics_binary(env, y, p, NULL, 2, .5, .5, m, &n) == ML_INVALID_DATA,
			"a probability of 1.5");
	unit_ok(ml_metrics_binary(env, y, nan_value, NULL, 2, .5, .5, m, &n) == ML_INVALID_DATA,
			"a NaN probability");
	unit_ok(ml_metrics_binary(env, two, good, NULL, 2, .5, .5, m, &n) == ML_INVALID_DATA,
			"a class 2");
	unit_ok(ml_metrics_binary(env, y, good, none, 2, .5, .5, m, &n) == ML_INVALID_DATA,
			"no weight at all");
	unit_ok(ml_metrics_binary(env, y, good, minus, 2, .5, .5, m, &n) == ML_INVALID_DATA,
			"a negative weight");
	unit_ok(ml_metrics_binary(env, y, good, NULL, 2, .5, 2.0, m, &n) == ML_INVALID_DATA,
			"a base rate of 2");
	unit_ok(ml_metrics_regression(env, nan_value, good, NULL, 2, .5, NAN, m, &n) == ML_INVALID_DATA,
			"a NaN actual value");
	unit_ok(ml_metrics_regression(env, y, nan_value, NULL, 2, .5, NAN, m, &n) == ML_INVALID_DATA,
			"a NaN prediction");
	unit_ok(ml_metrics_regression(env, y, good, none, 2, .5, NAN, m, &n) == ML_INVALID_DATA,
			"no weight at all: regression");
}

static void
test_paired(void)
{
	static const double a[] = {1, 2, 3, 4};
	static const double b[] = {1, 1, 3, 1};
	static const double w[] = {1, 1, 0, 1};
	MlEnv	   *env = unit_env();
	MlPaired	paired;

	(void) ml_paired_compare(env, a, b, NULL, 4, &paired);
	unit_ok(paired.mean_a == 2.5 && paired.mean_b == 1.5 && paired.gain == 1.0 &&
			paired.rows == 4, "means and gain of a comparison");
	/* Gains 0, 1, 0, 3: variance 2. */
	unit_near(paired.standard_error, sqrt(2.0 / 4.0), CLOSE, "and its standard error");
	(void) ml_paired_compare(env, a, b, w, 4, &paired);
	unit_near(paired.gain, 4.0 / 3.0, CLOSE, "weighted gain");
	unit_near(paired.standard_error, sqrt((14.0 / 3.0) / 2.0 / 3.0), CLOSE,
			  "and its standard error");
	(void) ml_paired_compare(env, a, b, NULL, 1, &paired);
	unit_ok(paired.gain == 0.0 && isnan(paired.standard_error), "one row has no standard error");
}

static void
test_row_loss(void)
{
	double		loss = -1;

	unit_ok(ml_row_loss("log_loss", 1, 0.25, 0.5, &loss), "log_loss of a row");
	unit_near(loss, log(4.0), CLOSE, "is -log p");
	unit_ok(ml_row_loss("brier", 1, 0.25, 0.5, &loss) && loss == 0.5625, "brier of a row");
	unit_ok(ml_row_loss("accuracy", 1, 0.5, 0.5, &loss) && loss == 0.0, "at the threshold: positive");
	unit_ok(ml_row_loss("accuracy", 0, 0.5, 0.5, &loss) && loss == 1.0, "and wrong for class 0");
	unit_ok(ml_row_loss("rmse", 1, 4, 0.5, &loss) && loss == 9.0, "rmse: squared error");
	unit_ok(ml_row_loss("mae", 1, 4, 0.5, &loss) && loss == 3.0, "mae: absolute error");
	unit_ok(ml_row_loss("pinball_loss", 5, 1, 0.75, &loss) && loss == 3.0, "pinball_loss below the actual value");
	unit_ok(ml_row_loss("pinball_loss", 1, 5, 0.75, &loss) && loss == 1.0, "and above it");
	unit_ok(!ml_row_loss("roc_auc", 1, 0.5, 0.5, &loss), "roc_auc has no loss of a row");
	unit_ok(ml_metric_larger_is_better("roc_auc") && ml_metric_larger_is_better("r2") &&
			ml_metric_larger_is_better("f1") && !ml_metric_larger_is_better("log_loss") &&
			!ml_metric_larger_is_better("rmse") && !ml_metric_larger_is_better("mape"),
			"which direction is better");
}

static void
test_confusion(void)
{
	static const double y[] = {1, 1, 0, 0, 1};
	static const double p[] = {.9, .1, .9, .1, .5};
	static const double w[] = {1, 2, 4, 8, 16};
	MlConfusion c;

	ml_confusion_binary(y, p, NULL, 5, 0.5, &c);
	unit_ok(c.true_positive == 2 && c.false_negative == 1 && c.false_positive == 1 &&
			c.true_negative == 1, "confusion counts");
	ml_confusion_binary(y, p, w, 5, 0.5, &c);
	unit_ok(c.true_positive == 17 && c.false_negative == 2 && c.false_positive == 4 &&
			c.true_negative == 8, "confusion weights");
}

/*
 * Do intervals cover? Scores from two normals with a known AUC, and the share
 * of samples whose interval holds the truth.
 */
static void
test_coverage(void)
{
	enum
	{
		ROWS = 120, SAMPLES = 400
	};
	MlEnv	   *env = unit_env();
	MlMetric	m[ML_MAX_METRICS];
	double		y[ROWS];
	double		p[ROWS];
	int			auc_hits = 0;
	int			recall_hits = 0;
	int			n;
	int			s;
	int			i;

	for (s = 0; s < SAMPLES; s++)
	{
		for (i = 0; i < ROWS; i++)
		{
			uint64_t	h = ml_hash_word(ml_hash_word(11, (uint64_t) s), (uint64_t) i);

			/* u for class 0 and sqrt(u) for class 1: P(sqrt u > v) = 2/3. */
			y[i] = i % 3 == 0;
			p[i] = y[i] == 1.0 ? sqrt(ml_hash_uniform(h)) : ml_hash_uniform(h);
		}
		(void) ml_metrics_binary(env, y, p, NULL, ROWS, 0.5, 0.3, m, &n);
		auc_hits += m[0].low <= 2.0 / 3.0 && 2.0 / 3.0 <= m[0].high;
		recall_hits += m[6].low <= 0.75 && 0.75 <= m[6].high;
	}
	unit_ok(auc_hits >= 0.92 * SAMPLES && auc_hits <= 0.98 * SAMPLES,
			"the interval of AUC covers in %d of %d samples", auc_hits, SAMPLES);
	unit_ok(recall_hits >= 0.92 * SAMPLES && recall_hits <= 0.98 * SAMPLES,
			"the interval of recall covers in %d of %d samples", recall_hits, SAMPLES);
}

/* A cancel and an exhausted budget end every function with their status. */
static void
test_stop_and_budget(void)
{
	MlEnv	   *env = unit_env();
	double	   *y = ml_allocate(env, 10000, sizeof(double));
	double	   *p = ml_allocate(env, 10000, sizeof(double));
	MlMetric	m[ML_MAX_METRICS];
	MlStatus	status = ML_INTERRUPTED;
	int			stops;
	int			n;
	int			i;

	for (i = 0; i < 10000; i++)
	{
		p[i] = ml_hash_uniform(ml_mix64((uint64_t) i));
		y[i] = i % 2;
	}
	for (stops = 0; status == ML_INTERRUPTED && stops < 1000; stops++)
	{
		unit_stop_after(env, stops);
		status = ml_metrics_binary(env, y, p, NULL, 10000, 0.5, 0.5, m, &n);
	}
	unit_ok(status == ML_OK && stops > 10, "binary metrics stop wherever they are asked to");
	status = ML_INTERRUPTED;
	for (stops = 0; status == ML_INTERRUPTED && stops < 1000; stops++)
	{
		unit_stop_after(env, stops);
		status = ml_metrics_regression(env, y, p, y, 10000, 0.5, NAN, m, &n);
	}
	unit_ok(status == ML_OK && stops > 10, "regression metrics stop wherever they are asked to");
	unit_stop_after(env, -1);
	unit_budget(env, 300000);
	unit_ok(ml_metrics_binary(env, y, p, NULL, 10000, 0.5, 0.5, m, &n) == ML_OUT_OF_MEMORY,
			"binary metrics say when memory is exhausted");
	unit_budget(env, 200000);
	unit_ok(ml_metrics_regression(env, y, p, y, 10000, 0.5, NAN, m, &n) == ML_OUT_OF_MEMORY,
			"so do regression metrics");
}

/* Scores by hand; labels as the reference of classifiers has them. */
static void
test_anomaly(void)
{
	static const double score[] = {0.3, 0.5, 0.4, 0.9, 0.61, 0.5, 0.2, 0.45, 0.7, 0.6};
	static const double weight[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 11};
	MlEnv	   *env = unit_env();
	int			rows;
	int			columns;
	double	   *cells = unit_csv("metrics_binary.csv", &rows, &columns);
	double	   *label = column(env, cells, rows, columns, 0);
	double	   *p = column(env, cells, rows, columns, 1);
	double	   *w = column(env, cells, rows, columns, 2);
	MlMetric	m[ML_MAX_METRICS];
	MlMetric	binary[ML_MAX_METRICS];
	int			n;
	int			n_binary;
	int			i;

	unit_ok(ml_metrics_anomaly(env, score, NULL, NULL, 10, m, &n) == ML_OK && n == 7, "scores alone");
	unit_near(named(m, n, "score_mean")->value, 0.516, 1e-15, "mean");
	unit_near(named(m, n, "score_p50")->value, 0.5, 0, "half of the rows do not exceed it");
	unit_near(named(m, n, "score_p90")->value, 0.7, 0, "nine of ten");
	unit_near(named(m, n, "score_p95")->value, 0.9, 0, "19 of 20");
	unit_near(named(m, n, "score_max")->value, 0.9, 0, "greatest");
	unit_near(named(m, n, "share_above_0.6")->value, 0.3, 1e-15, "0.6 itself is not above");
	unit_ok(isnan(named(m, n, "score_mean")->baseline), "without a baseline");
	unit_ok(ml_metrics_anomaly(env, score, NULL, weight, 10, m, &n) == ML_OK, "with weights");
	unit_near(named(m, n, "score_p50")->value, 0.6, 0, "the heavy row is the middle");
	unit_near(named(m, n, "share_above_0.6")->value, 0.15, 1e-15, "3 of 20");

	unit_ok(ml_metrics_anomaly(env, p, label, w, rows, m, &n) == ML_OK && n == 9 &&
			ml_metrics_binary(env, label, p, w, rows, 0.5, 0.5, binary, &n_binary) == ML_OK, "labels");
	unit_ok(same_bits(named(m, n, "roc_auc"), named(binary, n_binary, "roc_auc"), 1) &&
			same_bits(named(m, n, "average_precision"), named(binary, n_binary, "average_precision"), 1),
			"rank as those of a classifier");
	for (i = 40; i < rows; i++)
		label[i] = NAN;
	unit_ok(ml_metrics_anomaly(env, p, label, w, rows, m, &n) == ML_OK &&
			ml_metrics_binary(env, label, p, w, 40, 0.5, 0.5, binary, &n_binary) == ML_OK, "some labels");
	unit_ok(same_bits(named(m, n, "roc_auc"), named(binary, n_binary, "roc_auc"), 1) &&
			named(m, n, "roc_auc")->rows == 40 && named(m, n, "score_mean")->rows == rows,
			"rows without one only count as scores");
	unit_stop_after(env, 1);
	unit_ok(ml_metrics_anomaly(env, p, label, w, rows, m, &n) == ML_INTERRUPTED, "a stop is obeyed");
}

/* Share of the other class on the right side of a row, half for ties, pair by pair. */
static double
placement(const double *actual, const double *score, int rows, int row)
{
	double		sum = 0;
	double		others = 0;
	int			i;

	for (i = 0; i < rows; i++)
	{
		double		lead = actual[row] == 1 ? score[row] - score[i] : score[i] - score[row];

		if (actual[i] == actual[row])
			continue;
		others++;
		sum += lead > 0 ? 1 : lead == 0 ? 0.5 : 0;
	}
	return sum / others;
}

/* DeLong's variance of the difference, from the definition. */
static void
test_paired_roc(void)
{
	enum
	{
		N = 90
	};
	MlEnv	   *env = unit_env();
	double		actual[N];
	double		a[N];
	double		b[N];
	double		same[N];
	double		mean[2] = {0, 0};
	double		square[2] = {0, 0};
	double		count[2] = {0, 0};
	double		variance = 0;
	MlPaired	paired;
	MlMetric	m[ML_MAX_METRICS];
	int			n;
	int			i;

	for (i = 0; i < N; i++)
	{
		actual[i] = i % 4 == 0;
		a[i] = floor(20 * ml_hash_uniform(ml_mix64((uint64_t) i)) + 4 * actual[i]) / 32;
		b[i] = floor(20 * ml_hash_uniform(ml_mix64((uint64_t) i / 2 + 500)) + 9 * actual[i]) / 32;
		same[i] = 0.5;
	}
	for (i = 0; i < N; i++)
	{
		double		difference = placement(actual, b, N, i) - placement(actual, a, N, i);

		count[(int) actual[i]]++;
		mean[(int) actual[i]] += difference;
		square[(int) actual[i]] += difference * difference;
	}
	for (i = 0; i < 2; i++)
	{
		mean[i] /= count[i];
		variance += (square[i] - count[i] * mean[i] * mean[i]) / (count[i] - 1) / count[i];
	}
	unit_ok(ml_paired_roc(env, actual, a, b, NULL, N, &paired) == ML_OK, "two rankings");
	unit_near(paired.gain, mean[1], CLOSE, "differ as the pairs say");
	unit_near(paired.gain, mean[0], CLOSE, "seen from either class");
	unit_near(paired.standard_error, sqrt(variance), CLOSE, "with DeLong's standard error");
	unit_near(paired.mean_b - paired.mean_a, paired.gain, CLOSE, "the difference of the areas");
	(void) ml_metrics_binary(env, actual, a, NULL, N, 0.5, 0.5, m, &n);
	unit_near(paired.mean_a, named(m, n, "roc_auc")->value, CLOSE, "the first area");
	unit_ok(ml_paired_roc(env, actual, a, a, NULL, N, &paired) == ML_OK && paired.gain == 0 &&
			paired.standard_error == 0, "a ranking beside itself");
	unit_ok(ml_paired_roc(env, actual, same, a, NULL, N, &paired) == ML_OK, "and beside none");
	unit_near(ML_Z95 * paired.standard_error, named(m, n, "roc_auc")->high - named(m, n, "roc_auc")->value, CLOSE,
			  "has the standard error of the one area");
}

int
main(void)
{
	test_binary_reference();
	test_regression_reference();
	test_binary_edges();
	test_regression_edges();
	test_refusals();
	test_paired();
	test_row_loss();
	test_anomaly();
	test_paired_roc();
	test_confusion();
	test_coverage();
	test_stop_and_budget();
	return unit_done();
}
