/*
 * prep/signature.h
 *		From columns to the numbers that an algorithm sees; the same code in
 *		training and in scoring.
 *
 * A feature is one source column with its training type. It gives one or more
 * inputs: a number or a category gives one; a date gives days since 2000,
 * month, day of month and day of week; a timestamp also the hour.
 *
 * An input value is a double. Numbers are themselves, NaN when missing.
 * Categories are the level's number 0 .. n_levels-1, n_levels for any other
 * value (rarer than the kept ones, or never seen), NaN when missing.
 *
 * Policy for what training did not see (one for all algorithms): a missing
 * number counts as the training mean unless the algorithm treats missing by
 * itself; an unseen category counts as "other", and where training had no
 * other, as missing; a missing category, where training had none missing, as
 * the most frequent level.
 */
#ifndef ML_PREP_SIGNATURE_H
#define ML_PREP_SIGNATURE_H

#include "prep/table.h"

typedef enum MlPart
{
	ML_PART_VALUE = 0,
	ML_PART_DAYS = 1,			/* since 2000-01-01, with fraction */
	ML_PART_MONTH = 2,			/* 1 .. 12 */
	ML_PART_DAY = 3,			/* 1 .. 31 */
	ML_PART_WEEKDAY = 4,		/* ISO, 1 Monday .. 7 Sunday */
	ML_PART_HOUR = 5			/* 0 .. 23 */
} MlPart;

#define ML_MAX_LEVELS 255
#define ML_MAX_TIME_PARTS 5

typedef struct MlFeature
{
	const char *name;			/* terminated */
	MlType		type;
	int			first_input;
	int			n_inputs;
	int			n_levels;		/* categories: kept levels */
	const char **level;			/* (n_levels) ascending in byte order, not terminated */
	uint32_t   *level_length;
} MlFeature;

typedef struct MlInput
{
	int			feature;
	MlPart		part;
	bool		category;
	int			n_levels;		/* categories */
	int			mode;			/* categories: most frequent level in training */
	bool		has_other;		/* categories: training saw values beyond the levels */
	bool		has_missing;	/* training saw missing values */
	double		mean;			/* numbers: of present training values */
	double		sd;				/* population; 1 when constant */
} MlInput;

typedef struct MlSignature
{
	int			n_features;
	MlFeature  *features;
	int			n_inputs;
	MlInput    *inputs;
	const char *time_zone;		/* for timestamptz features, or NULL */
	bool		nan_is_missing; /* NaN and infinity count as missing; else they are refused */
} MlSignature;

/* Features that something is learnt from; those behind them have no inputs (prep/groups.h). */
static inline int
ml_signature_n_learnt(const MlSignature *signature)
{
	int			n = signature->n_features;

	while (n > 0 && signature->features[n - 1].n_inputs == 0)
		n--;
	return n;
}

/* One input of all rows of a table. */
typedef struct MlInputColumn
{
	const double *number;		/* may point into the table itself */
	const uint16_t *code;		/* categories: level, n_levels = other, ML_CODE_MISSING */
	int			n_pins;
} MlInputColumn;

#define ML_CODE_MISSING UINT16_C(0xffff)

typedef struct MlFrame
{
	int64_t		n_rows;
	int			n_inputs;
	MlInputColumn *columns;		/* (n_inputs) empty while not pinned */

	/* what columns are made of; NULL where they were given as they are */
	MlEnv	   *env;
	const MlSignature *signature;
	const MlTable *table;
	int		   *source;			/* (n_features) columns of the table */
	uint16_t  **level;			/* (n_features) categories: level of each entry of the dictionary */
} MlFrame;

/*
 * Learn levels, means and deviations of the chosen columns from the given
 * rows (the training side). At most max_levels categories a column: the most
 * frequent, ties by byte order; a warning names a column that had more.
 * The result depends on the set of rows, not on their order.
 */
extern MlStatus ml_signature_fit(MlEnv *env, const MlTable *table, const int *chosen, int n_chosen,
								 const uint32_t *rows, int64_t n_rows, int max_levels,
								 const char *time_zone, MlSignature *signature);

/*
 * The same from what is known about rows that are not in a table. Of a number
 * or part of a time: how many of n_rows have one, range, mean, sum of squared
 * distances to it. Of a category: how often each entry of a dictionary, and
 * behind them none, occurs, of which at least the max_levels most frequent are
 * there, and how many others occur.
 */
extern void ml_input_learn(MlInput *input, double present, double n_rows, double least, double greatest,
						   double mean, double squares);
extern MlStatus ml_feature_learn(MlEnv *env, const char *name, const MlDictionary *dictionary,
								 const int64_t *counts, int64_t n_unlisted, int max_levels,
								 MlFeature *feature, MlInput *input);

/*
 * All rows of a table as inputs, none of them in memory yet. The table's
 * columns are found by feature name; a missing column or another kind of type
 * is ML_INVALID_DATA naming it. The table must stay as it is.
 */
extern MlStatus ml_frame_begin(MlEnv *env, const MlSignature *signature, const MlTable *table,
							   MlFrame *frame);
extern void ml_frame_end(MlFrame *frame);

/*
 * Between these two the column of an input is there for all rows; they nest.
 * What needs all inputs of some rows takes slices instead (prep/slice.h).
 */
extern MlStatus ml_frame_pin(const MlFrame *frame, int input);
extern void ml_frame_unpin(const MlFrame *frame, int input);
extern MlStatus ml_frame_pin_all(const MlFrame *frame);

/* One row of feature values (n_features) as inputs (n_inputs). Never fails. */
extern void ml_signature_encode(const MlSignature *signature, const MlValue *values, double *inputs);

/* The two ways to make an input of raw values: levels of codes, parts of times. */
extern void ml_frame_fill_codes(const uint16_t *level, const int32_t *raw, int64_t n, uint16_t *code);
extern void ml_frame_fill_part(const double *raw, MlPart part, int64_t n, double *number);

/* Row `row` of a frame, all pinned, as inputs: the same bits as ml_signature_encode gives. */
extern void ml_frame_row(const MlFrame *frame, int64_t row, double *inputs);

/* n_rows of them, one after the other (n_rows x n_inputs); faster for many. */
extern void ml_frame_rows(const MlFrame *frame, const uint32_t *rows, int n_rows, double *inputs);

/* Index of a feature by name, or -1. */
extern int	ml_signature_find(const MlSignature *signature, const char *name, size_t length);

/* "plan", or "joined.month" for parts; into buffer of size bytes. */
extern void ml_input_name(const MlSignature *signature, int input, char *buffer, size_t size);

#endif							/* ML_PREP_SIGNATURE_H */
