"""Residuals, robust variance, penalties and tests of Cox models worked out on paper.

The six patients of ``test_cox.py``; r stands for the hazard ratio exp(beta). With Breslow's ties
r = (3 + sqrt(33)) / 2. On day 1 the mean of x at risk is a = r/(r + 1) and the hazard 1/(3r + 3),
on day 6 b = r/(r + 3) and 2/(r + 3), on day 9 nothing is left to learn and the hazard is 1.
"""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from pytest import approx
from scipy.special import chdtri

from jalon.core import SurvivalData
from jalon.stats import (
    Ridge,
    count_cells,
    cox_residuals,
    fit_cox,
    fit_cox_cells,
    fit_firth_cox,
    fit_ridge_cox,
    profile_cox,
    proportional_hazards,
    robust_cox,
    schoenfeld_residuals,
    split_follow_up,
)

X = np.array([[1.0], [1], [1], [0], [0], [0]])
SIX = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
R = (3 + sqrt(33)) / 2
A, B = R / (R + 1), R / (R + 3)
DAY1, DAY6 = 1 / (3 * R + 3), 2 / (R + 3)
INFORMATION = A * (1 - A) + 2 * B * (1 - B)
SCORES = np.array(
    [
        (1 - A) - R * DAY1 * (1 - A),
        -R * DAY1 * (1 - A),
        (1 - B) - R * (DAY1 * (1 - A) + DAY6 * (1 - B)),
        -B + DAY1 * A + DAY6 * B,
        DAY1 * A + DAY6 * B,
        DAY1 * A + DAY6 * B,
    ]
)
PAIR = SurvivalData(time=[1, 2], event=[1, 0])
"""One with x = 1 dies while one with x = 0 is at risk: the likelihood is r / (r + 1)."""


@pytest.fixture
def fit():
    return fit_cox(X, SIX, ties="breslow")


def test_residuals(fit):
    found = cox_residuals(fit)
    both = DAY1 + DAY6
    martingale = [1 - R * DAY1, -R * DAY1, 1 - R * both, 1 - both, -both, -both]
    assert found.martingale == approx(martingale, rel=1e-11)
    first = sqrt(-2 * (1 - R * DAY1 + log(R * DAY1)))
    assert found.deviance[:2] == approx([first, -sqrt(2 * R * DAY1)], rel=1e-11)
    assert found.score[:, 0] == approx(SCORES, rel=1e-10)
    assert found.dfbeta[:, 0] == approx(SCORES / INFORMATION, rel=1e-10)
    assert found.dfbetas[:, 0] == approx(SCORES / sqrt(INFORMATION), rel=1e-10)


def test_residuals_by_cluster(fit):
    found = cox_residuals(fit, ["a", "b", "a", "b", "b", "b"])
    sums = [SCORES[[0, 2]].sum(), SCORES[[1, 3, 4, 5]].sum()]
    assert found.score[:, 0] == approx(sums, rel=1e-9)
    assert found.martingale.sum() == approx(0, abs=1e-12)


def test_efron_residuals():
    # The second death of day 6 sees half of each dying patient: (r + 5) / 2 remain. Those who die
    # feel all of the first hazard, 1/(r + 3), and half of the second, 2/(r + 5).
    efron = fit_cox(X, SIX, ties="efron")
    r = exp(efron.coefficients[0])
    day1, stay, leave = 1 / (3 * r + 3), 1 / (r + 3) + 2 / (r + 5), 1 / (r + 3) + 1 / (r + 5)
    found = cox_residuals(efron).martingale
    expected = [r * day1, r * day1, r * (day1 + leave), day1 + leave, day1 + stay, day1 + stay + 1]
    # The last patient, alone at risk on day 9, has a hazard of 1 there.
    assert SIX.event - found == approx(expected, rel=1e-11)
    # Means on day 6: r/(r + 3), then (r/2) / ((r + 5)/2) = r/(r + 5).
    mean = (r / (r + 3) + r / (r + 5)) / 2
    raw = schoenfeld_residuals(efron).raw[:, 0]
    assert raw == approx([1 / (r + 1), 1 - mean, -mean, 0], abs=1e-12)


def test_schoenfeld(fit):
    found = schoenfeld_residuals(fit)
    raw = np.array([1 - A, 1 - B, -B, 0])
    assert found.raw[:, 0] == approx(raw, abs=1e-12)
    assert found.scaled[:, 0] == approx(raw / INFORMATION * 4 + log(R), rel=1e-10)
    assert found.time.tolist() == [1, 6, 6, 9]
    assert found.row.tolist() == [0, 2, 3, 5]


def test_robust_variance(fit):
    found = robust_cox(fit)
    assert found.covariance[0, 0] == approx(np.sum(SCORES**2) / INFORMATION**2, rel=1e-10)
    assert found.naive_errors[0] == approx(1 / sqrt(INFORMATION), rel=1e-11)
    pairs = robust_cox(fit, [1, 1, 2, 2, 3, 3])
    sums = SCORES.reshape(3, 2).sum(axis=1)
    assert pairs.covariance[0, 0] == approx(np.sum(sums**2) / INFORMATION**2, rel=1e-9)
    # At r = 1: day 1 mean 1/2 and hazard 1/6, day 6 mean 1/4 and hazard 1/2.
    late = 1 / 6 / 2 + 1 / 2 / 4
    null = np.array(
        [
            1 / 2 - 1 / 12,
            -1 / 12,
            3 / 4 - 1 / 12 - 1 / 2 * 3 / 4,
            -1 / 4 + late,
            late,
            late,
        ]
    )
    assert found.score.statistic == approx(null.sum() ** 2 / np.sum(null**2), rel=1e-12)


