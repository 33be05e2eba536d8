/*
 * algo/histogram.c
 *		Builds and subtracts histograms. See histogram.h.
 *
 * The hot loop of tree training: half a nanosecond for one row and input. What
 * makes it fast:
 * - Rows are read whole, since a list of rows deep in a tree is scattered and
 *   one row of bins is one or two cache lines.
 * - Rows ahead are fetched into the second-level cache and only shortly before
 *   their turn into the first: far ahead they would wait for each other there.
 * - Bins are read eight at a time, as one word.
 * - What a row does is a straight line of code: there is one for each width of a tile.
 * - A cell takes one load, one addition and one store of 8 bytes. Before one
 *   could run over, the packed cells are emptied into plain ones: when that is
 *   depends on the sums over all rows added, so that rows with large
 *   derivatives need no wider cells, only more emptying.
 * - Inputs are taken in tiles whose cells stay near: in the first-level cache
 *   mostly, always in the second one.
 * - The cells of neighbouring inputs are a little more than half a page apart, so
 *   that equal bins of many inputs do not share a cache set.
 */
#include <string.h>

#include "algo/histogram.h"

#define INPUT_CELLS 260			/* of an input, in packed cells */
#define CACHE_LINE 64
#define TILE_INPUTS 32

/* Rows between a fetch and its use. */
#define FAR_ROWS 32
#define NEAR_ROWS 3

/* Rows that fill the cells, so many that emptying them costs little. */
#define MANY_ROWS 4096

/* Bytes of bins in a block: they stay in the first or second-level cache. */
#define BLOCK_BYTES 65536
#define LEAST_BLOCK_ROWS 256

static MlCell mass_of(const MlHistogramSums *sums, const uint32_t *index, int n);
static void add_tile(const MlHistogramSums *sums, const uint32_t *index, int n, int first,
					 int n_inputs);
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
	/* bins are added four at a time, hence the cells of up to three inputs more */
	sums->room = ml_allocate(env, n_inputs + 4, INPUT_CELLS * sizeof(uint64_t));
	if (sums->shape.offset == NULL || sums->room == NULL)
		return ML_OUT_OF_MEMORY;
	beside = (size_t) ((uintptr_t) sums->room % CACHE_LINE);
	sums->packed = (uint64_t *) ((char *) sums->room + (CACHE_LINE - beside) % CACHE_LINE);
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
ml_histogram_clear(MlHistogramSums *sums, const MlGradient *gradient, MlCell most, MlCell *cells)
{
	sums->gradient = gradient;
	sums->most = most;
	sums->cells = cells;
	memset(cells, 0, sums->shape.n_cells * sizeof(MlCell));
}

