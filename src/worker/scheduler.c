/*
 * worker/scheduler.c
 *		The process that visits one database.
 *
 * It lives for one transaction of a few milliseconds: close what was lost,
 * make jobs from due schedules, tell the launcher which jobs may start and
 * when to come again. It never stays, because a connection would be in the way
 * of DROP DATABASE and CREATE DATABASE ... TEMPLATE. It runs as the bootstrap
 * superuser, and therefore no text of a user's.
 */
#include "postgres.h"

#include "storage/ipc.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "bridge/version.h"
#include "catalog/database.h"
#include "worker/process.h"

/* When to look again at a schedule that another transaction works on. */
#define LOOK_AGAIN (INT64CONST(5) * USECS_PER_SEC)

static void
visit_tables(const MlopsOrder *order, MlopsVisit *visit)
{
	TimestampTz now = GetCurrentTimestamp();
	MlopsUnstarted unstarted;

	mlops_slot_unstarted(order, &unstarted);
	mlops_jobs_close_lost();
	mlops_jobs_close_unstarted(unstarted.jobs, unstarted.count);
	mlops_jobs_make(now);
	visit->n_ready = mlops_jobs_ready(now, visit->ready, MLOPS_MAX_READY, &visit->more);
	visit->next = mlops_jobs_next(now);
	if (visit->next <= now)
		visit->next = now + LOOK_AGAIN;
}

static void
visit_database(const MlopsOrder *order, MlopsVisit *visit)
{
	char	   *version;

	if (mlops_extension_usable(&version))
		visit_tables(order, visit);
	else if (version != NULL)
		ereport(LOG,
				(errmsg("schedules wait: the extension mlops is of version %s here, the library of version %s",
						version, MLOPS_VERSION),
				 errhint("Use ALTER EXTENSION mlops UPDATE.")));
}

void
mlops_scheduler_main(Datum argument)
{
	MlopsOrder	order;
	MlopsVisit	visit;

	mlops_process_begin(&order);
	/* whoever holds up a visit would hold up other databases too */
	SetConfigOption("lock_timeout", "1s", PGC_SUSET, PGC_S_SESSION);
	memset(&visit, 0, sizeof(visit));
	visit.next = DT_NOEND;
	mlops_transaction_begin("looking for due schedules");
	visit_database(&order, &visit);
	mlops_transaction_end();
	mlops_slot_report(&order, &visit);
	proc_exit(0);
}
