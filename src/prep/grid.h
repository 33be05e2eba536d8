/*
 * prep/grid.h
 *		Values of a feature to try out in place of those that rows have.
 */
#ifndef ML_PREP_GRID_H
#define ML_PREP_GRID_H

#include "prep/signature.h"

typedef enum MlGridKind
{
	ML_GRID_VALUE,				/* a number, or a time in microseconds since 2000-01-01 */
	ML_GRID_LEVEL,				/* a level of a category */
	ML_GRID_OTHER,				/* any other category */
	ML_GRID_MISSING
} MlGridKind;

typedef struct MlGridPoint
{
	MlGridKind	kind;
	double		value;			/* the number, or the level's */
} MlGridPoint;

typedef struct MlGrid
{
	int			n_points;
	MlGridPoint *points;		/* (n_points) */
	double	   *inputs;			/* (n_points, n_inputs of the feature) */
} MlGrid;

/*
 * Of numbers and times: all values that the rows have when there are at most
 * `most`, else as many quantiles, the smallest and the largest among them. Of
 * categories: all levels, and others where training saw some. Missing where training
 * saw it. inputs (n_rows, signature->n_inputs).
 */
extern MlStatus ml_grid_make(MlEnv *env, const MlSignature *signature, int feature, const double *inputs,
							 int64_t n_rows, int most, MlGrid *grid);

#endif							/* ML_PREP_GRID_H */
