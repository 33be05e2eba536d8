-- All rows of a source at once: the same bits as row by row.
CREATE SCHEMA batch_test;
SET search_path = batch_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\set ECHO none
\i customers.sql
\set ECHO all
SET client_min_messages = warning;
CREATE TABLE facts AS SELECT id, id % 13 AS number, (ARRAY['a', 'b', 'c'])[1 + id % 3] AS plan, date '2024-01-01' + id % 400 AS day,
	CASE WHEN id % 10 = 0 THEN NULL ELSE (id % 7) / 2.0 END AS weight, (id % 13) * 2.0 + CASE id % 3 WHEN 1 THEN 5 ELSE 0 END AS y,
	CASE WHEN id % 13 + id % 3 > 8 THEN 'high' WHEN id % 7 > 4 THEN 'middle' ELSE 'low' END AS level FROM generate_series(1, 5000) AS id;
ALTER TABLE facts ADD PRIMARY KEY (id);

SELECT name, version FROM unnest(ARRAY['linear', 'gbt', 'random_forest']) AS name,
	mlops_train('batch ' || name, 'SELECT id, number, plan, day, weight, y FROM facts', target => 'y', algorithm => name, key => 'id');
SELECT name, count(*) AS rows, count(*) FILTER (WHERE b.prediction IS DISTINCT FROM mlops_predict('batch ' || name, f)) AS differ, count(b.label) + count(b.probability) + count(b.probabilities) AS of_classes
FROM unnest(ARRAY['linear', 'gbt', 'random_forest']) AS name, mlops_predict_batch('batch ' || name, 'facts') AS b JOIN facts AS f ON f.id = b.key::int GROUP BY name ORDER BY name;
SELECT version FROM mlops_train('batch groups', 'SELECT id, number, plan, day, weight, y FROM facts', target => 'y', algorithm => 'gbt', key => 'id', partition_by => '{plan}', params => '{"trees": 10}');
SELECT count(*) AS rows, count(*) FILTER (WHERE b.prediction IS DISTINCT FROM mlops_predict('batch groups', f)) AS differ FROM mlops_predict_batch('batch groups', 'facts') AS b JOIN facts AS f ON f.id = b.key::int;

-- Two classes, three, and anomalies
SELECT version FROM mlops_train('batch churn', 'customers', target => 'churned');
SELECT count(*) > 900 AS many, count(*) FILTER (WHERE b.label <> mlops_classify('batch churn', c) OR b.probability <> mlops_probability('batch churn', c)) AS differ, count(b.prediction) AS numbers
FROM mlops_predict_batch('batch churn', 'customers') AS b JOIN customers AS c ON c.id = b.key::int;
SELECT version FROM mlops_train('batch level', 'SELECT id, number, plan, weight, level FROM facts', target => 'level', algorithm => 'gbt', key => 'id', params => '{"trees": 10}');
SELECT count(*) AS rows, count(*) FILTER (WHERE b.label <> mlops_classify('batch level', f) OR b.probability <> mlops_probability('batch level', f, b.label)) AS differ,
	bool_and(b.probabilities = ARRAY[mlops_probability('batch level', f, 'high'), mlops_probability('batch level', f, 'low'), mlops_probability('batch level', f, 'middle')]) AS in_order
FROM mlops_predict_batch('batch level', 'facts') AS b JOIN facts AS f ON f.id = b.key::int;
SELECT version FROM mlops_train('batch odd', 'SELECT id, number, plan, weight FROM facts', task => 'anomaly', key => 'id', params => '{"trees": 10}');
SELECT count(*) AS rows, count(*) FILTER (WHERE b.prediction <> mlops_anomaly_score('batch odd', f)) AS differ FROM mlops_predict_batch('batch odd', 'facts') AS b JOIN facts AS f ON f.id = b.key::int;

-- Clusters; a decomposition gives more than one number
SELECT version FROM mlops_train('batch segments', 'SELECT id, number, weight FROM facts', task => 'clustering', key => 'id');
SELECT count(*) AS rows, count(*) FILTER (WHERE b.prediction <> mlops_cluster('batch segments', f)) AS differ FROM mlops_predict_batch('batch segments', 'facts') AS b JOIN facts AS f ON f.id = b.key::int;
SELECT version FROM mlops_train('batch axes', 'SELECT id, number, weight FROM facts', task => 'decomposition', key => 'id');
SELECT * FROM mlops_predict_batch('batch axes', 'facts');
SELECT * FROM mlops_explain_batch('batch segments', 'facts');

-- The key: named, else that of the training, else the primary key, else none
SELECT key FROM mlops_predict_batch('batch gbt', 'SELECT * FROM facts ORDER BY id LIMIT 2', 'day');
SELECT key FROM mlops_predict_batch('batch gbt', 'SELECT * FROM facts ORDER BY id LIMIT 2');
SELECT key FROM mlops_predict_batch('batch gbt', 'SELECT number, plan, day, weight FROM facts ORDER BY id LIMIT 2');
SELECT key FROM mlops_predict_batch('batch gbt', 'SELECT NULL::int AS id, number, plan, day, weight FROM facts ORDER BY id LIMIT 2');
CREATE TABLE keyed AS SELECT 'row ' || id AS name, number, plan, day, weight FROM facts ORDER BY id LIMIT 3;
ALTER TABLE keyed ADD PRIMARY KEY (name);
SELECT count(*), min(key) FROM mlops_predict_batch('batch gbt', 'keyed');

