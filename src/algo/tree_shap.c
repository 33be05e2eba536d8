/*
 * algo/tree_shap.c
 *		Shapley values of the inputs of trees. See tree_shap.h.
 *
 * The game: when some inputs are known, a split on one of the others sends the
 * row both ways, by the shares of the training rows there (path-dependent
 * TreeSHAP; Lundberg et al., "From local explanations to global understanding
 * with explainable AI for trees", 2020). For a leaf with value v, let z_j be
 * the product of the shares of all splits on input j above it, and o_j 1 when
 * the row passes all of them, else 0. The leaf is then worth v times o_j of
 * the known and z_j of the unknown inputs.
 *
 * The Shapley value of input i is an integral over the chance q that another
 * one is known (Owen, "Multilinear extensions of games", 1972):
 *
 *		sum over leaves v (o_i - z_i) int_0^1 prod_{j != i} f_j(q) dq,
 *		f_j(q) = z_j (1 - q) + o_j q
 *
 * With m inputs above a leaf this is a polynomial of degree m - 1, for which
 * ceil(m / 2) points of Gauss and Legendre are exact. No term is negative but
 * by v and o_i - z_i, so that nothing cancels, as it does when weights of paths
 * are extended and unwound.
 *
 * At each point of q one walk through the tree serves all leaves: downwards
 * the product of all f_j, upwards the sums of v times it. The edge that
 * an input's last split above some leaves is takes their sum, divided by its
 * f_i; where the same input splits again below, that edge takes its leaves back.
 * So a tree costs nodes times points, for LANES rows side by side.
 */
#include "algo/tree_shap.h"

#include <math.h>
#include <string.h>

#include "algo/tree.h"

/* Rows that walk together, as PARTS vectors. */
#define LANES 16
#define PARTS 4

/* What ml_allocate() gives is aligned to 8 bytes. */
typedef double Doubles __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t Bits __attribute__((vector_size(32), aligned(8), may_alias));

#define INLINE static inline __attribute__((always_inline))

/* Shares are kept above 0: nothing is divided by it, whatever the model claims. */
#define LEAST_SHARE 1e-300

#define PI 3.14159265358979323846

/* A node on the way down, and the edge that leads to it. */
typedef struct Step
{
	const MlTreeNode *node;
	int			next;			/* child to visit: 0, 1, or 2 when both have been */
	int			before;			/* depth of the last edge above with the input of this one, or -1 */
	double		share;			/* z of the input down to here */
} Step;

typedef struct Shap
{
	const MlForest *forest;
	uint32_t	output;
	double		scale;			/* from sums over trees to what is explained */
	int			depth;			/* of the deepest leaf, in edges */
	int			most_points;
	uint16_t   *points;			/* (trees of the output) points of q that the tree needs */
	double	   *q;				/* for n points: n of them from n (n - 1) / 2 on */
	double	   *weight;

	Step	   *steps;			/* (depth + 1) */
	int		   *last;			/* (n_inputs) depth of the last edge with the input, or -1 */
	Bits	   *right;			/* (depth + 1, PARTS) all bits where the split sends the row right */
	Bits	   *passes;			/* (depth + 1, PARTS) all bits where o of the edge is 1 */
	Doubles    *product;		/* (depth + 1, most_points, PARTS) */
	Doubles    *sum;			/* (depth + 1, most_points, PARTS) */
	double	   *values;			/* (n_inputs, LANES) of the rows */
	Doubles    *shapley;		/* (n_inputs, PARTS) */
} Shap;

/*
 * The n roots of the Legendre polynomial by Newton's method, and the weights,
 * from [-1, 1] to [0, 1] (Golub and Welsch describe the rule; starting values
 * as in Press et al., Numerical Recipes, gauleg).
 */
static void
gauss_legendre(int n, double *q, double *weight)
{
	int			i;
	int			k;

	for (i = 0; i < n; i++)
	{
		double		x = cos(PI * (i + 0.75) / (n + 0.5));
		double		slope = 1;
		int			round;

		for (round = 0; round < 8; round++)
		{
			double		p = 1;
			double		previous = 0;

			for (k = 0; k < n; k++)
			{
				double		next = ((2 * k + 1) * x * p - k * previous) / (k + 1);

				previous = p;
				p = next;
			}
			slope = n * (x * p - previous) / (x * x - 1);
			x -= p / slope;
		}
		q[i] = (1 + x) / 2;
		weight[i] = 1 / ((1 - x * x) * slope * slope);
	}
}

