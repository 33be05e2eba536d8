-- Coefficients, their errors and the statistics of a fit beside statsmodels and
-- NIST's certified sets; test/data/make_coefficients.py, make_nist.py.
CREATE SCHEMA coefficients_test;
SET search_path = coefficients_test, public;
\getenv tests PG_ABS_SRCDIR
\cd :tests/data
CREATE TABLE mixed (age float8, income float8, plan int, region int, far float8, weight float8, y float8);
\copy mixed FROM 'linear_mixed.csv' (FORMAT csv, HEADER)
CREATE TABLE expected (kind text, feature text, level text, estimate float8, std_error float8, t float8, p float8, low float8, high float8, robust float8);
\copy expected FROM 'coefficients_expected.csv' (FORMAT csv, HEADER)

CREATE FUNCTION learn(kind text, features text[], weight text = NULL, params jsonb = '{}') RETURNS text[] LANGUAGE sql AS $$
SELECT warnings FROM mlops_train('coefficients ' || kind, 'SELECT age, income, plan::text, region::text, weight, y FROM coefficients_test.mixed', target => 'y', algorithm => 'linear',
	features => features, weight => weight, params => params, split => '{"method": "none"}') $$;
SELECT learn('plain', ARRAY['age', 'income', 'plan', 'region']);
SELECT learn('weighted', ARRAY['age', 'income', 'plan', 'region'], 'weight');
SELECT learn('offset', ARRAY['age', 'income', 'plan', 'region'], 'weight', '{"offset": "age"}');
SELECT learn('no intercept', ARRAY['age', 'income', 'region'], NULL, '{"intercept": false}');

-- Nothing differs by more than 1e-8 of the standard error, or 1e-8 of itself
SELECT e.kind, count(*), count(*) FILTER (WHERE abs(c.estimate - e.estimate) < 1e-8 * e.std_error AND abs(c.std_error / e.std_error - 1) < 1e-8
	AND abs(c.statistic - e.t) < 1e-8 * greatest(1, abs(e.t)) AND abs(c.p_value - e.p) <= 1e-6 * e.p AND abs(c.low - e.low) < 1e-7 * e.std_error
	AND abs(c.high - e.high) < 1e-7 * e.std_error AND abs(c.robust_std_error / e.robust - 1) < 1e-8 AND c.reason IS NULL AND c.odds_ratio IS NULL) AS same
FROM expected AS e LEFT JOIN LATERAL mlops_coefficients('coefficients ' || e.kind) AS c ON c.feature = e.feature AND coalesce(c.level, '') = coalesce(e.level, '')
WHERE e.feature <> '*' GROUP BY e.kind ORDER BY e.kind;
SELECT e.kind, count(*), string_agg(e.level, ', ' ORDER BY e.level) FILTER (WHERE m.value IS NULL OR abs(m.value - e.estimate) > 1e-8 * abs(e.estimate)) AS different
FROM expected AS e LEFT JOIN LATERAL mlops_evaluate('coefficients ' || e.kind) AS m ON m.part = 'train' AND m.metric = e.level AND m.class IS NULL
WHERE e.feature = '*' GROUP BY e.kind ORDER BY e.kind;
-- What has no error says why; references are named
SELECT feature, level, estimate, reference, reason FROM mlops_coefficients('coefficients offset') WHERE std_error IS NULL ORDER BY 1, 2;
SELECT feature, level, estimate, reason FROM mlops_coefficients('coefficients no intercept') WHERE std_error IS NULL ORDER BY 1, 2;
SELECT DISTINCT reference FROM mlops_coefficients('coefficients plain') WHERE feature = 'region';
-- The coefficients are those that score: an offset counts as it is, and nothing else is added without an intercept
SELECT max(abs(mlops_predict('coefficients offset', m) - mlops_predict('coefficients offset', r) + 2.5)) < 1e-9 AS one_to_one
FROM mixed AS s, LATERAL (SELECT s.age, s.income, s.plan::text, s.region::text) AS m, LATERAL (SELECT s.age + 2.5 AS age, s.income, s.plan::text, s.region::text) AS r;
SELECT abs(mlops_predict('coefficients no intercept', jsonb_build_object('age', 0, 'income', 0, 'region', (SELECT reference FROM mlops_coefficients('coefficients no intercept') WHERE feature = 'region' LIMIT 1)))) < 1e-9 AS at_zero;

