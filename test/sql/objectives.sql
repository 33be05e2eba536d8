-- What gbt can be asked for in SQL: objectives, class weights, constraints, drawing; and what it refuses.
CREATE SCHEMA objectives_test;
SET search_path = objectives_test, public;

CREATE FUNCTION refused(command text) RETURNS TABLE (said text) LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
BEGIN
	EXECUTE command;
	said := 'accepted';
	RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	said := SQLSTATE || ': ' || message;
	RETURN NEXT;
	IF hint <> '' THEN
		said := 'HINT: ' || hint;
		RETURN NEXT;
	END IF;
END $$;

CREATE TABLE trips AS
SELECT i AS id, (hashint4(i) & 1023) / 1024.0::float8 AS distance, (hashint4(i + 7000000) & 1023) / 1024.0::float8 AS age,
	(ARRAY['car', 'bus', 'train'])[1 + (hashint4(i + 1000000) & 65535) % 3] AS means
FROM generate_series(1, 4000) AS i;
CREATE VIEW claims AS
SELECT *, round(3 * distance * (hashint4(id + 2000000) & 1023) / 1024.0) AS count,
	exp(distance + (hashint4(id + 3000000) & 1023) / 512.0::float8 - CASE means WHEN 'bus' THEN 1 ELSE 0 END) AS amount,
	(hashint4(id + 4000000) & 1023) < 300 * distance AS late
FROM trips;

CREATE FUNCTION train(target text, params jsonb, task text = NULL) RETURNS TABLE (model text, warning text) LANGUAGE sql AS $$
SELECT r.model, w
FROM mlops_train('objectives', 'claims', target => target, task => task, algorithm => 'gbt', key => 'id', features => ARRAY['distance', 'age', 'means'], params => params, deploy => 'always') AS r
LEFT JOIN unnest(r.warnings) AS w ON w NOT LIKE 'no better%';
$$;

-- Each objective predicts what it is for
SELECT * FROM train('amount', '{"objective": "squared", "early_stopping": 0, "trees": 30}');
SELECT abs(avg(mlops_predict('objectives', c)) / avg(amount) - 1) < 0.02 AS mean FROM claims AS c;
SELECT * FROM train('amount', '{"loss": "mae", "trees": 30}');
SELECT abs(avg((amount > mlops_predict('objectives', c))::int) - 0.5) < 0.03 AS half FROM claims AS c;
SELECT * FROM train('amount', '{"objective": "quantile", "quantile_alpha": 0.9, "trees": 30}');
SELECT abs(avg((amount > mlops_predict('objectives', c))::int) - 0.1) < 0.03 AS tenth FROM claims AS c;
-- and is judged by its own metric, beside the constant that is best by it; a quantile is no mean
SELECT version, metric, value < baseline AS better FROM mlops.versions WHERE model = 'objectives' ORDER BY version;
SELECT abs(v.baseline_prediction - CASE version WHEN 1 THEN mean WHEN 2 THEN median ELSE tenth END) < 0.1 AS prediction
FROM mlops.version AS v, (SELECT avg(amount) AS mean, percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) AS median, percentile_disc(0.9) WITHIN GROUP (ORDER BY amount) AS tenth FROM claims) AS c
WHERE model = 'objectives' ORDER BY version;
WITH errors AS (SELECT amount - mlops_predict('objectives', c) AS e, amount - baseline_prediction AS b FROM claims AS c, mlops.version AS v WHERE v.model = 'objectives' AND v.version = 3),
losses AS (SELECT avg(greatest(0.9 * e, -0.1 * e)) AS loss, avg(greatest(0.9 * b, -0.1 * b)) AS baseline FROM errors)
SELECT metric, abs(m.value / l.loss - 1) < 1e-12 AS value, abs(m.baseline / l.baseline - 1) < 1e-12 AS baseline, m.low < m.value AND m.value < m.high AS inside
FROM mlops_evaluate('objectives', 'claims') AS m, losses AS l WHERE metric = 'pinball_loss';
SELECT feature, permutation > 0 AS matters FROM mlops_importance('objectives', 'claims');
-- only versions of the same metric and quantile can be compared without naming one
CREATE FUNCTION quantiles(params jsonb, deploy text = 'if_better') RETURNS TABLE (deployed boolean, warning text) LANGUAGE sql AS $$
SELECT r.deployed, regexp_replace(w, '\d+[.]\d{3,}', '#', 'g')
FROM mlops_train('quantiles', 'claims', target => 'amount', algorithm => 'gbt', key => 'id', features => ARRAY['distance', 'means'], params => params, deploy => deploy) AS r LEFT JOIN unnest(r.warnings) AS w ON true;
$$;
SELECT * FROM quantiles('{"objective": "quantile", "quantile": 0.9}');
SELECT * FROM quantiles('{"objective": "quantile", "quantile": 0.5}');
SELECT * FROM quantiles('{"objective": "absolute"}');
SELECT * FROM quantiles('{"trees": 10}');
SELECT * FROM quantiles('{"objective": "quantile", "quantile": 0.9, "trees": 3}');
SELECT * FROM quantiles('{"objective": "quantile", "quantile": 0.9, "trees": 3}', '{"metric": "mae"}');
SELECT * FROM refused($$SELECT quantiles('{"trees": 10}', '{"metric": "pinball_loss"}')$$);
SELECT * FROM refused($$SELECT quantiles('{"objective": "quantile"}', '{"metric": "brier"}')$$);
SELECT mlops_drop_model('quantiles');
SELECT * FROM train('amount', '{"objective": "huber", "delta": 2.5, "trees": 30}');
SELECT * FROM train('amount', '{"objective": "reg:gamma", "trees": 30}');
SELECT min(mlops_predict('objectives', c)) > 0 AS positive, abs(avg(mlops_predict('objectives', c)) / avg(amount) - 1) < 0.05 AS mean FROM claims AS c;
SELECT * FROM train('count', '{"objective": "count:poisson", "trees": 30}', 'regression');
SELECT min(mlops_predict('objectives', c)) > 0 AS positive, abs(avg(mlops_predict('objectives', c)) / avg(count) - 1) < 0.05 AS mean FROM claims AS c;
SELECT * FROM train('count', '{"objective": "tweedie", "tweedie_variance_power": 1.2, "trees": 30}', 'regression');
SELECT version, params ->> 'objective' AS objective, params ->> 'power' AS power, params ->> 'delta' AS delta FROM mlops.versions WHERE model = 'objectives' ORDER BY version;

