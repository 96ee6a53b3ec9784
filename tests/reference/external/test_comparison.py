"""Comparisons as R's survMisc, survminer, maxstat, survey and survRM2 have them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external.records import load_record, load_records, load_table, numbers

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
    log_rank_trend,
    maximal_log_rank,
    robust_log_rank,
)

RTOL = 1e-8
SCHEMES = {
    "1": {},
    "n": {"weight": "gehan"},
    "sqrtN": {"weight": "tarone-ware"},
    "S1": {"weight": "peto"},
    "S2": {"weight": "modified-peto"},
}
METHODS = {"BH": "bh", "BY": "by"}


def _read_scheme(name: str) -> dict:
    if name in SCHEMES:
        return SCHEMES[name]
    rho, gamma = (float(part.split("=")[1]) for part in name.removeprefix("FH_").split("_"))
    return {"rho": rho, "gamma": gamma}


def _lung():
    table = load_table("lung")
    return SurvivalData(table["time"], table["status"] == 2), table["sex"]


def _veteran(group: str = "celltype"):
    table = load_table("veteran")
    return SurvivalData(table["time"], table["status"]), table[group]


def _larynx():
    table = load_table("km_larynx")
    return SurvivalData(table["time"], table["delta"]), table["stage"]


def _compare_two_groups(values: dict, data: SurvivalData, group, p: bool) -> None:
    """survMisc gives expected less observed of the first group, so the second's excess."""
    for i, name in enumerate(values["W"]):
        options = _read_scheme(name)
        test = log_rank(data, group, **options, tied="by-group")
        assert_allclose((test.observed - test.expected)[1], values["Q"][i], rtol=RTOL)
        assert_allclose(test.covariance[1, 1], values["Var"][i], rtol=RTOL)
        assert_allclose(test.chi2, values["chiSq"][i], rtol=RTOL)
        if p:
            assert_allclose(test.p, values["pChisq"][i], rtol=RTOL)
        # Its variance corrects each group's ties by themselves, which leaves it too large.
        assert log_rank(data, group, **options).covariance[1, 1] < test.covariance[1, 1]


def test_weights_on_veteran():
    _compare_two_groups(
        load_record("logrank_weighted", "logrank.gehan.veteran"), *_veteran("trt"), p=True
    )


def test_weights_on_lung():
    values = load_record("comparison_more", "family.lung.sex")["test"]
    _compare_two_groups(values, *_lung(), p=False)


@pytest.mark.parametrize(
    ("record", "case", "score"),
    [
        # survMisc puts the cell types in the order of its design matrix: 1, 4, 3, 2.
        ("family.veteran.cells", _veteran, [1, 4, 3, 2]),
        ("family.larynx.stage", _larynx, [1, 2, 3, 4]),
    ],
)
def test_weights_and_trend_in_four_groups(record, case, score):
    values = load_record("comparison_more", record)
    data, group = case()
    for i, name in enumerate(values["test"]["W"]):
        test = log_rank(data, group, **_read_scheme(name))
        assert_allclose(test.chi2, values["test"]["chiSq"][i], rtol=RTOL)
        trend = log_rank_trend(test, score)
        # survMisc's sign is that of expected less observed.
        assert_allclose(trend.z, -values["trend"]["Z"][i], rtol=RTOL)


def test_stratified_trend():
    table = load_table("veteran")
    cells = np.unique(table["celltype"].astype(str), return_inverse=True)[1]
    data = SurvivalData(table["time"], table["status"], stratum=cells)
    activity = np.searchsorted([40, 60], table["karno"])
    trend = log_rank_trend(log_rank(data, activity), [0, 1, 3])
    assert_allclose(trend.z, load_record("comparison_more", "trend.stratified")["z"], rtol=RTOL)


