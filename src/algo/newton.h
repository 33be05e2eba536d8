/*
 * algo/newton.h
 *		Minimise a smooth convex function of many variables: truncated Newton.
 */
#ifndef ML_ALGO_NEWTON_H
#define ML_ALGO_NEWTON_H

#include "base/env.h"

/*
 * What to minimise. All answer at the point of the latest value() call, so
 * that it may keep what the others need.
 */
typedef struct MlObjective
{
	int			n;
	void	   *state;
	MlStatus	(*value) (void *state, const double *point, double *value);
	/* The gradient and the diagonal of the Hessian, (n) each. */
	MlStatus	(*gradient) (void *state, double *gradient, double *diagonal);
	/* product (n) = Hessian times direction (n) */
	MlStatus	(*product) (void *state, const double *direction, double *product);
} MlObjective;

typedef struct MlNewtonResult
{
	int			iterations;
	double		value;
	double		gradient;		/* largest component over the root of its curvature */
	bool		converged;
} MlNewtonResult;

/*
 * From point (n) to the minimum, in place, until no component of the gradient
 * is larger than `tolerance` times the root of its diagonal element of the
 * Hessian, or `iterations` Newton steps are done. For a log-likelihood that
 * measures each variable's error in its standard errors, so that rare
 * categories are as exact as the rest. Not having converged is an answer, not
 * a failure.
 */
extern MlStatus ml_newton(MlEnv *env, const MlObjective *objective, int iterations,
						  double tolerance, double *point, MlNewtonResult *result);

#endif							/* ML_ALGO_NEWTON_H */
