#!/usr/bin/python3
"""Reference numbers for test/sql/statistics.sql (exact rational arithmetic, scipy).

Writes beside itself
  regression_filip.csv      y, x of NIST's StRD set Filip (public domain,
                            https://www.itl.nist.gov/div898/strd/lls/): a polynomial of degree 10
  discriminant_expected.csv  index (0 intercept, -1 squared distance of the class means), value: linear
                            discriminant analysis (pooled covariance with n - 2) of diagnosis by the
                            first ten columns of breast.csv
  regression_expected.csv   set, index (0 intercept), coefficient, its standard error, t, two-sided p;
                            then index -1: r2, adjusted r2, sigma, F; -2: p of F, condition number
Sets: filip, longley (linear_longley.csv), diabetes. Sums are exact; roots and tails are doubles.
"""
import csv
import os
from fractions import Fraction

import mpmath
import numpy as np
from scipy import stats
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

mpmath.mp.dps = 60

HERE = os.path.dirname(os.path.abspath(__file__))
Y = """.8116 .9072 .9052 .9039 .8053 .8377 .8667 .8809 .7975 .8162 .8515 .8766 .8885 .8859 .8959 .8913 .8959 .8971
.9021 .909 .9139 .9199 .8692 .8872 .89 .891 .8977 .9035 .9078 .7675 .7705 .7713 .7736 .7775 .7841 .7971 .8329 .8641
.8804 .7668 .7633 .7678 .7697 .77 .7749 .7796 .7897 .8131 .8498 .8741 .8061 .846 .8751 .8856 .8919 .8934 .894 .8957
.9047 .9129 .9209 .9219 .7739 .7681 .7665 .7703 .7702 .7761 .7809 .7961 .8253 .8602 .8809 .8301 .8664 .8834 .8898
.8964 .8963 .9074 .9119 .9228""".split()
X = """-6.860120914 -4.324130045 -4.358625055 -4.358426747 -6.955852379 -6.661145254 -6.355462942 -6.118102026
-7.115148017 -6.815308569 -6.519993057 -6.204119983 -5.853871964 -6.109523091 -5.79832982 -5.482672118 -5.171791386
-4.851705903 -4.517126416 -4.143573228 -3.709075441 -3.499489089 -6.300769497 -5.953504836 -5.642065153 -5.031376979
-4.680685696 -4.329846955 -3.928486195 -8.56735134 -8.363211311 -8.107682739 -7.823908741 -7.522878745 -7.218819279
-6.920818754 -6.628932138 -6.323946875 -5.991399828 -8.781464495 -8.663140179 -8.473531488 -8.247337057 -7.971428747
-7.676129393 -7.352812702 -7.072065318 -6.774174009 -6.478861916 -6.159517513 -6.835647144 -6.53165267 -6.224098421
-5.910094889 -5.598599459 -5.290645224 -4.974284616 -4.64454848 -4.290560426 -3.885055584 -3.408378962 -3.13200249
-8.726767166 -8.66695597 -8.511026475 -8.165388579 -7.886056648 -7.588043762 -7.283412422 -6.995678626 -6.691862621
-6.392544977 -6.067374056 -6.684029655 -6.378719832 -6.065855188 -5.752272167 -5.132414673 -4.811352704 -4.098269308
-3.66174277 -3.2644011""".split()


def write(name, header, rows):
    with open(os.path.join(HERE, name), "w", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def read(name):
    with open(os.path.join(HERE, name)) as stream:
        return [[Fraction(cell) for cell in row] for row in list(csv.reader(stream))[1:]]


def solve(matrix, right):
    """Columns of matrix^-1 right, exactly."""
    rows = [list(a) + list(b) for a, b in zip(matrix, right)]
    n = len(rows)
    for i in range(n):
        pivot = next(k for k in range(i, n) if rows[k][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for k in range(n):
            if k != i and rows[k][i] != 0:
                rows[k] = [a - rows[k][i] * b for a, b in zip(rows[k], rows[i])]
    return [row[n:] for row in rows]


def regress(name, x, y):
    x = [[Fraction(1)] + row for row in x]
    n, m = len(x), len(x[0])
    gram = [[sum(row[i] * row[j] for row in x) for j in range(m)] for i in range(m)]
    identity = [[Fraction(i == j) for j in range(m)] for i in range(m)]
    inverse = solve(gram, identity)
    moment = [sum(row[i] * value for row, value in zip(x, y)) for i in range(m)]
    w = [sum(a * b for a, b in zip(row, moment)) for row in inverse]
    rss = sum((value - sum(a * b for a, b in zip(row, w))) ** 2 for row, value in zip(x, y))
    mean = sum(y) / n
    tss = sum((value - mean) ** 2 for value in y)
    df = n - m
    f = float((tss - rss) / (m - 1) / (rss / df))
    out = []
    for k in range(m):
        error = float(rss / df * inverse[k][k]) ** 0.5
        t = float(w[k]) / error
        out.append([name, k, float(w[k]), error, t, 2 * stats.t.sf(abs(t), df)])
    out.append([name, -1, float(1 - rss / tss), float(1 - rss / tss * (n - 1) / df), float(rss / df) ** 0.5, f])
    # From the exact Gram matrix of columns of length 1, in 60 digits.
    size = [mpmath.sqrt(mpmath.mpf(gram[k][k].numerator) / gram[k][k].denominator) for k in range(m)]
    matrix = mpmath.matrix(m, m)
    for i in range(m):
        for j in range(m):
            matrix[i, j] = mpmath.mpf(gram[i][j].numerator) / gram[i][j].denominator / size[i] / size[j]
    values = mpmath.eigsy(matrix, eigvals_only=True)
    out.append([name, -2, stats.f.sf(f, m - 1, df), float(mpmath.sqrt(max(values) / min(values))), "", ""])
    return out


filip = [[Fraction(a), Fraction(b)] for a, b in zip(Y, X)]
write("regression_filip.csv", ["y", "x"], [[y, x] for y, x in zip(Y, X)])
longley = read("linear_longley.csv")
diabetes = read("diabetes.csv")
write("regression_expected.csv", ["set", "index", "a", "b", "c", "d"],
      regress("filip", [[x ** k for k in range(1, 11)] for y, x in filip], [row[0] for row in filip]) +
      regress("longley", [row[1:] for row in longley], [row[0] for row in longley]) +
      regress("diabetes", [row[1:-1] for row in diabetes], [row[-1] for row in diabetes]))

# By the textbook; scikit-learn's takes n instead of n - 2, which shows in the factor.
with open(os.path.join(HERE, "breast.csv")) as stream:
    header = next(stream).strip().split(",")
    table = np.loadtxt(stream, delimiter=",")
x, positive = table[:, header.index("x1"):header.index("x1") + 10], table[:, header.index("y")] == 1
one, zero = x[positive], x[~positive]
pooled = (np.cov(one.T) * (len(one) - 1) + np.cov(zero.T) * (len(zero) - 1)) / (len(x) - 2)
difference = one.mean(axis=0) - zero.mean(axis=0)
w = np.linalg.solve(pooled, difference)
intercept = np.log(len(one) / len(zero)) - w @ (one.mean(axis=0) + zero.mean(axis=0)) / 2
check = LinearDiscriminantAnalysis(solver="lsqr").fit(x, positive)
assert np.allclose(check.coef_[0] * (len(x) - 2) / len(x), w, rtol=1e-6)
write("discriminant_expected.csv", ["index", "value"],
      [[-1, w @ difference], [0, intercept], *[[k + 1, value] for k, value in enumerate(w)]])
