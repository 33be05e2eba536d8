-- The contract of the SQL surface: signatures, marks, comments, views, rights.
-- Whoever changes one of them changes this list and docs/ with it.
BEGIN;
SELECT no_plan();
SET LOCAL search_path = public;

-- What belongs to the extension
CREATE TEMPORARY VIEW belonging AS
SELECT d.classid, d.objid FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
WHERE e.extname = 'mlops' AND d.deptype = 'e';

-- Functions: names, types and defaults of the arguments, result, volatility, parallel mark
CREATE TEMPORARY TABLE expected_functions (signature text, result text, volatility "char", parallel "char");
INSERT INTO expected_functions VALUES
	('mlops_algorithms(OUT algorithm text, OUT title text, OUT tasks text[], OUT parameter text, OUT aliases text[], OUT type text, OUT initial double precision, OUT minimum double precision, OUT maximum double precision, OUT text text)', 'SETOF record', 's', 's'),
	('mlops_anomaly_score(ref text, features double precision[])', 'double precision', 's', 's'),
	('mlops_anomaly_score(ref text, features json)', 'double precision', 's', 's'),
	('mlops_anomaly_score(ref text, features jsonb)', 'double precision', 's', 's'),
	('mlops_anomaly_score(ref text, features record)', 'double precision', 's', 's'),
	('mlops_anomaly_score(ref text, features text)', 'double precision', 's', 's'),
	('mlops_centers(ref text, OUT cluster integer, OUT feature text, OUT level text, OUT value double precision, OUT rows double precision)', 'SETOF record', 'v', 'u'),
	('mlops_classify(ref text, features double precision[])', 'text', 's', 's'),
	('mlops_classify(ref text, features json)', 'text', 's', 's'),
	('mlops_classify(ref text, features jsonb)', 'text', 's', 's'),
	('mlops_classify(ref text, features record)', 'text', 's', 's'),
	('mlops_classify(ref text, features text)', 'text', 's', 's'),
	('mlops_cluster(ref text, features double precision[])', 'integer', 's', 's'),
	('mlops_cluster(ref text, features json)', 'integer', 's', 's'),
	('mlops_cluster(ref text, features jsonb)', 'integer', 's', 's'),
	('mlops_cluster(ref text, features record)', 'integer', 's', 's'),
	('mlops_cluster(ref text, features text)', 'integer', 's', 's'),
	('mlops_combine(mlops_state)', 'mlops_state', 'i', 's'),
	('mlops_components(ref text, OUT component integer, OUT feature text, OUT level text, OUT loading double precision, OUT explained_variance double precision, OUT ratio double precision)', 'SETOF record', 'v', 'u'),
	('mlops_confusion(ref text, source text DEFAULT NULL::text, OUT actual text, OUT predicted text, OUT rows double precision)', 'SETOF record', 'v', 'u'),
	('mlops_deploy(ref text, alias text DEFAULT ''champion''::text, reason text DEFAULT NULL::text)', 'integer', 'v', 'u'),
	('mlops_drift(ref text, source text, options jsonb DEFAULT ''{}''::jsonb, OUT feature text, OUT kind text, OUT measure text, OUT value double precision, OUT threshold double precision, OUT p_value double precision, OUT n_reference bigint, OUT n_current bigint, OUT drifted boolean, OUT reason text)', 'SETOF record', 'v', 'u'),
	('mlops_drift_between(source text, reference_source text, options jsonb DEFAULT ''{}''::jsonb, OUT feature text, OUT kind text, OUT measure text, OUT value double precision, OUT threshold double precision, OUT p_value double precision, OUT n_reference bigint, OUT n_current bigint, OUT drifted boolean, OUT reason text)', 'SETOF record', 'v', 'u'),
	('mlops_drop_model(model text)', 'void', 'v', 'u'),
	('mlops_encode(plan bytea, features record)', 'double precision[]', 'i', 's'),
	('mlops_evaluate(ref text, source text DEFAULT NULL::text, OUT part text, OUT metric text, OUT class text, OUT value double precision, OUT low double precision, OUT high double precision, OUT rows bigint, OUT baseline double precision)', 'SETOF record', 'v', 'u'),
	('mlops_explain(ref text, features double precision[], class text DEFAULT NULL::text, OUT class text, OUT feature text, OUT value text, OUT contribution double precision, OUT std_error double precision)', 'SETOF record', 's', 's'),
	('mlops_explain(ref text, features json, class text DEFAULT NULL::text, OUT class text, OUT feature text, OUT value text, OUT contribution double precision, OUT std_error double precision)', 'SETOF record', 's', 's'),
	('mlops_explain(ref text, features jsonb, class text DEFAULT NULL::text, OUT class text, OUT feature text, OUT value text, OUT contribution double precision, OUT std_error double precision)', 'SETOF record', 's', 's'),
	('mlops_explain(ref text, features record, class text DEFAULT NULL::text, OUT class text, OUT feature text, OUT value text, OUT contribution double precision, OUT std_error double precision)', 'SETOF record', 's', 's'),
	('mlops_explain(ref text, features text, class text DEFAULT NULL::text, OUT class text, OUT feature text, OUT value text, OUT contribution double precision, OUT std_error double precision)', 'SETOF record', 's', 's'),
	('mlops_explain_batch(ref text, source text, key text DEFAULT NULL::text, class text DEFAULT NULL::text, OUT key text, OUT class text, OUT feature text, OUT contribution double precision, OUT std_error double precision)', 'SETOF record', 'v', 'u'),
	('mlops_importance(ref text, source text DEFAULT NULL::text, OUT feature text, OUT gain double precision, OUT cover double precision, OUT splits bigint, OUT permutation double precision, OUT std_error double precision, OUT rows bigint)', 'SETOF record', 'v', 'u'),
	('mlops_interval(ref text, features double precision[], level double precision DEFAULT 0.9, OUT low double precision, OUT prediction double precision, OUT high double precision)', 'record', 's', 's'),
	('mlops_interval(ref text, features json, level double precision DEFAULT 0.9, OUT low double precision, OUT prediction double precision, OUT high double precision)', 'record', 's', 's'),
	('mlops_interval(ref text, features jsonb, level double precision DEFAULT 0.9, OUT low double precision, OUT prediction double precision, OUT high double precision)', 'record', 's', 's'),
	('mlops_interval(ref text, features record, level double precision DEFAULT 0.9, OUT low double precision, OUT prediction double precision, OUT high double precision)', 'record', 's', 's'),
	('mlops_interval(ref text, features text, level double precision DEFAULT 0.9, OUT low double precision, OUT prediction double precision, OUT high double precision)', 'record', 's', 's'),
	('mlops_least_squares_partial(double precision[])', 'mlops_state', 'i', 's'),
	('mlops_moments_partial(double precision[])', 'mlops_state', 'i', 's'),
	('mlops_next_due(schedule text, after timestamp with time zone DEFAULT now())', 'timestamp with time zone', 's', 's'),
	('mlops_next_due(schedule text, after timestamp with time zone DEFAULT now())', 'timestamp with time zone', 's', 's'),
	('mlops_partial_dependence(ref text, feature text, source text DEFAULT NULL::text, class text DEFAULT NULL::text, points integer DEFAULT 20, curves boolean DEFAULT false, key text DEFAULT NULL::text, OUT key text, OUT class text, OUT value text, OUT prediction double precision, OUT low double precision, OUT high double precision)', 'SETOF record', 'v', 'u'),
	('mlops_predict(ref text, features double precision[])', 'double precision', 's', 's'),
	('mlops_predict(ref text, features json)', 'double precision', 's', 's'),
	('mlops_predict(ref text, features jsonb)', 'double precision', 's', 's'),
	('mlops_predict(ref text, features record)', 'double precision', 's', 's'),
	('mlops_predict(ref text, features text)', 'double precision', 's', 's'),
	('mlops_predict_batch(ref text, source text, key text DEFAULT NULL::text, OUT key text, OUT prediction double precision, OUT label text, OUT probability double precision, OUT probabilities double precision[])', 'SETOF record', 'v', 'u'),
	('mlops_probabilities(ref text, features double precision[])', 'jsonb', 's', 's'),
	('mlops_probabilities(ref text, features json)', 'jsonb', 's', 's'),
	('mlops_probabilities(ref text, features jsonb)', 'jsonb', 's', 's'),
	('mlops_probabilities(ref text, features record)', 'jsonb', 's', 's'),
	('mlops_probabilities(ref text, features text)', 'jsonb', 's', 's'),
	('mlops_probability(ref text, features double precision[], class text DEFAULT NULL::text)', 'double precision', 's', 's'),
	('mlops_probability(ref text, features json, class text DEFAULT NULL::text)', 'double precision', 's', 's'),
	('mlops_probability(ref text, features jsonb, class text DEFAULT NULL::text)', 'double precision', 's', 's'),
	('mlops_probability(ref text, features record, class text DEFAULT NULL::text)', 'double precision', 's', 's'),
	('mlops_probability(ref text, features text, class text DEFAULT NULL::text)', 'double precision', 's', 's'),
	('mlops_progress(OUT pid integer, OUT role text, OUT model text, OUT algorithm text, OUT phase text, OUT percent double precision, OUT rows bigint, OUT iteration integer, OUT loss double precision, OUT started_at timestamp with time zone, OUT eta interval)', 'SETOF record', 'v', 'r'),
	('mlops_retrain(model text, source text DEFAULT NULL::text, params jsonb DEFAULT ''{}''::jsonb, deploy text DEFAULT ''if_better''::text, reason text DEFAULT NULL::text)', 'mlops.train_result', 'v', 'u'),
	('mlops_rollback(model text, reason text DEFAULT NULL::text)', 'integer', 'v', 'u'),
	('mlops_coefficients(ref text, partition jsonb DEFAULT NULL::jsonb, OUT class text, OUT feature text, OUT level text, OUT estimate double precision, OUT std_error double precision, OUT statistic double precision, OUT p_value double precision, OUT low double precision, OUT high double precision, OUT robust_std_error double precision, OUT odds_ratio double precision, OUT reference text, OUT reason text)', 'SETOF record', 'v', 'u'),
	('mlops_rules(ref text, tree integer DEFAULT 1, partition jsonb DEFAULT NULL::jsonb, OUT tree integer, OUT leaf integer, OUT rule text, OUT label text, OUT prediction double precision, OUT probabilities double precision[], OUT rows bigint, OUT share double precision)', 'SETOF record', 'v', 'u'),
	('mlops_run_due(OUT job bigint, OUT model text, OUT outcome text, OUT version integer, OUT decision text, OUT error text)', 'SETOF record', 'v', 'u'),
	('mlops_schedule(model text, schedule text, deploy text DEFAULT ''if_better''::text, params jsonb DEFAULT ''{}''::jsonb, run_as text DEFAULT NULL::text)', 'timestamp with time zone', 'v', 'u'),
	('mlops_score_into(ref text, source text, destination text, mode text DEFAULT ''all''::text, key text DEFAULT NULL::text)', 'bigint', 'v', 'u'),
	('mlops_state_add_least_squares(mlops_state, double precision[])', 'mlops_state', 'i', 's'),
	('mlops_state_add_moments(mlops_state, double precision[])', 'mlops_state', 'i', 's'),
	('mlops_correlation(double precision[])', 'double precision[]', 'i', 's'),
	('mlops_covariance(double precision[])', 'double precision[]', 'i', 's'),
	('mlops_covariance_partial(double precision[])', 'mlops_state', 'i', 's'),
	('mlops_state_add_comoments(mlops_state, double precision[])', 'mlops_state', 'i', 's'),
	('mlops_state_add_summaries(mlops_state, double precision[])', 'mlops_state', 'i', 's'),
	('mlops_state_correlation(mlops_state)', 'double precision[]', 'i', 's'),
	('mlops_state_covariance(mlops_state)', 'double precision[]', 'i', 's'),
	('mlops_state_summary(mlops_state)', 'mlops.summary_result[]', 'i', 's'),
	('mlops_summary(double precision[])', 'mlops.summary_result[]', 'i', 's'),
	('mlops_summary_partial(double precision[])', 'mlops_state', 'i', 's'),
	('mlops_discriminant(y boolean, x double precision[])', 'mlops.discriminant_result', 'i', 's'),
	('mlops_state_add_discriminant(mlops_state, y boolean, x double precision[])', 'mlops_state', 'i', 's'),
	('mlops_state_discriminant(mlops_state)', 'mlops.discriminant_result', 'i', 's'),
	('mlops_linregr(y double precision, x double precision[])', 'mlops.regression_result', 'i', 's'),
	('mlops_state_add_regression(mlops_state, y double precision, x double precision[])', 'mlops_state', 'i', 's'),
	('mlops_state_regression(mlops_state)', 'mlops.regression_result', 'i', 's'),
	('mlops_state_add_sums(mlops_state, double precision[])', 'mlops_state', 'i', 's'),
	('mlops_state_compact(mlops_state)', 'mlops_state', 'i', 's'),
	('mlops_state_in(cstring)', 'mlops_state', 'i', 's'),
	('mlops_state_merge(mlops_state, mlops_state)', 'mlops_state', 'i', 's'),
	('mlops_state_out(mlops_state)', 'cstring', 'i', 's'),
	('mlops_state_recv(internal)', 'mlops_state', 'i', 's'),
	('mlops_state_send(mlops_state)', 'bytea', 'i', 's'),
	('mlops_state_sums(mlops_state)', 'double precision[]', 'i', 's'),
	('mlops_sum(double precision[])', 'double precision[]', 'i', 's'),
	('mlops_sum_combine(mlops_state)', 'double precision[]', 'i', 's'),
	('mlops_sum_partial(double precision[])', 'mlops_state', 'i', 's'),
	('mlops_train(model text, source text, target text DEFAULT NULL::text, task text DEFAULT NULL::text, algorithm text DEFAULT ''auto''::text, features text[] DEFAULT NULL::text[], exclude text[] DEFAULT NULL::text[], params jsonb DEFAULT ''{}''::jsonb, prepare jsonb DEFAULT ''{}''::jsonb, split jsonb DEFAULT ''{}''::jsonb, weight text DEFAULT NULL::text, positive text DEFAULT NULL::text, key text DEFAULT NULL::text, deploy text DEFAULT ''if_better''::text, seed bigint DEFAULT 0, warm_start text DEFAULT NULL::text, partition_by text[] DEFAULT NULL::text[])', 'mlops.train_result', 'v', 'u'),
	('mlops_transform(ref text, features double precision[])', 'double precision[]', 's', 's'),
	('mlops_transform(ref text, features json)', 'double precision[]', 's', 's'),
	('mlops_transform(ref text, features jsonb)', 'double precision[]', 's', 's'),
	('mlops_transform(ref text, features record)', 'double precision[]', 's', 's'),
	('mlops_transform(ref text, features text)', 'double precision[]', 's', 's'),
	('mlops_unschedule(model text)', 'boolean', 'v', 'u');
