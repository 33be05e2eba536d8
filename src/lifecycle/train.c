/*
 * lifecycle/train.c
 *		Training: from a source to a stored, judged and perhaps deployed version.
 *
 * The order matters: everything that can be refused is refused before rows are
 * read; nothing is locked while fitting; then the name is locked, the next
 * number taken, everything written, and the champion of that moment compared.
 * All of it belongs to the caller's transaction.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/hash.h"
#include "bridge/digest.h"
#include "bridge/env.h"
#include "bridge/json.h"
#include "bridge/progress.h"
#include "bridge/settings.h"
#include "bridge/writable.h"
#include "catalog/cache.h"
#include "catalog/database.h"
#include "catalog/version.h"
#include "data/source.h"
#include "lifecycle/dataset.h"
#include "lifecycle/drift.h"
#include "lifecycle/fit.h"
#include "lifecycle/judge.h"
#include "lifecycle/measure.h"
#include "lifecycle/partition.h"
#include "lifecycle/partials.h"
#include "lifecycle/profile.h"
#include "lifecycle/promote.h"
#include "lifecycle/request.h"
#include "lifecycle/score.h"
#include "lifecycle/split_rule.h"
#include "lifecycle/train.h"
#include "lifecycle/warm_start.h"

/* Training rows that enter the metrics of part "train". */
#define TRAIN_METRIC_ROWS 50000

/* Sides that are learnt from. */
#define TRAINING_SIDE ((1u << ML_SIDE_TRAIN) | (1u << ML_SIDE_VALIDATE))

/* Everything a training carries from step to step. */
typedef struct Training
{
	const MlopsTrainRequest *request;
	MlEnv	   *env;
	MlopsPreparation preparation;
	MlopsDeployRule deploy;
	MlopsFitPlan plan;
	MlopsDataset dataset;
	MlModel		model;
	MlFitted	fitted;
	uint32_t   *holdout;		/* rows that judge the version; all rows under */
	int64_t		n_holdout;		/* cross-validation */
	double	   *predicted;		/* (n_holdout, ml_model_n_outputs()) */
	double	   *global;			/* the same by the model of all rows, when there are groups */
	MlopsPartition *partitions; /* (model.groups.n_groups), or NULL */
	const char *part;			/* holdout, cv, oob, or train */
	MlYardstick yardstick;
	double		baseline[ML_MAX_CLASSES];	/* (ml_n_outputs()) */
	MlopsJudgement judgement;
	uint8_t    *artifact;
	size_t		artifact_length;
	int			n_features;
	MlopsFeatureRow *features;
	instr_time	mark;			/* end of the last timed step */
	MlopsJson	timings;
	TimestampTz started_at;
} Training;

/* Seconds since the last call, noted under a name. */
static void
note_time(Training *training, const char *step)
{
	instr_time	now;
	instr_time	elapsed;

	INSTR_TIME_SET_CURRENT(now);
	elapsed = now;
	INSTR_TIME_SUBTRACT(elapsed, training->mark);
	training->mark = now;
	mlops_json_number(&training->timings, step, rint(INSTR_TIME_GET_DOUBLE(elapsed) * 1e6) / 1e6);
}

/* Refuse early what cannot work. */
static void
check_request(Training *training)
{
	const MlopsTrainRequest *request = training->request;
	MlTask		asked = mlops_task_asked(request);
	MlopsFitPlan plan;

	mlops_require_writable("mlops_train()");
	mlops_require_extension();
	mlops_model_check_name(request->model);
	mlops_check_target(request, asked);
	mlops_deploy_rule_read(request->deploy, &training->deploy);
	mlops_preparation_read(request->prepare, request->split, request->seed, &training->preparation);
	mlops_partition_check(request, &training->preparation, asked);
	if (request->start != NULL)
		training->preparation.nan_is_missing = request->start->model->signature.nan_is_missing;
	if (strcmp(request->algorithm, "auto") != 0)
	{
		const MlAlgorithm *algorithm = ml_algorithm_find(request->algorithm);
		MlTask		task = asked != 0 ? asked :
			algorithm == NULL || (algorithm->tasks & (1u << ML_REGRESSION)) ?
			ML_REGRESSION : ML_CLASSIFICATION;

		mlops_plan_fit(training->env, request, task, 0, 0, &plan);
	}
}

