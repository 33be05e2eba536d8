/*
 * prep/gather.h
 *		Rows of a frame put into another order, and parts of what that gives.
 *
 * Who fits a model for each of many groups needs the rows of a group side by
 * side, so that a fit costs as much as the group has rows and not as the table.
 */
#ifndef ML_PREP_GATHER_H
#define ML_PREP_GATHER_H

#include "prep/signature.h"

/*
 * A frame of n_rows rows whose row place[i] is row rows[i] of `frame`; place
 * has each of 0 .. n_rows - 1 once. Ascending rows cost one pass over a table
 * of any size. It has no table: all of its columns are there. Free it with
 * ml_gathered_end().
 */
extern MlStatus ml_frame_gather(MlEnv *env, const MlFrame *frame, const uint32_t *rows,
								const uint32_t *place, int64_t n_rows, MlFrame *gathered);
extern void ml_gathered_end(MlEnv *env, MlFrame *gathered);

/* Rows first .. first + n_rows - 1 of it, in `columns` (n_inputs): a frame that owns nothing. */
extern void ml_gathered_part(const MlFrame *gathered, int64_t first, int64_t n_rows,
							 MlInputColumn *columns, MlFrame *part);

/* Bytes that a row takes there. */
extern size_t ml_gathered_row_bytes(const MlSignature *signature);

#endif							/* ML_PREP_GATHER_H */
