/*
 * bridge/digest.c
 *		SHA-256 by the server's own implementation.
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "miscadmin.h"

#include "bridge/digest.h"

/* What is hashed between two looks at interrupts: a few milliseconds. */
#define DIGEST_STEP (1024 * 1024)

StaticAssertDecl(MLOPS_DIGEST_LENGTH == PG_SHA256_DIGEST_LENGTH, "digests are SHA-256");

static void
check_hash(pg_cryptohash_ctx *context, int result)
{
	if (result < 0)
		elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(context));
}

void
mlops_sha256(const void *data, Size length, uint8 *digest)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	const uint8 *bytes = data;

	check_hash(context, pg_cryptohash_init(context));
	while (length > 0)
	{
		Size		step = Min(length, DIGEST_STEP);

		CHECK_FOR_INTERRUPTS();
		check_hash(context, pg_cryptohash_update(context, bytes, step));
		bytes += step;
		length -= step;
	}
	check_hash(context, pg_cryptohash_final(context, digest, MLOPS_DIGEST_LENGTH));
	pg_cryptohash_free(context);
}

char *
mlops_digest_text(const uint8 *digest)
{
	char	   *text = palloc(2 * MLOPS_DIGEST_LENGTH + 1);
	int			i;

	for (i = 0; i < MLOPS_DIGEST_LENGTH; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return text;
}