/* Numbers that the model gives for a row; without a target that is known once it is fitted. */
static int
n_outputs(const Training *training)
{
	return training->model.fitted != NULL ? ml_model_n_outputs(&training->model) :
		ml_n_outputs(training->dataset.target.n_classes);
}

/* Metrics of some rows with these outputs; without a target, of what the model makes of them. */
static void
judge(Training *training, const uint32_t *rows, int64_t n_rows, const double *predicted, const char *part)
{
	const MlopsDataset *dataset = &training->dataset;

	if (mlops_is_measured(&training->model))
		mlops_measure(training->env, &training->model, mlops_measured_rows(dataset, rows, n_rows), part,
					  &training->judgement);
	else
		mlops_judge(training->env, &dataset->target, &training->yardstick, dataset->weight, rows, n_rows,
					predicted, training->model.threshold, training->baseline, part, &training->judgement);
}

/*
 * Metrics of the rows that were learnt from by those parts of the model that
 * did not learn from them, where the algorithm gives such predictions.
 */
static void
judge_out_of_bag(Training *training, const MlopsFitRows *rows)
{
	MlEnv	   *env = training->env;
	const double *out_of_bag = training->fitted.out_of_bag;
	int			width = n_outputs(training);
	uint32_t   *judged;
	double	   *predicted;
	int64_t		n = 0;
	int64_t		i;

	/* with groups it is not the model of all rows that predicts a row */
	if (out_of_bag == NULL || training->partitions != NULL)
		return;
	judged = mlops_need(env, rows->n_rows + 1, sizeof(uint32_t));
	predicted = mlops_need(env, rows->n_rows + 1, sizeof(double) * width);
	for (i = 0; i < rows->n_rows; i++)
	{
		judged[n] = rows->rows[i];
		memcpy(predicted + n * width, out_of_bag + i * width, sizeof(double) * width);
		n += !isnan(out_of_bag[i * width]);
	}
	if (n > 0)
		judge(training, judged, n, predicted, "oob");
	ml_release(env, judged);
	ml_release(env, predicted);
}

/* The version itself: encoders and parameters from these rows. */
static void
fit_version(Training *training, const MlopsFitRows *rows)
{
	MlFrame		frame;

	mlops_encode(training->env, &training->dataset, &training->plan, &training->preparation, rows,
				 &training->model, &frame);
	note_time(training, "encode");
	mlops_fit(training->env, &training->dataset, &training->plan, rows, &frame,
			  &training->model, &training->fitted);
	note_time(training, "fit");
	if (training->fitted.members > 1)
		mlops_json_integer(&training->timings, "workers", training->fitted.members - 1);
	if (training->dataset.n_partition > 0)
	{
		training->partitions = mlops_partition_fit(training->env, &training->dataset, &training->plan,
												   &training->preparation, rows, &training->fitted,
												   &training->model);
		note_time(training, "fit_groups");
	}
	judge_out_of_bag(training, rows);
}

/* Outputs of some rows: of what serves them and, where there are groups, of the model of all rows. */
static void
predict_rows(Training *training, MlEnv *env, const MlModel *model, const uint32_t *rows, int64_t n_rows,
			 double *predicted, double *global)
{
	const MlTable *table = &training->dataset.table;

	if (n_rows > 0)
		mlops_score_table(env, model, table, rows, n_rows, predicted);
	if (n_rows > 0 && ml_model_has_groups(model))
		mlops_score_globally(env, model, table, rows, n_rows, global);
}

/* Fit on the training side, predict what was held out. */
static void
fit_and_hold_out(Training *training)
{
	MlEnv	   *env = training->env;
	MlopsDataset *dataset = &training->dataset;
	MlopsFitRows rows;
	int64_t		n_side;
	uint32_t   *side = mlops_dataset_rows(env, dataset, TRAINING_SIDE, &n_side);

	mlops_baseline(env, &dataset->target, &training->yardstick, dataset->weight, side, n_side,
				   training->baseline);
	ml_release(env, side);
	rows.rows = mlops_dataset_rows(env, dataset, 1u << ML_SIDE_TRAIN, &rows.n_rows);
	rows.validation = mlops_dataset_rows(env, dataset, 1u << ML_SIDE_VALIDATE, &rows.n_validation);
	training->holdout = mlops_dataset_rows(env, dataset, 1u << ML_SIDE_HOLDOUT, &training->n_holdout);
	training->part = "holdout";
	fit_version(training, &rows);
	if (dataset->partials != NULL)
		training->baseline[0] = dataset->partials->target_mean;
	training->predicted = mlops_need(env, training->n_holdout + 1, sizeof(double) * n_outputs(training));
	training->global = mlops_need(env, training->n_holdout + 1, sizeof(double) * n_outputs(training));
	ml_release(env, rows.rows);
	ml_release(env, rows.validation);
	predict_rows(training, env, &training->model, training->holdout, training->n_holdout,
				 training->predicted, training->global);
}

