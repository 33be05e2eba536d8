#!/usr/bin/env python3
"""Makes metrics_*.csv for test/unit/test_metrics.c.

Metrics come from scikit-learn 1.2; intervals that it does not have are written
out from their definitions here, in the slow way: DeLong over all pairs, the
influence functions of rmse and r2 term by term.
"""
import os
import warnings

import numpy as np
from sklearn import metrics as sk

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
Z = 1.959963984540054


def write(name, header, rows):
    with open(os.path.join(HERE, name), "w") as out:
        out.write(",".join(header) + "\n")
        for row in rows:
            out.write(",".join(repr(float(x)) for x in row) + "\n")


def mean_error(x, w):
    effective = w.sum() ** 2 / (w ** 2).sum()
    mean = np.average(x, weights=w)
    return mean, np.sqrt(np.average((x - mean) ** 2, weights=w) / (effective - 1))


def wilson(p, n):
    center = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * np.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return [center - half, center + half]


def effective(w):
    return w.sum() ** 2 / (w ** 2).sum()


def delong(y, p, w):
    s1, s0, w1, w0 = p[y == 1], p[y == 0], w[y == 1], w[y == 0]
    kernel = (s1[:, None] > s0[None, :]) + 0.5 * (s1[:, None] == s0[None, :])
    v1 = kernel @ w0 / w0.sum()
    v0 = w1 @ kernel / w1.sum()
    auc = np.average(v1, weights=w1)
    var = np.average((v1 - auc) ** 2, weights=w1) / (effective(w1) - 1)
    var += np.average((v0 - auc) ** 2, weights=w0) / (effective(w0) - 1)
    return [max(auc - Z * var ** .5, 0), min(auc + Z * var ** .5, 1)]


def logit_interval(p, n):
    eta, tau = np.log(p / (1 - p)), 1 / np.sqrt(n * p * (1 - p))
    return [1 / (1 + np.exp(-(eta + s * Z * tau))) for s in (-1, 1)]


def binary(y, p, w, threshold, base):
    yes = (p >= threshold).astype(int)
    const = np.full(len(y), base)
    const_yes = (const >= threshold).astype(int)
    majority = np.full(len(y), int(base >= 0.5))
    k = {"sample_weight": w}
    z = {"sample_weight": w, "zero_division": 0}
    rows = []

    def add(value, interval, baseline):
        rows.append([value] + list(interval) + [baseline])

    def loss(f, x):
        m, e = mean_error(f, w)
        return [max(m - Z * e, 0), m + Z * e]

    add(sk.roc_auc_score(y, p, **k), delong(y, p, w), sk.roc_auc_score(y, const, **k))
    ap = sk.average_precision_score(y, p, **k)
    add(ap, logit_interval(ap, effective(w[y == 1])), sk.average_precision_score(y, const, **k))
    q = np.clip(p, 1e-15, 1 - 1e-15)
    add(sk.log_loss(y, p, eps=1e-15, **k), loss(np.where(y == 1, -np.log(q), -np.log(1 - q)), w),
        sk.log_loss(y, const, eps=1e-15, labels=[0, 1], **k))
    add(sk.brier_score_loss(y, p, **k), loss((y - p) ** 2, w), sk.brier_score_loss(y, const, **k))
    add(sk.accuracy_score(y, yes, **k), wilson(sk.accuracy_score(y, yes, **k), effective(w)),
        sk.accuracy_score(y, majority, **k))
    add(sk.precision_score(y, yes, **z),
        wilson(sk.precision_score(y, yes, **z), effective(w[yes == 1])),
        sk.precision_score(y, const_yes, **z))
    add(sk.recall_score(y, yes, **z), wilson(sk.recall_score(y, yes, **z), effective(w[y == 1])),
        sk.recall_score(y, const_yes, **z))
    jaccard = sk.jaccard_score(y, yes, **k)
    seen = (y == 1) | (yes == 1)
    add(sk.f1_score(y, yes, **z),
        [2 * j / (1 + j) for j in wilson(jaccard, effective(w[seen]))],
        sk.f1_score(y, const_yes, **z))
    return rows


def influence_interval(measure, y, yes, w):
    """Delta method: the derivative of the metric by the weight of each row, taken numerically."""
    cells = {}
    for i, cell in enumerate(zip(y, yes)):
        cells.setdefault(cell, i)
    slope = {}
    for cell, i in cells.items():
        h = 1e-4 * w.sum()
        up, down = w.copy(), w.copy()
        up[i] += h
        down[i] -= h    # may fall below 0: what is summed are the cells' weights
        slope[cell] = w.sum() * (measure(up) - measure(down)) / (2 * h)
    psi = np.array([slope[cell] for cell in zip(y, yes)])
    mean = np.average(psi, weights=w)
    error = np.sqrt(np.average((psi - mean) ** 2, weights=w) / (effective(w) - 1))
    return [measure(w) - Z * error, min(measure(w) + Z * error, 1)]


