/*
 * algo/inference.h
 *		What a fit knows about its coefficients: standard errors, and
 *		statistics of the whole fit.
 *
 * A term is one coefficient as people read it, in the units of the data: the
 * intercept is the value where all numbers are 0 and all categories at their
 * reference; a number's is per unit; a level's is the difference from the
 * reference level; "missing" of a number is the difference from a row with the
 * training mean. Terms stand in a fixed order, for each class of more than two:
 * intercept, then input by input, number and missing, or the levels in their
 * order (the reference among them), other, missing. Only those that training
 * saw are there.
 *
 * Covariances come as a root: a matrix U with U U' = (X'WX)^-1 over the
 * columns [1, slots] of algo/design.h, so that no difference of large numbers
 * is taken where columns are nearly dependent.
 *
 * Robust standard errors are HC3 (J. MacKinnon and H. White, 1985; default of
 * R's sandwich): sum of x x' (e / (1 - h))^2 between two (X'WX)^-1, h the
 * leverage of the row. A row with leverage 1 is alone with some
 * coefficient: others do not depend on it, and the error of that one is NaN.
 */
#ifndef ML_ALGO_INFERENCE_H
#define ML_ALGO_INFERENCE_H

#include "algo/design.h"
#include "base/bytes.h"

typedef enum MlTermKind
{
	ML_TERM_INTERCEPT,
	ML_TERM_NUMBER,
	ML_TERM_LEVEL,
	ML_TERM_OTHER,				/* categories beyond the levels */
	ML_TERM_MISSING
} MlTermKind;

typedef struct MlTerm
{
	int			class;			/* of more than two, else -1 */
	int			input;			/* of the signature; -1: intercept */
	MlTermKind	kind;
	int			level;			/* of ML_TERM_LEVEL, else -1 */
	int			slot;			/* of the design; -1: intercept or reference */
	bool		reference;		/* its coefficient is 0 by definition */
} MlTerm;

/* Why a coefficient has no standard error; stored, so only append. */
typedef enum MlReason
{
	ML_REASON_NONE,				/* it has one */
	ML_REASON_REFERENCE,
	ML_REASON_ALIASED,			/* other columns already determine it */
	ML_REASON_ABSENT,			/* no row that was learnt from has it */
	ML_REASON_FIXED,			/* given by a parameter: offset, no intercept */
	ML_REASON_PENALTY,
	ML_REASON_SELECTION,		/* chosen by the data, as lasso does */
	ML_REASON_SATURATED,		/* as many coefficients as rows */
	ML_REASON_SEPARATED,		/* it has no finite value */
	ML_REASON_NOT_CONVERGED,
	ML_REASON_TOO_MANY,			/* columns: beyond ML_MOST_INFERRED */
	ML_REASON_UNKNOWN,			/* the version was made without them */
	ML_REASON_CLASS_WEIGHT,		/* the weights are not those of the data */
	ML_N_REASONS
} MlReason;

/* Columns of the design (1, slots) beyond which no errors are computed. */
#define ML_MOST_INFERRED 2000

/* Named numbers about a fit, on the rows that it learnt from; rows of part 'train'. */
typedef enum MlFitStatistic
{
	ML_FIT_R2,
	ML_FIT_ADJUSTED_R2,
	ML_FIT_F,					/* all coefficients but the intercept are 0 */
	ML_FIT_F_P_VALUE,
	ML_FIT_SIGMA,				/* residual standard error */
	ML_FIT_AIC,
	ML_FIT_BIC,
	ML_FIT_LOG_LIKELIHOOD,
	ML_FIT_DEVIANCE,
	ML_FIT_NULL_DEVIANCE,
	ML_FIT_CONDITION_NUMBER,	/* of the columns scaled to length 1 */
	ML_FIT_DF_MODEL,
	ML_FIT_DF_RESIDUAL,
	ML_FIT_PSEUDO_R2,			/* McFadden */
	ML_FIT_DISPERSION,			/* Pearson's chi-square by its degrees of freedom */
	ML_FIT_LAMBDA,				/* penalty per unit of weight, given or found */
	ML_FIT_NONZERO,				/* coefficients that it left, without the intercept */
	ML_N_FIT_STATISTICS
} MlFitStatistic;

