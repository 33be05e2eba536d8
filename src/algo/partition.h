/*
 * algo/partition.h
 *		Which rows are in which leaf: one list of rows, a range of it per leaf.
 *
 * Splitting a range reads one input of many rows, for which rows of bins are
 * the wrong way round. The inputs that are split most are therefore kept as
 * columns, too: those of the trees before tell which these are.
 */
#ifndef ML_ALGO_PARTITION_H
#define ML_ALGO_PARTITION_H

#include "algo/bin.h"

/* A set of bins or of category codes. */
typedef struct MlSet256
{
	uint64_t	word[4];
} MlSet256;

static inline bool
ml_set_has(const MlSet256 *set, unsigned member)
{
	return (set->word[member >> 6] >> (member & 63)) & 1;
}

static inline void
ml_set_add(MlSet256 *set, unsigned member)
{
	set->word[member >> 6] |= UINT64_C(1) << (member & 63);
}

#define ML_KEPT_COLUMNS 8

/* The codes of a category whose bins are in the set. */
extern MlSet256 ml_codes_of_bins(const MlBins *bins, const MlSet256 *bin_set);

typedef struct MlPartition
{
	const MlBinned *data;
	uint32_t   *index;			/* (n_rows) row numbers, leaf after leaf */
	uint32_t   *scratch;		/* (n_rows) */
	int64_t    *use;			/* (n_inputs) rows split by each; those of older trees count less */
	int			n_kept;
	int			kept[ML_KEPT_COLUMNS];	/* inputs, or -1 */
	uint8_t    *columns;		/* (n_kept, n_rows) */
} MlPartition;

/* A range of rows while it is split. */
typedef struct MlRangeSplit
{
	const uint8_t *column;		/* bins of the input: that of row r is column[r * stride] */
	size_t		stride;
	uint32_t   *index;			/* (n) the range; the left rows so far in front */
	uint32_t   *scratch;		/* the right rows so far */
	int64_t		n;
	int64_t		done;
	int64_t		lefts;
	int64_t		rights;
	uint8_t		goes_left[ML_MAX_BINS + 1];
} MlRangeSplit;

extern MlStatus ml_partition_begin(MlPartition *partition, MlEnv *env, const MlBinned *data);

/* A new tree: all rows (NULL), or those listed, in one range again, ascending. */
extern MlStatus ml_partition_reset(MlPartition *partition, MlEnv *env, const uint32_t *rows,
								   int64_t n_rows);

/* The rows of data have another order. */
extern void ml_partition_forget(MlPartition *partition);

/*
 * Reorder the range index[begin .. begin+n-1]: first the rows whose bin of
 * `input` is in `left`, then the others, each in the order they had. Between
 * begin and finish the caller splits all n rows, some at a time, and may look
 * at the rows just split: they are the last ones of index and of scratch.
 */
extern void ml_split_begin(MlRangeSplit *split, MlPartition *partition, int input,
						   const MlSet256 *left, int64_t begin, int64_t n);
extern void ml_split_rows(MlRangeSplit *split, int64_t n);
extern void ml_split_finish(const MlRangeSplit *split);

extern void ml_partition_end(MlPartition *partition, MlEnv *env);

#endif							/* ML_ALGO_PARTITION_H */
