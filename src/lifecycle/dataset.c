/*
 * lifecycle/dataset.c
 *		A source made ready to learn from.
 *
 * Which columns are read is decided from their names and types before a row is
 * seen: all that can be features, unless the caller names them; the target,
 * the weight, what the split needs; and the features of the champion, so that
 * both versions can be judged on the same rows. Everything else is decided
 * below the border, from the values.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "bridge/env.h"
#include "bridge/json.h"
#include "bridge/options.h"
#include "catalog/similar.h"
#include "data/source.h"
#include "lifecycle/dataset.h"
#include "lifecycle/partials.h"
#include "lifecycle/split_rule.h"
#include "lifecycle/warm_start.h"

/*
 * Early stopping needs this many rows on the training side. Of few rows a tenth
 * costs a regression more than stopping gains it; probabilities, on the other
 * hand, become worse than the baseline's when the trees learn all rows by heart.
 * With fewer rows of a class than VALIDATION_MIN_CLASS among those set aside its
 * loss has a standard error above a fifth, and chance would end training; up
 * to VALIDATION_MOST is set aside to have them.
 */
#define VALIDATION_MIN_ROWS 2000
#define VALIDATION_MIN_ROWS_CLASSES 400
#define VALIDATION_MIN_CLASS 20
#define VALIDATION_SHARE 0.1
#define VALIDATION_MOST 0.2

/* Columns that an error lists at most. */
#define MAX_LISTED 30

/* Bytes of a label that an error shows. */
#define SHOWN_LABEL 40

void *
mlops_need(MlEnv *env, size_t count, size_t size)
{
	void	   *block = ml_allocate(env, count, size);

	if (block == NULL)
		mlops_check(env, ML_OUT_OF_MEMORY);
	return block;
}

void
mlops_preparation_read(Jsonb *prepare, Jsonb *split, int64 seed, MlopsPreparation *preparation)
{
	MlopsOptions options;
	const char *text;
	MlSplitOptions *rule = &preparation->split;

	mlops_options_begin(&options, "prepare", prepare);
	text = mlops_option_text(&options, "nan", "error");
	if (strcmp(text, "error") != 0 && strcmp(text, "missing") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"nan\" of prepare cannot be \"%s\"", text),
				 errhint("Valid values are \"error\" and \"missing\".")));
	preparation->nan_is_missing = strcmp(text, "missing") == 0;
	text = mlops_option_text(&options, "driver", "memory");
	if (strcmp(text, "memory") != 0 && strcmp(text, "partials") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"driver\" of prepare cannot be \"%s\"", text),
				 errhint("Valid values are \"memory\" and \"partials\".")));
	preparation->partials = strcmp(text, "partials") == 0;
	preparation->max_categories = (int) mlops_option_integer(&options, "max_categories", ML_MAX_LEVELS, 2, ML_MAX_LEVELS);
	preparation->min_partition_rows = mlops_option_integer(&options, "min_partition_rows", 0, 1, ML_MAX_ROWS);
	mlops_options_end(&options);

	ml_split_defaults(rule);
	rule->seed = (uint64) seed;
	mlops_options_begin(&options, "split", split);
	text = mlops_option_text(&options, "method", "random");
	if (!ml_split_method_by_name(text, &rule->method))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("split method \"%s\" does not exist", text),
				 errhint("Valid methods are \"random\", \"time\", \"group\", \"column\" and \"none\".")));
	rule->holdout = mlops_option_number(&options, "holdout", rule->holdout, 0.01, 0.9);
	rule->max_holdout = mlops_option_integer(&options, "max_holdout", rule->max_holdout, 1, ML_MAX_ROWS);
	rule->min_class = mlops_option_integer(&options, "min_class", rule->min_class, 1, ML_MAX_ROWS);
	rule->min_rows = mlops_option_integer(&options, "min_rows", rule->min_rows, 0, ML_MAX_ROWS);
	rule->folds = (int) mlops_option_integer(&options, "folds", rule->folds, 2, 100);
	preparation->split_column = mlops_option_text(&options, "column", NULL);
	preparation->split_key = mlops_option_text(&options, "key", NULL);
	mlops_options_end(&options);

	if ((rule->method == ML_SPLIT_TIME || rule->method == ML_SPLIT_GROUP || rule->method == ML_SPLIT_COLUMN)
		!= (preparation->split_column != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 preparation->split_column == NULL ?
				 errmsg("split method \"%s\" needs the option \"column\"", text) :
				 errmsg("split method \"%s\" takes no option \"column\"", text),
				 errhint("Name the column that orders, groups or marks the rows, as in '{\"method\": \"time\", \"column\": \"created_at\"}'.")));
	if (preparation->split_key != NULL && rule->method != ML_SPLIT_RANDOM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("split method \"%s\" takes no option \"key\"", text),
				 errhint("The key identifies rows of a random split.")));
}

