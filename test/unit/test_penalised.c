/*
 * test_penalised.c
 *		Penalised least squares on states: the path of a cross-validation
 *		against glmnet and scikit-learn, its rules, ridge, no intercept, cancel.
 */
#include "algo/penalised.h"

#include <math.h>
#include <string.h>

#include "unit.h"

#define FOLDS 5
#define COLUMNS 10

/* diabetes.csv, standardised, and y by its deviation. */
typedef struct Table
{
	int			n_rows;
	double		values[500][COLUMNS + 1];
	double		weight[500];
} Table;

static void
load(Table *table, bool weighted)
{
	int			columns;
	double	   *cells = unit_csv("diabetes.csv", &table->n_rows, &columns);
	int			i;
	int			j;

	for (j = 0; j <= COLUMNS; j++)
	{
		double		sum = 0;
		double		weight = 0;
		double		squares = 0;
		double		mean;

		for (i = 0; i < table->n_rows; i++)
		{
			table->weight[i] = weighted ? 1 + i % 3 : 1;
			weight += table->weight[i];
			sum += table->weight[i] * cells[i * columns + 1 + j];
		}
		mean = sum / weight;
		for (i = 0; i < table->n_rows; i++)
			squares += table->weight[i] * pow(cells[i * columns + 1 + j] - mean, 2);
		for (i = 0; i < table->n_rows; i++)
			table->values[i][j] = (cells[i * columns + 1 + j] - (j < COLUMNS ? mean : 0)) /
				sqrt(squares / weight);
	}
}

/* The rows of one fold, or of all (-1). */
static void
fold_rows(MlEnv *env, const Table *table, int fold, double shift, MlLeastSquares *state)
{
	MlStatus	status = ml_least_squares_begin(env, COLUMNS + 2, state);
	double	   *written = ml_allocate(env, (size_t) ml_least_squares_size(COLUMNS + 2), sizeof(double));
	int			i;

	state->shift[COLUMNS + 1] = shift;
	for (i = 0; status == ML_OK && i < table->n_rows; i++)
	{
		if (fold < 0 || i % FOLDS == fold)
			status = ml_least_squares_add(state, table->values[i], table->weight[i]);
	}
	if (status == ML_OK)
		status = ml_least_squares_write(state, written);	/* so that no rows wait */
	unit_ok(status == ML_OK, "state of fold %d", fold);
}

static double *
write_folds(MlEnv *env, const Table *table)
{
	size_t		size = (size_t) ml_least_squares_size(COLUMNS + 2);
	double	   *written = ml_allocate(env, FOLDS * size, sizeof(double));
	int			k;

	for (k = 0; k < FOLDS; k++)
	{
		MlLeastSquares state;

		fold_rows(env, table, k, 2, &state);
		unit_ok(ml_least_squares_write(&state, written + (size_t) k * size) == ML_OK, "written");
	}
	return written;
}

static void
test_reference(const char *file)
{
	int			rows;
	int			columns;
	double	   *cells = unit_csv(file, &rows, &columns);
	int			at;

	for (at = 0; at < rows; at += 14)
	{
		MlEnv	   *env = unit_env();
		double		l1_ratio = cells[at * columns + 1];
		Table		table;
		MlPenaltyPath path;
		MlLeastSquares all;
		int			k;

		load(&table, cells[at * columns] == 1);
		unit_ok(ml_penalised_path(env, COLUMNS + 2, write_folds(env, &table), FOLDS, true, l1_ratio, &path, &all) ==
				ML_OK, "%s: path", file);
		unit_ok(all.n_rows == table.n_rows, "all rows are in the state of all folds");
		for (k = at; k < at + 14; k++)
		{
			const double *row = cells + k * columns;
			int			step = row[2] >= 0 ? (int) row[2] : row[2] == -1 ? path.best : path.simplest;

			unit_near(path.lambda[step] / row[3], 1, 1e-9, "%s, step %g: lambda", file, row[2]);
			unit_near(path.error[step] / row[4], 1, 1e-6, "%s, step %g: error", file, row[2]);
			unit_near(path.std_error[step] / row[5], 1, 1e-5, "%s, step %g: standard error", file, row[2]);
		}
	}
}

