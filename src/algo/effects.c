/*
 * algo/effects.c
 *		The model of linear, logistic, poisson and gamma: an intercept plus one
 *		effect per input; for more than two classes an array of them.
 *
 * Bytes, for each: f64 intercept, u32 number of effects, array of f64 effects;
 * from format 2 on, behind them, what ml_inference_write() writes.
 */
#include "algo/effects.h"

#include <math.h>

#include "algo/explain.h"
#include "algo/inference.h"
#include "math/func.h"
#include "math/sum.h"

/* e to this is finite, and so is its square. */
#define MOST_MARGIN 350.0

static int
effects_of_input(const MlInput *input)
{
	return input->category ? input->n_levels + 2 : 2;
}

static int64_t
effects_of_signature(const MlSignature *signature)
{
	int64_t		count = 0;
	int			i;

	for (i = 0; i < signature->n_inputs; i++)
		count += effects_of_input(&signature->inputs[i]);
	return count;
}

static bool
all_finite(const double *values, int count)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		if (!isfinite(values[i]))
			return false;
	}
	return true;
}

static void
fill_effects(const MlDesign *design, const double *slots, double *effect)
{
	int			i;
	int			k;

	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlInput *input = &design->signature->inputs[i];
		const MlDesignInput *entry = &design->inputs[i];
		const double *slot = slots + entry->first_slot;

		if (input->category)
		{
			for (k = 0; k < input->n_levels + 2; k++)
				effect[k] = entry->place[k] == 0 ? 0.0 : slot[entry->place[k] - 1];
		}
		else
		{
			effect[0] = slot[0] * entry->scale;
			effect[1] = entry->n_slots == 2 ? slot[1] : 0.0;
		}
		effect += effects_of_input(input);
	}
}

static MlStatus
make_row(MlEnv *env, const MlDesign *design, double intercept, const double *slots, MlEffects *made)
{
	int			count = (int) effects_of_signature(design->signature);
	double	   *values = ml_allocate(env, (size_t) count + 1, sizeof(double));

	if (values == NULL)
		return ML_OUT_OF_MEMORY;
	fill_effects(design, slots, values);
	if (!isfinite(intercept) || !all_finite(values, count))
	{
		ml_fail(env, ML_INVALID_DATA, "the coefficients are beyond double precision");
		ml_hint(env, "Scale down the target, the weights or columns with extreme values.");
		return ML_INVALID_DATA;
	}
	made->intercept = intercept;
	made->n_effects = count;
	made->effects = values;
	return ML_OK;
}

MlStatus
ml_effects_make(MlEnv *env, const MlDesign *design, double intercept, const double *slots,
				MlEffects **effects)
{
	MlEffects  *made = ml_allocate(env, 1, sizeof(MlEffects));

	if (made == NULL)
		return ML_OUT_OF_MEMORY;
	made->n_rows = 1;
	*effects = made;
	return make_row(env, design, intercept, slots, made);
}

MlStatus
ml_effects_make_rows(MlEnv *env, const MlDesign *design, int n_rows, const double *points,
					 MlEffects **effects)
{
	MlEffects  *made = ml_allocate(env, (size_t) n_rows, sizeof(MlEffects));
	int			k;

	if (made == NULL)
		return ML_OUT_OF_MEMORY;
	for (k = 0; k < n_rows; k++)
	{
		const double *point = points + (size_t) k * (size_t) (design->n_slots + 1);

		made[k].n_rows = n_rows;
		ML_TRY(make_row(env, design, point[0], point + 1, &made[k]));
	}
	*effects = made;
	return ML_OK;
}

/* Which effect of a category an input value has. */
static inline int
effect_of_value(const MlInput *input, double value)
{
	if (value >= 0.0 && value < input->n_levels)
		return (int) value;
	return isnan(value) ? input->n_levels + 1 : input->n_levels;
}

/* What an input of this value adds; effect: of the input. */
static inline double
effect_of_input(const MlInput *input, const double *effect, double value)
{
	if (input->category)
		return effect[effect_of_value(input, value)];
	if (isnan(value))
		return effect[1];
	/* 0 times an overflow would be NaN */
	return effect[0] != 0.0 ? effect[0] * (value - input->mean) : 0.0;
}

