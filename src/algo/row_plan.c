/*
 * algo/row_plan.c
 *		What one row of a source contributes to a pass over all of its rows.
 */
#include "algo/row_plan.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "math/func.h"
#include "math/rng.h"
#include "prep/label.h"

static bool
feature_exists(const MlRowPlan *plan, int feature)
{
	return feature >= 0 && feature < plan->signature.n_features;
}

MlStatus
ml_row_plan_check(MlEnv *env, const MlRowPlan *plan)
{
	const char *fault = NULL;
	int			i;

	if (plan->kind < ML_ROW_CHOSEN || plan->kind > ML_ROW_GLM)
		fault = "its kind is unknown";
	else if (plan->task != ML_REGRESSION && plan->task != ML_CLASSIFICATION)
		fault = "its task is unknown";
	else if (plan->n_classes < 0 || plan->n_classes > ML_MAX_CLASSES ||
			 (plan->task == ML_CLASSIFICATION) != (plan->n_classes > 1))
		fault = "its number of classes is not possible";
	else if ((plan->target != -1 && !feature_exists(plan, plan->target)) ||
			 (plan->weight != -1 && !feature_exists(plan, plan->weight)))
		fault = "its target or weight does not exist";
	else if (plan->target >= 0 && plan->task == ML_REGRESSION &&
			 ml_type_kind(plan->signature.features[plan->target].type) != ML_KIND_NUMBER)
		fault = "its target is not a number";
	else if (plan->weight >= 0 &&
			 ml_type_kind(plan->signature.features[plan->weight].type) != ML_KIND_NUMBER)
		fault = "its weight is not a number";
	else if (!(plan->sample >= 0 && plan->sample <= 1) || !isfinite(plan->centre))
		fault = "a number of it is not valid";
	else if (plan->offset < -1 || plan->offset >= plan->signature.n_inputs ||
			 (plan->offset >= 0 && plan->signature.inputs[plan->offset].category))
		fault = "its offset is not a number";
	else if (ml_glm_family(plan->glm.kind) == NULL || plan->glm.n < 0 || plan->glm.n > ML_MAX_GLM_POINT ||
			 !(plan->glm.dispersion > 0))
		fault = "its point is not possible";
	for (i = 0; i < plan->glm.n && fault == NULL; i++)
	{
		if (!isfinite(plan->glm.point[i]))
			fault = "its point is not finite";
	}
	for (i = 0; i < plan->n_identity && fault == NULL; i++)
	{
		if (!feature_exists(plan, plan->identity[i]))
			fault = "a column of its identity does not exist";
	}
	for (i = 0; i < (plan->n_classes > 1 ? plan->n_classes : 1) && fault == NULL; i++)
	{
		if (!(plan->below[i] >= 0 && plan->below[i] <= 1))
			fault = "a threshold is not between 0 and 1";
	}
	return fault == NULL ? ML_OK : ml_fail(env, ML_CORRUPT, "row plan is damaged: %s", fault);
}

static bool
has_slots(const MlRowPlan *plan)
{
	return plan->kind == ML_ROW_LEAST_SQUARES || plan->kind == ML_ROW_SLOTS || plan->kind == ML_ROW_GLM;
}

MlStatus
ml_row_encoder_make(MlEnv *env, const MlRowPlan *plan, MlRowEncoder *encoder)
{
	memset(encoder, 0, sizeof(*encoder));
	encoder->plan = plan;
	encoder->inputs = ml_allocate(env, (size_t) plan->signature.n_inputs + 1, sizeof(double));
	if (encoder->inputs == NULL)
		return ML_OUT_OF_MEMORY;
	if (has_slots(plan))
		ML_TRY(ml_design_make(env, &plan->signature, &encoder->design));
	switch (plan->kind)
	{
		case ML_ROW_CHOSEN:
		case ML_ROW_LEARNT:
			encoder->n_values = 1;
			break;
		case ML_ROW_VALUES:
			encoder->n_values = plan->signature.n_inputs + 4;
			break;
		case ML_ROW_LEAST_SQUARES:
			encoder->n_values = encoder->design.n_slots + 2;
			break;
		case ML_ROW_SLOTS:
			encoder->n_values = encoder->design.n_slots;
			break;
		case ML_ROW_GLM:
			if (plan->glm.n != encoder->design.n_slots + 1)
				return ml_fail(env, ML_CORRUPT, "row plan is damaged: its point has another number of columns");
			encoder->n_values = ml_glm_row_size(&plan->glm);
			encoder->slots = ml_allocate(env, (size_t) plan->glm.n, sizeof(double));
			return encoder->slots == NULL ? ML_OUT_OF_MEMORY : ML_OK;
	}
	return ML_OK;
}

static int
class_of_text(const MlRowPlan *plan, const char *text, size_t length)
{
	int			i;

	for (i = 0; i < plan->n_classes; i++)
	{
		if (strlen(plan->labels[i]) == length && memcmp(plan->labels[i], text, length) == 0)
			return i;
	}
	return -1;
}

