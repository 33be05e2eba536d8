/*
 * test_elastic_net.c
 *		Elastic net: against scikit-learn and R's glmnet, optimality
 *		conditions of random problems, free and empty columns, cancel.
 */
#include "algo/elastic_net.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "math/blas.h"
#include "math/rng.h"
#include "unit.h"

#define SWEEPS 100000

/* A least squares problem: rows [1, X] and y with weights, and their factor. */
typedef struct Problem
{
	MlEnv	   *env;
	int			n_rows;
	int			n;				/* columns of X */
	double	   *x;				/* (n_rows, n) row-major */
	double	   *y;
	double	   *u;				/* weights */
	double		weight;			/* their sum */
	double	   *r;				/* (n + 2, n + 2) of [1, X, y] */
	double	   *gram;			/* (n, n) */
	double	   *linear;			/* (n) */
} Problem;

static void
make_factor(Problem *p)
{
	int			n = p->n + 2;
	double	   *rows = ml_allocate(p->env, (size_t) p->n_rows * (size_t) n, sizeof(double));
	double	   *work = ml_allocate(p->env, ml_qr_work_size(n), sizeof(double));
	int			i;
	int			j;

	for (i = 0; i < p->n_rows; i++)
	{
		double		root = sqrt(p->u[i]);

		rows[i] = root;
		for (j = 0; j < p->n; j++)
			rows[(j + 1) * p->n_rows + i] = root * p->x[i * p->n + j];
		rows[(n - 1) * p->n_rows + i] = root * p->y[i];
	}
	p->r = ml_allocate(p->env, (size_t) n * (size_t) n, sizeof(double));
	p->gram = ml_allocate(p->env, (size_t) p->n * (size_t) p->n, sizeof(double));
	p->linear = ml_allocate(p->env, (size_t) p->n, sizeof(double));
	unit_ok(ml_qr_update(p->env, n, p->r, p->n_rows, rows, p->n_rows, work) == ML_OK, "factor");
	unit_ok(ml_elastic_net_gram(p->env, n, p->r, 1, p->weight, p->gram, p->linear) == ML_OK, "gram");
}

/* A table of test/data; row i counts 1 + i % 3 when weighted. */
static void
load(Problem *p, const char *file, int target, int first, bool weighted)
{
	int			columns;
	double	   *cells = unit_csv(file, &p->n_rows, &columns);
	int			i;
	int			j;

	p->env = unit_env();
	p->n = columns - (first > target ? first : first + 1);
	p->x = ml_allocate(p->env, (size_t) p->n_rows * (size_t) p->n, sizeof(double));
	p->y = ml_allocate(p->env, (size_t) p->n_rows, sizeof(double));
	p->u = ml_allocate(p->env, (size_t) p->n_rows, sizeof(double));
	p->weight = 0;
	for (i = 0; i < p->n_rows; i++)
	{
		for (j = 0; j < p->n; j++)
			p->x[i * p->n + j] = cells[i * columns + first + j];
		p->y[i] = cells[i * columns + target];
		p->u[i] = weighted ? 1 + i % 3 : 1;
		p->weight += p->u[i];
	}
}

static void
load_diabetes(Problem *p, bool weighted)
{
	load(p, "diabetes.csv", 11, 1, weighted);
}

static double
weighted_mean(const Problem *p, const double *values, int step)
{
	double		sum = 0;
	int			i;

	for (i = 0; i < p->n_rows; i++)
		sum += p->u[i] * values[i * step];
	return sum / p->weight;
}

static double
deviation(const Problem *p, const double *values, int step)
{
	double		mean = weighted_mean(p, values, step);
	double		sum = 0;
	int			i;

	for (i = 0; i < p->n_rows; i++)
		sum += p->u[i] * (values[i * step] - mean) * (values[i * step] - mean);
	return sqrt(sum / p->weight);
}

