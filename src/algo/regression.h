/*
 * algo/regression.h
 *		What a state of least squares says about y as a linear function of x.
 *
 * For aggregates: ordinary least squares with intercept and the usual
 * inference, from a state (algo/state.h) of rows [1, x, y]. Columns that others
 * before them determine are left out as algo/least_squares.h does it.
 */
#ifndef ML_ALGO_REGRESSION_H
#define ML_ALGO_REGRESSION_H

#include "algo/state.h"

typedef struct MlRegression
{
	int64_t		n_rows;
	int64_t		df;				/* rows less coefficients in the model */
	int			n;				/* coefficients: the intercept, then those of x */
	double	   *coefficient;	/* (n) 0 where aliased */
	double	   *std_error;		/* (n) NaN where aliased, and all without df; so the next two */
	double	   *t;				/* (n) NaN also for a constant y, whose errors are rounding */
	double	   *p_value;		/* (n) two-sided */
	int			n_aliased;
	int		   *aliased;		/* (n_aliased) columns of x from 1 that others determine */
	double		r2;				/* NaN for a constant y; so adjusted and F */
	double		adjusted_r2;	/* NaN without df; so sigma, F and its p-value */
	double		sigma;			/* residual standard error */
	double		f;				/* of all coefficients but the intercept; NaN without any */
	double		f_p_value;
	double		condition_number;	/* of the columns in the model, scaled to length 1; three digits */
} MlRegression;

/* state: compact, of kind least squares with at least 2 columns and a row. */
extern MlStatus ml_regression(MlEnv *env, const MlState *state, MlRegression *result);

#endif							/* ML_ALGO_REGRESSION_H */
