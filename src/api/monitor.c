/*
 * api/monitor.c
 *		mlops_drift() and mlops_drift_between().
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "bridge/pg_compat.h"
#include "lifecycle/drift.h"

PG_FUNCTION_INFO_V1(mlops_sql_drift);
PG_FUNCTION_INFO_V1(mlops_sql_drift_between);

static void
put_rows(FunctionCallInfo fcinfo, const MlopsDriftRow *rows, int count)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		Datum		values[10];
		bool		nulls[10] = {false};

		mlops_result_text(values, nulls, 0, rows[i].feature);
		mlops_result_text(values, nulls, 1, rows[i].kind);
		mlops_result_text(values, nulls, 2, rows[i].measure);
		mlops_result_number(values, nulls, 3, rows[i].value);
		mlops_result_number(values, nulls, 4, rows[i].threshold);
		mlops_result_number(values, nulls, 5, rows[i].p_value);
		values[6] = Int64GetDatum(rows[i].n_reference);
		values[7] = Int64GetDatum(rows[i].n_current);
		nulls[8] = rows[i].drifted < 0;
		values[8] = BoolGetDatum(rows[i].drifted > 0);
		mlops_result_text(values, nulls, 9, rows[i].reason);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
}

/* mlops_drift(ref, source, options) */
Datum
mlops_sql_drift(PG_FUNCTION_ARGS)
{
	int			count;
	MlopsDriftRow *rows;

	rows = mlops_drift(mlops_argument_required(fcinfo, 0, "ref"),
					   mlops_argument_required(fcinfo, 1, "source"),
					   mlops_argument_jsonb(fcinfo, 2), &count);
	put_rows(fcinfo, rows, count);
	return (Datum) 0;
}

/* mlops_drift_between(source, reference_source, options) */
Datum
mlops_sql_drift_between(PG_FUNCTION_ARGS)
{
	int			count;
	MlopsDriftRow *rows;

	rows = mlops_drift_between(mlops_argument_required(fcinfo, 0, "source"),
							   mlops_argument_required(fcinfo, 1, "reference_source"),
							   mlops_argument_jsonb(fcinfo, 2), &count);
	put_rows(fcinfo, rows, count);
	return (Datum) 0;
}
