/*
 * test_math.c
 *		Exact sums, elementary functions, distributions, sorting and QR.
 *
 * The references are in test/data/math_*.csv, made by make_math.py.
 */
#include "unit.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "math/blas.h"
#include "math/func.h"
#include "math/qr.h"
#include "math/rng.h"
#include "math/sort.h"
#include "math/sum.h"

/* A number in (-1, 1), the i-th of a series. */
static double
noise(uint64_t series, uint64_t i)
{
	return 2.0 * ml_hash_uniform(ml_hash_word(series, i)) - 1.0;
}

/* Distance between neighbouring doubles at x. */
static double
ulp(double x)
{
	x = fabs(x);
	return nextafter(x, INFINITY) < INFINITY ? nextafter(x, INFINITY) - x : x - nextafter(x, 0);
}

/* Bit for bit, so that -0 differs from 0. */
static bool
same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* ---- exact sums ---- */

static double
sum_of(const double *values, int count, int first, int step)
{
	MlExactSum	sum;
	int			i;

	ml_sum_begin(&sum);
	for (i = 0; i < count; i++)
		ml_sum_add(&sum, values[(first + (int64_t) i * step) % count]);
	return ml_sum_value(&sum);
}

static double
sum_of_array(const double *values, int count)
{
	MlExactSum	sum;

	ml_sum_begin(&sum);
	ml_sum_add_array(&sum, values, (size_t) count);
	return ml_sum_value(&sum);
}

/* Every case of math_sum.csv, forwards, backwards and merged from two halves. */
static void
test_sum_cases(void)
{
	int			rows;
	int			columns;
	double	   *cells = unit_csv("math_sum.csv", &rows, &columns);
	int			start = 0;
	int			wrong = 0;
	int			cases = 0;

	while (start < rows)
	{
		MlExactSum	forwards;
		MlExactSum	backwards;
		MlExactSum	halves[2];
		double		expected = cells[start * columns + 2];
		int			end = start;
		int			i;

		ml_sum_begin(&forwards);
		ml_sum_begin(&backwards);
		ml_sum_begin(&halves[0]);
		ml_sum_begin(&halves[1]);
		for (; end < rows && cells[end * columns] == cells[start * columns]; end++)
		{
			ml_sum_add(&forwards, cells[end * columns + 1]);
			ml_sum_add(&halves[end % 2], cells[end * columns + 1]);
		}
		for (i = end - 1; i >= start; i--)
			ml_sum_add(&backwards, cells[i * columns + 1]);
		ml_sum_merge(&halves[1], &halves[0]);
		wrong += !same_bits(ml_sum_value(&forwards), expected);
		wrong += !same_bits(ml_sum_value(&backwards), expected);
		wrong += !same_bits(ml_sum_value(&halves[1]), expected);
		start = end;
		cases++;
	}
	unit_ok(cases == 51 && wrong == 0, "%d sums equal exact arithmetic, %d do not", cases, wrong);
}

static void
test_sum_permutations(void)
{
	static double values[10007];
	int			steps[] = {2, 3, 5003, 10006};
	double		expected;
	int			wrong = 0;
	int			i;

	for (i = 0; i < 10007; i++)
		values[i] = ldexp(noise(1, i), (int) (300 * noise(2, i)));
	expected = sum_of(values, 10007, 0, 1);
	for (i = 0; i < 4; i++)
		wrong += !same_bits(sum_of(values, 10007, 17 * i, steps[i]), expected);
	unit_ok(wrong == 0, "the order of 10,007 terms makes no difference");
}

