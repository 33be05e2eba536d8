/*
 * test_regression.c
 *		Regression and discriminant analysis from states: closed forms, dependent
 *		columns, and factors that no rows have.
 */
#include "algo/discriminant.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "math/rng.h"
#include "unit.h"

static double
noise(uint64_t series, int i)
{
	return 2 * ml_hash_uniform(ml_hash_word(series, (uint64_t) i)) - 1;
}

static MlState *
begin(MlEnv *env, int n_columns, bool growing)
{
	MlState    *state = ml_allocate(env, ml_state_size(ML_STATE_LEAST_SQUARES, n_columns, growing), 1);

	ml_state_begin(state, ML_STATE_LEAST_SQUARES, n_columns, growing);
	return state;
}

static MlState *
fill(MlEnv *env, int n_columns, const double *rows, int n_rows)
{
	MlState    *growing = begin(env, n_columns, true);
	MlState    *state = begin(env, n_columns, false);
	int			i;

	for (i = 0; i < n_rows; i++)
	{
		if (ml_state_full(growing))
			unit_ok(ml_state_fold(env, growing) == ML_OK, "fold");
		unit_ok(ml_state_add(growing, rows + i * n_columns) == -1, "row %d", i);
	}
	unit_ok(ml_state_copy(env, growing, false, state) == ML_OK, "compact");
	return state;
}

/* y = 2 + 3 x in sum and difference with errors of 1: all by hand. */
static void
test_line(void)
{
	static const double rows[4][3] = {{1, -1, 0}, {1, -1, -2}, {1, 1, 6}, {1, 1, 4}};
	MlEnv	   *env = unit_env();
	MlRegression result;

	unit_ok(ml_regression(env, fill(env, 3, &rows[0][0], 4), &result) == ML_OK, "regression");
	unit_near(result.coefficient[0], 2, 1e-15, "intercept");
	unit_near(result.coefficient[1], 3, 1e-15, "slope");
	/* Residuals are 1: their squares sum to 4, those around the mean to 40. */
	unit_near(result.sigma, sqrt(2), 1e-15, "sigma");
	unit_near(result.std_error[0], sqrt(0.5), 1e-15, "error");
	unit_near(result.t[1], 3 / sqrt(0.5), 1e-14, "t");
	unit_near(result.r2, 0.9, 1e-15, "r2");
	unit_near(result.adjusted_r2, 0.85, 1e-15, "adjusted r2");
	unit_near(result.f, 18, 1e-13, "F");
	unit_near(result.f_p_value, result.p_value[1], 1e-15, "with one slope F and t test the same");
	unit_near(result.condition_number, 1, 1e-9, "orthogonal");
	unit_ok(result.n_rows == 4 && result.df == 2 && result.n_aliased == 0, "counts");
}

/* Two classes one apart with variance 2/3 each: weights, threshold and distance by hand. */
static void
test_discriminant(void)
{
	static const double rows[6][3] = {{1, -1, 0}, {1, 0, 0}, {1, 1, 0}, {1, 0, 1}, {1, 1, 1}, {1, 2, 1}};
	MlEnv	   *env = unit_env();
	MlDiscriminant result;

	unit_ok(ml_discriminant(env, fill(env, 3, &rows[0][0], 6), &result) == ML_OK, "discriminant");
	unit_ok(result.positives == 3, "positives");
	/* Pooled variance (2 + 2) / 4 = 1. */
	unit_near(result.coefficient[1], 1, 1e-14, "weight");
	unit_near(result.coefficient[0], -0.5, 1e-14, "threshold");
	unit_near(result.distance, 1, 1e-14, "distance");
	unit_ok(isnan(result.regression.p_value[0]) && result.regression.p_value[1] > 0, "p-values");

	/* Three fourths of the rows in class 1: only the threshold knows. */
	unit_ok(ml_discriminant(env, fill(env, 3, &rows[3][0], 3), &result) == ML_OK && isnan(result.coefficient[0]) &&
			isnan(result.coefficient[1]) && isnan(result.distance) && result.positives == 3, "one class");
}

static void
test_sizes(void)
{
	MlEnv	   *env = unit_env();
	double		rows[40][3];
	MlDiscriminant result;
	double		means[2] = {0};
	double		sums = 0;
	int			i;

	for (i = 0; i < 40; i++)
	{
		rows[i][0] = 1;
		rows[i][2] = i % 4 == 0 ? 0 : 1;
		rows[i][1] = 5 + 2 * rows[i][2] + noise(1, i);
		means[i % 4 != 0] += rows[i][1] / (i % 4 == 0 ? 10 : 30);
	}
	for (i = 0; i < 40; i++)
		sums += pow(rows[i][1] - means[i % 4 != 0], 2) / 38;
	unit_ok(ml_discriminant(env, fill(env, 3, &rows[0][0], 40), &result) == ML_OK, "discriminant");
	unit_near(result.coefficient[1], (means[1] - means[0]) / sums, 1e-12, "weight");
	unit_near(result.coefficient[0], log(3) - (means[1] * means[1] - means[0] * means[0]) / (2 * sums), 1e-12,
			  "threshold with unequal sizes");
}

/* Factors from outside: any finite numbers. Nothing leads outside of them. */
static void
test_hostile(void)
{
	static const double odd[] = {0, -0.0, 1e308, -1e308, 1e-308, 5e-324, 1, -1, 1e150, 1e-150};
	int			round;

	for (round = 0; round < 3000; round++)
	{
		MlEnv	   *env = unit_env();
		int			n = 2 + round % 6;
		MlState    *state = begin(env, n, false);
		MlDiscriminant result;
		int			i;

		for (i = 0; i < n * (n + 1) / 2; i++)
		{
			int			k = (int) (ml_hash_uniform(ml_hash_word((uint64_t) round, (uint64_t) i)) * 13);

			state->values[i] = k < 10 ? odd[k] : noise((uint64_t) round, i);
		}
		state->n_rows = round % 7 == 0 ? INT64_MAX : (uint64_t) (round % 11);
		unit_ok(ml_state_check(env, state, ml_state_size(ML_STATE_LEAST_SQUARES, n, false)) == ML_OK, "it is a state");
		unit_ok(ml_discriminant(env, state, &result) == ML_OK && result.regression.n == n - 1 &&
				result.regression.n_aliased >= 0 && result.regression.n_aliased < n - 1, "an answer, whatever it is worth");
		for (i = 0; i < result.regression.n_aliased; i++)
			unit_ok(result.regression.aliased[i] >= 1 && result.regression.aliased[i] <= n - 2, "aliased columns exist");
	}
}

int
main(void)
{
	test_line();
	test_discriminant();
	test_sizes();
	test_hostile();
	return unit_done();
}
