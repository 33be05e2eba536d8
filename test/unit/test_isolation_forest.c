/*
 * test_isolation_forest.c
 *		Isolation forest: closed forms, against scikit-learn, and what it
 *		promises about row order, missing values, categories and weights.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algo/isolation_forest.h"
#include "algo/tree.h"
#include "frame.h"
#include "math/rng.h"
#include "rows.h"
#include "stats/roc.h"
#include "unit.h"

#define MAX_INPUTS 40

/* A frame with what a fit needs. */
typedef struct Case
{
	MlEnv	   *env;
	UnitFrame	frame;
	double		parameters[ML_MAX_PARAMETERS];
	uint64_t   *identity;
	MlFitInput	input;
	MlFitted	fitted;
} Case;

static uint64_t random_state = 1;

static double
uniform(void)
{
	random_state++;
	return ml_hash_uniform(ml_mix64(random_state));
}

static void
set(Case *test, const char *name, double value)
{
	test->parameters[ml_parameter_index(&ml_isolation_forest, name)] = value;
}

static void
complete(Case *test)
{
	int64_t		n_rows = test->frame.frame.n_rows;
	int64_t		i;

	unit_fit_input(&test->frame, &ml_isolation_forest, ML_ANOMALY, test->parameters, &test->input);
	test->identity = ml_allocate(test->env, (size_t) n_rows, sizeof(uint64_t));
	for (i = 0; i < n_rows; i++)
		test->identity[i] = ml_mix64((uint64_t) i + 5);
	test->input.identity = test->identity;
}

static void
begin(Case *test, double *cells, int n_rows, const char *kinds)
{
	memset(test, 0, sizeof(*test));
	test->env = unit_env();
	unit_frame_of(test->env, cells, n_rows, kinds, &test->frame);
	complete(test);
}

static void
fit(Case *test)
{
	MlStatus	status = ml_isolation_forest.fit(test->env, &test->input, &test->fitted);

	unit_ok(status == ML_OK, "it fits: %s", test->env->error.message);
	if (status != ML_OK)
		exit(1);
}

static double
score(const Case *test, int64_t row)
{
	double		inputs[MAX_INPUTS];
	double		result;

	ml_frame_row(&test->frame.frame, row, inputs);
	ml_isolation_forest.predict(test->fitted.model, &test->frame.signature, inputs, 1, &result);
	return result;
}

static MlWriter
encode(const Case *test)
{
	MlWriter	writer;

	ml_writer_begin(&writer, test->env);
	(void) ml_isolation_forest.encode(test->fitted.model, &writer);
	return writer;
}

static bool
same_bytes(const Case *a, const Case *b)
{
	MlWriter	x = encode(a);
	MlWriter	y = encode(b);

	return x.length == y.length && memcmp(x.data, y.data, x.length) == 0;
}

/* Values of c(n) in long double, from the definition in the paper. */
static void
test_depth(void)
{
	int			n;

	unit_ok(ml_isolation_depth(0) == 0 && ml_isolation_depth(1) == 0, "c(1) is 0");
	unit_ok(ml_isolation_depth(2) == 1, "c(2) is 1");
	unit_near(ml_isolation_depth(256), 10.244770920119917, 1e-14, "c(256) as scikit-learn has it");
	for (n = 3; n < 100000; n *= 3)
	{
		long double expected = 2 * (logl(n - 1) + 0.57721566490153286061L) - 2.0L * (n - 1) / n;

		unit_near(ml_isolation_depth(n), (double) expected, 1e-14, "c(%d)", n);
	}
}

/* Nothing tells equal rows apart: each tree is one leaf, the score 2^-1. */
static void
test_duplicates(void)
{
	double		cells[3 * 40];
	Case		test;
	int			i;

	for (i = 0; i < 40; i++)
	{
		cells[3 * i] = 7.5;
		cells[3 * i + 1] = 1;
		cells[3 * i + 2] = NAN;
	}
	begin(&test, cells, 40, "ncn");
	fit(&test);
	unit_ok(((const MlForest *) test.fitted.model)->n_nodes == 100, "equal rows give leaves only");
	unit_near(score(&test, 3), 0.5, 1e-15, "and score 0.5");
}

