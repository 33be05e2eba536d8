#!/usr/bin/python3
"""The linear sets of NIST's StRD (public domain, https://www.itl.nist.gov/div898/strd/lls/).

Writes beside itself
  nist.csv            set, y, x1 .. x6 as NIST prints them (powers are left to the reader)
  nist_expected.csv   set, term (0 the intercept), coefficient, standard error: exact rational
                      arithmetic on the printed decimals, held here against the certified values
Longley, Norris and Filip come from linear_*.csv and regression_filip.csv.
"""
import csv
import os
from fractions import Fraction

import mpmath

mpmath.mp.dps = 60
HERE = os.path.dirname(os.path.abspath(__file__))

PONTIUS = """.11019 .21956 .32949 .43899 .54803 .65694 .76562 .87487 .98292 1.09146 1.20001 1.30822 1.41599 1.52399
1.63194 1.73947 1.84646 1.95392 2.06128 2.16844 .11052 .22018 .32939 .43886 .54798 .65739 .76596 .87474 .98300 1.09150
1.20004 1.30818 1.41613 1.52408 1.63159 1.73965 1.84696 1.95445 2.06177 2.16829""".split()
WAMPLER = [759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048,
           -2048, 1838, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 759]

# One certified coefficient and its standard error of each set, so that a mistake in the data would show.
CERTIFIED = {
    "norris": (1, "1.00211681802045", "0.429796848199937E-03"),
    "pontius": (2, "-0.316081871345029E-14", "0.486652849992036E-16"),
    "noint1": (1, "2.07438016528926", "0.165289256198347E-01"),
    "noint2": (1, "0.727272727272727", "0.420827318078432E-01"),
    "longley": (6, "1829.15146461355", "455.478499142212"),
    "filip": (10, "-0.402962525080404E-04", "0.896632837373868E-05"),
    "wampler1": (5, "1", "0"),
    "wampler2": (5, "0.1E-04", "0"),
    "wampler3": (5, "1", "0.112324854679312"),
    "wampler4": (5, "1", "11.2324854679312"),
    "wampler5": (5, "1", "1123.24854679312"),
}
POWERS = {"pontius": 2, "filip": 10, "wampler1": 5, "wampler2": 5, "wampler3": 5, "wampler4": 5, "wampler5": 5}


def read(name):
    with open(os.path.join(HERE, name)) as stream:
        return list(csv.reader(stream))[1:]


def wampler(name):
    number = int(name[-1])
    factor = [0, 0, 1, 100, 10000][number - 1]
    rows = []
    for x, delta in enumerate(WAMPLER):
        step = Fraction(1, 10) if number == 2 else Fraction(1)
        y = sum((step * x) ** k for k in range(6)) + factor * delta
        rows.append(["%.5f" % y if number == 2 else str(y), str(x)])
        assert Fraction(rows[-1][0]) == y
    return rows


DATA = {
    "norris": read("linear_norris.csv"),
    "pontius": [[y, str(150000 * (i % 20 + 1))] for i, y in enumerate(PONTIUS)],
    "noint1": [[str(130 + i), str(60 + i)] for i in range(11)],
    "noint2": [["3", "4"], ["4", "5"], ["4", "6"]],
    "longley": read("linear_longley.csv"),
    "filip": read("regression_filip.csv"),
    **{name: wampler(name) for name in ("wampler1", "wampler2", "wampler3", "wampler4", "wampler5")},
}


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


def fit(name):
    """(term, coefficient, standard error), the intercept where there is one."""
    first = 1 if name.startswith("noint") else 0
    y = [Fraction(row[0]) for row in DATA[name]]
    x = [[Fraction(1)] + ([Fraction(row[1]) ** k for k in range(1, POWERS[name] + 1)] if name in POWERS
                          else [Fraction(cell) for cell in row[1:]]) for row in DATA[name]]
    x = [row[first:] for row in x]
    m = len(x[0])
    gram = [[sum(row[i] * row[j] for row in x) for j in range(m)] for i in range(m)]
    inverse = solve(gram, [[Fraction(i == j) for j in range(m)] for i in range(m)])
    moment = [sum(row[i] * value for row, value in zip(x, y)) for i in range(m)]
    w = [sum(a * b for a, b in zip(row, moment)) for row in inverse]
    rss = sum((value - sum(a * b for a, b in zip(row, w))) ** 2 for row, value in zip(x, y))
    result = []
    for k in range(m):
        variance = rss / (len(y) - m) * inverse[k][k]
        error = mpmath.sqrt(mpmath.mpf(variance.numerator) / variance.denominator)
        result.append((k + first, float(w[k]), float(error)))
    return result


with open(os.path.join(HERE, "nist.csv"), "w", newline="") as stream:
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(["set", "y"] + ["x%d" % k for k in range(1, 7)])
    for name, rows in DATA.items():
        out.writerows([name] + row + [""] * (7 - len(row)) for row in rows)
with open(os.path.join(HERE, "nist_expected.csv"), "w", newline="") as stream:
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(["set", "term", "estimate", "std_error"])
    for name in DATA:
        terms = fit(name)
        at, estimate, error = CERTIFIED[name]
        found = next(term for term in terms if term[0] == at)
        for ours, theirs in ((found[1], float(estimate)), (found[2], float(error))):
            assert abs(ours - theirs) <= 2e-14 * abs(theirs), (name, ours, theirs)
        out.writerows([name, k, repr(w), repr(e)] for k, w, e in terms)
