/*
 * test_signature.c
 *		Features to inputs, in training and in scoring (prep/signature.h).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prep/timeparts.h"
#include "rows.h"
#include "unit.h"

#define DAY		86400000000.0
#define HOUR	3600000000.0

static MlStatus
fit_all(MlEnv *env, const MlTable *table, int max_levels, MlSignature *signature)
{
	int			chosen[1600];
	int			i;

	for (i = 0; i < table->n_columns; i++)
		chosen[i] = i;
	return ml_signature_fit(env, table, chosen, table->n_columns, unit_all_rows(env, table->n_rows),
							table->n_rows, max_levels, "Europe/Berlin", signature);
}

/* The levels of a feature, blank separated. */
static const char *
levels_of(const MlSignature *signature, int feature)
{
	static char text[4096];
	const MlFeature *f = &signature->features[feature];
	int			i;

	text[0] = '\0';
	for (i = 0; i < f->n_levels; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s", i > 0 ? " " : "",
				 (int) f->level_length[i], f->level[i]);
	return text;
}

/*
 * Numbers
 */

static void
test_moments(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "i:i missing:d same:d none:d");
	MlSignature s;
	char		row[UNIT_ROW];
	int			i;

	for (i = 1; i <= 1000; i++)
	{
		snprintf(row, sizeof(row), "%d|%s|0.1|", i, i % 2 ? "" : i % 4 ? "3" : "5");
		unit_row(table, row);
	}
	unit_ok(fit_all(env, table, 255, &s) == ML_OK && s.n_inputs == 4, "four numbers give four inputs");
	unit_near(s.inputs[0].mean, 500.5, 0, "mean of 1 .. 1000");
	unit_near(s.inputs[0].sd, sqrt((1000.0 * 1000.0 - 1) / 12), 1e-15, "population deviation");
	unit_ok(!s.inputs[0].has_missing && s.inputs[1].has_missing, "missing ones were seen");
	unit_near(s.inputs[1].mean, 4, 0, "mean of present values");
	unit_near(s.inputs[1].sd, 1, 0, "deviation of present values");
	unit_near(s.inputs[2].mean, 0.1, 0, "a constant is its own mean");
	unit_near(s.inputs[2].sd, 1, 0, "and has deviation 1");
	unit_near(s.inputs[3].mean, 0, 0, "no values, mean 0");
	unit_ok(s.inputs[3].sd == 1 && s.inputs[3].has_missing, "no values, deviation 1");
	unit_ok(s.time_zone == NULL, "no time zone without a timestamptz");
}

/* Values whose sum or squares are out of range, and differences that cancel. */
static void
test_extreme_moments(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "huge:d tiny:d cancel:d");
	MlSignature s;

	unit_row(table, "1.7e308|1e-300|1e16");
	unit_row(table, "1.5e308|3e-300|1");
	unit_row(table, "1.6e308|2e-300|-1e16");
	unit_row(table, "1.6e308|2e-300|1");
	fit_all(env, table, 255, &s);
	unit_near(s.inputs[0].mean / 1e308, 1.6, 1e-15, "mean of huge numbers");
	unit_near(s.inputs[0].sd / 1e308, sqrt(0.005), 1e-13, "deviation of huge numbers");
	unit_near(s.inputs[1].mean * 1e300, 2, 1e-15, "mean of tiny numbers");
	unit_near(s.inputs[1].sd * 1e300, sqrt(0.5), 1e-15, "deviation of tiny numbers");
	unit_near(s.inputs[2].mean, 0.5, 0, "sums are exact");
}

/*
 * Categories
 */

