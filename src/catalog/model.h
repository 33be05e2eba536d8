/*
 * catalog/model.h
 *		Models, references to their versions, and who may use them.
 */
#ifndef MLOPS_CATALOG_MODEL_H
#define MLOPS_CATALOG_MODEL_H

#include "postgres.h"

#include "bridge/digest.h"

typedef struct MlopsModel
{
	const char *name;
	const char *owner;			/* role name */
	const char *task;
} MlopsModel;

/* Rights of a model; the owner (any member of that role) and superusers have all. */
typedef enum MlopsRight
{
	MLOPS_RIGHT_PREDICT,
	MLOPS_RIGHT_READ,
	MLOPS_RIGHT_TRAIN,
	MLOPS_RIGHT_DEPLOY,
	MLOPS_RIGHT_OWN
} MlopsRight;

/* What a reference means in one snapshot. */
typedef struct MlopsVersionKey
{
	char	   *model;
	int			version;
	uint8		digest[MLOPS_DIGEST_LENGTH];
	char	   *owner;
} MlopsVersionKey;

/*
 * Error 22023 unless the name has 1 to 63 bytes, no '@', no control
 * characters and no blank at either end.
 */
extern void mlops_model_check_name(const char *name);

/* By primary-key scan with the active snapshot; false when there is none. */
extern bool mlops_model_find(const char *name, MlopsModel *model);

/* The model; error 42704 when there is none, 42501 without the right. */
extern void mlops_model_require(const char *name, MlopsRight right, MlopsModel *model);

/* Error 42501 unless the current user has the right on a model of that owner. */
extern void mlops_model_check_right(const char *name, const char *owner, MlopsRight right);

/*
 * Exclusive lock on the name until the transaction ends: trainings,
 * deployments and schedules of one model take turns (rule 16).
 */
extern void mlops_model_lock(const char *name);

/*
 * Create the model when it is absent, else check right TRAIN and that the task
 * is the same (error 42804 naming both). The caller holds the lock.
 */
extern void mlops_model_ensure(const char *name, const char *task);

/*
 * "m" (= m@champion), "m@7", "m@alias" in the active snapshot; palloc'd parts.
 * Error 42704 with the known versions or aliases in the hint; 42501 without
 * the right. Direct scans only, no SPI: usable for scoring and on standbys.
 */
extern void mlops_reference_resolve(const char *reference, MlopsRight right, MlopsVersionKey *key);

#endif							/* MLOPS_CATALOG_MODEL_H */
