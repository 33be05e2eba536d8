/*
 * api/schedule.c
 *		mlops_schedule(), mlops_unschedule(), mlops_next_due(), mlops_run_due().
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "bridge/pg_compat.h"
#include "lifecycle/run_due.h"
#include "lifecycle/schedule.h"

PG_FUNCTION_INFO_V1(mlops_sql_schedule);
PG_FUNCTION_INFO_V1(mlops_sql_unschedule);
PG_FUNCTION_INFO_V1(mlops_sql_next_due);
PG_FUNCTION_INFO_V1(mlops_sql_run_due);

/* mlops_schedule(model, schedule, deploy, params, run_as) */
Datum
mlops_sql_schedule(PG_FUNCTION_ARGS)
{
	MlopsScheduleRequest request;

	request.model = mlops_argument_required(fcinfo, 0, "model");
	request.schedule = mlops_argument_required(fcinfo, 1, "schedule");
	request.deploy = mlops_argument_required(fcinfo, 2, "deploy");
	request.params = mlops_argument_jsonb(fcinfo, 3);
	request.run_as = mlops_argument_text(fcinfo, 4);
	PG_RETURN_TIMESTAMPTZ(mlops_schedule(&request));
}

/* mlops_unschedule(model) */
Datum
mlops_sql_unschedule(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(mlops_unschedule(mlops_argument_required(fcinfo, 0, "model")));
}

/* mlops_next_due(schedule, after) */
Datum
mlops_sql_next_due(PG_FUNCTION_ARGS)
{
	char	   *schedule = mlops_argument_required(fcinfo, 0, "schedule");

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(mlops_next_due(schedule, PG_GETARG_TIMESTAMPTZ(1)));
}

/* mlops_run_due() */
Datum
mlops_sql_run_due(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	MlopsDueResult *results;
	int			count;
	int			i;

	results = mlops_run_due(&count);
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = Int64GetDatum(results[i].job);
		mlops_result_text(values, nulls, 1, results[i].model);
		mlops_result_text(values, nulls, 2, results[i].outcome);
		values[3] = Int32GetDatum(results[i].version);
		nulls[3] = results[i].version == 0;
		mlops_result_text(values, nulls, 4, results[i].decision);
		mlops_result_text(values, nulls, 5, results[i].error);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}
