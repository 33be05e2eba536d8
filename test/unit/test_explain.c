/*
 * test_explain.c
 *		Explanations of linear models, and of models that are only asked for
 *		predictions: against closed forms. Trees are in test_tree_shap.c.
 */
#include <math.h>
#include <string.h>

#include "algo/effects.h"
#include "algo/explain.h"
#include "algo/linear.h"
#include "math/func.h"
#include "unit.h"

#define MOST_INPUTS 12

static MlInput inputs_of_signature[MOST_INPUTS];

static MlSignature
make_signature(int n)
{
	MlSignature signature = {.n_inputs = n, .inputs = inputs_of_signature};
	int			i;

	memset(inputs_of_signature, 0, sizeof(inputs_of_signature));
	for (i = 0; i < n; i++)
		inputs_of_signature[i].mean = 1.0;
	return signature;
}

/* x_0 x_1 x_2 + 2 x_3 + ... + n x_(n-1), each less its mean; missing counts as the mean */
static double
margin(const MlSignature *signature, const double *inputs)
{
	double		x[MOST_INPUTS] = {0};
	double		sum;
	int			i;

	for (i = 0; i < signature->n_inputs; i++)
		x[i] = isnan(inputs[i]) ? 0.0 : inputs[i] - 1.0;
	sum = x[0] * x[1] * x[2] + 0.5;
	for (i = 3; i < signature->n_inputs; i++)
		sum += i * x[i];
	return sum;
}

static void
predict_margin(const void *model, const MlSignature *signature, const double *inputs, int n_rows, double *outputs)
{
	int			i;

	(void) model;
	for (i = 0; i < n_rows; i++)
		outputs[i] = margin(signature, inputs + (size_t) i * (size_t) signature->n_inputs);
}

static void
predict_probability(const void *model, const MlSignature *signature, const double *inputs, int n_rows,
					double *outputs)
{
	int			i;

	predict_margin(model, signature, inputs, n_rows, outputs);
	for (i = 0; i < n_rows; i++)
		outputs[i] = ml_sigmoid(outputs[i]);
}

/* Three classes with the shares e^margin / 10, 0.3 and the rest. */
static void
predict_shares(const void *model, const MlSignature *signature, const double *inputs, int n_rows,
			   double *outputs)
{
	double		margins[MOST_INPUTS + 1];
	int			i;

	predict_margin(model, signature, inputs, n_rows, margins);
	for (i = 0; i < n_rows; i++)
	{
		outputs[3 * i] = ml_exp(margins[i]) / 10;
		outputs[3 * i + 1] = 0.3;
		outputs[3 * i + 2] = 0.7 - outputs[3 * i];
	}
}

static const MlAlgorithm asked_margin = {.name = "margin", .predict = predict_margin};
static const MlAlgorithm asked_probability = {.name = "probability", .predict = predict_probability};
static const MlAlgorithm asked_shares = {.name = "shares", .predict = predict_shares};

/* The three factors of a product share it alike; what is added belongs to its input. */
static void
test_asked(const MlAlgorithm *algorithm, MlTask task, int n_classes, int n_inputs)
{
	MlEnv	   *env = unit_env();
	MlSignature signature = make_signature(n_inputs);
	double		row[MOST_INPUTS] = {1.5, 2.0, 0.5, 1.1, 0.9, 1.2, 0.95, 1.01, 0.99, 1.02, NAN, 0.98};
	double		contributions[MOST_INPUTS];
	double		errors[MOST_INPUTS];
	MlExplainer explainer;
	double		sum;
	int			i;

	unit_ok(ml_explain_begin(env, algorithm, NULL, &signature, task, n_classes, 0, &explainer) == ML_OK &&
			ml_explain_rows(&explainer, row, 1, contributions, errors) == ML_OK, "%s of %d inputs can be explained",
			algorithm->name, n_inputs);
	sum = explainer.base;
	for (i = 0; i < n_inputs; i++)
		sum += contributions[i];
	unit_near(sum, margin(&signature, row) - (n_classes > 2 ? log(10.0) : 0.0), 1e-10, "they add up to the margin");
	unit_ok(explainer.exact == (n_inputs <= 8), "exact for few inputs only");
	for (i = 0; i < n_inputs; i++)
	{
		double		expected = i < 3 ? 0.5 * 1.0 * -0.5 / 3 : isnan(row[i]) ? 0.0 : i * (row[i] - 1.0);

		if (explainer.exact || i >= 3)
			unit_near(contributions[i], expected, 1e-10, "input %d", i);
		else
			unit_ok(errors[i] > 0 && fabs(contributions[i] - expected) < 4 * errors[i],
					"input %d: %g is %g within four standard errors of %g", i, contributions[i], expected, errors[i]);
	}
}

static void
test_linear(void)
{
	static const double values[] = {2.0, -1.0, 0.0, 3.0, 0.25, -0.5, 0.75};
	MlEnv	   *env = unit_env();
	MlSignature signature = make_signature(2);
	MlEffects	effects = {.intercept = 10, .n_effects = 7, .effects = values};
	double		rows[6] = {3.0, 0.0, NAN, 1.0, 1.0, NAN};
	double		expected[6] = {4.0, 0.0, -1.0, 3.0, 0.0, 0.75};
	double		contributions[6];
	MlExplainer explainer;
	int			i;

	inputs_of_signature[1].category = true;
	inputs_of_signature[1].n_levels = 3;
	unit_ok(ml_explain_begin(env, &ml_linear, &effects, &signature, ML_REGRESSION, 0, 0, &explainer) == ML_OK &&
			ml_explain_rows(&explainer, rows, 3, contributions, NULL) == ML_OK, "a linear model can be explained");
	unit_ok(explainer.exact && explainer.base == 10, "exactly, from the means and reference levels on");
	for (i = 0; i < 6; i++)
		unit_near(contributions[i], expected[i], 1e-15, "row %d, input %d", i / 2, i % 2);
}

int
main(void)
{
	test_asked(&asked_margin, ML_REGRESSION, 0, 4);
	test_asked(&asked_margin, ML_ANOMALY, 0, 12);
	test_asked(&asked_probability, ML_CLASSIFICATION, 2, 8);
	test_asked(&asked_probability, ML_CLASSIFICATION, 2, 12);
	test_asked(&asked_shares, ML_CLASSIFICATION, 3, 5);
	test_linear();
	return unit_done();
}
