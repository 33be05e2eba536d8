# What a server with models answers, as text that two servers can be compared
# by: predictions to the last bit, and every row of every view.
package MlopsState;
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(train_examples predictions view_rows);

# Models of several algorithms and all tasks with several versions, aliases and a
# history. Needs the tables customers and houses.
sub train_examples {
    my ($node, $database, @as) = @_;
    $node->safe_psql($database, $_, extra_params => [@as]) for (
        q(SELECT version FROM mlops_train('churn', 'customers', target => 'churned', algorithm => 'logistic')),
        q(SELECT version FROM mlops_train('churn', 'customers', target => 'churned', algorithm => 'gbt', deploy => 'always')),
        q(SELECT version FROM mlops_train('churn', 'customers', target => 'churned', algorithm => 'gbt',
            params => '{"trees": 12}', seed => 7, deploy => 'never')),
        q(SELECT version FROM mlops_train('churn', 'customers', warm_start => 'churn@3', deploy => 'never')),
        q(SELECT version FROM mlops_train('price', 'SELECT * FROM houses', target => 'sale_price', algorithm => 'linear')),
        q(SELECT version FROM mlops_train('price', 'houses', target => 'sale_price', algorithm => 'gbt', deploy => 'always')),
        q(SELECT version FROM mlops_train('Größe "x"', 'SELECT lot_area, house_style AS "Stil é" , sale_price FROM houses LIMIT 200',
            target => 'sale_price', algorithm => 'linear')),
        q(SELECT version FROM mlops_train('odd', 'customers', task => 'anomaly', exclude => ARRAY['churned'])),
        q(SELECT version FROM mlops_train('segments', 'customers', task => 'clustering', exclude => ARRAY['churned'], params => '{"k": 4, "starts": 2}')),
        q(SELECT version FROM mlops_train('parts', 'customers', task => 'decomposition', exclude => ARRAY['churned'])),
        q(SELECT version FROM mlops_train('by style', 'houses', target => 'sale_price', algorithm => 'gbt', params => '{"trees": 5}', partition_by => ARRAY['house_style'],
            prepare => '{"min_partition_rows": 50}')),
        q(SELECT mlops_deploy('churn@3', 'challenger', 'a try')),
        q(SELECT mlops_rollback('price', 'to see the way back')),
        q(SELECT version FROM mlops_train('gone', 'houses', target => 'sale_price', algorithm => 'linear')),
        q(SELECT mlops_drop_model('gone')));
    return;
}

# One line for each reference: a digest of all predictions, bit by bit.
sub predictions {
    my ($node, $database, @as) = @_;
    my @queries = map { my ($verb, $reference, $table) = @$_;
        "SELECT '$reference: ' || count(*) || ' ' || md5(string_agg($verb('$reference', t.*)::text, ',' ORDER BY id)) FROM $table AS t"
    } (
        (map { [ 'mlops_probability', $_, 'customers' ] } qw(churn churn@1 churn@2 churn@3 churn@4 churn@challenger)),
        (map { [ 'mlops_predict', $_, 'houses' ] } qw(price price@1 price@2)),
        [ 'mlops_anomaly_score', 'odd', 'customers' ],
        [ 'mlops_cluster', 'segments', 'customers' ],
        [ 'mlops_transform', 'parts', 'customers' ],
        [ 'mlops_predict', 'by style', 'houses' ],
        [ 'mlops_predict', 'Größe "x"', '(SELECT *, house_style AS "Stil é" FROM houses)' ],
    );
    return $node->safe_psql($database, join(' UNION ALL ', @queries) . ' ORDER BY 1', extra_params => [@as]);
}

# The rows of all views but the one that shows the present moment.
sub view_rows {
    my ($node, $database, @as) = @_;
    my @views = split /\n/, $node->safe_psql($database,
        q(SELECT relname FROM pg_class WHERE relnamespace = 'mlops'::regnamespace AND relkind = 'v'
            AND relname NOT IN ('progress', 'visible_model') ORDER BY 1));
    my @queries = map { "SELECT '$_ ' || v::text FROM mlops.$_ AS v" } @views;
    return $node->safe_psql($database, join(' UNION ALL ', @queries) . ' ORDER BY 1', extra_params => [@as]);
}

1;
