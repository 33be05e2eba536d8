-- Training: the story of the README, on real data. Numbers are rounded so that
-- only what a user would notice can change this output.
CREATE SCHEMA train_test;
SET search_path = train_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\i customers.sql
\i houses.sql

-- What a person types first
SELECT model, version, task, algorithm, rows, metric, value < baseline AS beats_baseline, deployed, seconds > 0 AS took_time, warnings
FROM mlops_train('train churn', 'customers', target => 'churned');
SELECT round(value::numeric, 2) AS log_loss, round(baseline::numeric, 3) AS of_the_share FROM mlops.versions WHERE model = 'train churn';

-- Three algorithms; each is a version, the best one so far is the champion
SELECT version, task, algorithm, round(value::numeric, 2) AS log_loss
FROM mlops_train('train churn', 'customers', target => 'churned', algorithm => 'logistic');
SELECT version, algorithm, round(value::numeric, 1) AS log_loss, deployed
FROM mlops_train('train churn', 'customers', target => 'churned', algorithm => 'gbt',
	params => '{"learning_rate": 0.05, "num_leaves": 4, "n_estimators": 20}', deploy => 'never');
SELECT version, task, algorithm, rows, metric, value < 0.6 * baseline AS far_better, deployed, warnings
FROM mlops_train('train houses', 'houses', target => 'sale_price', algorithm => 'linear');

-- The baseline is the same metric of what knows nothing of the features: here the
-- standard deviation of the held-out prices around the mean price of the others
SELECT v.train_rows + v.holdout_rows = v.rows AS all_rows, v.rows, v.holdout_rows,
	m.baseline BETWEEN 70000 AND 90000 AS a_price, m.baseline = v.baseline AS same, m.value = v.value AS same_value
FROM mlops.versions AS v JOIN mlops.metrics AS m USING (model, version)
WHERE v.model = 'train houses' AND m.part = 'holdout' AND m.metric = 'rmse';

-- What is stored with a version
SELECT version, algorithm, target, classes, rows, train_rows, holdout_rows, aliases, length(digest) AS digest, artifact_bytes > 0 AS bytes, created_by = current_user AS mine
FROM mlops.versions WHERE model = 'train churn' ORDER BY version;
SELECT version, params FROM mlops.versions WHERE model = 'train churn' AND version > 1 ORDER BY version;
SELECT name, task, target, versions, champion FROM mlops.models WHERE name LIKE 'train %' ORDER BY name;
SELECT version, kind, iterations BETWEEN 1 AND 100 AS iterations, train_loss > 0 AS loss, seed, reason, deployed, decision, finished_at > started_at AS time_passed,
	ARRAY(SELECT jsonb_object_keys(timings) ORDER BY 1) AS timings
FROM mlops.runs WHERE model = 'train churn' AND version IN (1, 3) ORDER BY version;
SELECT role, position, name, type, kind FROM mlops.features WHERE model = 'train churn' AND version = 1 ORDER BY position;
SELECT name, profile - ARRAY['edges', 'cuts', 'counts', 'below', 'mean', 'sd'] AS profile FROM mlops.features
WHERE model = 'train churn' AND version = 1 AND name IN ('contract', 'tenure_months', 'total_charges') ORDER BY name;

-- Metrics: of held-out and of training rows, with interval and baseline
SELECT part, metric, class, value IS NOT NULL AS value, low <= value AND value <= high AS inside, baseline IS NOT NULL AS baseline, rows
FROM mlops.metrics WHERE model = 'train churn' AND version = 1 ORDER BY part, metric;
SELECT part, metric, low <= value AND value <= high AS inside, baseline IS NOT NULL AS baseline, rows
FROM mlops.metrics WHERE model = 'train houses' AND version = 1 ORDER BY part, metric;
SELECT metric, round(value::numeric, 1) AS value FROM mlops.metrics
WHERE model = 'train churn' AND version = 1 AND part = 'holdout' AND metric IN ('roc_auc', 'accuracy', 'log_loss', 'f1') ORDER BY metric;

-- Early stopping: the loss of rows set aside ends it, and they belong to the training side
SELECT version, rows FROM mlops_train('train churn', 'customers', target => 'churned', deploy => 'never',
	params => '{"trees": 2000, "early_stopping": 5}');
SELECT iterations < 500 AS stopped FROM mlops.runs WHERE model = 'train churn' AND version = 4;
SELECT train_rows, holdout_rows, (split -> 'validate_below' -> 0)::float8 > (split -> 'holdout_below' -> 0)::float8 AS set_aside
FROM mlops.versions WHERE model = 'train churn' AND version = 4;
SELECT version FROM mlops_train('train churn', 'customers', target => 'churned', deploy => 'never',
	params => '{"trees": 60, "early_stopping": 0}');
SELECT r.iterations, v.split -> 'validate_below' = v.split -> 'holdout_below' AS none_set_aside
FROM mlops.runs AS r JOIN mlops.versions AS v USING (model, version) WHERE model = 'train churn' AND version = 5;

