/*
 * lifecycle/partition.h
 *		One model per group: partition_by of mlops_train().
 *
 * The model of all rows is always there. A group of rows with the same values
 * in the columns of partition_by has its own beside it when it has enough rows
 * and can be fitted; its encoders are those of all rows.
 */
#ifndef MLOPS_LIFECYCLE_PARTITION_H
#define MLOPS_LIFECYCLE_PARTITION_H

#include "postgres.h"

#include "artifact/model.h"
#include "catalog/model.h"
#include "lifecycle/fit.h"

/* Rows of the training side that a group needs to have its own model, unless prepare says otherwise. */
#define MLOPS_MIN_PARTITION_ROWS 100

/* What became of a group. */
typedef struct MlopsPartition
{
	int64		rows;			/* with a target and a weight */
	int64		train_rows;		/* validation rows included */
	const char *reason;			/* why the model of all rows serves it; NULL: it has its own */
	List	   *warnings;		/* of its fit: C strings */
	int64		judged_rows;
	double		value;			/* metric of the model that serves it; NaN: none */
	double		global_value;	/* metric of the model of all rows */
} MlopsPartition;

/* Refuse what partition_by cannot do: a task (0: to be inferred), an option without it. */
extern void mlops_partition_check(const MlopsTrainRequest *request, const MlopsPreparation *preparation,
								  MlTask task);

/*
 * Add the columns of partition_by to the model's features, without inputs where
 * nothing is learnt from them, and the groups of all usable rows.
 */
extern void mlops_partition_encode(MlEnv *env, const MlopsDataset *dataset, MlModel *model);

/*
 * Fit the groups, one after the other, of a model that is fitted on all rows;
 * (model->groups.n_groups) of what became of them, in `env`. A group whose rows
 * cannot be fitted keeps the reason; a cancel, a lack of memory and the like
 * are errors.
 */
extern MlopsPartition *mlops_partition_fit(MlEnv *env, const MlopsDataset *dataset,
										   const MlopsFitPlan *plan,
										   const MlopsPreparation *preparation,
										   const MlopsFitRows *rows, const MlFitted *whole,
										   MlModel *model);

/*
 * The fitted part that serves a group, named as mlops.partitions does; that of
 * all rows for NULL. Errors: 42809 for a version without groups, 22023 for
 * other columns than those of partition_by and for a group that it has not.
 */
extern const void *mlops_partition_fitted(const MlopsVersionKey *key, const MlModel *model, Jsonb *partition);

/* As mlops_score_table(), by the model of all rows alone. */
extern void mlops_score_globally(MlEnv *env, const MlModel *model, const MlTable *table,
								 const uint32_t *rows, int64_t n_rows, double *out);

/*
 * The metric of each group on rows[i] with the outputs of the models that serve
 * them and those of the model of all rows, both (n_rows, ml_n_outputs()).
 */
extern void mlops_partition_judge(MlEnv *env, const MlopsDataset *dataset, const MlModel *model,
								  const char *metric, const MlYardstick *yardstick,
								  const uint32_t *rows, int64_t n_rows,
								  const double *predicted, const double *global,
								  MlopsPartition *partitions);

/* Insert the rows of mlops.partition. */
extern void mlops_partition_store(const char *name, int version, const MlModel *model,
								  const char *metric, const MlopsPartition *partitions);

#endif							/* MLOPS_LIFECYCLE_PARTITION_H */
