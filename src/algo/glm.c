/*
 * algo/glm.c
 *		Generalised linear models. See glm.h.
 */
#include "algo/glm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/class_weight.h"
#include "algo/effects.h"
#include "algo/glm_newton.h"
#include "math/cholesky.h"
#include "math/func.h"

/* Parameters up to which there is a Hessian; with l1, which needs one, up to the second. */
#define MOST_DENSE 1500
#define MOST_PENALISED 4000
/* Outputs times columns up to which a Hessian costs less than the passes it saves. */
#define MOST_PAIRED 1200

/* Share of a column's square below which it says nothing new; rounding leaves 1e-13 or so. */
#define ALIAS_TOLERANCE 1e-11

/* A last step of this size, in standard deviations of the column, means there is no end. */
#define ENDLESS_STEP 0.01
/* Curvature, in rows, below which nothing holds a coefficient back. */
#define CERTAIN 1e-8
#define LEAST_PIVOT 1e-13

/* A sample is worth it from so many rows on; it has at least so many, and so many a parameter. */
#define SAMPLED_FROM 80000
#define SAMPLE_ROWS 20000
#define SAMPLE_ROWS_EACH 40
#define SAMPLE_SHARE 16
#define SAMPLE_TOLERANCE 1e-4
#define SAMPLE_STEPS 20
#define SAMPLE_RIDGE 1e-4		/* of a row */

/* Margin of a class without rows while the others are fitted. */
#define NEVER -1000.0

#define ROWS_PER_CHECK 8192

typedef struct Fit
{
	MlEnv	   *env;
	const MlAlgorithm *algorithm;
	MlFitInput	input;			/* with class weights in the weights */
	MlGlm		glm;
	MlDesignRows all;
	bool		dense;
	bool		plain;			/* no penalty */
	double	   *class_weight;	/* (n_classes), or NULL */
	double	   *class_total;	/* (n_classes) weights; of classifications */
	double		mean;			/* of y, weighted */
	double		saturated;		/* the loss of a model that hits every y */
	int			reference;		/* the first class with rows */
	MlGlmPlace	place;
	double	   *curve;			/* (iterations) losses */
	MlNewtonResult result;
} Fit;

/* --------------------------------------------------------------- the data */

static double
row_weight(const MlFitInput *input, uint32_t row)
{
	return input->weight != NULL ? input->weight[row] : 1.0;
}

/* The input with class weights as row weights, where there are any. */
static MlStatus
take_class_weights(Fit *fit, const MlFitInput *given)
{
	MlFitInput *input = &fit->input;
	double	   *weight;
	int64_t		i;

	*input = *given;
	if (given->task != ML_CLASSIFICATION)
		return ML_OK;
	ML_TRY(ml_class_weights(fit->env, fit->algorithm, given, ML_GLM_CLASS_WEIGHT, &fit->class_weight));
	if (fit->class_weight == NULL)
		return ML_OK;
	weight = ml_allocate(fit->env, (size_t) given->frame->n_rows, sizeof(double));
	if (weight == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < given->n_rows; i++)
	{
		uint32_t	row = given->rows[i];

		weight[row] = row_weight(given, row) * fit->class_weight[(int) given->y[row]];
		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(fit->env));
	}
	input->weight = weight;
	return ML_OK;
}

/* What a row loses at its own best margin, for families with a deviance. */
static double
saturated_loss(const MlGlmFamily *family, double y)
{
	if (family == NULL || family->kind == ML_GLM_BINOMIAL)
		return 0.0;
	if (family->kind == ML_GLM_POISSON)
		return y > 0.0 ? y - y * ml_log(y) : 0.0;
	return 1.0 + ml_log(y);
}

