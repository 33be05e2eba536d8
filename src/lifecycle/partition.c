/*
 * lifecycle/partition.c
 *		One model per group.
 *
 * Rows are sorted by group once. Then groups are taken together as far as their
 * encoded rows fit into BATCH_BYTES, and put side by side, so that a fit costs
 * what its own rows cost. Each is fitted in an environment of its own, of
 * which only the encoded model is kept.
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include "bridge/env.h"
#include "bridge/json.h"
#include "bridge/settings.h"
#include "catalog/partition.h"
#include "lifecycle/judge.h"
#include "lifecycle/partition.h"
#include "lifecycle/score.h"
#include "math/sort.h"
#include "prep/gather.h"
#include "prep/label.h"

/* Encoded rows that are put side by side at once. */
#define BATCH_BYTES ((Size) 64 * 1024 * 1024)

/* Validation rows of each class, or of all for a regression, that can stop boosting. */
#define STOPPING_ROWS_CLASS 20
#define STOPPING_ROWS 200

void
mlops_partition_check(const MlopsTrainRequest *request, const MlopsPreparation *preparation, MlTask task)
{
	if (request->partition_by == NULL && preparation->min_partition_rows > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"min_partition_rows\" of prepare needs partition_by"),
				 errhint("Name the columns whose values have their own models, as in partition_by => '{region}'.")));
	if (request->partition_by != NULL && task > ML_ANOMALY)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("task \"%s\" has no models per group", ml_task_name(task)),
				 errhint("Leave out partition_by, or train one model for each group.")));
}

/* The feature of a column of the table, added without inputs when nothing is learnt from it. */
static int
add_feature(MlEnv *env, const MlColumn *column, MlSignature *signature)
{
	int			found = ml_signature_find(signature, column->name, strlen(column->name));
	MlFeature  *feature;

	if (found >= 0)
		return found;
	found = signature->n_features++;
	feature = &signature->features[found];
	feature->name = ml_copy_text(env, column->name, strlen(column->name));
	if (feature->name == NULL)
		mlops_check(env, ML_OUT_OF_MEMORY);
	feature->type = column->type;
	feature->first_input = signature->n_inputs;
	return found;
}

void
mlops_partition_encode(MlEnv *env, const MlopsDataset *dataset, MlModel *model)
{
	MlSignature *signature = &model->signature;
	MlFeature  *features = mlops_need(env, signature->n_features + dataset->n_partition, sizeof(MlFeature));
	int			columns[ML_MAX_GROUP_COLUMNS];
	uint32_t   *rows;
	int64_t		n_rows;
	int			c;

	memcpy(features, signature->features, sizeof(MlFeature) * signature->n_features);
	signature->features = features;
	for (c = 0; c < dataset->n_partition; c++)
		columns[c] = add_feature(env, &dataset->table.columns[dataset->partition[c]], signature);
	rows = mlops_dataset_rows(env, dataset, ~(1u << ML_SIDE_UNUSED), &n_rows);
	mlops_check(env, ml_groups_collect(env, signature, &dataset->table, columns, dataset->n_partition,
									   rows, n_rows, &model->groups));
	ml_release(env, rows);
	model->group_fitted = mlops_need(env, model->groups.n_groups + 1, sizeof(void *));
}

/* ----------------------------------------------------------------- fitting */

/* Everything that the fits of all groups share. */
typedef struct Fitting
{
	MlEnv	   *env;
	const MlopsDataset *dataset;
	const MlopsFitPlan *plan;
	int64		min_rows;
	MlModel    *model;
	MlopsPartition *partitions; /* (n_groups) */
	int			n_groups;
	double		parameters[ML_MAX_PARAMETERS];	/* for groups that cannot stop early */
	int64_t    *first;			/* (n_groups + 1) of each group in ... */
	uint32_t   *rows;			/* ... the rows to fit on, by group, ascending in each */
	uint8_t    *validates;		/* (rows) 1: it is set aside for early stopping */
} Fitting;

