/*
 * algo/glm_newton.c
 *		Newton's method for generalised linear models.
 *
 * Without l1 each step solves Hessian * d = -gradient by Cholesky. With l1 it
 * minimises the quadratic model plus the penalty (algo/elastic_net.h; J. Lee,
 * Y. Sun, M. Saunders, "Proximal Newton-type methods for minimizing composite
 * functions", SIAM J. Optim. 24, 2014). Steps are halved until the
 * value falls enough (Armijo); close to the minimum, where the value no longer
 * resolves the difference, a rise within its rounding is accepted.
 */
#include "algo/glm_newton.h"

#include <math.h>
#include <string.h>

#include "algo/elastic_net.h"
#include "math/cholesky.h"

#define SUFFICIENT_FALL 1e-4
#define VALUE_ROUNDING 1e-13
#define MAX_HALVINGS 40
#define MAX_SWEEPS 10000
/*
 * A step so small, in changes of margins, changes the Hessian so little that the
 * one at hand serves on, while it makes the gradient so much smaller. Only with
 * many rows: few are as well solved to the last digit.
 */
#define LEAN_ROWS 50000
#define SMALL_STEP 0.02
#define LEAST_PROGRESS 0.2
/* Share of the tolerance that a step should come to unseen. */
#define SURE 0.1
/* Share of a diagonal element below which rounding has the word. */
#define LEAST_PIVOT 1e-13

typedef struct Search
{
	MlGlm	   *glm;
	int			n;
	double		l1;
	double		tolerance;
	MlGlmPlace *place;
	MlGlmPlace	trial;
	double	   *step;
	double	   *linear;			/* of the quadratic model, with l1 */
	double	   *factor;			/* of the penalty, with l1 */
	double		size;			/* largest scaled component of the gradient */
	bool		lean;			/* the next pass needs no Hessian */
	bool		stale;			/* that of the place is from elsewhere */
} Search;

MlStatus
ml_glm_place_make(MlEnv *env, const MlGlm *glm, bool dense, MlGlmPlace *place)
{
	size_t		n = (size_t) glm->n_params;

	memset(place, 0, sizeof(*place));
	place->point = ml_allocate(env, n, sizeof(double));
	place->gradient = ml_allocate(env, n, sizeof(double));
	if (dense)
		place->hessian = ml_allocate(env, n * n, sizeof(double));
	return place->point != NULL && place->gradient != NULL && (place->hessian != NULL || !dense) ?
		ML_OK : ML_OUT_OF_MEMORY;
}

void
ml_glm_place_release(MlEnv *env, MlGlmPlace *place)
{
	ml_release(env, place->point);
	ml_release(env, place->gradient);
	ml_release(env, place->hessian);
}

static MlStatus
look_at(Search *search, MlGlmPlace *place)
{
	MlGlm	   *glm = search->glm;
	double		absolutes = 0.0;
	int			i;

	ML_TRY(ml_glm_evaluate(glm, place->point, &place->value, place->gradient,
						   search->lean ? NULL : place->hessian));
	for (i = 0; i < search->n; i++)
		absolutes += ml_glm_penalised(glm, i) ? fabs(place->point[i]) : 0.0;
	place->value += search->l1 * absolutes;
	place->loss = glm->loss;
	return ML_OK;
}

/* The component of the least subgradient. */
static double
subgradient(const Search *search, int i)
{
	double		gradient = search->place->gradient[i];
	double		at = search->place->point[i];

	if (search->l1 == 0.0 || !ml_glm_penalised(search->glm, i))
		return gradient;
	if (at != 0.0)
		return gradient + (at > 0.0 ? search->l1 : -search->l1);
	return fabs(gradient) <= search->l1 ? 0.0 : fabs(gradient) - search->l1;
}

static void
measure_gradient(Search *search)
{
	int			i;

	search->size = 0.0;
	for (i = 0; i < search->n; i++)
	{
		double		diagonal = search->place->hessian[(size_t) i * (size_t) (search->n + 1)];
		double		size = fabs(subgradient(search, i));

		if (diagonal > 0.0)
			size /= sqrt(diagonal);
		/* Not fmax: a NaN must not be hidden. */
		if (!(size <= search->size))
			search->size = size;
	}
}

