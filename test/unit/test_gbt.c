/*
 * test_gbt.c
 *		Gradient-boosted trees: against scikit-learn, against exhaustive search,
 *		and what they promise about row order, missing values and stopping.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "algo/boost.h"
#include "algo/gbt.h"
#include "algo/vector.h"
#include "math/rng.h"
#include "math/sum.h"
#include "unit.h"

#define MAX_INPUTS 32

/* A data set with its signature; numbers and category codes are plain arrays. */
typedef struct Problem
{
	MlEnv	   *env;
	MlSignature signature;
	MlInput		inputs[MAX_INPUTS];
	MlInputColumn columns[MAX_INPUTS];
	MlFrame		frame;
	double		parameters[32];
	double	   *y;
	double	   *weight;
	uint64_t   *identity;
	uint32_t   *rows;
	MlFitInput	fit;
	MlFitted	fitted;
} Problem;

static uint64_t random_state = 1;

static double
uniform(void)
{
	random_state++;
	return ml_hash_uniform(ml_mix64(random_state));
}

static int
below(int n)
{
	return (int) (uniform() * n);
}

static void
set(Problem *p, const char *name, double value)
{
	p->parameters[ml_parameter_index(&ml_gbt, name)] = value;
}

static void
problem_begin(Problem *p, MlTask task, int64_t n_rows)
{
	int64_t		i;

	memset(p, 0, sizeof(*p));
	p->env = unit_env();
	p->signature.inputs = p->inputs;
	p->frame.columns = p->columns;
	p->frame.n_rows = n_rows;
	p->y = ml_allocate(p->env, (size_t) n_rows, sizeof(double));
	p->identity = ml_allocate(p->env, (size_t) n_rows, sizeof(uint64_t));
	p->rows = ml_allocate(p->env, (size_t) n_rows, sizeof(uint32_t));
	for (i = 0; i < n_rows; i++)
	{
		p->rows[i] = (uint32_t) i;
		p->identity[i] = ml_mix64((uint64_t) i + 77);
	}
	for (i = 0; i < ml_gbt.n_parameters; i++)
		p->parameters[i] = ml_gbt.parameters[i].initial;
	p->fit.signature = &p->signature;
	p->fit.frame = &p->frame;
	p->fit.task = task;
	p->fit.n_classes = task == ML_CLASSIFICATION ? 2 : 0;
	p->fit.y = p->y;
	p->fit.identity = p->identity;
	p->fit.rows = p->rows;
	p->fit.n_rows = n_rows;
	p->fit.parameters = p->parameters;
}

static double *
add_number(Problem *p)
{
	int			i = p->signature.n_inputs++;
	double	   *column = ml_allocate(p->env, (size_t) p->frame.n_rows, sizeof(double));

	p->inputs[i].feature = i;
	p->columns[i].number = column;
	p->frame.n_inputs++;
	return column;
}

static uint16_t *
add_category(Problem *p, int n_levels, bool has_other)
{
	int			i = p->signature.n_inputs++;
	uint16_t   *column = ml_allocate(p->env, (size_t) p->frame.n_rows, sizeof(uint16_t));

	p->inputs[i].feature = i;
	p->inputs[i].category = true;
	p->inputs[i].n_levels = n_levels;
	p->inputs[i].has_other = has_other;
	p->columns[i].code = column;
	p->frame.n_inputs++;
	return column;
}

static MlStatus
fit(Problem *p)
{
	return ml_gbt.fit(p->env, &p->fit, &p->fitted);
}

static double
predict(const Problem *p, int64_t row)
{
	double		inputs[MAX_INPUTS];

	ml_frame_row(&p->frame, row, inputs);
	return ml_forest_margin(p->fitted.model, inputs, 0);
}

static double
loss_of(MlTask task, double y, double margin)
{
	if (task == ML_REGRESSION)
		return (margin - y) * (margin - y);
	return y > 0.5 ? log1p(exp(-margin)) : log1p(exp(margin));
}

/* A mixed problem: numbers with and without missing, few and many categories. */
static void
make_mixed(Problem *p, MlTask task, int64_t n_rows, bool weighted)
{
	double	   *a;
	double	   *b;
	double	   *copy;
	uint16_t   *few;
	uint16_t   *many;
	int64_t		i;

	problem_begin(p, task, n_rows);
	a = add_number(p);
	b = add_number(p);
	few = add_category(p, 3, true);
	many = add_category(p, 60, false);
	copy = add_number(p);		/* equal gains everywhere */
	if (weighted)
		p->weight = ml_allocate(p->env, (size_t) n_rows, sizeof(double));
	for (i = 0; i < n_rows; i++)
	{
		double		signal;

		a[i] = uniform() < 0.1 ? NAN : floor(uniform() * 50);
		b[i] = uniform() * uniform();
		few[i] = uniform() < 0.05 ? ML_CODE_MISSING : (uint16_t) below(4);
		many[i] = (uint16_t) below(60);
		copy[i] = a[i];
		signal = (a[i] != a[i] ? 3 : a[i] / 10) + (few[i] == 2) * 2 + sin(many[i] * 7.0) - 3 * b[i];
		if (task == ML_REGRESSION)
			p->y[i] = signal + uniform();
		else
			p->y[i] = signal + 4 * uniform() > 4.5;
		if (weighted)
			p->weight[i] = 0.1 + uniform();
	}
	p->fit.weight = p->weight;
}

static MlWriter
encode(Problem *p)
{
	MlWriter	writer;

	ml_writer_begin(&writer, p->env);
	(void) ml_gbt.encode(p->fitted.model, &writer);
	return writer;
}

/* Physically reorders the rows of a problem into another one. */
static void
copy_permuted(const Problem *from, Problem *to)
{
	int64_t		n = from->frame.n_rows;
	uint32_t   *order;
	int64_t		i;
	int			k;

	problem_begin(to, from->fit.task, n);
	memcpy(to->parameters, from->parameters, sizeof(to->parameters));
	order = ml_allocate(to->env, (size_t) n, sizeof(uint32_t));
	for (i = 0; i < n; i++)
	{
		int			j = below((int) i + 1);

		order[i] = order[j];
		order[j] = (uint32_t) i;
	}
	if (from->weight != NULL)
		to->weight = ml_allocate(to->env, (size_t) n, sizeof(double));
	to->fit.weight = to->weight;
	for (k = 0; k < from->frame.n_inputs; k++)
	{
		bool		category = from->inputs[k].category;
		uint16_t   *code = category ? add_category(to, from->inputs[k].n_levels,
												   from->inputs[k].has_other) : NULL;
		double	   *number = category ? NULL : add_number(to);

		for (i = 0; i < n; i++)
		{
			if (category)
				code[i] = from->columns[k].code[order[i]];
			else
				number[i] = from->columns[k].number[order[i]];
		}
	}
	for (i = 0; i < n; i++)
	{
		to->y[i] = from->y[order[i]];
		to->identity[i] = from->identity[order[i]];
		if (from->weight != NULL)
			to->weight[i] = from->weight[order[i]];
	}
}

/*
 * Tests
 */

