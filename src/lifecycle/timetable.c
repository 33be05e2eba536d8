/*
 * lifecycle/timetable.c
 *		The text of a schedule, understood: when it is due.
 *
 * Cron fields are matched on the local clock and turned into a moment with the
 * one change of the clock that may lie within a day of it. The first of two
 * equal local times is taken; a local time that does not exist becomes the
 * moment of the change. Intervals of days and months are added by the server's
 * own rules, in the schedule's time zone.
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "bridge/env.h"
#include "lifecycle/timetable.h"

#define SECONDS_OF_DAY 86400

static void
raise_schedule(const char *schedule, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid schedule \"%s\"", schedule),
			 errdetail_internal("%s", detail),
			 errhint("Give an interval, as in '1 day' or '30 minutes', or five cron fields (minute, hour, day of month, month, day of week), as in '0 3 * * *'.")));
}

/* As interval_in(), but answers false instead of raising. */
static bool
decode_interval(const char *text, Interval *interval)
{
	char		work[256];
	char	   *field[MAXDATEFIELDS];
	int			type[MAXDATEFIELDS];
	int			n_fields;
	int			kind;
	int			error;
	struct pg_itm_in parts;

	memset(&parts, 0, sizeof(parts));
	error = ParseDateTime(text, work, sizeof(work), field, type, MAXDATEFIELDS, &n_fields);
	if (error == 0)
		error = DecodeInterval(field, type, n_fields, INTERVAL_FULL_RANGE, &kind, &parts);
	if (error == DTERR_BAD_FORMAT)
		error = DecodeISO8601Interval(pstrdup(text), &kind, &parts);
	return error == 0 && kind == DTK_DELTA && itmin2interval(&parts, interval) == 0;
}

static void
read_interval(const char *schedule, Interval *interval)
{
	if (!decode_interval(schedule, interval))
		raise_schedule(schedule, "It is neither an interval nor five cron fields.");
	if (interval->month < 0 || interval->day < 0 || interval->time < 0)
		raise_schedule(schedule, "An interval must not have negative parts.");
	if (interval->month == 0 && interval->day == 0 && interval->time < USECS_PER_SEC)
		raise_schedule(schedule, "The shortest interval is one second.");
}

static void
read_cron(const char *schedule, MlCron *cron)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops schedule", 0);
	MlStatus	status = ml_cron_parse(env, schedule, cron);

	if (status == ML_INVALID_OPTION)
		raise_schedule(schedule, psprintf("As cron: %s.", env->error.message));
	mlops_check(env, status);
	mlops_env_end(env);
}

static pg_tz *
find_time_zone(const char *name)
{
	pg_tz	   *zone = pg_tzset(name);

	if (zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" of a schedule is not known", name)));
	return zone;
}

void
mlops_timetable_read(const char *schedule, const char *time_zone, MlopsTimetable *timetable)
{
	memset(timetable, 0, sizeof(*timetable));
	(void) find_time_zone(time_zone);
	timetable->time_zone = time_zone;
	timetable->is_cron = ml_cron_looks_like(schedule);
	if (timetable->is_cron)
		read_cron(schedule, &timetable->cron);
	else
		read_interval(schedule, &timetable->interval);
}

/* The moment of a local time: the first of two, the next when there is none. */
static pg_time_t
moment_of(int64 local, pg_tz *zone)
{
	/* before the moment in every zone, and at most one change away from it */
	pg_time_t	probe = local - SECONDS_OF_DAY;
	pg_time_t	change;
	long int	before;
	long int	after;
	int			before_is_summer;
	int			after_is_summer;
	int			found;

	found = pg_next_dst_boundary(&probe, &before, &before_is_summer, &change,
								 &after, &after_is_summer, zone);
	if (found < 0)
		return local;			/* outside of what the server knows: as UTC */
	if (found == 0 || local - before < change)
		return local - before;
	return Max(local - after, change);
}

static void
raise_beyond(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("schedule is next due beyond the last timestamp"),
			 errhint("Give a schedule that is due before the year 294277.")));
}

static TimestampTz
next_of_cron(const MlopsTimetable *timetable, TimestampTz now)
{
	pg_tz	   *zone = find_time_zone(timetable->time_zone);
	pg_time_t	start = timestamptz_to_time_t(now);
	struct pg_tm *clock = pg_localtime(&start, zone);
	int64		local = start + (clock != NULL ? clock->tm_gmtoff : 0);

	/* more than one step only while the clock repeats or skips an hour */
	while (ml_cron_next(&timetable->cron, local, &local))
	{
		pg_time_t	moment = moment_of(local, zone);

		/* before it is made a timestamp, which would wrap around */
		if (moment >= timestamptz_to_time_t(END_TIMESTAMP))
			break;
		if (time_t_to_timestamptz(moment) > now)
			return time_t_to_timestamptz(moment);
	}
	raise_beyond();
	return DT_NOEND;			/* not reached */
}

/* An interval of fixed length: any number of steps at once. */
static TimestampTz
next_of_duration(int64 length, TimestampTz last, TimestampTz now)
{
	TimestampTz next = last + length;
	TimestampTz latest;

	if (pg_add_s64_overflow(now, length, &latest) || latest >= END_TIMESTAMP)
		raise_beyond();
	if (next <= now)
		next += ((now - next) / length + 1) * length;
	return next;
}

static TimestampTz
next_of_calendar(const MlopsTimetable *timetable, TimestampTz last, TimestampTz now)
{
	int			nest_level = NewGUCNestLevel();
	TimestampTz next = last;

	(void) set_config_option("TimeZone", timetable->time_zone, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	do
	{
		CHECK_FOR_INTERRUPTS();
		next = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
													   TimestampTzGetDatum(next),
													   IntervalPGetDatum(&timetable->interval)));
	} while (next <= now);
	AtEOXact_GUC(false, nest_level);
	return next;
}

TimestampTz
mlops_timetable_next(const MlopsTimetable *timetable, TimestampTz last, TimestampTz now)
{
	if (TIMESTAMP_NOT_FINITE(last) || last > now)
		last = now;
	if (timetable->is_cron)
		return next_of_cron(timetable, now);
	if (timetable->interval.month == 0 && timetable->interval.day == 0)
		return next_of_duration(timetable->interval.time, last, now);
	return next_of_calendar(timetable, last, now);
}
