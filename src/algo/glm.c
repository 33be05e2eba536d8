/*
 * algo/glm.c
 *		Generalised linear models. See glm.h.
 */
#include "algo/glm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "algo/effects.h"
#include "algo/glm_data.h"
#include "algo/glm_inference.h"
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

typedef struct Fit
{
	MlEnv	   *env;
	const MlAlgorithm *algorithm;
	MlGlmData	data;
	MlGlm		glm;
	MlDesignRows all;
	bool		dense;
	bool		plain;			/* no penalty */
	bool		offset;			/* there is one */
	uint8_t    *reason;			/* (n_params) MlReason, of those that are fixed */
	MlGlmPlace	place;
	double	   *curve;			/* (iterations) losses */
	MlNewtonResult result;
} Fit;

/* ---------------------------------------------------------- the parameters */

static void
fix(Fit *fit, int parameter, MlReason reason)
{
	fit->glm.fixed[parameter] = true;
	fit->reason[parameter] = (uint8_t) reason;
}

/* The coefficient of the offset is 1 in the units of the data. */
static MlStatus
fix_offset(Fit *fit)
{
	MlGlm	   *glm = &fit->glm;
	const MlDesignInput *slots;
	int			column;
	int			k;

	ML_TRY(ml_parameter_column(fit->env, fit->algorithm, &fit->data.input, ML_GLM_OFFSET, &column));
	if (column < 0)
		return ML_OK;
	if (glm->family == NULL)
		return ml_fail(fit->env, ML_INVALID_OPTION,
					   "parameter \"offset\" is not for more than two classes");
	slots = &glm->design.inputs[column];
	for (k = 0; k < slots->n_slots; k++)
		fix(fit, 1 + slots->first_slot + k, ML_REASON_FIXED);
	fit->offset = true;
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
		fit->place.point[0] = glm->family->link(fit->data.mean);
		return;
	}
	for (k = 0; k < glm->n_outputs; k++)
	{
		bool		absent = !(fit->data.class_total[k] > 0.0);

		fit->place.point[k * glm->n] = absent ? NEVER :
			ml_log(fit->data.class_total[k] / fit->data.class_total[fit->data.reference]);
		for (j = 0; j < glm->n; j++)
		{
			if (absent)
				fix(fit, k * glm->n + j, ML_REASON_ABSENT);
			else if (k == fit->data.reference && (j == 0 || fit->plain))
				fix(fit, k * glm->n + j, ML_REASON_REFERENCE);
		}
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
			aliased[(*n_aliased)++] = (int) i;
	}
	ml_release(fit->env, matrix);
	ml_release(fit->env, least);
	return ML_OK;
}

static void
mark_aliased(Fit *fit, int column)
{
	int			k;

	for (k = 0; k < fit->glm.n_outputs; k++)
		fit->reason[k * fit->glm.n + column] = ML_REASON_ALIASED;
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
	{
		if (!kept[i % glm->n] && !glm->fixed[i])
			fix(fit, i, ML_REASON_ABSENT);
	}
	for (i = 0; i < n_aliased; i++)
		mark_aliased(fit, aliased[i]);
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
	const MlFitInput *input = &fit->data.input;
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
	glm->passes = NULL;
	glm->share = (double) sample->n_all / (double) fit->data.input.n_rows;
	glm->l2 += SAMPLE_RIDGE * glm->total_weight;
	ML_TRY(minimise(fit, SAMPLE_STEPS, SAMPLE_TOLERANCE, NULL, &result));
	glm->rows = &fit->all;
	glm->passes = fit->data.input.passes;
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
	if (glm->passes != NULL && (!fit->dense || n_params > ML_MAX_GLM_POINT))
	{
		ml_fail(fit->env, ML_LIMIT, "the driver \"partials\" can fit %d coefficients, not %lld", ML_MAX_GLM_POINT,
				(long long) n_params);
		ml_hint(fit->env, "Exclude columns with many categories, or use the driver \"memory\".");
		return ML_LIMIT;
	}
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
	ML_TRY(ml_glm_data_take(env, algorithm, family, input, &fit->data));
	glm->input = &fit->data.input;
	glm->passes = input->passes;
	glm->total_weight = fit->data.total_weight;
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
	fit->reason = ml_allocate(env, (size_t) glm->n_params, sizeof(uint8_t));
	if (glm->fixed == NULL || fit->curve == NULL || fit->reason == NULL)
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
	ml_glm_data_release(fit->env, given, &fit->data);
	ml_release(fit->env, fit->curve);
	ml_release(fit->env, fit->glm.fixed);
	ml_release(fit->env, fit->reason);
	ml_glm_pass_end(&fit->glm);
	ml_glm_place_release(fit->env, &fit->place);
	ml_design_rows_end(&fit->all);
}

