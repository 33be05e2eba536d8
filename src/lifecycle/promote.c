/*
 * lifecycle/promote.c
 *		Whether a new version takes the place of the champion.
 *
 * A comparison is fair only on rows that neither version has seen. The new
 * version's held-out rows are at hand; whether the champion saw them follows
 * from the rule stored with it: its seed and row identity put every row on a
 * side. A champion that was fitted on all of its rows may have seen any of
 * them, which can only make it look better than it is: a version that wins all
 * the same is better. Where the answer cannot be known, the champion stays.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "bridge/env.h"
#include "bridge/json.h"
#include "bridge/options.h"
#include "catalog/cache.h"
#include "catalog/version.h"
#include "lifecycle/judge.h"
#include "lifecycle/measure.h"
#include "lifecycle/promote.h"
#include "lifecycle/score.h"
#include "lifecycle/split_rule.h"

/* Fewer common rows than this say nothing. */
#define MIN_COMMON_ROWS 100
#define MIN_COMMON_ANOMALIES 10

/* Rows that models without a target are compared on at most. */
#define MOST_MEASURED_ROWS 2000

/* Classes that a reason lists at most. */
#define MAX_LABELS 10

void
mlops_deploy_rule_read(const char *deploy, MlopsDeployRule *rule)
{
	MlopsOptions options;

	memset(rule, 0, sizeof(*rule));
	if (strcmp(deploy, "if_better") == 0)
		rule->mode = MLOPS_DEPLOY_IF_BETTER;
	else if (strcmp(deploy, "always") == 0)
		rule->mode = MLOPS_DEPLOY_ALWAYS;
	else if (strcmp(deploy, "never") == 0)
		rule->mode = MLOPS_DEPLOY_NEVER;
	else if (deploy[0] == '{')
	{
		Jsonb	   *object = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(deploy)));

		rule->mode = MLOPS_DEPLOY_IF_BETTER;
		mlops_options_begin(&options, "deploy", object);
		rule->metric = mlops_option_text(&options, "metric", NULL);
		rule->min_gain = mlops_option_number(&options, "min_gain", 0.0, 0.0, 1e300);
		mlops_options_end(&options);
	}
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("deploy cannot be \"%s\"", deploy),
				 errhint("Valid values are \"if_better\", \"always\", \"never\", or a JSON object such as '{\"metric\": \"brier\", \"min_gain\": 0.001}'.")));
}

void
mlops_deploy_rule_check(const MlopsDeployRule *rule, MlTask task, const MlYardstick *yardstick)
{
	static const char *const classification[] = {"log_loss", "brier", "accuracy", NULL};
	static const char *const regression[] = {"rmse", "mae", NULL};
	static const char *const quantile[] = {"rmse", "mae", "pinball_loss", NULL};
	const char *const only[] = {yardstick->metric, NULL};
	bool		pinball = !isnan(ml_pinball_quantile(yardstick));
	const char *const *valid = task == ML_CLASSIFICATION ? classification :
		!ml_task_predicts(task) ? only : pinball ? quantile : regression;
	int			i;

	if (rule->metric == NULL)
		return;
	for (i = 0; valid[i] != NULL; i++)
		if (strcmp(rule->metric, valid[i]) == 0)
			return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("versions cannot be compared by the metric \"%s\"", rule->metric),
			 ml_task_predicts(task) ? errdetail("A paired comparison needs a loss for each row.") : 0,
			 !ml_task_predicts(task) ? errhint("The valid metric is \"%s\".", only[0]) :
			 errhint(task == ML_CLASSIFICATION ?
					 "Valid metrics are \"log_loss\", \"brier\" and \"accuracy\"." :
					 pinball ? "Valid metrics are \"rmse\", \"mae\" and \"pinball_loss\"." :
					 "Valid metrics are \"rmse\" and \"mae\".")));
}

const char **
mlops_champion_columns(const char *model, int *count)
{
	MlopsModel	found;
	int			version;
	int			n_features;
	MlopsFeatureRow *features;
	const char **names;
	Jsonb	   *split;
	const char **identity;
	int			n_identity;
	char	   *column;
	int			i;

	*count = 0;
	if (!mlops_model_find(model, &found))
		return NULL;
	mlops_model_require(model, MLOPS_RIGHT_TRAIN, &found);
	version = mlops_alias_get(model, "champion");
	if (version == 0)
		return NULL;
	features = mlops_version_features(model, version, &n_features);
	split = mlops_version_load(model, version)->split;
	identity = mlops_json_get_texts(split, "identity", &n_identity);
	column = mlops_json_get_text(split, "column");
	names = palloc(sizeof(char *) * (n_features + n_identity + 1));
	for (i = 0; i < n_features; i++)
		if (strcmp(features[i].role, "prediction") != 0)
			names[(*count)++] = features[i].name;
	for (i = 0; i < n_identity; i++)
		names[(*count)++] = identity[i];
	if (column != NULL)
		names[(*count)++] = column;
	return names;
}

