/*
 * test_objectives.c
 *		What gbt can be asked for: objectives against scikit-learn and XGBoost,
 *		class weights, constraints, drawing, and what cannot be.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algo/gbt.h"
#include "algo/logistic.h"
#include "algo/tree.h"
#include "frame.h"
#include "math/quantile.h"
#include "math/rng.h"
#include "unit.h"

#define MOST_OPTIONS 8
#define MOST_CLASSES 4

static const char *const labels[MOST_CLASSES] = {"red", "green", "blue", "grey"};

/* One fit: rows, options, result. */
typedef struct Fit
{
	MlEnv	   *env;
	UnitFrame	frame;
	double		parameters[ML_MAX_PARAMETERS];
	MlOption	options[MOST_OPTIONS];
	MlFitInput	input;
	MlFitted	fitted;
} Fit;

static uint64_t random_state = 1;

static double
uniform(void)
{
	random_state++;
	return ml_hash_uniform(ml_mix64(random_state));
}

static double
normal(void)
{
	double		radius = sqrt(-2 * log(1 - uniform()));

	return radius * cos(6.283185307179586 * uniform());
}

/* classes: 0 for regression */
static void
fit_begin(Fit *fit, double *cells, int n_rows, const char *kinds, int classes)
{
	uint64_t   *identity;
	int			i;

	memset(fit, 0, sizeof(*fit));
	fit->env = unit_env();
	unit_frame_of(fit->env, cells, n_rows, kinds, &fit->frame);
	unit_fit_input(&fit->frame, &ml_gbt, classes > 0 ? ML_CLASSIFICATION : ML_REGRESSION,
				   fit->parameters, &fit->input);
	identity = ml_allocate(fit->env, (size_t) n_rows, sizeof(uint64_t));
	for (i = 0; i < n_rows; i++)
		identity[i] = ml_mix64((uint64_t) i + 5);
	fit->input.identity = identity;
	fit->input.n_classes = classes;
	fit->input.labels = labels;
	fit->input.target = "y";
	fit->input.options = fit->options;
}

static void
add_option(Fit *fit, MlOption option)
{
	fit->options[fit->input.n_options++] = option;
}

static void
set(Fit *fit, const char *name, double value)
{
	add_option(fit, (MlOption) {.name = name, .value = value});
}

static void
choose(Fit *fit, const char *name, const char *text)
{
	add_option(fit, (MlOption) {.name = name, .text = text});
}

static void
put(Fit *fit, const char *name, const MlOptionMember *members, int n_members)
{
	add_option(fit, (MlOption) {.name = name, .members = members, .n_members = n_members});
}

static MlStatus
run_with(Fit *fit, const MlAlgorithm *algorithm)
{
	MlStatus	status = ml_parameters_resolve(fit->env, algorithm, fit->options, fit->input.n_options,
											   fit->parameters);

	return status == ML_OK ? algorithm->fit(fit->env, &fit->input, &fit->fitted) : status;
}

static MlStatus
run(Fit *fit)
{
	return run_with(fit, &ml_gbt);
}

static void
predict_inputs(const Fit *fit, const double *inputs, double *outputs)
{
	ml_gbt.predict(fit->fitted.model, &fit->frame.signature, inputs, 1, outputs);
}

static double
predict(const Fit *fit, int row)
{
	double		inputs[16];
	double		output[MOST_CLASSES];

	ml_frame_row(&fit->frame.frame, row, inputs);
	predict_inputs(fit, inputs, output);
	return output[0];
}

/*
 * Objectives against others
 */

typedef double Loss(double y, const double *output);

static double
absolute_loss(double y, const double *output)
{
	return fabs(y - *output);
}

static double
low_loss(double y, const double *output)
{
	return y > *output ? 0.1 * (y - *output) : 0.9 * (*output - y);
}

static double
high_loss(double y, const double *output)
{
	return y > *output ? 0.8 * (y - *output) : 0.2 * (*output - y);
}

static double
poisson_loss(double y, const double *output)
{
	return 2 * ((y > 0 ? y * log(y / *output) : 0) - y + *output);
}

static double
gamma_loss(double y, const double *output)
{
	return 2 * (y / *output - log(y / *output) - 1);
}

