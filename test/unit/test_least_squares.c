/*
 * test_least_squares.c
 *		The mergeable state of least squares: parts and wholes, shifts, bytes.
 */
#include <math.h>
#include <string.h>

#include "algo/least_squares.h"
#include "base/hash.h"
#include "unit.h"

#define COLUMNS 5				/* 1, three x, y */
#define ROWS 3000

/* Row i: x and y, and its weight. */
static double
row_of(int i, double *values)
{
	int			k;

	for (k = 0; k < 3; k++)
		values[k] = (double) (ml_mix64((uint64_t) (i * 10 + k)) % 1000) / 100 + 50 * k;
	values[3] = 7 + values[0] - 2 * values[1] + 0.5 * values[2] + (double) (ml_mix64((uint64_t) i) % 100) / 50;
	return 1 + i % 3;
}

static void
add_rows(MlLeastSquares *state, int first, int last)
{
	double		values[4];
	int			i;

	for (i = first; i < last; i++)
	{
		double		weight = row_of(i, values);

		unit_ok(ml_least_squares_add(state, values, weight) == ML_OK, "row %d", i);
	}
}

static void
make_state(MlEnv *env, double shift, int first, int last, MlLeastSquares *state)
{
	int			k;

	unit_ok(ml_least_squares_begin(env, COLUMNS, state) == ML_OK, "begin");
	for (k = 1; k < COLUMNS; k++)
		state->shift[k] = shift * k;
	add_rows(state, first, last);
}

/* Coefficients at x = 0, whatever the shift. */
static void
coefficients(MlLeastSquares *state, double *values, MlLeastSquaresFit *fit)
{
	int			k;

	unit_ok(ml_least_squares_finish(state, fit) == ML_OK, "finish");
	memcpy(values, fit->coefficients, (COLUMNS - 1) * sizeof(double));
	for (k = 1; k < COLUMNS - 1; k++)
		values[0] -= values[k] * state->shift[k];
}

static void
same(MlLeastSquares *state, const double *expected, double residual, const char *name)
{
	double		values[COLUMNS - 1];
	MlLeastSquaresFit fit;
	int			k;

	coefficients(state, values, &fit);
	for (k = 0; k < COLUMNS - 1; k++)
		unit_near(values[k], expected[k], 1e-12, "%s: coefficient %d", name, k);
	unit_near(fit.residual, residual, 1e-12, "%s: residual", name);
	unit_ok(state->n_rows == ROWS && state->weight == 2 * ROWS, "%s: rows and weights", name);
}

/* X' w (y - X b) = 0 is what least squares means. */
static void
test_normal_equations(MlEnv *env, double *expected, double *residual)
{
	MlLeastSquares state;
	MlLeastSquaresFit fit;
	double		sums[4] = {0};
	double		squares = 0;
	double		values[4];
	int			i;
	int			k;

	make_state(env, 0, 0, ROWS, &state);
	coefficients(&state, expected, &fit);
	unit_ok(fit.n_kept == 4 && fit.n_aliased == 0, "all columns count");
	for (i = 0; i < ROWS; i++)
	{
		double		weight = row_of(i, values);
		double		error = values[3] - expected[0];

		for (k = 0; k < 3; k++)
			error -= expected[k + 1] * values[k];
		sums[0] += weight * error;
		for (k = 0; k < 3; k++)
			sums[k + 1] += weight * error * values[k];
		squares += weight * error * error;
	}
	for (k = 0; k < 4; k++)
		unit_ok(fabs(sums[k]) < 1e-6, "errors are orthogonal to column %d: %g", k, sums[k]);
	unit_near(fit.residual, squares, 1e-12, "the residual is that of the rows");
	*residual = fit.residual;
}

static void
test_parts(MlEnv *env, const double *expected, double residual)
{
	static const int cuts[][2] = {{0, ROWS}, {1, 2}, {1000, 1000}, {1500, 2999}};
	MlLeastSquares state;
	MlLeastSquares part;
	MlLeastSquares last;
	double		bytes[3 + COLUMNS + COLUMNS * (COLUMNS + 1) / 2];
	int			i;

	for (i = 0; i < 4; i++)
	{
		make_state(env, 0, 0, cuts[i][0], &state);
		make_state(env, 20, cuts[i][0], cuts[i][1], &part);
		make_state(env, 45, cuts[i][1], ROWS, &last);
		unit_ok(ml_least_squares_merge(&part, &last) == ML_OK, "merge");
		unit_ok(ml_least_squares_size(COLUMNS) == (int64_t) (sizeof(bytes) / sizeof(double)), "size");
		unit_ok(ml_least_squares_write(&part, bytes) == ML_OK, "write");
		unit_ok(ml_least_squares_read(env, bytes, (int64_t) (sizeof(bytes) / sizeof(double)), &last) == ML_OK, "read");
		unit_ok(ml_least_squares_merge(&state, &last) == ML_OK, "merge what was read");
		same(&state, expected, residual, "three parts under three shifts");
	}
}

