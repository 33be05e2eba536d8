/*
 * lifecycle/vectors.c
 *		The centres of clusters and the loadings of components, in words.
 */
#include "postgres.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "algo/vectors.h"
#include "bridge/env.h"
#include "catalog/cache.h"
#include "catalog/version.h"
#include "lifecycle/vectors.h"

#define OTHER "(other)"
#define MISSING "(missing)"

static void
refuse_task(const MlopsVersionKey *key, const char *reference, MlTask task, MlTask wanted)
{
	const char *literal = quote_literal_cstr(reference);

	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("model \"%s\" has no %s", key->model, wanted == ML_CLUSTERING ? "clusters" : "components"),
			 errdetail("Its task is %s.", ml_task_name(task)),
			 task == ML_CLUSTERING ? errhint("Write mlops_centers(%s).", literal) :
			 task == ML_DECOMPOSITION ? errhint("Write mlops_components(%s).", literal) :
			 errhint("Train one with task => '%s'.", ml_task_name(wanted))));
}

/* A copy in the server's encoding. */
static const char *
server_text(const char *text, size_t length)
{
	char	   *copy = pnstrdup(text, length);

	return pg_any_to_server(copy, length, PG_UTF8);
}

/* Column and level of a coordinate. */
static void
name_row(const MlSpace *space, int coordinate, MlopsVectorRow *row)
{
	const MlSignature *signature = space->signature;
	const MlFeature *feature;
	char		name[2 * NAMEDATALEN];
	int			input;
	int			level;

	ml_space_name(space, coordinate, &input, &level);
	feature = &signature->features[signature->inputs[input].feature];
	ml_input_name(signature, input, name, sizeof(name));
	row->feature = server_text(name, strlen(name));
	row->level = NULL;
	if (level >= 0 && level < feature->n_levels)
		row->level = server_text(feature->level[level], feature->level_length[level]);
	else if (level >= 0)
		row->level = level == feature->n_levels ? OTHER : MISSING;
}

MlopsVectorRow *
mlops_vectors(const char *reference, MlTask task, int *count)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops vectors", 0);
	MlopsVersionKey key;
	const MlModel *model;
	MlVectors	vectors = {0};
	MlopsVectorRow *rows;
	int			n;
	int			i;

	mlops_reference_resolve(reference, MLOPS_RIGHT_READ, &key);
	model = mlops_prepared_model(mlops_cache_get(&key, mlops_env_context(env)));
	if (model->task != task)
		refuse_task(&key, reference, model->task, task);
	mlops_check(env, model->algorithm->vectors(env, model->fitted, &vectors));
	n = vectors.space->n;
	*count = vectors.n_vectors * n;
	rows = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(MlopsVectorRow) * Max(*count, 1));
	for (i = 0; i < *count; i++)
	{
		MlopsVectorRow *row = &rows[i];
		int			vector = i / n;

		row->vector = vector + 1;
		/* the names are the same for all vectors */
		if (vector == 0)
			name_row(vectors.space, i, row);
		row->feature = rows[i % n].feature;
		row->level = rows[i % n].level;
		row->value = vectors.value[i];
		row->weight = vectors.weight ? vectors.weight[vector] : NAN;
		row->variance = vectors.variance ? vectors.variance[vector] : NAN;
		row->ratio = vectors.variance ? vectors.variance[vector] / vectors.total_variance : NAN;
	}
	mlops_env_end(env);
	return rows;
}
