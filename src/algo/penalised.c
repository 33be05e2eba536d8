/*
 * algo/penalised.c
 *		Least squares with a penalty, on states of algo/least_squares.h: with a
 *		given penalty, or with one that cross-validation chooses.
 *
 * What is learnt for a fold is merged from all folds before and all behind it,
 * which takes three merges a fold (as many as there are folds would be needed
 * otherwise), and no fold is ever subtracted: that would cost digits.
 */
#include "algo/penalised.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MAX_SWEEPS 100000

/* Pure ridge has no lambda with all coefficients 0; the path starts as if it were this much lasso. */
#define LEAST_L1_RATIO 1e-3

/* Where the path ends, in terms of its start. */
#define PATH_RATIO 1e-4
#define PATH_RATIO_WIDE 1e-2

/* A state as a quadratic function. */
typedef struct Quadratic
{
	const MlLeastSquares *state;
	int			free;			/* columns without penalty: the intercept */
	int			m;				/* the others */
	double	   *gram;			/* (m, m) */
	double	   *linear;			/* (m) */
	MlElasticNet net;
} Quadratic;

static MlStatus
quadratic_begin(const MlLeastSquares *state, bool intercept, Quadratic *q)
{
	MlEnv	   *env = state->env;
	size_t		m;

	memset(q, 0, sizeof(*q));
	q->state = state;
	q->free = intercept ? 1 : 0;
	q->m = state->n - 1 - q->free;
	m = (size_t) q->m;
	q->gram = ml_allocate(env, m + 1, (m + 1) * sizeof(double));
	q->linear = ml_allocate(env, m + 1, sizeof(double));
	if (q->gram == NULL || q->linear == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_elastic_net_gram(env, state->n, state->r, q->free, state->weight, q->gram, q->linear));
	return ml_elastic_net_begin(env, q->m, q->gram, q->linear, NULL, &q->net);
}

static void
quadratic_end(Quadratic *q)
{
	ml_elastic_net_end(&q->net);
	ml_release(q->state->env, q->gram);
	ml_release(q->state->env, q->linear);
}

/* coefficients (n - 1), relative to the shift of y */
static MlStatus
quadratic_solve(Quadratic *q, const MlPenalty *penalty, double *coefficients, bool *converged)
{
	MlElasticNetResult result;

	ML_TRY(ml_elastic_net_solve(&q->net, penalty->lambda * penalty->l1_ratio,
								penalty->lambda * (1.0 - penalty->l1_ratio), MAX_SWEEPS,
								coefficients + q->free, &result));
	ml_elastic_net_free(q->state->n, q->state->r, q->free, coefficients);
	*converged = result.converged;
	return ML_OK;
}

MlStatus
ml_penalised_solve(MlLeastSquares *state, bool intercept, const MlPenalty *penalty, double *coefficients)
{
	Quadratic	q;
	bool		converged;

	ML_TRY(quadratic_begin(state, intercept, &q));
	ML_TRY(quadratic_solve(&q, penalty, coefficients, &converged));
	if (!converged)
		ml_warn(state->env, "the coefficients under the penalty are not exact: the columns are nearly "
				"dependent; a larger penalty or fewer columns help");
	coefficients[0] += state->shift[state->n - 1];
	quadratic_end(&q);
	return ML_OK;
}

/* Sum of squared errors of coefficients (n - 1) on the rows of a written state: |R (w, -1)|^2. */
static double
squared_errors(const double *triangle, int n, const double *coefficients, double *room)
{
	double		sum = 0.0;
	int			i;
	int			k;

	memset(room, 0, (size_t) n * sizeof(double));
	for (k = 0; k < n; k++)
	{
		double		value = k < n - 1 ? coefficients[k] : -1.0;

		if (value != 0.0)
		{
			for (i = 0; i <= k; i++)
				room[i] += value * triangle[i];
		}
		triangle += k + 1;
	}
	for (i = 0; i < n; i++)
		sum += room[i] * room[i];
	return sum;
}

