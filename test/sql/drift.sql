-- Drift: the right column is flagged, what cannot be judged says why, and clean
-- samples are left in peace.
CREATE SCHEMA drift_test;
SET search_path = drift_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
\i customers.sql

-- Uniform numbers that depend on the row alone
CREATE FUNCTION u(i bigint, salt integer) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
SELECT (('x' || substr(md5(i || ':' || salt), 1, 8))::bit(32)::bigint + 0.5) / 4294967296.0 $$;
CREATE FUNCTION normal(i bigint, salt integer) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
SELECT sqrt(-2 * ln(u(i, salt))) * cos(2 * pi() * u(i, salt + 1)) $$;
CREATE TABLE people AS SELECT i AS id, normal(i, 1) AS size, (10 * u(i, 3))::int AS grade, exp(normal(i, 4)) AS income, u(i, 6) < 0.3 AS flag,
	(ARRAY['red', 'green', 'blue'])[1 + floor(3 * u(i, 7))::int] AS color, 'town ' || floor(200 * u(i, 8) ^ 3) AS town,
	CASE WHEN u(i, 9) < 0.8 THEN u(i, 10) END AS sometimes, date '2020-01-01' + (365 * u(i, 11))::int AS joined,
	timestamptz '2020-01-01 00:00 UTC' + 8760 * u(i, 12) * interval '1 hour' AS seen, normal(i, 1) + normal(i, 20) > 1 AS yes
FROM generate_series(1, 4000) AS i;
SELECT version, deployed, warnings FROM mlops_train('drift', 'people', target => 'yes', algorithm => 'gbt', exclude => ARRAY['id']);

-- The rows it learnt from have not drifted; every column is there, the target and the predictions too
SELECT feature, kind, string_agg(measure, ' ' ORDER BY measure) AS measures, bool_or(drifted) AS drifted, min(n_reference) AS n_reference, min(n_current) AS n_current
FROM mlops_drift('drift', 'people') GROUP BY 1, 2 ORDER BY 1;
SELECT count(*) AS rows, max(value) < 0.05 AS small FROM mlops_drift('drift', 'people') WHERE measure <> 'chi_square';

-- A shifted slice flags the column that was shifted, and what hangs on it
CREATE FUNCTION drifted(source text, options jsonb = '{}') RETURNS TABLE (feature text, kind text, psi numeric, p_value numeric) LANGUAGE sql AS $$
SELECT feature, kind, round(value::numeric, 1), round(p_value::numeric, 2) FROM mlops_drift('drift', source, options) WHERE drifted AND measure = 'psi' ORDER BY 1 $$;
SELECT * FROM drifted('SELECT id, size, grade, income * 3 AS income, flag, color, town, sometimes, joined, seen, yes FROM people WHERE id <= 500');
SELECT feature, kind FROM drifted('SELECT * FROM people WHERE size > 0.5');
SELECT feature, kind FROM drifted('SELECT id, size, grade, income, flag, CASE WHEN u(id, 30) < 0.4 THEN ''violet'' ELSE color END AS color, town, sometimes, joined, seen, yes FROM people');
SELECT feature, kind FROM drifted('SELECT id, size, grade, income, flag, color, town, sometimes, joined + 100 AS joined, seen, yes FROM people');
SELECT feature, kind FROM drifted('SELECT id, size, grade, income, flag, color, town, sometimes, joined, seen + interval ''100 days'' AS seen, yes FROM people');
SELECT feature, kind FROM drifted('SELECT id, size, grade, income, flag, color, town, sometimes, joined, seen, NOT yes AS yes FROM people');
-- the share of NULLs alone
SELECT feature, kind FROM drifted('SELECT id, size, grade, income, flag, color, town, CASE WHEN u(id, 31) < 0.5 THEN sometimes END AS sometimes, joined, seen, yes FROM people');
SELECT feature, kind FROM drifted('SELECT id, size, CASE WHEN u(id, 32) < 0.7 THEN grade END AS grade, income, flag, color, town, sometimes, joined, seen, yes FROM people');
SELECT feature, kind FROM drifted('SELECT id, size, grade, income, flag, NULL::text AS color, town, sometimes, joined, seen, yes FROM people');
-- 200 rows are enough for a shift of one standard deviation
SELECT feature, kind FROM drifted('SELECT id, size, grade, income, flag, color, town, sometimes, joined, seen, yes FROM people WHERE id <= 200');
SELECT feature, kind FROM drifted('SELECT id, size + 1 AS size, grade, income, flag, color, town, sometimes, joined, seen, yes FROM people WHERE id <= 200');

