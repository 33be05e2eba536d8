/*
 * lifecycle/timetable.h
 *		The text of a schedule, understood: when it is due.
 */
#ifndef MLOPS_LIFECYCLE_TIMETABLE_H
#define MLOPS_LIFECYCLE_TIMETABLE_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "base/cron.h"

typedef struct MlopsTimetable
{
	bool		is_cron;
	MlCron		cron;
	Interval	interval;
	const char *time_zone;
} MlopsTimetable;

/*
 * An interval of at least a second, or five cron fields; `time_zone` is the
 * clock of both. Error 22023 showing both forms for anything else.
 */
extern void mlops_timetable_read(const char *schedule, const char *time_zone,
								 MlopsTimetable *timetable);

/*
 * When it is due after `now`. An interval is added to the time it was `last`
 * due as often as needed, so that what was missed runs once. A cron time that
 * the clock skips is due when the skip ends; one that comes twice, once.
 */
extern TimestampTz mlops_timetable_next(const MlopsTimetable *timetable, TimestampTz last,
										TimestampTz now);

#endif							/* MLOPS_LIFECYCLE_TIMETABLE_H */