/* Outputs of rows, side by side, to where all rows have theirs. */
static void
scatter(const Training *training, const double *from, const uint32_t *rows, int64_t n_rows, double *to)
{
	int			width = n_outputs(training);
	int64_t		i;

	for (i = 0; i < n_rows; i++)
		memcpy(to + rows[i] * width, from + i * width, sizeof(double) * width);
}

static void
gather(const Training *training, const double *from, const uint32_t *rows, int64_t n_rows, double *to)
{
	int			width = n_outputs(training);
	int64_t		i;

	for (i = 0; i < n_rows; i++)
		memcpy(to + i * width, from + rows[i] * width, sizeof(double) * width);
}

/* One fold: fit without it, predict it; outputs go to those of all rows. */
static void
predict_fold(Training *training, int fold, double *all_predicted, double *all_global)
{
	MlopsDataset *dataset = &training->dataset;
	MlEnv	   *env = mlops_env_begin(mlops_env_context(training->env), "mlops fold",
									  (Size) mlops_training_memory * 1024);
	MlopsFitRows rows = {0};
	MlFrame		frame;
	MlModel		model;
	MlFitted	fitted;
	int64_t		n_inside;
	uint32_t   *inside = mlops_dataset_fold(env, dataset, fold, true, &n_inside);
	size_t		row_bytes = sizeof(double) * n_outputs(training);
	double	   *predicted = mlops_need(env, n_inside + 1, row_bytes);
	double	   *global = mlops_need(env, n_inside + 1, row_bytes);

	rows.rows = mlops_dataset_fold(env, dataset, fold, false, &rows.n_rows);
	mlops_encode(env, dataset, &training->plan, &training->preparation, &rows, &model, &frame);
	mlops_fit(env, dataset, &training->plan, &rows, &frame, &model, &fitted);
	if (dataset->n_partition > 0)
		(void) mlops_partition_fit(env, dataset, &training->plan, &training->preparation, &rows, &fitted,
								   &model);
	predict_rows(training, env, &model, inside, n_inside, predicted, global);
	scatter(training, predicted, inside, n_inside, all_predicted);
	scatter(training, global, inside, n_inside, all_global);
	mlops_env_end(env);
}

/* Too few rows to hold any out: every row is predicted by a model without it. */
static void
fit_and_cross_validate(Training *training)
{
	MlEnv	   *env = training->env;
	MlopsDataset *dataset = &training->dataset;
	size_t		row_bytes = sizeof(double) * n_outputs(training);
	double	   *all_predicted = mlops_need(env, dataset->table.n_rows + 1, row_bytes);
	double	   *all_global = mlops_need(env, dataset->table.n_rows + 1, row_bytes);
	MlopsFitRows rows = {0};
	int			fold;

	rows.rows = mlops_dataset_rows(env, dataset, TRAINING_SIDE, &rows.n_rows);
	training->holdout = rows.rows;
	training->n_holdout = rows.n_rows;
	training->predicted = mlops_need(env, rows.n_rows + 1, row_bytes);
	training->global = mlops_need(env, rows.n_rows + 1, row_bytes);
	mlops_baseline(env, &dataset->target, &training->yardstick, dataset->weight, rows.rows, rows.n_rows,
				   training->baseline);
	training->part = "cv";
	for (fold = 0; fold < dataset->split.folds; fold++)
		predict_fold(training, fold, all_predicted, all_global);
	gather(training, all_predicted, rows.rows, rows.n_rows, training->predicted);
	gather(training, all_global, rows.rows, rows.n_rows, training->global);
	note_time(training, "cross_validate");
	fit_version(training, &rows);
}

