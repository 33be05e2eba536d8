# How files look.
use strict;
use warnings;
use Lint;

my @c = sources(rooms_below(), rooms_above());
my @headers = grep { /\.h$/ } @c;
my @scripts = files('sql/*.sql', 'test/sql/*.sql', 'test/pgtap/*.sql', 'test/specs/*', 'test/t/*', 'test/bin/*', 'test/lint/*',
    'test/unit/*', 'test/data/*.py', 'test/data/*.R', 'test/data/*.sql', 'test/data/*.md', 'test/bench/*', '.ci/run', 'Makefile');
my @texts = (@c, @scripts, files('README.md', 'docs/*.md'));

sub lines {
    my ($pattern, @files) = @_;
    my @found;
    for my $file (@files) {
        my $number = 0;
        for my $line (split /\n/, read_text($file)) {
            $number++;
            push @found, "$file:$number" if $line =~ $pattern;
        }
    }
    return @found;
}

rule 'no blanks at the end of a line', 'they make noise in every diff', lines(qr/[ \t\r]+$/, @texts);
rule 'files end with a line end', 'tools that join files glue lines together otherwise',
  grep { length read_text($_) && read_text($_) !~ /\n\z/ } @texts;

my $marks = join '|', 'TO' . 'DO', 'FIX' . 'ME', 'XX' . 'X', 'HA' . 'CK';
rule 'nothing is left for later', 'open points belong into the issue tracker, where they are read',
  lines(qr/\b(?:$marks)\b(?!\d)/, grep { $_ ne 'test/lint/text.pl' && $_ !~ /^test\/bin\/check$/ } @texts);

rule 'no room for odds and ends', 'a file says what it is about; "utils" is about nothing',
  grep { m{(^|/)(utils?|helpers?|misc|common)\.[^/]*$} } @texts;

my (@no_header, @no_guard, @silent, @long, @long_functions);
for my $file (@c) {
    my ($name) = $file =~ m{^src/(.*)$};
    push @no_header, $file if read_text($file) !~ m{\A/\*\n \* \Q$name\E\n \*\t\t\S};
    my $count = (read_text($file) =~ tr/\n//);
    push @long, "$file: $count lines" if $count > 800;

    # a body opens and closes in the first column
    my ($number, $start) = (0, 0);
    for my $line (split /\n/, code($file)) {
        $number++;
        $start = $number if $line =~ /^\{/;
        push @long_functions, "$file:$start: " . ($number - $start) . ' lines' if $line =~ /^\}/ && $start && $number - $start > 90;
    }
}
rule 'a C file opens with its name and purpose', 'the header comment is where a reader starts', @no_header;
rule 'no file is longer than 800 lines', 'a longer one has more than one subject', @long;
rule 'no function is longer than 90 lines', 'a function fits on a screen', @long_functions;

for my $file (@headers) {
    # one that is compiled several times asks for its parameters instead
    push @no_guard, $file if code($file) !~ /\A\s*#ifndef (\w+)\s+#(?:define \1\b|error\b)/;
    # a comment serves the prototypes of its paragraph and of the next one:
    # what stands right behind the type that it works on may need no more
    my ($number, $before) = (1, '');
    for my $paragraph (split /(\n\s*\n)/, read_text($file)) {
        if ($paragraph =~ /^extern\s[^;]*?(\w+)\s*\(/m && "$before$paragraph" !~ m{/\*}) {
            push @silent, "$file:$number: $1";
        }
        $before = $paragraph if $paragraph =~ /\S/;
        $number += ($paragraph =~ tr/\n//);
    }
}
rule 'headers have include guards', 'they are included more than once', @no_guard;
rule 'every public function is explained in its header', 'units, shapes, ownership and failures are the contract', @silent;
