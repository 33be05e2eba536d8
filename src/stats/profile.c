/*
 * stats/profile.c
 *		Profile of a numeric column: moments, and counts on frozen cuts.
 *
 * The q-quantile is the order statistic ceil(q n), so that cuts are values of
 * the column; equal ones become one. A value that fills whole quantiles is a
 * bin of its own on its upper side. When the smallest value is such a one, a
 * cut right below it separates what the reference never had, so that the
 * column that was constant is seen to move in both directions.
 * Sums are exact, and ranks are found without sorting everything: values are
 * counted in cells of equal width, and only the cells in which a quantile or a
 * cut lies are sorted. So nothing depends on the order of rows, and at worst,
 * when all values lie in a few cells, it costs a sort. Infinite values are
 * counted in the outer bins; mean and sd show them as they come.
 */
#include "stats/profile.h"

#include <float.h>
#include <math.h>

#include "math/sort.h"
#include "math/sum.h"

#define ROWS_PER_CHECK 4096
#define MOST_CELLS 16384
#define VALUES_PER_CELL 4		/* fewer cells for few values */

/* The present values of a column, and what is known of their order. */
typedef struct Ranking
{
	MlEnv	   *env;
	double	   *values;			/* (count), in the order of rows; no -0 */
	int64_t		count;
	double		minimum;
	double		maximum;
	int			cells;
	double		cells_per_unit; /* 0 when the range is none that can be divided */
	int64_t    *before;			/* (cells + 1) values in the cells before */
	bool	   *wanted;			/* (cells) cells to be sorted */
	int64_t    *start;			/* (cells + 1) where a cell begins in sorted */
	uint64_t   *sorted;			/* keys of the values in wanted cells, ascending */
} Ranking;

/* The cell of a value between minimum and maximum; never falls as it grows. */
static inline int
cell_of(const Ranking *ranking, double value)
{
	double		cell = (value - ranking->minimum) * ranking->cells_per_unit;

	return cell < ranking->cells - 1 ? (int) cell : ranking->cells - 1;
}

/* Number of values that are at most `cut`; its cell is sorted. */
static int64_t
count_up_to(const Ranking *ranking, double cut)
{
	uint64_t	key = ml_key_of_f64(cut);
	int64_t		first;
	int64_t		low;
	int64_t		high;
	int			cell;

	if (ranking->count == 0 || cut < ranking->minimum)
		return 0;
	if (cut >= ranking->maximum)
		return ranking->count;
	cell = cell_of(ranking, cut);
	first = ranking->start[cell];
	low = first;
	high = ranking->start[cell + 1];
	while (low < high)
	{
		int64_t		middle = low + (high - low) / 2;

		if (ranking->sorted[middle] <= key)
			low = middle + 1;
		else
			high = middle;
	}
	return ranking->before[cell] + low - first;
}

