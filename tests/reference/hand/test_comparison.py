"""Six patients on paper: weights of the log-rank family, contrasts, cut-points.

day      1    2    3    4+   5+   6      (odd days a, even days b)
at risk  6    5    4    3    2    1
of a     3    2    2    1    1    0
"""

from __future__ import annotations

from math import asin, log, pi, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jalon.core import SurvivalData
from jalon.stats import (
    aalen_johansen,
    adjust_p,
    compare_at,
    compare_restricted_means,
    fit_restricted_mean,
    kaplan_meier,
    log_rank,
    log_rank_pairs,
    longest_horizon,
    maximal_log_rank,
    robust_log_rank,
)

SIX = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 1, 1, 0, 0, 1])
GROUP = ["a", "b"] * 3

# Four patients each: survival 3/4, 1/2, 1/4, 0 after days 1, 2, 3, 4; and after 1, 3, 4, 5.
FIRST = kaplan_meier(SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1]))
SECOND = kaplan_meier(SurvivalData(time=[1, 3, 4, 5], event=[1, 1, 1, 1]))


@pytest.mark.parametrize(
    ("options", "weights"),
    [
        ({"weight": "gehan"}, (6, 5, 4)),
        ({"weight": "tarone-ware"}, (sqrt(6), sqrt(5), 2)),
        # One more at risk: 6/7, then 5/6 and 4/5 of what was left.
        ({"weight": "peto"}, (6 / 7, 5 / 7, 4 / 7)),
        ({"weight": "modified-peto"}, (6 / 7 * 6 / 7, 5 / 7 * 5 / 6, 4 / 7 * 4 / 5)),
        # Survival is 1, 5/6 and 2/3 just before.
        ({"gamma": 1}, (0, 1 / 6, 1 / 3)),
        ({"rho": 1, "gamma": 1}, (0, 5 / 36, 2 / 9)),
    ],
)
def test_weights_of_the_family(options, weights):
    test = log_rank(SIX, GROUP, **options)
    first, second, third = weights
    # On day 6 only a patient of b is at risk, which compares nothing.
    excess = first * (1 - 1 / 2) + second * (0 - 2 / 5) + third * (1 - 1 / 2)
    variance = first**2 / 4 + second**2 * 6 / 25 + third**2 / 4
    assert_allclose((test.observed - test.expected)[0], excess)
    assert_allclose(test.covariance[0, 0], variance)
    assert_allclose(test.chi2, excess**2 / variance)


def test_ties_of_each_group_by_themselves():
    # One of a and one of b die on day 1 among 4: together 2 x 1/4 x 2/3, apart twice 1/4 x 3/3.
    data = SurvivalData(time=[1, 1, 2, 2], event=[1, 1, 0, 0])
    assert_allclose(log_rank(data, [1, 2, 1, 2]).covariance[0, 0], 1 / 3)
    assert_allclose(log_rank(data, [1, 2, 1, 2], tied="by-group").covariance[0, 0], 1 / 2)


def test_pairs_leave_other_groups_out():
    test = log_rank_pairs(SIX, ["a", "b", "c"] * 2, "bonferroni")
    # a on days 1 and 4+, b on 2 and 5+: on day 1 half of the four, on day 2 one of three is a.
    excess, variance = 1 - 1 / 2 - 1 / 3, 1 / 4 + 2 / 9
    assert test.pairs[0] == ("a", "b")
    assert_allclose(test.chi2[0], excess**2 / variance)
    assert_allclose(test.adjusted, np.minimum(3 * test.p, 1))


@pytest.mark.parametrize(
    ("method", "adjusted"),
    [
        ("none", [0.01, 0.04, 0.03]),
        ("bonferroni", [0.03, 0.12, 0.09]),
        ("holm", [0.03, 0.06, 0.06]),
        ("hochberg", [0.03, 0.04, 0.04]),
        ("hommel", [0.03, 0.04, 0.04]),
        ("bh", [0.03, 0.04, 0.04]),
        ("by", [0.055, 0.11 * 2 / 3, 0.11 * 2 / 3]),
    ],
)
def test_three_p_values(method, adjusted):
    assert_allclose(adjust_p([0.01, 0.04, 0.03], method), adjusted)


@pytest.mark.parametrize(
    ("scale", "value", "variance"),
    [
        # Greenwood: 1/16 of 1/2 x 1/2 x 4 patients, and 3/64 of 3/4.
        ("plain", 1 / 4, 1 / 16 + 3 / 64),
        ("log", 3 / 2, 1 / 4 + 1 / 12),
        ("log-log", log(3 / 4) / log(1 / 2), 1 / (4 * log(2) ** 2) + 1 / (12 * log(3 / 4) ** 2)),
        ("logit", 3, 1 + 4 / 3),
        ("arcsine", asin(sqrt(3) / 2) - pi / 4, 1 / 16 + 1 / 16),
    ],
)
def test_survival_on_day_two(scale, value, variance):
    contrast = compare_at(FIRST, SECOND, 2, scale)
    assert_allclose(contrast.estimate.value, value)
    assert_allclose(contrast.std_error, sqrt(variance))


