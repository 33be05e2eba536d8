/*
 * algo/dense_rows.h
 *		The rows of a fit as dense columns [1, slots, y] times sqrt(weight), block
 *		by block, as algo/least_squares.h takes them; any number of passes.
 */
#ifndef ML_ALGO_DENSE_ROWS_H
#define ML_ALGO_DENSE_ROWS_H

#include "algo/algo.h"
#include "algo/design.h"
#include "prep/slice.h"

typedef struct MlDenseRows
{
	MlEnv	   *env;
	const MlFitInput *input;
	const MlDesign *design;
	bool		intercept;		/* else column 0 is 0 and numbers are not centred */
	int			offset;			/* input that y is lessened by, its slot 0; -1: none */
	double		shift;			/* y is lessened by that, too */
	MlSlice		slice;
	int64_t		taken;			/* rows in the slice, of which ... */
	int64_t		used;			/* ... so many have been in a block */
	int			capacity;
	double	   *root;			/* (capacity) square roots of the weights of the block */
} MlDenseRows;

extern MlStatus ml_dense_rows_begin(MlEnv *env, const MlFitInput *input, const MlDesign *design,
									int capacity, MlDenseRows *rows);
extern void ml_dense_rows_end(MlDenseRows *rows);

/*
 * n_rows (at most capacity) of the rows in list (count) from `start` on, into
 * columns `stride` apart: 1, slots, y. *weight: the sum of their weights. A pass
 * asks for all rows of a list in order, from 0 on.
 */
extern MlStatus ml_dense_rows_load(MlDenseRows *rows, const uint32_t *list, int64_t count,
								   int64_t start, int n_rows, double *into, int stride, double *weight);

/* The weighted mean of y less offset: the same for any row order. */
extern MlStatus ml_dense_rows_mean(MlDenseRows *rows, double *mean);

#endif							/* ML_ALGO_DENSE_ROWS_H */
