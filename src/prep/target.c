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
#include "prep/target_parts.h"

#define STOP_ROWS			4096

/* Distinct values of a number column, ascending; n = ML_MAX_CLASSES + 1: or more. */
typedef struct Distinct
{
	double		value[ML_MAX_CLASSES + 1];
	int			n;
} Distinct;

/* A class before its number is known. */
typedef struct Class
{
	char	   *label;
	int64_t		rows;
} Class;

/* All of them: in order of the codes of a category, ascending values of a number. */
typedef struct Classes
{
	int			n;
	Class		found[ML_MAX_CLASSES];
} Classes;

/*
 * Distinct values
 */

/* The place of a value among the distinct ones, or where it would belong. */
static int
find_value(const Distinct *distinct, double value)
{
	int			low = 0;
	int			high = distinct->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (distinct->value[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static MlStatus
find_distinct(MlEnv *env, const MlColumn *column, int64_t n_rows, Distinct *distinct)
{
	int64_t		row;

	distinct->n = 0;
	for (row = 0; row < n_rows && distinct->n <= ML_MAX_CLASSES; row++)
	{
		double		value = column->number[row];
		int			at;

		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		if (isnan(value))
			continue;
		at = find_value(distinct, value);
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
		if (at == ML_MAX_LISTED)
			continue;
		if (n < ML_MAX_LISTED)
			n++;
		memmove(&entries[at + 1], &entries[at], sizeof(int32_t) * (size_t) (n - 1 - at));
		entries[at] = code;
	}
	return n;
}

/* Append "label" to a list; the list is long enough for ML_MAX_LISTED of them. */
void
ml_list_label(char *list, size_t size, const char *label, size_t length)
{
	size_t		used = strlen(list);

	snprintf(list + used, size - used, "%s\"%.*s\"", used > 0 ? ", " : "",
			 ml_cut_text(label, length, ML_SHOWN_BYTES), label);
}

/*
 * Errors
 */

static MlStatus
fail_one_class(MlEnv *env, const MlColumn *column, const char *label)
{
	ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has only one class, \"%.*s\"",
			column->name, ml_cut_text(label, strlen(label), ML_SHOWN_BYTES), label);
	ml_detail(env, "All rows with a value in the target are of this class.");
	ml_hint(env, "Give a source that has rows of other classes, too.");
	return ML_INVALID_DATA;
}

/* Ten labels of a column that has too many, and how to have fewer. */
static void
explain_classes(MlEnv *env, const MlColumn *column, const Distinct *distinct)
{
	char		list[ML_ERROR_TEXT] = "";
	bool		more;
	int			i;

	if (column->code != NULL)
	{
		int32_t		entries[ML_MAX_LISTED + 1];
		int			n = first_entries(&column->dictionary, entries);

		for (i = 0; i < n; i++)
			ml_list_label(list, sizeof(list), column->dictionary.text[entries[i]],
					   column->dictionary.length[entries[i]]);
		more = column->dictionary.n_entries > n;
	}
	else
	{
		for (i = 0; i < distinct->n && i < ML_MAX_LISTED; i++)
		{
			char		label[ML_NUMBER_TEXT];

			ml_number_text(column->type, distinct->value[i], label, sizeof(label));
			ml_list_label(list, sizeof(list), label, strlen(label));
		}
		more = distinct->n > ML_MAX_LISTED;
	}
	ml_detail(env, "The classes are %s%s.", list, more ? " and others" : "");
	if (column->code != NULL)
		ml_hint(env, "Give a query as source that puts values into fewer groups, for example with CASE.");
	else
		ml_hint(env, "Use task => 'regression', or give a query as source that puts values into fewer groups.");
}

static MlStatus
fail_many_classes(MlEnv *env, const MlColumn *column, const Distinct *distinct)
{
	if (column->code != NULL)
		ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has %d classes, but at most %d are supported",
				column->name, (int) column->dictionary.n_entries, ML_MAX_CLASSES);
	else
		ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has more than %d classes, which are not supported",
				column->name, ML_MAX_CLASSES);
	explain_classes(env, column, distinct);
	return ML_INVALID_DATA;
}

