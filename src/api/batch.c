/*
 * api/batch.c
 *		mlops_predict_batch(), mlops_score_into() and mlops_explain_batch(): all rows
 *		of a source.
 */
#include "postgres.h"

#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "bridge/pg_compat.h"
#include "lifecycle/batch.h"

PG_FUNCTION_INFO_V1(mlops_sql_predict_batch);
PG_FUNCTION_INFO_V1(mlops_sql_explain_batch);
PG_FUNCTION_INFO_V1(mlops_sql_score_into);

static void
put_prediction(void *state, const MlopsPrediction *prediction)
{
	ReturnSetInfo *set = state;
	Datum		values[5] = {0};
	bool		nulls[5] = {false};

	mlops_result_text(values, nulls, 0, prediction->key);
	mlops_result_number(values, nulls, 1, prediction->prediction);
	mlops_result_text(values, nulls, 2, prediction->label);
	mlops_result_number(values, nulls, 3, prediction->probability);
	nulls[4] = prediction->probabilities == NULL;
	if (!nulls[4])
		values[4] = mlops_result_numbers(prediction->probabilities, prediction->n_classes);
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
}

/* mlops_predict_batch(ref, source, key) */
Datum
mlops_sql_predict_batch(PG_FUNCTION_ARGS)
{
	const char *reference = mlops_argument_required(fcinfo, 0, "ref");
	const char *source = mlops_argument_required(fcinfo, 1, "source");

	InitMaterializedSRF(fcinfo, 0);
	mlops_predict_batch(reference, source, mlops_argument_text(fcinfo, 2), put_prediction, fcinfo->resultinfo);
	return (Datum) 0;
}

static void
put_contribution(void *state, const MlopsBatchContribution *contribution)
{
	ReturnSetInfo *set = state;
	Datum		values[5] = {0};
	bool		nulls[5] = {false};

	mlops_result_text(values, nulls, 0, contribution->key);
	mlops_result_text(values, nulls, 1, contribution->class);
	mlops_result_text(values, nulls, 2, contribution->feature);
	mlops_result_number(values, nulls, 3, contribution->contribution);
	mlops_result_number(values, nulls, 4, contribution->std_error);
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
}

/* mlops_explain_batch(ref, source, key, class) */
Datum
mlops_sql_explain_batch(PG_FUNCTION_ARGS)
{
	const char *reference = mlops_argument_required(fcinfo, 0, "ref");
	const char *source = mlops_argument_required(fcinfo, 1, "source");

	InitMaterializedSRF(fcinfo, 0);
	mlops_explain_batch(reference, source, mlops_argument_text(fcinfo, 2), mlops_argument_text(fcinfo, 3),
						put_contribution, fcinfo->resultinfo);
	return (Datum) 0;
}

/* mlops_score_into(ref, source, destination, mode, key); what it calls is in its own schema */
Datum
mlops_sql_score_into(PG_FUNCTION_ARGS)
{
	MlopsScoreInto request;

	request.reference = mlops_argument_required(fcinfo, 0, "ref");
	request.source = mlops_argument_required(fcinfo, 1, "source");
	request.destination = mlops_argument_required(fcinfo, 2, "destination");
	request.mode = mlops_argument_required(fcinfo, 3, "mode");
	request.key = mlops_argument_text(fcinfo, 4);
	request.schema = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	PG_RETURN_INT64(mlops_score_into(&request));
}
