/*
 * test_target.c
 *		Task, classes and labels of a target (prep/target.h).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "prep/label.h"
#include "prep/target.h"
#include "rows.h"
#include "unit.h"

/* A table of one column of that type letter; cells separated by blanks, "-" missing. */
static MlTable *
column_of(MlEnv *env, char type, const char *cells)
{
	char		columns[] = "y:?";
	MlTable    *table;

	columns[2] = type;
	table = unit_table(env, columns);
	while (*cells != '\0')
	{
		size_t		length = strcspn(cells, " ");
		char	   *cell = ml_copy_text(env, cells, strcmp(cells, "-") == 0 || strncmp(cells, "- ", 2) == 0 ? 0 : length);

		unit_row(table, cell);
		cells += length;
		cells += strspn(cells, " ");
	}
	return table;
}

static MlStatus
make(MlEnv *env, char type, const char *cells, int task, const char *positive, MlTarget *target)
{
	return ml_target_make(env, column_of(env, type, cells), 0, task, positive, target);
}

/* Classification with these labels, the second one positive. */
static void
expect_labels(char type, const char *cells, int task, const char *positive, const char *negative_label,
			  const char *positive_label)
{
	MlEnv	   *env = unit_env();
	MlTarget	target;
	MlStatus	status = make(env, type, cells, task, positive, &target);

	unit_ok(status == ML_OK && target.task == ML_CLASSIFICATION && target.n_classes == 2,
			"%c target \"%s\" is classification%s%s", type, cells, status == ML_OK ? "" : ": ", env->error.message);
	if (status != ML_OK)
		return;
	unit_text(target.labels[1], positive_label, "positive class of \"%s\"", cells);
	unit_text(target.labels[0], negative_label, "negative class of \"%s\"", cells);
}

static void
expect_error(char type, const char *cells, int task, const char *positive, MlStatus status, const char *message)
{
	MlEnv	   *env = unit_env();
	MlTarget	target;

	unit_ok(make(env, type, cells, task, positive, &target) == status, "%c target \"%s\" is an error", type, cells);
	unit_text(env->error.message, message, "message for \"%s\"", cells);
}

static void
test_task(void)
{
	MlEnv	   *env = unit_env();
	MlTarget	target;

	expect_labels('b', "0 1 1 0", 0, NULL, "false", "true");
	expect_labels('i', "0 1 1 1", 0, NULL, "0", "1");
	expect_labels('t', "a b b", 0, NULL, "b", "a");
	expect_labels('e', "no yes yes yes", 0, NULL, "no", "yes");
	expect_labels('i', "1 2 2", ML_CLASSIFICATION, NULL, "2", "1");
	expect_labels('d', "0.5 2 2 0.5 2", ML_CLASSIFICATION, NULL, "2", "0.5");

	unit_ok(make(env, 'i', "1 2 3 - 2", 0, NULL, &target) == ML_OK && target.task == ML_REGRESSION,
			"other integers are regression");
	unit_ok(strstr(unit_warnings(env), "task => 'classification'") != NULL, "with a hint when they are few");
	unit_ok(target.n_missing == 1 && isnan(target.y[3]) && target.y[4] == 2, "missing targets are NaN");
	env = unit_env();
	unit_ok(make(env, 'i', "1 2 3 4 5 6 7 8 9 10 11", 0, NULL, &target) == ML_OK, "eleven integers");
	unit_text(unit_warnings(env), "", "give no hint");
	unit_ok(make(env, 'd', "0 1 0", 0, NULL, &target) == ML_OK && target.task == ML_REGRESSION,
			"0 and 1 as double precision are regression");
	unit_text(unit_warnings(env), "", "without a hint");
	unit_ok(make(env, 'i', "0 1 1", ML_REGRESSION, NULL, &target) == ML_OK && target.task == ML_REGRESSION,
			"task overrules");
	unit_ok(make(env, 'b', "0 1 1", ML_REGRESSION, NULL, &target) == ML_OK && target.n_classes == 0,
			"also for booleans");
	unit_ok(make(env, 'i', "1 2 2", ML_REGRESSION, NULL, &target) == ML_OK, "a task that was asked for");
	unit_text(unit_warnings(env), "", "needs no hint");
}