def test_proportional_hazards(fit):
    # Days 1, 6, 6, 9 about their mean 5.5; the slope in beta times day, less what beta explains.
    slope = -4.5 * (1 - A) + 0.5 * (1 - B) + 0.5 * -B
    day1, day6 = A * (1 - A), B * (1 - B)
    cross, square = -4.5 * day1 + 0.5 * 2 * day6, 4.5**2 * day1 + 0.25 * 2 * day6
    left = square - cross**2 / INFORMATION
    found = proportional_hazards(fit, "identity")
    assert found.overall.statistic == approx(slope**2 / left, rel=1e-10)
    assert found.tests == (found.overall,)
    assert found.clock.tolist() == [1, 6, 6, 9]
    raw = np.array([1 - A, 1 - B, -B, 0])
    assert found.effect[:, 0] == approx(raw / (INFORMATION / 4) + log(R), rel=1e-10)
    # Kaplan-Meier before days 1, 6 and 9: 1, 5/6, then 5/6 x 1/2.
    km = proportional_hazards(fit, "km").clock
    assert km == approx([0, 1 / 6, 1 / 6, 7 / 12], rel=1e-12)
    assert proportional_hazards(fit, "rank").clock.tolist() == [1.5, 3.5, 3.5, 6]


def test_firth_of_two_patients():
    # l = log r - log(r + 1) has no maximum. With half the logarithm of the information
    # r/(r + 1)^2 the slope is 1/(r + 1) + (1 - r)/(2r + 2), which is 0 at r = 3.
    fit = fit_firth_cox([[1.0], [0]], PAIR)
    assert fit.hazard_ratios[0].value == approx(3, rel=1e-9)
    assert fit.standard_errors[0] == approx(4 / sqrt(3), rel=1e-9)
    # log(3/4) + log(3/16)/2 against log(1/2) + log(1/4)/2.
    assert fit.likelihood_ratio.statistic == approx(log(27 / 16), rel=1e-10)
    assert fit.p[0] == approx(fit.likelihood_ratio.p, rel=1e-9)
    # Per standard deviation of x, whose variance is 1/2, the information is twice 1/4.
    assert fit.log_likelihood_null == approx(log(1 / 2) + log(1 / 2) / 2, rel=1e-12)
    for limit in (fit.hazard_ratios[0].low, fit.hazard_ratios[0].high):
        fallen = log(27 / 256) - 2 * log(limit**1.5 / (limit + 1) ** 2)
        assert fallen == approx(chdtri(1, 0.05), rel=1e-9)


def test_ridge_of_two_patients():
    # The slope 1/(r + 1) - theta log r is 0 at r = 2 when theta = 1 / (3 log 2).
    theta = 1 / (3 * log(2))
    fit = fit_ridge_cox([[1.0], [0]], PAIR, Ridge(theta, scale=False))
    assert fit.hazard_ratios[0].value == approx(2, rel=1e-10)
    information = 2 / 9
    assert fit.covariance[0, 0] == approx(1 / (information + theta), rel=1e-10)
    assert fit.effective_df == approx(information / (information + theta), rel=1e-10)
    assert fit.penalty == approx(log(2) / 6, rel=1e-10)
    assert fit.log_likelihood == approx(log(2 / 3), rel=1e-10)
    # Per standard deviation: the variance of 1 and 0 is 1/2.
    scaled = fit_ridge_cox([[1.0], [0]], PAIR, Ridge(2 * theta))
    assert scaled.coefficients[0] == approx(log(2), rel=1e-10)


def test_profile_interval(fit):
    def likelihood(r):
        return 2 * log(r) - log(3 * r + 3) - 2 * log(r + 3)

    found = profile_cox(fit)
    for limit in (found.ratios[0].low, found.ratios[0].high):
        assert 2 * (likelihood(R) - likelihood(limit)) == approx(chdtri(1, 0.05), rel=1e-9)
    assert found.tests[0].statistic == approx(2 * (likelihood(R) - likelihood(1)), rel=1e-10)


def test_criteria(fit):
    reached = 2 * log(R) - log(3 * R + 3) - 2 * log(R + 3)
    assert fit.aic == approx(2 - 2 * reached, rel=1e-12)
    assert fit.bic == approx(log(4) - 2 * reached, rel=1e-12)


def test_cells_of_six_patients(fit):
    cells = count_cells(X, SIX)
    assert cells.time.tolist() == [1, 6, 8, 9]
    assert cells.pattern.tolist() == [[0], [1]]
    assert cells.died.tolist() == [[0, 1], [1, 1], [0, 0], [1, 0]]
    assert cells.censored.tolist() == [[0, 1], [0, 0], [1, 0], [0, 0]]
    counted = fit_cox_cells(cells, ties="breslow")
    assert counted.hazard_ratios[0].value == approx(R, rel=1e-11)
    assert counted.covariance[0, 0] == approx(1 / INFORMATION, rel=1e-11)
    # The mean patient has x = 1/2, whose hazard is the square root of r times that of x = 0.
    steps = np.array([DAY1, DAY6, 1]) * sqrt(R)
    assert counted.baseline.hazard == approx(np.cumsum(steps), rel=1e-11)


def test_split_of_six_patients():
    split = split_follow_up(SIX, [6, 0.5])
    assert split.data.entry.tolist() == [0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 6, 0, 0.5, 6]
    assert split.data.time.tolist() == [0.5, 1, 0.5, 1, 0.5, 6, 0.5, 6, 0.5, 6, 8, 0.5, 6, 9]
    assert split.data.event.tolist() == [0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1]
    assert split.row.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5]
    assert split.span.tolist() == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1, 2]
