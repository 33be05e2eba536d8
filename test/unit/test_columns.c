/*
 * test_columns.c
 *		Which columns become features, and which give the target away
 *		(prep/columns.h).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "prep/columns.h"
#include "rows.h"
#include "unit.h"

#define MAX_COLUMNS	1600

static MlColumnChoice
choose_all(const MlTable *table, const char *target)
{
	MlColumnChoice choice;

	memset(&choice, 0, sizeof(choice));
	choice.target = ml_table_find(table, target);
	choice.key = choice.weight = choice.split_column = -1;
	return choice;
}

/* The names of the chosen columns, blank separated, or the error. */
static const char *
chosen_names(MlEnv *env, const MlTable *table, const MlColumnChoice *choice)
{
	static char names[16384];
	int			chosen[MAX_COLUMNS];
	int			n_chosen;
	int			i;

	if (ml_choose_columns(env, table, choice, chosen, &n_chosen) != ML_OK)
		return env->error.message;
	names[0] = '\0';
	for (i = 0; i < n_chosen; i++)
	{
		strcat(names, i > 0 ? " " : "");
		strcat(names, table->columns[chosen[i]].name);
	}
	return names;
}

/*
 * Five rows: integers and texts that differ in each row, one that does not,
 * and types that are never left out for being unique.
 */
static MlTable *
sample(MlEnv *env)
{
	MlTable    *table = unit_table(env, "y:b id:i code:t age:i plan:t x:d e:e day:D same:t empty:d half:t w:d");

	unit_row(table, "1|1|a1|30|pro|0.1|p|0|s||z|1");
	unit_row(table, "0|2|a2|40|pro|0.2|q|1|s||z|2");
	unit_row(table, "1|3|a3|30|free|0.3|r|2|s|||3");
	unit_row(table, "0|4|a4|50|free|0.4|s|3|s|||4");
	unit_row(table, "0|5||60|free|0.5|t|4|s|||5");
	return table;
}

static void
test_values(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = sample(env);
	MlColumnChoice choice = choose_all(table, "y");

	choice.weight = ml_table_find(table, "w");
	unit_text(chosen_names(env, table, &choice), "age plan x e day half", "columns by their values");
	unit_text(unit_warnings(env),
			  "column \"id\" was left out: it has a different value in every row\n"
			  "column \"code\" was left out: it has a different value in every row\n"
			  "column \"same\" was left out: it has the same value in every row\n"
			  "column \"empty\" was left out: it has no value in any row",
			  "one warning for each column left out, none for target and weight");
}

static void
test_facts(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = sample(env);
	MlColumnChoice choice = choose_all(table, "y");

	table->columns[ml_table_find(table, "id")].facts.primary_key = true;
	table->columns[ml_table_find(table, "age")].facts.identity = true;
	table->columns[ml_table_find(table, "x")].facts.unique_index = true;
	table->columns[ml_table_find(table, "e")].facts.from_target = true;
	choice.key = ml_table_find(table, "code");
	choice.split_column = ml_table_find(table, "day");
	unit_text(chosen_names(env, table, &choice), "plan half w", "columns by what the catalog knows");
	unit_text(unit_warnings(env),
			  "column \"id\" was left out: it is the primary key\n"
			  "column \"code\" was left out: it is the key\n"
			  "column \"age\" was left out: it is an identity column\n"
			  "column \"x\" was left out: it has a unique index\n"
			  "column \"e\" was left out: it is generated from the target\n"
			  "column \"day\" was left out: it is the column of the split\n"
			  "column \"same\" was left out: it has the same value in every row\n"
			  "column \"empty\" was left out: it has no value in any row",
			  "each with its reason");
	env = unit_env();
	table->columns[ml_table_find(table, "plan")].facts.primary_key = true;
	chosen_names(env, table, &choice);
	unit_ok(strstr(unit_warnings(env), "column \"plan\" was left out: it is part of the primary key") != NULL,
			"a primary key of two columns");
}

