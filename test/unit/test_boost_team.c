/*
 * test_boost_team.c
 *		Boosted trees by teams of any size are the same to the byte.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/boost_team.h"
#include "algo/gbt.h"
#include "base/hash.h"
#include "frame.h"
#include "math/rng.h"
#include "team.h"
#include "unit.h"

/* Three numbers, a category, the weight, the target. */
#define KINDS "nncnwy"
#define WIDTH 6

/* A few exchanges go through such a window at once, histograms in pieces. */
#define WINDOW 1024

typedef struct Case
{
	const char *name;
	MlTask		task;
	int			n_classes;
	int			n_rows;
	int			n_validation;	/* the last ones */
	bool		weighted;
	const char *option;			/* of gbt, or NULL */
	double		value;
} Case;

/* The bytes of the model, then what else fit() tells. */
static MlWriter
fitted_bytes(MlEnv *env, const MlFitted *fitted)
{
	MlWriter	writer;

	ml_writer_begin(&writer, env);
	(void) ml_gbt.encode(fitted->model, &writer);
	ml_write_u32(&writer, (uint32_t) fitted->iterations);
	ml_write_f64(&writer, fitted->train_loss);
	ml_write_array(&writer, fitted->curve, (size_t) fitted->n_curve, sizeof(MlCurvePoint));
	return writer;
}

static double
random_number(uint64_t row, uint64_t column)
{
	return ml_hash_uniform(ml_hash_word(row, column));
}

static double *
make_cells(MlEnv *env, const Case *c)
{
	double	   *cells = ml_allocate(env, (size_t) c->n_rows * WIDTH, sizeof(double));
	int			i;

	for (i = 0; i < c->n_rows; i++)
	{
		double	   *row = cells + i * WIDTH;
		double		signal;

		row[0] = random_number((uint64_t) i, 1);
		row[1] = random_number((uint64_t) i, 2) < 0.1 ? NAN : floor(20 * random_number((uint64_t) i, 3));
		row[2] = floor(12 * random_number((uint64_t) i, 4));
		row[3] = row[0] * row[0];
		row[4] = 0.1 + random_number((uint64_t) i, 5);
		signal = row[0] + (row[1] > 7) + sin(5 * row[2]) + random_number((uint64_t) i, 6);
		row[5] = c->task == ML_REGRESSION ? fabs(signal) + 0.01 : fmin(c->n_classes - 1, floor(fabs(signal) * 0.7 * c->n_classes));
	}
	return cells;
}

/* Fits the case with a team of `size`, all memory in an environment of its own. */
static MlWriter
fit_case(const Case *c, int size, MlFitted *fitted)
{
	MlEnv	   *env = unit_env();
	double		parameters[ML_MAX_PARAMETERS];
	UnitFrame	frame;
	MlFitInput	input;
	uint64_t   *identity = ml_allocate(env, (size_t) c->n_rows, sizeof(uint64_t));
	int			i;

	unit_frame_of(env, make_cells(env, c), c->n_rows, KINDS, &frame);
	unit_fit_input(&frame, &ml_gbt, c->task, parameters, &input);
	for (i = 0; i < c->n_rows; i++)
		identity[i] = ml_mix64((uint64_t) i);
	input.identity = identity;
	input.n_classes = c->n_classes;
	if (!c->weighted)
		input.weight = NULL;
	input.n_rows = c->n_rows - c->n_validation;
	input.validation = frame.rows + input.n_rows;
	input.n_validation = c->n_validation;
	parameters[ml_parameter_index(&ml_gbt, "min_rows")] = 3;
	parameters[ml_parameter_index(&ml_gbt, "trees")] = 12;
	if (c->option != NULL)
		parameters[ml_parameter_index(&ml_gbt, c->option)] = c->value;

	team_give(env, size, "gbt", WINDOW);
	if (ml_gbt.fit(env, &input, fitted) != ML_OK)
		unit_ok(false, "%s, %d members: %s", c->name, size, env->error.message);
	return fitted_bytes(env, fitted);
}

static void
test_case(const Case *c)
{
	MlFitted	alone;
	MlFitted	fitted;
	MlWriter	expected = fit_case(c, 1, &alone);
	bool		ok = alone.members == 1;
	int			size;

	for (size = 2; size <= 5; size++)
	{
		MlWriter	bytes = fit_case(c, size, &fitted);

		ok = ok && fitted.members == size && bytes.length == expected.length &&
			memcmp(bytes.data, expected.data, bytes.length) == 0;
	}
	unit_ok(ok, "%s, %d rows: the same bytes by 1 to 5 members (%d iterations)",
			c->name, c->n_rows, alone.iterations);
}