/* Arrays of all lengths and kinds, behind a first term, against term by term. */
static void
test_sum_arrays(void)
{
	static double values[9000];
	int			wrong = 0;
	int			kind;
	int			i;

	for (kind = 0; kind < 4; kind++)
	{
		for (i = 0; i < 9000; i++)
			values[i] = kind == 0 ? ldexp(noise(3, i), (int) (2000 * noise(4, i)) - 60) :
				kind == 1 ? 0x1.fffffffffffffp+1023 * (i % 2 ? 1 : -1) :
				kind == 2 ? -0x1.fffffffffffffp-1 : 0x1.8p-1074 * i;
		for (i = 0; i <= 9000; i += i < 10 ? 1 : i < 4090 ? 340 : 700)
		{
			MlExactSum	one_by_one;
			MlExactSum	at_once;
			int			k;

			ml_sum_begin(&one_by_one);
			ml_sum_add(&one_by_one, 0.1);
			at_once = one_by_one;
			for (k = 0; k < i; k++)
				ml_sum_add(&one_by_one, values[k]);
			ml_sum_add_array(&at_once, values, (size_t) i);
			wrong += !same_bits(ml_sum_value(&at_once), ml_sum_value(&one_by_one));
		}
	}
	unit_ok(wrong == 0, "an array adds up as its values do, one by one");
	values[17] = INFINITY;
	unit_near(sum_of_array(values, 9000), INFINITY, 0, "infinity in an array stays");
	values[8999] = -INFINITY;
	unit_near(sum_of_array(values, 9000), NAN, 0, "infinities of both signs in an array give NaN");
}

/* Whole numbers below 2^62 in all, against 128-bit integers. */
static void
test_sum_integers(void)
{
	MlExactSum	sum;
	__int128	exact = 0;
	int			wrong = 0;
	int			i;

	ml_sum_begin(&sum);
	for (i = 0; i < 3000; i++)
	{
		double		value = floor(ldexp(noise(3, i), 30 + i % 60));

		ml_sum_add(&sum, value);
		exact += (__int128) value;
		wrong += ml_sum_value(&sum) != (double) exact;
	}
	unit_ok(wrong == 0, "3,000 running sums equal 128-bit integers");
}

static void
test_sum_special(void)
{
	MlExactSum	sum;
	MlExactSum	other;

	ml_sum_begin(&sum);
	unit_ok(same_bits(ml_sum_value(&sum), 0.0), "the sum of nothing is zero");
	ml_sum_add(&sum, -INFINITY);
	ml_sum_add(&sum, DBL_MAX);
	unit_near(ml_sum_value(&sum), -INFINITY, 0, "infinity stays");
	ml_sum_begin(&other);
	ml_sum_add(&other, INFINITY);
	ml_sum_merge(&sum, &other);
	unit_near(ml_sum_value(&sum), NAN, 0, "infinities of both signs give NaN");
	ml_sum_begin(&sum);
	ml_sum_add(&sum, NAN);
	ml_sum_add(&sum, 1);
	unit_near(ml_sum_value(&sum), NAN, 0, "NaN stays");
}

/* As if very many equal terms had been added: no limb may overflow. */
static void
test_sum_many(void)
{
	MlExactSum	sum;
	MlExactSum	copy;
	int			i;

	ml_sum_begin(&sum);
	ml_sum_add(&sum, -0x1.fffffffffffffp+900);
	for (i = 0; i < 60; i++)
	{
		copy = sum;
		ml_sum_merge(&sum, &copy);
	}
	unit_near(ml_sum_value(&sum) / -0x1.fffffffffffffp+960, 1, 0, "2^60 terms by merging");
	ml_sum_begin(&sum);
	ml_sum_add(&sum, 0x1.fffffffffffffp+31);
	copy = sum;
	sum.pending = (UINT32_C(1) << 29) - 1;
	ml_sum_add(&sum, 0x1.fffffffffffffp+31);
	unit_ok(sum.pending == 0 && ml_sum_value(&sum) == 0x1.fffffffffffffp+32, "carries are moved up in time");
}

/* ---- elementary functions ---- */

