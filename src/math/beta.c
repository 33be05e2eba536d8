/*
 * math/beta.c
 *		Student's t and F: the regularized incomplete beta function.
 *
 * I_x(a, b) by the continued fraction of A. DiDonato and A. Morris ("Algorithm
 * 708", ACM TOMS 18, 1992), evaluated by Lentz' method, on the side where it
 * converges fast; small tails keep their digits. The factor in front is a
 * binomial density by the saddle point (C. Loader, "Fast and accurate
 * computation of binomial probabilities", 2000), so that large a and b do no
 * harm. Beyond MOST_EXACT_DF a t is normal to the last digits.
 */
#include "math/func.h"

#include <float.h>
#include <math.h>

#define PI 3.14159265358979323846
#define MOST_STEPS 100000
#define MOST_EXACT_DF 1e9

/* From here on the series of stirling_rest() has all digits. */
#define SERIES_FROM 16.0

/* log gamma(z + 1) less Stirling's formula (z + 1/2) log z - z + log sqrt(2 pi), for z > 0 */
static double
stirling_rest(double z)
{
	double		rest = 0.0;
	double		square;

	for (; z < SERIES_FROM; z += 1.0)
		rest += (z + 0.5) * ml_log1p(1.0 / z) - 1.0;
	square = z * z;
	return rest + (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / (1188 * square))
											/ square) / square) / square) / z;
}

/*
 * x log(x / mean) + mean - x, without cancellation where both are near;
 * their difference x - mean is given, since it has more digits than they.
 */
static double
deviance(double x, double mean, double difference)
{
	double		v = difference / (x + mean);
	double		term = 2.0 * x * v;
	double		sum = difference * v;
	int			i;

	if (fabs(difference) > 0.1 * (x + mean))
		return x * ml_log(x / mean) + mean - x;
	for (i = 1; i < 1000; i++)
	{
		double		before = sum;

		term *= v * v;
		sum += term / (2 * i + 1);
		if (sum == before)
			break;
	}
	return sum;
}

/* x^a y^b / B(a, b) for y = 1 - x */
static double
beta_factor(double a, double b, double x, double y)
{
	double		n = a + b;
	double		rest = stirling_rest(n) - stirling_rest(a) - stirling_rest(b);
	double		difference = a * y - b * x; /* a - n x */

	/* the binomial density of a among n, times a b / n */
	return ml_exp(rest - deviance(a, n * x, difference) - deviance(b, n * y, -difference)) *
		sqrt(a * b / (2 * PI * n));
}

static double
away_from_zero(double value)
{
	return fabs(value) < DBL_MIN ? DBL_MIN : value;
}

/*
 * What divides the factor; a y - b x = a - (a + b) x keeps its digits where x
 * is next to 1.
 */
static double
beta_fraction(double a, double b, double x, double y)
{
	double		h = away_from_zero(a * (a * y - b * x + 1) / (a + 1));
	double		c = h;
	double		d = 0.0;
	int			m;

	for (m = 1; m < MOST_STEPS; m++)
	{
		double		middle = a + 2 * m - 1;
		double		numerator = (a + m - 1) / middle * ((a + b + m - 1) / middle) * m * (b - m) * x * x;
		double		denominator = m + m * (b - m) * x / middle +
			(a + m) * (a * y - b * x + 1 + m * (1 + y)) / (a + 2 * m + 1);
		double		change;

		d = 1.0 / away_from_zero(denominator + numerator * d);
		c = away_from_zero(denominator + numerator / c);
		change = c * d;
		h *= change;
		if (fabs(change - 1.0) < DBL_EPSILON)
			break;
	}
	return h;
}

/* The share of a beta distribution below x, given y = 1 - x without rounding. */
static double
incomplete_beta(double a, double b, double x, double y)
{
	if (isnan(x) || isnan(y) || !(a > 0) || !(b > 0))
		return NAN;
	if (x <= 0)
		return 0.0;
	if (y <= 0)
		return 1.0;
	if (x < (a + 1) / (a + b + 2))
		return beta_factor(a, b, x, y) / beta_fraction(a, b, x, y);
	return 1.0 - beta_factor(b, a, y, x) / beta_fraction(b, a, y, x);
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
	return incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square));
}

/* The density at t, from the factor of the beta distribution. */
static double
student_density(double t, double df)
{
	double		square = t * t;

	return beta_factor(df / 2, 0.5, df / (df + square), square / (df + square)) / t;
}

double
ml_student_quantile(double tails, double df)
{
	double		low = 0.0;
	double		high = 1.0;
	double		t;
	int			i;

	if (!(tails > 0 && tails <= 1) || !(df > 0))
		return NAN;
	if (tails == 1)
		return 0.0;
	while (ml_student_tails(high, df) > tails && high < DBL_MAX / 4)
		high *= 2;
	t = high / 2;
	/* Newton's steps, halving where they leave the interval */
	for (i = 0; i < 200; i++)
	{
		double		rest = ml_student_tails(t, df) - tails;
		double		next = t + rest / (2 * student_density(t, df));

		if (rest > 0)
			low = t;
		else
			high = t;
		if (!(next > low && next < high))
			next = low + (high - low) / 2;
		if (fabs(next - t) <= 2 * DBL_EPSILON * t)
			return next;
		t = next;
	}
	return t;
}

double
ml_f_tail(double f, double df1, double df2)
{
	double		part = df1 * f;

	if (isnan(f) || !(df1 > 0) || !(df2 > 0))
		return NAN;
	if (f <= 0)
		return 1.0;
	if (isinf(part))
		return 0.0;
	if (df2 > MOST_EXACT_DF)
		return ml_chi_square_tail(part, df1);
	return incomplete_beta(df2 / 2, df1 / 2, df2 / (df2 + part), part / (df2 + part));
}
