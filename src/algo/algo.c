/*
 * algo/algo.c
 *		The table of all algorithms, and options to parameters.
 */
#include "algo/algo.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/forest.h"
#include "algo/gamma.h"
#include "algo/gbt.h"
#include "algo/isolation_forest.h"
#include "algo/kmeans.h"
#include "algo/linear.h"
#include "algo/logistic.h"
#include "algo/naive_bayes.h"
#include "algo/pca.h"
#include "algo/poisson.h"

/* From this many rows on "auto" is boosted trees. */
#define AUTO_TREES_FROM 500

const MlAlgorithm *const ml_algorithms[] = {
	&ml_linear,
	&ml_logistic,
	&ml_poisson,
	&ml_gamma,
	&ml_gbt,
	&ml_decision_tree,
	&ml_random_forest,
	&ml_naive_bayes,
	&ml_isolation_forest,
	&ml_kmeans,
	&ml_pca
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
hint_algorithms(MlEnv *env, MlTask task, int n_classes)
{
	List		list;
	char		classes[40] = "";
	int			i;

	memset(&list, 0, sizeof(list));
	list_add(&list, "auto");
	for (i = 0; i < ml_n_algorithms; i++)
	{
		if (does_task(ml_algorithms[i], task) &&
			(task != ML_CLASSIFICATION || ml_algorithms[i]->max_classes >= n_classes))
			list_add(&list, ml_algorithms[i]->name);
	}
	if (n_classes > 2)
		snprintf(classes, sizeof(classes), " with %d classes", n_classes);
	ml_hint(env, "Algorithms for %s%s are: %s.", ml_task_name(task), classes, list.text);
}

MlStatus
ml_algorithm_choose(MlEnv *env, const char *name, MlTask task, int n_classes, int64_t rows,
					const MlAlgorithm **algorithm)
{
	if (strcmp(name, "auto") == 0)
	{
		if (task == ML_ANOMALY)
			*algorithm = &ml_isolation_forest;
		else if (task == ML_CLUSTERING)
			*algorithm = &ml_kmeans;
		else if (task == ML_DECOMPOSITION)
			*algorithm = &ml_pca;
		else if (rows >= AUTO_TREES_FROM)
			*algorithm = &ml_gbt;
		else if (n_classes > 2)
			*algorithm = &ml_random_forest;
		else
			*algorithm = task == ML_REGRESSION ? &ml_linear : &ml_logistic;
		return ML_OK;
	}
	*algorithm = ml_algorithm_find(name);
	if (*algorithm == NULL)
		ml_fail(env, ML_INVALID_OPTION, "there is no algorithm \"%s\"", name);
	else if (!does_task(*algorithm, task))
		ml_fail(env, ML_INVALID_OPTION, "algorithm \"%s\" does not do %s", name, ml_task_name(task));
	else if (task == ML_CLASSIFICATION && (*algorithm)->max_classes < n_classes)
		ml_fail(env, ML_INVALID_OPTION, "algorithm \"%s\" is for %d classes, but the target has %d", name,
				(*algorithm)->max_classes, n_classes);
	else
		return ML_OK;
	hint_algorithms(env, task, n_classes);
	return ML_INVALID_OPTION;
}

MlYardstick
ml_yardstick(const MlAlgorithm *algorithm, MlTask task, const double *parameters)
{
	static const char *const metrics[] = {
		[ML_REGRESSION] = "rmse",
		[ML_CLASSIFICATION] = "log_loss",
		[ML_ANOMALY] = "roc_auc",
		[ML_CLUSTERING] = "silhouette",
		[ML_DECOMPOSITION] = "explained_variance"
	};
	MlYardstick yardstick = {.metric = metrics[task],.quantile = NAN};

	if (task == ML_REGRESSION && algorithm->judged_by != NULL)
		algorithm->judged_by(parameters, &yardstick);
	return yardstick;
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

const char *
ml_parameter_type(const MlParameter *parameter)
{
	switch (parameter->kind)
	{
		case ML_PARAM_NUMBER:
			return "number";
		case ML_PARAM_INTEGER:
			return "integer";
		case ML_PARAM_CHOICE:
			return "choice";
		case ML_PARAM_COLUMN_MAP:
			return "columns";
		case ML_PARAM_CLASS_MAP:
			return "classes";
		case ML_PARAM_COLUMN:
			return "column";
	}
	return "";
}

const char *
ml_choice_name(const MlParameter *parameter, int choice, char *name)
{
	const char *at = parameter->choices;

	while (choice-- > 0)
		at += strcspn(at, ",") + 1;
	snprintf(name, ML_CHOICE_NAME, "%.*s", (int) strcspn(at, ",="), at);
	return name;
}

void
ml_choice_names(const MlParameter *parameter, char *names, size_t size)
{
	const char *at = parameter->choices;
	size_t		used = 0;

	names[0] = '\0';
	while (*at != '\0' && used < size)
	{
		int			written = snprintf(names + used, size - used, "%s%.*s", used > 0 ? ", " : "",
									   (int) strcspn(at, ",="), at);

		used += (size_t) written;
		at += strcspn(at, ",");
		at += *at == ',';
	}
}

/* The number of the choice that has this name, among others, or -1. */
static int
find_choice(const MlParameter *parameter, const char *text)
{
	size_t		length = strlen(text);
	const char *at = parameter->choices;
	int			choice = 0;

	while (at != NULL && *at != '\0')
	{
		size_t		span = strcspn(at, ",=");

		if (span == length && memcmp(at, text, length) == 0)
			return choice;
		at += span;
		if (*at == ',')
			choice++;
		if (*at != '\0')
			at++;
	}
	return -1;
}

static MlStatus
fail_kind(MlEnv *env, const MlParameter *parameter, const MlOption *option)
{
	static const char *const wanted[] = {
		[ML_PARAM_NUMBER] = "a number",
		[ML_PARAM_INTEGER] = "a whole number",
		[ML_PARAM_CHOICE] = "a string",
		[ML_PARAM_COLUMN_MAP] = "an object with a number for each column",
		[ML_PARAM_CLASS_MAP] = "an object with a number for each class",
		[ML_PARAM_COLUMN] = "the name of a column"
	};

	if (option->text != NULL)
		return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" must be %s, not \"%.*s\"",
					   option->name, wanted[parameter->kind], ML_CUT(option->text, 100));
	if (option->members != NULL)
		return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" must be %s, not an object",
					   option->name, wanted[parameter->kind]);
	return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" must be %s, not %.15g",
				   option->name, wanted[parameter->kind], option->value);
}

