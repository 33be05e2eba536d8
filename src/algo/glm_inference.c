/*
 * algo/glm_inference.c
 *		Errors of coefficients and statistics of generalised linear models.
 *		See glm_inference.h.
 */
#include "algo/glm_inference.h"

#include <math.h>
#include <string.h>

#include "math/cholesky.h"
#include "math/func.h"

/* Share of a diagonal element below which a column has no information of its own. */
#define LEAST_INFORMATION 1e-13
/* So that residual / sqrt(information) is finite. */
#define SMALLEST_INFORMATION 1e-290

/* Sums over the rows at one point. */
typedef struct Sums
{
	double		deviance;
	double		pearson;
	double		log_likelihood;
} Sums;

static MlStatus
add_up(MlGlm *glm, const double *point, double dispersion, Sums *sums)
{
	const MlGlmFamily *family = glm->family;
	int			n_rows;
	int			i;

	memset(sums, 0, sizeof(*sums));
	if (glm->passes != NULL)
	{
		double		gathered[ML_N_GLM_SUMS];

		ML_TRY(ml_glm_sums(glm, point, dispersion, false, gathered));
		sums->deviance = gathered[ML_GLM_SUM_DEVIANCE];
		sums->pearson = gathered[ML_GLM_SUM_PEARSON];
		sums->log_likelihood = gathered[ML_GLM_SUM_LIKELIHOOD];
		return ML_OK;
	}
	ml_glm_begin_pass(glm, point, NULL);
	do
	{
		ML_TRY(ml_glm_next_block(glm, point, &n_rows));
		for (i = 0; i < n_rows; i++)
		{
			sums->deviance += glm->weight[i] * family->deviance(glm->y[i], glm->margin[i]);
			sums->pearson += glm->weight[i] * family->pearson(glm->y[i], glm->margin[i]);
			sums->log_likelihood +=
				ml_glm_log_likelihood(family, glm->y[i], glm->margin[i], glm->weight[i], dispersion);
		}
	} while (n_rows > 0);
	return ML_OK;
}

/* Coefficients that were fitted. */
static int
count_free(const MlGlm *glm)
{
	int			n = 0;
	int			i;

	for (i = 0; i < glm->n_params; i++)
		n += !glm->fixed[i];
	return n;
}

/* Classes: loss and log-likelihood are the same but for the sign. */
static MlStatus
judge_classes(MlGlm *glm, const MlGlmInferred *inferred, double *statistic)
{
	double		null_loss;
	double		value;

	if (isnan(inferred->null_loss))
		ML_TRY(ml_glm_value(glm, inferred->null_point, &value));
	null_loss = isnan(inferred->null_loss) ? glm->loss : inferred->null_loss;
	statistic[ML_FIT_DEVIANCE] = 2.0 * inferred->place->loss;
	statistic[ML_FIT_NULL_DEVIANCE] = 2.0 * null_loss;
	statistic[ML_FIT_LOG_LIKELIHOOD] = -inferred->place->loss;
	statistic[ML_FIT_PSEUDO_R2] = 1.0 - inferred->place->loss / null_loss;
	return ML_OK;
}

static MlStatus
judge_values(MlGlm *glm, const MlGlmInferred *inferred, double df, double *statistic)
{
	double		dispersion = 1.0;
	Sums		sums;
	Sums		null;

	ML_TRY(add_up(glm, inferred->place->point, dispersion, &sums));
	statistic[ML_FIT_DEVIANCE] = sums.deviance;
	if (df > 0.0)
		statistic[ML_FIT_DISPERSION] = sums.pearson / df;
	if (glm->family->counts_dispersion)
	{
		dispersion = statistic[ML_FIT_DISPERSION];
		ML_TRY(add_up(glm, inferred->place->point, dispersion, &sums));
	}
	ML_TRY(add_up(glm, inferred->null_point, dispersion, &null));
	statistic[ML_FIT_NULL_DEVIANCE] = null.deviance;
	statistic[ML_FIT_LOG_LIKELIHOOD] = sums.log_likelihood;
	statistic[ML_FIT_PSEUDO_R2] = 1.0 - sums.log_likelihood / null.log_likelihood;
	return ML_OK;
}

