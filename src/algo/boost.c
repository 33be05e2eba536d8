/*
 * algo/boost.c
 *		Boosting on binned rows. See boost.h.
 */
#include <math.h>
#include <string.h>

#include "algo/boost.h"
#include "algo/locate.h"
#include "algo/reorder.h"
#include "algo/vector.h"
#include "base/team.h"
#include "math/rng.h"
#include "math/sum.h"

#define BLOCK_ROWS 16384
#define CURVE_SHARE 32

/* Makes the rows of the curve independent of other uses of the same identity. */
#define CURVE_SALT UINT64_C(0x626f6f7374637276)

/* And the choices of a tree of those of others. */
#define TREE_SALT UINT64_C(0x626f6f7374747265)
#define ROW_SALT UINT64_C(0x626f6f7374726f77)

/* Margins of some rows, and which rows their loss is taken from. */
typedef struct Judged
{
	const MlBoostRows *rows;
	int64_t		all_rows;		/* in the whole team */
	double	   *margin;			/* (n_outputs, n_rows) */
	uint32_t   *sample;			/* (n_sample) row numbers, or NULL for all */
	int64_t		n_sample;
	int64_t		all_sample;
} Judged;

typedef struct Boosting
{
	MlEnv	   *env;
	const MlBoostOptions *options;
	MlLoss		loss;
	int			n_outputs;
	double		max_weight;
	double	   *base;			/* (n_outputs) */
	Judged		training;
	Judged		validation;
	uint64_t	curve_limit;	/* of the hashes of sampled training rows */
	double	   *normalizer;		/* (n_rows) of the training margins, with several outputs */
	double	   *gathered;		/* (n_outputs + 2, ML_LOSS_BLOCK) of sampled rows */
	MlGradient *gradient;		/* (n_rows) */
	MlGradientRange range;		/* of the derivatives of the current tree */
	MlCell	   *totals;			/* (leaves) */
	double	   *leaf_value;		/* (leaves) */
	uint32_t   *drawn;			/* (n_rows) rows of a tree, with subsampling */
	MlLocator	locator;		/* where leaves are located */
	MlGrower	grower;
	MlForestBuilder builder;
	MlCurvePoint *curve;		/* (options->iterations) */
	int			n_curve;
	double		best_loss;		/* of the validation rows */
	int			best;			/* iterations until then */
} Boosting;

static MlStatus begin(Boosting *boosting, MlEnv *env, const MlBoostOptions *options,
					  const MlBoostRows *training, const MlBoostRows *validation);
static MlStatus begin_rows(Boosting *boosting, Judged *judged, const MlBoostRows *rows);
static MlStatus begin_margins(Boosting *boosting, Judged *judged);
static void reset_margins(const Boosting *boosting, const Judged *judged);
static MlStatus begin_locations(Boosting *boosting);
static MlStatus draw_curve_rows(Boosting *boosting);
static MlStatus list_curve_rows(Boosting *boosting);
static MlStatus order_rows(Boosting *boosting);
static MlStatus find_bases(Boosting *boosting);
static MlStatus find_base(Boosting *boosting, int output);
static MlStatus iterate(Boosting *boosting);
static MlStatus add_trees(Boosting *boosting, bool *any_split);
static uint64_t tree_key(const Boosting *boosting, int output);
static MlStatus draw_rows(Boosting *boosting, MlTreeRows *tree);
static MlStatus set_leaf_values(Boosting *boosting, int output, const MlTreeRows *tree);
static MlStatus sum_leaves(Boosting *boosting, int output, const MlTreeRows *tree);
static MlStatus take_derivatives(Boosting *boosting, int output, MlGradientScale *scale);
static MlStatus find_range(Boosting *boosting, int output);
static MlStatus find_normalizers(Boosting *boosting);
static MlStatus move_training(Boosting *boosting, int output);
static MlStatus move_validation(Boosting *boosting, int output);
static MlStatus record(Boosting *boosting, bool *stop);
static MlStatus mean_loss(Boosting *boosting, const Judged *judged, bool all, double *loss);
static MlStatus finish(Boosting *boosting, MlBoosted *boosted);

