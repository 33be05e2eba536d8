/*
 * prep/columns.h
 *		Which columns of a source become features.
 *
 * Left out unless named, each with a warning: the key, primary-key and
 * identity columns, single-column unique indexes, integer and text columns
 * whose present values are all different, columns generated from the target,
 * constants, columns without any value. When nothing else is left, integer
 * columns that are only unique by their values stay after all, with a warning.
 */
#ifndef ML_PREP_COLUMNS_H
#define ML_PREP_COLUMNS_H

#include "prep/target.h"

typedef struct MlColumnChoice
{
	const char *const *features;	/* asked for by name, or NULL for all */
	int			n_features;
	const char *const *exclude;
	int			n_exclude;
	int			target;			/* column indexes; -1: none */
	int			key;
	int			weight;
	int			split_column;	/* of split methods time, group, column */
} MlColumnChoice;

/*
 * chosen[0 .. *n_chosen-1] = indexes of feature columns, in table order.
 * Unknown names, the target, weight or key among features, a name both asked
 * for and excluded, or no feature left: ML_INVALID_OPTION / ML_INVALID_DATA
 * naming the column. Key, primary-key, unique columns asked for by name are
 * taken; a constant or empty column asked for by name is an error.
 */
extern MlStatus ml_choose_columns(MlEnv *env, const MlTable *table, const MlColumnChoice *choice,
								  int *chosen, int *n_chosen);

/*
 * A warning for each chosen column that alone predicts the target almost
 * perfectly (rank AUC or squared rank correlation of at least 0.995 on the
 * given rows; a category by its smoothed target means).
 */
extern MlStatus ml_warn_leaks(MlEnv *env, const MlTable *table, const MlTarget *target,
							  const int *chosen, int n_chosen,
							  const uint32_t *rows, int64_t n_rows);

#endif							/* ML_PREP_COLUMNS_H */
