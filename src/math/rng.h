/*
 * math/rng.h
 *		Random numbers keyed by meaning, not by call order.
 *
 * Every random choice is a hash of what it is for (seed, tree, row identity),
 * so a result does not depend on row order, workers or earlier draws.
 */
#ifndef ML_MATH_RNG_H
#define ML_MATH_RNG_H

#include "base/hash.h"

/* Uniform in [0, 1) with 53 bits, from a hash. */
static inline double
ml_hash_uniform(uint64_t hash)
{
	return (double) (hash >> 11) * 0x1.0p-53;
}

#endif							/* ML_MATH_RNG_H */
