"""The deterministic pieces of an imputation as R's mice has them, given the random numbers."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats.kernels.donors import match_donors
from jalon.stats.kernels.regression_draw import (
    augment,
    fit_linear,
    fit_logistic_draw,
    fit_ordinal_draw,
    predict,
)
from jalon.stats.missing import outcome_columns

RTOL = 1e-8


def _record(name):
    return load_record("mi_pool_more", f"more.{name}")


def _trial():
    return {name: column[:312] for name, column in load_table("pbc").items()}


def _predictors(trial):
    x = np.column_stack([trial[k] for k in ("age", "bili", "albumin", "ast", "protime")])
    return (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)


def _ones(x):
    return np.column_stack((np.ones(len(x)), x))


def _with_light_rows(x, y, levels):
    known = ~np.isnan(y)
    extra, outcome, light = augment(x, levels)
    weight = np.concatenate((np.ones(known.sum()), np.full(len(extra), light)))
    return np.vstack((x[known], extra)), np.concatenate((y[known], outcome)), weight


def test_matching_draws_and_picks_as_mice():
    values, trial = _record("pmm"), _trial()
    chol, x = trial["chol"], _ones(_predictors(trial))
    known = ~np.isnan(chol)
    coefficients, factor, kept, squares = fit_linear(x[known], chol[known])
    assert kept.all()
    assert_allclose(coefficients, values["coef"], rtol=RTOL)
    assert_allclose(np.sqrt(squares / values["chi"]), values["sigma"], rtol=RTOL)
    # Any square root of the covariance may carry the normals; their length is the same.
    drawn = np.array(values["drawn"])
    normal = factor.T @ (drawn - coefficients) / values["sigma"]
    assert_allclose(normal @ normal, np.sum(np.square(values["normal"])), rtol=RTOL)
    seen, wanted = predict(x[known], coefficients), predict(x[~known], drawn)
    nearest = match_donors(seen, wanted, 1, np.full(len(wanted), 0.5))
    assert_array_equal(chol[known][nearest], values["nearest"])
    grid = (np.arange(5) + 0.5) / 5
    five = [chol[known][match_donors(seen, np.full(5, eta), 5, grid)] for eta in wanted]
    assert_array_equal(np.sort(five, axis=1), list(values["five"].values()))


def test_logistic_draws_as_mice():
    values, trial = _record("logreg"), _trial()
    x, y = _predictors(trial), trial["hepato"].copy()
    y[6:312:7] = np.nan
    rows, outcome, weight = _with_light_rows(x, y, 2)
    start = np.zeros(6)
    found, factor, done = fit_logistic_draw(_ones(rows), outcome, weight, start, 50, 1e-20)
    assert done
    assert_allclose(found, values["coef"], rtol=RTOL)
    covariance = np.linalg.inv(factor @ factor.T)
    assert_allclose(covariance, numbers(values["unscaled"]), rtol=1e-7, atol=1e-12)
    drawn = found + np.linalg.cholesky(covariance) @ values["normal"]
    p = expit(predict(_ones(x)[np.isnan(y)], drawn))
    assert_array_equal(np.array(values["uniform"]) <= p, numbers(values["fill"]))


def test_light_rows_under_perfect_prediction():
    values = _record("logreg.separated")
    x = np.column_stack((np.arange(1.0, 11), [0, 1, 0, 1, 1, 0, 0, 1, 1, 0]))
    y = (x[:, 0] > 5).astype(float)
    y[[2, 7]] = np.nan
    extra, outcome, light = augment(x, 2)
    assert_allclose(extra, numbers(values["augmented"])[10:], rtol=1e-14)
    assert_array_equal(outcome, values["augmented_y"][10:])
    assert_allclose(light, values["weight"][10:], rtol=1e-14)
    rows, level, weight = _with_light_rows(x, y, 2)
    found, factor, done = fit_logistic_draw(_ones(rows), level, weight, np.zeros(3), 50, 1e-20)
    assert done
    assert_allclose(found, values["coef"], rtol=RTOL)
    covariance = np.linalg.inv(factor @ factor.T)
    assert_allclose(covariance, numbers(values["unscaled"]), rtol=1e-6, atol=1e-9)


def test_ordinal_fit_as_polr():
    values, trial = _record("polr"), _trial()
    x, y = _predictors(trial), trial["stage"] - 1
    y[4:312:9] = np.nan
    rows, level, weight = _with_light_rows(x, y, 4)
    start = np.concatenate(([-1.0, 0.0, 1.0], np.zeros(5)))
    found, factor, done = fit_ordinal_draw(rows, level, weight, start, 50, 1e-20)
    assert done
    # polr climbs with numerical steps and stops within 1e-5 of the top.
    assert_allclose(found[:3], values["cutpoints"], rtol=1e-5)
    assert_allclose(found[3:], values["coef"], rtol=1e-4)
    covariance = np.linalg.inv(factor @ factor.T)
    order = [3, 4, 5, 6, 7, 0, 1, 2]
    assert_allclose(covariance[np.ix_(order, order)], numbers(values["vcov"]), rtol=1e-3, atol=1e-6)
    below = expit(found[:3] - (x[np.isnan(y)] @ found[3:])[:, None])
    edges = np.column_stack((np.zeros(len(below)), below, np.ones(len(below))))
    assert_allclose(np.diff(edges, axis=1), numbers(values["probability"]), rtol=1e-4)


def test_hazard_of_the_outcome():
    trial = _trial()
    columns, names = outcome_columns(SurvivalData(trial["time"], trial["status"] == 2))
    assert names == ("event", "cumulative hazard")
    assert_array_equal(columns[:, 0], trial["status"] == 2)
    assert_allclose(columns[:, 1], _record("nelsonaalen")["hazard"], rtol=1e-12)
