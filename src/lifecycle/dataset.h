/*
 * lifecycle/dataset.h
 *		A source made ready to learn from: columns read, target understood,
 *		features chosen, rows put on their sides.
 */
#ifndef MLOPS_LIFECYCLE_DATASET_H
#define MLOPS_LIFECYCLE_DATASET_H

#include "postgres.h"

#include "algo/algo.h"
#include "lifecycle/train.h"
#include "prep/columns.h"
#include "prep/groups.h"
#include "prep/split.h"

/* The prepare and split options, read from their jsonb. */
typedef struct MlopsPreparation
{
	bool		nan_is_missing;
	int			max_categories;
	int64		min_partition_rows; /* 0: not given */
	bool		partials;		/* rows are not gathered (lifecycle/partials.h) */
	MlSplitOptions split;
	const char *split_column;	/* of time, group, column methods; or NULL */
	const char *split_key;		/* or NULL */
} MlopsPreparation;

/* Which algorithm fits, with every parameter. */
typedef struct MlopsFitPlan
{
	const MlAlgorithm *algorithm;
	double		parameters[ML_MAX_PARAMETERS];
	MlOption   *options;		/* (n_options) as they were given */
	int			n_options;
	bool		stops_early;	/* wants validation rows */
	const struct MlopsWarmStart *start; /* version to continue, or NULL */
} MlopsFitPlan;

typedef struct MlopsDataset
{
	const char *source_text;	/* resolved, as a retraining repeats it */
	bool		source_is_relation;
	bool		source_is_temporary;
	MlTable		table;
	int			target_column;	/* -1: there is none */
	MlTarget	target;
	int			n_chosen;
	int		   *chosen;			/* (n_chosen) feature columns */
	int			n_partition;	/* columns that tell groups apart, as they were given */
	int			partition[ML_MAX_GROUP_COLUMNS];
	double	   *weight;			/* (n_rows), or NULL */
	const char *time_zone;
	MlSplitOptions split_options;	/* column and identity resolved */
	MlSplit		split;
	int64		n_usable;		/* rows with a target */
	struct MlopsPartials *partials;	/* rows are in the table only in part; or NULL */
} MlopsDataset;

/* Every mistake in prepare and split is an error here, before anything is read. */
extern void mlops_preparation_read(Jsonb *prepare, Jsonb *split, int64 seed,
								   MlopsPreparation *preparation);

/*
 * The task that a call names, or that its algorithm alone does; 0: to be
 * inferred from the target. Another name is error 22023.
 */
extern MlTask mlops_task_asked(const MlopsTrainRequest *request);

/* Some tasks need a target, others have none: else error 22023. */
extern void mlops_check_target(const MlopsTrainRequest *request, MlTask task);

/*
 * Resolve the algorithm and its parameters for a task, a number of classes (0:
 * not known yet) and of rows; unknown names, options and values are errors.
 */
extern void mlops_plan_fit(MlEnv *env, const MlopsTrainRequest *request, MlTask task, int n_classes,
						   int64 rows, MlopsFitPlan *plan);

/*
 * Read the source and decide. `also_read` are further columns wanted where
 * the source has them (those of the champion).
 */
extern void mlops_dataset_read(const MlopsTrainRequest *request, const MlopsPreparation *preparation,
							   const char *const *also_read, int n_also_read, MlEnv *env,
							   MlopsFitPlan *plan, MlopsDataset *dataset);

/*
 * Weights from a column of numbers. NULL and negative weights are errors; a
 * weight of zero takes the row out, by taking its target.
 */
extern void mlops_take_weights(MlEnv *env, const MlTable *table, int column, MlTarget *target,
							   double **weight);

/* Row numbers of the given sides (bits 1 << MlSide), ascending. */
extern uint32_t *mlops_dataset_rows(MlEnv *env, const MlopsDataset *dataset, unsigned sides,
									int64_t *count);

/* Row numbers with a side other than unused and inside (or outside) a fold. */
extern uint32_t *mlops_dataset_fold(MlEnv *env, const MlopsDataset *dataset, int fold, bool inside,
									int64_t *count);

/* An allocation that raises the error itself. */
extern void *mlops_need(MlEnv *env, size_t count, size_t size);

#endif							/* MLOPS_LIFECYCLE_DATASET_H */
