/*
 * lifecycle/vectors.h
 *		The centres of clusters and the loadings of components, in words.
 */
#ifndef MLOPS_LIFECYCLE_VECTORS_H
#define MLOPS_LIFECYCLE_VECTORS_H

#include "postgres.h"

#include "prep/target.h"

/* One coordinate of one vector; texts in the server's encoding. */
typedef struct MlopsVectorRow
{
	int			vector;			/* cluster or component, from 1 */
	const char *feature;
	const char *level;			/* of a category, else NULL */
	double		value;			/* of a centre in the units of the data, or a loading */
	double		weight;			/* of the training rows of a cluster; else NaN */
	double		variance;		/* that a component explains; else NaN */
	double		ratio;			/* part of the variance of all features; else NaN */
} MlopsVectorRow;

/* Those of a version, vector by vector; error 42809 when its task is another one. */
extern MlopsVectorRow *mlops_vectors(const char *reference, MlTask task, int *count);

#endif							/* MLOPS_LIFECYCLE_VECTORS_H */
