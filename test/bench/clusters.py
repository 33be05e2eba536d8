"""
k-means beside scikit-learn's: the same start on many rows, and how good the
default run is on ten data sets. Prints Markdown.

BENCH_ROWS (1000000) and BENCH_RUNS (3) as for run.py.
"""
import io
import json
import os
import statistics
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy
import psycopg2
from sklearn import datasets
from sklearn.cluster import KMeans

from tasks import backend_cpu

ROWS = int(os.environ.get("BENCH_ROWS", 1000000))
RUNS = int(os.environ.get("BENCH_RUNS", 3))
COLUMNS = 16
CLUSTERS = 10
ITERATIONS = 20
WITHIN = 0.01


def say(text):
    print(text, file=sys.stderr, flush=True)


def row(cells):
    print("| " + " | ".join(cells) + " |")


def connect():
    connection = psycopg2.connect("")
    connection.autocommit = True
    return connection


def load(cursor, table, points):
    """A table of an id and double precision columns."""
    stream = io.BytesIO()
    numpy.savetxt(stream, numpy.column_stack([numpy.arange(len(points)), points]),
                  fmt=["%d"] + ["%.17g"] * points.shape[1], delimiter=",")
    stream.seek(0)
    cursor.execute("CREATE TABLE %s (id int PRIMARY KEY, %s)"
                   % (table, ", ".join("x%d float8" % i for i in range(points.shape[1]))))
    cursor.copy_expert("COPY %s FROM STDIN (FORMAT csv)" % table, stream)
    cursor.execute("VACUUM ANALYZE " + table)


def train(cursor, table, params):
    """Fit on all rows: its steps, mean squared distance and centres."""
    cursor.execute("SELECT version FROM mlops_train('clusters', %s, task => 'clustering', params => %s, "
                   "split => '{\"method\": \"none\"}', deploy => 'never')", (table, json.dumps(params)))
    version = cursor.fetchone()[0]
    cursor.execute("SELECT timings, train_loss, iterations FROM mlops.runs WHERE model = 'clusters' AND version = %s", (version,))
    steps, loss, iterations = cursor.fetchone()
    cursor.execute("SELECT cluster, value FROM mlops_centers('clusters@%d') ORDER BY cluster, substr(feature, 2)::int" % version)
    found = cursor.fetchall()
    cursor.execute("SELECT mlops_drop_model('clusters')")
    centres = numpy.array([value for _, value in found]).reshape(max(cluster for cluster, _ in found), -1)
    return {"steps": steps, "loss": loss, "iterations": iterations, "centres": centres}


def scaled(points, at=None):
    deviation = points.std(0)
    deviation[deviation == 0] = 1
    return ((points if at is None else at) - points.mean(0)) / deviation


def overlapping(random, rows):
    """More clumps than clusters, all over each other: twenty iterations do not end it."""
    middles = random.normal(size=(40, COLUMNS))
    return middles[random.integers(0, 40, rows)] + random.normal(size=(rows, COLUMNS))


def compare_speed(cursor):
    points = overlapping(numpy.random.default_rng(1), ROWS)
    load(cursor, "many", points)
    space = scaled(points)
    pid = cursor.connection.get_backend_pid()
    start = {"k": CLUSTERS, "starts": 1, "tolerance": 0, "iterations": 0}
    centres = scaled(points, train(cursor, "many", start)["centres"])
    results = []
    for run in range(RUNS):
        cpu = backend_cpu(pid)
        ours = train(cursor, "many", dict(start, iterations=ITERATIONS))
        cpu = backend_cpu(pid) - cpu
        clock, process = time.perf_counter(), time.process_time()
        theirs = KMeans(CLUSTERS, init=centres, n_init=1, max_iter=ITERATIONS, tol=0).fit(space)
        results.append({"ours": ours["steps"]["encode"] + ours["steps"]["fit"], "theirs": time.perf_counter() - clock,
                        "cpu": cpu, "their_cpu": time.process_time() - process,
                        "inertia": ours["loss"] * ROWS, "their_inertia": theirs.inertia_})
        say("bench: clusters, run %d of %d: %.2f s, %.2f s" % (run + 1, RUNS, results[-1]["ours"], results[-1]["theirs"]))

    def median(name):
        return statistics.median(result[name] for result in results)

    print("\n### k-means: {:,} rows x {} columns, k = {}, {} iterations from the same start\n".format(ROWS, COLUMNS, CLUSTERS, ITERATIONS))
    row(["", "mlops", "scikit-learn"])
    row(["---", "---:", "---:"])
    row(["encode, find the start and fit, seconds (elsewhere: fit alone)", "%.2f" % median("ours"), "%.2f" % median("theirs")])
    row(["CPU seconds (mlops: of the whole training, reading, evaluation and profiles included)", "%.2f" % median("cpu"), "%.2f" % median("their_cpu")])
    row(["mlops / other", "", "%.2f" % statistics.median(result["ours"] / result["theirs"] for result in results)])
    row(["inertia", "%.8g" % median("inertia"), "%.8g" % median("their_inertia")])
    cursor.execute("DROP TABLE many")


def data_sets():
    random = numpy.random.default_rng(2)
    yield "iris", datasets.load_iris().data, 3
    yield "wine", datasets.load_wine().data, 6
    yield "breast", datasets.load_breast_cancer().data, 8
    yield "diabetes", datasets.load_diabetes().data, 10
    yield "digits", datasets.load_digits().data, 10
    yield "25 clumps", datasets.make_blobs(60000, 8, centers=25, random_state=1)[0], 25
    yield "12 of 40 overlapping clumps", overlapping(random, 50000), 12
    yield "a few large, many small", numpy.concatenate(
        [random.normal(size=(size, 5)) * 0.5 + random.normal(size=5) * 5 for size in (40000, 20000) + (700,) * 13]), 15
    yield "no clusters", random.random((40000, 6)), 9
    yield "long tails", numpy.exp(random.normal(size=(50000, 4)) * 1.2), 8


def compare_quality(cursor):
    print("\n### k-means: inertia of a default run beside the best of ten full runs of scikit-learn\n")
    row(["data", "rows", "columns", "k", "mlops / best of ten", "seconds", "seconds of the ten"])
    row(["---"] + ["---:"] * 6)
    good = 0
    for number, (name, points, k) in enumerate(data_sets()):
        points = points[:, points.std(0) > 0]
        load(cursor, "quality_%d" % number, points)
        ours = train(cursor, "quality_%d" % number, {"k": k})
        clock = time.perf_counter()
        theirs = KMeans(k, n_init=10, random_state=number).fit(scaled(points))
        clock = time.perf_counter() - clock
        ratio = ours["loss"] * len(points) / theirs.inertia_
        good += ratio <= 1 + WITHIN
        row([name, "{:,}".format(len(points)), str(points.shape[1]), str(k), "%.4f" % ratio,
             "%.2f" % ours["steps"]["fit"], "%.2f" % clock])
    print("\n%d of %d within %g %%." % (good, number + 1, 100 * WITHIN))


def main():
    cursor = connect().cursor()
    compare_quality(cursor)
    compare_speed(cursor)


main()
