-- The rows that the benchmark runs on: 28 real columns, a class and a number
-- to predict from them. Products, steps and waves, so that trees have more to
-- find than lines do; 18 columns do nothing. The product is off centre: one that
-- has no effect on either side alone is found early or late by luck, and then
-- quality says more about luck than about trees. A tenth of the rows is held out.
-- Always the same rows for the same number: one process, one seed.
--
--   psql -v rows=1000000 -f data.sql
\set ON_ERROR_STOP on
SELECT setseed(0.25) \gset
SELECT string_agg(format('((random() + random() + random() - 1.5) * 2)::real AS x%s', i), ', ' ORDER BY i) AS draws,
	string_agg('x' || i, ', ' ORDER BY i) AS columns
FROM generate_series(1, 28) AS i \gset
CREATE TABLE bench AS
SELECT id::int, id % 10 = 0 AS held_out, chance < 1 / (1 + exp(-signal)) AS y,
	10 + 3 * signal + 2 * noise AS z, :columns
FROM (
	SELECT *, 0.8 * x1 - 0.6 * x2 + 0.3 * x3 + 0.6 * (x4 + 0.7) * (x5 + 0.7) + 0.8 * (abs(x6) - 0.8)
		+ 0.7 * sin(2 * x7) + CASE WHEN x8 > 0.5 AND x9 > 0 THEN 1.2 ELSE -0.2 END + 0.2 * x10 AS signal
	FROM (
		SELECT id, random() AS chance, (random() + random() + random() - 1.5) * 2 AS noise, :draws
		FROM generate_series(1, :rows) AS id
		OFFSET 0) AS drawn
	OFFSET 0) AS made;
ALTER TABLE bench ADD PRIMARY KEY (id);
VACUUM ANALYZE bench;
