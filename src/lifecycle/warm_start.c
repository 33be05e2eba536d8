/*
 * lifecycle/warm_start.c
 *		Training that goes on from an earlier version.
 *
 * A version can be continued only as what it is: trees that were grown on
 * encoded columns mean nothing for columns that are encoded otherwise. So the
 * encodings come from the version, and a call that asks for others is refused
 * rather than half obeyed.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "bridge/env.h"
#include "bridge/json.h"
#include "bridge/options.h"
#include "catalog/cache.h"
#include "lifecycle/fit.h"
#include "lifecycle/split_rule.h"
#include "lifecycle/warm_start.h"

char *
mlops_warm_start_name(const MlopsWarmStart *start)
{
	return psprintf("%s@%d", start->key.model, start->key.version);
}

/* "gbt and others" as a sentence wants it. */
static char *
algorithms_that_continue(void)
{
	StringInfoData names;
	int			i;

	initStringInfo(&names);
	for (i = 0; i < ml_n_algorithms; i++)
		if (ml_algorithms[i]->continues)
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", ml_algorithms[i]->name);
	return names.data;
}

static void
refuse_algorithm(const MlopsWarmStart *start)
{
	if (start->model->algorithm->continues)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("training cannot go on from \"%s\"", mlops_warm_start_name(start)),
			 errdetail("Its algorithm %s always starts anew.", start->model->algorithm->name),
			 errhint("These can go on: %s.", algorithms_that_continue())));
}

static void
refuse_groups(const MlopsWarmStart *start)
{
	if (ml_model_has_groups(start->model))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("training cannot go on from \"%s\"", mlops_warm_start_name(start)),
				 errdetail("It has one model per group (partition_by)."),
				 errhint("Train anew without warm_start, with partition_by again.")));
}

/* What is given must be what the version has. */
static void
refuse_other(const MlopsWarmStart *start, const char *argument, const char *given, const char *stored)
{
	if (given == NULL || (stored != NULL && strcmp(given, stored) == 0))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s \"%s\" cannot be given with warm_start", argument, given),
			 stored ? errdetail("\"%s\" has the %s \"%s\", which stays.", mlops_warm_start_name(start), argument, stored) :
			 errdetail("\"%s\" has none.", mlops_warm_start_name(start)),
			 errhint("Leave out %s, or train anew without warm_start.", argument)));
}

/* Arguments that only a training from the beginning can follow. */
static void
refuse_argument(const MlopsWarmStart *start, const char *argument, bool given)
{
	if (!given)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"%s\" cannot be given with warm_start", argument),
			 errdetail("The features of \"%s\" and their encodings are taken over as they are.",
					   mlops_warm_start_name(start)),
			 errhint("Leave out %s, or train anew without warm_start.", argument)));
}

static bool
has_members(Jsonb *object)
{
	return object != NULL && JB_ROOT_COUNT(object) > 0;
}

/*
 * A stored call names the version by its number, which may mean another one by
 * now: the model was dropped and made again.
 */
static void
check_digest(const MlopsWarmStart *start, const char *digest)
{
	char	   *found = mlops_digest_text(start->key.digest);

	if (digest == NULL || strcmp(digest, found) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("\"%s\" is not the version any more that was continued", mlops_warm_start_name(start)),
			 errdetail("Its digest is %s and was %s.", found, digest),
			 errhint("Train anew, with or without warm_start.")));
}

/* The stored value of a parameter in words, NULL when it has none. */
static char *
stored_choice(Jsonb *params, const MlParameter *parameter)
{
	char	   *stored = mlops_json_get_text(params, parameter->name);
	char		name[ML_CHOICE_NAME];

	return stored != NULL ? stored : pstrdup(ml_choice_name(parameter, (int) parameter->initial, name));
}

/* The trees so far were grown for the objective, so it stays; other names for it are the same. */
static void
refuse_other_objective(MlEnv *env, const MlopsWarmStart *start, Jsonb *params)
{
	const MlAlgorithm *algorithm = start->model->algorithm;
	int			index = ml_parameter_find(algorithm, "objective");
	const MlParameter *parameter = &algorithm->parameters[index];
	double		values[ML_MAX_PARAMETERS];
	char		asked[ML_CHOICE_NAME];
	MlOption   *options;
	int			n_options = mlops_options_list("params", params, &options);

	if (index < 0 || ml_parameter_given(algorithm, options, n_options, index) == NULL)
		return;
	mlops_check(env, ml_parameters_resolve(env, algorithm, options, n_options, values));
	refuse_other(start, "objective", ml_choice_name(parameter, (int) values[index], asked),
				 stored_choice(start->version->params, parameter));
}

