/*
 * algo/elastic_net.c
 *		Lasso, ridge and elastic net of a quadratic function.
 *
 * The slope c - Gw is kept for all coefficients: a look at a coefficient that
 * stays costs one comparison, a change one column of G. Rounding that gathers
 * in it is removed before the last check of the optimality conditions.
 */
#include "algo/elastic_net.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Operations between two questions whether to stop. */
#define WORK_STEP 4e6

/* A pivot below this share of its diagonal element: the columns depend on each other. */
#define PIVOT_TOLERANCE 1e-13

/* By what share the diagonal is larger then. */
#define DEPENDENT_DIAGONAL 1e-9

typedef struct Penalty
{
	double		l1;
	double		l2;
} Penalty;

static double
curvature(const MlElasticNet *net, int j)
{
	return net->gram[(size_t) j * (size_t) net->n + (size_t) j];
}

/* Four partial sums: a fixed order that still keeps the adders busy. */
static double
dot(const double *a, const double *b, int count)
{
	double		sum[4] = {0.0, 0.0, 0.0, 0.0};
	int			i;

	for (i = 0; i + 4 <= count; i += 4)
	{
		sum[0] += a[i] * b[i];
		sum[1] += a[i + 1] * b[i + 1];
		sum[2] += a[i + 2] * b[i + 2];
		sum[3] += a[i + 3] * b[i + 3];
	}
	for (; i < count; i++)
		sum[0] += a[i] * b[i];
	return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

/* b -= factor a */
static void
subtract(double *b, double factor, const double *a, int count)
{
	int			i;

	for (i = 0; i + 4 <= count; i += 4)
	{
		double		b0 = b[i] - factor * a[i];
		double		b1 = b[i + 1] - factor * a[i + 1];
		double		b2 = b[i + 2] - factor * a[i + 2];
		double		b3 = b[i + 3] - factor * a[i + 3];

		b[i] = b0;
		b[i + 1] = b1;
		b[i + 2] = b2;
		b[i + 3] = b3;
	}
	for (; i < count; i++)
		b[i] -= factor * a[i];
}

/* No product where the factor is 0: l1 may be infinite. */
static double
penalty_of(const MlElasticNet *net, int j, double strength)
{
	double		factor = net->factor != NULL ? net->factor[j] : 1.0;

	return factor == 0.0 ? 0.0 : factor * strength;
}

static MlStatus
refuse_range(MlEnv *env)
{
	ml_fail(env, ML_INVALID_DATA, "the sums of squares are beyond double precision");
	ml_hint(env, "Scale down the target or the weights.");
	return ML_INVALID_DATA;
}

static MlStatus
check_problem(const MlElasticNet *net)
{
	size_t		n = (size_t) net->n;
	size_t		k;
	int			j;

	for (k = 0; k < n * n; k++)
	{
		if (!isfinite(net->gram[k]))
			return refuse_range(net->env);
	}
	for (j = 0; j < net->n; j++)
	{
		if (!isfinite(net->linear[j]) || curvature(net, j) < 0.0)
			return refuse_range(net->env);
		if (net->factor != NULL && !(net->factor[j] >= 0.0 && net->factor[j] <= DBL_MAX))
			return ml_fail(net->env, ML_INVALID_DATA, "a penalty factor is negative or not finite");
	}
	return ML_OK;
}

MlStatus
ml_elastic_net_begin(MlEnv *env, int n, const double *gram, const double *linear,
					 const double *factor, MlElasticNet *net)
{
	int			j;

	memset(net, 0, sizeof(*net));
	net->env = env;
	net->n = n;
	net->gram = gram;
	net->linear = linear;
	net->factor = factor;
	ML_TRY(check_problem(net));
	for (j = 0; j < n; j++)
	{
		if (curvature(net, j) > 0.0)
			net->scale = fmax(net->scale, fabs(linear[j]) / sqrt(curvature(net, j)));
	}
	if (!isfinite(net->scale))
		return refuse_range(env);
	net->slope = ml_allocate(env, (size_t) n + 1, sizeof(double));
	net->active = ml_allocate(env, (size_t) n + 1, sizeof(int));
	return net->slope != NULL && net->active != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

void
ml_elastic_net_end(MlElasticNet *net)
{
	ml_release(net->env, net->slope);
	ml_release(net->env, net->active);
	ml_release(net->env, net->room);
}

/* w_j by `change`, and the slopes with it. */
static MlStatus
move(MlElasticNet *net, double *w, int j, double change)
{
	const double *column = net->gram + (size_t) j * (size_t) net->n;
	double		before = net->work;

	w[j] += change;
	subtract(net->slope, change, column, net->n);
	net->work += net->n;
	if (floor(net->work / WORK_STEP) != floor(before / WORK_STEP))
		return ml_check_stop(net->env);
	return ML_OK;
}

/* slope = c - Gw, without what rounding added */
static MlStatus
renew_slope(MlElasticNet *net, double *w)
{
	int			j;

	memcpy(net->slope, net->linear, (size_t) net->n * sizeof(double));
	for (j = 0; j < net->n; j++)
	{
		double		value = w[j];

		if (curvature(net, j) == 0.0)
			w[j] = 0.0;
		else if (value != 0.0)
		{
			w[j] = 0.0;
			ML_TRY(move(net, w, j, value));
		}
	}
	return ML_OK;
}

/* The best value of one coefficient while the others stay: soft thresholding. */
static double
best_value(const MlElasticNet *net, const Penalty *penalty, const double *w, int j)
{
	double		own = curvature(net, j);
	double		pull = net->slope[j] + own * w[j];
	double		threshold = penalty_of(net, j, penalty->l1);

	if (fabs(pull) <= threshold)
		return 0.0;
	pull -= pull > 0.0 ? threshold : -threshold;
	return pull / (own + penalty_of(net, j, penalty->l2));
}

/* By how much the optimality condition of a coefficient is off. */
static double
violation(const MlElasticNet *net, const Penalty *penalty, const double *w, int j)
{
	double		threshold = penalty_of(net, j, penalty->l1);
	double		slope = net->slope[j] - (w[j] == 0.0 ? 0.0 : penalty_of(net, j, penalty->l2) * w[j]);
	double		off;

	if (curvature(net, j) == 0.0)
		return 0.0;
	if (w[j] == 0.0)
		off = fmax(fabs(slope) - threshold, 0.0);
	else
		off = fabs(slope - (w[j] > 0.0 ? threshold : -threshold));
	return off / sqrt(curvature(net, j));
}

/* Whether the conditions hold for some coefficients, or for all without a list. */
static bool
is_optimal(const MlElasticNet *net, const Penalty *penalty, const double *w, const int *list, int count)
{
	double		most = ML_ELASTIC_NET_TOLERANCE * net->scale;
	int			k;

	for (k = 0; k < count; k++)
	{
		/* Written so that NaN is not optimal. */
		if (!(violation(net, penalty, w, list != NULL ? list[k] : k) <= most))
			return false;
	}
	return true;
}

static MlStatus
sweep(MlElasticNet *net, const Penalty *penalty, double *w, const int *list, int count)
{
	int			k;

	ML_TRY(ml_check_stop(net->env));
	for (k = 0; k < count; k++)
	{
		int			j = list != NULL ? list[k] : k;
		double		value;

		if (curvature(net, j) == 0.0)
			continue;
		value = best_value(net, penalty, w, j);
		if (value != w[j])
		{
			ML_TRY(move(net, w, j, value - w[j]));
			w[j] = value;
		}
	}
	return ML_OK;
}

static void
gather_active(MlElasticNet *net, const double *w)
{
	int			j;

	net->n_active = 0;
	for (j = 0; j < net->n; j++)
	{
		if (w[j] != 0.0)
			net->active[net->n_active++] = j;
	}
}

/*
 * Cholesky factor of a matrix (m, m) in place, by rows of the lower triangle;
 * *definite says whether there is one.
 */
static MlStatus
factorise(MlEnv *env, double *a, int m, bool *definite)
{
	double		work = 0.0;
	int			i;
	int			j;

	*definite = false;
	for (i = 0; i < m; i++)
	{
		double	   *row = a + (size_t) i * (size_t) m;
		double		whole = row[i];

		for (j = 0; j <= i; j++)
		{
			const double *other = a + (size_t) j * (size_t) m;
			double		sum = row[j] - dot(row, other, j);

			if (j < i)
				row[j] = sum / other[j];
			else if (!(sum > PIVOT_TOLERANCE * whole))
				return ML_OK;
			else
				row[j] = sqrt(sum);
			work += j;
			if (work > WORK_STEP)
			{
				ML_TRY(ml_check_stop(env));
				work = 0.0;
			}
		}
	}
	*definite = true;
	return ML_OK;
}

/* x (m) = solution of L L' x = x */
static void
substitute(const double *l, int m, double *x)
{
	int			i;
	int			k;

	for (i = 0; i < m; i++)
	{
		for (k = 0; k < i; k++)
			x[i] -= l[(size_t) i * (size_t) m + (size_t) k] * x[k];
		x[i] /= l[(size_t) i * (size_t) m + (size_t) i];
	}
	for (i = m - 1; i >= 0; i--)
	{
		x[i] /= l[(size_t) i * (size_t) m + (size_t) i];
		for (k = 0; k < i; k++)
			x[k] -= l[(size_t) i * (size_t) m + (size_t) k] * x[i];
	}
}

static MlStatus
make_room(MlElasticNet *net, int m)
{
	if (net->room_n >= m)
		return ML_OK;
	ml_release(net->env, net->room);
	net->room_n = 0;
	net->room = ml_allocate(net->env, (size_t) m * ((size_t) m + 1), sizeof(double));
	if (net->room == NULL)
		return ML_OUT_OF_MEMORY;
	net->room_n = m;
	return ML_OK;
}

/* How much of a step of the active coefficients none of them changes its sign in. */
static double
free_share(const MlElasticNet *net, const double *w, const double *step, int *blocking)
{
	double		share = 1.0;
	int			k;

	*blocking = -1;
	for (k = 0; k < net->n_active; k++)
	{
		int			j = net->active[k];
		double		reach;

		if (penalty_of(net, j, 1.0) == 0.0 || (w[j] > 0.0) == (w[j] + step[k] > 0.0))
			continue;
		reach = -w[j] / step[k];
		if (reach < share)
		{
			share = reach;
			*blocking = j;
		}
	}
	return share;
}

/* The Hessian of the active coefficients, its diagonal larger by a share, factorised. */
static MlStatus
factorise_active(MlElasticNet *net, const Penalty *penalty, double more, bool *definite)
{
	int			m = net->n_active;
	int			i;
	int			k;

	for (i = 0; i < m; i++)
	{
		int			j = net->active[i];
		const double *column = net->gram + (size_t) j * (size_t) net->n;
		double	   *row = net->room + (size_t) i * (size_t) m;

		for (k = 0; k <= i; k++)
			row[k] = column[net->active[k]];
		row[i] += penalty_of(net, j, penalty->l2) + more * row[i];
	}
	return factorise(net->env, net->room, m, definite);
}

/*
 * A Newton step of the active coefficients with the signs that they have. The
 * function falls all the way, as it is quadratic and convex as long as the
 * signs stay. Where columns depend on each other a little more on the diagonal
 * makes the step long in the directions that only the penalty knows, until a
 * coefficient becomes 0.
 */
static MlStatus
step_active(MlElasticNet *net, const Penalty *penalty, double *w)
{
	int			m = net->n_active;
	double	   *step;
	double		share;
	bool		definite;
	int			blocking;
	int			k;

	ML_TRY(make_room(net, m));
	ML_TRY(factorise_active(net, penalty, 0.0, &definite));
	if (!definite)
		ML_TRY(factorise_active(net, penalty, DEPENDENT_DIAGONAL, &definite));
	if (!definite)
		return ML_OK;
	step = net->room + (size_t) m * (size_t) m;
	for (k = 0; k < m; k++)
	{
		int			j = net->active[k];
		double		l1 = penalty_of(net, j, penalty->l1);

		step[k] = net->slope[j] - penalty_of(net, j, penalty->l2) * w[j] - (w[j] > 0.0 ? l1 : -l1);
	}
	substitute(net->room, m, step);
	share = free_share(net, w, step, &blocking);
	for (k = 0; k < m; k++)
		w[net->active[k]] += share * step[k];
	if (blocking >= 0)
		w[blocking] = 0.0;
	return renew_slope(net, w);
}

/* Until the active coefficients are right. */
static MlStatus
settle_active(MlElasticNet *net, const Penalty *penalty, int sweeps, double *w,
			  MlElasticNetResult *result)
{
	gather_active(net, w);
	while (result->sweeps < sweeps && !is_optimal(net, penalty, w, net->active, net->n_active))
	{
		double		m = net->n_active;

		ML_TRY(sweep(net, penalty, w, net->active, net->n_active));
		result->sweeps++;
		if (net->work > m * m * m / 3.0)
		{
			gather_active(net, w);
			ML_TRY(step_active(net, penalty, w));
			net->work = 0.0;
		}
	}
	return ML_OK;
}

static bool
is_finite(const double *values, int count)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		if (!isfinite(values[i]))
			return false;
	}
	return true;
}

