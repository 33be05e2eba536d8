/*
 * prep/table.c
 *		Rows of a source as typed columns; spill.c has what does not fit.
 *
 * Columns grow together by doubling, up to the size of a block. A category column keeps a dictionary:
 * open addressing with linear probing, at most half full, over entries that
 * are numbered in order of first appearance. A row is either added as a whole
 * or not at all: room for it is made first, then the dictionaries take its
 * texts (and give them back when a later one fails), then nothing can fail.
 *
 * Limits: 2^31 - 1 rows, 2^30 categories a column, 4 GB a text.
 */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "prep/table.h"

#define FIRST_CAPACITY		256
#define FIRST_ENTRIES		16
#define MAX_ENTRIES			(INT32_C(1) << 30)
#define STOP_STEPS			4096

/* bigint values from here on may have lost their last digits as doubles */
#define EXACT_LIMIT			9007199254740992.0

/* Start of the hash of a value of each kind; part of the split contract. */
static const uint64_t kind_seed[] = {
	UINT64_C(0x6e756d6265720000),	/* ML_KIND_NUMBER */
	UINT64_C(0x63617465676f7279),	/* ML_KIND_CATEGORY */
	UINT64_C(0x74696d6500000000)	/* ML_KIND_TIME */
};

#define MISSING_WORD		UINT64_C(0x7ff8000000000000)

int
ml_compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t		common = a_length < b_length ? a_length : b_length;
	int			order = common > 0 ? memcmp(a, b, common) : 0;

	if (order != 0)
		return order < 0 ? -1 : 1;
	if (a_length == b_length)
		return 0;
	return a_length < b_length ? -1 : 1;
}

int
ml_cut_text(const char *text, size_t length, int limit)
{
	size_t		cut = (size_t) limit;

	if (length <= cut)
		return (int) length;
	while (cut > 0 && ((unsigned char) text[cut] & 0xc0) == 0x80)
		cut--;
	return (int) cut;
}

/*
 * Dictionary
 */

/* The slot that holds a text, or the empty one where it belongs. */
static uint32_t
find_slot(const MlDictionary *dictionary, const char *text, size_t length)
{
	uint32_t	mask = dictionary->n_slots - 1;
	uint32_t	slot = (uint32_t) ml_hash_bytes(0, text, length) & mask;

	while (dictionary->slots[slot] >= 0)
	{
		int32_t		code = dictionary->slots[slot];

		if (dictionary->length[code] == length &&
			(length == 0 || memcmp(dictionary->text[code], text, length) == 0))
			break;
		slot = (slot + 1) & mask;
	}
	return slot;
}

/* Twice the slots, with all entries put in again. */
static MlStatus
grow_slots(MlDictionary *dictionary, MlEnv *env)
{
	MlDictionary larger = *dictionary;
	int32_t		code;

	larger.n_slots = dictionary->n_slots == 0 ? 2 * FIRST_ENTRIES : 2 * dictionary->n_slots;
	larger.slots = ml_allocate(env, larger.n_slots, sizeof(int32_t));
	if (larger.slots == NULL)
		return ML_OUT_OF_MEMORY;
	memset(larger.slots, 0xff, larger.n_slots * sizeof(int32_t));

	for (code = 0; code < dictionary->n_entries; code++)
	{
		uint32_t	slot = find_slot(&larger, dictionary->text[code], dictionary->length[code]);

		larger.slots[slot] = code;
		if (code % STOP_STEPS == STOP_STEPS - 1 && ml_check_stop(env) != ML_OK)
		{
			ml_release(env, larger.slots);
			return ML_INTERRUPTED;
		}
	}
	ml_release(env, dictionary->slots);
	dictionary->slots = larger.slots;
	dictionary->n_slots = larger.n_slots;
	return ML_OK;
}

static MlStatus
grow_entries(MlDictionary *dictionary, MlEnv *env)
{
	int32_t capacity =
		dictionary->entry_capacity == 0 ? FIRST_ENTRIES : 2 * dictionary->entry_capacity;
	char	  **text;
	uint32_t   *length;
	int64_t    *count;

	text = ml_resize(env, dictionary->text, (size_t) capacity, sizeof(char *));
	if (text == NULL)
		return ML_OUT_OF_MEMORY;
	dictionary->text = text;
	length = ml_resize(env, dictionary->length, (size_t) capacity, sizeof(uint32_t));
	if (length == NULL)
		return ML_OUT_OF_MEMORY;
	dictionary->length = length;
	count = ml_resize(env, dictionary->count, (size_t) capacity, sizeof(int64_t));
	if (count == NULL)
		return ML_OUT_OF_MEMORY;
	dictionary->count = count;
	dictionary->entry_capacity = capacity;
	return ML_OK;
}

