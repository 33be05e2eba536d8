/*
 * catalog/load.h
 *		The bytes of a version, put together from their chunks.
 */
#ifndef MLOPS_CATALOG_LOAD_H
#define MLOPS_CATALOG_LOAD_H

#include "postgres.h"

#include "catalog/model.h"

/* How many bytes the stored artifact has, in the active snapshot. */
extern Size mlops_artifact_length(const MlopsVersionKey *key);

/*
 * Read exactly `length` bytes and compare them with the key's digest. Missing,
 * surplus or changed bytes: error XX001.
 */
extern void mlops_artifact_read(const MlopsVersionKey *key, void *bytes, Size length);

#endif							/* MLOPS_CATALOG_LOAD_H */