-- Thresholds
SELECT feature FROM drifted('SELECT * FROM people WHERE size > 0.5', '{"psi": 100}');
SELECT feature FROM drifted('SELECT * FROM people WHERE size > 0.5', '{"p_value": 0}');
SELECT DISTINCT threshold, n_current FROM mlops_drift('drift', 'people', '{"psi": 0.1}') WHERE measure = 'psi';
SELECT count(*) FROM drifted('SELECT * FROM people WHERE size > 0.5', '{"min_rows": 100000}');
SELECT mlops_drift('drift', 'people', '{"psy": 1}');
SELECT mlops_drift('drift', 'people', '{"psi": -1}');
SELECT mlops_drift('drift', 'people', '{"p_value": "low"}');
SELECT mlops_drift('drift', 'people', '{"min_rows": 0}');

-- No verdict, with the reason: missing column, changed type, few rows
SELECT feature, measure, value, p_value, n_current, drifted, reason FROM mlops_drift('drift', 'SELECT id, size, grade::text, income, flag, color, town, sometimes, seen, yes FROM people') WHERE reason IS NOT NULL ORDER BY 1;
SELECT bool_or(drifted) AS drifted, count(*) FROM mlops_drift('drift', 'SELECT id, size, grade::text, income, flag, color, town, sometimes, seen, yes FROM people') WHERE reason IS NULL;
SELECT feature, reason FROM mlops_drift('drift', 'SELECT id, size, grade, income, flag, ARRAY[color] AS color, town, sometimes, joined, seen FROM people') WHERE reason IS NOT NULL ORDER BY 1;
SELECT feature, drifted, n_current, reason FROM mlops_drift('drift', 'SELECT * FROM people WHERE id < 30') WHERE feature IN ('size', 'color') ORDER BY 1, measure;
SELECT feature, drifted, n_current, reason FROM mlops_drift('drift', 'SELECT * FROM people WHERE false') WHERE feature IN ('size', 'color') ORDER BY 1, measure;
SELECT feature, measure, drifted, n_current, reason FROM mlops_drift('drift', 'SELECT * FROM people WHERE id < 31') WHERE feature IN ('size', 'color') ORDER BY 1, measure;
-- no target in the rows of today is the usual case
SELECT feature, drifted, reason FROM mlops_drift('drift', 'SELECT size, grade, income, flag, color, town, sometimes, joined, seen FROM people') WHERE feature = 'yes';
-- another integer, another text type is the same kind
SELECT count(*) FILTER (WHERE drifted IS NULL) AS unknown, bool_or(drifted) AS drifted
FROM mlops_drift('drift', 'SELECT size::real, grade::bigint, income::numeric, flag, color::varchar(10), town::char(20), sometimes, joined, seen, yes FROM people');