static double
tweedie_loss(double y, const double *output)
{
	double		p = 1.5;

	return 2 * (pow(y, 2 - p) / ((1 - p) * (2 - p)) - y * pow(*output, 1 - p) / (1 - p) +
				pow(*output, 2 - p) / (2 - p));
}

static double
class_loss(double y, const double *output)
{
	return -log(output[(int) y]);
}

/* Rows of the file that are marked in its last column are tested on, the others trained on. */
static double
file_loss(const char *kinds, const char *objective, double quantile, int classes, Loss *loss)
{
	int			n_rows;
	int			n_columns;
	double	   *cells = unit_csv("objectives.csv", &n_rows, &n_columns);
	double		sum = 0;
	int			n = 0;
	Fit			fit;
	int			i;

	fit_begin(&fit, cells, n_rows, kinds, classes);
	fit.input.n_rows = 0;
	for (i = 0; i < n_rows; i++)
	{
		if (cells[i * n_columns + n_columns - 1] == 0)
			fit.frame.rows[fit.input.n_rows++] = (uint32_t) i;
	}
	choose(&fit, "objective", objective);
	if (quantile > 0)
		set(&fit, "quantile", quantile);
	unit_ok(run(&fit) == ML_OK, "%s fits: %s", objective, fit.env->error.message);
	unit_ok(fit.fitted.n_curve == 100 &&
			fit.fitted.curve[99].train_loss < fit.fitted.curve[0].train_loss &&
			fit.fitted.curve[99].train_loss == fit.fitted.train_loss, "its training loss falls");
	for (i = 0; i < n_rows; i++)
	{
		double		inputs[4];
		double		output[MOST_CLASSES];

		if (cells[i * n_columns + n_columns - 1] == 0)
			continue;
		ml_frame_row(&fit.frame.frame, i, inputs);
		predict_inputs(&fit, inputs, output);
		sum += loss(fit.frame.y[i], output);
		n++;
	}
	return sum / n;
}

static void
test_references(void)
{
	static const struct
	{
		const char *kinds;
		const char *objective;
		double		quantile;
		int			classes;
		Loss	   *loss;
	}			cases[] = {
		{"nnnn---y--", "mae", 0, 0, absolute_loss},
		{"nnnn---y--", "quantile", 0.1, 0, low_loss},
		{"nnnn---y--", "quantile", 0.8, 0, high_loss},
		{"nnnny-----", "count:poisson", 0, 0, poisson_loss},
		{"nnnn-y----", "gamma", 0, 0, gamma_loss},
		{"nnnn--y---", "tweedie", 0, 0, tweedie_loss},
		{"nnnn----y-", "multi:softprob", 0, 4, class_loss},
		{"nnnn---y--", "huber", 0, 0, absolute_loss}
	};
	int			n_rows;
	int			n_references;
	double	   *reference = unit_csv("objectives_reference.csv", &n_rows, &n_references);
	int			i;

	for (i = 0; i < 8; i++)
	{
		double		loss = file_loss(cases[i].kinds, cases[i].objective, cases[i].quantile,
									 cases[i].classes, cases[i].loss);
		/* huber has no reference, but comes near to the median */
		double		other = i < n_references ? reference[i] : 1.1 * reference[0];

		unit_ok(loss < other * 1.03, "%s: %.4f, the other library %.4f", cases[i].objective, loss, other);
	}
}

/*
 * Means and sizes
 */

/* The mean of the predictions is that of the targets, however skewed these are. */
static void
test_means(bool single)
{
	enum
	{
	N = 5000};
	double	   *cells = malloc(N * 3 * sizeof(double));
	double		target = 0;
	double		predicted = 0;
	Fit			fit;
	int			i;

	for (i = 0; i < N; i++)
	{
		cells[i * 3] = uniform();
		cells[i * 3 + 1] = floor(uniform() * 20);
		cells[i * 3 + 2] = single ? normal() + 3 * cells[i * 3] : exp(3 * normal() + cells[i * 3]);
	}
	if (single)
		cells[2] = 1e6;
	fit_begin(&fit, cells, N, "nny", 0);
	unit_ok(run(&fit) == ML_OK && fit.fitted.iterations == 100, "skewed targets fit");
	for (i = 0; i < N; i++)
	{
		target += fit.frame.y[i] / N;
		predicted += predict(&fit, i) / N;
	}
	unit_ok(fabs(predicted / target - 1) < 1e-9, "mean prediction %.12g, mean target %.12g", predicted, target);
	free(cells);
}

