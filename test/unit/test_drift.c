/*
 * test_drift.c
 *		Profiles, distances with their test vectors, and false alarms counted.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "math/func.h"
#include "math/rng.h"
#include "stats/profile.h"
#include "unit.h"

#define CLOSE 1e-12
#define VECTOR 1e-11			/* the vectors have 12 digits */

static void
test_vectors(void)
{
	static const double reference[] = {50, 30, 20};
	static const double current[] = {30, 30, 40};
	static const double half[] = {50, 50, 0};
	static const double spread[] = {40, 40, 20};
	static const double none[] = {0, 0, 0};
	double		chi_square;
	int			df;

	/* CAT and CHI */
	unit_near(ml_psi(reference, current, 3), 0.240794560865, VECTOR, "CAT: PSI");
	unit_near(ml_psi(current, reference, 3), 0.240794560865, VECTOR, "CAT: PSI is symmetric");
	unit_near(ml_js_distance(reference, current, 3), 0.206730860332, VECTOR,
			  "CAT: Jensen-Shannon distance, base 2");
	chi_square = ml_chi_square(reference, current, 3, &df);
	unit_near(chi_square, 11.666666666667, VECTOR, "CHI: contingency statistic");
	unit_ok(df == 2, "CHI: df");
	unit_near(ml_chi_square_tail(chi_square, df), 0.002928299695, VECTOR, "CHI: p");
	/* PSI0 */
	unit_near(ml_psi(half, spread, 3), 1.564049111925, VECTOR, "PSI0: floor 0.0001");
	unit_ok(ml_psi(half, half, 3) == 0.0, "bins empty on both sides add nothing to PSI");
	unit_near(ml_chi_square(half, half, 3, &df), 0.0, CLOSE, "nor to chi-square");
	unit_ok(df == 1, "nor a degree of freedom");
	unit_ok(isnan(ml_psi(none, half, 3)) && isnan(ml_psi(half, none, 3)) &&
			isnan(ml_js_distance(none, half, 3)) && isnan(ml_chi_square(half, none, 3, &df)) &&
			df == 0, "no distance to nothing");
	unit_ok(ml_js_distance(half, spread, 1) == 0.0, "a single bin is like itself");
}

static void
test_ks(void)
{
	unit_near(ml_kolmogorov_tail(0.2, 10, 10), 0.994457554829, VECTOR, "KS1: exact p");
	unit_near(ml_kolmogorov_tail(0.5, 10, 8), 0.165958224782, VECTOR, "KS2: exact p");
}

static void
test_adjust(void)
{
	/* R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5), "BH") */
	double		p[] = {0.01, 0.04, NAN, 0.03, 0.005, 0.5};
	double		high[] = {0.9, 0.95};
	static const double expected[] = {0.025, 0.05, NAN, 0.05, 0.025, 0.5};
	MlEnv	   *env = unit_env();
	int			i;

	unit_ok(ml_adjust_p_values(env, p, 6) == ML_OK, "p-values adjusted");
	for (i = 0; i < 6; i++)
		unit_near(p[i], expected[i], CLOSE, "adjusted p-value %d", i);
	unit_ok(ml_adjust_p_values(env, high, 2) == ML_OK && high[0] == 0.95 && high[1] == 0.95,
			"adjusted values are monotone and at most 1");
	unit_ok(ml_adjust_p_values(env, high, 0) == ML_OK, "none to adjust");
}

static bool
same_profile(const MlNumberProfile *a, const MlNumberProfile *b)
{
	return a->rows == b->rows && a->missing == b->missing && a->mean == b->mean &&
		a->sd == b->sd && a->minimum == b->minimum && a->maximum == b->maximum &&
		a->n_edges == b->n_edges && a->n_cuts == b->n_cuts &&
		memcmp(a->edges, b->edges, sizeof(a->edges)) == 0 &&
		memcmp(a->counts, b->counts, sizeof(a->counts)) == 0 &&
		memcmp(a->cuts, b->cuts, sizeof(a->cuts)) == 0 &&
		memcmp(a->below, b->below, sizeof(a->below)) == 0;
}