def test_other_powers():
    values = load_record("comparison_more", "survdiff.rho")
    table = load_table("lung")
    known = ~np.isnan(table["ph.ecog"])
    data, sex = _lung()
    strata = SurvivalData(data.time[known], data.event[known], stratum=table["ph.ecog"][known])
    cases = {
        "half": log_rank(*_veteran(), rho=0.5),
        "two_strata": log_rank(strata, sex[known], rho=2),
        "negative": log_rank(SurvivalData(strata.time, strata.event), sex[known], rho=-0.5),
    }
    for name, test in cases.items():
        assert_allclose(test.chi2, values[name]["chisq"], rtol=RTOL)
        assert_allclose(test.expected, values[name]["exp"], rtol=RTOL)
        assert_allclose(test.covariance.ravel(), values[name]["var"], rtol=RTOL)


def _lower_triangle(values: dict, groups) -> np.ndarray:
    """R's table has a row for each group but the first, a column for each but the last."""
    names = sorted({str(group) for group in groups})
    table = {
        (column, row): p
        for row, line in zip(values["rows"], values["values"], strict=True)
        for column, p in zip(values["cols"], line, strict=True)
    }
    return np.array([table[pair] for pair in combinations(names, 2)])


def test_pairs_on_veteran():
    values = load_record("pairwise", "logrank.pairwise.veteran")
    data, cells = _veteran()
    for name, table in values.items():
        test = log_rank_pairs(data, cells, METHODS.get(name, name))
        assert_allclose(test.adjusted, _lower_triangle(table, cells), rtol=RTOL)
        assert_allclose(test.p, _lower_triangle(values["none"], cells), rtol=RTOL)


@pytest.mark.parametrize(
    ("record", "method", "rho"),
    [("peto_hommel", "hommel", 1), ("by", "by", 0), ("hochberg", "hochberg", 0)],
)
def test_more_pairs(record, method, rho):
    values = load_record("comparison_more", "pairs")[record]
    data, cells = _veteran()
    found = log_rank_pairs(data, cells, method, rho).adjusted
    assert_allclose(found, _lower_triangle(values, cells), rtol=RTOL)


def test_pairs_on_larynx():
    values = load_record("comparison_more", "pairs")["larynx"]
    data, stage = _larynx()
    found = log_rank_pairs(data, stage, "bh").adjusted
    assert_allclose(found, _lower_triangle(values, stage.astype(int)), rtol=RTOL)


P_MANY = [0.04, np.nan, 0.04, 0.011, 0.9, 0.0004, 0.3, 0.011, 1, 0.051, np.nan, 0.02]


@pytest.mark.parametrize(
    ("p", "values"),
    [
        (
            [0.01, 0.02, 0.03, 0.005, 0.2, 0.04, 0.001, 0.9],
            load_record("p_adjust", "padjust.basic"),
        ),
        (P_MANY, load_record("comparison_more", "p_adjust.more")["many"]),
        ([0.04, 0.03], load_record("comparison_more", "p_adjust.more")["two"]),
        ([0.04, 0.01, 0.03], load_record("comparison_more", "p_adjust.more")["three"]),
    ],
)
def test_adjusted_p_values(p, values):
    for name, expected in values.items():
        assert_allclose(adjust_p(p, METHODS.get(name, name)), numbers(expected), rtol=1e-12)


def _cut_cases():
    rotterdam, lung, veteran = (load_table(name) for name in ("rotterdam", "lung", "veteran"))
    rows = rotterdam["nodes"] > 0
    recurrence = SurvivalData(rotterdam["rtime"], rotterdam["recur"]).take(rows)
    nodes = (rotterdam["nodes"][rows], recurrence)
    karno = (veteran["karno"], SurvivalData(veteran["time"], veteran["status"]))
    return {
        "nodes92": (*nodes, 0.1, 0.9, "bridge"),
        "nodes94": (*nodes, 0.2, 0.8, "bonferroni"),
        "karno": (*karno, 0.1, 0.9, "bonferroni"),
        "karno92": (*karno, 0.25, 0.75, "bridge"),
        "karno_HL": (*karno, 0.1, 0.9, "permutation"),
        "age_all": (lung["age"], _lung()[0], 0, 1, "bonferroni"),
    }


