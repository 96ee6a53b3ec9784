"""Tests of association on a few patients, worked out on paper."""

from __future__ import annotations

from math import exp, inf, isnan, log, sqrt

import numpy as np
import pytest
from scipy.special import ndtri

from jalon.stats import association as a

Z = float(ndtri(0.975))


def near(value):
    return pytest.approx(value, rel=1e-12)


def test_fisher_of_the_tea_taster():
    # Of 8! / (4! 4!) = 70 orders, 1 + 16 have three or more right; as many have one or fewer.
    test = a.fisher_test([[3, 1], [1, 3]])
    assert test.p == near(34 / 70)
    assert a.fisher_test([[3, 1], [1, 3]], "greater").p == near(17 / 70)
    assert a.fisher_test([[3, 1], [1, 3]], "less").p == near(69 / 70)
    # E(x) = 3 with weights 1, 16, 36, 16, 1 of x = 0, …, 4 is r^4 - 36 r^2 - 32 r - 3 = 0.
    r = test.odds_ratio.value
    assert r**4 == near(36 * r**2 + 32 * r + 3)


def test_fisher_limit_of_three_patients():
    # The first corner is 0 or 1 with weights 1 and 2 r: P(1) = 2 r / (1 + 2 r) = 1 / 40.
    test = a.fisher_test([[1, 1], [0, 1]])
    assert test.odds_ratio.low == near(1 / 78)
    assert test.odds_ratio.value == test.odds_ratio.high == inf


def test_fisher_of_a_larger_table():
    # 2^6 / (6! 2!^3) = 1 / 90 for each of the 6 tables in which rows and columns pair off; all
    # other tables have cells of 1 and are more probable.
    assert a.fisher_test(2 * np.eye(3)).p == near(6 / 90)
    assert a.fisher_test(np.eye(3)).p == 1
    assert isnan(a.fisher_test(np.eye(3)).odds_ratio.value)


def test_chi_square_with_and_without_correction():
    assert a.chi_square_test([[3, 1], [1, 3]], yates=False).statistic == near(2)
    assert a.chi_square_test([[3, 1], [1, 3]]).statistic == near(1 / 2)
    # Every residual is 1 / sqrt(2), over sqrt(1 / 4).
    plain = a.chi_square_test([[3, 1], [1, 3]], yates=False)
    assert plain.standardised.ravel() == near(sqrt(2) * np.array([1, -1, -1, 1]))


def test_mcnemar_of_four_who_changed():
    test = a.mcnemar_test([[5, 3], [1, 5]], corrected=False)
    assert (test.statistic, test.exact_p, test.odds_ratio.value) == near((1, 10 / 16, 3))
    assert a.mcnemar_test([[5, 3], [1, 5]]).statistic == near(1 / 4)


def test_rank_sum_of_six_patients():
    test = a.rank_sum_test([4, 5, 6], [1, 2, 3])
    assert (test.statistic, test.p, test.superiority) == near((9, 2 / 20, 1))
    # With P(W = 0) = 1 / 20 no interval reaches 95 %: all nine differences are between.
    assert (test.shift.value, test.shift.low, test.shift.high) == (3, 1, 5)
    assert a.rank_sum_test([4, 5, 6], [1, 2, 3], level=0.9).shift.low == 1
    # P(W <= 1) = 2 / 20: at 80 % the second smallest difference.
    assert a.rank_sum_test([4, 5, 6], [1, 2, 3], level=0.8).shift.high == 5
    assert a.rank_sum_test([4, 5, 6], [1, 2, 3], level=0.79).shift.high == 4


def test_rank_sum_with_ties():
    # Mean ranks 1, 2.5, 2.5, 4: the six pairs add up to 3.5 (twice), 5 (twice), 6.5 (twice).
    assert a.rank_sum_test([1, 2], [2, 3], method="exact").p == near(4 / 6)
    assert a.rank_sum_test([1, 2], [2, 3], "less", "exact").p == near(2 / 6)
    # Variance 2 * 2 / 12 * (5 - 6 / 12) = 3 / 2, W = 1 / 2 against a mean of 2.
    test = a.rank_sum_test([1, 2], [2, 3], method="plain")
    assert test.z == near(-1.5 / sqrt(1.5))


