/*
 * algo/state.c
 *		Mergeable states of aggregates as bytes.
 */
#include "algo/state.h"

#include <math.h>
#include <string.h>

#include "math/blas.h"
#include "math/qr.h"
#include "stats/comoments.h"

/* Rows that wait to be folded: enough for LAPACK, little in a state of few columns. */
#define LEAST_ROOM 16
#define MOST_ROOM 128

/* Up to so many columns LAPACK costs more than it gains. */
#define FEW_COLUMNS 32

/* Rows to fold that need no allocation. */
#define FEW_VALUES 512

#define MAX_COLUMNS 1000000
#define MAX_FACTOR_COLUMNS 8000

/* A row can make all of them compress at once: 0.1 s. */
#define MAX_SUMMARIES 10000

#define STOP_VALUES 65536

const char *
ml_state_kind_name(unsigned kind)
{
	static const char *const names[] = {NULL, "sums", "moments", "least_squares", "comoments", "summaries"};

	return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : NULL;
}

int
ml_state_max_columns(MlStateKind kind)
{
	if (kind == ML_STATE_LEAST_SQUARES || kind == ML_STATE_COMOMENTS)
		return MAX_FACTOR_COLUMNS;
	return kind == ML_STATE_SUMMARIES ? MAX_SUMMARIES : MAX_COLUMNS;
}

/* Doubles that a kind has, pending rows aside. */
static size_t
n_values(MlStateKind kind, size_t n_columns)
{
	switch (kind)
	{
		case ML_STATE_SUMS:
			return 2 * n_columns;
		case ML_STATE_MOMENTS:
			return ML_N_MOMENTS * n_columns;
		case ML_STATE_COMOMENTS:
			return ML_COMOMENTS_VALUES(n_columns);
		case ML_STATE_SUMMARIES:
			return ML_SUMMARY_VALUES * n_columns;
		case ML_STATE_LEAST_SQUARES:
			break;
	}
	return n_columns * (n_columns + 1) / 2;
}

static uint32_t
room(MlStateKind kind, int n_columns)
{
	if (kind != ML_STATE_LEAST_SQUARES)
		return 0;
	if (n_columns < LEAST_ROOM)
		return LEAST_ROOM;
	return n_columns > MOST_ROOM ? MOST_ROOM : (uint32_t) n_columns;
}

size_t
ml_state_size(MlStateKind kind, int n_columns, bool growing)
{
	size_t		n = (size_t) n_columns;
	size_t		pending = growing ? room(kind, n_columns) : 0;

	return sizeof(MlState) + sizeof(double) * (n_values(kind, n) + pending * n);
}

/* The moments of a column without a value. */
static void
clear_moments(double *moments)
{
	moments[ML_MOMENT_COUNT] = 0;
	moments[ML_MOMENT_MEAN] = 0;
	moments[ML_MOMENT_SQUARES] = 0;
	moments[ML_MOMENT_LEAST] = INFINITY;
	moments[ML_MOMENT_GREATEST] = -INFINITY;
}

void
ml_state_begin(MlState *state, MlStateKind kind, int n_columns, bool growing)
{
	int			i;

	memset(state, 0, ml_state_size(kind, n_columns, growing));
	state->version = ML_STATE_VERSION;
	state->kind = (uint16_t) kind;
	state->n_columns = (uint32_t) n_columns;
	state->capacity = growing ? room(kind, n_columns) : 0;
	for (i = 0; kind == ML_STATE_MOMENTS && i < n_columns; i++)
		clear_moments(state->values + (size_t) i * ML_N_MOMENTS);
	for (i = 0; kind == ML_STATE_SUMMARIES && i < n_columns; i++)
		ml_summary_begin(state->values + (size_t) i * ML_SUMMARY_VALUES);
}

static double *
pending_rows(const MlState *state)
{
	return (double *) state->values + n_values((MlStateKind) state->kind, state->n_columns);
}

/*
 * Checks
 */

