/*
 * algo/linear_inference.h
 *		What least squares knows about its coefficients.
 */
#ifndef ML_ALGO_LINEAR_INFERENCE_H
#define ML_ALGO_LINEAR_INFERENCE_H

#include "algo/dense_rows.h"
#include "algo/inference.h"
#include "algo/least_squares.h"

/* A finished fit. */
typedef struct MlLinearFit
{
	MlEnv	   *env;
	const MlDesign *design;
	MlDenseRows *rows;			/* all that it learnt from */
	MlLeastSquares *state;		/* finished; its room for rows is used again */
	const MlLeastSquaresFit *solved;	/* with a penalty perhaps only its coefficients */
	const double *slots;		/* (1 + n_slots) coefficients of [1, slots], offset included */
	const double *gathered;		/* with passes: the written state before it was finished */
	MlReason	reason;			/* why there are no errors; ML_REASON_NONE: no penalty */
} MlLinearFit;

/*
 * One more pass over the rows, where they are at hand; else there are no robust
 * errors, and the rest comes from the state. *loss is the mean squared error, weighted. ML_INVALID_DATA
 * when squares or coefficients are beyond double precision.
 */
extern MlStatus ml_linear_infer(const MlLinearFit *fit, MlInference **inference, double *loss);

#endif							/* ML_ALGO_LINEAR_INFERENCE_H */