MlStatus
ml_elastic_net_solve(MlElasticNet *net, double l1, double l2, int sweeps, double *w,
					 MlElasticNetResult *result)
{
	Penalty		penalty = {l1, l2};

	memset(result, 0, sizeof(*result));
	ML_TRY(renew_slope(net, w));
	net->work = 0.0;
	for (;;)
	{
		if (!is_finite(net->slope, net->n))
			return refuse_range(net->env);
		result->converged = is_optimal(net, &penalty, w, NULL, net->n);
			if (result->converged || result->sweeps >= sweeps)
			return ML_OK;
		ML_TRY(sweep(net, &penalty, w, NULL, net->n));
		result->sweeps++;
		ML_TRY(settle_active(net, &penalty, sweeps, w, result));
		ML_TRY(renew_slope(net, w));
	}
}

MlStatus
ml_elastic_net_largest(MlElasticNet *net, double *w, double *l1)
{
	MlElasticNetResult result;
	int			j;

	memset(w, 0, (size_t) net->n * sizeof(double));
	ML_TRY(ml_elastic_net_solve(net, INFINITY, 0.0, 10000, w, &result));
	*l1 = 0.0;
	for (j = 0; j < net->n; j++)
	{
		double		factor = penalty_of(net, j, 1.0);

		if (factor > 0.0 && curvature(net, j) > 0.0)
			*l1 = fmax(*l1, fabs(net->slope[j]) / factor);
	}
	return ML_OK;
}

