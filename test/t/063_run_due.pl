# Without preloading, mlops_run_due() runs what is due.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $node = mlops_node('plain', preload => 0);
create_database($node, 'db');
$node->safe_psql('db', q(
    CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; GRANT CREATE ON SCHEMA public TO ann, bob;
    CREATE TABLE points AS SELECT i AS id, i::float8 AS x, 2 * i + sin(i) AS y FROM generate_series(1, 600) AS i;
    GRANT SELECT ON points TO ann, bob;
    CREATE TABLE seen (who text, session text); GRANT INSERT ON seen TO PUBLIC;
    CREATE TABLE harm (kind text); INSERT INTO harm VALUES ('none'); GRANT SELECT ON harm TO PUBLIC;
    CREATE FUNCTION tricky(x float8) RETURNS float8 LANGUAGE plpgsql AS $$
    BEGIN
        IF x = 1 THEN
            INSERT INTO seen VALUES (current_user, session_user);
            IF (SELECT kind = 'temporary table' FROM harm) THEN CREATE TEMP TABLE mine (a int); END IF;
            IF (SELECT kind = 'role' FROM harm) THEN SET ROLE postgres; END IF;
        END IF;
        RETURN x;
    END $$;
));
for my $role ('ann', 'bob') {
    $node->safe_psql('db', qq(SET ROLE $role;
        SELECT mlops_train('$role', 'SELECT tricky(x) AS x, y FROM points', target => 'y', algorithm => 'linear');
        SELECT mlops_train('$role 2', 'points', target => 'y', algorithm => 'linear', key => 'id')));
}
$node->safe_psql('db', 'DELETE FROM seen');

my ($code, $out, $error) = $node->psql('db', "SET ROLE ann; SELECT mlops_schedule('ann', '1 day')");
like($error, qr/no scheduler runs.*shared_preload_libraries.*mlops_run_due/s, 'a schedule says that nothing will run it');
my $superuser = value($node, 'db', 'SELECT current_user');
for my $role ('ann', 'bob') {
    $node->safe_psql('db', qq(SET ROLE $role; SELECT mlops_schedule('$role', '1 day'), mlops_schedule('$role 2', '1 day')));
}
my $due = q(UPDATE mlops.schedule SET next_due = now() - interval '3 days');
my $run = q(SELECT string_agg(model || ' ' || outcome, ', ' ORDER BY model) FROM mlops_run_due());

is(value($node, 'db', $run), '', 'nothing is due yet');
$node->safe_psql('db', $due);
is(value($node, 'db', "SET ROLE ann; $run"), 'ann succeeded, ann 2 succeeded', 'a role runs its own');
is(value($node, 'db', "SET ROLE ann; $run"), '', 'once');
is(value($node, 'db', $run), 'bob succeeded, bob 2 succeeded', 'a superuser runs all');
is(value($node, 'db', 'SELECT string_agg(who || session, \' \' ORDER BY who) FROM seen'), "ann$superuser bob$superuser", 'each as its role');
is(value($node, 'db', "SELECT count(*) FROM mlops.job_runs WHERE outcome = 'succeeded' AND decision <> ''"), '4', 'all are recorded');

# Nothing gets out of its role, and nobody's error stops the others.
$node->safe_psql('db', "$due; UPDATE harm SET kind = 'temporary table'");
is(value($node, 'db', $run), 'ann failed, ann 2 succeeded, bob failed, bob 2 succeeded', 'an error is recorded, not raised');
is(value($node, 'db', q(SELECT DISTINCT error FROM mlops.job_runs WHERE error IS NOT NULL)),
    'cannot create temporary table within security-restricted operation', 'a job is restricted');
$node->safe_psql('db', "$due; UPDATE harm SET kind = 'role'");
is(value($node, 'db', "$run; SELECT current_user"), "ann failed, ann 2 succeeded, bob failed, bob 2 succeeded\n$superuser", 'SET ROLE is refused');

# Undone with the caller's transaction.
$node->safe_psql('db', "$due; UPDATE harm SET kind = 'none'");
my $before = value($node, 'db', 'SELECT count(*) FROM mlops.job_runs');
value($node, 'db', "BEGIN; $run; ROLLBACK");
is(value($node, 'db', 'SELECT count(*) FROM mlops.job_runs'), $before, 'a rollback undoes the jobs');
is(value($node, 'db', $run), 'ann succeeded, ann 2 succeeded, bob succeeded, bob 2 succeeded', 'and they run again');

# Two callers at once: the second passes over what the first works on.
$node->safe_psql('db', $due);
my $session = background($node, 'db');
$session->query_safe('BEGIN');
is($session->query_safe("SET ROLE ann; $run"), 'ann succeeded, ann 2 succeeded', 'one caller works');
is(value($node, 'db', $run), 'bob succeeded, bob 2 succeeded', 'another passes over what he has');
$session->query_safe('COMMIT');
is(value($node, 'db', $run), '', 'and finds it done');
$session->quit;

# A row that names a role whose rights the extension's owner has not.
$node->safe_psql('postgres', 'CREATE ROLE carl LOGIN; CREATE DATABASE carls OWNER carl');
$node->safe_psql('carls', q(SET SESSION AUTHORIZATION carl; CREATE EXTENSION mlops;
    CREATE TABLE points AS SELECT i AS id, i::float8 AS x, 2 * i + sin(i) AS y FROM generate_series(1, 600) AS i;
    SELECT mlops_train('m', 'points', target => 'y', algorithm => 'linear', key => 'id');
    SELECT mlops_schedule('m', '1 day');
    UPDATE mlops.schedule SET next_due = now()));
is(value($node, 'carls', "SET SESSION AUTHORIZATION carl; $run"), 'm succeeded', 'the owner of the extension runs his own');
$node->safe_psql('carls', qq(SET SESSION AUTHORIZATION carl;
    UPDATE mlops.schedule SET next_due = now(), run_as = '$superuser'; UPDATE mlops.model SET owner = '$superuser'));
is(value($node, 'carls', $run), 'm failed', 'but nothing as a superuser');
like(value($node, 'carls', "SELECT error FROM mlops.job_runs WHERE error IS NOT NULL"), qr/must not run as role/, 'and the job says so');

$node->stop;
done_testing();