static MlStatus
take_targets(Fit *fit)
{
	const MlFitInput *input = &fit->input;
	const MlGlmFamily *family = fit->glm.family;
	double		sum = 0.0;
	int64_t		i;

	if (input->n_rows < 1)
		return ml_fail(fit->env, ML_INVALID_DATA, "there are no rows to fit on");
	fit->class_total = ml_allocate(fit->env, (size_t) input->n_classes + 1, sizeof(double));
	if (fit->class_total == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < input->n_rows; i++)
	{
		double		y = input->y[input->rows[i]];
		double		weight = row_weight(input, input->rows[i]);
		const char *wanted = family != NULL ? family->refuses(y) : NULL;

		if (i % ROWS_PER_CHECK == 0)
			ML_TRY(ml_check_stop(fit->env));
		if (wanted != NULL)
			return ml_fail(fit->env, ML_INVALID_DATA,
						   "algorithm \"%s\" needs target values %s, but column \"%.100s\" has %.15g",
						   fit->algorithm->name, wanted, input->target, y);
		if (input->n_classes > 0)
			fit->class_total[(int) y] += weight;
		sum += weight * y;
		fit->glm.total_weight += weight;
		fit->saturated += weight * saturated_loss(family, y);
	}
	fit->mean = sum / fit->glm.total_weight;
	if (isfinite(fit->mean) && isfinite(fit->saturated))
		return ML_OK;
	ml_fail(fit->env, ML_INVALID_DATA, "the target or the weights are beyond double precision");
	ml_hint(fit->env, "Scale down column \"%.100s\" or the weights.", input->target);
	return ML_INVALID_DATA;
}

/* Rows of one class only, or counts of 0 only, teach nothing. */
static MlStatus
check_variety(Fit *fit)
{
	int			present = 0;
	int			k;

	if (fit->input.n_classes == 0)
		return fit->mean > 0.0 ? ML_OK :
			ml_fail(fit->env, ML_INVALID_DATA, "column \"%.100s\" is 0 in all rows to fit on", fit->input.target);
	for (k = fit->input.n_classes - 1; k >= 0; k--)
	{
		if (fit->class_total[k] > 0.0)
		{
			present++;
			fit->reference = k;
		}
		else if (fit->input.n_classes > 2)
			ml_warn(fit->env, "no row to fit on has class \"%.100s\", so it is almost never predicted",
					fit->input.labels[k]);
	}
	return present > 1 ? ML_OK :
		ml_fail(fit->env, ML_INVALID_DATA, "all rows to fit on have the same class");
}

/* ---------------------------------------------------------- the parameters */

/* The coefficient of the offset is 1 in the units of the data. */
static MlStatus
fix_offset(Fit *fit)
{
	MlGlm	   *glm = &fit->glm;
	const MlDesignInput *slots;
	int			column;
	int			k;

	ML_TRY(ml_parameter_column(fit->env, fit->algorithm, &fit->input, ML_GLM_OFFSET, &column));
	if (column < 0)
		return ML_OK;
	if (glm->family == NULL)
		return ml_fail(fit->env, ML_INVALID_OPTION,
					   "parameter \"offset\" is not for more than two classes");
	slots = &glm->design.inputs[column];
	if (slots->n_slots > 1)
	{
		char		name[96];

		ml_input_name(fit->input.signature, column, name, sizeof(name));
		return ml_fail(fit->env, ML_INVALID_DATA, "the offset \"%s\" is missing in some rows", name);
	}
	for (k = 0; k < slots->n_slots; k++)
		glm->fixed[1 + slots->first_slot + k] = true;
	fit->place.point[1 + slots->first_slot] = slots->scale > 0.0 ? 1.0 / slots->scale : 0.0;
	return ML_OK;
}

/*
 * Rows of coefficients that others make superfluous, and starting values: the
 * best model of intercepts alone, but for an offset.
 */
static void
begin_outputs(Fit *fit)
{
	MlGlm	   *glm = &fit->glm;
	int			k;
	int			j;

	if (glm->family != NULL)
	{
		fit->place.point[0] = glm->family->link(fit->mean);
		return;
	}
	for (k = 0; k < glm->n_outputs; k++)
	{
		bool		absent = !(fit->class_total[k] > 0.0);

		fit->place.point[k * glm->n] = absent ? NEVER :
			ml_log(fit->class_total[k] / fit->class_total[fit->reference]);
		glm->fixed[k * glm->n] = absent || k == fit->reference;
		for (j = 1; j < glm->n; j++)
			glm->fixed[k * glm->n + j] = absent || (k == fit->reference && fit->plain);
	}
}

/*
 * Which columns those before them determine, in the rows of the passes: kept
 * (n) has the others, and n_aliased says how many have values all the same.
 */
