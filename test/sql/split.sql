-- Which rows judge a version: counts, methods, and that no row changes sides.
CREATE SCHEMA split_test;
SET search_path = split_test, public;

CREATE FUNCTION sides(source text, split jsonb = '{}', target text = 'y', key text = NULL, algorithm text = 'auto', seed bigint = 0)
RETURNS TABLE (said text) LANGUAGE plpgsql AS $$
DECLARE
	result mlops.train_result;
	message text; detail text; hint text;
BEGIN
	result := mlops_train('split', source, target => target, algorithm => algorithm, split => split, key => key, seed => seed, deploy => 'never');
	RETURN QUERY SELECT format('%s train, %s held out, %s %s', v.train_rows, v.holdout_rows, v.split ->> 'method',
			CASE WHEN (v.split ->> 'cross_validated')::bool THEN format('cross-validated in %s folds', v.split ->> 'folds')
				WHEN (v.split ->> 'by_content')::bool THEN 'by content' ELSE 'by ' || (v.split ->> 'identity') END)
		FROM mlops.versions AS v WHERE v.model = 'split' AND v.version = result.version;
	RETURN QUERY SELECT w FROM unnest(result.warnings) AS w WHERE w NOT LIKE 'not deployed:%' AND w NOT LIKE 'no better than the baseline%';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN QUERY SELECT line FROM (VALUES (SQLSTATE || ': ' || message), ('DETAIL: ' || nullif(detail, '')), ('HINT: ' || nullif(hint, ''))) AS lines (line)
		WHERE line IS NOT NULL;
END $$;
-- How many rows of each class the newest version held out
CREATE FUNCTION held_out() RETURNS text LANGUAGE sql AS $$
SELECT format('%s negative, %s positive, together %s', n.negative, n.positive, n.negative + n.positive) FROM (
	SELECT sum(value) FILTER (WHERE metric IN ('true_negative', 'false_positive')) AS negative,
		sum(value) FILTER (WHERE metric IN ('true_positive', 'false_negative')) AS positive
	FROM mlops.metrics WHERE model = 'split' AND part = 'holdout' AND version = (SELECT max(version) FROM mlops.versions WHERE model = 'split')) AS n
$$;

CREATE TABLE people AS SELECT i AS id, i % 17 AS age, (i * 7919) % 101 / 10.0::float8 AS size, i % 5 = 0 AS y, date '2020-01-01' + i / 10 AS joined, i / 20 AS family
FROM generate_series(1, 2000) AS i;
ALTER TABLE people ADD PRIMARY KEY (id);

-- A fifth of each class
SELECT * FROM sides('people');
SELECT held_out();
SELECT * FROM sides('people', '{"holdout": 0.5}');
SELECT held_out();
-- Never more than max_holdout, never fewer than min_class of the rarest class or its share
SELECT * FROM sides('people', '{"max_holdout": 100, "min_class": 10}');
SELECT held_out();
SELECT * FROM sides('people', '{"max_holdout": 100, "min_class": 60}');
SELECT held_out();
SELECT * FROM sides('people', '{"max_holdout": 100}');
SELECT held_out();
-- The defaults: 10,000 rows, 500 of the rarest class
CREATE TABLE many AS SELECT i AS id, i % 17 AS x, i % 2 = 0 AS y, i % 40 = 0 AS rare, i % 1000 = 0 AS very_rare, (i % 29)::float8 AS number FROM generate_series(1, 60000) AS i;
SELECT * FROM sides('SELECT id, x, y FROM many', key => 'id', algorithm => 'logistic');
SELECT held_out();
SELECT * FROM sides('SELECT id, x, rare FROM many', target => 'rare', key => 'id', algorithm => 'logistic');
SELECT held_out();
SELECT * FROM sides('SELECT id, x, very_rare FROM many', target => 'very_rare', key => 'id', algorithm => 'logistic');
SELECT held_out();
SELECT train_rows, holdout_rows FROM mlops_train('split number', 'SELECT id, x, number FROM many', target => 'number', key => 'id', algorithm => 'linear') AS r
JOIN mlops.versions USING (model, version);
SELECT mlops_drop_model('split number');

