/*
 * algo/glm_newton.h
 *		Minimise the loss of a generalised linear model.
 */
#ifndef ML_ALGO_GLM_NEWTON_H
#define ML_ALGO_GLM_NEWTON_H

#include "algo/glm_pass.h"
#include "algo/newton.h"

/* Where a search ended, and what is known about the place. */
typedef struct MlGlmPlace
{
	double	   *point;			/* (n_params) */
	double	   *gradient;		/* (n_params) without l1 */
	double	   *hessian;		/* (n_params, n_params); NULL unless made dense */
	double		value;			/* with both penalties */
	double		loss;			/* without any */
} MlGlmPlace;

extern MlStatus ml_glm_place_make(MlEnv *env, const MlGlm *glm, bool dense, MlGlmPlace *place);
extern void ml_glm_place_release(MlEnv *env, MlGlmPlace *place);

/*
 * From place->point to the minimum: until no component of the gradient is
 * larger than `tolerance` times the root of its diagonal element of the
 * Hessian (of the least subgradient with l1), or `iterations` steps are done.
 * Each step is one pass, which has the whole Hessian as long as steps are not
 * small; place->hessian is that of the point unless there is a penalty. `curve` (iterations), or
 * NULL, gets the loss after each. A NaN or infinite value at the start is
 * ML_INVALID_DATA.
 */
extern MlStatus ml_glm_newton(MlGlm *glm, int iterations, double tolerance, MlGlmPlace *place,
							  double *curve, MlNewtonResult *result);

/*
 * step (n_params) = -gradient / Hessian for the parameters that are not fixed,
 * 0 for what is fixed or has no curvature of its own, of more than `least` of
 * its diagonal element; lost (n_params), or NULL, says which have none.
 */
extern MlStatus ml_glm_step(MlGlm *glm, const MlGlmPlace *place, double least, double *step,
							bool *lost);

#endif							/* ML_ALGO_GLM_NEWTON_H */
