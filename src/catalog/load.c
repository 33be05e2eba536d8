/*
 * catalog/load.c
 *		The bytes of a version, put together from their chunks.
 *
 * The owner of the extension may edit the tables, and a restored dump may
 * hold anything: lengths and chunk numbers are checked before bytes are
 * copied, the digest afterwards, and the decoder trusts nothing either.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "bridge/digest.h"
#include "bridge/pg_compat.h"
#include "catalog/load.h"
#include "catalog/scan.h"

static void
raise_damaged(const MlopsVersionKey *key, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("the artifact of version %d of model \"%s\" is damaged", key->version, key->model),
			 errdetail_internal("%s", detail)));
}

Size
mlops_artifact_length(const MlopsVersionKey *key)
{
	Datum		keys[2];
	MlopsScan	scan;
	HeapTuple	row;
	int64		length = -1;

	keys[0] = CStringGetTextDatum(key->model);
	keys[1] = Int32GetDatum(key->version);
	mlops_scan_begin(&scan, MLOPS_TABLE_VERSION, MLOPS_ACTIVE_SNAPSHOT, 2, keys);
	row = mlops_scan_next(&scan, ForwardScanDirection);
	if (row != NULL)
		length = DatumGetInt64(mlops_scan_value(&scan, row, MLOPS_VERSION_ARTIFACT_BYTES));
	mlops_scan_end(&scan);
	if (length <= 0 || (uint64) length > MaxAllocHugeSize)
		raise_damaged(key, "Its length is not known.");
	return (Size) length;
}

/* Append a chunk's bytes; returns the new end. */
static Size
append_chunk(const MlopsVersionKey *key, Datum value, uint8 *bytes, Size end, Size length)
{
	struct varlena *chunk = PG_DETOAST_DATUM_PACKED(value);
	Size		chunk_length = VARSIZE_ANY_EXHDR(chunk);

	if (chunk_length > length - end)
		raise_damaged(key, "It has more bytes than it should have.");
	memcpy(bytes + end, VARDATA_ANY(chunk), chunk_length);
	if ((Pointer) chunk != DatumGetPointer(value))
		pfree(chunk);
	return end + chunk_length;
}

void
mlops_artifact_read(const MlopsVersionKey *key, void *bytes, Size length)
{
	Datum		keys[2];
	MlopsScan	scan;
	HeapTuple	row;
	Size		end = 0;
	int			n_chunks = 0;
	uint8		digest[MLOPS_DIGEST_LENGTH];

	keys[0] = CStringGetTextDatum(key->model);
	keys[1] = Int32GetDatum(key->version);
	mlops_scan_begin(&scan, MLOPS_TABLE_ARTIFACT, MLOPS_ACTIVE_SNAPSHOT, 2, keys);
	while ((row = mlops_scan_next(&scan, ForwardScanDirection)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (DatumGetInt32(mlops_scan_value(&scan, row, MLOPS_ARTIFACT_CHUNK)) != n_chunks)
			raise_damaged(key, "A part of it is missing.");
		end = append_chunk(key, mlops_scan_value(&scan, row, MLOPS_ARTIFACT_BYTES), bytes, end, length);
		n_chunks++;
	}
	mlops_scan_end(&scan);
	if (end != length)
		raise_damaged(key, "It has fewer bytes than it should have.");
	mlops_sha256(bytes, length, digest);
	if (memcmp(digest, key->digest, MLOPS_DIGEST_LENGTH) != 0)
		raise_damaged(key, "Its bytes do not match its digest.");
}
