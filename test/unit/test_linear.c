/*
 * test_linear.c
 *		Least squares and ridge: against numpy and scikit-learn, NIST's
 *		certified values, exact fits; aliased columns, cancel, bytes.
 */
#include "algo/linear.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/effects.h"
#include "base/hash.h"
#include "frame.h"
#include "unit.h"

static void
test_mixed(void)
{
	const char *const kinds[4] = {"nncon-y", "nnconwy", "nncon-y", "nnconwy"};
	const double l2[4] = {0, 0, 3.5, 3.5};
	int			rows;
	int			columns;
	double	   *expected = unit_csv("linear_effects.csv", &rows, &columns);
	int			setting;
	int			k;

	for (setting = 0; setting < 4; setting++)
	{
		MlEnv	   *env = unit_env();
		UnitFrame	frame;
		MlFitted	fitted;
		const MlEffects *effects;

		unit_frame(env, "linear_mixed.csv", kinds[setting], &frame);
		effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, l2[setting], &fitted);
		unit_ok(effects->n_effects == rows - 1, "setting %d: effects", setting);
		/* The offset column has mean 1e6 and deviation 3: 1e-10 of its digits are gone. */
		unit_near(effects->intercept, expected[setting], 1e-10, "setting %d: intercept", setting);
		for (k = 0; k < effects->n_effects; k++)
			unit_near(effects->effects[k], expected[(k + 1) * columns + setting], 1e-9,
					  "setting %d: effect %d", setting, k);
		unit_text(unit_warnings(env), "", "setting %d: no warning", setting);
	}
}

/* Values that training did not see. */
static void
test_policy(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlFitted	fitted;
	const MlEffects *effects;
	const double *effect;
	double		values[5];
	double		base;

	unit_frame(env, "linear_mixed.csv", "nncon-y", &frame);
	effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 0, &fitted);
	effect = effects->effects;
	values[0] = frame.signature.inputs[0].mean;
	values[1] = frame.signature.inputs[1].mean;
	values[2] = frame.signature.inputs[2].mode;
	values[3] = frame.signature.inputs[3].mode;
	values[4] = frame.signature.inputs[4].mean;
	base = ml_effects_margin(effects, &frame.signature, values);
	unit_ok(base == effects->intercept, "means and modes give the intercept");

	values[0] = NAN;
	unit_ok(ml_effects_margin(effects, &frame.signature, values) == base,
			"a missing number, never missing in training, counts as the mean");
	values[0] = frame.signature.inputs[0].mean;
	values[1] = NAN;
	unit_ok(ml_effects_margin(effects, &frame.signature, values) == base + effect[3] && effect[3] != 0,
			"a missing number has its own effect when training had it");
	values[1] = frame.signature.inputs[1].mean;
	values[2] = 5;
	unit_ok(effect[9] == effect[10] && effect[10] != 0 &&
			ml_effects_margin(effects, &frame.signature, values) == base + effect[10],
			"an unseen category counts as missing");
	values[2] = frame.signature.inputs[2].mode;
	values[3] = 4;
	unit_ok(effect[15] != 0 && ml_effects_margin(effects, &frame.signature, values) == base + effect[15],
			"an unseen category counts as other where training had other");
	values[3] = NAN;
	unit_ok(effect[16] == 0 && ml_effects_margin(effects, &frame.signature, values) == base,
			"a missing category, never missing in training, counts as the most frequent");
}

/* The intercept at x = 0, as the literature gives it. */
static double
raw_intercept(const UnitFrame *frame, const MlEffects *effects)
{
	long double sum = effects->intercept;
	int			i;

	for (i = 0; i < frame->signature.n_inputs; i++)
		sum -= (long double) effects->effects[2 * i] * frame->signature.inputs[i].mean;
	return (double) sum;
}

static void
relative(double actual, double expected, double tolerance, const char *name)
{
	unit_ok(fabs(actual - expected) <= tolerance * fabs(expected), "%s: %.16g, certified %.16g", name,
			actual, expected);
}

static void
test_nist(void)
{
	static const double longley[7] = {-3482258.63459582, 15.0618722713733, -0.0358191792925910,
		-2.02022980381683, -1.03322686717359, -0.0511041056535807, 1829.15146461355};
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlFitted	fitted;
	const MlEffects *effects;
	int			k;

	unit_frame(env, "linear_longley.csv", "ynnnnnn", &frame);
	effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 0, &fitted);
	relative(raw_intercept(&frame, effects), longley[0], 1e-9, "Longley intercept");
	for (k = 1; k < 7; k++)
		relative(effects->effects[2 * (k - 1)], longley[k], 1e-9, "Longley coefficient");
	/* Certified residual sum of squares. */
	relative(fitted.train_loss * 16, 836424.055505915, 1e-12, "Longley residuals");

	unit_frame(env, "linear_norris.csv", "yn", &frame);
	effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 0, &fitted);
	relative(raw_intercept(&frame, effects), -0.262323073774029, 1e-12, "Norris intercept");
	relative(effects->effects[0], 1.00211681802045, 1e-13, "Norris slope");
	relative(fitted.train_loss * 36, 26.6173985294224, 1e-12, "Norris residuals");
	unit_text(unit_warnings(env), "", "no warning");
}

