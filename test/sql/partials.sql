-- The driver partials: passes of queries instead of rows gathered in memory.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE TABLE partials_rows AS
SELECT i AS id, sin(i) AS a, 1000 + cos(i * 1.7) AS b, (i % 7)::smallint AS c, (ARRAY['x', 'y', 'Z', 'ä', NULL])[1 + (i::bigint * i) % 5] AS plan,
	CASE WHEN i % 11 > 0 THEN sqrt(i)::real END AS holes, date '2020-01-01' + i % 1000 AS day, 'k' || i % 40 AS many, CASE i % 4 WHEN 0 THEN 0.0 WHEN 1 THEN 0.5 ELSE 2.25 END AS w,
	CASE WHEN i % 50 > 0 THEN 3 + 2 * sin(i) - 0.5 * cos(i * 1.7) + (i % 7) * 0.3 + ((i::bigint * 7919) % 1000) / 500.0 + CASE WHEN i % 40 < 9 THEN 1 ELSE 0 END END AS y
FROM generate_series(1, 12000) AS i;
ALTER TABLE partials_rows ADD PRIMARY KEY (id);
ANALYZE partials_rows;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;

-- Both drivers: the same sides, the same model to rounding
CREATE FUNCTION partials_agree(params jsonb, prepare jsonb, weight text, split jsonb, source text) RETURNS TABLE (same_split bool, same_rows bool, same_baseline bool, same_metric bool, same_predictions bool, same_loss bool) LANGUAGE plpgsql AS $$
DECLARE
	m mlops.train_result;
	p mlops.train_result;
BEGIN
	m := mlops_train('partials_memory', source, target => 'y', algorithm => 'linear', params => params, prepare => prepare, weight => weight, split => split, key => 'id', deploy => 'always');
	p := mlops_train('partials_passes', source, target => 'y', algorithm => 'linear', params => params, prepare => prepare || '{"driver": "partials"}', weight => weight, split => split, key => 'id', deploy => 'always');
	same_rows := m.rows = p.rows AND (SELECT x.train_rows = y.train_rows AND x.holdout_rows = y.holdout_rows FROM mlops.versions AS x, mlops.versions AS y WHERE x.model = 'partials_memory' AND x.version = m.version AND y.model = 'partials_passes' AND y.version = p.version);
	same_split := (SELECT x.split = y.split FROM mlops.versions AS x, mlops.versions AS y WHERE x.model = 'partials_memory' AND x.version = m.version AND y.model = 'partials_passes' AND y.version = p.version);
	same_baseline := abs(m.baseline - p.baseline) < 1e-12;
	same_metric := abs(m.value / p.value - 1) < 1e-10;
	same_loss := (SELECT abs(x.train_loss / y.train_loss - 1) < 1e-9 FROM mlops.runs AS x, mlops.runs AS y WHERE x.model = 'partials_memory' AND x.version = m.version AND y.model = 'partials_passes' AND y.version = p.version);
	EXECUTE format('SELECT max(abs(mlops_predict(''partials_memory'', t) - mlops_predict(''partials_passes'', t))) < 1e-9 FROM (SELECT * FROM %s) AS t', CASE WHEN source ~ ' ' THEN '(' || regexp_replace(source, ';.*', '') || ') AS s' ELSE source END) INTO same_predictions;
	RETURN NEXT;
END
$$;
SELECT * FROM partials_agree('{}', '{}', NULL, '{}', 'partials_rows');
SELECT * FROM partials_agree('{"l2": 3.5}', '{"max_categories": 10}', 'w', '{}', 'partials_rows');
SELECT * FROM partials_agree('{"l1": 20}', '{}', NULL, '{"holdout": 0.3, "max_holdout": 500}', 'partials_rows');
SELECT * FROM partials_agree('{}', '{}', 'w', '{"method": "none"}', 'partials_rows');
SELECT * FROM partials_agree('{}', '{"nan": "missing"}', NULL, '{}', 'SELECT id, CASE WHEN c = 3 THEN ''NaN'' ELSE a END AS a, plan, CASE WHEN c = 4 THEN ''-Infinity'' ELSE y END AS y FROM partials_rows WHERE id > 100; -- the end');
SELECT * FROM partials_agree('{"offset": "a"}', '{}', 'w', '{}', 'partials_rows');
SELECT * FROM partials_agree('{"intercept": "no"}', '{}', NULL, '{}', 'partials_rows');
SELECT count(*), bool_and(w LIKE '%has 30 categories: the 10 most frequent are kept%') FROM mlops.versions, unnest(warnings) AS w WHERE model = 'partials_passes' AND version = 2 AND w LIKE '%categories%';

