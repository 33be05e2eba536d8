-- More than two classes, from training to scoring.
CREATE SCHEMA multiclass_test;
SET search_path = multiclass_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\set ECHO none
\i credit.sql
CREATE TABLE iris (id integer PRIMARY KEY, x1 float8, x2 float8, x3 float8, x4 float8, class text);
SELECT format('CREATE TABLE wine (id integer PRIMARY KEY, %s, class text)', string_agg('x' || i || ' float8', ', ' ORDER BY i)) FROM generate_series(1, 13) AS i \gexec
\copy iris FROM 'iris.csv' (FORMAT csv, HEADER)
\copy wine FROM 'wine.csv' (FORMAT csv, HEADER)
\set ECHO all

-- Few rows: cross-validation and a random forest
SELECT version, task, algorithm, rows, metric, value < 0.25 AS good, round(baseline::numeric, 6) AS baseline, deployed, warnings FROM mlops_train('iris', 'iris', target => 'class');
SELECT version, algorithm, rows, value < 0.2 AS good, warnings FROM mlops_train('wine', 'wine', target => 'class');
SELECT classes, rows, train_rows, holdout_rows FROM mlops.versions WHERE model IN ('iris', 'wine') ORDER BY model;
SELECT algorithm, value < 0.6 AS good FROM mlops_train('iris', 'iris', target => 'class', algorithm => 'gbt', deploy => 'never');
SELECT algorithm, value < 1.1 AS good FROM mlops_train('iris', 'iris', target => 'class', algorithm => 'decision_tree', params => '{"leaves": 4}', deploy => 'never');
SELECT algorithm, value < 0.3 AS good FROM mlops_train('iris', 'iris', target => 'class', algorithm => 'logistic', deploy => 'never');

-- Texts and NULLs, a class of few rows, rows without a target
SELECT version, algorithm, rows, metric, value < baseline AS better, deployed, warnings FROM mlops_train('home', 'credit', target => 'home', exclude => ARRAY['status']);
SELECT classes, train_rows + holdout_rows = rows AS all_rows, holdout_rows BETWEEN 880 AND 900 AS a_fifth FROM mlops.versions WHERE model = 'home';
-- its metrics: of all classes, and of each
SELECT part, metric, class, value BETWEEN coalesce(low, value) AND coalesce(high, value) AS inside, low IS NULL AS no_interval, baseline IS NULL AS no_baseline
FROM mlops_evaluate('home') WHERE part = 'holdout' AND coalesce(class, 'rent') = 'rent' ORDER BY class NULLS FIRST, metric;
SELECT metric, count(*) FROM mlops.metrics WHERE model = 'home' AND part = 'holdout' AND class <> '' GROUP BY metric ORDER BY metric;
-- the table of classes, stored and of a source
SELECT count(*) AS cells, count(DISTINCT actual) AS actual, count(DISTINCT predicted) AS predicted, sum(rows) = (SELECT holdout_rows FROM mlops.versions WHERE model = 'home') AS all_rows,
	round((sum(rows) FILTER (WHERE actual = predicted) / sum(rows))::numeric, 12) = (SELECT round(value::numeric, 12) FROM mlops_evaluate('home') WHERE part = 'holdout' AND metric = 'accuracy') AS accuracy
FROM mlops_confusion('home');
SELECT count(*) AS different FROM (SELECT actual, predicted, rows FROM mlops_confusion('home', 'SELECT * FROM credit WHERE id <= 500') WHERE rows > 0
	EXCEPT SELECT home, mlops_classify('home', c), count(*)::float8 FROM credit AS c WHERE id <= 500 AND home IS NOT NULL GROUP BY 1, 2) AS d;