def test_signed_rank_of_three():
    test = a.signed_rank_test([1, 2, 3])
    assert (test.statistic, test.p) == near((6, 2 / 8))
    # Means of two: 1, 1.5, 2, 2, 2.5, 3.
    assert (test.centre.value, test.centre.low, test.centre.high) == (2, 1, 3)
    assert a.signed_rank_test([1, 0, 2, 3], method="exact").zeros == 1


def test_kruskal_wallis_of_six_patients():
    test = a.kruskal_wallis_test([1, 2], [3, 4], [5, 6])
    assert test.statistic == near(32 / 7)
    assert test.p == near(exp(-16 / 7))


def test_association_within_one_and_two_strata():
    # (n - 1) / n of the chi-square; a second stratum alike doubles it.
    for test in (a.general_association, a.row_mean_score, a.correlation_statistic):
        assert test([[3, 1], [1, 3]]).statistic == near(7 / 4)
        assert test([[[3, 1], [1, 3]]] * 2).statistic == near(7 / 2)
    # |12 / 2 - 4| less a half, squared, over 2 * 4^4 / (64 * 7).
    corrected = a.mantel_haenszel_test([[[3, 1], [1, 3]]] * 2)
    assert corrected.statistic == near(1.5**2 / (8 / 7))
    # Variance of log odds, 1/3 + 1 + 1 + 1/3 in each stratum, is halved.
    assert corrected.odds_ratio.value == near(9)
    assert corrected.odds_ratio.high == near(9 * exp(Z * sqrt(4 / 3)))


def test_row_mean_scores_of_matched_pairs_is_mcnemar():
    # Five pairs, the treated better in four: (4 - 1)^2 / 5. Ties within a pair say nothing.
    up, down, tie = [[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, 1], [0, 1]]
    test = a.row_mean_score([up] * 4 + [down] + [tie] * 3)
    assert (test.statistic, test.df, test.strata) == near((9 / 5, 1, 5))


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        # Stratum 1: treated above control. Stratum 2: treated above two controls.
        ("modified-ridit", (1 / 6 + 1 / 4) ** 2 / (1 / 36 + 1 / 24)),
        ("ridit", (1 / 4 + 1 / 3) ** 2 / (1 / 16 + 2 / 27)),
        ("rank", (1 / 2 + 1) ** 2 / (1 / 4 + 2 / 3)),
        # Values 1, 2 and 1, 2, 3.
        ("table", (1 / 2 + 1) ** 2 / (1 / 4 + 2 / 3)),
        # Values 0, 1 and 0, 1, 5: third mean 2, excess 3, variance (4 + 1 + 9) / 3.
        ([0, 1, 5], (1 / 2 + 3) ** 2 / (1 / 4 + 14 / 3)),
    ],
)
def test_scores_of_sas_in_two_strata(scores, expected):
    first = [[0, 1, 0], [1, 0, 0]]
    second = [[0, 0, 1], [1, 1, 0]]
    assert a.row_mean_score([first, second], scores).statistic == near(expected)


def test_rank_scores_are_mean_ranks():
    totals = np.array([2.0, 0.0, 1.0, 4.0])
    ranks = np.array([1.5, 2.5, 3, 5.5])
    assert a.find_scores(totals, "rank", None) == near(ranks)
    assert a.find_scores(totals, "ridit", None) == near(ranks / 7)
    assert a.find_scores(totals, "modified-ridit", None) == near(ranks / 8)
    assert a.find_scores(totals, "table", (0, 10, 20, 50)).tolist() == [0, 10, 20, 50]
    assert a.find_scores(totals, "table", ("a", "b", "c", "d")).tolist() == [1, 2, 3, 4]


