/*
 * algo/vector_loops.h
 *		The loops of vector.c for one level of instructions.
 *
 * Included once for each, with LEVEL (a suffix of names), TARGET (an attribute
 * of functions) and LANES (doubles in a vector) defined. The compiler maps the
 * vectors to registers. Each lane is the same chain of
 * additions and multiplications everywhere, never contracted, so the bits do
 * not depend on the level. The last rows take a vector that is partly filled.
 */
#ifndef LEVEL
#error "vector.c includes this, once for each level"
#endif

typedef double OF(Doubles) __attribute__((vector_size(LANES * sizeof(double))));
typedef int64_t OF(Bits) __attribute__((vector_size(LANES * sizeof(int64_t))));

#define INLINE static inline __attribute__((always_inline)) TARGET

/* n of LANES values, 0 behind them. */
INLINE OF(Doubles)
OF(load)(const double *from, int n)
{
	OF(Doubles) x = {0};

	memcpy(&x, from, (size_t) n * sizeof(double));
	return x;
}

/* yes where the mask is set, else no. */
INLINE OF(Doubles)
OF(choose)(OF(Bits) mask, OF(Doubles) yes, OF(Doubles) no)
{
	return (OF(Doubles)) ((mask & (OF(Bits)) yes) | (~mask & (OF(Bits)) no));
}

/*
 * e^-|x| = 2^k e^r, |r| <= log(2) / 2. The even and the odd powers of r are
 * summed apart, so that neither sum waits for the other.
 */
INLINE OF(Doubles)
OF(exp_fall)(OF(Doubles) x)
{
	const OF(Doubles) zero = {0};
	OF(Doubles) a = (OF(Doubles)) ((OF(Bits)) x | INT64_MIN);
	OF(Doubles) k;
	OF(Doubles) r;
	OF(Doubles) square;
	OF(Doubles) even;
	OF(Doubles) odd;
	OF(Bits)	scale;

	/* e^-700 is as good as 0 and still a normal number */
	a = OF(choose)((OF(Bits)) (a < zero - 700), zero - 700, a);
	k = a * 0x1.71547652b82fep+0 + ML_ROUNDING;
	scale = (OF(Bits)) k << 52;
	k -= ML_ROUNDING;
	r = (a - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33;
	square = r * r;
	even = square * (1.0 / 479001600.0) + 1.0 / 3628800.0;
	odd = square * (1.0 / 6227020800.0) + 1.0 / 39916800.0;
	even = even * square + 1.0 / 40320.0;
	odd = odd * square + 1.0 / 362880.0;
	even = even * square + 1.0 / 720.0;
	odd = odd * square + 1.0 / 5040.0;
	even = even * square + 1.0 / 24.0;
	odd = odd * square + 1.0 / 120.0;
	even = even * square + 0.5;
	odd = odd * square + 1.0 / 6.0;
	even = even * square + 1.0;
	odd = odd * square + 1.0;
	return (OF(Doubles)) ((OF(Bits)) (odd * r + even) + scale);
}

/* To the nearest integer, |value| below 2^51. */
INLINE OF(Bits)
OF(to_units)(OF(Doubles) value)
{
	return (OF(Bits)) (value + ML_ROUNDING) - ML_ROUNDING_BITS;
}

INLINE void
OF(falls_of)(double *x, int n)
{
	OF(Doubles) e = OF(exp_fall)(OF(load)(x, n));

	memcpy(x, &e, (size_t) n * sizeof(double));
}

/* With e = e^-|x|, p is 1 / (1 + e) for x >= 0, else e / (1 + e). */
INLINE void
OF(log_loss_of)(const double *margin, const double *y, int n, double *g, double *h)
{
	const OF(Doubles) zero = {0};
	OF(Doubles) x = OF(load)(margin, n);
	OF(Doubles) e = OF(exp_fall)(x);
	OF(Doubles) p = OF(choose)((OF(Bits)) (x >= zero), zero + 1, e) / (1 + e);
	OF(Doubles) miss = p - OF(load)(y, n);
	OF(Doubles) variance = p * (1 - p);

	variance = OF(choose)((OF(Bits)) (variance < ML_HESSIAN_FLOOR), zero + ML_HESSIAN_FLOOR, variance);
	memcpy(g, &miss, (size_t) n * sizeof(double));
	memcpy(h, &variance, (size_t) n * sizeof(double));
}

INLINE void
OF(pack_of)(const double *g, const double *h, int n, MlGradientScale scale, MlGradient *words)
{
	OF(Bits)	g_units = OF(to_units)(OF(load)(g, n) * scale.g);
	OF(Bits)	h_units = OF(to_units)(OF(load)(h, n) * scale.h);
	OF(Bits)	word;

	/* no row without curvature: gains would seem larger than they are */
	h_units += (h_units < 1) & (1 - h_units);
	word = (g_units << (ML_H_BITS + ML_ROWS_BITS)) + (h_units << ML_ROWS_BITS) + 1;
	memcpy(words, &word, (size_t) n * sizeof(MlGradient));
}

TARGET static void
OF(falls)(double *x, int n)
{
	int			i;

	for (i = 0; i + LANES <= n; i += LANES)
		OF(falls_of)(x + i, LANES);
	OF(falls_of)(x + i, n - i);
}

TARGET static void
OF(log_loss)(const double *margin, const double *y, int n, double *g, double *h)
{
	int			i;

	for (i = 0; i + LANES <= n; i += LANES)
		OF(log_loss_of)(margin + i, y + i, LANES, g + i, h + i);
	OF(log_loss_of)(margin + i, y + i, n - i, g + i, h + i);
}

TARGET static void
OF(pack)(const double *g, const double *h, int n, MlGradientScale scale, MlGradient *words)
{
	int			i;

	for (i = 0; i + LANES <= n; i += LANES)
		OF(pack_of)(g + i, h + i, LANES, scale, words + i);
	OF(pack_of)(g + i, h + i, n - i, scale, words + i);
}

#undef INLINE
#undef LANES
#undef TARGET
#undef LEVEL
