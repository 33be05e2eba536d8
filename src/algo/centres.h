/*
 * algo/centres.h
 *		Centres, and which of them is the nearest: the hot loop of k-means.
 *
 * Several centres are compared with a point at once, coordinate by coordinate,
 * so that the distance to a centre is the same sum in the same order whatever
 * the instructions and whatever stands beside it.
 */
#ifndef ML_ALGO_CENTRES_H
#define ML_ALGO_CENTRES_H

#include "base/env.h"

#define ML_CENTRE_LANES 16

typedef struct MlCentres
{
	int			k;
	int			n;				/* coordinates */
	int			stride;			/* k rounded up to whole lanes */
	double	   *lanes;			/* (n, stride); beyond k infinitely far */
	double	   *room;			/* (stride) squared distances of one point */
} MlCentres;

/* Room for at most k centres of n coordinates, none of them set. */
extern MlStatus ml_centres_make(MlEnv *env, int k, int n, MlCentres *centres);
extern void ml_centres_end(MlEnv *env, MlCentres *centres);

/* Set them all: positions (k, n), k no more than there is room for. */
extern void ml_centres_set(MlCentres *centres, int k, const double *positions);

/*
 * Of n_rows points (n_rows, n), or of those listed in `index` when it is not
 * NULL: label, the nearest centre, the first of equals; best and second, the
 * squared distances to it and to the next one (infinite without). Results have
 * the rows' own places.
 */
extern void ml_centres_nearest(MlSimd simd, const MlCentres *centres, const double *points,
							   const int *index, int n_rows, int32_t *label, double *best,
							   double *second);

/* squared (n_rows, stride): squared distances of points (n_rows, n) to all centres. */
extern void ml_centres_distances(MlSimd simd, const MlCentres *centres, const double *points,
								 int n_rows, double *squared);

/* Squared distance of two points: the same bits as above. */
static inline double
ml_squared_distance(const double *a, const double *b, int n)
{
	double		sum = 0.0;
	int			j;

	for (j = 0; j < n; j++)
	{
		double		difference = a[j] - b[j];

		sum += difference * difference;
	}
	return sum;
}

#endif							/* ML_ALGO_CENTRES_H */
