-- Generalised linear models: training, coefficients, predictions, what is refused
CREATE TABLE visits AS
SELECT i AS id, (i * 7919 % 100) / 10.0 AS age, (ARRAY['north', 'south', 'west'])[1 + i % 3] AS region,
	ln(1 + i % 5) AS log_days,
	((i * 31 % 7) + (i * 7919 % 100) / 25)::int AS visits,
	(0.5 + (i * 17 % 11) + (i * 7919 % 100) / 20.0) AS cost,
	(ARRAY['bus', 'car', 'walk'])[1 + (i * 13 % 17 + i * 7919 % 100 / 20) % 3] AS means,
	(i * 13 % 17) < (i * 7919 % 100) / 10 AS again
FROM generate_series(1, 600) AS i;

-- counts with an exposure: the offset has coefficient 1 and no error
SELECT task, algorithm, metric, value > 0 AS judged FROM mlops_train('visits', 'SELECT id, age, region, log_days, visits FROM visits', target => 'visits',
	algorithm => 'poisson', params => '{"offset": "log_days"}');
SELECT feature, level, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS error, p_value < 0.05 AS significant, round(odds_ratio::numeric, 3) AS ratio, reason
FROM mlops_coefficients('visits');
SELECT mlops_predict('visits', '{"age": 5, "region": "west", "log_days": 1}') / mlops_predict('visits', '{"age": 5, "region": "west", "log_days": 0}') BETWEEN 2.7182818 AND 2.7182819 AS e_times;
-- beyond double precision: still a number
SELECT mlops_predict('visits', '{"age": 5, "region": "west", "log_days": 1e6}') < 'Infinity' AS finite;
SELECT metric, value IS NOT NULL AS there FROM mlops_evaluate('visits') WHERE part = 'train' AND metric IN ('deviance', 'null_deviance', 'dispersion', 'aic', 'pseudo_r2', 'df_residual') ORDER BY metric;

SELECT task, value < baseline AS better FROM mlops_train('cost', 'SELECT id, age, region, cost FROM visits', target => 'cost', algorithm => 'gamma');
SELECT feature, level, round(odds_ratio::numeric, 3) AS ratio, robust_std_error > 0 AS robust FROM mlops_coefficients('cost');

-- with penalties there are no errors, and the reason
SELECT value < baseline AS better FROM mlops_train('again', 'SELECT id, age, region, log_days, again FROM visits', target => 'again', algorithm => 'logistic', params => '{"l1": 5, "l2": 0}');
SELECT feature, level, estimate = 0 AS zero, std_error, reason FROM mlops_coefficients('again');
SELECT value < baseline AS better FROM mlops_train('again', 'SELECT id, age, region, log_days, again FROM visits', target => 'again', algorithm => 'logistic', params => '{"l2": 0}', deploy => 'always');
SELECT feature, level, p_value BETWEEN 0 AND 1 AS p, low < estimate AND estimate < high AS inside, round(odds_ratio::numeric, 3) = round(exp(estimate)::numeric, 3) AS odds FROM mlops_coefficients('again') WHERE reason IS NULL;

-- three classes
SELECT algorithm FROM mlops_train('means', 'SELECT id, age, region, log_days, means FROM visits', target => 'means', algorithm => 'logistic', params => '{"l2": 0}');
SELECT class, count(*), count(std_error) AS errors, min(reason) FROM mlops_coefficients('means') GROUP BY class ORDER BY class;
SELECT round(sum(mlops_probability('means', '{"age": 5, "region": "west", "log_days": 1}', class))::numeric, 12) AS together FROM unnest(ARRAY['bus', 'car', 'walk']) AS class;

-- refused
SELECT mlops_train('bad', 'SELECT age, visits - 3 AS visits FROM visits', target => 'visits', algorithm => 'poisson');
SELECT mlops_train('bad', 'SELECT age, visits FROM visits', target => 'visits', algorithm => 'gamma');
SELECT mlops_train('bad', 'SELECT age, visits FROM visits', target => 'visits', algorithm => 'poisson', params => '{"offset": "region"}');
SELECT mlops_train('bad', 'SELECT age, region, visits FROM visits', target => 'visits', algorithm => 'poisson', params => '{"offset": "region"}');
SELECT mlops_train('bad', 'SELECT age, nullif(log_days, 0) AS log_days, visits FROM visits', target => 'visits', algorithm => 'poisson', params => '{"offset": "log_days"}');
SELECT mlops_train('bad', 'SELECT age, log_days, means FROM visits', target => 'means', algorithm => 'logistic', params => '{"offset": "log_days"}');
SELECT mlops_train('bad', 'SELECT age, visits, ''Infinity''::float8 AS w FROM visits', target => 'visits', algorithm => 'poisson', weight => 'w');

-- zeros only for a region: told, finite, without an error
SELECT warnings FROM mlops_train('zeros', 'SELECT age, region, CASE region WHEN ''west'' THEN 0 ELSE visits + 1 END AS visits FROM visits', target => 'visits', algorithm => 'poisson');
SELECT feature, level, estimate BETWEEN -100 AND -10 AS far, std_error, reason FROM mlops_coefficients('zeros') WHERE level = 'west';
SELECT count(mlops_drop_model(name)) AS dropped FROM mlops.models WHERE name IN ('visits', 'cost', 'again', 'means', 'zeros');
DROP TABLE visits;
