/*
 * algo/state.h
 *		What an aggregate knows about the rows it has seen: bytes that can be
 *		merged, sent elsewhere, kept, and added to later.
 *
 * One layout for all kinds: a header, then doubles. A state has all rows of one
 * number of columns in it, each row an array of doubles.
 *		sums			the sum of each column, as two doubles of which the second
 *						holds what rounding took from the first
 *						(Neumaier 1974; Knuth, TAOCP 2, 4.2.2, theorem B)
 *		moments			of each column count, mean, sum of squared distances to the
 *						mean, least and greatest value; NaN is missing
 *						(Chan, Golub, LeVeque, "Algorithms for computing the sample
 *						variance", 1983)
 *		least_squares	the triangular factor R of the rows, R'R = X'X, by
 *						sequential TSQR (Demmel et al., SIAM J. Sci. Comput. 34,
 *						2012): upper triangle column by column
 *		comoments		means and sums of products of distances to them
 *						(stats/comoments.h)
 *		summaries		of each column what it is like (stats/summary.h); NaN is missing
 *
 * A state that grows has room for some rows behind its values, which are folded
 * into R together. A compact one has no such room: it is what leaves.
 */
#ifndef ML_ALGO_STATE_H
#define ML_ALGO_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/env.h"
#include "stats/summary.h"

/* The numbers are stored: never renumber. */
typedef enum MlStateKind
{
	ML_STATE_SUMS = 1,
	ML_STATE_MOMENTS = 2,
	ML_STATE_LEAST_SQUARES = 3,
	ML_STATE_COMOMENTS = 4,
	ML_STATE_SUMMARIES = 5
} MlStateKind;

#define ML_STATE_VERSION 1

typedef struct MlState
{
	uint16_t	version;
	uint16_t	kind;			/* MlStateKind */
	uint32_t	n_columns;
	uint32_t	capacity;		/* rows that there is room for; 0: compact */
	uint32_t	n_pending;		/* rows in that room */
	uint64_t	n_rows;			/* all, the pending ones too */
	double		values[];		/* by kind, then (capacity, n_columns) rows */
} MlState;

/* Columns of the moments of a column. */
enum
{
	ML_MOMENT_COUNT,
	ML_MOMENT_MEAN,
	ML_MOMENT_SQUARES,			/* sum of squared distances to the mean */
	ML_MOMENT_LEAST,			/* infinity where no value was present, ... */
	ML_MOMENT_GREATEST,			/* ... and minus infinity */
	ML_N_MOMENTS
};

/* "sums", "moments", "least_squares"; NULL for no such kind. */
extern const char *ml_state_kind_name(unsigned kind);

/* Most columns of a kind: its state then has about 256 MB. */
extern int	ml_state_max_columns(MlStateKind kind);

/* Bytes of a state with 1 .. ml_state_max_columns() columns. */
extern size_t ml_state_size(MlStateKind kind, int n_columns, bool growing);

/* A state without rows, in ml_state_size() bytes. */
extern void ml_state_begin(MlState *state, MlStateKind kind, int n_columns, bool growing);

/*
 * Whether `length` bytes can be used as a state: nothing in their header leads
 * outside of them. Cheap enough for every row.
 */
extern bool ml_state_fits(const void *bytes, size_t length);

/* The same and every value is possible; ML_CORRUPT says what is wrong. */
extern MlStatus ml_state_check(MlEnv *env, const void *bytes, size_t length);

/*
 * Whether ml_state_add() would have to fold first: a row more does not fit.
 * ml_state_fold() makes room; on compact states of kinds with room it does not.
 */
static inline bool
ml_state_full(const MlState *state)
{
	return state->kind == ML_STATE_LEAST_SQUARES && state->n_pending == state->capacity;
}

extern MlStatus ml_state_fold(MlEnv *env, MlState *state);

/*
 * Add a row (n_columns) to a state that is not full. The index of the first
 * element that it cannot take, NaN (but for moments and summaries) or infinite, or -1.
 */
extern int	ml_state_add(MlState *state, const double *row);

/*
 * All rows of `from`, of the same kind and number of columns, into a state;
 * another kind or number is ML_INVALID_DATA.
 */
extern MlStatus ml_state_merge(MlEnv *env, MlState *into, const MlState *from);

/* A copy of any state as a compact or growing one, in ml_state_size() bytes. */
extern MlStatus ml_state_copy(MlEnv *env, const MlState *from, bool growing, MlState *to);

/* sums (n_columns) of a state of sums; ML_INVALID_DATA when one is out of range. */
extern MlStatus ml_state_sums(MlEnv *env, const MlState *state, double *sums);

/* The moments (ML_N_MOMENTS) of a column. */
static inline const double *
ml_state_moments(const MlState *state, int column)
{
	return state->values + (size_t) column * ML_N_MOMENTS;
}

/* The summary (stats/summary.h) of a column. */
static inline const double *
ml_state_summary(const MlState *state, int column)
{
	return state->values + (size_t) column * ML_SUMMARY_VALUES;
}

/* r (n_columns, n_columns) column-major: the factor of a compact state, zeros below. */
extern void ml_state_factor(const MlState *state, double *r);

#endif							/* ML_ALGO_STATE_H */
