/*
 * lifecycle/job.c
 *		The life of a job: made by a schedule, begun, worked on, ended.
 *
 * A job that failed is tried again when the reason may be gone by then:
 * conflicts with other transactions, exhausted resources, the machine, a
 * process that was ended. What lies in the request, the data or the rights
 * fails for good at once, for it would fail in the same way; the schedule makes
 * the next job. So does cancellation: somebody did not want the job.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "bridge/attempt.h"
#include "bridge/json.h"
#include "catalog/schedule.h"
#include "lifecycle/job.h"
#include "lifecycle/make_job.h"
#include "lifecycle/run_as.h"
#include "lifecycle/train.h"

/* Seconds before the second attempt; four times as many before each other. */
#define FIRST_PAUSE 5

static TimestampTz
next_attempt_at(int attempts)
{
	int64		pause = FIRST_PAUSE * USECS_PER_SEC;
	int			i;

	for (i = 1; i < attempts && i < 10; i++)
		pause *= 4;
	return GetCurrentTimestamp() + pause;
}

/* When to try again, infinity: never; `attempts` counts the one that failed. */
static TimestampTz
retry_at(const MlopsJob *job, int attempts)
{
	return attempts < job->max_attempts ? next_attempt_at(attempts) : DT_NOEND;
}

static bool
is_passing(int sqlerrcode)
{
	switch (ERRCODE_TO_CATEGORY(sqlerrcode))
	{
		case MAKE_SQLSTATE('0', '8', '0', '0', '0'):	/* connection */
		case MAKE_SQLSTATE('4', '0', '0', '0', '0'):	/* rollback: conflict, deadlock */
		case MAKE_SQLSTATE('5', '3', '0', '0', '0'):	/* resources */
		case MAKE_SQLSTATE('5', '8', '0', '0', '0'):	/* system */
		case MAKE_SQLSTATE('X', 'X', '0', '0', '0'):	/* internal */
			return true;
		default:
			return sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE;
	}
}

static void
fail_with(const MlopsJob *job, const ErrorData *error, TimestampTz again)
{
	MlopsFailure failure;

	failure.outcome = "failed";
	failure.sqlstate = unpack_sql_state(error->sqlerrcode);
	failure.error = error->message;
	if (error->detail != NULL)
		failure.error = psprintf("%s; %s", error->message, error->detail);
	mlops_job_fail(job, &failure, again);
}

/* ----------------------------------------------- for the visiting scheduler */

void
mlops_jobs_close_lost(void)
{
	int			count;
	MlopsJob   *jobs = mlops_job_list_running(&count);
	MlopsFailure failure = {"lost", NULL, "the process of the job ended before its work did"};
	int			i;

	for (i = 0; i < count; i++)
	{
		if (!mlops_job_lock(jobs[i].id))
			continue;
		mlops_job_fail(&jobs[i], &failure, retry_at(&jobs[i], jobs[i].attempts));
		mlops_job_unlock(jobs[i].id);
	}
}

void
mlops_jobs_close_unstarted(const int64 *ids, int count)
{
	MlopsFailure failure = {"failed", NULL,
	"the process of the job could not start; the server's log says why"};
	int			n_ready;
	MlopsJob   *ready;
	int			i;
	int			j;

	if (count == 0)
		return;
	ready = mlops_job_list_ready(GetCurrentTimestamp(), 0, &n_ready);
	for (i = 0; i < n_ready; i++)
		for (j = 0; j < count; j++)
			if (ready[i].id == ids[j])
				mlops_job_fail(&ready[i], &failure, retry_at(&ready[i], ready[i].attempts + 1));
}

void
mlops_jobs_make(TimestampTz now)
{
	int			count;
	MlopsSchedule *due = mlops_schedule_list_due(now, &count);
	int			i;

	for (i = 0; i < count; i++)
		mlops_make_job(&due[i], now);
}

typedef struct RoleCheck
{
	const MlopsJob *job;
	Oid			role;
} RoleCheck;

static void
check_role(void *argument)
{
	RoleCheck  *check = argument;

	check->role = mlops_run_as_require(check->job->run_as, check->job->model, check->job->owner);
	mlops_run_as_require_login(check->role);
}

int
mlops_jobs_ready(TimestampTz now, MlopsReadyJob *jobs, int limit, bool *more)
{
	int			count;
	int			n_jobs = 0;
	MlopsJob   *ready = mlops_job_list_ready(now, limit + 1, &count);
	int			i;

	*more = count > limit;
	for (i = 0; i < Min(count, limit); i++)
	{
		RoleCheck	check = {&ready[i], InvalidOid};
		ErrorData  *error;

		if (!mlops_attempt(check_role, &check, &error))
		{
			fail_with(&ready[i], error, DT_NOEND);
			continue;
		}
		jobs[n_jobs].id = ready[i].id;
		jobs[n_jobs].role = check.role;
		n_jobs++;
	}
	return n_jobs;
}

TimestampTz
mlops_jobs_next(TimestampTz now)
{
	return Min(mlops_schedule_first_due(), mlops_job_first_after(now));
}

/* ------------------------------------------------------- for the job process */

MlopsJob *
mlops_job_begin(int64 id)
{
	if (!mlops_job_lock(id))
		return NULL;
	return mlops_job_claim(id, GetUserNameFromId(GetUserId(), false));
}

void
mlops_job_work(const MlopsJob *job, int *version, const char **decision)
{
	MlopsTrainResult result;
	const char *deploy = mlops_json_get_text(job->arguments, "deploy");

	mlops_retrain(job->model, NULL, mlops_json_get_value(job->arguments, "params"),
				  deploy != NULL ? deploy : "if_better", "schedule", &result);
	mlops_job_succeed(job, result.version, result.decision);
	*version = result.version;
	*decision = result.decision;
}

bool
mlops_job_end_failed(const MlopsJob *job, const ErrorData *error)
{
	TimestampTz again = is_passing(error->sqlerrcode) ? retry_at(job, job->attempts) : DT_NOEND;

	fail_with(job, error, again);
	return !TIMESTAMP_IS_NOEND(again);
}
