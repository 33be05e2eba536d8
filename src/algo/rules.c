/*
 * algo/rules.c
 *		The leaves of a tree as conditions on inputs. See rules.h.
 */
#include <math.h>
#include <string.h>

#include "algo/rules.h"

/* What a walk over the tree needs to know of each node. */
typedef struct Walk
{
	const MlForest *forest;
	uint32_t	tree;
	const MlTreeNode *nodes;	/* of the tree */
	uint32_t   *parent;			/* (n_nodes) */
	uint32_t   *path;			/* (n_nodes) from the root to the current node */
	uint32_t   *open;			/* (n_nodes) to be visited, the next one last */
} Walk;

static MlStatus begin_walk(MlEnv *env, const MlForest *forest, uint32_t tree, Walk *walk,
						   MlRules *rules);
static MlStatus describe(MlEnv *env, Walk *walk, uint32_t leaf, int n_values, MlRule *rule);
static MlCondition *find_condition(MlRule *rule, int input);
static void narrow(MlCondition *condition, const MlTreeNode *node, const MlSet256 *sets, bool left);

MlStatus
ml_forest_rules(MlEnv *env, const void *model, int tree, MlRules *rules)
{
	const MlForest *forest = model;
	bool		shared = ml_forest_shares_splits(forest);
	int			per_tree = shared ? forest->n_outputs : 1;
	int			n_trees = (int) forest->n_trees / per_tree;
	uint32_t	n_open = 1;
	Walk		walk;

	if (tree < 1 || tree > n_trees)
	{
		ml_fail(env, ML_INVALID_OPTION, "there is no tree %d", tree);
		if (n_trees == 0)
			ml_hint(env, "The model has no trees.");
		else
			ml_hint(env, "Trees are numbered from 1 to %d.", n_trees);
		return ML_INVALID_OPTION;
	}
	rules->n_values = per_tree;
	rules->additive = forest->link != ML_LINK_SHARE;
	rules->output = shared ? -1 : (tree - 1) % forest->n_outputs;
	rules->n_rules = 0;
	ML_TRY(begin_walk(env, forest, (uint32_t) ((tree - 1) * per_tree), &walk, rules));
	walk.open[0] = 0;
	while (n_open > 0)
	{
		uint32_t	at = walk.open[--n_open];
		uint32_t	child = walk.nodes[at].child;

		ML_TRY(ml_check_stop(env));
		if (walk.nodes[at].kind == ML_NODE_LEAF)
		{
			ML_TRY(describe(env, &walk, at, rules->n_values, &rules->rules[rules->n_rules]));
			rules->n_rules++;
			continue;
		}
		walk.parent[child] = walk.parent[child + 1] = at;
		walk.open[n_open++] = child + 1;
		walk.open[n_open++] = child;
	}
	ml_release(env, walk.open);
	ml_release(env, walk.path);
	ml_release(env, walk.parent);
	return ML_OK;
}

static MlStatus
begin_walk(MlEnv *env, const MlForest *forest, uint32_t tree, Walk *walk, MlRules *rules)
{
	uint32_t	n_nodes = forest->first[tree + 1] - forest->first[tree];

	walk->forest = forest;
	walk->tree = tree;
	walk->nodes = forest->nodes + forest->first[tree];
	walk->parent = ml_allocate(env, n_nodes, sizeof(uint32_t));
	walk->path = ml_allocate(env, n_nodes, sizeof(uint32_t));
	walk->open = ml_allocate(env, (size_t) n_nodes + 1, sizeof(uint32_t));
	/* every split has two children */
	rules->rules = ml_allocate(env, ((size_t) n_nodes + 1) / 2, sizeof(MlRule));
	rules->rows = walk->nodes[0].rows;
	if (walk->open == NULL || walk->parent == NULL || walk->path == NULL || rules->rules == NULL)
		return ML_OUT_OF_MEMORY;
	return ML_OK;
}

/* What a leaf says, and all splits from the root to it. */
static MlStatus
describe(MlEnv *env, Walk *walk, uint32_t leaf, int n_values, MlRule *rule)
{
	const MlForest *forest = walk->forest;
	uint32_t	depth = 0;
	uint32_t	at;
	int			k;

	for (at = leaf; at != 0; at = walk->parent[at])
		walk->path[depth++] = at;
	rule->rows = walk->nodes[leaf].rows;
	rule->n_conditions = 0;
	rule->conditions = ml_allocate(env, (size_t) depth + 1, sizeof(MlCondition));
	rule->values = ml_allocate(env, (size_t) n_values, sizeof(double));
	if (rule->conditions == NULL || rule->values == NULL)
		return ML_OUT_OF_MEMORY;
	for (k = 0; k < n_values; k++)
		rule->values[k] = forest->nodes[forest->first[walk->tree + (uint32_t) k] + leaf].value.number;
	at = 0;
	while (depth > 0)
	{
		const MlTreeNode *node = &walk->nodes[at];
		MlCondition *condition = find_condition(rule, node->input);

		at = walk->path[--depth];
		narrow(condition, node, forest->sets, at == node->child);
	}
	return ML_OK;
}

/* The condition on an input, a new one if there is none yet. */
static MlCondition *
find_condition(MlRule *rule, int input)
{
	MlCondition *condition = rule->conditions;
	int			i;

	for (i = 0; i < rule->n_conditions; i++, condition++)
	{
		if (condition->input == input)
			return condition;
	}
	rule->n_conditions++;
	condition->input = input;
	condition->above = -INFINITY;
	condition->at_most = INFINITY;
	memset(&condition->codes, 0xff, sizeof(condition->codes));
	condition->missing = true;
	return condition;
}

/* What one more split leaves over. */
static void
narrow(MlCondition *condition, const MlTreeNode *node, const MlSet256 *sets, bool left)
{
	int			i;

	condition->missing = condition->missing && (node->default_left == 1) == left;
	if (node->kind == ML_NODE_CATEGORY)
	{
		for (i = 0; i < 4; i++)
			condition->codes.word[i] &= left ? sets[node->value.set].word[i] :
				~sets[node->value.set].word[i];
	}
	else if (left)
		condition->at_most = fmin(condition->at_most, node->value.number);
	else
		condition->above = fmax(condition->above, node->value.number);
}
