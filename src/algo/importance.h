/*
 * algo/importance.h
 *		Which inputs the splits of a forest are on, and what they were worth.
 *
 * Total gain as in Breiman et al., "Classification and regression trees", 1984.
 */
#ifndef ML_ALGO_IMPORTANCE_H
#define ML_ALGO_IMPORTANCE_H

#include "algo/algo.h"

/* As MlAlgorithm wants it; model: an MlForest. */
extern MlStatus ml_forest_importance(MlEnv *env, const void *model, MlImportance *inputs);

#endif							/* ML_ALGO_IMPORTANCE_H */
