#!/usr/bin/python3
"""Makes gbt_breast.csv, gbt_diabetes.csv and gbt_reference.csv.

The data sets are those of scikit-learn; `test` marks every fourth row, from
the second on. The reference is HistGradientBoosting with the defaults of both
libraries: 100 trees, 31 leaves, 20 rows a leaf, rate 0.1, 255 bins.
Run with scikit-learn 1.2 in this directory.
"""
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, mean_squared_error

SETTINGS = dict(max_iter=100, max_leaf_nodes=31, min_samples_leaf=20, learning_rate=0.1,
                max_bins=255, early_stopping=False)


def export(data, name):
    test = (np.arange(len(data.target)) % 4 == 1).astype(int)
    names = [f"x{i}" for i in range(data.data.shape[1])] + ["y", "test"]
    np.savetxt(f"gbt_{name}.csv", np.column_stack([data.data, data.target, test]),
               fmt="%.10g", delimiter=",", header=",".join(names), comments="")
    cells = np.loadtxt(f"gbt_{name}.csv", delimiter=",", skiprows=1)
    x, y, held = cells[:, :-2], cells[:, -2], cells[:, -1] == 1
    return x[~held], y[~held], x[held], y[held]


x, y, x_test, y_test = export(load_breast_cancer(), "breast")
classifier = HistGradientBoostingClassifier(**SETTINGS).fit(x, y)
breast = log_loss(y_test, classifier.predict_proba(x_test)[:, 1])
x, y, x_test, y_test = export(load_diabetes(), "diabetes")
regressor = HistGradientBoostingRegressor(**SETTINGS).fit(x, y)
diabetes = mean_squared_error(y_test, regressor.predict(x_test)) ** 0.5
with open("gbt_reference.csv", "w") as out:
    out.write("breast_log_loss,diabetes_rmse\n")
    out.write(f"{breast:.10g},{diabetes:.10g}\n")