-- What is known about the coefficients, but for robust errors, which need the rows
SELECT count(*) > 30 AS many, bool_and(abs(m.estimate - p.estimate) <= 1e-9 * greatest(1, abs(m.estimate))) AS estimates, bool_and(abs(m.std_error - p.std_error) <= 1e-8 * m.std_error) AS errors, bool_and(m.reason IS NOT DISTINCT FROM p.reason) AS reasons
FROM mlops_coefficients('partials_memory@1') AS m JOIN mlops_coefficients('partials_passes@1') AS p USING (feature, level);
SELECT count(*) > 10 AS many, bool_and(abs(m.value - p.value) <= 1e-7 * abs(m.value)) AS statistics FROM mlops_evaluate('partials_memory@4') AS m JOIN mlops_evaluate('partials_passes@4') AS p USING (part, metric)
WHERE part = 'train' AND metric IN ('adjusted_r2', 'f', 'sigma', 'aic', 'bic', 'log_likelihood', 'deviance', 'null_deviance', 'df_model', 'df_residual', 'condition_number');

-- A retraining repeats the driver and keeps every row on its side
INSERT INTO partials_rows SELECT id + 12000, a, b, c, plan, holes, day, many, w, y + 0.01 FROM partials_rows WHERE id <= 3000;
SELECT rows, metric, deployed FROM mlops_retrain('partials_passes', deploy => 'always');
SELECT bool_and((split -> 'holdout_below') = (SELECT split -> 'holdout_below' FROM mlops.versions WHERE model = 'partials_passes' AND version = 7)) AS same_threshold FROM mlops.versions WHERE model = 'partials_passes' AND version = 8;
DELETE FROM partials_rows WHERE id > 12000;

-- Generalised linear models: a pass for each Newton step
CREATE TABLE partials_counts AS
SELECT i AS id, sin(i) AS a, cos(i * 1.7) AS b, (ARRAY['x', 'y', 'z', 'w'])[1 + (i::bigint * i) % 4] AS plan, CASE WHEN i % 11 > 0 THEN sin(i * 3.1) END AS holes, 0.5 + i % 3 AS w, 0.1 * (i % 5) AS exposure,
	floor(exp(0.5 + 0.4 * sin(i) + 0.1 * (i % 7)) * (0.2 + ((i::bigint * 7919) % 1000) / 600.0)) AS claims, exp(0.5 * sin(i) - 0.2 * (i % 3)) * (0.1 + ((i::bigint * 7919) % 1000) / 500.0) AS amount,
	CASE WHEN i % 9 > 0 THEN sin(i) + ((i::bigint * 104729) % 1000) / 300.0 > 2.6 END AS late, CASE WHEN cos(i * 1.7) + ((i::bigint * 15485863) % 1000) / 300.0 > 3.9 THEN 'B' ELSE 'A' END AS grade
FROM generate_series(1, 4000) AS i;
ALTER TABLE partials_counts ADD PRIMARY KEY (id);
ANALYZE partials_counts;
CREATE FUNCTION partials_glm_agree(algorithm text, target text, features text[], params jsonb, weight text, split jsonb) RETURNS TABLE (same_split bool, same_estimates bool, same_errors bool, same_reasons bool, same_statistics bool) LANGUAGE plpgsql AS $$
BEGIN
	IF algorithm = 'logistic' THEN
		PERFORM mlops_drop_model(name) FROM mlops.models WHERE name IN ('partials_memory', 'partials_passes');
	END IF;
	PERFORM mlops_train('partials_memory', 'partials_counts', target => target, algorithm => algorithm, features => features, params => params, weight => weight, split => split, deploy => 'always');
	PERFORM mlops_train('partials_passes', 'partials_counts', target => target, algorithm => algorithm, features => features, params => params, weight => weight, split => split, deploy => 'always', prepare => '{"driver": "partials"}');
	same_split := (SELECT count(DISTINCT r.split) = 1 FROM (SELECT v.split, rank() OVER (PARTITION BY v.model ORDER BY v.version DESC) AS place FROM mlops.versions AS v WHERE v.model IN ('partials_memory', 'partials_passes')) AS r WHERE r.place = 1);
	SELECT bool_and(abs(m.estimate - p.estimate) <= 1e-9 * greatest(1, abs(m.estimate))), bool_and(abs(m.std_error - p.std_error) <= 1e-8 * m.std_error) IS NOT FALSE, bool_and(m.reason IS NOT DISTINCT FROM p.reason)
		INTO same_estimates, same_errors, same_reasons
	FROM mlops_coefficients('partials_memory') AS m FULL JOIN mlops_coefficients('partials_passes') AS p ON m.feature = p.feature AND m.level IS NOT DISTINCT FROM p.level;
	same_statistics := (SELECT bool_and(abs(m.value - p.value) <= 1e-7 * abs(m.value)) FROM mlops_evaluate('partials_memory') AS m JOIN mlops_evaluate('partials_passes') AS p USING (part, metric)
		WHERE metric IN ('aic', 'bic', 'deviance', 'null_deviance', 'dispersion', 'log_likelihood', 'pseudo_r2', 'df_residual') OR part = 'holdout' AND m.class IS NULL AND p.class IS NULL);
	RETURN NEXT;
