-- Losses of each iteration, kept with the version.
CREATE SCHEMA curve_test;
SET search_path = curve_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\set ECHO none
\i customers.sql
\set ECHO all
SET client_min_messages = warning;

-- Newton steps: no rows are set aside
SELECT version FROM mlops_train('curve', 'customers', target => 'churned', algorithm => 'logistic');
SELECT count(*) = max(r.iterations) AND count(*) = max(r.iterations_made) AS one_each, count(validation_loss) AS validated,
	array_agg(iteration ORDER BY iteration) = array_agg(n::int ORDER BY iteration) AS numbered, bool_and(not_higher) AS falls
FROM (SELECT *, row_number() OVER w AS n, train_loss <= coalesce(lag(train_loss) OVER w, 'infinity') + 1e-12 AS not_higher
	FROM mlops.training_curve WHERE model = 'curve' AND version = 1 WINDOW w AS (ORDER BY iteration)) AS c
JOIN mlops.runs AS r USING (model, version);
SELECT c.iteration = r.iterations AS best_is_last, c.train_loss = r.train_loss AS same_loss, r.trees
FROM mlops.training_curve AS c JOIN mlops.runs AS r USING (model, version) WHERE model = 'curve' AND version = 1 AND best;

-- Trees: a tenth of the training rows is set aside, and the least loss on it is the best
SELECT version FROM mlops_train('curve', 'customers', target => 'churned', algorithm => 'gbt', params => '{"trees": 500, "early_stopping": 5, "learning_rate": 0.3}');
SELECT count(*) = max(r.iterations_made) AS one_each, max(r.iterations_made) = max(r.iterations) + 5 AS five_more, max(r.trees) = max(r.iterations) AS a_tree_each,
	array_agg(iteration) FILTER (WHERE best) = ARRAY[max(r.iterations)] AS best_kept,
	min(validation_loss) = min(validation_loss) FILTER (WHERE best) AS least, min(c.train_loss) < min(c.train_loss) FILTER (WHERE best) AS learns_on
FROM mlops.training_curve AS c JOIN mlops.runs AS r USING (model, version) WHERE model = 'curve' AND version = 2;
-- never stopped early: the last one is the one that is kept
SELECT version FROM mlops_train('curve', 'customers', target => 'churned', algorithm => 'gbt', params => '{"trees": 30, "early_stopping": 0}');
SELECT count(*), count(validation_loss) AS validated, array_agg(iteration) FILTER (WHERE best) AS best FROM mlops.training_curve WHERE model = 'curve' AND version = 3;
-- of a cross-validated version those of the last fit, which saw all rows
SELECT version FROM mlops_train('curve', 'SELECT * FROM customers WHERE id <= 400', target => 'churned', key => 'id', algorithm => 'gbt', params => '{"trees": 7}');
SELECT count(*), count(validation_loss) AS validated, array_agg(iteration) FILTER (WHERE best) AS best FROM mlops.training_curve WHERE model = 'curve' AND version = 4;

-- Without iterations there is nothing to show
SELECT version FROM mlops_train('curve none', 'SELECT tenure_months, monthly_charges FROM customers', target => 'monthly_charges', algorithm => 'linear');
SELECT count(*) FROM mlops.training_curve WHERE model = 'curve none';

-- Gone with the model, and with the transaction
SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name LIKE 'curve%';
SELECT count(*) FROM mlops.curve;
BEGIN;
SELECT version FROM mlops_train('curve', 'customers', target => 'churned', algorithm => 'logistic');
ROLLBACK;
SELECT count(*) FROM mlops.curve;
DROP SCHEMA curve_test CASCADE;