/* "r2", "adjusted_r2", "f", "f_p_value", ... as mlops_evaluate() shows them */
extern const char *ml_fit_statistic_name(MlFitStatistic statistic);

/* "reference level", ... as mlops_coefficients() shows it; NULL for ML_REASON_NONE. */
extern const char *ml_reason_text(MlReason reason);

typedef struct MlInference
{
	int			n_terms;
	double	   *estimate;		/* (n_terms) */
	double	   *std_error;		/* (n_terms) NaN where there is a reason */
	double	   *robust;			/* (n_terms) HC3; NaN where there is none */
	uint8_t    *reason;			/* (n_terms) MlReason */
	double		df;				/* estimate / std_error follows Student's t with so many
								 * degrees of freedom; 0: a normal distribution */
	bool		ratios;			/* e^estimate is a ratio (of odds, of rates) */
	/* Not stored: */
	int64_t		n_rows;			/* learnt from */
	double		statistic[ML_N_FIT_STATISTICS]; /* NaN where there is none */
} MlInference;

/* Terms of one class, or of a model without classes. */
extern int64_t ml_terms_count(const MlSignature *signature);
extern void ml_terms_list(const MlDesign *design, int class, MlTerm *terms);

/*
 * Room for the terms of a design, times n_classes where that is above 2. All
 * estimates are 0, errors NaN, reasons ML_REASON_UNKNOWN, statistics NaN.
 */
extern MlStatus ml_inference_make(MlEnv *env, const MlDesign *design, int n_classes,
								  MlInference **inference);

/*
 * Estimates of a class (-1: the only one) from coefficients (1 + n_slots) of
 * [1, standardised slots], and reasons (1 + n_slots), MlReason, why they have
 * no errors yet. `centred`: numbers had their mean subtracted, as algo/design.h
 * does it. ML_INVALID_DATA when one is beyond double precision.
 */
extern MlStatus ml_inference_estimate(MlEnv *env, MlInference *inference, const MlDesign *design,
									  int class, const double *coefficients, bool centred,
									  const uint8_t *reasons);

/* The middle of the sandwich, in coordinates where X'WX is the identity. */
typedef struct MlRobust
{
	MlEnv	   *env;
	int			n_kept;
	const int  *kept;
	const double *root;
	double	   *meat;			/* (n_kept, n_kept) column-major, upper triangle */
	bool	   *alone;			/* (n_kept) a row with leverage 1 decides it */
	double	   *z;				/* rows times root, with the stride of the first rows */
} MlRobust;

extern MlStatus ml_robust_begin(MlEnv *env, const int *kept, int n_kept, const double *root,
								MlRobust *robust);
/*
 * Rows [1, slots] times sqrt(weight), row i of column k at rows[k * stride +
 * i, with one stride for all, and errors (n_rows): residuals times sqrt(weight).
 */
extern MlStatus ml_robust_add(MlRobust *robust, const double *rows, int stride, int n_rows,
							  const double *error);
extern void ml_robust_end(MlRobust *robust);

/*
 * Standard errors of the same: kept (n_kept) are the columns, 0 the intercept,
 * that root (n_kept, n_kept; upper triangular, column-major) is for; others
 * stay as they are. scale: the standard deviation of an observation of weight
 * 1, which root is multiplied by. robust: with all rows added, or NULL.
 */
extern MlStatus ml_inference_errors(MlEnv *env, MlInference *inference, const MlDesign *design, int class,
									const int *kept, int n_kept, const double *root, double scale,
									bool centred, const MlRobust *robust);

/* In the artifact: behind the coefficients (docs/artifact.md); NULL is written as absent. */
extern void ml_inference_write(const MlInference *inference, MlWriter *writer);
/*
 * *inference may become NULL. Sizes, numbers and reasons are checked; arrays
 * point into the reader's bytes and must not be changed.
 */
extern MlStatus ml_inference_read(MlEnv *env, MlReader *reader, int64_t n_terms, MlInference **inference);

#endif							/* ML_ALGO_INFERENCE_H */
