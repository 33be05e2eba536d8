/*
 * algo/kmeans_measure.h
 *		How well rows fall into the clusters of a model.
 */
#ifndef ML_ALGO_KMEANS_MEASURE_H
#define ML_ALGO_KMEANS_MEASURE_H

#include "algo/algo.h"

/*
 * silhouette, on at most 2,000 rows by their identity; davies_bouldin,
 * calinski_harabasz, of the means of these rows; inertia and
 * mean_squared_distance, to the centres of the model, beside those of one
 * centre for all. See MlAlgorithm.measure and docs/metrics.md.
 */
extern MlStatus ml_kmeans_measure(MlEnv *env, const void *model, const MlMeasured *measured,
								  MlMetric *metrics, int *n_metrics);

/* 1 - silhouette of each row among the rows given, NaN with one cluster only. */
extern MlStatus ml_kmeans_losses(MlEnv *env, const void *model, const MlMeasured *measured, double *loss);

#endif							/* ML_ALGO_KMEANS_MEASURE_H */
