# On a standby nothing runs; after its promotion everything does.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $primary = mlops_node('primary', allows_streaming => 1);
create_database($primary, 'db');
$primary->safe_psql('db', q(
    CREATE TABLE points AS SELECT i AS id, i::float8 AS x, 2 * i + sin(i) AS y FROM generate_series(1, 600) AS i;
    SELECT mlops_train('m', 'points', target => 'y', algorithm => 'linear', key => 'id')));
$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;

$primary->safe_psql('db', "SELECT mlops_schedule('m', '1 second')");
ok(wait_until($standby, 'db', "SELECT count(*) >= 2 FROM mlops.job_runs WHERE outcome = 'succeeded'"), 'a standby sees the jobs of the primary');
is(value($standby, 'db', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'mlops%'"), '0', 'and runs none itself');
for my $call ("mlops_schedule('m', '1 day')", "mlops_unschedule('m')", 'mlops_run_due()') {
    my ($code, $out, $error) = $standby->psql('db', "SELECT $call");
    like($error, qr/cannot execute mlops_\w+\(\) (during recovery|in a read-only transaction)/, "$call is refused");
}
$primary->stop;
my $runs = value($standby, 'db', 'SELECT count(*) FROM mlops.job_runs');
$standby->promote;
ok(wait_until($standby, 'db', "SELECT count(*) >= $runs + 2 FROM mlops.job_runs WHERE outcome = 'succeeded'"), 'after its promotion it runs them');

$standby->stop;
done_testing();
