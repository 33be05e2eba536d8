#!/usr/bin/python3
"""Reference numbers for test/sql/coefficients.sql: statsmodels' OLS and WLS on linear_mixed.csv.

Writes coefficients_expected.csv beside itself: kind (of the fit), feature, level, estimate,
std_error, t, p, low, high, robust (HC3); and statistics of the fit as feature "*", level their
name, estimate their value. Missing numbers are the mean with an indicator beside.
"""
import csv
import os

import numpy as np
import statsmodels.api as sm

HERE = os.path.dirname(os.path.abspath(__file__))


def read():
    with open(os.path.join(HERE, "linear_mixed.csv")) as stream:
        rows = list(csv.DictReader(stream))
    return {name: np.array([float(row[name]) if row[name] else np.nan for row in rows]) for name in rows[0]}


def design(data, features, intercept):
    names, columns = [], []
    if intercept:
        names.append(("(intercept)", ""))
        columns.append(np.ones(len(data["y"])))
    for feature in features:
        values = data[feature]
        missing = np.isnan(values)
        if feature in ("plan", "region"):
            levels = sorted(set(values[~missing]))
            counts = [np.sum(values == level) for level in levels]
            for k, level in enumerate(levels):
                if k != int(np.argmax(counts)):
                    names.append((feature, "%d" % level))
                    columns.append((values == level).astype(float))
        else:
            names.append((feature, ""))
            columns.append(np.where(missing, np.mean(values[~missing]), values))
        if missing.any():
            names.append((feature, "(missing)"))
            columns.append(missing.astype(float))
    return names, np.column_stack(columns)


def fit(kind, data, features, weight=None, offset=None, intercept=True):
    names, x = design(data, features, intercept)
    y = data["y"] - (data[offset] if offset else 0)
    w = data[weight] if weight else np.ones(len(y))
    model = sm.WLS(y, x, weights=w) if weight else sm.OLS(y, x)
    result = model.fit()
    robust = result.HC3_se
    low_high = result.conf_int()
    rows = [[kind, *name, *map(repr, map(float, (result.params[k], result.bse[k], result.tvalues[k], result.pvalues[k],
                                                low_high[k][0], low_high[k][1], robust[k])))]
            for k, name in enumerate(names)]
    tss = result.centered_tss if intercept else result.uncentered_tss
    constant = 1 if intercept else 0
    df = result.df_resid
    model_df = x.shape[1] - constant
    f = (tss - result.ssr) / model_df / (result.ssr / df)
    from scipy import stats
    statistics = {
        "adjusted_r2": 1 - (len(y) - constant) / df * result.ssr / tss, "deviance": result.ssr, "null_deviance": tss,
        "sigma": np.sqrt(result.scale), "f": f, "f_p_value": stats.f.sf(f, model_df, df), "log_likelihood": result.llf,
        "aic": result.aic, "bic": result.bic, "df_model": model_df, "df_residual": df}
    if intercept and not offset:
        assert np.isclose(result.fvalue, f, rtol=1e-6) and np.isclose(result.rsquared_adj, statistics["adjusted_r2"], rtol=1e-9)
    return rows + [[kind, "*", name, repr(float(value)), "", "", "", "", "", ""] for name, value in statistics.items()]


data = read()
rows = fit("plain", data, ["age", "income", "plan", "region"])
rows += fit("weighted", data, ["age", "income", "plan", "region"], weight="weight")
rows += fit("offset", data, ["income", "plan", "region"], weight="weight", offset="age")
rows += fit("no intercept", data, ["age", "income", "region"], intercept=False)
with open(os.path.join(HERE, "coefficients_expected.csv"), "w", newline="") as stream:
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(["kind", "feature", "level", "estimate", "std_error", "t", "p", "low", "high", "robust"])
    out.writerows(rows)
