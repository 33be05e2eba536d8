/*
 * prep/split.h
 *		Which rows are learnt from and which are kept to judge the result.
 *
 * The random split is a threshold on u = hash(seed, identity of the row), one
 * threshold per class, so that a row stays on its side for ever: in a
 * retraining, on more data, in any row order. Identity is, in this order: the
 * split key column, the primary key, the content of the columns used plus the
 * ordinal among equal rows. Group splits hash the group, so that a group is
 * never torn; time splits hold out the newest rows; column splits follow a
 * column of the user's.
 */
#ifndef ML_PREP_SPLIT_H
#define ML_PREP_SPLIT_H

#include "prep/target.h"

typedef enum MlSplitMethod
{
	ML_SPLIT_RANDOM,
	ML_SPLIT_TIME,
	ML_SPLIT_GROUP,
	ML_SPLIT_COLUMN,
	ML_SPLIT_NONE
} MlSplitMethod;

/* "random", "time", "group", "column", "none". */
extern const char *ml_split_method_name(MlSplitMethod method);
/* False when no method has that name. */
extern bool ml_split_method_by_name(const char *name, MlSplitMethod *method);

typedef enum MlSide
{
	ML_SIDE_TRAIN = 0,
	ML_SIDE_VALIDATE = 1,		/* training side, kept for early stopping */
	ML_SIDE_HOLDOUT = 2,
	ML_SIDE_UNUSED = 3			/* target missing */
} MlSide;

/*
 * The rule that made the sides: enough to say later on which side any row
 * is. Stored as jsonb with the version by lifecycle/train.c.
 */
typedef struct MlSplitRule
{
	MlSplitMethod method;
	uint64_t	seed;
	bool		cross_validated;	/* fitted on all rows */
	int			n_thresholds;	/* one per class; 1 for regression */
	double		holdout_below[ML_MAX_CLASSES];	/* (n_thresholds) held out when u < this */
	double		validate_below[ML_MAX_CLASSES]; /* early stopping when holdout_below <= u < this */
	double		time_after;		/* time: held out when the column is greater */
} MlSplitRule;

typedef struct MlSplitOptions
{
	MlSplitMethod method;
	uint64_t	seed;
	double		holdout;		/* share, default 0.2 */
	int64_t		max_holdout;	/* default 10,000 rows */
	int64_t		min_class;		/* default 500 rows of the rarest class */
	int64_t		min_rows;		/* below: cross-validation, default 500 */
	int			folds;			/* default 5 */
	double		validation;		/* share of the training side; 0: none */
	int			column;			/* of time, group, column; else -1 */
	const int  *identity;		/* identity columns, or the content columns */
	int			n_identity;
	bool		by_content;		/* identity is content: equal rows get ordinals. Target and
								 * weight belong to the content: rows that differ in them
								 * would be numbered by their order otherwise */
	const MlSplitRule *inherited;	/* of the version that a retraining follows: its thresholds
									 * are kept, so that no row changes sides; or NULL */
} MlSplitOptions;

#define ML_NO_FOLD	UINT8_MAX

typedef struct MlSplit
{
	MlSplitRule rule;
	uint64_t   *identity;		/* (n_rows) hash of the identity, ordinal included */
	uint8_t    *side;			/* (n_rows) MlSide */
	int			folds;			/* above 0: cross-validation, no holdout */
	uint8_t    *fold;			/* (n_rows) 0 .. folds-1, stratified; ML_NO_FOLD for unused
								 * rows; NULL without */
	int64_t		n_train;
	int64_t		n_validate;
	int64_t		n_holdout;
} MlSplit;

/* The defaults above; seed 0, no column, no identity yet. */
extern void ml_split_defaults(MlSplitOptions *options);

/*
 * Sides of all rows. Held out: `holdout` of each class, at most max_holdout
 * rows in all but never fewer than min_class of the rarest class (or
 * `holdout` of it, whichever is smaller); of more than two classes that holds
 * for each. Fewer than min_rows usable rows with
 * method random: cross-validation. ML_SPLIT_NONE: everything is trained on.
 * Column method: boolean true, 1, or text 'test' / 'holdout' / 'evaluate' is
 * held out; false, 0, 'train' is trained on; 'validate' / 'validation' is for
 * early stopping; anything else is an error naming it. Group and time splits
 * have one threshold for all classes and go beyond max_holdout, up to the
 * asked share, while the rarest class has fewer than min_class rows there.
 * With cross-validation all rows are trained on: no early stopping.
 * Every class must have a row on either side. Of more than two a class may
 * lack rows to be judged on where the sides follow a column, with a warning.
 * The result is the same multiset of (row, side) in any row order.
 */
extern MlStatus ml_split_make(MlEnv *env, const MlTable *table, const MlTarget *target,
							  const MlSplitOptions *options, MlSplit *split);

/*
 * u = hash(seed, identity) in [0, 1) of each row of a table under another
 * version's rule: used to find rows that version did not train on. The rows'
 * identities by those options are made when `identity` is NULL.
 */
extern MlStatus ml_split_positions(MlEnv *env, const MlTable *table, const MlSplitOptions *options,
								   const uint64_t *identity, double *u);

/* The u of one identity. */
extern double ml_split_position(uint64_t seed, uint64_t identity);

/*
 * For rows that are not all in one table. wanted (n_classes): how many of
 * class_rows (n_classes; one for regression) a random split holds out. And the
 * threshold that holds out `wanted` of the rows of a class with the least u:
 * u (n) must have one more than those, unless there are no more.
 */
extern MlStatus ml_split_wanted(MlEnv *env, const MlSplitOptions *options, const int64_t *class_rows,
								int n_classes, int64_t *wanted);
extern MlStatus ml_split_threshold(MlEnv *env, const double *u, int64_t n, int64_t wanted, double *below);

/*
 * True when a row at u (or time) of a class was held out under the rule.
 * Always false for ML_SPLIT_COLUMN, whose sides only the column knows.
 */
extern bool ml_split_held_out(const MlSplitRule *rule, double u, int class_number, double time);

#endif							/* ML_PREP_SPLIT_H */