double
ml_effects_margin(const MlEffects *effects, const MlSignature *signature, const double *inputs)
{
	const double *effect = effects->effects;
	double		margin = effects->intercept;
	int			i;

	for (i = 0; i < signature->n_inputs; i++)
	{
		const MlInput *input = &signature->inputs[i];

		margin += effect_of_input(input, effect, inputs[i]);
		effect += effects_of_input(input);
	}
	return margin;
}

void
ml_effects_predict(const void *model, const MlSignature *signature,
				   const double *inputs, int n_rows, double *outputs)
{
	int			i;

	for (i = 0; i < n_rows; i++, inputs += signature->n_inputs)
		outputs[i] = ml_effects_margin(model, signature, inputs);
}

/* outputs (n): margins become probabilities. */
static void
softmax(double *outputs, int n)
{
	double		most = outputs[0];
	double		sum = 0.0;
	int			k;

	for (k = 1; k < n; k++)
		most = outputs[k] > most ? outputs[k] : most;
	for (k = 0; k < n; k++)
	{
		outputs[k] = ml_exp(outputs[k] - most);
		sum += outputs[k];
	}
	for (k = 0; k < n; k++)
		outputs[k] /= sum;
}

void
ml_effects_probability(const void *model, const MlSignature *signature,
					   const double *inputs, int n_rows, double *outputs)
{
	const MlEffects *effects = model;
	int			n = effects->n_rows;
	int			i;
	int			k;

	for (i = 0; i < n_rows; i++, inputs += signature->n_inputs, outputs += n)
	{
		for (k = 0; k < n; k++)
			outputs[k] = ml_effects_margin(&effects[k], signature, inputs);
		if (n > 1)
			softmax(outputs, n);
		else
			outputs[0] = ml_sigmoid(outputs[0]);
	}
}

void
ml_effects_exponential(const void *model, const MlSignature *signature,
					   const double *inputs, int n_rows, double *outputs)
{
	int			i;

	ml_effects_predict(model, signature, inputs, n_rows, outputs);
	for (i = 0; i < n_rows; i++)
		outputs[i] = ml_exp(outputs[i] > MOST_MARGIN ? MOST_MARGIN : outputs[i]);
}

MlStatus
ml_effects_encode(const void *model, MlWriter *writer)
{
	const MlEffects *effects = model;
	int			k;

	for (k = 0; k < effects->n_rows; k++)
	{
		ml_write_f64(writer, effects[k].intercept);
		ml_write_u32(writer, (uint32_t) effects[k].n_effects);
		ml_write_array(writer, effects[k].effects, (size_t) effects[k].n_effects, sizeof(double));
	}
	ml_inference_write(effects->inference, writer);
	return writer->status;
}

static MlStatus
decode_row(MlEnv *env, MlReader *reader, const MlSignature *signature, MlEffects *effects)
{
	int64_t		expected = effects_of_signature(signature);
	double		intercept = ml_read_f64(reader);
	uint32_t	count = ml_read_u32(reader);
	const double *values;

	if (ml_reader_failed(reader) || count != expected || expected > INT32_MAX)
		return ml_fail(env, ML_CORRUPT, "the linear model does not fit its features");
	values = ml_read_array(reader, count, sizeof(double));
	if (ml_reader_failed(reader) || (values == NULL && count > 0))
		return ml_fail(env, ML_CORRUPT, "the linear model is cut short");
	if (!isfinite(intercept) || !all_finite(values, (int) count))
		return ml_fail(env, ML_CORRUPT, "the linear model holds a coefficient that is not finite");
	effects->intercept = intercept;
	effects->n_effects = (int) count;
	effects->effects = values;
	return ML_OK;
}

static MlStatus
decode_inference(MlEnv *env, MlReader *reader, const MlSignature *signature, MlEffects *effects)
{
	MlInference *inference;

	ML_TRY(ml_inference_read(env, reader, ml_terms_count(signature) * effects->n_rows, &inference));
	effects->inference = inference;
	return ML_OK;
}