-- Fewer than 500 rows: every row is predicted by a model that has not seen it
SELECT * FROM sides('SELECT * FROM people WHERE id < 500', key => 'id');
SELECT * FROM sides('SELECT * FROM people WHERE id <= 500', key => 'id');
SELECT * FROM sides('SELECT * FROM people WHERE id < 500', '{"min_rows": 100}', key => 'id');
SELECT * FROM sides('people', '{"min_rows": 5000, "folds": 10}');
SELECT DISTINCT part, rows FROM mlops.metrics WHERE model = 'split' AND version = (SELECT max(version) FROM mlops.versions WHERE model = 'split') ORDER BY part;
SELECT * FROM sides('SELECT i % 3 AS x, i < 3 AS y FROM generate_series(0, 40) AS i');
-- predictions are profiled on those same rows
SELECT profile -> 'rows' AS rows FROM mlops.features WHERE model = 'split' AND role = 'prediction' AND version = (SELECT max(version) FROM mlops.versions WHERE model = 'split');

-- time: the newest rows; the column is no feature
SELECT * FROM sides('people', '{"method": "time", "column": "joined"}');
SELECT held_out();
SELECT (split ->> 'time_after')::float8 > 0 AS after FROM mlops.versions WHERE model = 'split' AND version = (SELECT max(version) FROM mlops.versions WHERE model = 'split');
-- group: nobody's family is on both sides
SELECT * FROM sides('people', '{"method": "group", "column": "family"}');
-- column: the user says
SELECT * FROM sides('SELECT *, id % 4 = 0 AS test FROM people', '{"method": "column", "column": "test"}', key => 'id');
SELECT * FROM sides('SELECT *, CASE id % 4 WHEN 0 THEN ''test'' WHEN 1 THEN ''validate'' ELSE ''train'' END AS part FROM people', '{"method": "column", "column": "part"}', key => 'id');
SELECT * FROM sides('SELECT *, id % 2 AS part FROM people', '{"method": "column", "column": "part"}', key => 'id');
SELECT * FROM sides('SELECT *, CASE id % 4 WHEN 0 THEN ''tset'' ELSE ''train'' END AS part FROM people', '{"method": "column", "column": "part"}', key => 'id');
SELECT * FROM sides('SELECT *, CASE WHEN id % 4 = 0 THEN true END AS part FROM people', '{"method": "column", "column": "part"}', key => 'id');
SELECT * FROM sides('SELECT *, false AS part FROM people', '{"method": "column", "column": "part"}', key => 'id');
SELECT * FROM sides('SELECT *, true AS part FROM people', '{"method": "column", "column": "part"}', key => 'id');
SELECT * FROM sides('SELECT *, y AS part FROM people', '{"method": "column", "column": "part"}', key => 'id');
-- none
SELECT * FROM sides('people', '{"method": "none"}');
SELECT DISTINCT part FROM mlops.metrics WHERE model = 'split' AND version = (SELECT max(version) FROM mlops.versions WHERE model = 'split');

-- What the options refuse
SELECT * FROM sides('people', '{"method": "random", "column": "joined"}');
SELECT * FROM sides('people', '{"method": "time"}');
SELECT * FROM sides('people', '{"method": "fold"}');
SELECT * FROM sides('people', '{"method": "time", "column": "joind"}');
SELECT * FROM sides('people', '{"method": "time", "column": "joined", "key": "id"}');
SELECT * FROM sides('people', '{"method": "column", "column": "y"}');
SELECT * FROM sides('people', '{"key": "ident"}');
SELECT * FROM sides('people', '{"holdout": 1.5}');
SELECT * FROM sides('people', '{"holdout": "a fifth"}');
SELECT * FROM sides('people', '{"folds": 2.5}');
SELECT * FROM sides('people', '{"test_size": 0.3}');
SELECT * FROM sides('people', '[0.3]');

