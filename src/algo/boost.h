/*
 * algo/boost.h
 *		Boosting on binned rows: trees grown one after the other on the
 *		derivatives of a loss.
 *
 * The margin of a row is F_k(x) = base_k + sum over trees of a leaf value, for
 * each output k. An iteration grows one tree per output on the derivatives at
 * the margins so far (loss.h); a leaf adds -learning_rate * G / (H + l2).
 *
 * Friedman, "Greedy function approximation", 2001; Chen and Guestrin,
 * "XGBoost", 2016; Ke et al., "LightGBM", 2017.
 *
 * Nothing but bins, targets and weights is looked at. Besides these a row
 * takes 16 bytes, and 8 per output; with several outputs 8 more, 16 more where
 * leaves are located (loss.h), 4 more when rows are drawn.
 */
#ifndef ML_ALGO_BOOST_H
#define ML_ALGO_BOOST_H

#include "algo/algo.h"
#include "algo/grow.h"
#include "algo/loss.h"

/* Rows that are trained on, or judged by. */
typedef struct MlBoostRows
{
	MlBinned	binned;			/* n_rows of them */
	double	   *y;				/* (n_rows) value, or class number */
	double	   *weight;			/* (n_rows) above 0, or NULL */
	uint64_t   *identity;		/* (n_rows) row hashes, for what is drawn at random */
	double	   *start;			/* (n_rows, n_outputs) margins to go on from, or NULL for the base */
} MlBoostRows;

/* What it points to must be sent to the members of a team, too (boost_team.c). */
typedef struct MlBoostOptions
{
	MlLoss		loss;
	MlGrowLimits limits;
	double		learning_rate;
	int			iterations;		/* at most */
	int			started;		/* iterations behind the margins that rows start from */
	int			patience;		/* iterations without a better validation loss; 0: no limit */
	double		subsample;		/* part of the rows that a tree is grown on, above 0 to 1 */
	uint64_t	seed;
} MlBoostOptions;

typedef struct MlBoosted
{
	MlForest	forest;
	double	   *base;			/* (n_outputs) that of the forest */
	int			iterations;		/* that the forest holds */
	double		train_loss;		/* weighted mean */
	int			members;		/* processes that took part */
	int			n_curve;		/* iterations made */
	MlCurvePoint *curve;		/* (n_curve) */
} MlBoosted;

/*
 * `validation` has 0 rows when there is none to judge by. With patience the
 * forest ends where the validation loss was least, be it before the first tree.
 *
 * Training losses are those of all rows up to ML_CURVE_ROWS of them, above
 * that of about a 32nd of the rows, but no fewer, drawn by the hash of their
 * identity: the curve costs little beside the trees. train_loss is that of all
 * rows, unless stopping early went back behind the last tree.
 *
 * Rows that go on from margins are boosted as if `started` iterations had
 * led there: the forest has the new trees alone, and its base is none.
 *
 * The training rows come back in another order, unless rows are drawn: those of
 * a leaf of the first tree stand side by side, since the leaves of later trees,
 * which split much the same inputs, are then less scattered.
 *
 * The same bytes for any order of the rows: derivatives are summed as integers
 * (gradient.h), margins tree by tree, means over rows exactly (math/sum.h).
 * Hence for any team, too, each member of which has some of the rows, maybe
 * none, and gets the same result (boost_team.h).
 */
#define ML_CURVE_ROWS 4096

extern MlStatus ml_boost(MlEnv *env, const MlBoostOptions *options, const MlBoostRows *training,
						 const MlBoostRows *validation, MlBoosted *boosted);

#endif							/* ML_ALGO_BOOST_H */
