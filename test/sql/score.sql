-- Scoring by reference: verbs, overloads, what is seen when, and who may.
\set SHOW_CONTEXT never
CREATE TABLE customers (id int PRIMARY KEY, age int, spent real, plan text, churned boolean, value float8);
INSERT INTO customers SELECT i, 20 + i % 50, (i * 37 % 101)::real, (ARRAY['free', 'pro', 'team'])[1 + i % 3],
	(i % 50) * 2 + (i * 37 % 101) + i * 7919 % 60 > 130, (i % 50) * (10 + i * 37 % 101) / 20.0 FROM generate_series(1, 900) i;
CREATE FUNCTION train(model text, goal text, algo text, "where" text DEFAULT 'true') RETURNS text LANGUAGE sql AS $$
	SELECT r.model || '@' || version FROM mlops_train(model, 'SELECT age, spent, plan, ' || goal || ' FROM customers WHERE ' || "where",
		target => goal, algorithm => algo, deploy => 'always') r $$;
SELECT train('churn', 'churned', 'logistic'), train('value', 'value', 'linear');

-- The verbs.
SELECT count(*) AS rows,
	count(*) FILTER (WHERE mlops_probability('churn', c) NOT BETWEEN 0 AND 1) AS beyond,
	count(*) FILTER (WHERE mlops_probability('churn', c) <> mlops_probability('churn', c, 'true')) AS positive,
	count(*) FILTER (WHERE 1 - mlops_probability('churn', c) <> mlops_probability('churn', c, class => 'false')) AS negative,
	count(*) FILTER (WHERE (mlops_probabilities('churn', c) ->> 'true')::float8 <> mlops_probability('churn', c)) AS jsonb,
	count(*) FILTER (WHERE mlops_classify('churn', c)::boolean <> churned) < 150 AS accurate,
	avg(abs(mlops_predict('value', c) - value)) < 30 AS close
FROM customers c;
SELECT pg_typeof(mlops_predict('value', c)), pg_typeof(mlops_classify('churn', c)), pg_typeof(mlops_probabilities('churn', c)),
	jsonb_object_keys(mlops_probabilities('churn', c)) FROM customers c WHERE id = 1;
SELECT mlops_predict('churn', c) FROM customers c;
SELECT mlops_classify('value', c) FROM customers c;
SELECT mlops_probability('value@1', c) FROM customers c;
SELECT mlops_probabilities('value', c) FROM customers c;
SELECT mlops_probability('churn', c, 'maybe') FROM customers c;

-- Every spelling finds its overload.
\set object '{"age": 30, "spent": 50, "plan": "pro"}'
CREATE FUNCTION same(VARIADIC float8[]) RETURNS boolean LANGUAGE sql AS 'SELECT count(DISTINCT v) = 1 AND count(*) = cardinality($1) FROM unnest($1) v';
CREATE TYPE customer AS (plan text, age int, ignored point, spent real);
CREATE DOMAIN good_customer AS customer CHECK ((VALUE).age > 0);
CREATE DOMAIN object AS jsonb;
SELECT same(mlops_predict('value', :'object'), mlops_predict('value', :'object'::text), mlops_predict('value', :'object'::json),
	mlops_predict('value', :'object'::jsonb), mlops_predict('value', :'object'::object), mlops_predict('value', s), mlops_predict('value', s.*),
	mlops_predict(ref => 'value@champion', features => s), mlops_predict('value@1', (SELECT q FROM (SELECT 30 AS age, 50 AS spent, 'pro' AS plan) q)),
	mlops_predict('value', ROW('pro', 30, NULL, 50)::customer), mlops_predict('value', ROW('pro', 30, NULL, 50)::customer::good_customer),
	mlops_predict('value', jsonb_populate_record(NULL::customers, :'object'))) AS same
FROM (SELECT 50.0 AS spent, 'x' AS other, 'pro'::varchar AS plan, 30::bigint AS age) s;
PREPARE untyped AS SELECT mlops_predict($1, $2) IS NOT NULL AS scored;
EXECUTE untyped('value', :'object');
DEALLOCATE untyped;
SELECT mlops_predict('value', ROW(30, 50, 'pro'));
SELECT mlops_predict('value', q) FROM (SELECT age, spent FROM customers) q;
SELECT mlops_predict('value', c) FROM (SELECT id AS c, age, spent, plan FROM customers) c;	-- the column c wins over the row
SELECT count(mlops_predict('value', c.*)) FROM (SELECT id AS c, age, spent, plan FROM customers) c;

