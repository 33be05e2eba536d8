/*
 * stats/conformal.c
 *		Intervals from residuals. See conformal.h.
 */
#include "stats/conformal.h"

#include <math.h>

#include "math/sort.h"

/* (n + 1) level may be whole but for rounding, such as 10 * 0.9. */
#define SLACK 1e-9

/* The rank, from 1, of the i-th of n kept residuals. */
static int64_t
rank_of(int64_t n_rows, int n, int i)
{
	return (n_rows * (i + 1) + n - 1) / n;
}

MlStatus
ml_residuals_keep(MlEnv *env, const double *actual, const double *predicted, int64_t n_rows,
				  MlResiduals *residuals)
{
	double	   *all = ml_allocate(env, (size_t) n_rows + 1, sizeof(double));
	double	   *kept = ml_allocate(env, ML_MAX_RESIDUALS, sizeof(double));
	int64_t		n = 0;
	int64_t		i;

	if (all == NULL || kept == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
	{
		double		size = fabs(actual[i] - predicted[i]);

		if (isfinite(size))
			all[n++] = size;
	}
	ML_TRY(ml_sort_f64(env, all, (size_t) n));
	residuals->n_rows = n;
	residuals->n = n < ML_MAX_RESIDUALS ? (int) n : ML_MAX_RESIDUALS;
	for (i = 0; i < residuals->n; i++)
		kept[i] = all[rank_of(n, residuals->n, (int) i) - 1];
	residuals->size = kept;
	ml_release(env, all);
	return ML_OK;
}

double
ml_residuals_radius(const MlResiduals *residuals, double level)
{
	double		rank = ceil(((double) residuals->n_rows + 1) * level - SLACK);
	int			low = 0;
	int			high = residuals->n;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if ((double) rank_of(residuals->n_rows, residuals->n, middle) >= rank)
			high = middle;
		else
			low = middle + 1;
	}
	return low < residuals->n ? residuals->size[low] : INFINITY;
}

double
ml_residuals_needed(double level)
{
	return ceil(level / (1 - level) - SLACK);
}
