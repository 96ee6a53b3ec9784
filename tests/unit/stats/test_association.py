"""What tests of association refuse, and what they answer at the edge."""

from __future__ import annotations

import numpy as np
import pytest

from jalon.core import ConvergenceError, UnsuitableDataError
from jalon.stats import association as a
from jalon.stats.association.root import find_root

NAN, INF = float("nan"), float("inf")
ONE_ROW = [[[5, 4], [0, 0]], [[0, 0], [3, 3]]]

REFUSED = {
    "one row": (lambda: a.fisher_test([[1, 2]]), "two rows and two columns"),
    "negative": (lambda: a.chi_square_test([[1, -2], [3, 4]]), "negative"),
    "missing": (lambda: a.chi_square_test([[1, NAN], [3, 4]]), "missing"),
    "nobody": (lambda: a.fisher_test([[0, 0], [0, 0]]), "nobody"),
    "halves": (lambda: a.fisher_test([[1.5, 2], [3, 4]]), "not whole"),
    "strata": (lambda: a.fisher_test(np.ones((2, 2, 2))), "2 strata"),
    "one-sided 2x3": (lambda: a.fisher_test([[1, 2, 3], [3, 2, 1]], "less"), "two by two"),
    "ratio 0": (lambda: a.fisher_test([[1, 2], [3, 4]], odds_ratio=0), "above 0"),
    "level": (lambda: a.fisher_test([[1, 2], [3, 4]], level=95), "0.95"),
    "too large": (lambda: a.fisher_test(np.full((7, 7), 900)), "simulate_fisher"),
    "no tables": (lambda: a.simulate_fisher([[1, 2], [3, 4]], None, 0), "at least 1"),
    "zero margin": (lambda: a.chi_square_test([[1, 2], [0, 0]]), "one row or one column"),
    "shares": (lambda: a.chi_square_fit([1, 2], [0.2, 0.2]), "sum to 0.4"),
    "share 0": (lambda: a.chi_square_fit([1, 2], [1, 0]), "above 0"),
    "one category": (lambda: a.chi_square_fit([1]), "two categories"),
    "unchanged": (lambda: a.mcnemar_test([[5, 0], [0, 5]]), "nobody changed"),
    "mcnemar 3x3": (lambda: a.mcnemar_test(np.ones((3, 3))), "two by two"),
    "general": (lambda: a.general_association(ONE_ROW), "one row or one column"),
    "row mean": (lambda: a.row_mean_score(ONE_ROW), "one row or one column"),
    "mantel": (lambda: a.mantel_haenszel_test(ONE_ROW), "one row or one column"),
    "exact mantel": (lambda: a.exact_mantel_haenszel(ONE_ROW), "one row or one column"),
    "mantel 2x3": (lambda: a.mantel_haenszel_test(np.ones((2, 2, 3))), "row_mean_score"),
    "singles": (lambda: a.general_association([[[1, 0], [0, 0]]] * 3), "one row or one column"),
    "equal scores": (lambda: a.row_mean_score([[1, 2], [3, 4]], [1, 1]), "scores are all alike"),
    "few scores": (lambda: a.row_mean_score([[1, 2], [3, 4]], [1]), "each of 2 levels"),
    "odd scores": (lambda: a.row_mean_score([[1, 2], [3, 4]], "logit"), "modified-ridit"),
    "apart": (
        lambda: a.row_mean_score(
            [[[3, 1], [1, 3], [0, 0], [0, 0]], [[0, 0], [0, 0], [2, 2], [1, 3]]]
        ),
        "same stratum",
    ),
    "three columns": (lambda: a.cochran_armitage_test(np.ones((3, 3))), "needs two"),
    "one column": (lambda: a.cochran_armitage_test([[3, 0], [4, 0]]), "one column"),
    "no order": (lambda: a.cochran_armitage_test([[3, 1], [4, 1]], [2, 2]), "do not order"),
    "one group seen": (lambda: a.cochran_armitage_test([[3, 1], [0, 0]]), "do not order"),
    "empty cell": (lambda: a.odds_ratio([[0, 3], [2, 4]]), "fisher_test"),
    "no yes": (lambda: a.risk_ratio([[0, 3], [2, 4]]), "no yes"),
    "no patient": (lambda: a.risk_difference([[0, 0], [2, 4]]), "no patient"),
    "all tied": (lambda: a.rank_sum_test([1, 1], [1, 1, 1]), "all values are equal"),
    "tied exact": (lambda: a.rank_sum_test([1], [1], method="exact"), "all values are equal"),
    "empty": (lambda: a.rank_sum_test([], [1]), "group 1"),
    "nan": (lambda: a.rank_sum_test([1, 2], [1, NAN]), "missing or infinite for 1 of 2"),
    "inf": (lambda: a.rank_sum_test([1, 2], [1, INF]), "infinite"),
    "many": (
        lambda: a.rank_sum_test(np.arange(900.0), np.arange(900) + 0.5, method="exact"),
        "too many patients",
    ),
    "zeros": (lambda: a.signed_rank_test([0, 0]), "all differences are 0"),
    "kruskal": (lambda: a.kruskal_wallis_test([1, 1], [1]), "all values are equal"),
    "one sample": (lambda: a.kruskal_wallis_test([1, 2]), "at least two"),
    "share > 1": (lambda: a.proportion(5, 4), "whole numbers"),
    "share of none": (lambda: a.proportion(0, 0), "at least one patient"),
    "share nan": (lambda: a.proportion(NAN, 4), "whole numbers"),
    "method": (lambda: a.proportion(1, 4, "exact"), "not known"),
    "hypothesis": (lambda: a.binomial_test(1, 4, 2), "between 0 and 1"),
    "same answers": (lambda: a.compare_proportions([3, 4], [3, 4]), "same answer"),
    "sides": (lambda: a.compare_proportions([1, 1, 1], [2, 2, 2], True, "less"), "two groups"),
    "lonely share": (lambda: a.compare_proportions([1], [2]), "two groups"),
    "no time": (lambda: a.rate(3, 0), "above 0"),
    "half event": (lambda: a.rate(2.5, 1), "whole number"),
    "no events": (lambda: a.compare_rates((0, 0), (1, 1)), "at least one event"),
    "rate < 0": (lambda: a.rate_test(1, 1, -1), "0 or more"),
    "constant": (lambda: a.t_test([1, 1], [2, 2]), "do not vary"),
    "constant pooled": (lambda: a.t_test([1, 1], [1, 1], True), "do not vary"),
    "rounding": (lambda: a.one_sample_t_test([0.1 + 0.2, 0.3]), "do not vary"),
    "one value": (lambda: a.t_test([1], [2, 3]), "at least 2"),
    "one constant": (lambda: a.means_test([1, 1], [2, 3]), "all equal"),
    "all constant": (lambda: a.means_test([1, 1], [2, 2], equal_variance=True), "all equal"),
    "variance": (lambda: a.variance_test([1, 1], [2, 3]), "all equal"),
    "flat": (lambda: a.pearson_correlation([1, 1, 1], [1, 2, 3]), "same for all"),
    "lengths": (lambda: a.spearman_correlation([1, 2, 3], [1, 2, 3, 4]), "both of each"),
    "two points": (lambda: a.kendall_correlation([1, 2], [1, 2]), "at least 3"),
    "square": (lambda: a.kappa(np.ones((2, 3))), "square"),
    "verdict": (lambda: a.kappa([[5, 0], [0, 0]]), "all verdicts are alike"),
    "weights": (lambda: a.kappa(np.ones((2, 2)), "cubic"), "not known"),
    "smd constant": (lambda: a.mean_difference([1, 1], [2, 2]), "do not vary"),
    "smd text": (lambda: a.share_difference([0, 2], [1, 1]), "level_difference"),
    "smd 0 and 1": (lambda: a.share_difference([0, 0], [1, 1]), "do not vary"),
    "smd apart": (lambda: a.level_difference(["a"], ["b"]), "no level in common"),
    "smd empty": (lambda: a.level_difference(["a"], []), "empty"),
    "denominator": (lambda: a.mean_difference([1, 2], [2, 3], "treated"), "not known"),
    "quantile": (lambda: a.sample_quantiles([1, 2], [1.5]), "between 0 and 1"),
    "definition": (lambda: a.sample_quantiles([1, 2], [0.5], 10), "choose 1 to 9"),
    "tab missing": (lambda: a.cross_tabulate(["a", None], [1, 2]), "row is missing for 1 of 2"),
    "tab nan": (lambda: a.cross_tabulate(["a", "b"], [1, NAN]), "column is missing"),
    "tab length": (lambda: a.cross_tabulate(["a", "b"], [1, 2, 3]), "2, 3 and 2"),
    "tab level": (lambda: a.cross_tabulate(["a", "b"], [1, 2], None, ["a"]), "none of the 1"),
    "tab mixed": (
        lambda: a.cross_tabulate(np.array(["a", 1], dtype=object), [1, 2]),
        "mixes text",
    ),
    "tab empty": (lambda: a.cross_tabulate([], []), "at least one patient"),
    "r's word": (lambda: a.fisher_test([[1, 2], [3, 4]], "two.sided"), "two-sided, less"),
    "side of t": (lambda: a.t_test([1, 2], [3, 5], alternative="upper"), "not known"),
    "side of f": (lambda: a.variance_test([1, 2], [3, 5], "upper"), "not known"),
    "side of ranks": (lambda: a.rank_sum_test([1, 2], [3, 5], "upper"), "not known"),
    "side of signs": (lambda: a.signed_rank_test([1, 2], "upper"), "not known"),
    "side of share": (lambda: a.binomial_test(1, 4, 0.5, "upper"), "not known"),
    "side of rates": (lambda: a.rate_test(1, 4, 0.5, "upper"), "not known"),
    "side of rho": (lambda: a.spearman_correlation([1, 2, 3], [1, 3, 2], "upper"), "not known"),
    "side of trend": (
        lambda: a.cochran_armitage_test([[3, 1], [4, 3]], None, "upper"),
        "not known",
    ),
    "rank method": (lambda: a.rank_sum_test([1, 2], [3, 5], method="normal"), "auto, exact"),
    "rate method": (lambda: a.rate(1, 2, "wald"), "exact or byar"),
    "split": (lambda: a.split_values(["a", "b"], [1]), "give one per patient"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_say_what_to_do(name):
    call, words = REFUSED[name]
    with pytest.raises(UnsuitableDataError, match=words):
        call()


def test_refusals_show_no_patients_value():
    with pytest.raises(UnsuitableDataError) as caught:
        a.cross_tabulate(["Mrs Doe", "b"], [1, 2], None, ["b"])
    assert "Doe" not in str(caught.value)


def test_fisher_with_an_empty_row_or_column():
    test = a.fisher_test([[3, 4], [0, 0]])
    assert test.p == 1
    assert np.isnan([test.odds_ratio.value, test.odds_ratio.low, test.odds_ratio.high]).all()
    assert a.fisher_test([[3, 4, 1], [0, 0, 0]]).p == 1
    with_hole = a.fisher_test([[3, 0, 4], [1, 0, 6]])
    assert with_hole.p == pytest.approx(a.fisher_test([[3, 4], [1, 6]]).p)


def test_chi_square_leaves_out_empty_rows_and_columns():
    whole, holed = a.chi_square_test([[3, 4, 5], [6, 1, 2]]), [[3, 0, 4, 5], [6, 0, 1, 2]]
    test = a.chi_square_test(holed)
    assert (test.statistic, test.df) == (pytest.approx(whole.statistic), whole.df)
    assert test.expected[:, 1].tolist() == [0, 0]
    assert np.isnan(test.residual[:, 1]).all()


def test_large_scores_lose_no_digits():
    strata = [[[3, 1, 2], [1, 3, 4]], [[2, 2, 1], [0, 1, 5]]]
    near, far = (a.row_mean_score(strata, base + np.array([1, 2, 4])) for base in (0, 1e9))
    assert far.statistic == pytest.approx(near.statistic, rel=1e-12)
    with pytest.raises(UnsuitableDataError, match="all alike"):
        a.row_mean_score(strata, [0.1, 0.1, 0.1])


def test_odds_ratio_without_one_diagonal():
    test = a.mantel_haenszel_test([[[3, 0], [1, 4]]])
    assert test.odds_ratio.value == INF
    assert np.isnan([test.odds_ratio.low, test.odds_ratio.high]).all()


def test_a_far_odds_ratio_is_still_found():
    far = a.fisher_test([[5000, 1], [1, 5000]]).odds_ratio
    assert far.low < 2.4e7 < far.high
    exact = a.exact_mantel_haenszel([[[500, 3], [2, 400]], [[300, 2], [1, 350]]]).odds_ratio
    assert 1e3 < exact.low < exact.value < exact.high < INF


def test_shift_against_patients_alone():
    test = a.rank_sum_test([5.0], [1.0])
    assert (test.shift.value, test.shift.low, test.shift.high) == (4, 4, 4)
    assert test.p == 1


def test_correlation_of_an_exact_line():
    test = a.pearson_correlation([1, 2, 3, 4], [1e-9, 2e-9, 3e-9, 4e-9])
    assert (test.coefficient.value, test.coefficient.low, test.p) == (1, 1, 0)
    three = a.pearson_correlation([1, 2, 3], [1, 3, 2]).coefficient
    assert np.isnan([three.low, three.high]).all()
    assert a.spearman_correlation(range(12), range(12)).p == 0


def test_means_alike_are_no_distance_apart():
    assert a.mean_difference([1, 1], [1, 1]).value == 0
    assert a.share_difference([0, 0], [0, 0]).value == 0
    assert a.level_difference(["a", "a"], ["a"]).value == 0


def test_moments_of_one_patient():
    one = a.find_moments([3.0])
    assert one.mean.value == 3
    assert np.isnan([one.mean.low, one.deviation, one.skewness]).all()


def test_order_of_levels_is_kept():
    table = a.cross_tabulate([1, 0], ["low", "high"], column_order=["low", "mid", "high"])
    assert table.columns == ("low", "mid", "high")
    assert table.counts[0].tolist() == [[0, 0, 1], [1, 0, 0]]


def test_a_search_needs_a_crossing():
    with pytest.raises(ConvergenceError, match="no crossing"):
        find_root(lambda x: x * x + 1, -1, 1)
    assert find_root(lambda x: x, 0, 1) == 0
