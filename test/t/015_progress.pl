# Another session sees a training in mlops.progress while it runs, and nothing
# once it has ended, failed or been killed.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);
use MlopsTest;

my $node = mlops_node('progress', restart_after_crash => 'on');
create_database($node, 'db');
create_wait($node, 'db');
create_database($node, 'other');
$node->safe_psql('db', q(
    CREATE ROLE trainer LOGIN;
    CREATE ROLE stranger LOGIN;
    CREATE ROLE watcher LOGIN IN ROLE pg_read_all_stats;
    GRANT CREATE ON SCHEMA public TO trainer;
    CREATE TABLE long AS SELECT i AS id, random() AS a, random() AS b, i % 997 AS c, 'k' || i % 50 AS d, random() < 0.3 AS yes
        FROM generate_series(1, 300000) AS i;
    GRANT SELECT ON long TO trainer));

my $trainer = background($node, 'db', on_error_stop => 0, extra_params => [ '-U', 'trainer' ]);
my $watcher = background($node, 'db');
my $pid = $trainer->query_safe('SELECT pg_backend_pid()');
my $training = q(SELECT version FROM mlops_train('watched', 'long', target => 'yes', algorithm => 'gbt', params => '{"trees": 5000, "early_stopping": 0}'));

sub start_training {
    $trainer->{stdin} .= "$training\n;\n\\echo ended\n\\warn ended\n";
    $trainer->{run}->pump_nb;
    return;
}

sub end_training {
    $trainer->{run}->pump until $trainer->{stderr} =~ /ended/ && $trainer->{stdout} =~ /ended/;
    $trainer->{stdout} = $trainer->{stderr} = '';
    return;
}

# A row of the watcher's query, as soon as it says what is expected.
sub watch {
    my ($columns, $condition, $expected) = @_;
    return $watcher->query_safe("SELECT wait_for(\$q\$SELECT concat_ws('|', $columns) FROM mlops.progress WHERE $condition\$q\$, '$expected')");
}

is($watcher->query_safe('SELECT count(*) FROM mlops.progress'), '0', 'nothing runs');

start_training();
my $first = watch('role, model, algorithm, phase, percent, rows, iteration, loss, eta IS NOT NULL, started_at <= clock_timestamp()',
    'iteration >= 3', 'fitting');
like($first, qr/^trainer\|watched\|gbt\|fitting\|[\d.]+\|\d+\|\d+\|[\d.]+\|t\|t$/, 'who trains what, phase, percent, rows, iteration, loss and the estimated rest');
my $iteration = (split /\|/, $first)[6];
my $later = watch('iteration, percent', "iteration > $iteration", '^[0-9]');
cmp_ok((split /\|/, $later)[0], '>', $iteration, 'the iteration goes on');
like((split /\|/, $later)[1], qr/^(100|\d\d?)(\.\d)?$/, 'percent is between 0 and 100');
is($watcher->query_safe("SELECT pid = $pid FROM mlops.progress"), 't', 'it is the process that trains');

is(value($node, 'other', 'SELECT count(*) FROM mlops.progress'), '0', 'another database does not see it');
is($node->safe_psql('db', 'SELECT count(*) FROM mlops.progress', extra_params => [ '-U', 'stranger' ]), '0', 'a role without rights does not see it');
is($node->safe_psql('db', 'SELECT count(*) FROM mlops.progress', extra_params => [ '-U', 'watcher' ]), '1', 'a monitoring role sees it');
is($node->safe_psql('db', 'SELECT count(*) FROM mlops.progress', extra_params => [ '-U', 'trainer' ]), '1', 'the role itself sees it');

$watcher->query_safe("SELECT pg_cancel_backend($pid)");
end_training();
is($watcher->query_safe('SELECT count(*) FROM mlops.progress'), '0', 'nothing after a cancel');

# The phases that come, in order.
$training = q(SELECT version FROM mlops_train('watched', 'long', target => 'yes', algorithm => 'gbt', params => '{"trees": 20, "early_stopping": 0}'));
start_training();
my @phases;
while (@phases < 20) {
    my $phase = $watcher->query_safe("SELECT wait_for(\$q\$SELECT coalesce((SELECT phase FROM mlops.progress), state) FROM pg_stat_activity WHERE pid = $pid\$q\$,
        '" . (@phases ? "^(?!(active|$phases[-1])\$)" : '^(?!(idle|active)$)') . "')");
    last if $phase eq 'idle';
    push @phases, $phase;
}
end_training();
diag("phases seen: @phases");
is(scalar(grep { $_ eq 'fitting' } @phases), 1, 'fitting is one phase');
is(join(' ', grep { /^(reading|fitting)$/ } @phases), 'reading fitting', 'reading comes before fitting');
is($watcher->query_safe('SELECT count(*) FROM mlops.progress'), '0', 'nothing after the end');
is($watcher->query_safe('SELECT count(*) FROM mlops.versions'), '1', 'the training ended well');

# A savepoint that is rolled back ends what began in it, and not more.
my ($status, $out, $error) = $node->psql('db', q(
    BEGIN;
    SAVEPOINT s;
    SELECT mlops_train('watched', 'long', target => 'nothing');
    ROLLBACK TO s;
    SELECT 'left: ' || count(*) FROM mlops.progress;
    COMMIT), on_error_stop => 0);
like($out, qr/left: 0/, 'nothing after a failure in a savepoint');

# Killed, the server starts over.
$training = q(SELECT version FROM mlops_train('watched', 'long', target => 'yes', algorithm => 'gbt', params => '{"trees": 5000, "early_stopping": 0}'));
start_training();
watch('phase', 'true', 'fitting');
kill 'KILL', $pid;
ok(wait_until($node, 'db', 'SELECT count(*) = 0 FROM mlops.progress'), 'nothing after a crash');
is(value($node, 'db', 'SELECT count(*) FROM mlops.versions'), '1', 'and nothing half-written');

eval { $trainer->quit };
eval { $watcher->quit };
$node->stop;
done_testing();
