-- Single trees and random forests, their score out of bag, and trees in words.
CREATE SCHEMA forest_test;
SET search_path = forest_test, public;
SET client_min_messages = warning;
SET TimeZone = 'UTC';
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\set ECHO none
\i customers.sql
\i houses.sql
\set ECHO all

-- Out of bag as good as held out
SELECT version, algorithm, value < baseline AS learnt, warnings FROM mlops_train('forest class', 'customers', target => 'churned', algorithm => 'random_forest', deploy => 'never');
SELECT version, algorithm, value < baseline AS learnt, warnings FROM mlops_train('forest class', 'customers', target => 'churned', algorithm => 'decision_tree', deploy => 'never');
SELECT version, algorithm, value < baseline AS learnt, warnings FROM mlops_train('forest number', 'houses', target => 'sale_price', algorithm => 'random_forest', deploy => 'never');
SELECT version, algorithm, value < baseline AS learnt, warnings FROM mlops_train('forest number', 'houses', target => 'sale_price', algorithm => 'decision_tree', deploy => 'never');
SELECT model, metric, h.low < o.value AND o.value < h.high AS alike, o.rows
FROM mlops.metrics AS o JOIN mlops.metrics AS h USING (model, version, metric)
WHERE model LIKE 'forest%' AND version = 1 AND o.part = 'oob' AND h.part = 'holdout' AND metric IN ('roc_auc', 'log_loss', 'accuracy', 'rmse', 'r2') ORDER BY model, metric;
-- a single tree leaves no row out
SELECT DISTINCT part FROM mlops.metrics WHERE model = 'forest class' AND version = 2 ORDER BY part;
SELECT part, count(*) FROM mlops_evaluate('forest class@1') GROUP BY part ORDER BY part;
SELECT version, iterations, trees FROM mlops.runs WHERE model = 'forest class' ORDER BY version;

-- Without a holdout the rows out of bag judge
SELECT metric, value, warnings FROM mlops_train('forest all', 'houses', target => 'sale_price', exclude => ARRAY['id'], algorithm => 'random_forest', params => '{"trees": 30}', split => '{"method": "none"}') \gset
SELECT metric, value = :value AS same, :'warnings' AS warnings FROM mlops_evaluate('forest all') WHERE part = 'oob' AND metric = :'metric';
-- cross-validated: both
SELECT version FROM mlops_train('forest few', 'SELECT * FROM customers WHERE id <= 300', target => 'churned', key => 'id', algorithm => 'random_forest', params => '{"ntree": 20}');
SELECT DISTINCT part FROM mlops_evaluate('forest few') ORDER BY part;

-- The same bytes for any order of the rows, others for another seed
CREATE TABLE shuffled AS SELECT * FROM customers ORDER BY md5(id::text);
ALTER TABLE shuffled ADD PRIMARY KEY (id);
SELECT count(*) FROM mlops_train('forest class', 'shuffled', target => 'churned', algorithm => 'random_forest', deploy => 'never');
SELECT count(*) FROM mlops_train('forest class', 'customers', target => 'churned', algorithm => 'random_forest', deploy => 'never', seed => 1);
SELECT a.digest = b.digest AS same, a.digest = c.digest AS same_with_another_seed
FROM mlops.versions AS a, mlops.versions AS b, mlops.versions AS c
WHERE a.model = 'forest class' AND b.model = a.model AND c.model = a.model AND a.version = 1 AND b.version = 3 AND c.version = 4;

-- Names of other libraries, and what is refused
SELECT version FROM mlops_train('forest params', 'customers', target => 'churned', algorithm => 'random_forest', params => '{"n_estimators": 3, "min_samples_leaf": 40, "max_depth": 4, "max_features": 0.5}');
SELECT params FROM mlops.versions WHERE model = 'forest params';
SELECT mlops_train('forest bad', 'customers', target => 'churned', algorithm => 'random_forest', params => '{"learning_rate": 0.1}');
SELECT mlops_train('forest bad', 'customers', target => 'churned', algorithm => 'random_forest', params => '{"subsample": 0}');
SELECT mlops_train('forest bad', 'customers', target => 'churned', algorithm => 'decision_tree', params => '{"trees": 2}');
SELECT mlops_train('forest bad', 'SELECT i AS x, i * 1e306 AS y FROM generate_series(1, 100) AS i', target => 'y', algorithm => 'random_forest');

