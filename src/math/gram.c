/*
 * math/gram.c
 *		Products of tall blocks of columns. See gram.h.
 *
 * Debian's OpenBLAS does not know every CPU and then computes with 128-bit
 * registers; these loops use what ml_simd_best() found. Tiles of few columns
 * are kept in registers over all rows; a tile that reaches over the edge
 * computes its last column again and stores it once.
 */
#include "math/gram.h"

#include <string.h>

#define LANES 8

/* Columns of a tile: the accumulators of 2 x 3 or 6 fill half of 16 registers of 32 bytes twice. */
#define TILE_ROWS 2
#define TILE_COLUMNS 3
#define TILE_PRODUCTS 6

typedef double Lanes __attribute__((vector_size(LANES * sizeof(double))));

#define INLINE static inline __attribute__((always_inline))

/* Unaligned; the compiler makes it a plain load. */
#define LOAD(lanes, from) memcpy(&(lanes), from, sizeof(Lanes))

static inline int
least(int a, int b)
{
	return a < b ? a : b;
}

INLINE void
store_tile(const Lanes (*sum)[TILE_COLUMNS], int i, int j, int n, double *gram)
{
	int			p;
	int			q;

	for (p = 0; p < TILE_ROWS; p++)
	{
		for (q = 0; q < TILE_COLUMNS; q++)
		{
			double		lane[LANES];

			memcpy(lane, &sum[p][q], sizeof(lane));
			if (i + p <= j + q && j + q < n)
				gram[(size_t) (j + q) * (size_t) n + (size_t) (i + p)] +=
					((lane[0] + lane[4]) + (lane[2] + lane[6])) +
					((lane[1] + lane[5]) + (lane[3] + lane[7]));
		}
	}
}

/* The last rows, fewer than a register holds, with zeros behind. */
INLINE void
load_rest(Lanes *lanes, const double *from, int rest)
{
	double		padded[LANES] = {0};

	memcpy(padded, from, (size_t) rest * sizeof(double));
	memcpy(lanes, padded, sizeof(Lanes));
}

/* Products of columns i .. i + 1 with columns j .. j + 2. */
INLINE void
gram_tile(const double *a, size_t stride, int n_rows, int n, int i, int j, double *gram)
{
	const double *left[TILE_ROWS];
	const double *right[TILE_COLUMNS];
	Lanes		sum[TILE_ROWS][TILE_COLUMNS] = {{{0}}};
	Lanes		x[TILE_ROWS];
	Lanes		y;
	int			row;
	int			p;
	int			q;

	for (p = 0; p < TILE_ROWS; p++)
		left[p] = a + stride * (size_t) least(i + p, n - 1);
	for (q = 0; q < TILE_COLUMNS; q++)
		right[q] = a + stride * (size_t) least(j + q, n - 1);
	for (row = 0; row + LANES <= n_rows; row += LANES)
	{
		LOAD(x[0], left[0] + row);
		LOAD(x[1], left[1] + row);
		for (q = 0; q < TILE_COLUMNS; q++)
		{
			LOAD(y, right[q] + row);
			sum[0][q] += x[0] * y;
			sum[1][q] += x[1] * y;
		}
	}
	if (row < n_rows)
	{
		load_rest(&x[0], left[0] + row, n_rows - row);
		load_rest(&x[1], left[1] + row, n_rows - row);
		for (q = 0; q < TILE_COLUMNS; q++)
		{
			load_rest(&y, right[q] + row, n_rows - row);
			sum[0][q] += x[0] * y;
			sum[1][q] += x[1] * y;
		}
	}
	store_tile((const Lanes (*)[TILE_COLUMNS]) sum, i, j, n, gram);
}

/* All tiles of columns j .. j + 2 that reach the upper triangle. */
INLINE void
gram_columns(const double *a, size_t stride, int n_rows, int n, int j, double *gram)
{
	int			i;

	for (i = 0; i < n && i <= j + TILE_COLUMNS - 1; i += TILE_ROWS)
		gram_tile(a, stride, n_rows, n, i, j, gram);
}

