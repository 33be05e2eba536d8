-- Views for people. Each shows what belongs to models that the current role
-- may use: its own, those of roles that it is a member of, all for superusers.
-- That rule stands in mlops.visible_model only. Owners are stored by name, so
-- that a dropped role hides its models from all but superusers.

CREATE VIEW mlops.visible_model WITH (security_barrier) AS
SELECT m.name AS model, m.owner, m.task, m.created_at
FROM mlops.model AS m
WHERE (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r
		WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER)
	OR EXISTS (SELECT 1 FROM pg_catalog.pg_roles AS r
		WHERE r.rolname OPERATOR(pg_catalog.=) m.owner
			AND pg_catalog.pg_has_role(r.oid, 'USAGE'));
COMMENT ON VIEW mlops.visible_model IS 'Models that the current role may use; the other views show what belongs to these';

CREATE VIEW mlops.models WITH (security_barrier) AS
SELECT m.model AS name,
	m.owner,
	m.task,
	newest.target,
	(SELECT pg_catalog.count(*) FROM mlops.version AS v
		WHERE v.model OPERATOR(pg_catalog.=) m.model) AS versions,
	(SELECT a.version FROM mlops.alias AS a
		WHERE a.model OPERATOR(pg_catalog.=) m.model
			AND a.alias OPERATOR(pg_catalog.=) 'champion') AS champion,
	m.created_at
FROM mlops.visible_model AS m
LEFT JOIN LATERAL (
	SELECT v.target FROM mlops.version AS v
	WHERE v.model OPERATOR(pg_catalog.=) m.model
	ORDER BY v.version DESC
	LIMIT 1) AS newest ON true;
COMMENT ON VIEW mlops.models IS 'Models with their owner, task, number of versions and the champion: the version that a bare name means';

CREATE VIEW mlops.versions WITH (security_barrier) AS
SELECT v.model,
	v.version,
	v.task,
	v.algorithm,
	v.target,
	v.classes,
	v.metric,
	v.value,
	v.baseline,
	v.rows,
	v.train_rows,
	v.holdout_rows,
	ARRAY(SELECT a.alias FROM mlops.alias AS a
		WHERE a.model OPERATOR(pg_catalog.=) v.model
			AND a.version OPERATOR(pg_catalog.=) v.version
		ORDER BY a.alias) AS aliases,
	v.params,
	v.split,
	v.warnings,
	pg_catalog.encode(v.digest, 'hex') AS digest,
	v.artifact_bytes,
	v.created_at,
	v.created_by,
	v.request OPERATOR(pg_catalog.->>) 'warm_start' AS continues,
	v.request OPERATOR(pg_catalog.->>) 'warm_start_digest' AS continues_digest
FROM mlops.version AS v
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) v.model;
COMMENT ON VIEW mlops.versions IS 'Trained versions: what they learnt from, their metric beside the baseline, parameters, aliases, warnings, digest (sha256 of the artifact); continues: the version that a warm start went on from, with its digest';

CREATE VIEW mlops.metrics WITH (security_barrier) AS
SELECT x.model,
	x.version,
	x.part,
	x.metric,
	x.class,
	x.value,
	x.low,
	x.high,
	x.baseline,
	x.rows
FROM mlops.metric AS x
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) x.model;
COMMENT ON VIEW mlops.metrics IS 'Metrics stored with versions, with 95 % intervals; part: train, holdout or cv';

CREATE VIEW mlops.features WITH (security_barrier) AS
SELECT f.model,
	f.version,
	f.role,
	f.position,
	f.name,
	f.type,
	f.kind,
	f.profile
FROM mlops.feature AS f
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) f.model;
COMMENT ON VIEW mlops.features IS 'Columns that versions learnt from, in order, with the profile of the training rows that drift is measured against';

CREATE VIEW mlops.runs WITH (security_barrier) AS
SELECT r.id,
	r.model,
	r.version,
	r.kind,
	r.started_at,
	r.finished_at,
	r.timings,
	r.iterations,
	r.train_loss,
	r.seed,
	r.reason,
	r.deployed,
	r.decision,
	r.created_by,
	r.iterations_made,
	r.trees
FROM mlops.run AS r
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) r.model;
COMMENT ON VIEW mlops.runs IS 'Finished trainings with their timings and the decision to deploy or to keep, in words';

CREATE VIEW mlops.training_curve WITH (security_barrier) AS
SELECT c.model,
	c.version,
	(c.first OPERATOR(pg_catalog.+) loss.ordinal OPERATOR(pg_catalog.-) 1)::pg_catalog.int4 AS iteration,
	loss.train_loss,
	loss.validation_loss,
	c.first OPERATOR(pg_catalog.+) loss.ordinal OPERATOR(pg_catalog.-) 1 OPERATOR(pg_catalog.=) c.best AS best
