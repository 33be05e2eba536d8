/*
 * worker/process.h
 *		Starting background processes, and how each of them begins.
 */
#ifndef MLOPS_WORKER_PROCESS_H
#define MLOPS_WORKER_PROCESS_H

#include "postgres.h"

#include "postmaster/bgworker.h"

#include "worker/slot.h"

/* Register the launcher; called from _PG_init when preloading. */
extern void mlops_launcher_register(void);

/* Ask the server for a visitor or job process; false when no slot is free. */
extern bool mlops_process_start(const MlopsOrder *order, BackgroundWorkerHandle **handle);

/*
 * In a visitor or job process: its order, read before anything can fail;
 * signals; the connection. Ends the process when its slot is another's.
 */
extern void mlops_process_begin(MlopsOrder *order);

/* One transaction of a background process. */
extern void mlops_transaction_begin(const char *activity);
extern void mlops_transaction_end(void);

/* Entry points, which the server finds by name. */
extern PGDLLEXPORT void mlops_launcher_main(Datum argument);
extern PGDLLEXPORT void mlops_scheduler_main(Datum argument);
extern PGDLLEXPORT void mlops_job_main(Datum argument);

#endif							/* MLOPS_WORKER_PROCESS_H */
