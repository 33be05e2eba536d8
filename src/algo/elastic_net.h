/*
 * algo/elastic_net.h
 *		Lasso, ridge and elastic net of a quadratic function.
 *
 * Over w (n) it minimises
 *		1/2 w'Gw - c'w + l1 sum_j f_j |w_j| + l2 / 2 sum_j f_j w_j^2
 * for a positive semidefinite G, a linear term c and penalty factors f_j of 0
 * (free) or more. Everything that is quadratic in its coefficients fits:
 *
 * Least squares with centred X, y, weights u_i and their sum U: with
 * G = X'uX / U and c = X'uy / U it is, but for a constant,
 *		1 / (2 U) sum_i u_i (y_i - x_i'w)^2 + penalties,
 * the scale of scikit-learn (l1 = alpha l1_ratio, l2 = alpha (1 - l1_ratio))
 * and of R's glmnet for standardised columns (l1 = lambda alpha,
 * l2 = lambda (1 - alpha)). The sums are not divided by U for penalties as in
 * scikit-learn's Ridge.
 *
 * A Newton step of a penalised log-likelihood: G its negative Hessian at the
 * point v and c = gradient + G v, so that w is the new point.
 *
 * Method: cyclic coordinate descent with an active set and warm starts
 * (Friedman, Hastie and Tibshirani, "Regularization paths for generalized
 * linear models via coordinate descent", J. Stat. Softw. 33(1), 2010). As it is
 * slow for correlated columns, a Newton step of the active set is taken now and
 * then, at no more cost than the sweeps between, as far as no coefficient
 * changes its sign. It stops when the
 * conditions of Karush, Kuhn and Tucker hold for every coefficient.
 */
#ifndef ML_ALGO_ELASTIC_NET_H
#define ML_ALGO_ELASTIC_NET_H

#include "base/env.h"

/*
 * How far an optimality condition may be off, as a share of the largest
 * |c_j| / sqrt(G_jj): a correlation with the target.
 */
#define ML_ELASTIC_NET_TOLERANCE 1e-10

typedef struct MlElasticNet
{
	int			n;
	const double *gram;			/* (n, n) G, both triangles */
	const double *linear;		/* (n) c */
	const double *factor;		/* (n) f, or NULL for ones */

	/* private */
	MlEnv	   *env;
	double		scale;			/* largest |c_j| / sqrt(G_jj) */
	double	   *slope;			/* (n) c - Gw */
	int		   *active;			/* (n) coefficients that may be other than 0 */
	int			n_active;
	double	   *room;			/* (room_n, room_n + 1) to solve in */
	int			room_n;
	double		work;			/* operations of sweeps since the last solution */
} MlElasticNet;

typedef struct MlElasticNetResult
{
	int			sweeps;
	bool		converged;
} MlElasticNetResult;

/*
 * The arrays are the caller's and must stay. G, c or f that are not finite or
 * a negative f or G_jj are ML_INVALID_DATA.
 */
extern MlStatus ml_elastic_net_begin(MlEnv *env, int n, const double *gram, const double *linear,
									 const double *factor, MlElasticNet *net);

/*
 * From w (n) to the minimum, in place: start with zeros or the solution of a
 * similar problem. A column without values (G_jj = 0) gets 0. Not having
 * converged within `sweeps` passes over the coefficients is an answer, not a
 * failure; coefficients beyond the range of doubles are ML_INVALID_DATA.
 */
extern MlStatus ml_elastic_net_solve(MlElasticNet *net, double l1, double l2, int sweeps,
									 double *w, MlElasticNetResult *result);

/*
 * The smallest l1 for which all coefficients with a penalty are 0, and in
 * w (n) those without, for a warm start.
 */
extern MlStatus ml_elastic_net_largest(MlElasticNet *net, double *w, double *l1);

extern void ml_elastic_net_end(MlElasticNet *net);

/* path (count) from `largest` down to `largest` times `ratio` in equal steps of the logarithm */
extern void ml_elastic_net_path(double largest, double ratio, int count, double *path);

/*
 * G and c of least squares from the triangular factor r (n, n), column-major,
 * of the rows [free, X, y] with `free` leading columns whose coefficients have
 * no penalty, such as the intercept: these are eliminated, their coefficients
 * follow by ml_elastic_net_free(). With m = n - free - 1: gram (m, m),
 * linear (m), both divided by `weight`.
 */
extern MlStatus ml_elastic_net_gram(MlEnv *env, int n, const double *r, int free, double weight,
									double *gram, double *linear);

/*
 * The first `free` of coefficients (n - 1), given the others, by back
 * substitution. They must not be aliased.
 */
extern void ml_elastic_net_free(int n, const double *r, int free, double *coefficients);

#endif							/* ML_ALGO_ELASTIC_NET_H */