static void
test_positive(void)
{
	expect_labels('t', "No YES YES", 0, NULL, "No", "YES");
	expect_labels('t', "n Y Y Y", 0, NULL, "n", "Y");
	expect_labels('t', "T f T", 0, NULL, "f", "T");
	expect_labels('t', "off On On", 0, NULL, "off", "On");
	expect_labels('t', "neg Pos Pos", 0, NULL, "neg", "Pos");
	expect_labels('t', "1 0 1", 0, NULL, "0", "1");
	expect_labels('t', "positive negative positive", 0, NULL, "negative", "positive");
	expect_labels('t', "yesterday no no", 0, NULL, "no", "yesterday");
	expect_labels('t', "yes true true", 0, NULL, "true", "yes");
	expect_labels('t', "b a", 0, NULL, "a", "b");
	expect_labels('t', "a b", 0, NULL, "a", "b");
	expect_labels('t', "yes no yes", 0, "no", "yes", "no");
	expect_labels('b', "0 1", 0, "false", "true", "false");
	expect_error('t', "yes no", 0, "maybe", ML_INVALID_OPTION, "the target has no class \"maybe\" to be positive");
	expect_error('d', "1 2", 0, "1", ML_INVALID_OPTION,
				 "option \"positive\" is only for classification, but target column \"y\" is a number to predict");
}

static void
test_classes(void)
{
	MlEnv	   *env = unit_env();
	MlTarget	target;

	make(env, 't', "stay leave - stay stay", 0, NULL, &target);
	unit_ok(target.y[0] == 0 && target.y[1] == 1 && isnan(target.y[2]), "class numbers");
	unit_ok(target.class_rows[0] == 3 && target.class_rows[1] == 1 && target.n_missing == 1, "rows of each class");
	make(env, 'i', "1 0 0", 0, NULL, &target);
	unit_ok(target.y[0] == 1 && target.y[1] == 0 && target.class_rows[1] == 1, "class numbers of integers");
}

static void
test_errors(void)
{
	MlEnv	   *env = unit_env();
	MlTarget	target;

	expect_error('t', "", 0, NULL, ML_INVALID_DATA, "the source has no rows");
	expect_error('t', "- -", 0, NULL, ML_INVALID_DATA, "target column \"y\" has no value in any row");
	expect_error('t', "a a -", 0, NULL, ML_INVALID_DATA, "target column \"y\" has only one class, \"a\"");
	expect_error('b', "1 1", 0, NULL, ML_INVALID_DATA, "target column \"y\" has only one class, \"true\"");
	expect_error('d', "2 2 -", 0, NULL, ML_INVALID_DATA, "target column \"y\" has the same value in every row");
	expect_error('i', "1 1", 0, NULL, ML_INVALID_DATA, "target column \"y\" has the same value in every row");
	expect_error('D', "0 1", 0, NULL, ML_INVALID_DATA, "column \"y\" of type date cannot be a target");
	expect_error('t', "1 2", ML_REGRESSION, NULL, ML_INVALID_DATA,
				 "target column \"y\" of type text cannot be used for regression");
	expect_error('l', "9007199254740993 1", ML_CLASSIFICATION, NULL, ML_INVALID_DATA,
				 "target column \"y\" has integers beyond 2^53 as classes");
	expect_error('t', "c a b b b", 0, NULL, ML_INVALID_DATA, "target column \"y\" has 3 classes in 5 rows");
	make(env, 't', "c a b", 0, NULL, &target);
	unit_text(env->error.detail, "The classes are \"a\", \"b\", \"c\".", "classes are listed in order");
	make(env, 't', "a b c d e f g h i j k l", 0, NULL, &target);
	unit_text(env->error.detail,
			  "The classes are \"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\", \"j\" and others.",
			  "up to ten of them");
	make(env, 't', "l k j i h g f e d c b a", 0, NULL, &target);
	unit_text(env->error.detail,
			  "The classes are \"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\", \"j\" and others.",
			  "the first ten in any order");
	make(env, 'i', "3 1 2", ML_CLASSIFICATION, NULL, &target);
	unit_text(env->error.detail, "The classes are \"1\", \"2\", \"3\".", "classes of integers");
}

