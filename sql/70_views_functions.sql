-- Functions behind views that show what is not in tables.

CREATE FUNCTION mlops_algorithms(
	OUT algorithm text,
	OUT title text,
	OUT tasks text[],
	OUT parameter text,
	OUT aliases text[],
	OUT type text,
	OUT initial float8,
	OUT minimum float8,
	OUT maximum float8,
	OUT text text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_algorithms'
LANGUAGE c STABLE PARALLEL SAFE ROWS 50;
COMMENT ON FUNCTION mlops_algorithms() IS
'Every algorithm with its parameters; read the view mlops.algorithms';

CREATE FUNCTION mlops_progress(
	OUT pid int,
	OUT role text,
	OUT model text,
	OUT algorithm text,
	OUT phase text,
	OUT percent float8,
	OUT rows bigint,
	OUT iteration int,
	OUT loss float8,
	OUT started_at timestamptz,
	OUT eta interval)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'mlops_sql_progress'
LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 10;
COMMENT ON FUNCTION mlops_progress() IS
'Trainings that run now in this database; read the view mlops.progress';