MlStatus
ml_glm_step(MlGlm *glm, const MlGlmPlace *place, double least, double *step, bool *lost)
{
	size_t		n = (size_t) glm->n_params;
	double	   *factor = ml_allocate(glm->env, n * n, sizeof(double));
	double	   *floors = ml_allocate(glm->env, n, sizeof(double));
	bool	   *kept = ml_allocate(glm->env, n, sizeof(bool));
	size_t		i;

	if (factor == NULL || floors == NULL || kept == NULL)
		return ML_OUT_OF_MEMORY;
	memcpy(factor, place->hessian, n * n * sizeof(double));
	for (i = 0; i < n; i++)
	{
		floors[i] = least * place->hessian[i * n + i];
		step[i] = -place->gradient[i];
	}
	ML_TRY(ml_cholesky(glm->env, glm->n_params, factor, floors, kept));
	ml_cholesky_solve(glm->n_params, factor, kept, step);
	for (i = 0; i < n && lost != NULL; i++)
		lost[i] = !kept[i] && !glm->fixed[i];
	ml_release(glm->env, factor);
	ml_release(glm->env, floors);
	ml_release(glm->env, kept);
	return ML_OK;
}

/*
 * The step with l1: to the minimum of the quadratic model plus the penalty,
 * of which l2 is in the Hessian.
 */
static MlStatus
shrink_step(Search *search)
{
	const MlGlmPlace *place = search->place;
	size_t		n = (size_t) search->n;
	MlElasticNet net;
	MlElasticNetResult result;
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		search->linear[i] = -place->gradient[i];
		for (j = 0; j < n; j++)
			search->linear[i] += place->hessian[i * n + j] * place->point[j];
		search->factor[i] = ml_glm_penalised(search->glm, (int) i) ? 1.0 : 0.0;
		search->step[i] = place->point[i];
		if (i % 64 == 0)
			ML_TRY(ml_check_stop(search->glm->env));
	}
	ML_TRY(ml_elastic_net_begin(search->glm->env, search->n, place->hessian, search->linear,
								search->factor, &net));
	ML_TRY(ml_elastic_net_solve(&net, search->l1, 0.0, MAX_SWEEPS, search->step, &result));
	ml_elastic_net_end(&net);
	for (i = 0; i < n; i++)
		search->step[i] = search->glm->fixed[i] ? 0.0 : search->step[i] - place->point[i];
	return ML_OK;
}

/* What the value should change by along the step, in first order. */
static double
expected_change(const Search *search)
{
	const MlGlmPlace *place = search->place;
	double		change = 0.0;
	int			i;

	for (i = 0; i < search->n; i++)
	{
		change += place->gradient[i] * search->step[i];
		if (search->l1 > 0.0 && ml_glm_penalised(search->glm, i))
			change += search->l1 * (fabs(place->point[i] + search->step[i]) - fabs(place->point[i]));
	}
	return change;
}

/* Halve the step until the value falls; *moved says whether it did. */
static MlStatus
search_line(Search *search, bool *moved)
{
	MlGlmPlace *place = search->place;
	double		expected = expected_change(search);
	double		share = 1.0;
	int			halving;
	int			i;

	*moved = false;
	for (halving = 0; halving < MAX_HALVINGS && !*moved; halving++, share *= 0.5)
	{
		for (i = 0; i < search->n; i++)
			search->trial.point[i] = place->point[i] + share * search->step[i];
		ML_TRY(look_at(search, &search->trial));
		*moved = search->trial.value <=
			place->value + SUFFICIENT_FALL * share * expected + VALUE_ROUNDING * fabs(place->value);
	}
	if (*moved)
	{
		MlGlmPlace	left = *place;

		*place = search->trial;
		search->trial = left;
		search->stale = search->lean;
		if (search->stale)
		{
			search->trial.hessian = place->hessian;
			place->hessian = left.hessian;
		}
	}
	return ML_OK;
}

