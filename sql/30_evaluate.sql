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
'How many rows of each class were predicted as each class, at the version''s threshold; weights are summed. On held-out rows as stored, or on the labelled rows of a source. Error 42809 for a regression model.';