/* Put the rows of all groups side by side: a counting sort, so their order stays. */
static void
sort_rows(Fitting *fitting, const MlopsFitRows *rows)
{
	MlEnv	   *env = fitting->env;
	const MlTable *table = &fitting->dataset->table;
	int32_t    *group = mlops_groups_of(env, fitting->model, table, NULL, table->n_rows);
	uint8_t    *use = mlops_need(env, table->n_rows + 1, 1);
	int64_t    *next = mlops_need(env, fitting->n_groups + 1, sizeof(int64_t));
	int64_t		total = rows->n_rows + rows->n_validation;
	int64_t		row;
	int64_t		i;
	int			g;

	for (i = 0; i < rows->n_rows; i++)
		use[rows->rows[i]] = 1;
	for (i = 0; i < rows->n_validation; i++)
		use[rows->validation[i]] = 2;
	fitting->first = mlops_need(env, fitting->n_groups + 1, sizeof(int64_t));
	fitting->rows = mlops_need(env, total + 1, sizeof(uint32_t));
	fitting->validates = mlops_need(env, total + 1, 1);
	for (row = 0; row < table->n_rows; row++)
	{
		if (group[row] >= 0 && fitting->dataset->split.side[row] != ML_SIDE_UNUSED)
			fitting->partitions[group[row]].rows++;
		if (group[row] >= 0 && use[row])
			next[group[row]]++;
	}
	for (g = 0; g < fitting->n_groups; g++)
	{
		fitting->partitions[g].train_rows = next[g];
		fitting->first[g + 1] = fitting->first[g] + next[g];
		next[g] = fitting->first[g];
	}
	for (row = 0; row < table->n_rows; row++)
	{
		if (group[row] < 0 || !use[row])
			continue;
		fitting->rows[next[group[row]]] = (uint32_t) row;
		fitting->validates[next[group[row]]++] = use[row] == 2;
	}
	ml_release(env, group);
	ml_release(env, use);
	ml_release(env, next);
}

/* The rows of some groups, encoded and side by side. */
typedef struct Batch
{
	MlEnv	   *env;			/* holds all of this */
	int			first_group;
	int			end_group;
	int64_t		first_row;		/* in fitting->rows */
	MlFrame		frame;
	double	   *y;
	double	   *weight;			/* or NULL */
	uint64_t   *identity;
} Batch;

/* Take groups from `group` on, at least one. */
static void
begin_batch(const Fitting *fitting, const MlFrame *frame, int group, Batch *batch)
{
	const MlopsDataset *dataset = fitting->dataset;
	Size		row_bytes = ml_gathered_row_bytes(frame->signature) + 3 * sizeof(double);
	MlEnv	   *env = mlops_env_begin(mlops_env_context(fitting->env), "mlops partitions",
									  (Size) mlops_training_memory * 1024);
	uint64_t   *numbers;
	uint32_t   *place;
	uint32_t   *rows;
	int64_t		n;
	int64_t		i;

	memset(batch, 0, sizeof(*batch));
	batch->env = env;
	batch->first_group = group;
	batch->first_row = fitting->first[group];
	batch->end_group = group + 1;
	while (batch->end_group < fitting->n_groups &&
		   (Size) (fitting->first[batch->end_group + 1] - batch->first_row) * row_bytes <= BATCH_BYTES)
		batch->end_group++;
	n = fitting->first[batch->end_group] - batch->first_row;
	numbers = mlops_need(env, n + 1, sizeof(uint64_t));
	place = mlops_need(env, n + 1, sizeof(uint32_t));
	rows = mlops_need(env, n + 1, sizeof(uint32_t));
	batch->y = mlops_need(env, n + 1, sizeof(double));
	batch->identity = mlops_need(env, n + 1, sizeof(uint64_t));
	if (dataset->weight != NULL)
		batch->weight = mlops_need(env, n + 1, sizeof(double));
	for (i = 0; i < n; i++)
	{
		uint32_t	row = fitting->rows[batch->first_row + i];

		numbers[i] = row;
		batch->y[i] = dataset->target.y[row];
		batch->identity[i] = dataset->split.identity[row];
		if (batch->weight != NULL)
			batch->weight[i] = dataset->weight[row];
	}
	/* ascending rows, so that a table in a file is read once for the batch */
	mlops_check(env, ml_order_u64(env, numbers, n, place));
	for (i = 0; i < n; i++)
		rows[i] = (uint32_t) numbers[place[i]];
	mlops_check(env, ml_frame_gather(env, frame, rows, place, n, &batch->frame));
	ml_release(env, numbers);
	ml_release(env, place);
	ml_release(env, rows);
}

/* The rows of one group to fit on and to stop by, numbered from 0. */
typedef struct GroupRows
{
	uint32_t   *rows;
	int64_t		n_rows;
	uint32_t   *validation;
	int64_t		n_validation;
} GroupRows;

/*
 * A group has its own validation rows only where they are enough to tell when
 * to stop; else it learns from them too.
 */
