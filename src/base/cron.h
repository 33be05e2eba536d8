/*
 * base/cron.h
 *		Cron expressions: five fields, and which minute comes next.
 *
 * Times are local seconds since 1970-01-01 00:00 on the clock of the
 * schedule, as if every day had 24 hours; time zones are the caller's.
 */
#ifndef ML_BASE_CRON_H
#define ML_BASE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/env.h"

/* One bit for each value that a field allows. */
typedef struct MlCron
{
	uint64_t	minutes;		/* bits 0 to 59 */
	uint64_t	hours;			/* 0 to 23 */
	uint64_t	days;			/* of the month, 1 to 31 */
	uint64_t	months;			/* 1 to 12 */
	uint64_t	weekdays;		/* 0 (Sunday) to 6 */
	bool		any_day;		/* the field begins with '*' */
	bool		any_weekday;
} MlCron;

/* True when the text has the outward form of cron, so that it is no interval. */
extern bool ml_cron_looks_like(const char *text);

/*
 * Minute, hour, day of month, month, day of week. A field is '*', a value, a
 * range, or a list of these with commas; '*' and ranges may have a step, as in
 * "10-50/20". Months and days of the week have names (JAN, SUN); 0 and 7 are
 * Sunday. ML_INVALID_OPTION with a message otherwise, also for an expression
 * that no date fulfils (31 February).
 */
extern MlStatus ml_cron_parse(MlEnv *env, const char *text, MlCron *cron);

/*
 * The first matching minute after a local time; false when there is none. A
 * day matches when day of month or day of week does; if one of the two fields
 * begins with '*', when both do (as in Vixie cron).
 */
extern bool ml_cron_next(const MlCron *cron, int64_t after, int64_t *next);

#endif							/* ML_BASE_CRON_H */
