/*
 * worker/process.c
 *		Starting background processes, and how each of them begins.
 */
#include "postgres.h"

#include <signal.h>

#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

#include "worker/process.h"

#define LAUNCHER_RESTART_SECONDS 5

static void
describe(BackgroundWorker *worker, const char *entry, const char *type)
{
	memset(worker, 0, sizeof(*worker));
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
	strlcpy(worker->bgw_library_name, "mlops", sizeof(worker->bgw_library_name));
	strlcpy(worker->bgw_function_name, entry, sizeof(worker->bgw_function_name));
	strlcpy(worker->bgw_type, type, sizeof(worker->bgw_type));
	strlcpy(worker->bgw_name, type, sizeof(worker->bgw_name));
}

/* Not before recovery has ended: on a standby nothing runs. */
void
mlops_launcher_register(void)
{
	BackgroundWorker worker;

	describe(&worker, "mlops_launcher_main", "mlops launcher");
	worker.bgw_restart_time = LAUNCHER_RESTART_SECONDS;
	RegisterBackgroundWorker(&worker);
}

bool
mlops_process_start(const MlopsOrder *order, BackgroundWorkerHandle **handle)
{
	BackgroundWorker worker;

	StaticAssertStmt(sizeof(MlopsOrder) <= BGW_EXTRALEN, "an order fits into bgw_extra");
	if (order->job == 0)
		describe(&worker, "mlops_scheduler_main", "mlops scheduler");
	else
	{
		describe(&worker, "mlops_job_main", "mlops job");
		snprintf(worker.bgw_name, sizeof(worker.bgw_name), "mlops job %lld", (long long) order->job);
	}
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_notify_pid = MyProcPid;
	memcpy(worker.bgw_extra, order, sizeof(*order));
	return RegisterDynamicBackgroundWorker(&worker, handle);
}

void
mlops_process_begin(MlopsOrder *order)
{
	memcpy(order, MyBgworkerEntry->bgw_extra, sizeof(*order));
	pqsignal(SIGTERM, die);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();
	if (!mlops_slot_is_mine(order))
		proc_exit(0);
	BackgroundWorkerInitializeConnectionByOid(order->database, order->role, 0);

	/* bookkeeping must work whatever the role's or database's defaults are */
	SetConfigOption("default_transaction_isolation", "read committed", PGC_USERSET, PGC_S_SESSION);
	SetConfigOption("default_transaction_read_only", "off", PGC_USERSET, PGC_S_SESSION);
	SetConfigOption("application_name", MyBgworkerEntry->bgw_name, PGC_USERSET, PGC_S_SESSION);
}

void
mlops_transaction_begin(const char *activity)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	pgstat_report_activity(STATE_RUNNING, activity);
}

void
mlops_transaction_end(void)
{
	PopActiveSnapshot();
	CommitTransactionCommand();
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
}