-- The side of a row hangs on the row alone: the same under a shuffled table ...
CREATE FUNCTION digest() RETURNS text LANGUAGE sql AS $$
SELECT digest FROM mlops.versions WHERE model = 'split' AND version = (SELECT max(version) FROM mlops.versions WHERE model = 'split') $$;
CREATE TABLE digests (what text, digest text);
SELECT * FROM sides('people', algorithm => 'gbt');
INSERT INTO digests VALUES ('primary key', digest());
CREATE TABLE shuffled AS SELECT * FROM people ORDER BY (id * 7919) % 2003;
ALTER TABLE shuffled ADD PRIMARY KEY (id);
SELECT * FROM sides('shuffled', algorithm => 'gbt');
INSERT INTO digests VALUES ('primary key', digest());
SELECT * FROM sides('SELECT * FROM people ORDER BY (id * 7907) % 2003', key => 'id', algorithm => 'gbt');
INSERT INTO digests VALUES ('primary key', digest());
SELECT * FROM sides('SELECT * FROM people', '{"key": "id"}', algorithm => 'gbt');
SELECT * FROM sides('SELECT age, size, y, joined, family FROM people', algorithm => 'gbt');
INSERT INTO digests VALUES ('content', digest());
SELECT * FROM sides('SELECT age, size, y, joined, family FROM people ORDER BY (id * 7907) % 2003', algorithm => 'gbt');
INSERT INTO digests VALUES ('content', digest());
-- ... with equal rows, too
SELECT * FROM sides('SELECT id % 7 AS age, y FROM people', algorithm => 'gbt');
INSERT INTO digests VALUES ('equal rows', digest());
SELECT * FROM sides('SELECT id % 7 AS age, y FROM people ORDER BY (id * 7907) % 2003', algorithm => 'gbt');
INSERT INTO digests VALUES ('equal rows', digest());
-- ... that differ in weight only, or in the side that the user gave them
SELECT (mlops_train('split', 'SELECT id % 7 AS age, y, 1 + id % 3 AS w FROM people' || ordering, target => 'y', algorithm => 'gbt', weight => 'w', deploy => 'never')).rows
FROM (VALUES (''), (' ORDER BY (id * 7907) % 2003'), (' ORDER BY w DESC')) AS o (ordering);
INSERT INTO digests SELECT 'weights', digest FROM mlops.versions WHERE model = 'split' ORDER BY version DESC LIMIT 3;
SELECT (mlops_train('split', 'SELECT id % 7 AS age, size > 5 AS big, id % 7 + (id * 7919) % 11 > 8 AS y, id % 4 = 0 AS test FROM people, generate_series(1, 2)' || ordering, target => 'y', algorithm => 'gbt',
	split => '{"method": "column", "column": "test"}', deploy => 'never')).rows
FROM (VALUES (''), (' ORDER BY (id * 7907) % 2003'), (' ORDER BY test DESC')) AS o (ordering);
INSERT INTO digests SELECT 'sides', digest FROM mlops.versions WHERE model = 'split' ORDER BY version DESC LIMIT 3;
-- ... and another seed gives other sides
SELECT * FROM sides('people', algorithm => 'gbt', seed => 1);
INSERT INTO digests VALUES ('seed', digest());
SELECT what, count(*) AS trainings, count(DISTINCT digest) AS models FROM digests GROUP BY what ORDER BY what;
SELECT mlops_drop_model('split');

-- A retraining keeps the sides: rows are added and go, none goes over. A text
-- column with a name for each row shows who was learnt from: its levels stand in
-- the artifact.
CREATE TABLE growing (id integer PRIMARY KEY, name text, x float8, y float8);
INSERT INTO growing SELECT i, 'row ' || i || ';', (i * 7919) % 101, (i * 7919) % 97 + i % 7 FROM generate_series(1, 200) AS i;
CREATE VIEW sides AS
SELECT v.version, g.id, position(convert_to(g.name, 'UTF8') in a.bytes) = 0 AS held_out
FROM mlops.version AS v JOIN mlops.artifact AS a USING (model, version), growing AS g
WHERE v.model = 'split' AND g.id <= v.rows;
SELECT version, deployed, warnings FROM mlops_train('split', 'growing', target => 'y', algorithm => 'linear', features => ARRAY['name', 'x'],
	params => '{"l2": 1}', split => '{"min_rows": 100, "key": "id"}');
