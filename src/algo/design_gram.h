/*
 * algo/design_gram.h
 *		Weighted Gram matrices of a design: [1, X]' diag(weight) [1, X].
 *
 * The matrix of the Newton step and of the Fisher information of a generalised
 * linear model, in one pass. The slots of a category exclude each other, so a
 * row costs (dense + 1)^2 / 2 multiplications for its numbers, and additions
 * by category, however many levels there are.
 *
 * Sums are kept in an order of their own: 1, dense columns, then each category
 * with an entry for its reference; ml_design_gram_matrix() gives intercept and slots.
 */
#ifndef ML_ALGO_DESIGN_GRAM_H
#define ML_ALGO_DESIGN_GRAM_H

#include "algo/design.h"

/* What all Gram matrices of a design share. */
typedef struct MlDesignGram
{
	const MlDesign *design;
	MlSimd		simd;
	int			n_dense;		/* with the column of ones */
	int			n;				/* entries in the order of the sums */
	size_t		stride;			/* of the sums: n rounded up to whole vectors */
	int			capacity;		/* rows of a block, rounded up likewise */
	int		   *entry;			/* (1 + n_slots) of intercept and slots */
	int		   *first;			/* (n_placed) entry of each category's reference */
	double	   *plain;			/* (n_dense, capacity) the block's dense columns */
	double	   *weighted;		/* (n_dense, capacity) the same times the weight */
	double	   *by_row;			/* (capacity, stride of n_dense) the same, row by row */
	size_t		row_stride;
} MlDesignGram;

/* For blocks of up to `capacity` rows. */
extern MlStatus ml_design_gram_begin(MlEnv *env, const MlDesign *design, int capacity, MlDesignGram *gram);
extern void ml_design_gram_end(MlEnv *env, MlDesignGram *gram);

/* Doubles of one matrix of sums. */
extern size_t ml_design_gram_size(const MlDesignGram *gram);

/* Take a block; what follows is about it. */
extern void ml_design_gram_load(MlDesignGram *gram, const MlDesignBlock *block);

/* sums (ml_design_gram_size()) += [1, X]' diag(weight) [1, X] of the block, weight (its rows). */
extern void ml_design_gram_add(MlDesignGram *gram, const MlDesignBlock *block, const double *weight, double *sums);

/*
 * matrix[i * stride + j], i and j from 0 (the intercept) to n_slots: both
 * triangles, from sums.
 */
extern void ml_design_gram_matrix(const MlDesignGram *gram, const double *sums, double *matrix, size_t stride);

#endif							/* ML_ALGO_DESIGN_GRAM_H */
