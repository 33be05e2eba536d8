-- Anomalies: an isolation forest from rows alone to scores, metrics, drift and
-- retraining; what labels add; what is refused.
CREATE SCHEMA anomaly_test;
SET search_path = anomaly_test, public;

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

-- Payments: an amount, a country, an hour, a card that may be missing; every 50th is odd
CREATE TABLE payment AS SELECT i AS id,
	CASE WHEN i % 50 = 0 THEN 5000 + (i * 7919) % 997 ELSE 20 + (i * 7919) % 101 END::float8 AS amount,
	CASE WHEN i % 100 = 0 THEN 'atlantis' ELSE (ARRAY['at', 'be', 'ch'])[1 + (i * 31) % 3] END AS country,
	8 + (i * 104729) % 12 AS hour,
	CASE WHEN i % 9 <> 0 THEN 'card ' || i % 4 END AS card,
	CASE WHEN i % 3 <> 0 THEN i % 50 = 0 END AS fraud
FROM generate_series(1, 3000) AS i;
ALTER TABLE payment ADD PRIMARY KEY (id);
CREATE VIEW unlabelled AS SELECT id, amount, country, hour, card FROM payment;

-- Without a target; the algorithm alone says as much
SELECT version, task, algorithm, rows, metric, value, baseline, deployed, warnings FROM mlops_train('odd', 'unlabelled', task => 'anomaly', key => 'id');
SELECT task, algorithm, metric FROM mlops_train('odd by name', 'unlabelled', algorithm => 'isolation_forest', key => 'id');
SELECT name, task, target, versions, champion FROM mlops.models ORDER BY name;
SELECT task, target, classes, metric, value, train_rows + holdout_rows AS rows, params FROM mlops.versions WHERE model = 'odd';
SELECT role, name, kind FROM mlops.features WHERE model = 'odd' ORDER BY role, position;
SELECT iterations, train_loss, decision FROM mlops.runs WHERE model = 'odd';
SELECT count(DISTINCT digest) AS digests FROM mlops.versions WHERE model LIKE 'odd%';

-- Odd payments come first, and all scores lie between 0 and 1
CREATE TEMPORARY VIEW scored AS SELECT p.*, mlops_anomaly_score('odd', p.*) AS score FROM payment AS p;
SELECT bool_and(id % 50 = 0) AS odd_first FROM (SELECT id FROM scored ORDER BY score DESC LIMIT 20) AS top;
SELECT bool_and(score > 0 AND score < 1) AS inside, avg(score) < 0.55 AS most_are_ordinary FROM scored;
-- One row in each spelling, the same to the bit
SELECT count(DISTINCT s) AS scores FROM (
	SELECT mlops_anomaly_score('odd', u.*) AS s FROM unlabelled AS u WHERE id = 50
	UNION ALL SELECT mlops_anomaly_score('odd', to_jsonb(u)) FROM unlabelled AS u WHERE id = 50
	UNION ALL SELECT mlops_anomaly_score('odd', to_json(u)) FROM unlabelled AS u WHERE id = 50
	UNION ALL SELECT mlops_anomaly_score('odd@1', to_json(u)::text) FROM unlabelled AS u WHERE id = 50) AS spellings;
SELECT version FROM mlops_train('odd numbers', 'SELECT amount, hour FROM payment', task => 'anomaly');
SELECT mlops_anomaly_score('odd numbers', ARRAY[9000, 3]) > mlops_anomaly_score('odd numbers', '[60, 12]') AS array_and_text;
-- NULL rows, missing values, levels never seen
SELECT mlops_anomaly_score('odd', NULL::payment) IS NULL AS null_row, mlops_anomaly_score(NULL, '{}') IS NULL AS null_ref;
SELECT mlops_anomaly_score('odd', '{"amount": 60, "country": null, "hour": 12, "card": "card 1"}') > mlops_anomaly_score('odd', '{"amount": 60, "country": "at", "hour": 12, "card": "card 1"}') AS missing_is_unusual,
	mlops_anomaly_score('odd', '{"amount": 60, "country": "zz", "hour": 12, "card": "card 1"}') > mlops_anomaly_score('odd', '{"amount": 60, "country": "at", "hour": 12, "card": "card 1"}') AS new_is_unusual,
	mlops_anomaly_score('odd', '{"amount": null, "country": null, "hour": null, "card": null}') BETWEEN 0 AND 1 AS nothing_known;

-- Metrics: how scores are distributed
SELECT part, metric, value BETWEEN 0 AND 1 AS sane, low <= value AND value <= high AS inside, rows, baseline FROM mlops_evaluate('odd') ORDER BY part DESC, metric;
SELECT part, metric, value BETWEEN 0 AND 1 AS sane, rows FROM mlops_evaluate('odd', 'SELECT * FROM unlabelled WHERE id > 2900') ORDER BY metric;
SELECT abs(e.value - avg(s.score)) < 1e-12 AS mean_agrees FROM scored AS s, mlops_evaluate('odd', 'unlabelled') AS e WHERE e.metric = 'score_mean' GROUP BY e.value;

