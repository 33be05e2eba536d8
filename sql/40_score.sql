-- Scoring. Each verb has one overload per way to give the features; the text
-- one is what untyped literals and parameters resolve to. None is STRICT, since
-- a class left out is NULL. Not LEAKPROOF: errors show what was in the row.

CREATE FUNCTION @extschema@.mlops_predict(ref text, features record)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_predict_record';
COMMENT ON FUNCTION @extschema@.mlops_predict(text, record) IS 'Predicted number; features: a row, matched by column name; NULL for a NULL row; error 42809 for models that predict a class';

CREATE FUNCTION @extschema@.mlops_predict(ref text, features jsonb)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_predict_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_predict(text, jsonb) IS 'Predicted number; features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models that predict a class';

CREATE FUNCTION @extschema@.mlops_predict(ref text, features json)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_predict_json';
COMMENT ON FUNCTION @extschema@.mlops_predict(text, json) IS 'Predicted number; features: as jsonb; NULL for a NULL row; error 42809 for models that predict a class';

CREATE FUNCTION @extschema@.mlops_predict(ref text, features float8[])
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_predict_array';
COMMENT ON FUNCTION @extschema@.mlops_predict(text, float8[]) IS 'Predicted number; features: numbers in signature order; NULL for a NULL row; error 42809 for models that predict a class';

CREATE FUNCTION @extschema@.mlops_predict(ref text, features text)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_predict_text';
COMMENT ON FUNCTION @extschema@.mlops_predict(text, text) IS 'Predicted number; features: text holding JSON or an array; NULL for a NULL row; error 42809 for models that predict a class';

CREATE FUNCTION @extschema@.mlops_classify(ref text, features record)
RETURNS text LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_classify_record';
COMMENT ON FUNCTION @extschema@.mlops_classify(text, record) IS 'Predicted label; features: a row, matched by column name; NULL for a NULL row; error 42809 for models that predict a number';

CREATE FUNCTION @extschema@.mlops_classify(ref text, features jsonb)
RETURNS text LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_classify_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_classify(text, jsonb) IS 'Predicted label; features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models that predict a number';

CREATE FUNCTION @extschema@.mlops_classify(ref text, features json)
RETURNS text LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_classify_json';
COMMENT ON FUNCTION @extschema@.mlops_classify(text, json) IS 'Predicted label; features: as jsonb; NULL for a NULL row; error 42809 for models that predict a number';

CREATE FUNCTION @extschema@.mlops_classify(ref text, features float8[])
RETURNS text LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_classify_array';
COMMENT ON FUNCTION @extschema@.mlops_classify(text, float8[]) IS 'Predicted label; features: numbers in signature order; NULL for a NULL row; error 42809 for models that predict a number';

CREATE FUNCTION @extschema@.mlops_classify(ref text, features text)
RETURNS text LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_classify_text';
COMMENT ON FUNCTION @extschema@.mlops_classify(text, text) IS 'Predicted label; features: text holding JSON or an array; NULL for a NULL row; error 42809 for models that predict a number';

CREATE FUNCTION @extschema@.mlops_probability(ref text, features record, class text DEFAULT NULL)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_probability_record';
COMMENT ON FUNCTION @extschema@.mlops_probability(text, record, text) IS 'Probability of a class, of the positive one without class; features: a row, matched by column name; NULL for a NULL row; error 42809 for models that predict a number, 22023 for a class that is none';

CREATE FUNCTION @extschema@.mlops_probability(ref text, features jsonb, class text DEFAULT NULL)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_probability_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_probability(text, jsonb, text) IS 'Probability of a class, of the positive one without class; features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models that predict a number, 22023 for a class that is none';

CREATE FUNCTION @extschema@.mlops_probability(ref text, features json, class text DEFAULT NULL)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_probability_json';
COMMENT ON FUNCTION @extschema@.mlops_probability(text, json, text) IS 'Probability of a class, of the positive one without class; features: as jsonb; NULL for a NULL row; error 42809 for models that predict a number, 22023 for a class that is none';

CREATE FUNCTION @extschema@.mlops_probability(ref text, features float8[], class text DEFAULT NULL)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_probability_array';
COMMENT ON FUNCTION @extschema@.mlops_probability(text, float8[], text) IS 'Probability of a class, of the positive one without class; features: numbers in signature order; NULL for a NULL row; error 42809 for models that predict a number, 22023 for a class that is none';

