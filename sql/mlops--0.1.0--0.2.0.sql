-- From 0.1.0 to 0.2.0: what the parts of the install script have gained since.

ALTER TABLE mlops.version
	ADD COLUMN class_shares float8[],
	ADD COLUMN confusion float8[];

COMMENT ON FUNCTION mlops_confusion(text, text) IS
'How many rows of each class were predicted as each class, one row for every pair of classes; weights are summed. On held-out rows as stored, or on the labelled rows of a source. Error 42809 for a regression model.';

ALTER TABLE mlops.run
	ADD COLUMN iterations_made int,
	ADD COLUMN trees int;

CREATE OR REPLACE VIEW mlops.runs WITH (security_barrier) AS
SELECT r.id,
	r.model,
	r.version,
	r.kind,
	r.started_at,
	r.finished_at,
	r.timings,
	r.iterations,
	r.train_loss,
	r.seed,
	r.reason,
	r.deployed,
	r.decision,
	r.created_by,
	r.iterations_made,
	r.trees
FROM mlops.run AS r
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) r.model;

CREATE TABLE mlops.curve (
	model text NOT NULL,
	version int NOT NULL,
	first int NOT NULL,               -- iteration of the first losses
	best int NOT NULL,                -- iteration that the version ends with
	train_loss float8[] NOT NULL,
	validation_loss float8[],         -- NULL: no rows were set aside
	PRIMARY KEY (model, version)
);
COMMENT ON TABLE mlops.curve IS 'Losses of versions, iteration by iteration';

CREATE TABLE mlops.partition (
	model text NOT NULL,
	version int NOT NULL,
	position int NOT NULL,
	key jsonb NOT NULL,               -- column: value as text, or null
	rows bigint NOT NULL,             -- with a target, or all
	train_rows bigint NOT NULL,       -- validation rows included
	judged_rows bigint NOT NULL,      -- that value is of
	metric text,
	value float8,                     -- of the model that serves the group
	global_value float8,              -- of the model of all rows
	fallback bool NOT NULL,           -- the model of all rows serves it
	reason text,                      -- why it does; else NULL
	warnings text[] NOT NULL,         -- of its fit
	PRIMARY KEY (model, version, position)
);
COMMENT ON TABLE mlops.partition IS 'Groups of versions that were trained with partition_by';

CREATE VIEW mlops.partitions WITH (security_barrier) AS
SELECT p.model,
	p.version,
	p.key AS partition,
	p.rows,
	p.train_rows,
	p.judged_rows,
	p.metric,
	p.value,
	p.global_value,
	p.fallback,
	p.reason,
	p.warnings
FROM mlops.partition AS p
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) p.model;
COMMENT ON VIEW mlops.partitions IS 'Groups of versions that were trained with partition_by: rows, metric on rows not learnt from of the model that serves the group and of the model of all rows; fallback: the model of all rows serves it, with the reason';

GRANT SELECT ON mlops.partitions TO PUBLIC;

CREATE VIEW mlops.training_curve WITH (security_barrier) AS
SELECT c.model,
	c.version,
	(c.first OPERATOR(pg_catalog.+) loss.ordinal OPERATOR(pg_catalog.-) 1)::pg_catalog.int4 AS iteration,
	loss.train_loss,
	loss.validation_loss,
	c.first OPERATOR(pg_catalog.+) loss.ordinal OPERATOR(pg_catalog.-) 1 OPERATOR(pg_catalog.=) c.best AS best
FROM mlops.curve AS c
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) c.model
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.train_loss), pg_catalog.unnest(c.validation_loss))
	WITH ORDINALITY AS loss(train_loss, validation_loss, ordinal);
COMMENT ON VIEW mlops.training_curve IS 'Losses of versions after each iteration, on the rows learnt from and on those set aside to stop early; best: the iteration that the version ends with';

GRANT SELECT ON mlops.training_curve TO PUBLIC;