/* NIST Wampler1: y = 1 + x + ... + x^5 for x = 0 .. 20; all coefficients are 1. */
static void
test_wampler(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlFitted	fitted;
	const MlEffects *effects;
	double		cells[21][6];
	int			row;
	int			k;

	for (row = 0; row < 21; row++)
	{
		double		power = 1;

		cells[row][5] = 1;
		for (k = 0; k < 5; k++)
		{
			power *= row;
			cells[row][k] = power;
			cells[row][5] += power;
		}
	}
	unit_frame_of(env, &cells[0][0], 21, "nnnnny", &frame);
	effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 0, &fitted);
	for (k = 0; k < 5; k++)
		relative(effects->effects[2 * k], 1.0, 1e-9, "Wampler1 coefficient");
	relative(raw_intercept(&frame, effects), 1.0, 1e-8, "Wampler1 intercept");
}

/*
 * b = 2 a, d = a + c as far as rounding goes; e names the sign of a twice.
 * The fit must be that of a, c and e alone.
 */
static void
test_aliases(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	full;
	UnitFrame	reduced;
	MlFitted	fitted;
	MlFitted	fitted_reduced;
	const MlEffects *effects;
	const MlEffects *effects_reduced;
	double		cells[200][7];
	int			row;
	double		worst = 0;

	for (row = 0; row < 200; row++)
	{
		double		a = ml_mix64((uint64_t) row) % 1000 / 7.0 - 70;
		double		c = ml_mix64((uint64_t) row + 1000) % 1000 / 3.0;

		cells[row][0] = a;
		cells[row][1] = 2 * a;
		cells[row][2] = c;
		cells[row][3] = a + c;
		cells[row][4] = a > 0;
		cells[row][5] = a > 0 ? 2 : 0;
		cells[row][6] = 3 * a - c + (a > 0 ? 10 : 0) + (row % 5) / 10.0;
	}
	unit_frame_of(env, &cells[0][0], 200, "nnnnccy", &full);
	effects = unit_fit_effects(env, &full, &ml_linear, ML_REGRESSION, 0, &fitted);
	unit_text(unit_warnings(env), "columns of the linear model that other columns already determine got "
			  "coefficient 0: \"b\", \"d\", \"f = 2\"", "aliases are named, an empty level is not");
	unit_ok(effects->effects[2] == 0 && effects->effects[6] == 0, "and have coefficient 0");
	unit_frame_of(env, &cells[0][0], 200, "n-n-c-y", &reduced);
	effects_reduced = unit_fit_effects(env, &reduced, &ml_linear, ML_REGRESSION, 0, &fitted_reduced);
	for (row = 0; row < 200; row++)
		worst = fmax(worst, fabs(unit_predict_effects(&full, effects, row) - unit_predict_effects(&reduced, effects_reduced, row)));
	unit_ok(worst < 1e-10, "predictions are those without the aliases (%g)", worst);
	unit_near(fitted.train_loss, fitted_reduced.train_loss, 1e-12, "and so is the loss");
}

/* Ten rows, twenty columns: every row is met, and the warning is one line. */
static void
test_more_columns_than_rows(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlFitted	fitted;
	const MlEffects *effects;
	double		cells[10][21];
	int			row;
	int			k;

	for (row = 0; row < 10; row++)
	{
		for (k = 0; k < 21; k++)
			cells[row][k] = (double) (ml_mix64((uint64_t) (row * 100 + k)) % 10007);
	}
	unit_frame_of(env, &cells[0][0], 10, "nnnnnnnnnnnnnnnnnnnny", &frame);
	effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 0, &fitted);
	for (row = 0; row < 10; row++)
		unit_near(unit_predict_effects(&frame, effects, row), cells[row][20], 1e-10, "row %d is met", row);
	unit_ok(strstr(unit_warnings(env), "and 7 more") != NULL, "the rest is counted: %s", unit_warnings(env));

	effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 1, &fitted);
	for (k = 0; k < 20; k++)
		unit_ok(effects->effects[2 * k] != 0, "with a penalty every column counts");
}

