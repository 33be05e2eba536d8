-- Dumps. pg_dump writes the rows of every table and the state of every
-- sequence. The extension is trusted: its members belong to the bootstrap
-- superuser, while the extension belongs to whoever created it, and a plain
-- database owner must be able to dump and restore what he created. So the
-- extension's owner gets rights on what is dumped.

DO $mlops$
DECLARE
	extension_owner pg_catalog.name;
	dumped record;
BEGIN
	SELECT r.rolname INTO STRICT extension_owner
	FROM pg_catalog.pg_extension AS e
	JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) e.extowner
	WHERE e.extname OPERATOR(pg_catalog.=) 'mlops';

	FOR dumped IN
		SELECT c.oid AS relation, c.relname, c.relkind OPERATOR(pg_catalog.=) 'S' AS is_sequence
		FROM pg_catalog.pg_class AS c
		JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
		WHERE n.nspname OPERATOR(pg_catalog.=) 'mlops'
			AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'S']::pg_catalog."char"[])
		ORDER BY c.relname
	LOOP
		IF dumped.is_sequence THEN
			EXECUTE pg_catalog.format('GRANT SELECT, UPDATE, USAGE ON SEQUENCE mlops.%I TO %I',
				dumped.relname, extension_owner);
		ELSE
			EXECUTE pg_catalog.format('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE mlops.%I TO %I',
				dumped.relname, extension_owner);
		END IF;
		PERFORM pg_catalog.pg_extension_config_dump(dumped.relation, '');
	END LOOP;
END
$mlops$;
