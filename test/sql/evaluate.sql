-- Metrics: as stored, on other rows, and by closed forms.
CREATE SCHEMA evaluate_test;
SET search_path = evaluate_test, public;

CREATE TABLE people AS SELECT i AS id, (i * 7919) % 101 AS a, (ARRAY['red', 'green', 'blue'])[1 + i % 3] AS color, CASE WHEN i % 11 > 0 THEN (i * 104729) % 97 / 7.0::float8 END AS b,
	(i * 7919) % 101 + (i * 31337) % 53 > 70 AS yes, (i * 7919) % 101 / 3.0 + (i * 31337) % 53 AS y, 1 + i % 3 AS w, i % 5 = 0 AS test FROM generate_series(1, 3000) AS i;
ALTER TABLE people ADD PRIMARY KEY (id);

-- Stored and computed anew on the held-out rows: the same numbers
SELECT version, deployed FROM mlops_train('evaluate class', 'people', target => 'yes', features => ARRAY['a', 'b', 'color'], algorithm => 'gbt', split => '{"method": "column", "column": "test"}');
SELECT version, deployed FROM mlops_train('evaluate class', 'people', target => 'yes', features => ARRAY['a', 'b', 'color'], algorithm => 'logistic', split => '{"method": "column", "column": "test"}', deploy => 'never');
SELECT version, deployed FROM mlops_train('evaluate class', 'people', target => 'yes', features => ARRAY['a', 'b', 'color'], algorithm => 'logistic', split => '{"method": "column", "column": "test"}', weight => 'w', deploy => 'never');
SELECT version, deployed FROM mlops_train('evaluate number', 'people', target => 'y', features => ARRAY['a', 'b', 'color'], algorithm => 'linear', split => '{"method": "column", "column": "test"}');
SELECT version, deployed FROM mlops_train('evaluate number', 'people', target => 'y', features => ARRAY['a', 'b', 'color'], algorithm => 'gbt', split => '{"method": "column", "column": "test"}', weight => 'w', deploy => 'never');

CREATE FUNCTION differences(ref text) RETURNS TABLE (part text, metrics bigint, different text) LANGUAGE sql AS $$
SELECT s.part, count(*), string_agg(s.metric, ', ' ORDER BY s.metric)
	FILTER (WHERE n.metric IS NULL OR s.rows <> n.rows OR s.class IS DISTINCT FROM n.class
		OR coalesce(abs(s.value - n.value) > 1e-12 * greatest(1, abs(s.value)), s.value IS DISTINCT FROM n.value)
		OR coalesce(abs(s.low - n.low) > 1e-12 * greatest(1, abs(s.low)), s.low IS DISTINCT FROM n.low)
		OR coalesce(abs(s.high - n.high) > 1e-12 * greatest(1, abs(s.high)), s.high IS DISTINCT FROM n.high)
		OR coalesce(abs(s.baseline - n.baseline) > 1e-12 * greatest(1, abs(s.baseline)), s.baseline IS DISTINCT FROM n.baseline))
FROM mlops_evaluate(ref) AS s LEFT JOIN LATERAL (
	SELECT * FROM mlops_evaluate(ref, CASE s.part WHEN 'holdout' THEN 'SELECT * FROM people WHERE test' ELSE 'SELECT * FROM people WHERE NOT test ORDER BY b' END) AS e
	WHERE e.metric = s.metric) AS n ON n.part = 'source'
-- statistics of the fit itself are known of no other rows
WHERE s.metric NOT IN ('adjusted_r2', 'aic', 'bic', 'condition_number', 'deviance', 'df_model', 'df_residual', 'dispersion', 'f', 'f_p_value', 'log_likelihood', 'null_deviance', 'pseudo_r2', 'sigma')
GROUP BY s.part ORDER BY s.part $$;
SELECT * FROM differences('evaluate class@1');
SELECT * FROM differences('evaluate class@2');
SELECT * FROM differences('evaluate class@3');
SELECT * FROM differences('evaluate number@1');
SELECT * FROM differences('evaluate number@2');
-- and the view shows what the function gives
SELECT count(*) AS rows, count(*) FILTER (WHERE e IS DISTINCT FROM m) AS different FROM
	(SELECT part, metric, class, value, low, high, rows, baseline FROM mlops_evaluate('evaluate class@2')) AS e FULL JOIN
	(SELECT part, metric, nullif(class, '') AS class, value, low, high, rows, baseline FROM mlops.metrics WHERE model = 'evaluate class' AND version = 2) AS m USING (part, metric);