CREATE FUNCTION @extschema@.mlops_probability(ref text, features text, class text DEFAULT NULL)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_probability_text';
COMMENT ON FUNCTION @extschema@.mlops_probability(text, text, text) IS 'Probability of a class, of the positive one without class; features: text holding JSON or an array; NULL for a NULL row; error 42809 for models that predict a number, 22023 for a class that is none';

CREATE FUNCTION @extschema@.mlops_probabilities(ref text, features record)
RETURNS jsonb LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_probabilities_record';
COMMENT ON FUNCTION @extschema@.mlops_probabilities(text, record) IS 'Probability of each class as {"label": p, ...}; features: a row, matched by column name; NULL for a NULL row; error 42809 for models that predict a number';

CREATE FUNCTION @extschema@.mlops_probabilities(ref text, features jsonb)
RETURNS jsonb LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_probabilities_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_probabilities(text, jsonb) IS 'Probability of each class as {"label": p, ...}; features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models that predict a number';

CREATE FUNCTION @extschema@.mlops_probabilities(ref text, features json)
RETURNS jsonb LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_probabilities_json';
COMMENT ON FUNCTION @extschema@.mlops_probabilities(text, json) IS 'Probability of each class as {"label": p, ...}; features: as jsonb; NULL for a NULL row; error 42809 for models that predict a number';

CREATE FUNCTION @extschema@.mlops_probabilities(ref text, features float8[])
RETURNS jsonb LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_probabilities_array';
COMMENT ON FUNCTION @extschema@.mlops_probabilities(text, float8[]) IS 'Probability of each class as {"label": p, ...}; features: numbers in signature order; NULL for a NULL row; error 42809 for models that predict a number';

CREATE FUNCTION @extschema@.mlops_probabilities(ref text, features text)
RETURNS jsonb LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_probabilities_text';
COMMENT ON FUNCTION @extschema@.mlops_probabilities(text, text) IS 'Probability of each class as {"label": p, ...}; features: text holding JSON or an array; NULL for a NULL row; error 42809 for models that predict a number';

CREATE FUNCTION @extschema@.mlops_anomaly_score(ref text, features record)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_anomaly_score_record';
COMMENT ON FUNCTION @extschema@.mlops_anomaly_score(text, record) IS 'How unusual a row is, between 0 and 1: about 0.5 for rows like all others, near 1 for rows that stand alone; features: a row, matched by column name; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_anomaly_score(ref text, features jsonb)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_anomaly_score_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_anomaly_score(text, jsonb) IS 'How unusual a row is, between 0 and 1: about 0.5 for rows like all others, near 1 for rows that stand alone; features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_anomaly_score(ref text, features json)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_anomaly_score_json';
COMMENT ON FUNCTION @extschema@.mlops_anomaly_score(text, json) IS 'How unusual a row is, between 0 and 1: about 0.5 for rows like all others, near 1 for rows that stand alone; features: as jsonb; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_anomaly_score(ref text, features float8[])
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_anomaly_score_array';
COMMENT ON FUNCTION @extschema@.mlops_anomaly_score(text, float8[]) IS 'How unusual a row is, between 0 and 1: about 0.5 for rows like all others, near 1 for rows that stand alone; features: numbers in signature order; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_anomaly_score(ref text, features text)
RETURNS float8 LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_anomaly_score_text';
COMMENT ON FUNCTION @extschema@.mlops_anomaly_score(text, text) IS 'How unusual a row is, between 0 and 1: about 0.5 for rows like all others, near 1 for rows that stand alone; features: text holding JSON or an array; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_cluster(ref text, features record)
RETURNS int LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_cluster_record';
COMMENT ON FUNCTION @extschema@.mlops_cluster(text, record) IS 'Cluster of a row, from 1 on, the largest cluster first: the one whose centre is nearest; features: a row, matched by column name; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_cluster(ref text, features jsonb)
RETURNS int LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_cluster_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_cluster(text, jsonb) IS 'Cluster of a row, from 1 on, the largest cluster first: the one whose centre is nearest; features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_cluster(ref text, features json)
RETURNS int LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_cluster_json';
COMMENT ON FUNCTION @extschema@.mlops_cluster(text, json) IS 'Cluster of a row, from 1 on, the largest cluster first: the one whose centre is nearest; features: as jsonb; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_cluster(ref text, features float8[])
RETURNS int LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_cluster_array';
COMMENT ON FUNCTION @extschema@.mlops_cluster(text, float8[]) IS 'Cluster of a row, from 1 on, the largest cluster first: the one whose centre is nearest; features: numbers in signature order; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_cluster(ref text, features text)
RETURNS int LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_cluster_text';
COMMENT ON FUNCTION @extschema@.mlops_cluster(text, text) IS 'Cluster of a row, from 1 on, the largest cluster first: the one whose centre is nearest; features: text holding JSON or an array; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_transform(ref text, features record)
RETURNS float8[] LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_transform_record';
COMMENT ON FUNCTION @extschema@.mlops_transform(text, record) IS 'A row in other coordinates: of clusters the distance to each centre, of a decomposition the value of each component; features: a row, matched by column name; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_transform(ref text, features jsonb)
RETURNS float8[] LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_transform_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_transform(text, jsonb) IS 'A row in other coordinates: of clusters the distance to each centre, of a decomposition the value of each component; features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_transform(ref text, features json)
RETURNS float8[] LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_transform_json';
COMMENT ON FUNCTION @extschema@.mlops_transform(text, json) IS 'A row in other coordinates: of clusters the distance to each centre, of a decomposition the value of each component; features: as jsonb; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_transform(ref text, features float8[])
RETURNS float8[] LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_transform_array';
COMMENT ON FUNCTION @extschema@.mlops_transform(text, float8[]) IS 'A row in other coordinates: of clusters the distance to each centre, of a decomposition the value of each component; features: numbers in signature order; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_transform(ref text, features text)
RETURNS float8[] LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_transform_text';
COMMENT ON FUNCTION @extschema@.mlops_transform(text, text) IS 'A row in other coordinates: of clusters the distance to each centre, of a decomposition the value of each component; features: text holding JSON or an array; NULL for a NULL row; error 42809 for models of another task';

