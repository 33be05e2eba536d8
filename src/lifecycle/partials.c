/*
 * lifecycle/partials.c
 *		Training without gathering the rows.
 *
 * All passes run in one snapshot, but engines that shard take a new one for
 * each query, so every pass must have seen as many rows as the first.
 */
#include "postgres.h"

#include <math.h>

#include "bridge/env.h"
#include "catalog/database.h"
#include "lifecycle/partials.h"
#include "lifecycle/split_rule.h"

/* Standard deviations by which the rows below a threshold may be fewer than expected. */
#define SURE 6

/* ----------------------------------------------------------------- refusals */

static void
refuse_algorithm(const MlopsTrainRequest *request)
{
	const MlAlgorithm *algorithm = ml_algorithm_find(request->algorithm);
	StringInfoData names;
	int			i;

	if (algorithm == NULL ? strcmp(request->algorithm, "auto") != 0 : algorithm->takes_passes)
		return;					/* that it does not exist is said elsewhere */
	initStringInfo(&names);
	for (i = 0; i < ml_n_algorithms; i++)
	{
		if (ml_algorithms[i]->takes_passes)
			appendStringInfo(&names, "%s\"%s\"", names.len > 0 ? ", " : "", ml_algorithms[i]->name);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 algorithm == NULL ? errmsg("driver \"partials\" needs the name of an algorithm") :
			 errmsg("algorithm \"%s\" cannot be trained by the driver \"partials\"", request->algorithm),
			 errhint("Algorithms that can are %s.", names.data)));
}

static void
refuse_groups(const MlopsTrainRequest *request)
{
	if (request->partition_by != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("driver \"partials\" cannot train a model for each group"),
				 errhint("Leave partition_by out, or use the driver \"memory\".")));
}

static void
refuse_split(const MlopsPreparation *preparation)
{
	MlSplitMethod method = preparation->split.method;

	if (method != ML_SPLIT_RANDOM && method != ML_SPLIT_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("driver \"partials\" cannot split by the method \"%s\"", ml_split_method_name(method)),
				 errhint("Use the method \"random\" or \"none\", or the driver \"memory\".")));
}

static void
refuse_target(const MlopsSource *source, int target, bool classes)
{
	if (target < 0 || (!classes && ml_type_kind(source->columns[target].type) != ML_KIND_NUMBER))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 target < 0 ? errmsg("driver \"partials\" needs a target") :
				 errmsg("algorithm needs a target that is a number, but column \"%s\" is of type %s",
						source->columns[target].name, ml_type_name(source->columns[target].type)),
				 errhint("Name another column as target.")));
}

static void
refuse_source(const MlopsSource *source)
{
	if (mlops_pass_is_volatile(source))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("driver \"partials\" cannot read a source that calls a volatile function"),
				 errdetail("It is read several times and could give other rows each time."),
				 errhint("Store its rows in a table, or use the driver \"memory\".")));
}

static void
refuse_few_rows(const MlopsPreparation *preparation, int64 n_usable)
{
	int64		least = preparation->split.method == ML_SPLIT_NONE ? 1 : preparation->split.min_rows;

	if (n_usable < Max(least, 2))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("driver \"partials\" needs at least %lld rows with a target, the source has %lld",
						(long long) Max(least, 2), (long long) n_usable),
				 errhint("Fewer rows are cross-validated, which the driver \"memory\" does.")));
}

/* The columns that tell rows apart: the split key, else the primary key. */
static void
find_identity(MlopsPartials *partials, int split_key)
{
	const MlopsSource *source = partials->source;
	bool		complete = true;
	int			i;

	partials->identity = palloc(sizeof(int) * (source->n_columns + 1));
	if (split_key >= 0)
		partials->identity[partials->n_identity++] = split_key;
	for (i = 0; i < source->n_columns && split_key < 0; i++)
	{
		if (!source->columns[i].facts.primary_key)
			continue;
		complete = complete && source->columns[i].type != 0;
		partials->identity[partials->n_identity++] = i;
	}
	if (partials->n_identity == 0 || !complete)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("driver \"partials\" needs a column that tells rows apart"),
				 errdetail("The source has no primary key of types that can be read."),
				 errhint("Name one as key, or as option \"key\" of split.")));
}

