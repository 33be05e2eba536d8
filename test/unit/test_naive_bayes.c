/*
 * test_naive_bayes.c
 *		Naive Bayes: against scikit-learn and closed forms; missing values,
 *		zero variances, extreme numbers, merged states, order of rows.
 */
#include "algo/naive_bayes.h"

#include <math.h>
#include <string.h>

#include "frame.h"
#include "math/func.h"
#include "rows.h"
#include "unit.h"

/* Fit on all rows of a frame; NULL, and a failed test, when that fails. */
static const MlBayes *
fit_frame(MlEnv *env, const UnitFrame *frame, int n_classes, const double *parameters, MlFitted *fitted)
{
	double		values[ML_MAX_PARAMETERS];
	MlFitInput	input;

	unit_fit_input(frame, &ml_naive_bayes, ML_CLASSIFICATION, values, &input);
	if (parameters != NULL)
		memcpy(values, parameters, 3 * sizeof(double));
	input.n_classes = n_classes;
	memset(fitted, 0, sizeof(*fitted));
	if (ml_naive_bayes.fit(env, &input, fitted) != ML_OK)
	{
		unit_ok(false, "it is fitted: %s", env->error.message);
		return NULL;
	}
	return fitted->model;
}

/* Greatest difference of the probabilities of all rows from the columns of a file. */
static double
worst_difference(const UnitFrame *frame, const MlBayes *model, const double *expected, int first, int columns)
{
	double		worst = 0;
	int64_t		row;

	for (row = 0; row < frame->frame.n_rows; row++)
	{
		double		inputs[8];
		double		output[ML_MAX_CLASSES];
		int			k;

		ml_frame_row(&frame->frame, row, inputs);
		ml_naive_bayes.predict(model, &frame->signature, inputs, 1, output);
		for (k = 0; k < model->n_classes; k++)
			worst = fmax(worst, fabs(output[k] - expected[row * columns + first + k]));
	}
	return worst;
}

static void
test_reference(void)
{
	static const double options[] = {0.25, 0.01, 1};
	MlEnv	   *env = unit_env();
	int			rows;
	int			columns;
	double	   *expected = unit_csv("naive_bayes_expected.csv", &rows, &columns);
	UnitFrame	frame;
	MlFitted	fitted;
	double		worst;

	unit_frame(env, "naive_bayes.csv", "nnncc-y", &frame);
	worst = worst_difference(&frame, fit_frame(env, &frame, 3, NULL, &fitted), expected, 0, columns);
	unit_ok(worst < 1e-9, "probabilities differ from scikit-learn's by %.2g", worst);
	unit_frame(env, "naive_bayes.csv", "nnnccwy", &frame);
	worst = worst_difference(&frame, fit_frame(env, &frame, 3, options, &fitted), expected, 3, columns);
	unit_ok(worst < 1e-9, "with weights, smoothing and uniform priors by %.2g", worst);
}

/* One number, one category, some of each missing: every term by hand. */
static void
test_closed_form(void)
{
	MlEnv	   *env = unit_env();
	double		cells[] = {
		1, 0, 0,
		3, 1, 0,
		NAN, 1, 0,
		6, NAN, 1,
		8, 0, 1
	};
	UnitFrame	frame;
	MlFitted	fitted;
	const MlBayes *model;
	double		sd;
	double		joint[2];
	double		inputs[2] = {2, 1};
	double		variance;
	double		expected[2];

	unit_frame_of(env, cells, 5, "ncy", &frame);
	model = fit_frame(env, &frame, 2, NULL, &fitted);
	sd = frame.signature.inputs[0].sd;
	variance = 1 / (sd * sd) + 1e-9;
	expected[0] = log(3.0 / 5) - 0.5 * log(2 * M_PI * variance) + log((2.0 + 1) / (3 + 2));
	expected[1] = log(2.0 / 5) - 0.5 * log(2 * M_PI * variance) - 25 / (sd * sd) / (2 * variance) + log((0.0 + 1) / (1 + 2));
	ml_bayes_joint(model, &frame.signature, inputs, joint);
	unit_near(joint[0], expected[0], 1e-13, "the first class");
	unit_near(joint[1], expected[1], 1e-13, "and the second");
	inputs[0] = NAN;
	ml_bayes_joint(model, &frame.signature, inputs, joint);
	unit_near(joint[0], log(3.0 / 5) + log(3.0 / 5), 1e-14, "a missing number says nothing");
	inputs[1] = 2;
	ml_bayes_joint(model, &frame.signature, inputs, joint);
	unit_near(joint[0], log(3.0 / 5), 1e-14, "nor does a category that training did not see");
	unit_near(joint[1], log(2.0 / 5), 1e-14, "in any class");
	inputs[1] = NAN;
	ml_bayes_joint(model, &frame.signature, inputs, joint);
	unit_near(joint[1], log(2.0 / 5), 1e-14, "nor a missing one");
	unit_ok(fitted.iterations == 1 && fitted.train_loss > 0 && fitted.train_loss < 1, "the loss is %g", fitted.train_loss);
}