-- A version that no session could load is told at once
SET mlops.model_cache_size = '1MB';
SELECT warnings[2] ~ '^the model has \d+ MB, more than mlops.model_cache_size \(1 MB\)' AS warned
FROM mlops_train('forest large', 'houses', target => 'sale_price', algorithm => 'random_forest', params => '{"min_rows": 1}');
RESET mlops.model_cache_size;

-- Rules: all kinds of columns, awkward names and levels, missing values
CREATE TABLE "Odd" AS SELECT i AS id,
	CASE WHEN i % 7 > 0 THEN i % 100 / 10.0 END::real AS "Größe (m)",
	CASE WHEN i % 11 > 0 THEN (ARRAY['it''s', 'b', 'c, d', 'é'])[1 + i % 4] END AS "select",
	date '1999-06-01' + i * 37 % 1000 AS born, timestamptz '2020-01-01 00:00+0' + i * 7919 % 5000 * interval '1 hour' AS seen,
	i % 3 = 0 AS ok, i % 9 AS n, (i * 31 % 1000) / 7.0::float8 AS x, 0::float8 AS y, NULL::text AS kind
FROM generate_series(1, 2000) AS i;
UPDATE "Odd" SET y = coalesce("Größe (m)", 20) + CASE WHEN "select" = 'b' THEN 10 WHEN "select" IS NULL THEN 3 ELSE 0 END + CASE WHEN born > '2000-05-05' THEN 5 ELSE 0 END
	+ extract(hour FROM seen) / 4.0 + CASE WHEN ok THEN 7 ELSE 0 END + (n = 4)::int * 9 + x / 20;
UPDATE "Odd" SET kind = CASE WHEN y > 33 THEN 'large' ELSE 'small' END;
SELECT warnings FROM mlops_train('rules', '"Odd"', target => 'y', exclude => ARRAY['id', 'kind'], algorithm => 'decision_tree', params => '{"leaves": 60}', split => '{"method": "none"}');
SELECT * FROM mlops_rules('rules') WHERE leaf <= 3;
SELECT count(*), sum(rows), round(sum(share)::numeric, 9) AS shares, count(DISTINCT rule) AS different FROM mlops_rules('rules');
-- every rule is a condition that picks as many rows as it says, which have the mean that it says
CREATE FUNCTION broken(ref text, target text, number int DEFAULT 1) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	found bigint;
	mean float8;
BEGIN
	FOR r IN SELECT * FROM mlops_rules(ref, number) LOOP
		EXECUTE format('SELECT count(*), avg(%s) FROM "Odd" WHERE %s', target, r.rule) INTO found, mean;
		IF found <> r.rows OR abs(mean - r.prediction) > 1e-9 THEN
			RETURN NEXT format('%s: %s rows, not %s; %s, not %s', r.rule, found, r.rows, mean, r.prediction);
		END IF;
	END LOOP;
