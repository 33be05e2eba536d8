/*
 * algo/cluster_sums.c
 *		Exact sums of the points of each cluster. See cluster_sums.h.
 */
#include "algo/cluster_sums.h"

#include <math.h>
#include <string.h>

#define MOST_BITS 50			/* of a number that becomes an integer */
#define SUM_BITS 62
#define MOST_EXPONENT 1000		/* of a scale, which stays finite */

/* Units in 1, a power of two: the largest value has no more than `bits` bits. */
static double
scale_for(double most, int bits)
{
	int			exponent = 0;

	if (most > 0)
		(void) frexp(most, &exponent);
	exponent = bits - exponent;
	return ldexp(1.0, exponent < MOST_EXPONENT ? exponent : MOST_EXPONENT);
}

MlStatus
ml_cluster_sums_begin(MlEnv *env, int k, int n, MlClusterSums *sums)
{
	memset(sums, 0, sizeof(*sums));
	sums->k = k;
	sums->n = n;
	sums->scale = ml_allocate(env, (size_t) n + 1, sizeof(double));
	sums->sum = ml_allocate(env, (size_t) k * ((size_t) n + 1), sizeof(int64_t));
	sums->rows = ml_allocate(env, (size_t) k, sizeof(int64_t));
	return sums->scale != NULL && sums->sum != NULL && sums->rows != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

void
ml_cluster_sums_scale(MlClusterSums *sums, int64_t n_rows, const double *most, double most_weight)
{
	int			bits = SUM_BITS;
	int			j;

	while (n_rows > 0)
	{
		bits--;
		n_rows /= 2;
	}
	bits = bits < MOST_BITS ? bits : MOST_BITS;
	for (j = 0; j < sums->n; j++)
		sums->scale[j] = scale_for(most[j], bits);
	sums->scale[sums->n] = scale_for(most_weight, bits);
}

void
ml_cluster_sums_end(MlEnv *env, MlClusterSums *sums)
{
	ml_release(env, sums->scale);
	ml_release(env, sums->sum);
	ml_release(env, sums->rows);
}

void
ml_cluster_sums_clear(MlClusterSums *sums, int k)
{
	sums->k = k;
	memset(sums->sum, 0, (size_t) k * ((size_t) sums->n + 1) * sizeof(int64_t));
	memset(sums->rows, 0, (size_t) k * sizeof(int64_t));
}

void
ml_cluster_sums_add(MlClusterSums *sums, int cluster, const double *point, double weight, int count)
{
	int64_t    *sum = sums->sum + (size_t) cluster * ((size_t) sums->n + 1);
	const double *scale = sums->scale;
	int			j;

	if (weight == 1.0)
	{
		for (j = 0; j < sums->n; j++)
			sum[j] += count * (int64_t) (point[j] * scale[j]);
	}
	else
	{
		for (j = 0; j < sums->n; j++)
			sum[j] += count * (int64_t) (weight * point[j] * scale[j]);
	}
	sum[sums->n] += count * (int64_t) (weight * scale[sums->n]);
	sums->rows[cluster] += count;
}

void
ml_cluster_sums_merge(MlClusterSums *into, const MlClusterSums *from)
{
	size_t		n_sums = (size_t) into->k * ((size_t) into->n + 1);
	size_t		i;
	int			c;

	for (i = 0; i < n_sums; i++)
		into->sum[i] += from->sum[i];
	for (c = 0; c < into->k; c++)
		into->rows[c] += from->rows[c];
}

double
ml_cluster_sums_weight(const MlClusterSums *sums, int cluster)
{
	size_t		n = (size_t) sums->n;

	return (double) sums->sum[(size_t) cluster * (n + 1) + n] / sums->scale[n];
}

bool
ml_cluster_sums_centre(const MlClusterSums *sums, int cluster, double *centre)
{
	const int64_t *sum = sums->sum + (size_t) cluster * ((size_t) sums->n + 1);
	double		weight = ml_cluster_sums_weight(sums, cluster);
	int			j;

	if (!(weight > 0))
		return false;
	for (j = 0; j < sums->n; j++)
		centre[j] = (double) sum[j] / sums->scale[j] / weight;
	return true;
}
