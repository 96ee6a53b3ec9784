"""Logistic regression worked out on paper.

Of 10 treated patients 6 respond, of 10 others 2: a two-by-two table with a = 6, b = 4, c = 2,
d = 8. With one binary covariate the fit is the table itself.
"""

from __future__ import annotations

from fractions import Fraction
from math import exp, log, sqrt

import numpy as np
import pytest
from pytest import approx

from jalon.stats import (
    calibrate_binary,
    compare_areas,
    diagnose_glm,
    fit_firth_logistic,
    fit_logistic,
    fit_poisson,
    hosmer_lemeshow,
    profile_intervals,
    robust_covariance,
    roc_curve,
)

TREATED = [[1], [1], [0], [0]]
RESPONSE = [1, 0, 1, 0]
CELLS = [6, 4, 2, 8]


def test_odds_ratio_and_its_variance():
    fit = fit_logistic(TREATED, RESPONSE, weight=CELLS)
    variance = Fraction(1, 6) + Fraction(1, 4) + Fraction(1, 2) + Fraction(1, 8)
    assert variance == Fraction(25, 24)
    assert fit.ratios[0].value == approx(2 / 8, rel=1e-13)
    assert fit.ratios[1].value == approx(6, rel=1e-13)
    assert fit.covariance[1, 1] == approx(25 / 24, rel=1e-12)
    # The intercept is the log odds of the others; it shares their part of the variance.
    assert fit.covariance[0].tolist() == approx([5 / 8, -5 / 8], rel=1e-12)
    assert fit.ratios[1].high == approx(6 * exp(1.959963984540054 * 5 / sqrt(24)), rel=1e-12)
    assert fit.fitted.tolist() == approx([0.6, 0.6, 0.2, 0.2], rel=1e-13)


def test_likelihoods_and_tests():
    fit = fit_logistic(TREATED, RESPONSE, weight=CELLS)
    reached = 6 * log(0.6) + 4 * log(0.4) + 2 * log(0.2) + 8 * log(0.8)
    null = 8 * log(0.4) + 12 * log(0.6)
    assert fit.log_likelihood == approx(reached, rel=1e-14)
    assert fit.log_likelihood_null == approx(null, rel=1e-14)
    assert fit.likelihood_ratio.statistic == approx(2 * (reached - null), rel=1e-12)
    assert fit.wald.statistic == approx(log(6) ** 2 * 24 / 25, rel=1e-12)
    # Rao's test of one group indicator is Pearson's chi-square of the table: 10/3.
    assert fit.score.statistic == approx(20 * (6 * 8 - 4 * 2) ** 2 / (10 * 10 * 8 * 12), rel=1e-12)
    assert fit.aic == approx(4 - 2 * reached, rel=1e-14)
    # Four rows, however many patients they stand for.
    assert fit.bic == approx(2 * log(4) - 2 * reached, rel=1e-14)
    assert fit.deviance == approx(-2 * reached, rel=1e-14)


def test_intercept_alone_is_the_share():
    fit = fit_logistic(None, [1, 0, 0, 0])
    assert fit.coefficients[0] == approx(log(1 / 3), rel=1e-14)
    assert fit.covariance[0, 0] == approx(4 / 3, rel=1e-13)
    assert fit.likelihood_ratio.p == 1


def test_profile_limits_of_a_share():
    # For 1 of 2 the log likelihood at log odds b is -log(2 + 2 cosh b), so the limits solve
    # 2 log((2 + 2 cosh b) / 4) = q, that is cosh b = 2 exp(q / 2) - 1.
    profile = profile_intervals(fit_logistic(None, [1, 0]), level=0.95)
    b = np.arccosh(2 * exp(3.841458820694124 / 2) - 1)
    assert profile.estimates[0].low == approx(-b, rel=1e-10)
    assert profile.estimates[0].high == approx(b, rel=1e-10)
    assert profile.tests[0].statistic == approx(0, abs=1e-12)


