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
