/*
 * algo/linear.h
 *		Least squares and ridge regression.
 */
#ifndef ML_ALGO_LINEAR_H
#define ML_ALGO_LINEAR_H

#include "algo/algo.h"

extern const MlAlgorithm ml_linear;

#endif							/* ML_ALGO_LINEAR_H */
