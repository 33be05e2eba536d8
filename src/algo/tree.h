/*
 * algo/tree.h
 *		Sums of decision trees: structure, prediction, bytes.
 *
 * A tree is an array of 24-byte nodes, its root first. The two children of a
 * split stand side by side behind it, so a step is
 *		node = child + (goes left ? 0 : 1)
 * The arrays are the stored format (docs/artifact.md): a decoded forest points
 * into the artifact. Thresholds are raw values, so that no bins are needed.
 */
#ifndef ML_ALGO_TREE_H
#define ML_ALGO_TREE_H

#include "algo/partition.h"
#include "base/bytes.h"

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

typedef struct MlForest
{
	double		base;			/* the margin before the first tree */
	bool		probability;	/* predicts the sigmoid of the margin; not stored */
	uint32_t	n_trees;
	uint32_t	n_nodes;
	uint32_t	n_sets;
	const uint32_t *first;		/* (n_trees + 1) first node of each tree, n_nodes last */
	const MlTreeNode *nodes;	/* (n_nodes) */
	const MlSet256 *sets;		/* (n_sets) category codes that go left */
} MlForest;

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

/* The first n_trees trees, in the builder's memory. */
extern MlForest ml_forest_finish(const MlForestBuilder *builder, double base, uint32_t n_trees);

/* base + the leaf values in tree order. inputs: (n_inputs) of the signature. */
extern double ml_forest_margin(const MlForest *forest, const double *inputs);

/* The leaf value that tree number `tree` gives to a row of a frame. */
extern double ml_forest_frame_value(const MlForest *forest, uint32_t tree,
									const MlFrame *frame, int64_t row);

extern MlStatus ml_forest_encode(const MlForest *forest, MlWriter *writer);

/*
 * A forest that points into the reader's bytes, everything in it checked
 * against the signature; ML_CORRUPT says what is wrong.
 */
extern MlStatus ml_forest_decode(MlEnv *env, MlReader *reader, const MlSignature *signature,
								 MlForest *forest);

#endif							/* ML_ALGO_TREE_H */
