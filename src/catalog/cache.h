/*
 * catalog/cache.h
 *		Prepared models of this backend, by digest.
 *
 * Entries never change, since the digest names the content: a deploy, a
 * rollback or a reused version number needs no invalidation. The size is
 * bounded by mlops.model_cache_size; entries in use are pinned.
 */
#ifndef MLOPS_CATALOG_CACHE_H
#define MLOPS_CATALOG_CACHE_H

#include "postgres.h"

#include "artifact/model.h"
#include "catalog/model.h"

typedef struct MlopsPrepared MlopsPrepared;

/*
 * The prepared model of a version: from the cache, or read by primary-key scan
 * with the active snapshot, verified against its digest, decoded. The pin is
 * released when `owner` is reset or deleted. Damaged bytes: error XX001.
 */
extern MlopsPrepared *mlops_cache_get(const MlopsVersionKey *key, MemoryContext owner);

/* The decoded model of a pinned entry. */
extern const MlModel *mlops_prepared_model(const MlopsPrepared *prepared);

#endif							/* MLOPS_CATALOG_CACHE_H */