MlStatus
ml_boost(MlEnv *env, const MlBoostOptions *options, const MlBoostRows *training,
		 const MlBoostRows *validation, MlBoosted *boosted)
{
	Boosting	boosting;

	ML_TRY(begin(&boosting, env, options, training, validation));
	ML_TRY(iterate(&boosting));
	return finish(&boosting, boosted);
}

/* Rows first .. first + n - 1 as the loss wants them. */
static MlLossRows
block_of(const Boosting *boosting, const Judged *judged, int64_t first, int n)
{
	const MlBoostRows *rows = judged->rows;
	MlLossRows	block;

	block.n = n;
	block.y = rows->y + first;
	block.weight = rows->weight == NULL ? NULL : rows->weight + first;
	block.margin = judged->margin + first;
	block.stride = (size_t) rows->binned.n_rows;
	block.normalizer = boosting->normalizer == NULL ? NULL : boosting->normalizer + first;
	return block;
}

/* Something that was computed from targets and weights must be finite. */
static MlStatus
check_size(const Boosting *boosting, double value)
{
	if (isfinite(value))
		return ML_OK;
	ml_fail(boosting->env, ML_INVALID_DATA, "target values or weights are too large for gbt");
	ml_hint(boosting->env, "Scale them down.");
	return ML_INVALID_DATA;
}

/* Rows of a block that begins at `first`. */
static inline int
block_rows(int64_t first, int64_t n)
{
	return n - first < ML_LOSS_BLOCK ? (int) (n - first) : ML_LOSS_BLOCK;
}

static MlStatus
begin(Boosting *boosting, MlEnv *env, const MlBoostOptions *options,
	  const MlBoostRows *training, const MlBoostRows *validation)
{
	size_t		n_rows = (size_t) training->binned.n_rows;
	size_t		n_outputs = (size_t) options->loss.n_outputs;

	memset(boosting, 0, sizeof(*boosting));
	boosting->env = env;
	boosting->options = options;
	boosting->loss = options->loss;
	boosting->loss.simd = env->simd;
	boosting->n_outputs = options->loss.n_outputs;
	boosting->base = ml_allocate(env, n_outputs, sizeof(double));
	boosting->gradient = ml_allocate(env, n_rows, sizeof(MlGradient));
	boosting->gathered = ml_allocate(env, (n_outputs + 2) * ML_LOSS_BLOCK, sizeof(double));
	boosting->curve = ml_allocate(env, (size_t) options->iterations, sizeof(MlCurvePoint));
	if (boosting->base == NULL || boosting->gradient == NULL || boosting->gathered == NULL ||
		boosting->curve == NULL)
		return ML_OUT_OF_MEMORY;
	if (n_outputs > 1)
	{
		boosting->normalizer = ml_allocate(env, n_rows, sizeof(double));
		if (boosting->normalizer == NULL)
			return ML_OUT_OF_MEMORY;
	}
	if (options->subsample < 1)
	{
		boosting->drawn = ml_allocate(env, n_rows, sizeof(uint32_t));
		if (boosting->drawn == NULL)
			return ML_OUT_OF_MEMORY;
	}
	ML_TRY(begin_rows(boosting, &boosting->training, training));
	ML_TRY(begin_rows(boosting, &boosting->validation, validation));
	ML_TRY(find_bases(boosting));
	ML_TRY(begin_margins(boosting, &boosting->training));
	if (ml_loss_locates(&boosting->loss))
		ML_TRY(begin_locations(boosting));
	ML_TRY(begin_margins(boosting, &boosting->validation));
	ML_TRY(draw_curve_rows(boosting));
	if (boosting->validation.all_rows > 0)
		ML_TRY(mean_loss(boosting, &boosting->validation, true, &boosting->best_loss));
	ML_TRY(ml_grower_begin(&boosting->grower, env, &training->binned, &options->limits));
	boosting->totals = ml_allocate(env, (size_t) boosting->grower.limits.max_leaves, sizeof(MlCell));
	boosting->leaf_value = ml_allocate(env, (size_t) boosting->grower.limits.max_leaves, sizeof(double));
	if (boosting->totals == NULL || boosting->leaf_value == NULL)
		return ML_OUT_OF_MEMORY;
	return ml_forest_begin(&boosting->builder, env);
}

