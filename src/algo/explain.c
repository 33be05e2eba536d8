/*
 * algo/explain.c
 *		Shapley values of models that are only known by what they predict. See
 *		explain.h.
 */
#include "algo/explain.h"

#include <math.h>
#include <string.h>

#include "math/func.h"
#include "math/rng.h"

/* So many inputs and fewer: all subsets of them are tried. */
#define FEW_INPUTS 8

/* Orders of the inputs otherwise, half of them the reverse of the others. */
#define ORDERS 128

/* Probabilities next to 0 and 1 count as this far from them. */
#define LEAST_PROBABILITY 1e-15

typedef struct Asked
{
	const MlAlgorithm *algorithm;
	const void *fitted;
	MlTask		task;
	int			n_classes;
	int			output;
	double	   *reference;		/* (n_inputs) training means and most frequent levels */
	double	   *changed;		/* (n_inputs + 1, n_inputs) rows asked for at once */
	double	   *outputs;		/* (n_inputs + 1, ml_n_outputs()) */
	double	   *worth;			/* (2^n_inputs) of few inputs, by the set of those that are the row's */
	int		   *order;			/* (n_inputs) */
	double	   *sum;			/* (n_inputs) over pairs of orders */
	double	   *squares;		/* (n_inputs) */
} Asked;

static double
margin_of(const Asked *asked, const double *outputs)
{
	double		p = outputs[asked->output];

	if (asked->task != ML_CLASSIFICATION)
		return p;
	if (asked->n_classes > 2)
		return ml_log(fmax(p, LEAST_PROBABILITY));
	return ml_logit(fmin(fmax(p, LEAST_PROBABILITY), 1 - LEAST_PROBABILITY));
}

/* Margins of the first n of the changed rows, in place of their outputs. */
static void
ask(const MlExplainer *explainer, int n, double *margins)
{
	Asked	   *asked = explainer->state;
	int			n_outputs = ml_n_outputs(asked->n_classes);
	int			i;

	asked->algorithm->predict(asked->fitted, explainer->signature, asked->changed, n, asked->outputs);
	for (i = 0; i < n; i++)
		margins[i] = margin_of(asked, asked->outputs + (size_t) i * (size_t) n_outputs);
}

/* By the definition: over all subsets of the other inputs. */
static MlStatus
explain_few(MlExplainer *explainer, const double *inputs, double *contributions)
{
	Asked	   *asked = explainer->state;
	int			n = explainer->signature->n_inputs;
	double		weight[FEW_INPUTS];	/* of a subset of that size: size! (n - size - 1)! / n! */
	unsigned	set;
	int			i;

	for (set = 0; set < 1u << n; set++)
	{
		for (i = 0; i < n; i++)
			asked->changed[i] = set & (1u << i) ? inputs[i] : asked->reference[i];
		ask(explainer, 1, &asked->worth[set]);
	}
	for (i = 0; i < n; i++)
		weight[i] = i == 0 ? 1.0 / n : weight[i - 1] * i / (n - i);
	for (i = 0; i < n; i++)
	{
		contributions[i] = 0;
		for (set = 0; set < 1u << n; set++)
		{
			if ((set & (1u << i)) == 0)
				contributions[i] += weight[__builtin_popcount(set)] *
					(asked->worth[set | (1u << i)] - asked->worth[set]);
		}
	}
	return ml_check_stop(explainer->env);
}

/* What each input adds when the inputs become those of the row in this order; added to `sum`. */
static void
follow_order(MlExplainer *explainer, const double *inputs, bool reverse, double *sum)
{
	Asked	   *asked = explainer->state;
	int			n = explainer->signature->n_inputs;
	double	   *margins = asked->outputs;
	int			i;

	memcpy(asked->changed, asked->reference, (size_t) n * sizeof(double));
	for (i = 0; i < n; i++)
	{
		double	   *row = asked->changed + (size_t) (i + 1) * (size_t) n;
		int			input = asked->order[reverse ? n - 1 - i : i];

		memcpy(row, row - n, (size_t) n * sizeof(double));
		row[input] = inputs[input];
	}
	ask(explainer, n + 1, margins);
	for (i = 0; i < n; i++)
		sum[asked->order[reverse ? n - 1 - i : i]] += margins[i + 1] - margins[i];
}

