"""
Boosted trees with default options beside scikit-learn's HistGradientBoosting
and XGBoost with 100 trees, on real tables with text and missing values: five
times five folds, the same for everybody, paired differences. Prints Markdown.

Tables, folds and seeds were fixed before the first run. A version is trained
on all rows of four folds (split method none: the folds do the holding out),
or, with QUALITY_SPLIT=default, as mlops_train splits by itself, which leaves
it a fifth fewer rows than the others have. QUALITY_TABLES limits the tables,
QUALITY_PARAMS gives other params to mlops_train.
"""
import json
import os
import subprocess
import tempfile

import numpy
import pandas
import psycopg2
from sklearn import datasets, metrics
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
import xgboost

HERE = os.path.dirname(os.path.abspath(__file__))
REPEATS, FOLDS = 5, 5
SPLIT = "{}" if os.environ.get("QUALITY_SPLIT") == "default" else '{"method": "none"}'
PARAMS = os.environ.get("QUALITY_PARAMS", "{}")
CONTENDERS = ["mlops", "sklearn", "xgboost"]

# table: target, kind
TABLES = {
    "breast_cancer": ("target", "two"),
    "attrition": ("Attrition", "two"),
    "credit_data": ("Status", "two"),
    "lending_club": ("Class", "two"),
    "mlc_churn": ("churn", "two"),
    "wa_churn": ("churn", "two"),
    "TitanicSurvival": ("survived", "two"),
    "PimaIndiansDiabetes2": ("diabetes", "two"),
    "hpc_data": ("class", "many"),
    "Satellite": ("classes", "many"),
    "Vehicle": ("Class", "many"),
    "diabetes": ("target", "number"),
    "ames": ("Sale_Price", "number"),
    "Chicago": ("ridership", "number"),
    "concrete": ("compressive_strength", "number"),
    "SLID": ("wages", "number"),
    "diamonds": ("price", "number"),
}


def load(folder, name, target, kind):
    """Rows without those that lack the target, and the number of the target's class."""
    if name in ("breast_cancer", "diabetes"):
        rows = getattr(datasets, "load_" + name)(as_frame=True).frame
    else:
        rows = pandas.read_csv(os.path.join(folder, name + ".csv"))
    rows = rows[rows[target].notna()].reset_index(drop=True)
    if kind == "number":
        return rows, rows[target].to_numpy(float), None
    labels, y = numpy.unique(rows[target].astype(str), return_inverse=True)
    rows[target] = ["c" + label for label in rows[target].astype(str)]
    return rows, y, ["c" + label for label in labels]


def folds_of(y, kind, repeat):
    """Fold of each row: shuffled, within each class."""
    random = numpy.random.RandomState(1000 + repeat)
    fold = numpy.empty(len(y), int)
    for group in [numpy.arange(len(y))] if kind == "number" else [numpy.flatnonzero(y == c) for c in numpy.unique(y)]:
        fold[random.permutation(group)] = numpy.arange(len(group)) % FOLDS
    return fold


def is_text(column):
    return column.dtype == object or column.dtype == bool


def sql_type(column):
    return "text" if is_text(column) else "float8"


def create(cursor, name, rows, folds):
    """The table with a row number and the folds beside the columns."""
    columns = ['"%s" %s' % (column, sql_type(rows[column])) for column in rows]
    cursor.execute('DROP TABLE IF EXISTS q CASCADE')
    cursor.execute("CREATE TABLE q (row_number int PRIMARY KEY, %s, %s)"
                   % (", ".join(columns), ", ".join("fold_%d int" % r for r in range(REPEATS))))
    with tempfile.TemporaryFile("w+") as file:
        whole = rows.copy()
        whole.insert(0, "row_number", range(len(rows)))
        for repeat, fold in enumerate(folds):
            whole["fold_%d" % repeat] = fold
        whole.to_csv(file, index=False, header=False)
        file.seek(0)
        cursor.copy_expert("COPY q FROM STDIN (FORMAT csv)", file)


def ours(cursor, rows, target, kind, labels, repeat, fold):
    """Predictions of the held-out fold, in the order of rows."""
    columns = ", ".join('"%s"' % column for column in rows)
    cursor.execute("SELECT version FROM mlops_train('q', %s, target => %s, algorithm => 'gbt', split => %s, key => 'row_number', "
                   "task => %s, params => %s)",
                   ("SELECT row_number, %s FROM q WHERE fold_%d <> %d" % (columns, repeat, fold), target, SPLIT,
                    "regression" if kind == "number" else "classification", PARAMS))
    where = "FROM q WHERE fold_%d = %d ORDER BY row_number" % (repeat, fold)
    if kind == "number":
        cursor.execute("SELECT mlops_predict('q', q) " + where)
        predicted = numpy.array(cursor.fetchall(), float)[:, 0]
    elif kind == "two":
        cursor.execute("SELECT mlops_probability('q', q, %s) " + where, (labels[1],))
        predicted = numpy.array(cursor.fetchall(), float)[:, 0]
    else:
        cursor.execute("SELECT mlops_probabilities('q', q)::text " + where)
        read = [json.loads(row[0]) for row in cursor.fetchall()]
        predicted = numpy.array([[row[label] for label in labels] for row in read])
    cursor.execute("SELECT mlops_drop_model('q')")
    return predicted


