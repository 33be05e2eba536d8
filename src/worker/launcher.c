/*
 * worker/launcher.c
 *		The one process that decides when a database is visited and a job starts.
 *
 * Connected to no database, so it is in nobody's way. It sleeps on its latch
 * until something is due, a process of its own ends, or a transaction that
 * changed a schedule commits. Databases that say nothing are visited every few
 * minutes: the extension may have come with a restored dump or a copied
 * database. On a standby it does not run (see mlops_launcher_register()).
 */
#include "postgres.h"

#include <signal.h>

#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "bridge/announce.h"
#include "bridge/settings.h"
#include "worker/process.h"
#include "worker/roster.h"
#include "worker/slot.h"

/* In microseconds. */
#define ROUTINE_VISIT (INT64CONST(300) * USECS_PER_SEC)
#define VISIT_AFTER_FAILURE (INT64CONST(10) * USECS_PER_SEC)
#define LEAST_BETWEEN_VISITS (INT64CONST(200) * 1000)
#define NEW_DATABASES (INT64CONST(60) * USECS_PER_SEC)
#define START_AFTER_REFUSAL (INT64CONST(5) * USECS_PER_SEC)
#define WARN_AGAIN (INT64CONST(3600) * USECS_PER_SEC)

/* A process in a slot; handle NULL: the slot is free. */
typedef struct Process
{
	BackgroundWorkerHandle *handle;
	MlopsOrder	order;
} Process;

static Process *processes;
static TimestampTz refresh_at;	/* when to look for new databases */
static TimestampTz start_at;	/* before that the server has no slot for us */
static TimestampTz warn_at;		/* before that nobody wants to hear it again */

/* ---------------------------------------------------------- processes that end */

static void
end_visit(const MlopsOrder *order, TimestampTz now)
{
	MlopsRosterEntry *entry = mlops_roster_find(order->database);
	MlopsVisit	visit;
	bool		settled = mlops_slot_read(order->slot, &visit) == MLOPS_SETTLED;

	if (entry == NULL)
		return;
	entry->visited = false;
	if (!settled)
	{
		entry->next_visit = now + Min(VISIT_AFTER_FAILURE << entry->failures, ROUTINE_VISIT);
		entry->failures = Min(entry->failures + 1, 5);
		return;
	}
	entry->failures = 0;
	entry->visit = visit;
	/* announced meanwhile: the visit may have been too early to see it */
	if (entry->next_visit <= now)
		return;
	entry->next_visit = Min(visit.next, now + ROUTINE_VISIT);
	entry->next_visit = Max(entry->next_visit, now + LEAST_BETWEEN_VISITS);
}

static void
end_job(const MlopsOrder *order, TimestampTz now)
{
	MlopsRosterEntry *entry = mlops_roster_find(order->database);
	MlopsVisit	unused;
	MlopsStage	stage = mlops_slot_read(order->slot, &unused);

	if (entry == NULL)
		return;
	if (stage != MLOPS_SETTLED)
		entry->next_visit = Min(entry->next_visit, now);
	if (stage == MLOPS_NOT_BEGUN && entry->unstarted.count < MLOPS_MAX_UNSTARTED)
		entry->unstarted.jobs[entry->unstarted.count++] = order->job;
}

static void
reap(TimestampTz now)
{
	int			i;
	pid_t		pid;

	for (i = 0; i < mlops_slot_count(); i++)
	{
		Process    *process = &processes[i];

		if (process->handle == NULL || GetBackgroundWorkerPid(process->handle, &pid) != BGWH_STOPPED)
			continue;
		pfree(process->handle);
		process->handle = NULL;
		start_at = 0;
		if (process->order.job == 0)
			end_visit(&process->order, now);
		else
			end_job(&process->order, now);
	}
}

/* --------------------------------------------------------- processes that start */

/* Of the visitors' slots, or of the jobs'; -1: all are taken. */
static int
free_slot(bool for_visitor)
{
	int			i = for_visitor ? 0 : MLOPS_N_VISITORS;
	int			end = for_visitor ? MLOPS_N_VISITORS : mlops_slot_count();

	for (; i < end; i++)
		if (processes[i].handle == NULL)
			return i;
	return -1;
}

static bool
start(Oid database, const MlopsReadyJob *job, int slot, const MlopsUnstarted *unstarted, TimestampTz now)
{
	Process    *process = &processes[slot];

	process->order.database = database;
	process->order.role = job != NULL ? job->role : InvalidOid;
	process->order.job = job != NULL ? job->id : 0;
	process->order.slot = slot;
	process->order.ticket = mlops_slot_open(slot, unstarted);
	MemoryContextSwitchTo(TopMemoryContext);	/* the handle stays */
	if (mlops_process_start(&process->order, &process->handle))
		return true;
	process->handle = NULL;
	start_at = now + START_AFTER_REFUSAL;
	if (warn_at > now)
		return false;
	warn_at = now + WARN_AGAIN;
	ereport(WARNING,
			(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
			 errmsg("schedules wait for a free background worker"),
			 errhint("Raise max_worker_processes.")));
	return false;
}

