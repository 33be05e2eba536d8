/*
 * algo/bin.h
 *		Values of inputs as small numbers: bins, at most 256 an input.
 *
 * A number's bin b holds edges[b - 1] < x <= edges[b], so that a split "bins
 * up to b go left" is the split "x <= edges[b] goes left" on the raw value. A
 * category's bin is its code; with ML_MAX_LEVELS levels the rarest one shares
 * the bin of "other", so that missing still has a bin. Bin number n_bins is
 * for missing values.
 */
#ifndef ML_ALGO_BIN_H
#define ML_ALGO_BIN_H

#include "prep/signature.h"

#define ML_MAX_BINS 255			/* without the one for missing */

/* Above this many rows, edges come from a sample of about this size. */
#define ML_BIN_SAMPLE_ROWS 200000

typedef struct MlBins
{
	bool		category;
	int			n_bins;			/* 1 .. ML_MAX_BINS */
	const double *edges;		/* numbers: (n_bins - 1) ascending, finite */
	const uint8_t *bin_of_code; /* categories: (n_codes) */
	int			n_codes;		/* n_levels + 1 */
} MlBins;

/*
 * Rows of a frame as bins, row after row, which histograms of all inputs read.
 * For those who look at few inputs of many rows there can be a copy column
 * after column, up to ML_MOST_COLUMNS inputs.
 */
#define ML_MOST_COLUMNS 64

typedef struct MlBinned
{
	int			n_inputs;
	const MlBins *inputs;		/* (n_inputs) */
	int64_t		n_rows;
	size_t		stride;			/* bytes a row, n_inputs or a little more */
	uint8_t    *bins;			/* (n_rows, stride) */
	const uint8_t *columns;		/* (n_inputs, column_stride), or NULL */
	size_t		column_stride;	/* n_rows or more */
} MlBinned;

/*
 * Bins of all inputs, learnt from the given rows: every distinct value has its
 * own where there are at most max_bins of them, else quantiles. Above
 * ML_BIN_SAMPLE_ROWS rows only those with the smallest hash of their identity
 * count (all rows when identity is NULL). Depends on the set of rows, not on
 * their order. bins: (n_inputs), the arrays in it are allocated.
 */
extern MlStatus ml_bins_fit(MlEnv *env, const MlSignature *signature, const MlFrame *frame,
							const uint32_t *rows, int64_t n_rows, const uint64_t *identity,
							int max_bins, MlBins *bins);

/*
 * In a team (base/team.h) the leader calls ml_bins_fit, which gives each
 * member a number at a time to find the edges of, and the others this.
 */
extern MlStatus ml_bins_help(MlEnv *env);

/* The given rows as bins; inputs points to bins, the rest is allocated. */
extern MlStatus ml_bins_apply(MlEnv *env, const MlBins *bins, const MlFrame *frame,
							  const uint32_t *rows, int64_t n_rows, bool with_columns,
							  MlBinned *binned);

extern void ml_binned_end(MlBinned *binned, MlEnv *env);

/* Bin of one number, NaN being missing. */
extern int	ml_bin_of_number(const MlBins *bins, double value);

/* Where "bins up to b" ends on the raw value; the last bin ends at the largest double. */
extern double ml_bin_threshold(const MlBins *bins, int bin);

#endif							/* ML_ALGO_BIN_H */
