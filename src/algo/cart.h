/*
 * algo/cart.h
 *		Grows one classification or regression tree, to purity if wanted.
 *
 * A split of a node with rows of weight h and values y into left and right
 * lessens the weighted sum of squares, for one number or a share of a class, by
 *		D^2 H / (HL HR),	D = sum over left of h (y - mean of the node)
 * and, summed over the classes, the weighted Gini impurity. The split that
 * lessens it most is taken, also when that is nothing, as long as the rows of
 * the node differ: both halves of an exclusive or look useless by themselves.
 *
 * Breiman, Friedman, Olshen and Stone, "Classification and Regression Trees",
 * 1984; a random choice of inputs per node: Breiman, "Random forests", 2001.
 *
 * Made for deep trees, where grow.h is made for few large leaves: most nodes
 * have few rows and look at few inputs, so nothing is kept or subtracted. The
 * rows of a node are counted per bin of one input at a time; in small nodes
 * only bins that have rows are visited.
 *
 * Sums are exact integers and random choices are keyed by the path to the
 * node, so the tree does not depend on the order of rows.
 */
#ifndef ML_ALGO_CART_H
#define ML_ALGO_CART_H

#include "algo/tree.h"

typedef struct MlCartLimits
{
	int64_t		max_leaves;		/* best splits first; 0: none */
	int			max_depth;		/* 0: none */
	int64_t		min_rows;		/* different rows of a leaf */
	double		min_gain;		/* least impurity taken away, per weight of the tree */
	int			inputs_per_node;	/* drawn; at least one that is not constant there */
} MlCartLimits;

/* What trees are grown from; arrays are by position in `binned`. */
typedef struct MlCartData
{
	const MlBinned *binned;
	int			n_classes;		/* 0: y is a number; else y is a class number */
	const double *y;			/* (n_rows) finite */
	const double *weight;		/* (n_rows) above 0, or NULL */
} MlCartData;

typedef struct MlCartLeaf MlCartLeaf;
typedef struct MlCartCell MlCartCell;
typedef struct MlCartTotals MlCartTotals;

typedef struct MlCart
{
	MlEnv	   *env;
	const MlCartData *data;
	MlCartLimits limits;
	int			n_outputs;		/* numbers per leaf: one per class if there are more than two */

	/* of the current tree */
	const uint32_t *times;		/* (n_rows) how often a row counts */
	double		center;			/* y is taken from here */
	double		scale_g;		/* units per 1 of y times weight */
	double		scale_h;		/* units per 1 of weight */
	int			row_bits;		/* of a cell's second word; h is above them */
	double		tree_weight;	/* in units of h */
	double		smoothing;		/* of categories, in units of h */

	/* rooms */
	uint32_t   *index;			/* (n_rows) rows of the tree, node after node */
	uint32_t   *out_index;		/* (n_rows) those that do not count, likewise */
	uint32_t   *scratch;		/* (n_rows) */
	uint32_t   *leaf_of;		/* (n_rows) node number of every row's leaf */
	MlCartCell *value;			/* (n_rows) what a row adds to a cell */
	MlCartCell *node_value;		/* (n_rows) the same for the rows of a node, in their order */
	uint16_t   *node_class;		/* (n_rows) likewise; more than two classes */
	MlCartCell *cells;			/* (ML_MAX_BINS + 1) zeros between uses */
	int64_t    *class_cells;	/* (ML_MAX_BINS + 1, n_outputs) zeros between uses */
	MlCartTotals *totals;		/* of the node that is looked at */
	int64_t    *class_sum;		/* (n_outputs) weight of each class in it */
	double	   *class_mean;		/* (n_outputs) the same as shares */
	int64_t    *class_left;		/* (n_outputs) */
	uint16_t   *draw;			/* (n_inputs) */
	MlCartLeaf *open;			/* leaves that can be split */
	uint32_t	n_open;
	uint32_t	open_capacity;

	/* the tree; a leaf's value.number is its mean or the share of class 1, or
	 * with more than two classes its value.set is the row of its shares */
	MlTreeNode *nodes;
	uint32_t	n_nodes;
	uint32_t	node_capacity;
	MlSet256   *sets;
	uint32_t	n_sets;
	uint32_t	set_capacity;
	double	   *shares;			/* (n_leaves, n_outputs); more than two classes */
	uint32_t	n_leaves;
	uint32_t	share_capacity;
} MlCart;

extern MlStatus ml_cart_begin(MlCart *cart, MlEnv *env, const MlCartData *data,
							  const MlCartLimits *limits);

/*
 * One tree on the rows with times above 0, of which there must be one; the
 * same key gives the same tree. Nodes, sets, shares and leaf_of, the latter
 * also for the other rows, are in the cart until the next one.
 */
extern MlStatus ml_cart_grow(MlCart *cart, const uint32_t *times, uint64_t key);

extern void ml_cart_end(MlCart *cart);

#endif							/* ML_ALGO_CART_H */
