"""Invariants of decision curves, and their errors against a slow twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.stats import aalen_johansen, kaplan_meier, value_at
from jalon.validate import binary_decision_curve, compare_decision_curves, decision_curve

LIMITS = [0.0, 0.1, 0.35, 0.6, 0.9]


def simulate(seed, n=40, causes=2, weight=None):
    rng = np.random.default_rng(seed)
    risk = np.round(rng.random(n), 1)
    time = np.ceil(rng.exponential(6, n) / (0.3 + risk))
    event = rng.integers(0, causes + 1, n)
    event[0] = 1
    return risk, SurvivalData(np.append(time[:-1], 30), event, weight=weight)


@st.composite
def cohorts(draw):
    causes = draw(st.sampled_from([1, 2]))
    return simulate(draw(st.integers(0, 10_000)), draw(st.integers(8, 60)), causes)


@settings(max_examples=60, deadline=None)
@given(cohorts())
def test_row_order_repeats_and_one_cause(case):
    risk, data = case
    horizon = float(max(5, data.time[data.event == 1].min()))
    found = decision_curve(risk, data, horizon, LIMITS)
    back = decision_curve(risk[::-1], data.take(np.arange(len(data))[::-1]), horizon, LIMITS)
    assert_allclose(back.net_benefit.value, found.net_benefit.value, rtol=1e-10, atol=1e-13)
    assert_allclose(back.net_benefit.std_error, found.net_benefit.std_error, rtol=1e-8, atol=1e-12)
    twice = np.tile(np.arange(len(data)), 2)
    repeated = decision_curve(risk[twice], data.take(twice), horizon, LIMITS)
    weighted = SurvivalData(data.time, data.event, weight=np.full(len(data), 2.0))
    counted = decision_curve(risk, weighted, horizon, LIMITS)
    for name in ("net_benefit", "treat_all", "standardised", "gain", "avoided"):
        one, two = getattr(repeated, name), getattr(counted, name)
        assert_allclose(two.value, one.value, rtol=1e-9, atol=1e-12)
        assert_allclose(two.std_error, one.std_error, rtol=1e-8, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(cohorts())
def test_extremes(case):
    risk, data = case
    horizon = float(max(5, data.time[data.event == 1].min()))
    found = decision_curve(risk, data, horizon, LIMITS)
    observed = value_at(aalen_johansen(data), [horizon])[0].value
    assert_allclose(found.observed.value, observed, rtol=1e-10)
    odds = np.array(LIMITS) / (1 - np.array(LIMITS))
    assert_allclose(found.treat_all.value, observed - odds * (1 - observed), rtol=1e-9, atol=1e-12)
    # At threshold 0 everyone is treated and no harm counts.
    assert_allclose(found.net_benefit.value[0], observed, rtol=1e-9)
    nobody = decision_curve(np.zeros(len(data)), data, horizon, LIMITS[1:])
    assert not nobody.net_benefit.value.any()
    assert not nobody.net_benefit.std_error.any()
    everyone = decision_curve(np.ones(len(data)), data, horizon, LIMITS)
    assert_allclose(everyone.net_benefit.value, everyone.treat_all.value, rtol=1e-9, atol=1e-12)
    assert_allclose(everyone.gain.std_error, 0, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_without_censoring_it_is_counting(seed):
    risk, data = simulate(seed, causes=1)
    data = SurvivalData(data.time, np.ones(len(data), dtype=int))
    y = (data.time <= 8).astype(float)
    counted, found = binary_decision_curve(risk, y, LIMITS), decision_curve(risk, data, 8, LIMITS)
    for name in ("net_benefit", "gain", "standardised"):
        one, two = getattr(found, name), getattr(counted, name)
        assert_allclose(one.value, two.value, rtol=1e-9, atol=1e-12)
        assert_allclose(one.std_error, two.std_error, rtol=1e-8, atol=1e-12)
    perfect = binary_decision_curve(y, y, LIMITS[1:])
    assert_allclose(perfect.standardised.value, 1, rtol=1e-12)
    assert_allclose(perfect.standardised.std_error, 0, atol=1e-12)


@pytest.mark.parametrize(("seed", "causes"), [(0, 1), (1, 2), (2, 2), (3, 1)])
def test_error_is_what_each_weight_moves(seed, causes):
    weight = 0.5 + np.random.default_rng(seed).random(40)
    risk, data = simulate(seed, 40, causes, weight)
    other = np.clip(1 - risk / 2, 0, 1)
    found = decision_curve(risk, data, 8, LIMITS)
    pair = compare_decision_curves(risk, other, data, 8, LIMITS).difference
    names, step = ("net_benefit", "treat_all", "gain", "standardised"), 1e-5

    def compute(values):
        moved = SurvivalData(data.time, data.event, weight=values)
        curve = decision_curve(risk, moved, 8, LIMITS)
        gap = compare_decision_curves(risk, other, moved, 8, LIMITS).difference.value
        return np.array([*(getattr(curve, name).value for name in names), gap])

    pulls = []
    for i in range(40):
        shift = step * (np.arange(40) == i)
        pulls.append(weight[i] * (compute(weight + shift) - compute(weight - shift)) / (2 * step))
    slow = np.sqrt(np.sum(np.array(pulls) ** 2, axis=0))
    fast = [*(getattr(found, name).std_error for name in names), pair.std_error]
    assert_allclose(fast, slow, rtol=1e-5, atol=1e-8)


def test_error_of_everyone_is_near_greenwood():
    _, data = simulate(5, 400, 1)
    found = decision_curve(np.ones(400), data, 8, [0.0]).net_benefit.std_error[0]
    curve = kaplan_meier(data)
    assert found == pytest.approx(curve.std_error[curve.rows_at([8])[0]], rel=0.02)


def test_error_is_the_spread_over_cohorts():
    rng, values, errors = np.random.default_rng(0), [], []
    for _ in range(300):
        risk = rng.random(150)
        time = rng.exponential(1 / (0.05 + 0.3 * risk))
        lost = rng.uniform(2, 12, 150)
        data = SurvivalData(np.minimum(time, lost), (time <= lost).astype(int))
        curve = decision_curve(risk, data, 4, [0.4]).net_benefit
        values.append(curve.value[0])
        errors.append(curve.std_error[0])
    assert np.std(values) == pytest.approx(np.mean(errors), rel=0.12)