/* The champion with what is needed to judge it. */
typedef struct Champion
{
	int			version;
	const MlModel *model;
	bool		saw_all;		/* it was fitted on all of its rows */
	MlSplitRule rule;
	MlSplitOptions options;
} Champion;

/* "a", "b" and "c"; of many labels the first, and how many there are. */
static char *
label_list(const MlModel *model)
{
	StringInfoData list;
	int			shown = model->n_classes <= MAX_LABELS ? model->n_classes : MAX_LABELS;
	int			i;

	initStringInfo(&list);
	for (i = 0; i < shown; i++)
		appendStringInfo(&list, "%s\"%s\"",
						 i == 0 ? "" : i == model->n_classes - 1 ? " and " : ", ", model->labels[i]);
	if (shown < model->n_classes)
		appendStringInfo(&list, ", ... (%d in all)", model->n_classes);
	return list.data;
}

/* Why the two models cannot be compared at all; NULL when they can. */
static char *
incomparable(const MlModel *model, const MlModel *champion)
{
	if (champion->task != model->task)
		return psprintf("its task is %s", ml_task_name(champion->task));
	if (ml_task_has_no_target(model->task))
		return mlops_other_space(model, champion);
	if (model->target == NULL)
		return pstrdup("without a target nothing says which scores are better; use deploy => 'always' to promote it");
	if (champion->target == NULL)
		return pstrdup("it has no target");
	if (strcmp(champion->target, model->target) != 0)
		return psprintf("its target is \"%s\"", champion->target);
	if (model->n_classes == 2 && champion->n_classes == 2 &&
		strcmp(champion->labels[0], model->labels[1]) == 0 &&
		strcmp(champion->labels[1], model->labels[0]) == 0)
		return psprintf("its positive class is \"%s\"", champion->labels[1]);
	if (!ml_same_labels(model->labels, model->n_classes, champion->labels, champion->n_classes))
		return psprintf("its classes are %s", label_list(champion));
	if (champion->signature.time_zone != NULL && model->signature.time_zone != NULL &&
		strcmp(champion->signature.time_zone, model->signature.time_zone) != 0)
		return psprintf("it reads times in the time zone %s", champion->signature.time_zone);
	return NULL;
}

/* True when rows are told apart by the same columns, as is usual for a retraining. */
static bool
same_identity(const MlSplitOptions *a, const MlSplitOptions *b)
{
	return a->by_content == b->by_content && a->n_identity == b->n_identity &&
		memcmp(a->identity, b->identity, sizeof(int) * a->n_identity) == 0;
}

/*
 * Indexes into `holdout` of the rows that the champion held out as well; all of
 * them when it held out none.
 */
static int64_t
common_rows(MlEnv *env, const MlopsDataset *dataset, const Champion *champion,
			const uint32_t *holdout, int64_t n_holdout, uint32_t *common)
{
	const MlTable *table = &dataset->table;
	double	   *u = mlops_need(env, table->n_rows + 1, sizeof(double));
	const double *times = NULL;
	int64_t		n = 0;
	int64_t		i;

	for (i = 0; champion->saw_all && i < n_holdout; i++)
		common[i] = (uint32_t) i;
	if (champion->saw_all)
		return n_holdout;
	if (champion->rule.method == ML_SPLIT_TIME)
	{
		mlops_check(env, ml_table_pin(table, champion->options.column));
		times = table->columns[champion->options.column].number;
	}
	else if (champion->rule.method != ML_SPLIT_COLUMN)
		mlops_check(env, ml_split_positions(env, table, &champion->options,
											same_identity(&dataset->split_options, &champion->options) ?
											dataset->split.identity : NULL, u));
	for (i = 0; i < n_holdout; i++)
	{
		uint32_t	row = holdout[i];
		int			class_number = dataset->target.task == ML_CLASSIFICATION ?
			(int) dataset->target.y[row] : 0;

		/* A column of the user's marks the same rows for both. */
		if (champion->rule.method == ML_SPLIT_COLUMN
			? champion->options.column == dataset->split_options.column
			: ml_split_held_out(&champion->rule, u[row], class_number, times ? times[row] : NAN))
			common[n++] = (uint32_t) i;
	}
	if (times != NULL)
		ml_table_unpin(table, champion->options.column);
	ml_release(env, u);
	return n;
}

