/*
 * algo/design_gram.c
 *		Weighted Gram matrices of a design. See design_gram.h.
 *
 * Each pair of dense columns has eight partial sums over the rows of a block,
 * added in a fixed order; how many pairs are held in registers at a time
 * depends on the CPU, the sums do not.
 */
#include "algo/design_gram.h"

#include <string.h>

#include "algo/design_loops.h"

#define LANES 8

typedef double Doubles __attribute__((vector_size(64)));
typedef double Loaded __attribute__((vector_size(64), aligned(8)));

static size_t
whole_vectors(size_t count)
{
	return (count + LANES - 1) / LANES * LANES;
}

/* Where intercept, slots and references are among the sums. */
static void
number_entries(MlDesignGram *gram)
{
	const MlDesign *design = gram->design;
	int			next = gram->n_dense;
	int			i;
	int			k;

	gram->entry[0] = 0;
	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlDesignInput *input = &design->inputs[i];
		int			before = 1 + input->column;

		if (input->place != NULL)
		{
			gram->first[input->column] = next;
			before = next + 1;
			next += input->n_slots + 1;
		}
		for (k = 0; k < input->n_slots; k++)
			gram->entry[1 + input->first_slot + k] = before + k;
	}
	gram->n = next;
}

MlStatus
ml_design_gram_begin(MlEnv *env, const MlDesign *design, int capacity, MlDesignGram *gram)
{
	size_t		n_dense = (size_t) design->n_dense + 1;

	memset(gram, 0, sizeof(*gram));
	gram->design = design;
	gram->simd = env->simd;
	gram->n_dense = design->n_dense + 1;
	gram->capacity = (int) whole_vectors((size_t) capacity);
	gram->row_stride = whole_vectors(n_dense);
	gram->entry = ml_allocate(env, (size_t) design->n_slots + 1, sizeof(int));
	gram->first = ml_allocate(env, (size_t) design->n_placed + 1, sizeof(int));
	gram->plain = ml_allocate(env, n_dense * (size_t) gram->capacity, sizeof(double));
	gram->weighted = ml_allocate(env, n_dense * (size_t) gram->capacity, sizeof(double));
	if (gram->entry == NULL || gram->first == NULL || gram->plain == NULL || gram->weighted == NULL)
		return ML_OUT_OF_MEMORY;
	if (design->n_placed > 0)
	{
		gram->by_row = ml_allocate(env, gram->row_stride * (size_t) gram->capacity, sizeof(double));
		if (gram->by_row == NULL)
			return ML_OUT_OF_MEMORY;
	}
	number_entries(gram);
	gram->stride = whole_vectors((size_t) gram->n);
	return ML_OK;
}

void
ml_design_gram_end(MlEnv *env, MlDesignGram *gram)
{
	ml_release(env, gram->entry);
	ml_release(env, gram->first);
	ml_release(env, gram->plain);
	ml_release(env, gram->weighted);
	ml_release(env, gram->by_row);
}

size_t
ml_design_gram_size(const MlDesignGram *gram)
{
	return (size_t) gram->n * gram->stride;
}

/* Rows up to whole vectors are zeros. */
void
ml_design_gram_load(MlDesignGram *gram, const MlDesignBlock *block)
{
	size_t		capacity = (size_t) gram->capacity;
	size_t		n_rows = (size_t) block->n_rows;
	size_t		padding = whole_vectors(n_rows) - n_rows;
	size_t		row;
	int			k;

	for (row = 0; row < n_rows; row++)
		gram->plain[row] = 1.0;
	for (k = 1; k < gram->n_dense; k++)
		memcpy(gram->plain + (size_t) k * capacity,
			   block->dense + (size_t) (k - 1) * (size_t) block->capacity, n_rows * sizeof(double));
	for (k = 0; k < gram->n_dense; k++)
		memset(gram->plain + (size_t) k * capacity + n_rows, 0, padding * sizeof(double));
}

