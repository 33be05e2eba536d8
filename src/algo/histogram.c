/*
 * algo/histogram.c
 *		Builds and subtracts histograms. See histogram.h.
 *
 * The hot loop of tree training: half a nanosecond for one row and input. What
 * makes it fast:
 * - Rows are read whole, since a list of rows deep in a tree is scattered and
 *   one row of bins is one or two cache lines; rows ahead are prefetched.
 * - Bins are read eight at a time, as one word.
 * - A cell takes one load, one addition and one store of 16 bytes: h and the
 *   number of rows share a word. Every PACKED_ROWS rows, before that word
 *   could run over, the packed cells are emptied into plain ones.
 * - Inputs are taken in tiles whose cells stay in the second-level cache.
 * - The cells of neighbouring inputs are a little more than a page apart, so
 *   that equal bins of many inputs do not share a cache set.
 */
#include <string.h>

#include "algo/histogram.h"

#define COUNT_BITS 16
#define PACKED_ROWS ((1 << 15) - 1)

#define INPUT_CELLS 260			/* of an input, in packed cells */
#define CACHE_LINE 64
#define TILE_INPUTS 64
#define PREFETCH_ROWS 16

/* Bytes of bins in a block: they stay in the first or second-level cache. */
#define BLOCK_BYTES 65536
#define LEAST_BLOCK_ROWS 256

/* The row count has room for PACKED_ROWS, and above it so has the sum of the largest h. */
_Static_assert(PACKED_ROWS < 1 << COUNT_BITS, "rows overflow their bits");
_Static_assert(((uint64_t) PACKED_ROWS << ML_HESSIAN_BITS) < UINT64_C(1) << (64 - COUNT_BITS),
			   "second derivatives overflow their bits");

static void add_tile(MlHistogramSums *sums, const uint32_t *index, int n, int first, int last);
static void unpack(MlHistogramSums *sums);

MlStatus
ml_histogram_begin(MlHistogramSums *sums, MlEnv *env, const MlBinned *data)
{
	size_t		n_inputs = (size_t) data->n_inputs;
	size_t		beside;
	size_t		i;

	memset(sums, 0, sizeof(*sums));
	sums->data = data;
	sums->shape.offset = ml_allocate(env, n_inputs, sizeof(size_t));
	/* words of bins are added whole, hence the cells of up to seven inputs more */
	sums->room = ml_allocate(env, (n_inputs + 8) * INPUT_CELLS, sizeof(MlPackedCell));
	if (sums->shape.offset == NULL || sums->room == NULL)
		return ML_OUT_OF_MEMORY;
	beside = (size_t) ((uintptr_t) sums->room % CACHE_LINE);
	sums->packed = (MlPackedCell *) ((char *) sums->room + (CACHE_LINE - beside) % CACHE_LINE);
	for (i = 0; i < n_inputs; i++)
	{
		sums->shape.offset[i] = sums->shape.n_cells;
		sums->shape.n_cells += (size_t) data->inputs[i].n_bins + 1;
	}
	return ML_OK;
}

void
ml_histogram_end(MlHistogramSums *sums, MlEnv *env)
{
	ml_release(env, sums->room);
	ml_release(env, sums->shape.offset);
}

int
ml_histogram_block(const MlHistogramSums *sums)
{
	size_t		rows = BLOCK_BYTES / sums->data->stride;

	return rows > LEAST_BLOCK_ROWS ? (int) rows : LEAST_BLOCK_ROWS;
}

void
ml_histogram_clear(MlHistogramSums *sums, const MlGradient *gradient, MlCell *cells)
{
	sums->gradient = gradient;
	sums->cells = cells;
	memset(cells, 0, sums->shape.n_cells * sizeof(MlCell));
}

void
ml_histogram_add(MlHistogramSums *sums, const uint32_t *index, int n)
{
	while (n > 0)
	{
		int			count = PACKED_ROWS - sums->n_packed;
		int			first;

		count = n < count ? n : count;
		for (first = 0; first < sums->data->n_inputs; first += TILE_INPUTS)
		{
			int			last = first + TILE_INPUTS;

			if (last > sums->data->n_inputs)
				last = sums->data->n_inputs;
			add_tile(sums, index, count, first, last);
		}
		sums->n_packed += count;
		if (sums->n_packed == PACKED_ROWS)
			unpack(sums);
		index += count;
		n -= count;
	}
}

