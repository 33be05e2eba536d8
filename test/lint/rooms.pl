# A room includes only rooms that stand before it.
use strict;
use warnings;
use Lint;

my @rooms = (rooms_below(), rooms_above());
my %order = map { $rooms[$_] => $_ } 0 .. $#rooms;
my (@upward, @unknown);

for my $file (sources(@rooms)) {
    my ($room) = $file =~ m{^src/([^/]+)/};
    my $number = 0;
    for my $line (split /\n/, code($file)) {
        $number++;
        next if $line !~ /#\s*include\s+"([^"]+)"/;
        my $header = $1;
        if ($header !~ m{/}) {
            # the server's own headers stand in quotes too
            push @unknown, "$file:$number: $header" if -e "src/$room/$header";
            next;
        }
        my ($other) = $header =~ m{^([^/]+)/};
        next if !-e "src/$header";
        push @upward, "$file:$number: $header"
          if $order{$other} > $order{$room} || ($room eq 'data' && $other eq 'catalog');
    }
}

rule 'a room includes only rooms before it', 'the order of DESIGN 3 keeps every room readable on its own; '
  . 'catalog and data do not know each other', @upward;
rule 'includes name the room', 'one spelling, "room/file.h", shows at a glance where a name comes from', @unknown;
rule 'every source file lives in a room', 'a new folder would escape the other rules',
  grep { my ($room) = m{^src/([^/]+)/[^/]+$}; !defined $room || !exists $order{$room} }
  files('src/*.[ch]', 'src/*/*.[ch]', 'src/*/*/*.[ch]');
