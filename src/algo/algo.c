/*
 * algo/algo.c
 *		The table of all algorithms, and options to parameters.
 */
#include "algo/algo.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/forest.h"
#include "algo/gbt.h"
#include "algo/linear.h"
#include "algo/logistic.h"

/* From this many rows on "auto" is boosted trees. */
#define AUTO_TREES_FROM 500

const MlAlgorithm *const ml_algorithms[] = {
	&ml_linear,
	&ml_logistic,
	&ml_gbt,
	&ml_decision_tree,
	&ml_random_forest
};

const int	ml_n_algorithms = sizeof(ml_algorithms) / sizeof(ml_algorithms[0]);

const MlAlgorithm *
ml_algorithm_find(const char *name)
{
	int			i;

	for (i = 0; i < ml_n_algorithms; i++)
	{
		if (strcmp(ml_algorithms[i]->name, name) == 0)
			return ml_algorithms[i];
	}
	return NULL;
}

/* A comma-separated list that grows in a fixed buffer; what is too long is cut. */
typedef struct List
{
	char		text[ML_ERROR_TEXT];
	size_t		length;
} List;

static void
list_add(List *list, const char *word)
{
	const char *separator = list->length > 0 ? ", " : "";

	if (list->length + strlen(separator) + strlen(word) < sizeof(list->text))
		list->length += (size_t) snprintf(list->text + list->length, sizeof(list->text) - list->length,
										  "%s%s", separator, word);
}

static bool
does_task(const MlAlgorithm *algorithm, MlTask task)
{
	return (algorithm->tasks & (1U << task)) != 0;
}

static void
hint_algorithms(MlEnv *env, MlTask task)
{
	List		list;
	int			i;

	memset(&list, 0, sizeof(list));
	list_add(&list, "auto");
	for (i = 0; i < ml_n_algorithms; i++)
	{
		if (does_task(ml_algorithms[i], task))
			list_add(&list, ml_algorithms[i]->name);
	}
	ml_hint(env, "Algorithms for %s are: %s.", ml_task_name(task), list.text);
}

MlStatus
ml_algorithm_choose(MlEnv *env, const char *name, MlTask task, int64_t rows,
					const MlAlgorithm **algorithm)
{
	if (strcmp(name, "auto") == 0)
	{
		if (rows >= AUTO_TREES_FROM)
			*algorithm = &ml_gbt;
		else
			*algorithm = task == ML_REGRESSION ? &ml_linear : &ml_logistic;
		return ML_OK;
	}
	*algorithm = ml_algorithm_find(name);
	if (*algorithm == NULL)
		ml_fail(env, ML_INVALID_OPTION, "there is no algorithm \"%s\"", name);
	else if (!does_task(*algorithm, task))
		ml_fail(env, ML_INVALID_OPTION, "algorithm \"%s\" does not do %s", name, ml_task_name(task));
	else
		return ML_OK;
	hint_algorithms(env, task);
	return ML_INVALID_OPTION;
}

/* True when `word` is one of the comma-separated words of a list. */
static bool
has_word(const char *words, const char *word)
{
	size_t		length = strlen(word);

	while (*words != '\0')
	{
		size_t		span = strcspn(words, ",");

		if (span == length && memcmp(words, word, length) == 0)
			return true;
		words += span;
		if (*words == ',')
			words++;
	}
	return false;
}

int
ml_parameter_find(const MlAlgorithm *algorithm, const char *name)
{
	int			i;

	for (i = 0; i < algorithm->n_parameters; i++)
	{
		if (strcmp(algorithm->parameters[i].name, name) == 0 ||
			has_word(algorithm->parameters[i].aliases, name))
			return i;
	}
	return -1;
}

int
ml_parameter_index(const MlAlgorithm *algorithm, const char *name)
{
	int			i = 0;

	while (strcmp(algorithm->parameters[i].name, name) != 0)
		i++;
	return i;
}

static MlStatus
fail_unknown(MlEnv *env, const MlAlgorithm *algorithm, const char *name)
{
	List		list;
	int			i;

	memset(&list, 0, sizeof(list));
	for (i = 0; i < algorithm->n_parameters; i++)
		list_add(&list, algorithm->parameters[i].name);
	ml_fail(env, ML_INVALID_OPTION, "algorithm \"%s\" has no parameter \"%s\"", algorithm->name, name);
	ml_hint(env, "Parameters of %s are: %s.", algorithm->name, list.text);
	return ML_INVALID_OPTION;
}

static MlStatus
check_value(MlEnv *env, const MlParameter *parameter, const MlOption *option)
{
	if (parameter->integer && isfinite(option->value) && option->value != floor(option->value))
		return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" must be a whole number, not %.15g",
					   option->name, option->value);
	/* Written so that NaN fails. */
	if (!(option->value >= parameter->minimum && option->value <= parameter->maximum))
		return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" must be between %.15g and %.15g, not %.15g",
					   option->name, parameter->minimum, parameter->maximum, option->value);
	return ML_OK;
}

MlStatus
ml_parameters_resolve(MlEnv *env, const MlAlgorithm *algorithm, const MlOption *options,
					  int n_options, double *values)
{
	const char *given[ML_MAX_PARAMETERS] = {NULL};
	int			i;

	for (i = 0; i < algorithm->n_parameters; i++)
		values[i] = algorithm->parameters[i].initial;
	for (i = 0; i < n_options; i++)
	{
		int			found = ml_parameter_find(algorithm, options[i].name);
		const MlParameter *parameter;

		if (found < 0)
			return fail_unknown(env, algorithm, options[i].name);
		parameter = &algorithm->parameters[found];
		if (given[found] != NULL)
		{
			ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" is given twice", parameter->name);
			ml_detail(env, "It is given as \"%s\" and as \"%s\".", given[found], options[i].name);
			return ML_INVALID_OPTION;
		}
		given[found] = options[i].name;
		ML_TRY(check_value(env, parameter, &options[i]));
		values[found] = options[i].value;
	}
	return ML_OK;
}