def encode(rows, target):
    """Numbers, text as codes; which columns are text."""
    features = rows.drop(columns=target)
    text = [is_text(features[column]) for column in features]
    coded = pandas.DataFrame({column: features[column].astype("category") if kind else features[column].astype(float)
                              for column, kind in zip(features, text)})
    return coded, text


def theirs(contender, coded, text, y, kind, train, test):
    if contender == "sklearn":
        matrix = numpy.column_stack([column.cat.codes.where(column.cat.codes >= 0).astype(float) if kind_ else column
                                     for (_, column), kind_ in zip(coded.items(), text)])
        few = [t and coded.iloc[:, i].nunique() <= 254 for i, t in enumerate(text)]
        make = HistGradientBoostingRegressor if kind == "number" else HistGradientBoostingClassifier
        model = make(max_iter=100, categorical_features=few, random_state=0)
        model.fit(matrix[train], y[train])
        rows = matrix[test]
    else:
        make = xgboost.XGBRegressor if kind == "number" else xgboost.XGBClassifier
        model = make(n_estimators=100, tree_method="hist", enable_categorical=True, n_jobs=1, random_state=0)
        model.fit(coded.iloc[train], y[train])
        rows = coded.iloc[test]
    if kind == "number":
        return model.predict(rows)
    chances = model.predict_proba(rows)
    return chances[:, 1] if kind == "two" else chances


def loss(kind, y, predicted, n_classes):
    if kind == "number":
        return metrics.mean_squared_error(y, predicted) ** 0.5
    return metrics.log_loss(y, predicted, labels=range(n_classes), eps=1e-15)


def second(kind, y, predicted):
    """A rank measure beside the loss."""
    if kind == "number":
        return metrics.r2_score(y, predicted)
    if kind == "two":
        return metrics.roc_auc_score(y, predicted)
    return metrics.accuracy_score(y, predicted.argmax(1))


def run_table(cursor, folder, name):
    """losses[contender] and seconds[contender], one number for each of 25 fits."""
    target, kind = TABLES[name]
    rows, y, labels = load(folder, name, target, kind)
    folds = [folds_of(y, kind, repeat) for repeat in range(REPEATS)]
    coded, text = encode(rows, target)
    create(cursor, name, rows, folds)
    losses = {c: [] for c in CONTENDERS}
    seconds = {c: [] for c in CONTENDERS}
    for repeat, fold_of in enumerate(folds):
        for fold in range(FOLDS):
            train, test = numpy.flatnonzero(fold_of != fold), numpy.flatnonzero(fold_of == fold)
            for contender in CONTENDERS:
                predicted = ours(cursor, rows, target, kind, labels, repeat, fold) if contender == "mlops" else \
                    theirs(contender, coded, text, y, kind, train, test)
                losses[contender].append(loss(kind, y[test], predicted, len(labels or [])))
                seconds[contender].append(second(kind, y[test], predicted))
    return len(rows), len(rows.columns) - 1, losses, seconds


def main():
    connection = psycopg2.connect("")
    connection.autocommit = True
    cursor = connection.cursor()
    wanted = os.environ.get("QUALITY_TABLES", " ".join(TABLES)).split()
    print("Log loss, or root mean squared error; differences of mlops with their standard error over %d folds.\n"
          % (REPEATS * FOLDS))
    print("| table | rows | columns | " + " | ".join(CONTENDERS) +
          " | minus sklearn | minus xgboost | rank | AUC, accuracy, R²: mlops | sklearn | xgboost |")
    print("|" + " --- |" * 12)
    ranks, worse = [], []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["Rscript", os.path.join(HERE, "quality_data.R"), folder], check=True)
        for name in wanted:
            n, columns, losses, seconds = run_table(cursor, folder, name)
            mean = {c: numpy.mean(losses[c]) for c in CONTENDERS}
            cells = [name, str(n), str(columns)] + ["%.5g" % mean[c] for c in CONTENDERS]
            for other in CONTENDERS[1:]:
                difference = numpy.array(losses["mlops"]) - numpy.array(losses[other])
                error = difference.std(ddof=1) / len(difference) ** 0.5
                mark = " **worse**" if difference.mean() > 2 * error else ""
                if mark:
                    worse.append((name, other))
                cells.append("%+.4g ± %.2g%s" % (difference.mean(), error, mark))
            rank = 1 + sum(mean[c] < mean["mlops"] for c in CONTENDERS[1:])
            ranks.append(rank)
            cells += [str(rank)] + ["%.4f" % numpy.mean(seconds[c]) for c in CONTENDERS]
            print("| " + " | ".join(cells) + " |", flush=True)
    print("\nMean rank %.2f of 3; worse by more than two standard errors: %s." % (numpy.mean(ranks), worse or "none"))


if __name__ == "__main__":
    main()
