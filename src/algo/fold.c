/*
 * algo/fold.c
 *		The rows of a fit dealt out to folds.
 */
#include "algo/fold.h"

#include "base/hash.h"
#include "math/sort.h"

/* Makes the folds independent of other uses of the same identity. */
#define FOLD_SALT UINT64_C(0x666f6c6473)

/* In turn, rows of the same key together; how many different keys there are. */
static int64_t
deal(const MlFitInput *input, const uint64_t *key, const uint32_t *order, int n_folds, uint8_t *fold)
{
	int64_t		n_ranks = 0;
	int64_t		i;

	for (i = 0; i < input->n_rows; i++)
	{
		if (i == 0 || key[order[i]] != key[order[i - 1]])
			n_ranks++;
		fold[order[i]] = (uint8_t) ((n_ranks - 1) % n_folds);
	}
	return n_ranks;
}

MlStatus
ml_folds_deal(MlEnv *env, const MlFitInput *input, int *n_folds, uint8_t **fold)
{
	size_t		n_rows = (size_t) input->n_rows;
	uint64_t   *key = ml_allocate(env, n_rows, sizeof(uint64_t));
	uint32_t   *order = ml_allocate(env, n_rows, sizeof(uint32_t));
	uint64_t	seed = ml_hash_word(FOLD_SALT, input->seed);
	int64_t		n_ranks;
	size_t		i;

	*fold = ml_allocate(env, n_rows, sizeof(uint8_t));
	if (key == NULL || order == NULL || *fold == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
	{
		uint32_t	row = input->rows[i];

		key[i] = ml_hash_word(seed, input->identity != NULL ? input->identity[row] : row);
	}
	ML_TRY(ml_order_u64(env, key, n_rows, order));
	n_ranks = deal(input, key, order, *n_folds, *fold);
	ml_release(env, key);
	ml_release(env, order);
	if (n_ranks < 2)
		return ml_fail(env, ML_INVALID_DATA, "cross-validation needs rows of at least two identities");
	if (n_ranks < *n_folds)
		*n_folds = (int) n_ranks;
	return ML_OK;
}
