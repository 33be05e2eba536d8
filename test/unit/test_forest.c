/*
 * test_forest.c
 *		Single trees against exhaustive search and scikit-learn, forests by what
 *		they promise: bags, row order, rows out of bag, bytes.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "algo/forest.h"
#include "algo/tree.h"
#include "frame.h"
#include "math/rng.h"
#include "unit.h"

#define MAX_CLASSES 4

/* One fit and all that it was given. */
typedef struct Trial
{
	MlEnv	   *env;
	UnitFrame	frame;
	double		parameters[ML_MAX_PARAMETERS];
	const MlAlgorithm *algorithm;
	MlFitInput	input;
	MlFitted	fitted;
} Trial;

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
trial_of(Trial *trial, const MlAlgorithm *algorithm, int n_classes, double *cells, int n_rows,
		 const char *kinds)
{
	uint64_t   *identity;
	int			i;

	memset(trial, 0, sizeof(*trial));
	trial->env = unit_env();
	trial->algorithm = algorithm;
	unit_frame_of(trial->env, cells, n_rows, kinds, &trial->frame);
	unit_fit_input(&trial->frame, algorithm, n_classes > 0 ? ML_CLASSIFICATION : ML_REGRESSION,
				   trial->parameters, &trial->input);
	trial->input.n_classes = n_classes;
	identity = ml_allocate(trial->env, (size_t) n_rows, sizeof(uint64_t));
	for (i = 0; i < n_rows; i++)
		identity[i] = ml_mix64((uint64_t) i + 77);
	trial->input.identity = identity;
}

static void
set(Trial *trial, const char *name, double value)
{
	trial->parameters[ml_parameter_index(trial->algorithm, name)] = value;
}

/* Grows a tree without any limit. */
static void
set_unlimited(Trial *trial)
{
	set(trial, "leaves", 0);
	set(trial, "min_rows", 1);
}

static bool
fit(Trial *trial)
{
	MlStatus	status = trial->algorithm->fit(trial->env, &trial->input, &trial->fitted);

	if (status != ML_OK)
		unit_ok(false, "fit: %s", trial->env->error.message);
	return status == ML_OK;
}

/* outputs (ml_n_outputs()) of a row of a frame */
static void
predict(const Trial *trial, const UnitFrame *frame, int64_t row, double *outputs)
{
	double		values[128];

	ml_frame_row(&frame->frame, row, values);
	trial->algorithm->predict(trial->fitted.model, &trial->frame.signature, values, 1, outputs);
}

static const MlForest *
forest_of(const Trial *trial)
{
	return trial->fitted.model;
}

/* Cells of numbers, the last column of which is the target. */
static double *
random_cells(MlEnv *env, int n_rows, int n_columns, int n_values, double missing)
{
	double	   *cells = ml_allocate(env, (size_t) (n_rows * n_columns), sizeof(double));
	int			i;

	for (i = 0; i < n_rows * n_columns; i++)
		cells[i] = uniform() < missing ? NAN : n_values > 0 ? below(n_values) : uniform();
	return cells;
}

static void
test_purity(void)
{
	static const int classes[] = {0, 2, 3};
	int			c;
	int			i;

	for (c = 0; c < 3; c++)
	{
		MlEnv	   *env = unit_env();
		double	   *cells = random_cells(env, 300, 4, 0, 0.2);
		double		outputs[MAX_CLASSES];
		bool		exact = true;
		Trial		trial;

		for (i = 0; i < 300; i++)
		{
			cells[4 * i] = i / 2;
			cells[4 * i + 1] = i % 2;
			cells[4 * i + 3] = classes[c] == 0 ? uniform() - 0.5 : below(classes[c]);
		}
		trial_of(&trial, &ml_decision_tree, classes[c], cells, 300, "nnny");
		set_unlimited(&trial);
		if (!fit(&trial))
			return;
		for (i = 0; i < 300; i++)
		{
			double		y = trial.frame.y[i];

			predict(&trial, &trial.frame, i, outputs);
			if (classes[c] > 2)
				exact = exact && outputs[(int) y] == 1;
			else
				exact = exact && outputs[0] == y;
		}
		unit_ok(exact, "%d classes: a tree without limits knows every row", classes[c]);
		unit_near(trial.fitted.train_loss, 0, 1e-14, "and its training loss is 0");
	}
}