/* The largest error of f over a file of x, high, low, in units in the last place. */
static double
worst_ulp(const char *file, double (*f) (double), double *where)
{
	int			rows;
	int			columns;
	double	   *cells = unit_csv(file, &rows, &columns);
	double		worst = rows > 100 ? 0 : INFINITY;
	int			i;

	for (i = 0; i < rows; i++)
	{
		double	   *cell = cells + i * columns;
		double		error = fabs((f(cell[0]) - cell[1]) - cell[2]) / ulp(cell[1]);

		if (!(error <= worst))
		{
			worst = error;
			*where = cell[0];
		}
	}
	return worst;
}

static void
test_exp(void)
{
	double		where = 0;
	double		worst = worst_ulp("math_exp.csv", ml_exp, &where);

	unit_ok(worst < 1, "exp within 1 ulp (worst %.3f at %.17g)", worst, where);
	unit_near(ml_exp(0), 1, 0, "exp(0)");
	unit_near(ml_exp(-0.0), 1, 0, "exp(-0)");
	unit_near(ml_exp(709.782712893385), INFINITY, 0, "exp beyond the largest double");
	unit_near(ml_exp(-745.1332191019413), 0, 0, "exp below the smallest double");
	unit_ok(ml_exp(-745.1332191019411) == 0x1p-1074, "exp at the smallest double");
	unit_near(ml_exp(INFINITY), INFINITY, 0, "exp(inf)");
	unit_near(ml_exp(-INFINITY), 0, 0, "exp(-inf)");
	unit_near(ml_exp(NAN), NAN, 0, "exp(NaN)");
}

static void
test_log(void)
{
	double		where = 0;
	double		worst = worst_ulp("math_log.csv", ml_log, &where);

	unit_ok(worst < 1, "log within 1 ulp (worst %.3f at %.17g)", worst, where);
	worst = worst_ulp("math_log1p.csv", ml_log1p, &where);
	unit_ok(worst < 1, "log1p within 1 ulp (worst %.3f at %.17g)", worst, where);
	unit_ok(same_bits(ml_log(1), 0.0), "log(1)");
	unit_near(ml_log(0), -INFINITY, 0, "log(0)");
	unit_near(ml_log(-1), NAN, 0, "log(-1)");
	unit_near(ml_log(INFINITY), INFINITY, 0, "log(inf)");
	unit_near(ml_log(NAN), NAN, 0, "log(NaN)");
	unit_near(ml_log1p(-1), -INFINITY, 0, "log1p(-1)");
	unit_near(ml_log1p(-2), NAN, 0, "log1p(-2)");
	unit_near(ml_log1p(INFINITY), INFINITY, 0, "log1p(inf)");
	unit_near(ml_log1p(NAN), NAN, 0, "log1p(NaN)");
}

/* Frozen bits: they must not change with the compiler, the CPU or the library. */
static void
test_frozen_bits(void)
{
	uint64_t	hash = 0;
	uint64_t	bits;
	double		x;
	int			i;

	for (i = 0; i < 20000; i++)
	{
		x = ml_exp(700 * noise(4, i));
		memcpy(&bits, &x, sizeof(bits));
		hash = ml_hash_word(hash, bits);
		x = ml_log1p(x);
		memcpy(&bits, &x, sizeof(bits));
		hash = ml_hash_word(hash, bits);
		x = ml_log(ml_hash_uniform(ml_hash_word(5, i)) + 0x1p-60);
		memcpy(&bits, &x, sizeof(bits));
		hash = ml_hash_word(hash, bits);
	}
	unit_ok(hash == UINT64_C(0x8a1a0d2c7fef1355), "60,000 values of exp, log1p and log have their bits (0x%016llx)", (unsigned long long) hash);
}

/* The largest relative error of f over the first column against another one. */
static double
worst_relative(const char *file, int column, double (*f) (double))
{
	int			rows;
	int			columns;
	double	   *cells = unit_csv(file, &rows, &columns);
	double		worst = rows > 20 ? 0 : INFINITY;
	int			i;

	for (i = 0; i < rows; i++)
	{
		double		expected = cells[i * columns + column];
		double		error = fabs(f(cells[i * columns]) - expected);

		if (error > 0)
			worst = fmax(worst, error / fmax(fabs(expected), DBL_MIN));
	}
	return worst;
}

