/*
 * math/sum.h
 *		Sums that do not depend on the order of their terms.
 *
 * A small superaccumulator (R. Neal, "Fast exact summation using small and
 * large superaccumulators", 2015): the exact sum of doubles, rounded once.
 * Means, variances and intercepts built on it are the same for any row order.
 */
#ifndef ML_MATH_SUM_H
#define ML_MATH_SUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/team.h"

#define ML_SUM_LIMBS 70

typedef struct MlExactSum
{
	int64_t		limb[ML_SUM_LIMBS]; /* base 2^32, least significant first */
	uint32_t	pending;		/* additions since carries were propagated */
	double		special;		/* NaN or infinity met so far, else 0 */
} MlExactSum;

extern void ml_sum_begin(MlExactSum *sum);
extern void ml_sum_add(MlExactSum *sum, double value);
/* The same for each of an array, several times as fast when it is long. */
extern void ml_sum_add_array(MlExactSum *sum, const double *values, size_t count);
extern void ml_sum_merge(MlExactSum *into, const MlExactSum *from);
/* sums (n) = those over all members of the team. */
extern MlStatus ml_sum_team(MlEnv *env, MlExactSum *sums, int n);
/* The exact sum rounded to nearest; NaN or infinity when one was added. */
extern double ml_sum_value(const MlExactSum *sum);

#endif							/* ML_MATH_SUM_H */