/* How many rows are usable; for a classification by class. */
static void
count_rows(MlEnv *env, const MlopsTrainRequest *request, MlopsPartials *partials)
{
	const MlAlgorithm *algorithm = ml_algorithm_find(request->algorithm);
	MlTable		table;
	MlTarget	target;
	int64_t    *times;
	int64_t		row;
	int			k;

	if (algorithm->max_classes == 0)
	{
		partials->n_usable = mlops_pass_count(partials->source, partials->target, partials->weight,
											  partials->nan_is_missing);
		partials->class_rows[0] = partials->n_usable;
		return;
	}
	mlops_pass_classes(partials->source, partials->target, partials->weight, partials->nan_is_missing, env, &table);
	times = mlops_need(env, table.n_rows + 1, sizeof(int64_t));
	mlops_check(env, ml_table_pin(&table, 1));
	for (row = 0; row < table.n_rows; row++)
		times[row] = (int64_t) table.columns[1].number[row];
	mlops_check(env, ml_target_classes(env, &table, 0, times, request->positive, &target));
	if (target.n_classes > 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("driver \"partials\" can tell two classes apart, but column \"%s\" has %d",
						target.name, target.n_classes),
				 errhint("Use the driver \"memory\".")));
	partials->n_classes = target.n_classes;
	partials->labels = target.labels;
	for (k = 0; k < target.n_classes; k++)
	{
		partials->class_rows[k] = target.class_rows[k];
		partials->n_usable += target.class_rows[k];
	}
}

/* Classes, or 1 for regression. */
static int
n_thresholds(const MlopsPartials *partials)
{
	return Max(partials->n_classes, 1);
}

/* -------------------------------------------------------------- row plans */

/* The place of a source's column among the features of a plan, where it is put if need be. */
static int
plan_column(const MlopsPartials *partials, MlRowPlan *plan, int column)
{
	const MlopsSourceColumn *from = &partials->source->columns[column];
	int			place = ml_signature_find(&plan->signature, from->name, strlen(from->name));
	MlFeature  *feature;

	if (place >= 0)
		return place;
	feature = &plan->signature.features[plan->signature.n_features];
	memset(feature, 0, sizeof(*feature));
	feature->name = from->name;
	feature->type = from->type;
	feature->first_input = plan->signature.n_inputs;
	return plan->signature.n_features++;
}

/*
 * A plan and the pass it is for: the features of a signature, or none, and
 * behind them the columns of target, weight and identity.
 */
static MlopsPass *
make_pass(const MlopsPartials *partials, MlRowKind kind, const MlSignature *signature)
{
	MlopsPass  *pass = palloc0(sizeof(MlopsPass));
	MlRowPlan  *plan = palloc0(sizeof(MlRowPlan));
	int			n_features = signature ? signature->n_features : 0;
	int		   *identity = palloc(sizeof(int) * (partials->n_identity + 1));
	int		   *columns;
	int			i;

	if (signature != NULL)
		plan->signature = *signature;
	plan->signature.features = palloc0(sizeof(MlFeature) * (n_features + partials->n_identity + 2));
	if (n_features > 0)
		memcpy(plan->signature.features, signature->features, sizeof(MlFeature) * n_features);
	plan->signature.nan_is_missing = partials->nan_is_missing;
	plan->signature.time_zone = mlops_pass_time_zone();
	plan->kind = kind;
	plan->task = partials->n_classes > 0 ? ML_CLASSIFICATION : ML_REGRESSION;
	plan->n_classes = partials->n_classes;
	plan->labels = (const char **) partials->labels;
	plan->offset = -1;
	plan->glm.dispersion = 1;
	plan->target = plan_column(partials, plan, partials->target);
	plan->weight = partials->weight < 0 ? -1 : plan_column(partials, plan, partials->weight);
	for (i = 0; i < partials->n_identity; i++)
		identity[i] = plan_column(partials, plan, partials->identity[i]);
	plan->identity = identity;
	plan->n_identity = partials->n_identity;
	plan->seed = partials->seed;
	memcpy(plan->below, partials->below, sizeof(plan->below));

	columns = palloc(sizeof(int) * plan->signature.n_features);
	for (i = 0; i < plan->signature.n_features; i++)
		columns[i] = mlops_source_find(partials->source, plan->signature.features[i].name);
	pass->source = partials->source;
	pass->schema = partials->schema;
	pass->plan = plan;
	pass->columns = columns;
	pass->n_columns = plan->signature.n_features;
	return pass;
}