static void
test_names(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = sample(env);
	MlColumnChoice choice = choose_all(table, "y");
	const char *exclude[] = {"age", "id"};
	const char *features[] = {"x", "id", "code"};

	choice.exclude = exclude;
	choice.n_exclude = 2;
	unit_text(chosen_names(env, table, &choice), "plan x e day half w", "excluded columns are out");
	unit_ok(strstr(unit_warnings(env), "\"age\"") == NULL && strstr(unit_warnings(env), "\"id\"") == NULL,
			"without a warning");

	env = unit_env();
	choice = choose_all(table, "y");
	choice.features = features;
	choice.n_features = 3;
	table->columns[ml_table_find(table, "id")].facts.primary_key = true;
	table->columns[ml_table_find(table, "code")].facts.unique_index = true;
	unit_text(chosen_names(env, table, &choice), "id code x", "columns asked for are taken, in table order");
	unit_text(unit_warnings(env), "", "without a warning");
}

static void
expect_refused(const char *feature, const char *message)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = sample(env);
	MlColumnChoice choice = choose_all(table, "y");
	const char *exclude[] = {"plan"};

	choice.key = ml_table_find(table, "id");
	choice.weight = ml_table_find(table, "w");
	choice.features = &feature;
	choice.n_features = 1;
	choice.exclude = exclude;
	choice.n_exclude = 1;
	table->columns[ml_table_find(table, "e")].facts.from_target = true;
	unit_text(chosen_names(env, table, &choice), message, "feature \"%s\" is refused", feature);
}

static void
test_errors(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = sample(env);
	MlColumnChoice choice = choose_all(table, "y");
	const char *twice[] = {"x", "age", "x"};
	const char *unknown[] = {"nothing"};

	expect_refused("y", "column \"y\" is the target and cannot be a feature");
	expect_refused("w", "column \"w\" is the weight and cannot be a feature");
	expect_refused("id", "column \"id\" is the key and cannot be a feature");
	expect_refused("plan", "column \"plan\" is both in \"features\" and in \"exclude\"");
	expect_refused("same", "column \"same\" cannot be a feature: it has the same value in every row");
	expect_refused("empty", "column \"empty\" cannot be a feature: it has no value in any row");
	expect_refused("e", "column \"e\" cannot be a feature: it is generated from the target");
	expect_refused("nothing", "column \"nothing\" of option \"features\" is not in the source");

	choice.features = twice;
	choice.n_features = 3;
	unit_text(chosen_names(env, table, &choice), "column \"x\" is twice in \"features\"", "a name given twice");
	choice = choose_all(table, "y");
	choice.exclude = unknown;
	choice.n_exclude = 1;
	unit_text(chosen_names(env, table, &choice), "column \"nothing\" of option \"exclude\" is not in the source",
			  "an unknown excluded name");
	unit_ok(strstr(env->error.hint, "\"y\", \"id\", \"code\"") != NULL, "the hint names the columns");
	choice = choose_all(table, "y");
	choice.features = twice;
	choice.n_features = 0;
	unit_text(chosen_names(env, table, &choice), "no column is left to learn from", "an empty list of features");
}

static void
test_nothing_left(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "y:b n:i t:t");
	MlColumnChoice choice = choose_all(table, "y");

	unit_row(table, "1|1|a");
	unit_row(table, "0|2|b");
	unit_row(table, "0|7|c");
	unit_text(chosen_names(env, table, &choice), "n", "a unique integer stays when nothing else is left");
	unit_text(unit_warnings(env),
			  "column \"n\" has a different value in every row; it was kept because no better column is left\n"
			  "column \"t\" was left out: it has a different value in every row", "with a warning");
	table->columns[1].facts.primary_key = true;
	unit_text(chosen_names(env, table, &choice), "no column is left to learn from", "but a primary key does not");
}

