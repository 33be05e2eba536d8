-- One model per group.
CREATE SCHEMA partition_test;
SET search_path = partition_test, public;
SET client_min_messages = warning;

-- Four regions of their own laws, one of few rows; NULL is one of them
CREATE TABLE sales AS
	SELECT i AS id, CASE WHEN i % 100 = 7 THEN 'tiny' WHEN i % 4 = 0 THEN NULL ELSE (ARRAY['north', 'south', 'west'])[i % 4] END AS region,
		(i % 3)::smallint AS shop, (i * 7919 % 1000) / 1000.0::float8 AS x, (i * 104729 % 997) / 997.0::float8 AS z, (ARRAY['a', 'b', 'c'])[1 + i * 31 % 3] AS kind
	FROM generate_series(1, 4000) AS i;
ALTER TABLE sales ADD y float8, ADD won boolean;
UPDATE sales SET y = CASE coalesce(region, '-') WHEN 'north' THEN 5 * x WHEN 'south' THEN 2 - 5 * x WHEN 'west' THEN z ELSE 1 - z END + (id * 31 % 17) / 17.0,
	won = (CASE coalesce(region, '-') WHEN 'north' THEN x > 0.5 WHEN 'south' THEN x < 0.5 WHEN 'west' THEN z > 0.3 ELSE z < 0.2 END) <> (id % 23 = 0);
SELECT version, rows, metric, value < baseline AS better, warnings FROM mlops_train('by region', 'sales', target => 'y', algorithm => 'linear', features => '{x,z,kind}', partition_by => '{region}');
SELECT partition, rows, train_rows + judged_rows = rows AS all_rows, metric, value < 0.4 AS good, value < global_value AS better, fallback, reason, warnings
FROM mlops.partitions WHERE model = 'by region' ORDER BY partition;
SELECT role, position, name FROM mlops.features WHERE model = 'by region' ORDER BY position;
-- each group is what a model of its rows alone is, but for the encodings
SELECT version FROM mlops_train('north', 'SELECT * FROM sales WHERE region = ''north''', target => 'y', algorithm => 'linear', features => '{x,z,kind}', key => 'id', split => '{"method": "none"}');
SELECT version FROM mlops_train('all', 'sales', target => 'y', algorithm => 'linear', features => '{x,z,kind}', split => '{"method": "none"}', partition_by => '{region}');
SELECT max(abs(mlops_predict('all', s) - mlops_predict('north', s))) < 1e-12 AS same FROM sales AS s WHERE region = 'north';
SELECT partition, judged_rows, value, global_value, fallback FROM mlops.partitions WHERE model = 'all' ORDER BY partition;
-- the group of few rows, and groups that training did not see, are served by the model of all rows
SELECT version FROM mlops_train('one', 'sales', target => 'y', algorithm => 'linear', features => '{x,z,kind}', split => '{"method": "none"}');
SELECT count(*) FILTER (WHERE mlops_predict('all', s) = mlops_predict('one', s)) AS equal, count(*) FROM sales AS s WHERE region = 'tiny';
SELECT mlops_predict('all', '{"x": 0.5, "z": 0.1, "kind": "a", "region": "unheard of"}') = mlops_predict('one', '{"x": 0.5, "z": 0.1, "kind": "a"}') AS equal,
	mlops_predict('all', '{"x": 0.5, "z": 0.1, "kind": "a", "region": null}') = mlops_predict('one', '{"x": 0.5, "z": 0.1, "kind": "a"}') AS not_equal;
SELECT mlops_predict('all', '{"x": 0.5, "z": 0.1, "kind": "a"}');
-- rows, JSON, and all rows at once agree to the bit
SELECT count(*), count(*) FILTER (WHERE mlops_predict('by region', s) <> mlops_predict('by region', to_jsonb(s))) AS different FROM sales AS s;
SELECT e.value = r.rmse AS same FROM mlops_evaluate('by region', 'sales') AS e,
	(SELECT sqrt(avg((mlops_predict('by region', s) - y) ^ 2)) AS rmse FROM sales AS s) AS r WHERE e.metric = 'rmse' AND abs(e.value - r.rmse) > 1e-12;

SELECT count(*), bool_and(b.prediction = mlops_predict('by region', s)) AS same FROM mlops_predict_batch('by region', 'sales', key => 'id') AS b JOIN sales AS s ON s.id::text = b.key;
-- without memory for the rows, the same bytes
SET mlops.block_memory = '64kB';
SELECT version FROM mlops_train('spilled', 'sales', target => 'y', algorithm => 'linear', features => '{x,z,kind}', partition_by => '{region}');
RESET mlops.block_memory;
SELECT count(DISTINCT digest) FROM mlops.versions WHERE model IN ('spilled', 'by region');

