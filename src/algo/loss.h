/*
 * algo/loss.h
 *		Losses that trees are boosted on, and their derivatives.
 *
 * F is the margin, d = F - y, mu = e^F, w the weight of a row, by which g and h
 * are multiplied:
 *
 *		squared		L = d^2						g = d				h = 1
 *		absolute	L = |d|						g = sign d			h = 1
 *		huber		L = d^2 / 2, beyond delta	g = d, at most		h = 1
 *					delta (|d| - delta / 2)		delta
 *		quantile	L = (1 - q) d above,		g = 1 - q above,	h = 1
 *					-q d below					-q below
 *		poisson		L = 2 (y log(y / mu)		g = mu - y			h = mu
 *					- y + mu)
 *		gamma		L = 2 (y / mu				g = 1 - y / mu		h = 1
 *					- log(y / mu) - 1)
 *		tweedie		L = deviance of power p		g = mu^(2-p)		h = mu^(2-p)
 *													- y mu^(1-p)
 *		log loss	L = log(1 + e^F) - y F		g = p - y			h = p (1 - p)
 *		softmax		L = log sum e^F_j - F_y		g = p_k - [y = k]	h = p_k (1 - p_k) K / (K - 1)
 *
 * with p = 1 / (1 + e^-F), p_k = e^F_k / sum e^F_j. Losses that are twice as
 * large as the function that g belongs to are so to be what people know: the
 * squared error and the deviances. K / (K - 1) is the step of Friedman's
 * algorithm 6, since the diagonal alone overstates what one of K outputs has
 * to move (2001).
 *
 * Absolute, huber and quantile: the derivatives say little about how far to
 * go. Leaf values are the median or quantile of y - F in the leaf, for huber
 * the median and from there the mean of what is left, cut at delta (Friedman,
 * 2001, algorithms 3 and 4).
 *
 * Poisson, gamma, tweedie: h is the expected second derivative (Fisher
 * scoring), which makes G / H = 1 - A / H for some A >= 0, and the best value
 * of a leaf log(A / H). Upwards that is the step taken; downwards, where the
 * logarithm is unbounded, the Newton step of at most 1 is.
 */
#ifndef ML_ALGO_LOSS_H
#define ML_ALGO_LOSS_H

#include "algo/tree.h"

typedef enum MlLossKind
{
	ML_SQUARED,
	ML_ABSOLUTE,
	ML_HUBER,
	ML_QUANTILE,
	ML_POISSON,
	ML_GAMMA,
	ML_TWEEDIE,
	ML_LOG_LOSS,
	ML_SOFTMAX
} MlLossKind;

typedef struct MlLoss
{
	MlLossKind objective;
	int			n_outputs;
	double		shape;			/* delta, q or p */
	MlSimd		simd;			/* instructions to compute derivatives with */
} MlLoss;

/* Most rows of a call below: what they need stays in the first-level cache. */
#define ML_LOSS_BLOCK 1024

/* Some rows in a row: pointers to the first of them. */
typedef struct MlLossRows
{
	int			n;				/* at most ML_LOSS_BLOCK */
	const double *y;			/* (n) value, or class number */
	const double *weight;		/* (n), or NULL for 1 */
	const double *margin;		/* (n) of output 0; that of output k is k * stride further */
	size_t		stride;
	const double *normalizer;	/* (n) log sum e^F_j; for derivatives of softmax only */
} MlLossRows;

/* g and h (n) = derivatives by the margin of an output, the weight in them. */
extern void ml_loss_derivatives(const MlLoss *loss, const MlLossRows *rows, int output,
								double *g, double *h);

/* value (n) = L of each row, without its weight. */
extern void ml_loss_values(const MlLoss *loss, const MlLossRows *rows, double *value);

/* normalizer (n) = log sum e^F_j */
extern void ml_loss_normalizer(const MlLoss *loss, const MlLossRows *rows, double *normalizer);

/*
 * Bounds of |g| and h for weights up to max_weight, whatever the margins;
 * false when there are none.
 */
extern bool ml_loss_bounds(const MlLoss *loss, double max_weight, double *g, double *h);

/*
 * The margin with the least loss for n rows with this weighted mean of y, or
 * share of the output's class; never infinite.
 */
extern double ml_loss_base(const MlLoss *loss, double mean, int64_t n);

/* What a leaf moves the margin by when Newton's step is `step`. */
extern double ml_loss_step(const MlLoss *loss, double step);

/* Leaf values are locations of y - F, see above; then the base is one, too. */
extern bool ml_loss_locates(const MlLoss *loss);

/* NULL when y may be a target; else what targets must be. */
extern const char *ml_loss_refuses(const MlLoss *loss, double y);

/* From margins to predictions. */
extern MlLink ml_loss_link(const MlLoss *loss);

#endif							/* ML_ALGO_LOSS_H */