/* Append an entry that is not there yet. */
static MlStatus
add_entry(MlDictionary *dictionary, MlEnv *env, const char *text, size_t length, int32_t *code)
{
	char	   *copy;
	int32_t		entry = dictionary->n_entries;

	if (entry >= MAX_ENTRIES || length >= UINT32_MAX)
		return ml_fail(env, ML_LIMIT,
					   "a column has too many categories or a text that is too long");
	if (entry == dictionary->entry_capacity)
		ML_TRY(grow_entries(dictionary, env));
	if (2 * ((uint32_t) entry + 1) > dictionary->n_slots)
		ML_TRY(grow_slots(dictionary, env));
	copy = ml_copy_text(env, text, length);
	if (copy == NULL)
		return ML_OUT_OF_MEMORY;

	dictionary->slots[find_slot(dictionary, text, length)] = entry;
	dictionary->text[entry] = copy;
	dictionary->length[entry] = (uint32_t) length;
	dictionary->count[entry] = 0;
	dictionary->n_entries = entry + 1;
	*code = entry;
	return ML_OK;
}

MlStatus
ml_dictionary_add(MlDictionary *dictionary, MlEnv *env, const char *text, size_t length,
                  int32_t *code)
{
	if (length == 0)
		text = "";
	*code = -1;
	if (dictionary->n_slots > 0)
		*code = dictionary->slots[find_slot(dictionary, text, length)];
	if (*code < 0)
		ML_TRY(add_entry(dictionary, env, text, length, code));
	dictionary->count[*code]++;
	return ML_OK;
}

/*
 * Take back the latest ml_dictionary_add. An entry that it made is the newest
 * one, so no other was ever probed past its slot and the slot can be emptied.
 */
static void
forget_latest(MlDictionary *dictionary, MlEnv *env, int32_t code)
{
	if (--dictionary->count[code] > 0)
		return;
	dictionary->slots[find_slot(dictionary, dictionary->text[code], dictionary->length[code])] = -1;
	ml_release(env, dictionary->text[code]);
	dictionary->n_entries--;
}

/*
 * Table
 */

static int64_t
rows_of_block(const MlTable *table)
{
	size_t		bytes = 0;
	size_t		rows;
	int			i;

	for (i = 0; i < table->n_columns; i++)
		bytes += ml_column_width(&table->columns[i]);
	rows = table->env->block_bytes / bytes;

	if (table->env->block_bytes == 0 || table->env->file_open == NULL || rows > ML_MAX_ROWS)
		return ML_MAX_ROWS;
	return rows > FIRST_CAPACITY ? (int64_t) rows : FIRST_CAPACITY;
}

MlStatus
ml_table_begin(MlTable *table, MlEnv *env, int n_columns, const char *const *names,
			   const MlType *types, const MlColumnFacts *facts)
{
	int			i;

	memset(table, 0, sizeof(*table));
	table->env = env;
	if (n_columns < 1)
	{
		ml_fail(env, ML_INVALID_DATA, "the source has no column that can be used");
		ml_hint(env, "Numbers, booleans, text, enums, uuids, dates and timestamps can be used.");
		return ML_INVALID_DATA;
	}
	table->columns = ml_allocate(env, (size_t) n_columns, sizeof(MlColumn));
	if (table->columns == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_columns; i++)
	{
		MlColumn   *column = &table->columns[i];

		column->name = ml_copy_text(env, names[i], strlen(names[i]));
		if (column->name == NULL)
			return ML_OUT_OF_MEMORY;
		column->type = types[i];
		column->offset = table->row_bytes;
		table->row_bytes += ml_column_stored_width(column);
		if (facts != NULL)
			column->facts = facts[i];
	}
	table->n_columns = n_columns;
	table->block_rows = rows_of_block(table);
	return ML_OK;
}