static bool
can_stop_early(const Fitting *fitting, const double *y, const uint8_t *validates, int64_t n)
{
	int			n_classes = fitting->model->task == ML_CLASSIFICATION ? fitting->model->n_classes : 0;
	int64_t		count[ML_MAX_CLASSES] = {0};
	int64_t		all = 0;
	int64_t		i;
	int			k;

	for (i = 0; i < n; i++)
	{
		all += validates[i];
		if (n_classes > 0)
			count[(int) y[i]] += validates[i];
	}
	for (k = 0; k < n_classes; k++)
		if (count[k] < STOPPING_ROWS_CLASS)
			return false;
	return n_classes > 0 || all >= STOPPING_ROWS;
}

static void
choose_rows(const Fitting *fitting, MlEnv *env, const double *y, const uint8_t *validates, int64_t n,
			GroupRows *chosen)
{
	bool		stops = can_stop_early(fitting, y, validates, n);
	int64_t		i;

	memset(chosen, 0, sizeof(*chosen));
	chosen->rows = mlops_need(env, n + 1, sizeof(uint32_t));
	chosen->validation = mlops_need(env, n + 1, sizeof(uint32_t));
	for (i = 0; i < n; i++)
	{
		if (stops && validates[i])
			chosen->validation[chosen->n_validation++] = (uint32_t) i;
		else
			chosen->rows[chosen->n_rows++] = (uint32_t) i;
	}
}

/* Why the rows of a group are not worth a fit; NULL when they are. */
static char *
refuse_rows(const Fitting *fitting, const double *y, int64_t n)
{
	const MlModel *model = fitting->model;
	bool		seen[ML_MAX_CLASSES] = {false};
	int64_t		i;
	int			k;

	if (n < fitting->min_rows)
		return psprintf("it has %lld rows to learn from, fewer than %lld",
						(long long) n, (long long) fitting->min_rows);
	if (model->task != ML_CLASSIFICATION)
		return NULL;
	for (i = 0; i < n; i++)
		seen[(int) y[i]] = true;
	for (k = 0; k < model->n_classes; k++)
		if (!seen[k])
			return psprintf("none of its rows has the class \"%s\"",
							pg_any_to_server(model->labels[k], strlen(model->labels[k]), PG_UTF8));
	return NULL;
}

/* Progress is that of all groups. */
static void
report_nothing(MlEnv *env, const MlProgress *progress)
{
}

/* The encoded model of a group, decoded again in the environment of all. */
static void
keep_fitted(const Fitting *fitting, int group, const void *fitted)
{
	MlEnv	   *env = fitting->env;
	const MlModel *model = fitting->model;
	MlWriter	writer;
	MlReader	reader;

	ml_writer_begin(&writer, env);
	mlops_check(env, model->algorithm->encode(fitted, &writer));
	mlops_check(env, writer.status);
	ml_reader_begin(&reader, writer.data, writer.length);
	mlops_check(env, model->algorithm->decode(env, &reader, &model->signature, model->task, model->n_classes,
											  &fitting->model->group_fitted[group]));
}

static char *
copy_message(const char *message)
{
	return pstrdup(message[0] ? message : "the computation failed");
}

static void
fit_group(const Fitting *fitting, const Batch *batch, int group)
{
	MlopsPartition *partition = &fitting->partitions[group];
	const MlAlgorithm *algorithm = fitting->plan->algorithm;
	int64_t		first = fitting->first[group] - batch->first_row;
	int64_t		n = fitting->first[group + 1] - fitting->first[group];
	MlInputColumn *columns;
	MlEnv	   *env;
	MlFitInput	input = {0};
	MlFitted	fitted = {0};
	MlFrame		frame;
	GroupRows	rows;
	MlStatus	status;
	ListCell   *cell;

	partition->reason = refuse_rows(fitting, batch->y + first, n);
	if (partition->reason != NULL)
		return;
	env = mlops_env_begin(mlops_env_context(batch->env), "mlops partition", (Size) mlops_training_memory * 1024);
	env->report = report_nothing;
	columns = mlops_need(env, batch->frame.n_inputs + 1, sizeof(MlInputColumn));
	ml_gathered_part(&batch->frame, first, n, columns, &frame);
	choose_rows(fitting, env, batch->y + first, fitting->validates + fitting->first[group], n, &rows);
	mlops_fit_input(fitting->dataset, fitting->plan, fitting->model, &input);
	input.frame = &frame;
	input.y = batch->y + first;
	input.weight = batch->weight ? batch->weight + first : NULL;
	input.identity = batch->identity + first;
	input.rows = rows.rows;
	input.n_rows = rows.n_rows;
	input.validation = rows.validation;
	input.n_validation = rows.n_validation;
	if (rows.n_validation == 0)
		input.parameters = fitting->parameters;
	status = algorithm->fit(env, &input, &fitted);
	if ((status == ML_INVALID_DATA || status == ML_LIMIT) && env->team == NULL)
		partition->reason = copy_message(env->error.message);
	else
	{
		mlops_check(env, status);
		keep_fitted(fitting, group, fitted.model);
		foreach(cell, mlops_env_warnings(env))
			partition->warnings = lappend(partition->warnings, pstrdup(lfirst(cell)));
	}
	mlops_env_end(env);
}

