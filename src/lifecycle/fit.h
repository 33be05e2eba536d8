/*
 * lifecycle/fit.h
 *		Encoders and parameters learnt from one set of rows.
 */
#ifndef MLOPS_LIFECYCLE_FIT_H
#define MLOPS_LIFECYCLE_FIT_H

#include "postgres.h"

#include "artifact/model.h"
#include "lifecycle/dataset.h"

/* The rows of one fit. Validation rows stop boosting early; there may be none. */
typedef struct MlopsFitRows
{
	uint32_t   *rows;
	int64_t		n_rows;
	uint32_t   *validation;
	int64_t		n_validation;
} MlopsFitRows;

/*
 * Learn the encoders from all of these rows; the frame has the whole table.
 * Everything of the model but its fitted part is set; it lives in `env`.
 */
extern void mlops_encode(MlEnv *env, const MlopsDataset *dataset, const MlopsFitPlan *plan,
						 const MlopsPreparation *preparation, const MlopsFitRows *rows,
						 MlModel *model, MlFrame *frame);

/* What a fit learns from but its rows: what the dataset, the plan and the encoded model say of it. */
extern void mlops_fit_input(const MlopsDataset *dataset, const MlopsFitPlan *plan, const MlModel *model,
							MlFitInput *input);

/* Fit the algorithm on the encoded rows; this ends the frame. */
extern void mlops_fit(MlEnv *env, MlopsDataset *dataset, const MlopsFitPlan *plan,
					  const MlopsFitRows *rows, MlFrame *frame,
					  MlModel *model, MlFitted *fitted);

/*
 * The params of a call with every parameter under its own name, so that those
 * of a retraining replace them whichever alias they come under. Unknown names
 * stay. NULL stays NULL.
 */
extern Jsonb *mlops_params_by_own_names(const MlAlgorithm *algorithm, Jsonb *params);

/* `changes` laid over params, as the operator || does; either may be NULL. */
extern Jsonb *mlops_params_overlay(Jsonb *params, Jsonb *changes);

/* Every parameter that has a value, by its own name. */
extern Jsonb *mlops_params_resolved(const MlopsFitPlan *plan);

#endif							/* MLOPS_LIFECYCLE_FIT_H */