bool
ml_state_fits(const void *bytes, size_t length)
{
	const MlState *state = bytes;
	MlStateKind kind;

	if (length < sizeof(MlState) || state->version != ML_STATE_VERSION ||
		ml_state_kind_name(state->kind) == NULL)
		return false;
	kind = (MlStateKind) state->kind;
	return state->n_columns >= 1 && state->n_columns <= (uint32_t) ml_state_max_columns(kind) &&
		(state->capacity == 0 || state->capacity == room(kind, (int) state->n_columns)) &&
		length == ml_state_size(kind, (int) state->n_columns, state->capacity > 0) &&
		state->n_pending <= state->capacity && state->n_pending <= state->n_rows &&
		state->n_rows <= INT64_MAX;
}

/* What does not fit. */
static MlStatus
explain_misfit(MlEnv *env, const MlState *state, size_t length)
{
	if (length < sizeof(MlState))
		return ml_fail(env, ML_CORRUPT, "these bytes are not a state: they are too few");
	if (state->version != ML_STATE_VERSION)
	{
		ml_fail(env, ML_CORRUPT, "state has version %d, but only %d can be read", state->version,
				ML_STATE_VERSION);
		ml_hint(env, "All servers need the same version of the extension.");
		return ML_CORRUPT;
	}
	if (ml_state_kind_name(state->kind) == NULL)
		return ml_fail(env, ML_CORRUPT, "state is of no known kind: %d", state->kind);
	if (state->n_columns < 1 ||
		state->n_columns > (uint32_t) ml_state_max_columns((MlStateKind) state->kind))
		return ml_fail(env, ML_CORRUPT, "state of kind %s cannot have %u columns",
					   ml_state_kind_name(state->kind), state->n_columns);
	return ml_fail(env, ML_CORRUPT, "state is damaged: its length or its number of rows is wrong");
}

static MlStatus
check_finite(MlEnv *env, const double *values, size_t count)
{
	size_t		i;

	for (i = 0; i < count; i++)
	{
		if (i % STOP_VALUES == 0)
			ML_TRY(ml_check_stop(env));
		if (!isfinite(values[i]))
			return ml_fail(env, ML_CORRUPT, "state is damaged: it holds a value that is not finite");
	}
	return ML_OK;
}

/* A count of rows, and what a column of that many values can have. */
static bool
moments_possible(const double *moments, uint64_t n_rows)
{
	double		count = moments[ML_MOMENT_COUNT];

	if (count == 0)
		return moments[ML_MOMENT_MEAN] == 0 && moments[ML_MOMENT_SQUARES] == 0 &&
			moments[ML_MOMENT_LEAST] == INFINITY && moments[ML_MOMENT_GREATEST] == -INFINITY;
	return count >= 1 && count <= (double) n_rows && count == floor(count) &&
		isfinite(moments[ML_MOMENT_MEAN]) &&
		isfinite(moments[ML_MOMENT_SQUARES]) && moments[ML_MOMENT_SQUARES] >= 0 &&
		isfinite(moments[ML_MOMENT_LEAST]) && isfinite(moments[ML_MOMENT_GREATEST]) &&
		moments[ML_MOMENT_LEAST] <= moments[ML_MOMENT_GREATEST];
}

static MlStatus
check_moments(MlEnv *env, const MlState *state)
{
	int			i;

	for (i = 0; i < (int) state->n_columns; i++)
	{
		if (i % STOP_VALUES == 0)
			ML_TRY(ml_check_stop(env));
		if (!moments_possible(ml_state_moments(state, i), state->n_rows))
			return ml_fail(env, ML_CORRUPT, "state is damaged: the moments of column %d cannot be", i + 1);
	}
	return ML_OK;
}

static MlStatus
check_summaries(MlEnv *env, const MlState *state)
{
	int			i;

	for (i = 0; i < (int) state->n_columns; i++)
	{
		if (i % 256 == 0)
			ML_TRY(ml_check_stop(env));
		if (!ml_summary_possible(ml_state_summary(state, i), (double) state->n_rows))
			return ml_fail(env, ML_CORRUPT, "state is damaged: the summary of column %d cannot be", i + 1);
	}
	return ML_OK;
}