/* No single split helps, yet two of them tell all. */
static void
test_exclusive_or(void)
{
	double		cells[12] = {0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0};
	double		output;
	Trial		trial;
	int			i;

	trial_of(&trial, &ml_decision_tree, 2, cells, 4, "nny");
	set_unlimited(&trial);
	if (!fit(&trial))
		return;
	unit_ok(forest_of(&trial)->n_nodes == 7, "an exclusive or takes three splits");
	for (i = 0; i < 4; i++)
	{
		predict(&trial, &trial.frame, i, &output);
		unit_ok(output == cells[3 * i + 2], "exclusive or of row %d", i);
	}
}

/* Weighted squares around the means of every class, of the rows on one side. */
static double
squares(const Trial *trial, const bool *left, bool side, int *n)
{
	int			n_classes = trial->input.n_classes;
	double		sum = 0;
	int			k;
	int			i;

	*n = 0;
	for (k = 0; k < (n_classes > 0 ? n_classes : 1); k++)
	{
		double		mean = 0;
		double		weight = 0;

		*n = 0;
		for (i = 0; i < trial->input.n_rows; i++)
		{
			double		w = trial->frame.weight == NULL ? 1 : trial->frame.weight[i];
			double		y = n_classes > 0 ? trial->frame.y[i] == k : trial->frame.y[i];

			if (left[i] != side)
				continue;
			(*n)++;
			mean += w * y;
			weight += w;
		}
		mean /= weight > 0 ? weight : 1;
		for (i = 0; i < trial->input.n_rows; i++)
		{
			double		w = trial->frame.weight == NULL ? 1 : trial->frame.weight[i];
			double		y = n_classes > 0 ? trial->frame.y[i] == k : trial->frame.y[i];

			if (left[i] == side)
				sum += w * (y - mean) * (y - mean);
		}
	}
	return sum;
}

/*
 * The most that any split takes away: of each number up to each value, of each
 * category with every set of four levels, missing on either side.
 */
static double
exhaustive_gain(const Trial *trial, int min_rows)
{
	bool		left[64];
	int			n_rows = (int) trial->input.n_rows;
	int			n;
	double		all;
	double		best = -1;
	int			input;
	int			split;
	int			missing;
	int			i;

	memset(left, 0, sizeof(left));
	all = squares(trial, left, false, &n);
	for (input = 0; input < trial->frame.frame.n_inputs; input++)
	{
		const MlInputColumn *column = &trial->frame.frame.columns[input];
		bool		category = trial->frame.signature.inputs[input].category;

		for (split = 0; split < 16; split++)
			for (missing = 0; missing < 2; missing++)
			{
				double		gain = all;
				int			lefts;
				int			rights;

				for (i = 0; i < n_rows; i++)
				{
					if (category ? column->code[i] == ML_CODE_MISSING : isnan(column->number[i]))
						left[i] = missing == 1;
					else
						left[i] = category ? split >> column->code[i] & 1 : column->number[i] <= split;
				}
				gain -= squares(trial, left, true, &lefts) + squares(trial, left, false, &rights);
				if (lefts >= min_rows && rights >= min_rows && gain > best)
					best = gain;
			}
	}
	return best;
}

