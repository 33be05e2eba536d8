-- Clusters and components: from rows alone to centres, metrics, drift and
-- retraining; what is refused.
CREATE SCHEMA clusters_test;
SET search_path = clusters_test, public;

-- An error with all that it says.
CREATE FUNCTION refused(statement text) RETURNS TABLE (said text) LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN QUERY VALUES ('not refused');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN QUERY SELECT line FROM (VALUES (SQLSTATE || ': ' || message), ('DETAIL: ' || nullif(detail, '')), ('HINT: ' || nullif(hint, ''))) AS lines (line)
		WHERE line IS NOT NULL;
END $$;
-- Numbers in what is said, cut to what does not depend on last digits
CREATE FUNCTION shape(said text) RETURNS text LANGUAGE sql AS $$
SELECT regexp_replace(said, '\m\d+\.\d+(e[-+]?\d+)?\M', '#', 'g') $$;

-- Customers of three kinds: half are young and spend little, a third old and rich, the rest in between on another plan
CREATE TABLE client AS SELECT i AS id, kind,
	(CASE kind WHEN 1 THEN 25 WHEN 2 THEN 65 ELSE 45 END + (i * 7919) % 9)::int AS age,
	(CASE kind WHEN 1 THEN 20 WHEN 2 THEN 900 ELSE 300 END + (i * 104729) % 97 + CASE WHEN i % 50 = 0 THEN NULL ELSE 0 END)::float8 AS spent,
	CASE WHEN kind = 3 THEN 'team' ELSE 'solo' END AS plan,
	date '2026-01-01' + i % 300 AS joined
FROM (SELECT i, CASE WHEN i % 6 < 3 THEN 1 WHEN i % 6 < 5 THEN 2 ELSE 3 END AS kind FROM generate_series(1, 3000) AS i) AS t;
ALTER TABLE client ADD PRIMARY KEY (id);

-- Without a target; the algorithm alone says as much
SELECT version, task, algorithm, rows, metric, value > 0.6 AS good, baseline, deployed, warnings FROM mlops_train('kinds', 'client', task => 'clustering', exclude => ARRAY['kind', 'joined']);
SELECT task, algorithm, metric FROM mlops_train('kinds by name', 'client', algorithm => 'kmeans', exclude => ARRAY['kind', 'joined'], params => '{"n_clusters": 3, "n_init": 2, "max_iter": 50, "tol": 0.001, "scale": true}');
SELECT name, task, target, versions, champion FROM mlops.models ORDER BY name;
SELECT task, target, classes, metric, train_rows + holdout_rows AS rows, params FROM mlops.versions WHERE model = 'kinds';
SELECT role, name, kind FROM mlops.features WHERE model = 'kinds' ORDER BY role, position;
SELECT iterations > 0 AS moved, train_loss > 0 AS measured, decision FROM mlops.runs WHERE model = 'kinds';
SELECT part, metric, value IS NOT NULL AS known, low < value AS low, high > value AS high, baseline > value AS beside, rows FROM mlops_evaluate('kinds') ORDER BY part, metric;
SELECT part, metric, value IS NOT NULL AS known, rows FROM mlops_evaluate('kinds', 'SELECT * FROM client WHERE id <= 1000') ORDER BY metric;