static MlStatus
begin_rows(Boosting *boosting, Judged *judged, const MlBoostRows *rows)
{
	judged->rows = rows;
	judged->all_rows = rows->binned.n_rows;
	return ml_team_sum(boosting->env, &judged->all_rows, 1);
}

static MlStatus
begin_margins(Boosting *boosting, Judged *judged)
{
	judged->margin = ml_allocate(boosting->env, (size_t) judged->rows->binned.n_rows,
								 (size_t) boosting->n_outputs * sizeof(double));
	if (judged->margin == NULL)
		return ML_OUT_OF_MEMORY;
	reset_margins(boosting, judged);
	return ML_OK;
}

static void
reset_margins(const Boosting *boosting, const Judged *judged)
{
	int64_t		n_rows = judged->rows->binned.n_rows;
	int			n_outputs = boosting->n_outputs;
	const double *start = judged->rows->start;
	int64_t		i;
	int			k;

	for (k = 0; k < n_outputs; k++)
	{
		double	   *margin = judged->margin + (int64_t) k * n_rows;

		for (i = 0; i < n_rows; i++)
			margin[i] = start != NULL ? start[i * n_outputs + k] : boosting->base[k];
	}
}

/* The base is the location of what all targets miss, before which margins are 0 or given. */
static MlStatus
begin_locations(Boosting *boosting)
{
	const MlBoostRows *rows = boosting->training.rows;
	MlLoss	   *loss = &boosting->loss;

	ML_TRY(ml_locator_begin(&boosting->locator, boosting->env, rows->binned.n_rows, rows->y, rows->weight,
							boosting->training.margin, boosting->training.all_rows,
							boosting->max_weight));
	boosting->base[0] = 0;
	reset_margins(boosting, &boosting->training);
	if (loss->objective == ML_HUBER && loss->shape == 0)
		ML_TRY(ml_locate_delta(&boosting->locator, &loss->shape));
	ML_TRY(ml_locate(&boosting->locator, loss, NULL, rows->binned.n_rows, &boosting->base[0]));
	ML_TRY(check_size(boosting, boosting->base[0]));
	reset_margins(boosting, &boosting->training);
	return ML_OK;
}

static bool
is_sampled(const Boosting *boosting, int64_t row)
{
	uint64_t	identity = boosting->training.rows->identity[row];

	return ml_hash_word(CURVE_SALT, identity) <= boosting->curve_limit;
}

/* Each row by its own hash, whatever the others are; all rows if that gives none. */
static MlStatus
draw_curve_rows(Boosting *boosting)
{
	Judged	   *training = &boosting->training;
	int64_t		n_rows = training->rows->binned.n_rows;
	int64_t		all_rows = training->all_rows;
	int64_t		wanted = all_rows / CURVE_SHARE > ML_CURVE_ROWS ? all_rows / CURVE_SHARE : ML_CURVE_ROWS;
	int64_t		i;

	if (all_rows <= ML_CURVE_ROWS)
		return ML_OK;
	boosting->curve_limit = UINT64_MAX / (uint64_t) all_rows * (uint64_t) wanted;
	for (i = 0; i < n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(boosting->env));
		training->n_sample += is_sampled(boosting, i);
	}
	training->all_sample = training->n_sample;
	ML_TRY(ml_team_sum(boosting->env, &training->all_sample, 1));
	if (training->all_sample == 0)
		return ML_OK;
	training->sample = ml_allocate(boosting->env, (size_t) training->n_sample, sizeof(uint32_t));
	if (training->sample == NULL)
		return ML_OUT_OF_MEMORY;
	return list_curve_rows(boosting);
}

