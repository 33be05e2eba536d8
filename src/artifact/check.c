/*
 * artifact/check.c
 *		What must be true of a model, whether just trained or read from bytes
 *		that somebody made by hand.
 */
#include <string.h>

#include "artifact/format.h"
#include "prep/timeparts.h"

static const char *model_fault(const MlModel *model);
static const char *label_fault(const MlModel *model);
static const char *feature_fault(const MlSignature *signature, int f, int first_input, bool may_lack_inputs);
static const char *group_fault(const MlModel *model);
static const char *group_column_fault(const MlModel *model, int c);
static const char *place_fault(const MlGroups *groups);
static bool tells_rows_apart(const MlModel *model, int f);
static const char *level_fault(const MlFeature *feature);
static const char *input_fault(const MlSignature *signature, const MlFeature *feature, int f, int part);
static bool name_used_before(const MlSignature *signature, int f);

static inline bool
is_finite(double value)
{
	return value - value == 0;
}

static inline bool
name_valid(const char *name)
{
	return name != NULL && name[0] != '\0' && ml_text_valid(name, strlen(name));
}

MlStatus
ml_model_check(MlEnv *env, const MlModel *model, MlStatus status, const char *prefix)
{
	const MlSignature *signature = &model->signature;
	const char *fault = model_fault(model);
	int			inputs = 0;
	int			f;

	if (fault != NULL)
		return ml_fail(env, status, "%s: %s", prefix, fault);
	for (f = 0; f < signature->n_features; f++)
	{
		fault = feature_fault(signature, f, inputs, tells_rows_apart(model, f));
		if (fault != NULL)
			return ml_fail(env, status, "%s: feature %d %s", prefix, f + 1, fault);
		inputs += signature->features[f].n_inputs;
	}
	if (inputs != signature->n_inputs)
		return ml_fail(env, status, "%s: there are inputs without a feature", prefix);
	fault = group_fault(model);
	if (fault != NULL)
		return ml_fail(env, status, "%s: %s", prefix, fault);
	return ML_OK;
}

MlStatus
ml_signature_check(MlEnv *env, const MlSignature *signature, MlStatus status, const char *prefix)
{
	int			inputs = 0;
	int			f;

	if (signature->n_features < 1 || signature->n_features > ML_ARTIFACT_MAX_FEATURES)
		return ml_fail(env, status, "%s: its number of features is not valid", prefix);
	if (signature->time_zone != NULL && !name_valid(signature->time_zone))
		return ml_fail(env, status, "%s: its time zone is not valid", prefix);
	for (f = 0; f < signature->n_features; f++)
	{
		const char *fault = feature_fault(signature, f, inputs, true);

		if (fault != NULL)
			return ml_fail(env, status, "%s: feature %d %s", prefix, f + 1, fault);
		inputs += signature->features[f].n_inputs;
	}
	if (inputs != signature->n_inputs)
		return ml_fail(env, status, "%s: there are inputs without a feature", prefix);
	return ML_OK;
}