/* Share of the training rows of a split that went to a child. */
static inline double
share_of_child(const MlTreeNode *left, int side)
{
	double		rows[2];

	rows[0] = left[0].rows > 0 ? left[0].rows : 1;
	rows[1] = left[1].rows > 0 ? left[1].rows : 1;
	return rows[side] / (rows[0] + rows[1]);
}

/* What a first walk finds out about the trees. */
typedef struct Shape
{
	int			depth;			/* of the deepest leaf */
	int			inputs;			/* different ones above a leaf of the last tree, at most */
	double		expected;		/* sum over trees: leaf values by the shares of rows */
} Shape;

/* A stack entry of the first walk. */
typedef struct Visit
{
	const MlTreeNode *node;
	int			next;
	double		share;			/* of the rows of the tree */
} Visit;

typedef struct Survey
{
	MlEnv	   *env;
	uint32_t   *count;			/* (n_inputs) splits on it above the node at hand */
	Visit	   *stack;
	size_t		capacity;
	uint32_t	visited;		/* nodes */
	Shape		shape;
} Survey;

static MlStatus
push_visit(Survey *survey, size_t depth, const MlTreeNode *node, double share)
{
	if (depth == survey->capacity)
	{
		Visit	   *grown = ml_resize(survey->env, survey->stack, 2 * depth, sizeof(Visit));

		if (grown == NULL)
			return ML_OUT_OF_MEMORY;
		survey->stack = grown;
		survey->capacity = 2 * depth;
	}
	survey->stack[depth] = (Visit) {node, 0, share};
	if (++survey->visited % 65536 == 0)
		ML_TRY(ml_check_stop(survey->env));
	return ML_OK;
}

static MlStatus
survey_tree(Survey *survey, const MlTreeNode *tree)
{
	Shape	   *shape = &survey->shape;
	size_t		depth = 0;
	int			inputs = 0;

	shape->inputs = 0;
	ML_TRY(push_visit(survey, 0, tree, 1.0));
	for (;;)
	{
		Visit	   *top = &survey->stack[depth];

		if (top->node->kind != ML_NODE_LEAF && top->next < 2)
		{
			const MlTreeNode *left = tree + top->node->child;
			int			side = top->next++;

			inputs += survey->count[top->node->input]++ == 0;
			ML_TRY(push_visit(survey, ++depth, left + side, top->share * share_of_child(left, side)));
			continue;
		}
		if (top->node->kind == ML_NODE_LEAF)
		{
			shape->expected += top->share * top->node->value.number;
			shape->depth = (int) depth > shape->depth ? (int) depth : shape->depth;
			shape->inputs = inputs > shape->inputs ? inputs : shape->inputs;
		}
		if (depth == 0)
			return ML_OK;
		inputs -= --survey->count[survey->stack[--depth].node->input] == 0;
	}
}

/* Points that each tree needs, the deepest path, and what is expected of a row. */
static MlStatus
survey_trees(MlEnv *env, Shap *shap, int n_inputs, double *expected)
{
	const MlForest *forest = shap->forest;
	uint32_t	step = (uint32_t) forest->n_outputs;
	Survey		survey = {.env = env, .capacity = 64};
	uint32_t	t;

	survey.count = ml_allocate(env, (size_t) n_inputs + 1, sizeof(uint32_t));
	survey.stack = ml_allocate(env, survey.capacity, sizeof(Visit));
	shap->points = ml_allocate(env, (size_t) forest->n_trees / step + 1, sizeof(uint16_t));
	if (survey.count == NULL || survey.stack == NULL || shap->points == NULL)
		return ML_OUT_OF_MEMORY;
	for (t = shap->output; t < forest->n_trees; t += step)
	{
		int			points;

		ML_TRY(ml_check_stop(env));
		ML_TRY(survey_tree(&survey, forest->nodes + forest->first[t]));
		points = (survey.shape.inputs + 1) / 2;
		shap->points[t / step] = (uint16_t) points;
		shap->most_points = points > shap->most_points ? points : shap->most_points;
	}
	shap->depth = survey.shape.depth;
	*expected = survey.shape.expected;
	ml_release(env, survey.count);
	ml_release(env, survey.stack);
	return ML_OK;
}

