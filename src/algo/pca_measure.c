/*
 * algo/pca_measure.c
 *		How much of other rows the components of a model tell.
 */
#include "algo/pca_measure.h"

#include <math.h>
#include <string.h>

#include "algo/pca.h"
#include "algo/points.h"
#include "stats/interval.h"

typedef struct Measuring
{
	MlEnv	   *env;
	const MlPca *model;
	MlPoints	points;
	double	   *left;			/* (n) what is left of a point */
	double	   *output;			/* (n_components) */
	double	   *lost;			/* (n_rows) squared distance to what the components make of a row */
	double	   *apart;			/* (n_rows) squared distance to the training mean */
	MlMean		mean_lost;
	MlMean		mean_apart;
} Measuring;

/* Squared distances of one point. */
static void
measure_point(Measuring *measuring, const double *point, double *lost, double *apart)
{
	const MlPca *model = measuring->model;
	int			n = model->space.n;
	int			m = model->n_components;
	int			c;
	int			j;

	*lost = 0.0;
	*apart = 0.0;
	memset(measuring->output, 0, (size_t) m * sizeof(double));
	for (j = 0; j < n; j++)
	{
		const double *loading = model->loading + (size_t) j * (size_t) m;
		double		away = point[j] - model->middle[j];

		measuring->left[j] = point[j] - model->mean[j];
		*apart += away * away;
		for (c = 0; c < m; c++)
			measuring->output[c] += measuring->left[j] * loading[c];
	}
	for (j = 0; j < n; j++)
	{
		const double *loading = model->loading + (size_t) j * (size_t) m;

		for (c = 0; c < m; c++)
			measuring->left[j] -= measuring->output[c] * loading[c];
		*lost += measuring->left[j] * measuring->left[j];
	}
}

static MlStatus
begin(Measuring *measuring, MlEnv *env, const MlPca *model, const MlMeasured *measured)
{
	size_t		n_rows = (size_t) measured->n_rows + 1;
	MlPointBlock block;
	int			i;

	memset(measuring, 0, sizeof(*measuring));
	measuring->env = env;
	measuring->model = model;
	ML_TRY(ml_points_make(env, &model->space, measured->frame, measured->rows, measured->n_rows,
						  measured->weight, &measuring->points));
	measuring->left = ml_allocate(env, (size_t) model->space.n + 1, sizeof(double));
	measuring->output = ml_allocate(env, (size_t) model->n_components, sizeof(double));
	measuring->lost = ml_allocate(env, n_rows, sizeof(double));
	measuring->apart = ml_allocate(env, n_rows, sizeof(double));
	if (measuring->left == NULL || measuring->output == NULL || measuring->lost == NULL ||
		measuring->apart == NULL)
		return ML_OUT_OF_MEMORY;
	ml_points_rewind(&measuring->points);
	for (;;)
	{
		ML_TRY(ml_points_next(&measuring->points, &block));
		if (block.n_rows == 0)
			break;
		for (i = 0; i < block.n_rows; i++)
			measure_point(measuring, block.points + (size_t) i * (size_t) model->space.n,
						  &measuring->lost[block.first + i], &measuring->apart[block.first + i]);
	}
	ML_TRY(ml_weighted_mean(env, measuring->lost, measuring->points.weight, measured->n_rows,
							&measuring->mean_lost));
	return ml_weighted_mean(env, measuring->apart, measuring->points.weight, measured->n_rows,
							&measuring->mean_apart);
}

static void
end(Measuring *measuring)
{
	ml_points_end(&measuring->points);
	ml_release(measuring->env, measuring->left);
	ml_release(measuring->env, measuring->output);
	ml_release(measuring->env, measuring->lost);
	ml_release(measuring->env, measuring->apart);
}

/* Delta method, as for r2: the standard error of (E_i - (E / T) T_i) / T. Uses up `lost`. */
static MlStatus
measure_share(Measuring *measuring, MlMetric *metric)
{
	double		apart = measuring->mean_apart.mean;
	double		ratio = measuring->mean_lost.mean / apart;
	MlInterval	interval;
	MlMean		mean;
	int64_t		i;

	metric->name = "explained_variance";
	metric->value = metric->low = metric->high = metric->baseline = NAN;
	metric->rows = measuring->points.n_rows;
	if (!(apart > 0))
		return ML_OK;
	for (i = 0; i < measuring->points.n_rows; i++)
		measuring->lost[i] = (measuring->lost[i] - ratio * measuring->apart[i]) / apart;
	ML_TRY(ml_weighted_mean(measuring->env, measuring->lost, measuring->points.weight,
							measuring->points.n_rows, &mean));
	metric->value = 1.0 - ratio;
	interval = ml_interval_normal(metric->value, mean.standard_error, -INFINITY, 1);
	metric->low = interval.low;
	metric->high = interval.high;
	metric->baseline = 0.0;
	return ML_OK;
}

MlStatus
ml_pca_measure(MlEnv *env, const void *model, const MlMeasured *measured, MlMetric *metrics,
			   int *n_metrics)
{
	Measuring	measuring;
	MlInterval	interval;

	ML_TRY(begin(&measuring, env, model, measured));
	ML_TRY(measure_share(&measuring, &metrics[0]));
	interval = ml_interval_normal(measuring.mean_lost.mean, measuring.mean_lost.standard_error, 0, INFINITY);
	metrics[1].name = "reconstruction_error";
	metrics[1].value = measuring.mean_lost.mean;
	metrics[1].low = interval.low;
	metrics[1].high = interval.high;
	metrics[1].baseline = measuring.mean_apart.mean;
	metrics[1].rows = measuring.points.n_rows;
	*n_metrics = 2;
	end(&measuring);
	return ML_OK;
}

MlStatus
ml_pca_losses(MlEnv *env, const void *model, const MlMeasured *measured, double *loss)
{
	Measuring	measuring;
	int64_t		i;

	ML_TRY(begin(&measuring, env, model, measured));
	for (i = 0; i < measured->n_rows; i++)
		loss[i] = measuring.mean_apart.mean > 0 ? measuring.lost[i] / measuring.mean_apart.mean : 0.0;
	end(&measuring);
	return ML_OK;
}