/* Values that are nearly all distinct name rows, not classes. */
static MlStatus
fail_few_rows(MlEnv *env, const MlColumn *column, const Distinct *distinct, int n_classes,
			  int64_t n_present)
{
	ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has %d classes in %lld rows", column->name,
			n_classes, (long long) n_present);
	explain_classes(env, column, distinct);
	return ML_INVALID_DATA;
}

/* Append all classes, or as many as an error shows. */
static void
list_classes(const Classes *classes, char *list, size_t size)
{
	int			i;

	for (i = 0; i < classes->n && i < ML_MAX_LISTED; i++)
		ml_list_label(list, size, classes->found[i].label, strlen(classes->found[i].label));
	if (classes->n > ML_MAX_LISTED)
		snprintf(list + strlen(list), size - strlen(list), " and others");
}

static MlStatus
fail_positive(MlEnv *env, const char *positive, const Classes *classes)
{
	char		list[ML_ERROR_TEXT] = "";

	list_classes(classes, list, sizeof(list));
	if (classes->n > 2)
		ml_fail(env, ML_INVALID_OPTION, "option \"positive\" is only for two classes, but the target has %d",
				classes->n);
	else
		ml_fail(env, ML_INVALID_OPTION, "the target has no class \"%.*s\" to be positive",
				ml_cut_text(positive, strlen(positive), ML_SHOWN_BYTES), positive);
	ml_detail(env, "The classes are %s.", list);
	if (classes->n > 2)
		ml_hint(env, "Leave it out, and name the class when you ask for its probability.");
	else
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

MlStatus
ml_target_begin(MlEnv *env, const MlTable *table, const MlColumn *column, MlTarget *target)
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

MlStatus
ml_target_numbers(MlEnv *env, const MlColumn *column, MlTarget *target)
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
	ML_TRY(ml_target_numbers(env, column, target));
	if (distinct->n == 1)
		return fail_constant(env, column, target->n_rows - target->n_missing);
	if (inferred && ml_type_is_integer(column->type) && distinct->n <= ML_MAX_LISTED)
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
choose_positive(MlEnv *env, const Classes *classes, const char *positive, int *index)
{
	const Class *found = classes->found;
	bool		yes[2];

	if (positive != NULL)
	{
		for (*index = 0; *index < 2; (*index)++)
		{
			if (strcmp(found[*index].label, positive) == 0)
				return ML_OK;
		}
		return fail_positive(env, positive, classes);
	}
	yes[0] = looks_yes(found[0].label);
	yes[1] = looks_yes(found[1].label);
	if (yes[0] != yes[1])
		*index = yes[1] ? 1 : 0;
	else if (found[0].rows != found[1].rows)
		*index = found[1].rows < found[0].rows ? 1 : 0;
	else
		*index = strcmp(found[1].label, found[0].label) > 0 ? 1 : 0;
	return ML_OK;
}

/* The classes of a number column; rows are counted later. */
static MlStatus
number_classes(MlEnv *env, const MlColumn *column, const Distinct *distinct, Classes *classes)
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
	if (distinct->n > ML_MAX_CLASSES)
		return fail_many_classes(env, column, distinct);
	for (i = 0; i < distinct->n; i++)
	{
		ml_number_text(column->type, distinct->value[i], label, sizeof(label));
		classes->found[i].label = ml_copy_text(env, label, strlen(label));
		if (classes->found[i].label == NULL)
			return ML_OUT_OF_MEMORY;
	}
	classes->n = distinct->n;
	return ML_OK;
}

static MlStatus
category_classes(MlEnv *env, const MlColumn *column, Classes *classes)
{
	const MlDictionary *dictionary = &column->dictionary;
	int			i;

	if (dictionary->n_entries > ML_MAX_CLASSES)
		return fail_many_classes(env, column, NULL);
	for (i = 0; i < dictionary->n_entries; i++)
	{
		classes->found[i].label = ml_copy_text(env, dictionary->text[i], dictionary->length[i]);
		if (classes->found[i].label == NULL)
			return ML_OUT_OF_MEMORY;
	}
	classes->n = dictionary->n_entries;
	return ML_OK;
}

