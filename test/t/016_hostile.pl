# Whoever owns the extension can edit its tables, and a restored dump may hold
# anything: damaged bytes of a model are an error, never a crash and never a
# guess.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $node = mlops_node('hostile');
create_database($node, 'db');
$node->safe_psql('db', q(
    SELECT setseed(0.25);
    CREATE TABLE points AS SELECT i AS id, random() AS a, i % 13 AS b, 'k' || i % 7 AS c, date '2020-01-01' + i % 400 AS d,
        random() < 0.4 AS yes, random() * 3 AS y FROM generate_series(1, 600) AS i;
    UPDATE points SET a = NULL WHERE id % 11 = 0;
    UPDATE points SET c = NULL WHERE id % 17 = 0;
    SELECT mlops_train('line', 'points', target => 'y', algorithm => 'linear', exclude => '{yes}');
    SELECT mlops_train('curve', 'points', target => 'yes', algorithm => 'logistic', exclude => '{y}');
    SELECT mlops_train('wood', 'points', target => 'yes', algorithm => 'gbt', exclude => '{y}', params => '{"trees": 10, "early_stopping": 0, "min_rows": 5}');
    SELECT mlops_train('parts', 'points', target => 'yes', algorithm => 'naive_bayes', exclude => '{y}', partition_by => '{c}', prepare => '{"min_partition_rows": 40}');
    CREATE TABLE good AS SELECT model, version, bytes, digest, artifact_bytes FROM mlops.artifact JOIN mlops.version USING (model, version);

    -- Score the model with all rows; the SQLSTATE, or 'fine' with a digest of the answers.
    CREATE FUNCTION try_score(name text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE answer text;
    BEGIN
        IF name = 'line' THEN
            SELECT md5(string_agg(encode(float8send(mlops_predict(name, p)), 'hex'), ',' ORDER BY id)) INTO answer FROM points AS p;
        ELSE
            SELECT md5(string_agg(encode(float8send(mlops_probability(name, p)), 'hex') || mlops_classify(name, p), ',' ORDER BY id)) INTO answer FROM points AS p;
        END IF;
        RETURN 'fine ' || answer;
    EXCEPTION WHEN OTHERS THEN
        RETURN SQLSTATE;
    END $$;

    -- Put bytes in the place of a model's; with a digest that fits them or not.
    CREATE FUNCTION put(name text, content bytea, fitting bool) RETURNS void LANGUAGE sql AS $$
        DELETE FROM mlops.artifact WHERE model = name;
        INSERT INTO mlops.artifact VALUES (name, 1, 0, content);
        UPDATE mlops.version SET artifact_bytes = length(content), digest = CASE WHEN fitting THEN sha256(content) ELSE digest END WHERE model = name;
    $$;
    CREATE FUNCTION restore(name text) RETURNS void LANGUAGE sql AS $$
        DELETE FROM mlops.artifact WHERE model = name;
        INSERT INTO mlops.artifact SELECT model, version, 0, bytes FROM good WHERE model = name;
        UPDATE mlops.alias SET version = 1 WHERE model = name;
        UPDATE mlops.version AS v SET artifact_bytes = g.artifact_bytes, digest = g.digest FROM good AS g WHERE v.model = name AND g.model = name;
    $$));

my $answers = value($node, 'db', q(SELECT try_score('line') || try_score('curve') || try_score('wood') || try_score('parts')));
like($answers, qr/^(fine [0-9a-f]{32}){4}$/, 'whole models score');

# Each damage in a new session: a prepared model would hide it. The psql of
# every step would die with the server.
sub damaged {
    my ($what, $damage, $message) = @_;
    for my $model ('line', 'wood') {
        $damage =~ s/\bMODEL\b/'$model'/g if $model eq 'line';
        (my $sql = $damage) =~ s/'line'/'$model'/g;
        $node->safe_psql('db', $sql);
        my ($status, $out, $error) = $node->psql('db', "\\set VERBOSITY verbose\nSELECT try_score('$model'); SELECT "
              . ($model eq 'line' ? 'mlops_predict' : 'mlops_probability') . "('$model', p) FROM points AS p LIMIT 1;");
        is($out, 'XX001', "$what, $model: data corrupted");
        like($error, $message, "$what, $model: says what is damaged");
        $node->safe_psql('db', "SELECT restore('$model')");
    }
    return;
}

my $named = qr/ERROR:  XX001: the artifact of version 1 of model "(line|wood)" is damaged/;
damaged('a flipped bit', q(UPDATE mlops.artifact SET bytes = set_bit(bytes, 300, 1 - get_bit(bytes, 300)) WHERE model = MODEL), $named);
damaged('a shorter chunk', q(UPDATE mlops.artifact SET bytes = substr(bytes, 1, length(bytes) - 1) WHERE model = MODEL), $named);
damaged('a longer chunk', q(UPDATE mlops.artifact SET bytes = bytes || '\x00' WHERE model = MODEL), $named);
damaged('an empty chunk', q(UPDATE mlops.artifact SET bytes = '' WHERE model = MODEL), $named);
damaged('no chunk', q(DELETE FROM mlops.artifact WHERE model = MODEL), $named);
damaged('a chunk of another number', q(UPDATE mlops.artifact SET chunk = 1 WHERE model = MODEL), $named);
damaged('a chunk before the first', q(INSERT INTO mlops.artifact SELECT model, version, -1, '\x00' FROM mlops.artifact WHERE model = MODEL), $named);
damaged('a chunk too many', q(INSERT INTO mlops.artifact SELECT model, version, 1, '\x00' FROM mlops.artifact WHERE model = MODEL), $named);
damaged('another length', q(UPDATE mlops.version SET artifact_bytes = artifact_bytes + 1 WHERE model = MODEL), $named);
damaged('a length of nothing', q(UPDATE mlops.version SET artifact_bytes = 0 WHERE model = MODEL), $named);
damaged('a negative length', q(UPDATE mlops.version SET artifact_bytes = -5 WHERE model = MODEL), $named);
damaged('another digest', q(UPDATE mlops.version SET digest = sha256('') WHERE model = MODEL), $named);
damaged('a digest of another length', q(UPDATE mlops.version SET digest = '\x1234' WHERE model = MODEL), qr/ERROR:  XX001: version 1 of model "(line|wood)" has a damaged digest/);
damaged('an alias of nothing', q(UPDATE mlops.alias SET version = 77 WHERE model = MODEL), qr/ERROR:  XX001: alias "champion" of model "(line|wood)" names version 77, which does not exist/);

# A length that is larger than the cache: an error before memory is asked for.
$node->safe_psql('db', q(UPDATE mlops.version SET artifact_bytes = 1000000000000 WHERE model = 'line'));
my ($status, $out, $error) = $node->psql('db', q(SELECT mlops_predict('line', p) FROM points AS p LIMIT 1));
like($error, qr/larger than mlops.model_cache_size|damaged/, 'a length beyond all memory');
$node->safe_psql('db', q(SELECT restore('line')));

# Bytes that fit their digest are decoded, and any of them may be wrong. Half of
# the attacks also make the artifact's own checksum fit. Every answer must be an
# orderly error or a scoring; the server must live.
my @crc = map { my $c = $_; $c = $c & 1 ? ($c >> 1) ^ 0x82F63B78 : $c >> 1 for 1 .. 8; $c } 0 .. 255;

sub sealed {
    my ($bytes) = @_;
    return $bytes if length($bytes) < 24;
    substr($bytes, 16, 8) = pack('Q<', length $bytes);
    my $crc = 0xFFFFFFFF;
    $crc = ($crc >> 8) ^ $crc[ ($crc ^ $_) & 255 ] for unpack('C*', substr($bytes, 16));
    substr($bytes, 12, 4) = pack('V', $crc ^ 0xFFFFFFFF);
    return $bytes;
}

sub mutated {
    my ($bytes) = @_;
    my $place = 24 + int(rand(length($bytes) - 24));
    my $word = $place - $place % 4;
    my $kind = int(rand(8));
    if ($kind <= 2) { substr($bytes, $place, 1) = chr(int(rand(256))); }
    elsif ($kind == 3) { substr($bytes, 24 + int(rand(length($bytes) - 24)), 1) = chr(int(rand(256))) for 1 .. 1 + int(rand(20)); }
    elsif ($kind == 4) { substr($bytes, $word, 4) = (map { pack('H*', $_) } qw(ffffffff ffffff7f 00000080 00000000 01000000 0000c07f 0000f07f))[ int(rand(7)) ]; }
    elsif ($kind == 5) { $bytes = substr($bytes, 0, $place); }
    elsif ($kind == 6) { $bytes .= "\0" x (1 + int(rand(64))); }
    else { $bytes = substr($bytes, 0, $place) . substr($bytes, $place - 8, 8) . substr($bytes, $place); }
    return $bytes;
}

$node->safe_psql('db', 'CREATE TABLE seen (model text, sealed bool, answer text)');
for my $model ('line', 'curve', 'wood', 'parts') {
    my $bytes = pack('H*', value($node, 'db', "SELECT encode(bytes, 'hex') FROM good WHERE model = '$model'"));
    is(unpack('H*', sealed($bytes)), unpack('H*', $bytes), "$model: the checksum is known");
    srand(11);
    my $script = '';
    for my $round (1 .. 400) {
        my $content = mutated($bytes);
        $content = mutated($bytes) while $content eq $bytes;
        my $fits = $round % 2 ? 'true' : 'false';
        $content = sealed($content) if $round % 2;
        $script .= "SELECT put('$model', '\\x" . unpack('H*', $content) . "', true);\nINSERT INTO seen VALUES ('$model', $fits, try_score('$model'));\n";
    }
    my ($status, $out, $error) = $node->psql('db', $script);
    is($status, 0, "$model: the server lives") or diag($error);
}
# a feature of another name or type is one that the rows do not have
is(value($node, 'db', q(SELECT count(*) FROM seen WHERE answer !~ '^(fine [0-9a-f]{32}|XX001|42703|42804|22...)$')), '0', 'every refusal is an orderly one');
is(value($node, 'db', q(SELECT count(*) FROM seen WHERE NOT sealed AND answer <> 'XX001')), '0', 'the checksum finds all other damage');
is(value($node, 'db', q(SELECT count(DISTINCT model) FROM seen WHERE sealed AND answer ~ '^fine ')), '4', 'some sealed attacks are models');
diag(value($node, 'db', q(SELECT string_agg(format('%s: %s of %s sealed attacks refused', model, refused, n), E'\n' ORDER BY model)
    FROM (SELECT model, count(*) FILTER (WHERE answer = 'XX001') AS refused, count(*) AS n FROM seen WHERE sealed GROUP BY 1) AS s)));

# What stands beside the artifact.
$node->safe_psql('db', q(SELECT restore('line'), restore('curve'), restore('wood'), restore('parts')));
is(value($node, 'db', q(SELECT try_score('line') || try_score('curve') || try_score('wood') || try_score('parts'))), $answers, 'restored models score as before');

# Sets one column of a table to many things and calls all that reads it.
my %beside = (
    version => [ qw(request params split warnings classes metric target algorithm task value) ],
    metric  => [ qw(part metric class value low rows) ],
    feature => [ qw(role name type kind profile position) ],
);
my @json = ('{}', '[]', '1', 'null', '"x"', '{"edges": "x"}', '{"source": 1}', '{"source": "points", "target": 7}', '{"method": [1]}', '{"method": "time", "column": "nothing"}',
    '{"folds": 1e30}', '{"counts": [1, "a", null]}', '{"quantiles": [3, 2, 1], "counts": [1e300, -1]}', '{"levels": ["a"], "counts": []}');
my %texts = (text => [ "''", "'x'", "repeat('long ', 100)" ], int => [ 0, -1, 2147483647 ], number => [ "'NaN'", "'infinity'", 'NULL', -1 ], array => [ "'{}'", "'{a}'", "'{a,b,c}'", "'{NULL}'", 'NULL' ]);
my %type = (request => 'json', params => 'json', split => 'json', profile => 'json', warnings => 'array', classes => 'array', value => 'number', low => 'number', rows => 'int', position => 'int');
my @calls = (
    q(mlops_evaluate('wood')), q(mlops_evaluate('wood', 'points')), q(mlops_confusion('wood')), q(mlops_drift('wood', 'points')),
    q(mlops_retrain('wood')), q(mlops_train('wood', 'points', target => 'yes', algorithm => 'logistic', exclude => '{y}')),
    q((SELECT v FROM mlops.versions v) x), q((SELECT f FROM mlops.features f) x), q((SELECT m FROM mlops.metrics m) x), q((SELECT m FROM mlops.models m) x),
);
my $tried = 0;
my %states;
for my $table (sort keys %beside) {
    for my $column (@{ $beside{$table} }) {
        my $type = $type{$column} // 'text';
        for my $content ($type eq 'json' ? (map { "'$_'::jsonb" } @json) : @{ $texts{$type} }) {
            my $script = "BEGIN;\nDO \$d\$ BEGIN UPDATE mlops.$table SET $column = $content WHERE model = 'wood' "
              . ($table eq 'version' ? '' : 'AND (model, version, ' . ($table eq 'metric' ? 'part, metric, class' : 'role, position') . ') IN (SELECT model, version, '
                  . ($table eq 'metric' ? 'part, metric, class' : 'role, position') . " FROM mlops.$table WHERE model = 'wood' LIMIT 1)")
              . "; EXCEPTION WHEN not_null_violation THEN NULL; END \$d\$;\n"
              . join('', map { "SAVEPOINT s;\nSELECT count(*) FROM $_;\nROLLBACK TO s;\n" } @calls) . 'ROLLBACK;';
            my ($status, $out, $error) = $node->psql('db', "\\set VERBOSITY verbose\n\\set ON_ERROR_STOP 0\n$script", on_error_stop => 0);
            $states{$1}++ while $error =~ /ERROR:  (\w{5}):/g;
            $tried += @calls;
            if ($error =~ /connection|terminated|XX000/) {
                fail("$table.$column = $content");
                diag($error);
                BAIL_OUT('the server is gone') if $error =~ /connection|terminated/;
            }
        }
    }
}
pass("$tried calls over edited rows end in order");
diag(join ', ', map { "$_ $states{$_} times" } sort keys %states);

$node->stop;
done_testing();
