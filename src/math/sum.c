/*
 * math/sum.c
 *		The exact sum of doubles, rounded once (R. Neal 2015).
 *
 * A double is a whole number of 2^-1074 with at most 2,098 bits. The
 * accumulator is one such number in base 2^32, kept in 64-bit limbs that may
 * run over or below zero; after at most 2^29 additions carries are moved
 * up. The 70 limbs leave room for 2^63 terms of any size. Adding is integer
 * arithmetic, so neither order nor grouping nor merging changes the value.
 */
#include "math/sum.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define LIMB_BITS 32
#define LIMB_MASK INT64_C(0xffffffff)
#define MANTISSA_BITS 52
#define MANTISSA_MASK ((UINT64_C(1) << MANTISSA_BITS) - 1)
#define EXPONENT_MASK 0x7ff
#define SIGNED_EXPONENTS 4096
#define MOST_GATHERED 2047		/* mantissas whose sum fits into 64 bits */
#define MOST_PENDING (UINT32_C(1) << 29)

void
ml_sum_begin(MlExactSum *sum)
{
	memset(sum, 0, sizeof(*sum));
}

/*
 * Move carries up: every limb but the last ends in 0 .. 2^32 - 1, the last
 * one carries the sign.
 */
static void
propagate(int64_t *limb)
{
	int64_t		carry = 0;
	int			i;

	for (i = 0; i < ML_SUM_LIMBS - 1; i++)
	{
		int64_t		value = limb[i] + carry;

		limb[i] = value & LIMB_MASK;
		/* The difference is a multiple of 2^32: an exact floor division. */
		carry = (value - limb[i]) / (LIMB_MASK + 1);
	}
	limb[i] += carry;
}

/* Add `mantissa` times 2^(exponent - 1074), of either sign. */
static void
add_scaled(MlExactSum *sum, uint64_t mantissa, int exponent, bool negative)
{
	int			shift = exponent % LIMB_BITS;
	int64_t    *limb = sum->limb + exponent / LIMB_BITS;
	uint64_t	low;
	uint64_t	high;

	/* 64 bits shifted by up to 31: three limbs. */
	low = (mantissa & (uint64_t) LIMB_MASK) << shift;
	high = ((mantissa >> LIMB_BITS) << shift) + (low >> LIMB_BITS);
	low &= (uint64_t) LIMB_MASK;
	if (negative)
	{
		limb[0] -= (int64_t) low;
		limb[1] -= (int64_t) (high & (uint64_t) LIMB_MASK);
		limb[2] -= (int64_t) (high >> LIMB_BITS);
	}
	else
	{
		limb[0] += (int64_t) low;
		limb[1] += (int64_t) (high & (uint64_t) LIMB_MASK);
		limb[2] += (int64_t) (high >> LIMB_BITS);
	}
	if (++sum->pending >= MOST_PENDING)
	{
		propagate(sum->limb);
		sum->pending = 0;
	}
}

void
ml_sum_add(MlExactSum *sum, double value)
{
	uint64_t	bits;
	uint64_t	mantissa;
	int			exponent;

	memcpy(&bits, &value, sizeof(bits));
	exponent = (int) (bits >> MANTISSA_BITS) & EXPONENT_MASK;
	if (exponent == EXPONENT_MASK)
	{
		sum->special += value;
		return;
	}
	mantissa = bits & MANTISSA_MASK;
	if (exponent > 0)
	{
		mantissa |= UINT64_C(1) << MANTISSA_BITS;
		exponent--;
	}
	add_scaled(sum, mantissa, exponent, bits >> 63);
}

/* Add the mantissas gathered by sign and exponent, and forget them. */
static void
add_gathered(MlExactSum *sum, uint64_t *gathered, uint64_t *used)
{
	int			word;

	for (word = 0; word < SIGNED_EXPONENTS / 64; word++)
	{
		while (used[word] != 0)
		{
			int			top = word * 64 + __builtin_ctzll(used[word]);
			int			exponent = top & EXPONENT_MASK;

			add_scaled(sum, gathered[top], exponent > 0 ? exponent - 1 : 0, top > EXPONENT_MASK);
			gathered[top] = 0;
			used[word] &= used[word] - 1;
		}
	}
}

/*
 * Mantissas of one sign and exponent are whole numbers of one unit: a block
 * of them adds up in 64 bits (Neal's large superaccumulator).
 */