static void
test_levels(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "c:t");
	const char *rows = "ccaabbbdabe";
	MlSignature s;
	double		input;
	MlValue		value;
	int			i;

	for (i = 0; rows[i] != '\0'; i++)
	{
		char		cell[2] = {rows[i], '\0'};

		unit_row(table, cell);
	}
	unit_ok(fit_all(env, table, 255, &s) == ML_OK, "fit categories");
	unit_text(levels_of(&s, 0), "a b c d e", "levels in byte order");
	unit_ok(s.inputs[0].mode == 1 && !s.inputs[0].has_other && !s.inputs[0].has_missing, "b is the most frequent");
	unit_text(unit_warnings(env), "", "no warning");

	fit_all(env, table, 3, &s);
	unit_text(levels_of(&s, 0), "a b c", "the most frequent three");
	unit_ok(s.inputs[0].has_other && s.inputs[0].n_levels == 3, "the rest is other");
	unit_text(unit_warnings(env), "column \"c\" has 5 categories: the 3 most frequent are kept, "
			  "the rest counts as \"other\"", "with a warning");
	fit_all(env, table, 4, &s);
	unit_text(levels_of(&s, 0), "a b c d", "ties by byte order");

	memset(&value, 0, sizeof(value));
	value.text = "cat";
	value.length = 1;
	ml_signature_encode(&s, &value, &input);
	unit_near(input, 2, 0, "a level is its number");
	value.length = 3;
	ml_signature_encode(&s, &value, &input);
	unit_near(input, 4, 0, "a value never seen is other");
	value.text = "e";
	value.length = 1;
	ml_signature_encode(&s, &value, &input);
	unit_near(input, 4, 0, "and so is one that was not kept");
	value.missing = true;
	ml_signature_encode(&s, &value, &input);
	unit_ok(isnan(input), "a missing one is NaN");

	unit_ok(fit_all(env, table, 256, &s) == ML_INVALID_OPTION && fit_all(env, table, 0, &s) == ML_INVALID_OPTION,
			"255 levels at most, 1 at least");
}

static void
test_missing_categories(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "a:t none:t");
	MlSignature s;
	MlFrame		frame;
	uint32_t	second = 1;
	int			both[] = {0, 1};

	unit_row(table, "x|");
	unit_row(table, "|");
	unit_row(table, "\xc3\xa4|");
	fit_all(env, table, 255, &s);
	unit_ok(s.inputs[0].has_missing && s.inputs[0].n_levels == 2 && s.inputs[0].mode == 0, "missing is no level");
	unit_ok(s.inputs[1].has_missing && s.inputs[1].n_levels == 0, "no values, no levels");
	unit_pinned_frame(env, &s, table, &frame);
	unit_ok(frame.columns[0].code[0] == 0 && frame.columns[0].code[1] == ML_CODE_MISSING &&
			frame.columns[0].code[2] == 1, "codes of a frame");
	unit_ok(ml_signature_fit(env, table, both, 2, &second, 1, 255, NULL, &s) == ML_OK, "fit on one row");
	unit_ok(s.features[0].n_levels == 0, "only the given rows count");
}

static void
test_many_categories(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "c:t");
	char		text[UNIT_ROW];
	MlSignature s;
	MlFrame		frame;
	int			i;
	int			k;
	int			wrong = 0;

	/* category i of 100,000 once; the last 300 again and more often */
	for (i = 0; i < 100000; i++)
	{
		snprintf(text, sizeof(text), "%06d", i);
		for (k = 0; k < (i < 99700 ? 1 : i - 99698); k++)
			unit_row(table, text);
	}
	unit_ok(fit_all(env, table, 255, &s) == ML_OK && s.features[0].n_levels == 255, "255 of 100,000 categories");
	for (i = 0; i < 255; i++)
	{
		snprintf(text, sizeof(text), "%06d", 99745 + i);
		wrong += strcmp(s.features[0].level[i], text) != 0;
	}
	unit_ok(wrong == 0, "are the most frequent ones, in order");
	unit_ok(s.inputs[0].mode == 254, "the last is the most frequent");
	unit_ok(unit_pinned_frame(env, &s, table, &frame) == ML_OK && frame.columns[0].code[0] == 255 &&
			frame.columns[0].code[table->n_rows - 1] == 254, "a frame of them");
	unit_stop_after(env, 3);
	unit_ok(fit_all(env, table, 255, &s) == ML_INTERRUPTED, "a stop is obeyed");
	env = unit_env();
	unit_budget(env, 1000000);
	unit_ok(fit_all(env, table, 255, &s) == ML_OUT_OF_MEMORY, "and a budget");
}

