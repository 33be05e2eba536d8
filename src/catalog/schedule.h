/*
 * catalog/schedule.h
 *		Rows of mlops.schedule, at most one for each model.
 */
#ifndef MLOPS_CATALOG_SCHEDULE_H
#define MLOPS_CATALOG_SCHEDULE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

typedef struct MlopsSchedule
{
	const char *model;
	const char *schedule;
	const char *time_zone;
	const char *run_as;
	Jsonb	   *arguments;
	TimestampTz next_due;
} MlopsSchedule;

/* Insert or replace the schedule of its model; created_by is the caller. */
extern void mlops_schedule_put(const MlopsSchedule *schedule);

/* Remove the schedule of a model; false when there is none. */
extern bool mlops_schedule_delete(const char *model);

/* Schedules that are due at a time, the oldest first; nothing is locked. */
extern MlopsSchedule *mlops_schedule_list_due(TimestampTz now, int *count);

/*
 * The schedule, locked until the transaction ends. NULL when it is not due
 * any more, or another transaction works on it.
 */
extern MlopsSchedule *mlops_schedule_take(const char *model, TimestampTz now);

/* Set when a schedule is due next; infinity: never. */
extern void mlops_schedule_advance(const char *model, TimestampTz next_due);

/* When the first schedule is due; infinity: none. */
extern TimestampTz mlops_schedule_first_due(void);

#endif							/* MLOPS_CATALOG_SCHEDULE_H */
