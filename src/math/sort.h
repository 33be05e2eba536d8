/*
 * math/sort.h
 *		Sorting without surprises: a total order, the same on every platform.
 */
#ifndef ML_MATH_SORT_H
#define ML_MATH_SORT_H

#include <string.h>

#include "base/env.h"

/* A number that has the order of the double, which is no NaN; -0 becomes 0. */
static inline uint64_t
ml_key_of_f64(double value)
{
	uint64_t	bits;

	if (value == 0)
		value = 0.0;			/* drops the sign */
	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static inline double
ml_f64_of_key(uint64_t key)
{
	uint64_t	bits = key >> 63 ? key ^ UINT64_C(1) << 63 : ~key;
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Ascending, in place; no NaN may be among the values. -0 is equal to 0. */
extern MlStatus ml_sort_f64(MlEnv *env, double *values, size_t count);
extern MlStatus ml_sort_u64(MlEnv *env, uint64_t *values, size_t count);

/* The same with room for `count` values given, instead of allocated. */
extern MlStatus ml_sort_u64_with(MlEnv *env, uint64_t *values, size_t count, uint64_t *room);

/*
 * order[0 .. count-1] = indexes of `values` ascending; ties by index.
 * No NaN may be among the values.
 */
extern MlStatus ml_order_f64(MlEnv *env, const double *values, size_t count, uint32_t *order);
extern MlStatus ml_order_u64(MlEnv *env, const uint64_t *values, size_t count, uint32_t *order);

#endif							/* ML_MATH_SORT_H */
