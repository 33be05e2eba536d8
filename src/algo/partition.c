/*
 * algo/partition.c
 *		Stable partition of a leaf's rows. See partition.h.
 */
#include <string.h>

#include "algo/partition.h"

/* Without columns the bin of each row is likely in a cache line of its own. */
#define PREFETCH_ROWS 24

MlStatus
ml_partition_begin(MlPartition *partition, MlEnv *env, int64_t n_rows)
{
	/* rows are looked up ahead, also behind the last one */
	partition->index = ml_allocate(env, (size_t) n_rows + PREFETCH_ROWS, sizeof(uint32_t));
	partition->scratch = ml_allocate(env, (size_t) n_rows, sizeof(uint32_t));
	if (partition->index == NULL || partition->scratch == NULL)
		return ML_OUT_OF_MEMORY;
	return ML_OK;
}

void
ml_partition_reset(MlPartition *partition, const uint32_t *rows, int64_t n_rows)
{
	int64_t		i;

	if (rows != NULL)
	{
		memcpy(partition->index, rows, (size_t) n_rows * sizeof(uint32_t));
		return;
	}

	for (i = 0; i < n_rows; i++)
		partition->index[i] = (uint32_t) i;
}

void
ml_split_begin(MlRangeSplit *split, const MlPartition *partition, const MlBinned *data,
			   int input, const MlSet256 *left, int64_t begin, int64_t n)
{
	int			i;

	split->column = data->bins + input;
	split->stride = data->stride;
	if (data->columns != NULL)
	{
		split->column = data->columns + (size_t) input * data->column_stride;
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

void
ml_split_rows(MlRangeSplit *split, int64_t n)
{
	const uint8_t *column = split->column;
	size_t		stride = split->stride;
	const uint32_t *next = split->index + split->done;
	uint32_t   *left = split->index + split->lefts;
	uint32_t   *right = split->scratch + split->rights;
	int64_t		i;

	for (i = 0; i < n; i++)
	{
		uint32_t	row = next[i];
		size_t		to_left = split->goes_left[column[row * stride]];

		__builtin_prefetch(column + next[i + PREFETCH_ROWS] * stride);
		/* both are written, one counts: no branch to mispredict; left is not ahead of next */
		*left = row;
		*right = row;
		left += to_left;
		right += 1 - to_left;
	}
	split->done += n;
	split->lefts = left - split->index;
	split->rights = right - split->scratch;
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
	ml_release(env, partition->scratch);
	ml_release(env, partition->index);
}
