/*
 * algo/row_plan.h
 *		What one row of a source contributes to a pass over all of its rows.
 *
 * Where rows are not gathered in one place, a pass is a query: a pure function
 * turns each row into an array of numbers, and an aggregate adds them up
 * (algo/state.h). The plan is all that the function needs to know: columns,
 * encodings, which rows are learnt from, and what their arrays are. A row is
 * learnt from when it has a target and a weight above 0, and its position
 * under the split rule (prep/split.h) is not below the threshold of its class.
 *
 * The signature has the features of the model first, then features without
 * inputs for the other columns: target, weight, identity.
 */
#ifndef ML_ALGO_ROW_PLAN_H
#define ML_ALGO_ROW_PLAN_H

#include "algo/design.h"
#include "algo/glm_row.h"
#include "prep/split.h"

/* What the array of a row holds; stored, so never renumber. */
typedef enum MlRowKind
{
	/* 1, for rows below the threshold and the share `sample` of the others */
	ML_ROW_CHOSEN = 1,
	/* 1, for rows that are learnt from */
	ML_ROW_LEARNT = 2,
	/* inputs, NaN where missing, then target, weight, weight times target, logarithm of weight */
	ML_ROW_VALUES = 3,
	/* 1 (or 0), slots, target less offset and centre, all times sqrt(weight) */
	ML_ROW_LEAST_SQUARES = 4,
	/* slots, of any row */
	ML_ROW_SLOTS = 5,
	/* what the row adds to the sums of a generalised linear model (algo/glm_row.h) */
	ML_ROW_GLM = 6
} MlRowKind;

typedef struct MlRowPlan
{
	MlRowKind	kind;
	MlSignature signature;
	MlTask		task;
	int			n_classes;
	const char **labels;		/* (n_classes) */
	int			target;			/* feature of the signature; -1: none, all rows have one */
	int			weight;			/* the same; -1: each is 1 */
	int			n_identity;
	const int  *identity;		/* (n_identity) features; none: all rows are learnt from */
	uint64_t	seed;
	double		below[ML_MAX_CLASSES];	/* thresholds; [0] without classes */
	double		sample;
	double		centre;
	bool		intercept;		/* else column 0 is 0 and numbers are not centred */
	MlGlmPoint	glm;
	int			offset;			/* input that the target is lessened by, its slot 0; -1: none */
} MlRowPlan;

/* A plan ready for rows, with the room that one takes. */
typedef struct MlRowEncoder
{
	const MlRowPlan *plan;
	MlDesign	design;			/* of kinds that have slots */
	double	   *inputs;			/* (n_inputs) */
	double	   *slots;			/* (n_slots) of ML_ROW_GLM */
	int			n_values;		/* of a row's array */
	double		known[ML_MAX_CLASSES];	/* targets met so far that are numbers, ... */
	int			known_class[ML_MAX_CLASSES];	/* ... and their classes */
	int			n_known;
} MlRowEncoder;

/* ML_CORRUPT for a plan that names features it has not, or thresholds that are none. */
extern MlStatus ml_row_plan_check(MlEnv *env, const MlRowPlan *plan);

/* ML_LIMIT when there are too many slots. */
extern MlStatus ml_row_encoder_make(MlEnv *env, const MlRowPlan *plan, MlRowEncoder *encoder);

typedef enum MlRowOutcome
{
	ML_ROW_TAKEN,
	ML_ROW_LEFT_OUT,
	ML_ROW_BAD_WEIGHT			/* missing or negative */
} MlRowOutcome;

/* array (encoder->n_values) of a row of feature values (n_features). */
extern MlRowOutcome ml_row_encode(MlRowEncoder *encoder, const MlValue *values, double *array);

#endif							/* ML_ALGO_ROW_PLAN_H */
