/*
 * algo/naive_bayes.h
 *		Naive Bayes: Gaussian for numbers, categorical for categories.
 *
 * What is learnt are sums over rows, which are exact (math/sum.h): states of
 * parts of the rows merge to the state of all of them, to the bit, however
 * the rows are dealt and ordered.
 */
#ifndef ML_ALGO_NAIVE_BAYES_H
#define ML_ALGO_NAIVE_BAYES_H

#include <math.h>

#include "algo/algo.h"

extern const MlAlgorithm ml_naive_bayes;

typedef struct MlBayesOptions
{
	double		smoothing;		/* added to each count of a category */
	double		var_smoothing;	/* added to each variance, in squared standard deviations of the input */
	bool		uniform;		/* classes are equally likely beforehand; else as in the rows */
} MlBayesOptions;

/* Sums over the rows seen so far. */
typedef struct MlBayesState MlBayesState;

/*
 * The log-likelihood of each class, input by input: for a number and each class
 * the mean, 1 / (2 variance) and -log(2 pi variance) / 2, all of the
 * standardised input; for a category and each level, then for other values, the
 * log-probability in each class, 0 where it says nothing.
 */
typedef struct MlBayes
{
	int			n_classes;
	int			n_terms;
	const double *prior;		/* (n_classes) log-probabilities; ML_BAYES_NEVER: without rows */
	const double *terms;		/* (n_terms) */
} MlBayes;

/* Log-probability of a class that had no rows: finite, and never the greatest. */
#define ML_BAYES_NEVER (-1e300)

/* Standardised values end here, so that their squares stay in range. */
#define ML_BAYES_FARTHEST 1e100

/* A number in standard deviations from its mean, also when their difference is out of range. */
static inline double
ml_bayes_standardise(const MlInput *input, double value)
{
	double		z = (value - input->mean) / input->sd;

	if (!isfinite(z))
		z = value / input->sd - input->mean / input->sd;
	return z > ML_BAYES_FARTHEST ? ML_BAYES_FARTHEST : z < -ML_BAYES_FARTHEST ? -ML_BAYES_FARTHEST : z;
}

/* Terms of an input in each class, and of all of them. */
static inline int
ml_bayes_terms_of_input(const MlInput *input)
{
	return input->category ? input->n_levels + 1 : 3;
}

extern int64_t ml_bayes_n_terms(const MlSignature *signature, int n_classes);

/* Are terms (ml_bayes_n_terms()) such that their sums are finite for any row? */
extern bool ml_bayes_terms_valid(const MlSignature *signature, int n_classes, const double *terms);

/* No rows yet; `weighted`: they will have weights. */
extern MlStatus ml_bayes_begin(MlEnv *env, const MlSignature *signature, int n_classes, bool weighted,
							   MlBayesState **state);

/*
 * Add n rows of a frame whose columns are all there, numbered by rows[]; y and
 * weight (or NULL) are of those rows, one after the other.
 */
extern MlStatus ml_bayes_add(MlBayesState *state, const MlFrame *frame, const uint32_t *rows, int n,
							 const double *y, const double *weight);

/* Add the rows of another state of the same signature, classes and kind of weights. */
extern MlStatus ml_bayes_merge(MlBayesState *into, const MlBayesState *from);

/* The model; it needs the state no longer. */
extern MlStatus ml_bayes_finish(const MlBayesState *state, const MlBayesOptions *options, MlBayes **model);
extern void ml_bayes_end(MlBayesState *state);

/* joint (n_classes) = log P(class) + sum over the present inputs of log p(input | class) */
extern void ml_bayes_joint(const MlBayes *model, const MlSignature *signature, const double *inputs,
						   double *joint);

#endif							/* ML_ALGO_NAIVE_BAYES_H */