bool
ml_text_valid(const char *text, size_t length)
{
	const uint8_t *byte = (const uint8_t *) text;
	size_t		i = 0;

	while (i < length)
	{
		uint8_t		lead = byte[i];
		int			more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
		uint32_t	code = more == 0 ? lead : lead & (0x3f >> more);
		int			k;

		if (lead == 0 || (lead >= 0x80 && lead < 0xc2) || lead > 0xf4 ||
			(size_t) more >= length - i)
			return false;
		for (k = 1; k <= more; k++)
		{
			if ((byte[i + k] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (byte[i + k] & 0x3f);
		}
		/* overlong, surrogate, beyond Unicode */
		if ((more == 2 && code < 0x800) || (more == 3 && code < 0x10000) ||
			(code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
			return false;
		i += (size_t) more + 1;
	}
	return true;
}

static const char *
model_fault(const MlModel *model)
{
	if (ml_task_name(model->task) == NULL)
		return "its task is unknown";
	if (model->algorithm == NULL || (model->algorithm->tasks & (1u << model->task)) == 0)
		return "its algorithm does not do its task";
	if (model->task == ML_CLASSIFICATION && model->algorithm->max_classes < model->n_classes)
		return "its algorithm does not do so many classes";
	if (model->target == NULL ? ml_task_predicts(model->task) :
		ml_task_has_no_target(model->task) || !name_valid(model->target))
		return "the name of its target is not valid";
	if (model->signature.time_zone != NULL && !name_valid(model->signature.time_zone))
		return "its time zone is not valid";
	if (model->signature.n_features < 1 || model->signature.n_features > ML_ARTIFACT_MAX_FEATURES)
		return "its number of features is not valid";
	if (model->signature.n_inputs < 1)
		return "it has no inputs";
	return label_fault(model);
}

static const char *
label_fault(const MlModel *model)
{
	int			i;

	if (model->task == ML_REGRESSION || ml_task_has_no_target(model->task))
		return model->n_classes == 0 ? NULL : "it has classes but predicts none";
	if (model->task == ML_ANOMALY && (model->target == NULL) != (model->n_classes == 0))
		return "it has classes without a target, or a target without classes";
	if (model->n_classes == 0 && model->task == ML_ANOMALY)
		return NULL;
	if (model->n_classes < 2 || model->n_classes > (model->task == ML_ANOMALY ? 2 : ML_MAX_CLASSES))
		return "its number of classes is not possible";
	for (i = 0; i < model->n_classes; i++)
	{
		if (!ml_text_valid(model->labels[i], strlen(model->labels[i])))
			return "a label is not valid UTF-8";
	}
	if (model->n_classes == 2 && strcmp(model->labels[0], model->labels[1]) == 0)
		return "its labels are equal";
	for (i = 1; i < model->n_classes && model->n_classes > 2; i++)
	{
		if (strcmp(model->labels[i - 1], model->labels[i]) >= 0)
			return "its labels do not ascend";
	}
	if (model->n_classes > 2)
		return model->threshold == 0 ? NULL : "it has a threshold but more than two classes";
	if (!(model->threshold >= 0 && model->threshold <= 1))
		return "its threshold is not between 0 and 1";
	return NULL;
}

static const char *
feature_fault(const MlSignature *signature, int f, int first_input, bool may_lack_inputs)
{
	const MlFeature *feature = &signature->features[f];
	MlKind		kind;
	const char *fault;
	int			part;

	if (!name_valid(feature->name))
		return "has a name that is not valid";
	if (name_used_before(signature, f))
		return "has the name of another one";
	if (ml_type_name(feature->type) == NULL)
		return "is of an unknown type";
	if (feature->type == ML_TIMESTAMPTZ && signature->time_zone == NULL)
		return "needs a time zone";
	kind = ml_type_kind(feature->type);
	if (feature->n_inputs == 0 && feature->first_input == first_input && feature->n_levels == 0 &&
		first_input == signature->n_inputs && may_lack_inputs)
		return NULL;
	if (feature->n_inputs != (kind == ML_KIND_TIME ? ml_n_time_parts(feature->type) : 1) ||
		feature->first_input != first_input ||
		feature->n_inputs > signature->n_inputs - first_input)
		return "has another number of inputs";
	if (kind != ML_KIND_CATEGORY && feature->n_levels != 0)
		return "has levels but is no category";
	fault = level_fault(feature);
	for (part = 0; part < feature->n_inputs && fault == NULL; part++)
		fault = input_fault(signature, feature, f, part);
	return fault;
}

/* Levels are found by binary search, so their order matters. */
static const char *
level_fault(const MlFeature *feature)
{
	int			i;

	if (feature->n_levels < 0 || feature->n_levels > ML_MAX_LEVELS)
		return "has too many levels";
	for (i = 0; i < feature->n_levels; i++)
	{
		uint32_t	length = feature->level_length[i];

		if (!ml_text_valid(feature->level[i], length))
			return "has a level that is not valid UTF-8";
		if (i > 0)
		{
			uint32_t	before = feature->level_length[i - 1];
			int			order = memcmp(feature->level[i - 1], feature->level[i],
									   before < length ? before : length);

			if (order > 0 || (order == 0 && before >= length))
				return "has levels that do not ascend";
		}
	}
	return NULL;
}

static const char *
input_fault(const MlSignature *signature, const MlFeature *feature, int f, int part)
{
	const MlInput *input = &signature->inputs[feature->first_input + part];
	MlKind		kind = ml_type_kind(feature->type);

	if (input->feature != f)
		return "has an input of another one";
	if (input->part != (kind == ML_KIND_TIME ? ml_time_part_at(part) : ML_PART_VALUE))
		return "has an input of another part";
	if (input->category != (kind == ML_KIND_CATEGORY) || input->n_levels != feature->n_levels)
		return "has an input of another kind";
	/* the most frequent level stands for missing, so without levels it is "other" */
	if (input->mode < 0 || (input->mode > 0 && input->mode >= input->n_levels))
		return "has a most frequent level that does not exist";
	if (!is_finite(input->mean) || !is_finite(input->sd) || (!input->category && !(input->sd > 0)))
		return "has a mean or deviation that is not valid";
	return NULL;
}

/* Is the feature there, alone or besides, to tell groups apart? */
static bool
tells_rows_apart(const MlModel *model, int f)
{
	int			c;

	for (c = 0; c < model->groups.n_columns; c++)
	{
		if (model->groups.columns[c].feature == f)
			return true;
	}
	return false;
}

static const char *
group_fault(const MlModel *model)
{
	const MlGroups *groups = &model->groups;
	const char *fault = NULL;
	int			c;

	if (groups->n_columns == 0)
		return groups->n_groups == 0 ? NULL : "it has groups but no column that tells them apart";
	if (model->algorithm->n_outputs != NULL)
		return "its algorithm cannot have models of groups";
	if (groups->n_columns < 0 || groups->n_columns > ML_MAX_GROUP_COLUMNS ||
		groups->n_groups < 1 || groups->n_groups > ML_MAX_GROUPS)
		return "its number of groups is not valid";
	for (c = 0; c < groups->n_columns && fault == NULL; c++)
		fault = group_column_fault(model, c);
	return fault != NULL ? fault : place_fault(groups);
}

/* Values are found by binary search, so their order matters. */
static const char *
group_column_fault(const MlModel *model, int c)
{
	const MlGroupColumn *column = &model->groups.columns[c];
	MlKind		kind;
	int			i;

	if (column->feature < 0 || column->feature >= model->signature.n_features)
		return "it tells rows apart by a feature that does not exist";
	for (i = 0; i < c; i++)
	{
		if (model->groups.columns[i].feature == column->feature)
			return "it tells rows apart by the same feature twice";
	}
	kind = ml_type_kind(model->signature.features[column->feature].type);
	if (kind == ML_KIND_TIME || (kind == ML_KIND_CATEGORY) != (column->text != NULL) ||
		column->n_values < 0 || column->n_values > ML_MAX_GROUPS)
		return "it tells rows apart by a feature that cannot";
	for (i = 0; i < column->n_values; i++)
	{
		if (column->text != NULL
			? !ml_text_valid(column->text[i], column->length[i])
			: !is_finite(column->number[i]))
			return "the value of a group is not valid";
		if (i > 0 && (column->text != NULL
					  ? ml_compare_bytes(column->text[i - 1], column->length[i - 1],
										 column->text[i], column->length[i]) >= 0
					  : column->number[i - 1] >= column->number[i]))
			return "the values of groups do not ascend";
	}
	return NULL;
}

static const char *
place_fault(const MlGroups *groups)
{
	size_t		width = (size_t) groups->n_columns;
	int			g;
	int			c;

	for (g = 0; g < groups->n_groups; g++)
	{
		const int32_t *place = groups->place + (size_t) g * width;
		int			same = 0;

		for (c = 0; c < groups->n_columns; c++)
		{
			if (place[c] < 0 || place[c] > groups->columns[c].n_values)
				return "a group has a value that does not exist";
		}
		if (g == 0)
			continue;
		while (same < groups->n_columns && place[same] == (place - width)[same])
			same++;
		if (same == groups->n_columns || place[same] < (place - width)[same])
			return "its groups do not ascend";
	}
	return NULL;
}

static bool
name_used_before(const MlSignature *signature, int f)
{
	int			i;

	for (i = 0; i < f; i++)
	{
		if (strcmp(signature->features[i].name, signature->features[f].name) == 0)
			return true;
	}
	return false;
}
