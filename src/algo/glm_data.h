/*
 * algo/glm_data.h
 *		Targets and weights of a generalised linear model, checked and summed.
 */
#ifndef ML_ALGO_GLM_DATA_H
#define ML_ALGO_GLM_DATA_H

#include "algo/algo.h"
#include "algo/glm_family.h"

typedef struct MlGlmData
{
	MlFitInput	input;			/* as given, with class weights in the weights */
	double	   *class_weight;	/* (n_classes), or NULL */
	double	   *class_total;	/* (n_classes) weights; of classifications */
	double		total_weight;
	double		mean;			/* of y, weighted */
	double		saturated;		/* the loss of a model that hits every y */
	int			reference;		/* the first class with rows */
} MlGlmData;

/*
 * ML_INVALID_DATA, naming the target, for values that the family cannot have,
 * rows of one class or counts of 0 only, sums beyond double precision. A class
 * without rows is a warning. family: NULL for multinomial.
 */
extern MlStatus ml_glm_data_take(MlEnv *env, const MlAlgorithm *algorithm, const MlGlmFamily *family,
								 const MlFitInput *given, MlGlmData *data);
extern void ml_glm_data_release(MlEnv *env, const MlFitInput *given, MlGlmData *data);

#endif							/* ML_ALGO_GLM_DATA_H */
