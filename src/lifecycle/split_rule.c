/*
 * lifecycle/split_rule.c
 *		The rule that put rows on their sides, as stored with a version.
 *
 * Columns travel by name: the rule is applied to other tables later, by a
 * retraining that keeps every row on its side and by the comparison with the
 * champion, which must know what that version has seen.
 */
#include "postgres.h"

#include "bridge/json.h"
#include "lifecycle/split_rule.h"

Jsonb *
mlops_split_to_json(const MlTable *table, const MlSplitOptions *options, const MlSplit *split)
{
	const MlSplitRule *rule = &split->rule;
	const char **names = palloc(sizeof(char *) * (options->n_identity + 1));
	MlopsJson	json;
	int			i;

	for (i = 0; i < options->n_identity; i++)
		names[i] = table->columns[options->identity[i]].name;
	mlops_json_begin(&json);
	mlops_json_text(&json, "method", ml_split_method_name(rule->method));
	mlops_json_integer(&json, "seed", (int64) rule->seed);
	mlops_json_boolean(&json, "cross_validated", rule->cross_validated);
	if (rule->cross_validated)
		mlops_json_integer(&json, "folds", split->folds);
	if (options->column >= 0)
		mlops_json_text(&json, "column", table->columns[options->column].name);
	mlops_json_boolean(&json, "by_content", options->by_content);
	mlops_json_texts(&json, "identity", names, options->n_identity);
	mlops_json_numbers(&json, "holdout_below", rule->holdout_below, rule->n_thresholds);
	mlops_json_numbers(&json, "validate_below", rule->validate_below, rule->n_thresholds);
	if (rule->method == ML_SPLIT_TIME)
		mlops_json_number(&json, "time_after", rule->time_after);
	return mlops_json_finish(&json);
}

/* Thresholds of all classes, regression stores one; how many, -1 for too many. */
static int
read_thresholds(Jsonb *stored, const char *key, double *thresholds)
{
	int			n;
	double	   *values = mlops_json_get_numbers(stored, key, &n);

	if (n > ML_MAX_CLASSES)
		return -1;
	if (n > 0)
		memcpy(thresholds, values, sizeof(double) * n);
	return n;
}

char *
mlops_split_from_json(Jsonb *stored, const MlTable *table, MlSplitRule *rule, MlSplitOptions *options)
{
	char	   *method = mlops_json_get_text(stored, "method");
	char	   *column = mlops_json_get_text(stored, "column");
	const char **names;
	int		   *identity;
	int			n;
	int			i;

	memset(rule, 0, sizeof(*rule));
	if (method == NULL || !ml_split_method_by_name(method, &rule->method))
		return pstrdup("its split rule cannot be read");
	rule->cross_validated = mlops_json_get_boolean(stored, "cross_validated");
	rule->seed = (uint64) mlops_json_get_integer(stored, "seed", 0);
	rule->time_after = mlops_json_get_number(stored, "time_after");
	rule->n_thresholds = read_thresholds(stored, "holdout_below", rule->holdout_below);
	if (rule->n_thresholds < 0 ||
		read_thresholds(stored, "validate_below", rule->validate_below) != rule->n_thresholds)
		return pstrdup("its split rule cannot be read");

	ml_split_defaults(options);
	options->method = rule->method;
	options->seed = rule->seed;
	options->by_content = mlops_json_get_boolean(stored, "by_content");
	options->column = column ? ml_table_find(table, column) : -1;
	if (column != NULL && options->column < 0)
		return psprintf("the source has no column \"%s\", which its split follows", column);
	names = mlops_json_get_texts(stored, "identity", &n);
	identity = palloc(sizeof(int) * (n + 1));
	for (i = 0; i < n; i++)
	{
		identity[i] = ml_table_find(table, names[i]);
		if (identity[i] < 0)
			return psprintf("the source has no column \"%s\", which told its rows apart", names[i]);
	}
	options->identity = identity;
	options->n_identity = n;
	return NULL;
}

double
mlops_split_bound(Jsonb *stored)
{
	int			n;
	double	   *below = mlops_json_get_numbers(stored, "holdout_below", &n);
	double		bound = 0;
	int			i;

	for (i = 0; i < n; i++)
	{
		if (below[i] > bound && below[i] <= 1)
			bound = below[i];
	}
	return bound;
}
