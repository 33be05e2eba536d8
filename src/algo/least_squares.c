/*
 * algo/least_squares.c
 *		Least squares over dense rows as a state that can be added to, merged
 *		and copied.
 *
 * Factorizations are those of math/blas.h; choosing columns is Householder's
 * method on what is left of a triangle (Golub and Van Loan, Matrix
 * Computations, 4th ed., 5.2, 5.4 and 6.5.2).
 */
#include "algo/least_squares.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "math/blas.h"
#include "math/gram.h"

/* Share of a column's norm below which it says nothing new. */
#define ALIAS_TOLERANCE 1e-10

/* The power method for the condition number. */
#define POWER_STEPS 300
#define POWER_TOLERANCE 1e-10

/* Variance inflation up to which squares may be summed, and rows that make it worth while. */
#define MOST_INFLATION 100.0
#define HOPELESS_INFLATION 1e12
#define GRAM_ROWS_PER_COLUMN 4
#define GRAM_COLUMNS 512

/* Doubles before shifts and triangle: columns, rows, weight. */
#define WRITTEN_HEADER 3

/* Whole numbers up to here are doubles. */
#define MOST_ROWS 0x1.0p53

MlStatus
ml_least_squares_begin(MlEnv *env, int n, MlLeastSquares *state)
{
	memset(state, 0, sizeof(*state));
	if (n < 2 || n > INT_MAX / n)
		return ml_fail(env, ML_LIMIT, "least squares with %d columns are not possible", n);
	state->env = env;
	state->n = n;
	state->capacity = ml_qr_block_rows(n);
	/* A stride that is a power of two would put all columns into the same cache sets. */
	state->stride = state->capacity + 8;
	state->shift = ml_allocate(env, (size_t) n, sizeof(double));
	state->r = ml_allocate(env, (size_t) n * (size_t) n, sizeof(double));
	state->rows = ml_allocate(env, (size_t) n * (size_t) state->stride, sizeof(double));
	state->work = ml_allocate(env, ml_qr_work_size(n), sizeof(double));
	return state->shift != NULL && state->r != NULL && state->rows != NULL &&
		state->work != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

void
ml_least_squares_end(MlLeastSquares *state)
{
	ml_release(state->env, state->shift);
	ml_release(state->env, state->r);
	ml_release(state->env, state->rows);
	ml_release(state->env, state->work);
	ml_release(state->env, state->gram);
	ml_release(state->env, state->block_gram);
	ml_release(state->env, state->factor);
	ml_release(state->env, state->inverse);
}

/* Euclidean length; scaled only where squares overflow or vanish. */
static double
norm(const double *values, int count)
{
	double		largest = 0.0;
	double		sum = 0.0;
	int			i;

	for (i = 0; i < count; i++)
		sum += values[i] * values[i];
	if (sum > 1e-280 && sum < 1e300)
		return sqrt(sum);
	for (i = 0; i < count; i++)
		largest = fmax(largest, fabs(values[i]));
	if (largest == 0.0 || !isfinite(largest) || isnan(sum))
		return isnan(sum) ? sum : largest;
	sum = 0.0;
	for (i = 0; i < count; i++)
		sum += (values[i] / largest) * (values[i] / largest);
	return largest * sqrt(sum);
}

static MlStatus
fold_waiting(MlLeastSquares *state)
{
	int			n_rows = state->n_waiting;

	state->n_waiting = 0;
	return ml_qr_update(state->env, state->n, state->r, n_rows, state->rows, state->stride, state->work);
}

/*
 * The upper triangular factor of a Gram matrix, in place. A column without
 * values has a row of zeros. False when the inflation of a column's variance by
 * those before it is above `most`.
 */
static bool
factor_gram(double *gram, int n, double most)
{
	int			i;
	int			j;
	int			k;

	for (k = 0; k < n; k++)
	{
		double	   *column = gram + (size_t) k * (size_t) n;
		double		pivot = column[k];

		for (i = 0; i < k; i++)
		{
			const double *before = gram + (size_t) i * (size_t) n;
			double		sum = column[i];

			for (j = 0; j < i; j++)
				sum -= before[j] * column[j];
			column[i] = before[i] > 0.0 ? sum / before[i] : 0.0;
			pivot -= column[i] * column[i];
		}
		/* written so that NaN fails; 0 is a column without values */
		if (column[k] != 0.0 && !(pivot * most >= column[k] && isfinite(pivot)))
			return false;
		column[k] = column[k] == 0.0 ? 0.0 : sqrt(pivot);
	}
	return true;
}

/*
 * Is no column's variance inflated too much? It is the square of the length of
 * its column times that of its row of the factor's inverse.
 */
static bool
is_harmless(const double *factor, int n, double *inverse)
{
	int			i;
	int			j;
	int			k;

	for (k = 0; k < n; k++)
	{
		const double *column = factor + (size_t) k * (size_t) n;
		double	   *into = inverse + (size_t) k * (size_t) n;

		memset(into, 0, (size_t) n * sizeof(double));
		if (column[k] == 0.0)
			continue;
		for (i = 0; i < k; i++)
		{
			const double *before = inverse + (size_t) i * (size_t) n;

			for (j = 0; j <= i; j++)
				into[j] -= before[j] * column[i];
		}
		for (j = 0; j < k; j++)
			into[j] /= column[k];
		into[k] = 1.0 / column[k];
	}
	for (i = 0; i < n; i++)
	{
		double		size = norm(factor + (size_t) i * (size_t) n, i + 1);
		double		sum = 0.0;

		for (k = i; k < n; k++)
			sum += inverse[(size_t) k * (size_t) n + (size_t) i] * inverse[(size_t) k * (size_t) n + (size_t) i];
		if (!(sum * size * size <= MOST_INFLATION))
			return false;
	}
	return true;
}

static MlStatus
need_gram(MlLeastSquares *state)
{
	size_t		cells = (size_t) state->n * (size_t) state->n;

	if (state->gram != NULL)
		return ML_OK;
	state->gram = ml_allocate(state->env, cells, sizeof(double));
	state->block_gram = ml_allocate(state->env, cells, sizeof(double));
	state->factor = ml_allocate(state->env, cells, sizeof(double));
	state->inverse = ml_allocate(state->env, cells, sizeof(double));
	return state->gram != NULL && state->block_gram != NULL && state->factor != NULL &&
		state->inverse != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

/* Sum the squares and products of a block, when that does no harm; *done says so. */
static MlStatus
try_gram(MlLeastSquares *state, int n_rows, bool *done)
{
	size_t		cells = (size_t) state->n * (size_t) state->n;
	size_t		i;

	*done = false;
	if (!state->sums || state->n > GRAM_COLUMNS || n_rows < GRAM_ROWS_PER_COLUMN * state->n)
		return ML_OK;
	ML_TRY(need_gram(state));
	memset(state->block_gram, 0, cells * sizeof(double));
	ML_TRY(ml_gram_add(state->env, state->rows, state->stride, n_rows, state->n, state->block_gram));
	memcpy(state->factor, state->block_gram, cells * sizeof(double));
	if (!factor_gram(state->factor, state->n, MOST_INFLATION) || !is_harmless(state->factor, state->n, state->inverse))
		return ML_OK;
	for (i = 0; i < cells; i++)
		state->gram[i] += state->block_gram[i];
	state->has_gram = true;
	*done = true;
	return ML_OK;
}

MlStatus
ml_least_squares_fold(MlLeastSquares *state, int n_rows, double weight)
{
	bool		done;

	state->n_rows += n_rows;
	state->weight += weight;
	ML_TRY(try_gram(state, n_rows, &done));
	if (done)
		return ML_OK;
	return ml_qr_update(state->env, state->n, state->r, n_rows, state->rows, state->stride, state->work);
}

MlStatus
ml_least_squares_settle(MlLeastSquares *state)
{
	size_t		cells = (size_t) state->n * (size_t) state->n;

	ML_TRY(fold_waiting(state));
	if (!state->has_gram)
		return ML_OK;
	/* sums of harmless Gram matrices are harmless: their smallest eigenvalues add up at least */
	if (!factor_gram(state->gram, state->n, HOPELESS_INFLATION))
		return ml_fail(state->env, ML_INVALID_DATA, "the squares of the columns are beyond double precision");
	ML_TRY(ml_qr_update(state->env, state->n, state->r, state->n, state->gram, state->n, state->work));
	memset(state->gram, 0, cells * sizeof(double));
	state->has_gram = false;
	return ML_OK;
}

/* Rows sqrt(l2) e_j with target 0 for every x; the intercept is not penalised. */
MlStatus
ml_least_squares_fold_penalty(MlLeastSquares *state, double l2)
{
	int			n_slots = state->n - 2;
	int			start;

	if (l2 == 0.0)
		return ML_OK;
	ML_TRY(ml_least_squares_settle(state));
	for (start = 0; start < n_slots; start += state->capacity)
	{
		int			left = n_slots - start;
		int			n_rows = left < state->capacity ? left : state->capacity;
		int			k;

		ML_TRY(ml_check_stop(state->env));
		for (k = 0; k < state->n; k++)
			memset(state->rows + (size_t) k * (size_t) state->stride, 0, (size_t) n_rows * sizeof(double));
		for (k = 0; k < n_rows; k++)
			state->rows[(size_t) (1 + start + k) * (size_t) state->stride + (size_t) k] = sqrt(l2);
		ML_TRY(ml_least_squares_fold(state, n_rows, 0.0));
		state->n_rows -= n_rows;
	}
	return ML_OK;
}

MlStatus
ml_least_squares_add(MlLeastSquares *state, const double *values, double weight)
{
	double		root = sqrt(weight);
	double	   *row = state->rows + state->n_waiting;
	int			k;

	row[0] = root;
	for (k = 1; k < state->n; k++)
		row[(size_t) k * (size_t) state->stride] = root * (values[k - 1] - state->shift[k]);
	state->n_rows++;
	state->weight += weight;
	if (++state->n_waiting < state->capacity)
		return ML_OK;
	return fold_waiting(state);
}

/*
 * The factor of the same rows under other shifts: column k of the rows gets
 * (old - new shift) times column 0, and only row 0 of R has column 0 in it.
 */
static void
shift_to(MlLeastSquares *state, const double *shift)
{
	int			k;

	for (k = 1; k < state->n; k++)
	{
		double		change = state->shift[k] - shift[k];

		if (change != 0.0)
			state->r[(size_t) k * (size_t) state->n] += change * state->r[0];
		state->shift[k] = shift[k];
	}
}

MlStatus
ml_least_squares_merge(MlLeastSquares *state, MlLeastSquares *other)
{
	if (state->n != other->n)
		return ml_fail(state->env, ML_INVALID_DATA,
					   "states of least squares with %d and %d columns cannot be merged", state->n, other->n);
	ML_TRY(ml_least_squares_settle(state));
	ML_TRY(ml_least_squares_settle(other));
	if (state->n_rows == 0)
		memcpy(state->shift, other->shift, (size_t) state->n * sizeof(double));
	shift_to(other, state->shift);
	ML_TRY(ml_qr_update(state->env, state->n, state->r, state->n, other->r, other->n, state->work));
	state->n_rows += other->n_rows;
	state->weight += other->weight;
	return ML_OK;
}

int64_t
ml_least_squares_size(int n)
{
	return WRITTEN_HEADER + n + (int64_t) n * (n + 1) / 2;
}

MlStatus
ml_least_squares_write(MlLeastSquares *state, double *values)
{
	int			k;

	ML_TRY(ml_least_squares_settle(state));
	*values++ = state->n;
	*values++ = (double) state->n_rows;
	*values++ = state->weight;
	memcpy(values, state->shift, (size_t) state->n * sizeof(double));
	values += state->n;
	for (k = 0; k < state->n; k++)
	{
		memcpy(values, state->r + (size_t) k * (size_t) state->n, ((size_t) k + 1) * sizeof(double));
		values += k + 1;
	}
	return ML_OK;
}

/* The header says how many follow, and all are finite. */
static bool
written_is_valid(const double *values, int64_t count)
{
	int64_t		i;

	if (count < WRITTEN_HEADER)
		return false;
	for (i = 0; i < count; i++)
	{
		if (!isfinite(values[i]))
			return false;
	}
	if (!(values[0] >= 2 && values[0] <= 46340) || values[0] != floor(values[0]))
		return false;
	if (!(values[1] >= 0 && values[1] <= MOST_ROWS) || values[1] != floor(values[1]))
		return false;
	return values[2] >= 0 && count == ml_least_squares_size((int) values[0]) &&
		values[WRITTEN_HEADER] == 0;
}

MlStatus
ml_least_squares_read(MlEnv *env, const double *values, int64_t count, MlLeastSquares *state)
{
	int			k;

	if (!written_is_valid(values, count))
		return ml_fail(env, ML_CORRUPT, "this is no state of least squares, or a damaged one");
	ML_TRY(ml_least_squares_begin(env, (int) values[0], state));
	state->n_rows = (int64_t) values[1];
	state->weight = values[2];
	values += WRITTEN_HEADER;
	memcpy(state->shift, values, (size_t) state->n * sizeof(double));
	values += state->n;
	for (k = 0; k < state->n; k++)
	{
		memcpy(state->r + (size_t) k * (size_t) state->n, values, ((size_t) k + 1) * sizeof(double));
		values += k + 1;
	}
	return ML_OK;
}

/*
 * Householder reflection that makes rows first .. last of column j a multiple
 * of the first unit vector, applied to all columns behind. Needed only where
 * columns were left out before j; else first == last.
 */
static MlStatus
reflect(MlLeastSquares *state, int j, int first, int last)
{
	size_t		n = (size_t) state->n;
	int			count = last - first + 1;
	double	   *v = state->r + (size_t) j * n + first;
	double		beta = v[0] > 0.0 ? -norm(v, count) : norm(v, count);
	double		factor;
	int			k;
	int			i;

	v[0] -= beta;
	factor = 1.0 / (beta * v[0]);	/* minus 2 / v'v */
	for (k = j + 1; k < state->n; k++)
	{
		double	   *column = state->r + (size_t) k * n + first;
		double		sum = 0.0;

		for (i = 0; i < count; i++)
			sum += v[i] * column[i];
		sum *= factor;
		for (i = 0; i < count; i++)
			column[i] += sum * v[i];
		if (k % 256 == 0)
			ML_TRY(ml_check_stop(state->env));
	}
	v[0] = beta;
	return ML_OK;
}

/*
 * Choose the columns of the model and make their part of R triangular: column
 * kept[k] then ends at row k. A column without any value (a level that the
 * rows do not have) is left out silently.
 */
static MlStatus
choose_columns(MlLeastSquares *state, MlLeastSquaresFit *fit)
{
	int			j;

	for (j = 0; j < state->n - 1; j++)
	{
		double	   *column = state->r + (size_t) j * (size_t) state->n;
		double		whole = norm(column, j + 1);
		double		fresh = norm(column + fit->n_kept, j + 1 - fit->n_kept);

		ML_TRY(ml_check_stop(state->env));
		if (fresh > ALIAS_TOLERANCE * whole)
		{
			if (j > fit->n_kept)
				ML_TRY(reflect(state, j, fit->n_kept, j));
			fit->kept[fit->n_kept++] = j;
		}
		else if (whole > 0.0)
			fit->aliased[fit->n_aliased++] = j;
	}
	return ML_OK;
}

/* Back substitution, column by column. */
static MlStatus
solve(MlLeastSquares *state, MlLeastSquaresFit *fit)
{
	size_t		n = (size_t) state->n;
	double	   *y = state->r + (n - 1) * n;
	double		rest = norm(y + fit->n_kept, state->n - fit->n_kept);
	int			k;
	int			i;

	fit->residual = rest * rest;
	for (k = fit->n_kept - 1; k >= 0; k--)
	{
		const double *column = state->r + (size_t) fit->kept[k] * n;
		double		value = y[k] / column[k];

		ML_TRY(ml_check_stop(state->env));
		for (i = 0; i < k; i++)
			y[i] -= value * column[i];
		fit->coefficients[fit->kept[k]] = value;
	}
	fit->coefficients[0] += state->shift[state->n - 1];
	return ML_OK;
}

MlStatus
ml_least_squares_finish(MlLeastSquares *state, MlLeastSquaresFit *fit)
{
	size_t		n = (size_t) state->n;

	memset(fit, 0, sizeof(*fit));
	fit->kept = ml_allocate(state->env, n, sizeof(int));
	fit->aliased = ml_allocate(state->env, n, sizeof(int));
	fit->coefficients = ml_allocate(state->env, n, sizeof(double));
	if (fit->kept == NULL || fit->aliased == NULL || fit->coefficients == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_least_squares_settle(state));
	ML_TRY(choose_columns(state, fit));
	return solve(state, fit);
}

/* Columns of the inverse from the front: U^-1 e_k needs those before it only. */
MlStatus
ml_least_squares_inverse(const MlLeastSquares *state, const MlLeastSquaresFit *fit, double *inverse)
{
	size_t		m = (size_t) fit->n_kept;
	size_t		k;
	size_t		i;
	size_t		j;

	memset(inverse, 0, m * m * sizeof(double));
	for (k = 0; k < m; k++)
	{
		const double *column = state->r + (size_t) fit->kept[k] * (size_t) state->n;
		double	   *into = inverse + k * m;

		ML_TRY(ml_check_stop(state->env));
		for (i = 0; i < k; i++)
		{
			const double *before = inverse + i * m;

			for (j = 0; j <= i; j++)
				into[j] -= before[j] * column[i];
		}
		for (j = 0; j < k; j++)
			into[j] /= column[k];
		into[k] = 1.0 / column[k];
	}
	return ML_OK;
}

/* The factor of columns of length 1, one behind the other. */
static double *
unit_factor(const MlLeastSquares *state, const MlLeastSquaresFit *fit)
{
	size_t		m = (size_t) fit->n_kept;
	double	   *factor = ml_allocate(state->env, m * m + 1, sizeof(double));
	size_t		k;
	size_t		i;

	for (k = 0; k < m && factor != NULL; k++)
	{
		const double *column = state->r + (size_t) fit->kept[k] * (size_t) state->n;
		double		size = norm(column, (int) k + 1);

		for (i = 0; i <= k; i++)
			factor[k * m + i] = column[i] / size;
	}
	return factor;
}

/* v = U'U v */
static void
apply(const double *u, size_t m, double *v)
{
	size_t		k;
	size_t		i;

	/* U v from the first row on: row i needs v from i on */
	for (k = 0; k < m; k++)
	{
		double		value = v[k];

		for (i = 0; i < k; i++)
			v[i] += u[k * m + i] * value;
		v[k] = u[k * m + k] * value;
	}
	for (k = m; k-- > 0;)
	{
		double		sum = 0.0;

		for (i = 0; i <= k; i++)
			sum += u[k * m + i] * v[i];
		v[k] = sum;
	}
}

/* v = (U'U)^-1 v */
static void
apply_inverse(const double *u, size_t m, double *v)
{
	size_t		k;
	size_t		i;

	for (k = 0; k < m; k++)
	{
		double		sum = v[k];

		for (i = 0; i < k; i++)
			sum -= u[k * m + i] * v[i];
		v[k] = sum / u[k * m + k];
	}
	for (k = m; k-- > 0;)
	{
		v[k] /= u[k * m + k];
		for (i = 0; i < k; i++)
			v[i] -= u[k * m + i] * v[k];
	}
}

/* The largest eigenvalue by the power method, from a vector with a bit of everything. */
static MlStatus
largest_eigenvalue(MlEnv *env, const double *u, size_t m, void (*product) (const double *, size_t, double *),
				   double *v, double *value)
{
	double		before = 0.0;
	size_t		k;
	int			step;

	*value = 0.0;
	for (k = 0; k < m; k++)
		v[k] = 1.0 / (1.0 + (double) (k * 7 % 11)) * (k % 2 == 0 ? 1.0 : -1.0);
	for (step = 0; step < POWER_STEPS; step++)
	{
		double		size = norm(v, (int) m);

		ML_TRY(ml_check_stop(env));
		for (k = 0; k < m; k++)
			v[k] /= size;
		product(u, m, v);
		*value = norm(v, (int) m);
		if (fabs(*value - before) <= POWER_TOLERANCE * *value)
			break;
		before = *value;
	}
	return ML_OK;
}

MlStatus
ml_least_squares_condition(const MlLeastSquares *state, const MlLeastSquaresFit *fit, double *condition)
{
	size_t		m = (size_t) fit->n_kept;
	double	   *u = unit_factor(state, fit);
	double	   *v = ml_allocate(state->env, m + 1, sizeof(double));
	double		largest;
	double		inverse;

	*condition = 1.0;
	if (u == NULL || v == NULL)
		return ML_OUT_OF_MEMORY;
	if (m > 0)
	{
		ML_TRY(largest_eigenvalue(state->env, u, m, apply, v, &largest));
		ML_TRY(largest_eigenvalue(state->env, u, m, apply_inverse, v, &inverse));
		*condition = sqrt(largest) * sqrt(inverse);
	}
	ml_release(state->env, u);
	ml_release(state->env, v);
	return ML_OK;
}