SELECT metric, round(value::numeric, 9) = round(other::numeric, 9) AS same FROM mlops_evaluate('home', 'SELECT * FROM credit WHERE id <= 500') AS e
JOIN (SELECT 'accuracy' AS metric, avg((mlops_classify('home', c) = home)::int) AS other FROM credit AS c WHERE id <= 500 AND home IS NOT NULL
	UNION ALL SELECT 'log_loss', avg(-ln(mlops_probability('home', c, home))) FROM credit AS c WHERE id <= 500 AND home IS NOT NULL) AS o USING (metric) ORDER BY metric;

-- Scoring: probabilities of all classes add up, the label is the most probable one
SELECT max(abs(total - 1)) < 1e-12 AS add_up, bool_and(label = best) AS most_probable, bool_and(named = all_of) AS same, min(n) AS least, max(n) AS most FROM (
	SELECT sum(p.value::float8) AS total, (array_agg(p.key ORDER BY p.value::float8 DESC, p.key COLLATE "C"))[1] AS best, count(*) AS n,
		mlops_classify('home', c) AS label, mlops_probability('home', c, 'rent') AS named, (mlops_probabilities('home', c) ->> 'rent')::float8 AS all_of
	FROM (SELECT * FROM credit WHERE id <= 300) AS c, jsonb_each_text(mlops_probabilities('home', c)) AS p GROUP BY c.*, c.id, label, named, all_of) AS s;
-- every way to give a row gives the same bits
SELECT count(*) FILTER (WHERE p <> mlops_probability('iris', to_jsonb(i), 'virginica') OR p <> mlops_probability('iris', to_json(i), 'virginica')
	OR p <> mlops_probability('iris', to_jsonb(i)::text, 'virginica') OR p <> mlops_probability('iris', ARRAY[x1, x2, x3, x4], 'virginica')
	OR mlops_probabilities('iris', i) <> mlops_probabilities('iris', ARRAY[x1, x2, x3, x4]) OR mlops_classify('iris', i) <> mlops_classify('iris', to_json(i))) AS different, count(*)
FROM (SELECT i, x1, x2, x3, x4, mlops_probability('iris', i, 'virginica') AS p FROM iris AS i) AS s (i, x1, x2, x3, x4, p);
SELECT mlops_classify('iris', '{5.1,3.5,1.4,0.2}'), mlops_probability('iris', '{5.1,3.5,1.4,0.2}', class => 'setosa') > 0.9 AS sure;
SELECT mlops_probability('iris', NULL::text, 'setosa') IS NULL AS nothing, mlops_classify('iris', NULL::jsonb) IS NULL AS none;
SELECT mlops_probability('iris', '{5.1,3.5,1.4,0.2}');
SELECT mlops_probability('iris', '{5.1,3.5,1.4,0.2}', 'rose');
SELECT mlops_predict('iris', '{5.1,3.5,1.4,0.2}');

-- Rows in another order, the same bytes
SELECT rows FROM mlops_train('iris shuffled', 'SELECT * FROM iris ORDER BY x2, id DESC', target => 'class', key => 'id');
SELECT a.digest = b.digest AS same FROM mlops.versions AS a, mlops.versions AS b WHERE a.model = 'iris' AND a.version = 1 AND b.model = 'iris shuffled';

-- if_better: paired differences of the log loss; other classes cannot be compared
SELECT version, deployed, regexp_replace(warnings[2], '[0-9.]+(e-?[0-9]+)?', '#', 'g') AS said FROM mlops_train('home', 'credit', target => 'home', exclude => ARRAY['status'], params => '{"trees": 3, "early_stopping": 0}');
SELECT version, deployed, regexp_replace(warnings[2], '[0-9.]+(e-?[0-9]+)?', '#', 'g') AS said FROM mlops_train('home', 'credit', target => 'home', exclude => ARRAY['status'], params => '{"trees": 3, "early_stopping": 0}', deploy => '{"metric": "brier"}');
SELECT version, deployed, warnings FROM mlops_train('home', 'SELECT * FROM credit WHERE home <> ''ignore''', target => 'home', exclude => ARRAY['status']);
SELECT version, deployed, warnings[2] FROM mlops_train('home', 'SELECT * FROM credit WHERE home IN (''rent'', ''owner'')', target => 'home', exclude => ARRAY['status']);
SELECT mlops_train('home', 'credit', target => 'home', deploy => '{"metric": "f1_macro"}');

