/*
 * math/quantile.h
 *		Weighted quantiles, the same for any order of the values and any team.
 */
#ifndef ML_MATH_QUANTILE_H
#define ML_MATH_QUANTILE_H

#include "math/sort.h"

/* A value and its weight in whole units, so that sums are exact. */
typedef struct MlWeighted
{
	uint64_t	key;			/* ml_key_of_f64() of the value */
	int64_t		units;			/* 0 or more; less than 2^62 in sum */
} MlWeighted;

/*
 * *quantile: the smallest value with at least `level` (0 to 1) of all units at
 * or below it; where the share is exact, midway to the next larger value
 * (definition 2 of Hyndman and Fan, 1996). The values are those of all members
 * of a team (base/team.h), n of them here, which are reordered. Without any
 * unit it is 0.
 */
extern MlStatus ml_units_quantile(MlEnv *env, MlWeighted *values, int64_t n, double level,
									 double *quantile);

#endif							/* ML_MATH_QUANTILE_H */
