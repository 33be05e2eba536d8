-- Plain aggregates for statistics.
CREATE SCHEMA statistics_test;
SET search_path = statistics_test, public;
SET client_min_messages = warning;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
CREATE TABLE filip (y float8, x float8);
\copy filip FROM 'regression_filip.csv' WITH (FORMAT csv, HEADER)
CREATE TABLE longley (y float8, x1 float8, x2 float8, x3 float8, x4 float8, x5 float8, x6 float8);
\copy longley FROM 'linear_longley.csv' WITH (FORMAT csv, HEADER)
CREATE TABLE diabetes (id int PRIMARY KEY, x1 float8, x2 float8, x3 float8, x4 float8, x5 float8, x6 float8, x7 float8, x8 float8, x9 float8, x10 float8, y float8);
\copy diabetes FROM 'diabetes.csv' WITH (FORMAT csv, HEADER)
CREATE TABLE expected (set text, index int, a float8, b float8, c float8, d float8);
\copy expected FROM 'regression_expected.csv' WITH (FORMAT csv, HEADER, NULL '')

-- Digits that agree with exact arithmetic; NIST's Filip and Longley are as hard as they get
CREATE VIEW filip_rows AS SELECT y, ARRAY[x, x^2, x^3, x^4, x^5, x^6, x^7, x^8, x^9, x^10] AS x FROM filip;
CREATE VIEW fits AS
SELECT 'filip' AS set, (mlops_linregr(y, x)).* FROM filip_rows
UNION ALL SELECT 'longley', (mlops_linregr(y, ARRAY[x1, x2, x3, x4, x5, x6])).* FROM longley
UNION ALL SELECT 'diabetes', (mlops_linregr(y, ARRAY[x1, x2, x3, x4, x5, x6, x7, x8, x9, x10])).* FROM diabetes;
CREATE FUNCTION digits(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT -log(greatest(abs(a / b - 1), 1e-16)) $$;
CREATE VIEW agreement AS
SELECT set, min(digits(f.coefficients[index + 1], a)) AS coefficients, min(digits(f.std_errors[index + 1], b)) AS std_errors, min(digits(f.t_statistics[index + 1], c)) AS t, min(digits(f.p_values[index + 1], d)) AS p
FROM expected JOIN fits AS f USING (set) WHERE index >= 0 GROUP BY set;
SELECT set, coefficients > bar AS coefficients, std_errors > bar AS std_errors, t > bar AS t, p > bar - 2 AS p
FROM agreement JOIN (VALUES ('filip', 7), ('longley', 10), ('diabetes', 11)) AS v(set, bar) USING (set) ORDER BY 1;
SELECT set, n, df, aliased, digits(r2, e.a) > bar AS r2, digits(adjusted_r2, e.b) > bar AS adjusted, digits(sigma, e.c) > bar AS sigma, digits(f, e.d) > bar - 1 AS f,
	digits(f_p_value, o.a) > bar - 4 AS f_p, digits(condition_number, o.b) > 2 AS condition
FROM fits JOIN expected AS e USING (set) JOIN expected AS o USING (set) JOIN (VALUES ('filip', 8), ('longley', 10), ('diabetes', 11)) AS v(set, bar) USING (set)
WHERE e.index = -1 AND o.index = -2 ORDER BY 1;

-- Parallel query splits it, and loses no digits by that
CREATE TABLE many AS SELECT i AS id, i % 7 AS region, sin(i) AS x1, cos(i * 1.7) AS x2, 3 + 2 * sin(i) - cos(i * 1.7) + sin(i * 0.37) AS y FROM generate_series(1, 20000) AS i;
ANALYZE many;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT (mlops_linregr(y, ARRAY[x1, x2])).* FROM many;
EXPLAIN (COSTS OFF) SELECT region, mlops_linregr(y, ARRAY[x1, x2]) FROM many GROUP BY region;
CREATE TABLE split AS SELECT (mlops_linregr(y, ARRAY[x1, x2])).* FROM many;
SELECT set, coefficients > bar AS coefficients, std_errors > bar AS std_errors FROM agreement JOIN (VALUES ('filip', 7), ('longley', 10), ('diabetes', 11)) AS v(set, bar) USING (set) ORDER BY 1;
SET max_parallel_workers_per_gather = 0;
SELECT s.n = w.n AS n, digits(s.coefficients[2], w.coefficients[2]) > 12 AS coefficients, digits(s.std_errors[3], w.std_errors[3]) > 11 AS std_errors FROM split AS s, (SELECT (mlops_linregr(y, ARRAY[x1, x2])).* FROM many) AS w;

-- One regression per group; with one x it is what PostgreSQL's own functions say
SELECT region, n, digits(coefficients[1], a) > 12 AS intercept, digits(coefficients[2], b) > 12 AS slope, digits(r2, r) > 11 AS r2
FROM (SELECT region, (mlops_linregr(y, ARRAY[x1])).*, regr_intercept(y, x1) AS a, regr_slope(y, x1) AS b, regr_r2(y, x1) AS r FROM many GROUP BY region) AS q ORDER BY 1;
-- and the same from parts
SELECT digits((mlops_state_regression(mlops_combine(s))).coefficients[2], (SELECT coefficients[2] FROM split)) > 12 AS combined
FROM (SELECT mlops_least_squares_partial(ARRAY[1, x1, x2, y]) FROM many GROUP BY region) AS q(s);

-- NULLs are left out, as regr_slope() does; no rows give NULL
SELECT (mlops_linregr(y, x)).n, round((mlops_linregr(y, x)).coefficients[2]::numeric, 9) AS slope
FROM (VALUES (1.0::float8, '{1}'::float8[]), (2, '{2}'), (NULL, '{5}'), (9, NULL), (7, '{NULL}'), (3, '{3}')) AS v(y, x);
SELECT mlops_linregr(y, ARRAY[x1]) IS NULL AS none FROM many WHERE false;
SELECT mlops_linregr(NULL, NULL) IS NULL AS none, mlops_state_regression(NULL) IS NULL AS no_state;

-- One row, as many rows as coefficients, a constant target, constant and dependent columns
SELECT (mlops_linregr(5, '{2,3}')).*;
SELECT n, df, round(coefficients[2]::numeric, 9) AS slope, std_errors, round(r2::numeric, 9) AS r2, adjusted_r2, sigma, f FROM (SELECT (mlops_linregr(y, ARRAY[x])).* FROM (VALUES (1, 1), (3, 2)) AS v(y, x)) AS q;
SELECT coefficients[1] BETWEEN 0.1 - 1e-15 AND 0.1 + 1e-15 AS mean, abs(coefficients[2]) < 1e-15 AS slope, r2, adjusted_r2, f, f_p_value, p_values, sigma < 1e-14 AS sigma FROM (SELECT (mlops_linregr(0.1, ARRAY[x1])).* FROM many) AS q;
SELECT aliased, coefficients[3], coefficients[5], coefficients[6], std_errors[3], t_statistics[5], p_values[6], digits(coefficients[2], 2) > 1 AS first, digits(coefficients[4], -1) > 1 AS other, df
FROM (SELECT (mlops_linregr(y, ARRAY[x1, 0.1, x2, 2 * x1 - x2 + 7, 0])).* FROM many) AS q;
SELECT n, df, digits(coefficients[1], avg) > 13 AS mean, digits(std_errors[1], error) > 11 AS error, r2 BETWEEN 0 AND 1e-12 AS r2, f, condition_number FROM (SELECT (mlops_linregr(y, '{}')).*, avg(y) AS avg, stddev(y) / sqrt(count(*)) AS error FROM longley) AS q;

-- Refused
SELECT mlops_linregr(y, x) FROM (VALUES (1, '{1,2}'::float8[]), (2, '{1,2,3}')) AS v(y, x);
SELECT mlops_linregr(1, '{{1,2},{3,4}}');
SELECT mlops_linregr('NaN', '{1}');
SELECT mlops_linregr('Infinity', '{1}');
SELECT mlops_linregr(1, '{1,NaN}');
SELECT mlops_linregr(1, '{-Infinity}');
SELECT mlops_linregr(1e308, ARRAY[1e308 * i]) FROM generate_series(1, 1) AS i;
SELECT mlops_linregr(1e308 * (i % 2), ARRAY[1.7e308]) FROM generate_series(1, 20) AS i;
SELECT mlops_linregr(1, array_fill(1.0::float8, ARRAY[8000]));
SELECT mlops_state_regression(mlops_sum_partial('{1,2}'));
SELECT mlops_state_regression(mlops_least_squares_partial('{1}'));
SELECT mlops_state_add_regression(mlops_least_squares_partial('{1,2,3}'), 1, '{1,2}');

-- Covariances and correlations are those of covar_samp() and corr()
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT mlops_covariance(ARRAY[x1, x2, y]), mlops_correlation(ARRAY[x1, x2, y]), mlops_summary(ARRAY[x1]) FROM many;
CREATE VIEW pairs AS
SELECT mlops_covariance(ARRAY[x1, x2, y, 1e9 + id]) AS c, mlops_correlation(ARRAY[x1, x2, y, 1e9 + id]) AS r,
	covar_samp(x1, y) AS c13, covar_samp(x1, 1e9 + id) AS c14, var_samp(x2) AS c22, var_samp(1e9 + id) AS c44, corr(x2, y) AS r23, corr(y, 1e9 + id) AS r34 FROM many;
SELECT array_dims(c) AS dims, digits(c[1][3], c13) > 11 AS c13, digits(c[4][1], c14) > 5 AS c14, digits(c[2][2], c22) > 12 AS c22, digits(c[4][4], c44) > 12 AS c44,
	digits(r[2][3], r23) > 11 AS r23, digits(r[4][3], r34) > 5 AS r34, r[2][2] AS own, c[1][2] = c[2][1] AND r[1][3] = r[3][1] AS symmetric FROM pairs;
SET max_parallel_workers_per_gather = 0;
SELECT digits(c[1][3], c13) > 11 AS c13, digits(c[4][4], c44) > 12 AS c44, digits(r[2][3], r23) > 11 AS r23 FROM pairs;
-- one per group; from parts; constants and few rows; NULLs
SELECT region, digits((mlops_covariance(ARRAY[x1, y]))[1][2], covar_samp(x1, y)) > 11 AS covariance FROM many GROUP BY region HAVING region < 2 ORDER BY 1;
SELECT digits((mlops_state_correlation(mlops_combine(s)))[1][2], (SELECT corr(x1, y) FROM many)) > 11 AS combined FROM (SELECT mlops_covariance_partial(ARRAY[x1, y]) FROM many GROUP BY region) AS q(s);
SELECT mlops_covariance(ARRAY[0.1, i]), mlops_correlation(ARRAY[0.1, i]), mlops_correlation(ARRAY[i, -i, 2 * i]) AS perfect FROM generate_series(1, 3) AS i;
SELECT mlops_covariance('{1,2}'), mlops_correlation('{1,2}');
SELECT mlops_covariance(x), mlops_covariance(x) FILTER (WHERE false) AS none FROM (VALUES ('{1,2}'::float8[]), (NULL), ('{5,NULL}'), ('{3,8}')) AS v(x);
SELECT mlops_state_covariance(NULL), mlops_state_correlation(NULL), mlops_state_summary(NULL);

-- Summaries: exact moments, quantiles by rank
CREATE VIEW summaries AS SELECT s.* FROM (SELECT mlops_summary(ARRAY[x1, CASE WHEN id % 4 > 0 THEN 1e6 + id END, 7]) AS c FROM many) AS q, unnest(c) AS s;
CREATE VIEW checked AS
SELECT s.element, s.count, s.missing, digits(s.mean + 1, o.mean + 1) > 12 AS mean, digits(s.sd + 1, o.sd + 1) > 10 AS sd, s.min = o.min AS min, s.max = o.max AS max, ranks[1] BETWEEN 0.034 AND 0.066 AS p05, ranks[2] BETWEEN 0.23 AND 0.27 AS p25, ranks[3] BETWEEN 0.48 AND 0.52 AS median,
	ranks[4] BETWEEN 0.73 AND 0.77 AS p75, ranks[5] BETWEEN 0.934 AND 0.966 AS p95
FROM summaries AS s, LATERAL (
	SELECT avg(v) AS mean, stddev(v) AS sd, min(v), max(v), ARRAY[avg((v <= p05)::int), avg((v <= p25)::int), avg((v <= median)::int), avg((v <= p75)::int), avg((v <= p95)::int)] AS ranks
	FROM (SELECT CASE s.element WHEN 1 THEN x1 WHEN 2 THEN CASE WHEN id % 4 > 0 THEN 1e6 + id END END AS v FROM many) AS q) AS o
WHERE element < 3;
SELECT * FROM checked ORDER BY 1;
SET max_parallel_workers_per_gather = 2;
SELECT * FROM checked ORDER BY 1;
SET max_parallel_workers_per_gather = 0;
SELECT * FROM summaries WHERE element = 3;
-- few values: all of it exact; NaN and NULL are missing
SELECT element, count, missing, mean, round(sd::numeric, 9) AS sd, round(skewness::numeric, 9) AS skewness, round(kurtosis::numeric, 9) AS kurtosis, min, round(p05::numeric, 9) AS p05, p25, median, p75, round(p95::numeric, 9) AS p95, max
FROM unnest((SELECT mlops_summary(ARRAY[x, y]) FROM (VALUES (1.0::float8, NULL::float8), (2, 'NaN'), (NULL, NULL), (4, NULL), (8, NULL), (-5, NULL)) AS v(x, y))) ORDER BY 1;
SELECT (SELECT percentile_cont('{0.05,0.25,0.5,0.75,0.95}'::float8[]) WITHIN GROUP (ORDER BY x2) FROM many WHERE id <= 100) =
	(SELECT ARRAY[p05, p25, median, p75, p95] FROM unnest((SELECT mlops_summary(ARRAY[x2]) FROM many WHERE id <= 100))) AS like_percentile_cont;
SELECT region, (unnest(mlops_summary(ARRAY[x1]))).count FROM many WHERE region < 2 GROUP BY region ORDER BY 1;
SELECT (mlops_state_summary(mlops_combine(s)))[1].count, abs((mlops_state_summary(mlops_combine(s)))[1].median) < 0.1 AS median FROM (SELECT mlops_summary_partial(ARRAY[x1]) FROM many GROUP BY region) AS q(s);
SELECT mlops_summary(NULL::float8[]) IS NULL AS none;

-- Refused
SELECT mlops_covariance('{1,NaN}');
SELECT mlops_correlation(x) FROM (VALUES ('{1,2}'::float8[]), ('{1}')) AS v(x);
SELECT mlops_covariance(ARRAY[1.7e308 * (i % 2)]) FROM generate_series(1, 4) AS i;
SELECT mlops_summary('{1,Infinity}');
SELECT mlops_summary(array_fill(1.0::float8, ARRAY[10001]));
SELECT mlops_state_summary(mlops_covariance_partial('{1,2}'));
SELECT mlops_state_covariance(mlops_summary_partial('{1,2}'));
-- a summary of 5 values in one row, and one whose digest says that it has 1e300 centroids
CREATE FUNCTION changed(state mlops_state, at int, bytes bytea) RETURNS mlops_state LANGUAGE sql AS $$ SELECT replace(encode(overlay(mlops_state_send(state) PLACING bytes FROM at + 1), 'base64'), E'\n', '')::mlops_state $$;
SELECT changed(mlops_summary_partial('{1}'), 24, '\x0000000000001440');
SELECT changed(mlops_summary_partial('{1}'), 24 + 8 * 7, '\x9c7500883ce4377e');
SELECT changed(mlops_covariance_partial('{1}'), 24 + 8, '\x000000000000f0bf');

-- Discriminant analysis: log-odds in one pass
SELECT format('CREATE TABLE breast (id int PRIMARY KEY, %s, y int)', string_agg('x' || i || ' float8', ', ')) FROM generate_series(1, 30) AS i
\gexec
\copy breast FROM 'breast.csv' WITH (FORMAT csv, HEADER)
CREATE TABLE discriminant (index int, value float8);
\copy discriminant FROM 'discriminant_expected.csv' WITH (FORMAT csv, HEADER)
ANALYZE breast;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT mlops_discriminant(y = 1, ARRAY[x1, x2]) FROM breast;
CREATE VIEW scores AS SELECT (mlops_discriminant(y = 1, ARRAY[x1, x2, x3, x4, x5, x6, x7, x8, x9, x10])).* FROM breast;
SELECT n, positives, aliased, p_values[1] AS none, bool_and(p_values[index + 1] BETWEEN 0 AND 1) FILTER (WHERE index > 0) AS p, min(digits(CASE WHEN index >= 0 THEN coefficients[index + 1] ELSE distance END, value)) > 8 AS agree FROM scores, discriminant GROUP BY 1, 2, 3, 4;
SET max_parallel_workers_per_gather = 0;
SELECT min(digits(CASE WHEN index >= 0 THEN coefficients[index + 1] ELSE distance END, value)) > 8 AS agree FROM scores, discriminant;
-- one class, no rows, NULLs, no overlap, dependent columns
SELECT (mlops_discriminant(true, ARRAY[x1])).* FROM breast;
SELECT (mlops_discriminant(y, x)).* FROM (VALUES (true, '{1}'::float8[]), (false, '{2}'), (NULL, '{1}'), (true, NULL), (true, '{NULL}')) AS v(y, x);
SELECT mlops_discriminant(true, '{1}') IS NULL AS none, mlops_state_discriminant(NULL) IS NULL AS no_state FROM breast WHERE false;
SELECT (mlops_discriminant(i > 5, ARRAY[(i > 5)::int])).coefficients FROM generate_series(1, 10) AS i;
SELECT n, aliased, coefficients[3] FROM (SELECT (mlops_discriminant(y = 1, ARRAY[x1, 2 * x1, x2])).* FROM breast) AS q;
SELECT mlops_discriminant(true, '{NaN}');
SELECT mlops_discriminant(true, x) FROM (VALUES ('{1,2}'::float8[]), ('{1}')) AS v(x);
SELECT mlops_state_discriminant(mlops_sum_partial('{1,2}'));

DROP SCHEMA statistics_test CASCADE;
