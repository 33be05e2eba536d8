/*
 * algo/gradient.h
 *		Derivatives of rows as integers, so that their sums are exact.
 *
 * In two widths. Words (histogram.h) choose the splits: as many bits as let
 * the sums over some thousand rows fit into a cell. Fine sums give the values
 * of the leaves: 50 bits for the largest g of all rows.
 */
#ifndef ML_ALGO_GRADIENT_H
#define ML_ALGO_GRADIENT_H

#include "algo/histogram.h"

/*
 * 1.5 * 2^52: a double beside it has no room for a fraction, and its low bits
 * are the integer that these bits of 0 are taken from.
 */
#define ML_ROUNDING 0x1.8p52
#define ML_ROUNDING_BITS INT64_C(0x4338000000000000)

/* What one unit of g and h is worth: one over a power of two. */
typedef struct MlGradientScale
{
	double		g;				/* units per 1 */
	double		h;
} MlGradientScale;

/* What is known of the derivatives of all rows. */
typedef struct MlGradientRange
{
	int64_t		n_rows;
	double		most_g;			/* |g| is at most that */
	double		most_h;
	double		mean_g;			/* of |g|, about */
	double		mean_h;
} MlGradientRange;

/*
 * Units of words. From means, so that few rows that are large beyond all
 * others do not take the bits of these: the word of a row has up to
 * ML_G_BITS - 1 bits for |g|, and the mean about 12 of them when rows are many,
 * more when they are few.
 */
extern MlGradientScale ml_gradient_scale(const MlGradientRange *range);

/* Bounds of the words that ml_vector_pack (vector.h) makes, of |g| for g. */
extern MlCell ml_gradient_most(const MlGradientRange *range, MlGradientScale scale);

/* Units of fine sums: no sum over all rows can overflow. */
extern MlGradientScale ml_gradient_fine_scale(const MlGradientRange *range);

/* totals[group[i]] += g[i], h[i] (n) in units, and one row; group may be NULL for 0. */
extern void ml_gradient_sum(const double *g, const double *h, int n, MlGradientScale scale,
							const uint16_t *group, MlCell *totals);

#endif							/* ML_ALGO_GRADIENT_H */
