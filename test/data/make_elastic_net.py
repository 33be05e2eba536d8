#!/usr/bin/python3
"""Reference numbers for test_elastic_net (numpy, scikit-learn 1.2).

Writes beside itself
  elastic_net_wide.csv      a table y, x1 .. x60 of 40 rows: more columns than rows, correlated
  elastic_net_sklearn.csv   long: setting, table (0 diabetes.csv, 1 elastic_net_wide.csv), weighted
                            (row i counts 1 + i % 3), l1, l2, index (0 intercept), value
  elastic_net_cv_sklearn.csv  ElasticNetCV on standardised columns of diabetes.csv with y / sd(y), fold
                            of row i = i % 5, laid out as elastic_net_cv_glmnet.csv

Columns stay as they are, not standardised. make_elastic_net.R writes what
R's glmnet says of standardised ones.
"""
import csv
import os
import warnings

import numpy as np
from sklearn.linear_model import ElasticNet, ElasticNetCV
from sklearn.model_selection import PredefinedSplit

HERE = os.path.dirname(os.path.abspath(__file__))


def read(name):
    return np.loadtxt(os.path.join(HERE, name), delimiter=",", skiprows=1)


def write(name, header, rows):
    with open(os.path.join(HERE, name), "w", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(header)
        out.writerows([[("%d" % v if float(v).is_integer() and abs(v) < 1e15 else repr(float(v)))
                        for v in row] for row in rows])


rng = np.random.default_rng(4)
common = rng.normal(size=(40, 6))
wide = np.round(common @ rng.normal(size=(6, 60)) + 0.3 * rng.normal(size=(40, 60)), 3)
y = np.round(wide[:, :5] @ [3, -2, 1, 0.5, -4] + 2 + rng.normal(size=40), 3)
write("elastic_net_wide.csv", ["y"] + ["x%d" % (k + 1) for k in range(60)], np.column_stack([y, wide]))

diabetes = read("diabetes.csv")
tables = [(diabetes[:, 1:-1], diabetes[:, -1]), (wide, y)]
# table, weighted, alpha, l1_ratio
settings = [(0, 0, 0.5, 1.0), (0, 1, 0.5, 1.0), (0, 0, 5.0, 1.0), (0, 0, 0.5, 0.5), (0, 1, 2.0, 0.1),
            (0, 0, 0.01, 1.0), (1, 0, 0.05, 1.0), (1, 1, 0.5, 1.0), (1, 0, 0.5, 0.7), (1, 1, 0.01, 0.9)]
rows = []
for number, (table, weighted, alpha, ratio) in enumerate(settings):
    X, target = tables[table]
    weight = 1.0 + np.arange(len(target)) % 3 if weighted else None
    model = ElasticNet(alpha=alpha, l1_ratio=ratio, tol=1e-15, max_iter=3000000)
    with warnings.catch_warnings():         # its duality gap cannot reach 1e-15
        warnings.simplefilter("ignore")
        model.fit(X, target, sample_weight=weight)
    for index, value in enumerate([model.intercept_, *model.coef_]):
        rows.append([number, table, weighted, alpha * ratio, alpha * (1 - ratio), index, value])
write("elastic_net_sklearn.csv", ["setting", "table", "weighted", "l1", "l2", "index", "value"], rows)

X, target = tables[0]
X = (X - X.mean(axis=0)) / X.std(axis=0)
target = target / target.std()
fold = np.arange(len(target)) % 5
start = np.max(np.abs(X.T @ (target - target.mean()))) / len(target) / 0.5
alphas = start * 1e-4 ** (np.arange(100) / 99)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    path = ElasticNetCV(l1_ratio=0.5, alphas=alphas, cv=PredefinedSplit(fold), tol=1e-14,
                        max_iter=1000000).fit(X, target).mse_path_
weight = np.bincount(fold) / len(target)
error = path @ weight
std_error = np.sqrt(((path - error[:, None]) ** 2) @ weight / 4)
best = np.argmin(error)
simplest = np.argmax(error <= error[best] + std_error[best])
write("elastic_net_cv_sklearn.csv", ["weighted", "alpha", "step", "lambda", "error", "std_error"],
      [[0, 0.5, step, alphas[at], error[at], std_error[at]]
       for step, at in [*zip(range(0, 100, 9), range(0, 100, 9)), (-1, best), (-2, simplest)]])