/* Index of a column that an argument names; an error when the source lacks it. */
static int
require_column(const MlopsSource *source, const char *argument, const char *name)
{
	int			index = mlops_source_find(source, name);
	StringInfoData names;
	MlopsSimilar similar;
	char	   *nearest;
	int			i;

	if (index >= 0)
		return index;
	initStringInfo(&names);
	mlops_similar_begin(&similar, name);
	for (i = 0; i < source->n_columns; i++)
	{
		if (i < MAX_LISTED)
			appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", source->columns[i].name);
		mlops_similar_add(&similar, source->columns[i].name);
	}
	if (source->n_columns > MAX_LISTED)
		appendStringInfoString(&names, ", ...");
	nearest = mlops_similar_list(&similar);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" given as %s does not exist in the source", name, argument),
			 errdetail("The source has the columns %s.", names.data),
			 nearest ? errhint("Perhaps you meant %s.", nearest) :
			 errhint("Names are compared as they are, upper and lower case too.")));
	return -1;
}

/* The same, and the column's type must be one that can be read. */
static int
require_readable(const MlopsSource *source, const char *argument, const char *name)
{
	int			index = require_column(source, argument, name);

	if (source->columns[index].type == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" given as %s has the type %s", name, argument,
						format_type_be(source->columns[index].type_oid)),
				 errdetail("Numbers, booleans, text, enums, uuids, dates and timestamps can be used."),
				 errhint("Give a query as source that casts the column or leaves it out.")));
	return index;
}

static bool
named(const char *const *names, int n_names, const char *name)
{
	int			i;

	for (i = 0; i < n_names; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Marks of the columns to read, by their index in the source. */
typedef struct Wanted
{
	bool	   *mark;
	int			target;			/* source indexes; -1: none */
	int			key;
	int			weight;
	int			split_column;
	int			split_key;
} Wanted;

/* A column that is only wanted where the source has it. */
static void
mark_if_there(const MlopsSource *source, const char *name, bool *mark)
{
	int			column = name ? mlops_source_find(source, name) : -1;

	if (column >= 0 && source->columns[column].type != 0)
		mark[column] = true;
}

/* The features of the version that is continued, and what told its rows apart. */
static void
mark_features_of(const MlopsWarmStart *start, const MlopsSource *source, bool *mark)
{
	int			n_identity;
	const char **identity = mlops_json_get_texts(start->version->split, "identity", &n_identity);
	int			i;

	mark_if_there(source, mlops_json_get_text(start->version->split, "column"), mark);
	for (i = 0; i < n_identity; i++)
		mark_if_there(source, identity[i], mark);
	for (i = 0; i < start->model->signature.n_features; i++)
	{
		const char *name = start->model->signature.features[i].name;
		int			column = mlops_source_find(source, name);

		if (column < 0 || source->columns[column].type == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("the source has no usable column \"%s\"", name),
					 errdetail("It is a feature of \"%s\", which is to be continued.", mlops_warm_start_name(start)),
					 errhint("Give a source with the columns of that version, or train anew without warm_start.")));
		mark[column] = true;
	}
}

static void
mark_features(const MlopsTrainRequest *request, const MlopsSource *source, MlEnv *env, bool *mark)
{
	int			i;

	if (request->start != NULL)
	{
		mark_features_of(request->start, source, mark);
		return;
	}
	for (i = 0; i < request->n_exclude; i++)
		(void) require_column(source, "exclude", request->exclude[i]);
	if (request->features != NULL && request->n_features == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"features\" names no column"),
				 errhint("Leave it out to take all columns that can be features.")));
	if (request->features != NULL)
	{
		for (i = 0; i < request->n_features; i++)
			mark[require_readable(source, "feature", request->features[i])] = true;
		return;
	}
	for (i = 0; i < source->n_columns; i++)
	{
		const MlopsSourceColumn *column = &source->columns[i];

		if (named((const char *const *) request->exclude, request->n_exclude, column->name))
			continue;
		if (column->type == 0)
			ml_warn(env, "column \"%s\" was left out: its type %s cannot be a feature",
					column->name, format_type_be(column->type_oid));
		else
			mark[i] = true;
	}
}