static void
test_exhaustive(void)
{
	static const char *const kinds[] = {"nnny", "nnnwy", "ncnny", "ccwy"};
	static const int classes[] = {0, 2, 3};
	int			shape;
	int			c;
	int			round;
	int			i;

	for (shape = 0; shape < 4; shape++)
		for (c = 0; c < 3; c++)
		{
			double		furthest = 0;

			/* with three classes no order of categories holds the best set */
			if (classes[c] == 3 && strchr(kinds[shape], 'c') != NULL)
				continue;
			for (round = 0; round < 40; round++)
			{
				MlEnv	   *env = unit_env();
				int			n_columns = (int) strlen(kinds[shape]);
				int			n_rows = 10 + below(40);
				int			min_rows = 1 + below(4);
				double	   *cells = random_cells(env, n_rows, n_columns, 4, 0.2);
				Trial		trial;
				double		expected;
				double		found;

				for (i = 0; i < n_rows; i++)
				{
					cells[(i + 1) * n_columns - 1] = classes[c] == 0 ? uniform() : below(classes[c]);
					if (kinds[shape][n_columns - 2] == 'w')
						cells[(i + 1) * n_columns - 2] = (1 + below(16)) / 4.0;
				}
				trial_of(&trial, &ml_decision_tree, classes[c], cells, n_rows, kinds[shape]);
				set(&trial, "leaves", 2);
				set(&trial, "min_rows", min_rows);
				if (!fit(&trial))
					return;
				expected = exhaustive_gain(&trial, min_rows);
				found = forest_of(&trial)->nodes[0].kind == ML_NODE_LEAF ? -1 :
					forest_of(&trial)->nodes[0].gain;
				furthest = fmax(furthest, fabs(found - expected));
			}
			unit_near(furthest, 0, 1e-5, "%s, %d classes: the first split is the best of all",
					  kinds[shape], classes[c]);
		}
}

static void
test_reference(void)
{
	static const char *const settings[] = {"leaves", "depth", "min_rows", "min_gain"};
	static const double values[] = {12, 4, 9, 0.01};
	/* number, weighted number, two and three classes */
	static const char *const kinds[] = {"nnnn-y--", "nnnnwy--", "nnnnw-y-", "nnnnw--y"};
	static const int classes[] = {0, 0, 2, 3};
	static const int first[] = {0, 1, 2, 3};
	int			n_rows;
	int			n_columns;
	double	   *cells = unit_csv("trees_reference.csv", &n_rows, &n_columns);
	int			s;
	int			t;
	int			i;
	int			k;

	for (s = 0; s < 4; s++)
		for (t = 0; t < 4; t++)
		{
			char		all_kinds[64] = "";
			double		outputs[MAX_CLASSES];
			double		furthest = 0;
			Trial		trial;

			memset(all_kinds, '-', (size_t) n_columns);
			memcpy(all_kinds, kinds[t], 8);
			trial_of(&trial, &ml_decision_tree, classes[t], cells, n_rows, all_kinds);
			set_unlimited(&trial);
			set(&trial, settings[s], values[s]);
			if (!fit(&trial))
				return;
			for (i = 0; i < n_rows; i++)
			{
				predict(&trial, &trial.frame, i, outputs);
				for (k = 0; k < ml_n_outputs(classes[t]); k++)
					furthest = fmax(furthest, fabs(outputs[k] -
												   cells[i * n_columns + 8 + 6 * s + first[t] + k]));
			}
			unit_near(furthest, 0, 1e-9, "%s, target %d: the tree of scikit-learn", settings[s], t);
		}
}

/* A weight of two is the row twice. */
static void
test_weights(void)
{
	MlEnv	   *env = unit_env();
	double	   *single = random_cells(env, 60, 4, 8, 0);
	double	   *twice = ml_allocate(env, 120 * 4, sizeof(double));
	double		a;
	double		b;
	double		furthest = 0;
	Trial		weighted;
	Trial		repeated;
	int			n = 0;
	int			i;

	for (i = 0; i < 60; i++)
	{
		single[4 * i + 2] = 1 + i % 2;
		single[4 * i + 3] = uniform();
		memcpy(twice + 4 * n++, single + 4 * i, 4 * sizeof(double));
		if (i % 2 == 1)
			memcpy(twice + 4 * n++, single + 4 * i, 4 * sizeof(double));
	}
	trial_of(&weighted, &ml_decision_tree, 0, single, 60, "nnwy");
	trial_of(&repeated, &ml_decision_tree, 0, twice, n, "nn-y");
	set_unlimited(&weighted);
	set_unlimited(&repeated);
	set(&weighted, "leaves", 9);
	set(&repeated, "leaves", 9);
	if (!fit(&weighted) || !fit(&repeated))
		return;
	for (i = 0; i < 60; i++)
	{
		predict(&weighted, &weighted.frame, i, &a);
		predict(&repeated, &weighted.frame, i, &b);
		furthest = fmax(furthest, fabs(a - b));
	}
	unit_near(furthest, 0, 1e-12, "a weight of two is the row twice");
}

