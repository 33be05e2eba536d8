/*
 * api/evaluate.c
 *		mlops_evaluate(), mlops_confusion(), mlops_importance(), mlops_rules() and
 *		mlops_coefficients().
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/arguments.h"
#include "bridge/pg_compat.h"
#include "lifecycle/coefficients.h"
#include "lifecycle/evaluate.h"
#include "lifecycle/importance.h"
#include "lifecycle/rules.h"

PG_FUNCTION_INFO_V1(mlops_sql_evaluate);
PG_FUNCTION_INFO_V1(mlops_sql_confusion);
PG_FUNCTION_INFO_V1(mlops_sql_importance);
PG_FUNCTION_INFO_V1(mlops_sql_rules);
PG_FUNCTION_INFO_V1(mlops_sql_coefficients);

/* mlops_evaluate(ref, source) */
Datum
mlops_sql_evaluate(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	MlopsMetricRow *rows;
	int			count;
	int			i;

	rows = mlops_evaluate(mlops_argument_required(fcinfo, 0, "ref"),
						  mlops_argument_text(fcinfo, 1), &count);
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		const MlMetric *metric = &rows[i].metric;
		Datum		values[8];
		bool		nulls[8] = {false};

		mlops_result_text(values, nulls, 0, rows[i].part);
		mlops_result_text(values, nulls, 1, metric->name);
		mlops_result_text(values, nulls, 2, rows[i].class_label[0] ? rows[i].class_label : NULL);
		mlops_result_number(values, nulls, 3, metric->value);
		mlops_result_number(values, nulls, 4, metric->low);
		mlops_result_number(values, nulls, 5, metric->high);
		values[6] = Int64GetDatum(metric->rows);
		mlops_result_number(values, nulls, 7, metric->baseline);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* mlops_confusion(ref, source) */
Datum
mlops_sql_confusion(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	MlopsConfusionRow *cells;
	int			count;
	int			i;

	cells = mlops_confusion(mlops_argument_required(fcinfo, 0, "ref"), mlops_argument_text(fcinfo, 1), &count);
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		Datum		values[3];
		bool		nulls[3] = {false};

		mlops_result_text(values, nulls, 0, cells[i].actual);
		mlops_result_text(values, nulls, 1, cells[i].predicted);
		mlops_result_number(values, nulls, 2, cells[i].rows);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* mlops_importance(ref, source) */
Datum
mlops_sql_importance(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	MlopsImportanceRow *rows;
	int			count;
	int			i;

	rows = mlops_importance(mlops_argument_required(fcinfo, 0, "ref"),
							mlops_argument_text(fcinfo, 1), &count);
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		Datum		values[7];
		bool		nulls[7] = {false};

		mlops_result_text(values, nulls, 0, rows[i].feature);
		mlops_result_number(values, nulls, 1, rows[i].gain);
		mlops_result_number(values, nulls, 2, rows[i].cover);
		values[3] = Int64GetDatum(rows[i].splits);
		nulls[3] = rows[i].splits < 0;
		mlops_result_number(values, nulls, 4, rows[i].permutation);
		mlops_result_number(values, nulls, 5, rows[i].std_error);
		values[6] = Int64GetDatum(rows[i].rows);
		nulls[6] = rows[i].rows < 0;
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* mlops_rules(ref, tree, partition) */
Datum
mlops_sql_rules(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	int			tree = mlops_argument_integer(fcinfo, 1, "tree");
	MlopsRuleRow *rows;
	int			count;
	int			i;

	rows = mlops_rules(mlops_argument_required(fcinfo, 0, "ref"), tree, mlops_argument_jsonb(fcinfo, 2), &count);
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		Datum		values[8];
		bool		nulls[8] = {false};

		values[0] = Int32GetDatum(tree);
		values[1] = Int32GetDatum(i + 1);
		mlops_result_text(values, nulls, 2, rows[i].rule);
		mlops_result_text(values, nulls, 3, rows[i].label);
		mlops_result_number(values, nulls, 4, rows[i].prediction);
		nulls[5] = rows[i].probabilities == NULL;
		if (!nulls[5])
			values[5] = mlops_result_numbers(rows[i].probabilities, rows[i].n_probabilities);
		values[6] = Int64GetDatum(rows[i].rows);
		mlops_result_number(values, nulls, 7, rows[i].share);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* mlops_coefficients(ref, partition) */
Datum
mlops_sql_coefficients(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	MlopsCoefficientRow *rows;
	int			count;
	int			i;

	rows = mlops_coefficients(mlops_argument_required(fcinfo, 0, "ref"), mlops_argument_jsonb(fcinfo, 1), &count);
	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < count; i++)
	{
		Datum		values[13];
		bool		nulls[13] = {false};

		mlops_result_text(values, nulls, 0, rows[i].class_label);
		mlops_result_text(values, nulls, 1, rows[i].feature);
		mlops_result_text(values, nulls, 2, rows[i].level);
		mlops_result_number(values, nulls, 3, rows[i].estimate);
		mlops_result_number(values, nulls, 4, rows[i].std_error);
		mlops_result_number(values, nulls, 5, rows[i].statistic);
		mlops_result_number(values, nulls, 6, rows[i].p_value);
		mlops_result_number(values, nulls, 7, rows[i].low);
		mlops_result_number(values, nulls, 8, rows[i].high);
		mlops_result_number(values, nulls, 9, rows[i].robust);
		mlops_result_number(values, nulls, 10, rows[i].ratio);
		mlops_result_text(values, nulls, 11, rows[i].reference);
		mlops_result_text(values, nulls, 12, rows[i].reason);
		tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	}
	return (Datum) 0;
}