/* Loss on the marked rows of a CSV whose last columns are y and test. */
static double
csv_loss(const char *file, MlTask task)
{
	int			n_rows;
	int			n_columns;
	double	   *cells = unit_csv(file, &n_rows, &n_columns);
	int			n_inputs = n_columns - 2;
	Problem		p;
	double		sum = 0;
	int			n = 0;
	int			i;
	int			k;

	problem_begin(&p, task, n_rows);
	p.fit.n_rows = 0;
	for (k = 0; k < n_inputs; k++)
	{
		double	   *column = add_number(&p);

		for (i = 0; i < n_rows; i++)
			column[i] = cells[i * n_columns + k];
	}
	for (i = 0; i < n_rows; i++)
	{
		p.y[i] = cells[i * n_columns + n_inputs];
		if (cells[i * n_columns + n_inputs + 1] == 0)
			p.rows[p.fit.n_rows++] = (uint32_t) i;
	}
	unit_ok(fit(&p) == ML_OK && p.fitted.iterations == 100, "%s: 100 trees", file);
	for (i = 0; i < n_rows; i++)
	{
		if (cells[i * n_columns + n_inputs + 1] != 0)
		{
			sum += loss_of(task, p.y[i], predict(&p, i));
			n++;
		}
	}
	return sum / n;
}

static void
test_quality(void)
{
	int			rows;
	int			columns;
	double	   *reference = unit_csv("gbt_reference.csv", &rows, &columns);
	double		breast = csv_loss("gbt_breast.csv", ML_CLASSIFICATION);
	double		diabetes = sqrt(csv_loss("gbt_diabetes.csv", ML_REGRESSION));

	unit_ok(breast < reference[0] * 1.05, "breast cancer: log loss %.4f, scikit-learn %.4f",
			breast, reference[0]);
	unit_ok(diabetes < reference[1] * 1.02, "diabetes: rmse %.3f, scikit-learn %.3f",
			diabetes, reference[1]);
}

/* Sum of squares around the means of two sides. */
static double
two_sides(const double *y, const bool *left, int n)
{
	double		sum[2] = {0, 0};
	double		squares = 0;
	int			count[2] = {0, 0};
	int			i;

	for (i = 0; i < n; i++)
	{
		sum[left[i]] += y[i];
		count[left[i]]++;
		squares += y[i] * y[i];
	}
	if (count[0] == 0 || count[1] == 0)
		return INFINITY;
	return squares - sum[0] * sum[0] / count[0] - sum[1] * sum[1] / count[1];
}

#define TINY 48

/* One split of a number with missing values and of four equally frequent categories. */
static void
test_exhaustive(void)
{
	int			wrong = 0;
	int			trial;

	for (trial = 0; trial < 200; trial++)
	{
		Problem		p;
		double	   *x;
		uint16_t   *c;
		bool		left[TINY];
		double		best = INFINITY;
		int			i;
		int			t;
		int			side;

		problem_begin(&p, ML_REGRESSION, TINY);
		x = add_number(&p);
		c = add_category(&p, 4, false);
		for (i = 0; i < TINY; i++)
		{
			x[i] = uniform() < 0.25 ? NAN : below(8);
			c[i] = (uint16_t) (i % 4);
			p.y[i] = uniform() + (trial % 2) * ((c[i] & 1) ^ (x[i] != x[i]));
		}
		set(&p, "trees", 1);
		set(&p, "leaves", 2);
		set(&p, "min_rows", 1);
		set(&p, "learning_rate", 1);
		for (t = -1; t < 8; t++)
			for (side = 0; side < 2; side++)
			{
				for (i = 0; i < TINY; i++)
					left[i] = x[i] != x[i] ? side == 1 : x[i] <= t;
				best = fmin(best, two_sides(p.y, left, TINY));
			}
		for (t = 0; t < 16; t++)
		{
			for (i = 0; i < TINY; i++)
				left[i] = (t >> c[i]) & 1;
			best = fmin(best, two_sides(p.y, left, TINY));
		}
		if (fit(&p) != ML_OK || fabs(p.fitted.train_loss * TINY - best) > 1e-9)
			wrong++;
	}
	unit_ok(wrong == 0, "the best split of 200 tiny data sets is found (%d are not)", wrong);
}

static void
test_permutation(MlTask task, bool weighted)
{
	Problem		p;
	Problem		q;
	MlWriter	a;
	MlWriter	b;

	make_mixed(&p, task, 700, weighted);
	set(&p, "trees", 30);
	copy_permuted(&p, &q);
	unit_ok(fit(&p) == ML_OK && fit(&q) == ML_OK, "mixed data fits");
	a = encode(&p);
	b = encode(&q);
	unit_ok(a.length == b.length && memcmp(a.data, b.data, a.length) == 0,
			"permuted rows give the same bytes (task %d, weighted %d, %d trees)",
			task, weighted, p.fitted.iterations);
	unit_ok(p.fitted.train_loss == q.fitted.train_loss, "and the same loss to the bit");
}

/* So does the order in which training and validation rows are listed. */
static void
test_row_lists(MlTask task)
{
	Problem		p;
	MlWriter	a;
	MlWriter	b;
	uint32_t	swap;
	int			i;

	make_mixed(&p, task, 900, true);
	p.fit.n_rows = 500;
	p.fit.validation = p.rows + 500;
	p.fit.n_validation = 400;
	unit_ok(fit(&p) == ML_OK, "fits");
	a = encode(&p);
	for (i = 0; i < 250; i++)
	{
		swap = p.rows[i];
		p.rows[i] = p.rows[499 - i];
		p.rows[499 - i] = swap;
	}
	for (i = 0; i < 399; i++)
	{
		swap = p.rows[500 + i];
		p.rows[500 + i] = p.rows[501 + i];
		p.rows[501 + i] = swap;
	}
	unit_ok(fit(&p) == ML_OK, "fits");
	b = encode(&p);
	unit_ok(a.length == b.length && memcmp(a.data, b.data, a.length) == 0,
			"other lists of the same rows give the same bytes (%d trees)", p.fitted.iterations);
}

/* Scoring agrees to the bit with what training saw, also after decoding. */
static void
test_bits(MlTask task)
{
	Problem		p;
	MlWriter	writer;
	MlReader	reader;
	void	   *decoded;
	MlExactSum	sum;
	double		inputs[MAX_INPUTS];
	int			different = 0;
	int64_t		i;

	make_mixed(&p, task, 500, false);
	unit_ok(fit(&p) == ML_OK, "fits");
	writer = encode(&p);
	ml_reader_begin(&reader, writer.data, writer.length);
	unit_ok(ml_gbt.decode(p.env, &reader, &p.signature, task, p.fit.n_classes, &decoded) == ML_OK &&
			reader.position == reader.length, "decodes: %s", p.env->error.message);
	ml_sum_begin(&sum);
	for (i = 0; i < 500; i++)
	{
		double		margin = predict(&p, i);

		ml_frame_row(&p.frame, i, inputs);
		different += margin != ml_forest_margin(decoded, inputs, 0);
		ml_sum_add(&sum, (margin - p.y[i]) * (margin - p.y[i]));
	}
	unit_ok(different == 0, "a decoded model predicts the same bits");
	if (task == ML_REGRESSION)
		unit_ok(ml_sum_value(&sum) / 500 == p.fitted.train_loss, "training saw the same bits");
}

/* What one tree of a forest says. */
static double
tree_value(const MlForest *forest, uint32_t tree, const double *inputs)
{
	static const double zero = 0;
	MlForest	alone = *forest;

	alone.base = &zero;
	alone.first += tree;
	alone.n_trees = 1;
	return ml_forest_margin(&alone, inputs, 0);
}