/* y = index of each row's class as found, and the rows of each class. */
static MlStatus
count_classes(MlEnv *env, const MlColumn *column, const Distinct *distinct, const int64_t *times,
			  MlTarget *target, Classes *classes)
{
	int64_t		row;

	for (row = 0; row < target->n_rows; row++)
	{
		bool missing = column->code != NULL ? column->code[row] < 0 : isnan(column->number[row]);
		int			found;

		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		target->y[row] = NAN;
		if (missing)
			continue;
		found = column->code != NULL ? column->code[row] : find_value(distinct, column->number[row]);
		target->y[row] = found;
		classes->found[found].rows += times == NULL ? 1 : times[row];
	}
	return ML_OK;
}

/* Where a class comes in byte order among those that are learnt; -1 for one that is not. */
static int
byte_rank(const Classes *classes, int index)
{
	const Class *found = classes->found;
	int			rank = 0;
	int			i;

	if (found[index].rows < 2)
		return -1;
	for (i = 0; i < classes->n; i++)
	{
		if (found[i].rows >= 2 && strcmp(found[i].label, found[index].label) < 0)
			rank++;
	}
	return rank;
}

/*
 * A class of one row cannot be both learnt and judged. Beside others that is
 * no reason to learn nothing.
 */
static MlStatus
leave_out_single_rows(MlEnv *env, const MlColumn *column, MlTarget *target, Classes *classes)
{
	Classes    *kept;
	int			number[ML_MAX_CLASSES];
	char		list[ML_ERROR_TEXT] = "";
	int			n_left_out = 0;
	int64_t		row;
	int			i;

	kept = ml_allocate(env, 1, sizeof(Classes));
	if (kept == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < classes->n; i++)
	{
		number[i] = byte_rank(classes, i);
		if (number[i] >= 0)
		{
			kept->found[number[i]] = classes->found[i];
			kept->n++;
		}
		else if (n_left_out++ < ML_MAX_LISTED)
			ml_list_label(list, sizeof(list), classes->found[i].label, strlen(classes->found[i].label));
	}
	for (row = 0; row < target->n_rows; row++)
	{
		if (isnan(target->y[row]))
			continue;
		i = number[(int) target->y[row]];
		target->y[row] = i < 0 ? NAN : i;
	}
	target->n_missing += n_left_out;
	*classes = *kept;
	ml_release(env, kept);
	if (n_left_out > 0)
		ml_warn(env, "classes of column \"%s\" that have a single row were left out: %s%s",
				column->name, list, n_left_out > ML_MAX_LISTED ? ", ..." : "");
	return ML_OK;
}