/* The same where passes have the rows, of which those at hand are a sample. */
static MlStatus
fit_gathered(Fit *fit, double *start)
{
	const double *parameters = fit->data.input.parameters;
	double		sums[ML_N_GLM_SUMS];

	if (fit->plain)
		ML_TRY(drop_aliases(fit, NULL));
	begin_outputs(fit);
	memcpy(start, fit->place.point, (size_t) fit->glm.n_params * sizeof(double));
	ML_TRY(fit_sample(fit, &fit->all));
	ML_TRY(minimise(fit, (int) parameters[ML_GLM_ITERATIONS], parameters[ML_GLM_TOLERANCE], fit->curve,
					&fit->result));
	ML_TRY(ml_glm_sums(&fit->glm, fit->place.point, 1.0, false, sums));
	fit->data.saturated = sums[ML_GLM_SUM_SATURATED];
	return ML_OK;
}

/* start (n_params) becomes the starting values before those of a sample. */
static MlStatus
fit_rows(Fit *fit, double *start)
{
	const double *parameters = fit->data.input.parameters;
	MlDesignRows room;
	MlDesignRows *sample;
	uint32_t   *rows;

	/* with passes the rows at hand are a sample */
	if (fit->glm.passes != NULL)
		return fit_gathered(fit, start);
	ML_TRY(begin_sample(fit, &room, &rows, &sample));
	if (fit->plain && fit->dense)
		ML_TRY(drop_aliases(fit, sample));
	begin_outputs(fit);
	memcpy(start, fit->place.point, (size_t) fit->glm.n_params * sizeof(double));
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
 * about them any more. *most is one that moves fastest, or -1.
 */
static MlStatus
find_endless(Fit *fit, bool *endless, int *most)
{
	MlGlm	   *glm = &fit->glm;
	double		doubt = CERTAIN * glm->total_weight / (double) fit->data.input.n_rows;
	double	   *step = ml_allocate(fit->env, (size_t) glm->n_params, sizeof(double));
	double	   *diagonal = ml_allocate(fit->env, (size_t) glm->n_params, sizeof(double));
	double		fastest = -1.0;
	int			i;

	*most = -1;
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
		if (endless[i] && fabs(step[i]) > fastest)
		{
			fastest = fabs(step[i]);
			*most = i;
		}
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
	return fit->data.input.n_classes == 0 ? ML_OK :
		ml_glm_wrong(&fit->glm, fit->place.point, n_wrong);
}

static void
warn_of_endless(Fit *fit, const bool *endless, int most)
{
	MlGlm	   *glm = &fit->glm;
	char		name[96];
	int			n = 0;
	int			i;

	for (i = 0; i < glm->n_params; i++)
		n += endless[i];
	if (most < 0)
		return;
	ml_design_slot_name(&glm->design, most % glm->n - 1, name, sizeof(name));
	if (fit->data.input.n_classes > 0)
		ml_warn(fit->env, "\"%s\" separates some rows of the classes without error, so without penalty its "
				"coefficient has no finite value (in all %d such); give l2 above 0", name, n);
	else
		ml_warn(fit->env, "rows with \"%s\" have the target 0 only, so without penalty its coefficient has "
				"no finite value (in all %d such); give l2 above 0", name, n);
}

/* endless (n_params) says which coefficients have no finite value. */
static MlStatus
warn_of_result(Fit *fit, bool *endless)
{
	int64_t		n_wrong = 1;
	int			most;
	int			i;

	if (fit->plain)
		ML_TRY(count_wrong(fit, &n_wrong));
	if (fit->data.input.n_classes > 0 && fit->plain && n_wrong == 0)
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
				fit->data.input.parameters[ML_GLM_TOLERANCE]);
	if (!fit->result.converged || !fit->plain)
		return ML_OK;
	ML_TRY(find_endless(fit, endless, &most));
	warn_of_endless(fit, endless, most);
	return ML_OK;
}

