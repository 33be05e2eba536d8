# The budget of a training is kept, and a session that trains and scores for
# long does not grow.
use strict;
use warnings;
use Test::More;
use MlopsTest;

my $node = mlops_node('memory');
create_database($node, 'db');
load_table($node, 'db', 'customers');
$node->safe_psql('db', q(
    CREATE TABLE many AS SELECT i AS id, random() AS a, random() AS b, random() AS c, random() AS d, i % 100 AS e, random() < 0.5 AS yes
        FROM generate_series(1, 300000) AS i));

# The budget.
for my $algorithm ('gbt', 'random_forest', 'logistic') {
    my ($status, $out, $error) = $node->psql('db', qq(\\set VERBOSITY verbose
        SET mlops.training_memory = '4MB';
        SELECT mlops_train('m', 'many', target => 'yes', algorithm => '$algorithm')));
    like($error, qr/ERROR:  53200: mlops.training_memory of 4MB is exhausted.*HINT:  Raise mlops.training_memory/s, "$algorithm: a budget that does not suffice");
}
my ($status, $out, $error) = $node->psql('db', q(\\set VERBOSITY verbose
    SET mlops.training_memory = '1MB';
    SELECT * FROM mlops_drift_between('many', 'many')));
like($error, qr/ERROR:  53200: mlops.training_memory of 1MB is exhausted/, 'drift keeps it too');
is(value($node, 'db', 'SELECT count(*) FROM mlops.model'), '0', 'nothing was written');

# What lies between "too little" and "enough": an error or a model, no crash,
# and the memory is given back.
my $refused = value($node, 'db', q(
    DO $$
    DECLARE refused int := 0;
    BEGIN
        FOR kb IN 1024 .. 12000 BY 250 LOOP
            BEGIN
                PERFORM set_config('mlops.training_memory', kb || 'kB', false);
                PERFORM mlops_train('m', 'SELECT * FROM many WHERE id <= 50000', target => 'yes', algorithm => CASE WHEN kb % 500 < 250 THEN 'gbt' ELSE 'logistic' END, params => CASE WHEN kb % 500 < 250 THEN '{"trees": 5}' ELSE '{}' END::jsonb);
            EXCEPTION WHEN out_of_memory THEN
                refused := refused + 1;
            END;
        END LOOP;
        CREATE TEMP TABLE answer AS SELECT refused;
    END $$;
    SELECT refused FROM answer));
cmp_ok($refused, '>', 3, 'small budgets are refused');
cmp_ok($refused, '<', 40, 'large ones are not');