/* Categories that share a place have a probability too. */
static void
test_other(void)
{
	MlEnv	   *env = unit_env();
	double		cells[] = {0, 0, 1, 0, 2, 0, 2, 1, 2, 1, 1, 1};
	UnitFrame	frame;
	MlFitted	fitted;
	double		joint[2];
	double		other = 2;

	unit_frame_of(env, cells, 6, "oy", &frame);
	ml_bayes_joint(fit_frame(env, &frame, 2, NULL, &fitted), &frame.signature, &other, joint);
	unit_near(joint[0], log(0.5) + log(2.0 / 6), 1e-14, "one of three with one row more each");
	unit_near(joint[1], log(0.5) + log(3.0 / 6), 1e-14, "two of three");
}

/* A class of one row, a constant, a class without a value, numbers at the end of the range. */
static void
test_extremes(void)
{
	MlEnv	   *env = unit_env();
	double		cells[] = {
		1e308, 5, NAN, 0,
		-1e308, 5, NAN, 0,
		1.5e308, 5, 2, 1,
		1.7e308, 5, 3, 1,
		-1.7e308, 5, 1, 2
	};
	UnitFrame	frame;
	MlFitted	fitted;
	const MlBayes *model;
	double		inputs[3];
	double		output[4];
	int			wrong = 0;
	int			i;

	unit_frame_of(env, cells, 5, "nnny", &frame);
	frame.signature.inputs[0].mean = 2.4e307;
	frame.signature.inputs[0].sd = 1.3e308;
	model = fit_frame(env, &frame, 4, NULL, &fitted);
	for (i = 0; i < 5; i++)
	{
		ml_frame_row(&frame.frame, i, inputs);
		ml_naive_bayes.predict(model, &frame.signature, inputs, 1, output);
		wrong += !(fabs(output[0] + output[1] + output[2] - 1) < 1e-12) || output[(int) cells[4 * i + 3]] < 0.5;
	}
	unit_ok(wrong == 0, "every row is of its class");
	unit_ok(isfinite(fitted.train_loss), "the loss is finite: %g", fitted.train_loss);
	unit_ok(model->prior[3] == ML_BAYES_NEVER, "a class without rows");
	for (i = 0; i < 3; i++)
		inputs[i] = i == 0 ? -INFINITY : 1e308;
	ml_naive_bayes.predict(model, &frame.signature, inputs, 1, output);
	unit_ok(fabs(output[0] + output[1] + output[2] - 1) < 1e-12, "a row far from all has probabilities");
}

static void
test_refused_weights(void)
{
	MlEnv	   *env = unit_env();
	double		cells[] = {1, 1e308, 0, 2, 1e308, 0, 4, 1, 1, 3, 1, 1};
	double		values[ML_MAX_PARAMETERS];
	UnitFrame	frame;
	MlFitInput	input;
	MlFitted	fitted = {0};

	unit_frame_of(env, cells, 4, "nwy", &frame);
	unit_fit_input(&frame, &ml_naive_bayes, ML_CLASSIFICATION, values, &input);
	input.n_classes = 2;
	unit_ok(ml_naive_bayes.fit(env, &input, &fitted) == ML_INVALID_DATA, "weights without end are refused");
	unit_text(env->error.message, "the sums of naive Bayes are beyond double precision", "by reason");
	input.n_rows = 0;
	unit_ok(ml_naive_bayes.fit(env, &input, &fitted) == ML_INVALID_DATA, "as are no rows");
}

