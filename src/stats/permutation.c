/*
 * stats/permutation.c
 *		What predictions lose when some of their inputs are shuffled among rows.
 *		See permutation.h.
 */
#include "stats/permutation.h"

#include <math.h>
#include <string.h>

#include "math/rng.h"
#include "stats/interval.h"
#include "stats/metrics.h"

/* Rows that are predicted at once. */
#define BLOCK_ROWS 128

typedef struct Shuffling
{
	MlEnv	   *env;
	const MlPermutation *problem;
	bool		root;			/* the metric is the root of the mean loss */
	double		metric;			/* before shuffling */
	double	   *before;			/* (n_rows) loss of each row, then its part of the metric */
	double	   *loss;			/* (n_rows) after a shuffle */
	double	   *effect;			/* (n_rows) of each row on the increase, see measure() */
	uint32_t   *donor;			/* (n_rows) row that the shuffled inputs come from */
	double	   *inputs;			/* (BLOCK_ROWS, n_inputs) */
	double	   *outputs;		/* (BLOCK_ROWS, n_outputs) */
} Shuffling;

static MlStatus begin(Shuffling *shuffling, MlEnv *env, const MlPermutation *problem);
static void end(Shuffling *shuffling);
static MlStatus measure(Shuffling *shuffling, MlShuffled *group);
static void shuffle(Shuffling *shuffling, uint64_t key);
static MlStatus take_losses(Shuffling *shuffling, const MlShuffled *group, double *loss);
static MlStatus take_metric(Shuffling *shuffling, const double *loss, double *metric);

MlStatus
ml_permutation_importance(MlEnv *env, const MlPermutation *permutation,
						  MlShuffled *groups, int n_groups)
{
	Shuffling	shuffling;
	int			i;

	if (permutation->n_rows < 1)
		return ml_fail(env, ML_INVALID_DATA, "there are no rows to shuffle");
	ML_TRY(begin(&shuffling, env, permutation));
	for (i = 0; i < n_groups; i++)
	{
		ml_report(env, "shuffling", (double) i / n_groups, permutation->n_rows, -1, NAN);
		ML_TRY(measure(&shuffling, &groups[i]));
	}
	end(&shuffling);
	return ML_OK;
}

/*
 * What the losses of single rows add to the metric, to first order: the loss
 * itself, or half of it over the root of the mean.
 */
static inline double
part(const Shuffling *shuffling, double loss, double metric)
{
	if (!shuffling->root)
		return loss;
	return metric > 0 ? 0.5 * loss / metric : 0;
}

static MlStatus
begin(Shuffling *shuffling, MlEnv *env, const MlPermutation *problem)
{
	size_t		n_rows = (size_t) problem->n_rows;
	size_t		i;

	memset(shuffling, 0, sizeof(*shuffling));
	shuffling->env = env;
	shuffling->problem = problem;
	shuffling->root = strcmp(problem->metric, "rmse") == 0;
	shuffling->before = ml_allocate(env, n_rows, sizeof(double));
	shuffling->loss = ml_allocate(env, n_rows, sizeof(double));
	shuffling->effect = ml_allocate(env, n_rows, sizeof(double));
	shuffling->donor = ml_allocate(env, n_rows, sizeof(uint32_t));
	shuffling->inputs = ml_allocate(env, (size_t) BLOCK_ROWS * (size_t) problem->n_inputs, sizeof(double));
	shuffling->outputs = ml_allocate(env, (size_t) BLOCK_ROWS * (size_t) problem->n_outputs, sizeof(double));
	if (shuffling->before == NULL || shuffling->loss == NULL || shuffling->effect == NULL ||
		shuffling->donor == NULL || shuffling->inputs == NULL || shuffling->outputs == NULL)
		return ML_OUT_OF_MEMORY;
	ML_TRY(take_losses(shuffling, NULL, shuffling->before));
	ML_TRY(take_metric(shuffling, shuffling->before, &shuffling->metric));
	for (i = 0; i < n_rows; i++)
		shuffling->before[i] = part(shuffling, shuffling->before[i], shuffling->metric);
	return ML_OK;
}

static void
end(Shuffling *shuffling)
{
	ml_release(shuffling->env, shuffling->before);
	ml_release(shuffling->env, shuffling->loss);
	ml_release(shuffling->env, shuffling->effect);
	ml_release(shuffling->env, shuffling->donor);
	ml_release(shuffling->env, shuffling->inputs);
	ml_release(shuffling->env, shuffling->outputs);
}

