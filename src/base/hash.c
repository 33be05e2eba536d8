/*
 * base/hash.c
 *		A stable hash of byte strings.
 *
 * Eight bytes at a time through the splitmix64 finalizer, the last word
 * filled up with zero bytes, then the length, so that strings that differ
 * only in trailing zero bytes differ in their hash. Words are put together
 * from bytes, so alignment does not matter. The output is frozen by test
 * vectors: every split that was ever made depends on it.
 */
#include "base/hash.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the hash reads words in little-endian order"
#endif

uint64_t
ml_hash_bytes(uint64_t hash, const void *data, size_t length)
{
	const uint8_t *bytes = data;
	size_t		left = length;
	uint64_t	word;

	for (; left >= sizeof(word); left -= sizeof(word))
	{
		memcpy(&word, bytes, sizeof(word));
		hash = ml_hash_word(hash, word);
		bytes += sizeof(word);
	}
	if (left > 0)
	{
		word = 0;
		memcpy(&word, bytes, left);
		hash = ml_hash_word(hash, word);
	}
	return ml_hash_word(hash, (uint64_t) length);
}