SELECT set_eq($$SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || ')', pg_get_function_result(p.oid), p.provolatile, p.proparallel
	FROM belonging JOIN pg_proc AS p ON p.oid = objid WHERE classid = 'pg_proc'::regclass$$,
	'TABLE expected_functions', 'functions are those of the contract');
SELECT is_empty($$SELECT p.oid::regprocedure FROM belonging JOIN pg_proc AS p ON p.oid = objid WHERE classid = 'pg_proc'::regclass AND obj_description(p.oid, 'pg_proc') IS NULL$$,
	'every function has a comment');
SELECT is_empty($$SELECT p.oid::regprocedure FROM belonging JOIN pg_proc AS p ON p.oid = objid WHERE classid = 'pg_proc'::regclass AND (p.prosecdef OR p.proleakproof OR p.proisstrict AND p.proname !~ '^mlops_state_')$$,
	'none is SECURITY DEFINER, LEAKPROOF or, but for those of the type mlops_state, STRICT');
SELECT is_empty($$SELECT p.oid::regprocedure FROM belonging JOIN pg_proc AS p ON p.oid = objid WHERE classid = 'pg_proc'::regclass AND p.proname !~ '^mlops_'$$,
	'every function is called mlops_...');

-- Aggregates can be split: an ordinary type as state, arguments of concrete types (one, but where people type it with two), a combine function
SELECT is_empty($$SELECT p.oid::regprocedure FROM belonging JOIN pg_proc AS p ON p.oid = objid JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
	WHERE classid = 'pg_proc'::regclass AND (a.aggtranstype = 'internal'::regtype OR a.aggcombinefn = 0 OR a.agginitval IS NOT NULL OR p.proparallel <> 's'
	OR p.pronargs <> 1 + (p.proname IN ('mlops_linregr', 'mlops_discriminant'))::int OR 'p' = ANY (SELECT typtype FROM pg_type WHERE oid = ANY (p.proargtypes)))$$, 'every aggregate can be split');

