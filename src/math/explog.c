/*
 * math/explog.c
 *		Exponential, logarithm and the logistic family built on them.
 *
 * Written here instead of taken from the C library, because libraries differ
 * in the last bit and a model must have one digest everywhere. Only basic
 * operations are used, in a fixed order, and the build forbids the compiler
 * to contract them (-ffp-contract=off); so IEEE 754 fixes every bit.
 *
 * ml_exp: table-driven reduction (P. Tang, "Table-driven implementation of
 * the exponential function in IEEE floating-point arithmetic", ACM TOMS 15,
 * 1989). x = n log(2)/64 + r, |r| <= log(2)/128; the table holds 2^(j/64) in
 * two pieces, a polynomial of degree 5 holds e^r. Largest error found: 0.55
 * units in the last place, 0.8 where the result is subnormal.
 *
 * ml_log, ml_log1p: x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), and
 * log(1 + f) = 2 atanh(s), s = f / (2 + f), its tail as a polynomial in s^2.
 * Rewritten as f - (f^2/2 - s (f^2/2 + tail)), so that the leading term is
 * exact. Largest error found: 0.84 units in the last place.
 *
 * The constants come from test/data/make_math.py --tables; polynomials
 * interpolate at Chebyshev nodes.
 */
#include "math/func.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define EXP_STEPS 64
#define EXP_OVERFLOW 0x1.62e42fefa39efp+9	/* log of the largest double */
#define EXP_UNDERFLOW -0x1.74910d52d3052p+9	/* log of half the smallest, up */
#define ROUND_TO_WHOLE 0x1.8p+52	/* added and subtracted: |x| < 2^51 rounds */

/* log(2)/64 and log(2); the first piece has 32 bits, so n * high is exact. */
#define STEPS_PER_UNIT 0x1.71547652b82fep+6
#define STEP_HIGH 0x1.62e42fee00000p-7
#define STEP_LOW 0x1.a39ef35793c76p-39
#define LOG2_HIGH 0x1.62e42fee00000p-1
#define LOG2_LOW 0x1.a39ef35793c76p-33

#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1023
/* High word of sqrt(1/2): adding the distance to 1 carries into the exponent. */
#define SQRT_HALF_BITS UINT64_C(0x3fe6a09e667f3bcd)
#define ONE_BITS UINT64_C(0x3ff0000000000000)

