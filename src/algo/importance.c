/*
 * algo/importance.c
 *		Which inputs the splits of a forest are on. See importance.h.
 */
#include "algo/importance.h"

#include "algo/tree.h"

#define BLOCK_NODES 65536

MlStatus
ml_forest_importance(MlEnv *env, const void *model, MlImportance *inputs)
{
	const MlForest *forest = model;
	uint32_t	step = ml_forest_shares_splits(forest) ? (uint32_t) forest->n_outputs : 1;
	uint32_t	t;
	uint32_t	i;

	for (t = 0; t < forest->n_trees; t += step)
	{
		for (i = forest->first[t]; i < forest->first[t + 1]; i++)
		{
			const MlTreeNode *node = &forest->nodes[i];

			if (i % BLOCK_NODES == 0)
				ML_TRY(ml_check_stop(env));
			if (node->kind == ML_NODE_LEAF)
				continue;
			inputs[node->input].gain += (double) node->gain;
			inputs[node->input].cover += (double) node->rows;
			inputs[node->input].splits++;
		}
	}
	return ML_OK;
}
