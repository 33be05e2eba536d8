/*
 * bridge/digest.c
 *		SHA-256 by the server's own implementation.
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"

#include "bridge/digest.h"

void
mlops_sha256(const void *data, Size length, uint8 *digest)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);

	if (context == NULL ||
		pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, data, length) < 0 ||
		pg_cryptohash_final(context, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute a SHA-256 digest: %s",
			 context ? pg_cryptohash_error(context) : "out of memory");
	pg_cryptohash_free(context);
}
