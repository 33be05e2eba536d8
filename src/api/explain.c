/*
 * api/explain.c
 *		mlops_explain(): why a version says of a row what it says, and
 *		mlops_partial_dependence(): what it would say of others.
 */
#include "postgres.h"

#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "api/features.h"
#include "bridge/pg_compat.h"
#include "lifecycle/dependence.h"
#include "lifecycle/explain.h"

PG_FUNCTION_INFO_V1(mlops_sql_partial_dependence);

static void
put_contributions(ReturnSetInfo *set, const MlopsContribution *rows, int count)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		Datum		values[5];
		bool		nulls[5] = {false};

		mlops_result_text(values, nulls, 0, rows[i].class);
		mlops_result_text(values, nulls, 1, rows[i].feature);
		mlops_result_text(values, nulls, 2, rows[i].value);
		mlops_result_number(values, nulls, 3, rows[i].contribution);
		mlops_result_number(values, nulls, 4, rows[i].std_error);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
}

/* mlops_explain(ref, features, class); a NULL row has nothing to explain. */
static Datum
explain(FunctionCallInfo fcinfo, MlopsRowForm form)
{
	const char *reference = mlops_argument_required(fcinfo, 0, "ref");
	MlopsExplained explained;
	MlopsContribution *rows;
	int			count;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(1))
		return (Datum) 0;
	mlops_explained_begin(reference, &explained);
	mlops_features_read(fcinfo, explained.reader, form, explained.inputs);
	rows = mlops_explain(&explained, mlops_argument_text(fcinfo, 2), &count);
	put_contributions((ReturnSetInfo *) fcinfo->resultinfo, rows, count);
	mlops_explained_end(&explained);
	return (Datum) 0;
}

MLOPS_OVERLOADS(explain)

/* mlops_partial_dependence(ref, feature, source, class, points, curves, key) */
Datum
mlops_sql_partial_dependence(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	MlopsDependence request;
	MlopsDependenceRow *rows;
	int64		count;
	int64		i;

	request.reference = mlops_argument_required(fcinfo, 0, "ref");
	request.feature = mlops_argument_required(fcinfo, 1, "feature");
	request.source = mlops_argument_text(fcinfo, 2);
	request.class = mlops_argument_text(fcinfo, 3);
	request.points = mlops_argument_integer(fcinfo, 4, "points");
	request.curves = !PG_ARGISNULL(5) && PG_GETARG_BOOL(5);
	request.key = mlops_argument_text(fcinfo, 6);
	rows = mlops_partial_dependence(&request, &count);
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		Datum		values[6];
		bool		nulls[6] = {false};

		mlops_result_text(values, nulls, 0, rows[i].key);
		mlops_result_text(values, nulls, 1, rows[i].class);
		mlops_result_text(values, nulls, 2, rows[i].value);
		mlops_result_number(values, nulls, 3, rows[i].prediction);
		mlops_result_number(values, nulls, 4, rows[i].low);
		mlops_result_number(values, nulls, 5, rows[i].high);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}
