/*
 * lifecycle/make_job.h
 *		From a schedule that is due to a queued job.
 */
#ifndef MLOPS_LIFECYCLE_MAKE_JOB_H
#define MLOPS_LIFECYCLE_MAKE_JOB_H

#include "postgres.h"

#include "catalog/schedule.h"

/*
 * Queue a job unless the model has one, and set when the schedule is due next.
 * A schedule that another transaction works on is passed over. One that
 * cannot be understood (a dump may bring any text) leaves a warning in the
 * server's log and is never due again.
 */
extern void mlops_make_job(const MlopsSchedule *due, TimestampTz now);

#endif							/* MLOPS_LIFECYCLE_MAKE_JOB_H */
