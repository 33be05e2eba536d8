/*
 * algo/loss.c
 *		Losses and their derivatives. See loss.h.
 *
 * Derivatives are taken once a tree and row, so the exponential counts: it is
 * computed for eight rows at a time, in vectors that the compiler maps to what
 * the CPU has. Each lane is the same chain of additions and multiplications
 * everywhere, never contracted, so the bits do not depend on the CPU.
 */
#include <math.h>
#include <string.h>

#include "algo/loss.h"
#include "math/func.h"

/* Rows between two looks at the stop flag; their sigmoids are in a buffer. */
#define BLOCK_ROWS 1024

#define HESSIAN_FLOOR 1e-16

/* Bits of the largest first derivative, and of any sum over rows. */
#define GRADIENT_BITS 50
#define SUM_BITS 61

/* 1.5 * 2^52: a double beside it has no room for a fraction, and its low bits are the integer. */
#define ROUNDING 0x1.8p52
#define ROUNDING_BITS INT64_C(0x4338000000000000)

#define LANES 8
typedef double Doubles __attribute__((vector_size(64)));
typedef int64_t Bits __attribute__((vector_size(64)));

static MlStatus squared_gradients(MlEnv *env, const MlFitInput *input, double max_weight,
								  const double *margin, MlGradient *gradient,
								  MlGradientScale *scale);
static MlStatus log_gradients(MlEnv *env, const MlFitInput *input, double max_weight,
							  const double *margin, MlGradient *gradient, MlGradientScale *scale);
static MlStatus largest_residual(MlEnv *env, const MlFitInput *input, const double *margin,
								 double *most);
static double unit_scale(double most, int64_t n, int bits);
static void sigmoids(const double *margin, int n, double *p);

static inline double
weight_of(const MlFitInput *input, uint32_t row)
{
	return input->weight == NULL ? 1.0 : input->weight[row];
}

/* To the nearest integer, |value| below 2^51. */
static inline int64_t
to_units(double value)
{
	int64_t		bits;

	value += ROUNDING;
	memcpy(&bits, &value, sizeof(bits));
	return bits - ROUNDING_BITS;
}

MlStatus
ml_loss_gradients(MlEnv *env, const MlFitInput *input, double max_weight,
				  const double *margin, MlGradient *gradient, MlGradientScale *scale)
{
	if (input->task == ML_REGRESSION)
		return squared_gradients(env, input, max_weight, margin, gradient, scale);
	return log_gradients(env, input, max_weight, margin, gradient, scale);
}

double
ml_loss_value(MlTask task, double y, double margin)
{
	if (task == ML_REGRESSION)
		return (margin - y) * (margin - y);
	return ml_softplus(y > 0.5 ? -margin : margin);
}

static MlStatus
squared_gradients(MlEnv *env, const MlFitInput *input, double max_weight,
				  const double *margin, MlGradient *gradient, MlGradientScale *scale)
{
	double		most;
	int64_t		i;

	ML_TRY(largest_residual(env, input, margin, &most));
	scale->g = unit_scale(most, input->n_rows, GRADIENT_BITS);
	scale->h = unit_scale(max_weight, input->n_rows, ML_HESSIAN_BITS);
	for (i = 0; i < input->n_rows; i++)
	{
		uint32_t	row = input->rows[i];
		double		weight = weight_of(input, row);

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		gradient[i].g = to_units((margin[i] - input->y[row]) * weight * scale->g);
		gradient[i].h = to_units(weight * scale->h);
	}
	return ML_OK;
}

