/*
 * algo/glm_pass.c
 *		Passes over the rows of a generalised linear model. See glm_pass.h.
 *
 * Rows go by blocks in the given order, so equal input gives equal bits.
 */
#include "algo/glm_pass.h"

#include <string.h>

/* Matrices of pairs of outputs k >= l, by number. */
static int
pair_number(int k, int l)
{
	return k * (k + 1) / 2 + l;
}

MlStatus
ml_glm_pass_begin(MlGlm *glm, bool dense)
{
	MlEnv	   *env = glm->env;
	size_t		capacity = (size_t) glm->rows->block.capacity;
	size_t		outputs = (size_t) glm->n_outputs;
	size_t		n_wide = (size_t) glm->design.n_wide + 1;

	glm->y = ml_allocate(env, capacity, sizeof(double));
	glm->weight = ml_allocate(env, capacity, sizeof(double));
	glm->margin = ml_allocate(env, outputs * capacity, sizeof(double));
	glm->turn = ml_allocate(env, outputs * capacity, sizeof(double));
	glm->residual = ml_allocate(env, capacity, sizeof(double));
	glm->curvature = ml_allocate(env, capacity, sizeof(double));
	glm->wide = ml_allocate(env, outputs * n_wide, sizeof(double));
	glm->turn_wide = ml_allocate(env, outputs * n_wide, sizeof(double));
	glm->sum = ml_allocate(env, outputs * n_wide, sizeof(double));
	glm->squares = ml_allocate(env, outputs * n_wide, sizeof(double));
	if (glm->y == NULL || glm->weight == NULL || glm->margin == NULL || glm->turn == NULL ||
		glm->residual == NULL || glm->curvature == NULL || glm->wide == NULL ||
		glm->turn_wide == NULL || glm->sum == NULL || glm->squares == NULL)
		return ML_OUT_OF_MEMORY;
	if (!dense)
		return ML_OK;
	ML_TRY(ml_design_gram_begin(env, &glm->design, (int) capacity, &glm->gram));
	glm->sums = ml_allocate(env, (size_t) pair_number(glm->n_outputs, 0) * ml_design_gram_size(&glm->gram),
							sizeof(double));
	return glm->sums != NULL ? ML_OK : ML_OUT_OF_MEMORY;
}

void
ml_glm_pass_end(MlGlm *glm)
{
	ml_release(glm->env, glm->y);
	ml_release(glm->env, glm->weight);
	ml_release(glm->env, glm->margin);
	ml_release(glm->env, glm->turn);
	ml_release(glm->env, glm->residual);
	ml_release(glm->env, glm->curvature);
	ml_release(glm->env, glm->wide);
	ml_release(glm->env, glm->turn_wide);
	ml_release(glm->env, glm->sum);
	ml_release(glm->env, glm->squares);
	if (glm->sums != NULL)
	{
		ml_design_gram_end(glm->env, &glm->gram);
		ml_release(glm->env, glm->sums);
	}
}

bool
ml_glm_penalised(const MlGlm *glm, int parameter)
{
	return parameter % glm->n != 0 && !glm->fixed[parameter];
}

void
ml_glm_begin_pass(MlGlm *glm, const double *point, const double *direction)
{
	size_t		n_wide = (size_t) glm->design.n_wide;
	int			k;

	for (k = 0; k < glm->n_outputs; k++)
	{
		size_t		offset = (size_t) k * n_wide;
		int			first = k * glm->n;

		ml_design_widen(&glm->design, point + first + 1, glm->wide + offset);
		if (direction != NULL)
			ml_design_widen(&glm->design, direction + first + 1, glm->turn_wide + offset);
	}
	memset(glm->sum, 0, (size_t) glm->n_outputs * n_wide * sizeof(double));
	memset(glm->squares, 0, (size_t) glm->n_outputs * n_wide * sizeof(double));
	glm->loss = 0.0;
	ml_design_rows_rewind(glm->rows);
}

