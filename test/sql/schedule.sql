-- mlops_schedule(), mlops_unschedule(), mlops_next_due(), mlops_run_due().
\set VERBOSITY default
SET timezone = 'UTC';
CREATE TABLE schedule_points AS
	SELECT i AS id, i::float8 AS x, 2 * i + sin(i) AS y FROM generate_series(1, 600) AS i;
SELECT version FROM mlops_train('schedule', 'schedule_points', target => 'y', algorithm => 'linear', key => 'id');

-- When a schedule is due: intervals.
SELECT mlops_next_due('90 seconds', '2026-01-31 12:00');
SELECT mlops_next_due('1 month', '2026-01-31 12:00');
SELECT mlops_next_due('P1DT12H', '2026-01-31 12:00');
SELECT mlops_next_due(' 1 day 2 hours 3', '2026-01-31 12:00');

-- Cron, on the clock of the session.
SELECT mlops_next_due('0 3 * * *', '2026-01-31 12:00');
SET timezone = 'Asia/Kolkata';
SELECT mlops_next_due('0 3 * * MON-FRI', '2026-01-31 12:00');
-- The clock is put forward from 2 to 3: what falls between is due at 3, once.
SET timezone = 'America/New_York';
SELECT mlops_next_due('30 2 * * *', '2026-03-08 01:00');
SELECT mlops_next_due('30 2 * * *', '2026-03-08 03:00');
SELECT mlops_next_due('*/20 * * * *', '2026-03-08 01:40');
SELECT mlops_next_due('*/20 * * * *', '2026-03-08 03:00');
SELECT mlops_next_due('1 day', '2026-03-07 12:00');
SELECT mlops_next_due('24 hours', '2026-03-07 12:00');
-- It is put back from 2 to 1: the hour that comes twice counts the first time.
SELECT mlops_next_due('30 1 * * *', '2026-11-01 00:00');
SELECT mlops_next_due('30 1 * * *', '2026-11-01 01:30-04');
SELECT mlops_next_due('*/20 * * * *', '2026-11-01 01:40-04');
SELECT mlops_next_due('*/20 * * * *', '2026-11-01 01:10-05');
SET timezone = 'Australia/Lord_Howe';
SELECT mlops_next_due('*/20 * * * *', '2026-10-04 01:40+10:30');
SET timezone = 'Pacific/Apia';
SELECT mlops_next_due('0 12 * * *', '2026-06-01 12:00');
SET timezone = 'Etc/GMT+12';
SELECT mlops_next_due('0 12 * * *', '2026-06-01 12:00');
SET timezone = '<+02>-02';
SELECT mlops_next_due('0 12 * * *', '2026-06-01 12:00');
SET timezone = 'UTC';
SELECT mlops_next_due('1 day', NULL);

-- What is no schedule.
SELECT mlops_next_due('1 day', 'infinity');
SELECT mlops_next_due('0 0 29 2 *', '294276-12-31 UTC');
SELECT mlops_next_due('1 hour', '294276-12-31 23:30 UTC');
SELECT mlops_next_due('2562047787 hours', '294276-12-31 UTC');
SELECT mlops_next_due('2562047787 hours', '2026-01-01 UTC');
SELECT mlops_next_due('');
SELECT mlops_next_due('daily');
SELECT mlops_next_due('0 3 * *');
SELECT mlops_next_due('0 25 * * *');
SELECT mlops_next_due('0 0 30 2 *');
SELECT mlops_next_due('999 milliseconds');
SELECT mlops_next_due('1 month -1 day');
SELECT mlops_next_due('0');
SELECT mlops_next_due('infinity');
SELECT mlops_next_due(NULL);

-- What cannot be scheduled.
SELECT mlops_schedule('no such model', '1 day');
SELECT mlops_schedule(NULL, '1 day');
SELECT mlops_schedule('schedule', NULL);
SELECT mlops_schedule('schedule', 'often');
SELECT mlops_schedule('schedule', '1 day', deploy => 'perhaps');
SELECT mlops_schedule('schedule', '1 day', deploy => '{"metric": "roc_auc"}');
SELECT mlops_schedule('schedule', '1 day', params => '{"depth": 3}');
SELECT mlops_schedule('schedule', '1 day', params => '[]');
SELECT mlops_schedule('schedule', '1 day', run_as => 'no such role');
CREATE TEMP TABLE schedule_temporary AS SELECT * FROM schedule_points;
SELECT version FROM mlops_train('temporary', 'schedule_temporary', target => 'y', algorithm => 'linear', key => 'id');
SELECT mlops_schedule('temporary', '1 day');

