# Schedules make jobs, jobs train; what goes wrong is recorded.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $node = mlops_node('scheduler', 'mlops.max_jobs' => 1);
create_database($node, 'db');

# A model whose training takes as long as the table "pace" says.
$node->safe_psql('db', q(
    CREATE TABLE pace AS SELECT 0.0 AS seconds;
    CREATE TABLE points AS SELECT i AS id, i::float8 AS x, 2 * i + sin(i) AS y FROM generate_series(1, 600) AS i;
    CREATE VIEW slow AS SELECT x, y FROM points, (SELECT pg_sleep(seconds) FROM pace) AS wait;
    SELECT mlops_train('fast', 'points', target => 'y', algorithm => 'linear', key => 'id');
    SELECT mlops_train('slow', 'slow', target => 'y', algorithm => 'linear');
));

sub last_run {
    my ($model, $what) = @_;
    return value($node, 'db', "SELECT $what FROM mlops.job_runs WHERE model = '$model' ORDER BY id DESC LIMIT 1");
}
sub wait_for_run {
    my ($model, $condition, $name) = @_;
    ok(wait_until($node, 'db', "SELECT EXISTS (SELECT FROM mlops.job_runs WHERE model = '$model' AND $condition)"), $name);
    return;
}
my $running = q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'mlops job' AND application_name LIKE 'mlops job % (slow)'
    AND wait_event = 'PgSleep');
