/*
 * algo/glm_data.c
 *		Targets and weights of a generalised linear model. See glm_data.h.
 */
#include "algo/glm_data.h"

#include <math.h>
#include <string.h>

#include "algo/class_weight.h"
#include "algo/glm.h"
#include "algo/glm_row.h"
#include "algo/passes.h"
#include "math/func.h"

#define ROWS_PER_CHECK 8192

static double
row_weight(const MlFitInput *input, uint32_t row)
{
	return input->weight != NULL ? input->weight[row] : 1.0;
}

/* The input with class weights as row weights, where there are any. */
static MlStatus
take_class_weights(MlEnv *env, const MlAlgorithm *algorithm, const MlFitInput *given, MlGlmData *data)
{
	MlFitInput *input = &data->input;
	double	   *weight;
	int64_t		i;

	*input = *given;
	if (given->task != ML_CLASSIFICATION)
		return ML_OK;
	ML_TRY(ml_class_weights(env, algorithm, given, ML_GLM_CLASS_WEIGHT, &data->class_weight));
	if (data->class_weight == NULL)
		return ML_OK;
	weight = ml_allocate(env, (size_t) given->frame->n_rows, sizeof(double));
	if (weight == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < given->n_rows; i++)
	{
		uint32_t	row = given->rows[i];

		weight[row] = row_weight(given, row) * data->class_weight[(int) given->y[row]];
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
	}
	input->weight = weight;
	return ML_OK;
}

static MlStatus
take_targets(MlEnv *env, const MlAlgorithm *algorithm, const MlGlmFamily *family, MlGlmData *data)
{
	const MlFitInput *input = &data->input;
	double		sum = 0.0;
	int64_t		i;

	if (input->n_rows < 1)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to fit on");
	data->class_total = ml_allocate(env, (size_t) input->n_classes + 1, sizeof(double));
	if (data->class_total == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < input->n_rows; i++)
	{
		double		y = input->y[input->rows[i]];
		double		weight = row_weight(input, input->rows[i]);
		const char *wanted = family != NULL ? family->refuses(y) : NULL;

		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(env));
		if (wanted != NULL)
			return ml_fail(env, ML_INVALID_DATA,
						   "algorithm \"%s\" needs target values %s, but column \"%.100s\" has %.15g",
						   algorithm->name, wanted, input->target, y);
		if (input->n_classes > 0)
			data->class_total[(int) y] += weight;
		sum += weight * y;
		data->total_weight += weight;
		data->saturated += weight * ml_glm_saturated_loss(family, y);
	}
	data->mean = sum / data->total_weight;
	if (isfinite(data->mean) && isfinite(data->saturated))
		return ML_OK;
	ml_fail(env, ML_INVALID_DATA, "the target or the weights are beyond double precision");
	ml_hint(env, "Scale down column \"%.100s\" or the weights.", input->target);
	return ML_INVALID_DATA;
}

/* Rows of one class only, or counts of 0 only, teach nothing. */
static MlStatus
check_variety(MlEnv *env, MlGlmData *data)
{
	int			present = 0;
	int			k;

	if (data->input.n_classes == 0)
		return data->mean > 0.0 ? ML_OK :
			ml_fail(env, ML_INVALID_DATA, "column \"%.100s\" is 0 in all rows to fit on", data->input.target);
	for (k = data->input.n_classes - 1; k >= 0; k--)
	{
		if (data->class_total[k] > 0.0)
		{
			present++;
			data->reference = k;
		}
		else if (data->input.n_classes > 2)
			ml_warn(env, "no row to fit on has class \"%.100s\", so it is almost never predicted",
					data->input.labels[k]);
	}
	return present > 1 ? ML_OK :
		ml_fail(env, ML_INVALID_DATA, "all rows to fit on have the same class");
}

/* What passes know of all rows. The loss of a model that hits every y is known later. */
static MlStatus
take_gathered(MlEnv *env, const MlAlgorithm *algorithm, const MlGlmFamily *family, MlGlmData *data)
{
	MlFitInput *input = &data->input;
	const MlPasses *passes = input->passes;
	const char *wanted = family != NULL ? family->refuses(passes->target_least) : NULL;

	if (family == NULL || data->class_weight != NULL)
	{
		ml_fail(env, ML_INVALID_OPTION, family == NULL ?
				"more than two classes cannot be learnt with the driver \"partials\"" :
				"parameter \"class_weight\" cannot be used with the driver \"partials\"");
		ml_hint(env, "Use the driver \"memory\".");
		return ML_INVALID_OPTION;
	}
	if (wanted != NULL)
		return ml_fail(env, ML_INVALID_DATA,
					   "algorithm \"%s\" needs target values %s, but column \"%.100s\" has %.15g",
					   algorithm->name, wanted, input->target, passes->target_least);
	data->class_total = ml_allocate(env, (size_t) input->n_classes + 1, sizeof(double));
	if (data->class_total == NULL)
		return ML_OUT_OF_MEMORY;
	input->n_rows = passes->n_rows;
	data->total_weight = passes->total_weight;
	data->mean = passes->target_mean;
	if (input->n_classes > 0)
	{
		data->class_total[1] = data->mean * data->total_weight;
		data->class_total[0] = data->total_weight - data->class_total[1];
	}
	return ML_OK;
}

MlStatus
ml_glm_data_take(MlEnv *env, const MlAlgorithm *algorithm, const MlGlmFamily *family,
				 const MlFitInput *given, MlGlmData *data)
{
	memset(data, 0, sizeof(*data));
	ML_TRY(take_class_weights(env, algorithm, given, data));
	if (given->passes != NULL)
		ML_TRY(take_gathered(env, algorithm, family, data));
	else
		ML_TRY(take_targets(env, algorithm, family, data));
	return check_variety(env, data);
}

void
ml_glm_data_release(MlEnv *env, const MlFitInput *given, MlGlmData *data)
{
	if (data->input.weight != given->weight)
		ml_release(env, (void *) data->input.weight);
	ml_release(env, data->class_weight);
	ml_release(env, data->class_total);
}
