-- How values become features: every supported type, every spelling of a row.
SET TimeZone = 'Europe/Berlin';
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN price AS numeric(12,3) CHECK (VALUE >= 0);
CREATE TABLE everything AS
SELECT i AS id,
	(i % 7)::smallint AS a_smallint,
	(i * 7919 % 1000)::int AS a_integer,
	(i * 104729::bigint * 1000003) AS a_bigint,
	((i * 31 % 97) / 7.0)::real AS a_real,
	((i * 37 % 101) / 3.0)::float8 AS a_double,
	(i * 13 % 89 / 10.0)::numeric(10,2) AS a_numeric,
	(i * 17 % 83 / 8.0)::price AS a_price,
	i % 3 = 0 AS a_boolean,
	'text ' || i % 5 AS a_text,
	('v' || i % 4)::varchar(10) AS a_varchar,
	('c' || i % 6)::char(8) AS a_char,
	(ARRAY['sad', 'ok', 'happy'])[1 + i % 3]::mood AS an_enum,
	('00000000-0000-0000-0000-00000000000' || i % 4)::uuid AS a_uuid,
	date '2024-01-01' + i % 400 AS a_date,
	timestamp '2024-01-01 10:00' + i * interval '7 hours' AS a_timestamp,
	timestamptz '2024-01-01 22:30+00' + i * interval '5 hours' AS a_timestamptz
FROM generate_series(1, 1500) i;
-- one value in twelve is missing, in turn
UPDATE everything SET a_smallint = NULL WHERE id % 12 = 1;
UPDATE everything SET a_real = NULL, a_text = NULL WHERE id % 12 = 2;
UPDATE everything SET a_numeric = NULL, a_char = NULL, a_date = NULL WHERE id % 12 = 3;
UPDATE everything SET a_boolean = NULL, an_enum = NULL, a_timestamptz = NULL WHERE id % 12 = 4;
ALTER TABLE everything ADD y float8;
UPDATE everything SET y = coalesce(a_smallint, 3) + 2 * a_double + coalesce(a_real, 1) + 3 * coalesce(a_numeric, 2)
	+ CASE a_text WHEN 'text 1' THEN 5 ELSE 0 END + CASE an_enum WHEN 'sad' THEN -4 ELSE 0 END
	+ CASE a_char WHEN 'c2' THEN 6 ELSE 0 END + CASE a_uuid::text WHEN '00000000-0000-0000-0000-000000000001' THEN 3 ELSE 0 END
	+ coalesce(extract(hour FROM a_timestamptz), 0) / 4 + a_bigint / 1e9 + coalesce(a_price, 0);

SELECT rows, algorithm FROM mlops_train('values_linear', 'everything', target => 'y', key => 'id', algorithm => 'linear');
SELECT rows, algorithm FROM mlops_train('values_gbt', 'everything', target => 'y', key => 'id', algorithm => 'gbt');

-- Rows, JSON and text agree to the bit.
SELECT m, count(*) AS rows, count(DISTINCT mlops_predict(m, e)) > 100 AS varied,
	count(*) FILTER (WHERE mlops_predict(m, e.*) IS DISTINCT FROM mlops_predict(m, e)) AS star,
	count(*) FILTER (WHERE mlops_predict(m, to_jsonb(e)) IS DISTINCT FROM mlops_predict(m, e)) AS jsonb,
	count(*) FILTER (WHERE mlops_predict(m, to_json(e)) IS DISTINCT FROM mlops_predict(m, e)) AS json,
	count(*) FILTER (WHERE mlops_predict(m, to_jsonb(e)::text) IS DISTINCT FROM mlops_predict(m, e)) AS text
FROM everything e, (VALUES ('values_linear'), ('values_gbt')) v(m) GROUP BY m ORDER BY m;

-- So does a table that is scored as a whole.
SELECT m, abs(v.value - sqrt(avg((mlops_predict(m, e) - y) ^ 2))) < 1e-9 AS same
FROM everything e, (VALUES ('values_linear'), ('values_gbt')) n(m),
	LATERAL mlops_evaluate(m, 'everything') v
WHERE v.metric = 'rmse' GROUP BY m, v.value ORDER BY m;

