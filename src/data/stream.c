/*
 * data/stream.c
 *		Rows of a source as inputs of a model, a block at a time.
 */
#include "postgres.h"

#include <math.h>

#include "tcop/dest.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "bridge/env.h"
#include "data/convert.h"
#include "data/relation.h"
#include "data/stream.h"

/* Rows of a block: enough for kernels over many rows, few enough for the cache. */
#define MOST_ROWS 1024
#define BLOCK_BYTES (256 * 1024)

/* Texts of a row are freed when there are so many bytes of them. */
#define ROW_BYTES (256 * 1024)

typedef struct Stream
{
	DestReceiver pub;
	MlEnv	   *env;
	const MlModel *model;
	MlopsBlockTaker take;
	void	   *state;
	MemoryContext row;			/* conversions; reset when large, and with the block */
	MemoryContext block;		/* keys, and what the taker allocates */

	const char *key_name;		/* or NULL */
	int		   *attribute;		/* (n_features) in the rows that arrive, from 0 */
	int			key;			/* attribute, or -1 */
	int			last_attribute; /* number of attributes to take apart */
	MlopsConverter *converters; /* (n_features) */
	FmgrInfo	key_output;
	MlValue    *values;			/* (n_features) of a row */

	int			capacity;
	int			n_rows;
	double	   *inputs;			/* (capacity, n_inputs) */
	int32_t    *group;			/* (capacity), or NULL */
	char	  **keys;			/* (capacity), or NULL */
	int64		total;
} Stream;

static void
stream_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	Stream	   *stream = (Stream *) self;
	const MlSignature *signature = &stream->model->signature;
	pg_tz	   *zone = mlops_converter_zone(signature->time_zone);
	int			i;

	for (i = 0; i < signature->n_features; i++)
	{
		const MlFeature *feature = &signature->features[i];
		int			attribute = mlops_source_attribute(desc, feature->name);

		mlops_converter_init(&stream->converters[i], feature->name, TupleDescAttr(desc, attribute)->atttypid,
							 feature->type, signature->nan_is_missing, zone);
		stream->attribute[i] = attribute;
		stream->last_attribute = Max(stream->last_attribute, attribute + 1);
	}
	if (stream->key_name != NULL)
	{
		Oid			output;
		bool		is_varlena;

		stream->key = mlops_source_attribute(desc, stream->key_name);
		stream->last_attribute = Max(stream->last_attribute, stream->key + 1);
		getTypeOutputInfo(TupleDescAttr(desc, stream->key)->atttypid, &output, &is_varlena);
		fmgr_info(output, &stream->key_output);
	}
}

static void
hand_out(Stream *stream)
{
	MlopsBlock	block = {stream->n_rows, stream->inputs, stream->group, stream->keys};
	MemoryContext caller;

	if (stream->n_rows == 0)
		return;
	mlops_check(stream->env, ml_check_stop(stream->env));
	caller = MemoryContextSwitchTo(stream->block);
	stream->take(stream->state, &block);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(stream->block);
	MemoryContextReset(stream->row);
	stream->total += stream->n_rows;
	stream->n_rows = 0;
	ml_report(stream->env, "scoring", -1.0, stream->total, -1, NAN);
}

static bool
stream_take(TupleTableSlot *slot, DestReceiver *self)
{
	Stream	   *stream = (Stream *) self;
	const MlModel *model = stream->model;
	MemoryContext caller = MemoryContextSwitchTo(stream->row);
	int			i;

	slot_getsomeattrs(slot, stream->last_attribute);
	for (i = 0; i < model->signature.n_features; i++)
	{
		int			attribute = stream->attribute[i];

		mlops_convert(&stream->converters[i], slot->tts_values[attribute], slot->tts_isnull[attribute],
					  &stream->values[i]);
	}
	ml_signature_encode(&model->signature, stream->values,
						stream->inputs + (Size) stream->n_rows * model->signature.n_inputs);
	if (stream->group != NULL)
		stream->group[stream->n_rows] = ml_groups_find(&model->groups, stream->values);
	if (stream->keys != NULL)
	{
		MemoryContextSwitchTo(stream->block);
		stream->keys[stream->n_rows] = slot->tts_isnull[stream->key] ? NULL :
			OutputFunctionCall(&stream->key_output, slot->tts_values[stream->key]);
	}
	MemoryContextSwitchTo(caller);
	if (++stream->n_rows == stream->capacity)
		hand_out(stream);
	else if (MemoryContextMemAllocated(stream->row, false) > ROW_BYTES)
		MemoryContextReset(stream->row);
	return true;
}

