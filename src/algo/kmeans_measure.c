/*
 * algo/kmeans_measure.c
 *		How well rows fall into the clusters of a model.
 */
#include "algo/kmeans_measure.h"

#include <math.h>
#include <string.h>

#include "algo/kmeans.h"
#include "algo/lloyd.h"
#include "base/hash.h"
#include "math/sort.h"
#include "math/sum.h"
#include "stats/interval.h"
#include "stats/metrics_cluster.h"

/* Rows whose silhouette is taken at most: it costs the square of their number. */
#define SILHOUETTE_ROWS 2000

typedef struct Measuring
{
	MlEnv	   *env;
	const MlKmeans *model;
	const MlMeasured *measured;
	MlPoints	points;
	MlLloyd		lloyd;			/* the rows, assigned to the centres */
	double	   *nearest;		/* (n_rows) squared distance to the nearest centre */
	double	   *middle;			/* (n_rows) squared distance to the mean of all training rows */
} Measuring;

static MlStatus
begin(Measuring *measuring, MlEnv *env, const MlKmeans *model, const MlMeasured *measured)
{
	size_t		n = (size_t) model->space.n;
	int			c;
	size_t		j;

	memset(measuring, 0, sizeof(*measuring));
	measuring->env = env;
	measuring->model = model;
	measuring->measured = measured;
	ML_TRY(ml_points_make(env, &model->space, measured->frame, measured->rows, measured->n_rows,
						  measured->weight, &measuring->points));
	ML_TRY(ml_lloyd_make(&measuring->points, model->k, &measuring->lloyd));
	for (c = 0; c < model->k; c++)
	{
		for (j = 0; j < n; j++)
			measuring->lloyd.centre[(size_t) c * n + j] = model->centre[j * (size_t) model->k + (size_t) c];
	}
	measuring->nearest = ml_allocate(env, (size_t) measured->n_rows + 1, sizeof(double));
	measuring->middle = ml_allocate(env, (size_t) measured->n_rows + 1, sizeof(double));
	if (measuring->nearest == NULL || measuring->middle == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_points_keep(&measuring->points));
	return ml_lloyd_run(&measuring->lloyd, model->k, 0, 0, NULL);
}

static void
end(Measuring *measuring)
{
	ml_lloyd_end(&measuring->lloyd);
	ml_points_end(&measuring->points);
	ml_release(measuring->env, measuring->nearest);
	ml_release(measuring->env, measuring->middle);
}

/* The mean of the training rows: that of the centres. */
static MlStatus
find_middle(const Measuring *measuring, double **middle)
{
	const MlKmeans *model = measuring->model;
	double		weights = 0.0;
	int			c;
	int			j;

	*middle = ml_allocate(measuring->env, (size_t) model->space.n + 1, sizeof(double));
	if (*middle == NULL)
		return ML_OUT_OF_MEMORY;
	for (c = 0; c < model->k; c++)
		weights += model->weight[c];
	for (j = 0; j < model->space.n; j++)
	{
		for (c = 0; c < model->k; c++)
			(*middle)[j] += model->weight[c] / weights * model->centre[(size_t) j * (size_t) model->k + (size_t) c];
	}
	return ML_OK;
}

/* Distances to the model's centres, and to one centre for all. */
static MlStatus
measure_distances(Measuring *measuring)
{
	int			n = measuring->points.n;
	MlPointBlock block;
	double	   *middle;
	int			i;

	ML_TRY(find_middle(measuring, &middle));
	ml_points_rewind(&measuring->points);
	for (;;)
	{
		ML_TRY(ml_points_next(&measuring->points, &block));
		if (block.n_rows == 0)
			break;
		for (i = 0; i < block.n_rows; i++)
		{
			int64_t		row = block.first + i;
			const double *point = block.points + (size_t) i * (size_t) n;
			const double *centre = measuring->lloyd.centre + (size_t) measuring->lloyd.label[row] * (size_t) n;

			measuring->nearest[row] = ml_squared_distance(point, centre, n);
			measuring->middle[row] = ml_squared_distance(point, middle, n);
		}
	}
	ml_release(measuring->env, middle);
	return ML_OK;
}

static void
add_metric(MlMetric *metrics, int *n_metrics, const char *name, double value, MlInterval interval,
		   double baseline, int64_t rows)
{
	MlMetric   *metric = &metrics[(*n_metrics)++];

	metric->name = name;
	metric->value = value;
	metric->low = interval.low;
	metric->high = interval.high;
	metric->baseline = baseline;
	metric->rows = rows;
}

