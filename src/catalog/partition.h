/*
 * catalog/partition.h
 *		What became of the groups of a version.
 */
#ifndef MLOPS_CATALOG_PARTITION_H
#define MLOPS_CATALOG_PARTITION_H

#include "postgres.h"

#include "utils/jsonb.h"

/* A row of mlops.partition. */
typedef struct MlopsPartitionRow
{
	Jsonb	   *key;			/* column: value as text, or null */
	int64		rows;
	int64		train_rows;
	int64		judged_rows;
	const char *metric;			/* or NULL */
	double		value;			/* NaN is stored as NULL */
	double		global_value;
	bool		fallback;
	const char *reason;			/* or NULL */
	int			n_warnings;
	const char **warnings;
} MlopsPartitionRow;

/* Insert them in their order, which is their position. */
extern void mlops_partition_insert(const char *model, int version, const MlopsPartitionRow *rows, int n_rows);

#endif							/* MLOPS_CATALOG_PARTITION_H */