END
$$;
SELECT mlops_drop_model('partials_memory'), mlops_drop_model('partials_passes');
SELECT * FROM partials_glm_agree('poisson', 'claims', '{a,b,plan,holes,exposure}', '{"offset": "exposure", "tolerance": 1e-10}', NULL, '{}');
SELECT * FROM partials_glm_agree('poisson', 'claims', '{a,b,plan,holes}', '{"l2": 30, "tolerance": 1e-10}', 'w', '{}');
SELECT * FROM partials_glm_agree('gamma', 'amount', '{a,b,plan,holes}', '{"tolerance": 1e-10}', 'w', '{}');
SELECT * FROM partials_glm_agree('gamma', 'amount', '{a,b,plan,holes}', '{"l1": 50, "tolerance": 1e-10}', NULL, '{"method": "none"}');
SELECT mlops_train('partials_bad', 'partials_counts', target => 'a', algorithm => 'poisson', prepare => '{"driver": "partials"}');
-- two classes, with thresholds of their own
SELECT * FROM partials_glm_agree('logistic', 'late', '{a,b,plan,holes}', '{"l2": 0, "tolerance": 1e-10}', NULL, '{}');
SELECT * FROM partials_glm_agree('logistic', 'grade', '{a,b,plan,holes}', '{"l2": 3, "tolerance": 1e-10}', 'w', '{"max_holdout": 300, "min_class": 200}');
SELECT classes, target FROM mlops.versions WHERE model = 'partials_passes' ORDER BY version DESC LIMIT 1;
SELECT mlops_train('partials_bad', 'SELECT id, a, b, id % 3 AS k FROM partials_counts', target => 'k', key => 'id', algorithm => 'logistic', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'partials_counts', target => 'late', algorithm => 'logistic', positive => 'maybe', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'partials_counts', target => 'late', algorithm => 'logistic', params => '{"class_weight": "balanced"}', prepare => '{"driver": "partials"}');
-- two columns that are the same
SELECT unnest(warnings) FROM mlops_train('partials_bad', 'SELECT *, 2 * a AS double_a FROM partials_counts', target => 'claims', key => 'id', features => '{a,b,double_a}', algorithm => 'poisson', prepare => '{"driver": "partials"}');
SELECT mlops_drop_model('partials_memory'), mlops_drop_model('partials_passes');

-- Passes run in workers: there the target is greater by 10
CREATE FUNCTION partials_in_worker() RETURNS float8 LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN RETURN CASE WHEN pg_backend_pid() <> current_setting('partials.leader')::int THEN 10 ELSE 0 END; END $$;
SELECT set_config('partials.leader', pg_backend_pid()::text, false) <> '' AS known;
SET parallel_leader_participation = off;
SET max_parallel_workers_per_gather = 2;
SELECT rows FROM mlops_train('partials_alone', 'partials_rows', target => 'y', algorithm => 'linear', features => '{a,b}', prepare => '{"driver": "partials"}');
SELECT rows FROM mlops_train('partials_workers', 'SELECT id, a, b, y + partials_in_worker() AS y FROM partials_rows', target => 'y', key => 'id', algorithm => 'linear', prepare => '{"driver": "partials"}');
SET max_parallel_workers_per_gather = 0;
SELECT rows FROM mlops_train('partials_leader', 'SELECT id, a, b, y + partials_in_worker() AS y FROM partials_rows', target => 'y', key => 'id', algorithm => 'linear', prepare => '{"driver": "partials"}');
SELECT round(avg(mlops_predict('partials_workers', t) - mlops_predict('partials_alone', t))::numeric, 9) AS workers, round(avg(mlops_predict('partials_leader', t) - mlops_predict('partials_alone', t))::numeric, 9) AS leader FROM partials_rows AS t;
RESET max_parallel_workers_per_gather;
RESET parallel_leader_participation;

