# What the linker sees.
use strict;
use warnings;
use Lint;

my $below = join '|', rooms_below();

my (@variables, @names);

for (symbols('--no-sort', grep { $_ ne 'src/math/blas.o' } objects(rooms_below()))) {
    my ($object, $name, $section) = @$_;
    push @variables, "$object: $name"
      if $section =~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $section !~ /^\.data\.rel\.ro/;
}
for (symbols('--extern-only', objects(rooms_below(), rooms_above()))) {
    my ($object, $name) = @$_;
    my $prefix = $object =~ m{^src/($below)/} ? qr/^ml_/ : qr/^(mlops_|_PG_init$|Pg_magic_func$|pg_finfo_mlops_)/;
    push @names, "$object: $name" if $name !~ $prefix;
}
# math/blas.o holds the library's handle and the functions found in it
rule 'no variables below the border', 'state lives in what is passed in, so that two models never meet', @variables;
rule 'names seen by other files say their side: ml_ below the border, mlops_ above',
  'the name tells which rules hold there', @names;

rule 'the library shows only what SQL and the server call',
  'other names could collide with those of another extension in the same process',
  map { $_->[1] } grep { $_->[1] !~ /^(mlops_\w+|pg_finfo_mlops_\w+|_PG_init|Pg_magic_func)$/ } symbols('--dynamic', 'mlops.so');
