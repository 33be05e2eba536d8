/*
 * stats/digest.h
 *		Quantiles of any number of values in a fixed room, mergeable.
 *
 * A merging t-digest (T. Dunning, O. Ertl, "Computing extremely accurate
 * quantiles using t-digests", 2019) with the scale function k1 and compression
 * 100: neighbouring values share a centroid, and few values do near the ends.
 * The rank of a quantile is off by about 1 % of all values at the median and by
 * less towards the ends; up to ML_DIGEST_CENTROIDS values are kept as they are.
 *
 * A digest is an array of doubles, so that it can be a part of a state: number
 * of centroids, of waiting values, means (ascending), weights, waiting values.
 */
#ifndef ML_STATS_DIGEST_H
#define ML_STATS_DIGEST_H

#include <stdbool.h>

#define ML_DIGEST_CENTROIDS 104
#define ML_DIGEST_WAITING 120
#define ML_DIGEST_VALUES (2 + 2 * ML_DIGEST_CENTROIDS + ML_DIGEST_WAITING)

/* A digest of nothing is zeros. Values are finite. */
extern void ml_digest_add(double *digest, double value);
extern void ml_digest_merge(double *into, const double *from);

/*
 * The value at rank level (0 to 1) times (count - 1), as percentile_cont() has
 * it, between the least and the greatest value; NaN without values.
 */
extern double ml_digest_quantile(const double *digest, double level, double least, double greatest);

/* Whether numbers from outside can be a digest of `count` values from least to greatest. */
extern bool ml_digest_possible(const double *digest, double count, double least, double greatest);

#endif							/* ML_STATS_DIGEST_H */
