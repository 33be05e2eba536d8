/*
 * bridge/env.h
 *		A PostgreSQL memory context as an environment for code below the border.
 */
#ifndef MLOPS_BRIDGE_ENV_H
#define MLOPS_BRIDGE_ENV_H

#include "postgres.h"

#include "base/env.h"

/*
 * An environment that allocates in a new child of `parent`, refuses to grow
 * beyond `budget` bytes (0: no limit; see mlops.training_memory), answers
 * should_stop from the backend's pending interrupts, reports progress to
 * shared memory and keeps warnings. Its scratch files are temporary files of
 * the transaction, which count for temp_file_limit. It lives in that child
 * context; delete it with mlops_env_end(): after an error the parent's reset
 * and the end of the transaction do that.
 */
extern MlEnv *mlops_env_begin(MemoryContext parent, const char *name, Size budget);
extern void mlops_env_end(MlEnv *env);

/* The context behind an environment. */
extern MemoryContext mlops_env_context(MlEnv *env);

/* The most bytes that the environment has held at once. */
extern Size mlops_env_peak(MlEnv *env);

/* Warnings kept so far: a List of C strings in the environment's context. */
extern struct List *mlops_env_warnings(MlEnv *env);

/*
 * Raise the failure of a call below the border as an error with its SQLSTATE,
 * detail and hint; ML_INTERRUPTED becomes the pending interrupt's own error.
 * Does nothing for ML_OK.
 */
extern void mlops_check(MlEnv *env, MlStatus status);

#endif							/* MLOPS_BRIDGE_ENV_H */
