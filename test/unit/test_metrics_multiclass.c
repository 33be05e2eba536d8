/*
 * test_metrics_multiclass.c
 *		Metrics of more than two classes against scikit-learn and by hand.
 */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "stats/metrics_multiclass.h"
#include "unit.h"

#define CLASSES 4
#define CLOSE 1e-12
#define NUMERIC 1e-6			/* of derivatives that were taken numerically */

typedef struct Reference
{
	int			rows;
	double	   *actual;
	double	   *probability;	/* (rows, CLASSES) */
	double	   *weight;
} Reference;

static const double shares[CLASSES] = {0.4, 0.3, 0.24, 0.06};

/* The reference data; with a seed, in an order that a hash chose. */
static Reference
read_reference(MlEnv *env, uint64_t seed)
{
	Reference	data;
	int			columns;
	double	   *cells = unit_csv("metrics_multiclass.csv", &data.rows, &columns);
	int			i;

	for (i = data.rows - 1; i > 0 && seed != 0; i--)
	{
		double		swap[CLASSES + 2];
		int			j = (int) (ml_hash_word(seed, (uint64_t) i) % (uint64_t) (i + 1));

		memcpy(swap, &cells[i * columns], sizeof(swap));
		memcpy(&cells[i * columns], &cells[j * columns], sizeof(swap));
		memcpy(&cells[j * columns], swap, sizeof(swap));
	}
	data.actual = ml_allocate(env, (size_t) data.rows, sizeof(double));
	data.weight = ml_allocate(env, (size_t) data.rows, sizeof(double));
	data.probability = ml_allocate(env, (size_t) data.rows * CLASSES, sizeof(double));
	for (i = 0; i < data.rows; i++)
	{
		data.actual[i] = cells[i * columns];
		memcpy(&data.probability[i * CLASSES], &cells[i * columns + 1], sizeof(double) * CLASSES);
		data.weight[i] = cells[i * columns + 1 + CLASSES];
	}
	return data;
}

static MlClassMetric *
measure(MlEnv *env, const Reference *data, const double *weight, double *confusion)
{
	MlClassMetric *metrics = ml_allocate(env, ML_MULTICLASS_METRICS(CLASSES), sizeof(MlClassMetric));

	unit_ok(ml_metrics_multiclass(env, data->actual, data->probability, weight, data->rows, CLASSES,
								  shares, metrics, confusion) == ML_OK, "metrics of four classes");
	return metrics;
}

static void
same_metrics(const MlClassMetric *metrics, const double *expected, const char *what)
{
	int			i;

	for (i = 0; i < ML_MULTICLASS_METRICS(CLASSES); i++)
	{
		const MlMetric *m = &metrics[i].metric;

		unit_near(m->value, expected[4 * i], CLOSE, "%s: %s of class %d", what, m->name,
				  metrics[i].class_number);
		unit_near(m->low, expected[4 * i + 1], NUMERIC, "%s: low end of %s", what, m->name);
		unit_near(m->high, expected[4 * i + 2], NUMERIC, "%s: high end of %s", what, m->name);
		unit_near(m->baseline, expected[4 * i + 3], CLOSE, "%s: baseline of %s", what, m->name);
	}
}

static const MlMetric *
named(const MlClassMetric *metrics, int n_classes, const char *name, int class_number)
{
	int			i;

	for (i = 0; i < ML_MULTICLASS_METRICS(n_classes); i++)
	{
		if (strcmp(metrics[i].metric.name, name) == 0 && metrics[i].class_number == class_number)
			return &metrics[i].metric;
	}
	unit_ok(false, "metric %s of class %d is there", name, class_number);
	return &metrics[0].metric;
}

static void
test_reference(void)
{
	MlEnv	   *env = unit_env();
	int			n_expected;
	int			width;
	double	   *expected = unit_csv("metrics_multiclass_expected.csv", &n_expected, &width);
	Reference	data = read_reference(env, 0);
	Reference	shuffled = read_reference(env, 5);
	MlClassMetric *plain = measure(env, &data, NULL, NULL);
	MlClassMetric *weighted = measure(env, &data, data.weight, NULL);
	MlClassMetric *again = measure(env, &shuffled, shuffled.weight, NULL);
	int			i;
	bool		same = true;

	unit_ok(n_expected == 2 * ML_MULTICLASS_METRICS(CLASSES) && width == 4, "the expected file has its shape");
	same_metrics(plain, expected, "plain");
	same_metrics(weighted, expected + 4 * ML_MULTICLASS_METRICS(CLASSES), "weighted");
	for (i = 0; i < ML_MULTICLASS_METRICS(CLASSES); i++)
		same = same && memcmp(&weighted[i].metric.value, &again[i].metric.value, 4 * sizeof(double)) == 0;
	unit_ok(same, "the same to the bit in any order of the rows");
}

