"""
The usual way around the database, once: export, fit, predict every row, write
the predictions back. In a process of its own with one thread; prints JSON.

    peer.py PEER TASK DESTINATION
    peer.py PEER        print the version, or fail when PEER is not installed

Rows travel as COPY in its binary format, the fastest that the server offers.
"""
import io
import json
import sys

from tasks import FEATURES, TASKS, Clock

PEERS = {"sklearn": "scikit-learn", "xgboost": "XGBoost", "lightgbm": "LightGBM"}


def export(cursor, target):
    """Ids, sides, targets and features of all rows."""
    import numpy

    target_type = "u1" if target == "y" else ">f8"
    columns = [("id", ">i4"), ("held_out", "u1"), (target, target_type)] + [(name, ">f4") for name in FEATURES]
    layout = [("fields", ">i2")]
    for name, kind in columns:
        layout += [("length_" + name, ">i4"), (name, kind)]
    buffer = io.BytesIO()
    cursor.copy_expert("COPY bench (%s) TO STDOUT (FORMAT binary)" % ", ".join(name for name, _ in columns), buffer)
    # 19 bytes of header, 2 of trailer
    rows = numpy.frombuffer(buffer.getbuffer()[19:-2], dtype=numpy.dtype(layout))
    features = numpy.empty((len(rows), len(FEATURES)), dtype=numpy.float32)
    for i, name in enumerate(FEATURES):
        features[:, i] = rows[name]
    return rows["id"].astype("i4"), rows["held_out"] == 1, rows[target].astype("f8"), features


def write_back(cursor, destination, ids, predicted):
    import numpy

    rows = numpy.empty(len(ids), dtype=[("fields", ">i2"), ("id_length", ">i4"), ("id", ">i4"),
                                        ("length", ">i4"), ("predicted", ">f8")])
    rows["fields"], rows["id_length"], rows["length"] = 2, 4, 8
    rows["id"], rows["predicted"] = ids, predicted
    stream = io.BytesIO(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")
    cursor.execute("CREATE TABLE %s (id int, predicted float8)" % destination)
    cursor.copy_expert("COPY %s FROM STDIN (FORMAT binary)" % destination, stream)


def estimator(peer, task):
    """An object with fit(X, y), and a function that predicts with it."""
    if peer == "xgboost":
        import xgboost
        return xgboost.XGBClassifier(
            tree_method="hist", n_estimators=100, max_depth=6, learning_rate=0.1, max_bin=256, n_jobs=1)
    if peer == "lightgbm":
        import lightgbm
        return lightgbm.LGBMClassifier(n_estimators=100, num_leaves=31, learning_rate=0.1, max_bin=255,
                                       n_jobs=1, verbose=-1)
    if task == "trees":
        from sklearn.ensemble import HistGradientBoostingClassifier
        return HistGradientBoostingClassifier(max_iter=100, max_leaf_nodes=31, learning_rate=0.1, max_bins=255,
                                              early_stopping=False)
    if task == "logistic":
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        return make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
    from sklearn.linear_model import LinearRegression
    return LinearRegression()


def main():
    import psycopg2

    peer, task, destination = sys.argv[1:]
    model = estimator(peer, task)		# imports are not timed
    connection = psycopg2.connect("")
    cursor = connection.cursor()
    clock = Clock(connection)
    ids, held_out, target, features = export(cursor, TASKS[task][0])
    clock.step("read")
    model.fit(features[~held_out], target[~held_out])
    clock.step("fit")
    predicted = model.predict(features) if task == "linear" else model.predict_proba(features)[:, 1]
    clock.step("predict")
    write_back(cursor, destination, ids, predicted)
    connection.commit()
    clock.step("write")
    print(json.dumps({"steps": clock.steps, "cpu": clock.cpu()}))


if len(sys.argv) == 2:
    print("%s %s" % (PEERS[sys.argv[1]], __import__(sys.argv[1]).__version__))
else:
    main()