static MlStatus
make_room(MlEnv *env, Shap *shap, int n_inputs)
{
	size_t		steps = (size_t) shap->depth + 1;
	size_t		n = (size_t) shap->most_points;
	size_t		i;

	shap->q = ml_allocate(env, n * (n + 1) / 2 + 1, sizeof(double));
	shap->weight = ml_allocate(env, n * (n + 1) / 2 + 1, sizeof(double));
	shap->steps = ml_allocate(env, steps, sizeof(Step));
	shap->last = ml_allocate(env, (size_t) n_inputs + 1, sizeof(int));
	shap->right = ml_allocate(env, steps, PARTS * sizeof(Bits));
	shap->passes = ml_allocate(env, steps, PARTS * sizeof(Bits));
	shap->product = ml_allocate(env, steps, (n + 1) * PARTS * sizeof(Doubles));
	shap->sum = ml_allocate(env, steps, (n + 1) * PARTS * sizeof(Doubles));
	shap->values = ml_allocate(env, (size_t) n_inputs + 1, LANES * sizeof(double));
	shap->shapley = ml_allocate(env, (size_t) n_inputs + 1, PARTS * sizeof(Doubles));
	if (shap->q == NULL || shap->weight == NULL || shap->steps == NULL || shap->last == NULL ||
		shap->right == NULL || shap->passes == NULL || shap->product == NULL || shap->sum == NULL ||
		shap->values == NULL || shap->shapley == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 1; i <= n; i++)
		gauss_legendre((int) i, shap->q + i * (i - 1) / 2, shap->weight + i * (i - 1) / 2);
	for (i = 0; i < (size_t) n_inputs; i++)
		shap->last[i] = -1;
	return ML_OK;
}

/* to (PARTS) = from, times `yes` where the bits are set, else `no` */
INLINE void
scale_rows(Doubles *to, const Doubles *from, const Bits *where, double yes, double no)
{
	Doubles		all_yes = {yes, yes, yes, yes};
	Doubles		all_no = {no, no, no, no};
	int			k;

#pragma GCC unroll 4
	for (k = 0; k < PARTS; k++)
		to[k] = from[k] * (Doubles) ((where[k] & (Bits) all_yes) | (~where[k] & (Bits) all_no));
}

INLINE void
add_rows(Doubles *to, const Doubles *from)
{
	int			k;

#pragma GCC unroll 4
	for (k = 0; k < PARTS; k++)
		to[k] += from[k];
}

/* Products or sums of a depth at a point. */
INLINE Doubles *
at_point(const Shap *shap, Doubles *array, int depth, int point)
{
	return array + ((size_t) depth * (size_t) shap->most_points + (size_t) point) * PARTS;
}

/* Which rows a split sends right. */
INLINE void
split_rows(Shap *shap, int depth, const MlTreeNode *node)
{
	const double *value = shap->values + (size_t) node->input * LANES;
	int64_t		right[LANES];
	int			k;

	if (node->kind == ML_NODE_CATEGORY)
	{
		for (k = 0; k < LANES; k++)
			right[k] = -(int64_t) ml_node_goes_right(node, shap->forest->sets, value[k]);
	}
	else
	{
		for (k = 0; k < LANES; k++)
			right[k] = -(int64_t) ml_number_goes_right(node, value[k]);
	}
	memcpy(shap->right + (size_t) depth * PARTS, right, sizeof(right));
}

/*
 * Down an edge: its share and the rows that pass it, both with those of the
 * edges above on the same input; products get the new factor for the old one.
 */
