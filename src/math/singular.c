/*
 * math/singular.c
 *		Singular values of small matrices.
 */
#include "math/singular.h"

#include <float.h>
#include <math.h>

#define MAX_SWEEPS 40

/* Make two columns orthogonal; false: they are. */
static bool
rotate(double *a, double *b, int m)
{
	double		aa = 0.0;
	double		bb = 0.0;
	double		ab = 0.0;
	double		zeta;
	double		tangent;
	double		cosine;
	double		sine;
	int			i;

	for (i = 0; i < m; i++)
	{
		aa += a[i] * a[i];
		bb += b[i] * b[i];
		ab += a[i] * b[i];
	}
	if (!(fabs(ab) > DBL_EPSILON * sqrt(aa) * sqrt(bb)))
		return false;
	zeta = (bb - aa) / (2.0 * ab);
	tangent = (zeta >= 0.0 ? 1.0 : -1.0) / (fabs(zeta) + sqrt(1.0 + zeta * zeta));
	cosine = 1.0 / sqrt(1.0 + tangent * tangent);
	sine = cosine * tangent;
	for (i = 0; i < m; i++)
	{
		double		value = a[i];

		a[i] = cosine * value - sine * b[i];
		b[i] = sine * value + cosine * b[i];
	}
	return true;
}

MlStatus
ml_singular_range(MlEnv *env, int m, double *a, double *greatest, double *least)
{
	bool		rotated = true;
	int			round;
	int			i;
	int			j;

	for (round = 0; rotated && round < MAX_SWEEPS; round++)
	{
		rotated = false;
		for (i = 0; i < m - 1; i++)
		{
			ML_TRY(ml_check_stop(env));
			for (j = i + 1; j < m; j++)
				rotated |= rotate(a + (size_t) i * (size_t) m, a + (size_t) j * (size_t) m, m);
		}
	}
	*greatest = 0.0;
	*least = INFINITY;
	for (i = 0; i < m; i++)
	{
		double		square = 0.0;

		for (j = 0; j < m; j++)
			square += a[(size_t) i * (size_t) m + (size_t) j] * a[(size_t) i * (size_t) m + (size_t) j];
		*greatest = fmax(*greatest, sqrt(square));
		*least = fmin(*least, sqrt(square));
	}
	return ML_OK;
}