/* Two rows are told apart by one split: depth 1 of c(2) = 1. */
static void
test_two_rows(void)
{
	double		cells[] = {1, 2};
	Case		test;

	begin(&test, cells, 2, "n");
	fit(&test);
	unit_near(score(&test, 0), 0.5, 1e-15, "two different rows score 0.5");
	test.input.n_rows = 1;
	unit_ok(ml_isolation_forest.fit(test.env, &test.input, &test.fitted) == ML_INVALID_DATA,
			"one row is too few");
}

/* The number of rows that score at least as high as one of them. */
static int
rank_of(const Case *test, int64_t row)
{
	double		its = score(test, row);
	int			rank = 0;
	int64_t		i;

	for (i = 0; i < test->frame.frame.n_rows; i++)
		rank += score(test, i) >= its;
	return rank;
}

/* One row far away, in whichever way; in a sample that surely has it. */
static void
test_outlier(const char *name, const char *kinds, const double *odd, int n)
{
	int			width = (int) strlen(kinds);
	double	   *cells = calloc((size_t) n * (size_t) width, sizeof(double));
	Case		test;
	int			i;
	int			k;

	for (i = 0; i < n; i++)
		for (k = 0; k < width; k++)
			cells[i * width + k] = i == 17 ? odd[k] :
				kinds[k] == 'n' ? uniform() + uniform() : floor(uniform() * 3);
	begin(&test, cells, n, kinds);
	fit(&test);
	unit_ok(rank_of(&test, 17) == 1 && score(&test, 17) > 0.6, "%s is the most unusual row (score %.3f)",
			name, score(&test, 17));
	free(cells);
}

static void
test_outliers(void)
{
	double		far[] = {1000, 1};
	double		huge[] = {1.7e308, 1};
	double		both[] = {-1e300, 1e300};
	double		level[] = {1, 7};

	test_outlier("an extreme number", "nc", far, 256);
	test_outlier("a number near the largest", "nc", huge, 200);
	test_outlier("a number far out in both columns", "nn", both, 256);
	test_outlier("a level of its own", "nc", level, 100);
}

/* A missing cell where all others have one, among three plain columns. */
static void
test_missing(void)
{
	double		cells[4 * 200];
	Case		test;
	double		ordinary = 0;
	double		unseen;
	double		inputs[4];
	int			i;

	for (i = 0; i < 4 * 200; i++)
		cells[i] = uniform() + uniform();
	cells[4 * 50] = NAN;
	for (i = 1; i < 4; i++)
		cells[4 * 50 + i] = 1;
	begin(&test, cells, 200, "nnnn");
	fit(&test);
	for (i = 0; i < 200; i++)
		ordinary += score(&test, i) / 200;
	unit_ok(score(&test, 50) > ordinary + 0.05, "the only missing cell is unusual: %.3f, mean %.3f",
			score(&test, 50), ordinary);
	inputs[0] = inputs[1] = inputs[2] = 1;
	inputs[3] = NAN;
	ml_isolation_forest.predict(test.fitted.model, &test.frame.signature, inputs, 1, &unseen);
	unit_ok(unseen > 0 && unseen < 1, "a cell that is missing for the first time has a score: %.3f", unseen);
}

