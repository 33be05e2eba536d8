/*
 * algo/isolation_forest.c
 *		Isolation forest: how easily a row is told apart from the others.
 *
 * Each tree takes a few rows and splits them at random until every row is
 * alone, all are equal, or the depth is ceil(log2 n). Rows that are unlike the
 * others are alone early. With h(x) the depth of the leaf of x plus c(rows of
 * the leaf), the score is
 *		s(x) = 2^(-mean over trees of h(x) / c(n)),	0 < s < 1
 *		c(n) = 2 (ln(n - 1) + 0.5772...) - 2 (n - 1) / n
 * where n are the rows of a tree: 0.5 for rows like all the others, near 1 for
 * rows that stand alone. Leaves hold h(x) / c(n).
 *
 * Liu, Ting, Zhou, "Isolation forest", 2008; "Isolation-based anomaly
 * detection", 2012. As there, a split draws its column from those that differ
 * among its rows, and its value evenly between their least and greatest. Ours
 * is what the paper leaves open:
 *  - A date gives several inputs; the column is drawn first, then the input,
 *    so that every column counts the same.
 *  - A category is split into two random sets of the values that are there,
 *    missing being one of them.
 *  - A number with missing values makes three groups: below the split, above
 *    it, missing. One of them, drawn evenly, is parted from the other two.
 *  - What was not among the rows of a split (another category, missing where
 *    nothing was missing) goes to the side that has fewer rows.
 *
 * The result is the same to the byte for any order of the rows: rows are drawn
 * by hashes of seed, tree and row, and splits by hashes of their place in the
 * tree. Rows of one identity are told apart by their content; equal ones are
 * one as good as the other. Weights are chances to be drawn (Efraimidis,
 * Spirakis 2006: the least -ln(u) / weight).
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "algo/isolation_forest.h"
#include "algo/tree.h"
#include "algo/tree_shap.h"
#include "math/func.h"
#include "math/rng.h"
#include "math/sort.h"

#define BLOCK_ROWS 16384
#define EULER 0.57721566490153286061

/* Codes of a category, "other" included, and behind them missing. */
#define CODE_MISSING 256
#define N_CODES 257

enum
{
	TREES,
	SAMPLE,
	TREE_FEATURES,
	N_PARAMETERS
};

static const MlParameter parameters[N_PARAMETERS] = {
	[TREES] = {"trees", "n_estimators,ntrees",
	ML_PARAM_INTEGER, 100, 1, 10000, "trees to grow", NULL},
	[SAMPLE] = {"sample", "max_samples,sample_size",
	ML_PARAM_INTEGER, 256, 2, 65536, "rows that each tree draws, all where there are fewer", NULL},
	[TREE_FEATURES] = {"tree_features", "colsample_bytree,feature_fraction,max_features",
	ML_PARAM_NUMBER, 1, 0.001, 1, "part of the features that a tree chooses from, at least one", NULL},
};

/* What a random number is for. */
enum
{
	DRAW_LEFT,
	DRAW_RIGHT,
	DRAW_COLUMN,
	DRAW_INPUT,
	DRAW_VALUE,
	DRAW_GROUP,
	DRAW_SIDE,
	DRAW_CODE					/* and the codes behind it: keep it last */
};

/* A row in the draw for a tree. */
typedef struct Draw
{
	uint64_t	key;			/* the least are drawn ... */
	uint64_t	hash;			/* ... of equal ones those with the least hash */
	uint32_t	row;
} Draw;

typedef struct Growing
{
	MlEnv	   *env;
	const MlFitInput *input;
	int			n_trees;
	uint64_t   *identity;		/* (n_rows) of input->rows, content included, mixed */
	uint32_t	sample;			/* rows of each tree */
	int			depth;			/* most splits between root and leaf */
	Draw	   *drawn;			/* (sample) a heap, the greatest on top */
	uint32_t   *rows;			/* (n_trees, sample) of each tree, node by node; numbers ... */
	uint32_t   *used;			/* ... into these (n_used) rows of the frame ... */
	uint32_t	n_used;
	MlInputColumn *inputs;		/* ... and of these (n_inputs) columns */
	int		   *columns;		/* (n_features) those of the tree in front, in any order */
	int			n_columns;
	MlTreeNode *nodes;			/* (2 sample - 1) of the tree */
	uint32_t	n_nodes;
	MlSet256   *sets;			/* (sample) */
	uint32_t	n_sets;
	MlForestBuilder builder;
} Growing;

