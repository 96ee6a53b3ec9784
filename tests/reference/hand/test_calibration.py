"""Calibration, reclassification and indexes worked out on paper."""

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy.special import ndtri

from jalon.core import SurvivalData
from jalon.validate import (
    calibrate_groups,
    calibrate_hazard,
    gini_difference,
    group_risks,
    improve_discrimination,
    largest_error,
    observed_expected,
    reclassify,
    reclassify_at,
)

EXACT = {"rel": 1e-12, "abs": 1e-14}
Z = float(ndtri(0.975))


def test_observed_over_expected():
    # One of four dies at 1, one is lost at 2, one of two dies at 3: survival 3/4 * 1/2.
    data = SurvivalData(time=[1, 2, 3, 9], event=[1, 0, 1, 0])
    found = observed_expected([0.5, 0.5, 0.5, 0.1], data, 5)
    assert found.observed.value == pytest.approx(5 / 8, **EXACT)
    assert found.expected == pytest.approx(2 / 5, **EXACT)
    assert found.ratio.value == pytest.approx(25 / 16, **EXACT)
    assert found.ratio.low == pytest.approx(25 / 16 * exp(-Z / sqrt(2)), **EXACT)
    # Greenwood: 1/(4 * 3) + 1/(2 * 1) = 7/12.
    error = 3 / 8 * sqrt(7 / 12)
    assert found.difference.high - found.difference.value == pytest.approx(Z * error, **EXACT)
    curve = observed_expected([0.5, 0.5, 0.5, 0.1], data, 5, interval="curve")
    assert curve.ratio.high == pytest.approx(25 / 16 * exp(Z * error / (5 / 8)), **EXACT)


def test_two_groups():
    # One and three of four have the event by 5, nobody is censored before: errors sqrt(3/64).
    data = SurvivalData(time=[1, 9, 9, 9, 1, 2, 3, 9], event=[1, 0, 0, 0, 1, 1, 1, 0])
    found = calibrate_groups([0.2] * 4 + [0.6] * 4, data, 5, groups=2)
    assert found.predicted == pytest.approx([1 / 5, 3 / 5], **EXACT)
    assert [part.value for part in found.observed] == pytest.approx([1 / 4, 3 / 4], **EXACT)
    assert found.std_error == pytest.approx([sqrt(3 / 64)] * 2, **EXACT)
    assert found.test.statistic == pytest.approx((1 / 400 + 9 / 400) * 64 / 3, **EXACT)
    assert found.test.df == 1
    assert found.patients.tolist() == [4, 4]
    assert found.events.tolist() == [1, 3]


def test_events_over_expected_hazard():
    data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
    found = calibrate_hazard([0.2, 0.4, 0.6, 0.8], [0, 1, 0, 1], data)
    assert found.log_ratio.value == pytest.approx(log(3 / 2), rel=1e-9)
    assert found.std_errors[0] == pytest.approx(1 / sqrt(3), rel=1e-9)
    # Expected 0.8 and 1.2 events in two groups whose log hazards differ by 1; seen 1 and 2.
    # The slope is 1 + log((2 / 1.2) / (1 / 0.8)).
    assert found.slope.value == pytest.approx(1 + log(4 / 3), rel=1e-9)
    assert found.std_errors[1] == pytest.approx(sqrt(1 + 1 / 2), rel=1e-9)


def test_groups_at_values_that_occur_and_between_them():
    risk = [0.1, 0.2, 0.3, 0.4, 0.5]
    # Halves: the value between is 0.3 in both rules; quarters differ.
    assert group_risks(risk, 2).tolist() == [0, 0, 0, 1, 1]
    assert group_risks(risk, 4).tolist() == [0, 0, 1, 2, 3]
    assert group_risks(risk, 4, "observed").tolist() == [0, 0, 1, 2, 3]
    assert group_risks([1, 2, 3, 4, 5, 6], 4).tolist() == [0, 0, 1, 2, 3, 3]
    assert group_risks([1, 2, 3, 4, 5, 6], 4, "observed").tolist() == [0, 0, 1, 2, 2, 3]


def test_moves_up_and_down():
    # With the event 2 of 3 move up and 1 down, without it 1 of 4 moves up and 2 down.
    old = [0.5] * 7
    new = [0.6, 0.7, 0.4, 0.6, 0.4, 0.3, 0.5]
    found = reclassify(old, new, [1, 1, 1, 0, 0, 0, 0])
    assert found.events.estimate.value == pytest.approx(1 / 3, **EXACT)
    assert found.non_events.estimate.value == pytest.approx(1 / 4, **EXACT)
    assert found.improvement.estimate.value == pytest.approx(7 / 12, **EXACT)
    variance = (1 - 1 / 9) / 3 + (3 / 4 - 1 / 16) / 4
    assert found.improvement.std_error == pytest.approx(sqrt(variance), **EXACT)
    # With a limit at 0.5, which belongs above it, only a fall counts.
    found = reclassify(old, new, [1, 1, 1, 0, 0, 0, 0], cuts=[0.5])
    assert found.events.estimate.value == pytest.approx(-1 / 3, **EXACT)
    assert found.non_events.estimate.value == pytest.approx(1 / 2, **EXACT)
    assert found.table.tolist() == [[[0, 0], [1, 2]], [[0, 0], [2, 2]]]


def test_mean_rise():
    found = improve_discrimination([0.2, 0.4, 0.3, 0.6], [0.4, 0.5, 0.1, 0.6], [1, 1, 0, 0])
    assert found.events.estimate.value == pytest.approx(0.15, **EXACT)
    assert found.non_events.estimate.value == pytest.approx(0.1, **EXACT)
    # Rises 0.2 and 0.1, falls 0.2 and 0: variances 1/200 and 1/50, halved.
    assert found.improvement.std_error == pytest.approx(sqrt(1 / 400 + 1 / 100), **EXACT)


def test_moves_when_some_are_censored():
    # Up: event at 1, lost at 2, event at 3, free: risk 5/8. Down: two, both free. All: 1/6 die,
    # then 1/4 of those left: 1 - 5/6 * 3/4 = 3/8.
    data = SurvivalData(time=[1, 2, 3, 9, 9, 9], event=[1, 0, 1, 0, 0, 0])
    found = reclassify_at([0.5] * 6, [0.9, 0.8, 0.7, 0.6, 0.2, 0.1], data, 5)
    assert found.up[0] == pytest.approx(4 / 6 * 5 / 8 / (3 / 8), **EXACT)
    assert found.down[0] == pytest.approx(0, **EXACT)
    down, up = 2 / 6 / (5 / 8), 4 / 6 * 3 / 8 / (5 / 8)
    assert found.non_events.estimate.value == pytest.approx(down - up, **EXACT)


def test_mean_difference_and_largest_error():
    assert gini_difference([0, 1, 3]) == pytest.approx(2, **EXACT)  # (1 + 3 + 2) / 3
    # A shift of 2 a moves a risk most around one half, from 1/(1 + e^a) to its opposite.
    a = log(3)
    assert largest_error(2 * a, 1) == pytest.approx(3 / 4 - 1 / 4, rel=1e-9)
    assert np.isclose(largest_error(0, 1), 0, atol=1e-12)
