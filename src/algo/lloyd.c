/*
 * algo/lloyd.c
 *		Lloyd's method with Hamerly's bounds. See lloyd.h.
 */
#include "algo/lloyd.h"

#include <math.h>
#include <string.h>

#include "math/sum.h"

/* What rounding can do to a bound, and more. */
#define MARGIN 1e-12

/* From so many centres on one distance is worth taking before all of them. */
#define TIGHTEN_FROM 33

static double
most_weight(const MlPoints *points)
{
	double		most = 1.0;
	int64_t		i;

	for (i = 0; points->weight != NULL && i < points->n_rows; i++)
		most = i == 0 || points->weight[i] > most ? points->weight[i] : most;
	return most;
}

/* Before the first run: how large a unit of the sums is. */
static MlStatus
scale_sums(MlLloyd *lloyd)
{
	if (lloyd->scaled)
		return ML_OK;
	ML_TRY(ml_points_most(lloyd->points, lloyd->room));
	ml_cluster_sums_scale(&lloyd->sums, lloyd->points->n_rows, lloyd->room, most_weight(lloyd->points));
	lloyd->scaled = true;
	return ML_OK;
}

MlStatus
ml_lloyd_make(MlPoints *points, int most_k, MlLloyd *lloyd)
{
	MlEnv	   *env = points->env;
	size_t		n_rows = (size_t) points->n_rows + 1;
	size_t		k = (size_t) most_k;

	memset(lloyd, 0, sizeof(*lloyd));
	lloyd->points = points;
	ML_TRY(ml_centres_make(env, most_k, points->n, &lloyd->centres));
	lloyd->centre = ml_allocate(env, k, ((size_t) points->n + 1) * sizeof(double));
	lloyd->label = ml_allocate(env, n_rows, sizeof(int32_t));
	lloyd->upper = ml_allocate(env, n_rows, sizeof(double));
	lloyd->lower = ml_allocate(env, n_rows, sizeof(double));
	lloyd->drift = ml_allocate(env, k, sizeof(double));
	lloyd->half = ml_allocate(env, k, sizeof(double));
	lloyd->room = ml_allocate(env, (size_t) points->n + 1, sizeof(double));
	if (lloyd->centre == NULL || lloyd->label == NULL || lloyd->upper == NULL ||
		lloyd->lower == NULL || lloyd->drift == NULL || lloyd->half == NULL || lloyd->room == NULL)
		return ML_OUT_OF_MEMORY;
	return ml_cluster_sums_begin(env, most_k, points->n, &lloyd->sums);
}

void
ml_lloyd_end(MlLloyd *lloyd)
{
	MlEnv	   *env = lloyd->points->env;

	ml_cluster_sums_end(env, &lloyd->sums);
	ml_centres_end(env, &lloyd->centres);
	ml_release(env, lloyd->centre);
	ml_release(env, lloyd->label);
	ml_release(env, lloyd->upper);
	ml_release(env, lloyd->lower);
	ml_release(env, lloyd->drift);
	ml_release(env, lloyd->half);
	ml_release(env, lloyd->room);
}

static inline double
weight_of(const MlPointBlock *block, int row)
{
	return block->weight == NULL ? 1.0 : block->weight[row];
}

/* All points of a block to their nearest centre. */
static void
assign_all(MlLloyd *lloyd, const MlPointBlock *block)
{
	size_t		n = (size_t) lloyd->points->n;
	int32_t    *label = lloyd->label + block->first;
	double	   *upper = lloyd->upper + block->first;
	double	   *lower = lloyd->lower + block->first;
	int			i;

	ml_centres_nearest(lloyd->points->env->simd, &lloyd->centres, block->points, NULL, block->n_rows,
					   label, upper, lower);
	for (i = 0; i < block->n_rows; i++)
	{
		upper[i] = sqrt(upper[i]);
		lower[i] = sqrt(lower[i]);
		ml_cluster_sums_add(&lloyd->sums, label[i], block->points + (size_t) i * n,
							weight_of(block, i), 1);
	}
}