sub wait_for_job {
    wait_until($node, 'db', "SELECT count(*) = 1 FROM ($running) AS r") or die 'no job is running';
    return value($node, 'db', $running);
}
# The schedule stays, but is not due any more: one run only.
sub run_once {
    my ($model, $seconds) = @_;
    $node->safe_psql('db', "UPDATE pace SET seconds = $seconds");
    $node->safe_psql('db', "BEGIN; SELECT mlops_schedule('$model', '1 hour');
        UPDATE mlops.schedule SET next_due = now() - interval '3 hours' WHERE model = '$model'; COMMIT");
    return;
}

ok(wait_until($node, 'db', "SELECT count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'mlops launcher'"), 'one launcher runs');

# A schedule works by itself.
$node->safe_psql('db', "SELECT mlops_schedule('fast', '1 second')");
ok(wait_until($node, 'db', "SELECT count(*) >= 2 FROM mlops.job_runs WHERE outcome = 'succeeded'"), 'a schedule of one second makes jobs');
is(value($node, 'db', "SELECT mlops_unschedule('fast')"), 't', 'the schedule ends');
ok(wait_until($node, 'db', "SELECT NOT EXISTS (SELECT FROM mlops.jobs WHERE state IN ('queued', 'running'))"), 'nothing is left behind');
is(value($node, 'db', q(SELECT count(*) FROM mlops.job_runs AS r JOIN mlops.versions AS v USING (model, version)
        WHERE r.decision <> '' AND r.finished_at > r.started_at)),
    value($node, 'db', q(SELECT count(*) FROM mlops.job_runs WHERE outcome = 'succeeded')), 'every run has its version and its decision');
is(value($node, 'db', "SELECT DISTINCT kind || ' ' || reason FROM mlops.runs WHERE model = 'fast' AND version > 1"), 'retrain schedule',
    'trainings say why they were');
is(value($node, 'db', "SELECT mlops_unschedule('fast')"), 'f', 'a schedule ends once');

# Missed times run once.
run_once('slow', 0);
wait_for_run('slow', "outcome = 'succeeded'", 'what was missed runs');
is(value($node, 'db', "SELECT count(*), bool_and(due_at < now() - interval '2 hours') FROM mlops.jobs WHERE model = 'slow'"), '1|t', 'once');
is(value($node, 'db', "SELECT next_due > now() AND next_due <= now() + interval '1 hour' FROM mlops.schedules WHERE model = 'slow'"),
    't', 'and the schedule is due in the future');

# Cancelling, terminating.
run_once('slow', 100);
my $pid = wait_for_job();
is(value($node, 'db', "SELECT pid FROM mlops.progress WHERE model = 'slow'"), $pid, 'a job shows its progress');
is(last_run('slow', 'outcome, pid'), "running|$pid", 'running is seen by others');
$node->safe_psql('db', "SELECT pg_cancel_backend($pid)");
wait_for_run('slow', "sqlstate = '57014'", 'a cancelled job is recorded');
is(value($node, 'db', "SELECT state, attempts FROM mlops.jobs WHERE model = 'slow' ORDER BY id DESC LIMIT 1"), 'failed|1', 'and not tried again');

run_once('slow', 100);
$pid = wait_for_job();
$node->safe_psql('db', 'UPDATE pace SET seconds = 0');
$node->safe_psql('db', "SELECT pg_terminate_backend($pid)");
wait_for_run('slow', "outcome = 'lost' AND error <> '' AND finished_at IS NOT NULL", 'a terminated job is lost');
wait_for_run('slow', "outcome = 'succeeded' AND attempt = 2", 'and runs again');

# As another role, with its settings.
$node->safe_psql('db', q(
    CREATE ROLE owners NOLOGIN; CREATE ROLE ann LOGIN IN ROLE owners;
    ALTER ROLE ann SET statement_timeout = '3s';
    GRANT SELECT ON slow TO owners;
    SET ROLE owners; SELECT mlops_train('theirs', 'slow', target => 'y', algorithm => 'linear')));
my ($code, $out, $error) = $node->psql('db', "SET ROLE owners; SELECT mlops_schedule('theirs', '1 hour')");
like($error, qr/role "owners" may not log in.*run_as =>/s, 'a role that may not log in is refused');
$node->safe_psql('db', 'UPDATE pace SET seconds = 0');
$node->safe_psql('db', q(BEGIN; SELECT mlops_schedule('theirs', '1 hour', run_as => 'ann');
    UPDATE mlops.schedule SET next_due = now() WHERE model = 'theirs'; COMMIT));
wait_for_run('theirs', "outcome = 'succeeded'", 'a member of the owner runs the job');
is(value($node, 'db', "SELECT created_by FROM mlops.runs WHERE model = 'theirs' ORDER BY id DESC LIMIT 1"), 'ann', 'under its own name');
$node->safe_psql('db', q(UPDATE pace SET seconds = 100; BEGIN; SELECT mlops_schedule('theirs', '1 hour', run_as => 'ann');
    UPDATE mlops.schedule SET next_due = now() WHERE model = 'theirs'; COMMIT));
wait_for_run('theirs', "sqlstate = '57014'", 'statement_timeout of the role is obeyed');

# A process that cannot start: its role was locked out while the job waited for its turn.
run_once('slow', 100);
$pid = wait_for_job();
$node->safe_psql('db', q(UPDATE pace SET seconds = 0;
    BEGIN; SELECT mlops_schedule('theirs', '1 hour', run_as => 'ann');
    UPDATE mlops.schedule SET next_due = now() WHERE model = 'theirs'; COMMIT));
ok(wait_until($node, 'db', "SELECT state = 'queued' FROM mlops.jobs WHERE model = 'theirs' ORDER BY id DESC LIMIT 1"),
    'mlops.max_jobs = 1: the second job waits');
$node->safe_psql('db', "ALTER ROLE ann NOLOGIN; SELECT pg_cancel_backend($pid)");
wait_for_run('theirs', "outcome = 'failed' AND error LIKE '%could not start%' AND attempt = 1", 'a process that cannot start is seen');
$node->safe_psql('db', 'ALTER ROLE ann LOGIN');
wait_for_run('theirs', "outcome = 'succeeded' AND attempt = 2", 'and started again');

# A role that is gone or locked out by the time.
$node->safe_psql('db', q(UPDATE pace SET seconds = 0; BEGIN; SELECT mlops_schedule('theirs', '1 hour', run_as => 'ann');
    UPDATE mlops.schedule SET next_due = now() WHERE model = 'theirs'; ALTER ROLE ann NOLOGIN; COMMIT));
wait_for_run('theirs', "error LIKE '%may not log in%' AND pid IS NULL", 'a role that may not log in any more is told in the job');

# A broken job.
$node->safe_psql('db', q(DROP TABLE points CASCADE; BEGIN; SELECT mlops_schedule('fast', '1 hour');
    UPDATE mlops.schedule SET next_due = now() WHERE model = 'fast'; COMMIT));
wait_for_run('fast', "outcome = 'failed'", 'a job without its table fails');
is(last_run('fast', "sqlstate, error LIKE '%points%', version IS NULL"), '42P01|t|t', 'with the error');
is(value($node, 'db', "SELECT state, attempts FROM mlops.jobs WHERE model = 'fast' ORDER BY id DESC LIMIT 1"), 'failed|1', 'and is not tried again');

$node->stop;
done_testing();
