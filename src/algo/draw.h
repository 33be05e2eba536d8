/*
 * algo/draw.h
 *		Random choices that are keyed by what they are for.
 */
#ifndef ML_ALGO_DRAW_H
#define ML_ALGO_DRAW_H

#include "math/rng.h"

/*
 * Drawing without replacement (Fisher and Yates): from list[from .. n-1] the
 * elements list[from .. to-1] are drawn, the others move behind them. A draw
 * may be continued where it ended, with the same key.
 */
extern void ml_draw(uint64_t key, uint16_t *list, int n, int from, int to);

/* sorted (n) = list (n), all different, ascending. */
extern void ml_draw_sorted(const uint16_t *list, int n, uint16_t *sorted);

#endif							/* ML_ALGO_DRAW_H */
