-- Bad input: each one clear error, and nothing half-written.
CREATE SCHEMA bad_test;
SET search_path = bad_test, public;
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
CREATE TABLE good AS SELECT i AS id, i % 7 AS x, i % 11 AS z, 'c' || i % 3 AS color, i % 7 + i % 3 AS y, i % 2 = 0 AS yes FROM generate_series(1, 600) AS i;
SELECT version FROM mlops_train('good', 'good', target => 'y', algorithm => 'linear', features => ARRAY['x', 'z', 'color']);

-- Everything that the extension has stored, to be compared at the end
CREATE FUNCTION stored() RETURNS text LANGUAGE sql AS $$
SELECT concat_ws(' ', 'model', (SELECT count(*) FROM mlops.model), 'version', (SELECT count(*) FROM mlops.version), 'alias', (SELECT count(*) FROM mlops.alias),
	'artifact', (SELECT count(*) FROM mlops.artifact), 'metric', (SELECT count(*) FROM mlops.metric), 'feature', (SELECT count(*) FROM mlops.feature),
	'run', (SELECT count(*) FROM mlops.run), 'schedule', (SELECT count(*) FROM mlops.schedule), 'job', (SELECT count(*) FROM mlops.job),
	'job_run', (SELECT count(*) FROM mlops.job_run), 'drift_result', (SELECT count(*) FROM mlops.drift_result), 'audit_log', (SELECT count(*) FROM mlops.audit_log)) $$;
CREATE TABLE before AS SELECT stored();

-- The source: empty, one row, no rows with a target
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT * FROM good WHERE false', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT * FROM good WHERE id = 1', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT * FROM good WHERE id = 1', target => 'yes')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, z, NULL::int AS y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, z, 3 AS y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, z, true AS y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, z, ''one'' AS y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, ''c'' || row_number() OVER () AS y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'color', algorithm => 'poisson')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, z, repeat(''o'', id % 3) AS y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'color', positive => 'c1')$$);
-- Columns: the target among features, missing ones
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', features => ARRAY['x', 'y'])$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'price')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => NULL)$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => '')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', features => ARRAY['x', 'colour'])$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', exclude => ARRAY['colour'])$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', weight => 'w')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', key => 'k')$$);
-- Text where numbers belong
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'color', task => 'regression')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', weight => 'color')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'gbt', params => '{"trees": "many"}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', params => '["trees"]')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', params => '"trees"')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', prepare => '{"max_categories": "few"}')$$);
SELECT * FROM refused($$SELECT mlops_evaluate('good', 'SELECT x::text, z, color, y FROM good')$$);
SELECT * FROM refused($$SELECT mlops_evaluate('good', 'SELECT x, z, color, y::text FROM good')$$);
SELECT * FROM refused($$SELECT mlops_predict('good', '{"x": "seven", "z": 1, "color": "c1"}')$$);
-- NaN and infinity
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT CASE WHEN id = 500 THEN ''NaN'' ELSE x::float8 END AS x, z, y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT CASE WHEN id = 500 THEN ''-infinity'' ELSE x::real END AS x, z, y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT CASE WHEN id = 500 THEN ''NaN'' ELSE x::numeric END AS x, z, y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT CASE WHEN id = 500 THEN ''infinity'' ELSE date ''2020-01-01'' + x END AS x, z, y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, z, CASE WHEN id = 500 THEN ''infinity'' ELSE y::float8 END AS y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT CASE WHEN id = 500 THEN 1e400 ELSE x::numeric END AS x, z, y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, z, y, CASE WHEN id = 500 THEN ''NaN'' ELSE 1::float8 END AS w FROM good', target => 'y', weight => 'w')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, z, CASE WHEN id % 50 = 17 THEN 1e300 ELSE y END::float8 AS y FROM good', target => 'y', algorithm => 'linear')$$);

-- What is no source: DML, two statements, nothing, no such table, a sequence, other statements
SELECT * FROM refused($$SELECT mlops_train('bad', 'DELETE FROM good RETURNING *', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'UPDATE good SET x = 1', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'WITH gone AS (DELETE FROM good RETURNING *) SELECT * FROM gone', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT * INTO other FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT * FROM good FOR UPDATE', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT * FROM good; SELECT * FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT * FROM good; DROP TABLE good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'DROP TABLE good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'COMMIT', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'EXPLAIN SELECT 1', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'COPY good TO STDOUT', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', '', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', '   ', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', ';', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', '-- nothing', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', NULL, target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'goood', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good people', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'nowhere.good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT * FROM goood', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT $1', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, x, y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT 1 / (x - x) AS x, y FROM good', target => 'y')$$);
SELECT * FROM refused($$SELECT count(*) FROM mlops_drift_between('SELECT ARRAY[x] AS x FROM good', 'good')$$);
SELECT * FROM refused($$SELECT mlops_predict('good', ROW())$$);
CREATE SEQUENCE numbers;
SELECT * FROM refused($$SELECT mlops_train('bad', 'numbers', target => 'y')$$);
CREATE TABLE nothing ();
SELECT * FROM refused($$SELECT mlops_train('bad', 'nothing', target => 'y')$$);

