/*
 * test_clusters.c
 *		k-means: Lloyd's method and all measures against scikit-learn, and what
 *		it promises about row order, instructions, memory and bad input.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algo/kmeans.h"
#include "algo/kmeans_measure.h"
#include "algo/kmeans_start.h"
#include "algo/vectors.h"
#include "frame.h"
#include "math/rng.h"
#include "stats/metrics_cluster.h"
#include "unit.h"

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

static void
set(Case *test, const char *name, double value)
{
	test->parameters[ml_parameter_index(&ml_kmeans, name)] = value;
}

static void
complete(Case *test)
{
	int64_t		i;

	unit_fit_input(&test->frame, &ml_kmeans, ML_CLUSTERING, test->parameters, &test->input);
	test->identity = ml_allocate(test->env, (size_t) test->frame.frame.n_rows + 1, sizeof(uint64_t));
	for (i = 0; i < test->frame.frame.n_rows; i++)
		test->identity[i] = ml_mix64((uint64_t) i + 7);
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

static const MlKmeans *
fit(Case *test)
{
	MlStatus	status = ml_kmeans.fit(test->env, &test->input, &test->fitted);

	unit_ok(status == ML_OK, "it fits: %s", test->env->error.message);
	if (status != ML_OK)
		exit(1);
	return test->fitted.model;
}

static MlWriter
encode(const Case *test)
{
	MlWriter	writer;

	ml_writer_begin(&writer, test->env);
	(void) ml_kmeans.encode(test->fitted.model, &writer);
	return writer;
}

static bool
same_bytes(const Case *a, const Case *b)
{
	MlWriter	x = encode(a);
	MlWriter	y = encode(b);

	return x.length == y.length && memcmp(x.data, y.data, x.length) == 0;
}

/* Clumps of points in two numbers and a category; row i of another order is another row. */
static double *
clumps(MlEnv *env, int n_rows, int n_clumps, int step)
{
	double	   *cells = ml_allocate(env, (size_t) n_rows, 3 * sizeof(double));
	int			i;

	for (i = 0; i < n_rows; i++)
	{
		uint64_t	row = (uint64_t) i * (uint64_t) step % (uint64_t) n_rows;
		uint64_t	clump = ml_mix64(row) % (uint64_t) n_clumps;

		cells[3 * i] = 6 * ml_hash_uniform(ml_mix64(clump + 100)) + ml_hash_uniform(ml_hash_word(row, 1));
		cells[3 * i + 1] = 6 * ml_hash_uniform(ml_mix64(clump + 200)) + ml_hash_uniform(ml_hash_word(row, 2));
		cells[3 * i + 2] = (double) (clump % 3);
	}
	return cells;
}

/* Rows in another order keep their identities. */
static void
shuffle_identity(Case *test, int step)
{
	int64_t		n = test->frame.frame.n_rows;
	int64_t		i;

	for (i = 0; i < n; i++)
		test->identity[i] = ml_mix64((uint64_t) (i * step % n) + 7);
}

/* The space of a case and all of its rows in it. */
static void
take_points(Case *test, MlSpace *space, MlPoints *points, bool weighted)
{
	unit_ok(ml_space_make(test->env, &test->frame.signature, true, true, space) == ML_OK, "there is a space");
	unit_ok(ml_points_make(test->env, space, &test->frame.frame, test->frame.rows, test->frame.frame.n_rows,
						   weighted ? test->frame.weight : NULL, points) == ML_OK, "with points");
	unit_ok(ml_points_keep(points) == ML_OK && points->matrix != NULL, "in memory");
}

