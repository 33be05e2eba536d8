/*
 * lifecycle/job.h
 *		The life of a job: made by a schedule, begun, worked on, ended.
 *
 * Every function is called inside a transaction; which steps share one is
 * said with each. The processes that call them are in worker/.
 */
#ifndef MLOPS_LIFECYCLE_JOB_H
#define MLOPS_LIFECYCLE_JOB_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "catalog/job.h"

/* Attempts of a job before it has failed for good. */
#define MLOPS_JOB_ATTEMPTS 3

/* ----------------------------------------------- for the visiting scheduler */

/* A job that may start now, and the role to connect as. */
typedef struct MlopsReadyJob
{
	int64		id;
	Oid			role;
} MlopsReadyJob;

/* Close jobs whose process is gone. */
extern void mlops_jobs_close_lost(void);

/* Note jobs whose process ended before it could begin them. */
extern void mlops_jobs_close_unstarted(const int64 *ids, int count);

/* Queue a job for each schedule that is due, and set when that is due next. */
extern void mlops_jobs_make(TimestampTz now);

/*
 * The first queued jobs that may start now; jobs whose role cannot run them
 * fail here. *more: there were more than `limit`.
 */
extern int	mlops_jobs_ready(TimestampTz now, MlopsReadyJob *jobs, int limit, bool *more);

/* When the next schedule or waiting job is due; infinity: none. */
extern TimestampTz mlops_jobs_next(TimestampTz now);

/* ------------------------------------------------------- for the job process */

/*
 * Lock the job and mark it as running; the caller commits before it works.
 * NULL when there is nothing to do any more.
 */
extern MlopsJob *mlops_job_begin(int64 id);

/* Do the work and record its success, in one transaction. */
extern void mlops_job_work(const MlopsJob *job, int *version, const char **decision);

/*
 * Record that the work failed. Errors that another attempt may not meet are
 * tried again after a while; returns true then.
 */
extern bool mlops_job_end_failed(const MlopsJob *job, const ErrorData *error);

#endif							/* MLOPS_LIFECYCLE_JOB_H */
