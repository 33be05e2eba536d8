-- Versions and aliases.

CREATE FUNCTION mlops_deploy(ref text, alias text DEFAULT 'champion', reason text DEFAULT NULL)
RETURNS int
AS 'MODULE_PATHNAME', 'mlops_sql_deploy'
LANGUAGE c VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION mlops_deploy(text, text, text) IS
'Point an alias of the model at the version that ref names; champion is the one that m without @ means. Returns the version. Errors: 42704 unknown reference, 42501 no right, 22023 bad alias name.';

CREATE FUNCTION mlops_rollback(model text, reason text DEFAULT NULL)
RETURNS int
AS 'MODULE_PATHNAME', 'mlops_sql_rollback'
LANGUAGE c VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION mlops_rollback(text, text) IS
'Point champion at the version before it; repeated calls go further back. Returns the version. Error 55000 when there is none.';

CREATE FUNCTION mlops_drop_model(model text)
RETURNS void
AS 'MODULE_PATHNAME', 'mlops_sql_drop_model'
LANGUAGE c VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION mlops_drop_model(text) IS
'Remove a model with its versions, aliases, schedules, jobs and measured drift; its audit log stays. Errors: 42704 unknown model, 42501 not the owner.';
