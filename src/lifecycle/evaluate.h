/*
 * lifecycle/evaluate.h
 *		How good a version is: as stored, or on rows given now.
 */
#ifndef MLOPS_LIFECYCLE_EVALUATE_H
#define MLOPS_LIFECYCLE_EVALUATE_H

#include "postgres.h"

#include "catalog/version.h"

/*
 * Metrics of a version: the stored ones (source NULL), or computed on the rows
 * of a source that has the target and all features. Rows without a target are
 * left out; unknown labels and missing columns are errors.
 */
extern MlopsMetricRow *mlops_evaluate(const char *reference, const char *source, int *count);

/* One cell of the confusion matrix. */
typedef struct MlopsConfusionRow
{
	const char *actual;
	const char *predicted;
	double		rows;			/* weights summed */
} MlopsConfusionRow;

/* The four cells; error 42809 for a regression model. */
extern void mlops_confusion(const char *reference, const char *source, MlopsConfusionRow cells[4]);

#endif							/* MLOPS_LIFECYCLE_EVALUATE_H */
