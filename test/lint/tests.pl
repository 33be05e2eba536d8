# No test is forgotten, and none is shadowed.
use strict;
use warnings;
use Lint;

sub name { my ($name) = $_[0] =~ m{([^/]+)\.[^.]+$}; return $name; }

my %input;
push @{ $input{ name($_) } }, $_ for files('test/sql/*.sql', 'test/specs/*.spec');
my %expected = map { name($_) => $_ } files('expected/*.out');

rule 'every SQL and isolation test has its expected output', 'pg_regress would fail on it, or nobody would run it',
  grep { !$expected{ name($_) } } map { @$_ } values %input;
rule 'every expected output has its test', 'left-overs mislead the reader', map { $expected{$_} } grep { !$input{$_} } sort keys %expected;
rule 'SQL and isolation tests have different names', 'they share the folder expected/',
  map { join ' ', @$_ } grep { @$_ > 1 } values %input;

my %part = map { name($_) => $_ } files('sql/*.sql');
rule 'no test is named like a part of the install script', 'up to PostgreSQL 15 pg_regress looks into ./sql first',
  map { @{ $input{$_} } } grep { $part{$_} } sort keys %input;

rule 'every file in test/t and test/pgtap is one that is run', 'an unknown ending would be passed over in silence',
  grep { !/\.(pl|pm)$/ } files('test/t/*'),
  grep { !/\.sql$/ } files('test/pgtap/*');
rule 'unit tests are named test_*.c', 'others would be linked into every program instead of run',
  grep { m{\.c$} && !m{/test_\w+\.c$} && read_text($_) =~ /^main\(/m } files('test/unit/*');
