/*
 * frame.h
 *		Signature, frame and target from a CSV of numbers, made by hand and
 *		without prep/, for tests of algorithms.
 */
#ifndef ML_TEST_FRAME_H
#define ML_TEST_FRAME_H

#include "algo/algo.h"
#include "algo/effects.h"

typedef struct UnitFrame
{
	MlSignature signature;
	MlFrame		frame;
	double	   *y;
	double	   *weight;			/* NULL when there is no such column */
	uint32_t   *rows;			/* 0 .. n_rows-1 */
	double	   *cells;			/* the file */
	int			n_cells;		/* a row */
} UnitFrame;

/*
 * One letter of `kinds` per column: n number, c category given as level
 * numbers, o category whose greatest number stands for other values, y target,
 * w weight, - leave out. Empty cells are missing. Inputs are named a, b, ...
 * in order, the levels of a category 0, 1, ...
 */
extern void unit_frame(MlEnv *env, const char *file, const char *kinds, UnitFrame *frame);

/* The same from cells in memory (n_rows, strlen(kinds)). */
extern void unit_frame_of(MlEnv *env, double *cells, int n_rows, const char *kinds,
						  UnitFrame *frame);

/* All rows of it to fit on, with parameters at their defaults or as given. */
extern void unit_fit_input(const UnitFrame *frame, const MlAlgorithm *algorithm, MlTask task,
						   double *parameters, MlFitInput *input);

/* linear or logistic fitted on all rows with a penalty; NULL, and a failed test, when it fails. */
extern const MlEffects *unit_fit_effects(MlEnv *env, const UnitFrame *frame,
										 const MlAlgorithm *algorithm, MlTask task, double l2,
										 MlFitted *fitted);

/* The margin of one row. */
extern double unit_predict_effects(const UnitFrame *frame, const void *model, int64_t row);

#endif							/* ML_TEST_FRAME_H */
