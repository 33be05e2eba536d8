/*
 * stats/agreement.h
 *		The table of actual and predicted classes, and what is measured on it.
 */
#ifndef ML_STATS_AGREEMENT_H
#define ML_STATS_AGREEMENT_H

#include "base/env.h"
#include "stats/interval.h"

typedef struct MlAgreement
{
	int			n;				/* classes */
	double	   *weight;			/* (n, n) actual by predicted: weights of the rows, summed */
	double	   *square;			/* (n, n) squared weights, summed */
	double	   *share;			/* (n, n) weight over the total */
	double	   *actual;			/* (n) sums of share over what was predicted */
	double	   *predicted;		/* (n) and over what was actual */
	double		effective;		/* Kish's effective number of rows */
	double		rarest;			/* that of the class with the fewest rows */
} MlAgreement;

/*
 * What can be measured; macro is the plain mean over the classes that were
 * actual or predicted, weighted the mean by their actual rows.
 */
typedef enum MlMeasure
{
	ML_ACCURACY,
	ML_ERROR_RATE,
	ML_BALANCED_ACCURACY,		/* mean recall of the classes that were actual */
	ML_PRECISION_MACRO,
	ML_RECALL_MACRO,
	ML_F1_MACRO,
	ML_PRECISION_WEIGHTED,
	ML_RECALL_WEIGHTED,
	ML_F1_WEIGHTED,
	ML_COHEN_KAPPA,
	ML_MCC,
	ML_N_MEASURES
} MlMeasure;

/* "accuracy", "f1_macro", ... */
extern const char *ml_measure_name(MlMeasure measure);

/*
 * Count rows of classes 0 .. n-1; weight NULL: all 1. The same for any order
 * of the rows.
 */
extern MlStatus ml_agreement_build(MlEnv *env, const double *actual, const int32_t *predicted,
								   const double *weight, int64_t rows, int n, MlAgreement *table);

/* The table of the same rows when every one is predicted as `constant`. */
extern MlStatus ml_agreement_constant(MlEnv *env, const MlAgreement *table, int constant,
									  MlAgreement *result);
extern void ml_agreement_release(MlEnv *env, MlAgreement *table);

/* value and interval (ML_N_MEASURES) */
extern MlStatus ml_agreement_measure(MlEnv *env, const MlAgreement *table, double *value,
									 MlInterval *interval);

/* Of one class against all others; 0 without interval where it is 0 / 0. */
extern double ml_agreement_precision(const MlAgreement *table, int k, MlInterval *interval);
extern double ml_agreement_recall(const MlAgreement *table, int k, MlInterval *interval);
extern double ml_agreement_f1(const MlAgreement *table, int k, MlInterval *interval);

#endif							/* ML_STATS_AGREEMENT_H */