/* 5,000 rows over several blocks, forwards and in another order. */
static void
test_order(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	UnitFrame	mixed;
	MlFitted	fitted;
	const MlEffects *forwards;
	const MlEffects *shuffled;
	double	   *cells = ml_allocate(env, 5000 * 5, sizeof(double));
	double		worst = 0;
	int			row;

	for (row = 0; row < 5000; row++)
	{
		uint64_t	hash = ml_mix64((uint64_t) row);

		cells[row * 5] = (double) (hash % 1000);
		cells[row * 5 + 1] = (hash >> 10) % 17 == 0 ? NAN : (double) ((hash >> 12) % 100) * 1e-6;
		cells[row * 5 + 2] = (double) ((hash >> 20) % 7);
		cells[row * 5 + 3] = 1 + (double) ((hash >> 30) % 3);
		cells[row * 5 + 4] = 5 + cells[row * 5] * 0.3 + (double) ((hash >> 40) % 1000);
	}
	unit_frame_of(env, cells, 5000, "nncwy", &frame);
	forwards = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 0, &fitted);
	mixed = frame;
	mixed.rows = ml_allocate(env, 5000, sizeof(uint32_t));
	for (row = 0; row < 5000; row++)
		mixed.rows[row] = (uint32_t) ((row * 1237 + 11) % 5000);
	shuffled = unit_fit_effects(env, &mixed, &ml_linear, ML_REGRESSION, 0, &fitted);
	for (row = 0; row < 5000; row++)
		worst = fmax(worst, fabs(unit_predict_effects(&frame, forwards, row) - unit_predict_effects(&frame, shuffled, row)));
	unit_ok(worst < 1e-9, "another row order: predictions differ by %g", worst);
}

/* A weight of 2 is the row twice; rows may be any subset. */
static void
test_weights_and_rows(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	UnitFrame	doubled;
	MlFitted	fitted;
	MlFitted	fitted_doubled;
	const MlEffects *effects;
	const MlEffects *effects_doubled;
	double		parameters[ML_MAX_PARAMETERS];
	MlFitInput	input;
	uint32_t	rows[600];
	int			row;
	int			k;

	unit_frame(env, "linear_mixed.csv", "nncon-y", &frame);
	doubled = frame;
	frame.weight = ml_allocate(env, 400, sizeof(double));
	for (row = 0; row < 400; row++)
	{
		frame.weight[row] = row < 200 ? 2 : 1;
		rows[row] = (uint32_t) row;
		if (row < 200)
			rows[400 + row] = (uint32_t) row;
	}
	effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 2, &fitted);
	unit_fit_input(&doubled, &ml_linear, ML_REGRESSION, parameters, &input);
	parameters[0] = 2;
	input.rows = rows;
	input.n_rows = 600;
	unit_ok(ml_linear.fit(env, &input, &fitted_doubled) == ML_OK, "fit on chosen rows");
	effects_doubled = fitted_doubled.model;
	unit_near(fitted.train_loss, fitted_doubled.train_loss, 1e-12, "a weight of 2 is the row twice: loss");
	for (k = 0; k < effects->n_effects; k++)
		unit_near(effects->effects[k], effects_doubled->effects[k], 1e-10, "effect %d", k);
}

static void
test_extremes(void)
{
	MlEnv	   *env = unit_env();
	double		one[2] = {3, 7};
	double		huge[3][2] = {{1, 1e308}, {2, -1e308}, {3, 1e308}};
	double		tiny[3][2] = {{1e-310, 1}, {2e-310, 2}, {3e-310, 3}};
	double		parameters[ML_MAX_PARAMETERS];
	UnitFrame	frame;
	MlFitted	fitted;
	MlFitInput	input;
	const MlEffects *effects;

	unit_frame_of(env, one, 1, "ny", &frame);
	effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 0, &fitted);
	unit_ok(unit_predict_effects(&frame, effects, 0) == 7, "one row");

	unit_frame_of(env, &huge[0][0], 3, "ny", &frame);
	unit_fit_input(&frame, &ml_linear, ML_REGRESSION, parameters, &input);
	unit_ok(ml_linear.fit(env, &input, &fitted) == ML_INVALID_DATA, "a target near the end of doubles");
	unit_ok(strstr(env->error.message, "beyond double precision") != NULL, "is named");

	unit_frame_of(env, &tiny[0][0], 3, "ny", &frame);
	frame.signature.inputs[0].sd = 1e-310;
	effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 0, &fitted);
	unit_near(unit_predict_effects(&frame, effects, 0), 2, 1e-12, "a column with denormal spread is constant");

	input.n_rows = 0;
	unit_ok(ml_linear.fit(env, &input, &fitted) == ML_INVALID_DATA, "no rows");
}

