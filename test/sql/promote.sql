-- Which version is the champion: if_better with its paired comparison, aliases,
-- rollback, and the record of it all.
CREATE SCHEMA promote_test;
SET search_path = promote_test, public;

-- Numbers in what is said, cut to what does not depend on last digits
CREATE FUNCTION shape(said text) RETURNS text LANGUAGE sql AS $$
SELECT regexp_replace(said, '\m\d+\.\d+(e[-+]?\d+)?\M', '#', 'g') $$;
-- An error with all that it says.
CREATE FUNCTION refused(statement text) RETURNS TABLE (said text) LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN QUERY VALUES ('not refused');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN QUERY SELECT line FROM (VALUES (SQLSTATE || ': ' || message), ('DETAIL: ' || nullif(detail, '')), ('HINT: ' || nullif(hint, ''))) AS lines (line)
		WHERE line IS NOT NULL;
END $$;

CREATE VIEW aliases AS SELECT alias, version, history FROM mlops.alias WHERE model = 'promote';

CREATE TABLE shop AS SELECT i AS id, (i * 7919) % 101 / 10.0::float8 AS a, (i * 104729) % 97 / 10.0::float8 AS b,
	(i * 7919) % 101 / 10.0 + sin(i)::float8 + (i * 104729) % 97 / 10.0 AS y FROM generate_series(1, 2000) AS i;
ALTER TABLE shop ADD PRIMARY KEY (id);

-- The first version is deployed
SELECT version, deployed, warnings FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['a']);
-- A better one takes its place
SELECT version, deployed, warnings FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['a', 'b']);
-- A worse one does not, and the warning says why: both metrics, difference, standard error, rows
SELECT version, deployed, shape(warnings[1]) AS warning, cardinality(warnings) FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['b']);
-- The same again is not worse
SELECT version, deployed, warnings FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['a', 'b']);
SELECT version, deployed, shape(decision) AS decision FROM mlops.runs WHERE model = 'promote' ORDER BY version;
-- The words agree with a comparison made by hand
WITH judged AS (
	SELECT s.id, (s.y - mlops_predict('promote@2', s)) ^ 2 AS champion, (s.y - mlops_predict('promote@3', s)) ^ 2 AS newer
	FROM shop AS s
), said AS (
	SELECT (regexp_match(decision, 'rmse ([0-9.e+-]+) against'))[1]::float8 AS rmse, (regexp_match(decision, 'against ([0-9.e+-]+) of'))[1]::float8 AS champion_rmse,
		(regexp_match(decision, '(?:lower|higher) by ([0-9.e+-]+),'))[1]::float8 AS gain, (regexp_match(decision, 'standard error ([0-9.e+-]+)'))[1]::float8 AS error,
		(regexp_match(decision, 'on (\d+) common rows'))[1]::int AS rows
	FROM mlops.runs WHERE model = 'promote' AND version = 3
)
SELECT said.rows = v.holdout_rows AS all_held_out_rows, abs(said.rmse - v.value) < 1e-4 * v.value AS stored_rmse,
	abs(said.champion_rmse - c.value) < 1e-4 * c.value AS stored_champion_rmse,
	abs(said.gain - abs(said.champion_rmse ^ 2 - said.rmse ^ 2)) < 1e-3 * said.gain AS gain_is_the_difference,
	-- the error over all rows, scaled to the held-out ones
	said.error BETWEEN 0.8 * e.error AND 1.25 * e.error AS error_as_expected
FROM said, mlops.versions AS v, mlops.versions AS c, LATERAL (SELECT stddev_samp(champion - newer) / sqrt(said.rows) AS error FROM judged) AS e
WHERE v.model = 'promote' AND v.version = 3 AND c.model = 'promote' AND c.version = 2;

