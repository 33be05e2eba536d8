/*
 * test_groups.c
 *		Rows told apart by the values of columns.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "prep/gather.h"
#include "prep/groups.h"
#include "prep/label.h"
#include "rows.h"
#include "unit.h"

/* Features of the columns of a table, all of them without inputs. */
static MlSignature *
signature_of(MlEnv *env, const MlTable *table)
{
	MlSignature *signature = ml_allocate(env, 1, sizeof(MlSignature));
	int			i;

	signature->n_features = table->n_columns;
	signature->features = ml_allocate(env, (size_t) table->n_columns, sizeof(MlFeature));
	for (i = 0; i < table->n_columns; i++)
	{
		signature->features[i].name = table->columns[i].name;
		signature->features[i].type = table->columns[i].type;
	}
	return signature;
}

static MlTable *
table_of(MlEnv *env, const char *columns, const char *const *cells, int n, const int *order)
{
	MlTable    *table = unit_table(env, columns);
	int			i;

	for (i = 0; i < n; i++)
		if (unit_row(table, cells[order == NULL ? i : order[i]]) != ML_OK)
			unit_ok(false, "row %d is added", i);
	unit_ok(ml_table_finish(table) == ML_OK, "a table of %d rows", n);
	return table;
}

/* All groups as "north,7 north,NULL ...". */
static const char *
groups_text(MlEnv *env, const MlGroups *groups, const MlSignature *signature)
{
	char	   *text = ml_allocate(env, 1000, 1);
	char		room[ML_NUMBER_TEXT];
	int			g;
	int			c;

	for (g = 0; g < groups->n_groups; g++)
	{
		for (c = 0; c < groups->n_columns; c++)
		{
			const char *value = ml_group_text(groups, signature, g, c, room);

			snprintf(text + strlen(text), 1000 - strlen(text), "%s%s", c > 0 ? "," : g > 0 ? " " : "",
					 value == NULL ? "NULL" : value);
		}
	}
	return text;
}

static const char *const shops[] = {
	"south|7|x", "north|-2|x", "|7|x", "north|7|y", "south|7|y", "north||x", "north|-2|y", "||x",
	"nor|7|x", "north|7|x"
};

#define N_SHOPS 10

static void
test_collect(void)
{
	MlEnv	   *env = unit_env();
	static const int features[] = {0, 1};
	static const int32_t expected[] = {4, 1, 5, 2, 4, 3, 1, 6, 0, 2};
	const int  *order = unit_shuffle(env, N_SHOPS);
	MlTable    *table = table_of(env, "region:t shop:i other:t", shops, N_SHOPS, NULL);
	MlTable    *again = table_of(env, "region:t shop:i other:t", shops, N_SHOPS, order);
	MlSignature *signature = signature_of(env, table);
	MlGroups	groups;
	int32_t		group[N_SHOPS];
	static const uint32_t some[] = {4, 0, 7};

	unit_ok(ml_groups_collect(env, signature, table, features, 2, unit_all_rows(env, N_SHOPS), N_SHOPS,
							  &groups) == ML_OK, "groups are collected: %s", env->error.message);
	unit_text(groups_text(env, &groups, signature),
			  "nor,7 north,-2 north,7 north,NULL south,7 NULL,7 NULL,NULL", "in the order of their values");
	unit_ok(ml_groups_assign(env, &groups, signature, table, NULL, N_SHOPS, group) == ML_OK &&
			memcmp(group, expected, sizeof(expected)) == 0, "rows find their groups");
	unit_ok(ml_groups_assign(env, &groups, signature, table, some, 3, group) == ML_OK &&
			group[0] == 4 && group[1] == 4 && group[2] == 6, "some of them too");
	unit_ok(ml_groups_collect(env, signature, again, features, 2, unit_all_rows(env, N_SHOPS), N_SHOPS,
							  &groups) == ML_OK, "rows in another order");
	unit_text(groups_text(env, &groups, signature),
			  "nor,7 north,-2 north,7 north,NULL south,7 NULL,7 NULL,NULL", "have the same groups");
	unit_ok(ml_groups_collect(env, signature, table, features + 1, 1, some, 3, &groups) == ML_OK, "of some rows");
	unit_text(groups_text(env, &groups, signature), "7 NULL", "there are fewer");
	unit_ok(ml_groups_assign(env, &groups, signature, table, NULL, N_SHOPS, group) == ML_OK &&
			group[1] == -1 && group[5] == 1 && group[0] == 0, "and other rows are of none");
}

