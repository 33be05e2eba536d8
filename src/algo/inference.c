/*
 * algo/inference.c
 *		Terms, their estimates in the units of the data, and their errors.
 *
 * The coefficients b of the design belong to standardised numbers
 * (x - mean) * scale. In the units of the data a number has b scale and the
 * intercept is b_0 - sum b_k scale_k mean_k: each term is t'b for a short t,
 * so its variance is t'U U't, the square of a length.
 */
#include "algo/inference.h"

#include <math.h>
#include <string.h>

#include "math/gram.h"
#include "math/sum.h"

/* Leverage from which on a row is alone with some coefficient. */
#define ALONE 1e-9

/* Share of a row's pull on a coefficient that is more than rounding. */
#define DECIDES 1e-6

/* Rows whose products with the root are had at once. */
#define ROBUST_ROWS 1024

const char *
ml_fit_statistic_name(MlFitStatistic statistic)
{
	static const char *const names[ML_N_FIT_STATISTICS] = {
		[ML_FIT_R2] = "r2",
		[ML_FIT_ADJUSTED_R2] = "adjusted_r2",
		[ML_FIT_F] = "f",
		[ML_FIT_F_P_VALUE] = "f_p_value",
		[ML_FIT_SIGMA] = "sigma",
		[ML_FIT_AIC] = "aic",
		[ML_FIT_BIC] = "bic",
		[ML_FIT_LOG_LIKELIHOOD] = "log_likelihood",
		[ML_FIT_DEVIANCE] = "deviance",
		[ML_FIT_NULL_DEVIANCE] = "null_deviance",
		[ML_FIT_CONDITION_NUMBER] = "condition_number",
		[ML_FIT_DF_MODEL] = "df_model",
		[ML_FIT_DF_RESIDUAL] = "df_residual",
		[ML_FIT_PSEUDO_R2] = "pseudo_r2",
		[ML_FIT_DISPERSION] = "dispersion",
		[ML_FIT_LAMBDA] = "lambda",
		[ML_FIT_NONZERO] = "nonzero"
	};

	return names[statistic];
}

const char *
ml_reason_text(MlReason reason)
{
	static const char *const texts[ML_N_REASONS] = {
		[ML_REASON_NONE] = NULL,
		[ML_REASON_REFERENCE] = "reference level",
		[ML_REASON_ALIASED] = "other columns determine it",
		[ML_REASON_ABSENT] = "no row has it, or all rows the same",
		[ML_REASON_FIXED] = "fixed by a parameter",
		[ML_REASON_PENALTY] = "penalised",
		[ML_REASON_SELECTION] = "selected by the data",
		[ML_REASON_SATURATED] = "as many coefficients as rows",
		[ML_REASON_SEPARATED] = "no finite value",
		[ML_REASON_NOT_CONVERGED] = "not converged",
		[ML_REASON_TOO_MANY] = "too many columns",
		[ML_REASON_UNKNOWN] = "not computed for this version",
		[ML_REASON_CLASS_WEIGHT] = "weighted by class"
	};

	return texts[reason];
}

static int
terms_of_input(const MlInput *input)
{
	return (input->category ? input->n_levels + input->has_other : 1) + input->has_missing;
}

int64_t
ml_terms_count(const MlSignature *signature)
{
	int64_t		count = 1;
	int			i;

	for (i = 0; i < signature->n_inputs; i++)
		count += terms_of_input(&signature->inputs[i]);
	return count;
}

/* Place 0 of a category is its reference. */
static MlTerm
category_term(const MlDesignInput *entry, int class, int input, MlTermKind kind, int level, int place)
{
	int			slot = entry->place[place] == 0 ? -1 : entry->first_slot + entry->place[place] - 1;

	return (MlTerm) {class, input, kind, level, slot, slot < 0};
}