/* Walking many trees at once gives the bits of one after the other. */
static void
test_walks(void)
{
	Problem		p;
	MlForest	forest;
	double		inputs[3];
	double	   *column[3];
	int			different = 0;
	int64_t		i;
	int			k;

	problem_begin(&p, ML_REGRESSION, 600);
	for (k = 0; k < 3; k++)
		column[k] = add_number(&p);
	for (i = 0; i < 600; i++)
	{
		for (k = 0; k < 3; k++)
			column[k][i] = uniform() < 0.1 ? NAN : uniform();
		p.y[i] = (column[0][i] > 0.5) + uniform() * (column[1][i] != column[1][i] ? 3 : 1);
	}
	unit_ok(fit(&p) == ML_OK, "fits");
	forest = *(MlForest *) p.fitted.model;
	unit_ok(forest.n_trees == 100 && forest.n_sets == 0, "100 trees of numbers only");
	for (; forest.n_trees > 70; forest.n_trees--)
		for (i = 0; i < 600; i++)
		{
			double		margin = forest.base[0];
			uint32_t	t;

			ml_frame_row(&p.frame, i, inputs);
			for (t = 0; t < forest.n_trees; t++)
				margin += tree_value(&forest, t, inputs);
			different += margin != ml_forest_margin(&forest, inputs, 0);
		}
	unit_ok(different == 0, "any number of trees predicts the bits of one tree after the other");
}

/* What a loss says about a margin by itself: its value, weighted. */
static double
value_at(const MlLoss *loss, double y, double weight, const double *margins)
{
	MlLossRows	row = {1, &y, &weight, margins, 1, NULL};
	double		value;

	ml_loss_values(loss, &row, &value);
	return value * weight;
}

/*
 * Derivatives against differences of the loss, at any margin and number of
 * rows. factor: what g has to be multiplied by to give that of the loss.
 */
static void
test_derivatives(MlLossKind objective, int n_outputs, double shape, double factor)
{
	enum
	{
	N = 43};
	const double step = 1e-5;
	/* e^F has to stay small enough for differences */
	double		widest = objective == ML_POISSON || objective == ML_GAMMA || objective == ML_TWEEDIE ? 0.4 : 40;
	MlLoss		loss = {objective, n_outputs, shape, ML_SIMD_NONE};
	double		y[N];
	double		weight[N];
	double		margin[5 * N];
	double		normalizer[N];
	double		g[ML_LOSS_BLOCK];
	double		h[ML_LOSS_BLOCK];
	double		most_g;
	double		most_h;
	double		level_g[ML_LOSS_BLOCK];
	double		level_h[ML_LOSS_BLOCK];
	MlLossRows	rows = {N, y, weight, margin, N, normalizer};
	bool		bounded = ml_loss_bounds(&loss, 2, &most_g, &most_h);
	double		worst = 0;
	int			beyond = 0;
	int			different = 0;
	int			i;
	int			k;
	int			j;

	for (i = 0; i < N; i++)
	{
		for (k = 0; k < n_outputs; k++)
			margin[k * N + i] = (i - 21) * (i % 3 == 0 ? 0.1 : i % 3 == 1 ? 0.7 : widest) * cos(k + i);
		y[i] = objective == ML_LOG_LOSS || objective == ML_SOFTMAX ?
			i % (n_outputs == 1 ? 2 : n_outputs) : 2.5 + 2 * sin(i);
		weight[i] = i % 4 * 0.5 + 0.5;
	}
	if (n_outputs > 1)
		ml_loss_normalizer(&loss, &rows, normalizer);
	for (k = 0; k < n_outputs; k++)
	{
		ml_loss_derivatives(&loss, &rows, k, g, h);
		for (loss.simd = ML_SIMD_NONE; loss.simd < ml_simd_best();)
		{
			loss.simd++;
			ml_loss_derivatives(&loss, &rows, k, level_g, level_h);
			different += memcmp(g, level_g, sizeof(*g) * N) != 0 || memcmp(h, level_h, sizeof(*h) * N) != 0;
		}
		loss.simd = ML_SIMD_NONE;
		for (i = 0; i < N; i++)
		{
			double		at[5];
			double		low;
			double		high;

			for (j = 0; j < n_outputs; j++)
				at[j] = margin[j * N + i];
			at[k] += step;
			high = value_at(&loss, y[i], weight[i], at);
			at[k] -= 2 * step;
			low = value_at(&loss, y[i], weight[i], at);
			worst = fmax(worst, fabs((high - low) / (2 * step) - factor * g[i]) / (1 + fabs(g[i])));
			beyond += h[i] <= 0 || (bounded && (fabs(g[i]) > most_g || h[i] > most_h));
		}
	}
	unit_ok(worst < 1e-5, "derivatives of loss %d are off by %g", objective, worst);
	unit_ok(beyond == 0, "within their bounds (%d are not)", beyond);
	unit_ok(different == 0, "and the same bits on every level of instructions");
}

/* The sigmoid and the exponential behind them are as good as those of libm. */
static void
test_probabilities(void)
{
	MlLoss		binary = {ML_LOG_LOSS, 1, 0, ML_SIMD_NONE};
	MlLoss		three = {ML_SOFTMAX, 3, 0, ML_SIMD_NONE};
	double		y[43] = {0};
	double		margin[3 * 43];
	double		normalizer[43];
	double		g[ML_LOSS_BLOCK];
	double		h[ML_LOSS_BLOCK];
	MlLossRows	rows = {43, y, NULL, margin, 43, normalizer};
	double		worst = 0;
	int			i;

	for (i = 0; i < 43; i++)
	{
		margin[i] = (i - 21) * (i % 3 == 0 ? 0.1 : i % 3 == 1 ? 1.7 : 400);
		margin[43 + i] = 0;
		margin[86 + i] = -margin[i];
	}
	ml_loss_derivatives(&binary, &rows, 0, g, h);
	for (i = 0; i < 43; i++)
	{
		double		p = 1 / (1 + exp(-margin[i]));

		worst = fmax(worst, fabs(g[i] - p) + fabs(h[i] - p * (1 - p)));
	}
	unit_ok(worst < 4e-16, "probabilities of two classes are off by %g", worst);
	ml_loss_normalizer(&three, &rows, normalizer);
	ml_loss_derivatives(&three, &rows, 1, g, h);
	worst = 0;
	for (i = 0; i < 43; i++)
		worst = fmax(worst, fabs(g[i] - 1 / (1 + exp(margin[i]) + exp(-margin[i]))));
	unit_ok(worst < 1e-15, "of three classes by %g", worst);
}

/* As integers: to half a unit, and no sum of all rows overflows. */
static void
test_packing(void)
{
	static const double most[] = {1, 1e-300, 1e300, 3e-7};
	static const double skew[] = {1, 2, 1e6, 1e15};
	int			wrong = 0;
	int			i;
	int			k;

	for (k = 0; k < 16; k++)
	{
		MlGradientRange range = {k % 2 == 0 ? 100 : 3000000000, most[k / 4], 2,
		most[k / 4] / skew[k % 4], 2 / skew[k % 4]};
		MlGradientScale scale = ml_gradient_scale(&range);
		MlGradientScale fine = ml_gradient_fine_scale(&range);
		double		g[64];
		double		h[64];
		MlGradient	word[64];
		MlCell		total = {0, 0, 0};
		double		sum_g = 0;
		double		sum_h = 0;

		for (i = 0; i < 64; i++)
		{
			g[i] = range.most_g * (i % 2 == 0 ? -1 : 1) * (64 - i) / 64;
			h[i] = 2 * (i + 1) / 64.0;
			sum_g += g[i];
			sum_h += h[i];
		}
		ml_vector_pack(ml_simd_best(), g, h, 64, scale, word);
		ml_gradient_sum(g, h, 64, fine, NULL, &total);
		for (i = 0; i < 64; i++)
		{
			MlCell		cell = ml_gradient_cell(word[i]);

			wrong += !(fabs((double) cell.g - g[i] * scale.g) <= 0.5);
			wrong += !(fabs((double) cell.h - h[i] * scale.h) <= 0.5) && cell.h != 1;
			wrong += cell.rows != 1 || cell.h < 1;
		}
		/* what the mean has: 12 bits for many rows, half of all for few, unless the largest need them */
		wrong += scale.g * range.most_g < ML_MOST_G / 4 &&
			scale.g * range.mean_g < (range.n_rows > 100 ? 1 << 11 : 1 << 17);
		wrong += fabs((double) total.g / fine.g - sum_g) > range.most_g * (k % 2 == 0 && range.most_g > 1e-290 ? 1e-12 : 1e-6);
		wrong += fabs((double) total.h / fine.h - sum_h) > 1e-8 || total.rows != 64;
		wrong += !(fine.g * range.most_g * (double) range.n_rows < ldexp(1, 62));
		wrong += !(fine.h * range.most_h * (double) range.n_rows < ldexp(1, 62));
	}
	unit_ok(wrong == 0, "derivatives become integers (%d wrong)", wrong);
}