/* ------------------------------------------------------- the rows to be read */

/* Thresholds below which all rows to hold out are, those of a version before too. */
static void
find_bounds(MlEnv *env, const MlopsTrainRequest *request, const MlopsPreparation *preparation,
			MlopsPartials *partials)
{
	MlSplitOptions options = preparation->split;
	int			identity = 0;
	int64_t		wanted[ML_MAX_CLASSES];
	double		inherited = request->inherited_split ? mlops_split_bound(request->inherited_split) : 0;
	int			k;

	if (options.method == ML_SPLIT_NONE)
		return;
	options.identity = &identity;
	options.n_identity = 1;
	mlops_check(env, ml_split_wanted(env, &options, partials->class_rows, n_thresholds(partials), wanted));
	for (k = 0; k < n_thresholds(partials); k++)
	{
		double		bound = (wanted[k] + SURE * sqrt((double) wanted[k]) + SURE) / partials->class_rows[k];

		partials->below[k] = Max(Min(1.0, bound), inherited);
	}
}

MlopsPartials *
mlops_partials_begin(MlEnv *env, const MlopsTrainRequest *request, const MlopsPreparation *preparation,
					 MlopsSource *source, int target, int weight, int split_key)
{
	MlopsPartials *partials = palloc0(sizeof(MlopsPartials));
	const MlAlgorithm *algorithm;

	refuse_algorithm(request);
	algorithm = ml_algorithm_find(request->algorithm);
	refuse_groups(request);
	refuse_split(preparation);
	refuse_target(source, target, algorithm->max_classes > 0);
	refuse_source(source);
	partials->source = source;
	partials->schema = mlops_extension_schema();
	partials->target = target;
	partials->weight = weight;
	partials->nan_is_missing = preparation->nan_is_missing;
	partials->seed = preparation->split.seed;
	find_identity(partials, split_key);
	count_rows(env, request, partials);
	refuse_few_rows(preparation, partials->n_usable);
	find_bounds(env, request, preparation, partials);
	return partials;
}

void
mlops_partials_target(MlEnv *env, const MlopsPartials *partials, const MlTable *table, int column,
					  const char *positive, MlTarget *target)
{
	if (partials->n_classes > 0)
		mlops_check(env, ml_target_match(env, table, column, ML_CLASSIFICATION, partials->n_classes,
										 partials->labels, target));
	else
		mlops_check(env, ml_target_make(env, table, column, ML_REGRESSION, positive, target));
}

const MlopsPass *
mlops_partials_chosen(MlEnv *env, const MlopsPartials *partials)
{
	MlopsPass  *pass = make_pass(partials, ML_ROW_CHOSEN, NULL);
	MlRowPlan  *plan = (MlRowPlan *) pass->plan;

	plan->sample = Min(1.0, (double) MLOPS_PARTIALS_SAMPLE / partials->n_usable);
	return pass;
}

