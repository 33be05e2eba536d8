-- Drift.

CREATE FUNCTION mlops_drift(
	ref text,
	source text,
	options jsonb DEFAULT '{}',
	OUT feature text,
	OUT kind text,
	OUT measure text,
	OUT value float8,
	OUT threshold float8,
	OUT p_value float8,
	OUT n_reference bigint,
	OUT n_current bigint,
	OUT drifted bool,
	OUT reason text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_drift'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 ROWS 50;
COMMENT ON FUNCTION mlops_drift(text, text, jsonb) IS
'How far the rows of a source are from those the version was trained on, for each feature, the target and the predictions: psi, chi_square, and ks for numbers and times; p_value is adjusted over the columns (Benjamini-Hochberg).
drifted is the verdict on the column: psi at least 0.2 and its p_value below 0.01. Where none can be given drifted is NULL and reason says why.
options: psi, p_value, min_rows (30).';

CREATE FUNCTION mlops_drift_between(
	source text,
	reference_source text,
	options jsonb DEFAULT '{}',
	OUT feature text,
	OUT kind text,
	OUT measure text,
	OUT value float8,
	OUT threshold float8,
	OUT p_value float8,
	OUT n_reference bigint,
	OUT n_current bigint,
	OUT drifted bool,
	OUT reason text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_drift_between'
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 ROWS 50;
COMMENT ON FUNCTION mlops_drift_between(text, text, jsonb) IS
'As mlops_drift(), between the rows of two sources, without a model.';