-- Names of models
SELECT * FROM refused($$SELECT mlops_train('', 'good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train(NULL, 'good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train(repeat('m', 300), 'good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train(repeat('m', 64), 'good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train(repeat('ü', 32), 'good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train(' m', 'good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('m ', 'good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('m@1', 'good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train(E'm\nn', 'good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_predict(repeat('m', 300), '{}')$$);

-- Algorithms and options: an error that names the valid ones
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'xgboost')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => '')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => NULL)$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'yes', algorithm => 'linear')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'logistic')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'linear', params => '{"trees": 5}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'gbt', params => '{"learning rate": 0.1}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', prepare => '{"scale": true}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', prepare => '{"nan": "zero"}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', split => '{"test": 0.2}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', split => '{"method": "shuffle"}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', deploy => 'yes')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', deploy => NULL)$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', task => 'forecast')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'yes', positive => 'maybe')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', positive => 'true')$$);
-- the same option twice, under two aliases
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'gbt', params => '{"learning_rate": 0.1, "eta": 0.2}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'gbt', params => '{"n_estimators": 10, "nrounds": 10}')$$);
-- out of range
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'gbt', params => '{"learning_rate": -1}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'gbt', params => '{"trees": 1e9}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'gbt', params => '{"trees": 1.5}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'gbt', params => '{"trees": 1e400}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'gbt', params => '{"trees": null}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', algorithm => 'linear', params => '{"l2": -0.1}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', prepare => '{"max_categories": 1000}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', split => '{"holdout": 0}')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y', split => '{"folds": 1}')$$);