static MlStatus begin(Growing *growing, MlEnv *env, const MlFitInput *input);
static MlStatus hash_rows(Growing *growing);
static MlStatus draw_rows(Growing *growing, uint64_t tree, uint32_t *rows);
static MlStatus number_rows(Growing *growing);
static MlStatus take_inputs(Growing *growing);
static void release(Growing *growing);
static void draw_columns(Growing *growing, uint64_t tree);
static MlStatus grow(Growing *growing, uint64_t key, uint32_t node, uint32_t *rows, uint32_t n,
					 int depth);
static bool split_column(Growing *growing, uint64_t key, int column, const uint32_t *rows,
						 uint32_t n, MlTreeNode *node);
static bool split_number(const Growing *growing, uint64_t key, int input, const uint32_t *rows,
						 uint32_t n, MlTreeNode *node);
static bool split_category(Growing *growing, uint64_t key, int input, const uint32_t *rows,
						   uint32_t n, MlTreeNode *node);
static uint32_t part_rows(const Growing *growing, const MlTreeNode *node, uint32_t *rows,
						  uint32_t n);
static MlStatus finish(Growing *growing, MlFitted *fitted);

/* A random number for a purpose, evenly from 0 to n - 1. */
static inline uint32_t
draw(uint64_t key, uint64_t purpose, uint32_t n)
{
	return (uint32_t) (((ml_hash_word(key, purpose) >> 32) * n) >> 32);
}

static inline uint64_t
tree_key(const MlFitInput *input, int tree)
{
	return ml_hash_word(ml_mix64(input->seed), (uint64_t) tree);
}

static inline uint32_t *
rows_of(const Growing *growing, int tree)
{
	return growing->rows + (size_t) tree * growing->sample;
}

double
ml_isolation_depth(double n)
{
	if (n < 2)
		return 0;
	if (n == 2)
		return 1;
	return 2 * (ml_log(n - 1) + EULER) - 2 * (n - 1) / n;
}

static MlStatus
isolation_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	Growing		growing;
	int			t;

	ML_TRY(begin(&growing, env, input));
	ML_TRY(hash_rows(&growing));
	for (t = 0; t < growing.n_trees; t++)
	{
		ML_TRY(draw_rows(&growing, tree_key(input, t), rows_of(&growing, t)));
		ml_report(env, "fitting", (t + 1) / (2.0 * growing.n_trees), input->n_rows, 0, NAN);
	}
	ML_TRY(number_rows(&growing));
	ML_TRY(take_inputs(&growing));
	for (t = 0; t < growing.n_trees; t++)
	{
		uint64_t	key = tree_key(input, t);

		draw_columns(&growing, key);
		growing.n_nodes = 1;
		growing.n_sets = 0;
		ML_TRY(grow(&growing, key, 0, rows_of(&growing, t), growing.sample, 0));
		ML_TRY(ml_forest_add(&growing.builder, growing.nodes, growing.n_nodes,
							 growing.sets, growing.n_sets));
		ml_report(env, "fitting", 0.5 + (t + 1) / (2.0 * growing.n_trees), input->n_rows, t + 1, NAN);
	}
	return finish(&growing, fitted);
}