def test_more_cut_points():
    values = load_record("comparison_more", "maxstat.more")
    for name, case in _cut_cases().items():
        test, expected = maximal_log_rank(*case), values[name]
        found = [test.statistic, test.cut, len(test.cuts), test.statistics[0], test.statistics[-1]]
        keys = ("stat", "cut", "n_cuts", "first", "last")
        assert_allclose(found, [expected[key] for key in keys], rtol=RTOL)
        # nodes94: the expansion falls below 0 in R, here to the p-value of one cut-point.
        assert_allclose(test.p, expected["p"], rtol=RTOL, atol=1e-30 if name == "nodes94" else 0)
        assert test.p > 0


@pytest.mark.parametrize(
    ("name", "method"), [("HL", "permutation"), ("Lau92", "bridge"), ("Lau94", "bonferroni")]
)
def test_cut_point_on_lymphoma(name, method):
    values = load_record("maxstat", "maxstat.dlbcl")[name]
    table = load_table("dlbcl_alizadeh2000")
    known = ~np.isnan(table["time"])
    data = SurvivalData(table["time"][known], table["cens"][known])
    test = maximal_log_rank(table["MGE"][known], data, method=method)
    found = [test.statistic, test.cut, test.p]
    assert_allclose(found, [values[key] for key in ("stat", "cut", "p")], rtol=RTOL)


def test_cut_point_on_gbsg():
    values = load_record("maxstat", "maxstat.gbsg.pgr")
    table = load_table("gbsg")
    test = maximal_log_rank(table["pgr"], SurvivalData(table["rfstime"], table["status"]))
    assert [test.cut, len(test.cuts)] == [values["cut"], values["n_cuts"]]
    assert_allclose(test.statistic, values["stat"], rtol=RTOL)
    # R finds the small tail as 1 - (1 - tail), which leaves it 1e-16 of absolute error.
    assert_allclose(test.p, values["p"], rtol=RTOL, atol=1e-15)


def _robust_cases():
    table = load_table("lung")
    known = ~np.isnan(table["ph.ecog"]) & ~np.isnan(table["inst"])
    sex, inst = table["sex"][known], table["inst"][known]
    weight = np.where(sex == 1, 1.3, 0.8) + 0.1 * table["ph.ecog"][known]
    alike = SurvivalData(table["time"][known], table["status"][known] == 2)
    data = SurvivalData(alike.time, alike.event, weight=weight)
    veteran = load_table("veteran")
    four = SurvivalData(veteran["time"], veteran["status"], weight=veteran["karno"] / 50)
    return {
        "plain": robust_log_rank(data, sex),
        "cluster": robust_log_rank(data, sex, cluster=inst),
        "peto": robust_log_rank(data, sex, rho=1),
        "late": robust_log_rank(data, sex, gamma=1),
        "unweighted": robust_log_rank(alike, sex),
        "four": robust_log_rank(four, veteran["celltype"]),
    }


def test_robust_log_rank():
    values = load_record("comparison_more", "svylogrank")
    for name, test in _robust_cases().items():
        error = np.sqrt(np.diag(test.covariance))[1:]
        assert_allclose(test.score[1:], np.atleast_1d(values[name]["score"]), rtol=RTOL)
        assert_allclose(error, np.atleast_1d(values[name]["se"]), rtol=RTOL)
        found = [test.chi2, test.p]
        assert_allclose(found, [values[name][key] for key in ("chisq", "p")], rtol=RTOL)