/* The cell in which the value at an index of the ascending order lies. */
static int
cell_at(const Ranking *ranking, int64_t index)
{
	int			low = 0;
	int			high = ranking->cells - 1;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (ranking->before[middle + 1] > index)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static double
value_at(const Ranking *ranking, int64_t index)
{
	int			cell = cell_at(ranking, index);

	return ml_f64_of_key(ranking->sorted[ranking->start[cell] + index - ranking->before[cell]]);
}

/* Index of the order statistic ceil(k / parts * count), without rounding. */
static int64_t
quantile_index(int64_t count, int k, int parts)
{
	int64_t		whole = count / parts;
	int64_t		rest = count % parts;

	return whole * k + (rest * k + parts - 1) / parts - 1;
}

/* The k / parts quantiles for k = 1 .. n; returns how many are distinct. */
static int
distinct_quantiles(const Ranking *ranking, int parts, int n, double *quantiles)
{
	int			kept = 0;
	int			k;

	for (k = 1; k <= n && ranking->count > 0; k++)
	{
		double		value = value_at(ranking, quantile_index(ranking->count, k, parts));

		if (kept == 0 || value > quantiles[kept - 1])
			quantiles[kept++] = value;
	}
	return kept;
}

/* A cut right below the smallest value, when that value is the first cut. */
static void
separate_smallest(MlNumberProfile *profile)
{
	int			i;

	if (profile->n_edges == 0 || profile->n_edges == ML_PSI_BINS - 1 ||
		profile->edges[0] != profile->minimum || !(profile->minimum > -DBL_MAX))
		return;
	for (i = profile->n_edges; i > 0; i--)
		profile->edges[i] = profile->edges[i - 1];
	profile->edges[0] = nextafter(profile->minimum, -INFINITY);
	profile->n_edges++;
}

static void
set_cuts(const Ranking *ranking, MlNumberProfile *profile)
{
	profile->n_edges = distinct_quantiles(ranking, ML_PSI_BINS, ML_PSI_BINS - 1, profile->edges);
	profile->n_cuts = distinct_quantiles(ranking, ML_KS_CUTS, ML_KS_CUTS, profile->cuts);
	separate_smallest(profile);
}

static void
count_on_cuts(const Ranking *ranking, MlNumberProfile *profile)
{
	int64_t		before = 0;
	int			i;

	for (i = 0; i < profile->n_edges; i++)
	{
		int64_t		through = count_up_to(ranking, profile->edges[i]);

		profile->counts[i] = through - before;
		before = through;
	}
	profile->counts[profile->n_edges] = ranking->count - before;
	for (i = 0; i < profile->n_cuts; i++)
		profile->below[i] = count_up_to(ranking, profile->cuts[i]);
}

static MlStatus
sum_moment(const Ranking *ranking, double center, bool square, double *mean)
{
	MlExactSum	sum;
	double		block[ROWS_PER_CHECK];
	int64_t		count = ranking->count;
	int64_t		start;

	ml_sum_begin(&sum);
	for (start = 0; start < count; start += ROWS_PER_CHECK)
	{
		int			n = count - start < ROWS_PER_CHECK ? (int) (count - start) : ROWS_PER_CHECK;
		int			i;

		ML_TRY(ml_check_stop(ranking->env));
		for (i = 0; i < n; i++)
		{
			double		value = ranking->values[start + i] - center;

			block[i] = square ? value * value : value;
		}
		ml_sum_add_array(&sum, block, (size_t) n);
	}
	*mean = ml_sum_value(&sum) / (double) count;
	return ML_OK;
}

static MlStatus
set_moments(const Ranking *ranking, MlNumberProfile *profile)
{
	double		variance;

	profile->mean = NAN;
	profile->sd = NAN;
	profile->minimum = NAN;
	profile->maximum = NAN;
	if (ranking->count == 0)
		return ML_OK;
	profile->minimum = ranking->minimum;
	profile->maximum = ranking->maximum;
	ML_TRY(sum_moment(ranking, 0.0, false, &profile->mean));
	/* A constant has no spread, whatever rounding did to its mean. */
	if (profile->minimum == profile->maximum)
	{
		profile->mean = profile->minimum;
		profile->sd = 0.0;
		return ML_OK;
	}
	ML_TRY(sum_moment(ranking, profile->mean, true, &variance));
	profile->sd = sqrt(variance);
	return ML_OK;
}

static MlStatus
take_present(Ranking *ranking, const double *values, const uint32_t *rows, int64_t n_rows)
{
	double		minimum = INFINITY;
	double		maximum = -INFINITY;
	int64_t		i;

	/* Resized, not allocated: it need not be zeroed. */
	ranking->values = ml_resize(ranking->env, NULL, (size_t) n_rows + 1, sizeof(double));
	if (ranking->values == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
	{
		double		value = values[rows != NULL ? rows[i] : i] + 0.0;	/* -0 becomes 0 */

		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(ranking->env));
		if (isnan(value))
			continue;
		if (value < minimum)
			minimum = value;
		if (value > maximum)
			maximum = value;
		ranking->values[ranking->count++] = value;
	}
	ranking->minimum = minimum;
	ranking->maximum = maximum;
	return ML_OK;
}

/* Cells of equal width between minimum and maximum, where that is finite. */
static MlStatus
count_cells(Ranking *ranking)
{
	MlEnv	   *env = ranking->env;
	int64_t		cells = ranking->count / VALUES_PER_CELL + 1;
	double		scale;
	int64_t		i;

	ranking->cells = cells < MOST_CELLS ? (int) cells : MOST_CELLS;
	scale = ranking->cells / (ranking->maximum - ranking->minimum);
	ranking->before = ml_allocate(env, (size_t) ranking->cells + 1, sizeof(int64_t));
	ranking->start = ml_allocate(env, (size_t) ranking->cells + 1, sizeof(int64_t));
	ranking->wanted = ml_allocate(env, (size_t) ranking->cells, sizeof(bool));
	if (ranking->before == NULL || ranking->start == NULL || ranking->wanted == NULL)
		return ML_OUT_OF_MEMORY;
	if (isfinite(ranking->maximum) && isfinite(ranking->minimum) && isfinite(scale))
		ranking->cells_per_unit = scale;
	for (i = 0; i < ranking->count; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		ranking->before[cell_of(ranking, ranking->values[i]) + 1]++;
	}
	for (i = 0; i < ranking->cells; i++)
		ranking->before[i + 1] += ranking->before[i];
	return ML_OK;
}

static void
want_cuts(Ranking *ranking, const double *cuts, int n)
{
	int			i;

	for (i = 0; i < n && ranking->count > 0; i++)
		if (cuts[i] >= ranking->minimum && cuts[i] < ranking->maximum)
			ranking->wanted[cell_of(ranking, cuts[i])] = true;
}

static void
want_quantiles(Ranking *ranking, int parts)
{
	int			k;

	for (k = 1; k <= parts && ranking->count > 0; k++)
		ranking->wanted[cell_at(ranking, quantile_index(ranking->count, k, parts))] = true;
}

/* Sort what lies in the wanted cells. */
static MlStatus
sort_wanted(Ranking *ranking)
{
	size_t		n = 0;
	int64_t		i;

	for (i = 0; i < ranking->cells; i++)
		ranking->start[i + 1] = ranking->start[i] +
			(ranking->wanted[i] ? ranking->before[i + 1] - ranking->before[i] : 0);
	ranking->sorted = ml_resize(ranking->env, NULL, 2 * (size_t) ranking->start[ranking->cells] + 1, sizeof(uint64_t));
	if (ranking->sorted == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < ranking->count; i++)
	{
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(ranking->env));
		if (ranking->wanted[cell_of(ranking, ranking->values[i])])
			ranking->sorted[n++] = ml_key_of_f64(ranking->values[i]);
	}
	return ml_sort_u64_with(ranking->env, ranking->sorted, n, ranking->sorted + n);
}