void
ml_sum_add_array(MlExactSum *sum, const double *values, size_t count)
{
	uint64_t	gathered[SIGNED_EXPONENTS];
	uint64_t	used[SIGNED_EXPONENTS / 64];
	size_t		i;

	memset(gathered, 0, sizeof(gathered));
	memset(used, 0, sizeof(used));
	for (i = 0; i < count; i++)
	{
		uint64_t	bits;
		unsigned	top;

		memcpy(&bits, &values[i], sizeof(bits));
		top = (unsigned) (bits >> MANTISSA_BITS);
		if ((top & EXPONENT_MASK) == EXPONENT_MASK)
		{
			sum->special += values[i];
			continue;
		}
		gathered[top] += (bits & MANTISSA_MASK) |
			(uint64_t) ((top & EXPONENT_MASK) != 0) << MANTISSA_BITS;
		used[top / 64] |= UINT64_C(1) << top % 64;
		if (i % MOST_GATHERED == MOST_GATHERED - 1)
			add_gathered(sum, gathered, used);
	}
	add_gathered(sum, gathered, used);
}

void
ml_sum_merge(MlExactSum *into, const MlExactSum *from)
{
	int			i;

	/* Both hold below 2^29 additions and a carry each: no limb can overflow. */
	for (i = 0; i < ML_SUM_LIMBS; i++)
		into->limb[i] += from->limb[i];
	propagate(into->limb);
	into->pending = 0;
	into->special += from->special;
}

MlStatus
ml_sum_team(MlEnv *env, MlExactSum *sums, int n)
{
	size_t		bytes = (size_t) n * sizeof(MlExactSum);
	MlExactSum *all;
	int			rank;
	int			i;

	if (ml_team_size(env) == 1)
		return ML_OK;
	all = ml_allocate(env, (size_t) ml_team_size(env), bytes);
	if (all == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_team_gather(env, sums, bytes, all));
	for (rank = 0; rank < ml_team_size(env); rank++)
	{
		for (i = 0; i < n && rank != ml_team_rank(env); i++)
			ml_sum_merge(&sums[i], &all[rank * n + i]);
	}
	ml_release(env, all);
	return ML_OK;
}

/* Bits at `position` and above, `count` <= 64 of them, of the magnitude. */
static uint64_t
bits_at(const int64_t *limb, int position, int count)
{
	uint64_t	bits = 0;
	int			i;

	for (i = count - 1; i >= 0; i--)
	{
		int			at = position + i;

		bits = bits << 1 | (((uint64_t) limb[at / LIMB_BITS] >> (at % LIMB_BITS)) & 1);
	}
	return bits;
}

static bool
any_bit_below(const int64_t *limb, int position)
{
	int			i;

	for (i = 0; i < position / LIMB_BITS; i++)
	{
		if (limb[i] != 0)
			return true;
	}
	return position % LIMB_BITS > 0 && bits_at(limb, position - position % LIMB_BITS, position % LIMB_BITS) != 0;
}

/* Number of bits of the magnitude, 0 for zero. */
static int
bit_length(const int64_t *limb)
{
	int			i;
	int			length;

	for (i = ML_SUM_LIMBS - 1; i >= 0 && limb[i] == 0; i--)
		;
	if (i < 0)
		return 0;
	for (length = i * LIMB_BITS; limb[length / LIMB_BITS] >> (length % LIMB_BITS) > 1; length++)
		;
	return length + 1;
}

/*
 * The double nearest to the magnitude, ties to even. The pattern of a double
 * grows by one from each double to the next, subnormal or not, so rounding up
 * is adding one, and overflow ends at the pattern of infinity.
 */
static uint64_t
round_magnitude(const int64_t *limb)
{
	int			length = bit_length(limb);
	int			shift = length - (MANTISSA_BITS + 1);
	uint64_t	pattern;

	if (shift <= 0)
		return bits_at(limb, 0, length);
	if (shift >= EXPONENT_MASK - 1)
		return (uint64_t) EXPONENT_MASK << MANTISSA_BITS;
	pattern = ((uint64_t) shift << MANTISSA_BITS) + bits_at(limb, shift, MANTISSA_BITS + 1);
	if (bits_at(limb, shift - 1, 1) != 0 && ((pattern & 1) != 0 || any_bit_below(limb, shift - 1)))
		pattern++;
	return pattern;
}

double
ml_sum_value(const MlExactSum *sum)
{
	int64_t		limb[ML_SUM_LIMBS];
	uint64_t	pattern;
	double		value;
	bool		negative;
	int			i;

	if (isnan(sum->special))
		return NAN;
	if (sum->special != 0)
		return sum->special;
	memcpy(limb, sum->limb, sizeof(limb));
	propagate(limb);
	negative = limb[ML_SUM_LIMBS - 1] < 0;
	if (negative)
	{
		for (i = 0; i < ML_SUM_LIMBS; i++)
			limb[i] = -limb[i];
		propagate(limb);
	}
	pattern = round_magnitude(limb);
	if (negative)
		pattern |= UINT64_C(1) << 63;
	memcpy(&value, &pattern, sizeof(value));
	return value;
}
