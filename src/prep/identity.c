/*
 * prep/identity.c
 *		What makes a row itself, as a hash.
 */
#include "base/hash.h"
#include "math/sort.h"
#include "prep/identity.h"

#define STOP_ROWS		4096

/* Put a column's values behind the hashes; a text is hashed once for all rows. */
static MlStatus
add_column(MlEnv *env, const MlColumn *column, int64_t n_rows, uint64_t *identity)
{
	uint64_t   *known = NULL;
	int64_t		row;

	if (column->code != NULL)
	{
		known = ml_allocate(env, (size_t) column->dictionary.n_entries, sizeof(uint64_t));
		if (known == NULL)
			return ML_OUT_OF_MEMORY;
	}
	for (row = 0; row < n_rows; row++)
	{
		uint64_t	hash = 0;

		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		if (known != NULL && column->code[row] >= 0)
		{
			hash = known[column->code[row]];
			if (hash == 0)
				hash = known[column->code[row]] = ml_table_hash(column, row);
		}
		else
			hash = ml_table_hash(column, row);
		identity[row] = ml_hash_word(identity[row], hash);
	}
	ml_release(env, known);
	return ML_OK;
}

/* Put the ordinal among equal hashes behind each. */
static MlStatus
number_equal_rows(MlEnv *env, int64_t n_rows, uint64_t *identity)
{
	uint32_t   *order = ml_allocate(env, (size_t) n_rows, sizeof(uint32_t));
	uint64_t	before = 0;
	uint64_t	ordinal = 0;
	int64_t		i;

	if (order == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_order_u64(env, identity, (size_t) n_rows, order));
	for (i = 0; i < n_rows; i++)
	{
		uint64_t	hash = identity[order[i]];

		if (i % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		ordinal = i > 0 && hash == before ? ordinal + 1 : 0;
		before = hash;
		identity[order[i]] = ml_hash_word(hash, ordinal);
	}
	ml_release(env, order);
	return ML_OK;
}

MlStatus
ml_row_identities(MlEnv *env, const MlTable *table, const int *columns, int n_columns,
				  bool by_content, uint64_t *identity)
{
	int64_t		row;
	int			i;

	for (row = 0; row < table->n_rows; row++)
		identity[row] = 0;
	for (i = 0; i < n_columns; i++)
	{
		ML_TRY(ml_table_pin(table, columns[i]));
		ML_TRY(add_column(env, &table->columns[columns[i]], table->n_rows, identity));
		ml_table_unpin(table, columns[i]);
	}
	if (by_content)
		ML_TRY(number_equal_rows(env, table->n_rows, identity));
	return ML_OK;
}
