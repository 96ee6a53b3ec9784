"""Six patients on paper: two groups compared.

day      1    2    3    4+   5+   6      (odd days a, even days b)
at risk  6    5    4    3    2    1
of a     3    2    2    1    1    0
"""

from __future__ import annotations

from math import sqrt

import pytest
from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.stats import log_rank, log_rank_trend

SIX = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 1, 1, 0, 0, 1])
GROUP = ["a", "b"] * 3


def test_two_groups():
    test = log_rank(SIX, GROUP)
    assert test.groups == ("a", "b")
    assert test.n.tolist() == [3, 3]
    assert test.observed.tolist() == [2, 2]
    assert_allclose(test.expected, [1 / 2 + 2 / 5 + 1 / 2, 1 / 2 + 3 / 5 + 1 / 2 + 1])
    variance = 1 / 4 + 6 / 25 + 1 / 4
    assert_allclose(test.covariance, [[variance, -variance], [-variance, variance]])
    assert_allclose(test.chi2, 18 / 37)
    assert test.df == 1


def test_peto_weights_are_the_survival_just_before():
    # S is 1, 5/6, 2/3 and 1/2 just before the events.
    test = log_rank(SIX, GROUP, rho=1)
    assert_allclose(test.observed, [1 + 2 / 3, 5 / 6 + 1 / 2])
    assert_allclose(test.expected[0], 1 / 2 + 5 / 6 * 2 / 5 + 2 / 3 * 1 / 2)
    assert_allclose(test.covariance[0, 0], 1 / 4 + 25 / 36 * 6 / 25 + 4 / 9 * 1 / 4)


def test_tied_events_have_the_hypergeometric_variance():
    # Both of a die on day 1 among 4: 2 expected x 1/2, variance 2 x 1/4 x (4 - 2) / (4 - 1).
    test = log_rank(SurvivalData(time=[1, 1, 2, 2], event=[1, 1, 0, 0]), [1, 1, 2, 2])
    assert_allclose(test.covariance[0, 0], 1 / 3)
    assert_allclose(test.chi2, 3)


def test_strata_add_up():
    twice = SurvivalData(
        time=[*SIX.time, *SIX.time], event=[*SIX.event, *SIX.event], stratum=[0] * 6 + [1] * 6
    )
    assert_allclose(log_rank(twice, GROUP * 2).chi2, 2 * 18 / 37)


@pytest.mark.parametrize("score", [[0, 1], [5, 8]])
def test_trend_of_two_groups_is_the_log_rank_test(score):
    trend = log_rank_trend(log_rank(SIX, GROUP), score)
    assert_allclose(trend.z, -sqrt(18 / 37))
