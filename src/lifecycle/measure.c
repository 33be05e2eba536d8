/*
 * lifecycle/measure.c
 *		Models that are judged by what they make of rows, without any target.
 */
#include "postgres.h"

#include <math.h>

#include "algo/vectors.h"
#include "base/hash.h"
#include "bridge/env.h"
#include "bridge/settings.h"
#include "lifecycle/dataset.h"
#include "lifecycle/fit.h"
#include "lifecycle/measure.h"
#include "math/sort.h"
#include "prep/identity.h"

static MlMeasured
begin_measured(MlEnv *env, const MlModel *model, const MlopsMeasuredRows *rows, MlFrame *frame)
{
	MlMeasured	measured = {.frame = frame,.rows = rows->rows,.n_rows = rows->n_rows,
	.weight = rows->weight,.identity = rows->identity};

	mlops_check(env, ml_frame_begin(env, &model->signature, rows->table, frame));
	return measured;
}

void
mlops_measure(MlEnv *env, const MlModel *model, MlopsMeasuredRows rows, const char *part,
			  MlopsJudgement *judgement)
{
	MlMetric	metrics[ML_MAX_METRICS];
	MlFrame		frame;
	MlMeasured	measured;
	int			n_metrics;
	int			i;

	if (rows.n_rows == 0)
		return;
	measured = begin_measured(env, model, &rows, &frame);
	mlops_check(env, model->algorithm->measure(env, model->fitted, &measured, metrics, &n_metrics));
	for (i = 0; i < n_metrics; i++)
		mlops_judgement_append(judgement, part, "", &metrics[i]);
	ml_frame_end(&frame);
}

/* The mean of one metric over the folds, as far as they have it. */
static MlMetric
join_folds(const MlopsMetricRow *first, int n_metrics, int n_folds)
{
	MlMetric	joined = {.name = first->metric.name,.low = NAN,.high = NAN};
	double		rows = 0;
	int			fold;

	for (fold = 0; fold < n_folds; fold++)
	{
		const MlMetric *metric = &first[fold * n_metrics].metric;

		if (isnan(metric->value))
			continue;
		joined.value += metric->value * metric->rows;
		joined.baseline += metric->baseline * metric->rows;
		joined.rows += metric->rows;
	}
	/* a sum over rows, unlike all others */
	rows = strcmp(joined.name, "inertia") == 0 ? (double) joined.rows / n_folds : (double) joined.rows;
	joined.value = rows > 0 ? joined.value / rows : NAN;
	joined.baseline = rows > 0 ? joined.baseline / rows : NAN;
	return joined;
}

/* One fold: fit without it, measure it. */
static void
measure_fold(MlEnv *outer, MlopsDataset *dataset, const MlopsFitPlan *plan,
			 const MlopsPreparation *preparation, int fold, MlopsJudgement *judgement)
{
	MlEnv	   *env = mlops_env_begin(mlops_env_context(outer), "mlops fold",
									  (Size) mlops_training_memory * 1024);
	MlopsFitRows rows = {0};
	MlFrame		frame;
	MlModel		model;
	MlFitted	fitted;
	int64_t		n_inside;
	uint32_t   *inside = mlops_dataset_fold(env, dataset, fold, true, &n_inside);

	rows.rows = mlops_dataset_fold(env, dataset, fold, false, &rows.n_rows);
	mlops_encode(env, dataset, plan, preparation, &rows, &model, &frame);
	mlops_fit(env, dataset, plan, &rows, &frame, &model, &fitted);
	mlops_measure(env, &model, mlops_measured_rows(dataset, inside, n_inside), "cv", judgement);
	mlops_env_end(env);
}

void
mlops_measure_folds(MlEnv *env, MlopsDataset *dataset, const MlopsFitPlan *plan,
					const MlopsPreparation *preparation, MlopsJudgement *judgement)
{
	int			n_folds = dataset->split.folds;
	MlopsJudgement folds = {0};
	int			n_metrics;
	int			i;

	for (i = 0; i < n_folds; i++)
		measure_fold(env, dataset, plan, preparation, i, &folds);
	n_metrics = folds.n_rows / n_folds;
	for (i = 0; i < n_metrics; i++)
	{
		MlMetric	joined = join_folds(&folds.rows[i], n_metrics, n_folds);

		mlops_judgement_append(judgement, "cv", "", &joined);
	}
}

MlopsMeasuredRows
mlops_measured_rows(const MlopsDataset *dataset, const uint32_t *rows, int64_t n_rows)
{
	return (MlopsMeasuredRows) {&dataset->table, rows, n_rows, dataset->weight, dataset->split.identity};
}

void
mlops_measure_losses(MlEnv *env, const MlModel *model, const MlopsMeasuredRows *rows, double *loss)
{
	MlFrame		frame;
	MlMeasured	measured = begin_measured(env, model, rows, &frame);

	mlops_check(env, model->algorithm->losses(env, model->fitted, &measured, loss));
	ml_frame_end(&frame);
}

static bool
same_features(const MlSignature *a, const MlSignature *b)
{
	int			i;

	if (a->n_features != b->n_features)
		return false;
	for (i = 0; i < a->n_features; i++)
		if (ml_signature_find(b, a->features[i].name, strlen(a->features[i].name)) < 0)
			return false;
	return true;
}

char *
mlops_other_space(const MlModel *model, const MlModel *champion)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops comparison", 0);
	MlVectors	ours = {0};
	MlVectors	theirs = {0};
	char	   *reason = NULL;

	mlops_check(env, model->algorithm->vectors(env, model->fitted, &ours));
	mlops_check(env, champion->algorithm->vectors(env, champion->fitted, &theirs));
	if (!same_features(&model->signature, &champion->signature))
		reason = pstrdup("it has other features");
	else if (theirs.space->standardised != ours.space->standardised ||
			 theirs.space->centred != ours.space->centred)
		reason = pstrdup("its features are scaled otherwise");
	else if (model->task == ML_DECOMPOSITION && theirs.n_vectors != ours.n_vectors)
		reason = psprintf("it has %d components", theirs.n_vectors);
	else if (model->task == ML_CLUSTERING && Min(theirs.n_vectors, ours.n_vectors) < 2)
		reason = pstrdup("one cluster alone cannot be judged");
	mlops_env_end(env);
	return reason;
}

void
mlops_smallest_identities(MlEnv *env, const uint64_t *identity, int64_t n, uint32_t *rows, int64_t n_rows)
{
	uint64_t   *keys = mlops_need(env, n_rows + 1, sizeof(uint64_t));
	uint64_t	limit;
	int64_t		kept = 0;
	int64_t		i;

	for (i = 0; i < n_rows; i++)
		keys[i] = ml_mix64(identity[rows[i]]);
	mlops_check(env, ml_sort_u64(env, keys, n_rows));
	limit = n > 0 ? keys[n - 1] : 0;
	for (i = 0; i < n_rows && kept < n; i++)
		if (ml_mix64(identity[rows[i]]) <= limit)
			rows[kept++] = rows[i];
	ml_release(env, keys);
}

uint64_t *
mlops_content_identity(MlEnv *env, const MlTable *table)
{
	uint64_t   *identity = mlops_need(env, table->n_rows + 1, sizeof(uint64_t));
	int		   *columns = mlops_need(env, table->n_columns, sizeof(int));
	int			i;

	for (i = 0; i < table->n_columns; i++)
		columns[i] = i;
	mlops_check(env, ml_row_identities(env, table, columns, table->n_columns, true, identity));
	ml_release(env, columns);
	return identity;
}
