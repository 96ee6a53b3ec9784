"""Matching, weighting and balance as R's MatchIt and survey have them, E-values as EValue.

R's ``glm`` stops when the deviance changes by less than 1e-8 of itself, which leaves fitted
probabilities up to 3e-9 from the maximum: records of ``open_causal.R`` are compared at 1e-6.
Those of ``propensity_more.R`` were iterated to rounding and are compared at 1e-8.

MatchIt 4.5.1 as Debian 12 compiles it cuts distances to whole numbers before it compares them
(mended in 4.5.2: "calipers would not work properly on some systems"). Its records of nearest
matching are therefore reproduced with ``whole=True``. Given a matrix of distances it does not
cut them; the records ``near.*`` are made that way and hold the true nearest matching.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tests.reference.external import propensity_cases as cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import Estimate, SurvivalData
from jalon.stats import fit_cox, fit_logistic, kaplan_meier, predict_outcome, predict_survival
from jalon.stats.propensity import (
    Caliper,
    NearestRule,
    compare_arms,
    e_value,
    e_value_of_difference,
    effective_size,
    fit_propensity,
    match_nearest,
    match_optimal,
    match_strata,
    measure_balance,
    weigh_patients,
)
from jalon.stats.regression import robust_cox

STOP = 1e-6
TIGHT = 1e-8
CUT = {"whole": True}


def _check_counts(found, arms, values):
    table = dict(zip(values["rows"], np.array(values["values"]), strict=True))
    assert_allclose(
        table["Matched (ESS)"], [found.effective_control, found.effective_treated], TIGHT
    )
    assert_array_equal(table["Matched"], [found.control, found.treated])
    assert_array_equal(
        table["Unmatched"], np.bincount(arms[found.weight == 0].astype(int), minlength=2)
    )
    assert found.unmatched == table["Unmatched"][1]


def _check_balance(found, values, rtol):
    fields = {
        "Means Treated": found.mean_treated,
        "Means Control": found.mean_control,
        "Std. Mean Diff.": found.standardised,
        "Var. Ratio": found.variance_ratio,
        "eCDF Mean": found.ecdf_mean,
        "eCDF Max": found.ecdf_max,
    }
    names = [name for name in values["cols"] if name in fields]
    mine = np.column_stack([fields[name] for name in names])
    assert_allclose(mine, numbers(values)[:, : len(names)], rtol, atol=1e-9)


def _outcome(found, arms):
    re78 = load_table("lalonde")["re78"]
    return [np.average(re78[arms == k], weights=found.weight[arms == k]) for k in (0, 1)]


def test_nearest_in_the_order_of_the_data():
    values = load_record("matching", "match.nn.logit")
    propensity, arms = cases.full("lalonde")
    x = np.column_stack([propensity.probability, cases.lalonde(*cases.LALONDE)[0]])
    assert_allclose(propensity.probability[:10], values["ps_head"], STOP)
    assert_allclose(propensity.probability.sum(), values["ps_sum"], STOP)
    _check_balance(measure_balance(x, arms), values["sum_before"], STOP)
    found = match_nearest(propensity.probability, arms, NearestRule(order="data", **CUT))
    _check_counts(found, arms, values["n_matched"])
    _check_balance(measure_balance(x, arms, found.weight), values["sum_after"], STOP)
    assert_array_equal(found.pairs[:10, 1] + 1, numbers(values["matched_controls_first10"]))
    control, treated = _outcome(found, arms)
    assert_allclose(treated - control, values["att_re78"], STOP)


def test_nearest_within_a_caliper():
    values = load_record("matching", "match.caliper")
    propensity, arms = cases.full("lalonde")
    rule = NearestRule(order="data", caliper=Caliper(0.2), **CUT)
    found = match_nearest(propensity.logit, arms, rule)
    _check_counts(found, arms, values["n"])
    assert_allclose(found.caliper, values["caliper"], STOP)
    x = np.column_stack([propensity.logit, cases.lalonde(*cases.LALONDE)[0]])
    _check_balance(measure_balance(x, arms, found.weight), values["after"], STOP)
    assert found.subclass.max() + 1 == values["subclass_counts"]
    assert_allclose(_outcome(found, arms), list(values["mean_re78"].values()), STOP)


def test_nearest_from_the_largest_score_down():
    values = load_record("matching", "match.largest")
    x, arms = cases.lalonde("age", "educ", "married", "re74")
    propensity = fit_propensity(x, arms)
    found = match_nearest(propensity.probability, arms, NearestRule(**CUT))
    _check_counts(found, arms, values["n"])
    means = [np.average(propensity.probability, weights=found.weight * (arms == k)) for k in (0, 1)]
    assert_allclose(means, list(values["mean_distance"].values()), STOP)
    assert_allclose(_outcome(found, arms), list(values["mean_re78"].values()), STOP)


def test_matching_on_strata():
    values = load_record("matching", "match.exact")
    table = load_table("lalonde")
    strata = np.column_stack([table[n].astype(str) for n in ("race", "married", "nodegree")])
    found = match_strata(strata, table["treat"])
    _check_counts(found, table["treat"], values["n"])
    assert found.subclass.max() + 1 == values["n_subclass"]
    sums = np.bincount(table["treat"].astype(int), weights=found.weight)
    assert_allclose(sums, list(values["weights_sum"].values()), TIGHT)


OPTIONS = {
    "data": ("probability", {"order": "data"}),
    "largest": ("probability", {}),
    "smallest_logit": ("logit", {"order": "smallest"}),
    "two": ("probability", {"ratio": 2}),
    "three_caliper": ("probability", {"ratio": 3, "caliper": Caliper(0.1)}),
    "caliper_logit": ("logit", {"order": "data", "caliper": Caliper(0.2)}),
    "again": ("probability", {"ratio": 2, "replace": True}),
    "again_caliper": ("logit", {"ratio": 2, "replace": True, "caliper": Caliper(0.05)}),
}


@pytest.mark.parametrize("case", OPTIONS)
@pytest.mark.parametrize("data", ["lalonde", "rotterdam"])
def test_the_true_nearest(data, case):
    values = load_record("propensity_more", f"near.{data}.{case}")
    propensity, arms = cases.full(data)
    scale, options = OPTIONS[case]
    score = getattr(propensity, scale)
    _check_nearest(match_nearest(score, arms, NearestRule(**options)), score, values)


@pytest.mark.parametrize(
    ("data", "options"),
    [
        ("lalonde", {"caliper": Caliper(0.2)}),
        ("rotterdam", {"order": "data", "ratio": 2}),
    ],
)
def test_the_true_nearest_within_strata(data, options):
    values = load_record("propensity_more", f"near.{data}.exact")
    propensity, arms = cases.full(data)
    rule, strata = NearestRule(**options), cases.strata(data)
    found = match_nearest(propensity.probability, arms, rule, strata)
    _check_nearest(found, propensity.probability, values)
    assert np.all(strata[found.pairs[:, 0]] == strata[found.pairs[:, 1]])


def _check_nearest(found, score, values):
    far = np.abs(score[found.pairs[:, 0]] - score[found.pairs[:, 1]])
    count = np.bincount(np.unique(found.pairs[:, 0], return_counts=True)[1], minlength=4)[1:]
    assert (found.treated, len(found.pairs)) == (values["treated"], values["pairs"])
    assert_array_equal(count, values["by_number_of_controls"])
    assert_allclose(found.caliper, values["caliper"] or np.inf, TIGHT)
    assert_allclose(far.sum(), values["total_distance"], TIGHT)
    assert_allclose(far.max(), values["largest_distance"], TIGHT)
    # Controls with the same score are interchangeable, so how often each is used again is not
    # determined by the distances; R takes the first in the data, this the nearest in the rows.
    if np.all(np.unique(found.pairs[:, 1], return_counts=True)[1] == 1):
        assert found.control == values["controls"]
        size = [found.effective_control, found.effective_treated]
        assert_allclose(size, list(values["ess"].values()), TIGHT)


@pytest.mark.parametrize("data", ["lalonde", "rotterdam"])
@pytest.mark.parametrize("case", ["data", "largest", "smallest_logit", "two", "caliper_logit"])
def test_optimal_pairs_are_closer_than_any_greedy_ones_of_r(data, case):
    values = load_record("propensity_more", f"near.{data}.{case}")
    propensity, arms = cases.full(data)
    scale, options = OPTIONS[case]
    score = getattr(propensity, scale)
    found = match_optimal(score, arms, options.get("ratio", 1), options.get("caliper"))
    assert len(found.pairs) >= values["pairs"]
    if len(found.pairs) == values["pairs"]:
        assert found.distance * len(found.pairs) <= values["total_distance"] * (1 + TIGHT)


EXACT = {
    "lalonde.ATE": ("ATE", "pooled", ("race", "married"), "treat"),
    "lalonde.ATC": ("ATC", "control", ("race", "married"), "treat"),
    "rotterdam.ATT": ("ATT", "treated", ("size", "grade", "meno"), "hormon"),
}


@pytest.mark.parametrize("name", EXACT)
def test_strata_and_balance_for_each_estimand(name):
    values = load_record("propensity_more", f"exact.{name}")
    estimand, spread, by, arm = EXACT[name]
    table = load_table(name.split(".")[0])
    arms = table[arm]
    found = match_strata(np.column_stack([table[word].astype(str) for word in by]), arms, estimand)
    assert_allclose(found.weight, values["weights"], TIGHT)
    x = cases.columns(table, values["all"]["rows"])
    _check_balance(measure_balance(x, arms, spread=spread), values["all"], TIGHT)
    _check_balance(measure_balance(x, arms, found.weight, None, spread), values["matched"], TIGHT)


TARGETS = {"ate": "ATE", "att": "ATT", "stab": "ATE", "overlap": "overlap", "matching": "matching"}


@pytest.mark.parametrize("name", TARGETS)
def test_weights(name):
    values = load_record("iptw", "iptw.weights")[name]
    propensity, arms = cases.full("lalonde")
    found = weigh_patients(propensity.probability, arms, TARGETS[name], name == "stab")
    w, table = found.weight, load_table("lalonde")
    balance = measure_balance(cases.columns(table, ("age", "re74")), arms, w, spread="pooled")
    effect = compare_arms(table["re78"], arms, w).effect.value
    assert_allclose(w[arms == 1].sum(), values["sum1"], STOP)
    assert_allclose(w[arms == 0].sum(), values["sum0"], STOP)
    assert_allclose(w.max(), values["max"], STOP)
    assert_allclose(found.effective_treated, values["ess1"], STOP)
    assert_allclose(found.effective_control, values["ess0"], STOP)
    # With overlap weights the means are equal; what R leaves is where its glm stopped.
    smd = [values["smd_age"], values["smd_re74"]]
    assert_allclose(balance.standardised, smd, STOP, atol=1e-8)
    assert_allclose(effect, values["effect_re78"], STOP)


def test_weights_of_a_model_that_was_iterated_to_rounding():
    values = load_record("propensity_more", "weights.options")
    propensity, arms = cases.full("lalonde")
    p = propensity.probability
    made = {
        "capped": weigh_patients(p, arms, cap=(0.01, 0.99)),
        "trimmed": weigh_patients(p, arms, trim=0.1),
        "entropy": weigh_patients(p, arms, "entropy"),
        "atc": weigh_patients(p, arms, "ATC"),
    }
    for name, found in made.items():
        sums = [found.weight[arms == k].sum() for k in (1, 0)]
        size = [found.effective_treated, found.effective_control]
        assert_allclose(sums, values[name]["sum"], TIGHT)
        assert_allclose(size, values[name]["ess"], TIGHT)
        assert_allclose(size, [effective_size(found.weight[arms == k]) for k in (1, 0)], TIGHT)
    assert made["capped"].capped == values["capped"]["moved"]
    assert made["trimmed"].trimmed == values["trimmed"]["out"]


def test_weighted_means():
    values = load_record("iptw", "iptw.svyglm")
    x, arms = cases.lalonde("age", "educ", "racehispan", "racewhite", "re74")
    weight = weigh_patients(fit_propensity(x, arms).probability, arms).weight
    found = compare_arms(load_table("lalonde")["re78"], arms, weight)
    intercept, slope = numbers(values)
    assert_allclose([found.control.value, found.std_error_control], intercept[:2], STOP)
    assert_allclose([found.effect.value, found.std_error, found.statistic, found.p], slope, STOP)


CONTRASTS = {"mean": "difference", "odds": "odds ratio", "ratio": "ratio"}


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("target", ["att", "overlap", "one"])
def test_weighted_contrasts(target, contrast):
    values = load_record("propensity_more", "svyglm.options")[target][contrast]
    propensity, arms = cases.full("lalonde")
    weight = np.ones(len(arms))
    if target != "one":
        weight = weigh_patients(propensity.probability, arms, TARGETS[target]).weight
    outcome = load_table("lalonde")["re78"]
    if contrast != "mean":
        outcome = outcome > 0
    found = compare_arms(outcome, arms, weight, CONTRASTS[contrast])
    table, limits = numbers(values["table"])[1], numbers(values["ci"])[1]
    scale = (lambda value: value) if contrast == "mean" else np.log
    assert_allclose(scale(found.effect.value), table[0], TIGHT)
    assert_allclose([found.std_error, found.statistic, found.p], table[1:], TIGHT)
    assert_allclose(scale([found.effect.low, found.effect.high]), limits, TIGHT)


def _node_positive():
    x, table = cases.node_positive()
    propensity = fit_propensity(x, table["hormon"])
    weight = weigh_patients(propensity.probability, table["hormon"], stabilise=True).weight
    data = SurvivalData(table["dtime"], table["death"], weight=weight)
    return propensity, data, table["hormon"]


def test_weighted_kaplan_meier():
    values = load_record("iptw", "iptw.cox")
    propensity, data, arms = _node_positive()
    assert_allclose(propensity.model.coefficients, values["ps_coef"], STOP)
    curves = [kaplan_meier(data.take(arms == k), variance="robust") for k in (0, 1)]
    rows = [curve.rows_at([1825, 3650]) for curve in curves]
    surv = np.concatenate([c.value[r] for c, r in zip(curves, rows, strict=True)])
    error = np.concatenate([c.std_error[r] for c, r in zip(curves, rows, strict=True)])
    assert_allclose(surv, values["surv"], STOP)
    assert_allclose(error, values["surv_se"], STOP)


def test_kaplan_meier_with_overlap_weights():
    values = load_record("propensity_more", "km.weighted")
    propensity, arms = cases.full("rotterdam")
    table = load_table("rotterdam")
    weight = weigh_patients(propensity.probability, arms, "overlap").weight
    data = SurvivalData(table["rtime"], table["recur"], weight=weight)
    curves = [kaplan_meier(data.take(arms == k), variance="robust") for k in (0, 1)]
    rows = [curve.rows_at([365, 1825, 3650]) for curve in curves]
    for name, field in {
        "surv": "value",
        "se": "std_error",
        "lower": "low",
        "upper": "high",
    }.items():
        mine = [getattr(c, field)[r] for c, r in zip(curves, rows, strict=True)]
        assert_allclose(np.concatenate(mine), values[name], TIGHT)


def _check_cox(x, data, values, rtol):
    fit = fit_cox(x[:, np.newaxis], data)
    assert_allclose(fit.coefficients, numbers(values["coef"]), rtol)
    assert_allclose(fit.standard_errors, values["naive_se"], rtol)
    assert_allclose(fit.log_likelihood_null, values["loglik_null"], rtol)
    assert_allclose(fit.log_likelihood, values["loglik"], rtol)
    assert (fit.n, fit.events) == (values["n"], values["nevent"])
    robust = robust_cox(fit)
    ratio = robust.hazard_ratios[0]
    assert_allclose(robust.standard_errors, values["se"], rtol)
    assert_allclose(robust.covariance[0, 0], values["vcov"], rtol)
    limits = [values["hr"], values["hr_lower"], values["hr_upper"]]
    assert_allclose([ratio.value, ratio.low, ratio.high], limits, rtol)
    assert_allclose([robust.z[0], robust.p[0]], [values["z"], values["p"]], 10 * rtol)
    assert_allclose(robust.wald.statistic, values["wald"][0], rtol)
    assert_allclose(robust.score.statistic, values["robust_score"][0], rtol)
    assert_allclose(fit.likelihood_ratio.statistic, values["lrt"][0], 10 * rtol)
    assert_allclose(fit.score.statistic, values["score"][0], rtol)


def test_weighted_cox():
    _, data, arms = _node_positive()
    _check_cox(arms, data, load_record("iptw", "iptw.cox")["cox"], STOP)
    _check_cox(arms, data, load_record("propensity_more", "cox.iptw_tight"), TIGHT)


def test_cox_with_overlap_weights():
    values = load_record("propensity_more", "cox.overlap")
    propensity, arms = cases.full("rotterdam")
    table = load_table("rotterdam")
    weight = weigh_patients(propensity.probability, arms, "overlap").weight
    _check_cox(arms, SurvivalData(table["rtime"], table["recur"], weight=weight), values, TIGHT)


def test_standardised_risks_of_a_logistic_model():
    values = load_record("iptw", "gcomp.logistic")
    x, arms = cases.lalonde("age", "educ", "racehispan", "racewhite")

    def design(treat):
        return np.column_stack([treat, x, treat * x[:, 0]])

    fit = fit_logistic(design(arms), load_table("lalonde")["re78"] > 0)
    one, none = (predict_outcome(fit, design(np.full(len(x), k))).mean() for k in (1.0, 0.0))
    mine = [one, none, one - none, one / none]
    assert_allclose(mine, [values[name] for name in ("p1", "p0", "rd", "rr")], STOP)


def test_standardised_survival_of_a_cox_model():
    values = load_record("iptw", "gcomp.cox")
    table = load_table("veteran")
    cells = cases.columns(table, ("karno", "celltypelarge", "celltypesmallcell"))
    x = np.column_stack([table["trt"], cells, table["celltype"] == "squamous"])
    fit = fit_cox(x, SurvivalData(table["time"], table["status"]))
    both = []
    for arm in (1, 2):
        x[:, 0] = arm
        both.append(np.mean(predict_survival(fit, x, [90, 180]).value, axis=0))
    assert_allclose(np.array(both).T, numbers(values["adj_surv"]), STOP)
    assert_allclose(both[1] - both[0], values["diff"], STOP)


RATIOS = {
    "rr": (Estimate(3.9, 1.8, 8.7), {}),
    "hr_rare": (Estimate(0.56, 0.46, 0.69), {"measure": "hazard ratio", "rare": True}),
    "hr_common": (Estimate(0.56, 0.46, 0.69), {"measure": "hazard ratio"}),
    "or_common": (Estimate(0.86, 0.75, 0.99), {"measure": "odds ratio"}),
    "cross_null": (Estimate(1.2, 0.9, 1.6), {}),
}


@pytest.mark.parametrize("name", RATIOS)
def test_e_values(name):
    estimate, options = RATIOS[name]
    _check_e_value(e_value(estimate, **options), name)


def test_e_value_of_a_difference_of_means():
    _check_e_value(e_value_of_difference(0.5, 0.25), "md")


def _check_e_value(found, name):
    ratio, strength = numbers(load_record("evalue", "evalue")[name])
    part = found.risk_ratio
    assert_allclose([part.value, part.low, part.high], ratio, TIGHT)
    assert_allclose(found.point, strength[0], TIGHT)
    # R gives the E-value of one limit only and NA for the other.
    assert_allclose([found.limit], strength[1:][~np.isnan(strength[1:])], TIGHT)
