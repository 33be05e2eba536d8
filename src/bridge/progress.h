/*
 * bridge/progress.h
 *		What running trainings are doing, in shared memory, for mlops.progress.
 *
 * Needs shared_preload_libraries = 'mlops'; without it every call here is a
 * cheap no-op and mlops_progress_available() is false.
 */
#ifndef MLOPS_BRIDGE_PROGRESS_H
#define MLOPS_BRIDGE_PROGRESS_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "base/env.h"

typedef struct MlopsProgress
{
	int			pid;
	Oid			database;
	Oid			role;
	char		model[NAMEDATALEN];
	char		algorithm[32];
	char		phase[32];
	double		fraction;		/* negative: unknown */
	int64		rows;			/* negative: unknown */
	int			iteration;		/* negative: none */
	double		loss;			/* NaN: none */
	TimestampTz started_at;
	TimestampTz phase_started_at;
} MlopsProgress;

/* Request and attach shared memory; called from _PG_init when preloading. */
extern void mlops_progress_init(void);
extern bool mlops_progress_available(void);

/* This backend starts or ends a training; nothing stays behind after an error. */
extern void mlops_progress_begin(const char *model, const char *algorithm);
extern void mlops_progress_update(const MlProgress *progress);
extern void mlops_progress_end(void);

/* A palloc'd copy of all entries of this database. */
extern MlopsProgress *mlops_progress_list(int *count);

#endif							/* MLOPS_BRIDGE_PROGRESS_H */
