/*
 * algo/isolation_forest.h
 *		Isolation forest: how easily a row is told apart from the others.
 */
#ifndef ML_ALGO_ISOLATION_FOREST_H
#define ML_ALGO_ISOLATION_FOREST_H

#include "algo/algo.h"

extern const MlAlgorithm ml_isolation_forest;

/*
 * c(n): the mean depth of a row in a random tree of n rows, by which path
 * lengths are measured; 0 for one row or none.
 */
extern double ml_isolation_depth(double n);

#endif							/* ML_ALGO_ISOLATION_FOREST_H */
