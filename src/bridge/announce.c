/*
 * bridge/announce.c
 *		Telling the launcher that a database has something new to run.
 *
 * The callback of a commit runs when the transaction's changes are visible
 * already, so that a visit that follows finds them. A transaction that is
 * prepared is not announced: it is found by the visit that comes every few
 * minutes.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"

#include "bridge/announce.h"

typedef struct Mailbox
{
	slock_t		lock;
	Latch	   *launcher;		/* NULL: none runs */
	bool		too_many;
	int			n_databases;
	Oid			databases[MLOPS_MAX_ANNOUNCED];
} Mailbox;

static Mailbox *mailbox = NULL;
static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

/* Of this backend: does the current transaction announce? */
static bool announcing = false;

static void
announce_request(void)
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(sizeof(Mailbox));
}

static void
announce_startup(void)
{
	bool		found;

	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	mailbox = ShmemInitStruct("mlops announcements", sizeof(Mailbox), &found);
	if (!found)
	{
		memset(mailbox, 0, sizeof(Mailbox));
		SpinLockInit(&mailbox->lock);
	}
	LWLockRelease(AddinShmemInitLock);
}

void
mlops_announce_init(void)
{
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = announce_request;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = announce_startup;
}

bool
mlops_announce_available(void)
{
	return mailbox != NULL;
}

static void
put(Oid database)
{
	Latch	   *launcher;
	int			i;

	SpinLockAcquire(&mailbox->lock);
	for (i = 0; i < mailbox->n_databases; i++)
		if (mailbox->databases[i] == database)
			break;
	if (i == MLOPS_MAX_ANNOUNCED)
		mailbox->too_many = true;
	else if (i == mailbox->n_databases)
		mailbox->databases[mailbox->n_databases++] = database;
	launcher = mailbox->launcher;
	SpinLockRelease(&mailbox->lock);
	if (launcher != NULL)
		SetLatch(launcher);
}

static void
announce_transaction_end(XactEvent event, void *argument)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			if (announcing)
				put(MyDatabaseId);
			announcing = false;
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			announcing = false;
			break;
		default:
			break;
	}
}

void
mlops_announce_at_commit(void)
{
	static bool watching = false;

	if (mailbox == NULL)
		return;
	if (!watching)
		RegisterXactCallback(announce_transaction_end, NULL);
	watching = true;
	announcing = true;
}

static void
stop_listening(int code, Datum argument)
{
	SpinLockAcquire(&mailbox->lock);
	mailbox->launcher = NULL;
	SpinLockRelease(&mailbox->lock);
}

void
mlops_announce_listen(void)
{
	before_shmem_exit(stop_listening, (Datum) 0);
	SpinLockAcquire(&mailbox->lock);
	mailbox->launcher = MyLatch;
	SpinLockRelease(&mailbox->lock);
}

int
mlops_announce_take(Oid *databases)
{
	int			count;

	SpinLockAcquire(&mailbox->lock);
	count = mailbox->too_many ? -1 : mailbox->n_databases;
	memcpy(databases, mailbox->databases, sizeof(Oid) * mailbox->n_databases);
	mailbox->too_many = false;
	mailbox->n_databases = 0;
	SpinLockRelease(&mailbox->lock);
	return count;
}