/* Exact steps: one tree of one split on poisson counts, upwards to the mean, downwards by Newton. */
static void
test_poisson_step(void)
{
	double		cells[80];
	double		expected[2];
	Fit			fit;
	int			i;

	for (i = 0; i < 40; i++)
	{
		cells[2 * i] = i < 20;
		cells[2 * i + 1] = i < 20 ? 9 : 1;
	}
	fit_begin(&fit, cells, 40, "ny", 0);
	choose(&fit, "objective", "poisson");
	set(&fit, "trees", 1);
	set(&fit, "learning_rate", 1);
	unit_ok(run(&fit) == ML_OK, "counts fit");
	expected[0] = 9;
	expected[1] = 5 * exp((1 - 5.0) / 5);
	unit_near(predict(&fit, 0), expected[0], 1e-9, "up to the mean of the leaf");
	unit_near(predict(&fit, 39), expected[1], 1e-9, "down by a step that cannot overshoot");
}

/* One leaf by its formula: the sum of derivatives drawn towards 0 by l1. */
static void
test_l1(void)
{
	double		cells[80];
	Fit			fit;
	int			i;

	for (i = 0; i < 40; i++)
	{
		cells[2 * i] = i < 20;
		cells[2 * i + 1] = i < 20 ? 9 : 1;
	}
	fit_begin(&fit, cells, 40, "ny", 0);
	set(&fit, "lambda_l1", 10);
	set(&fit, "lambda_l2", 5);
	set(&fit, "trees", 1);
	set(&fit, "learning_rate", 1);
	unit_ok(run(&fit) == ML_OK, "l1 fits");
	unit_near(predict(&fit, 0), 5 + (80 - 10) / 25.0, 1e-9, "upwards");
	unit_near(predict(&fit, 39), 5 - (80 - 10) / 25.0, 1e-9, "and downwards");
	fit.options[0].value = 81;
	unit_ok(run(&fit) == ML_OK && fit.fitted.iterations == 0, "a larger l1 leaves nothing to gain");
	unit_ok(strstr(unit_warnings(fit.env), "gains more than min_gain") != NULL, "which is said: %s",
			unit_warnings(fit.env));
}

static int
compare_doubles(const void *a, const void *b)
{
	return *(const double *) a < *(const double *) b ? -1 : *(const double *) a > *(const double *) b;
}

/* Against sorting repeated values. */
static void
test_quantiles(void)
{
	MlEnv	   *env = unit_env();
	int			wrong = 0;
	int			trial;

	for (trial = 0; trial < 300; trial++)
	{
		MlWeighted	values[40];
		double		repeated[400];
		int			n = 1 + trial % 40;
		int			total = 0;
		double		level = trial % 5 == 0 ? 0.5 : trial % 5 == 1 ? 0.25 : uniform();
		double		found;
		double		expected;
		int			rank;
		int			i;

		for (i = 0; i < n; i++)
		{
			double		value = trial % 3 == 0 ? floor(uniform() * 5) - 2 : normal() * pow(10, i - 20);
			int			k;

			values[i].key = ml_key_of_f64(value);
			values[i].units = (int64_t) (uniform() * 8) + (i == 0);
			for (k = 0; k < values[i].units; k++)
				repeated[total++] = value;
		}
		qsort(repeated, (size_t) total, sizeof(double), compare_doubles);
		rank = (int) ceil(level * total);
		rank = rank < 1 ? 1 : rank;
		expected = repeated[rank - 1];
		if (rank == level * total && rank < total)
			expected = expected / 2 + repeated[rank] / 2;
		wrong += ml_units_quantile(env, values, n, level, &found) != ML_OK || found != expected;
	}
	unit_ok(wrong == 0, "weighted quantiles are those of repeated values (%d of 300 are not)", wrong);
}

/*
 * Controls
 */

#define MIXED_ROWS 600

