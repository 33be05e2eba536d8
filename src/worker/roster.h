/*
 * worker/roster.h
 *		The launcher's memory: which databases there are, when to visit each,
 *		and which of their jobs may start.
 */
#ifndef MLOPS_WORKER_ROSTER_H
#define MLOPS_WORKER_ROSTER_H

#include "postgres.h"

#include "lib/ilist.h"

#include "worker/slot.h"

typedef struct MlopsRosterEntry
{
	dlist_node	node;
	Oid			database;
	bool		listed;			/* seen by the last look at pg_database */
	bool		visited;		/* a visitor is there now */
	TimestampTz next_visit;
	int			failures;		/* visits in a row that ended in an error */
	MlopsVisit	visit;			/* jobs not yet started stand first */
	MlopsUnstarted unstarted;	/* to be recorded by the next visitor */
} MlopsRosterEntry;

/* All entries; those behind the one that got a process last come first. */
extern dlist_head *mlops_roster(void);

/* Look at pg_database: new ones are visited at once, those that went are forgotten. */
extern void mlops_roster_refresh(TimestampTz now);

/* The entry of a database, NULL when it is not known. */
extern MlopsRosterEntry *mlops_roster_find(Oid database);

/* Visit one, or all, at once. */
extern void mlops_roster_visit_soon(Oid database, TimestampTz now);
extern void mlops_roster_visit_all(TimestampTz now);

#endif							/* MLOPS_WORKER_ROSTER_H */