static inline __attribute__((always_inline)) double
sum_lanes(const Doubles *lanes)
{
	Doubles		sum = *lanes;

	return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

#define LOAD(base, column) (*(const Loaded *) ((base) + (size_t) (column) * capacity + row))

/* Sums of the pairs of columns i, i + 1 and j, j + 1; what is beyond the last one is not kept. */
static inline __attribute__((always_inline)) void
add_tile_of_two(const MlDesignGram *gram, int i, int j, size_t n_rows, double *sums)
{
	size_t		capacity = (size_t) gram->capacity;
	int			last = gram->n_dense - 1;
	int			i1 = i < last ? i + 1 : last;
	int			j1 = j < last ? j + 1 : last;
	Doubles		sum00 = {0}, sum01 = {0}, sum10 = {0}, sum11 = {0};
	size_t		row;

	for (row = 0; row < n_rows; row += LANES)
	{
		Doubles		a0 = LOAD(gram->weighted, i);
		Doubles		a1 = LOAD(gram->weighted, i1);
		Doubles		b0 = LOAD(gram->plain, j);
		Doubles		b1 = LOAD(gram->plain, j1);

		sum00 += a0 * b0;
		sum01 += a0 * b1;
		sum10 += a1 * b0;
		sum11 += a1 * b1;
	}
	sums[(size_t) i * gram->stride + (size_t) j] += sum_lanes(&sum00);
	if (j < last)
		sums[(size_t) i * gram->stride + (size_t) j1] += sum_lanes(&sum01);
	if (i < last)
		sums[(size_t) i1 * gram->stride + (size_t) j] += sum_lanes(&sum10);
	if (i < last && j < last)
		sums[(size_t) i1 * gram->stride + (size_t) j1] += sum_lanes(&sum11);
}

/* The same for four and four columns. */
static inline __attribute__((always_inline)) void
add_tile_of_four(const MlDesignGram *gram, int i, int j, size_t n_rows, double *sums)
{
	size_t		capacity = (size_t) gram->capacity;
	Doubles		sum[4][4] = {{{0}}};
	size_t		row;
	int			p;
	int			q;

	for (row = 0; row < n_rows; row += LANES)
	{
		Doubles		b0 = LOAD(gram->plain, j);
		Doubles		b1 = LOAD(gram->plain, j + 1);
		Doubles		b2 = LOAD(gram->plain, j + 2);
		Doubles		b3 = LOAD(gram->plain, j + 3);

#pragma GCC unroll 4
		for (p = 0; p < 4; p++)
		{
			Doubles		a = LOAD(gram->weighted, i + p);

			sum[p][0] += a * b0;
			sum[p][1] += a * b1;
			sum[p][2] += a * b2;
			sum[p][3] += a * b3;
		}
	}
#pragma GCC unroll 4
	for (p = 0; p < 4; p++)
	{
#pragma GCC unroll 4
		for (q = 0; q < 4; q++)
			sums[(size_t) (i + p) * gram->stride + (size_t) (j + q)] += sum_lanes(&sum[p][q]);
	}
}

/* Numbers with numbers: rows i of the sums, columns from about i on. */
static inline __attribute__((always_inline)) void
add_dense(const MlDesignGram *gram, size_t n_rows, bool wide, double *sums)
{
	int			n = gram->n_dense;
	int			whole = wide ? n / 4 * 4 : 0;
	int			i;
	int			j;

	for (i = 0; i < n; i += i < whole ? 4 : 2)
	{
		for (j = i; i < whole && j < whole; j += 4)
			add_tile_of_four(gram, i, j, n_rows, sums);
		for (; j < n; j += 2)
		{
			add_tile_of_two(gram, i, j, n_rows, sums);
			if (i < whole)
				add_tile_of_two(gram, i + 2, j, n_rows, sums);
		}
	}
}

/* A row of weighted numbers onto the sums of the level that it has. */
static inline __attribute__((always_inline)) void
add_category(const MlDesignGram *gram, const uint16_t *place, int n_rows, double *sums)
{
	int			row;

	for (row = 0; row < n_rows; row++)
	{
		double	   *sum = sums + (size_t) place[row] * gram->stride;
		const double *value = gram->by_row + (size_t) row * gram->row_stride;
		int			k;

		for (k = 0; k + LANES <= gram->n_dense; k += LANES)
			*(Loaded *) (sum + k) += *(const Loaded *) (value + k);
		for (; k < gram->n_dense; k++)
			sum[k] += value[k];
	}
}

/* One set of functions for each set of instructions. */
#define FUNCTIONS(suffix, target, wide) \
	target static void \
	add_dense_##suffix(const MlDesignGram *gram, size_t n_rows, double *sums) \
	{ \
		add_dense(gram, n_rows, wide, sums); \
	} \
	target static void \
	add_category_##suffix(const MlDesignGram *gram, const uint16_t *place, int n_rows, double *sums) \
	{ \
		add_category(gram, place, n_rows, sums); \
	}

FUNCTIONS(plain,, false)
#ifdef __x86_64__
FUNCTIONS(avx2, ML_FOR_AVX2, false)
FUNCTIONS(avx512, ML_FOR_AVX512, true)

#define DISPATCH(name, gram, ...) \
	do { \
		if ((gram)->simd == ML_SIMD_AVX512) \
			name##_avx512(gram, __VA_ARGS__); \
		else if ((gram)->simd == ML_SIMD_AVX2) \
			name##_avx2(gram, __VA_ARGS__); \
		else \
			name##_plain(gram, __VA_ARGS__); \
	} while (0)
#else
#define DISPATCH(name, gram, ...) name##_plain(gram, __VA_ARGS__)
#endif

static void
weigh(MlDesignGram *gram, int n_rows, const double *weight)
{
	size_t		capacity = (size_t) gram->capacity;
	size_t		padded = whole_vectors((size_t) n_rows);
	int			row;
	int			k;

	for (k = 0; k < gram->n_dense; k++)
	{
		const double *plain = gram->plain + (size_t) k * capacity;
		double	   *weighted = gram->weighted + (size_t) k * capacity;

		ml_loop_multiply(gram->simd, weighted, weight, plain, n_rows);
		memset(weighted + n_rows, 0, (padded - (size_t) n_rows) * sizeof(double));
	}
	if (gram->by_row == NULL)
		return;
	for (k = 0; k < gram->n_dense; k++)
	{
		const double *weighted = gram->weighted + (size_t) k * capacity;

		for (row = 0; row < n_rows; row++)
			gram->by_row[(size_t) row * gram->row_stride + (size_t) k] = weighted[row];
	}
}

/* Two categories, the first one before the second one or the same. */
static void
add_pair(const MlDesignGram *gram, const uint16_t *place, const uint16_t *other, int other_first,
		 const double *weight, int n_rows, double *sums)
{
	int			row;

	for (row = 0; row < n_rows; row++)
		sums[(size_t) other[row] * gram->stride + (size_t) (other_first + place[row])] += weight[row];
}

void
ml_design_gram_add(MlDesignGram *gram, const MlDesignBlock *block, const double *weight, double *sums)
{
	int			n_rows = block->n_rows;
	int			i;
	int			j;

	weigh(gram, n_rows, weight);
	DISPATCH(add_dense, gram, whole_vectors((size_t) n_rows), sums);
	for (i = 0; i < gram->design->n_placed; i++)
	{
		const uint16_t *place = block->place + (size_t) i * (size_t) block->capacity;
		double	   *rows = sums + (size_t) gram->first[i] * gram->stride;

		DISPATCH(add_category, gram, place, n_rows, rows);
		for (j = 0; j <= i; j++)
			add_pair(gram, block->place + (size_t) j * (size_t) block->capacity, place,
					 gram->first[j], weight, n_rows, rows);
	}
}

void
ml_design_gram_matrix(const MlDesignGram *gram, const double *sums, double *matrix, size_t stride)
{
	int			n = gram->design->n_slots + 1;
	int			i;
	int			j;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			int			p = gram->entry[i];
			int			q = gram->entry[j];
			int			high = p > q ? p : q;
			int			low = p > q ? q : p;
			bool		dense = high < gram->n_dense;
			double		sum = sums[(size_t) (dense ? low : high) * gram->stride +
								   (size_t) (dense ? high : low)];

			matrix[(size_t) i * stride + (size_t) j] = sum;
			matrix[(size_t) j * stride + (size_t) i] = sum;
		}
	}
}