CREATE FUNCTION mlops_importance(
	ref text,
	source text DEFAULT NULL,
	OUT feature text,
	OUT gain float8,
	OUT cover float8,
	OUT splits bigint,
	OUT permutation float8,
	OUT std_error float8,
	OUT rows bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_importance'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 ROWS 20;
COMMENT ON FUNCTION mlops_importance(text, text) IS
'Which columns a version goes by, the most important first. Of models made of trees: gain, the sum of the gains of all splits on the column; cover, the sum of the training rows that came to them; splits, their number.
With a labelled source: permutation, how much the version''s metric (such as log_loss or rmse) rises when the column is shuffled, mean of 5 shuffles; std_error, its standard error; rows, at most 10,000 by the hash of their content.
Errors as mlops_evaluate().';

CREATE FUNCTION mlops_rules(
	ref text,
	tree int DEFAULT 1,
	partition jsonb DEFAULT NULL,
	OUT tree int,
	OUT leaf int,
	OUT rule text,
	OUT label text,
	OUT prediction float8,
	OUT probabilities float8[],
	OUT rows bigint,
	OUT share float8)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_rules'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 31;
COMMENT ON FUNCTION mlops_rules(text, int, jsonb) IS
'The leaves of a tree of a version in words, from left to right: rule, a condition that SQL understands; label and prediction of the leaf, with the probability of every class; training rows that came to it and their share of the tree.
Of boosted trees prediction is what the leaf adds to the margin. partition: of a version trained with partition_by the group, as in mlops.partitions; else the model of all rows.
Errors: 42809 the model has no trees, 22023 it has no tree of that number, 42704 unknown reference.';

CREATE FUNCTION mlops_coefficients(
	ref text,
	partition jsonb DEFAULT NULL,
	OUT class text,
	OUT feature text,
	OUT level text,
	OUT estimate float8,
	OUT std_error float8,
	OUT statistic float8,
	OUT p_value float8,
	OUT low float8,
	OUT high float8,
	OUT robust_std_error float8,
	OUT odds_ratio float8,
	OUT reference text,
	OUT reason text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_coefficients'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION mlops_coefficients(text, jsonb) IS
'The coefficients of a linear model in the units of the data, (intercept) first: standard error, t or z, p-value of both sides, 95 % confidence interval, robust standard error (HC3), and e^estimate where that is a ratio of odds or rates.
Levels of a category are compared with the level in reference; (missing) of a number is the difference from a row with the mean. Without a standard error reason says why.
partition: of a version trained with partition_by the group, as in mlops.partitions; else the model of all rows.
Errors: 42809 the model has no coefficients, 42704 unknown reference, 42501 not allowed to read the model.';

DROP FUNCTION mlops_train(text, text, text, text, text, text[], text[], jsonb, jsonb, jsonb, text, text, text, text, bigint);
CREATE FUNCTION mlops_train(
	model text,
	source text,
	target text DEFAULT NULL,
	task text DEFAULT NULL,
	algorithm text DEFAULT 'auto',
	features text[] DEFAULT NULL,
	exclude text[] DEFAULT NULL,
	params jsonb DEFAULT '{}',
	prepare jsonb DEFAULT '{}',
	split jsonb DEFAULT '{}',
	weight text DEFAULT NULL,
	positive text DEFAULT NULL,
	key text DEFAULT NULL,
	deploy text DEFAULT 'if_better',
	seed bigint DEFAULT 0,
	warm_start text DEFAULT NULL,
	partition_by text[] DEFAULT NULL)
RETURNS mlops.train_result
AS 'MODULE_PATHNAME', 'mlops_sql_train'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION mlops_train(text, text, text, text, text, text[], text[], jsonb, jsonb, jsonb, text, text, text, text, bigint, text, text[]) IS
'Split, prepare, fit, evaluate, store and, if it is better, deploy one new version of a model.
source: a table or view name, or one SELECT, read with the caller''s rights. target: the column to predict; for anomalies none, or the one that says which rows are; none for clustering and decomposition.
task: classification, regression, anomaly, clustering or decomposition, else from the target. algorithm: see mlops.algorithms; auto is gbt from 500 rows on, isolation_forest for anomalies, kmeans for clustering, pca for decomposition.
features, exclude: columns by name. params: of the algorithm. prepare: nan (error, missing), max_categories, min_partition_rows, driver (memory, partials).
split: method (random, time, group, column, none), holdout, column, key, max_holdout, min_class, min_rows, folds.
weight: column of row weights. positive: the positive class. key: the column that identifies rows.
deploy: if_better, always, never, or {"metric": ..., "min_gain": ...}. seed: of split and fit.
warm_start: a version to continue, such as m@7: its features, encodings, parameters, seed and split are taken over, new trees go behind its own.
partition_by: columns whose values have a model of their own each, from prepare''s min_partition_rows (100) rows on; the model of all rows serves the others. See mlops.partitions.
Errors: 22023 unknown or bad option, 42703 missing column, 22000 unusable values, 42501 no right, 53200 memory budget.';

CREATE OR REPLACE VIEW mlops.versions WITH (security_barrier) AS
SELECT v.model,
	v.version,
	v.task,
	v.algorithm,
	v.target,
	v.classes,
	v.metric,
	v.value,
	v.baseline,
	v.rows,
	v.train_rows,
	v.holdout_rows,
	ARRAY(SELECT a.alias FROM mlops.alias AS a
		WHERE a.model OPERATOR(pg_catalog.=) v.model
			AND a.version OPERATOR(pg_catalog.=) v.version
		ORDER BY a.alias) AS aliases,
	v.params,
	v.split,
	v.warnings,
	pg_catalog.encode(v.digest, 'hex') AS digest,
	v.artifact_bytes,
	v.created_at,
	v.created_by,
	v.request OPERATOR(pg_catalog.->>) 'warm_start' AS continues,
	v.request OPERATOR(pg_catalog.->>) 'warm_start_digest' AS continues_digest
FROM mlops.version AS v
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) v.model;
COMMENT ON VIEW mlops.versions IS 'Trained versions: what they learnt from, their metric beside the baseline, parameters, aliases, warnings, digest (sha256 of the artifact); continues: the version that a warm start went on from, with its digest';

-- Anomalies are learnt without a target.
ALTER TABLE mlops.version
	ALTER COLUMN target DROP NOT NULL,
	ALTER COLUMN metric DROP NOT NULL,
	ALTER COLUMN baseline_prediction DROP NOT NULL;

CREATE FUNCTION @extschema@.mlops_anomaly_score(ref text, features record)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_anomaly_score_record';
COMMENT ON FUNCTION @extschema@.mlops_anomaly_score(text, record) IS 'How unusual a row is, between 0 and 1: about 0.5 for rows like all others, near 1 for rows that stand alone; features: a row, matched by column name; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_anomaly_score(ref text, features jsonb)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_anomaly_score_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_anomaly_score(text, jsonb) IS 'How unusual a row is, between 0 and 1: about 0.5 for rows like all others, near 1 for rows that stand alone; features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_anomaly_score(ref text, features json)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_anomaly_score_json';
COMMENT ON FUNCTION @extschema@.mlops_anomaly_score(text, json) IS 'How unusual a row is, between 0 and 1: about 0.5 for rows like all others, near 1 for rows that stand alone; features: as jsonb; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_anomaly_score(ref text, features float8[])
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_anomaly_score_array';
COMMENT ON FUNCTION @extschema@.mlops_anomaly_score(text, float8[]) IS 'How unusual a row is, between 0 and 1: about 0.5 for rows like all others, near 1 for rows that stand alone; features: numbers in signature order; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_anomaly_score(ref text, features text)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_anomaly_score_text';
COMMENT ON FUNCTION @extschema@.mlops_anomaly_score(text, text) IS 'How unusual a row is, between 0 and 1: about 0.5 for rows like all others, near 1 for rows that stand alone; features: text holding JSON or an array; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_interval(ref text, features record, level float8 DEFAULT 0.9, OUT low float8, OUT prediction float8, OUT high float8)
LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_interval_record';
COMMENT ON FUNCTION @extschema@.mlops_interval(text, record, float8) IS 'Prediction with an interval that holds the truth with a chance of at least level, as far as rows come as the held-out ones did (split conformal prediction); features: a row, matched by column name; NULL for a NULL row; error 42809 for models that predict no number, 55000 for versions without held-out rows, 22023 for a level that they are too few for';

CREATE FUNCTION @extschema@.mlops_interval(ref text, features jsonb, level float8 DEFAULT 0.9, OUT low float8, OUT prediction float8, OUT high float8)
LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_interval_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_interval(text, jsonb, float8) IS 'Prediction with an interval that holds the truth with a chance of at least level, as far as rows come as the held-out ones did (split conformal prediction); features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models that predict no number, 55000 for versions without held-out rows, 22023 for a level that they are too few for';

CREATE FUNCTION @extschema@.mlops_interval(ref text, features json, level float8 DEFAULT 0.9, OUT low float8, OUT prediction float8, OUT high float8)
LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_interval_json';
COMMENT ON FUNCTION @extschema@.mlops_interval(text, json, float8) IS 'Prediction with an interval that holds the truth with a chance of at least level, as far as rows come as the held-out ones did (split conformal prediction); features: as jsonb; NULL for a NULL row; error 42809 for models that predict no number, 55000 for versions without held-out rows, 22023 for a level that they are too few for';

CREATE FUNCTION @extschema@.mlops_interval(ref text, features float8[], level float8 DEFAULT 0.9, OUT low float8, OUT prediction float8, OUT high float8)
LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_interval_array';
COMMENT ON FUNCTION @extschema@.mlops_interval(text, float8[], float8) IS 'Prediction with an interval that holds the truth with a chance of at least level, as far as rows come as the held-out ones did (split conformal prediction); features: numbers in signature order; NULL for a NULL row; error 42809 for models that predict no number, 55000 for versions without held-out rows, 22023 for a level that they are too few for';

CREATE FUNCTION @extschema@.mlops_interval(ref text, features text, level float8 DEFAULT 0.9, OUT low float8, OUT prediction float8, OUT high float8)
LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_interval_text';
COMMENT ON FUNCTION @extschema@.mlops_interval(text, text, float8) IS 'Prediction with an interval that holds the truth with a chance of at least level, as far as rows come as the held-out ones did (split conformal prediction); features: text holding JSON or an array; NULL for a NULL row; error 42809 for models that predict no number, 55000 for versions without held-out rows, 22023 for a level that they are too few for';

-- All rows of a source at once.

CREATE FUNCTION @extschema@.mlops_predict_batch(
	ref text,
	source text,
	key text DEFAULT NULL,
	OUT key text,
	OUT prediction float8,
	OUT label text,
	OUT probability float8,
	OUT probabilities float8[])
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 ROWS 10000
AS 'MODULE_PATHNAME', 'mlops_sql_predict_batch';
COMMENT ON FUNCTION @extschema@.mlops_predict_batch(text, text, text) IS
'What a version says of every row of a source, in its order, to the same bits as row by row: prediction, a number or an anomaly score; or label with probability, of two classes that of the positive one, of more that of the label, with probabilities of all in the order of mlops.versions.classes.
key: the column that identifies rows, as text; left out: the key of the training, else a primary key of one column, else NULL.
Errors: 42704 unknown reference, 42703 missing column, 42804 a column of another kind, and those of reading a source.';

CREATE FUNCTION @extschema@.mlops_score_into(
	ref text,
	source text,
	destination text,
	mode text DEFAULT 'all',
	key text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000
AS 'MODULE_PATHNAME', 'mlops_sql_score_into';
COMMENT ON FUNCTION @extschema@.mlops_score_into(text, text, text, text, text) IS
'Writes what a version says of the rows of a source into a table, which is made when it does not exist: the key, model, version, prediction, label, probability, probabilities, scored_at. Returns the number of rows written.
mode: all scores every row and replaces those that are there, new scores rows whose key the table does not have. key: as in mlops_predict_batch(), but there must be one.
Errors: those of mlops_predict_batch(), 42809 the destination is no table, 42701 a key called like one of the columns above, 22023 another mode.';

CREATE FUNCTION @extschema@.mlops_explain_batch(
	ref text,
	source text,
	key text DEFAULT NULL,
	class text DEFAULT NULL,
	OUT key text,
	OUT class text,
	OUT feature text,
	OUT contribution float8,
	OUT std_error float8)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 ROWS 100000
AS 'MODULE_PATHNAME', 'mlops_sql_explain_batch';
COMMENT ON FUNCTION @extschema@.mlops_explain_batch(text, text, text, text) IS
'mlops_explain() of every row of a source, in its order: the base, then what each column adds to the margin.
key: as in mlops_predict_batch(). Errors: those of mlops_predict_batch() and mlops_explain().';

-- Why a version says of a row what it says.

CREATE FUNCTION @extschema@.mlops_explain(
	ref text,
	features record,
	class text DEFAULT NULL,
	OUT class text,
	OUT feature text,
	OUT value text,
	OUT contribution float8,
	OUT std_error float8)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 20
AS 'MODULE_PATHNAME', 'mlops_explain_record';
COMMENT ON FUNCTION @extschema@.mlops_explain(text, record, text) IS 'What each column of a row adds to the margin of a class (log-odds, logarithm, or the value itself), and the base; they add up to it. Shapley values, exact for trees and linear models, else with a standard error; features: a row, matched by column name; error 42809 for models that predict nothing, 22023 for a class that is none';

CREATE FUNCTION @extschema@.mlops_explain(
	ref text,
	features jsonb,
	class text DEFAULT NULL,
	OUT class text,
	OUT feature text,
	OUT value text,
	OUT contribution float8,
	OUT std_error float8)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 20
AS 'MODULE_PATHNAME', 'mlops_explain_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_explain(text, jsonb, text) IS 'What each column of a row adds to the margin of a class (log-odds, logarithm, or the value itself), and the base; they add up to it. Shapley values, exact for trees and linear models, else with a standard error; features: a JSON object, matched by key, or an array of numbers; error 42809 for models that predict nothing, 22023 for a class that is none';

CREATE FUNCTION @extschema@.mlops_explain(
	ref text,
	features json,
	class text DEFAULT NULL,
	OUT class text,
	OUT feature text,
	OUT value text,
	OUT contribution float8,
	OUT std_error float8)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 20
AS 'MODULE_PATHNAME', 'mlops_explain_json';
COMMENT ON FUNCTION @extschema@.mlops_explain(text, json, text) IS 'What each column of a row adds to the margin of a class (log-odds, logarithm, or the value itself), and the base; they add up to it. Shapley values, exact for trees and linear models, else with a standard error; features: as jsonb; error 42809 for models that predict nothing, 22023 for a class that is none';

CREATE FUNCTION @extschema@.mlops_explain(
	ref text,
	features float8[],
	class text DEFAULT NULL,
	OUT class text,
	OUT feature text,
	OUT value text,
	OUT contribution float8,
	OUT std_error float8)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 20
AS 'MODULE_PATHNAME', 'mlops_explain_array';
COMMENT ON FUNCTION @extschema@.mlops_explain(text, float8[], text) IS 'What each column of a row adds to the margin of a class (log-odds, logarithm, or the value itself), and the base; they add up to it. Shapley values, exact for trees and linear models, else with a standard error; features: numbers in signature order; error 42809 for models that predict nothing, 22023 for a class that is none';

CREATE FUNCTION @extschema@.mlops_explain(
	ref text,
	features text,
	class text DEFAULT NULL,
	OUT class text,
	OUT feature text,
	OUT value text,
	OUT contribution float8,
	OUT std_error float8)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 20
AS 'MODULE_PATHNAME', 'mlops_explain_text';
COMMENT ON FUNCTION @extschema@.mlops_explain(text, text, text) IS 'What each column of a row adds to the margin of a class (log-odds, logarithm, or the value itself), and the base; they add up to it. Shapley values, exact for trees and linear models, else with a standard error; features: text holding JSON or an array; error 42809 for models that predict nothing, 22023 for a class that is none';

CREATE FUNCTION @extschema@.mlops_partial_dependence(
	ref text,
	feature text,
	source text DEFAULT NULL,
	class text DEFAULT NULL,
	points int DEFAULT 20,
	curves boolean DEFAULT false,
	key text DEFAULT NULL,
	OUT key text,
	OUT class text,
	OUT value text,
	OUT prediction float8,
	OUT low float8,
	OUT high float8)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 ROWS 20
AS 'MODULE_PATHNAME', 'mlops_sql_partial_dependence';
COMMENT ON FUNCTION @extschema@.mlops_partial_dependence(text, text, text, text, int, boolean, text) IS
'What a version would say if a column had another value: for values of the column (quantiles of numbers and times, all categories, missing) the mean prediction, number, probability or score, over at most 1,000 rows of the source by the hash of their content, whose own values of the column are replaced; low and high leave out a tenth of the rows on either side (Friedman, 2001).
source: left out, that of the training as it is now. curves: a row for each of those rows and values, with its key (individual conditional expectation; Goldstein et al., 2015).
Errors: 42501 without the right to read the model, 42703 the model has not learnt from the column, 22023 a class that is none, points out of range.';

-- New tables are dumped, and the extension's owner gets rights on them.
DO $mlops$
DECLARE
	extension_owner pg_catalog.name;
	dumped record;
BEGIN
	SELECT r.rolname INTO STRICT extension_owner
	FROM pg_catalog.pg_extension AS e
	JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) e.extowner
	WHERE e.extname OPERATOR(pg_catalog.=) 'mlops';

	FOR dumped IN
		SELECT c.oid AS relation, c.relname, c.relkind OPERATOR(pg_catalog.=) 'S' AS is_sequence
		FROM pg_catalog.pg_class AS c
		JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
		WHERE n.nspname OPERATOR(pg_catalog.=) 'mlops'
			AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'S']::pg_catalog."char"[])
		ORDER BY c.relname
	LOOP
		IF dumped.is_sequence THEN
			EXECUTE pg_catalog.format('GRANT SELECT, UPDATE, USAGE ON SEQUENCE mlops.%I TO %I',
				dumped.relname, extension_owner);
		ELSE
			EXECUTE pg_catalog.format('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE mlops.%I TO %I',
				dumped.relname, extension_owner);
		END IF;
		PERFORM pg_catalog.pg_extension_config_dump(dumped.relation, '');
	END LOOP;
