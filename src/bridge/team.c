/*
 * bridge/team.c
 *		PostgreSQL's parallel workers as a team of base/team.h.
 *
 * The only shared memory is one segment of at most SEGMENT_BYTES: what the
 * members say about themselves, and the windows. Rows travel through the
 * windows into private memory, so the segment does not grow with the table and
 * fits into the 64 MB that a container has.
 *
 * Workers arrive milliseconds after they were asked for, in any order, or
 * never. Whoever has arrived when the leader closes the team is a member until
 * the end; who comes later leaves at once.
 *
 * An error in a worker is raised in the leader by the server, at the next
 * look at interrupts. An error or a cancel in the leader ends the transaction
 * or subtransaction, and that ends the workers.
 */
#include "postgres.h"

#include <unistd.h>

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/dsm.h"
#include "storage/s_lock.h"
#include "storage/spin.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "algo/algo.h"
#include "bridge/attempt.h"
#include "bridge/env.h"
#include "bridge/pg_compat.h"
#include "bridge/settings.h"
#include "bridge/team.h"

#define TEAM_KEY UINT64CONST(0x6d6c6f7073000001)

/* Of windows; what the server itself puts into the segment is a few 100 kB. */
#define SEGMENT_BYTES ((Size) 32 << 20)
#define SEGMENT_SLACK ((Size) 1 << 20)

/* Longer than this nobody waits for a worker that has been started. */
#define ARRIVAL_MS 1000
#define ARRIVAL_STEP_MS 10

/*
 * Looks at the others, some 20 microseconds, before going to sleep: members
 * with equal shares come close together, and waking up takes twice as long.
 */
#define LOOKS 1000

typedef struct TeamShared
{
	char		algorithm[NAMEDATALEN];
	Size		window;
	slock_t		mutex;			/* for the next two */
	bool		closed;
	int			size;			/* members so far, the leader is one */
	ConditionVariable arrivals; /* size or closed has changed */
	pg_atomic_uint32 arrived;	/* at the current meeting */
	pg_atomic_uint32 meetings;	/* that have taken place */
	ConditionVariable met;
} TeamShared;

/* A team as one process sees it. */
typedef struct TeamMember
{
	MlTeam		team;			/* first: MlEnv.team points to it */
	TeamShared *shared;
	ParallelContext *context;	/* the leader's */
} TeamMember;

extern MLOPS_EXPORT void mlops_team_main(dsm_segment *segment, shm_toc *toc);

static int
workers_wanted(void)
{
	long		processors = sysconf(_SC_NPROCESSORS_ONLN);
	int			workers = Min(max_parallel_maintenance_workers, max_parallel_workers);

	if (processors > 0)
		workers = Min(workers, (int) Min(processors, INT_MAX) - 1);
	return Max(workers, 0);
}

/* The windows begin behind the rest, at a multiple of their alignment. */
static Size
windows_offset(void)
{
	return TYPEALIGN(ML_WINDOW_ALIGNMENT, sizeof(TeamShared));
}

/* Whether the members still fit: 2 windows for each. */
static Size
window_bytes(Size wanted, int members)
{
	Size		most = SEGMENT_BYTES / (2 * members);

	return TYPEALIGN_DOWN(ML_WINDOW_ALIGNMENT, Min(wanted + ML_WINDOW_ALIGNMENT - 1, most));
}

static Size
segment_bytes(Size window, int members)
{
	/* the directory of the segment aligns less than a window wants it */
	return windows_offset() + ML_WINDOW_ALIGNMENT + 2 * members * window;
}

static uint8_t *
windows_of(TeamShared *shared)
{
	return (uint8_t *) TYPEALIGN(ML_WINDOW_ALIGNMENT, (uintptr_t) shared + sizeof(TeamShared));
}

