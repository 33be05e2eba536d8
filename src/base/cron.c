/*
 * base/cron.c
 *		Cron expressions: five fields, and which minute comes next.
 *
 * What the fields mean follows Vixie cron, crontab(5). Dates are computed on
 * day numbers (H. Hinnant, "chrono-compatible low-level date algorithms",
 * 2013); the search walks over days and ends after 400 years, when the
 * Gregorian calendar repeats to the day of the week.
 */
#include <string.h>

#include "base/cron.h"

#define DAYS_OF_CYCLE 146097	/* in 400 years */
#define MINUTES_OF_DAY 1440

typedef struct Field
{
	const char *name;
	int			minimum;
	int			maximum;
	const char *words;			/* names of the values from minimum on, three letters each */
} Field;

static const Field fields[5] = {
	{"minute", 0, 59, NULL},
	{"hour", 0, 23, NULL},
	{"day of month", 1, 31, NULL},
	{"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
	{"day of week", 0, 7, "SUNMONTUEWEDTHUFRISAT"}
};

/* Where the parser stands. */
typedef struct Cursor
{
	MlEnv	   *env;
	const char *at;
	const Field *field;
} Cursor;

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
}

bool
ml_cron_looks_like(const char *text)
{
	int			n_fields = 0;
	bool		numbers = true;

	while (*text)
	{
		while (is_blank(*text))
			text++;
		if (*text == '\0')
			break;
		/* an interval of five words has a unit in the second place */
		if (n_fields < 2 && !is_digit(*text) && *text != '*')
			numbers = false;
		n_fields++;
		while (*text && !is_blank(*text))
			text++;
	}
	return n_fields == 5 && numbers;
}

/* A number or a name; a name must end with its third letter. */
static MlStatus
read_value(Cursor *cursor, int *value)
{
	const Field *field = cursor->field;
	const char *start = cursor->at;
	int			i;

	*value = 0;
	while (is_digit(*cursor->at) && *value <= field->maximum)
		*value = *value * 10 + (*cursor->at++ - '0');
	if (cursor->at > start)
	{
		if (*value < field->minimum || *value > field->maximum)
			return ml_fail(cursor->env, ML_INVALID_OPTION, "%s must be between %d and %d",
						   field->name, field->minimum, field->maximum);
		return ML_OK;
	}
	for (i = 0; field->words != NULL && field->words[3 * i] != '\0'; i++)
	{
		const char *word = field->words + 3 * i;

		if (upper(start[0]) == word[0] && upper(start[1]) == word[1] && upper(start[2]) == word[2])
		{
			*value = field->minimum + i;
			cursor->at += 3;
			return ML_OK;
		}
	}
	return ml_fail(cursor->env, ML_INVALID_OPTION, "%s is not understood at \"%.20s\"",
				   field->name, start);
}

static MlStatus
read_step(Cursor *cursor, int *step)
{
	const char *start = ++cursor->at;

	*step = 0;
	while (is_digit(*cursor->at) && *step <= cursor->field->maximum)
		*step = *step * 10 + (*cursor->at++ - '0');
	if (cursor->at == start || *step < 1 || *step > cursor->field->maximum)
		return ml_fail(cursor->env, ML_INVALID_OPTION, "the step of %s must be between 1 and %d",
					   cursor->field->name, cursor->field->maximum);
	return ML_OK;
}

/* "*", "5", "2-10", with a step behind '*' and ranges. */
static MlStatus
read_item(Cursor *cursor, uint64_t *bits)
{
	const Field *field = cursor->field;
	bool		is_range = true;
	int			low = field->minimum;
	int			high = field->maximum;
	int			step = 1;

	if (*cursor->at == '*')
		cursor->at++;
	else
	{
		ML_TRY(read_value(cursor, &low));
		high = low;
		is_range = *cursor->at == '-';
		if (is_range)
		{
			cursor->at++;
			ML_TRY(read_value(cursor, &high));
		}
		/* FRI-SUN ends with the other number of Sunday */
		if (high == 0 && low > 0 && field->maximum == 7)
			high = 7;
		if (high < low)
			return ml_fail(cursor->env, ML_INVALID_OPTION, "a range of %s ends before it begins", field->name);
	}
	if (*cursor->at == '/')
	{
		if (!is_range)
			return ml_fail(cursor->env, ML_INVALID_OPTION, "a step of %s needs a range or \"*\" before it",
						   field->name);
		ML_TRY(read_step(cursor, &step));
	}
	for (; low <= high; low += step)
		*bits |= UINT64_C(1) << low;
	return ML_OK;
}

