/*
 * algo/poisson.h
 *		Poisson regression of counts, with logarithmic link.
 */
#ifndef ML_ALGO_POISSON_H
#define ML_ALGO_POISSON_H

#include "algo/algo.h"

extern const MlAlgorithm ml_poisson;

#endif							/* ML_ALGO_POISSON_H */
