/*
 * algo/space.h
 *		Rows as points: the coordinates that clusters and components live in.
 *
 * A number gives one coordinate: its distance from the mean of the signature,
 * in standard deviations unless the space is a plain one; 0 where it is
 * missing, so that it counts as the mean. A category gives one coordinate per
 * level, and one for other values and one for missing where training saw them:
 * 1 for the row's own, 0 else, never scaled. So two rows that differ in a
 * category are sqrt(2) apart in it, which is the root mean square distance of
 * two random rows in a standardised number: no kind of column rules. What
 * training did not see follows the policy of prep/signature.h.
 *
 * Unlike the slots of algo/design.h no level is left out as a reference: then
 * it would be nearer to all others than these are to each other.
 */
#ifndef ML_ALGO_SPACE_H
#define ML_ALGO_SPACE_H

#include "prep/signature.h"

#define ML_MAX_COORDINATES 20000

typedef struct MlSpaceInput
{
	int			first;			/* coordinate */
	int			n;				/* coordinates; 0: a category that never had a value */
	double		shift;			/* numbers: coordinate = (value - shift) * scale */
	double		scale;			/* 0 without usable spread */
	double		missing;		/* numbers: coordinate where missing */
	int			other;			/* categories: coordinate behind the first of other values ... */
	int			absent;			/* ... and of missing ones; -1: all are 0 */
} MlSpaceInput;

typedef struct MlSpace
{
	const MlSignature *signature;
	bool		standardised;
	bool		centred;		/* numbers are taken from their mean; else from 0 */
	MlSpaceInput *inputs;		/* (n_inputs) */
	int			n;				/* coordinates */
} MlSpace;

/* ML_LIMIT, naming the widest feature, beyond ML_MAX_COORDINATES. */
extern MlStatus ml_space_make(MlEnv *env, const MlSignature *signature, bool standardised,
							  bool centred, MlSpace *space);

/* Rows of a frame as points (n_rows, space->n), the same bits as ml_space_coordinate() gives. */
extern void ml_space_load(const MlSpace *space, const MlFrame *frame, const uint32_t *rows,
						  int n_rows, double *points);

/* The coordinate of a number. */
static inline double
ml_space_number(const MlSpaceInput *input, double value)
{
	return value == value ? (value - input->shift) * input->scale : input->missing;
}

/* Which of the coordinates of a category is 1, counted from its first; -1: none. */
static inline int
ml_space_place(const MlSpaceInput *slots, const MlInput *input, double value)
{
	if (value >= 0 && value < input->n_levels)
		return (int) value;
	return value == value ? slots->other : slots->absent;
}

/* A coordinate of a centre, in the units of the data; of a category as it is. */
extern double ml_space_value(const MlSpace *space, int coordinate, double position);

/*
 * What a coordinate is of: the input, and of a category the level: its number,
 * n_levels for other, n_levels + 1 for missing; of a number -1.
 */
extern void ml_space_name(const MlSpace *space, int coordinate, int *input, int *level);

#endif							/* ML_ALGO_SPACE_H */