-- NULL.
SELECT mlops_predict('value', NULL), mlops_predict(NULL, c), mlops_predict('value', NULL::customers), mlops_predict('value', NULL::jsonb),
	mlops_classify('churn', NULL::float8[]), mlops_probability('churn', c, NULL) IS NOT NULL AS no_class, mlops_probability('churn', NULL::text, 'no'),
	mlops_probabilities('churn', NULL::json) FROM customers c WHERE id = 1;
SELECT count(*) AS rows, count(mlops_predict('value', c)) AS scored FROM generate_series(890, 910) i LEFT JOIN customers c ON c.id = i;
SELECT mlops_predict('value', ROW(NULL, NULL, NULL, NULL)::customer) IS NOT NULL AS row_of_nulls_is_a_row;

-- References.
SELECT mlops_predict('nobody', c) FROM customers c;
SELECT mlops_predict('value@7', c) FROM customers c;
SELECT mlops_predict('value@next', c) FROM customers c;
SELECT mlops_predict('', c) FROM customers c;
SELECT train('churn2', 'churned', 'logistic', 'id < 600');
SELECT count(*) FILTER (WHERE p <> CASE WHEN id % 2 = 0 THEN mlops_probability('churn', c) ELSE mlops_probability('churn2', c) END) AS different
FROM (SELECT *, mlops_probability(CASE WHEN id % 2 = 0 THEN 'churn' ELSE 'churn2' END, c) AS p FROM customers c) c;

-- A prepared statement follows the alias.
CREATE TABLE one AS SELECT * FROM customers WHERE id = 5;
SET plan_cache_mode = force_generic_plan;
PREPARE scored AS SELECT mlops_predict('value', one) AS p, mlops_predict('value@1', one) AS first FROM one;
EXECUTE scored \gset a_
SELECT train('value', 'value', 'linear', 'spent < 20 OR age = 30');
EXECUTE scored \gset b_
SELECT mlops_rollback('value');
EXECUTE scored \gset c_
SELECT :a_p <> :b_p AS moved, :a_p = :c_p AS moved_back, :a_first = :b_first AS fixed;
DEALLOCATE scored;
RESET plan_cache_mode;

-- A statement sees what was there when it began; the next one sees its deployment.
WITH t AS (SELECT train('value', 'value', 'linear', 'spent < 30') AS name)
SELECT name IS NOT NULL AS trained, mlops_predict('value', one) = :a_p AS old_version FROM t, one;
SELECT mlops_predict('value', one) = :a_p AS old_version FROM one;

-- A savepoint gives a version number back; its next owner has other content.
CREATE FUNCTION probe() RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE p float8; r one;
BEGIN
	SELECT * INTO r FROM one;
	p := mlops_predict('again', r);
	RETURN p;
END$$;
SELECT train('again', 'value', 'linear');
CREATE FUNCTION savepoints() RETURNS TABLE (step int, version text, fresh boolean) LANGUAGE plpgsql AS $$
DECLARE p float8; direct float8; r one; before float8;
BEGIN
	SELECT * INTO r FROM one;
	before := mlops_predict('again', r);
	FOR i IN 1 .. 6 LOOP
		step := i;
		BEGIN
			version := train('again', 'value', 'linear', 'spent < ' || 10 * i);
			p := mlops_predict('again', r);
			EXECUTE 'SELECT mlops_predict($1, $2)' INTO direct USING 'again@2', r;
			fresh := p = direct AND p <> before AND p = probe();
			RETURN NEXT;
			IF i < 6 THEN RAISE EXCEPTION 'undo'; END IF;
		EXCEPTION WHEN raise_exception THEN
			IF mlops_predict('again', r) <> before OR probe() <> before THEN RAISE WARNING 'the old version is not back'; END IF;
		END;
	END LOOP;