/* The label is whether x is missing, and the value says nothing. */
static void
test_missing(int missing_label)
{
	Problem		p;
	double	   *x;
	int			wrong = 0;
	int64_t		i;

	problem_begin(&p, ML_CLASSIFICATION, 400);
	x = add_number(&p);
	for (i = 0; i < 400; i++)
	{
		x[i] = uniform() < 0.4 ? NAN : uniform();
		p.y[i] = (x[i] != x[i]) == missing_label;
	}
	unit_ok(fit(&p) == ML_OK, "fits");
	for (i = 0; i < 400; i++)
		wrong += (predict(&p, i) > 0) != (p.y[i] > 0.5);
	unit_ok(wrong == 0, "missing is learnt as %d", missing_label);
}

/* Where training had no missing value, the larger side takes it. */
static void
test_missing_default(void)
{
	Problem		p;
	double	   *x;
	double		nothing = NAN;
	int64_t		i;

	problem_begin(&p, ML_REGRESSION, 100);
	x = add_number(&p);
	for (i = 0; i < 100; i++)
	{
		x[i] = (double) i;
		p.y[i] = i < 30;
	}
	set(&p, "trees", 1);
	set(&p, "learning_rate", 1);
	set(&p, "leaves", 2);
	unit_ok(fit(&p) == ML_OK, "fits");
	unit_near(ml_forest_margin(p.fitted.model, &nothing, 0), 0, 1e-12,
			  "a missing value goes with the 70 rows, not the 30");
	unit_near(predict(&p, 29), 1, 1e-12, "the split is exact below");
	unit_near(predict(&p, 30), 0, 1e-12, "and above");
}

/* The signal is in a set of categories that no order of codes shows. */
static void
test_category_sets(double sign)
{
	Problem		p;
	uint16_t   *c;
	double		value;
	int			wrong = 0;
	int64_t		i;

	problem_begin(&p, ML_REGRESSION, 1000);
	c = add_category(&p, 20, false);
	for (i = 0; i < 1000; i++)
	{
		c[i] = (uint16_t) below(19);	/* level 19 is not among the rows */
		p.y[i] = sign * (c[i] % 3 == 1 ? 5 : -1);
	}
	set(&p, "trees", 1);
	set(&p, "leaves", 2);
	set(&p, "learning_rate", 1);
	unit_ok(fit(&p) == ML_OK, "fits");
	for (i = 0; i < 1000; i++)
		wrong += fabs(predict(&p, i) - p.y[i]) > 1e-9;
	unit_ok(wrong == 0, "one split on a set separates it (%d wrong)", wrong);
	for (value = 19; value < 21; value++)
		unit_near(ml_forest_margin(p.fitted.model, &value, 0), -sign, 1e-9,
				  "category %g without rows goes to the larger side", value);
	value = 1e9;
	unit_near(ml_forest_margin(p.fitted.model, &value, 0), -sign, 1e-9,
			  "and so does nonsense");
}

/* All 255 levels, others and missing ones at once. */
static void
test_many_categories(void)
{
	Problem		p;
	uint16_t   *c;
	int			wrong = 0;
	int64_t		i;

	problem_begin(&p, ML_REGRESSION, 8000);
	c = add_category(&p, ML_MAX_LEVELS, true);
	for (i = 0; i < 8000; i++)
	{
		c[i] = (uint16_t) below(257);
		if (c[i] == 256)
			c[i] = ML_CODE_MISSING;
		p.y[i] = c[i] == ML_CODE_MISSING ? 9 : c[i] == 255 ? 7 : c[i] % 2;
	}
	set(&p, "min_rows", 1);
	set(&p, "learning_rate", 0.3);
	unit_ok(fit(&p) == ML_OK, "255 levels, other and missing fit");
	for (i = 0; i < 8000; i++)
		wrong += fabs(predict(&p, i) - p.y[i]) > 0.5;
	/* one level, the rarest, shares a bin with "other": about 50 rows */
	unit_ok(wrong < 70, "and are told apart (%d of 8000 rows are not)", wrong);
}

/* The number of trees is where the validation loss is least. */
static void
test_early_stopping(MlTask task)
{
	Problem		p;
	Problem		full;
	MlForest	prefix;
	double		inputs[MAX_INPUTS];
	double		best = INFINITY;
	uint32_t	best_trees = 0;
	uint32_t	t;
	int64_t		i;

	random_state = 4711;
	make_mixed(&p, task, 900, false);
	for (i = 0; i < 900; i++)
	{
		if (task == ML_REGRESSION)
			p.y[i] += 6 * uniform();
		else if (uniform() < 0.3)
			p.y[i] = 1 - p.y[i];
	}
	full = p;
	p.fit.n_rows = full.fit.n_rows = 500;
	p.fit.validation = p.rows + 500;
	p.fit.n_validation = 400;
	set(&full, "trees", 300);
	full.fit.parameters = full.parameters;
	unit_ok(fit(&p) == ML_OK && fit(&full) == ML_OK, "fits");
	prefix = *(MlForest *) full.fitted.model;
	for (t = 0; t <= 300 && t < best_trees + 21; t++)
	{
		double		loss = 0;

		prefix.n_trees = t;
		for (i = 500; i < 900; i++)
		{
			ml_frame_row(&p.frame, i, inputs);
			loss += loss_of(task, p.y[i], ml_forest_margin(&prefix, inputs, 0)) / 400;
		}
		if (loss < best - 1e-12)
		{
			best = loss;
			best_trees = t;
		}
	}
	unit_ok(best_trees > 0 && best_trees < 80, "the least validation loss is inside (tree %u)",
			best_trees);
	unit_ok(p.fitted.iterations == (int) best_trees, "training kept %d trees, best are %u",
			p.fitted.iterations, best_trees);
	best = 0;
	for (i = 0; i < 500; i++)
		best += loss_of(task, p.y[i], predict(&p, i)) / 500;
	unit_near(p.fitted.train_loss, best, 1e-12, "the training loss is that of the kept trees");
}

