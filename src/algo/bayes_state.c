/*
 * algo/bayes_state.c
 *		The sums that naive Bayes learns, and the model that they give.
 *
 * Variances come from one pass: sums of z and z^2 are exact (z^2 as two
 * doubles; T. Dekker, "A floating-point technique for extending the available
 * precision", 1971) and so is their difference to 30 digits.
 */
#include "algo/naive_bayes.h"

#include <string.h>

#include "math/func.h"
#include "math/sum.h"

#define LOG_2_PI 1.8378770664093454836

/* Rows that are sorted by class at once. */
#define BLOCK_ROWS 4096

/* Terms of a row's weight times z^2, at most. */
#define MOST_TERMS 6

/* Sums of a number in a class. */
typedef struct Moments
{
	MlExactSum	first;			/* weight z */
	MlExactSum	second;			/* weight z^2 */
} Moments;

/*
 * Rows are counted in cells: one per class, then for each input and class one
 * of present values or, for a category, one of each level and of other values.
 */
struct MlBayesState
{
	MlEnv	   *env;
	const MlSignature *signature;
	int			n_classes;
	int			n_cells;
	int64_t    *counts;			/* (n_cells) without weights, else NULL */
	MlExactSum *weights;		/* (n_cells) with weights, else NULL */
	Moments    *moments;		/* (numbers, n_classes) */
	uint32_t   *sorted;			/* (BLOCK_ROWS) of a block, by class */
	int		   *first;			/* (n_classes + 1) of each class among them */
	double	   *terms;			/* (2, MOST_TERMS BLOCK_ROWS) */
};

static int
cells_of_input(const MlInput *input)
{
	return input->category ? input->n_levels + 1 : 1;
}

/* ------------------------------------------------------------------ the state */

MlStatus
ml_bayes_begin(MlEnv *env, const MlSignature *signature, int n_classes, bool weighted, MlBayesState **state)
{
	MlBayesState *made = ml_allocate(env, 1, sizeof(MlBayesState));
	size_t		n_cells = 1;
	size_t		n_numbers = 0;
	size_t		i;

	*state = made;
	if (made == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < (size_t) signature->n_inputs; i++)
	{
		n_cells += (size_t) cells_of_input(&signature->inputs[i]);
		n_numbers += !signature->inputs[i].category;
	}
	made->env = env;
	made->signature = signature;
	made->n_classes = n_classes;
	made->n_cells = (int) n_cells * n_classes;
	n_cells *= (size_t) n_classes;
	n_numbers *= (size_t) n_classes;
	if (weighted)
		made->weights = ml_allocate(env, n_cells, sizeof(MlExactSum));
	else
		made->counts = ml_allocate(env, n_cells, sizeof(int64_t));
	made->moments = ml_allocate(env, n_numbers + 1, sizeof(Moments));
	made->sorted = ml_allocate(env, BLOCK_ROWS, sizeof(uint32_t));
	made->first = ml_allocate(env, (size_t) n_classes + 1, sizeof(int));
	made->terms = ml_allocate(env, BLOCK_ROWS, 2 * MOST_TERMS * sizeof(double));
	if ((made->weights == NULL && made->counts == NULL) || made->moments == NULL ||
		made->sorted == NULL || made->first == NULL || made->terms == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; weighted && i < n_cells; i++)
		ml_sum_begin(&made->weights[i]);
	for (i = 0; i < n_numbers; i++)
	{
		ml_sum_begin(&made->moments[i].first);
		ml_sum_begin(&made->moments[i].second);
	}
	return ML_OK;
}

void
ml_bayes_end(MlBayesState *state)
{
	MlEnv	   *env = state->env;

	ml_release(env, state->counts);
	ml_release(env, state->weights);
	ml_release(env, state->moments);
	ml_release(env, state->sorted);
	ml_release(env, state->first);
	ml_release(env, state->terms);
	ml_release(env, state);
}