static MlStatus
check_number(MlEnv *env, const MlParameter *parameter, const char *name, double value)
{
	bool		whole = parameter->kind == ML_PARAM_INTEGER || parameter->kind == ML_PARAM_COLUMN_MAP;

	if (whole && isfinite(value) && value != floor(value))
		return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" must be a whole number, not %.15g",
					   name, value);
	/* Written so that NaN fails. */
	if (!(value >= parameter->minimum && value <= parameter->maximum))
		return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" must be between %.15g and %.15g, not %.15g",
					   name, parameter->minimum, parameter->maximum, value);
	return ML_OK;
}

static MlStatus
check_members(MlEnv *env, const MlParameter *parameter, const MlOption *option)
{
	int			i;

	for (i = 0; i < option->n_members; i++)
	{
		char		name[ML_ERROR_TEXT];

		snprintf(name, sizeof(name), "%.*s.%.*s", ML_CUT(option->name, 100), ML_CUT(option->members[i].name, 100));
		ML_TRY(check_number(env, parameter, name, option->members[i].value));
	}
	return ML_OK;
}

static MlStatus
resolve_text(MlEnv *env, const MlParameter *parameter, const MlOption *option, double *value)
{
	char		names[ML_ERROR_TEXT];
	int			choice = find_choice(parameter, option->text);

	*value = parameter->kind == ML_PARAM_NUMBER ? -1 - choice : choice;
	if (choice >= 0)
		return ML_OK;
	ml_choice_names(parameter, names, sizeof(names));
	ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" cannot be \"%.*s\"", option->name, ML_CUT(option->text, 100));
	if (parameter->kind == ML_PARAM_CHOICE)
		ml_hint(env, "It is one of: %s.", names);
	else if (parameter->kind == ML_PARAM_NUMBER)
		ml_hint(env, "It is a number, or one of: %s.", names);
	else
		ml_hint(env, "It is an object with a number for each class, or one of: %s.", names);
	return ML_INVALID_OPTION;
}

