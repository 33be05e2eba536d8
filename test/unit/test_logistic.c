/*
 * test_logistic.c
 *		Logistic regression: against scikit-learn and a dense Newton method,
 *		a closed form; separation, weights, row order, cancel, bytes.
 */
#include "algo/logistic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/effects.h"
#include "base/hash.h"
#include "frame.h"
#include "math/func.h"
#include "unit.h"

static void
test_mixed(void)
{
	const char *const kinds[4] = {"nncon-y", "nnconwy", "nncon-y", "nnconwy"};
	const double l2[4] = {1, 0.25, 40, 0};
	int			rows;
	int			columns;
	double	   *expected = unit_csv("logistic_effects.csv", &rows, &columns);
	double	   *losses = unit_csv("logistic_losses.csv", &rows, &columns);
	int			setting;
	int			k;

	for (setting = 0; setting < 4; setting++)
	{
		MlEnv	   *env = unit_env();
		UnitFrame	frame;
		MlFitted	fitted;
		const MlEffects *effects;
		double		worst;

		unit_frame(env, "logistic_mixed.csv", kinds[setting], &frame);
		effects = unit_fit_effects(env, &frame, &ml_logistic, ML_CLASSIFICATION, l2[setting], &fitted);
		worst = fabs(effects->intercept - expected[setting]);
		for (k = 0; k < effects->n_effects; k++)
			worst = fmax(worst, fabs(effects->effects[k] - expected[(k + 1) * columns + setting]));
		unit_ok(worst < 1e-8, "l2 = %g: coefficients differ by %.2g after %d iterations", l2[setting], worst,
				fitted.iterations);
		unit_near(fitted.train_loss, losses[setting], 1e-11, "l2 = %g: loss", l2[setting]);
		unit_text(unit_warnings(env), "", "l2 = %g: no warning", l2[setting]);
	}
}

/* One point for each Newton step; without penalty each is lower than the one before. */
static void
test_curve(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlFitted	fitted = {0};
	int			rises = 0;
	int			k;

	unit_frame(env, "logistic_mixed.csv", "nnconwy", &frame);
	(void) unit_fit_effects(env, &frame, &ml_logistic, ML_CLASSIFICATION, 0, &fitted);
	unit_ok(fitted.n_curve > 2 && fitted.n_curve == fitted.iterations, "a loss for each of %d steps", fitted.iterations);
	for (k = 0; k < fitted.n_curve; k++)
	{
		const MlCurvePoint *point = &fitted.curve[k];

		if (point->iteration != k + 1 || !isnan(point->validation_loss) ||
			(k > 0 && point->train_loss > fitted.curve[k - 1].train_loss + 1e-12))
			rises++;
	}
	unit_ok(rises == 0, "numbered from 1, falling");
	unit_ok(fitted.curve[fitted.n_curve - 1].train_loss == fitted.train_loss, "the last is the loss of the model");
}

/* One category, no penalty: each level's margin is the log-odds of its rows. */
static void
test_closed_form(void)
{
	static const int positive[3] = {30, 5, 1};
	static const int all[3] = {100, 40, 600};
	MlEnv	   *env = unit_env();
	double		cells[740][2];
	UnitFrame	frame;
	MlFitted	fitted;
	const MlEffects *effects;
	int			level;
	int			row = 0;
	int			k;

	for (level = 0; level < 3; level++)
	{
		for (k = 0; k < all[level]; k++, row++)
		{
			cells[row][0] = level;
			cells[row][1] = k < positive[level];
		}
	}
	unit_frame_of(env, &cells[0][0], 740, "cy", &frame);
	effects = unit_fit_effects(env, &frame, &ml_logistic, ML_CLASSIFICATION, 0, &fitted);
	for (level = 0; level < 3; level++)
		unit_near(effects->intercept + effects->effects[level],
				  ml_logit((double) positive[level] / all[level]), 1e-7, "log-odds of level %d", level);
	unit_ok(effects->effects[2] == 0, "the most frequent level is the reference");
}

static void
test_separation(void)
{
	MlEnv	   *env = unit_env();
	double		cells[40][2];
	UnitFrame	frame;
	MlFitted	fitted;
	const MlEffects *effects;
	int			row;
	int			right = 0;

	for (row = 0; row < 40; row++)
	{
		cells[row][0] = row;
		cells[row][1] = row >= 20;
	}
	unit_frame_of(env, &cells[0][0], 40, "ny", &frame);
	effects = unit_fit_effects(env, &frame, &ml_logistic, ML_CLASSIFICATION, 0, &fitted);
	unit_ok(strstr(unit_warnings(env), "separate the classes completely") != NULL, "separation is told");
	for (row = 0; row < 40; row++)
		right += (unit_predict_effects(&frame, effects, row) > 0) == (row >= 20);
	unit_ok(right == 40, "and the classes are told apart");

	env = unit_env();
	unit_fit_effects(env, &frame, &ml_logistic, ML_CLASSIFICATION, 1, &fitted);
	unit_text(unit_warnings(env), "", "with the default penalty nothing is wrong");
}

