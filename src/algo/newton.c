/*
 * algo/newton.c
 *		Minimise a smooth convex function of many variables: truncated Newton.
 *
 * Each step solves Hessian * d = -gradient by conjugate gradients with the
 * diagonal as preconditioner, only as exactly as is worth it (Dembo and
 * Steihaug 1983: the residual may be the square root of the progress so far,
 * which keeps convergence superlinear), then halves d until the value falls
 * enough (Armijo). Close to the minimum the value no longer resolves the
 * difference, so a rise within its rounding is accepted (Hager and Zhang 2005,
 * "approximate Wolfe").
 */
#include "algo/newton.h"

#include <math.h>
#include <string.h>

#define SUFFICIENT_FALL 1e-4
#define VALUE_ROUNDING 1e-13
#define MAX_HALVINGS 40
#define LOOSEST_SOLVE 0.1
#define MAX_CG_STEPS 500

typedef struct Newton
{
	MlEnv	   *env;
	const MlObjective *objective;
	int			n;
	double	   *gradient;
	double	   *diagonal;
	double	   *step;			/* the Newton step d */
	double	   *residual;
	double	   *search;			/* direction of conjugate gradients */
	double	   *product;
	double	   *trial;
	double		first_size;		/* preconditioned size of the first gradient */
} Newton;

static MlStatus
begin(Newton *newton, MlEnv *env, const MlObjective *objective)
{
	double	  **vectors[7];
	int			i;

	memset(newton, 0, sizeof(*newton));
	newton->env = env;
	newton->objective = objective;
	newton->n = objective->n;
	vectors[0] = &newton->gradient;
	vectors[1] = &newton->diagonal;
	vectors[2] = &newton->step;
	vectors[3] = &newton->residual;
	vectors[4] = &newton->search;
	vectors[5] = &newton->product;
	vectors[6] = &newton->trial;
	for (i = 0; i < 7; i++)
	{
		*vectors[i] = ml_allocate(env, (size_t) objective->n, sizeof(double));
		if (*vectors[i] == NULL)
			return ML_OUT_OF_MEMORY;
	}
	return ML_OK;
}

static void
end(Newton *newton)
{
	ml_release(newton->env, newton->gradient);
	ml_release(newton->env, newton->diagonal);
	ml_release(newton->env, newton->step);
	ml_release(newton->env, newton->residual);
	ml_release(newton->env, newton->search);
	ml_release(newton->env, newton->product);
	ml_release(newton->env, newton->trial);
}

static double
inner(const double *a, const double *b, int n)
{
	double		sum = 0.0;
	int			i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static double
scaled_gradient(const Newton *newton)
{
	double		most = 0.0;
	int			i;

	for (i = 0; i < newton->n; i++)
	{
		double		size = fabs(newton->gradient[i]);

		if (newton->diagonal[i] > 0.0)
			size /= sqrt(newton->diagonal[i]);
		/* Not fmax: a NaN must not be hidden. */
		if (!(size <= most))
			most = size;
	}
	return most;
}

/* A variable without curvature has no gradient either and stays where it is. */
static double
precondition(const Newton *newton, int i)
{
	return newton->diagonal[i] > 0.0 ? newton->residual[i] / newton->diagonal[i] : 0.0;
}

static double
residual_size(const Newton *newton)
{
	double		sum = 0.0;
	int			i;

	for (i = 0; i < newton->n; i++)
		sum += newton->residual[i] * precondition(newton, i);
	return sum;
}

/* The step from the gradient: preconditioned conjugate gradients. */
static MlStatus
solve_step(Newton *newton)
{
	int			n = newton->n;
	double		size;
	double		target;
	double		progress;
	int			pass;
	int			i;

	memset(newton->step, 0, (size_t) n * sizeof(double));
	for (i = 0; i < n; i++)
		newton->residual[i] = -newton->gradient[i];
	for (i = 0; i < n; i++)
		newton->search[i] = precondition(newton, i);
	size = residual_size(newton);
	if (newton->first_size == 0.0)
		newton->first_size = size;
	/* Sizes are squares: the fourth root of their ratio is the root of norms'. */
	progress = sqrt(sqrt(size / newton->first_size));
	target = fmin(LOOSEST_SOLVE, progress);
	target *= target * size;
	for (pass = 0; pass < MAX_CG_STEPS && size > target; pass++)
	{
		double		curvature;
		double		length;
		double		next;

		ML_TRY(newton->objective->product(newton->objective->state, newton->search, newton->product));
		curvature = inner(newton->search, newton->product, n);
		if (!(curvature > 0.0))
			break;
		length = size / curvature;
		for (i = 0; i < n; i++)
		{
			newton->step[i] += length * newton->search[i];
			newton->residual[i] -= length * newton->product[i];
		}
		next = residual_size(newton);
		for (i = 0; i < n; i++)
			newton->search[i] = precondition(newton, i) + next / size * newton->search[i];
		size = next;
	}
	return ML_OK;
}

/* Halve the step until the value falls; *moved says whether it did. */
static MlStatus
search_line(Newton *newton, double *point, double *value, bool *moved)
{
	const MlObjective *objective = newton->objective;
	double		slope = inner(newton->gradient, newton->step, newton->n);
	double		share = 1.0;
	double		reached;
	int			halving;
	int			i;

	for (halving = 0; halving < MAX_HALVINGS; halving++)
	{
		for (i = 0; i < newton->n; i++)
			newton->trial[i] = point[i] + share * newton->step[i];
		ML_TRY(objective->value(objective->state, newton->trial, &reached));
		if (reached <= *value + SUFFICIENT_FALL * share * slope + VALUE_ROUNDING * fabs(*value))
		{
			memcpy(point, newton->trial, (size_t) newton->n * sizeof(double));
			*value = reached;
			*moved = true;
			return ML_OK;
		}
		share *= 0.5;
	}
	*moved = false;
	return objective->value(objective->state, point, value);
}

static MlStatus
descend(Newton *newton, int iterations, double tolerance, double *point, MlNewtonResult *result)
{
	const MlObjective *objective = newton->objective;
	bool		moved = true;

	ML_TRY(objective->value(objective->state, point, &result->value));
	for (;;)
	{
		ML_TRY(objective->gradient(objective->state, newton->gradient, newton->diagonal));
		result->gradient = scaled_gradient(newton);
		result->converged = result->gradient <= tolerance;
		if (result->converged || !moved || result->iterations >= iterations)
			return ML_OK;
		ML_TRY(solve_step(newton));
		ML_TRY(search_line(newton, point, &result->value, &moved));
		result->iterations++;
	}
}

MlStatus
ml_newton(MlEnv *env, const MlObjective *objective, int iterations, double tolerance,
		  double *point, MlNewtonResult *result)
{
	Newton		newton;

	memset(result, 0, sizeof(*result));
	ML_TRY(begin(&newton, env, objective));
	ML_TRY(descend(&newton, iterations, tolerance, point, result));
	end(&newton);
	return ML_OK;
}