/* Adjusts the bounds of a block; which of its points may have another nearest centre. */
static int
find_doubtful(MlLloyd *lloyd, const MlPointBlock *block, int *doubtful)
{
	size_t		n = (size_t) lloyd->points->n;
	const int32_t *label = lloyd->label + block->first;
	double	   *upper = lloyd->upper + block->first;
	double	   *lower = lloyd->lower + block->first;
	int			found = 0;
	int			i;

	for (i = 0; i < block->n_rows; i++)
	{
		int			own = label[i];
		double		least = lower[i] - (own == lloyd->furthest_centre ? lloyd->runner_up : lloyd->furthest);
		double		bound = lloyd->half[own] > least ? lloyd->half[own] : least;

		lower[i] = least;
		upper[i] += lloyd->drift[own];
		bound -= MARGIN * bound;
		if (upper[i] <= bound)
			continue;
		if (lloyd->k >= TIGHTEN_FROM)
		{
			upper[i] = sqrt(ml_squared_distance(block->points + (size_t) i * n,
												lloyd->centre + (size_t) own * n, (int) n));
			if (upper[i] <= bound)
				continue;
		}
		doubtful[found++] = i;
	}
	return found;
}

static void
assign_doubtful(MlLloyd *lloyd, const MlPointBlock *block)
{
	size_t		n = (size_t) lloyd->points->n;
	int32_t    *label = lloyd->label + block->first;
	double	   *upper = lloyd->upper + block->first;
	double	   *lower = lloyd->lower + block->first;
	int			doubtful[ML_POINTS_BLOCK] = {0};
	int32_t		before[ML_POINTS_BLOCK];
	int			found = find_doubtful(lloyd, block, doubtful);
	int			i;

	memcpy(before, label, (size_t) block->n_rows * sizeof(int32_t));
	ml_centres_nearest(lloyd->points->env->simd, &lloyd->centres, block->points, doubtful, found,
					   label, upper, lower);
	for (i = 0; i < found; i++)
	{
		int			row = doubtful[i];
		const double *point = block->points + (size_t) row * n;

		upper[row] = sqrt(upper[row]);
		lower[row] = sqrt(lower[row]);
		if (label[row] == before[row])
			continue;
		ml_cluster_sums_add(&lloyd->sums, before[row], point, weight_of(block, row), -1);
		ml_cluster_sums_add(&lloyd->sums, label[row], point, weight_of(block, row), 1);
		lloyd->changed++;
	}
}

/* The point that is furthest from its centre becomes the only one of an empty cluster. */
static MlStatus
fill_cluster(MlLloyd *lloyd, int cluster)
{
	size_t		n = (size_t) lloyd->points->n;
	double		furthest = 0.0;
	double		weight = 1.0;
	int64_t		found = -1;
	MlPointBlock block;
	int			i;

	ml_points_rewind(lloyd->points);
	for (;;)
	{
		ML_TRY(ml_points_next(lloyd->points, &block));
		if (block.n_rows == 0)
			break;
		for (i = 0; i < block.n_rows; i++)
		{
			int64_t		row = block.first + i;
			const double *point = block.points + (size_t) i * n;
			double		distance;

			if (lloyd->sums.rows[lloyd->label[row]] < 2)
				continue;
			distance = ml_squared_distance(point, lloyd->centre + (size_t) lloyd->label[row] * n, (int) n);
			if (distance <= furthest)
				continue;
			furthest = distance;
			found = row;
			weight = weight_of(&block, i);
			memcpy(lloyd->room, point, n * sizeof(double));
		}
	}
	if (found < 0)
		return ML_OK;
	ml_cluster_sums_add(&lloyd->sums, lloyd->label[found], lloyd->room, weight, -1);
	ml_cluster_sums_add(&lloyd->sums, cluster, lloyd->room, weight, 1);
	lloyd->label[found] = cluster;
	/* it knows nothing of where it is now: the next pass finds out */
	lloyd->upper[found] = INFINITY;
	lloyd->lower[found] = 0.0;
	lloyd->changed++;
	return ML_OK;
}

static MlStatus
assign(MlLloyd *lloyd, bool first)
{
	MlPointBlock block;
	int			c;

	if (first)
		ml_cluster_sums_clear(&lloyd->sums, lloyd->k);
	lloyd->changed = 0;
	ml_points_rewind(lloyd->points);
	for (;;)
	{
		ML_TRY(ml_points_next(lloyd->points, &block));
		if (block.n_rows == 0)
			break;
		if (first)
			assign_all(lloyd, &block);
		else
			assign_doubtful(lloyd, &block);
	}
	for (c = 0; c < lloyd->k; c++)
	{
		if (lloyd->sums.rows[c] == 0)
			ML_TRY(fill_cluster(lloyd, c));
	}
	return ML_OK;
}