END
$mlops$;

CREATE TYPE @extschema@.mlops_state;

CREATE FUNCTION @extschema@.mlops_state_in(cstring)
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_in';
COMMENT ON FUNCTION @extschema@.mlops_state_in(cstring) IS 'Input of type mlops_state';

CREATE FUNCTION @extschema@.mlops_state_out(@extschema@.mlops_state)
RETURNS cstring LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_out';
COMMENT ON FUNCTION @extschema@.mlops_state_out(@extschema@.mlops_state) IS 'Output of type mlops_state';

CREATE FUNCTION @extschema@.mlops_state_recv(internal)
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_recv';
COMMENT ON FUNCTION @extschema@.mlops_state_recv(internal) IS 'Binary input of type mlops_state';

CREATE FUNCTION @extschema@.mlops_state_send(@extschema@.mlops_state)
RETURNS bytea LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_send';
COMMENT ON FUNCTION @extschema@.mlops_state_send(@extschema@.mlops_state) IS 'Binary output of type mlops_state';

CREATE TYPE @extschema@.mlops_state (
	INPUT = @extschema@.mlops_state_in,
	OUTPUT = @extschema@.mlops_state_out,
	RECEIVE = @extschema@.mlops_state_recv,
	SEND = @extschema@.mlops_state_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE @extschema@.mlops_state IS 'What an aggregate knows about the rows it has seen: made by the *_partial aggregates, combined by mlops_combine() and the *_combine ones';

CREATE FUNCTION @extschema@.mlops_state_add_sums(@extschema@.mlops_state, float8[])
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_add_sums';
COMMENT ON FUNCTION @extschema@.mlops_state_add_sums(@extschema@.mlops_state, float8[]) IS 'Transition of mlops_sum(): one row more';

CREATE FUNCTION @extschema@.mlops_state_add_moments(@extschema@.mlops_state, float8[])
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_add_moments';
COMMENT ON FUNCTION @extschema@.mlops_state_add_moments(@extschema@.mlops_state, float8[]) IS 'Transition of mlops_moments_partial(): one row more';

CREATE FUNCTION @extschema@.mlops_state_add_least_squares(@extschema@.mlops_state, float8[])
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_add_least_squares';
COMMENT ON FUNCTION @extschema@.mlops_state_add_least_squares(@extschema@.mlops_state, float8[]) IS 'Transition of mlops_least_squares_partial(): one row more';

CREATE FUNCTION @extschema@.mlops_state_merge(@extschema@.mlops_state, @extschema@.mlops_state)
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_merge';
COMMENT ON FUNCTION @extschema@.mlops_state_merge(@extschema@.mlops_state, @extschema@.mlops_state) IS 'Two states as one; error 22000 when they are of different kinds or numbers of columns';

CREATE FUNCTION @extschema@.mlops_state_compact(@extschema@.mlops_state)
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_compact';
COMMENT ON FUNCTION @extschema@.mlops_state_compact(@extschema@.mlops_state) IS 'The same state in as few bytes as it can be; error 22003 when its rows are beyond double precision';

CREATE FUNCTION @extschema@.mlops_state_sums(@extschema@.mlops_state)
RETURNS float8[] LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_sums';
COMMENT ON FUNCTION @extschema@.mlops_state_sums(@extschema@.mlops_state) IS 'Result of mlops_sum() from its state; error 22023 for a state of another kind';

CREATE AGGREGATE @extschema@.mlops_combine(@extschema@.mlops_state) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_merge,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_compact,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_combine(@extschema@.mlops_state) IS
'States of several sets of rows as the state of all their rows; NULL states, of no rows, are passed over. Error 22000 for states of different kinds or numbers of columns.';

CREATE AGGREGATE @extschema@.mlops_sum_partial(float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_sums,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_compact,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_sum_partial(float8[]) IS
'State of the sums of the elements of arrays, for mlops_sum_combine(). Errors: 22000 for NaN and infinity, 22023 for arrays of different lengths.';

CREATE AGGREGATE @extschema@.mlops_sum_combine(@extschema@.mlops_state) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_merge,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_sums,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_sum_combine(@extschema@.mlops_state) IS
'Result of mlops_sum() over the rows of several states. Errors: 22023 for states of another kind, 22000 for different numbers of columns.';

CREATE AGGREGATE @extschema@.mlops_sum(float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_sums,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_sums,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_sum(float8[]) IS
'Sums of the elements of arrays of one length, element by element, with compensated rounding; arrays that are NULL or have a NULL element are left out. Errors: 22000 for NaN and infinity, 22003 for sums out of range, 22023 for arrays of different lengths.';

CREATE AGGREGATE @extschema@.mlops_moments_partial(float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_moments,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_compact,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_moments_partial(float8[]) IS
'State of count, mean, variance, least and greatest value of each element of arrays; NULL and NaN are missing values. Errors: 22000 for infinity, 22023 for arrays of different lengths.';

CREATE AGGREGATE @extschema@.mlops_least_squares_partial(float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_least_squares,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_compact,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_least_squares_partial(float8[]) IS
'State of rows for least squares: the triangular factor of their QR factorization, 8000 columns at most. Rows that are NULL or have a NULL element are left out. Errors: 22000 for NaN and infinity, 22023 for rows of different lengths.';

CREATE TYPE mlops.regression_result AS (
	n bigint,
	df bigint,
	coefficients float8[],
	std_errors float8[],
	t_statistics float8[],
	p_values float8[],
	aliased int[],
	r2 float8,
	adjusted_r2 float8,
	sigma float8,
	f float8,
	f_p_value float8,
	condition_number float8
);
COMMENT ON TYPE mlops.regression_result IS
'Result of mlops_linregr(); arrays begin with the intercept; aliased: elements of x that others before them determine';

CREATE FUNCTION @extschema@.mlops_state_add_regression(@extschema@.mlops_state, y float8, x float8[])
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_add_regression';
COMMENT ON FUNCTION @extschema@.mlops_state_add_regression(@extschema@.mlops_state, float8, float8[]) IS 'Transition of mlops_linregr(): one row more';

CREATE FUNCTION @extschema@.mlops_state_regression(@extschema@.mlops_state)
RETURNS mlops.regression_result LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_regression';
COMMENT ON FUNCTION @extschema@.mlops_state_regression(@extschema@.mlops_state) IS 'Result of mlops_linregr() from a state of rows 1, x, y; error 22023 for a state of another kind';

CREATE AGGREGATE @extschema@.mlops_linregr(y float8, x float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_regression,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_regression,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_linregr(float8, float8[]) IS
'Linear regression of y on the elements of x, with intercept, by QR; rows with a NULL are left out. Errors: 22000 for NaN and infinity, 22003 for numbers out of range, 22023 for arrays of different lengths.';

CREATE FUNCTION @extschema@.mlops_state_add_comoments(@extschema@.mlops_state, float8[])
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_add_comoments';
COMMENT ON FUNCTION @extschema@.mlops_state_add_comoments(@extschema@.mlops_state, float8[]) IS 'Transition of mlops_covariance() and mlops_correlation(): one row more';

CREATE FUNCTION @extschema@.mlops_state_covariance(@extschema@.mlops_state)
RETURNS float8[] LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_covariance';
COMMENT ON FUNCTION @extschema@.mlops_state_covariance(@extschema@.mlops_state) IS 'Result of mlops_covariance() from its state; error 22023 for a state of another kind';

CREATE FUNCTION @extschema@.mlops_state_correlation(@extschema@.mlops_state)
RETURNS float8[] LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_correlation';
COMMENT ON FUNCTION @extschema@.mlops_state_correlation(@extschema@.mlops_state) IS 'Result of mlops_correlation() from its state; error 22023 for a state of another kind';

CREATE AGGREGATE @extschema@.mlops_covariance(float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_comoments,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_covariance,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_covariance(float8[]) IS
'Matrix of the sample covariances of the elements of arrays; rows with a NULL are left out; NULLs for one row. Errors: 22000 for NaN and infinity, 22023 for arrays of different lengths.';

CREATE AGGREGATE @extschema@.mlops_correlation(float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_comoments,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_correlation,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_correlation(float8[]) IS
'Matrix of the correlations of the elements of arrays; rows with a NULL are left out; NULL where an element is constant. Errors: 22000 for NaN and infinity, 22023 for arrays of different lengths.';

CREATE AGGREGATE @extschema@.mlops_covariance_partial(float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_comoments,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_compact,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_covariance_partial(float8[]) IS
'State of mlops_covariance() and mlops_correlation(), for mlops_combine(). Errors: 22000 for NaN and infinity, 22023 for arrays of different lengths.';

CREATE TYPE mlops.summary_result AS (
	element int,
	count bigint,
	missing bigint,
	mean float8,
	sd float8,
	skewness float8,
	kurtosis float8,
	min float8,
	p05 float8,
	p25 float8,
	median float8,
	p75 float8,
	p95 float8,
	max float8
);
COMMENT ON TYPE mlops.summary_result IS
'What mlops_summary() tells of one element: quantiles are off by about 1 % of the rows in rank, and exact for up to 104 values';

CREATE FUNCTION @extschema@.mlops_state_add_summaries(@extschema@.mlops_state, float8[])
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_add_summaries';
COMMENT ON FUNCTION @extschema@.mlops_state_add_summaries(@extschema@.mlops_state, float8[]) IS 'Transition of mlops_summary(): one row more';

CREATE FUNCTION @extschema@.mlops_state_summary(@extschema@.mlops_state)
RETURNS mlops.summary_result[] LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_summary';
COMMENT ON FUNCTION @extschema@.mlops_state_summary(@extschema@.mlops_state) IS 'Result of mlops_summary() from its state; error 22023 for a state of another kind';

CREATE AGGREGATE @extschema@.mlops_summary(float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_summaries,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_summary,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_summary(float8[]) IS
'One mlops.summary_result for each element of arrays: count, missing (NULL and NaN), mean, deviation, shape, quantiles; for unnest(). Errors: 22000 for infinity, 22023 for arrays of different lengths.';

CREATE AGGREGATE @extschema@.mlops_summary_partial(float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_summaries,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_compact,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_summary_partial(float8[]) IS
'State of mlops_summary(), for mlops_combine(). Errors: 22000 for infinity, 22023 for arrays of different lengths.';

CREATE FUNCTION @extschema@.mlops_encode(plan bytea, features record)
RETURNS float8[] LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_encode_plan';
COMMENT ON FUNCTION @extschema@.mlops_encode(bytea, record) IS
'The numbers that a row contributes to a pass of a training by the driver partials, by the plan of the pass; NULL for a row that it leaves out. Called by those passes. Errors: XX001 for bytes that are no plan, 42703 for a row without a column of it, 22000 for unusable values.';

CREATE TYPE mlops.discriminant_result AS (
	n bigint,
	positives bigint,
	coefficients float8[],
	p_values float8[],
	aliased int[],
	distance float8
);
COMMENT ON TYPE mlops.discriminant_result IS
'Result of mlops_discriminant(): log-odds of true; arrays begin with the intercept; distance: squared Mahalanobis distance of the class means';

CREATE FUNCTION @extschema@.mlops_state_add_discriminant(@extschema@.mlops_state, y boolean, x float8[])
RETURNS @extschema@.mlops_state LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_add_discriminant';
COMMENT ON FUNCTION @extschema@.mlops_state_add_discriminant(@extschema@.mlops_state, boolean, float8[]) IS 'Transition of mlops_discriminant(): one row more';

CREATE FUNCTION @extschema@.mlops_state_discriminant(@extschema@.mlops_state)
RETURNS mlops.discriminant_result LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'mlops_state_discriminant';
COMMENT ON FUNCTION @extschema@.mlops_state_discriminant(@extschema@.mlops_state) IS 'Result of mlops_discriminant() from a state of rows 1, x, y with y 0 or 1; error 22023 for a state of another kind';

CREATE AGGREGATE @extschema@.mlops_discriminant(y boolean, x float8[]) (
	STYPE = @extschema@.mlops_state,
	SFUNC = @extschema@.mlops_state_add_discriminant,
	COMBINEFUNC = @extschema@.mlops_state_merge,
	FINALFUNC = @extschema@.mlops_state_discriminant,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mlops_discriminant(boolean, float8[]) IS
'Linear discriminant analysis: the log-odds of y as a linear function of x, in one pass, supposing that x is normal with one covariance in both classes; rows with a NULL are left out. Errors: 22000 for NaN and infinity, 22023 for arrays of different lengths.';

CREATE FUNCTION mlops_centers(
	ref text,
	OUT cluster int,
	OUT feature text,
	OUT level text,
	OUT value float8,
	OUT rows float8)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_centers'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION mlops_centers(text) IS
'Where the clusters of a version are, cluster by cluster, the largest first: the mean of each column in its own units; of a category for each level the share of rows that have it, (other) and (missing) among them. rows: training rows of the cluster, weights summed.
Errors: 42809 the model has no clusters, 42704 unknown reference.';

CREATE FUNCTION mlops_components(
	ref text,
	OUT component int,
	OUT feature text,
	OUT level text,
	OUT loading float8,
	OUT explained_variance float8,
	OUT ratio float8)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_components'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION mlops_components(text) IS
'What the components of a version are made of: the loading of each column, of a category of each level; squared loadings of a component add up to 1, the largest one is positive. explained_variance: that of the component on the training rows; ratio: its part of the variance of all columns.
Errors: 42809 the model has no components, 42704 unknown reference.';

CREATE FUNCTION @extschema@.mlops_cluster(ref text, features record)
RETURNS int LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_cluster_record';
COMMENT ON FUNCTION @extschema@.mlops_cluster(text, record) IS 'Cluster of a row, from 1 on, the largest cluster first: the one whose centre is nearest; features: a row, matched by column name; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_cluster(ref text, features jsonb)
RETURNS int LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_cluster_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_cluster(text, jsonb) IS 'Cluster of a row, from 1 on, the largest cluster first: the one whose centre is nearest; features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_cluster(ref text, features json)
RETURNS int LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_cluster_json';
COMMENT ON FUNCTION @extschema@.mlops_cluster(text, json) IS 'Cluster of a row, from 1 on, the largest cluster first: the one whose centre is nearest; features: as jsonb; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_cluster(ref text, features float8[])
RETURNS int LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_cluster_array';
COMMENT ON FUNCTION @extschema@.mlops_cluster(text, float8[]) IS 'Cluster of a row, from 1 on, the largest cluster first: the one whose centre is nearest; features: numbers in signature order; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_cluster(ref text, features text)
RETURNS int LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_cluster_text';
COMMENT ON FUNCTION @extschema@.mlops_cluster(text, text) IS 'Cluster of a row, from 1 on, the largest cluster first: the one whose centre is nearest; features: text holding JSON or an array; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_transform(ref text, features record)
RETURNS float8[] LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_transform_record';
COMMENT ON FUNCTION @extschema@.mlops_transform(text, record) IS 'A row in other coordinates: of clusters the distance to each centre, of a decomposition the value of each component; features: a row, matched by column name; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_transform(ref text, features jsonb)
RETURNS float8[] LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_transform_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_transform(text, jsonb) IS 'A row in other coordinates: of clusters the distance to each centre, of a decomposition the value of each component; features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_transform(ref text, features json)
RETURNS float8[] LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_transform_json';
COMMENT ON FUNCTION @extschema@.mlops_transform(text, json) IS 'A row in other coordinates: of clusters the distance to each centre, of a decomposition the value of each component; features: as jsonb; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_transform(ref text, features float8[])
RETURNS float8[] LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_transform_array';
COMMENT ON FUNCTION @extschema@.mlops_transform(text, float8[]) IS 'A row in other coordinates: of clusters the distance to each centre, of a decomposition the value of each component; features: numbers in signature order; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_transform(ref text, features text)
RETURNS float8[] LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_transform_text';
COMMENT ON FUNCTION @extschema@.mlops_transform(text, text) IS 'A row in other coordinates: of clusters the distance to each centre, of a decomposition the value of each component; features: text holding JSON or an array; NULL for a NULL row; error 42809 for models of another task';
