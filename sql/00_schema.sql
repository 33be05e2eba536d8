-- The fixed schema of tables and views. Functions land in the schema that
-- CREATE EXTENSION is given.

CREATE SCHEMA mlops;
COMMENT ON SCHEMA mlops IS 'Registry, runs and schedules of the extension mlops; people read the views (plural names)';
GRANT USAGE ON SCHEMA mlops TO PUBLIC;
