/*
 * algo/gbt.h
 *		Gradient-boosted trees for regression and two classes.
 */
#ifndef ML_ALGO_GBT_H
#define ML_ALGO_GBT_H

#include "algo/algo.h"

extern const MlAlgorithm ml_gbt;

#endif							/* ML_ALGO_GBT_H */
