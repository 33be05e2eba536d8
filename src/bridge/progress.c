/*
 * bridge/progress.c
 *		What running trainings are doing, in shared memory.
 *
 * One slot for each backend, found by its number, each behind its own
 * spinlock: an update copies a few hundred bytes, and no reader can hold up
 * a training for longer than that. A slot with pid 0 is free.
 *
 * A training that fails never reaches mlops_progress_end(); the end of the
 * (sub)transaction that it began in clears the slot, and so does the exit of
 * the process. A crash of any process makes the server start over with empty
 * shared memory.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/timestamp.h"

#include "bridge/pg_compat.h"
#include "bridge/progress.h"

typedef struct ProgressSlot
{
	slock_t		lock;
	MlopsProgress progress;
} ProgressSlot;

typedef struct ProgressTable
{
	int			n_slots;
	ProgressSlot slots[FLEXIBLE_ARRAY_MEMBER];
} ProgressTable;

static ProgressTable *progress_table = NULL;
static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

/* Of this backend: is its slot in use, and since which subtransaction? */
static bool progress_active = false;
static SubTransactionId progress_level = InvalidSubTransactionId;

static Size
progress_size(void)
{
	return add_size(offsetof(ProgressTable, slots), mul_size(MaxBackends, sizeof(ProgressSlot)));
}

static void
progress_request(void)
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(progress_size());
}

static void
progress_startup(void)
{
	bool		found;
	int			i;

	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	progress_table = ShmemInitStruct("mlops progress", progress_size(), &found);
	if (!found)
	{
		memset(progress_table, 0, progress_size());
		progress_table->n_slots = MaxBackends;
		for (i = 0; i < progress_table->n_slots; i++)
			SpinLockInit(&progress_table->slots[i].lock);
	}
	LWLockRelease(AddinShmemInitLock);
}

void
mlops_progress_init(void)
{
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = progress_request;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = progress_startup;
}

bool
mlops_progress_available(void)
{
	return progress_table != NULL;
}

/* NULL without shared memory, and in processes that are no backends. */
static ProgressSlot *
own_slot(void)
{
	int			number;

	if (progress_table == NULL || MyProc == NULL)
		return NULL;
	number = MLOPS_BACKEND_NUMBER;
	if (number < 0 || number >= progress_table->n_slots)
		return NULL;
	return &progress_table->slots[number];
}

static void
store(ProgressSlot *slot, const MlopsProgress *progress)
{
	SpinLockAcquire(&slot->lock);
	slot->progress = *progress;
	SpinLockRelease(&slot->lock);
}

static void
progress_transaction_end(XactEvent event, void *argument)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			mlops_progress_end();
			break;
		default:
			break;
	}
}

static void
progress_subtransaction_end(SubXactEvent event, SubTransactionId own,
							SubTransactionId parent, void *argument)
{
	if (!progress_active || own != progress_level)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		mlops_progress_end();
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		progress_level = parent;
}

static void
progress_process_end(int code, Datum argument)
{
	mlops_progress_end();
}

static void
watch_ends(void)
{
	static bool watching = false;

	if (watching)
		return;
	RegisterXactCallback(progress_transaction_end, NULL);
	RegisterSubXactCallback(progress_subtransaction_end, NULL);
	before_shmem_exit(progress_process_end, (Datum) 0);
	watching = true;
}

/* A zero-terminated copy, cut at a whole character. */
static void
copy_name(char *to, const char *from, int size)
{
	int			length = pg_mbcliplen(from, strlen(from), size - 1);

	memcpy(to, from, length);
	to[length] = '\0';
}

void
mlops_progress_begin(const char *model, const char *algorithm)
{
	ProgressSlot *slot = own_slot();
	MlopsProgress progress;

	if (slot == NULL)
		return;
	watch_ends();
	memset(&progress, 0, sizeof(progress));
	progress.pid = MyProcPid;
	progress.database = MyDatabaseId;
	progress.role = GetUserId();
	copy_name(progress.model, model, sizeof(progress.model));
	copy_name(progress.algorithm, algorithm, sizeof(progress.algorithm));
	copy_name(progress.phase, "starting", sizeof(progress.phase));
	progress.fraction = -1;
	progress.rows = -1;
	progress.iteration = -1;
	progress.loss = NAN;
	progress.started_at = GetCurrentTimestamp();
	progress.phase_started_at = progress.started_at;
	progress_level = GetCurrentSubTransactionId();
	progress_active = true;
	store(slot, &progress);
}

/* Only this backend writes its slot, so it may read it without the lock. */
void
mlops_progress_update(const MlProgress *progress)
{
	ProgressSlot *slot;
	MlopsProgress next;

	if (!progress_active)
		return;
	slot = own_slot();
	next = slot->progress;
	if (strncmp(next.phase, progress->phase, sizeof(next.phase) - 1) != 0)
	{
		copy_name(next.phase, progress->phase, sizeof(next.phase));
		next.phase_started_at = GetCurrentTimestamp();
	}
	next.fraction = progress->fraction;
	next.rows = progress->rows;
	next.iteration = progress->iteration;
	next.loss = progress->loss;
	store(slot, &next);
}

void
mlops_progress_end(void)
{
	ProgressSlot *slot;

	if (!progress_active)
		return;
	progress_active = false;
	slot = own_slot();
	if (slot == NULL)
		return;
	SpinLockAcquire(&slot->lock);
	slot->progress.pid = 0;
	SpinLockRelease(&slot->lock);
}

MlopsProgress *
mlops_progress_list(int *count)
{
	MlopsProgress *list;
	int			i;

	*count = 0;
	if (progress_table == NULL)
		return NULL;
	list = palloc(sizeof(MlopsProgress) * progress_table->n_slots);
	for (i = 0; i < progress_table->n_slots; i++)
	{
		ProgressSlot *slot = &progress_table->slots[i];

		SpinLockAcquire(&slot->lock);
		list[*count] = slot->progress;
		SpinLockRelease(&slot->lock);
		if (list[*count].pid != 0 && list[*count].database == MyDatabaseId)
			(*count)++;
	}
	return list;
}
