/*
 * lifecycle/schedule.c
 *		Retraining a model again and again.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "pgtime.h"
#include "utils/acl.h"
#include "utils/timestamp.h"

#include "bridge/announce.h"
#include "bridge/env.h"
#include "bridge/json.h"
#include "bridge/settings.h"
#include "bridge/writable.h"
#include "catalog/job.h"
#include "catalog/schedule.h"
#include "catalog/version.h"
#include "lifecycle/dataset.h"
#include "lifecycle/fit.h"
#include "lifecycle/promote.h"
#include "lifecycle/run_as.h"
#include "lifecycle/schedule.h"
#include "lifecycle/timetable.h"

/* The version that a retraining would repeat. */
static MlopsVersion *
find_version(const char *model)
{
	int			version = mlops_alias_get(model, "champion");

	if (version == 0)
		version = mlops_version_greatest(model);
	if (version == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model \"%s\" has no version to train again", model),
				 errhint("Train it first with mlops_train().")));
	return mlops_version_load(model, version);
}

/* Refuse now what every run would refuse. */
static void
check_arguments(const MlopsScheduleRequest *request, const MlopsVersion *version)
{
	MlopsTrainRequest train = {0};
	MlopsDeployRule rule;
	MlopsFitPlan plan;
	MlTask		task = ML_CLASSIFICATION;
	MlYardstick yardstick;
	MlEnv	   *env;

	(void) ml_task_by_name(version->task, &task);
	if (mlops_json_get_boolean(version->request, "temporary"))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("model \"%s\" was trained from a temporary table, which no later session can read",
						request->model),
				 errhint("Train it from a permanent table or view first.")));
	mlops_deploy_rule_read(request->deploy, &rule);
	train.model = request->model;
	train.algorithm = version->algorithm;
	train.params = request->params;
	env = mlops_env_begin(CurrentMemoryContext, "mlops schedule", 0);
	mlops_plan_fit(env, &train, task, version->n_classes, version->train_rows, &plan);
	train.params = mlops_params_overlay(version->params,
										mlops_params_by_own_names(plan.algorithm, request->params));
	mlops_plan_fit(env, &train, task, version->n_classes, version->train_rows, &plan);
	yardstick = ml_yardstick(plan.algorithm, task, plan.parameters);
	mlops_deploy_rule_check(&rule, task, &yardstick);
	mlops_env_end(env);
}

/* The role's name; the caller must have its rights, and it those on the model. */
static const char *
find_run_as(const MlopsScheduleRequest *request, const MlopsModel *model)
{
	const char *run_as = request->run_as != NULL ? request->run_as :
		GetUserNameFromId(GetUserId(), false);
	Oid			role = get_role_oid(run_as, false);

	if (!has_privs_of_role(GetUserId(), role))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to run jobs as role \"%s\"", run_as),
				 errdetail("Only its members may do that.")));
	(void) mlops_run_as_require(run_as, request->model, model->owner);
	mlops_run_as_require_login(role);
	return run_as;
}

static Jsonb *
arguments_to_json(const MlopsScheduleRequest *request)
{
	MlopsJson	json;

	mlops_json_begin(&json);
	mlops_json_text(&json, "deploy", request->deploy);
	if (request->params != NULL)
		mlops_json_value(&json, "params", request->params);
	return mlops_json_finish(&json);
}

static void
audit(const char *action, const MlopsSchedule *schedule, const char *model)
{
	MlopsJson	json;

	mlops_json_begin(&json);
	if (schedule != NULL)
	{
		mlops_json_text(&json, "schedule", schedule->schedule);
		mlops_json_text(&json, "run_as", schedule->run_as);
		mlops_json_value(&json, "arguments", schedule->arguments);
	}
	mlops_audit(action, model, 0, NULL, mlops_json_finish(&json));
}

static void
warn_without_launcher(void)
{
	if (mlops_announce_available() && mlops_scheduler)
		return;
	ereport(WARNING,
			(errmsg("no scheduler runs in this server"),
			 mlops_announce_available() ?
			 errhint("Set mlops.scheduler = on, or call mlops_run_due() regularly.") :
			 errhint("Set shared_preload_libraries = 'mlops' and restart the server, or call mlops_run_due() regularly.")));
}

TimestampTz
mlops_schedule(const MlopsScheduleRequest *request)
{
	MlopsModel	model;
	MlopsSchedule schedule = {0};
	MlopsTimetable timetable;
	TimestampTz now = GetCurrentTimestamp();

	mlops_require_writable("mlops_schedule()");
	mlops_model_require(request->model, MLOPS_RIGHT_TRAIN, &model);
	schedule.time_zone = pg_get_timezone_name(session_timezone);
	mlops_timetable_read(request->schedule, schedule.time_zone, &timetable);
	mlops_model_lock(request->model);
	check_arguments(request, find_version(request->model));

	schedule.model = request->model;
	schedule.schedule = request->schedule;
	schedule.run_as = find_run_as(request, &model);
	schedule.arguments = arguments_to_json(request);
	schedule.next_due = mlops_timetable_next(&timetable, now, now);
	mlops_schedule_put(&schedule);
	mlops_job_cancel_queued(request->model);
	audit("schedule", &schedule, request->model);
	mlops_announce_at_commit();
	warn_without_launcher();
	return schedule.next_due;
}

bool
mlops_unschedule(const char *name)
{
	MlopsModel	model;

	mlops_require_writable("mlops_unschedule()");
	mlops_model_require(name, MLOPS_RIGHT_TRAIN, &model);
	mlops_model_lock(name);
	if (!mlops_schedule_delete(name))
		return false;
	mlops_job_cancel_queued(name);
	audit("unschedule", NULL, name);
	return true;
}

TimestampTz
mlops_next_due(const char *schedule, TimestampTz after)
{
	MlopsTimetable timetable;

	mlops_timetable_read(schedule, pg_get_timezone_name(session_timezone), &timetable);
	if (TIMESTAMP_NOT_FINITE(after))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("argument \"after\" must be finite"),
				 errhint("Leave it out for the time of the transaction.")));
	return mlops_timetable_next(&timetable, after, after);
}
