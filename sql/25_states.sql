-- States of aggregates: what is known about rows, ready to be merged, sent, kept.
-- Nothing here is internal, strictly typed by one argument, so that parallel query,
-- foreign servers and engines that shard can split each aggregate.

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

CREATE FUNCTION @extschema@.mlops_encode(plan bytea, features record)
RETURNS float8[] LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_encode_plan';
COMMENT ON FUNCTION @extschema@.mlops_encode(bytea, record) IS
'The numbers that a row contributes to a pass of a training by the driver partials, by the plan of the pass; NULL for a row that it leaves out. Called by those passes. Errors: XX001 for bytes that are no plan, 42703 for a row without a column of it, 22000 for unusable values.';
