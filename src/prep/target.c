/*
 * prep/target.c
 *		Which task a target column means, and the numbers to learn from.
 *
 * Labels are what the database shows for value::text (prep/label.h).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "prep/label.h"
#include "prep/target.h"

#define MAX_LISTED			10		/* labels shown in an error */
#define SHOWN_BYTES			40		/* of a label in an error */
#define STOP_ROWS			4096

/* Distinct values of a number column, ascending; n = MAX_LISTED + 1: or more. */
typedef struct Distinct
{
	double		value[MAX_LISTED + 1];
	int			n;
} Distinct;

/* One of the two classes, before it is known which one is positive. */
typedef struct Class
{
	char	   *label;
	double		number;			/* number columns */
	int32_t		code;			/* category columns */
	int64_t		rows;
} Class;

const char *
ml_task_name(MlTask task)
{
	switch (task)
	{
		case ML_REGRESSION:
			return "regression";
		case ML_CLASSIFICATION:
			return "classification";
		case ML_ANOMALY:
			return "anomaly";
	}
	return NULL;
}

bool
ml_task_by_name(const char *name, MlTask *task)
{
	if (strcmp(name, "regression") == 0)
		*task = ML_REGRESSION;
	else if (strcmp(name, "classification") == 0)
		*task = ML_CLASSIFICATION;
	else if (strcmp(name, "anomaly") == 0)
		*task = ML_ANOMALY;
	else
		return false;
	return true;
}

/*
 * Distinct values
 */

static MlStatus
find_distinct(MlEnv *env, const MlColumn *column, int64_t n_rows, Distinct *distinct)
{
	int64_t		row;

	distinct->n = 0;
	for (row = 0; row < n_rows && distinct->n <= MAX_LISTED; row++)
	{
		double		value = column->number[row];
		int			at = 0;

		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		if (isnan(value))
			continue;
		while (at < distinct->n && distinct->value[at] < value)
			at++;
		if (at < distinct->n && distinct->value[at] == value)
			continue;
		memmove(&distinct->value[at + 1], &distinct->value[at],
				sizeof(double) * (size_t) (distinct->n - at));
		distinct->value[at] = value;
		distinct->n++;
	}
	return ML_OK;
}

/* The first entries of a dictionary in byte order; how many. */
static int
first_entries(const MlDictionary *dictionary, int32_t *entries)
{
	int			n = 0;
	int32_t		code;

	for (code = 0; code < dictionary->n_entries; code++)
	{
		int			at = n;

		while (at > 0 && ml_compare_bytes(dictionary->text[code], dictionary->length[code],
										  dictionary->text[entries[at - 1]],
										  dictionary->length[entries[at - 1]]) < 0)
			at--;
		if (at == MAX_LISTED)
			continue;
		if (n < MAX_LISTED)
			n++;
		memmove(&entries[at + 1], &entries[at], sizeof(int32_t) * (size_t) (n - 1 - at));
		entries[at] = code;
	}
	return n;
}

/* Append "label" to a list; the list is long enough for MAX_LISTED of them. */
static void
list_label(char *list, size_t size, const char *label, size_t length)
{
	size_t		used = strlen(list);

	snprintf(list + used, size - used, "%s\"%.*s\"", used > 0 ? ", " : "",
			 ml_cut_text(label, length, SHOWN_BYTES), label);
}

/*
 * Errors
 */

static MlStatus
fail_one_class(MlEnv *env, const MlColumn *column, const char *label)
{
	ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has only one class, \"%.*s\"",
			column->name, ml_cut_text(label, strlen(label), SHOWN_BYTES), label);
	ml_detail(env, "All rows with a value in the target are of this class.");
	ml_hint(env, "Give a source that has rows of both classes.");
	return ML_INVALID_DATA;
}

