/*
 * algo/glm.h
 *		Generalised linear models: one fit for all families.
 *
 * Minimises the sum of the weighted losses of algo/glm_family.h plus
 *		l1 |w|_1 + l2 / 2 |w|^2
 * over the intercept and the coefficients w of the slots of algo/design.h; the
 * intercept is not penalised. With an offset the coefficient of its column is
 * 1 in the units of the data.
 *
 * More than two classes have a row of coefficients each. Without a penalty the
 * row of the first class is 0; with one all rows are there, which the penalty
 * makes unique, and their intercepts add up to 0.
 *
 * While the Hessian is small (algo/glm_newton.h) a step is one pass over the
 * rows; beyond, truncated Newton (algo/newton.h) takes several passes a step
 * and no matrix. Large tables are fitted on a sample first, so that few passes
 * over all rows are left.
 *
 * Converged when |gradient_j| <= tolerance sqrt(weight * Hessian_jj) for all j.
 *
 * Without a penalty: columns that others determine get coefficient 0, which a
 * warning tells; and where the data pull a coefficient to infinity (separated
 * classes, levels with counts of 0 only) it is what the tolerance made of it,
 * and a warning names it. Such a coefficient is found by its last Newton step,
 * which does not shrink while the gradient does.
 */
#ifndef ML_ALGO_GLM_H
#define ML_ALGO_GLM_H

#include "algo/algo.h"
#include "algo/glm_family.h"

/* The first rows of every parameter table, in this order. */
#define ML_GLM_PARAMETERS(default_l2) \
	{"l2", "lambda,reg_lambda", ML_PARAM_NUMBER, default_l2, 0.0, 1e100, \
	"penalty on the squared coefficients of standardised columns; 1 / C of other libraries", NULL}, \
	{"iterations", "max_iter", ML_PARAM_INTEGER, 100.0, 1.0, 100000.0, \
	"most Newton steps; a warning tells when they were not enough", NULL}, \
	{"tolerance", "tol", ML_PARAM_NUMBER, 1e-8, 1e-14, 0.1, \
	"how exactly the minimum is met; 1e-8 gives about eight digits", NULL}, \
	{"l1", "reg_alpha", ML_PARAM_NUMBER, 0.0, 0.0, 1e100, \
	"penalty on the absolute coefficients of standardised columns; makes some of them 0", NULL}, \
	{"offset", "", ML_PARAM_COLUMN, 0.0, 0.0, 0.0, \
	"column whose coefficient is 1, such as the logarithm of the exposure", NULL}

enum
{
	ML_GLM_L2,
	ML_GLM_ITERATIONS,
	ML_GLM_TOLERANCE,
	ML_GLM_L1,
	ML_GLM_OFFSET,
	ML_GLM_CLASS_WEIGHT			/* in the table of classifications only */
};

/* MlAlgorithm.fit of an algorithm with these parameters; the model is MlEffects. */
extern MlStatus ml_glm_fit(MlEnv *env, const MlAlgorithm *algorithm, const MlGlmFamily *family,
						   const MlFitInput *input, MlFitted *fitted);

#endif							/* ML_ALGO_GLM_H */
