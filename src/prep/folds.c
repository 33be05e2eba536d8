/*
 * prep/folds.c
 *		Deal rows out to the folds of a cross-validation.
 *
 * The fold of a row is the rank of its u within its class modulo the number
 * of folds: stratified, and the same for any row order. Rows with the same u
 * (one identity) share a rank, so that a fold is never judged by a row that
 * its model has seen under the same identity. Each of two classes is in every
 * fold, if that takes fewer folds. Of more classes a rare one is not to cost
 * the others so much: two rows are enough, so that each can be learnt from
 * while the other is predicted.
 */
#include "prep/splitter.h"

/* rank[row] = rank of u among the class, equal u sharing one; how many ranks. */
static MlStatus
rank_class(MlSplitter *splitter, int class_number, uint32_t *rank, int64_t *n_ranks)
{
	int64_t		count;
	int64_t		i;

	ML_TRY(ml_splitter_gather(splitter, class_number, &count));
	ML_TRY(ml_splitter_order(splitter, count));
	*n_ranks = 0;
	for (i = 0; i < count; i++)
	{
		uint32_t	at = splitter->order[i];

		if (i == 0 || splitter->key[at] != splitter->key[splitter->order[i - 1]])
			(*n_ranks)++;
		rank[splitter->row[at]] = (uint32_t) (*n_ranks - 1);
	}
	return ML_OK;
}

MlStatus
ml_split_into_folds(MlSplitter *splitter)
{
	MlSplit    *split = splitter->split;
	int64_t		n_rows = splitter->table->n_rows;
	uint32_t   *rank = ml_allocate(splitter->env, (size_t) n_rows, sizeof(uint32_t));
	int64_t		folds = splitter->options->folds;
	int64_t		fewest = folds;
	int64_t		row;
	int			c;

	split->fold = ml_allocate(splitter->env, (size_t) n_rows, sizeof(uint8_t));
	if (rank == NULL || split->fold == NULL)
		return ML_OUT_OF_MEMORY;
	for (c = 0; c < splitter->n_classes; c++)
	{
		int64_t		n_ranks;

		ML_TRY(rank_class(splitter, c, rank, &n_ranks));
		if (n_ranks < fewest)
			fewest = n_ranks;
	}
	if (splitter->n_classes <= 2)
		folds = fewest;
	if (fewest < 2)
		return ml_fail(splitter->env, ML_INVALID_DATA,
					   "the columns that identify rows are equal in all rows of a class");
	for (row = 0; row < n_rows; row++)
		split->fold[row] = split->side[row] == ML_SIDE_TRAIN ?
							   (uint8_t) (rank[row] % (uint32_t) folds) :
							   ML_NO_FOLD;
	split->folds = (int) folds;
	split->rule.cross_validated = true;
	ml_release(splitter->env, rank);
	return ML_OK;
}
