/*
 * algo/bin.c
 *		Learns bins and turns rows into them. See bin.h.
 *
 * With more distinct values than bins, the edges are those of equal counts,
 * except that a value with more rows than a bin should have gets a bin of its
 * own and the others share what is left (as LightGBM's GreedyFindBin does).
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "algo/bin.h"
#include "algo/bin_search.h"
#include "base/hash.h"
#include "base/team.h"
#include "math/sort.h"
#include "prep/slice.h"

/* Rows handled between two looks at the stop flag; also a piece that stays in cache. */
#define BLOCK_ROWS 4096

/* Makes the sample independent of other uses of the same identity. */
#define SAMPLE_SALT UINT64_C(0x62696e73616d706c)

/* Leading bits of a hash by which the sample is found. */
#define CELL_BITS 16

/* Numbers that the members of a team find the edges of, one each. */
typedef struct Batch
{
	int			n;				/* of them; 0 ends the work */
	int			max_bins;
	int64_t		n_rows;			/* room for values of each */
	int64_t		n_values[ML_MOST_MEMBERS];	/* those that are not missing */
} Batch;

typedef struct Edges
{
	int			n;
	double		edge[ML_MAX_BINS];
} Edges;

typedef struct EdgeFit
{
	MlEnv	   *env;
	Batch		batch;
	double	   *values;			/* leader: (members, n_rows), others: (n_rows) */
	uint32_t   *counts;			/* (n_rows) */
	Edges	   *edges;			/* (members) */
	int			inputs[ML_MOST_MEMBERS];	/* of the batch; the leader's */
	MlBins	   *bins;			/* the leader's */
} EdgeFit;

static MlStatus begin_edges(EdgeFit *fit, MlEnv *env, int64_t n_rows);
static void end_edges(EdgeFit *fit);
static MlStatus add_number(EdgeFit *fit, const double *column, const uint32_t *rows, int input);
static MlStatus fit_batch(EdgeFit *fit);
static MlStatus find_edges(EdgeFit *fit, Edges *edges);
static MlStatus keep_edges(EdgeFit *fit, int k);
static MlStatus sample_rows(MlEnv *env, const uint32_t *rows, int64_t n_rows,
							const uint64_t *identity, uint32_t **sample, int64_t *n_sample);
static MlStatus fit_category(MlEnv *env, const uint16_t *column, int n_levels,
							 const uint32_t *rows, int64_t n_rows, MlBins *bins);
static int64_t distinct_values(double *values, int64_t n, uint32_t *counts);
static int	quantile_edges(const double *values, const uint32_t *counts, int64_t n_distinct,
						   int64_t n_values, int max_bins, double *edges);
static double edge_between(double low, double high);
static int	rarest_code(const int64_t *counts, int n_levels);
static size_t row_stride(size_t n_inputs);
static void apply_category(const MlBins *bins, const uint16_t *column, const uint32_t *rows,
						   int64_t n_rows, uint8_t *out);

MlStatus
ml_bins_fit(MlEnv *env, const MlSignature *signature, const MlFrame *frame,
			const uint32_t *rows, int64_t n_rows, const uint64_t *identity,
			int max_bins, MlBins *bins)
{
	uint32_t   *sample = NULL;
	EdgeFit		fit;
	int			i;

	if (n_rows > ML_BIN_SAMPLE_ROWS && identity != NULL)
	{
		ML_TRY(sample_rows(env, rows, n_rows, identity, &sample, &n_rows));
		rows = sample;
	}
	ML_TRY(begin_edges(&fit, env, n_rows));
	fit.batch.max_bins = max_bins;
	fit.bins = bins;
	for (i = 0; i < signature->n_inputs; i++)
	{
		ML_TRY(ml_check_stop(env));
		ML_TRY(ml_frame_pin(frame, i));
		if (signature->inputs[i].category)
			ML_TRY(fit_category(env, frame->columns[i].code, signature->inputs[i].n_levels,
								rows, n_rows, &bins[i]));
		else
			ML_TRY(add_number(&fit, frame->columns[i].number, rows, i));
		ml_frame_unpin(frame, i);
	}
	if (fit.batch.n > 0)
		ML_TRY(fit_batch(&fit));
	/* an empty one */
	ML_TRY(ml_team_broadcast(env, 0, &fit.batch, sizeof(fit.batch)));
	end_edges(&fit);
	ml_release(env, sample);
	return ML_OK;
}

