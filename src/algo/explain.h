/*
 * algo/explain.h
 *		What each input of a row adds to the margin of a model.
 *
 * The margin is what the link of a model is applied to: the value itself
 * where there is no link, log-odds of two classes, logarithms of poisson and
 * gamma means. Contributions are Shapley values: with the base, which is what
 * the model says before it knows anything of the row, they add up to the
 * margin.
 */
#ifndef ML_ALGO_EXPLAIN_H
#define ML_ALGO_EXPLAIN_H

#include "prep/signature.h"

typedef struct MlExplainer MlExplainer;

struct MlExplainer
{
	MlEnv	   *env;
	const MlSignature *signature;
	double		base;
	void	   *state;			/* of the algorithm */
	MlStatus	(*rows) (MlExplainer *explainer, const double *inputs, int n_rows, double *contributions);
};

/*
 * contributions (n_rows, n_inputs) of rows of inputs (n_rows, n_inputs); the
 * bits of a row do not depend on the rows beside it.
 */
static inline MlStatus
ml_explain_rows(MlExplainer *explainer, const double *inputs, int n_rows, double *contributions)
{
	return explainer->rows(explainer, inputs, n_rows, contributions);
}

#endif							/* ML_ALGO_EXPLAIN_H */
