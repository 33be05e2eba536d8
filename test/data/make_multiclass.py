#!/usr/bin/python3
# Writes iris.csv and wine.csv, two of scikit-learn 1.2's own data sets with an
# id and the names of the classes, for test/sql/multiclass.sql.
import pandas as pd
from sklearn import datasets

for name, load in ('iris', datasets.load_iris), ('wine', datasets.load_wine):
    data = load()
    table = pd.DataFrame(data.data, columns=[f'x{i + 1}' for i in range(data.data.shape[1])])
    table['class'] = data.target_names[data.target]
    table.insert(0, 'id', range(1, len(table) + 1))
    table.to_csv(f'{name}.csv', index=False)
