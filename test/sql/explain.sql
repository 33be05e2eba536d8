-- Why a version says of a row what it says.
CREATE SCHEMA explain_test;
SET search_path = explain_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\set ECHO none
\i customers.sql
\set ECHO all
SET client_min_messages = warning;
CREATE TABLE facts AS SELECT id, id % 13 AS number, (ARRAY['a', 'b', 'c'])[1 + id % 3] AS plan, timestamp '2024-01-01' + id * interval '7 hours' AS seen, id % 2 = 0 AS even,
	CASE WHEN id % 10 = 0 THEN NULL ELSE (id % 7) / 2.0 END AS weight, (id % 13) * 2.0 + CASE id % 3 WHEN 1 THEN 5 ELSE 0 END + extract(month FROM timestamp '2024-01-01' + id * interval '7 hours')::float8 AS y,
	CASE WHEN id % 13 + id % 3 > 8 THEN 'high' WHEN id % 7 > 4 THEN 'middle' ELSE 'low' END AS level FROM generate_series(1, 3000) AS id;

-- Base and contributions add up to the margin, whatever the model
SELECT name, version FROM unnest(ARRAY['linear', 'gbt', 'decision_tree', 'random_forest']) AS name,
	mlops_train('explain ' || name, 'SELECT id, number, plan, seen, even, weight, y FROM facts', target => 'y', algorithm => name, key => 'id', params => CASE name WHEN 'gbt' THEN '{"trees": 20}' WHEN 'random_forest' THEN '{"trees": 7}' ELSE '{}' END::jsonb);
SELECT algorithm, count(*) AS rows, bool_and(abs(said - sum) < 1e-9 * abs(said)) AS adds_up, bool_and(columns = 5) AS five_columns, bool_or(errors) AS errors
FROM (SELECT algorithm, f.id, mlops_predict('explain ' || algorithm, f) AS said, e.* FROM unnest(ARRAY['linear', 'gbt', 'decision_tree', 'random_forest']) AS algorithm, facts AS f,
	LATERAL (SELECT sum(contribution), count(*) FILTER (WHERE feature <> '(base)') AS columns, bool_or(std_error IS NOT NULL) AS errors FROM mlops_explain('explain ' || algorithm, f)) AS e WHERE f.id % 100 = 0) AS s
GROUP BY algorithm ORDER BY algorithm;

-- A linear model says what its coefficients say; values are shown as text
SELECT feature, value, contribution IS NOT NULL AS known FROM mlops_explain('explain linear', (SELECT f FROM facts AS f WHERE id = 30)) ORDER BY feature COLLATE "C";
SELECT feature, value FROM mlops_explain('explain linear', '{"number": 3, "plan": null, "seen": "2024-02-03 04:05:06", "even": true, "weight": 0.1}') ORDER BY feature COLLATE "C";
SELECT round((a.contribution - b.contribution)::numeric, 6) AS of_three_units FROM mlops_explain('explain linear', (SELECT f FROM facts AS f WHERE number = 5 LIMIT 1)) AS a, mlops_explain('explain linear', (SELECT f FROM facts AS f WHERE number = 2 LIMIT 1)) AS b WHERE a.feature = 'number' AND b.feature = 'number';

-- All ways to give a row say the same; the base stands first, the largest next
CREATE TABLE by_row AS SELECT * FROM mlops_explain('explain gbt', (SELECT f FROM facts AS f WHERE id = 77)) WITH ORDINALITY;
SELECT count(*) FROM (TABLE by_row EXCEPT SELECT * FROM mlops_explain('explain gbt', (SELECT to_jsonb(f) FROM facts AS f WHERE id = 77)) WITH ORDINALITY) AS d;
SELECT count(*) FROM (TABLE by_row EXCEPT SELECT * FROM mlops_explain('explain gbt', (SELECT row_to_json(f) FROM facts AS f WHERE id = 77)) WITH ORDINALITY) AS d;
SELECT count(*) FROM (TABLE by_row EXCEPT SELECT * FROM mlops_explain('explain gbt', (SELECT row_to_json(f)::text FROM facts AS f WHERE id = 77)) WITH ORDINALITY) AS d;
SELECT (SELECT feature FROM by_row WHERE ordinality = 1), bool_and(abs(contribution) <= before) AS descending FROM (SELECT contribution, lag(abs(contribution)) OVER (ORDER BY ordinality) AS before FROM by_row WHERE ordinality > 1) AS o;
-- a row among others of a query, and one that is missing
SELECT f.id, count(*) FROM facts AS f, mlops_explain('explain gbt', f) WHERE f.id < 4 GROUP BY f.id ORDER BY f.id;
SELECT count(*) FROM mlops_explain('explain gbt', NULL::facts);