static void
stream_shutdown(DestReceiver *self)
{
	Stream	   *stream = (Stream *) self;

	hand_out(stream);
	MemoryContextDelete(stream->row);
	MemoryContextDelete(stream->block);
}

static void
stream_destroy(DestReceiver *self)
{
	pfree(self);
}

static Stream *
create_stream(const MlModel *model, const char *key_name, MlEnv *env, MlopsBlockTaker take, void *state)
{
	Stream	   *stream = palloc0(sizeof(Stream));
	int			n_features = Max(model->signature.n_features, 1);
	int			n_inputs = Max(model->signature.n_inputs, 1);

	stream->pub.receiveSlot = stream_take;
	stream->pub.rStartup = stream_startup;
	stream->pub.rShutdown = stream_shutdown;
	stream->pub.rDestroy = stream_destroy;
	stream->pub.mydest = DestNone;
	stream->env = env;
	stream->model = model;
	stream->take = take;
	stream->state = state;
	stream->key_name = key_name;
	stream->key = -1;
	stream->attribute = palloc0(sizeof(int) * n_features);
	stream->converters = palloc0(sizeof(MlopsConverter) * n_features);
	stream->values = palloc0(sizeof(MlValue) * n_features);
	stream->capacity = Max(Min(BLOCK_BYTES / (int) sizeof(double) / n_inputs, MOST_ROWS), 16);
	stream->inputs = palloc0(sizeof(double) * stream->capacity * n_inputs);
	stream->group = ml_model_has_groups(model) ? palloc(sizeof(int32_t) * stream->capacity) : NULL;
	stream->keys = key_name != NULL ? palloc(sizeof(char *) * stream->capacity) : NULL;
	stream->row = AllocSetContextCreate(CurrentMemoryContext, "mlops stream row", ALLOCSET_DEFAULT_SIZES);
	stream->block = AllocSetContextCreate(CurrentMemoryContext, "mlops stream block", ALLOCSET_DEFAULT_SIZES);
	return stream;
}

/* The columns of the source that are read: features, and the key. */
static int *
wanted_columns(const MlopsSource *source, const MlModel *model, int key, int *n_wanted)
{
	int		   *wanted = palloc(sizeof(int) * (model->signature.n_features + 1));
	bool		key_is_feature = false;
	int			i;

	*n_wanted = 0;
	for (i = 0; i < model->signature.n_features; i++)
	{
		const char *name = model->signature.features[i].name;
		int			column = mlops_source_find(source, name);

		if (column < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("the source has no column \"%s\"", name),
					 errdetail("The model was trained with a feature of that name."),
					 errhint("Give a source that has the column; NULL counts as missing.")));
		key_is_feature = key_is_feature || column == key;
		wanted[(*n_wanted)++] = column;
	}
	if (key >= 0 && !key_is_feature)
		wanted[(*n_wanted)++] = key;
	return wanted;
}

void
mlops_source_stream(MlopsSource *source, const MlModel *model, int key, MlEnv *env,
					MlopsBlockTaker take, void *state)
{
	int			n_wanted;
	int		   *wanted = wanted_columns(source, model, key, &n_wanted);
	Stream	   *stream;

	SPI_connect();
	stream = create_stream(model, key >= 0 ? source->columns[key].name : NULL, env, take, state);
	mlops_source_run(source, wanted, n_wanted, &stream->pub);
	SPI_finish();
}
