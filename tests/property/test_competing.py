"""What must hold for cumulative incidence and Gray's test whatever the cohort."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.property.survival_cases import cohorts, compared, shuffle

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats import (
    GrayTest,
    aalen_johansen,
    count_events,
    gray_test,
    kaplan_meier,
    log_rank,
    merge_tables,
)

quick = settings(max_examples=40, deadline=None)


def compare(data: SurvivalData, group, rho: float = 0.0) -> GrayTest:
    """The test, when the cohort drawn has one."""
    try:
        return gray_test(data, group, rho=rho)
    except UnsuitableDataError as error:
        assume("compare" not in str(error))
        raise


def incidence_slowly(data: SurvivalData, cause: int):
    """Incidence and Aalen's variance by sums over all pairs of times."""
    times = np.unique(data.time)
    y = np.array([np.sum(data.time >= t) for t in times])
    own = np.array([np.sum((data.time == t) & (data.event == cause)) for t in times])
    every = np.array([np.sum((data.time == t) & (data.event > 0)) for t in times])
    after = np.cumprod(1 - every / y)
    before = np.append(1, after[:-1])
    value = np.cumsum(before * own / y)
    variance = np.zeros(len(times))
    for t in range(len(times)):
        for u in range(t + 1):
            later = (value[t] - value[u]) / after[u] if after[u] > 0 else 0.0
            for d, move in ((own[u], 1 - later), (every[u] - own[u], later)):
                shrink = (y[u] - d) / (y[u] - 1) if d > 1 else 1.0
                variance[t] += (before[u] * move / y[u]) ** 2 * d * shrink
    return value, variance


def gray_slowly(data: SurvivalData, group, rho: float):
    """Score and covariance by Gray's formulas, every increment of every group on its own."""
    groups = np.unique(group)
    k, increments = len(groups), []
    s, f, pooled = np.ones(k), np.zeros(k), 0.0
    score, path = np.zeros(k), np.zeros((k, k))
    for t in np.unique(data.time[data.event > 0]):
        now = data.time == t
        y = np.array([np.sum((data.time >= t) & (group == g)) for g in groups], dtype=float)
        d1 = np.array([np.sum(now & (data.event == 1) & (group == g)) for g in groups])
        d2 = np.array([np.sum(now & (data.event > 1) & (group == g)) for g in groups])
        r = np.divide(y, s, out=np.zeros(k), where=y > 0)
        tilt, d = (1 - pooled) ** rho, d1.sum()
        score += tilt * (d1 - d * r * (1 - f) / np.sum(r * (1 - f)))
        own = tilt * (np.diag(r) - np.outer(r, r) / r.sum())
        path = path + own * d / (r.sum() * (1 - pooled))
        pooled += d / r.sum()
        stay = np.divide(y - d1 - d2, y, out=np.ones(k), where=y > 0)
        for g in np.flatnonzero(y):
            free = s[g] * stay[g]
            lost = (1 - pooled) / free if free > 0 else 0.0
            if d:
                ties = 1 - (d - 1) / (r.sum() * s[g] - 1) if d > 1 else 1.0
                variance = ties * s[g] * d / (r.sum() * y[g])
                increments.append((own[:, g], 1 - lost, path[:, g], g, variance))
            if d2[g] and free > 0:
                ties = 1 - (d2[g] - 1) / (y[g] - 1) if d2[g] > 1 else 1.0
                increments.append((0, -lost, path[:, g], g, ties * s[g] ** 2 * d2[g] / y[g] ** 2))
        f = f + s * np.divide(d1, y, out=np.zeros(k), where=y > 0)
        s = s * stay
    covariance = np.zeros((k, k))
    for now, later, so_far, g, variance in increments:
        move = now + later * (path[:, g] - so_far)
        covariance += variance * np.outer(move, move)
    return score, covariance


@given(cohorts(causes=3))
@quick
def test_fast_incidence_equals_the_definition(data):
    value, variance = incidence_slowly(data, 1)
    curve = aalen_johansen(data, 1, variance="aalen")
    assert_allclose(curve.value, value, atol=1e-12)
    assert_allclose(curve.std_error**2, variance, rtol=1e-7, atol=1e-12)