static void
end_ranking(Ranking *ranking)
{
	ml_release(ranking->env, ranking->sorted);
	ml_release(ranking->env, ranking->wanted);
	ml_release(ranking->env, ranking->start);
	ml_release(ranking->env, ranking->before);
	ml_release(ranking->env, ranking->values);
}

/* Everything but the cuts, which are in `profile` or are made now. */
static MlStatus
fill_profile(MlEnv *env, const double *values, const uint32_t *rows, int64_t n_rows, bool own_cuts,
			 MlNumberProfile *profile)
{
	Ranking		ranking = {0};

	ranking.env = env;
	ML_TRY(take_present(&ranking, values, rows, n_rows));
	ML_TRY(count_cells(&ranking));
	if (own_cuts)
	{
		want_quantiles(&ranking, ML_PSI_BINS);
		want_quantiles(&ranking, ML_KS_CUTS);
	}
	else
	{
		want_cuts(&ranking, profile->edges, profile->n_edges);
		want_cuts(&ranking, profile->cuts, profile->n_cuts);
	}
	ML_TRY(sort_wanted(&ranking));
	profile->rows = n_rows;
	profile->missing = n_rows - ranking.count;
	ML_TRY(set_moments(&ranking, profile));
	if (own_cuts)
		set_cuts(&ranking, profile);
	count_on_cuts(&ranking, profile);
	end_ranking(&ranking);
	return ML_OK;
}

MlStatus
ml_profile_number(MlEnv *env, const double *values, int64_t rows, MlNumberProfile *profile)
{
	return ml_profile_number_rows(env, values, NULL, rows, profile);
}

MlStatus
ml_profile_number_rows(MlEnv *env, const double *values, const uint32_t *rows, int64_t n_rows,
					   MlNumberProfile *profile)
{
	static const MlNumberProfile empty;

	*profile = empty;
	return fill_profile(env, values, rows, n_rows, true, profile);
}

MlStatus
ml_profile_number_on(MlEnv *env, const MlNumberProfile *reference, const double *values,
					 int64_t rows, MlNumberProfile *profile)
{
	*profile = *reference;
	return fill_profile(env, values, NULL, rows, false, profile);
}
