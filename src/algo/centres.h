/*
 * algo/centres.h
 *		Centres, and which of them is the nearest: the hot loop of k-means.
 *
 * Eight points are compared with a centre at once, coordinate by coordinate,
 * so that a distance is the same sum in the same order whatever the
 * instructions and whatever stands beside it.
 */
#ifndef ML_ALGO_CENTRES_H
#define ML_ALGO_CENTRES_H

#include "base/env.h"

/* Points that are compared at once. */
#define ML_TILE_POINTS 8

typedef struct MlCentres
{
	int			k;
	int			n;				/* coordinates */
	double	   *positions;		/* (k, n) */
	double	   *tile;			/* (n, ML_TILE_POINTS) some points, coordinate by coordinate */
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

/* squared (k, n_rows): squared distances of points (n_rows, n) to each centre. */
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
