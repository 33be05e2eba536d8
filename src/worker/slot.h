/*
 * worker/slot.h
 *		What the launcher and the processes that it starts tell each other.
 *
 * A slot of shared memory for each process that may run at once: visitors
 * first, then jobs. A process owns its slot as long as the slot has the ticket
 * that it was started with; after that what it says is not heard, and it must
 * not begin.
 */
#ifndef MLOPS_WORKER_SLOT_H
#define MLOPS_WORKER_SLOT_H

#include "postgres.h"

#include "lifecycle/job.h"

#define MLOPS_N_VISITORS 2
#define MLOPS_MAX_READY 16
#define MLOPS_MAX_UNSTARTED 16

/* What a process is started for; handed over in bgw_extra. */
typedef struct MlopsOrder
{
	Oid			database;
	Oid			role;			/* invalid: a visitor */
	int64		job;			/* 0: a visitor */
	int			slot;
	uint32		ticket;
} MlopsOrder;

/* How far a process came. */
typedef enum MlopsStage
{
	MLOPS_NOT_BEGUN,			/* a job's first transaction is not committed */
	MLOPS_BEGUN,
	MLOPS_SETTLED				/* nothing is left for another visit to see to */
} MlopsStage;

/* What a visitor found. */
typedef struct MlopsVisit
{
	TimestampTz next;			/* when to come back; infinity: not needed */
	bool		more;			/* more jobs are ready than stand here */
	int			n_ready;
	MlopsReadyJob ready[MLOPS_MAX_READY];
} MlopsVisit;

/* Jobs that did not begin, for a visitor to record. */
typedef struct MlopsUnstarted
{
	int			count;
	int64		jobs[MLOPS_MAX_UNSTARTED];
} MlopsUnstarted;

/* Request and attach shared memory; called from _PG_init when preloading. */
extern void mlops_slots_init(void);
extern int	mlops_slot_count(void);

/* The launcher: take all slots from whoever had them. */
extern void mlops_slots_reset(void);

/* The launcher: give a slot to a new process; returns its ticket. */
extern uint32 mlops_slot_open(int slot, const MlopsUnstarted *unstarted);

/* The launcher: what the process said; a visit only when it is settled. */
extern MlopsStage mlops_slot_read(int slot, MlopsVisit *visit);

/* A process: does it still own its slot? */
extern bool mlops_slot_is_mine(const MlopsOrder *order);
extern void mlops_slot_unstarted(const MlopsOrder *order, MlopsUnstarted *unstarted);
extern void mlops_slot_advance(const MlopsOrder *order, MlopsStage stage);

/* A visitor: report, and be settled. */
extern void mlops_slot_report(const MlopsOrder *order, const MlopsVisit *visit);

#endif							/* MLOPS_WORKER_SLOT_H */
