# Things that may happen in one place only.
use strict;
use warnings;
use Lint;

my @all = sources(rooms_below(), rooms_above());

sub outside { my ($allowed, @files) = @_; return grep { $_ !~ $allowed } @files; }

rule 'only math/blas.c loads and calls BLAS',
  'threads, signals, shapes and cancellation are dealt with there and nowhere else',
  grep_code(qr/\bcblas_\w+|<cblas\.h>|<lapacke\.h>|\bdlopen\s*\(|\bdlsym\s*\(/, outside(qr{^src/math/blas\.c$}, sources(rooms_below())));

rule 'only bridge/pg_compat.h asks for the server version',
  'one file to read and to change when a new PostgreSQL comes',
  grep_code(qr/\bPG_VERSION_NUM\b|\bPG_MAJORVERSION_NUM\b/, outside(qr{^src/bridge/pg_compat\.h$}, @all));

rule 'SPI only in catalog, data and bridge',
  'the life cycle orders steps and has no SQL text; scoring must not use SPI at all',
  grep_code(qr/\bSPI_\w+\s*\(/, outside(qr{^src/(catalog|data|bridge)/}, @all));

rule 'only data runs statements over user relations',
  'a source is read in one place, with the caller\'s rights and row security',
  grep_code(qr/\b(SPI_prepare_cursor|SPI_prepare_extended|SPI_cursor_\w+|SPI_execute_plan_extended|SPI_execute_extended|ExecutorStart|PortalRun|CreateDestReceiver)\s*\(/,
    outside(qr{^src/data/}, @all));

rule 'only catalog and data open relations',
  'all access to our tables and to user tables has one room each',
  grep_code(qr/\b(table_open|relation_open|table_beginscan|systable_beginscan|index_beginscan|heap_insert|simple_heap_\w+|CatalogTuple\w+)\s*\(/,
    outside(qr{^src/(catalog|data|bridge)/}, @all));

rule 'only api knows the function-call interface',
  'a verb of the life cycle is called by jobs as well as by SQL',
  grep_code(qr/\bPG_FUNCTION_ARGS\b|\bPG_GETARG_\w+|\bPG_RETURN_\w+|\bPG_FUNCTION_INFO_V1\b|\bfcinfo\b/, outside(qr{^src/(api|bridge)/}, @all)),
  grep_code(qr/\bPG_FUNCTION_INFO_V1\b/, sources('bridge'));

rule 'only bridge defines settings',
  'names, defaults and ranges of mlops.* settings stand together',
  grep_code(qr/\bDefineCustom\w+Variable\s*\(/, outside(qr{^src/bridge/}, @all));

# Tables are singular and ours; views are for people. Messages may name both.
my %table;
for my $file (files('sql/[0-9]*.sql')) {
    $table{$_} = 1 for read_text($file) =~ /^CREATE TABLE mlops\.(\w+)/mg;
}
my @named;
for my $file (outside(qr{^src/catalog/}, @all)) {
    for (strings($file)) {
        my ($line, $string) = @$_;
        push @named, "$file:$line: mlops.$1"
          if $string =~ /\b(?:FROM|INTO|UPDATE|JOIN|USING|TABLE|ONLY)\s+mlops\.(\w+)/i && $table{$1};
    }
}
rule 'only catalog names tables of the schema mlops', 'a column is renamed in one room', @named;
