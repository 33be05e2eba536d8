/*
 * algo/vectors.h
 *		What a model without a target is made of: the centres of clusters, the
 *		loadings of components.
 */
#ifndef ML_ALGO_VECTORS_H
#define ML_ALGO_VECTORS_H

#include "algo/space.h"

typedef struct MlVectors
{
	int			n_vectors;		/* clusters or components */
	const MlSpace *space;		/* says what the coordinates are of */
	double	   *value;			/* (n_vectors, space->n) centres: in the units of the data, of a
								 * category the share of its level; loadings: of length 1 */
	const double *weight;		/* (n_vectors) training rows of a cluster, weighted; or NULL */
	const double *variance;		/* (n_vectors) that a component explains; or NULL */
	double		total_variance;	/* of all coordinates */
} MlVectors;

#endif							/* ML_ALGO_VECTORS_H */
