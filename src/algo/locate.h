/*
 * algo/locate.h
 *		The best constant for some rows, where it is no matter of derivatives:
 *		median, quantile, or huber's location.
 */
#ifndef ML_ALGO_LOCATE_H
#define ML_ALGO_LOCATE_H

#include "algo/loss.h"
#include "math/quantile.h"

/* Rows of this member of a team, with what they miss: y - margin. */
typedef struct MlLocator
{
	MlEnv	   *env;
	int64_t		n_rows;
	const double *y;			/* (n_rows) */
	const double *weight;		/* (n_rows), or NULL for 1 */
	const double *margin;		/* (n_rows) as they are at each call */
	double		units;			/* of weights per 1 */
	MlWeighted *distances;		/* (n_rows) room */
} MlLocator;

/* all_rows, max_weight: of the whole team. */
extern MlStatus ml_locator_begin(MlLocator *locator, MlEnv *env, int64_t n_rows, const double *y,
								 const double *weight, const double *margin,
								 int64_t all_rows, double max_weight);
extern void ml_locator_end(MlLocator *locator);

/* *location: the best constant to add to the margins of rows index[0 .. n-1], or of all (NULL, n_rows). */
extern MlStatus ml_locate(const MlLocator *locator, const MlLoss *loss, const uint32_t *index,
						  int64_t n, double *location);

/* A delta for huber: the 0.9 quantile of the distances from the median, of all rows. */
extern MlStatus ml_locate_delta(const MlLocator *locator, double *delta);

#endif							/* ML_ALGO_LOCATE_H */
