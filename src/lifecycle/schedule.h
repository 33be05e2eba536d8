/*
 * lifecycle/schedule.h
 *		Retraining a model again and again.
 */
#ifndef MLOPS_LIFECYCLE_SCHEDULE_H
#define MLOPS_LIFECYCLE_SCHEDULE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

/* What mlops_schedule() was asked. */
typedef struct MlopsScheduleRequest
{
	const char *model;
	const char *schedule;		/* interval or cron */
	const char *deploy;
	Jsonb	   *params;			/* or NULL */
	const char *run_as;			/* NULL: the current role */
} MlopsScheduleRequest;

/*
 * Retrain the model on a schedule, which replaces the one it has; everything
 * that can be known to fail is refused now. Returns when it is due first.
 */
extern TimestampTz mlops_schedule(const MlopsScheduleRequest *request);

/* End the schedule and cancel a queued job; false when there is none. */
extern bool mlops_unschedule(const char *model);

/* When a schedule would be due after a time, in the session's time zone; infinity: never. */
extern TimestampTz mlops_next_due(const char *schedule, TimestampTz after);

#endif							/* MLOPS_LIFECYCLE_SCHEDULE_H */