/* Labels, class numbers and rows of more than two classes. */
static void
test_many_classes(void)
{
	MlEnv	   *env = unit_env();
	MlTarget	target;

	unit_ok(make(env, 't', "red blue - green red blue blue green", 0, NULL, &target) == ML_OK && target.n_classes == 3,
			"three classes of a text");
	unit_text(target.labels[0], "blue", "labels are in byte order");
	unit_text(target.labels[1], "green", "the second");
	unit_text(target.labels[2], "red", "the third");
	unit_ok(target.y[0] == 2 && target.y[1] == 0 && isnan(target.y[2]) && target.y[3] == 1, "class numbers are theirs");
	unit_ok(target.class_rows[0] == 3 && target.class_rows[1] == 2 && target.class_rows[2] == 2, "and rows");

	unit_ok(make(env, 'i', "2 10 1 2 10 1 2", ML_CLASSIFICATION, NULL, &target) == ML_OK && target.n_classes == 3,
			"three classes of an integer");
	unit_text(target.labels[1], "10", "labels of numbers are in byte order, too");
	unit_ok(target.y[0] == 2 && target.y[1] == 1 && target.y[2] == 0, "class numbers follow");
	unit_ok(make(env, 'd', "2.5 -1 7 2.5 -1 7", ML_CLASSIFICATION, NULL, &target) == ML_OK && target.n_classes == 3 &&
			target.y[0] == 1 && target.y[1] == 0 && target.y[2] == 2, "classes of double precision");

	expect_error('t', "a a b b c c", 0, "a", ML_INVALID_OPTION,
				 "option \"positive\" is only for two classes, but the target has 3");
	expect_error('t', "a a b b c c", 0, "z", ML_INVALID_OPTION,
				 "option \"positive\" is only for two classes, but the target has 3");
	make(env, 't', "a a b b c c", 0, "a", &target);
	unit_text(env->error.detail, "The classes are \"a\", \"b\", \"c\".", "which are named");
}

static void
test_single_rows(void)
{
	MlEnv	   *env = unit_env();
	MlTarget	target;

	unit_ok(make(env, 't', "c b a a b d c c b", 0, NULL, &target) == ML_OK && target.n_classes == 3, "a class of one row");
	unit_ok(isnan(target.y[5]) && target.n_missing == 1, "is left out");
	unit_text(unit_warnings(env), "classes of column \"y\" that have a single row were left out: \"d\"", "with a warning");
	unit_text(target.labels[2], "c", "the other labels are there");

	env = unit_env();
	unit_ok(make(env, 't', "no yes yes no maybe no yes no", 0, NULL, &target) == ML_OK && target.n_classes == 2,
			"two classes and a stray row are two classes");
	unit_text(target.labels[1], "yes", "with a positive one");
	unit_ok(target.y[1] == 1 && target.y[0] == 0 && isnan(target.y[4]), "class numbers");
	expect_error('t', "a a a a b c", 0, NULL, ML_INVALID_DATA, "target column \"y\" has only one class, \"a\"");
}

/* Classes 0 .. n-1 as text, each in `each` rows. */
static MlStatus
make_numbered(MlEnv *env, char type, int n, int each, MlTarget *target)
{
	char		columns[] = "y:?";
	MlTable    *table;
	int			i;

	columns[2] = type;
	table = unit_table(env, columns);
	for (i = 0; i < n * each; i++)
	{
		char		cell[16];

		snprintf(cell, sizeof(cell), "%d", i % n);
		unit_row(table, cell);
	}
	return ml_target_make(env, table, 0, ML_CLASSIFICATION, NULL, target);
}