void
ml_elastic_net_path(double largest, double ratio, int count, double *path)
{
	int			k;

	for (k = 0; k < count; k++)
		path[k] = largest * pow(ratio, count > 1 ? (double) k / (count - 1) : 0.0);
}

MlStatus
ml_elastic_net_gram(MlEnv *env, int n, const double *r, int free, double weight, double *gram,
					double *linear)
{
	int			m = n - free - 1;
	double		work = 0.0;
	int			i;
	int			j;

	for (j = free; j < n; j++)
	{
		const double *right = r + (size_t) j * (size_t) n;

		for (i = free; i < n - 1 && i <= j; i++)
		{
			const double *left = r + (size_t) i * (size_t) n;
			double		sum = dot(left + free, right + free, i - free + 1) / weight;

			if (j == n - 1)
				linear[i - free] = sum;
			else
			{
				gram[(size_t) (j - free) * (size_t) m + (size_t) (i - free)] = sum;
				gram[(size_t) (i - free) * (size_t) m + (size_t) (j - free)] = sum;
			}
			work += i;
		}
		if (work > WORK_STEP)
		{
			ML_TRY(ml_check_stop(env));
			work = 0.0;
		}
	}
	return ML_OK;
}

void
ml_elastic_net_free(int n, const double *r, int free, double *coefficients)
{
	int			i;
	int			j;

	for (i = free - 1; i >= 0; i--)
	{
		double		sum = r[(size_t) (n - 1) * (size_t) n + (size_t) i];

		for (j = i + 1; j < n - 1; j++)
			sum -= r[(size_t) j * (size_t) n + (size_t) i] * coefficients[j];
		coefficients[i] = sum / r[(size_t) i * (size_t) n + (size_t) i];
	}
}