/* " are new to version 3", where that counts */
static char *
new_to(const Champion *champion, const char *are)
{
	return champion->saw_all ? pstrdup("") : psprintf(" %s new to version %d", are, champion->version);
}

/* "120 common rows" */
static char *
rows_in_words(const Champion *champion, const char *kind, int64_t rows)
{
	if (champion->saw_all)
		return psprintf("%lld held-out %srows that it may have learnt from", (long long) rows, kind);
	return psprintf("%lld common %srows", (long long) rows, kind);
}

static char *
words(const char *verdict, const char *metric, bool root, const MlPaired *paired, const Champion *champion)
{
	return psprintf("%s: %s %.6g against %.6g of version %d on %s; mean %s %s by %.6g, standard error %.6g",
					verdict, metric,
					root ? sqrt(paired->mean_b) : paired->mean_b,
					root ? sqrt(paired->mean_a) : paired->mean_a,
					champion->version, rows_in_words(champion, "", paired->rows),
					root ? "squared error" : "loss", paired->gain < 0 ? "higher" : "lower",
					fabs(paired->gain), paired->standard_error);
}

/* Score both on the common rows and compare loss by loss. */
static void
compare(MlEnv *env, const MlopsDeployRule *rule, const MlModel *model, const MlYardstick *yardstick,
		const MlopsDataset *dataset, const Champion *champion, const uint32_t *holdout, const double *predicted,
		const uint32_t *common, int64_t n_common, MlopsDecision *decision)
{
	const char *metric = rule->metric ? rule->metric : yardstick->metric;
	bool		root = strcmp(metric, "rmse") == 0;
	uint32_t   *rows = mlops_need(env, n_common + 1, sizeof(uint32_t));
	int			n_outputs = ml_model_n_outputs(model);
	double	   *theirs = mlops_need(env, n_common + 1, sizeof(double) * n_outputs);
	double	   *loss_a = mlops_need(env, n_common + 1, sizeof(double));
	double	   *loss_b = mlops_need(env, n_common + 1, sizeof(double));
	double	   *weight = dataset->weight ? mlops_need(env, n_common + 1, sizeof(double)) : NULL;
	MlPaired	paired;
	double		gain;
	int64_t		i;

	for (i = 0; i < n_common; i++)
		rows[i] = holdout[common[i]];
	mlops_score_table(env, champion->model, &dataset->table, rows, n_common, theirs);
	for (i = 0; i < n_common; i++)
	{
		double		actual = dataset->target.y[rows[i]];

		if (weight != NULL)
			weight[i] = dataset->weight[rows[i]];
		loss_a[i] = mlops_row_loss(metric, champion->model, yardstick, actual, theirs + i * n_outputs);
		loss_b[i] = mlops_row_loss(metric, model, yardstick, actual, predicted + (int64_t) common[i] * n_outputs);
	}
	mlops_check(env, ml_paired_compare(env, loss_a, loss_b, weight, n_common, &paired));
	gain = root ? sqrt(paired.mean_a) - sqrt(paired.mean_b) : paired.gain;
	decision->promote = gain >= rule->min_gain && paired.gain >= -paired.standard_error;
	decision->text = words(decision->promote ? "promoted" : "kept the champion", metric, root,
						   &paired, champion);
}

/*
 * Score both on those of the common rows that have a label and compare how
 * well they rank the anomalies.
 */