/* One level of one class only: all others must be as if it were not there. */
static void
test_certain_level(void)
{
	MlEnv	   *env = unit_env();
	double		cells[700][2];
	UnitFrame	frame;
	MlFitted	fitted;
	const MlEffects *effects;
	int			row;

	for (row = 0; row < 700; row++)
	{
		cells[row][0] = row % 7;
		cells[row][1] = row % 7 == 3 || row / 7 < 10 + row % 7;
	}
	unit_frame_of(env, &cells[0][0], 700, "cy", &frame);
	effects = unit_fit_effects(env, &frame, &ml_logistic, ML_CLASSIFICATION, 0, &fitted);
	unit_text(unit_warnings(env), "\"a = 3\" separates some rows of the classes without error, so without penalty "
			  "its coefficient has no finite value (in all 1 such); give l2 above 0", "the level is named");
	unit_ok(effects->effects[3] > 20 && isfinite(effects->effects[3]), "its coefficient is large");
	unit_near(effects->intercept + effects->effects[6], ml_logit(0.16), 1e-8, "the others are right");
}

static void
test_convergence(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlFitInput	input;
	MlFitted	fitted;
	double		parameters[ML_MAX_PARAMETERS];
	uint32_t	rows[2];

	unit_frame(env, "logistic_mixed.csv", "nncon-y", &frame);
	unit_fit_input(&frame, &ml_logistic, ML_CLASSIFICATION, parameters, &input);
	parameters[1] = 1;
	unit_ok(ml_logistic.fit(env, &input, &fitted) == ML_OK && fitted.iterations == 1, "one iteration");
	unit_ok(strstr(unit_warnings(env), "did not converge in 1 iterations: the scaled gradient is ") != NULL,
			"is too few, and a warning says so");

	rows[0] = 0;
	rows[1] = 1;
	input.rows = rows;
	input.n_rows = 2;
	unit_ok(frame.y[0] == frame.y[1], "two rows of one class");
	unit_ok(ml_logistic.fit(env, &input, &fitted) == ML_INVALID_DATA, "are refused");
	input.n_rows = 0;
	unit_ok(ml_logistic.fit(env, &input, &fitted) == ML_INVALID_DATA, "and so are no rows");
}

/*
 * Aliased columns without penalty: the minimum is not one point, its
 * predictions are.
 */
static void
test_aliases(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	full;
	UnitFrame	reduced;
	MlFitted	fitted;
	const MlEffects *effects;
	const MlEffects *effects_reduced;
	double		cells[300][4];
	double		worst = 0;
	int			row;

	for (row = 0; row < 300; row++)
	{
		uint64_t	hash = ml_mix64((uint64_t) row);

		cells[row][0] = (double) (hash % 100);
		cells[row][1] = 5 - 3 * cells[row][0];
		cells[row][2] = (double) (hash >> 10 & 1);
		cells[row][3] = (double) ((hash >> 20) % 100) < cells[row][0];
	}
	unit_frame_of(env, &cells[0][0], 300, "nncy", &full);
	effects = unit_fit_effects(env, &full, &ml_logistic, ML_CLASSIFICATION, 0, &fitted);
	unit_frame_of(env, &cells[0][0], 300, "n-cy", &reduced);
	effects_reduced = unit_fit_effects(env, &reduced, &ml_logistic, ML_CLASSIFICATION, 0, &fitted);
	for (row = 0; row < 300; row++)
		worst = fmax(worst, fabs(unit_predict_effects(&full, effects, row) - unit_predict_effects(&reduced, effects_reduced, row)));
	unit_ok(worst < 1e-7, "predictions are those without the alias (%g)", worst);
}

