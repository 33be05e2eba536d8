#!/usr/bin/python3
"""Writes trees_reference.csv: rows with few distinct values, weights, three
targets, and what single trees of scikit-learn 1.2 predict for them.

Real targets and weights keep the gains of different splits apart, so that there
is one best tree and not several.
"""
import csv
import pathlib

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

rng = np.random.default_rng(12)
n = 240
x = rng.integers(0, 9, size=(n, 4)).astype(float)
weight = rng.integers(1, 1000, size=n) / 256
signal = x[:, 0] * (x[:, 1] > 4) + np.abs(x[:, 2] - 4) + rng.normal(size=n)
number = np.round(signal * 1024) / 1024
two = (signal + rng.normal(size=n) > 4).astype(int)
three = np.digitize(signal + rng.normal(size=n), [3, 6])

columns = {f"x{k}": x[:, k] for k in range(4)}
columns |= {"weight": weight, "number": number, "two": two, "three": three}
settings = {
    "leaves": dict(max_leaf_nodes=12),
    "depth": dict(max_depth=4),
    "rows": dict(min_samples_leaf=9),
    "gain": dict(min_impurity_decrease=0.01),
}
for name, options in settings.items():
    tree = DecisionTreeRegressor(random_state=0, **options).fit(x, number)
    columns[f"number_{name}"] = tree.predict(x)
    tree = DecisionTreeRegressor(random_state=0, **options).fit(x, number, sample_weight=weight)
    columns[f"weighted_{name}"] = tree.predict(x)
    tree = DecisionTreeClassifier(random_state=0, **options).fit(x, two, sample_weight=weight)
    columns[f"two_{name}"] = tree.predict_proba(x)[:, 1]
    tree = DecisionTreeClassifier(random_state=0, **options).fit(x, three, sample_weight=weight)
    for k in range(3):
        columns[f"three_{name}_{k}"] = tree.predict_proba(x)[:, k]

with open(pathlib.Path(__file__).parent / "trees_reference.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values()):
        writer.writerow([format(float(value), ".12g") for value in row])