static void
compare_rankings(MlEnv *env, const MlopsDeployRule *rule, const MlopsDataset *dataset,
				 const Champion *champion, const uint32_t *holdout, const double *predicted,
				 const uint32_t *common, int64_t n_common, MlopsDecision *decision)
{
	uint32_t   *rows = mlops_need(env, n_common + 1, sizeof(uint32_t));
	double	   *ours = mlops_need(env, n_common + 1, sizeof(double));
	double	   *theirs = mlops_need(env, n_common + 1, sizeof(double));
	double	   *label = mlops_need(env, n_common + 1, sizeof(double));
	double	   *weight = dataset->weight ? mlops_need(env, n_common + 1, sizeof(double)) : NULL;
	int64_t		n_anomalies = 0;
	int64_t		n = 0;
	MlPaired	paired;
	int64_t		i;

	for (i = 0; i < n_common; i++)
	{
		uint32_t	row = holdout[common[i]];

		if (isnan(dataset->target.label[row]))
			continue;
		rows[n] = row;
		ours[n] = predicted[common[i]];
		label[n] = dataset->target.label[row];
		if (weight != NULL)
			weight[n] = dataset->weight[row];
		n_anomalies += label[n] == 1;
		n++;
	}
	if (n_anomalies < MIN_COMMON_ANOMALIES || n - n_anomalies < MIN_COMMON_ANOMALIES)
	{
		decision->text = psprintf("kept the champion: of the held-out rows%s, %lld are known anomalies and %lld known not to be, at least %d of each are needed",
								  new_to(champion, "that are"), (long long) n_anomalies,
								  (long long) (n - n_anomalies), MIN_COMMON_ANOMALIES);
		return;
	}
	mlops_score_table(env, champion->model, &dataset->table, rows, n, theirs);
	mlops_check(env, ml_paired_roc(env, label, theirs, ours, weight, n, &paired));
	decision->promote = paired.gain >= rule->min_gain && paired.gain >= -paired.standard_error;
	decision->text = psprintf("%s: roc_auc %.6g against %.6g of version %d on %s; %s by %.6g, standard error %.6g",
							  decision->promote ? "promoted" : "kept the champion",
							  paired.mean_b, paired.mean_a, champion->version,
							  rows_in_words(champion, "labelled ", n),
							  paired.gain < 0 ? "lower" : "higher", fabs(paired.gain),
							  paired.standard_error);
}

/*
 * Compare what both make of the common rows, row by row; of many rows those
 * with the smallest identities, since some measures cost their square.
 */
static void
compare_measures(MlEnv *env, const MlopsDeployRule *rule, const MlModel *model,
				 const MlYardstick *yardstick, const MlopsDataset *dataset, const Champion *champion, const uint32_t *holdout,
				 const uint32_t *common, int64_t n_common, MlopsDecision *decision)
{
	int64_t		n = Min(n_common, MOST_MEASURED_ROWS);
	uint32_t   *rows = mlops_need(env, n_common + 1, sizeof(uint32_t));
	double	   *ours = mlops_need(env, n + 1, sizeof(double));
	double	   *theirs = mlops_need(env, n + 1, sizeof(double));
	double	   *weight = dataset->weight ? mlops_need(env, n + 1, sizeof(double)) : NULL;
	MlopsMeasuredRows measured = mlops_measured_rows(dataset, rows, n);
	MlPaired	paired;
	int64_t		i;

	for (i = 0; i < n_common; i++)
		rows[i] = holdout[common[i]];
	mlops_smallest_identities(env, dataset->split.identity, n, rows, n_common);
	for (i = 0; weight != NULL && i < n; i++)
		weight[i] = dataset->weight[rows[i]];
	mlops_measure_losses(env, model, &measured, ours);
	mlops_measure_losses(env, champion->model, &measured, theirs);
	mlops_check(env, ml_paired_compare(env, theirs, ours, weight, n, &paired));
	decision->promote = paired.gain >= rule->min_gain && paired.gain >= -paired.standard_error;
	decision->text = psprintf("%s: %s %.6g against %.6g of version %d on %s; %s by %.6g, standard error %.6g",
							  decision->promote ? "promoted" : "kept the champion",
							  yardstick->metric, 1 - paired.mean_b, 1 - paired.mean_a,
							  champion->version, rows_in_words(champion, "", n), paired.gain < 0 ? "lower" : "higher",
							  fabs(paired.gain), paired.standard_error);
}

/* The champion's columns must be in the table before its frame can be made. */
static char *
missing_feature(const MlopsDataset *dataset, const MlModel *champion)
{
	int			i;

	for (i = 0; i < champion->signature.n_features; i++)
	{
		const MlFeature *feature = &champion->signature.features[i];
		int			column = ml_table_find(&dataset->table, feature->name);

		if (column < 0)
			return psprintf("the source has no column \"%s\", which it needs", feature->name);
		if (ml_type_kind(dataset->table.columns[column].type) != ml_type_kind(feature->type))
			return psprintf("the column \"%s\" is no longer %s", feature->name, ml_type_name(feature->type));
	}
	return NULL;
}