static MlStatus
read_field(Cursor *cursor, const Field *field, uint64_t *bits)
{
	*bits = 0;
	cursor->field = field;
	while (is_blank(*cursor->at))
		cursor->at++;
	for (;;)
	{
		ML_TRY(read_item(cursor, bits));
		if (*cursor->at != ',')
			break;
		cursor->at++;
	}
	if (*cursor->at != '\0' && !is_blank(*cursor->at))
		return ml_fail(cursor->env, ML_INVALID_OPTION, "%s is not understood at \"%.20s\"",
					   field->name, cursor->at);
	return ML_OK;
}

static bool
begins_with_star(const Cursor *cursor)
{
	const char *at = cursor->at;

	while (is_blank(*at))
		at++;
	return *at == '*';
}

MlStatus
ml_cron_parse(MlEnv *env, const char *text, MlCron *cron)
{
	Cursor		cursor = {env, text, NULL};
	int64_t		next;

	ML_TRY(read_field(&cursor, &fields[0], &cron->minutes));
	ML_TRY(read_field(&cursor, &fields[1], &cron->hours));
	cron->any_day = begins_with_star(&cursor);
	ML_TRY(read_field(&cursor, &fields[2], &cron->days));
	ML_TRY(read_field(&cursor, &fields[3], &cron->months));
	cron->any_weekday = begins_with_star(&cursor);
	ML_TRY(read_field(&cursor, &fields[4], &cron->weekdays));
	cron->weekdays = (cron->weekdays | cron->weekdays >> 7) & 0x7f;
	while (is_blank(*cursor.at))
		cursor.at++;
	if (*cursor.at != '\0')
		return ml_fail(env, ML_INVALID_OPTION, "there are more than five fields");
	if (!ml_cron_next(cron, 0, &next))
		return ml_fail(env, ML_INVALID_OPTION, "no date fulfils it");
	return ML_OK;
}

/* Month and day of the month of a day number (0 is 1970-01-01). */
static void
date_of_day(int64_t day, int *month, int *day_of_month)
{
	int64_t		shifted = day + 719468; /* days since 0000-03-01 */
	int64_t		cycle = (shifted >= 0 ? shifted : shifted - DAYS_OF_CYCLE + 1) / DAYS_OF_CYCLE;
	int64_t		in_cycle = shifted - cycle * DAYS_OF_CYCLE;
	int64_t		year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
	int64_t		in_year = in_cycle - (365 * year + year / 4 - year / 100);
	int64_t		from_march = (5 * in_year + 2) / 153;

	*day_of_month = (int) (in_year - (153 * from_march + 2) / 5 + 1);
	*month = (int) (from_march < 10 ? from_march + 3 : from_march - 9);
}

static bool
has(uint64_t bits, int value)
{
	return (bits >> value & 1) != 0;
}

static bool
day_matches(const MlCron *cron, int64_t day)
{
	int			month;
	int			day_of_month;
	int			weekday = (int) (((day + 4) % 7 + 7) % 7);	/* 1970-01-01 was a Thursday */
	bool		by_day;
	bool		by_weekday;

	date_of_day(day, &month, &day_of_month);
	if (!has(cron->months, month))
		return false;
	by_day = has(cron->days, day_of_month);
	by_weekday = has(cron->weekdays, weekday);
	return cron->any_day || cron->any_weekday ? by_day && by_weekday : by_day || by_weekday;
}

/* The first matching minute of a day from `minute` on, or -1. */
static int
minute_of_day(const MlCron *cron, int minute)
{
	for (; minute < MINUTES_OF_DAY; minute++)
	{
		if (!has(cron->hours, minute / 60))
			minute += 59 - minute % 60;
		else if (has(cron->minutes, minute % 60))
			return minute;
	}
	return -1;
}

static int64_t
floor_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0 ? 1 : 0);
}

bool
ml_cron_next(const MlCron *cron, int64_t after, int64_t *next)
{
	int64_t		start = floor_divide(after, 60) + 1;
	int64_t		first_day = floor_divide(start, MINUTES_OF_DAY);
	int			minute = (int) (start - first_day * MINUTES_OF_DAY);
	int64_t		day;

	for (day = first_day; day <= first_day + DAYS_OF_CYCLE; day++)
	{
		int			found = day_matches(cron, day) ? minute_of_day(cron, minute) : -1;

		if (found >= 0)
		{
			*next = (day * MINUTES_OF_DAY + found) * 60;
			return true;
		}
		minute = 0;
	}
	return false;
}
