/*
 * lifecycle/batch.c
 *		Applying a version to all rows of a source.
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/builtins.h"

#include "algo/explain.h"
#include "bridge/env.h"
#include "bridge/json.h"
#include "bridge/settings.h"
#include "catalog/cache.h"
#include "catalog/version.h"
#include "data/destination.h"
#include "data/stream.h"
#include "lifecycle/batch.h"
#include "lifecycle/dataset.h"
#include "lifecycle/explain.h"

/* The only column of the relation's primary key, or -1. */
static int
primary_key(const MlopsSource *source)
{
	int			found = -1;
	int			i;

	for (i = 0; i < source->n_columns; i++)
	{
		if (!source->columns[i].facts.primary_key)
			continue;
		if (found >= 0)
			return -1;
		found = i;
	}
	return found;
}

static int
find_key(const MlopsSource *source, const MlopsVersionKey *version, const char *name)
{
	int			column;

	if (name == NULL)
	{
		name = mlops_json_get_text(mlops_version_load(version->model, version->version)->request, "key");
		column = name == NULL ? -1 : mlops_source_find(source, name);
		return column >= 0 ? column : primary_key(source);
	}
	column = mlops_source_find(source, name);
	if (column < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the source has no column \"%s\"", name),
				 errdetail("It is named by key.")));
	return column;
}

/*
 * What the version was trained on. A stored query means what it meant to its
 * author, for the rest of the caller's nest level of settings.
 */
static const char *
stored_source(const MlopsVersionKey *version)
{
	Jsonb	   *request = mlops_version_load(version->model, version->version)->request;

	mlops_source_apply_settings(mlops_json_get_value(request, "settings"));
	return mlops_json_get_text(request, "source");
}

void
mlops_batch_begin(MlopsBatch *batch, const char *reference, MlopsRight right, const char *source, const char *key)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops batch", (Size) mlops_training_memory * 1024);
	MlopsVersionKey version;
	int			i;

	batch->env = env;
	mlops_reference_resolve(reference, right, &version);
	batch->model = mlops_prepared_model(mlops_cache_get(&version, mlops_env_context(env)));
	batch->labels = palloc(sizeof(char *) * Max(batch->model->n_classes, 1));
	for (i = 0; i < batch->model->n_classes; i++)
		batch->labels[i] = pg_any_to_server(pstrdup(batch->model->labels[i]), strlen(batch->model->labels[i]),
											PG_UTF8);
	batch->source = mlops_source_open(source != NULL ? source : stored_source(&version));
	batch->key = find_key(batch->source, &version, key);
}

void
mlops_batch_end(MlopsBatch *batch)
{
	mlops_source_close(batch->source);
	mlops_env_end(batch->env);
}

/* ------------------------------------------------------------- predictions */

typedef struct Predicting
{
	MlopsBatch		batch;
	MlopsPredictionTaker take;
	void	   *state;
} Predicting;

static void
fill_prediction(const MlopsBatch *batch, const double *outputs, MlopsPrediction *prediction)
{
	const MlModel *model = batch->model;
	int			class_number;

	if (model->task != ML_CLASSIFICATION)
	{
		prediction->prediction = model->task == ML_CLUSTERING ? ml_model_class(model, outputs) + 1 : outputs[0];
		return;
	}
	class_number = ml_model_class(model, outputs);
	prediction->prediction = NAN;
	prediction->label = batch->labels[class_number];
	prediction->n_classes = model->n_classes;
	prediction->probability = model->n_classes == 2 ? outputs[0] : outputs[class_number];
	prediction->probabilities = model->n_classes == 2 ? NULL : outputs;
}

static void
predict_block(void *state, const MlopsBlock *block)
{
	const Predicting *predicting = state;
	const MlModel *model = predicting->batch.model;
	int			n_outputs = ml_model_n_outputs(model);
	double	   *outputs = palloc(sizeof(double) * block->n_rows * n_outputs);
	int			i;

	ml_model_predict(model, block->group, block->inputs, block->n_rows, outputs);
	for (i = 0; i < block->n_rows; i++)
	{
		MlopsPrediction prediction = {.key = block->key ? block->key[i] : NULL, .probability = NAN};

		fill_prediction(&predicting->batch, outputs + (Size) i * n_outputs, &prediction);
		predicting->take(predicting->state, &prediction);
	}
}

/* Components are no single prediction. */
static void
require_prediction(const MlopsBatch *batch, const char *reference)
{
	if (batch->model->task == ML_DECOMPOSITION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("model \"%s\" turns rows into components and predicts nothing", reference),
				 errhint("Write SELECT mlops_transform(%s, s.*) FROM (...) AS s.", quote_literal_cstr(reference))));
}

void
mlops_predict_batch(const char *reference, const char *source, const char *key,
					MlopsPredictionTaker take, void *state)
{
	Predicting	predicting = {.take = take, .state = state};
	MlopsBatch *batch = &predicting.batch;

	mlops_batch_begin(batch, reference, MLOPS_RIGHT_PREDICT, source, key);
	require_prediction(batch, reference);
	mlops_source_stream(batch->source, batch->model, batch->key, batch->env, predict_block, &predicting);
	mlops_batch_end(batch);
}

