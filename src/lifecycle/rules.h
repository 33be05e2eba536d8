/*
 * lifecycle/rules.h
 *		The leaves of a tree in words.
 */
#ifndef MLOPS_LIFECYCLE_RULES_H
#define MLOPS_LIFECYCLE_RULES_H

#include "postgres.h"

#include "utils/jsonb.h"

typedef struct MlopsRuleRow
{
	const char *rule;			/* a condition that SQL understands */
	const char *label;			/* the class it predicts, or NULL */
	double		prediction;		/* mean, probability, or what the leaf adds to the margin */
	double	   *probabilities;	/* (n_probabilities) of every class, or NULL */
	int			n_probabilities;
	int64		rows;			/* training rows of the leaf */
	double		share;			/* of those of the tree */
} MlopsRuleRow;

/*
 * One row per leaf of a version's tree, from 1, from left to right; `partition`
 * names a group, as in mlops.partitions, NULL the model of all rows. Error
 * 42809 for a model without trees, 22023 for a tree that it does not have.
 */
extern MlopsRuleRow *mlops_rules(const char *reference, int tree, Jsonb *partition, int *count);

#endif							/* MLOPS_LIFECYCLE_RULES_H */
