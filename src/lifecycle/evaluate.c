/*
 * lifecycle/evaluate.c
 *		How good a version is: as stored, or on rows given now.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "bridge/env.h"
#include "bridge/json.h"
#include "bridge/settings.h"
#include "catalog/cache.h"
#include "data/source.h"
#include "lifecycle/dataset.h"
#include "lifecycle/evaluate.h"
#include "lifecycle/judge.h"
#include "lifecycle/measure.h"
#include "lifecycle/score.h"

static void
damaged_version(const MlopsVersion *version)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("version %d of model \"%s\" is damaged", version->version, version->model),
			 errdetail("A row of mlops.version does not hold what training wrote.")));
}

/* Index of a column that evaluation needs. */
static int
need_column(const MlopsSource *source, const char *role, const char *name)
{
	int			column = mlops_source_find(source, name);

	if (column < 0 || source->columns[column].type == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the source has no usable column \"%s\"", name),
				 errdetail("It is %s of the version.", role),
				 errhint("Give a source with the columns that the version was trained on.")));
	return column;
}

static void
add_wanted(int *wanted, int *n_wanted, int column)
{
	int			i;

	for (i = 0; i < *n_wanted; i++)
		if (wanted[i] == column)
			return;
	wanted[(*n_wanted)++] = column;
}

/*
 * Features, target and weight of a version from a source; the target of
 * anomalies only where the source has it.
 */
static void
read_columns(MlEnv *env, const MlModel *model, const char *weight, const char *source_text,
			  MlTable *table)
{
	MlopsSource *source = mlops_source_open(source_text);
	MlopsReadOptions options = {.nan_is_missing = model->signature.nan_is_missing,
	.time_zone = model->signature.time_zone};
	int		   *wanted = palloc(sizeof(int) * (model->signature.n_features + 2));
	int			n_wanted = 0;
	int			i;

	for (i = 0; i < model->signature.n_features; i++)
	{
		const MlFeature *feature = &model->signature.features[i];

		add_wanted(wanted, &n_wanted,
				   need_column(source, feature->n_inputs > 0 ? "a feature" : "a column of partition_by", feature->name));
	}
	if (ml_task_predicts(model->task) || (model->target != NULL && mlops_source_find(source, model->target) >= 0))
		add_wanted(wanted, &n_wanted, need_column(source, "the target", model->target));
	if (weight != NULL)
		add_wanted(wanted, &n_wanted, need_column(source, "the weight", weight));
	mlops_source_read_as(source, wanted, n_wanted, &model->signature, &options, env, table);
	mlops_source_close(source);
}

/* Rows that can be judged: those with a target. */
static uint32_t *
judged_rows(MlEnv *env, const MlTable *table, const MlTarget *target, int64_t *count)
{
	uint32_t   *rows = mlops_need(env, table->n_rows + 1, sizeof(uint32_t));
	int64_t		row;

	*count = 0;
	for (row = 0; row < table->n_rows; row++)
		if (!isnan(target->y[row]))
			rows[(*count)++] = (uint32_t) row;
	if (*count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("the source has no row to evaluate on"),
				 !ml_task_predicts(target->task) ? errdetail("All of its rows have weight 0.") :
				 errdetail("All of its %lld rows have weight 0, or no value in the target \"%s\".",
						   (long long) table->n_rows, target->name)));
	return rows;
}

void
mlops_read_labelled(MlEnv *env, const MlModel *model, const MlopsVersion *version,
					const char *source_text, MlopsLabelled *labelled)
{
	char	   *weight = mlops_json_get_text(version->request, "weight");
	MlTable    *table = &labelled->table;
	MlTarget   *target = &labelled->target;
	int			target_column;

	labelled->weight = NULL;
	read_columns(env, model, weight, source_text, table);
	target_column = model->target == NULL ? -1 : ml_table_find(table, model->target);
	mlops_check(env, ml_target_match(env, table, target_column, model->task, model->n_classes,
									 (char *const *) model->labels, target));
	if (weight != NULL)
		mlops_take_weights(env, table, ml_table_find(table, weight), target, &labelled->weight);
	labelled->rows = judged_rows(env, table, target, &labelled->n_rows);
}

/* What the version's baseline says of every row. */
static const double *
stored_baseline(const MlopsVersion *version, const MlModel *model)
{
	if (model->n_classes <= 2)
		return &version->baseline_prediction;
	if (version->n_classes != model->n_classes || version->class_shares == NULL)
		damaged_version(version);
	return version->class_shares;
}