/* Centres to the means; *moved is the sum of the squared drifts. */
static void
move_centres(MlLloyd *lloyd, double *moved)
{
	size_t		n = (size_t) lloyd->points->n;
	int			c;

	*moved = 0.0;
	lloyd->furthest = 0.0;
	lloyd->runner_up = 0.0;
	lloyd->furthest_centre = 0;
	for (c = 0; c < lloyd->k; c++)
	{
		double	   *centre = lloyd->centre + (size_t) c * n;
		double		squared = 0.0;

		if (ml_cluster_sums_centre(&lloyd->sums, c, lloyd->room))
		{
			squared = ml_squared_distance(centre, lloyd->room, (int) n);
			memcpy(centre, lloyd->room, n * sizeof(double));
		}
		*moved += squared;
		lloyd->drift[c] = sqrt(squared);
		if (lloyd->drift[c] > lloyd->furthest)
		{
			lloyd->runner_up = lloyd->furthest;
			lloyd->furthest = lloyd->drift[c];
			lloyd->furthest_centre = c;
		}
		else if (lloyd->drift[c] > lloyd->runner_up)
			lloyd->runner_up = lloyd->drift[c];
	}
	ml_centres_set(&lloyd->centres, lloyd->k, lloyd->centre);
}

static MlStatus
measure_gaps(MlLloyd *lloyd)
{
	size_t		n = (size_t) lloyd->points->n;
	int			a;
	int			b;

	for (a = 0; a < lloyd->k; a++)
		lloyd->half[a] = INFINITY;
	for (a = 0; a < lloyd->k; a++)
	{
		ML_TRY(ml_check_stop(lloyd->points->env));
		for (b = a + 1; b < lloyd->k; b++)
		{
			double		half = sqrt(ml_squared_distance(lloyd->centre + (size_t) a * n,
														lloyd->centre + (size_t) b * n, (int) n)) / 2;

			lloyd->half[a] = half < lloyd->half[a] ? half : lloyd->half[a];
			lloyd->half[b] = half < lloyd->half[b] ? half : lloyd->half[b];
		}
	}
	return ML_OK;
}

/* weight times squared distance of each point of a block to its own centre. */
static void
measure_block(const MlLloyd *lloyd, const MlPointBlock *block, double *squared)
{
	size_t		n = (size_t) lloyd->points->n;
	int			i;

	for (i = 0; i < block->n_rows; i++)
		squared[i] = weight_of(block, i) *
			ml_squared_distance(block->points + (size_t) i * n,
								lloyd->centre + (size_t) lloyd->label[block->first + i] * n, (int) n);
}

/* Labels, sums and inertia of the centres as they are now. */
static MlStatus
conclude(MlLloyd *lloyd)
{
	MlExactSum	inertia;
	double		squared[ML_POINTS_BLOCK];
	MlPointBlock block;

	ml_sum_begin(&inertia);
	if (lloyd->iterations == 0)
		ml_cluster_sums_clear(&lloyd->sums, lloyd->k);
	ml_points_rewind(lloyd->points);
	for (;;)
	{
		ML_TRY(ml_points_next(lloyd->points, &block));
		if (block.n_rows == 0)
			break;
		if (lloyd->iterations == 0)
			assign_all(lloyd, &block);
		else
			assign_doubtful(lloyd, &block);
		measure_block(lloyd, &block, squared);
		ml_sum_add_array(&inertia, squared, (size_t) block.n_rows);
	}
	lloyd->inertia = ml_sum_value(&inertia);
	return ML_OK;
}

MlStatus
ml_lloyd_run(MlLloyd *lloyd, int k, int iterations, double still, const char *phase)
{
	int64_t		n_rows = lloyd->points->n_rows;
	double		moved = INFINITY;

	ML_TRY(scale_sums(lloyd));
	lloyd->k = k;
	lloyd->iterations = 0;
	ml_centres_set(&lloyd->centres, k, lloyd->centre);
	while (lloyd->iterations < iterations && moved > still)
	{
		ML_TRY(assign(lloyd, lloyd->iterations == 0));
		if (lloyd->iterations > 0 && lloyd->changed == 0)
			break;
		move_centres(lloyd, &moved);
		ML_TRY(measure_gaps(lloyd));
		lloyd->iterations++;
		if (phase != NULL)
			ml_report(lloyd->points->env, phase, (double) lloyd->iterations / iterations, n_rows,
					  lloyd->iterations, NAN);
	}
	return conclude(lloyd);
}
