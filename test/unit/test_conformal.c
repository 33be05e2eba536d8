/*
 * test_conformal.c
 *		Intervals from residuals: ranks, and how often they hold the truth.
 */
#include <math.h>

#include "math/rng.h"
#include "stats/conformal.h"
#include "unit.h"

#define MOST 5000

static uint64_t random_state = 3;

static double
uniform(void)
{
	random_state++;
	return ml_hash_uniform(ml_mix64(random_state));
}

/* The r-th smallest of 1 .. n is r. */
static void
test_ranks(void)
{
	MlEnv	   *env = unit_env();
	static double actual[MOST];
	static double predicted[MOST];
	MlResiduals residuals;
	int			i;

	for (i = 0; i < 99; i++)
		actual[i] = i % 2 == 0 ? i + 1 : -i - 1;
	unit_ok(ml_residuals_keep(env, actual, predicted, 99, &residuals) == ML_OK && residuals.n == 99, "99 residuals");
	unit_near(ml_residuals_radius(&residuals, 0.9), 90, 0, "level 0.9");
	unit_near(ml_residuals_radius(&residuals, 0.901), 91, 0, "level 0.901");
	unit_near(ml_residuals_radius(&residuals, 0.99), 99, 0, "level 0.99");
	unit_ok(isinf(ml_residuals_radius(&residuals, 0.995)), "too few for 0.995");
	unit_near(ml_residuals_needed(0.99), 99, 0, "99 rows are needed for 0.99");
	unit_near(ml_residuals_needed(0.9), 9, 0, "9 for 0.9");
	unit_near(ml_residuals_radius(&residuals, 1e-9), 1, 0, "a level next to 0");
	for (i = 0; i < MOST; i++)
		actual[i] = i + 1;
	unit_ok(ml_residuals_keep(env, actual, predicted, MOST, &residuals) == ML_OK && residuals.n == ML_MAX_RESIDUALS,
			"of %d residuals %d are kept", MOST, ML_MAX_RESIDUALS);
	for (i = 1; i < 200; i++)
	{
		double		radius = ml_residuals_radius(&residuals, i / 200.0);
		double		rank = ceil((MOST + 1) * (i / 200.0) - 1e-9);

		unit_ok(radius >= rank && radius < rank + 5, "level %g: %g for rank %g", i / 200.0, radius, rank);
	}
	actual[0] = INFINITY;
	actual[1] = NAN;
	unit_ok(ml_residuals_keep(env, actual, predicted, 12, &residuals) == ML_OK && residuals.n_rows == 10,
			"what is not finite is left out");
	unit_ok(ml_residuals_keep(env, actual, predicted, 0, &residuals) == ML_OK && residuals.n_rows == 0 &&
			isinf(ml_residuals_radius(&residuals, 0.5)), "no rows");
}

/* New rows are inside as often as promised, and not much more often. */
static void
test_coverage(double level)
{
	MlEnv	   *env = unit_env();
	double		actual[200];
	double		predicted[200];
	int			inside = 0;
	int			round;
	int			i;

	for (round = 0; round < 5000; round++)
	{
		MlResiduals residuals;

		for (i = 0; i < 200; i++)
		{
			double		u = uniform();

			predicted[i] = uniform();
			actual[i] = predicted[i] + u * u * u - 0.3;
		}
		if (ml_residuals_keep(env, actual, predicted, 199, &residuals) != ML_OK)
			unit_ok(false, "residuals are kept");
		inside += fabs(actual[199] - predicted[199]) <= ml_residuals_radius(&residuals, level);
		ml_release(env, (void *) residuals.size);
	}
	/* four standard errors of 5000 draws */
	unit_near(inside / 5000.0, level, 4 * sqrt(level * (1 - level) / 5000) + 1.0 / 200, "level %g", level);
}

int
main(void)
{
	test_ranks();
	test_coverage(0.5);
	test_coverage(0.9);
	test_coverage(0.99);
	return unit_done();
}
