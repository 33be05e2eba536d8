# Parallel workers train the same trees, to the byte, whatever their number;
# that there are none is no error; no cancel and no failure leaves one behind.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time usleep);
use MlopsTest;

use constant BOUND_MS => 5000;

my $node = mlops_node('team', max_parallel_workers => 8, max_parallel_workers_per_gather => 0);
create_database($node, 'db');
create_wait($node, 'db');

# Cells enough for three members, and a table too small for any.
$node->safe_psql('db', q(
    SELECT setseed(0.5);
    DO $$ BEGIN EXECUTE (SELECT 'CREATE UNLOGGED TABLE points AS SELECT i AS id, i % 17 AS g, NULLIF(i % 23, 0) AS h, '
        || string_agg('random()::real AS x' || k, ', ') || ', random() AS w FROM generate_series(1, 200003) AS i' FROM generate_series(1, 20) AS k); END $$;
    ALTER TABLE points ADD y float8, ADD yes boolean, ADD kind text;
    UPDATE points SET y = x1 + x2 * x3 + sin(g) + random(), yes = x1 + x4 * (g % 3) + random() > 1.6, kind = 'k' || floor(2.9 * (x5 * 0.6 + random() * 0.4));
    CREATE TABLE few AS SELECT * FROM points WHERE id <= 2000;
    VACUUM ANALYZE points, few;
));

my $processors = `getconf _NPROCESSORS_ONLN` + 0;
my $most = $processors > 2 ? 2 : $processors - 1;
sub gbt {
    my ($model, $source, $options) = @_;
    return "mlops_train('$model', '$source', algorithm => 'gbt', key => 'id', deploy => 'never', $options)";
}

# The last version: digest and workers.
sub last_version {
    return split /\|/, value($node, 'db',
        q(SELECT v.digest, coalesce((r.timings ->> 'workers')::int, 0) FROM mlops.versions AS v JOIN mlops.runs AS r USING (model, version) ORDER BY r.id DESC LIMIT 1));
}

my $workers_now = q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker');

# Every task, with 0, 1 and 2 workers asked for.
for my $case ([ 'regression', gbt('r', 'points', q(target => 'y', exclude => '{yes,kind}', weight => 'w', params => '{"trees": 6}')) ],
    [ 'two classes', gbt('c', 'points', q(target => 'yes', exclude => '{y,kind,w}', params => '{"trees": 6, "early_stopping": 2}')) ],
    [ 'drawn rows', gbt('c', 'points', q(target => 'yes', exclude => '{y,kind,w}', params => '{"trees": 4, "subsample": 0.5}')) ],
    [ 'absolute error', gbt('r', 'points', q(target => 'y', exclude => '{yes,kind,w}', params => '{"trees": 4, "objective": "absolute"}')) ],
    [ 'three classes', gbt('k', 'points', q(target => 'kind', exclude => '{y,yes,w}', params => '{"trees": 3}')) ]) {
    my ($task, $statement) = @$case;
    my @seen;
    for my $asked (0, 1, 2) {
        my ($status, $out, $error) = $node->psql('db', "SET max_parallel_maintenance_workers = $asked; SELECT warnings FROM $statement");
        is($status, 0, "$task: trained with $asked workers") or diag($error);
        unlike($out, qr/parallel/, "$task: nothing to warn of");
        my ($digest, $workers) = last_version();
        push @seen, $digest;
        is($workers, $asked < $most ? $asked : $most, "$task: $workers of $asked workers took part on $processors processors");
    }
    is(scalar(grep { defined && $_ eq $seen[0] } @seen), 3, "$task: the same bytes");
}

# Small data asks for nobody.
$node->safe_psql('db', 'SELECT ' . gbt('r', 'few', q(target => 'y', exclude => '{yes,kind,w}')));
is((last_version())[1], 0, 'a small table is not worth a worker');

# Whatever surrounds the call.
my $short = gbt('m', 'points', q(target => 'yes', exclude => '{y,kind,w}', params => '{"trees": 3}'));
$node->safe_psql('db', "SET max_parallel_maintenance_workers = 0; SELECT $short");
my ($short_digest) = last_version();

