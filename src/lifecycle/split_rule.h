/*
 * lifecycle/split_rule.h
 *		The rule that put rows on their sides, as stored with a version.
 */
#ifndef MLOPS_LIFECYCLE_SPLIT_RULE_H
#define MLOPS_LIFECYCLE_SPLIT_RULE_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "prep/split.h"

/* A rule, with the columns that it follows by name. */
extern Jsonb *mlops_split_to_json(const MlTable *table, const MlSplitOptions *options,
								  const MlSplit *split);

/*
 * A stored rule over the columns of a table, with the options that
 * ml_split_positions() needs. NULL when it can be applied, else why not,
 * as the end of a sentence.
 */
extern char *mlops_split_from_json(Jsonb *stored, const MlTable *table,
								   MlSplitRule *rule, MlSplitOptions *options);

/* The greatest threshold of a stored random split; 0 without one. */
extern double mlops_split_bound(Jsonb *stored);

#endif							/* MLOPS_LIFECYCLE_SPLIT_RULE_H */