static MlStatus
begin(Growing *growing, MlEnv *env, const MlFitInput *input)
{
	double		sample = fmin(input->parameters[SAMPLE], (double) input->n_rows);

	if (input->n_rows < 2)
	{
		ml_fail(env, ML_INVALID_DATA, "an isolation forest needs at least two rows to learn from");
		ml_hint(env, "Give a source with more rows.");
		return ML_INVALID_DATA;
	}
	if (input->signature->n_inputs > UINT16_MAX)
		return ml_fail(env, ML_LIMIT, "isolation_forest can have %d inputs at most, but there are %d",
					   UINT16_MAX, input->signature->n_inputs);
	memset(growing, 0, sizeof(*growing));
	growing->env = env;
	growing->input = input;
	growing->n_trees = (int) input->parameters[TREES];
	growing->sample = (uint32_t) sample;
	while ((UINT64_C(1) << growing->depth) < growing->sample)
		growing->depth++;
	growing->drawn = ml_allocate(env, growing->sample, sizeof(Draw));
	growing->inputs = ml_allocate(env, (size_t) input->signature->n_inputs, sizeof(MlInputColumn));
	growing->columns = ml_allocate(env, (size_t) input->signature->n_features, sizeof(int));
	growing->nodes = ml_allocate(env, 2 * (size_t) growing->sample - 1, sizeof(MlTreeNode));
	growing->sets = ml_allocate(env, growing->sample, sizeof(MlSet256));
	if (growing->drawn == NULL || growing->inputs == NULL || growing->columns == NULL ||
		growing->nodes == NULL || growing->sets == NULL)
		return ML_OUT_OF_MEMORY;
	growing->identity = ml_allocate(env, (size_t) input->n_rows, sizeof(uint64_t));
	if (growing->identity == NULL)
		return ML_OUT_OF_MEMORY;
	growing->rows = ml_allocate(env, (size_t) growing->n_trees * growing->sample, sizeof(uint32_t));
	if (growing->rows == NULL)
		return ML_OUT_OF_MEMORY;
	return ml_forest_begin(&growing->builder, env);
}

/* What tells the rows apart: their identity and, where that is equal, their inputs. */
static MlStatus
hash_rows(Growing *growing)
{
	const MlFitInput *input = growing->input;
	int			n_inputs = input->signature->n_inputs;
	int64_t		i;
	int			k;

	for (i = 0; i < input->n_rows; i++)
		growing->identity[i] = input->identity[input->rows[i]];
	for (k = 0; k < n_inputs; k++)
	{
		const MlInputColumn *column = &input->frame->columns[k];

		ML_TRY(ml_frame_pin(input->frame, k));
		for (i = 0; i < input->n_rows; i++)
		{
			uint32_t	row = input->rows[i];
			uint64_t	word;

			if (i % BLOCK_ROWS == 0)
				ML_TRY(ml_check_stop(growing->env));
			if (column->code != NULL)
				word = column->code[row];
			else
				word = isnan(column->number[row]) ? 0 : ml_key_of_f64(column->number[row]);
			growing->identity[i] = ml_hash_word(growing->identity[i], word);
		}
		ml_frame_unpin(input->frame, k);
	}
	/* the half of ml_hash_word() that is the same for all trees */
	for (i = 0; i < input->n_rows; i++)
		growing->identity[i] = ml_mix64(growing->identity[i]);
	ml_fit_input_release(growing->env, input);
	return ML_OK;
}

static inline bool
comes_before(const Draw *a, const Draw *b)
{
	return a->key != b->key ? a->key < b->key : a->hash < b->hash;
}

/* The heap drawn[0 .. n-1] is one but for its top, which sinks. */
static void
sink(Draw *drawn, uint32_t n)
{
	Draw		top = drawn[0];
	uint32_t	at = 0;

	for (;;)
	{
		uint32_t	child = 2 * at + 1;

		if (child >= n)
			break;
		if (child + 1 < n && comes_before(&drawn[child], &drawn[child + 1]))
			child++;
		if (!comes_before(&top, &drawn[child]))
			break;
		drawn[at] = drawn[child];
		at = child;
	}
	drawn[at] = top;
}

