-- Training that goes on from an earlier version.
CREATE SCHEMA warm_start_test;
SET search_path = warm_start_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\set ECHO none
\i customers.sql
\i houses.sql
\set ECHO all
SET client_min_messages = warning;

-- On the same rows, without early stopping: half the trees twice are all trees at once, to the byte
SELECT version FROM mlops_train('warm', 'customers', target => 'churned', algorithm => 'gbt', seed => 3, params => '{"trees": 50, "early_stopping": 0, "leaves": 8}');
SELECT version, task, algorithm, rows, warnings FROM mlops_train('warm', 'customers', warm_start => 'warm@1', deploy => 'never');
SELECT version FROM mlops_train('warm', 'customers', target => 'churned', algorithm => 'gbt', seed => 3, params => '{"trees": 100, "early_stopping": 0, "leaves": 8}', deploy => 'never');
SELECT a.digest = b.digest AS same, a.digest <> c.digest AS more, a.split = b.split AS same_sides, a.holdout_rows = b.holdout_rows AS same_rows, a.params ->> 'trees' AS trees,
	a.continues, a.continues_digest = c.digest AS its_digest, b.continues AS nothing
FROM mlops.versions AS a, mlops.versions AS b, mlops.versions AS c WHERE a.model = 'warm' AND b.model = 'warm' AND c.model = 'warm' AND a.version = 2 AND b.version = 3 AND c.version = 1;
SELECT version, iterations, iterations_made, trees, seed FROM mlops.runs WHERE model = 'warm' ORDER BY version;
SELECT version, min(iteration), max(iteration), count(*), array_agg(iteration) FILTER (WHERE best) AS best FROM mlops.training_curve WHERE model = 'warm' GROUP BY version ORDER BY version;
SELECT max(abs(mlops_probability('warm@2', c) - mlops_probability('warm@3', c))) AS difference FROM customers AS c;
-- numbers with categories, and another model
SELECT version FROM mlops_train('warm houses', 'houses', target => 'sale_price', algorithm => 'gbt', params => '{"trees": 20, "early_stopping": 0}');
SELECT version FROM mlops_train('warm other', 'houses', warm_start => 'warm houses', params => '{"n_estimators": 15}');
SELECT version FROM mlops_train('warm houses', 'houses', target => 'sale_price', algorithm => 'gbt', params => '{"trees": 35, "early_stopping": 0}', deploy => 'never');
SELECT a.digest = b.digest AS same, a.continues FROM mlops.versions AS a, mlops.versions AS b WHERE a.model = 'warm other' AND b.model = 'warm houses' AND b.version = 2;

-- many classes
CREATE TABLE trios AS SELECT i AS id, sin(i) AS a, i % 7 AS b, (ARRAY['low', 'mid', 'top'])[1 + (i % 7 + i / 3 % 2) % 3] AS y FROM generate_series(1, 1500) AS i;
SELECT version FROM mlops_train('warm trios', 'trios', target => 'y', algorithm => 'gbt', key => 'id', params => '{"trees": 12, "early_stopping": 0}');
SELECT version, warnings FROM mlops_train('warm trios', 'trios', warm_start => 'warm trios');
SELECT version FROM mlops_train('warm trios', 'trios', target => 'y', algorithm => 'gbt', key => 'id', params => '{"trees": 24, "early_stopping": 0}', deploy => 'never');
SELECT count(DISTINCT digest), min(r.iterations), min(r.trees) FROM mlops.versions JOIN mlops.runs AS r USING (model, version) WHERE model = 'warm trios' AND version IN (2, 3);
SELECT version FROM mlops_train('warm trios', 'SELECT id, a, b, CASE WHEN b = 6 THEN ''more'' ELSE y END AS y FROM trios', warm_start => 'warm trios');
SELECT version FROM mlops_train('warm trios', 'SELECT * FROM trios WHERE y <> ''mid''', warm_start => 'warm trios', deploy => 'never');

