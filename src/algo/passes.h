/*
 * algo/passes.h
 *		Statistics of all rows to fit on that come from elsewhere: from queries
 *		over rows that stay where they are.
 *
 * An algorithm that finds passes in its input (MlFitInput.passes) asks them
 * instead of folding the rows of the frame, of which it has only some.
 */
#ifndef ML_ALGO_PASSES_H
#define ML_ALGO_PASSES_H

#include "algo/glm_row.h"
#include "algo/least_squares.h"

typedef struct MlPasses MlPasses;

struct MlPasses
{
	void	   *owner;			/* whatever the functions need */
	int64_t		n_rows;
	double		total_weight;
	double		target_mean;	/* weighted */
	double		target_least;
	double		log_weights;	/* sum of the logarithms of the weights */
	/*
	 * All rows [1, slots of algo/design.h, target], less the state's shifts,
	 * times sqrt(weight), into a state without rows. Without an intercept 1 is 0
	 * and numbers are not centred; an offset (-1: none) is an input that the
	 * target is lessened by, and its slot is 0. What goes wrong with the
	 * query is raised by those who run it.
	 */
	MlStatus	(*least_squares) (MlEnv *env, const MlPasses *passes, bool intercept, int offset,
								  MlLeastSquares *state);
	/* The sums (ml_glm_row_size()) of all rows at a point. */
	MlStatus	(*glm) (MlEnv *env, const MlPasses *passes, const MlGlmPoint *at, double *sums);
};

#endif							/* ML_ALGO_PASSES_H */