static MlStatus
add_distances(Measuring *measuring, MlMetric *metrics, int *n_metrics)
{
	int64_t		rows = measuring->points.n_rows;
	MlMean		nearest;
	MlMean		middle;
	MlExactSum	weights;
	double		weight = (double) rows;

	ML_TRY(measure_distances(measuring));
	ML_TRY(ml_weighted_mean(measuring->env, measuring->nearest, measuring->points.weight, rows, &nearest));
	ML_TRY(ml_weighted_mean(measuring->env, measuring->middle, measuring->points.weight, rows, &middle));
	if (measuring->points.weight != NULL)
	{
		ml_sum_begin(&weights);
		ml_sum_add_array(&weights, measuring->points.weight, (size_t) rows);
		weight = ml_sum_value(&weights);
	}
	add_metric(metrics, n_metrics, "inertia", nearest.mean * weight, ml_interval_none(),
			   middle.mean * weight, rows);
	add_metric(metrics, n_metrics, "mean_squared_distance", nearest.mean,
			   ml_interval_normal(nearest.mean, nearest.standard_error, 0, INFINITY), middle.mean, rows);
	return ML_OK;
}

/* Sums of distances of the rows to the means of their clusters, the same for any order. */
static MlStatus
measure_spread(Measuring *measuring, const double *mean, MlExactSum *distance, MlExactSum *squared)
{
	int			n = measuring->points.n;
	MlPointBlock block;
	int			i;

	for (i = 0; i < measuring->model->k; i++)
	{
		ml_sum_begin(&distance[i]);
		ml_sum_begin(&squared[i]);
	}
	ml_points_rewind(&measuring->points);
	for (;;)
	{
		ML_TRY(ml_points_next(&measuring->points, &block));
		if (block.n_rows == 0)
			return ML_OK;
		for (i = 0; i < block.n_rows; i++)
		{
			int32_t		label = measuring->lloyd.label[block.first + i];
			double		weight = block.weight == NULL ? 1.0 : block.weight[i];
			double		apart = ml_squared_distance(block.points + (size_t) i * (size_t) n,
													mean + (size_t) label * (size_t) n, n);

			ml_sum_add(&squared[label], weight * apart);
			ml_sum_add(&distance[label], weight * sqrt(apart));
		}
	}
}

static MlStatus
add_spread(Measuring *measuring, MlMetric *metrics, int *n_metrics)
{
	MlEnv	   *env = measuring->env;
	size_t		k = (size_t) measuring->model->k;
	size_t		n = (size_t) measuring->points.n;
	double	   *mean = ml_allocate(env, k, (n + 1) * sizeof(double));
	double	   *sums = ml_allocate(env, k, 3 * sizeof(double));
	MlExactSum *distance = ml_allocate(env, k, sizeof(MlExactSum));
	MlExactSum *squared = ml_allocate(env, k, sizeof(MlExactSum));
	MlClusterSpread spread = {.k = (int) k,.n = (int) n,.mean = mean};
	double		value;
	size_t		c;

	if (mean == NULL || sums == NULL || distance == NULL || squared == NULL)
		return ML_OUT_OF_MEMORY;
	for (c = 0; c < k; c++)
	{
		if (ml_cluster_sums_centre(&measuring->lloyd.sums, (int) c, mean + c * n))
			sums[c] = ml_cluster_sums_weight(&measuring->lloyd.sums, (int) c);
		spread.rows += sums[c];
	}
	ML_TRY(measure_spread(measuring, mean, distance, squared));
	for (c = 0; c < k; c++)
	{
		sums[k + c] = ml_sum_value(&distance[c]);
		sums[2 * k + c] = ml_sum_value(&squared[c]);
	}
	spread.weight = sums;
	spread.distance = sums + k;
	spread.squared = sums + 2 * k;
	ML_TRY(ml_davies_bouldin(env, &spread, &value));
	add_metric(metrics, n_metrics, "davies_bouldin", value, ml_interval_none(), NAN, measuring->points.n_rows);
	add_metric(metrics, n_metrics, "calinski_harabasz", ml_calinski_harabasz(&spread), ml_interval_none(),
			   NAN, measuring->points.n_rows);
	ml_release(env, mean);
	ml_release(env, sums);
	ml_release(env, distance);
	ml_release(env, squared);
	return ML_OK;
}

