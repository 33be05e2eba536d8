# Rows beyond mlops.block_memory go to a temporary file: the results are the
# same, nothing is left behind, and the memory of a training keeps its bounds.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $node = mlops_node('spill', log_temp_files => 0, max_parallel_maintenance_workers => 0);
create_database($node, 'db');
load_table($node, 'db', 'customers');
$node->safe_psql('db', q(
    CREATE TABLE kinds AS
        SELECT i AS id, (i % 5 = 0)::boolean AS flag, (i % 77)::smallint AS small, i % 991 AS whole, 7.0 * i::bigint AS large,
            sin(i)::real AS r, CASE WHEN i % 10 > 0 THEN cos(i * 0.1) END AS d, round(i / 3.0, 2) AS n,
            CASE WHEN i % 13 > 0 THEN 'word ' || i % 400 END AS t, md5((i % 50)::text)::uuid AS u,
            CASE WHEN i % 7 > 0 THEN date '2020-01-01' + i % 900 END AS day, timestamp '2020-01-01' + i * interval '1 hour' AS at,
            timestamptz '2020-01-01 UTC' + i * interval '17 minutes' AS zoned, 1 + i % 3 AS w,
            sin(i * 0.01) + cos(i * 0.1) + i % 4 AS y, CASE i % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'c' END AS class
        FROM generate_series(1, 6000) AS i));
my $wide = join ', ', map { "sin(i * $_) AS c$_" } 1 .. 1000;
$node->safe_psql('db', "CREATE TABLE wide AS SELECT i AS id, i % 2 = 0 AS y, $wide FROM generate_series(1, 700) AS i");

sub temporary_files { return value($node, 'db', 'SELECT count(*) FROM pg_ls_tmpdir()'); }

# The same call with one small block in memory and with all rows in memory.
sub same_answer {
    my ($what, $query) = @_;
    my $memory = value($node, 'db', "BEGIN; SET mlops.block_memory = '1GB'; SET mlops.training_memory = '8GB'; $query; ROLLBACK;");
    my $offset = -s $node->logfile;
    my $file = value($node, 'db', "BEGIN; SET mlops.block_memory = '64kB'; $query; ROLLBACK;");
    my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile, $offset);
    is($file, $memory, "$what: the same");
    isnt($memory, '', "$what: there is an answer");
    like($log, qr/temporary file: path/, "$what: there was a file");
    return;
}

my $digest = q(SELECT digest FROM mlops.versions ORDER BY created_at DESC, version DESC LIMIT 1);
my %calls = (
    'gbt'                  => q('kinds', target => 'y', algorithm => 'gbt', params => '{"trees": 5}'),
    'gbt, two classes'     => q('kinds', target => 'flag', algorithm => 'gbt', params => '{"trees": 5}'),
    'gbt, weights'         => q('kinds', target => 'y', weight => 'w', algorithm => 'gbt', params => '{"trees": 5}'),
    'gbt, a key'           => q('kinds', target => 'y', key => 'id', algorithm => 'gbt', params => '{"trees": 5}'),
    'gbt, split by group'  => q('kinds', target => 'y', algorithm => 'gbt', params => '{"trees": 5}', split => '{"method": "group", "column": "t"}'),
    'gbt, split by time'   => q('kinds', target => 'y', algorithm => 'gbt', params => '{"trees": 5}', split => '{"method": "time", "column": "at"}'),
    'gbt, 1,000 columns'   => q('wide', target => 'y', algorithm => 'gbt', params => '{"trees": 2}'),
    'gbt, folds'           => q('SELECT * FROM wide WHERE id <= 490', target => 'y', algorithm => 'gbt', params => '{"trees": 1}'),
    'random_forest'        => q('kinds', target => 'y', algorithm => 'random_forest', params => '{"trees": 5}'),
    'gbt, three classes'   => q('kinds', target => 'class', algorithm => 'gbt', params => '{"trees": 5}'),
    'isolation_forest'     => q('kinds', target => NULL, algorithm => 'isolation_forest', params => '{"trees": 5}'),
    'linear'               => q('kinds', target => 'y', algorithm => 'linear'),
    'logistic'             => q('kinds', target => 'flag', algorithm => 'logistic'),
);
for my $name (sort keys %calls) {
    same_answer($name, "SELECT value, baseline, rows, warnings FROM mlops_train('m', $calls{$name}); $digest; SELECT * FROM mlops_evaluate('m'); SELECT feature, role, profile FROM mlops.feature WHERE model = 'm' ORDER BY role, position");
}