/* All members have called it when it comes back. */
static MlStatus
meet(MlEnv *env)
{
	TeamShared *shared = ((TeamMember *) env->team)->shared;
	uint32		meeting = pg_atomic_read_u32(&shared->meetings);
	int			looks;

	/* a full barrier: what is in the windows is there before the count is */
	if (pg_atomic_fetch_add_u32(&shared->arrived, 1) + 1 == (uint32) env->team->size)
	{
		pg_atomic_write_u32(&shared->arrived, 0);
		pg_atomic_fetch_add_u32(&shared->meetings, 1);
		ConditionVariableBroadcast(&shared->met);
		return ML_OK;
	}
	for (looks = 0; looks < LOOKS && pg_atomic_read_u32(&shared->meetings) == meeting; looks++)
		pg_spin_delay();
	while (pg_atomic_read_u32(&shared->meetings) == meeting)
		ConditionVariableSleep(&shared->met, PG_WAIT_EXTENSION);
	ConditionVariableCancelSleep();
	pg_read_barrier();
	return ML_OK;
}

static void
member_begin(TeamMember *member, TeamShared *shared, int rank, int size)
{
	member->shared = shared;
	member->team.rank = rank;
	member->team.size = size;
	member->team.window = shared->window;
	member->team.windows = windows_of(shared);
	member->team.meet = meet;
	member->team.owner = member;
}

/* ------------------------------------------------------------- the leader */

static void
try_segment(void *size)
{
	dsm_detach(dsm_create(*(Size *) size, 0));
}

/*
 * Whether there is so much shared memory. The server's own attempt would end
 * in an error that must not be caught in parallel mode.
 */
static bool
segment_can_be_had(MlEnv *env, Size size)
{
	ErrorData  *error;

	size += SEGMENT_SLACK;
	if (mlops_attempt(try_segment, &size, &error))
		return true;
	ml_warn(env, "trained without parallel workers: %s", error->message);
	FreeErrorData(error);
	return false;
}

static ParallelContext *
launch(const char *algorithm, Size window, int workers, TeamShared **shared)
{
	Size		size = segment_bytes(window, workers + 1);
	ParallelContext *context = CreateParallelContext("mlops", "mlops_team_main", workers);

	shm_toc_estimate_chunk(&context->estimator, size);
	shm_toc_estimate_keys(&context->estimator, 1);
	InitializeParallelDSM(context);
	if (context->seg == NULL)
		return context;
	*shared = shm_toc_allocate(context->toc, size);
	strlcpy((*shared)->algorithm, algorithm, NAMEDATALEN);
	(*shared)->window = window;
	SpinLockInit(&(*shared)->mutex);
	(*shared)->closed = false;
	(*shared)->size = 1;
	ConditionVariableInit(&(*shared)->arrivals);
	pg_atomic_init_u32(&(*shared)->arrived, 0);
	pg_atomic_init_u32(&(*shared)->meetings, 0);
	ConditionVariableInit(&(*shared)->met);
	shm_toc_insert(context->toc, TEAM_KEY, *shared);
	LaunchParallelWorkers(context);
	return context;
}

/* Workers that may still come or have come. */
static int
workers_expected(ParallelContext *context)
{
	int			expected = 0;
	pid_t		pid;
	int			i;

	for (i = 0; i < context->nworkers_launched; i++)
	{
		if (GetBackgroundWorkerPid(context->worker[i].bgwhandle, &pid) != BGWH_STOPPED)
			expected++;
	}
	return expected;
}

/* Who is here now belongs to the team; their number with the leader. */
static int
close_team(TeamShared *shared)
{
	int			size;

	SpinLockAcquire(&shared->mutex);
	shared->closed = true;
	size = shared->size;
	SpinLockRelease(&shared->mutex);
	ConditionVariableBroadcast(&shared->arrivals);
	return size;
}

