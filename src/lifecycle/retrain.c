/*
 * lifecycle/retrain.c
 *		Train again as a version was trained.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/snapmgr.h"

#include "bridge/json.h"
#include "catalog/version.h"
#include "data/source.h"
#include "lifecycle/fit.h"
#include "lifecycle/train.h"

/* The stored call, as a request. */
static void
read_request(Jsonb *stored, MlopsTrainRequest *request)
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

void
mlops_retrain(const char *model, const char *source, Jsonb *params, const char *deploy,
			  const char *reason, MlopsTrainResult *result)
{
	MlopsTrainRequest request = {0};
	MlopsModel	found;
	MlopsVersion *version;
	const MlAlgorithm *algorithm;
	int			champion;
	int			nest_level;

	mlops_model_require(model, MLOPS_RIGHT_TRAIN, &found);
	champion = mlops_alias_get(model, "champion");
	version = mlops_version_load(model, champion > 0 ? champion : mlops_version_greatest(model));
	read_request(version->request, &request);
	request.model = model;
	algorithm = ml_algorithm_find(request.algorithm);
	if (algorithm != NULL)
		params = mlops_params_by_own_names(algorithm, params);
	request.params = mlops_params_overlay(request.params, params);
	request.deploy = deploy;
	request.kind = "retrain";
	request.reason = reason;
	request.inherited_split = version->split;
	request.n_inherited_classes = version->n_classes;
	request.inherited_classes = version->classes;
	request.drift_version = champion;

	/* A stored query means what it meant to its author. */
	nest_level = NewGUCNestLevel();
	if (source == NULL)
		mlops_source_apply_settings(mlops_json_get_value(version->request, "settings"));
	else
		request.source = source;
	mlops_train(&request, result);
	AtEOXact_GUC(true, nest_level);
}