INLINE void
descend(Shap *shap, int depth, const MlTreeNode *left, int side, int points)
{
	int			input = shap->steps[depth - 1].node->input;
	int			before = shap->last[input];
	double		above = before < 0 ? 1.0 : shap->steps[before].share;
	double		share = above * share_of_child(left, side);
	const Bits *right = shap->right + (size_t) (depth - 1) * PARTS;
	Bits	   *passes = shap->passes + (size_t) depth * PARTS;
	const Bits *passed = shap->passes + (size_t) (before < 0 ? 0 : before) * PARTS;
	const double *q = shap->q + (size_t) points * (size_t) (points - 1) / 2;
	int			i;
	int			k;

	share = share > LEAST_SHARE ? share : LEAST_SHARE;
	shap->steps[depth] = (Step) {left + side, 0, before, share};
	shap->last[input] = depth;
	for (k = 0; k < PARTS; k++)
	{
		passes[k] = side == 1 ? right[k] : ~right[k];
		if (before >= 0)
			passes[k] &= passed[k];
	}
	for (i = 0; i < points; i++)
	{
		Doubles    *to = at_point(shap, shap->product, depth, i);
		double		failed = share * (1 - q[i]);

		scale_rows(to, at_point(shap, shap->product, depth - 1, i), passes, failed + q[i], failed);
		if (before >= 0)
			scale_rows(to, to, passed, 1 / (above * (1 - q[i]) + q[i]), 1 / (above * (1 - q[i])));
	}
}

/* Shapley values of an input += sign (o - z) int sum / f, with o, z and f of the edge at `at`. */
INLINE void
credit(Shap *shap, int depth, int at, int points, double sign, Doubles *shapley)
{
	const double *q = shap->q + (size_t) points * (size_t) (points - 1) / 2;
	const double *weight = shap->weight + (size_t) points * (size_t) (points - 1) / 2;
	const Bits *passes = shap->passes + (size_t) at * PARTS;
	double		share = shap->steps[at].share;
	Doubles		total[PARTS] = {{0}};
	Doubles		part[PARTS];
	int			i;

	for (i = 0; i < points; i++)
	{
		double		failed = share * (1 - q[i]);

		scale_rows(part, at_point(shap, shap->sum, depth, i), passes, weight[i] / (failed + q[i]),
				   weight[i] / failed);
		add_rows(total, part);
	}
	scale_rows(total, total, passes, sign * (1 - share), -sign * share);
	add_rows(shapley, total);
}

/* Back up an edge whose leaves are all summed. */
INLINE void
ascend(Shap *shap, int depth, int points)
{
	const Step *step = &shap->steps[depth];
	int			input = shap->steps[depth - 1].node->input;
	Doubles    *shapley = shap->shapley + (size_t) input * PARTS;
	int			i;

	credit(shap, depth, depth, points, 1.0, shapley);
	if (step->before >= 0)
		credit(shap, depth, step->before, points, -1.0, shapley);
	for (i = 0; i < points; i++)
		add_rows(at_point(shap, shap->sum, depth - 1, i), at_point(shap, shap->sum, depth, i));
	shap->last[input] = step->before;
}

INLINE void
sum_leaf(Shap *shap, int depth, int points, double value)
{
	const Bits	all[PARTS] = {{0}};
	int			i;

	for (i = 0; i < points; i++)
		scale_rows(at_point(shap, shap->sum, depth, i), at_point(shap, shap->product, depth, i), all, 0, value);
}

/* Adds the Shapley values of a tree for the rows at hand. */
INLINE MlStatus
walk_tree(MlEnv *env, Shap *shap, const MlTreeNode *tree, int points)
{
	uint32_t	leaves = 0;
	int			depth = 0;
	int			k;

	shap->steps[0] = (Step) {tree, 0, -1, 1.0};
	for (k = 0; k < points * PARTS; k++)
		shap->product[k] = (Doubles) {1, 1, 1, 1};
	for (;;)
	{
		Step	   *step = &shap->steps[depth];
		const MlTreeNode *node = step->node;

		if (node->kind != ML_NODE_LEAF && step->next < 2)
		{
			if (step->next == 0)
			{
				split_rows(shap, depth, node);
				memset(at_point(shap, shap->sum, depth, 0), 0, (size_t) points * PARTS * sizeof(Doubles));
			}
			depth++;
			descend(shap, depth, tree + node->child, step->next++, points);
			continue;
		}
		if (node->kind == ML_NODE_LEAF)
		{
			sum_leaf(shap, depth, points, node->value.number);
			if (++leaves % 1024 == 0)
				ML_TRY(ml_check_stop(env));
		}
		if (depth == 0)
			return ML_OK;
		ascend(shap, depth, points);
		depth--;
	}
}