/* The forest of monotone trees with room for so many bytes of histograms. */
static MlWriter
boost_monotone(int size, size_t pool_bytes)
{
	static const Case c = {"monotone", ML_REGRESSION, 0, 1201, 0, false, NULL, 0};
	static const int8_t monotone[] = {1, -1, 0, 1};
	static const MlBoostRows none;
	MlEnv	   *env = unit_env();
	MlBoostOptions options = {0};
	MlBoostRows rows = {0};
	MlBoosted	boosted;
	MlBins		bins[4];
	UnitFrame	frame;
	MlWriter	writer;
	uint64_t   *identity = ml_allocate(env, (size_t) c.n_rows, sizeof(uint64_t));
	int			i;

	unit_frame_of(env, make_cells(env, &c), c.n_rows, KINDS, &frame);
	for (i = 0; i < c.n_rows; i++)
		identity[i] = ml_mix64((uint64_t) i);
	rows.y = frame.y;
	rows.identity = identity;
	options.loss.objective = ML_SQUARED;
	options.loss.n_outputs = 1;
	options.limits.max_leaves = 20;
	options.limits.min_rows = 5;
	options.limits.tree_inputs = 1;
	options.limits.node_inputs = 1;
	options.limits.monotone = monotone;
	options.limits.pool_bytes = pool_bytes;
	options.learning_rate = 0.3;
	options.iterations = 10;
	options.subsample = 1;
	team_give(env, size, "gbt", WINDOW);
	if (ml_bins_fit(env, &frame.signature, &frame.frame, frame.rows, c.n_rows, identity, 255, bins) != ML_OK ||
		ml_bins_apply(env, bins, &frame.frame, frame.rows, c.n_rows, false, &rows.binned) != ML_OK ||
		ml_boost_with_team(env, &options, &rows, &none, &boosted) != ML_OK)
		unit_ok(false, "monotone trees: %s", env->error.message);
	ml_writer_begin(&writer, env);
	(void) ml_forest_encode(&boosted.forest, &writer);
	return writer;
}

/* Where the histograms of parents are not kept both children are scanned. */
static void
test_pool(void)
{
	static const size_t pools[] = {0, 100000, 100000000};
	MlWriter	expected = boost_monotone(1, pools[2]);
	bool		ok = expected.length > 1000;
	int			size;
	int			i;

	for (size = 1; size <= 5; size++)
	{
		for (i = 0; i < 3; i++)
		{
			MlWriter	bytes = boost_monotone(size, pools[i]);

			ok = ok && bytes.length == expected.length &&
				memcmp(bytes.data, expected.data, bytes.length) == 0;
		}
	}
	unit_ok(ok, "monotone trees: the same bytes by 1 to 5 members, whatever histograms are kept");
}

int
main(void)
{
	static const Case cases[] = {
		{"regression", ML_REGRESSION, 0, 1501, 0, false, NULL, 0},
		{"weighted regression", ML_REGRESSION, 0, 1501, 300, true, NULL, 0},
		{"two classes", ML_CLASSIFICATION, 2, 997, 100, false, NULL, 0},
		{"three classes", ML_CLASSIFICATION, 3, 1200, 201, true, NULL, 0},
		{"few bins", ML_REGRESSION, 0, 1000, 0, false, "bins", 5},
		{"shallow trees", ML_CLASSIFICATION, 2, 1000, 0, true, "depth", 2},
		{"large leaves", ML_REGRESSION, 0, 1000, 99, false, "min_rows", 200},
		{"early stop", ML_REGRESSION, 0, 300, 100, false, "early_stopping", 1},
		{"absolute error", ML_REGRESSION, 0, 1201, 100, false, "objective", 2},
		{"huber, weighted", ML_REGRESSION, 0, 1201, 0, true, "objective", 3},
		{"a quantile, weighted", ML_REGRESSION, 0, 1201, 50, true, "objective", 4},
		{"poisson", ML_REGRESSION, 0, 1201, 100, true, "objective", 5},
		{"gamma", ML_REGRESSION, 0, 1201, 0, false, "objective", 6},
		{"tweedie", ML_REGRESSION, 0, 1201, 0, false, "objective", 7},
		{"level by level", ML_REGRESSION, 0, 1201, 0, false, "growth", 1},
		{"l1", ML_CLASSIFICATION, 2, 1201, 0, true, "l1", 2},
		{"drawn rows", ML_REGRESSION, 0, 1501, 100, true, "subsample", 0.3},
		{"drawn rows of three classes", ML_CLASSIFICATION, 3, 1501, 0, false, "subsample", 0.5},
		{"inputs drawn for a tree", ML_REGRESSION, 0, 1501, 0, false, "tree_features", 0.5},
		{"inputs drawn for a node", ML_CLASSIFICATION, 2, 1501, 0, false, "node_features", 0.5},
		{"rows of a curve", ML_CLASSIFICATION, 2, 9001, 0, true, NULL, 0},
		{"a few rows", ML_REGRESSION, 0, 13, 3, true, "min_rows", 1},
		{"fewer rows than members", ML_REGRESSION, 0, 3, 1, false, "min_rows", 1},
		{"one row", ML_CLASSIFICATION, 2, 1, 0, false, NULL, 0},
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	test_pool();
	return unit_done();
}