-- Between two sources, without a model
SELECT feature, kind, measure, drifted FROM mlops_drift_between('SELECT size, color, grade FROM people WHERE size > 0', 'SELECT size, color, grade FROM people') ORDER BY 1, 3;
SELECT feature, drifted, reason FROM mlops_drift_between('SELECT id, size, color AS grade, 1 AS extra, ''{}''::jsonb AS data FROM people', 'SELECT size, grade, town, ''{}''::jsonb AS data FROM people') WHERE measure = 'psi' ORDER BY 1;
SELECT feature, drifted, reason FROM mlops_drift_between('SELECT size FROM people LIMIT 10', 'people') WHERE feature = 'size';
SELECT count(*), bool_or(drifted) FROM mlops_drift_between('people', 'people');
-- measured by hand: psi of a flag, 30 % against 60 %
SELECT abs(value - ((0.3 - 0.6) * ln(0.3 / 0.6) + (0.7 - 0.4) * ln(0.7 / 0.4))) < 1e-12 AS same, drifted
FROM mlops_drift_between('SELECT i % 10 < 3 AS flag FROM generate_series(1, 1000) AS i', 'SELECT i % 10 < 6 AS flag FROM generate_series(1, 1000) AS i') WHERE measure = 'psi';
SELECT measure, abs(value - CASE measure WHEN 'psi' THEN (0.3 - 0.6) * ln(0.3 / 0.6) + (0.7 - 0.4) * ln(0.7 / 0.4) WHEN 'chi_square' THEN 2000 * (300 * 400 - 700 * 600) ^ 2 / (1000.0 * 1000 * 900 * 1100) END) < 1e-9 AS same
FROM mlops_drift_between($$SELECT CASE WHEN i % 10 < 3 THEN 'a' ELSE 'b' END AS t FROM generate_series(1, 1000) AS i$$, $$SELECT CASE WHEN i % 10 < 6 THEN 'a' ELSE 'b' END AS t FROM generate_series(1, 1000) AS i$$) ORDER BY 1;
-- ks: the largest distance of two uniform distributions, one half a range further
SELECT measure, abs(value - 0.5) < 0.01 AS half, p_value < 1e-6 AS sure FROM mlops_drift_between('SELECT i + 500 AS x FROM generate_series(1, 1000) AS i', 'SELECT i AS x FROM generate_series(1, 1000) AS i') WHERE measure = 'ks';

-- Clean resamples: at most 3 % have any column flagged. Other rows of the same
-- distribution, samples of 30 to 500 rows, against the model and against each other.
CREATE TABLE fresh AS SELECT i AS id, normal(i, 1) AS size, (10 * u(i, 3))::int AS grade, exp(normal(i, 4)) AS income, u(i, 6) < 0.3 AS flag,
	(ARRAY['red', 'green', 'blue'])[1 + floor(3 * u(i, 7))::int] AS color, 'town ' || floor(200 * u(i, 8) ^ 3) AS town,
	CASE WHEN u(i, 9) < 0.8 THEN u(i, 10) END AS sometimes, date '2020-01-01' + (365 * u(i, 11))::int AS joined,
	timestamptz '2020-01-01 00:00 UTC' + 8760 * u(i, 12) * interval '1 hour' AS seen, normal(i, 1) + normal(i, 20) > 1 AS yes
FROM generate_series(10001, 30000) AS i;
CREATE TABLE alarms (what text, rows integer, flagged bool);
DO $$
DECLARE
	n integer;
	first integer := 10000;
BEGIN
	FOREACH n IN ARRAY ARRAY[30, 100, 300] LOOP
		first := 10000;
		FOR i IN 1 .. 100 LOOP
			CONTINUE WHEN first + n > 30000;
			INSERT INTO alarms SELECT 'model', n, coalesce(bool_or(drifted), false) FROM mlops_drift('drift', format('SELECT * FROM fresh WHERE id > %s AND id <= %s', first, first + n));
			INSERT INTO alarms SELECT 'between', n, coalesce(bool_or(drifted), false) FROM mlops_drift_between(format('SELECT * FROM fresh WHERE id > %s AND id <= %s', first, first + n), 'SELECT * FROM people WHERE id <= 1000') WHERE feature <> 'id';
			first := first + n;
		END LOOP;
	END LOOP;
END $$;
SELECT what, count(*) > 200 AS enough, avg(flagged::int) <= 0.03 AS few_alarms FROM alarms GROUP BY what ORDER BY what;

-- Real customers: newer ones are another sort of customer, and the model's target is no surprise
SELECT version FROM mlops_train('drift', 'SELECT * FROM customers WHERE tenure_months > 12', target => 'churned', algorithm => 'logistic', key => 'id', deploy => 'never') \gset
SELECT feature FROM mlops_drift('drift@' || :version, 'SELECT * FROM customers WHERE tenure_months <= 12') WHERE drifted AND measure = 'psi' AND feature IN ('tenure_months', 'total_charges', 'contract', 'female', 'churned') ORDER BY 1;

-- A source that has nothing of the version
SELECT mlops_drift('drift', 'SELECT 1 AS something_else');
SELECT mlops_drop_model('drift');
SET client_min_messages = warning;
DROP SCHEMA drift_test CASCADE;
