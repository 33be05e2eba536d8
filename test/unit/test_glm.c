/*
 * test_glm.c
 *		Generalised linear models: coefficients, errors and statistics against
 *		statsmodels, penalties against optimal points; separation, rank,
 *		classes without rows, large tables, hostile targets.
 */
#include "algo/glm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/effects.h"
#include "algo/gamma.h"
#include "algo/inference.h"
#include "algo/logistic.h"
#include "algo/poisson.h"
#include "base/hash.h"
#include "frame.h"
#include "math/func.h"
#include "unit.h"

static const char *const three[3] = {"first", "second", "third"};

typedef struct Case
{
	UnitFrame	frame;
	MlFitInput	input;
	double		parameters[ML_MAX_PARAMETERS];
	MlOption	offset;
	MlFitted	fitted;
} Case;

static void
prepare(Case *test, const MlAlgorithm *algorithm, int n_classes)
{
	unit_fit_input(&test->frame, algorithm, n_classes > 0 ? ML_CLASSIFICATION : ML_REGRESSION,
				   test->parameters, &test->input);
	test->input.n_classes = n_classes;
	test->input.labels = three;
	test->input.target = "y";
	memset(&test->fitted, 0, sizeof(test->fitted));
}

static void
give_offset(Case *test, const char *column)
{
	test->offset.name = "offset";
	test->offset.text = column;
	test->input.options = &test->offset;
	test->input.n_options = 1;
	test->parameters[ML_GLM_OFFSET] = -1;
}

/* A made table of n rows, kinds as in frame.h. */
static void
prepare_cells(MlEnv *env, Case *test, double *cells, int n, const char *kinds,
			  const MlAlgorithm *algorithm, int n_classes)
{
	unit_frame_of(env, cells, n, kinds, &test->frame);
	prepare(test, algorithm, n_classes);
}

static bool
near(double got, double expected, double tolerance)
{
	return isnan(expected) ? isnan(got) : fabs(got - expected) <= tolerance * fmax(1e-3, fabs(expected));
}

/* The largest relative difference to a column of a file; NaN stands for NaN. */
static double
difference(const double *got, int n, const double *cells, int columns, int column)
{
	double		worst = 0;
	int			i;

	for (i = 0; i < n; i++)
	{
		double		expected = cells[i * columns + column];

		if (isnan(got[i]) != isnan(expected))
			return INFINITY;
		if (!isnan(expected))
			worst = fmax(worst, fabs(got[i] - expected) / fmax(fabs(expected), 1e-6));
	}
	return worst;
}

