/*
 * algo/loss.h
 *		Losses that trees are boosted on, and their derivatives.
 *
 * F is the margin, w the weight of a row:
 *
 *		squared		L = (F - y)^2				g = w (F - y), h = w
 *		log loss	L = log(1 + e^F) - y F		g = w (p - y), h = w p (1 - p)
 *		softmax		L = log sum e^F_j - F_y		g = w (p_k - [y = k]), h = w p_k (1 - p_k) K / (K - 1)
 *
 * with p = 1 / (1 + e^-F), p_k = e^F_k / sum e^F_j. The squared loss counts
 * half in g and h; K / (K - 1) is the step of Friedman's algorithm 6, since
 * the diagonal alone overstates what one of K outputs has to move (2001).
 */
#ifndef ML_ALGO_LOSS_H
#define ML_ALGO_LOSS_H

#include "algo/tree.h"

typedef enum MlObjective
{
	ML_SQUARED,
	ML_LOG_LOSS,
	ML_SOFTMAX
} MlObjective;

typedef struct MlLoss
{
	MlObjective objective;
	int			n_outputs;
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

/* From margins to predictions. */
extern MlLink ml_loss_link(const MlLoss *loss);

#endif							/* ML_ALGO_LOSS_H */
