/*
 * lifecycle/request.c
 *		The call of mlops_train() as it is stored with a version.
 */
#include "postgres.h"

#include "bridge/digest.h"
#include "bridge/json.h"
#include "data/source.h"
#include "lifecycle/fit.h"
#include "lifecycle/request.h"
#include "lifecycle/warm_start.h"

/*
 * Parameters mean something to one algorithm only, so that with any given
 * "auto" does not choose again.
 */
static void
algorithm_to_json(MlopsJson *json, const MlopsTrainRequest *request, const MlAlgorithm *algorithm)
{
	Jsonb	   *params = mlops_params_by_own_names(algorithm, request->params);
	bool		given = params != NULL && JB_ROOT_COUNT(params) > 0;

	mlops_json_text(json, "algorithm", given ? algorithm->name : request->algorithm);
	mlops_json_value(json, "params", params);
}

Jsonb *
mlops_request_to_json(const MlopsTrainRequest *request, const MlopsDataset *dataset, const MlopsFitPlan *plan)
{
	MlopsJson	json;

	mlops_json_begin(&json);
	mlops_json_text(&json, "source", dataset->source_text);
	mlops_json_boolean(&json, "relation", dataset->source_is_relation);
	mlops_json_boolean(&json, "temporary", dataset->source_is_temporary);
	mlops_json_value(&json, "settings", mlops_source_settings());
	mlops_json_text(&json, "target", request->target);
	mlops_json_text(&json, "task", ml_task_name(dataset->target.task));
	algorithm_to_json(&json, request, plan->algorithm);
	if (request->features != NULL)
		mlops_json_texts(&json, "features", request->features, request->n_features);
	if (request->exclude != NULL)
		mlops_json_texts(&json, "exclude", request->exclude, request->n_exclude);
	mlops_json_value(&json, "prepare", request->prepare);
	mlops_json_value(&json, "split", request->split);
	mlops_json_text(&json, "weight", request->weight);
	mlops_json_text(&json, "key", request->key);
	if (dataset->target.n_classes == 2)
		mlops_json_text(&json, "positive", dataset->target.labels[1]);
	if (request->partition_by != NULL)
		mlops_json_texts(&json, "partition_by", request->partition_by, request->n_partition_by);
	mlops_json_integer(&json, "seed", request->seed);
	if (request->start != NULL)
	{
		mlops_json_text(&json, "warm_start", mlops_warm_start_name(request->start));
		mlops_json_text(&json, "warm_start_digest", mlops_digest_text(request->start->key.digest));
	}
	return mlops_json_finish(&json);
}

void
mlops_request_from_json(Jsonb *stored, MlopsTrainRequest *request)
{
	request->target = mlops_json_get_text(stored, "target");
	request->task = mlops_json_get_text(stored, "task");
	request->algorithm = mlops_json_get_text(stored, "algorithm");
	request->features = mlops_json_get_texts(stored, "features", &request->n_features);
	request->exclude = mlops_json_get_texts(stored, "exclude", &request->n_exclude);
	request->params = mlops_json_get_value(stored, "params");
	request->prepare = mlops_json_get_value(stored, "prepare");
	request->split = mlops_json_get_value(stored, "split");
	request->weight = mlops_json_get_text(stored, "weight");
	request->positive = mlops_json_get_text(stored, "positive");
	request->key = mlops_json_get_text(stored, "key");
	request->partition_by = mlops_json_get_texts(stored, "partition_by", &request->n_partition_by);
	if (request->n_partition_by == 0)
		request->partition_by = NULL;
	request->seed = mlops_json_get_integer(stored, "seed", 0);
	request->source = mlops_json_get_text(stored, "source");
	request->warm_start = mlops_json_get_text(stored, "warm_start");
	request->warm_digest = mlops_json_get_text(stored, "warm_start_digest");
	if (request->source == NULL || request->algorithm == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the stored call of a version is damaged"),
				 errdetail("mlops.version.request has no source or algorithm.")));
}