/* Uniqueness with missing values, repeated values, and few rows. */
static void
test_unique(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "y:b a:i b:l c:t d:i e:u");
	MlColumnChoice choice = choose_all(table, "y");

	unit_row(table, "1|5||a|1|u1");
	unit_row(table, "0|5|9||-1|u2");
	unit_row(table, "0|7||a|100|u3");
	unit_row(table, "0|8|8||50|u4");
	unit_text(chosen_names(env, table, &choice), "a c", "missing values do not count for uniqueness");
	table = unit_table(env, "y:b a:i x:d");
	choice = choose_all(table, "y");
	unit_row(table, "1|5|1");
	unit_row(table, "0||2");
	unit_text(chosen_names(env, table, &choice), "a x", "one present value is not unique");
}

static void
test_wide(void)
{
	MlEnv	   *env = unit_env();
	char		columns[MAX_COLUMNS * 10] = "y:b";
	char		row[MAX_COLUMNS * 4];
	MlTable    *table;
	MlColumnChoice choice;
	int			chosen[MAX_COLUMNS];
	int			n_chosen;
	int			i;
	int			k;

	for (i = 1; i < MAX_COLUMNS; i++)
		sprintf(columns + strlen(columns), " c%d:i", i);
	table = unit_table(env, columns);
	for (k = 0; k < 40; k++)
	{
		sprintf(row, "%d", k % 2);
		for (i = 1; i < MAX_COLUMNS; i++)
			sprintf(row + strlen(row), "|%d", (k * i) % 7);
		unit_row(table, row);
	}
	choice = choose_all(table, "y");
	unit_ok(ml_choose_columns(env, table, &choice, chosen, &n_chosen) == ML_OK && n_chosen == 1599 - 1599 / 7,
			"1,600 columns: all but the constant ones");
	choice.features = (const char *const[]) {"none"};
	choice.n_features = 1;
	unit_ok(ml_choose_columns(env, table, &choice, chosen, &n_chosen) == ML_INVALID_OPTION, "an unknown one among them");
	unit_ok(strstr(env->error.hint, "...") != NULL, "has a hint that ends in time");
}

static void
test_many_categories(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "y:b c:t d:t n:l x:d");
	MlColumnChoice choice = choose_all(table, "y");
	char		row[UNIT_ROW];
	int			i;

	for (i = 0; i < 100000; i++)
	{
		snprintf(row, sizeof(row), "%d|c%d|d%d|%d|%d", i % 2, i, i / 2, (i * 7) % 100000, i);
		unit_row(table, row);
	}
	unit_text(chosen_names(env, table, &choice), "d x", "100,000 unique texts and integers are left out");
	unit_stop_after(env, 3);
	unit_text(chosen_names(env, table, &choice), env->error.message, "a stop is obeyed");
	env = unit_env();
	unit_budget(env, 1000);
	unit_text(chosen_names(env, table, &choice), "out of memory", "and a budget");
}

/*
 * Leaks
 */

/* 200 rows of a class y and columns of several strengths. */
static MlTable *
class_table(MlEnv *env)
{
	MlTable    *table = unit_table(env, "y:b copy:d falls:d gone:D plan:t id:t weak:d mixed:t flag:b");
	char		row[UNIT_ROW];
	int			i;

	for (i = 0; i < 200; i++)
	{
		int			y = i % 4 == 0;
		char		gone[32] = "";

		if (y)
			snprintf(gone, sizeof(gone), "%d", (i * 37) % 100);
		snprintf(row, sizeof(row), "%d|%d|%d|%s|%s|id%d|%d|%s|%d", y, 100 * y + i % 50, -100 * y + i % 50, gone,
				 y ? (i % 8 == 0 ? "left" : "quit") : (i % 3 == 0 ? "stay" : "new"),
				 i, (i * 31) % 200 + 60 * y, i % 2 == 0 ? "a" : "b", y);
		unit_row(table, row);
	}
	return table;
}