static bool
same_model(const MlBayes *a, const MlBayes *b)
{
	return a->n_terms == b->n_terms &&
		memcmp(a->prior, b->prior, sizeof(double) * (size_t) a->n_classes) == 0 &&
		memcmp(a->terms, b->terms, sizeof(double) * (size_t) a->n_terms) == 0;
}

/* Rows in another order, and in three parts of which one is empty, give the same bytes. */
static void
test_order(const char *kinds)
{
	MlEnv	   *env = unit_env();
	static const MlBayesOptions options = {.smoothing = 1,.var_smoothing = 1e-9};
	UnitFrame	frame;
	MlFitted	fitted;
	const MlBayes *model;
	MlBayes    *merged;
	MlBayesState *part[3];
	int		   *order;
	uint32_t   *rows;
	double	   *y;
	double	   *weight;
	int			n;
	int			i;

	unit_frame(env, "naive_bayes.csv", kinds, &frame);
	n = (int) frame.frame.n_rows;
	model = fit_frame(env, &frame, 3, NULL, &fitted);
	order = unit_shuffle(env, n);
	rows = ml_allocate(env, (size_t) n, sizeof(uint32_t));
	y = ml_allocate(env, (size_t) n, sizeof(double));
	weight = frame.weight == NULL ? NULL : ml_allocate(env, (size_t) n, sizeof(double));
	for (i = 0; i < n; i++)
	{
		rows[i] = (uint32_t) order[i];
		y[i] = frame.y[order[i]];
		if (weight != NULL)
			weight[i] = frame.weight[order[i]];
	}
	for (i = 0; i < 3; i++)
		if (ml_bayes_begin(env, &frame.signature, 3, weight != NULL, &part[i]) != ML_OK)
			unit_ok(false, "a state is begun");
	unit_ok(ml_bayes_add(part[0], &frame.frame, rows, 100, y, weight) == ML_OK &&
			ml_bayes_add(part[1], &frame.frame, rows + 100, n - 100, y + 100, weight ? weight + 100 : NULL) == ML_OK,
			"%s: two parts of the rows", kinds);
	unit_ok(ml_bayes_merge(part[2], part[1]) == ML_OK && ml_bayes_merge(part[2], part[0]) == ML_OK &&
			ml_bayes_finish(part[2], &options, &merged) == ML_OK, "are merged");
	unit_ok(same_model(model, merged), "to the bytes of the whole");
	for (i = 0; i < 3; i++)
		ml_bayes_end(part[i]);
}

static void
test_merge_refused(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlBayesState *a;
	MlBayesState *b;

	unit_frame(env, "naive_bayes.csv", "nnncc-y", &frame);
	unit_ok(ml_bayes_begin(env, &frame.signature, 3, false, &a) == ML_OK &&
			ml_bayes_begin(env, &frame.signature, 3, true, &b) == ML_OK && ml_bayes_merge(a, b) == ML_INVALID_DATA,
			"states with and without weights do not merge");
}

static void
test_cancel(void)
{
	MlEnv	   *env = unit_env();
	double		values[ML_MAX_PARAMETERS];
	UnitFrame	frame;
	MlFitInput	input;
	MlFitted	fitted = {0};

	unit_frame(env, "naive_bayes.csv", "nnncc-y", &frame);
	unit_fit_input(&frame, &ml_naive_bayes, ML_CLASSIFICATION, values, &input);
	input.n_classes = 3;
	unit_stop_after(env, 3);
	unit_ok(ml_naive_bayes.fit(env, &input, &fitted) == ML_INTERRUPTED, "a cancel is obeyed");
}

int
main(void)
{
	test_reference();
	test_closed_form();
	test_other();
	test_extremes();
	test_refused_weights();
	test_order("nnncc-y");
	test_order("nnnccwy");
	test_merge_refused();
	test_cancel();
	return unit_done();
}