static void
test_space(void)
{
	double		cells[] = {1, 0, 3, 1, NAN, 0, 8, NAN};
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlSpace		space;
	double		points[4 * 4];
	int			input;
	int			level;

	unit_frame_of(env, cells, 4, "nc", &frame);
	unit_ok(ml_space_make(env, &frame.signature, true, true, &space) == ML_OK && space.n == 4,
			"a number, two levels and missing");
	ml_space_load(&space, &frame.frame, frame.rows, 4, points);
	unit_near(points[0], (1 - 4) / frame.signature.inputs[0].sd, 1e-15, "numbers are standardised");
	unit_ok(points[8] == 0, "a missing one is the mean");
	unit_ok(points[1] == 1 && points[2] == 0 && points[3] == 0 && points[6] == 1 && points[15] == 1 &&
			points[13] == 0, "categories are 0 and 1");
	unit_near(ml_space_value(&space, 0, points[12]), 8, 1e-15, "and back");
	ml_space_name(&space, 3, &input, &level);
	unit_ok(input == 1 && level == 3, "the last is that of missing values");
	unit_ok(ml_space_place(&space.inputs[1], &frame.signature.inputs[1], 2) == 2 &&
			ml_space_place(&space.inputs[1], &frame.signature.inputs[1], NAN) == 2,
			"other values count as missing where there were none");
	unit_ok(ml_space_make(env, &frame.signature, false, false, &space) == ML_OK, "a plain space");
	ml_space_load(&space, &frame.frame, frame.rows, 4, points);
	unit_ok(points[0] == 1 && points[8] == 4 && points[12] == 8, "has numbers as they are, missing ones as the mean");
}

static void
test_lloyd(void)
{
	int			rows;
	int			columns;
	double	   *expected = unit_csv("clusters_expected.csv", &rows, &columns);
	int			r;
	int			i;

	for (r = 0; r < rows; r++, expected += columns)
	{
		int			k = (int) expected[0];
		Case		test;
		MlSpace		space;
		MlPoints	points;
		MlLloyd		lloyd;
		MlMetric	metrics[ML_MAX_METRICS];
		MlMeasured	measured = {0};
		MlKmeans	model;
		double	   *centre;
		double	   *weight;
		int			n_metrics;

		memset(&test, 0, sizeof(test));
		test.env = unit_env();
		unit_frame(test.env, "clusters.csv", "nncw", &test.frame);
		complete(&test);
		take_points(&test, &space, &points, expected[2] == 1);
		unit_ok(ml_lloyd_make(&points, k, &lloyd) == ML_OK, "room for %d clusters", k);
		memcpy(lloyd.centre, points.matrix, (size_t) (k * points.n) * sizeof(double));
		unit_ok(ml_lloyd_run(&lloyd, k, (int) expected[1], 0, NULL) == ML_OK, "%g moves of %d centres", expected[1], k);
		unit_near(lloyd.inertia, expected[3], 1e-11, "inertia");
		for (i = 0; i < 20; i++)
			unit_near(lloyd.centre[i], expected[7 + i], 1e-11, "centre %d", i);

		/* the same as a model, on the same rows */
		centre = ml_allocate(test.env, (size_t) (k * points.n), sizeof(double));
		weight = ml_allocate(test.env, (size_t) k, sizeof(double));
		for (i = 0; i < k * points.n; i++)
			centre[i % points.n * k + i / points.n] = lloyd.centre[i];
		for (i = 0; i < k; i++)
			weight[i] = ml_cluster_sums_weight(&lloyd.sums, i);
		model = (MlKmeans) {.space = space,.k = k,.centre = centre,.weight = weight};
		measured = (MlMeasured) {&test.frame.frame, test.frame.rows, 400, NULL, test.identity};
		unit_ok(ml_kmeans_measure(test.env, &model, &measured, metrics, &n_metrics) == ML_OK && n_metrics == 5,
				"it is measured");
		for (i = 0; i < 3; i++)
			unit_near(metrics[i].value, expected[4 + i], 1e-11, "%s", metrics[i].name);
		unit_near(metrics[4].value * 400, metrics[3].value, 1e-12, "%s is %s by row", metrics[4].name, metrics[3].name);
		if (expected[2] == 0)
			unit_near(metrics[3].value, expected[3], 1e-11, "%s", metrics[3].name);
	}
}