/*
 * Times
 */

/* Every day of 1,600 years against a calendar that counts day by day. */
static void
test_calendar(void)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int			year = 2000;
	int			month = 1;
	int			day = 1;
	int			weekday = 6;
	int			number;
	int			wrong = 0;

	for (number = 0; number < 800 * 366; number++)
	{
		bool		leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
		double		cycle;

		/* the same day 800 years earlier has the same date and weekday */
		for (cycle = 0; cycle <= 2; cycle++)
		{
			double		time = (number - cycle * 2 * 146097) * DAY + 3 * HOUR;

			wrong += ml_time_part(time, ML_PART_MONTH) != month || ml_time_part(time, ML_PART_DAY) != day ||
				ml_time_part(time, ML_PART_WEEKDAY) != weekday || ml_time_part(time, ML_PART_HOUR) != 3;
		}
		weekday = weekday % 7 + 1;
		if (++day > lengths[month - 1] + (leap && month == 2))
		{
			day = 1;
			if (++month > 12)
			{
				month = 1;
				year++;
			}
		}
	}
	unit_ok(wrong == 0, "every day of 2,400 years");
}

static void
expect_time(double time, double days, int month, int day, int weekday, int hour, const char *what)
{
	unit_near(ml_time_part(time, ML_PART_DAYS), days, 0, "%s: days", what);
	unit_ok(ml_time_part(time, ML_PART_MONTH) == month && ml_time_part(time, ML_PART_DAY) == day,
			"%s: month and day", what);
	unit_ok(ml_time_part(time, ML_PART_WEEKDAY) == weekday, "%s: weekday", what);
	unit_ok(ml_time_part(time, ML_PART_HOUR) == hour, "%s: hour", what);
}

static void
test_times(void)
{
	expect_time(0, 0, 1, 1, 6, 0, "2000-01-01 00:00");
	expect_time(-1, -1 / DAY, 12, 31, 5, 23, "the microsecond before");
	expect_time(8825 * DAY + 23.5 * HOUR, 8825 + 23.5 / 24, 2, 29, 4, 23, "2024-02-29 23:30");
	expect_time(-730119 * DAY, -730119, 1, 1, 1, 0, "0001-01-01");
	expect_time(-730120 * DAY + HOUR, -730120 + 1.0 / 24, 12, 31, 7, 1, "one day before year 1");
	expect_time(-2451545 * DAY, -2451545, 11, 24, 1, 0, "4714-11-24 BC, the first day of PostgreSQL");
	expect_time(2145031948 * DAY, 2145031948, 12, 31, 2, 0, "5874897-12-31, the last date of PostgreSQL");
	unit_ok(isnan(ml_time_part(NAN, ML_PART_DAYS)) && isnan(ml_time_part(INFINITY, ML_PART_HOUR)) &&
			isnan(ml_time_part(-1e300, ML_PART_MONTH)), "what is no time has no parts");
}