def mean_delong(y, p, w):
    """Variance of the mean area: over all pairs, class by class."""
    n = p.shape[1]
    count = np.zeros(len(y))
    for k in range(n):
        one, rest = y == k, y != k
        kernel = (p[one, k][:, None] > p[rest, k]) + 0.5 * (p[one, k][:, None] == p[rest, k])
        count[one] += kernel @ w[rest] / w[rest].sum()
        share = np.array([w[y == c].sum() for c in range(n)]) / w[rest].sum()
        count[rest] += w[one] @ kernel / w[one].sum() * share[y[rest].astype(int)]
    var = sum(mean_error(count[y == k], w[y == k])[1] ** 2 for k in range(n)) / n ** 2
    auc = sk.roc_auc_score(y, p, multi_class="ovr", average="macro", sample_weight=w)
    return [max(auc - Z * var ** .5, 0), min(auc + Z * var ** .5, 1)]


def multiclass(y, p, w, base):
    n = p.shape[1]
    yes = p.argmax(axis=1)
    constant = np.full(len(y), base.argmax())
    bases = np.tile(base, (len(y), 1))
    k = {"sample_weight": w}
    hot = np.eye(n)[y.astype(int)]
    rows = []

    def add(value, interval, baseline):
        rows.append([value] + list(interval) + [baseline])

    def loss(f):
        m, e = mean_error(f, w)
        return [max(m - Z * e, 0), m + Z * e]

    ovr = {"multi_class": "ovr", "average": "macro", "sample_weight": w}
    ap = [sk.average_precision_score(hot[:, c], p[:, c], **k) for c in range(n)]
    share = [np.average(hot[:, c], weights=w) for c in range(n)]
    add(sk.roc_auc_score(y, p, **ovr), mean_delong(y, p, w), 0.5)
    add(np.mean(ap), [np.nan, np.nan], np.mean(share))
    add(sk.log_loss(y, p, eps=1e-15, **k), loss(-np.log(np.clip(p[range(len(y)), y.astype(int)], 1e-15, 1))),
        sk.log_loss(y, bases, eps=1e-15, **k))
    add(np.average(((p - hot) ** 2).sum(axis=1), weights=w), loss(((p - hot) ** 2).sum(axis=1)),
        np.average(((bases - hot) ** 2).sum(axis=1), weights=w))

    def smooth(f, **options):
        def measure(weights):
            return f(y, yes, sample_weight=weights, **options)
        add(measure(w), influence_interval(measure, y, yes, w), f(y, constant, sample_weight=w, **options))

    right = sk.accuracy_score(y, yes, **k)
    usual = sk.accuracy_score(y, constant, **k)
    add(right, wilson(right, effective(w)), usual)
    add(1 - right, wilson(1 - right, effective(w)), 1 - usual)
    smooth(sk.balanced_accuracy_score)
    for average in "macro", "weighted":
        for f in sk.precision_score, sk.recall_score, sk.f1_score:
            if average == "weighted" and f is sk.recall_score:
                add(right, wilson(right, effective(w)), usual)
            else:
                smooth(f, average=average, zero_division=0)

    def kappa(y, yes, sample_weight):
        return sk.cohen_kappa_score(y, yes, sample_weight=sample_weight)

    smooth(kappa)
    smooth(sk.matthews_corrcoef)
    for c in range(n):
        one, other = hot[:, c], (yes == c).astype(int)
        always = (constant == c).astype(int)
        z = {"sample_weight": w, "zero_division": 0}
        add(sk.roc_auc_score(one, p[:, c], **k), delong(one, p[:, c], w), 0.5)
        add(ap[c], logit_interval(ap[c], effective(w[one == 1])), share[c])
        add(sk.precision_score(one, other, **z),
            wilson(sk.precision_score(one, other, **z), effective(w[other == 1])), sk.precision_score(one, always, **z))
        add(sk.recall_score(one, other, **z),
            wilson(sk.recall_score(one, other, **z), effective(w[one == 1])), sk.recall_score(one, always, **z))
        seen = (one == 1) | (other == 1)
        add(sk.f1_score(one, other, **z),
            [2 * j / (1 + j) for j in wilson(sk.jaccard_score(one, other, **k), effective(w[seen]))],
            sk.f1_score(one, always, **z))
    return rows


def median_of_values(x, w):
    """Repeat-free weighted median: average of the two middle values on an exact half."""
    o = np.argsort(x, kind="stable")
    x, c = x[o], np.cumsum(w[o])
    i = np.searchsorted(c, c[-1] / 2 * (1 - 1e-12))
    return (x[i] + x[i + 1]) / 2 if c[i] <= c[-1] / 2 * (1 + 1e-12) else x[i]


def median_interval(x, w):
    o = np.argsort(x, kind="stable")
    x, w = x[o], w[o]
    n = effective(w)
    rank = np.floor((n + 1) / 2 - Z * np.sqrt(n) / 2)
    need = w.sum() * rank / n * (1 - 1e-12)
    low = x[np.searchsorted(np.cumsum(w), need)]
    high = x[::-1][np.searchsorted(np.cumsum(w[::-1]), need)]
    return [low, high]