def test_profile_tests_against_models_without_the_column():
    fit = fit_logistic(TREATED, RESPONSE, weight=CELLS)
    tests = profile_intervals(fit).tests
    assert tests[1].statistic == approx(fit.likelihood_ratio.statistic, rel=1e-10)
    # Without intercept the others respond by chance: 10 log 2 is lost against 2 and 8 of 10.
    lost = 2 * (2 * log(0.2) + 8 * log(0.8) + 10 * log(2))
    assert tests[0].statistic == approx(lost, rel=1e-10)


@pytest.mark.parametrize("cells", [(6, 4, 2, 8), (4, 0, 1, 3), (3, 0, 0, 3), (1, 5, 0, 2)])
def test_firth_adds_one_half_to_each_cell(cells):
    a, b, c, d = (Fraction(2 * n + 1, 2) for n in cells)
    x = np.repeat(TREATED, cells, axis=0)
    fit = fit_firth_logistic(x, np.repeat(RESPONSE, cells))
    assert fit.ratios[0].value == approx(float(c / d), rel=1e-9)
    assert fit.ratios[1].value == approx(float(a * d / (b * c)), rel=1e-9)
    # Each group's leverages sum to 1, so the augmented groups count one patient more.
    p, q, m, n = a / (a + b), c / (c + d), sum(cells[:2]), sum(cells[2:])
    plain = 1 / (m * p * (1 - p)) + 1 / (n * q * (1 - q))
    augmented = 1 / ((m + 1) * p * (1 - p)) + 1 / ((n + 1) * q * (1 - q))
    assert fit.covariance_information[1, 1] == approx(float(plain), rel=1e-9)
    assert fit.covariance[1, 1] == approx(float(augmented), rel=1e-9)
    # The determinant of the information in these units is m p (1 - p) times n q (1 - q).
    penalty = log(m * n * p * (1 - p) * q * (1 - q)) / 2
    cells_at = (log(p), log(1 - p), log(q), log(1 - q))
    likelihood = sum(count * chance for count, chance in zip(cells, cells_at, strict=True))
    assert fit.log_likelihood == approx(likelihood + penalty, rel=1e-12)


def test_robust_variance_of_two_groups():
    # Within a group of m with share p the sandwich is m p (1 - p) between two inverse
    # informations, which gives the model's own variance back. With HC1 it grows by 20/18.
    x, y = np.repeat(TREATED, CELLS, axis=0), np.repeat(RESPONSE, CELLS)
    fit = fit_logistic(x, y)
    assert robust_covariance(fit).covariance[1, 1] == approx(25 / 24, rel=1e-12)
    grown = robust_covariance(fit, correction="HC1").covariance[1, 1]
    assert grown == approx(25 / 24 * 20 / 18, rel=1e-12)
    # Two clusters, the groups themselves: each group's residuals sum to 0, so nothing is left.
    clusters = robust_covariance(fit, x[:, 0])
    assert clusters.covariance == approx(np.zeros((2, 2)), abs=1e-20)


def test_leverage_and_cook_distance():
    fit = fit_logistic(np.repeat(TREATED, CELLS, axis=0), np.repeat(RESPONSE, CELLS))
    diagnostics = diagnose_glm(fit)
    assert diagnostics.leverage == approx(np.full(20, 1 / 10), rel=1e-12)
    # A treated responder: Pearson's residual squared is 0.4 / 0.6.
    assert diagnostics.pearson[0] ** 2 == approx(2 / 3, rel=1e-12)
    assert diagnostics.cook_distance[0] == approx(2 / 3 * 0.1 / 0.81 / 2, rel=1e-12)
    assert diagnostics.deviance[0] ** 2 == approx(-2 * log(0.6), rel=1e-12)


def test_rates():
    # 6 events in 100 years against 2 in 50; the variance of the log ratio is 1/6 + 1/2.
    fit = fit_poisson([[1], [0]], [6, 2], offset=[log(100), log(50)])
    assert fit.ratios[0].value == approx(2 / 50, rel=1e-13)
    assert fit.ratios[1].value == approx(3 / 2, rel=1e-13)
    assert fit.covariance[1, 1] == approx(2 / 3, rel=1e-12)
    assert fit.deviance == approx(0, abs=1e-12)
    # With one rate for both, 16/3 and 8/3 are expected.
    assert fit.null_deviance == approx(2 * (6 * log(9 / 8) + 2 * log(3 / 4)), rel=1e-11)