-- a time zone and what NaN means belong to the encodings
CREATE TABLE moments AS SELECT i AS id, timestamptz '2024-03-01 12:00+00' + i * interval '5 hours' AS at, CASE WHEN i % 50 = 0 THEN float8 'NaN' ELSE sin(i) END AS a,
	extract(hour FROM timestamp '2024-03-01 12:00' + i * interval '5 hours') + sin(i) AS y FROM generate_series(1, 1000) AS i;
SET TimeZone = 'UTC';
SELECT version FROM mlops_train('warm moments', 'moments', target => 'y', key => 'id', algorithm => 'gbt', prepare => '{"nan": "missing"}', params => '{"trees": 10, "early_stopping": 0}');
SELECT version FROM mlops_train('warm moments', 'moments', target => 'y', key => 'id', algorithm => 'gbt', prepare => '{"nan": "missing"}', params => '{"trees": 20, "early_stopping": 0}', deploy => 'never');
SET TimeZone = 'Asia/Tokyo';
SELECT version, warnings FROM mlops_train('warm moments', 'moments', warm_start => 'warm moments');
RESET TimeZone;
SELECT count(DISTINCT digest) FROM mlops.versions WHERE model = 'warm moments' AND version IN (2, 3);

-- New rows and parameters: the encodings stay, so that a new category is another one, and a column of another type is converted
SELECT version, warnings FROM mlops_train('warm new', 'SELECT * FROM customers WHERE id % 2 = 0', target => 'churned', key => 'id', algorithm => 'gbt', exclude => ARRAY['paperless_billing']);
SELECT version, rows, deployed, warnings FROM mlops_train('warm new', 'SELECT *, tenure_months::text::numeric AS tenure FROM (SELECT id, female, senior_citizen, partner, dependents, tenure_months::float8, phone_service, multiple_lines,
	internet_service, online_security, online_backup, device_protection, tech_support, streaming_tv, streaming_movies, CASE WHEN id % 10 = 1 THEN ''a day'' ELSE contract END AS contract, payment_method,
	monthly_charges, total_charges, churned, paperless_billing FROM customers WHERE id % 2 = 1) AS c',
	warm_start => 'warm new', params => '{"learning_rate": 0.02, "num_leaves": 4}') ;
SELECT v.version, params ->> 'learning_rate' AS learning_rate, params ->> 'leaves' AS leaves, params ->> 'min_rows' AS min_rows, r.iterations >= first.iterations AS more, r.trees >= first.trees AS trees,
	ARRAY(SELECT name FROM mlops.features AS f WHERE f.model = v.model AND f.version = v.version AND role = 'feature' ORDER BY position)
	= ARRAY(SELECT name FROM mlops.features AS f WHERE f.model = v.model AND f.version = 1 AND role = 'feature' ORDER BY position) AS same_features
FROM mlops.versions AS v JOIN mlops.runs AS r USING (model, version) JOIN mlops.runs AS first USING (model) WHERE model = 'warm new' AND first.version = 1 ORDER BY v.version;

-- Rows that were learnt from may be held out now: said, and never compared with the champion
SELECT version, deployed, warnings FROM mlops_train('warm', 'customers', warm_start => 'warm@1', seed => 4, params => '{"trees": 5}');
SELECT decision FROM mlops.runs WHERE model = 'warm' AND version = 4;
SELECT version, warnings FROM mlops_train('warm', 'customers', warm_start => 'warm@1', split => '{"holdout": 0.4}', params => '{"trees": 5}', deploy => 'never');
SELECT version, warnings FROM mlops_train('warm', 'SELECT * FROM customers WHERE id <= 300', warm_start => 'warm@1', params => '{"trees": 5}', deploy => 'never', key => 'id');
SELECT version, warnings FROM mlops_train('warm', 'customers', warm_start => 'warm@6', params => '{"trees": 5}', deploy => 'never');
-- the newest rows of a later time are new to both
CREATE TABLE days AS SELECT i AS id, date '2024-01-01' + i % 1000 AS day, sin(i) AS a, sin(i) * 2 + cos(i * 7) AS y FROM generate_series(1, 3000) AS i;
SELECT version FROM mlops_train('warm days', 'SELECT * FROM days WHERE day < ''2026-01-01''', target => 'y', key => 'id', algorithm => 'gbt', exclude => ARRAY['day'], split => '{"method": "time", "column": "day"}', params => '{"early_stopping": 0}');
SELECT version, warnings FROM mlops_train('warm days', 'days', warm_start => 'warm days', split => '{"method": "time", "column": "day"}', deploy => 'never');
SELECT version, warnings FROM mlops_train('warm days', 'SELECT * FROM days WHERE day < ''2025-01-01''', warm_start => 'warm days', split => '{"method": "time", "column": "day"}', deploy => 'never');

