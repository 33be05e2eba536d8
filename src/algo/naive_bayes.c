/*
 * algo/naive_bayes.c
 *		Naive Bayes for any number of classes.
 *
 *		log P(c | x) = log P(c) + sum_j log p(x_j | c) + constant
 *
 * over the inputs j that are present (T. Hastie, R. Tibshirani, J. Friedman,
 * The Elements of Statistical Learning, 2nd ed., 6.6.3). A category has
 *		p(k | c) = (W_ck + smoothing) / (W_c + smoothing K)
 * with W the weights of the rows where it is present and K its levels, "other"
 * included where training saw it. A number is normal, with mean and variance
 * of the class; var_smoothing is added to the variance. Numbers are
 * standardised first, so that this means the same for each of them; this is
 * scikit-learn's GaussianNB on standardised columns, and CategoricalNB.
 *
 * A class that has no present value of a number takes the standard normal
 * distribution for it, which is about that of all rows.
 */
#include "algo/naive_bayes.h"

#include <math.h>
#include <string.h>

#include "math/func.h"
#include "math/sum.h"
#include "prep/slice.h"

/* Rows that are added at once. */
#define BLOCK_ROWS 4096

static const MlParameter naive_bayes_parameters[] = {
	{"smoothing", "alpha,laplace", ML_PARAM_NUMBER, 1.0, 1e-10, 1e100,
	"rows added to each category of each class", NULL},
	{"var_smoothing", "", ML_PARAM_NUMBER, 1e-9, 1e-12, 1e12,
	"added to each variance of a standardised number", NULL},
	{"priors", "", ML_PARAM_CHOICE, 0, 0, 0,
	"how likely classes are beforehand", "data,uniform"}
};

enum
{
	SMOOTHING,
	VAR_SMOOTHING,
	PRIORS
};

void
ml_bayes_joint(const MlBayes *model, const MlSignature *signature, const double *inputs, double *joint)
{
	int			n_classes = model->n_classes;
	const double *terms = model->terms;
	int			i;
	int			c;

	memcpy(joint, model->prior, (size_t) n_classes * sizeof(double));
	for (i = 0; i < signature->n_inputs; i++)
	{
		const MlInput *input = &signature->inputs[i];
		double		value = inputs[i];

		if (isnan(value))
			;					/* says nothing */
		else if (input->category)
		{
			const double *level = terms + (value < input->n_levels ? (int) value : input->n_levels) * n_classes;

			for (c = 0; c < n_classes; c++)
				joint[c] += level[c];
		}
		else
		{
			double		z = ml_bayes_standardise(input, value);

			for (c = 0; c < n_classes; c++)
			{
				const double *of_class = terms + 3 * c;
				double		distance = z - of_class[0];

				joint[c] += of_class[2] - distance * distance * of_class[1];
			}
		}
		terms += ml_bayes_terms_of_input(input) * n_classes;
	}
}

/* log sum e^joint, from the greatest of them on. */
static double
log_total(const double *joint, int n_classes)
{
	double		greatest = joint[0];
	double		total = 0.0;
	int			c;

	for (c = 1; c < n_classes; c++)
	{
		if (joint[c] > greatest)
			greatest = joint[c];
	}
	for (c = 0; c < n_classes; c++)
		total += ml_exp(joint[c] - greatest);
	return greatest + ml_log(total);
}

static void
naive_bayes_predict(const void *model, const MlSignature *signature, const double *inputs, int n_rows,
					double *outputs)
{
	const MlBayes *bayes = model;
	int			n_outputs = ml_n_outputs(bayes->n_classes);
	double		joint[ML_MAX_CLASSES];
	int			row;
	int			c;

	for (row = 0; row < n_rows; row++, inputs += signature->n_inputs, outputs += n_outputs)
	{
		double		total;

		ml_bayes_joint(bayes, signature, inputs, joint);
		if (n_outputs == 1)
		{
			outputs[0] = ml_sigmoid(joint[1] - joint[0]);
			continue;
		}
		total = log_total(joint, bayes->n_classes);
		for (c = 0; c < n_outputs; c++)
			outputs[c] = ml_exp(joint[c] - total);
	}
}