static void
test_time_features(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "d:D t:T z:Z");
	MlSignature s;
	char		name[64];

	unit_row(table, "0|0|3600000000");
	unit_row(table, "86400000000||86400000000");
	unit_ok(fit_all(env, table, 255, &s) == ML_OK && s.n_inputs == 14, "a date gives 4 inputs, a timestamp 5");
	unit_ok(s.features[1].first_input == 4 && s.features[1].n_inputs == 5 && s.inputs[8].part == ML_PART_HOUR,
			"in order");
	unit_near(s.inputs[0].mean, 0.5, 0, "mean of days");
	unit_near(s.inputs[2].mean, 1.5, 0, "mean of days of month");
	unit_ok(s.inputs[5].has_missing && !s.inputs[0].has_missing, "all parts of a missing time are missing");
	unit_text(s.time_zone, "Europe/Berlin", "a timestamptz keeps the time zone");
	ml_input_name(&s, 1, name, sizeof(name));
	unit_text(name, "d.month", "name of a part");
	ml_input_name(&s, 13, name, sizeof(name));
	unit_text(name, "z.hour", "name of the last part");
	ml_input_name(&s, 13, name, 4);
	unit_text(name, "z.h", "a short buffer is kept");
}

/*
 * Rows and frames
 */

static MlTable *
mixed_table(MlEnv *env, const int *order, int n)
{
	MlTable    *table = unit_table(env, "b:b i:i x:d plan:t day:D at:Z e:e");
	int			i;

	for (i = 0; i < n; i++)
	{
		char		row[UNIT_ROW];
		int			k = order[i];
		const char *x = k % 11 == 0 ? "" : k % 11 == 1 ? "-0" : "0.1";
		char		plan[16] = "";

		if (k % 5 != 0)
			snprintf(plan, sizeof(plan), "p%d", (k * k) % 23);
		snprintf(row, sizeof(row), "%d|%d|%s%s|%s|%.0f|%.0f|e%d", k % 2, k - 50, x, k % 11 > 1 ? "7" : "", plan,
				 (k - 500) * DAY, k * 7919.0 * HOUR - k, k % 3);
		unit_row(table, row);
	}
	return table;
}

/* A row scored alone has the bits of the same row in a frame. */
static void
test_rows_equal_frame(void)
{
	MlEnv	   *env = unit_env();
	int		   *order = unit_shuffle(env, 1000);
	MlTable    *table = mixed_table(env, order, 1000);
	MlSignature s;
	MlFrame		frame;
	double		alone[64];
	double		framed[64];
	static double many[1000 * 14];
	uint32_t	rows[1000];
	MlValue		values[7];
	int			wrong = 0;
	int			row;
	int			i;

	unit_ok(fit_all(env, table, 10, &s) == ML_OK && s.n_inputs == 14, "fit a table of all kinds");
	unit_ok(unit_pinned_frame(env, &s, table, &frame) == ML_OK, "make its frame");
	unit_ok(frame.columns[2].number == table->columns[2].number, "numbers are not copied");
	for (row = 0; row < 1000; row++)
	{
		memset(values, 0, sizeof(values));
		for (i = 0; i < 7; i++)
		{
			const MlColumn *column = &table->columns[i];

			if (column->code == NULL)
			{
				values[i].number = column->number[row];
				values[i].missing = isnan(values[i].number);
			}
			else if (column->code[row] < 0)
				values[i].missing = true;
			else
			{
				values[i].text = column->dictionary.text[column->code[row]];
				values[i].length = column->dictionary.length[column->code[row]];
			}
		}
		ml_signature_encode(&s, values, alone);
		ml_frame_row(&frame, row, framed);
		wrong += memcmp(alone, framed, sizeof(double) * 14) != 0;
	}
	unit_ok(wrong == 0, "rows alone and rows of a frame agree to the bit");
	for (row = 0; row < 1000; row++)
		rows[row] = (uint32_t) (row * 37 % 1000);
	ml_frame_rows(&frame, rows, 1000, many);
	for (row = 0, wrong = 0; row < 1000; row++)
	{
		ml_frame_row(&frame, rows[row], framed);
		wrong += memcmp(many + row * 14, framed, sizeof(double) * 14) != 0;
	}
	unit_ok(wrong == 0, "and many rows at once");
}