static void
test_confusion(void)
{
	MlEnv	   *env = unit_env();
	Reference	data = read_reference(env, 0);
	double		confusion[CLASSES * CLASSES];
	double		counted[CLASSES * CLASSES] = {0};
	int			i;

	measure(env, &data, NULL, confusion);
	for (i = 0; i < data.rows; i++)
		counted[(int) data.actual[i] * CLASSES + ml_greatest(&data.probability[i * CLASSES], CLASSES)]++;
	unit_ok(memcmp(confusion, counted, sizeof(counted)) == 0, "rows by actual and predicted class");
	measure(env, &data, data.weight, confusion);
	unit_ok(confusion[0] != counted[0] && confusion[0] > 0, "weights are summed");
}

static void
test_greatest(void)
{
	double		tied[] = {0.25, 0.3, 0.15, 0.3};

	unit_ok(ml_greatest(tied, 4) == 1, "the first of equal probabilities");
	unit_ok(ml_greatest(tied, 1) == 0, "of one");
}

static void
test_perfect(void)
{
	static const double actual[] = {0, 0, 1, 1, 2, 2, 2};
	double		probability[21] = {0};
	MlEnv	   *env = unit_env();
	MlClassMetric metrics[ML_MULTICLASS_METRICS(3)];
	const MlMetric *m;
	int			i;

	for (i = 0; i < 7; i++)
		probability[i * 3 + (int) actual[i]] = 1;
	unit_ok(ml_metrics_multiclass(env, actual, probability, NULL, 7, 3, shares, metrics, NULL) == ML_OK, "a perfect model");
	for (i = 0; i < ML_MULTICLASS_METRICS(3); i++)
	{
		bool		loss = !ml_metric_larger_is_better(metrics[i].metric.name);

		unit_ok(metrics[i].metric.value == (loss ? 0 : 1), "%s is %.17g", metrics[i].metric.name, metrics[i].metric.value);
	}
	m = named(metrics, 3, "balanced_accuracy", -1);
	unit_ok(m->low > 0.2 && m->low < 0.5 && m->high == 1, "its interval is that of two rows");
	m = named(metrics, 3, "roc_auc", -1);
	unit_ok(m->low > 0.2 && m->low < 0.5 && m->high == 1, "that of the area, too");
	unit_ok(isnan(named(metrics, 3, "cohen_kappa", -1)->low), "kappa has none");
}

/* Classes that no row is of, or that are never predicted. */
static void
test_absent(void)
{
	static const double actual[] = {0, 0, 2, 2, 2};
	static const double probability[] = {
		0.8, 0.1, 0.1,
		0.4, 0.5, 0.1,
		0.2, 0.2, 0.6,
		0.1, 0.2, 0.7,
		0.6, 0.1, 0.3
	};
	static const double alone[] = {2, 2, 2, 2, 2};
	MlEnv	   *env = unit_env();
	MlClassMetric metrics[ML_MULTICLASS_METRICS(3)];

	unit_ok(ml_metrics_multiclass(env, actual, probability, NULL, 5, 3, shares, metrics, NULL) == ML_OK, "a class without rows");
	unit_ok(isnan(named(metrics, 3, "roc_auc", 1)->value) && isnan(named(metrics, 3, "roc_auc", 1)->baseline), "it has no area");
	unit_near(named(metrics, 3, "roc_auc", -1)->value, (named(metrics, 3, "roc_auc", 0)->value + named(metrics, 3, "roc_auc", 2)->value) / 2,
			  CLOSE, "the mean is over the others");
	unit_near(named(metrics, 3, "balanced_accuracy", -1)->value, (1.0 / 2 + 2.0 / 3) / 2, CLOSE, "balanced accuracy, too");
	unit_near(named(metrics, 3, "recall_macro", -1)->value, (1.0 / 2 + 2.0 / 3) / 3, CLOSE, "macro recall counts what was predicted");
	unit_ok(named(metrics, 3, "recall", 1)->value == 0 && isnan(named(metrics, 3, "recall", 1)->low), "recall of nothing is 0 without interval");
	unit_ok(named(metrics, 3, "precision", 1)->value == 0 && named(metrics, 3, "precision", 1)->low == 0, "precision is 0 of one row");

	unit_ok(ml_metrics_multiclass(env, alone, probability, NULL, 5, 3, shares, metrics, NULL) == ML_OK, "rows of one class");
	unit_ok(isnan(named(metrics, 3, "roc_auc", -1)->value) && isnan(named(metrics, 3, "roc_auc", -1)->low), "have no area at all");
	unit_near(named(metrics, 3, "accuracy", -1)->value, 0.4, CLOSE, "but accuracy");
	unit_ok(named(metrics, 3, "mcc", -1)->value == 0, "MCC is 0, as in scikit-learn");

	unit_ok(ml_metrics_multiclass(env, actual, probability, NULL, 1, 3, shares, metrics, NULL) == ML_OK, "one row");
	unit_ok(isnan(named(metrics, 3, "log_loss", -1)->low) && !isnan(named(metrics, 3, "log_loss", -1)->value), "has a loss without interval");
	unit_ok(isnan(named(metrics, 3, "cohen_kappa", -1)->value), "kappa is not defined");
}

