/*
 * test_table.c
 *		Columns, dictionaries and value hashes (prep/table.h).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "rows.h"
#include "unit.h"

static void
test_values(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "id:l x:d plan:t");

	unit_ok(unit_row(table, "1|2.5|pro") == ML_OK, "a row is added");
	unit_ok(unit_row(table, "2||") == ML_OK, "a row with missing values is added");
	unit_ok(unit_row(table, "3|-1|pro") == ML_OK, "a third row is added");
	unit_ok(table->n_rows == 3, "three rows");
	unit_near(table->columns[1].number[0], 2.5, 0, "a number is kept");
	unit_ok(isnan(table->columns[1].number[1]), "a missing number is NaN");
	unit_ok(table->columns[2].code[0] == 0 && table->columns[2].code[1] == -1 &&
			table->columns[2].code[2] == 0, "categories are codes, missing is -1");
	unit_ok(table->columns[1].n_missing == 1 && table->columns[2].n_missing == 1, "missing ones are counted");
	unit_ok(table->columns[2].dictionary.count[0] == 2, "occurrences are counted");
	unit_ok(table->columns[0].number[2] == 3 && table->columns[2].number == NULL, "arrays by kind");
	unit_ok(ml_table_find(table, "plan") == 2 && ml_table_find(table, "pla") == -1, "columns by name");
}

static void
test_inexact(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "a:l b:d");

	unit_row(table, "9007199254740991|9007199254740993");
	unit_row(table, "9007199254740993|1");
	unit_row(table, "-9007199254740995|1");
	unit_ok(table->columns[0].n_inexact == 2, "bigint beyond 2^53 is counted");
	unit_ok(table->columns[1].n_inexact == 0, "double precision is not");
}

static void
test_no_columns(void)
{
	MlEnv	   *env = unit_env();
	MlTable		table;

	unit_ok(ml_table_begin(&table, env, 0, NULL, NULL, NULL) == ML_INVALID_DATA, "no columns is an error");
	unit_text(env->error.message, "the source has no column that can be used", "that says so");
}

/* Texts that are prefixes, empty, or hold any bytes are all different. */
static void
test_texts(void)
{
	MlEnv	   *env = unit_env();
	MlDictionary dictionary;
	int32_t		code;

	memset(&dictionary, 0, sizeof(dictionary));
	ml_dictionary_add(&dictionary, env, "a", 1, &code);
	unit_ok(code == 0, "first text is 0");
	ml_dictionary_add(&dictionary, env, "ab", 2, &code);
	unit_ok(code == 1, "a longer one is another");
	ml_dictionary_add(&dictionary, env, NULL, 0, &code);
	unit_ok(code == 2, "the empty text is a text");
	ml_dictionary_add(&dictionary, env, "ab", 1, &code);
	unit_ok(code == 0 && dictionary.n_entries == 3, "the length counts, not a zero byte");
	unit_text(dictionary.text[1], "ab", "copies are terminated");
}

static void
test_many_categories(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "c:t");
	MlDictionary *dictionary = &table->columns[0].dictionary;
	char		text[UNIT_ROW];
	int			i;
	int			wrong = 0;

	for (i = 0; i < 200000; i++)
	{
		snprintf(text, sizeof(text), "category %d", i % 100000);
		if (unit_row(table, text) != ML_OK)
			wrong++;
	}
	for (i = 0; i < 200000; i++)
		wrong += table->columns[0].code[i] != i % 100000;
	unit_ok(wrong == 0, "100,000 categories keep their codes");
	unit_ok(dictionary->n_entries == 100000 && dictionary->count[99999] == 2, "and counts");
	unit_ok(dictionary->n_slots >= 2 * 100000, "slots are at most half full");
}

static void
test_many_columns(void)
{
	MlEnv	   *env = unit_env();
	MlTable		table;
	char		name[1600][8];
	const char *names[1600];
	MlType		types[1600];
	MlValue		values[1600];
	int			i;
	int			failed = 0;

	memset(values, 0, sizeof(values));
	for (i = 0; i < 1600; i++)
	{
		snprintf(name[i], sizeof(name[i]), "c%d", i);
		names[i] = name[i];
		types[i] = i % 2 == 0 ? ML_DOUBLE : ML_TEXT;
		values[i].number = i;
		values[i].text = name[i];
		values[i].length = strlen(name[i]);
	}
	unit_ok(ml_table_begin(&table, env, 1600, names, types, NULL) == ML_OK, "1,600 columns begin");
	for (i = 0; i < 600; i++)
		failed += ml_table_add_row(&table, values) != ML_OK;
	unit_ok(failed == 0 && table.n_rows == 600, "and take rows");
	unit_ok(table.columns[1598].number[599] == 1598 && table.columns[1599].code[599] == 0, "with their values");
	unit_ok(ml_table_find(&table, "c1599") == 1599, "and are found");
}