/* How much the step changes margins: the root of the weighted mean square, by the Hessian. */
static double
step_size(const Search *search)
{
	const MlGlm *glm = search->glm;
	double		sum = 0.0;
	int			i;

	for (i = 0; i < search->n; i++)
		sum -= search->step[i] * search->place->gradient[i];
	return sqrt(fmax(sum, 0.0) / (glm->total_weight * glm->share));
}

/*
 * With lean steps, each makes the gradient smaller by about the same factor:
 * where the next one ends well it need not be looked at.
 */
static bool
will_converge(const Search *search, double before)
{
	return search->stale && search->l1 == 0.0 &&
		search->size * (search->size / before) <= SURE * search->tolerance;
}

static MlStatus
walk(Search *search, int iterations, double *curve, MlNewtonResult *result)
{
	bool		moved = true;

	for (;;)
	{
		double		before = search->size;

		measure_gradient(search);
		if (search->stale && search->size > LEAST_PROGRESS * before)
		{
			search->lean = false;
			ML_TRY(look_at(search, search->place));
			search->stale = false;
			measure_gradient(search);
		}
		result->value = search->place->value;
		result->gradient = search->size;
		result->converged = search->size <= search->tolerance || will_converge(search, before);
		if (result->converged || !moved || result->iterations >= iterations)
			return ML_OK;
		if (search->l1 > 0.0)
			ML_TRY(shrink_step(search));
		else
			ML_TRY(ml_glm_step(search->glm, search->place, LEAST_PIVOT, search->step, NULL));
		search->lean = search->glm->passes == NULL && search->glm->rows->n_all >= LEAN_ROWS &&
			step_size(search) < SMALL_STEP;
		ML_TRY(search_line(search, &moved));
		if (curve != NULL)
			curve[result->iterations] = search->place->loss;
		result->iterations++;
		ml_report(search->glm->env, "fitting", -1.0, -1, result->iterations, NAN);
	}
}

/*
 * After lean steps: one more without a look at where it leads, and, where that
 * matters, the Hessian.
 */
static MlStatus
polish(Search *search, const MlNewtonResult *result)
{
	MlGlm	   *glm = search->glm;
	int			i;

	if (search->l1 > 0.0)
		return ML_OK;
	if (result->converged)
	{
		ML_TRY(ml_glm_step(glm, search->place, LEAST_PIVOT, search->step, NULL));
		for (i = 0; i < search->n; i++)
			search->place->point[i] += search->step[i];
	}
	search->lean = false;
	return glm->l2 > 0.0 ? ML_OK : look_at(search, search->place);
}

MlStatus
ml_glm_newton(MlGlm *glm, int iterations, double tolerance, MlGlmPlace *place, double *curve,
			  MlNewtonResult *result)
{
	Search		search = {0};

	memset(result, 0, sizeof(*result));
	search.glm = glm;
	search.n = glm->n_params;
	search.l1 = glm->l1 * glm->share;
	search.tolerance = tolerance;
	search.place = place;
	search.step = ml_allocate(glm->env, (size_t) search.n, sizeof(double));
	search.linear = ml_allocate(glm->env, (size_t) search.n, sizeof(double));
	search.factor = ml_allocate(glm->env, (size_t) search.n, sizeof(double));
	if (search.step == NULL || search.linear == NULL || search.factor == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_glm_place_make(glm->env, glm, true, &search.trial));
	ML_TRY(look_at(&search, place));
	if (!isfinite(place->value))
		return ml_fail(glm->env, ML_INVALID_DATA, "the loss is beyond double precision");
	ML_TRY(walk(&search, iterations, curve, result));
	if (search.stale)
		ML_TRY(polish(&search, result));
	ml_glm_place_release(glm->env, &search.trial);
	ml_release(glm->env, search.step);
	ml_release(glm->env, search.linear);
	ml_release(glm->env, search.factor);
	return ML_OK;
}