def test_one_year_on_lung():
    values = load_record("km_diff", "kmdiff.lung")
    data, sex = _lung()
    curves = [kaplan_meier(data.take(sex == code)) for code in (1, 2)]
    plain = compare_at(*curves, 365)
    estimate = plain.estimate
    assert_allclose(estimate.value, values["diff"], rtol=RTOL)
    assert_allclose([estimate.low, estimate.high], values["ci"], rtol=RTOL)
    found = [plain.std_error, plain.z, plain.p]
    assert_allclose(found, [values[key] for key in ("se", "z", "p")], rtol=RTOL)
    power = compare_at(*curves, 365, "log-log")
    assert_allclose([power.z, power.p], [values["cloglog_z"], values["cloglog_p"]], rtol=RTOL)


@pytest.mark.parametrize("kind", ["survival", "incidence"])
def test_every_scale(kind):
    values = load_record("comparison_more", "at_a_time")[kind]
    if kind == "survival":
        data, sex = _lung()
        curves, time = [kaplan_meier(data.take(sex == code)) for code in (1, 2)], 250
    else:
        table = load_table("follic")
        data = SurvivalData(table["time"], table["status"])
        stages = [data.take(table["clinstg"] == stage) for stage in (1, 2)]
        curves, time = [aalen_johansen(stage) for stage in stages], 5
    for scale, expected in values.items():
        name = "log-log" if scale == "loglog" else scale
        test = compare_at(*curves, time, name)
        ratio = name in ("log", "log-log", "logit")
        difference = np.log(test.estimate.value) if ratio else test.estimate.value
        assert_allclose([difference, test.std_error, test.z, test.p], expected, rtol=RTOL)


def test_restricted_means_on_veteran():
    values = load_record("rmst", "rmst2.veteran")["unadjusted"]["values"]
    data, arm = _veteran("trt")
    means = compare_restricted_means(
        *(kaplan_meier(data.take(arm == code)) for code in (1, 2)), 240
    )
    for contrast, expected in zip(
        (means.difference, means.ratio, means.lost_ratio), values, strict=True
    ):
        estimate = contrast.estimate
        found = [estimate.value, estimate.low, estimate.high, contrast.p]
        assert_allclose(found, expected, rtol=RTOL)


def _gbsg_means(scale: str = "difference"):
    table = load_table("gbsg")
    data = SurvivalData(table["rfstime"] / 30.4375, table["status"])
    covariates = np.column_stack([table["age"], table["grade"]])
    return fit_restricted_mean(table["hormon"], covariates, data, 60, scale)


@pytest.mark.parametrize(("scale", "row"), [("difference", 0), ("ratio", 1), ("lost-ratio", 2)])
def test_adjusted_restricted_means_on_gbsg(scale, row):
    expected = load_record("rmst", "rmst2.gbsg.adj")["adjusted"]["values"][row]
    fit = _gbsg_means(scale)
    effect = fit.effects[1]
    assert_allclose([effect.value, effect.low, effect.high, fit.p[1]], expected, rtol=RTOL)


def test_every_coefficient_of_the_restricted_mean():
    expected = numbers(load_record("rmst", "rmst2.gbsg.adj")["diff"])
    fit = _gbsg_means()
    low, high = ([getattr(effect, side) for effect in fit.effects] for side in ("low", "high"))
    found = [fit.coefficients, fit.standard_errors, fit.z, fit.p, low, high]
    # R's p is 1 minus a chi-square probability, so that of the intercept is rounding.
    assert_allclose(np.transpose(found), expected, rtol=RTOL, atol=1e-15)


@pytest.mark.parametrize(("cause", "name"), [(1, "relapse"), (2, "death")])
def test_cause_specific_log_rank_on_follic(cause, name):
    table = load_table("follic")
    data = SurvivalData(table["time"], table["status"])
    test = log_rank(data.cause(cause), table["clinstg"])
    expected = load_record("comparison_more", "csh.logrank.follic")[name]
    assert_allclose(test.chi2, expected, rtol=RTOL)


def test_no_record_is_left_untested():
    families = ("logrank_weighted", "pairwise", "p_adjust", "maxstat", "comparison_more")
    assert [len(load_records(family)) for family in families] == [1, 1, 1, 2, 11]
