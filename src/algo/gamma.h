/*
 * algo/gamma.h
 *		Gamma regression of positive values, with logarithmic link.
 */
#ifndef ML_ALGO_GAMMA_H
#define ML_ALGO_GAMMA_H

#include "algo/algo.h"

extern const MlAlgorithm ml_gamma;

#endif							/* ML_ALGO_GAMMA_H */