-- Two columns, one of them a feature as well; numbers by position, groups last
SELECT version FROM mlops_train('array', 'sales', target => 'y', algorithm => 'linear', features => '{x,z,shop}', partition_by => '{shop}');
SELECT partition, fallback FROM mlops.partitions WHERE model = 'array' ORDER BY partition;
SELECT version FROM mlops_train('array', 'sales', target => 'y', algorithm => 'linear', features => '{x,z}', partition_by => '{shop}', deploy => 'always');
SELECT count(*) FILTER (WHERE mlops_predict('array', ARRAY[x, z, shop]) <> mlops_predict('array', s)) AS different, count(*) FROM sales AS s;
SELECT mlops_predict('array', ARRAY[0.5, 0.5]);
SELECT version, rows FROM mlops_train('classes', 'sales', target => 'won', exclude => '{y}', key => 'id', partition_by => '{region,shop}', algorithm => 'gbt', params => '{"trees": 20}', prepare => '{"min_partition_rows": 250}');
SELECT count(*), count(*) FILTER (WHERE fallback), min(reason), bool_and(fallback OR value < global_value) AS better FROM mlops.partitions WHERE model = 'classes';
SELECT count(*) FILTER (WHERE mlops_probability('classes', s) <> mlops_probability('classes', to_jsonb(s))) AS different FROM sales AS s;
SELECT feature, gain > 0 AS gain, permutation > 0 AS permutation FROM mlops_importance('classes', 'sales') ORDER BY feature;
SELECT version, warnings FROM mlops_train('odd ones', 'sales', exclude => '{y,won}', key => 'id', task => 'anomaly', partition_by => '{region}', params => '{"trees": 10}');
SELECT partition, fallback, judged_rows, value FROM mlops.partitions WHERE model = 'odd ones' ORDER BY partition;
SELECT min(mlops_anomaly_score('odd ones', s)) > 0 AS scored FROM sales AS s;

-- Coefficients of a group are those of its own rows; rules too
SELECT count(*), count(*) FILTER (WHERE abs(g.estimate - n.estimate) < 1e-9 AND abs(g.std_error - n.std_error) < 1e-9) AS same
FROM mlops_coefficients('all', '{"region": "north"}') AS g JOIN mlops_coefficients('north') AS n ON g.feature = n.feature AND g.level IS NOT DISTINCT FROM n.level WHERE g.feature IN ('x', 'z');
SELECT p.partition, round(c.estimate::numeric) AS slope FROM mlops.partitions AS p, mlops_coefficients('all', p.partition) AS c WHERE p.model = 'all' AND c.feature = 'x' ORDER BY 1;
SELECT count(*) AS different FROM (SELECT a::text FROM mlops_coefficients('all') AS a EXCEPT SELECT b::text FROM mlops_coefficients('one') AS b) AS d;
SELECT version FROM mlops_train('tree', 'sales', target => 'won', exclude => '{y}', key => 'id', partition_by => '{shop,region}', algorithm => 'decision_tree', params => '{"leaves": 2}');
SELECT regexp_replace(rule, '[0-9.]{4,}', '#') AS rule, label FROM mlops_rules('tree', partition => '{"region": "west", "shop": 1}');
SELECT * FROM mlops_coefficients('all', '{"region": "east"}');
SELECT * FROM mlops_coefficients('all', '{"x": 1}');
SELECT * FROM mlops_coefficients('all', '{"region": "north", "x": 1}');
SELECT * FROM mlops_coefficients('all', '{"region": [1]}');
SELECT * FROM mlops_coefficients('one', '{"region": "north"}');

-- The same bytes whatever the order of rows; a retraining is the same call
CREATE TABLE shuffled AS SELECT * FROM sales ORDER BY md5(id::text);
SELECT version FROM mlops_train('forest', 'sales', target => 'won', exclude => '{y}', key => 'id', partition_by => '{region}', algorithm => 'random_forest', params => '{"trees": 5}');
SELECT version FROM mlops_train('forest', 'shuffled', target => 'won', exclude => '{y}', key => 'id', partition_by => '{region}', algorithm => 'random_forest', params => '{"trees": 5}', deploy => 'never');
SELECT version FROM mlops_retrain('forest', deploy => 'never');
SELECT count(DISTINCT digest), count(*) FROM mlops.versions WHERE model = 'forest';
SELECT count(*) FROM mlops.metrics WHERE model = 'forest' AND part = 'oob';

