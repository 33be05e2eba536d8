/*
 * catalog/scan.h
 *		Reading our tables by primary key, without SPI.
 *
 * A few microseconds, no grants asked, allowed on standbys, in parallel
 * workers and while scoring (rule 5). Rows come in the order of the key.
 */
#ifndef MLOPS_CATALOG_SCAN_H
#define MLOPS_CATALOG_SCAN_H

#include "postgres.h"

#include "access/genam.h"
#include "access/sdir.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

#include "catalog/relation.h"

typedef enum MlopsSnapshot
{
	MLOPS_ACTIVE_SNAPSHOT,		/* what the running statement sees */
	MLOPS_LATEST_SNAPSHOT		/* what is committed now, and own changes */
} MlopsSnapshot;

typedef struct MlopsScan
{
	Relation	table;
	Relation	index;
	Snapshot	snapshot;
	SysScanDesc scan;
} MlopsScan;

/*
 * Rows whose first n_keys key columns equal `keys`. An error in between
 * releases everything with the transaction; else call mlops_scan_end().
 */
extern void mlops_scan_begin(MlopsScan *scan, MlopsTable table, MlopsSnapshot snapshot,
							 int n_keys, const Datum *keys);

/* The next row, NULL at the end; valid until the next call. */
extern HeapTuple mlops_scan_next(MlopsScan *scan, ScanDirection direction);
extern void mlops_scan_end(MlopsScan *scan);

/* A column of a row; NULL in it is an error. Text is palloc'd. */
extern Datum mlops_scan_value(MlopsScan *scan, HeapTuple row, int column);
extern char *mlops_scan_text(MlopsScan *scan, HeapTuple row, int column);

#endif							/* MLOPS_CATALOG_SCAN_H */
