/*
 * algo/glm_row.h
 *		What one row adds to the sums of a generalised linear model at a point.
 */
#ifndef ML_ALGO_GLM_ROW_H
#define ML_ALGO_GLM_ROW_H

#include "algo/glm_family.h"

/* The first sums, weights in them; behind them those of derivatives. */
enum
{
	ML_GLM_SUM_LOSS,
	ML_GLM_SUM_DEVIANCE,
	ML_GLM_SUM_PEARSON,
	ML_GLM_SUM_LIKELIHOOD,
	ML_GLM_SUM_SATURATED,		/* the loss of a model that hits every y */
	ML_GLM_SUM_WRONG,			/* rows not on their class's side */
	ML_N_GLM_SUMS
};

/* Most columns of a point: a row then adds almost a million numbers, as many as a state of sums takes. */
#define ML_MAX_GLM_POINT 1400

typedef struct MlGlmPoint
{
	MlGlmKind	kind;
	int			n;				/* 1 + slots */
	const double *point;		/* (n) */
	double		dispersion;		/* of the likelihood of gamma */
	bool		derivatives;	/* gradient (n), then the Hessian's upper triangle by columns */
} MlGlmPoint;

/* The family of a kind; NULL for no such kind. */
extern const MlGlmFamily *ml_glm_family(MlGlmKind kind);

/* Numbers that a row adds. */
extern int	ml_glm_row_size(const MlGlmPoint *at);

/*
 * array (ml_glm_row_size()) of a row with slots (n - 1). What is beyond double
 * precision is as large as sums of it can be.
 */
extern void ml_glm_row(const MlGlmPoint *at, const double *slots, double y, double weight, double *array);

/* What a row loses at its own best margin, for families with a deviance; without weight. */
extern double ml_glm_saturated_loss(const MlGlmFamily *family, double y);

/* The log-likelihood of a row; the dispersion is that of gamma. */
extern double ml_glm_log_likelihood(const MlGlmFamily *family, double y, double margin, double weight,
									double dispersion);

#endif							/* ML_ALGO_GLM_ROW_H */
