/*
 * prep/target_parts.h
 *		What making a target and matching one with a model have in common.
 */
#ifndef ML_PREP_TARGET_PARTS_H
#define ML_PREP_TARGET_PARTS_H

#include "prep/target.h"

#define ML_MAX_LISTED		10		/* labels shown in an error */
#define ML_SHOWN_BYTES		40		/* of a label in an error */

/* Name, type, counts, and room for y; what cannot be a target is an error. */
extern MlStatus ml_target_begin(MlEnv *env, const MlTable *table, const MlColumn *column,
								MlTarget *target);

/* y (n_rows) = the numbers of a pinned column. */
extern MlStatus ml_target_numbers(MlEnv *env, const MlColumn *column, MlTarget *target);

/* Every row counts; labels that the target holds already only judge. */
extern MlStatus ml_target_rows(MlEnv *env, const MlTable *table, MlTask task, MlTarget *target);

/* Append a quoted label to a list in a buffer of `size` bytes. */
extern void ml_list_label(char *list, size_t size, const char *label, size_t length);

#endif							/* ML_PREP_TARGET_PARTS_H */
