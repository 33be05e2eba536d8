/*
 * base/size.h
 *		Sizes that cannot overflow unnoticed.
 */
#ifndef ML_BASE_SIZE_H
#define ML_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>

/* *result = a * b; false when the product does not fit. */
static inline bool
ml_size_multiply(size_t a, size_t b, size_t *result)
{
	return !__builtin_mul_overflow(a, b, result);
}

/* *result = a + b; false when the sum does not fit. */
static inline bool
ml_size_add(size_t a, size_t b, size_t *result)
{
	return !__builtin_add_overflow(a, b, result);
}

#endif							/* ML_BASE_SIZE_H */