/* Sums of squares are not negative. */
static MlStatus
check_comoments(MlEnv *env, const MlState *state)
{
	int			n = (int) state->n_columns;
	int			i;

	ML_TRY(check_finite(env, state->values, ML_COMOMENTS_VALUES(n)));
	for (i = 0; i < n; i++)
	{
		if (ml_comoment(state->values, n, i, i) < 0)
			return ml_fail(env, ML_CORRUPT, "state is damaged: the moments of column %d cannot be", i + 1);
	}
	return ML_OK;
}

MlStatus
ml_state_check(MlEnv *env, const void *bytes, size_t length)
{
	const MlState *state = bytes;

	if (!ml_state_fits(bytes, length))
		return explain_misfit(env, state, length);
	if (state->kind == ML_STATE_MOMENTS)
		return check_moments(env, state);
	if (state->kind == ML_STATE_SUMMARIES)
		return check_summaries(env, state);
	if (state->kind == ML_STATE_COMOMENTS)
		return check_comoments(env, state);
	ML_TRY(check_finite(env, state->values, n_values((MlStateKind) state->kind, state->n_columns)));
	return check_finite(env, pending_rows(state), (size_t) state->n_pending * state->n_columns);
}

/*
 * Sums
 */

/* Add to a sum of two doubles; which term is the greater does not matter. */
static inline void
add_to_sum(double *sum, double value)
{
	double		total = sum[0] + value;
	double		part = total - sum[0];

	sum[1] += (sum[0] - (total - part)) + (value - part);
	sum[0] = total;
}

MlStatus
ml_state_sums(MlEnv *env, const MlState *state, double *sums)
{
	int			i;

	for (i = 0; i < (int) state->n_columns; i++)
	{
		sums[i] = state->values[2 * i] + state->values[2 * i + 1];
		if (!isfinite(sums[i]))
			return ml_fail(env, ML_INVALID_DATA, "the sum of column %d is beyond double precision", i + 1);
	}
	return ML_OK;
}

/*
 * Moments
 */

static inline void
add_moment(double *moments, double value, double share)
{
	double		distance = value - moments[ML_MOMENT_MEAN];

	moments[ML_MOMENT_MEAN] += distance * share;
	moments[ML_MOMENT_SQUARES] += distance * (value - moments[ML_MOMENT_MEAN]);
	if (value < moments[ML_MOMENT_LEAST])
		moments[ML_MOMENT_LEAST] = value;
	if (value > moments[ML_MOMENT_GREATEST])
		moments[ML_MOMENT_GREATEST] = value;
}

static void
add_moments(MlState *state, const double *row)
{
	double	   *moments = state->values;
	double		count = 0;
	double		share = 0;
	int			i;

	for (i = 0; i < (int) state->n_columns; i++, moments += ML_N_MOMENTS)
	{
		if (isnan(row[i]))
			continue;
		moments[ML_MOMENT_COUNT]++;
		if (moments[ML_MOMENT_COUNT] != count)	/* most columns have equally many values */
		{
			count = moments[ML_MOMENT_COUNT];
			share = 1.0 / count;
		}
		add_moment(moments, row[i], share);
	}
}

static void
merge_moments(double *into, const double *from)
{
	double		count = into[ML_MOMENT_COUNT] + from[ML_MOMENT_COUNT];
	double		share = from[ML_MOMENT_COUNT] / count;
	double		distance = from[ML_MOMENT_MEAN] - into[ML_MOMENT_MEAN];

	if (from[ML_MOMENT_COUNT] == 0)
		return;
	/* in this order an empty `into` gives 0 however far the mean */
	into[ML_MOMENT_SQUARES] += from[ML_MOMENT_SQUARES] + distance * (share * into[ML_MOMENT_COUNT]) * distance;
	into[ML_MOMENT_MEAN] += distance * share;
	into[ML_MOMENT_COUNT] = count;
	into[ML_MOMENT_LEAST] = fmin(into[ML_MOMENT_LEAST], from[ML_MOMENT_LEAST]);
	into[ML_MOMENT_GREATEST] = fmax(into[ML_MOMENT_GREATEST], from[ML_MOMENT_GREATEST]);
}

/*
 * Least squares
 */