/*
 * A shuffle pairs rows with donors, so a row has two effects: the loss that it
 * gets and the one that it gives. Both vary when other rows are drawn
 * (Hoeffding's projection of a statistic of pairs, 1948).
 */
static MlStatus
measure(Shuffling *shuffling, MlShuffled *group)
{
	const MlPermutation *problem = shuffling->problem;
	double		increase = 0;
	double		metric;
	MlMean		mean;
	int64_t		i;
	int			k;

	memset(shuffling->effect, 0, (size_t) problem->n_rows * sizeof(double));
	for (k = 0; k < problem->repeats; k++)
	{
		shuffle(shuffling, ml_hash_word(ml_hash_word(problem->seed, group->key), (uint64_t) k));
		ML_TRY(take_losses(shuffling, group, shuffling->loss));
		ML_TRY(take_metric(shuffling, shuffling->loss, &metric));
		for (i = 0; i < problem->n_rows; i++)
		{
			double		after = part(shuffling, shuffling->loss[i], metric);
			uint32_t	donor = shuffling->donor[i];

			shuffling->effect[i] += (after - shuffling->before[i]) / problem->repeats;
			shuffling->effect[donor] += (after - shuffling->before[i]) / problem->repeats;
		}
		increase += (metric - shuffling->metric) / problem->repeats;
	}
	ML_TRY(ml_weighted_mean(shuffling->env, shuffling->effect, problem->weight, problem->n_rows, &mean));
	group->increase = increase;
	group->std_error = mean.standard_error;
	return ML_OK;
}

/* Durstenfeld, "Algorithm 235: random permutation", 1964. */
static void
shuffle(Shuffling *shuffling, uint64_t key)
{
	uint32_t   *donor = shuffling->donor;
	int64_t		n_rows = shuffling->problem->n_rows;
	int64_t		i;

	for (i = 0; i < n_rows; i++)
		donor[i] = (uint32_t) i;
	for (i = n_rows - 1; i > 0; i--)
	{
		double		u = ml_hash_uniform(ml_hash_word(key, (uint64_t) i));
		int64_t		j = (int64_t) (u * (double) (i + 1));
		uint32_t	kept = donor[i];

		donor[i] = donor[j];
		donor[j] = kept;
	}
}

/* loss (n_rows) with the inputs of a group from the donors; NULL: as they are. */
static MlStatus
take_losses(Shuffling *shuffling, const MlShuffled *group, double *loss)
{
	const MlPermutation *problem = shuffling->problem;
	size_t		n_inputs = (size_t) problem->n_inputs;
	int64_t		first;
	int			i;

	for (first = 0; first < problem->n_rows; first += BLOCK_ROWS)
	{
		int			n = problem->n_rows - first < BLOCK_ROWS ? (int) (problem->n_rows - first) : BLOCK_ROWS;
		const double *output = shuffling->outputs;

		ML_TRY(ml_check_stop(shuffling->env));
		memcpy(shuffling->inputs, problem->inputs + (size_t) first * n_inputs,
			   (size_t) n * n_inputs * sizeof(double));
		for (i = 0; group != NULL && i < n; i++)
			memcpy(shuffling->inputs + (size_t) i * n_inputs + group->first,
				   problem->inputs + (size_t) shuffling->donor[first + i] * n_inputs + group->first,
				   (size_t) group->n * sizeof(double));
		problem->predict(problem->state, first, shuffling->inputs, n, shuffling->outputs);
		for (i = 0; i < n; i++, output += problem->n_outputs)
		{
			double		actual = problem->actual[first + i];
			bool		classes = problem->n_outputs > 1;

			/* of many classes only the probability of the row's own counts */
			if (!ml_row_loss(problem->metric, classes ? 1.0 : actual,
							 classes ? output[(int) actual] : output[0], problem->level, &loss[first + i]))
				return ml_fail(shuffling->env, ML_INVALID_DATA, "metric \"%s\" has no loss of a row",
							   problem->metric);
		}
	}
	return ML_OK;
}

static MlStatus
take_metric(Shuffling *shuffling, const double *loss, double *metric)
{
	MlMean		mean;

	ML_TRY(ml_weighted_mean(shuffling->env, loss, shuffling->problem->weight,
							shuffling->problem->n_rows, &mean));
	*metric = shuffling->root ? sqrt(mean.mean) : mean.mean;
	return ML_OK;
}
