/*
 * algo/poisson.c
 *		Poisson regression of counts, with logarithmic link.
 *
 * The target is 0 or more, whole or not; its mean is e^(b + x'w) and its
 * variance the mean. Predictions are means.
 * See glm.h for the fit.
 */
#include "algo/poisson.h"

#include "algo/effects.h"
#include "algo/glm.h"

static const MlParameter poisson_parameters[] = {
	ML_GLM_PARAMETERS(0.0)
};

static MlStatus
poisson_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	return ml_glm_fit(env, &ml_poisson, &ml_poisson_family, input, fitted);
}

const MlAlgorithm ml_poisson = {
	.name = "poisson",
	.title = "Poisson regression of counts, with logarithmic link",
	.tasks = 1U << ML_REGRESSION,
	.uses_validation = false,
	.takes_passes = true,
	.pins_inputs = true,
	.parameters = poisson_parameters,
	.n_parameters = sizeof(poisson_parameters) / sizeof(poisson_parameters[0]),
	.fit = poisson_fit,
	.predict = ml_effects_exponential,
	.encode = ml_effects_encode,
	.decode = ml_effects_decode,
	.explain = ml_effects_explain,
	.coefficients = ml_effects_ratios
};