void
ml_terms_list(const MlDesign *design, int class, MlTerm *terms)
{
	int			i;
	int			level;

	*terms++ = (MlTerm) {class, -1, ML_TERM_INTERCEPT, -1, -1, false};
	for (i = 0; i < design->signature->n_inputs; i++)
	{
		const MlInput *input = &design->signature->inputs[i];
		const MlDesignInput *entry = &design->inputs[i];

		if (!input->category)
		{
			*terms++ = (MlTerm) {class, i, ML_TERM_NUMBER, -1, entry->first_slot, false};
			if (input->has_missing)
				*terms++ = (MlTerm) {class, i, ML_TERM_MISSING, -1, entry->first_slot + 1, false};
			continue;
		}
		for (level = 0; level < input->n_levels; level++)
			*terms++ = category_term(entry, class, i, ML_TERM_LEVEL, level, level);
		if (input->has_other)
			*terms++ = category_term(entry, class, i, ML_TERM_OTHER, -1, input->n_levels);
		if (input->has_missing)
			*terms++ = category_term(entry, class, i, ML_TERM_MISSING, -1, input->n_levels + 1);
	}
}

MlStatus
ml_inference_make(MlEnv *env, const MlDesign *design, int n_classes, MlInference **inference)
{
	int64_t		n_terms = ml_terms_count(design->signature) * (n_classes > 2 ? n_classes : 1);
	MlInference *made = ml_allocate(env, 1, sizeof(MlInference));
	int64_t		i;

	if (made == NULL || n_terms > INT32_MAX)
		return ML_OUT_OF_MEMORY;
	made->n_terms = (int) n_terms;
	made->estimate = ml_allocate(env, (size_t) n_terms, sizeof(double));
	made->std_error = ml_allocate(env, (size_t) n_terms, sizeof(double));
	made->robust = ml_allocate(env, (size_t) n_terms, sizeof(double));
	made->reason = ml_allocate(env, (size_t) n_terms, sizeof(uint8_t));
	if (made->estimate == NULL || made->std_error == NULL || made->robust == NULL || made->reason == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_terms; i++)
	{
		made->std_error[i] = NAN;
		made->robust[i] = NAN;
		made->reason[i] = ML_REASON_UNKNOWN;
	}
	for (i = 0; i < ML_N_FIT_STATISTICS; i++)
		made->statistic[i] = NAN;
	*inference = made;
	return ML_OK;
}

/* How much of the intercept at x = 0 a slot takes away, per unit of its coefficient. */
static double
offset_of_slot(const MlDesign *design, int input)
{
	return design->inputs[input].scale * design->signature->inputs[input].mean;
}

/* Room for the terms of a class and where they begin in the arrays. */
static MlStatus
list_terms(MlEnv *env, const MlDesign *design, int class, MlTerm **terms, int *n, int *first)
{
	*n = (int) ml_terms_count(design->signature);
	*first = class < 0 ? 0 : class * *n;
	*terms = ml_allocate(env, (size_t) *n, sizeof(MlTerm));
	if (*terms == NULL)
		return ML_OUT_OF_MEMORY;
	ml_terms_list(design, class, *terms);
	return ML_OK;
}

MlStatus
ml_inference_estimate(MlEnv *env, MlInference *inference, const MlDesign *design, int class,
					  const double *coefficients, bool centred, const uint8_t *reasons)
{
	MlExactSum	intercept;
	MlTerm	   *terms;
	int			n;
	int			first;
	int			i;

	ML_TRY(list_terms(env, design, class, &terms, &n, &first));
	ml_sum_begin(&intercept);
	ml_sum_add(&intercept, coefficients[0]);
	for (i = 1; i < n; i++)
	{
		const MlTerm *term = &terms[i];
		double		value = term->reference ? 0.0 : coefficients[1 + term->slot];

		if (term->kind == ML_TERM_NUMBER)
		{
			if (centred)
				ml_sum_add(&intercept, -value * offset_of_slot(design, term->input));
			value *= design->inputs[term->input].scale;
		}
		inference->estimate[first + i] = value;
		inference->reason[first + i] = term->reference ? ML_REASON_REFERENCE : reasons[1 + term->slot];
	}
	inference->estimate[first] = ml_sum_value(&intercept);
	inference->reason[first] = reasons[0];
	ml_release(env, terms);
	for (i = 0; i < n; i++)
	{
		if (!isfinite(inference->estimate[first + i]))
			return ml_fail(env, ML_INVALID_DATA, "the coefficients are beyond double precision");
	}
	return ML_OK;
}