-- NIST's sets: at least so many digits, in either order of the rows
CREATE TABLE nist (set text, y numeric, x1 numeric, x2 numeric, x3 numeric, x4 numeric, x5 numeric, x6 numeric);
\copy nist FROM 'nist.csv' (FORMAT csv, HEADER)
CREATE TABLE certified (set text, term int, estimate float8, std_error float8);
\copy certified FROM 'nist_expected.csv' (FORMAT csv, HEADER)
CREATE FUNCTION digits(ours float8, theirs float8) RETURNS numeric LANGUAGE sql AS $$
SELECT -log(greatest(abs(ours - theirs) / CASE theirs WHEN 0 THEN 1 ELSE abs(theirs) END, 1e-16)::numeric) $$;
CREATE FUNCTION learn_nist(name text, direction text) RETURNS void LANGUAGE sql AS $$
SELECT FROM (SELECT array_agg('x' || k) AS features, string_agg(format(CASE name WHEN 'longley' THEN 'x%s::float8' ELSE '(x1 ^ %s)::float8 AS x%1$s' END, k), ', ' ORDER BY k) AS columns
	FROM generate_series(1, (SELECT max(term) FROM certified WHERE set = name)) AS k) AS s,
	mlops_train('nist ' || name, format('SELECT y::float8, %s FROM coefficients_test.nist WHERE set = %L ORDER BY nist.x1 %s, nist.y', columns, name, direction), target => 'y', task => 'regression',
	algorithm => 'linear', features => features, split => '{"method": "none"}', params => CASE WHEN name LIKE 'noint%' THEN '{"intercept": false}' ELSE '{}' END::jsonb) $$;
SELECT count(*) FROM (SELECT learn_nist(set, direction) FROM (SELECT DISTINCT set FROM certified) AS s, unnest(ARRAY['ASC', 'DESC']) AS direction) AS learnt;
CREATE TABLE wanted (set text, estimate int, std_error int);
INSERT INTO wanted VALUES ('norris', 12, 13), ('pontius', 12, 12), ('noint1', 14, 14), ('noint2', 14, 14), ('longley', 13, 13), ('filip', 7, 7),
	('wampler1', 9, 9), ('wampler2', 12, 12), ('wampler3', 9, 13), ('wampler4', 7, 13), ('wampler5', 5, 13);
SELECT w.set, version, min(digits(c.estimate, e.estimate)) >= w.estimate AS estimates, min(digits(c.std_error, e.std_error)) >= w.std_error AS errors
FROM wanted AS w CROSS JOIN (VALUES (1), (2)) AS v (version) JOIN certified AS e USING (set),
	LATERAL (SELECT * FROM mlops_coefficients(format('nist %s@%s', w.set, version)) WITH ORDINALITY) AS c WHERE c.ordinality = e.term + 1
GROUP BY w.set, w.estimate, w.std_error, version ORDER BY w.set, version;

-- Penalties and selection give estimates only
SELECT learn('ridge', ARRAY['age', 'income'], NULL, '{"l2": 1}'), learn('lasso', ARRAY['age', 'income'], NULL, '{"l1": 1}');
SELECT feature, estimate IS NULL AS none, std_error, p_value, low, robust_std_error, reason FROM mlops_coefficients('coefficients ridge');
SELECT DISTINCT reason FROM mlops_coefficients('coefficients lasso');
SELECT metric FROM mlops_evaluate('coefficients ridge') WHERE part = 'train' AND low IS NULL ORDER BY metric;
-- What columns cannot tell apart; as many coefficients as rows; a row that alone decides
CREATE TABLE odd AS SELECT i, (i * 7919 % 101)::float8 AS a, 2 * (i * 7919 % 101)::float8 AS twice, CASE WHEN i = 30 THEN 'rare' WHEN i % 2 = 0 THEN 'x' ELSE 'y' END AS kind,
	(i * 31 % 17 + i % 7)::float8 AS y FROM generate_series(1, 60) AS i;