/* A row that does not fit leaves the table as it was. */
static void
test_budget(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *table = unit_table(env, "a:t x:d b:t");
	char		text[UNIT_ROW];
	char		last_good[UNIT_ROW] = "";
	MlStatus	status = ML_OK;
	int64_t		i;
	int64_t		n = 0;

	unit_budget(env, 300000);
	for (i = 0; status == ML_OK && i < 100000; i++)
	{
		snprintf(text, sizeof(text), "one %d|1|two %d", (int) i, (int) i);
		status = unit_row(table, text);
		if (status == ML_OK)
			memcpy(last_good, text, sizeof(text));
	}
	unit_ok(status == ML_OUT_OF_MEMORY, "a small budget ends it");
	n = table->n_rows;
	unit_ok(n > 0 && table->columns[0].dictionary.n_entries == n &&
			table->columns[2].dictionary.n_entries == n, "no dictionary has half a row more");
	unit_ok(unit_row(table, last_good) == ML_OK || n == table->capacity, "rows that need no memory still fit");
	unit_budget(env, (size_t) 100000000);
	unit_ok(unit_row(table, text) == ML_OK, "with more memory the failed row fits");
	unit_ok(table->columns[0].code[table->n_rows - 1] == n && table->columns[2].code[table->n_rows - 1] == n,
			"and gets the next codes");
	unit_ok(table->columns[0].dictionary.count[n] == 1, "which occur once");
}

/* The failure in each column in turn, by a budget just too small. */
static void
test_every_budget(void)
{
	int			torn = 0;
	int			failures = 0;
	size_t		bytes;

	for (bytes = 4000; bytes < 12000; bytes += 40)
	{
		MlEnv	   *env = unit_env();
		MlTable    *table = unit_table(env, "a:t b:t c:t");
		int			i;

		for (i = 0; i < 16; i++)
		{
			char		text[UNIT_ROW];

			snprintf(text, sizeof(text), "%d|%d|%d", i, i, i);
			unit_row(table, text);
		}
		unit_budget(env, bytes);	/* the 17th entry makes everything grow */
		if (unit_row(table, "new a|new b|new c") != ML_OK)
		{
			failures++;
			for (i = 0; i < 3; i++)
				torn += table->columns[i].dictionary.n_entries != 16;
			unit_budget(env, (size_t) 1 << 30);
			torn += unit_row(table, "new a|new b|new c") != ML_OK;
		}
		for (i = 0; i < 3; i++)
		{
			torn += table->columns[i].dictionary.n_entries != 17;
			torn += table->columns[i].code[16] != 16;
			torn += table->columns[i].dictionary.count[16] != 1;
		}
		torn += table->n_rows != 17;
	}
	unit_ok(torn == 0, "no budget tears a row");
	unit_ok(failures > 20 && failures < 180, "%d of 200 budgets were too small", failures);
}

static void
test_hash(void)
{
	MlEnv	   *env = unit_env();
	MlTable    *one = unit_table(env, "i:i t:t d:D");
	MlTable    *two = unit_table(env, "l:l v:v z:T");

	unit_row(one, "7|x|86400000000");
	unit_row(one, "0||");
	unit_row(two, "-0|y|");
	unit_row(two, "7|x|86400000000");
	unit_ok(ml_table_hash(&one->columns[0], 0) == ml_table_hash(&two->columns[0], 1), "integer hashes as bigint");
	unit_ok(ml_table_hash(&one->columns[0], 1) == ml_table_hash(&two->columns[0], 0), "-0 hashes as 0");
	unit_ok(ml_table_hash(&one->columns[1], 0) == ml_table_hash(&two->columns[1], 1), "text hashes by bytes, not codes");
	unit_ok(ml_table_hash(&one->columns[2], 0) == ml_table_hash(&two->columns[2], 1), "dates hash as timestamps");
	unit_ok(ml_table_hash(&one->columns[1], 1) != ml_table_hash(&one->columns[1], 0), "missing hashes apart");
	unit_ok(ml_table_hash(&one->columns[2], 0) != ml_table_hash(&one->columns[0], 0), "another value, another hash");
	unit_row(one, "86400000000||");
	unit_ok(ml_table_hash(&one->columns[2], 0) != ml_table_hash(&one->columns[0], 2), "the kind counts");
}

static void
test_bytes(void)
{
	unit_ok(ml_compare_bytes("a", 1, "ab", 2) < 0 && ml_compare_bytes("ab", 2, "a", 1) > 0, "a prefix comes first");
	unit_ok(ml_compare_bytes("", 0, "", 0) == 0 && ml_compare_bytes("b", 1, "ab", 2) > 0, "bytes before length");
	unit_ok(ml_compare_bytes("\xc3\xa4", 2, "z", 1) > 0, "bytes are unsigned");
	unit_ok(ml_cut_text("ab\xc3\xa4", 4, 3) == 2 && ml_cut_text("ab\xc3\xa4", 4, 4) == 4,
			"a text is cut between characters");
	unit_text(ml_type_name(ML_DOUBLE), "double precision", "types have their SQL names");
	unit_ok(ml_type_name((MlType) 99) == NULL, "no type, no name");
}

int
main(void)
{
	test_values();
	test_inexact();
	test_no_columns();
	test_texts();
	test_many_categories();
	test_many_columns();
	test_budget();
	test_every_budget();
	test_hash();
	test_bytes();
	return unit_done();
}
