# A hot standby scores as the primary does, to the bit, shows the same views,
# refuses what would write, and follows deployments as soon as they are replayed.
use strict;
use warnings;
use Test::More;
use MlopsTest;
use MlopsState;

my $primary = mlops_node('primary', allows_streaming => 1);
create_database($primary, 'db');
load_table($primary, 'db', 'customers', 'houses');
train_examples($primary, 'db');

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

sub replay {
    $primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
    return;
}

replay();
is(value($standby, 'db', 'SELECT pg_is_in_recovery()'), 't', 'the standby is one');
is(predictions($standby, 'db'), predictions($primary, 'db'), 'the same predictions to the bit');
is(view_rows($standby, 'db'), view_rows($primary, 'db'), 'the same rows in every view');
is(value($standby, 'db', 'SELECT count(*) FROM mlops.progress'), '0', 'nothing is in progress');

# What only reads.
my @reads = (
    q(SELECT * FROM mlops_evaluate('churn') ORDER BY 1, 2, 3),
    q(SELECT * FROM mlops_evaluate('churn@1', 'SELECT * FROM customers WHERE id % 3 = 0') ORDER BY 1, 2, 3),
    q(SELECT * FROM mlops_confusion('churn') ORDER BY 1, 2),
    q(SELECT * FROM mlops_importance('churn', 'customers')),
    q(SELECT * FROM mlops_drift('churn', 'SELECT * FROM customers WHERE tenure_months < 12') ORDER BY 1, 2, 3),
    q(SELECT * FROM mlops_drift_between('SELECT * FROM houses WHERE id % 2 = 0', 'houses') ORDER BY 1, 2, 3),
    q(SELECT mlops_classify('churn', c), mlops_probabilities('churn', c) FROM customers AS c WHERE id < 100 ORDER BY id),
);
is(value($standby, 'db', $_), value($primary, 'db', $_), "same answer: $_") for @reads;

# What would write: refused before any work is done, by name.
sub refused {
    my ($call, $message) = @_;
    my ($status, $out, $error) = $standby->psql('db', "\\set VERBOSITY verbose\n$call;");
    like($error, qr/ERROR:  25006: cannot execute \Q$message\E during recovery/, "refused: $call");
    return;
}

refused(q(SELECT mlops_train('new', 'customers', target => 'churned')), 'mlops_train()');
refused(q(SELECT mlops_retrain('churn')), 'mlops_train()');
refused(q(SELECT mlops_deploy('churn@1')), 'mlops_deploy()');
refused(q(SELECT mlops_rollback('churn')), 'mlops_rollback()');
refused(q(SELECT mlops_drop_model('churn')), 'mlops_drop_model()');

# One session of the standby, kept open: deployments arrive in it.
my $session = background($standby, 'db', on_error_stop => 0);
my $sum = q(SELECT md5(string_agg(encode(float8send(mlops_probability('churn', c)), 'hex'), ',' ORDER BY id)) FROM customers AS c);
my $of_version = sub { my $q = $sum; $q =~ s/'churn'/'churn\@$_[0]'/; return value($primary, 'db', $q); };

is($session->query_safe($sum), $of_version->(2), 'the session scores with version 2');
$session->query_safe("PREPARE scores AS $sum");
is($session->query_safe('EXECUTE scores'), $of_version->(2), 'so does a prepared statement');
$primary->safe_psql('db', q(SELECT mlops_deploy('churn@3')));
replay();
is($session->query_safe($sum), $of_version->(3), 'a deployment is seen after its replay');
is($session->query_safe('EXECUTE scores'), $of_version->(3), 'also by the prepared statement');

$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
$session->query_safe($sum);
$primary->safe_psql('db', q(SELECT mlops_rollback('churn')));
replay();
is($session->query_safe($sum), $of_version->(3), 'one snapshot: the version of its begin');
$session->query_safe('COMMIT');
is($session->query_safe($sum), $of_version->(2), 'the rollback is seen afterwards');

# A training that is rolled back and its number given again: other content.
$primary->safe_psql('db', q(BEGIN; SELECT mlops_train('churn', 'customers', target => 'churned', algorithm => 'logistic', deploy => 'always'); ROLLBACK));
$primary->safe_psql('db', q(SELECT mlops_train('churn', 'customers', target => 'churned', algorithm => 'gbt', params => '{"trees": 5}', deploy => 'always')));
replay();
is($session->query_safe($sum), $of_version->(5), 'a version trained since is scored');

# The extension goes and comes back under the open session.
$primary->safe_psql('db', 'DROP EXTENSION mlops');
replay();
$session->query($sum);
like($session->{stderr}, qr/mlops_probability.* does not exist/, 'an extension that is gone is gone in an open session');
$session->{stderr} = '';
$primary->safe_psql('db', 'CREATE EXTENSION mlops');
$primary->safe_psql('db', q(SELECT mlops_train('churn', 'customers', target => 'churned', algorithm => 'logistic')));
replay();
is($session->query_safe($sum), $of_version->(1), 'a recreated extension is found again');
$session->quit;

# A standby becomes the primary.
$standby->promote;
is(value($standby, 'db', q(SELECT version FROM mlops_train('churn', 'customers', target => 'churned', algorithm => 'gbt', deploy => 'always'))),
    '2', 'after promotion it trains');
is(value($standby, 'db', q(SELECT mlops_rollback('churn'))), '1', 'and rolls back');

$standby->stop;
$primary->stop;
done_testing();
