"""Six patients on paper: survival, its interval, its quantiles and its mean.

day       1    2    2+   3    4+   5        (+ censored)
at risk   6    5         3    2    1
S        5/6  2/3       4/9  4/9   0
"""

from __future__ import annotations

from math import asin, exp, log, sin, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.stats import (
    count_events,
    follow_up,
    kaplan_meier,
    nelson_aalen,
    quantile,
    restricted_mean,
    value_at,
)

SIX = SurvivalData(time=[1, 2, 2, 3, 4, 5], event=[1, 1, 0, 1, 0, 1])
Z = 1.959963984540054
ERROR_AT_3 = 2 / 9  # (4/9)^2 (1/30 + 1/20 + 1/6) = 4/81


def test_counts():
    table = count_events(SIX)
    assert table.time.tolist() == [1, 2, 3, 4, 5]
    assert table.at_risk.tolist() == [6, 5, 3, 2, 1]
    assert table.events[:, 0].tolist() == [1, 1, 1, 0, 1]
    assert table.censored.tolist() == [0, 1, 0, 1, 0]


def test_survival_and_greenwood():
    curve = kaplan_meier(SIX)
    assert_allclose(curve.value, [5 / 6, 2 / 3, 4 / 9, 4 / 9, 0], atol=1e-15)
    first = sqrt(5 / 6 * 1 / 6 / 6)
    second = 2 / 3 * sqrt(1 / 30 + 1 / 20)
    assert_allclose(curve.std_error, [first, second, ERROR_AT_3, ERROR_AT_3, np.nan])
    assert np.isnan(curve.low[-1])
    assert np.isnan(curve.high[-1])


@pytest.mark.parametrize(
    ("interval", "low", "high"),
    [
        ("plain", 4 / 9 - Z * 2 / 9, 4 / 9 + Z * 2 / 9),
        ("log", 4 / 9 * exp(-Z / 2), 1.0),
        (
            "log-log",
            (4 / 9) ** exp(Z / (2 * log(9 / 4))),
            (4 / 9) ** exp(-Z / (2 * log(9 / 4))),
        ),
        # log odds of 4/9 is log(4/5); its error is (2/9) / (4/9 * 5/9) = 9/10.
        ("logit", 4 / (4 + 5 * exp(0.9 * Z)), 4 / (4 + 5 * exp(-0.9 * Z))),
        # asin(2/3), error (2/9) / (2 sqrt(20/81)) = 1/sqrt(20).
        ("arcsine", sin(asin(2 / 3) - Z / sqrt(20)) ** 2, sin(asin(2 / 3) + Z / sqrt(20)) ** 2),
    ],
)
def test_intervals_at_day_3(interval, low, high):
    (estimate,) = value_at(kaplan_meier(SIX, interval=interval), 3)
    assert_allclose([estimate.low, estimate.high], [low, high], rtol=1e-12)


def test_quantiles():
    curve = kaplan_meier(SIX)
    assert quantile(curve, 0.5).value == 3
    # S is exactly 2/3 from day 2 to day 3: the middle of the flat step.
    assert quantile(curve, 1 / 3).value == 2.5
    assert quantile(curve, 1).value == 5
    assert quantile(curve, 0).value == 0


def test_a_flat_step_that_never_ends_counts_to_the_last_day():
    curve = kaplan_meier(SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 0]))
    assert quantile(curve, 0.5).value == (2 + 4) / 2
    assert np.isnan(quantile(curve, 0.6).value)


def test_restricted_mean():
    mean = restricted_mean(kaplan_meier(SIX), 4)
    assert_allclose(mean.value, 53 / 18)
    # Areas right of days 1, 2, 3: 35/18, 10/9, 4/9, each squared over Y (Y - d).
    assert_allclose(mean.high - mean.value, Z * sqrt(143 / 648))


def test_nelson_aalen():
    curve = nelson_aalen(SIX, interval="plain")
    assert_allclose(curve.value, [1 / 6, 11 / 30, 7 / 10, 7 / 10, 17 / 10])
    assert_allclose(curve.std_error[2], sqrt(1 / 36 + 1 / 25 + 1 / 9))
    assert_allclose(curve.high[0], 1 / 6 + Z / 6)
    assert curve.low[0] == 0
    log_curve = nelson_aalen(SIX)
    assert_allclose(log_curve.low[0], exp(-Z) / 6)


def test_follow_up_swaps_event_and_censoring():
    # Censored on day 2 among 5 at risk and on day 4 among 2.
    assert_allclose(follow_up(SIX).value, [1, 4 / 5, 4 / 5, 2 / 5, 2 / 5])
    assert quantile(follow_up(SIX)).value == 4


def test_left_truncation():
    #  day      1    2    3    4
    #  at risk  1    2    3    1      the others enter after days 1, 1 and 2
    late = SurvivalData(time=[2, 3, 3, 4], event=[1, 1, 0, 1], entry=[0, 1, 2, 1])
    table = count_events(late)
    assert table.time.tolist() == [0, 1, 2, 3, 4]
    assert table.at_risk.tolist() == [0, 1, 3, 3, 1]
    curve = kaplan_meier(late)
    assert curve.time.tolist() == [2, 3, 4]
    assert_allclose(curve.value, [2 / 3, 4 / 9, 0], atol=1e-15)


def test_robust_error_with_weights():
    # Two patients of weights 1 and 3; the light one dies first: S = 3/4 between.
    # dS/dw_1 = -3/16 and dS/dw_2 = 1/16, each times its weight: 3/16 and 3/16.
    data = SurvivalData(time=[1, 2], event=[1, 0], weight=[1, 3])
    curve = kaplan_meier(data, variance="robust")
    assert_allclose(curve.value[0], 3 / 4)
    assert_allclose(curve.std_error[0], sqrt(2) * 3 / 16)
    # The hazard is 1/4 and moves as S does, the other way.
    hazard = nelson_aalen(data, variance="robust")
    assert_allclose([hazard.value[0], hazard.std_error[0]], [1 / 4, sqrt(2) * 3 / 16])
