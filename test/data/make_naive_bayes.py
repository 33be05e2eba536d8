#!/usr/bin/env python3
"""Naive Bayes by scikit-learn, for test/unit/test_naive_bayes.c.

Writes naive_bayes.csv (numbers, categories, weight, class) and
naive_bayes_expected.csv: the probability of each class for each row, by
default, then weighted with other options. GaussianNB sees standardised numbers,
CategoricalNB the categories; the log-likelihoods are added.
"""
import csv

import numpy as np
from sklearn.naive_bayes import CategoricalNB, GaussianNB

ROWS = 240
rng = np.random.default_rng(20261122)
y = rng.integers(0, 3, ROWS)
age = np.round(40 + 6 * y + 9 * rng.standard_normal(ROWS), 1)
income = np.round(np.exp(8 + 0.4 * (y == 2) + 0.5 * rng.standard_normal(ROWS)), 2)
offset = np.round(1000000 + 2 * (y == 1) + 3 * rng.standard_normal(ROWS), 3)
plan = np.array([rng.choice(4, p=p) for p in np.array([[.4, .3, .2, .1], [.1, .2, .3, .4], [.25, .25, .45, .05]])[y]])
region = rng.integers(0, 6, ROWS)
weight = np.round(0.2 + 3 * rng.random(ROWS), 2)

with open('naive_bayes.csv', 'w', newline='') as file:
    out = csv.writer(file, lineterminator='\n')
    out.writerow(['age', 'income', 'offset', 'plan', 'region', 'weight', 'y'])
    out.writerows(zip(age, income, offset, plan, region, weight, y))

numbers = np.column_stack([age, income, offset])
numbers = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
categories = np.column_stack([plan, region])


def probabilities(sample_weight, smoothing, var_smoothing, uniform):
    gauss = GaussianNB(var_smoothing=var_smoothing).fit(numbers, y, sample_weight)
    category = CategoricalNB(alpha=smoothing).fit(categories, y, sample_weight)
    prior = np.log(np.full(3, 1 / 3) if uniform else gauss.class_prior_)
    joint = prior + gauss._joint_log_likelihood(numbers) - np.log(gauss.class_prior_) \
        + category._joint_log_likelihood(categories) - category.class_log_prior_
    joint -= joint.max(axis=1, keepdims=True)
    return np.exp(joint) / np.exp(joint).sum(axis=1, keepdims=True)


expected = np.hstack([probabilities(None, 1.0, 1e-9, False), probabilities(weight, 0.25, 0.01, True)])
with open('naive_bayes_expected.csv', 'w', newline='') as file:
    out = csv.writer(file, lineterminator='\n')
    out.writerow([f'{name}{k}' for name in ('default', 'weighted') for k in range(3)])
    out.writerows([[f'{value:.17g}' for value in row] for row in expected])