-- Rights.
CREATE ROLE schedule_owner NOLOGIN;
CREATE ROLE schedule_member LOGIN IN ROLE schedule_owner;
CREATE ROLE schedule_other LOGIN;
GRANT SELECT ON schedule_points TO schedule_owner, schedule_other;
SET ROLE schedule_owner;
SELECT version FROM mlops_train('theirs', 'schedule_points', target => 'y', algorithm => 'linear', key => 'id');
SELECT mlops_schedule('theirs', '1 day');
SELECT mlops_schedule('theirs', '1 day', run_as => 'schedule_other');
SELECT mlops_schedule('schedule', '1 day');
RESET ROLE;
SELECT mlops_schedule('theirs', '1 day');
SELECT mlops_schedule('theirs', '1 day', run_as => 'schedule_other');
SELECT mlops_schedule('theirs', '1 day', run_as => 'schedule_member') > now() AS scheduled;
SET ROLE schedule_member;
SELECT mlops_schedule('theirs', '0 3 1 1 *') > now() AS scheduled;
SELECT model, schedule, time_zone, run_as, deploy, params, created_by FROM mlops.schedules;
SET ROLE schedule_other;
SELECT count(*) FROM mlops.schedules;
SELECT mlops_unschedule('theirs');
SELECT * FROM mlops_run_due();
RESET ROLE;
SELECT mlops_unschedule('theirs'), mlops_unschedule('theirs');
SELECT action, detail - 'arguments' AS detail FROM mlops.audit WHERE model = 'theirs' AND action LIKE '%schedule' ORDER BY id;

-- Running in the session. In one transaction, since the scheduler is quicker.
BEGIN;
SELECT mlops_schedule('schedule', '1 hour', deploy => 'always', params => '{"l2": 0.5}') > now() AS scheduled;
UPDATE mlops.schedule SET next_due = now() - interval '2.5 hours' WHERE model = 'schedule';
SELECT model, outcome, version, decision, error FROM mlops_run_due();
SELECT model, outcome, version, decision, error FROM mlops_run_due();
SELECT next_due = now() + interval '0.5 hours' AS next_due FROM mlops.schedules WHERE model = 'schedule';
SELECT model, kind, run_as = current_user AS run_as, state, attempts, max_attempts, arguments FROM mlops.jobs WHERE model = 'schedule';
SELECT model, attempt, outcome, version, decision, finished_at > started_at AS took_time FROM mlops.job_runs WHERE model = 'schedule';
SELECT params->>'l2' AS l2, aliases FROM mlops.versions WHERE model = 'schedule' ORDER BY version DESC LIMIT 1;
-- A failure is recorded and undone.
ALTER TABLE schedule_points RENAME TO schedule_gone;
UPDATE mlops.schedule SET next_due = now() WHERE model = 'schedule';
SELECT model, outcome, version, error FROM mlops_run_due();
SELECT outcome, sqlstate, version FROM mlops.job_runs ORDER BY id DESC LIMIT 1;
SELECT state, attempts FROM mlops.jobs ORDER BY id DESC LIMIT 1;
SELECT max(version) FROM mlops.versions WHERE model = 'schedule';
-- A schedule that is none, as a dump may bring it, stops being due.
UPDATE mlops.schedule SET next_due = now(), schedule = 'nonsense' WHERE model = 'schedule';
SELECT count(*) FROM mlops_run_due();
SELECT next_due FROM mlops.schedules WHERE model = 'schedule';
UPDATE mlops.schedule SET next_due = now(), schedule = '1 day', time_zone = 'Nowhere' WHERE model = 'schedule';
SELECT count(*) FROM mlops_run_due();
ROLLBACK;

-- A new schedule cancels what the old one has queued; so does the end of it.
BEGIN;
SELECT mlops_schedule('schedule', '1 hour') > now() AS scheduled;
INSERT INTO mlops.job (kind, model, arguments, run_as, due_at, run_after, state, attempts, max_attempts, created_at)
	VALUES ('retrain', 'schedule', '{}', current_user, now(), now(), 'queued', 0, 3, now());
SELECT mlops_schedule('schedule', '2 hours') > now() AS scheduled;
SELECT state FROM mlops.jobs WHERE model = 'schedule';
SELECT mlops_unschedule('schedule');
SELECT count(*) FROM mlops_run_due();
ROLLBACK;
BEGIN READ ONLY;
SELECT mlops_schedule('schedule', '1 day');
ROLLBACK;
BEGIN READ ONLY;
SELECT * FROM mlops_run_due();
ROLLBACK;

SELECT mlops_drop_model(name) FROM mlops.models WHERE name IN ('schedule', 'temporary', 'theirs');
DROP TABLE schedule_points, schedule_temporary;
DROP ROLE schedule_owner, schedule_member, schedule_other;
