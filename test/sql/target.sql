-- What a target column means: task, classes, the positive one.
CREATE SCHEMA target_test;
SET search_path = target_test, public;

-- Train on a column called y made from i; what was understood, or the error.
CREATE FUNCTION understand(y text, task text = NULL, positive text = NULL, rows integer = 100)
RETURNS TABLE (said text) LANGUAGE plpgsql AS $$
DECLARE
	result mlops.train_result;
	message text; detail text; hint text;
BEGIN
	result := mlops_train('target ' || coalesce(task, '') || y, format('SELECT i %% 7 AS x, %s AS y FROM generate_series(1, %s) AS i', y, rows),
		target => 'y', task => task, positive => positive, features => ARRAY['x']);
	RETURN QUERY SELECT concat_ws(' ', result.task, result.algorithm, v.classes, result.rows) FROM mlops.versions AS v
		WHERE v.model = result.model AND v.version = result.version;
	RETURN QUERY SELECT w FROM unnest(result.warnings) AS w WHERE w NOT LIKE 'no better than the baseline%';
	PERFORM mlops_drop_model(result.model);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN QUERY SELECT line FROM (VALUES (SQLSTATE || ': ' || message), ('DETAIL: ' || nullif(detail, '')), ('HINT: ' || nullif(hint, ''))) AS lines (line)
		WHERE line IS NOT NULL;
END $$;

-- The task from the type and the values
SELECT * FROM understand('i % 3 = 0');
SELECT * FROM understand('i % 2');
SELECT * FROM understand('(i % 2)::smallint');
SELECT * FROM understand('(i % 2)::bigint');
SELECT * FROM understand('1 + i % 2');
SELECT * FROM understand('i % 10');
SELECT * FROM understand('i % 11');
SELECT * FROM understand('(i % 2)::numeric');
SELECT * FROM understand('(i % 2)::real');
SELECT * FROM understand('(i % 13) / 3.0::float8');
SELECT * FROM understand($$(ARRAY['left', 'right'])[1 + i % 2]$$);
SELECT * FROM understand($$(ARRAY['left', 'right'])[1 + i % 2]::varchar(5)$$);
SELECT * FROM understand($$(ARRAY['left', 'right'])[1 + i % 2]::char(5)$$);
CREATE TYPE side AS ENUM ('right', 'left');
SELECT * FROM understand($$(ARRAY['left', 'right'])[1 + (i % 3) / 2]::side$$);
SELECT * FROM understand($$md5((i % 2)::text)::uuid$$);

