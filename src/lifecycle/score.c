/*
 * lifecycle/score.c
 *		Applying versions.
 *
 * What a reference means can change from one statement to the next, and
 * within a transaction after a savepoint is rolled back, when even a version
 * number comes back with other content. So a resolved reference is believed
 * only while nothing could have changed it: same snapshot, same command, same
 * subtransaction, same user. Else it is resolved again, which costs a few
 * primary-key lookups; the decoded model is kept as long as its digest is the
 * same.
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "bridge/env.h"
#include "bridge/pg_compat.h"
#include "catalog/cache.h"
#include "lifecycle/score.h"
#include "prep/slice.h"

/*
 * Rows whose inputs are gathered and predicted at once. Many rows share what a
 * large forest brings into the cache, so a block doubles as long as it takes
 * little time and memory; a cancel is seen between blocks.
 */
#define FIRST_BLOCK_ROWS 128
#define BLOCK_SECONDS 0.01
#define BLOCK_BYTES ((Size) 1024 * 1024)

/* Classes that an error lists at most. */
#define MAX_LISTED 20

/* All that decides what a reference means, and whether it may be used. */
typedef struct Moment
{
	TransactionId xmin;
	TransactionId xmax;
	uint32		xcnt;
	int32		subxcnt;
	bool		suboverflowed;
	bool		in_recovery;
	CommandId	command;
	LocalTransactionId transaction;
	SubTransactionId subtransaction;
	Oid			user;
} Moment;

/* What *slot points to. */
typedef struct Kept
{
	MlopsScorer scorer;
	MemoryContext context;		/* holds all of this, and the pin */
	Moment		moment;
	uint8		digest[MLOPS_DIGEST_LENGTH];
	text	   *reference;
	Size		reference_room; /* allocated for it */
} Kept;

static void
take_moment(Moment *moment)
{
	Snapshot	snapshot = GetActiveSnapshot();

	moment->xmin = snapshot->xmin;
	moment->xmax = snapshot->xmax;
	moment->xcnt = snapshot->xcnt;
	moment->subxcnt = snapshot->subxcnt;
	moment->suboverflowed = snapshot->suboverflowed;
	moment->in_recovery = snapshot->takenDuringRecovery;
	moment->command = snapshot->curcid;
	moment->transaction = MLOPS_LOCAL_TRANSACTION;
	moment->subtransaction = GetCurrentSubTransactionId();
	moment->user = GetUserId();
}

static bool
same_moment(const Moment *a, const Moment *b)
{
	return a->xmin == b->xmin && a->xmax == b->xmax &&
		a->xcnt == b->xcnt && a->subxcnt == b->subxcnt &&
		a->suboverflowed == b->suboverflowed && a->in_recovery == b->in_recovery &&
		a->command == b->command && a->transaction == b->transaction &&
		a->subtransaction == b->subtransaction && a->user == b->user;
}

static bool
same_text(const text *a, const text *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/*
 * A new scorer in a context of its own, which belongs to the caller's context
 * only when nothing has failed.
 */
static Kept *
prepare(const MlopsVersionKey *key, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "mlops scorer",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Kept	   *kept = palloc0(sizeof(Kept));
	const MlModel *model;
	const char **labels;
	int			i;

	kept->context = context;
	memcpy(kept->digest, key->digest, MLOPS_DIGEST_LENGTH);
	model = mlops_prepared_model(mlops_cache_get(key, context));
	labels = palloc0(sizeof(char *) * Max(model->n_classes, 1));
	for (i = 0; i < model->n_classes; i++)
		labels[i] = pg_any_to_server(model->labels[i], strlen(model->labels[i]), PG_UTF8);
	kept->scorer.model = model;
	kept->scorer.labels = labels;
	kept->scorer.reader = mlops_row_reader(&model->signature, context);
	kept->scorer.inputs = palloc0(sizeof(double) * Max(model->signature.n_inputs, 1));
	kept->scorer.outputs = palloc0(sizeof(double) * ml_model_n_outputs(model));
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, parent);
	return kept;
}

