/*
 * api/statistics.c
 *		Covariances, correlations and summaries as plain aggregates.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "api/state.h"
#include "stats/comoments.h"
#include "stats/summary.h"

PG_FUNCTION_INFO_V1(mlops_state_add_comoments);
PG_FUNCTION_INFO_V1(mlops_state_add_summaries);
PG_FUNCTION_INFO_V1(mlops_state_covariance);
PG_FUNCTION_INFO_V1(mlops_state_correlation);
PG_FUNCTION_INFO_V1(mlops_state_summary);

/* Columns of mlops.summary_result. */
#define SUMMARY_COLUMNS 14

Datum
mlops_state_add_comoments(PG_FUNCTION_ARGS)
{
	return mlops_state_transition(fcinfo, ML_STATE_COMOMENTS);
}

Datum
mlops_state_add_summaries(PG_FUNCTION_ARGS)
{
	return mlops_state_transition(fcinfo, ML_STATE_SUMMARIES);
}

/* A square matrix as float8[][], NaN as NULL. */
static Datum
matrix_array(const double *matrix, int n)
{
	int			sizes[2] = {n, n};
	int			lower[2] = {1, 1};
	Size		count = (Size) n * n;
	Datum	   *elements = palloc_extended(sizeof(Datum) * count, MCXT_ALLOC_HUGE);
	bool	   *nulls = palloc_extended(sizeof(bool) * count, MCXT_ALLOC_HUGE);
	Size		i;

	for (i = 0; i < count; i++)
	{
		elements[i] = Float8GetDatum(matrix[i]);
		nulls[i] = isnan(matrix[i]);
	}
	return PointerGetDatum(construct_md_array(elements, nulls, 2, sizes, lower, FLOAT8OID, sizeof(float8),
											  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

Datum
mlops_state_covariance(PG_FUNCTION_ARGS)
{
	MlopsState *state;
	double	   *matrix;
	int			n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = mlops_state_finished(mlops_state_argument(fcinfo, 0, ML_STATE_COMOMENTS));
	n = state->state.n_columns;
	matrix = palloc_extended(sizeof(double) * n * n, MCXT_ALLOC_HUGE);
	ml_comoments_covariance(state->state.values, n, (double) state->state.n_rows, matrix);
	PG_RETURN_DATUM(matrix_array(matrix, n));
}

Datum
mlops_state_correlation(PG_FUNCTION_ARGS)
{
	MlopsState *state;
	double	   *matrix;
	int			n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = mlops_state_finished(mlops_state_argument(fcinfo, 0, ML_STATE_COMOMENTS));
	n = state->state.n_columns;
	matrix = palloc_extended(sizeof(double) * n * n, MCXT_ALLOC_HUGE);
	ml_comoments_correlation(state->state.values, n, matrix);
	PG_RETURN_DATUM(matrix_array(matrix, n));
}

static Datum
summary_row(TupleDesc columns, const double *summary, int position, int64 n_rows)
{
	static const double levels[] = {0.05, 0.25, 0.5, 0.75, 0.95};
	Datum		values[SUMMARY_COLUMNS] = {0};
	bool		nulls[SUMMARY_COLUMNS] = {false};
	double		numbers[SUMMARY_COLUMNS];
	double		count = summary[ML_SUMMARY_COUNT];
	int			i;

	values[0] = Int32GetDatum(position);
	values[1] = Int64GetDatum((int64) count);
	values[2] = Int64GetDatum(n_rows - (int64) count);
	numbers[3] = count > 0 ? summary[ML_SUMMARY_MEAN] : NAN;
	numbers[4] = ml_summary_deviation(summary);
	numbers[5] = ml_summary_skewness(summary);
	numbers[6] = ml_summary_kurtosis(summary);
	numbers[7] = count > 0 ? summary[ML_SUMMARY_LEAST] : NAN;
	for (i = 0; i < (int) lengthof(levels); i++)
		numbers[8 + i] = ml_summary_quantile(summary, levels[i]);
	numbers[13] = count > 0 ? summary[ML_SUMMARY_GREATEST] : NAN;
	for (i = 3; i < SUMMARY_COLUMNS; i++)
	{
		values[i] = Float8GetDatum(numbers[i]);
		nulls[i] = isnan(numbers[i]);
	}
	return HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
}

/* An array of mlops.summary_result, one for each column. */
Datum
mlops_state_summary(PG_FUNCTION_ARGS)
{
	MlopsState *state;
	Oid			array_type;
	Oid			row_type;
	TupleDesc	columns;
	Datum	   *rows;
	int			n;
	int			i;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = mlops_state_finished(mlops_state_argument(fcinfo, 0, ML_STATE_SUMMARIES));
	n = state->state.n_columns;
	get_call_result_type(fcinfo, &array_type, NULL);
	row_type = get_element_type(array_type);
	columns = lookup_rowtype_tupdesc_copy(row_type, -1);
	rows = palloc(sizeof(Datum) * n);
	for (i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		rows[i] = summary_row(columns, ml_state_summary(&state->state, i), i + 1, (int64) state->state.n_rows);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(rows, n, row_type, -1, false, TYPALIGN_DOUBLE));
}
