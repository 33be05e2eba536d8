/*
 * prep/columns.c
 *		Which columns of a source become features.
 *
 * Each column gets one verdict; the first rule that applies wins, so that a
 * column is explained once. The rules for users are in docs/columns.md.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/sort.h"
#include "prep/columns.h"

#define STOP_ROWS		4096
#define SHOWN_BYTES		64		/* of a name that the user gave */

typedef enum Verdict
{
	TAKEN,
	NOT_ASKED,					/* said by the user: no warning */
	IS_KEY,
	IN_PRIMARY_KEY,
	IS_IDENTITY,
	HAS_UNIQUE_INDEX,
	FROM_TARGET,
	SPLITS,
	EMPTY,
	CONSTANT,
	UNIQUE_INTEGERS,
	UNIQUE_TEXTS
} Verdict;

static const char *const reasons[] = {
	[IS_KEY] = "it is the key",
	[IN_PRIMARY_KEY] = "it is the primary key",
	[IS_IDENTITY] = "it is an identity column",
	[HAS_UNIQUE_INDEX] = "it has a unique index",
	[FROM_TARGET] = "it is generated from the target",
	[SPLITS] = "it is the column of the split",
	[EMPTY] = "it has no value in any row",
	[CONSTANT] = "it has the same value in every row",
	[UNIQUE_INTEGERS] = "it has a different value in every row",
	[UNIQUE_TEXTS] = "it has a different value in every row"
};

/*
 * What the values say
 */

/* Rows looked at together, which begin at `first`. */
static int64_t
rows_at_once(const MlTable *table, int64_t first)
{
	return table->n_rows - first < STOP_ROWS ? table->n_rows - first : STOP_ROWS;
}

/* The same value in every row; a missing one among others is a difference. */
static MlStatus
is_constant(MlEnv *env, const MlTable *table, int index, bool *constant)
{
	const MlColumn *column = &table->columns[index];
	double		value[STOP_ROWS];
	double		same = 0;
	int64_t		first;
	int64_t		i;

	*constant = false;
	if (column->n_missing > 0)
		return ML_OK;
	*constant = !ml_column_is_category(column) || column->dictionary.n_entries == 1;
	if (ml_column_is_category(column))
		return ML_OK;
	for (first = 0; first < table->n_rows && *constant; first += STOP_ROWS)
	{
		int64_t		n = rows_at_once(table, first);

		ML_TRY(ml_check_stop(env));
		ML_TRY(ml_table_read(table, index, first, n, value));
		if (first == 0)
			same = value[0];
		for (i = 0; i < n; i++)
			*constant = *constant && value[i] == same;
	}
	return ML_OK;
}

/* Present values of an integer column, as keys, ascending. */
static MlStatus
sort_integers(MlEnv *env, const MlTable *table, int index, int64_t present, uint64_t **sorted)
{
	double		value[STOP_ROWS];
	int64_t		kept = 0;
	int64_t		first;
	int64_t		i;

	*sorted = ml_resize(env, NULL, (size_t) present, sizeof(uint64_t));
	if (*sorted == NULL)
		return ML_OUT_OF_MEMORY;
	for (first = 0; first < table->n_rows; first += STOP_ROWS)
	{
		int64_t		n = rows_at_once(table, first);

		ML_TRY(ml_check_stop(env));
		ML_TRY(ml_table_read(table, index, first, n, value));
		for (i = 0; i < n; i++)
		{
			if (!isnan(value[i]))
				(*sorted)[kept++] = ml_key_of_f64(value[i]);
		}
	}
	return ml_sort_u64(env, *sorted, (size_t) kept);
}

/* Whether the present values of an integer column are all different. */
static MlStatus
integers_differ(MlEnv *env, const MlTable *table, int index, bool *differ)
{
	int64_t		present = table->n_rows - table->columns[index].n_missing;
	double		value[STOP_ROWS];
	double		least = INFINITY;
	double		most = -INFINITY;
	uint64_t   *sorted;
	int64_t		first;
	int64_t		i;

	*differ = false;
	for (first = 0; first < table->n_rows; first += STOP_ROWS)
	{
		int64_t		n = rows_at_once(table, first);

		ML_TRY(ml_check_stop(env));
		ML_TRY(ml_table_read(table, index, first, n, value));
		for (i = 0; i < n; i++)
		{
			if (value[i] < least)
				least = value[i];
			if (value[i] > most)
				most = value[i];
		}
	}
	if (present < 2 || most - least + 1 < (double) present)
		return ML_OK;			/* more values than integers in between */

	ML_TRY(sort_integers(env, table, index, present, &sorted));
	*differ = true;
	for (i = 1; i < present && *differ; i++)
		*differ = sorted[i] != sorted[i - 1];
	ml_release(env, sorted);
	return ML_OK;
}

