/*
 * api/vectors.c
 *		mlops_centers() and mlops_components().
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "bridge/pg_compat.h"
#include "lifecycle/vectors.h"

PG_FUNCTION_INFO_V1(mlops_sql_centers);
PG_FUNCTION_INFO_V1(mlops_sql_components);

/* mlops_centers(ref) */
Datum
mlops_sql_centers(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	MlopsVectorRow *rows;
	int			count;
	int			i;

	rows = mlops_vectors(mlops_argument_required(fcinfo, 0, "ref"), ML_CLUSTERING, &count);
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = Int32GetDatum(rows[i].vector);
		mlops_result_text(values, nulls, 1, rows[i].feature);
		mlops_result_text(values, nulls, 2, rows[i].level);
		mlops_result_number(values, nulls, 3, rows[i].value);
		mlops_result_number(values, nulls, 4, rows[i].weight);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* mlops_components(ref) */
Datum
mlops_sql_components(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	MlopsVectorRow *rows;
	int			count;
	int			i;

	rows = mlops_vectors(mlops_argument_required(fcinfo, 0, "ref"), ML_DECOMPOSITION, &count);
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = Int32GetDatum(rows[i].vector);
		mlops_result_text(values, nulls, 1, rows[i].feature);
		mlops_result_text(values, nulls, 2, rows[i].level);
		mlops_result_number(values, nulls, 3, rows[i].value);
		mlops_result_number(values, nulls, 4, rows[i].variance);
		mlops_result_number(values, nulls, 5, rows[i].ratio);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}
