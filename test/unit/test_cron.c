/*
 * test_cron.c
 *		Cron expressions (base/cron.h).
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cron.h"
#include "unit.h"

/* Local seconds of "2026-03-29 02:30". */
static int64_t
seconds(const char *text)
{
	struct tm	tm;

	memset(&tm, 0, sizeof(tm));
	if (sscanf(text, "%d-%d-%d %d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
			   &tm.tm_hour, &tm.tm_min, &tm.tm_sec) < 5)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return (int64_t) timegm(&tm);
}

/* The next `count` minutes after a time, against a text of them. */
static void
check(const char *expression, const char *after, int count, const char *expected)
{
	MlEnv	   *env = unit_env();
	MlCron		cron;
	char		actual[512] = "";
	int64_t		at = seconds(after);
	int			i;

	if (ml_cron_parse(env, expression, &cron) != ML_OK)
	{
		unit_text(env->error.message, "", "%s is understood", expression);
		return;
	}
	for (i = 0; i < count && ml_cron_next(&cron, at, &at); i++)
	{
		time_t		moment = (time_t) at;
		struct tm	tm;

		gmtime_r(&moment, &tm);
		strftime(actual + strlen(actual), sizeof(actual) - strlen(actual),
				 i ? ", %Y-%m-%d %H:%M" : "%Y-%m-%d %H:%M", &tm);
	}
	unit_text(actual, expected, "%s after %s", expression, after);
}

static void
refuse(const char *expression, const char *message)
{
	MlEnv	   *env = unit_env();
	MlCron		cron;
	MlStatus	status = ml_cron_parse(env, expression, &cron);

	unit_ok(status == ML_INVALID_OPTION, "\"%s\" is refused", expression);
	unit_text(env->error.message, message, "\"%s\": the reason", expression);
}

/* Every minute of a year, against a matcher that looks at calendar fields. */
static void
check_year(void)
{
	MlEnv	   *env = unit_env();
	MlCron		cron;
	int64_t		at = seconds("2023-12-31 23:59");
	int64_t		end = seconds("2025-01-01 00:00");
	int64_t		moment = at;
	int			n_wrong = 0;
	int			n_found = 0;

	(void) ml_cron_parse(env, "7-59/13 */5 13,31 2-12/2 FRI", &cron);
	for (moment += 60; moment < end; moment += 60)
	{
		time_t		as_time = (time_t) moment;
		struct tm	tm;
		bool		matches;

		gmtime_r(&as_time, &tm);
		matches = tm.tm_min >= 7 && (tm.tm_min - 7) % 13 == 0 && tm.tm_hour % 5 == 0 &&
			(tm.tm_mday == 13 || tm.tm_mday == 31 || tm.tm_wday == 5) && (tm.tm_mon + 1) % 2 == 0;
		if (!matches)
			continue;
		n_found++;
		if (!ml_cron_next(&cron, at, &at) || at != moment)
			n_wrong++;
		at = moment;
	}
	unit_ok(n_wrong == 0 && n_found > 500, "all %d minutes of a year, %d wrong", n_found, n_wrong);
}

int
main(void)
{
	check("* * * * *", "2026-03-29 02:30:59", 2, "2026-03-29 02:31, 2026-03-29 02:32");
	check("0 3 * * *", "2026-03-29 03:00", 2, "2026-03-30 03:00, 2026-03-31 03:00");
	check("59 23 31 12 *", "2026-12-31 23:58:59", 2, "2026-12-31 23:59, 2027-12-31 23:59");
	check(" 0\t0  29 2 * ", "2096-02-29 00:00", 1, "2104-02-29 00:00");
	check("0 12 * * SUN", "2026-07-01 00:00", 2, "2026-07-05 12:00, 2026-07-12 12:00");
	check("0 12 * * 7", "2026-07-01 00:00", 1, "2026-07-05 12:00");
	check("0 12 * * 0", "2026-07-01 00:00", 1, "2026-07-05 12:00");
	check("0 12 * * fri-sun", "2026-07-01 00:00", 3, "2026-07-03 12:00, 2026-07-04 12:00, 2026-07-05 12:00");
	check("0 12 * * 5-7", "2026-07-04 12:00", 2, "2026-07-05 12:00, 2026-07-10 12:00");
	check("15,45 9-17/4 1 jan,Jul *", "2026-06-01 00:00", 3,
		  "2026-07-01 09:15, 2026-07-01 09:45, 2026-07-01 13:15");
	/* day of month or day of week; both when one begins with '*' */
	check("0 0 13 * FRI", "2026-02-07 00:00", 3, "2026-02-13 00:00, 2026-02-20 00:00, 2026-02-27 00:00");
	check("0 0 13 * 1", "2026-02-07 00:00", 3, "2026-02-09 00:00, 2026-02-13 00:00, 2026-02-16 00:00");
	check("0 0 */2 * 1", "2026-02-01 00:00", 2, "2026-02-09 00:00, 2026-02-23 00:00");
	check("0 0 29 2 */7", "2026-01-01 00:00", 2, "2032-02-29 00:00, 2060-02-29 00:00");
	check("*/20 * * * *", "1969-12-31 23:59:30", 2, "1970-01-01 00:00, 1970-01-01 00:20");
	check("30 4 1 * *", "1899-12-31 23:59", 2, "1900-01-01 04:30, 1900-02-01 04:30");
	check_year();

	refuse("60 * * * *", "minute must be between 0 and 59");
	refuse("* 24 * * *", "hour must be between 0 and 23");
	refuse("* * 0 * *", "day of month must be between 1 and 31");
	refuse("* * * 13 *", "month must be between 1 and 12");
	refuse("* * * * 8", "day of week must be between 0 and 7");
	refuse("99999999999999999999 * * * *", "minute must be between 0 and 59");
	refuse("*/0 * * * *", "the step of minute must be between 1 and 59");
	refuse("*/ * * * *", "the step of minute must be between 1 and 59");
	refuse("*/99999999999999999999 * * * *", "the step of minute must be between 1 and 59");
	refuse("5/15 * * * *", "a step of minute needs a range or \"*\" before it");
	refuse("30-10 * * * *", "a range of minute ends before it begins");
	refuse("1,,2 * * * *", "minute is not understood at \",2 * * * *\"");
	refuse("* * * FOO *", "month is not understood at \"FOO *\"");
	refuse("* * * JANUARY *", "month is not understood at \"UARY *\"");
	refuse("* * * J", "month is not understood at \"J\"");
	refuse("* * * *", "day of week is not understood at \"\"");
	refuse("", "minute is not understood at \"\"");
	refuse("* * * * * *", "there are more than five fields");
	refuse("0 0 31 2,4 *", "no date fulfils it");

	unit_ok(ml_cron_looks_like("0 3 * * *"), "five fields are cron");
	unit_ok(ml_cron_looks_like("*/5 99 x y z"), "also wrong ones");
	unit_ok(!ml_cron_looks_like("1 day 2 hours 3"), "an interval of five words is none");
	unit_ok(!ml_cron_looks_like("0 3 * *"), "four fields are none");
	unit_ok(!ml_cron_looks_like(""), "nothing is none");
	return unit_done();
}
