# The install script and its documentation.
use strict;
use warnings;
use Lint;

my @parts = files('sql/[0-9]*.sql');
my @upgrades = files('sql/mlops--*--*.sql');
my $documents = join "\n", map { read_text($_) } files('README.md', 'docs/*.md');

# The statements of a script, without comments: [file, line, text].
sub matches {
    my ($pattern, @files) = @_;
    my @found;
    for my $file (@files) {
        my $text = read_text($file);
        $text =~ s/--[^\n]*//g;
        while ($text =~ /$pattern/g) {
            my ($name, $before) = ($1, substr $text, 0, $-[0]);
            push @found, [$file, 1 + ($before =~ tr/\n//), $name];
        }
    }
    return @found;
}
sub show { return map { "$_->[0]:$_->[1]: $_->[2]" } @_; }

rule 'the install script creates, and never replaces',
  'OR REPLACE and IF NOT EXISTS would take over an object that somebody planted (CVE-2022-2625)',
  show(matches(qr/\b(OR\s+REPLACE|IF\s+NOT\s+EXISTS)\b/i, @parts));
rule 'an upgrade step replaces nothing but views',
  'a view that gains columns keeps the views that users have over it; the server refuses when it is not the extension\'s',
  show(matches(qr/\b(OR\s+REPLACE(?!\s+VIEW\b)|IF\s+NOT\s+EXISTS)\b/i, @upgrades));

# A released script is frozen: its version changes no more.
my ($version) = read_text('mlops.control') =~ /^default_version\s*=\s*'([^']+)'/m;
my ($frozen) = grep { $_ eq "sql/released/mlops--$version.sql" } files('sql/released/*.sql');
rule 'a released version is not changed', 'databases have it: what is new is an upgrade step and the next version',
  $frozen && join('', map { read_text($_) } sort @parts) ne read_text($frozen) =~ s/\A\\echo [^\n]*\n//r
  ? "$frozen differs from sql/[0-9]*.sql" : ();

rule 'no SECURITY DEFINER', 'writes to our tables go through one C routine; a definer function would be a second door',
  show(matches(qr/\b(SECURITY\s+DEFINER)\b/i, @parts, @upgrades));

rule 'no @extschema@ in quotes', 'quoting it again allows injection (CVE-2023-39417)',
  show(matches(qr/('[^'\n]*\@extschema\@[^'\n]*')/, @parts, @upgrades));

my %kind = (FUNCTION => 'FUNCTION', AGGREGATE => 'AGGREGATE', VIEW => 'VIEW', TABLE => 'TABLE', TYPE => 'TYPE');
my (@uncommented, @undocumented, %seen);
for my $kind (sort keys %kind) {
    my %commented = map { lc $_->[2] => 1 } matches(qr/\bCOMMENT\s+ON\s+$kind\s+(?:\@extschema\@\.)?([\w.]+)/i, @parts);
    for my $object (matches(qr/^CREATE\s+$kind\s+(?:\@extschema\@\.)?([\w.]+)/im, @parts)) {
        my ($file, $line, $name) = @$object;
        push @uncommented, "$file:$line: $name" if !$commented{lc $name};
        next if $kind !~ /FUNCTION|AGGREGATE|VIEW/ || $seen{$name}++;
        push @undocumented, "$file:$line: $name" if $documents !~ /\b\Q$name\E\b/;
    }
}
rule 'every object has a COMMENT', 'psql shows it: \df+ is the first manual that a user opens', @uncommented;
rule 'every function and view stands in README.md or docs/', 'what is not written down is not there for the user', @undocumented;

# An overload needs a comment of its own.
my (%created, %commented);
$created{ $_->[2] }++ for matches(qr/^CREATE\s+FUNCTION\s+(?:\@extschema\@\.)?(mlops_\w+)/im, @parts);
$commented{ $_->[2] }++ for matches(qr/\bCOMMENT\s+ON\s+FUNCTION\s+(?:\@extschema\@\.)?(mlops_\w+)/i, @parts);
rule 'every overload has its comment', 'a comment belongs to one signature',
  map { "$_: $created{$_} created, " . ($commented{$_} // 0) . ' commented' }
  grep { ($commented{$_} // 0) < $created{$_} } sort keys %created;
