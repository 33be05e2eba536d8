/*
 * api/score.c
 *		mlops_predict, mlops_classify, mlops_probability, mlops_probabilities,
 *		mlops_anomaly_score, mlops_interval, mlops_cluster, mlops_transform.
 *
 * Each has one overload per way to give the features, since a set of typed
 * overloads is the only one in which rows, literals and untyped parameters all
 * find their function. None is strict: the class may be left out.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "common/shortest_dec.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "api/arguments.h"
#include "api/features.h"
#include "lifecycle/score.h"

/* The scorer of the call's reference, which must be for one of the tasks (bits). */
static const MlopsScorer *
find_scorer(FunctionCallInfo fcinfo, unsigned tasks)
{
	text	   *reference = PG_GETARG_TEXT_PP(0);
	const MlopsScorer *scorer = mlops_scorer(&fcinfo->flinfo->fn_extra, fcinfo->flinfo->fn_mcxt,
											 reference);

	mlops_scorer_require(scorer, tasks, reference);
	return scorer;
}

static Datum
predict(FunctionCallInfo fcinfo, MlopsRowForm form)
{
	const MlopsScorer *scorer;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	scorer = find_scorer(fcinfo, 1u << ML_REGRESSION);
	mlops_features_read(fcinfo, scorer->reader, form, scorer->inputs);
	PG_RETURN_FLOAT8(mlops_scorer_predict(scorer)[0]);
}

static Datum
classify(FunctionCallInfo fcinfo, MlopsRowForm form)
{
	const MlopsScorer *scorer;
	const double *outputs;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	scorer = find_scorer(fcinfo, 1u << ML_CLASSIFICATION);
	mlops_features_read(fcinfo, scorer->reader, form, scorer->inputs);
	outputs = mlops_scorer_predict(scorer);
	PG_RETURN_TEXT_P(cstring_to_text(scorer->labels[ml_model_class(scorer->model, outputs)]));
}

static Datum
probability(FunctionCallInfo fcinfo, MlopsRowForm form)
{
	const MlopsScorer *scorer;
	int			wanted;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	scorer = find_scorer(fcinfo, 1u << ML_CLASSIFICATION);
	wanted = PG_ARGISNULL(2) ? mlops_scorer_positive(scorer, PG_GETARG_TEXT_PP(0)) :
		mlops_scorer_class(scorer, PG_GETARG_TEXT_PP(2));
	mlops_features_read(fcinfo, scorer->reader, form, scorer->inputs);
	PG_RETURN_FLOAT8(mlops_scorer_probability(scorer, mlops_scorer_predict(scorer), wanted));
}

/* All digits of a probability, whatever extra_float_digits says. */
static Numeric
exact_numeric(double number)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(number, digits);
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(digits),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

static Datum
probabilities(FunctionCallInfo fcinfo, MlopsRowForm form)
{
	const MlopsScorer *scorer;
	JsonbParseState *state = NULL;
	const double *outputs;
	int			i;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	scorer = find_scorer(fcinfo, 1u << ML_CLASSIFICATION);
	mlops_features_read(fcinfo, scorer->reader, form, scorer->inputs);
	outputs = mlops_scorer_predict(scorer);

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < scorer->model->n_classes; i++)
	{
		JsonbValue	value;

		value.type = jbvString;
		value.val.string.val = unconstify(char *, scorer->labels[i]);
		value.val.string.len = strlen(scorer->labels[i]);
		pushJsonbValue(&state, WJB_KEY, &value);
		value.type = jbvNumeric;
		value.val.numeric = exact_numeric(mlops_scorer_probability(scorer, outputs, i));
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

static Datum
anomaly_score(FunctionCallInfo fcinfo, MlopsRowForm form)
{
	const MlopsScorer *scorer;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	scorer = find_scorer(fcinfo, 1u << ML_ANOMALY);
	mlops_features_read(fcinfo, scorer->reader, form, scorer->inputs);
	PG_RETURN_FLOAT8(mlops_scorer_predict(scorer)[0]);
}

static Datum
cluster(FunctionCallInfo fcinfo, MlopsRowForm form)
{
	const MlopsScorer *scorer;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	scorer = find_scorer(fcinfo, 1u << ML_CLUSTERING);
	mlops_features_read(fcinfo, scorer->reader, form, scorer->inputs);
	PG_RETURN_INT32(ml_model_class(scorer->model, mlops_scorer_predict(scorer)) + 1);
}

static Datum
transform(FunctionCallInfo fcinfo, MlopsRowForm form)
{
	const MlopsScorer *scorer;
	const double *outputs;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	scorer = find_scorer(fcinfo, 1u << ML_CLUSTERING | 1u << ML_DECOMPOSITION);
	mlops_features_read(fcinfo, scorer->reader, form, scorer->inputs);
	outputs = mlops_scorer_predict(scorer);
	PG_RETURN_DATUM(mlops_result_numbers(outputs, ml_model_n_outputs(scorer->model)));
}

static void
check_level(const MlopsScorer *scorer, double level, const text *reference)
{
	const MlResiduals *residuals = &scorer->model->residuals;

	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level must be between 0 and 1, not %g", level)));
	if (residuals->n_rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model %s has no intervals", quote_literal_cstr(text_to_cstring(reference))),
				 errdetail("No rows were held out when it was trained, or it was trained by an earlier version of the extension."),
				 errhint("Train it again, with rows held out.")));
	if (isinf(ml_residuals_radius(residuals, level)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level %g is too high for %lld held-out rows", level, (long long) residuals->n_rows),
				 errhint("It needs %.0f of them.", ml_residuals_needed(level))));
}

/* mlops_interval(ref, features, level) -> (low, prediction, high) */
static Datum
interval(FunctionCallInfo fcinfo, MlopsRowForm form)
{
	TupleDesc	desc;
	const MlopsScorer *scorer;
	double		level;
	double		radius;
	double		prediction;
	Datum		values[3];
	bool		nulls[3] = {false};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	scorer = find_scorer(fcinfo, 1u << ML_REGRESSION);
	level = PG_GETARG_FLOAT8(2);
	check_level(scorer, level, PG_GETARG_TEXT_PP(0));
	mlops_features_read(fcinfo, scorer->reader, form, scorer->inputs);
	prediction = mlops_scorer_predict(scorer)[0];
	radius = ml_residuals_radius(&scorer->model->residuals, level);
	values[0] = Float8GetDatum(prediction - radius);
	values[1] = Float8GetDatum(prediction);
	values[2] = Float8GetDatum(prediction + radius);
	desc = mlops_result_descriptor(fcinfo);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}

MLOPS_OVERLOADS(predict)
MLOPS_OVERLOADS(classify)
MLOPS_OVERLOADS(probability)
MLOPS_OVERLOADS(probabilities)
MLOPS_OVERLOADS(anomaly_score)
MLOPS_OVERLOADS(cluster)
MLOPS_OVERLOADS(transform)
MLOPS_OVERLOADS(interval)
