# A cancel is obeyed in every phase of a training and of scoring, whether it
# comes from another session or from statement_timeout; afterwards the session
# works and nothing is half-written. The milliseconds until the session was
# idle again are told; only a generous bound is a failure.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time usleep);
use MlopsTest;

use constant BOUND_MS => 5000;

my $node = mlops_node('cancel', 'mlops.training_memory' => '4GB', max_parallel_workers_per_gather => 0);
create_database($node, 'db');
create_wait($node, 'db');

# Rows and columns enough that every phase takes longer than the waits below.
$node->safe_psql('db', q(
    SELECT setseed(0.5);
    CREATE UNLOGGED TABLE long AS SELECT i AS id, random() AS a, random() AS b, random() AS c, random() AS d,
        i % 997 AS e, 'k' || i % 200 AS f, random() < 0.3 AS yes, random() AS y
        FROM generate_series(1, 700000) AS i;
    DO $$ BEGIN EXECUTE (SELECT 'CREATE UNLOGGED TABLE wide AS SELECT ' || string_agg('random()::real AS x' || g, ', ') || ', random() AS y FROM generate_series(1, 6000)' FROM generate_series(1, 900) g); END $$;
    VACUUM ANALYZE long, wide;
    SELECT mlops_train('wood', 'SELECT a, b, c, d, e, f, yes FROM long WHERE id <= 20000', target => 'yes', algorithm => 'gbt',
        params => '{"trees": 300, "early_stopping": 0, "leaves": 31}');
    SELECT mlops_train('line', 'SELECT a, b, c, d, e, f, y FROM long WHERE id <= 20000', target => 'y', algorithm => 'linear')));

my $state = q(SELECT (SELECT count(*) FROM mlops.model), (SELECT count(*) FROM mlops.version), (SELECT count(*) FROM mlops.artifact),
    (SELECT count(*) FROM mlops.alias), (SELECT count(*) FROM mlops.metric), (SELECT count(*) FROM mlops.feature),
    (SELECT count(*) FROM mlops.run), (SELECT count(*) FROM mlops.audit_log), (SELECT count(*) FROM mlops.progress));
my $before = value($node, 'db', $state);
my %told;

my $trainer = background($node, 'db', on_error_stop => 0);
my $other = background($node, 'db', on_error_stop => 0);
my $pid = $trainer->query_safe('SELECT pg_backend_pid()');

