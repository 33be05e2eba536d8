-- Which columns become features, each rule with its warning.
CREATE SCHEMA columns_test;
SET search_path = columns_test, public;

-- What a version learnt from, and what it says about the rest.
CREATE FUNCTION learn(source text, target text, features text[] = NULL, exclude text[] = NULL, key text = NULL, weight text = NULL, split jsonb = '{}')
RETURNS TABLE (said text) LANGUAGE plpgsql AS $$
DECLARE
	result mlops.train_result;
BEGIN
	result := mlops_train('columns', source, target => target, algorithm => 'linear', features => features, exclude => exclude,
		key => key, weight => weight, split => split, deploy => 'never');
	RETURN QUERY SELECT 'features: ' || string_agg(name, ', ' ORDER BY position) FROM mlops.features
		WHERE model = 'columns' AND version = result.version AND role = 'feature';
	RETURN QUERY SELECT w FROM unnest(result.warnings) AS w WHERE w NOT LIKE 'not deployed:%' AND w NOT LIKE 'no better than the baseline%';
END $$;
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

CREATE TYPE color AS ENUM ('red', 'green', 'blue');
CREATE TABLE things
(
	id bigint PRIMARY KEY,
	number integer GENERATED ALWAYS AS IDENTITY,
	code text UNIQUE,
	size double precision,
	level smallint,
	price numeric(10,2) NOT NULL,
	price_cents bigint GENERATED ALWAYS AS (price * 100) STORED,
	size_squared double precision GENERATED ALWAYS AS (size * size) STORED,
	serial integer,
	uuid uuid,
	note text,
	short char(8),
	constant integer,
	empty text,
	flag boolean,
	sometimes integer,
	color color,
	kind text,
	born date,
	seen timestamptz,
	tags text[],
	data jsonb,
	lasted interval,
	address inet,
	raw bytea
);
INSERT INTO things (id, code, size, level, price, serial, uuid, note, short, constant, empty, flag, sometimes, color, kind, born, seen, tags, data, lasted, address, raw)
SELECT i, 'c' || i, sin(i), i % 7, 10 + i % 13 + sin(i), 1000 - i, md5(i::text)::uuid, 'note ' || i, 's' || i, 5, NULL, i % 3 = 0,
	CASE WHEN i % 4 = 0 THEN 1 END, (ARRAY['red', 'green', 'blue'])[1 + i % 3]::color, 'k' || i % 5, date '2020-01-01' + i, timestamptz '2020-01-01 00:00 UTC' + i * interval '1 hour',
	'{}', '{}', '1 hour', '127.0.0.1', '\x00'
FROM generate_series(1, 200) AS i;

-- All rules at once: primary key, identity, unique index, generated from the
-- target, different in every row, constant, empty, types that cannot be features.
-- NULL beside one value is no constant; enums, dates and fractions may be all different.
SELECT * FROM learn('things', 'price');

-- The key, the weight, the target and the split column are no features
SELECT * FROM learn('SELECT id, size, level, kind, flag, price FROM things', 'price', key => 'id');
SELECT * FROM learn('SELECT size, level, kind, flag, price FROM things', 'price', key => 'kind', weight => 'level');
SELECT * FROM learn('SELECT size, level, kind, born, price FROM things', 'price', split => '{"method": "time", "column": "born"}');
SELECT * FROM learn('SELECT size, level, kind, price FROM things', 'price', split => '{"method": "group", "column": "kind"}');
-- exclude is no surprise and warns of nothing
SELECT * FROM learn('things', 'price', exclude => ARRAY['id', 'number', 'code', 'price_cents', 'serial', 'uuid', 'note', 'short', 'constant', 'empty', 'tags', 'data', 'lasted', 'address', 'raw']);
-- A query and a view have no primary key; values tell
SELECT * FROM learn('SELECT id, code, size, price FROM things', 'price');
CREATE VIEW seen_things AS SELECT id, code, size, price FROM things;
SELECT * FROM learn('seen_things', 'price');
-- Keys of several columns, unique indexes of several columns, of expressions, partial ones
CREATE TABLE pairs (a integer, b integer, c integer, d integer, e integer, y double precision, PRIMARY KEY (a, b));
CREATE UNIQUE INDEX ON pairs (c, d);
CREATE UNIQUE INDEX ON pairs ((e + a * 1000 + b * 7));
CREATE UNIQUE INDEX ON pairs (e) WHERE false;
INSERT INTO pairs SELECT i / 10, i % 10, i % 50, i, i % 3, i % 17 FROM generate_series(0, 99) AS i;
SELECT * FROM learn('pairs', 'y');
-- Two rows of equal text are enough to be a feature; NULLs aside
SELECT * FROM learn('SELECT CASE WHEN id > 100 THEN NULL ELSE note END AS note, CASE WHEN id > 198 THEN ''same'' ELSE code END AS code, size, price FROM things', 'price');
-- Nothing else is left: an age may well be different in each of few rows
SELECT * FROM learn('SELECT serial, price FROM things', 'price');
SELECT * FROM refused($$SELECT * FROM learn('SELECT note, constant, price FROM things', 'price')$$);
SELECT * FROM refused($$SELECT * FROM learn('SELECT price FROM things', 'price')$$);

-- Asked for by name: taken
SELECT * FROM learn('things', 'price', features => ARRAY['id', 'number', 'serial', 'size']);
SELECT * FROM learn('things', 'price', features => ARRAY['level', 'kind']);
-- ... or an error, never ignored
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', 'price'])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', 'price_cents'])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', 'constant'])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', 'empty'])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', 'tags'])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', 'siez'])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', 'size'])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', NULL])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY[]::text[])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', 'level'], weight => 'level')$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', 'level'], key => 'level')$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', features => ARRAY['size', 'level'], exclude => ARRAY['level'])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', exclude => ARRAY['levle'])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', exclude => ARRAY['price'])$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', key => 'nothing')$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', weight => 'kind')$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', weight => 'tags')$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', weight => 'price')$$);
SELECT * FROM refused($$SELECT * FROM learn('things', 'price', key => 'price')$$);

-- Names are exact, whatever they hold
CREATE TABLE "odd names" ("Größe" double precision, "a ""b"" 'c'" integer, "SELECT" text, y double precision);
INSERT INTO "odd names" SELECT i % 11, i % 3, 'x' || i % 4, i % 11 + i % 3 FROM generate_series(1, 100) AS i;
SELECT * FROM learn('"odd names"', 'y');
SELECT * FROM learn('"odd names"', 'y', features => ARRAY['a "b" ''c''', 'Größe']);
SELECT * FROM refused($$SELECT * FROM learn('"odd names"', 'Y')$$);

SELECT mlops_drop_model('columns');
SET client_min_messages = warning;
DROP SCHEMA columns_test CASCADE;
