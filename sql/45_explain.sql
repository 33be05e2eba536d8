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