static void
test_order_and_weights(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	UnitFrame	mixed;
	MlFitted	fitted;
	const MlEffects *forwards;
	const MlEffects *other;
	double	   *cells = ml_allocate(env, 10000 * 5, sizeof(double));
	uint32_t   *doubled = ml_allocate(env, 20000, sizeof(uint32_t));
	int			n_doubled = 0;
	double		worst = 0;
	int			row;

	for (row = 0; row < 10000; row++)
	{
		uint64_t	hash = ml_mix64((uint64_t) row);

		cells[row * 5] = (double) (hash % 1000);
		cells[row * 5 + 1] = (hash >> 10) % 17 == 0 ? NAN : (double) ((hash >> 12) % 100) * 1e-6;
		cells[row * 5 + 2] = (double) ((hash >> 20) % 7);
		cells[row * 5 + 3] = 1 + (double) ((hash >> 30) % 2);
		cells[row * 5 + 4] = (double) ((hash >> 40) % 1000) < cells[row * 5];
		doubled[n_doubled++] = (uint32_t) row;
		if (cells[row * 5 + 3] == 2)
			doubled[n_doubled++] = (uint32_t) row;
	}
	unit_frame_of(env, cells, 10000, "nncwy", &frame);
	forwards = unit_fit_effects(env, &frame, &ml_logistic, ML_CLASSIFICATION, 1, &fitted);
	mixed = frame;
	mixed.rows = ml_allocate(env, 10000, sizeof(uint32_t));
	for (row = 0; row < 10000; row++)
		mixed.rows[row] = (uint32_t) ((row * 1237 + 11) % 10000);
	other = unit_fit_effects(env, &mixed, &ml_logistic, ML_CLASSIFICATION, 1, &fitted);
	for (row = 0; row < 10000; row++)
		worst = fmax(worst, fabs(unit_predict_effects(&frame, forwards, row) - unit_predict_effects(&frame, other, row)));
	unit_ok(worst < 1e-9, "another row order: margins differ by %g", worst);

	mixed.weight = NULL;
	mixed.rows = doubled;
	mixed.frame.n_rows = n_doubled;
	other = unit_fit_effects(env, &mixed, &ml_logistic, ML_CLASSIFICATION, 1, &fitted);
	worst = 0;
	for (row = 0; row < 10000; row++)
		worst = fmax(worst, fabs(unit_predict_effects(&frame, forwards, row) - unit_predict_effects(&frame, other, row)));
	unit_ok(worst < 1e-9, "a weight of 2 is the row twice: margins differ by %g", worst);
}

static void
test_limits(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlFitInput	input;
	MlFitted	fitted;
	double		parameters[ML_MAX_PARAMETERS];
	int			i;

	unit_frame(env, "logistic_mixed.csv", "nncon-y", &frame);
	unit_fit_input(&frame, &ml_logistic, ML_CLASSIFICATION, parameters, &input);
	for (i = 1; i < 500; i++)
	{
		MlEnv	   *stopped = unit_env();

		unit_stop_after(stopped, i);
		if (ml_logistic.fit(stopped, &input, &fitted) != ML_INTERRUPTED)
			break;
	}
	unit_ok(i > 20 && i < 500, "cancel is obeyed at any of %d questions", i);
	for (i = 0; i < 500; i++)
	{
		MlEnv	   *poor = unit_env();

		unit_budget(poor, (size_t) i * 2000);
		if (ml_logistic.fit(poor, &input, &fitted) != ML_OUT_OF_MEMORY)
			break;
	}
	unit_ok(i > 3 && i < 500, "memory refused %d times is told each time", i);
}

static void
test_bytes(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlFitted	fitted;
	const MlEffects *effects;
	MlWriter	writer;
	MlReader	reader;
	void	   *decoded;
	int			row;
	int			same = 0;
	int			trial;
	int			refused = 0;

	unit_frame(env, "logistic_mixed.csv", "nncon-y", &frame);
	effects = unit_fit_effects(env, &frame, &ml_logistic, ML_CLASSIFICATION, 1, &fitted);
	ml_writer_begin(&writer, env);
	unit_ok(ml_logistic.encode(effects, &writer) == ML_OK, "encode");
	ml_reader_begin(&reader, writer.data, writer.length);
	unit_ok(ml_logistic.decode(env, &reader, &frame.signature, ML_CLASSIFICATION, 2, &decoded) == ML_OK,
			"decode");
	for (row = 0; row < 600; row++)
		same += unit_predict_effects(&frame, effects, row) == unit_predict_effects(&frame, decoded, row);
	unit_ok(same == 600, "predictions are the same bits");

	for (trial = 0; trial < 2000; trial++)
	{
		uint64_t	hash = ml_mix64((uint64_t) trial + 77);
		size_t		length = hash % (writer.length + 1);
		uint8_t    *bytes = ml_allocate(env, length, 1);
		size_t		byte;

		for (byte = 0; byte < length; byte++)
			bytes[byte] = trial % 2 == 0 ? writer.data[byte] : (uint8_t) ml_mix64(hash + byte);
		ml_reader_begin(&reader, bytes, length);
		if (ml_logistic.decode(env, &reader, &frame.signature, ML_CLASSIFICATION, 2, &decoded) != ML_OK)
			refused += env->error.status == ML_CORRUPT;
		ml_release(env, bytes);
	}
	unit_ok(refused > 1900, "cut or random bytes were refused %d times of 2000", refused);
}

int
main(void)
{
	test_mixed();
	test_curve();
	test_closed_form();
	test_separation();
	test_certain_level();
	test_convergence();
	test_aliases();
	test_order_and_weights();
	test_limits();
	test_bytes();
	return unit_done();
}