/* Why its default metric does not compare it with the new version, or NULL. */
static char *
other_yardstick(const MlYardstick *yardstick, const MlYardstick *champion)
{
	if (ml_same_yardstick(yardstick, champion))
		return NULL;
	if (strcmp(yardstick->metric, champion->metric) == 0)
		return psprintf("it estimates the %.6g quantile", champion->quantile);
	return psprintf("it is judged by %s and this one by %s; name the metric to compare them, as in deploy => '{\"metric\": \"mae\"}'",
					champion->metric, yardstick->metric);
}

static void
decide_against(MlEnv *env, const MlopsDeployRule *rule, const char *model_name, const MlModel *model,
			   const MlYardstick *yardstick, const MlopsDataset *dataset, const uint32_t *holdout, int64_t n_holdout,
			   const double *predicted, MlopsDecision *decision)
{
	Champion	champion = {.version = decision->champion};
	MlopsVersion *stored = mlops_version_load(model_name, champion.version);
	MlopsVersionKey key = {.model = pstrdup(model_name),.version = champion.version};
	uint32_t   *common = mlops_need(env, n_holdout + 1, sizeof(uint32_t));
	MlYardstick theirs;
	int64_t		n_common;
	char	   *reason;

	if (rule->unfair != NULL)
	{
		decision->text = psprintf("kept the champion: %s", rule->unfair);
		return;
	}
	memcpy(key.digest, stored->digest, MLOPS_DIGEST_LENGTH);
	champion.model = mlops_prepared_model(mlops_cache_get(&key, mlops_env_context(env)));
	reason = incomparable(model, champion.model);
	if (reason == NULL)
		reason = mlops_split_from_json(stored->split, &dataset->table, &champion.rule, &champion.options);
	champion.saw_all = champion.rule.cross_validated || champion.rule.method == ML_SPLIT_NONE;
	if (reason == NULL && rule->metric == NULL)
	{
		theirs = mlops_version_yardstick(env, stored, champion.model);
		reason = other_yardstick(yardstick, &theirs);
	}
	if (reason == NULL)
		reason = missing_feature(dataset, champion.model);
	if (reason != NULL)
	{
		decision->text = psprintf("kept the champion: version %d cannot be compared, since %s",
								  champion.version, reason);
		return;
	}
	n_common = common_rows(env, dataset, &champion, holdout, n_holdout, common);
	if (n_holdout == 0)
		decision->text = psprintf("kept the champion: no rows were held out to compare with version %d on",
								  champion.version);
	else if (n_common < MIN_COMMON_ROWS)
		decision->text = psprintf("kept the champion: only %lld held-out rows%s, at least %d are needed",
								  (long long) n_common, new_to(&champion, "are"), MIN_COMMON_ROWS);
	else if (mlops_is_measured(model))
		compare_measures(env, rule, model, yardstick, dataset, &champion, holdout, common, n_common, decision);
	else if (model->task == ML_ANOMALY)
		compare_rankings(env, rule, dataset, &champion, holdout, predicted, common, n_common,
						 decision);
	else
		compare(env, rule, model, yardstick, dataset, &champion, holdout, predicted, common, n_common, decision);
}

void
mlops_decide(MlEnv *env, const MlopsDeployRule *rule, const char *model_name,
			 const MlModel *model, const MlYardstick *yardstick, const MlopsDataset *dataset,
			 const uint32_t *holdout, int64_t n_holdout, const double *predicted,
			 MlopsDecision *decision)
{
	memset(decision, 0, sizeof(*decision));
	decision->champion = mlops_alias_get(model_name, "champion");
	if (rule->mode == MLOPS_DEPLOY_NEVER)
		decision->text = pstrdup("not deployed: deploy is \"never\"");
	else if (rule->mode == MLOPS_DEPLOY_ALWAYS)
	{
		decision->promote = true;
		decision->text = pstrdup("promoted: deploy is \"always\"");
	}
	else if (decision->champion == 0)
	{
		decision->promote = true;
		decision->text = pstrdup("promoted: the model had no champion");
	}
	else
	{
		/* The champion may have been deployed after this statement began. */
		PushActiveSnapshot(GetLatestSnapshot());
		decide_against(env, rule, model_name, model, yardstick, dataset, holdout, n_holdout, predicted, decision);
		PopActiveSnapshot();
	}
}
