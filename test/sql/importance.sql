-- Which columns a version goes by.
CREATE SCHEMA importance_test;
SET search_path = importance_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\set ECHO none
\i customers.sql
SELECT format('CREATE TABLE breast (id integer PRIMARY KEY, %s, y integer)', string_agg('x' || i || ' double precision', ', ' ORDER BY i)) FROM generate_series(1, 30) AS i \gexec
SELECT format('CREATE TABLE diabetes (id integer PRIMARY KEY, %s, y double precision)', string_agg('x' || i || ' double precision', ', ' ORDER BY i)) FROM generate_series(1, 10) AS i \gexec
\copy breast FROM 'breast.csv' (FORMAT csv, HEADER)
\copy diabetes FROM 'diabetes.csv' (FORMAT csv, HEADER)
CREATE TABLE expected (data text, feature text, increase double precision, spread double precision);
\copy expected FROM 'importance_expected.csv' (FORMAT csv, HEADER)
\set ECHO all
SET client_min_messages = warning;

-- Shuffling beside scikit-learn 1.2, of models that have one solution (test/data/make_importance.py):
-- five shuffles may differ from two hundred by chance, not by more than four deviations
SELECT version FROM mlops_train('importance diabetes', 'SELECT *, id % 5 = 0 AS test FROM diabetes', target => 'y', algorithm => 'linear', key => 'id', split => '{"method": "column", "column": "test"}');
SELECT version FROM mlops_train('importance breast', 'SELECT *, id % 5 = 0 AS test FROM breast', target => 'y', algorithm => 'logistic', key => 'id', split => '{"method": "column", "column": "test"}');
SELECT data, count(*), max(abs(permutation - increase) / spread) < 4 * sqrt(1 / 5.0 + 1 / 200.0) AS as_they_say, max(rows) AS rows,
	bool_and(std_error > 0) AS errors, count(gain) + count(cover) + count(splits) AS of_trees
FROM (SELECT 'diabetes' AS data, * FROM mlops_importance('importance diabetes', 'SELECT * FROM diabetes WHERE id % 5 = 0')
	UNION ALL SELECT 'breast', * FROM mlops_importance('importance breast', 'SELECT * FROM breast WHERE id % 5 = 0')) AS i
FULL JOIN expected USING (data, feature) GROUP BY data ORDER BY data;

-- The same rows in another order, the same answer to the last bit; the most important first
CREATE TABLE first_answer AS SELECT * FROM mlops_importance('importance diabetes', 'diabetes') WITH ORDINALITY;
SELECT count(*) FROM (TABLE first_answer EXCEPT SELECT * FROM mlops_importance('importance diabetes', 'SELECT * FROM diabetes ORDER BY x3, id DESC') WITH ORDINALITY) AS d;
SELECT bool_and(permutation <= before) AS descending FROM (SELECT permutation, lag(permutation) OVER (ORDER BY ordinality) AS before FROM first_answer) AS o;

-- Trees: the parts of a date count for its column; rows that repeat in the source count again
CREATE TABLE dated AS SELECT id, timestamp '2024-01-01' + id * interval '7 hours' AS seen, id % 13 AS number, 'fixed' || id % 3 AS plan,
	extract(month FROM timestamp '2024-01-01' + id * interval '7 hours')::float8 * 10 + id % 13 AS y FROM generate_series(1, 2000) AS id;
SELECT version FROM mlops_train('importance dated', 'dated', target => 'y', algorithm => 'gbt', key => 'id', params => '{"trees": 20, "early_stopping": 0}');
SELECT feature, gain > 0 AS gain, cover > splits AS cover, splits > 0 AS splits, permutation, std_error, rows FROM mlops_importance('importance dated');
SELECT feature, round(permutation::numeric) AS permutation, permutation > 4 * std_error AS sure, rows FROM mlops_importance('importance dated', 'dated') WHERE feature <> 'plan';
SELECT sum(splits) AS splits FROM mlops_importance('importance dated') \gset
SELECT :splits BETWEEN 20 AND 600 AS of_twenty_trees;
SELECT DISTINCT rows FROM mlops_importance('importance dated', 'SELECT d.* FROM dated AS d, generate_series(1, 7)');
-- forests and single trees, too
SELECT version FROM mlops_train('importance woods', 'dated', target => 'y', algorithm => 'random_forest', key => 'id', params => '{"trees": 9}');
SELECT version FROM mlops_train('importance woods', 'dated', target => 'y', algorithm => 'decision_tree', key => 'id', deploy => 'never');
SELECT version, feature, gain > 0 AS gain, cover > splits AS cover, splits > 0 AS splits, permutation > 4 * std_error AS sure
FROM generate_series(1, 2) AS version, mlops_importance('importance woods@' || version, 'dated') WHERE feature <> 'plan' ORDER BY version, feature;
-- A column without a split is worth exactly nothing
SELECT version FROM mlops_train('importance stump', 'SELECT id, seen, number, y FROM dated', target => 'y', algorithm => 'gbt', key => 'id', params => '{"trees": 1, "early_stopping": 0, "leaves": 2}');
SELECT feature, splits, cover, gain > 0 AS gain, permutation > 0 AS permutation, std_error > 0 AS std_error FROM mlops_importance('importance stump', 'dated');

