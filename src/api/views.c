/*
 * api/views.c
 *		Functions behind the views that show what is not in tables.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "algo/algo.h"
#include "bridge/progress.h"

PG_FUNCTION_INFO_V1(mlops_sql_algorithms);
PG_FUNCTION_INFO_V1(mlops_sql_progress);

static Datum
text_array(const char *const *texts, int count)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(count, 1));
	int			i;

	for (i = 0; i < count; i++)
		elements[i] = CStringGetTextDatum(texts[i]);
	return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Names of the tasks that an algorithm can do. */
static Datum
task_names(const MlAlgorithm *algorithm)
{
	const char *names[ML_LAST_TASK + 1];
	int			count = 0;
	int			task;

	for (task = ML_REGRESSION; task <= ML_LAST_TASK; task++)
	{
		if (algorithm->tasks & (1u << task))
			names[count++] = ml_task_name(task);
	}
	return text_array(names, count);
}

/* A comma-separated list as an array. */
static Datum
alias_names(const char *list)
{
	const char **names = palloc(sizeof(char *) * (strlen(list) + 1));
	char	   *rest = pstrdup(list);
	char	   *name;
	int			count = 0;

	while ((name = strsep(&rest, ",")) != NULL)
	{
		while (*name == ' ')
			name++;
		if (*name != '\0')
			names[count++] = name;
	}
	return text_array(names, count);
}

/* What it means and, for a choice, the names; the first one is the default. */
static const char *
parameter_text(const MlParameter *parameter)
{
	char		names[ML_ERROR_TEXT];

	if (parameter->choices == NULL)
		return parameter->text;
	ml_choice_names(parameter, names, sizeof(names));
	return psprintf("%s: %s", parameter->text, names);
}

#define ALGORITHM_COLUMNS 10

static void
put_parameter(ReturnSetInfo *result, const MlAlgorithm *algorithm, const MlParameter *parameter)
{
	Datum		values[ALGORITHM_COLUMNS] = {0};
	bool		nulls[ALGORITHM_COLUMNS] = {false};
	int			i;

	values[0] = CStringGetTextDatum(algorithm->name);
	values[1] = CStringGetTextDatum(algorithm->title);
	values[2] = task_names(algorithm);
	if (parameter == NULL)
	{
		for (i = 3; i < ALGORITHM_COLUMNS; i++)
			nulls[i] = true;
	}
	else
	{
		values[3] = CStringGetTextDatum(parameter->name);
		values[4] = alias_names(parameter->aliases);
		values[5] = CStringGetTextDatum(ml_parameter_type(parameter));
		values[6] = Float8GetDatum(parameter->initial);
		values[7] = Float8GetDatum(parameter->minimum);
		values[8] = Float8GetDatum(parameter->maximum);
		nulls[6] = parameter->kind >= ML_PARAM_CHOICE;
		nulls[7] = nulls[8] = parameter->kind == ML_PARAM_CHOICE || parameter->kind == ML_PARAM_COLUMN;
		values[9] = CStringGetTextDatum(parameter_text(parameter));
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* One row for each parameter; an algorithm without any has one row. */
Datum
mlops_sql_algorithms(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			i;
	int			j;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < ml_n_algorithms; i++)
	{
		const MlAlgorithm *algorithm = ml_algorithms[i];

		if (algorithm->n_parameters == 0)
			put_parameter(result, algorithm, NULL);
		for (j = 0; j < algorithm->n_parameters; j++)
			put_parameter(result, algorithm, &algorithm->parameters[j]);
	}
	return (Datum) 0;
}

/*
 * What is left of the phase when it goes on at the same speed. False when
 * nothing is known, or nothing worth saying.
 */
static bool
estimate_rest(const MlopsProgress *progress, Interval *rest)
{
	double		elapsed = GetCurrentTimestamp() - progress->phase_started_at;
	double		microseconds;

	if (!(progress->fraction > 0 && progress->fraction <= 1) || elapsed < 0)
		return false;
	microseconds = elapsed * (1 - progress->fraction) / progress->fraction;
	if (microseconds > (double) USECS_PER_DAY * DAYS_PER_YEAR)
		return false;
	rest->time = (TimeOffset) microseconds;
	rest->day = 0;
	rest->month = 0;
	return true;
}

#define PROGRESS_COLUMNS 11

static void
put_progress(ReturnSetInfo *result, const MlopsProgress *progress)
{
	Datum		values[PROGRESS_COLUMNS] = {0};
	bool		nulls[PROGRESS_COLUMNS] = {false};
	char	   *role = GetUserNameFromId(progress->role, true);
	Interval   *rest = palloc(sizeof(Interval));

	values[0] = Int32GetDatum(progress->pid);
	nulls[1] = role == NULL;
	if (role != NULL)
		values[1] = CStringGetTextDatum(role);
	values[2] = CStringGetTextDatum(progress->model);
	values[3] = CStringGetTextDatum(progress->algorithm);
	values[4] = CStringGetTextDatum(progress->phase);
	nulls[5] = progress->fraction < 0;
	values[5] = Float8GetDatum(rint(progress->fraction * 1000) / 10);
	nulls[6] = progress->rows < 0;
	values[6] = Int64GetDatum(progress->rows);
	nulls[7] = progress->iteration < 0;
	values[7] = Int32GetDatum(progress->iteration);
	nulls[8] = isnan(progress->loss);
	values[8] = Float8GetDatum(progress->loss);
	values[9] = TimestampTzGetDatum(progress->started_at);
	nulls[10] = !estimate_rest(progress, rest);
	values[10] = IntervalPGetDatum(rest);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Everybody sees trainings of roles whose rights he has; monitoring roles see all. */
Datum
mlops_sql_progress(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MlopsProgress *list;
	bool		sees_all;
	int			count;
	int			i;

	if (!mlops_progress_available())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("progress is known only when mlops is loaded at server start"),
				 errhint("Add mlops to shared_preload_libraries and restart the server.")));
	InitMaterializedSRF(fcinfo, 0);
	sees_all = has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
	list = mlops_progress_list(&count);
	for (i = 0; i < count; i++)
	{
		if (sees_all || has_privs_of_role(GetUserId(), list[i].role))
			put_progress(result, &list[i]);
	}
	return (Datum) 0;
}