/* One term's errors: v = root' t is all that is needed. */
typedef struct Errors
{
	MlInference *inference;
	const MlDesign *design;
	const int  *kept;
	int			m;
	const double *root;
	double		scale;
	const MlRobust *robust;
	int		   *place;			/* (1 + n_slots) where a column is among those kept, or -1 */
	double	   *v;				/* (m) */
} Errors;

/* v = root' t for a t with one entry. */
static void
project_one(Errors *errors, int at, double factor)
{
	size_t		m = (size_t) errors->m;
	int			k;

	memset(errors->v, 0, m * sizeof(double));
	for (k = at; k < errors->m; k++)
		errors->v[k] = factor * errors->root[(size_t) k * m + (size_t) at];
}

/* The same for the intercept at x = 0. */
static void
project_intercept(Errors *errors, bool centred)
{
	const MlSignature *signature = errors->design->signature;
	size_t		m = (size_t) errors->m;
	int			i;
	int			k;

	project_one(errors, errors->place[0], 1.0);
	for (i = 0; i < signature->n_inputs && centred; i++)
	{
		int			at = signature->inputs[i].category ? -1 :
			errors->place[1 + errors->design->inputs[i].first_slot];
		double		offset = offset_of_slot(errors->design, i);

		for (k = at; k >= 0 && k < errors->m; k++)
			errors->v[k] -= offset * errors->root[(size_t) k * m + (size_t) at];
	}
}

static double
length(const double *values, int n)
{
	double		sum = 0.0;
	int			i;

	for (i = 0; i < n; i++)
		sum += values[i] * values[i];
	return sqrt(sum);
}

/* The length of v in the metric of the middle of the sandwich. */
static double
robust_length(const Errors *errors)
{
	size_t		m = (size_t) errors->m;
	double		sum = 0.0;
	int			k;
	int			i;

	for (k = 0; k < errors->m; k++)
	{
		const double *column = errors->robust->meat + (size_t) k * m;
		double		half = 0.5 * column[k] * errors->v[k];

		for (i = 0; i < k; i++)
			half += column[i] * errors->v[i];
		sum += 2.0 * half * errors->v[k];
	}
	return sqrt(sum > 0.0 ? sum : 0.0);
}

static void
put_errors(const Errors *errors, int index, bool alone)
{
	MlInference *inference = errors->inference;
	double		error = errors->scale * length(errors->v, errors->m);

	if (!isfinite(error))
		return;
	inference->std_error[index] = error;
	inference->reason[index] = ML_REASON_NONE;
	if (errors->robust != NULL && !alone)
	{
		double		robust = robust_length(errors);

		inference->robust[index] = isfinite(robust) ? robust : NAN;
	}
}

/* Is a number that the intercept at x = 0 goes by decided by a row alone? */
static bool
intercept_alone(const Errors *errors, bool centred)
{
	const MlSignature *signature = errors->design->signature;
	int			i;

	if (errors->robust == NULL || errors->robust->alone[errors->place[0]])
		return true;
	for (i = 0; i < signature->n_inputs && centred; i++)
	{
		int			at = signature->inputs[i].category ? -1 :
			errors->place[1 + errors->design->inputs[i].first_slot];

		if (at >= 0 && errors->robust->alone[at])
			return true;
	}
	return false;
}

