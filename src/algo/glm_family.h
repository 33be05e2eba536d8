/*
 * algo/glm_family.h
 *		Families of generalised linear models: what differs between them.
 *
 * With the margin m of a row, its weight w and its target y (McCullagh and
 * Nelder, Generalized Linear Models, 2nd ed., 1989):
 *
 *					mean		variance	loss w *			its second derivative
 *		binomial	1/(1+e^-m)	mu (1-mu)	log(1+e^m) - y m	mu (1-mu)
 *		poisson		e^m			mu			mu - y m			mu
 *		gamma		e^m			mu^2		y / mu + m			y / mu, expected: 1
 *
 * The loss is the negative log-likelihood but for what does not depend on m,
 * for gamma without the dispersion. Each is convex in m, and each link is
 * canonical but that of gamma. More than two classes are multinomial: K
 * margins, mean e^m_k / sum e^m_j, loss log sum e^m_j - m_y.
 */
#ifndef ML_ALGO_GLM_FAMILY_H
#define ML_ALGO_GLM_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum MlGlmKind
{
	ML_GLM_BINOMIAL,
	ML_GLM_POISSON,
	ML_GLM_GAMMA
} MlGlmKind;

/* Some rows: y and margin of one, their weights. */
typedef struct MlGlmBlock
{
	int			n;
	const double *y;			/* (n) value, or class number */
	const double *weight;		/* (n) */
	const double *margin;		/* (n); of class k: margin + k * stride */
	size_t		stride;
} MlGlmBlock;

typedef struct MlGlmFamily
{
	MlGlmKind	kind;
	bool		counts_dispersion;	/* the variance has an unknown factor */

	/* NULL when y may be a target; else what targets must be. */
	const char *(*refuses) (double y);
	/* The margin of a mean. */
	double		(*link) (double mean);
	/*
	 * residual (n) = first and curvature (n) = second derivatives of the loss
	 * by the margin, weights in them. The result is the loss.
	 */
	double		(*judge) (const MlGlmBlock *block, double *residual, double *curvature);
	/* The mean of a margin; finite. */
	double		(*mean) (double margin);
	/* The expected second derivative over the variance's unknown factor, without weight. */
	double		(*information) (double margin);
	/* The share of the deviance of one row without its weight. */
	double		(*deviance) (double y, double margin);
	/* (y - mean)^2 / variance */
	double		(*pearson) (double y, double margin);
} MlGlmFamily;

extern const MlGlmFamily ml_binomial_family;
extern const MlGlmFamily ml_poisson_family;
extern const MlGlmFamily ml_gamma_family;

/*
 * The same for n_classes > 2: margins become probabilities in place, weight
 * and class are as given; the result is the loss.
 */
extern double ml_multinomial_judge(const MlGlmBlock *block, int n_classes, double *probability);

#endif							/* ML_ALGO_GLM_FAMILY_H */