static MlStatus
fail_many_classes(MlEnv *env, const MlColumn *column, const Distinct *distinct)
{
	char		list[ML_ERROR_TEXT] = "";
	char		count[32];
	bool		more = false;
	int			i;

	if (column->code != NULL)
	{
		int32_t		entries[MAX_LISTED + 1];
		int			n = first_entries(&column->dictionary, entries);

		for (i = 0; i < n; i++)
			list_label(list, sizeof(list), column->dictionary.text[entries[i]],
					   column->dictionary.length[entries[i]]);
		more = column->dictionary.n_entries > n;
		snprintf(count, sizeof(count), "%d", (int) column->dictionary.n_entries);
	}
	else
	{
		more = distinct->n > MAX_LISTED;
		for (i = 0; i < distinct->n && i < MAX_LISTED; i++)
		{
			char		label[ML_NUMBER_TEXT];

			ml_number_text(column->type, distinct->value[i], label, sizeof(label));
			list_label(list, sizeof(list), label, strlen(label));
		}
		snprintf(count, sizeof(count), more ? "more than %d" : "%d",
				 more ? MAX_LISTED : distinct->n);
	}
	ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has %s classes, but only two are supported",
			column->name, count);
	ml_detail(env, "The classes are %s%s.", list, more ? " and others" : "");
	if (column->code != NULL)
		ml_hint(env, "Give a query as source that makes the target a boolean, for example (%s = '...') AS target.",
			column->name);
	else
		ml_hint(env, "Use task => 'regression', or give a query as source that makes the target a boolean.");
	return ML_INVALID_DATA;
}

static MlStatus
fail_positive(MlEnv *env, const char *positive, const Class *classes)
{
	char		list[ML_ERROR_TEXT] = "";
	int			i;

	for (i = 0; i < 2; i++)
		list_label(list, sizeof(list), classes[i].label, strlen(classes[i].label));
	ml_fail(env, ML_INVALID_OPTION, "the target has no class \"%.*s\" to be positive",
			ml_cut_text(positive, strlen(positive), SHOWN_BYTES), positive);
	ml_detail(env, "The classes are %s.", list);
	ml_hint(env, "Labels are compared as they are, upper and lower case too.");
	return ML_INVALID_OPTION;
}

static MlStatus
fail_no_rows(MlEnv *env)
{
	ml_fail(env, ML_INVALID_DATA, "the source has no rows");
	ml_hint(env, "Rows that row security hides from you are not there for you either.");
	return ML_INVALID_DATA;
}

