/*
 * algo/loss.h
 *		Losses that trees are boosted on, and their derivatives.
 *
 *		regression		L = (F - y)^2 / 2			g = w (F - y), h = w
 *		two classes		L = log(1 + e^F) - y F		g = w (p - y), h = w p (1 - p)
 *
 * with F the margin and p = 1 / (1 + e^-F).
 */
#ifndef ML_ALGO_LOSS_H
#define ML_ALGO_LOSS_H

#include "algo/algo.h"
#include "algo/histogram.h"

/* What one unit of MlGradient.g and .h is worth: one over a power of two. */
typedef struct MlGradientScale
{
	double		g;				/* units per 1 */
	double		h;
} MlGradientScale;

/*
 * gradient (n_rows) = derivatives of the loss of input->rows at margin
 * (n_rows), rounded to multiples of a power of two that suits all of them:
 * from here on sums are exact. The same bits whatever the CPU.
 */
extern MlStatus ml_loss_gradients(MlEnv *env, const MlFitInput *input, double max_weight,
								  const double *margin, MlGradient *gradient,
								  MlGradientScale *scale);

/* What is reported: (F - y)^2, or the log loss. */
extern double ml_loss_value(MlTask task, double y, double margin);

#endif							/* ML_ALGO_LOSS_H */