-- Linear models say nothing by themselves
SELECT count(*), count(gain), count(cover), count(splits), count(permutation), count(std_error), count(rows) FROM mlops_importance('importance diabetes');

-- Classes, weights; a row of weight 0 is not there
SELECT version FROM mlops_train('importance churn', 'SELECT *, 1 + (id % 2) AS w FROM customers', target => 'churned', key => 'id', weight => 'w', algorithm => 'gbt', params => '{"trees": 20}');
SELECT feature, permutation > 2 * std_error AS sure, rows FROM mlops_importance('importance churn', 'SELECT *, CASE WHEN id % 10 < 3 THEN id % 3 ELSE 0 END AS w FROM customers') LIMIT 1;

-- Many classes: what counts is the probability of a row's own
CREATE TABLE trios AS SELECT i AS id, sin(i) AS a, i % 7 AS b, (ARRAY['low', 'mid', 'top'])[1 + i % 7 % 3] AS y FROM generate_series(1, 1500) AS i;
SELECT version FROM mlops_train('importance trios', 'trios', target => 'y', algorithm => 'gbt', key => 'id', params => '{"trees": 30, "early_stopping": 0}');
SELECT feature, permutation > 1 AS much, permutation > 4 * std_error AS sure, rows FROM mlops_importance('importance trios', 'trios') LIMIT 1;
-- about what the metric itself says of a shuffled column
SELECT abs(i.permutation - (s.value - e.value)) < 0.3 AS as_evaluated FROM mlops_importance('importance trios', 'trios') AS i,
	mlops_evaluate('importance trios', 'trios') AS e, mlops_evaluate('importance trios', 'SELECT a, y, lag(b, 97, 3) OVER (ORDER BY hashint4(id)) AS b FROM trios') AS s
WHERE i.feature = 'b' AND e.metric = 'log_loss' AND s.metric = 'log_loss';

-- What cannot be
SELECT feature FROM mlops_importance('importance churn', 'customers');
SELECT feature FROM mlops_importance('importance dated', 'SELECT seen, y FROM dated');
SELECT feature FROM mlops_importance('importance dated', 'SELECT seen, number, plan FROM dated');
SELECT feature FROM mlops_importance('importance dated', 'SELECT seen, number, plan, NULL::float8 AS y FROM dated');
SELECT feature FROM mlops_importance('importance churn', 'SELECT *, 1 AS w FROM customers WHERE false');
SELECT feature FROM mlops_importance('importance dated@9');
SELECT feature FROM mlops_importance('nobody');
SELECT feature FROM mlops_importance(NULL);
SELECT feature FROM mlops_importance('importance dated', 'nowhere');
CREATE ROLE importance_other;
GRANT USAGE ON SCHEMA importance_test TO importance_other;
SET ROLE importance_other;
\set VERBOSITY terse
SELECT feature FROM mlops_importance('importance dated');
\set VERBOSITY default
RESET ROLE;
\set VERBOSITY terse
SET mlops.training_memory = '1MB';
SELECT feature FROM mlops_importance('importance dated', 'SELECT d.* FROM dated AS d, generate_series(1, 100)');
RESET mlops.training_memory;
\set VERBOSITY default

SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name LIKE 'importance %';
REVOKE ALL ON SCHEMA importance_test FROM importance_other;
DROP ROLE importance_other;
DROP SCHEMA importance_test CASCADE;
