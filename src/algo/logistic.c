/*
 * algo/logistic.c
 *		Logistic regression for two and more classes.
 *
 * Two classes are a binomial model of the second one, more are multinomial
 * (softmax): a row of coefficients for each. See glm.h for the fit.
 *
 * The penalty is that of scikit-learn and liblinear, l2 = 1 / C.
 */
#include "algo/logistic.h"

#include "algo/class_weight.h"
#include "algo/effects.h"
#include "algo/glm.h"

static const MlParameter logistic_parameters[] = {
	ML_GLM_PARAMETERS(1.0),
	ML_CLASS_WEIGHT_PARAMETER
};

static MlStatus
logistic_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	return ml_glm_fit(env, &ml_logistic, input->n_classes > 2 ? NULL : &ml_binomial_family, input,
					  fitted);
}

const MlAlgorithm ml_logistic = {
	.name = "logistic",
	.title = "logistic regression for two or more classes, with ridge and lasso penalties",
	.tasks = 1U << ML_CLASSIFICATION,
	.max_classes = ML_MAX_CLASSES,
	.uses_validation = false,
	.takes_passes = true,
	.pins_inputs = true,
	.parameters = logistic_parameters,
	.n_parameters = sizeof(logistic_parameters) / sizeof(logistic_parameters[0]),
	.fit = logistic_fit,
	.predict = ml_effects_probability,
	.encode = ml_effects_encode,
	.decode = ml_effects_decode,
	.explain = ml_effects_explain,
	.coefficients = ml_effects_ratios
};