/* The last of drawn[0 .. n-1] rises to its place. */
static void
rise(Draw *drawn, uint32_t n)
{
	Draw		last = drawn[n - 1];
	uint32_t	at = n - 1;

	while (at > 0 && comes_before(&drawn[(at - 1) / 2], &last))
	{
		drawn[at] = drawn[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	drawn[at] = last;
}

/* The rows of a tree, without replacement. */
static MlStatus
draw_rows(Growing *growing, uint64_t tree, uint32_t *rows)
{
	const MlFitInput *input = growing->input;
	uint32_t	n = 0;
	int64_t		i;

	for (i = 0; i < input->n_rows; i++)
	{
		uint32_t	row = input->rows[i];
		Draw		one;

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(growing->env));
		one.row = row;
		one.hash = ml_mix64(tree ^ growing->identity[i]);
		one.key = one.hash;
		if (input->weight != NULL)
			one.key = ml_key_of_f64(-ml_log(ml_hash_uniform(one.hash) + 0x1.0p-54) /
									input->weight[row]);
		if (n < growing->sample)
		{
			growing->drawn[n++] = one;
			rise(growing->drawn, n);
		}
		else if (comes_before(&one, &growing->drawn[0]))
		{
			growing->drawn[0] = one;
			sink(growing->drawn, n);
		}
	}
	for (i = 0; i < n; i++)
		rows[i] = growing->drawn[i].row;
	return ML_OK;
}

/* Number the rows that any tree has drawn, so that no others need be in memory. */
static MlStatus
number_rows(Growing *growing)
{
	int64_t		n_rows = growing->input->frame->n_rows;
	size_t		n_drawn = (size_t) growing->n_trees * growing->sample;
	uint32_t   *number = ml_allocate(growing->env, (size_t) n_rows, sizeof(uint32_t));	/* from 1 */
	size_t		i;

	if (number == NULL)
		return ML_OUT_OF_MEMORY;
	growing->used = ml_allocate(growing->env, n_drawn < (size_t) n_rows ? n_drawn : (size_t) n_rows,
								sizeof(uint32_t));
	if (growing->used == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_drawn; i++)
	{
		uint32_t	row = growing->rows[i];

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(growing->env));
		if (number[row] == 0)
		{
			growing->used[growing->n_used++] = row;
			number[row] = growing->n_used;
		}
		growing->rows[i] = number[row] - 1;
	}
	ml_release(growing->env, number);
	return ML_OK;
}

/* All inputs of those rows, column by column. */
static MlStatus
take_inputs(Growing *growing)
{
	const MlFrame *frame = growing->input->frame;
	int			k;
	uint32_t	i;

	for (k = 0; k < frame->n_inputs; k++)
	{
		const MlInputColumn *from = &frame->columns[k];
		bool		category = growing->input->signature->inputs[k].category;
		double	   *number = NULL;
		uint16_t   *code = NULL;

		if (category)
			growing->inputs[k].code = code = ml_allocate(growing->env, growing->n_used, sizeof(uint16_t));
		else
			growing->inputs[k].number = number = ml_allocate(growing->env, growing->n_used, sizeof(double));
		if (number == NULL && code == NULL)
			return ML_OUT_OF_MEMORY;
		ML_TRY(ml_frame_pin(frame, k));
		ML_TRY(ml_check_stop(growing->env));
		for (i = 0; i < growing->n_used; i++)
		{
			if (category)
				code[i] = from->code[growing->used[i]];
			else
				number[i] = from->number[growing->used[i]];
		}
		ml_frame_unpin(frame, k);
	}
	return ML_OK;
}

/* The columns of a tree: the first of a random order. */
static void
draw_columns(Growing *growing, uint64_t tree)
{
	int			n = ml_signature_n_learnt(growing->input->signature);
	uint64_t	key = ml_hash_word(tree, DRAW_COLUMN);
	int			i;

	growing->n_columns = (int) fmax(1, floor(growing->input->parameters[TREE_FEATURES] * n + 0.5));
	for (i = 0; i < n; i++)
		growing->columns[i] = i;
	for (i = 0; i < growing->n_columns && growing->n_columns < n; i++)
	{
		int			other = i + (int) draw(key, (uint64_t) i, (uint32_t) (n - i));
		int			column = growing->columns[i];

		growing->columns[i] = growing->columns[other];
		growing->columns[other] = column;
	}
}

/*
 * Split the rows of a node at random and go on with both sides; a leaf where
 * that is not possible or not wanted. Calls itself no deeper than
 * growing->depth, 16 at most.
 */