def test_incidence_enters_log_log_as_survival():
    curves = [
        aalen_johansen(SurvivalData(time=t, event=[1] * 4)) for t in ([1, 2, 3, 4], [1, 3, 4, 5])
    ]
    assert_allclose(compare_at(*curves, 2).estimate.value, -1 / 4)
    ratio = compare_at(*curves, 2, "log-log").estimate.value
    assert_allclose(ratio, log(3 / 4) / log(1 / 2))


def test_restricted_means_to_day_four():
    means = compare_restricted_means(FIRST, SECOND, tau=4)
    assert [means.first.value, means.second.value] == [5 / 2, 3]
    # Areas right of the deaths before day 4: 3/4 + 1/2 + 1/4, 1/2 + 1/4, 1/4 against Greenwood's
    # terms 1/12, 1/6, 1/2; and 2 x 3/4 + 1/2, 1/2 against 1/12, 1/6.
    first = (3 / 2) ** 2 / 12 + (3 / 4) ** 2 / 6 + (1 / 4) ** 2 / 2
    second = 4 / 12 + 1 / 24
    assert_allclose(means.difference.estimate.value, 1 / 2)
    assert_allclose(means.difference.std_error, sqrt(first + second))
    assert_allclose(means.ratio.estimate.value, 6 / 5)
    assert_allclose(means.ratio.std_error, sqrt(first / (25 / 4) + second / 9))
    assert_allclose(means.lost_ratio.estimate.value, 2 / 3)
    assert_allclose(means.lost_ratio.std_error, sqrt(first / (9 / 4) + second))


def test_the_longest_horizon():
    open_end = kaplan_meier(SurvivalData(time=[1, 4.5], event=[1, 0]))
    assert longest_horizon(FIRST, SECOND) == 5
    assert longest_horizon(FIRST, open_end) == 4.5
    assert longest_horizon(open_end, SECOND) == 4.5


def test_restricted_mean_without_censoring_is_least_squares():
    # Means of arm by covariate: 2, 4, 3 and 5 days in pairs, so that the arm adds 1 and x adds 2.
    data = SurvivalData(time=[1, 3, 3, 5, 2, 4, 4, 6], event=[1] * 8)
    arm, x = [0] * 4 + [1] * 4, [[0], [0], [1], [1]] * 2
    fit = fit_restricted_mean(arm, x, data, tau=6)
    assert_allclose(fit.coefficients, [2, 1, 2])
    # Each residual is 1 or -1, so the middle is X'X and the covariance its inverse.
    assert_allclose(np.diag(fit.covariance), [3 / 8, 1 / 2, 1 / 2])


def test_restricted_mean_stands_in_for_the_censored():
    # Of arm 0, days 2 (1 of 3 censored on day 1) and 4 weigh 3/2: mean 3; arm 1 lives to 3 and 5.
    data = SurvivalData(time=[1, 2, 4, 3, 5, 4], event=[0, 1, 1, 1, 1, 1])
    fit = fit_restricted_mean([0, 0, 0, 1, 1, 1], [[1], [0], [0], [0], [0], [1]], data, tau=5)
    # The covariate is free to fit arm 1's last patient: 4 - 4 days.
    assert_allclose(fit.coefficients, [3, 1, 0], atol=1e-12)


def test_robust_variance_of_four_patients():
    # a dies on day 1, b on day 2, the others are censored on day 3: on day 1 half of those at
    # risk are b, on day 2 two of three. Scores of b: -1/2 + 1/8, -1/3 x 1/3 + ...
    data = SurvivalData(time=[1, 2, 3, 3], event=[1, 1, 0, 0])
    test = robust_log_rank(data, ["a", "b", "a", "b"])
    hazard, mean = (1 / 4, 1 / 3), (1 / 2, 2 / 3)
    a_early = -mean[0] + mean[0] * hazard[0]
    b_dies = (1 - mean[1]) - (1 - mean[0]) * hazard[0] - (1 - mean[1]) * hazard[1]
    a_late = mean[0] * hazard[0] + mean[1] * hazard[1]
    b_late = -(1 - mean[0]) * hazard[0] - (1 - mean[1]) * hazard[1]
    score = np.array([a_early, b_dies, a_late, b_late])
    assert_allclose(test.score[1], score.sum())
    assert_allclose(test.covariance[1, 1], 4 / 3 * np.sum((score - score.mean()) ** 2))


def test_the_best_cut_of_four():
    # Log-rank scores of deaths on days 1 to 4: 1 - 1/4, then less 1/3, 1/2 and 1 more.
    data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 1, 1])
    test = maximal_log_rank([1, 2, 3, 4], data, lowest=0.25, highest=0.75)
    score = [3 / 4, 5 / 12, -1 / 12, -13 / 12]
    square = sum(part**2 for part in score)
    found = [
        (3 / 4) / sqrt(3 * square / 12),
        (7 / 6) / sqrt(4 * square / 12),
        (13 / 12) / sqrt(3 * square / 12),
    ]
    assert_allclose(test.statistics, found)
    assert test.cut == 3
    assert test.cuts.tolist() == [1, 2, 3]
