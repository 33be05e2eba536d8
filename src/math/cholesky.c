/*
 * math/cholesky.c
 *		Triangular factor of a symmetric matrix, and what is solved with it.
 *
 * Row by row (Golub and Van Loan, Matrix Computations, 4th ed., 4.2), so that
 * all inner products run along rows.
 */
#include "math/cholesky.h"

#include <math.h>
#include <string.h>

/* Four partial sums: a fixed order that still keeps the adders busy. */
static double
inner(const double *a, const double *b, int count)
{
	double		sum0 = 0.0;
	double		sum1 = 0.0;
	double		sum2 = 0.0;
	double		sum3 = 0.0;
	int			i;

	for (i = 0; i + 4 <= count; i += 4)
	{
		sum0 += a[i] * b[i];
		sum1 += a[i + 1] * b[i + 1];
		sum2 += a[i + 2] * b[i + 2];
		sum3 += a[i + 3] * b[i + 3];
	}
	for (; i < count; i++)
		sum0 += a[i] * b[i];
	return (sum0 + sum2) + (sum1 + sum3);
}

MlStatus
ml_cholesky(MlEnv *env, int n, double *a, const double *least, bool *kept)
{
	int			i;
	int			j;

	for (i = 0; i < n; i++)
	{
		double	   *row = a + (size_t) i * (size_t) n;
		double		own;

		ML_TRY(ml_check_stop(env));
		for (j = 0; j < i; j++)
		{
			const double *other = a + (size_t) j * (size_t) n;

			row[j] = kept[j] ? (row[j] - inner(row, other, j)) / other[j] : 0.0;
		}
		own = row[i] - inner(row, row, i);
		/* Written so that NaN is not kept. */
		kept[i] = own > 0.0 && own > least[i];
		if (kept[i])
			row[i] = sqrt(own);
		else
			memset(row, 0, ((size_t) i + 1) * sizeof(double));
	}
	return ML_OK;
}

void
ml_cholesky_solve(int n, const double *l, const bool *kept, double *b)
{
	int			i;
	int			j;

	for (i = 0; i < n; i++)
	{
		const double *row = l + (size_t) i * (size_t) n;

		b[i] = kept[i] ? (b[i] - inner(row, b, i)) / row[i] : 0.0;
	}
	for (i = n - 1; i >= 0; i--)
	{
		const double *row = l + (size_t) i * (size_t) n;

		if (!kept[i])
			continue;
		b[i] /= row[i];
		for (j = 0; j < i; j++)
			b[j] -= b[i] * row[j];
	}
}

MlStatus
ml_cholesky_inverse(MlEnv *env, int n, const double *l, const bool *kept, double *inverse)
{
	int			i;

	memset(inverse, 0, (size_t) n * (size_t) n * sizeof(double));
	for (i = 0; i < n; i++)
	{
		double	   *row = inverse + (size_t) i * (size_t) n;

		ML_TRY(ml_check_stop(env));
		if (!kept[i])
			continue;
		row[i] = 1.0;
		ml_cholesky_solve(n, l, kept, row);
	}
	return ML_OK;
}

/* Row k of the inverse of L, which is column k of U. */
MlStatus
ml_cholesky_root(MlEnv *env, int n, const double *l, const bool *kept, double *root)
{
	double	   *row = ml_allocate(env, (size_t) n + 1, sizeof(double));
	size_t		m = 0;
	size_t		at = 0;
	size_t		p;
	int			i;
	int			j;
	int			k;

	if (row == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n; i++)
		m += kept[i];
	for (i = 0; i < n; i++)
	{
		ML_TRY(ml_check_stop(env));
		if (!kept[i])
			continue;
		/* x with x L = e_i, from the end */
		memset(row, 0, (size_t) n * sizeof(double));
		row[i] = 1.0;
		for (k = i; k >= 0; k--)
		{
			const double *other = l + (size_t) k * (size_t) n;

			if (!kept[k])
				continue;
			row[k] /= other[k];
			for (j = 0; j < k; j++)
				row[j] -= row[k] * other[j];
		}
		for (p = 0, j = 0; j <= i; j++)
		{
			if (kept[j])
				root[at * m + p++] = row[j];
		}
		at++;
	}
	ml_release(env, row);
	return ML_OK;
}