/* Eight rows of columns k .. k + 5 of the product. */
INLINE void
times_rows(const double *const *column, const double *const *factor, int last, int row, int rest, Lanes *sum)
{
	Lanes		x;
	int			i;
	int			q;

	for (q = 0; q < TILE_PRODUCTS; q++)
		sum[q] = (Lanes) {0};
	for (i = 0; i < last; i++)
	{
		if (rest == LANES)
			LOAD(x, column[i] + row);
		else
			load_rest(&x, column[i] + row, rest);
		for (q = 0; q < TILE_PRODUCTS; q++)
			sum[q] += x * factor[q][i];
	}
}

INLINE void
times_columns(const double *const *column, int n_rows, int m, const double *triangle, int k,
			  size_t stride, double *product)
{
	const double *factor[TILE_PRODUCTS];
	int			last = least(k + TILE_PRODUCTS, m);
	int			row;
	int			q;

	for (q = 0; q < TILE_PRODUCTS; q++)
		factor[q] = triangle + (size_t) least(k + q, m - 1) * (size_t) m;
	for (row = 0; row < n_rows; row += LANES)
	{
		Lanes		sum[TILE_PRODUCTS];
		int			rest = least(LANES, n_rows - row);

		times_rows(column, factor, last, row, rest, sum);
		for (q = 0; k + q < last; q++)
			memcpy(product + stride * (size_t) (k + q) + row, &sum[q], (size_t) rest * sizeof(double));
	}
}

#define FOR_LEVEL(attributes, level) \
attributes static void \
gram_##level(const double *a, size_t stride, int n_rows, int n, int j, double *gram) \
{ \
	gram_columns(a, stride, n_rows, n, j, gram); \
} \
attributes static void \
times_##level(const double *const *column, int n_rows, int m, const double *triangle, int k, \
			  size_t stride, double *product) \
{ \
	times_columns(column, n_rows, m, triangle, k, stride, product); \
}

FOR_LEVEL(, none)
FOR_LEVEL(ML_FOR_AVX2, avx2)
FOR_LEVEL(ML_FOR_AVX512, avx512)

MlStatus
ml_gram_add(MlEnv *env, const double *a, int stride, int n_rows, int n, double *gram)
{
	int			j;

	for (j = 0; j < n; j += TILE_COLUMNS)
	{
		if (j % (16 * TILE_COLUMNS) == 0)
			ML_TRY(ml_check_stop(env));
		if (env->simd == ML_SIMD_AVX512)
			gram_avx512(a, (size_t) stride, n_rows, n, j, gram);
		else if (env->simd == ML_SIMD_AVX2)
			gram_avx2(a, (size_t) stride, n_rows, n, j, gram);
		else
			gram_none(a, (size_t) stride, n_rows, n, j, gram);
	}
	return ML_OK;
}

MlStatus
ml_times_triangle(MlEnv *env, const double *a, int stride, int n_rows, const int *columns, int m,
				  const double *triangle, double *product)
{
	const double **column = ml_allocate(env, (size_t) m + 1, sizeof(double *));
	int			k;

	if (column == NULL)
		return ML_OUT_OF_MEMORY;
	for (k = 0; k < m; k++)
		column[k] = a + (size_t) stride * (size_t) columns[k];
	for (k = 0; k < m; k += TILE_PRODUCTS)
	{
		if (k % (16 * TILE_PRODUCTS) == 0)
			ML_TRY(ml_check_stop(env));
		if (env->simd == ML_SIMD_AVX512)
			times_avx512(column, n_rows, m, triangle, k, (size_t) stride, product);
		else if (env->simd == ML_SIMD_AVX2)
			times_avx2(column, n_rows, m, triangle, k, (size_t) stride, product);
		else
			times_none(column, n_rows, m, triangle, k, (size_t) stride, product);
	}
	ml_release(env, column);
	return ML_OK;
}
