/*
 * test_importance.c
 *		What columns are worth: splits of forests against recounting rows and
 *		losses, shuffling against all permutations, its standard error against
 *		the spread over samples.
 */
#include <math.h>
#include <string.h>

#include "algo/gbt.h"
#include "algo/importance.h"
#include "algo/tree.h"
#include "math/rng.h"
#include "stats/permutation.h"
#include "unit.h"
#include "frame.h"

/* Trees of full steps on the diabetes data. */
static const MlForest *
fit_diabetes(MlEnv *env, UnitFrame *frame, int trees, MlFitted *fitted)
{
	double		parameters[ML_MAX_PARAMETERS];
	MlFitInput	input;
	uint64_t   *identity;
	int64_t		i;

	unit_frame(env, "gbt_diabetes.csv", "nnnnnnnnnny-", frame);
	unit_fit_input(frame, &ml_gbt, ML_REGRESSION, parameters, &input);
	identity = ml_allocate(env, (size_t) input.n_rows, sizeof(uint64_t));
	for (i = 0; i < input.n_rows; i++)
		identity[i] = ml_mix64((uint64_t) i);
	input.identity = identity;
	parameters[ml_parameter_index(&ml_gbt, "trees")] = trees;
	parameters[ml_parameter_index(&ml_gbt, "learning_rate")] = 1;
	memset(fitted, 0, sizeof(*fitted));
	unit_ok(ml_gbt.fit(env, &input, fitted) == ML_OK, "fitted");
	return fitted->model;
}

/* Rows that pass a split, and splits, of each input: every row walks every tree. */
static void
recount(const MlForest *forest, const UnitFrame *frame, double *cover, int *splits)
{
	double		inputs[16];
	int64_t		row;
	uint32_t	t;
	uint32_t	i;

	for (row = 0; row < frame->frame.n_rows; row++)
	{
		ml_frame_row(&frame->frame, row, inputs);
		for (t = 0; t < forest->n_trees; t++)
		{
			const MlTreeNode *tree = forest->nodes + forest->first[t];
			const MlTreeNode *node = tree;

			while (node->kind != ML_NODE_LEAF)
			{
				cover[node->input]++;
				node = tree + node->child + (inputs[node->input] <= node->value.number ? 0 : 1);
			}
		}
	}
	for (i = 0; i < forest->n_nodes; i++)
		splits[forest->nodes[i].input] += forest->nodes[i].kind != ML_NODE_LEAF;
}

/* With full steps and the squared loss, gains are exactly what the loss lost. */
static void
test_splits(void)
{
	MlEnv	   *env = unit_env();
	UnitFrame	frame;
	MlFitted	fitted;
	const MlForest *forest = fit_diabetes(env, &frame, 7, &fitted);
	double		n_rows = (double) frame.frame.n_rows;
	MlImportance inputs[10] = {{0}};
	double		cover[10] = {0};
	int			splits[10] = {0};
	double		mean = 0;
	double		variance = 0;
	double		gain = 0;
	int			wrong = 0;
	int64_t		row;
	int			i;

	unit_ok(ml_gbt.importance(env, forest, inputs) == ML_OK, "importance of splits");
	recount(forest, &frame, cover, splits);
	for (i = 0; i < 10; i++)
	{
		wrong += inputs[i].cover != cover[i] || inputs[i].splits != splits[i];
		gain += inputs[i].gain;
	}
	unit_ok(wrong == 0, "cover and splits are those of the walks");
	for (row = 0; row < frame.frame.n_rows; row++)
		mean += frame.y[row] / n_rows;
	for (row = 0; row < frame.frame.n_rows; row++)
		variance += (frame.y[row] - mean) * (frame.y[row] - mean) / n_rows;
	unit_near(gain, n_rows * (variance - fitted.train_loss), 1e-6, "all gains are the squared error that went away");
}

/* y = 3 a - 2 b; c is not looked at. */
static void
predict_linear(const void *state, int64_t first, const double *inputs, int n_rows, double *outputs)
{
	int			i;

	(void) state;
	(void) first;
	for (i = 0; i < n_rows; i++)
		outputs[i] = 3 * inputs[3 * i] - 2 * inputs[3 * i + 1];
}

static double
uniform(uint64_t key)
{
	return ml_hash_uniform(ml_mix64(key));
}

/* Rows of three inputs and a target with noise. */
static void
make_rows(MlPermutation *problem, double *inputs, double *actual, int n_rows, uint64_t key)
{
	int			i;
	int			k;

	for (i = 0; i < n_rows; i++)
	{
		for (k = 0; k < 3; k++)
			inputs[3 * i + k] = uniform(key + (uint64_t) (10 * i + k)) - 0.5;
		predict_linear(NULL, 0, inputs + 3 * i, 1, &actual[i]);
		actual[i] += 2 * uniform(key + (uint64_t) (10 * i + 5)) - 1;
	}
	memset(problem, 0, sizeof(*problem));
	problem->inputs = inputs;
	problem->actual = actual;
	problem->n_rows = n_rows;
	problem->n_inputs = 3;
	problem->n_outputs = 1;
	problem->metric = "rmse";
	problem->predict = predict_linear;
	problem->repeats = 5;
}

