# The library can be preloaded, and loaded by hand.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $preloaded = mlops_node('preloaded');
is(value($preloaded, 'postgres', "LOAD 'mlops'; SELECT 'loaded'"), 'loaded', 'loading what is preloaded does nothing');
create_database($preloaded, 'db');
is(value($preloaded, 'db', q(SELECT extversion FROM pg_extension WHERE extname = 'mlops')),
    value($preloaded, 'db', q(SELECT default_version FROM pg_available_extensions WHERE name = 'mlops')),
    'CREATE EXTENSION installs the default version');
load_table($preloaded, 'db', 'customers', 'houses', 'credit', 'cars');
is(value($preloaded, 'db', 'SELECT count(*) FROM customers WHERE churned'), '1869', 'the demo table is complete');
$preloaded->restart;
is(value($preloaded, 'db', 'SELECT 1'), '1', 'the server restarts with the library');
$preloaded->stop;

my $plain = mlops_node('plain', preload => 0);
is(value($plain, 'postgres', "LOAD 'mlops'; SELECT 'loaded'"), 'loaded', 'the library loads without preloading');
$plain->stop;

done_testing();
