/*
 * stats/metrics_cluster.c
 *		How well points fall into clusters. See metrics_cluster.h.
 */
#include "stats/metrics_cluster.h"

#include <math.h>
#include <string.h>

static double
squared_distance(const double *a, const double *b, int n)
{
	double		sum0 = 0.0;
	double		sum1 = 0.0;
	int			j;

	for (j = 0; j + 2 <= n; j += 2)
	{
		sum0 += (a[j] - b[j]) * (a[j] - b[j]);
		sum1 += (a[j + 1] - b[j + 1]) * (a[j + 1] - b[j + 1]);
	}
	if (j < n)
		sum0 += (a[j] - b[j]) * (a[j] - b[j]);
	return sum0 + sum1;
}

/* total (rows, k) = weighted distances of each point to the points of each cluster. */
static MlStatus
add_distances(MlEnv *env, const double *points, int n, const int32_t *label, int k,
			  const double *weight, int64_t rows, double *total)
{
	int64_t		i;
	int64_t		j;

	for (i = 0; i < rows; i++)
	{
		const double *point = points + (size_t) i * (size_t) n;
		double	   *own = total + (size_t) i * (size_t) k;
		double		own_weight = weight == NULL ? 1.0 : weight[i];

		ML_TRY(ml_check_stop(env));
		for (j = i + 1; j < rows; j++)
		{
			double		distance = sqrt(squared_distance(point, points + (size_t) j * (size_t) n, n));

			own[label[j]] += distance * (weight == NULL ? 1.0 : weight[j]);
			total[(size_t) j * (size_t) k + (size_t) label[i]] += distance * own_weight;
		}
	}
	return ML_OK;
}

static double
silhouette_of(const double *total, const double *size, int k, int own, double weight)
{
	double		inside;
	double		outside = INFINITY;
	int			c;

	for (c = 0; c < k; c++)
	{
		if (c != own && size[c] > 0 && total[c] / size[c] < outside)
			outside = total[c] / size[c];
	}
	if (isinf(outside))
		return NAN;
	if (!(size[own] - weight > 1e-12 * size[own]))
		return 0.0;
	inside = total[own] / (size[own] - weight);
	if (inside == outside)
		return 0.0;
	return (outside - inside) / (inside > outside ? inside : outside);
}

MlStatus
ml_silhouette(MlEnv *env, const double *points, int n, const int32_t *label, int k,
			  const double *weight, int64_t rows, double *s)
{
	double	   *total = ml_allocate(env, (size_t) rows + 1, (size_t) k * sizeof(double));
	double	   *size = ml_allocate(env, (size_t) k, sizeof(double));
	int64_t		i;

	if (total == NULL || size == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(add_distances(env, points, n, label, k, weight, rows, total));
	for (i = 0; i < rows; i++)
		size[label[i]] += weight == NULL ? 1.0 : weight[i];
	for (i = 0; i < rows; i++)
		s[i] = silhouette_of(total + (size_t) i * (size_t) k, size, k, label[i],
							 weight == NULL ? 1.0 : weight[i]);
	ml_release(env, total);
	ml_release(env, size);
	return ML_OK;
}

static int
count_clusters(const MlClusterSpread *spread)
{
	int			count = 0;
	int			c;

	for (c = 0; c < spread->k; c++)
		count += spread->weight[c] > 0;
	return count;
}

MlStatus
ml_davies_bouldin(MlEnv *env, const MlClusterSpread *spread, double *value)
{
	size_t		n = (size_t) spread->n;
	double		sum = 0.0;
	int			a;
	int			b;

	for (a = 0; a < spread->k; a++)
	{
		double		worst = 0.0;

		ML_TRY(ml_check_stop(env));
		for (b = 0; b < spread->k; b++)
		{
			double		apart;
			double		ratio;

			if (a == b || !(spread->weight[a] > 0 && spread->weight[b] > 0))
				continue;
			apart = sqrt(squared_distance(spread->mean + (size_t) a * n, spread->mean + (size_t) b * n,
										  spread->n));
			ratio = spread->distance[a] / spread->weight[a] + spread->distance[b] / spread->weight[b];
			ratio = ratio > 0 ? ratio / apart : 0.0;
			worst = ratio > worst ? ratio : worst;
		}
		sum += worst;
	}
	*value = count_clusters(spread) > 1 ? sum / count_clusters(spread) : NAN;
	return ML_OK;
}

double
ml_calinski_harabasz(const MlClusterSpread *spread)
{
	int			count = count_clusters(spread);
	double		between = 0.0;
	double		within = 0.0;
	int			c;
	int			j;

	if (count < 2 || !(spread->rows > count))
		return NAN;
	for (j = 0; j < spread->n; j++)
	{
		double		middle = 0.0;

		for (c = 0; c < spread->k; c++)
			middle += spread->weight[c] * spread->mean[(size_t) c * (size_t) spread->n + (size_t) j];
		middle /= spread->rows;
		for (c = 0; c < spread->k; c++)
		{
			double		apart = spread->mean[(size_t) c * (size_t) spread->n + (size_t) j] - middle;

			between += spread->weight[c] * apart * apart;
		}
	}
	for (c = 0; c < spread->k; c++)
		within += spread->squared[c];
	if (within == 0)
		return 1.0;
	return between / (count - 1) / (within / (spread->rows - count));
}
