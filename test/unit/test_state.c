/*
 * test_state.c
 *		States of aggregates: sums, moments and factors against closed forms,
 *		split and merged in any way; bytes that are no state.
 */
#include "algo/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "math/rng.h"
#include "unit.h"

#define COLUMNS 4
#define ROWS 1000

/* A number in (-1, 1), the i-th of a series. */
static double
noise(uint64_t series, uint64_t i)
{
	return 2.0 * ml_hash_uniform(ml_hash_word(series, i)) - 1.0;
}

static void
make_row(int i, double *row)
{
	row[0] = 1;
	row[1] = noise(1, (uint64_t) i);
	row[2] = 1e6 + noise(2, (uint64_t) i);
	row[3] = 3 + 2 * row[1] - row[2];
}

static MlState *
begin(MlEnv *env, MlStateKind kind, int n_columns, bool growing)
{
	MlState    *state = ml_allocate(env, ml_state_size(kind, n_columns, growing), 1);

	ml_state_begin(state, kind, n_columns, growing);
	return state;
}

/* Rows first .. last - 1. */
static MlState *
fill(MlEnv *env, MlStateKind kind, int first, int last)
{
	MlState    *state = begin(env, kind, COLUMNS, true);
	double		row[COLUMNS];
	int			i;

	for (i = first; i < last; i++)
	{
		make_row(i, row);
		if (ml_state_full(state))
			unit_ok(ml_state_fold(env, state) == ML_OK, "fold at row %d", i);
		unit_ok(ml_state_add(state, row) == -1, "row %d is taken", i);
	}
	return state;
}

/* Parts of all rows, one of them without rows, merged into a compact state. */
static MlState *
merge_parts(MlEnv *env, MlStateKind kind)
{
	static const int ends[] = {0, 3, 3, 500, 517, ROWS};
	MlState    *all = begin(env, kind, COLUMNS, false);
	size_t		i;

	for (i = 0; i + 1 < sizeof(ends) / sizeof(ends[0]); i++)
		unit_ok(ml_state_merge(env, all, fill(env, kind, ends[i], ends[i + 1])) == ML_OK, "merge part %d", (int) i);
	unit_ok(all->n_rows == ROWS, "rows of all parts");
	return all;
}

static MlState *
compact(MlEnv *env, const MlState *state)
{
	MlState    *copy = begin(env, (MlStateKind) state->kind, (int) state->n_columns, false);

	unit_ok(ml_state_copy(env, state, false, copy) == ML_OK, "compact copy");
	unit_ok(ml_state_check(env, copy, ml_state_size((MlStateKind) copy->kind, (int) copy->n_columns, false)) == ML_OK,
			"a compact copy is a state");
	return copy;
}

static void
test_sums(void)
{
	MlEnv	   *env = unit_env();
	MlState    *whole = compact(env, fill(env, ML_STATE_SUMS, 0, ROWS));
	MlState    *parts = merge_parts(env, ML_STATE_SUMS);
	double		one[COLUMNS];
	double		other[COLUMNS];
	double		big[1] = {1e16};
	double		small[1] = {1};
	MlState    *hard = begin(env, ML_STATE_SUMS, 1, true);
	int			i;

	unit_ok(ml_state_sums(env, whole, one) == ML_OK && ml_state_sums(env, parts, other) == ML_OK, "sums");
	for (i = 0; i < COLUMNS; i++)
		unit_near(one[i], other[i], 1e-15, "column %d is the same in parts", i);
	unit_ok(one[0] == ROWS, "ones are counted");

	/* 1e16 + 1000 - 1e16: plain doubles give 0 */
	ml_state_add(hard, big);
	for (i = 0; i < 1000; i++)
		ml_state_add(hard, small);
	big[0] = -1e16;
	ml_state_add(hard, big);
	unit_ok(ml_state_sums(env, hard, one) == ML_OK && one[0] == 1000, "what rounding takes is kept");
	big[0] = 1.7e308;
	ml_state_add(hard, big);
	ml_state_add(hard, big);
	unit_ok(ml_state_sums(env, hard, one) == ML_INVALID_DATA, "a sum out of range");
	big[0] = NAN;
	unit_ok(ml_state_add(hard, big) == 0, "NaN is refused");
}

