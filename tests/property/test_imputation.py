"""What must hold for imputations whatever the table, and slow twins of the compiled pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from scipy.special import expit

from jalon.core import SurvivalData
from jalon.stats import fit_cox
from jalon.stats.kernels.donors import match_donors
from jalon.stats.kernels.regression_draw import (
    augment,
    fit_linear,
    fit_logistic_draw,
    fit_ordinal_draw,
)
from jalon.stats.missing import ImputationPlan, IncompleteTable, impute, pool_estimates

quick = settings(max_examples=25, deadline=None)
KINDS = ("number", "binary", "ordered", "number")
PLAN = ImputationPlan(tables=3, iterations=2)


def make_table(seed, n=60, share=0.2):
    """A number, a binary and an ordered column that go together, and a complete number."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    values = common + rng.normal(size=(n, 4))
    values[:, 1] = values[:, 1] > 0
    values[:, 2] = np.digitize(values[:, 2], [-1, 0.5])
    hidden = rng.random((n, 3)) < share
    hidden[:12] = False
    values[:, :3][hidden] = np.nan
    return IncompleteTable(values, KINDS)


@quick
@given(st.integers(0, 10_000))
def test_imputed_values_are_of_their_kind(seed):
    table = make_table(seed)
    made = impute(table, np.random.default_rng(seed), PLAN)
    assert made.values.shape == (3, 60, 4)
    assert not np.isnan(made.values).any()
    known = ~table.missing
    for values in made.values:
        assert_array_equal(values[known], table.values[known])
        for j in range(4):
            assert np.isin(values[:, j], table.values[known[:, j], j]).all()
    assert_array_equal(made.missing, table.missing)
    assert np.isnan(made.mean[:, :, 3]).all()
    last = [values[table.missing[:, 0], 0].mean() for values in made.values]
    assert_allclose(made.mean[:, -1, 0], last)


def test_bytes_do_not_depend_on_workers():
    table = make_table(1)
    data = SurvivalData(np.arange(1, 61), np.arange(60) % 3 > 0)
    made = [
        impute(table, np.random.default_rng(5), PLAN, data, workers).values.tobytes()
        for workers in (1, 3)
    ]
    assert made[0] == made[1]
    assert made[0] != impute(table, np.random.default_rng(6), PLAN, data).values.tobytes()


def test_unit_and_origin_of_a_number_are_nothing():
    table = make_table(2)
    values = table.values.copy()
    values[:, 0] = 1024 * values[:, 0]
    values[:, 3] = values[:, 3] / 64
    one = impute(table, np.random.default_rng(3), PLAN).values
    two = impute(IncompleteTable(values, KINDS), np.random.default_rng(3), PLAN).values
    assert_allclose(two / [1024, 1, 1, 1 / 64], one)


def test_nothing_missing_gives_copies():
    table = IncompleteTable(np.arange(12.0).reshape(6, 2), ["number", "number"])
    made = impute(table, np.random.default_rng(1))
    assert len(made) == 10
    assert_array_equal(made.values, np.broadcast_to(table.values, (10, 6, 2)))
    assert np.isnan(made.mean).all()


def test_more_tables_begin_with_the_same_ones():
    table = make_table(4)
    few = impute(table, np.random.default_rng(2), PLAN).values
    many = impute(table, np.random.default_rng(2), ImputationPlan(5, 2)).values
    assert_array_equal(many[:3], few)


def pick_slowly(known, wanted, donors, draws, rng):
    """Pick as the definition reads: shuffle, sort by distance, take one of the first."""
    picks = []
    for _ in range(draws):
        order = rng.permutation(len(known))
        nearest = order[np.argsort(np.abs(known[order] - wanted), kind="stable")]
        picks.append(nearest[rng.integers(donors)])
    return np.bincount(picks, minlength=len(known)) / draws


@pytest.mark.parametrize("donors", [1, 3, 5])
@pytest.mark.parametrize("wanted", [-1.0, 0.25, 1.1, 1.9, 3.0, 9.0])
def test_donors_are_as_likely_as_by_the_definition(donors, wanted):
    known = np.array([2.0, 0.0, 1.0, 2.0, 2.0, 0.0, 3.0, 1.0, 2.0, 5.0])
    uniform = (np.arange(6000) + 0.5) / 6000
    fast = match_donors(known, np.full(6000, wanted), donors, uniform)
    share = np.bincount(fast, minlength=10) / 6000
    slow = pick_slowly(known, wanted, donors, 6000, np.random.default_rng(7))
    assert_allclose(share, slow, atol=0.03)
    assert_array_equal(share > 0, slow > 0)