-- Retraining keeps the sides; other classes are put on their sides anew
SELECT version, deployed FROM mlops_retrain('home');
SELECT a.split = b.split AS same_sides, a.digest = b.digest AS same FROM mlops.versions AS a, mlops.versions AS b
WHERE a.model = 'home' AND a.version = 1 AND b.model = 'home' AND b.version = 6;
SELECT r.deployed, r.warnings FROM mlops_retrain('home', 'SELECT * FROM credit WHERE home <> ''priv''') AS r;

-- A model of two classes cannot learn a third one by itself
SELECT deployed FROM mlops_train('two homes', 'SELECT * FROM credit WHERE home IN (''rent'', ''owner'')', target => 'home', algorithm => 'logistic', exclude => ARRAY['status']);
SELECT mlops_retrain('two homes', 'credit');
SELECT mlops_drop_model('two homes');

-- Drift counts predicted labels
SELECT role, kind, type, jsonb_array_length(profile -> 'levels') > 3 AS levels FROM mlops.features WHERE model = 'home' AND version = 1 AND role IN ('prediction', 'target') ORDER BY role;
SELECT feature, kind, measure, drifted FROM mlops_drift('home', 'credit') WHERE feature IN ('home', '(prediction)') ORDER BY 1, 3;
SELECT feature, drifted FROM mlops_drift('home', 'SELECT * FROM credit WHERE home = ''parents''') WHERE feature IN ('home', '(prediction)') AND measure = 'psi' ORDER BY 1;

-- Columns that give the classes away
SELECT unnest(warnings) FROM mlops_train('leak', 'SELECT id, x1, x2, class, length(class) AS letters, class || id % 3 AS note FROM iris', target => 'class', key => 'id', algorithm => 'gbt');

-- Importance of columns
SELECT feature FROM mlops_importance('iris', 'iris') ORDER BY permutation DESC LIMIT 2;

-- Weights: what counts nothing is not there
SELECT version, rows, value < 0.3 AS good FROM mlops_train('weighted', 'SELECT *, CASE WHEN id % 2 = 0 THEN 2 ELSE id % 3 END AS w FROM iris', target => 'class', weight => 'w');
SELECT sum(rows) AS weight FROM mlops_confusion('weighted');

-- The vector instructions of the CPU change no bit
SET mlops.simd = off;
SELECT algorithm, warnings FROM mlops_train('plain', 'credit', target => 'home', exclude => ARRAY['status'], algorithm => 'gbt', params => '{"trees": 20}');
CREATE TABLE plain AS SELECT e.* FROM mlops_evaluate('plain', 'SELECT * FROM credit WHERE id <= 1000') AS e;
RESET mlops.simd;
SELECT algorithm, warnings FROM mlops_train('vector', 'credit', target => 'home', exclude => ARRAY['status'], algorithm => 'gbt', params => '{"trees": 20}');
SELECT count(DISTINCT digest) AS digests, count(*) AS models FROM mlops.versions WHERE model IN ('plain', 'vector');
SELECT count(*) > 20 AS measured, count(*) FILTER (WHERE p.value IS DISTINCT FROM e.value OR p.low IS DISTINCT FROM e.low) AS different
FROM plain AS p LEFT JOIN mlops_evaluate('vector', 'SELECT * FROM credit WHERE id <= 1000') AS e ON (p.metric, p.class) IS NOT DISTINCT FROM (e.metric, e.class);

SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name IN ('iris', 'iris shuffled', 'wine', 'home', 'leak', 'weighted', 'plain', 'vector');
SET client_min_messages = warning;
DROP SCHEMA multiclass_test CASCADE;