static void
test_moments(void)
{
	MlEnv	   *env = unit_env();
	MlState    *whole = fill(env, ML_STATE_MOMENTS, 0, ROWS);
	MlState    *parts = merge_parts(env, ML_STATE_MOMENTS);
	const double *given = ml_state_moments(whole, 2);
	const double *merged = ml_state_moments(parts, 2);
	double		mean = 0;
	double		squares = 0;
	double		row[COLUMNS];
	double		missing[COLUMNS] = {NAN, 1, 2, 3};
	double		infinite[COLUMNS] = {NAN, 1, INFINITY, 3};
	int			i;

	for (i = 0; i < ROWS; i++)
	{
		make_row(i, row);
		mean += (row[2] - 1e6) / ROWS;
	}
	for (i = 0; i < ROWS; i++)
	{
		make_row(i, row);
		squares += (row[2] - 1e6 - mean) * (row[2] - 1e6 - mean);
	}
	unit_near(given[ML_MOMENT_MEAN], 1e6 + mean, 1e-14, "mean");
	unit_near(merged[ML_MOMENT_MEAN], 1e6 + mean, 1e-14, "mean of parts");
	unit_near(given[ML_MOMENT_SQUARES], squares, 1e-9, "squares around a mean of 1e6");
	unit_near(merged[ML_MOMENT_SQUARES], squares, 1e-9, "squares of parts");
	unit_ok(given[ML_MOMENT_LEAST] == merged[ML_MOMENT_LEAST] &&
			given[ML_MOMENT_GREATEST] == merged[ML_MOMENT_GREATEST], "range of parts");
	unit_ok(ml_state_moments(whole, 0)[ML_MOMENT_SQUARES] == 0, "a constant has no spread");
	unit_ok(ml_state_add(whole, missing) == -1, "NaN is missing");
	unit_ok(ml_state_moments(whole, 0)[ML_MOMENT_COUNT] == ROWS &&
			ml_state_moments(whole, 1)[ML_MOMENT_COUNT] == ROWS + 1, "and not counted");
	unit_ok(ml_state_add(whole, infinite) == 2, "infinity is refused");
}

/* R'R of whole and parts is X'X; the last column is a sum of the others. */
static void
test_least_squares(void)
{
	MlEnv	   *env = unit_env();
	MlState    *whole = compact(env, fill(env, ML_STATE_LEAST_SQUARES, 0, ROWS));
	MlState    *parts = merge_parts(env, ML_STATE_LEAST_SQUARES);
	MlState    *again = begin(env, ML_STATE_LEAST_SQUARES, COLUMNS, true);
	double		r[COLUMNS * COLUMNS];
	double		s[COLUMNS * COLUMNS];
	double		row[COLUMNS];
	int			i;
	int			j;
	int			k;

	ml_state_factor(whole, r);
	ml_state_factor(parts, s);
	for (j = 0; j < COLUMNS; j++)
		for (k = 0; k <= j; k++)
		{
			double		product = 0;
			double		from_whole = 0;
			double		from_parts = 0;

			for (i = 0; i < ROWS; i++)
			{
				make_row(i, row);
				product += row[j] * row[k];
			}
			for (i = 0; i < COLUMNS; i++)
			{
				from_whole += r[j * COLUMNS + i] * r[k * COLUMNS + i];
				from_parts += s[j * COLUMNS + i] * s[k * COLUMNS + i];
			}
			unit_near(from_whole, product, 1e-11, "X'X %d %d", j, k);
			unit_near(from_parts, product, 1e-11, "X'X of parts %d %d", j, k);
		}
	unit_ok(fabs(r[15]) < 1e-6 && fabs(s[15]) < 1e-6, "the last column says nothing new");
	unit_ok(r[1] == 0 && r[7] == 0, "nothing below the diagonal");

	/* a state that left can be added to again */
	unit_ok(ml_state_full(whole), "a compact state takes no row");
	unit_ok(ml_state_copy(env, whole, true, again) == ML_OK && !ml_state_full(again), "its copy that grows does");
	make_row(ROWS, row);
	unit_ok(ml_state_add(again, row) == -1 && again->n_rows == ROWS + 1, "one row more");
	row[3] = INFINITY;
	unit_ok(ml_state_add(again, row) == 3, "infinity is refused");
	unit_stop_after(env, 0);
	unit_ok(ml_state_merge(env, parts, whole) == ML_INTERRUPTED, "a cancel is obeyed");
}

/* More columns than there is room for rows. */
static void
test_wide(void)
{
	enum
	{
		WIDE = 150
	};
	MlEnv	   *env = unit_env();
	MlState    *state = begin(env, ML_STATE_LEAST_SQUARES, WIDE, true);
	MlState    *other = begin(env, ML_STATE_LEAST_SQUARES, WIDE, false);
	double	   *r = ml_allocate(env, (size_t) WIDE * WIDE, sizeof(double));
	double		row[WIDE];
	double		squares = 0;
	double		product = 0;
	int			i;
	int			j;

	for (i = 0; i < 2 * WIDE; i++)
	{
		for (j = 0; j < WIDE; j++)
			row[j] = noise(7, (uint64_t) (i * WIDE + j));
		squares += row[WIDE - 1] * row[WIDE - 1];
		if (ml_state_full(state))
			unit_ok(ml_state_fold(env, state) == ML_OK, "fold");
		ml_state_add(state, row);
	}
	unit_ok(ml_state_merge(env, other, state) == ML_OK, "merge");
	unit_ok(ml_state_merge(env, other, compact(env, state)) == ML_OK, "and again, from a factor alone");
	ml_state_factor(other, r);
	for (i = 0; i < WIDE; i++)
		product += r[(WIDE - 1) * WIDE + i] * r[(WIDE - 1) * WIDE + i];
	unit_near(product, 2 * squares, 1e-12, "squares of the last column, twice");
	unit_ok(other->n_rows == 4 * WIDE, "rows");
}