/* Rows of two classes with signal in two of six inputs, from `cells` on. */
static double *
noisy_cells(MlEnv *env, int n_rows, int n_classes)
{
	double	   *cells = random_cells(env, n_rows, 7, 0, 0.02);
	int			i;

	for (i = 0; i < n_rows; i++)
	{
		double	   *row = cells + 7 * i;
		double		signal = (isnan(row[0]) ? 0.5 : row[0]) + (row[1] > 0.5) + uniform();

		row[6] = n_classes == 0 ? signal : n_classes == 2 ? signal > 1.5 : (signal > 1) + (signal > 2);
	}
	return cells;
}

static void
test_bags(void)
{
	MlEnv	   *env = unit_env();
	double	   *cells = noisy_cells(env, 4000, 0);
	uint64_t   *identity = ml_allocate(env, 4000, sizeof(uint64_t));
	const MlForest *forest;
	double		rows = 0;
	bool		twins = true;
	int			outside = 0;
	Trial		trial;
	uint32_t	t;
	int			i;

	trial_of(&trial, &ml_random_forest, 0, cells, 4000, "nnnnnny");
	set(&trial, "trees", 20);
	if (!fit(&trial))
		return;
	forest = forest_of(&trial);
	for (t = 0; t < 20; t++)
		rows += forest->nodes[forest->first[t]].rows / 4000.0 / 20;
	unit_near(rows, 1 - exp(-1), 0.01, "a bag has 63 %% of the rows");

	set(&trial, "replace", 0);
	set(&trial, "subsample", 0.25);
	if (!fit(&trial))
		return;
	forest = forest_of(&trial);
	for (t = 0, rows = 0; t < 20; t++)
		rows += forest->nodes[forest->first[t]].rows == 1000;
	unit_ok(rows == 20, "a quarter without replacement is a quarter of the rows");

	for (i = 0; i < 4000; i++)
		identity[i] = ml_mix64((uint64_t) i / 2);
	trial.input.identity = identity;
	set(&trial, "subsample", 0.9);
	set(&trial, "trees", 5);
	if (!fit(&trial))
		return;
	for (i = 0; i < 4000; i += 2)
	{
		twins = twins && isnan(trial.fitted.out_of_bag[i]) == isnan(trial.fitted.out_of_bag[i + 1]);
		outside += !isnan(trial.fitted.out_of_bag[i]);
	}
	unit_ok(twins && outside > 500 && outside < 1500, "rows of one identity are drawn together");
}

/* Accuracy, or 1 - mse / variance, of predictions. */
static double
quality(const UnitFrame *frame, int n_classes, const double *predictions, int first, int n)
{
	int			n_outputs = ml_n_outputs(n_classes);
	double		mean = 0;
	double		error = 0;
	double		variance = 0;
	int			i;
	int			k;

	for (i = first; i < first + n; i++)
		mean += frame->y[i] / n;
	for (i = first; i < first + n; i++)
	{
		const double *row = predictions + (i - first) * n_outputs;
		int			best = 0;

		if (n_classes == 0)
		{
			error += (row[0] - frame->y[i]) * (row[0] - frame->y[i]);
			variance += (mean - frame->y[i]) * (mean - frame->y[i]);
			continue;
		}
		for (k = 1; k < n_outputs; k++)
			best = row[k] > row[best] ? k : best;
		if (n_classes == 2)
			best = row[0] > 0.5;
		error += best != (int) frame->y[i];
		variance += 1;
	}
	return 1 - error / variance;
}