/* The columns of partition_by: their types must tell groups apart. */
static void
mark_partition(const MlopsTrainRequest *request, const MlopsSource *source, int target, bool *mark)
{
	int			i;

	if (request->partition_by != NULL &&
		(request->n_partition_by == 0 || request->n_partition_by > ML_MAX_GROUP_COLUMNS))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"partition_by\" names %d columns", request->n_partition_by),
				 errhint("Name 1 to %d columns whose values tell groups apart, or leave it out.",
						 ML_MAX_GROUP_COLUMNS)));
	for (i = 0; i < request->n_partition_by; i++)
	{
		const char *name = request->partition_by[i];
		int			column = require_readable(source, "partition_by", name);

		if (column == target || named(request->partition_by, i, name))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg(column == target ? "column \"%s\" cannot be both target and in partition_by" :
							"column \"%s\" is named twice in partition_by", name)));
		if (ml_type_kind(source->columns[column].type) == ML_KIND_TIME)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of partition_by is of type %s", name,
							ml_type_name(source->columns[column].type)),
					 errhint("Give a query as source that makes text or a number of it, such as the year.")));
		mark[column] = true;
	}
}

/* The target has no second part to play, and a weight names no row. */
static void
refuse_double_roles(const MlopsSource *source, const Wanted *wanted)
{
	const char *role = wanted->target < 0 ? NULL : wanted->target == wanted->weight ? "weight" :
		wanted->target == wanted->key || wanted->target == wanted->split_key ? "key" :
		wanted->target == wanted->split_column ? "split column" : NULL;

	if (role != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" cannot be both target and %s",
						source->columns[wanted->target].name, role),
				 errhint("Name another column as %s, or none.", role)));
	if (wanted->weight >= 0 && wanted->weight == wanted->key)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" cannot be both weight and key",
						source->columns[wanted->weight].name),
				 errhint("A key tells rows apart, a weight says how much each counts.")));
}

/* Decide by name and type which columns are read. */
static void
choose_wanted(const MlopsTrainRequest *request, const MlopsPreparation *preparation,
			  MlopsSource *source, const char *const *also_read, int n_also_read,
			  MlEnv *env, Wanted *wanted)
{
	bool	   *mark = palloc0(sizeof(bool) * source->n_columns);
	int			i;

	wanted->mark = mark;
	wanted->target = request->target ? require_readable(source, "target", request->target) : -1;
	wanted->key = request->key ? require_column(source, "key", request->key) : -1;
	wanted->weight = request->weight ? require_readable(source, "weight", request->weight) : -1;
	wanted->split_column = preparation->split_column ?
		require_readable(source, "split column", preparation->split_column) : -1;
	wanted->split_key = preparation->split_key ?
		require_readable(source, "split key", preparation->split_key) :
		(wanted->key >= 0 && source->columns[wanted->key].type != 0 ? wanted->key : -1);
	refuse_double_roles(source, wanted);

	mark_features(request, source, env, mark);
	mark_partition(request, source, wanted->target, mark);
	if (wanted->target >= 0)
	{
		mlops_source_mark_generated(source, wanted->target);
		mark[wanted->target] = true;
	}
	if (wanted->key >= 0)
		mark[wanted->key] = source->columns[wanted->key].type != 0;
	if (wanted->weight >= 0)
		mark[wanted->weight] = true;
	if (wanted->split_column >= 0)
		mark[wanted->split_column] = true;
	if (wanted->split_key >= 0)
		mark[wanted->split_key] = true;
	for (i = 0; i < source->n_columns; i++)
		if (source->columns[i].type != 0 &&
			(source->columns[i].facts.primary_key ||
			 named(also_read, n_also_read, source->columns[i].name)))
			mark[i] = true;
}

/* Index in the table of what has an index in the source; -1 stays. */
static int
table_index(const MlTable *table, const MlopsSource *source, int column)
{
	if (column < 0)
		return -1;
	return ml_table_find(table, source->columns[column].name);
}

