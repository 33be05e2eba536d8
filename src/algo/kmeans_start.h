/*
 * algo/kmeans_start.h
 *		Where k-means begins, and how many clusters there are.
 */
#ifndef ML_ALGO_KMEANS_START_H
#define ML_ALGO_KMEANS_START_H

#include "algo/lloyd.h"

/* Clusters that are tried when the number is left out, and random starts of each. */
#define ML_MOST_TRIED 20
#define ML_TRIED_STARTS 3

/*
 * centre (k, n) from the points of a matrix by greedy k-means++ (Arthur,
 * Vassilvitskii 2007): each next one is drawn with a chance proportional to the
 * weight times the squared distance to the nearest so far; of 2 + ln k draws the
 * one that leaves the least sum of these is taken. *distinct is k, or the number
 * of distinct points when there are fewer; then centre has those.
 * Depends on key and the order of the points.
 */
extern MlStatus ml_kmeans_plus_plus(MlPoints *points, int k, uint64_t key, double *centre,
									int *distinct);

/*
 * The best of some starts by inertia: lloyd->centre and the rest as
 * ml_lloyd_run() leaves it. *distinct as above; below k nothing else is done.
 */
extern MlStatus ml_kmeans_best_start(MlLloyd *lloyd, int k, int starts, uint64_t key, int iterations,
									 double still, int *distinct);

/*
 * The number of clusters from 2 to ML_MOST_TRIED, at most a tenth of the
 * points but 2 at least, whose best of ML_TRIED_STARTS starts has the largest
 * mean silhouette over the first points of the matrix; of equals the smallest.
 * *k is 1 when all points are the same.
 */
extern MlStatus ml_kmeans_choose_k(MlPoints *points, uint64_t key, int iterations, double still, int *k);

#endif							/* ML_ALGO_KMEANS_START_H */
