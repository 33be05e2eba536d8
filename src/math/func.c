/*
 * math/func.c
 *		Distribution functions for tests and intervals.
 *
 * Normal: erfc from the C library; quantile by M. Wichura, "Algorithm AS 241:
 * The percentage points of the normal distribution", Applied Statistics 37,
 * 1988 (PPND16, about 1e-16). Chi-square: regularized incomplete gamma
 * function by its series left of the mode and Lentz' continued fraction right
 * of it, relative error below 1e-12 up to a million degrees of freedom.
 * Kolmogorov: lattice paths (J. Hodges 1958) or the limit distribution with
 * the correction of M. Stephens, JRSS B 32, 1970.
 * None of these is stored in a model, so libm is good enough here.
 */
#include "math/func.h"

#include <float.h>
#include <math.h>

#define PI 3.14159265358979323846
#define SQRT_HALF 0.70710678118654752440
#define LOG_2PI 1.83787706640934548356

#define GAMMA_STEPS 100000
#define MOST_EXACT_DF 1e6
#define STIRLING_FROM 10.0

#define PATHS_SIDE 1000			/* of the smaller sample */
#define PATHS_CELLS 1e6
#define KOLMOGOROV_TERMS 100

/* c[0] + c[1] x + ... + c[7] x^7 */
static double
polynomial7(const double *c, double x)
{
	double		sum = c[7];
	int			i;

	for (i = 6; i >= 0; i--)
		sum = sum * x + c[i];
	return sum;
}

double
ml_normal_cdf(double z)
{
	return 0.5 * erfc(-z * SQRT_HALF);
}

/* AS 241 for |p - 1/2| <= 0.425, given q = p - 1/2. */
static double
quantile_middle(double q)
{
	static const double top[8] = {
		3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
		1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
		3.3430575583588128105e4, 2.5090809287301226727e3
	};
	static const double bottom[8] = {
		1.0, 4.2313330701600911252e1, 6.8718700749205790830e2,
		5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4,
		2.8729085735721942674e4, 5.2264952788528545610e3
	};
	double		r = 0.180625 - q * q;

	return q * polynomial7(top, r) / polynomial7(bottom, r);
}

/* AS 241 for the tails, given r = sqrt(-log(smaller tail)); positive. */
static double
quantile_tail(double r)
{
	static const double near_top[8] = {
		1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
		3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
		2.27238449892691845833e-2, 7.74545014278341407640e-4
	};
	static const double near_bottom[8] = {
		1.0, 2.05319162663775882187e0, 1.67638483018380384940e0,
		6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
		5.47593808499534494600e-4, 1.05075007164441684324e-9
	};
	static const double far_top[8] = {
		6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
		2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
		2.71155556874348757815e-5, 2.01033439929228813265e-7
	};
	static const double far_bottom[8] = {
		1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
		1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
		1.42151175831644588870e-7, 2.04426310338993978564e-15
	};

	if (r <= 5.0)
		return polynomial7(near_top, r - 1.6) / polynomial7(near_bottom, r - 1.6);
	return polynomial7(far_top, r - 5.0) / polynomial7(far_bottom, r - 5.0);
}

double
ml_normal_quantile(double p)
{
	double		q = p - 0.5;

	if (isnan(p) || p < 0 || p > 1)
		return NAN;
	if (p == 0)
		return -INFINITY;
	if (p == 1)
		return INFINITY;
	if (fabs(q) <= 0.425)
		return quantile_middle(q);
	if (q < 0)
		return -quantile_tail(sqrt(-ml_log(p)));
	return quantile_tail(sqrt(-ml_log(1.0 - p)));
}

double
ml_log1p_minus(double t)
{
	double		s = t / (2.0 + t);
	double		z = s * s;
	double		power = s * z;
	double		sum = 0;
	int			i;

	if (fabs(t) > 0.1)
		return ml_log1p(t) - t;
	/* 2 atanh(s) - t = (2 s - t) + 2 s^3/3 + ..., and 2 s - t = -s t */
	for (i = 3; i < 25; i += 2)
	{
		sum += power / i;
		power *= z;
	}
	return 2.0 * sum - s * t;
}

/*
 * x^a e^-x / gamma(a + 1). For large a the direct form would lose as many
 * digits as its terms are large, so the mode is taken out by Stirling's
 * formula.
 */
static double
gamma_density(double a, double x)
{
	double		t;
	double		stirling;

	if (a < STIRLING_FROM)
		return ml_exp(a * ml_log(x) - x) / tgamma(a + 1.0);
	t = (x - a) / a;
	stirling = (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / (1188 * a * a))
										 / (a * a)) / (a * a)) / (a * a)) / a;
	return ml_exp(a * ml_log1p_minus(t) - 0.5 * (LOG_2PI + ml_log(a)) - stirling);
}

