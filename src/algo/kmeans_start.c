/*
 * algo/kmeans_start.c
 *		k-means++, the best of several starts, the number of clusters.
 */
#include "algo/kmeans_start.h"

#include <math.h>
#include <string.h>

#include "math/func.h"
#include "math/rng.h"
#include "stats/metrics_cluster.h"

/* Points that the number of clusters is chosen by, and of those whose silhouette is taken. */
#define TRIED_ROWS 5000
#define SILHOUETTE_ROWS 1000

/* 2 + ln k of the most clusters, and more. */
#define MOST_DRAWS 16

typedef struct Sowing
{
	MlPoints   *points;
	MlCentres	drawn;			/* draws for the next centre */
	double	   *nearest;		/* (n_rows) squared distance to the nearest centre */
	double	   *chance;			/* (n_rows) of weight times that, summed up to each */
	double	   *block;			/* (MOST_DRAWS, ML_POINTS_BLOCK) squared distances to them */
} Sowing;

static inline double
weight_of(const MlPoints *points, int64_t row)
{
	return points->weight == NULL ? 1.0 : points->weight[row];
}

static MlStatus
begin(Sowing *sowing, MlPoints *points)
{
	MlEnv	   *env = points->env;
	int64_t		i;

	memset(sowing, 0, sizeof(*sowing));
	sowing->points = points;
	ML_TRY(ml_centres_make(env, MOST_DRAWS, points->n, &sowing->drawn));
	sowing->nearest = ml_allocate(env, (size_t) points->n_rows + 1, sizeof(double));
	sowing->chance = ml_allocate(env, (size_t) points->n_rows + 1, sizeof(double));
	sowing->block = ml_allocate(env, ML_POINTS_BLOCK, MOST_DRAWS * sizeof(double));
	if (sowing->nearest == NULL || sowing->chance == NULL || sowing->block == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < points->n_rows; i++)
		sowing->nearest[i] = 1.0;
	return ML_OK;
}

static void
end(Sowing *sowing)
{
	MlEnv	   *env = sowing->points->env;

	ml_centres_end(env, &sowing->drawn);
	ml_release(env, sowing->nearest);
	ml_release(env, sowing->chance);
	ml_release(env, sowing->block);
}