static MlStatus
begin_errors(MlEnv *env, Errors *errors)
{
	int			n = errors->design->n_slots + 1;
	int			k;

	errors->place = ml_allocate(env, (size_t) n, sizeof(int));
	errors->v = ml_allocate(env, (size_t) errors->m + 1, sizeof(double));
	if (errors->place == NULL || errors->v == NULL)
		return ML_OUT_OF_MEMORY;
	for (k = 0; k < n; k++)
		errors->place[k] = -1;
	for (k = 0; k < errors->m; k++)
		errors->place[errors->kept[k]] = k;
	return ML_OK;
}

MlStatus
ml_inference_errors(MlEnv *env, MlInference *inference, const MlDesign *design, int class,
					const int *kept, int n_kept, const double *root, double scale,
					bool centred, const MlRobust *robust)
{
	Errors		errors = {inference, design, kept, n_kept, root, scale, robust, NULL, NULL};
	MlTerm	   *terms;
	int			n;
	int			first;
	int			i;

	ML_TRY(list_terms(env, design, class, &terms, &n, &first));
	ML_TRY(begin_errors(env, &errors));
	if (errors.place[0] >= 0)
	{
		project_intercept(&errors, centred);
		put_errors(&errors, first, intercept_alone(&errors, centred));
	}
	for (i = 1; i < n; i++)
	{
		int			at = terms[i].reference ? -1 : errors.place[1 + terms[i].slot];

		ML_TRY(ml_check_stop(env));
		if (at < 0)
			continue;
		project_one(&errors, at, terms[i].kind == ML_TERM_NUMBER ? design->inputs[terms[i].input].scale : 1.0);
		put_errors(&errors, first + i, robust != NULL && robust->alone[at]);
	}
	ml_release(env, terms);
	ml_release(env, errors.place);
	ml_release(env, errors.v);
	return ML_OK;
}