/* Lower tail P(a, x) by the power series, for x < a + 1. */
static double
gamma_series(double a, double x)
{
	double		term = 1.0;
	double		sum = 1.0;
	int			i;

	for (i = 1; i < GAMMA_STEPS && term > sum * DBL_EPSILON / 4; i++)
	{
		term *= x / (a + i);
		sum += term;
	}
	return sum * gamma_density(a, x);
}

/* Upper tail Q(a, x) by Lentz' method, for x >= a + 1. */
static double
gamma_fraction(double a, double x)
{
	double		b = x + 1.0 - a;
	double		c = 1.0 / DBL_MIN;
	double		d = 1.0 / b;
	double		h = d;
	int			i;

	for (i = 1; i < GAMMA_STEPS; i++)
	{
		double		numerator = -i * (i - a);
		double		change;

		b += 2.0;
		d = numerator * d + b;
		if (fabs(d) < DBL_MIN)
			d = DBL_MIN;
		c = b + numerator / c;
		if (fabs(c) < DBL_MIN)
			c = DBL_MIN;
		d = 1.0 / d;
		change = d * c;
		h *= change;
		if (fabs(change - 1.0) < DBL_EPSILON)
			break;
	}
	/* x^a e^-x / gamma(a) = a x^a e^-x / gamma(a + 1) */
	return h * a * gamma_density(a, x);
}

double
ml_chi_square_tail(double x, double df)
{
	double		a = df / 2;
	double		half = x / 2;

	if (isnan(x) || isnan(df) || df <= 0)
		return NAN;
	if (x <= 0)
		return 1.0;
	if (isinf(x))
		return 0.0;
	/* Beyond that the cube root is normal to 1e-7 (Wilson, Hilferty 1931). */
	if (df > MOST_EXACT_DF)
		return ml_normal_cdf((1.0 - 2.0 / (9.0 * df) - cbrt(x / df)) / sqrt(2.0 / (9.0 * df)));
	if (half < a + 1.0)
		return fmax(0.0, 1.0 - gamma_series(a, half));
	return gamma_fraction(a, half);
}

static double
greatest_common_divisor(double a, double b)
{
	while (b > 0)
	{
		double		rest = fmod(a, b);

		a = b;
		b = rest;
	}
	return a;
}

/*
 * The probability that a random lattice path from (0, 0) to (n, m) touches
 * |i/n - j/m| >= d, for whole n >= m. outside[j] is that of a path that
 * arrives in (i, j); summing what leaves, rather than what stays, keeps small
 * p-values exact to the last digits.
 */
static double
lattice_tail(double d, double n, double m)
{
	double		outside[PATHS_SIDE + 1];
	double		divisor = greatest_common_divisor(n, m);
	double		step_n = m / divisor;
	double		step_m = n / divisor;
	double		limit = floor(d * n * step_n + 0.5);
	int			i;
	int			j;

	if (limit <= 0)
		return 1.0;
	for (i = 0; i <= n; i++)
	{
		for (j = 0; j <= m; j++)
		{
			if (fabs(i * step_n - j * step_m) >= limit)
				outside[j] = 1.0;
			else if (i == 0)
				outside[j] = j == 0 ? 0.0 : outside[j - 1];
			else if (j > 0)
				outside[j] = (i * outside[j] + j * outside[j - 1]) / (i + j);
		}
	}
	return outside[(int) m];
}

/* Kolmogorov's limit distribution, by whichever series converges faster. */
static double
kolmogorov_limit_tail(double lambda)
{
	double		sum = 0;
	int			k;

	if (lambda <= 0)
		return 1.0;
	if (lambda < 1.18)
	{
		double		factor = PI * PI / (8 * lambda * lambda);

		for (k = 1; k < KOLMOGOROV_TERMS; k += 2)
			sum += ml_exp(-factor * k * k);
		return fmin(1.0, fmax(0.0, 1.0 - sqrt(2 * PI) / lambda * sum));
	}
	for (k = 1; k < KOLMOGOROV_TERMS; k++)
	{
		double		term = ml_exp(-2.0 * k * k * lambda * lambda);

		sum += k % 2 == 1 ? term : -term;
	}
	return fmin(1.0, 2.0 * sum);
}

double
ml_kolmogorov_tail(double d, double n, double m)
{
	double		large = fmax(n, m);
	double		small = fmin(n, m);
	double		root;

	if (isnan(d) || !(n > 0) || !(m > 0))
		return NAN;
	if (d <= 0)
		return 1.0;
	if (small <= PATHS_SIDE && large * small <= PATHS_CELLS &&
		floor(large) == large && floor(small) == small)
		return lattice_tail(d, large, small);
	root = sqrt(large / (large + small) * small);
	return kolmogorov_limit_tail((root + 0.12 + 0.11 / root) * d);
}
