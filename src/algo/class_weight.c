/*
 * algo/class_weight.c
 *		Weights of classes. See class_weight.h.
 */
#include <string.h>

#include "algo/class_weight.h"
#include "math/sum.h"
#include "prep/target_parts.h"

#define BLOCK_ROWS 16384

static MlStatus take_given(MlEnv *env, const MlFitInput *input, const MlOption *option,
						   double *weights);
static MlStatus fail_class(MlEnv *env, const MlFitInput *input, const char *option,
						   const char *name);
static MlStatus balance(MlEnv *env, const MlFitInput *input, double *weights);

MlStatus
ml_class_weights(MlEnv *env, const MlAlgorithm *algorithm, const MlFitInput *input,
				 int parameter, double **weights)
{
	const MlOption *option = ml_parameter_given(algorithm, input->options, input->n_options,
												parameter);
	int			k;

	*weights = NULL;
	if (option == NULL)
		return ML_OK;
	if (input->task != ML_CLASSIFICATION)
		return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" is for classification", option->name);
	*weights = ml_allocate(env, (size_t) input->n_classes, sizeof(double));
	if (*weights == NULL)
		return ML_OUT_OF_MEMORY;
	for (k = 0; k < input->n_classes; k++)
		(*weights)[k] = 1;
	if (option->members != NULL)
		ML_TRY(take_given(env, input, option, *weights));
	else
		ML_TRY(balance(env, input, *weights));
	ml_warn(env, "the rows of the classes were weighted while learning; probabilities were shifted "
			"back to the shares of the classes in the data");
	return ML_OK;
}

static MlStatus
take_given(MlEnv *env, const MlFitInput *input, const MlOption *option, double *weights)
{
	int			i;

	for (i = 0; i < option->n_members; i++)
	{
		int			k = 0;

		while (k < input->n_classes && strcmp(input->labels[k], option->members[i].name) != 0)
			k++;
		if (k == input->n_classes)
			return fail_class(env, input, option->name, option->members[i].name);
		weights[k] = option->members[i].value;
	}
	return ML_OK;
}

static MlStatus
fail_class(MlEnv *env, const MlFitInput *input, const char *option, const char *name)
{
	char		classes[ML_ERROR_TEXT / 2] = "";
	int			k;

	ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" names \"%.*s\", which is no class of column \"%.*s\"",
			option, ML_CUT(name, 100), ML_CUT(input->target, 100));
	for (k = 0; k < input->n_classes && k < ML_MAX_LISTED; k++)
		ml_list_label(classes, sizeof(classes), input->labels[k], strlen(input->labels[k]));
	ml_hint(env, "Its classes are: %s%s.", classes, input->n_classes > ML_MAX_LISTED ? ", ..." : "");
	return ML_INVALID_OPTION;
}

static MlStatus
balance(MlEnv *env, const MlFitInput *input, double *weights)
{
	MlExactSum *sums = ml_allocate(env, (size_t) input->n_classes, sizeof(MlExactSum));
	MlExactSum	all;
	int64_t		i;
	int			k;

	if (sums == NULL)
		return ML_OUT_OF_MEMORY;
	ml_sum_begin(&all);
	for (k = 0; k < input->n_classes; k++)
		ml_sum_begin(&sums[k]);
	for (i = 0; i < input->n_rows; i++)
	{
		uint32_t	row = input->rows[i];

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		ml_sum_add(&sums[(int) input->y[row]], input->weight == NULL ? 1 : input->weight[row]);
	}
	for (k = 0; k < input->n_classes; k++)
		ml_sum_merge(&all, &sums[k]);
	for (k = 0; k < input->n_classes; k++)
	{
		double		rows = ml_sum_value(&sums[k]);

		if (rows > 0)
			weights[k] = ml_sum_value(&all) / input->n_classes / rows;
	}
	ml_release(env, sums);
	return ML_OK;
}