-- Memory: the budget is kept
SET mlops.training_memory = '1MB';
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT i % 7 AS x, i::float8 AS y FROM generate_series(1, 200000) AS i', target => 'y')$$) WHERE said NOT LIKE 'DETAIL%';
SELECT * FROM refused($$SELECT mlops_drift_between('SELECT i % 7 AS x, i::float8 AS y FROM generate_series(1, 200000) AS i', 'good')$$) WHERE said NOT LIKE 'DETAIL%';
SELECT * FROM refused($$SELECT mlops_evaluate('good', 'SELECT i % 7 AS x, i AS z, ''c1'' AS color, i AS y FROM generate_series(1, 200000) AS i')$$) WHERE said NOT LIKE 'DETAIL%';
RESET mlops.training_memory;
-- Cancelled while reading, and while fitting
\set SHOW_CONTEXT never
SET statement_timeout = '300ms';
SELECT mlops_train('bad', 'SELECT i % 7 AS x, i AS y FROM generate_series(1, 20000000) AS i', target => 'y');
SELECT mlops_train('bad', 'SELECT md5(i::text) AS a, sin(i) AS b, cos(i * 7) AS c, sin(i * i) AS y FROM generate_series(1, 20000) AS i', target => 'y', algorithm => 'gbt', features => ARRAY['b', 'c'], params => '{"trees": 10000, "early_stopping": 0}');
RESET statement_timeout;
-- A transaction that may only read
BEGIN READ ONLY;
SAVEPOINT s;
SELECT mlops_train('bad', 'good', target => 'y');
ROLLBACK TO s;
SELECT mlops_retrain('good');
ROLLBACK TO s;
SELECT mlops_deploy('good@1', 'other');
ROLLBACK TO s;
SELECT mlops_rollback('good');
ROLLBACK TO s;
SELECT mlops_drop_model('good');
ROLLBACK TO s;
SELECT round(mlops_predict('good', '{"x": 1, "z": 1, "color": "c1"}')::numeric, 2) AS works, (SELECT count(*) > 0 FROM mlops_evaluate('good', 'good')) AS judges, (SELECT count(*) > 0 FROM mlops_drift('good', 'good')) AS measures;
COMMIT;
-- A table dropped midway
CREATE FUNCTION drops() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN DROP TABLE IF EXISTS goner; RETURN 1; END $$;
CREATE TABLE goner AS SELECT * FROM good;
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT x, z, y + drops() AS y FROM goner', target => 'y')$$);
SELECT count(*) FROM goner;
-- ... and a source that fails after many rows
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT 100 / (i - 15000) AS x, i AS y FROM generate_series(1, 20000) AS i', target => 'y')$$);
-- Rights on the table
CREATE ROLE regress_mlops_reader;
GRANT USAGE ON SCHEMA bad_test TO regress_mlops_reader;
SET ROLE regress_mlops_reader;
SELECT * FROM refused($$SELECT mlops_train('bad', 'good', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_train('bad', 'SELECT * FROM good', target => 'y')$$);
-- ... and on the model
SELECT * FROM refused($$SELECT mlops_train('good', 'SELECT i % 7 AS x, i AS y FROM generate_series(1, 100) AS i', target => 'y')$$);
SELECT * FROM refused($$SELECT mlops_retrain('good')$$);
SELECT * FROM refused($$SELECT mlops_evaluate('good')$$);
SELECT * FROM refused($$SELECT mlops_predict('good', '{"x": 1, "z": 1, "color": "c1"}')$$);
RESET ROLE;
REVOKE USAGE ON SCHEMA bad_test FROM regress_mlops_reader;
DROP ROLE regress_mlops_reader;
-- A NULL where there must be something
SELECT * FROM refused($$SELECT mlops_drift('good', NULL)$$);
SELECT * FROM refused($$SELECT mlops_drift_between(NULL, 'good')$$);
SELECT * FROM refused($$SELECT mlops_confusion(NULL)$$);
SELECT * FROM refused($$SELECT mlops_rollback(NULL)$$);
SELECT * FROM refused($$SELECT mlops_drop_model(NULL)$$);
SELECT * FROM refused($$SELECT mlops_retrain(NULL)$$);
-- An earlier version's algorithm given other parameters
SELECT * FROM refused($$SELECT mlops_retrain('good', params => '{"trees": 5}')$$);
SELECT * FROM refused($$SELECT mlops_retrain('good', params => '[]')$$);
SELECT * FROM refused($$SELECT mlops_retrain('good', 'SELECT x, z, y FROM good')$$);

-- Nothing was written by all that
SELECT stored() = stored.stored AS unchanged FROM before AS stored;

-- What is unusual but right: 1,600 columns, 100,000 categories, odd names
DO $$
BEGIN
	EXECUTE (SELECT 'CREATE TABLE wide AS SELECT i % 5 AS y, ' || string_agg(format('(i * %s) %% 97 AS c%s', 1 + c % 96, c), ', ') || ' FROM generate_series(1, 700) AS i' FROM generate_series(1, 1599) AS c);
END $$;
SELECT version, rows FROM mlops_train('wide', 'wide', target => 'y', algorithm => 'gbt', params => '{"trees": 3}');
SELECT count(*) AS features FROM mlops.features WHERE model = 'wide' AND role = 'feature';
SELECT count(*) AS wrong FROM (SELECT mlops_predict('wide', w) AS p FROM wide AS w LIMIT 10) AS s WHERE p IS NULL;
SELECT version, cardinality(warnings) > 0 AS warned FROM mlops_train('wide', 'wide', target => 'y', algorithm => 'linear', deploy => 'never');
SELECT version, warnings FROM mlops_train('many', 'SELECT ''category '' || i / 2 AS c, i % 10 AS x, i % 10 + i % 2 AS y FROM generate_series(0, 199999) AS i', target => 'y', algorithm => 'linear');
SELECT mlops_predict('many', '{"c": "category 99999", "x": 1}') = mlops_predict('many', '{"c": "never seen", "x": 1}') AS other;
SELECT version FROM mlops_train('it''s "x"', 'good', target => 'y', features => ARRAY['x']);
SELECT version FROM mlops_train('$$; DROP TABLE good; --', 'good', target => 'y', features => ARRAY['x']);
SELECT version FROM mlops_train('größer als %s {0} \', 'good', target => 'y', features => ARRAY['x']);
SELECT round(mlops_predict('it''s "x"', g)::numeric, 3) = round(mlops_predict('$$; DROP TABLE good; --', g)::numeric, 3) AS same, mlops_predict('größer als %s {0} \', g) IS NOT NULL AS there FROM good AS g WHERE id = 1;
SELECT name FROM mlops.models ORDER BY name COLLATE "C";
SELECT * FROM refused($$SELECT mlops_classify('it''s "x"', '{"x": 1}')$$);
SELECT * FROM refused($$SELECT mlops_rollback('it''s "x"')$$);
SELECT * FROM refused($$SELECT mlops_confusion('it''s "x"')$$);
SELECT mlops_drop_model(name) FROM mlops.models;
SELECT count(*) FROM mlops.artifact;

SET client_min_messages = warning;
DROP SCHEMA bad_test CASCADE;
