/*
 * stats/digest.c
 *		Quantiles of any number of values in a fixed room, mergeable.
 */
#include "stats/digest.h"

#include <math.h>
#include <string.h>

#define COMPRESSION 100.0
#define PI 3.14159265358979323846

/* All that two digests can have. */
#define MOST_PARTS (2 * (ML_DIGEST_CENTROIDS + ML_DIGEST_WAITING))

/* Part of a digest by name. */
#define N_CENTROIDS 0
#define N_WAITING 1
#define MEANS 2
#define WEIGHTS (MEANS + ML_DIGEST_CENTROIDS)
#define WAITING (WEIGHTS + ML_DIGEST_CENTROIDS)

/* Centroids in order of their means. */
typedef struct Parts
{
	int			n;
	double		mean[MOST_PARTS];
	double		weight[MOST_PARTS];
} Parts;

/* Add a run of ascending means, merging from the end; weights NULL: ones. */
static void
add_run(Parts *parts, const double *means, const double *weights, int n)
{
	int			last = parts->n - 1;
	int			at = parts->n + n - 1;
	int			i = n - 1;

	parts->n += n;
	for (; i >= 0; at--)
	{
		if (last >= 0 && parts->mean[last] > means[i])
		{
			parts->mean[at] = parts->mean[last];
			parts->weight[at] = parts->weight[last];
			last--;
			continue;
		}
		parts->mean[at] = means[i];
		parts->weight[at] = weights != NULL ? weights[i] : 1.0;
		i--;
	}
}

/* Few enough for sorting by insertion. */
static void
sort_few(double *values, int n)
{
	int			i;

	for (i = 1; i < n; i++)
	{
		double		value = values[i];
		int			at = i;

		while (at > 0 && values[at - 1] > value)
		{
			values[at] = values[at - 1];
			at--;
		}
		values[at] = value;
	}
}

static void
take_apart(Parts *parts, const double *digest)
{
	double		waiting[ML_DIGEST_WAITING];
	int			n_waiting = (int) digest[N_WAITING];

	memcpy(waiting, digest + WAITING, (size_t) n_waiting * sizeof(double));
	sort_few(waiting, n_waiting);
	add_run(parts, digest + MEANS, digest + WEIGHTS, (int) digest[N_CENTROIDS]);
	add_run(parts, waiting, NULL, n_waiting);
}

/* The share of all up to which a centroid that begins at share q may reach. */
static double
reach(double q)
{
	double		k = asin(2.0 * q - 1.0) + 2.0 * PI / COMPRESSION;

	return k >= PI / 2.0 ? 1.0 : (sin(k) + 1.0) / 2.0;
}

static void
put_centroid(double *digest, double mean, double weight)
{
	int			at = (int) digest[N_CENTROIDS]++;

	digest[MEANS + at] = mean;
	digest[WEIGHTS + at] = weight;
}

/* Neighbours as one centroid where the scale function allows it. */
static void
put_together(const Parts *parts, double *digest)
{
	double		total = 0.0;
	double		before = 0.0;
	double		limit = reach(0.0);
	double		mean = parts->mean[0];
	double		weight = parts->weight[0];
	bool		keep = parts->n <= ML_DIGEST_CENTROIDS;
	int			i;

	for (i = 0; i < parts->n; i++)
		total += parts->weight[i];
	digest[N_CENTROIDS] = 0;
	digest[N_WAITING] = 0;
	for (i = 1; i < parts->n; i++)
	{
		bool		last = digest[N_CENTROIDS] == ML_DIGEST_CENTROIDS - 1;

		if (!keep && (last || (before + weight + parts->weight[i]) / total <= limit))
		{
			weight += parts->weight[i];
			mean += (parts->mean[i] - mean) * (parts->weight[i] / weight);
			continue;
		}
		put_centroid(digest, mean, weight);
		before += weight;
		limit = reach(before / total);
		mean = parts->mean[i];
		weight = parts->weight[i];
	}
	put_centroid(digest, mean, weight);
}

void
ml_digest_add(double *digest, double value)
{
	Parts		parts;

	digest[WAITING + (int) digest[N_WAITING]++] = value;
	if (digest[N_WAITING] < ML_DIGEST_WAITING)
		return;
	parts.n = 0;
	take_apart(&parts, digest);
	put_together(&parts, digest);
}

void
ml_digest_merge(double *into, const double *from)
{
	Parts		parts;

	parts.n = 0;
	take_apart(&parts, into);
	take_apart(&parts, from);
	if (parts.n > 0)
		put_together(&parts, into);
}

/* Between two neighbours at ranks a and b. */
static double
between(double rank, double a, double low, double b, double high)
{
	double		share = b > a ? (rank - a) / (b - a) : 1.0;

	return low + (high - low) * share;
}

double
ml_digest_quantile(const double *digest, double level, double least, double greatest)
{
	Parts		parts;
	double		total = 0.0;
	double		before = 0.0;
	double		last_rank = 0.0;
	double		last = least;
	double		rank;
	int			i;

	parts.n = 0;
	take_apart(&parts, digest);
	if (parts.n == 0)
		return NAN;
	for (i = 0; i < parts.n; i++)
		total += parts.weight[i];
	rank = level * (total - 1.0);
	for (i = 0; i < parts.n; i++)
	{
		double		middle = before + (parts.weight[i] - 1.0) / 2.0;

		if (rank <= middle)
			return fmin(fmax(between(rank, last_rank, last, middle, parts.mean[i]), least), greatest);
		last_rank = middle;
		last = parts.mean[i];
		before += parts.weight[i];
	}
	return fmin(fmax(between(rank, last_rank, last, total - 1.0, greatest), least), greatest);
}

static bool
is_count(double value, double most)
{
	return value >= 0.0 && value <= most && value == floor(value);
}

bool
ml_digest_possible(const double *digest, double count, double least, double greatest)
{
	double		sum;
	double		last = least;
	int			i;

	if (!is_count(digest[N_CENTROIDS], ML_DIGEST_CENTROIDS) ||
		!is_count(digest[N_WAITING], ML_DIGEST_WAITING - 1))
		return false;
	sum = digest[N_WAITING];
	for (i = 0; i < (int) digest[N_CENTROIDS]; i++)
	{
		if (!(digest[MEANS + i] >= last && digest[MEANS + i] <= greatest && digest[WEIGHTS + i] >= 1.0))
			return false;
		last = digest[MEANS + i];
		sum += digest[WEIGHTS + i];
	}
	for (i = 0; i < (int) digest[N_WAITING]; i++)
	{
		if (!(digest[WAITING + i] >= least && digest[WAITING + i] <= greatest))
			return false;
	}
	return sum == count;
}
