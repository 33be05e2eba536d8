/*
 * stats/drift.c
 *		Distances between two profiles, and whether chance explains them.
 *
 * PSI (population stability index) is sum (p - q) ln(p / q) over the bins,
 * reference shares p, current shares q. Its size does not tell whether it is
 * more than noise: without drift it is about (1/n + 1/m) chi-square, 0.3 for
 * 10 bins and 30 rows (Yurdakul, "Statistical properties of population
 * stability index", 2018). So every PSI comes with the p-value of a
 * contingency test on the same bins.
 *
 * That test is honest for small samples, too. Pearson's statistic needs a few
 * expected rows in each bin: one NULL too many in 30 rows, where 0.15 are
 * expected, would be "significant". Bins that can expect fewer than
 * POOL_BELOW rows of the smaller sample are therefore pooled in their order
 * until they can (Cochran, "Some methods for strengthening the common
 * chi-square tests", 1954). What stays below enters as one more degree of
 * freedom, rare rows against all others, by the likelihood ratio G, whose
 * tail stays right for tiny expectations. Splitting a table that way gives
 * two independent parts (Lancaster, 1949).
 *
 * Levels of a category were chosen because the reference has them: rare ones
 * look more frequent there than they are, and those it happens not to have
 * count as other in the current rows only. For the test, levels with fewer
 * than FOLD_BELOW rows on both sides together are therefore added to other.
 */
#include "stats/profile.h"

#include <math.h>

#include "math/func.h"
#include "math/sort.h"

#define EMPTY_SHARE 0.0001
#define POOL_BELOW 2.0
#define FOLD_BELOW 20.0
#define LN_2 0.69314718055994530942

/* Bins of a column: levels or number bins, missing, other. */
#define MAX_BINS (ML_PROFILE_LEVELS + 2)

static double
sum_counts(const double *counts, int bins)
{
	double		sum = 0.0;
	int			i;

	for (i = 0; i < bins; i++)
		sum += counts[i];
	return sum;
}

double
ml_psi(const double *reference, const double *current, int bins)
{
	double		n = sum_counts(reference, bins);
	double		m = sum_counts(current, bins);
	double		psi = 0.0;
	int			i;

	if (!(n > 0.0 && m > 0.0))
		return NAN;
	for (i = 0; i < bins; i++)
	{
		double		p = reference[i] > 0.0 ? reference[i] / n : EMPTY_SHARE;
		double		q = current[i] > 0.0 ? current[i] / m : EMPTY_SHARE;

		psi += (p - q) * ml_log(p / q);
	}
	return psi;
}

/* (observed - expected)^2 / expected of both cells of a bin. */
static double
pearson_term(double reference, double current, double n, double m)
{
	double		total = reference + current;
	double		difference = reference * m - current * n;

	/* Both cells together: (a m - b n)^2 / (n m (a + b)). */
	return difference / n * (difference / m) / total;
}

double
ml_chi_square(const double *reference, const double *current, int bins, int *df)
{
	double		n = sum_counts(reference, bins);
	double		m = sum_counts(current, bins);
	double		sum = 0.0;
	int			used = 0;
	int			i;

	*df = 0;
	if (!(n > 0.0 && m > 0.0))
		return NAN;
	for (i = 0; i < bins; i++)
	{
		if (reference[i] + current[i] > 0.0)
		{
			sum += pearson_term(reference[i], current[i], n, m);
			used++;
		}
	}
	*df = used - 1;
	return sum;
}

static double
half_divergence(double share, double mean)
{
	return share > 0.0 ? 0.5 * share * ml_log(share / mean) : 0.0;
}

double
ml_js_distance(const double *reference, const double *current, int bins)
{
	double		n = sum_counts(reference, bins);
	double		m = sum_counts(current, bins);
	double		sum = 0.0;
	int			i;

	if (!(n > 0.0 && m > 0.0))
		return NAN;
	for (i = 0; i < bins; i++)
	{
		double		p = reference[i] / n;
		double		q = current[i] / m;

		sum += half_divergence(p, (p + q) / 2.0) + half_divergence(q, (p + q) / 2.0);
	}
	return sqrt(fmin(fmax(sum / LN_2, 0.0), 1.0));
}

/* The likelihood-ratio term of one cell, twice observed * ln(observed / expected). */
static double
likelihood_term(double observed, double expected)
{
	return observed > 0.0 ? 2.0 * observed * ml_log(observed / expected) : 0.0;
}

/* G of `a` of n rows against `b` of m rows; 0 < a + b < n + m. */
static double
likelihood_ratio(double a, double n, double b, double m)
{
	double		share = (a + b) / (n + m);

	return likelihood_term(a, n * share) + likelihood_term(n - a, n * (1.0 - share)) +
		likelihood_term(b, m * share) + likelihood_term(m - b, m * (1.0 - share));
}

/*
 * Pool bins that are too small to be tested alone. The last pool that stays
 * too small is left in *rest_reference and *rest_current. Returns the number
 * of bins in the arrays `pooled_...`.
 */
static int
pool_bins(const double *reference, const double *current, int bins,
		  double *pooled_reference, double *pooled_current,
		  double *rest_reference, double *rest_current)
{
	double		n = sum_counts(reference, bins);
	double		m = sum_counts(current, bins);
	double		smaller = fmin(n, m) / (n + m);
	int			kept = 0;
	int			i;

	*rest_reference = 0.0;
	*rest_current = 0.0;
	for (i = 0; i < bins; i++)
	{
		double		a = reference[i];
		double		b = current[i];

		if ((a + b) * smaller < POOL_BELOW)
		{
			a = *rest_reference += a;
			b = *rest_current += b;
			if ((a + b) * smaller < POOL_BELOW)
				continue;
			*rest_reference = 0.0;
			*rest_current = 0.0;
		}
		pooled_reference[kept] = a;
		pooled_current[kept++] = b;
	}
	return kept;
}