static MlStatus
resolve_value(MlEnv *env, const MlParameter *parameter, const MlOption *option, double *value)
{
	if (option->text != NULL && parameter->choices != NULL)
		return resolve_text(env, parameter, option, value);
	/* a JSON boolean comes as 0 or 1 */
	if (parameter->kind == ML_PARAM_CHOICE && option->text == NULL && option->members == NULL &&
		(option->value == 0 || option->value == 1) && find_choice(parameter, "false") >= 0)
	{
		*value = find_choice(parameter, option->value == 1 ? "true" : "false");
		return ML_OK;
	}
	if (option->text != NULL && parameter->kind == ML_PARAM_COLUMN)
	{
		*value = -1;
		return ML_OK;
	}
	if (option->members != NULL &&
		(parameter->kind == ML_PARAM_COLUMN_MAP || parameter->kind == ML_PARAM_CLASS_MAP))
	{
		*value = -1;
		return check_members(env, parameter, option);
	}
	if (option->text != NULL || option->members != NULL ||
		(parameter->kind != ML_PARAM_NUMBER && parameter->kind != ML_PARAM_INTEGER))
		return fail_kind(env, parameter, option);
	*value = option->value;
	return check_number(env, parameter, option->name, option->value);
}

const MlOption *
ml_parameter_given(const MlAlgorithm *algorithm, const MlOption *options, int n_options,
				   int parameter)
{
	int			i;

	for (i = 0; i < n_options; i++)
	{
		if (ml_parameter_find(algorithm, options[i].name) == parameter)
			return &options[i];
	}
	return NULL;
}

MlStatus
ml_parameter_column(MlEnv *env, const MlAlgorithm *algorithm, const MlFitInput *input, int parameter,
					int *column)
{
	const MlSignature *signature = input->signature;
	const MlOption *option = ml_parameter_given(algorithm, input->options, input->n_options, parameter);
	const char *name = algorithm->parameters[parameter].name;
	int			feature;

	*column = -1;
	if (option == NULL)
		return ML_OK;
	feature = ml_signature_find(signature, option->text, strlen(option->text));
	if (feature < 0)
	{
		ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" names \"%.*s\", which is not a feature", name,
				ML_CUT(option->text, 100));
		ml_hint(env, "Name one of the columns that the model learns from.");
		return ML_INVALID_OPTION;
	}
	*column = signature->features[feature].first_input;
	if (signature->inputs[*column].category || signature->features[feature].n_inputs != 1)
		return ml_fail(env, ML_INVALID_OPTION, "parameter \"%s\" names \"%.*s\", which is not a number",
					   name, ML_CUT(option->text, 100));
	if (signature->inputs[*column].has_missing)
	{
		ml_fail(env, ML_INVALID_DATA, "the %s \"%.*s\" is missing in some rows", name, ML_CUT(option->text, 100));
		ml_hint(env, "Give a query as source that leaves these rows out or fills it.");
		return ML_INVALID_DATA;
	}
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
		ML_TRY(resolve_value(env, parameter, &options[i], &values[found]));
	}
	return ML_OK;
}

void
ml_parameters_for_task(const MlAlgorithm *algorithm, MlTask task, const MlOption *options, int n_options,
					   double *values)
{
	int			i;

	for (i = 0; algorithm->task_default != NULL && i < algorithm->n_parameters; i++)
	{
		if (ml_parameter_given(algorithm, options, n_options, i) == NULL)
			values[i] = algorithm->task_default(task, i, values[i]);
	}
}

void
ml_fit_input_release(MlEnv *env, const MlFitInput *input)
{
	if (input->spare == NULL)
		return;
	ml_release(env, input->spare->y);
	ml_release(env, input->spare->identity);
	input->spare->y = NULL;
	input->spare->identity = NULL;
}