-- k was left out: three kinds are three clusters, the largest first
SELECT mlops_cluster('kinds', c.*) AS cluster, min(kind) AS kind, max(kind) AS same, count(*) FROM client AS c GROUP BY 1 ORDER BY 1;
SELECT cluster, feature, level, round(value::numeric, 2) AS value FROM mlops_centers('kinds') ORDER BY cluster, feature COLLATE "C", level COLLATE "C";
SELECT cluster, min(rows) = max(rows) AS same FROM mlops_centers('kinds') GROUP BY cluster ORDER BY 1;
SELECT sum(rows) = (SELECT train_rows FROM mlops.versions WHERE model = 'kinds') AS all_rows FROM mlops_centers('kinds') WHERE feature = 'age';
-- A centre is the mean of its training rows, of a category the share of a level
SELECT version FROM mlops_train('whole', 'client', task => 'clustering', features => ARRAY['age', 'plan'], params => '{"k": 3}', split => '{"method": "none"}');
SELECT bool_and(abs(c.value - r.age) < 1e-9) AS means, bool_and(abs(s.value - r.solo) < 1e-9) AS shares, bool_and(c.rows = r.n) AS counts
FROM mlops_centers('whole') AS c JOIN mlops_centers('whole') AS s ON s.cluster = c.cluster AND s.level = 'solo'
	JOIN (SELECT mlops_cluster('whole', q.*) AS cluster, avg(age)::float8 AS age, avg((plan IS NOT DISTINCT FROM 'solo')::int)::float8 AS solo, count(*) AS n FROM client AS q GROUP BY 1) AS r ON r.cluster = c.cluster
WHERE c.feature = 'age';
-- All spellings of a row; distances; the nearest is the cluster
SELECT mlops_cluster('kinds', '{"age": 70, "spent": 950, "plan": "solo"}'), mlops_cluster('kinds', '{"age": 70, "spent": 950, "plan": "solo"}'::jsonb),
	mlops_cluster('kinds', '{"age": 70, "spent": 950, "plan": "solo"}'::json), mlops_cluster('kinds', q) FROM (SELECT 70 AS age, 950 AS spent, 'solo' AS plan) AS q;
SELECT mlops_cluster('kinds', NULL::client), mlops_transform('kinds', NULL::jsonb), mlops_cluster(NULL, '[1]');
SELECT array_length(mlops_transform('kinds', c.*), 1) AS distances, bool_and((mlops_transform('kinds', c.*))[mlops_cluster('kinds', c.*)] <= ALL (mlops_transform('kinds', c.*))) AS nearest FROM client AS c GROUP BY 1;
SELECT bool_and(prediction = mlops_cluster('kinds', c.*)) AS same, count(label) AS labels FROM mlops_predict_batch('kinds', 'client') AS p JOIN client AS c ON c.id = p.key::int;
SELECT mlops_cluster('kinds', '{"age": null, "spent": null, "plan": "never seen"}') BETWEEN 1 AND 3 AS missing_counts_as_the_mean;
SELECT version FROM mlops_train('numbers', 'client', algorithm => 'kmeans', features => ARRAY['age', 'spent'], params => '{"k": 3, "standardise": 0}');
SELECT mlops_cluster('numbers', ARRAY[66, 940]) = mlops_cluster('numbers', '[66, 940]') AS same, mlops_cluster('numbers', '{66,940}') AS cluster;

-- Any order of the rows, also from a temporary file, and with little memory
SELECT version FROM mlops_train('order', 'SELECT * FROM client ORDER BY id', task => 'clustering', key => 'id', params => '{"k": 4}');
SELECT version FROM mlops_train('order', 'SELECT * FROM client ORDER BY spent DESC, id', task => 'clustering', key => 'id', params => '{"k": 4}');
SELECT version FROM mlops_train('order', 'SELECT kind, age, spent, plan, joined, id FROM client ORDER BY md5(id::text)', task => 'clustering', key => 'id', params => '{"k": 4}');
SET mlops.block_memory = '64kB';
SELECT version FROM mlops_train('order', 'client', task => 'clustering', key => 'id', params => '{"k": 4}');
RESET mlops.block_memory;
SET mlops.simd = off;
SELECT version FROM mlops_train('order', 'client', task => 'clustering', key => 'id', params => '{"k": 4}');
RESET mlops.simd;
SELECT count(DISTINCT digest) AS digests, count(*) AS versions FROM mlops.versions WHERE model = 'order';

