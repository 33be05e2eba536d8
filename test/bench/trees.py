"""
Trees in detail: workers, memory, growth with rows, columns and categories,
small tables, forests beside scikit-learn's. Prints Markdown.

BENCH_ROWS (1000000) and BENCH_RUNS (3) as for run.py; growth goes up to
BENCH_GROWTH (10 times BENCH_ROWS) rows. BENCH_TREES names the sections.
"""
import json
import os
import statistics
import subprocess
import sys
import time

import psycopg2

from tasks import FEATURES, backend_cpu

ROWS = int(os.environ.get("BENCH_ROWS", 1000000))
RUNS = int(os.environ.get("BENCH_RUNS", 3))
GROWTH = int(os.environ.get("BENCH_GROWTH", 10 * ROWS))
BOOSTED = {"trees": 100, "leaves": 31, "learning_rate": 0.1, "bins": 255, "early_stopping": 0, "l2": 0, "node_features": 1}


def connect():
    connection = psycopg2.connect("")
    connection.autocommit = True
    return connection


def memory(pid):
    """Megabytes that the process itself held at most, shared memory left out."""
    found = {}
    with open("/proc/%d/status" % pid) as status:
        for line in status:
            name, _, value = line.partition(":")
            if name in ("VmHWM", "RssShmem", "RssFile"):
                found[name] = int(value.split()[0]) / 1024
    return found["VmHWM"] - found["RssShmem"] - found["RssFile"]


def train(table, target="y", algorithm="gbt", params=BOOSTED, exclude=(), split=None, workers=0, task=None):
    """One training in a session of its own: its steps, CPU seconds, memory, digest."""
    connection = connect()
    cursor = connection.cursor()
    cursor.execute("SET max_parallel_maintenance_workers = %d" % workers)
    cursor.execute("SELECT count(*) FROM " + table)
    pid = connection.get_backend_pid()
    before, start, held = backend_cpu(pid), time.perf_counter(), memory(pid)
    cursor.execute("SELECT version FROM mlops_train('trees', %s, target => %s, algorithm => %s, params => %s, "
                   "exclude => %s, split => %s, task => %s, deploy => 'never')",
                   (table, target, algorithm, json.dumps(params), list(exclude), json.dumps(split or {}), task))
    version = cursor.fetchone()[0]
    result = {"whole": time.perf_counter() - start, "cpu": backend_cpu(pid) - before, "memory": memory(pid) - held}
    cursor.execute("SELECT timings FROM mlops.runs WHERE model = 'trees' AND version = %s", (version,))
    result["steps"] = cursor.fetchone()[0]
    cursor.execute("SELECT digest FROM mlops.versions WHERE model = 'trees' AND version = %s", (version,))
    result["digest"] = cursor.fetchone()[0]
    cursor.execute("SELECT mlops_drop_model('trees')")
    connection.close()
    return result


def fit(run):
    return run["steps"]["encode"] + run["steps"]["fit"]


def median(runs, value):
    return statistics.median(value(run) for run in runs)


