/*
 * prep/timeparts.c
 *		Days, months, weekdays and hours of a time.
 *
 * Whole microseconds below 2^63 are split in integers. Dates reach further
 * (to the year 5874897); they are whole days, so that rounding the quotient
 * gives the day. Month and day follow from the day number by shifting the
 * year to begin in March, which puts the leap day last: 400 years have
 * 146,097 days, and day d of such a year is in month (5 d + 2) / 153.
 */
#include <math.h>

#include "prep/timeparts.h"

#define DAY_MICROSECONDS	INT64_C(86400000000)
#define HOUR_MICROSECONDS	INT64_C(3600000000)
#define INTEGER_LIMIT		9.2e18
#define TIME_LIMIT			1e21	/* beyond any date */

/* From 0000-03-01, the first day of a 400-year cycle, to 2000-01-01. */
#define CYCLE_OFFSET		INT64_C(730425)
#define CYCLE_DAYS			INT64_C(146097)

int
ml_n_time_parts(MlType type)
{
	if (ml_type_kind(type) != ML_KIND_TIME)
		return 0;
	return type == ML_DATE ? ML_MAX_TIME_PARTS - 1 : ML_MAX_TIME_PARTS;
}

MlPart
ml_time_part_at(int number)
{
	static const MlPart parts[ML_MAX_TIME_PARTS] = {
		ML_PART_DAYS, ML_PART_MONTH, ML_PART_DAY, ML_PART_WEEKDAY, ML_PART_HOUR
	};

	return parts[number];
}

static int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days since 2000-01-01 and microseconds of the day. */
static void
split_day(double microseconds, int64_t *day, int64_t *rest)
{
	if (fabs(microseconds) < INTEGER_LIMIT)
	{
		int64_t		whole = (int64_t) microseconds;

		*day = floor_divide(whole, DAY_MICROSECONDS);
		*rest = whole - *day * DAY_MICROSECONDS;
	}
	else
	{
		*day = (int64_t) rint(microseconds / (double) DAY_MICROSECONDS);
		*rest = 0;
	}
}

static void
month_and_day(int64_t day, int *month, int *day_of_month)
{
	int64_t		of_cycle = day + CYCLE_OFFSET;
	int64_t		of_year;
	int64_t		year;
	int64_t		shifted;

	of_cycle -= floor_divide(of_cycle, CYCLE_DAYS) * CYCLE_DAYS;
	year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
	of_year = of_cycle - (365 * year + year / 4 - year / 100);
	shifted = (5 * of_year + 2) / 153;	/* 0 March .. 11 February */
	*day_of_month = (int) (of_year - (153 * shifted + 2) / 5 + 1);
	*month = (int) (shifted < 10 ? shifted + 3 : shifted - 9);
}

double
ml_time_part(double microseconds, MlPart part)
{
	int64_t		day;
	int64_t		rest;
	int			month;
	int			day_of_month;

	if (!(fabs(microseconds) < TIME_LIMIT))
		return NAN;
	split_day(microseconds, &day, &rest);
	switch (part)
	{
		case ML_PART_VALUE:
			return microseconds;
		case ML_PART_DAYS:
			return rest == 0 ? (double) day : microseconds / (double) DAY_MICROSECONDS;
		case ML_PART_MONTH:
			month_and_day(day, &month, &day_of_month);
			return month;
		case ML_PART_DAY:
			month_and_day(day, &month, &day_of_month);
			return day_of_month;
		case ML_PART_WEEKDAY:
			/* 2000-01-01 was a Saturday */
			return (double) (day + 5 - floor_divide(day + 5, 7) * 7 + 1);
		case ML_PART_HOUR:
			return (double) (rest / HOUR_MICROSECONDS);
	}
	return NAN;
}