static MlStatus
largest_residual(MlEnv *env, const MlFitInput *input, const double *margin, double *most)
{
	int64_t		i;

	*most = 0;
	for (i = 0; i < input->n_rows; i++)
	{
		uint32_t	row = input->rows[i];
		double		g = fabs((margin[i] - input->y[row]) * weight_of(input, row));

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		*most = g > *most ? g : *most;
	}
	if (!isfinite(*most))
	{
		ml_fail(env, ML_INVALID_DATA, "target values or weights are too large for gbt");
		ml_hint(env, "Scale them down.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

static MlStatus
log_gradients(MlEnv *env, const MlFitInput *input, double max_weight,
			  const double *margin, MlGradient *gradient, MlGradientScale *scale)
{
	double		p[BLOCK_ROWS];
	int64_t		begin;
	int64_t		i;

	scale->g = unit_scale(max_weight, input->n_rows, GRADIENT_BITS);
	scale->h = unit_scale(0.25 * max_weight, input->n_rows, ML_HESSIAN_BITS);
	for (begin = 0; begin < input->n_rows; begin += BLOCK_ROWS)
	{
		int64_t		end = begin + BLOCK_ROWS < input->n_rows ? begin + BLOCK_ROWS : input->n_rows;

		ML_TRY(ml_check_stop(env));
		sigmoids(margin + begin, (int) (end - begin), p);
		for (i = begin; i < end; i++)
		{
			uint32_t	row = input->rows[i];
			double		weight = weight_of(input, row);
			double		h = p[i - begin] * (1 - p[i - begin]);

			h = h < HESSIAN_FLOOR ? HESSIAN_FLOOR : h;
			gradient[i].g = to_units((p[i - begin] - input->y[row]) * weight * scale->g);
			gradient[i].h = to_units(h * weight * scale->h);
		}
	}
	return ML_OK;
}

/*
 * A power of two that keeps n numbers of at most `most` below 2^SUM_BITS in
 * sum, and each below 2^bits.
 */
static double
unit_scale(double most, int64_t n, int bits)
{
	int			most_exponent;
	int			n_exponent;
	int			exponent;

	(void) frexp(most, &most_exponent);
	(void) frexp((double) n, &n_exponent);
	exponent = SUM_BITS - n_exponent < bits ? SUM_BITS - n_exponent : bits;
	exponent -= most_exponent;
	return ldexp(1.0, exponent > 1000 ? 1000 : exponent);
}

/*
 * LANES rows: with a = -|x|, e = e^a = 2^k e^r, |r| <= log(2) / 2, the
 * sigmoid is 1 / (1 + e) for x >= 0, else e / (1 + e); within 4 ulp. Inlined
 * into the functions below, each compiled for other instructions.
 */
static inline __attribute__((always_inline)) void
sigmoid_lanes(double *p)
{
	static const double inverse_factorial[] = {
		1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
		1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0,
		1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0
	};
	const Doubles zero = {0};
	Doubles		x;
	Doubles		a;
	Doubles		k;
	Doubles		r;
	Doubles		e;
	Bits		positive;
	Bits		far;
	Bits		scale;
	int			i;

	memcpy(&x, p, sizeof(x));
	positive = (Bits) (x >= zero);
	a = (Doubles) ((Bits) x | INT64_MIN);
	/* e^-700 is as good as 0 and still a normal number */
	far = (Bits) (a < zero - 700);
	a = (Doubles) ((far & (Bits) (zero - 700)) | (~far & (Bits) a));
	k = a * 0x1.71547652b82fep+0 + ROUNDING;
	scale = (Bits) k << 52;
	k -= ROUNDING;
	r = (a - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33;
	e = zero + inverse_factorial[0];
	for (i = 1; i < 14; i++)
		e = e * r + inverse_factorial[i];
	e = (Doubles) ((Bits) e + scale);
	a = (Doubles) ((positive & (Bits) (zero + 1)) | (~positive & (Bits) e));
	x = a / (1 + e);
	memcpy(p, &x, sizeof(x));
}

static void
sigmoids_plain(double *p, int n)
{
	int			i;

	for (i = 0; i < n; i += LANES)
		sigmoid_lanes(p + i);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void
sigmoids_avx2(double *p, int n)
{
	int			i;

	for (i = 0; i < n; i += LANES)
		sigmoid_lanes(p + i);
}

__attribute__((target("avx512f"))) static void
sigmoids_avx512(double *p, int n)
{
	int			i;

	for (i = 0; i < n; i += LANES)
		sigmoid_lanes(p + i);
}
#endif

/* p (BLOCK_ROWS) = 1 / (1 + e^-margin) of n rows, n <= BLOCK_ROWS. */
static void
sigmoids(const double *margin, int n, double *p)
{
	memcpy(p, margin, (size_t) n * sizeof(double));
	memset(p + n, 0, (size_t) (BLOCK_ROWS - n) * sizeof(double));
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512f"))
		sigmoids_avx512(p, n);
	else if (__builtin_cpu_supports("avx2"))
		sigmoids_avx2(p, n);
	else
#endif
		sigmoids_plain(p, n);
}