static void
test_logistic(void)
{
	unit_near(worst_relative("math_logistic.csv", 1, ml_sigmoid), 0, 1e-15, "sigmoid, relative error");
	unit_near(worst_relative("math_logistic.csv", 2, ml_softplus), 0, 1e-15, "softplus, relative error");
	unit_near(worst_relative("math_logit.csv", 1, ml_logit), 0, 1e-15, "logit, relative error");
	unit_ok(ml_sigmoid(-800) == 0 && ml_sigmoid(800) == 1, "sigmoid at the ends");
	unit_ok(ml_softplus(-800) == 0 && ml_softplus(800) == 800, "softplus at the ends");
	unit_near(ml_softplus(INFINITY), INFINITY, 0, "softplus(inf)");
	unit_near(ml_logit(0), -INFINITY, 0, "logit(0)");
	unit_near(ml_logit(1), INFINITY, 0, "logit(1)");
	unit_near(ml_logit(NAN), NAN, 0, "logit(NaN)");
	unit_near(ml_sigmoid(NAN), NAN, 0, "sigmoid(NaN)");
}

/* ---- distributions ---- */

static void
test_normal(void)
{
	unit_near(worst_relative("math_normal.csv", 1, ml_normal_cdf), 0, 1e-13, "normal distribution, relative error");
	unit_near(worst_relative("math_quantile.csv", 1, ml_normal_quantile), 0, 3e-15, "normal quantile, relative error");
	unit_near(ml_normal_quantile(0.975), 1.959963984540054, 1e-15, "the usual 1.96");
	unit_near(ml_normal_quantile(0), -INFINITY, 0, "quantile of 0");
	unit_near(ml_normal_quantile(1), INFINITY, 0, "quantile of 1");
	unit_near(ml_normal_quantile(1.1), NAN, 0, "quantile beyond 1");
	unit_near(ml_normal_quantile(NAN), NAN, 0, "quantile of NaN");
	/* 40/100 against 55/100, pooled */
	unit_near(2 * ml_normal_cdf(-2.123976976214), 0.033672068856, 1e-12, "test vector Z");
}

static void
test_beta(void)
{
	int			rows;
	int			columns;
	double	   *cells = unit_csv("math_beta.csv", &rows, &columns);
	double		worst = 0;
	int			i;

	for (i = 0; i < rows; i++)
	{
		const double *row = cells + i * columns;
		double		actual = row[1] == 0 ? ml_student_tails(row[0], row[2]) : ml_f_tail(row[0], row[1], row[2]);

		worst = fmax(worst, fabs(actual - row[3]) / row[3]);
	}
	unit_ok(rows == 72 && worst < 1e-11, "tails of t and F, relative error (worst %.2g)", worst);
	unit_ok(ml_student_tails(-2, 7) == ml_student_tails(2, 7), "t has two tails");
	unit_near(ml_student_tails(0, 7), 1, 0, "tails from 0");
	unit_near(ml_student_tails(INFINITY, 7), 0, 0, "tails from infinity");
	unit_near(ml_student_tails(1e100, 1) * 1e100, 0.636619772367581, 1e-12, "tails from far away");
	unit_near(ml_student_tails(1.5, 1e12), ml_student_tails(1.5, 1e8), 1e-8, "nearly normal");
	unit_near(ml_student_tails(1, 0), NAN, 0, "no degrees of freedom");
	unit_near(ml_student_tails(NAN, 3), NAN, 0, "tails of NaN");
	unit_near(ml_student_quantile(0.05, 1), 12.706204736174705, 1e-13, "quantile of t: tan(0.475 pi)");
	unit_near(ml_student_quantile(0.001, 2), 31.599054576443621, 1e-13, "2 degrees");
	unit_near(ml_student_quantile(0.05, 473), 1.9649919970066514, 1e-13, "473 degrees");
	unit_near(ml_student_quantile(0.001, 1e6), 3.290536461248722, 1e-13, "a million");
	unit_near(ml_student_quantile(1, 5), 0, 0, "the middle");
	unit_near(ml_student_quantile(0, 5), NAN, 0, "no probability");
	unit_near(ml_f_tail(0, 3, 4), 1, 0, "F from 0");
	unit_near(ml_f_tail(INFINITY, 3, 4), 0, 0, "F from infinity");
	unit_near(ml_f_tail(2, 3, 1e12), ml_f_tail(2, 3, 1e8), 1e-7, "F nearly chi-square");
	unit_near(ml_f_tail(2, 3, 0), NAN, 0, "F without degrees of freedom");
}