void
ml_state_factor(const MlState *state, double *r)
{
	size_t		n = state->n_columns;
	const double *packed = state->values;
	size_t		j;

	memset(r, 0, n * n * sizeof(double));
	for (j = 0; j < n; j++)
	{
		memcpy(r + j * n, packed, (j + 1) * sizeof(double));
		packed += j + 1;
	}
}

static void
pack_factor(MlState *state, const double *r)
{
	size_t		n = state->n_columns;
	double	   *packed = state->values;
	size_t		j;

	for (j = 0; j < n; j++)
	{
		memcpy(packed, r + j * n, (j + 1) * sizeof(double));
		packed += j + 1;
	}
}

static MlStatus
fold_by_lapack(MlEnv *env, MlState *state, double *turned, int n_rows)
{
	int			n = (int) state->n_columns;
	double	   *r = ml_allocate(env, (size_t) n * (size_t) n, sizeof(double));
	double	   *work = ml_allocate(env, ml_qr_work_size(n), sizeof(double));

	if (r == NULL || work == NULL)
		return ML_OUT_OF_MEMORY;
	ml_state_factor(state, r);
	ML_TRY(ml_qr_update(env, n, r, n_rows, turned, n_rows, work));
	pack_factor(state, r);
	ml_release(env, r);
	ml_release(env, work);
	return ML_OK;
}

/* Rows (n_rows, n) column by column, with zeros behind: (padded, n). */
static void
turn_rows(const double *rows, int n_rows, int n, double *turned, int padded)
{
	int			i;
	int			j;

	for (j = 0; j < n; j++)
	{
		double	   *column = turned + (size_t) j * (size_t) padded;

		for (i = 0; i < n_rows; i++)
			column[i] = rows[(size_t) i * (size_t) n + (size_t) j];
		for (; i < padded; i++)
			column[i] = 0.0;
	}
}

/* Fold rows (n_rows, n) that lie one after the other into R. */
static MlStatus
fold_rows(MlEnv *env, MlState *state, const double *rows, int n_rows)
{
	int			n = (int) state->n_columns;
	int			padded = (n_rows + ML_QR_LANES - 1) / ML_QR_LANES * ML_QR_LANES;
	double		narrow[FEW_VALUES];
	double	   *turned = narrow;

	ML_TRY(ml_check_stop(env));
	if ((size_t) n * (size_t) padded > FEW_VALUES)
	{
		turned = ml_allocate(env, (size_t) n * (size_t) padded, sizeof(double));
		if (turned == NULL)
			return ML_OUT_OF_MEMORY;
	}
	turn_rows(rows, n_rows, n, turned, padded);
	if (n > FEW_COLUMNS || !ml_qr_fold(n, state->values, padded, turned))
		ML_TRY(fold_by_lapack(env, state, turned, padded));
	if (turned != narrow)
		ml_release(env, turned);
	return ML_OK;
}

MlStatus
ml_state_fold(MlEnv *env, MlState *state)
{
	if (state->n_pending == 0)
		return ML_OK;
	ML_TRY(fold_rows(env, state, pending_rows(state), (int) state->n_pending));
	state->n_pending = 0;
	return ML_OK;
}

/* The factor of another state is a block of rows, too; they begin later and later. */
static MlStatus
merge_factor(MlEnv *env, MlState *into, const MlState *from)
{
	int			n = (int) from->n_columns;
	double	   *rows;
	int			start;
	int			count;

	rows = ml_allocate(env, (size_t) n * MOST_ROOM, sizeof(double));
	if (rows == NULL)
		return ML_OUT_OF_MEMORY;
	for (start = 0; start < n; start += count)
	{
		int			i;
		int			j;

		count = n - start < MOST_ROOM ? n - start : MOST_ROOM;
		memset(rows, 0, (size_t) n * (size_t) count * sizeof(double));
		for (i = 0; i < count; i++)
			for (j = start + i; j < n; j++)
				rows[(size_t) i * (size_t) n + (size_t) j] =
					from->values[(size_t) j * ((size_t) j + 1) / 2 + (size_t) (start + i)];
		ML_TRY(fold_rows(env, into, rows, count));
	}
	ml_release(env, rows);
	return ML_OK;
}

