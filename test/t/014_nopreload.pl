# Without shared_preload_libraries everything works but what needs shared
# memory or processes; that says so.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $node = mlops_node('nopreload', preload => 0);
create_database($node, 'db');
load_table($node, 'db', 'customers', 'houses');

# Each psql is a new session, which loads the library at its first call.
is(value($node, 'db', q(SELECT version, deployed FROM mlops_train('churn', 'customers', target => 'churned', algorithm => 'gbt'))), '1|t', 'trains');
is(value($node, 'db', q(SELECT version FROM mlops_retrain('churn', deploy => 'always'))), '2', 'retrains');
is(value($node, 'db', q(SELECT mlops_rollback('churn'))), '1', 'rolls back');
is(value($node, 'db', q(SELECT count(mlops_probability('churn', c)) FROM customers AS c)), '7043', 'scores');
is(value($node, 'db', q(SELECT count(*) > 5 FROM mlops_drift('churn', 'customers'))), 't', 'measures drift');
is(value($node, 'db', q(SELECT count(*) > 5 FROM mlops_evaluate('churn', 'customers'))), 't', 'evaluates');
is(value($node, 'db', q(SELECT count(*) FROM mlops.versions)), '2', 'shows versions');

my ($status, $out, $error) = $node->psql('db', "\\set VERBOSITY verbose\nSELECT * FROM mlops.progress");
like($error, qr/ERROR:  55000: progress is known only when mlops is loaded at server start/, 'mlops.progress says what it needs');
like($error, qr/HINT:  Add mlops to shared_preload_libraries and restart the server\./, 'and what to do');

# Settings: those of sessions are known, those of the server's start cannot be set.
is(value($node, 'db', q(LOAD 'mlops'; SET mlops.training_memory = '100MB'; SHOW mlops.training_memory)), '100MB', 'settings of sessions work');
($status, $out, $error) = $node->psql('db', q(LOAD 'mlops'; SET mlops.nothing = 1));
like($error, qr/invalid configuration parameter name "mlops.nothing"/, 'unknown settings are refused');

$node->append_conf('postgresql.conf', "mlops.max_jobs = 3\nmlops.scheduler = off");
$node->restart;
is(value($node, 'db', q(SELECT count(mlops_probability('churn', c)) FROM customers AS c)), '7043', 'settings of the scheduler in the configuration disturb nobody');

$node->stop;
done_testing();