static void
test_out_of_bag(void)
{
	static const int classes[] = {0, 2, 3};
	int			c;
	int			i;

	for (c = 0; c < 3; c++)
	{
		MlEnv	   *env = unit_env();
		int			n_outputs = ml_n_outputs(classes[c]);
		double	   *cells = noisy_cells(env, 6000, classes[c]);
		double	   *held_out = ml_allocate(env, (size_t) (3000 * n_outputs), sizeof(double));
		double		inside;
		double		outside;
		int			unknown = 0;
		Trial		trial;

		trial_of(&trial, &ml_random_forest, classes[c], cells, 6000, "nnnnnny");
		trial.input.n_rows = 3000;
		set(&trial, "trees", 40);
		set(&trial, "min_rows", 1);
		if (!fit(&trial))
			return;
		for (i = 0; i < 3000; i++)
		{
			predict(&trial, &trial.frame, 3000 + i, held_out + i * n_outputs);
			unknown += isnan(trial.fitted.out_of_bag[i * n_outputs]);
		}
		unit_ok(unknown == 0, "%d classes: 40 trees leave every row out once", classes[c]);
		inside = quality(&trial.frame, classes[c], trial.fitted.out_of_bag, 0, 3000);
		outside = quality(&trial.frame, classes[c], held_out, 3000, 3000);
		unit_ok(fabs(inside - outside) < 0.03 && outside > 0.6,
				"%d classes: out of bag %.3f is close to held out %.3f", classes[c], inside, outside);
	}
}

static void
encoded(Trial *trial, uint8_t **bytes, size_t *length)
{
	MlWriter	writer;

	ml_writer_begin(&writer, trial->env);
	unit_ok(trial->algorithm->encode(trial->fitted.model, &writer) == ML_OK, "encode");
	*bytes = writer.data;
	*length = writer.length;
}

/* The same rows in another order, identities with them. */
static void
test_order(void)
{
	static const int classes[] = {0, 2, 3};
	int			c;
	int			i;

	for (c = 0; c < 3; c++)
	{
		MlEnv	   *env = unit_env();
		double	   *cells = noisy_cells(env, 1500, classes[c]);
		double	   *shuffled = ml_allocate(env, 1500 * 8, sizeof(double));
		double	   *weighted = ml_allocate(env, 1500 * 8, sizeof(double));
		uint64_t   *identity = ml_allocate(env, 1500, sizeof(uint64_t));
		uint8_t    *bytes[2];
		size_t		length[2];
		Trial		trial[2];

		for (i = 0; i < 1500; i++)
		{
			weighted[8 * i] = 0.1 + uniform();
			memcpy(weighted + 8 * i + 1, cells + 7 * i, 7 * sizeof(double));
		}
		for (i = 0; i < 1500; i++)
		{
			int			from = (i * 7 + 13) % 1500;

			memcpy(shuffled + 8 * i, weighted + 8 * from, 8 * sizeof(double));
			identity[i] = ml_mix64((uint64_t) from + 77);
		}
		trial_of(&trial[0], &ml_random_forest, classes[c], weighted, 1500, "wnnnnnny");
		trial_of(&trial[1], &ml_random_forest, classes[c], shuffled, 1500, "wnnnnnny");
		trial[1].input.identity = identity;
		for (i = 0; i < 2; i++)
		{
			set(&trial[i], "trees", 8);
			set(&trial[i], "min_rows", 2);
			if (!fit(&trial[i]))
				return;
			encoded(&trial[i], &bytes[i], &length[i]);
		}
		unit_ok(length[0] == length[1] && memcmp(bytes[0], bytes[1], length[0]) == 0,
				"%d classes: the same bytes for another order of rows", classes[c]);
		unit_ok(trial[0].fitted.train_loss == trial[1].fitted.train_loss, "and the same training loss");

		trial[1].input.seed = 1;
		if (!fit(&trial[1]))
			return;
		encoded(&trial[1], &bytes[1], &length[1]);
		unit_ok(length[0] != length[1] || memcmp(bytes[0], bytes[1], length[0]) != 0,
				"another seed gives another forest");
	}
}