-- No tree helps: the version is the one before
SELECT version, warnings FROM mlops_train('warm days', 'SELECT id, day, a, cos(id * 3) AS y FROM days', warm_start => 'warm days@1', split => '{"method": "time", "column": "day"}', params => '{"min_rows": 10000}', deploy => 'never');
SELECT (SELECT bool_and(mlops_predict('warm days@4', d) = mlops_predict('warm days@1', d)) FROM days AS d) AS same, version, r.iterations, r.iterations_made, r.trees FROM mlops.runs AS r WHERE model = 'warm days' AND version = 4;

-- Retraining repeats the call: the same version is continued, not the champion, so trees do not pile up
SELECT mlops_deploy('warm@2');
SELECT version, warnings FROM mlops_retrain('warm', deploy => 'always');
SELECT a.digest = b.digest AS same, a.continues FROM mlops.versions AS a, mlops.versions AS b WHERE a.model = 'warm' AND b.model = 'warm' AND a.version = 8 AND b.version = 2;
SELECT version FROM mlops_retrain('warm', params => '{"n_estimators": 10, "early_stopping": 0}', deploy => 'never');
SELECT iterations, trees FROM mlops.runs WHERE model = 'warm' AND version = 9;
-- a number that means another version by now is not taken for it
SELECT mlops_drop_model('warm houses');
SELECT version FROM mlops_retrain('warm other');
SELECT version FROM mlops_train('warm houses', 'houses', target => 'sale_price', algorithm => 'gbt', params => '{"trees": 3}');
\set VERBOSITY terse
SELECT regexp_replace(version::text, '.', '') FROM mlops_retrain('warm other');
\set VERBOSITY default

-- Weights go on to count
SELECT version FROM mlops_train('warm weight', 'SELECT *, 1 + id % 2 AS w FROM houses', target => 'sale_price', key => 'id', weight => 'w', algorithm => 'gbt', params => '{"trees": 10, "early_stopping": 0}');
SELECT version FROM mlops_train('warm weight', 'SELECT *, 1 + id % 2 AS w FROM houses', warm_start => 'warm weight');
SELECT version FROM mlops_train('warm weight', 'SELECT *, 1 + id % 2 AS w FROM houses', target => 'sale_price', key => 'id', weight => 'w', algorithm => 'gbt', params => '{"trees": 20, "early_stopping": 0}', deploy => 'never');
SELECT count(DISTINCT digest) FROM mlops.versions WHERE model = 'warm weight' AND version IN (2, 3);