/* Metrics of one class are stored under its label; the empty one stands for those of all classes. */
static MlStatus
refuse_empty_label(MlEnv *env, const MlColumn *column, const Classes *classes)
{
	int			i;

	for (i = 0; i < classes->n; i++)
	{
		if (classes->found[i].label[0] != '\0')
			continue;
		ml_fail(env, ML_INVALID_DATA, "target column \"%s\" has the empty text as one of %d classes",
				column->name, classes->n);
		ml_hint(env, "Give a query as source that names this class, or makes it NULL to leave its rows out.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

/* The second of two classes is the positive one. */
static MlStatus
put_positive_last(MlEnv *env, const char *positive, MlTarget *target, Classes *classes)
{
	Class		swap = classes->found[0];
	int			index;
	int64_t		row;

	ML_TRY(choose_positive(env, classes, positive, &index));
	if (index == 1)
		return ML_OK;
	classes->found[0] = classes->found[1];
	classes->found[1] = swap;
	for (row = 0; row < target->n_rows; row++)
		target->y[row] = 1 - target->y[row];	/* NaN stays NaN */
	return ML_OK;
}

static MlStatus
make_classes(MlEnv *env, const MlColumn *column, const Distinct *distinct, const int64_t *times,
			 const char *positive, MlTarget *target)
{
	Classes    *classes = ml_allocate(env, 1, sizeof(Classes));
	int64_t		n_present = target->n_rows - target->n_missing;
	int			i;

	if (classes == NULL)
		return ML_OUT_OF_MEMORY;
	if (column->code != NULL)
		ML_TRY(category_classes(env, column, classes));
	else
		ML_TRY(number_classes(env, column, distinct, classes));
	if (classes->n > 2 && times == NULL && 2 * (int64_t) classes->n > n_present)
		return fail_few_rows(env, column, distinct, classes->n, n_present);
	ML_TRY(count_classes(env, column, distinct, times, target, classes));
	if (classes->n > 2)
		ML_TRY(leave_out_single_rows(env, column, target, classes));
	if (classes->n < 2)
		return fail_one_class(env, column, classes->found[0].label);
	if (classes->n == 2)
		ML_TRY(put_positive_last(env, positive, target, classes));
	else if (positive != NULL)
		return fail_positive(env, positive, classes);
	else
		ML_TRY(refuse_empty_label(env, column, classes));

	target->task = ML_CLASSIFICATION;
	target->n_classes = classes->n;
	target->labels = ml_allocate(env, (size_t) classes->n, sizeof(char *));
	if (target->labels == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < classes->n; i++)
	{
		target->labels[i] = classes->found[i].label;
		target->class_rows[i] = classes->found[i].rows;
	}
	ml_release(env, classes);
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
 * Without a target there is nothing to learn but the rows themselves, so each
 * of them is of use. What a target of anomalies says only judges.
 */
MlStatus
ml_target_rows(MlEnv *env, const MlTable *table, MlTask task, MlTarget *target)
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
	target->task = task;
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
	Distinct	distinct;
	bool		inferred = task == 0;

	memset(&distinct, 0, sizeof(distinct));
	ML_TRY(ml_target_begin(env, table, column, target));
	if (column->number != NULL)
		ML_TRY(find_distinct(env, column, table->n_rows, &distinct));
	if (inferred)
		task = infer_task(column, &distinct);
	if (task == ML_CLASSIFICATION)
		return make_classes(env, column, &distinct, NULL, positive, target);

	ML_TRY(make_regression(env, column, &distinct, inferred, target));
	if (positive != NULL)
		return ml_fail(env, ML_INVALID_OPTION, "option \"positive\" is only for classification, "
					   "but target column \"%s\" is a number to predict", column->name);
	return ML_OK;
}

MlStatus
ml_target_classes(MlEnv *env, const MlTable *table, int column_index, const int64_t *times,
				  const char *positive, MlTarget *target)
{
	const MlColumn *column = &table->columns[column_index];
	Distinct	distinct;

	memset(&distinct, 0, sizeof(distinct));
	ML_TRY(ml_table_pin(table, column_index));
	ML_TRY(ml_target_begin(env, table, column, target));
	if (column->number != NULL)
		ML_TRY(find_distinct(env, column, table->n_rows, &distinct));
	ML_TRY(make_classes(env, column, &distinct, times, positive, target));
	ml_table_unpin(table, column_index);
	return ML_OK;
}

/* Which rows are anomalies, as two classes. */
static MlStatus
make_labels(MlEnv *env, const MlTable *table, int column_index, const char *positive,
            MlTarget *target)
{
	MlStatus	status = ml_target_make(env, table, column_index, ML_CLASSIFICATION, positive, target);

	if (status == ML_INVALID_DATA)
		ml_hint(env, "Anomalies are found without a target: leave it out, or name one with two labels that judges the scores.");
	return status;
}

MlStatus
ml_target_make(MlEnv *env, const MlTable *table, int column_index, int task, const char *positive,
               MlTarget *target)
{
	if (task != 0 && !ml_task_predicts((MlTask) task))
	{
		memset(target, 0, sizeof(*target));
		if (column_index >= 0 && table->n_rows > 0)
			ML_TRY(make_labels(env, table, column_index, positive, target));
		return ml_target_rows(env, table, (MlTask) task, target);
	}
	ML_TRY(ml_table_pin(table, column_index));
	ML_TRY(make_target(env, table, column_index, task, positive, target));
	ml_table_unpin(table, column_index);
	return ML_OK;
}