static MlStatus
find_aliases(Fit *fit, bool *kept, int *aliased, int *n_aliased)
{
	MlGlm	   *glm = &fit->glm;
	size_t		n = (size_t) glm->n;
	double	   *matrix = ml_allocate(fit->env, n * n, sizeof(double));
	double	   *least = ml_allocate(fit->env, n, sizeof(double));
	size_t		i;
	size_t		j;

	if (matrix == NULL || least == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_glm_cross_products(glm, matrix));
	for (i = 0; i < n; i++)
	{
		least[i] = ALIAS_TOLERANCE * matrix[i * n + i];
		for (j = 0; j < n && glm->fixed[i]; j++)
			matrix[i * n + j] = matrix[j * n + i] = 0.0;
	}
	ML_TRY(ml_cholesky(fit->env, glm->n, matrix, least, kept));
	*n_aliased = 0;
	for (i = 1; i < n; i++)
	{
		if (!kept[i] && !glm->fixed[i] && least[i] > 0.0)
			aliased[(*n_aliased)++] = (int) i - 1;
	}
	ml_release(fit->env, matrix);
	ml_release(fit->env, least);
	return ML_OK;
}

/*
 * Fix what other columns determine, and what has no values, at 0. Where a
 * sample has all columns, so have all rows.
 */
static MlStatus
drop_aliases(Fit *fit, MlDesignRows *sample)
{
	MlGlm	   *glm = &fit->glm;
	bool	   *kept = ml_allocate(fit->env, (size_t) glm->n, sizeof(bool));
	int		   *aliased = ml_allocate(fit->env, (size_t) glm->n, sizeof(int));
	int			n_aliased;
	int			n_left = 0;
	int			i;

	if (kept == NULL || aliased == NULL)
		return ML_OUT_OF_MEMORY;
	glm->rows = sample != NULL ? sample : &fit->all;
	ML_TRY(find_aliases(fit, kept, aliased, &n_aliased));
	for (i = 0; i < glm->n; i++)
		n_left += !kept[i] && !glm->fixed[i];
	if (n_left > 0 && sample != NULL)
	{
		glm->rows = &fit->all;
		ML_TRY(find_aliases(fit, kept, aliased, &n_aliased));
	}
	glm->rows = &fit->all;
	for (i = 0; i < glm->n_params; i++)
		glm->fixed[i] = glm->fixed[i] || (!kept[i % glm->n] && !glm->fixed[i % glm->n]);
	ml_design_warn_aliased(fit->env, &glm->design, aliased, n_aliased);
	ml_release(fit->env, kept);
	ml_release(fit->env, aliased);
	return ML_OK;
}

/* --------------------------------------------------------------- the fit */

/* What algo/newton.h minimises: it asks for all else at the point of the latest value. */
typedef struct Objective
{
	MlGlm	   *glm;
	double	   *point;			/* (n_params) */
	double	   *curve;			/* losses, or NULL */
	int			n_gradients;
} Objective;

static MlStatus
objective_value(void *state, const double *point, double *value)
{
	Objective  *objective = state;

	memcpy(objective->point, point, (size_t) objective->glm->n_params * sizeof(double));
	return ml_glm_value(objective->glm, point, value);
}

static MlStatus
objective_gradient(void *state, double *gradient, double *diagonal)
{
	Objective  *objective = state;

	ML_TRY(ml_glm_gradient(objective->glm, objective->point, gradient, diagonal));
	if (objective->n_gradients > 0 && objective->curve != NULL)
		objective->curve[objective->n_gradients - 1] = objective->glm->loss;
	ml_report(objective->glm->env, "fitting", -1.0, -1, objective->n_gradients++, NAN);
	return ML_OK;
}

static MlStatus
objective_product(void *state, const double *direction, double *product)
{
	Objective  *objective = state;

	return ml_glm_product(objective->glm, objective->point, direction, product);
}

/* To the minimum from place.point, over the rows of glm. */
static MlStatus
minimise(Fit *fit, int iterations, double tolerance, double *curve, MlNewtonResult *result)
{
	MlGlm	   *glm = &fit->glm;
	double		least = tolerance * sqrt(glm->total_weight * glm->share);
	MlObjective objective;
	Objective	state = {glm, NULL, curve, 0};

	if (fit->dense)
		return ml_glm_newton(glm, iterations, least, &fit->place, curve, result);
	state.point = ml_allocate(fit->env, (size_t) glm->n_params, sizeof(double));
	if (state.point == NULL)
		return ML_OUT_OF_MEMORY;
	objective.n = glm->n_params;
	objective.state = &state;
	objective.value = objective_value;
	objective.gradient = objective_gradient;
	objective.product = objective_product;
	ML_TRY(ml_newton(fit->env, &objective, iterations, least, fit->place.point, result));
	fit->place.value = result->value;
	fit->place.loss = glm->loss;
	ml_release(fit->env, state.point);
	return ML_OK;
}

