/*
 * stats/permutation.h
 *		What predictions lose when some of their inputs are shuffled among rows.
 *
 * Breiman, "Random forests", 2001, section 10; Fisher, Rudin and Dominici,
 * "All models are wrong, but many are useful", 2019, for any model. Inputs that
 * the model does not look at give exactly 0; one of two inputs that tell the
 * same may give little, since the other one stays.
 */
#ifndef ML_STATS_PERMUTATION_H
#define ML_STATS_PERMUTATION_H

#include "base/env.h"

/* Predicts, and how good that is. */
typedef struct MlPermutation
{
	const double *inputs;		/* (n_rows, n_inputs), in an order that follows from the rows */
	int64_t		n_rows;
	int			n_inputs;
	const double *actual;		/* (n_rows) value, or class number */
	const double *weight;		/* (n_rows), or NULL */
	int			n_outputs;		/* of a prediction; more than one: probabilities of the classes */
	const char *metric;			/* of those that ml_row_loss() knows; rmse is the root of the mean */
	double		level;			/* as in ml_row_loss() */
	/* outputs of inputs (n_rows, n_inputs) that belong to rows first, first + 1, ... */
	void		(*predict) (const void *state, int64_t first, const double *inputs, int n_rows,
							double *outputs);
	const void *state;
	uint64_t	seed;
	int			repeats;
} MlPermutation;

/* Neighbouring inputs that are shuffled together. */
typedef struct MlShuffled
{
	int			first;
	int			n;
	uint64_t	key;			/* makes its shuffles its own */
	double		increase;		/* out: mean of metric after shuffling minus metric before */
	double		std_error;		/* out: of that mean, for other rows and other shuffles */
} MlShuffled;

/*
 * Fills increase and std_error of each group. The standard error comes from the
 * effects of single rows on the increase, as receivers and as donors; for rmse,
 * which is no mean, from their linear part. With 5 repeats it is about a tenth
 * too large, as the choice of donors counts twice.
 */
extern MlStatus ml_permutation_importance(MlEnv *env, const MlPermutation *permutation,
										  MlShuffled *groups, int n_groups);

#endif							/* ML_STATS_PERMUTATION_H */
