/*
 * stats/profile.h
 *		Mergeable statistics of one column, and the distance between two.
 *
 * A profile is frozen on the reference data: its cut points never move, so
 * that counts of any later rows on the same cuts can be added and compared.
 * Numbers are counted twice: on at most 10 quantile bins (PSI, chi-square)
 * and on at most 100 finer cut points (Kolmogorov-Smirnov). Categories are
 * counted per level, with one count for all other levels. Missing values have
 * a count of their own in both.
 */
#ifndef ML_STATS_PROFILE_H
#define ML_STATS_PROFILE_H

#include "base/env.h"

#define ML_PSI_BINS 10
#define ML_KS_CUTS 100
#define ML_PROFILE_LEVELS 50	/* levels counted one by one; the rest is "other" */

/* Minimum rows on either side for a verdict. */
#define ML_DRIFT_MIN_ROWS 30

typedef struct MlNumberProfile
{
	int64_t		rows;			/* missing ones included */
	int64_t		missing;
	double		mean;			/* of present values; NaN without any */
	double		sd;				/* population */
	double		minimum;
	double		maximum;
	int			n_edges;		/* at most ML_PSI_BINS - 1, ascending, distinct;
								 * entries in use of counts: n_edges + 1 */
	double		edges[ML_PSI_BINS - 1];
	int64_t		counts[ML_PSI_BINS];	/* bin i: edges[i-1] < x <= edges[i] */
	int			n_cuts;			/* at most ML_KS_CUTS, ascending, distinct */
	double		cuts[ML_KS_CUTS];
	int64_t		below[ML_KS_CUTS];	/* present values <= cuts[i] */
} MlNumberProfile;

typedef struct MlCategoryProfile
{
	int64_t		rows;
	int64_t		missing;
	int64_t		other;			/* present values that are none of the levels */
	int			n_levels;		/* at most ML_PROFILE_LEVELS */
	int64_t		counts[ML_PROFILE_LEVELS];	/* the caller owns the labels */
} MlCategoryProfile;

/* Profile of values (NaN = missing) with cuts of their own. */
extern MlStatus ml_profile_number(MlEnv *env, const double *values, int64_t rows,
								  MlNumberProfile *profile);

/* Profile of values[rows[0]] .. values[rows[n_rows - 1]]; of the first without `rows`. */
extern MlStatus ml_profile_number_rows(MlEnv *env, const double *values, const uint32_t *rows,
									   int64_t n_rows, MlNumberProfile *profile);

/* Counts of other values on the cuts of `reference`. */
extern MlStatus ml_profile_number_on(MlEnv *env, const MlNumberProfile *reference,
									 const double *values, int64_t rows,
									 MlNumberProfile *profile);

/* One measure of the distance between a reference and a current profile. */
typedef struct MlDrift
{
	double		psi;
	double		psi_p;			/* contingency test on the same bins, rare ones pooled */
	double		ks;				/* NaN for categories */
	double		ks_p;
	double		chi_square;		/* the statistic behind psi_p */
	int			df;
	double		js;				/* Jensen-Shannon distance, base 2 */
} MlDrift;

extern void ml_drift_number(const MlNumberProfile *reference, const MlNumberProfile *current,
							MlDrift *drift);
extern void ml_drift_category(const MlCategoryProfile *reference, const MlCategoryProfile *current,
							  MlDrift *drift);

/* Building blocks, on counts; see reference test vectors in test/unit. */
/* Population stability index; an empty share is replaced by 0.0001. */
extern double ml_psi(const double *reference, const double *current, int bins);
/* 2 x bins contingency chi-square; bins empty on both sides are left out. */
extern double ml_chi_square(const double *reference, const double *current, int bins, int *df);
extern double ml_js_distance(const double *reference, const double *current, int bins);

/* Benjamini-Hochberg adjusted p-values, in place of p; NaN stays and does not count. */
extern MlStatus ml_adjust_p_values(MlEnv *env, double *p, int count);

#endif							/* ML_STATS_PROFILE_H */