/* The same where nothing is predicted; what folds call cluster 1 is not one thing, so outputs are the version's. */
static void
fit_and_measure_folds(Training *training)
{
	MlEnv	   *env = training->env;
	MlopsDataset *dataset = &training->dataset;
	MlopsFitRows rows = {0};

	training->holdout = rows.rows = mlops_dataset_rows(env, dataset, TRAINING_SIDE, &rows.n_rows);
	training->n_holdout = rows.n_rows;
	training->part = "cv";
	mlops_measure_folds(env, dataset, &training->plan, &training->preparation, &training->judgement);
	note_time(training, "cross_validate");
	fit_version(training, &rows);
	training->predicted = mlops_need(env, rows.n_rows + 1, sizeof(double) * n_outputs(training));
	predict_rows(training, env, &training->model, rows.rows, rows.n_rows, training->predicted, NULL);
}

/* Metrics of the rows that were learnt from, on at most TRAIN_METRIC_ROWS. */
static void
judge_train(Training *training)
{
	MlEnv	   *env = training->env;
	MlopsDataset *dataset = &training->dataset;
	int64_t		n_rows;
	uint32_t   *rows = mlops_dataset_rows(env, dataset, TRAINING_SIDE, &n_rows);
	double	   *predicted;
	int64_t		kept = 0;
	int64_t		i;

	/* Chosen by row identity, so that the metrics do not depend on order. */
	for (i = 0; i < n_rows; i++)
		if (n_rows <= TRAIN_METRIC_ROWS ||
			(double) ml_mix64(dataset->split.identity[rows[i]]) * 0x1.0p-64 * (double) n_rows < TRAIN_METRIC_ROWS)
			rows[kept++] = rows[i];
	predicted = mlops_need(env, kept + 1, sizeof(double) * n_outputs(training));
	mlops_score_table(env, &training->model, &dataset->table, rows, kept, predicted);
	judge(training, rows, kept, predicted, "train");
	ml_release(env, rows);
	ml_release(env, predicted);
}

/* Say so when the result is too good to be true. */
static void
warn_too_good(Training *training)
{
	const MlopsDataset *dataset = &training->dataset;
	const char *metric = dataset->target.task == ML_CLASSIFICATION ? "roc_auc" : "r2";
	const MlMetric *judged = mlops_judged(&training->judgement, training->part, metric);
	int64_t		n_rows;
	uint32_t   *rows;

	if (!ml_task_predicts(dataset->target.task))
		return;
	rows = mlops_dataset_rows(training->env, dataset, 1u << ML_SIDE_TRAIN, &n_rows);
	mlops_check(training->env, ml_warn_leaks(training->env, &dataset->table, &dataset->target,
											 dataset->chosen, dataset->n_chosen, rows, n_rows));
	ml_release(training->env, rows);
	if (training->n_holdout > 0 && judged != NULL && judged->value >= 0.999)
		ml_warn(training->env, "%s of %.4f on rows that it did not learn from is too good to be true for most data: look for a feature that is only known after the target",
				metric, judged->value);
}

/* Say so when the version cannot be loaded as the server is set. */
static void
warn_too_large(Training *training)
{
	Size		limit = (Size) mlops_model_cache_size * 1024;

	if (training->artifact_length > limit)
		ml_warn(training->env, "the model has %zu MB, more than mlops.model_cache_size (%zu MB): before it can score, raise that setting, or train fewer or smaller trees",
				(training->artifact_length >> 20) + 1, limit >> 20);
}

/* Say so when a constant would have done as well. */
static void
warn_no_better(Training *training)
{
	const char *metric = training->yardstick.metric;
	const MlMetric *judged = mlops_judged(&training->judgement, training->part, metric);

	if (training->n_holdout > 0 && judged != NULL &&
		(ml_metric_larger_is_better(metric) ? judged->value <= judged->baseline :
		 judged->value >= judged->baseline))
		ml_warn(training->env, "no better than the baseline on rows that it did not learn from: %s %.6g against %.6g of predicting the same for every row",
				metric, judged->value, judged->baseline);
}

/* Say so when a version is judged by rows that the continued one may have learnt from. */
static void
check_warm_start(Training *training)
{
	const MlopsWarmStart *start = training->request->start;
	char	   *leak = start ? mlops_warm_start_leak(start, &training->dataset) : NULL;

	if (leak == NULL)
		return;
	training->deploy.unfair = psprintf("rows that judge it may be among those that \"%s\" learnt from, since %s",
									   mlops_warm_start_name(start), leak);
	ml_warn(training->env, "metrics may look better than they are: %s", training->deploy.unfair);
}