/* a b = *high + *low, exactly, for sizes up to 1e200. */
static void
multiply(double a, double b, double *high, double *low)
{
	double		spread = 134217729.0 * a;	/* 2^27 + 1 */
	double		a_high = spread - (spread - a);
	double		a_low = a - a_high;
	double		b_high;
	double		b_low;

	spread = 134217729.0 * b;
	b_high = spread - (spread - b);
	b_low = b - b_high;
	*high = a * b;
	*low = ((a_high * b_high - *high) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

/* The terms of weight z and of weight z^2; returns how many there are of the latter. */
static int
add_terms(double z, double weight, double *first, double *second)
{
	double		high;
	double		low;

	multiply(z, z, &high, &low);
	if (weight == 1.0)
	{
		first[0] = z;
		first[1] = 0.0;
		second[0] = high;
		second[1] = low;
		return 2;
	}
	multiply(weight, z, &first[0], &first[1]);
	multiply(weight, high, &second[0], &second[1]);
	multiply(weight, low, &second[2], &second[3]);
	return 4;
}

static void
count(MlBayesState *state, int cell, double weight)
{
	if (state->counts != NULL)
		state->counts[cell]++;
	else
		ml_sum_add(&state->weights[cell], weight);
}

/* Order the rows of a block by class, so that sums get whole arrays. */
static void
sort_block(MlBayesState *state, const double *y, int n)
{
	int		   *first = state->first;
	int			i;
	int			c;

	memset(first, 0, ((size_t) state->n_classes + 1) * sizeof(int));
	for (i = 0; i < n; i++)
		first[(int) y[i] + 1]++;
	for (c = 0; c < state->n_classes; c++)
		first[c + 1] += first[c];
	for (i = 0; i < n; i++)
		state->sorted[first[(int) y[i]]++] = (uint32_t) i;
	for (c = state->n_classes; c > 0; c--)
		first[c] = first[c - 1];
	first[0] = 0;
}

/* Numbers of the rows of one class in a block. */
static void
add_numbers(MlBayesState *state, const MlInput *input, const double *number, const uint32_t *rows,
			const uint32_t *sorted, int n, const double *weight, int cell, Moments *moments)
{
	double	   *first = state->terms;
	double	   *second = state->terms + MOST_TERMS * BLOCK_ROWS;
	size_t		n_first = 0;
	size_t		n_second = 0;
	int			i;

	for (i = 0; i < n; i++)
	{
		double		value = number[rows[sorted[i]]];
		double		w = weight == NULL ? 1.0 : weight[sorted[i]];

		if (isnan(value))
			continue;
		count(state, cell, w);
		n_second += (size_t) add_terms(ml_bayes_standardise(input, value), w, first + n_first, second + n_second);
		n_first += 2;
	}
	ml_sum_add_array(&moments->first, first, n_first);
	ml_sum_add_array(&moments->second, second, n_second);
}

static void
add_categories(MlBayesState *state, const MlInput *input, const uint16_t *code, const uint32_t *rows,
			   const uint32_t *sorted, int n, const double *weight, int cell)
{
	int			i;

	for (i = 0; i < n; i++)
	{
		uint16_t	value = code[rows[sorted[i]]];

		if (value == ML_CODE_MISSING)
			continue;
		if (value > input->n_levels)
			value = (uint16_t) input->n_levels;
		count(state, cell + value * state->n_classes, weight == NULL ? 1.0 : weight[sorted[i]]);
	}
}

static MlStatus
add_block(MlBayesState *state, const MlFrame *frame, const uint32_t *rows, int n, const double *y,
		  const double *weight)
{
	const MlSignature *signature = state->signature;
	Moments    *moments = state->moments;
	int			cell = state->n_classes;
	int			i;
	int			c;

	sort_block(state, y, n);
	for (i = 0; i < n; i++)
		count(state, (int) y[i], weight == NULL ? 1.0 : weight[i]);
	for (i = 0; i < signature->n_inputs; i++)
	{
		const MlInput *input = &signature->inputs[i];

		ML_TRY(ml_check_stop(state->env));
		for (c = 0; c < state->n_classes; c++)
		{
			const uint32_t *sorted = state->sorted + state->first[c];
			int			n_rows = state->first[c + 1] - state->first[c];

			if (n_rows == 0)
				continue;
			if (input->category)
				add_categories(state, input, frame->columns[i].code, rows, sorted, n_rows, weight, cell + c);
			else
				add_numbers(state, input, frame->columns[i].number, rows, sorted, n_rows, weight, cell + c,
							&moments[c]);
		}
		cell += cells_of_input(input) * state->n_classes;
		if (!input->category)
			moments += state->n_classes;
	}
	return ML_OK;
}

MlStatus
ml_bayes_add(MlBayesState *state, const MlFrame *frame, const uint32_t *rows, int n,
			 const double *y, const double *weight)
{
	int			at;

	for (at = 0; at < n; at += BLOCK_ROWS)
		ML_TRY(add_block(state, frame, rows + at, n - at < BLOCK_ROWS ? n - at : BLOCK_ROWS, y + at,
						 weight == NULL ? NULL : weight + at));
	return ML_OK;
}

MlStatus
ml_bayes_merge(MlBayesState *into, const MlBayesState *from)
{
	const MlSignature *signature = into->signature;
	int			n_moments = 0;
	int			i;

	if (into->n_cells != from->n_cells || into->n_classes != from->n_classes ||
		(into->weights == NULL) != (from->weights == NULL))
		return ml_fail(into->env, ML_INVALID_DATA, "the states are of different columns, classes or weights");
	for (i = 0; i < into->n_cells; i++)
	{
		if (into->counts != NULL)
			into->counts[i] += from->counts[i];
		else
			ml_sum_merge(&into->weights[i], &from->weights[i]);
	}
	for (i = 0; i < signature->n_inputs; i++)
		n_moments += signature->inputs[i].category ? 0 : into->n_classes;
	for (i = 0; i < n_moments; i++)
	{
		ml_sum_merge(&into->moments[i].first, &from->moments[i].first);
		ml_sum_merge(&into->moments[i].second, &from->moments[i].second);
	}
	return ML_OK;
}

/* ------------------------------------------------------------------ the model */

/* A number as the sum of two doubles, the second a correction of the first. */
typedef struct Twofold
{
	double		high;
	double		low;
} Twofold;

static Twofold
twofold_of(const MlExactSum *sum)
{
	Twofold		value = {ml_sum_value(sum), 0.0};
	MlExactSum	rest = *sum;

	ml_sum_add(&rest, -value.high);
	value.low = ml_sum_value(&rest);
	return value;
}

static Twofold
weight_of(const MlBayesState *state, int cell)
{
	if (state->counts != NULL)
		return (Twofold) {(double) state->counts[cell], 0.0};
	return twofold_of(&state->weights[cell]);
}

/* Sum of squares less first^2 / weight, to 30 digits; not below 0. */
static double
squares_about_mean(Twofold weight, Twofold first, Twofold second)
{
	Twofold		square;
	double		quotient;
	double		high;
	double		low;

	multiply(first.high, first.high, &square.high, &square.low);
	square.low += 2.0 * first.high * first.low;
	quotient = square.high / weight.high;
	multiply(quotient, weight.high, &high, &low);
	low = ((square.high - high) - low + square.low - quotient * weight.low) / weight.high;
	return fmax((second.high - quotient) + (second.low - low), 0.0);
}

/* Mean, 1 / (2 variance) and -log(2 pi variance) / 2 of a number in a class. */
static void
fill_number(const MlBayesState *state, int cell, const Moments *moments, double var_smoothing, double *terms)
{
	Twofold		weight = weight_of(state, cell);
	double		variance = 1.0;

	terms[0] = 0.0;
	if (weight.high > 0.0)
	{
		Twofold		first = twofold_of(&moments->first);

		terms[0] = first.high / weight.high;
		variance = squares_about_mean(weight, first, twofold_of(&moments->second)) / weight.high;
	}
	variance += var_smoothing;
	terms[1] = 0.5 / variance;
	terms[2] = -0.5 * (LOG_2_PI + ml_log(variance));
}

/* Log-probabilities of levels and other values in a class, from cell to cell and term to term. */
static void
fill_category(const MlBayesState *state, const MlInput *input, int cell, double smoothing, double *terms)
{
	int			n_classes = state->n_classes;
	int			n = input->n_levels + input->has_other;
	double		whole = 0.0;
	int			k;

	for (k = 0; k < n; k++)
		whole += weight_of(state, cell + k * n_classes).high;
	for (k = 0; k <= input->n_levels; k++)
		terms[k * n_classes] = k >= n ? 0.0 :
			ml_log((weight_of(state, cell + k * n_classes).high + smoothing) / (whole + smoothing * n));
}

static void
fill_prior(const MlBayesState *state, bool uniform, double *prior)
{
	double		whole = 0.0;
	int			seen = 0;
	int			c;

	for (c = 0; c < state->n_classes; c++)
	{
		whole += weight_of(state, c).high;
		seen += weight_of(state, c).high > 0.0;
	}
	for (c = 0; c < state->n_classes; c++)
	{
		double		weight = weight_of(state, c).high;

		prior[c] = weight > 0.0 ? ml_log(uniform ? 1.0 / seen : weight / whole) : ML_BAYES_NEVER;
	}
}

int64_t
ml_bayes_n_terms(const MlSignature *signature, int n_classes)
{
	int64_t		count = 0;
	int			i;

	for (i = 0; i < signature->n_inputs; i++)
		count += (int64_t) ml_bayes_terms_of_input(&signature->inputs[i]) * n_classes;
	return count;
}

static bool
within(double value, double least, double most)
{
	return value >= least && value <= most;
}

bool
ml_bayes_terms_valid(const MlSignature *signature, int n_classes, const double *terms)
{
	int			i;
	int			k;

	for (i = 0; i < signature->n_inputs; i++)
	{
		const MlInput *input = &signature->inputs[i];
		int			n = ml_bayes_terms_of_input(input) * n_classes;

		for (k = 0; k < n; k++)
		{
			bool		valid = input->category || k % 3 == 2 ? within(terms[k], -1e6, 1e6) :
				k % 3 == 0 ? within(terms[k], -ML_BAYES_FARTHEST, ML_BAYES_FARTHEST) : within(terms[k], 0.0, 1e15);

			if (!valid)
				return false;
		}
		terms += n;
	}
	return true;
}

MlStatus
ml_bayes_finish(const MlBayesState *state, const MlBayesOptions *options, MlBayes **model)
{
	const MlSignature *signature = state->signature;
	int			n_classes = state->n_classes;
	int64_t		n_terms = ml_bayes_n_terms(signature, n_classes);
	MlBayes    *made = ml_allocate(state->env, 1, sizeof(MlBayes));
	double	   *prior = ml_allocate(state->env, (size_t) n_classes, sizeof(double));
	double	   *terms = ml_allocate(state->env, (size_t) n_terms + 1, sizeof(double));
	const Moments *moments = state->moments;
	int			cell = n_classes;
	int			i;
	int			c;

	*model = made;
	if (made == NULL || prior == NULL || terms == NULL)
		return ML_OUT_OF_MEMORY;
	made->n_classes = n_classes;
	made->n_terms = (int) n_terms;
	made->prior = prior;
	made->terms = terms;
	fill_prior(state, options->uniform, prior);
	for (i = 0; i < signature->n_inputs; i++)
	{
		const MlInput *input = &signature->inputs[i];

		for (c = 0; c < n_classes; c++)
		{
			if (input->category)
				fill_category(state, input, cell + c, options->smoothing, terms + c);
			else
				fill_number(state, cell + c, &moments[c], options->var_smoothing, terms + 3 * c);
		}
		ML_TRY(ml_check_stop(state->env));
		cell += cells_of_input(input) * n_classes;
		terms += ml_bayes_terms_of_input(input) * n_classes;
		moments += input->category ? 0 : n_classes;
	}
	if (!ml_bayes_terms_valid(signature, n_classes, made->terms) || !isfinite(prior[0]))
	{
		ml_fail(state->env, ML_INVALID_DATA, "the sums of naive Bayes are beyond double precision");
		ml_hint(state->env, "Scale down the weights.");
		return ML_INVALID_DATA;
	}
	return ML_OK;
}