static void
test_too_many_classes(void)
{
	MlEnv	   *env = unit_env();
	MlTarget	target;

	unit_ok(make_numbered(env, 't', 100, 2, &target) == ML_OK && target.n_classes == 100, "a hundred classes");
	unit_ok(make_numbered(env, 'i', 100, 2, &target) == ML_OK && target.n_classes == 100, "of integers");
	unit_ok(make_numbered(env, 't', 101, 5, &target) == ML_INVALID_DATA, "one more is an error");
	unit_text(env->error.message, "target column \"y\" has 101 classes, but at most 100 are supported", "that counts them");
	unit_text(env->error.hint, "Give a query as source that puts values into fewer groups, for example with CASE.", "says what to do");
	env = unit_env();
	unit_ok(make_numbered(env, 'i', 5000, 5, &target) == ML_INVALID_DATA, "many integers");
	unit_text(env->error.message, "target column \"y\" has more than 100 classes, which are not supported", "are not counted");
	unit_text(env->error.hint, "Use task => 'regression', or give a query as source that puts values into fewer groups.",
			  "may be numbers to predict");
}

static void
expect_number(MlType type, double value, const char *expected)
{
	char		text[ML_NUMBER_TEXT];

	ml_number_text(type, value, text, sizeof(text));
	unit_text(text, expected, "%s %s", ml_type_name(type), expected);
}

/* Expected texts are what PostgreSQL 15 shows. */
static void
test_numbers(void)
{
	expect_number(ML_BOOLEAN, 1, "true");
	expect_number(ML_INTEGER, -12, "-12");
	expect_number(ML_BIGINT, 9007199254740991, "9007199254740991");
	expect_number(ML_DOUBLE, 0.1, "0.1");
	expect_number(ML_DOUBLE, 100, "100");
	expect_number(ML_DOUBLE, -0.0, "0");
	expect_number(ML_DOUBLE, 1.0 / 3, "0.3333333333333333");
	expect_number(ML_DOUBLE, 0.1 + 0.2, "0.30000000000000004");
	expect_number(ML_DOUBLE, 1e14, "100000000000000");
	expect_number(ML_DOUBLE, 1e15, "1e+15");
	expect_number(ML_DOUBLE, 0.0001, "0.0001");
	expect_number(ML_DOUBLE, 0.00001, "1e-05");
	expect_number(ML_DOUBLE, 123456789.125, "123456789.125");
	expect_number(ML_DOUBLE, 5e-324, "5e-324");
	expect_number(ML_DOUBLE, 1.7976931348623157e308, "1.7976931348623157e+308");
	expect_number(ML_REAL, (float) 0.1, "0.1");
	expect_number(ML_REAL, 123456, "123456");
	expect_number(ML_REAL, 1e6, "1e+06");
	expect_number(ML_NUMERIC, 1e15, "1000000000000000");
	expect_number(ML_NUMERIC, 0.00001, "0.00001");
	expect_number(ML_NUMERIC, 2.5, "2.5");
	expect_number(ML_DOUBLE, INFINITY, "inf");
}

static void
test_match(void)
{
	MlEnv	   *env = unit_env();
	char		no[] = "no";
	char		yes[] = "yes";
	char		zero[] = "0";
	char		one[] = "1";
	char	   *words[] = {no, yes};
	char	   *colours[] = {"blue", "green", "red"};
	char	   *digits[] = {zero, one};
	MlTarget	target;

	unit_ok(ml_target_match(env, column_of(env, 't', "yes - yes"), 0, ML_CLASSIFICATION, 2, words, &target) == ML_OK,
			"labels are matched, one class is enough");
	unit_ok(target.y[0] == 1 && isnan(target.y[1]) && target.class_rows[1] == 2 && target.n_missing == 1,
			"with their class numbers");
	unit_ok(ml_target_match(env, column_of(env, 't', "no - maybe"), 0, ML_CLASSIFICATION, 2, words, &target) == ML_INVALID_DATA,
			"an unknown label is an error");
	unit_text(env->error.message, "target column \"y\" has the value \"maybe\", which is no class of the model", "naming it");
	unit_text(env->error.detail, "The classes are \"no\", \"yes\".", "and the classes");
	unit_ok(ml_target_match(env, column_of(env, 'l', "1 0 0 - 1"), 0, ML_CLASSIFICATION, 2, digits, &target) == ML_OK &&
			target.y[0] == 1 && target.y[1] == 0 && target.y[4] == 1, "integers of another width match");
	unit_ok(ml_target_match(env, column_of(env, 'i', "1 2"), 0, ML_CLASSIFICATION, 2, digits, &target) == ML_INVALID_DATA,
			"an unknown number is an error");
	unit_ok(ml_target_match(env, column_of(env, 't', "red - blue red"), 0, ML_CLASSIFICATION, 3, colours, &target) == ML_OK &&
			target.y[0] == 2 && target.y[2] == 0 && target.class_rows[2] == 2 && target.class_rows[1] == 0, "three classes match");
	unit_ok(ml_target_match(env, column_of(env, 'r', "2 2"), 0, ML_REGRESSION, 0, NULL, &target) == ML_OK &&
			target.y[1] == 2, "a constant target can be evaluated");
	unit_ok(ml_target_match(env, column_of(env, 't', "2"), 0, ML_REGRESSION, 0, NULL, &target) == ML_INVALID_DATA,
			"a text cannot be for regression");
	unit_ok(ml_target_match(env, column_of(env, 't', ""), 0, ML_REGRESSION, 0, NULL, &target) == ML_INVALID_DATA,
			"nor no rows");
}

