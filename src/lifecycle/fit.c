/*
 * lifecycle/fit.c
 *		Encoders and parameters learnt from one set of rows.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"

#include "bridge/env.h"
#include "bridge/json.h"
#include "bridge/options.h"
#include "lifecycle/fit.h"
#include "lifecycle/partition.h"
#include "lifecycle/partials.h"
#include "lifecycle/warm_start.h"

/* Training and validation rows together, for the encoders. */
static uint32_t *
join_rows(MlEnv *env, const MlopsFitRows *rows)
{
	uint32_t   *all = mlops_need(env, rows->n_rows + rows->n_validation + 1, sizeof(uint32_t));

	memcpy(all, rows->rows, sizeof(uint32_t) * rows->n_rows);
	if (rows->n_validation > 0)
		memcpy(all + rows->n_rows, rows->validation, sizeof(uint32_t) * rows->n_validation);
	return all;
}

void
mlops_encode(MlEnv *env, const MlopsDataset *dataset, const MlopsFitPlan *plan,
			 const MlopsPreparation *preparation, const MlopsFitRows *rows,
			 MlModel *model, MlFrame *frame)
{
	const MlTarget *target = &dataset->target;
	uint32_t   *all = join_rows(env, rows);

	memset(model, 0, sizeof(*model));
	model->task = target->task;
	model->n_classes = target->n_classes;
	model->labels = (const char **) target->labels;
	model->threshold = target->n_classes == 2 ? 0.5 : 0;
	model->target = target->name;
	model->algorithm = plan->algorithm;

	ml_report(env, "encoding", -1, rows->n_rows, -1, NAN);
	if (plan->start != NULL)
		model->signature = plan->start->model->signature;
	else if (dataset->partials != NULL)
	{
		mlops_partials_signature(env, dataset, preparation->max_categories,
								 pg_get_timezone_name(session_timezone), &model->signature);
		model->signature.nan_is_missing = preparation->nan_is_missing;
	}
	else
	{
		mlops_check(env, ml_signature_fit(env, &dataset->table, dataset->chosen, dataset->n_chosen,
										  all, rows->n_rows + rows->n_validation, preparation->max_categories,
										  pg_get_timezone_name(session_timezone), &model->signature));
		model->signature.nan_is_missing = preparation->nan_is_missing;
	}
	if (dataset->n_partition > 0)
		mlops_partition_encode(env, dataset, model);
	mlops_check(env, ml_frame_begin(env, &model->signature, &dataset->table, frame));
	ml_release(env, all);
}

/*
 * Target and identities of a table that has a file anyway go there too: while
 * the algorithm works, their memory is better used.
 */
static void
store_spare(const MlopsDataset *dataset, MlSpare *spare)
{
	const MlTable *table = &dataset->table;
	size_t		half = sizeof(double) * table->n_rows;

	spare->y = dataset->target.y;
	spare->identity = dataset->split.identity;
	mlops_check(table->env, ml_table_store(table, 0, spare->y, half));
	mlops_check(table->env, ml_table_store(table, half, spare->identity, half));
}

static void
fetch_spare(MlopsDataset *dataset)
{
	const MlTable *table = &dataset->table;
	size_t		half = sizeof(double) * table->n_rows;

	dataset->target.y = mlops_need(table->env, table->n_rows, sizeof(double));
	dataset->split.identity = mlops_need(table->env, table->n_rows, sizeof(uint64_t));
	mlops_check(table->env, ml_table_fetch(table, 0, dataset->target.y, half));
	mlops_check(table->env, ml_table_fetch(table, half, dataset->split.identity, half));
}

void
mlops_fit_input(const MlopsDataset *dataset, const MlopsFitPlan *plan, const MlModel *model,
				MlFitInput *input)
{
	memset(input, 0, sizeof(*input));
	input->signature = &model->signature;
	input->task = model->task;
	input->n_classes = model->n_classes;
	input->labels = model->labels;
	input->target = model->target;
	input->seed = dataset->split_options.seed;
	input->parameters = plan->parameters;
	input->options = plan->options;
	input->n_options = plan->n_options;
	input->start = plan->start ? plan->start->model->fitted : NULL;
}