static void
test_chi_square(void)
{
	int			rows;
	int			columns;
	double	   *cells = unit_csv("math_chi_square.csv", &rows, &columns);
	double		worst = 0;
	int			i;

	for (i = 0; i < rows; i++)
	{
		double		expected = cells[i * columns + 2];
		double		actual = ml_chi_square_tail(cells[i * columns], cells[i * columns + 1]);

		worst = fmax(worst, fabs(actual - expected) / expected);
	}
	unit_ok(rows == 54 && worst < 1e-12, "chi-square tail, relative error (worst %.2g)", worst);
	unit_near(ml_chi_square_tail(28, 2) * 1e7, 8.3152871910, 1e-10, "test vector CHI, fit");
	unit_near(ml_chi_square_tail(35.0 / 3, 2), 0.002928299695, 1e-12, "test vector CHI, contingency");
	unit_near(ml_chi_square_tail(0, 5), 1, 0, "tail from 0");
	unit_near(ml_chi_square_tail(INFINITY, 5), 0, 0, "tail from infinity");
	unit_near(ml_chi_square_tail(1e9, 5), 0, 0, "tail from far away");
	unit_near(ml_chi_square_tail(1, 0), NAN, 0, "no degrees of freedom");
	unit_near(ml_chi_square_tail(NAN, 5), NAN, 0, "tail of NaN");
	unit_near(ml_chi_square_tail(1e6 + 2000, 1e6), ml_chi_square_tail(1e6 + 2001, 1e6 + 1), 1e-6,
			  "no step where the approximation begins");
}

static void
test_kolmogorov(void)
{
	int			rows;
	int			columns;
	double	   *cells = unit_csv("math_kolmogorov.csv", &rows, &columns);
	double		worst = 0;
	int			i;

	for (i = 0; i < rows; i++)
	{
		double	   *cell = cells + i * columns;
		double		error = fabs(ml_kolmogorov_tail(cell[0], cell[1], cell[2]) - cell[3]) / cell[3];

		error = fmax(error, fabs(ml_kolmogorov_tail(cell[0], cell[2], cell[1]) - cell[3]) / cell[3]);
		worst = fmax(worst, error);
	}
	unit_ok(rows == 37 && worst < 1e-12, "exact Kolmogorov-Smirnov, relative error (worst %.2g)", worst);
	unit_near(ml_kolmogorov_tail(0.2, 10, 10), 0.994457554829, 1e-12, "test vector KS1");
	unit_near(ml_kolmogorov_tail(0.5, 10, 8), 0.165958224782, 1e-12, "test vector KS2");
	unit_near(ml_kolmogorov_tail(0, 10, 8), 1, 0, "no difference");
	unit_near(ml_kolmogorov_tail(NAN, 10, 8), NAN, 0, "NaN");
	unit_near(ml_kolmogorov_tail(0.1, 0, 8), NAN, 0, "an empty sample");
	/* Kolmogorov's distribution itself: 1 - F(1) and 1 - F(1.3581) = 0.05 */
	unit_near(ml_kolmogorov_tail(1e-8, 2e16, 2e16), 0.26999967, 1e-5, "limit distribution at 1");
	unit_near(ml_kolmogorov_tail(1.358099e-8, 2e16, 2e16), 0.05, 1e-5, "limit distribution at 5 %%");
	unit_near(ml_kolmogorov_tail(0.5e-8, 2e16, 2e16), 0.9639452, 1e-5, "limit distribution at 0.5");
	unit_near(ml_kolmogorov_tail(0.05, 1001, 1000), ml_kolmogorov_tail(0.05, 1000, 1000), 0.01,
			  "little changes where the approximation begins");
	unit_ok(ml_kolmogorov_tail(0.2, 30.5, 40) > ml_kolmogorov_tail(0.3, 30.5, 40), "weights need not be whole");
}

