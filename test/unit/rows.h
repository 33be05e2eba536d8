/*
 * rows.h
 *		Tables from short texts, for tests of prep/.
 */
#ifndef ML_TEST_ROWS_H
#define ML_TEST_ROWS_H

#include "prep/signature.h"

#define UNIT_ROW	512			/* bytes of a row's text at most */

/*
 * An empty table; columns as "id:i x:d plan:t", one letter for the type:
 * b boolean, s smallint, i integer, l bigint, r real, d double, n numeric,
 * t text, e enum, u uuid, D date, T timestamp, Z timestamptz.
 */
extern MlTable *unit_table(MlEnv *env, const char *columns);

/* Add a row of cells such as "1|2.5|pro"; an empty cell is missing. */
extern MlStatus unit_row(MlTable *table, const char *cells);

/* The numbers 0 .. n-1 in another order, the same one each time. */
extern int *unit_shuffle(MlEnv *env, int n);

/* ml_frame_begin() with all inputs pinned. */
extern MlStatus unit_pinned_frame(MlEnv *env, const MlSignature *signature, const MlTable *table,
								  MlFrame *frame);

/* The row numbers 0 .. n-1 */
extern uint32_t *unit_all_rows(MlEnv *env, int64_t n);

#endif							/* ML_TEST_ROWS_H */
