/*
 * worker/roster.c
 *		The launcher's memory: which databases there are, when to visit each,
 *		and which of their jobs may start.
 *
 * Nothing here outlives the launcher: one that starts again visits every
 * database and learns all from the tables.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "catalog/database.h"
#include "worker/roster.h"

static dlist_head entries = DLIST_STATIC_INIT(entries);

dlist_head *
mlops_roster(void)
{
	return &entries;
}

MlopsRosterEntry *
mlops_roster_find(Oid database)
{
	dlist_iter	at;

	dlist_foreach(at, &entries)
	{
		MlopsRosterEntry *entry = dlist_container(MlopsRosterEntry, node, at.cur);

		if (entry->database == database)
			return entry;
	}
	return NULL;
}

static void
add(Oid database, TimestampTz now)
{
	MlopsRosterEntry *entry = MemoryContextAllocZero(TopMemoryContext, sizeof(MlopsRosterEntry));

	entry->database = database;
	entry->listed = true;
	entry->next_visit = now;
	dlist_push_tail(&entries, &entry->node);
}

static void
forget_unlisted(void)
{
	dlist_mutable_iter at;

	dlist_foreach_modify(at, &entries)
	{
		MlopsRosterEntry *entry = dlist_container(MlopsRosterEntry, node, at.cur);

		if (entry->listed)
			continue;
		dlist_delete(&entry->node);
		pfree(entry);
	}
}

void
mlops_roster_refresh(TimestampTz now)
{
	List	   *databases;
	ListCell   *cell;
	dlist_iter	at;

	dlist_foreach(at, &entries)
		dlist_container(MlopsRosterEntry, node, at.cur)->listed = false;
	StartTransactionCommand();
	(void) GetTransactionSnapshot();
	databases = mlops_database_list();
	foreach(cell, databases)
	{
		MlopsRosterEntry *entry = mlops_roster_find(lfirst_oid(cell));

		if (entry != NULL)
			entry->listed = true;
		else
			add(lfirst_oid(cell), now);
	}
	CommitTransactionCommand();
	forget_unlisted();
}

void
mlops_roster_visit_soon(Oid database, TimestampTz now)
{
	MlopsRosterEntry *entry = mlops_roster_find(database);

	if (entry != NULL)
		entry->next_visit = Min(entry->next_visit, now);
}

void
mlops_roster_visit_all(TimestampTz now)
{
	dlist_iter	at;

	dlist_foreach(at, &entries)
		dlist_container(MlopsRosterEntry, node, at.cur)->next_visit = now;
}