/* Where they are now. */
static MlStatus
list_curve_rows(Boosting *boosting)
{
	Judged	   *training = &boosting->training;
	int64_t		n = 0;
	int64_t		i;

	for (i = 0; n < training->n_sample; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(boosting->env));
		if (is_sampled(boosting, i))
			training->sample[n++] = (uint32_t) i;
	}
	return ML_OK;
}

static MlStatus
find_bases(Boosting *boosting)
{
	const MlBoostRows *rows = boosting->training.rows;
	int64_t		i;
	int			k;

	boosting->max_weight = rows->weight == NULL ? 1 : 0;
	for (i = 0; rows->weight != NULL && i < rows->binned.n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(boosting->env));
		if (rows->weight[i] > boosting->max_weight)
			boosting->max_weight = rows->weight[i];
	}
	ML_TRY(ml_team_max(boosting->env, &boosting->max_weight, 1));
	for (k = 0; k < boosting->n_outputs; k++)
		ML_TRY(find_base(boosting, k));
	return ML_OK;
}

/* From the weighted mean of y, or of "is of class `output`". */
static MlStatus
find_base(Boosting *boosting, int output)
{
	const MlBoostRows *rows = boosting->training.rows;
	bool		shares = boosting->n_outputs > 1;
	MlExactSum	sums[2];
	MlExactSum *weights = &sums[0];
	MlExactSum *values = &sums[1];
	double		mean;
	int64_t		i;

	ml_sum_begin(weights);
	ml_sum_begin(values);
	for (i = 0; i < rows->binned.n_rows; i++)
	{
		double		weight = rows->weight == NULL ? 1 : rows->weight[i];

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(boosting->env));
		ml_sum_add(weights, weight);
		ml_sum_add(values, weight * (shares ? rows->y[i] == output : rows->y[i]));
	}
	ML_TRY(ml_sum_team(boosting->env, sums, 2));
	mean = ml_sum_value(values) / ml_sum_value(weights);
	ML_TRY(check_size(boosting, mean));
	boosting->base[output] = ml_loss_base(&boosting->loss, mean,
											boosting->training.all_rows);
	return ML_OK;
}

static MlStatus
iterate(Boosting *boosting)
{
	int			most = boosting->options->iterations;
	bool		stop = false;

	while (boosting->n_curve < most && !stop)
	{
		bool		any_split;

		ML_TRY(add_trees(boosting, &any_split));
		if (!any_split)
			break;
		ML_TRY(record(boosting, &stop));
		ml_report(boosting->env, "fitting", (double) boosting->n_curve / most,
				  boosting->training.all_rows, boosting->n_curve,
				  boosting->curve[boosting->n_curve - 1].train_loss);
	}
	return ML_OK;
}

/*
 * One more tree per output; margins follow. An output without a split worth it
 * gets a single leaf of value 0; without any split at all the trees do not count.
 */
static MlStatus
add_trees(Boosting *boosting, bool *any_split)
{
	MlGrower   *grower = &boosting->grower;
	int			k;

	*any_split = false;
	if (boosting->normalizer != NULL)
		ML_TRY(find_normalizers(boosting));
	for (k = 0; k < boosting->n_outputs; k++)
	{
		MlTreeRows	tree = {.gradient = boosting->gradient};

		tree.key = tree_key(boosting, k);
		ML_TRY(take_derivatives(boosting, k, &tree.scale));
		tree.most = ml_gradient_most(&boosting->range, tree.scale);
		if (boosting->drawn != NULL)
			ML_TRY(draw_rows(boosting, &tree));
		ML_TRY(ml_grower_tree(grower, &tree));
		ML_TRY(set_leaf_values(boosting, k, &tree));
		ML_TRY(ml_forest_add(&boosting->builder, grower->nodes, grower->n_nodes,
							 grower->sets, grower->n_sets));
		if (grower->n_leaves == 1)
			continue;
		*any_split = true;
		ML_TRY(move_training(boosting, k));
		ML_TRY(move_validation(boosting, k));
	}
	/* again after later trees would gain little */
	if (boosting->n_curve == 0 && boosting->drawn == NULL && *any_split)
		return order_rows(boosting);
	return ML_OK;
}

