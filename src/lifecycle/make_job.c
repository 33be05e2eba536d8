/*
 * lifecycle/make_job.c
 *		From a schedule that is due to a queued job.
 */
#include "postgres.h"

#include "utils/elog.h"
#include "utils/timestamp.h"

#include "bridge/attempt.h"
#include "catalog/job.h"
#include "lifecycle/job.h"
#include "lifecycle/make_job.h"
#include "lifecycle/timetable.h"

typedef struct Making
{
	const char *model;
	TimestampTz now;
} Making;

static void
make(void *argument)
{
	Making	   *making = argument;
	MlopsSchedule *schedule = mlops_schedule_take(making->model, making->now);
	MlopsTimetable timetable;

	if (schedule == NULL)
		return;
	mlops_timetable_read(schedule->schedule, schedule->time_zone, &timetable);
	mlops_job_insert(schedule->model, schedule->run_as, schedule->arguments, schedule->next_due,
					 MLOPS_JOB_ATTEMPTS);
	mlops_schedule_advance(schedule->model,
						   mlops_timetable_next(&timetable, schedule->next_due, making->now));
}

void
mlops_make_job(const MlopsSchedule *due, TimestampTz now)
{
	Making		making = {due->model, now};
	ErrorData  *error;

	if (mlops_attempt(make, &making, &error))
		return;
	ereport(WARNING,
			(errcode(error->sqlerrcode),
			 errmsg("the schedule of model \"%s\" makes no job: %s", due->model, error->message)));
	if (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_DATA_EXCEPTION &&
		mlops_schedule_take(due->model, now) != NULL)
		mlops_schedule_advance(due->model, DT_NOEND);
}