-- Views with their columns
CREATE TEMPORARY TABLE expected_views (name name, columns text);
INSERT INTO expected_views VALUES
	('algorithms', 'algorithm text, title text, tasks text[], parameter text, aliases text[], type text, initial double precision, minimum double precision, maximum double precision, text text'),
	('audit', 'id bigint, at timestamp with time zone, role text, session_role text, action text, model text, version integer, alias text, detail jsonb'),
	('deployments', 'id bigint, at timestamp with time zone, role text, action text, model text, alias text, version integer, previous integer, reason text'),
	('drift_results', 'id bigint, model text, version integer, measured_at timestamp with time zone, source text, feature text, kind text, measure text, value double precision, threshold double precision, p_value double precision, n_reference bigint, n_current bigint, drifted boolean, reason text'),
	('features', 'model text, version integer, role text, position integer, name text, type text, kind text, profile jsonb'),
	('job_runs', 'id bigint, job bigint, model text, attempt integer, pid integer, started_at timestamp with time zone, finished_at timestamp with time zone, outcome text, version integer, decision text, sqlstate text, error text'),
	('jobs', 'id bigint, kind text, model text, run_as text, state text, due_at timestamp with time zone, run_after timestamp with time zone, attempts integer, max_attempts integer, arguments jsonb, created_at timestamp with time zone'),
	('metrics', 'model text, version integer, part text, metric text, class text, value double precision, low double precision, high double precision, baseline double precision, rows bigint'),
	('models', 'name text, owner text, task text, target text, versions bigint, champion integer, created_at timestamp with time zone'),
	('progress', 'pid integer, role text, model text, algorithm text, phase text, percent double precision, rows bigint, iteration integer, loss double precision, started_at timestamp with time zone, eta interval'),
	('runs', 'id bigint, model text, version integer, kind text, started_at timestamp with time zone, finished_at timestamp with time zone, timings jsonb, iterations integer, train_loss double precision, seed bigint, reason text, deployed boolean, decision text, created_by text, iterations_made integer, trees integer'),
	('schedules', 'model text, schedule text, time_zone text, run_as text, deploy text, params jsonb, next_due timestamp with time zone, created_at timestamp with time zone, created_by text'),
	('partitions', 'model text, version integer, partition jsonb, rows bigint, train_rows bigint, judged_rows bigint, metric text, value double precision, global_value double precision, fallback boolean, reason text, warnings text[]'),
	('training_curve', 'model text, version integer, iteration integer, train_loss double precision, validation_loss double precision, best boolean'),
	('versions', 'model text, version integer, task text, algorithm text, target text, classes text[], metric text, value double precision, baseline double precision, rows bigint, train_rows bigint, holdout_rows bigint, aliases text[], params jsonb, split jsonb, warnings text[], digest text, artifact_bytes bigint, created_at timestamp with time zone, created_by text, continues text, continues_digest text'),
	('visible_model', 'model text, owner text, task text, created_at timestamp with time zone');