-- with two classes in small tables, too; numbers need more rows to set some aside
SELECT version FROM mlops_train('train small', 'SELECT * FROM customers WHERE id <= 500', target => 'churned', key => 'id', algorithm => 'gbt');
SELECT r.iterations < 100 AS stopped, (v.split -> 'validate_below' -> 0)::float8 > (v.split -> 'holdout_below' -> 0)::float8 AS set_aside, v.value < v.baseline AS better
FROM mlops.runs AS r JOIN mlops.versions AS v USING (model, version) WHERE model = 'train small';
SELECT version FROM mlops_train('train small houses', 'SELECT * FROM houses WHERE id <= 600', target => 'sale_price', key => 'id', algorithm => 'gbt');
SELECT v.split -> 'validate_below' = v.split -> 'holdout_below' AS none_set_aside
FROM mlops.versions AS v WHERE model = 'train small houses';

-- A version that is no better than its baseline says so
SELECT version, w FROM mlops_train('train noise', 'SELECT i AS id, sin(i * 12.9898) AS a, cos(i * i * 78.233) AS b, hashint4(i) % 2 = 0 AS y FROM generate_series(1, 600) AS i',
	target => 'y', key => 'id', algorithm => 'gbt', params => '{"early_stopping": 0}'), unnest(warnings) AS w WHERE w LIKE 'no better%';
SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name IN ('train small', 'train small houses', 'train noise');

-- The same call gives the same model: nothing but data, options and seed goes into it
SELECT version FROM mlops_train('train churn', 'customers', target => 'churned', deploy => 'never');
SELECT version FROM mlops_train('train churn', 'SELECT * FROM customers ORDER BY monthly_charges, id', key => 'id', target => 'churned', deploy => 'never');
SELECT version FROM mlops_train('train churn', 'customers', target => 'churned', deploy => 'never', seed => 1);
SELECT b.version, a.digest = b.digest AS same FROM mlops.versions AS a JOIN mlops.versions AS b USING (model)
WHERE model = 'train churn' AND a.version = 1 AND b.version >= 6 ORDER BY b.version;

-- auto: few rows are for linear models
SELECT algorithm, rows, warnings FROM mlops_train('train small', 'SELECT * FROM customers WHERE id <= 499', target => 'churned', exclude => ARRAY['id']);
SELECT algorithm, rows, warnings FROM mlops_train('train small r', 'SELECT gr_liv_area, year_built, sale_price FROM houses WHERE id <= 300', target => 'sale_price');
SELECT DISTINCT part FROM mlops.metrics WHERE model LIKE 'train small%' ORDER BY 1;

-- Weights count: twice the weight is the row twice
CREATE TABLE weighted AS SELECT id, x, 3 * x + mod(id * 7919, 101) / 50.0 AS y, 1 + mod(id, 2) AS w, mod(id, 5) = 0 AS held
FROM (SELECT id, mod(id * 104729, 1009) / 100.0::float8 AS x FROM generate_series(1, 1000) AS id) AS s;
SELECT version, warnings FROM mlops_train('train weight', 'SELECT x, y::float8, w, held FROM weighted', target => 'y', weight => 'w', algorithm => 'linear',
	split => '{"method": "column", "column": "held"}');
SELECT version, warnings FROM mlops_train('train weight', 'SELECT x, y::float8, held FROM weighted, generate_series(1, w)', target => 'y', algorithm => 'linear',
	split => '{"method": "column", "column": "held"}', deploy => 'never');
SELECT a.part, a.metric, abs(a.value - b.value) < 1e-9 AS same, abs(a.baseline - b.baseline) < 1e-9 AS same_baseline
FROM mlops.metrics AS a JOIN mlops.metrics AS b USING (model, part, metric)
WHERE model = 'train weight' AND a.version = 1 AND b.version = 2 ORDER BY a.part, a.metric;
SELECT count(*) FILTER (WHERE abs(mlops_predict('train weight@1', r) - mlops_predict('train weight@2', r)) > 1e-9) AS different FROM weighted AS r;
SELECT rows, warnings FROM mlops_train('train weight', 'SELECT x, y, CASE WHEN id > 900 THEN 0 ELSE 1 END AS w FROM weighted', target => 'y', weight => 'w', algorithm => 'linear');

-- Training belongs to the transaction
BEGIN;
SELECT version FROM mlops_train('train houses', 'houses', target => 'sale_price', algorithm => 'linear');
SELECT count(*) FROM mlops.versions WHERE model = 'train houses';
ROLLBACK;
SELECT count(*) FROM mlops.versions WHERE model = 'train houses';
BEGIN;
SAVEPOINT before;
SELECT version FROM mlops_train('train once', 'houses', target => 'sale_price', algorithm => 'linear');
ROLLBACK TO before;
SELECT version FROM mlops_train('train once', 'houses', target => 'sale_price', algorithm => 'linear', params => '{"l2": 10}');
COMMIT;
SELECT version, params FROM mlops.versions WHERE model = 'train once';

-- Too good to be true: the warning names the column
SELECT warnings FROM mlops_train('train leak', 'SELECT *, CASE WHEN churned THEN date ''2020-01-01'' + id % 1000 END AS cancelled FROM customers WHERE id <= 2000',
	target => 'churned', exclude => ARRAY['id'], algorithm => 'gbt');

-- The loop ends
SELECT mlops_drop_model(name) FROM mlops.models WHERE name LIKE 'train %';
SELECT count(*) FROM mlops.versions WHERE model LIKE 'train %';
SELECT (SELECT count(*) FROM mlops.artifact), (SELECT count(*) FROM mlops.metric), (SELECT count(*) FROM mlops.feature), (SELECT count(*) FROM mlops.run);
SET client_min_messages = warning;
DROP SCHEMA train_test CASCADE;
