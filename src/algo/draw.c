/*
 * algo/draw.c
 *		Random choices. See draw.h.
 */
#include <string.h>

#include "algo/draw.h"

void
ml_draw(uint64_t key, uint16_t *list, int n, int from, int to)
{
	int			i;

	for (i = from; i < to; i++)
	{
		int			at = i + (int) (ml_hash_word(key, (uint64_t) i) % (uint64_t) (n - i));
		uint16_t	drawn = list[at];

		list[at] = list[i];
		list[i] = drawn;
	}
}

/* A set of bits, read from its low end. */
void
ml_draw_sorted(const uint16_t *list, int n, uint16_t *sorted)
{
	uint64_t	member[UINT16_MAX / 64 + 1];
	int			words = 1;
	int			count = 0;
	int			i;

	for (i = 0; i < n; i++)
		words = list[i] / 64 + 1 > words ? list[i] / 64 + 1 : words;
	memset(member, 0, (size_t) words * sizeof(uint64_t));
	for (i = 0; i < n; i++)
		member[list[i] / 64] |= UINT64_C(1) << (list[i] % 64);
	for (i = 0; i < words; i++)
	{
		uint64_t	rest = member[i];

		for (; rest != 0; rest &= rest - 1)
			sorted[count++] = (uint16_t) (i * 64 + __builtin_ctzll(rest));
	}
}
