/*
 * bridge/announce.h
 *		Telling the launcher that a database has something new to run.
 *
 * A mailbox in shared memory. Needs shared_preload_libraries = 'mlops';
 * without it nothing is announced and mlops_announce_available() is false.
 */
#ifndef MLOPS_BRIDGE_ANNOUNCE_H
#define MLOPS_BRIDGE_ANNOUNCE_H

#include "postgres.h"

/* More databases than this at once: all are visited. */
#define MLOPS_MAX_ANNOUNCED 64

/* Request and attach shared memory; called from _PG_init when preloading. */
extern void mlops_announce_init(void);
extern bool mlops_announce_available(void);

/* When this transaction commits, wake the launcher for this database. */
extern void mlops_announce_at_commit(void);

/* The launcher: wake this process from now on, until it ends. */
extern void mlops_announce_listen(void);

/*
 * The launcher: take what was announced, databases[MLOPS_MAX_ANNOUNCED];
 * returns how many, -1 when there were too many to know.
 */
extern int	mlops_announce_take(Oid *databases);

#endif							/* MLOPS_BRIDGE_ANNOUNCE_H */
