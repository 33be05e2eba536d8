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

/*
 * First and second derivative of one row's loss in units of the tree, and how
 * many rows it stands for, in one word: g * 2^37 + h * 2^14 + rows, g with a
 * sign. Words are added as they are: a sum of them is the word of the sums
 * while these stay within ML_MOST_G, ML_MOST_H and ML_MOST_ROWS, for g the sum
 * of |g|. So must each row alone.
 */
typedef uint64_t MlGradient;

#define ML_ROWS_BITS 14
#define ML_H_BITS 23
#define ML_G_BITS 27			/* with the sign */
#define ML_MOST_ROWS ((1 << ML_ROWS_BITS) - 1)
#define ML_MOST_H ((1 << ML_H_BITS) - 1)
#define ML_MOST_G ((1 << (ML_G_BITS - 1)) - 1)

/* Sums over rows. */
typedef struct MlCell
{
	int64_t		g;
	int64_t		h;
	int64_t		rows;
} MlCell;

static inline MlGradient
ml_gradient_word(int64_t g, int64_t h, int64_t rows)
{
	return ((uint64_t) g << (ML_H_BITS + ML_ROWS_BITS)) + ((uint64_t) h << ML_ROWS_BITS) +
		(uint64_t) rows;
}

static inline MlCell
ml_gradient_cell(MlGradient word)
{
	MlCell		cell;

	cell.rows = (int64_t) (word & ML_MOST_ROWS);
	cell.h = (int64_t) (word >> ML_ROWS_BITS & ML_MOST_H);
	/* the shift of a negative number keeps its sign */
	cell.g = (int64_t) word >> (ML_H_BITS + ML_ROWS_BITS);
	return cell;
}

/* Where each input's cells begin: bin b of input i is cells[offset[i] + b]. */
typedef struct MlHistogramShape
{
	size_t	   *offset;			/* (n_inputs) */
	size_t		n_cells;		/* of one histogram, missing bins included */
} MlHistogramShape;

/* Adds rows up in packed cells, from which they move to plain ones. */
typedef struct MlHistogramSums
{
	const MlBinned *data;
	const MlGradient *gradient;
	MlCell		most;			/* of one row, of |g| for g */
	MlHistogramShape shape;
	void	   *room;			/* what was allocated for packed */
	uint64_t   *packed;			/* sums of gradient words; zeros, except between clear and finish */
	MlCell		mass;			/* sums of the rows in the packed cells or more, of |g| for g */
	MlCell	   *cells;			/* where they go */
} MlHistogramSums;

extern MlStatus ml_histogram_begin(MlHistogramSums *sums, MlEnv *env, const MlBinned *data);
extern void ml_histogram_end(MlHistogramSums *sums, MlEnv *env);

/* Rows per call that ml_histogram_add is made for: they stay in cache. */
extern int	ml_histogram_block(const MlHistogramSums *sums);

/*
 * cells (n_cells) = sums of `gradient` over the rows added between clear and
 * finish. No row has more than `most`, of |g| for g.
 */
extern void ml_histogram_clear(MlHistogramSums *sums, const MlGradient *gradient, MlCell most,
							   MlCell *cells);
extern void ml_histogram_add(MlHistogramSums *sums, const uint32_t *index, int n);
extern void ml_histogram_finish(MlHistogramSums *sums);

/* cells -= child, cell by cell. */
extern void ml_histogram_subtract(const MlHistogramShape *shape, MlCell *cells, const MlCell *child);

#endif							/* ML_ALGO_HISTOGRAM_H */
