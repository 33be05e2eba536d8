/*
 * lifecycle/explain.c
 *		Why a version says of a row what it says.
 *
 * Algorithms explain inputs, such as the month of a date; people think in
 * columns, so the inputs of a column are summed.
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "algo/explain.h"
#include "bridge/env.h"
#include "bridge/settings.h"
#include "catalog/cache.h"
#include "lifecycle/dataset.h"
#include "lifecycle/explain.h"

void
mlops_explainable(const char *reference, const MlModel *model)
{
	if (model->task == ML_REGRESSION || model->task == ML_CLASSIFICATION || model->task == ML_ANOMALY)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("model \"%s\" has nothing to explain", reference),
			 errdetail("Its task is %s: it predicts neither a number nor a class.", ml_task_name(model->task))));
}

void
mlops_explained_begin(const char *reference, MlopsExplained *explained)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops explanation",
									  (Size) mlops_training_memory * 1024);
	MemoryContext context = mlops_env_context(env);
	MlopsVersionKey key;

	mlops_reference_resolve(reference, MLOPS_RIGHT_READ, &key);
	explained->env = env;
	explained->model = mlops_prepared_model(mlops_cache_get(&key, context));
	mlops_explainable(reference, explained->model);
	explained->reader = mlops_row_reader(&explained->model->signature, context);
	explained->inputs = mlops_need(env, explained->model->signature.n_inputs + 1, sizeof(double));
}

void
mlops_explained_end(MlopsExplained *explained)
{
	mlops_env_end(explained->env);
}

static const char *
class_name(const MlModel *model, int class_number)
{
	const char *label = model->labels[class_number];

	return pg_any_to_server(pstrdup(label), strlen(label), PG_UTF8);
}

/* Number of a class by its name in the server's encoding. */
static int
find_class(const MlModel *model, const char *class)
{
	StringInfoData names;
	int			i;

	initStringInfo(&names);
	for (i = 0; i < model->n_classes; i++)
	{
		if (strcmp(class_name(model, i), class) == 0)
			return i;
		appendStringInfo(&names, "%s\"%s\"", i > 0 ? ", " : "", class_name(model, i));
	}
	if (model->n_classes == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model has no class \"%s\"", class),
				 errdetail("Its task is %s, which has no classes.", ml_task_name(model->task)),
				 errhint("Leave the class out.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("model has no class \"%s\"", class),
			 errhint("Its classes are %s.", names.data)));
	return -1;
}

void
mlops_explained_classes(const MlModel *model, const char *class, int *first, int *count)
{
	*count = class == NULL && model->n_classes > 2 ? model->n_classes : 1;
	if (class != NULL)
		*first = find_class(model, class);
	else
		*first = model->n_classes == 2 ? 1 : 0;
}

void
mlops_sum_contributions(const MlSignature *signature, int index, bool exact, const double *contributions,
						const double *errors, double *sum, double *std_error)
{
	const MlFeature *feature = &signature->features[index];
	double		variance = 0;
	int			i;

	*sum = 0;
	for (i = feature->first_input; i < feature->first_input + feature->n_inputs; i++)
	{
		*sum += contributions[i];
		variance += errors[i] * errors[i];
	}
	*std_error = exact ? NAN : sqrt(variance);
}

/* Contributions by column, in the order of the columns; rows[0] is the base. */
static void
explain_class(const MlopsExplained *explained, int class_number, MlopsContribution *rows)
{
	const MlModel *model = explained->model;
	const MlSignature *signature = &model->signature;
	MlEnv	   *env = explained->env;
	double	   *contributions = mlops_need(env, signature->n_inputs + 1, sizeof(double));
	double	   *errors = mlops_need(env, signature->n_inputs + 1, sizeof(double));
	bool		negative = model->n_classes == 2 && class_number == 0;
	const char *class = model->n_classes > 0 ? class_name(model, class_number) : NULL;
	int			group = ml_model_has_groups(model) ?
		ml_groups_find(&model->groups, mlops_row_values(explained->reader)) : -1;
	MlExplainer explainer;
	int			i;

	mlops_check(env, ml_explain_begin(env, model->algorithm, ml_model_fitted(model, group), signature, model->task,
									  model->n_classes, model->n_classes > 2 ? class_number : 0, &explainer));
	mlops_check(env, ml_explain_rows(&explainer, explained->inputs, 1, contributions, errors));
	rows[0] = (MlopsContribution) {class, "(base)", NULL, negative ? -explainer.base : explainer.base, NAN};
	for (i = 0; i < ml_signature_n_learnt(signature); i++)
	{
		MlopsContribution *row = &rows[i + 1];

		row->class = class;
		row->feature = pstrdup(signature->features[i].name);
		row->value = mlops_value_text(signature->features[i].type, &mlops_row_values(explained->reader)[i]);
		mlops_sum_contributions(signature, i, explainer.exact, contributions, errors, &row->contribution,
								&row->std_error);
		if (negative)
			row->contribution = -row->contribution;
	}
	ml_release(env, contributions);
	ml_release(env, errors);
}

/* The largest first; equal ones keep the order of the columns. */
static int
compare_contributions(const void *a, const void *b)
{
	double		first = fabs(((const MlopsContribution *) a)->contribution);
	double		second = fabs(((const MlopsContribution *) b)->contribution);

	if (first != second)
		return first > second ? -1 : 1;
	return strcmp(((const MlopsContribution *) a)->feature, ((const MlopsContribution *) b)->feature);
}

MlopsContribution *
mlops_explain(const MlopsExplained *explained, const char *class, int *count)
{
	const MlModel *model = explained->model;
	int			n_rows = ml_signature_n_learnt(&model->signature) + 1;
	MlopsContribution *rows;
	int			first;
	int			n_classes;
	int			i;

	mlops_explained_classes(model, class, &first, &n_classes);
	rows = palloc(sizeof(MlopsContribution) * n_rows * n_classes);
	for (i = 0; i < n_classes; i++)
	{
		MlopsContribution *of_class = rows + i * n_rows;

		explain_class(explained, first + i, of_class);
		qsort(of_class + 1, n_rows - 1, sizeof(MlopsContribution), compare_contributions);
	}
	*count = n_rows * n_classes;
	return rows;
}