@given(compared(causes=2), st.sampled_from([0.0, 1.0]))
@quick
def test_fast_gray_equals_the_definition(case, rho):
    data, group = case
    test = compare(data, group, rho)
    score, covariance = gray_slowly(data, group, rho)
    assert_allclose(test.score, score, atol=1e-10)
    assert_allclose(test.covariance, covariance, rtol=1e-7, atol=1e-10)


@given(cohorts(weighted=True, late=True) | cohorts())
@quick
def test_incidence_is_one_minus_kaplan_meier_without_competition(data):
    curve, survival = aalen_johansen(data, 1), kaplan_meier(data)
    assert_allclose(curve.value, 1 - survival.value, atol=1e-12)
    for variance in ("greenwood", "robust"):
        error = aalen_johansen(data, 1, variance=variance).std_error
        other = kaplan_meier(data, variance=variance).std_error
        known = np.isfinite(other)
        assert_allclose(error[known], other[known], rtol=1e-6, atol=1e-8)


@given(cohorts(causes=3, weighted=True, late=True) | cohorts(causes=3))
@quick
def test_causes_and_survival_add_up_to_one(data):
    total = sum(aalen_johansen(data, cause).value for cause in (1, 2, 3))
    assert_allclose(total + kaplan_meier(data).value, 1)


@given(cohorts(causes=2))
@quick
def test_robust_error_equals_greenwood_without_weights(data):
    errors = [aalen_johansen(data, 1, variance=v).std_error for v in ("greenwood", "robust")]
    assert_allclose(*errors, rtol=1e-6, atol=1e-8)


@given(cohorts(causes=2, weighted=True, late=True, whole=True))
@settings(max_examples=20, deadline=None)
def test_robust_error_is_what_a_small_change_of_weight_does(data):
    curve = aalen_johansen(data, 1, variance="robust")
    step, total = 1e-5, np.zeros(len(curve.time))
    for i in range(len(data)):
        sides = []
        for sign in (1, -1):
            weight = data.weight.copy()
            weight[i] += sign * step
            moved = SurvivalData(data.time, data.event, data.entry, weight)
            sides.append(aalen_johansen(moved, 1, variance="greenwood").value)
        total += (data.weight[i] * (sides[0] - sides[1]) / (2 * step)) ** 2
    assert_allclose(curve.std_error, np.sqrt(total), rtol=1e-4, atol=1e-6)


@given(cohorts(causes=2, least=2), st.integers(0, 99))
@quick
def test_merging_two_sites_equals_pooling_them(data, seed):
    mixed, _ = shuffle(data, seed)
    half = len(data) // 2
    tables = [
        count_events(mixed.take(rows)) for rows in (np.arange(half), np.arange(half, len(data)))
    ]
    merged, pooled = aalen_johansen(merge_tables(*tables)), aalen_johansen(data)
    assert_allclose(merged.value, pooled.value, atol=1e-12)
    assert_allclose(merged.std_error, pooled.std_error, atol=1e-9)


@given(cohorts(causes=2), st.lists(st.integers(1, 3), min_size=30, max_size=30))
@quick
def test_weights_count_patients(data, copies):
    copies = np.array(copies[: len(data)])
    weighted = aalen_johansen(SurvivalData(data.time, data.event, weight=copies))
    repeated = aalen_johansen(data.take(np.repeat(np.arange(len(data)), copies)))
    assert_allclose(weighted.value, repeated.value, atol=1e-12)
    assert_allclose(weighted.std_error, repeated.std_error, atol=1e-9)


@given(compared())
@quick
def test_gray_scores_are_those_of_log_rank_without_competition(case):
    data, group = case
    test = compare(data, group)
    try:
        other = log_rank(data, group)
    except UnsuitableDataError:
        assume(False)
    assert_allclose(test.score, other.observed - other.expected, atol=1e-10)


@given(compared(causes=2), st.integers(0, 99))
@quick
def test_neither_order_nor_unit_nor_one_stratum_matters(case, seed):
    data, group = case
    mixed, order = shuffle(data, seed)
    expected = compare(data, group).chi2
    alone = SurvivalData(mixed.time * 365.25, mixed.event, stratum=np.zeros(len(data)))
    assert_allclose(compare(alone, group[order]).chi2, expected, rtol=1e-6, atol=1e-9)