static void
test_penalty(MlEnv *env)
{
	MlLeastSquares state;
	MlLeastSquaresFit fit;
	double		values[2] = {0};

	unit_ok(ml_least_squares_begin(env, 3, &state) == ML_OK, "begin");
	values[0] = -1;
	values[1] = 2;
	ml_least_squares_add(&state, values, 1);
	values[0] = 1;
	values[1] = 6;
	ml_least_squares_add(&state, values, 1);
	unit_ok(ml_least_squares_fold_penalty(&state, 2) == ML_OK, "penalty");
	unit_ok(ml_least_squares_finish(&state, &fit) == ML_OK, "finish");
	/* minimum of (2 - 4 + w)^2 + (6 - 4 - w)^2 + 2 w^2 */
	unit_near(fit.coefficients[1], 1, 1e-14, "half the slope");
	unit_near(fit.coefficients[0], 4, 1e-14, "the intercept is not penalised");
	unit_ok(state.n_rows == 2, "rows of the penalty do not count");
}

/* x2 = 2 x1; x3 is 0: the first is named, the other is not. The inverse is that of what is left. */
static void
test_aliases(MlEnv *env)
{
	MlLeastSquares state;
	MlLeastSquaresFit fit;
	double		inverse[9];
	double		sum = 0;
	int			i;

	unit_ok(ml_least_squares_begin(env, 6, &state) == ML_OK, "begin");
	for (i = 0; i < 10; i++)
	{
		double		values[5] = {i, 2 * i, 0, i % 3, 3 + 4 * i + i % 3};

		ml_least_squares_add(&state, values, 1);
	}
	unit_ok(ml_least_squares_finish(&state, &fit) == ML_OK, "finish");
	unit_ok(fit.n_kept == 3 && fit.kept[0] == 0 && fit.kept[1] == 1 && fit.kept[2] == 4, "kept");
	unit_ok(fit.n_aliased == 1 && fit.aliased[0] == 2, "aliased");
	unit_near(fit.coefficients[1], 4, 1e-13, "slope");
	unit_near(fit.coefficients[4], 1, 1e-13, "behind the alias");
	unit_ok(ml_least_squares_inverse(&state, &fit, inverse) == ML_OK, "inverse");
	/* (X'X)^-1 for 1, i, i % 3 by hand: element (1, 1) */
	for (i = 0; i < 3; i++)
		sum += inverse[i * 3 + 1] * inverse[i * 3 + 1];
	/* 1 / (S_11 - S_12^2 / S_22), centred sums: 82.5, 1.5, 6.9 */
	unit_near(sum, 1 / (82.5 - 1.5 * 1.5 / 6.9), 1e-13, "inverse times its transpose");
}