static void
test_class_leaks(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = class_table(env);
	int			chosen[] = {1, 2, 3, 4, 5, 6, 7, 8};
	const char *leaks[] = {"copy", "falls", "gone", "plan", "flag"};
	const char *others[] = {"id", "weak", "mixed"};
	MlTarget	target;
	size_t		i;

	unit_ok(ml_target_make(env, table, 0, 0, NULL, &target) == ML_OK, "a target of two classes");
	unit_ok(ml_warn_leaks(env, table, &target, chosen, 8, unit_all_rows(env, 200), 200) == ML_OK, "leaks are looked for");
	for (i = 0; i < 5; i++)
	{
		char		start[64];

		snprintf(start, sizeof(start), "column \"%s\" alone", leaks[i]);
		unit_ok(strstr(unit_warnings(env), start) != NULL, "%s is found", leaks[i]);
	}
	for (i = 0; i < 3; i++)
	{
		char		start[64];

		snprintf(start, sizeof(start), "column \"%s\" alone", others[i]);
		unit_ok(strstr(unit_warnings(env), start) == NULL, "%s is not", others[i]);
	}
	unit_ok(strstr(unit_warnings(env), "rank AUC 1.0000") != NULL, "with its AUC");

	env = unit_env();
	ml_warn_leaks(env, table, &target, chosen, 8, unit_all_rows(env, 20), 20);
	unit_text(unit_warnings(env), "", "twenty rows show nothing");
}

static void
test_number_leaks(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "y:d exp:d neg:d level:t noise:d id:t gap:d");
	int			chosen[] = {1, 2, 3, 4, 5, 6};
	char		row[UNIT_ROW];
	MlTarget	target;
	int			i;

	for (i = 0; i < 300; i++)
	{
		double		y = (i * 53) % 300;

		snprintf(row, sizeof(row), "%g|%g|%g|l%d|%d|id%d|%s", y, pow(1.05, y), -y, (int) y / 10, (i * 97) % 300, i,
				 i % 3 == 0 ? "" : "4");
		unit_row(table, row);
	}
	ml_target_make(env, table, 0, 0, NULL, &target);
	unit_ok(ml_warn_leaks(env, table, &target, chosen, 6, unit_all_rows(env, 300), 300) == ML_OK, "a regression target");
	unit_ok(strstr(unit_warnings(env), "column \"exp\" alone") != NULL, "any rising function is found");
	unit_ok(strstr(unit_warnings(env), "column \"neg\" alone") != NULL, "a falling one, too");
	unit_ok(strstr(unit_warnings(env), "column \"level\" alone") != NULL, "and classes of the target");
	unit_ok(strstr(unit_warnings(env), "\"noise\"") == NULL && strstr(unit_warnings(env), "\"id\"") == NULL &&
			strstr(unit_warnings(env), "\"gap\"") == NULL, "others are not");
}

/* More rows than are looked at, some of them without a target. */
static void
test_long_leaks(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "y:b x:d z:d");
	int			chosen[] = {1, 2};
	MlTarget	target;
	char		row[UNIT_ROW];
	int			i;

	for (i = 0; i < 120001; i++)
	{
		snprintf(row, sizeof(row), "%s|%d|%d", i % 10 == 0 ? "" : i % 2 ? "1" : "0", i % 2, i % 7);
		unit_row(table, row);
	}
	ml_target_make(env, table, 0, 0, NULL, &target);
	unit_ok(ml_warn_leaks(env, table, &target, chosen, 2, unit_all_rows(env, 120001), 120001) == ML_OK, "120,001 rows");
	unit_ok(strstr(unit_warnings(env), "\"x\"") != NULL && strstr(unit_warnings(env), "\"z\"") == NULL, "are sampled");
	unit_stop_after(env, 1);
	unit_ok(ml_warn_leaks(env, table, &target, chosen, 2, unit_all_rows(env, 120001), 120001) == ML_INTERRUPTED,
			"a stop is obeyed");
}

int
main(void)
{
	test_values();
	test_facts();
	test_names();
	test_errors();
	test_nothing_left();
	test_unique();
	test_wide();
	test_many_categories();
	test_class_leaks();
	test_number_leaks();
	test_long_leaks();
	return unit_done();
}