-- Few rows: cross-validated with the groups of each fold
SELECT version FROM mlops_train('few', 'SELECT * FROM sales WHERE id <= 480', target => 'y', algorithm => 'linear', features => '{x,z}', key => 'id', partition_by => '{region}', prepare => '{"min_partition_rows": 20}');
SELECT partition, rows, judged_rows = rows AS all_judged, value < global_value AS better, fallback FROM mlops.partitions WHERE model = 'few' ORDER BY partition;

-- A group that cannot be fitted keeps the reason: a class is missing
CREATE TABLE lopsided AS SELECT i AS id, i % 3 AS g, sin(i) AS x, i % 3 > 0 AND sin(i * i) > 0 AS yes FROM generate_series(1, 1500) AS i;
SELECT version FROM mlops_train('lopsided', 'lopsided', target => 'yes', algorithm => 'logistic', key => 'id', partition_by => '{g}');
SELECT partition, fallback, reason FROM mlops.partitions WHERE model = 'lopsided' ORDER BY partition;
-- its warnings stay with the group
CREATE TABLE separable AS SELECT i AS id, i % 2 AS g, sin(i) AS x, CASE WHEN i % 2 = 0 THEN sin(i) > 0 ELSE sin(i * i) > 0 END AS yes FROM generate_series(1, 2000) AS i;
SELECT version, warnings FROM mlops_train('separable', 'separable', target => 'yes', algorithm => 'logistic', key => 'id', partition_by => '{g}', params => '{"l2": 0}');
SELECT partition, fallback, warnings FROM mlops.partitions WHERE model = 'separable' ORDER BY partition;

-- Comparisons go both ways
SELECT version, deployed FROM mlops_train('one', 'sales', target => 'y', algorithm => 'linear', features => '{x,z,kind}', deploy => 'always');
SELECT version, deployed FROM mlops_train('one', 'sales', target => 'y', algorithm => 'linear', features => '{x,z,kind}', partition_by => '{region}');
SELECT version, deployed FROM mlops_train('one', 'sales', target => 'y', algorithm => 'linear', features => '{x,z,kind}');
SELECT feature, kind, drifted FROM mlops_drift('one', 'SELECT * FROM sales WHERE region = ''west''') WHERE measure = 'psi' ORDER BY feature;

-- Weights, and values of a column that can be NaN
SELECT version FROM mlops_train('weighted', 'SELECT *, 1.0 + id % 2 AS w, CASE WHEN shop = 2 THEN ''NaN''::float8 ELSE shop / 2.0 END AS half FROM sales', target => 'y', algorithm => 'linear', features => '{x,z}', weight => 'w', key => 'id',
	partition_by => '{half}', prepare => '{"nan": "missing"}');
SELECT partition, rows, fallback FROM mlops.partitions WHERE model = 'weighted' ORDER BY partition;

-- Errors
SELECT mlops_train('e', 'sales', target => 'y', partition_by => '{nowhere}');
SELECT mlops_train('e', 'sales', target => 'y', partition_by => '{y}');
SELECT mlops_train('e', 'sales', target => 'y', partition_by => '{region,region}');
SELECT mlops_train('e', 'sales', target => 'y', partition_by => '{}');
SELECT mlops_train('e', 'sales', target => 'y', partition_by => '{a,b,c,d,e,f,g,h,i}');
SELECT mlops_train('e', 'SELECT *, current_date AS day FROM sales', target => 'y', partition_by => '{day}');
SELECT mlops_train('e', 'SELECT s.*, n FROM sales AS s, generate_series(1, 3) AS n', target => 'y', partition_by => '{id,n}');
SELECT mlops_train('e', 'sales', target => 'y', prepare => '{"min_partition_rows": 50}');
SELECT mlops_train('e', 'sales', target => 'y', partition_by => '{region}', prepare => '{"min_partition_rows": 0}');
SELECT mlops_train('e', 'sales', warm_start => 'classes');
SELECT mlops_train('e', 'sales', warm_start => 'forest', partition_by => '{region}');
SELECT mlops_evaluate('by region', 'SELECT x, z, kind, y FROM sales');

-- Dropped with the model
SELECT mlops_drop_model('few');
SELECT count(*) FROM mlops.partitions WHERE model = 'few';
SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name IN ('by region', 'north', 'all', 'one', 'array', 'classes', 'odd ones', 'forest', 'tree', 'lopsided', 'separable', 'weighted', 'spilled');
DROP SCHEMA partition_test CASCADE;