$node->safe_psql('db', q(SELECT mlops_train('known', 'kinds', target => 'flag', algorithm => 'gbt', params => '{"trees": 5}')));
same_answer('evaluate', q(SELECT * FROM mlops_evaluate('known', 'kinds')));
same_answer('drift', q(SELECT * FROM mlops_drift('known', 'SELECT * FROM kinds WHERE id % 3 > 0')));
same_answer('drift between', q(SELECT * FROM mlops_drift_between('SELECT * FROM kinds WHERE id % 3 > 0', 'kinds')));
same_answer('comparison', q(SELECT deployed, warnings FROM mlops_train('known', 'kinds', target => 'flag', algorithm => 'gbt', params => '{"trees": 7}')));
is(temporary_files(), '0', 'no temporary file is left');
is(value($node, 'db', q(SET mlops.block_memory = '64kB'; SELECT count(*) FROM mlops_drift_between('SELECT * FROM kinds WHERE false', 'kinds'))) > 0, 1, 'no rows');

# Failures: the server's own words, no file, no leak, and the session goes on.
my ($status, $out, $error) = $node->psql('db', q(\set VERBOSITY verbose
    SET mlops.block_memory = '64kB'; SET temp_file_limit = '100kB';
    SELECT mlops_train('m', 'kinds', target => 'y')));
like($error, qr/ERROR:  53400: temporary file size exceeds temp_file_limit \(100kB\)/, 'temp_file_limit is kept');
($status, $out, $error) = $node->psql('db', q(SET mlops.block_memory = '64kB';
    SELECT mlops_train('m', 'SELECT id, y, d, 1 / (5000 - id) AS q FROM kinds', target => 'y')));
like($error, qr/division by zero/, 'an error of the source while its rows go to the file');
($status, $out, $error) = $node->psql('db', q(SET mlops.block_memory = '64kB'; SET statement_timeout = '300ms';
    SELECT mlops_train('m', 'kinds', target => 'y', algorithm => 'gbt', params => '{"trees": 10000, "early_stopping": 0}')));
like($error, qr/canceling statement due to statement timeout/, 'canceled while fitting');
is(temporary_files(), '0', 'they leave no file');
is(value($node, 'db', q(
    SET mlops.block_memory = '64kB'; SET client_min_messages = warning;
    CREATE FUNCTION try(n int) RETURNS int LANGUAGE plpgsql AS $$
    DECLARE failed int := 0;
    BEGIN
        FOR i IN 1 .. n LOOP
            BEGIN
                PERFORM mlops_train('m', 'SELECT id, y, d, 1 / (5000 - id) AS q FROM kinds', target => 'y');
            EXCEPTION WHEN division_by_zero THEN
                failed := failed + 1;
            END;
        END LOOP;
        RETURN failed;
    END $$;
    SELECT try(20) || ' ' || (SELECT count(*) FROM pg_ls_tmpdir()))), '20 0', 'caught errors leave no file in their transaction');
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/temporary file leak/, 'nothing was left to the end of a transaction');

# Memory: 1.2 bytes a cell, 48 bytes a row and 64 MB; rows alone would have 96 MB.
my ($rows, $columns) = (500000, 24);
my $cells = join ', ', map { "random() AS c$_" } 1 .. $columns;
$node->safe_psql('db', "SELECT setseed(0.5); CREATE TABLE tall AS SELECT random() < 0.5 AS y, $cells FROM generate_series(1, $rows)");
my $session = background($node, 'db', on_error_stop => 1);
my $pid = $session->query_safe('SELECT pg_backend_pid()');

# Bytes of the session's own, the most ever and now; shared memory only grows.
sub own_memory {
    my %kb = PostgreSQL::Test::Utils::slurp_file("/proc/$pid/status") =~ /^(\w+):\s+(\d+) kB$/mg;
    return (1024 * ($kb{VmHWM} - $kb{RssShmem} - $kb{RssFile}), 1024 * $kb{RssAnon});
}
my (undef, $before) = own_memory();
$session->query_safe(q(SELECT mlops_train('tall', 'tall', target => 'y', algorithm => 'gbt', params => '{"trees": 3}')));
my ($most) = own_memory();
my $bound = 1.2 * $rows * $columns + 48 * $rows + 64 * 1024 * 1024;
my $noted = 1e6 * $session->query_safe(q(SELECT timings->'memory_mb' FROM mlops.runs WHERE model = 'tall'));
diag(sprintf 'the bound is %.1f MB; the training held %.1f MB by its own account, %.1f MB by that of the system',
    $bound / 1e6, $noted / 1e6, ($most - $before) / 1e6);
cmp_ok($noted, '<=', $bound, 'the memory of a training as it counts it');
cmp_ok($most - $before, '<=', $bound, 'the memory of a training as the system counts it');
cmp_ok($noted, '>', 30e6, 'it is not nothing');
$session->quit;

# Less memory than the rows take.
is(value($node, 'db', q(SET mlops.training_memory = '72MB'; SELECT rows FROM mlops_train('tall', 'tall', target => 'y', algorithm => 'gbt', params => '{"trees": 3}'))), $rows,
    'a budget that the rows alone exceed suffices');
is(temporary_files(), '0', 'no temporary file is left at the end');

$node->stop;
done_testing();