/* The test described at the top; the p-value. */
static double
test_bins(const double *reference, const double *current, int bins, double *chi_square, int *df)
{
	double		pooled_reference[MAX_BINS];
	double		pooled_current[MAX_BINS];
	double		rest_reference;
	double		rest_current;
	int			kept;

	kept = pool_bins(reference, current, bins, pooled_reference, pooled_current,
					 &rest_reference, &rest_current);
	*chi_square = 0.0;
	*df = 0;
	if (kept > 0)
	{
		/* All rows of one side may be rare: then only G can tell. */
		*chi_square = ml_chi_square(pooled_reference, pooled_current, kept, df);
		if (isnan(*chi_square))
			*chi_square = 0.0;
	}
	if (kept > 0 && rest_reference + rest_current > 0.0)
	{
		*chi_square += likelihood_ratio(rest_reference, sum_counts(reference, bins),
										rest_current, sum_counts(current, bins));
		(*df)++;
	}
	return *df > 0 ? ml_chi_square_tail(*chi_square, *df) : 1.0;
}

/*
 * Add levels with few rows on both sides together to the last bin, other.
 * Returns the number of bins that remain.
 */
static int
fold_rare_levels(double *reference, double *current, int bins, int n_levels)
{
	int			kept = 0;
	int			i;

	for (i = 0; i < bins; i++)
	{
		if (i < n_levels && reference[i] + current[i] < FOLD_BELOW)
		{
			reference[bins - 1] += reference[i];
			current[bins - 1] += current[i];
			continue;
		}
		reference[kept] = reference[i];
		current[kept++] = current[i];
	}
	return kept;
}

/*
 * Distances on all bins; the first `n_levels` are levels of a category. The
 * bins are used up.
 */
static void
compare_bins(double *reference, double *current, int bins, int n_levels, MlDrift *drift)
{
	drift->psi = ml_psi(reference, current, bins);
	drift->js = ml_js_distance(reference, current, bins);
	drift->ks = NAN;
	drift->ks_p = NAN;
	drift->psi_p = NAN;
	drift->chi_square = NAN;
	drift->df = 0;
	if (isnan(drift->psi))
		return;
	bins = fold_rare_levels(reference, current, bins, n_levels);
	drift->psi_p = test_bins(reference, current, bins, &drift->chi_square, &drift->df);
}

/* Bins of a number profile as `bins` doubles: the counts, then missing. */
static int
number_bins(const MlNumberProfile *profile, double *bins)
{
	int			i;

	for (i = 0; i <= profile->n_edges; i++)
		bins[i] = (double) profile->counts[i];
	bins[i++] = (double) profile->missing;
	return i;
}

/* Bins of a category profile: the levels, then missing, then other. */
static int
category_bins(const MlCategoryProfile *profile, double *bins)
{
	int			i;

	for (i = 0; i < profile->n_levels; i++)
		bins[i] = (double) profile->counts[i];
	bins[i++] = (double) profile->missing;
	bins[i++] = (double) profile->other;
	return i;
}

void
ml_drift_number(const MlNumberProfile *reference, const MlNumberProfile *current,
				MlDrift *drift)
{
	double		reference_bins[MAX_BINS];
	double		current_bins[MAX_BINS];
	double		n = (double) (reference->rows - reference->missing);
	double		m = (double) (current->rows - current->missing);
	int			bins = number_bins(reference, reference_bins);
	int			i;

	(void) number_bins(current, current_bins);
	compare_bins(reference_bins, current_bins, bins, 0, drift);
	if (!(n > 0.0 && m > 0.0))
		return;
	drift->ks = 0.0;
	for (i = 0; i < reference->n_cuts; i++)
		drift->ks = fmax(drift->ks, fabs((double) reference->below[i] / n -
										 (double) current->below[i] / m));
	drift->ks_p = ml_kolmogorov_tail(drift->ks, n, m);
}

void
ml_drift_category(const MlCategoryProfile *reference, const MlCategoryProfile *current,
				  MlDrift *drift)
{
	double		reference_bins[MAX_BINS];
	double		current_bins[MAX_BINS];
	int			bins = category_bins(reference, reference_bins);

	(void) category_bins(current, current_bins);
	compare_bins(reference_bins, current_bins, bins, reference->n_levels, drift);
}

MlStatus
ml_adjust_p_values(MlEnv *env, double *p, int count)
{
	double	   *present;
	uint32_t   *order;
	int		   *place;
	double		smallest = 1.0;
	int			m = 0;
	int			i;

	if (count <= 0)
		return ML_OK;
	present = ml_allocate(env, (size_t) count, sizeof(double));
	place = ml_allocate(env, (size_t) count, sizeof(int));
	order = ml_allocate(env, (size_t) count, sizeof(uint32_t));
	if (!present || !place || !order)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < count; i++)
	{
		if (isnan(p[i]))
			continue;
		present[m] = p[i];
		place[m++] = i;
	}
	ML_TRY(ml_order_f64(env, present, (size_t) m, order));
	/* From the largest down: p * m / rank, never above what stands behind it. */
	for (i = m - 1; i >= 0; i--)
	{
		smallest = fmin(smallest, present[order[i]] * m / (i + 1.0));
		p[place[order[i]]] = smallest;
	}
	ml_release(env, order);
	ml_release(env, place);
	ml_release(env, present);
	return ML_OK;
}