# Does the query in the other session come to answer as expected?
sub wait_in_other {
    my ($query, $expected, $seconds) = @_;
    return ($other->query_safe("SELECT wait_for(\$q\$$query\$q\$, '$expected', $seconds)") // '') =~ $expected;
}

sub idle { return wait_in_other("SELECT state FROM pg_stat_activity WHERE pid = $pid", '^idle$', 120); }

# Let a statement run until it is in the phase (undef: do not look) and for some
# milliseconds more, and cancel it. Returns what it said and how long the session
# needed to be idle.
sub try_cancel {
    my ($phase, $milliseconds, $statement) = @_;

    $trainer->{stdout} = $trainer->{stderr} = '';
    $trainer->{stdin} .= "$statement\n;\n\\echo done\n\\warn done\n";
    $trainer->{run}->pump_nb;
    wait_in_other("SELECT state FROM pg_stat_activity WHERE pid = $pid", '^active$', 20);
    wait_in_other("SELECT coalesce((SELECT phase FROM mlops.progress WHERE pid = a.pid), state) FROM pg_stat_activity AS a WHERE pid = $pid", "$phase|^idle\$", 60) if defined $phase;
    usleep(1000 * $milliseconds);
    my $started = time();
    $other->query_safe("SELECT pg_cancel_backend($pid)");
    idle();
    my $took = 1000 * (time() - $started);
    $trainer->{run}->pump until $trainer->{stderr} =~ /done/ && $trainer->{stdout} =~ /done/;
    my $said = $trainer->{stderr};
    $trainer->{stdout} = $trainer->{stderr} = '';
    return ($said, $took);
}

# A machine may be faster than the wait: then wait for less.
sub cancel_in {
    my ($what, $phase, $milliseconds, $statement) = @_;
    my ($said, $took);

    for (1 .. 10) {
        ($said, $took) = try_cancel($phase, $milliseconds, $statement);
        last if $said =~ /\S/ && $said !~ /^\s*done\s*$/;
        $before = value($node, 'db', $state);
        $milliseconds /= 2;
    }
    like($said, qr/canceling statement due to user request/, "$what: was cancelled");
    cmp_ok($took, '<', BOUND_MS, "$what: in time");
    push @{ $told{$what} }, $took;
    return;
}

sub check_after {
    my ($what) = @_;
    is($trainer->query_safe("SELECT round(mlops_predict('line', t.*)::numeric) IS NOT NULL FROM long AS t WHERE id = 1"), 't', "$what: the session goes on");
    is(value($node, 'db', $state), $before, "$what: nothing was written, nothing is in progress");
    return;
}

my $gbt = q(SELECT version FROM mlops_train('wood', 'long', target => 'yes', algorithm => 'gbt', params => '{"trees": 2000, "early_stopping": 0}'));
my @cases = (
    [ 'reading', '^read', 30, $gbt ],
    [ 'reading a slow query', '^read', 100, q(SELECT version FROM mlops_train('slow', 'SELECT l.a, m.b, l.y FROM long l JOIN long m ON l.id < m.id', target => 'y')) ],
    [ 'gbt', '^fit', 200, $gbt ],
    [ 'random forest', '^fit', 300, q(SELECT version FROM mlops_train('wood', 'long', target => 'yes', algorithm => 'random_forest', params => '{"min_rows": 1}')) ],
    [ 'logistic', '^fit', 100, q(SELECT version FROM mlops_train('wood', 'long', target => 'yes', algorithm => 'logistic')) ],
    [ 'linear, 900 columns', '^fit', 100, q(SELECT version FROM mlops_train('line', 'wide', target => 'y', algorithm => 'linear')) ],
    [ 'one model per group', '^fitting groups', 100, q(SELECT version FROM mlops_train('line', 'SELECT a, b, c, d, e, y FROM long WHERE id <= 200000', target => 'y', algorithm => 'linear', partition_by => '{e}')) ],
    [ 'between reading and fitting', undef, 550, $gbt ],
    [ 'evaluation', undef, 700, q(SELECT count(*) FROM mlops_evaluate('wood', 'long')) ],
    [ 'importance', undef, 1500, q(SELECT count(*) FROM mlops_importance('wood', 'long')) ],
    [ 'going on from an earlier version', '^fit', 300, q(SELECT version FROM mlops_train('wood', 'long', warm_start => 'wood@1')) ],
    [ 'drift', undef, 400, q(SELECT count(*) FROM mlops_drift('wood', 'long')) ],
    [ 'drift between', undef, 500, q(SELECT count(*) FROM mlops_drift_between('long', 'long')) ],
    [ 'scoring a big table', undef, 300, q(SELECT sum(mlops_probability('wood', t.*)) FROM long AS t) ],
);

for my $case (@cases) {
    my ($what) = @$case;
    cancel_in(@$case) for 1 .. 3;
    check_after($what);
}

# A prepared statement can be cancelled and executed again.
$trainer->query_safe(q(PREPARE scores(int) AS SELECT sum(mlops_probability('wood', t.*)) FROM long AS t WHERE id <= $1));
cancel_in('a prepared statement', undef, 200, 'EXECUTE scores(700000)');
like($trainer->query_safe('EXECUTE scores(10)'), qr/^\d/, 'a prepared statement: works again');
check_after('a prepared statement');

# statement_timeout, at every moment of a short training and a short scoring.
my $missed = 0;
for my $milliseconds (map { 10 * $_ } 1 .. 40) {
    my $started = time();
    my ($status, $out, $error) = $node->psql('db', "SET statement_timeout = $milliseconds; SELECT version FROM mlops_train('wood', 'SELECT * FROM long WHERE id <= 100000', target => 'yes',
        algorithm => '" . ($milliseconds % 20 ? 'gbt' : 'logistic') . "', params => '" . ($milliseconds % 20 ? '{"trees": 2000, "early_stopping": 0}' : '{}') . "', deploy => 'never') ");
    my $took = 1000 * (time() - $started);
    if ($error =~ /canceling statement due to statement timeout/) {
        push @{ $told{'statement_timeout (with the start of psql)'} }, $took - $milliseconds;
        $missed++ if $took > $milliseconds + BOUND_MS;
    }
    else {
        isnt($out, '', "a training of less than $milliseconds ms ended");
    }
}
is($missed, 0, 'statement_timeout is obeyed');
cmp_ok(scalar(@{ $told{'statement_timeout (with the start of psql)'} }), '>', 5, 'it struck some trainings');
is(value($node, 'db', 'SELECT count(*) FROM mlops.progress'), '0', 'statement_timeout: nothing is in progress');
is(value($node, 'db', q(SELECT count(*) FROM mlops.version AS v WHERE NOT EXISTS (SELECT FROM mlops.artifact AS a WHERE (a.model, a.version) = (v.model, v.version))
    OR NOT EXISTS (SELECT FROM mlops.run AS r WHERE (r.model, r.version) = (v.model, v.version)))), '0', 'statement_timeout: no version is half-written');

# A cancel inside a block with an exception handler is the handler's.
is(value($node, 'db', q(
    CREATE FUNCTION caught() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
        PERFORM version FROM mlops_train('wood', 'long', target => 'yes', algorithm => 'gbt', params => '{"trees": 2000, "early_stopping": 0}');
        RETURN 'ended';
    EXCEPTION WHEN query_canceled THEN
        RETURN 'caught, ' || (SELECT count(*) FROM mlops.progress) || ' in progress';
    END $$;
    SET statement_timeout = 400;
    SELECT caught())), 'caught, 0 in progress', 'a handler catches the cancel');

# A session that is terminated leaves nothing either.
$trainer->{stdin} .= "$gbt\n;\n";
$trainer->{run}->pump_nb;
ok(wait_in_other("SELECT phase FROM mlops.progress WHERE pid = $pid", '^fit', 60), 'terminate: a training runs');
my $started = time();
$other->query_safe("SELECT pg_terminate_backend($pid)");
ok(wait_in_other("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid", '^0$', 20), 'terminate: the session is gone');
push @{ $told{'terminate'} }, 1000 * (time() - $started);
is($other->query_safe('SELECT count(*) FROM mlops.progress'), '0', 'terminate: nothing is in progress');

for my $what (sort keys %told) {
    my @sorted = sort { $a <=> $b } @{ $told{$what} };
    diag(sprintf('%-45s median %4.0f ms, longest %4.0f ms of %d', $what, $sorted[ @sorted / 2 ], $sorted[-1], scalar @sorted));
}

eval { $trainer->quit };
$other->quit;
$node->stop;
done_testing();