/* Coefficients (n + 1), the intercept first. */
static void
solve(Problem *p, const double *factor, double l1, double l2, double *coefficients)
{
	MlElasticNet net;
	MlElasticNetResult result;

	unit_ok(ml_elastic_net_begin(p->env, p->n, p->gram, p->linear, factor, &net) == ML_OK, "begin");
	memset(coefficients, 0, (size_t) (p->n + 1) * sizeof(double));
	unit_ok(ml_elastic_net_solve(&net, l1, l2, SWEEPS, coefficients + 1, &result) == ML_OK, "solve");
	unit_ok(result.converged, "converged in %d sweeps", result.sweeps);
	ml_elastic_net_free(p->n + 2, p->r, 1, coefficients);
	ml_elastic_net_end(&net);
}

static void
test_sklearn(void)
{
	int			rows;
	int			columns;
	double	   *cells = unit_csv("elastic_net_sklearn.csv", &rows, &columns);
	int			at = 0;

	while (at < rows)
	{
		const double *row = cells + at * columns;
		double		coefficients[61];
		Problem		p;
		int			k;

		if (row[1] == 0)
			load_diabetes(&p, row[2] == 1);
		else
			load(&p, "elastic_net_wide.csv", 0, 1, row[2] == 1);
		make_factor(&p);
		solve(&p, NULL, row[3], row[4], coefficients);
		for (k = 0; k <= p.n; k++, at++)
			unit_ok(fabs(coefficients[k] - cells[at * columns + 6]) <= 1e-5 * fabs(cells[at * columns + 6]),
					"scikit-learn, setting %g, coefficient %d: %.9g, %.9g", cells[at * columns], k,
					coefficients[k], cells[at * columns + 6]);
	}
}

/* Columns and target as glmnet has them: mean 0 and deviation 1. */
static void
standardise(Problem *p, double *mean, double *sd)
{
	double		size = deviation(p, p->y, 1);
	int			i;
	int			j;

	for (j = 0; j < p->n; j++)
	{
		mean[j] = weighted_mean(p, p->x + j, p->n);
		sd[j] = deviation(p, p->x + j, p->n);
		for (i = 0; i < p->n_rows; i++)
			p->x[i * p->n + j] = (p->x[i * p->n + j] - mean[j]) / sd[j];
	}
	for (i = 0; i < p->n_rows; i++)
		p->y[i] /= size;
}

static void
test_glmnet(void)
{
	int			rows;
	int			columns;
	double	   *cells = unit_csv("elastic_net_glmnet.csv", &rows, &columns);
	int			at;

	for (at = 0; at < rows; at += 12)
	{
		const double *row = cells + at * columns;
		double		coefficients[11];
		double		mean[10];
		double		sd[10];
		double		factor[10];
		double		w[10];
		double		largest;
		MlElasticNet net;
		Problem		p;
		int			k;

		load_diabetes(&p, row[1] == 1);
		standardise(&p, mean, sd);
		make_factor(&p);
		for (k = 0; k < 10; k++)
			factor[k] = row[2] == 1 ? k % 3 : 1;
		solve(&p, factor, row[3] * row[4], row[3] * (1 - row[4]), coefficients);
		for (k = 1; k <= 10; k++)
		{
			coefficients[k] /= sd[k - 1];
			coefficients[0] -= coefficients[k] * mean[k - 1];
		}
		for (k = 0; k <= 10; k++)
		{
			double		expected = row[(k + 1) * columns + 6];

			unit_ok(fabs(coefficients[k] - expected) <= 1e-5 * fabs(expected),
					"glmnet, setting %g, coefficient %d: %.9g, %.9g", row[0], k, coefficients[k], expected);
		}
		unit_ok(ml_elastic_net_begin(p.env, p.n, p.gram, p.linear, factor, &net) == ML_OK &&
				ml_elastic_net_largest(&net, w, &largest) == ML_OK, "largest");
		if (row[4] > 0)
			unit_near(largest / row[4], row[6], 1e-6, "glmnet, setting %g: start of the path", row[0]);
	}
}

static double
draw(uint64_t *seed)
{
	*seed = ml_hash_word(*seed, 1);
	return ml_hash_uniform(*seed) * 2 - 1;
}

