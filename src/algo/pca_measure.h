/*
 * algo/pca_measure.h
 *		How much of other rows the components of a model tell.
 */
#ifndef ML_ALGO_PCA_MEASURE_H
#define ML_ALGO_PCA_MEASURE_H

#include "algo/algo.h"

/*
 * explained_variance: 1 - E / T, E the mean squared distance of a row to what
 * its components make of it, T that to the mean of the training rows;
 * reconstruction_error is E, beside T. See MlAlgorithm.measure, docs/metrics.md.
 */
extern MlStatus ml_pca_measure(MlEnv *env, const void *model, const MlMeasured *measured,
							   MlMetric *metrics, int *n_metrics);

/* Of each row its squared distance to that, divided by T of the rows given. */
extern MlStatus ml_pca_losses(MlEnv *env, const void *model, const MlMeasured *measured, double *loss);

#endif							/* ML_ALGO_PCA_MEASURE_H */