/*
 * Rows keep the sides that they had for the version, unless the call says how
 * else to split: by its own rule or seed, or because it follows another version.
 */
static void
take_split(const MlopsWarmStart *start, MlopsTrainRequest *request)
{
	int64		seed = mlops_json_get_integer(start->version->request, "seed", 0);

	if (request->seed == 0)
		request->seed = seed;
	if (request->inherited_split != NULL || has_members(request->split) || request->seed != seed)
		return;
	request->split = mlops_json_get_value(start->version->request, "split");
	request->inherited_split = start->version->split;
	request->n_inherited_classes = start->version->n_classes;
	request->inherited_classes = start->version->classes;
}

void
mlops_warm_start_open(MlEnv *env, MlopsTrainRequest *request)
{
	MlopsWarmStart *start = palloc0(sizeof(MlopsWarmStart));
	const MlopsVersion *version;
	const MlAlgorithm *algorithm;

	mlops_reference_resolve(request->warm_start, MLOPS_RIGHT_READ, &start->key);
	check_digest(start, request->warm_digest);
	start->version = version = mlops_version_load(start->key.model, start->key.version);
	start->model = mlops_prepared_model(mlops_cache_get(&start->key, mlops_env_context(env)));
	algorithm = start->model->algorithm;
	refuse_algorithm(start);
	refuse_groups(start);
	refuse_argument(start, "features", request->features != NULL);
	refuse_argument(start, "exclude", request->n_exclude > 0);
	refuse_argument(start, "prepare", has_members(request->prepare));
	refuse_argument(start, "partition_by", request->partition_by != NULL);
	refuse_other(start, "task", request->task, version->task);
	refuse_other(start, "target", request->target, version->target);
	if (strcmp(request->algorithm, "auto") != 0)
		refuse_other(start, "algorithm", request->algorithm, version->algorithm);
	if (version->n_classes == 2)
		refuse_other(start, "positive", request->positive, version->classes[1]);
	refuse_other_objective(env, start, request->params);
	request->task = version->task;
	request->target = version->target;
	request->algorithm = version->algorithm;
	if (request->weight == NULL)
		request->weight = mlops_json_get_text(version->request, "weight");
	request->params = mlops_params_overlay(version->params,
										   mlops_params_by_own_names(algorithm, request->params));
	take_split(start, request);
	request->start = start;
}

/* Do both rules tell rows apart by the same columns? */
static bool
same_identity(const MlSplitOptions *a, const MlSplitOptions *b)
{
	int			i;

	if (a->n_identity != b->n_identity || a->by_content != b->by_content)
		return false;
	for (i = 0; i < a->n_identity; i++)
		if (a->identity[i] != b->identity[i])
			return false;
	return true;
}

/* Is every row that the new rule holds out one that the old rule held out as well? */
static bool
holds_out_less(const MlSplitRule *rule, const MlSplitOptions *options,
			   const MlSplitRule *former, const MlSplitOptions *former_options)
{
	int			k;

	if (rule->method != former->method || options->column != former_options->column)
		return false;
	if (rule->method == ML_SPLIT_COLUMN)
		return true;
	if (rule->method == ML_SPLIT_TIME)
		return rule->time_after >= former->time_after;
	if (rule->seed != former->seed || rule->n_thresholds != former->n_thresholds ||
		!same_identity(options, former_options))
		return false;
	for (k = 0; k < rule->n_thresholds; k++)
		if (rule->holdout_below[k] > former->holdout_below[k])
			return false;
	return true;
}

char *
mlops_warm_start_leak(const MlopsWarmStart *start, const MlopsDataset *dataset)
{
	MlSplitRule former;
	MlSplitOptions former_options;
	char	   *reason;

	if (dataset->split.folds == 0 && dataset->split.n_holdout == 0)
		return NULL;
	reason = mlops_split_from_json(start->version->split, &dataset->table, &former, &former_options);
	if (reason != NULL)
		return reason;
	if (former.cross_validated || former.method == ML_SPLIT_NONE)
		return pstrdup("it was fitted on all of its rows");
	if (dataset->split.folds > 0)
		return pstrdup("there are too few rows to hold out those that it held out");
	if (!holds_out_less(&dataset->split.rule, &dataset->split_options, &former, &former_options))
		return pstrdup("they are split by another rule");
	return NULL;
}
