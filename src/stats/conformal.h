/*
 * stats/conformal.h
 *		How far predictions were off on rows that were not learnt from, and how
 *		wide an interval has to be.
 *
 * Split conformal prediction (V. Vovk et al., "Algorithmic learning in a random world", 2005; J.
 * Lei et al., "Distribution-free predictive inference for regression", JASA
 * 113, 2018): when new rows come as the n held-out ones did, whatever the
 * distribution, prediction +- the r-th smallest absolute residual, r =
 * ceil((n + 1) level), holds the truth with a chance of at least `level`.
 */
#ifndef ML_STATS_CONFORMAL_H
#define ML_STATS_CONFORMAL_H

#include "base/env.h"

/* Residuals that are kept at most. */
#define ML_MAX_RESIDUALS 1000

typedef struct MlResiduals
{
	int64_t		n_rows;			/* that they are of; 0: there are none */
	int			n;				/* kept */
	const double *size;			/* (n) ascending: size[i] has rank ceil((i + 1) n_rows / n) */
} MlResiduals;

/* From actual and predicted (n_rows) values; those that are not finite are left out. */
extern MlStatus ml_residuals_keep(MlEnv *env, const double *actual, const double *predicted, int64_t n_rows,
								  MlResiduals *residuals);

/*
 * Half the width of the interval for a level between 0 and 1; never too small
 * for leaving out residuals. Infinite when there are too few rows for the level.
 */
extern double ml_residuals_radius(const MlResiduals *residuals, double level);

/* The fewest rows that a level needs. */
extern double ml_residuals_needed(double level);

#endif							/* ML_STATS_CONFORMAL_H */
