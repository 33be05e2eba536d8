/*
 * worker/slot.c
 *		What the launcher and the processes that it starts tell each other.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"

#include "bridge/settings.h"
#include "worker/slot.h"

typedef struct Slot
{
	uint32		ticket;
	MlopsStage	stage;
	MlopsUnstarted unstarted;
	MlopsVisit	visit;
} Slot;

typedef struct SlotTable
{
	slock_t		lock;
	int			n_slots;
	Slot		slots[FLEXIBLE_ARRAY_MEMBER];
} SlotTable;

static SlotTable *table = NULL;
static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

static Size
table_size(void)
{
	return add_size(offsetof(SlotTable, slots),
					mul_size(MLOPS_N_VISITORS + mlops_max_jobs, sizeof(Slot)));
}

static void
slots_request(void)
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(table_size());
}

static void
slots_startup(void)
{
	bool		found;

	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	table = ShmemInitStruct("mlops processes", table_size(), &found);
	if (!found)
	{
		memset(table, 0, table_size());
		SpinLockInit(&table->lock);
		table->n_slots = MLOPS_N_VISITORS + mlops_max_jobs;
	}
	LWLockRelease(AddinShmemInitLock);
}

void
mlops_slots_init(void)
{
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = slots_request;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = slots_startup;
}

int
mlops_slot_count(void)
{
	return table->n_slots;
}

void
mlops_slots_reset(void)
{
	int			i;

	SpinLockAcquire(&table->lock);
	for (i = 0; i < table->n_slots; i++)
		table->slots[i].ticket++;
	SpinLockRelease(&table->lock);
}

uint32
mlops_slot_open(int number, const MlopsUnstarted *unstarted)
{
	Slot	   *slot = &table->slots[number];
	uint32		ticket;

	SpinLockAcquire(&table->lock);
	ticket = ++slot->ticket;
	slot->stage = MLOPS_NOT_BEGUN;
	slot->unstarted = *unstarted;
	SpinLockRelease(&table->lock);
	return ticket;
}

MlopsStage
mlops_slot_read(int number, MlopsVisit *visit)
{
	Slot	   *slot = &table->slots[number];
	MlopsStage	stage;

	SpinLockAcquire(&table->lock);
	stage = slot->stage;
	*visit = slot->visit;
	SpinLockRelease(&table->lock);
	return stage;
}

/* The slot of an order, locked; NULL, and no lock, when it is another's. */
static Slot *
lock_own(const MlopsOrder *order)
{
	Slot	   *slot;

	if (table == NULL || order->slot < 0 || order->slot >= table->n_slots)
		return NULL;
	slot = &table->slots[order->slot];
	SpinLockAcquire(&table->lock);
	if (slot->ticket == order->ticket)
		return slot;
	SpinLockRelease(&table->lock);
	return NULL;
}

bool
mlops_slot_is_mine(const MlopsOrder *order)
{
	if (lock_own(order) == NULL)
		return false;
	SpinLockRelease(&table->lock);
	return true;
}

void
mlops_slot_unstarted(const MlopsOrder *order, MlopsUnstarted *unstarted)
{
	Slot	   *slot = lock_own(order);

	unstarted->count = 0;
	if (slot == NULL)
		return;
	*unstarted = slot->unstarted;
	SpinLockRelease(&table->lock);
}

void
mlops_slot_advance(const MlopsOrder *order, MlopsStage stage)
{
	Slot	   *slot = lock_own(order);

	if (slot == NULL)
		return;
	slot->stage = stage;
	SpinLockRelease(&table->lock);
}

void
mlops_slot_report(const MlopsOrder *order, const MlopsVisit *visit)
{
	Slot	   *slot = lock_own(order);

	if (slot == NULL)
		return;
	slot->visit = *visit;
	slot->stage = MLOPS_SETTLED;
	SpinLockRelease(&table->lock);
}
