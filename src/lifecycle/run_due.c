/*
 * lifecycle/run_due.c
 *		Running due jobs in the session of the caller.
 *
 * For servers without the library preloaded, and for calls from outside
 * (cron, pg_cron). A job that is worked on here is locked by its row, so that
 * a job process passes it over, and seen as queued by others until the caller
 * commits.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "bridge/attempt.h"
#include "bridge/writable.h"
#include "catalog/schedule.h"
#include "lifecycle/job.h"
#include "lifecycle/make_job.h"
#include "lifecycle/run_as.h"
#include "lifecycle/run_due.h"

/* A job being worked on. */
typedef struct DueWork
{
	const MlopsJob *job;
	const char *owner;
	MlopsDueResult *result;
} DueWork;

static bool
has_rights_of(const char *run_as)
{
	Oid			role = get_role_oid(run_as, true);

	return OidIsValid(role) && has_privs_of_role(GetUserId(), role);
}

static void
make_jobs(TimestampTz now)
{
	int			count;
	MlopsSchedule *due = mlops_schedule_list_due(now, &count);
	int			i;

	for (i = 0; i < count; i++)
		if (has_rights_of(due[i].run_as))
			mlops_make_job(&due[i], now);
}

/* An error leaves user, settings and snapshots to the end of the subtransaction. */
static void
work(void *argument)
{
	DueWork    *due = argument;
	const MlopsJob *job = due->job;
	Oid			role = mlops_run_as_require(job->run_as, job->model, due->owner);
	Oid			saved_user;
	int			saved_context;
	int			nest_level = NewGUCNestLevel();

	GetUserIdAndSecContext(&saved_user, &saved_context);
	SetUserIdAndSecContext(role, saved_context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	mlops_job_work(job, &due->result->version, &due->result->decision);
	PopActiveSnapshot();
	AtEOXact_GUC(false, nest_level);
	SetUserIdAndSecContext(saved_user, saved_context);
}

static bool
run_job(const MlopsJob *ready, MlopsDueResult *result)
{
	MlopsJob   *job = mlops_job_claim(ready->id, ready->run_as);
	DueWork		due = {job, ready->owner, result};
	ErrorData  *error;

	if (job == NULL)
		return false;
	memset(result, 0, sizeof(*result));
	result->job = job->id;
	result->model = job->model;
	result->outcome = "succeeded";
	if (mlops_attempt(work, &due, &error))
		return true;
	result->version = 0;
	result->decision = NULL;
	result->outcome = "failed";
	result->error = error->message;
	(void) mlops_job_end_failed(job, error);
	return true;
}

MlopsDueResult *
mlops_run_due(int *count)
{
	TimestampTz now = GetCurrentTimestamp();
	MlopsJob   *ready;
	MlopsDueResult *results;
	int			n_ready;
	int			i;

	mlops_require_writable("mlops_run_due()");
	make_jobs(now);
	ready = mlops_job_list_ready(now, 0, &n_ready);
	results = palloc(sizeof(MlopsDueResult) * Max(n_ready, 1));
	*count = 0;
	for (i = 0; i < n_ready; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (has_rights_of(ready[i].run_as) && run_job(&ready[i], &results[*count]))
			(*count)++;
	}
	return results;
}
