/*
 * base/simd.c
 *		Asks the CPU. See simd.h.
 */
#include "base/simd.h"

MlSimd
ml_simd_best(void)
{
#ifdef __x86_64__
	/* every CPU with AVX2 has the checksum instruction of SSE 4.2; asked for all the same */
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("sse4.2"))
		return ML_SIMD_NONE;
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
		return ML_SIMD_AVX512;
	return ML_SIMD_AVX2;
#else
	return ML_SIMD_NONE;
#endif
}
