/*
 * lifecycle/run_as.h
 *		Which role a job may run as.
 *
 * Rows of mlops.schedule and mlops.job can be changed by the owner of the
 * extension, who may be an ordinary role: what they say is checked again
 * whenever a job is about to run.
 */
#ifndef MLOPS_LIFECYCLE_RUN_AS_H
#define MLOPS_LIFECYCLE_RUN_AS_H

#include "postgres.h"

/*
 * Raise an error unless jobs of a model with that owner may run as the role:
 * it exists (42704), has the right to train the model, and neither the model's
 * owner nor the extension's could use it to get at rights that are not his
 * (42501). Returns the role.
 */
extern Oid	mlops_run_as_require(const char *run_as, const char *model, const char *owner);

/* Raise an error unless the role may log in to this database (55000, 42501). */
extern void mlops_run_as_require_login(Oid role);

#endif							/* MLOPS_LIFECYCLE_RUN_AS_H */
