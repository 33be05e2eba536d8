#!/usr/bin/python3
# Writes sklearn_expected.csv: metrics of scikit-learn 1.2 on the held-out rows
# (id divisible by 5) of six tables, for test/sql/sklearn.sql. Also writes
# breast.csv and diabetes.csv, two of scikit-learn's own data sets with an id.
#
# Linear models see the columns as docs/algorithms.md says: numbers standardised
# on the training rows, missing ones as the mean with a 0/1 column beside;
# categories as 0/1 columns without the most frequent level, missing as a level.
import csv
import numpy as np
import pandas as pd
import sklearn
from sklearn import datasets, metrics
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression

assert sklearn.__version__.startswith('1.2.')


def write_own(name, load):
    data = load()
    table = pd.DataFrame(data.data, columns=[f'x{i + 1}' for i in range(data.data.shape[1])])
    table['y'] = data.target
    table.insert(0, 'id', range(1, len(table) + 1))
    table.to_csv(f'{name}.csv', index=False)


def read(name, target, drop=()):
    table = pd.read_csv(f'{name}.csv', keep_default_na=False, na_values=[''], true_values=['t'], false_values=['f'])
    table = table[table[target].notna()]
    features = table.drop(columns=['id', target, *drop])
    for column in features:
        present = features[column].dropna()
        if set(present) <= {True, False, 't', 'f'}:
            features[column] = features[column].map({True: 1.0, False: 0.0, 't': 1.0, 'f': 0.0})
    return features, table[target], (table['id'] % 5 == 0).to_numpy()


def design(features, test):
    columns = []
    for name in features:
        column = features[name]
        missing = column.isna().to_numpy()
        if column.dtype == object:
            train = column[~test]
            levels = train.dropna().value_counts()
            reference = min(levels.index[levels == levels.max()])
            columns += [(column == level).to_numpy(float) for level in levels.index if level != reference]
            if missing[~test].any():
                columns.append(missing.astype(float))
        else:
            values = column.to_numpy(float)
            mean = np.nanmean(values[~test])
            deviation = np.nanstd(values[~test])
            columns.append((np.where(missing, mean, values) - mean) / deviation)
            if missing[~test].any():
                columns.append(missing.astype(float))
    return np.column_stack(columns)


def for_trees(features):
    codes = features.copy()
    categorical = [features[name].dtype == object for name in features]
    for name in features:
        if features[name].dtype == object:
            codes[name] = features[name].astype('category').cat.codes.replace(-1, np.nan)
    return codes.to_numpy(float), categorical


def judge_classes(y, p):
    return {'roc_auc': metrics.roc_auc_score(y, p), 'average_precision': metrics.average_precision_score(y, p),
            'log_loss': metrics.log_loss(y, p), 'brier': metrics.brier_score_loss(y, p),
            'accuracy': metrics.accuracy_score(y, p >= 0.5), 'f1': metrics.f1_score(y, p >= 0.5)}


def judge_numbers(y, p):
    return {'rmse': metrics.mean_squared_error(y, p) ** 0.5, 'mae': metrics.mean_absolute_error(y, p),
            'median_absolute_error': metrics.median_absolute_error(y, p), 'r2': metrics.r2_score(y, p)}


trees = {'max_iter': 100, 'learning_rate': 0.1, 'max_leaf_nodes': 31, 'min_samples_leaf': 20, 'early_stopping': False, 'random_state': 0}


def compare(name, target, positive=None, drop=()):
    features, y, test = read(name, target, drop)
    x = design(features, test)
    codes, categorical = for_trees(features)
    if positive is not None:
        y = (y == positive).to_numpy(int)
        linear = LogisticRegression(C=1.0, solver='newton-cholesky', tol=1e-12, max_iter=1000).fit(x[~test], y[~test])
        boosted = HistGradientBoostingClassifier(categorical_features=categorical, **trees).fit(codes[~test], y[~test])
        return {'logistic': judge_classes(y[test], linear.predict_proba(x[test])[:, 1]),
                'gbt': judge_classes(y[test], boosted.predict_proba(codes[test])[:, 1])}
    y = y.to_numpy(float)
    linear = LinearRegression().fit(x[~test], y[~test])
    boosted = HistGradientBoostingRegressor(categorical_features=categorical, **trees).fit(codes[~test], y[~test])
    return {'linear': judge_numbers(y[test], linear.predict(x[test])), 'gbt': judge_numbers(y[test], boosted.predict(codes[test]))}


write_own('breast', datasets.load_breast_cancer)
write_own('diabetes', lambda: datasets.load_diabetes(scaled=False))
results = {'breast': compare('breast', 'y', 1), 'credit': compare('credit', 'status', 'bad'), 'customers': compare('customers', 'churned', True),
           'diabetes': compare('diabetes', 'y'), 'houses': compare('houses', 'sale_price'),
           'cars': compare('cars', 'miles_per_gallon', drop=('name', 'model_year'))}
with open('sklearn_expected.csv', 'w', newline='') as file:
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(['data', 'algorithm', 'metric', 'value'])
    for data, algorithms in results.items():
        for algorithm, values in algorithms.items():
            for metric, value in values.items():
                writer.writerow([data, algorithm, metric, repr(float(value))])
