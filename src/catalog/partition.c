/*
 * catalog/partition.c
 *		What became of the groups of a version.
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "catalog/write.h"

void
mlops_partition_insert(const char *model, int version, const MlopsPartitionRow *rows, int n_rows)
{
	MlopsSection section;
	MlopsStatement statement;
	int			i;

	mlops_section_begin(&section);
	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.partition (model, version, position, key, rows, train_rows, "
						  "judged_rows, metric, value, global_value, fallback, reason, warnings) "
						  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
	for (i = 0; i < n_rows; i++)
	{
		const MlopsPartitionRow *row = &rows[i];

		mlops_bind_text(&statement, model);
		mlops_bind_int(&statement, version);
		mlops_bind_int(&statement, i + 1);
		mlops_bind_jsonb(&statement, row->key);
		mlops_bind_bigint(&statement, row->rows);
		mlops_bind_bigint(&statement, row->train_rows);
		mlops_bind_bigint(&statement, row->judged_rows);
		mlops_bind_text(&statement, row->metric);
		mlops_bind_number(&statement, row->value);
		mlops_bind_number(&statement, row->global_value);
		mlops_bind_boolean(&statement, row->fallback);
		mlops_bind_text(&statement, row->reason);
		mlops_bind_texts(&statement, row->warnings, row->n_warnings);
		(void) mlops_section_write(&statement);
	}
	mlops_statement_end(&statement);
	mlops_section_end(&section);
}