@quick
@given(st.integers(0, 10_000), st.booleans())
def test_linear_fit_as_numpy(seed, doubled):
    rng = np.random.default_rng(seed)
    x = np.column_stack((np.ones(20), rng.normal(size=(20, 3))))
    if doubled:
        x = np.column_stack((x, x[:, 1] - 2 * x[:, 2]))
    y = rng.normal(size=20)
    coefficients, factor, kept, squares = fit_linear(x, y)
    expected, residual, *_ = np.linalg.lstsq(x[:, :4], y, rcond=None)
    assert_allclose(coefficients[:4], expected, rtol=1e-8, atol=1e-10)
    assert_allclose(squares, residual[0])
    assert_array_equal(kept, [True] * 4 + [False] * doubled)
    assert_allclose((factor @ factor.T)[:4, :4], x[:, :4].T @ x[:, :4], atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_logistic_fit_climbs_as_far_as_scipy(seed):
    rng = np.random.default_rng(seed)
    x = np.column_stack((np.ones(40), rng.normal(size=(40, 2))))
    y = (rng.random(40) < expit(x @ [0.3, 1, -1])).astype(float)
    weight = rng.choice([0.5, 1.0, 2.0], 40)
    extra, outcome, light = augment(x[:, 1:], 2)
    rows = np.vstack((x, np.column_stack((np.ones(len(extra)), extra))))
    level = np.concatenate((y, outcome))
    weight = np.concatenate((weight, np.full(len(extra), light)))
    found, _, done = fit_logistic_draw(rows, level, weight, np.zeros(3), 50, 1e-14)

    def loss(b):
        eta = rows @ b
        return weight @ (np.logaddexp(0, eta) - level * eta)

    assert done
    assert loss(found) <= minimize(loss, np.zeros(3)).fun + 1e-9


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_ordinal_fit_climbs_as_far_as_scipy(seed, levels):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 2))
    y = np.searchsorted(np.linspace(-1, 1, levels - 1), x[:, 0] + rng.logistic(size=60))
    y[:levels] = np.arange(levels)
    cuts = levels - 1
    start = np.concatenate((np.linspace(-1, 1, cuts) if cuts > 1 else [0.0], [0.0, 0.0]))
    found, factor, done = fit_ordinal_draw(x, y.astype(float), np.ones(60), start, 60, 1e-14)

    def loss(b):
        below = expit(np.append(b[:cuts], np.inf)[None, :] - (x @ b[cuts:])[:, None])
        p = np.diff(np.column_stack((np.zeros(60), below)), axis=1)[np.arange(60), y]
        return -np.sum(np.log(np.maximum(p, 1e-12)))

    best = minimize(loss, start, method="BFGS")
    assert done
    assert loss(found) <= best.fun + 1e-7
    # The factor is that of the curvature of the loss, by central differences.
    h = 1e-4 * np.eye(len(found))
    bend = [
        [
            (loss(found + a + b) - loss(found + a - b) - loss(found - a + b) + loss(found - a - b))
            / 4e-8
            for b in h
        ]
        for a in h
    ]
    assert_allclose(factor @ factor.T, bend, atol=2e-3 * np.abs(bend).max())


def _miss_at_random(rng, n):
    """A covariate missing more often where a second one is high."""
    second = rng.normal(size=n)
    first = 0.7 * second + rng.normal(size=n)
    hidden = rng.random(n) < expit(second - 0.5)
    return np.column_stack((np.where(hidden, np.nan, first), second)), first, hidden


@pytest.mark.parametrize("method", ["matching", "normal"])
def test_mean_is_unbiased_where_complete_cases_are_not(method):
    rng = np.random.default_rng(11)
    plan = ImputationPlan(tables=10, iterations=3, methods=(method, "matching"))
    errors, naive = [], []
    for _ in range(40):
        values, first, hidden = _miss_at_random(rng, 300)
        made = impute(IncompleteTable(values, ["number", "number"]), rng, plan)
        column = made.values[:, :, 0]
        pooled = pool_estimates(column.mean(axis=1), column.var(axis=1, ddof=1) / 300)
        errors.append(pooled.value[0] - first.mean())
        naive.append(first[~hidden].mean() - first.mean())
    spread = np.std(errors) / np.sqrt(40)
    assert abs(np.mean(errors)) < 3.5 * spread + 0.01
    assert np.mean(naive) < -0.15


def test_imputed_levels_follow_their_predictors():
    rng = np.random.default_rng(12)
    x = rng.normal(size=800)
    flag = (rng.random(800) < expit(2 * x)).astype(float)
    stage = np.digitize(2 * x + rng.logistic(size=800), [-2, 0, 2]).astype(float)
    truth = np.column_stack((x, flag, stage))
    values = truth.copy()
    values[:200, 1] = np.nan
    values[200:400, 2] = np.nan
    made = impute(IncompleteTable(values, ["number", "binary", "ordered"]), rng, ImputationPlan(20))
    for j, rows in ((1, slice(0, 200)), (2, slice(200, 400))):
        high, low = x[rows] > 0, x[rows] <= 0
        for part in (high, low):
            drawn = made.values[:, rows, j][:, part]
            assert abs(drawn.mean() - truth[rows, j][part].mean()) < 0.25
        assert made.values[:, rows, j][:, high].mean() > made.values[:, rows, j][:, low].mean()


def test_nelson_aalen_beats_ignoring_the_outcome():
    rng = np.random.default_rng(13)
    with_outcome, without = [], []
    plan = ImputationPlan(tables=5, iterations=2)
    for _ in range(12):
        x = rng.normal(size=(300, 2))
        time, stop = rng.exponential(size=(2, 300)) * [[1], [2]]
        time = time * np.exp(-x[:, 0])
        data = SurvivalData(np.minimum(time, stop), time <= stop)
        values = x.copy()
        values[rng.random(300) < 0.5, 0] = np.nan
        table = IncompleteTable(values, ["number", "number"])
        for found, outcome in ((with_outcome, data), (without, None)):
            made = impute(table, rng, plan, outcome)
            fits = [fit_cox(done, data).coefficients[0] for done in made.values]
            found.append(np.mean(fits))
    assert abs(np.mean(with_outcome) - 1) < 0.12
    assert np.mean(without) < 0.75
