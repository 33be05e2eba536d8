-- Views of schedules and jobs; see 80_views.sql for what they show to whom.

CREATE VIEW mlops.schedules WITH (security_barrier) AS
SELECT s.model,
	s.schedule,
	s.time_zone,
	s.run_as,
	s.arguments OPERATOR(pg_catalog.->>) 'deploy' AS deploy,
	s.arguments OPERATOR(pg_catalog.->) 'params' AS params,
	s.next_due,
	s.created_at,
	s.created_by
FROM mlops.schedule AS s
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) s.model;
COMMENT ON VIEW mlops.schedules IS 'When models are trained again, as which role, and when next; infinity: the schedule cannot be understood';

CREATE VIEW mlops.jobs WITH (security_barrier) AS
SELECT j.id,
	j.kind,
	j.model,
	j.run_as,
	j.state,
	j.due_at,
	j.run_after,
	j.attempts,
	j.max_attempts,
	j.arguments,
	j.created_at
FROM mlops.job AS j
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) j.model;
COMMENT ON VIEW mlops.jobs IS 'Units of background work; state: queued, running, succeeded, failed, cancelled; run_after: not before';

CREATE VIEW mlops.job_runs WITH (security_barrier) AS
SELECT r.id,
	r.job,
	j.model,
	r.attempt,
	r.pid,
	r.started_at,
	r.finished_at,
	r.outcome,
	r.version,
	r.decision,
	r.sqlstate,
	r.error
FROM mlops.job_run AS r
JOIN mlops.job AS j ON j.id OPERATOR(pg_catalog.=) r.job
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) j.model;
COMMENT ON VIEW mlops.job_runs IS 'Attempts to run jobs; outcome: running, succeeded, failed, lost (the process ended before its work); decision: promoted or kept, in words';

GRANT SELECT ON
	mlops.schedules,
	mlops.jobs,
	mlops.job_runs
TO PUBLIC;
