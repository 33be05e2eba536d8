/*
 * algo/vector.c
 *		Vector loops over rows. See vector.h; the loops are in vector_loops.h.
 */
#include <string.h>

#include "algo/vector.h"

#define JOIN_NAMES(name, level) name##_##level
#define JOIN(name, level) JOIN_NAMES(name, level)
#define OF(name) JOIN(name, LEVEL)

#define LEVEL plain
#define TARGET
#define LANES 2
#include "algo/vector_loops.h"

#ifdef __x86_64__
#define LEVEL avx2
#define TARGET ML_FOR_AVX2
#define LANES 4
#include "algo/vector_loops.h"

#define LEVEL avx512
#define TARGET ML_FOR_AVX512
#define LANES 8
#include "algo/vector_loops.h"

#define DISPATCH(simd, name, ...) \
	((simd) == ML_SIMD_AVX512 ? name##_avx512(__VA_ARGS__) : \
	 (simd) == ML_SIMD_AVX2 ? name##_avx2(__VA_ARGS__) : name##_plain(__VA_ARGS__))
#else
#define DISPATCH(simd, name, ...) name##_plain(__VA_ARGS__)
#endif

void
ml_vector_falls(MlSimd simd, double *x, int n)
{
	DISPATCH(simd, falls, x, n);
}

void
ml_vector_log_loss(MlSimd simd, const double *margin, const double *y, int n, double *g, double *h)
{
	DISPATCH(simd, log_loss, margin, y, n, g, h);
}

void
ml_vector_pack(MlSimd simd, const double *g, const double *h, int n, MlGradientScale scale,
			   MlGradient *words)
{
	DISPATCH(simd, pack, g, h, n, scale, words);
}