/* 2^(j/64) as the nearest double and the rest. */
static const double exp_table[EXP_STEPS][2] = {
	{0x1.0000000000000p+0, 0x0.0p+0},
	{0x1.02c9a3e778061p+0, -0x1.19083535b085dp-56},
	{0x1.059b0d3158574p+0, 0x1.d73e2a475b465p-55},
	{0x1.0874518759bc8p+0, 0x1.186be4bb284ffp-57},
	{0x1.0b5586cf9890fp+0, 0x1.8a62e4adc610bp-54},
	{0x1.0e3ec32d3d1a2p+0, 0x1.03a1727c57b53p-59},
	{0x1.11301d0125b51p+0, -0x1.6c51039449b3ap-54},
	{0x1.1429aaea92de0p+0, -0x1.32fbf9af1369ep-54},
	{0x1.172b83c7d517bp+0, -0x1.19041b9d78a76p-55},
	{0x1.1a35beb6fcb75p+0, 0x1.e5b4c7b4968e4p-55},
	{0x1.1d4873168b9aap+0, 0x1.e016e00a2643cp-54},
	{0x1.2063b88628cd6p+0, 0x1.dc775814a8495p-55},
	{0x1.2387a6e756238p+0, 0x1.9b07eb6c70573p-54},
	{0x1.26b4565e27cddp+0, 0x1.2bd339940e9d9p-55},
	{0x1.29e9df51fdee1p+0, 0x1.612e8afad1255p-55},
	{0x1.2d285a6e4030bp+0, 0x1.0024754db41d5p-54},
	{0x1.306fe0a31b715p+0, 0x1.6f46ad23182e4p-55},
	{0x1.33c08b26416ffp+0, 0x1.32721843659a6p-54},
	{0x1.371a7373aa9cbp+0, -0x1.63aeabf42eae2p-54},
	{0x1.3a7db34e59ff7p+0, -0x1.5e436d661f5e3p-56},
	{0x1.3dea64c123422p+0, 0x1.ada0911f09ebcp-55},
	{0x1.4160a21f72e2ap+0, -0x1.ef3691c309278p-58},
	{0x1.44e086061892dp+0, 0x1.89b7a04ef80d0p-59},
	{0x1.486a2b5c13cd0p+0, 0x1.3c1a3b69062f0p-56},
	{0x1.4bfdad5362a27p+0, 0x1.d4397afec42e2p-56},
	{0x1.4f9b2769d2ca7p+0, -0x1.4b309d25957e3p-54},
	{0x1.5342b569d4f82p+0, -0x1.07abe1db13cadp-55},
	{0x1.56f4736b527dap+0, 0x1.9bb2c011d93adp-54},
	{0x1.5ab07dd485429p+0, 0x1.6324c054647adp-54},
	{0x1.5e76f15ad2148p+0, 0x1.ba6f93080e65ep-54},
	{0x1.6247eb03a5585p+0, -0x1.383c17e40b497p-54},
	{0x1.6623882552225p+0, -0x1.bb60987591c34p-54},
	{0x1.6a09e667f3bcdp+0, -0x1.bdd3413b26456p-54},
	{0x1.6dfb23c651a2fp+0, -0x1.bbe3a683c88abp-57},
	{0x1.71f75e8ec5f74p+0, -0x1.16e4786887a99p-55},
	{0x1.75feb564267c9p+0, -0x1.0245957316dd3p-54},
	{0x1.7a11473eb0187p+0, -0x1.41577ee04992fp-55},
	{0x1.7e2f336cf4e62p+0, 0x1.05d02ba15797ep-56},
	{0x1.82589994cce13p+0, -0x1.d4c1dd41532d8p-54},
	{0x1.868d99b4492edp+0, -0x1.fc6f89bd4f6bap-54},
	{0x1.8ace5422aa0dbp+0, 0x1.6e9f156864b27p-54},
	{0x1.8f1ae99157736p+0, 0x1.5cc13a2e3976cp-55},
	{0x1.93737b0cdc5e5p+0, -0x1.75fc781b57ebcp-57},
	{0x1.97d829fde4e50p+0, -0x1.d185b7c1b85d1p-54},
	{0x1.9c49182a3f090p+0, 0x1.c7c46b071f2bep-56},
	{0x1.a0c667b5de565p+0, -0x1.359495d1cd533p-54},
	{0x1.a5503b23e255dp+0, -0x1.d2f6edb8d41e1p-54},
	{0x1.a9e6b5579fdbfp+0, 0x1.0fac90ef7fd31p-54},
	{0x1.ae89f995ad3adp+0, 0x1.7a1cd345dcc81p-54},
	{0x1.b33a2b84f15fbp+0, -0x1.2805e3084d708p-57},
	{0x1.b7f76f2fb5e47p+0, -0x1.5584f7e54ac3bp-56},
	{0x1.bcc1e904bc1d2p+0, 0x1.23dd07a2d9e84p-55},
	{0x1.c199bdd85529cp+0, 0x1.11065895048ddp-55},
	{0x1.c67f12e57d14bp+0, 0x1.2884dff483cadp-54},
	{0x1.cb720dcef9069p+0, 0x1.503cbd1e949dbp-56},
	{0x1.d072d4a07897cp+0, -0x1.cbc3743797a9cp-54},
	{0x1.d5818dcfba487p+0, 0x1.2ed02d75b3707p-55},
	{0x1.da9e603db3285p+0, 0x1.c2300696db532p-54},
	{0x1.dfc97337b9b5fp+0, -0x1.1a5cd4f184b5cp-54},
	{0x1.e502ee78b3ff6p+0, 0x1.39e8980a9cc8fp-55},
	{0x1.ea4afa2a490dap+0, -0x1.e9c23179c2893p-54},
	{0x1.efa1bee615a27p+0, 0x1.dc7f486a4b6b0p-54},
	{0x1.f50765b6e4540p+0, 0x1.9d3e12dd8a18bp-54},
	{0x1.fa7c1819e90d8p+0, 0x1.74853f3a5931ep-55}
};

