/*
 * algo/points.h
 *		The points of some rows, block by block, as often as one likes.
 *
 * They are kept as one dense matrix (8 bytes a coordinate) where memory allows
 * it; else every pass makes them again from slices (prep/slice.h), so that any
 * number of rows can be had within any budget. What comes out is the same.
 */
#ifndef ML_ALGO_POINTS_H
#define ML_ALGO_POINTS_H

#include "algo/space.h"
#include "prep/slice.h"

/* Rows of a block at most: their points stay in the second-level cache. */
#define ML_POINTS_BLOCK 256

typedef struct MlPoints
{
	MlEnv	   *env;
	int			n;				/* coordinates */
	int64_t		n_rows;
	double	   *weight;			/* (n_rows), or NULL */
	double	   *matrix;			/* (n_rows, n), or NULL: then ... */
	const MlSpace *space;
	const uint32_t *rows;		/* ... (n_rows) of the frame of ... */
	MlSlice		slice;
	int64_t		taken;			/* rows in the slice, of which ... */
	int64_t		used;			/* ... so many have been in a block */
	double	   *block;			/* (ML_POINTS_BLOCK, n) */
	int64_t		at;				/* rows that the pass has had */
} MlPoints;

/* A block of points: rows first .. first + n_rows - 1 of those asked for. */
typedef struct MlPointBlock
{
	int64_t		first;
	int			n_rows;
	const double *points;		/* (n_rows, n) */
	const double *weight;		/* (n_rows), or NULL */
} MlPointBlock;

/*
 * Points of rows (n_rows) of a frame, ascending; weight (frame->n_rows) or
 * NULL. ML_INVALID_DATA naming the feature, here or in a pass, where a
 * coordinate is too large to be squared.
 */
extern MlStatus ml_points_make(MlEnv *env, const MlSpace *space, const MlFrame *frame,
							   const uint32_t *rows, int64_t n_rows, const double *weight,
							   MlPoints *points);

/* Keep them as a matrix if there is memory for it: the last thing to ask for memory. */
extern MlStatus ml_points_keep(MlPoints *points);
extern void ml_points_end(MlPoints *points);

/* A pass: rewind, then blocks until one has no rows. Obeys a cancel. */
extern void ml_points_rewind(MlPoints *points);
extern MlStatus ml_points_next(MlPoints *points, MlPointBlock *block);

/* most (n) = the largest |coordinate|, or weight times it, over all points. */
extern MlStatus ml_points_most(MlPoints *points, double *most);

/*
 * chosen (n_chosen) rows, ascending, as a matrix of their own in the order
 * place (n_chosen): chosen[i] becomes row place[i].
 */
extern MlStatus ml_points_take(MlPoints *points, const uint32_t *chosen, const uint32_t *place,
							   int64_t n_chosen, MlPoints *taken);

#endif							/* ML_ALGO_POINTS_H */