-- min_gain raises the bar; another metric may be named
SELECT version, deployed FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['a', 'b'], deploy => '{"min_gain": 0.5}');
SELECT version, deployed FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['a', 'b'], deploy => '{"metric": "mae"}');
SELECT version, deployed, shape(warnings[1]) AS warning FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['b'], deploy => '{"metric": "mae", "min_gain": 0}');
SELECT version, shape(decision) AS decision FROM mlops.runs WHERE model = 'promote' AND version > 4 ORDER BY version;
-- always and never
SELECT version, deployed, warnings FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['b'], deploy => 'always');
SELECT version, deployed, warnings FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['a'], deploy => 'never');
SELECT * FROM aliases;
-- Another seed: only rows that the champion did not learn from count
SELECT version, deployed, substring(warnings[1] FROM 'only \d+ held-out rows are new to version \d, at least 100 are needed') FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['a', 'b'], seed => 1);
SELECT version FROM mlops_train('promote', 'shop', target => 'y', algorithm => 'linear', features => ARRAY['a', 'b'], seed => 1, split => '{"holdout": 0.5}') \gset
SELECT version, deployed, (regexp_match(decision, 'on (\d+) common rows'))[1]::int BETWEEN 100 AND 300 AS some_rows FROM mlops.runs WHERE model = 'promote' AND version = :version;
SELECT * FROM aliases;

-- Deployment by hand, other aliases, rollback twice
SELECT mlops_deploy('promote@2', reason => 'it was good');
SELECT mlops_deploy('promote@1', 'challenger');
SELECT mlops_deploy('promote@challenger', 'canary', 'to see');
SELECT mlops_deploy('promote', 'challenger');
SELECT mlops_deploy('promote', 'challenger');
SELECT * FROM aliases ORDER BY alias;
SELECT version, aliases FROM mlops.versions WHERE model = 'promote' AND aliases <> '{}' ORDER BY version;
SELECT mlops_rollback('promote', reason => 'complaints from sales');
SELECT mlops_rollback('promote');
SELECT * FROM aliases ORDER BY alias;
SELECT mlops_rollback('promote'), mlops_rollback('promote'), mlops_rollback('promote');
SELECT * FROM aliases ORDER BY alias;
-- what is refused
SELECT * FROM refused($$SELECT mlops_rollback('promote')$$);
SELECT * FROM refused($$SELECT mlops_deploy('promote@99')$$);
SELECT * FROM refused($$SELECT mlops_deploy('promote@nobody')$$);
SELECT * FROM refused($$SELECT mlops_deploy('promote@1', '7')$$);
SELECT * FROM refused($$SELECT mlops_deploy('promote@1', '')$$);
SELECT * FROM refused($$SELECT mlops_deploy('promote@1', 'a@b')$$);
SELECT * FROM refused($$SELECT mlops_deploy('promote@1', NULL)$$);
SELECT * FROM refused($$SELECT mlops_deploy(NULL)$$);
SELECT * FROM refused($$SELECT mlops_deploy('promote@')$$);
SELECT * FROM refused($$SELECT mlops_deploy('promote@1@2')$$);
SELECT * FROM refused($$SELECT mlops_deploy('promoet@1')$$);
SELECT * FROM refused($$SELECT mlops_rollback('nothing')$$);
SELECT * FROM refused($$SELECT mlops_drop_model('nothing')$$);
SELECT * FROM refused($$SELECT mlops_train('promote', 'shop', target => 'y', deploy => 'maybe')$$);
SELECT * FROM refused($$SELECT mlops_train('promote', 'shop', target => 'y', deploy => '{"metric": "auc"}')$$);
SELECT * FROM refused($$SELECT mlops_train('promote', 'shop', target => 'y', deploy => '{"metric": "log_loss"}')$$);
SELECT * FROM refused($$SELECT mlops_train('promote', 'shop', target => 'y', deploy => '{"min_gian": 1}')$$);
SELECT * FROM refused($$SELECT mlops_train('promote', 'shop', target => 'y', deploy => '{"min_gain": -1}')$$);
SELECT * FROM refused($$SELECT mlops_train('promote', 'shop', target => 'y', deploy => '{"min_gain": ')$$);
SELECT mlops_deploy('promote@4');
SELECT * FROM aliases ORDER BY alias;
-- Deployment belongs to the transaction
BEGIN;
SELECT mlops_deploy('promote@1');
SELECT mlops_predict('promote', s) = mlops_predict('promote@1', s) AS first FROM shop AS s WHERE id = 1;
SAVEPOINT s;
SELECT mlops_rollback('promote');
SELECT mlops_predict('promote', s) = mlops_predict('promote@4', s) AS fourth FROM shop AS s WHERE id = 1;
ROLLBACK TO s;
SELECT mlops_predict('promote', s) = mlops_predict('promote@1', s) AS first FROM shop AS s WHERE id = 1;
ROLLBACK;
SELECT version FROM aliases WHERE alias = 'champion';

