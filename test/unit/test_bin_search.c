/*
 * test_bin_search.c
 *		Bins of many numbers on all levels, beside those of one number.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "algo/bin_search.h"
#include "math/rng.h"
#include "unit.h"

#define VALUES 1003

/* Numbers between, on and beside the edges, and the odd ones. */
static void
make_values(const MlBins *bins, double *values)
{
	static const double odd[] = {NAN, -INFINITY, INFINITY, 0, -0.0, 1e308, -1e308, 5e-324};
	const int	n_odd = (int) (sizeof(odd) / sizeof(odd[0]));
	int			i;

	for (i = 0; i < VALUES; i++)
	{
		uint64_t	hash = ml_hash_word(2, (uint64_t) i);

		if (i < n_odd)
			values[i] = odd[i];
		else if (i % 2 == 0 && bins->n_bins > 1)
		{
			double		edge = bins->edges[hash % (uint64_t) (bins->n_bins - 1)];

			values[i] = i % 6 == 0 ? edge : nextafter(edge, i % 6 == 2 ? INFINITY : -INFINITY);
		}
		else
			values[i] = 4 * ml_hash_uniform(hash) - 2;
	}
}

int
main(void)
{
	static const int n_bins[] = {1, 2, 15, 16, 17, 18, 32, 33, 128, 241, 254, ML_MAX_BINS};
	double		edges[ML_MAX_BINS];
	double		values[VALUES];
	uint32_t	rows[VALUES];
	size_t		k;
	int			level;

	for (k = 0; k < sizeof(n_bins) / sizeof(n_bins[0]); k++)
	{
		MlBins		bins = {.n_bins = n_bins[k], .edges = edges};
		int			wrong = 0;
		int			i;

		for (i = 0; i < bins.n_bins - 1; i++)
			edges[i] = (i + 0.5) / bins.n_bins * 3 - 1.5;
		make_values(&bins, values);
		for (i = 0; i < VALUES; i++)
			rows[i] = (uint32_t) (VALUES - 1 - i);
		for (level = ML_SIMD_NONE; level <= (int) ml_simd_best(); level++)
		{
			int			n = VALUES - level;	/* also numbers that fours do not go into */
			uint8_t		out[VALUES + 1];

			memset(out, 0x5a, sizeof(out));
			ml_bin_search((MlSimd) level, &bins, values, rows, n, out);
			for (i = 0; i < n; i++)
				wrong += out[i] != ml_bin_of_number(&bins, values[rows[i]]);
			wrong += out[n] != 0x5a;
		}
		unit_ok(wrong == 0, "%d bins: many numbers have the bins of each alone", bins.n_bins);
	}
	return unit_done();
}
