/*
 * algo/reorder.c
 *		Rows in another order. See reorder.h.
 *
 * Eight bytes of every row at a time go to the room, in the new order, and
 * back: so the room is small, whatever the width of a row.
 */
#include <string.h>

#include "algo/reorder.h"

#define BLOCK_ROWS 65536
#define AHEAD 32				/* rows between a fetch and its use */

/* `size` bytes of every row, from `at` on; a constant where this is inlined. */
static inline __attribute__((always_inline)) MlStatus
reorder_piece(MlEnv *env, const uint32_t *order, int64_t n_rows, uint8_t *at, size_t width,
			  uint64_t *room, size_t size)
{
	int64_t		begin;
	int64_t		end;
	int64_t		i;

	for (begin = 0; begin < n_rows; begin = end)
	{
		end = n_rows - begin < BLOCK_ROWS ? n_rows : begin + BLOCK_ROWS;
		ML_TRY(ml_check_stop(env));
		for (i = begin; i < end; i++)
		{
			__builtin_prefetch(at + order[i + AHEAD < end ? i + AHEAD : i] * width);
			memcpy(&room[i], at + order[i] * width, size);
		}
	}
	for (begin = 0; begin < n_rows; begin = end)
	{
		end = n_rows - begin < BLOCK_ROWS ? n_rows : begin + BLOCK_ROWS;
		ML_TRY(ml_check_stop(env));
		for (i = begin; i < end; i++)
			memcpy(at + (size_t) i * width, &room[i], size);
	}
	return ML_OK;
}

MlStatus
ml_reorder(MlEnv *env, const uint32_t *order, int64_t n_rows, void *rows, size_t width, uint64_t *room)
{
	uint8_t    *bytes = rows;
	size_t		at;

	for (at = 0; at + 8 <= width; at += 8)
		ML_TRY(reorder_piece(env, order, n_rows, bytes + at, width, room, 8));
	if (at < width)
		ML_TRY(reorder_piece(env, order, n_rows, bytes + at, width, room, 4));
	return ML_OK;
}