sub surrounded {
    my ($name, $before, $statement, $after, $workers) = @_;
    my ($status, $out, $error) = $node->psql('db', "$before; $statement; $after");
    is($status, 0, "$name: trained") or diag($error);
    my ($digest, $took) = last_version();
    is($digest, $short_digest, "$name: the same bytes");
    is($took, $workers // $most, "$name: $took workers") if $workers // 1;
    return $out;
}
surrounded('no workers at all', 'SET max_parallel_workers = 0', "SELECT $short", '', 0);
surrounded('with an XID and new tables', 'BEGIN; CREATE TABLE made AS SELECT 1 AS a; SELECT pg_current_xact_id()', "SELECT $short", 'COMMIT');
surrounded('serializable', 'BEGIN ISOLATION LEVEL SERIALIZABLE', "SELECT $short", 'COMMIT');
surrounded('INSERT .. SELECT', 'CREATE TABLE results (v int)', "INSERT INTO results SELECT version FROM $short", 'SELECT * FROM results');
surrounded('a savepoint', 'BEGIN; SAVEPOINT a', "SELECT $short", 'RELEASE a; COMMIT');
surrounded('PL/pgSQL with a handler', '', "DO \$\$ BEGIN PERFORM version FROM $short; EXCEPTION WHEN division_by_zero THEN RAISE; END \$\$", '');
surrounded('two in a statement', '', "SELECT (SELECT version FROM $short), (SELECT version FROM $short)", '');
surrounded('a prepared transaction of SQL', "PREPARE train AS SELECT version FROM $short; EXECUTE train", 'EXECUTE train', '');

# An error that all members meet.
my ($status, $out, $error) = $node->psql('db', "CREATE TABLE huge AS SELECT id, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, y * 1e10 AS y, 1e300 * (1 + w) AS w FROM points;
    SELECT mlops_train('huge', 'huge', target => 'y', weight => 'w', algorithm => 'gbt', key => 'id')");
like($error, qr/too large/, 'an error of the computation is told as it is');
is(value($node, 'db', $workers_now), '0', 'an error: no worker is left');

# The session goes on, with whatever it did before.
my $long = gbt('m', 'points', q(target => 'yes', exclude => '{y,kind,w}', params => '{"trees": 5000, "early_stopping": 0}'));
my $trainer = background($node, 'db', on_error_stop => 0);
my $other = background($node, 'db', on_error_stop => 0);
my $pid = $trainer->query_safe('SELECT pg_backend_pid()');
my $versions = value($node, 'db', 'SELECT count(*) FROM mlops.version');
my %told;

sub wait_in_other {
    my ($query, $expected) = @_;
    return ($other->query_safe("SELECT wait_for(\$q\$$query\$q\$, '$expected', 60)") // '') =~ $expected;
}

# Start a long training, interrupt it by a query when the workers are busy.
sub interrupt {
    my ($what, $query, $message) = @_;

    $trainer->{stdout} = $trainer->{stderr} = '';
    $trainer->{stdin} .= "SELECT $long\n;\n\\echo done\n\\warn done\n";
    $trainer->{run}->pump_nb;
    ok(wait_in_other("SELECT iteration > 0 FROM mlops.progress WHERE pid = $pid", 't'), "$what: a training runs");
    is($other->query_safe($workers_now), $most, "$what: workers are busy");
    usleep(20_000);
    my $started = time();
    $other->query_safe($query);
    ok(wait_in_other("SELECT state FROM pg_stat_activity WHERE pid = $pid", '^idle$'), "$what: the session is idle");
    ok(wait_in_other($workers_now, '^0$'), "$what: no worker is left");
    my $took = 1000 * (time() - $started);
    cmp_ok($took, '<', BOUND_MS, "$what: in time");
    push @{ $told{$what} }, $took;
    $trainer->{run}->pump until $trainer->{stderr} =~ /done/ && $trainer->{stdout} =~ /done/;
    like($trainer->{stderr}, $message, "$what: is told");
    $trainer->{stdout} = $trainer->{stderr} = '';
    is($trainer->query_safe('SELECT count(*) FROM mlops.version'), $versions, "$what: the session goes on, nothing was written");
    return;
}

my @interrupts = ([ 'cancel', "SELECT pg_cancel_backend($pid)", qr/canceling statement due to user request/ ]);
push @interrupts, [ 'a worker is terminated', q(SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'parallel worker' LIMIT 1),
    qr/terminating .*due to administrator command/ ] if $most > 0;
for my $interrupt (@interrupts) {
    interrupt(@$interrupt) for 1 .. 3;
}
# Long enough for a first tree on a busy machine; the bound counts from that tree on.
$trainer->query_safe("SET statement_timeout = 4000");
interrupt('statement_timeout', 'SELECT pg_sleep(0)', qr/canceling statement due to statement timeout/);
$trainer->query_safe("RESET statement_timeout");

# A handler that catches the cancel can train again.
is($trainer->query_safe(qq(SET statement_timeout = 1500; SELECT 1)), '1', 'a timeout for what follows');
$trainer->query_safe(qq(CREATE FUNCTION again() RETURNS text LANGUAGE plpgsql AS \$f\$ DECLARE v int; BEGIN
        BEGIN
            PERFORM $long;
        EXCEPTION WHEN query_canceled THEN
            SELECT version INTO v FROM $short;
        END;
        RETURN (SELECT digest FROM mlops.versions WHERE version = v);
    END \$f\$));
is($trainer->query_safe('SELECT again()'), $short_digest, 'after a cancel that was caught a team can be had again');
$trainer->query_safe('RESET statement_timeout');
eval { $trainer->quit };

# In a background job.
$node->safe_psql('db', "BEGIN; SELECT mlops_schedule('m', '1 hour'); UPDATE mlops.schedule SET next_due = now() - interval '3 hours' WHERE model = 'm'; COMMIT");
ok(wait_until($node, 'db', "SELECT EXISTS (SELECT FROM mlops.job_runs WHERE model = 'm' AND outcome = 'succeeded')"), 'a job trains');
is((last_version())[1], $most, 'a job has workers, too');
$node->safe_psql('db', "SELECT mlops_unschedule('m')");
$other->quit;
$node->stop;

# A server without a place for another process.
$node->append_conf('postgresql.conf', 'max_worker_processes = 1');
$node->start;
($status, $out, $error) = $node->psql('db', "SELECT warnings FROM $short");
is($status, 0, 'no process to be had: trained') or diag($error);
like($out, qr/0 of $most parallel workers took part/, 'no process to be had: a warning') if $most > 0;
is((last_version())[0], $short_digest, 'no process to be had: the same bytes');
$node->stop;

for my $what (sort keys %told) {
    my @sorted = sort { $a <=> $b } @{ $told{$what} };
    diag(sprintf('%-30s median %4.0f ms, longest %4.0f ms of %d', $what, $sorted[ @sorted / 2 ], $sorted[-1], scalar @sorted));
}
done_testing();