static void
test_any_order(void)
{
	MlEnv	   *env = unit_env();
	int			forward[1000];
	int			i;
	int			wrong = 0;
	MlSignature one;
	MlSignature two;

	for (i = 0; i < 1000; i++)
		forward[i] = i;
	fit_all(env, mixed_table(env, forward, 1000), 10, &one);
	fit_all(env, mixed_table(env, unit_shuffle(env, 1000), 1000), 10, &two);
	for (i = 0; i < one.n_inputs; i++)
		wrong += memcmp(&one.inputs[i].mean, &two.inputs[i].mean, 2 * sizeof(double)) != 0 ||
			one.inputs[i].mode != two.inputs[i].mode || one.inputs[i].has_other != two.inputs[i].has_other;
	unit_ok(wrong == 0, "means, deviations and modes do not depend on row order");
	for (i = 0; i < 10; i++)
		wrong += strcmp(one.features[3].level[i], two.features[3].level[i]) != 0;
	unit_ok(wrong == 0, "nor do levels");
}

static void
test_other_tables(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "x:d plan:t");
	MlTable    *other = unit_table(env, "plan:v extra:d x:i");
	MlTable    *lacks = unit_table(env, "x:d");
	MlTable    *wrong = unit_table(env, "x:t plan:t");
	MlTable    *empty = unit_table(env, "x:d plan:t");
	MlSignature s;
	MlFrame		frame;

	unit_row(table, "1|b");
	unit_row(table, "2|a");
	unit_row(other, "a|9|5");
	unit_row(other, "zz|9|");
	fit_all(env, table, 255, &s);
	unit_ok(unit_pinned_frame(env, &s, other, &frame) == ML_OK && frame.columns[0].number[0] == 5 &&
			frame.columns[1].code[0] == 0, "columns are found by name; other types of a kind will do");
	unit_ok(frame.columns[1].code[1] == 2 && isnan(frame.columns[0].number[1]), "new values are other or missing");
	unit_ok(unit_pinned_frame(env, &s, lacks, &frame) == ML_INVALID_DATA, "a missing column is an error");
	unit_text(env->error.message, "the source has no column \"plan\", which the model needs", "naming it");
	unit_ok(unit_pinned_frame(env, &s, wrong, &frame) == ML_INVALID_DATA, "another kind is an error");
	unit_text(env->error.message, "column \"x\" is of type text, but the model was trained on double precision",
			  "naming both types");
	unit_ok(unit_pinned_frame(env, &s, empty, &frame) == ML_OK && frame.n_rows == 0, "an empty table gives an empty frame");
	unit_ok(ml_signature_find(&s, "plan", 4) == 1 && ml_signature_find(&s, "pla", 3) == -1 &&
			ml_signature_find(&s, "plans", 5) == -1, "features are found by name");
}

static void
test_wide(void)
{
	MlEnv	   *env = unit_env();
	char		columns[1600 * 8] = "";
	char		row[1600 * 12] = "";
	MlTable    *table;
	MlSignature s;
	MlFrame		frame;
	int			i;

	for (i = 0; i < 1600; i++)
	{
		sprintf(columns + strlen(columns), "%sc%d:%c", i > 0 ? " " : "", i, i % 2 ? 'T' : 't');
		sprintf(row + strlen(row), "%s%d", i > 0 ? "|" : "", i);
	}
	table = unit_table(env, columns);
	for (i = 0; i < 20; i++)
		unit_row(table, row);
	unit_ok(fit_all(env, table, 255, &s) == ML_OK && s.n_inputs == 800 * 6, "1,600 columns");
	unit_ok(unit_pinned_frame(env, &s, table, &frame) == ML_OK && frame.n_inputs == 4800, "and their frame");
}

int
main(void)
{
	test_moments();
	test_extreme_moments();
	test_levels();
	test_missing_categories();
	test_many_categories();
	test_calendar();
	test_times();
	test_time_features();
	test_rows_equal_frame();
	test_any_order();
	test_other_tables();
	test_wide();
	return unit_done();
}