-- The record: every move with its reason; every change
SELECT action, alias, previous, version, shape(reason) AS reason, role = current_user AS mine FROM mlops.deployments WHERE model = 'promote' ORDER BY id;
SELECT action, count(*) FROM mlops.audit WHERE model = 'promote' GROUP BY action ORDER BY action;
SELECT detail - 'decision', detail ->> 'decision' = r.decision AS decision FROM mlops.audit AS a JOIN mlops.runs AS r USING (model, version)
WHERE model = 'promote' AND action = 'train' AND version = 2;

-- retrain: as the champion was trained, its reason in the record, drift measured
INSERT INTO shop SELECT i, (i * 7919) % 101 / 10.0::float8, (i * 104729) % 97 / 10.0::float8,
	(i * 7919) % 101 / 10.0 + sin(i)::float8 + (i * 104729) % 97 / 10.0 FROM generate_series(2001, 3000) AS i;
SELECT version, rows, algorithm, deployed FROM mlops_retrain('promote', reason => 'new rows');
SELECT kind, reason, split_part(decision, ':', 1) AS decision FROM mlops.runs WHERE model = 'promote' AND kind = 'retrain';
SELECT DISTINCT version, feature, drifted FROM mlops.drift_results WHERE model = 'promote' ORDER BY feature;
SELECT name FROM mlops.features WHERE model = 'promote' AND version = 12 AND role = 'feature' ORDER BY 1;
SELECT version FROM mlops_retrain('promote', params => '{"l2": 5}', deploy => 'always') \gset
SELECT version, params FROM mlops.versions WHERE model = 'promote' AND version = :version;
-- under another name it replaces the same parameter
SELECT version FROM mlops_retrain('promote', params => '{"ridge": 7}', deploy => 'never') \gset
SELECT version, params FROM mlops.versions WHERE model = 'promote' AND version = :version;
SELECT version FROM mlops_retrain('promote', deploy => 'never') \gset
SELECT version, params FROM mlops.versions WHERE model = 'promote' AND version = :version;
SELECT mlops_deploy('promote@4');
SELECT mlops_retrain('promote', params => '{"ridge": 5, "trees": 3}');
SELECT mlops_retrain('nothing');
SELECT mlops_drop_model('promote');
SELECT (SELECT count(*) FROM mlops.drift_results WHERE model = 'promote') AS drift, (SELECT count(*) FROM mlops.audit WHERE model = 'promote' AND action = 'drop') AS dropped;

-- What cannot be compared keeps the champion, with the reason
CREATE TABLE two AS SELECT i AS id, i % 13 AS x, i % 7 AS z, (i * 7919) % 101 < 30 + i % 13 AS yes, CASE WHEN (i * 7919) % 101 < 30 + i % 13 THEN 'yes' ELSE 'no' END AS word,
	(i * 7919) % 89 < 40 AS other, timestamptz '2026-01-01 00:00:00+00' + i * interval '1 hour' AS at FROM generate_series(1, 1500) AS i;