/* -------------------------------------------------------------------- the fit */

typedef struct Fit
{
	MlEnv	   *env;
	const MlFitInput *input;
	MlSlice		slice;
	double	   *y;				/* (BLOCK_ROWS) of the rows at hand */
	double	   *weight;			/* the same, or NULL */
	double	   *values;			/* (BLOCK_ROWS, n_inputs) */
} Fit;

static MlStatus
begin_fit(Fit *fit, MlEnv *env, const MlFitInput *input)
{
	fit->env = env;
	fit->input = input;
	fit->y = ml_allocate(env, BLOCK_ROWS, sizeof(double));
	fit->weight = input->weight == NULL ? NULL : ml_allocate(env, BLOCK_ROWS, sizeof(double));
	fit->values = ml_allocate(env, (size_t) input->signature->n_inputs + 1, sizeof(double));
	if (fit->y == NULL || (input->weight != NULL && fit->weight == NULL) || fit->values == NULL)
		return ML_OUT_OF_MEMORY;
	return ml_slice_begin(env, input->frame, &fit->slice);
}

static void
end_fit(Fit *fit)
{
	ml_slice_end(&fit->slice);
	ml_release(fit->env, fit->y);
	ml_release(fit->env, fit->weight);
	ml_release(fit->env, fit->values);
}

/* Targets and weights of the rows from `at` on. */
static int
take_block(Fit *fit, int64_t at, int64_t left)
{
	int			n = left < BLOCK_ROWS ? (int) left : BLOCK_ROWS;
	int			i;

	for (i = 0; i < n; i++)
	{
		uint32_t	row = fit->input->rows[at + i];

		fit->y[i] = fit->input->y[row];
		if (fit->weight != NULL)
			fit->weight[i] = fit->input->weight[row];
	}
	return n;
}

static MlStatus
add_rows(Fit *fit, MlBayesState *state)
{
	const MlFitInput *input = fit->input;
	int64_t		at;
	int64_t		taken;
	int64_t		i;

	for (at = 0; at < input->n_rows; at += taken)
	{
		ML_TRY(ml_slice_take(&fit->slice, input->rows, at, input->n_rows, &taken));
		for (i = 0; i < taken; i += BLOCK_ROWS)
		{
			int			n = take_block(fit, at + i, taken - i);

			ML_TRY(ml_bayes_add(state, &fit->slice.part, fit->slice.rows + i, n, fit->y, fit->weight));
			ml_report(fit->env, "fitting", (double) (at + i + n) / (double) input->n_rows, at + i + n, -1, NAN);
		}
	}
	return ML_OK;
}

/* Mean log loss on the rows of the fit. */
static MlStatus
measure(Fit *fit, const MlBayes *model, double *loss)
{
	const MlFitInput *input = fit->input;
	double		joint[ML_MAX_CLASSES];
	MlExactSum	losses;
	MlExactSum	weights;
	int64_t		at;
	int64_t		taken;
	int64_t		i;

	ml_sum_begin(&losses);
	ml_sum_begin(&weights);
	for (at = 0; at < input->n_rows; at += taken)
	{
		ML_TRY(ml_slice_take(&fit->slice, input->rows, at, input->n_rows, &taken));
		for (i = 0; i < taken; i++)
		{
			uint32_t	row = input->rows[at + i];
			double		weight = input->weight == NULL ? 1.0 : input->weight[row];

			if (i % BLOCK_ROWS == 0)
				ML_TRY(ml_check_stop(fit->env));
			ml_frame_row(&fit->slice.part, fit->slice.rows[i], fit->values);
			ml_bayes_joint(model, input->signature, fit->values, joint);
			ml_sum_add(&losses, weight * (log_total(joint, model->n_classes) - joint[(int) input->y[row]]));
			ml_sum_add(&weights, weight);
		}
	}
	*loss = ml_sum_value(&losses) / ml_sum_value(&weights);
	return ML_OK;
}

