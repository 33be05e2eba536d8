/*
 * prep/splitter.h
 *		What the methods of splitting share; private to prep/split*.c.
 */
#ifndef ML_PREP_SPLITTER_H
#define ML_PREP_SPLITTER_H

#include "prep/split.h"

#define ML_ALL_CLASSES	(-1)

typedef struct MlSplitter
{
	MlEnv	   *env;
	const MlTable *table;
	const MlTarget *target;
	const MlSplitOptions *options;
	MlSplit    *split;
	int			n_classes;		/* 1 for regression */
	int64_t		n_usable;
	int64_t		class_rows[ML_MAX_CLASSES]; /* usable rows; [0] for regression */
	double	   *u;				/* (n_rows) */
	double	   *key;			/* (n_usable) room for keys of some rows ... */
	uint32_t   *row;			/* (n_usable) ... and the rows */
	uint32_t   *order;			/* (n_usable) room for their order */
} MlSplitter;

/* The class of a usable row; 0 for regression. */
static inline int
ml_splitter_class(const MlSplitter *splitter, int64_t row)
{
	return splitter->n_classes == 1 ? 0 : (int) splitter->target->y[row];
}

/* The first of the classes with the fewest usable rows. */
static inline int
ml_splitter_rarest(const MlSplitter *splitter)
{
	int			rarest = 0;
	int			c;

	for (c = 1; c < splitter->n_classes; c++)
	{
		if (splitter->class_rows[c] < splitter->class_rows[rarest])
			rarest = c;
	}
	return rarest;
}

/* key and row = u and row of the training rows of a class; how many. */
extern MlStatus ml_splitter_gather(MlSplitter *splitter, int class_number, int64_t *count);

/* share of n, rounded. */
extern int64_t ml_splitter_share(double share, int64_t n);

/* order = the gathered rows by key. */
extern MlStatus ml_splitter_order(MlSplitter *splitter, int64_t count);

/*
 * How many in the order to cut off: `wanted` and all that tie with the last of
 * them, unless nothing would remain: then none of those that tie. 0 when all
 * tie; always less than count.
 */
extern int64_t ml_splitter_cut(const MlSplitter *splitter, int64_t count, int64_t wanted);

/* The threshold that has the first `cut` below it; `otherwise` when none. */
extern double ml_splitter_threshold(const MlSplitter *splitter, int64_t cut, double otherwise);

/* Cross-validation: deal the training rows out to folds. */
extern MlStatus ml_split_into_folds(MlSplitter *splitter);

extern MlStatus ml_split_by_group(MlSplitter *splitter);
extern MlStatus ml_split_by_time(MlSplitter *splitter);
/* *has_validation: the column names rows for early stopping. */
extern MlStatus ml_split_by_column(MlSplitter *splitter, bool *has_validation);

#endif							/* ML_PREP_SPLITTER_H */