void
mlops_fit(MlEnv *env, MlopsDataset *dataset, const MlopsFitPlan *plan,
		  const MlopsFitRows *rows, MlFrame *frame,
		  MlModel *model, MlFitted *fitted)
{
	MlFitInput	input;
	MlSpare		spare;

	mlops_fit_input(dataset, plan, model, &input);
	input.frame = frame;
	input.y = dataset->target.y;
	input.weight = dataset->weight;
	input.identity = dataset->split.identity;
	input.rows = rows->rows;
	input.n_rows = rows->n_rows;
	input.validation = rows->validation;
	input.n_validation = rows->n_validation;
	memset(fitted, 0, sizeof(*fitted));
	input.options = plan->options;
	input.n_options = plan->n_options;
	input.start = plan->start ? plan->start->model->fitted : NULL;
	input.passes = dataset->partials ? mlops_partials_passes(dataset->partials, &model->signature) : NULL;
	ml_report(env, "fitting", 0, rows->n_rows, 0, NAN);
	if (dataset->table.file != NULL)
	{
		store_spare(dataset, &spare);
		input.spare = &spare;
	}
	if (!plan->algorithm->pins_inputs)
		mlops_check(env, ml_frame_pin_all(frame));
	mlops_check(env, plan->algorithm->fit(env, &input, fitted));
	ml_frame_end(frame);
	if (input.spare != NULL && spare.y == NULL)
		fetch_spare(dataset);
	model->fitted = fitted->model;
}

static void
put_option(MlopsJson *json, const char *name, const MlOption *option)
{
	int			i;

	if (option->text != NULL)
		mlops_json_text(json, name, option->text);
	else if (option->members != NULL)
	{
		mlops_json_open(json, name, '{');
		for (i = 0; i < option->n_members; i++)
			mlops_json_number(json, option->members[i].name, option->members[i].value);
		mlops_json_close(json, '}');
	}
	else
		mlops_json_number(json, name, option->value);
}

Jsonb *
mlops_params_by_own_names(const MlAlgorithm *algorithm, Jsonb *params)
{
	MlOption   *options;
	int			n_options = mlops_options_list("params", params, &options);
	MlopsJson	json;
	int			i;

	if (params == NULL)
		return NULL;
	mlops_json_begin(&json);
	for (i = 0; i < n_options; i++)
	{
		int			parameter = ml_parameter_find(algorithm, options[i].name);

		put_option(&json, parameter < 0 ? options[i].name : algorithm->parameters[parameter].name,
				   &options[i]);
	}
	return mlops_json_finish(&json);
}

Jsonb *
mlops_params_overlay(Jsonb *params, Jsonb *changes)
{
	if (params == NULL)
		return changes;
	if (changes == NULL)
		return params;
	return DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, JsonbPGetDatum(params),
											  JsonbPGetDatum(changes)));
}

Jsonb *
mlops_params_resolved(const MlopsFitPlan *plan)
{
	const MlAlgorithm *algorithm = plan->algorithm;
	MlopsJson	json;
	int			i;

	mlops_json_begin(&json);
	for (i = 0; i < algorithm->n_parameters; i++)
	{
		const MlParameter *parameter = &algorithm->parameters[i];
		const MlOption *given = ml_parameter_given(algorithm, plan->options, plan->n_options, i);
		char		name[ML_CHOICE_NAME];

		if ((parameter->kind == ML_PARAM_NUMBER || parameter->kind == ML_PARAM_INTEGER) &&
			(given == NULL || given->text == NULL))
			mlops_json_number(&json, parameter->name, plan->parameters[i]);
		else if (parameter->kind == ML_PARAM_CHOICE)
			mlops_json_text(&json, parameter->name,
							ml_choice_name(parameter, (int) plan->parameters[i], name));
		else if (given != NULL)
			put_option(&json, parameter->name, given);
	}
	return mlops_json_finish(&json);
}