-- A value of another type of the family is converted first.
CREATE VIEW retyped AS
SELECT id, a_smallint::numeric, a_integer::float8, a_bigint::numeric, a_real::float8, a_double, a_numeric::float8,
	a_price::numeric, a_boolean, a_text::varchar, a_varchar::text, a_char::text, an_enum::text,
	upper(a_uuid::text) AS a_uuid, a_date::timestamp, a_timestamp, a_timestamptz
FROM everything;
SELECT m, count(*) FILTER (WHERE mlops_predict(m, r) IS DISTINCT FROM mlops_predict(m, e)) AS different
FROM everything e JOIN retyped r USING (id), (VALUES ('values_linear'), ('values_gbt')) v(m) GROUP BY m ORDER BY m;
SELECT mlops_predict('values_gbt', jsonb_set(to_jsonb(e), '{a_char}', '"c1"')) =
	mlops_predict('values_gbt', jsonb_set(to_jsonb(e), '{a_char}', '"c1      "')) AS padding_does_not_count
FROM everything e WHERE id = 5;

-- timestamptz is seen in the time zone of the version, not of the session.
CREATE TABLE seen AS SELECT id, mlops_predict('values_linear', e) AS linear, mlops_predict('values_gbt', e) AS gbt FROM everything e;
SET TimeZone = 'America/Los_Angeles';
SELECT count(*) FILTER (WHERE mlops_predict('values_linear', e) <> linear OR mlops_predict('values_gbt', e) <> gbt) AS different
FROM everything e JOIN seen USING (id);
SELECT count(*) FILTER (WHERE mlops_predict('values_linear', to_jsonb(e)) <> linear) AS different
FROM everything e JOIN seen USING (id);
-- a timestamp without offset is local time there
SELECT mlops_predict('values_gbt', to_jsonb(e) || '{"a_timestamptz": "2024-07-01T14:00:00"}')
	= mlops_predict('values_gbt', to_jsonb(e) || '{"a_timestamptz": "2024-07-01T14:00:00+02:00"}') AS local
FROM everything e WHERE id = 5;
RESET TimeZone;

-- Arrays hold numbers in signature order.
CREATE TABLE numbers AS SELECT a_integer, a_real, a_double, a_numeric, a_boolean, y FROM everything;
SELECT rows FROM mlops_train('values_numbers', 'numbers', target => 'y', algorithm => 'linear');
SELECT count(*) FILTER (WHERE mlops_predict('values_numbers', ARRAY[a_integer, a_real, a_double, a_numeric, a_boolean::int]::float8[])
		IS DISTINCT FROM mlops_predict('values_numbers', n)) AS array,
	count(*) FILTER (WHERE mlops_predict('values_numbers', ARRAY[a_integer, a_real, a_double, a_numeric, a_boolean::int]::float8[]::text)
		IS DISTINCT FROM mlops_predict('values_numbers', n)) AS literal,
	count(*) FILTER (WHERE mlops_predict('values_numbers', to_jsonb(ARRAY[a_integer, a_real, a_double, a_numeric, a_boolean::int]::float8[])::text)
		IS DISTINCT FROM mlops_predict('values_numbers', n)) AS json
FROM numbers n;
SELECT mlops_predict('values_numbers', '{1,2,3}');
SELECT mlops_predict('values_numbers', '{{1,2,3,4,5}}'::float8[]);
SELECT mlops_predict('values_numbers', '{1,2,3,4,0.5}');
SELECT mlops_predict('values_numbers', '{1,NaN,3,4,1}');
SELECT mlops_predict('values_numbers', '{}'::float8[]);
SELECT mlops_predict('values_gbt', '{1,2,3}');
SELECT mlops_predict('values_numbers', 'five');
SELECT mlops_predict('values_numbers', '');
SELECT mlops_predict('values_numbers', '5'::jsonb);