void
mlops_take_weights(MlEnv *env, const MlTable *table, int column, MlTarget *target, double **weight)
{
	const MlColumn *weights = &table->columns[column];
	int64_t		row;
	int64_t		zeros = 0;

	if (ml_type_kind(weights->type) != ML_KIND_NUMBER)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("weight column \"%s\" is not a number", weights->name),
				 errdetail("Its type is %s.", ml_type_name(weights->type)),
				 errhint("A weight says how much a row counts: 1 is once, 2 is twice.")));
	mlops_check(env, ml_table_pin(table, column));	/* for good: *weight is it */
	for (row = 0; row < table->n_rows; row++)
	{
		double		value = weights->number[row];

		if (!(value >= 0.0))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("weight column \"%s\" has a value that is %s", weights->name,
							isnan(value) ? "missing" : "negative"),
					 errhint("Give every row a weight of at least 0.")));
		if (value == 0.0 && !isnan(target->y[row]))
		{
			if (target->task == ML_CLASSIFICATION)
				target->class_rows[(int) target->y[row]]--;
			target->y[row] = NAN;
			target->n_missing++;
			zeros++;
		}
	}
	if (zeros > 0)
		ml_warn(env, "%lld rows of weight 0 were left out", (long long) zeros);
	*weight = weights->number;
}

static bool
is_chosen(const MlopsDataset *dataset, int column)
{
	int			i;

	for (i = 0; i < dataset->n_chosen; i++)
		if (dataset->chosen[i] == column)
			return true;
	return false;
}

/* The columns that identify a row: split key, primary key, or the content. */
static void
choose_identity(MlEnv *env, const MlopsSource *source, const Wanted *wanted, MlopsDataset *dataset)
{
	MlSplitOptions *options = &dataset->split_options;
	int		   *identity = mlops_need(env, dataset->table.n_columns + 3, sizeof(int));
	bool		key_complete = true;
	int			n = 0;
	int			i;

	options->identity = identity;
	options->by_content = false;
	if (wanted->split_key >= 0)
		identity[n++] = table_index(&dataset->table, source, wanted->split_key);
	else
	{
		for (i = 0; i < source->n_columns; i++)
		{
			if (!source->columns[i].facts.primary_key)
				continue;
			if (source->columns[i].type == 0)
				key_complete = false;
			else
				identity[n++] = table_index(&dataset->table, source, i);
		}
		if (!key_complete)
			n = 0;
	}
	if (n == 0)
	{
		options->by_content = true;
		memcpy(identity, dataset->chosen, sizeof(int) * dataset->n_chosen);
		n = dataset->n_chosen;
		for (i = 0; i < dataset->n_partition; i++)
			if (!is_chosen(dataset, dataset->partition[i]))
				identity[n++] = dataset->partition[i];
		if (dataset->target_column >= 0)
			identity[n++] = dataset->target_column;
		if (wanted->weight >= 0)
			identity[n++] = table_index(&dataset->table, source, wanted->weight);
		if (options->column >= 0)
			identity[n++] = options->column;
	}
	options->n_identity = n;
}

/* Read the marked columns. */
static void
read_marked(MlopsSource *source, const MlopsPreparation *preparation, const MlopsWarmStart *start,
			const bool *mark, const MlopsPass *pass, MlEnv *env, MlTable *table)
{
	const MlSignature *signature = start ? &start->model->signature : NULL;
	MlopsReadOptions read = {.nan_is_missing = preparation->nan_is_missing, .pass = pass};
	int		   *columns = palloc(sizeof(int) * source->n_columns);
	int			n_columns = 0;
	int			i;

	for (i = 0; i < source->n_columns; i++)
		if (mark[i])
			columns[n_columns++] = i;
	if (signature != NULL)
	{
		read.time_zone = signature->time_zone;
		mlops_source_read_as(source, columns, n_columns, signature, &read, env, table);
	}
	else
		mlops_source_read(source, columns, n_columns, &read, env, table);
	for (i = 0; i < table->n_columns; i++)
		if (table->columns[i].n_inexact > 0)
			ml_warn(env, "column \"%s\" has %lld values beyond 2^53, which lose their last digits",
					table->columns[i].name, (long long) table->columns[i].n_inexact);
}