/* Correlated columns of random scales, some empty, more of them than rows now and then. */
static void
make_random(Problem *p, uint64_t *seed)
{
	double		common;
	int			i;
	int			j;

	p->env = unit_env();
	p->n_rows = 8 + (int) (20 * (1 + draw(seed)));
	p->n = 2 + (int) (15 * (1 + draw(seed)));
	p->x = ml_allocate(p->env, (size_t) p->n_rows * (size_t) p->n, sizeof(double));
	p->y = ml_allocate(p->env, (size_t) p->n_rows, sizeof(double));
	p->u = ml_allocate(p->env, (size_t) p->n_rows, sizeof(double));
	p->weight = 0;
	for (i = 0; i < p->n_rows; i++)
	{
		common = draw(seed);
		for (j = 0; j < p->n; j++)
			p->x[i * p->n + j] = j % 7 == 6 ? 0 : pow(10, j % 5 - 2) * (common + 0.1 * draw(seed));
		p->y[i] = 3 * common + p->x[i * p->n] - p->x[i * p->n + 1] + draw(seed);
		p->u[i] = 0.1 + fabs(draw(seed));
		p->weight += p->u[i];
	}
	make_factor(p);
}

/* The conditions of Karush, Kuhn and Tucker, from the rows themselves. */
static void
check_optimal(const Problem *p, const double *factor, double l1, double l2, const double *coefficients)
{
	double		most = 0;
	double		sum = 0;
	int			i;
	int			j;

	for (j = -1; j < p->n; j++)
	{
		double		slope = 0;
		double		size = 0;
		double		value = coefficients[j + 1];
		double		f = j < 0 ? 0 : factor[j];
		double		off;

		for (i = 0; i < p->n_rows; i++)
		{
			double		error = p->y[i] - coefficients[0];
			double		x = j < 0 ? 1 : p->x[i * p->n + j];
			int			k;

			for (k = 0; k < p->n; k++)
				error -= p->x[i * p->n + k] * coefficients[k + 1];
			slope += p->u[i] * x * error / p->weight;
			size += p->u[i] * x * x / p->weight;
			if (j < 0)
				sum += p->u[i] * p->y[i] * p->y[i] / p->weight;
		}
		if (size == 0)
		{
			unit_ok(value == 0, "an empty column has coefficient 0");
			continue;
		}
		slope -= f * l2 * value;
		off = value == 0 && f > 0 ? fmax(fabs(slope) - f * l1, 0) :
			fabs(slope - (value > 0 ? f * l1 : -f * l1));
		most = fmax(most, off / sqrt(size * sum));
	}
	unit_ok(most < 1e-9, "optimal within %.2g", most);
}

static void
test_optimal(void)
{
	uint64_t	seed = 5;
	int			round;

	for (round = 0; round < 60; round++)
	{
		double		factor[40];
		double		w[40];
		double		coefficients[41];
		double		path[4];
		MlElasticNet net;
		Problem		p;
		int			k;

		make_random(&p, &seed);
		for (k = 0; k < p.n; k++)
			factor[k] = round % 3 == 0 ? 1 : (k + round) % 4 * 0.7;
		unit_ok(ml_elastic_net_begin(p.env, p.n, p.gram, p.linear, factor, &net) == ML_OK, "begin");
		unit_ok(ml_elastic_net_largest(&net, w, &path[0]) == ML_OK && path[0] > 0, "largest");
		memcpy(coefficients + 1, w, (size_t) p.n * sizeof(double));
		ml_elastic_net_free(p.n + 2, p.r, 1, coefficients);
		check_optimal(&p, factor, path[0], 0, coefficients);
		ml_elastic_net_path(path[0], 1e-3, 4, path);
		for (k = 0; k < 4; k++)
		{
			double		ratio = round % 2 == 0 ? 1 : 0.6;
			double		cold[41];
			MlElasticNetResult result;
			int			j;

			unit_ok(ml_elastic_net_solve(&net, path[k] * ratio, path[k] * (1 - ratio), SWEEPS, w, &result) ==
					ML_OK && result.converged, "round %d: converged in %d sweeps", round, result.sweeps);
			memcpy(coefficients + 1, w, (size_t) p.n * sizeof(double));
			ml_elastic_net_free(p.n + 2, p.r, 1, coefficients);
			check_optimal(&p, factor, path[k] * ratio, path[k] * (1 - ratio), coefficients);
			solve(&p, factor, path[k] * ratio, path[k] * (1 - ratio), cold);
			for (j = 0; ratio < 1 && j < p.n; j++)
			{
				if (factor[j] > 0)
					unit_near(w[j] * sqrt(p.gram[j * p.n + j]), cold[j + 1] * sqrt(p.gram[j * p.n + j]), 1e-6,
							  "a warm start ends where a cold one does");
			}
		}
	}
}