/* A copy of a state's bytes in a block of exactly that length, with one change. */
static MlStatus
changed(MlEnv *env, const MlState *state, size_t length, size_t offset, const void *bytes, size_t size)
{
	uint8_t    *copy = ml_allocate(env, length, 1);

	memcpy(copy, state, length);
	memcpy(copy + offset, bytes, size);
	return ml_state_check(env, copy, length);
}

static void
test_hostile(void)
{
	static const MlStateKind kinds[] = {ML_STATE_SUMS, ML_STATE_MOMENTS, ML_STATE_LEAST_SQUARES, ML_STATE_COMOMENTS,
		ML_STATE_SUMMARIES};
	size_t		k;

	for (k = 0; k < 5; k++)
	{
		MlEnv	   *env = unit_env();
		const MlState *state = compact(env, fill(env, kinds[k], 0, 10));
		size_t		length = ml_state_size(kinds[k], COLUMNS, false);
		const uint16_t wrong[] = {0, 2, 4, 9, UINT16_MAX};
		const uint32_t counts[] = {0, 3, 5, 1000001, INT32_MAX, UINT32_MAX};
		const double values[] = {NAN, INFINITY};
		const uint64_t rows[] = {0, UINT64_MAX};
		size_t		cut;
		size_t		i;

		for (cut = 0; cut < length; cut += length > 1000 ? 97 : 1)
		{
			uint8_t    *copy = ml_allocate(env, cut + 1, 1);

			memcpy(copy, state, cut);
			unit_ok(ml_state_check(env, copy, cut) == ML_CORRUPT, "cut after %d bytes", (int) cut);
		}
		for (i = 0; i < 5; i++)
			unit_ok(changed(env, state, length, 0, &wrong[i], 2) == ML_CORRUPT, "version %d", wrong[i]);
		for (i = 0; i < 5; i++)
			unit_ok(wrong[i] == kinds[k] || changed(env, state, length, 2, &wrong[i], 2) == ML_CORRUPT ||
					(wrong[i] == 2 && kinds[k] == ML_STATE_LEAST_SQUARES), "kind %d", wrong[i]);
		for (i = 0; i < 6; i++)
		{
			unit_ok(changed(env, state, length, 4, &counts[i], 4) == ML_CORRUPT, "columns %u", counts[i]);
			unit_ok(counts[i] == 0 || changed(env, state, length, 8, &counts[i], 4) == ML_CORRUPT, "capacity %u", counts[i]);
			unit_ok(counts[i] == 0 || changed(env, state, length, 12, &counts[i], 4) == ML_CORRUPT, "pending %u", counts[i]);
		}
		for (i = 0; i < 2; i++)
			unit_ok(changed(env, state, length, sizeof(MlState) + 8, &values[i], 8) == ML_CORRUPT, "value %zu", i);
		unit_ok(changed(env, state, length, 16, &rows[1], 8) == ML_CORRUPT, "too many rows");
		unit_ok((kinds[k] != ML_STATE_MOMENTS && kinds[k] != ML_STATE_SUMMARIES) || changed(env, state, length, 16, &rows[0], 8) == ML_CORRUPT,
				"more values than rows");
	}
}

static void
test_refused(void)
{
	MlEnv	   *env = unit_env();
	MlState    *sums = fill(env, ML_STATE_SUMS, 0, 3);

	unit_ok(ml_state_merge(env, sums, fill(env, ML_STATE_MOMENTS, 0, 3)) == ML_INVALID_DATA, "another kind");
	unit_text(env->error.message, "states of kinds sums and moments cannot be combined", "says which");
	unit_ok(ml_state_merge(env, sums, begin(env, ML_STATE_SUMS, 2, true)) == ML_INVALID_DATA, "other columns");
	unit_text(env->error.message, "states of 4 and 2 columns cannot be combined", "says how many");
	sums->n_rows = INT64_MAX;
	unit_ok(ml_state_merge(env, sums, fill(env, ML_STATE_SUMS, 0, 3)) == ML_LIMIT, "too many rows");
}

int
main(void)
{
	test_sums();
	test_moments();
	test_least_squares();
	test_wide();
	test_hostile();
	test_refused();
	return unit_done();
}
