/*
 * catalog/job.c
 *		Rows of mlops.job and mlops.job_run.
 *
 * The lock on a job is of the kind that advisory locks are: it outlives the
 * transactions of its process, also those that fail, and the server releases
 * it when the process is gone. Its last field keeps it apart from the keys of
 * users, which have 1 or 2 there.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lock.h"

#include "catalog/job.h"
#include "catalog/write.h"

#define JOB_LOCK_FIELD 0x6d6c

void
mlops_job_insert(const char *model, const char *run_as, Jsonb *arguments, TimestampTz due_at,
				 int max_attempts)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.job (kind, model, arguments, run_as, due_at, run_after, state, "
						  "attempts, max_attempts, created_at) "
						  "VALUES ('retrain', $1, $2, $3, $4, $4, 'queued', 0, $5, pg_catalog.clock_timestamp()) "
						  "ON CONFLICT (model) WHERE state IN ('queued', 'running') DO NOTHING");
	mlops_bind_text(&statement, model);
	mlops_bind_jsonb(&statement, arguments);
	mlops_bind_text(&statement, run_as);
	mlops_bind_time(&statement, due_at);
	mlops_bind_int(&statement, max_attempts);
	(void) mlops_write(&statement);
}

void
mlops_job_cancel_queued(const char *model)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "UPDATE mlops.job SET state = 'cancelled' WHERE model = $1 AND state = 'queued'");
	mlops_bind_text(&statement, model);
	(void) mlops_write(&statement);
}

static MlopsJob *
read_rows(const MlopsResult *result, int *count)
{
	MlopsJob   *jobs = palloc(sizeof(MlopsJob) * Max(result->n_rows, 1));
	int			i;

	*count = result->n_rows;
	for (i = 0; i < result->n_rows; i++)
	{
		jobs[i].id = mlops_cell_bigint(result, i, 1);
		jobs[i].run = mlops_cell_bigint(result, i, 2);
		jobs[i].model = mlops_cell_text(result, i, 3);
		jobs[i].owner = mlops_cell_text(result, i, 4);
		jobs[i].run_as = mlops_cell_text(result, i, 5);
		jobs[i].arguments = mlops_cell_jsonb(result, i, 6);
		jobs[i].attempts = mlops_cell_int(result, i, 7);
		jobs[i].max_attempts = mlops_cell_int(result, i, 8);
	}
	return jobs;
}

MlopsJob *
mlops_job_list_ready(TimestampTz now, int limit, int *count)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "SELECT j.id, 0::pg_catalog.int8, j.model, m.owner, j.run_as, j.arguments, "
						  "j.attempts, j.max_attempts "
						  "FROM mlops.job AS j LEFT JOIN mlops.model AS m ON m.name = j.model "
						  "WHERE j.state = 'queued' AND j.run_after <= $1 "
						  "ORDER BY j.run_after, j.id LIMIT $2");
	mlops_bind_time(&statement, now);
	if (limit > 0)
		mlops_bind_bigint(&statement, limit);
	else
		mlops_bind_null(&statement, INT8OID);
	return read_rows(mlops_write_returning(&statement), count);
}

MlopsJob *
mlops_job_list_running(int *count)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "SELECT j.id, r.id, j.model, NULL::pg_catalog.text, j.run_as, j.arguments, "
						  "j.attempts, j.max_attempts "
						  "FROM mlops.job AS j "
						  "LEFT JOIN mlops.job_run AS r ON r.job = j.id AND r.outcome = 'running' "
						  "WHERE j.state = 'running' ORDER BY j.id");
	return read_rows(mlops_write_returning(&statement), count);
}

TimestampTz
mlops_job_first_after(TimestampTz now)
{
	MlopsStatement statement;
	MlopsResult *result;

	mlops_statement_begin(&statement,
						  "SELECT pg_catalog.min(run_after) FROM mlops.job "
						  "WHERE state = 'queued' AND run_after > $1");
	mlops_bind_time(&statement, now);
	result = mlops_write_returning(&statement);
	return mlops_cell_is_null(result, 0, 1) ? DT_NOEND : mlops_cell_time(result, 0, 1);
}

MlopsJob *
mlops_job_claim(int64 id, const char *run_as)
{
	MlopsStatement statement;
	MlopsResult *result;
	MlopsJob   *job;
	int			count;

	mlops_statement_begin(&statement,
						  "UPDATE mlops.job SET state = 'running', attempts = attempts + 1 "
						  "WHERE id = (SELECT j.id FROM mlops.job AS j "
						  "WHERE j.id = $1 AND j.run_as = $2 AND j.state = 'queued' FOR UPDATE SKIP LOCKED) "
						  "RETURNING id, 0::pg_catalog.int8, model, NULL::pg_catalog.text, run_as, arguments, "
						  "attempts, max_attempts");
	mlops_bind_bigint(&statement, id);
	mlops_bind_text(&statement, run_as);
	job = read_rows(mlops_write_returning(&statement), &count);
	if (count == 0)
		return NULL;

	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.job_run (job, attempt, pid, started_at, outcome) "
						  "VALUES ($1, $2, $3, pg_catalog.clock_timestamp(), 'running') RETURNING id");
	mlops_bind_bigint(&statement, id);
	mlops_bind_int(&statement, job->attempts);
	mlops_bind_int(&statement, MyProcPid);
	result = mlops_write_returning(&statement);
	job->run = mlops_cell_bigint(result, 0, 1);
	return job;
}

void
mlops_job_succeed(const MlopsJob *job, int version, const char *decision)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "UPDATE mlops.job_run SET outcome = 'succeeded', version = $2, decision = $3, "
						  "finished_at = pg_catalog.clock_timestamp() WHERE id = $1");
	mlops_bind_bigint(&statement, job->run);
	mlops_bind_int(&statement, version);
	mlops_bind_text(&statement, decision);
	(void) mlops_write(&statement);

	mlops_statement_begin(&statement, "UPDATE mlops.job SET state = 'succeeded' WHERE id = $1");
	mlops_bind_bigint(&statement, job->id);
	(void) mlops_write(&statement);
}

/* An attempt that has begun: its row gets its end. */
static void
close_run(const MlopsJob *job, const MlopsFailure *failure)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "UPDATE mlops.job_run SET outcome = $2, sqlstate = $3, error = $4, "
						  "finished_at = pg_catalog.clock_timestamp() WHERE id = $1");
	mlops_bind_bigint(&statement, job->run);
	mlops_bind_text(&statement, failure->outcome);
	mlops_bind_text(&statement, failure->sqlstate);
	mlops_bind_text(&statement, failure->error);
	(void) mlops_write(&statement);
}

