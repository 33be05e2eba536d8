/*
 * algo/partition.c
 *		Stable partition of a leaf's rows. See partition.h.
 */
#include <string.h>

#include "algo/partition.h"

#define PREFETCH_ROWS 32
#define BLOCK_ROWS 65536

static MlStatus choose_columns(MlPartition *partition, MlEnv *env);
static MlStatus keep_column(MlPartition *partition, MlEnv *env, int slot, int input);

MlSet256
ml_codes_of_bins(const MlBins *bins, const MlSet256 *bin_set)
{
	MlSet256	set = {{0, 0, 0, 0}};
	int			code;

	for (code = 0; code < bins->n_codes; code++)
	{
		if (ml_set_has(bin_set, bins->bin_of_code[code]))
			ml_set_add(&set, (unsigned) code);
	}
	return set;
}

MlStatus
ml_partition_begin(MlPartition *partition, MlEnv *env, const MlBinned *data)
{
	size_t		n_rows = (size_t) data->n_rows;

	partition->data = data;
	partition->n_kept = data->n_inputs < ML_KEPT_COLUMNS ? data->n_inputs : ML_KEPT_COLUMNS;
	ml_partition_forget(partition);
	/* rows are looked up ahead, also behind the last one */
	partition->index = ml_allocate(env, n_rows + PREFETCH_ROWS, sizeof(uint32_t));
	partition->scratch = ml_allocate(env, n_rows, sizeof(uint32_t));
	partition->use = ml_allocate(env, (size_t) data->n_inputs, sizeof(int64_t));
	partition->columns = ml_allocate(env, n_rows, (size_t) partition->n_kept);
	if (partition->index == NULL || partition->scratch == NULL || partition->use == NULL ||
		partition->columns == NULL)
		return ML_OUT_OF_MEMORY;
	return ML_OK;
}

MlStatus
ml_partition_reset(MlPartition *partition, MlEnv *env, const uint32_t *rows, int64_t n_rows)
{
	int64_t		i;

	ML_TRY(choose_columns(partition, env));
	if (rows != NULL)
	{
		memcpy(partition->index, rows, (size_t) n_rows * sizeof(uint32_t));
		return ML_OK;
	}

	for (i = 0; i < n_rows; i++)
		partition->index[i] = (uint32_t) i;
	return ML_OK;
}

void
ml_partition_forget(MlPartition *partition)
{
	int			i;

	for (i = 0; i < partition->n_kept; i++)
		partition->kept[i] = -1;
}

/* The slot whose input is used least; empty ones before all. */
static int
least_used(const MlPartition *partition)
{
	int			least = 0;
	int			i;

	for (i = 0; i < partition->n_kept; i++)
	{
		if (partition->kept[i] < 0)
			return i;
		if (partition->use[partition->kept[i]] < partition->use[partition->kept[least]])
			least = i;
	}
	return least;
}

/*
 * An input takes the place of another one when it is used more by what making
 * a column costs, which is reading all rows once.
 */
static MlStatus
choose_columns(MlPartition *partition, MlEnv *env)
{
	int			n_inputs = partition->data->n_inputs;
	int			i;
	int			k;

	for (i = 0; i < n_inputs; i++)
	{
		bool		is_kept = false;
		int			slot = least_used(partition);
		int64_t		least = partition->kept[slot] < 0 ? 0 : partition->use[partition->kept[slot]];

		for (k = 0; k < partition->n_kept; k++)
			is_kept = is_kept || partition->kept[k] == i;
		if (!is_kept && partition->use[i] > least + partition->data->n_rows)
			ML_TRY(keep_column(partition, env, slot, i));
	}
	for (i = 0; i < n_inputs; i++)
		partition->use[i] /= 2;
	return ML_OK;
}

static MlStatus
keep_column(MlPartition *partition, MlEnv *env, int slot, int input)
{
	const MlBinned *data = partition->data;
	uint8_t    *column = partition->columns + (size_t) slot * (size_t) data->n_rows;
	const uint8_t *bins = data->bins + input;
	int64_t		i;

	for (i = 0; i < data->n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		column[i] = bins[(size_t) i * data->stride];
	}
	partition->kept[slot] = input;
	return ML_OK;
}

void
ml_split_begin(MlRangeSplit *split, MlPartition *partition, int input, const MlSet256 *left,
			   int64_t begin, int64_t n)
{
	const MlBinned *data = partition->data;
	int			i;

	partition->use[input] += n;
	split->column = data->bins + input;
	split->stride = data->stride;
	for (i = 0; i < partition->n_kept; i++)
	{
		if (partition->kept[i] != input)
			continue;
		split->column = partition->columns + (size_t) i * (size_t) data->n_rows;
		split->stride = 1;
	}
	split->index = partition->index + begin;
	split->scratch = partition->scratch;
	split->n = n;
	split->done = 0;
	split->lefts = 0;
	split->rights = 0;
	for (i = 0; i <= ML_MAX_BINS; i++)
		split->goes_left[i] = ml_set_has(left, (unsigned) i);
}

/*
 * The stride is a constant where this is inlined for columns. Their bins are
 * near; rows of bins are fetched into the second-level cache, where histograms
 * find them soon.
 */
static inline __attribute__((always_inline)) void
split_rows(MlRangeSplit *split, int64_t n, size_t stride)
{
	const uint8_t *column = split->column;
	const uint32_t *next = split->index + split->done;
	uint32_t   *left = split->index + split->lefts;
	uint32_t   *right = split->scratch + split->rights;
	int64_t		lefts = 0;
	int64_t		i;

	for (i = 0; i < n; i++)
	{
		uint32_t	row = next[i];
		int64_t		to_left = split->goes_left[column[row * stride]];

		if (stride > 1)
			__builtin_prefetch(column + next[i + PREFETCH_ROWS] * stride, 0, 2);
		/* both are written, one counts: no branch to mispredict; left is not ahead of next */
		left[lefts] = row;
		right[i - lefts] = row;
		lefts += to_left;
	}
	split->done += n;
	split->lefts += lefts;
	split->rights += n - lefts;
}

void
ml_split_rows(MlRangeSplit *split, int64_t n)
{
	if (split->stride == 1)
		split_rows(split, n, 1);
	else
		split_rows(split, n, split->stride);
}

void
ml_split_finish(const MlRangeSplit *split)
{
	memcpy(split->index + split->lefts, split->scratch,
		   (size_t) split->rights * sizeof(uint32_t));
}

void
ml_partition_end(MlPartition *partition, MlEnv *env)
{
	ml_release(env, partition->columns);
	ml_release(env, partition->use);
	ml_release(env, partition->scratch);
	ml_release(env, partition->index);
}
