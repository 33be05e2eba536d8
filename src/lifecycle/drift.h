/*
 * lifecycle/drift.h
 *		How far rows of today are from the rows a version was trained on.
 *
 * A column has drifted when its PSI on the frozen bins is at least 0.2 and the
 * chi-square test of the same bins gives p < 0.01 after Benjamini-Hochberg
 * over all columns. The verdict is of the column and stands on each of its
 * rows. What cannot be judged has a reason and no verdict.
 */
#ifndef MLOPS_LIFECYCLE_DRIFT_H
#define MLOPS_LIFECYCLE_DRIFT_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "catalog/version.h"
#include "prep/table.h"

/* Rows of mlops_drift(); `options`: psi, p_value, min_rows. */
extern MlopsDriftRow *mlops_drift(const char *reference, const char *source, Jsonb *options,
								  int *count);

/* The same between two sources, without a model. */
extern MlopsDriftRow *mlops_drift_between(const char *source, const char *reference_source,
										  Jsonb *options, int *count);

/* Measure the rows of a table against a version and keep the result. */
extern void mlops_drift_record(MlEnv *env, const char *model, int version, const MlTable *table,
							   const char *source_text);

#endif							/* MLOPS_LIFECYCLE_DRIFT_H */
