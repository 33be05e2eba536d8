#!/usr/bin/python3
# Writes importance_expected.csv: permutation importance by scikit-learn 1.2 of
# linear and logistic regression on the held-out rows (id divisible by 5) of
# diabetes.csv and breast.csv, for test/sql/importance.sql. `spread` is the
# standard deviation of one shuffle.
import csv
import pandas as pd
import sklearn
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

assert sklearn.__version__.startswith('1.2.')

with open('importance_expected.csv', 'w', newline='') as file:
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(['data', 'feature', 'increase', 'spread'])
    for data, model, scoring in (
            ('diabetes', LinearRegression(), 'neg_root_mean_squared_error'),
            ('breast', LogisticRegression(C=1.0, solver='newton-cholesky', tol=1e-12, max_iter=1000), 'neg_log_loss')):
        table = pd.read_csv(f'{data}.csv')
        test = table['id'] % 5 == 0
        x, y = table.drop(columns=['id', 'y']), table['y']
        fitted = make_pipeline(StandardScaler(), model).fit(x[~test], y[~test])
        result = permutation_importance(fitted, x[test], y[test], scoring=scoring, n_repeats=200, random_state=0)
        for name, mean, spread in zip(x.columns, result.importances_mean, result.importances_std):
            writer.writerow([data, name, f'{mean:.9g}', f'{spread:.9g}'])