static void
test_refusals(void)
{
	double		actual[] = {0, 1, 2};
	double		probability[] = {0.5, 0.3, 0.2, 0.1, 0.8, 0.1, 0.2, 0.2, 0.6};
	double		weight[] = {1, 1, 1};
	MlEnv	   *env = unit_env();
	MlClassMetric metrics[ML_MULTICLASS_METRICS(3)];

#define REFUSED(text) \
	unit_ok(ml_metrics_multiclass(env, actual, probability, weight, 3, 3, shares, metrics, NULL) == ML_INVALID_DATA, text)

	actual[1] = 3;
	REFUSED("a class number beyond the classes");
	actual[1] = 0.5;
	REFUSED("half a class number");
	actual[1] = NAN;
	REFUSED("no class number");
	actual[1] = 1;
	probability[4] = 1.5;
	REFUSED("a probability above 1");
	probability[4] = NAN;
	REFUSED("no probability");
	probability[4] = 0.8;
	weight[0] = -1;
	REFUSED("a negative weight");
	weight[0] = weight[1] = weight[2] = 0;
	REFUSED("no weight");
	unit_ok(ml_metrics_multiclass(env, actual, probability, NULL, 0, 3, shares, metrics, NULL) == ML_INVALID_DATA, "no rows");
}

static void
test_row_loss(void)
{
	static const double probability[] = {0.2, 0.5, 0.3};
	static const double sure[] = {0, 1, 0};
	double		loss;

	unit_ok(ml_row_loss_multiclass("log_loss", 2, probability, 3, &loss), "log loss of a row");
	unit_near(loss, -log(0.3), CLOSE, "is minus the log of its probability");
	unit_ok(ml_row_loss_multiclass("log_loss", 0, sure, 3, &loss), "of an impossible class");
	unit_near(loss, -log(1e-15), CLOSE, "it is finite");
	unit_ok(ml_row_loss_multiclass("brier", 0, probability, 3, &loss), "Brier score of a row");
	unit_near(loss, 0.64 + 0.25 + 0.09, CLOSE, "is the sum over the classes");
	unit_ok(ml_row_loss_multiclass("accuracy", 1, probability, 3, &loss) && loss == 0, "right");
	unit_ok(ml_row_loss_multiclass("accuracy", 2, probability, 3, &loss) && loss == 1, "wrong");
	unit_ok(!ml_row_loss_multiclass("roc_auc", 2, probability, 3, &loss), "an area has no loss of a row");
}

/* A hundred classes; stopped anywhere, and with too little memory. */
static void
test_stop_and_budget(void)
{
	enum
	{
		ROWS = 2000, MANY = 100
	};
	MlEnv	   *env = unit_env();
	double	   *actual = ml_allocate(env, ROWS, sizeof(double));
	double	   *probability = ml_allocate(env, (size_t) ROWS * MANY, sizeof(double));
	double		even[MANY];
	MlClassMetric *metrics = ml_allocate(env, ML_MULTICLASS_METRICS(MANY), sizeof(MlClassMetric));
	MlStatus	status = ML_INTERRUPTED;
	int			stops;
	int			i;

	for (i = 0; i < MANY; i++)
		even[i] = 1.0 / MANY;
	for (i = 0; i < ROWS; i++)
	{
		actual[i] = i % MANY;
		probability[i * MANY + (i / 2) % MANY] = 1;
	}
	for (stops = 0; status == ML_INTERRUPTED && stops < 10000; stops += 7)
	{
		unit_stop_after(env, stops);
		status = ml_metrics_multiclass(env, actual, probability, NULL, ROWS, MANY, even, metrics, NULL);
	}
	unit_ok(status == ML_OK && stops > 100, "metrics of a hundred classes stop wherever they are asked to");
	unit_stop_after(env, -1);
	unit_budget(env, 2000000);
	unit_ok(ml_metrics_multiclass(env, actual, probability, NULL, ROWS, MANY, even, metrics, NULL) == ML_OUT_OF_MEMORY,
			"and say when memory is exhausted");
}

int
main(void)
{
	test_reference();
	test_confusion();
	test_greatest();
	test_perfect();
	test_absent();
	test_refusals();
	test_row_loss();
	test_stop_and_budget();
	return unit_done();
}