/* Every few rows of a large table; *sample is NULL for a small one. */
static MlStatus
begin_sample(Fit *fit, MlDesignRows *room, uint32_t **rows, MlDesignRows **sample)
{
	const MlFitInput *input = &fit->input;
	int64_t		wanted = (int64_t) fit->glm.n_params * SAMPLE_ROWS_EACH;
	int64_t		stride;
	int64_t		n;
	int64_t		i;

	*sample = NULL;
	*rows = NULL;
	if (input->n_rows < SAMPLED_FROM)
		return ML_OK;
	if (wanted < SAMPLE_ROWS)
		wanted = SAMPLE_ROWS;
	if (wanted < input->n_rows / SAMPLE_SHARE)
		wanted = input->n_rows / SAMPLE_SHARE;
	stride = input->n_rows / wanted;
	if (stride < 4)
		return ML_OK;
	n = input->n_rows / stride;
	*rows = ml_allocate(fit->env, (size_t) n, sizeof(uint32_t));
	if (*rows == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n; i++)
		(*rows)[i] = input->rows[i * stride];
	ML_TRY(ml_design_rows_begin(fit->env, &fit->glm.design, input->frame, *rows, n, 0, room));
	*sample = room;
	return ML_OK;
}

/*
 * Starting values from a sample. A little ridge keeps what the sample alone
 * would separate near the start.
 */
static MlStatus
fit_sample(Fit *fit, MlDesignRows *sample)
{
	MlGlm	   *glm = &fit->glm;
	double		l2 = glm->l2;
	MlNewtonResult result;

	glm->rows = sample;
	glm->share = (double) sample->n_all / (double) fit->input.n_rows;
	glm->l2 += SAMPLE_RIDGE * glm->total_weight;
	ML_TRY(minimise(fit, SAMPLE_STEPS, SAMPLE_TOLERANCE, NULL, &result));
	glm->rows = &fit->all;
	glm->share = 1.0;
	glm->l2 = l2;
	return ML_OK;
}

/* Is the Hessian small enough to be had? */
static MlStatus
choose_method(Fit *fit)
{
	const MlGlm *glm = &fit->glm;
	int64_t		n_params = (int64_t) glm->n_outputs * glm->n;
	int64_t		columns = glm->design.n_dense + glm->design.n_placed + 1;

	fit->dense = n_params <= MOST_DENSE && (glm->n_outputs + 1) * columns <= MOST_PAIRED;
	if (glm->l1 > 0.0)
		fit->dense = true;
	if (glm->l1 == 0.0 || n_params <= MOST_PENALISED)
		return ML_OK;
	ml_fail(fit->env, ML_LIMIT, "with l1 a model can have %d coefficients, not %lld", MOST_PENALISED,
			(long long) n_params);
	ml_hint(fit->env, "Exclude columns with many categories, or use l2.");
	return ML_LIMIT;
}

static MlStatus
begin(Fit *fit, MlEnv *env, const MlAlgorithm *algorithm, const MlGlmFamily *family,
	  const MlFitInput *input)
{
	MlGlm	   *glm = &fit->glm;

	memset(fit, 0, sizeof(*fit));
	fit->env = env;
	fit->algorithm = algorithm;
	glm->env = env;
	glm->family = family;
	ML_TRY(take_class_weights(fit, input));
	glm->input = &fit->input;
	ML_TRY(take_targets(fit));
	ML_TRY(check_variety(fit));
	ML_TRY(ml_design_make(env, input->signature, &glm->design));
	glm->l1 = input->parameters[ML_GLM_L1];
	glm->l2 = input->parameters[ML_GLM_L2];
	glm->share = 1.0;
	glm->n_outputs = family != NULL ? 1 : input->n_classes;
	glm->n = glm->design.n_slots + 1;
	fit->plain = glm->l1 == 0.0 && glm->l2 == 0.0;
	ML_TRY(choose_method(fit));
	glm->n_params = glm->n_outputs * glm->n;
	glm->fixed = ml_allocate(env, (size_t) glm->n_params, sizeof(bool));
	fit->curve = ml_allocate(env, (size_t) input->parameters[ML_GLM_ITERATIONS], sizeof(double));
	if (glm->fixed == NULL || fit->curve == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_design_rows_begin(env, &glm->design, input->frame, input->rows, input->n_rows, 0,
								&fit->all));
	glm->rows = &fit->all;
	ML_TRY(ml_glm_pass_begin(glm, fit->dense));
	ML_TRY(ml_glm_place_make(env, glm, fit->dense, &fit->place));
	return fix_offset(fit);
}