/* ---- sorting ---- */

static int
compare_f64(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
test_sort_f64(int count)
{
	MlEnv	   *env = unit_env();
	double	   *values = ml_allocate(env, count, sizeof(double));
	double	   *sorted = ml_allocate(env, count, sizeof(double));
	uint32_t   *order = ml_allocate(env, count, sizeof(uint32_t));
	int			wrong = 0;
	int			unstable = 0;
	int			i;

	for (i = 0; i < count; i++)
		values[i] = i % 3 == 0 ? floor(5 * noise(6, i)) : ldexp(noise(6, i), (int) (1000 * noise(7, i)));
	if (count > 4)
	{
		values[1] = -0.0;
		values[2] = -INFINITY;
		values[3] = INFINITY;
	}
	memcpy(sorted, values, count * sizeof(double));
	qsort(sorted, count, sizeof(double), compare_f64);
	unit_ok(ml_order_f64(env, values, count, order) == ML_OK, "%d doubles are ordered", count);
	for (i = 0; i < count; i++)
	{
		wrong += values[order[i]] != sorted[i];
		unstable += i > 0 && values[order[i]] == values[order[i - 1]] && order[i] < order[i - 1];
	}
	unit_ok(wrong == 0 && unstable == 0, "ascending, ties by index");
	unit_ok(ml_sort_f64(env, values, count) == ML_OK, "%d doubles are sorted", count);
	for (wrong = 0, i = 0; i < count; i++)
		wrong += values[i] != sorted[i] || same_bits(values[i], -0.0);
	unit_ok(wrong == 0, "as qsort does, without negative zero");
}

static void
test_sort_u64(int count, uint64_t mask)
{
	MlEnv	   *env = unit_env();
	uint64_t   *values = ml_allocate(env, count, sizeof(uint64_t));
	uint32_t   *order = ml_allocate(env, count, sizeof(uint32_t));
	uint64_t	total = 0;
	int			wrong = 0;
	int			i;

	for (i = 0; i < count; i++)
	{
		values[i] = ml_hash_word(8, i) & mask;
		total += ml_mix64(values[i]);
	}
	unit_ok(ml_order_u64(env, values, count, order) == ML_OK, "%d whole numbers are ordered", count);
	for (i = 1; i < count; i++)
		wrong += values[order[i - 1]] > values[order[i]] ||
			(values[order[i - 1]] == values[order[i]] && order[i - 1] > order[i]);
	unit_ok(wrong == 0, "ascending, ties by index");
	unit_ok(ml_sort_u64(env, values, count) == ML_OK, "and sorted");
	for (i = 0; i < count; i++)
	{
		wrong += i > 0 && values[i - 1] > values[i];
		total -= ml_mix64(values[i]);
	}
	unit_ok(wrong == 0 && total == 0, "ascending, none lost");
}

static void
test_sort_failures(void)
{
	MlEnv	   *env = unit_env();
	double	   *values = ml_allocate(env, 1000, sizeof(double));
	uint32_t   *order = ml_allocate(env, 1000, sizeof(uint32_t));
	int			i;

	for (i = 0; i < 1000; i++)
		values[i] = noise(9, i);
	unit_stop_after(env, 3);
	unit_ok(ml_order_f64(env, values, 1000, order) == ML_INTERRUPTED, "ordering can be stopped");
	unit_ok(ml_sort_f64(env, values, 1000) == ML_INTERRUPTED, "sorting can be stopped");
	unit_ok(values[0] == noise(9, 0), "a stopped sort leaves the doubles alone");
	unit_stop_after(env, -1);
	unit_budget(env, 12000 + 8000 + 100);
	unit_ok(ml_sort_f64(env, values, 1000) == ML_OUT_OF_MEMORY, "sorting keeps to the budget");
	unit_ok(ml_order_f64(env, values, 1000, order) == ML_OUT_OF_MEMORY, "ordering keeps to the budget");
	unit_budget(env, SIZE_MAX);
	unit_ok(ml_order_f64(env, values, (size_t) UINT32_MAX + 1, order) == ML_LIMIT, "more values than indexes");
}

/* ---- QR ---- */

static int
count_threads(void)
{
	FILE	   *stream = fopen("/proc/self/status", "r");
	char		line[256];
	int			threads = 1;

	while (stream != NULL && fgets(line, sizeof(line), stream) != NULL)
		sscanf(line, "Threads: %d", &threads);
	if (stream != NULL)
		fclose(stream);
	return threads;
}

static double
row_value(int row, int column)
{
	return column == 0 ? 1 : noise(100 + column, row) * (1 + column % 5) + column % 3;
}

/* Folds `rows` rows into r, `block` at a time; the first failure. */
static MlStatus
fold(MlEnv *env, int n, int rows, int block, double *r)
{
	double	   *b = ml_allocate(env, (size_t) block * n, sizeof(double));
	double	   *work = ml_allocate(env, ml_qr_work_size(n), sizeof(double));
	MlStatus	status = ML_OK;
	int			start;

	for (start = 0; start < rows && status == ML_OK; start += block)
	{
		int			some = rows - start < block ? rows - start : block;
		int			i;
		int			j;

		for (j = 0; j < n; j++)
			for (i = 0; i < some; i++)
				b[j * some + i] = row_value(start + i, j);
		status = ml_qr_update(env, n, r, some, b, some, work);
	}
	return status;
}

/* Largest difference between r'r and X'X, relative to the column lengths. */
static double
gram_error(int n, int rows, const double *r)
{
	double		worst = 0;
	int			i;
	int			j;
	int			k;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
		{
			long double expected = 0;
			long double actual = 0;
			long double left = 0;
			long double right = 0;

			for (k = 0; k < rows; k++)
			{
				expected += (long double) row_value(k, i) * row_value(k, j);
				left += (long double) row_value(k, i) * row_value(k, i);
				right += (long double) row_value(k, j) * row_value(k, j);
			}
			for (k = 0; k <= j; k++)
				actual += (long double) r[i * n + k] * r[j * n + k];
			worst = fmax(worst, (double) (fabsl(actual - expected) / sqrtl(left * right)));
		}
	}
	return worst;
}