/* All that is kept by row comes into the order of the leaves of the tree just grown. */
static MlStatus
order_rows(Boosting *boosting)
{
	MlEnv	   *env = boosting->env;
	const MlBoostRows *rows = boosting->training.rows;
	const uint32_t *order = boosting->grower.partition.index;
	int64_t		n_rows = rows->binned.n_rows;
	size_t		n_outputs = (size_t) boosting->n_outputs;
	double	   *margin = boosting->training.margin;
	uint64_t   *room = boosting->gradient;	/* nobody needs them any more */
	size_t		k;

	ML_TRY(ml_reorder(env, order, n_rows, rows->binned.bins, rows->binned.stride, room));
	ML_TRY(ml_reorder(env, order, n_rows, rows->y, sizeof(double), room));
	ML_TRY(ml_reorder(env, order, n_rows, rows->identity, sizeof(uint64_t), room));
	if (rows->weight != NULL)
		ML_TRY(ml_reorder(env, order, n_rows, rows->weight, sizeof(double), room));
	if (rows->start != NULL)
		ML_TRY(ml_reorder(env, order, n_rows, rows->start, n_outputs * sizeof(double), room));
	for (k = 0; k < n_outputs; k++)
		ML_TRY(ml_reorder(env, order, n_rows, margin + k * (size_t) n_rows, sizeof(double), room));
	ml_partition_forget(&boosting->grower.partition);
	return boosting->training.sample == NULL ? ML_OK : list_curve_rows(boosting);
}

static uint64_t
tree_key(const Boosting *boosting, int output)
{
	uint64_t	key = ml_hash_word(boosting->options->seed, TREE_SALT);
	int			iteration = boosting->options->started + boosting->n_curve;

	return ml_hash_word(key, (uint64_t) iteration * (uint64_t) boosting->n_outputs +
						(uint64_t) output);
}

/* By the hash of its identity a row is drawn or not, whatever the others are. */
static MlStatus
draw_rows(Boosting *boosting, MlTreeRows *tree)
{
	const MlBoostRows *rows = boosting->training.rows;
	uint64_t	key = ml_hash_word(tree->key, ROW_SALT);
	double		part = boosting->options->subsample;
	int64_t		i;

	tree->rows = boosting->drawn;
	for (i = 0; i < rows->binned.n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(boosting->env));
		boosting->drawn[tree->n_rows] = (uint32_t) i;
		tree->n_rows += ml_hash_uniform(ml_hash_word(key, rows->identity[i])) < part;
	}
	return ML_OK;
}

/* From the steps that the sums of the leaves ask for, or from their rows. */
static MlStatus
set_leaf_values(Boosting *boosting, int output, const MlTreeRows *tree)
{
	MlGrower   *grower = &boosting->grower;
	int			i;

	if (grower->n_leaves == 1)
	{
		grower->nodes[0].value.number = 0;
		return ML_OK;
	}
	if (!ml_loss_locates(&boosting->loss))
		ML_TRY(sum_leaves(boosting, output, tree));
	for (i = 0; i < grower->n_leaves; i++)
	{
		const MlGrowLeaf *leaf = &grower->leaves[i];
		double	   *value = &grower->nodes[leaf->node].value.number;

		if (ml_loss_locates(&boosting->loss))
		{
			ML_TRY(ml_locate(&boosting->locator, &boosting->loss,
							 grower->partition.index + leaf->begin, leaf->n, value));
			ML_TRY(check_size(boosting, *value));
			*value = ml_grower_bound(grower, leaf, *value);
		}
		else
			*value = ml_loss_step(&boosting->loss, *value);
		*value *= boosting->options->learning_rate;
	}
	return ML_OK;
}