SELECT warnings FROM mlops_train('coefficients odd', 'odd', target => 'y', task => 'regression', algorithm => 'linear', features => ARRAY['a', 'twice', 'kind'], split => '{"method": "none"}');
SELECT feature, level, std_error > 0 AS error, robust_std_error > 0 AS robust, reason FROM mlops_coefficients('coefficients odd');
SELECT warnings FROM mlops_train('coefficients few', 'SELECT a, a * a AS b, y FROM odd ORDER BY i LIMIT 3', target => 'y', task => 'regression', algorithm => 'linear', split => '{"method": "none"}', features => ARRAY['a', 'b']);
SELECT feature, estimate IS NOT NULL AS estimate, std_error, reason FROM mlops_coefficients('coefficients few');
SELECT metric FROM mlops_evaluate('coefficients few') WHERE part = 'train' AND metric IN ('sigma', 'f', 'adjusted_r2', 'df_residual');
-- Logistic regression: ratios of odds; trees have no coefficients
SELECT version FROM mlops_train('coefficients logit', 'SELECT a, y > 9 AS high FROM odd', target => 'high', algorithm => 'logistic', params => '{"l2": 1}');
SELECT feature, abs(odds_ratio - exp(estimate)) < 1e-12 AS ratio, std_error FROM mlops_coefficients('coefficients logit');
SELECT version FROM mlops_train('coefficients tree', 'odd', target => 'y', task => 'regression', algorithm => 'decision_tree', features => ARRAY['a', 'kind']);
SELECT * FROM mlops_coefficients('coefficients tree');
SELECT * FROM mlops_coefficients('no such model');
SELECT * FROM mlops_coefficients(NULL);

-- Wrong parameters
SELECT learn('wrong', ARRAY['age', 'income'], NULL, '{"offset": "far"}');
SELECT version FROM mlops_train('coefficients wrong', 'SELECT income, y, CASE WHEN random() > 0.5 THEN 1.0 END AS hole FROM mixed', target => 'y', algorithm => 'linear', params => '{"offset": "hole"}');
SELECT learn('wrong', ARRAY['age', 'plan'], NULL, '{"offset": "plan"}');
SELECT learn('wrong', ARRAY['age', 'income'], NULL, '{"offset": 1}');
SELECT learn('wrong', ARRAY['age', 'income'], NULL, '{"intercept": "perhaps"}');
SELECT learn('wrong', ARRAY['age', 'income'], NULL, '{"intercept": 2}');
-- and values near the end of what a double holds, infinite weights
SELECT warnings FROM mlops_train('coefficients wrong', 'SELECT age, 1e200 * age AS y FROM mixed', target => 'y', algorithm => 'linear', split => '{"method": "none"}');
SELECT warnings FROM mlops_train('coefficients wrong', $$SELECT age, CASE WHEN age > 40 THEN 'infinity'::float8 ELSE 1 END AS w, y FROM mixed$$, target => 'y', weight => 'w', algorithm => 'linear', split => '{"method": "none"}');
SELECT warnings FROM mlops_train('coefficients scaled', 'SELECT 1e-150 * age AS tiny, 1e150 * income AS huge, y FROM mixed', target => 'y', algorithm => 'linear', split => '{"method": "none"}');
SELECT warnings FROM mlops_train('coefficients unscaled', 'SELECT age AS tiny, income AS huge, y FROM mixed', target => 'y', algorithm => 'linear', split => '{"method": "none"}');
SELECT a.feature, a.level, abs(a.statistic / b.statistic - 1) < 1e-9 AS same_t, abs(a.robust_std_error / a.std_error / (b.robust_std_error / b.std_error) - 1) < 1e-9 AS same_robust
FROM mlops_coefficients('coefficients scaled') AS a JOIN mlops_coefficients('coefficients unscaled') AS b ON a.feature = b.feature AND a.level IS NOT DISTINCT FROM b.level ORDER BY 1, 2;
SELECT count(mlops_drop_model(name)) AS dropped FROM mlops.models WHERE name LIKE 'coefficients %' OR name LIKE 'nist %';
DROP SCHEMA coefficients_test CASCADE;
