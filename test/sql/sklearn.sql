-- Numbers beside scikit-learn 1.2: the same rows held out, three tables for each
-- task; test/data/make_sklearn.py computed the other side.
CREATE SCHEMA sklearn_test;
SET search_path = sklearn_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\set ECHO none
\i customers.sql
\i credit.sql
\i houses.sql
\i cars.sql
SELECT format('CREATE TABLE breast (id integer PRIMARY KEY, %s, y integer)', string_agg('x' || i || ' double precision', ', ' ORDER BY i)) FROM generate_series(1, 30) AS i \gexec
SELECT format('CREATE TABLE diabetes (id integer PRIMARY KEY, %s, y double precision)', string_agg('x' || i || ' double precision', ', ' ORDER BY i)) FROM generate_series(1, 10) AS i \gexec
\copy breast FROM 'breast.csv' (FORMAT csv, HEADER)
\copy diabetes FROM 'diabetes.csv' (FORMAT csv, HEADER)
CREATE TABLE expected (data text, algorithm text, metric text, value double precision, PRIMARY KEY (data, algorithm, metric));
\copy expected FROM 'sklearn_expected.csv' (FORMAT csv, HEADER)
\set ECHO all

-- Each table with the rows to hold out
CREATE FUNCTION learn(data text, algorithm text, target text, positive text = NULL, exclude text[] = NULL) RETURNS void LANGUAGE sql AS $$
SELECT FROM mlops_train('sklearn ' || algorithm || ' ' || data, format('SELECT *, id %% 5 = 0 AS test FROM %I', data), target => target, algorithm => algorithm, positive => positive,
	key => 'id', exclude => exclude, split => '{"method": "column", "column": "test"}', params => CASE algorithm WHEN 'gbt' THEN '{"early_stopping": 0, "l2": 0, "node_features": 1}' ELSE '{}' END::jsonb) $$;
SELECT learn(data, algorithm, target, positive) FROM unnest(ARRAY['logistic', 'gbt']) AS algorithm,
	(VALUES ('breast', 'y', '1'), ('credit', 'status', 'bad'), ('customers', 'churned', 'true')) AS d (data, target, positive);
SELECT learn(data, algorithm, target, NULL, exclude) FROM unnest(ARRAY['linear', 'gbt']) AS algorithm,
	(VALUES ('diabetes', 'y', NULL), ('houses', 'sale_price', NULL), ('cars', 'miles_per_gallon', ARRAY['name', 'model_year'])) AS d (data, target, exclude);

CREATE VIEW compared AS
SELECT e.data, e.algorithm, e.metric, m.value AS ours, e.value AS theirs, m.value - e.value AS difference,
	abs(m.value - e.value) / CASE WHEN e.metric IN ('rmse', 'mae', 'median_absolute_error') THEN e.value ELSE 1 END AS off
FROM expected AS e LEFT JOIN mlops.metrics AS m ON m.model = 'sklearn ' || e.algorithm || ' ' || e.data AND m.part = 'holdout' AND m.metric = e.metric;

-- Linear models have one solution: the same to 1e-6
SELECT data, algorithm, metric, off < 1e-6 AS same FROM compared WHERE algorithm <> 'gbt' ORDER BY 1, 2, 3;
-- Trees are grown by other rules for bins, ties and categories: as good within a
-- margin, stated for each metric, or better
SELECT data, metric, CASE WHEN metric IN ('log_loss', 'brier') THEN difference <= 0.02 WHEN metric IN ('rmse', 'mae') THEN difference <= 0.05 * theirs
	WHEN metric = 'median_absolute_error' THEN difference <= 0.1 * theirs ELSE difference >= -0.02 END AS as_good
FROM compared WHERE algorithm = 'gbt' ORDER BY 1, 2;
SELECT count(*) AS compared, count(ours) AS there FROM compared;

SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name LIKE 'sklearn %';
SET client_min_messages = warning;
DROP SCHEMA sklearn_test CASCADE;