/* The thresholds that hold out what was wanted, from the rows that were read. */
static const MlSplitRule *
find_rule(MlEnv *env, const MlopsDataset *dataset)
{
	const MlopsPartials *partials = dataset->partials;
	const MlTable *table = &dataset->table;
	const MlTarget *target = &dataset->target;
	const MlSplitOptions *options = &dataset->split_options;
	MlSplitRule *rule = mlops_need(env, 1, sizeof(MlSplitRule));
	double	   *u = mlops_need(env, table->n_rows + 1, sizeof(double));
	double	   *own = mlops_need(env, table->n_rows + 1, sizeof(double));
	int64_t		wanted[ML_MAX_CLASSES];
	int			k;

	rule->method = options->method;
	rule->n_thresholds = n_thresholds(partials);
	mlops_check(env, ml_split_wanted(env, options, partials->class_rows, n_thresholds(partials), wanted));
	mlops_check(env, ml_split_positions(env, table, options, NULL, u));
	for (k = 0; k < n_thresholds(partials); k++)
	{
		int64_t		n_below = 0;
		int64_t		n = 0;
		int64_t		row;

		for (row = 0; row < table->n_rows; row++)
		{
			if (isnan(target->y[row]) || (partials->n_classes > 0 && target->y[row] != k))
				continue;
			n_below += u[row] < partials->below[k];
			own[n++] = u[row];
		}
		if (n_below <= wanted[k] && partials->below[k] < 1)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("driver \"partials\" cannot split by a key with so few different values"),
					 errhint("Name a column as key that tells rows apart.")));
		mlops_check(env, ml_split_threshold(env, own, n, wanted[k], &rule->holdout_below[k]));
	}
	ml_release(env, u);
	ml_release(env, own);
	return rule;
}

void
mlops_partials_split(MlEnv *env, MlopsDataset *dataset)
{
	MlopsPartials *partials = dataset->partials;
	MlSplitOptions *options = &dataset->split_options;
	MlSplit    *split = &dataset->split;

	if (options->inherited == NULL && options->method == ML_SPLIT_RANDOM)
		options->inherited = find_rule(env, dataset);
	options->min_rows = 0;		/* that there are enough is known */
	mlops_check(env, ml_split_make(env, &dataset->table, &dataset->target, options, split));
	memcpy(partials->below, split->rule.holdout_below, sizeof(partials->below));
	partials->n_learnt = partials->n_usable - split->n_holdout;
	split->n_train = partials->n_learnt;
}

/* ------------------------------------------------------------------- passes */

static void
check_rows(const MlopsPartials *partials, const MlState *state)
{
	long long	seen = state == NULL ? 0 : (long long) state->n_rows;

	if (seen != partials->n_learnt)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("the rows of the source changed between two passes"),
				 errdetail("A pass saw %lld rows to learn from, %lld were expected.", seen,
						   (long long) partials->n_learnt),
				 errhint("Train in a transaction of isolation level REPEATABLE READ.")));
}

static void
learn_levels(MlEnv *env, const MlopsPartials *partials, int max_categories, MlFeature *feature, MlInput *input)
{
	MlopsPass  *pass = make_pass(partials, ML_ROW_LEARNT, NULL);
	MlopsLevels levels;

	mlops_pass_levels(pass, mlops_source_find(partials->source, feature->name), max_categories, env, &levels);
	mlops_check(env, ml_feature_learn(env, feature->name, &levels.dictionary, levels.counts,
									  levels.n_unlisted, max_categories, feature, input));
}

static void
learn_number(const MlopsPartials *partials, const MlFeature *feature, const double *moments, MlInput *input)
{
	ml_input_learn(input, moments[ML_MOMENT_COUNT], (double) partials->n_learnt, moments[ML_MOMENT_LEAST],
				   moments[ML_MOMENT_GREATEST], moments[ML_MOMENT_MEAN], moments[ML_MOMENT_SQUARES]);
	if (!isfinite(input->mean) || !isfinite(input->sd))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the values of column \"%s\" are too far apart for the driver \"partials\"", feature->name),
				 errhint("Scale the column down, or use the driver \"memory\".")));
}

