/*
 * prep/spill.c
 *		Rows of a table that memory should not hold.
 *
 * A block of block_rows rows is written as it is: the values of the first
 * column, then those of the second, and so on; the last block may be shorter.
 * So blocks and columns are found by arithmetic. Dictionaries, which grow with
 * the number of categories and not with that of the rows, stay in memory.
 * Numbers that came as real are floats there.
 *
 * Most steps of a training look at one column at a time and pin it; what needs
 * all columns of a row goes through slices (prep/slice.h).
 */
#include <string.h>

#include "prep/table.h"

/* Bytes read or written between two looks at the stop flag. */
#define PIECE_BYTES		(1024 * 1024)

/* Values that are made narrow or wide at once. */
#define NARROW_VALUES	8192

size_t
ml_column_stored_width(const MlColumn *column)
{
	return column->type == ML_REAL ? sizeof(float) : ml_column_width(column);
}

/* True when the file has floats of a column of doubles. */
static bool
is_narrow(const MlColumn *column)
{
	return ml_column_stored_width(column) < ml_column_width(column);
}

static void *
values_of(const MlColumn *column)
{
	return ml_column_is_category(column) ? (void *) column->code : (void *) column->number;
}

static void
set_values(MlColumn *column, void *values)
{
	if (ml_column_is_category(column))
		column->code = values;
	else
		column->number = values;
}

static MlStatus
write_narrow(const MlTable *table, const MlColumn *column, uint64_t offset, size_t n_rows)
{
	float		narrow[NARROW_VALUES];
	size_t		first;
	size_t		i;

	for (first = 0; first < n_rows; first += NARROW_VALUES)
	{
		size_t		n = n_rows - first < NARROW_VALUES ? n_rows - first : NARROW_VALUES;

		for (i = 0; i < n; i++)
			narrow[i] = (float) column->number[first + i];
		ML_TRY(table->env->file_write(table->env, table->file, offset + first * sizeof(float),
									  narrow, n * sizeof(float)));
	}
	return ML_OK;
}

static MlStatus
read_narrow(const MlTable *table, uint64_t offset, size_t n_rows, double *wide)
{
	float		narrow[NARROW_VALUES];
	size_t		first;
	size_t		i;

	for (first = 0; first < n_rows; first += NARROW_VALUES)
	{
		size_t		n = n_rows - first < NARROW_VALUES ? n_rows - first : NARROW_VALUES;

		ML_TRY(table->env->file_read(table->env, table->file, offset + first * sizeof(float),
									 narrow, n * sizeof(float)));
		for (i = 0; i < n; i++)
			wide[first + i] = (double) narrow[i];
	}
	return ML_OK;
}

MlStatus
ml_table_write_block(MlTable *table)
{
	MlEnv	   *env = table->env;
	size_t		n = (size_t) (table->n_rows - table->n_written);
	uint64_t	block = (uint64_t) table->n_written * table->row_bytes;
	int			i;

	if (table->file == NULL)
		table->file = env->file_open(env);
	if (table->file == NULL)
		return ML_UNAVAILABLE;
	for (i = 0; i < table->n_columns; i++)
	{
		const MlColumn *column = &table->columns[i];

		if (is_narrow(column))
			ML_TRY(write_narrow(table, column, block + n * column->offset, n));
		else
			ML_TRY(env->file_write(env, table->file, block + n * column->offset,
								   values_of(column), n * ml_column_width(column)));
		ML_TRY(ml_check_stop(env));
	}
	table->n_written = table->n_rows;
	return ML_OK;
}

MlStatus
ml_table_finish(MlTable *table)
{
	int			i;

	if (table->file == NULL)
		return ML_OK;
	ML_TRY(ml_table_write_block(table));
	for (i = 0; i < table->n_columns; i++)
	{
		ml_release(table->env, values_of(&table->columns[i]));
		set_values(&table->columns[i], NULL);
	}
	table->capacity = 0;
	return ML_OK;
}

/* Rows of one block from the file. */
static MlStatus
read_piece(const MlTable *table, const MlColumn *column, int64_t first, int64_t n_rows, void *values)
{
	int64_t		block = first / table->block_rows * table->block_rows;
	int64_t		left = table->n_rows - block;
	uint64_t	rows = (uint64_t) (left < table->block_rows ? left : table->block_rows);
	size_t		width = ml_column_stored_width(column);
	uint64_t	offset = (uint64_t) block * table->row_bytes + rows * column->offset +
		(uint64_t) (first - block) * width;

	ML_TRY(ml_check_stop(table->env));
	if (is_narrow(column))
		return read_narrow(table, offset, (size_t) n_rows, values);
	return table->env->file_read(table->env, table->file, offset, values, (size_t) n_rows * width);
}

MlStatus
ml_table_read(const MlTable *table, int index, int64_t first, int64_t n_rows, void *values)
{
	const MlColumn *column = &table->columns[index];
	const char *all = values_of(column);
	char	   *into = values;
	size_t		width = ml_column_width(column);

	if (all != NULL)
	{
		memcpy(into, all + (size_t) first * width, (size_t) n_rows * width);
		return ML_OK;
	}
	while (n_rows > 0)
	{
		int64_t		n = table->block_rows - first % table->block_rows;

		if (n > n_rows)
			n = n_rows;
		if (n > (int64_t) (PIECE_BYTES / width))
			n = (int64_t) (PIECE_BYTES / width);
		ML_TRY(read_piece(table, column, first, n, into));
		first += n;
		n_rows -= n;
		into += (size_t) n * width;
	}
	return ML_OK;
}

MlStatus
ml_table_pin(const MlTable *table, int index)
{
	MlColumn   *column = &table->columns[index];
	void	   *values;

	if (table->file == NULL)
		return ML_OK;
	if (column->n_pins == 0)
	{
		/* Resized, not allocated: it need not be zeroed. */
		values = ml_resize(table->env, NULL, (size_t) table->n_rows, ml_column_width(column));
		if (values == NULL)
			return ML_OUT_OF_MEMORY;
		ML_TRY(ml_table_read(table, index, 0, table->n_rows, values));
		set_values(column, values);
	}
	column->n_pins++;
	return ML_OK;
}

void
ml_table_unpin(const MlTable *table, int index)
{
	MlColumn   *column = &table->columns[index];

	if (table->file == NULL || --column->n_pins > 0)
		return;
	ml_release(table->env, values_of(column));
	set_values(column, NULL);
}

MlStatus
ml_table_store(const MlTable *table, size_t offset, const void *bytes, size_t size)
{
	uint64_t	end = (uint64_t) table->n_rows * table->row_bytes;

	return table->env->file_write(table->env, table->file, end + offset, bytes, size);
}

MlStatus
ml_table_fetch(const MlTable *table, size_t offset, void *bytes, size_t size)
{
	uint64_t	end = (uint64_t) table->n_rows * table->row_bytes;

	return table->env->file_read(table->env, table->file, end + offset, bytes, size);
}
