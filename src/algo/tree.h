/*
 * algo/tree.h
 *		Sums of decision trees: structure, prediction, bytes.
 *
 * A tree is an array of 24-byte nodes, its root first. The two children of a
 * split stand side by side behind it, so a step is
 *		node = child + (goes left ? 0 : 1)
 * The arrays are the stored format (docs/artifact.md): a decoded forest points
 * into the artifact. Thresholds are raw values, so that no bins are needed.
 *
 * With several outputs tree t belongs to output t % n_outputs. The margin of
 * an output is its base plus the leaf values of its trees, in their order; the
 * link turns the margins of a row into what is predicted.
 */
#ifndef ML_ALGO_TREE_H
#define ML_ALGO_TREE_H

#include "algo/partition.h"
#include "base/bytes.h"
#include "prep/target.h"

#define ML_NODE_LEAF 0
#define ML_NODE_NUMBER 1		/* left when the input is <= threshold */
#define ML_NODE_CATEGORY 2		/* left when the code is in the set */

typedef struct MlTreeNode
{
	union
	{
		double		number;		/* leaf: its value; number: the threshold */
		uint64_t	set;		/* category: index into MlForest.sets */
	}			value;
	uint32_t	child;			/* left child in this tree, right is next; leaf: 0 */
	uint32_t	rows;			/* training rows that came here */
	float		gain;			/* of the split; leaf: 0 */
	uint16_t	input;
	uint8_t		kind;			/* ML_NODE_... */
	uint8_t		default_left;	/* where missing and unknown values go */
} MlTreeNode;

/* From the margins F_k of a row to its outputs; the numbers are stored. */
typedef enum MlLink
{
	ML_LINK_IDENTITY,			/* F */
	ML_LINK_LOGISTIC,			/* 1 / (1 + e^-F) */
	ML_LINK_SOFTMAX,			/* e^F_k / sum e^F_j */
	ML_LINK_EXP,				/* e^F */
	ML_LINK_SHARE,				/* F / trees of the output; of several outputs its share */
	ML_LINK_ISOLATION			/* 2^(-F / trees): leaf values are relative path lengths */
} MlLink;

typedef struct MlForest
{
	MlLink		link;
	int			n_outputs;
	const double *base;			/* (n_outputs) the margins before the first tree */
	uint32_t	n_trees;
	uint32_t	n_nodes;
	uint32_t	n_sets;
	const uint32_t *first;		/* (n_trees + 1) first node of each tree, n_nodes last */
	const MlTreeNode *nodes;	/* (n_nodes) */
	const MlSet256 *sets;		/* (n_sets) category codes that go left */
	const struct MlLanes *lanes;	/* for many rows at once (lanes.h), or NULL; not stored */
} MlForest;

/* 1 where the value goes right, else 0; without branches, as nothing predicts them. */
static inline uint32_t
ml_number_goes_right(const MlTreeNode *node, double value)
{
	uint32_t	by_value = value <= node->value.number;
	uint32_t	by_default = (value != value) & node->default_left;

	return 1 ^ (by_value | by_default);
}

/* Missing values and codes that no set can have go the default way. */
static inline uint32_t
ml_node_goes_right(const MlTreeNode *node, const MlSet256 *sets, double value)
{
	if (node->kind != ML_NODE_CATEGORY)
		return ml_number_goes_right(node, value);
	if (value >= 0 && value < 256)
		return 1 ^ (uint32_t) ml_set_has(&sets[node->value.set], (unsigned) value);
	return 1 ^ (uint32_t) node->default_left;
}

/*
 * True when a tree is stored once per output, with the same splits and the
 * shares of that class in the leaves: trees of several classes that were not
 * grown one by one.
 */
static inline bool
ml_forest_shares_splits(const MlForest *forest)
{
	return forest->link == ML_LINK_SHARE && forest->n_outputs > 1;
}

/* A forest being grown. */
typedef struct MlForestBuilder
{
	MlEnv	   *env;
	uint32_t	n_trees;
	uint32_t	n_nodes;
	uint32_t	n_sets;
	uint32_t   *first;			/* (n_trees + 1) */
	uint32_t   *first_set;		/* (n_trees + 1) */
	MlTreeNode *nodes;
	MlSet256   *sets;
	uint32_t	tree_capacity;
	uint32_t	node_capacity;
	uint32_t	set_capacity;
} MlForestBuilder;

extern MlStatus ml_forest_begin(MlForestBuilder *builder, MlEnv *env);

/*
 * Append a tree. Category nodes count their sets from 0 within the tree; here
 * the numbers become those of the forest.
 */
extern MlStatus ml_forest_add(MlForestBuilder *builder, const MlTreeNode *nodes, uint32_t n_nodes,
							  const MlSet256 *sets, uint32_t n_sets);

/* The first n_trees trees, in the builder's memory; base (n_outputs) must stay. */
extern MlForest ml_forest_finish(const MlForestBuilder *builder, MlLink link, int n_outputs,
								 const double *base, uint32_t n_trees);

/* joined = the trees of `first`, behind them those of `second`; link, outputs and base of `first`. */
extern MlStatus ml_forest_join(MlEnv *env, const MlForest *first, const MlForest *second,
							   MlForest *joined);

/* base + the leaf values in tree order, of one output. inputs: (n_inputs) of the signature. */
extern double ml_forest_margin(const MlForest *forest, const double *inputs, int output);

/* outputs (n_rows, n_outputs) of rows of inputs (n_rows, n_inputs), the link applied. */
extern void ml_forest_predict(const MlForest *forest, int n_inputs, const double *inputs,
							  int n_rows, double *outputs);

extern MlStatus ml_forest_encode(const MlForest *forest, MlWriter *writer);

/*
 * A forest that points into the reader's bytes, everything in it checked
 * against the signature, the task and its number of classes; ML_CORRUPT says
 * what is wrong. Format 1 had one output and no link, which followed from the
 * task.
 */
extern MlStatus ml_forest_decode(MlEnv *env, MlReader *reader, const MlSignature *signature,
								 MlTask task, int n_classes, MlForest *forest);

/* The same three as MlAlgorithm wants them; the model is a MlForest. */
extern void ml_forest_model_predict(const void *model, const MlSignature *signature,
									const double *inputs, int n_rows, double *outputs);
extern MlStatus ml_forest_model_encode(const void *model, MlWriter *writer);
extern MlStatus ml_forest_model_decode(MlEnv *env, MlReader *reader, const MlSignature *signature,
									   MlTask task, int n_classes, void **model);

#endif							/* ML_ALGO_TREE_H */
