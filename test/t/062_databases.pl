# Several databases, and everything that happens to databases.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $node = mlops_node('databases');
my $model = q(
    CREATE TABLE points AS SELECT i AS id, i::float8 AS x, 2 * i + sin(i) AS y FROM generate_series(1, 600) AS i;
    SELECT mlops_train('m', 'points', target => 'y', algorithm => 'linear', key => 'id');
    SELECT mlops_schedule('m', '1 second'));
my $works = q(SELECT count(*) >= 2 FROM mlops.job_runs WHERE outcome = 'succeeded');

for my $name ('one', 'two') {
    create_database($node, $name);
    $node->safe_psql($name, $model);
}
ok(wait_until($node, $_, $works), "schedules run in database $_") for 'one', 'two';

# Commands that no session may be in the way of.
my $failed = 0;
for my $i (1 .. 5) {
    my ($code) = $node->psql('postgres', "CREATE DATABASE copy$i TEMPLATE one");
    $failed++ if $code;
}
is($failed, 0, 'a database with schedules can be copied');
$node->safe_psql('copy1', 'DELETE FROM mlops.job_run');
ok(wait_until($node, 'copy1', $works), 'the copy runs its schedule');
for my $i (1 .. 5) {
    my ($code) = $node->psql('postgres', "DROP DATABASE copy$i");
    $failed++ if $code;
}
is($failed, 0, 'databases with schedules can be dropped');
$node->safe_psql('postgres', 'ALTER DATABASE one RENAME TO uno');
$node->safe_psql('uno', 'DELETE FROM mlops.job_run');
ok(wait_until($node, 'uno', $works), 'a renamed database runs its schedule');

# The extension goes and comes back.
$node->safe_psql('uno', 'DROP EXTENSION mlops');
$node->safe_psql('uno', 'CREATE EXTENSION mlops');
is(value($node, 'uno', 'SELECT count(*) FROM mlops.schedules'), '0', 'a new extension has no schedules');
$node->safe_psql('uno', 'DROP TABLE points');
$node->safe_psql('uno', $model);
ok(wait_until($node, 'uno', $works), 'schedules run in an extension that was made again');
ok(wait_until($node, 'two', "SELECT max(started_at) > now() - interval '10 seconds' FROM mlops.job_runs"), 'the other database goes on');

# DROP EXTENSION in a transaction that stays open holds up only its own database.
my $session = background($node, 'uno');
$session->query_safe('BEGIN; DROP EXTENSION mlops');
$node->safe_psql('two', 'DELETE FROM mlops.job_run');
ok(wait_until($node, 'two', $works), 'a database that is locked does not hold up others');
$session->query_safe('ROLLBACK');
$node->safe_psql('uno', 'DELETE FROM mlops.job_run');
ok(wait_until($node, 'uno', $works), 'and goes on when it is free');
$session->quit;

# Objects of another version than the library's are left alone.
$node->safe_psql('uno', "UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'mlops'");
ok($node->wait_for_log(qr/schedules wait: the extension mlops is of version 0\.0\.9/), 'schedules wait for ALTER EXTENSION UPDATE');
$node->safe_psql('uno', q(UPDATE pg_extension SET extversion = e.default_version FROM pg_available_extensions AS e
    WHERE extname = 'mlops' AND e.name = 'mlops'; DELETE FROM mlops.job_run; SELECT mlops_schedule('m', '1 second')));
ok(wait_until($node, 'uno', $works), 'and run after it');

# Switched off and on again. A job that was queued just before stays queued.
$node->safe_psql('postgres', 'ALTER SYSTEM SET mlops.scheduler = off');
$node->reload;
ok(wait_until($node, 'two', q(SELECT NOT EXISTS (SELECT FROM mlops.jobs WHERE state = 'running')
    AND (SELECT next_due < now() - interval '2 seconds' FROM mlops.schedules))), 'mlops.scheduler = off stops it');
$node->safe_psql('postgres', 'ALTER SYSTEM SET mlops.scheduler = on');
$node->reload;
$node->safe_psql('two', 'DELETE FROM mlops.job_run');
ok(wait_until($node, 'two', $works), 'mlops.scheduler = on starts it');

# The server's slots go to its own launcher, ours, and as many processes as are left.
$node->safe_psql('postgres', 'ALTER SYSTEM SET max_worker_processes = 2');
$node->restart;
ok($node->wait_for_log('schedules wait for a free background worker'), 'that no process can be had is said');
$node->safe_psql('postgres', 'ALTER SYSTEM SET max_worker_processes = 3');
$node->restart;
$node->safe_psql('two', 'DELETE FROM mlops.job_run');
ok(wait_until($node, 'two', $works), 'one process besides the launcher is enough');

$node->stop;
my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
unlike($log, qr/PANIC|TRAP|server process .* was terminated/, 'no process crashed');
is(scalar(() = $log =~ /schedules wait for a free/g), 2, 'what is lacking is said once after each start');
done_testing();