static void
test_qr_shape(int n, int rows, int block)
{
	MlEnv	   *env = unit_env();
	double	   *r = ml_allocate(env, (size_t) n * n, sizeof(double));
	int			below = 0;
	int			i;
	int			j;

	unit_ok(fold(env, n, rows, block, r) == ML_OK, "%d rows of %d columns folded by %d: %s",
			rows, n, block, env->error.message);
	unit_near(gram_error(n, rows, r), 0, 1e-12, "r'r equals X'X");
	for (j = 0; j < n; j++)
		for (i = j + 1; i < n; i++)
			below += r[j * n + i] != 0;
	unit_ok(below == 0, "below the diagonal nothing is touched");
}

static void
test_qr(void)
{
	MlEnv	   *env = unit_env();
	double		r[4] = {0};
	double		work[16];
	int			n;
	int			wrong = 0;

	test_qr_shape(1, 10, 4);
	test_qr_shape(5, 1000, 300);
	test_qr_shape(7, 3, 3);
	test_qr_shape(40, 2500, 2500);
	test_qr_shape(70, 200, 1);
	if (access("/proc/self/status", R_OK) == 0)
		unit_ok(count_threads() == 1, "loading LAPACK started no thread");
	unit_ok(ml_qr_update(env, 0, r, 5, r, 5, work) == ML_OK, "no columns: nothing to do");
	unit_ok(ml_qr_update(env, 2, r, 0, r, 0, work) == ML_OK, "no rows: nothing to do");
	unit_ok(ml_qr_update(env, 100000, r, 1, r, 1, work) == ML_LIMIT, "more columns than LAPACK can index");
	unit_ok(ml_qr_update(env, -1, r, 1, r, 1, work) == ML_LIMIT, "a negative number of columns");
	unit_ok(ml_qr_update(env, 2, r, INT_MAX, r, INT_MAX, work) == ML_LIMIT, "more rows than LAPACK can index");
	unit_ok(ml_qr_update(env, 2, r, 2, r, 1, work) == ML_LIMIT, "columns that overlap");
	for (n = 1; n < 5000; n += 7)
	{
		int			rows = ml_qr_block_rows(n);

		wrong += rows < 16 || rows > 1024 || (rows > 16 && 2.0 * rows * n * n > 2.5e8);
	}
	unit_ok(wrong == 0, "blocks are neither small nor slow");
	unit_stop_after(env, 0);
	unit_ok(ml_qr_update(env, 2, r, 1, work, 1, work + 2) == ML_INTERRUPTED, "factoring can be stopped");
}

