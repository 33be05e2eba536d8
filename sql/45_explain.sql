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