-- Labels judge and are not learnt from: the same forest, also for rows without one
SELECT task, metric, value > 0.95 AS good, baseline, rows, deployed FROM mlops_train('fraud', 'payment', target => 'fraud', task => 'anomaly');
SELECT target, classes FROM mlops.versions WHERE model = 'fraud';
SELECT bool_and(mlops_anomaly_score('fraud', p.*) = mlops_anomaly_score('odd', p.*)) AS same FROM payment AS p;
SELECT part, metric, value > baseline AS better, rows < 3000 AS labelled_only FROM mlops_evaluate('fraud') WHERE baseline IS NOT NULL ORDER BY part, metric;
-- A source without labels is evaluated without
SELECT count(*) FILTER (WHERE metric = 'roc_auc') AS with_labels FROM mlops_evaluate('fraud', 'SELECT * FROM payment WHERE id < 2000');
SELECT count(*) FILTER (WHERE metric = 'roc_auc') AS with_labels, count(*) AS metrics FROM mlops_evaluate('fraud', 'unlabelled');
SELECT value > 0.95 AS good FROM mlops_train('honest', 'SELECT amount, hour, country, NOT fraud AS honest FROM payment', 'honest', task => 'anomaly', positive => 'false');
SELECT classes FROM mlops.versions WHERE model = 'honest';

-- The next version: nothing to compare by without a target
SELECT version, deployed, warnings FROM mlops_train('odd', 'unlabelled', task => 'anomaly', key => 'id', seed => 1);
SELECT version, deployed, warnings FROM mlops_retrain('odd', deploy => 'always');
SELECT version, deployed, warnings FROM mlops_train('odd', 'payment', target => 'fraud', task => 'anomaly', key => 'id');
SELECT version, deployed, warnings FROM mlops_train('odd', 'payment', target => 'hour', key => 'id', algorithm => 'linear');
-- With one, the area under the curve; known anomalies must be among the common rows
SELECT version, deployed FROM mlops_retrain('fraud');
SELECT shape(decision) AS decision FROM mlops.runs WHERE model = 'fraud' AND version = 2;
-- without a known anomaly, too, but not with other labels
SELECT version, deployed, value IS NULL AS no_area FROM mlops_retrain('fraud', 'SELECT * FROM payment WHERE fraud IS NOT TRUE', deploy => 'never');
SELECT * FROM refused($$SELECT mlops_retrain('fraud', 'SELECT id, amount, hour, country, ''maybe'' AS fraud FROM payment')$$);
SELECT version, deployed, warnings FROM mlops_train('fraud', 'SELECT * FROM payment', 'fraud', task => 'anomaly', key => 'id', params => '{"trees": 1, "sample": 2}');
CREATE TABLE much AS SELECT i AS id, (i * 7919) % 1009 + CASE WHEN i % 20 = 0 THEN 3000 ELSE 0 END AS a, (i * 104729) % 1013 AS b, i % 20 = 0 AS odd FROM generate_series(1, 6000) AS i;
SELECT version, deployed FROM mlops_train('much', 'much', 'odd', task => 'anomaly', key => 'id');
SELECT version, deployed, shape(warnings[1]) AS warning FROM mlops_train('much', 'much', 'odd', task => 'anomaly', key => 'id', features => ARRAY['b']);
SELECT version, deployed FROM mlops_train('much', 'much', 'odd', task => 'anomaly', key => 'id', deploy => '{"metric": "roc_auc"}');
SELECT shape(decision) AS decision FROM mlops.runs WHERE model = 'much' AND version = 3;
SELECT version, deployed, shape(warnings[2]) AS warning FROM mlops_train('much', 'much', 'odd', task => 'anomaly', key => 'id', deploy => '{"min_gain": 0.5}');
SELECT * FROM refused($$SELECT mlops_train('much', 'much', 'odd', task => 'anomaly', key => 'id', deploy => '{"metric": "log_loss"}')$$);

-- Any order of the rows, also from a temporary file; few rows, weights, dates
SELECT version FROM mlops_train('order', 'SELECT * FROM unlabelled ORDER BY id', task => 'anomaly', key => 'id');
SELECT version FROM mlops_train('order', 'SELECT * FROM unlabelled ORDER BY hour DESC, id DESC', task => 'anomaly', key => 'id');
SELECT version FROM mlops_train('order', 'SELECT amount, country, hour, card, id FROM unlabelled ORDER BY md5(id::text)', task => 'anomaly', key => 'id');
SET mlops.block_memory = '64kB';
SELECT version FROM mlops_train('order', 'unlabelled', task => 'anomaly', key => 'id');
RESET mlops.block_memory;
SELECT count(DISTINCT digest) AS digests, count(*) AS versions FROM mlops.versions WHERE model = 'order';
SELECT rows, deployed FROM mlops_train('few', 'SELECT i % 7 AS a, i % 5 AS b FROM generate_series(1, 40) AS i', task => 'anomaly');
SELECT part, metric, value BETWEEN 0 AND 1 AS sane, rows FROM mlops_evaluate('few') WHERE metric = 'score_mean' ORDER BY part;
SELECT rows FROM mlops_train('weighted', 'SELECT i % 7 AS a, i % 5 AS b, i % 2 AS w FROM generate_series(1, 1000) AS i', task => 'anomaly', weight => 'w');
SELECT rows FROM mlops_train('dated', $$SELECT date '2026-01-01' + i % 300 AS day, i % 5 AS b FROM generate_series(1, 1000) AS i$$, task => 'anomaly', params => '{"n_estimators": 20, "max_samples": 64, "max_features": 0.5}');
SELECT mlops_anomaly_score('dated', '{"day": "2036-12-31", "b": 2}') >= mlops_anomaly_score('dated', '{"day": "2026-06-11", "b": 2}') AS late;

