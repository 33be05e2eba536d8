/*
 * algo/effects.h
 *		The model of linear, logistic, poisson and gamma: an intercept plus one
 *		effect per input; for more than two classes an array of them.
 *
 * A number has two effects: per unit away from its training mean, and of being
 * missing. A category has one for each level, then other, then missing. The
 * policy for values that training did not see is folded in when the model is
 * made, so that scoring is one loop over the inputs.
 */
#ifndef ML_ALGO_EFFECTS_H
#define ML_ALGO_EFFECTS_H

#include "algo/algo.h"
#include "algo/design.h"

typedef struct MlEffects
{
	double		intercept;		/* at the means and the reference levels */
	int			n_effects;
	const double *effects;		/* (n_effects) input by input */
	int			n_rows;			/* of an array, of which this is the first; it has, */
	const struct MlInference *inference;	/* for all, what the fit knows of its coefficients,
											 * or NULL */
} MlEffects;

/*
 * From the coefficients of a design's slots. ML_INVALID_DATA when one is not
 * finite, which only values near the end of double precision bring about.
 */
extern MlStatus ml_effects_make(MlEnv *env, const MlDesign *design, double intercept,
								const double *slots, MlEffects **effects);

/*
 * The same for n_rows models from points (n_rows, 1 + n_slots), intercepts
 * first.
 */
extern MlStatus ml_effects_make_rows(MlEnv *env, const MlDesign *design, int n_rows,
									 const double *points, MlEffects **effects);

/* The sum of one row: a value, or log-odds. */
extern double ml_effects_margin(const MlEffects *effects, const MlSignature *signature,
								const double *inputs);

/*
 * As MlAlgorithm wants them; predict gives the sum itself, probability its
 * sigmoid or, for several rows, softmax, exponential e to the sum, never infinite.
 */
extern void ml_effects_predict(const void *model, const MlSignature *signature,
							   const double *inputs, int n_rows, double *outputs);
extern void ml_effects_probability(const void *model, const MlSignature *signature,
								   const double *inputs, int n_rows, double *outputs);
extern void ml_effects_exponential(const void *model, const MlSignature *signature,
								   const double *inputs, int n_rows, double *outputs);
extern MlStatus ml_effects_encode(const void *model, MlWriter *writer);
extern MlStatus ml_effects_decode(MlEnv *env, MlReader *reader, const MlSignature *signature,
								  MlTask task, int n_classes, void **model);
/* The base is the intercept: a row at the means and the reference levels. */
extern MlStatus ml_effects_explain(MlEnv *env, const void *model, int output, MlExplainer *explainer);

/*
 * The coefficients: with errors where the model has them, else estimates with
 * a reason; ratios are those whose e^estimate is a ratio.
 */
extern MlStatus ml_effects_coefficients(MlEnv *env, const void *model, const MlSignature *signature,
										const struct MlInference **inference);
extern MlStatus ml_effects_ratios(MlEnv *env, const void *model, const MlSignature *signature,
								  const struct MlInference **inference);

#endif							/* ML_ALGO_EFFECTS_H */
