/*
 * algo/class_weight.h
 *		Weights of classes: what some mistakes cost more than others.
 *
 * With the rows of class k weighted w_k a model learns odds that are too high
 * by w_k. They are known, so that the margins are moved back by log w_k
 * afterwards and probabilities are those of the data again (Saerens, Latinne
 * and Decaestecker, 2002); what has changed is which rows the model looks at.
 */
#ifndef ML_ALGO_CLASS_WEIGHT_H
#define ML_ALGO_CLASS_WEIGHT_H

#include "algo/algo.h"

/* The row of a parameter table. */
#define ML_CLASS_WEIGHT_PARAMETER \
	{"class_weight", "class_weights", ML_PARAM_CLASS_MAP, 0, 1e-6, 1e6, \
	"weight of each class while learning; probabilities stay those of the data", "balanced"}

/*
 * *weights (n_classes), or NULL without the option: those given, 1 for a class
 * that is not named; "balanced": all rows / classes / rows of the class, with
 * row weights as rows. A class that does not exist is an error that lists the
 * classes. With weights the user is told.
 */
extern MlStatus ml_class_weights(MlEnv *env, const MlAlgorithm *algorithm, const MlFitInput *input,
								 int parameter, double **weights);

#endif							/* ML_ALGO_CLASS_WEIGHT_H */