-- Forced
SELECT * FROM understand('1 + i % 2', task => 'classification');
SELECT * FROM understand('i % 2', task => 'regression');
SELECT * FROM understand('i % 3 = 0', task => 'regression');
SELECT * FROM understand('(i % 2)::numeric', task => 'classification');
SELECT * FROM understand('(2.50 + i % 2)::numeric(5,2)', task => 'classification');
SELECT * FROM understand('0.5 + (i % 2)::float8', task => 'classification');
SELECT * FROM understand('''a'' || i % 2', task => 'regression');
SELECT * FROM understand('i % 2', task => 'forecast');
SELECT * FROM understand('i % 2', task => 'Classification');

-- The positive class: the named one, else what looks like a yes, else the rarer
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN 'no' ELSE 'YES' END$$);
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN 'Positive' ELSE 'negative' END$$);
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN 'off' ELSE 'On' END$$);
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN 'F' ELSE 'T' END$$);
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN '1' ELSE 'y' END$$);
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN 'stayed' ELSE 'left' END$$);
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN 'left' ELSE 'stayed' END$$);
SELECT * FROM understand($$CASE WHEN i % 2 = 0 THEN 'left' ELSE 'stayed' END$$);
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN 'left' ELSE 'stayed' END$$, positive => 'stayed');
SELECT * FROM understand('i % 3 = 0', positive => 'false');
SELECT * FROM understand('i % 2', positive => '0');
SELECT * FROM understand('1 + i % 2', task => 'classification', positive => '2');
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN 'left' ELSE 'stayed' END$$, positive => 'Left');
SELECT * FROM understand('i % 2', positive => 'true');
SELECT * FROM understand('i % 13', positive => '1');

-- Labels are the text of the value, whatever it holds
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN 'it''s "x"' ELSE 'größer' END$$);
SELECT * FROM understand($$CASE WHEN i % 3 = 0 THEN '' ELSE ' ' END$$);

-- Rows without a target are left out of everything
SELECT * FROM understand('CASE WHEN i > 60 THEN NULL ELSE i % 3 = 0 END');
SELECT * FROM understand('CASE WHEN i > 60 THEN NULL ELSE i % 13 END');
SELECT * FROM understand('nullif(i % 3, 2)');

-- More than two classes: labels in byte order, none is positive
SELECT * FROM understand($$(ARRAY['red', 'green', 'blue'])[1 + i % 3]$$);
SELECT * FROM understand('8 + i % 3', task => 'classification');
SELECT * FROM understand('(i % 4) / 4.0::float8', task => 'classification');
SELECT * FROM understand('(i % 3) * 1.50::numeric(4,2)', task => 'classification');
CREATE TYPE size AS ENUM ('S', 'M', 'L');
SELECT * FROM understand($$(ARRAY['L', 'M', 'S'])[1 + i % 3]::size$$);
SELECT * FROM understand($$(ARRAY['red', 'green', 'blue'])[1 + i % 3]$$, positive => 'red');
-- A class of one row is left out
SELECT * FROM understand($$CASE i WHEN 7 THEN 'stray' ELSE 'c' || i % 3 END$$);
SELECT * FROM understand($$CASE i WHEN 7 THEN 'stray' ELSE 'c' || i % 2 END$$);
SELECT * FROM understand($$'c' || CASE WHEN i < 8 THEN i ELSE 9 END$$);

-- What cannot be learnt
SELECT * FROM understand('i % 150', task => 'classification', rows => 1000);
SELECT * FROM understand($$'class ' || i % 150$$, rows => 1000);
SELECT * FROM understand($$'name ' || i % 60$$);
SELECT * FROM understand('true');
SELECT * FROM understand('1');
SELECT * FROM understand('1', task => 'classification');
SELECT * FROM understand('NULL::integer');
SELECT * FROM understand('NULL::text');
SELECT * FROM understand('i = 1');
SELECT * FROM understand('i % 2', rows => 0);
SELECT * FROM understand('i % 2', rows => 1);
SELECT * FROM understand('i % 2', rows => 2);
SELECT * FROM understand('i', rows => 1);
SELECT * FROM understand('i', rows => 2);
SELECT * FROM understand('9007199254740993 + i % 2', task => 'classification');
SELECT * FROM understand('date ''2020-01-01'' + i');
SELECT * FROM understand('now()');
SELECT * FROM understand('ARRAY[i]');
SELECT * FROM understand('interval ''1 day'' * i');
SELECT * FROM understand($$'NaN'::float8$$);
SELECT * FROM understand($$CASE WHEN i = 5 THEN 'infinity' ELSE i::float8 END$$);

-- The target of a later version must fit the model
SELECT version, task FROM mlops_train('target', 'SELECT i % 7 AS x, i % 3 = 0 AS y FROM generate_series(1, 100) AS i', target => 'y');
SELECT version, task FROM mlops_train('target', 'SELECT i % 7 AS x, i % 13 AS y FROM generate_series(1, 100) AS i', target => 'y');
SELECT version, task FROM mlops_train('target', 'SELECT i % 7 AS x, i % 13 AS y FROM generate_series(1, 100) AS i', target => 'y', deploy => 'never');
SELECT versions, task FROM mlops.models WHERE name = 'target';

SELECT mlops_drop_model('target');
SET client_min_messages = warning;
DROP SCHEMA target_test CASCADE;
