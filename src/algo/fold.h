/*
 * algo/fold.h
 *		The rows of a fit dealt out to folds, for an algorithm that chooses
 *		something of its own by cross-validation.
 */
#ifndef ML_ALGO_FOLD_H
#define ML_ALGO_FOLD_H

#include "algo/algo.h"

/*
 * *fold (n_rows) of input->rows: 0 to *n_folds - 1. Rows are ranked by a hash
 * of their identity (their number without one) and dealt out in turn, so folds are of nearly equal size,
 * rows of one identity are together, and another order of rows changes
 * nothing. With fewer identities than folds *n_folds is lowered; with one only
 * it is ML_INVALID_DATA.
 */
extern MlStatus ml_folds_deal(MlEnv *env, const MlFitInput *input, int *n_folds, uint8_t **fold);

#endif							/* ML_ALGO_FOLD_H */