static void
judge_all(Training *training)
{
	const char *metric = training->yardstick.metric;

	judge_train(training);
	/* with groups it is not the fit of all rows that predicts them */
	if (training->partitions == NULL)
		mlops_judge_fit(training->fitted.inference, &training->judgement);
	if (training->n_holdout == 0 && mlops_judged(&training->judgement, "oob", metric) != NULL)
		training->part = "oob";
	else if (training->n_holdout == 0)
	{
		training->part = "train";
		ml_warn(training->env, "no rows were held out: the metrics are those of the rows that were learnt from");
	}
	else if (mlops_judged(&training->judgement, training->part, metric) == NULL)
		judge(training, training->holdout, training->n_holdout, training->predicted, training->part);
	warn_too_good(training);
	warn_no_better(training);
}

static void
add_feature(Training *training, const char *role, const char *name, MlType type,
			const MlopsProfile *profile)
{
	MlopsFeatureRow *row = &training->features[training->n_features];

	row->role = role;
	row->position = training->n_features + 1;
	row->name = name;
	row->type = ml_type_name(type);
	row->kind = mlops_kind_name(type);
	row->profile = mlops_profile_to_json(profile);
	training->n_features++;
}

/* Profiles of features and target on all usable rows, of predictions on unseen ones. */
static void
profile_all(Training *training)
{
	MlopsDataset *dataset = &training->dataset;
	MlopsProfile *profile = palloc(sizeof(MlopsProfile));
	unsigned	sides = ~(1u << ML_SIDE_UNUSED);
	int64_t		n_rows;
	uint32_t   *rows = mlops_dataset_rows(training->env, dataset, sides, &n_rows);
	int			i;

	training->features = palloc0(sizeof(MlopsFeatureRow) * (dataset->n_chosen + dataset->n_partition + 2));
	for (i = 0; i < dataset->n_chosen; i++)
	{
		const MlColumn *column = &dataset->table.columns[dataset->chosen[i]];

		mlops_profile_column(training->env, &dataset->table, dataset->chosen[i], rows, n_rows, profile);
		add_feature(training, "feature", column->name, column->type, profile);
	}
	if (dataset->target_column >= 0)
	{
		mlops_profile_column(training->env, &dataset->table, dataset->target_column, rows, n_rows, profile);
		add_feature(training, "target", dataset->target.name, dataset->target.type, profile);
	}
	for (i = ml_signature_n_learnt(&training->model.signature); i < training->model.signature.n_features; i++)
	{
		const MlFeature *feature = &training->model.signature.features[i];

		mlops_profile_column(training->env, &dataset->table, ml_table_find(&dataset->table, feature->name),
							 rows, n_rows, profile);
		add_feature(training, "partition", feature->name, feature->type, profile);
	}
	if (training->n_holdout > 0)
	{
		mlops_profile_predictions(training->env, &training->model, training->predicted,
								  training->n_holdout, profile);
		add_feature(training, "prediction", "(prediction)",
					profile->category ? ML_TEXT : ML_DOUBLE, profile);
	}
	ml_release(training->env, rows);
}

static const char **
warning_array(MlEnv *env, int *count)
{
	List	   *warnings = mlops_env_warnings(env);
	const char **array = palloc(sizeof(char *) * (list_length(warnings) + 1));
	ListCell   *cell;

	*count = 0;
	foreach(cell, warnings)
		array[(*count)++] = lfirst(cell);
	return array;
}

/* Insert version, metrics, features, artifact; the caller holds the lock. */
static void
store_version(Training *training, MlopsTrainResult *result)
{
	const MlopsDataset *dataset = &training->dataset;
	MlopsVersion version = {0};

	version.model = result->model;
	version.version = result->version;
	mlops_sha256(training->artifact, training->artifact_length, version.digest);
	version.artifact_bytes = (int64) training->artifact_length;
	version.task = result->task;
	version.algorithm = result->algorithm;
	version.target = training->request->target;
	version.n_classes = dataset->target.n_classes;
	version.classes = (const char *const *) dataset->target.labels;
	version.rows = result->rows;
	version.train_rows = dataset->split.n_train + dataset->split.n_validate;
	version.holdout_rows = dataset->split.n_holdout;
	version.metric = result->metric;
	version.value = result->value;
	version.baseline = result->baseline;
	version.baseline_prediction = training->baseline[0];
	if (dataset->target.n_classes > 2)
	{
		version.baseline_prediction = NAN;
		version.class_shares = training->baseline;
		version.confusion = training->judgement.confusion;
	}
	version.request = mlops_request_to_json(training->request, &training->dataset, &training->plan);
	version.params = mlops_params_resolved(&training->plan);
	version.split = mlops_split_to_json(&dataset->table, &dataset->split_options, &dataset->split);
	version.warnings = warning_array(training->env, &version.n_warnings);
	mlops_version_insert(&version, training->judgement.rows, training->judgement.n_rows,
						 training->features, training->n_features, training->artifact);
}

