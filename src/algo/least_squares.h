/*
 * algo/least_squares.h
 *		Least squares over dense rows as a state that can be added to, merged
 *		and copied.
 *
 * Columns are 1 (the intercept), x_1 .. x_{n-2}, y. A row is multiplied by the
 * square root of its weight. The state is the upper triangular factor R of
 * the QR factorization of all rows so far: R'R is what normal equations would
 * hold, but it is never formed from them, so its squared condition number is
 * not met (sequential TSQR; J. Demmel et al., "Communication-optimal parallel
 * and sequential QR and LU factorizations", SIAM J. Sci. Comput. 34, 2012).
 * Two states merge by the QR factorization of one factor on top of the other.
 *
 * Where the caller asks for it, and only where a block of rows cannot lose by
 * it, are its squares and products summed instead, which is several times as fast: when no column, y among them,
 * has a variance inflation above 100 given the others, so that at most two of
 * sixteen digits are at stake.
 *
 * A column may be shifted: what is folded is then x - shift, and the intercept
 * is that at x = shift. With a constant column a shift loses nothing, because
 * it only adds multiples of the first column to others; states with
 * different shifts merge. A caller who leaves out the intercept folds zeros as
 * column 0 and shifts nothing.
 *
 * Use: begin, then any of fold (rows written into state.rows), add (row by
 * row), merge; then finish, which uses the state up.
 */
#ifndef ML_ALGO_LEAST_SQUARES_H
#define ML_ALGO_LEAST_SQUARES_H

#include "base/env.h"

typedef struct MlLeastSquares
{
	MlEnv	   *env;
	int			n;				/* columns: 1, x, y */
	int64_t		n_rows;			/* taken so far */
	double		weight;			/* sum of their weights */
	double	   *shift;			/* (n) subtracted from each column; 0 for the first */
	double	   *r;				/* (n, n) column-major, upper triangle */

	/* Rows that come next; row i of column k at rows[k * stride + i]. */
	int			capacity;
	int			stride;
	double	   *rows;			/* (stride, n) */
	int			n_waiting;		/* of ml_least_squares_add(), not folded yet */
	double	   *work;
	bool		sums;			/* the caller's wish: harmless blocks may be summed */
	double	   *gram;			/* (n, n) sums of squares and products of rows not in r yet ... */
	bool		has_gram;		/* ... where there are any */
	double	   *block_gram;		/* (n, n) of a block, */
	double	   *factor;			/* its factor, */
	double	   *inverse;		/* and the inverse of that */
} MlLeastSquares;

/* What comes out: columns that others determine (aliases) have coefficient 0. */
typedef struct MlLeastSquaresFit
{
	int			n_kept;
	int		   *kept;			/* (n_kept) columns in the model, ascending, y not among them */
	int			n_aliased;
	int		   *aliased;		/* (n_aliased) columns left out, without those that are all 0 */
	double	   *coefficients;	/* (n - 1) by column; [0] is the intercept at x = shift, shift
								 * of y included */
	double		residual;		/* weighted sum of squared residuals */
} MlLeastSquaresFit;

/* An empty state for n >= 2 columns, without shifts; ML_LIMIT when n^2 is too large. */
extern MlStatus ml_least_squares_begin(MlEnv *env, int n, MlLeastSquares *state);
extern void ml_least_squares_end(MlLeastSquares *state);

/*
 * Fold the first n_rows of state->rows, at most capacity: [1, x, y] less shift
 * times sqrt(weight). They are destroyed. `weight` is the sum of their
 * weights; rows of a penalty are folded with n_rows 0 in the count by
 * ml_least_squares_fold_penalty().
 */
extern MlStatus ml_least_squares_fold(MlLeastSquares *state, int n_rows, double weight);
extern MlStatus ml_least_squares_fold_penalty(MlLeastSquares *state, double l2);

/* Put into r whatever still waits; needed only before r itself is looked at. */
extern MlStatus ml_least_squares_settle(MlLeastSquares *state);

/* One row of x and y (n - 1) with its weight; folded when there are enough. */
extern MlStatus ml_least_squares_add(MlLeastSquares *state, const double *values, double weight);

/* Take over all that another state of as many columns holds, which is used up. */
extern MlStatus ml_least_squares_merge(MlLeastSquares *state, MlLeastSquares *other);

/*
 * The state as ml_least_squares_size() plain doubles, and back: n, rows,
 * weight, shift (n), then the triangle column by column. What is read is
 * checked: sizes, finite numbers, a count that is whole; else ML_CORRUPT.
 */
extern int64_t ml_least_squares_size(int n);
extern MlStatus ml_least_squares_write(MlLeastSquares *state, double *values);
extern MlStatus ml_least_squares_read(MlEnv *env, const double *values, int64_t count,
									  MlLeastSquares *state);

/*
 * Choose columns, left to right as R's lm() does: one of which less than 1e-10
 * is new is aliased. Solve for the rest as if it were all. Afterwards
 * the factor of the kept columns is in state->r: entry (i, k) at
 * r[kept[k] * n + i] for i <= k.
 */
extern MlStatus ml_least_squares_finish(MlLeastSquares *state, MlLeastSquaresFit *fit);

/*
 * The inverse of that factor, (n_kept, n_kept) column-major and upper
 * triangular: inverse times its transpose is (X'X)^-1.
 */
extern MlStatus ml_least_squares_inverse(const MlLeastSquares *state, const MlLeastSquaresFit *fit,
										 double *inverse);

/*
 * The condition number of the kept columns, each scaled to length 1: the ratio
 * of the largest singular value to the smallest, to about three digits.
 */
extern MlStatus ml_least_squares_condition(const MlLeastSquares *state, const MlLeastSquaresFit *fit,
										   double *condition);

#endif							/* ML_ALGO_LEAST_SQUARES_H */
