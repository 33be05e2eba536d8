"""
mlops beside what a user would take instead: the same rows, the same
parameters, one thread each, runs of all in turn, medians. Prints Markdown.

BENCH_ROWS (1000000) and BENCH_RUNS (3) say how much.
"""
import json
import os
import statistics
import subprocess
import sys

import psycopg2

from tasks import TASKS, Clock

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = int(os.environ.get("BENCH_ROWS", 1000000))
RUNS = int(os.environ.get("BENCH_RUNS", 3))
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                                     "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS")}
PEERS_OF = {"linear": ["sklearn"], "logistic": ["sklearn"], "trees": ["sklearn", "xgboost", "lightgbm"]}
TITLES = {
    "linear": "Least squares (`linear`)",
    "logistic": "Logistic regression (`logistic`, l2 = 1 on standardised columns)",
    "trees": "Boosted trees (`gbt`: 100 trees, 31 leaves, learning rate 0.1, 255 bins, no early stopping)",
}
# step: what it is called; evaluate, profile, compare and store have no counterpart elsewhere
STEPS = [
    ("read", "read rows (elsewhere: export)"),
    ("encode", "encode (elsewhere: part of fit)"),
    ("fit", "fit"),
    ("evaluate", "evaluate"),
    ("profile", "profile columns"),
    ("compare", "compare with champion"),
    ("store", "store"),
    ("predict", "score every row"),
    ("write", "write the scores to a table"),
]


def say(text):
    print(text, file=sys.stderr, flush=True)


def connect():
    connection = psycopg2.connect("")
    connection.autocommit = True
    return connection


def train(cursor, task, table, model):
    """One call of mlops_train; its own seconds by step."""
    target, other, algorithm, params = TASKS[task]
    cursor.execute("""SELECT seconds FROM mlops_train(%s, %s, %s, algorithm => %s, params => %s, exclude => ARRAY[%s],
        split => '{"method": "column", "column": "held_out"}')""", (model, table, target, algorithm, params, other))
    cursor.execute("SELECT timings FROM mlops.runs WHERE model = %s ORDER BY id DESC LIMIT 1", (model,))
    timings = cursor.fetchone()[0]
    return {step: seconds for step, seconds in timings.items() if step not in ("memory_mb", "workers")}


def run_ours(task, destination):
    """Train, score in a SELECT, score into a table."""
    connection = connect()
    cursor = connection.cursor()
    verb = "mlops_predict" if task == "linear" else "mlops_probability"
    cursor.execute("SELECT count(*) FROM bench")		# the backend is warm, as a peer's imports are
    clock = Clock(connection)
    timings = train(cursor, task, "bench", destination)
    clock.step("train")
    cpu_train = clock.cpu()
    cursor.execute("SELECT sum(%s('%s', b)) FROM bench AS b" % (verb, destination))
    clock.step("predict")
    cpu_select = clock.cpu()
    cursor.execute("CREATE TABLE %s AS SELECT id, %s('%s', b) AS predicted FROM bench AS b"
                   % (destination, verb, destination))
    clock.step("table")
    cpu = clock.cpu() - cpu_select + cpu_train
    steps = dict(timings, predict=clock.steps["predict"])
    steps["write"] = max(clock.steps["table"] - clock.steps["predict"], 0.0)
    connection.close()
    return {"steps": steps, "cpu": cpu, "whole": clock.steps["train"] + clock.steps["table"],
            "train": clock.steps["train"], "cpu_train": cpu_train}


def run_peer(peer, task, destination):
    done = subprocess.run([sys.executable, os.path.join(HERE, "peer.py"), peer, task, destination],
                          env=dict(os.environ, **ONE_THREAD), stdout=subprocess.PIPE, check=True)
    result = json.loads(done.stdout)
    result["whole"] = sum(result["steps"].values())
    return result


def judge(cursor, task, table):
    """Metrics on the held-out rows, by the same code for everybody."""
    import numpy
    from sklearn import metrics

    cursor.execute("SELECT %s::float8, predicted FROM bench JOIN %s USING (id) WHERE held_out"
                   % ("z" if task == "linear" else "y::int", table))
    actual, predicted = numpy.array(cursor.fetchall()).T
    if task == "linear":
        return {"RMSE": metrics.mean_squared_error(actual, predicted) ** 0.5,
                "R²": metrics.r2_score(actual, predicted)}
    return {"ROC AUC": metrics.roc_auc_score(actual, predicted), "log loss": metrics.log_loss(actual, predicted)}


