/*
 * algo/tree_shap.h
 *		Shapley values of the inputs of trees.
 *
 * What is explained is the margin of an output, its base included, where the
 * link is a function of margins; of ML_LINK_SHARE the mean leaf value over the
 * trees of the output, and of ML_LINK_ISOLATION the logarithm to base 2 of the
 * score.
 */
#ifndef ML_ALGO_TREE_SHAP_H
#define ML_ALGO_TREE_SHAP_H

#include "algo/explain.h"

/* As MlAlgorithm wants it; model: an MlForest. Memory grows with the deepest path, not with the trees. */
extern MlStatus ml_forest_explain(MlEnv *env, const void *model, int output, MlExplainer *explainer);

#endif							/* ML_ALGO_TREE_SHAP_H */