/* A row of weight three counts like three rows. */
static void
test_weights(MlTask task)
{
	Problem		p;
	Problem		q;
	double	   *x;
	double	   *twin;
	uint32_t	row = 0;
	double		worst = 0;
	int64_t		i;
	int			k;

	problem_begin(&p, task, 300);
	problem_begin(&q, task, 900);
	x = add_number(&p);
	twin = add_number(&q);
	p.weight = ml_allocate(p.env, 300, sizeof(double));
	p.fit.weight = p.weight;
	for (i = 0; i < 300; i++)
	{
		x[i] = floor(uniform() * 100);
		p.y[i] = task == ML_REGRESSION ? sin(x[i] / 10) + uniform() : uniform() < x[i] / 100;
		p.weight[i] = 1 + below(3);
		for (k = 0; k < p.weight[i]; k++)
		{
			twin[row] = x[i];
			q.y[row++] = p.y[i];
		}
	}
	q.fit.n_rows = row;
	set(&p, "min_rows", 1);
	set(&q, "min_rows", 1);
	set(&p, "min_hessian", 5);
	set(&q, "min_hessian", 5);
	set(&p, "trees", 20);
	set(&q, "trees", 20);
	unit_ok(fit(&p) == ML_OK && fit(&q) == ML_OK, "fits");
	for (i = 0; i < 300; i++)
	{
		double		inputs = x[i];

		worst = fmax(worst, fabs(predict(&p, i) - ml_forest_margin(q.fitted.model, &inputs, 0)));
	}
	unit_ok(worst < 1e-6, "weights are as repeated rows (task %d, off by %g)", task, worst);
	unit_near(p.fitted.train_loss, q.fitted.train_loss, 1e-6, "and so is the loss");
}

static void
test_nothing_to_learn(void)
{
	Problem		p;
	double	   *x;
	int64_t		i;

	problem_begin(&p, ML_REGRESSION, 200);
	x = add_number(&p);
	for (i = 0; i < 200; i++)
	{
		x[i] = uniform();
		p.y[i] = 0.1;
	}
	unit_ok(fit(&p) == ML_OK && p.fitted.iterations == 0, "a constant target needs no tree");
	unit_near(predict(&p, 3), 0.1, 1e-15, "and is predicted");
	unit_ok(strstr(unit_warnings(p.env), "all of them have the same target") != NULL, "with a warning: %s",
			unit_warnings(p.env));

	problem_begin(&p, ML_CLASSIFICATION, 30);
	x = add_number(&p);
	for (i = 0; i < 30; i++)
	{
		x[i] = (double) i;
		p.y[i] = i < 10;
	}
	unit_ok(fit(&p) == ML_OK && p.fitted.iterations == 0, "30 rows cannot be split by 20");
	unit_near(predict(&p, 3), log(10.0 / 20.0), 1e-12, "the base is the log-odds");

	for (i = 0; i < 30; i++)
		p.y[i] = 1;
	unit_ok(fit(&p) == ML_OK && isfinite(predict(&p, 0)) && predict(&p, 0) > 3,
			"one class alone gives a finite margin");
}

/* Neighbouring doubles, the ends of the range, huge targets. */
static void
test_extremes(void)
{
	static const double values[] = {-DBL_MAX, -1, -DBL_MIN, -4.9e-324, 0, 4.9e-324, 1, 1 + DBL_EPSILON, DBL_MAX};
	Problem		p;
	double	   *x;
	int			wrong = 0;
	int64_t		i;

	problem_begin(&p, ML_REGRESSION, 9);
	x = add_number(&p);
	for (i = 0; i < 9; i++)
	{
		x[i] = values[i];
		p.y[i] = (double) ((i * 5) % 9);
	}
	set(&p, "min_rows", 1);
	set(&p, "trees", 1);
	set(&p, "learning_rate", 1);
	unit_ok(fit(&p) == ML_OK, "fits");
	for (i = 0; i < 9; i++)
		wrong += fabs(predict(&p, i) - p.y[i]) > 1e-9;
	unit_ok(wrong == 0, "close and extreme values are told apart (%d wrong)", wrong);

	for (i = 0; i < 9; i++)
		p.y[i] = (i < 4 ? 1e300 : -1e300);
	unit_ok(fit(&p) == ML_OK && fabs(predict(&p, 0) / 1e300 - 1) < 1e-9, "huge targets are learnt");
	for (i = 0; i < 9; i++)
		p.y[i] = (i < 4 ? 1e-310 : 0);
	unit_ok(fit(&p) == ML_OK && isfinite(predict(&p, 0)), "tiny ones do no harm");
	p.y[0] = DBL_MAX;
	p.y[1] = -DBL_MAX;
	p.y[8] = -DBL_MAX;
	unit_ok(fit(&p) == ML_OK || p.env->error.status == ML_INVALID_DATA, "targets at the end of the range: %s",
			p.env->error.message);
}

/* Trees do not depend on how many histograms are kept. */
static void
test_pool(void)
{
	Problem		p;
	MlBins		bins[MAX_INPUTS];
	MlBinned	binned;
	MlGrower	grower[3];
	MlGradient *gradient;
	MlTreeRows	tree = {.scale = {1 << 20, 1}, .most = {ML_MOST_G, 1, 1}};
	MlGrowLimits limits = {.max_leaves = 40, .min_rows = 5, .tree_inputs = 1, .node_inputs = 1};
	static const size_t pool[] = {0, 200000, 100000000};
	bool		same = true;
	int64_t		i;
	int			k;

	make_mixed(&p, ML_REGRESSION, 2000, false);
	gradient = ml_allocate(p.env, 2000, sizeof(MlGradient));
	for (i = 0; i < 2000; i++)
	{
		gradient[i] = ml_gradient_word((int64_t) (p.y[i] * (1 << 20)), 1, 1);
	}
	tree.gradient = gradient;
	unit_ok(ml_bins_fit(p.env, &p.signature, &p.frame, p.rows, 2000, p.identity, 255, bins) == ML_OK &&
			ml_bins_apply(p.env, bins, &p.frame, p.rows, 2000, false, &binned) == ML_OK, "bins");
	for (k = 0; k < 3; k++)
	{
		limits.pool_bytes = pool[k];
		unit_ok(ml_grower_begin(&grower[k], p.env, &binned, &limits) == ML_OK &&
				ml_grower_tree(&grower[k], &tree) == ML_OK &&
				grower[k].n_leaves == 40, "%d histograms are kept", grower[k].n_slots);
		same = same && memcmp(grower[k].nodes, grower[0].nodes,
							  grower[0].n_nodes * sizeof(MlTreeNode)) == 0;
	}
	unit_ok(grower[0].n_slots == 0 && grower[1].n_slots > 1 && grower[1].n_slots < 40 &&
			grower[2].n_slots == 40, "none, some and all histograms fit");
	unit_ok(same, "and the tree is the same");

	limits.max_depth = 3;
	limits.pool_bytes = pool[2];
	unit_ok(ml_grower_begin(&grower[0], p.env, &binned, &limits) == ML_OK &&
			ml_grower_tree(&grower[0], &tree) == ML_OK &&
			grower[0].n_leaves == 8, "depth 3 is 8 leaves");
	same = true;
	for (k = 0; k < grower[0].n_leaves; k++)
		same = same && grower[0].leaves[k].n >= 5 && grower[0].leaves[k].depth <= 3;
	unit_ok(same, "of at least 5 rows");
}

/* One tree of five nodes, or its first n_nodes, through encode and decode. */
static MlStatus
decode_tree(const Problem *p, const MlTreeNode *nodes, uint32_t n_nodes, double base)
{
	static const MlSet256 sets[1] = {{{2, 0, 0, 0}}};
	uint32_t	first[2] = {0, 0};
	MlForest	forest = {ML_LINK_IDENTITY, 1, &base, 1, 0, 1, first, nodes, sets, NULL};
	MlWriter	writer;
	MlReader	reader;

	first[1] = forest.n_nodes = n_nodes;
	ml_writer_begin(&writer, p->env);
	(void) ml_forest_encode(&forest, &writer);
	ml_reader_begin(&reader, writer.data, writer.length);
	return ml_forest_decode(p->env, &reader, &p->signature, ML_REGRESSION, 0, &forest);
}

