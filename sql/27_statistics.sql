-- Plain aggregates for statistics. Each has a state of type mlops_state.

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