static void
remember_reference(Kept *kept, const text *reference)
{
	Size		length = VARSIZE_ANY_EXHDR(reference);

	if (kept->reference == NULL || kept->reference_room < length)
	{
		if (kept->reference != NULL)
			pfree(kept->reference);
		kept->reference_room = 0;
		kept->reference = NULL;
		kept->reference = MemoryContextAlloc(kept->context, VARHDRSZ + length);
		kept->reference_room = length;
	}
	SET_VARSIZE(kept->reference, VARHDRSZ + length);
	memcpy(VARDATA(kept->reference), VARDATA_ANY(reference), length);
}

const MlopsScorer *
mlops_scorer(void **slot, MemoryContext context, const text *reference)
{
	Kept	   *kept = *slot;
	Moment		moment;
	MlopsVersionKey key;

	take_moment(&moment);
	if (kept != NULL && same_moment(&kept->moment, &moment) &&
		same_text(kept->reference, reference))
		return &kept->scorer;

	/* Until all is well again nothing may be believed. */
	if (kept != NULL)
		kept->moment.transaction = InvalidLocalTransactionId;
	mlops_reference_resolve(text_to_cstring(reference), MLOPS_RIGHT_PREDICT, &key);
	if (kept == NULL || memcmp(kept->digest, key.digest, MLOPS_DIGEST_LENGTH) != 0)
	{
		Kept	   *fresh = prepare(&key, context);

		*slot = fresh;
		if (kept != NULL)
			MemoryContextDelete(kept->context);
		kept = fresh;
	}
	remember_reference(kept, reference);
	kept->moment = moment;
	return &kept->scorer;
}

/* What the verb that was called would answer. */
static const char *
wanted_words(unsigned tasks)
{
	if (tasks & (1u << ML_DECOMPOSITION))
		return "coordinates";
	if (tasks & (1u << ML_CLUSTERING))
		return "a cluster";
	if (tasks & (1u << ML_ANOMALY))
		return "how unusual a row is";
	return tasks & (1u << ML_CLASSIFICATION) ? "a class" : "a number";
}

static void
refuse_classes(const MlopsScorer *scorer, unsigned tasks, const char *literal)
{
	if (scorer->model->n_classes > 2)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("model %s predicts a class, not %s", literal, wanted_words(tasks)),
				 errhint("Write mlops_classify(%s, ...) for the label or mlops_probability(%s, ..., %s) for the probability of a class.",
						 literal, literal, quote_literal_cstr(scorer->labels[0]))));
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("model %s predicts a class, not %s", literal, wanted_words(tasks)),
			 errhint("Write mlops_classify(%s, ...) for the label or mlops_probability(%s, ...) for a probability.",
					 literal, literal)));
}

void
mlops_scorer_require(const MlopsScorer *scorer, unsigned tasks, const text *reference)
{
	char	   *literal;

	if (tasks & (1u << scorer->model->task))
		return;
	literal = quote_literal_cstr(text_to_cstring(reference));
	switch (scorer->model->task)
	{
		case ML_REGRESSION:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("model %s predicts a number, not %s", literal, wanted_words(tasks)),
					 errhint("Write mlops_predict(%s, ...).", literal)));
			break;
		case ML_CLASSIFICATION:
			refuse_classes(scorer, tasks, literal);
			break;
		case ML_ANOMALY:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("model %s scores how unusual a row is and predicts nothing", literal),
					 errhint("Write mlops_anomaly_score(%s, ...).", literal)));
			break;
		case ML_CLUSTERING:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("model %s puts rows into clusters and predicts nothing", literal),
					 errhint("Write mlops_cluster(%s, ...) for the cluster or mlops_transform(%s, ...) for the distances to all centres.",
							 literal, literal)));
			break;
		case ML_DECOMPOSITION:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("model %s turns rows into components and predicts nothing", literal),
					 errhint("Write mlops_transform(%s, ...).", literal)));
			break;
	}
}

