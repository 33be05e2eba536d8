/*
 * test_vector.c
 *		Vector loops of boosting: accuracy, and the same bits on all levels.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "algo/vector.h"
#include "math/rng.h"
#include "unit.h"

#define ROWS 4000

/* Margins of all sizes, the extremes first. */
static void
make_margins(double *margin)
{
	static const double extremes[] = {0, -0.0, 1e-300, -1e-300, 700, -700, 701, -701, 1e9, -1e9, 1e308, -1e308};
	const int	n = (int) (sizeof(extremes) / sizeof(extremes[0]));
	int			i;

	for (i = 0; i < ROWS; i++)
		margin[i] = i < n ? extremes[i] : (2 * ml_hash_uniform(ml_hash_word(1, (uint64_t) i)) - 1) * ldexp(1, i % 12);
}

static void
test_values(MlEnv *env)
{
	double		margin[ROWS];
	double		y[ROWS];
	double		fall[ROWS];
	double		g[ROWS];
	double		h[ROWS];
	int			wrong = 0;
	int			i;

	make_margins(margin);
	for (i = 0; i < ROWS; i++)
		y[i] = i % 2;
	memcpy(fall, margin, sizeof(fall));
	ml_vector_falls(env->simd, fall, ROWS);
	ml_vector_log_loss(env->simd, margin, y, ROWS, g, h);
	for (i = 0; i < ROWS; i++)
	{
		double		e = exp(-fmin(fabs(margin[i]), 700));
		double		p = margin[i] < 0 ? e / (1 + e) : 1 / (1 + e);
		double		variance = fmax(e / ((1 + e) * (1 + e)), ML_HESSIAN_FLOOR);

		wrong += !(fabs(fall[i] - e) <= 3 * e * 0x1p-53 * 2);
		wrong += !(fabs(g[i] - (p - y[i])) <= 1e-15);
		wrong += !(fabs(h[i] - variance) <= 1e-15);
	}
	unit_ok(wrong == 0, "exponentials and derivatives of log loss are those of libm");
}

/* All numbers of rows, so that vectors are filled in every way. */
static void
test_levels(void)
{
	MlGradientScale scale = {0x1p13, 0x1p14};
	double		margin[ROWS];
	double		y[ROWS];
	int			wrong = 0;
	int			written = 0;
	int			level;
	int			n;

	make_margins(margin);
	for (n = 0; n < ROWS; n++)
		y[n] = n % 2;
	for (n = 0; n <= ROWS; n += n < 20 ? 1 : 199)
	{
		static double plain[3][ROWS];
		static MlGradient plain_words[ROWS];

		for (level = ML_SIMD_NONE; level <= (int) ml_simd_best(); level++)
		{
			static double out[3][ROWS];
			static MlGradient words[ROWS];

			memset(out, 0, sizeof(out));
			memset(words, 0, sizeof(words));
			memcpy(out[0], margin, (size_t) n * sizeof(double));
			ml_vector_falls((MlSimd) level, out[0], n);
			ml_vector_log_loss((MlSimd) level, margin, y, n, out[1], out[2]);
			ml_vector_pack((MlSimd) level, out[1], out[2], n, scale, words);
			if (level == ML_SIMD_NONE)
			{
				memcpy(plain, out, sizeof(out));
				memcpy(plain_words, words, sizeof(words));
			}
			wrong += memcmp(plain, out, sizeof(out)) != 0 || memcmp(plain_words, words, sizeof(words)) != 0;
			written += n < ROWS && (out[0][n] != 0 || out[1][n] != 0 || out[2][n] != 0 || words[n] != 0);
		}
	}
	unit_ok(wrong == 0, "all levels give the same bits");
	unit_ok(written == 0, "nothing is written behind the last row");
}

int
main(void)
{
	test_values(unit_env());
	test_levels();
	return unit_done();
}
