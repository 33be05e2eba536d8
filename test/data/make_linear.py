#!/usr/bin/python3
"""Reference numbers for test_linear and test_logistic (scikit-learn 1.2, numpy).

Writes linear_*.csv and logistic_*.csv beside itself. The *_effects.csv files
hold, one column per setting, the intercept and then the effects as
src/algo/effects.h lays them out: per number its slope and the effect of being
missing, per category its levels, other, missing.

NIST StRD data (public domain): https://www.itl.nist.gov/div898/strd/lls/
"""
import csv
import os
from fractions import Fraction

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

HERE = os.path.dirname(os.path.abspath(__file__))


def write(name, header, rows):
    with open(os.path.join(HERE, name), "w", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(header)
        for row in rows:
            out.writerow(["" if value != value else
                          ("%d" % value if float(value).is_integer() and abs(value) < 1e15
                           else repr(float(value))) for value in row])


# --- a table of numbers with missing values and categories -------------------

N_LEVELS = {"plan": 5, "region": 4}        # region 4 stands for other values


def table(rng, n):
    age = np.round(rng.normal(40, 12, n), 1)
    income = np.round(np.exp(rng.normal(8, 1, n)), 2)
    income[rng.random(n) < 0.1] = np.nan
    plan = rng.choice(5, n, p=[0.1, 0.2, 0.4, 0.25, 0.05]).astype(float)
    plan[rng.random(n) < 0.08] = np.nan
    region = rng.choice(5, n, p=[0.3, 0.25, 0.2, 0.15, 0.1]).astype(float)
    offset = np.round(1e6 + rng.normal(0, 3, n), 3)
    weight = np.round(rng.uniform(0.2, 3, n), 2)
    return age, income, plan, region, offset, weight


def slots(age, income, plan, region, offset):
    """The design of src/algo/design.h, written a second time."""
    columns, effects = [], []               # effects: (how, slot column or None)
    for values in (age, income, None, None, offset):
        if values is None:
            values, other = (plan, False) if not any(e[0] == "plan" for e in effects) else (region, True)
            name = "region" if other else "plan"
            levels = N_LEVELS[name]
            counts = [np.sum(values == k) for k in range(levels)]
            mode = int(np.argmax(counts))
            for k in range(levels + other):
                if k == mode:
                    effects.append((name, None, 1.0))
                else:
                    effects.append((name, len(columns), 1.0))
                    columns.append((values == k).astype(float))
            missing = np.isnan(values)
            slot = None
            if missing.any():
                slot = len(columns)
                columns.append(missing.astype(float))
            if not other:                   # unseen counts as missing
                effects.append((name, slot, 1.0))
            effects.append((name, slot, 1.0))
        else:
            missing = np.isnan(values)
            mean, sd = values[~missing].mean(), values[~missing].std()
            effects.append(("number", len(columns), 1.0 / sd))
            columns.append(np.where(missing, 0.0, (values - mean) / sd))
            if missing.any():
                effects.append(("missing", len(columns), 1.0))
                columns.append(missing.astype(float))
            else:
                effects.append(("missing", None, 1.0))
    return np.column_stack(columns), effects


def effects_of(intercept, coefficients, effects):
    return [intercept] + [0.0 if slot is None else coefficients[slot] * scale
                          for _, slot, scale in effects]


def least_squares(x, y, weight, l2):
    root = np.sqrt(weight)
    x1 = np.column_stack([np.ones(len(y)), x]) * root[:, None]
    p = x.shape[1]
    penalty = np.hstack([np.zeros((p, 1)), np.sqrt(l2) * np.eye(p)])
    centre = np.average(y, weights=weight)
    w = np.linalg.lstsq(np.vstack([x1, penalty]),
                        np.concatenate([(y - centre) * root, np.zeros(p)]), rcond=None)[0]
    if l2 > 0:
        model = Ridge(alpha=l2, solver="cholesky").fit(x, y, sample_weight=weight)
        assert np.allclose(model.coef_, w[1:], rtol=1e-9, atol=1e-9)
        assert np.allclose(model.intercept_, w[0] + centre, rtol=1e-9)
    return w[0] + centre, w[1:]


def make_linear():
    rng = np.random.default_rng(11)
    n = 400
    age, income, plan, region, offset, weight = table(rng, n)
    x, effects = slots(age, income, plan, region, offset)
    y = np.round(50 + x @ rng.normal(0, 5, x.shape[1]) + rng.normal(0, 2, n), 3)
    write("linear_mixed.csv", ["age", "income", "plan", "region", "offset", "weight", "y"],
          zip(age, income, plan, region, offset, weight, y))
    results = [effects_of(*least_squares(x, y, w, l2), effects)
               for w, l2 in ((np.ones(n), 0), (weight, 0), (np.ones(n), 3.5), (weight, 3.5))]
    write("linear_effects.csv", ["ols", "weighted", "ridge", "weighted_ridge"], zip(*results))


# --- logistic ----------------------------------------------------------------

def newton(x, y, weight, l2, start):
    """A dense Newton method to machine precision from scikit-learn's answer."""
    x1 = np.column_stack([np.ones(len(y)), x])
    ridge = np.full(x1.shape[1], float(l2))
    ridge[0] = 0
    w = start.copy()
    for _ in range(8):
        p = 1 / (1 + np.exp(-(x1 @ w)))
        gradient = x1.T @ (weight * (p - y)) + ridge * w
        hessian = (x1 * (weight * p * (1 - p))[:, None]).T @ x1 + np.diag(ridge)
        w -= np.linalg.solve(hessian, gradient)
    return w


def logistic(x, y, weight, l2):
    model = LogisticRegression(penalty="l2" if l2 > 0 else None, C=1 / l2 if l2 > 0 else 1.0,
                               solver="newton-cholesky", tol=1e-12, max_iter=1000)
    model.fit(x, y, sample_weight=weight)
    sk = np.concatenate([model.intercept_, model.coef_[0]])
    w = newton(x, y, weight, l2, sk)
    print("logistic l2 = %g: scikit-learn differs from Newton by %.2g" % (l2, np.abs(sk - w).max()))
    assert np.abs(sk - w).max() < 1e-8
    loss = np.average(np.logaddexp(0, -(2 * y - 1) * (w[0] + x @ w[1:])), weights=weight)
    return w, loss


def make_logistic():
    rng = np.random.default_rng(12)
    n = 600
    age, income, plan, region, offset, weight = table(rng, n)
    x, effects = slots(age, income, plan, region, offset)
    margin = -0.4 + x @ rng.normal(0, 0.8, x.shape[1])
    y = (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(float)
    write("logistic_mixed.csv", ["age", "income", "plan", "region", "offset", "weight", "y"],
          zip(age, income, plan, region, offset, weight, y))
    results, losses = [], []
    for w, l2 in ((np.ones(n), 1), (weight, 0.25), (np.ones(n), 40), (weight, 0)):
        fitted, loss = logistic(x, y, w, l2)
        results.append(effects_of(fitted[0], fitted[1:], effects))
        losses.append(loss)
    write("logistic_effects.csv", ["l2_1", "weighted_l2_025", "l2_40", "weighted_l2_0"], zip(*results))
    write("logistic_losses.csv", ["l2_1", "weighted_l2_025", "l2_40", "weighted_l2_0"], [losses])


# --- NIST --------------------------------------------------------------------

LONGLEY = """60323 83.0 234289 2356 1590 107608 1947
61122 88.5 259426 2325 1456 108632 1948
60171 88.2 258054 3682 1616 109773 1949
61187 89.5 284599 3351 1650 110929 1950
63221 96.2 328975 2099 3099 112075 1951
63639 98.1 346999 1932 3594 113270 1952
64989 99.0 365385 1870 3547 115094 1953
63761 100.0 363112 3578 3350 116219 1954
66019 101.2 397469 2904 3048 117388 1955
67857 104.6 419180 2822 2857 118734 1956
68169 108.4 442769 2936 2798 120445 1957
66513 110.8 444546 4681 2637 121950 1958
68655 112.6 482704 3813 2552 123366 1959
69564 114.2 502601 3931 2514 125368 1960
69331 115.7 518173 4806 2572 127852 1961
70551 116.9 554894 4007 2827 130081 1962"""
LONGLEY_CERTIFIED = ["-3482258.63459582", "15.0618722713733", "-0.0358191792925910",
                     "-2.02022980381683", "-1.03322686717359", "-0.0511041056535807",
                     "1829.15146461355"]

NORRIS = """0.1 0.2 338.8 337.4 118.1 118.2 888.0 884.6 9.2 10.1 228.1 226.5
668.5 666.3 998.5 996.3 449.1 448.6 778.9 777.0 559.2 558.2 0.3 0.4
0.1 0.6 778.1 775.5 668.8 666.9 339.3 338.0 448.9 447.5 10.8 11.6
557.7 556.0 228.3 228.1 998.0 995.8 888.8 887.6 119.6 120.2 0.3 0.3
0.6 0.3 557.6 556.8 339.3 339.1 888.0 887.2 998.5 999.0 778.9 779.0
10.2 11.1 117.6 118.3 228.9 229.2 668.4 669.1 449.2 448.9 0.2 0.5"""
NORRIS_CERTIFIED = ["-0.262323073774029", "1.00211681802045"]


def exact_least_squares(rows):
    """Normal equations in rational numbers: rows of [y, x1, x2 ...]."""
    design = [[Fraction(1)] + row[1:] for row in rows]
    p = len(design[0])
    a = [[sum(r[i] * r[j] for r in design) for j in range(p)] +
         [sum(r[i] * row[0] for r, row in zip(design, rows))] for i in range(p)]
    for i in range(p):
        a[i] = [value / a[i][i] for value in a[i]]
        for k in range(p):
            if k != i:
                a[k] = [u - a[k][i] * v for u, v in zip(a[k], a[i])]
    return [row[p] for row in a]


def make_nist():
    longley = [line.split() for line in LONGLEY.split("\n")]
    flat = NORRIS.split()
    norris = [[flat[i], flat[i + 1]] for i in range(0, len(flat), 2)]
    for name, header, data, certified in (
            ("longley", ["y", "x1", "x2", "x3", "x4", "x5", "x6"], longley, LONGLEY_CERTIFIED),
            ("norris", ["y", "x"], norris, NORRIS_CERTIFIED)):
        exact = exact_least_squares([[Fraction(v) for v in r] for r in data])
        for value, text in zip(exact, certified):
            assert abs(float(value) - float(text)) <= 2e-14 * abs(float(text)), (name, float(value), text)
        with open(os.path.join(HERE, "linear_%s.csv" % name), "w") as stream:
            stream.write("\n".join([",".join(header)] + [",".join(r) for r in data]) + "\n")


make_nist()
make_linear()
make_logistic()