def test_exact_stratified_test():
    # Two strata with corner 0 or 1, equally probable: sums 0, 1, 2 with 1/4, 1/2, 1/4.
    pair = [[1, 0], [0, 1]]
    test = a.exact_mantel_haenszel([pair, pair])
    assert (test.statistic, test.p) == near((2, 1 / 2))
    assert a.exact_mantel_haenszel([pair, pair], "greater").p == near(1 / 4)
    # (r / (1 + r))^2 = 1 / 40.
    root = sqrt(1 / 40)
    assert test.odds_ratio.low == near(root / (1 - root))


def test_trend_of_three_groups():
    test = a.cochran_armitage_test([[2, 0], [1, 1], [0, 2]])
    assert (test.z, test.statistic) == near((2, 4))


def test_limits_of_nobody_and_of_everybody():
    assert a.proportion(0, 4, "clopper-pearson").high == near(1 - 0.025**0.25)
    assert a.proportion(4, 4, "clopper-pearson").low == near(0.025**0.25)
    assert a.proportion(0, 4).high == near(Z**2 / (4 + Z**2))
    assert a.binomial_test(3, 3).p == near(1 / 4)
    assert a.rate(0, 2).high == near(-log(0.025) / 2)
    assert a.rate_test(0, 1, 0.5, "less").p == near(exp(-0.5))
    assert a.compare_rates((3, 0), (1, 1)).p == near(1 / 4)


def test_standardised_differences():
    assert a.mean_difference([0, 2], [1, 3]).value == near(-1 / sqrt(2))
    assert a.mean_difference([0, 2], [0, 4], "second").value == near(-1 / sqrt(8))
    # Shares 3/4 and 1/4, variance 3/16 each.
    yes, no = [1, 1, 1, 0], [1, 0, 0, 0]
    assert a.share_difference(yes, no).value == near(2 / sqrt(3))
    assert a.level_difference(no, yes).value == near(2 / sqrt(3))
    # Error sqrt(8 / 16 + (4 / 3) / 16).
    assert a.share_difference(yes, no).high == near(2 / sqrt(3) + Z * sqrt(7 / 12))


def test_agreement_of_six():
    estimate = a.kappa([[2, 1], [1, 2]])
    assert estimate.value == near(1 / 3)
    # Two by two with even margins: variance (1 - kappa^2) / n.
    assert estimate.high == near(1 / 3 + Z * sqrt(8 / 9 / 6))


def test_rank_correlations_of_four():
    # Inversions of four: 1, 3, 5, 6, 5, 3, 1 of 24; sums of squares 0, 2, 4: 1, 3, 1 of 24.
    kendall = a.kendall_correlation([1, 2, 3, 4], [2, 1, 4, 3])
    assert (kendall.coefficient.value, kendall.statistic, kendall.p) == near((1 / 3, 4, 18 / 24))
    spearman = a.spearman_correlation([1, 2, 3, 4], [2, 1, 4, 3])
    assert (spearman.coefficient.value, spearman.statistic, spearman.p) == near((3 / 5, 4, 10 / 24))
    pearson = a.pearson_correlation([1, 2, 3, 4], [2, 1, 4, 3])
    assert pearson.statistic == near(0.6 * sqrt(2) / 0.8)


def test_means_of_four_patients():
    for equal in (True, False):
        test = a.t_test([0, 2], [3, 5], equal)
        assert (test.t, test.df) == near((-3 / sqrt(2), 2))
    assert a.one_sample_t_test([1, 3], 1).t == near(1)
    assert a.one_sample_t_test([1, 3], 1).difference.value == 2
    # Between 9 with 1 degree of freedom, within 4 with 2.
    assert a.means_test([0, 2], [3, 5], equal_variance=True).f == near(9 / 2)
    assert a.variance_test([0, 2], [0, 4]).ratio.value == near(1 / 4)


def test_moments_of_four():
    moments = a.find_moments([0, 0, 0, 4])
    assert (moments.mean.value, moments.deviation) == near((1, 2))
    # Second moment 3, third (-1 - 1 - 1 + 27) / 4 = 6.
    assert moments.skewness == near(6 / 3**1.5)