/* Ridge has a closed form: the factor with rows of the penalty, as linear does it. */
static void
test_ridge(void)
{
	MlEnv	   *env = unit_env();
	MlPenalty	penalty = {0.3, 0};
	double		coefficients[COLUMNS + 1] = {0};
	Table		table;
	MlLeastSquares state;
	MlLeastSquares same;
	MlLeastSquaresFit fit;
	int			k;

	load(&table, true);
	fold_rows(env, &table, -1, 2, &state);
	fold_rows(env, &table, -1, 0, &same);
	unit_ok(ml_least_squares_fold_penalty(&same, 0.3 * same.weight) == ML_OK &&
			ml_least_squares_finish(&same, &fit) == ML_OK, "closed form");
	unit_ok(ml_penalised_solve(&state, true, &penalty, coefficients) == ML_OK, "ridge");
	for (k = 0; k <= COLUMNS; k++)
		unit_near(coefficients[k], fit.coefficients[k], 1e-9, "ridge, coefficient %d", k);
	unit_text(unit_warnings(env), "", "no warning");
}

/* Without an intercept column 0 is zeros, and its coefficient stays 0. */
static void
test_no_intercept(void)
{
	MlEnv	   *env = unit_env();
	MlPenalty	penalty = {0.2, 1};
	double		coefficients[3] = {0};
	MlLeastSquares state;
	double		written[20];
	int			i;

	unit_ok(ml_least_squares_begin(env, 4, &state) == ML_OK, "begin");
	for (i = 0; i < 4; i++)
	{
		state.rows[i] = 0;
		state.rows[state.stride + i] = i < 2 ? 1 : -1;
		state.rows[2 * state.stride + i] = i % 2 ? 1 : -1;
		state.rows[3 * state.stride + i] = 5 + (i < 2 ? 1 : -1) + (i % 2 ? 0.1 : -0.1);
	}
	unit_ok(ml_least_squares_fold(&state, 4, 4) == ML_OK && ml_least_squares_write(&state, written) == ML_OK, "fold");
	unit_ok(ml_penalised_solve(&state, false, &penalty, coefficients) == ML_OK, "lasso");
	unit_ok(coefficients[0] == 0 && coefficients[2] == 0, "no intercept; a weak slope is 0");
	/* Orthogonal columns of mean square 1: soft thresholding of 1 by 0.2. */
	unit_near(coefficients[1], 0.8, 1e-12, "orthogonal column");
}

static void
test_constant_target(void)
{
	MlEnv	   *env = unit_env();
	Table		table;
	MlPenaltyPath path;
	MlLeastSquares all;
	int			i;

	load(&table, false);
	for (i = 0; i < table.n_rows; i++)
		table.values[i][COLUMNS] = 2;
	unit_ok(ml_penalised_path(env, COLUMNS + 2, write_folds(env, &table), FOLDS, true, 1, &path, &all) == ML_OK &&
			path.simplest <= path.best && path.error[path.best] < 1e-20, "a constant target is predicted");
}

static void
test_stop(void)
{
	Table		table;
	int			calls;
	int			stopped = 0;

	load(&table, false);
	for (calls = 1; calls <= 2000; calls *= 2)
	{
		MlEnv	   *env = unit_env();
		double	   *written = write_folds(env, &table);
		MlPenaltyPath path;
		MlLeastSquares all;
		MlStatus	status;

		unit_stop_after(env, calls);
		status = ml_penalised_path(env, COLUMNS + 2, written, FOLDS, true, 1, &path, &all);
		unit_ok(status == ML_OK || status == ML_INTERRUPTED, "stopped or done");
		stopped += status == ML_INTERRUPTED;
	}
	unit_ok(stopped > 5, "cancel is obeyed");
}

int
main(void)
{
	test_reference("elastic_net_cv_glmnet.csv");
	test_reference("elastic_net_cv_sklearn.csv");
	test_ridge();
	test_no_intercept();
	test_constant_target();
	test_stop();
	return unit_done();
}
