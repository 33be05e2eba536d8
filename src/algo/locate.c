/*
 * algo/locate.c
 *		The best constant for some rows. See locate.h.
 */
#include <math.h>
#include <string.h>

#include "algo/gradient.h"
#include "algo/locate.h"
#include "math/sum.h"

#define BLOCK_ROWS 16384
#define HUBER_LEVEL 0.9

static MlStatus middle(const MlLocator *locator, const uint32_t *index, int64_t n, double level,
					   double *location);
static MlStatus mean_within(const MlLocator *locator, double delta, const uint32_t *index, int64_t n,
							double centre, double *mean);

/* What a row misses. */
static inline double
distance_of(const MlLocator *locator, int64_t row)
{
	return locator->y[row] - locator->margin[row];
}

static inline int64_t
units_of(const MlLocator *locator, int64_t row)
{
	/* the one: no row is lost in rounding */
	return locator->weight == NULL ? 1 : (int64_t) (locator->weight[row] * locator->units) + 1;
}

MlStatus
ml_locator_begin(MlLocator *locator, MlEnv *env, int64_t n_rows, const double *y,
				 const double *weight, const double *margin, int64_t all_rows, double max_weight)
{
	MlGradientRange weights = {all_rows, max_weight, 1, 0, 0};

	memset(locator, 0, sizeof(*locator));
	locator->env = env;
	locator->n_rows = n_rows;
	locator->y = y;
	locator->weight = weight;
	locator->margin = margin;
	locator->units = ml_gradient_fine_scale(&weights).g;
	locator->distances = ml_allocate(env, (size_t) n_rows, sizeof(MlWeighted));
	return locator->distances == NULL ? ML_OUT_OF_MEMORY : ML_OK;
}

void
ml_locator_end(MlLocator *locator)
{
	ml_release(locator->env, locator->distances);
}

MlStatus
ml_locate(const MlLocator *locator, const MlLoss *loss, const uint32_t *index, int64_t n,
		  double *location)
{
	double		mean;

	if (loss->objective == ML_QUANTILE)
		return middle(locator, index, n, loss->shape, location);
	ML_TRY(middle(locator, index, n, 0.5, location));
	if (loss->objective != ML_HUBER)
		return ML_OK;
	ML_TRY(mean_within(locator, loss->shape, index, n, *location, &mean));
	*location += mean;
	return ML_OK;
}

MlStatus
ml_locate_delta(const MlLocator *locator, double *delta)
{
	double		centre;
	int64_t		i;

	ML_TRY(middle(locator, NULL, locator->n_rows, 0.5, &centre));
	for (i = 0; i < locator->n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(locator->env));
		locator->distances[i].key = ml_key_of_f64(fabs(distance_of(locator, i) - centre));
		locator->distances[i].units = units_of(locator, i);
	}
	ML_TRY(ml_units_quantile(locator->env, locator->distances, locator->n_rows, HUBER_LEVEL, delta));
	/* nearly all are equal: any number does */
	if (*delta == 0)
		*delta = 1;
	return ML_OK;
}

/* A quantile of the distances. */
static MlStatus
middle(const MlLocator *locator, const uint32_t *index, int64_t n, double level, double *location)
{
	int64_t		i;

	for (i = 0; i < n; i++)
	{
		int64_t		row = index == NULL ? i : index[i];

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(locator->env));
		locator->distances[i].key = ml_key_of_f64(distance_of(locator, row));
		locator->distances[i].units = units_of(locator, row);
	}
	return ml_units_quantile(locator->env, locator->distances, n, level, location);
}

/* Weighted mean of the distances from `centre`, each cut at delta. */
static MlStatus
mean_within(const MlLocator *locator, double delta, const uint32_t *index, int64_t n,
			double centre, double *mean)
{
	MlExactSum	sums[2];
	int64_t		i;

	ml_sum_begin(&sums[0]);
	ml_sum_begin(&sums[1]);
	for (i = 0; i < n; i++)
	{
		int64_t		row = index == NULL ? i : index[i];
		double		rest = distance_of(locator, row) - centre;
		double		weight = locator->weight == NULL ? 1 : locator->weight[row];

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(locator->env));
		rest = rest > delta ? delta : rest < -delta ? -delta : rest;
		ml_sum_add(&sums[0], weight * rest);
		ml_sum_add(&sums[1], weight);
	}
	ML_TRY(ml_sum_team(locator->env, sums, 2));
	*mean = ml_sum_value(&sums[0]) / ml_sum_value(&sums[1]);
	return ML_OK;
}
