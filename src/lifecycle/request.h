/*
 * lifecycle/request.h
 *		The call of mlops_train() as it is stored with a version.
 */
#ifndef MLOPS_LIFECYCLE_REQUEST_H
#define MLOPS_LIFECYCLE_REQUEST_H

#include "postgres.h"

#include "lifecycle/dataset.h"

/* The call as a retraining repeats it: names resolved, inference written down. */
extern Jsonb *mlops_request_to_json(const MlopsTrainRequest *request, const MlopsDataset *dataset,
									const MlopsFitPlan *plan);

/* Back again; error XX001 when what every call has is not there. */
extern void mlops_request_from_json(Jsonb *stored, MlopsTrainRequest *request);

#endif							/* MLOPS_LIFECYCLE_REQUEST_H */
