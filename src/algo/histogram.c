/*
 * algo/histogram.c
 *		Builds and subtracts histograms. See histogram.h.
 *
 * The hot loop of tree training. Rows are read whole, since a list of rows
 * deep in a tree is scattered and one row of bins is one or two cache lines;
 * rows ahead are prefetched. Inputs are taken in tiles whose cells stay in the
 * second-level cache.
 */
#include <string.h>

#include "algo/histogram.h"

#define TILE_INPUTS 64
#define PREFETCH_ROWS 16

/* Additions between two looks at the stop flag: a few milliseconds. */
#define BLOCK_STEPS (1 << 20)

static void add_rows(const MlHistogramShape *shape, const MlBinned *data,
					 const MlGradient *gradient, const uint32_t *index, int64_t n,
					 int first, int last, MlCell *cells);

MlStatus
ml_histogram_shape(MlEnv *env, const MlBins *bins, int n_inputs, MlHistogramShape *shape)
{
	int			i;

	shape->n_cells = 0;
	shape->offset = ml_allocate(env, (size_t) n_inputs, sizeof(size_t));
	if (shape->offset == NULL)
		return ML_OUT_OF_MEMORY;
	for (i = 0; i < n_inputs; i++)
	{
		shape->offset[i] = shape->n_cells;
		shape->n_cells += (size_t) bins[i].n_bins + 1;
	}
	return ML_OK;
}

MlStatus
ml_histogram_build(MlEnv *env, const MlHistogramShape *shape, const MlBinned *data,
				   const MlGradient *gradient, const uint32_t *index, int64_t n, MlCell *cells)
{
	int64_t		block = BLOCK_STEPS / (data->n_inputs + 1) + 1;
	int64_t		begin;
	int			first;

	memset(cells, 0, shape->n_cells * sizeof(MlCell));
	for (begin = 0; begin < n; begin += block)
	{
		int64_t		count = n - begin < block ? n - begin : block;

		ML_TRY(ml_check_stop(env));
		for (first = 0; first < data->n_inputs; first += TILE_INPUTS)
		{
			int			last = first + TILE_INPUTS;

			if (last > data->n_inputs)
				last = data->n_inputs;
			add_rows(shape, data, gradient, index + begin, count, first, last, cells);
		}
	}
	return ML_OK;
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

static void
add_rows(const MlHistogramShape *shape, const MlBinned *data, const MlGradient *gradient,
		 const uint32_t *index, int64_t n, int first, int last, MlCell *cells)
{
	const size_t *offset = shape->offset;
	size_t		stride = data->stride;
	const uint8_t *bins = data->bins;
	int64_t		k;
	int			i;

	for (k = 0; k < n; k++)
	{
		uint32_t	ahead = index[k + PREFETCH_ROWS < n ? k + PREFETCH_ROWS : n - 1];
		uint32_t	row = index[k];
		const uint8_t *bin = bins + row * stride;
		int64_t		g = gradient[row].g;
		int64_t		h = gradient[row].h;

		__builtin_prefetch(bins + ahead * stride + first);
		__builtin_prefetch(&gradient[ahead]);
		for (i = first; i < last; i++)
		{
			MlCell	   *cell = &cells[offset[i] + bin[i]];

			cell->g += g;
			cell->h += h;
			cell->rows++;
		}
	}
}