/* Bounds pass over rows and change nothing: every pass ends where the plain method does. */
static void
test_bounds(void)
{
	MlEnv	   *env = unit_env();
	Case		test;
	MlSpace		space;
	MlPoints	points;
	MlLloyd		lloyd;
	double		plain[50 * 5];
	int			pass;
	int			wrong = 0;
	int64_t		i;
	int			c;

	begin(&test, clumps(env, 3000, 60, 1), 3000, "nnc");
	take_points(&test, &space, &points, false);
	unit_ok(ml_lloyd_make(&points, 50, &lloyd) == ML_OK, "room for 50 clusters");
	memcpy(lloyd.centre, points.matrix, sizeof(plain));
	memcpy(plain, points.matrix, sizeof(plain));
	for (pass = 1; pass <= 12; pass++)
	{
		MlClusterSums *sums = &lloyd.sums;
		double		most[5];

		unit_ok(ml_points_most(&points, most) == ML_OK, "how large they are");
		ml_cluster_sums_scale(sums, 3000, most, 1);
		ml_cluster_sums_clear(sums, 50);
		for (i = 0; i < points.n_rows; i++)
		{
			const double *point = points.matrix + i * points.n;
			int			best = 0;

			for (c = 1; c < 50; c++)
				best = ml_squared_distance(point, plain + c * points.n, points.n) <
					ml_squared_distance(point, plain + best * points.n, points.n) ? c : best;
			ml_cluster_sums_add(sums, best, point, 1, 1);
		}
		for (c = 0; c < 50; c++)
			(void) ml_cluster_sums_centre(sums, c, plain + c * points.n);
	}
	unit_ok(ml_lloyd_run(&lloyd, 50, 12, 0, NULL) == ML_OK && lloyd.iterations == 12, "twelve passes");
	wrong = memcmp(lloyd.centre, plain, sizeof(plain)) != 0;
	unit_ok(wrong == 0, "end with the same bits as without bounds");
}

static void
test_sums(void)
{
	MlEnv	   *env = unit_env();
	double		most[2] = {1e6, 0};
	double		points[4][2] = {{1e6, 0}, {-3.25, 0}, {1.0 / 3, 0}, {7, 0}};
	double		centre[2];
	MlClusterSums all;
	MlClusterSums half;
	int			i;

	unit_ok(ml_cluster_sums_begin(env, 2, 2, &all) == ML_OK &&
			ml_cluster_sums_begin(env, 2, 2, &half) == ML_OK, "room for sums");
	ml_cluster_sums_scale(&all, 4, most, 2);
	ml_cluster_sums_scale(&half, 4, most, 2);
	for (i = 0; i < 4; i++)
		ml_cluster_sums_add(i < 2 ? &all : &half, 1, points[i], i == 3 ? 2 : 1, 1);
	ml_cluster_sums_merge(&all, &half);
	unit_ok(!ml_cluster_sums_centre(&all, 0, centre), "no rows, no mean");
	unit_ok(ml_cluster_sums_centre(&all, 1, centre) && all.rows[1] == 4, "rows of both");
	unit_near(centre[0], (1e6 - 3.25 + 1.0 / 3 + 14) / 5, 1e-14, "the mean of two parts");
	ml_cluster_sums_add(&all, 1, points[0], 1, -1);
	unit_ok(ml_cluster_sums_centre(&all, 1, centre), "one less");
	unit_near(centre[0], (-3.25 + 1.0 / 3 + 14) / 4, 1e-8, "leaves no trace but the unit of the largest");
	unit_ok(ml_cluster_sums_weight(&all, 1) == 4 && centre[1] == 0, "weights add up");
}

