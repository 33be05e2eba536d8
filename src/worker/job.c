/*
 * worker/job.c
 *		The process that runs one job.
 *
 * It is connected as the role of the job, so that it has that role's rights
 * and settings and no way back to others. Three transactions: the first marks
 * the job as running, so that a crash is seen and counted; the second does the
 * work and records its success; a third records the error, if there was one.
 * A process that is terminated or crashes leaves "running" behind without the
 * job's lock, which the next visit of the database sees.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timeout.h"

#include "catalog/database.h"
#include "worker/process.h"

/* Whether the role or its database has a statement_timeout of its own. */
static bool has_timeout = false;

static MlopsJob *
begin_job(const MlopsOrder *order, MemoryContext context)
{
	MlopsJob   *job = NULL;
	char	   *version;

	mlops_transaction_begin("beginning a job");
	MemoryContextSwitchTo(context);
	if (mlops_extension_usable(&version))
	{
		job = mlops_job_begin(order->job);
		has_timeout = mlops_setting_of_role("statement_timeout");
	}
	mlops_transaction_end();
	MemoryContextSwitchTo(context);
	return job;
}

/* What pg_stat_activity shows. */
static void
show_job(const MlopsJob *job)
{
	SetConfigOption("application_name",
					psprintf("mlops job %lld (%s)", (long long) job->id, job->model),
					PGC_USERSET, PGC_S_SESSION);
}

static void
work(const MlopsJob *job)
{
	int			version;
	const char *decision;

	mlops_transaction_begin(psprintf("mlops_retrain('%s')", job->model));
	if (has_timeout && StatementTimeout > 0)
		enable_timeout_after(STATEMENT_TIMEOUT, StatementTimeout);
	mlops_job_work(job, &version, &decision);
	disable_timeout(STATEMENT_TIMEOUT, false);
	mlops_transaction_end();
}

/* As the server's main loop after an error; NULL when there was none. */
static ErrorData *
try_work(const MlopsJob *job, MemoryContext context)
{
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		work(job);
	}
	PG_CATCH();
	{
		HOLD_INTERRUPTS();
		disable_all_timeouts(false);
		QueryCancelPending = false;
		EmitErrorReport();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		AbortCurrentTransaction();
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return error;
}

static bool
end_failed(const MlopsJob *job, const ErrorData *error, MemoryContext context)
{
	bool		again;

	mlops_transaction_begin("recording a failed job");
	MemoryContextSwitchTo(context);
	again = mlops_job_end_failed(job, error);
	mlops_transaction_end();
	return again;
}

void
mlops_job_main(Datum argument)
{
	MlopsOrder	order;
	MlopsJob   *job;
	ErrorData  *error;
	MemoryContext context;

	mlops_process_begin(&order);
	context = AllocSetContextCreate(TopMemoryContext, "mlops job", ALLOCSET_DEFAULT_SIZES);
	job = begin_job(&order, context);
	if (job != NULL)
	{
		mlops_slot_advance(&order, MLOPS_BEGUN);
		show_job(job);
		error = try_work(job, context);
		if (error != NULL && end_failed(job, error, context))
			proc_exit(0);
	}
	mlops_slot_advance(&order, MLOPS_SETTLED);
	proc_exit(0);
}