MlStatus
ml_bins_help(MlEnv *env)
{
	EdgeFit		fit;
	Batch		batch;

	memset(&fit, 0, sizeof(fit));
	for (;;)
	{
		ML_TRY(ml_team_broadcast(env, 0, &batch, sizeof(batch)));
		if (batch.n == 0)
			break;
		if (fit.env == NULL)
			ML_TRY(begin_edges(&fit, env, batch.n_rows));
		fit.batch = batch;
		ML_TRY(fit_batch(&fit));
	}
	if (fit.env != NULL)
		end_edges(&fit);
	return ML_OK;
}

/* The rows of a slice (n) as bins. */
static MlStatus
bin_slice(MlEnv *env, const MlBins *bins, const MlSlice *slice, int64_t n_rows, size_t stride,
		  uint8_t *out, uint8_t *columns, size_t column_stride)
{
	uint8_t		column[BLOCK_ROWS];
	int64_t		begin;
	int64_t		k;
	int			i;

	for (begin = 0; begin < n_rows; begin += BLOCK_ROWS)
	{
		int64_t		n = n_rows - begin < BLOCK_ROWS ? n_rows - begin : BLOCK_ROWS;
		const uint32_t *rows = slice->rows + begin;
		uint8_t    *block = out + (size_t) begin * stride;

		ML_TRY(ml_check_stop(env));
		for (i = 0; i < slice->part.n_inputs; i++)
		{
			if (bins[i].category)
				apply_category(&bins[i], slice->part.columns[i].code, rows, n, column);
			else
				ml_bin_search(env->simd, &bins[i], slice->part.columns[i].number, rows, n, column);
			for (k = 0; k < n; k++)
				block[(size_t) k * stride + (size_t) i] = column[k];
			if (columns != NULL)
				memcpy(columns + (size_t) i * column_stride + begin, column, (size_t) n);
		}
	}
	return ML_OK;
}

MlStatus
ml_bins_apply(MlEnv *env, const MlBins *bins, const MlFrame *frame,
			  const uint32_t *rows, int64_t n_rows, bool with_columns, MlBinned *binned)
{
	size_t		stride = row_stride((size_t) frame->n_inputs);
	uint8_t    *out = ml_allocate(env, (size_t) n_rows, stride);
	uint8_t    *columns = NULL;
	MlSlice		slice;
	int64_t		begin;
	int64_t		n;

	with_columns = with_columns && frame->n_inputs <= ML_MOST_COLUMNS;
	if (with_columns)
		columns = ml_allocate(env, (size_t) n_rows, (size_t) frame->n_inputs);
	if (out == NULL || (columns == NULL && with_columns))
		return ML_OUT_OF_MEMORY;
	ML_TRY(ml_slice_begin(env, frame, &slice));
	for (begin = 0; begin < n_rows; begin += n)
	{
		ML_TRY(ml_slice_take(&slice, rows, begin, n_rows, &n));
		ML_TRY(bin_slice(env, bins, &slice, n, stride, out + (size_t) begin * stride,
						 columns == NULL ? NULL : columns + begin, (size_t) n_rows));
	}
	ml_slice_end(&slice);
	binned->n_inputs = frame->n_inputs;
	binned->inputs = bins;
	binned->n_rows = n_rows;
	binned->stride = stride;
	binned->bins = out;
	binned->columns = columns;
	binned->column_stride = (size_t) n_rows;
	return ML_OK;
}

