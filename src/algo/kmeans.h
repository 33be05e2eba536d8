/*
 * algo/kmeans.h
 *		k-means: rows in k clusters around centres.
 */
#ifndef ML_ALGO_KMEANS_H
#define ML_ALGO_KMEANS_H

#include "algo/algo.h"
#include "algo/space.h"

#define ML_MAX_CLUSTERS 1000

/* The model. */
typedef struct MlKmeans
{
	MlSpace		space;
	int			k;
	const double *centre;		/* (space.n, k) coordinate by coordinate */
	const double *weight;		/* (k) of the training rows of each, descending */
} MlKmeans;

extern const MlAlgorithm ml_kmeans;

#endif							/* ML_ALGO_KMEANS_H */