static void
end(Fit *fit, const MlFitInput *given)
{
	if (fit->input.weight != given->weight)
		ml_release(fit->env, (void *) fit->input.weight);
	ml_release(fit->env, fit->class_weight);
	ml_release(fit->env, fit->class_total);
	ml_release(fit->env, fit->curve);
	ml_release(fit->env, fit->glm.fixed);
	ml_glm_pass_end(&fit->glm);
	ml_glm_place_release(fit->env, &fit->place);
	ml_design_rows_end(&fit->all);
}

static MlStatus
fit_rows(Fit *fit)
{
	const double *parameters = fit->input.parameters;
	MlDesignRows room;
	MlDesignRows *sample;
	uint32_t   *rows;

	ML_TRY(begin_sample(fit, &room, &rows, &sample));
	if (fit->plain && fit->dense)
		ML_TRY(drop_aliases(fit, sample));
	begin_outputs(fit);
	if (sample != NULL)
	{
		ML_TRY(fit_sample(fit, sample));
		ml_design_rows_end(sample);
		ml_release(fit->env, rows);
	}
	return minimise(fit, (int) parameters[ML_GLM_ITERATIONS], parameters[ML_GLM_TOLERANCE], fit->curve,
					&fit->result);
}

/* ----------------------------------------------------------- what came out */

/*
 * Slots whose coefficients the data pull to infinity: endless (n_params).
 * Without a Hessian these are slots that moved although no row is in doubt
 * about them any more.
 */
static MlStatus
find_endless(Fit *fit, bool *endless)
{
	MlGlm	   *glm = &fit->glm;
	double		doubt = CERTAIN * glm->total_weight / (double) fit->input.n_rows;
	double	   *step = ml_allocate(fit->env, (size_t) glm->n_params, sizeof(double));
	double	   *diagonal = ml_allocate(fit->env, (size_t) glm->n_params, sizeof(double));
	int			i;

	if (step == NULL || diagonal == NULL)
		return ML_OUT_OF_MEMORY;
	if (fit->dense)
		ML_TRY(ml_glm_step(glm, &fit->place, LEAST_PIVOT, step, endless));
	else
		ML_TRY(ml_glm_gradient(glm, fit->place.point, step, diagonal));
	for (i = 0; i < glm->n_params; i++)
	{
		if (glm->fixed[i] || i % glm->n == 0)
			endless[i] = false;
		else if (fit->dense)
			endless[i] = endless[i] || fabs(step[i]) > ENDLESS_STEP;
		else
			endless[i] = fit->place.point[i] != 0.0 && diagonal[i] < doubt;
	}
	ml_release(fit->env, step);
	ml_release(fit->env, diagonal);
	return ML_OK;
}

/* Rows that the model does not have on their class's side. */
static MlStatus
count_wrong(Fit *fit, int64_t *n_wrong)
{
	*n_wrong = 0;
	return fit->input.n_classes == 0 ? ML_OK :
		ml_glm_wrong(&fit->glm, fit->place.point, n_wrong);
}

static MlStatus
warn_of_endless(Fit *fit, const bool *endless)
{
	MlGlm	   *glm = &fit->glm;
	char		name[96];
	int			n = 0;
	int			first = 0;
	int			i;

	for (i = glm->n_params - 1; i >= 0; i--)
	{
		if (endless[i])
		{
			first = i % glm->n - 1;
			n++;
		}
	}
	if (n == 0)
		return ML_OK;
	ml_design_slot_name(&glm->design, first, name, sizeof(name));
	if (fit->input.n_classes > 0)
		ml_warn(fit->env, "\"%s\" separates some rows of the classes without error, so without penalty its "
				"coefficient has no finite value (in all %d such); give l2 above 0", name, n);
	else
		ml_warn(fit->env, "rows with \"%s\" have the target 0 only, so without penalty its coefficient has "
				"no finite value (in all %d such); give l2 above 0", name, n);
	return ML_OK;
}