-- Two classes: log-odds of the positive one, or of the other with the sign turned
SELECT name, version FROM unnest(ARRAY['logistic', 'gbt']) AS name,
	mlops_train('explain churn ' || name, 'customers', target => 'churned', algorithm => name);
SELECT algorithm, bool_and(abs(ln(p / (1 - p)) - sum) < 1e-9 * greatest(1, abs(sum))) AS adds_up, bool_and(class = 'true') AS of_the_positive
FROM (SELECT algorithm, mlops_probability('explain churn ' || algorithm, c) AS p, e.* FROM unnest(ARRAY['logistic', 'gbt']) AS algorithm, (SELECT * FROM customers ORDER BY id LIMIT 20) AS c,
	LATERAL (SELECT sum(contribution), min(class) AS class FROM mlops_explain('explain churn ' || algorithm, c)) AS e) AS s GROUP BY algorithm ORDER BY algorithm;
SELECT bool_and(a.contribution = -b.contribution AND a.class = 'true' AND b.class = 'false') AS turned FROM mlops_explain('explain churn gbt', (SELECT c FROM customers AS c ORDER BY id LIMIT 1)) AS a
JOIN mlops_explain('explain churn gbt', (SELECT c FROM customers AS c ORDER BY id LIMIT 1), class => 'false') AS b USING (feature);

-- More classes: each has its own; softmax of their margins are the probabilities
SELECT version FROM mlops_train('explain level', 'SELECT id, number, plan, weight, level FROM facts', target => 'level', algorithm => 'gbt', key => 'id', params => '{"trees": 10}');
SELECT class, abs(exp(margin) / sum(exp(margin)) OVER () - mlops_probability('explain level', f, class)) < 1e-9 AS agrees FROM facts AS f,
	LATERAL (SELECT class, sum(contribution) AS margin FROM mlops_explain('explain level', f) GROUP BY class) AS e WHERE f.id = 5 ORDER BY class;
SELECT DISTINCT class FROM mlops_explain('explain level', (SELECT f FROM facts AS f WHERE id = 5), 'middle');
-- and of sums of effects
SELECT version FROM mlops_train('explain effects', 'SELECT id, number, plan, weight, level FROM facts', target => 'level', algorithm => 'logistic', key => 'id', params => '{"l2": 1}');
SELECT class, abs(exp(margin) / sum(exp(margin)) OVER () - mlops_probability('explain effects', f, class)) < 1e-9 AS agrees FROM facts AS f,
	LATERAL (SELECT class, sum(contribution) AS margin FROM mlops_explain('explain effects', f) GROUP BY class) AS e WHERE f.id = 5 ORDER BY class;
-- counts: the logarithm of the mean
SELECT version FROM mlops_train('explain counts', 'SELECT id, number, plan, weight, round(y)::int AS y FROM facts', target => 'y', task => 'regression', algorithm => 'poisson', key => 'id');
SELECT abs(sum(contribution) - ln(mlops_predict('explain counts', f))) < 1e-9 AS agrees FROM facts AS f, mlops_explain('explain counts', f) WHERE f.id = 8 GROUP BY f;
-- one model per group: that of the row
SELECT version FROM mlops_train('explain groups', 'SELECT id, number, plan, weight, y FROM facts', target => 'y', algorithm => 'linear', key => 'id', partition_by => '{plan}');
SELECT f.id, abs(sum(contribution) - mlops_predict('explain groups', f)) < 1e-9 AS agrees, count(*) FROM facts AS f, mlops_explain('explain groups', f) WHERE f.id IN (4, 5, 6) GROUP BY f.id, f ORDER BY f.id;
-- forests: shares
SELECT version FROM mlops_train('explain shares', 'SELECT id, number, plan, weight, level FROM facts', target => 'level', algorithm => 'random_forest', key => 'id', params => '{"trees": 5}');
SELECT class, abs(sum(contribution) - mlops_probability('explain shares', f, class)) < 1e-9 AS agrees FROM facts AS f, mlops_explain('explain shares', f) WHERE f.id = 8 GROUP BY class, f ORDER BY class;
-- anomalies: the logarithm to base 2 of the score
SELECT version FROM mlops_train('explain odd', 'SELECT id, number, plan, weight FROM facts', task => 'anomaly', key => 'id', params => '{"trees": 20}');
SELECT abs(power(2, sum(contribution)) - mlops_anomaly_score('explain odd', f)) < 1e-9 AS agrees FROM facts AS f, mlops_explain('explain odd', f) WHERE f.id = 8 GROUP BY f;