/* Room for more rows; the old capacity stays valid when a column fails. */
static MlStatus
grow_table(MlTable *table)
{
	int64_t		capacity = table->capacity == 0 ? FIRST_CAPACITY : 2 * table->capacity;
	int			i;

	if (capacity > table->block_rows)
		capacity = table->block_rows;
	for (i = 0; i < table->n_columns; i++)
	{
		MlColumn   *column = &table->columns[i];
		void	   *grown;

		if (ml_column_is_category(column))
		{
			grown = ml_resize(table->env, column->code, (size_t) capacity, sizeof(int32_t));
			if (grown != NULL)
				column->code = grown;
		}
		else
		{
			grown = ml_resize(table->env, column->number, (size_t) capacity, sizeof(double));
			if (grown != NULL)
				column->number = grown;
		}
		if (grown == NULL)
			return ML_OUT_OF_MEMORY;
	}
	table->capacity = capacity;
	return ML_OK;
}

/* Codes of a new row; on failure the dictionaries are as before. */
static MlStatus
add_codes(MlTable *table, int64_t row, const MlValue *values)
{
	MlStatus	status = ML_OK;
	int			i;

	for (i = 0; i < table->n_columns && status == ML_OK; i++)
	{
		MlColumn   *column = &table->columns[i];

		if (column->code == NULL)
			continue;
		column->code[row] = -1;
		if (!values[i].missing)
			status = ml_dictionary_add(&column->dictionary, table->env,
									   values[i].text, values[i].length, &column->code[row]);
	}
	if (status == ML_OK)
		return ML_OK;

	/* column i - 1 is the one that failed */
	for (i -= 2; i >= 0; i--)
	{
		MlColumn   *column = &table->columns[i];

		if (column->code != NULL && column->code[row] >= 0)
			forget_latest(&column->dictionary, table->env, column->code[row]);
	}
	return status;
}

MlStatus
ml_table_add_row(MlTable *table, const MlValue *values)
{
	int64_t		row;
	int			i;

	if (table->n_rows >= ML_MAX_ROWS)
		return ml_fail(table->env, ML_LIMIT, "the source has more than 2147483647 rows");
	if (table->n_rows - table->n_written == table->block_rows)
		ML_TRY(ml_table_write_block(table));
	row = table->n_rows - table->n_written;
	if (row == table->capacity)
		ML_TRY(grow_table(table));
	ML_TRY(add_codes(table, row, values));

	for (i = 0; i < table->n_columns; i++)
	{
		MlColumn   *column = &table->columns[i];
		bool		missing = values[i].missing;

		if (column->number != NULL)
		{
			missing = missing || isnan(values[i].number);
			column->number[row] = missing ? NAN : values[i].number;
			if (!missing && column->type == ML_BIGINT && fabs(values[i].number) >= EXACT_LIMIT)
				column->n_inexact++;
		}
		if (missing)
			column->n_missing++;
	}
	table->n_rows++;
	return ML_OK;
}

int
ml_table_find(const MlTable *table, const char *name)
{
	int			i;

	for (i = 0; i < table->n_columns; i++)
	{
		if (strcmp(table->columns[i].name, name) == 0)
			return i;
	}
	return -1;
}

uint64_t
ml_value_hash(MlType type, const MlValue *value)
{
	uint64_t	seed = kind_seed[ml_type_kind(type)];
	double		number;
	uint64_t	word;

	if (value->missing)
		return ml_hash_word(seed, MISSING_WORD);
	if (ml_type_kind(type) == ML_KIND_CATEGORY)
		return ml_hash_bytes(seed, value->text, value->length);
	number = value->number + 0.0;	/* -0 becomes 0 */
	memcpy(&word, &number, sizeof(word));
	return ml_hash_word(seed, word);
}

uint64_t
ml_table_hash(const MlColumn *column, int64_t row)
{
	MlValue		value = {0};

	if (column->code != NULL)
	{
		int32_t		code = column->code[row];

		value.missing = code < 0;
		if (code >= 0)
		{
			value.text = column->dictionary.text[code];
			value.length = column->dictionary.length[code];
		}
	}
	else
	{
		value.number = column->number[row];
		value.missing = isnan(value.number);
	}
	return ml_value_hash(column->type, &value);
}
