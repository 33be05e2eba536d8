/*
 * prep/identity.h
 *		What makes a row itself, as a hash.
 */
#ifndef ML_PREP_IDENTITY_H
#define ML_PREP_IDENTITY_H

#include "prep/table.h"

/*
 * identity[0 .. n_rows-1] = hash of the values of the columns; by content,
 * with the ordinal among rows that are equal in them behind it, so that equal
 * rows differ. Which of two equal rows is the first does not matter, since
 * they are equal.
 */
extern MlStatus ml_row_identities(MlEnv *env, const MlTable *table, const int *columns, int n_columns,
								  bool by_content, uint64_t *identity);

#endif							/* ML_PREP_IDENTITY_H */