/* Steps from fine sums of the derivatives of each leaf's rows. */
static MlStatus
sum_leaves(Boosting *boosting, int output, const MlTreeRows *tree)
{
	MlGrower   *grower = &boosting->grower;
	int64_t		n_rows = boosting->training.rows->binned.n_rows;
	MlGradientScale scale = ml_gradient_fine_scale(&boosting->range);
	double		g[ML_LOSS_BLOCK];
	double		h[ML_LOSS_BLOCK];
	int64_t		next = 0;		/* of the drawn rows */
	int64_t		first;
	int			i;

	memset(boosting->totals, 0, (size_t) grower->n_leaves * sizeof(MlCell));
	for (first = 0; first < n_rows; first += ML_LOSS_BLOCK)
	{
		MlLossRows	block = block_of(boosting, &boosting->training, first, block_rows(first, n_rows));

		ML_TRY(ml_check_stop(boosting->env));
		ml_loss_derivatives(&boosting->loss, &block, output, g, h);
		for (i = 0; tree->rows != NULL && i < block.n; i++)
		{
			if (next < tree->n_rows && tree->rows[next] == first + i)
				next++;
			else
				g[i] = h[i] = 0;
		}
		ml_gradient_sum(g, h, block.n, scale, grower->leaf_of_row + first, boosting->totals);
	}
	ML_TRY(ml_team_sum(boosting->env, (int64_t *) boosting->totals, 3 * (size_t) grower->n_leaves));
	ml_grower_set_values(grower, boosting->totals, scale);
	return ML_OK;
}

/* The derivatives of all training rows by the margin of an output. */
static MlStatus
take_derivatives(Boosting *boosting, int output, MlGradientScale *scale)
{
	int64_t		n_rows = boosting->training.rows->binned.n_rows;
	double		g[ML_LOSS_BLOCK];
	double		h[ML_LOSS_BLOCK];
	int64_t		first;

	ML_TRY(find_range(boosting, output));
	*scale = ml_gradient_scale(&boosting->range);
	for (first = 0; first < n_rows; first += ML_LOSS_BLOCK)
	{
		MlLossRows	block = block_of(boosting, &boosting->training, first, block_rows(first, n_rows));

		ML_TRY(ml_check_stop(boosting->env));
		ml_loss_derivatives(&boosting->loss, &block, output, g, h);
		ml_vector_pack(boosting->loss.simd, g, h, block.n, *scale, boosting->gradient + first);
	}
	return ML_OK;
}

/* Bounds serve as means where they are close to them. */
static MlStatus
find_range(Boosting *boosting, int output)
{
	const MlLoss *loss = &boosting->loss;
	int64_t		n_rows = boosting->training.rows->binned.n_rows;
	MlGradientRange *range = &boosting->range;
	double		g[ML_LOSS_BLOCK];
	double		h[ML_LOSS_BLOCK];
	double		most[2] = {0, 0};	/* of |g| and of h */
	MlExactSum	sums[2];
	int64_t		first;
	int			i;

	range->n_rows = boosting->training.all_rows;
	if (boosting->training.rows->weight == NULL && ml_loss_bounds(loss, 1, &range->most_g, &range->most_h))
	{
		range->mean_g = range->most_g;
		range->mean_h = range->most_h;
		return ML_OK;
	}
	ml_sum_begin(&sums[0]);
	ml_sum_begin(&sums[1]);
	for (first = 0; first < n_rows; first += ML_LOSS_BLOCK)
	{
		MlLossRows	block = block_of(boosting, &boosting->training, first, block_rows(first, n_rows));

		ML_TRY(ml_check_stop(boosting->env));
		ml_loss_derivatives(loss, &block, output, g, h);
		for (i = 0; i < block.n; i++)
		{
			g[i] = fabs(g[i]);
			most[0] = g[i] > most[0] ? g[i] : most[0];
			most[1] = h[i] > most[1] ? h[i] : most[1];
		}
		ml_sum_add_array(&sums[0], g, (size_t) block.n);
		ml_sum_add_array(&sums[1], h, (size_t) block.n);
	}
	ML_TRY(ml_team_max(boosting->env, most, 2));
	ML_TRY(ml_sum_team(boosting->env, sums, 2));
	range->most_g = most[0];
	range->most_h = most[1];
	range->mean_g = ml_sum_value(&sums[0]) / (double) range->n_rows;
	range->mean_h = ml_sum_value(&sums[1]) / (double) range->n_rows;
	ML_TRY(check_size(boosting, range->mean_g + range->mean_h));
	return ML_OK;
}

