# Jobs and schedules outlive crashes and restarts.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $node = mlops_node('crash', restart_after_crash => 'on');
create_database($node, 'db');
$node->safe_psql('db', q(
    CREATE TABLE pace AS SELECT 0.0 AS seconds;
    CREATE TABLE points AS SELECT i AS id, i::float8 AS x, 2 * i + sin(i) AS y FROM generate_series(1, 600) AS i;
    CREATE VIEW slow AS SELECT x, y FROM points, (SELECT pg_sleep(seconds) FROM pace) AS wait;
    SELECT mlops_train('slow', 'slow', target => 'y', algorithm => 'linear');
));

sub run_slowly {
    $node->safe_psql('db', q(UPDATE pace SET seconds = 100));
    $node->safe_psql('db', q(BEGIN; SELECT mlops_schedule('slow', '1 hour');
        UPDATE mlops.schedule SET next_due = now(); COMMIT));
    my $sleeping = q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'mlops job' AND wait_event = 'PgSleep');
    wait_until($node, 'db', "SELECT count(*) = 1 FROM ($sleeping) AS s") or die 'no job is running';
    my $pid = value($node, 'db', $sleeping);
    $node->safe_psql('db', q(UPDATE pace SET seconds = 0; CHECKPOINT));
    return $pid;
}
my $last = q(SELECT string_agg(outcome, ' ' ORDER BY attempt) FROM mlops.job_runs
    WHERE job = (SELECT max(id) FROM mlops.jobs));

my $pid = run_slowly();
is(kill('KILL', $pid), 1, 'a job is killed');
ok($node->poll_query_until('db', $last, 'lost succeeded'), 'the crash is seen and the job runs again');
is(value($node, 'db', 'SELECT state, attempts FROM mlops.jobs ORDER BY id DESC LIMIT 1'), 'succeeded|2', 'as its second attempt');

run_slowly();
$node->stop('immediate');
$node->start;
ok($node->poll_query_until('db', $last, 'lost succeeded'), 'so it is after the server was stopped in the middle');

run_slowly();
$node->restart;
ok($node->poll_query_until('db', $last, 'lost succeeded'), 'and after a restart');

# What became due while the server was down.
my $jobs = value($node, 'db', 'SELECT count(*) FROM mlops.jobs');
$node->safe_psql('db', q(UPDATE mlops.schedule SET next_due = now() - interval '5 hours'));
$node->restart;
ok(wait_until($node, 'db', "SELECT count(*) = 1 FROM mlops.jobs WHERE state = 'succeeded' AND due_at < now() - interval '4 hours'"),
    'a schedule that was due while the server was down runs');
is(value($node, 'db', 'SELECT count(*) FROM mlops.jobs'), $jobs + 1, 'once');

# A job that always kills its process ends.
$node->safe_psql('db', q(SELECT mlops_unschedule('slow');
    INSERT INTO mlops.job (kind, model, arguments, run_as, due_at, run_after, state, attempts, max_attempts, created_at)
    VALUES ('retrain', 'slow', '{}', current_user, now(), now(), 'running', 3, 3, now());
    INSERT INTO mlops.job_run (job, attempt, pid, started_at, outcome) SELECT max(id), 3, 1, now(), 'running' FROM mlops.job));
$node->restart;
ok(wait_until($node, 'db', "SELECT state = 'failed' FROM mlops.jobs ORDER BY id DESC LIMIT 1"), 'the last lost attempt is the last');
is(value($node, 'db', $last), 'lost', 'and it is not run again');

# The launcher itself.
$node->safe_psql('db', q(SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'mlops launcher'));
$node->safe_psql('db', q(BEGIN; SELECT mlops_schedule('slow', '1 hour'); UPDATE mlops.schedule SET next_due = now(); COMMIT));
ok($node->poll_query_until('db', $last, 'succeeded'), 'a launcher that was terminated comes back');

$node->stop;
done_testing();