/* The same bytes for other orders of the rows, instructions, and with little memory. */
static void
test_same_bytes(int n_rows, double k)
{
	MlEnv	   *env = unit_env();
	Case		first;
	Case		other;
	MlSimd		simd;
	int			found;

	begin(&first, clumps(env, n_rows, 5, 1), n_rows, "nnc");
	set(&first, "k", k);
	found = fit(&first)->k;
	unit_ok(found == (k == 0 ? 5 : k), "%d rows give %d clusters", n_rows, found);
	begin(&other, clumps(env, n_rows, 5, 7), n_rows, "nnc");
	/* means of another order differ in the last bit */
	other.frame.signature = first.frame.signature;
	shuffle_identity(&other, 7);
	set(&other, "k", k);
	(void) fit(&other);
	unit_ok(same_bytes(&first, &other), "any order of %d rows gives the same bytes", n_rows);
	for (simd = ML_SIMD_NONE; simd <= ml_simd_best(); simd++)
	{
		begin(&other, clumps(env, n_rows, 5, 1), n_rows, "nnc");
		other.env->simd = simd;
		set(&other, "k", k);
		(void) fit(&other);
		unit_ok(same_bytes(&first, &other), "instructions %d too", (int) simd);
	}
	begin(&other, clumps(env, n_rows, 5, 1), n_rows, "nnc");
	set(&other, "k", k);
	if (n_rows > 20000)
	{
		/* what all else takes, and half of the matrix */
		unit_budget(other.env, (size_t) n_rows * (24 + 36 + 36 + 20) + 3000000);
		(void) fit(&other);
		unit_ok(same_bytes(&first, &other), "and rows read in each pass");
	}
}

/* Clumps are found, numbered by size, and rows are put into their own. */
static void
test_model(void)
{
	double		cells[2 * 90];
	Case		test;
	const MlKmeans *model;
	MlVectors	vectors = {0};
	double		distance[3];
	double		inputs[2];
	int			right = 0;
	int			i;

	for (i = 0; i < 90; i++)
	{
		int			clump = i < 20 ? 0 : i < 50 ? 1 : 2;

		cells[2 * i] = 100.0 * clump + i % 5;
		cells[2 * i + 1] = (clump == 1 ? 7.0 : 5.0) + 0.1 * (i % 2);
	}
	begin(&test, cells, 90, "nn");
	model = fit(&test);
	unit_ok(model->k == 3 && model->weight[0] == 40 && model->weight[1] == 30 && model->weight[2] == 20,
			"three clusters, the heaviest first");
	unit_ok(ml_kmeans.vectors(test.env, model, &vectors) == ML_OK, "they have centres");
	unit_near(vectors.value[0], 202, 1e-12, "in the units of the data");
	unit_near(vectors.value[3], 7.05, 1e-12, "of each column");
	for (i = 0; i < 90; i++)
	{
		ml_frame_row(&test.frame.frame, i, inputs);
		ml_kmeans.predict(model, &test.frame.signature, inputs, 1, distance);
		right += i < 20 ? distance[2] < 1 : i < 50 ? distance[1] < 1 : distance[0] < 1;
	}
	unit_ok(right == 90 && ml_kmeans.n_outputs(model) == 3, "every row is near its own centre");
}

/* An empty cluster takes the point that is furthest from its centre. */
static void
test_empty(void)
{
	double		cells[] = {0, 0, 1, 1, 2, 2, 9, 9};
	Case		test;
	MlSpace		space;
	MlPoints	points;
	MlLloyd		lloyd;

	begin(&test, cells, 8, "n");
	take_points(&test, &space, &points, false);
	unit_ok(ml_lloyd_make(&points, 3, &lloyd) == ML_OK, "three clusters");
	lloyd.centre[0] = points.matrix[0];
	lloyd.centre[1] = points.matrix[2];
	lloyd.centre[2] = 1000;
	unit_ok(ml_lloyd_run(&lloyd, 3, 100, 0, NULL) == ML_OK, "one of them far from everything");
	unit_ok(lloyd.sums.rows[0] > 0 && lloyd.sums.rows[1] > 0 && lloyd.sums.rows[2] == 2 && lloyd.label[7] == 2,
			"gets the far rows");
}