-- The next version is compared by the silhouette of common rows
SELECT version, deployed FROM mlops_retrain('kinds');
SELECT shape(decision) AS decision FROM mlops.runs WHERE model = 'kinds' AND version = 2;
SELECT version, deployed, shape(warnings[2]) AS warning FROM mlops_train('kinds', 'client', task => 'clustering', exclude => ARRAY['kind', 'joined'], params => '{"k": 9}');
SELECT version, deployed, shape(warnings[2]) AS warning FROM mlops_train('kinds', 'client', task => 'clustering', exclude => ARRAY['kind', 'joined'], deploy => '{"metric": "silhouette", "min_gain": 0.1}');
SELECT version, deployed, warnings[2] AS warning FROM mlops_train('kinds', 'client', task => 'clustering', exclude => ARRAY['kind']);
SELECT version, deployed, warnings[2] AS warning FROM mlops_train('kinds', 'client', task => 'clustering', exclude => ARRAY['kind', 'joined'], params => '{"standardise": 0}');
SELECT version, deployed, warnings[2] AS warning FROM mlops_train('kinds', 'client', task => 'clustering', exclude => ARRAY['kind', 'joined'], params => '{"k": 1}');
SELECT * FROM refused($$SELECT mlops_train('kinds', 'client', target => 'age', algorithm => 'linear', features => ARRAY['spent'])$$);
SELECT count(*) > 0 AS kept FROM mlops.drift_results WHERE model = 'kinds';
SELECT feature, measure, drifted FROM mlops_drift('kinds', 'SELECT id, age + 20 AS age, spent * 3 AS spent, plan FROM client') WHERE measure = 'psi' ORDER BY feature COLLATE "C";

-- Few rows are cross-validated; weights, dates, one cluster
SELECT rows, deployed FROM mlops_train('few', 'SELECT i % 7 AS a, i % 5 AS b FROM generate_series(1, 60) AS i', task => 'clustering', params => '{"k": 3}');
SELECT part, metric, value IS NOT NULL AS known, rows FROM mlops_evaluate('few') WHERE metric IN ('silhouette', 'inertia') ORDER BY part, metric;
SELECT rows FROM mlops_train('weighted', 'SELECT i % 7 AS a, i % 5 AS b, i % 2 AS w FROM generate_series(1, 1000) AS i', task => 'clustering', weight => 'w', params => '{"k": 2}');
SELECT feature, level FROM mlops_centers('order') WHERE cluster = 1 AND feature LIKE 'joined%' ORDER BY 1;
SELECT value IS NULL AS unknown, warnings FROM mlops_train('one', 'client', task => 'clustering', features => ARRAY['age'], params => '{"k": 1}');
SELECT rows FROM mlops_train('none', 'client', task => 'clustering', features => ARRAY['age', 'spent'], split => '{"method": "none"}', params => '{"k": 3}');
SELECT DISTINCT part FROM mlops_evaluate('none');
SELECT rows FROM mlops_train('by group', 'client', task => 'clustering', features => ARRAY['age', 'spent'], split => '{"method": "group", "column": "plan"}', params => '{"k": 3}');
SELECT rows FROM mlops_train('by time', 'client', task => 'clustering', features => ARRAY['age', 'spent'], split => '{"method": "time", "column": "joined"}', params => '{"k": 3}');