ALTER TABLE two ADD PRIMARY KEY (id);
SELECT version, deployed FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic');
-- another target, another class set, another positive class
SELECT warnings[cardinality(warnings)] AS warning FROM mlops_train('promote', 'two', target => 'other', features => ARRAY['x', 'z'], algorithm => 'logistic');
SELECT warnings[1] FROM mlops_train('promote', 'SELECT id, x, z, word AS yes FROM two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', key => 'id');
SELECT warnings[1] FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', positive => 'false');
-- a source without what the champion needs
SELECT warnings[1] FROM mlops_train('promote', 'SELECT id, x, yes FROM two', target => 'yes', features => ARRAY['x'], algorithm => 'logistic', key => 'id');
SELECT warnings[1] FROM mlops_train('promote', 'SELECT id, x, z::text, yes FROM two', target => 'yes', features => ARRAY['x'], algorithm => 'logistic', key => 'id');
-- fewer than 100 common rows
SELECT warnings[1] FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', split => '{"holdout": 0.06}');
SELECT warnings[cardinality(warnings)] AS warning FROM mlops_train('promote', 'SELECT * FROM two WHERE id < 500', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', key => 'id');
SELECT warnings FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', split => '{"method": "none"}');
-- the metric must have a loss of each row
SELECT version FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', deploy => '{"metric": "accuracy"}') \gset
SELECT version, deployed, shape(decision) AS decision FROM mlops.runs WHERE model = 'promote' AND version = :version;
SELECT version FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', deploy => '{"metric": "brier"}') \gset
SELECT version, deployed, shape(decision) AS decision FROM mlops.runs WHERE model = 'promote' AND version = :version;
SELECT version FROM mlops_train('promote', 'two', target => 'yes', deploy => '{"metric": "roc_auc"}');
SELECT mlops_drop_model('promote');
-- a champion that learnt from all rows is compared on all that are held out: it may have seen them, so only what wins all the same is promoted
SELECT version, deployed FROM mlops_train('promote', 'SELECT * FROM two WHERE id < 300', target => 'yes', features => ARRAY['x', 'z'], key => 'id');
SELECT version FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', key => 'id') \gset
SELECT version, deployed, shape(decision) AS decision FROM mlops.runs WHERE model = 'promote' AND version = :version;
SELECT mlops_deploy('promote@1');
SELECT version, deployed, shape(warnings[cardinality(warnings)]) AS warning FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x'], algorithm => 'gbt', params => '{"learning_rate": 1, "min_rows": 1, "l2": 0}', key => 'id');
SELECT version, deployed, warnings[cardinality(warnings)] AS warning FROM mlops_train('promote', 'SELECT * FROM two WHERE id < 400', target => 'yes', features => ARRAY['x', 'z'], key => 'id');
SELECT version, deployed, substring(warnings[cardinality(warnings)] FROM 'only \d+ held-out rows, at least 100 are needed') FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], key => 'id', split => '{"holdout": 0.05}');
SELECT mlops_deploy('promote@2');
SELECT version, deployed FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x'], algorithm => 'logistic', key => 'id');
SELECT mlops_drop_model('promote');
SELECT version, deployed FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', split => '{"method": "none"}');
SELECT version, deployed, shape(warnings[1]) AS warning FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic');
SELECT mlops_drop_model('promote');
-- times: a champion judged on newer rows only; a column of the user's marks the same rows for both
SELECT version, deployed FROM mlops_train('promote', 'SELECT * FROM two WHERE id <= 1000', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', split => '{"method": "time", "column": "at"}');
SELECT version FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', split => '{"method": "time", "column": "at"}') \gset
SELECT version, deployed, substring(decision FROM 'on (\d+) common rows') AS rows FROM mlops.runs WHERE model = 'promote' AND version = :version;
SELECT mlops_drop_model('promote');
CREATE VIEW marked AS SELECT *, id % 5 = 0 AS test, id % 3 = 0 AS trial FROM two;
SELECT version, deployed FROM mlops_train('promote', 'marked', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', split => '{"method": "column", "column": "test"}');
SELECT version FROM mlops_train('promote', 'marked', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', split => '{"method": "column", "column": "test"}') \gset
SELECT version, deployed, substring(decision FROM 'on (\d+) common rows') AS rows FROM mlops.runs WHERE model = 'promote' AND version = :version;
SELECT version, deployed, warnings FROM mlops_train('promote', 'marked', target => 'yes', features => ARRAY['x', 'z'], algorithm => 'logistic', split => '{"method": "column", "column": "trial"}');
SELECT mlops_drop_model('promote');
-- the champion's time zone
SET timezone = 'America/New_York';
SELECT version, deployed FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'at'], algorithm => 'logistic');
SET timezone = 'Asia/Tokyo';
SELECT version, deployed, (SELECT w FROM unnest(warnings) AS w WHERE w LIKE 'kept%') AS warning FROM mlops_train('promote', 'two', target => 'yes', features => ARRAY['x', 'at'], algorithm => 'logistic');
SELECT version, deployed, (SELECT w FROM unnest(warnings) AS w WHERE w LIKE 'kept%') AS warning FROM mlops_retrain('promote');
RESET timezone;
SELECT mlops_drop_model('promote');

SET client_min_messages = warning;
DROP SCHEMA promote_test CASCADE;
