/*
 * rows.c
 *		Tables from short texts, for tests of prep/.
 */
#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static MlType
type_of_letter(char letter)
{
	static const char letters[] = "bsilrdntvceuDTZ";
	static const MlType types[] = {
		ML_BOOLEAN, ML_SMALLINT, ML_INTEGER, ML_BIGINT, ML_REAL, ML_DOUBLE, ML_NUMERIC,
		ML_TEXT, ML_VARCHAR, ML_CHAR, ML_ENUM, ML_UUID, ML_DATE, ML_TIMESTAMP, ML_TIMESTAMPTZ
	};

	return types[strchr(letters, letter) - letters];
}

MlTable *
unit_table(MlEnv *env, const char *columns)
{
	MlTable    *table = ml_allocate(env, 1, sizeof(MlTable));
	const char **names = ml_allocate(env, strlen(columns), sizeof(char *));
	MlType	   *types = ml_allocate(env, strlen(columns), sizeof(MlType));
	int			n = 0;

	while (*columns != '\0')
	{
		size_t		length = strcspn(columns, ":");

		names[n] = ml_copy_text(env, columns, length);
		types[n] = type_of_letter(columns[length + 1]);
		n++;
		columns += length + 2;
		columns += strspn(columns, " ");
	}
	if (ml_table_begin(table, env, n, names, types, NULL) != ML_OK)
		abort();
	ml_release(env, types);
	return table;
}

MlStatus
unit_row(MlTable *table, const char *cells)
{
	MlValue    *values = calloc((size_t) table->n_columns, sizeof(MlValue));
	MlStatus	status;
	int			i;

	for (i = 0; i < table->n_columns; i++)
	{
		size_t		length = strcspn(cells, "|");

		values[i].missing = length == 0;
		if (ml_type_kind(table->columns[i].type) == ML_KIND_CATEGORY)
		{
			values[i].text = cells;
			values[i].length = length;
		}
		else
			values[i].number = length > 0 ? strtod(cells, NULL) : NAN;
		cells += length + (cells[length] == '|');
	}
	status = ml_table_add_row(table, values);
	free(values);
	return status;
}

int *
unit_shuffle(MlEnv *env, int n)
{
	int		   *order = ml_allocate(env, (size_t) n, sizeof(int));
	int			i;

	for (i = 0; i < n; i++)
		order[i] = i;
	for (i = n - 1; i > 0; i--)
	{
		int			other = (int) (ml_mix64((uint64_t) i) % (uint64_t) (i + 1));
		int			swap = order[i];

		order[i] = order[other];
		order[other] = swap;
	}
	return order;
}

uint32_t *
unit_all_rows(MlEnv *env, int64_t n)
{
	uint32_t   *rows = ml_allocate(env, (size_t) n, sizeof(uint32_t));
	int64_t		i;

	for (i = 0; i < n; i++)
		rows[i] = (uint32_t) i;
	return rows;
}

MlStatus
unit_pinned_frame(MlEnv *env, const MlSignature *signature, const MlTable *table, MlFrame *frame)
{
	ML_TRY(ml_frame_begin(env, signature, table, frame));
	return ml_frame_pin_all(frame);
}
