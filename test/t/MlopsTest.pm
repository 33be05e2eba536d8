# What the TAP tests have in common: servers with the library loaded, and the
# tables of test/data.
package MlopsTest;
use strict;
use warnings;
use Cwd 'abs_path';
use Exporter 'import';
use File::Basename 'dirname';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(mlops_node create_database load_table value background wait_until create_wait);

my $data = abs_path(dirname(__FILE__) . '/../data');

# A running server that preloads mlops (preload => 0: does not), with further
# settings as NAME => VALUE; allows_streaming => 1 lets standbys follow it.
sub mlops_node {
    my ($name, %settings) = @_;
    my $preload = delete $settings{preload} // 1;
    my $streaming = delete $settings{allows_streaming} // 0;
    my $node = PostgreSQL::Test::Cluster->new($name);

    $node->init(allows_streaming => $streaming, extra => [ '--encoding=UTF8', '--no-locale' ]);
    $node->append_conf('postgresql.conf', "shared_preload_libraries = 'mlops'") if $preload;
    $node->append_conf('postgresql.conf', "max_worker_processes = 16\nfsync = off\ntimezone = 'UTC'");
    $node->append_conf('postgresql.conf', "$_ = '$settings{$_}'") for sort keys %settings;
    $node->start;
    return $node;
}

# A database with the extension.
sub create_database {
    my ($node, $database) = @_;
    $node->safe_psql('postgres', "CREATE DATABASE $database");
    $node->safe_psql($database, 'CREATE EXTENSION mlops');
    return;
}

# One of the tables of test/data, with its rows.
sub load_table {
    my ($node, $database, @tables) = @_;
    $node->safe_psql($database, "\\cd $data\n\\i $_.sql") for @tables;
    return;
}

# The one value that a query returns.
sub value {
    my ($node, $database, $query) = @_;
    return $node->safe_psql($database, $query);
}

# A session in the background. The server's own routine ends the whole session
# after as many seconds as one query may take: on a busy machine too few for a
# test of many queries. Here it may live as long as check lets the test run.
sub background {
    my ($node, @parameters) = @_;
    my $session = $node->background_psql(@parameters);

    $session->{timeout}->start(300);
    return $session;
}

# True as soon as the query returns the expected text; false after a minute,
# with the query and its last answer in the log.
sub wait_until {
    my ($node, $database, $query, $expected) = @_;
    return $node->poll_query_until($database, $query, $expected // 't');
}

# The SQL function wait_for(query, pattern, seconds): asks every millisecond
# until the answer matches and returns it; after the seconds, the last answer.
# One statement however long it takes, where polling from here fills the log.
sub create_wait {
    my ($node, $database) = @_;
    $node->safe_psql($database, q(
        CREATE FUNCTION wait_for(query text, pattern text, seconds float8 DEFAULT 60) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE
            answer text;
            give_up timestamptz := clock_timestamp() + seconds * interval '1 second';
        BEGIN
            LOOP
                PERFORM pg_stat_clear_snapshot();
                EXECUTE query INTO answer;
                IF answer ~ pattern OR clock_timestamp() > give_up THEN
                    RETURN answer;
                END IF;
                PERFORM pg_sleep(0.001);
            END LOOP;
        END $$));
    return;
}

1;