-- Metrics by hand from the predictions
WITH p AS (SELECT yes::int AS y, mlops_probability('evaluate class', r) AS p FROM people AS r WHERE test),
mine AS (
	SELECT 'log_loss' AS metric, avg(-ln(CASE WHEN y = 1 THEN p ELSE 1 - p END)) AS value FROM p
	UNION ALL SELECT 'brier', avg((p - y) ^ 2) FROM p
	UNION ALL SELECT 'accuracy', avg(((p >= 0.5)::int = y)::int) FROM p
	UNION ALL SELECT 'precision', avg(y) FILTER (WHERE p >= 0.5) FROM p
	UNION ALL SELECT 'recall', avg((p >= 0.5)::int) FILTER (WHERE y = 1) FROM p
	UNION ALL SELECT 'roc_auc', avg(CASE WHEN a.p > b.p THEN 1 WHEN a.p = b.p THEN 0.5 ELSE 0 END) FROM p AS a, p AS b WHERE a.y = 1 AND b.y = 0
	UNION ALL SELECT 'true_positive', count(*) FILTER (WHERE y = 1 AND p >= 0.5) FROM p
	UNION ALL SELECT 'false_positive', count(*) FILTER (WHERE y = 0 AND p >= 0.5) FROM p)
SELECT metric, abs(mine.value - e.value) < 1e-12 AS same, e.rows FROM mine JOIN mlops_evaluate('evaluate class') AS e USING (metric) WHERE e.part = 'holdout' ORDER BY metric;
WITH p AS (SELECT y::float8, mlops_predict('evaluate number', r) AS p FROM people AS r WHERE test),
mine AS (
	SELECT 'rmse' AS metric, sqrt(avg((p - y) ^ 2)) AS value FROM p
	UNION ALL SELECT 'mae', avg(abs(p - y)) FROM p
	UNION ALL SELECT 'median_absolute_error', percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(p - y)) FROM p
	UNION ALL SELECT 'r2', 1 - avg((p - y) ^ 2) / var_pop(y) FROM p
	UNION ALL SELECT 'mape', avg(abs((p - y) / y)) FILTER (WHERE y <> 0) FROM p)
SELECT metric, abs(mine.value - e.value) < 1e-10 AS same FROM mine JOIN mlops_evaluate('evaluate number') AS e USING (metric) WHERE e.part = 'holdout' ORDER BY metric;
-- the baseline: what the training rows say on average
WITH base AS (SELECT avg(y::float8) FILTER (WHERE NOT test) AS mean FROM people)
SELECT metric, abs(e.baseline - CASE metric WHEN 'rmse' THEN (SELECT sqrt(avg((y - mean) ^ 2)) FROM people WHERE test) WHEN 'mae' THEN (SELECT avg(abs(y - mean)) FROM people WHERE test) END) < 1e-10 AS same
FROM base, mlops_evaluate('evaluate number') AS e WHERE part = 'holdout' AND metric IN ('rmse', 'mae') ORDER BY metric;

-- A tiny example with a closed form: the line through (0, 0) and (2, 4) is y = 2 x
CREATE TABLE line AS SELECT x::float8, 2 * x::float8 AS y, false AS test FROM generate_series(0, 2, 2) AS x
UNION ALL VALUES (1, 3, true), (3, 5, true), (0, 0, true), (10, NULL, true);
SELECT rows, round(value::numeric, 10) AS rmse, round(baseline::numeric, 10) AS baseline, warnings FROM mlops_train('evaluate line', 'line', target => 'y', features => ARRAY['x'], algorithm => 'linear', split => '{"method": "column", "column": "test"}');
-- errors 1, -1, 0: rmse sqrt(2/3), mae 2/3, median 1, r2 1 - 2/(38/3), mape of the two rows that are not 0: (1/3 + 1/5) / 2
SELECT metric, abs(value - CASE metric WHEN 'rmse' THEN sqrt(2 / 3.0) WHEN 'mae' THEN 2 / 3.0 WHEN 'median_absolute_error' THEN 1 WHEN 'r2' THEN 1 - 6 / 38.0 WHEN 'mape' THEN 4 / 15.0 END) < 1e-14 AS closed_form, rows
FROM mlops_evaluate('evaluate line', 'SELECT * FROM line WHERE test') ORDER BY metric;
SELECT part, metric, rows FROM mlops_evaluate('evaluate line') WHERE metric = 'mape' ORDER BY part;