/* What is not finite is not said. */
static MlStatus
judge_fit(MlGlm *glm, const MlGlmInferred *inferred, double *statistic)
{
	double		n_free = count_free(glm);
	double		n_rows = (double) glm->input->n_rows;
	double		outputs = glm->family != NULL ? 1.0 : glm->n_outputs - 1.0;
	int			i;

	if (glm->input->n_classes > 0)
		ML_TRY(judge_classes(glm, inferred, statistic));
	else
		ML_TRY(judge_values(glm, inferred, n_rows - n_free, statistic));
	if (glm->l1 == 0.0 && glm->l2 == 0.0)
	{
		statistic[ML_FIT_DF_MODEL] = n_free - outputs;
		statistic[ML_FIT_DF_RESIDUAL] = n_rows - n_free;
		statistic[ML_FIT_AIC] = 2.0 * n_free - 2.0 * statistic[ML_FIT_LOG_LIKELIHOOD];
		statistic[ML_FIT_BIC] = n_free * ml_log(n_rows) - 2.0 * statistic[ML_FIT_LOG_LIKELIHOOD];
	}
	for (i = 0; i < ML_N_FIT_STATISTICS; i++)
	{
		if (!isfinite(statistic[i]))
			statistic[i] = NAN;
	}
	return ML_OK;
}

/* ------------------------------------------------------------------ errors */

typedef struct Errors
{
	MlGlm	   *glm;
	const MlGlmInferred *inferred;
	MlInference *inference;
	int			n;				/* of the information */
	double	   *factor;			/* (n, n) of the information */
	bool	   *kept;			/* (n) */
	int		   *columns;		/* (n_kept) of a class, those that are kept */
	int			n_kept;
	double	   *root;			/* (n_kept, n_kept) */
	double		scale;			/* root of the dispersion */
} Errors;

/*
 * The expected information: the Hessian where the link is canonical; for gamma
 * the cross-products, without what is fixed.
 */
static MlStatus
find_information(Errors *errors)
{
	MlGlm	   *glm = errors->glm;
	size_t		n = (size_t) errors->n;
	size_t		i;
	size_t		j;

	if (glm->family == NULL || !glm->family->counts_dispersion)
	{
		memcpy(errors->factor, errors->inferred->place->hessian, n * n * sizeof(double));
		return ML_OK;
	}
	ML_TRY(ml_glm_cross_products(glm, errors->factor));
	for (i = 0; i < n; i++)
	{
		for (j = 0; j < n; j++)
		{
			if (glm->fixed[i] || glm->fixed[j])
				errors->factor[i * n + j] = 0.0;
		}
	}
	return ML_OK;
}