# Sessions do not grow. What is measured: all contexts of the session at the
# top level of a statement, after some rounds that fill caches.
my $session = background($node, 'db', on_error_stop => 1);
$session->query_safe(q(
    CREATE FUNCTION train(rounds int) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        FOR i IN 1 .. rounds LOOP
            PERFORM mlops_train('churn', 'SELECT * FROM customers WHERE id % 10 <> ' || i % 10, target => 'churned', deploy => 'always',
                algorithm => CASE i % 2 WHEN 0 THEN 'gbt' ELSE 'logistic' END, params => CASE i % 2 WHEN 0 THEN '{"trees": 4}' ELSE '{}' END::jsonb);
        END LOOP;
    END $$;
    CREATE FUNCTION fail(rounds int) RETURNS int LANGUAGE plpgsql AS $$
    DECLARE failed int := 0;
    BEGIN
        FOR i IN 1 .. rounds LOOP
            BEGIN
                CASE i % 5
                    WHEN 0 THEN PERFORM mlops_train('churn', 'customers', target => 'nothing');
                    WHEN 1 THEN PERFORM mlops_train('churn', 'SELECT 1 / (id % 3 - id % 3) AS a, churned FROM customers', target => 'churned');
                    WHEN 2 THEN PERFORM mlops_train('churn', 'SELECT id AS a, churned, 1e400::numeric AS b FROM customers', target => 'churned', features => '{a,b}');
                    WHEN 3 THEN PERFORM mlops_probability('churn', '{"x": 1}');
                    ELSE PERFORM mlops_drift('churn@1000', 'customers');
                END CASE;
            EXCEPTION WHEN OTHERS THEN
                failed := failed + 1;
            END;
        END LOOP;
        RETURN failed;
    END $$;
    CREATE FUNCTION score(rounds int) RETURNS float8 LANGUAGE plpgsql AS $$
    DECLARE
        sum float8 := 0;
        customer customers;
    BEGIN
        SELECT * INTO customer FROM customers WHERE id = (SELECT min(id) FROM customers);
        FOR i IN 1 .. rounds LOOP
            customer.tenure_months := i % 70;
            sum := sum + mlops_probability('churn', customer);
        END LOOP;
        RETURN sum;
    END $$;
    CREATE FUNCTION score_in_sql(rounds int) RETURNS float8 LANGUAGE plpgsql AS $$
    DECLARE
        sum float8 := 0;
        one float8;
        document jsonb := (SELECT to_jsonb(c) FROM customers AS c LIMIT 1);
    BEGIN
        FOR i IN 1 .. rounds LOOP
            EXECUTE 'SELECT mlops_probability(''churn'', $1)' INTO one USING document;
            sum := sum + one;
            PERFORM mlops_classify('churn@' || 1 + i % 2, document);
        END LOOP;
        RETURN sum;
    END $$));

sub memory { return $session->query_safe('SELECT sum(total_bytes) FROM pg_backend_memory_contexts'); }

# Functions of the session keep the scorers of their plans.
sub contexts {
    return $session->query_safe(q(SELECT count(*) FROM pg_backend_memory_contexts
        WHERE name IN ('mlops environment', 'mlops statement', 'mlops scorer')));
}

sub does_not_grow {
    my ($what, $bound, $warm_up, $rounds) = @_;
    $session->query_safe($warm_up);
    my ($before, $contexts) = (memory(), contexts());
    $session->query_safe($rounds);
    my $after = memory();
    cmp_ok($after - $before, '<=', $bound, "$what: the session does not grow");
    diag(sprintf('%s: %d kB before, %d kB after', $what, $before / 1024, $after / 1024));
    is(contexts(), $contexts, "$what: no context is left behind");
    return;
}

does_not_grow('50 trainings', 512 * 1024, 'SELECT train(4)', 'SELECT train(50)');
does_not_grow('100,000 scores', 64 * 1024, 'SELECT score(10)', 'SELECT score(100000)');
does_not_grow('20,000 scores by SQL', 64 * 1024, 'SELECT score_in_sql(10)', 'SELECT score_in_sql(20000)');
does_not_grow('500 failures', 64 * 1024, 'SELECT fail(10)', 'SELECT fail(500)');
does_not_grow('50 drifts', 64 * 1024, q(SELECT count(*) FROM mlops_drift('churn', 'customers')),
    q(SELECT sum((SELECT count(*) FROM mlops_drift('churn', 'SELECT * FROM customers WHERE id % 10 <> ' || i % 10))) FROM generate_series(1, 50) AS i));

# The cache of models keeps its limit whatever is scored.
$session->query_safe(q(SET mlops.model_cache_size = '1MB'));
$session->query_safe(q(SELECT sum(mlops_probability('churn@' || v.version, c)) FROM mlops.versions AS v, (SELECT * FROM customers LIMIT 3) AS c WHERE v.model = 'churn'));
my $cache = q(SELECT coalesce(sum(total_bytes), 0) FROM pg_backend_memory_contexts WHERE name = 'mlops model' OR (name = 'mlops environment' AND ident = 'model'));
cmp_ok($session->query_safe($cache), '<=', 1024 * 1024, 'the cache of models stays within mlops.model_cache_size');

$session->quit;
$node->stop;
done_testing();