/* Link and outputs of a forest of n_trees leaves, as the model sees them. */
static MlStatus
decode_shape(const Problem *p, uint32_t link, uint32_t n_outputs, uint32_t n_trees, MlTask task, int n_classes)
{
	static const MlTreeNode leaves[6] = {{.kind = ML_NODE_LEAF}};
	static const uint32_t first[7] = {0, 1, 2, 3, 4, 5, 6};
	static const double base[3] = {0};
	MlForest	forest = {(MlLink) link, 1, base, n_trees, n_trees, 0, first, leaves, NULL, NULL};
	MlWriter	writer;
	MlReader	reader;

	forest.n_outputs = n_outputs > 3 ? 1 : (int) n_outputs;
	ml_writer_begin(&writer, p->env);
	(void) ml_forest_encode(&forest, &writer);
	memcpy(writer.data + 4, &n_outputs, sizeof(n_outputs));
	ml_reader_begin(&reader, writer.data, writer.length);
	return ml_forest_decode(p->env, &reader, &p->signature, task, n_classes, &forest);
}

static void
test_hostile_shapes(void)
{
	Problem		p;
	uint32_t	link;

	problem_begin(&p, ML_REGRESSION, 1);
	(void) add_number(&p);
	for (link = 0; link < 7; link++)
	{
		bool		number = link == ML_LINK_IDENTITY || link == ML_LINK_EXP || link == ML_LINK_SHARE;
		bool		two = link == ML_LINK_LOGISTIC || link == ML_LINK_SHARE;
		bool		many = link == ML_LINK_SOFTMAX || link == ML_LINK_SHARE;

		unit_ok((decode_shape(&p, link, 1, 6, ML_REGRESSION, 0) == ML_OK) == number, "link %u of a number", link);
		unit_ok((decode_shape(&p, link, 1, 6, ML_CLASSIFICATION, 2) == ML_OK) == two, "of two classes");
		unit_ok((decode_shape(&p, link, 3, 6, ML_CLASSIFICATION, 3) == ML_OK) == many, "of three");
		unit_ok(decode_shape(&p, link, 3, 5, ML_CLASSIFICATION, 3) == ML_CORRUPT, "of which one has fewer trees");
		unit_ok(decode_shape(&p, link, 3, 6, ML_CLASSIFICATION, 2) == ML_CORRUPT, "of other classes than the model");
		unit_ok(decode_shape(&p, link, 0, 6, ML_REGRESSION, 0) == ML_CORRUPT, "without outputs");
		unit_ok(decode_shape(&p, link, UINT32_MAX, 6, ML_REGRESSION, 0) == ML_CORRUPT, "with too many");
	}
	unit_ok(decode_shape(&p, ML_LINK_SHARE, 1, 0, ML_REGRESSION, 0) == ML_CORRUPT, "shares of no trees");
	unit_ok(decode_shape(&p, ML_LINK_IDENTITY, 1, 0, ML_REGRESSION, 0) == ML_OK, "a base alone: %s",
			p.env->error.message);
}

/* Trees that somebody made by hand: each with one thing wrong. */
static void
test_hostile_trees(void)
{
	static const MlTreeNode sound[5] = {
		{{.number = 0.5}, 1, 9, 1, 0, ML_NODE_NUMBER, 1},
		{{.set = 0}, 3, 5, 1, 1, ML_NODE_CATEGORY, 0},
		{{.number = 1}, 0, 4, 0, 0, ML_NODE_LEAF, 0},
		{{.number = 2}, 0, 3, 0, 0, ML_NODE_LEAF, 0},
		{{.number = 3}, 0, 2, 0, 0, ML_NODE_LEAF, 0}};
	MlTreeNode	nodes[5];
	Problem		p;

	problem_begin(&p, ML_REGRESSION, 1);
	(void) add_number(&p);
	(void) add_category(&p, 3, true);
	unit_ok(decode_tree(&p, sound, 5, 0) == ML_OK, "a sound tree is decoded: %s", p.env->error.message);
	unit_ok(decode_tree(&p, sound, 5, NAN) == ML_CORRUPT, "a base that is no number is refused");
	unit_ok(decode_tree(&p, sound, 4, 0) == ML_CORRUPT, "so is a tree cut off");
	unit_ok(decode_tree(&p, sound, 0, 0) == ML_CORRUPT, "or empty");

#define REFUSED(damage, what) \
	do { \
		memcpy(nodes, sound, sizeof(nodes)); \
		damage; \
		unit_ok(decode_tree(&p, nodes, 5, 0) == ML_CORRUPT, "%s: %s", what, p.env->error.message); \
	} while (0)

	REFUSED(nodes[0].child = 0, "a cycle");
	REFUSED(nodes[1].child = 1, "a node that is its own child");
	REFUSED(nodes[1].child = 2, "a shared child");
	REFUSED(nodes[1].child = 4, "a right child behind the end");
	REFUSED(nodes[1].child = UINT32_MAX, "a child far away");
	REFUSED(nodes[1].kind = ML_NODE_LEAF, "nodes that are not reached");
	REFUSED(nodes[1].kind = 3, "an unknown kind");
	REFUSED(nodes[1].kind = ML_NODE_NUMBER, "a number split of a category");
	REFUSED(nodes[1].value.set = 1, "a set that does not exist");
	REFUSED(nodes[0].input = 2, "an input that does not exist");
	REFUSED(nodes[0].value.number = INFINITY, "an infinite threshold");
	REFUSED(nodes[2].value.number = NAN, "a leaf that is no number");
	REFUSED(nodes[2].child = 3, "a leaf with children");
	REFUSED(nodes[2].input = 2, "a leaf whose input does not exist");
	REFUSED(nodes[0].default_left = 2, "a side that does not exist");
	REFUSED(nodes[0].gain = NAN, "a gain that is no number");

	/* a root that is its own left child, with no node left over */
	memcpy(nodes, sound, sizeof(nodes));
	nodes[0].child = 0;
	nodes[1] = sound[2];
	unit_ok(decode_tree(&p, nodes, 2, 0) == ML_CORRUPT, "a root that is its own child");
}

/* Edges of a sample depend on the set of rows only. */
static void
test_sampled_bins(void)
{
	enum
	{
	N = 250000};
	Problem		p;
	Problem		q;
	MlBins		a;
	MlBins		b;
	double	   *x;
	double		worst = 0;
	int64_t		i;

	problem_begin(&p, ML_REGRESSION, N);
	x = add_number(&p);
	for (i = 0; i < N; i++)
		x[i] = i % 5 == 0 ? 0 : uniform();
	copy_permuted(&p, &q);
	unit_ok(ml_bins_fit(p.env, &p.signature, &p.frame, p.rows, N, p.identity, 100, &a) == ML_OK &&
			ml_bins_fit(q.env, &q.signature, &q.frame, q.rows, N, q.identity, 100, &b) == ML_OK, "bins");
	unit_ok(a.n_bins == 100 && b.n_bins == 100 && memcmp(a.edges, b.edges, 99 * sizeof(double)) == 0,
			"permuted rows give the same edges");
	for (i = 1; i < 99; i++)
		worst = fmax(worst, fabs(a.edges[i] - i / 99.0));
	unit_ok(a.edges[0] < 0.01 && worst < 0.02, "a frequent value has its bin, the others are quantiles (off by %g)",
			worst);
	unit_ok(ml_bin_of_number(&a, a.edges[7]) == 7 &&
			ml_bin_of_number(&a, nextafter(a.edges[7], 1)) == 8 &&
			ml_bin_of_number(&a, -1) == 0 && ml_bin_of_number(&a, 2) == 99 &&
			ml_bin_of_number(&a, NAN) == 100, "an edge belongs to the bin below it");
}