MlTask
mlops_task_asked(const MlopsTrainRequest *request)
{
	const MlAlgorithm *algorithm = ml_algorithm_find(request->algorithm);
	MlTask		task = 0;
	MlTask		alone;

	if (request->task != NULL && !ml_task_by_name(request->task, &task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("task \"%s\" does not exist", request->task),
				 errhint("Valid tasks are \"classification\", \"regression\", \"anomaly\", \"clustering\" and \"decomposition\".")));
	for (alone = ML_ANOMALY; request->task == NULL && algorithm != NULL && alone <= ML_LAST_TASK; alone++)
		if (algorithm->tasks == (1u << alone))
			task = alone;
	return task;
}

void
mlops_check_target(const MlopsTrainRequest *request, MlTask task)
{
	if (request->target != NULL && ml_task_has_no_target(task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("task \"%s\" has no target", ml_task_name(task)),
				 errhint("Leave target out; write exclude => ARRAY[%s] to keep the column out of the features.",
						 quote_literal_cstr(request->target))));
	if (request->target == NULL ? task == 0 || ml_task_predicts(task) : request->target[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("mlops_train() needs a target"),
				 errhint("Name the column to predict, as in target => 'churned'; or write task => 'anomaly', 'clustering' or 'decomposition' to learn without one.")));
	if (request->target == NULL && request->positive != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"positive\" needs a target"),
				 errhint("Name the column that says which rows are anomalies as target, or leave positive out.")));
}

void
mlops_plan_fit(MlEnv *env, const MlopsTrainRequest *request, MlTask task, int n_classes, int64 rows,
			   MlopsFitPlan *plan)
{
	plan->start = request->start;
	plan->n_options = mlops_options_list("params", request->params, &plan->options);
	mlops_check(env, ml_algorithm_choose(env, request->algorithm, task, n_classes, rows, &plan->algorithm));
	mlops_check(env, ml_parameters_resolve(env, plan->algorithm, plan->options, plan->n_options,
										   plan->parameters));
	ml_parameters_for_task(plan->algorithm, task, plan->options, plan->n_options, plan->parameters);
	plan->stops_early = plan->algorithm->uses_validation &&
		plan->parameters[ml_parameter_index(plan->algorithm, "early_stopping")] > 0;
}

/* Features and exclusions by name, below the border. */
static void
choose_features(MlEnv *env, const MlopsTrainRequest *request, const MlopsSource *source,
				const Wanted *wanted, MlopsDataset *dataset)
{
	MlTable    *table = &dataset->table;
	MlColumnChoice choice = {0};
	const char **exclude = palloc(sizeof(char *) * (request->n_exclude + request->n_partition_by + 1));
	int			i;

	choice.features = (const char *const *) request->features;
	choice.n_features = request->n_features;
	for (i = 0; i < request->n_exclude; i++)
		if (ml_table_find(table, request->exclude[i]) >= 0 ||
			named(choice.features, choice.n_features, request->exclude[i]))
			exclude[choice.n_exclude++] = request->exclude[i];
	/* nothing is learnt from what tells groups apart unless it is asked for */
	for (i = 0; i < request->n_partition_by; i++)
		if (!named(choice.features, choice.n_features, request->partition_by[i]))
			exclude[choice.n_exclude++] = request->partition_by[i];
	choice.exclude = (const char *const *) exclude;
	choice.target = dataset->target_column;
	choice.key = table_index(table, source, wanted->key);
	choice.weight = table_index(table, source, wanted->weight);
	choice.split_column = dataset->split_options.column;
	dataset->chosen = mlops_need(env, table->n_columns, sizeof(int));
	mlops_check(env, ml_choose_columns(env, table, &choice, dataset->chosen, &dataset->n_chosen));
}

/* Those of the version that is continued, in its order. */
static void
take_features(MlEnv *env, const MlopsWarmStart *start, MlopsDataset *dataset)
{
	const MlSignature *signature = &start->model->signature;
	int			i;

	dataset->n_chosen = signature->n_features;
	dataset->chosen = mlops_need(env, signature->n_features, sizeof(int));
	for (i = 0; i < signature->n_features; i++)
		dataset->chosen[i] = ml_table_find(&dataset->table, signature->features[i].name);
}

/*
 * A retraining keeps identity and thresholds of the version it follows, so
 * that no row changes sides. Where the source no longer allows it, the sides
 * are drawn anew, with a warning.
 */