static inline uint64_t
to_bits(double x)
{
	uint64_t	bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static inline double
from_bits(uint64_t bits)
{
	double		x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* 2^exponent for -1022 <= exponent <= 1023 */
static inline double
power_of_two(int exponent)
{
	return from_bits((uint64_t) (exponent + EXPONENT_BIAS) << MANTISSA_BITS);
}

double
ml_exp(double x)
{
	double		n;
	double		r;
	double		p;
	double		y;
	int			steps;
	int			j;
	int			m;

	if (isnan(x))
		return x;
	if (x > EXP_OVERFLOW)
		return INFINITY;
	if (x < EXP_UNDERFLOW)
		return 0.0;
	n = (x * STEPS_PER_UNIT + ROUND_TO_WHOLE) - ROUND_TO_WHOLE;
	r = (x - n * STEP_HIGH) - n * STEP_LOW;
	p = r + r * r * ((0x1.ffffffffff57dp-2 + r * 0x1.5555555555255p-3) +
					 r * r * (0x1.55556b342389bp-5 + r * 0x1.11111d90623e3p-7));
	steps = (int) n;
	j = steps & (EXP_STEPS - 1);
	m = (steps - j) / EXP_STEPS;
	y = exp_table[j][0] + (exp_table[j][1] + exp_table[j][0] * p);
	/* At the ends 2^m is no normal number; the first of two factors is exact. */
	if (m > EXPONENT_BIAS)
		return y * 0x1p1023 * power_of_two(m - 1023);
	if (m < 1 - EXPONENT_BIAS)
		return y * power_of_two(m + 1000) * 0x1p-1000;
	return y * power_of_two(m);
}

/*
 * k log(2) + log(1 + f) + rest, for sqrt(1/2) <= 1 + f < sqrt(2) and a rest
 * that is tiny beside the sum.
 */
static double
log_reduced(int k, double f, double rest)
{
	double		s = f / (2.0 + f);
	double		z = s * s;
	double		w = z * z;
	double		half_square = 0.5 * f * f;
	double		odd;
	double		even;
	double		tail;

	odd = z * (0x1.5555555555558p-1 + w * (0x1.2492492df281ap-2 +
										   w * (0x1.7462b51cb66b1p-3 + w * 0x1.2b5900de53b32p-3)));
	even = w * (0x1.99999999952d7p-2 + w * (0x1.c71c62e3f11e6p-3 + w * 0x1.39fe51a7c18f9p-3));
	tail = even + odd;
	if (k == 0)
		return f - (half_square - (s * (half_square + tail) + rest));
	return k * LOG2_HIGH - ((half_square - (s * (half_square + tail) + (k * LOG2_LOW + rest))) - f);
}

/* x = 2^*k * result, sqrt(1/2) <= result < sqrt(2), for positive normal x */
static double
reduce_exponent(double x, int *k)
{
	uint64_t	bits = to_bits(x) + (ONE_BITS - SQRT_HALF_BITS);

	*k = (int) (bits >> MANTISSA_BITS) - EXPONENT_BIAS;
	bits = (bits & ((UINT64_C(1) << MANTISSA_BITS) - 1)) + SQRT_HALF_BITS;
	return from_bits(bits);
}

double
ml_log(double x)
{
	int			k;
	int			lifted = 0;
	double		m;

	if (isnan(x) || x < 0)
		return NAN;
	if (x == 0)
		return -INFINITY;
	if (isinf(x))
		return x;
	if (x < 0x1p-1022)
	{
		x *= 0x1p54;
		lifted = 54;
	}
	m = reduce_exponent(x, &k);
	return log_reduced(k - lifted, m - 1.0, 0.0);
}

double
ml_log1p(double x)
{
	double		u;
	double		m;
	double		rest;
	int			k;

	if (isnan(x) || x < -1.0)
		return NAN;
	if (x == -1.0)
		return -INFINITY;
	if (isinf(x) || fabs(x) < 0x1p-53)
		return x;
	/* Within the range of the reduced logarithm nothing needs rounding. */
	if (x > -0.2928 && x < 0.4142)
		return log_reduced(0, x, 0.0);
	u = 1.0 + x;
	m = reduce_exponent(u, &k);
	/* What the addition lost, as the change of the logarithm. */
	rest = (x >= 1.0 ? 1.0 - (u - x) : x - (u - 1.0)) / u;
	return log_reduced(k, m - 1.0, rest);
}

double
ml_sigmoid(double x)
{
	double		e;

	if (x >= 0)
		return 1.0 / (1.0 + ml_exp(-x));
	e = ml_exp(x);
	return e / (1.0 + e);
}

double
ml_softplus(double x)
{
	if (x > 0)
		return x + ml_log1p(ml_exp(-x));
	return ml_log1p(ml_exp(x));
}

double
ml_logit(double p)
{
	if (p < 0.25)
		return ml_log(p) - ml_log1p(-p);
	/* Near 1/2 the quotient is near 1; 2 p - 1 is exact there. */
	if (p <= 0.75)
		return ml_log1p((2.0 * p - 1.0) / (1.0 - p));
	return ml_log(p / (1.0 - p));
}
