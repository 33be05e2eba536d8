/*
 * test_components.c
 *		Singular values by Jacobi rotations, and components, against numpy.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algo/pca.h"
#include "algo/pca_measure.h"
#include "frame.h"
#include "math/rng.h"
#include "math/svd.h"
#include "unit.h"

static double
uniform(uint64_t i)
{
	return ml_hash_uniform(ml_mix64(i + 3)) - 0.5;
}

/* a = u diag(values): columns are orthogonal, their lengths the values, and a a' stays. */
static void
test_svd(int n, double ratio)
{
	MlEnv	   *env = unit_env();
	double	   *a = ml_allocate(env, (size_t) (n * n), sizeof(double));
	double	   *b = ml_allocate(env, (size_t) (n * n), sizeof(double));
	double	   *values = ml_allocate(env, (size_t) n, sizeof(double));
	MlSimd		simd;
	double		worst = 0;
	double		lost = 0;
	bool		descends = true;
	int			i;
	int			j;
	int			k;

	for (i = 0; i < n * n; i++)
		a[i] = uniform((uint64_t) i) * pow(ratio, i / n);
	memcpy(b, a, sizeof(double) * (size_t) (n * n));
	unit_ok(ml_svd(env, n, a, values) == ML_OK, "%d columns, each %g of the one before", n, ratio);
	for (i = 0; i < n; i++)
	{
		descends = descends && (i == 0 || values[i] <= values[i - 1]);
		for (j = 0; j <= i; j++)
		{
			double		sum = 0;
			double		before = 0;
			double		after = 0;

			for (k = 0; k < n; k++)
			{
				sum += a[i * n + k] * a[j * n + k];
				before += b[k * n + i] * b[k * n + j];
				after += a[k * n + i] * a[k * n + j];
			}
			if (i != j && values[i] > 0)
				worst = fmax(worst, fabs(sum) / values[i] / values[j]);
			if (i == j)
				worst = fmax(worst, fabs(sqrt(sum) / values[i] - 1));
			lost = fmax(lost, fabs(before - after));
		}
	}
	unit_near(worst, 0, 1e-13, "columns are orthogonal, however short");
	unit_near(lost, 0, 1e-13 * n, "and the products are kept");
	unit_ok(descends, "the longest first");
	for (simd = ML_SIMD_NONE; simd <= ml_simd_best(); simd++)
	{
		double	   *c = ml_allocate(env, (size_t) (n * n), sizeof(double));

		memcpy(c, b, sizeof(double) * (size_t) (n * n));
		env->simd = simd;
		unit_ok(ml_svd(env, n, c, values) == ML_OK && memcmp(a, c, sizeof(double) * (size_t) (n * n)) == 0,
				"the same bits with instructions %d", (int) simd);
	}
}

static void
test_svd_ends(void)
{
	MlEnv	   *env = unit_env();
	double		zero[4] = {0};
	double		rank1[4] = {3e200, 4e200, 6e200, 8e200};
	double		bad[4] = {1, INFINITY, 0, 0};
	double		values[2];

	unit_ok(ml_svd(env, 2, zero, values) == ML_OK && values[0] == 0 && values[1] == 0, "zeros");
	unit_ok(ml_svd(env, 2, rank1, values) == ML_OK && values[1] <= values[0] * 1e-15, "rank 1");
	unit_near(values[0] / 1e200, sqrt(125), 1e-14, "squares do not overflow");
	unit_ok(ml_svd(env, 2, bad, values) == ML_INVALID_DATA, "infinity is refused");
}

typedef struct Case
{
	MlEnv	   *env;
	UnitFrame	frame;
	double		parameters[ML_MAX_PARAMETERS];
	MlFitInput	input;
	MlFitted	fitted;
} Case;

static void
begin(Case *test, const char *kinds, double *cells, int n_rows)
{
	memset(test, 0, sizeof(*test));
	test->env = unit_env();
	if (cells == NULL)
		unit_frame(test->env, "components.csv", kinds, &test->frame);
	else
		unit_frame_of(test->env, cells, n_rows, kinds, &test->frame);
	unit_fit_input(&test->frame, &ml_pca, ML_DECOMPOSITION, test->parameters, &test->input);
}

static void
set(Case *test, const char *name, double value)
{
	test->parameters[ml_parameter_index(&ml_pca, name)] = value;
}

