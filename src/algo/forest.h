/*
 * algo/forest.h
 *		Single decision trees and random forests.
 */
#ifndef ML_ALGO_FOREST_H
#define ML_ALGO_FOREST_H

#include "algo/algo.h"

extern const MlAlgorithm ml_decision_tree;
extern const MlAlgorithm ml_random_forest;

#endif							/* ML_ALGO_FOREST_H */
