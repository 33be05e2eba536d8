/*
 * algo/glm_pass.h
 *		The loss of a generalised linear model and its derivatives: passes over
 *		the rows.
 *
 * Parameters are the intercept and the coefficients of the slots of
 * algo/design.h, for each output: parameter k * n + j is that of output k, the
 * intercept for j = 0, else slot j - 1. Passes take rows from MlDesignRows, so
 * that memory does not grow with their number.
 */
#ifndef ML_ALGO_GLM_PASS_H
#define ML_ALGO_GLM_PASS_H

#include "algo/algo.h"
#include "algo/design_rows.h"
#include "algo/glm_family.h"
#include "algo/design_gram.h"
#include "algo/glm_row.h"
#include "algo/passes.h"

typedef struct MlGlm
{
	MlEnv	   *env;
	const MlFitInput *input;
	const MlGlmFamily *family;	/* NULL: multinomial */
	MlDesign	design;
	MlDesignGram		gram;
	MlDesignRows *rows;			/* what passes go over */
	const MlPasses *passes;		/* what has the rows instead; or NULL */
	double		share;			/* of the penalties: rows in passes / all rows */
	int			n_outputs;
	int			n;				/* 1 + slots */
	int			n_params;		/* n_outputs * n */
	bool	   *fixed;			/* (n_params) those that stay as they are */
	double		l1;
	double		l2;
	double		total_weight;

	/* of the latest pass */
	double		loss;			/* without penalties */

	/* work space of a pass, by block */
	double	   *y;				/* (capacity) */
	double	   *weight;			/* (capacity) */
	double	   *margin;			/* (n_outputs, capacity) ... or probabilities */
	double	   *turn;			/* (n_outputs, capacity) margins of a direction */
	double	   *residual;		/* (capacity) */
	double	   *curvature;		/* (capacity) */
	double	   *wide;			/* (n_outputs, n_wide) coefficients */
	double	   *turn_wide;		/* (n_outputs, n_wide) those of a direction */
	double	   *sum;			/* (n_outputs, n_wide) */
	double	   *squares;		/* (n_outputs, n_wide) */
	double	   *sums;			/* (pairs of outputs, ml_design_gram_size()), or NULL */
} MlGlm;

/* Work space, once rows and n_outputs are known; with Gram matrices when `dense`. */
extern MlStatus ml_glm_pass_begin(MlGlm *glm, bool dense);
extern void ml_glm_pass_end(MlGlm *glm);

/*
 * A pass of one's own: begin with the coefficients of `point`, and, unless
 * NULL, of a direction; then block by block y, weight and, unless point is
 * NULL, margin are there, until *n_rows is 0.
 */
extern void ml_glm_begin_pass(MlGlm *glm, const double *point, const double *direction);
extern MlStatus ml_glm_next_block(MlGlm *glm, const double *point, int *n_rows);

/* True for a coefficient that penalties count. */
extern bool ml_glm_penalised(const MlGlm *glm, int parameter);

/*
 * At `point` (n_params): the loss with l2 but without l1, its gradient
 * (n_params) and, unless NULL, Hessian (n_params, n_params), 0 for what is fixed.
 */
extern MlStatus ml_glm_evaluate(MlGlm *glm, const double *point, double *value, double *gradient,
								double *hessian);

/* The loss alone; gradient and diagonal of the Hessian alone; Hessian times direction. */
extern MlStatus ml_glm_value(MlGlm *glm, const double *point, double *value);
extern MlStatus ml_glm_gradient(MlGlm *glm, const double *point, double *gradient, double *diagonal);
extern MlStatus ml_glm_product(MlGlm *glm, const double *point, const double *direction,
							   double *product);

/* Rows whose class is not the likeliest one alone. */
extern MlStatus ml_glm_wrong(MlGlm *glm, const double *point, int64_t *n_wrong);

/* matrix (n, n) = [1, X]' diag(weight) [1, X] */
extern MlStatus ml_glm_cross_products(MlGlm *glm, double *matrix);

/* Sums of a pass that others make: (ml_glm_row_size()), or the first ML_N_GLM_SUMS without derivatives. */
extern MlStatus ml_glm_sums(MlGlm *glm, const double *point, double dispersion, bool derivatives,
							double *sums);

#endif							/* ML_ALGO_GLM_PASS_H */