/* The loss as people read it: the mean log loss or the mean deviance. */
static double
mean_loss(const Fit *fit, double loss)
{
	if (fit->data.input.n_classes > 0)
		return loss / fit->glm.total_weight;
	return 2.0 * (loss - fit->data.saturated) / fit->glm.total_weight;
}

/*
 * point (n_params), the coefficients of the model: with a penalty those of several classes add up to
 * 0; class weights are taken back; a class without rows counts half a row.
 */
static void
finish_intercepts(const Fit *fit, double *point)
{
	const MlGlm *glm = &fit->glm;
	double		sum = 0.0;
	int			present = 0;
	int			k;

	memcpy(point, fit->place.point, (size_t) glm->n_params * sizeof(double));
	for (k = 0; k < glm->n_outputs && glm->n_outputs > 1; k++)
	{
		if (fit->data.class_total[k] > 0.0)
		{
			sum += point[k * glm->n];
			present++;
		}
	}
	for (k = 0; k < glm->n_outputs && glm->n_outputs > 1; k++)
	{
		if (!(fit->data.class_total[k] > 0.0))
			point[k * glm->n] = ml_log(0.5 / (double) fit->data.input.n_rows);
		else if (!fit->plain)
			point[k * glm->n] -= sum / present;
	}
	if (fit->data.class_weight == NULL)
		return;
	if (glm->n_outputs == 1)
		point[0] -= ml_log(fit->data.class_weight[1] / fit->data.class_weight[0]);
	for (k = 0; k < glm->n_outputs && glm->n_outputs > 1; k++)
		point[k * glm->n] -= ml_log(fit->data.class_weight[k]);
}

/*
 * The best model of intercepts alone: the start, and with an offset what a fit
 * with all slots fixed makes of it.
 */
static MlStatus
find_null(Fit *fit, const double *start, double *null_point)
{
	MlGlm	   *glm = &fit->glm;
	size_t		n = (size_t) glm->n_params;
	MlGlmPlace	reached = fit->place;
	bool	   *fixed = glm->fixed;
	MlNewtonResult result;
	size_t		i;

	memcpy(null_point, start, n * sizeof(double));
	if (!fit->offset)
		return ML_OK;
	ML_TRY(ml_glm_place_make(fit->env, glm, fit->dense, &fit->place));
	glm->fixed = ml_allocate(fit->env, n, sizeof(bool));
	if (glm->fixed == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 1; i < n; i++)
		glm->fixed[i] = true;
	memcpy(fit->place.point, start, n * sizeof(double));
	ML_TRY(minimise(fit, (int) fit->data.input.parameters[ML_GLM_ITERATIONS],
					fit->data.input.parameters[ML_GLM_TOLERANCE], NULL, &result));
	memcpy(null_point, fit->place.point, n * sizeof(double));
	ml_glm_place_release(fit->env, &fit->place);
	ml_release(fit->env, glm->fixed);
	glm->fixed = fixed;
	fit->place = reached;
	return ML_OK;
}

