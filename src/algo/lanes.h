/*
 * algo/lanes.h
 *		Blocks of rows through small trees, all splits of a tree at once.
 *
 * Each row has a word with a bit per leaf, the leftmost leaf lowest. A split
 * that sends the row right clears the leaves on its left side; what is left of
 * the word has the row's own leaf as its lowest bit, whatever the order of the
 * splits (Lucchese et al., "QuickScorer", 2015). No step waits for another
 * one, and rows side by side take the same steps: wide registers do eight or
 * four at a time. Nine splits of ten are in vain and it is three times faster,
 * with registers of 64 bytes; with shorter ones it is not, and there are no lanes.
 */
#ifndef ML_ALGO_LANES_H
#define ML_ALGO_LANES_H

#include "algo/tree.h"

#define ML_LANE_ROWS 16
#define ML_LANE_LEAVES 64
#define ML_LANE_INPUTS 256

typedef struct MlLaneSplit
{
	double		threshold;
	uint64_t	right;			/* leaves that a row still can have when it goes right */
	const MlTreeNode *category; /* NULL for numbers */
	uint32_t	column;			/* 2 * input, and 1 more where missing values go left */
} MlLaneSplit;

/* A forest in this form: what MlForest.lanes points to. */
typedef struct MlLanes
{
	const uint32_t *first_split;	/* (n_trees + 1) */
	const uint32_t *first_leaf; /* (n_trees + 1) */
	const MlLaneSplit *splits;
	const double *leaves;		/* values, each tree from left to right */
} MlLanes;

/*
 * *lanes for a forest of n_inputs inputs; NULL below ML_SIMD_AVX512, where a tree has more than
 * ML_LANE_LEAVES leaves, or there are more than ML_LANE_INPUTS inputs. It
 * points into the forest.
 */
extern MlStatus ml_lanes_make(MlEnv *env, const MlForest *forest, int n_inputs,
							  const MlLanes **lanes);

/*
 * outputs (ML_LANE_ROWS, n_outputs) = margins of as many rows of inputs
 * (ML_LANE_ROWS, n_inputs): those of ml_forest_margin.
 */
extern void ml_lanes_margins(const MlForest *forest, int n_inputs, const double *inputs,
							 double *outputs);

#endif							/* ML_ALGO_LANES_H */