/* One that never did gets a row that begins and ends now. */
static void
insert_failed_run(const MlopsJob *job, const MlopsFailure *failure)
{
	MlopsStatement statement;

	mlops_statement_begin(&statement,
						  "INSERT INTO mlops.job_run (job, attempt, started_at, finished_at, outcome, "
						  "sqlstate, error) SELECT $1, $2, t, t, $3, $4, $5 "
						  "FROM pg_catalog.clock_timestamp() AS t");
	mlops_bind_bigint(&statement, job->id);
	mlops_bind_int(&statement, job->attempts + 1);
	mlops_bind_text(&statement, failure->outcome);
	mlops_bind_text(&statement, failure->sqlstate);
	mlops_bind_text(&statement, failure->error);
	(void) mlops_write(&statement);
}

void
mlops_job_fail(const MlopsJob *job, const MlopsFailure *failure, TimestampTz retry_at)
{
	MlopsStatement statement;
	bool		retry = !TIMESTAMP_IS_NOEND(retry_at);
	bool		began = job->run != 0;

	mlops_statement_begin(&statement,
						  "UPDATE mlops.job SET state = $2, attempts = $3, "
						  "run_after = CASE WHEN $4 THEN $5 ELSE run_after END "
						  "WHERE id = $1 AND state = $6 AND attempts = $7");
	mlops_bind_bigint(&statement, job->id);
	mlops_bind_text(&statement, retry ? "queued" : "failed");
	mlops_bind_int(&statement, job->attempts + (began ? 0 : 1));
	mlops_bind_boolean(&statement, retry);
	mlops_bind_time(&statement, retry_at);
	mlops_bind_text(&statement, began ? "running" : "queued");
	mlops_bind_int(&statement, job->attempts);
	if (mlops_write(&statement) == 0)
		return;
	if (began)
		close_run(job, failure);
	else
		insert_failed_run(job, failure);
}

static void
lock_tag(int64 id, LOCKTAG *tag)
{
	SET_LOCKTAG_ADVISORY(*tag, MyDatabaseId, (uint32) ((uint64) id >> 32), (uint32) id, JOB_LOCK_FIELD);
}

bool
mlops_job_lock(int64 id)
{
	LOCKTAG		tag;

	lock_tag(id, &tag);
	return LockAcquire(&tag, ExclusiveLock, true, true) != LOCKACQUIRE_NOT_AVAIL;
}

void
mlops_job_unlock(int64 id)
{
	LOCKTAG		tag;

	lock_tag(id, &tag);
	LockRelease(&tag, ExclusiveLock, true);
}
