/*
 * algo/rules.h
 *		The leaves of a tree as conditions on inputs: everything that the splits
 *		above a leaf say, one condition per input.
 */
#ifndef ML_ALGO_RULES_H
#define ML_ALGO_RULES_H

#include "algo/tree.h"

typedef struct MlCondition
{
	int			input;
	double		above;			/* numbers: above < x <= at_most, infinite where there is no bound */
	double		at_most;
	MlSet256	codes;			/* categories: what they may be */
	bool		missing;		/* may be missing, or a category that no set can have */
} MlCondition;

typedef struct MlRule
{
	int			n_conditions;
	MlCondition *conditions;	/* in the order of the first split on each input */
	double	   *values;			/* (MlRules.n_values) of the leaf */
	uint32_t	rows;			/* training rows that came here */
} MlRule;

typedef struct MlRules
{
	MlRule	   *rules;			/* (n_rules) from left to right */
	uint32_t	n_rules;
	uint32_t	rows;			/* training rows of the tree */
	bool		additive;		/* values add up over trees; else they are what the tree predicts */
	int			output;			/* that the tree is for; -1: for all */
	int			n_values;		/* numbers a leaf: one, or the share of each class */
} MlRules;

/* As MlAlgorithm wants it; model: an MlForest. A tree that does not exist is ML_INVALID_OPTION. */
extern MlStatus ml_forest_rules(MlEnv *env, const void *model, int tree, MlRules *rules);

#endif							/* ML_ALGO_RULES_H */