static MlStatus
grow(Growing *growing, uint64_t key, uint32_t at, uint32_t *rows, uint32_t n, int depth)
{
	MlTreeNode *node = &growing->nodes[at];
	int			left = depth < growing->depth && n > 1 ? growing->n_columns : 0;
	bool		found = false;
	uint32_t	n_left;

	ML_TRY(ml_check_stop(growing->env));
	memset(node, 0, sizeof(*node));
	node->rows = n;
	/* columns that do not differ here go behind those that are left to try */
	while (left > 0 && !found)
	{
		uint32_t	pick = draw(key, DRAW_COLUMN + ((uint64_t) left << 32), (uint32_t) left);
		int			column = growing->columns[pick];

		found = split_column(growing, ml_hash_word(key, DRAW_COLUMN), column, rows, n, node);
		left--;
		growing->columns[pick] = growing->columns[left];
		growing->columns[left] = column;
	}
	if (!found)
	{
		node->kind = ML_NODE_LEAF;
		node->value.number = (depth + ml_isolation_depth(n)) /
			ml_isolation_depth(growing->sample);
		return ML_OK;
	}
	n_left = part_rows(growing, node, rows, n);
	node->child = growing->n_nodes;
	growing->n_nodes += 2;
	ML_TRY(grow(growing, ml_hash_word(key, DRAW_LEFT), node->child, rows, n_left, depth + 1));
	return grow(growing, ml_hash_word(key, DRAW_RIGHT), node->child + 1, rows + n_left, n - n_left,
				depth + 1);
}

/* A random split on one of the inputs of a column; false when all are equal here. */
static bool
split_column(Growing *growing, uint64_t key, int column, const uint32_t *rows, uint32_t n,
			 MlTreeNode *node)
{
	const MlSignature *signature = growing->input->signature;
	const MlFeature *feature = &signature->features[column];
	uint32_t	n_inputs = (uint32_t) feature->n_inputs;
	uint32_t	first = draw(key, DRAW_INPUT, n_inputs);
	uint32_t	i;

	for (i = 0; i < n_inputs; i++)
	{
		int			input = feature->first_input + (int) ((first + i) % n_inputs);

		node->input = (uint16_t) input;
		if (signature->inputs[input].category ?
			split_category(growing, key, input, rows, n, node) :
			split_number(growing, key, input, rows, n, node))
			return true;
	}
	node->input = 0;
	return false;
}

/* Least and greatest number of some rows; how many are missing. */
static uint32_t
find_range(const double *number, const uint32_t *rows, uint32_t n, double *least, double *greatest)
{
	uint32_t	missing = 0;
	uint32_t	i;

	*least = INFINITY;
	*greatest = -INFINITY;
	for (i = 0; i < n; i++)
	{
		double		value = number[rows[i]];

		if (isnan(value))
			missing++;
		else
		{
			*least = value < *least ? value : *least;
			*greatest = value > *greatest ? value : *greatest;
		}
	}
	return missing;
}

/* 1 when the left side has fewer of n rows; drawn when both have as many. */
static inline uint8_t
is_smaller(uint64_t key, uint32_t lefts, uint32_t n)
{
	return (uint8_t) (lefts != n - lefts ? lefts < n - lefts : draw(key, DRAW_SIDE, 2));
}

static bool
split_number(const Growing *growing, uint64_t key, int input, const uint32_t *rows, uint32_t n,
			 MlTreeNode *node)
{
	const double *number = growing->inputs[input].number;
	double		least;
	double		greatest;
	uint32_t	missing = find_range(number, rows, n, &least, &greatest);
	double		u = ml_hash_uniform(ml_hash_word(key, DRAW_VALUE));
	uint32_t	lefts = 0;
	uint32_t	group;
	double		value;
	uint32_t	i;

	if (missing == n || (missing == 0 && least == greatest))
		return false;
	node->kind = ML_NODE_NUMBER;
	group = least == greatest ? 0 : draw(key, DRAW_GROUP, 3);
	if (missing > 0 && group == 0)
	{
		/* every number goes left */
		node->value.number = DBL_MAX;
		node->default_left = 0;
		return true;
	}
	/* without the difference of the two, which could overflow; -0 becomes 0 */
	value = least * (1 - u) + greatest * u + 0.0;
	node->value.number = value < least || value >= greatest ? least + 0.0 : value;
	if (missing > 0)
	{
		node->default_left = group == 1;
		return true;
	}
	for (i = 0; i < n; i++)
		lefts += number[rows[i]] <= node->value.number;
	node->default_left = is_smaller(key, lefts, n);
	return true;
}

static inline unsigned
code_of(const MlInputColumn *column, uint32_t row)
{
	return column->code[row] == ML_CODE_MISSING ? CODE_MISSING : column->code[row];
}