SELECT set_eq($$SELECT c.relname, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
	FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = 'mlops'::regnamespace AND c.relkind = 'v' GROUP BY c.relname$$,
	'TABLE expected_views', 'views and their columns are those of the contract');

-- Tables
SELECT tables_are('mlops', ARRAY['alias', 'artifact', 'audit_log', 'curve', 'drift_result', 'feature', 'job', 'job_run', 'metric', 'model', 'partition', 'run', 'schedule', 'version']);
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'mlops'::regnamespace AND c.relkind IN ('r', 'v') AND obj_description(c.oid, 'pg_class') IS NULL$$,
	'every table and view has a comment');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'mlops'::regnamespace AND c.relkind IN ('r', 'v', 'S')
	AND NOT EXISTS (SELECT FROM belonging AS b WHERE b.classid = 'pg_class'::regclass AND b.objid = c.oid)$$, 'all of the schema belongs to the extension');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'mlops'::regnamespace AND c.relkind IN ('r', 'S')
	AND NOT c.oid = ANY (SELECT unnest(extconfig) FROM pg_extension WHERE extname = 'mlops')$$, 'every table and sequence is registered for dumps');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.oid = ANY ('{mlops.model, mlops.version, mlops.alias, mlops.artifact}'::regclass[])
	AND (c.relhastriggers OR EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'f') OR EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attidentity <> ''))$$,
	'what scoring reads has no triggers, foreign keys or sequences');