def regression(y, p, w, base, weighted):
    const = np.full(len(y), base)
    k = {"sample_weight": w}
    kept = y != 0
    rows = []
    m, e = mean_error((y - p) ** 2, w)
    root = np.sqrt(m)
    rows.append([sk.mean_squared_error(y, p, squared=False, **k), max(root - Z * e / (2 * root), 0),
                 root + Z * e / (2 * root), sk.mean_squared_error(y, const, squared=False, **k)])
    m, e = mean_error(abs(y - p), w)
    rows.append([sk.mean_absolute_error(y, p, **k), max(m - Z * e, 0), m + Z * e,
                 sk.mean_absolute_error(y, const, **k)])
    if weighted:    # random weights: no exact half, so scikit-learn's lower median is the median
        median = sk.median_absolute_error(y, p, **k)
        base_median = sk.median_absolute_error(y, const, **k)
    else:
        median = sk.median_absolute_error(y, p)
        base_median = sk.median_absolute_error(y, const)
    assert abs(median - median_of_values(abs(y - p), w)) < 1e-12
    rows.append([median] + median_interval(abs(y - p), w) + [base_median])
    mean = np.average(y, weights=w)
    a, b = (y - p) ** 2, (y - mean) ** 2
    ratio = np.average(a, weights=w) / np.average(b, weights=w)
    _, e = mean_error((a - ratio * b) / np.average(b, weights=w), w)
    r2 = sk.r2_score(y, p, **k)
    rows.append([r2, r2 - Z * e, min(r2 + Z * e, 1), sk.r2_score(y, const, **k)])
    m, e = mean_error(abs((y - p) / y)[kept], w[kept])
    rows.append([sk.mean_absolute_percentage_error(y[kept], p[kept], sample_weight=w[kept]),
                 max(m - Z * e, 0), m + Z * e,
                 sk.mean_absolute_percentage_error(y[kept], const[kept], sample_weight=w[kept])])
    m, e = mean_error(np.where(y >= p, 0.8 * (y - p), 0.2 * (p - y)), w)
    rows.append([sk.mean_pinball_loss(y, p, alpha=0.8, **k), max(m - Z * e, 0), m + Z * e,
                 sk.mean_pinball_loss(y, const, alpha=0.8, **k)])
    return rows


def main():
    rng = np.random.default_rng(7)
    n = 240
    y = (rng.random(n) < 0.35).astype(float)
    p = np.clip(np.round(0.35 + 0.22 * (y - 0.35) + rng.normal(0, .22, n), 1), 0, 1)
    w = np.round(rng.gamma(2, 1, n), 6)
    w[::17] = 0
    assert len(set(p)) <= 11 and p.min() == 0 and p.max() == 1
    write("metrics_binary.csv", ["actual", "probability", "weight"], zip(y, p, w))
    # Blocks of 8 rows in the order of ml_metrics_binary(): plain, weighted,
    # then both for a threshold that makes the baseline predict positive.
    expected = []
    for threshold, base in ((0.5, 0.35), (0.3, 0.35), (0.5, 0.6)):
        expected += binary(y, p, np.ones(n), threshold, base)
        expected += binary(y, p, w, threshold, base)
    write("metrics_binary_expected.csv", ["value", "low", "high", "baseline"], expected)

    n = 201
    y = np.round(rng.normal(50, 12, n), 2)
    y[::23] = 0
    p = np.round(y * 0.7 + 14 + rng.standard_t(4, n) * 6, 1)
    w = np.round(rng.gamma(2, 1, n), 6)
    w[::19] = 0
    write("metrics_regression.csv", ["actual", "predicted", "weight"], zip(y, p, w))
    expected = regression(y, p, np.ones(n), 48.0, False) + regression(y, p, w, 48.0, True)
    # An even number of rows has two middle values.
    expected += regression(y[:-1], p[:-1], np.ones(n - 1), 48.0, False)
    write("metrics_regression_expected.csv", ["value", "low", "high", "baseline"], expected)

    # Four classes, one of them rare; probabilities are sixteenths, so that many tie.
    n = 220
    y = rng.choice(4, n, p=[0.4, 0.3, 0.24, 0.06]).astype(float)
    score = rng.normal(0, 1, (n, 4)) + 1.5 * np.eye(4)[y.astype(int)] + [0, 0, 0, -0.5]
    p = np.exp(score) / np.exp(score).sum(axis=1)[:, None]
    p = np.floor(p * 16) / 16
    p[:, 0] += 1 - p.sum(axis=1)
    w = np.round(rng.gamma(2, 1, n), 6)
    w[::17] = 0
    write("metrics_multiclass.csv", ["actual", "p0", "p1", "p2", "p3", "weight"], np.column_stack([y, p, w]))
    base = np.array([0.4, 0.3, 0.24, 0.06])
    # All metrics in the order of ml_metrics_multiclass(): plain, then weighted.
    expected = multiclass(y, p, np.ones(n), base) + multiclass(y, p, w, base)
    write("metrics_multiclass_expected.csv", ["value", "low", "high", "baseline"], expected)


main()