INSERT INTO growing SELECT i, 'row ' || i || ';', (i * 7919) % 101, (i * 7919) % 97 + i % 7 FROM generate_series(201, 300) AS i;
SELECT version FROM mlops_retrain('split', deploy => 'always');
SELECT version, rows, count(*) FILTER (WHERE NOT s.held_out) = train_rows AS train, count(*) FILTER (WHERE s.held_out) = holdout_rows AS holdout, holdout_rows BETWEEN 40 AND 80 AS about_a_fifth
FROM mlops.versions JOIN sides AS s USING (version) WHERE model = 'split' GROUP BY version, rows, train_rows, holdout_rows ORDER BY version;
SELECT a.held_out AS first, b.held_out AS second, count(*) > 0 AS any FROM sides AS a JOIN sides AS b USING (id) WHERE a.version = 1 AND b.version = 2 GROUP BY 1, 2 ORDER BY 1, 2;
SELECT a.split -> 'holdout_below' = b.split -> 'holdout_below' AS same_threshold, a.split -> 'identity' = b.split -> 'identity' AS same_identity,
	a.split -> 'seed' = b.split -> 'seed' AS same_seed
FROM mlops.versions AS a, mlops.versions AS b WHERE a.model = 'split' AND b.model = 'split' AND a.version = 1 AND b.version = 2;
-- rows that go do not move others, nor does another order
CREATE TABLE fewer AS SELECT * FROM growing WHERE id % 3 > 0 ORDER BY x, id;
SELECT version, rows FROM mlops_retrain('split', 'fewer', deploy => 'always');
SELECT a.held_out AS second, position(convert_to(name, 'UTF8') in b.bytes) = 0 AS third, count(*) > 0 AS any
FROM sides AS a JOIN fewer USING (id), mlops.artifact AS b WHERE a.version = 2 AND b.model = 'split' AND b.version = 3 GROUP BY 1, 2 ORDER BY 1, 2;
-- Content as identity keeps the sides as well
SELECT version FROM mlops_train('split content', 'SELECT name, x, y FROM growing WHERE id <= 200', target => 'y', algorithm => 'linear', features => ARRAY['name', 'x'],
	params => '{"l2": 1}', split => '{"min_rows": 100}');
SELECT version FROM mlops_retrain('split content', 'SELECT name, x, y FROM growing ORDER BY x, id', deploy => 'always');
SELECT held_out[1] AS first, held_out[2] AS second, count(*) > 0 AS any FROM (
	SELECT g.id, array_agg(position(convert_to(g.name, 'UTF8') in a.bytes) = 0 ORDER BY a.version) AS held_out
	FROM mlops.artifact AS a, growing AS g WHERE a.model = 'split content' AND g.id <= 200 GROUP BY g.id) AS s
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT mlops_drop_model('split content');
-- A source without the key: sides are drawn anew, and it says so
SELECT warnings FROM mlops_retrain('split', 'SELECT name, x, y FROM growing');
SELECT warnings FROM mlops_train('split', 'SELECT name, x, y FROM growing', target => 'y', algorithm => 'linear', features => ARRAY['name', 'x']);
SELECT mlops_drop_model('split');

-- time: the newest rows again; group: groups stay where they were
SELECT version FROM mlops_train('split', 'people', target => 'y', split => '{"method": "time", "column": "joined"}', algorithm => 'logistic');
INSERT INTO people SELECT i AS id, i % 17 AS age, (i * 7919) % 101 / 10.0::float8 AS size, i % 5 = 0 AS y, date '2020-01-01' + i / 10 AS joined, i / 20 AS family
FROM generate_series(2001, 2500) AS i;
SELECT version FROM mlops_retrain('split');
SELECT version, rows, train_rows, holdout_rows FROM mlops.versions WHERE model = 'split' ORDER BY version;
SELECT mlops_drop_model('split');
SELECT version FROM mlops_train('split', 'people', target => 'y', split => '{"method": "group", "column": "family"}', algorithm => 'logistic');
INSERT INTO people SELECT i AS id, i % 17 AS age, (i * 7919) % 101 / 10.0::float8 AS size, i % 5 = 0 AS y, date '2020-01-01' + i / 10 AS joined, i / 20 AS family
FROM generate_series(2501, 3500) AS i;
SELECT version FROM mlops_retrain('split');
SELECT count(DISTINCT split -> 'holdout_below') AS thresholds, min(rows), max(rows), min(holdout_rows) < max(holdout_rows) AS grew FROM mlops.versions WHERE model = 'split';
SELECT mlops_drop_model('split');

SET client_min_messages = warning;
DROP SCHEMA split_test CASCADE;