static void
test_statsmodels(void)
{
	static const MlFitStatistic statistics[9] = {
		ML_FIT_DEVIANCE, ML_FIT_NULL_DEVIANCE, ML_FIT_LOG_LIKELIHOOD, ML_FIT_AIC, ML_FIT_BIC,
		ML_FIT_PSEUDO_R2, ML_FIT_DISPERSION, ML_FIT_DF_MODEL, ML_FIT_DF_RESIDUAL
	};
	static const char *const kinds[6] = {
		"nnc--y---", "nncnwy---", "nnc---y--", "nncnw-y--", "nnc----y-", "nncnw--y-"
	};
	const MlAlgorithm *const algorithms[3] = {&ml_logistic, &ml_poisson, &ml_gamma};
	int			rows;
	int			columns;
	int			n_models;
	double	   *expected = unit_csv("glm_terms.csv", &rows, &columns);
	double	   *fits = unit_csv("glm_statistics.csv", &rows, &n_models);
	int			model;
	int			k;

	for (model = 0; model < 6; model++)
	{
		MlEnv	   *env = unit_env();
		const MlAlgorithm *algorithm = algorithms[model / 2];
		const MlInference *inference;
		Case		test;
		double		worst;

		unit_frame(env, "glm_mixed.csv", kinds[model], &test.frame);
		prepare(&test, algorithm, model < 2 ? 2 : 0);
		test.parameters[ML_GLM_L2] = 0;
		if (model % 2 == 1)
			give_offset(&test, "d");
		unit_ok(algorithm->fit(env, &test.input, &test.fitted) == ML_OK, "%s %d: fitted %s",
				algorithm->name, model, env->error.message);
		inference = test.fitted.inference;
		unit_ok(inference->n_terms == 9 + model % 2, "%s: %d terms", algorithm->name, inference->n_terms);
		worst = difference(inference->estimate, inference->n_terms, expected, columns, 3 * model);
		unit_ok(worst < 1e-7, "%s %d: estimates differ by %.2g", algorithm->name, model, worst);
		worst = difference(inference->std_error, inference->n_terms, expected, columns, 3 * model + 1);
		unit_ok(worst < 1e-7, "%s %d: errors differ by %.2g", algorithm->name, model, worst);
		worst = difference(inference->robust, inference->n_terms, expected, columns, 3 * model + 2);
		unit_ok(worst < 1e-7, "%s %d: robust errors differ by %.2g", algorithm->name, model, worst);
		for (k = 0; k < 9; k++)
		{
			double		statistic = inference->statistic[statistics[k]];

			unit_ok((model < 2 && statistics[k] == ML_FIT_DISPERSION) ||
					near(statistic, fits[k * n_models + model], 1e-8), "%s %d: %s %.12g, not %.12g",
					algorithm->name, model, ml_fit_statistic_name(statistics[k]), statistic, fits[k * n_models + model]);
		}
		if (model >= 2)
			unit_ok(model % 2 == 1 || near(test.fitted.train_loss, inference->statistic[ML_FIT_DEVIANCE] / 400, 1e-9),
					"%s: the loss is the mean deviance", algorithm->name);
		unit_text(unit_warnings(env), "", "%s: no warning", algorithm->name);
	}
}

static void
test_classes(void)
{
	static const MlFitStatistic statistics[7] = {
		ML_FIT_DEVIANCE, ML_FIT_NULL_DEVIANCE, ML_FIT_LOG_LIKELIHOOD, ML_FIT_AIC, ML_FIT_BIC,
		ML_FIT_PSEUDO_R2, ML_FIT_DF_RESIDUAL
	};
	MlEnv	   *env = unit_env();
	const MlInference *inference;
	Case		test;
	int			rows;
	int			columns;
	double	   *expected = unit_csv("glm_classes.csv", &rows, &columns);
	double	   *fits = unit_csv("glm_class_statistics.csv", &rows, &columns);
	double		outputs[3];
	double		inputs[8];
	double		worst;
	int			k;

	unit_frame(env, "glm_mixed.csv", "nnc-----y", &test.frame);
	prepare(&test, &ml_logistic, 3);
	test.parameters[ML_GLM_L2] = 0;
	unit_ok(ml_logistic.fit(env, &test.input, &test.fitted) == ML_OK, "multinomial: %s", env->error.message);
	inference = test.fitted.inference;
	unit_ok(inference->n_terms == 27, "terms of three classes");
	worst = difference(inference->estimate + 9, 18, expected, 2, 0);
	unit_ok(worst < 1e-7, "estimates differ by %.2g", worst);
	worst = difference(inference->std_error + 9, 18, expected, 2, 1);
	unit_ok(worst < 1e-7, "errors differ by %.2g", worst);
	for (k = 0; k < 9; k++)
		unit_ok(inference->estimate[k] == 0 && isnan(inference->std_error[k]) &&
				inference->reason[k] == ML_REASON_REFERENCE, "term %d of the first class is 0", k);
	for (k = 0; k < 7; k++)
		unit_ok(near(inference->statistic[statistics[k]], fits[k], 1e-7), "%s", ml_fit_statistic_name(statistics[k]));
	ml_frame_row(&test.frame.frame, 5, inputs);
	ml_logistic.predict(test.fitted.model, &test.frame.signature, inputs, 1, outputs);
	unit_near(outputs[0] + outputs[1] + outputs[2], 1, 1e-15, "probabilities add up");
}

