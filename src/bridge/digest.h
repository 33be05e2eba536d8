/*
 * bridge/digest.h
 *		SHA-256, which names the content of artifacts.
 */
#ifndef MLOPS_BRIDGE_DIGEST_H
#define MLOPS_BRIDGE_DIGEST_H

#include "postgres.h"

#define MLOPS_DIGEST_LENGTH 32

/* digest[MLOPS_DIGEST_LENGTH] of a byte string; interruptible. */
extern void mlops_sha256(const void *data, Size length, uint8 *digest);

/* The digest in hexadecimal, palloc'd. */
extern char *mlops_digest_text(const uint8 *digest);

#endif							/* MLOPS_BRIDGE_DIGEST_H */
