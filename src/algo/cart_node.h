/*
 * algo/cart_node.h
 *		A node of a tree while it is grown: its rows, their sums, and its best
 *		split. Between cart.c, which grows, and cart_node.c, which searches.
 */
#ifndef ML_ALGO_CART_NODE_H
#define ML_ALGO_CART_NODE_H

#include "algo/cart.h"

/* The sum of h (y - center), or with many classes 0; and the sum of h above the number of rows. */
struct MlCartCell
{
	uint64_t	g;
	uint64_t	h_and_rows;
};

/* Both words at once. */
typedef uint64_t MlCartWords __attribute__((vector_size(16), aligned(8), may_alias));

typedef struct MlCartSplit
{
	int			input;			/* -1: none */
	double		score;			/* squares taken away, divided by the weight of the node */
	int			bin;			/* numbers: the last bin that goes left */
	bool		default_left;
	MlSet256	left_bins;		/* with bin n_bins for missing */
} MlCartSplit;

struct MlCartLeaf
{
	uint32_t	node;
	int			depth;
	uint64_t	key;
	int64_t		begin;			/* index[begin .. begin + n - 1] */
	int64_t		n;
	int64_t		out_begin;		/* out_index[out_begin ..] */
	int64_t		out_n;
	double		gain;
	MlCartSplit	split;
};

struct MlCartTotals
{
	int64_t		g;
	double		h;
	int64_t		rows;
	double		mean;			/* g per h */
	int			main_class;		/* the one with most weight */
};

static inline bool
ml_cart_many_classes(const MlCart *cart)
{
	return cart->n_outputs > 1;
}

static inline int64_t
ml_cart_cell_h(const MlCart *cart, MlCartCell cell)
{
	return (int64_t) (cell.h_and_rows >> cart->row_bits);
}

static inline int64_t
ml_cart_cell_rows(const MlCart *cart, MlCartCell cell)
{
	return (int64_t) (cell.h_and_rows & ((UINT64_C(1) << cart->row_bits) - 1));
}

static inline void
ml_cart_add_cell(MlCartCell *to, const MlCartCell *cell)
{
	*(MlCartWords *) to += *(const MlCartWords *) cell;
}

/* Bins of an input: that of row r is column[r * stride]. */
static inline const uint8_t *
ml_cart_column(const MlBinned *binned, int input, size_t *stride)
{
	*stride = binned->columns != NULL ? 1 : binned->stride;
	return binned->columns != NULL ? binned->columns + (size_t) input * binned->column_stride :
		binned->bins + input;
}

/*
 * The best split of a leaf, with its gain; none where it is pure, too small or
 * too deep, or where none of the inputs drawn can split it. Where all of them
 * are constant in the node more are drawn, up to one that is not.
 */
extern MlStatus ml_cart_search(MlCart *cart, MlCartLeaf *leaf);

/*
 * What the rows of a node add to cells, side by side, and their sums:
 * node_value, node_class, totals and the arrays of classes in the cart.
 */
extern MlStatus ml_cart_read_node(MlCart *cart, const MlCartLeaf *leaf, bool *pure);

#endif							/* ML_ALGO_CART_NODE_H */
