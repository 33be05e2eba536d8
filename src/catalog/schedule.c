/*
 * catalog/schedule.c
 *		Rows of mlops.schedule, at most one for each model.
 *
 * Everything reads what is committed now: a scheduler must see what the
 * process before it wrote, not what its own statement began with.
 */
#include "postgres.h"

#include "catalog/schedule.h"
#include "catalog/write.h"

void
mlops_schedule_put(const MlopsSchedule *schedule)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.schedule (model, schedule, time_zone, run_as, arguments, "
						  "next_due, created_at, created_by) "
						  "VALUES ($1, $2, $3, $4, $5, $6, pg_catalog.clock_timestamp(), $7) "
						  "ON CONFLICT (model) DO UPDATE SET "
						  "schedule = excluded.schedule, time_zone = excluded.time_zone, "
						  "run_as = excluded.run_as, arguments = excluded.arguments, "
						  "next_due = excluded.next_due, created_at = excluded.created_at, "
						  "created_by = excluded.created_by");
	mlops_bind_text(&statement, schedule->model);
	mlops_bind_text(&statement, schedule->schedule);
	mlops_bind_text(&statement, schedule->time_zone);
	mlops_bind_text(&statement, schedule->run_as);
	mlops_bind_jsonb(&statement, schedule->arguments);
	mlops_bind_time(&statement, schedule->next_due);
	mlops_bind_text(&statement, mlops_current_role());
	(void) mlops_write(&statement);
}

bool
mlops_schedule_delete(const char *model)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement, "DELETE FROM mlops.schedule WHERE model = $1");
	mlops_bind_text(&statement, model);
	return mlops_write(&statement) > 0;
}

static void
read_row(const MlopsResult *result, int row, MlopsSchedule *schedule)
{
	schedule->model = mlops_cell_text(result, row, 1);
	schedule->schedule = mlops_cell_text(result, row, 2);
	schedule->time_zone = mlops_cell_text(result, row, 3);
	schedule->run_as = mlops_cell_text(result, row, 4);
	schedule->arguments = mlops_cell_jsonb(result, row, 5);
	schedule->next_due = mlops_cell_time(result, row, 6);
}

MlopsSchedule *
mlops_schedule_list_due(TimestampTz now, int *count)
{
	MlopsStatement statement;
	MlopsResult *result;
	MlopsSchedule *schedules;
	int			i;

	mlops_statement_begin(&statement,
						  "SELECT model, schedule, time_zone, run_as, arguments, next_due "
						  "FROM mlops.schedule WHERE next_due <= $1 ORDER BY next_due, model");
	mlops_bind_time(&statement, now);
	result = mlops_write_returning(&statement);
	*count = result->n_rows;
	schedules = palloc(sizeof(MlopsSchedule) * Max(result->n_rows, 1));
	for (i = 0; i < result->n_rows; i++)
		read_row(result, i, &schedules[i]);
	return schedules;
}

MlopsSchedule *
mlops_schedule_take(const char *model, TimestampTz now)
{
	MlopsStatement statement;
	MlopsResult *result;
	MlopsSchedule *schedule;

	mlops_statement_begin(&statement,
						  "SELECT model, schedule, time_zone, run_as, arguments, next_due "
						  "FROM mlops.schedule WHERE model = $1 AND next_due <= $2 "
						  "FOR UPDATE SKIP LOCKED");
	mlops_bind_text(&statement, model);
	mlops_bind_time(&statement, now);
	result = mlops_write_returning(&statement);
	if (result->n_rows == 0)
		return NULL;
	schedule = palloc(sizeof(MlopsSchedule));
	read_row(result, 0, schedule);
	return schedule;
}

void
mlops_schedule_advance(const char *model, TimestampTz next_due)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement, "UPDATE mlops.schedule SET next_due = $2 WHERE model = $1");
	mlops_bind_text(&statement, model);
	mlops_bind_time(&statement, next_due);
	(void) mlops_write(&statement);
}

TimestampTz
mlops_schedule_first_due(void)
{
	MlopsStatement statement;
	MlopsResult *result;

	mlops_statement_begin(&statement, "SELECT pg_catalog.min(next_due) FROM mlops.schedule");
	result = mlops_write_returning(&statement);
	return mlops_cell_is_null(result, 0, 1) ? DT_NOEND : mlops_cell_time(result, 0, 1);
}