/* Rows as bins, by rows and by columns, are the bins of their numbers. */
static void
test_binned(int n_inputs)
{
	enum
	{
	N = 4103};
	Problem		p;
	MlBins		bins[MAX_INPUTS];
	MlBinned	binned;
	double	   *x[MAX_INPUTS];
	int			wrong = 0;
	int			i;
	int			k;

	problem_begin(&p, ML_REGRESSION, N);
	for (k = 0; k < n_inputs; k++)
	{
		x[k] = add_number(&p);
		for (i = 0; i < N; i++)
			x[k][i] = i % 11 == 0 ? NAN : k % 2 == 0 ? below(300) : uniform();
	}
	unit_ok(ml_bins_fit(p.env, &p.signature, &p.frame, p.rows, N, p.identity,
						n_inputs > 9 ? 255 : 5, bins) == ML_OK, "bins of %d inputs", n_inputs);
	x[0][7] = INFINITY;
	x[0][8] = -INFINITY;
	x[0][9] = bins[0].edges[2];
	unit_ok(ml_bins_apply(p.env, bins, &p.frame, p.rows, N, true, &binned) == ML_OK, "applied");
	for (k = 0; k < n_inputs; k++)
		for (i = 0; i < N; i++)
		{
			int			bin = ml_bin_of_number(&bins[k], x[k][i]);

			wrong += binned.bins[(size_t) i * binned.stride + (size_t) k] != bin;
			wrong += binned.columns[k * N + i] != bin;
		}
	unit_ok(wrong == 0, "give the bins of each number (%d wrong)", wrong);
}

/*
 * Rows side by side get the bits that each gets alone: categories, missing,
 * unknown and infinite values, numbers on a threshold, 2 to `leaves` leaves.
 */
static void
test_lanes(int leaves, uint32_t n_outputs, bool small)
{
	enum
	{
	N = 300, INPUTS = 5};
	static const double odd[] = {NAN, INFINITY, -INFINITY, -0.0, 255, 256, -1, 1e308};
	Problem		p;
	MlForest	forest;
	double		inputs[N * INPUTS];
	double		outputs[N * 3];
	int			different = 0;
	int			n;
	int			i;
	uint32_t	k;

	make_mixed(&p, ML_REGRESSION, 900, false);
	set(&p, "leaves", leaves);
	set(&p, "min_rows", 2);
	set(&p, "trees", 30);
	unit_ok(fit(&p) == ML_OK, "fits");
	forest = *(MlForest *) p.fitted.model;
	small = small && p.env->simd == ML_SIMD_AVX512;
	unit_ok((forest.lanes != NULL) == small && forest.n_sets > 0, "%d leaves go %s lanes", leaves,
			small ? "through" : "without");
	/* the same trees for several outputs by turns */
	forest.n_outputs = (int) n_outputs;
	forest.base = (double[3]) {0.5, -1, 7};
	for (i = 0; i < N; i++)
		ml_frame_row(&p.frame, i, inputs + i * INPUTS);
	for (i = 0; i < N * INPUTS; i += 7)
		inputs[i] = odd[i / 7 % 8];
	for (i = 0; i < (int) forest.n_nodes; i++)
	{
		if (forest.nodes[i].kind == ML_NODE_NUMBER)
			inputs[i % N * INPUTS + forest.nodes[i].input] = forest.nodes[i].value.number;
	}
	for (n = 1; n <= N; n += n < 40 ? 1 : 65)
	{
		ml_forest_predict(&forest, INPUTS, inputs, n, outputs);
		for (i = 0; i < n; i++)
			for (k = 0; k < n_outputs; k++)
				different += outputs[(uint32_t) i * n_outputs + k] !=
					ml_forest_margin(&forest, inputs + i * INPUTS, (int) k);
	}
	unit_ok(different == 0, "%d leaves, %u outputs: the bits of one row after the other (%d differ)",
			leaves, n_outputs, different);
}

/* The same model and the same predictions, whichever instructions there are. */
static void
test_simd(MlTask task, int n_classes)
{
	enum
	{
	N = 300, INPUTS = 5};
	MlSimd		best = ml_simd_best();
	Problem		p;
	double		inputs[N * INPUTS];
	double		plain[N * 3];
	double		outputs[N * 3];
	MlWriter	model;
	MlSimd		simd;
	int			i;

	make_mixed(&p, task, 3000, true);
	p.fit.n_classes = n_classes;
	for (i = 0; n_classes == 3 && i < 3000; i++)
		p.y[i] += uniform() < 0.3 ? 1 : 0;
	for (i = 0; i < N; i++)
		ml_frame_row(&p.frame, i, inputs + i * INPUTS);
	for (simd = ML_SIMD_NONE; simd <= best; simd++)
	{
		const MlForest *forest;
		MlWriter	again;
		size_t		size;

		p.env->simd = simd;
		unit_ok(fit(&p) == ML_OK, "fits on level %d of %d", (int) simd, (int) best);
		forest = p.fitted.model;
		size = N * (size_t) forest->n_outputs * sizeof(double);
		ml_forest_predict(forest, INPUTS, inputs, N, simd == ML_SIMD_NONE ? plain : outputs);
		again = encode(&p);
		if (simd == ML_SIMD_NONE)
		{
			model = again;
			continue;
		}
		unit_ok(again.length == model.length && memcmp(again.data, model.data, model.length) == 0,
				"the bytes of the plain model");
		unit_ok(memcmp(outputs, plain, size) == 0, "and its predictions");
	}
}

/* Rows keep their order on both sides, whichever inputs are kept as columns. */
static void
test_partition(void)
{
	enum
	{
	N = 3000, INPUTS = 12};
	MlEnv	   *env = unit_env();
	MlBins		inputs[INPUTS];
	uint8_t    *bins = ml_allocate(env, N, 16);
	MlBinned	data = {INPUTS, inputs, N, 16, bins, NULL, 0};
	MlPartition partition;
	int			wrong = 0;
	bool		kept[INPUTS] = {false};
	int			tree;
	int			i;
	int			k;

	for (i = 0; i < N * 16; i++)
		bins[i] = (uint8_t) below(200);
	unit_ok(ml_partition_begin(&partition, env, &data) == ML_OK && partition.n_kept == ML_KEPT_COLUMNS,
			"%d of %d inputs can be columns", partition.n_kept, INPUTS);
	for (tree = 0; tree < 12; tree++)
	{
		wrong += ml_partition_reset(&partition, env, NULL, N) != ML_OK;
		for (k = 0; k < 40; k++)
		{
			/* each tree likes two inputs most */
			int			input = k % 2 == 0 ? (tree + k / 2 % 2) % INPUTS : below(INPUTS);
			int			begin = below(N / 2);
			int			n = below(N / 2);
			MlSet256	left = {{ml_mix64((uint64_t) k), ml_mix64((uint64_t) tree), 77, 0}};
			MlRangeSplit split;
			uint32_t	before[N];
			int			at = 0;

			memcpy(before, partition.index + begin, (size_t) n * sizeof(uint32_t));
			ml_split_begin(&split, &partition, input, &left, begin, n);
			ml_split_rows(&split, n / 3);
			ml_split_rows(&split, n - n / 3);
			ml_split_finish(&split);
			for (i = 0; i < 2 * n; i++)
			{
				uint32_t	row = before[i % n];

				if (ml_set_has(&left, bins[row * 16 + (uint32_t) input]) == (i < n))
					wrong += partition.index[begin + at++] != row;
				if (i == n - 1)
					wrong += at != split.lefts;
			}
		}
		for (i = 0; i < partition.n_kept; i++)
		{
			if (partition.kept[i] >= 0)
				kept[partition.kept[i]] = true;
		}
	}
	for (i = k = 0; i < INPUTS; i++)
		k += kept[i];
	unit_ok(wrong == 0, "rows are where they should be (%d are not)", wrong);
	unit_ok(k > ML_KEPT_COLUMNS, "columns were replaced, %d inputs had one", k);
	ml_partition_end(&partition, env);
}

