/*
 * algo/glm_inference.h
 *		What a fitted generalised linear model knows about its coefficients
 *		and its fit.
 *
 * Standard errors come from the expected information X'WX (of several classes
 * that of all their coefficients together), for gamma times the dispersion
 * sum w (y - mu)^2 / mu^2 / (rows - coefficients); robust ones are HC3 with
 * the residuals and leverages of the last step of iteratively reweighted
 * least squares, as R's sandwich has them (A. Zeileis, "Object-oriented
 * computation of sandwich estimators", J. Stat. Softw. 16(9), 2006). More than
 * two classes have no robust ones. Coefficients by errors are taken as normal.
 *
 * Row weights are those of observations with a variance so much smaller, as in
 * R's glm and statsmodels' var_weights: rows are counted, weights are not.
 *
 * Statistics: deviance and its value for a model of intercepts (and the
 * offset) alone, log-likelihood, aic = 2 k - 2 log-likelihood and
 * bic = k log(rows) - 2 log-likelihood with k coefficients (the dispersion of
 * gamma not counted, as in statsmodels), McFadden's pseudo R2.
 */
#ifndef ML_ALGO_GLM_INFERENCE_H
#define ML_ALGO_GLM_INFERENCE_H

#include "algo/glm_newton.h"
#include "algo/inference.h"

/* What to infer from: a place that was reached, and why some coefficients have no error. */
typedef struct MlGlmInferred
{
	const MlGlmPlace *place;
	const uint8_t *reason;		/* (n_params) MlReason; ML_REASON_NONE for those that have errors */
	const double *null_point;	/* (n_params) the best model of intercepts alone */
	double		null_loss;		/* its loss; NaN: not known */
	bool		errors;			/* some have errors: place has a Hessian */
	bool		statistics;		/* the weights are those of the data */
} MlGlmInferred;

/* point (n_params) are the coefficients as the model has them. */
extern MlStatus ml_glm_infer(MlGlm *glm, const MlGlmInferred *inferred, const double *point,
							 MlInference **inference);

#endif							/* ML_ALGO_GLM_INFERENCE_H */
