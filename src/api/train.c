/*
 * api/train.c
 *		mlops_train() and mlops_retrain().
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "api/arguments.h"
#include "lifecycle/train.h"

PG_FUNCTION_INFO_V1(mlops_sql_train);
PG_FUNCTION_INFO_V1(mlops_sql_retrain);

/* The result row of a training. */
static Datum
train_row(FunctionCallInfo fcinfo, const MlopsTrainResult *result)
{
	TupleDesc	descriptor = mlops_result_descriptor(fcinfo);
	Datum		values[11];
	bool		nulls[11] = {false};

	mlops_result_text(values, nulls, 0, result->model);
	values[1] = Int32GetDatum(result->version);
	mlops_result_text(values, nulls, 2, result->task);
	mlops_result_text(values, nulls, 3, result->algorithm);
	values[4] = Int64GetDatum(result->rows);
	mlops_result_text(values, nulls, 5, result->metric);
	mlops_result_number(values, nulls, 6, result->value);
	mlops_result_number(values, nulls, 7, result->baseline);
	values[8] = BoolGetDatum(result->deployed);
	values[9] = Float8GetDatum(result->seconds);
	values[10] = mlops_result_texts(result->warnings);
	return HeapTupleGetDatum(heap_form_tuple(descriptor, values, nulls));
}

/*
 * mlops_train(model, source, target, task, algorithm, features, exclude, params,
 * prepare, split, weight, positive, key, deploy, seed, warm_start, partition_by)
 */
Datum
mlops_sql_train(PG_FUNCTION_ARGS)
{
	MlopsTrainRequest request = {0};
	MlopsTrainResult result;

	request.model = mlops_argument_required(fcinfo, 0, "model");
	request.source = mlops_argument_required(fcinfo, 1, "source");
	request.target = mlops_argument_text(fcinfo, 2);
	request.task = mlops_argument_text(fcinfo, 3);
	request.algorithm = mlops_argument_required(fcinfo, 4, "algorithm");
	request.features = mlops_argument_texts(fcinfo, 5, "features", &request.n_features);
	request.exclude = mlops_argument_texts(fcinfo, 6, "exclude", &request.n_exclude);
	request.params = mlops_argument_jsonb(fcinfo, 7);
	request.prepare = mlops_argument_jsonb(fcinfo, 8);
	request.split = mlops_argument_jsonb(fcinfo, 9);
	request.weight = mlops_argument_text(fcinfo, 10);
	request.positive = mlops_argument_text(fcinfo, 11);
	request.key = mlops_argument_text(fcinfo, 12);
	request.deploy = mlops_argument_required(fcinfo, 13, "deploy");
	request.seed = PG_ARGISNULL(14) ? 0 : PG_GETARG_INT64(14);
	/* a database that is not updated yet calls with fewer arguments */
	request.warm_start = PG_NARGS() > 15 ? mlops_argument_text(fcinfo, 15) : NULL;
	if (PG_NARGS() > 16)
		request.partition_by = mlops_argument_texts(fcinfo, 16, "partition_by", &request.n_partition_by);
	request.kind = "train";
	mlops_train(&request, &result);
	return train_row(fcinfo, &result);
}

/* mlops_retrain(model, source, params, deploy, reason) */
Datum
mlops_sql_retrain(PG_FUNCTION_ARGS)
{
	MlopsTrainResult result;

	mlops_retrain(mlops_argument_required(fcinfo, 0, "model"),
				  mlops_argument_text(fcinfo, 1),
				  mlops_argument_jsonb(fcinfo, 2),
				  mlops_argument_required(fcinfo, 3, "deploy"),
				  mlops_argument_text(fcinfo, 4),
				  &result);
	return train_row(fcinfo, &result);
}