-- What cannot be a value is named.
\set row '{"a_integer": 1, "a_real": 2, "a_double": 3, "a_numeric": 4, "a_boolean": true}'
SELECT mlops_predict('values_numbers', :'row') = mlops_predict('values_numbers', '[1, 2, 3, 4, true]') AS same;
SELECT mlops_predict('values_numbers', :'row'::jsonb - 'a_real');
SELECT mlops_predict('values_numbers', :'row'::jsonb || '{"a_real": null}') IS NOT NULL AS null_is_missing;
SELECT mlops_predict('values_numbers', :'row'::jsonb || '{"a_real": "2"}');
SELECT mlops_predict('values_numbers', :'row'::jsonb || '{"a_boolean": 1}');
SELECT mlops_predict('values_numbers', :'row'::jsonb || '{"a_double": [3]}');
SELECT mlops_predict('values_numbers', :'row'::jsonb || '{"a_double": 1e400}');
SELECT mlops_predict('values_numbers', :'row'::jsonb || '{"a_real": 1e39}');
SELECT mlops_predict('values_numbers', :'row'::jsonb || '{"a_integer": 3000000000}');
SELECT mlops_predict('values_numbers', :'row'::jsonb || '{"a_integer": 1e30}');
SELECT mlops_predict('values_numbers', :'row'::jsonb || '{"a_integer": 1.4}')
	= mlops_predict('values_numbers', :'row'::jsonb) AS rounded;
SELECT mlops_predict('values_numbers', n) FROM (SELECT 1 AS a_integer, 'NaN'::real AS a_real, 3 AS a_double, 4 AS a_numeric, true AS a_boolean) n;
SELECT mlops_predict('values_numbers', n) FROM (SELECT 1 AS a_integer, 2 AS a_real, '-infinity'::float8 AS a_double, 4 AS a_numeric, true AS a_boolean) n;
SELECT mlops_predict('values_numbers', n) FROM (SELECT 1 AS a_integer, 2 AS a_real, 3 AS a_double, 'NaN'::numeric AS a_numeric, true AS a_boolean) n;
SELECT mlops_predict('values_numbers', n) FROM (SELECT 1 AS a_integer, 2 AS a_real, 3 AS a_double, ('1' || repeat('0', 400))::numeric AS a_numeric, true AS a_boolean) n;
SELECT mlops_predict('values_numbers', n) FROM (SELECT 1 AS a_integer, 2 AS a_real, 3 AS a_double, 4 AS a_numeric, 1 AS a_boolean) n;
SELECT mlops_predict('values_numbers', n) FROM (SELECT '1' AS a_integer, 2 AS a_real, 3 AS a_double, 4 AS a_numeric, true AS a_boolean) n;
SELECT mlops_predict('values_gbt', to_jsonb(e) || '{"a_date": "tomorrowish"}') FROM everything e WHERE id = 5;
SELECT mlops_predict('values_gbt', to_jsonb(e) || '{"a_date": "infinity"}') FROM everything e WHERE id = 5;
SELECT mlops_predict('values_gbt', to_jsonb(e) || '{"a_uuid": "0000"}') FROM everything e WHERE id = 5;
SELECT mlops_predict('values_gbt', to_jsonb(e) || '{"a_text": 7}') FROM everything e WHERE id = 5;
SELECT mlops_predict('values_gbt', to_jsonb(e) || '{"a_text": "never seen", "an_enum": "furious"}') IS NOT NULL AS unseen FROM everything e WHERE id = 5;

-- In training too, unless a rule says that NaN is missing.
CREATE TABLE holes AS SELECT CASE WHEN i % 10 = 0 THEN 'NaN' ELSE (i % 13)::float8 END AS x, i % 13 AS y FROM generate_series(1, 600) i;
SELECT rows FROM mlops_train('values_holes', 'holes', target => 'y', algorithm => 'linear');
SELECT rows FROM mlops_train('values_holes', 'holes', target => 'y', algorithm => 'linear', prepare => '{"nan": "missing"}');
CREATE TABLE huge AS SELECT (i || repeat('0', 400))::numeric AS x, i AS y FROM generate_series(1, 600) i;
SELECT rows FROM mlops_train('values_huge', 'huge', target => 'y', algorithm => 'linear');
CREATE TABLE endless AS SELECT CASE WHEN i = 300 THEN date 'infinity' ELSE date '2024-01-01' + i END AS d, i % 7 AS y FROM generate_series(1, 600) i;
SELECT rows FROM mlops_train('values_endless', 'endless', target => 'y', algorithm => 'linear');

SELECT mlops_drop_model(m) FROM unnest(ARRAY['values_linear', 'values_gbt', 'values_numbers', 'values_holes']) m;
DROP VIEW retyped;
DROP TABLE everything, seen, numbers, holes, huge, endless;
DROP DOMAIN price;
DROP TYPE mood;
