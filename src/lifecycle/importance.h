/*
 * lifecycle/importance.h
 *		Which columns a version goes by.
 */
#ifndef MLOPS_LIFECYCLE_IMPORTANCE_H
#define MLOPS_LIFECYCLE_IMPORTANCE_H

#include "postgres.h"

/* One column of the version; NaN and negative numbers stand for NULL. */
typedef struct MlopsImportanceRow
{
	const char *feature;
	double		gain;
	double		cover;
	int64		splits;
	double		permutation;
	double		std_error;
	int64		rows;
} MlopsImportanceRow;

/*
 * All features of a version, the most important first: by permutation when
 * there is a source, else by gain. gain, cover and splits are of models made
 * of trees; permutation, std_error and rows need a labelled source.
 */
extern MlopsImportanceRow *mlops_importance(const char *reference, const char *source, int *count);

#endif							/* MLOPS_LIFECYCLE_IMPORTANCE_H */
