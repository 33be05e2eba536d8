/*
 * lifecycle/warm_start.h
 *		Training that goes on from an earlier version.
 */
#ifndef MLOPS_LIFECYCLE_WARM_START_H
#define MLOPS_LIFECYCLE_WARM_START_H

#include "postgres.h"

#include "artifact/model.h"
#include "catalog/version.h"
#include "lifecycle/dataset.h"

/* The version that is continued. */
typedef struct MlopsWarmStart
{
	MlopsVersionKey key;
	const MlopsVersion *version;
	const MlModel *model;		/* pinned as long as the environment lives */
} MlopsWarmStart;

/*
 * The version that request->warm_start names, which the caller must be allowed
 * to read, and what the call leaves open taken over from it: task, target,
 * algorithm, parameters, weight, split and seed. What contradicts it is an
 * error: the features, their encodings, the target, its classes and the
 * objective stay.
 */
extern void mlops_warm_start_open(MlEnv *env, MlopsTrainRequest *request);

/*
 * Why rows that judge a new version may be among those that the continued one
 * learnt from, in words; NULL when they cannot, or none judge it.
 */
extern char *mlops_warm_start_leak(const MlopsWarmStart *start, const MlopsDataset *dataset);

/* "m@7", as stored with the version that continues it. */
extern char *mlops_warm_start_name(const MlopsWarmStart *start);

#endif							/* MLOPS_LIFECYCLE_WARM_START_H */
