/*
 * algo/design_loops.c
 *		The loops over rows of algo/design.h, in vectors. See design_loops.h.
 */
#include "algo/design_loops.h"

#define LANES 8

typedef double Doubles __attribute__((vector_size(64)));
typedef int64_t Bits __attribute__((vector_size(64)));
typedef double Loaded __attribute__((vector_size(64), aligned(8)));

#define INLINE static inline __attribute__((always_inline))
#define AT(pointer) (*(const Loaded *) (pointer))
#define STORE(pointer) (*(Loaded *) (pointer))

INLINE void
add_scaled(double *into, double factor, const double *values, int n)
{
	int			i;

	for (i = 0; i + LANES <= n; i += LANES)
		STORE(into + i) += AT(values + i) * factor;
	for (; i < n; i++)
		into[i] += values[i] * factor;
}

INLINE void
multiply(double *into, const double *a, const double *b, int n)
{
	int			i;

	for (i = 0; i + LANES <= n; i += LANES)
		STORE(into + i) = AT(a + i) * AT(b + i);
	for (; i < n; i++)
		into[i] = a[i] * b[i];
}

INLINE double
sum_lanes(const Doubles *lanes)
{
	Doubles		sum = *lanes;

	return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

INLINE void
sum_products(const double *a, const double *b, int n, double *result)
{
	Doubles		sum = {0};
	double		rest = 0.0;
	int			i;

	for (i = 0; i + LANES <= n; i += LANES)
		sum += AT(a + i) * AT(b + i);
	for (; i < n; i++)
		rest += a[i] * b[i];
	*result = sum_lanes(&sum) + rest;
}

INLINE void
sum_squares(const double *a, const double *b, int n, double *result)
{
	Doubles		sum = {0};
	double		rest = 0.0;
	int			i;

	for (i = 0; i + LANES <= n; i += LANES)
		sum += AT(a + i) * AT(a + i) * AT(b + i);
	for (; i < n; i++)
		rest += a[i] * a[i] * b[i];
	*result = sum_lanes(&sum) + rest;
}

/* Rows that follow each other are one load. */
INLINE void
standardise(double *into, const double *number, const uint32_t *rows, int n, double mean, double scale)
{
	int			i;

	for (i = 0; i + LANES <= n; i += LANES)
	{
		const uint32_t *row = rows + i;
		Doubles		x;
		Bits		present;

		if (row[LANES - 1] - row[0] == LANES - 1 && row[1] - row[0] == 1 && row[2] - row[0] == 2 &&
			row[3] - row[0] == 3 && row[4] - row[0] == 4 && row[5] - row[0] == 5 && row[6] - row[0] == 6)
			x = AT(number + row[0]);
		else
			x = (Doubles) {number[row[0]], number[row[1]], number[row[2]], number[row[3]],
				number[row[4]], number[row[5]], number[row[6]], number[row[7]]};
		present = (Bits) (x == x);
		x = (x - mean) * scale;
		STORE(into + i) = (Doubles) ((Bits) x & present);
	}
	for (; i < n; i++)
	{
		double		x = number[rows[i]];

		into[i] = x == x ? (x - mean) * scale : 0.0;
	}
}

/* One set of functions for each set of instructions. */
#define FUNCTIONS(suffix, target) \
	target static void \
	add_scaled_##suffix(double *into, double factor, const double *values, int n) \
	{ \
		add_scaled(into, factor, values, n); \
	} \
	target static void \
	multiply_##suffix(double *into, const double *a, const double *b, int n) \
	{ \
		multiply(into, a, b, n); \
	} \
	target static void \
	sum_products_##suffix(const double *a, const double *b, int n, double *result) \
	{ \
		sum_products(a, b, n, result); \
	} \
	target static void \
	sum_squares_##suffix(const double *a, const double *b, int n, double *result) \
	{ \
		sum_squares(a, b, n, result); \
	} \
	target static void \
	standardise_##suffix(double *into, const double *number, const uint32_t *rows, int n, double mean, \
						 double scale) \
	{ \
		standardise(into, number, rows, n, mean, scale); \
	}

FUNCTIONS(plain,)
#ifdef __x86_64__
FUNCTIONS(avx2, ML_FOR_AVX2)
FUNCTIONS(avx512, ML_FOR_AVX512)

#define DISPATCH(simd, name, ...) \
	do { \
		if ((simd) == ML_SIMD_AVX512) \
			name##_avx512(__VA_ARGS__); \
		else if ((simd) == ML_SIMD_AVX2) \
			name##_avx2(__VA_ARGS__); \
		else \
			name##_plain(__VA_ARGS__); \
	} while (0)
#else
#define DISPATCH(simd, name, ...) name##_plain(__VA_ARGS__)
#endif

void
ml_loop_add_scaled(MlSimd simd, double *into, double factor, const double *values, int n)
{
	DISPATCH(simd, add_scaled, into, factor, values, n);
}

void
ml_loop_multiply(MlSimd simd, double *into, const double *a, const double *b, int n)
{
	DISPATCH(simd, multiply, into, a, b, n);
}

double
ml_loop_product(MlSimd simd, const double *a, const double *b, int n)
{
	double		sum;

	DISPATCH(simd, sum_products, a, b, n, &sum);
	return sum;
}

double
ml_loop_product_squares(MlSimd simd, const double *a, const double *b, int n)
{
	double		sum;

	DISPATCH(simd, sum_squares, a, b, n, &sum);
	return sum;
}

void
ml_loop_standardise(MlSimd simd, double *into, const double *number, const uint32_t *rows, int n,
					double mean, double scale)
{
	DISPATCH(simd, standardise, into, number, rows, n, mean, scale);
}
