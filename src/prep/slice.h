/*
 * prep/slice.h
 *		Neighbouring rows of a frame with all of their inputs.
 *
 * For whatever needs a row as a whole, of a table of any size: bins, dense
 * blocks, scores. Rows are asked for in any order; those that follow each
 * other within a slice are had together, so ascending rows cost one pass.
 */
#ifndef ML_PREP_SLICE_H
#define ML_PREP_SLICE_H

#include "prep/signature.h"

typedef struct MlSlice
{
	MlFrame		part;			/* the rows at hand: columns are there, the table is not */
	const uint32_t *rows;		/* those asked for, as rows of the part */

	/* private */
	MlEnv	   *env;
	const MlFrame *frame;
	bool		direct;			/* every input can be had without a copy */
	int64_t		capacity;		/* rows of the part at most, unless direct */
	uint32_t   *numbers;		/* (capacity) room for rows */
	void	  **room;			/* (n_inputs) of those that need a copy, else NULL */
	void	   *raw;			/* (capacity) what codes or parts are made of ... */
	int			raw_source;		/* ... of this column of the table; -1: of none */
} MlSlice;

/* Slices of a frame; what is pinned now must stay so. */
extern MlStatus ml_slice_begin(MlEnv *env, const MlFrame *frame, MlSlice *slice);

/*
 * Take rows[at] and what follows of rows (n_rows), or at, at + 1, ... without
 * `rows`: *taken of them, at least one, so slice->rows is (*taken).
 */
extern MlStatus ml_slice_take(MlSlice *slice, const uint32_t *rows, int64_t at, int64_t n_rows,
							  int64_t *taken);

extern void ml_slice_end(MlSlice *slice);

#endif							/* ML_PREP_SLICE_H */