/* "a", "b" and "c"; the first of many. */
static char *
class_list(const MlopsScorer *scorer)
{
	StringInfoData names;
	int			n = scorer->model->n_classes;
	int			i;

	initStringInfo(&names);
	for (i = 0; i < n && i < MAX_LISTED; i++)
		appendStringInfo(&names, "%s\"%s\"", i == 0 ? "" : i == n - 1 ? " and " : ", ", scorer->labels[i]);
	if (n > MAX_LISTED)
		appendStringInfo(&names, " and %d others", n - MAX_LISTED);
	return names.data;
}

int
mlops_scorer_positive(const MlopsScorer *scorer, const text *reference)
{
	char	   *literal;

	if (scorer->model->n_classes == 2)
		return 1;
	literal = quote_literal_cstr(text_to_cstring(reference));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("model %s has %d classes: name the one whose probability you want", literal,
					scorer->model->n_classes),
			 errdetail("Its classes are %s.", class_list(scorer)),
			 errhint("Write mlops_probability(%s, ..., %s), or mlops_probabilities(%s, ...) for all.",
					 literal, quote_literal_cstr(scorer->labels[0]), literal)));
	return -1;
}

int
mlops_scorer_class(const MlopsScorer *scorer, const text *label)
{
	size_t		length = VARSIZE_ANY_EXHDR(label);
	int			i;

	for (i = 0; i < scorer->model->n_classes; i++)
	{
		if (strlen(scorer->labels[i]) == length &&
			memcmp(scorer->labels[i], VARDATA_ANY(label), length) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("model has no class \"%s\"", text_to_cstring(label)),
			 errhint("Its classes are %s.", class_list(scorer))));
	return -1;
}

int32_t *
mlops_groups_of(MlEnv *env, const MlModel *model, const MlTable *table,
				const uint32_t *rows, int64_t n_rows)
{
	int32_t    *group;

	if (!ml_model_has_groups(model))
		return NULL;
	group = ml_allocate(env, n_rows + 1, sizeof(int32_t));
	if (group == NULL)
		mlops_check(env, ML_OUT_OF_MEMORY);
	mlops_check(env, ml_groups_assign(env, &model->groups, &model->signature, table, rows, n_rows, group));
	return group;
}

void
mlops_score_table(MlEnv *env, const MlModel *model, const MlTable *table,
				  const uint32_t *rows, int64_t n_rows, double *out)
{
	int			n_outputs = ml_model_n_outputs(model);
	MlFrame		frame;
	MlSlice		slice;
	double	   *inputs;
	int32_t    *group = mlops_groups_of(env, model, table, rows, n_rows);
	int64_t		block = FIRST_BLOCK_ROWS;
	int64_t		most;
	int64_t		at;
	int64_t		n;

	mlops_check(env, ml_frame_begin(env, &model->signature, table, &frame));
	mlops_check(env, ml_slice_begin(env, &frame, &slice));
	most = Max(BLOCK_BYTES / (sizeof(double) * Max(frame.n_inputs, 1)), FIRST_BLOCK_ROWS);
	inputs = palloc(sizeof(double) * most * Max(frame.n_inputs, 1));
	for (at = 0; at < n_rows; at += n)
	{
		int64_t		count;
		int64_t		i;

		mlops_check(env, ml_slice_take(&slice, rows, at, n_rows, &n));
		for (i = 0; i < n; i += count)
		{
			instr_time	start;
			instr_time	end;

			count = Min(n - i, block);
			mlops_check(env, ml_check_stop(env));
			INSTR_TIME_SET_CURRENT(start);
			ml_frame_rows(&slice.part, slice.rows + i, (int) count, inputs);
			ml_model_predict(model, group ? group + at + i : NULL, inputs, (int) count,
							 out + (at + i) * n_outputs);
			INSTR_TIME_SET_CURRENT(end);
			INSTR_TIME_SUBTRACT(end, start);
			if (INSTR_TIME_GET_DOUBLE(end) < BLOCK_SECONDS)
				block = Min(2 * block, most);
		}
	}
	pfree(inputs);
	ml_release(env, group);
	ml_slice_end(&slice);
	ml_frame_end(&frame);
}
