/*
 * prep/target.h
 *		Which task a target column means, and the numbers to learn from.
 */
#ifndef ML_PREP_TARGET_H
#define ML_PREP_TARGET_H

#include "prep/table.h"

/* More classes than this are hardly a classification. */
#define ML_MAX_CLASSES 100

/* The numbers are stored in artifacts: never renumber. */
typedef enum MlTask
{
	ML_REGRESSION = 1,
	ML_CLASSIFICATION = 2,
	ML_ANOMALY = 3,				/* these learn without a target */
	ML_CLUSTERING = 4,
	ML_DECOMPOSITION = 5
} MlTask;

#define ML_LAST_TASK ML_DECOMPOSITION

/* Tasks with a target that is learnt from. */
static inline bool
ml_task_predicts(MlTask task)
{
	return task == ML_REGRESSION || task == ML_CLASSIFICATION;
}

/* Tasks that can do nothing with a target at all. */
static inline bool
ml_task_has_no_target(MlTask task)
{
	return task == ML_CLUSTERING || task == ML_DECOMPOSITION;
}

/* "regression", "classification", "anomaly", "clustering", "decomposition"; NULL for no such task. */
extern const char *ml_task_name(MlTask task);

/* True when both have the same classes in the same order. */
extern bool ml_same_labels(const char *const *a, int n_a, const char *const *b, int n_b);

/* False when no task has that name. */
extern bool ml_task_by_name(const char *name, MlTask *task);

typedef struct MlTarget
{
	const char *name;			/* NULL without a target */
	MlType		type;
	MlTask		task;
	int			n_classes;		/* 0 for regression */
	char	  **labels;			/* (n_classes) as value::text; of two labels[1] is the
								 * positive class, more are in byte order */
	double	   *y;				/* (n_rows) regression: the value; classification: class number;
								 * NaN where the target is missing; other tasks: 0 */
	double	   *label;			/* (n_rows) anomaly: 1 is one, 0 is none, NaN unknown; NULL
								 * without a target */
	int64_t		n_rows;
	int64_t		n_missing;		/* rows that cannot be learnt from */
	int64_t		class_rows[ML_MAX_CLASSES];
} MlTarget;

/*
 * Task: boolean, text-like, or an integer with exactly the values 0 and 1 is
 * classification; other numbers are regression, with a warning that hints at
 * task => 'classification' when there are at most 10 distinct integers.
 * `task` 0 means infer. Anomaly learns from all rows; `column` may be -1 there,
 * else it has two classes as for classification, which only judge the scores.
 * Clustering and decomposition learn from all rows, too; `column` is -1.
 * Positive one of two classes: `positive` when not NULL (an error naming the
 * classes when absent), else true / 1 / yes-like in any case, else the rarer
 * label (ties: the greater in byte order). Of more than two none is positive,
 * and to name one is ML_INVALID_OPTION.
 * Labels are the value's text: "true"/"false", integers without point, the
 * category itself.
 * Of more than two classes those with a single row are left out, as rows
 * without a target are, with a warning.
 * Errors (ML_INVALID_DATA): no rows, all missing, one class only, constant
 * regression target, more than ML_MAX_CLASSES classes (naming ten), fewer than
 * two rows a class on average, dates as target.
 */
extern MlStatus ml_target_make(MlEnv *env, const MlTable *table, int column, int task,
							   const char *positive, MlTarget *target);

/* The classes of rows of which each stands for times (n_rows) rows. */
extern MlStatus ml_target_classes(MlEnv *env, const MlTable *table, int column, const int64_t *times,
								  const char *positive, MlTarget *target);

/*
 * The same target read from other rows, for evaluation: labels are matched
 * with those given; an unknown label is an error naming it. Anomalies are
 * evaluated without labels, too: then `column` is -1.
 */
extern MlStatus ml_target_match(MlEnv *env, const MlTable *table, int column, MlTask task,
								int n_classes, char *const *labels, MlTarget *target);

#endif							/* ML_PREP_TARGET_H */