def row(cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(title, cells):
    print("\n### %s\n" % title)
    row(cells)
    row(["---"] + ["---:"] * (len(cells) - 1))


def make(cursor, name, rows, columns, categories=0):
    """Uniform numbers, or texts of so many categories; a class from the first two."""
    cursor.execute("DROP TABLE IF EXISTS " + name)
    cursor.execute("SELECT setseed(0.5)")
    if categories:
        draws = ", ".join("'c' || floor(random() * random() * %d)::int AS x%d" % (categories, i) for i in range(1, columns + 1))
        signal = "(hashtext(x1) % 7 + hashtext(x2) % 5) / 4.0"
    else:
        draws = ", ".join("random()::real AS x%d" % i for i in range(1, columns + 1))
        signal = "4 * x1 - 2 * x2 - 1"
    names = ", ".join("x%d" % i for i in range(1, columns + 1))
    cursor.execute("CREATE TABLE %s AS SELECT id, chance < 1 / (1 + exp(-(%s))) AS y, %s FROM "
                   "(SELECT id, random() AS chance, %s FROM generate_series(1, %d) AS id OFFSET 0) AS drawn"
                   % (name, signal, names, draws, rows))
    cursor.execute("ALTER TABLE %s ADD PRIMARY KEY (id)" % name)
    cursor.execute("VACUUM ANALYZE " + name)


def workers(cursor):
    head("Boosted trees with parallel workers, %d x 28" % ROWS,
         ["workers beside the leader", "encode and fit, s", "times faster", "whole call, s", "same bytes"])
    runs = {}
    for _ in range(RUNS):
        for n in (0, 1, 2):
            runs.setdefault(n, []).append(train("bench", exclude=["z", "held_out"], workers=n))
    for n in runs:
        row([n, "%.2f" % median(runs[n], fit),
             "%.2f" % statistics.median(fit(alone) / fit(run) for alone, run in zip(runs[0], runs[n])),
             "%.2f" % median(runs[n], lambda run: run["whole"]),
             "yes" if len({run["digest"] for run in runs[0] + runs[n]}) == 1 else "**NO**"])


def growth(cursor):
    head("Boosted trees, growth with rows: 10 real columns",
         ["rows", "encode and fit, µs a row", "whole call, µs a row", "memory, MB", "allowed, MB"])
    sizes = [size for size in (100000, 300000, 1000000, 3000000, 10000000) if size <= GROWTH]
    for size in sizes:
        make(cursor, "grown", size, 10)
        runs = [train("grown") for _ in range(RUNS if size <= 1000000 else 1)]
        print_run("{:,}".format(size), runs, size, 10)


def print_run(title, runs, rows, columns):
    """Allowed are 1.2 bytes a cell, 48 bytes a row, and 64 MB."""
    row([title, "%.2f" % (median(runs, fit) / rows * 1e6), "%.2f" % (median(runs, lambda run: run["whole"]) / rows * 1e6),
         "%.0f" % median(runs, lambda run: run["memory"]), "%.0f" % ((1.2 * columns + 48) * rows / 1048576 + 64)])


def shapes(cursor):
    head("Boosted trees, other shapes",
         ["table", "encode and fit, µs a row", "whole call, µs a row", "memory, MB", "allowed, MB"])
    print_run("{:,} x 28 real".format(ROWS), [train("bench", exclude=["z", "held_out"]) for _ in range(RUNS)], ROWS, 28)
    for rows, columns, categories in ((ROWS // 10, 100, 0), (ROWS // 50, 1000, 0), (ROWS // 5, 10, 1000)):
        make(cursor, "shaped", rows, columns, categories)
        title = "{:,} x {} {}".format(rows, columns, "text of %d categories" % categories if categories else "real")
        print_run(title, [train("shaped") for _ in range(RUNS)], rows, columns)


def small(cursor):
    head("Boosted trees on small tables, default options", ["rows x 10", "whole call, ms"])
    for size in (150, 500, 1000, 3000, 10000):
        make(cursor, "small", size, 10)
        runs = [train("small", params={}) for _ in range(RUNS)]
        row(["{:,}".format(size), "%.0f" % (1000 * median(runs, lambda run: run["whole"]))])


FOREST = """
import sys, time, json, numpy
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
import psycopg2
cursor = psycopg2.connect("").cursor()
cursor.execute("SELECT held_out::int, y::int, %s FROM forest")
rows = numpy.array(cursor.fetchall(), dtype="f4")
held_out = rows[:, 0] == 1
start = time.process_time()
model = RandomForestClassifier(n_estimators=100, n_jobs=1, random_state=0).fit(rows[~held_out, 2:], rows[~held_out, 1])
cpu = time.process_time() - start
print(json.dumps({"cpu": cpu, "auc": roc_auc_score(rows[held_out, 1], model.predict_proba(rows[held_out, 2:])[:, 1])}))
"""


def forest(cursor):
    """The held-out rows are those of bench; the forest learns from as many as are left."""
    rows = ROWS // 10
    head("Random forest, 100 trees grown to the end, {:,} x 28".format(rows), ["", "fit, CPU s", "AUC on held-out rows"])
    cursor.execute("DROP TABLE IF EXISTS forest")
    cursor.execute("CREATE TABLE forest AS SELECT * FROM bench WHERE id <= %d" % (rows * 10 // 9))
    ours, theirs = [], []
    for _ in range(min(RUNS, 2)):
        connection = connect()
        cursor = connection.cursor()
        cursor.execute("SET max_parallel_maintenance_workers = 0")
        pid = connection.get_backend_pid()
        before = backend_cpu(pid)
        cursor.execute("SELECT value FROM mlops_train('forest', 'forest', target => 'y', algorithm => 'random_forest', "
                       "params => '{\"trees\": 100, \"min_rows\": 1}', exclude => ARRAY['z'], "
                       "split => '{\"method\": \"column\", \"column\": \"held_out\"}')")
        cpu = backend_cpu(pid) - before
        cursor.execute("SELECT timings, m.value FROM mlops.runs r JOIN mlops.metrics m USING (model, version) "
                       "WHERE model = 'forest' AND part = 'holdout' AND metric = 'roc_auc' ORDER BY version DESC LIMIT 1")
        timings, auc = cursor.fetchone()
        # the steps are timed by the wall clock, on which other processes take their share
        seconds = sum(timings[step] for step in timings if step not in ("memory_mb", "workers"))
        ours.append({"cpu": cpu * (timings["encode"] + timings["fit"]) / seconds, "auc": auc})
        cursor.execute("SELECT mlops_drop_model('forest')")
        done = subprocess.run([sys.executable, "-c", FOREST % ", ".join(FEATURES)], stdout=subprocess.PIPE, check=True,
                              env=dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"))
        theirs.append(json.loads(done.stdout))
    for name, runs in (("mlops", ours), ("scikit-learn", theirs)):
        row([name, "%.2f" % median(runs, lambda run: run["cpu"]), "%.4f" % median(runs, lambda run: run["auc"])])
    row(["mlops / scikit-learn", "%.3f" % statistics.median(a["cpu"] / b["cpu"] for a, b in zip(ours, theirs)), ""])


SECTIONS = {"workers": workers, "growth": growth, "shapes": shapes, "small": small, "forest": forest}


def main():
    cursor = connect().cursor()
    for name in os.environ.get("BENCH_TREES", " ".join(SECTIONS)).split():
        SECTIONS[name](cursor)


main()
