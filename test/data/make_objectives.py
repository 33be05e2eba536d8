#!/usr/bin/python3
"""Makes objectives.csv and objectives_reference.csv.

The targets of one table have the distributions that the objectives of gbt are
for; `test` marks every third row. The reference is the loss on these rows of
HistGradientBoosting (absolute, quantile, poisson, classes) and XGBoost (gamma,
tweedie) with 100 trees, 31 leaves, 20 rows a leaf, rate 0.1.
Run with scikit-learn 1.2 and xgboost 1.7 in this directory.
"""
import numpy as np
import xgboost
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import (log_loss, mean_absolute_error, mean_gamma_deviance, mean_pinball_loss,
                             mean_poisson_deviance, mean_tweedie_deviance)

SETTINGS = dict(max_iter=100, max_leaf_nodes=31, min_samples_leaf=20, learning_rate=0.1,
                max_bins=255, early_stopping=False)
rng = np.random.default_rng(20261122)
n = 3000
x = rng.uniform(size=(n, 4)).round(4)
mean = np.exp(1.5 * x[:, 0] - x[:, 1] + (x[:, 2] > 0.5))
count = rng.poisson(mean)
amount = (rng.gamma(2, mean / 2) + 1e-6).round(6)
claims = rng.poisson(mean / 2)
total = np.array([rng.gamma(2.0 * k, 0.5) if k > 0 else 0 for k in claims]).round(6)
heavy = (5 * x[:, 0] + 3 * (x[:, 1] > x[:, 2]) + rng.standard_t(2, size=n)).round(6)
score = np.column_stack([2 * x[:, 0], 2 * x[:, 1], 1 + np.sin(6 * x[:, 2]), 0.3 + 0 * x[:, 0]])
label = (score + rng.gumbel(size=score.shape) / 2).argmax(axis=1)
test = np.arange(n) % 3 == 1
cells = np.column_stack([x, count, amount, total, heavy, label, test])
np.savetxt("objectives.csv", cells, fmt="%.10g", delimiter=",", comments="",
           header="a,b,c,d,count,amount,total,heavy,label,test")
fit, held = ~test, test


def hist(y, **options):
    return HistGradientBoostingRegressor(**SETTINGS, **options).fit(x[fit], y[fit]).predict(x[held])


def boost(y, objective, **options):
    model = xgboost.XGBRegressor(n_estimators=100, max_leaves=31, max_depth=0, grow_policy="lossguide", tree_method="hist",
                                 learning_rate=0.1, reg_lambda=0, objective=objective, **options)
    return model.fit(x[fit], y[fit]).predict(x[held])


classes = HistGradientBoostingClassifier(**SETTINGS).fit(x[fit], label[fit]).predict_proba(x[held])
reference = {
    "absolute": mean_absolute_error(heavy[held], hist(heavy, loss="absolute_error")),
    "low": mean_pinball_loss(heavy[held], hist(heavy, loss="quantile", quantile=0.1), alpha=0.1),
    "high": mean_pinball_loss(heavy[held], hist(heavy, loss="quantile", quantile=0.8), alpha=0.8),
    "poisson": mean_poisson_deviance(count[held], hist(count, loss="poisson")),
    "gamma": mean_gamma_deviance(amount[held], boost(amount, "reg:gamma")),
    "tweedie": mean_tweedie_deviance(total[held], boost(total, "reg:tweedie", tweedie_variance_power=1.5), power=1.5),
    "classes": log_loss(label[held], classes),
}
with open("objectives_reference.csv", "w") as out:
    out.write(",".join(reference) + "\n" + ",".join(f"{v:.10g}" for v in reference.values()) + "\n")