def peers_here():
    versions = {}
    for peer in ("sklearn", "xgboost", "lightgbm"):
        found = subprocess.run([sys.executable, os.path.join(HERE, "peer.py"), peer], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
        if found.returncode == 0:
            versions[peer] = found.stdout.strip()
    return versions


def measure(cursor, versions):
    """results[task][contender] = list of runs."""
    results = {task: {} for task in TASKS}
    for run in range(RUNS):
        for task in TASKS:
            for contender in ["mlops"] + [peer for peer in PEERS_OF[task] if peer in versions]:
                table = "%s_%s_%d" % (contender, task, run)
                if contender == "mlops":
                    result = run_ours(task, table)
                else:
                    result = run_peer(contender, task, table)
                result["quality"] = judge(cursor, task, table)
                cursor.execute("DROP TABLE " + table)
                results[task].setdefault(contender, []).append(result)
                say("bench: run %d of %d, %s, %s: %.1f s" % (run + 1, RUNS, task, contender, result["whole"]))
    return results


def median(runs, value):
    return statistics.median(value(run) for run in runs)


def row(cells):
    print("| " + " | ".join(cells) + " |")


def print_ratio(title, contenders, runs_of, value):
    """Ours divided by theirs of the same round: below 1 we are faster."""
    cells = [title, ""]
    for contender in contenders[1:]:
        ratios = [value(ours) / value(theirs) for ours, theirs in zip(runs_of["mlops"], runs_of[contender])]
        cells.append("%.2f" % statistics.median(ratios))
    row(cells)


def print_task(task, runs_of, versions):
    contenders = list(runs_of)
    print("\n### %s\n" % TITLES[task])
    row(["seconds"] + ["mlops" if name == "mlops" else versions[name] for name in contenders])
    row(["---"] + ["---:"] * len(contenders))
    for step, title in STEPS:
        row([title] + ["%.2f" % median(runs_of[name], lambda run: run["steps"][step])
                       if step in runs_of[name][0]["steps"] else "" for name in contenders])
    row(["**from a table to a model and a table of scores**"] +
        ["**%.2f**" % median(runs_of[name], lambda run: run["whole"]) for name in contenders])
    row(["CPU seconds of that, all processes"] +
        ["%.2f" % median(runs_of[name], lambda run: run["cpu"]) for name in contenders])
    print_ratio("encode and fit: mlops / other", contenders, runs_of, lambda run: run["steps"].get("encode", 0.0) + run["steps"]["fit"])
    print_ratio("fit alone: mlops / other", contenders, runs_of, lambda run: run["steps"]["fit"])
    print_ratio("whole: mlops / other", contenders, runs_of, lambda run: run["whole"])
    print_ratio("CPU of the whole: mlops / other", contenders, runs_of, lambda run: run["cpu"])
    for metric in runs_of["mlops"][0]["quality"]:
        row(["%s on held-out rows" % metric] +
            ["%.5f" % median(runs_of[name], lambda run: run["quality"][metric]) for name in contenders])


def print_growth(cursor):
    """Microseconds per row of a whole mlops_train at three sizes."""
    sizes = [ROWS // 10, ROWS * 3 // 10, ROWS]
    for size in sizes:
        cursor.execute("CREATE TABLE bench_%d AS SELECT * FROM bench WHERE id <= %d" % (size, size))
        cursor.execute("ALTER TABLE bench_%d ADD PRIMARY KEY (id)" % size)
        cursor.execute("VACUUM ANALYZE bench_%d" % size)
    print("\n### Growth: microseconds per row of a whole `mlops_train`\n")
    row(["rows"] + list(TASKS))
    row(["---:"] * (len(TASKS) + 1))
    seconds = {}
    for run in range(RUNS):
        for size in sizes:
            for task in TASKS:
                connection = connect()
                steps = train(connection.cursor(), task, "bench_%d" % size, "growth_%s_%d_%d" % (task, size, run))
                seconds.setdefault((size, task), []).append(sum(steps.values()))
                connection.close()
    for size in sizes:
        row(["{:,}".format(size)] + ["%.2f" % (statistics.median(seconds[size, task]) / size * 1e6) for task in TASKS])


def main():
    cursor = connect().cursor()
    versions = peers_here()
    if "sklearn" not in versions:
        sys.exit("bench: scikit-learn cannot be imported by %s" % sys.executable)
    cursor.execute("SELECT split_part(version(), ' on ', 1), extversion FROM pg_extension WHERE extname = 'mlops'")
    server, extension = cursor.fetchone()
    print("%s; mlops %s; %s. %d rows x 28 real columns, a tenth held out; medians of %d runs in turn; load %.1f on %d cores."
          % (server, extension, ", ".join(versions.values()), ROWS, RUNS, os.getloadavg()[0], os.cpu_count()))
    results = measure(cursor, versions)
    for task in TASKS:
        print_task(task, results[task], versions)
    print_growth(cursor)


main()