-- Confusion
SELECT * FROM mlops_confusion('evaluate class') ORDER BY 1, 2;
SELECT * FROM mlops_confusion('evaluate class', 'SELECT * FROM people WHERE id <= 100') ORDER BY 1, 2;
SELECT yes::text AS actual, mlops_classify('evaluate class', r) AS predicted, count(*) AS rows FROM people AS r WHERE id <= 100 GROUP BY 1, 2 ORDER BY 1, 2;
SELECT sum(rows) AS weight FROM mlops_confusion('evaluate class@3', 'SELECT * FROM people WHERE id <= 100');
SELECT actual, predicted FROM mlops_confusion('evaluate class', 'SELECT * FROM people WHERE id = 100') ORDER BY 1, 2;

-- Rows without a target are left out; one class is enough to be judged, but for some metrics
SELECT metric, value IS NULL AS undefined, rows FROM mlops_evaluate('evaluate class', 'SELECT a, b, color, CASE WHEN id < 50 THEN yes END AS yes FROM people WHERE id <= 100') ORDER BY metric;
SELECT metric, value IS NULL AS undefined, rows FROM mlops_evaluate('evaluate class', 'SELECT * FROM people WHERE NOT yes AND id <= 100') ORDER BY metric;
SELECT metric, value IS NULL AS undefined, rows FROM mlops_evaluate('evaluate number', 'SELECT * FROM people WHERE id = 1') ORDER BY metric;
-- labels as text or as another type of the same text
SELECT e.metric, e.value = f.value AS same FROM mlops_evaluate('evaluate class', 'people') AS e JOIN mlops_evaluate('evaluate class', 'SELECT a, b, color, yes::text FROM people') AS f USING (metric) WHERE metric IN ('roc_auc', 'log_loss') ORDER BY 1;

-- Refused
\set SHOW_CONTEXT never
SELECT mlops_evaluate('evaluate class', 'SELECT a, b, color, ''maybe''::text AS yes FROM people');
SELECT mlops_evaluate('evaluate class', 'SELECT a, b, color, NULL::bool AS yes FROM people');
SELECT mlops_evaluate('evaluate class', 'SELECT * FROM people WHERE false');
SELECT mlops_evaluate('evaluate class', 'SELECT a, b, yes FROM people');
SELECT mlops_evaluate('evaluate class', 'SELECT a, b, color FROM people');
SELECT mlops_evaluate('evaluate class@3', 'SELECT a, b, color, yes FROM people');
SELECT mlops_evaluate('evaluate class', 'SELECT a, b, color, ARRAY[yes] AS yes FROM people');
SELECT mlops_evaluate('evaluate number', 'SELECT a, b, color, ''x''::text AS y FROM people');
SELECT mlops_evaluate('evaluate number', 'SELECT ''x''::text AS a, b, color, y FROM people');
SELECT mlops_evaluate('evaluate number', 'SELECT a, b, color, ''NaN''::float8 AS y FROM people');
SELECT mlops_evaluate('evaluate class@3', 'SELECT a, b, color, yes, -w AS w FROM people');
SELECT mlops_evaluate('evaluate class@3', 'SELECT a, b, color, yes, ''x''::text AS w FROM people');
SELECT mlops_evaluate('evaluate class@3', 'SELECT a, b, color, yes, NULL::int AS w FROM people');
SELECT mlops_evaluate('evaluate class@3', 'SELECT a, b, color, yes, 0 AS w FROM people');
SELECT mlops_evaluate('evaluate nothing');
SELECT mlops_evaluate('evaluate class@7');
SELECT mlops_evaluate(NULL);
SELECT mlops_confusion('evaluate number');
SELECT mlops_confusion('evaluate number', 'people');

SELECT mlops_drop_model(name) FROM mlops.models WHERE name LIKE 'evaluate %';
SET client_min_messages = warning;
DROP SCHEMA evaluate_test CASCADE;
