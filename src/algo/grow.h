/*
 * algo/grow.h
 *		Grows one tree, leaf by leaf: the best split first, or level by level.
 *
 * Shi, "Best-first decision tree learning", 2007; the scheme of LightGBM: only
 * the smaller child of a split is scanned, the larger one's histogram is the
 * parent's minus the smaller one's. Histograms are kept in a pool of bounded
 * size; where a parent's was not kept, both children are scanned. Sums are
 * exact, so the tree is the same either way. The smaller child is scanned
 * while the rows are split, as they are in the cache then.
 */
#ifndef ML_ALGO_GROW_H
#define ML_ALGO_GROW_H

#include "algo/gradient.h"
#include "algo/split_search.h"
#include "algo/tree.h"

typedef struct MlGrowLimits
{
	int			max_leaves;
	int			max_depth;		/* 0: none */
	bool		by_level;		/* nearest to the root first, among equals the best */
	int64_t		min_rows;
	double		min_hessian;
	double		l1;
	double		l2;
	double		min_gain;
	double		tree_inputs;	/* part of the inputs that a tree may split, above 0 to 1 */
	double		node_inputs;	/* part of these that are looked at for one node */
	const int8_t *monotone;		/* (n_inputs) as in MlSplitRules, or NULL */
	size_t		pool_bytes;		/* memory for kept histograms; no effect on the tree */
} MlGrowLimits;

/* What one tree is grown from. */
typedef struct MlTreeRows
{
	const MlGradient *gradient; /* (data->n_rows) */
	MlGradientScale scale;
	MlCell		most;			/* bounds of gradient, of |g| for g */
	const uint32_t *rows;		/* (n_rows) ascending numbers of those that count, or NULL for all */
	int64_t		n_rows;
	uint64_t	key;			/* of what is drawn at random */
} MlTreeRows;

typedef struct MlGrowLeaf
{
	uint32_t	node;
	int			depth;
	int			slot;			/* its histogram in the pool, or -1 */
	int64_t		begin;			/* its rows here: partition.index[begin .. begin+n-1] */
	int64_t		n;
	double		low;			/* bounds of its value, in units of the tree */
	double		high;
	MlCell		total;			/* of its rows in all members of the team */
	MlFoundSplit split;
} MlGrowLeaf;

typedef struct MlGrower
{
	MlEnv	   *env;
	const MlBinned *data;
	MlGrowLimits limits;
	MlSplitRules rules;			/* limits in the units of the current tree */
	MlTreeRows	tree;			/* the current one */
	uint16_t   *inputs;			/* (data->n_inputs) all of them */
	uint16_t   *tree_inputs;	/* (n_tree_inputs) ascending */
	int			n_tree_inputs;
	uint16_t   *node_inputs;	/* (data->n_inputs) */
	uint16_t   *order;			/* (data->n_inputs) */
	MlPartition partition;
	MlHistogramSums sums;
	int			first_input;	/* this member of a team searches these inputs, */
	int			end_input;
	size_t		first_cell;		/* whose cells are the only ones that it knows of all rows */
	size_t		end_cell;
	MlFoundSplit *found;		/* (members, 2) */
	MlCell	   *pool;			/* (n_slots + 1, n_cells), the last one is scratch */
	int			n_slots;
	int		   *free_slots;
	int			n_free;
	MlGrowLeaf *leaves;			/* (max_leaves) */
	const uint16_t *leaf_of_row;	/* (data->n_rows) also of rows that did not count */
	int			n_leaves;
	int		   *heap;			/* leaves that can be split, best first */
	int			n_heap;
	MlTreeNode *nodes;			/* (2 * max_leaves - 1) of the current tree */
	MlSet256   *left_bins;		/* (2 * max_leaves - 1) of each split, with the bin of missing */
	uint16_t   *leaf_of_node;	/* (2 * max_leaves - 1) number of the leaf that a node is */
	uint32_t	n_nodes;
	MlSet256   *sets;			/* (max_leaves) */
	uint32_t	n_sets;
} MlGrower;

/*
 * In a team (base/team.h) each member grows the same tree, with the rows it
 * has: `data` are these, limits and sums are those of all rows. Each one
 * searches some of the inputs; then all know the best split.
 */
extern MlStatus ml_grower_begin(MlGrower *grower, MlEnv *env, const MlBinned *data,
								const MlGrowLimits *limits);

/*
 * One tree for the gradients of a twice differentiable loss. On return
 * nodes[0 .. n_nodes-1] is the tree and leaves[0 .. n_leaves-1] tells which
 * rows each leaf holds; one leaf means that no split is worth it. A leaf's
 * value is -G / (H + l2), drawn towards 0 by l1, within the bounds of
 * monotone inputs; ml_grower_bound() says which these are.
 *
 * Where none of the inputs drawn for a node can split it, the best of the
 * others does.
 */
extern MlStatus ml_grower_tree(MlGrower *grower, const MlTreeRows *tree);

/*
 * Leaf values from sums of derivatives by leaf, in units of `scale`, in place of
 * those from words.
 */
extern void ml_grower_set_values(MlGrower *grower, const MlCell *totals, MlGradientScale scale);

/* `value` for a leaf, moved into the bounds that monotone inputs put on it. */
extern double ml_grower_bound(const MlGrower *grower, const MlGrowLeaf *leaf, double value);

/* The leaf value of the current tree for a row of bins (n_inputs). */
extern double ml_grower_value(const MlGrower *grower, const uint8_t *bins);

extern void ml_grower_end(MlGrower *grower);

#endif							/* ML_ALGO_GROW_H */