/* At most SILHOUETTE_ROWS of the rows, ascending: those with the smallest identities. */
static MlStatus
choose_rows(const Measuring *measuring, uint32_t **chosen, int64_t *n)
{
	MlEnv	   *env = measuring->env;
	int64_t		n_rows = measuring->points.n_rows;
	uint64_t   *keys = ml_allocate(env, (size_t) n_rows + 1, sizeof(uint64_t));
	uint64_t   *sorted = ml_allocate(env, (size_t) n_rows + 1, sizeof(uint64_t));
	int64_t		i;

	*n = 0;
	*chosen = ml_allocate(env, (size_t) n_rows + 1, sizeof(uint32_t));
	if (keys == NULL || sorted == NULL || *chosen == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
		keys[i] = ml_mix64(measuring->measured->identity[measuring->measured->rows[i]]);
	memcpy(sorted, keys, (size_t) n_rows * sizeof(uint64_t));
	ML_TRY(ml_sort_u64(env, sorted, (size_t) n_rows));
	for (i = 0; i < n_rows && *n < SILHOUETTE_ROWS; i++)
	{
		if (n_rows <= SILHOUETTE_ROWS || keys[i] <= sorted[SILHOUETTE_ROWS - 1])
			(*chosen)[(*n)++] = (uint32_t) i;
	}
	ml_release(env, keys);
	ml_release(env, sorted);
	return ML_OK;
}

/* s (n) of some of the rows; those with no other cluster beside them have none. */
static MlStatus
take_silhouette(Measuring *measuring, const uint32_t *chosen, int64_t n, MlPoints *taken, double *s)
{
	MlEnv	   *env = measuring->env;
	uint32_t   *place = ml_allocate(env, (size_t) n + 1, sizeof(uint32_t));
	int32_t    *label = ml_allocate(env, (size_t) n + 1, sizeof(int32_t));
	int64_t		i;

	if (place == NULL || label == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n; i++)
	{
		place[i] = (uint32_t) i;
		label[i] = measuring->lloyd.label[chosen[i]];
	}
	ML_TRY(ml_points_take(&measuring->points, chosen, place, n, taken));
	ML_TRY(ml_silhouette(env, taken->matrix, taken->n, label, measuring->model->k, taken->weight, n, s));
	ml_release(env, place);
	ml_release(env, label);
	return ML_OK;
}

static MlStatus
add_silhouette(Measuring *measuring, MlMetric *metrics, int *n_metrics)
{
	MlEnv	   *env = measuring->env;
	uint32_t   *chosen;
	int64_t		n;
	double	   *s;
	MlPoints	taken;
	MlMean		mean;

	ML_TRY(choose_rows(measuring, &chosen, &n));
	s = ml_allocate(env, (size_t) n + 1, sizeof(double));
	if (s == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(take_silhouette(measuring, chosen, n, &taken, s));
	ML_TRY(ml_weighted_mean(env, s, taken.weight, n, &mean));
	add_metric(metrics, n_metrics, "silhouette", mean.mean,
			   ml_interval_normal(mean.mean, mean.standard_error, -1, 1), NAN, n);
	ml_points_end(&taken);
	ml_release(env, chosen);
	ml_release(env, s);
	return ML_OK;
}

MlStatus
ml_kmeans_measure(MlEnv *env, const void *model, const MlMeasured *measured, MlMetric *metrics,
				  int *n_metrics)
{
	Measuring	measuring;

	*n_metrics = 0;
	ML_TRY(begin(&measuring, env, model, measured));
	ML_TRY(add_silhouette(&measuring, metrics, n_metrics));
	ML_TRY(add_spread(&measuring, metrics, n_metrics));
	ML_TRY(add_distances(&measuring, metrics, n_metrics));
	end(&measuring);
	return ML_OK;
}

MlStatus
ml_kmeans_losses(MlEnv *env, const void *model, const MlMeasured *measured, double *loss)
{
	Measuring	measuring;
	uint32_t   *all = ml_allocate(env, (size_t) measured->n_rows + 1, sizeof(uint32_t));
	MlPoints	taken;
	int64_t		i;

	if (all == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(begin(&measuring, env, model, measured));
	for (i = 0; i < measured->n_rows; i++)
		all[i] = (uint32_t) i;
	ML_TRY(take_silhouette(&measuring, all, measured->n_rows, &taken, loss));
	for (i = 0; i < measured->n_rows; i++)
		loss[i] = 1.0 - loss[i];
	ml_points_end(&taken);
	ml_release(env, all);
	end(&measuring);
	return ML_OK;
}