-- The caller's rights and his search_path
CREATE ROLE partials_user;
GRANT SELECT ON partials_rows TO partials_user;
CREATE SCHEMA partials_schema AUTHORIZATION partials_user;
ALTER TABLE partials_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON partials_rows USING (id % 2 = 0);
SET ROLE partials_user;
SET search_path = partials_schema;
CREATE FUNCTION mlops_encode(bytea, record) RETURNS float8[] LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RAISE EXCEPTION ''not this one''; END';
CREATE FUNCTION never(float8, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR <> (LEFTARG = float8, RIGHTARG = int, PROCEDURE = never);
SELECT rows FROM public.mlops_train('partials_half', 'public.partials_rows', target => 'y', weight => 'w', algorithm => 'linear', prepare => '{"driver": "partials"}');
RESET ROLE;
RESET search_path;
ALTER TABLE partials_rows DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON partials_rows FROM partials_user;
SET ROLE partials_user;
SELECT mlops_train('partials_none', 'partials_rows', target => 'y', algorithm => 'linear', prepare => '{"driver": "partials"}');
RESET ROLE;

-- Refused
SELECT mlops_train('partials_bad', 'partials_rows', target => 'y', algorithm => 'linear', prepare => '{"driver": "cluster"}');
SELECT mlops_train('partials_bad', 'partials_rows', target => 'y', algorithm => 'gbt', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'partials_rows', target => 'y', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'partials_rows', target => 'y', algorithm => 'linear', prepare => '{"driver": "partials"}', split => '{"method": "time", "column": "day"}');
SELECT mlops_train('partials_bad', 'partials_rows', target => 'y', algorithm => 'linear', partition_by => '{c}', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'SELECT a, b, y FROM partials_rows', target => 'y', algorithm => 'linear', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'SELECT id, a, y + random() AS y FROM partials_rows', target => 'y', key => 'id', algorithm => 'linear', prepare => '{"driver": "partials"}');
CREATE VIEW partials_view AS SELECT id, a, y + random() AS y FROM partials_rows;
SELECT mlops_train('partials_bad', 'partials_view', target => 'y', key => 'id', algorithm => 'linear', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'SELECT * FROM partials_rows WHERE id < 300', target => 'y', key => 'id', algorithm => 'linear', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'SELECT * FROM partials_rows WHERE false', target => 'y', key => 'id', algorithm => 'linear', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'SELECT a, b, y, 1 AS k FROM partials_rows', target => 'y', algorithm => 'linear', key => 'k', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'partials_rows', target => 'y', algorithm => 'linear', params => '{"lambda": "cv"}', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'partials_rows', target => 'plan', algorithm => 'linear', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'SELECT id, a, b, y, CASE WHEN id = 7000 THEN -1 ELSE w END AS w FROM partials_rows', target => 'y', weight => 'w', key => 'id', algorithm => 'linear', prepare => '{"driver": "partials"}');
SELECT mlops_train('partials_bad', 'SELECT id, CASE WHEN id = 7001 THEN ''NaN'' ELSE a END AS a, b, y FROM partials_rows', target => 'y', key => 'id', algorithm => 'linear', prepare => '{"driver": "partials"}');
-- a function that is not as stable as it says
CREATE FUNCTION partials_growing() RETURNS SETOF partials_rows LANGUAGE plpgsql STABLE AS $$ BEGIN
	PERFORM set_config('partials.calls', (current_setting('partials.calls')::int + 1)::text, false);
	RETURN QUERY SELECT * FROM partials_rows WHERE id < 1000 + current_setting('partials.calls')::int;
END $$;
SET partials.calls = 0;
DO $$ BEGIN
	PERFORM mlops_train('partials_bad', 'SELECT id, a, b, y FROM partials_growing()', target => 'y', key => 'id', algorithm => 'linear', prepare => '{"driver": "partials"}');
EXCEPTION WHEN serialization_failure THEN
	RAISE WARNING '%', SQLERRM;
END $$;

-- Plans that are none
SELECT mlops_encode('\x', ROW(1));
SELECT mlops_encode('\x524f575001000000000000000000', ROW(1));
SELECT mlops_encode('\x524f575009000000000000000000', ROW(1));
SELECT mlops_encode(NULL, ROW(1)) IS NULL AND mlops_encode('\x', NULL) IS NULL AS nothing;

SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name LIKE 'partials%';
DROP VIEW partials_view;
DROP FUNCTION partials_growing, partials_in_worker, partials_agree, partials_glm_agree;
DROP SCHEMA partials_schema CASCADE;
DROP TABLE partials_rows, partials_counts;
DROP ROLE partials_user;
