/*
 * math/quantile.c
 *		Weighted quantiles by radix selection. See quantile.h.
 *
 * The key is found byte by byte, the highest first: units are counted by the
 * next byte among the values that share the bytes found so far. Each round
 * leaves a fraction of the values, so that it costs little more than one pass.
 */
#include <math.h>

#include "base/team.h"
#include "math/quantile.h"

#define BUCKETS 256

static MlStatus total_units(MlEnv *env, const MlWeighted *values, int64_t n, int64_t *total);
static MlStatus select_key(MlEnv *env, MlWeighted *values, int64_t n, int64_t rank,
						   uint64_t *key, int64_t *upto);
static MlStatus next_larger(MlEnv *env, const MlWeighted *values, int64_t n, double value,
							double *larger);

MlStatus
ml_units_quantile(MlEnv *env, MlWeighted *values, int64_t n, double level, double *quantile)
{
	int64_t		total;
	int64_t		rank;
	int64_t		upto;
	uint64_t	key;
	double		larger;

	*quantile = 0;
	ML_TRY(total_units(env, values, n, &total));
	if (total == 0)
		return ML_OK;
	rank = (int64_t) ceil(level * (double) total);
	if (rank < 1)
		rank = 1;
	if (rank > total)
		rank = total;
	ML_TRY(select_key(env, values, n, rank, &key, &upto));
	*quantile = ml_f64_of_key(key);
	if (upto == total || (double) upto != level * (double) total)
		return ML_OK;
	ML_TRY(next_larger(env, values, n, *quantile, &larger));
	*quantile = *quantile / 2 + larger / 2;
	return ML_OK;
}

static MlStatus
total_units(MlEnv *env, const MlWeighted *values, int64_t n, int64_t *total)
{
	int64_t		i;

	ML_TRY(ml_check_stop(env));
	*total = 0;
	for (i = 0; i < n; i++)
		*total += values[i].units;
	return ml_team_sum(env, total, 1);
}

/* The key at which the units reach `rank`, from 1 to all; *upto: units up to and with it. */
static MlStatus
select_key(MlEnv *env, MlWeighted *values, int64_t n, int64_t rank, uint64_t *key, int64_t *upto)
{
	int64_t		counts[BUCKETS];
	int			shift;

	*key = 0;
	*upto = 0;
	for (shift = 56; shift >= 0; shift -= 8)
	{
		int64_t		n_left = 0;
		int			bucket = 0;
		int64_t		i;

		ML_TRY(ml_check_stop(env));
		memset(counts, 0, sizeof(counts));
		for (i = 0; i < n; i++)
			counts[values[i].key >> shift & 0xff] += values[i].units;
		ML_TRY(ml_team_sum(env, counts, BUCKETS));
		while (*upto + counts[bucket] < rank)
			*upto += counts[bucket++];
		for (i = 0; i < n; i++)
		{
			MlWeighted	value = values[i];

			if ((int) (value.key >> shift & 0xff) == bucket)
			{
				values[i] = values[n_left];
				values[n_left++] = value;
			}
		}
		*key |= (uint64_t) bucket << shift;
		n = n_left;
		if (shift == 0)
			*upto += counts[bucket];
	}
	return ML_OK;
}

/* There is one. */
static MlStatus
next_larger(MlEnv *env, const MlWeighted *values, int64_t n, double value, double *larger)
{
	uint64_t	key = ml_key_of_f64(value);
	uint64_t	least = UINT64_MAX;
	double		most = -INFINITY;	/* of the negated values */
	int64_t		i;

	ML_TRY(ml_check_stop(env));
	for (i = 0; i < n; i++)
	{
		if (values[i].key > key && values[i].units > 0 && values[i].key < least)
			least = values[i].key;
	}
	if (least != UINT64_MAX)
		most = -ml_f64_of_key(least);
	ML_TRY(ml_team_max(env, &most, 1));
	*larger = -most;
	return ML_OK;
}