static void
inherit_split(MlEnv *env, const MlopsTrainRequest *request, MlopsDataset *dataset, MlSplitRule *rule)
{
	MlSplitOptions *options = &dataset->split_options;
	MlSplitOptions inherited;
	char	   *reason = mlops_split_from_json(request->inherited_split, &dataset->table, rule, &inherited);

	/* thresholds belong to classes */
	if (reason == NULL &&
		!ml_same_labels(request->inherited_classes, request->n_inherited_classes,
						(const char *const *) dataset->target.labels, dataset->target.n_classes))
		reason = pstrdup("the target has other classes");

	if (reason != NULL)
	{
		ml_warn(env, "rows were put on their sides anew: %s", reason);
		return;
	}
	if (rule->method != options->method)
		return;
	options->identity = inherited.identity;
	options->n_identity = inherited.n_identity;
	options->by_content = inherited.by_content;
	if (!rule->cross_validated && rule->method != ML_SPLIT_NONE)
		options->inherited = rule;
}

/* Part of the training side that early stopping needs, or 0 when there is too little. */
static double
validation_share(const MlTarget *target, double holdout)
{
	double		rows = (double) (target->n_rows - target->n_missing) * (1.0 - holdout);
	double		rarest = rows;
	double		share;
	int			k;

	if (target->task == ML_REGRESSION)
		return rows >= VALIDATION_MIN_ROWS ? VALIDATION_SHARE : 0;
	for (k = 0; k < target->n_classes; k++)
		rarest = Min(rarest, (double) target->class_rows[k] * (1.0 - holdout));
	share = Max(VALIDATION_SHARE, VALIDATION_MIN_CLASS / rarest);
	return rows >= VALIDATION_MIN_ROWS_CLASSES && share <= VALIDATION_MOST ? share : 0;
}

/* An option that was given and does nothing is not passed over in silence. */
static void
warn_of_no_stopping(MlEnv *env, const MlopsFitPlan *plan, const MlopsDataset *dataset)
{
	const MlSplit *split = &dataset->split;
	int			parameter;

	/* a version that goes on has all parameters from the one before */
	if (!plan->stops_early || plan->start != NULL || split->n_validate > 0)
		return;
	parameter = ml_parameter_index(plan->algorithm, "early_stopping");
	if (ml_parameter_given(plan->algorithm, plan->options, plan->n_options, parameter) == NULL)
		return;
	if (split->rule.cross_validated)
		ml_warn(env, "early_stopping has no effect: cross-validation sets no rows aside for it");
	else if (split->rule.method == ML_SPLIT_NONE)
		ml_warn(env, "early_stopping has no effect: the split method none sets no rows aside for it");
	else if (dataset->target.task == ML_REGRESSION)
		ml_warn(env, "early_stopping has no effect: it needs %d rows on the training side",
				VALIDATION_MIN_ROWS);
	else
		ml_warn(env, "early_stopping has no effect: it needs %d rows on the training side, and %d rows "
				"of each class in a fifth of them", VALIDATION_MIN_ROWS_CLASSES, VALIDATION_MIN_CLASS);
}

/* A retraining whose target has other classes than its two. */
static void
fail_other_classes(MlEnv *env, const MlopsTrainRequest *request)
{
	char	   *found = pstrdup(env->error.detail);

	ml_fail(env, ML_INVALID_DATA, "target column \"%s\" no longer has the two classes of the model, \"%.*s\" and \"%.*s\"",
			request->target, ML_CUT(request->inherited_classes[0], SHOWN_LABEL),
			ML_CUT(request->inherited_classes[1], SHOWN_LABEL));
	ml_detail(env, "%s", found);
	ml_hint(env, "Give mlops_retrain() a source with these classes, or learn the new ones with mlops_train().");
	mlops_check(env, ML_INVALID_DATA);
}

static void
read_target(MlEnv *env, const MlopsTrainRequest *request, MlTask task, MlopsDataset *dataset)
{
	const MlTable *table = &dataset->table;
	const MlModel *start = request->start ? request->start->model : NULL;
	MlStatus	status;

	if (start != NULL)
		status = ml_target_match(env, table, dataset->target_column, task, start->n_classes,
								 (char *const *) start->labels, &dataset->target);
	else if (task == ML_ANOMALY && request->n_inherited_classes == 2)
		/* that nothing happened since is no reason not to learn from it */
		status = ml_target_match(env, table, dataset->target_column, task, 2,
								 (char *const *) request->inherited_classes, &dataset->target);
	else
		status = ml_target_make(env, table, dataset->target_column, task, request->positive,
								&dataset->target);
	if (status == ML_INVALID_OPTION && request->n_inherited_classes == 2)
		fail_other_classes(env, request);
	mlops_check(env, status);
}

