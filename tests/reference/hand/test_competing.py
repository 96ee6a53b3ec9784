"""Six patients on paper, two causes.

day      1    2    3+   4    5    6+
cause    1    2         1    2
at risk  6    5    4    3    2    1
free    5/6  2/3  2/3  4/9  2/9  2/9
"""

from __future__ import annotations

from math import exp, log, sqrt

from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.stats import aalen_johansen, gray_test, quantile

SIX = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 2, 0, 1, 2, 0])
Z = 1.959963984540054


def test_incidence_of_both_causes():
    first, second = (aalen_johansen(SIX, cause) for cause in (1, 2))
    assert_allclose(first.value, [1 / 6, 1 / 6, 1 / 6, 7 / 18, 7 / 18, 7 / 18])
    assert_allclose(second.value, [0, 1 / 6, 1 / 6, 1 / 6, 7 / 18, 7 / 18])
    assert first.events.tolist() == [1, 0, 0, 1, 0, 0]


def test_aalen_variance():
    curve = aalen_johansen(SIX, 1, variance="aalen")
    # Day 4: (1/36)(11/15)^2 from day 1, (1/36)(1/3)^2 from day 2, (2/3)^2/9 from day 4 itself.
    assert_allclose(curve.std_error[[0, 1, 3]] ** 2, [1 / 36, 1 / 36, 91 / 1350])


def test_greenwood_variance_is_binomial_before_any_censoring():
    curve = aalen_johansen(SIX, 1, variance="greenwood")
    assert_allclose(curve.std_error[:2] ** 2, [1 / 6 * 5 / 6 / 6] * 2)
    other = aalen_johansen(SIX, 2, variance="greenwood")
    assert_allclose(other.std_error[1] ** 2, 1 / 6 * 5 / 6 / 6)


def test_log_log_interval():
    curve = aalen_johansen(SIX, 1, variance="greenwood")
    reach = Z * sqrt(5 / 216) / (1 / 6 * log(6))
    assert_allclose([curve.low[0], curve.high[0]], [6 ** -exp(reach), 6 ** -exp(-reach)])


def test_quantile_of_incidence():
    curve = aalen_johansen(SIX, 1)
    assert quantile(curve, 0.3).value == 4
    # Exactly 1/6 have had the event from day 1 to day 4.
    assert quantile(curve, 1 / 6).value == (1 + 4) / 2


def test_events_come_before_censorings_of_the_same_day():
    tied = SurvivalData(time=[1, 1, 1, 2], event=[0, 1, 2, 1])
    assert_allclose(aalen_johansen(tied, 1).value, [1 / 4, 1 / 4 + 1 / 2])


def test_gray_of_two_patients():
    # Score 1 - 1/2; half an event in each group, weights +1/2 and -1/2: variance 1/4.
    test = gray_test(SurvivalData(time=[1, 2], event=[1, 1]), ["a", "b"])
    assert_allclose(test.score, [1 / 2, -1 / 2])
    assert_allclose(test.covariance, [[1 / 4, -1 / 4], [-1 / 4, 1 / 4]])
    assert_allclose(test.chi2, 1)