/* What became of the groups, judged by the rows that judge the version. */
static void
store_partitions(Training *training, const MlopsTrainResult *result)
{
	if (training->partitions == NULL)
		return;
	mlops_partition_judge(training->env, &training->dataset, &training->model, result->metric,
						  &training->yardstick, training->holdout, training->n_holdout, training->predicted, training->global,
						  training->partitions);
	mlops_partition_store(result->model, result->version, &training->model, result->metric,
						  training->partitions);
}

/* The losses of the version itself; those of cross-validated folds are not kept. */
static void
store_curve(Training *training, const MlopsTrainResult *result)
{
	const MlFitted *fitted = &training->fitted;
	double	   *train_loss = palloc(sizeof(double) * Max(fitted->n_curve, 1));
	double	   *validation_loss = palloc(sizeof(double) * Max(fitted->n_curve, 1));
	bool		validated = false;
	MlopsCurveRow curve = {0};
	int			i;

	if (fitted->n_curve == 0)
		return;
	for (i = 0; i < fitted->n_curve; i++)
	{
		train_loss[i] = fitted->curve[i].train_loss;
		validation_loss[i] = fitted->curve[i].validation_loss;
		validated = validated || !isnan(validation_loss[i]);
	}
	curve.first = fitted->curve[0].iteration;
	curve.best = fitted->iterations;
	curve.n_losses = fitted->n_curve;
	curve.train_loss = train_loss;
	curve.validation_loss = validated ? validation_loss : NULL;
	mlops_curve_insert(result->model, result->version, &curve);
}

/* With the trees after the best one, where the losses tell of them. */
static int
iterations_made(const MlFitted *fitted)
{
	return fitted->n_curve > 0 ? fitted->curve[fitted->n_curve - 1].iteration : fitted->iterations;
}

static void
store_run(Training *training, const MlopsTrainResult *result)
{
	MlopsRunRow run = {0};

	note_time(training, "store");
	mlops_json_number(&training->timings, "memory_mb", rint(mlops_env_peak(training->env) / 1e5) / 10);
	run.kind = training->request->kind;
	run.started_at = training->started_at;
	run.finished_at = GetCurrentTimestamp();
	run.timings = mlops_json_finish(&training->timings);
	run.iterations = training->fitted.iterations;
	run.train_loss = training->fitted.train_loss;
	run.seed = training->request->seed;
	run.reason = training->request->reason;
	run.deployed = result->deployed;
	run.decision = result->decision;
	run.iterations_made = iterations_made(&training->fitted);
	run.trees = training->fitted.trees;
	mlops_run_insert(result->model, result->version, &run);
}

static void
audit_training(const Training *training, const MlopsTrainResult *result, const MlopsDecision *decision)
{
	MlopsJson	json;

	mlops_json_begin(&json);
	mlops_json_text(&json, "algorithm", result->algorithm);
	mlops_json_text(&json, "reason", training->request->reason);
	mlops_json_text(&json, "decision", result->decision);
	mlops_audit(training->request->kind, result->model, result->version, NULL, mlops_json_finish(&json));
	if (!result->deployed)
		return;
	mlops_json_begin(&json);
	if (decision->champion > 0)
		mlops_json_integer(&json, "previous", decision->champion);
	mlops_json_text(&json, "reason", result->decision);
	mlops_audit("deploy", result->model, result->version, "champion", mlops_json_finish(&json));
}

