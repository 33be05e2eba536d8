/*
 * lifecycle/run_due.h
 *		Running due jobs in the session of the caller.
 */
#ifndef MLOPS_LIFECYCLE_RUN_DUE_H
#define MLOPS_LIFECYCLE_RUN_DUE_H

#include "postgres.h"

#include "catalog/job.h"

/* What became of a job; NULL pointers and version 0 are absent. */
typedef struct MlopsDueResult
{
	int64		job;
	const char *model;
	const char *outcome;
	int			version;
	const char *decision;
	const char *error;
} MlopsDueResult;

/*
 * Make jobs from due schedules and run them, and what else is queued, one
 * after the other: those of roles whose rights the caller has, each as its
 * role under SECURITY_RESTRICTED_OPERATION. The failure of a job is recorded
 * and undone, not raised. Everything belongs to the caller's transaction.
 */
extern MlopsDueResult *mlops_run_due(int *count);

#endif							/* MLOPS_LIFECYCLE_RUN_DUE_H */