MlStatus
ml_effects_decode(MlEnv *env, MlReader *reader, const MlSignature *signature, MlTask task,
				  int n_classes, void **model)
{
	int			n_rows = task == ML_CLASSIFICATION ? ml_n_outputs(n_classes) : 1;
	MlEffects  *effects = ml_allocate(env, (size_t) n_rows, sizeof(MlEffects));
	int			k;

	if (effects == NULL)
		return ML_OUT_OF_MEMORY;
	for (k = 0; k < n_rows; k++)
	{
		effects[k].n_rows = n_rows;
		ML_TRY(decode_row(env, reader, signature, &effects[k]));
	}
	*model = effects;
	return reader->format < 2 ? ML_OK : decode_inference(env, reader, signature, effects);
}

/* The estimate of a term that nothing more is known of. */
static double
effect_of_term(const MlInput *input, const MlTerm *term, const double *effect)
{
	switch (term->kind)
	{
		case ML_TERM_LEVEL:
			return effect[term->level];
		case ML_TERM_OTHER:
			return effect[input->n_levels];
		case ML_TERM_MISSING:
			return effect[input->category ? input->n_levels + 1 : 1];
		default:
			return effect[0];
	}
}

/* Those of one row of effects, n from `first` on. */
static void
estimate_terms(const MlEffects *effects, const MlSignature *signature, const MlTerm *terms, int n,
			   int first, MlInference *inference)
{
	const double *effect = effects->effects;
	MlExactSum	intercept;
	int			i;

	ml_sum_begin(&intercept);
	ml_sum_add(&intercept, effects->intercept);
	for (i = 1; i < n; i++)
	{
		const MlInput *input = &signature->inputs[terms[i].input];

		if (i > 1 && terms[i].input != terms[i - 1].input)
			effect += effects_of_input(&signature->inputs[terms[i - 1].input]);
		inference->estimate[first + i] = effect_of_term(input, &terms[i], effect);
		if (terms[i].reference)
			inference->reason[first + i] = ML_REASON_REFERENCE;
		if (terms[i].kind == ML_TERM_NUMBER)
			ml_sum_add(&intercept, -effect[0] * input->mean);
	}
	inference->estimate[first] = ml_sum_value(&intercept);
}

static MlStatus
coefficients(MlEnv *env, const MlEffects *effects, const MlSignature *signature, bool ratios,
			 const MlInference **inference)
{
	int			n = (int) ml_terms_count(signature);
	MlDesign	design;
	MlInference *made;
	MlTerm	   *terms;
	int			k;

	*inference = effects->inference;
	if (effects->inference != NULL)
		return ML_OK;
	ML_TRY(ml_design_make(env, signature, &design));
	ML_TRY(ml_inference_make(env, &design, effects->n_rows, &made));
	terms = ml_allocate(env, (size_t) n, sizeof(MlTerm));
	if (terms == NULL)
		return ML_OUT_OF_MEMORY;
	ml_terms_list(&design, -1, terms);
	for (k = 0; k < effects->n_rows; k++)
		estimate_terms(&effects[k], signature, terms, n, k * n, made);
	made->ratios = ratios;
	*inference = made;
	return ML_OK;
}

static MlStatus
explain_rows(MlExplainer *explainer, const double *inputs, int n_rows, double *contributions, double *errors)
{
	const MlEffects *effects = explainer->state;
	const MlSignature *signature = explainer->signature;
	int			row;
	int			i;

	(void) errors;				/* there are none */
	for (row = 0; row < n_rows; row++)
	{
		const double *effect = effects->effects;

		for (i = 0; i < signature->n_inputs; i++, inputs++, contributions++)
		{
			*contributions = effect_of_input(&signature->inputs[i], effect, *inputs);
			effect += effects_of_input(&signature->inputs[i]);
		}
	}
	return ml_check_stop(explainer->env);
}

MlStatus
ml_effects_explain(MlEnv *env, const void *model, int output, MlExplainer *explainer)
{
	const MlEffects *effects = (const MlEffects *) model + output;

	(void) env;
	explainer->base = effects->intercept;
	explainer->state = (void *) effects;
	explainer->rows = explain_rows;
	return ML_OK;
}

MlStatus
ml_effects_coefficients(MlEnv *env, const void *model, const MlSignature *signature,
						const MlInference **inference)
{
	return coefficients(env, model, signature, false, inference);
}

MlStatus
ml_effects_ratios(MlEnv *env, const void *model, const MlSignature *signature,
				  const MlInference **inference)
{
	return coefficients(env, model, signature, true, inference);
}
