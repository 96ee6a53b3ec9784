"""Shares, rates, means, correlations and differences as R has them."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reference.external.association_cases import SIDES, limits, more, near
from tests.reference.external.records import load_record, load_table

from jalon.stats import association as a

SHARES = (0, 1, 8, 27, 49, 50)


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("clopper-pearson", "clopper_pearson"),
        ("wilson", "wilson"),
        ("wilson-corrected", "wilson_cc"),
        ("agresti-coull", "agresti_coull"),
    ],
)
def test_intervals_of_a_share(method, name):
    record = load_record("proportion", "prop.ci")[name]
    near([limits(a.proportion(x, 50, method)) for x in SHARES], record["values"])


def test_wald_interval_of_a_share():
    record = load_record("proportion", "prop.ci")["wald"]["values"]
    wald = [a.proportion(x, 50, "wald") for x in SHARES]
    near([[one.value, *limits(one)] for one in wald], record)


def test_shares_of_groups():
    record = load_record("proportion", "prop.2")
    four = a.compare_proportions([83, 90, 129, 70], [86, 93, 136, 82])
    near(
        [four.statistic, four.df, four.p],
        [record["k4"][k] for k in ("statistic", "parameter", "p")],
    )
    near(four.share, record["k4"]["estimate"])
    for name, corrected in {"cc": True, "nocc": False}.items():
        two = a.compare_proportions([15, 25], [50, 50], corrected)
        near([two.statistic, two.p], [record[name][k] for k in ("statistic", "p")])
        near(limits(two.difference), record[name]["conf_int"])


@pytest.mark.parametrize("side", SIDES)
def test_shares_more(side):
    record, alternative = more("prop"), SIDES[side]
    for name, (x, n, method, level) in {
        "one": (7, 31, "wilson-corrected", 0.9),
        "half": (25, 50, "wilson-corrected", 0.95),
        "plain": (7, 31, "wilson", 0.99),
    }.items():
        near(limits(a.proportion(x, n, method, level, alternative)), record[name][side]["conf_int"])
    for name, (x, n, level) in {
        "two": ([3, 9], [20, 22], 0.9),
        "near": ([10, 11], [20, 22], 0.95),
    }.items():
        test = a.compare_proportions(x, n, True, alternative, level)
        near([test.statistic, test.p], [record[name][side][k] for k in ("statistic", "p")])
        near(limits(test.difference), record[name][side]["conf_int"])
    five = a.compare_proportions([3, 9, 4, 8, 2], [20, 22, 19, 30, 41])
    near(five.p, record["five"]["p"])


def test_exact_test_of_a_share():
    record = load_record("proportion", "binom.exact")
    two = a.binomial_test(682, 925, 0.75)
    one = a.binomial_test(12, 40, 0.2, "greater")
    near([two.p, *limits(two.share)], [record["two"]["p"], *record["two"]["conf_int"]])
    near([one.p, *limits(one.share)], [record["one"]["p"], *record["one"]["conf_int"]])


@pytest.mark.parametrize("side", SIDES)
def test_exact_test_of_a_share_more(side):
    for name, (x, n, share) in {
        "a": (3, 20, 0.3),
        "b": (0, 12, 0.1),
        "c": (12, 12, 0.9),
        "d": (50, 100, 0.5),
        "e": (9, 700, 0.02),
    }.items():
        record = more("binom")[name][side]
        test = a.binomial_test(x, n, share, SIDES[side], 0.9)
        near([test.p, *limits(test.share)], [record["p"], *record["conf_int"]])


def test_rates():
    record = load_record("rates", "rates.poisson")
    exact = [a.rate(x, t) for x, t in zip(record["exact"]["x"], record["exact"]["pt"], strict=True)]
    # epitools searches and stops within 1.2e-4 events.
    for one, low, high, span in zip(
        exact, *(record["exact"][k] for k in ("lower", "upper", "pt")), strict=True
    ):
        assert abs(one.low - low) * span < 1.3e-4
        assert abs(one.high - high) * span < 1.3e-4
    byar = [limits(a.rate(x, t, "byar")) for x, t in ((3, 250), (17, 400), (120, 2000))]
    near(np.array(byar).T, [record["byar"]["lower"], record["byar"]["upper"]])
    ratio = a.compare_rates((11, 6 + 8 + 7), (800, 1083 + 1050 + 878))
    expected = record["ratio"]
    near([ratio.p, ratio.estimate.value, *limits(ratio.estimate)],
         [expected["p"], expected["estimate"], *expected["conf_int"]])  # fmt: skip
    one = a.rate_test(137, 24.19893)
    np.testing.assert_allclose(one.p, record["one"]["p"], rtol=1e-8)
    near([one.estimate.value, *limits(one.estimate)],
         [record["one"]["estimate"], *record["one"]["conf_int"]])  # fmt: skip


@pytest.mark.parametrize("side", SIDES)
def test_rates_more(side):
    for name, (x, time, hypothesis) in {
        "one": (3, 250, 0.02),
        "none": (0, 100, 0.01),
        "many": (140, 1000, 0.11),
        "two": ((3, 12), (100, 150), 1),
        "ratio": ((9, 2), (100, 150), 2),
        "empty": ((0, 4), (10, 12), 1),
    }.items():
        compare = a.compare_rates if isinstance(x, tuple) else a.rate_test
        test = compare(x, time, hypothesis, SIDES[side], 0.9)
        record = more("poisson")[name][side]
        near([test.p, *limits(test.estimate)], [record["p"], *record["conf_int"]])


def _compare_t(test, record):
    near([test.t, test.df, test.p], [record[k] for k in ("statistic", "parameter", "p")])
    near(limits(test.difference), record["conf_int"])


def test_means_of_rotterdam():
    record, rotterdam = load_record("ttest", "ttest"), load_table("rotterdam")
    x, y = a.split_values(rotterdam["hormon"], rotterdam["age"])
    for name, equal in {"welch": False, "pooled": True}.items():
        _compare_t(a.t_test(x, y, equal), record[name])
    sizes = a.split_values(rotterdam["size"], rotterdam["nodes"])
    for name, equal in {"welch_anova": False, "anova": True}.items():
        test = a.means_test(*sizes, equal_variance=equal)
        near([test.f, *test.df], [record[name]["statistic"], *record[name]["parameter"]])
        np.testing.assert_allclose(test.p, record[name]["p"], rtol=1e-8)
    variance = a.variance_test(x, y)
    expected = record["f"]
    near([variance.ratio.value, *variance.df, *limits(variance.ratio)],
         [expected["statistic"], *expected["parameter"], *expected["conf_int"]])  # fmt: skip
    # R subtracts the lower tail from 1, which leaves it seven digits here.
    np.testing.assert_allclose(variance.p, record["f"]["p"], rtol=2e-7)


@pytest.mark.parametrize("side", SIDES)
def test_means_more(side):
    record, lung = more("ttest"), load_table("lung")
    x, y = a.split_values(lung["sex"], lung["age"])
    _compare_t(a.t_test(x, y, alternative=SIDES[side], level=0.9), record["welch"][side])
    _compare_t(a.t_test(x, y, True, SIDES[side]), record["pooled"][side])
    karno = lung["ph.karno"] - lung["pat.karno"]
    one = a.one_sample_t_test(karno[~np.isnan(karno)], 1, SIDES[side])
    _compare_t(one, record["one"][side])
    near(one.difference.value, record["one"][side]["estimate"])
    variance = a.variance_test(x, y, SIDES[side], 0.9)
    near([variance.p, *limits(variance.ratio)],
         [record["var"][side]["p"], *record["var"][side]["conf_int"]])  # fmt: skip
    rows = lung["ph.ecog"] < 3
    groups = a.split_values(lung["ph.ecog"][rows], lung["age"][rows])
    for name, equal in {"oneway": False, "anova": True}.items():
        test = a.means_test(*groups, equal_variance=equal)
        near([test.f, test.p], [record[name]["statistic"], record[name]["p"]])


def _complete(*names):
    lung = load_table("lung")
    rows = ~np.any([np.isnan(lung[name]) for name in names], axis=0)
    return {name: lung[name][rows] for name in names}


def _compare_correlation(test, record):
    near([test.statistic, test.coefficient.value], [record["statistic"], record["estimate"]])
    np.testing.assert_allclose(test.p, record["p"], rtol=1e-8)


def test_correlations_of_lung_patients():
    record = load_record("correlation", "correlation")
    data = _complete("age", "ph.karno", "pat.karno", "meal.cal")
    assert len(data["age"]) == record["n"]
    pearson = a.pearson_correlation(data["age"], data["meal.cal"])
    _compare_correlation(pearson, record["pearson"])
    near(limits(pearson.coefficient), record["pearson"]["conf_int"])
    karno = data["ph.karno"], data["pat.karno"]
    _compare_correlation(a.spearman_correlation(*karno, exact=False), record["spearman"])
    _compare_correlation(a.kendall_correlation(*karno, exact=False), record["kendall"])


@pytest.mark.parametrize("side", SIDES)
def test_correlations_more(side):
    record, data = more("correlation"), _complete("age", "meal.cal", "wt.loss", "time")
    alternative = SIDES[side]
    pearson = a.pearson_correlation(data["age"], data["wt.loss"], alternative, 0.9)
    _compare_correlation(pearson, record["pearson"][side])
    near(limits(pearson.coefficient), record["pearson"][side]["conf_int"])
    u = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
    v = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
    _compare_correlation(a.spearman_correlation(u, v, alternative), record["s9"][side])
    _compare_correlation(a.kendall_correlation(u, v, alternative), record["k9"][side])
    rows = _first(data["age"]) & _first(data["time"])
    age, time = data["age"][rows], data["time"][rows]
    assert len(age) == record["n"]
    _compare_correlation(a.spearman_correlation(age, time, alternative), record["edgeworth"][side])
    _compare_correlation(a.kendall_correlation(age, time, alternative), record["kexact"][side])
    normal = a.kendall_correlation(age, time, alternative, exact=False)
    _compare_correlation(normal, record["knormal"][side])
    tied = data["age"], data["wt.loss"], alternative
    _compare_correlation(a.spearman_correlation(*tied), record["ties"][side])
    _compare_correlation(a.kendall_correlation(*tied), record["kties"][side])


def _first(values):
    mask = np.zeros(len(values), dtype=bool)
    mask[np.unique(values, return_index=True)[1]] = True
    return mask


def test_description_of_rotterdam():
    record, rotterdam = load_record("descriptive", "descriptive"), load_table("rotterdam")
    pgr, share = rotterdam["pgr"], [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
    for name, definition in {"type7": 7, "type2_SAS": 2, "type6": 6}.items():
        near(a.sample_quantiles(pgr, share, definition), list(record[name].values()))
    quartiles = a.sample_quantiles(rotterdam["nodes"], [0.25, 0.5, 0.75], 2)
    near(quartiles, list(record["nodes_q"].values()))
    moments = a.find_moments(pgr)
    near([moments.mean.value, moments.deviation, moments.skewness],
         [record[k] for k in ("mean", "sd", "skew")])  # fmt: skip


def test_description_more():
    record = more("quantile")
    loss, share = _complete("wt.loss")["wt.loss"], [0, 0.01, 0.1, 0.25, 0.333, 0.5, 0.75, 0.9, 1]
    for definition in (2, 6, 7):
        near(a.sample_quantiles(loss, share, definition), record[f"t{definition}"])
    tenths = np.arange(11) / 10
    near(a.sample_quantiles(np.arange(1, 11), tenths, 2), record["ten"])
    near(limits(a.find_moments(loss).mean), record["mean_ci"])


def test_standardised_differences_of_lalonde():
    record, lalonde = load_record("descriptive", "smd"), load_table("lalonde")
    for kind, measure in {"continuous": a.mean_difference, "binary": a.share_difference}.items():
        for name, expected in record[kind].items():
            control, treated = a.split_values(lalonde["treat"], lalonde[name])
            near(measure(treated, control).value, expected)
    treated = lalonde["treat"] == 1
    race = a.level_difference(lalonde["race"][treated], lalonde["race"][~treated])
    near(race.value, record["race_multinomial"])


def test_standardised_differences_more():
    record, lung = more("smd"), _complete("age", "sex", "ph.ecog")
    x, y = a.split_values(lung["sex"], lung["age"])
    ecog = a.split_values(lung["sex"], lung["ph.ecog"])
    near(a.level_difference(*ecog).value, record["ecog"])
    all_ages = a.split_values(load_table("lung")["sex"], load_table("lung")["age"])
    assert len(x) + len(y) == sum(map(len, all_ages)) - 1
    for denominator in ("pooled", "first", "second"):
        near(a.mean_difference(*all_ages, denominator).value, record[denominator])
