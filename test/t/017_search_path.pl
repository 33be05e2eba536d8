# What a hostile user can plant is not run: functions, operators, casts and
# tables in front of the search_path, views, row security, column rights.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $node = mlops_node('hostile_names');
create_database($node, 'db');
$node->safe_psql('db', q(
    CREATE ROLE alice LOGIN;
    CREATE ROLE mallory LOGIN;
    GRANT CREATE, USAGE ON SCHEMA public TO alice, mallory;
    CREATE TABLE stolen (what text);
    GRANT INSERT ON stolen TO PUBLIC));

sub as {
    my ($role, $sql) = @_;
    return $node->safe_psql('db', $sql, extra_params => [ '-U', $role ]);
}

sub fails {
    my ($role, $sql, $message, $what) = @_;
    my ($status, $out, $error) = $node->psql('db', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $role ]);
    return like($error, $message, $what);
}

# Mallory plants what constant SQL might pick up, in a schema in front of
# everything and in pg_temp, and then lets the extension write and read.
my $plant = q(
    CREATE SCHEMA IF NOT EXISTS evil;
    CREATE OR REPLACE FUNCTION evil.take(what text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.stolen VALUES (what || ' as ' || current_user); RETURN true; END $$;
    CREATE OR REPLACE FUNCTION evil.text_eq(a text, b text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.take('text ='); RETURN a OPERATOR(pg_catalog.=) b; END $$;
    CREATE OR REPLACE FUNCTION evil.int_eq(a int, b int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.take('int ='); RETURN a OPERATOR(pg_catalog.=) b; END $$;
    CREATE OR REPLACE FUNCTION evil.int_minus(a int, b int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.take('int -'); RETURN a OPERATOR(pg_catalog.-) b; END $$;
    CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.text_eq);
    CREATE OPERATOR evil.= (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.int_eq);
    CREATE OPERATOR evil.- (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.int_minus);
    CREATE OR REPLACE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.take('now'); RETURN pg_catalog.now(); END $$;
    CREATE OR REPLACE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.take('clock'); RETURN pg_catalog.clock_timestamp(); END $$;
    CREATE OR REPLACE FUNCTION evil.cardinality(a int[]) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.take('cardinality'); RETURN pg_catalog.cardinality(a); END $$;
    CREATE OR REPLACE FUNCTION evil.count(a int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.take('count'); RETURN 1; END $$;
    CREATE TEMP TABLE model AS SELECT 'x'::text AS name;
    CREATE TEMP TABLE version AS SELECT 1 AS version;
    CREATE TEMP TABLE jsonb (x int);
    CREATE TEMP TABLE text (x int);
    CREATE TEMP TABLE pg_class (x int);
    SET search_path = evil, pg_temp, pg_catalog, public;);
$node->safe_psql('db', 'GRANT CREATE ON DATABASE db TO mallory; ALTER DATABASE db SET client_min_messages = warning');
as('mallory', qq($plant
    CREATE TABLE public.of_mallory AS SELECT i AS id, i * 2.0 AS x, i * 4.0 AS y FROM generate_series(1, 700) AS i;
    SELECT version FROM mlops_train('hers', 'public.of_mallory', target => 'y', algorithm => 'linear', exclude => '{id}');
    SELECT version FROM mlops_train('hers', 'public.of_mallory', target => 'y', algorithm => 'gbt', exclude => '{id}', deploy => 'always');
    SELECT version FROM mlops_retrain('hers', deploy => 'never');
    SELECT mlops_deploy('hers\@1', 'challenger');
    SELECT mlops_rollback('hers');
    SELECT count(*) FROM mlops_evaluate('hers', 'public.of_mallory');
    SELECT count(*) FROM mlops_drift('hers', 'public.of_mallory');
    SELECT mlops_predict('hers', t.*) FROM public.of_mallory AS t LIMIT 1;
    SELECT count(*) FROM mlops.models; SELECT count(*) FROM mlops.versions; SELECT count(*) FROM mlops.deployments; SELECT count(*) FROM mlops.runs; SELECT count(*) FROM mlops.audit;
    SELECT mlops_drop_model('hers')));
is(value($node, 'db', q(SELECT count(*) FROM stolen WHERE what !~ ' as mallory$')), '0', 'nothing planted runs as anybody else');
is(value($node, 'db', q(SELECT count(*) FROM stolen WHERE what ~ 'clock|cardinality|now')), '0', 'functions of our statements are those of pg_catalog');
$node->safe_psql('db', 'TRUNCATE stolen');

# The same traps, walked into by a superuser whose search_path leads there.
$node->safe_psql('db', q(SET search_path = evil, public;
    SELECT version FROM mlops_train('his', 'public.of_mallory', target => 'y', algorithm => 'linear', exclude => '{id}');
    SELECT version FROM mlops_train('his', 'public.of_mallory', target => 'y', algorithm => 'linear', exclude => '{id}', deploy => 'always');
    SELECT mlops_rollback('his');
    SELECT count(*) FROM mlops.models; SELECT count(*) FROM mlops.versions; SELECT count(*) FROM mlops.deployments; SELECT count(*) FROM mlops.runs; SELECT count(*) FROM mlops.audit));
is(value($node, 'db', 'SELECT string_agg(DISTINCT what, E\'\n\') FROM stolen'), '', 'a hostile search_path reaches neither functions nor views');

# A trigger, a default, a function of a source: user code runs as the caller.
as('mallory', q(CREATE FUNCTION public.spy(x float8) RETURNS float8 LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.stolen SELECT 'source as ' || current_user WHERE random() < 0.05; RETURN x; END $$;
    CREATE VIEW public.spying AS SELECT id, public.spy(x) AS x, y FROM public.of_mallory));
$node->psql('db', q(SELECT version FROM mlops_train('spied', 'public.spying', target => 'y', algorithm => 'linear', exclude => '{id}')), extra_params => [ '-U', 'mallory' ]);
is(value($node, 'db', q(SELECT count(*) FROM stolen WHERE what <> 'source as mallory')), '0', 'code of a source runs as the caller');

# Escaping the switch of roles: inside a source it is not even entered.
fails('mallory', q(SELECT mlops_train('m', $$SELECT set_config('role', 'postgres', false) AS a, x, y FROM of_mallory$$, target => 'y')), qr/ERROR:  42501: permission denied to set role/, 'a source cannot become another role');
is(as('mallory', q(SELECT current_user)), 'mallory', 'roles are as they were');

# The tables themselves.
for my $table (qw(model version alias artifact metric feature run schedule job job_run drift_result audit_log)) {
    fails('mallory', "SELECT * FROM mlops.$table", qr/ERROR:  42501: permission denied for table $table/, "mlops.$table cannot be read");
    fails('mallory', "DELETE FROM mlops.$table", qr/ERROR:  42501: permission denied for table $table/, "mlops.$table cannot be written");
}
fails('mallory', 'CREATE TABLE mlops.mine (x int)', qr/ERROR:  42501: permission denied for schema mlops/, 'nothing can be planted in the schema mlops');

# Models of others.
as('alice', q(CREATE TABLE of_alice AS SELECT i AS id, i * 2.0 AS x, i * 4.0 AS y FROM generate_series(1, 700) AS i;
    SELECT version FROM mlops_train('secret', 'of_alice', target => 'y', algorithm => 'linear', exclude => '{id}')));
my %calls = (
    predict => q(mlops_predict('secret', '{"x": 1}')), evaluate => q(mlops_evaluate('secret')), drift => q(mlops_drift('secret', 'of_mallory')),
    train => q(mlops_train('secret', 'of_mallory', target => 'y')), retrain => q(mlops_retrain('secret', 'of_mallory')), deploy => q(mlops_deploy('secret@1', 'x')),
    rollback => q(mlops_rollback('secret')), drop => q(mlops_drop_model('secret')),
);
fails('mallory', "SELECT $calls{$_}", qr/ERROR:  42501: permission denied for model "secret"/, "a stranger cannot $_") for sort keys %calls;
is(as('mallory', "SELECT (SELECT count(*) FROM mlops.$_ AS v WHERE v::text ~ 'secret')"), '0', "mlops.$_ hides it") for qw(models versions metrics features runs audit deployments);

# A view does not lend the rights of its owner, a function with them does.
as('alice', q(CREATE VIEW scores AS SELECT id, mlops_predict('secret', t.*) AS p FROM of_alice AS t; GRANT SELECT ON scores TO mallory;
    CREATE FUNCTION score(x float8) RETURNS float8 LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$ SELECT mlops_predict('secret', jsonb_build_object('x', $1)) $$));
fails('mallory', 'SELECT * FROM scores', qr/ERROR:  42501: permission denied for model "secret"/, 'the caller of a view needs the right');
is(as('mallory', 'SELECT round(score(3))'), '6', 'a function of the owner lends it');

# One session, two roles: what was resolved for one is not the other's.
my ($status, $out, $error) = $node->psql('db', q(\set VERBOSITY verbose
    SET plan_cache_mode = force_generic_plan;
    PREPARE p AS SELECT round(mlops_predict('secret', '{"x": 3}'));
    SET ROLE alice; EXECUTE p; SET ROLE mallory; EXECUTE p));
is($out, '6', 'a prepared statement scores for the owner');
like($error, qr/ERROR:  42501: permission denied for model "secret"/, 'and is refused after SET ROLE');

# Row security and column rights of the source are the caller's.
as('alice', q(ALTER TABLE of_alice ENABLE ROW LEVEL SECURITY; CREATE POLICY part ON of_alice FOR SELECT TO mallory USING (id <= 600); GRANT SELECT ON of_alice TO mallory));
is(as('mallory', q(SELECT rows FROM mlops_train('rows', 'of_alice', target => 'y', algorithm => 'linear', exclude => '{id}'))), '600', 'row security hides rows from a training');
is(as('alice', q(SELECT rows FROM mlops_train('all rows', 'of_alice', target => 'y', algorithm => 'linear', exclude => '{id}'))), '700', 'but not from the owner');
as('alice', q(ALTER TABLE of_alice DISABLE ROW LEVEL SECURITY; REVOKE SELECT ON of_alice FROM mallory; GRANT SELECT (x, y) ON of_alice TO mallory));
fails('mallory', q(SELECT mlops_train('columns', 'of_alice', target => 'y', algorithm => 'linear')), qr/ERROR:  42501: permission denied for table of_alice/, 'a hidden column refuses the whole table');
is(as('mallory', q(SELECT rows FROM mlops_train('columns', 'SELECT x, y FROM of_alice', target => 'y', algorithm => 'linear'))), '700', 'a query with the permitted columns works');
as('alice', q(REVOKE SELECT (y) ON of_alice FROM mallory));
fails('mallory', q(SELECT mlops_retrain('columns')), qr/ERROR:  42501: permission denied for table of_alice/, 'a right that was taken away is missed at once');
fails('mallory', q(SELECT mlops_evaluate('columns', 'SELECT x, y FROM of_alice')), qr/ERROR:  42501: permission denied/, 'also for evaluation');

# What alice lets others do through membership.
$node->safe_psql('db', 'CREATE ROLE team; GRANT team TO alice, mallory; GRANT CREATE ON SCHEMA public TO team');
as('alice', q(SET ROLE team; CREATE TABLE of_team AS SELECT i AS id, i * 2.0 AS x, i * 4.0 AS y FROM generate_series(1, 700) AS i;
    SELECT version FROM mlops_train('shared', 'of_team', target => 'y', algorithm => 'linear', exclude => '{id}')));
is(as('mallory', q(SELECT round(mlops_predict('shared', '{"x": 3}')))), '6', 'members of the owner may score');

$node->stop;
done_testing();