CREATE FUNCTION @extschema@.mlops_interval(ref text, features record, level float8 DEFAULT 0.9, OUT low float8, OUT prediction float8, OUT high float8)
LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_interval_record';
COMMENT ON FUNCTION @extschema@.mlops_interval(text, record, float8) IS 'Prediction with an interval that holds the truth with a chance of at least level, as far as rows come as the held-out ones did (split conformal prediction); features: a row, matched by column name; NULL for a NULL row; error 42809 for models that predict no number, 55000 for versions without held-out rows, 22023 for a level that they are too few for';

CREATE FUNCTION @extschema@.mlops_interval(ref text, features jsonb, level float8 DEFAULT 0.9, OUT low float8, OUT prediction float8, OUT high float8)
LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_interval_jsonb';
COMMENT ON FUNCTION @extschema@.mlops_interval(text, jsonb, float8) IS 'Prediction with an interval that holds the truth with a chance of at least level, as far as rows come as the held-out ones did (split conformal prediction); features: a JSON object, matched by key, or an array of numbers; NULL for a NULL row; error 42809 for models that predict no number, 55000 for versions without held-out rows, 22023 for a level that they are too few for';

CREATE FUNCTION @extschema@.mlops_interval(ref text, features json, level float8 DEFAULT 0.9, OUT low float8, OUT prediction float8, OUT high float8)
LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_interval_json';
COMMENT ON FUNCTION @extschema@.mlops_interval(text, json, float8) IS 'Prediction with an interval that holds the truth with a chance of at least level, as far as rows come as the held-out ones did (split conformal prediction); features: as jsonb; NULL for a NULL row; error 42809 for models that predict no number, 55000 for versions without held-out rows, 22023 for a level that they are too few for';

CREATE FUNCTION @extschema@.mlops_interval(ref text, features float8[], level float8 DEFAULT 0.9, OUT low float8, OUT prediction float8, OUT high float8)
LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_interval_array';
COMMENT ON FUNCTION @extschema@.mlops_interval(text, float8[], float8) IS 'Prediction with an interval that holds the truth with a chance of at least level, as far as rows come as the held-out ones did (split conformal prediction); features: numbers in signature order; NULL for a NULL row; error 42809 for models that predict no number, 55000 for versions without held-out rows, 22023 for a level that they are too few for';

CREATE FUNCTION @extschema@.mlops_interval(ref text, features text, level float8 DEFAULT 0.9, OUT low float8, OUT prediction float8, OUT high float8)
LANGUAGE c STABLE PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'mlops_interval_text';
COMMENT ON FUNCTION @extschema@.mlops_interval(text, text, float8) IS 'Prediction with an interval that holds the truth with a chance of at least level, as far as rows come as the held-out ones did (split conformal prediction); features: text holding JSON or an array; NULL for a NULL row; error 42809 for models that predict no number, 55000 for versions without held-out rows, 22023 for a level that they are too few for';
