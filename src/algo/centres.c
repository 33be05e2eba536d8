/*
 * algo/centres.c
 *		Which centre is the nearest. See centres.h.
 */
#include "algo/centres.h"

#include <math.h>
#include <string.h>

/* As many lanes as a register has: how they are grouped changes no sum. */
typedef double Pair __attribute__((vector_size(16)));
typedef double Four __attribute__((vector_size(32)));
typedef double Eight __attribute__((vector_size(64)));
typedef double LoosePair __attribute__((vector_size(16), aligned(8)));
typedef double LooseFour __attribute__((vector_size(32), aligned(8)));
typedef double LooseEight __attribute__((vector_size(64), aligned(8)));

MlStatus
ml_centres_make(MlEnv *env, int k, int n, MlCentres *centres)
{
	memset(centres, 0, sizeof(*centres));
	centres->k = k;
	centres->n = n;
	centres->stride = (k + ML_CENTRE_LANES - 1) / ML_CENTRE_LANES * ML_CENTRE_LANES;
	centres->lanes = ml_allocate(env, (size_t) n + 1, (size_t) centres->stride * sizeof(double));
	centres->room = ml_allocate(env, (size_t) centres->stride, sizeof(double));
	return centres->lanes != NULL && centres->room != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

void
ml_centres_end(MlEnv *env, MlCentres *centres)
{
	ml_release(env, centres->lanes);
	ml_release(env, centres->room);
}

void
ml_centres_set(MlCentres *centres, int k, const double *positions)
{
	int			c;
	int			j;

	centres->k = k;
	centres->stride = (k + ML_CENTRE_LANES - 1) / ML_CENTRE_LANES * ML_CENTRE_LANES;
	for (j = 0; j < centres->n; j++)
	{
		double	   *lanes = centres->lanes + (size_t) j * (size_t) centres->stride;

		for (c = 0; c < k; c++)
			lanes[c] = positions[(size_t) c * (size_t) centres->n + (size_t) j];
		for (; c < centres->stride; c++)
			lanes[c] = INFINITY;
	}
}

/* The two smallest of n numbers, and where the first of the smallest is. */
static inline __attribute__((always_inline)) int32_t
two_smallest(const double *values, int n, double *best, double *second)
{
	int			where = 0;
	double		least = values[0];
	double		next = INFINITY;
	int			c;

	for (c = 1; c < n; c++)
	{
		double		value = values[c];
		double		loser = value < least ? least : value;

		where = value < least ? c : where;
		least = value < least ? value : least;
		next = loser < next ? loser : next;
	}
	*best = least;
	*second = next;
	return where;
}

/*
 * For one kind of register: squared distances of a point to eight centres, and
 * what is made of it.
 */
#define COMPILED(suffix, attributes, Register, Loose) \
	attributes static void \
	distances_##suffix(const MlCentres *centres, const double *point, double *squared) \
	{ \
		const int	width = sizeof(Register) / sizeof(double); \
		size_t		stride = (size_t) centres->stride; \
		int			c; \
		int			j; \
		for (c = 0; c < centres->stride; c += 2 * width) \
		{ \
			const double *lanes = centres->lanes + c; \
			Register	first = {0}; \
			Register	other = {0}; \
			for (j = 0; j < centres->n; j++, lanes += stride) \
			{ \
				Register	a = point[j] - *(const Loose *) lanes; \
				Register	b = point[j] - *(const Loose *) (lanes + width); \
				first += a * a; \
				other += b * b; \
			} \
			*(Loose *) (squared + c) = first; \
			*(Loose *) (squared + c + width) = other; \
		} \
	} \
	attributes static void \
	nearest_##suffix(const MlCentres *centres, const double *points, const int *index, int n_rows, \
					 int32_t *label, double *best, double *second) \
	{ \
		int			i; \
		for (i = 0; i < n_rows; i++) \
		{ \
			int			row = index != NULL ? index[i] : i; \
			distances_##suffix(centres, points + (size_t) row * (size_t) centres->n, centres->room); \
			label[row] = two_smallest(centres->room, centres->k, &best[row], &second[row]); \
		} \
	}

COMPILED(none,, Pair, LoosePair)
COMPILED(avx2, ML_FOR_AVX2, Four, LooseFour)
COMPILED(avx512, ML_FOR_AVX512, Eight, LooseEight)

void
ml_centres_nearest(MlSimd simd, const MlCentres *centres, const double *points, const int *index,
				   int n_rows, int32_t *label, double *best, double *second)
{
	if (simd >= ML_SIMD_AVX512)
		nearest_avx512(centres, points, index, n_rows, label, best, second);
	else if (simd >= ML_SIMD_AVX2)
		nearest_avx2(centres, points, index, n_rows, label, best, second);
	else
		nearest_none(centres, points, index, n_rows, label, best, second);
}

void
ml_centres_distances(MlSimd simd, const MlCentres *centres, const double *points, int n_rows,
					 double *squared)
{
	int			i;

	for (i = 0; i < n_rows; i++, points += centres->n, squared += centres->stride)
	{
		if (simd >= ML_SIMD_AVX512)
			distances_avx512(centres, points, squared);
		else if (simd >= ML_SIMD_AVX2)
			distances_avx2(centres, points, squared);
		else
			distances_none(centres, points, squared);
	}
}