static void
test_path(void)
{
	double		path[5];
	int			k;

	ml_elastic_net_path(8, 1.0 / 16, 5, path);
	for (k = 0; k < 5; k++)
		unit_near(path[k], 8.0 / (1 << k), 1e-14, "step %d of the path", k);
	ml_elastic_net_path(8, 0.1, 1, path);
	unit_ok(path[0] == 8, "a path of one");
}

static void
test_bad(void)
{
	MlEnv	   *env = unit_env();
	double		gram[4] = {1, 0.5, 0.5, 1};
	double		linear[2] = {1, 2};
	double		factor[2] = {1, 1};
	double		w[2] = {0, 0};
	MlElasticNet net;
	MlElasticNetResult result;

	factor[1] = -1;
	unit_ok(ml_elastic_net_begin(env, 2, gram, linear, factor, &net) == ML_INVALID_DATA, "negative factor");
	factor[1] = NAN;
	unit_ok(ml_elastic_net_begin(env, 2, gram, linear, factor, &net) == ML_INVALID_DATA, "factor NaN");
	linear[0] = INFINITY;
	unit_ok(ml_elastic_net_begin(env, 2, gram, linear, NULL, &net) == ML_INVALID_DATA, "infinite term");
	linear[0] = 1;
	gram[2] = NAN;
	unit_ok(ml_elastic_net_begin(env, 2, gram, linear, NULL, &net) == ML_INVALID_DATA, "matrix with NaN");
	gram[2] = 0.5;
	unit_ok(ml_elastic_net_begin(env, 2, gram, linear, NULL, &net) == ML_OK, "begin");
	unit_stop_after(env, 1);
	unit_ok(ml_elastic_net_solve(&net, 0, 0, SWEEPS, w, &result) == ML_INTERRUPTED, "cancel is obeyed");
	env = unit_env();
	unit_ok(ml_elastic_net_begin(env, 2, gram, linear, NULL, &net) == ML_OK &&
			ml_elastic_net_solve(&net, 0, 0, 0, w, &result) == ML_OK && !result.converged && result.sweeps == 0,
			"not enough sweeps is no failure");
	env = unit_env();
	linear[0] = 1e300;
	gram[0] = 1e-300;
	gram[1] = gram[2] = 0;
	unit_ok(ml_elastic_net_begin(env, 2, gram, linear, NULL, &net) == ML_INVALID_DATA, "no scale");
	linear[0] = 1e20;
	gram[0] = 1e-290;
	unit_ok(ml_elastic_net_begin(env, 2, gram, linear, NULL, &net) == ML_OK &&
			ml_elastic_net_solve(&net, 0, 0, SWEEPS, w, &result) == ML_INVALID_DATA, "a coefficient beyond doubles");
	env = unit_env();
	unit_budget(env, 8);
	unit_ok(ml_elastic_net_begin(env, 2, gram, linear, NULL, &net) == ML_OUT_OF_MEMORY, "no memory");
}

int
main(void)
{
	test_sklearn();
	test_glmnet();
	test_optimal();
	test_path();
	test_bad();
	return unit_done();
}
