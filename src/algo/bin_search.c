/*
 * algo/bin_search.c
 *		Looks bins up. See bin_search.h.
 *
 * The edges are filled up to 256 with infinity, so that each search takes the
 * same steps, without branches, which would be mispredicted. Vectors compare
 * a number with 16 edges at once: the last one of each 16, then those 16.
 * Without them four numbers go through the eight steps of halving side by side.
 */
#include <math.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "algo/bin_search.h"

#define EDGES 256
#define NODE 16					/* edges that are compared at once */
#define SEARCHES 4

typedef struct Edges
{
	double		edge[EDGES];
	double		last[EDGES / NODE];	/* of each 16, infinity for the last ones */
	int			missing;		/* bin of NaN */
} Edges;

static void
fill_edges(const MlBins *bins, Edges *edges)
{
	int			k;

	for (k = 0; k < EDGES; k++)
		edges->edge[k] = k < bins->n_bins - 1 ? bins->edges[k] : INFINITY;
	for (k = 0; k < EDGES / NODE; k++)
		edges->last[k] = edges->edge[NODE * k + NODE - 1];
	edges->missing = bins->n_bins;
}

/* bin[k] = number of edges below value[k] */
static inline void
halve(const double *edges, const double *value, int *bin)
{
	unsigned	a = 0;
	unsigned	b = 0;
	unsigned	c = 0;
	unsigned	d = 0;
	int			bit;

	for (bit = 7; bit >= 0; bit--)
	{
		const double *edge = edges + (1 << bit) - 1;

		a += (unsigned) (edge[a] < value[0]) << bit;
		b += (unsigned) (edge[b] < value[1]) << bit;
		c += (unsigned) (edge[c] < value[2]) << bit;
		d += (unsigned) (edge[d] < value[3]) << bit;
	}
	bin[0] = (int) a;
	bin[1] = (int) b;
	bin[2] = (int) c;
	bin[3] = (int) d;
}

static void
search_plain(const Edges *edges, const double *column, const uint32_t *rows, int64_t n_rows,
			 uint8_t *out)
{
	int64_t		i;
	int			k;

	for (i = 0; i < n_rows; i += SEARCHES)
	{
		int			n = n_rows - i < SEARCHES ? (int) (n_rows - i) : SEARCHES;
		double		value[SEARCHES] = {0};
		int			bin[SEARCHES];

		for (k = 0; k < n; k++)
			value[k] = column[rows[i + k]];
		halve(edges->edge, value, bin);
		for (k = 0; k < n; k++)
			out[i + k] = (uint8_t) (value[k] == value[k] ? bin[k] : edges->missing);
	}
}

#ifdef __x86_64__
/* How many of 16 edges are below a value. */
ML_FOR_AVX512 static inline int
below_avx512(const double *edges, double value)
{
	__m512d		x = _mm512_set1_pd(value);
	unsigned	low = _mm512_cmp_pd_mask(_mm512_loadu_pd(edges), x, _CMP_LT_OQ);
	unsigned	high = _mm512_cmp_pd_mask(_mm512_loadu_pd(edges + 8), x, _CMP_LT_OQ);

	return __builtin_popcount(low | high << 8);
}

ML_FOR_AVX2 static inline unsigned
mask_avx2(const double *edges, __m256d x)
{
	return (unsigned) _mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(edges), x, _CMP_LT_OQ));
}

ML_FOR_AVX2 static inline int
below_avx2(const double *edges, double value)
{
	__m256d		x = _mm256_set1_pd(value);

	return __builtin_popcount(mask_avx2(edges, x) | mask_avx2(edges + 4, x) << 4 |
							  mask_avx2(edges + 8, x) << 8 | mask_avx2(edges + 12, x) << 12);
}

#define SEARCH(level, target) \
	target static void \
	search_##level(const Edges *edges, const double *column, const uint32_t *rows, int64_t n_rows, \
				   uint8_t *out) \
	{ \
		int64_t		i; \
\
		for (i = 0; i < n_rows; i++) \
		{ \
			double		value = column[rows[i]]; \
			int			bin = NODE * below_##level(edges->last, value); \
\
			bin += below_##level(edges->edge + bin, value); \
			out[i] = (uint8_t) (value == value ? bin : edges->missing); \
		} \
	}

SEARCH(avx2, ML_FOR_AVX2)
SEARCH(avx512, ML_FOR_AVX512)
#endif

void
ml_bin_search(MlSimd simd, const MlBins *bins, const double *column, const uint32_t *rows,
			  int64_t n_rows, uint8_t *out)
{
	Edges		edges;

	fill_edges(bins, &edges);
#ifdef __x86_64__
	if (simd == ML_SIMD_AVX512)
		search_avx512(&edges, column, rows, n_rows, out);
	else if (simd == ML_SIMD_AVX2)
		search_avx2(&edges, column, rows, n_rows, out);
	else
#endif
		search_plain(&edges, column, rows, n_rows, out);
}