/* Metrics on the rows of a source. */
static void
evaluate_source(const MlopsVersionKey *key, const char *source_text, MlopsJudgement *judgement)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops evaluation",
									  (Size) mlops_training_memory * 1024);
	const MlModel *model = mlops_prepared_model(mlops_cache_get(key, mlops_env_context(env)));
	MlopsVersion *version = mlops_version_load(key->model, key->version);
	MlYardstick yardstick = mlops_version_yardstick(env, version, model);
	MlopsLabelled labelled;
	double	   *predicted;

	mlops_read_labelled(env, model, version, source_text, &labelled);
	if (mlops_is_measured(model))
	{
		MlopsMeasuredRows rows = {&labelled.table, labelled.rows, labelled.n_rows, labelled.weight,
			mlops_content_identity(env, &labelled.table)};

		mlops_measure(env, model, rows, "source", judgement);
	}
	else
	{
		predicted = mlops_need(env, labelled.n_rows + 1, sizeof(double) * ml_model_n_outputs(model));
		mlops_score_table(env, model, &labelled.table, labelled.rows, labelled.n_rows, predicted);
		mlops_judge(env, &labelled.target, &yardstick, labelled.weight, labelled.rows, labelled.n_rows, predicted,
					model->threshold, stored_baseline(version, model), "source", judgement);
	}
	mlops_env_end(env);
}

MlopsMetricRow *
mlops_evaluate(const char *reference, const char *source, int *count)
{
	MlopsVersionKey key;
	MlopsJudgement *judgement;

	mlops_reference_resolve(reference, MLOPS_RIGHT_READ, &key);
	if (source == NULL)
		return mlops_version_metrics(key.model, key.version, count);
	judgement = palloc0(sizeof(MlopsJudgement));
	evaluate_source(&key, source, judgement);
	*count = judgement->n_rows;
	return judgement->rows;
}

/* The count of that name in the part that judged the version. */
static double
find_count(const MlopsMetricRow *rows, int count, const char *part, const char *metric)
{
	int			i;

	for (i = 0; i < count; i++)
		if (strcmp(rows[i].part, part) == 0 && strcmp(rows[i].metric.name, metric) == 0)
			return rows[i].metric.value;
	return NAN;
}

/* The part that judges best: rows not learnt from, if there are any. */
static const char *
best_part(const MlopsMetricRow *rows, int count)
{
	static const char *const parts[] = {"source", "holdout", "cv", "oob", "train"};
	int			i;

	for (i = 0; i < (int) lengthof(parts); i++)
		if (!isnan(find_count(rows, count, parts[i], "true_positive")))
			return parts[i];
	return NULL;
}

/* The table of more than two classes: as stored, or of the rows of a source. */
static MlopsConfusionRow *
confusion_of_many(const MlopsVersionKey *key, const MlopsVersion *version, const char *source, int *count)
{
	int			n = version->n_classes;
	MlopsConfusionRow *cells = palloc(sizeof(MlopsConfusionRow) * n * n);
	const double *confusion = version->confusion;
	int			i;

	if (source != NULL)
	{
		MlopsJudgement judgement = {0};

		evaluate_source(key, source, &judgement);
		confusion = judgement.confusion;
	}
	if (confusion == NULL)
		damaged_version(version);
	for (i = 0; i < n * n; i++)
		cells[i] = (MlopsConfusionRow) {version->classes[i / n], version->classes[i % n], confusion[i]};
	*count = n * n;
	return cells;
}

/* The four counts that are kept as metrics. */
static MlopsConfusionRow *
confusion_of_two(const char *reference, const MlopsVersion *version, const char *source, int *count)
{
	int			n_rows;
	MlopsMetricRow *rows = mlops_evaluate(reference, source, &n_rows);
	const char *part = best_part(rows, n_rows);
	MlopsConfusionRow *cells = palloc(sizeof(MlopsConfusionRow) * 4);
	const char *negative;
	const char *positive;

	if (part == NULL || version->n_classes != 2)
		damaged_version(version);
	negative = version->classes[0];
	positive = version->classes[1];
	cells[0] = (MlopsConfusionRow) {negative, negative, find_count(rows, n_rows, part, "true_negative")};
	cells[1] = (MlopsConfusionRow) {negative, positive, find_count(rows, n_rows, part, "false_positive")};
	cells[2] = (MlopsConfusionRow) {positive, negative, find_count(rows, n_rows, part, "false_negative")};
	cells[3] = (MlopsConfusionRow) {positive, positive, find_count(rows, n_rows, part, "true_positive")};
	*count = 4;
	return cells;
}

MlopsConfusionRow *
mlops_confusion(const char *reference, const char *source, int *count)
{
	MlopsVersionKey key;
	MlopsVersion *version;

	mlops_reference_resolve(reference, MLOPS_RIGHT_READ, &key);
	version = mlops_version_load(key.model, key.version);
	if (strcmp(version->task, ml_task_name(ML_CLASSIFICATION)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("model \"%s\" has no confusion matrix", key.model),
				 errdetail("Its task is %s.", version->task),
				 errhint("Use mlops_evaluate(%s) for its metrics.", quote_literal_cstr(reference))));
	if (version->n_classes > 2)
		return confusion_of_many(&key, version, source, count);
	return confusion_of_two(reference, version, source, count);
}
