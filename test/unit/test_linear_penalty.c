/*
 * test_linear_penalty.c
 *		Lasso and elastic net as parameters of linear: against glmnet, the same
 *		penalty said in two ways, lambda by cross-validation, refusals.
 */
#include "algo/linear.h"

#include <math.h>
#include <string.h>

#include "algo/effects.h"
#include "frame.h"
#include "unit.h"

/* id, ten numbers, y */
#define DIABETES "-nnnnnnnnnny"

static void
set(double *parameters, const char *name, double value)
{
	parameters[ml_parameter_index(&ml_linear, name)] = value;
}

static double
deviation(const double *values, int64_t n)
{
	double		sum = 0;
	double		squares = 0;
	int64_t		i;

	for (i = 0; i < n; i++)
		sum += values[i];
	for (i = 0; i < n; i++)
		squares += (values[i] - sum / (double) n) * (values[i] - sum / (double) n);
	return sqrt(squares / (double) n);
}

static const MlEffects *
fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	memset(fitted, 0, sizeof(*fitted));
	unit_ok(ml_linear.fit(env, input, fitted) == ML_OK, "fit: %s", env->error.message);
	return fitted->model;
}

/* glmnet's lasso on standardised columns, of y by its deviation. */
static void
test_glmnet(void)
{
	int			rows;
	int			columns;
	double	   *cells = unit_csv("elastic_net_glmnet.csv", &rows, &columns);
	MlEnv	   *env = unit_env();
	double		parameters[ML_MAX_PARAMETERS];
	UnitFrame	frame;
	MlFitInput	input;
	MlFitted	fitted;
	const MlEffects *effects;
	double		size;
	int			k;

	unit_frame(env, "diabetes.csv", DIABETES, &frame);
	size = deviation(frame.y, frame.frame.n_rows);
	unit_fit_input(&frame, &ml_linear, ML_REGRESSION, parameters, &input);
	set(parameters, "lambda", 0.02 * size);
	effects = fit(env, &input, &fitted);
	for (k = 0; k < 10; k++)
	{
		double		expected = cells[(k + 2) * columns + 6] * size;

		unit_ok(fabs(effects->effects[2 * k] - expected) <= 1e-5 * fabs(expected), "lasso, effect %d: %.9g, glmnet %.9g",
				k, effects->effects[2 * k], expected);
	}
	unit_ok(fitted.iterations == 1 && fitted.n_curve == 0, "no path without a choice");
}

/* l1 and l2 are for the sum of squares, lambda and l1_ratio for its mean. */
static void
test_two_ways(void)
{
	MlEnv	   *env = unit_env();
	double		parameters[ML_MAX_PARAMETERS];
	UnitFrame	frame;
	MlFitInput	input;
	MlFitted	fitted;
	MlFitted	again;
	const MlEffects *one;
	const MlEffects *other;
	int			k;

	unit_frame(env, "diabetes.csv", DIABETES, &frame);
	unit_fit_input(&frame, &ml_linear, ML_REGRESSION, parameters, &input);
	set(parameters, "lambda", 4);
	set(parameters, "l1_ratio", 0.25);
	one = fit(env, &input, &fitted);
	set(parameters, "lambda", 0);
	set(parameters, "l1", 442);
	set(parameters, "l2", 3 * 442);
	other = fit(env, &input, &again);
	for (k = 0; k < one->n_effects; k++)
		unit_near(one->effects[k], other->effects[k], 1e-9, "effect %d", k);
	unit_ok(one->effects[4] != 0, "not all effects are 0");

	/* All of it squared is ridge, to the last digits what l2 gives. */
	set(parameters, "l1", 0);
	one = fit(env, &input, &fitted);
	set(parameters, "l2", 0);
	set(parameters, "lambda", 3);
	set(parameters, "l1_ratio", 0);
	other = fit(env, &input, &again);
	for (k = 0; k < one->n_effects; k++)
		unit_near(one->effects[k], other->effects[k], 1e-12, "ridge, effect %d", k);
}

static int
count_effects(const MlEffects *effects)
{
	int			count = 0;
	int			k;

	for (k = 0; k < effects->n_effects; k++)
		count += effects->effects[k] != 0;
	return count;
}

