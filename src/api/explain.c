/*
 * api/explain.c
 *		mlops_explain(): why a version says of a row what it says.
 */
#include "postgres.h"

#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "api/features.h"
#include "bridge/pg_compat.h"
#include "lifecycle/explain.h"

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
