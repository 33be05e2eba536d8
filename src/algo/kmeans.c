/*
 * algo/kmeans.c
 *		k-means: rows in k clusters around centres.
 *
 * Minimises the sum over rows of weight times the squared distance to the
 * nearest of k centres, in the space of algo/space.h: numbers standardised
 * unless that is turned off, categories as 0 and 1.
 *
 *  - Several random starts (greedy k-means++, kmeans_start.c) are tried on a
 *    sample of 20,000 rows, each until it rests; the one with the least sum is
 *    continued on all rows (lloyd.c). With one start that is only the sowing.
 *  - The number of clusters, when it is left out, is the one from 2 to 20 with
 *    the largest mean silhouette on part of the sample.
 *  - Clusters are numbered by weight, the heaviest first, ties by their
 *    centres.
 *
 * The sample and every random choice are hashes of the seed and of what a row
 * is (identity and content), and sums are exact: so the model is the same to
 * the byte for any order of the rows and on any CPU. Only where two rows at the
 * same distance could fill an empty cluster does their order decide.
 *
 * Memory: 8 bytes for each row and coordinate where the budget allows it, else
 * the rows are read again in each pass; 36 bytes a row in any case.
 */
#include "algo/kmeans.h"

#include <math.h>
#include <string.h>

#include "algo/kmeans_measure.h"
#include "algo/kmeans_start.h"
#include "algo/vectors.h"
#include "math/rng.h"
#include "math/sort.h"

/* Rows that starts are tried on. */
#define SAMPLE_ROWS 20000

enum
{
	CLUSTERS,
	STARTS,
	ITERATIONS,
	TOLERANCE,
	STANDARDISE,
	N_PARAMETERS
};

static const MlParameter parameters[N_PARAMETERS] = {
	[CLUSTERS] = {"k", "n_clusters,num_clusters,centers",
	ML_PARAM_INTEGER, 0, 0, ML_MAX_CLUSTERS,
	"number of clusters; 0 is the one from 2 to 20 with the largest silhouette", NULL},
	[STARTS] = {"starts", "n_init,nstart",
	ML_PARAM_INTEGER, 10, 1, 1000, "random starts, of which the best is taken", NULL},
	[ITERATIONS] = {"iterations", "max_iter,max_iterations",
	ML_PARAM_INTEGER, 300, 0, 100000, "times that the centres are moved at most", NULL},
	[TOLERANCE] = {"tolerance", "tol",
	ML_PARAM_NUMBER, 1e-4, 0, 1,
	"stop when the squared moves of the centres add up to less than this part of the mean variance of a coordinate", NULL},
	[STANDARDISE] = {"standardise", "standardize,scale",
	ML_PARAM_INTEGER, 1, 0, 1, "1: numbers are divided by their standard deviation; 0: they are taken as they are", NULL},
};

typedef struct Fit
{
	MlEnv	   *env;
	const MlFitInput *input;
	MlSpace		space;
	MlPoints	points;
	MlPoints	sample;
	MlLloyd		lloyd;			/* of all points */
	int			k;
	int			iterations;
	double		still;
} Fit;

/* What tells a row apart: its identity and its content. */
static MlStatus
make_keys(Fit *fit, uint64_t *keys)
{
	const MlFitInput *input = fit->input;
	uint64_t	seed = ml_mix64(input->seed);
	size_t		n = (size_t) fit->points.n;
	MlPointBlock block;
	int			i;
	size_t		j;

	ml_points_rewind(&fit->points);
	for (;;)
	{
		ML_TRY(ml_points_next(&fit->points, &block));
		if (block.n_rows == 0)
			return ML_OK;
		for (i = 0; i < block.n_rows; i++)
		{
			const double *point = block.points + (size_t) i * n;
			uint64_t	sum = 0;

			for (j = 0; j < n; j++)
			{
				uint64_t	word = ml_key_of_f64(point[j]);

				sum += (word ^ word >> 32) * (2 * ml_mix64(j) + 1);
			}
			keys[block.first + i] = ml_hash_word(ml_hash_word(seed, input->identity[input->rows[block.first + i]]), sum);
		}
	}
}

/* Each row with the same chance; about `wanted` of them, ascending. */
static int64_t
choose_rows(const uint64_t *keys, int64_t n_rows, int64_t wanted, uint32_t *chosen)
{
	int64_t		n = 0;
	int64_t		i;

	for (i = 0; i < n_rows; i++)
	{
		/* another hash than the one that puts the sample in order */
		if (n_rows <= wanted || ml_hash_uniform(ml_mix64(keys[i])) * (double) n_rows < (double) wanted)
			chosen[n++] = (uint32_t) i;
	}
	return n;
}