static MlStatus
merge_least_squares(MlEnv *env, MlState *into, const MlState *from)
{
	if (from->n_rows > from->n_pending)
		ML_TRY(merge_factor(env, into, from));
	if (from->n_pending > 0)
		ML_TRY(fold_rows(env, into, pending_rows(from), (int) from->n_pending));
	return ML_OK;
}

/*
 * All kinds
 */

int
ml_state_add(MlState *state, const double *row)
{
	int			n = (int) state->n_columns;
	MlStateKind kind = (MlStateKind) state->kind;
	bool		missing = kind == ML_STATE_MOMENTS || kind == ML_STATE_SUMMARIES;
	int			i;

	for (i = 0; i < n; i++)
	{
		if (!isfinite(row[i]) && !(missing && isnan(row[i])))
			return i;
	}
	switch (kind)
	{
		case ML_STATE_SUMS:
			for (i = 0; i < n; i++)
				add_to_sum(&state->values[2 * i], row[i]);
			break;
		case ML_STATE_MOMENTS:
			add_moments(state, row);
			break;
		case ML_STATE_LEAST_SQUARES:
			memcpy(pending_rows(state) + (size_t) state->n_pending * (size_t) n, row,
				   (size_t) n * sizeof(double));
			state->n_pending++;
			break;
		case ML_STATE_COMOMENTS:
			ml_comoments_add(state->values, n, (double) state->n_rows, row);
			break;
		case ML_STATE_SUMMARIES:
			for (i = 0; i < n; i++)
			{
				if (!isnan(row[i]))
					ml_summary_add(state->values + (size_t) i * ML_SUMMARY_VALUES, row[i]);
			}
			break;
	}
	state->n_rows++;
	return -1;
}

MlStatus
ml_state_merge(MlEnv *env, MlState *into, const MlState *from)
{
	int			n = (int) from->n_columns;
	int			i;

	if (into->kind != from->kind)
		return ml_fail(env, ML_INVALID_DATA, "states of kinds %s and %s cannot be combined",
					   ml_state_kind_name(into->kind), ml_state_kind_name(from->kind));
	if (into->n_columns != from->n_columns)
		return ml_fail(env, ML_INVALID_DATA, "states of %u and %u columns cannot be combined",
					   into->n_columns, from->n_columns);
	if (from->n_rows > INT64_MAX - into->n_rows)
		return ml_fail(env, ML_LIMIT, "the states have too many rows");
	for (i = 0; i < n && from->kind == ML_STATE_SUMS; i++)
	{
		add_to_sum(&into->values[2 * i], from->values[2 * i]);
		into->values[2 * i + 1] += from->values[2 * i + 1];
	}
	for (i = 0; i < n && from->kind == ML_STATE_MOMENTS; i++)
		merge_moments(into->values + (size_t) i * ML_N_MOMENTS, ml_state_moments(from, i));
	for (i = 0; i < n && from->kind == ML_STATE_SUMMARIES; i++)
	{
		if (i % 256 == 0)
			ML_TRY(ml_check_stop(env));
		ml_summary_merge(into->values + (size_t) i * ML_SUMMARY_VALUES, ml_state_summary(from, i));
	}
	if (from->kind == ML_STATE_COMOMENTS)
		ml_comoments_merge(into->values, (double) into->n_rows, from->values, (double) from->n_rows, n);
	if (from->kind == ML_STATE_LEAST_SQUARES)
		ML_TRY(merge_least_squares(env, into, from));
	into->n_rows += from->n_rows;
	return ML_OK;
}

MlStatus
ml_state_copy(MlEnv *env, const MlState *from, bool growing, MlState *to)
{
	MlStateKind kind = (MlStateKind) from->kind;

	ml_state_begin(to, kind, (int) from->n_columns, growing);
	to->n_rows = from->n_rows;
	memcpy(to->values, from->values, n_values(kind, from->n_columns) * sizeof(double));
	if (from->n_pending == 0)
		return ML_OK;
	return fold_rows(env, to, pending_rows(from), (int) from->n_pending);
}