-- Nothing, one row, and rows in the order of the source
SELECT count(*) FROM mlops_predict_batch('batch gbt', 'SELECT * FROM facts WHERE false');
SELECT array_agg(key ORDER BY ordinality) = array_agg(key ORDER BY key::int DESC) AS in_order FROM mlops_predict_batch('batch gbt', 'SELECT * FROM facts ORDER BY id DESC') WITH ORDINALITY;
-- unknown categories, other types of the same values
SELECT b.prediction = mlops_predict('batch gbt', f) AS same FROM (SELECT 1::bigint AS id, 3.0::numeric AS number, 'never seen'::varchar AS plan, timestamp '2024-02-03' AS day, 0.5::real AS weight) AS f,
	mlops_predict_batch('batch gbt', 'SELECT 1::bigint AS id, 3.0::numeric AS number, ''never seen''::varchar AS plan, timestamp ''2024-02-03'' AS day, 0.5::real AS weight') AS b;

-- Errors
SELECT * FROM mlops_predict_batch('batch gbt', 'SELECT id, number, plan, day FROM facts');
SELECT * FROM mlops_predict_batch('batch gbt', 'SELECT id, number, plan, day, plan AS weight FROM facts');
SELECT * FROM mlops_predict_batch('batch gbt', 'SELECT id, number, plan, day, ''NaN''::float8 AS weight FROM facts');
SELECT * FROM mlops_predict_batch('batch gbt', 'facts', 'identity');
SELECT * FROM mlops_predict_batch('batch gbt', NULL);
SELECT * FROM mlops_predict_batch('batch nothing', 'facts');
SELECT * FROM mlops_predict_batch('batch gbt', 'no_table');
SELECT * FROM mlops_predict_batch('batch gbt', 'SELECT 1 / (id - 4000) AS number, id, plan, day, weight FROM facts');
SELECT * FROM mlops_predict_batch('batch gbt', 'DELETE FROM facts');
SELECT count(*) FROM mlops_predict_batch('batch gbt', 'facts');

-- Into a table: made, replaced, only new ones
SELECT mlops_score_into('batch gbt', 'facts', 'scores');
SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'batch_test' AND table_name = 'scores' ORDER BY ordinal_position;
SELECT count(*) AS rows, count(*) FILTER (WHERE s.prediction IS DISTINCT FROM mlops_predict('batch gbt@1', f)) AS differ, min(model) AS model, min(version) AS version FROM scores AS s JOIN facts AS f USING (id);
DELETE FROM scores WHERE id % 5 = 0;
UPDATE scores SET prediction = -1 WHERE id = 7;
SELECT mlops_score_into('batch gbt', 'facts', 'scores', mode => 'new');
SELECT mlops_score_into('batch gbt', 'SELECT * FROM facts WHERE id < 11;', 'batch_test.scores', mode => 'new');
SELECT count(*), count(*) FILTER (WHERE prediction = -1) AS kept FROM scores;
SELECT mlops_score_into('batch gbt', 'SELECT * FROM facts WHERE id < 11 -- ten of them', 'scores');
SELECT count(*), count(*) FILTER (WHERE prediction = -1) AS kept FROM scores;
SELECT mlops_score_into('batch level', 'keyed', '"Odd Name"', key => 'name') FROM (SELECT 1) AS one WHERE false;
SELECT mlops_score_into('batch level', 'SELECT id AS "Odd Key", * FROM facts WHERE id < 4', '"Odd Name"', key => 'Odd Key');
SELECT "Odd Key", label IS NOT NULL AS label, probability BETWEEN 0.3 AND 1 AS probability, cardinality(probabilities) AS probabilities, prediction FROM "Odd Name" ORDER BY 1;
SET extra_float_digits = 0;
SELECT mlops_score_into('batch gbt', 'SELECT id + 0.1 + 0.2::float8 AS real_key, * FROM facts WHERE id < 4', 'by_float', key => 'real_key');
SELECT count(*) FROM by_float AS b JOIN facts AS f ON b.real_key = f.id + 0.1 + 0.2::float8;
SHOW extra_float_digits;
RESET extra_float_digits;

-- Errors leave nothing behind
SELECT mlops_score_into('batch gbt', 'facts', 'failed', mode => 'some');
SELECT mlops_score_into('batch gbt', 'SELECT number, plan, day, weight FROM facts', 'failed');
SELECT mlops_score_into('batch gbt', 'SELECT id AS version, * FROM facts', 'failed', key => 'version');
SELECT mlops_score_into('batch gbt', 'SELECT id / 2 AS half, * FROM facts', 'failed', key => 'half');
SELECT mlops_score_into('batch gbt', 'SELECT NULLIF(id, 5) AS some, * FROM facts', 'failed', key => 'some');
SELECT mlops_score_into('batch gbt', 'SELECT 1 / (id - 4000) AS number, id, plan, day, weight FROM facts', 'failed');
SELECT mlops_score_into('batch gbt', 'facts', 'no_schema.failed');
SELECT mlops_score_into('batch gbt', 'facts', 'a b');
SELECT mlops_score_into('batch gbt', 'facts', 'keyed');
CREATE VIEW scores_view AS SELECT * FROM scores;
SELECT mlops_score_into('batch gbt', 'facts', 'scores_view');
SELECT to_regclass('failed') IS NULL AS nothing;

SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name LIKE 'batch %';
DROP SCHEMA batch_test CASCADE;