MlStatus
ml_robust_begin(MlEnv *env, const int *kept, int n_kept, const double *root, MlRobust *robust)
{
	size_t		m = (size_t) n_kept;

	memset(robust, 0, sizeof(*robust));
	robust->env = env;
	robust->n_kept = n_kept;
	robust->kept = kept;
	robust->root = root;
	robust->meat = ml_allocate(env, m * m + 1, sizeof(double));
	robust->alone = ml_allocate(env, m + 1, sizeof(bool));
	return robust->meat != NULL && robust->alone != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

void
ml_robust_end(MlRobust *robust)
{
	ml_release(robust->env, robust->meat);
	ml_release(robust->env, robust->alone);
	ml_release(robust->env, robust->z);
}

/* Which coefficients go by a row alone: root z is how it pulls at them. */
static void
mark_alone(MlRobust *robust, const double *z, size_t stride)
{
	size_t		m = (size_t) robust->n_kept;
	size_t		i;
	size_t		k;

	for (i = 0; i < m; i++)
	{
		double		pull = 0.0;
		double		norm = 0.0;

		for (k = i; k < m; k++)
		{
			pull += robust->root[k * m + i] * z[k * stride];
			norm += robust->root[k * m + i] * robust->root[k * m + i];
		}
		if (fabs(pull) > DECIDES * sqrt(norm))
			robust->alone[i] = true;
	}
}

/* z times e / (1 - h), row by row. */
static MlStatus
weigh_rows(MlRobust *robust, size_t stride, int n_rows, const double *error, double *pull)
{
	int			k;
	int			row;

	memset(pull, 0, (size_t) n_rows * sizeof(double));
	for (k = 0; k < robust->n_kept; k++)
	{
		const double *z = robust->z + stride * (size_t) k;

		for (row = 0; row < n_rows; row++)
			pull[row] += z[row] * z[row];
	}
	for (row = 0; row < n_rows; row++)
	{
		double		rest = 1.0 - pull[row];

		if (rest > ALONE)
			pull[row] = error[row] / rest;
		else
		{
			ML_TRY(ml_check_stop(robust->env));
			mark_alone(robust, robust->z + row, stride);
			pull[row] = 0.0;
		}
	}
	for (k = 0; k < robust->n_kept; k++)
	{
		double	   *z = robust->z + stride * (size_t) k;

		for (row = 0; row < n_rows; row++)
			z[row] *= pull[row];
	}
	return ML_OK;
}

MlStatus
ml_robust_add(MlRobust *robust, const double *rows, int stride, int n_rows, const double *error)
{
	double		pull[ROBUST_ROWS];
	int			at;

	/* products have the stride of the rows */
	if (robust->z == NULL)
		robust->z = ml_allocate(robust->env, (size_t) robust->n_kept + 1, (size_t) stride * sizeof(double));
	if (robust->z == NULL)
		return ML_OUT_OF_MEMORY;
	for (at = 0; at < n_rows; at += ROBUST_ROWS)
	{
		int			n = n_rows - at < ROBUST_ROWS ? n_rows - at : ROBUST_ROWS;

		ML_TRY(ml_times_triangle(robust->env, rows + at, stride, n, robust->kept, robust->n_kept,
								 robust->root, robust->z));
		ML_TRY(weigh_rows(robust, (size_t) stride, n, error + at, pull));
		ML_TRY(ml_gram_add(robust->env, robust->z, stride, n, robust->n_kept, robust->meat));
	}
	return ML_OK;
}

void
ml_inference_write(const MlInference *inference, MlWriter *writer)
{
	size_t		n = inference == NULL ? 0 : (size_t) inference->n_terms;

	ml_write_u8(writer, inference != NULL);
	if (inference == NULL)
		return;
	ml_write_u8(writer, inference->ratios);
	ml_write_f64(writer, inference->df);
	ml_write_array(writer, inference->estimate, n, sizeof(double));
	ml_write_array(writer, inference->std_error, n, sizeof(double));
	ml_write_array(writer, inference->robust, n, sizeof(double));
	ml_write_array(writer, inference->reason, n, sizeof(uint8_t));
}

/* An error is there when there is no reason why not, and only then. */
static bool
is_sound(const MlInference *inference)
{
	int			i;

	if (!(inference->df >= 0 && isfinite(inference->df)))
		return false;
	for (i = 0; i < inference->n_terms; i++)
	{
		double		error = inference->std_error[i];
		double		robust = inference->robust[i];
		bool		given = error >= 0 && isfinite(error);

		if (!isfinite(inference->estimate[i]) || inference->reason[i] >= ML_N_REASONS ||
			given != (inference->reason[i] == ML_REASON_NONE) || (!given && !isnan(error)) ||
			!(isnan(robust) || (given && robust >= 0 && isfinite(robust))))
			return false;
	}
	return true;
}

MlStatus
ml_inference_read(MlEnv *env, MlReader *reader, int64_t n_terms, MlInference **inference)
{
	uint8_t		present = ml_read_u8(reader);
	uint8_t		ratios;
	MlInference *made;
	size_t		n = (size_t) n_terms;

	*inference = NULL;
	if (present == 0 && !ml_reader_failed(reader))
		return ML_OK;
	ratios = ml_read_u8(reader);
	if (ml_reader_failed(reader) || present > 1 || ratios > 1 || n_terms > INT32_MAX)
		return ml_fail(env, ML_CORRUPT, "the errors of coefficients are damaged");
	made = ml_allocate(env, 1, sizeof(MlInference));
	if (made == NULL)
		return ML_OUT_OF_MEMORY;
	made->n_terms = (int) n_terms;
	made->ratios = ratios;
	made->df = ml_read_f64(reader);
	/* only read from; the type is that of a fit, which fills them */
	made->estimate = (double *) ml_read_array(reader, n, sizeof(double));
	made->std_error = (double *) ml_read_array(reader, n, sizeof(double));
	made->robust = (double *) ml_read_array(reader, n, sizeof(double));
	made->reason = (uint8_t *) ml_read_array(reader, n, sizeof(uint8_t));
	if (ml_reader_failed(reader) || !is_sound(made))
		return ml_fail(env, ML_CORRUPT, "the errors of coefficients are damaged");
	*inference = made;
	return ML_OK;
}
