/*
 * catalog/scan.c
 *		Reading our tables by primary key, without SPI.
 *
 * The scan is the server's own for ordered system catalog reads, on an
 * ordinary table with a snapshot of our choice. Locks are kept as short as
 * the scan: what was read stays right for the snapshot that read it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "catalog/scan.h"

#define MAX_KEYS 3

/*
 * The collation of the comparison must be the column's: the index is in that
 * order.
 */
static void
set_key(ScanKey key, Relation table, int column, Datum value)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), column - 1);
	RegProcedure equal = attribute->atttypid == TEXTOID ? F_TEXTEQ : F_INT4EQ;

	ScanKeyEntryInitialize(key, 0, column, BTEqualStrategyNumber, InvalidOid,
						   attribute->attcollation, equal, value);
}

/*
 * A table may go away while its lock is waited for, with the extension. Then
 * what is known of it is gone, too, and asking again finds the new one or
 * says that there is none.
 */
static Relation
open_table(MlopsTable table)
{
	for (;;)
	{
		Relation	relation = try_table_open(mlops_table_oid(table), AccessShareLock);

		if (relation != NULL)
			return relation;
		CHECK_FOR_INTERRUPTS();
	}
}

void
mlops_scan_begin(MlopsScan *scan, MlopsTable table, MlopsSnapshot snapshot,
				 int n_keys, const Datum *keys)
{
	ScanKeyData scan_keys[MAX_KEYS];
	int			i;

	Assert(n_keys <= MAX_KEYS);
	scan->table = open_table(table);
	scan->index = index_open(mlops_table_key(table), AccessShareLock);
	for (i = 0; i < n_keys; i++)
		set_key(&scan_keys[i], scan->table, i + 1, keys[i]);
	scan->snapshot = RegisterSnapshot(snapshot == MLOPS_ACTIVE_SNAPSHOT ?
									  GetActiveSnapshot() : GetLatestSnapshot());
	scan->scan = systable_beginscan_ordered(scan->table, scan->index, scan->snapshot,
											n_keys, scan_keys);
}

HeapTuple
mlops_scan_next(MlopsScan *scan, ScanDirection direction)
{
	return systable_getnext_ordered(scan->scan, direction);
}

void
mlops_scan_end(MlopsScan *scan)
{
	systable_endscan_ordered(scan->scan);
	UnregisterSnapshot(scan->snapshot);
	index_close(scan->index, AccessShareLock);
	table_close(scan->table, AccessShareLock);
}

Datum
mlops_scan_value(MlopsScan *scan, HeapTuple row, int column)
{
	TupleDesc	descriptor = RelationGetDescr(scan->table);
	bool		isnull;
	Datum		value = heap_getattr(row, column, descriptor, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("unexpected null in column \"%s\" of table \"mlops.%s\"",
						NameStr(TupleDescAttr(descriptor, column - 1)->attname),
						RelationGetRelationName(scan->table))));
	return value;
}

char *
mlops_scan_text(MlopsScan *scan, HeapTuple row, int column)
{
	return TextDatumGetCString(mlops_scan_value(scan, row, column));
}
