/*
 * algo/lloyd.h
 *		Centres that are moved until each is the mean of the points that it is
 *		nearest to (Lloyd 1957, published 1982).
 *
 * Points whose nearest centre cannot have changed are passed over: each keeps
 * an upper bound of the distance to its own centre and a lower bound of that
 * to any other, which are adjusted by how far the centres went (Hamerly,
 * "Making k-means even faster", 2010). Bounds err on the safe side, so that
 * the result is that of the plain method. Sums are exact (cluster_sums.h) and
 * only the points that change hands touch them.
 *
 * The result does not depend on the order of the rows, except which of two
 * points at exactly the same distance fills an empty cluster.
 */
#ifndef ML_ALGO_LLOYD_H
#define ML_ALGO_LLOYD_H

#include "algo/centres.h"
#include "algo/cluster_sums.h"
#include "algo/points.h"

typedef struct MlLloyd
{
	MlPoints   *points;
	int			k;
	double	   *centre;			/* (k, n) given at first; where they came to */
	int32_t    *label;			/* (n_rows) the nearest of them */
	MlClusterSums sums;			/* of the points that are nearest to each */
	double		inertia;		/* sum of weight times squared distance to the nearest */
	int			iterations;

	/* private */
	MlCentres	centres;
	double	   *upper;			/* (n_rows) at least the distance to the own centre */
	double	   *lower;			/* (n_rows) at most the distance to any other */
	double	   *drift;			/* (k) how far each centre has just gone */
	double	   *half;			/* (k) half the distance to the next centre */
	double	   *room;			/* (n) */
	bool		scaled;			/* sums know their units */
	double		furthest;		/* the largest drift, ... */
	int			furthest_centre;
	double		runner_up;		/* ... and the largest of the others */
	int64_t		changed;		/* points that changed hands in the last pass */
} MlLloyd;

/* For up to most_k centres; takes 20 bytes a row beside the points. */
extern MlStatus ml_lloyd_make(MlPoints *points, int most_k, MlLloyd *lloyd);
extern void ml_lloyd_end(MlLloyd *lloyd);

/*
 * From lloyd->centre (k, n) on: at most `iterations` times, until no point
 * changes hands or the squared drifts add up to no more than `still`. An empty
 * cluster takes the point that is furthest from its centre. With 0 iterations
 * points are assigned and nothing moves. Reports progress unless phase is NULL.
 */
extern MlStatus ml_lloyd_run(MlLloyd *lloyd, int k, int iterations, double still, const char *phase);

#endif							/* ML_ALGO_LLOYD_H */
