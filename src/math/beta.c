/*
 * math/beta.c
 *		Student's t and F: the regularized incomplete beta function.
 *
 * Continued fraction by Lentz' method on the side where it converges fast
 * (Press et al., Numerical Recipes, 3rd ed., 6.4). The factor before it is a
 * binomial density by the saddle-point expansion of C. Loader, "Fast and
 * accurate computation of binomial probabilities", 2000, so that many degrees
 * of freedom cost no digits.
 */
#include "math/func.h"

#include <float.h>
#include <math.h>

#define TWO_PI 6.28318530717958647693
#define LOG_ROOT_TWO_PI 0.91893853320467274178

#define FRACTION_STEPS 100000
#define STIRLING_FROM 16.0

/* Beyond that t is normal, and F a chi-square, to ten digits. */
#define MOST_EXACT_DF 1e8

/* log(gamma(z + 1)) less Stirling's formula for it */
static double
stirling_error(double z)
{
	double		square = z * z;

	if (z < STIRLING_FROM)
		return lgamma(z + 1.0) - (z + 0.5) * log(z) + z - LOG_ROOT_TWO_PI;
	return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / (1188 * square)) / square) / square)
			/ square) / z;
}

/* x log(x / mean) + mean - x */
static double
deviance(double x, double mean)
{
	double		ratio = mean / x;

	return ratio < 0.5 ? mean - x - x * log(ratio) : -x * ml_log1p_minus(ratio - 1.0);
}

/* x^a (1 - x)^b / beta(a, b), with y = 1 - x */
static double
beta_factor(double a, double b, double x, double y)
{
	double		n = a + b;
	double		exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) -
		deviance(a, n * x) - deviance(b, n * y);

	return a * b / n * exp(exponent) * sqrt(n / (TWO_PI * a * b));
}

static double
beta_fraction(double a, double b, double x)
{
	double		c = 1.0;
	double		d = 1.0 - (a + b) * x / (a + 1.0);
	double		h;
	int			i;

	d = 1.0 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
	h = d;
	for (i = 1; i < FRACTION_STEPS; i++)
	{
		double		change = 1.0;
		int			half;

		for (half = 0; half < 2; half++)
		{
			double		numerator = half == 0 ?
				i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i)) :
				-(a + i) * (a + b + i) * x / ((a + 2 * i) * (a + 2 * i + 1));

			d = 1.0 + numerator * d;
			d = 1.0 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
			c = 1.0 + numerator / c;
			if (fabs(c) < DBL_MIN)
				c = DBL_MIN;
			change = d * c;
			h *= change;
		}
		if (fabs(change - 1.0) < DBL_EPSILON)
			break;
	}
	return h;
}

/* I_x(a, b), with y = 1 - x */
static double
beta_lower(double a, double b, double x, double y)
{
	if (x <= 0.0)
		return 0.0;
	if (y <= 0.0)
		return 1.0;
	if (x < (a + 1.0) / (a + b + 2.0))
		return beta_factor(a, b, x, y) * beta_fraction(a, b, x) / a;
	return 1.0 - beta_factor(b, a, y, x) * beta_fraction(b, a, y) / b;
}

double
ml_student_tails(double t, double df)
{
	double		square = t * t;

	if (isnan(t) || !(df > 0))
		return NAN;
	if (df > MOST_EXACT_DF)
		return 2.0 * ml_normal_cdf(-fabs(t));
	if (isinf(square))
		return 0.0;
	return beta_lower(df / 2, 0.5, df / (df + square), square / (df + square));
}

double
ml_f_tail(double f, double df1, double df2)
{
	double		product = df1 * f;

	if (isnan(f) || !(df1 > 0) || !(df2 > 0))
		return NAN;
	if (f <= 0.0)
		return 1.0;
	if (isinf(product))
		return 0.0;
	if (df2 > MOST_EXACT_DF)
		return ml_chi_square_tail(product, df1);
	return beta_lower(df2 / 2, df1 / 2, df2 / (df2 + product), product / (df2 + product));
}