SELECT has_pk('mlops', name, 'mlops.' || name || ' has a primary key') FROM unnest(ARRAY['model', 'version', 'alias', 'artifact']::name[]) AS name;

-- Rights of an ordinary user: none on tables, SELECT on views, EXECUTE on functions
CREATE ROLE contract_first;
CREATE ROLE contract_second;
CREATE ROLE contract_member IN ROLE contract_first;
SELECT ok(has_schema_privilege('contract_second', 'mlops', 'USAGE') AND NOT has_schema_privilege('contract_second', 'mlops', 'CREATE'), 'USAGE on the schema, not CREATE');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'mlops'::regnamespace AND c.relkind = 'r'
	AND has_table_privilege('contract_second', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')$$, 'no right on any table');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'mlops'::regnamespace AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege('contract_second', c.oid, 'USAGE, SELECT, UPDATE') END$$, 'no right on any sequence');
SELECT set_eq($$SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'mlops'::regnamespace AND c.relkind = 'v' AND has_table_privilege('contract_second', c.oid, 'SELECT')$$,
	$$SELECT name FROM expected_views WHERE name <> 'visible_model'$$, 'SELECT on all views for people');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'mlops'::regnamespace AND c.relkind = 'v'
	AND has_table_privilege('contract_second', c.oid, 'INSERT, UPDATE, DELETE')$$, 'no writing through views');
