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
