/*
 * math/svd.c
 *		One-sided Jacobi. See svd.h.
 *
 * Two columns at a time are rotated until they are orthogonal; passes over all
 * pairs go on until none has to be. The sums of a pair are taken in eight
 * lanes, whatever the instructions, so that all give the same bits.
 */
#include "math/svd.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Passes; some ten are enough for anything that is no NaN. */
#define MOST_SWEEPS 60

/* Squared length of a column that is 0 beside a matrix whose largest number is near 1. */
#define NEGLIGIBLE 1e-280

/* As many lanes as a register has; sums always have eight. */
typedef double Pair __attribute__((vector_size(16)));
typedef double Four __attribute__((vector_size(32)));
typedef double Eight __attribute__((vector_size(64)));
typedef double LoosePair __attribute__((vector_size(16), aligned(8)));
typedef double LooseFour __attribute__((vector_size(32), aligned(8)));
typedef double LooseEight __attribute__((vector_size(64), aligned(8)));

#define LANES 8

/* Products of two columns with themselves and with each other. */
typedef struct Products
{
	double		aa;
	double		bb;
	double		ab;
} Products;

static inline double
add_lanes(const double *lanes)
{
	return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

/* For one kind of register. What the eight lanes leave over is added behind them. */
#define COMPILED(suffix, attributes, Register, Loose) \
	attributes static void \
	multiply_##suffix(const double *a, const double *b, int n, Products *products) \
	{ \
		enum \
		{ \
			WIDTH = sizeof(Register) / sizeof(double), \
			PARTS = LANES / WIDTH \
		}; \
		double		sum[3][LANES]; \
		Register	aa[PARTS] = {{0}}; \
		Register	bb[PARTS] = {{0}}; \
		Register	ab[PARTS] = {{0}}; \
		int			i; \
		int			k; \
		for (i = 0; i + LANES <= n; i += LANES) \
		{ \
			_Pragma("GCC unroll 4") \
			for (k = 0; k < PARTS; k++) \
			{ \
				Register	x = *(const Loose *) (a + i + k * WIDTH); \
				Register	y = *(const Loose *) (b + i + k * WIDTH); \
				aa[k] += x * x; \
				bb[k] += y * y; \
				ab[k] += x * y; \
			} \
		} \
		memcpy(sum[0], aa, sizeof(aa)); \
		memcpy(sum[1], bb, sizeof(bb)); \
		memcpy(sum[2], ab, sizeof(ab)); \
		for (; i < n; i++) \
		{ \
			sum[0][i % LANES] += a[i] * a[i]; \
			sum[1][i % LANES] += b[i] * b[i]; \
			sum[2][i % LANES] += a[i] * b[i]; \
		} \
		products->aa = add_lanes(sum[0]); \
		products->bb = add_lanes(sum[1]); \
		products->ab = add_lanes(sum[2]); \
	} \
	attributes static void \
	rotate_##suffix(double *a, double *b, int n, double cosine, double sine) \
	{ \
		enum \
		{ \
			WIDTH = sizeof(Register) / sizeof(double) \
		}; \
		int			i; \
		for (i = 0; i + WIDTH <= n; i += WIDTH) \
		{ \
			Register	x = *(const Loose *) (a + i); \
			Register	y = *(const Loose *) (b + i); \
			*(Loose *) (a + i) = cosine * x - sine * y; \
			*(Loose *) (b + i) = sine * x + cosine * y; \
		} \
		for (; i < n; i++) \
		{ \
			double		x = a[i]; \
			a[i] = cosine * x - sine * b[i]; \
			b[i] = sine * x + cosine * b[i]; \
		} \
	}

COMPILED(none,, Pair, LoosePair)
COMPILED(avx2, ML_FOR_AVX2, Four, LooseFour)
COMPILED(avx512, ML_FOR_AVX512, Eight, LooseEight)

static void
multiply(MlSimd simd, const double *a, const double *b, int n, Products *products)
{
	if (simd >= ML_SIMD_AVX512)
		multiply_avx512(a, b, n, products);
	else if (simd >= ML_SIMD_AVX2)
		multiply_avx2(a, b, n, products);
	else
		multiply_none(a, b, n, products);
}

/* Makes two columns orthogonal; false when they are. */
static bool
rotate(MlSimd simd, double *a, double *b, int n)
{
	Products	p;
	double		zeta;
	double		tangent;
	double		cosine;

	multiply(simd, a, b, n, &p);
	if (p.aa < NEGLIGIBLE || p.bb < NEGLIGIBLE ||
		fabs(p.ab) <= DBL_EPSILON * sqrt((double) n) * sqrt(p.aa) * sqrt(p.bb))
		return false;
	zeta = (p.bb - p.aa) / (2.0 * p.ab);
	tangent = (zeta >= 0 ? 1.0 : -1.0) / (fabs(zeta) + sqrt(1.0 + zeta * zeta));
	cosine = 1.0 / sqrt(1.0 + tangent * tangent);
	if (simd >= ML_SIMD_AVX512)
		rotate_avx512(a, b, n, cosine, cosine * tangent);
	else if (simd >= ML_SIMD_AVX2)
		rotate_avx2(a, b, n, cosine, cosine * tangent);
	else
		rotate_none(a, b, n, cosine, cosine * tangent);
	return true;
}

/* Largest absolute value. */
static double
largest(const double *a, size_t count)
{
	double		most = 0.0;
	size_t		i;

	for (i = 0; i < count; i++)
		most = fabs(a[i]) > most ? fabs(a[i]) : most;
	return most;
}

static inline void
swap(double *a, double *b)
{
	double		kept = *a;

	*a = *b;
	*b = kept;
}

/* Columns by their lengths, the longest first; of equals the first. */
static void
sort_columns(int n, double *a, double *values)
{
	int			i;
	int			j;
	int			k;

	for (i = 0; i < n; i++)
	{
		int			best = i;

		for (j = i + 1; j < n; j++)
			best = values[j] > values[best] ? j : best;
		if (best == i)
			continue;
		swap(&values[i], &values[best]);
		for (k = 0; k < n; k++)
			swap(&a[(size_t) i * (size_t) n + (size_t) k], &a[(size_t) best * (size_t) n + (size_t) k]);
	}
}

static MlStatus
make_orthogonal(MlEnv *env, int n, double *a)
{
	bool		rotated = true;
	int			sweep;
	int			i;
	int			j;

	for (sweep = 0; rotated; sweep++)
	{
		if (sweep == MOST_SWEEPS)
			return ml_fail(env, ML_INVALID_DATA, "the singular values of a matrix of %d columns could not be found", n);
		rotated = false;
		for (i = 0; i < n; i++)
		{
			ML_TRY(ml_check_stop(env));
			for (j = i + 1; j < n; j++)
				rotated |= rotate(env->simd, a + (size_t) i * (size_t) n, a + (size_t) j * (size_t) n, n);
		}
		ml_report(env, "fitting", -1, -1, sweep + 1, NAN);
	}
	return ML_OK;
}

MlStatus
ml_svd(MlEnv *env, int n, double *a, double *values)
{
	size_t		count = (size_t) n * (size_t) n;
	double		most = largest(a, count);
	int			exponent = 0;
	size_t		i;
	int			j;

	memset(values, 0, (size_t) n * sizeof(double));
	if (most == 0.0)
		return ML_OK;
	if (!isfinite(most))
		return ml_fail(env, ML_INVALID_DATA, "a matrix with infinite values has no singular values");
	/* near 1, so that no square is lost; exact both ways but for what is negligible */
	(void) frexp(most, &exponent);
	for (i = 0; i < count; i++)
		a[i] = ldexp(a[i], -exponent);
	ML_TRY(make_orthogonal(env, n, a));
	for (j = 0; j < n; j++)
	{
		Products	p;

		multiply(env->simd, a + (size_t) j * (size_t) n, a + (size_t) j * (size_t) n, n, &p);
		values[j] = ldexp(sqrt(p.aa), exponent);
	}
	sort_columns(n, a, values);
	for (i = 0; i < count; i++)
		a[i] = ldexp(a[i], exponent);
	return ML_OK;
}