static void
test_number_profile(void)
{
	double		values[1000];
	double		reversed[1000];
	MlEnv	   *env = unit_env();
	MlNumberProfile profile;
	MlNumberProfile other;
	int			i;

	for (i = 0; i < 1000; i++)
	{
		values[i] = i < 100 ? NAN : i - 99;	/* 1 .. 900, 100 missing */
		reversed[999 - i] = values[i];
	}
	unit_ok(ml_profile_number(env, values, 1000, &profile) == ML_OK, "profile");
	unit_ok(profile.rows == 1000 && profile.missing == 100 && profile.n_edges == 9 &&
			profile.n_cuts == 100, "rows, missing, cuts");
	unit_ok(profile.edges[0] == 90 && profile.edges[8] == 810 && profile.counts[0] == 90 &&
			profile.counts[9] == 90, "deciles");
	unit_ok(profile.cuts[0] == 9 && profile.cuts[99] == 900 && profile.below[0] == 9 &&
			profile.below[99] == 900, "percentiles");
	unit_near(profile.mean, 450.5, CLOSE, "mean");
	unit_near(profile.sd, sqrt((900.0 * 900.0 - 1.0) / 12.0), CLOSE, "population sd");
	unit_ok(profile.minimum == 1 && profile.maximum == 900, "range");
	(void) ml_profile_number(env, reversed, 1000, &other);
	unit_ok(same_profile(&profile, &other), "the same for another row order");
	(void) ml_profile_number_on(env, &profile, values, 1000, &other);
	unit_ok(same_profile(&profile, &other), "the same on its own cuts");
	values[0] = 90.0;
	values[1] = 90.5;
	values[2] = -INFINITY;
	values[3] = INFINITY;
	(void) ml_profile_number_on(env, &profile, values, 4, &other);
	unit_ok(other.counts[0] == 2 && other.counts[1] == 1 && other.counts[9] == 1,
			"an edge belongs to the bin below it, infinities to the outer bins");
	(void) ml_profile_number(env, values, 0, &other);
	unit_ok(other.rows == 0 && other.n_edges == 0 && other.n_cuts == 0 && isnan(other.mean),
			"profile of no rows");
	unit_stop_after(env, 0);
	unit_ok(ml_profile_number(env, values, 1000, &other) == ML_INTERRUPTED, "profile stops");
	unit_stop_after(env, -1);
	unit_budget(env, 1000);
	unit_ok(ml_profile_number(env, values, 1000, &other) == ML_OUT_OF_MEMORY,
			"profile says when memory is exhausted");
}

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

static int64_t
count_at_most(const double *values, int n, double cut)
{
	int64_t		count = 0;
	int			i;

	for (i = 0; i < n; i++)
		count += values[i] <= cut;
	return count;
}

#define ROWS 3001

/*
 * Quantiles and counts of columns of many shapes against sorting and counting
 * one by one: smooth, a few values, one far outlier, infinities, a range that
 * overflows, subnormal numbers.
 */
static void
test_profile_ranks(void)
{
	static double values[ROWS];
	static double other[ROWS];
	static double sorted[ROWS];
	MlEnv	   *env = unit_env();
	int			wrong = 0;
	int			kind;
	int			i;

	for (kind = 0; kind < 7; kind++)
	{
		MlNumberProfile profile;
		MlNumberProfile current;

		for (i = 0; i < ROWS; i++)
		{
			double		u = (double) (i * 1103 % ROWS) / ROWS - 0.5;

			values[i] = kind == 0 ? u * u * u : kind == 1 ? floor(u * 7) * 0.1 : kind == 6 ? u * 0x1p-1070 :
				kind == 5 ? u * DBL_MAX * 2 : u;
			other[i] = values[i] * 1.5;
		}
		if (kind == 2)
			values[1234] = 1e300;
		if (kind == 3)
			values[7] = INFINITY;
		if (kind == 4)
			values[8] = -INFINITY;
		memcpy(sorted, values, sizeof(values));
		qsort(sorted, ROWS, sizeof(double), compare_doubles);
		(void) ml_profile_number(env, values, ROWS, &profile);
		(void) ml_profile_number_on(env, &profile, other, ROWS, &current);
		wrong += profile.minimum != sorted[0] || profile.maximum != sorted[ROWS - 1];
		wrong += profile.cuts[profile.n_cuts - 1] != sorted[ROWS - 1];
		for (i = 0; i < profile.n_cuts; i++)
			wrong += profile.n_cuts == 100 && profile.cuts[i] != sorted[(ROWS * (i + 1) + 99) / 100 - 1];
		for (i = 0; i < profile.n_cuts; i++)
			wrong += profile.below[i] != count_at_most(values, ROWS, profile.cuts[i]) ||
				current.below[i] != count_at_most(other, ROWS, profile.cuts[i]);
		for (i = 0; i < profile.n_edges; i++)
			wrong += current.counts[i] != count_at_most(other, ROWS, profile.edges[i]) -
				(i > 0 ? count_at_most(other, ROWS, profile.edges[i - 1]) : 0);
	}
	unit_ok(wrong == 0, "quantiles and counts are those of sorted values (%d are not)", wrong);
}

