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
#include "lifecycle/request.h"
#include "lifecycle/train.h"

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
	mlops_request_from_json(version->request, &request);
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
