/*
 * lifecycle/rules.c
 *		The leaves of a tree in words, which are conditions that SQL understands.
 *
 * Missing values are spoken of where training had some: elsewhere the side
 * that would take them was never put to the test. The same goes for categories
 * that training did not see: they go where missing values go, which decides
 * between "in" the levels of this side and "not in" those of the other.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "algo/rules.h"
#include "bridge/env.h"
#include "bridge/settings.h"
#include "catalog/cache.h"
#include "lifecycle/partition.h"
#include "lifecycle/rules.h"

/* A column's name, or the part of a time that an input is. */
static char *
input_text(const MlSignature *signature, const MlInput *input)
{
	static const char *const fields[] = {
		[ML_PART_MONTH] = "month", [ML_PART_DAY] = "day",
		[ML_PART_WEEKDAY] = "isodow", [ML_PART_HOUR] = "hour"
	};
	const MlFeature *feature = &signature->features[input->feature];
	const char *column = quote_identifier(feature->name);

	if (feature->type == ML_TIMESTAMPTZ)
		column = psprintf("%s at time zone %s", column, quote_literal_cstr(signature->time_zone));
	if (input->part == ML_PART_VALUE || input->part == ML_PART_DAYS)
		return pstrdup(column);
	return psprintf("extract(%s from %s)", fields[input->part], column);
}

/*
 * The fewest digits that tell the same values apart: all that matter, or those
 * that fall between two neighbours where the column holds numbers of four bytes.
 */
static char *
number_text(double value, MlType type)
{
	double		low = value;
	double		above = value;
	char	   *text = NULL;
	int			digits;

	if (type == ML_REAL)
	{
		float		nearest = (float) value;

		if (nearest > value)
			nearest = nextafterf(nearest, -INFINITY);
		low = nearest;
		above = nextafterf(nearest, INFINITY);
	}
	for (digits = 1; digits <= 17; digits++)
	{
		double		shown;

		text = psprintf("%.*g", digits, value);
		shown = strtod(text, NULL);
		if (shown == value || (shown >= low && shown < above))
			break;
	}
	return text;
}

