-- The demo's story, for psql; run by test/bin/demo.
\set QUIET on
\pset border 1
\pset linestyle ascii
CREATE EXTENSION mlops;
-- Real applicants who arrive later, in step 7.
CREATE TABLE applicants AS SELECT * FROM credit WHERE id > 3600;
DELETE FROM credit WHERE id > 3600;
\set ECHO queries

\echo
\echo '=== 1. The table: 3,600 people who were given credit, text and missing values included.'
\echo '===    Who will not pay back?'
SELECT count(*) AS applicants, count(*) FILTER (WHERE status = 'bad') AS not_paid_back,
       count(*) FILTER (WHERE income IS NULL) AS without_income
FROM credit;
SELECT id, seniority_years, home, age, marital, job, income, amount, status FROM credit ORDER BY id LIMIT 5;

\echo
\echo '=== 2. Train. One statement splits, prepares, fits, evaluates, stores and deploys.'
SELECT version, algorithm, rows, metric, round(value::numeric, 4) AS value, round(baseline::numeric, 4) AS baseline,
       deployed, warnings
FROM mlops_train('credit', 'credit', target => 'status', positive => 'bad', algorithm => 'logistic');

\echo
\echo '=== 3. A second algorithm for the same model. It takes over only if it is not worse'
\echo '===    on rows that neither version has seen.'
SELECT version, algorithm, round(value::numeric, 4) AS value, deployed
FROM mlops_train('credit', 'credit', target => 'status', positive => 'bad', algorithm => 'gbt',
                 params => '{"learning_rate": 0.05, "leaves": 15}');
\echo
\echo '=== ... and a third, for another question: what is a house worth?'
SELECT version, algorithm, metric, round(value) AS value, round(baseline) AS baseline
FROM mlops_train('house', 'houses', target => 'sale_price', algorithm => 'linear');

\echo
\echo '=== 4. Every version with its metric beside the baseline, and the decisions in words.'
SELECT model, version, algorithm, metric, round(value::numeric, 4) AS value, round(baseline::numeric, 4) AS baseline, aliases
FROM mlops.versions ORDER BY model, version;
SELECT version, decision FROM mlops.runs WHERE model = 'credit' ORDER BY version;
SELECT metric, round(value::numeric, 3) AS value, round(low::numeric, 3) AS low, round(high::numeric, 3) AS high,
       round(baseline::numeric, 3) AS baseline
FROM mlops_evaluate('credit') WHERE part = 'holdout' AND baseline IS NOT NULL;
SELECT * FROM mlops_confusion('credit');

\echo
\echo '=== 5. Predict in a plain SELECT: the five applicants with the highest risk.'
SELECT id, job, income, amount, round(mlops_probability('credit', c)::numeric, 3) AS risk, mlops_classify('credit', c) AS predicted
FROM credit c ORDER BY 5 DESC, id LIMIT 5;
\echo
\echo '=== ... and what if? One applicant as JSON, with a fixed job.'
SELECT round(mlops_probability('credit', c)::numeric, 3) AS as_it_is,
       round(mlops_probability('credit', to_jsonb(c) || '{"job": "fixed", "seniority_years": 15}')::numeric, 3) AS with_a_fixed_job
FROM credit c WHERE id = 3;
\echo
\echo '=== ... and why? What each column adds to the log-odds of this applicant.'
SELECT feature, value, round(contribution::numeric, 3) AS adds FROM mlops_explain('credit', (SELECT c FROM credit c WHERE id = 3)) LIMIT 6;

\echo
\echo '=== 6. Drift: only young applicants who rent. What differs from the training rows?'
SELECT feature, kind, round(value::numeric, 3) AS psi, n_current, drifted
FROM mlops_drift('credit', $$SELECT * FROM credit WHERE age < 30 AND home = 'rent'$$)
WHERE measure = 'psi' ORDER BY value DESC NULLS LAST LIMIT 6;
\echo
\echo '=== ... and every second row of the table: nothing.'
SELECT count(*) FILTER (WHERE drifted) AS drifted_columns, count(*) AS columns
FROM mlops_drift('credit', $$SELECT * FROM credit WHERE id % 2 = 0$$) WHERE measure = 'psi';

\echo
\echo '=== 7. Retrain in the background, every two seconds, while new applicants arrive.'
SELECT mlops_schedule('credit', '2 seconds') IS NOT NULL AS scheduled;
INSERT INTO credit SELECT * FROM applicants;
\set ECHO none
\echo '(waiting for the worker)'
DO $$
BEGIN
	FOR i IN 1 .. 300 LOOP
		EXIT WHEN EXISTS (SELECT FROM mlops.job_runs WHERE outcome <> 'running');
		PERFORM pg_sleep(0.1);
		COMMIT;
	END LOOP;
END $$;
\set ECHO queries
SELECT outcome, version, decision FROM mlops.job_runs ORDER BY started_at LIMIT 1;
SELECT mlops_unschedule('credit');
SELECT version, kind, algorithm, rows, deployed FROM mlops.runs JOIN mlops.versions USING (model, version)
WHERE model = 'credit' ORDER BY version LIMIT 3;

\echo
\echo '=== 8. Deploy by hand, roll back, and who did what.'
SELECT mlops_deploy('credit@1', reason => 'the risk team wants coefficients') AS champion;
SELECT mlops_rollback('credit', reason => 'and now it does not') AS champion;
SELECT action, version, previous, reason FROM mlops.deployments WHERE model = 'credit' ORDER BY id DESC LIMIT 2;