/* The cross-validation. */
typedef struct Folds
{
	MlEnv	   *env;
	int			n;
	int			n_folds;
	size_t		size;			/* doubles of a written state */
	const double *written;		/* (n_folds, size) */
	double	   *behind;			/* (n_folds, size) folds k, k + 1, ... merged */
	double	   *before;			/* (size) folds 0 .. k - 1 merged */
	double	   *error;			/* (n_folds, ML_PATH_LENGTH) mean squared errors */
	double	   *coefficients;	/* (n) */
	double	   *room;			/* (n) */
} Folds;

static MlStatus
folds_begin(MlEnv *env, int n, const double *written, int n_folds, Folds *folds)
{
	memset(folds, 0, sizeof(*folds));
	folds->env = env;
	folds->n = n;
	folds->n_folds = n_folds;
	folds->size = (size_t) ml_least_squares_size(n);
	folds->written = written;
	folds->behind = ml_allocate(env, (size_t) n_folds, folds->size * sizeof(double));
	folds->before = ml_allocate(env, folds->size, sizeof(double));
	folds->error = ml_allocate(env, (size_t) n_folds, ML_PATH_LENGTH * sizeof(double));
	folds->coefficients = ml_allocate(env, (size_t) n, sizeof(double));
	folds->room = ml_allocate(env, (size_t) n, sizeof(double));
	return folds->behind != NULL && folds->before != NULL && folds->error != NULL &&
		folds->coefficients != NULL && folds->room != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

static void
folds_end(Folds *folds)
{
	ml_release(folds->env, folds->behind);
	ml_release(folds->env, folds->error);
	ml_release(folds->env, folds->before);
	ml_release(folds->env, folds->coefficients);
	ml_release(folds->env, folds->room);
}

static double
written_weight(const double *written)
{
	return written[2];
}

/* state = the written one, with another added to it */
static MlStatus
read_and_add(Folds *folds, const double *written, const double *more, MlLeastSquares *state)
{
	MlLeastSquares other;

	ML_TRY(ml_least_squares_read(folds->env, written, (int64_t) folds->size, state));
	if (more == NULL)
		return ML_OK;
	ML_TRY(ml_least_squares_read(folds->env, more, (int64_t) folds->size, &other));
	ML_TRY(ml_least_squares_merge(state, &other));
	ml_least_squares_end(&other);
	return ML_OK;
}

/* behind[k] = folds k, k + 1, ... */
static MlStatus
merge_behind(Folds *folds)
{
	int			k;

	for (k = folds->n_folds - 1; k >= 0; k--)
	{
		const double *next = k < folds->n_folds - 1 ? folds->behind + ((size_t) k + 1) * folds->size : NULL;
		MlLeastSquares state;

		ML_TRY(read_and_add(folds, folds->written + (size_t) k * folds->size, next, &state));
		ML_TRY(ml_least_squares_write(&state, folds->behind + (size_t) k * folds->size));
		ml_least_squares_end(&state);
	}
	return ML_OK;
}

static MlStatus
lay_path(const MlLeastSquares *all, bool intercept, double l1_ratio, double *coefficients, double *lambda)
{
	Quadratic	q;
	double		largest;

	ML_TRY(quadratic_begin(all, intercept, &q));
	ML_TRY(ml_elastic_net_largest(&q.net, coefficients + q.free, &largest));
	/* Without any slope every lambda is as good. */
	if (largest == 0.0)
		largest = 1.0;
	ml_elastic_net_path(largest / fmax(l1_ratio, LEAST_L1_RATIO),
						all->n_rows > q.m ? PATH_RATIO : PATH_RATIO_WIDE, ML_PATH_LENGTH, lambda);
	quadratic_end(&q);
	return ML_OK;
}

/* Learn the path from a state, and measure it on a written one: error (ML_PATH_LENGTH). */
static MlStatus
measure_path(Folds *folds, const MlLeastSquares *state, bool intercept, double l1_ratio,
			 const double *lambda, const double *measured, double *error)
{
	const double *triangle = measured + folds->size - (size_t) folds->n * ((size_t) folds->n + 1) / 2;
	Quadratic	q;
	int			k;

	memset(folds->coefficients, 0, (size_t) folds->n * sizeof(double));
	ML_TRY(quadratic_begin(state, intercept, &q));
	for (k = 0; k < ML_PATH_LENGTH; k++)
	{
		MlPenalty	penalty = {lambda[k], l1_ratio};
		bool		converged;

		ML_TRY(quadratic_solve(&q, &penalty, folds->coefficients, &converged));
		error[k] = squared_errors(triangle, folds->n, folds->coefficients, folds->room) /
			written_weight(measured);
	}
	quadratic_end(&q);
	return ML_OK;
}

/* Every fold by what the others say. */
static MlStatus
measure_folds(Folds *folds, bool intercept, double l1_ratio, const double *lambda)
{
	size_t		size = folds->size;
	int			k;

	for (k = 0; k < folds->n_folds; k++)
	{
		const double *fold = folds->written + (size_t) k * size;
		const double *behind = k < folds->n_folds - 1 ? folds->behind + ((size_t) k + 1) * size : NULL;
		MlLeastSquares state;

		ML_TRY(read_and_add(folds, k > 0 ? folds->before : behind, k > 0 ? behind : NULL, &state));
		ML_TRY(measure_path(folds, &state, intercept, l1_ratio, lambda, fold,
							folds->error + k * ML_PATH_LENGTH));
		ml_least_squares_end(&state);
		ML_TRY(read_and_add(folds, fold, k > 0 ? folds->before : NULL, &state));
		ML_TRY(ml_least_squares_write(&state, folds->before));
		ml_least_squares_end(&state);
		ml_report(folds->env, "cross-validation", (double) (k + 1) / folds->n_folds, -1, k + 1, NAN);
	}
	return ML_OK;
}

/* Mean and standard error over the folds, weighted as in cv.glmnet; then both rules. */
static void
summarise(const Folds *folds, MlPenaltyPath *path)
{
	int			k;
	int			fold;

	for (k = 0; k < ML_PATH_LENGTH; k++)
	{
		double		sum = 0.0;
		double		weight = 0.0;
		double		squares = 0.0;

		for (fold = 0; fold < folds->n_folds; fold++)
		{
			double		own = written_weight(folds->written + (size_t) fold * folds->size);

			sum += own * folds->error[fold * ML_PATH_LENGTH + k];
			weight += own;
		}
		path->error[k] = sum / weight;
		for (fold = 0; fold < folds->n_folds; fold++)
		{
			double		off = folds->error[fold * ML_PATH_LENGTH + k] - path->error[k];

			squares += written_weight(folds->written + (size_t) fold * folds->size) * off * off;
		}
		path->std_error[k] = sqrt(squares / weight / (folds->n_folds - 1));
		if (path->error[k] < path->error[path->best])
			path->best = k;
	}
	while (path->error[path->simplest] > path->error[path->best] + path->std_error[path->best])
		path->simplest++;
}

MlStatus
ml_penalised_path(MlEnv *env, int n, const double *written, int n_folds, bool intercept, double l1_ratio,
				  MlPenaltyPath *path, MlLeastSquares *all)
{
	Folds		folds;

	memset(path, 0, sizeof(*path));
	ML_TRY(folds_begin(env, n, written, n_folds, &folds));
	ML_TRY(merge_behind(&folds));
	ML_TRY(ml_least_squares_read(env, folds.behind, (int64_t) folds.size, all));
	ML_TRY(lay_path(all, intercept, l1_ratio, folds.coefficients, path->lambda));
	ML_TRY(measure_path(&folds, all, intercept, l1_ratio, path->lambda, folds.behind, path->train_error));
	ML_TRY(measure_folds(&folds, intercept, l1_ratio, path->lambda));
	summarise(&folds, path);
	folds_end(&folds);
	return ML_OK;
}
