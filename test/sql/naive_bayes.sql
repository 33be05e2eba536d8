-- Naive Bayes, from training to scoring.
CREATE SCHEMA naive_bayes_test;
SET search_path = naive_bayes_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\set ECHO none
\i credit.sql
CREATE TABLE iris (id integer PRIMARY KEY, x1 float8, x2 float8, x3 float8, x4 float8, class text);
\copy iris FROM 'iris.csv' (FORMAT csv, HEADER)
\set ECHO all
SET client_min_messages = warning;

-- Numbers: each class is normal, here by SQL on standardised columns
SELECT version, algorithm, metric, value < 0.2 AS good FROM mlops_train('iris', 'iris', target => 'class', algorithm => 'naive_bayes', split => '{"method": "none"}');
SELECT accuracy > 0.94 AS good FROM (SELECT avg((mlops_classify('iris', i) = class)::int) AS accuracy FROM iris AS i) AS a;
WITH long AS (SELECT id, class, c, v FROM iris, LATERAL (VALUES (1, x1), (2, x2), (3, x3), (4, x4)) AS l (c, v)),
	unit AS (SELECT *, (v - avg(v) OVER (PARTITION BY c)) / stddev_pop(v) OVER (PARTITION BY c) AS z FROM long),
	normal AS (SELECT class AS k, c, avg(z) AS m, var_pop(z) + 1e-9 AS s FROM unit GROUP BY class, c),
	joint AS (SELECT id, k, -sum((z - m) ^ 2 / (2 * s) + ln(2 * pi() * s) / 2) AS j FROM unit JOIN normal USING (c) GROUP BY id, k),
	odds AS (SELECT id, k, exp(greatest(j - max(j) OVER (PARTITION BY id), -700)) AS o FROM joint),
	expected AS (SELECT id, k, o / sum(o) OVER (PARTITION BY id) AS p FROM odds)
SELECT count(*), max(abs(p - mlops_probability('iris', i, k))) < 1e-9 AS same FROM expected JOIN iris AS i USING (id);

-- Numbers and categories with missing values; two classes
SELECT version, algorithm, metric, value < baseline AS better, deployed FROM mlops_train('credit', 'credit', target => 'status', algorithm => 'naive_bayes', positive => 'bad');
SELECT value > 0.75 AS good FROM mlops_evaluate('credit') WHERE part = 'holdout' AND metric = 'roc_auc';
SELECT count(*) FILTER (WHERE mlops_probability('credit', c) <> mlops_probability('credit', to_jsonb(c))) AS different, count(*) FROM credit AS c;
-- the order of rows does not matter, and the digest says so
SELECT version FROM mlops_train('shuffled', 'SELECT * FROM credit ORDER BY md5(id::text)', target => 'status', algorithm => 'naive_bayes', positive => 'bad', key => 'id');
SELECT version FROM mlops_train('ordered', 'SELECT * FROM credit ORDER BY amount, id', target => 'status', algorithm => 'naive_bayes', positive => 'bad', key => 'id');
SELECT count(DISTINCT digest) FROM mlops.versions WHERE model IN ('shuffled', 'ordered');
SET mlops.block_memory = '64kB';
SELECT version FROM mlops_train('spilled', 'SELECT * FROM credit ORDER BY md5(id::text)', target => 'status', algorithm => 'naive_bayes', positive => 'bad', key => 'id');
RESET mlops.block_memory;
SELECT count(DISTINCT digest) FROM mlops.versions WHERE model IN ('shuffled', 'spilled');
-- weights count rows: three of each are as much as 3, and more than Laplace's one
SELECT version FROM mlops_train('thrice', 'SELECT c.* FROM credit AS c, generate_series(1, 3)', target => 'status', algorithm => 'naive_bayes', positive => 'bad', exclude => '{id}', split => '{"method": "none"}');
SELECT version FROM mlops_train('weighted', 'SELECT *, 3 AS w FROM credit', target => 'status', algorithm => 'naive_bayes', positive => 'bad', weight => 'w', exclude => '{id}', split => '{"method": "none"}');
SELECT version FROM mlops_train('once', 'credit', target => 'status', algorithm => 'naive_bayes', positive => 'bad', exclude => '{id}', split => '{"method": "none"}');
SELECT max(abs(mlops_probability('thrice', c) - mlops_probability('weighted', c))) < 1e-12 AS same, max(abs(mlops_probability('thrice', c) - mlops_probability('once', c))) > 1e-6 AS other FROM credit AS c;

-- What may happen: classes of one row, a variance of zero, values at the end of the range, categories nobody saw
CREATE TABLE odd AS SELECT i AS id, CASE WHEN i % 2 = 0 THEN 1.0 ELSE sin(i) END AS half, CASE i WHEN 3 THEN 1e308 WHEN 5 THEN -1e308 ELSE i END AS huge, 1000000000 + i % 2 AS far,
	(ARRAY['a', 'b', 'c'])[1 + i % 3] AS kind, CASE WHEN i = 7 THEN 'alone' WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END AS y FROM generate_series(1, 900) AS i;
SELECT rows, value < 0.1 AS good, warnings FROM mlops_train('odd', 'odd', target => 'y', algorithm => 'naive_bayes', key => 'id', split => '{"method": "none"}');
SELECT mlops_classify('odd', o), count(*) FROM odd AS o WHERE id <= 20 GROUP BY 1 ORDER BY 1;
SELECT mlops_classify('odd', '{"half": 1.0, "huge": 1e308, "far": null, "kind": "unheard of"}') IS NOT NULL AS answers,
	mlops_probability('odd', '{"half": null, "huge": null, "far": null, "kind": "unheard of"}', 'even') = mlops_probability('odd', '{"half": null, "huge": null, "far": null, "kind": null}', 'even') AS nothing_is_known;
SELECT params FROM mlops.versions WHERE model = 'odd';
SELECT version FROM mlops_train('uniform', 'credit', target => 'status', algorithm => 'naive_bayes', positive => 'bad', params => '{"priors": "uniform", "alpha": 0.5, "var_smoothing": 0.001}');
SELECT avg(mlops_probability('uniform', c)) > avg(mlops_probability('once', c)) AS more FROM credit AS c;
SELECT mlops_train('e', 'credit', target => 'amount', algorithm => 'naive_bayes');
SELECT mlops_train('e', 'credit', target => 'status', algorithm => 'naive_bayes', params => '{"smoothing": 0}');
SELECT mlops_train('e', 'credit', target => 'status', algorithm => 'naive_bayes', params => '{"priors": "flat"}');

-- One model per group
SELECT version FROM mlops_train('per home', 'credit', target => 'status', algorithm => 'naive_bayes', positive => 'bad', partition_by => '{home}');
SELECT partition, rows, fallback, reason FROM mlops.partitions WHERE model = 'per home' ORDER BY partition;

SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name IN ('iris', 'credit', 'shuffled', 'ordered', 'spilled', 'thrice', 'weighted', 'once', 'odd', 'uniform', 'per home');
DROP SCHEMA naive_bayes_test CASCADE;
