/*
 * api/encode.c
 *		mlops_encode(): a row as the array of numbers that a pass adds up.
 *
 * A pure function of its arguments, so that it can run in parallel workers and
 * on other servers. The plan is decoded once: the raw bytes of the argument
 * are compared with those of the row before, which costs less than anything
 * else here. Comparing is also right where an expression is kept and
 * called with other parameters.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "artifact/row_plan.h"
#include "bridge/env.h"
#include "bridge/pg_compat.h"
#include "data/row.h"

PG_FUNCTION_INFO_V1(mlops_encode_plan);

/* What fn_extra points to. */
typedef struct Encoder
{
	MemoryContext context;		/* holds all of this */
	struct varlena *raw;		/* the argument as it came, perhaps a toast pointer */
	Size		raw_size;
	MlRowPlan	plan;
	MlRowEncoder encoder;
	MlopsRowReader *reader;
} Encoder;

static Encoder *
make_encoder(struct varlena *given, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "mlops encoder",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Encoder    *made = palloc0(sizeof(Encoder));
	MlEnv	   *env = mlops_env_begin(context, "mlops row plan", 0);
	struct varlena *plain = pg_detoast_datum_packed(given);
	Size		length = VARSIZE_ANY_EXHDR(plain);
	char	   *bytes = palloc(Max(length, 1));

	made->context = context;
	made->raw_size = VARSIZE_ANY(given);
	made->raw = palloc(made->raw_size);
	memcpy(made->raw, given, made->raw_size);
	memcpy(bytes, VARDATA_ANY(plain), length);
	mlops_check(env, ml_row_plan_decode(env, bytes, length, &made->plan));
	mlops_check(env, ml_row_encoder_make(env, &made->plan, &made->encoder));
	made->reader = mlops_row_reader(&made->plan.signature, context);
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, parent);
	return made;
}

/* The encoder of the call's plan. */
static Encoder *
find_encoder(FunctionCallInfo fcinfo)
{
	struct varlena *given = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(0));
	Encoder    *kept = fcinfo->flinfo->fn_extra;

	if (kept != NULL && kept->raw_size == VARSIZE_ANY(given) &&
		memcmp(kept->raw, given, kept->raw_size) == 0)
		return kept;
	fcinfo->flinfo->fn_extra = make_encoder(given, fcinfo->flinfo->fn_mcxt);
	if (kept != NULL)
		MemoryContextDelete(kept->context);
	return fcinfo->flinfo->fn_extra;
}

static ArrayType *
make_array(int n)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + sizeof(double) * n;
	ArrayType  *array = palloc(size);

	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = n;
	ARR_LBOUND(array)[0] = 1;
	return array;
}

/* mlops_encode(plan bytea, features record): NULL for a row that is left out */
Datum
mlops_encode_plan(PG_FUNCTION_ARGS)
{
	Encoder    *kept;
	ArrayType  *array;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	kept = find_encoder(fcinfo);
	mlops_row_from_record(kept->reader, PG_GETARG_HEAPTUPLEHEADER(1), NULL);
	array = make_array(kept->encoder.n_values);
	switch (ml_row_encode(&kept->encoder, mlops_row_values(kept->reader), (double *) ARR_DATA_PTR(array)))
	{
		case ML_ROW_TAKEN:
			break;
		case ML_ROW_LEFT_OUT:
			PG_RETURN_NULL();
		case ML_ROW_BAD_WEIGHT:
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("weight column \"%s\" has a value that is missing or negative",
							kept->plan.signature.features[kept->plan.weight].name),
					 errhint("Give every row a weight of at least 0.")));
	}
	PG_RETURN_ARRAYTYPE_P(array);
}
