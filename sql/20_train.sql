-- Training.

CREATE TYPE mlops.train_result AS (
	model text,
	version int,
	task text,
	algorithm text,
	rows bigint,
	metric text,
	value float8,
	baseline float8,
	deployed bool,
	seconds float8,
	warnings text[]
);
COMMENT ON TYPE mlops.train_result IS 'What mlops_train() and mlops_retrain() answer: the version made, its metric beside the baseline on rows it did not learn from, whether it was deployed, warnings';

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

CREATE FUNCTION mlops_retrain(
	model text,
	source text DEFAULT NULL,
	params jsonb DEFAULT '{}',
	deploy text DEFAULT 'if_better',
	reason text DEFAULT NULL)
RETURNS mlops.train_result
AS 'MODULE_PATHNAME', 'mlops_sql_retrain'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION mlops_retrain(text, text, jsonb, text, text) IS
'Train again as the champion was trained: same source (unless given), columns, options, seed and sides of the split; params are laid over the stored ones.
Measures drift of the rows against the champion and keeps it in mlops.drift_results. Errors as mlops_train(); 42704 for an unknown model.';
