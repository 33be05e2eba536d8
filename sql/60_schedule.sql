-- Retraining on a schedule.

CREATE FUNCTION mlops_schedule(
	model text,
	schedule text,
	deploy text DEFAULT 'if_better',
	params jsonb DEFAULT '{}',
	run_as text DEFAULT NULL)
RETURNS timestamptz
AS 'MODULE_PATHNAME', 'mlops_sql_schedule'
LANGUAGE c VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION mlops_schedule(text, text, text, jsonb, text) IS
'Train a model again on a schedule, as mlops_retrain(model, params => .., deploy => ..) does; replaces the schedule it has. Returns when it is due first.
schedule: an interval of at least a second (''1 day''), or five cron fields in the session''s time zone (''0 3 * * *''). run_as: the role that the job connects as, the current role if left out; it must be able to log in.
Errors: 22023 bad schedule, deploy or params; 42501 no right on the model or role; 55000 a role that may not log in, a model without versions; 0A000 a model trained from a temporary table.';

CREATE FUNCTION mlops_unschedule(model text)
RETURNS bool
AS 'MODULE_PATHNAME', 'mlops_sql_unschedule'
LANGUAGE c VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION mlops_unschedule(text) IS
'End the schedule of a model and cancel its queued job; a job that runs already goes on. False when there is no schedule. Errors: 42704 unknown model, 42501 no right.';

CREATE FUNCTION mlops_next_due(schedule text, after timestamptz DEFAULT pg_catalog.now())
RETURNS timestamptz
AS 'MODULE_PATHNAME', 'mlops_sql_next_due'
LANGUAGE c STABLE PARALLEL SAFE;
COMMENT ON FUNCTION mlops_next_due(text, timestamptz) IS
'When a schedule would be due after a time, on the clock of the session''s time zone; to try one out before mlops_schedule(). Error 22023 for a bad schedule.';

CREATE FUNCTION mlops_run_due(
	OUT job bigint,
	OUT model text,
	OUT outcome text,
	OUT version int,
	OUT decision text,
	OUT error text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_run_due'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 10;
COMMENT ON FUNCTION mlops_run_due() IS
'Run, in this session and transaction, the due jobs of all roles whose rights the caller has, each with the rights of its role; for servers that do not preload mlops. One row for each job; a job that fails is recorded, not raised.';