static bool
split_category(Growing *growing, uint64_t key, int input, const uint32_t *rows, uint32_t n,
			   MlTreeNode *node)
{
	const MlInputColumn *column = &growing->inputs[input];
	MlSet256   *set = &growing->sets[growing->n_sets];
	uint32_t	count[N_CODES] = {0};
	bool		goes_left[N_CODES];
	unsigned	present[N_CODES];
	uint32_t	n_present = 0;
	uint32_t	n_left = 0;
	uint32_t	lefts = 0;
	bool		others_left;
	unsigned	code;
	uint32_t	i;

	for (i = 0; i < n; i++)
		count[code_of(column, rows[i])]++;
	for (code = 0; code < N_CODES; code++)
	{
		if (count[code] == 0)
			continue;
		goes_left[code] = draw(key, DRAW_CODE + (uint64_t) code, 2);
		n_left += goes_left[code];
		present[n_present++] = code;
	}
	if (n_present < 2)
		return false;
	if (n_left == 0 || n_left == n_present)
	{
		code = present[draw(key, DRAW_GROUP, n_present)];
		goes_left[code] = !goes_left[code];
	}
	for (i = 0; i < n_present; i++)
		lefts += goes_left[present[i]] ? count[present[i]] : 0;
	others_left = is_smaller(key, lefts, n);
	memset(set, 0, sizeof(*set));
	for (code = 0; code < CODE_MISSING; code++)
	{
		if (count[code] > 0 ? goes_left[code] : others_left)
			ml_set_add(set, code);
	}
	node->kind = ML_NODE_CATEGORY;
	node->value.set = growing->n_sets++;
	node->default_left = count[CODE_MISSING] > 0 ? goes_left[CODE_MISSING] : others_left;
	return true;
}

/* The rows that go left to the front; how many. */
static uint32_t
part_rows(const Growing *growing, const MlTreeNode *node, uint32_t *rows, uint32_t n)
{
	const MlInputColumn *column = &growing->inputs[node->input];
	uint32_t	lefts = 0;
	uint32_t	i;

	for (i = 0; i < n; i++)
	{
		uint32_t	row = rows[i];
		bool		left;

		if (node->kind == ML_NODE_CATEGORY)
			left = column->code[row] == ML_CODE_MISSING ? node->default_left :
				ml_set_has(&growing->sets[node->value.set], column->code[row]);
		else
			left = isnan(column->number[row]) ? node->default_left :
				column->number[row] <= node->value.number;
		if (!left)
			continue;
		rows[i] = rows[lefts];
		rows[lefts++] = row;
	}
	return lefts;
}

static MlStatus
finish(Growing *growing, MlFitted *fitted)
{
	MlEnv	   *env = growing->env;
	MlForest   *forest = ml_allocate(env, 1, sizeof(MlForest));
	double	   *base = ml_allocate(env, 1, sizeof(double));

	if (forest == NULL || base == NULL)
		return ML_OUT_OF_MEMORY;
	*forest = ml_forest_finish(&growing->builder, ML_LINK_ISOLATION, 1, base,
							   growing->builder.n_trees);
	fitted->model = forest;
	fitted->iterations = (int) forest->n_trees;
	fitted->trees = fitted->iterations;
	fitted->train_loss = NAN;
	release(growing);
	return ML_OK;
}

static void
release(Growing *growing)
{
	MlEnv	   *env = growing->env;
	int			k;

	for (k = 0; k < growing->input->signature->n_inputs; k++)
	{
		ml_release(env, (void *) growing->inputs[k].number);
		ml_release(env, (void *) growing->inputs[k].code);
	}
	ml_release(env, growing->inputs);
	ml_release(env, growing->used);
	ml_release(env, growing->identity);
	ml_release(env, growing->drawn);
	ml_release(env, growing->rows);
	ml_release(env, growing->columns);
	ml_release(env, growing->nodes);
	ml_release(env, growing->sets);
}

const MlAlgorithm ml_isolation_forest = {
	.name = "isolation_forest",
	.title = "isolation forest",
	.tasks = 1u << ML_ANOMALY,
	.pins_inputs = true,
	.parameters = parameters,
	.n_parameters = N_PARAMETERS,
	.fit = isolation_fit,
	.predict = ml_forest_model_predict,
	.encode = ml_forest_model_encode,
	.decode = ml_forest_model_decode,
	.explain = ml_forest_explain,
};