static MlStatus
explain_by_orders(MlExplainer *explainer, const double *inputs, double *contributions, double *errors)
{
	Asked	   *asked = explainer->state;
	int			n = explainer->signature->n_inputs;
	int			pairs = ORDERS / 2;
	int			pair;
	int			i;

	memset(contributions, 0, (size_t) n * sizeof(double));
	memset(asked->squares, 0, (size_t) n * sizeof(double));
	for (i = 0; i < n; i++)
		asked->order[i] = i;
	for (pair = 0; pair < pairs; pair++)
	{
		ML_TRY(ml_check_stop(explainer->env));
		for (i = n - 1; i > 0; i--)
		{
			int			other = (int) (ml_hash_uniform(ml_hash_word((uint64_t) pair, (uint64_t) i)) * (i + 1));
			int			kept = asked->order[i];

			asked->order[i] = asked->order[other];
			asked->order[other] = kept;
		}
		memset(asked->sum, 0, (size_t) n * sizeof(double));
		follow_order(explainer, inputs, false, asked->sum);
		follow_order(explainer, inputs, true, asked->sum);
		for (i = 0; i < n; i++)
		{
			contributions[i] += asked->sum[i] / 2;
			asked->squares[i] += asked->sum[i] * asked->sum[i] / 4;
		}
	}
	for (i = 0; i < n; i++)
	{
		contributions[i] /= pairs;
		if (errors != NULL)
			errors[i] = sqrt(fmax(asked->squares[i] / pairs - contributions[i] * contributions[i], 0) / (pairs - 1));
	}
	return ML_OK;
}

static MlStatus
explain_rows(MlExplainer *explainer, const double *inputs, int n_rows, double *contributions, double *errors)
{
	size_t		n = (size_t) explainer->signature->n_inputs;
	size_t		row;

	for (row = 0; row < (size_t) n_rows; row++)
	{
		if (explainer->exact)
			ML_TRY(explain_few(explainer, inputs + row * n, contributions + row * n));
		else
			ML_TRY(explain_by_orders(explainer, inputs + row * n, contributions + row * n,
									 errors ? errors + row * n : NULL));
	}
	return ML_OK;
}

static MlStatus
ask_begin(MlEnv *env, Asked *asked, MlExplainer *explainer)
{
	const MlSignature *signature = explainer->signature;
	size_t		n = (size_t) signature->n_inputs;
	size_t		i;

	asked->reference = ml_allocate(env, n + 1, sizeof(double));
	asked->changed = ml_allocate(env, n + 1, (n + 1) * sizeof(double));
	asked->outputs = ml_allocate(env, n + 1, (size_t) ml_n_outputs(asked->n_classes) * sizeof(double));
	asked->order = ml_allocate(env, n + 1, sizeof(int));
	asked->sum = ml_allocate(env, n + 1, sizeof(double));
	asked->squares = ml_allocate(env, n + 1, sizeof(double));
	asked->worth = ml_allocate(env, n <= FEW_INPUTS ? (size_t) 1 << n : 1, sizeof(double));
	if (asked->reference == NULL || asked->changed == NULL || asked->outputs == NULL ||
		asked->order == NULL || asked->sum == NULL || asked->squares == NULL || asked->worth == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n; i++)
		asked->reference[i] = signature->inputs[i].category ? signature->inputs[i].mode : signature->inputs[i].mean;
	explainer->state = asked;
	explainer->exact = n <= FEW_INPUTS;
	explainer->rows = explain_rows;
	memcpy(asked->changed, asked->reference, n * sizeof(double));
	ask(explainer, 1, &explainer->base);
	return ML_OK;
}

MlStatus
ml_explain_begin(MlEnv *env, const MlAlgorithm *algorithm, const void *fitted,
				 const MlSignature *signature, MlTask task, int n_classes, int output,
				 MlExplainer *explainer)
{
	Asked	   *asked;

	memset(explainer, 0, sizeof(*explainer));
	explainer->env = env;
	explainer->signature = signature;
	explainer->exact = true;
	if (algorithm->explain != NULL)
		return algorithm->explain(env, fitted, output, explainer);
	asked = ml_allocate(env, 1, sizeof(Asked));
	if (asked == NULL)
		return ML_OUT_OF_MEMORY;
	asked->algorithm = algorithm;
	asked->fitted = fitted;
	asked->task = task;
	asked->n_classes = n_classes;
	asked->output = output;
	return ask_begin(env, asked, explainer);
}
