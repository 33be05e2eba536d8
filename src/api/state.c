/*
 * api/state.c
 *		The type mlops_state and the aggregates that make and combine states.
 *
 * None of these functions keeps anything in fn_extra or asks for the types of
 * its arguments: engines that split aggregates call them with a fresh call
 * context for each row. What is to be remembered is in the state.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/base64.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "api/state.h"
#include "bridge/env.h"
#include "bridge/pg_compat.h"

#define STATE_OFFSET offsetof(MlopsState, state)

PG_FUNCTION_INFO_V1(mlops_state_in);
PG_FUNCTION_INFO_V1(mlops_state_out);
PG_FUNCTION_INFO_V1(mlops_state_recv);
PG_FUNCTION_INFO_V1(mlops_state_send);
PG_FUNCTION_INFO_V1(mlops_state_add_sums);
PG_FUNCTION_INFO_V1(mlops_state_add_moments);
PG_FUNCTION_INFO_V1(mlops_state_add_least_squares);
PG_FUNCTION_INFO_V1(mlops_state_merge);
PG_FUNCTION_INFO_V1(mlops_state_compact);
PG_FUNCTION_INFO_V1(mlops_state_sums);

/* ------------------------------------------------------------- the datum */

static MlopsState *
make_state(MlStateKind kind, int n_columns, bool growing)
{
	Size		size = STATE_OFFSET + ml_state_size(kind, n_columns, growing);
	MlopsState *made = palloc(size);

	SET_VARSIZE(made, size);
	made->reserved = 0;
	ml_state_begin(&made->state, kind, n_columns, growing);
	return made;
}

/* Every value of a state is possible, or an error says what is wrong with it. */
static void
check_bytes(const MlState *bytes, Size length)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops state", 0);

	mlops_check(env, ml_state_check(env, bytes, length));
	mlops_env_end(env);
}

static inline Size
state_bytes(const MlopsState *given)
{
	return VARSIZE(given) - Min(VARSIZE(given), STATE_OFFSET);
}

MlopsState *
mlops_state_argument(FunctionCallInfo fcinfo, int index, MlStateKind kind)
{
	MlopsState *given = (MlopsState *) PG_DETOAST_DATUM(PG_GETARG_DATUM(index));

	if (!ml_state_fits(&given->state, state_bytes(given)))
		check_bytes(&given->state, state_bytes(given));
	if (kind != 0 && given->state.kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("state is of kind %s, not %s", ml_state_kind_name(given->state.kind),
						ml_state_kind_name(kind)),
				 errhint("Combine states with the function that belongs to the one that made them.")));
	return given;
}

static MlopsState *
copy_state(const MlopsState *from, bool growing)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops state", 0);
	MlopsState *copy = make_state(from->state.kind, from->state.n_columns, growing);

	mlops_check(env, ml_state_copy(env, &from->state, growing, &copy->state));
	mlops_env_end(env);
	return copy;
}

MlopsState *
mlops_state_finished(const MlopsState *state)
{
	MlopsState *compact = copy_state(state, false);
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops state", 0);
	MlStatus	status = ml_state_check(env, &compact->state, state_bytes(compact));

	if (status == ML_CORRUPT)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the rows are beyond double precision"),
				 errhint("Scale down columns with extreme values.")));
	mlops_check(env, status);
	mlops_env_end(env);
	return compact;
}

/* ------------------------------------------------------ input and output */

/* A datum around bytes from outside. */
static MlopsState *
wrap_bytes(const void *bytes, int length)
{
	MlopsState *made = palloc(STATE_OFFSET + length);

	SET_VARSIZE(made, STATE_OFFSET + length);
	made->reserved = 0;
	memcpy(&made->state, bytes, length);
	check_bytes(&made->state, length);
	return made;
}

Datum
mlops_state_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	int			length = strlen(text);
	int			room = pg_b64_dec_len(length);
	char	   *bytes = palloc(room + 1);
	int			n = pg_b64_decode(text, length, MLOPS_BASE64_BYTES(bytes), room);

	if (n < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "mlops_state"),
				 errdetail("A state is written in base64.")));
	PG_RETURN_POINTER(wrap_bytes(bytes, n));
}

/* Rows that wait are folded first: what leaves is compact. */
Datum
mlops_state_out(PG_FUNCTION_ARGS)
{
	MlopsState *compact = copy_state(mlops_state_argument(fcinfo, 0, 0), false);
	int			length = state_bytes(compact);
	int			room = pg_b64_enc_len(length);
	char	   *text = palloc(room + 1);
	int			n = pg_b64_encode(MLOPS_BASE64_BYTES(&compact->state), length, text, room);

	if (n < 0)
		elog(ERROR, "could not write a state");
	text[n] = '\0';
	PG_RETURN_CSTRING(text);
}

Datum
mlops_state_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			length = message->len - message->cursor;

	PG_RETURN_POINTER(wrap_bytes(pq_getmsgbytes(message, length), length));
}

Datum
mlops_state_send(PG_FUNCTION_ARGS)
{
	MlopsState *compact = copy_state(mlops_state_argument(fcinfo, 0, 0), false);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, (char *) &compact->state, state_bytes(compact));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ------------------------------------------------------------ transitions */