/* A number, a number with missing values, a category, a target with noise; y from 0 to classes - 1 with classes. */
static double *
mixed_cells(int classes, bool weighted)
{
	double	   *cells = malloc(MIXED_ROWS * 5 * sizeof(double));
	int			i;

	for (i = 0; i < MIXED_ROWS; i++)
	{
		double	   *row = cells + i * 5;
		double		signal;

		row[0] = uniform();
		row[1] = uniform() < 0.1 ? NAN : floor(uniform() * 9);
		row[2] = floor(uniform() * 6);
		signal = sin(7 * row[0]) + (row[1] > 4) + (row[2] == 3) + uniform();
		row[3] = classes == 0 ? exp(signal) : fmin(classes - 1, floor(fmax(0, signal) * classes / 3.5));
		row[4] = weighted ? 0.2 + uniform() : 1;
	}
	return cells;
}

/* The same rows and options in another order give the same bytes. */
static void
test_order(const char *objective, int classes, bool weighted)
{
	static const MlOptionMember monotone[] = {{"a", 1}, {"b", -1}};
	double	   *cells = mixed_cells(classes, weighted);
	double	   *shuffled = malloc(MIXED_ROWS * 5 * sizeof(double));
	uint64_t	identity[MIXED_ROWS];
	MlWriter	bytes[2];
	int			k;
	int			i;

	for (k = 0; k < 2; k++)
	{
		Fit			fit;

		fit_begin(&fit, k == 0 ? cells : shuffled, MIXED_ROWS, "nncyw", classes);
		for (i = 0; k == 0 && i < MIXED_ROWS; i++)
		{
			int			to = (i * 7 + 3) % MIXED_ROWS;

			memcpy(shuffled + to * 5, cells + i * 5, 5 * sizeof(double));
			identity[to] = fit.input.identity[i];
		}
		if (k == 1)
			fit.input.identity = identity;
		choose(&fit, "objective", objective);
		set(&fit, "subsample", 0.6);
		set(&fit, "tree_features", 0.7);
		set(&fit, "node_features", 0.5);
		set(&fit, "l1", 0.1);
		set(&fit, "trees", 15);
		if (classes > 2)
			choose(&fit, "class_weight", "balanced");
		else
			put(&fit, "monotone_constraints", monotone, 2);
		choose(&fit, "growth", "depthwise");
		unit_ok(run(&fit) == ML_OK && fit.fitted.iterations == 15, "%s fits: %s", objective,
				fit.env->error.message);
		ml_writer_begin(&bytes[k], fit.env);
		(void) ml_gbt.encode(fit.fitted.model, &bytes[k]);
	}
	unit_ok(bytes[0].length == bytes[1].length && memcmp(bytes[0].data, bytes[1].data, bytes[0].length) == 0,
			"%s, %d classes: shuffled rows give the same bytes", objective, classes);
	free(shuffled);
	free(cells);
}

/* Predictions on a grid never go against the constraints; without these they do. */
static void
test_monotone(const char *objective, int classes, bool constrained)
{
	static const MlOptionMember monotone[] = {{"a", 1}, {"b", -1}};
	double	   *cells = mixed_cells(classes, false);
	int			broken = 0;
	Fit			fit;
	int			i;
	int			k;
	int			c;

	fit_begin(&fit, cells, MIXED_ROWS, "nncy-", classes);
	choose(&fit, "objective", objective);
	if (constrained)
		put(&fit, "monotonic_cst", monotone, 2);
	unit_ok(run(&fit) == ML_OK && fit.fitted.iterations > 0, "%s fits: %s", objective, fit.env->error.message);
	for (c = 0; c < 6; c++)
		for (i = 0; i <= 60; i++)
			for (k = 0; k <= 10; k++)
			{
				double		at[3] = {i / 60.0, k - 1.0, c};
				double		right[3] = {(i + 1) / 60.0, k - 1.0, c};
				double		above[3] = {i / 60.0, k, c};
				double		output[3];

				predict_inputs(&fit, at, &output[0]);
				predict_inputs(&fit, right, &output[1]);
				predict_inputs(&fit, above, &output[2]);
				broken += output[1] < output[0] || output[2] > output[0];
			}
	unit_ok((broken == 0) == constrained, "%s: %d steps of a grid go the wrong way, %s", objective, broken,
			constrained ? "constrained" : "free");
	free(cells);
}