static void
test_penalties(void)
{
	static const struct
	{
		const char *kinds;
		double		l1;
		double		l2;
		int			n_classes;
	}			models[6] = {
		{"nnc-wy---", 8, 0, 2}, {"nnc--y---", 4, 2, 2}, {"nnc-w-y--", 25, 0, 0},
		{"nnc---y--", 0, 10, 0}, {"nnc-----y", 0, 1, 3}, {"nnc-----y", 6, 0.5, 3}
	};
	int			rows;
	int			columns;
	double	   *expected = unit_csv("glm_penalised.csv", &rows, &columns);
	int			model;
	int			k;
	int			j;

	for (model = 0; model < 6; model++)
	{
		MlEnv	   *env = unit_env();
		const MlAlgorithm *algorithm = models[model].n_classes > 0 ? &ml_logistic : &ml_poisson;
		const MlEffects *effects;
		Case		test;
		double		worst = 0;
		int			zeros = 0;

		unit_frame(env, "glm_mixed.csv", models[model].kinds, &test.frame);
		prepare(&test, algorithm, models[model].n_classes);
		test.parameters[ML_GLM_L1] = models[model].l1;
		test.parameters[ML_GLM_L2] = models[model].l2;
		unit_ok(algorithm->fit(env, &test.input, &test.fitted) == ML_OK, "penalty %d: %s", model,
				env->error.message);
		effects = test.fitted.model;
		for (k = 0; k < effects->n_rows; k++)
		{
			const double *own = expected + (size_t) (k * 11) * (size_t) columns + model;

			worst = fmax(worst, fabs(effects[k].intercept - own[0]));
			for (j = 0; j < effects[k].n_effects; j++)
			{
				worst = fmax(worst, fabs(effects[k].effects[j] - own[(j + 1) * columns]));
				zeros += (effects[k].effects[j] == 0) != (own[(j + 1) * columns] == 0);
			}
		}
		unit_ok(worst < 1e-7 && zeros == 0, "penalty %d: effects differ by %.2g, %d zeros", model, worst, zeros);
		for (k = 0; k < test.fitted.inference->n_terms; k++)
			zeros += !isnan(test.fitted.inference->std_error[k]);
		unit_ok(zeros == 0, "without errors");
		unit_text(unit_warnings(env), "", "without warnings");
	}
}

/* A level with counts of 0 only, and one class told apart by a number. */
static void
test_separation(void)
{
	MlEnv	   *env = unit_env();
	double		cells[300][3];
	const MlInference *inference;
	Case		test;
	int			row;

	for (row = 0; row < 300; row++)
	{
		cells[row][0] = row % 5;
		cells[row][1] = (double) (ml_mix64((uint64_t) row) % 100);
		cells[row][2] = row % 5 == 3 ? 0 : 1 + (double) (ml_mix64((uint64_t) row + 7) % 4);
	}
	prepare_cells(env, &test, &cells[0][0], 300, "cny", &ml_poisson, 0);
	unit_ok(ml_poisson.fit(env, &test.input, &test.fitted) == ML_OK, "counts of 0 for a level: %s", env->error.message);
	unit_text(unit_warnings(env), "rows with \"a = 3\" have the target 0 only, so without penalty its coefficient has "
			  "no finite value (in all 1 such); give l2 above 0", "are told");
	inference = test.fitted.inference;
	unit_ok(inference->estimate[4] < -15 && isfinite(inference->estimate[4]) && isnan(inference->std_error[4]) &&
			inference->reason[4] == ML_REASON_SEPARATED, "its coefficient is large and has no error");
	unit_ok(inference->std_error[2] > 0 && inference->std_error[2] < 1 && inference->std_error[6] > 0,
			"others have errors");

	/* quasi-complete: only the rows with 50 are in doubt */
	env = unit_env();
	for (row = 0; row < 300; row++)
		cells[row][2] = cells[row][1] == 50 ? row % 2 : cells[row][1] > 50;
	prepare_cells(env, &test, &cells[0][0], 300, "cny", &ml_logistic, 2);
	test.parameters[ML_GLM_L2] = 0;
	unit_ok(ml_logistic.fit(env, &test.input, &test.fitted) == ML_OK, "quasi-separation: %s", env->error.message);
	unit_ok(strstr(unit_warnings(env), "separates some rows of the classes without error") != NULL &&
			strstr(unit_warnings(env), "\"b\"") != NULL, "is told: %s", unit_warnings(env));
	unit_ok(test.fitted.inference->reason[6] == ML_REASON_SEPARATED, "and has no error");

	env = unit_env();
	for (row = 0; row < 300; row++)
		cells[row][2] = (double) ((int) cells[row][1] / 34);
	prepare_cells(env, &test, &cells[0][0], 300, "cny", &ml_logistic, 3);
	test.parameters[ML_GLM_L2] = 0;
	unit_ok(ml_logistic.fit(env, &test.input, &test.fitted) == ML_OK, "three classes: %s", env->error.message);
	unit_ok(strstr(unit_warnings(env), "separate the classes completely") != NULL, "separated: %s", unit_warnings(env));
}

