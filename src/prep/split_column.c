/*
 * prep/split_column.c
 *		Splits that follow a column: groups, time, and sides given by the user.
 *
 * Groups and times have one order for all classes. Its first rows are held
 * out (groups by the hash of the group, times newest first): the asked share,
 * at most max_holdout rows, but further up to the asked share as long as the
 * rarest class has fewer than min_class rows there. Equal groups and equal
 * times stay together. Rows without a group stand for themselves; rows
 * without a time are trained on.
 */
#include <math.h>
#include <string.h>

#include "prep/splitter.h"

#define STOP_ROWS		4096
#define SHOWN_BYTES		40

static const MlColumn *
split_column(const MlSplitter *splitter)
{
	return &splitter->table->columns[splitter->options->column];
}

/* How many of the first rows in the order to hold out. */
static int64_t
count_wanted(const MlSplitter *splitter, int64_t count)
{
	const MlSplitOptions *options = splitter->options;
	int			rarest = ml_splitter_rarest(splitter);
	int64_t		asked = ml_splitter_share(options->holdout, count);
	int64_t		least = 0;
	int64_t		found = 0;
	int64_t		wanted;

	if (splitter->n_classes > 1)
	{
		least = ml_splitter_share(options->holdout, splitter->class_rows[rarest]);
		if (least > options->min_class)
			least = options->min_class;
	}
	for (wanted = 0; wanted < asked; wanted++)
	{
		if (wanted >= options->max_holdout && found >= least)
			break;
		if (ml_splitter_class(splitter, splitter->row[splitter->order[wanted]]) == rarest)
			found++;
	}
	return wanted > 0 ? wanted : 1;
}

/* Hold out the first of the gathered rows by key. */
static MlStatus
hold_out_first(MlSplitter *splitter, int64_t count, int64_t *cut)
{
	int64_t		i;

	ML_TRY(ml_splitter_order(splitter, count));
	*cut = ml_splitter_cut(splitter, count, count_wanted(splitter, count));
	if (*cut == 0)
	{
		ml_fail(splitter->env, ML_INVALID_DATA,
				"split column \"%s\" has fewer than two different values",
				split_column(splitter)->name);
		ml_hint(splitter->env, "Use another split method or column.");
		return ML_INVALID_DATA;
	}
	for (i = 0; i < *cut; i++)
		splitter->split->side[splitter->row[splitter->order[i]]] = ML_SIDE_HOLDOUT;
	return ML_OK;
}

MlStatus
ml_split_by_group(MlSplitter *splitter)
{
	MlSplitRule *rule = &splitter->split->rule;
	int64_t		count;
	int64_t		cut;
	int			c;

	ML_TRY(ml_splitter_gather(splitter, ML_ALL_CLASSES, &count));
	ML_TRY(hold_out_first(splitter, count, &cut));
	for (c = 0; c < splitter->n_classes; c++)
		rule->holdout_below[c] = ml_splitter_threshold(splitter, cut, 0);
	return ML_OK;
}

MlStatus
ml_split_by_time(MlSplitter *splitter)
{
	const MlColumn *column = split_column(splitter);
	int64_t		count = 0;
	int64_t		cut;
	int64_t		row;

	if (ml_type_kind(column->type) == ML_KIND_CATEGORY)
	{
		ml_fail(splitter->env, ML_INVALID_OPTION,
				"column \"%s\" of type %s cannot order rows in time", column->name,
				ml_type_name(column->type));
		ml_hint(splitter->env, "Name a column of dates, timestamps or numbers.");
		return ML_INVALID_OPTION;
	}
	for (row = 0; row < splitter->table->n_rows; row++)
	{
		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(splitter->env));
		if (splitter->split->side[row] != ML_SIDE_TRAIN || isnan(column->number[row]))
			continue;
		splitter->key[count] = -column->number[row];	/* newest first */
		splitter->row[count] = (uint32_t) row;
		count++;
	}
	ML_TRY(hold_out_first(splitter, count, &cut));
	splitter->split->rule.time_after = column->number[splitter->row[splitter->order[cut]]];
	return ML_OK;
}