static void
test_find(void)
{
	MlEnv	   *env = unit_env();
	static const int features[] = {1, 0};
	static const char *const cells[] = {"1|0.5", "1|-0", "0|0", "|1e308"};
	MlTable    *table = table_of(env, "yes:b x:d", cells, 4, NULL);
	MlSignature *signature = signature_of(env, table);
	MlValue		values[2] = {{.number = 1}, {.number = 0.0}};
	MlGroups	groups;

	unit_ok(ml_groups_collect(env, signature, table, features, 2, unit_all_rows(env, 4), 4, &groups) == ML_OK,
			"groups of numbers: %s", env->error.message);
	unit_text(groups_text(env, &groups, signature), "0,false 0,true 0.5,true 1e+308,NULL", "by value");
	unit_ok(ml_groups_find(&groups, values) == 1, "0 is found");
	values[1].number = -0.0;
	unit_ok(ml_groups_find(&groups, values) == 1, "as is -0");
	values[1].number = 0.25;
	unit_ok(ml_groups_find(&groups, values) == -1, "0.25 is not");
	values[1].number = 1e308;
	unit_ok(ml_groups_find(&groups, values) == -1, "nor a combination that did not occur");
	values[0].missing = true;
	unit_ok(ml_groups_find(&groups, values) == 3, "missing is a value like others");
	values[1].number = NAN;
	unit_ok(ml_groups_find(&groups, values) == -1, "NaN counts as missing");
}

static void
test_errors(void)
{
	MlEnv	   *env = unit_env();
	static const int features[] = {0, 1, 2};
	MlTable    *table = unit_table(env, "a:i b:i day:D");
	MlTable    *other = unit_table(env, "a:t b:i day:D");
	MlSignature *signature;
	MlGroups	groups;
	char		cells[64];
	int32_t		group;
	int			i;

	for (i = 0; i <= ML_MAX_GROUPS; i++)
	{
		snprintf(cells, sizeof(cells), "%d|%d|%d", i % 200, i, i);
		if (unit_row(table, cells) != ML_OK)
			unit_ok(false, "row %d is added", i);
	}
	signature = signature_of(env, table);
	unit_ok(ml_table_finish(table) == ML_OK && ml_table_finish(other) == ML_OK, "many rows");
	unit_ok(ml_groups_collect(env, signature, table, features + 1, 1, unit_all_rows(env, i), i, &groups) ==
			ML_INVALID_DATA, "too many values are refused");
	unit_text(env->error.message, "column \"b\" of partition_by has more than 10000 values", "by the column");
	unit_ok(ml_groups_collect(env, signature, table, features + 1, 1, unit_all_rows(env, i), i - 1, &groups) ==
			ML_OK && groups.n_groups == ML_MAX_GROUPS, "10000 are not");
	unit_ok(ml_groups_collect(env, signature, table, features + 2, 1, unit_all_rows(env, i), i, &groups) ==
			ML_INVALID_DATA, "nor are times taken");
	unit_text(env->error.message, "column \"day\" of partition_by is of type date", "by the column");
	unit_ok(ml_groups_collect(env, signature, table, features, 1, unit_all_rows(env, i), i, &groups) == ML_OK &&
			groups.n_groups == 200, "200 groups");
	unit_ok(ml_groups_assign(env, &groups, signature, other, NULL, 0, &group) == ML_INVALID_DATA,
			"a column of another type is refused");
	unit_text(env->error.message, "column \"a\" is of type text, but the model was trained on integer", "by the column");
	unit_stop_after(env, 1);
	unit_ok(ml_groups_collect(env, signature, table, features, 1, unit_all_rows(env, i), i, &groups) ==
			ML_INTERRUPTED, "a cancel is obeyed");
}

