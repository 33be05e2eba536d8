/*
 * bridge/digest.h
 *		SHA-256 by the server's own implementation.
 */
#ifndef MLOPS_BRIDGE_DIGEST_H
#define MLOPS_BRIDGE_DIGEST_H

#include "postgres.h"

#define MLOPS_SHA256_LENGTH 32

/* digest[32] of a byte string. */
extern void mlops_sha256(const void *data, Size length, uint8 *digest);

#endif							/* MLOPS_BRIDGE_DIGEST_H */