/* endless (n_params) says which coefficients have no finite value. */
static MlStatus
warn_of_result(Fit *fit, bool *endless)
{
	int64_t		n_wrong = 1;
	int			i;

	if (fit->plain)
		ML_TRY(count_wrong(fit, &n_wrong));
	if (fit->input.n_classes > 0 && fit->plain && n_wrong == 0)
	{
		for (i = 0; i < fit->glm.n_params; i++)
			endless[i] = !fit->glm.fixed[i];
		ml_warn(fit->env, "the features separate the classes completely, so without penalty the "
				"coefficients have no finite value; give l2 above 0");
		return ML_OK;
	}
	if (!fit->result.converged)
		ml_warn(fit->env, "%s did not converge in %d iterations: the scaled gradient is %.3g, "
				"the tolerance %.3g; raise iterations, tolerance or l2", fit->algorithm->name,
				fit->result.iterations, fit->result.gradient / sqrt(fit->glm.total_weight),
				fit->input.parameters[ML_GLM_TOLERANCE]);
	if (!fit->result.converged || !fit->plain)
		return ML_OK;
	ML_TRY(find_endless(fit, endless));
	return warn_of_endless(fit, endless);
}

/* The loss as people read it: the mean log loss or the mean deviance. */
static double
mean_loss(const Fit *fit, double loss)
{
	if (fit->input.n_classes > 0)
		return loss / fit->glm.total_weight;
	return 2.0 * (loss - fit->saturated) / fit->glm.total_weight;
}

/*
 * Intercepts of the model: with a penalty those of several classes add up to
 * 0; class weights are taken back; a class without rows counts half a row.
 */
static void
finish_intercepts(Fit *fit)
{
	MlGlm	   *glm = &fit->glm;
	double	   *point = fit->place.point;
	double		sum = 0.0;
	int			present = 0;
	int			k;

	for (k = 0; k < glm->n_outputs && glm->n_outputs > 1; k++)
	{
		if (fit->class_total[k] > 0.0)
		{
			sum += point[k * glm->n];
			present++;
		}
	}
	for (k = 0; k < glm->n_outputs && glm->n_outputs > 1; k++)
	{
		if (!(fit->class_total[k] > 0.0))
			point[k * glm->n] = ml_log(0.5 / (double) fit->input.n_rows);
		else if (!fit->plain)
			point[k * glm->n] -= sum / present;
	}
	if (fit->class_weight == NULL)
		return;
	if (glm->n_outputs == 1)
		point[0] -= ml_log(fit->class_weight[1] / fit->class_weight[0]);
	for (k = 0; k < glm->n_outputs && glm->n_outputs > 1; k++)
		point[k * glm->n] -= ml_log(fit->class_weight[k]);
}

static MlStatus
give(Fit *fit, MlFitted *fitted)
{
	MlEffects  *effects;
	int			i;

	finish_intercepts(fit);
	ML_TRY(ml_effects_make_rows(fit->env, &fit->glm.design, fit->glm.n_outputs, fit->place.point, &effects));
	fitted->model = effects;
	fitted->iterations = fit->result.iterations;
	fitted->train_loss = mean_loss(fit, fit->place.loss);
	fitted->n_curve = fit->result.iterations;
	fitted->curve = ml_allocate(fit->env, (size_t) fitted->n_curve + 1, sizeof(MlCurvePoint));
	if (fitted->curve == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < fitted->n_curve; i++)
		fitted->curve[i] = (MlCurvePoint) {i + 1, mean_loss(fit, fit->curve[i]), NAN};
	return ML_OK;
}

MlStatus
ml_glm_fit(MlEnv *env, const MlAlgorithm *algorithm, const MlGlmFamily *family,
		   const MlFitInput *input, MlFitted *fitted)
{
	Fit			fit;
	bool	   *endless;

	ML_TRY(begin(&fit, env, algorithm, family, input));
	ML_TRY(fit_rows(&fit));
	endless = ml_allocate(env, (size_t) fit.glm.n_params, sizeof(bool));
	if (endless == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(warn_of_result(&fit, endless));
	ML_TRY(give(&fit, fitted));
	ml_release(env, endless);
	end(&fit, input);
	return ML_OK;
}