/* EMPTY, CONSTANT, UNIQUE_... or TAKEN, by the values alone. */
static MlStatus
judge_values(MlEnv *env, const MlTable *table, int index, Verdict *verdict)
{
	const MlColumn *column = &table->columns[index];
	int64_t		present = table->n_rows - column->n_missing;
	bool		constant = false;
	bool		differ = false;

	*verdict = TAKEN;
	if (present > 0)
		ML_TRY(is_constant(env, table, index, &constant));
	if (present == 0)
		*verdict = EMPTY;
	else if (constant)
		*verdict = CONSTANT;
	else if (ml_type_is_integer(column->type))
	{
		ML_TRY(integers_differ(env, table, index, &differ));
		if (differ)
			*verdict = UNIQUE_INTEGERS;
	}
	else if (ml_column_is_category(column) && column->type != ML_ENUM &&
			 present >= 2 && column->dictionary.n_entries == present)
		*verdict = UNIQUE_TEXTS;
	return ML_OK;
}

/*
 * What the user said
 */

static bool
is_among(const char *name, const char *const *names, int n_names)
{
	int			i;

	for (i = 0; i < n_names; i++)
	{
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static MlStatus
check_exists(MlEnv *env, const MlTable *table, const char *name, const char *option)
{
	char		list[ML_ERROR_TEXT - 64] = "";
	size_t		used = 0;
	int			i;

	if (ml_table_find(table, name) >= 0)
		return ML_OK;
	for (i = 0; i < table->n_columns; i++)
	{
		const char *other = table->columns[i].name;

		if (used + strlen(other) + 8 > sizeof(list))
		{
			used += (size_t) snprintf(list + used, sizeof(list) - used, " ...");
			break;
		}
		used += (size_t) snprintf(list + used, sizeof(list) - used, "%s\"%s\"", i > 0 ? ", " : "",
								  other);
	}
	ml_fail(env, ML_INVALID_OPTION, "column \"%.*s\" of option \"%s\" is not in the source",
			ml_cut_text(name, strlen(name), SHOWN_BYTES), name, option);
	ml_hint(env, "The source has the columns %s.", list);
	return ML_INVALID_OPTION;
}

static MlStatus
check_feature(MlEnv *env, const MlTable *table, const MlColumnChoice *choice, int at)
{
	const char *name = choice->features[at];
	const char *role = NULL;
	int			column;

	ML_TRY(check_exists(env, table, name, "features"));
	column = ml_table_find(table, name);
	if (column == choice->target)
		role = "target";
	else if (column == choice->weight)
		role = "weight";
	else if (column == choice->key)
		role = "key";
	if (role != NULL)
	{
		ml_fail(env, ML_INVALID_OPTION, "column \"%s\" is the %s and cannot be a feature",
				name, role);
		ml_hint(env, "Leave it out of features.");
		return ML_INVALID_OPTION;
	}
	if (is_among(name, choice->exclude, choice->n_exclude))
		return ml_fail(env, ML_INVALID_OPTION,
					   "column \"%s\" is both in \"features\" and in \"exclude\"", name);
	if (is_among(name, choice->features, at))
		return ml_fail(env, ML_INVALID_OPTION, "column \"%s\" is twice in \"features\"", name);
	return ML_OK;
}

static MlStatus
check_names(MlEnv *env, const MlTable *table, const MlColumnChoice *choice)
{
	int			i;

	for (i = 0; i < choice->n_exclude; i++)
		ML_TRY(check_exists(env, table, choice->exclude[i], "exclude"));
	if (choice->features == NULL)
		return ML_OK;
	for (i = 0; i < choice->n_features; i++)
		ML_TRY(check_feature(env, table, choice, i));
	return ML_OK;
}

/* The verdict on a column that nobody asked for by name. */
static MlStatus
judge_column(MlEnv *env, const MlTable *table, const MlColumnChoice *choice, int index,
             Verdict *verdict)
{
	const MlColumn *column = &table->columns[index];

	if (index == choice->target || index == choice->weight ||
		is_among(column->name, choice->exclude, choice->n_exclude))
		*verdict = NOT_ASKED;
	else if (index == choice->key)
		*verdict = IS_KEY;
	else if (column->facts.primary_key)
		*verdict = IN_PRIMARY_KEY;
	else if (column->facts.identity)
		*verdict = IS_IDENTITY;
	else if (column->facts.unique_index)
		*verdict = HAS_UNIQUE_INDEX;
	else if (column->facts.from_target)
		*verdict = FROM_TARGET;
	else if (index == choice->split_column)
		*verdict = SPLITS;
	else
		return judge_values(env, table, index, verdict);
	return ML_OK;
}

/* The verdict when features were asked for by name: taken or an error. */
static MlStatus
judge_named(MlEnv *env, const MlTable *table, const MlColumnChoice *choice, int index,
            Verdict *verdict)
{
	const MlColumn *column = &table->columns[index];
	Verdict		failure = TAKEN;
	bool		constant = false;

	*verdict = NOT_ASKED;
	if (!is_among(column->name, choice->features, choice->n_features))
		return ML_OK;
	*verdict = TAKEN;
	if (column->n_missing < table->n_rows)
		ML_TRY(is_constant(env, table, index, &constant));
	if (column->facts.from_target)
		failure = FROM_TARGET;
	else if (column->n_missing == table->n_rows)
		failure = EMPTY;
	else if (constant)
		failure = CONSTANT;
	if (failure != TAKEN)
	{
		ml_fail(env, ML_INVALID_DATA, "column \"%s\" cannot be a feature: %s",
				column->name, reasons[failure]);
		ml_hint(env, "Leave it out of features.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

/*
 * The outcome
 */

/* When nothing else is left, columns that only look like ids by their values. */
static bool
keep_unique_integers(MlEnv *env, const MlTable *table, Verdict *verdicts)
{
	bool		kept = false;
	int			i;

	for (i = 0; i < table->n_columns; i++)
	{
		if (verdicts[i] == TAKEN)
			return true;
	}
	for (i = 0; i < table->n_columns; i++)
	{
		if (verdicts[i] != UNIQUE_INTEGERS)
			continue;
		verdicts[i] = TAKEN;
		kept = true;
		ml_warn(env, "column \"%s\" has a different value in every row; it was kept because no better column is left",
			table->columns[i].name);
	}
	return kept;
}

static void
warn_left_out(MlEnv *env, const MlTable *table, const Verdict *verdicts)
{
	int			n_primary = 0;
	int			i;

	for (i = 0; i < table->n_columns; i++)
		n_primary += table->columns[i].facts.primary_key;
	for (i = 0; i < table->n_columns; i++)
	{
		const char *reason = reasons[verdicts[i]];

		if (verdicts[i] == IN_PRIMARY_KEY && n_primary > 1)
			reason = "it is part of the primary key";
		if (reason != NULL)
			ml_warn(env, "column \"%s\" was left out: %s", table->columns[i].name, reason);
	}
}

static void
take_columns(const MlTable *table, const Verdict *verdicts, int *chosen, int *n_chosen)
{
	int			i;

	*n_chosen = 0;
	for (i = 0; i < table->n_columns; i++)
	{
		if (verdicts[i] == TAKEN)
			chosen[(*n_chosen)++] = i;
	}
}

MlStatus
ml_choose_columns(MlEnv *env, const MlTable *table, const MlColumnChoice *choice, int *chosen,
                  int *n_chosen)
{
	Verdict    *verdicts;
	bool		any;
	int			i;

	ML_TRY(check_names(env, table, choice));
	verdicts = ml_allocate(env, (size_t) table->n_columns, sizeof(Verdict));
	if (verdicts == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < table->n_columns; i++)
	{
		ML_TRY(ml_check_stop(env));
		if (choice->features != NULL)
			ML_TRY(judge_named(env, table, choice, i, &verdicts[i]));
		else
			ML_TRY(judge_column(env, table, choice, i, &verdicts[i]));
	}
	any = keep_unique_integers(env, table, verdicts);
	warn_left_out(env, table, verdicts);
	take_columns(table, verdicts, chosen, n_chosen);
	ml_release(env, verdicts);
	if (!any)
	{
		ml_fail(env, ML_INVALID_DATA, "no column is left to learn from");
		ml_detail(env, "Keys, constants, empty columns and columns with a different value in every row are left out.");
		ml_hint(env, "Name the columns to learn from with features => ARRAY[...].");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}
