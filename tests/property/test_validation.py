"""Invariants of calibration, reclassification and validation, and slow twins."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.validate import (
    calibrate_groups,
    calibrate_hazard,
    draw_bootstrap,
    gini_difference,
    group_risks,
    improve_discrimination,
    observed_expected,
    reclassify,
    reclassify_at,
    smooth_calibration,
    validate_cox,
    validate_logistic,
)

few = settings(max_examples=40, deadline=None)


def simulate(seed, n=120, causes=1):
    rng = np.random.default_rng(seed)
    risk = rng.uniform(0.1, 0.9, n)
    time = rng.exponential(-1 / np.log(1 - risk))
    event = np.where(time > 3, 0, rng.integers(1, causes + 1, n))
    return risk, SurvivalData(np.minimum(np.ceil(time * 20) / 20, 3), event)


@few
@given(st.integers(0, 10_000), st.sampled_from([1, 2]))
def test_row_order_repeats_and_weights(seed, causes):
    risk, data = simulate(seed, causes=causes)
    rng = np.random.default_rng(seed)
    order, times = rng.permutation(120), rng.integers(1, 4, 120)
    weighted = SurvivalData(data.time, data.event, weight=times.astype(float))
    rows = np.repeat(order, times[order])
    one = observed_expected(risk, weighted, 1.0)
    two = observed_expected(risk[rows], data.take(rows), 1.0)
    assert_allclose([one.ratio.value, one.ratio.low], [two.ratio.value, two.ratio.low], rtol=1e-10)
    had = (data.event == 1) & (data.time <= 1)
    groups = group_risks(risk, 3)
    assume(all(had[groups == k].any() for k in range(3)))
    first = calibrate_groups(risk, weighted, 1.0, groups)
    second = calibrate_groups(risk[rows], data.take(rows), 1.0, groups[rows])
    assert_allclose(first.predicted, second.predicted, rtol=1e-10)
    shares = [[part.value for part in found.observed] for found in (first, second)]
    assert_allclose(shares[0], shares[1], rtol=1e-10)
    if causes == 1:
        assert_allclose(first.test.statistic, second.test.statistic, rtol=1e-8)
    moved = np.clip(risk + rng.normal(0, 0.1, 120), 0.01, 0.99)
    first = reclassify_at(risk, moved, weighted, 1.0).improvement
    second = reclassify_at(risk[rows], moved[rows], data.take(rows), 1.0).improvement
    assert_allclose(
        [first.estimate.value, first.std_error],
        [second.estimate.value, second.std_error],
        rtol=1e-8,
        atol=1e-12,
    )


@few
@given(st.integers(0, 10_000))
def test_without_censoring_moves_are_counted(seed):
    rng = np.random.default_rng(seed)
    old, new = np.round(rng.random((2, 60)), 1)
    y = np.append(rng.random(58) < 0.4, [True, False])
    data = SurvivalData(np.where(y, rng.uniform(0, 1, 60), 2), np.ones(60, dtype=int))
    for cuts in (None, [0.3, 0.6]):
        one, two = reclassify(old, new, y, cuts), reclassify_at(old, new, data, 1.0, cuts)
        assert_allclose(two.up, one.up, rtol=1e-9, atol=1e-12)
        assert_allclose(two.down, one.down, rtol=1e-9, atol=1e-12)
        assert one.table.tolist() == two.table.tolist()
        for name in ("improvement", "events", "non_events"):
            first, second = getattr(one, name), getattr(two, name)
            assert_allclose(second.std_error, first.std_error, rtol=1e-8, atol=1e-12)


@few
@given(st.integers(0, 10_000))
def test_moving_back_is_the_opposite(seed):
    rng = np.random.default_rng(seed)
    old, new = rng.random((2, 30))
    y = np.append(rng.random(26) < 0.5, [True, True, False, False])
    there, back = reclassify(old, new, y), reclassify(new, old, y)
    assert_allclose(back.improvement.estimate.value, -there.improvement.estimate.value, atol=1e-12)
    assert_allclose(back.improvement.std_error, there.improvement.std_error, rtol=1e-12)
    assert back.table[0].T.tolist() == there.table[0].tolist()
    there, back = improve_discrimination(old, new, y), improve_discrimination(new, old, y)
    assert_allclose(back.improvement.estimate.value, -there.improvement.estimate.value, atol=1e-12)


@few
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30))
def test_mean_difference_over_all_pairs(values):
    pairs = [abs(a - b) for i, a in enumerate(values) for b in values[:i]]
    assert_allclose(gini_difference(values), np.mean(pairs), rtol=1e-9, atol=1e-9)


def test_right_predictions_are_calibrated():
    rng = np.random.default_rng(4)
    rate = np.exp(rng.normal(size=4000))
    time, lost = rng.exponential(1 / rate), rng.uniform(0.5, 4, 4000)
    data = SurvivalData(np.minimum(time, lost), (time <= lost).astype(int))
    risk = 1 - np.exp(-rate * 0.5)
    found = observed_expected(risk, data, 0.5)
    assert found.ratio.low < 1 < found.ratio.high
    assert calibrate_groups(risk, data, 0.5).test.p > 0.01
    assert smooth_calibration(risk, data, 0.5).error_mean.value < 0.02
    hazard = calibrate_hazard(rate * data.time, np.log(rate), data)
    assert hazard.ratio.low < 1 < hazard.ratio.high
    assert hazard.slope.low < 1 < hazard.slope.high
    # Twice the hazard is found out by all of them.
    wrong = 1 - np.exp(-2 * rate * 0.5)
    assert observed_expected(wrong, data, 0.5).ratio.high < 1
    assert calibrate_groups(wrong, data, 0.5).test.p < 1e-6
    assert calibrate_hazard(2 * rate * data.time, np.log(rate), data).ratio.high < 1


def test_smooth_curve_does_not_depend_on_order_or_scale_of_time():
    risk, data = simulate(3)
    found = smooth_calibration(risk, data, 1.0)
    days = SurvivalData(data.time[::-1] * 365, data.event[::-1])
    other = smooth_calibration(risk[::-1], days, 365.0)
    assert_allclose(other.observed[::-1], found.observed, rtol=1e-8)


def test_most_of_what_noise_seems_to_explain_is_taken_off():
    rng, values = np.random.default_rng(0), []
    for _ in range(6):
        x = rng.normal(size=(90, 4))
        data = SurvivalData(rng.exponential(1, 90), np.ones(90, dtype=int))
        y = (rng.random(90) < 0.5).astype(int)
        plan = draw_bootstrap(90, 20, rng)
        found = validate_cox(x, data, plan), validate_logistic(x, y, plan)
        figures = [one.figures["Dxy"] for one in found]
        values.append([(one.apparent, one.corrected.value) for one in figures])
    apparent, corrected = np.mean(values, axis=(0, 1))
    assert apparent > 0.15
    assert corrected < apparent / 2


def test_figures_do_not_depend_on_units():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(80, 2))
    data = SurvivalData(rng.exponential(np.exp(-x[:, 0])), np.ones(80, dtype=int))
    plan = draw_bootstrap(80, 10, rng)
    one, two = (validate_cox(table, data, plan) for table in (x, x * [100, 1e-3] + 5))
    assert_allclose(two.test, one.test, rtol=1e-6, atol=1e-9)
