-- The demo's story, for psql; run by test/bin/demo.
\set QUIET on
\pset border 1
\pset linestyle ascii
CREATE EXTENSION mlops;
\set ECHO queries

\echo
\echo '=== 1. The table: 7,043 customers of a telephone company. Who will leave? ==='
SELECT count(*) AS customers, count(*) FILTER (WHERE churned) AS left_us,
       round(100.0 * avg(churned::int), 1) AS percent, count(*) FILTER (WHERE total_charges IS NULL) AS nulls
FROM customers;
SELECT id, tenure_months, contract, internet_service, payment_method, monthly_charges, churned
FROM customers ORDER BY id LIMIT 5;

\echo
\echo '=== 2. Train. One statement splits, prepares, fits, evaluates and stores. ==='
SELECT version, algorithm, rows, metric, round(value::numeric, 4) AS value, round(baseline::numeric, 4) AS baseline,
       deployed, warnings
FROM mlops_train('churn', 'customers', target => 'churned', algorithm => 'logistic');

\echo
\echo '=== 3. A second algorithm: it is deployed only if it is better on rows that neither has seen. ==='
SELECT version, algorithm, round(value::numeric, 4) AS value, deployed
FROM mlops_train('churn', 'customers', target => 'churned', algorithm => 'gbt',
                 params => '{"learning_rate": 0.05, "leaves": 15}');
\echo
\echo '=== ... and a third, for another question: how much will a customer pay a month? ==='
SELECT version, algorithm, metric, round(value::numeric, 3) AS value, round(baseline::numeric, 3) AS baseline
FROM mlops_train('charges', 'customers', target => 'monthly_charges', algorithm => 'linear',
                 exclude => '{churned,total_charges}');

\echo
\echo '=== 4. Every version with its metric beside the baseline; the decision in words. ==='
SELECT model, version, algorithm, metric, round(value::numeric, 4) AS value, round(baseline::numeric, 4) AS baseline,
       aliases
FROM mlops.versions ORDER BY model, version;
SELECT version, decision FROM mlops.runs WHERE model = 'churn' ORDER BY version;
SELECT metric, round(value::numeric, 3) AS value, round(low::numeric, 3) AS low, round(high::numeric, 3) AS high,
       round(baseline::numeric, 3) AS baseline
FROM mlops_evaluate('churn') WHERE part = 'holdout' AND baseline IS NOT NULL;
SELECT * FROM mlops_confusion('churn');

\echo
\echo '=== 5. Predict in a plain SELECT: the five customers most likely to leave. ==='
SELECT id, contract, tenure_months, round(mlops_probability('churn', c)::numeric, 3) AS probability,
       mlops_classify('churn', c) AS predicted
FROM customers c ORDER BY 4 DESC, id LIMIT 5;
\echo
\echo '=== ... and one customer who is not in the table, as JSON. ==='
SELECT round(mlops_probability('churn', (to_jsonb(c) - 'id' - 'churned') || '{"contract": "Two year", "tenure_months": 60}')::numeric, 3)
       AS with_a_two_year_contract,
       round(mlops_probability('churn', c)::numeric, 3) AS as_it_is
FROM customers c WHERE id = 3;

\echo
\echo '=== 6. Drift: only new customers, on fibre. What is different from the training rows? ==='
SELECT feature, kind, round(value::numeric, 3) AS psi, to_char(p_value, '9.9EEEE') AS p_value, n_current, drifted
FROM mlops_drift('churn', $$SELECT * FROM customers WHERE tenure_months <= 12 AND internet_service = 'Fiber optic'$$)
WHERE measure = 'psi' ORDER BY value DESC NULLS LAST LIMIT 6;
\echo
\echo '=== ... and a random half of the table: nothing. ==='
SELECT count(*) FILTER (WHERE drifted) AS drifted_columns, count(*) AS columns
FROM mlops_drift('churn', $$SELECT * FROM customers WHERE hashint4(id) % 2 = 0$$) WHERE measure = 'psi';

\echo
\echo '=== 7. Retrain in the background: every two seconds, by a worker, as the owner. ==='
SELECT mlops_schedule('churn', '2 seconds') IS NOT NULL AS scheduled;
\echo '(new customers arrive; waiting for the worker)'
\set ECHO none
INSERT INTO customers
SELECT (SELECT max(id) FROM customers) + row_number() OVER (ORDER BY id), female, senior_citizen, partner, dependents,
       tenure_months, phone_service, multiple_lines, internet_service, online_security, online_backup, device_protection,
       tech_support, streaming_tv, streaming_movies, contract, paperless_billing, payment_method, monthly_charges,
       total_charges, churned
FROM customers WHERE hashint4(id) % 5 = 0;
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
SELECT mlops_unschedule('churn');
SELECT version, kind, algorithm, deployed FROM mlops.runs JOIN mlops.versions USING (model, version)
WHERE model = 'churn' ORDER BY version;

\echo
\echo '=== 8. Roll back, and who did what. ==='
SELECT mlops_deploy('churn@1', reason => 'the sales team wants to read coefficients') AS champion;
SELECT mlops_rollback('churn', reason => 'and now they do not') AS champion;
SELECT action, version, previous, reason FROM mlops.deployments WHERE model = 'churn' ORDER BY id DESC LIMIT 3;