void
mlops_dataset_read(const MlopsTrainRequest *request, const MlopsPreparation *preparation,
				   const char *const *also_read, int n_also_read, MlEnv *env,
				   MlopsFitPlan *plan, MlopsDataset *dataset)
{
	MlopsSource *source = mlops_source_open(request->source);
	MlTable    *table = &dataset->table;
	MlTarget   *target = &dataset->target;
	MlSplitOptions *options = &dataset->split_options;
	Wanted		wanted;
	MlTask		task = mlops_task_asked(request);
	int			i;

	choose_wanted(request, preparation, source, also_read, n_also_read, env, &wanted);
	if (preparation->partials)
		dataset->partials = mlops_partials_begin(env, request, preparation, source, wanted.target,
												 wanted.weight, wanted.split_key);
	read_marked(source, preparation, request->start, wanted.mark,
				dataset->partials ? mlops_partials_chosen(env, dataset->partials) : NULL, env, table);
	dataset->source_text = pstrdup(source->resolved);
	dataset->source_is_relation = OidIsValid(source->relation);
	dataset->source_is_temporary = source->temporary;

	dataset->target_column = table_index(table, source, wanted.target);
	if (dataset->partials != NULL)
		mlops_partials_target(env, dataset->partials, table, dataset->target_column, request->positive, target);
	else
		read_target(env, request, task, dataset);
	if (wanted.weight >= 0)
		mlops_take_weights(env, table, table_index(table, source, wanted.weight), target, &dataset->weight);
	dataset->n_usable = dataset->partials ? dataset->partials->n_usable : target->n_rows - target->n_missing;
	mlops_plan_fit(env, request, target->task, target->n_classes, dataset->n_usable, plan);

	*options = preparation->split;
	options->column = table_index(table, source, wanted.split_column);
	if (plan->stops_early && options->method != ML_SPLIT_NONE)
		options->validation = validation_share(target, options->holdout);
	if (request->start != NULL)
		take_features(env, request->start, dataset);
	else
		choose_features(env, request, source, &wanted, dataset);
	dataset->n_partition = request->n_partition_by;
	for (i = 0; i < dataset->n_partition; i++)
		dataset->partition[i] = ml_table_find(table, request->partition_by[i]);
	choose_identity(env, source, &wanted, dataset);
	if (request->inherited_split != NULL)
		inherit_split(env, request, dataset, palloc0(sizeof(MlSplitRule)));
	if (dataset->partials != NULL)
		mlops_partials_split(env, dataset);
	else
		mlops_check(env, ml_split_make(env, table, target, options, &dataset->split));
	warn_of_no_stopping(env, plan, dataset);
	if (dataset->partials == NULL)
		mlops_source_close(source);
}

uint32_t *
mlops_dataset_rows(MlEnv *env, const MlopsDataset *dataset, unsigned sides, int64_t *count)
{
	const uint8_t *side = dataset->split.side;
	uint32_t   *rows;
	int64_t		n = 0;
	int64_t		row;

	for (row = 0; row < dataset->table.n_rows; row++)
		n += (sides & (1u << side[row])) != 0;
	rows = mlops_need(env, n + 1, sizeof(uint32_t));
	*count = 0;
	for (row = 0; row < dataset->table.n_rows; row++)
		if (sides & (1u << side[row]))
			rows[(*count)++] = (uint32_t) row;
	return rows;
}

uint32_t *
mlops_dataset_fold(MlEnv *env, const MlopsDataset *dataset, int fold, bool inside, int64_t *count)
{
	uint32_t   *rows = mlops_need(env, dataset->table.n_rows + 1, sizeof(uint32_t));
	int64_t		row;

	*count = 0;
	for (row = 0; row < dataset->table.n_rows; row++)
		if (dataset->split.side[row] != ML_SIDE_UNUSED &&
			(dataset->split.fold[row] == fold) == inside)
			rows[(*count)++] = (uint32_t) row;
	return rows;
}
