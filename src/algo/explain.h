/*
 * algo/explain.h
 *		What each input of a row adds to the margin of a model.
 *
 * The margin is what the link of a model is applied to: the value itself
 * where there is no link, log-odds of two classes, the logarithm of poisson and
 * gamma means. Contributions are Shapley values: with the base, which is what
 * the model says before it knows anything of the row, they add up to the
 * margin.
 *
 * Trees and sums of effects are explained exactly. Any other model is asked
 * what it predicts when inputs are replaced, one after the other, by the
 * training mean or the most frequent level: exactly for few inputs, else for
 * orders of the inputs at random (E. Strumbelj and I. Kononenko, 2014), each
 * with its reverse, with a standard error. Its margin is log-odds of two
 * classes, the logarithm of the probability of more, else the output itself.
 */
#ifndef ML_ALGO_EXPLAIN_H
#define ML_ALGO_EXPLAIN_H

#include "algo/algo.h"

struct MlExplainer
{
	MlEnv	   *env;
	const MlSignature *signature;
	double		base;
	bool		exact;
	void	   *state;			/* of the algorithm */
	MlStatus	(*rows) (MlExplainer *explainer, const double *inputs, int n_rows, double *contributions,
						 double *errors);
};

/*
 * Explains the output of a fitted model of an algorithm. What it allocates
 * lives as long as the environment.
 */
extern MlStatus ml_explain_begin(MlEnv *env, const MlAlgorithm *algorithm, const void *fitted,
								 const MlSignature *signature, MlTask task, int n_classes, int output,
								 MlExplainer *explainer);

/*
 * contributions (n_rows, n_inputs) of rows of inputs (n_rows, n_inputs), and
 * their standard errors unless explainer->exact or errors is NULL. The bits of
 * a row do not depend on the rows beside it.
 */
static inline MlStatus
ml_explain_rows(MlExplainer *explainer, const double *inputs, int n_rows, double *contributions,
				double *errors)
{
	return explainer->rows(explainer, inputs, n_rows, contributions, errors);
}

#endif							/* ML_ALGO_EXPLAIN_H */