/* Small blocks without LAPACK: the same R'R; numbers whose squares leave the range are refused untouched. */
static void
test_qr_fold(int n, int rows, int block)
{
	MlEnv	   *env = unit_env();
	double	   *triangle = ml_allocate(env, (size_t) n * (size_t) (n + 1) / 2, sizeof(double));
	double	   *r = ml_allocate(env, (size_t) n * (size_t) n, sizeof(double));
	double		b[64 * 40];
	int			padded = (block + ML_QR_LANES - 1) / ML_QR_LANES * ML_QR_LANES;
	int			start;
	int			i;
	int			j;

	for (start = 0; start < rows; start += block)
	{
		for (j = 0; j < n; j++)
			for (i = 0; i < padded; i++)
				b[j * padded + i] = i < block && start + i < rows ? row_value(start + i, j) : 0;
		if (!ml_qr_fold(n, triangle, padded, b))
			unit_ok(false, "refused");
	}
	for (j = 0; j < n; j++)
		memcpy(r + j * n, triangle + j * (j + 1) / 2, (size_t) (j + 1) * sizeof(double));
	unit_ok(gram_error(n, rows, r) < 1e-14, "%d columns, %d rows by %d: %.2g", n, rows, block, gram_error(n, rows, r));
	for (i = 0; i < 3; i++)
	{
		static const double unsafe[] = {1e200, 1e-200, NAN};

		b[0] = unsafe[i];
		unit_ok(!ml_qr_fold(n, triangle, padded, b) && (isnan(b[0]) || b[0] == unsafe[i]), "%g is refused", unsafe[i]);
	}
	b[0] = 0;
}

int
main(void)
{
	int			counts[] = {0, 1, 5, 48, 49, 1000, 30000};
	int			i;

	test_sum_cases();
	test_sum_permutations();
	test_sum_arrays();
	test_sum_integers();
	test_sum_special();
	test_sum_many();
	test_exp();
	test_log();
	test_frozen_bits();
	test_logistic();
	test_normal();
	test_beta();
	test_qr_fold(1, 50, 16);
	test_qr_fold(5, 700, 1);
	test_qr_fold(12, 700, 16);
	test_qr_fold(31, 20, 7);
	test_qr_fold(40, 700, 61);
	test_chi_square();
	test_kolmogorov();
	for (i = 0; i < 7; i++)
		test_sort_f64(counts[i]);
	test_sort_u64(20, UINT64_MAX);
	test_sort_u64(5000, UINT64_MAX);
	test_sort_u64(300000, UINT64_C(0xff00ff));
	test_sort_u64(5000, 0);
	test_sort_failures();
	test_qr();
	return unit_done();
}
