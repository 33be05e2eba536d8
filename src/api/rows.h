/*
 * api/rows.h
 *		Rows that an aggregate is given as float8[], with what it puts around
 *		them.
 */
#ifndef MLOPS_API_ROWS_H
#define MLOPS_API_ROWS_H

#include "postgres.h"

#include "utils/array.h"

#define MLOPS_ROW_ROOM 64

typedef struct MlopsRow
{
	double	   *values;			/* (n) */
	int			n;				/* of them all */
	int			before;			/* of the caller, in front of the array */
	int			after;			/* of the caller, behind it */
	double		room[MLOPS_ROW_ROOM];	/* so that narrow rows need no allocation */
} MlopsRow;

/*
 * The array between room for other columns. False: it has a NULL, and the row
 * is to be left out, as regr_slope() does. Errors: 22023 for an array of
 * several dimensions, 22000 for NaN and infinity.
 */
extern bool mlops_row_begin(MlopsRow *row, ArrayType *array, int before, int after);

/* Error 22023 when rows before had another number of columns. */
extern void mlops_row_check_width(const MlopsRow *row, int n_columns);

/* The number, or error 22000 naming it when it is not finite. */
extern double mlops_row_number(double value, const char *name);

#endif							/* MLOPS_API_ROWS_H */