/* Take the lock, take a number, compare, write. */
static void
store_and_deploy(Training *training, MlopsTrainResult *result)
{
	MlopsDecision decision;
	MlEnv	   *env = training->env;

	mlops_model_lock(result->model);
	mlops_model_ensure(result->model, result->task);
	result->version = mlops_version_next(result->model);
	mlops_decide(env, &training->deploy, result->model, &training->model, &training->yardstick,
				 &training->dataset,
				 strcmp(training->part, "holdout") == 0 ? training->holdout : NULL,
				 strcmp(training->part, "holdout") == 0 ? training->n_holdout : 0,
				 training->predicted, &decision);
	result->deployed = decision.promote;
	result->decision = decision.text;
	if (!decision.promote)
		ml_warn(env, "%s", decision.text);
	note_time(training, "compare");
	ml_report(env, "storing", -1, -1, -1, NAN);
	store_version(training, result);
	store_partitions(training, result);
	store_curve(training, result);
	if (decision.promote)
		mlops_alias_set(result->model, "champion", result->version);
	audit_training(training, result, &decision);
	store_run(training, result);
}

static void
fill_result(const Training *training, MlopsTrainResult *result)
{
	const MlMetric *metric;
	const MlopsDataset *dataset = &training->dataset;

	result->model = pstrdup(training->request->model);
	result->task = ml_task_name(dataset->target.task);
	result->algorithm = training->plan.algorithm->name;
	result->rows = dataset->n_usable;
	if (ml_task_predicts(dataset->target.task) || dataset->target.label != NULL ||
		mlops_is_measured(&training->model))
		result->metric = training->yardstick.metric;
	metric = result->metric == NULL ? NULL :
		mlops_judged(&training->judgement, training->part, result->metric);
	result->value = metric ? metric->value : NAN;
	result->baseline = metric ? metric->baseline : NAN;
}

static void
run_training(Training *training, MlopsTrainResult *result)
{
	const MlopsTrainRequest *request = training->request;
	MlEnv	   *env = training->env;
	const char **also_read;
	int			n_also_read;

	check_request(training);
	also_read = mlops_champion_columns(request->model, &n_also_read);
	mlops_dataset_read(request, &training->preparation, also_read, n_also_read, env,
					   &training->plan, &training->dataset);
	training->yardstick = ml_yardstick(training->plan.algorithm, training->dataset.target.task,
									   training->plan.parameters);
	mlops_deploy_rule_check(&training->deploy, training->dataset.target.task, &training->yardstick);
	check_warm_start(training);
	note_time(training, "read");
	if (training->dataset.split.folds > 0 && training->plan.algorithm->measure != NULL)
		fit_and_measure_folds(training);
	else if (training->dataset.split.folds > 0)
		fit_and_cross_validate(training);
	else
		fit_and_hold_out(training);
	ml_report(env, "evaluating", -1, -1, -1, NAN);
	judge_all(training);
	mlops_judge_residuals(env, &training->dataset.target, training->holdout, training->n_holdout,
						  training->predicted, &training->model.residuals);
	note_time(training, "evaluate");
	profile_all(training);
	note_time(training, "profile");
	mlops_check(env, ml_model_encode(env, &training->model, &training->artifact, &training->artifact_length));
	warn_too_large(training);
	fill_result(training, result);
	store_and_deploy(training, result);
	if (request->drift_version > 0)
		mlops_drift_record(env, result->model, request->drift_version, &training->dataset.table,
						   training->dataset.source_text);
}

void
mlops_train(const MlopsTrainRequest *request, MlopsTrainResult *result)
{
	Training   *training = palloc0(sizeof(Training));
	MlopsTrainRequest *completed = palloc(sizeof(MlopsTrainRequest));
	instr_time	start;
	ListCell   *cell;

	memset(result, 0, sizeof(*result));
	*completed = *request;
	training->request = completed;
	training->started_at = GetCurrentTimestamp();
	training->env = mlops_env_begin(CurrentMemoryContext, "mlops training",
									(Size) mlops_training_memory * 1024);
	mlops_json_begin(&training->timings);
	INSTR_TIME_SET_CURRENT(start);
	training->mark = start;
	mlops_progress_begin(request->model, request->algorithm);
	if (request->warm_start != NULL)
		mlops_warm_start_open(training->env, completed);
	run_training(training, result);
	mlops_progress_end();
	INSTR_TIME_SUBTRACT(training->mark, start);
	result->seconds = INSTR_TIME_GET_DOUBLE(training->mark);
	foreach(cell, mlops_env_warnings(training->env))
		result->warnings = lappend(result->warnings, pstrdup(lfirst(cell)));
	mlops_env_end(training->env);
}