/* Margins of the block for the coefficients in one of the two wide layouts. */
static void
find_margins(MlGlm *glm, const double *point, const double *wide, double *margin)
{
	int			k;

	for (k = 0; k < glm->n_outputs; k++)
		ml_design_margin(&glm->design, &glm->rows->block, point[k * glm->n],
						 wide + (size_t) k * (size_t) glm->design.n_wide,
						 margin + (size_t) k * (size_t) glm->rows->block.capacity);
}

MlStatus
ml_glm_next_block(MlGlm *glm, const double *point, int *n_rows)
{
	const MlFitInput *input = glm->input;
	int			i;

	ML_TRY(ml_design_rows_next(glm->rows));
	*n_rows = glm->rows->block.n_rows;
	for (i = 0; i < *n_rows; i++)
	{
		uint32_t	row = glm->rows->rows[i];

		glm->y[i] = input->y[row];
		glm->weight[i] = input->weight != NULL ? input->weight[row] : 1.0;
	}
	if (point != NULL && *n_rows > 0)
		find_margins(glm, point, glm->wide, glm->margin);
	return ML_OK;
}

/*
 * The loss of the block; residual and curvature of the only output, or all
 * probabilities in place of the margins.
 */
static double
judge(MlGlm *glm)
{
	MlGlmBlock	block;

	block.n = glm->rows->block.n_rows;
	block.y = glm->y;
	block.weight = glm->weight;
	block.margin = glm->margin;
	block.stride = (size_t) glm->rows->block.capacity;
	if (glm->family == NULL)
		return ml_multinomial_judge(&block, glm->n_outputs, glm->margin);
	return glm->family->judge(&block, glm->residual, glm->curvature);
}

/* Residuals of an output, after judge(). */
static void
find_residual(MlGlm *glm, int output)
{
	const double *p = glm->margin + (size_t) output * (size_t) glm->rows->block.capacity;
	int			i;

	if (glm->family != NULL)
		return;
	for (i = 0; i < glm->rows->block.n_rows; i++)
		glm->residual[i] = glm->weight[i] * (p[i] - ((int) glm->y[i] == output ? 1.0 : 0.0));
}

/* Second derivatives by the margins of two outputs, after judge(). */
static void
find_curvature(MlGlm *glm, int output, int other)
{
	const double *p = glm->margin + (size_t) output * (size_t) glm->rows->block.capacity;
	const double *q = glm->margin + (size_t) other * (size_t) glm->rows->block.capacity;
	double		own = output == other ? 1.0 : 0.0;
	int			i;

	if (glm->family != NULL)
		return;
	for (i = 0; i < glm->rows->block.n_rows; i++)
		glm->curvature[i] = glm->weight[i] * p[i] * (own - q[i]);
}

static double
total(const double *values, int count)
{
	double		sum = 0.0;
	int			i;

	for (i = 0; i < count; i++)
		sum += values[i];
	return sum;
}

/* The part of an output in gradient, after judge(). */
static void
pull_residual(MlGlm *glm, int output, double *gradient)
{
	find_residual(glm, output);
	ml_design_pull(&glm->design, &glm->rows->block, glm->residual,
				   glm->sum + (size_t) output * (size_t) glm->design.n_wide);
	gradient[output * glm->n] += total(glm->residual, glm->rows->block.n_rows);
}

/* Sums of the wide layout into the slots of `values` (n_params). */
static void
narrow(const MlGlm *glm, const double *sum, double *values)
{
	int			k;

	for (k = 0; k < glm->n_outputs; k++)
		ml_design_narrow(&glm->design, sum + (size_t) k * (size_t) glm->design.n_wide,
						 values + k * glm->n + 1);
}

/* What the penalty adds to value and, unless NULL, gradient; fixed parameters have none. */
static double
penalise(const MlGlm *glm, const double *point, double *gradient)
{
	double		l2 = glm->l2 * glm->share;
	double		squares = 0.0;
	int			i;

	for (i = 0; i < glm->n_params; i++)
	{
		if (gradient != NULL && glm->fixed[i])
			gradient[i] = 0.0;
		if (!ml_glm_penalised(glm, i))
			continue;
		squares += point[i] * point[i];
		if (gradient != NULL)
			gradient[i] += l2 * point[i];
	}
	return 0.5 * l2 * squares;
}