/* Days since 2000 as a date, or as a time of that day. */
static char *
day_text(MlType type, double days)
{
	char		text[MAXDATELEN + 1];
	struct pg_tm tm;
	fsec_t		fsec;

	if (type == ML_DATE && days >= DATETIME_MIN_JULIAN - POSTGRES_EPOCH_JDATE &&
		days < DATE_END_JULIAN - POSTGRES_EPOCH_JDATE)
	{
		j2date((int) floor(days) + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
		EncodeDateOnly(&tm, USE_ISO_DATES, text);
		return quote_literal_cstr(text);
	}
	if (type != ML_DATE &&
		days * USECS_PER_DAY >= (double) MIN_TIMESTAMP && days * USECS_PER_DAY < (double) END_TIMESTAMP &&
		timestamp2tm((Timestamp) floor(days * USECS_PER_DAY), NULL, &tm, &fsec, NULL, NULL) == 0)
	{
		EncodeDateTime(&tm, fsec, false, 0, NULL, USE_ISO_DATES, text);
		return quote_literal_cstr(text);
	}
	return pstrdup(days < 0 ? "'-infinity'" : "'infinity'");
}

/* The bound of a number, a whole one where only these exist. */
static char *
bound_text(const MlFeature *feature, const MlInput *input, double bound)
{
	if (input->part == ML_PART_DAYS)
		return day_text(feature->type, bound);
	if (input->part != ML_PART_VALUE || ml_type_is_integer(feature->type))
		bound = floor(bound);
	return number_text(bound, feature->type);
}

/* above < x <= at_most; nothing where any number will do. False where none does. */
static bool
describe_number(StringInfo text, const MlSignature *signature, const MlCondition *condition)
{
	const MlInput *input = &signature->inputs[condition->input];
	const MlFeature *feature = &signature->features[input->feature];
	const char *name = input_text(signature, input);
	bool		whole = (input->part != ML_PART_VALUE && input->part != ML_PART_DAYS) ||
		ml_type_is_integer(feature->type);
	bool		low = condition->above > -DBL_MAX;
	bool		high = condition->at_most < DBL_MAX;

	if (condition->above >= DBL_MAX)
		return false;
	if (feature->type == ML_BOOLEAN && (low || high))
		appendStringInfo(text, "%s%s", low ? "" : "not ", name);
	else if (whole && low && high && floor(condition->above) + 1 == floor(condition->at_most))
		appendStringInfo(text, "%s = %s", name, bound_text(feature, input, condition->at_most));
	else
	{
		if (low)
			appendStringInfo(text, "%s > %s", name, bound_text(feature, input, condition->above));
		if (low && high)
			appendStringInfoString(text, " and ");
		if (high)
			appendStringInfo(text, "%s <= %s", name, bound_text(feature, input, condition->at_most));
	}
	return true;
}

/* Levels that are (or are not) in the condition, as literals. */
static int
list_levels(StringInfo text, const MlFeature *feature, const MlCondition *condition, bool inside)
{
	int			n = 0;
	int			i;

	for (i = 0; i < feature->n_levels; i++)
	{
		char	   *level;

		if (ml_set_has(&condition->codes, (unsigned) i) != inside)
			continue;
		level = pg_any_to_server(feature->level[i], feature->level_length[i], PG_UTF8);
		if (level == feature->level[i])
			level = pnstrdup(level, feature->level_length[i]);
		appendStringInfo(text, "%s%s", n > 0 ? ", " : "", quote_literal_cstr(level));
		n++;
	}
	return n;
}

/* Whether a value that is none of the levels meets the condition. */
static bool
takes_others(const MlInput *input, const MlCondition *condition)
{
	return input->has_other ? ml_set_has(&condition->codes, (unsigned) input->n_levels) :
		condition->missing;
}

/* As describe_number(). */
static bool
describe_category(StringInfo text, const MlSignature *signature, const MlCondition *condition)
{
	const MlInput *input = &signature->inputs[condition->input];
	const MlFeature *feature = &signature->features[input->feature];
	bool		others = takes_others(input, condition);
	StringInfoData levels;
	int			n;

	initStringInfo(&levels);
	n = list_levels(&levels, feature, condition, !others);
	if (n == 0 && others)
		return true;
	if (n == 0)
		return false;
	appendStringInfoString(text, quote_identifier(feature->name));
	if (n == 1)
		appendStringInfo(text, " %s %s", others ? "<>" : "=", levels.data);
	else
		appendStringInfo(text, " %s (%s)", others ? "not in" : "in", levels.data);
	return true;
}

static void
describe_condition(StringInfo text, const MlSignature *signature, const MlCondition *condition)
{
	const MlInput *input = &signature->inputs[condition->input];
	const char *column = quote_identifier(signature->features[input->feature].name);
	StringInfoData present;
	bool		any;

	initStringInfo(&present);
	if (input->category)
		any = describe_category(&present, signature, condition);
	else
		any = describe_number(&present, signature, condition);
	if (!any)
		appendStringInfo(&present, "%s is null", column);
	else if (present.len == 0 && !condition->missing)
		appendStringInfo(&present, "%s is not null", column);
	else if (present.len > 0 && condition->missing && input->has_missing)
	{
		char	   *bare = pstrdup(present.data);

		resetStringInfo(&present);
		appendStringInfo(&present, "(%s or %s is null)", bare, column);
	}
	if (text->len > 0 && present.len > 0)
		appendStringInfoString(text, " and ");
	appendStringInfoString(text, present.data);
}

static const char *
rule_text(const MlSignature *signature, const MlRule *rule)
{
	StringInfoData text;
	int			i;

	initStringInfo(&text);
	for (i = 0; i < rule->n_conditions; i++)
		describe_condition(&text, signature, &rule->conditions[i]);
	if (text.len == 0)
		appendStringInfoString(&text, "true");
	return text.data;
}

/* What a leaf predicts by itself, or adds to the margin. */
static void
fill_prediction(const MlModel *model, const MlRules *rules, const MlRule *rule, MlopsRuleRow *row)
{
	int			n_classes = model->n_classes;
	int			best = 0;
	int			k;

	row->prediction = rule->values[0];
	if (n_classes == 0)
		return;
	if (rules->additive)
	{
		if (n_classes > 2)
			row->label = model->labels[rules->output];
		return;
	}
	row->probabilities = palloc(sizeof(double) * n_classes);
	row->n_probabilities = n_classes;
	for (k = 0; k < n_classes; k++)
	{
		row->probabilities[k] = n_classes > 2 ? rule->values[k] :
			k == 1 ? rule->values[0] : 1 - rule->values[0];
		if (row->probabilities[k] > row->probabilities[best])
			best = k;
	}
	if (n_classes == 2)
		best = rule->values[0] >= model->threshold;
	else
		row->prediction = row->probabilities[best];
	row->label = model->labels[best];
}

static void
require_trees(const MlopsVersionKey *key, const MlModel *model)
{
	if (model->algorithm->rules == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("version %d of model \"%s\" has no rules", key->version, key->model),
				 errdetail("Algorithm %s does not grow trees.", model->algorithm->name),
				 errhint("Train with algorithm => 'decision_tree' for rules that people can read.")));
}

MlopsRuleRow *
mlops_rules(const char *reference, int tree, Jsonb *partition, int *count)
{
	MlEnv	   *env = mlops_env_begin(CurrentMemoryContext, "mlops rules",
									  (Size) mlops_training_memory * 1024);
	MlopsVersionKey key;
	const MlModel *model;
	MlopsRuleRow *rows;
	MlRules		rules;
	uint32_t	i;

	mlops_reference_resolve(reference, MLOPS_RIGHT_READ, &key);
	model = mlops_prepared_model(mlops_cache_get(&key, mlops_env_context(env)));
	require_trees(&key, model);
	mlops_check(env, model->algorithm->rules(env, mlops_partition_fitted(&key, model, partition), tree, &rules));
	rows = palloc0(sizeof(MlopsRuleRow) * rules.n_rules);
	for (i = 0; i < rules.n_rules; i++)
	{
		const MlRule *rule = &rules.rules[i];

		mlops_check(env, ml_check_stop(env));
		rows[i].rule = rule_text(&model->signature, rule);
		fill_prediction(model, &rules, rule, &rows[i]);
		if (rows[i].label != NULL)
			rows[i].label = pg_any_to_server(pstrdup(rows[i].label), strlen(rows[i].label), PG_UTF8);
		rows[i].rows = rule->rows;
		rows[i].share = (double) rule->rows / rules.rows;
	}
	*count = (int) rules.n_rules;
	mlops_env_end(env);
	return rows;
}
