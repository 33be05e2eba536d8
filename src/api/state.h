/*
 * api/state.h
 *		The type mlops_state: what an aggregate knows about the rows it has seen.
 *
 * An ordinary type of variable length that holds an MlState (algo/state.h), so
 * that parallel query, shards, dumps and other servers can carry it. Bytes that
 * come from outside are checked by the input functions, value by value; every
 * function that is given a state checks that it leads nowhere outside of it.
 */
#ifndef MLOPS_API_STATE_H
#define MLOPS_API_STATE_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"

#include "algo/state.h"

/* As it is stored; 8-byte aligned. */
typedef struct MlopsState
{
	int32		vl_len_;		/* varlena header */
	uint32		reserved;		/* 0 */
	MlState		state;
} MlopsState;

/*
 * A state argument; error 22023 naming the function's kind when it is of
 * another (0: any will do), XX001 when it cannot be one at all.
 */
extern MlopsState *mlops_state_argument(FunctionCallInfo fcinfo, int index, MlStateKind kind);

/*
 * The transition of an aggregate over float8[]: argument 0 the state, NULL until
 * the first row, argument 1 the row. A NULL row, or one with a NULL element, is
 * left out, as regr_slope() does (in moments and summaries NULL elements are missing values).
 * The state is changed in place where an aggregate calls, else in a copy.
 */
extern Datum mlops_state_transition(FunctionCallInfo fcinfo, MlStateKind kind);

/* The same for a row that is no array; n_columns of it, as many as the state has. */
extern MlopsState *mlops_state_take_row(FunctionCallInfo fcinfo, MlStateKind kind, MlopsState *state,
										const double *row, int n_columns);

/*
 * The state as a final function may use it: compact, in the current context,
 * every value finite (22003 when the sums have left double precision).
 */
extern MlopsState *mlops_state_finished(const MlopsState *state);

#endif							/* MLOPS_API_STATE_H */