-- The objective stays, under any of its names, and with it class weights and what is drawn for each tree
SELECT version FROM mlops_train('warm median', 'houses', target => 'sale_price', algorithm => 'gbt', params => '{"trees": 15, "objective": "mae", "subsample": 0.5, "colsample_bytree": 0.7, "early_stopping": 0}');
SELECT version FROM mlops_train('warm median', 'houses', warm_start => 'warm median', params => '{"loss": "absolute_error"}');
SELECT version FROM mlops_train('warm median', 'houses', target => 'sale_price', algorithm => 'gbt', params => '{"trees": 30, "objective": "mae", "subsample": 0.5, "colsample_bytree": 0.7, "early_stopping": 0}', deploy => 'never');
SELECT version FROM mlops_train('warm weights', 'customers', target => 'churned', algorithm => 'gbt', params => '{"trees": 15, "class_weight": "balanced", "early_stopping": 0}');
SELECT version FROM mlops_train('warm weights', 'customers', warm_start => 'warm weights', deploy => 'never');
SELECT version FROM mlops_train('warm weights', 'customers', target => 'churned', algorithm => 'gbt', params => '{"trees": 30, "class_weight": "balanced", "early_stopping": 0}', deploy => 'never');
SELECT count(DISTINCT digest) FROM mlops.versions WHERE model = 'warm median' AND version IN (2, 3);
-- class weights are taken out of the base and put in again: the same but for rounding
SELECT max(abs(mlops_probability('warm weights@2', c) - mlops_probability('warm weights@3', c))) < 1e-12 AS same FROM customers AS c;
SELECT version FROM mlops_train('warm median', 'houses', warm_start => 'warm median', params => '{"objective": "huber"}');
SELECT version FROM mlops_train('warm median', 'houses', warm_start => 'warm median', params => '{"objective": "auto"}');
SELECT version FROM mlops_train('warm median', 'houses', warm_start => 'warm median', params => '{"objective": "nonsense"}');

-- What cannot be
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'warm@99');
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'nobody');
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'warm@');
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'warm@1', target => 'partner');
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'warm@1', task => 'regression');
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'warm@1', algorithm => 'linear');
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'warm@1', positive => 'false');
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'warm@1', features => ARRAY['contract']);
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'warm@1', exclude => ARRAY['contract']);
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'warm@1', prepare => '{"max_categories": 5}');
\set VERBOSITY terse
SELECT version FROM mlops_train('warm', 'customers', warm_start => 'warm@1', params => '{"treees": 5}');
\set VERBOSITY default
SELECT version FROM mlops_train('warm', 'SELECT id, contract, churned FROM customers', warm_start => 'warm@1');
SELECT version FROM mlops_train('warm', 'SELECT *, 1 AS one FROM (SELECT c.*, NULL AS x FROM customers AS c) AS c', warm_start => 'warm weight');
SELECT version FROM mlops_train('warm days', 'SELECT id, day, day AS a, y FROM days', warm_start => 'warm days@1', split => '{"method": "time", "column": "day"}');
SELECT version FROM mlops_train('warm days', 'SELECT id, day, a, ''x'' AS y FROM days', warm_start => 'warm days@1', split => '{"method": "time", "column": "day"}');
SELECT version FROM mlops_train('warm', 'SELECT c.*, churned::text || ''?'' AS what FROM customers AS c', warm_start => 'warm@1', weight => 'what');
CREATE VIEW relabelled AS SELECT id, female, senior_citizen, partner, dependents, tenure_months, phone_service, multiple_lines, internet_service, online_security, online_backup, device_protection, tech_support,
	streaming_tv, streaming_movies, contract, paperless_billing, payment_method, monthly_charges, total_charges, CASE WHEN churned THEN 'gone' ELSE 'here' END AS churned FROM customers;
SELECT version FROM mlops_train('warm', 'relabelled', warm_start => 'warm@1');
SELECT version FROM mlops_train('warm lines', 'houses', target => 'sale_price', algorithm => 'linear');
SELECT version FROM mlops_train('warm lines', 'houses', warm_start => 'warm lines');
SELECT version FROM mlops_train('warm lines', 'customers', warm_start => 'warm@1');
CREATE ROLE warm_start_other;
GRANT USAGE, CREATE ON SCHEMA warm_start_test TO warm_start_other;
GRANT SELECT ON customers TO warm_start_other;
SET ROLE warm_start_other;
\set VERBOSITY terse
SELECT version FROM mlops_train('warm mine', 'customers', warm_start => 'warm@1');
RESET ROLE;
\set VERBOSITY default

SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name LIKE 'warm%';
SELECT count(*) FROM mlops.curve;
DROP OWNED BY warm_start_other;
DROP ROLE warm_start_other;
DROP SCHEMA warm_start_test CASCADE;