/* 101 times 101 combinations: each column alone would do. */
static void
test_combinations(void)
{
	MlEnv	   *env = unit_env();
	static const int features[] = {0, 1};
	MlTable    *table = unit_table(env, "a:t b:i");
	MlGroups	groups;
	char		cells[64];
	int			i;

	for (i = 0; i < 101 * 101; i++)
	{
		snprintf(cells, sizeof(cells), "%d|%d", i % 101, i / 101);
		if (unit_row(table, cells) != ML_OK)
			unit_ok(false, "row %d is added", i);
	}
	unit_ok(ml_table_finish(table) == ML_OK &&
			ml_groups_collect(env, signature_of(env, table), table, features, 2, unit_all_rows(env, i), i,
							  &groups) == ML_INVALID_DATA, "too many combinations are refused");
	unit_text(env->error.message, "the columns of partition_by have more than 10000 combinations", "as such");
}

/* Rows of a frame in another order, and a part of them: the same inputs, from memory and from a file. */
static void
test_gather(size_t block_bytes)
{
	enum
	{
		N = 300, N_GATHERED = 200, FIRST = 40, N_PART = 100
	};
	MlEnv	   *env = unit_env();
	static const int chosen[] = {0, 1, 2};
	const int  *order = unit_shuffle(env, N_GATHERED);
	MlTable    *table;
	MlSignature signature;
	MlFrame		frame;
	MlFrame		gathered;
	MlFrame		part;
	MlInputColumn columns[8];
	uint32_t	rows[N_GATHERED];
	uint32_t	place[N_GATHERED];
	double		expected[8];
	double		inputs[8];
	char		cells[64];
	int			different = 0;
	int			i;

	env->block_bytes = block_bytes;
	table = unit_table(env, "x:d plan:t day:D");
	for (i = 0; i < N; i++)
	{
		if (i % 7 == 0)
			snprintf(cells, sizeof(cells), "|p%d|%.0f", i % 5, i * 86400e6);
		else
			snprintf(cells, sizeof(cells), "0.%d|p%d|%.0f", i, i % 5, i * 86400e6);
		if (unit_row(table, cells) != ML_OK)
			unit_ok(false, "row %d is added", i);
	}
	unit_ok(ml_table_finish(table) == ML_OK && (table->file != NULL) == (block_bytes > 0), "a table %s a file",
			block_bytes > 0 ? "with" : "without");
	unit_ok(ml_signature_fit(env, table, chosen, 3, unit_all_rows(env, N), N, 255, "UTC", &signature) == ML_OK &&
			ml_frame_begin(env, &signature, table, &frame) == ML_OK, "and its frame: %s", env->error.message);
	for (i = 0; i < N_GATHERED; i++)
	{
		rows[i] = (uint32_t) (i + i / 2);	/* ascending, with gaps */
		place[i] = (uint32_t) order[i];
	}
	unit_ok(ml_frame_gather(env, &frame, rows, place, N_GATHERED, &gathered) == ML_OK && gathered.n_rows == N_GATHERED,
			"rows are gathered");
	ml_gathered_part(&gathered, FIRST, N_PART, columns, &part);
	unit_ok(ml_frame_pin_all(&frame) == ML_OK, "and compared");
	for (i = 0; i < N_GATHERED; i++)
	{
		ml_frame_row(&frame, rows[i], expected);
		ml_frame_row(&gathered, place[i], inputs);
		different += memcmp(inputs, expected, sizeof(double) * (size_t) signature.n_inputs) != 0;
		if (place[i] < FIRST || place[i] >= FIRST + N_PART)
			continue;
		ml_frame_row(&part, place[i] - FIRST, inputs);
		different += memcmp(inputs, expected, sizeof(double) * (size_t) signature.n_inputs) != 0;
	}
	unit_ok(different == 0 && part.n_rows == N_PART, "all inputs are in their places");
	unit_ok(ml_gathered_row_bytes(&signature) == 8 + 2 + 4 * 8, "a row takes %zu bytes", ml_gathered_row_bytes(&signature));
	ml_frame_end(&frame);
	ml_gathered_end(env, &gathered);
}

int
main(void)
{
	test_gather(0);
	test_gather(2000);
	test_collect();
	test_find();
	test_errors();
	test_combinations();
	return unit_done();
}