/* The point that a share of all chances leads to. */
static int64_t
draw(const Sowing *sowing, double share)
{
	int64_t		low = 0;
	int64_t		high = sowing->points->n_rows - 1;
	double		at = share * sowing->chance[high];

	while (low < high)
	{
		int64_t		middle = low + (high - low) / 2;

		if (sowing->chance[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Points drawn for the next centre, and what would be left with each. */
static MlStatus
try_draws(Sowing *sowing, uint64_t key, int n_draws, int64_t *rows, double *left)
{
	MlPoints   *points = sowing->points;
	size_t		n = (size_t) points->n;
	double	   *positions = ml_allocate(points->env, (size_t) n_draws, (n + 1) * sizeof(double));
	MlPointBlock block;
	int			i;
	int			d;

	if (positions == NULL)
		return ML_OUT_OF_MEMORY;
	for (d = 0; d < n_draws; d++)
	{
		rows[d] = draw(sowing, ml_hash_uniform(ml_hash_word(key, (uint64_t) d)));
		memcpy(positions + (size_t) d * n, points->matrix + (size_t) rows[d] * n, n * sizeof(double));
		left[d] = 0.0;
	}
	ml_centres_set(&sowing->drawn, n_draws, positions);
	ml_release(points->env, positions);
	ml_points_rewind(points);
	for (;;)
	{
		ML_TRY(ml_points_next(points, &block));
		if (block.n_rows == 0)
			return ML_OK;
		ml_centres_distances(points->env->simd, &sowing->drawn, block.points, block.n_rows, sowing->block);
		for (d = 0; d < n_draws; d++)
		{
			const double *squared = sowing->block + d * block.n_rows;

			for (i = 0; i < block.n_rows; i++)
			{
				double		nearest = sowing->nearest[block.first + i];

				left[d] += weight_of(points, block.first + i) * (squared[i] < nearest ? squared[i] : nearest);
			}
		}
	}
}

/* Take a point as a centre. */
static MlStatus
take(Sowing *sowing, int64_t row, bool first, double *centre)
{
	MlPoints   *points = sowing->points;
	size_t		n = (size_t) points->n;
	double		sum = 0.0;
	int64_t		i;

	memcpy(centre, points->matrix + (size_t) row * n, n * sizeof(double));
	for (i = 0; i < points->n_rows; i++)
	{
		double		squared = ml_squared_distance(points->matrix + (size_t) i * n, centre, (int) n);

		if (i % ML_POINTS_BLOCK == 0)
			ML_TRY(ml_check_stop(points->env));
		if (first || squared < sowing->nearest[i])
			sowing->nearest[i] = squared;
		sum += weight_of(points, i) * sowing->nearest[i];
		sowing->chance[i] = sum;
	}
	return ML_OK;
}

static MlStatus
sow(Sowing *sowing, int k, uint64_t key, double *centre, int *distinct)
{
	MlPoints   *points = sowing->points;
	int			n_draws = 2 + (int) ml_log(k);
	int64_t		rows[MOST_DRAWS];
	double		left[MOST_DRAWS];
	double		sum = 0.0;
	int64_t		i;
	int			d;

	for (i = 0; i < points->n_rows; i++)
	{
		sum += weight_of(points, i);
		sowing->chance[i] = sum;
	}
	ML_TRY(take(sowing, draw(sowing, ml_hash_uniform(ml_hash_word(key, 0))), true, centre));
	for (*distinct = 1; *distinct < k && sowing->chance[points->n_rows - 1] > 0; ++*distinct)
	{
		int			best = 0;

		ML_TRY(try_draws(sowing, ml_hash_word(key, (uint64_t) *distinct), n_draws, rows, left));
		for (d = 1; d < n_draws; d++)
			best = left[d] < left[best] ? d : best;
		ML_TRY(take(sowing, rows[best], false, centre + (size_t) *distinct * (size_t) points->n));
	}
	return ML_OK;
}

MlStatus
ml_kmeans_plus_plus(MlPoints *points, int k, uint64_t key, double *centre, int *distinct)
{
	Sowing		sowing;

	ML_TRY(begin(&sowing, points));
	ML_TRY(sow(&sowing, k, key, centre, distinct));
	end(&sowing);
	return ML_OK;
}

MlStatus
ml_kmeans_best_start(MlLloyd *lloyd, int k, int starts, uint64_t key, int iterations, double still,
					 int *distinct)
{
	size_t		bytes = (size_t) k * (size_t) lloyd->points->n * sizeof(double);
	double	   *best = ml_allocate(lloyd->points->env, bytes + 1, 1);
	double		least = INFINITY;
	int			s;

	if (best == NULL)
		return ML_OUT_OF_MEMORY;
	for (s = 0; s < starts; s++)
	{
		ML_TRY(ml_kmeans_plus_plus(lloyd->points, k, ml_hash_word(key, (uint64_t) s), lloyd->centre, distinct));
		if (*distinct < k)
			return ML_OK;
		ML_TRY(ml_lloyd_run(lloyd, k, iterations, still, NULL));
		ml_report(lloyd->points->env, "trying starts", (double) (s + 1) / starts, lloyd->points->n_rows,
				  s + 1, NAN);
		if (s > 0 && lloyd->inertia >= least)
			continue;
		least = lloyd->inertia;
		memcpy(best, lloyd->centre, bytes);
	}
	memcpy(lloyd->centre, best, bytes);
	ml_release(lloyd->points->env, best);
	return starts > 1 ? ml_lloyd_run(lloyd, k, 0, 0, NULL) : ML_OK;
}

/* Weighted mean silhouette of the first points. */
static MlStatus
judge(const MlLloyd *lloyd, double *room, double *value)
{
	const MlPoints *points = lloyd->points;
	int64_t		n = points->n_rows < SILHOUETTE_ROWS ? points->n_rows : SILHOUETTE_ROWS;
	double		sum = 0.0;
	double		weights = 0.0;
	int64_t		i;

	ML_TRY(ml_silhouette(points->env, points->matrix, points->n, lloyd->label, lloyd->k, points->weight,
						 n, room));
	for (i = 0; i < n; i++)
	{
		sum += weight_of(points, i) * room[i];
		weights += weight_of(points, i);
	}
	*value = sum / weights;
	return ML_OK;
}

MlStatus
ml_kmeans_choose_k(MlPoints *points, uint64_t key, int iterations, double still, int *k)
{
	MlPoints	few = *points;
	MlLloyd		lloyd;
	double		best = -INFINITY;
	double		value = NAN;
	double	   *room;
	int			most;
	int			tried;
	int			distinct;

	few.n_rows = points->n_rows < TRIED_ROWS ? points->n_rows : TRIED_ROWS;
	most = few.n_rows / 10 < ML_MOST_TRIED ? (int) (few.n_rows / 10) : ML_MOST_TRIED;
	most = most < 2 ? 2 : most;
	room = ml_allocate(points->env, SILHOUETTE_ROWS, sizeof(double));
	if (room == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_lloyd_make(&few, most, &lloyd));
	*k = 1;
	for (tried = 2; tried <= most; tried++)
	{
		ML_TRY(ml_kmeans_best_start(&lloyd, tried, ML_TRIED_STARTS, ml_hash_word(key, (uint64_t) tried),
									iterations, still, &distinct));
		if (distinct < tried)
			break;
		ML_TRY(judge(&lloyd, room, &value));
		ml_report(points->env, "choosing k", (double) tried / most, few.n_rows, tried, NAN);
		/* the first counts, even where the few points are all in one cluster */
		if (*k > 1 && !(value > best))
			continue;
		best = isnan(value) ? -INFINITY : value;
		*k = tried;
	}
	ml_lloyd_end(&lloyd);
	ml_release(points->env, room);
	return ML_OK;
}
