/*
 * algo/centres.c
 *		Which centre is the nearest. See centres.h.
 */
#include "algo/centres.h"

#include <math.h>
#include <string.h>

/* As many points as a register has room for; a tile always has eight. */
typedef double Pair __attribute__((vector_size(16)));
typedef double Four __attribute__((vector_size(32)));
typedef double Eight __attribute__((vector_size(64)));
typedef double LoosePair __attribute__((vector_size(16), aligned(8)));
typedef double LooseFour __attribute__((vector_size(32), aligned(8)));
typedef double LooseEight __attribute__((vector_size(64), aligned(8)));
typedef int64_t PairMask __attribute__((vector_size(16)));
typedef int64_t FourMask __attribute__((vector_size(32)));
typedef int64_t EightMask __attribute__((vector_size(64)));

/* What is known of the points of a tile. */
typedef struct Found
{
	double		best[ML_TILE_POINTS];
	double		second[ML_TILE_POINTS];
	double		label[ML_TILE_POINTS];	/* a whole number */
} Found;

MlStatus
ml_centres_make(MlEnv *env, int k, int n, MlCentres *centres)
{
	memset(centres, 0, sizeof(*centres));
	centres->k = k;
	centres->n = n;
	centres->positions = ml_allocate(env, (size_t) k, ((size_t) n + 1) * sizeof(double));
	centres->tile = ml_allocate(env, (size_t) n + 1, ML_TILE_POINTS * sizeof(double));
	return centres->positions != NULL && centres->tile != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

void
ml_centres_end(MlEnv *env, MlCentres *centres)
{
	ml_release(env, centres->positions);
	ml_release(env, centres->tile);
}

void
ml_centres_set(MlCentres *centres, int k, const double *positions)
{
	centres->k = k;
	memcpy(centres->positions, positions, (size_t) k * (size_t) centres->n * sizeof(double));
}

/* Points beside each other; where there are fewer than eight the last one again. */
static void
fill_tile(const MlCentres *centres, const double *points, const int *index, int n_rows)
{
	int			n = centres->n;
	int			i;
	int			j;

	for (i = 0; i < ML_TILE_POINTS; i++)
	{
		int			at = i < n_rows ? i : n_rows - 1;
		const double *point = points + (size_t) (index != NULL ? index[at] : at) * (size_t) n;

		for (j = 0; j < n; j++)
			centres->tile[j * ML_TILE_POINTS + i] = point[j];
	}
}

#define SELECT(mask, a, b) ((__typeof__(a)) (((mask) & (__typeof__(mask)) (a)) | (~(mask) & (__typeof__(mask)) (b))))

/*
 * For one kind of register: squared distances of the points of a tile to a
 * centre, and the two nearest centres of each.
 */
#define COMPILED(suffix, attributes, Register, Loose, Mask) \
	enum \
	{ \
		WIDTH_##suffix = sizeof(Register) / sizeof(double), \
		PARTS_##suffix = ML_TILE_POINTS / WIDTH_##suffix \
	}; \
	attributes static inline __attribute__((always_inline)) void \
	measure_##suffix(const MlCentres *centres, int c, Register *squared) \
	{ \
		const double *centre = centres->positions + (size_t) c * (size_t) centres->n; \
		const double *tile = centres->tile; \
		Register	sum[PARTS_##suffix] = {{0}}; \
		int			j; \
		int			p; \
		for (j = 0; j < centres->n; j++, tile += ML_TILE_POINTS) \
		{ \
			_Pragma("GCC unroll 4") \
			for (p = 0; p < PARTS_##suffix; p++) \
			{ \
				Register	difference = *(const Loose *) (tile + p * WIDTH_##suffix) - centre[j]; \
				sum[p] += difference * difference; \
			} \
		} \
		_Pragma("GCC unroll 4") \
		for (p = 0; p < PARTS_##suffix; p++) \
			squared[p] = sum[p]; \
	} \
	attributes static void \
	distances_##suffix(const MlCentres *centres, int c, double *squared) \
	{ \
		Register	found[PARTS_##suffix]; \
		measure_##suffix(centres, c, found); \
		memcpy(squared, found, sizeof(found)); \
	} \
	attributes static void \
	nearest_##suffix(const MlCentres *centres, Found *found) \
	{ \
		Register	best[PARTS_##suffix]; \
		Register	second[PARTS_##suffix]; \
		Register	label[PARTS_##suffix]; \
		Register	squared[PARTS_##suffix]; \
		int			c; \
		int			p; \
		measure_##suffix(centres, 0, best); \
		_Pragma("GCC unroll 4") \
		for (p = 0; p < PARTS_##suffix; p++) \
		{ \
			second[p] = (Register) {0} + INFINITY; \
			label[p] = (Register) {0}; \
		} \
		for (c = 1; c < centres->k; c++) \
		{ \
			measure_##suffix(centres, c, squared); \
			_Pragma("GCC unroll 4") \
			for (p = 0; p < PARTS_##suffix; p++) \
			{ \
				Register	number = (Register) {0} + (double) c; \
				Mask		nearer = (Mask) (squared[p] < best[p]); \
				Register	loser = SELECT(nearer, best[p], squared[p]); \
				label[p] = SELECT(nearer, number, label[p]); \
				best[p] = SELECT(nearer, squared[p], best[p]); \
				nearer = (Mask) (loser < second[p]); \
				second[p] = SELECT(nearer, loser, second[p]); \
			} \
		} \
		memcpy(found->best, best, sizeof(best)); \
		memcpy(found->second, second, sizeof(second)); \
		memcpy(found->label, label, sizeof(label)); \
	}

COMPILED(none,, Pair, LoosePair, PairMask)
COMPILED(avx2, ML_FOR_AVX2, Four, LooseFour, FourMask)
COMPILED(avx512, ML_FOR_AVX512, Eight, LooseEight, EightMask)

void
ml_centres_nearest(MlSimd simd, const MlCentres *centres, const double *points, const int *index,
				   int n_rows, int32_t *label, double *best, double *second)
{
	Found		found;
	int			first;
	int			i;

	for (first = 0; first < n_rows; first += ML_TILE_POINTS)
	{
		int			n = n_rows - first < ML_TILE_POINTS ? n_rows - first : ML_TILE_POINTS;

		fill_tile(centres, index != NULL ? points : points + (size_t) first * (size_t) centres->n,
				  index != NULL ? index + first : NULL, n);
		if (simd >= ML_SIMD_AVX512)
			nearest_avx512(centres, &found);
		else if (simd >= ML_SIMD_AVX2)
			nearest_avx2(centres, &found);
		else
			nearest_none(centres, &found);
		for (i = 0; i < n; i++)
		{
			int			row = index != NULL ? index[first + i] : first + i;

			label[row] = (int32_t) found.label[i];
			best[row] = found.best[i];
			second[row] = found.second[i];
		}
	}
}

void
ml_centres_distances(MlSimd simd, const MlCentres *centres, const double *points, int n_rows,
					 double *squared)
{
	double		found[ML_TILE_POINTS];
	int			first;
	int			c;

	for (first = 0; first < n_rows; first += ML_TILE_POINTS)
	{
		int			n = n_rows - first < ML_TILE_POINTS ? n_rows - first : ML_TILE_POINTS;

		fill_tile(centres, points + (size_t) first * (size_t) centres->n, NULL, n);
		for (c = 0; c < centres->k; c++)
		{
			if (simd >= ML_SIMD_AVX512)
				distances_avx512(centres, c, found);
			else if (simd >= ML_SIMD_AVX2)
				distances_avx2(centres, c, found);
			else
				distances_none(centres, c, found);
			memcpy(squared + (size_t) c * (size_t) n_rows + first, found, (size_t) n * sizeof(double));
		}
	}
}
