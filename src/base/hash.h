/*
 * base/hash.h
 *		A stable 64-bit hash: the same on every machine and in every version.
 *
 * Row identities, splits and sampling depend on it, so its output is part of
 * the contract (test vectors in test/unit). Not cryptographic.
 */
#ifndef ML_BASE_HASH_H
#define ML_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Finalizer of splitmix64 (Steele, Lea, Flood 2014): a bijection of 64 bits. */
static inline uint64_t
ml_mix64(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* Hash of one more word behind an earlier hash. */
static inline uint64_t
ml_hash_word(uint64_t hash, uint64_t word)
{
	return ml_mix64(hash ^ ml_mix64(word));
}

/* Hash of a byte string behind an earlier hash; the length counts. */
extern uint64_t ml_hash_bytes(uint64_t hash, const void *data, size_t length);

#endif							/* ML_BASE_HASH_H */