MlStatus
ml_glm_sums(MlGlm *glm, const double *point, double dispersion, bool derivatives, double *sums)
{
	MlGlmPoint	at = {glm->family->kind, glm->n, point, dispersion, derivatives};

	ML_TRY(glm->passes->glm(glm->env, glm->passes, &at, sums));
	glm->loss = sums[ML_GLM_SUM_LOSS];
	return ML_OK;
}

MlStatus
ml_glm_value(MlGlm *glm, const double *point, double *value)
{
	double		sums[ML_N_GLM_SUMS];
	int			n_rows;

	if (glm->passes != NULL)
	{
		ML_TRY(ml_glm_sums(glm, point, 1.0, false, sums));
		*value = glm->loss + penalise(glm, point, NULL);
		return ML_OK;
	}
	ml_glm_begin_pass(glm, point, NULL);
	do
	{
		ML_TRY(ml_glm_next_block(glm, point, &n_rows));
		glm->loss += judge(glm);
	} while (n_rows > 0);
	*value = glm->loss + penalise(glm, point, NULL);
	return ML_OK;
}

MlStatus
ml_glm_gradient(MlGlm *glm, const double *point, double *gradient, double *diagonal)
{
	size_t		n_wide = (size_t) glm->design.n_wide;
	int			n_rows;
	int			k;
	int			i;

	ml_glm_begin_pass(glm, point, NULL);
	memset(gradient, 0, (size_t) glm->n_params * sizeof(double));
	memset(diagonal, 0, (size_t) glm->n_params * sizeof(double));
	do
	{
		ML_TRY(ml_glm_next_block(glm, point, &n_rows));
		glm->loss += judge(glm);
		for (k = 0; k < glm->n_outputs; k++)
		{
			pull_residual(glm, k, gradient);
			find_curvature(glm, k, k);
			ml_design_pull_squares(&glm->design, &glm->rows->block, glm->curvature,
								   glm->squares + (size_t) k * n_wide);
			diagonal[k * glm->n] += total(glm->curvature, n_rows);
		}
	} while (n_rows > 0);
	narrow(glm, glm->sum, gradient);
	narrow(glm, glm->squares, diagonal);
	(void) penalise(glm, point, gradient);
	for (i = 0; i < glm->n_params; i++)
		diagonal[i] = glm->fixed[i] ? 0.0 :
			diagonal[i] + (ml_glm_penalised(glm, i) ? glm->l2 * glm->share : 0.0);
	return ML_OK;
}

/*
 * The turns of the margins become what the Hessian makes of them: for several
 * outputs w p_k (t_k - sum_j p_j t_j).
 */
static void
bend(MlGlm *glm)
{
	size_t		stride = (size_t) glm->rows->block.capacity;
	int			n_rows = glm->rows->block.n_rows;
	int			i;
	int			k;

	if (glm->family != NULL)
	{
		for (i = 0; i < n_rows; i++)
			glm->turn[i] *= glm->curvature[i];
		return;
	}
	for (i = 0; i < n_rows; i++)
		glm->residual[i] = 0.0;
	for (k = 0; k < glm->n_outputs; k++)
	{
		const double *p = glm->margin + (size_t) k * stride;
		const double *turn = glm->turn + (size_t) k * stride;

		for (i = 0; i < n_rows; i++)
			glm->residual[i] += p[i] * turn[i];
	}
	for (k = 0; k < glm->n_outputs; k++)
	{
		const double *p = glm->margin + (size_t) k * stride;
		double	   *turn = glm->turn + (size_t) k * stride;

		for (i = 0; i < n_rows; i++)
			turn[i] = glm->weight[i] * p[i] * (turn[i] - glm->residual[i]);
	}
}