/* The class of a number, whose text is only made when it is a new one. */
static int
class_of_number(MlRowEncoder *encoder, MlType type, double number)
{
	char		text[ML_NUMBER_TEXT];
	int			found;
	int			i;

	for (i = 0; i < encoder->n_known; i++)
	{
		if (encoder->known[i] == number)
			return encoder->known_class[i];
	}
	ml_number_text(type, number, text, sizeof(text));
	found = class_of_text(encoder->plan, text, strlen(text));
	if (encoder->n_known < ML_MAX_CLASSES)
	{
		encoder->known[encoder->n_known] = number;
		encoder->known_class[encoder->n_known++] = found;
	}
	return found;
}

/* The number to learn from: a value, a class; NaN for a row without one. */
static double
row_target(MlRowEncoder *encoder, const MlValue *values)
{
	const MlRowPlan *plan = encoder->plan;
	const MlValue *value;
	MlType		type;
	int			found;

	if (plan->target < 0)
		return 0;
	value = &values[plan->target];
	if (value->missing)
		return NAN;
	if (plan->task == ML_REGRESSION)
		return value->number;
	type = plan->signature.features[plan->target].type;
	found = ml_type_kind(type) == ML_KIND_CATEGORY ?
		class_of_text(plan, value->text, value->length) : class_of_number(encoder, type, value->number);
	return found < 0 ? NAN : found;
}

static uint64_t
row_identity(const MlRowPlan *plan, const MlValue *values)
{
	uint64_t	identity = 0;
	int			i;

	for (i = 0; i < plan->n_identity; i++)
	{
		int			feature = plan->identity[i];

		identity = ml_hash_word(identity, ml_value_hash(plan->signature.features[feature].type,
														&values[feature]));
	}
	return identity;
}

/* Whether the kind wants a row of a class by its place in the split. */
static bool
is_wanted(const MlRowPlan *plan, const MlValue *values, int class_number)
{
	uint64_t	identity;
	bool		below;

	if (plan->n_identity == 0)
		return true;
	identity = row_identity(plan, values);
	below = ml_split_position(plan->seed, identity) < plan->below[class_number];
	if (plan->kind == ML_ROW_CHOSEN)
		return below || ml_hash_uniform(ml_mix64(identity)) < plan->sample;
	return !below;
}

static void
fill_values(MlRowEncoder *encoder, const MlValue *values, double target, double weight, double *array)
{
	int			n = encoder->plan->signature.n_inputs;

	ml_signature_encode(&encoder->plan->signature, values, array);
	array[n] = target;
	array[n + 1] = weight;
	array[n + 2] = weight * target;
	array[n + 3] = ml_log(weight);
}

static void
fill_glm(MlRowEncoder *encoder, const MlValue *values, double target, double weight, double *array)
{
	const MlRowPlan *plan = encoder->plan;

	ml_signature_encode(&plan->signature, values, encoder->inputs);
	ml_design_row(&encoder->design, encoder->inputs, true, encoder->slots);
	ml_glm_row(&plan->glm, encoder->slots, target, weight, array);
}

static void
fill_least_squares(MlRowEncoder *encoder, const MlValue *values, double target, double weight,
				   double *array)
{
	const MlRowPlan *plan = encoder->plan;
	const MlSignature *signature = &plan->signature;
	double		root = weight == 1 ? 1 : sqrt(weight);
	int			n_slots = encoder->design.n_slots;
	int			i;

	ml_signature_encode(signature, values, encoder->inputs);
	array[0] = plan->intercept ? 1 : 0;
	ml_design_row(&encoder->design, encoder->inputs, plan->intercept, array + 1);
	array[n_slots + 1] = target - plan->centre;
	if (plan->offset >= 0)
	{
		double		offset = encoder->inputs[plan->offset];

		array[n_slots + 1] -= isnan(offset) ? signature->inputs[plan->offset].mean : offset;
		array[1 + encoder->design.inputs[plan->offset].first_slot] = 0;
	}
	for (i = 0; i < n_slots + 2 && root != 1; i++)
		array[i] *= root;
}

MlRowOutcome
ml_row_encode(MlRowEncoder *encoder, const MlValue *values, double *array)
{
	const MlRowPlan *plan = encoder->plan;
	double		weight = 1;
	double		target;

	if (plan->kind == ML_ROW_SLOTS)
	{
		ml_signature_encode(&plan->signature, values, encoder->inputs);
		ml_design_row(&encoder->design, encoder->inputs, true, array);
		return ML_ROW_TAKEN;
	}
	if (plan->weight >= 0)
	{
		if (values[plan->weight].missing || !(values[plan->weight].number >= 0))
			return ML_ROW_BAD_WEIGHT;
		weight = values[plan->weight].number;
	}
	target = row_target(encoder, values);
	if (isnan(target) || weight == 0 ||
		!is_wanted(plan, values, plan->n_classes > 1 ? (int) target : 0))
		return ML_ROW_LEFT_OUT;
	if (plan->kind == ML_ROW_VALUES)
		fill_values(encoder, values, target, weight, array);
	else if (plan->kind == ML_ROW_LEAST_SQUARES)
		fill_least_squares(encoder, values, target, weight, array);
	else if (plan->kind == ML_ROW_GLM)
		fill_glm(encoder, values, target, weight, array);
	else
		array[0] = 1;
	return ML_ROW_TAKEN;
}
