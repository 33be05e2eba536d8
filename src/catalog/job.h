/*
 * catalog/job.h
 *		Rows of mlops.job and mlops.job_run.
 *
 * A model has at most one job that is queued or running. A job whose process
 * runs it is locked by that process for as long as it lives, so that a job
 * without its lock is known to be lost, whatever ended the process.
 */
#ifndef MLOPS_CATALOG_JOB_H
#define MLOPS_CATALOG_JOB_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

typedef struct MlopsJob
{
	int64		id;
	int64		run;			/* row of the running attempt, 0: none */
	const char *model;
	const char *owner;			/* of the model; NULL when it is gone */
	const char *run_as;
	Jsonb	   *arguments;
	int			attempts;		/* the running one included */
	int			max_attempts;
} MlopsJob;

/* Why an attempt did not succeed; NULL: absent. */
typedef struct MlopsFailure
{
	const char *outcome;		/* failed, lost */
	const char *sqlstate;
	const char *error;
} MlopsFailure;

/* Queue a job, unless the model has one already. */
extern void mlops_job_insert(const char *model, const char *run_as, Jsonb *arguments,
							 TimestampTz due_at, int max_attempts);

/* Cancel the queued job of a model, if there is one. */
extern void mlops_job_cancel_queued(const char *model);

/* Queued jobs that may run at a time, in their order; at most `limit`, 0: all. */
extern MlopsJob *mlops_job_list_ready(TimestampTz now, int limit, int *count);

/* Jobs that are marked as running, with the rows of their attempts. */
extern MlopsJob *mlops_job_list_running(int *count);

/* When the first queued job that has to wait may run; infinity: none waits. */
extern TimestampTz mlops_job_first_after(TimestampTz now);

/*
 * Mark a queued job of the role as running and insert the row of the attempt.
 * NULL when it is not queued any more, or another transaction works on it.
 */
extern MlopsJob *mlops_job_claim(int64 id, const char *run_as);

/* Close a running attempt and its job. */
extern void mlops_job_succeed(const MlopsJob *job, int version, const char *decision);

/*
 * Close an attempt, or record one that did not start (run 0), and queue the
 * job again for `retry_at`; infinity: it has failed for good. Does nothing
 * when the job is not in the state that `job` tells.
 */
extern void mlops_job_fail(const MlopsJob *job, const MlopsFailure *failure, TimestampTz retry_at);

/* Lock a job until this process ends; false when another process has it. */
extern bool mlops_job_lock(int64 id);
extern void mlops_job_unlock(int64 id);

#endif							/* MLOPS_CATALOG_JOB_H */