MlStatus
ml_glm_product(MlGlm *glm, const double *point, const double *direction, double *product)
{
	size_t		stride = (size_t) glm->rows->block.capacity;
	int			n_rows;
	int			k;
	int			i;

	ml_glm_begin_pass(glm, point, direction);
	memset(product, 0, (size_t) glm->n_params * sizeof(double));
	do
	{
		ML_TRY(ml_glm_next_block(glm, point, &n_rows));
		glm->loss += judge(glm);
		find_margins(glm, direction, glm->turn_wide, glm->turn);
		bend(glm);
		for (k = 0; k < glm->n_outputs; k++)
		{
			const double *turn = glm->turn + (size_t) k * stride;

			ml_design_pull(&glm->design, &glm->rows->block, turn,
						   glm->sum + (size_t) k * (size_t) glm->design.n_wide);
			product[k * glm->n] += total(turn, n_rows);
		}
	} while (n_rows > 0);
	narrow(glm, glm->sum, product);
	for (i = 0; i < glm->n_params; i++)
	{
		if (glm->fixed[i])
			product[i] = 0.0;
		else if (ml_glm_penalised(glm, i))
			product[i] += glm->l2 * glm->share * direction[i];
	}
	return ML_OK;
}

/* Sums of pairs of outputs as one matrix; what is fixed is 0. */
static void
spread_matrix(const MlGlm *glm, double *hessian)
{
	size_t		n = (size_t) glm->n;
	size_t		n_params = (size_t) glm->n_params;
	size_t		size = ml_design_gram_size(&glm->gram);
	size_t		i;
	size_t		j;
	int			k;
	int			l;

	for (k = 0; k < glm->n_outputs; k++)
	{
		for (l = 0; l <= k; l++)
		{
			const double *sums = glm->sums + (size_t) pair_number(k, l) * size;

			ml_design_gram_matrix(&glm->gram, sums, hessian + (size_t) k * n * n_params + (size_t) l * n, n_params);
			if (l < k)
				ml_design_gram_matrix(&glm->gram, sums, hessian + (size_t) l * n * n_params + (size_t) k * n,
							   n_params);
		}
	}
	for (i = 0; i < n_params; i++)
	{
		for (j = 0; j < n_params; j++)
		{
			if (glm->fixed[i] || glm->fixed[j])
				hessian[i * n_params + j] = 0.0;
		}
		if (ml_glm_penalised(glm, (int) i))
			hessian[i * n_params + i] += glm->l2 * glm->share;
	}
}

/* ml_glm_evaluate() by a pass that others make. */
static MlStatus
evaluate_gathered(MlGlm *glm, const double *point, double *value, double *gradient, double *hessian)
{
	size_t		n = (size_t) glm->n;
	double	   *sums = ml_allocate(glm->env, ML_N_GLM_SUMS + n + n * (n + 1) / 2, sizeof(double));
	const double *sum = sums;
	size_t		i;
	size_t		j;

	if (sums == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_glm_sums(glm, point, 1.0, true, sums));
	sum += ML_N_GLM_SUMS;
	memcpy(gradient, sum, n * sizeof(double));
	sum += n;
	for (j = 0; j < n; j++)
	{
		for (i = 0; i <= j; i++, sum++)
			hessian[i * n + j] = hessian[j * n + i] = glm->fixed[i] || glm->fixed[j] ? 0.0 : *sum;
		if (ml_glm_penalised(glm, (int) j))
			hessian[j * n + j] += glm->l2 * glm->share;
	}
	*value = glm->loss + penalise(glm, point, gradient);
	ml_release(glm->env, sums);
	return ML_OK;
}