/*
 * Boosting of a group that cannot find out by itself when to stop goes as far
 * as that of all rows did.
 */
static void
limit_trees(Fitting *fitting, const MlFitted *whole)
{
	const MlAlgorithm *algorithm = fitting->plan->algorithm;
	int			trees = ml_parameter_find(algorithm, "trees");

	memcpy(fitting->parameters, fitting->plan->parameters, sizeof(fitting->parameters));
	if (fitting->plan->stops_early && trees >= 0)
		fitting->parameters[trees] = Max(whole->iterations, 1);
}

MlopsPartition *
mlops_partition_fit(MlEnv *env, const MlopsDataset *dataset, const MlopsFitPlan *plan,
					const MlopsPreparation *preparation, const MlopsFitRows *rows,
					const MlFitted *whole, MlModel *model)
{
	MemoryContext caller = MemoryContextSwitchTo(mlops_env_context(env));
	Fitting		fitting = {.env = env,.dataset = dataset,.plan = plan,.model = model};
	MlFrame		frame;
	Batch		batch;
	int			group;

	fitting.n_groups = model->groups.n_groups;
	fitting.min_rows = preparation->min_partition_rows > 0 ? preparation->min_partition_rows :
		MLOPS_MIN_PARTITION_ROWS;
	fitting.partitions = mlops_need(env, fitting.n_groups + 1, sizeof(MlopsPartition));
	limit_trees(&fitting, whole);
	sort_rows(&fitting, rows);
	mlops_check(env, ml_frame_begin(env, &model->signature, &dataset->table, &frame));
	for (group = 0; group < fitting.n_groups; group = batch.end_group)
	{
		int			g;

		begin_batch(&fitting, &frame, group, &batch);
		for (g = group; g < batch.end_group; g++)
		{
			mlops_check(env, ml_check_stop(env));
			fit_group(&fitting, &batch, g);
			ml_report(env, "fitting groups", (double) (g + 1) / fitting.n_groups, fitting.first[g + 1],
					  g + 1, NAN);
		}
		mlops_env_end(batch.env);
	}
	ml_frame_end(&frame);
	ml_release(env, fitting.first);
	ml_release(env, fitting.rows);
	ml_release(env, fitting.validates);
	MemoryContextSwitchTo(caller);
	return fitting.partitions;
}

/* ------------------------------------------------------------------ naming */

/* A value of the object as text, in the server's encoding; NULL for null. */
static char *
value_text(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		case jbvNull:
			return NULL;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("argument \"partition\" has a value that is an object or array")));
	}
	return NULL;
}

/* The values that name a group, one for each column of partition_by. */
static char **
name_values(const MlModel *model, Jsonb *partition)
{
	const MlGroups *groups = &model->groups;
	char	  **values = palloc(sizeof(char *) * groups->n_columns);
	int			c;

	for (c = 0; c < groups->n_columns; c++)
	{
		const char *name = model->signature.features[groups->columns[c].feature].name;
		JsonbValue	value;

		if (!JB_ROOT_IS_OBJECT(partition) || JB_ROOT_COUNT(partition) != groups->n_columns ||
			getKeyJsonValueFromContainer(&partition->root, name, strlen(name), &value) == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("argument \"partition\" must be an object with the columns of partition_by and no others"),
					 errhint("Take it from the column \"partition\" of mlops.partitions.")));
		values[c] = value_text(&value);
	}
	return values;
}

static bool
is_group(const MlModel *model, int group, char *const *values)
{
	char		room[ML_NUMBER_TEXT];
	int			c;

	for (c = 0; c < model->groups.n_columns; c++)
	{
		const char *text = ml_group_text(&model->groups, &model->signature, group, c, room);

		if (text != NULL)
			text = pg_any_to_server(text, strlen(text), PG_UTF8);
		if (text == NULL || values[c] == NULL ? text != values[c] : strcmp(text, values[c]) != 0)
			return false;
	}
	return true;
}

