/*
 * stats/metrics_cluster.h
 *		How well points fall into clusters: tight in themselves, far apart.
 *
 * Clusters without rows do not count. Weights, where there are any, say for
 * how many rows a point stands.
 */
#ifndef ML_STATS_METRICS_CLUSTER_H
#define ML_STATS_METRICS_CLUSTER_H

#include "base/env.h"

/*
 * s (rows) = silhouette of each point of points (rows, n) with label (rows)
 * below k: (b - a) / max(a, b), a its mean distance to the other points of its
 * cluster, b the smallest mean distance to those of another; 0 for the only
 * point of a cluster, NaN for all when there is one cluster only (Rousseeuw,
 * 1987). Takes rows^2 / 2 distances.
 */
extern MlStatus ml_silhouette(MlEnv *env, const double *points, int n, const int32_t *label, int k,
							  const double *weight, int64_t rows, double *s);

/* Sums over the rows of each cluster. */
typedef struct MlClusterSpread
{
	int			k;
	int			n;				/* coordinates */
	const double *mean;			/* (k, n) of its points */
	const double *weight;		/* (k) */
	const double *distance;		/* (k) sum of distances to the mean */
	const double *squared;		/* (k) sum of squared distances to the mean */
	double		rows;			/* weights of all clusters */
} MlClusterSpread;

/*
 * Mean over the clusters of the largest (S_i + S_j) / D_ij, S the mean distance
 * to the mean, D the distance of the means: less is better (Davies, Bouldin,
 * 1979). NaN with one cluster. Means at one point give infinity.
 */
extern MlStatus ml_davies_bouldin(MlEnv *env, const MlClusterSpread *spread, double *value);

/*
 * (B / (k - 1)) / (W / (rows - k)), B and W the squared distances between and
 * within: more is better (Calinski, Harabasz, 1974). NaN with one cluster or
 * no more rows than clusters; 1 when all points are on their means, as scikit-learn has it.
 */
extern double ml_calinski_harabasz(const MlClusterSpread *spread);

#endif							/* ML_STATS_METRICS_CLUSTER_H */
