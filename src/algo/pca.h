/*
 * algo/pca.h
 *		Principal components, and the truncated singular value decomposition.
 */
#ifndef ML_ALGO_PCA_H
#define ML_ALGO_PCA_H

#include "algo/algo.h"
#include "algo/space.h"

/* The model. */
typedef struct MlPca
{
	MlSpace		space;
	int			n_components;
	double		total_variance; /* of all coordinates */
	const double *mean;			/* (space.n) of the training points; 0 where space is not centred */
	const double *loading;		/* (space.n, n_components) coordinate by coordinate */
	const double *variance;		/* (n_components) of the training rows' values */
	const double *middle;		/* (space.n) the mean of the training points, whatever space is */
	double	   *base;			/* (n_components) what a row of zeros gives; not stored */
} MlPca;

extern const MlAlgorithm ml_pca;

#endif							/* ML_ALGO_PCA_H */