static void
test_bytes(void)
{
	static const int classes[] = {0, 2, 3};
	int			c;
	int			i;

	for (c = 0; c < 3; c++)
	{
		MlEnv	   *env = unit_env();
		double	   *cells = noisy_cells(env, 400, classes[c]);
		double		before[MAX_CLASSES];
		double		after[MAX_CLASSES];
		size_t		n_outputs = (size_t) ml_n_outputs(classes[c]);
		bool		equal = true;
		uint8_t    *bytes;
		size_t		length;
		MlReader	reader;
		Trial		trial;
		Trial		again;

		trial_of(&trial, &ml_random_forest, classes[c], cells, 400, "nnnnnny");
		set(&trial, "trees", 9);
		if (!fit(&trial))
			return;
		encoded(&trial, &bytes, &length);
		again = trial;
		ml_reader_begin(&reader, bytes, length);
		if (trial.algorithm->decode(trial.env, &reader, &trial.frame.signature, trial.input.task,
									classes[c], &again.fitted.model) != ML_OK)
		{
			unit_ok(false, "decode: %s", trial.env->error.message);
			return;
		}
		for (i = 0; i < 400; i++)
		{
			double		sum = 0;
			size_t		k;

			predict(&trial, &trial.frame, i, before);
			predict(&again, &trial.frame, i, after);
			equal = equal && memcmp(before, after, n_outputs * sizeof(double)) == 0;
			for (k = 0; k < n_outputs; k++)
				sum += after[k];
			equal = equal && (n_outputs == 1 || fabs(sum - 1) < 1e-12);
		}
		unit_ok(equal, "%d classes: decoded, it predicts the same, shares of one", classes[c]);
	}
}

/* The trees of one round differ in their leaves only, whoever made the bytes. */
static void
test_shared_splits(void)
{
	MlEnv	   *env = unit_env();
	double	   *cells = noisy_cells(env, 400, 3);
	uint8_t    *bytes;
	size_t		length;
	MlReader	reader;
	MlTreeNode *root;
	Trial		trial;
	void	   *decoded;

	trial_of(&trial, &ml_decision_tree, 3, cells, 400, "nnnnnny");
	if (!fit(&trial))
		return;
	root = (MlTreeNode *) forest_of(&trial)->nodes + forest_of(&trial)->first[1];
	root->input = (uint16_t) ((root->input + 1) % 6);
	encoded(&trial, &bytes, &length);
	ml_reader_begin(&reader, bytes, length);
	unit_ok(trial.algorithm->decode(trial.env, &reader, &trial.frame.signature, ML_CLASSIFICATION, 3,
									&decoded) == ML_CORRUPT, "trees of one round that split otherwise");
	unit_text(trial.env->error.message, "model is damaged: tree 1 splits otherwise than tree 0", "are refused");
}