static int
wait_for_arrivals(ParallelContext *context, TeamShared *shared)
{
	TimestampTz give_up = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ARRIVAL_MS);
	int			size;

	for (;;)
	{
		SpinLockAcquire(&shared->mutex);
		size = shared->size;
		SpinLockRelease(&shared->mutex);
		if (size - 1 >= workers_expected(context) || GetCurrentTimestamp() > give_up)
			break;
		ConditionVariableTimedSleep(&shared->arrivals, ARRIVAL_STEP_MS, PG_WAIT_EXTENSION);
	}
	ConditionVariableCancelSleep();
	return close_team(shared);
}

static void
leave(ParallelContext *context)
{
	DestroyParallelContext(context);
	ExitParallelMode();
}

MlStatus
mlops_team_begin(MlEnv *env, const char *algorithm, int most, size_t window)
{
	int			workers = Min(workers_wanted(), most - 1);
	Size		bytes = window_bytes(window, workers + 1);
	TeamShared *shared = NULL;
	TeamMember *member;
	ParallelContext *context;
	bool		snapshot = ActiveSnapshotSet();
	int			size = 1;

	/* a worker of somebody else's query must not start workers of its own */
	if (workers == 0 || IsInParallelMode() || !segment_can_be_had(env, segment_bytes(bytes, workers + 1)))
		return ML_OK;
	member = ml_allocate(env, 1, sizeof(TeamMember));
	if (member == NULL)
		return ML_OUT_OF_MEMORY;
	/* workers inherit one, and a background process may have none */
	if (!snapshot)
		PushActiveSnapshot(GetTransactionSnapshot());
	EnterParallelMode();
	context = launch(algorithm, bytes, workers, &shared);
	if (!snapshot)
		PopActiveSnapshot();
	if (context->nworkers_launched > 0)
		size = wait_for_arrivals(context, shared);
	if (size - 1 < workers)
		ml_warn(env, "%d of %d parallel workers took part: the others could not be started in time",
				size - 1, workers);
	if (size == 1)
	{
		leave(context);
		return ML_OK;
	}
	member_begin(member, shared, 0, size);
	member->context = context;
	env->team = &member->team;
	return ML_OK;
}

void
mlops_team_end(MlEnv *env)
{
	TeamMember *member = (TeamMember *) env->team;
	ParallelContext *context = member->context;

	/* a worker that never came would be an error here, although nobody missed it */
	if (context->nworkers_launched == member->team.size - 1)
		WaitForParallelWorkersToFinish(context);
	leave(context);
	ml_release(env, member);
}

/* ------------------------------------------------------------- the workers */

/* The next number, 0 when it is too late. */
static int
arrive(TeamShared *shared)
{
	int			rank = 0;

	SpinLockAcquire(&shared->mutex);
	if (!shared->closed)
		rank = shared->size++;
	SpinLockRelease(&shared->mutex);
	ConditionVariableBroadcast(&shared->arrivals);
	return rank;
}

static int
wait_until_closed(TeamShared *shared)
{
	bool		closed = false;
	int			size = 0;

	while (!closed)
	{
		ConditionVariablePrepareToSleep(&shared->arrivals);
		SpinLockAcquire(&shared->mutex);
		closed = shared->closed;
		size = shared->size;
		SpinLockRelease(&shared->mutex);
		if (!closed)
			ConditionVariableSleep(&shared->arrivals, PG_WAIT_EXTENSION);
	}
	ConditionVariableCancelSleep();
	return size;
}

/* Where a parallel worker begins. */
void
mlops_team_main(dsm_segment *segment, shm_toc *toc)
{
	TeamShared *shared = shm_toc_lookup(toc, TEAM_KEY, false);
	int			rank = arrive(shared);
	TeamMember	member = {0};
	const MlAlgorithm *algorithm;
	MlEnv	   *env;

	if (rank == 0)
		return;
	member_begin(&member, shared, rank, wait_until_closed(shared));
	algorithm = ml_algorithm_find(shared->algorithm);
	env = mlops_env_begin(CurrentMemoryContext, "mlops team member",
						  (Size) mlops_training_memory * 1024);
	env->team = &member.team;
	mlops_check(env, algorithm->help(env));
	mlops_env_end(env);
}
