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

/* First and second derivative of one row's loss, in units of the tree. */
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

extern MlStatus ml_histogram_shape(MlEnv *env, const MlBins *bins, int n_inputs,
								   MlHistogramShape *shape);

/* cells (n_cells) = sums over the rows index[0 .. n-1]. */
extern MlStatus ml_histogram_build(MlEnv *env, const MlHistogramShape *shape,
								   const MlBinned *data, const MlGradient *gradient,
								   const uint32_t *index, int64_t n, MlCell *cells);

/* cells -= child, cell by cell. */
extern void ml_histogram_subtract(const MlHistogramShape *shape, MlCell *cells, const MlCell *child);

#endif							/* ML_ALGO_HISTOGRAM_H */
