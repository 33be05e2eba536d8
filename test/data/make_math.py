#!/usr/bin/python3
"""References for test/unit/test_math.c, and the constants in src/math/explog.c.

	make_math.py            writes math_*.csv beside this script
	make_math.py --tables   prints the constants as C

Elementary functions come from mpmath at 60 digits, as the nearest double and
the rest, so that errors can be counted in units in the last place. Sums come
from exact rational arithmetic, p-values from mpmath or scipy's exact test.
"""
import math
import os
import random
import struct
import sys
from fractions import Fraction

from mpmath import mp, mpf
import mpmath

mp.dps = 60
HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = 64                      # entries of the table of powers of two


def chebyshev(function, low, high, count):
    """Coefficients, lowest first, of the interpolant at Chebyshev nodes."""
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = [middle + half * mpmath.cos(mpmath.pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    matrix = mpmath.matrix(count, count)
    right = mpmath.matrix(count, 1)
    for i, node in enumerate(nodes):
        for j in range(count):
            matrix[i, j] = node ** j
        right[i] = function(node)
    return list(mpmath.lu_solve(matrix, right))


def leading(value, bits):
    """The first `bits` bits of a positive value, as a double."""
    exponent = int(mpmath.floor(mpmath.log(value, 2)))
    scale = mpf(2) ** (bits - 1 - exponent)
    return float(mpmath.floor(value * scale) / scale)


def tables():
    step = mpmath.log(2) / STEPS
    high = leading(step, 32)
    print("step high %s low %s" % (high.hex(), float(step - mpf(high)).hex()))
    limit = step / 2 * mpf("1.0001")
    for c in chebyshev(lambda r: (mpmath.exp(r) - 1 - r) / r ** 2 if r else mpf(1) / 2, -limit, limit, 4):
        print("exp", float(c).hex())
    for i in range(STEPS):
        power = mpf(2) ** (mpf(i) / STEPS)
        first = float(power)
        print("\t{%s, %s}," % (first.hex(), float(power - mpf(first)).hex()))
    high = leading(mpmath.log(2), 32)
    print("log2 high %s low %s" % (high.hex(), float(mpmath.log(2) - mpf(high)).hex()))
    s = (mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1)
    for c in chebyshev(lambda z: (2 * mpmath.atanh(mpmath.sqrt(z)) / mpmath.sqrt(z) - 2) / z,
                       mpf("1e-40"), s * s * mpf("1.0001"), 7):
        print("log", float(c).hex())


def write(name, header, rows):
    with open(os.path.join(HERE, name), "w") as out:
        out.write(",".join(header) + "\n")
        for row in rows:
            out.write(",".join(repr(v) if isinstance(v, float) else str(v) for v in row) + "\n")


def split(x, value):
    first = float(value)
    return (x, first, float(value - mpf(first)))


def elementary():
    rng = random.Random(1)
    points = [0.0, 1.0, -1.0, 5e-324, -1e-300, 1e-17, 709.782712893384, -708.3964185322641, -745.1332191019411]
    points += [rng.uniform(-708, 709) for _ in range(150)] + [rng.uniform(-2, 2) for _ in range(100)]
    points += [i * math.log(2) / 128 for i in range(-129, 130, 2)]
    points += [-745 + i * 0.4 for i in range(90)]
    write("math_exp.csv", ("x", "high", "low"), [split(x, mpmath.exp(mpf(x))) for x in points])
    points = [1.0, 2.0, 0.5, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1 - 2 ** -53, 1 + 2 ** -52]
    points += [math.exp(rng.uniform(-740, 709)) for _ in range(150)] + [1 + rng.uniform(-0.5, 0.5) ** 3 for _ in range(150)]
    points += [2 ** 0.5 + i * 2 ** -52 for i in range(-3, 4)] + [0.5 ** 0.5 + i * 2 ** -53 for i in range(-3, 4)]
    write("math_log.csv", ("x", "high", "low"), [split(x, mpmath.log(mpf(x))) for x in points])
    points = [0.0, 1e-300, -1e-20, 2.0 ** -53, 1.0, -0.5, 1e300, -1 + 2.0 ** -53, 2 ** 53 + 2.0]
    points += [rng.uniform(-1, 1) ** 5 for _ in range(150)] + [math.exp(rng.uniform(-40, 40)) for _ in range(100)]
    write("math_log1p.csv", ("x", "high", "low"), [split(x, mpmath.log1p(mpf(x))) for x in points])


def stable():
    rng = random.Random(2)
    points = [rng.uniform(-40, 40) for _ in range(60)] + [-740.0, -300.0, 300.0, 0.0, 1e-9, -1e-9]
    write("math_logistic.csv", ("x", "sigmoid", "softplus"),
          [(x, float(1 / (1 + mpmath.exp(-mpf(x)))), float(mpmath.log1p(mpmath.exp(mpf(x))))) for x in points])
    points = [0.5, 0.25, 0.75, 1e-300, 1 - 2.0 ** -53, 0.5 + 1e-12, 0.5 - 1e-12]
    points += [rng.random() for _ in range(60)]
    write("math_logit.csv", ("p", "logit"), [(p, float(mpmath.log(mpf(p) / (1 - mpf(p))))) for p in points])


def upper_gamma(a, x):
    return mpmath.gammainc(a, x, mpmath.inf, regularized=True)


def distributions():
    rng = random.Random(3)
    points = [0.0, -38.0, 8.0, 1.959963984540054] + [rng.uniform(-10, 10) for _ in range(40)]
    write("math_normal.csv", ("z", "cdf"), [(z, float(mpmath.ncdf(mpf(z)))) for z in points])
    points = [0.5, 0.975, 0.025, 1e-300, 1e-12, 0.075, 0.925, 1 - 2.0 ** -53] + [rng.random() for _ in range(40)]
    write("math_quantile.csv", ("p", "z"),
          [(p, float(quantile(mpf(p)))) for p in points])
    rows = [(28.0, 2.0), (35.0 / 3, 2.0), (3.84, 1.0), (0.1, 1.0), (900.0, 2.0), (1200.0, 1000.0), (1000.0, 1000.0),
            (850.0, 1000.0), (10400.0, 10000.0), (9700.0, 10000.0), (100.0, 99.5), (1e-8, 3.0)]
    rows += [(df * rng.uniform(0.05, 3), df) for df in [1.0, 2.0, 3.0, 9.0, 19.0, 50.0, 254.0] for _ in range(6)]
    write("math_chi_square.csv", ("x", "df", "tail"),
          [(x, df, float(upper_gamma(mpf(df) / 2, mpf(x) / 2))) for x, df in rows])


    rng = random.Random(7)
    rows = [(2.0, 0, 1.0), (2.228138851964939, 0, 10.0), (40.0, 0, 5.0), (1e-3, 0, 3.0), (1e6, 0, 2.0), (5.0, 0, 1e6),
            (30.0, 0, 1000.0), (1.0, 0, 1e8), (3.0, 2, 1e6), (1.1, 200, 300), (330.285339234588, 6, 9), (1e-5, 3, 7)]
    rows += [(rng.uniform(0.01, 6), 0, df) for df in [1, 2, 4.5, 9, 30, 200, 12345] for _ in range(4)]
    rows += [(rng.uniform(0.05, 5), df1, df2) for df1 in [1, 2, 7, 60] for df2 in [1, 3, 25, 900] for _ in range(2)]
    write("math_beta.csv", ("statistic", "df1", "df2", "tail"), [(f, df1, df2, beta_tail(mpf(f), df1, df2))
                                                                 for f, df1, df2 in rows])


def beta_tail(statistic, df1, df2):
    """Both tails of Student's t (df1 = 0), or the upper one of F."""
    product = statistic ** 2 if df1 == 0 else df1 * statistic
    x = df2 / (df2 + product)
    return float(mpmath.betainc(mpf(df2) / 2, mpf(df1 or 1) / 2, 0, x, regularized=True))


def quantile(p):
    """Newton's method on log(cdf), from the side where it is concave."""
    if p > mpf(1) / 2:
        return -quantile(1 - p)
    z = -mpmath.sqrt(-2 * mpmath.log(p)) if p < mpf(1) / 2 else mpf(0)
    for _ in range(60):
        cdf = mpmath.erfc(-z / mpmath.sqrt(2)) / 2
        z -= mpmath.log(cdf / p) * cdf / mpmath.npdf(z)
    return z


def exceeds(n, m, h):
    """P(D >= h / lcm) by counting lattice paths in whole numbers."""
    lcm = n * m // math.gcd(n, m)
    inside = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(n + 1):
        for j in range(m + 1):
            if abs(i * (lcm // n) - j * (lcm // m)) >= h:
                continue
            if i == 0 and j == 0:
                inside[i][j] = 1
            else:
                inside[i][j] = (inside[i - 1][j] if i else 0) + (inside[i][j - 1] if j else 0)
    total = math.comb(n + m, n)
    return Fraction(total - inside[n][m], total)


def kolmogorov():
    rows = [(0.2, 10, 10), (0.5, 10, 8)]
    for n, m in [(10, 10), (7, 13), (1, 5), (30, 40), (100, 90), (200, 200), (60, 333)]:
        lcm = n * m // math.gcd(n, m)
        for share in (0.1, 0.2, 0.35, 0.6, 1.0):
            rows.append((max(1, round(share * lcm)) / lcm, n, m))
    write("math_kolmogorov.csv", ("d", "n", "m", "tail"),
          [(d, n, m, float(exceeds(n, m, round(d * (n * m // math.gcd(n, m)))))) for d, n, m in rows])


def finite(rng, low, high):
    return rng.choice((-1, 1)) * (1 + rng.random()) * 2.0 ** rng.randint(low, high)


def round_exactly(total):
    try:
        return float(total)
    except OverflowError:
        return math.inf if total > 0 else -math.inf


def sums():
    rng = random.Random(4)
    cases = [[0.1] * 10, [1e308, 1e308, -1e308, -1e308, 1.0], [1e308, 1e308], [-1e308, -1e308], [5e-324] * 3,
             [1.0, 2.0 ** -53], [1.0, 2.0 ** -53, 5e-324], [1.0, 3 * 2.0 ** -53], [1e16, 1.0, -1e16],
             [1.7976931348623157e308, 2.0 ** 969], [1.7976931348623157e308, 2.0 ** 970], [-1.0, 1.0], [-0.0],
             [2.2250738585072014e-308, -5e-324], [1.0, -2.0 ** -54], [1.0, -2.0 ** -54, -5e-324]]
    cases += [[finite(rng, -1060, 1015) for _ in range(20)] for _ in range(10)]
    cases += [[finite(rng, -60, 60) for _ in range(40)] for _ in range(10)]
    cases += [[rng.gauss(0, 1) for _ in range(40)] for _ in range(5)]
    cases += [[5e-324 * rng.randint(-2 ** 52, 2 ** 52) for _ in range(20)] for _ in range(5)]
    for i in range(5):                          # massive cancellation
        values = [finite(rng, -300, 300) for _ in range(20)]
        cases.append(values + [-v for v in values] + [math.pi * 2.0 ** -200])
    rows = []
    for number, values in enumerate(cases):
        total = round_exactly(sum(Fraction(v) for v in values))
        rows += [(number, v, total) for v in values]
    write("math_sum.csv", ("case", "value", "sum"), rows)


if __name__ == "__main__":
    if sys.argv[1:] == ["--tables"]:
        tables()
    else:
        elementary()
        stable()
        distributions()
        kolmogorov()
        sums()
