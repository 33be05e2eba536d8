/*
 * algo/design_rows.h
 *		All rows to fit on, block by block, as often as a learner wants them.
 *
 * Blocks are the same whatever part of the table is in memory: one is filled
 * from several slices where one slice has not all of its rows, so that
 * rounding does not depend on where rows are.
 */
#ifndef ML_ALGO_DESIGN_ROWS_H
#define ML_ALGO_DESIGN_ROWS_H

#include "algo/design.h"
#include "prep/slice.h"

typedef struct MlDesignRows
{
	MlDesignBlock block;		/* the rows at hand, block.n_rows of them ... */
	const uint32_t *rows;		/* ... and their numbers in the frame */

	/* private */
	MlEnv	   *env;
	const MlDesign *design;
	MlSlice		slice;
	const uint32_t *all;		/* (n_all) */
	int64_t		n_all;
	int64_t		at;				/* of all: behind the block */
	int64_t		taken;			/* rows in the slice, of which ... */
	int64_t		used;			/* ... so many have been in a block */
} MlDesignRows;

/* Rows (n_rows) of a frame in blocks of `capacity`, 0 for what a cache holds. */
extern MlStatus ml_design_rows_begin(MlEnv *env, const MlDesign *design, const MlFrame *frame,
									 const uint32_t *rows, int64_t n_rows, int capacity,
									 MlDesignRows *stream);

/* Start again. */
extern void ml_design_rows_rewind(MlDesignRows *stream);

/* The next block; one without rows is the end. Sees to interrupts. */
extern MlStatus ml_design_rows_next(MlDesignRows *stream);

extern void ml_design_rows_end(MlDesignRows *stream);

#endif							/* ML_ALGO_DESIGN_ROWS_H */
