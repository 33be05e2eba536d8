/*
 * prep/target_match.c
 *		The target of a model in other rows, for evaluation.
 */
#include <math.h>
#include <string.h>

#include "prep/label.h"
#include "prep/target_parts.h"

#define STOP_ROWS			4096

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

	for (i = 0; i < n_classes && i < ML_MAX_LISTED; i++)
		ml_list_label(list, sizeof(list), labels[i], strlen(labels[i]));
	ml_fail(env, ML_INVALID_DATA,
			"target column \"%s\" has the value \"%.*s\", which is no class of the model",
			column->name, ml_cut_text(text, length, ML_SHOWN_BYTES), text);
	ml_detail(env, "The classes are %s%s.", list, n_classes > ML_MAX_LISTED ? " and others" : "");
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

	ML_TRY(ml_target_begin(env, table, column, target));
	if (task == ML_REGRESSION)
		return ml_target_numbers(env, column, target);

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
		if (!isnan(target->y[row]))
			target->class_rows[(int) target->y[row]]++;
	}
	return ML_OK;
}

MlStatus
ml_target_match(MlEnv *env, const MlTable *table, int column_index, MlTask task,
				int n_classes, char *const *labels, MlTarget *target)
{
	if (!ml_task_predicts(task))
	{
		memset(target, 0, sizeof(*target));
		if (column_index >= 0)
			ML_TRY(ml_target_match(env, table, column_index, ML_CLASSIFICATION, n_classes, labels,
								   target));
		return ml_target_rows(env, table, task, target);
	}
	ML_TRY(ml_table_pin(table, column_index));
	ML_TRY(match_target(env, table, column_index, task, n_classes, labels, target));
	ml_table_unpin(table, column_index);
	return ML_OK;
}