/* Copies of columns, constants, more columns than rows. */
static void
test_rank(void)
{
	MlEnv	   *env = unit_env();
	double		cells[200][5];
	double		wide[12][31];
	Case		test;
	Case		reduced;
	double		worst = 0;
	int			row;
	int			k;

	for (row = 0; row < 200; row++)
	{
		uint64_t	hash = ml_mix64((uint64_t) row);

		cells[row][0] = (double) (hash % 100);
		cells[row][1] = 7;
		cells[row][2] = 5 - 3 * cells[row][0];
		cells[row][3] = (double) ((hash >> 10) % 3);
		cells[row][4] = (double) ((hash >> 20) % 5);
	}
	prepare_cells(env, &test, &cells[0][0], 200, "nnncy", &ml_poisson, 0);
	unit_ok(ml_poisson.fit(env, &test.input, &test.fitted) == ML_OK, "collinear: %s", env->error.message);
	unit_text(unit_warnings(env), "columns of the linear model that other columns already determine got coefficient 0: \"c\"",
			  "the copy is named");
	unit_ok(test.fitted.inference->reason[2] == ML_REASON_ABSENT && test.fitted.inference->reason[3] == ML_REASON_ALIASED &&
			test.fitted.inference->std_error[1] > 0, "reasons of a constant and a copy");
	prepare_cells(env, &reduced, &cells[0][0], 200, "n--cy", &ml_poisson, 0);
	unit_ok(ml_poisson.fit(env, &reduced.input, &reduced.fitted) == ML_OK, "without the copy");
	for (row = 0; row < 200; row++)
		worst = fmax(worst, fabs(unit_predict_effects(&test.frame, test.fitted.model, row) -
								 unit_predict_effects(&reduced.frame, reduced.fitted.model, row)));
	unit_ok(worst < 1e-12, "the same model (%.2g)", worst);

	env = unit_env();
	for (row = 0; row < 12; row++)
	{
		for (k = 0; k < 30; k++)
			wide[row][k] = (double) (ml_mix64((uint64_t) (row * 31 + k)) % 1000);
		wide[row][30] = 1 + (double) (ml_mix64((uint64_t) row) % 50);
	}
	prepare_cells(env, &test, &wide[0][0], 12, "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnny", &ml_gamma, 0);
	unit_ok(ml_gamma.fit(env, &test.input, &test.fitted) == ML_OK, "more columns than rows: %s", env->error.message);
	for (worst = 0, row = 0; row < 12; row++)
		worst = fmax(worst, fabs(exp(unit_predict_effects(&test.frame, test.fitted.model, row)) / wide[row][30] - 1));
	unit_ok(worst < 1e-6, "every row is hit (%.2g)", worst);
	unit_ok(test.fitted.inference->reason[1] == ML_REASON_SATURATED && isnan(test.fitted.inference->std_error[1]),
			"and nothing is left to judge errors by");
}