/* Trees of four leaves whose root has two splits below it. */
static int
balanced_trees(const char *growth)
{
	double	   *cells = mixed_cells(0, false);
	const MlForest *forest;
	int			balanced = 0;
	Fit			fit;
	uint32_t	t;

	fit_begin(&fit, cells, MIXED_ROWS, "nncy-", 0);
	choose(&fit, "grow_policy", growth);
	set(&fit, "leaves", 4);
	set(&fit, "min_rows", 1);
	unit_ok(run(&fit) == ML_OK, "fits %s", growth);
	forest = fit.fitted.model;
	for (t = 0; t < forest->n_trees; t++)
	{
		const MlTreeNode *tree = forest->nodes + forest->first[t];

		balanced += tree[1].kind != ML_NODE_LEAF && tree[2].kind != ML_NODE_LEAF;
	}
	free(cells);
	return balanced;
}

static void
test_growth(void)
{
	int			by_leaf = balanced_trees("leafwise");
	int			by_level = balanced_trees("depthwise");

	/* but for a child that is a single row */
	unit_ok(by_level > 80 && by_leaf < by_level, "four leaves are two levels in %d trees by level, %d by leaf",
			by_level, by_leaf);
}

/* A tree that may choose from one of three features uses one. */
static void
test_drawn_features(void)
{
	double	   *cells = mixed_cells(0, false);
	const MlForest *forest;
	bool		used[3] = {false, false, false};
	int			mixed = 0;
	Fit			fit;
	uint32_t	t;
	uint32_t	i;

	fit_begin(&fit, cells, MIXED_ROWS, "nncy-", 0);
	set(&fit, "colsample_bytree", 0.34);
	unit_ok(run(&fit) == ML_OK, "fits");
	forest = fit.fitted.model;
	for (t = 0; t < forest->n_trees; t++)
	{
		for (i = forest->first[t]; i < forest->first[t + 1]; i++)
		{
			if (forest->nodes[i].kind == ML_NODE_LEAF)
				continue;
			used[forest->nodes[i].input] = true;
			mixed += forest->nodes[i].input != forest->nodes[forest->first[t]].input;
		}
	}
	unit_ok(mixed == 0 && used[0] && used[1] && used[2], "each tree uses the feature drawn for it");
	fit.input.seed = 9;
	set(&fit, "bagging_fraction", 0.5);
	unit_ok(run(&fit) == ML_OK, "fits");
	forest = fit.fitted.model;
	mixed = 0;
	for (t = 0; t < forest->n_trees; t++)
		mixed += forest->nodes[forest->first[t]].rows < 240 || forest->nodes[forest->first[t]].rows > 360;
	unit_ok(mixed == 0, "half of the rows is drawn for each tree (not for %d)", mixed);
	free(cells);
}

/*
 * Classes
 */

/* Class weights are row weights, and a shift of the margin back. */
static void
test_class_weights(void)
{
	static const MlOptionMember heavy[] = {{"green", 8}};
	double	   *cells = mixed_cells(2, false);
	double		shares[2] = {0, 0};
	double		worst = 0;
	Fit			fit[3];
	int			i;
	int			k;

	for (k = 0; k < 3; k++)
	{
		for (i = 0; i < MIXED_ROWS; i++)
			cells[i * 5 + 4] = k == 1 && cells[i * 5 + 3] == 1 ? 8 : 1;
		fit_begin(&fit[k], cells, MIXED_ROWS, "nncyw", 2);
		if (k == 0)
			put(&fit[k], "class_weight", heavy, 1);
		if (k == 2)
			choose(&fit[k], "class_weight", "balanced");
		unit_ok(run(&fit[k]) == ML_OK, "class weights fit: %s", fit[k].env->error.message);
	}
	for (i = 0; i < MIXED_ROWS; i++)
	{
		double		p = predict(&fit[0], i);
		double		heavier = predict(&fit[1], i);

		worst = fmax(worst, fabs(log(p / (1 - p)) + log(8) - log(heavier / (1 - heavier))));
		shares[0] += fit[0].frame.y[i] / MIXED_ROWS;
		shares[1] += predict(&fit[2], i) / MIXED_ROWS;
	}
	unit_ok(worst < 1e-9, "odds are divided by the weight (off by %g)", worst);
	unit_near(shares[1], shares[0], 0.03, "balanced weights leave the share of the class");
	unit_ok(strstr(unit_warnings(fit[0].env), "shifted back") != NULL &&
			strstr(unit_warnings(fit[1].env), "shifted back") == NULL, "which is said");
	free(cells);
}