static void
test_names(void)
{
	MlTask		task;

	unit_text(ml_task_name(ML_REGRESSION), "regression", "name of a task");
	unit_ok(ml_task_by_name("classification", &task) && task == ML_CLASSIFICATION, "task by name");
	unit_ok(!ml_task_by_name("Regression", &task) && ml_task_name((MlTask) 9) == NULL, "no such task");
}

static void
test_stop(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "y:t");
	MlTarget	target;
	int			i;

	for (i = 0; i < 10000; i++)
		unit_row(table, i % 2 == 0 ? "a" : "b");
	unit_stop_after(env, 2);
	unit_ok(ml_target_make(env, table, 0, 0, NULL, &target) == ML_INTERRUPTED, "a stop is obeyed");
	env = unit_env();
	table = unit_table(env, "y:d");
	unit_row(table, "1");
	unit_row(table, "2");
	unit_budget(env, 1);
	unit_ok(ml_target_make(env, table, 0, 0, NULL, &target) == ML_OUT_OF_MEMORY, "and so is a budget");
}

/* Anomalies: all rows count, with or without a label. */
static void
test_anomaly(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = column_of(env, 't', "no yes - no no");
	MlTarget	target;
	MlTarget	matched;
	MlTask		task;

	unit_text(ml_task_name(ML_ANOMALY), "anomaly", "the task has a name");
	unit_ok(ml_task_by_name("anomaly", &task) && task == ML_ANOMALY, "and is found by it");
	unit_ok(ml_target_make(env, table, -1, ML_ANOMALY, NULL, &target) == ML_OK && target.label == NULL &&
			target.name == NULL && target.n_rows == 5 && target.n_missing == 0 && target.y[2] == 0,
			"no target is needed");
	unit_ok(ml_target_make(env, table, 0, ML_ANOMALY, NULL, &target) == ML_OK && target.n_missing == 0 &&
			target.task == ML_ANOMALY && target.n_classes == 2 && target.label[1] == 1 &&
			target.label[0] == 0 && isnan(target.label[2]) && target.y[2] == 0,
			"one gives labels");
	unit_text(target.labels[1], "yes", "the anomaly is the positive class");
	unit_ok(ml_target_match(env, table, 0, ML_ANOMALY, 2, target.labels, &matched) == ML_OK &&
			matched.label[1] == 1 && isnan(matched.label[2]) && matched.y[2] == 0, "labels are matched");
	unit_ok(ml_target_match(env, table, -1, ML_ANOMALY, 2, target.labels, &matched) == ML_OK &&
			matched.label == NULL, "or not there");
	unit_ok(ml_target_make(env, column_of(env, 't', "a b c"), 0, ML_ANOMALY, NULL, &target) == ML_INVALID_DATA,
			"three labels are refused");
	unit_ok(ml_target_make(env, column_of(env, 't', ""), -1, ML_ANOMALY, NULL, &target) == ML_INVALID_DATA,
			"so is a table without rows");
	unit_text(env->error.message, "the source has no rows", "with the reason");
}

int
main(void)
{
	test_task();
	test_positive();
	test_classes();
	test_errors();
	test_many_classes();
	test_single_rows();
	test_too_many_classes();
	test_numbers();
	test_match();
	test_names();
	test_anomaly();
	test_stop();
	return unit_done();
}