static void
test_refusals(void)
{
	double		cells[4][2] = {{1, 2}, {2, 0}, {3, 1}, {4, 5}};
	double		missing[4][3] = {{1, 0.1, 2}, {2, NAN, 1}, {3, 0.2, 1}, {4, 0.4, 5}};
	MlEnv	   *env = unit_env();
	Case		test;

	prepare_cells(env, &test, &cells[0][0], 4, "ny", &ml_gamma, 0);
	unit_ok(ml_gamma.fit(env, &test.input, &test.fitted) == ML_INVALID_DATA, "gamma of 0");
	unit_text(env->error.message, "algorithm \"gamma\" needs target values above 0, but column \"y\" has 0", "is told");
	cells[1][1] = -1;
	prepare_cells(env, &test, &cells[0][0], 4, "ny", &ml_poisson, 0);
	unit_ok(ml_poisson.fit(env, &test.input, &test.fitted) == ML_INVALID_DATA, "a negative count");
	unit_text(env->error.message, "algorithm \"poisson\" needs target values of 0 or more, but column \"y\" has -1", "is told");
	cells[0][1] = cells[1][1] = cells[2][1] = cells[3][1] = 0;
	prepare_cells(env, &test, &cells[0][0], 4, "ny", &ml_poisson, 0);
	unit_ok(ml_poisson.fit(env, &test.input, &test.fitted) == ML_INVALID_DATA, "counts of 0 only");
	unit_text(env->error.message, "column \"y\" is 0 in all rows to fit on", "are told");
	cells[0][1] = cells[1][1] = 1e308;
	prepare_cells(env, &test, &cells[0][0], 4, "ny", &ml_poisson, 0);
	unit_ok(ml_poisson.fit(env, &test.input, &test.fitted) == ML_INVALID_DATA, "counts beyond double precision: %s",
			env->error.message);
	prepare_cells(env, &test, &missing[0][0], 4, "nny", &ml_poisson, 0);
	give_offset(&test, "b");
	unit_ok(ml_poisson.fit(env, &test.input, &test.fitted) == ML_INVALID_DATA, "an offset that is missing");
	unit_text(env->error.message, "the offset \"b\" is missing in some rows", "is told");
	give_offset(&test, "z");
	unit_ok(ml_poisson.fit(env, &test.input, &test.fitted) == ML_INVALID_OPTION, "an offset that does not exist");
	prepare_cells(env, &test, &cells[0][0], 4, "ny", &ml_poisson, 0);
	test.input.n_rows = 0;
	unit_ok(ml_poisson.fit(env, &test.input, &test.fitted) == ML_INVALID_DATA, "no rows");
}

/* A class without rows, and one of a single row; class weights. */
static void
test_rare_classes(void)
{
	MlEnv	   *env = unit_env();
	double		cells[90][2];
	double		outputs[3];
	double		input = 3;
	MlOption	balanced = {"class_weight", 0, "balanced", NULL, 0};
	Case		test;
	int			row;

	for (row = 0; row < 90; row++)
	{
		cells[row][0] = row % 10;
		cells[row][1] = row == 17 ? 2 : (ml_mix64((uint64_t) row) % 10 < (uint64_t) (row % 10));
	}
	prepare_cells(env, &test, &cells[0][0], 90, "ny", &ml_logistic, 3);
	unit_ok(ml_logistic.fit(env, &test.input, &test.fitted) == ML_OK, "a class of one row: %s", env->error.message);
	ml_logistic.predict(test.fitted.model, &test.frame.signature, &input, 1, outputs);
	unit_ok(outputs[2] > 0.0001 && outputs[2] < 0.1, "is rare (%g)", outputs[2]);
	unit_text(unit_warnings(env), "", "and nothing to warn of");

	cells[17][1] = 0;
	prepare_cells(env, &test, &cells[0][0], 90, "ny", &ml_logistic, 3);
	unit_ok(ml_logistic.fit(env, &test.input, &test.fitted) == ML_OK, "a class without rows");
	unit_text(unit_warnings(env), "no row to fit on has class \"third\", so it is almost never predicted", "is told");
	ml_logistic.predict(test.fitted.model, &test.frame.signature, &input, 1, outputs);
	unit_ok(outputs[2] > 0 && outputs[2] < 0.01, "and not likely (%g)", outputs[2]);

	env = unit_env();
	prepare_cells(env, &test, &cells[0][0], 90, "ny", &ml_logistic, 2);
	test.input.options = &balanced;
	test.input.n_options = 1;
	unit_ok(ml_logistic.fit(env, &test.input, &test.fitted) == ML_OK &&
			test.fitted.inference->reason[0] == ML_REASON_CLASS_WEIGHT, "class weights leave no errors");
}