/* `rows` times `value`. */
static void
profile_constant(MlEnv *env, const MlNumberProfile *reference, double value, int rows,
				 MlNumberProfile *profile)
{
	double	   *values = ml_allocate(env, (size_t) rows, sizeof(double));
	int			i;

	for (i = 0; i < rows; i++)
		values[i] = value;
	if (reference)
		(void) ml_profile_number_on(env, reference, values, rows, profile);
	else
		(void) ml_profile_number(env, values, rows, profile);
	ml_release(env, values);
}

static void
test_constant_columns(void)
{
	static const double constants[] = {0.0, 5.0, -1e300, DBL_MAX, 0.1};
	MlEnv	   *env = unit_env();
	MlNumberProfile reference;
	MlNumberProfile current;
	MlDrift		drift;
	size_t		i;

	for (i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
	{
		double		value = constants[i];
		double		above = value < DBL_MAX ? nextafter(value, INFINITY) : INFINITY;

		profile_constant(env, NULL, value, 500, &reference);
		unit_ok(reference.sd == 0.0 && reference.mean == value, "%g has no spread", value);
		profile_constant(env, &reference, value, 100, &current);
		ml_drift_number(&reference, &current, &drift);
		unit_ok(drift.psi == 0.0 && drift.psi_p == 1.0 && drift.ks == 0.0 && drift.js == 0.0,
				"%g is like itself", value);
		profile_constant(env, &reference, above, 100, &current);
		ml_drift_number(&reference, &current, &drift);
		unit_ok(drift.psi > 1.0 && drift.psi_p < 1e-9 && drift.ks == 1.0, "above %g", value);
		profile_constant(env, &reference, nextafter(value, -INFINITY), 100, &current);
		ml_drift_number(&reference, &current, &drift);
		unit_ok(drift.psi > 1.0 && drift.psi_p < 1e-9, "below %g", value);
		profile_constant(env, &reference, NAN, 100, &current);
		ml_drift_number(&reference, &current, &drift);
		unit_ok(drift.psi > 1.0 && drift.psi_p < 1e-9 && isnan(drift.ks), "missing, not %g",
				value);
	}
	profile_constant(env, NULL, NAN, 500, &reference);
	profile_constant(env, &reference, 1.0, 100, &current);
	ml_drift_number(&reference, &current, &drift);
	unit_ok(drift.psi > 1.0 && drift.psi_p < 1e-9 && isnan(drift.ks), "no longer missing");
	profile_constant(env, &reference, 1.0, 0, &current);
	ml_drift_number(&reference, &current, &drift);
	unit_ok(isnan(drift.psi) && isnan(drift.psi_p) && isnan(drift.ks) && isnan(drift.js) &&
			isnan(drift.chi_square) && drift.df == 0, "no rows, no distance");
}

static void
test_category(void)
{
	MlCategoryProfile reference = {.rows = 100, .n_levels = 3, .counts = {50, 30, 20}};
	MlCategoryProfile current = {.rows = 100, .n_levels = 3, .counts = {30, 30, 40}};
	MlDrift		drift;

	ml_drift_category(&reference, &current, &drift);
	unit_near(drift.psi, 0.240794560865, VECTOR, "profile of categories: PSI");
	unit_near(drift.chi_square, 11.666666666667, VECTOR, "chi-square");
	unit_near(drift.psi_p, 0.002928299695, VECTOR, "p");
	unit_near(drift.js, 0.206730860332, VECTOR, "Jensen-Shannon distance");
	unit_ok(drift.df == 2 && isnan(drift.ks) && isnan(drift.ks_p), "no KS of categories");

	/* Two of 30 rows with a level that the reference does not know. */
	reference.rows = 2000, reference.counts[0] = 1000;
	reference.counts[1] = 600, reference.counts[2] = 400;
	current.rows = 30, current.counts[0] = 14, current.counts[1] = 9, current.counts[2] = 5;
	current.other = 2;
	ml_drift_category(&reference, &current, &drift);
	unit_ok(drift.psi > 0.2 && drift.psi_p < 0.05 && drift.df == 3, "an unknown level is seen");
	current.other = 0, current.missing = 8, current.rows = 36;
	ml_drift_category(&reference, &current, &drift);
	unit_ok(drift.psi > 0.2 && drift.psi_p < 1e-6, "new missing values are seen");
	/* Nothing in common: Pearson's part has no current rows at all. */
	memset(&current, 0, sizeof(current));
	current.n_levels = 3, current.rows = 30, current.other = 30;
	ml_drift_category(&reference, &current, &drift);
	unit_ok(drift.psi > 5.0 && drift.psi_p < 1e-15 && drift.df == 1, "nothing but unknown levels");
	unit_near(drift.js, 1.0, CLOSE, "the largest Jensen-Shannon distance");
}

/* 30 equally frequent levels give no level enough rows; pooled ones have them. */
static void
test_pooling(void)
{
	MlCategoryProfile reference = {.rows = 1980, .n_levels = 30};
	MlCategoryProfile current = {.rows = 30, .n_levels = 30};
	MlDrift		drift;
	int			i;

	for (i = 0; i < 30; i++)
	{
		reference.counts[i] = 66;
		current.counts[i] = 1;
	}
	ml_drift_category(&reference, &current, &drift);
	unit_ok(drift.df == 14, "levels are pooled in pairs, df %d", drift.df);
	unit_near(drift.chi_square, 0.0, CLOSE, "the same shares are no drift");
	for (i = 0; i < 30; i++)
		current.counts[i] = i < 3 ? 10 : 0;
	ml_drift_category(&reference, &current, &drift);
	unit_ok(drift.psi_p < 1e-6, "pooled levels still show a drift");
}

/* The columns of the simulation. */
enum
{
	NORMAL, LOGNORMAL_MISSING, FEW_MISSING, SOME_MISSING, COUNTS, RARE_FLAG, MANY_ZEROS,
	FOUR_LEVELS, ZIPF_LEVELS, THIRTY_LEVELS, SPARSE_LEVELS, COLUMNS
};

#define FIRST_CATEGORY FOUR_LEVELS
#define LARGEST 2000
#define CODES 1500

static double
draw_zipf(double u)
{
	static double cumulative[40];
	int			i;

	if (cumulative[39] == 0.0)
	{
		for (i = 0; i < 40; i++)
			cumulative[i] = (i > 0 ? cumulative[i - 1] : 0.0) + pow(i + 1.0, -1.5);
	}
	for (i = 0; i < 39 && u * cumulative[39] > cumulative[i]; i++)
		;
	return i;
}

static double
draw(int column, uint64_t hash)
{
	double		u = ml_hash_uniform(hash);
	double		v = ml_hash_uniform(ml_mix64(hash ^ 77));
	double		z = ml_normal_quantile((ml_hash_uniform(ml_mix64(hash ^ 99)) + 1e-18) * 0.999999999);
	int			sum = 0;
	int			i;

	switch (column)
	{
		case NORMAL:
			return z;
		case LOGNORMAL_MISSING:
			return u < 0.2 ? NAN : exp(z);
		case FEW_MISSING:
			return u < 0.005 ? NAN : z;
		case SOME_MISSING:
			return u < 0.02 ? NAN : z;
		case COUNTS:
			for (i = 0; i < 10; i++)
				sum += ml_hash_uniform(ml_hash_word(hash, (uint64_t) i)) < 0.1;
			return sum;
		case RARE_FLAG:
			return u < 0.08;
		case MANY_ZEROS:
			return u < 0.7 ? 0.0 : -log(1.0 - v);
		case FOUR_LEVELS:
			return floor(4.0 * u);
		case ZIPF_LEVELS:
			return draw_zipf(u);
		case THIRTY_LEVELS:
			return floor(30.0 * u);
		default:
			return floor(CODES * u);
	}
}

/* The levels of the reference: its most frequent codes. */
static int
choose_levels(const double *reference, int n, int *level)
{
	int			frequency[CODES] = {0};
	int			n_levels = 0;
	int			i;

	for (i = 0; i < CODES; i++)
		level[i] = -1;
	for (i = 0; i < n; i++)
		frequency[(int) reference[i]]++;
	while (n_levels < ML_PROFILE_LEVELS)
	{
		int			best = 0;

		for (i = 1; i < CODES; i++)
		{
			if (frequency[i] > frequency[best])
				best = i;
		}
		if (frequency[best] == 0)
			break;
		frequency[best] = 0;
		level[best] = n_levels++;
	}
	return n_levels;
}

/* Count codes on the levels that the reference has. */
static void
count_levels(const int *level, int n_levels, const double *codes, int rows,
			 MlCategoryProfile *profile)
{
	int			i;

	memset(profile, 0, sizeof(*profile));
	profile->n_levels = n_levels;
	profile->rows = rows;
	for (i = 0; i < rows; i++)
	{
		if (level[(int) codes[i]] >= 0)
			profile->counts[level[(int) codes[i]]]++;
		else
			profile->other++;
	}
}

/* Distance of two clean samples of a column, 2000 and `rows` rows. */
static void
clean_drift(MlEnv *env, int column, uint64_t seed, int rows, double shift, MlDrift *drift)
{
	static double reference[LARGEST];
	static double current[LARGEST];
	MlNumberProfile numbers[2];
	MlCategoryProfile levels[2];
	int			level[CODES];
	int			n_levels;
	uint64_t	hash = ml_hash_word(seed, (uint64_t) column);
	int			i;

	for (i = 0; i < LARGEST; i++)
		reference[i] = draw(column, ml_hash_word(hash, (uint64_t) i));
	for (i = 0; i < rows; i++)
		current[i] = draw(column, ml_hash_word(hash, (uint64_t) (i + LARGEST))) + shift;
	if (column < FIRST_CATEGORY)
	{
		(void) ml_profile_number(env, reference, LARGEST, &numbers[0]);
		(void) ml_profile_number_on(env, &numbers[0], current, rows, &numbers[1]);
		ml_drift_number(&numbers[0], &numbers[1], drift);
	}
	else
	{
		n_levels = choose_levels(reference, LARGEST, level);
		count_levels(level, n_levels, reference, LARGEST, &levels[0]);
		count_levels(level, n_levels, current, rows, &levels[1]);
		ml_drift_category(&levels[0], &levels[1], drift);
	}
}

/* Is any of the columns flagged by the default rule? */
static bool
any_flagged(MlEnv *env, uint64_t seed, int rows, int *ks_alarms)
{
	double		psi[COLUMNS];
	double		p[COLUMNS];
	bool		flagged = false;
	int			i;

	for (i = 0; i < COLUMNS; i++)
	{
		MlDrift		drift;

		clean_drift(env, i, seed, rows, 0.0, &drift);
		psi[i] = drift.psi;
		p[i] = drift.psi_p;
		*ks_alarms += drift.ks_p < 0.01;
	}
	(void) ml_adjust_p_values(env, p, COLUMNS);
	for (i = 0; i < COLUMNS; i++)
		flagged = flagged || (psi[i] >= 0.2 && p[i] < 0.01);
	return flagged;
}

/*
 * False alarms on clean data: the promise is at most 3 % of data sets, at any
 * size of the current sample. Small ones are the hard ones: with plain
 * chi-square 8 % of them raise an alarm at 30 rows.
 */
static void
test_false_alarms(void)
{
	static const int sizes[] = {30, 40, 60, 100, 200, 500, 1000, 2000};
	MlEnv	   *env = unit_env();
	int			flagged = 0;
	int			smallest = 0;
	int			ks_alarms = 0;
	int			i;

	for (i = 0; i < 200; i++)
		flagged += any_flagged(env, (uint64_t) i, sizes[i % 8], &ks_alarms);
	unit_ok(flagged <= 6, "%d of 200 clean data sets of 30 to 2000 rows flagged", flagged);
	unit_ok(ks_alarms <= 0.01 * 200 * FIRST_CATEGORY * 1.5,
			"%d of 1400 clean KS tests below 0.01", ks_alarms);
	for (i = 0; i < 400; i++)
		smallest += any_flagged(env, (uint64_t) (1000 + i), 30, &ks_alarms);
	unit_ok(smallest <= 12, "%d of 400 clean data sets of 30 rows flagged", smallest);
}

/*
 * 1,500 levels in 2000 rows: the 50 that are counted were lucky in the
 * reference. Taken one by one, every third clean sample would be flagged.
 */
static void
test_lucky_levels(void)
{
	MlEnv	   *env = unit_env();
	int			flagged = 0;
	int			i;

	for (i = 0; i < 200; i++)
	{
		MlDrift		drift;

		clean_drift(env, SPARSE_LEVELS, (uint64_t) i, 500, 0.0, &drift);
		flagged += drift.psi >= 0.2 && drift.psi_p < 0.01;
	}
	unit_ok(flagged <= 4, "%d of 200 clean columns with lucky levels flagged", flagged);
}

/* The rule must also see something. */
static void
test_power(void)
{
	MlEnv	   *env = unit_env();
	int			seen = 0;
	int			i;

	for (i = 0; i < 100; i++)
	{
		MlDrift		drift;

		clean_drift(env, NORMAL, (uint64_t) i, 100, 1.0, &drift);
		seen += drift.psi >= 0.2 && drift.psi_p < 0.001 && drift.ks_p < 0.001;
	}
	unit_ok(seen >= 99, "a shift by one sd in 100 rows is seen %d times of 100", seen);
}

int
main(void)
{
	test_vectors();
	test_ks();
	test_adjust();
	test_number_profile();
	test_profile_ranks();
	test_constant_columns();
	test_category();
	test_pooling();
	test_false_alarms();
	test_lucky_levels();
	test_power();
	return unit_done();
}
