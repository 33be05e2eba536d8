/*
 * prep/groups.c
 *		Rows told apart by the values of some columns.
 *
 * Columns are taken one after the other: the groups so far and the values of
 * the next column give the groups by both. So all that is ever looked up is
 * one whole number, in a small table of those that have occurred.
 */
#include "prep/groups.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "math/sort.h"
#include "prep/label.h"

#define STOP_ROWS		4096
#define N_SLOTS			32768	/* a power of two, above twice ML_MAX_GROUPS */

/* Behind every number and every code. */
#define MISSING_KEY		UINT64_MAX

/* Some whole numbers, and the rank of each once they are sorted. */
typedef struct Keys
{
	int			n;
	uint64_t   *keys;			/* (n) in order of appearance, then sorted */
	int32_t    *slots;			/* (N_SLOTS) index into keys, -1: empty */
	int32_t    *rank;			/* (n) by order of appearance */
	uint64_t   *appeared;		/* (n) the keys in that order */
} Keys;

static MlStatus
begin_keys(MlEnv *env, Keys *keys)
{
	memset(keys, 0, sizeof(*keys));
	keys->keys = ml_allocate(env, ML_MAX_GROUPS, sizeof(uint64_t));
	keys->appeared = ml_allocate(env, ML_MAX_GROUPS, sizeof(uint64_t));
	keys->rank = ml_allocate(env, ML_MAX_GROUPS, sizeof(int32_t));
	keys->slots = ml_allocate(env, N_SLOTS, sizeof(int32_t));
	return keys->keys != NULL && keys->appeared != NULL && keys->rank != NULL &&
		keys->slots != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

static void
clear_keys(Keys *keys)
{
	keys->n = 0;
	memset(keys->slots, 0xff, N_SLOTS * sizeof(int32_t));
}

static void
end_keys(MlEnv *env, Keys *keys)
{
	ml_release(env, keys->keys);
	ml_release(env, keys->appeared);
	ml_release(env, keys->rank);
	ml_release(env, keys->slots);
}

/* The slot of a key, or the empty one where it belongs. */
static uint32_t
find_slot(const Keys *keys, uint64_t key)
{
	uint32_t	slot = (uint32_t) ml_mix64(key) % N_SLOTS;

	while (keys->slots[slot] >= 0 && keys->appeared[keys->slots[slot]] != key)
		slot = (slot + 1) % N_SLOTS;
	return slot;
}

/* False when there are too many. */
static bool
add_key(Keys *keys, uint64_t key)
{
	uint32_t	slot = find_slot(keys, key);

	if (keys->slots[slot] >= 0)
		return true;
	if (keys->n == ML_MAX_GROUPS)
		return false;
	keys->slots[slot] = keys->n;
	keys->appeared[keys->n++] = key;
	return true;
}

static int
rank_of(const Keys *keys, uint64_t key)
{
	return keys->rank[keys->slots[find_slot(keys, key)]];
}

/*
 * Sort the keys and learn their ranks. Codes of a dictionary are sorted by
 * their texts, all else by number.
 */
static MlStatus
rank_keys(MlEnv *env, Keys *keys, const MlDictionary *dictionary)
{
	int			width;
	int			i;

	memcpy(keys->keys, keys->appeared, (size_t) keys->n * sizeof(uint64_t));
	if (dictionary == NULL)
		ML_TRY(ml_sort_u64(env, keys->keys, (size_t) keys->n));
	/* shell sort: few texts, in place, no recursion */
	for (width = dictionary == NULL ? 0 : keys->n / 2; width > 0; width /= 2)
	{
		ML_TRY(ml_check_stop(env));
		for (i = width; i < keys->n; i++)
		{
			uint64_t	key = keys->keys[i];
			int			at = i;

			for (; at >= width; at -= width)
			{
				uint64_t	before = keys->keys[at - width];

				if (before != MISSING_KEY &&
					(key == MISSING_KEY ||
					 ml_compare_bytes(dictionary->text[before], dictionary->length[before],
									  dictionary->text[key], dictionary->length[key]) < 0))
					break;
				keys->keys[at] = before;
			}
			keys->keys[at] = key;
		}
	}
	for (i = 0; i < keys->n; i++)
		keys->rank[keys->slots[find_slot(keys, keys->keys[i])]] = i;
	return ML_OK;
}

static uint64_t
value_key(const MlColumn *column, int64_t row)
{
	if (ml_column_is_category(column))
		return column->code[row] < 0 ? MISSING_KEY : (uint64_t) column->code[row];
	return isnan(column->number[row]) ? MISSING_KEY : ml_key_of_f64(column->number[row]);
}

static MlStatus
too_many(MlEnv *env, const MlColumn *column, bool alone)
{
	if (alone)
		ml_fail(env, ML_INVALID_DATA, "column \"%s\" of partition_by has more than %d values",
				column->name, ML_MAX_GROUPS);
	else
		ml_fail(env, ML_INVALID_DATA, "the columns of partition_by have more than %d combinations",
				ML_MAX_GROUPS);
	ml_hint(env, "Name columns with fewer values, or give a query as source that makes coarser ones.");
	return ML_INVALID_DATA;
}

/* The distinct values of a column, in order. */
static MlStatus
collect_values(MlEnv *env, const MlColumn *column, const uint32_t *rows, int64_t n_rows, Keys *keys)
{
	int64_t		i;

	clear_keys(keys);
	for (i = 0; i < n_rows; i++)
	{
		if (i % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		if (!add_key(keys, value_key(column, rows[i])))
			return too_many(env, column, true);
	}
	return rank_keys(env, keys, ml_column_is_category(column) ? &column->dictionary : NULL);
}

/* Copies of the values, without missing. */
static MlStatus
keep_values(MlEnv *env, const MlColumn *column, const Keys *keys, MlGroupColumn *kept)
{
	double	   *number;
	int			n = keys->n;
	int			i;

	if (n > 0 && keys->keys[n - 1] == MISSING_KEY)
		n--;
	kept->n_values = n;
	if (!ml_column_is_category(column))
	{
		kept->number = number = ml_allocate(env, (size_t) n + 1, sizeof(double));
		if (number == NULL)
			return ML_OUT_OF_MEMORY;
		for (i = 0; i < n; i++)
			number[i] = ml_f64_of_key(keys->keys[i]);
		return ML_OK;
	}
	kept->text = ml_allocate(env, (size_t) n + 1, sizeof(char *));
	kept->length = ml_allocate(env, (size_t) n + 1, sizeof(uint32_t));
	if (kept->text == NULL || kept->length == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n; i++)
	{
		kept->length[i] = column->dictionary.length[keys->keys[i]];
		kept->text[i] = ml_copy_text(env, column->dictionary.text[keys->keys[i]], kept->length[i]);
		if (kept->text[i] == NULL)
			return ML_OUT_OF_MEMORY;
	}
	return ML_OK;
}

/* Groups by one column more: from what they are without it, in group[]. */
static MlStatus
split_groups(MlEnv *env, const MlColumn *column, const uint32_t *rows, int64_t n_rows,
			 const Keys *values, Keys *pairs, int32_t *group)
{
	uint64_t	n = (uint64_t) values->n;
	int64_t		i;

	clear_keys(pairs);
	for (i = 0; i < n_rows; i++)
	{
		uint64_t	value = (uint64_t) rank_of(values, value_key(column, rows[i]));

		if (i % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		if (!add_key(pairs, (uint64_t) group[i] * n + value))
			return too_many(env, column, false);
	}
	ML_TRY(rank_keys(env, pairs, NULL));
	for (i = 0; i < n_rows; i++)
	{
		uint64_t	value = (uint64_t) rank_of(values, value_key(column, rows[i]));

		if (i % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		group[i] = rank_of(pairs, (uint64_t) group[i] * n + value);
	}
	return ML_OK;
}

/* Places of the new groups: those of the former ones, then that of the new column. */
static MlStatus
extend_places(MlEnv *env, const Keys *values, const Keys *pairs, int column, MlGroups *groups)
{
	size_t		width = (size_t) groups->n_columns;
	int32_t    *place = ml_allocate(env, (size_t) pairs->n + 1, width * sizeof(int32_t));
	int			i;

	if (place == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < pairs->n; i++)
	{
		uint64_t	former = pairs->keys[i] / (uint64_t) values->n;

		if (column > 0)
			memcpy(place + (size_t) i * width, groups->place + former * width,
				   (size_t) column * sizeof(int32_t));
		place[(size_t) i * width + (size_t) column] = (int32_t) (pairs->keys[i] % (uint64_t) values->n);
	}
	ml_release(env, groups->place);
	groups->place = place;
	groups->n_groups = pairs->n;
	return ML_OK;
}

static MlStatus
find_column(MlEnv *env, const MlSignature *signature, const MlTable *table, int feature, int *index)
{
	const MlFeature *wanted = &signature->features[feature];

	*index = ml_table_find(table, wanted->name);
	if (*index < 0)
		return ml_fail(env, ML_INVALID_DATA, "the source has no column \"%s\", which the model needs",
					   wanted->name);
	if (ml_type_kind(table->columns[*index].type) != ml_type_kind(wanted->type))
		return ml_fail(env, ML_INVALID_DATA, "column \"%s\" is of type %s, but the model was trained on %s",
					   wanted->name, ml_type_name(table->columns[*index].type),
					   ml_type_name(wanted->type));
	if (ml_type_kind(wanted->type) == ML_KIND_TIME)
	{
		ml_fail(env, ML_INVALID_DATA, "column \"%s\" of partition_by is of type %s", wanted->name,
				ml_type_name(wanted->type));
		ml_hint(env, "Give a query as source that makes text or a number of it, such as the year.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

MlStatus
ml_groups_collect(MlEnv *env, const MlSignature *signature, const MlTable *table,
				  const int *features, int n_features, const uint32_t *rows, int64_t n_rows,
				  MlGroups *groups)
{
	int32_t    *group = ml_allocate(env, (size_t) n_rows + 1, sizeof(int32_t));
	Keys		values;
	Keys		pairs;
	int			c;

	memset(groups, 0, sizeof(*groups));
	groups->n_columns = n_features;
	groups->columns = ml_allocate(env, (size_t) n_features + 1, sizeof(MlGroupColumn));
	if (group == NULL || groups->columns == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(begin_keys(env, &values));
	ML_TRY(begin_keys(env, &pairs));
	for (c = 0; c < n_features; c++)
	{
		const MlColumn *column;
		int			index;

		ML_TRY(find_column(env, signature, table, features[c], &index));
		column = &table->columns[index];
		groups->columns[c].feature = features[c];
		ML_TRY(ml_table_pin(table, index));
		ML_TRY(collect_values(env, column, rows, n_rows, &values));
		ML_TRY(keep_values(env, column, &values, &groups->columns[c]));
		ML_TRY(split_groups(env, column, rows, n_rows, &values, &pairs, group));
		ML_TRY(extend_places(env, &values, &pairs, c, groups));
		ml_table_unpin(table, index);
	}
	end_keys(env, &values);
	end_keys(env, &pairs);
	ml_release(env, group);
	return ML_OK;
}

/*
 * Finding a group
 */

/* The place of a text among the values of a column, or -1. */
static int
find_text(const MlGroupColumn *column, const char *text, size_t length)
{
	int			low = 0;
	int			high = column->n_values;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		int			order = ml_compare_bytes(text, length, column->text[middle], column->length[middle]);

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

static int
find_number(const MlGroupColumn *column, double number)
{
	int			low = 0;
	int			high = column->n_values;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (number == column->number[middle])
			return middle;
		if (number < column->number[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

/* -1, 0, 1: order of a row's places and those of a group. */
static int
compare_places(const int32_t *a, const int32_t *b, int n)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	}
	return 0;
}

/* The group with these places, or -1; a place of -1 is in none. */
static int
find_places(const MlGroups *groups, const int32_t *place)
{
	int			low = 0;
	int			high = groups->n_groups;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		int			order = compare_places(place, groups->place + (size_t) middle * (size_t) groups->n_columns,
										   groups->n_columns);

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

int
ml_groups_find(const MlGroups *groups, const MlValue *values)
{
	int32_t		place[ML_MAX_GROUP_COLUMNS];
	int			c;

	for (c = 0; c < groups->n_columns; c++)
	{
		const MlGroupColumn *column = &groups->columns[c];
		const MlValue *value = &values[column->feature];

		if (value->missing || (column->text == NULL && isnan(value->number)))
			place[c] = column->n_values;
		else if (column->text != NULL)
			place[c] = find_text(column, value->text, value->length);
		else
			place[c] = find_number(column, value->number);
	}
	return find_places(groups, place);
}

/* A column of a table whose rows are to be assigned. */
typedef struct Assigned
{
	int			index;			/* in the table */
	const MlColumn *column;
	int32_t    *place;			/* categories: of each entry of the dictionary */
} Assigned;

static MlStatus
begin_assigned(MlEnv *env, const MlSignature *signature, const MlTable *table,
			   const MlGroupColumn *column, Assigned *assigned)
{
	const MlDictionary *dictionary;
	int32_t		entry;

	ML_TRY(find_column(env, signature, table, column->feature, &assigned->index));
	assigned->column = &table->columns[assigned->index];
	ML_TRY(ml_table_pin(table, assigned->index));
	assigned->place = NULL;
	if (column->text == NULL)
		return ML_OK;
	dictionary = &assigned->column->dictionary;
	assigned->place = ml_allocate(env, (size_t) dictionary->n_entries + 1, sizeof(int32_t));
	if (assigned->place == NULL)
		return ML_OUT_OF_MEMORY;
	for (entry = 0; entry < dictionary->n_entries; entry++)
	{
		if (entry % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		assigned->place[entry] = find_text(column, dictionary->text[entry], dictionary->length[entry]);
	}
	return ML_OK;
}

static int32_t
place_of(const MlGroupColumn *column, const Assigned *assigned, int64_t row)
{
	if (column->text != NULL)
	{
		int32_t		code = assigned->column->code[row];

		return code < 0 ? column->n_values : assigned->place[code];
	}
	if (isnan(assigned->column->number[row]))
		return column->n_values;
	return find_number(column, assigned->column->number[row]);
}

MlStatus
ml_groups_assign(MlEnv *env, const MlGroups *groups, const MlSignature *signature,
				 const MlTable *table, const uint32_t *rows, int64_t n_rows, int32_t *group)
{
	Assigned	assigned[ML_MAX_GROUP_COLUMNS];
	int32_t		place[ML_MAX_GROUP_COLUMNS];
	int64_t		i;
	int			c;

	for (c = 0; c < groups->n_columns; c++)
		ML_TRY(begin_assigned(env, signature, table, &groups->columns[c], &assigned[c]));
	for (i = 0; i < n_rows; i++)
	{
		int64_t		row = rows != NULL ? rows[i] : i;

		if (i % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		for (c = 0; c < groups->n_columns; c++)
			place[c] = place_of(&groups->columns[c], &assigned[c], row);
		group[i] = find_places(groups, place);
	}
	for (c = 0; c < groups->n_columns; c++)
	{
		ml_table_unpin(table, assigned[c].index);
		ml_release(env, assigned[c].place);
	}
	return ML_OK;
}

const char *
ml_group_text(const MlGroups *groups, const MlSignature *signature, int group, int column, char *room)
{
	const MlGroupColumn *values = &groups->columns[column];
	int32_t		place = groups->place[(size_t) group * (size_t) groups->n_columns + (size_t) column];

	if (place == values->n_values)
		return NULL;
	if (values->text != NULL)
		return values->text[place];
	ml_number_text(signature->features[values->feature].type, values->number[place], room, ML_NUMBER_TEXT);
	return room;
}
