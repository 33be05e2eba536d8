/*
 * lifecycle/fit.h
 *		Encoders and parameters learnt from one set of rows.
 */
#ifndef MLOPS_LIFECYCLE_FIT_H
#define MLOPS_LIFECYCLE_FIT_H

#include "postgres.h"

#include "artifact/model.h"
#include "lifecycle/dataset.h"

/*
 * Learn encoders and parameters from the rows; validation rows, if any, take
 * part in the encoders and stop boosting early. The model lives in `env`.
 */
extern void mlops_fit(MlEnv *env, const MlopsDataset *dataset, const MlopsFitPlan *plan,
					  const MlopsPreparation *preparation,
					  const uint32_t *rows, int64_t n_rows,
					  const uint32_t *validation, int64_t n_validation,
					  MlModel *model, MlFitted *fitted);

/*
 * The params of a call with every parameter under its own name, so that those
 * of a retraining replace them whichever alias they come under. Unknown names
 * stay. NULL stays NULL.
 */
extern Jsonb *mlops_params_by_own_names(const MlAlgorithm *algorithm, Jsonb *params);

#endif							/* MLOPS_LIFECYCLE_FIT_H */
