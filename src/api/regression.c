/*
 * api/regression.c
 *		mlops_linregr() and mlops_discriminant() as plain aggregates.
 *
 * The state is an mlops_state of rows [1, x, y], so that what any of these
 * functions gives may also come from mlops_least_squares_partial().
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"

#include "algo/discriminant.h"
#include "algo/regression.h"
#include "api/rows.h"
#include "api/state.h"
#include "bridge/env.h"

PG_FUNCTION_INFO_V1(mlops_state_add_regression);
PG_FUNCTION_INFO_V1(mlops_state_regression);
PG_FUNCTION_INFO_V1(mlops_state_add_discriminant);
PG_FUNCTION_INFO_V1(mlops_state_discriminant);

/* Columns of mlops.regression_result and mlops.discriminant_result. */
#define REGRESSION_COLUMNS 13
#define DISCRIMINANT_COLUMNS 6

/* One row more: argument 0 the state, argument 2 x. */
static Datum
add_row(FunctionCallInfo fcinfo, double y, bool has_y)
{
	MlopsState *state = PG_ARGISNULL(0) ? NULL : mlops_state_argument(fcinfo, 0, ML_STATE_LEAST_SQUARES);
	MlopsRow	row;

	if (has_y && !PG_ARGISNULL(2) && mlops_row_begin(&row, PG_GETARG_ARRAYTYPE_P(2), 1, 1))
	{
		if (state != NULL)
			mlops_row_check_width(&row, state->state.n_columns);
		row.values[0] = 1.0;
		row.values[row.n - 1] = mlops_row_number(y, "y");
		state = mlops_state_take_row(fcinfo, ML_STATE_LEAST_SQUARES, state, row.values, row.n);
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

Datum
mlops_state_add_regression(PG_FUNCTION_ARGS)
{
	bool		has_y = !PG_ARGISNULL(1);

	return add_row(fcinfo, has_y ? PG_GETARG_FLOAT8(1) : 0.0, has_y);
}

Datum
mlops_state_add_discriminant(PG_FUNCTION_ARGS)
{
	bool		has_y = !PG_ARGISNULL(1);

	return add_row(fcinfo, has_y && PG_GETARG_BOOL(1) ? 1.0 : 0.0, has_y);
}

/* Numbers as float8[], NaN as NULL. */
static Datum
number_array(const double *numbers, int n)
{
	Datum	   *elements = palloc(sizeof(Datum) * n);
	bool	   *nulls = palloc(sizeof(bool) * n);
	int			lower = 1;
	int			i;

	for (i = 0; i < n; i++)
	{
		elements[i] = Float8GetDatum(numbers[i]);
		nulls[i] = isnan(numbers[i]);
	}
	return PointerGetDatum(construct_md_array(elements, nulls, 1, &n, &lower, FLOAT8OID, sizeof(float8),
											  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static Datum
integer_array(const int *numbers, int n)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(n, 1));
	int			i;

	for (i = 0; i < n; i++)
		elements[i] = Int32GetDatum(numbers[i]);
	return PointerGetDatum(construct_array(elements, n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

static HeapTuple
regression_tuple(TupleDesc columns, const MlRegression *result)
{
	double		numbers[] = {result->r2, result->adjusted_r2, result->sigma, result->f, result->f_p_value,
		result->condition_number};
	Datum		values[REGRESSION_COLUMNS] = {0};
	bool		nulls[REGRESSION_COLUMNS] = {false};
	int			i;

	values[0] = Int64GetDatum(result->n_rows);
	values[1] = Int64GetDatum(result->df);
	values[2] = number_array(result->coefficient, result->n);
	values[3] = number_array(result->std_error, result->n);
	values[4] = number_array(result->t, result->n);
	values[5] = number_array(result->p_value, result->n);
	values[6] = integer_array(result->aliased, result->n_aliased);
	for (i = 0; i < (int) lengthof(numbers); i++)
	{
		values[7 + i] = Float8GetDatum(numbers[i]);
		nulls[7 + i] = isnan(numbers[i]);
	}
	return heap_form_tuple(columns, values, nulls);
}

static HeapTuple
discriminant_tuple(TupleDesc columns, const MlDiscriminant *result)
{
	const MlRegression *regression = &result->regression;
	Datum		values[DISCRIMINANT_COLUMNS] = {0};
	bool		nulls[DISCRIMINANT_COLUMNS] = {false};

	values[0] = Int64GetDatum(regression->n_rows);
	values[1] = Int64GetDatum((int64) result->positives);
	values[2] = number_array(result->coefficient, regression->n);
	values[3] = number_array(regression->p_value, regression->n);
	values[4] = integer_array(regression->aliased, regression->n_aliased);
	values[5] = Float8GetDatum(result->distance);
	nulls[5] = isnan(result->distance);
	return heap_form_tuple(columns, values, nulls);
}

/* The state of rows [1, x, y] in argument 0. */
static MlopsState *
finished_rows(FunctionCallInfo fcinfo)
{
	MlopsState *state = mlops_state_finished(mlops_state_argument(fcinfo, 0, ML_STATE_LEAST_SQUARES));

	if (state->state.n_columns < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("state has %u column, but a regression needs two at least", state->state.n_columns),
				 errdetail("Its rows are to be 1, x and y.")));
	return state;
}

static TupleDesc
result_columns(FunctionCallInfo fcinfo)
{
	TupleDesc	columns;

	if (get_call_result_type(fcinfo, NULL, &columns) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return BlessTupleDesc(columns);
}

Datum
mlops_state_regression(PG_FUNCTION_ARGS)
{
	MlRegression result;
	MlEnv	   *env;
	HeapTuple	tuple;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	env = mlops_env_begin(CurrentMemoryContext, "mlops regression", 0);
	mlops_check(env, ml_regression(env, &finished_rows(fcinfo)->state, &result));
	tuple = regression_tuple(result_columns(fcinfo), &result);
	mlops_env_end(env);
	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}

Datum
mlops_state_discriminant(PG_FUNCTION_ARGS)
{
	MlDiscriminant result;
	MlEnv	   *env;
	HeapTuple	tuple;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	env = mlops_env_begin(CurrentMemoryContext, "mlops discriminant", 0);
	mlops_check(env, ml_discriminant(env, &finished_rows(fcinfo)->state, &result));
	tuple = discriminant_tuple(result_columns(fcinfo), &result);
	mlops_env_end(env);
	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}