/* They stay for all outputs of an iteration: tree k moves the margins of output k only. */
static MlStatus
find_normalizers(Boosting *boosting)
{
	int64_t		n_rows = boosting->training.rows->binned.n_rows;
	int64_t		first;

	for (first = 0; first < n_rows; first += ML_LOSS_BLOCK)
	{
		MlLossRows	block = block_of(boosting, &boosting->training, first, block_rows(first, n_rows));

		ML_TRY(ml_check_stop(boosting->env));
		ml_loss_normalizer(&boosting->loss, &block, boosting->normalizer + first);
	}
	return ML_OK;
}

static MlStatus
move_training(Boosting *boosting, int output)
{
	const MlGrower *grower = &boosting->grower;
	int64_t		n_rows = boosting->training.rows->binned.n_rows;
	double	   *margin = boosting->training.margin + (int64_t) output * n_rows;
	double	   *value = boosting->leaf_value;
	int64_t		i;

	for (i = 0; i < grower->n_leaves; i++)
		value[i] = grower->nodes[grower->leaves[i].node].value.number;
	for (i = 0; i < n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(boosting->env));
		margin[i] += value[grower->leaf_of_row[i]];
	}
	return ML_OK;
}

static MlStatus
move_validation(Boosting *boosting, int output)
{
	const MlBinned *binned = &boosting->validation.rows->binned;
	double	   *margin = boosting->validation.margin + (int64_t) output * binned->n_rows;
	int64_t		i;

	for (i = 0; i < binned->n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(boosting->env));
		margin[i] += ml_grower_value(&boosting->grower, binned->bins + (size_t) i * binned->stride);
	}
	return ML_OK;
}

/* Losses after an iteration; *stop when that of validation has not improved for long enough. */
static MlStatus
record(Boosting *boosting, bool *stop)
{
	MlCurvePoint *point = &boosting->curve[boosting->n_curve++];
	int			patience = boosting->options->patience;

	point->iteration = boosting->options->started + boosting->n_curve;
	point->validation_loss = NAN;
	ML_TRY(mean_loss(boosting, &boosting->training, false, &point->train_loss));
	if (boosting->validation.all_rows == 0)
		return ML_OK;
	ML_TRY(mean_loss(boosting, &boosting->validation, true, &point->validation_loss));
	if (point->validation_loss < boosting->best_loss)
	{
		boosting->best_loss = point->validation_loss;
		boosting->best = boosting->n_curve;
	}
	*stop = patience > 0 && boosting->n_curve - boosting->best >= patience;
	return ML_OK;
}