/* About `wanted` of the points, in the order of their keys. */
static MlStatus
take_sample(Fit *fit, int64_t wanted)
{
	MlEnv	   *env = fit->env;
	int64_t		n_rows = fit->points.n_rows;
	uint64_t   *keys = ml_allocate(env, (size_t) n_rows + 1, sizeof(uint64_t));
	uint32_t   *chosen = ml_allocate(env, (size_t) n_rows + 1, sizeof(uint32_t));
	uint32_t   *order;
	uint32_t   *place;
	int64_t		n;
	int64_t		i;

	if (keys == NULL || chosen == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(make_keys(fit, keys));
	n = choose_rows(keys, n_rows, wanted, chosen);
	order = ml_allocate(env, (size_t) n + 1, sizeof(uint32_t));
	place = ml_allocate(env, (size_t) n + 1, sizeof(uint32_t));
	if (order == NULL || place == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n; i++)
		keys[i] = keys[chosen[i]];
	ML_TRY(ml_order_u64(env, keys, (size_t) n, order));
	for (i = 0; i < n; i++)
		place[order[i]] = (uint32_t) i;
	ML_TRY(ml_points_take(&fit->points, chosen, place, n, &fit->sample));
	ml_release(env, keys);
	ml_release(env, chosen);
	ml_release(env, order);
	ml_release(env, place);
	return ML_OK;
}

/* What `tolerance` is part of: the variance of a coordinate, a category counted as 1. */
static double
mean_variance(const Fit *fit)
{
	const MlSignature *signature = fit->input->signature;
	double		sum = 0.0;
	int			i;

	for (i = 0; i < signature->n_inputs; i++)
	{
		double		sd = signature->inputs[i].sd * fit->space.inputs[i].scale;

		sum += signature->inputs[i].category ? 1.0 : sd * sd;
	}
	return sum / fit->space.n;
}

static MlStatus
begin(Fit *fit, MlEnv *env, const MlFitInput *input)
{
	memset(fit, 0, sizeof(*fit));
	fit->env = env;
	fit->input = input;
	fit->k = (int) input->parameters[CLUSTERS];
	fit->iterations = (int) input->parameters[ITERATIONS];
	if (input->n_rows < 1)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to fit on");
	ML_TRY(ml_space_make(env, input->signature, input->parameters[STANDARDISE] != 0, true, &fit->space));
	fit->still = input->parameters[TOLERANCE] * mean_variance(fit);
	return ml_points_make(env, &fit->space, input->frame, input->rows, input->n_rows, input->weight,
						  &fit->points);
}

/* All points in memory, if that leaves enough for what is still to come. */
static MlStatus
keep_points(Fit *fit)
{
	size_t		rows = (size_t) fit->points.n_rows;
	size_t		sample = rows < SAMPLE_ROWS ? rows : SAMPLE_ROWS;
	void	   *spare = ml_resize(fit->env, NULL, rows + sample * ((size_t) fit->space.n + 8), 2 * sizeof(double));

	if (spare == NULL)
	{
		memset(&fit->env->error, 0, sizeof(fit->env->error));
		return ML_OK;
	}
	/* released only behind the matrix, which must not take its place */
	ML_TRY(ml_points_keep(&fit->points));
	ml_release(fit->env, spare);
	return ML_OK;
}

static MlStatus
refuse_k(Fit *fit, int distinct)
{
	ml_fail(fit->env, ML_INVALID_OPTION, "k is %d, but the rows to learn from make only %d different point%s",
			fit->k, distinct, distinct == 1 ? "" : "s");
	ml_detail(fit->env, "Rows that are equal in every feature are one point, and those that are held out are not learnt from.");
	ml_hint(fit->env, "Set k to %d at most, or take more features.", distinct);
	return ML_INVALID_OPTION;
}

static MlStatus
choose_k(Fit *fit)
{
	ML_TRY(ml_kmeans_choose_k(&fit->sample, ml_hash_word(ml_mix64(fit->input->seed), 1), fit->iterations,
							  fit->still, &fit->k));
	if (fit->k > 1)
		return ML_OK;
	ml_fail(fit->env, ML_INVALID_DATA, "all rows to learn from are the same point: there are no clusters to find");
	ml_hint(fit->env, "Take more features.");
	return ML_INVALID_DATA;
}

/* Centres to start with on all rows. */
static MlStatus
find_start(Fit *fit, int *distinct)
{
	int			starts = (int) fit->input->parameters[STARTS];
	uint64_t	key = ml_mix64(fit->input->seed);
	MlLloyd		lloyd;

	if (fit->k == 0)
		ML_TRY(choose_k(fit));
	if (starts == 1)
	{
		ML_TRY(ml_lloyd_make(&fit->sample, fit->k, &lloyd));
		ML_TRY(ml_kmeans_plus_plus(&fit->sample, fit->k, ml_hash_word(key, 0), lloyd.centre, distinct));
	}
	else
	{
		ML_TRY(ml_lloyd_make(&fit->sample, fit->k, &lloyd));
		ML_TRY(ml_kmeans_best_start(&lloyd, fit->k, starts, key, fit->iterations, fit->still, distinct));
	}
	if (*distinct == fit->k)
		memcpy(fit->lloyd.centre, lloyd.centre, (size_t) fit->k * (size_t) fit->space.n * sizeof(double));
	ml_lloyd_end(&lloyd);
	return ML_OK;
}

/* Centres on all rows, from a start on a sample of them. */
static MlStatus
find_centres(Fit *fit)
{
	int			most_k = fit->k > 0 ? fit->k : ML_MOST_TRIED;
	int			distinct;

	ML_TRY(ml_lloyd_make(&fit->points, most_k, &fit->lloyd));
	ML_TRY(keep_points(fit));
	ML_TRY(take_sample(fit, SAMPLE_ROWS));
	ML_TRY(find_start(fit, &distinct));
	if (distinct < fit->k && fit->sample.n_rows < fit->points.n_rows)
	{
		ml_points_end(&fit->sample);
		ML_TRY(take_sample(fit, fit->points.n_rows));
		ML_TRY(find_start(fit, &distinct));
	}
	if (distinct < fit->k)
		return refuse_k(fit, distinct);
	ml_points_end(&fit->sample);
	return ml_lloyd_run(&fit->lloyd, fit->k, fit->iterations, fit->still, "fitting");
}

/* True when cluster a comes before cluster b. */
static bool
comes_before(const MlLloyd *lloyd, int a, int b)
{
	size_t		n = (size_t) lloyd->points->n;
	double		weight_a = ml_cluster_sums_weight(&lloyd->sums, a);
	double		weight_b = ml_cluster_sums_weight(&lloyd->sums, b);
	size_t		j;

	if (weight_a != weight_b)
		return weight_a > weight_b;
	for (j = 0; j < n; j++)
	{
		if (lloyd->centre[(size_t) a * n + j] != lloyd->centre[(size_t) b * n + j])
			return lloyd->centre[(size_t) a * n + j] < lloyd->centre[(size_t) b * n + j];
	}
	return a < b;
}

static MlStatus
make_model(Fit *fit, MlKmeans **made)
{
	const MlLloyd *lloyd = &fit->lloyd;
	MlKmeans   *model = ml_allocate(fit->env, 1, sizeof(MlKmeans));
	double	   *centre = ml_allocate(fit->env, (size_t) fit->k, ((size_t) fit->space.n + 1) * sizeof(double));
	double	   *weight = ml_allocate(fit->env, (size_t) fit->k, sizeof(double));
	int			a;
	int			b;
	int			j;

	if (model == NULL || centre == NULL || weight == NULL)
		return ML_OUT_OF_MEMORY;
	for (a = 0; a < fit->k; a++)
	{
		int			rank = 0;

		for (b = 0; b < fit->k; b++)
			rank += b != a && comes_before(lloyd, b, a);
		weight[rank] = ml_cluster_sums_weight(&lloyd->sums, a);
		for (j = 0; j < fit->space.n; j++)
			centre[(size_t) j * (size_t) fit->k + (size_t) rank] =
				lloyd->centre[(size_t) a * (size_t) fit->space.n + (size_t) j] + 0.0;
	}
	model->space = fit->space;
	model->k = fit->k;
	model->centre = centre;
	model->weight = weight;
	*made = model;
	return ML_OK;
}

static MlStatus
kmeans_fit(MlEnv *env, const MlFitInput *input, MlFitted *fitted)
{
	Fit			fit;
	MlKmeans   *model;
	double		weights = 0.0;
	int			c;

	ML_TRY(begin(&fit, env, input));
	ML_TRY(find_centres(&fit));
	ML_TRY(make_model(&fit, &model));
	for (c = 0; c < model->k; c++)
		weights += model->weight[c];
	fitted->model = model;
	fitted->iterations = fit.lloyd.iterations;
	fitted->train_loss = fit.lloyd.inertia / weights;
	ml_lloyd_end(&fit.lloyd);
	ml_points_end(&fit.points);
	return ML_OK;
}

static int
kmeans_n_outputs(const void *model)
{
	return ((const MlKmeans *) model)->k;
}

/* squared (k) += what one coordinate adds. */
static inline void
add_coordinate(const MlKmeans *model, int coordinate, double value, double *squared)
{
	const double *centre = model->centre + (size_t) coordinate * (size_t) model->k;
	int			c;

	for (c = 0; c < model->k; c++)
	{
		double		difference = value - centre[c];

		squared[c] += difference * difference;
	}
}

static void
kmeans_predict(const void *any, const MlSignature *signature, const double *inputs, int n_rows,
			   double *outputs)
{
	const MlKmeans *model = any;
	int			row;
	int			i;
	int			c;

	for (row = 0; row < n_rows; row++, inputs += signature->n_inputs, outputs += model->k)
	{
		memset(outputs, 0, (size_t) model->k * sizeof(double));
		for (i = 0; i < signature->n_inputs; i++)
		{
			const MlSpaceInput *slots = &model->space.inputs[i];
			int			place;
			int			j;

			if (!signature->inputs[i].category)
			{
				add_coordinate(model, slots->first, ml_space_number(slots, inputs[i]), outputs);
				continue;
			}
			place = ml_space_place(slots, &signature->inputs[i], inputs[i]);
			for (j = 0; j < slots->n; j++)
				add_coordinate(model, slots->first + j, j == place ? 1.0 : 0.0, outputs);
		}
		for (c = 0; c < model->k; c++)
			outputs[c] = sqrt(outputs[c]);
	}
}

static MlStatus
kmeans_encode(const void *any, MlWriter *writer)
{
	const MlKmeans *model = any;

	ml_write_u32(writer, model->space.standardised);
	ml_write_u32(writer, (uint32_t) model->space.n);
	ml_write_u32(writer, (uint32_t) model->k);
	ml_write_array(writer, model->centre, (size_t) model->k * (size_t) model->space.n, sizeof(double));
	ml_write_array(writer, model->weight, (size_t) model->k, sizeof(double));
	return writer->status;
}

static MlStatus
check_numbers(MlEnv *env, const MlKmeans *model)
{
	size_t		count = (size_t) model->k * (size_t) model->space.n;
	size_t		i;

	for (i = 0; i < count; i++)
	{
		if (!isfinite(model->centre[i]))
			return ml_fail(env, ML_CORRUPT, "model is damaged: a centre is not finite");
	}
	for (i = 0; i < (size_t) model->k; i++)
	{
		if (!(model->weight[i] >= 0 && isfinite(model->weight[i])))
			return ml_fail(env, ML_CORRUPT, "model is damaged: a cluster has no valid weight");
	}
	return ML_OK;
}

static MlStatus
kmeans_decode(MlEnv *env, MlReader *reader, const MlSignature *signature, MlTask task, int n_classes,
			  void **decoded)
{
	MlKmeans   *model = ml_allocate(env, 1, sizeof(MlKmeans));
	uint32_t	standardised = ml_read_u32(reader);
	uint32_t	n = ml_read_u32(reader);
	uint32_t	k = ml_read_u32(reader);

	(void) task;
	(void) n_classes;
	if (model == NULL)
		return ML_OUT_OF_MEMORY;
	if (ml_reader_failed(reader) || standardised > 1 || k < 1 || k > ML_MAX_CLUSTERS)
		return ml_fail(env, ML_CORRUPT, "model is damaged: it has %u clusters", k);
	ML_TRY(ml_space_make(env, signature, standardised == 1, true, &model->space));
	if (n != (uint32_t) model->space.n)
		return ml_fail(env, ML_CORRUPT, "model is damaged: centres have %u coordinates, not %d", n, model->space.n);
	model->k = (int) k;
	model->centre = ml_read_array(reader, (size_t) k * n, sizeof(double));
	model->weight = ml_read_array(reader, k, sizeof(double));
	if (ml_reader_failed(reader))
		return ml_fail(env, ML_CORRUPT, "model is damaged: it is cut off");
	*decoded = model;
	return check_numbers(env, model);
}

/* Centres in the units of the data. */
static MlStatus
kmeans_vectors(MlEnv *env, const void *any, MlVectors *vectors)
{
	const MlKmeans *model = any;
	int			n = model->space.n;
	int			c;
	int			j;

	vectors->n_vectors = model->k;
	vectors->space = &model->space;
	vectors->weight = model->weight;
	vectors->value = ml_allocate(env, (size_t) model->k, ((size_t) n + 1) * sizeof(double));
	if (vectors->value == NULL)
		return ML_OUT_OF_MEMORY;
	for (c = 0; c < model->k; c++)
	{
		for (j = 0; j < n; j++)
			vectors->value[c * n + j] = ml_space_value(&model->space, j, model->centre[(size_t) j * (size_t) model->k + (size_t) c]);
	}
	return ML_OK;
}

const MlAlgorithm ml_kmeans = {
	.name = "kmeans",
	.title = "k-means clustering",
	.tasks = 1U << ML_CLUSTERING,
	.pins_inputs = true,
	.parameters = parameters,
	.n_parameters = N_PARAMETERS,
	.fit = kmeans_fit,
	.n_outputs = kmeans_n_outputs,
	.predict = kmeans_predict,
	.encode = kmeans_encode,
	.decode = kmeans_decode,
	.measure = ml_kmeans_measure,
	.losses = ml_kmeans_losses,
	.vectors = kmeans_vectors
};
