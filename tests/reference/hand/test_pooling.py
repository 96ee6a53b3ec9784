"""Rubin's rules and the joint tests worked out on paper, in fractions."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jalon.stats.missing import (
    pool_chi_square,
    pool_estimates,
    pool_likelihood_ratio,
    pool_probability,
    pool_wald,
)

# Three tables with estimates 1, 2, 3 and variances 1, 2, 3:
# mean 2, within 2, between 1, total 2 + 4/3 = 10/3, share (4/3)/(10/3) = 2/5, r = 2/3.


def test_three_tables_by_rubin():
    pooled = pool_estimates([1, 2, 3], [1, 2, 3])
    assert_allclose(pooled.value, 2)
    assert_allclose([pooled.within[0], pooled.between[0]], [2, 1])
    assert_allclose(pooled.covariance, [[10 / 3]])
    assert_allclose(pooled.share, 2 / 5)
    assert_allclose(pooled.relative_increase, 2 / 3)
    assert_allclose(pooled.df, 2 / (2 / 5) ** 2)  # 25/2
    assert_allclose(pooled.missing_information, (2 / 3 + 2 / (25 / 2 + 3)) / (5 / 3))
    assert_allclose(pooled.statistic, 2 / sqrt(10 / 3))


def test_three_tables_by_barnard_and_rubin():
    # Complete 7 degrees of freedom: observed (8/10) 7 (3/5) = 84/25; 1 / (2/25 + 25/84).
    pooled = pool_estimates([1, 2, 3], [1, 2, 3], complete_df=7)
    assert_allclose(pooled.df, 1 / (2 / 25 + 25 / 84))


def test_interval_where_student_is_known():
    # One degree of freedom: the quantile of the Cauchy distribution at 3/4 is 1. Two tables,
    # 0 and 2 with variances 1/10^12: between 2, total 3, share all but nothing.
    pooled = pool_estimates([0, 2], [1e-12, 1e-12], level=0.5)
    assert_allclose(pooled.df, 1, rtol=1e-10)
    assert_allclose([pooled.low[0], pooled.high[0]], [1 - sqrt(3), 1 + sqrt(3)], rtol=1e-9)
    assert_allclose(pooled.p, 2 / 3, rtol=1e-9)  # t = 1/sqrt(3): arctan is a sixth of pi


def test_covariance_between_two_coefficients():
    # (0, 1), (2, 3): both vary by 2 and together by 2; 1 + 1/2 times that is added.
    within = np.array([[2, 1], [1, 4]])
    pooled = pool_estimates([[0, 1], [2, 3]], [within, within])
    assert_allclose(pooled.covariance, [[5, 4], [4, 7]])


def test_pool_on_the_logit_scale():
    # Odds 1 and 4: the mean log odds is log 2, a probability of 2/3.
    pooled = pool_probability([1 / 2, 4 / 5], [1 / 4, 4 / 25], "logit")
    assert_allclose(pooled.value, 2 / 3)
    assert_allclose(pooled.on_scale.within, 1)  # (1/4)/(1/4) and (4/25)/(4/25)
    assert_allclose(pooled.on_scale.between, log(4) ** 2 / 2)


def test_pool_on_the_log_log_scale():
    # -log S is log 2 and 4 log 2; the geometric mean is 2 log 2, so S is 1/4.
    pooled = pool_probability([1 / 2, 1 / 16], [0.1, 0.01], "log-log", quantile="normal")
    assert_allclose(pooled.value, 1 / 4)
    slopes = [0.1 / (log(2) / 2), 0.01 / (4 * log(2) / 16)]
    assert_allclose(pooled.on_scale.within, (slopes[0] ** 2 + slopes[1] ** 2) / 2)
    assert pooled.low[0] < 1 / 4 < pooled.high[0]


def test_wald_for_one_coefficient_is_the_square_of_t():
    # Statistic 4 / (10/3) = 6/5 with k (m - 1) = 2 steps: 2 (1 + 1) (1 + 3/2)^2 / 2 = 25/2.
    test = pool_wald([[1], [2], [3]], [[[1]], [[2]], [[3]]])
    assert_allclose([test.statistic, test.df1, test.df2], [6 / 5, 1, 25 / 2])
    assert_allclose(test.relative_increase, 2 / 3)
    assert_allclose(test.p, pool_estimates([1, 2, 3], [1, 2, 3]).p)


def test_wald_for_two_coefficients():
    # Estimates (1, 0), (2, 2), (3, 4) with unit covariances: mean (2, 2), between diagonal
    # 1 and 4, so r = (4/3)(5)/2 = 10/3 and F = 8 / (2 (13/3)) = 12/13. Steps 4: df as below.
    test = pool_wald([[1, 0], [2, 2], [3, 4]], [np.eye(2)] * 3)
    assert_allclose([test.statistic, test.relative_increase], [12 / 13, 10 / 3])
    assert_allclose(test.df2, 4 * (1 + 1 / 2) * (1 + 3 / 10) ** 2 / 2)


def test_small_sample_wald_where_two_terms_are_zero():
    # No variance between tables: every term but 1 / c2 is zero, and df2 is 4 + c2, where
    # c2 = (41/43) 40 - 4.
    test = pool_wald([[1, 1]] * 4, [np.eye(2)] * 4, complete_df=40)
    assert_allclose(test.df2, 41 / 43 * 40)


def test_chi_squares():
    # Roots 1, 2, 3: variance 1, r = 4/3; mean 14/3 over 2 less (4/2)(4/3), over 7/3.
    test = pool_chi_square([1, 4, 9], 2)
    assert_allclose(test.relative_increase, 4 / 3)
    assert_allclose(test.statistic, (7 / 3 - 8 / 3) / (7 / 3))
    assert_allclose(test.df2, 2 ** (-3 / 3) * 2 * (1 + 3 / 4) ** 2)
    assert test.p == 1


def test_likelihood_ratios():
    # Means 6 and 5, two coefficients, three tables: r = 4 / (2 x 2) = 1, F = 5 / (2 x 2).
    test = pool_likelihood_ratio([5, 6, 7], [4, 5, 6], 2)
    assert_allclose([test.relative_increase, test.statistic], [1, 5 / 4])
    assert_allclose(test.df2, 4 * (3 / 2) * 2**2 / 2)


@pytest.mark.parametrize("keep", [True, False])
def test_likelihood_ratios_with_negative_increase(keep):
    # Means 5 and 5.1: r = (6 / (2 x 4)) (-0.1), kept or taken as 0 with infinite df2.
    test = pool_likelihood_ratio([5.0] * 5, [5.1] * 5, 2, keep)
    assert_allclose(test.relative_increase, -0.075 if keep else 0, atol=1e-12)
    assert_allclose(test.statistic, 5.1 / (2 * 0.925) if keep else 5.1 / 2)
    assert np.isinf(test.df2) is not keep
    if not keep:
        assert_allclose(test.p, np.exp(-5.1 / 2))  # chi-square with two degrees of freedom


def test_nothing_between_tables():
    pooled = pool_estimates([1, 1], [4, 4], smallest_share=0)
    assert np.isinf(pooled.df[0])
    assert_allclose(pooled.missing_information, 0)
    small = pool_estimates([1, 1], [4, 4], complete_df=7, smallest_share=0)
    assert_allclose(small.df, 8 / 10 * 7)
