# What the rules of the house have in common: the sources, read once, with
# comments and the insides of strings blanked out where a rule looks at code.
#
# A rule is a file test/lint/NAME.pl that calls rule() one or more times:
#
#   rule 'what is demanded', 'why', list of findings;
#
# Each call is one test; findings are lines "file:line: what".
package Lint;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(rule files read_text rooms_below rooms_above sources objects
  code strings grep_code symbols);

my ($count, $failed) = (0, 0);
my (%text, %code, %strings);

my @below = qw(base math stats prep algo artifact);
my @above = qw(bridge catalog data lifecycle worker api);

sub rooms_below { return @below; }
sub rooms_above { return @above; }

# Names that match the patterns, sorted.
sub files { my %seen; return sort grep { -f && !$seen{$_}++ } map { glob } @_; }

# The .c and .h files of these rooms.
sub sources { return files(map { ("src/$_/*.c", "src/$_/*.h") } @_); }

# The object files of these rooms; the build made them just before.
sub objects { return files(map { "src/$_/*.o" } @_); }

sub read_text {
    my ($file) = @_;
    return $text{$file} if defined $text{$file};
    local $/;
    open my $in, '<', $file or die "cannot read $file: $!";
    $text{$file} = <$in> // '';
    return $text{$file};
}

# Replace all but line ends by spaces, so that line numbers stay.
sub blank { my ($part) = @_; $part =~ s/[^\n]/ /g; return $part; }

sub split_source {
    my ($file) = @_;
    my ($out, @found) = ('');
    my $line = 1;
    my $all = read_text($file);
    while ($all =~ m{\G( /\*.*?\*/ | //[^\n]* | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)+' | [^/"'\\]+ | . )}gsx) {
        my $part = $1;
        if ($part =~ m{^/[*/]}) { $out .= blank($part); }
        elsif ($part =~ /^"(.*)"$/s) {
            push @found, [$line, $1];
            # the name in an #include is not text
            $out .= $out =~ /#\s*include\s*\z/ ? $part : '"' . blank($1) . '"';
        }
        else { $out .= $part; }
        $line += ($part =~ tr/\n//);
    }
    $code{$file} = $out;
    $strings{$file} = \@found;
    return;
}

# The file without comments and without the insides of strings.
sub code { my ($file) = @_; split_source($file) if !defined $code{$file}; return $code{$file}; }

# Its string literals: [line, text].
sub strings { my ($file) = @_; split_source($file) if !defined $strings{$file}; return @{ $strings{$file} }; }

# Lines of code that match.
sub grep_code {
    my ($pattern, @files) = @_;
    my @findings;
    for my $file (@files) {
        my $number = 0;
        for my $line (split /\n/, code($file)) {
            $number++;
            push @findings, "$file:$number: $1" if $line =~ /($pattern)/;
        }
    }
    return @findings;
}

# Defined symbols of objects or of a library: [file, name, section].
sub symbols {
    my ($option, @files) = @_;
    my ($file, @found) = ($files[0]);
    open my $in, '-|', 'nm', '--format=sysv', '--defined-only', $option, @files or die "cannot run nm: $!";
    while (<$in>) {
        $file = $1 if /^(?:Defined )?[Ss]ymbols from (.*):$/;
        my @field = map { s/^\s+|\s+$//gr } split /\|/;
        push @found, [$file, $field[0], $field[6]] if @field == 7 && $field[0] ne 'Name';
    }
    close $in or die "nm failed";
    return @found;
}

sub rule {
    my ($name, $reason, @findings) = @_;
    $count++;
    if (@findings) {
        $failed++;
        print "not ok $count - $name\n";
        print "# $reason\n";
        print "#   $_\n" for @findings;
    }
    else {
        print "ok $count - $name\n";
    }
    return;
}

END {
    if (!$?) {
        print "1..$count\n";
        $? = 1 if $failed;
    }
}

1;
