-- States of aggregates: split, combined, sent, damaged.
SET client_min_messages = warning;
CREATE TABLE states_rows AS
SELECT i AS id, sin(i) AS a, 1000 + cos(i * 1.7) AS b, i % 7 AS part, CASE WHEN i % 10 > 0 THEN i % 13 END AS holes
FROM generate_series(1, 30000) AS i;
ANALYZE states_rows;

-- Parallel query splits them
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT mlops_sum(ARRAY[a, b]), mlops_moments_partial(ARRAY[a, b]), mlops_least_squares_partial(ARRAY[1, a, b]) FROM states_rows;
CREATE TABLE states_parallel AS SELECT mlops_sum(ARRAY[a, b]) AS sums, mlops_moments_partial(ARRAY[a, holes]) AS moments, mlops_least_squares_partial(ARRAY[1, a, b]) AS factor FROM states_rows;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE states_serial AS SELECT mlops_sum(ARRAY[a, b]) AS sums, mlops_moments_partial(ARRAY[a, holes]) AS moments, mlops_least_squares_partial(ARRAY[1, a, b]) AS factor FROM states_rows;
SELECT abs(p.sums[1] - s.sums[1]) < 1e-11 AND abs(p.sums[2] / s.sums[2] - 1) < 1e-15 AS sums_agree FROM states_parallel AS p, states_serial AS s;
SELECT abs(sums[1] - (SELECT sum(a) FROM states_rows)) < 1e-9 AS first, abs(sums[2] - (SELECT sum(b) FROM states_rows)) < 1e-6 AS second FROM states_serial;

