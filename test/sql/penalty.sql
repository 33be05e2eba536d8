-- Lasso, ridge and elastic net as parameters of linear.
CREATE SCHEMA penalty_test;
SET search_path = penalty_test, public;
SET client_min_messages = warning;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
CREATE TABLE diabetes (id int PRIMARY KEY, x1 float8, x2 float8, x3 float8, x4 float8, x5 float8, x6 float8, x7 float8, x8 float8, x9 float8, x10 float8, y float8);
\copy diabetes FROM 'diabetes.csv' WITH (FORMAT csv, HEADER)

CREATE FUNCTION learn(params jsonb) RETURNS int LANGUAGE sql AS $$
	SELECT version FROM mlops_train('penalty', 'diabetes', target => 'y', algorithm => 'linear', key => 'id', params => params,
		split => '{"method": "none"}', deploy => 'always')
$$;
-- predictions for a mean row and ten others: what the coefficients are seen by
CREATE FUNCTION near(a int, b int, tolerance float8) RETURNS boolean LANGUAGE sql AS $$
	SELECT bool_and(abs(mlops_predict('penalty@' || a, d) - mlops_predict('penalty@' || b, d)) < tolerance) FROM diabetes AS d
$$;

-- The same penalty said in two ways, and under the names of other libraries
SELECT learn('{"lambda": 3, "l1_ratio": 0.5}') AS v1, learn('{"l1": 663, "l2": 663}') AS v2, learn('{"alpha": 3, "mixture": 0.5}') AS v3,
	learn('{"reg_alpha": 663, "ridge": 663}') AS v4, learn('{}') AS v5;
SELECT near(1, 2, 1e-6) AS sums, near(1, 3, 1e-9) AS sklearn, near(2, 4, 1e-9) AS xgboost, near(1, 5, 1) AS none;

-- A large one leaves the mean
SELECT learn('{"lambda": 1000}') AS v6;
SELECT count(DISTINCT round(mlops_predict('penalty@6', d)::numeric, 9)), abs(min(mlops_predict('penalty@6', d)) - avg(y)) < 1e-9 AS mean FROM diabetes AS d;

-- Chosen by cross-validation: the parameters say so, the curve says how, a retrain does it again
SELECT learn('{"lambda": "cv"}') AS v7, learn('{"penalty": "lambda.1se", "folds": 5}') AS v8;
SELECT version, params FROM mlops.versions WHERE model = 'penalty' AND version >= 7 ORDER BY 1;
SELECT version, count(*), count(c.train_loss) AS train, count(c.validation_loss) AS validated,
	array_agg(iteration) FILTER (WHERE best) = ARRAY[max(r.iterations)] AS taken,
	bool_or(best AND c.validation_loss = least) AS lowest
FROM mlops.training_curve AS c JOIN mlops.runs AS r USING (model, version),
	LATERAL (SELECT min(validation_loss) AS least FROM mlops.training_curve AS o WHERE o.model = 'penalty' AND o.version = r.version) AS l
WHERE model = 'penalty' AND version >= 7 GROUP BY 1 ORDER BY 1;
SELECT (SELECT iteration FROM mlops.training_curve WHERE model = 'penalty' AND version = 8 AND best) <
	(SELECT iteration FROM mlops.training_curve WHERE model = 'penalty' AND version = 7 AND best) AS simpler;
SELECT version, metric, CASE metric WHEN 'nonzero' THEN value ELSE round(value::numeric, 6) END AS value, rows
FROM generate_series(1, 8) AS version, mlops_evaluate('penalty@' || version) WHERE part = 'train' AND metric IN ('lambda', 'nonzero') AND version IN (2, 5, 6, 7, 8) ORDER BY 1, 2;
SELECT DISTINCT std_error, reason FROM mlops_coefficients('penalty@7');
SELECT mlops_deploy('penalty@7');
SELECT version FROM mlops_retrain('penalty', deploy => 'always');
SELECT near(7, 9, 1e-9) AS same;

-- More columns than rows, where plain least squares would fit the noise
CREATE TABLE wide AS SELECT i AS id, jsonb_object_agg('c' || j, hashint4(i * 100 + j) / 2147483648.0) AS c FROM generate_series(1, 60) AS i, generate_series(1, 90) AS j GROUP BY 1;
SELECT format('CREATE VIEW wide_columns AS SELECT id, %s, 3 * (c->>''c1'')::float8 - 2 * (c->>''c2'')::float8 + 0.1 * (c->>''c3'')::float8 AS y FROM wide',
	string_agg(format('(c->>%L)::float8 AS %I', 'c' || j, 'c' || j), ', ')) FROM generate_series(1, 90) AS j
\set ECHO none
\gexec
\set ECHO all
SELECT version FROM mlops_train('penalty wide', 'wide_columns', target => 'y', algorithm => 'linear', key => 'id', params => '{"lambda": "cv"}', split => '{"method": "none"}');
SELECT max(abs(mlops_predict('penalty wide', w) - y)) < 0.2 AS found FROM wide_columns AS w;

-- Refused
SELECT learn('{"lambda": 1, "l1": 1}');
SELECT learn('{"lambda": "cv", "l2": 1}');
SELECT learn('{"lambda": "best"}');
SELECT learn('{"lambda": 1, "alpha": 0.5}');
SELECT learn('{"l1": "cv"}');
SELECT learn('{"lambda": -1}');
SELECT learn('{"lambda": "cv", "folds": 1}');
SELECT learn('{"l1_ratio": 1.5}');
SELECT version FROM mlops_train('penalty one', 'SELECT * FROM diabetes WHERE id = 1', target => 'y', algorithm => 'linear', key => 'id', params => '{"lambda": "cv"}', split => '{"method": "none"}');

SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name LIKE 'penalty%';
DROP SCHEMA penalty_test CASCADE;
