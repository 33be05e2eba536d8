-- A source is a relation looked up by name, or exactly one SELECT.
\set SHOW_CONTEXT never
CREATE SCHEMA "My Schema";
CREATE TABLE points (id int PRIMARY KEY, x float8, y float8);
INSERT INTO points SELECT i, i % 23, 3 * (i % 23) + 1 FROM generate_series(1, 600) i;
CREATE TABLE "My Schema"."a;b ""c" AS TABLE points;
CREATE TABLE "select" AS TABLE points;
CREATE TABLE parted (x float8, y float8, part int) PARTITION BY LIST (part);
CREATE TABLE parted_1 (y float8, part int, x float8);
ALTER TABLE parted ATTACH PARTITION parted_1 FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
INSERT INTO parted SELECT x, y, 1 + id % 2 FROM points;
CREATE VIEW points_view AS SELECT x, y FROM points;
CREATE MATERIALIZED VIEW points_stored AS SELECT x, y FROM points;
CREATE SEQUENCE counter;
CREATE FUNCTION rows_of(source text) RETURNS bigint LANGUAGE sql
	AS $$SELECT rows FROM mlops_train('sources', source, target => 'y', features => '{x}', algorithm => 'linear', deploy => 'never')$$;

-- Accepted.
SELECT s, rows_of(s) FROM (VALUES (1, 'points'), (2, ' Public . POINTS '), (3, '"My Schema"."a;b ""c"'), (4, 'select'), (5, 'parted'),
	(6, 'points_view'), (7, 'points_stored'), (8, 'TABLE points'),
	(9, 'SELECT * FROM points -- all;'), (10, ' (SELECT x, y FROM points);; '), (11, 'WITH p AS (SELECT * FROM points) SELECT x, y FROM p WHERE id < 600'),
	(12, 'SELECT x, y FROM points UNION ALL SELECT x, y FROM parted')) v(n, s) ORDER BY n;

-- Not one SELECT: refused, and nothing has happened.
SELECT rows_of('');
SELECT rows_of('  -- nothing');
SELECT rows_of('SELECT x, y FROM points; DROP TABLE points');
SELECT rows_of('points; DROP TABLE points');
SELECT rows_of('INSERT INTO points VALUES (0, 0, 0) RETURNING *');
SELECT rows_of('DELETE FROM points RETURNING x, y');
SELECT rows_of('WITH gone AS (DELETE FROM points RETURNING x, y) SELECT * FROM gone');
SELECT rows_of('SELECT x, y FROM points FOR UPDATE');
SELECT rows_of('SELECT * FROM (SELECT x, y FROM points FOR SHARE) p');
SELECT rows_of('SELECT x, y INTO stolen FROM points');
SELECT rows_of('EXPLAIN SELECT x, y FROM points');
SELECT rows_of('SHOW search_path');
SELECT rows_of('COPY points TO STDOUT');
SELECT rows_of('COMMIT WORK');
SELECT rows_of('DECLARE c CURSOR FOR SELECT x, y FROM points');
SELECT rows_of('SELECT x, y FROM points WHERE x = $1');
SELECT rows_of('SELECT FROM points');
SELECT rows_of('SELECT x, y, x + 1 AS y FROM points');
SELECT rows_of('SELECT x y FROM FROM points');
SELECT count(*) FROM points;

-- Names that are none.
SELECT rows_of('pionts');
SELECT rows_of('nowhere.points');
SELECT rows_of('pionts p');
SELECT rows_of('SELECT x, y FROM pionts');
SELECT rows_of('otherdb.public.points');
SELECT rows_of('counter');
SELECT rows_of('points_pkey');

-- Columns.
SELECT rows FROM mlops_train('sources', 'points', target => 'z');
SELECT rows FROM mlops_train('sources', 'SELECT x, NULL::point AS p, y FROM points', target => 'y', features => '{x,p}');
CREATE TABLE derived (x float8, y float8, z float8 GENERATED ALWAYS AS (2 * y) STORED, w float8 GENERATED ALWAYS AS (2 * x) STORED,
	number bigint GENERATED ALWAYS AS IDENTITY, code int UNIQUE, half int);
CREATE UNIQUE INDEX ON derived (half) WHERE half > 0;
INSERT INTO derived (x, y, code, half) SELECT x, y, CASE WHEN id < 300 THEN id END, 0 FROM points;
UPDATE derived SET half = number WHERE number % 2 = 0;
SELECT unnest(warnings) FROM mlops_train('derived', 'derived', target => 'y', algorithm => 'linear', deploy => 'never') ORDER BY 1;

-- Read with the caller's rights, row security included.
CREATE ROLE regress_mlops_reader;
SET ROLE regress_mlops_reader;
SELECT rows FROM mlops_train('reader', 'points', target => 'y', algorithm => 'linear');
RESET ROLE;
GRANT SELECT (x, y) ON points TO regress_mlops_reader;
ALTER TABLE points ENABLE ROW LEVEL SECURITY;
CREATE POLICY first_hundred ON points TO regress_mlops_reader USING (id <= 100);
SET ROLE regress_mlops_reader;
SELECT rows FROM mlops_train('reader', 'SELECT x, y FROM points', target => 'y', algorithm => 'linear');
RESET ROLE;

-- A table that goes away between two statements of a function, and during one.
CREATE TABLE fleeting AS TABLE points;
DO $$
BEGIN
	PERFORM rows_of('fleeting');
	DROP TABLE fleeting;
	PERFORM rows_of('fleeting');
END $$;
CREATE FUNCTION drops(t text) RETURNS float8 LANGUAGE plpgsql AS $$BEGIN EXECUTE 'DROP TABLE IF EXISTS ' || t; RETURN 1; END$$;
SELECT rows_of('SELECT x + drops(''fleeting'') AS x, y FROM fleeting');
SELECT count(*) FROM fleeting;

-- Nothing is left behind by errors: plans, locks, contexts.
DO $$
BEGIN
	FOR i IN 1 .. 200 LOOP
		BEGIN
			PERFORM rows_of('SELECT x, y / (x - 22) AS y FROM points');
		EXCEPTION WHEN division_by_zero THEN NULL;
		END;
	END LOOP;
END $$;
SELECT count(*) < 20 AS few_plans, sum(total_bytes) < 2000000 AS small
FROM pg_backend_memory_contexts WHERE name IN ('CachedPlanSource', 'CachedPlan', 'SPI Plan') OR name LIKE 'mlops source%';

SELECT mlops_drop_model('sources');
SELECT mlops_drop_model('derived');
SET ROLE regress_mlops_reader;
SELECT mlops_drop_model('reader');
RESET ROLE;
DROP TABLE points, "My Schema"."a;b ""c", "select", parted, derived, fleeting CASCADE;
DROP SCHEMA "My Schema";
DROP SEQUENCE counter;
DROP FUNCTION rows_of(text), drops(text);
DROP ROLE regress_mlops_reader;