def test_area_of_six_patients():
    # Cases 3, 5, 6 against controls 1, 2, 4: of nine pairs only 3 against 4 is wrong.
    curve = roc_curve([1, 2, 4, 3, 5, 6], [0, 0, 0, 1, 1, 1])
    assert curve.area.value == approx(8 / 9, rel=1e-15)
    # Shares of controls below each case 2/3, 1, 1; of cases above each control 1, 1, 2/3:
    # both have variance 1/27, and are means of three.
    assert curve.standard_error**2 == approx(2 / 81, rel=1e-14)
    assert curve.threshold.tolist() == [-np.inf, 1.5, 2.5, 3.5, 4.5, 5.5, np.inf]
    assert curve.sensitivity.tolist() == approx([1, 1, 1, 2 / 3, 2 / 3, 1 / 3, 0])
    assert curve.specificity.tolist() == approx([0, 1 / 3, 2 / 3, 2 / 3, 1, 1, 1])
    # Of two equally good thresholds the lower one is taken.
    assert curve.best == 2


def test_two_areas_of_six_patients():
    # The second risk has 1 case below all three controls: 6 pairs right, 1/2 of a tie.
    test = compare_areas([1, 2, 4, 3, 5, 6], [2, 3, 1, 5, 4, 1], [0, 0, 0, 1, 1, 1])
    assert test.second.value == approx((6 + 1 / 2) / 9, rel=1e-15)
    # Differences by case 2/3 - 1, 0, 1 - 1/6 (variance 13/36); by control 1 - 2/3, 1 - 2/3,
    # 2/3 - 5/6 (variance 1/12); each a mean of three.
    assert test.standard_error**2 == approx((13 / 36 + 1 / 12) / 3, rel=1e-13)
    assert test.z == approx((1 / 6) / sqrt(4 / 27), rel=1e-13)


def test_calibration_of_two_groups():
    # Ten patients at 20%, of whom 3 have the outcome, and ten at 50%, of whom 5 have it.
    risk, y = np.repeat([0.2, 0.5], 10), np.repeat([1, 0, 1, 0], [3, 7, 5, 5])
    result = calibrate_binary(risk, y)
    # The line through two groups meets both: log odds 0 at 0 and log(3/7) at log(1/4).
    assert result.intercept.value == approx(0, abs=1e-12)
    assert result.slope.value == approx(log(3 / 7) / log(1 / 4), rel=1e-12)
    assert result.observed_expected == approx(8 / 7, rel=1e-14)
    assert result.brier == approx((3 * 0.64 + 7 * 0.04 + 10 * 0.25) / 20, rel=1e-14)
    # Spiegelhalter: only the first group counts, weight 0.6: (3 - 2) / sqrt(10 * 0.16).
    assert result.spiegelhalter_z == approx(1 / sqrt(1.6), rel=1e-13)
    fitted = 3 * log(0.3) + 7 * log(0.7) + 10 * log(0.5)
    as_is = 3 * log(0.2) + 7 * log(0.8) + 10 * log(0.5)
    assert result.unreliability.statistic == approx(2 * (fitted - as_is), rel=1e-11)


def test_groups_of_risk():
    # Three groups of two; only the last, expected 1.1, sees two outcomes.
    test = hosmer_lemeshow([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0, 0, 1, 0, 1, 1], groups=3)
    assert test.observed.tolist() == [0, 1, 2]
    assert test.expected.tolist() == approx([0.3, 0.7, 1.1])
    parts = 0.3**2 / (0.3 * 0.85), 0.3**2 / (0.7 * 0.65), 0.9**2 / (1.1 * 0.45)
    assert test.statistic == approx(sum(parts), rel=1e-13)
    assert test.df == 1