/*
 * Sides given by the user
 */

static bool
same_word(const char *text, size_t length, const char *word)
{
	size_t		i;

	if (strlen(word) != length)
		return false;
	for (i = 0; i < length; i++)
	{
		char lower = text[i] >= 'A' && text[i] <= 'Z' ? (char) (text[i] - 'A' + 'a') : text[i];

		if (lower != word[i])
			return false;
	}
	return true;
}

/* The side that a value names; false for any other value. */
static bool
side_of_value(const MlColumn *column, int64_t row, MlSide *side)
{
	static const struct
	{
		const char *word;
		MlSide		side;
	}			words[] = {
		{"train", ML_SIDE_TRAIN},
		{"test", ML_SIDE_HOLDOUT},
		{"holdout", ML_SIDE_HOLDOUT},
		{"evaluate", ML_SIDE_HOLDOUT},
		{"validate", ML_SIDE_VALIDATE},
		{"validation", ML_SIDE_VALIDATE}
	};
	const MlDictionary *dictionary = &column->dictionary;
	size_t		i;

	if (column->code == NULL)
	{
		double		value = column->number[row];

		*side = value == 1 ? ML_SIDE_HOLDOUT : ML_SIDE_TRAIN;
		return value == 0 || value == 1;
	}
	if (column->code[row] < 0)
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (same_word(dictionary->text[column->code[row]], dictionary->length[column->code[row]],
					  words[i].word))
		{
			*side = words[i].side;
			return true;
		}
	}
	return false;
}

static MlStatus
fail_side(const MlSplitter *splitter, const MlColumn *column, int64_t row)
{
	MlEnv	   *env = splitter->env;

	if (column->code == NULL && isnan(column->number[row]))
		ml_fail(env, ML_INVALID_DATA, "split column \"%s\" has no value in some rows",
				column->name);
	else if (column->code == NULL)
		ml_fail(env, ML_INVALID_DATA,
				"split column \"%s\" has the value %.15g, which names no side", column->name,
				column->number[row]);
	else if (column->code[row] < 0)
		ml_fail(env, ML_INVALID_DATA, "split column \"%s\" has no value in some rows",
				column->name);
	else
	{
		const char *text = column->dictionary.text[column->code[row]];

		ml_fail(env, ML_INVALID_DATA,
				"split column \"%s\" has the value \"%.*s\", which names no side", column->name,
				ml_cut_text(text, column->dictionary.length[column->code[row]], SHOWN_BYTES), text);
	}
	ml_hint(env, "Rows are held out with true, 1, 'test', 'holdout' or 'evaluate', trained on with false, 0 or 'train', "
		"and kept for early stopping with 'validate' or 'validation'.");
	return ML_INVALID_DATA;
}

MlStatus
ml_split_by_column(MlSplitter *splitter, bool *has_validation)
{
	const MlColumn *column = split_column(splitter);
	int64_t		row;

	*has_validation = false;
	if (ml_type_kind(column->type) == ML_KIND_TIME)
		return ml_fail(splitter->env, ML_INVALID_OPTION,
					   "column \"%s\" of type %s cannot name sides", column->name,
					   ml_type_name(column->type));
	for (row = 0; row < splitter->table->n_rows; row++)
	{
		MlSide		side = ML_SIDE_TRAIN;

		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(splitter->env));
		if (splitter->split->side[row] == ML_SIDE_UNUSED)
			continue;
		if (!side_of_value(column, row, &side))
			return fail_side(splitter, column, row);
		splitter->split->side[row] = (uint8_t) side;
		*has_validation = *has_validation || side == ML_SIDE_VALIDATE;
	}
	return ML_OK;
}