SELECT is_empty($$SELECT p.oid::regprocedure FROM belonging JOIN pg_proc AS p ON p.oid = objid WHERE classid = 'pg_proc'::regclass AND NOT has_function_privilege('contract_second', p.oid, 'EXECUTE')$$,
	'EXECUTE on every function');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'mlops'::regnamespace AND c.relkind = 'v' AND c.relname NOT IN ('algorithms', 'progress')
	AND NOT coalesce(c.reloptions @> ARRAY['security_barrier=true'] OR c.reloptions @> ARRAY['security_barrier'], false)$$, 'views of models are security barriers');

-- One user's models are not there for another
CREATE TABLE contract_rows AS SELECT i % 7 AS x, i % 3 AS z, i % 7 + i % 3 AS y, i % 5 < 2 AS yes FROM generate_series(1, 700) AS i;
GRANT SELECT ON contract_rows TO contract_first, contract_second;
SET LOCAL ROLE contract_first;
SELECT lives_ok($$SELECT mlops_train('contract', 'contract_rows', target => 'y', algorithm => 'linear', features => ARRAY['x', 'z'])$$, 'a user may train');
SELECT lives_ok($$SELECT mlops_retrain('contract', reason => 'again')$$, 'and retrain');
SELECT lives_ok($$SELECT mlops_train('contract class', 'contract_rows', target => 'yes', algorithm => 'logistic', features => ARRAY['x'], partition_by => ARRAY['z'])$$, 'and train another');
SELECT lives_ok($$SELECT mlops_train('contract anomaly', 'contract_rows', task => 'anomaly', features => ARRAY['x', 'z'])$$, 'and one without a target');
SELECT lives_ok($$SELECT mlops_train('contract clusters', 'contract_rows', task => 'clustering', features => ARRAY['x', 'z'], params => '{"k": 2}')$$, 'and one of clusters');
SELECT lives_ok($$SELECT mlops_train('contract components', 'contract_rows', task => 'decomposition', features => ARRAY['x', 'z'])$$, 'and one of components');
SELECT is((SELECT count(*) FROM mlops.versions), 6::bigint, 'and see what he made');
SELECT ok((SELECT count(*) > 0 FROM mlops.drift_results), 'drift too');
SELECT ok((SELECT count(*) > 0 FROM mlops.training_curve WHERE model = 'contract class'), 'and losses');
SELECT ok((SELECT count(*) = 3 FROM mlops.partitions WHERE model = 'contract class'), 'and groups');
SELECT ok((SELECT bool_and(owner = 'contract_first') FROM mlops.models), 'his models belong to him');