/* Many rows start from a sample; conjugate gradients where there are many columns. */
static void
test_large(void)
{
	int			n = 90000;
	MlEnv	   *env = unit_env();
	double	   *cells = ml_allocate(env, (size_t) n * 4, sizeof(double));
	uint32_t   *rows = ml_allocate(env, (size_t) n, sizeof(uint32_t));
	Case		test;
	Case		part;
	double		worst = 0;
	MlSimd		best = ml_simd_best();
	int			row;
	int			level;

	for (row = 0; row < n; row++)
	{
		uint64_t	hash = ml_mix64((uint64_t) row);

		cells[row * 4] = (double) (hash % 1000);
		cells[row * 4 + 1] = (double) ((hash >> 10) % 250);
		cells[row * 4 + 2] = 1 + (double) ((hash >> 20) % 2);
		cells[row * 4 + 3] = (double) ((hash >> 30) % 1000) < cells[row * 4] ? 1 + (hash >> 40) % 2 : 0;
		rows[row] = (uint32_t) row;
	}
	prepare_cells(env, &test, cells, n, "ncwy", &ml_logistic, 3);
	test.parameters[ML_GLM_L2] = 0;
	unit_ok(ml_logistic.fit(env, &test.input, &test.fitted) == ML_OK, "many rows");
	unit_ok(test.fitted.iterations <= 7, "%d steps on all rows", test.fitted.iterations);
	/* the same without a sample: all rows of a frame that is a little too small for one, twice */
	prepare_cells(env, &part, cells, n, "ncwy", &ml_logistic, 3);
	part.parameters[ML_GLM_L2] = 0;
	part.parameters[ML_GLM_TOLERANCE] = 1e-10;
	unit_ok(ml_logistic.fit(env, &part.input, &part.fitted) == ML_OK, "more exactly");
	for (row = 0; row < n; row += 100)
		worst = fmax(worst, fabs(unit_predict_effects(&test.frame, (const MlEffects *) test.fitted.model + 1, row) -
								 unit_predict_effects(&part.frame, (const MlEffects *) part.fitted.model + 1, row)));
	unit_ok(worst < 1e-6, "the same (%.2g)", worst);
	for (level = ML_SIMD_NONE; level <= (int) best; level++)
	{
		const MlEffects *effects = test.fitted.model;
		const MlEffects *other;

		env->simd = (MlSimd) level;
		prepare_cells(env, &part, cells, n, "n-wy", &ml_poisson, 0);
		unit_ok(ml_poisson.fit(env, &part.input, &part.fitted) == ML_OK, "instructions %d", level);
		other = part.fitted.model;
		unit_ok(level == ML_SIMD_NONE || (effects->intercept == other->intercept && effects->effects[0] == other->effects[0]),
				"the same bits");
		test.fitted.model = part.fitted.model;
	}
}

int
main(void)
{
	test_statsmodels();
	test_classes();
	test_penalties();
	test_separation();
	test_rank();
	test_refusals();
	test_rare_classes();
	test_large();
	return unit_done();
}
