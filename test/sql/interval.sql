-- Intervals that hold the truth as often as they say.
CREATE SCHEMA interval_test;
SET search_path = interval_test, public;
SET client_min_messages = warning;
SELECT setseed(0.25);
CREATE TABLE facts AS SELECT id, random() * 10 AS a, (ARRAY['x', 'y', 'z'])[1 + id % 3] AS b, random() AS u FROM generate_series(1, 6000) AS id;
ALTER TABLE facts ADD COLUMN y float8, ADD COLUMN yes boolean;
UPDATE facts SET y = 2 * a + CASE b WHEN 'x' THEN 3 ELSE 0 END + 4 * u * u * u, yes = u > 0.5;
SELECT name, version FROM unnest(ARRAY['linear', 'gbt']) AS name, mlops_train('interval ' || name, 'SELECT id, a, b, y FROM facts WHERE id <= 3000', target => 'y', algorithm => name, key => 'id');
-- rows that training did not see: 3,000 of them, held out 600, so the share has a standard error of about 0.014
SELECT name, level, abs(avg((y BETWEEN low AND high)::int) - level) < 0.06 AS as_promised, bool_and(low < prediction AND prediction < high) AS around, count(DISTINCT round((high - low)::numeric, 9)) AS widths
FROM unnest(ARRAY['linear', 'gbt']) AS name, unnest(ARRAY[0.5, 0.8, 0.95]::float8[]) AS level, LATERAL (SELECT f.y, i.* FROM facts AS f, mlops_interval('interval ' || name, f, level) AS i WHERE id > 3000) AS r GROUP BY name, level ORDER BY name, level;
SELECT i.prediction = mlops_predict('interval gbt', f) AS same, i.high - i.low > 0 AS wide FROM facts AS f, mlops_interval('interval gbt', f) AS i WHERE id = 5;
-- all ways to give the row
SELECT count(DISTINCT i) FROM (SELECT mlops_interval('interval gbt', f) FROM facts AS f WHERE id = 7 UNION ALL SELECT mlops_interval('interval gbt', to_jsonb(f)) FROM facts AS f WHERE id = 7
	UNION ALL SELECT mlops_interval('interval gbt', row_to_json(f)) FROM facts AS f WHERE id = 7 UNION ALL SELECT mlops_interval('interval gbt', row_to_json(f)::text) FROM facts AS f WHERE id = 7) AS i(i);
SELECT mlops_interval('interval gbt', NULL::facts) IS NULL AS row, mlops_interval('interval gbt', f, NULL) IS NULL AS level FROM facts AS f WHERE id = 7;
-- few rows: those of cross-validation count
SELECT version FROM mlops_train('interval few', 'SELECT id, a, b, y FROM facts WHERE id <= 60', target => 'y', algorithm => 'linear', key => 'id');
SELECT avg((f.y BETWEEN low AND high)::int) > 0.8 AS covered FROM facts AS f, mlops_interval('interval few', f) AS i WHERE id > 3000;
SELECT mlops_interval('interval few', f, 0.99) FROM facts AS f WHERE id = 7;
-- Errors
SELECT mlops_interval('interval gbt', f, 1) FROM facts AS f WHERE id = 7;
SELECT mlops_interval('interval gbt', f, 'NaN') FROM facts AS f WHERE id = 7;
SELECT mlops_interval('interval gbt', f, 0.9999) FROM facts AS f WHERE id = 7;
SELECT version FROM mlops_train('interval none', 'SELECT id, a, b, y FROM facts', target => 'y', algorithm => 'linear', key => 'id', split => '{"method": "none"}');
SELECT mlops_interval('interval none', f) FROM facts AS f WHERE id = 7;
SELECT version FROM mlops_train('interval class', 'SELECT id, a, b, yes FROM facts', target => 'yes', algorithm => 'logistic', key => 'id');
SELECT mlops_interval('interval class', f) FROM facts AS f WHERE id = 7;
SELECT mlops_interval('interval nothing', f) FROM facts AS f WHERE id = 7;
SELECT count(mlops_drop_model(name)) FROM mlops.models WHERE name LIKE 'interval %';
DROP SCHEMA interval_test CASCADE;