/* ----------------------------------------------------------------- to tables */

static bool
only_new(const char *mode)
{
	if (strcmp(mode, "all") != 0 && strcmp(mode, "new") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("mode cannot be \"%s\"", mode),
				 errhint("It is \"all\" to score every row, or \"new\" to score rows whose key the table does not have.")));
	return strcmp(mode, "new") == 0;
}

int64
mlops_score_into(const MlopsScoreInto *request)
{
	MlopsFilling filling = {.schema = request->schema, .only_new = only_new(request->mode)};
	MlopsSource *source;
	MlopsDestination destination;
	MlopsVersionKey version;
	int			key;
	int64		rows;

	mlops_reference_resolve(request->reference, MLOPS_RIGHT_PREDICT, &version);
	source = mlops_source_open(request->source);
	key = find_key(source, &version, request->key);
	if (key < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("nothing identifies the rows of the source"),
				 errhint("Name a column with key => '...'.")));
	mlops_destination_open(request->destination, &source->columns[key], &destination);
	filling.model = version.model;
	filling.version = version.version;
	filling.source = source;
	rows = mlops_destination_fill(&destination, &filling);
	mlops_source_close(source);
	return rows;
}

/* ------------------------------------------------------------ explanations */

typedef struct Explaining
{
	MlopsBatch		batch;
	int			first_class;
	int			n_classes;		/* that are explained */
	MlExplainer **explainers;	/* (1 + n_groups, n_classes) made when first needed */
	MlopsContributionTaker take;
	void	   *state;
} Explaining;

/* That of a class for the rows of a group, -1: of none. */
static MlExplainer *
explainer_for(Explaining *explaining, int group, int class_index)
{
	MlEnv	   *env = explaining->batch.env;
	const MlModel *model = explaining->batch.model;
	MlExplainer **place = &explaining->explainers[(Size) (group + 1) * explaining->n_classes + class_index];

	if (*place == NULL)
	{
		MlExplainer *explainer = mlops_need(env, 1, sizeof(MlExplainer));
		int			output = model->n_classes > 2 ? explaining->first_class + class_index : 0;

		mlops_check(env, ml_explain_begin(env, model->algorithm, ml_model_fitted(model, group), &model->signature,
										  model->task, model->n_classes, output, explainer));
		*place = explainer;
	}
	return *place;
}

static void
put_row(Explaining *explaining, const char *key, int class_index, const MlExplainer *explainer,
		const double *contributions, const double *errors)
{
	const MlModel *model = explaining->batch.model;
	int			class_number = explaining->first_class + class_index;
	double		sign = model->n_classes == 2 && class_number == 0 ? -1 : 1;
	MlopsBatchContribution row = {.key = key, .feature = "(base)", .contribution = sign * explainer->base, .std_error = NAN};
	int			i;

	row.class = model->n_classes > 0 ? explaining->batch.labels[class_number] : NULL;
	explaining->take(explaining->state, &row);
	for (i = 0; i < ml_signature_n_learnt(&model->signature); i++)
	{
		mlops_sum_contributions(&model->signature, i, explainer->exact, contributions, errors,
								&row.contribution, &row.std_error);
		row.contribution *= sign;
		row.feature = model->signature.features[i].name;
		explaining->take(explaining->state, &row);
	}
}

/* Neighbouring rows of one group at once. */
static void
explain_block(void *state, const MlopsBlock *block)
{
	Explaining *explaining = state;
	int			n_inputs = explaining->batch.model->signature.n_inputs;
	Size		size = sizeof(double) * Max((Size) block->n_rows * n_inputs, 1);
	double	   *contributions = palloc(size);
	double	   *errors = palloc0(size);
	int			n;
	int			at;

	for (at = 0; at < block->n_rows; at += n)
	{
		int			group = block->group ? block->group[at] : -1;
		int			k;
		int			i;

		for (n = 1; at + n < block->n_rows && (block->group == NULL || block->group[at + n] == group); n++)
			;
		for (k = 0; k < explaining->n_classes; k++)
		{
			MlExplainer *explainer = explainer_for(explaining, group, k);

			mlops_check(explaining->batch.env, ml_explain_rows(explainer, block->inputs + (Size) at * n_inputs, n,
															   contributions, errors));
			for (i = 0; i < n; i++)
				put_row(explaining, block->key ? block->key[at + i] : NULL, k, explainer,
						contributions + (Size) i * n_inputs, errors + (Size) i * n_inputs);
		}
	}
}

void
mlops_explain_batch(const char *reference, const char *source, const char *key, const char *class,
					MlopsContributionTaker take, void *state)
{
	Explaining	explaining = {.take = take, .state = state};
	MlopsBatch *batch = &explaining.batch;

	mlops_batch_begin(batch, reference, MLOPS_RIGHT_READ, source, key);
	mlops_explainable(reference, batch->model);
	mlops_explained_classes(batch->model, class, &explaining.first_class, &explaining.n_classes);
	explaining.explainers = mlops_need(batch->env, (Size) (1 + batch->model->groups.n_groups) * explaining.n_classes,
									   sizeof(MlExplainer *));
	mlops_source_stream(batch->source, batch->model, batch->key, batch->env, explain_block, &explaining);
	mlops_batch_end(batch);
}
