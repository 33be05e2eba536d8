/*
 * data/receiver.c
 *		Rows of a source straight into a table below the border.
 *
 * A DestReceiver of our own gets each row as the executor makes it; nothing
 * is kept in between. It is called in the executor's per-query context, where
 * everything would live until the end of the query, so conversions run in a
 * context that is reset after each block of rows (or megabyte).
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "tcop/dest.h"
#include "utils/memutils.h"

#include "bridge/env.h"
#include "data/convert.h"
#include "data/pass.h"
#include "data/relation.h"
#include "data/source.h"

#define BLOCK_ROWS 1024
#define BLOCK_BYTES (1024 * 1024)

typedef struct Receiver
{
	DestReceiver pub;
	MlEnv	   *env;
	MlTable    *table;
	MemoryContext block;		/* conversions, reset per block */
	int			n_columns;
	MlopsConverter *converters; /* (n_columns); base and function are set at startup */
	const MlopsReadOptions *options;
	int		   *attribute;		/* (n_columns) in the rows that arrive, from 0 */
	int			last_attribute; /* number of attributes to take apart */
	MlValue    *values;
	int64		rows;
} Receiver;

int
mlops_source_attribute(TupleDesc desc, const char *name)
{
	int			i;

	for (i = 0; i < desc->natts; i++)
	{
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("source has no longer a column \"%s\"", name)));
}

static void
receiver_startup(DestReceiver *self, int operation, TupleDesc desc)
{
	Receiver   *receiver = (Receiver *) self;
	pg_tz	   *zone = mlops_converter_zone(receiver->options->time_zone);
	int			i;

	for (i = 0; i < receiver->n_columns; i++)
	{
		MlopsConverter *converter = &receiver->converters[i];
		int			attribute = mlops_source_attribute(desc, converter->column);

		mlops_converter_init(converter, converter->column, TupleDescAttr(desc, attribute)->atttypid,
							 converter->type, receiver->options->nan_is_missing, zone);
		receiver->attribute[i] = attribute;
		receiver->last_attribute = Max(receiver->last_attribute, attribute + 1);
	}
}

static void
end_block(Receiver *receiver)
{
	MemoryContextReset(receiver->block);
	mlops_check(receiver->env, ml_check_stop(receiver->env));
	ml_report(receiver->env, "reading", -1.0, receiver->rows, -1, NAN);
}

static bool
receiver_take(TupleTableSlot *slot, DestReceiver *self)
{
	Receiver   *receiver = (Receiver *) self;
	MemoryContext caller = MemoryContextSwitchTo(receiver->block);
	int			i;

	slot_getsomeattrs(slot, receiver->last_attribute);
	for (i = 0; i < receiver->n_columns; i++)
	{
		int			attribute = receiver->attribute[i];

		mlops_convert(&receiver->converters[i], slot->tts_values[attribute],
					  slot->tts_isnull[attribute], &receiver->values[i]);
	}
	mlops_check(receiver->env, ml_table_add_row(receiver->table, receiver->values));
	MemoryContextSwitchTo(caller);

	receiver->rows++;
	if (receiver->rows % BLOCK_ROWS == 0 ||
		MemoryContextMemAllocated(receiver->block, false) > BLOCK_BYTES)
		end_block(receiver);
	return true;
}

static void
receiver_shutdown(DestReceiver *self)
{
	MemoryContextDelete(((Receiver *) self)->block);
}

static void
receiver_destroy(DestReceiver *self)
{
	pfree(self);
}

/* `types` are what the columns are converted to. */
static Receiver *
create_receiver(const char *const *names, const MlType *types, int n_columns,
				const MlopsReadOptions *options, MlEnv *env, MlTable *table)
{
	Receiver   *receiver = palloc0(sizeof(Receiver));
	int			i;

	receiver->pub.receiveSlot = receiver_take;
	receiver->pub.rStartup = receiver_startup;
	receiver->pub.rShutdown = receiver_shutdown;
	receiver->pub.rDestroy = receiver_destroy;
	receiver->pub.mydest = DestNone;
	receiver->env = env;
	receiver->table = table;
	receiver->options = options;
	receiver->n_columns = n_columns;
	receiver->converters = palloc0(sizeof(MlopsConverter) * Max(n_columns, 1));
	receiver->attribute = palloc0(sizeof(int) * Max(n_columns, 1));
	receiver->values = palloc0(sizeof(MlValue) * Max(n_columns, 1));
	receiver->block = AllocSetContextCreate(CurrentMemoryContext, "mlops source block",
											ALLOCSET_DEFAULT_SIZES);
	for (i = 0; i < n_columns; i++)
	{
		receiver->converters[i].column = names[i];
		receiver->converters[i].type = types[i];
	}
	return receiver;
}

/*
 * Read-only execution uses the active snapshot, so several reads in one
 * statement see the same rows.
 */
void
mlops_source_run(MlopsSource *source, const int *wanted, int n_wanted, DestReceiver *dest)
{
	SPIExecuteOptions execute = {.read_only = true, .dest = dest};
	int			result;

	if (source->plan != NULL)
		result = SPI_execute_plan_extended(source->plan, &execute);
	else
		result = SPI_execute_extended(mlops_relation_query(source, wanted, n_wanted), &execute);
	if (result < 0)
		elog(ERROR, "could not read source: %s", SPI_result_code_string(result));
}

static MlType
wanted_type(const MlopsSourceColumn *column, const MlSignature *signature)
{
	int			feature = signature == NULL ? -1 :
		ml_signature_find(signature, column->name, strlen(column->name));

	return feature < 0 ? column->type : signature->features[feature].type;
}

void
mlops_source_read_as(MlopsSource *source, const int *wanted, int n_wanted,
					 const MlSignature *signature, const MlopsReadOptions *options,
					 MlEnv *env, MlTable *table)
{
	const char **names = palloc(sizeof(char *) * Max(n_wanted, 1));
	MlType	   *types = palloc(sizeof(MlType) * Max(n_wanted, 1));
	MlColumnFacts *facts = palloc(sizeof(MlColumnFacts) * Max(n_wanted, 1));
	Receiver   *receiver;
	int			i;

	for (i = 0; i < n_wanted; i++)
	{
		const MlopsSourceColumn *column = &source->columns[wanted[i]];

		names[i] = column->name;
		types[i] = wanted_type(column, signature);
		facts[i] = column->facts;
	}
	mlops_check(env, ml_table_begin(table, env, n_wanted, names, types, facts));

	SPI_connect();
	receiver = create_receiver(names, types, n_wanted, options, env, table);
	if (options->pass != NULL)
		mlops_pass_run(options->pass, wanted, n_wanted, &receiver->pub);
	else
		mlops_source_run(source, wanted, n_wanted, &receiver->pub);
	SPI_finish();
	mlops_check(env, ml_table_finish(table));
	ml_report(env, "reading", 1.0, table->n_rows, -1, NAN);
}

void
mlops_source_read(MlopsSource *source, const int *wanted, int n_wanted,
				  const MlopsReadOptions *options, MlEnv *env, MlTable *table)
{
	mlops_source_read_as(source, wanted, n_wanted, NULL, options, env, table);
}