/* A level that training never saw is no more ordinary than the rarest one. */
static void
test_unseen_level(void)
{
	double		cells[2 * 200];
	Case		test;
	double		inputs[2] = {1, 0};
	double		scores[3];
	static const double codes[] = {0, 1, 99};
	int			i;

	for (i = 0; i < 200; i++)
	{
		cells[2 * i] = uniform() + uniform();
		cells[2 * i + 1] = i % 10 == 0;
	}
	begin(&test, cells, 200, "nc");
	fit(&test);
	for (i = 0; i < 3; i++)
	{
		inputs[1] = codes[i];
		ml_isolation_forest.predict(test.fitted.model, &test.frame.signature, inputs, 1, &scores[i]);
	}
	unit_ok(scores[1] > scores[0], "a rare level is unusual: %.3f, %.3f", scores[1], scores[0]);
	unit_ok(scores[2] >= scores[1] - 0.02, "so is one never seen: %.3f", scores[2]);
}

/* Cells of every kind, with ties, missing ones and equal rows. */
static void
fill_mixed(double *cells, int n_rows)
{
	int			i;

	for (i = 0; i < n_rows; i++)
	{
		double	   *row = cells + 5 * i;

		row[0] = uniform() < 0.1 ? NAN : floor(uniform() * 20);
		row[1] = uniform() * uniform() - 0.3;
		row[2] = uniform() < 0.1 ? NAN : floor(uniform() * 4);
		row[3] = floor(uniform() * uniform() * 40);
		row[4] = 0.1 + uniform();
		if (i % 7 == 3)
			memcpy(row, row - 5, 5 * sizeof(double));
		if (i % 11 == 0)
			row[1] = i % 2 ? 0.0 : -0.0;
	}
}

/* The same rows in another order; identities move with their rows. */
static void
test_order(const char *kinds, double sample, bool same_identity)
{
	enum
	{
		N = 900
	};
	double	   *cells = calloc(5 * N, sizeof(double));
	double	   *moved = calloc(5 * N, sizeof(double));
	Case		a;
	Case		b;
	int		   *order;
	int			i;

	fill_mixed(cells, N);
	begin(&a, cells, N, kinds);
	order = unit_shuffle(a.env, N);
	for (i = 0; i < N; i++)
		memcpy(moved + 5 * order[i], cells + 5 * i, 5 * sizeof(double));
	begin(&b, moved, N, kinds);
	for (i = 0; i < N; i++)
	{
		if (same_identity)
			a.identity[i] = 9;
		b.identity[order[i]] = a.identity[i];
	}
	set(&a, "sample", sample);
	set(&b, "sample", sample);
	set(&a, "tree_features", 0.6);
	set(&b, "tree_features", 0.6);
	fit(&a);
	fit(&b);
	unit_ok(same_bytes(&a, &b), "another order of the rows gives the same bytes (%s, %.0f rows a tree)",
			kinds, sample);
	b.input.seed = 1;
	fit(&b);
	unit_ok(!same_bytes(&a, &b), "another seed does not");
	free(cells);
	free(moved);
}

/* Damage that the checks of trees alone would not see. */
static void
test_decode(void)
{
	double		cells[] = {1, 2, 3, 4, 5, 90};
	Case		test;
	MlWriter	writer;
	MlReader	reader;
	MlForest   *forest;
	MlTreeNode *node;
	void	   *model;

	begin(&test, cells, 6, "n");
	fit(&test);
	writer = encode(&test);
	ml_reader_begin(&reader, writer.data, writer.length);
	unit_ok(ml_isolation_forest.decode(test.env, &reader, &test.frame.signature, ML_ANOMALY, 0,
									   &model) == ML_OK, "it is decoded: %s", test.env->error.message);
	forest = model;
	for (node = (MlTreeNode *) forest->nodes; node->kind != ML_NODE_LEAF; node++)
		;
	node->value.number = -1;
	ml_reader_begin(&reader, writer.data, writer.length);
	unit_ok(ml_isolation_forest.decode(test.env, &reader, &test.frame.signature, ML_ANOMALY, 0,
									   &model) == ML_CORRUPT, "a negative path length is damage");
	node->value.number = 1;
	writer.data[0] = ML_LINK_IDENTITY;
	ml_reader_begin(&reader, writer.data, writer.length);
	unit_ok(ml_isolation_forest.decode(test.env, &reader, &test.frame.signature, ML_ANOMALY, 0,
									   &model) == ML_CORRUPT, "so is another link");
}