-- All rows of a source: the same as one by one
SELECT count(*) AS rows, count(*) FILTER (WHERE b.contribution IS DISTINCT FROM e.contribution) AS differ
FROM mlops_explain_batch('explain gbt', 'facts') AS b JOIN facts AS f ON f.id = b.key::int CROSS JOIN LATERAL mlops_explain('explain gbt', f) AS e
WHERE e.feature = b.feature AND f.id % 37 = 0;
SELECT count(*) AS rows, count(*) FILTER (WHERE b.contribution IS DISTINCT FROM e.contribution) AS differ
FROM mlops_explain_batch('explain groups', 'SELECT * FROM facts WHERE id % 37 = 0', 'id') AS b JOIN facts AS f ON f.id = b.key::int CROSS JOIN LATERAL mlops_explain('explain groups', f) AS e WHERE e.feature = b.feature;
SELECT key, class, count(*) FROM mlops_explain_batch('explain level', 'SELECT * FROM facts WHERE id < 3') GROUP BY key, class ORDER BY key, class;
SELECT class, count(*) FROM mlops_explain_batch('explain level', 'SELECT * FROM facts WHERE id < 3', class => 'low') GROUP BY class;
SELECT * FROM mlops_explain_batch('explain level', 'SELECT * FROM facts WHERE id < 3', class => 'lower');
SELECT count(*) FROM mlops_explain_batch('explain gbt', 'SELECT * FROM facts WHERE id < 0');

-- What it would say if a column had another value: two for each unit here
SELECT value, round((prediction - lag(prediction) OVER (ORDER BY value::int))::numeric, 6) AS more, low < prediction AND prediction < high AS between FROM mlops_partial_dependence('explain linear', 'number') ORDER BY value::int;
SELECT value, class, round((prediction - min(prediction) OVER ())::numeric, 6) AS more FROM mlops_partial_dependence('explain linear', 'plan', points => 2) ORDER BY value;
SELECT value, prediction IS NOT NULL AS known FROM mlops_partial_dependence('explain linear', 'seen', points => 3);
SELECT count(*), count(value) AS present FROM mlops_partial_dependence('explain gbt', 'weight');
-- by its definition, over all rows of a small source
SELECT bool_and(abs(p.prediction - d.prediction) < 1e-9) AS agrees, count(*) FROM mlops_partial_dependence('explain gbt', 'number', 'SELECT * FROM facts WHERE id <= 300') AS p
JOIN (SELECT n, avg(mlops_predict('explain gbt', r)) AS prediction FROM generate_series(0, 12) AS n, LATERAL (SELECT f.id, n AS number, f.plan, f.seen, f.even, f.weight FROM facts AS f WHERE id <= 300) AS r GROUP BY n) AS d ON d.n = p.value::int;
-- curves of single rows; classes
SELECT count(*), count(DISTINCT key) AS keys, count(DISTINCT value) AS values, count(low) FROM mlops_partial_dependence('explain gbt', 'number', 'SELECT * FROM facts WHERE id <= 30', curves => true);
SELECT class, count(*), bool_and(prediction BETWEEN 0 AND 1) AS probabilities FROM mlops_partial_dependence('explain level', 'number', points => 5) GROUP BY class ORDER BY class;
SELECT bool_and(abs(a.prediction + b.prediction - 1) < 1e-9) AS turned FROM mlops_partial_dependence('explain churn gbt', 'contract', class => 'true') AS a JOIN mlops_partial_dependence('explain churn gbt', 'contract', class => 'false') AS b USING (value);
SELECT count(*) FROM mlops_partial_dependence('explain gbt', 'number', 'SELECT * FROM facts WHERE false');
SELECT * FROM mlops_partial_dependence('explain gbt', 'y');
SELECT * FROM mlops_partial_dependence('explain gbt', 'number', points => 1);
SELECT * FROM mlops_partial_dependence('explain gbt', 'number', class => 'high');

-- Errors
SELECT * FROM mlops_explain('explain nothing', '{}');
SELECT * FROM mlops_explain(NULL, '{}');
SELECT * FROM mlops_explain('explain linear', '{"number": 3}');
SELECT * FROM mlops_explain('explain level', (SELECT f FROM facts AS f WHERE id = 5), 'highest');
SELECT * FROM mlops_explain('explain linear', (SELECT f FROM facts AS f WHERE id = 5), 'high');
SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name LIKE 'explain %';
DROP SCHEMA explain_test CASCADE;