-- Components
SELECT version, task, algorithm, rows, metric, value > 0.9 AS good, baseline, deployed, warnings FROM mlops_train('parts', 'client', task => 'decomposition', exclude => ARRAY['kind']);
SELECT task, algorithm, metric FROM mlops_train('parts by name', 'client', algorithm => 'pca', exclude => ARRAY['kind'], params => '{"n_components": 2}');
SELECT params FROM mlops.versions WHERE model LIKE 'parts%' ORDER BY model;
SELECT role, name, kind FROM mlops.features WHERE model = 'parts' ORDER BY role, position;
SELECT part, metric, value IS NOT NULL AS known, low < value AS low, high > value AS high, baseline IS NOT NULL AS beside, rows FROM mlops_evaluate('parts') ORDER BY part, metric;
SELECT metric, rows FROM mlops_evaluate('parts', 'SELECT * FROM client WHERE id <= 1000') ORDER BY metric;
SELECT component, count(*) AS loadings, abs(sum(loading ^ 2) - 1) < 1e-12 AS length, max(loading) >= -min(loading) AS sign, min(ratio) > 0 AS explains FROM mlops_components('parts by name') GROUP BY component ORDER BY 1;
SELECT feature, level FROM mlops_components('parts by name') WHERE component = 1 ORDER BY feature COLLATE "C", level COLLATE "C";
-- Values have mean 0, are not correlated, and vary as much as is said
SELECT rows FROM mlops_train('all', 'client', task => 'decomposition', features => ARRAY['age', 'spent', 'plan'], params => '{"components": 3}', split => '{"method": "none"}');
SELECT abs(avg(v[1])) < 1e-12 AS centred, abs(corr(v[1], v[2])) < 1e-10 AS uncorrelated, bool_and(array_length(v, 1) = 3) AS three,
	abs(var_samp(v[1]) - (SELECT min(explained_variance) FROM mlops_components('all') WHERE component = 1)) < 1e-10 AS varies
FROM (SELECT mlops_transform('all', c.*) AS v FROM client AS c) AS t;
CREATE VIEW known AS SELECT * FROM client WHERE spent IS NOT NULL;
-- Two numbers, by hand: correlation r gives variances 1 + r and 1 - r, loadings the root of a half
SELECT rows FROM mlops_train('two', 'known', task => 'decomposition', features => ARRAY['age', 'spent'], params => '{"components": 2}', split => '{"method": "none"}');
SELECT component, abs(abs(loading) - sqrt(0.5)) < 1e-12 AS loading, abs(ratio - (1 + CASE component WHEN 1 THEN r ELSE -r END) / 2) < 1e-12 AS ratio
FROM mlops_components('two'), (SELECT corr(age, spent) AS r FROM known) AS c ORDER BY component, feature;
SELECT rows FROM mlops_train('svd', 'known', task => 'decomposition', features => ARRAY['age', 'spent'], params => '{"method": "truncated_svd", "components": 2, "standardise": false}', split => '{"method": "none"}');
SELECT abs(avg(v[1] ^ 2 + v[2] ^ 2) - avg(age ^ 2 + spent ^ 2)) < 1e-6 AS as_long FROM (SELECT mlops_transform('svd', c.*) AS v, age, spent FROM known AS c) AS t;
SELECT version, deployed FROM mlops_retrain('parts by name');
SELECT shape(decision) AS decision FROM mlops.runs WHERE model = 'parts by name' AND version = 2;
SELECT version, deployed, warnings[2] AS warning FROM mlops_train('parts by name', 'client', algorithm => 'pca', exclude => ARRAY['kind'], params => '{"components": 3}');
SELECT version, deployed, warnings[2] AS warning FROM mlops_train('parts by name', 'client', algorithm => 'pca', exclude => ARRAY['kind'], params => '{"components": 2, "method": "svd"}');
SELECT feature, drifted FROM mlops_drift('two', 'SELECT age + 20 AS age, spent FROM client') WHERE measure = 'psi' ORDER BY feature COLLATE "C";
SELECT rows FROM mlops_train('few parts', 'SELECT i % 7 AS a, i % 5 AS b FROM generate_series(1, 60) AS i', task => 'decomposition');
SELECT part, metric, value IS NOT NULL AS known, rows FROM mlops_evaluate('few parts') ORDER BY part, metric;

