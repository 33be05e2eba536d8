/*
 * math/qr.c
 *		Fold a few rows into a small triangular factor.
 *
 * Householder's method on R above b: a reflection touches one row of R and all
 * of b (Golub and Van Loan, Matrix Computations, 4th ed., 5.1 and 6.5.2).
 */
#include "math/qr.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* Squares and their sums are safe between these. */
#define LEAST_SAFE 1e-140
#define MOST_SAFE 1e140

typedef double Lanes __attribute__((vector_size(ML_QR_LANES * sizeof(double))));

/* Unaligned; the compiler makes it a plain load. */
#define LOAD(lanes, from) memcpy(&(lanes), from, sizeof(Lanes))
#define STORE(to, lanes) memcpy(to, &(lanes), sizeof(Lanes))

static bool
is_safe(const double *values, size_t count)
{
	bool		safe = true;
	size_t		i;

	for (i = 0; i < count; i++)
	{
		double		size = fabs(values[i]);

		safe &= (size >= LEAST_SAFE && size <= MOST_SAFE) || size == 0.0;
	}
	return safe;
}

static inline double
dot(const double *a, const double *b, int rows)
{
	Lanes		sum = {0};
	int			i;

	for (i = 0; i < rows; i += ML_QR_LANES)
	{
		Lanes		x;
		Lanes		y;

		LOAD(x, a + i);
		LOAD(y, b + i);
		sum += x * y;
	}
	return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

/* b -= factor a */
static inline void
subtract(double *b, double factor, const double *a, int rows)
{
	Lanes		by = {factor, factor, factor, factor};
	int			i;

	for (i = 0; i < rows; i += ML_QR_LANES)
	{
		Lanes		x;
		Lanes		y;

		LOAD(x, a + i);
		LOAD(y, b + i);
		y -= by * x;
		STORE(b + i, y);
	}
}

bool
ml_qr_fold(int n, double *triangle, int rows, double *b)
{
	size_t		stride = (size_t) rows;
	int			k;
	int			j;
	int			i;

	if (!is_safe(triangle, (size_t) n * ((size_t) n + 1) / 2) || !is_safe(b, (size_t) n * stride))
		return false;
	for (k = 0; k < n; k++)
	{
		double	   *v = b + (size_t) k * stride;
		double	   *own = triangle + (size_t) k * ((size_t) k + 1) / 2 + (size_t) k;
		double		square = dot(v, v, rows);
		double		beta;
		double		scale;
		double		tau;
		double	   *entry;

		if (square == 0.0)
			continue;
		beta = sqrt(*own * *own + square);
		if (*own > 0.0)
			beta = -beta;
		scale = 1.0 / (*own - beta);
		tau = (beta - *own) / beta;
		*own = beta;
		for (i = 0; i < rows; i++)
			v[i] *= scale;
		entry = own;
		for (j = k + 1; j < n; j++)
		{
			double	   *column = b + (size_t) j * stride;
			double		product;

			entry += j;
			product = tau * (*entry + dot(v, column, rows));
			*entry -= product;
			subtract(column, product, v, rows);
		}
	}
	return true;
}
