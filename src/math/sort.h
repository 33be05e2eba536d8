/*
 * math/sort.h
 *		Sorting without surprises: a total order, the same on every platform.
 */
#ifndef ML_MATH_SORT_H
#define ML_MATH_SORT_H

#include "base/env.h"

/* Ascending, in place; no NaN may be among the values. -0 is equal to 0. */
extern MlStatus ml_sort_f64(MlEnv *env, double *values, size_t count);
extern MlStatus ml_sort_u64(MlEnv *env, uint64_t *values, size_t count);

/*
 * order[0 .. count-1] = indexes of `values` ascending; ties by index.
 * No NaN may be among the values.
 */
extern MlStatus ml_order_f64(MlEnv *env, const double *values, size_t count, uint32_t *order);
extern MlStatus ml_order_u64(MlEnv *env, const uint64_t *values, size_t count, uint32_t *order);

#endif							/* ML_MATH_SORT_H */
