/*
 * artifact/model.h
 *		A trained model, ready to score, and its bytes.
 *
 * The bytes hold no time, name or version number: equal training gives equal
 * bytes. The format is written in docs/artifact.md. A decoded model points
 * into the bytes it was decoded from, which must stay.
 */
#ifndef ML_ARTIFACT_MODEL_H
#define ML_ARTIFACT_MODEL_H

#include "algo/algo.h"
#include "prep/groups.h"
#include "stats/conformal.h"

typedef struct MlModel
{
	MlTask		task;
	int			n_classes;
	const char **labels;		/* (n_classes), terminated; of two labels[1] is positive,
								 * more ascend in byte order */
	double		threshold;		/* two classes: positive from here on */
	const char *target;			/* name of the target column, or NULL without one */
	MlResiduals residuals;		/* regression: of rows that were not learnt from, or none */
	MlSignature signature;
	const MlAlgorithm *algorithm;
	void	   *fitted;			/* of algorithm->fit or decode; serves all rows but those of ... */
	MlGroups	groups;			/* ... these, when there are any, ... */
	void	  **group_fitted;	/* ... (n_groups) that have their own; NULL: they have not */
} MlModel;

extern MlStatus ml_model_encode(MlEnv *env, const MlModel *model, uint8_t **bytes, size_t *length);

/*
 * `bytes` must be 8-byte aligned. Magic, format version, checksum, and every
 * count, index and number are checked; ML_CORRUPT says what is wrong.
 */
extern MlStatus ml_model_decode(MlEnv *env, const void *bytes, size_t length, MlModel *model);

/* Rows are told apart, so that predictions need the groups that they are of. */
static inline bool
ml_model_has_groups(const MlModel *model)
{
	return model->groups.n_columns > 0;
}

/* What predicts the rows of a group (-1: of none). */
static inline const void *
ml_model_fitted(const MlModel *model, int group)
{
	return group >= 0 && model->group_fitted[group] != NULL ? model->group_fitted[group] : model->fitted;
}

/* Numbers that it gives for a row. */
static inline int
ml_model_n_outputs(const MlModel *model)
{
	return model->algorithm->n_outputs != NULL ? model->algorithm->n_outputs(model->fitted) :
		ml_n_outputs(model->n_classes);
}

/*
 * outputs (n_rows, ml_model_n_outputs()) of rows of inputs (n_rows, n_inputs), as
 * MlAlgorithm.predict gives them. group (n_rows) are their groups, NULL where
 * the model has none. Pure: no allocation, no failure; equal inputs give equal
 * bits.
 */
extern void ml_model_predict(const MlModel *model, const int32_t *group, const double *inputs,
							 int n_rows, double *outputs);

/*
 * The class that a classification's outputs of a row mean: the positive one
 * from the threshold on, of more than two the most probable, the first of equals.
 * Of a clustering the cluster: the nearest centre, the first of equals.
 */
extern int	ml_model_class(const MlModel *model, const double *outputs);

#endif							/* ML_ARTIFACT_MODEL_H */
