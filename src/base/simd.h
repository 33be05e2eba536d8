/*
 * base/simd.h
 *		Which vector instructions hot loops use.
 *
 * A loop that is worth it is compiled once for each level, from the same C.
 * Every lane takes the same additions and multiplications, never contracted,
 * so that the results are the same bits on all levels. The level is handed
 * down (MlEnv.simd): tests run all that the CPU has and compare.
 */
#ifndef ML_BASE_SIMD_H
#define ML_BASE_SIMD_H

typedef enum MlSimd
{
	ML_SIMD_NONE,				/* what every CPU of the architecture has */
	ML_SIMD_AVX2,
	ML_SIMD_AVX512
} MlSimd;

/* The highest level that this CPU has; it has those below, too. */
extern MlSimd ml_simd_best(void);

/* Attributes of functions compiled for a level, all of whose instructions ml_simd_best() asked for. */
#ifdef __x86_64__
#define ML_FOR_AVX2 __attribute__((target("avx2")))
#define ML_FOR_AVX512 __attribute__((target("avx512f,avx512dq")))
#else
#define ML_FOR_AVX2
#define ML_FOR_AVX512
#endif

#endif							/* ML_BASE_SIMD_H */
