/*
 * lifecycle/deploy.h
 *		Moving names between versions.
 */
#ifndef MLOPS_LIFECYCLE_DEPLOY_H
#define MLOPS_LIFECYCLE_DEPLOY_H

#include "postgres.h"

/* Point an alias at the version that a reference names; returns that version. */
extern int	mlops_deploy(const char *reference, const char *alias, const char *reason);

/* Point champion at the version before it; returns that version. */
extern int	mlops_rollback(const char *model, const char *reason);

/* Remove a model with everything that belongs to it. */
extern void mlops_drop_model(const char *model);

#endif							/* MLOPS_LIFECYCLE_DEPLOY_H */
