/*
 * algo/histogram.h
 *		Sums of gradients per input and bin: what split search reads.
 *
 * Gradients are fixed-point integers, so sums are exact: they do not depend on
 * the order of rows, and a parent's histogram minus one child's is the other
 * child's to the bit.
 */
#ifndef ML_ALGO_HISTOGRAM_H
#define ML_ALGO_HISTOGRAM_H

#include "algo/bin.h"

/* Bits of the largest second derivative of a row; see MlGradient. */
#define ML_HESSIAN_BITS 33

/*
 * First and second derivative of one row's loss, in units of the tree. h is
 * from 0 to 2^ML_HESSIAN_BITS, and no sum over rows exceeds 2^62.
 */
typedef struct MlGradient
{
	int64_t		g;
	int64_t		h;
} MlGradient;

/* The same summed over rows. */
typedef struct MlCell
{
	int64_t		g;
	int64_t		h;
	int64_t		rows;
} MlCell;

/* Where each input's cells begin: bin b of input i is cells[offset[i] + b]. */
typedef struct MlHistogramShape
{
	size_t	   *offset;			/* (n_inputs) */
	size_t		n_cells;		/* of one histogram, missing bins included */
} MlHistogramShape;

/*
 * A cell while rows are added: the sum of g, and the sum of h and the number
 * of rows packed into one word; two lanes that are added at once.
 */
typedef uint64_t MlPackedCell __attribute__((vector_size(16)));

/* Adds rows up in packed cells, from which they move to plain ones. */
typedef struct MlHistogramSums
{
	const MlBinned *data;
	const MlGradient *gradient;
	MlHistogramShape shape;
	void	   *room;			/* what was allocated for packed */
	MlPackedCell *packed;		/* zeros, except between clear and finish */
	int			n_packed;		/* rows in the packed cells */
	MlCell	   *cells;			/* where they go */
} MlHistogramSums;

extern MlStatus ml_histogram_begin(MlHistogramSums *sums, MlEnv *env, const MlBinned *data);
extern void ml_histogram_end(MlHistogramSums *sums, MlEnv *env);

/* Rows per call that ml_histogram_add is made for: they stay in cache. */
extern int	ml_histogram_block(const MlHistogramSums *sums);

/* cells (n_cells) = sums of `gradient` over the rows added between clear and finish. */
extern void ml_histogram_clear(MlHistogramSums *sums, const MlGradient *gradient, MlCell *cells);
extern void ml_histogram_add(MlHistogramSums *sums, const uint32_t *index, int n);
extern void ml_histogram_finish(MlHistogramSums *sums);

/* cells -= child, cell by cell. */
extern void ml_histogram_subtract(const MlHistogramShape *shape, MlCell *cells, const MlCell *child);

#endif							/* ML_ALGO_HISTOGRAM_H */