void
ml_histogram_finish(MlHistogramSums *sums)
{
	unpack(sums);
}

void
ml_histogram_subtract(const MlHistogramShape *shape, MlCell *cells, const MlCell *child)
{
	size_t		i;

	for (i = 0; i < shape->n_cells; i++)
	{
		cells[i].g -= child[i].g;
		cells[i].h -= child[i].h;
		cells[i].rows -= child[i].rows;
	}
}

/* offset: of the bin's cell, in bytes */
static inline void
add_one(MlPackedCell *cells, uint32_t offset, MlPackedCell value)
{
	*(MlPackedCell *) ((char *) cells + offset) += value;
}

/*
 * Four inputs, whose bins are the bytes of a word, the first one lowest. A bin
 * is cut out of the word as the 16-fold of itself, which is a cell's offset.
 */
static inline void
add_four(MlPackedCell *cells, uint32_t bins, MlPackedCell value)
{
	add_one(cells, bins << 4 & 0xff0, value);
	add_one(cells + INPUT_CELLS, bins >> 4 & 0xff0, value);
	add_one(cells + 2 * INPUT_CELLS, bins >> 12 & 0xff0, value);
	add_one(cells + 3 * INPUT_CELLS, bins >> 20 & 0xff0, value);
}

/* Bytes behind the last input are 0: they are added to cells that nobody reads. */
static void
add_tile(MlHistogramSums *sums, const uint32_t *index, int n, int first, int last)
{
	size_t		stride = sums->data->stride;
	const uint8_t *bins = sums->data->bins + first;
	const MlGradient *gradient = sums->gradient;
	MlPackedCell *tile = sums->packed + (size_t) first * INPUT_CELLS;
	int			n_words = (last - first + 3) / 8;
	bool		half_word = (last - first + 3) / 4 % 2 == 1;
	int			i;
	int			k;

	for (i = 0; i < n && i < PREFETCH_ROWS; i++)
	{
		__builtin_prefetch(bins + index[i] * stride);
		__builtin_prefetch(&gradient[index[i]]);
	}
	for (i = 0; i < n; i++)
	{
		uint32_t	ahead = index[i + PREFETCH_ROWS < n ? i + PREFETCH_ROWS : n - 1];
		uint32_t	row = index[i];
		const uint8_t *at = bins + row * stride;
		MlPackedCell *cells = tile;
		MlPackedCell value = {(uint64_t) gradient[row].g,
		(uint64_t) gradient[row].h << COUNT_BITS | 1};
		uint64_t	word;
		uint32_t	half;

		__builtin_prefetch(bins + ahead * stride);
		__builtin_prefetch(&gradient[ahead]);
		for (k = 0; k < n_words; k++)
		{
			memcpy(&word, at, sizeof(word));
			add_four(cells, (uint32_t) word, value);
			add_four(cells + 4 * INPUT_CELLS, (uint32_t) (word >> 32), value);
			at += 8;
			cells += 8 * INPUT_CELLS;
		}
		if (half_word)
		{
			memcpy(&half, at, sizeof(half));
			add_four(cells, half, value);
		}
	}
}

/* Moves the packed cells to the plain ones. */
static void
unpack(MlHistogramSums *sums)
{
	MlCell	   *cell = sums->cells;
	int			i;
	int			b;

	for (i = 0; i < sums->data->n_inputs; i++)
	{
		MlPackedCell *packed = sums->packed + (size_t) i * INPUT_CELLS;

		for (b = 0; b <= sums->data->inputs[i].n_bins; b++, cell++)
		{
			cell->g += (int64_t) packed[b][0];
			cell->h += (int64_t) (packed[b][1] >> COUNT_BITS);
			cell->rows += (int64_t) (packed[b][1] & ((1 << COUNT_BITS) - 1));
			packed[b] = (MlPackedCell) {0, 0};
		}
	}
	sums->n_packed = 0;
}