void
ml_binned_end(MlBinned *binned, MlEnv *env)
{
	ml_release(env, (void *) binned->columns);
	ml_release(env, (void *) binned->bins);
}

int
ml_bin_of_number(const MlBins *bins, double value)
{
	const double *edge = bins->edges;
	int			n = bins->n_bins - 1;

	if (value != value)
		return bins->n_bins;
	/* the number of edges below value, by halving without branches */
	while (n > 1)
	{
		int			half = n / 2;

		edge += edge[half - 1] < value ? half : 0;
		n -= half;
	}
	return (int) (edge - bins->edges) + (n == 1 && *edge < value);
}

double
ml_bin_threshold(const MlBins *bins, int bin)
{
	return bin < bins->n_bins - 1 ? bins->edges[bin] : DBL_MAX;
}

static inline uint64_t
sample_key(const uint64_t *identity, uint32_t row)
{
	return ml_hash_word(SAMPLE_SALT, identity[row]);
}

/*
 * The hash that ML_BIN_SAMPLE_ROWS rows do not exceed. Hashes are counted by
 * their leading bits, and only those of the cell where the count is reached
 * are sorted.
 */
static MlStatus
find_limit(MlEnv *env, const uint32_t *rows, int64_t n_rows, const uint64_t *identity,
		   uint64_t *limit)
{
	int64_t    *count = ml_allocate(env, (size_t) 1 << CELL_BITS, sizeof(int64_t));
	int64_t		wanted = ML_BIN_SAMPLE_ROWS;
	uint64_t   *keys;
	uint64_t	cell = 0;
	int64_t		n = 0;
	int64_t		i;

	if (count == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		count[sample_key(identity, rows[i]) >> (64 - CELL_BITS)]++;
	}
	while (wanted > count[cell])
		wanted -= count[cell++];
	keys = ml_allocate(env, (size_t) count[cell], sizeof(uint64_t));
	if (keys == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
	{
		uint64_t	key = sample_key(identity, rows[i]);

		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		if (key >> (64 - CELL_BITS) == cell)
			keys[n++] = key;
	}
	ML_TRY(ml_sort_u64(env, keys, (size_t) n));
	*limit = keys[wanted - 1];
	ml_release(env, keys);
	ml_release(env, count);
	return ML_OK;
}

/*
 * The rows whose identity has one of the ML_BIN_SAMPLE_ROWS smallest hashes,
 * equal hashes all in or all out, in the order given.
 */
static MlStatus
sample_rows(MlEnv *env, const uint32_t *rows, int64_t n_rows, const uint64_t *identity,
			uint32_t **sample, int64_t *n_sample)
{
	uint64_t	limit;
	int64_t		n = 0;
	int64_t		i;

	ML_TRY(find_limit(env, rows, n_rows, identity, &limit));
	for (i = 0; i < n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		n += sample_key(identity, rows[i]) <= limit;
	}
	*sample = ml_allocate(env, (size_t) n, sizeof(uint32_t));
	if (*sample == NULL)
		return ML_OUT_OF_MEMORY;
	n = 0;
	for (i = 0; i < n_rows; i++)
	{
		if (i % BLOCK_ROWS == 0)
			ML_TRY(ml_check_stop(env));
		if (sample_key(identity, rows[i]) <= limit)
			(*sample)[n++] = rows[i];
	}
	*n_sample = n;
	return ML_OK;
}

static MlStatus
begin_edges(EdgeFit *fit, MlEnv *env, int64_t n_rows)
{
	size_t		members = (size_t) ml_team_size(env);

	memset(fit, 0, sizeof(*fit));
	fit->env = env;
	fit->batch.n_rows = n_rows;
	fit->values = ml_allocate(env, (ml_team_rank(env) == 0 ? members : 1) * (size_t) n_rows, sizeof(double));
	fit->counts = ml_allocate(env, (size_t) n_rows, sizeof(uint32_t));
	fit->edges = ml_allocate(env, members, sizeof(Edges));
	if (fit->values == NULL || fit->counts == NULL || fit->edges == NULL)
		return ML_OUT_OF_MEMORY;
	return ML_OK;
}

static void
end_edges(EdgeFit *fit)
{
	ml_release(fit->env, fit->edges);
	ml_release(fit->env, fit->counts);
	ml_release(fit->env, fit->values);
}

/* One more number; when there is one for each member the edges are found. */
static MlStatus
add_number(EdgeFit *fit, const double *column, const uint32_t *rows, int input)
{
	Batch	   *batch = &fit->batch;
	double	   *values = fit->values + batch->n * batch->n_rows;
	int64_t		n = 0;
	int64_t		i;

	for (i = 0; i < batch->n_rows; i++)
	{
		double		value = column[rows[i]];

		values[n] = value;
		n += value == value;
	}
	fit->inputs[batch->n] = input;
	batch->n_values[batch->n++] = n;
	return batch->n == ml_team_size(fit->env) ? fit_batch(fit) : ML_OK;
}

/* The same in all members; only the leader has numbers, and gets the edges. */
static MlStatus
fit_batch(EdgeFit *fit)
{
	MlEnv	   *env = fit->env;
	Batch	   *batch = &fit->batch;
	Edges		own;
	int			k;

	if (ml_team_rank(env) == 0)
		ML_TRY(ml_team_broadcast(env, 0, batch, sizeof(*batch)));
	/* a "row" for each member: all values of its number */
	ML_TRY(ml_team_deal(env, fit->values, (size_t) batch->n_rows * sizeof(double),
						ml_team_size(env), fit->values));
	memset(&own, 0, sizeof(own));
	if (ml_team_rank(env) < batch->n)
		ML_TRY(find_edges(fit, &own));
	ML_TRY(ml_team_gather(env, &own, sizeof(own), fit->edges));
	for (k = 0; k < batch->n && ml_team_rank(env) == 0; k++)
		ML_TRY(keep_edges(fit, k));
	batch->n = 0;
	return ML_OK;
}

/* Of this member's number. */
static MlStatus
find_edges(EdgeFit *fit, Edges *edges)
{
	double	   *values = fit->values;
	int			max_bins = fit->batch.max_bins;
	int64_t		n = fit->batch.n_values[ml_team_rank(fit->env)];
	int64_t		n_distinct;

	ML_TRY(ml_sort_f64(fit->env, values, (size_t) n));
	n_distinct = distinct_values(values, n, fit->counts);
	if (n_distinct > max_bins)
		edges->n = quantile_edges(values, fit->counts, n_distinct, n, max_bins, edges->edge);
	else
	{
		for (edges->n = 0; edges->n + 1 < n_distinct; edges->n++)
			edges->edge[edges->n] = edge_between(values[edges->n], values[edges->n + 1]);
	}
	return ML_OK;
}

/* As bins of the batch's k-th number. */
static MlStatus
keep_edges(EdgeFit *fit, int k)
{
	MlBins	   *bins = &fit->bins[fit->inputs[k]];
	const Edges *found = &fit->edges[k];
	double	   *edges = ml_allocate(fit->env, (size_t) found->n, sizeof(double));

	if (edges == NULL)
		return ML_OUT_OF_MEMORY;
	memcpy(edges, found->edge, (size_t) found->n * sizeof(double));
	bins->category = false;
	bins->n_bins = found->n + 1;
	bins->edges = edges;
	bins->bin_of_code = NULL;
	bins->n_codes = 0;
	return ML_OK;
}

/*
 * One bin a code. With ML_MAX_LEVELS levels there is one code too many: the
 * rarest level then shares the bin of "other".
 */
static MlStatus
fit_category(MlEnv *env, const uint16_t *column, int n_levels,
			 const uint32_t *rows, int64_t n_rows, MlBins *bins)
{
	int64_t		counts[ML_MAX_LEVELS + 1] = {0};
	uint8_t    *bin_of_code = ml_allocate(env, (size_t) n_levels + 1, 1);
	int			shared = n_levels;
	int64_t		i;
	int			code;

	if (bin_of_code == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_rows; i++)
	{
		if (column[rows[i]] <= n_levels)
			counts[column[rows[i]]]++;
	}
	bins->n_bins = n_levels + 1;
	if (bins->n_bins > ML_MAX_BINS)
	{
		shared = rarest_code(counts, n_levels);
		bins->n_bins = ML_MAX_BINS;
	}
	for (code = 0; code <= n_levels; code++)
		bin_of_code[code] = (uint8_t) (code == shared ? bins->n_bins - 1 :
									   code < shared ? code : code - 1);
	bins->category = true;
	bins->edges = NULL;
	bins->bin_of_code = bin_of_code;
	bins->n_codes = n_levels + 1;
	return ML_OK;
}

/* Squeezes sorted values to distinct ones with their counts. */
static int64_t
distinct_values(double *values, int64_t n, uint32_t *counts)
{
	int64_t		n_distinct = 0;
	int64_t		i;

	for (i = 0; i < n; i++)
	{
		if (n_distinct > 0 && values[n_distinct - 1] == values[i])
			counts[n_distinct - 1]++;
		else
		{
			values[n_distinct] = values[i];
			counts[n_distinct] = 1;
			n_distinct++;
		}
	}
	return n_distinct;
}

/* At most max_bins - 1 edges between distinct values; returns their number. */
static int
quantile_edges(const double *values, const uint32_t *counts, int64_t n_distinct,
			   int64_t n_values, int max_bins, double *edges)
{
	int64_t		rest = n_values;	/* rows not yet in a closed bin */
	int64_t		in_bin = 0;
	int			bins_left = max_bins;
	int			n_edges = 0;
	int64_t		i;

	for (i = 0; i + 1 < n_distinct && bins_left > 1; i++)
	{
		bool		full;
		bool		giant_next;

		in_bin += counts[i];
		full = in_bin * bins_left >= rest;
		/* half a bin is enough when the next value fills one by itself */
		giant_next = (int64_t) counts[i + 1] * bins_left >= rest && 2 * in_bin * bins_left >= rest;
		if (full || giant_next)
		{
			edges[n_edges++] = edge_between(values[i], values[i + 1]);
			rest -= in_bin;
			in_bin = 0;
			bins_left--;
		}
	}
	return n_edges;
}

/*
 * Midway between neighbours, at least low and strictly below high whatever
 * the rounding; finite, and never -0, so that equal data gives equal bytes.
 */
static double
edge_between(double low, double high)
{
	double		middle = low * 0.5 + high * 0.5;

	if (!(middle >= low && middle < high))
		middle = low;
	if (middle < -DBL_MAX)
		middle = -DBL_MAX;
	return middle + 0.0;
}

/* The level with the fewest rows, ties by code. */
static int
rarest_code(const int64_t *counts, int n_levels)
{
	int			rarest = 0;
	int			code;

	for (code = 1; code < n_levels; code++)
	{
		if (counts[code] < counts[rarest])
			rarest = code;
	}
	return rarest;
}

/*
 * Bytes a row: whole words of four bins, and where it costs little a multiple
 * of 16, so that fewer rows straddle cache lines.
 */
static size_t
row_stride(size_t n_inputs)
{
	size_t		narrow = (n_inputs + 3) / 4 * 4;
	size_t		wide = (n_inputs + 15) / 16 * 16;

	return 7 * wide <= 8 * n_inputs ? wide : narrow;
}

static void
apply_category(const MlBins *bins, const uint16_t *column, const uint32_t *rows,
			   int64_t n_rows, uint8_t *out)
{
	int64_t		i;

	for (i = 0; i < n_rows; i++)
	{
		uint16_t	code = column[rows[i]];

		out[i] = code < bins->n_codes ? bins->bin_of_code[code] :
			(uint8_t) bins->n_bins;
	}
}
