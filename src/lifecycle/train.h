/*
 * lifecycle/train.h
 *		Training: from a source to a stored, judged and perhaps deployed version.
 */
#ifndef MLOPS_LIFECYCLE_TRAIN_H
#define MLOPS_LIFECYCLE_TRAIN_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

struct MlopsWarmStart;

/* What mlops_train() was asked; NULL pointers are arguments left out. */
typedef struct MlopsTrainRequest
{
	const char *model;
	const char *source;
	const char *target;
	const char *task;
	const char *algorithm;		/* never NULL: "auto" */
	int			n_features;
	const char **features;		/* NULL: all */
	int			n_exclude;
	const char **exclude;
	Jsonb	   *params;
	Jsonb	   *prepare;
	Jsonb	   *split;
	const char *weight;
	const char *positive;
	const char *key;
	int			n_partition_by;
	const char **partition_by;	/* columns whose values have their own models, or NULL */
	const char *warm_start;		/* reference to continue, or NULL */
	const char *warm_digest;	/* retrain: it must be this one, in hexadecimal */
	const struct MlopsWarmStart *start; /* what that is, once it is opened */
	const char *deploy;			/* never NULL: "if_better" */
	int64		seed;
	const char *kind;			/* "train" or "retrain" */
	const char *reason;			/* of a retraining, or NULL */
	Jsonb	   *inherited_split;	/* retrain: the stored split rule to keep, or NULL */
	int			n_inherited_classes;	/* and the classes that it is for */
	const char *const *inherited_classes;
	int			drift_version;	/* retrain: measure drift against this version; 0: no */
} MlopsTrainRequest;

/* The row that mlops_train() and mlops_retrain() return. */
typedef struct MlopsTrainResult
{
	const char *model;
	int			version;
	const char *task;
	const char *algorithm;
	int64		rows;
	const char *metric;			/* NULL: nothing says how good it is */
	double		value;			/* NaN: NULL */
	double		baseline;
	bool		deployed;
	double		seconds;
	List	   *warnings;		/* of C strings */
	const char *decision;		/* promoted or kept, in words */
} MlopsTrainResult;

/*
 * Train one version in the caller's transaction. The result is palloc'd in the
 * caller's context. Nothing is written when anything fails.
 */
extern void mlops_train(const MlopsTrainRequest *request, MlopsTrainResult *result);

/*
 * Train again as the champion (or, without one, the newest version) was
 * trained: same columns, options, seed and split. `source` NULL: the stored
 * one; `params` are laid over the stored ones.
 */
extern void mlops_retrain(const char *model, const char *source, Jsonb *params,
						  const char *deploy, const char *reason, MlopsTrainResult *result);

#endif							/* MLOPS_LIFECYCLE_TRAIN_H */
