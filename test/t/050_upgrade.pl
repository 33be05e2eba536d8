# Every released version can be installed, and updated to what a fresh
# installation gives: objects, definitions, comments, rights, dumped tables.
use strict;
use warnings;
use Cwd 'abs_path';
use File::Basename qw(basename dirname);
use Test::More;
use MlopsTest;

my $released = abs_path(dirname(__FILE__) . '/../../sql/released');
my @versions = sort map { basename($_) =~ /^mlops--(.+)\.sql$/ } glob "$released/mlops--*.sql";
my $node = mlops_node('upgrade');
my $newest = value($node, 'postgres', q(SELECT default_version FROM pg_available_extensions WHERE name = 'mlops'));

# One line for each object of the extension and each part of it.
my $describe = q{
    WITH member AS (
        SELECT d.classid, d.objid FROM pg_depend d
        JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
        WHERE e.extname = 'mlops' AND d.deptype = 'e'),
    relation AS (SELECT c.* FROM pg_class c JOIN member m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid)
    SELECT line FROM (
        SELECT pg_describe_object(classid, objid, 0) || ' # '
            || coalesce(obj_description(objid, classid::regclass::text), '') FROM member
        UNION ALL
        SELECT pg_get_functiondef(p.oid) || ' # ' || coalesce(p.proacl::text, '')
        FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid AND p.prokind <> 'a'
        UNION ALL
        SELECT 'aggregate ' || concat_ws(' ', a.aggfnoid, a.aggtransfn, a.aggcombinefn, a.aggfinalfn, a.aggtranstype::regtype, p.proparallel, p.proacl)
        FROM pg_aggregate a JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = a.aggfnoid JOIN pg_proc p ON p.oid = a.aggfnoid
        UNION ALL
        SELECT 'type ' || concat_ws(' ', t.oid::regtype, t.typlen, t.typalign, t.typstorage, t.typinput, t.typoutput, t.typreceive, t.typsend)
        FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid WHERE t.typtype = 'b'
        UNION ALL
        SELECT 'column ' || c.oid::regclass::text || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
            || concat_ws(' ', a.attnotnull, a.attidentity, a.attstorage) || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
        FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        UNION ALL
        SELECT 'constraint ' || conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN relation c ON k.conrelid = c.oid
        UNION ALL
        SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN relation c ON i.indrelid = c.oid
        UNION ALL
        SELECT 'rights ' || concat_ws(' ', c.oid::regclass, c.relkind) || ' ' || coalesce(c.relacl::text, '')
            || coalesce(c.reloptions::text, '') FROM relation c
        UNION ALL
        SELECT 'view ' || c.oid::regclass::text || ' ' || pg_get_viewdef(c.oid) FROM relation c WHERE c.relkind = 'v'
        UNION ALL
        SELECT 'dumped ' || t.oid::regclass::text || ' ' || coalesce(t.condition, '')
        FROM pg_extension, unnest(extconfig, extcondition) AS t(oid, condition) WHERE extname = 'mlops') AS x(line)
    ORDER BY line COLLATE "C"};

$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION mlops');
my $fresh = value($node, 'fresh', $describe);
my $objects = () = $fresh =~ /^function /mg;
cmp_ok($objects, '>', 20, 'the description of a fresh installation sees the functions');
cmp_ok(scalar @versions, '>', 0, 'there is a released version');

for my $version (@versions) {
    (my $database = "from_$version") =~ tr/./_/;
    $node->safe_psql('postgres', "CREATE DATABASE $database");
    $node->safe_psql($database, "CREATE EXTENSION mlops VERSION '$version'");
    if ($version ne $newest) {
        my ($status, $out, $error) = $node->psql($database, q(SELECT mlops_train('early', 'SELECT i AS x, i % 7 AS y FROM generate_series(1, 600) AS i', target => 'y', algorithm => 'linear')));
        like($error, qr/version \Q$version\E in this database.*HINT:  Run ALTER EXTENSION mlops UPDATE/s, "version $version, not updated: training says what to do");
        $node->safe_psql($database, "ALTER EXTENSION mlops UPDATE TO '$newest'");
        is(value($node, $database, q(SELECT version FROM mlops_train('early', 'SELECT i AS x, i % 7 AS y FROM generate_series(1, 600) AS i', target => 'y', algorithm => 'linear'))), '1',
            "version $version, updated: it trains");
    }
    is(value($node, $database, $describe), $fresh, "version $version, updated, is what $newest installs");
}
$node->stop;
done_testing();
