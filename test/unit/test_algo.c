/*
 * test_algo.c
 *		The table of algorithms: choosing one, options to parameters, and that
 *		docs/algorithms.md says the same as the table.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/algo.h"
#include "unit.h"

static void
test_table(void)
{
	int			a;
	int			i;

	unit_text(ml_algorithm_find("gbt")->name, "gbt", "found by name");
	unit_ok(ml_algorithm_find("GBT") == NULL, "names are exact");
	for (a = 0; a < ml_n_algorithms; a++)
	{
		const MlAlgorithm *algorithm = ml_algorithms[a];

		unit_ok(algorithm->n_parameters <= ML_MAX_PARAMETERS, "%s: parameters fit", algorithm->name);
		for (i = 0; i < algorithm->n_parameters; i++)
		{
			const MlParameter *parameter = &algorithm->parameters[i];

			unit_ok(parameter->kind >= ML_PARAM_CHOICE ||
					(parameter->initial >= parameter->minimum && parameter->initial <= parameter->maximum),
					"%s.%s: the default is in range", algorithm->name, parameter->name);
			unit_ok(ml_parameter_index(algorithm, parameter->name) == i, "%s.%s: found",
					algorithm->name, parameter->name);
			unit_ok(parameter->aliases != NULL && strchr(parameter->aliases, ' ') == NULL,
					"%s.%s: aliases without blanks", algorithm->name, parameter->name);
		}
	}
}

static void
test_choose(void)
{
	MlEnv	   *env = unit_env();
	const MlAlgorithm *algorithm;

	ml_algorithm_choose(env, "auto", ML_REGRESSION, 0, 499, &algorithm);
	unit_text(algorithm->name, "linear", "auto below 500 rows, regression");
	ml_algorithm_choose(env, "auto", ML_CLASSIFICATION, 2, 499, &algorithm);
	unit_text(algorithm->name, "logistic", "auto below 500 rows, classification");
	ml_algorithm_choose(env, "auto", ML_CLASSIFICATION, 2, 500, &algorithm);
	unit_text(algorithm->name, "gbt", "auto from 500 rows on");
	ml_algorithm_choose(env, "auto", ML_ANOMALY, 0, 500, &algorithm);
	unit_text(algorithm->name, "isolation_forest", "auto for anomalies");
	ml_algorithm_choose(env, "auto", ML_CLUSTERING, 0, 500, &algorithm);
	unit_text(algorithm->name, "kmeans", "clusters");
	ml_algorithm_choose(env, "auto", ML_DECOMPOSITION, 0, 500, &algorithm);
	unit_text(algorithm->name, "pca", "components");
	unit_ok(ml_algorithm_choose(env, "isolation_forest", ML_ANOMALY, 2, 500, &algorithm) == ML_OK, "classes of anomalies only judge");
	unit_ok(ml_algorithm_choose(env, "linear", ML_REGRESSION, 0, 10, &algorithm) == ML_OK &&
			algorithm == ml_algorithm_find("linear"), "by name");

	unit_ok(ml_algorithm_choose(env, "forrest", ML_REGRESSION, 0, 10, &algorithm) == ML_INVALID_OPTION,
			"an unknown algorithm");
	unit_text(env->error.message, "there is no algorithm \"forrest\"", "names it");
	unit_text(env->error.hint, "Algorithms for regression are: auto, linear, poisson, gamma, gbt, decision_tree, random_forest.", "and the valid ones");
	unit_ok(ml_algorithm_choose(env, "linear", ML_CLASSIFICATION, 2, 10, &algorithm) == ML_INVALID_OPTION,
			"an algorithm for another task");
	unit_text(env->error.message, "algorithm \"linear\" does not do classification", "says so");
	unit_text(env->error.hint, "Algorithms for classification are: auto, logistic, gbt, decision_tree, random_forest, naive_bayes.", "and which do");
	ml_algorithm_choose(env, "auto", ML_CLASSIFICATION, 3, 100, &algorithm);
	unit_text(algorithm->name, "random_forest", "auto for three classes of few rows");
	unit_ok(ml_algorithm_choose(env, "logistic", ML_CLASSIFICATION, 101, 1000, &algorithm) == ML_INVALID_OPTION,
			"logistic regression of too many classes");
	unit_text(env->error.message, "algorithm \"logistic\" is for 100 classes, but the target has 101", "says so");
	unit_text(env->error.hint, "Algorithms for classification with 101 classes are: auto.", "and which can");
	unit_ok(ml_algorithm_choose(env, "logistic", ML_CLASSIFICATION, 0, 1000, &algorithm) == ML_OK,
			"as long as their number is not known it may be right");
}

static void
test_parameters(void)
{
	MlEnv	   *env = unit_env();
	const MlAlgorithm *logistic = ml_algorithm_find("logistic");
	MlOption	good[2] = {{.name = "lambda", .value = 0.5}, {.name = "max_iter", .value = 7}};
	MlOption	unknown = {.name = "depth", .value = 3};
	MlOption	prefix = {.name = "reg", .value = 3};
	MlOption	twice[2] = {{.name = "l2", .value = 1}, {.name = "reg_lambda", .value = 1}};
	MlOption	low = {.name = "l2", .value = -1};
	MlOption	nan = {.name = "tol", .value = NAN};
	MlOption	infinite = {.name = "l2", .value = INFINITY};
	MlOption	broken = {.name = "max_iter", .value = 2.5};
	double		values[ML_MAX_PARAMETERS];

	unit_ok(ml_parameters_resolve(env, logistic, NULL, 0, values) == ML_OK, "no options");
	unit_ok(values[0] == 1 && values[1] == 100 && values[2] == 1e-8, "give the defaults");
	unit_ok(ml_parameters_resolve(env, logistic, good, 2, values) == ML_OK, "aliases are understood");
	unit_ok(values[0] == 0.5 && values[1] == 7 && values[2] == 1e-8, "and land in their place");

	unit_ok(ml_parameters_resolve(env, logistic, &unknown, 1, values) == ML_INVALID_OPTION, "unknown");
	unit_text(env->error.message, "algorithm \"logistic\" has no parameter \"depth\"", "named");
	unit_text(env->error.hint, "Parameters of logistic are: l2, iterations, tolerance, l1, offset, class_weight.", "valid ones listed");
	unit_ok(ml_parameters_resolve(env, logistic, &prefix, 1, values) == ML_INVALID_OPTION,
			"the beginning of an alias is no alias");

	unit_ok(ml_parameters_resolve(env, logistic, twice, 2, values) == ML_INVALID_OPTION, "given twice");
	unit_text(env->error.message, "parameter \"l2\" is given twice", "named");
	unit_text(env->error.detail, "It is given as \"l2\" and as \"reg_lambda\".", "both names shown");

	unit_ok(ml_parameters_resolve(env, logistic, &low, 1, values) == ML_INVALID_OPTION, "out of range");
	unit_text(env->error.message, "parameter \"l2\" must be between 0 and 1e+100, not -1", "range shown");
	unit_ok(ml_parameters_resolve(env, logistic, &nan, 1, values) == ML_INVALID_OPTION, "NaN");
	unit_ok(ml_parameters_resolve(env, logistic, &infinite, 1, values) == ML_INVALID_OPTION, "infinity");
	unit_ok(ml_parameters_resolve(env, logistic, &broken, 1, values) == ML_INVALID_OPTION, "2.5 iterations");
	unit_text(env->error.message, "parameter \"max_iter\" must be a whole number, not 2.5",
			  "named as it was given");
}

/* The row of docs/algorithms.md that a parameter should have. */
static void
documented_row(const MlParameter *parameter, char *row, size_t size)
{
	char		aliases[128] = "";
	const char *alias = parameter->aliases;

	while (*alias != '\0')
	{
		size_t		length = strcspn(alias, ",");
		size_t		used = strlen(aliases);

		snprintf(aliases + used, sizeof(aliases) - used, "%s`%.*s`", used > 0 ? ", " : "",
				 (int) length, alias);
		alias += length;
		if (*alias == ',')
			alias++;
	}
	if (parameter->kind == ML_PARAM_CHOICE)
	{
		char		names[ML_ERROR_TEXT];
		char		initial[ML_CHOICE_NAME];

		ml_choice_names(parameter, names, sizeof(names));
		snprintf(row, size, "| `%s` | %s | choice | %s | %s | %s |\n", parameter->name, aliases,
				 ml_choice_name(parameter, (int) parameter->initial, initial), names, parameter->text);
	}
	else if (parameter->kind == ML_PARAM_COLUMN_MAP || parameter->kind == ML_PARAM_CLASS_MAP)
		snprintf(row, size, "| `%s` | %s | %s |  | %.15g to %.15g%s%s | %s |\n", parameter->name, aliases,
				 ml_parameter_type(parameter), parameter->minimum, parameter->maximum,
				 parameter->choices != NULL ? ", or " : "",
				 parameter->choices != NULL ? parameter->choices : "", parameter->text);
	else if (parameter->kind == ML_PARAM_COLUMN)
		snprintf(row, size, "| `%s` | %s | column |  |  | %s |\n", parameter->name, aliases, parameter->text);
	else
		snprintf(row, size, "| `%s` | %s | %s | %.15g | %.15g to %.15g | %s |\n", parameter->name, aliases,
				 ml_parameter_type(parameter), parameter->initial, parameter->minimum,
				 parameter->maximum, parameter->text);
}

static void
test_documentation(void)
{
	static char page[65536];
	FILE	   *stream = fopen("docs/algorithms.md", "r");
	size_t		length = stream != NULL ? fread(page, 1, sizeof(page) - 1, stream) : 0;
	int			a;
	int			i;

	page[length] = '\0';
	if (stream != NULL)
		fclose(stream);
	unit_ok(length > 0, "docs/algorithms.md can be read");
	for (a = 0; a < ml_n_algorithms; a++)
	{
		for (i = 0; i < ml_algorithms[a]->n_parameters; i++)
		{
			char		row[1024];
			bool		found;

			documented_row(&ml_algorithms[a]->parameters[i], row, sizeof(row));
			found = strstr(page, row) != NULL;
			unit_ok(found, "%s.%s is documented as it is", ml_algorithms[a]->name,
					ml_algorithms[a]->parameters[i].name);
			if (!found)
				printf("# expected in docs/algorithms.md: %s", row);
		}
	}
}

int
main(void)
{
	test_table();
	test_choose();
	test_parameters();
	test_documentation();
	return unit_done();
}