static void
test_extremes(MlEnv *env)
{
	MlLeastSquares state;
	MlLeastSquares other;
	MlLeastSquaresFit fit;
	double		tiny[2] = {1e-160, 3};
	double		damaged[11] = {3, 2, 2, 0, 0, 0, 1, 2, 3, 4, 5};
	int64_t		size;
	int			i;

	unit_ok(ml_least_squares_begin(env, 1, &state) == ML_LIMIT, "no target");
	unit_ok(ml_least_squares_begin(env, 100000, &state) == ML_LIMIT, "too many columns");
	unit_ok(ml_least_squares_begin(env, 3, &state) == ML_OK, "begin");
	unit_ok(ml_least_squares_finish(&state, &fit) == ML_OK && fit.n_kept == 0 && fit.coefficients[0] == 0,
			"no rows give nothing");
	unit_ok(ml_least_squares_begin(env, 3, &state) == ML_OK, "begin");
	ml_least_squares_add(&state, tiny, 1);
	tiny[0] = -1e-160;
	tiny[1] = 1;
	ml_least_squares_add(&state, tiny, 1);
	unit_ok(ml_least_squares_finish(&state, &fit) == ML_OK && fit.n_kept == 2, "squares that vanish");
	unit_near(fit.coefficients[1], 1e160, 1e-12, "do no harm");
	unit_ok(ml_least_squares_begin(env, 4, &other) == ML_OK, "begin");
	unit_ok(ml_least_squares_merge(&state, &other) == ML_INVALID_DATA, "other columns cannot be merged");

	size = ml_least_squares_size(3);
	unit_ok(ml_least_squares_read(env, damaged, 11, &state) == ML_CORRUPT, "too short");
	unit_ok(size == 12, "three columns take twelve numbers");
	for (i = 0; i < 4; i++)
	{
		double		bytes[12] = {3, 2, 2, 0, 0, 0, 1, 2, 3, 4, 5, 6};

		unit_ok(ml_least_squares_read(env, bytes, 12, &state) == ML_OK, "sound");
		bytes[i] = i == 2 ? -1 : 2.5;
		unit_ok(ml_least_squares_read(env, bytes, 12, &state) == ML_CORRUPT, "a bad header: number %d", i);
		bytes[i] = NAN;
		unit_ok(ml_least_squares_read(env, bytes, 12, &state) == ML_CORRUPT, "not a number");
		bytes[i] = INFINITY;
		unit_ok(ml_least_squares_read(env, bytes, 12, &state) == ML_CORRUPT, "infinity");
	}
}

/* All rows by blocks; exact: y without its noise. */
static void
fold_all(MlEnv *env, bool sums, bool exact, MlLeastSquares *state)
{
	double		values[4];
	int			i;
	int			k;

	unit_ok(ml_least_squares_begin(env, COLUMNS, state) == ML_OK, "begin");
	state->sums = sums;
	for (i = 0; i < ROWS; i++)
	{
		double		root = sqrt(row_of(i, values));
		int			at = i % 300;

		if (exact)
			values[3] = 7 + values[0] - 2 * values[1] + 0.5 * values[2];
		else
			values[3] += (double) (ml_mix64((uint64_t) i + 7777) % 100) / 10;
		state->rows[at] = root;
		for (k = 1; k < COLUMNS; k++)
			state->rows[k * state->stride + at] = root * (values[k - 1] - (k < 4 ? 50 * k - 45 : -41));
		if (at == 299)
			unit_ok(ml_least_squares_fold(state, 300, 600) == ML_OK, "fold");
	}
}

/* Summed squares give what QR gives, on every level of instructions with the same bits. */
static void
test_sums(MlEnv *env)
{
	MlLeastSquares by_qr;
	MlLeastSquares summed;
	MlLeastSquaresFit fit;
	MlLeastSquaresFit fit_summed;
	double		first[COLUMNS - 1];
	int			level;
	int			k;

	fold_all(env, false, false, &by_qr);
	unit_ok(ml_least_squares_finish(&by_qr, &fit) == ML_OK, "finish");
	for (level = ML_SIMD_NONE; level <= (int) ml_simd_best(); level++)
	{
		env->simd = (MlSimd) level;
		fold_all(env, true, false, &summed);
		unit_ok(summed.has_gram, "harmless blocks are summed");
		unit_ok(ml_least_squares_finish(&summed, &fit_summed) == ML_OK, "finish");
		for (k = 0; k < COLUMNS - 1; k++)
		{
			unit_near(fit_summed.coefficients[k], fit.coefficients[k], 1e-13, "coefficient %d", k);
			if (level == ML_SIMD_NONE)
				first[k] = fit_summed.coefficients[k];
			unit_ok(first[k] == fit_summed.coefficients[k], "the same bits on level %d", level);
		}
		unit_near(fit_summed.residual, fit.residual, 1e-12, "residual");
	}
	fold_all(env, true, true, &summed);
	unit_ok(!summed.has_gram, "where y is all of other columns nothing is summed");
	unit_ok(ml_least_squares_finish(&summed, &fit_summed) == ML_OK, "finish");
	unit_ok(fit_summed.residual < 1e-18, "so the residual is nothing: %g", fit_summed.residual);
}

int
main(void)
{
	MlEnv	   *env = unit_env();
	double		expected[COLUMNS - 1];
	double		residual;

	test_normal_equations(env, expected, &residual);
	test_parts(env, expected, residual);
	test_penalty(env);
	test_aliases(env);
	test_extremes(env);
	test_sums(env);
	return unit_done();
}