-- The triangle and the moments in numbers: the doubles behind the header of 24 bytes
CREATE FUNCTION states_number(bytes bytea, at int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN bits = 0 THEN 0 ELSE
		CASE WHEN bits < 0 THEN -1 ELSE 1 END * (1 + (bits & 4503599627370495)::float8 / 4503599627370496) * 2.0 ^ (((bits >> 52) & 2047) - 1023)::float8 END
	FROM (SELECT ('x' || string_agg(lpad(to_hex(get_byte(bytes, 24 + 8 * at + 7 - k)), 2, '0'), '' ORDER BY k))::bit(64)::bigint FROM generate_series(0, 7) AS k) AS words(bits)
$$;
-- (but for the signs of the rows of R, which are arbitrary)
SELECT bool_and(abs(abs(states_number(mlops_state_send(p.factor), i)) - abs(states_number(mlops_state_send(s.factor), i))) <= 1e-10 * greatest(1, abs(states_number(mlops_state_send(s.factor), i)))) AS factors_agree
FROM states_parallel AS p, states_serial AS s, generate_series(0, 5) AS i;
SELECT states_number(m, 0) AS count, round(states_number(m, 5)::numeric, 0) AS count_of_holes,
	abs(states_number(m, 6) - (SELECT avg(holes) FROM states_rows)) < 1e-12 AS mean,
	abs(states_number(m, 7) / states_number(m, 5) - (SELECT var_pop(holes) FROM states_rows)) < 1e-11 AS variance,
	states_number(m, 8) AS least, states_number(m, 9) AS greatest
FROM (SELECT mlops_state_send(moments) FROM states_parallel) AS q(m);

-- R'R = X'X
SELECT abs(r00 * r00 - 30000) < 1e-8 AS ones, abs(r00 * r01 - (SELECT sum(a) FROM states_rows)) < 1e-8 AS sum, abs(r01 * r01 + r11 * r11 - (SELECT sum(a * a) FROM states_rows)) < 1e-7 AS squares
FROM (SELECT states_number(f, 0), states_number(f, 1), states_number(f, 2) FROM (SELECT mlops_state_send(factor) FROM states_serial) AS s(f)) AS q(r00, r01, r11);

-- By hand: parts, their union, their text
WITH parts AS (
	SELECT part, mlops_sum_partial(ARRAY[a, b]) AS sums, mlops_least_squares_partial(ARRAY[1, a, b]) AS factor FROM states_rows GROUP BY part
	UNION ALL SELECT 7, mlops_sum_partial(ARRAY[a, b]), mlops_least_squares_partial(ARRAY[1, a, b]) FROM states_rows WHERE false)
SELECT abs((mlops_sum_combine(sums))[2] / (SELECT sums[2] FROM states_serial) - 1) < 1e-15 AS sums,
	abs((mlops_sum_combine(sums::text::mlops_state))[2] / (SELECT sums[2] FROM states_serial) - 1) < 1e-15 AS through_text,
	bool_and((factor IS NULL) = (part = 7)) AS no_rows_are_null,
	abs(states_number(mlops_state_send(mlops_combine(factor)), 5) / states_number((SELECT mlops_state_send(factor) FROM states_serial), 5)) BETWEEN 1 - 1e-10 AND 1 + 1e-10 AS factor
FROM parts;

-- Stored, with toasting of wide ones, and gone on with later
CREATE TABLE states_kept (day int, state mlops_state);
INSERT INTO states_kept SELECT part, mlops_least_squares_partial(ARRAY[1, a, b, part, a * b, a * a, b * b, a * part, b * part, id, id % 3, id % 5, id % 11, sin(b), cos(b), sin(id), a ^ 3, b ^ 3,
	id % 17, id % 19, id % 23, id % 29, id % 31, id % 37, id % 41, id % 43, id % 47, id % 53, id % 59, id % 61, id % 67, id % 71, id % 73]) FROM states_rows GROUP BY part;
SELECT count(*), min(pg_column_size(state)) > 2000 AS wide, length(mlops_state_send(mlops_combine(state))) = 24 + 8 * 33 * 34 / 2 AS compact FROM states_kept;
SELECT mlops_state_sums(mlops_state_add_sums(mlops_state_add_sums(NULL, '{1,2}'), '{3,4}'));
SELECT mlops_state_sums(mlops_state_merge(s, s)), mlops_state_sums(s) FROM (SELECT mlops_sum_partial('{1,2}')) AS q(s);
SELECT abs(states_number(mlops_state_send(mlops_state_add_least_squares(mlops_least_squares_partial('{3}'), '{4}')), 0)) AS hypotenuse;

-- Rows that are NULL or have a NULL are left out, but for moments
SELECT mlops_sum(row) AS sum, mlops_sum(NULL::float8[]) AS none, mlops_state_send(mlops_moments_partial(row)) = mlops_state_send(mlops_moments_partial(array_replace(row, NULL, 'NaN'))) AS missing
FROM (VALUES ('{1,2}'::float8[]), (NULL), ('{NULL,5}'), ('{3,4}')) AS v(row);
SELECT count(*) FROM (SELECT mlops_least_squares_partial('{1,NULL}'), mlops_combine(NULL)) AS q(a, b) WHERE a IS NULL AND b IS NULL;

-- Refused
SELECT mlops_sum(row) FROM (VALUES ('{1,2}'::float8[]), ('{1,2,3}')) AS v(row);
SELECT mlops_sum('{}'::float8[]);
SELECT mlops_sum('{{1,2},{3,4}}'::float8[]);
SELECT mlops_sum('{1,NaN}'::float8[]);
SELECT mlops_least_squares_partial('{-Infinity,1}'::float8[]);
SELECT mlops_moments_partial('{NaN,Infinity}'::float8[]);
SELECT mlops_sum(ARRAY[1.7e308]) FROM generate_series(1, 2);
SELECT mlops_least_squares_partial(ARRAY[1.7e308]) FROM generate_series(1, 20);
SELECT mlops_least_squares_partial(array_fill(1.0::float8, ARRAY[8001]));
SELECT mlops_combine(s) FROM (SELECT mlops_sum_partial('{1,2}') UNION ALL SELECT mlops_moments_partial('{1,2}')) AS q(s);
SELECT mlops_combine(s) FROM (SELECT mlops_sum_partial('{1,2}') UNION ALL SELECT mlops_sum_partial('{1}')) AS q(s);
SELECT mlops_sum_combine(s) FROM (SELECT mlops_moments_partial('{1,2}')) AS q(s);
SELECT mlops_state_sums(mlops_least_squares_partial('{1,2}'));
SELECT mlops_state_add_sums(mlops_moments_partial('{1,2}'), '{1,2}');

-- Hostile bytes
SELECT 'not base64'::mlops_state;
SELECT ''::mlops_state;
SELECT encode('\x0200010001000000000000000000000001000000000000000000000000000000', 'base64')::mlops_state;
SELECT encode('\x0100090001000000000000000000000001000000000000000000000000000000', 'base64')::mlops_state;
SELECT encode('\x01000100ffffffff000000000000000001000000000000000000000000000000', 'base64')::mlops_state;
SELECT encode('\x0100010001000000000000000000000001000000000000000000000000000000', 'base64')::mlops_state;
SELECT encode('\x01000100010000000000000000000000ffffffffffffffff00000000000000000000000000000000', 'base64')::mlops_state;
SELECT encode('\x010001000100000000000000000000000100000000000000000000000000f07f0000000000000000', 'base64')::mlops_state;
SELECT encode('\x01000100010000000000000000000000010000000000000000000000000008400000000000000000', 'base64')::mlops_state;

DROP TABLE states_rows, states_parallel, states_serial, states_kept;
DROP FUNCTION states_number;
