/*
 * algo/bin_search.h
 *		The bins of many numbers of one input.
 */
#ifndef ML_ALGO_BIN_SEARCH_H
#define ML_ALGO_BIN_SEARCH_H

#include "algo/bin.h"

/*
 * out[i] = ml_bin_of_number(bins, column[rows[i]]), i < n_rows, with the
 * instructions of a level (base/simd.h).
 */
extern void ml_bin_search(MlSimd simd, const MlBins *bins, const double *column,
						  const uint32_t *rows, int64_t n_rows, uint8_t *out);

#endif							/* ML_ALGO_BIN_SEARCH_H */