MlStatus
ml_glm_evaluate(MlGlm *glm, const double *point, double *value, double *gradient, double *hessian)
{
	size_t		size = ml_design_gram_size(&glm->gram);
	int			n_rows;
	int			k;
	int			l;

	if (glm->passes != NULL)
		return evaluate_gathered(glm, point, value, gradient, hessian);
	ml_glm_begin_pass(glm, point, NULL);
	memset(gradient, 0, (size_t) glm->n_params * sizeof(double));
	if (hessian != NULL)
		memset(glm->sums, 0, (size_t) pair_number(glm->n_outputs, 0) * size * sizeof(double));
	do
	{
		ML_TRY(ml_glm_next_block(glm, point, &n_rows));
		if (hessian != NULL)
			ml_design_gram_load(&glm->gram, &glm->rows->block);
		glm->loss += judge(glm);
		for (k = 0; k < glm->n_outputs; k++)
		{
			ML_TRY(ml_check_stop(glm->env));
			pull_residual(glm, k, gradient);
			for (l = 0; l <= k && hessian != NULL; l++)
			{
				find_curvature(glm, k, l);
				ml_design_gram_add(&glm->gram, &glm->rows->block, glm->curvature,
							glm->sums + (size_t) pair_number(k, l) * size);
			}
		}
	} while (n_rows > 0);
	narrow(glm, glm->sum, gradient);
	*value = glm->loss + penalise(glm, point, gradient);
	if (hessian != NULL)
		spread_matrix(glm, hessian);
	return ML_OK;
}

/* R'R of least squares is [1, X, y]'[1, X, y]. */
static MlStatus
gather_cross_products(MlGlm *glm, double *matrix)
{
	size_t		n = (size_t) glm->n;
	MlLeastSquares state;
	size_t		i;
	size_t		j;
	size_t		k;

	ML_TRY(ml_least_squares_begin(glm->env, glm->n + 1, &state));
	ML_TRY(glm->passes->least_squares(glm->env, glm->passes, true, -1, &state));
	for (j = 0; j < n; j++)
	{
		for (i = 0; i <= j; i++)
		{
			double		sum = 0.0;

			for (k = 0; k <= i; k++)
				sum += state.r[i * (n + 1) + k] * state.r[j * (n + 1) + k];
			matrix[i * n + j] = matrix[j * n + i] = sum;
		}
		ML_TRY(ml_check_stop(glm->env));
	}
	ml_least_squares_end(&state);
	return ML_OK;
}

MlStatus
ml_glm_cross_products(MlGlm *glm, double *matrix)
{
	int			n_rows;

	if (glm->passes != NULL)
		return gather_cross_products(glm, matrix);
	ml_design_rows_rewind(glm->rows);
	memset(glm->sums, 0, ml_design_gram_size(&glm->gram) * sizeof(double));
	do
	{
		ML_TRY(ml_glm_next_block(glm, NULL, &n_rows));
		ml_design_gram_load(&glm->gram, &glm->rows->block);
		ml_design_gram_add(&glm->gram, &glm->rows->block, glm->weight, glm->sums);
	} while (n_rows > 0);
	ml_design_gram_matrix(&glm->gram, glm->sums, matrix, (size_t) glm->n);
	return ML_OK;
}

/* Is the class of row i of the block the likeliest one, and no other as likely? */
static bool
is_right(const MlGlm *glm, int i)
{
	size_t		stride = (size_t) glm->rows->block.capacity;
	int			own = (int) glm->y[i];
	int			k;

	if (glm->family != NULL)
		return own == 1 ? glm->margin[i] > 0.0 : glm->margin[i] < 0.0;
	for (k = 0; k < glm->n_outputs; k++)
	{
		if (k != own && !(glm->margin[(size_t) k * stride + (size_t) i] <
						  glm->margin[(size_t) own * stride + (size_t) i]))
			return false;
	}
	return true;
}

MlStatus
ml_glm_wrong(MlGlm *glm, const double *point, int64_t *n_wrong)
{
	int			n_rows;
	int			i;

	*n_wrong = 0;
	if (glm->passes != NULL)
	{
		double		sums[ML_N_GLM_SUMS];

		ML_TRY(ml_glm_sums(glm, point, 1.0, false, sums));
		*n_wrong = (int64_t) sums[ML_GLM_SUM_WRONG];
		return ML_OK;
	}
	ml_glm_begin_pass(glm, point, NULL);
	do
	{
		ML_TRY(ml_glm_next_block(glm, point, &n_rows));
		for (i = 0; i < n_rows; i++)
			*n_wrong += !is_right(glm, i);
	} while (n_rows > 0);
	return ML_OK;
}
