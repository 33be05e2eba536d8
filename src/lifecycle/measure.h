/*
 * lifecycle/measure.h
 *		Models that are judged by what they make of rows, without any target:
 *		clusters and components.
 */
#ifndef MLOPS_LIFECYCLE_MEASURE_H
#define MLOPS_LIFECYCLE_MEASURE_H

#include "postgres.h"

#include "artifact/model.h"
#include "lifecycle/dataset.h"
#include "lifecycle/judge.h"

/* Is the model judged so, or by its outputs and a target? */
static inline bool
mlops_is_measured(const MlModel *model)
{
	return model->algorithm->measure != NULL;
}

/* Rows of a table, ascending; weight and identity by row of the table. */
typedef struct MlopsMeasuredRows
{
	const MlTable *table;
	const uint32_t *rows;
	int64_t		n_rows;
	const double *weight;		/* or NULL */
	const uint64_t *identity;
} MlopsMeasuredRows;

/* Append the metrics of a model on some rows; `part` as for mlops_judge(). */
extern void mlops_measure(MlEnv *env, const MlModel *model, MlopsMeasuredRows rows,
						  const char *part, MlopsJudgement *judgement);

/* Those of a data set. */
extern MlopsMeasuredRows mlops_measured_rows(const MlopsDataset *dataset, const uint32_t *rows,
											 int64_t n_rows);

/*
 * Fit without each fold and measure it; append what the folds came to, as part
 * cv: means by rows, of inertia the sum.
 */
extern void mlops_measure_folds(MlEnv *env, MlopsDataset *dataset, const MlopsFitPlan *plan,
								const MlopsPreparation *preparation, MlopsJudgement *judgement);

/* loss (n_rows) of each row, whose mean is 1 - the model's default metric. */
extern void mlops_measure_losses(MlEnv *env, const MlModel *model, const MlopsMeasuredRows *rows,
								 double *loss);

/*
 * Why what two models without a target make of rows says nothing about which
 * is better: other features, scales or components. NULL when it does.
 */
extern char *mlops_other_space(const MlModel *model, const MlModel *champion);

/* The n of rows (n_rows, ascending) that have the smallest identities, ascending, to the front. */
extern void mlops_smallest_identities(MlEnv *env, const uint64_t *identity, int64_t n, uint32_t *rows,
									  int64_t n_rows);

/* identity (table->n_rows) of rows by their content, for rows of an evaluation. */
extern uint64_t *mlops_content_identity(MlEnv *env, const MlTable *table);

#endif							/* MLOPS_LIFECYCLE_MEASURE_H */