/* Rows together go tree by tree, alone all trees at once: the same bits. */
static void
test_blocks(void)
{
	static const int classes[] = {0, 2, 3};
	int			c;
	int			i;

	for (c = 0; c < 3; c++)
	{
		MlEnv	   *env = unit_env();
		double	   *cells = noisy_cells(env, 397, classes[c]);
		size_t		n_outputs = (size_t) ml_n_outputs(classes[c]);
		double	   *inputs = ml_allocate(env, 397 * 6, sizeof(double));
		double	   *outputs = ml_allocate(env, 397 * n_outputs, sizeof(double));
		double		alone[MAX_CLASSES];
		bool		same = true;
		Trial		trial;

		for (i = 0; i < 397; i++)
			cells[7 * i + 2] = below(5);
		trial_of(&trial, &ml_random_forest, classes[c], cells, 397, "nncnnny");
		set(&trial, "trees", 21);
		set(&trial, "min_rows", 1);
		if (!fit(&trial))
			return;
		for (i = 0; i < 397; i++)
			ml_frame_row(&trial.frame.frame, i, inputs + 6 * i);
		trial.algorithm->predict(trial.fitted.model, &trial.frame.signature, inputs, 397, outputs);
		for (i = 0; i < 397; i++)
		{
			predict(&trial, &trial.frame, i, alone);
			same = same && memcmp(alone, outputs + (size_t) i * n_outputs, n_outputs * sizeof(double)) == 0;
		}
		unit_ok(same, "%d classes: rows together and alone give the same bits", classes[c]);
	}
}

/* Nothing to split on, or nothing to tell apart. */
static void
test_degenerate(void)
{
	double		constant[10] = {1, 5, 1, 6, 1, 7, 1, 8, 1, 10};
	double		one_class[10] = {1, 1, 2, 1, 3, 1, 4, 1, 5, 1};
	double		missing[10] = {NAN, 5, NAN, 6, NAN, 7, NAN, 8, NAN, 10};
	double		half_missing[8] = {NAN, 1, NAN, 1, 3, 0, 4, 0};
	double		single[2] = {1, 3};
	double		extreme[8] = {1, -1e150, 2, 1e150, 3, 5e-324, 4, -0.0};
	double		huge[4] = {1, 1e308, 2, -1e308};
	double		output;
	Trial		trial;

	trial_of(&trial, &ml_decision_tree, 0, constant, 5, "ny");
	set_unlimited(&trial);
	fit(&trial);
	predict(&trial, &trial.frame, 0, &output);
	unit_ok(forest_of(&trial)->n_nodes == 1 && output == 7.2, "a constant column: the mean");
	unit_ok(strstr(unit_warnings(trial.env), "no tree has a split") != NULL, "and a warning");

	trial_of(&trial, &ml_decision_tree, 0, missing, 5, "ny");
	set_unlimited(&trial);
	fit(&trial);
	unit_ok(forest_of(&trial)->n_nodes == 1, "a column without values: no split");

	trial_of(&trial, &ml_random_forest, 2, one_class, 5, "ny");
	set(&trial, "min_rows", 1);
	fit(&trial);
	predict(&trial, &trial.frame, 0, &output);
	unit_ok(output == 1, "one class only: its probability is 1");

	trial_of(&trial, &ml_decision_tree, 2, half_missing, 4, "ny");
	set_unlimited(&trial);
	fit(&trial);
	unit_ok(forest_of(&trial)->n_nodes == 3, "missing against present: one split");
	predict(&trial, &trial.frame, 0, &output);
	unit_ok(output == 1, "missing goes to its side");
	predict(&trial, &trial.frame, 3, &output);
	unit_ok(output == 0, "present to the other");

	trial_of(&trial, &ml_random_forest, 0, single, 1, "ny");
	fit(&trial);
	predict(&trial, &trial.frame, 0, &output);
	unit_ok(output == 3, "one row");
	unit_ok(isnan(trial.fitted.out_of_bag[0]), "which every tree drew");

	trial_of(&trial, &ml_decision_tree, 0, extreme, 4, "ny");
	set_unlimited(&trial);
	fit(&trial);
	predict(&trial, &trial.frame, 0, &output);
	unit_ok(output == -1e150, "values far apart");

	trial_of(&trial, &ml_decision_tree, 0, huge, 2, "ny");
	unit_ok(ml_decision_tree.fit(trial.env, &trial.input, &trial.fitted) == ML_INVALID_DATA,
			"values too large to add up are refused");
	unit_text(trial.env->error.hint, "Scale them down.", "with a hint");
}