const void *
mlops_partition_fitted(const MlopsVersionKey *key, const MlModel *model, Jsonb *partition)
{
	char	  **values;
	int			group;

	if (partition == NULL)
		return model->fitted;
	if (!ml_model_has_groups(model))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("version %d of model \"%s\" has no groups", key->version, key->model),
				 errhint("Leave out partition, or train with partition_by.")));
	values = name_values(model, partition);
	for (group = 0; group < model->groups.n_groups; group++)
		if (is_group(model, group, values))
			return ml_model_fitted(model, group);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("version %d of model \"%s\" has no such group", key->version, key->model),
			 errdetail("Rows of groups that training did not see are served by the model of all rows."),
			 errhint("The view mlops.partitions lists its groups.")));
	return NULL;
}

/* ----------------------------------------------------------------- judging */

void
mlops_score_globally(MlEnv *env, const MlModel *model, const MlTable *table,
					 const uint32_t *rows, int64_t n_rows, double *out)
{
	MlModel		whole = *model;

	memset(&whole.groups, 0, sizeof(whole.groups));
	mlops_score_table(env, &whole, table, rows, n_rows, out);
}

void
mlops_partition_judge(MlEnv *env, const MlopsDataset *dataset, const MlModel *model,
					  const char *metric, const MlYardstick *yardstick,
					  const uint32_t *rows, int64_t n_rows,
					  const double *predicted, const double *global, MlopsPartition *partitions)
{
	int			width = ml_n_outputs(model->n_classes);
	int			n_groups = model->groups.n_groups;
	int32_t    *group = mlops_groups_of(env, model, &dataset->table, rows, n_rows);
	double	   *weight = mlops_need(env, n_groups + 1, sizeof(double));
	bool		root = metric != NULL && strcmp(metric, "rmse") == 0;
	int64_t		i;
	int			g;

	for (i = 0; i < n_rows; i++)
	{
		double		actual = dataset->target.y[rows[i]];
		double		w = dataset->weight ? dataset->weight[rows[i]] : 1;

		if (group[i] < 0)
			continue;
		partitions[group[i]].judged_rows++;
		if (metric == NULL || model->task == ML_ANOMALY)
			continue;
		weight[group[i]] += w;
		partitions[group[i]].value += w * mlops_row_loss(metric, model, yardstick, actual, predicted + i * width);
		partitions[group[i]].global_value += w * mlops_row_loss(metric, model, yardstick, actual, global + i * width);
	}
	for (g = 0; g < n_groups; g++)
	{
		/* without rows NaN */
		partitions[g].value /= weight[g];
		partitions[g].global_value /= weight[g];
		if (root)
		{
			partitions[g].value = sqrt(partitions[g].value);
			partitions[g].global_value = sqrt(partitions[g].global_value);
		}
	}
	ml_release(env, group);
	ml_release(env, weight);
}

/* ----------------------------------------------------------------- storing */

/* {"region": "north", "plan": null} */
static Jsonb *
group_to_json(const MlModel *model, int group)
{
	const MlGroups *groups = &model->groups;
	char		room[ML_NUMBER_TEXT];
	MlopsJson	json;
	int			c;

	mlops_json_begin(&json);
	for (c = 0; c < groups->n_columns; c++)
	{
		const char *name = model->signature.features[groups->columns[c].feature].name;
		const char *value = ml_group_text(groups, &model->signature, group, c, room);

		mlops_json_text(&json, name, value == NULL ? NULL : pg_any_to_server(value, strlen(value), PG_UTF8));
	}
	return mlops_json_finish(&json);
}

void
mlops_partition_store(const char *name, int version, const MlModel *model, const char *metric,
					  const MlopsPartition *partitions)
{
	int			n = model->groups.n_groups;
	MlopsPartitionRow *rows = palloc0(sizeof(MlopsPartitionRow) * Max(n, 1));
	int			g;

	for (g = 0; g < n; g++)
	{
		MlopsPartitionRow *row = &rows[g];
		ListCell   *cell;

		row->key = group_to_json(model, g);
		row->rows = partitions[g].rows;
		row->train_rows = partitions[g].train_rows;
		row->judged_rows = partitions[g].judged_rows;
		row->metric = metric;
		row->value = partitions[g].value;
		row->global_value = partitions[g].global_value;
		row->fallback = partitions[g].reason != NULL;
		row->reason = partitions[g].reason;
		row->warnings = palloc(sizeof(char *) * (list_length(partitions[g].warnings) + 1));
		foreach(cell, partitions[g].warnings)
			row->warnings[row->n_warnings++] = lfirst(cell);
	}
	mlops_partition_insert(name, version, rows, n);
}