/* Why coefficients have no error: for all that are fitted the same, unless some are endless. */
static void
find_reasons(Fit *fit, const bool *endless, MlGlmInferred *inferred)
{
	const MlGlm *glm = &fit->glm;
	MlReason	reason = ML_REASON_NONE;
	int64_t		n_free = 0;
	int			i;

	for (i = 0; i < glm->n_params; i++)
		n_free += !glm->fixed[i];
	if (fit->data.class_weight != NULL)
		reason = ML_REASON_CLASS_WEIGHT;
	else if (!fit->plain)
		reason = glm->l1 > 0.0 ? ML_REASON_SELECTION : ML_REASON_PENALTY;
	else if (!fit->result.converged)
		reason = ML_REASON_NOT_CONVERGED;
	else if (!fit->dense)
		reason = ML_REASON_TOO_MANY;
	else if (n_free >= fit->data.input.n_rows)
		reason = ML_REASON_SATURATED;
	inferred->errors = false;
	for (i = 0; i < glm->n_params; i++)
	{
		if (glm->fixed[i])
			continue;
		fit->reason[i] = (uint8_t) (reason == ML_REASON_NONE && endless[i] ? ML_REASON_SEPARATED : reason);
		inferred->errors = inferred->errors || fit->reason[i] == ML_REASON_NONE;
	}
}

/* The loss of the shares of the classes; NaN where it takes a pass to know. */
static double
null_loss(const Fit *fit)
{
	double		loss = 0.0;
	int			k;

	if (fit->offset || fit->data.input.n_classes == 0)
		return NAN;
	for (k = 0; k < fit->data.input.n_classes; k++)
	{
		double		total = fit->data.class_total[k];

		loss -= total > 0.0 ? total * ml_log(total / fit->data.total_weight) : 0.0;
	}
	return loss;
}

/* Everything about a fit that is over; `model` (n_params) are the coefficients as people get them. */
static MlStatus
infer(Fit *fit, const double *start, const bool *endless, const double *model, MlInference **inference)
{
	MlGlmInferred inferred;
	double	   *null_point = ml_allocate(fit->env, (size_t) fit->glm.n_params, sizeof(double));

	if (null_point == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(find_null(fit, start, null_point));
	find_reasons(fit, endless, &inferred);
	inferred.place = &fit->place;
	inferred.reason = fit->reason;
	inferred.null_point = null_point;
	inferred.null_loss = null_loss(fit);
	inferred.statistics = fit->data.class_weight == NULL;
	ML_TRY(ml_glm_infer(&fit->glm, &inferred, model, inference));
	ml_release(fit->env, null_point);
	return ML_OK;
}

static MlStatus
give(Fit *fit, const double *model, MlFitted *fitted)
{
	MlEffects  *effects;
	int			i;

	ML_TRY(ml_effects_make_rows(fit->env, &fit->glm.design, fit->glm.n_outputs, model, &effects));
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
	size_t		n;
	double	   *start;
	double	   *model;
	bool	   *endless;
	MlInference *inference;

	ML_TRY(begin(&fit, env, algorithm, family, input));
	n = (size_t) fit.glm.n_params;
	start = ml_allocate(env, n, sizeof(double));
	model = ml_allocate(env, n, sizeof(double));
	endless = ml_allocate(env, n, sizeof(bool));
	if (start == NULL || model == NULL || endless == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(fit_rows(&fit, start));
	ML_TRY(warn_of_result(&fit, endless));
	finish_intercepts(&fit, model);
	ML_TRY(give(&fit, model, fitted));
	ML_TRY(infer(&fit, start, endless, model, &inference));
	((MlEffects *) fitted->model)->inference = inference;
	fitted->inference = inference;
	ml_release(env, start);
	ml_release(env, model);
	ml_release(env, endless);
	end(&fit, input);
	return ML_OK;
}
