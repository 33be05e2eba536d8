/*
 * bridge/pg_compat.h
 *		Differences between server versions.
 *
 * The only file that tests PG_VERSION_NUM. PostgreSQL 15 to 18 are known;
 * later ones are tried as they are.
 */
#ifndef MLOPS_BRIDGE_PG_COMPAT_H
#define MLOPS_BRIDGE_PG_COMPAT_H

#include "postgres.h"

#include "fmgr.h"
#include "storage/proc.h"

/* Lengths of variable-length values: part of postgres.h until 15. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#if PG_VERSION_NUM < 150000
#error "mlops needs PostgreSQL 15 or later"
#endif

/* 18 shows name and version of loaded modules (pg_get_loaded_modules()). */
#if PG_VERSION_NUM >= 180000
#define MLOPS_MODULE_MAGIC(name_, version_) PG_MODULE_MAGIC_EXT(.name = (name_), .version = (version_))
#else
#define MLOPS_MODULE_MAGIC(name_, version_) PG_MODULE_MAGIC
#endif

/* Seen from outside the library, in rooms whose names are hidden. PGDLLEXPORT does it from 16 on. */
#define MLOPS_EXPORT __attribute__((visibility("default")))

/* This backend's place among all, 0 .. MaxBackends-1. 17 made it a variable. */
#if PG_VERSION_NUM >= 170000
#define MLOPS_BACKEND_NUMBER ((int) MyProcNumber)
#else
#define MLOPS_BACKEND_NUMBER (MyProc->pgprocno)
#endif

/* Number of the top-level transaction in this backend. 17 moved it into vxid. */
#if PG_VERSION_NUM >= 170000
#define MLOPS_LOCAL_TRANSACTION (MyProc->vxid.lxid)
#else
#define MLOPS_LOCAL_TRANSACTION (MyProc->lxid)
#endif

/* Has a role rights on a database? 16 made one function for all kinds of objects. */
#if PG_VERSION_NUM >= 160000
#include "catalog/pg_database.h"
#define MLOPS_DATABASE_ACLCHECK(database, role, mode) \
	object_aclcheck(DatabaseRelationId, (database), (role), (mode))
#else
#define MLOPS_DATABASE_ACLCHECK(database, role, mode) pg_database_aclcheck((database), (role), (mode))
#endif

/* Bytes for pg_b64_encode() and pg_b64_decode(). 18 made them unsigned. */
#if PG_VERSION_NUM >= 180000
#define MLOPS_BASE64_BYTES(bytes) ((uint8 *) (bytes))
#else
#define MLOPS_BASE64_BYTES(bytes) ((char *) (bytes))
#endif

#endif							/* MLOPS_BRIDGE_PG_COMPAT_H */
