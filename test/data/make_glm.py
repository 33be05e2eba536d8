#!/usr/bin/python3
"""Reference numbers for test_glm (statsmodels 0.13, scikit-learn 1.2, numpy).

Writes glm_*.csv beside itself:
glm_mixed.csv       a table with missing values, a category, an offset, weights and four targets
glm_terms.csv       estimate, standard error and HC3 standard error of each term of
                    src/algo/inference.h, three columns for each model; empty: none
glm_statistics.csv  statistics of the same models, a column for each
glm_classes.csv     terms of a multinomial model without penalty (estimate, standard error)
glm_penalised.csv   effects (src/algo/effects.h) of models with penalties, a column for each

Penalties count on standardised columns, as in src/algo/glm.h.
"""
import csv
import os
import warnings

import numpy as np
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression

HERE = os.path.dirname(os.path.abspath(__file__))
warnings.filterwarnings("ignore")


def write(name, header, rows):
    with open(os.path.join(HERE, name), "w", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(header)
        for row in rows:
            out.writerow(["" if value is None or value != value else
                          ("%d" % value if float(value).is_integer() and abs(value) < 1e15
                           else repr(float(value))) for value in row])


rng = np.random.default_rng(41)
N = 400
age = np.round(rng.normal(40, 12, N), 1)
income = np.round(np.exp(rng.normal(8, 0.6, N)), 2)
income[rng.random(N) < 0.1] = np.nan
plan = rng.choice(4, N, p=[0.2, 0.4, 0.3, 0.1]).astype(float)
plan[rng.random(N) < 0.08] = np.nan
exposure = np.round(rng.uniform(-1, 1, N), 3)
weight = np.round(rng.uniform(0.2, 3, N), 2)

# --- terms as the library has them: the category's most frequent level is the reference
MODE = 1
assert int(np.argmax([np.sum(plan == k) for k in range(4)])) == MODE
known = ~np.isnan(income)
columns = [np.ones(N), age, np.where(known, income, income[known].mean()), (~known).astype(float)]
terms = [0, 1, 2, 3]                        # column of each term; None: reference
for level in range(4):
    terms.append(None if level == MODE else len(columns))
    if level != MODE:
        columns.append((plan == level).astype(float))
terms.append(len(columns))
columns.append(np.isnan(plan).astype(float))
X = np.column_stack(columns)

margin = -1 + 0.04 * (age - 40) + 0.3 * (np.log(X[:, 2]) - 8) + 0.5 * X[:, 3] - 0.4 * (plan == 2)
binary = (rng.random(N) < 1 / (1 + np.exp(-margin - exposure))).astype(float)
count = rng.poisson(np.exp(0.5 + 0.5 * margin + exposure)).astype(float)
amount = np.round(rng.gamma(2.0, np.exp(3 + 0.4 * margin + exposure) / 2.0), 4) + 0.0001
scores = np.column_stack([np.zeros(N), margin, 0.5 - 0.7 * margin]) + rng.gumbel(size=(N, 3))
kind = np.argmax(scores, axis=1).astype(float)
write("glm_mixed.csv", ["age", "income", "plan", "exposure", "weight", "binary", "count", "amount", "kind"],
      zip(age, income, plan, exposure, weight, binary, count, amount, kind))


def robust(family, result, y, w):
    """HC0 as statsmodels has it, and HC3, from rows of score and information."""
    mu = result.fittedvalues
    if isinstance(family, sm.families.Gamma):
        information, score = w, w * (y - mu) / mu
    else:
        information, score = w * family.variance(mu), w * (y - mu)
    bread = np.linalg.inv((X * information[:, None]).T @ X)
    leverage = information * np.einsum("ij,jk,ik->i", X, bread, X)

    def sandwich(s):
        return np.sqrt(np.diag(bread @ ((X * (s ** 2)[:, None]).T @ X) @ bread))
    return sandwich(score), sandwich(score / (1 - leverage))


MODELS = [(name, family, y, weighted, offset)
          for name, family, y in (("binomial", sm.families.Binomial(), binary),
                                  ("poisson", sm.families.Poisson(), count),
                                  ("gamma", sm.families.Gamma(sm.families.links.log()), amount))
          for weighted, offset in ((False, False), (True, True))]


def make_inference():
    table, statistics, header = [], [], []
    for name, family, y, weighted, offset in MODELS:
        w = weight if weighted else np.ones(N)
        model = sm.GLM(y, X, family=family, var_weights=w, offset=exposure if offset else None)
        result = model.fit(tol=1e-14, maxiter=200)
        hc0, hc3 = robust(family, result, y, w)
        other = model.fit(tol=1e-14, maxiter=200, cov_type="HC0")
        if name != "gamma":                 # there statsmodels takes the observed information
            assert np.allclose(hc0, other.bse, rtol=1e-8), (name, hc0, other.bse)
        label = name + ("_weighted_offset" if weighted else "")
        header += [label, label + "_error", label + "_hc3"]
        rows = [[None if t is None else v[t] for t in terms] for v in (result.params, result.bse, hc3)]
        rows[0] = [0.0 if v is None else v for v in rows[0]]
        if offset:                          # the column itself, behind the category
            rows[0].append(1.0)
            rows[1].append(None)
            rows[2].append(None)
        else:
            for row in rows:
                row.append(None)
        table += rows
        k = X.shape[1]
        statistics.append([result.deviance, result.null_deviance, result.llf, 2 * k - 2 * result.llf,
                           k * np.log(N) - 2 * result.llf, 1 - result.llf / result.llnull,
                           result.pearson_chi2 / result.df_resid, result.df_model, result.df_resid])
        assert abs(result.aic - statistics[-1][3]) < 1e-8 * abs(result.aic)
    write("glm_terms.csv", header, zip(*table))
    write("glm_statistics.csv", header[::3], zip(*statistics))


def make_classes():
    result = sm.MNLogit(kind, X).fit(method="newton", tol=1e-14, maxiter=200, disp=False)
    rows = []
    for k in (1, 2):
        for t in terms:
            rows.append([0.0, None] if t is None else [result.params[t, k - 1], result.bse[t, k - 1]])
    write("glm_classes.csv", ["estimate", "error"], rows)
    write("glm_class_statistics.csv", ["value"],
          [[v] for v in (-2 * result.llf, -2 * result.llnull, result.llf, result.aic, result.bic,
                         result.prsquared, result.df_resid)])


# --- penalties ----------------------------------------------------------------

def standardised():
    """Columns of src/algo/design.h without the intercept, and how effects are read off."""
    slots = [(age - age.mean()) / age.std()]
    filled = np.where(known, income, income[known].mean())
    sd = income[known].std()
    slots += [(filled - income[known].mean()) / sd] + columns[3:]
    return np.column_stack(slots), [1 / age.std(), 1 / sd]


Z, SCALES = standardised()


def effects(point):
    b, w = point[0], point[1:]
    level = [0.0 if t is None else w[t - 1] for t in terms[4:]]
    other = level[-1]                       # unseen counts as missing
    return [b, w[0] * SCALES[0], 0.0, w[1] * SCALES[1], w[2]] + level[:4] + [other, level[4]]


def elastic(loss, y, w, l1, l2, outputs=1):
    """Proximal gradient steps to machine precision: slow and simple."""
    A = np.column_stack([np.ones(N), Z])
    point = np.zeros((A.shape[1], outputs))
    bound = {"binomial": 0.25, "multinomial": 0.5}.get(loss)
    moment, t = point.copy(), 1.0
    step = 1 / (bound * np.linalg.norm(A * np.sqrt(w)[:, None], 2) ** 2 + l2) if bound else None

    def value_gradient(v):
        m = A @ v
        if loss == "multinomial":
            m = m - m.max(axis=1, keepdims=True)
            p = np.exp(m)
            p /= p.sum(axis=1, keepdims=True)
            residual = p - np.eye(outputs)[y.astype(int)]
            value = -np.sum(w * np.log(p[np.arange(N), y.astype(int)]))
        elif loss == "binomial":
            residual = 1 / (1 + np.exp(-m)) - y[:, None]
            value = np.sum(w[:, None] * (np.logaddexp(0, m) - y[:, None] * m))
        else:
            residual = np.exp(m) - y[:, None]
            value = np.sum(w[:, None] * (np.exp(m) - y[:, None] * m))
        gradient = A.T @ (residual * w[:, None])
        gradient[1:] += l2 * v[1:]
        return value + 0.5 * l2 * np.sum(v[1:] ** 2), gradient

    step = step or 1e-3
    for _ in range(200000):
        value, gradient = value_gradient(moment)
        while True:
            new = moment - step * gradient
            new[1:] = np.sign(new[1:]) * np.maximum(np.abs(new[1:]) - step * l1, 0)
            change = new - moment
            if bound or value_gradient(new)[0] <= value + np.sum(gradient * change) + np.sum(change ** 2) / (2 * step) + 1e-12:
                break
            step /= 2
        if np.sum((moment - new) * (new - point)) > 0:
            t = 1.0                         # restart
        following = (1 + np.sqrt(1 + 4 * t * t)) / 2
        moment = new + (t - 1) / following * (new - point)
        done = np.abs(new - point).max() < 1e-15
        point, t = new, following
        if done:
            break
    gradient = value_gradient(point)[1]
    worst = np.abs(gradient[0]).max()
    for i in range(1, len(point)):
        for j in range(outputs):
            g, v = gradient[i, j], point[i, j]
            worst = max(worst, abs(g + l1 * np.sign(v)) if v != 0 else max(0, abs(g) - l1))
    print(loss, l1, l2, "violates optimality by %.2g" % worst, "zeros:", int(np.sum(point[1:] == 0)))
    assert worst < 1e-8
    return point


def make_penalised():
    header, table = [], []
    for name, loss, y, w, l1, l2 in (("binomial_l1", "binomial", binary, weight, 8.0, 0.0),
                                     ("binomial_elastic", "binomial", binary, np.ones(N), 4.0, 2.0),
                                     ("poisson_l1", "poisson", count, weight, 25.0, 0.0),
                                     ("poisson_l2", "poisson", count, np.ones(N), 0.0, 10.0)):
        header.append(name)
        table.append(effects(elastic(loss, y, w, l1, l2)[:, 0]) + [None] * 22)
    for name, l1, l2 in (("classes_l2", 0.0, 1.0), ("classes_l1", 6.0, 0.5)):
        point = elastic("multinomial", kind, np.ones(N), l1, l2, 3)
        if l1 == 0:
            sk = LogisticRegression(C=1 / l2, solver="newton-cg", tol=1e-10, max_iter=10000).fit(Z, kind)
            assert np.allclose(sk.coef_, point[1:].T, atol=1e-5), np.abs(sk.coef_ - point[1:].T).max()
        point[0] -= point[0].mean()
        header.append(name)
        table.append([v for k in range(3) for v in effects(point[:, k])])
    write("glm_penalised.csv", header, zip(*table))


make_inference()
make_classes()
make_penalised()
