/*
 * algo/cluster_sums.h
 *		What k-means has to know of many rows to move its centres: for each
 *		cluster the sum of its points, the sum of their weights, the rows.
 *
 * begin, scale, add, merge, centre: a state that can be made of any part of the rows
 * and merged in any order. Sums are fixed-point integers, so that they are
 * exact: they do not depend on the order of rows or on who added them, and a
 * row that changes its cluster is taken out without a trace. What is added is
 * cut to a unit of 2^-bits of the largest value of the coordinate, bits = 50
 * or, beyond 4096 rows, 62 - log2(rows): 42 for a million rows.
 */
#ifndef ML_ALGO_CLUSTER_SUMS_H
#define ML_ALGO_CLUSTER_SUMS_H

#include "base/env.h"

typedef struct MlClusterSums
{
	int			k;
	int			n;				/* coordinates */
	double	   *scale;			/* (n + 1) units in 1; of the weight last */
	int64_t    *sum;			/* (k, n + 1) of weight times coordinate; of weights last */
	int64_t    *rows;			/* (k) */
} MlClusterSums;

/* Room for at most k clusters of n coordinates; then, before anything is added, the scale: ... */
extern MlStatus ml_cluster_sums_begin(MlEnv *env, int k, int n, MlClusterSums *sums);

/*
 * ... for n_rows rows in all, whose largest |weight times coordinate| are
 * `most` (n) and whose largest weight is most_weight.
 */
extern void ml_cluster_sums_scale(MlClusterSums *sums, int64_t n_rows, const double *most,
								  double most_weight);
extern void ml_cluster_sums_end(MlEnv *env, MlClusterSums *sums);

/* No rows, in k clusters, no more than there is room for. */
extern void ml_cluster_sums_clear(MlClusterSums *sums, int k);

/* One row more in a cluster, or (count = -1) one less. */
extern void ml_cluster_sums_add(MlClusterSums *sums, int cluster, const double *point, double weight,
								int count);

/* Both of the same shape and scale. */
extern void ml_cluster_sums_merge(MlClusterSums *into, const MlClusterSums *from);

/* centre (n) = the mean of a cluster; false, and nothing done, without rows. */
extern bool ml_cluster_sums_centre(const MlClusterSums *sums, int cluster, double *centre);

extern double ml_cluster_sums_weight(const MlClusterSums *sums, int cluster);

#endif							/* ML_ALGO_CLUSTER_SUMS_H */