/* Rows with a large weight are drawn, those with a tiny one are not. */
static void
test_weights(void)
{
	double		cells[2 * 400];
	Case		test;
	int			i;

	for (i = 0; i < 400; i++)
	{
		cells[2 * i] = i < 50 ? uniform() : 100 + uniform();
		cells[2 * i + 1] = i < 50 ? 1e6 : 1e-6;
	}
	begin(&test, cells, 400, "nw");
	set(&test, "sample", 32);
	fit(&test);
	unit_ok(score(&test, 10) < score(&test, 399), "rows of little weight are unusual: %.3f, %.3f",
			score(&test, 10), score(&test, 399));
	test.input.weight = NULL;
	fit(&test);
	unit_ok(score(&test, 10) > score(&test, 399), "without weights the fewer ones are");
}

/* The mean area under the ROC curve over seeds, beside that of scikit-learn. */
static void
test_reference(const char *file, const char *kinds, int column, bool negated)
{
	enum
	{
		SEEDS = 4
	};
	int			rows;
	int			columns;
	double	   *reference = unit_csv("isolation_reference.csv", &rows, &columns);
	Case		test;
	double	   *scores;
	double		mean = 0;
	int			seed;
	int64_t		i;

	memset(&test, 0, sizeof(test));
	test.env = unit_env();
	unit_frame(test.env, file, kinds, &test.frame);
	complete(&test);
	set(&test, "trees", 1000);
	scores = ml_allocate(test.env, (size_t) test.frame.frame.n_rows, sizeof(double));
	for (seed = 0; seed < SEEDS; seed++)
	{
		MlRanks		ranks;
		MlInterval	interval;
		double		auc;

		test.input.seed = (uint64_t) seed;
		if (ml_isolation_forest.fit(test.env, &test.input, &test.fitted) != ML_OK)
			exit(1);
		for (i = 0; i < test.frame.frame.n_rows; i++)
			scores[i] = score(&test, i);
		if (ml_ranks_build(test.env, scores, test.frame.y, NULL, test.frame.frame.n_rows, &ranks) != ML_OK)
			exit(1);
		auc = ml_roc_auc(&ranks, &interval);
		mean += (negated ? 1 - auc : auc) / SEEDS;
	}
	unit_ok(fabs(mean - reference[column]) < 0.02, "%s: roc_auc %.4f, scikit-learn %.4f", file, mean,
			reference[column]);
}

/* A cancel is obeyed, and too little memory said. */
static void
test_stop(void)
{
	double		cells[5 * 600];
	Case		test;

	fill_mixed(cells, 600);
	begin(&test, cells, 600, "nnccw");
	unit_stop_after(test.env, 5);
	unit_ok(ml_isolation_forest.fit(test.env, &test.input, &test.fitted) == ML_INTERRUPTED,
			"a fit is interrupted");
	begin(&test, cells, 600, "nnccw");
	unit_budget(test.env, 100000);
	unit_ok(ml_isolation_forest.fit(test.env, &test.input, &test.fitted) == ML_OUT_OF_MEMORY,
			"a budget is kept");
}

int
main(void)
{
	test_depth();
	test_duplicates();
	test_two_rows();
	test_outliers();
	test_missing();
	test_unseen_level();
	test_order("nnccw", 256, false);
	test_order("nncc-", 256, false);
	test_order("nncc-", 2000, false);
	test_order("nnccw", 64, true);
	test_decode();
	test_weights();
	test_reference("isolation_blobs.csv", "nnnny", 0, false);
	test_reference("gbt_breast.csv", "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnny-", 1, true);
	test_reference("isolation_mixed.csv", "nnnnccy", 2, false);
	test_stop();
	return unit_done();
}