-- l2 is 1 for classes and 0 for numbers, unless given
SELECT version FROM mlops_train('late', 'claims', target => 'late', algorithm => 'gbt', key => 'id', params => '{"trees": 2}');
SELECT model, params ->> 'l2' AS l2 FROM mlops.versions WHERE model = 'late' OR model = 'objectives' AND version = 1 ORDER BY model;
SELECT mlops_drop_model('late');
-- the size of weights that are shares changes nothing
CREATE FUNCTION weighted(weight text) RETURNS TABLE (id integer, prediction float8) LANGUAGE sql AS $$
SELECT FROM mlops_train('weighted', format('SELECT *, %s AS w FROM claims', weight), target => 'late', algorithm => 'gbt', key => 'id', weight => 'w', features => ARRAY['distance', 'age'],
	params => '{"trees": 10, "early_stopping": 0, "min_hessian": 1}', deploy => 'always');
SELECT id, mlops_probability('weighted', c) FROM claims AS c;
$$;
CREATE TABLE shares AS SELECT * FROM weighted('(1 + id % 3) / 4.0');
SELECT max(abs(a.prediction - b.prediction)) < 1e-9 AS same, stddev(a.prediction) > 0.03 AS learnt FROM shares AS a JOIN weighted('(1 + id % 3) / 4e6') AS b USING (id);
SELECT mlops_drop_model('weighted');

-- Choices and maps are stored with the call, under their own names, and a retraining repeats them
SELECT * FROM train('amount', '{"monotonic_cst": {"distance": 1, "age": 0}, "grow_policy": "depthwise", "bagging_fraction": 0.7, "colsample_bytree": 0.7, "reg_alpha": 1}');
SELECT version FROM mlops_retrain('objectives', params => '{"trees": 40}', deploy => 'always');
SELECT params -> 'monotone_constraints' AS monotone, params ->> 'growth' AS growth, params ->> 'subsample' AS subsample, params ->> 'tree_features' AS tree_features,
	params ->> 'l1' AS l1, params ->> 'trees' AS trees FROM mlops.versions WHERE model = 'objectives' ORDER BY version DESC LIMIT 2;
SELECT count(*) AS falls FROM (SELECT p, lag(p) OVER (PARTITION BY means ORDER BY distance) AS before
	FROM (SELECT distance, means, mlops_predict('objectives', jsonb_build_object('distance', distance, 'age', 0.4, 'means', means)) AS p FROM trips) AS t) AS s WHERE p < before;
SELECT mlops_drop_model('objectives');