/* Mean rmse over all orders of five donors. */
static double
rmse_of_all_orders(const MlPermutation *problem, int input)
{
	int			order[5];
	double		sum = 0;
	int			n_orders = 0;
	int			code;
	int			i;

	for (code = 0; code < 5 * 5 * 5 * 5 * 5; code++)
	{
		unsigned	seen = 0;
		double		squares = 0;
		int			rest = code;

		for (i = 0; i < 5; i++, rest /= 5)
		{
			order[i] = rest % 5;
			seen |= 1U << order[i];
		}
		if (seen != 31)
			continue;
		for (i = 0; i < 5; i++)
		{
			double		row[3];
			double		output;

			memcpy(row, problem->inputs + 3 * i, sizeof(row));
			row[input] = problem->inputs[3 * order[i] + input];
			predict_linear(NULL, 0, row, 1, &output);
			squares += (output - problem->actual[i]) * (output - problem->actual[i]) / 5;
		}
		sum += sqrt(squares);
		n_orders++;
	}
	return sum / n_orders;
}

static void
test_all_orders(void)
{
	MlEnv	   *env = unit_env();
	double		inputs[15];
	double		actual[5];
	double		output;
	double		squares = 0;
	MlPermutation problem;
	MlShuffled	groups[3] = {{.first = 0, .n = 1, .key = 1}, {.first = 1, .n = 1, .key = 2}, {.first = 2, .n = 1, .key = 3}};
	int			i;

	make_rows(&problem, inputs, actual, 5, 1000);
	problem.repeats = 40000;
	unit_ok(ml_permutation_importance(env, &problem, groups, 3) == ML_OK, "shuffled");
	for (i = 0; i < 5; i++)
	{
		predict_linear(NULL, 0, inputs + 3 * i, 1, &output);
		squares += (output - actual[i]) * (output - actual[i]) / 5;
	}
	for (i = 0; i < 2; i++)
		unit_near(groups[i].increase, rmse_of_all_orders(&problem, i) - sqrt(squares), 0.01,
				  "input %d: the mean over all orders", i);
	unit_ok(groups[2].increase == 0 && groups[2].std_error == 0, "an input that is not looked at is worth nothing");
}

/* Over many samples the standard error is the standard deviation. */
static void
test_standard_error(const char *metric)
{
	MlEnv	   *env = unit_env();
	double		inputs[3 * 200];
	double		actual[200];
	double		sum = 0;
	double		squares = 0;
	double		errors = 0;
	MlPermutation problem;
	int			k;

	for (k = 0; k < 400; k++)
	{
		MlShuffled	group = {.first = 0, .n = 1, .key = 1};

		make_rows(&problem, inputs, actual, 200, (uint64_t) (k + 1) * 100000);
		problem.metric = metric;
		problem.seed = (uint64_t) k;
		if (ml_permutation_importance(env, &problem, &group, 1) != ML_OK)
			unit_ok(false, "shuffled");
		sum += group.increase / 400;
		squares += group.increase * group.increase / 400;
		errors += group.std_error / 400;
	}
	unit_ok(fabs(errors / sqrt(squares - sum * sum) - 1) < 0.15, "%s: standard error %.4f, spread %.4f", metric,
			errors, sqrt(squares - sum * sum));
}

/* 0.8 for the class that the first input names, 0.1 for the other two. */
static void
predict_classes(const void *state, int64_t first, const double *inputs, int n_rows, double *outputs)
{
	int			i;
	int			k;

	(void) state;
	(void) first;
	for (i = 0; i < n_rows; i++)
		for (k = 0; k < 3; k++)
			outputs[3 * i + k] = inputs[2 * i] == k && inputs[2 * i + 1] == k ? 0.8 : 0.1;
}

/* Two inputs of one column go together; many classes; weights. */
static void
test_groups(void)
{
	MlEnv	   *env = unit_env();
	double		inputs[600];
	double		actual[300];
	double		weight[300];
	MlPermutation problem = {.inputs = inputs,.n_rows = 300,.n_inputs = 2,.actual = actual,.n_outputs = 3,
	.metric = "log_loss",.predict = predict_classes,.repeats = 200};
	MlShuffled	groups[2] = {{.first = 0, .n = 2, .key = 1}, {.first = 1, .n = 1, .key = 2}};
	double		step = log(0.8) - log(0.1);
	int			i;

	for (i = 0; i < 300; i++)
	{
		inputs[2 * i] = inputs[2 * i + 1] = actual[i] = i % 3;
		weight[i] = i % 3 == 0 ? 2 : 1;
	}
	unit_ok(ml_permutation_importance(env, &problem, groups, 2) == ML_OK, "shuffled");
	unit_near(groups[0].increase, step * 2 / 3, 0.02, "together: two of three rows get another class");
	unit_near(groups[1].increase, step * 2 / 3, 0.02, "alone: two of three rows do not agree with themselves");
	problem.weight = weight;
	unit_ok(ml_permutation_importance(env, &problem, groups, 1) == ML_OK, "with weights");
	unit_near(groups[0].increase, step * 2 / 3, 0.03, "they count rows, not donors");
	unit_stop_after(env, 2);
	unit_ok(ml_permutation_importance(env, &problem, groups, 2) == ML_INTERRUPTED, "it can be stopped");
}

int
main(void)
{
	test_splits();
	test_all_orders();
	test_standard_error("rmse");
	test_standard_error("mae");
	test_groups();
	return unit_done();
}