/* The same of logistic regression. */
static void
test_logistic_weights(void)
{
	static const MlOptionMember heavy[] = {{"green", 8}, {"red", 2}};
	double	   *cells = mixed_cells(2, false);
	double		worst = 0;
	Fit			fit[2];
	int			i;
	int			k;

	for (k = 0; k < 2; k++)
	{
		for (i = 0; i < MIXED_ROWS; i++)
			cells[i * 5 + 4] = k == 0 ? 1 : cells[i * 5 + 3] == 1 ? 8 : 2;
		fit_begin(&fit[k], cells, MIXED_ROWS, "nncyw", 2);
		if (k == 0)
			put(&fit[k], "class_weight", heavy, 2);
		unit_ok(run_with(&fit[k], &ml_logistic) == ML_OK, "class weights fit: %s", fit[k].env->error.message);
	}
	for (i = 0; i < MIXED_ROWS; i++)
		worst = fmax(worst, fabs(unit_predict_effects(&fit[0].frame, fit[0].fitted.model, i) + log(4) -
								 unit_predict_effects(&fit[1].frame, fit[1].fitted.model, i)));
	unit_ok(worst < 1e-9, "logistic: odds are divided by the weight (off by %g)", worst);
	free(cells);
}

/* One row of a class, none of another, weights of any size: probabilities of all, which add up to one. */
static void
test_rare_classes(int classes, bool balanced)
{
	double	   *cells = mixed_cells(classes, false);
	int			wrong = 0;
	Fit			fit;
	int			i;
	int			k;

	for (i = 0; i < MIXED_ROWS; i++)
	{
		cells[i * 5 + 3] = i == 77 ? 1 : classes > 3 ? 2 * (int) (i % 2) : 0;
		cells[i * 5 + 4] = i % 3 == 0 ? 1e-250 : i % 3 == 1 ? 1 : 1e250;
	}
	fit_begin(&fit, cells, MIXED_ROWS, "nncyw", classes);
	if (balanced)
		choose(&fit, "class_weight", "balanced");
	set(&fit, "min_rows", 1);
	unit_ok(run(&fit) == ML_OK, "one row of a class: %s", fit.env->error.message);
	for (i = 0; i < MIXED_ROWS; i++)
	{
		double		inputs[3];
		double		output[MOST_CLASSES];
		double		sum = 0;

		ml_frame_row(&fit.frame.frame, i, inputs);
		predict_inputs(&fit, inputs, output);
		for (k = 0; k < ml_n_outputs(classes); k++)
		{
			wrong += !(output[k] >= 0 && output[k] <= 1);
			sum += output[k];
		}
		wrong += classes > 2 && fabs(sum - 1) > 1e-12;
	}
	unit_ok(wrong == 0, "%d classes: probabilities are such (%d are not)", classes, wrong);
	free(cells);
}

/* Weights from the smallest to the largest, for every objective. */
static void
test_extreme_weights(const char *objective)
{
	double	   *cells = mixed_cells(0, false);
	int			wrong = 0;
	Fit			fit;
	int			i;

	for (i = 0; i < MIXED_ROWS; i++)
		cells[i * 5 + 4] = i % 4 == 0 ? 1e-300 : i % 4 == 1 ? 1 : i % 4 == 2 ? 1e100 : 1e101;
	fit_begin(&fit, cells, MIXED_ROWS, "nncyw", 0);
	choose(&fit, "objective", objective);
	unit_ok(run(&fit) == ML_OK, "%s with any weights: %s", objective, fit.env->error.message);
	for (i = 0; i < MIXED_ROWS; i++)
		wrong += !(fabs(predict(&fit, i)) < 1000);
	unit_ok(wrong == 0, "%s predicts what targets are like (%d rows are not)", objective, wrong);
	free(cells);
}

/*
 * What cannot be
 */

static void
refused(Fit *fit, const char *message)
{
	MlStatus	status = run(fit);

	unit_ok(status == ML_INVALID_OPTION || status == ML_INVALID_DATA, "refused");
	unit_text(fit->env->error.message, message, "with a reason");
	fit->input.n_options = 0;
}

