/*
 * lifecycle/evaluate.h
 *		How good a version is: as stored, or on rows given now.
 */
#ifndef MLOPS_LIFECYCLE_EVALUATE_H
#define MLOPS_LIFECYCLE_EVALUATE_H

#include "postgres.h"

#include "artifact/model.h"
#include "catalog/version.h"
#include "prep/target.h"

/*
 * Metrics of a version: the stored ones (source NULL), or computed on the rows
 * of a source that has the target and all features. Rows without a target are
 * left out; unknown labels and missing columns are errors.
 */
extern MlopsMetricRow *mlops_evaluate(const char *reference, const char *source, int *count);

/* Rows of a source with what a version needs to be judged on them. */
typedef struct MlopsLabelled
{
	MlTable		table;			/* features, target, weight */
	MlTarget	target;
	double	   *weight;			/* (table.n_rows), or NULL */
	uint32_t   *rows;			/* (n_rows) that have a target and a weight */
	int64_t		n_rows;			/* at least 1 */
} MlopsLabelled;

/*
 * Read them with the caller's rights. A missing column, an unknown label and
 * a source without such rows are errors.
 */
extern void mlops_read_labelled(MlEnv *env, const MlModel *model, const MlopsVersion *version,
								const char *source_text, MlopsLabelled *labelled);

/* One cell of the confusion matrix. */
typedef struct MlopsConfusionRow
{
	const char *actual;
	const char *predicted;
	double		rows;			/* weights summed */
} MlopsConfusionRow;

/* All cells, actual class by actual class; error 42809 for a regression model. */
extern MlopsConfusionRow *mlops_confusion(const char *reference, const char *source, int *count);

#endif							/* MLOPS_LIFECYCLE_EVALUATE_H */
