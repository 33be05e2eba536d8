#!/usr/bin/python3
# Writes, for test/unit/test_clusters.c and test_components.c:
#   clusters.csv            points in four clumps, two numbers of unequal scale,
#                           one with missing values, a category, a weight
#   clusters_expected.csv   Lloyd's method of scikit-learn 1.2 from the first
#                           rows on: iterations, inertia, measures, centres
#   components.csv          rows of six numbers, two of them nearly the same
#   components_expected.csv their components by numpy's SVD
# A space is: numbers less their mean by their population deviation, missing as
# 0, every level of a category 0 or 1.
import csv
import numpy as np
import sklearn
from sklearn import metrics
from sklearn.cluster import KMeans

assert sklearn.__version__.startswith('1.2.')
random = np.random.default_rng(20)


def write(name, header, rows):
    with open(name, 'w', newline='') as file:
        writer = csv.writer(file, lineterminator='\n')
        writer.writerow(header)
        for row in rows:
            writer.writerow(['' if isinstance(x, float) and np.isnan(x) else repr(x) if isinstance(x, float) else x for x in row])


def scaled(column):
    return np.where(np.isnan(column), 0.0, (column - np.nanmean(column)) / np.nanstd(column))


# ---- clusters
n = 400
middle = np.array([[0, 0, 0], [4, 1, 0], [1, 5, 1], [5, 6, 2]])
clump = random.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
points = random.normal(size=(n, 2)) * [0.9, 0.7] + middle[clump, :2]
points[:, 1] = points[:, 1] * 1000 - 3e5
points[random.random(n) < 0.05, 0] = np.nan
category = np.where(random.random(n) < 0.8, middle[clump, 2], random.integers(0, 3, n))
weight = random.integers(1, 6, n).astype(float) / 2
points = np.round(points, 6)
write('clusters.csv', ['x', 'y', 'c', 'w'], ([float(p[0]), float(p[1]), int(c), float(w)] for p, c, w in zip(points, category, weight)))
space = np.column_stack([scaled(points[:, 0]), scaled(points[:, 1])] + [category == level for level in range(3)]).astype(float)

rows = []
for k, iterations, weights in [(4, 1, None), (4, 3, None), (4, 300, None), (7, 5, None), (7, 300, None),
                               (4, 2, weight), (4, 300, weight), (40, 4, None)]:
    fitted = KMeans(k, init=space[:k], n_init=1, max_iter=iterations, tol=0, algorithm='lloyd').fit(space, sample_weight=weights)
    row = [k, iterations, int(weights is not None), float(fitted.inertia_),
           float(metrics.silhouette_score(space, fitted.labels_)), float(metrics.davies_bouldin_score(space, fitted.labels_)),
           float(metrics.calinski_harabasz_score(space, fitted.labels_))]
    row += [float(x) for x in fitted.cluster_centers_[:4].ravel()]
    rows.append(row)
write('clusters_expected.csv', ['k', 'iterations', 'weighted', 'inertia', 'silhouette', 'davies_bouldin', 'calinski_harabasz']
      + ['centre%d_%d' % (i, j) for i in range(4) for j in range(5)], rows)

# ---- components
n = 200
x = random.normal(size=(n, 6)) @ random.normal(size=(6, 6)) * [1, 10, 1e-3, 1e4, 1, 1] + [0, 100, 1, -1e6, 5, 0]
x[:, 5] = x[:, 0] + 1e-5 * random.normal(size=n)
weight = random.integers(1, 6, n).astype(float) / 2
write('components.csv', ['a', 'b', 'c', 'd', 'e', 'f', 'w'], ([float(v) for v in row] + [float(w)] for row, w in zip(x, weight)))

rows = []
for standardised in (1, 0):
    for centred in (1, 0):
        for weighted in (0, 1):
            w = weight if weighted else np.ones(n)
            at = (x - x.mean(0)) / x.std(0) if standardised else x - x.mean(0)
            if not centred:
                at = x / x.std(0) if standardised else x
            mean = w @ at / w.sum()
            root = np.sqrt(w)[:, None]
            moved = at - mean if centred else at
            _, values, vectors = np.linalg.svd(root * moved, full_matrices=False)
            scores = moved @ vectors.T
            scale = n / w.sum() / (n - 1)
            for c in range(6):
                sign = np.sign(vectors[c, np.abs(vectors[c]).argmax()])
                variance = w @ (scores[:, c] - w @ scores[:, c] / w.sum()) ** 2 * scale
                total = (w @ (at - mean) ** 2).sum() * scale
                rows.append([standardised, centred, weighted, c, float(variance), float(variance / total)]
                            + [float(sign * v) for v in vectors[c]] + [float(sign * v) for v in scores[:3, c]])
write('components_expected.csv', ['standardised', 'centred', 'weighted', 'component', 'variance', 'ratio']
      + ['loading%d' % j for j in range(6)] + ['value%d' % i for i in range(3)], rows)