static MlStatus
naive_bayes_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	MlBayesOptions options;
	MlBayesState *state;
	MlBayes    *model;
	Fit			fit;

	if (input->n_rows < 1)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to fit on");
	options.smoothing = input->parameters[SMOOTHING];
	options.var_smoothing = input->parameters[VAR_SMOOTHING];
	options.uniform = input->parameters[PRIORS] > 0;
	ML_TRY(begin_fit(&fit, env, input));
	ML_TRY(ml_bayes_begin(env, input->signature, input->n_classes, input->weight != NULL, &state));
	ML_TRY(add_rows(&fit, state));
	ML_TRY(ml_bayes_finish(state, &options, &model));
	ml_bayes_end(state);
	ML_TRY(measure(&fit, model, &fitted->train_loss));
	end_fit(&fit);
	fitted->model = model;
	fitted->iterations = 1;
	return ML_OK;
}

/* ------------------------------------------------------------------ the bytes */

static MlStatus
naive_bayes_encode(const void *model, MlWriter *writer)
{
	const MlBayes *bayes = model;

	ml_write_u32(writer, (uint32_t) bayes->n_terms);
	ml_write_array(writer, bayes->prior, (size_t) bayes->n_classes, sizeof(double));
	ml_write_array(writer, bayes->terms, (size_t) bayes->n_terms, sizeof(double));
	return writer->status;
}

static MlStatus
naive_bayes_decode(MlEnv *env, MlReader *reader, const MlSignature *signature, MlTask task, int n_classes,
				   void **model)
{
	int64_t		expected = ml_bayes_n_terms(signature, n_classes);
	uint32_t	n_terms = ml_read_u32(reader);
	MlBayes    *bayes = ml_allocate(env, 1, sizeof(MlBayes));
	int			c;

	(void) task;				/* it does one */
	if (bayes == NULL)
		return ML_OUT_OF_MEMORY;
	if (ml_reader_failed(reader) || n_terms != expected || expected > INT32_MAX || n_classes < 2)
		return ml_fail(env, ML_CORRUPT, "the naive Bayes model does not fit its features");
	bayes->n_classes = n_classes;
	bayes->n_terms = (int) n_terms;
	bayes->prior = ml_read_array(reader, (size_t) n_classes, sizeof(double));
	bayes->terms = ml_read_array(reader, n_terms, sizeof(double));
	if (ml_reader_failed(reader) || bayes->prior == NULL || bayes->terms == NULL)
		return ml_fail(env, ML_CORRUPT, "the naive Bayes model is cut short");
	for (c = 0; c < n_classes; c++)
	{
		if (!(bayes->prior[c] >= ML_BAYES_NEVER && bayes->prior[c] <= 0.0))
			return ml_fail(env, ML_CORRUPT, "the naive Bayes model holds a probability that is none");
	}
	if (!ml_bayes_terms_valid(signature, n_classes, bayes->terms))
		return ml_fail(env, ML_CORRUPT, "the naive Bayes model holds a number out of range");
	*model = bayes;
	return ML_OK;
}

const MlAlgorithm ml_naive_bayes = {
	.name = "naive_bayes",
	.title = "naive Bayes: normal numbers, categories with Laplace smoothing",
	.tasks = 1U << ML_CLASSIFICATION,
	.max_classes = ML_MAX_CLASSES,
	.uses_validation = false,
	.pins_inputs = true,
	.parameters = naive_bayes_parameters,
	.n_parameters = sizeof(naive_bayes_parameters) / sizeof(naive_bayes_parameters[0]),
	.fit = naive_bayes_fit,
	.predict = naive_bayes_predict,
	.encode = naive_bayes_encode,
	.decode = naive_bayes_decode
};
