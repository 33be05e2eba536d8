/*
 * algo/logistic.h
 *		Logistic regression for two and more classes.
 */
#ifndef ML_ALGO_LOGISTIC_H
#define ML_ALGO_LOGISTIC_H

#include "algo/algo.h"

extern const MlAlgorithm ml_logistic;

#endif							/* ML_ALGO_LOGISTIC_H */