END$$;
SELECT * FROM savepoints();
BEGIN;
SELECT mlops_predict('again', one) AS p FROM one \gset a_
SAVEPOINT s;
SELECT train('again', 'value', 'linear', 'spent < 15');
SELECT mlops_predict('again', one) AS p FROM one \gset b_
ROLLBACK TO s;
SELECT mlops_predict('again', one) AS p FROM one \gset c_
SELECT :a_p <> :b_p AS moved, :a_p = :c_p AS moved_back;
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT train('again', 'value', 'linear', 'spent < 25');
SELECT mlops_predict('again', one) <> :a_p AS own_is_seen FROM one;
ROLLBACK;

-- Row types that change while a session lives.
CREATE FUNCTION old_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE 'same as row: %', mlops_predict('value@1', OLD) = mlops_predict('value@1', to_jsonb(OLD));
	RETURN NEW;
END$$;
CREATE TRIGGER old_row BEFORE UPDATE ON one FOR EACH ROW EXECUTE FUNCTION old_row();
UPDATE one SET id = id;
ALTER TABLE one DROP COLUMN age;
UPDATE one SET id = id;
ALTER TABLE one ADD COLUMN age smallint DEFAULT 40;
UPDATE one SET id = id;
SELECT mlops_predict('value@1', one) = mlops_predict('value@1', to_jsonb(one)) AS same FROM one;
ALTER TABLE one ALTER COLUMN spent TYPE numeric;
UPDATE one SET id = id;

-- Long sessions do not grow.
CREATE FUNCTION memory() RETURNS bigint LANGUAGE sql AS $$SELECT coalesce(sum(total_bytes), 0)::bigint FROM pg_backend_memory_contexts WHERE name LIKE 'mlops%'$$;
CREATE FUNCTION grows(n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE before bigint; p float8; r customers;
BEGIN
	SELECT * INTO r FROM customers WHERE id = 9;
	FOR i IN 1 .. n LOOP
		p := mlops_predict(CASE i % 3 WHEN 0 THEN 'value' WHEN 1 THEN 'value@1' ELSE 'again' END, r);
		BEGIN
			p := mlops_predict('value', '{"age": "x"}'::jsonb);
		EXCEPTION WHEN OTHERS THEN NULL;
		END;
		IF i = n / 10 THEN before := memory(); END IF;
	END LOOP;
	RETURN memory() - before;
END$$;
SELECT grows(3000) < 50000 AS bounded;

-- Parallel plans give the same.
CREATE TABLE many AS SELECT c.* FROM customers c, generate_series(1, 30);
ANALYZE many;
SELECT sum(mlops_probability('churn', m)::numeric) AS serial FROM many m \gset
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT sum(mlops_probability('churn', m)::numeric) FROM many m;
SELECT sum(mlops_probability('churn', m)::numeric) = :serial AS same FROM many m;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;

-- The right is asked of the caller, at each execution, through views too.
CREATE ROLE regress_mlops_caller;
CREATE VIEW scores AS SELECT id, mlops_probability('churn', c) AS p FROM customers c;
GRANT SELECT ON scores, customers TO regress_mlops_caller;
PREPARE mine AS SELECT count(mlops_probability('churn', c)) FROM customers c;
EXECUTE mine;
SET ROLE regress_mlops_caller;
EXECUTE mine;
SELECT count(p) FROM scores;
SELECT mlops_probability('churn', '{}');
RESET ROLE;
EXECUTE mine;
DEALLOCATE mine;

SELECT count(*) AS functions, bool_and(provolatile = 's' AND proparallel = 's' AND NOT proisstrict AND NOT proleakproof) AS marked
FROM pg_proc WHERE proname IN ('mlops_predict', 'mlops_classify', 'mlops_probability', 'mlops_probabilities');

SELECT mlops_drop_model(m) FROM unnest(ARRAY['churn', 'churn2', 'value', 'again']) m;
DROP VIEW scores;
DROP TABLE customers, one, many;
DROP FUNCTION train, same, probe, savepoints, old_row, memory, grows;
DROP DOMAIN good_customer, object;
DROP TYPE customer;
DROP ROLE regress_mlops_caller;
