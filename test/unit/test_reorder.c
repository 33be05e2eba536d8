/*
 * test_reorder.c
 *		Rows of all widths in another order.
 */
#include <stdint.h>
#include <string.h>

#include "algo/reorder.h"
#include "unit.h"

#define ROWS 1000
#define MOST_WIDTH 36

int
main(void)
{
	MlEnv	   *env = unit_env();
	uint32_t	order[ROWS];
	uint64_t	room[ROWS];
	size_t		width;
	int			i;

	/* 7 and 1000 have no common divisor */
	for (i = 0; i < ROWS; i++)
		order[i] = (uint32_t) (i * 7 + 3) % ROWS;
	for (width = 4; width <= MOST_WIDTH; width += 4)
	{
		static uint8_t rows[ROWS * MOST_WIDTH + 1];
		static uint8_t before[ROWS * MOST_WIDTH + 1];
		int			wrong = 0;

		for (i = 0; i <= ROWS * MOST_WIDTH; i++)
			rows[i] = (uint8_t) (i * 31 + i / 251);
		memcpy(before, rows, sizeof(rows));
		unit_ok(ml_reorder(env, order, ROWS, rows, width, room) == ML_OK, "%d bytes a row", (int) width);
		for (i = 0; i < ROWS; i++)
			wrong += memcmp(rows + (size_t) i * width, before + order[i] * width, width) != 0;
		wrong += memcmp(rows + ROWS * width, before + ROWS * width, sizeof(rows) - ROWS * width) != 0;
		unit_ok(wrong == 0, "each row is the one that was asked for, and nothing else is written");
	}
	unit_stop_after(env, 1);
	unit_ok(ml_reorder(env, order, ROWS, room, 4, room) == ML_INTERRUPTED, "it stops when told to");
	return unit_done();
}