static MlStatus
begin(Errors *errors)
{
	MlEnv	   *env = errors->glm->env;
	size_t		n = (size_t) errors->glm->n_params;
	double	   *least = ml_allocate(env, n, sizeof(double));
	size_t		i;

	errors->n = errors->glm->n_params;
	errors->factor = ml_allocate(env, n * n, sizeof(double));
	errors->kept = ml_allocate(env, n, sizeof(bool));
	errors->columns = ml_allocate(env, (size_t) errors->glm->n, sizeof(int));
	errors->root = ml_allocate(env, (size_t) errors->glm->n * (size_t) errors->glm->n, sizeof(double));
	if (least == NULL || errors->factor == NULL || errors->kept == NULL || errors->columns == NULL ||
		errors->root == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(find_information(errors));
	for (i = 0; i < n; i++)
		least[i] = LEAST_INFORMATION * errors->factor[i * n + i];
	ML_TRY(ml_cholesky(env, errors->n, errors->factor, least, errors->kept));
	ml_release(env, least);
	return ML_OK;
}

static void
end(Errors *errors)
{
	MlEnv	   *env = errors->glm->env;

	ml_release(env, errors->factor);
	ml_release(env, errors->kept);
	ml_release(env, errors->columns);
	ml_release(env, errors->root);
}

/* The columns of an output that have information. */
static void
list_columns(Errors *errors, int output)
{
	int			n = errors->glm->n;
	int			j;

	errors->n_kept = 0;
	for (j = 0; j < n; j++)
	{
		if (errors->kept[output * n + j])
			errors->columns[errors->n_kept++] = j;
	}
}

/* Rows [1, slots] of the block times root (its rows), column k at rows + k * capacity. */
static void
spread_block(const MlGlm *glm, const double *root, double *rows)
{
	const MlDesignBlock *block = &glm->rows->block;
	size_t		stride = (size_t) block->capacity;
	size_t		n_bytes = (size_t) block->n_rows * sizeof(double);
	int			i;
	int			k;
	int			row;

	memcpy(rows, root, n_bytes);
	for (k = 1; k < glm->n; k++)
		memset(rows + stride * (size_t) k, 0, n_bytes);
	for (i = 0; i < glm->design.signature->n_inputs; i++)
	{
		const MlDesignInput *input = &glm->design.inputs[i];
		size_t		offset = (size_t) input->column * stride;
		double	   *first = rows + stride * (size_t) (1 + input->first_slot);

		if (input->place != NULL)
		{
			const uint16_t *place = block->place + offset;

			for (row = 0; row < block->n_rows; row++)
			{
				if (place[row] > 0)
					first[stride * (size_t) (place[row] - 1) + (size_t) row] = root[row];
			}
			continue;
		}
		for (k = 0; k < input->n_slots; k++)
		{
			const double *dense = block->dense + offset + (size_t) k * stride;

			for (row = 0; row < block->n_rows; row++)
				first[stride * (size_t) k + (size_t) row] = root[row] * dense[row];
		}
	}
}

/* Roots of the information of the rows of the block, and residuals in their units. */
static void
find_errors(MlGlm *glm, double *root, double *error)
{
	int			i;

	for (i = 0; i < glm->rows->block.n_rows; i++)
	{
		double		information = glm->weight[i] * glm->family->information(glm->margin[i]);
		double		residual;

		if (information < SMALLEST_INFORMATION)
			information = SMALLEST_INFORMATION;
		root[i] = sqrt(information);
		residual = glm->family->kind == ML_GLM_GAMMA ?
			glm->y[i] / glm->family->mean(glm->margin[i]) - 1.0 : glm->y[i] - glm->family->mean(glm->margin[i]);
		error[i] = glm->weight[i] * residual / root[i];
	}
}

static MlStatus
add_robust(Errors *errors, MlRobust *robust)
{
	MlGlm	   *glm = errors->glm;
	size_t		capacity = (size_t) glm->rows->block.capacity;
	double	   *rows = ml_allocate(glm->env, (size_t) glm->n * capacity, sizeof(double));
	double	   *root = ml_allocate(glm->env, capacity, sizeof(double));
	double	   *error = ml_allocate(glm->env, capacity, sizeof(double));
	const double *point = errors->inferred->place->point;
	int			n_rows;

	if (rows == NULL || root == NULL || error == NULL)
		return ML_OUT_OF_MEMORY;
	ml_glm_begin_pass(glm, point, NULL);
	do
	{
		ML_TRY(ml_glm_next_block(glm, point, &n_rows));
		find_errors(glm, root, error);
		spread_block(glm, root, rows);
		ML_TRY(ml_robust_add(robust, rows, (int) capacity, n_rows, error));
	} while (n_rows > 0);
	ml_release(glm->env, rows);
	ml_release(glm->env, root);
	ml_release(glm->env, error);
	return ML_OK;
}

/* One output: a root of the whole covariance, and robust errors. */
static MlStatus
infer_one(Errors *errors)
{
	MlGlm	   *glm = errors->glm;
	MlRobust	robust;

	list_columns(errors, 0);
	ML_TRY(ml_cholesky_root(glm->env, errors->n, errors->factor, errors->kept, errors->root));
	if (glm->passes != NULL)	/* robust errors need the rows */
		return ml_inference_errors(glm->env, errors->inference, &glm->design, -1, errors->columns,
								   errors->n_kept, errors->root, errors->scale, true, NULL);
	ML_TRY(ml_robust_begin(glm->env, errors->columns, errors->n_kept, errors->root, &robust));
	ML_TRY(add_robust(errors, &robust));
	ML_TRY(ml_inference_errors(glm->env, errors->inference, &glm->design, -1, errors->columns,
							   errors->n_kept, errors->root, errors->scale, true, &robust));
	ml_robust_end(&robust);
	return ML_OK;
}

/*
 * A class among several: the root of its block of the covariance. Cholesky's
 * lower triangle of the block turned around is an upper one turned around.
 */
static MlStatus
infer_class(Errors *errors, int class, const double *covariance, double *block)
{
	MlGlm	   *glm = errors->glm;
	MlEnv	   *env = glm->env;
	size_t		m;
	double	   *least;
	bool	   *kept;
	size_t		p;
	size_t		q;

	list_columns(errors, class);
	m = (size_t) errors->n_kept;
	least = ml_allocate(env, m + 1, sizeof(double));
	kept = ml_allocate(env, m + 1, sizeof(bool));
	if (least == NULL || kept == NULL)
		return ML_OUT_OF_MEMORY;
	for (p = 0; p < m; p++)
	{
		size_t		row = (size_t) (class * glm->n + errors->columns[m - 1 - p]);

		for (q = 0; q <= p; q++)
			block[p * m + q] = covariance[row * (size_t) errors->n +
										  (size_t) (class * glm->n + errors->columns[m - 1 - q])];
	}
	ML_TRY(ml_cholesky(env, errors->n_kept, block, least, kept));
	for (q = 0; q < m; q++)
	{
		for (p = 0; p < m; p++)
			errors->root[q * m + p] = p <= q ? block[(m - 1 - p) * m + (m - 1 - q)] : 0.0;
	}
	ML_TRY(ml_inference_errors(env, errors->inference, &glm->design, class, errors->columns,
							   errors->n_kept, errors->root, errors->scale, true, NULL));
	ml_release(env, least);
	ml_release(env, kept);
	return ML_OK;
}

static MlStatus
infer_classes(Errors *errors)
{
	MlGlm	   *glm = errors->glm;
	size_t		n = (size_t) errors->n;
	double	   *covariance = ml_allocate(glm->env, n * n, sizeof(double));
	double	   *block = ml_allocate(glm->env, (size_t) glm->n * (size_t) glm->n, sizeof(double));
	int			k;

	if (covariance == NULL || block == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_cholesky_inverse(glm->env, errors->n, errors->factor, errors->kept, covariance));
	for (k = 0; k < glm->n_outputs; k++)
		ML_TRY(infer_class(errors, k, covariance, block));
	ml_release(glm->env, covariance);
	ml_release(glm->env, block);
	return ML_OK;
}

/* A coefficient without a finite value took part, so that others are right; it has no error itself. */
static MlStatus
forget_endless(Errors *errors, int class)
{
	MlGlm	   *glm = errors->glm;
	MlInference *inference = errors->inference;
	const uint8_t *reason = errors->inferred->reason + (class > 0 ? class * glm->n : 0);
	int			n = (int) ml_terms_count(glm->design.signature);
	int			first = class > 0 ? class * n : 0;
	MlTerm	   *terms = ml_allocate(glm->env, (size_t) n, sizeof(MlTerm));
	int			i;

	if (terms == NULL)
		return ML_OUT_OF_MEMORY;
	ml_terms_list(&glm->design, class, terms);
	for (i = 0; i < n; i++)
	{
		uint8_t		own = terms[i].reference ? ML_REASON_REFERENCE : reason[1 + terms[i].slot];

		if (own == ML_REASON_NONE && isnan(inference->std_error[first + i]))
			own = ML_REASON_SEPARATED;
		if (own == ML_REASON_NONE)
			continue;
		inference->std_error[first + i] = NAN;
		inference->robust[first + i] = NAN;
		inference->reason[first + i] = own;
	}
	ml_release(glm->env, terms);
	return ML_OK;
}

static MlStatus
find_all_errors(MlGlm *glm, const MlGlmInferred *inferred, MlInference *inference)
{
	Errors		errors = {0};
	int			k;

	errors.glm = glm;
	errors.inferred = inferred;
	errors.inference = inference;
	errors.scale = glm->family != NULL && glm->family->counts_dispersion ?
		sqrt(inference->statistic[ML_FIT_DISPERSION]) : 1.0;
	ML_TRY(begin(&errors));
	if (glm->family != NULL)
		ML_TRY(infer_one(&errors));
	else
		ML_TRY(infer_classes(&errors));
	for (k = 0; k < glm->n_outputs; k++)
		ML_TRY(forget_endless(&errors, glm->family != NULL ? -1 : k));
	end(&errors);
	return ML_OK;
}

MlStatus
ml_glm_infer(MlGlm *glm, const MlGlmInferred *inferred, const double *point, MlInference **inference)
{
	int			k;

	ML_TRY(ml_inference_make(glm->env, &glm->design, glm->input->n_classes, inference));
	(*inference)->ratios = true;
	for (k = 0; k < glm->n_outputs; k++)
		ML_TRY(ml_inference_estimate(glm->env, *inference, &glm->design, glm->family != NULL ? -1 : k,
									 point + k * glm->n, true, inferred->reason + k * glm->n));
	if (inferred->statistics)
		ML_TRY(judge_fit(glm, inferred, (*inference)->statistic));
	return inferred->errors ? find_all_errors(glm, inferred, *inference) : ML_OK;
}