-- Class weights leave probabilities what they are in the data
SELECT * FROM train('late', '{"class_weight": {"true": 6}, "trees": 30}');
SELECT abs(avg(mlops_probability('objectives', c)) - avg(late::int)) < 0.02 AS share FROM claims AS c;
SELECT params -> 'class_weight' AS weights FROM mlops.versions WHERE model = 'objectives';
SELECT version, w FROM mlops_train('objectives', 'claims', target => 'late', algorithm => 'logistic', key => 'id', params => '{"class_weight": "balanced"}', deploy => 'never') LEFT JOIN unnest(warnings) AS w ON w LIKE 'early%' OR w LIKE 'the rows%';
SELECT abs(avg(mlops_probability('objectives@2', c)) - avg(late::int)) < 0.02 AS share FROM claims AS c;

-- Early stopping that cannot be says so; with few rows of a class it is left out
SELECT version, w FROM mlops_train('objectives', 'SELECT * FROM claims WHERE id <= 300', target => 'late', algorithm => 'gbt', key => 'id', params => '{"early_stopping": 5}', deploy => 'never') LEFT JOIN unnest(warnings) AS w ON w LIKE 'early%' OR w LIKE 'the rows%';
SELECT version, w FROM mlops_train('objectives', 'SELECT id, distance, age, id % 100 = 0 AS late FROM claims', target => 'late', algorithm => 'gbt', key => 'id', params => '{"early_stopping": 5, "trees": 10}', deploy => 'never') LEFT JOIN unnest(warnings) AS w ON w LIKE 'early%' OR w LIKE 'the rows%';
SELECT version, w FROM mlops_train('objectives', 'SELECT id, distance, age, id % 100 = 0 AS late FROM claims', target => 'late', algorithm => 'gbt', key => 'id', params => '{"trees": 10}', deploy => 'never') LEFT JOIN unnest(warnings) AS w ON w LIKE 'early%' OR w LIKE 'the rows%';
SELECT mlops_drop_model('objectives');

-- What cannot be
SELECT * FROM refused($$SELECT train('amount', '{"objective": "cauchy"}')$$);
SELECT * FROM refused($$SELECT train('amount', '{"objective": 1}')$$);
SELECT * FROM refused($$SELECT train('amount', '{"objective": ["squared"]}')$$);
SELECT * FROM refused($$SELECT train('amount', '{"objective": "log_loss"}')$$);
SELECT * FROM refused($$SELECT train('late', '{"objective": "poisson"}')$$);
SELECT * FROM refused($$SELECT train('amount', '{"quantile": 0.9}')$$);
SELECT * FROM refused($$SELECT train('amount', '{"objective": "quantile", "quantile": 1}')$$);
SELECT * FROM refused($$SELECT train('count', '{"objective": "gamma"}', 'regression')$$);
SELECT * FROM refused($$SELECT mlops_train('objectives', 'SELECT id, distance, age, distance - age AS y FROM trips WHERE distance <> age', target => 'y', key => 'id', algorithm => 'gbt', params => '{"objective": "tweedie"}')$$) WHERE said NOT LIKE '22000%';
SELECT * FROM refused($$SELECT train('amount', '{"monotone_constraints": {"speed": 1}}')$$);
SELECT * FROM refused($$SELECT train('amount', '{"monotone_constraints": {"means": 1}}')$$);
SELECT * FROM refused($$SELECT train('amount', '{"monotone_constraints": {"age": 2}}')$$);
SELECT * FROM refused($$SELECT train('amount', '{"monotone_constraints": {"age": "up"}}')$$);
SELECT * FROM refused($$SELECT train('amount', '{"monotone_constraints": "up"}')$$);
SELECT * FROM refused($$SELECT train('amount', '{"class_weight": "balanced"}')$$);
SELECT * FROM refused($$SELECT train('late', '{"class_weight": {"maybe": 2}}')$$);
SELECT * FROM refused($$SELECT train('late', '{"class_weight": {"true": 0}}')$$);
SELECT * FROM refused($$SELECT train('late', '{"class_weight": "even"}')$$);
SELECT * FROM refused($$SELECT train('late', '{"subsample": 0}')$$);
SELECT * FROM refused($$SELECT train('late', '{"growth": "wild"}')$$);

SELECT parameter, aliases, type, initial, minimum, maximum, text FROM mlops.algorithms
WHERE algorithm = 'gbt' AND parameter IN ('objective', 'growth', 'monotone_constraints', 'class_weight', 'trees') ORDER BY parameter;

SET client_min_messages = warning;
DROP SCHEMA objectives_test CASCADE;