SELECT rows FROM mlops_train('none', 'payment', 'fraud', task => 'anomaly', split => '{"method": "none"}');
SELECT DISTINCT part, rows FROM mlops_evaluate('none') WHERE metric LIKE 'score%';
SELECT rows FROM mlops_train('by group', 'payment', 'fraud', task => 'anomaly', split => '{"method": "group", "column": "hour"}');
SELECT rows FROM mlops_train('by time', 'SELECT *, timestamp ''2026-01-01'' + id * interval ''1 hour'' AS at FROM payment', 'fraud', task => 'anomaly', split => '{"method": "time", "column": "at"}');

-- Drift of features and of the scores
SELECT feature, measure, drifted FROM mlops_drift('odd', 'SELECT id, amount * 50 AS amount, country, hour, card FROM payment') WHERE measure = 'psi' ORDER BY feature COLLATE "C";
SELECT feature, measure, reason IS NULL AS measured FROM mlops_drift('fraud', 'unlabelled') WHERE measure = 'psi' ORDER BY feature COLLATE "C";
SELECT count(*) > 0 AS kept FROM mlops.drift_results WHERE model = 'odd';

-- The wrong function either way is told the right one
SELECT * FROM refused($$SELECT mlops_predict('odd numbers', '[1, 2]')$$);
SELECT * FROM refused($$SELECT mlops_classify('odd numbers', '[1, 2]')$$);
SELECT * FROM refused($$SELECT mlops_probability('odd numbers', '[1, 2]')$$);
SELECT * FROM refused($$SELECT mlops_probabilities('odd numbers', '[1, 2]')$$);
SELECT version FROM mlops_train('number', 'much', 'a', algorithm => 'linear', features => ARRAY['b']);
SELECT version FROM mlops_train('class', 'much', 'odd', algorithm => 'logistic', features => ARRAY['b']);
SELECT * FROM refused($$SELECT mlops_anomaly_score('number', '[1]')$$);
SELECT * FROM refused($$SELECT mlops_anomaly_score('class', '[1]')$$);
SELECT * FROM refused($$SELECT mlops_anomaly_score('nothing', '[1]')$$);
SELECT * FROM refused($$SELECT mlops_anomaly_score('odd numbers', '[1]')$$);
SELECT * FROM refused($$SELECT mlops_anomaly_score('odd numbers', '{"amount": 1}')$$);
SELECT * FROM refused($$SELECT mlops_confusion('fraud')$$);
SELECT * FROM refused($$SELECT mlops_importance('fraud')$$);

-- What training refuses
SELECT * FROM refused($$SELECT mlops_train('x', 'payment')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', '', task => 'anomaly')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', task => 'anomaly', positive => 'yes')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', task => 'anomaly', algorithm => 'gbt')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', 'fraud', task => 'classification', algorithm => 'isolation_forest')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', 'amount', task => 'anomaly')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT i AS a, i % 3 AS b, i % 3 AS c FROM generate_series(1, 99) AS i', 'c', task => 'anomaly')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT amount, hour, false AS fraud FROM payment', 'fraud', task => 'anomaly')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT amount, hour, NULL::boolean AS fraud FROM payment', 'fraud', task => 'anomaly')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', 'frau', task => 'anomaly')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT amount, hour FROM payment WHERE false', task => 'anomaly')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT amount, hour FROM payment LIMIT 1', task => 'anomaly')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT 1 AS a, 2 AS b FROM generate_series(1, 50)', task => 'anomaly')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', task => 'anomaly', params => '{"trees": 0}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', task => 'anomaly', params => '{"sample": 1}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', task => 'anomaly', params => '{"tree_features": 0}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', task => 'anomaly', params => '{"contamination": 0.1}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', task => 'anomaly', deploy => '{"metric": "rmse"}')$$);
SELECT * FROM refused($$SELECT mlops_train('x', 'SELECT ''NaN''::float8 + id AS a, hour FROM payment', task => 'anomaly')$$);
SET mlops.training_memory = '4MB';
SELECT * FROM refused($$SELECT mlops_train('x', 'payment', task => 'anomaly', params => '{"trees": 10000, "sample": 65536}')$$);
RESET mlops.training_memory;
SELECT count(*) AS made FROM mlops.models WHERE name = 'x';

SET client_min_messages = warning;
SELECT count(mlops_drop_model(name)) AS dropped FROM mlops.models;
DROP SCHEMA anomaly_test CASCADE;