void
ml_histogram_add(MlHistogramSums *sums, const uint32_t *index, int n)
{
	int			count = n;

	while (n > 0)
	{
		MlCell		mass = mass_of(sums, index, count);
		int			first;

		mass.g += sums->mass.g;
		mass.h += sums->mass.h;
		mass.rows += sums->mass.rows;
		if (mass.g > ML_MOST_G || mass.h > ML_MOST_H || mass.rows > ML_MOST_ROWS)
		{
			if (sums->mass.rows > 0)
				unpack(sums);
			else
				count = (count + 1) / 2;
			continue;
		}
		sums->mass = mass;
		for (first = 0; first < sums->data->n_inputs; first += TILE_INPUTS)
		{
			int			rest = sums->data->n_inputs - first;

			add_tile(sums, index, count, first, rest < TILE_INPUTS ? rest : TILE_INPUTS);
		}
		index += count;
		n -= count;
		count = n;
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

/*
 * What n rows add up to at most. That of the largest rows is good enough when
 * cells have room for many such; else each row is looked at.
 */
static MlCell
mass_of(const MlHistogramSums *sums, const uint32_t *index, int n)
{
	MlCell		most = sums->most;
	MlCell		mass = {0, 0, 0};
	int			i;

	if (most.g <= ML_MOST_G / MANY_ROWS && most.h <= ML_MOST_H / MANY_ROWS &&
		most.rows <= ML_MOST_ROWS / MANY_ROWS)
	{
		mass.g = n * most.g;
		mass.h = n * most.h;
		mass.rows = n * most.rows;
		return mass;
	}
	for (i = 0; i < n; i++)
	{
		MlCell		cell = ml_gradient_cell(sums->gradient[index[i]]);

		__builtin_prefetch(&sums->gradient[index[i + FAR_ROWS < n ? i + FAR_ROWS : n - 1]], 0, 2);
		mass.g += cell.g < 0 ? -cell.g : cell.g;
		mass.h += cell.h;
		mass.rows += cell.rows;
	}
	return mass;
}

/* Four inputs, whose bins are the bytes of a word, the first one lowest. */
static inline void
add_four(uint64_t *cells, uint32_t bins, MlGradient word)
{
	cells[bins & 0xff] += word;
	cells[INPUT_CELLS + (bins >> 8 & 0xff)] += word;
	cells[2 * INPUT_CELLS + (bins >> 16 & 0xff)] += word;
	cells[3 * INPUT_CELLS + (bins >> 24)] += word;
}

static inline void
add_eight(uint64_t *cells, const uint8_t *bins, MlGradient word)
{
	uint64_t	eight;

	memcpy(&eight, bins, sizeof(eight));
	add_four(cells, (uint32_t) eight, word);
	add_four(cells + 4 * INPUT_CELLS, (uint32_t) (eight >> 32), word);
}

/*
 * One row of a tile of 4 * fours inputs, which is a constant where this is
 * inlined. Bytes behind the last input are 0: they are added to cells that
 * nobody reads.
 */
static inline __attribute__((always_inline)) void
add_row(uint64_t *cells, const uint8_t *bins, MlGradient word, int fours)
{
	uint32_t	four;

	if (fours >= 2)
		add_eight(cells, bins, word);
	if (fours >= 4)
		add_eight(cells + 8 * INPUT_CELLS, bins + 8, word);
	if (fours >= 6)
		add_eight(cells + 16 * INPUT_CELLS, bins + 16, word);
	if (fours >= 8)
		add_eight(cells + 24 * INPUT_CELLS, bins + 24, word);
	if (fours % 2 == 1)
	{
		memcpy(&four, bins + 4 * (fours - 1), sizeof(four));
		add_four(cells + 4 * (fours - 1) * INPUT_CELLS, four, word);
	}
}

/* Fetches a row into the second-level cache. */
static inline void
fetch(const uint8_t *bins, const MlGradient *gradient)
{
	__builtin_prefetch(bins, 0, 2);
	__builtin_prefetch(gradient, 0, 2);
}

static inline __attribute__((always_inline)) void
add_rows(const MlHistogramSums *sums, const uint32_t *index, int n, int first, int fours)
{
	size_t		stride = sums->data->stride;
	const uint8_t *bins = sums->data->bins + first;
	const MlGradient *gradient = sums->gradient;
	uint64_t   *cells = sums->packed + (size_t) first * INPUT_CELLS;
	int			ahead = n < FAR_ROWS ? n : FAR_ROWS;
	int			i;

	for (i = 0; i < ahead; i++)
		fetch(bins + index[i] * stride, &gradient[index[i]]);
	for (i = 0; i < n - ahead; i++)
	{
		uint32_t	far = index[i + FAR_ROWS];

		fetch(bins + far * stride, &gradient[far]);
		__builtin_prefetch(bins + index[i + NEAR_ROWS] * stride);
		add_row(cells, bins + index[i] * stride, gradient[index[i]], fours);
	}
	for (; i < n; i++)
		add_row(cells, bins + index[i] * stride, gradient[index[i]], fours);
}

/* At most TILE_INPUTS inputs from the first one on. */
static void
add_tile(const MlHistogramSums *sums, const uint32_t *index, int n, int first, int n_inputs)
{
#define CASE(fours) case fours: add_rows(sums, index, n, first, fours); break
	switch ((n_inputs + 3) / 4)
	{
			CASE(1);
			CASE(2);
			CASE(3);
			CASE(4);
			CASE(5);
			CASE(6);
			CASE(7);
			CASE(8);
	}
#undef CASE
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
		uint64_t   *packed = sums->packed + (size_t) i * INPUT_CELLS;

		for (b = 0; b <= sums->data->inputs[i].n_bins; b++, cell++)
		{
			MlCell		sum = ml_gradient_cell(packed[b]);

			cell->g += sum.g;
			cell->h += sum.h;
			cell->rows += sum.rows;
			packed[b] = 0;
		}
	}
	memset(&sums->mass, 0, sizeof(sums->mass));
}
