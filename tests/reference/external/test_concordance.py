"""Concordance as R's survival and Hmisc have it; closed forms, so 1e-8."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import cox_cases
from tests.reference.external.records import load_record, load_table

from jalon.core import SurvivalData
from jalon.stats import compare_concordance, concordance, concordance_value, fit_cox

RTOL = 1e-8


def _counts(found):
    return [
        found.concordant,
        found.discordant,
        found.tied_risk,
        found.tied_time,
        found.tied_both,
    ]


def _compare(found, values):
    assert_allclose(found.estimate.value, values["C"], RTOL)
    assert_allclose(found.std_error, values["se"], RTOL)
    assert_allclose(_counts(found), values["counts"], RTOL)


def _veteran():
    table = load_table("veteran")
    cells = cox_cases.dummies(table["celltype"], "large", "smallcell", "squamous")
    x = np.column_stack([table["karno"], cells, table["age"]])
    data = SurvivalData(table["time"], table["status"])
    return table, data, x @ fit_cox(x, data).coefficients


def test_harrell():
    _, data, risk = _veteran()
    values = load_record("concordance", "conc.veteran")["harrell"]
    _compare(concordance(risk, data), values)
    assert_allclose(concordance_value(risk, data), values["C"], RTOL)


def test_events_up_to_a_horizon():
    _, data, risk = _veteran()
    values = load_record("concordance", "conc.veteran")["ymax180"]
    _compare(concordance(risk, data, horizon=180), values)


def test_score_with_ties():
    table, data, _ = _veteran()
    values = load_record("concordance", "conc.veteran")["karno_only"]
    found = concordance(-table["karno"], data)
    _compare(found, values)
    hmisc = load_record("concordance", "rcorr.cens")
    comparable = found.concordant + found.discordant + found.tied_risk
    # Hmisc counts ordered pairs, so each twice, and takes a high score for a long survival.
    assert_allclose(found.estimate.value, hmisc["C Index"], RTOL)
    assert 2 * comparable == hmisc["Relevant Pairs"]


def test_two_scores_of_the_same_patients():
    values = load_record("concordance", "conc.compare")
    table = load_table("lung")
    keep = ~np.isnan(table["ph.ecog"]) & ~np.isnan(table["ph.karno"])
    data = SurvivalData(table["time"], table["status"] == 2).take(keep)
    scores = []
    for names in (("age", "sex"), ("ph.ecog", "sex", "age")):
        x = cox_cases.columns(table, *names)[keep]
        scores.append(concordance(x @ fit_cox(x, data).coefficients, data))
    first, second = scores
    assert_allclose([score.estimate.value for score in scores], values["C"], RTOL)
    assert_allclose(first.std_error**2, values["var"][0], RTOL)
    assert_allclose(np.sum(first.influence * second.influence), values["var"][1], RTOL)
    difference = compare_concordance(second, first)
    assert_allclose(difference.estimate.value, values["diff"], RTOL)
    assert_allclose([difference.std_error, difference.p], [values["se"], values["p"]], RTOL)


def test_pairs_within_strata():
    values = load_record("concordance", "conc.stratified")
    table = load_table("veteran")
    cells = cox_cases.codes(table["celltype"])
    data = SurvivalData(table["time"], table["status"], stratum=cells)
    # R lists the counts of each stratum: 4 strata by 5 kinds, column after column.
    totals = np.reshape(values["counts"], (5, 4)).sum(axis=1)
    _compare(concordance(-table["karno"], data), values | {"counts": totals})


def test_late_entry():
    x, data, _ = cox_cases.heart()
    risk = x @ fit_cox(x, data).coefficients
    _compare(concordance(risk, data), load_record("concordance", "conc.startstop"))


def _months(**options):
    table = load_table("gbsg")
    _, data, _ = cox_cases.gbsg_months()
    if not options:
        data = SurvivalData(data.time, data.event, weight=data.weight)
    return concordance(table["nodes"], data, **options)


def _entry():
    _, data, _ = cox_cases.rotterdam_entry()
    return concordance(load_table("rotterdam")["nodes"], data)


def _years():
    table = load_table("rotterdam")
    size = np.array([("<=20", "20-50", ">50").index(text) for text in table["size"]])
    return concordance(size, SurvivalData(table["dtime"] / 365.25, table["death"]))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("tight.conc.weights", _months),
        ("tight.conc.strata", lambda: _months(horizon=48)),
        ("tight.conc.entry", _entry),
        ("tight.conc.years", _years),
    ],
)
def test_weights_strata_and_entry(name, count):
    values, found = load_record("conc_tight", name), count()
    _compare(found, values)
    assert_allclose(found.influence[:12], values["dfbeta"], RTOL, atol=1e-16)
