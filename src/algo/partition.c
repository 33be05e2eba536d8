/*
 * algo/partition.c
 *		Stable partition of a leaf's rows. See partition.h.
 */
#include <string.h>

#include "algo/partition.h"

#define BLOCK_ROWS 65536

MlStatus
ml_partition_begin(MlPartition *partition, MlEnv *env, int64_t n_rows)
{
	partition->index = ml_allocate(env, (size_t) n_rows, sizeof(uint32_t));
	partition->scratch = ml_allocate(env, (size_t) n_rows, sizeof(uint32_t));
	if (partition->index == NULL || partition->scratch == NULL)
		return ML_OUT_OF_MEMORY;
	return ML_OK;
}

void
ml_partition_reset(MlPartition *partition, int64_t n_rows)
{
	int64_t		i;

	for (i = 0; i < n_rows; i++)
		partition->index[i] = (uint32_t) i;
}

MlStatus
ml_partition_split(MlPartition *partition, MlEnv *env, const MlBinned *data,
				   int input, const MlSet256 *left, int64_t begin, int64_t n, int64_t *n_left)
{
	uint8_t		goes_left[ML_MAX_BINS + 1];
	const uint8_t *column = data->bins + input;
	uint32_t   *index = partition->index + begin;
	uint32_t   *scratch = partition->scratch;
	int64_t		lefts = 0;
	int64_t		rights = 0;
	int64_t		i;

	for (i = 0; i <= ML_MAX_BINS; i++)
		goes_left[i] = ml_set_has(left, (unsigned) i);
	for (i = 0; i < n; i++)
	{
		uint32_t	row = index[i];
		uint8_t		to_left = goes_left[column[row * data->stride]];

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		/* both are written, one counts: no branch to mispredict; lefts <= i */
		index[lefts] = row;
		scratch[rights] = row;
		lefts += to_left;
		rights += !to_left;
	}
	memcpy(index + lefts, scratch, (size_t) rights * sizeof(uint32_t));
	*n_left = lefts;
	return ML_OK;
}

void
ml_partition_end(MlPartition *partition, MlEnv *env)
{
	ml_release(env, partition->scratch);
	ml_release(env, partition->index);
}
