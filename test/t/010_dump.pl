# Models survive pg_dump: the copy predicts the same to the bit, shows the same
# history and trains on, for a superuser and for the plain owner of a database.
use strict;
use warnings;
use Test::More;
use PostgreSQL::Test::Utils;
use MlopsTest;
use MlopsState;

my $node = mlops_node('dump');
my $folder = PostgreSQL::Test::Utils::tempdir();
my $superuser = value($node, 'postgres', 'SELECT current_user');

$node->safe_psql('postgres', 'CREATE ROLE plain LOGIN; CREATE DATABASE original OWNER plain');
$node->safe_psql('original', 'CREATE EXTENSION mlops', extra_params => [ '-U', 'plain' ]);
load_table($node, 'original', 'customers', 'houses');
$node->safe_psql('original', 'ALTER TABLE customers OWNER TO plain; ALTER TABLE houses OWNER TO plain');
train_examples($node, 'original', '-U', 'plain');

my $predictions = predictions($node, 'original');
my $rows = view_rows($node, 'original', '-U', 'plain');
my $digest_of_next = next_version('original');
like($rows, qr/^versions \(churn,3,/m, 'there is something to compare');

# The digest of a training that is rolled back again.
sub next_version {
    my ($database) = @_;
    return value($node, $database, q(
        BEGIN;
        SELECT version, (SELECT max(id) FROM mlops.runs) FROM mlops_train('churn', 'customers', target => 'churned', algorithm => 'gbt', deploy => 'never');
        SELECT version, digest FROM mlops.versions WHERE model = 'churn' ORDER BY version DESC LIMIT 1;
        ROLLBACK));
}

# The same in a copy, and the copy is alive.
sub check_copy {
    my ($database, $what, @as) = @_;
    is(predictions($node, $database, @as), $predictions, "$what: the same predictions to the bit");
    is(view_rows($node, $database, @as), $rows, "$what: the same rows in every view");
    is(next_version($database), $digest_of_next, "$what: the next training makes the same version as it would have made");
    my $last = value($node, $database, 'SELECT max(id) FROM mlops.runs');
    is(value($node, $database, q(SELECT version FROM mlops_retrain('price', deploy => 'always'))), '3', "$what: retraining takes the next number");
    cmp_ok(value($node, $database, 'SELECT max(id) FROM mlops.runs'), '>', $last, "$what: numbers of runs go on");
    is(value($node, $database, q(SELECT mlops_rollback('price'))), '1', "$what: a rollback goes to the champion before the dump");
    return;
}

sub new_database {
    my ($name, $owner) = @_;
    $node->safe_psql('postgres', "CREATE DATABASE $name OWNER $owner");
    return;
}

# As plain SQL.
for my $role ('superuser', 'plain') {
    my $user = $role eq 'plain' ? 'plain' : $superuser;
    my $name = "sql_$role";

    $node->command_ok([ 'pg_dump', '-U', $user, '-f', "$folder/$name.sql", 'original' ], "$role: pg_dump");
    new_database($name, $user);
    $node->command_ok([ 'psql', '-X', '-q', '-U', $user, '-v', 'ON_ERROR_STOP=1', '-d', $name, '-f', "$folder/$name.sql" ],
        "$role: psql restores without an error");
    check_copy($name, $role, '-U', $user);
}

# In the formats of pg_restore.
$node->command_ok([ 'pg_dump', '-U', 'plain', '-Fc', '-f', "$folder/custom", 'original' ], 'custom: pg_dump');
new_database('custom', 'plain');
$node->command_ok([ 'pg_restore', '-U', 'plain', '--exit-on-error', '-d', 'custom', "$folder/custom" ], 'custom: pg_restore as the plain owner');
check_copy('custom', 'custom', '-U', 'plain');

$node->command_ok([ 'pg_dump', '-Fd', '-j', '2', '-f', "$folder/directory", 'original' ], 'directory: pg_dump');
new_database('directory', $superuser);
$node->command_ok([ 'pg_restore', '--exit-on-error', '-j', '2', '-d', 'directory', "$folder/directory" ], 'directory: pg_restore in parallel');
check_copy('directory', 'directory');

# Rows without definitions, into a database that has both tables and extension.
$node->command_ok([ 'pg_dump', '--data-only', '-f', "$folder/data.sql", 'original' ], 'data only: pg_dump');
$node->command_ok([ 'pg_dump', '--schema-only', '-f', "$folder/schema.sql", 'original' ], 'schema only: pg_dump');
new_database('data_only', $superuser);
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'data_only', '-f', "$folder/schema.sql" ], 'schema only: restored');
is(value($node, 'data_only', 'SELECT count(*) FROM mlops.models'), '0', 'schema only: no models');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'data_only', '-f', "$folder/data.sql" ], 'data only: restored');
check_copy('data_only', 'data only');

# Rights are made anew by the script, not carried by the dump.
unlike(slurp_file("$folder/sql_plain.sql"), qr/^GRANT .* mlops\./m, 'the dump repeats no grants of the extension');

# A dump of a copy is the dump.
$node->command_ok([ 'pg_dump', '-U', 'plain', '-f', "$folder/again.sql", 'original' ], 'a second dump');
is(without_keys(slurp_file("$folder/again.sql")), without_keys(slurp_file("$folder/sql_plain.sql")), 'is the same as the first');

# Minor releases wrap dumps in a random key.
sub without_keys {
    my ($text) = @_;
    $text =~ s/^\\(un)?restrict .*\n//mg;
    return $text;
}

$node->stop;
done_testing();