static void
test_choice(void)
{
	MlEnv	   *env = unit_env();
	double		parameters[ML_MAX_PARAMETERS];
	UnitFrame	frame;
	MlFitInput	input;
	MlFitted	best;
	MlFitted	simplest;
	MlFitted	turned;
	const MlEffects *effects;
	const MlEffects *fewer;
	uint64_t   *identity;
	int64_t		i;
	int			k;

	unit_frame(env, "diabetes.csv", DIABETES, &frame);
	unit_fit_input(&frame, &ml_linear, ML_REGRESSION, parameters, &input);
	identity = ml_allocate(env, (size_t) input.n_rows, sizeof(uint64_t));
	for (i = 0; i < input.n_rows; i++)
		identity[i] = (uint64_t) i;
	input.identity = identity;
	set(parameters, "lambda", -1);
	effects = fit(env, &input, &best);
	unit_ok(best.n_curve == 100 && best.iterations > 1 && best.iterations < 100, "step %d of a path", best.iterations);
	for (k = 0; k < best.n_curve; k++)
		unit_ok(best.curve[k].validation_loss >= best.curve[best.iterations - 1].validation_loss &&
				best.curve[k].iteration == k + 1, "the chosen step has the lowest error");
	unit_near(best.curve[best.iterations - 1].train_loss, best.train_loss, 1e-9,
			  "the error of the factor is that of the rows");
	set(parameters, "lambda", -2);
	fewer = fit(env, &input, &simplest);
	unit_ok(simplest.iterations < best.iterations && count_effects(fewer) < count_effects(effects),
			"one standard error: %d effects instead of %d", count_effects(fewer), count_effects(effects));

	/* The folds go by identity, not by the place of a row. */
	set(parameters, "lambda", -1);
	for (i = 0; i < input.n_rows; i++)
		frame.rows[i] = (uint32_t) (input.n_rows - 1 - i);
	fewer = fit(env, &input, &turned);
	unit_ok(turned.iterations == best.iterations, "the same step for another order of rows");
	for (k = 0; k < effects->n_effects; k++)
		unit_near(fewer->effects[k], effects->effects[k], 1e-7, "the same effect %d", k);
	input.seed = 1;
	fit(env, &input, &turned);
	unit_ok(turned.curve[50].validation_loss != best.curve[50].validation_loss, "another seed, other folds");
	unit_text(unit_warnings(env), "", "no warning");
}

/* Rows of one identity never part, and there have to be two. */
static void
test_few(void)
{
	MlEnv	   *env = unit_env();
	double		parameters[ML_MAX_PARAMETERS];
	double		cells[16];
	uint64_t	identity[8] = {7, 7, 7, 7, 9, 9, 9, 9};
	UnitFrame	frame;
	MlFitInput	input;
	MlFitted	fitted;
	int			i;

	for (i = 0; i < 8; i++)
	{
		cells[2 * i] = i % 4;
		cells[2 * i + 1] = 3 * (i % 4) + (i < 4 ? 1 : -1);
	}
	unit_frame_of(env, cells, 8, "ny", &frame);
	unit_fit_input(&frame, &ml_linear, ML_REGRESSION, parameters, &input);
	input.identity = identity;
	set(parameters, "lambda", -1);
	fit(env, &input, &fitted);
	/* Two folds, each off by 2 for the other: at the end of the path the slope is 3 in both. */
	unit_near(fitted.curve[99].validation_loss, 4, 1e-3, "two folds");
	for (i = 0; i < 8; i++)
		identity[i] = 7;
	unit_ok(ml_linear.fit(env, &input, &fitted) == ML_INVALID_DATA, "one identity");
	unit_text(env->error.message, "cross-validation needs rows of at least two identities", "and it says so");
}

static void
test_refused(void)
{
	MlEnv	   *env = unit_env();
	double		parameters[ML_MAX_PARAMETERS];
	MlOption	option = {"alpha", 0, "cv_1se", NULL, 0};
	UnitFrame	frame;
	MlFitInput	input;
	MlFitted	fitted;

	unit_frame(env, "diabetes.csv", DIABETES, &frame);
	unit_fit_input(&frame, &ml_linear, ML_REGRESSION, parameters, &input);
	set(parameters, "lambda", -1);
	set(parameters, "l2", 1);
	unit_ok(ml_linear.fit(env, &input, &fitted) == ML_INVALID_OPTION, "l2 and lambda");
	unit_text(env->error.message, "parameters \"l2\" and \"lambda\" exclude each other", "and it says so");

	unit_ok(ml_parameters_resolve(env, &ml_linear, &option, 1, parameters) == ML_OK &&
			parameters[ml_parameter_index(&ml_linear, "lambda")] == -2, "a number by name");
	option.text = "lambda.min";
	unit_ok(ml_parameters_resolve(env, &ml_linear, &option, 1, parameters) == ML_OK &&
			parameters[ml_parameter_index(&ml_linear, "lambda")] == -1, "a name of glmnet");
	option.text = "best";
	unit_ok(ml_parameters_resolve(env, &ml_linear, &option, 1, parameters) == ML_INVALID_OPTION, "another name");
	unit_text(env->error.hint, "It is a number, or one of: cv, cv_1se.", "hint");
	option.text = NULL;
	option.value = -1;
	unit_ok(ml_parameters_resolve(env, &ml_linear, &option, 1, parameters) == ML_INVALID_OPTION,
			"the number of a name is no number to give");
}

int
main(void)
{
	test_glmnet();
	test_two_ways();
	test_choice();
	test_few();
	test_refused();
	return unit_done();
}
