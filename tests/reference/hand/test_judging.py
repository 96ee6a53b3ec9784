"""Answers derived on paper for a handful of patients."""

import math

import numpy as np
import pytest

from jalon.core import SurvivalData
from jalon.stats import incidence_concordance, pseudo_values
from jalon.validate import (
    calibrate_weakly,
    draw_roc,
    measure_accuracy,
    observed_expected,
    separate_groups,
)


def test_pseudo_values_of_four_patients():
    # Risk by 3 of all: 1 - 3/4 * 1/2. Without the first, censored, third, last: 1 - 1/2, then
    # 1 - 2/3 * 1/2, then 1 - 2/3, then everybody who was left has had the event.
    data = SurvivalData(time=[1, 2, 3, 4], event=[1, 0, 1, 1])
    whole = 1 - 3 / 4 * 1 / 2
    without = [1 - 1 / 2, 1 - 2 / 3 * 1 / 2, 1 - 2 / 3, 1]
    expected = [4 * whole - 3 * one for one in without]
    assert pseudo_values(data, 3)[:, 0] == pytest.approx(expected, abs=1e-12)


def test_concordance_with_a_competing_death():
    # The event at 2 beats all of three later and the death at 1; that at 3 beats two of three.
    data = SurvivalData(time=[1, 2, 3, 4, 5], event=[2, 1, 1, 0, 0])
    found = incidence_concordance([1, 5, 3, 4, 2], data)
    assert found.estimate.value == pytest.approx(6 / 7, abs=1e-15)
    assert found.pairs == 7


def test_concordance_weighs_by_the_censoring():
    # One of four is censored at 2, so that G is 2/3 before the event at 3, which is compared with
    # the one seen longer (weight 9/4) and with the death at 1 (3/2); the event has the higher
    # score of the first pair only.
    data = SurvivalData(time=[1, 2, 3, 4], event=[2, 0, 1, 0])
    found = incidence_concordance([4, 1, 3, 2], data)
    assert found.pairs == pytest.approx(9 / 4 + 3 / 2)
    assert found.estimate.value == pytest.approx((9 / 4) / (9 / 4 + 3 / 2))


def test_weak_calibration_of_one_risk_too_low():
    # Half of ten have the event by 1 where each had risk 1 - exp(-h), two values around.
    data = SurvivalData(time=[0.5] * 5 + [2] * 5, event=[1] * 5 + [0] * 5)
    risk = np.array([0.3, 0.3, 0.3, 0.2, 0.2, 0.3, 0.3, 0.2, 0.2, 0.2])
    # Among those of 0.3 three of five had it, of 0.2 two of five: two equations, two unknowns.
    scale = {p: math.log(-math.log(1 - p)) for p in (0.2, 0.3, 0.4, 0.6)}
    slope = (scale[0.6] - scale[0.4]) / (scale[0.3] - scale[0.2])
    found = calibrate_weakly(risk, data, 1.0)
    assert found.slope.value == pytest.approx(slope, rel=1e-8)
    assert found.together.value == pytest.approx(scale[0.6] - slope * scale[0.3], rel=1e-8)


def test_observed_over_expected_without_censoring():
    # With everybody's outcome known, log O - log E is a difference of logs of two means.
    y = np.array([1, 1, 0, 0, 0, 1, 0, 0])
    risk = np.array([0.6, 0.5, 0.4, 0.3, 0.2, 0.4, 0.1, 0.1])
    data = SurvivalData(np.where(y, 0.5, 2), y)
    found = observed_expected(risk, data, 1.0, interval="influence").ratio
    pull = y / y.mean() - risk / risk.mean()
    error = math.sqrt(np.sum((pull - pull.mean()) ** 2)) / 8
    assert math.log(found.high / found.value) == pytest.approx(1.959963984540054 * error)


def test_roc_and_groups_of_four():
    data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
    points = draw_roc([4, 2, 3, 1], data, 2.5)
    assert points.true_positive.tolist() == [0, 1 / 2, 1 / 2, 1, 1]
    assert points.false_positive.tolist() == [0, 0, 1 / 2, 1 / 2, 1]
    low, high = separate_groups([1, 1, 0, 0], data, [2.5]).groups
    assert (low.risk[0].value, high.risk[0].value) == (0, 1)
    assert (low.median.value, high.median.value) == (4, 1.5)


def test_accuracy_over_time_is_trapezoidal():
    data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1])
    risk = np.array([[0.5, 1.0, 1.0], [0.5, 0.5, 1.0], [0.0, 0.5, 0.5], [0.0, 0.0, 0.5]])
    # At 1.5, 2.5 and 3.5: (1/4 + 1/4) / 4, (1/4 + 1/4) / 4 and (1/4 + 1/4) / 4.
    found = measure_accuracy(risk, data, [1.5, 2.5, 3.5])
    assert found.score.error.value.tolist() == [1 / 8, 1 / 8, 1 / 8]
    assert found.integrated.value == pytest.approx(1 / 8)