/* A state that may be changed and takes rows: the caller's own, or a copy. */
static MlopsState *
writable(FunctionCallInfo fcinfo, MlopsState *given)
{
	bool		takes_rows = given->state.kind != ML_STATE_LEAST_SQUARES || given->state.capacity > 0;

	if (takes_rows && AggCheckCallContext(fcinfo, NULL))
		return given;
	return copy_state(given, true);
}

static void
refuse_width(const MlopsState *state, int n_columns)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("row has %d elements, but those before it have %u", n_columns,
					state->state.n_columns)));
}

static MlopsState *
first_state(MlStateKind kind, int n_columns)
{
	if (n_columns < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("row has no elements")));
	if (n_columns > ml_state_max_columns(kind))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("row has %d elements, but a state of kind %s takes at most %d", n_columns,
						ml_state_kind_name(kind), ml_state_max_columns(kind))));
	return make_state(kind, n_columns, true);
}

MlopsState *
mlops_state_take_row(FunctionCallInfo fcinfo, MlStateKind kind, MlopsState *state,
					 const double *row, int n_columns)
{
	int			refused;

	if (state == NULL)
		state = first_state(kind, n_columns);
	else if (n_columns != state->state.n_columns)
		refuse_width(state, n_columns);
	else
		state = writable(fcinfo, state);
	if (ml_state_full(&state->state))
	{
		MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops state", 0);

		mlops_check(env, ml_state_fold(env, &state->state));
		mlops_env_end(env);
	}
	refused = ml_state_add(&state->state, row);
	if (refused >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("element %d of a row is %s", refused + 1,
						isnan(row[refused]) ? "NaN" : "infinite"),
				 errhint("Leave such rows out with FILTER (WHERE ...).")));
	return state;
}

/* The numbers of a row without NULLs, in place or in *copy; NULL: leave it out. */
static const double *
row_numbers(ArrayType *array, MlStateKind kind, int *n_columns)
{
	Datum	   *elements;
	bool	   *nulls;
	double	   *numbers;
	bool		missing = kind == ML_STATE_MOMENTS || kind == ML_STATE_SUMMARIES;
	int			i;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("row has %d dimensions, not one", ARR_NDIM(array))));
	*n_columns = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (!ARR_HASNULL(array))
		return (const double *) ARR_DATA_PTR(array);
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &elements, &nulls, n_columns);
	numbers = palloc(sizeof(double) * Max(*n_columns, 1));
	for (i = 0; i < *n_columns; i++)
	{
		if (nulls[i] && !missing)
			return NULL;
		numbers[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
	}
	return numbers;
}

Datum
mlops_state_transition(FunctionCallInfo fcinfo, MlStateKind kind)
{
	MlopsState *state = PG_ARGISNULL(0) ? NULL : mlops_state_argument(fcinfo, 0, kind);
	const double *row = NULL;
	int			n_columns;

	if (!PG_ARGISNULL(1))
		row = row_numbers(PG_GETARG_ARRAYTYPE_P(1), kind, &n_columns);
	if (row != NULL)
		state = mlops_state_take_row(fcinfo, kind, state, row, n_columns);
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

Datum
mlops_state_add_sums(PG_FUNCTION_ARGS)
{
	return mlops_state_transition(fcinfo, ML_STATE_SUMS);
}

Datum
mlops_state_add_moments(PG_FUNCTION_ARGS)
{
	return mlops_state_transition(fcinfo, ML_STATE_MOMENTS);
}

Datum
mlops_state_add_least_squares(PG_FUNCTION_ARGS)
{
	return mlops_state_transition(fcinfo, ML_STATE_LEAST_SQUARES);
}

/* ------------------------------------------------- combining and finishing */

/* Strict: the state of no rows is NULL, which the aggregate passes over. */
Datum
mlops_state_merge(PG_FUNCTION_ARGS)
{
	MlopsState *into = mlops_state_argument(fcinfo, 0, 0);
	MlopsState *from = mlops_state_argument(fcinfo, 1, 0);
	MlEnv	   *env;

	if (!AggCheckCallContext(fcinfo, NULL))
		into = copy_state(into, into->state.capacity > 0);
	env = mlops_env_begin(CurrentMemoryContext, "mlops state", 0);
	mlops_check(env, ml_state_merge(env, &into->state, &from->state));
	mlops_env_end(env);
	PG_RETURN_POINTER(into);
}

Datum
mlops_state_compact(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(mlops_state_finished(mlops_state_argument(fcinfo, 0, 0)));
}

Datum
mlops_state_sums(PG_FUNCTION_ARGS)
{
	MlopsState *state = mlops_state_argument(fcinfo, 0, ML_STATE_SUMS);
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops state", 0);
	int			n = state->state.n_columns;
	double	   *sums = palloc(sizeof(double) * n);
	Datum	   *elements = palloc(sizeof(Datum) * n);
	int			i;

	mlops_check(env, ml_state_sums(env, &state->state, sums));
	mlops_env_end(env);
	for (i = 0; i < n; i++)
		elements[i] = Float8GetDatum(sums[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, n, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}