/* Categories of which one was never seen, more of them than a bin each, and a rare one. */
static void
test_categories(void)
{
	MlEnv	   *env = unit_env();
	double	   *cells = ml_allocate(env, 3000 * 2, sizeof(double));
	double		right = 0;
	double		output;
	Trial		trial;
	int			i;

	for (i = 0; i < 3000; i++)
	{
		cells[2 * i] = i % 256;
		cells[2 * i + 1] = i % 256 % 3 == 0;
	}
	trial_of(&trial, &ml_decision_tree, 2, cells, 3000, "oy");
	set_unlimited(&trial);
	fit(&trial);
	for (i = 0; i < 3000; i++)
	{
		predict(&trial, &trial.frame, i, &output);
		right += output == cells[2 * i + 1];
	}
	unit_ok(right >= 2970, "255 levels and others: %g rows of 3000 are right", right);
	unit_ok(forest_of(&trial)->n_nodes <= 5, "by sets of levels, not one by one");
}

/* More inputs than there are columns for: bins are read row by row. */
static void
test_wide(void)
{
	MlEnv	   *env = unit_env();
	double	   *cells = random_cells(env, 500, 71, 0, 0.1);
	char		kinds[72];
	Trial		trial;
	int			i;

	memset(kinds, 'n', 70);
	memcpy(kinds + 70, "y", 2);
	for (i = 0; i < 500; i++)
	{
		cells[71 * i + 66] = i / 2;
		cells[71 * i + 70] = i >= 124;
	}
	trial_of(&trial, &ml_decision_tree, 2, cells, 500, kinds);
	if (!fit(&trial))
		return;
	unit_ok(forest_of(&trial)->n_nodes == 3 && forest_of(&trial)->nodes[0].input == 66,
			"of 70 inputs the right one is found");
	trial_of(&trial, &ml_random_forest, 2, cells, 500, kinds);
	set(&trial, "trees", 60);
	if (!fit(&trial))
		return;
	unit_ok(quality(&trial.frame, 2, trial.fitted.out_of_bag, 0, 500) > 0.8, "also by a forest");
}

static void
test_limits(void)
{
	MlEnv	   *env = unit_env();
	double	   *cells = noisy_cells(env, 3000, 0);
	const MlForest *forest;
	uint32_t	smallest = UINT32_MAX;
	Trial		trial;
	uint32_t	i;

	trial_of(&trial, &ml_random_forest, 0, cells, 3000, "nnnnnny");
	set(&trial, "trees", 4);
	set(&trial, "min_rows", 17);
	fit(&trial);
	forest = forest_of(&trial);
	for (i = 0; i < forest->n_nodes; i++)
	{
		if (forest->nodes[i].rows < smallest)
			smallest = forest->nodes[i].rows;
	}
	unit_ok(smallest >= 17 && smallest < 30, "no leaf has fewer than min_rows rows");
	set(&trial, "leaves", 6);
	fit(&trial);
	unit_ok(forest_of(&trial)->n_nodes == 4 * 11, "leaves limits them");
	set(&trial, "depth", 1);
	fit(&trial);
	unit_ok(forest_of(&trial)->n_nodes == 4 * 3, "and so does depth");

	unit_stop_after(trial.env, 20);
	unit_ok(ml_random_forest.fit(trial.env, &trial.input, &trial.fitted) == ML_INTERRUPTED, "stops when told");
	trial_of(&trial, &ml_random_forest, 0, cells, 3000, "nnnnnny");
	unit_budget(trial.env, 200000);
	unit_ok(ml_random_forest.fit(trial.env, &trial.input, &trial.fitted) == ML_OUT_OF_MEMORY,
			"without memory it says so");
}

int
main(void)
{
	test_purity();
	test_exclusive_or();
	test_exhaustive();
	test_reference();
	test_weights();
	test_bags();
	test_out_of_bag();
	test_order();
	test_bytes();
	test_shared_splits();
	test_blocks();
	test_degenerate();
	test_categories();
	test_wide();
	test_limits();
	return unit_done();
}