END $$;
SELECT * FROM broken('rules', 'y');
SELECT value = 0 AS perfect FROM mlops_train('rules all', '"Odd"', target => 'y', exclude => ARRAY['id', 'kind'], algorithm => 'decision_tree', params => '{"leaves": 0, "min_rows": 1}', split => '{"method": "none"}');
SELECT * FROM broken('rules all', 'y');
-- classes: the label follows the threshold, probabilities are in the order of classes
SELECT warnings FROM mlops_train('rules class', '"Odd"', target => 'kind', exclude => ARRAY['id', 'y'], positive => 'large', algorithm => 'decision_tree', params => '{"leaves": 5}', split => '{"method": "none"}');
SELECT leaf, label, round(prediction::numeric, 6) AS prediction, probabilities[1] + probabilities[2] AS whole, prediction = probabilities[2] AS of_positive, rows FROM mlops_rules('rules class');
SELECT * FROM broken('rules class', '(kind = ''large'')::int');
SELECT count(*) AS differ FROM "Odd" AS o WHERE mlops_classify('rules class', o) <> CASE WHEN mlops_probability('rules class', o) >= 0.5 THEN 'large' ELSE 'small' END;
-- more than two: one tree for all of them, importance counts it once
ALTER TABLE "Odd" ADD three text;
UPDATE "Odd" SET three = CASE WHEN y > 33 THEN 'large' WHEN y > 20 THEN 'medium' ELSE 'small' END;
SELECT warnings FROM mlops_train('rules three', '"Odd"', target => 'three', exclude => ARRAY['id', 'y', 'kind'], algorithm => 'decision_tree', params => '{"leaves": 8}', split => '{"method": "none"}');
SELECT leaf, label, prediction = (SELECT max(p) FROM unnest(probabilities) AS p) AS greatest, (SELECT round(sum(p)::numeric, 12) FROM unnest(probabilities) AS p) AS whole, rows FROM mlops_rules('rules three');
CREATE FUNCTION broken_shares(ref text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	found float8[];
BEGIN
	FOR r IN SELECT * FROM mlops_rules(ref) LOOP
		EXECUTE format('SELECT array_agg((SELECT count(*) FROM "Odd" WHERE three = c AND (%s)) / %s::float8 ORDER BY n) '
			'FROM mlops.versions, unnest(classes) WITH ORDINALITY AS u (c, n) WHERE model = %L', r.rule, r.rows, ref) INTO found;
		IF (SELECT max(abs(a - b)) FROM unnest(found, r.probabilities) AS u (a, b)) > 1e-12 THEN
			RETURN NEXT format('%s: %s, not %s', r.rule, found, r.probabilities);
		END IF;
	END LOOP;
END $$;
SELECT * FROM broken_shares('rules three');
SELECT count(*) AS differ FROM "Odd" AS o WHERE (mlops_probabilities('rules three', o) ->> mlops_classify('rules three', o))::float8 < 0.5;
SELECT sum(splits) FROM mlops_importance('rules three');
SELECT version FROM mlops_train('forest three', '"Odd"', target => 'three', exclude => ARRAY['id', 'y', 'kind'], algorithm => 'random_forest', params => '{"trees": 30}');
SELECT part, value < baseline AS learnt, rows FROM mlops_evaluate('forest three') WHERE metric = 'log_loss' ORDER BY part;
-- one tree of a forest counts the rows that it drew; of boosted trees a leaf adds to the margin
SELECT count(*) FROM mlops_train('rules forest', '"Odd"', target => 'y', exclude => ARRAY['id', 'kind', 'three'], algorithm => 'random_forest', params => '{"trees": 3, "leaves": 4}', split => '{"method": "none"}');
SELECT tree, count(*), sum(rows) BETWEEN 1200 AND 1330 AS drawn, round(sum(share)::numeric, 9) AS shares FROM generate_series(1, 3) AS t, mlops_rules('rules forest', t) GROUP BY tree ORDER BY tree;
SELECT count(*) FROM mlops_train('rules boosted', '"Odd"', target => 'kind', exclude => ARRAY['id', 'y', 'three'], algorithm => 'gbt', params => '{"trees": 2, "leaves": 3}', split => '{"method": "none"}');
SELECT leaf, label, prediction IS NOT NULL AS adds, probabilities, rows FROM mlops_rules('rules boosted', 2) ORDER BY leaf;
-- a tree without a split
SELECT warnings FROM mlops_train('rules none', 'SELECT n, y FROM "Odd" WHERE id <= 30', target => 'y', algorithm => 'decision_tree', params => '{"min_rows": 20}');
SELECT rule, rows, share FROM mlops_rules('rules none');
-- no trees, no such tree
SELECT count(*) FROM mlops_train('rules linear', '"Odd"', target => 'y', exclude => ARRAY['id', 'kind', 'three'], algorithm => 'linear');
SELECT mlops_rules('rules linear');
SELECT mlops_rules('rules forest', 4);
SELECT mlops_rules('rules forest', 0);
SELECT mlops_rules('rules forest', NULL);
SELECT mlops_rules(NULL);
SELECT mlops_rules('no such model');

SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name LIKE 'forest%' OR name LIKE 'rules%';
DROP SCHEMA forest_test CASCADE;
