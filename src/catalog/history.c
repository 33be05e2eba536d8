/*
 * catalog/history.c
 *		What happened: runs and their losses, measured drift, who did what.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "catalog/version.h"
#include "catalog/write.h"

void
mlops_run_insert(const char *model, int version, const MlopsRunRow *run)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.run (model, version, kind, started_at, finished_at, timings, "
						  "iterations, train_loss, seed, reason, deployed, decision, created_by, "
						  "iterations_made, trees) "
						  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)");
	mlops_bind_text(&statement, model);
	mlops_bind_int(&statement, version);
	mlops_bind_text(&statement, run->kind);
	mlops_bind_time(&statement, run->started_at);
	mlops_bind_time(&statement, run->finished_at);
	mlops_bind_jsonb(&statement, run->timings);
	mlops_bind_int(&statement, run->iterations);
	mlops_bind_number(&statement, run->train_loss);
	mlops_bind_bigint(&statement, run->seed);
	mlops_bind_text(&statement, run->reason);
	mlops_bind_boolean(&statement, run->deployed);
	mlops_bind_text(&statement, run->decision);
	mlops_bind_text(&statement, mlops_current_role());
	mlops_bind_int(&statement, run->iterations_made);
	if (run->trees > 0)
		mlops_bind_int(&statement, run->trees);
	else
		mlops_bind_null(&statement, INT4OID);
	(void) mlops_write(&statement);
}

void
mlops_curve_insert(const char *model, int version, const MlopsCurveRow *curve)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.curve (model, version, first, best, train_loss, "
						  "validation_loss) VALUES ($1, $2, $3, $4, $5, $6)");
	mlops_bind_text(&statement, model);
	mlops_bind_int(&statement, version);
	mlops_bind_int(&statement, curve->first);
	mlops_bind_int(&statement, curve->best);
	mlops_bind_numbers(&statement, curve->train_loss, curve->n_losses);
	if (curve->validation_loss != NULL)
		mlops_bind_numbers(&statement, curve->validation_loss, curve->n_losses);
	else
		mlops_bind_null(&statement, FLOAT8ARRAYOID);
	(void) mlops_write(&statement);
}

void
mlops_audit(const char *action, const char *model, int version, const char *alias, Jsonb *detail)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.audit_log (at, role, session_role, action, model, version, "
						  "alias, detail) VALUES (pg_catalog.clock_timestamp(), $1, $2, $3, $4, $5, $6, "
						  "COALESCE($7, '{}'))");
	mlops_bind_text(&statement, mlops_current_role());
	mlops_bind_text(&statement, GetUserNameFromId(GetSessionUserId(), false));
	mlops_bind_text(&statement, action);
	mlops_bind_text(&statement, model);
	if (version > 0)
		mlops_bind_int(&statement, version);
	else
		mlops_bind_null(&statement, INT4OID);
	mlops_bind_text(&statement, alias);
	mlops_bind_jsonb(&statement, detail);
	(void) mlops_write(&statement);
}

static void
bind_drift(MlopsStatement *statement, const MlopsDriftRow *row)
{
	mlops_bind_text(statement, row->feature);
	mlops_bind_text(statement, row->kind);
	mlops_bind_text(statement, row->measure);
	mlops_bind_number(statement, row->value);
	mlops_bind_number(statement, row->threshold);
	mlops_bind_number(statement, row->p_value);
	mlops_bind_bigint(statement, row->n_reference);
	mlops_bind_bigint(statement, row->n_current);
	if (row->drifted >= 0)
		mlops_bind_boolean(statement, row->drifted != 0);
	else
		mlops_bind_null(statement, BOOLOID);
	mlops_bind_text(statement, row->reason);
}

/* All rows of one measurement carry the same time. */
void
mlops_drift_insert(const char *model, int version, const char *source,
				   const MlopsDriftRow *rows, int n_rows)
{
	TimestampTz measured_at = GetCurrentTimestamp();
	MlopsSection section;
	MlopsStatement statement;
	int			i;

	mlops_section_begin(&section);
	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.drift_result (model, version, measured_at, source, feature, "
						  "kind, measure, value, threshold, p_value, n_reference, n_current, drifted, "
						  "reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)");
	for (i = 0; i < n_rows; i++)
	{
		mlops_bind_text(&statement, model);
		mlops_bind_int(&statement, version);
		mlops_bind_time(&statement, measured_at);
		mlops_bind_text(&statement, source);
		bind_drift(&statement, &rows[i]);
		(void) mlops_section_write(&statement);
	}
	mlops_statement_end(&statement);
	mlops_section_end(&section);
}