static void
test_refusals(void)
{
	static const MlOptionMember unknown[] = {{"age", 1}};
	static const MlOptionMember category[] = {{"c", 1}};
	static const MlOptionMember two[] = {{"a", 2}};
	static const MlOptionMember half[] = {{"a", 0.5}};
	static const MlOptionMember purple[] = {{"purple", 2}};
	static const MlOptionMember none[] = {{"red", 0}};
	double	   *cells = mixed_cells(0, false);
	Fit			fit;

	cells[3] = -2.5;
	fit_begin(&fit, cells, MIXED_ROWS, "nncy-", 0);
	choose(&fit, "objective", "poisson");
	refused(&fit, "objective \"poisson\" needs target values of 0 or more, but column \"y\" has -2.5");
	choose(&fit, "objective", "reg:gamma");
	refused(&fit, "objective \"gamma\" needs target values above 0, but column \"y\" has -2.5");
	choose(&fit, "objective", "log_loss");
	refused(&fit, "objective \"log_loss\" is for classification");
	choose(&fit, "objective", "cauchy");
	refused(&fit, "parameter \"objective\" cannot be \"cauchy\"");
	unit_text(fit.env->error.hint, "It is one of: auto, squared, absolute, huber, quantile, poisson, gamma, tweedie, log_loss.",
			  "with the valid ones");
	set(&fit, "objective", 3);
	refused(&fit, "parameter \"objective\" must be a string, not 3");
	set(&fit, "quantile", 0.9);
	refused(&fit, "parameter \"quantile\" is for the objective \"quantile\" only");
	choose(&fit, "trees", "many");
	refused(&fit, "parameter \"trees\" must be a whole number, not \"many\"");
	put(&fit, "trees", two, 1);
	refused(&fit, "parameter \"trees\" must be a whole number, not an object");
	put(&fit, "monotone_constraints", unknown, 1);
	refused(&fit, "parameter \"monotone_constraints\" names column \"age\", which is no feature");
	put(&fit, "monotone_constraints", category, 1);
	refused(&fit, "parameter \"monotone_constraints\" cannot hold for column \"c\"");
	put(&fit, "monotone_constraints", two, 1);
	refused(&fit, "parameter \"monotone_constraints.a\" must be between -1 and 1, not 2");
	put(&fit, "monotone_constraints", half, 1);
	refused(&fit, "parameter \"monotone_constraints.a\" must be a whole number, not 0.5");
	set(&fit, "monotone_constraints", 1);
	refused(&fit, "parameter \"monotone_constraints\" must be an object with a number for each column, not 1");
	choose(&fit, "class_weight", "balanced");
	refused(&fit, "parameter \"class_weight\" is for classification");
	free(cells);

	cells = mixed_cells(3, false);
	fit_begin(&fit, cells, MIXED_ROWS, "nncy-", 3);
	choose(&fit, "objective", "squared");
	refused(&fit, "objective \"squared\" is for regression");
	put(&fit, "class_weight", purple, 1);
	refused(&fit, "parameter \"class_weight\" names \"purple\", which is no class of column \"y\"");
	unit_text(fit.env->error.hint, "Its classes are: \"red\", \"green\", \"blue\".", "with the classes");
	put(&fit, "class_weight", none, 1);
	refused(&fit, "parameter \"class_weight.red\" must be between 1e-06 and 1000000, not 0");
	choose(&fit, "class_weight", "even");
	refused(&fit, "parameter \"class_weight\" cannot be \"even\"");
	put(&fit, "monotone_constraints", half, 0);
	refused(&fit, "parameter \"monotone_constraints\" is for regression and two classes");
	free(cells);
}

int
main(void)
{
	static const char *const objectives[] = {"squared", "absolute", "huber", "quantile", "poisson", "gamma", "tweedie"};
	int			i;

	test_quantiles();
	test_references();
	test_means(false);
	test_means(true);
	test_poisson_step();
	test_l1();
	for (i = 0; i < 7; i++)
	{
		test_order(objectives[i], 0, i % 2 == 1);
		test_monotone(objectives[i], 0, true);
		test_extreme_weights(objectives[i]);
	}
	test_order("log_loss", 2, true);
	test_order("log_loss", 4, true);
	test_monotone("log_loss", 2, true);
	test_monotone("squared", 0, false);
	test_growth();
	test_drawn_features();
	test_class_weights();
	test_logistic_weights();
	test_rare_classes(2, false);
	test_rare_classes(2, true);
	test_rare_classes(4, true);
	test_refusals();
	return unit_done();
}