SET LOCAL ROLE contract_member;
SELECT is((SELECT count(*) FROM mlops.versions), 6::bigint, 'a member of the owner sees them');
SELECT lives_ok($$SELECT mlops_predict('contract', '{"x": 1, "z": 1}')$$, 'and may score');
SELECT lives_ok($$SELECT mlops_deploy('contract@1')$$, 'and deploy');

SET LOCAL ROLE contract_second;
SELECT is_empty($$SELECT * FROM mlops.models WHERE name LIKE 'contract%'$$, 'nothing of them in mlops.models');
SELECT is_empty($$SELECT * FROM mlops.versions WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.versions');
SELECT is_empty($$SELECT * FROM mlops.metrics WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.metrics');
SELECT is_empty($$SELECT * FROM mlops.features WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.features');
SELECT is_empty($$SELECT * FROM mlops.runs WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.runs');
SELECT is_empty($$SELECT * FROM mlops.training_curve WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.training_curve');
SELECT is_empty($$SELECT * FROM mlops.partitions WHERE model LIKE 'contract%'$$, 'nor in mlops.partitions');
SELECT is_empty($$SELECT * FROM mlops.drift_results WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.drift_results');
SELECT is_empty($$SELECT * FROM mlops.audit WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.audit');
SELECT is_empty($$SELECT * FROM mlops.deployments WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.deployments');
SELECT is_empty($$SELECT * FROM mlops.schedules WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.schedules');
SELECT is_empty($$SELECT * FROM mlops.jobs WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.jobs');
SELECT is_empty($$SELECT * FROM mlops.job_runs WHERE model LIKE 'contract%'$$, 'nothing of them in mlops.job_runs');
SELECT throws_ok('SELECT * FROM mlops.' || name, '42501', NULL, 'mlops.' || name || ' cannot be read') FROM unnest(ARRAY['alias', 'artifact', 'audit_log', 'drift_result', 'feature', 'job', 'job_run', 'metric', 'model', 'run', 'schedule', 'version', 'visible_model']) AS name;
SELECT throws_ok($$SELECT mlops_predict('contract', '{"x": 1, "z": 1}')$$, '42501', NULL, 'not for him: mlops_predict');
SELECT throws_ok($$SELECT mlops_predict('contract@1', '{"x": 1, "z": 1}'::jsonb)$$, '42501', NULL, 'not for him: mlops_predict');
SELECT throws_ok($$SELECT mlops_predict('contract', ARRAY[1, 1]::float8[])$$, '42501', NULL, 'not for him: mlops_predict');
SELECT throws_ok($$SELECT mlops_predict('contract', c) FROM public.contract_rows AS c LIMIT 1$$, '42501', NULL, 'not for him: mlops_predict');
SELECT throws_ok($$SELECT mlops_classify('contract class', '{"x": 1, "z": 1}')$$, '42501', NULL, 'not for him: mlops_classify');
SELECT throws_ok($$SELECT mlops_probability('contract class', '{"x": 1, "z": 1}')$$, '42501', NULL, 'not for him: mlops_probability');
SELECT throws_ok($$SELECT mlops_probabilities('contract class', '{"x": 1, "z": 1}')$$, '42501', NULL, 'not for him: mlops_probabilities');
SELECT throws_ok($$SELECT mlops_anomaly_score('contract anomaly', '{"x": 1, "z": 1}')$$, '42501', NULL, 'not for him: mlops_anomaly_score');
SELECT throws_ok($$SELECT mlops_cluster('contract clusters', '{"x": 1, "z": 1}')$$, '42501', NULL, 'not for him: mlops_cluster');
SELECT throws_ok($$SELECT mlops_transform('contract components', '{"x": 1, "z": 1}')$$, '42501', NULL, 'not for him: mlops_transform');
SELECT throws_ok($$SELECT mlops_centers('contract clusters')$$, '42501', NULL, 'not for him: mlops_centers');
SELECT throws_ok($$SELECT mlops_components('contract components')$$, '42501', NULL, 'not for him: mlops_components');
SELECT throws_ok($$SELECT mlops_evaluate('contract')$$, '42501', NULL, 'not for him: mlops_evaluate');
SELECT throws_ok($$SELECT mlops_evaluate('contract', 'contract_rows')$$, '42501', NULL, 'not for him: mlops_evaluate');
SELECT throws_ok($$SELECT mlops_confusion('contract class')$$, '42501', NULL, 'not for him: mlops_confusion');
SELECT throws_ok($$SELECT mlops_explain('contract', '{"x": 1, "z": 1}')$$, '42501', NULL, 'not for him: mlops_explain');
SELECT throws_ok($$SELECT mlops_explain_batch('contract', 'contract_rows')$$, '42501', NULL, 'not for him: mlops_explain_batch');
SELECT throws_ok($$SELECT mlops_predict_batch('contract', 'contract_rows')$$, '42501', NULL, 'not for him: mlops_predict_batch');
SELECT throws_ok($$SELECT mlops_score_into('contract', 'contract_rows', 'contract_scores')$$, '42501', NULL, 'not for him: mlops_score_into');
SELECT throws_ok($$SELECT mlops_partial_dependence('contract', 'x')$$, '42501', NULL, 'not for him: mlops_partial_dependence');
SELECT throws_ok($$SELECT mlops_interval('contract', '{"x": 1, "z": 1}')$$, '42501', NULL, 'not for him: mlops_interval');
SELECT throws_ok($$SELECT mlops_rules('contract')$$, '42501', NULL, 'not for him: mlops_rules');
SELECT throws_ok($$SELECT mlops_coefficients('contract')$$, '42501', NULL, 'not for him: mlops_coefficients');
SELECT throws_ok($$SELECT mlops_drift('contract', 'contract_rows')$$, '42501', NULL, 'not for him: mlops_drift');
SELECT throws_ok($$SELECT mlops_train('contract', 'contract_rows', target => 'y')$$, '42501', NULL, 'not for him: mlops_train');
SELECT throws_ok($$SELECT mlops_retrain('contract')$$, '42501', NULL, 'not for him: mlops_retrain');
SELECT throws_ok($$SELECT mlops_deploy('contract@1')$$, '42501', NULL, 'not for him: mlops_deploy');
SELECT throws_ok($$SELECT mlops_deploy('contract@1', 'other')$$, '42501', NULL, 'not for him: mlops_deploy');
SELECT throws_ok($$SELECT mlops_rollback('contract')$$, '42501', NULL, 'not for him: mlops_rollback');
SELECT throws_ok($$SELECT mlops_drop_model('contract')$$, '42501', NULL, 'not for him: mlops_drop_model');
SELECT throws_ok($$SELECT mlops_schedule('contract', '1 day')$$, '42501', NULL, 'not for him: mlops_schedule');
SELECT throws_ok($$SELECT mlops_unschedule('contract')$$, '42501', NULL, 'not for him: mlops_unschedule');
SELECT throws_ok($$INSERT INTO mlops.model VALUES ('x', 'contract_second', 'regression', now())$$, '42501', NULL, 'nor writing past the functions');
SELECT lives_ok($$SELECT mlops_train('contract of the second', 'contract_rows', target => 'y', algorithm => 'linear', features => ARRAY['x', 'z'])$$, 'his own he may train');
SELECT is((SELECT count(*) FROM mlops.models), 1::bigint, 'and sees only that');

RESET ROLE;
SELECT ok((SELECT count(*) >= 3 FROM mlops.models WHERE name LIKE 'contract%'), 'a superuser sees all');
SELECT lives_ok($$SELECT mlops_drop_model('contract')$$, 'and may drop');
SELECT * FROM finish();
ROLLBACK;
