/*
 * algo/reorder.h
 *		Rows of an array in another order, in place.
 */
#ifndef ML_ALGO_REORDER_H
#define ML_ALGO_REORDER_H

#include "base/env.h"

/*
 * Row i of `rows` (n_rows, width bytes, a multiple of 4) becomes what row
 * order[i] was; order (n_rows) has every number once. room: (n_rows).
 */
extern MlStatus ml_reorder(MlEnv *env, const uint32_t *order, int64_t n_rows, void *rows, size_t width,
						   uint64_t *room);

#endif							/* ML_ALGO_REORDER_H */