-- The wrong function either way is told the right one
SELECT * FROM refused($$SELECT mlops_predict('numbers', '[1, 2]')$$);
SELECT * FROM refused($$SELECT mlops_classify('numbers', '[1, 2]')$$);
SELECT * FROM refused($$SELECT mlops_anomaly_score('numbers', '[1, 2]')$$);
SELECT * FROM refused($$SELECT mlops_probability('two', '[1, 2]')$$);
SELECT * FROM refused($$SELECT mlops_cluster('two', '[1, 2]')$$);
SELECT version FROM mlops_train('number', 'client', 'spent', algorithm => 'linear', features => ARRAY['age']);
SELECT version FROM mlops_train('class', 'client', 'plan', algorithm => 'logistic', features => ARRAY['age']);
SELECT version FROM mlops_train('odd', 'client', algorithm => 'isolation_forest', features => ARRAY['age', 'spent']);
SELECT * FROM refused($$SELECT mlops_cluster('number', '[1]')$$);
SELECT * FROM refused($$SELECT mlops_cluster('class', '[1]')$$);
SELECT * FROM refused($$SELECT mlops_transform('odd', '[1, 2]')$$);
SELECT * FROM refused($$SELECT mlops_transform('number', '[1]')$$);
SELECT * FROM refused($$SELECT mlops_cluster('nothing', '[1]')$$);
SELECT * FROM refused($$SELECT mlops_cluster('numbers', '[1]')$$);
SELECT * FROM refused($$SELECT mlops_cluster('numbers', '{"age": 1}')$$);
SELECT * FROM refused($$SELECT mlops_centers('two')$$);
SELECT * FROM refused($$SELECT mlops_components('numbers')$$);
SELECT * FROM refused($$SELECT mlops_components('class')$$);
SELECT * FROM refused($$SELECT mlops_confusion('numbers')$$);
SELECT * FROM refused($$SELECT mlops_importance('numbers')$$);
SELECT * FROM refused($$SELECT mlops_rules('two')$$);
SELECT * FROM refused($$SELECT mlops_predict_batch('two', 'client')$$);
SELECT * FROM refused($$SELECT mlops_explain('numbers', '[1, 2]')$$);

-- What training refuses
SELECT * FROM refused($$SELECT mlops_train('x', 'client', 'kind', task => 'clustering')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'client', task => 'clustering', positive => 'yes')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'client', task => 'clustering', algorithm => 'pca')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'client', task => 'grouping')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'client', task => 'clustering', partition_by => ARRAY['plan'])$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'client', task => 'clustering', deploy => '{"metric": "rmse"}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'client', task => 'clustering', params => '{"k": 1001}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'client', task => 'clustering', params => '{"clusters": 3}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT i % 3 AS a FROM generate_series(1, 600) AS i', task => 'clustering', params => '{"k": 4}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT 1 AS a, 2 AS b FROM generate_series(1, 50)', task => 'clustering')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT NULL::int AS a, NULL::text AS b FROM generate_series(1, 50)', task => 'clustering')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT age FROM client WHERE false', task => 'clustering')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT age FROM client LIMIT 1', task => 'clustering')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT ''NaN''::float8 + age AS a FROM client', task => 'clustering')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT (i % 7) * 1e200 AS a FROM generate_series(1, 600) AS i', task => 'clustering', params => '{"standardise": 0}')$$);
SELECT version FROM mlops_train('huge', 'SELECT (i % 7) * 1e300 AS a, (i % 5) * 1e-300 AS b FROM generate_series(1, 600) AS i', task => 'clustering', params => '{"k": 2}');
SELECT version FROM mlops_train('texts', 'SELECT (ARRAY[''a'', ''b'', ''c''])[1 + i % 3] AS t FROM generate_series(1, 600) AS i', task => 'clustering');
SELECT cluster, level, round(value::numeric, 6) AS value FROM mlops_centers('texts') WHERE value > 0.5 ORDER BY level;
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT i % 3 AS a, i % 3 * 2 AS b FROM generate_series(1, 600) AS i', task => 'decomposition', params => '{"components": 2}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'client', task => 'decomposition', params => '{"components": 2.5}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'client', task => 'decomposition', params => '{"method": "ica"}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'client', task => 'decomposition', deploy => '{"metric": "silhouette"}')$$);
SELECT count(*) AS made FROM mlops.models WHERE name = 'x';

SET client_min_messages = warning;
SELECT count(mlops_drop_model(name)) > 0 AS dropped FROM mlops.models;
DROP SCHEMA clusters_test CASCADE;