#define WALK(suffix, target) \
	target static MlStatus \
	walk_tree_##suffix(MlEnv *env, Shap *shap, const MlTreeNode *tree, int points) \
	{ \
		return walk_tree(env, shap, tree, points); \
	}

WALK(plain,)
#ifdef __x86_64__
WALK(avx2, ML_FOR_AVX2)
WALK(avx512, ML_FOR_AVX512)
#endif

static MlStatus
walk_trees(MlEnv *env, Shap *shap)
{
	MlStatus	(*walk) (MlEnv *env, Shap *shap, const MlTreeNode *tree, int points) = walk_tree_plain;
	const MlForest *forest = shap->forest;
	uint32_t	step = (uint32_t) forest->n_outputs;
	uint32_t	t;

#ifdef __x86_64__
	if (env->simd == ML_SIMD_AVX512)
		walk = walk_tree_avx512;
	else if (env->simd == ML_SIMD_AVX2)
		walk = walk_tree_avx2;
#endif
	for (t = shap->output; t < forest->n_trees; t += step)
	{
		ML_TRY(ml_check_stop(env));
		/* a lone leaf is all in the base */
		if (shap->points[t / step] > 0)
			ML_TRY(walk(env, shap, forest->nodes + forest->first[t], shap->points[t / step]));
	}
	return ML_OK;
}

static MlStatus
explain_rows(MlExplainer *explainer, const double *inputs, int n_rows, double *contributions, double *errors)
{
	Shap	   *shap = explainer->state;
	int			n_inputs = explainer->signature->n_inputs;
	int			start;
	int			i;
	int			k;

	(void) errors;				/* there are none */
	for (start = 0; start < n_rows; start += LANES)
	{
		int			n = n_rows - start < LANES ? n_rows - start : LANES;

		for (i = 0; i < n_inputs; i++)
		{
			for (k = 0; k < LANES; k++)
				shap->values[i * LANES + k] =
					inputs[(size_t) (start + (k < n ? k : n - 1)) * (size_t) n_inputs + (size_t) i];
		}
		memset(shap->shapley, 0, (size_t) n_inputs * PARTS * sizeof(Doubles));
		ML_TRY(walk_trees(explainer->env, shap));
		for (k = 0; k < n; k++)
		{
			for (i = 0; i < n_inputs; i++)
				contributions[(size_t) (start + k) * (size_t) n_inputs + (size_t) i] =
					shap->scale * shap->shapley[i * PARTS + k / (LANES / PARTS)][k % (LANES / PARTS)];
		}
	}
	return ML_OK;
}

/* From the sum over trees to what is explained. */
static double
link_scale(const MlForest *forest)
{
	if (forest->link == ML_LINK_SHARE)
		return 1.0 / (double) (forest->n_trees / (uint32_t) forest->n_outputs);
	if (forest->link == ML_LINK_ISOLATION)
		return -1.0 / (double) forest->n_trees;
	return 1.0;
}

MlStatus
ml_forest_explain(MlEnv *env, const void *model, int output, MlExplainer *explainer)
{
	const MlForest *forest = model;
	int			n_inputs = explainer->signature->n_inputs;
	Shap	   *shap = ml_allocate(env, 1, sizeof(Shap));
	double		expected = 0;

	if (shap == NULL)
		return ML_OUT_OF_MEMORY;
	shap->forest = forest;
	shap->output = (uint32_t) output;
	shap->scale = link_scale(forest);
	ML_TRY(survey_trees(env, shap, n_inputs, &expected));
	ML_TRY(make_room(env, shap, n_inputs));
	explainer->base = shap->scale * (forest->base[output] + expected);
	explainer->state = shap;
	explainer->rows = explain_rows;
	return ML_OK;
}