static void
test_limits(void)
{
	MlEnv	   *env = unit_env();
	int			n = 90;
	int			i;
	MlSignature signature = {0};
	MlFitInput	input = {0};
	double		parameters[ML_MAX_PARAMETERS] = {0};
	uint32_t	row = 0;
	double		y = 1;
	MlFitted	fitted;
	UnitFrame	frame;

	signature.n_features = n;
	signature.n_inputs = n;
	signature.features = ml_allocate(env, (size_t) n, sizeof(MlFeature));
	signature.inputs = ml_allocate(env, (size_t) n, sizeof(MlInput));
	for (i = 0; i < n; i++)
	{
		signature.features[i].name = i == 41 ? "widest" : "wide";
		signature.features[i].type = ML_TEXT;
		signature.features[i].first_input = i;
		signature.features[i].n_inputs = 1;
		signature.inputs[i].feature = i;
		signature.inputs[i].category = true;
		signature.inputs[i].n_levels = i == 41 ? 255 : 240;
	}
	input.signature = &signature;
	input.rows = &row;
	input.n_rows = 1;
	input.y = &y;
	input.parameters = parameters;
	unit_ok(ml_linear.fit(env, &input, &fitted) == ML_LIMIT, "too many columns");
	unit_text(env->error.message, "the features give a linear model 21525 columns, more than 20000", "counted");
	unit_text(env->error.detail, "Column \"widest\" alone gives 254.", "the widest is named");

	unit_frame(env, "linear_mixed.csv", "nncon-y", &frame);
	unit_fit_input(&frame, &ml_linear, ML_REGRESSION, parameters, &input);
	for (i = 1; i < 40; i++)
	{
		MlEnv	   *stopped = unit_env();

		unit_stop_after(stopped, i);
		if (ml_linear.fit(stopped, &input, &fitted) != ML_INTERRUPTED)
			break;
	}
	unit_ok(i > 10, "cancel is obeyed at any of %d questions", i);
	for (i = 0; i < 60; i++)
	{
		MlEnv	   *poor = unit_env();
		MlStatus	status;

		unit_budget(poor, (size_t) i * 2000);
		status = ml_linear.fit(poor, &input, &fitted);
		if (status != ML_OUT_OF_MEMORY)
			break;
	}
	unit_ok(i > 3, "memory refused %d times is told each time", i);
}

/* Predictions of a decoded model are the same bits; damaged bytes do no harm. */
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
	uint8_t    *bytes;
	int			row;
	int			same = 0;
	int			trial;
	int			refused = 0;

	unit_frame(env, "linear_mixed.csv", "nncon-y", &frame);
	effects = unit_fit_effects(env, &frame, &ml_linear, ML_REGRESSION, 0, &fitted);
	ml_writer_begin(&writer, env);
	unit_ok(ml_linear.encode(effects, &writer) == ML_OK, "encode");
	ml_reader_begin(&reader, writer.data, writer.length);
	unit_ok(ml_linear.decode(env, &reader, &frame.signature, ML_REGRESSION, 0, &decoded) == ML_OK, "decode");
	for (row = 0; row < 400; row++)
		same += unit_predict_effects(&frame, effects, row) == unit_predict_effects(&frame, decoded, row);
	unit_ok(same == 400, "predictions are the same bits");

	for (trial = 0; trial < 2000; trial++)
	{
		uint64_t	hash = ml_mix64((uint64_t) trial);
		size_t		length = trial % 4 == 0 ? hash % (writer.length + 1) : writer.length;

		/* Exactly as long as it says, so that the sanitizer sees any step beyond. */
		bytes = ml_allocate(env, length, 1);
		memcpy(bytes, writer.data, length);
		if (length > 0 && trial % 4 != 0)
			bytes[(hash >> 8) % length] ^= (uint8_t) (1U << (hash >> 5) % 8);
		ml_reader_begin(&reader, bytes, length);
		if (ml_linear.decode(env, &reader, &frame.signature, ML_REGRESSION, 0, &decoded) == ML_OK)
			unit_ok(!isnan(unit_predict_effects(&frame, decoded, trial % 400)), "damage %d is used safely", trial);
		else
			refused += env->error.status == ML_CORRUPT;
		ml_release(env, bytes);
	}
	unit_ok(refused > 400, "damage was refused %d times", refused);
}

int
main(void)
{
	test_mixed();
	test_policy();
	test_nist();
	test_wampler();
	test_aliases();
	test_more_columns_than_rows();
	test_order();
	test_weights_and_rows();
	test_extremes();
	test_limits();
	test_bytes();
	return unit_done();
}
