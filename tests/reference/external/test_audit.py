"""Options of R that the other records leave out: each as ``scripts/audit_more.R`` asked for it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tests.reference.external import propensity_cases as cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import association as a
from jalon.stats.competing import aalen_johansen, fit_cause_specific, predict_incidence
from jalon.stats.propensity import (
    NearestRule,
    cut_score,
    fit_propensity,
    match_nearest,
    match_strata,
)
from jalon.stats.regression import robust_cox

TIGHT = 1e-8
SIDES = {"two.sided": "two-sided", "less": "less", "greater": "greater"}


def record(name):
    return load_record("audit_more", name)


def sides(values):
    """Return one column of R's matrix per alternative, by the name of its row."""
    table = numbers(values)
    return {
        ours: dict(zip(values["rows"], table[:, values["cols"].index(side)], strict=True))
        for side, ours in SIDES.items()
    }


def test_interval_of_etm():
    table = load_table("melanoma")
    data = SurvivalData(table["time"], table["status"])
    for cause, values in enumerate(record("etm.cloglog"), 1):
        curve = aalen_johansen(data, cause, 0.9, "cloglog", "greenwood")
        rows = curve.rows_at([500, 1500, 3000])
        assert_allclose(curve.value[rows], values["P"], TIGHT)
        assert_allclose(curve.low[rows], values["lower"], TIGHT)
        assert_allclose(curve.high[rows], values["upper"], TIGHT)


@pytest.mark.parametrize("name", ["plain", "weighted"])
def test_multi_state_risks_of_survival(name):
    values, table = record(f"multistate.{name}"), load_table("melanoma")
    weight = np.resize([1, 2, 0.5], len(table["time"])) if name == "weighted" else None
    data = SurvivalData(np.ceil(table["time"] / 90), table["status"], weight=weight)
    fit = fit_cause_specific(np.column_stack([table["age"], table["thick"]]), data)
    found = np.concatenate([one.coefficients for one in fit.fits])
    assert_allclose(found, values["coef"], TIGHT)
    states = numbers(values["pstate"]).reshape(3, 3, 3)  # patients, times, states
    x = [[40, 1], [60, 4], [75, 2]]
    for cause in (1, 2):
        found = predict_incidence(fit, x, [5, 20, 40], cause, form="survival-3.5").value
        assert_allclose(found, states[:, :, cause], TIGHT)
    assert len(robust_cox(fit.fits[0]).standard_errors) == 2


@pytest.mark.parametrize("definition", range(1, 10))
def test_quantiles(definition):
    values, table = record("quantiles"), load_table("lalonde")
    share = [0, 0.01, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.9, 0.975, 1]
    for name, sample in {"age": table["age"], "re75": table["re75"][:50]}.items():
        found = a.sample_quantiles(sample, share, definition)
        assert_allclose(found, numbers(values[name])[definition - 1], TIGHT)


@pytest.mark.parametrize("side", SIDES.values())
def test_one_share(side):
    values = record("shares")
    one, plain = sides(values["one"])[side], sides(values["plain"])[side]
    _check_share(a.share_test(8, 50, 0.3, True, side, 0.9), one)
    _check_share(a.share_test(31, 50, 0.3, False, side), plain)


def test_a_share_close_to_the_one_given():
    _check_share(a.share_test(15, 50, 0.305), record("shares")["near"])


def _check_share(test, values):
    mine = [test.statistic, test.df, test.p, test.share.value, test.share.low, test.share.high]
    names = ["statistic", "parameter", "p", "estimate", "conf_int1", "conf_int2"]
    assert_allclose(mine, [float(values[name]) for name in names], TIGHT)


def test_shares_of_groups_against_given_ones():
    values = record("shares")
    found = {
        "two": a.compare_proportions([15, 25], [50, 60], share=[0.4, 0.3]),
        "three": a.compare_proportions([15, 25, 9], [50, 60, 30], share=[0.4, 0.3, 0.35]),
    }
    for name, test in found.items():
        mine = [test.statistic, test.df, test.p]
        assert_allclose(mine, [values[name][key] for key in ("statistic", "parameter", "p")], TIGHT)


@pytest.mark.parametrize("side", SIDES.values())
def test_signed_ranks_with_ties_and_zeros(side):
    karno = load_table("veteran")["karno"]
    values = sides(record("signed.ties"))[side]
    test = a.signed_rank_test(karno[:40] - karno[40:80], side, level=0.9, tolerance=1e-4)
    mine = [test.statistic, test.p, test.centre.value, test.centre.low, test.centre.high]
    names = ["statistic", "p", "estimate", "conf_int1", "conf_int2"]
    assert_allclose(mine, [values[name] for name in names], TIGHT)


@pytest.mark.parametrize("side", SIDES.values())
def test_kendall_corrected_for_continuity(side):
    table = load_table("lung")
    known = ~np.isnan(table["meal.cal"])
    values = sides(record("kendall.continuity"))[side]
    test = a.kendall_correlation(
        table["age"][known], table["meal.cal"][known], side, exact=False, corrected=True
    )
    mine = [test.statistic, test.p, test.coefficient.value]
    assert_allclose(mine, [values[name] for name in ("statistic", "p", "estimate")], TIGHT)


@pytest.mark.parametrize("estimand", ["ATT", "ATC", "ATE"])
def test_strata_of_the_propensity(estimand):
    values = record("subclass")[estimand]
    x, arms = cases.lalonde("age", "educ", "re74")
    code = cut_score(fit_propensity(x, arms).probability, arms, 4, estimand)
    assert_array_equal(code + 1, values["subclass"])
    assert_allclose(match_strata(code, arms, estimand).weight, values["weights"], TIGHT)


def test_matchit_repeats_one_control():
    """With replacement MatchIt 4.5.1 gives a patient the same control each time (seen in R)."""
    propensity, arms = cases.full("lalonde")
    score = propensity.probability
    once = match_nearest(score, arms, NearestRule(replace=True, whole=True))
    thrice = match_nearest(score, arms, NearestRule(3, replace=True, whole=True))
    assert_array_equal(once.weight, thrice.weight)
