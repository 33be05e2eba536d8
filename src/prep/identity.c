/*
 * prep/identity.c
 *		What makes a row itself, as a hash.
 */
#include "base/hash.h"
#include "math/sort.h"
#include "prep/identity.h"

#define STOP_ROWS		4096

/* Rows whose hashes are put in order together, about; and bits of a hash that tell them apart. */
#define PIECE_ROWS		(INT64_C(1) << 20)
#define MOST_BITS		8

/* Put a column's values behind the hashes; a text is hashed once for all rows. */
static MlStatus
add_column(MlEnv *env, const MlTable *table, int index, uint64_t *identity)
{
	MlColumn	part = table->columns[index];	/* some rows of it */
	int32_t		code[STOP_ROWS];
	double		number[STOP_ROWS];
	bool		category = ml_column_is_category(&part);
	uint64_t   *known = NULL;
	int64_t		first;
	int64_t		i;

	part.code = category ? code : NULL;
	part.number = category ? NULL : number;
	if (category)
	{
		known = ml_allocate(env, (size_t) part.dictionary.n_entries, sizeof(uint64_t));
		if (known == NULL)
			return ML_OUT_OF_MEMORY;
	}
	for (first = 0; first < table->n_rows; first += STOP_ROWS)
	{
		int64_t		n = table->n_rows - first < STOP_ROWS ? table->n_rows - first : STOP_ROWS;

		ML_TRY(ml_check_stop(env));
		ML_TRY(ml_table_read(table, index, first, n, category ? (void *) code : number));
		for (i = 0; i < n; i++)
		{
			uint64_t	hash = 0;

			if (category && code[i] >= 0)
			{
				hash = known[code[i]];
				if (hash == 0)
					hash = known[code[i]] = ml_table_hash(&part, i);
			}
			else
				hash = ml_table_hash(&part, i);
			identity[first + i] = ml_hash_word(identity[first + i], hash);
		}
	}
	ml_release(env, known);
	return ML_OK;
}

/* Rows whose hashes lie between two limits, and room to put them in order. */
typedef struct Piece
{
	int64_t		n;
	uint64_t   *hash;
	uint32_t   *row;
	uint32_t   *order;
} Piece;

/* The ordinals of the rows of a piece; those of lone rows are 0 as they are. */
static MlStatus
number_piece(MlEnv *env, Piece *piece, uint32_t *ordinal)
{
	int64_t		i;

	ML_TRY(ml_order_u64(env, piece->hash, (size_t) piece->n, piece->order));
	for (i = 1; i < piece->n; i++)
	{
		uint32_t	before = piece->order[i - 1];
		uint32_t	at = piece->order[i];

		if (piece->hash[at] == piece->hash[before])
			ordinal[piece->row[at]] = ordinal[piece->row[before]] + 1;
	}
	return ML_OK;
}

/* Number equal hashes piece by piece, as their leading bits tell. */
static MlStatus
number_pieces(MlEnv *env, int64_t n_rows, const uint64_t *identity, int bits, Piece *piece,
			  uint32_t *ordinal)
{
	uint64_t	number;
	int64_t		row;

	for (number = 0; number < UINT64_C(1) << bits; number++)
	{
		piece->n = 0;
		for (row = 0; row < n_rows; row++)
		{
			if (row % STOP_ROWS == 0)
				ML_TRY(ml_check_stop(env));
			if (bits > 0 && identity[row] >> (64 - bits) != number)
				continue;
			piece->hash[piece->n] = identity[row];
			piece->row[piece->n] = (uint32_t) row;
			piece->n++;
		}
		ML_TRY(number_piece(env, piece, ordinal));
	}
	return ML_OK;
}

/* Rows of the largest piece. */
static MlStatus
largest_piece(MlEnv *env, int64_t n_rows, const uint64_t *identity, int bits, size_t *most)
{
	size_t		count[1 << MOST_BITS] = {0};
	int64_t		row;
	int			i;

	for (row = 0; row < n_rows; row++)
	{
		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		count[bits > 0 ? identity[row] >> (64 - bits) : 0]++;
	}
	*most = 0;
	for (i = 0; i < 1 << bits; i++)
		*most = count[i] > *most ? count[i] : *most;
	return ML_OK;
}

/* Put the ordinal among equal hashes behind each. */
static MlStatus
number_equal_rows(MlEnv *env, int64_t n_rows, uint64_t *identity)
{
	uint32_t   *ordinal = ml_allocate(env, (size_t) n_rows, sizeof(uint32_t));
	Piece		piece;
	size_t		room;
	int			bits = 0;
	int64_t		row;

	while (n_rows >> bits > PIECE_ROWS && bits < MOST_BITS)
		bits++;
	ML_TRY(largest_piece(env, n_rows, identity, bits, &room));
	piece.hash = ml_resize(env, NULL, room, sizeof(uint64_t));
	piece.row = ml_resize(env, NULL, room, sizeof(uint32_t));
	piece.order = ml_resize(env, NULL, room, sizeof(uint32_t));
	if (ordinal == NULL || piece.hash == NULL || piece.row == NULL || piece.order == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(number_pieces(env, n_rows, identity, bits, &piece, ordinal));
	ml_release(env, piece.hash);
	ml_release(env, piece.row);
	ml_release(env, piece.order);
	for (row = 0; row < n_rows; row++)
	{
		if (row % STOP_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		identity[row] = ml_hash_word(identity[row], ordinal[row]);
	}
	ml_release(env, ordinal);
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
		ML_TRY(add_column(env, table, columns[i], identity));
	if (by_content)
		ML_TRY(number_equal_rows(env, table->n_rows, identity));
	return ML_OK;
}