/* Sampled rows sample[0 .. n-1] side by side. */
static MlLossRows
gather(const Boosting *boosting, const Judged *judged, const uint32_t *sample, int n)
{
	const MlBoostRows *rows = judged->rows;
	double	   *y = boosting->gathered;
	double	   *weight = y + ML_LOSS_BLOCK;
	double	   *margin = weight + ML_LOSS_BLOCK;
	MlLossRows	block = {n, y, NULL, margin, ML_LOSS_BLOCK, NULL};
	int			i;
	int			k;

	for (i = 0; i < n; i++)
		y[i] = rows->y[sample[i]];
	for (i = 0; rows->weight != NULL && i < n; i++)
		weight[i] = rows->weight[sample[i]];
	if (rows->weight != NULL)
		block.weight = weight;
	for (k = 0; k < boosting->n_outputs; k++)
	{
		const double *from = judged->margin + (int64_t) k * rows->binned.n_rows;

		for (i = 0; i < n; i++)
			margin[k * ML_LOSS_BLOCK + i] = from[sample[i]];
	}
	return block;
}

/* Weighted mean over all rows, or over those of the curve. */
static MlStatus
mean_loss(Boosting *boosting, const Judged *judged, bool all, double *loss)
{
	bool		sampled = !all && judged->sample != NULL;
	int64_t		n = sampled ? judged->n_sample : judged->rows->binned.n_rows;
	double		value[ML_LOSS_BLOCK];
	MlExactSum	sums[2];
	MlExactSum *losses = &sums[0];
	MlExactSum *weights = &sums[1];
	int64_t		first;
	int			i;

	ml_sum_begin(losses);
	ml_sum_begin(weights);
	for (first = 0; first < n; first += ML_LOSS_BLOCK)
	{
		int			count = block_rows(first, n);
		MlLossRows	block;

		ML_TRY(ml_check_stop(boosting->env));
		if (sampled)
			block = gather(boosting, judged, judged->sample + first, count);
		else
			block = block_of(boosting, judged, first, count);
		ml_loss_values(&boosting->loss, &block, value);
		for (i = 0; block.weight != NULL && i < count; i++)
			value[i] *= block.weight[i];
		ml_sum_add_array(losses, value, (size_t) count);
		if (block.weight != NULL)
			ml_sum_add_array(weights, block.weight, (size_t) count);
	}
	ML_TRY(ml_sum_team(boosting->env, sums, judged->rows->weight == NULL ? 1 : 2));
	*loss = ml_sum_value(losses) /
		(judged->rows->weight != NULL ? ml_sum_value(weights) :
		 (double) (sampled ? judged->all_sample : judged->all_rows));
	return ML_OK;
}

static MlStatus
finish(Boosting *boosting, MlBoosted *boosted)
{
	MlEnv	   *env = boosting->env;
	const MlLoss *loss = &boosting->loss;
	bool		back = boosting->options->patience > 0 && boosting->validation.all_rows > 0;
	int			kept = back ? boosting->best : boosting->n_curve;

	boosted->forest = ml_forest_finish(&boosting->builder, ml_loss_link(loss), boosting->n_outputs,
									   boosting->base, (uint32_t) (kept * boosting->n_outputs));
	boosted->base = boosting->base;
	boosted->iterations = kept;
	boosted->curve = boosting->curve;
	boosted->n_curve = boosting->n_curve;
	if (kept > 0 && kept < boosting->n_curve)
		boosted->train_loss = boosting->curve[kept - 1].train_loss;
	else
	{
		if (kept == 0)
			reset_margins(boosting, &boosting->training);
		ML_TRY(mean_loss(boosting, &boosting->training, true, &boosted->train_loss));
	}

	ml_grower_end(&boosting->grower);
	ml_release(env, boosting->leaf_value);
	ml_release(env, boosting->totals);
	ml_release(env, boosting->training.sample);
	ml_release(env, boosting->training.margin);
	ml_release(env, boosting->validation.margin);
	ml_release(env, boosting->normalizer);
	ml_release(env, boosting->gathered);
	if (ml_loss_locates(&boosting->loss))
		ml_locator_end(&boosting->locator);
	ml_release(env, boosting->drawn);
	ml_release(env, boosting->gradient);
	return ML_OK;
}
