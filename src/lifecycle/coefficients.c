/*
 * lifecycle/coefficients.c
 *		The coefficients of a version with their errors.
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"

#include "algo/inference.h"
#include "bridge/env.h"
#include "bridge/settings.h"
#include "catalog/cache.h"
#include "lifecycle/coefficients.h"
#include "lifecycle/dataset.h"
#include "lifecycle/partition.h"
#include "math/func.h"

#define UNCERTAIN 0.05			/* what a confidence interval leaves out */

static char *
server_text(const char *text, size_t length)
{
	return pg_any_to_server(pnstrdup(text, length), (int) length, PG_UTF8);
}

static char *
level_text(const MlSignature *signature, int input, int level)
{
	const MlFeature *feature = &signature->features[signature->inputs[input].feature];

	return server_text(feature->level[level], feature->level_length[level]);
}

static void
name_term(const MlModel *model, const MlTerm *term, MlopsCoefficientRow *row)
{
	const MlSignature *signature = &model->signature;
	char		name[NAMEDATALEN + 32];

	if (term->class >= 0)
		row->class_label = server_text(model->labels[term->class], strlen(model->labels[term->class]));
	if (term->input < 0)
	{
		row->feature = "(intercept)";
		return;
	}
	ml_input_name(signature, term->input, name, sizeof(name));
	row->feature = server_text(name, strlen(name));
	if (term->kind == ML_TERM_LEVEL)
		row->level = level_text(signature, term->input, term->level);
	else if (term->kind == ML_TERM_OTHER)
		row->level = "(other)";
	else if (term->kind == ML_TERM_MISSING)
		row->level = "(missing)";
	if (signature->inputs[term->input].n_levels > 0)
		row->reference = level_text(signature, term->input, signature->inputs[term->input].mode);
}

/* quantile: of Student's t or the normal distribution, for the interval. */
static void
judge_term(const MlInference *inference, int i, double quantile, MlopsCoefficientRow *row)
{
	double		error = inference->std_error[i];
	double		statistic = inference->estimate[i] / error;

	row->estimate = inference->estimate[i];
	row->ratio = inference->ratios ? ml_exp(row->estimate) : NAN;
	row->reason = ml_reason_text(inference->reason[i]);
	row->std_error = error;
	row->robust = inference->robust[i];
	row->low = row->estimate - quantile * error;
	row->high = row->estimate + quantile * error;
	row->statistic = row->p_value = NAN;
	if (!(error > 0))
		return;
	row->statistic = statistic;
	row->p_value = inference->df > 0 ? ml_student_tails(statistic, inference->df) :
		2.0 * ml_normal_cdf(-fabs(statistic));
}

static void
require_coefficients(const MlopsVersionKey *key, const MlModel *model)
{
	if (model->algorithm->coefficients == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("version %d of model \"%s\" has no coefficients", key->version, key->model),
				 errdetail("Algorithm %s is not a linear model.", model->algorithm->name),
				 errhint("mlops_importance() tells which columns it goes by.")));
}

MlopsCoefficientRow *
mlops_coefficients(const char *reference, Jsonb *partition, int *count)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops coefficients",
									  (Size) mlops_training_memory * 1024);
	int			n_classes;
	MlopsVersionKey key;
	const MlModel *model;
	const MlInference *inference;
	MlopsCoefficientRow *rows;
	MlDesign	design;
	MlTerm	   *terms;
	double		quantile;
	int			n;
	int			i;

	mlops_reference_resolve(reference, MLOPS_RIGHT_READ, &key);
	model = mlops_prepared_model(mlops_cache_get(&key, mlops_env_context(env)));
	require_coefficients(&key, model);
	mlops_check(env, model->algorithm->coefficients(env, mlops_partition_fitted(&key, model, partition),
													&model->signature, &inference));
	mlops_check(env, ml_design_make(env, &model->signature, &design));
	n_classes = model->n_classes > 2 ? model->n_classes : 1;
	n = inference->n_terms / n_classes;
	terms = mlops_need(env, n, sizeof(MlTerm));
	rows = palloc0(sizeof(MlopsCoefficientRow) * inference->n_terms);
	quantile = inference->df > 0 ? ml_student_quantile(UNCERTAIN, inference->df) :
		ml_normal_quantile(1 - UNCERTAIN / 2);
	for (i = 0; i < inference->n_terms; i++)
	{
		mlops_check(env, ml_check_stop(env));
		if (i % n == 0)
			ml_terms_list(&design, model->n_classes > 2 ? i / n : -1, terms);
		name_term(model, &terms[i % n], &rows[i]);
		judge_term(inference, i, quantile, &rows[i]);
	}
	*count = inference->n_terms;
	mlops_env_end(env);
	return rows;
}
