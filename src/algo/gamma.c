/*
 * algo/gamma.c
 *		Gamma regression of positive values, with logarithmic link.
 *
 * The target is above 0; its mean is e^(b + x'w) and its standard deviation a
 * fixed share of the mean. Predictions are means.
 * See glm.h for the fit.
 */
#include "algo/gamma.h"

#include "algo/effects.h"
#include "algo/glm.h"

static const MlParameter gamma_parameters[] = {
	ML_GLM_PARAMETERS(0.0)
};

static MlStatus
gamma_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	return ml_glm_fit(env, &ml_gamma, &ml_gamma_family, input, fitted);
}

const MlAlgorithm ml_gamma = {
	.name = "gamma",
	.title = "gamma regression of positive values, with logarithmic link",
	.tasks = 1U << ML_REGRESSION,
	.uses_validation = false,
	.takes_passes = true,
	.pins_inputs = true,
	.parameters = gamma_parameters,
	.n_parameters = sizeof(gamma_parameters) / sizeof(gamma_parameters[0]),
	.fit = gamma_fit,
	.predict = ml_effects_exponential,
	.encode = ml_effects_encode,
	.decode = ml_effects_decode,
	.explain = ml_effects_explain,
	.coefficients = ml_effects_ratios
};