FROM mlops.curve AS c
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) c.model
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.train_loss), pg_catalog.unnest(c.validation_loss))
	WITH ORDINALITY AS loss(train_loss, validation_loss, ordinal);
COMMENT ON VIEW mlops.training_curve IS 'Losses of versions after each iteration, on the rows learnt from and on those set aside to stop early; best: the iteration that the version ends with';

CREATE VIEW mlops.partitions WITH (security_barrier) AS
SELECT p.model,
	p.version,
	p.key AS partition,
	p.rows,
	p.train_rows,
	p.judged_rows,
	p.metric,
	p.value,
	p.global_value,
	p.fallback,
	p.reason,
	p.warnings
FROM mlops.partition AS p
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) p.model;
COMMENT ON VIEW mlops.partitions IS 'Groups of versions that were trained with partition_by: rows, metric on rows not learnt from of the model that serves the group and of the model of all rows; fallback: the model of all rows serves it, with the reason';

CREATE VIEW mlops.drift_results WITH (security_barrier) AS
SELECT d.id,
	d.model,
	d.version,
	d.measured_at,
	d.source,
	d.feature,
	d.kind,
	d.measure,
	d.value,
	d.threshold,
	d.p_value,
	d.n_reference,
	d.n_current,
	d.drifted,
	d.reason
FROM mlops.drift_result AS d
JOIN mlops.visible_model AS m ON m.model OPERATOR(pg_catalog.=) d.model;
COMMENT ON VIEW mlops.drift_results IS 'Drift that retrainings measured against the version before';

-- A model that was dropped leaves its log behind, and another one may take its
-- name: rows from before the model was made are for those who acted.
CREATE VIEW mlops.audit WITH (security_barrier) AS
SELECT l.id,
	l.at,
	l.role,
	l.session_role,
	l.action,
	l.model,
	l.version,
	l.alias,
	l.detail
FROM mlops.audit_log AS l
WHERE EXISTS (SELECT 1 FROM mlops.visible_model AS m
		WHERE m.model OPERATOR(pg_catalog.=) l.model
			AND m.created_at OPERATOR(pg_catalog.<=) l.at)
	OR EXISTS (SELECT 1 FROM pg_catalog.pg_roles AS r
		WHERE r.rolname OPERATOR(pg_catalog.=) l.role
			AND pg_catalog.pg_has_role(r.oid, 'USAGE'))
	OR (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r
		WHERE r.rolname OPERATOR(pg_catalog.=) CURRENT_USER);
COMMENT ON VIEW mlops.audit IS 'Who did what to which model';

CREATE VIEW mlops.deployments WITH (security_barrier) AS
SELECT l.id,
	l.at,
	l.role,
	l.action,
	l.model,
	l.alias,
	l.version,
	CASE WHEN pg_catalog.jsonb_typeof(l.detail OPERATOR(pg_catalog.->) 'previous') OPERATOR(pg_catalog.=) 'number'
		THEN (l.detail OPERATOR(pg_catalog.->) 'previous')::pg_catalog.int4 END AS previous,
	l.detail OPERATOR(pg_catalog.->>) 'reason' AS reason
FROM mlops.audit AS l
WHERE l.action OPERATOR(pg_catalog.=) ANY (ARRAY['deploy', 'rollback']);
COMMENT ON VIEW mlops.deployments IS 'Every move of an alias: to which version, from which, by whom and why';

CREATE VIEW mlops.algorithms AS
SELECT a.algorithm,
	a.title,
	a.tasks,
	a.parameter,
	a.aliases,
	a.type,
	a.initial,
	a.minimum,
	a.maximum,
	a.text
FROM @extschema@.mlops_algorithms() AS a;
COMMENT ON VIEW mlops.algorithms IS 'Algorithms and their parameters: other names, type, default, range, meaning';

CREATE VIEW mlops.progress AS
SELECT p.pid,
	p.role,
	p.model,
	p.algorithm,
	p.phase,
	p.percent,
	p.rows,
	p.iteration,
	p.loss,
	p.started_at,
	p.eta
FROM @extschema@.mlops_progress() AS p;
COMMENT ON VIEW mlops.progress IS 'Trainings that run now in this database: phase, percent of it, rows, iteration, loss, estimated rest of the phase';

GRANT SELECT ON
	mlops.models,
	mlops.versions,
	mlops.metrics,
	mlops.features,
	mlops.runs,
	mlops.training_curve,
	mlops.partitions,
	mlops.drift_results,
	mlops.audit,
	mlops.deployments,
	mlops.algorithms,
	mlops.progress
TO PUBLIC;