static void
test_reference(void)
{
	int			rows;
	int			columns;
	double	   *expected = unit_csv("components_expected.csv", &rows, &columns);
	int			r;
	int			c;
	int			j;

	for (r = 0; r < rows; r += 6)
	{
		const double *row = expected + r * columns;
		Case		test;
		const MlPca *model;
		double		inputs[6];
		double		output[6];

		begin(&test, row[2] == 1 ? "nnnnnnw" : "nnnnnn-", NULL, 0);
		set(&test, "components", 6);
		set(&test, "standardise", row[0]);
		set(&test, "method", 1 - row[1]);
		unit_ok(ml_pca.fit(test.env, &test.input, &test.fitted) == ML_OK, "it fits: %s", test.env->error.message);
		model = test.fitted.model;
		unit_ok(model->n_components == 6, "six components");
		for (c = 0; c < 6; c++, row += columns)
		{
			unit_near(model->variance[c] / row[4], 1, 1e-8, "variance %d", c);
			unit_near(model->variance[c] / model->total_variance / row[5], 1, 1e-8, "ratio %d", c);
			for (j = 0; j < 6; j++)
				unit_near(model->loading[j * 6 + c], row[6 + j], 1e-8, "loading %d of %d", j, c);
		}
		for (j = 0; j < 3; j++)
		{
			ml_frame_row(&test.frame.frame, j, inputs);
			ml_pca.predict(model, &test.frame.signature, inputs, 1, output);
			for (c = 0; c < 6; c++)
				unit_near(output[c], expected[(r + c) * columns + 12 + j], 1e-8, "value %d of row %d", c, j);
		}
	}
}

/* A part of the variance takes as many components as are needed, and tells what it lost. */
static void
test_share(void)
{
	Case		test;
	MlMetric	metrics[ML_MAX_METRICS];
	MlMeasured	measured = {0};
	uint64_t	identity[200] = {0};
	double		loss[200];
	double		sum = 0;
	double		kept = 0;
	const MlPca *model;
	int			n_metrics;
	int			c;

	begin(&test, "nnnnnn-", NULL, 0);
	set(&test, "components", 0.9);
	unit_ok(ml_pca.fit(test.env, &test.input, &test.fitted) == ML_OK, "it fits");
	model = test.fitted.model;
	for (c = 0; c < model->n_components; c++)
		kept += model->variance[c] / model->total_variance;
	unit_ok(kept >= 0.9 && kept - model->variance[c - 1] / model->total_variance < 0.9, "no more than it takes");
	measured = (MlMeasured) {&test.frame.frame, test.frame.rows, 200, NULL, identity};
	unit_ok(ml_pca_measure(test.env, model, &measured, metrics, &n_metrics) == ML_OK && n_metrics == 2, "it is measured");
	unit_near(metrics[0].value, kept, 1e-12, "%s", metrics[0].name);
	unit_near(metrics[1].value, test.fitted.train_loss, 1e-12, "%s", metrics[1].name);
	unit_near(metrics[1].value / metrics[1].baseline, 1 - kept, 1e-12, "beside the mean");
	unit_ok(ml_pca_losses(test.env, model, &measured, loss) == ML_OK, "row by row");
	for (c = 0; c < 200; c++)
		sum += loss[c] / 200;
	unit_near(sum, 1 - kept, 1e-12, "it is what is missing to 1");
}

static void
refuse(double *cells, int n_rows, const char *kinds, double components, const char *message)
{
	Case		test;

	begin(&test, kinds, cells, n_rows);
	set(&test, "components", components);
	unit_ok(ml_pca.fit(test.env, &test.input, &test.fitted) != ML_OK, "refused");
	unit_text(test.env->error.message, message, "with the reason");
}

static void
test_bad_input(void)
{
	double		flat[] = {1, 2, 2, 4, 3, 6, 4, 8};
	double		same[] = {5, 5, 5, 5};
	double		text[] = {0, 1, 2, 0, 1, 0};
	Case		test;

	refuse(flat, 4, "nn", 2, "components is 2, but the rows to learn from span only 1 dimension");
	refuse(flat, 4, "nn", 1.5, "components is 1.5, which is neither a whole number nor below 1");
	refuse(flat, 1, "nn", 1, "components need at least two rows to learn from");
	refuse(same, 4, "n", 0.5, "all rows to learn from are the same point: there are no components to find");
	begin(&test, "c", text, 6);
	unit_ok(ml_pca.fit(test.env, &test.input, &test.fitted) == ML_OK &&
			((const MlPca *) test.fitted.model)->n_components == 2, "three levels alone span two dimensions");
	begin(&test, "nnnnnn-", NULL, 0);
	unit_stop_after(test.env, 3);
	unit_ok(ml_pca.fit(test.env, &test.input, &test.fitted) == ML_INTERRUPTED, "a cancel is obeyed");
}

int
main(void)
{
	test_svd(1, 1);
	test_svd(7, 1);
	test_svd(40, 0.9);
	test_svd(61, 0.4);
	test_svd_ends();
	test_reference();
	test_share();
	test_bad_input();
	return unit_done();
}
