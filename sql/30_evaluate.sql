-- Evaluation.

CREATE FUNCTION mlops_evaluate(
	ref text,
	source text DEFAULT NULL,
	OUT part text,
	OUT metric text,
	OUT class text,
	OUT value float8,
	OUT low float8,
	OUT high float8,
	OUT rows bigint,
	OUT baseline float8)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_evaluate'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 ROWS 20;
COMMENT ON FUNCTION mlops_evaluate(text, text) IS
'Metrics of a version with 95 % intervals and the same metric of the baseline: as stored with it, or computed on the labelled rows of a source (part source).
Errors: 42704 unknown reference, 42703 a column of the version is missing, 22000 unknown label or no labelled row.';

CREATE FUNCTION mlops_confusion(
	ref text,
	source text DEFAULT NULL,
	OUT actual text,
	OUT predicted text,
	OUT rows float8)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_confusion'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 ROWS 4;
COMMENT ON FUNCTION mlops_confusion(text, text) IS
'How many rows of each class were predicted as each class, one row for every pair of classes; weights are summed. On held-out rows as stored, or on the labelled rows of a source. Error 42809 for a regression model.';

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