static void
refuse(double *cells, int n_rows, const char *kinds, const char *name, double value, const char *message)
{
	Case		test;
	MlStatus	status;

	begin(&test, cells, n_rows, kinds);
	if (name != NULL)
		set(&test, name, value);
	status = ml_kmeans.fit(test.env, &test.input, &test.fitted);
	unit_ok(status != ML_OK, "refused");
	unit_text(test.env->error.message, message, "with the reason");
}

static void
test_bad_input(void)
{
	double		few[] = {1, 2, 2, 1, 1, 2, 2, 1, 1, 2};
	double		same[] = {3, 3, 3, 3, 3, 3};
	double		huge[] = {1e200, -1e200, 1e199, 5};
	double		tiny[] = {1e-150, 2e-150, 1e-150, 9e-150, 9e-150, 8e-150};
	double		missing[] = {NAN, 1, NAN, 2, NAN, 1, NAN, 2, NAN, 2};
	Case		test;

	refuse(few, 10, "n", "k", 3, "k is 3, but the rows to learn from make only 2 different points");
	refuse(same, 6, "n", NULL, 0, "all rows to learn from are the same point: there are no clusters to find");
	refuse(same, 1, "n", "k", 2, "k is 2, but the rows to learn from make only 1 different point");
	refuse(huge, 4, "n", "standardise", 0, "column \"a\" has values that are too large to measure distances");
	begin(&test, few, 10, "n");
	unit_ok(fit(&test)->k == 2, "two different points are two clusters");
	begin(&test, same, 6, "n");
	set(&test, "k", 1);
	unit_ok(fit(&test)->weight[0] == 6, "equal rows are one");
	begin(&test, tiny, 6, "n");
	set(&test, "k", 2);
	unit_ok(fit(&test)->weight[0] == 3 && test.fitted.train_loss > 0, "tiny values are standardised");
	begin(&test, missing, 5, "nn");
	set(&test, "k", 2);
	unit_ok(fit(&test)->weight[0] == 3, "a column without any value says nothing");
}

/* A cancel is obeyed wherever it comes. */
static void
test_cancel(void)
{
	MlEnv	   *env = unit_env();
	double	   *cells = clumps(env, 2000, 4, 1);
	int			calls;
	int			stopped = 0;

	for (calls = 1; calls < 200; calls += 7)
	{
		Case		test;

		begin(&test, cells, 2000, "nnc");
		unit_stop_after(test.env, calls);
		stopped += ml_kmeans.fit(test.env, &test.input, &test.fitted) == ML_INTERRUPTED;
	}
	unit_ok(stopped == 29, "a cancel ends it (%d)", stopped);
}

static void
test_silhouette(void)
{
	double		points[] = {0, 1, 10, 12, 50};
	int32_t		label[] = {0, 0, 1, 1, 2};
	int32_t		one[] = {0, 0, 0, 0, 0};
	double		double_weight[] = {1, 2, 1, 1, 1};
	MlEnv	   *env = unit_env();
	double		s[5];

	unit_ok(ml_silhouette(env, points, 1, label, 3, NULL, 5, s) == ML_OK, "five points");
	unit_near(s[0], (11.0 - 1) / 11, 1e-15, "by hand");
	unit_near(s[2], (9.5 - 2) / 9.5, 1e-15, "by hand");
	unit_ok(s[4] == 0, "a point alone has 0");
	unit_ok(ml_silhouette(env, points, 1, one, 3, NULL, 5, s) == ML_OK && isnan(s[0]), "one cluster has none");
	unit_ok(ml_silhouette(env, points, 1, label, 3, double_weight, 5, s) == ML_OK, "with weights");
	unit_near(s[2], ((10 + 2 * 9) / 3.0 - 2) / ((10 + 2 * 9) / 3.0), 1e-15, "a point that counts twice");
}

int
main(void)
{
	test_space();
	test_sums();
	test_lloyd();
	test_bounds();
	test_same_bytes(900, 0);
	test_same_bytes(30011, 5);
	test_model();
	test_empty();
	test_bad_input();
	test_cancel();
	test_silhouette();
	return unit_done();
}