void
mlops_partials_signature(MlEnv *env, const MlopsDataset *dataset, int max_categories,
						 const char *time_zone, MlSignature *signature)
{
	MlopsPartials *partials = dataset->partials;
	MlState    *state;
	const double *weight;
	int			i;

	/* of no rows: features and inputs, nothing learnt */
	mlops_check(env, ml_signature_fit(env, &dataset->table, dataset->chosen, dataset->n_chosen, NULL, 0,
									  max_categories, time_zone, signature));
	state = mlops_pass_state(make_pass(partials, ML_ROW_VALUES, signature), "mlops_moments_partial", env);
	check_rows(partials, state);
	for (i = 0; i < signature->n_inputs; i++)
	{
		MlInput    *input = &signature->inputs[i];
		MlFeature  *feature = &signature->features[input->feature];

		ml_report(env, "encoding", (double) i / signature->n_inputs, partials->n_learnt, -1, NAN);
		if (input->category)
			learn_levels(env, partials, max_categories, feature, input);
		else
			learn_number(partials, feature, ml_state_moments(state, i), input);
	}
	weight = ml_state_moments(state, signature->n_inputs + 1);
	partials->total_weight = weight[ML_MOMENT_MEAN] * weight[ML_MOMENT_COUNT];
	partials->target_least = ml_state_moments(state, signature->n_inputs)[ML_MOMENT_LEAST];
	partials->log_weights = weight[2 * ML_N_MOMENTS + ML_MOMENT_MEAN] * weight[ML_MOMENT_COUNT];
	partials->target_mean = ml_state_moments(state, signature->n_inputs + 2)[ML_MOMENT_MEAN] / weight[ML_MOMENT_MEAN];
	ml_release(env, state);
}

static MlStatus
least_squares_pass(MlEnv *env, const MlPasses *passes, bool intercept, int offset, MlLeastSquares *least_squares)
{
	const MlopsPartials *partials = passes->owner;
	MlopsPass  *pass = make_pass(partials, ML_ROW_LEAST_SQUARES, partials->signature);
	MlRowPlan  *plan = (MlRowPlan *) pass->plan;
	MlState    *state;

	plan->centre = least_squares->shift[least_squares->n - 1];
	plan->intercept = intercept;
	plan->offset = offset;
	state = mlops_pass_state(pass, "mlops_least_squares_partial", env);
	check_rows(partials, state);
	Assert(state->n_columns == least_squares->n);
	ml_state_factor(state, least_squares->r);
	least_squares->n_rows = partials->n_learnt;
	least_squares->weight = partials->total_weight;
	ml_release(env, state);
	return ML_OK;
}

static MlStatus
glm_pass(MlEnv *env, const MlPasses *passes, const MlGlmPoint *at, double *sums)
{
	const MlopsPartials *partials = passes->owner;
	MlopsPass  *pass = make_pass(partials, ML_ROW_GLM, partials->signature);
	MlState    *state;
	MlStatus	status;

	((MlRowPlan *) pass->plan)->glm = *at;
	state = mlops_pass_state(pass, "mlops_sum_partial", env);
	check_rows(partials, state);
	Assert(state->n_columns == ml_glm_row_size(at));
	status = ml_state_sums(env, state, sums);
	ml_release(env, state);
	return status;
}

const MlPasses *
mlops_partials_passes(MlopsPartials *partials, const MlSignature *signature)
{
	partials->signature = signature;
	partials->passes.owner = partials;
	partials->passes.n_rows = partials->n_learnt;
	partials->passes.target_mean = partials->target_mean;
	partials->passes.log_weights = partials->log_weights;
	partials->passes.total_weight = partials->total_weight;
	partials->passes.target_least = partials->target_least;
	partials->passes.least_squares = least_squares_pass;
	partials->passes.glm = glm_pass;
	return &partials->passes;
}