static void
start_visits(TimestampTz now)
{
	dlist_iter	at;

	dlist_foreach(at, mlops_roster())
	{
		MlopsRosterEntry *entry = dlist_container(MlopsRosterEntry, node, at.cur);
		int			slot;

		if (entry->visited || entry->next_visit > now)
			continue;
		slot = free_slot(true);
		if (slot < 0 || !start(entry->database, NULL, slot, &entry->unstarted, now))
			return;
		entry->visited = true;
		entry->unstarted.count = 0;
		entry->next_visit = DT_NOEND;
	}
}

static bool
is_started(Oid database, int64 job)
{
	int			i;

	for (i = MLOPS_N_VISITORS; i < mlops_slot_count(); i++)
		if (processes[i].handle != NULL && processes[i].order.database == database &&
			processes[i].order.job == job)
			return true;
	return false;
}

static void
drop_first_ready(MlopsRosterEntry *entry, TimestampTz now)
{
	MlopsVisit *visit = &entry->visit;

	visit->n_ready--;
	memmove(&visit->ready[0], &visit->ready[1], sizeof(visit->ready[0]) * visit->n_ready);
	if (visit->n_ready == 0 && visit->more)
	{
		visit->more = false;
		entry->next_visit = Min(entry->next_visit, now + LEAST_BETWEEN_VISITS);
	}
}

/* The first ready job of this database; false: no process can be started now. */
static bool
start_job_of(MlopsRosterEntry *entry, TimestampTz now)
{
	MlopsUnstarted none = {0};
	const MlopsReadyJob *job = &entry->visit.ready[0];
	int			slot = free_slot(false);

	if (slot < 0)
		return false;
	if (!is_started(entry->database, job->id) && !start(entry->database, job, slot, &none, now))
		return false;
	drop_first_ready(entry, now);
	return true;
}

/* One job of each database in turn, as long as there are slots. */
static void
start_jobs(TimestampTz now)
{
	bool		any = true;

	while (any)
	{
		dlist_mutable_iter at;

		any = false;
		dlist_foreach_modify(at, mlops_roster())
		{
			MlopsRosterEntry *entry = dlist_container(MlopsRosterEntry, node, at.cur);

			if (entry->visit.n_ready == 0)
				continue;
			if (!start_job_of(entry, now))
				return;
			any = true;
			dlist_delete(&entry->node);
			dlist_push_tail(mlops_roster(), &entry->node);
			break;
		}
	}
}

/* ------------------------------------------------------------------------ loop */

static void
take_announcements(TimestampTz now)
{
	Oid			databases[MLOPS_MAX_ANNOUNCED];
	int			count = mlops_announce_take(databases);
	int			i;

	if (count != 0)
		mlops_roster_refresh(now);
	if (count < 0)
		mlops_roster_visit_all(now);
	for (i = 0; i < count; i++)
		mlops_roster_visit_soon(databases[i], now);
}

/* When the next visit is due; those that are under way say so themselves. */
static TimestampTz
next_visit(void)
{
	TimestampTz next = DT_NOEND;
	dlist_iter	at;

	dlist_foreach(at, mlops_roster())
	{
		MlopsRosterEntry *entry = dlist_container(MlopsRosterEntry, node, at.cur);

		if (!entry->visited)
			next = Min(next, entry->next_visit);
	}
	return next;
}

static void
start_what_is_due(TimestampTz now)
{
	TimestampTz next = next_visit();

	/* a database that is gone must not be visited */
	if (refresh_at <= now || (next <= now && free_slot(true) >= 0))
	{
		mlops_roster_refresh(now);
		refresh_at = now + NEW_DATABASES;
	}
	/* jobs first: where slots are short, visits would only find more of them */
	if (start_at <= now)
		start_jobs(now);
	if (start_at <= now)
		start_visits(now);
}

/* Milliseconds until there is something to do that no latch tells. */
static long
time_to_sleep(void)
{
	TimestampTz wake = refresh_at;

	if (!mlops_scheduler)
		return -1;
	/* without a free slot the end of a visitor wakes us */
	if (free_slot(true) >= 0)
		wake = Min(wake, Max(next_visit(), start_at));
	if (start_at > GetCurrentTimestamp())
		wake = Min(wake, start_at);
	return TimestampDifferenceMilliseconds(GetCurrentTimestamp(), wake);
}

static void
sleep_until_due(void)
{
	long		timeout = time_to_sleep();
	int			events = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH;

	if (timeout >= 0)
		events |= WL_TIMEOUT;
	(void) WaitLatch(MyLatch, events, timeout, PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	if (ConfigReloadPending)
	{
		ConfigReloadPending = false;
		ProcessConfigFile(PGC_SIGHUP);
	}
}

void
mlops_launcher_main(Datum argument)
{
	pqsignal(SIGTERM, die);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	SetConfigOption("application_name", MyBgworkerEntry->bgw_name, PGC_USERSET, PGC_S_SESSION);

	processes = MemoryContextAllocZero(TopMemoryContext, sizeof(Process) * mlops_slot_count());
	mlops_slots_reset();
	mlops_announce_listen();
	for (;;)
	{
		TimestampTz now = GetCurrentTimestamp();

		take_announcements(now);
		reap(now);
		if (mlops_scheduler)
			start_what_is_due(now);
		sleep_until_due();
	}
}