/* What is wrong with a target whatever the task. */
static MlStatus
check_usable(MlEnv *env, const MlTable *table, const MlColumn *column)
{
	if (ml_type_kind(column->type) == ML_KIND_TIME)
	{
		ml_fail(env, ML_INVALID_DATA, "column \"%s\" of type %s cannot be a target",
				column->name, ml_type_name(column->type));
		ml_hint(env, "A target is a number, a boolean or a text.");
		return ML_INVALID_DATA;
	}
	if (table->n_rows == 0)
		return fail_no_rows(env);
	if (column->n_missing == table->n_rows)
	{
		ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has no value in any row", column->name);
		ml_hint(env, "Rows without a target are left out; give a source that has some with one.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

static MlStatus
begin_target(MlEnv *env, const MlTable *table, const MlColumn *column, MlTarget *target)
{
	memset(target, 0, sizeof(*target));
	ML_TRY(check_usable(env, table, column));
	target->name = column->name;
	target->type = column->type;
	target->n_rows = table->n_rows;
	target->n_missing = column->n_missing;
	target->y = ml_allocate(env, (size_t) table->n_rows, sizeof(double));
	return target->y == NULL ? ML_OUT_OF_MEMORY : ML_OK;
}

/*
 * Regression
 */

static MlStatus
read_numbers(MlEnv *env, const MlColumn *column, MlTarget *target)
{
	if (column->number == NULL)
	{
		ml_fail(env, ML_INVALID_DATA,
				"target column \"%s\" of type %s cannot be used for regression",
				column->name, ml_type_name(column->type));
		ml_hint(env, "Regression predicts a number: give a query as source that casts the target to one.");
		return ML_INVALID_DATA;
	}
	memcpy(target->y, column->number, sizeof(double) * (size_t) target->n_rows);
	target->task = ML_REGRESSION;
	return ML_OK;
}

static MlStatus
fail_constant(MlEnv *env, const MlColumn *column, int64_t n_present)
{
	if (n_present == 1)
		ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has a value in one row only", column->name);
	else
		ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has the same value in every row", column->name);
	ml_hint(env, "There is nothing to learn from a target that never changes.");
	return ML_INVALID_DATA;
}

static MlStatus
make_regression(MlEnv *env, const MlColumn *column, const Distinct *distinct, bool inferred,
                MlTarget *target)
{
	ML_TRY(read_numbers(env, column, target));
	if (distinct->n == 1)
		return fail_constant(env, column, target->n_rows - target->n_missing);
	if (inferred && ml_type_is_integer(column->type) && distinct->n <= MAX_LISTED)
		ml_warn(env, "target column \"%s\" has only %d distinct integers and was taken as a number to predict; "
			"use task => 'classification' if they are classes",
			column->name, distinct->n);
	return ML_OK;
}

/*
 * Classification
 */

static bool
looks_yes(const char *label)
{
	static const char *const words[] = {"true", "t", "1", "yes", "y", "on", "positive", "pos"};
	size_t		word;

	for (word = 0; word < sizeof(words) / sizeof(words[0]); word++)
	{
		size_t		i = 0;

		while (label[i] != '\0')
		{
			char		lower = label[i];

			if (lower >= 'A' && lower <= 'Z')
				lower = (char) (lower - 'A' + 'a');
			if (lower != words[word][i])
				break;
			i++;
		}
		if (label[i] == '\0' && words[word][i] == '\0')
			return true;
	}
	return false;
}

/* The index of the positive one of two classes. */
static MlStatus
choose_positive(MlEnv *env, const Class *classes, const char *positive, int *index)
{
	bool		yes[2];

	if (positive != NULL)
	{
		for (*index = 0; *index < 2; (*index)++)
		{
			if (strcmp(classes[*index].label, positive) == 0)
				return ML_OK;
		}
		return fail_positive(env, positive, classes);
	}
	yes[0] = looks_yes(classes[0].label);
	yes[1] = looks_yes(classes[1].label);
	if (yes[0] != yes[1])
		*index = yes[1] ? 1 : 0;
	else if (classes[0].rows != classes[1].rows)
		*index = classes[1].rows < classes[0].rows ? 1 : 0;
	else
		*index = strcmp(classes[1].label, classes[0].label) > 0 ? 1 : 0;
	return ML_OK;
}

/* The two classes of a number column; rows are counted later. */
static MlStatus
number_classes(MlEnv *env, const MlColumn *column, const Distinct *distinct, Class *classes)
{
	char		label[ML_NUMBER_TEXT];
	int			i;

	if (column->n_inexact > 0)
	{
		ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has integers beyond 2^53 as classes",
				column->name);
		ml_hint(env, "Give a query as source that casts the target to text.");
		return ML_INVALID_DATA;
	}
	if (distinct->n > 2)
		return fail_many_classes(env, column, distinct);
	for (i = 0; i < distinct->n; i++)
	{
		ml_number_text(column->type, distinct->value[i], label, sizeof(label));
		classes[i].number = distinct->value[i];
		classes[i].label = ml_copy_text(env, label, strlen(label));
		if (classes[i].label == NULL)
			return ML_OUT_OF_MEMORY;
	}
	if (distinct->n < 2)
		return fail_one_class(env, column, classes[0].label);
	return ML_OK;
}

static MlStatus
category_classes(MlEnv *env, const MlColumn *column, Class *classes)
{
	const MlDictionary *dictionary = &column->dictionary;
	int			i;

	if (dictionary->n_entries > 2)
		return fail_many_classes(env, column, NULL);
	for (i = 0; i < dictionary->n_entries; i++)
	{
		classes[i].code = i;
		classes[i].label = ml_copy_text(env, dictionary->text[i], dictionary->length[i]);
		if (classes[i].label == NULL)
			return ML_OUT_OF_MEMORY;
	}
	if (dictionary->n_entries < 2)
		return fail_one_class(env, column, classes[0].label);
	return ML_OK;
}

/* Which of the two classes a row is of; -1 when missing. */
static int
class_of_row(const MlColumn *column, const Class *classes, int64_t row)
{
	if (column->code != NULL)
	{
		if (column->code[row] < 0)
			return -1;
		return column->code[row] == classes[1].code ? 1 : 0;
	}
	if (isnan(column->number[row]))
		return -1;
	return column->number[row] == classes[1].number ? 1 : 0;
}

static MlStatus
make_classes(MlEnv *env, const MlColumn *column, const Distinct *distinct, const char *positive,
             MlTarget *target)
{
	Class		classes[2];
	int			index;
	int64_t		row;

	memset(classes, 0, sizeof(classes));
	if (column->code != NULL)
		ML_TRY(category_classes(env, column, classes));
	else
		ML_TRY(number_classes(env, column, distinct, classes));

	for (row = 0; row < target->n_rows; row++)
	{
		int			found = class_of_row(column, classes, row);

		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		target->y[row] = found < 0 ? NAN : found;
		if (found >= 0)
			classes[found].rows++;
	}
	ML_TRY(choose_positive(env, classes, positive, &index));

	target->task = ML_CLASSIFICATION;
	target->n_classes = 2;
	target->labels = ml_allocate(env, 2, sizeof(char *));
	if (target->labels == NULL)
		return ML_OUT_OF_MEMORY;
	target->labels[1] = classes[index].label;
	target->labels[0] = classes[1 - index].label;
	target->class_rows[1] = classes[index].rows;
	target->class_rows[0] = classes[1 - index].rows;
	if (index == 0)
	{
		for (row = 0; row < target->n_rows; row++)
			target->y[row] = 1 - target->y[row];	/* NaN stays NaN */
	}
	return ML_OK;
}

static MlTask
infer_task(const MlColumn *column, const Distinct *distinct)
{
	if (column->type == ML_BOOLEAN || column->code != NULL)
		return ML_CLASSIFICATION;
	if (ml_type_is_integer(column->type) && distinct->n == 2 &&
		distinct->value[0] == 0 && distinct->value[1] == 1)
		return ML_CLASSIFICATION;
	return ML_REGRESSION;
}

/*
 * Anomalies: there is nothing to learn but the rows themselves, so each of
 * them is of use. What a target says only judges.
 */
static MlStatus
make_anomaly(MlEnv *env, const MlTable *table, MlTarget *target)
{
	if (table->n_rows == 0)
		return fail_no_rows(env);
	if (target->n_classes > 2)
	{
		ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has %d classes, but a row is an anomaly or is none",
				target->name, target->n_classes);
		ml_hint(env, "Give a query as source that makes the target a boolean, or leave it out.");
		return ML_INVALID_DATA;
	}
	target->task = ML_ANOMALY;
	target->label = target->y;
	target->n_rows = table->n_rows;
	target->n_missing = 0;
	target->y = ml_allocate(env, (size_t) table->n_rows, sizeof(double));
	return target->y == NULL ? ML_OUT_OF_MEMORY : ML_OK;
}

static MlStatus
make_target(MlEnv *env, const MlTable *table, int column_index, int task, const char *positive,
            MlTarget *target)
{
	const MlColumn *column = &table->columns[column_index];
	Distinct	distinct = {{0}, 0};
	bool		inferred = task == 0;

	ML_TRY(begin_target(env, table, column, target));
	if (column->number != NULL)
		ML_TRY(find_distinct(env, column, table->n_rows, &distinct));
	if (inferred)
		task = infer_task(column, &distinct);
	if (task == ML_CLASSIFICATION)
		return make_classes(env, column, &distinct, positive, target);

	ML_TRY(make_regression(env, column, &distinct, inferred, target));
	if (positive != NULL)
		return ml_fail(env, ML_INVALID_OPTION, "option \"positive\" is only for classification, "
					   "but target column \"%s\" is a number to predict", column->name);
	return ML_OK;
}

MlStatus
ml_target_make(MlEnv *env, const MlTable *table, int column_index, int task, const char *positive,
               MlTarget *target)
{
	if (task == ML_ANOMALY)
	{
		memset(target, 0, sizeof(*target));
		if (column_index >= 0)
			ML_TRY(ml_target_make(env, table, column_index, ML_CLASSIFICATION, positive, target));
		return make_anomaly(env, table, target);
	}
	ML_TRY(ml_table_pin(table, column_index));
	ML_TRY(make_target(env, table, column_index, task, positive, target));
	ml_table_unpin(table, column_index);
	return ML_OK;
}

/*
 * The same target in other rows
 */

static int
find_label(int n_classes, char *const *labels, const char *text, size_t length)
{
	int			i;

	for (i = 0; i < n_classes; i++)
	{
		if (strlen(labels[i]) == length && memcmp(labels[i], text, length) == 0)
			return i;
	}
	return -1;
}

static MlStatus
fail_unknown_label(MlEnv *env, const MlColumn *column, int n_classes, char *const *labels,
				   const char *text, size_t length)
{
	char		list[ML_ERROR_TEXT] = "";
	int			i;

	for (i = 0; i < n_classes && i < MAX_LISTED; i++)
		list_label(list, sizeof(list), labels[i], strlen(labels[i]));
	ml_fail(env, ML_INVALID_DATA,
			"target column \"%s\" has the value \"%.*s\", which is no class of the model",
			column->name, ml_cut_text(text, length, SHOWN_BYTES), text);
	ml_detail(env, "The classes are %s.", list);
	return ML_INVALID_DATA;
}

/* Classes of a category column, through a map from codes to classes. */
static MlStatus
match_categories(MlEnv *env, const MlColumn *column, int n_classes, char *const *labels,
                 MlTarget *target)
{
	const MlDictionary *dictionary = &column->dictionary;
	int		   *class_of_code;
	int32_t		code;
	int64_t		row;

	class_of_code = ml_allocate(env, (size_t) dictionary->n_entries, sizeof(int));
	if (class_of_code == NULL)
		return ML_OUT_OF_MEMORY;
	for (code = 0; code < dictionary->n_entries; code++)
	{
		class_of_code[code] =
			find_label(n_classes, labels, dictionary->text[code], dictionary->length[code]);
		if (class_of_code[code] < 0)
			return fail_unknown_label(env, column, n_classes, labels,
									  dictionary->text[code], dictionary->length[code]);
	}
	for (row = 0; row < target->n_rows; row++)
	{
		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		code = column->code[row];
		target->y[row] = code < 0 ? NAN : class_of_code[code];
	}
	ml_release(env, class_of_code);
	return ML_OK;
}

/* Classes of a number column: a value becomes text only when it is a new one. */
static MlStatus
match_numbers(MlEnv *env, const MlColumn *column, int n_classes, char *const *labels,
              MlTarget *target)
{
	double		known = NAN;
	int			known_class = -1;
	int64_t		row;

	for (row = 0; row < target->n_rows; row++)
	{
		double		value = column->number[row];

		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		target->y[row] = NAN;
		if (isnan(value))
			continue;
		if (value != known)
		{
			char		text[ML_NUMBER_TEXT];

			ml_number_text(column->type, value, text, sizeof(text));
			known = value;
			known_class = find_label(n_classes, labels, text, strlen(text));
			if (known_class < 0)
				return fail_unknown_label(env, column, n_classes, labels, text, strlen(text));
		}
		target->y[row] = known_class;
	}
	return ML_OK;
}

static MlStatus
match_target(MlEnv *env, const MlTable *table, int column_index, MlTask task, int n_classes,
             char *const *labels, MlTarget *target)
{
	const MlColumn *column = &table->columns[column_index];
	int64_t		row;

	ML_TRY(begin_target(env, table, column, target));
	if (task == ML_REGRESSION)
		return read_numbers(env, column, target);

	target->task = task;
	target->n_classes = n_classes;
	target->labels = ml_allocate(env, (size_t) n_classes, sizeof(char *));
	if (target->labels == NULL)
		return ML_OUT_OF_MEMORY;
	memcpy(target->labels, labels, sizeof(char *) * (size_t) n_classes);
	if (column->code != NULL)
		ML_TRY(match_categories(env, column, n_classes, labels, target));
	else
		ML_TRY(match_numbers(env, column, n_classes, labels, target));

	for (row = 0; row < target->n_rows; row++)
	{
		if (target->y[row] == 0 || target->y[row] == 1)
			target->class_rows[target->y[row] == 1]++;
	}
	return ML_OK;
}

MlStatus
ml_target_match(MlEnv *env, const MlTable *table, int column_index, MlTask task,
				int n_classes, char *const *labels, MlTarget *target)
{
	if (task == ML_ANOMALY)
	{
		memset(target, 0, sizeof(*target));
		if (column_index >= 0)
			ML_TRY(ml_target_match(env, table, column_index, ML_CLASSIFICATION, n_classes, labels,
								   target));
		return make_anomaly(env, table, target);
	}
	ML_TRY(ml_table_pin(table, column_index));
	ML_TRY(match_target(env, table, column_index, task, n_classes, labels, target));
	ml_table_unpin(table, column_index);
	return ML_OK;
}