/* Histograms of any width, with more rows than packed cells hold, against plain sums. */
static void
test_histogram(int n_inputs, int n_rows, size_t stride)
{
	MlEnv	   *env = unit_env();
	MlBins	   *inputs = ml_allocate(env, (size_t) n_inputs, sizeof(MlBins));
	uint8_t    *bins = ml_allocate(env, (size_t) n_rows, stride);
	MlGradient *gradient = ml_allocate(env, (size_t) n_rows, sizeof(MlGradient));
	uint32_t   *index = ml_allocate(env, (size_t) n_rows, sizeof(uint32_t));
	MlBinned	data = {n_inputs, inputs, n_rows, stride, bins, NULL, 0};
	MlHistogramSums sums;
	bool		bounded = n_inputs == 28 || n_inputs == 65; /* so that no row needs a look */
	MlCell		most = {bounded ? ML_MOST_G / 4096 : ML_MOST_G, bounded ? ML_MOST_H / 4096 : ML_MOST_H, 2};
	MlCell	   *cells;
	MlCell	   *plain;
	int			n = 0;
	int			i;
	int			k;

	for (k = 0; k < n_inputs; k++)
		inputs[k].n_bins = k % 5 == 0 ? ML_MAX_BINS : 1 + k % 100;
	unit_ok(ml_histogram_begin(&sums, env, &data) == ML_OK, "%d inputs of %d rows", n_inputs, n_rows);
	cells = ml_allocate(env, sums.shape.n_cells, sizeof(MlCell));
	plain = ml_allocate(env, sums.shape.n_cells, sizeof(MlCell));
	for (i = 0; i < n_rows; i++)
	{
		MlCell		row = {0, i % 3 == 0 || n_inputs == 1 ? ML_MOST_H / 900 : i % 100, 1 + i % 2};

		/* some rows fill a cell alone */
		row.g = (int64_t) (ml_mix64((uint64_t) i) % ML_MOST_G) - ML_MOST_G / 2;
		row.g = i % 1000 == 7 && !bounded ? (i % 2000 == 7 ? -ML_MOST_G : ML_MOST_G) : row.g / 4096;
		row.h = i % 5000 == 9 && !bounded ? ML_MOST_H : bounded ? most.h : row.h;
		gradient[i] = ml_gradient_word(row.g, row.h, row.rows);
		for (k = 0; k < n_inputs; k++)
			bins[(size_t) i * stride + (size_t) k] = (uint8_t) (k % 4 == 0 ? 0 : below(inputs[k].n_bins + 1));
		if (i % 7 == 3)
			continue;
		index[n++] = (uint32_t) i;
		for (k = 0; k < n_inputs; k++)
		{
			MlCell	   *cell = &plain[sums.shape.offset[k] + bins[(size_t) i * stride + (size_t) k]];

			cell->g += row.g;
			cell->h += row.h;
			cell->rows += row.rows;
		}
	}
	for (k = 0; k < 2; k++)
	{
		ml_histogram_clear(&sums, gradient, most, cells);
		ml_histogram_add(&sums, index, n / 3);
		ml_histogram_add(&sums, index + n / 3, n - n / 3);
		ml_histogram_finish(&sums);
		unit_ok(memcmp(cells, plain, sums.shape.n_cells * sizeof(MlCell)) == 0, "sums, time %d", k + 1);
	}
	ml_histogram_subtract(&sums.shape, plain, cells);
	for (i = 0; i < (int) sums.shape.n_cells; i++)
		k += plain[i].g != 0 || plain[i].h != 0 || plain[i].rows != 0;
	unit_ok(k == 2, "a histogram minus itself is empty");
	ml_histogram_end(&sums, env);
}

/* Training obeys a stop at any time, and lack of memory anywhere. */
static void
test_interruption(void)
{
	Problem		p;
	MlStatus	status;
	int			good = 0;
	int			calls;
	size_t		budget;

	for (calls = 0; calls < 400; calls += 7)
	{
		make_mixed(&p, ML_CLASSIFICATION, 200, false);
		unit_stop_after(p.env, calls);
		good += fit(&p) == ML_INTERRUPTED;
	}
	unit_ok(good == 58, "a stop is obeyed (%d of 58)", good);
	good = 0;
	for (budget = 0; budget < 100; budget++)
	{
		make_mixed(&p, ML_CLASSIFICATION, 200, false);
		unit_budget(p.env, 20000 + budget * 8000);
		status = fit(&p);
		good += status == ML_OK || status == ML_OUT_OF_MEMORY;
		if (budget == 0)
			unit_ok(status == ML_OUT_OF_MEMORY, "a small budget is not enough");
		if (budget == 99)
			unit_ok(status == ML_OK, "a larger one is");
	}
	unit_ok(good == 100, "lack of memory is a status");
}

int
main(void)
{
	test_quality();
	test_exhaustive();
	test_permutation(ML_REGRESSION, false);
	test_permutation(ML_REGRESSION, true);
	test_permutation(ML_CLASSIFICATION, false);
	test_permutation(ML_CLASSIFICATION, true);
	test_row_lists(ML_REGRESSION);
	test_row_lists(ML_CLASSIFICATION);
	test_bits(ML_REGRESSION);
	test_bits(ML_CLASSIFICATION);
	test_walks();
	test_derivatives(ML_SQUARED, 1, 0, 2);
	test_derivatives(ML_ABSOLUTE, 1, 0, 1);
	test_derivatives(ML_HUBER, 1, 0.7, 1);
	test_derivatives(ML_QUANTILE, 1, 0.2, 1);
	test_derivatives(ML_POISSON, 1, 0, 2);
	test_derivatives(ML_GAMMA, 1, 0, 2);
	test_derivatives(ML_TWEEDIE, 1, 1.3, 2);
	test_derivatives(ML_LOG_LOSS, 1, 0, 1);
	test_derivatives(ML_SOFTMAX, 3, 0, 1);
	test_derivatives(ML_SOFTMAX, 5, 0, 1);
	test_probabilities();
	test_packing();
	test_missing(0);
	test_missing(1);
	test_missing_default();
	test_category_sets(1);
	test_category_sets(-1);
	test_many_categories();
	test_early_stopping(ML_REGRESSION);
	test_early_stopping(ML_CLASSIFICATION);
	test_weights(ML_REGRESSION);
	test_weights(ML_CLASSIFICATION);
	test_nothing_to_learn();
	test_extremes();
	test_pool();
	test_hostile_shapes();
	test_hostile_trees();
	test_sampled_bins();
	test_lanes(2, 1, true);
	test_lanes(31, 1, true);
	test_lanes(64, 3, true);
	test_lanes(65, 1, false);
	test_simd(ML_REGRESSION, 0);
	test_simd(ML_CLASSIFICATION, 2);
	test_simd(ML_CLASSIFICATION, 3);
	test_partition();
	test_histogram(1, 90000, 4);
	test_histogram(5, 90000, 8);
	test_histogram(28, 40000, 32);
	test_histogram(64, 5000, 64);
	test_histogram(65, 5000, 68);
	test_histogram(199, 600, 200);
	test_binned(3);
	test_binned(28);
	test_interruption();
	return unit_done();
}
