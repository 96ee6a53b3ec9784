"""Brier score, its null and IPA as R's riskRegression and pec have them.

Where R's risks are given the numbers are closed forms, compared at 1e-8; where they come from a
Cox model that R iterated to its own stopping rule, at 1e-6.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import accuracy_cases, cox_cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import (
    brier_score,
    compare_at_times,
    estimate_censoring,
    fit_cause_specific,
    fit_cox,
    integrate_brier,
    predict_incidence,
    predict_survival,
)

RTOL, STOP = 1e-8, 1e-6


def _rows(values, names, count):
    """R lists one model after the other: null model, then the others."""
    return [np.reshape(numbers(values[name]), (count, -1)) for name in names]


def _compare(score, values, model, rtol, count=2):
    brier, error, ipa = _rows(values, ("Brier", "se", "IPA"), count)
    assert_allclose(score.null.value, brier[0], rtol)
    assert_allclose(score.null.std_error, error[0], rtol)
    assert_allclose(score.error.value, brier[model], rtol)
    assert_allclose(score.error.std_error, error[model], rtol)
    assert_allclose(score.accuracy.value, ipa[model], rtol, atol=rtol)


@pytest.mark.parametrize("name", accuracy_cases.GIVEN)
def test_given_risks(name):
    values = load_record("prediction_more", name)
    data, times, first, second = accuracy_cases.GIVEN[name]()
    scores = [
        brier_score(risk, data, times, censoring=accuracy_cases.known(name, data, times))
        for risk in (first, second)
    ]
    for model, score in enumerate(scores, start=1):
        _compare(score, values["brier"], model, RTOL, 3)
        low, high = _rows(values["brier"], ("lower", "upper"), 3)
        assert_allclose([part.low for part in score.error.estimates], low[model], RTOL)
        assert_allclose([part.high for part in score.error.estimates], high[model], RTOL)
    a, b = (score.error for score in scores)
    contrasts = [(a, scores[0].null), (b, scores[0].null), (b, a)]
    found = [compare_at_times(*pair) for pair in contrasts]
    table = values["brier_contrast"]
    for field, part in (
        ("delta.Brier", [np.array([e.value for e in one.estimates]) for one in found]),
        ("se", [one.std_error for one in found]),
        ("lower", [np.array([e.low for e in one.estimates]) for one in found]),
        ("p", [one.p for one in found]),
    ):
        assert_allclose(np.transpose(part).ravel(), numbers(table[field]), 1e-7, atol=1e-14)


@pytest.mark.parametrize("name", accuracy_cases.GIVEN)
def test_average_over_time(name):
    values = numbers(load_record("prediction_more", name)["brier"]["IBS"]).reshape(3, -1)
    data, times, first, _ = accuracy_cases.GIVEN[name]()
    error = brier_score(first, data, times).error
    for j, end in enumerate(times[1:], start=1):
        assert_allclose(integrate_brier(error, end)[0].value, values[1, j], RTOL)


def test_two_models_of_the_same_patients():
    values = load_record("brier", "score.twomodels")
    table = load_table("veteran")
    data = SurvivalData(table["time"], table["status"])
    cells = cox_cases.dummies(table["celltype"], "large", "smallcell", "squamous")
    full = np.column_stack([table["age"], table["karno"], cells])
    scores = []
    for x in (table["age"][:, None], full):
        risk = 1 - predict_survival(fit_cox(x, data), x, [90, 180]).value
        scores.append(brier_score(risk, data, [90, 180]))
        _compare(scores[-1], values["brier"], len(scores), STOP, 3)
    found = compare_at_times(scores[1].error, scores[0].error)
    table = values["brier_contrast"]
    rows = [2, 5]
    assert_allclose(
        [part.value for part in found.estimates], numbers(table["delta.Brier"])[rows], STOP
    )
    assert_allclose(found.std_error, numbers(table["se"])[rows], STOP)
    assert_allclose(found.p, numbers(table["p"])[rows], 1e-5)


def test_a_model_on_other_patients():
    values = load_record("brier", "score.gbsg")["brier"]
    source, target = load_table("rotterdam"), load_table("gbsg")
    x, z = (
        np.column_stack([table["nodes"], table["grade"] == 3, table["age"]]).astype(float)
        for table in (source, target)
    )
    fit = fit_cox(x, SurvivalData(source["dtime"] / 365.25, source["death"]))
    data = SurvivalData(target["rfstime"] / 365.25, target["status"])
    risk = 1 - predict_survival(fit, z, [1, 3, 5]).value
    _compare(brier_score(risk, data, [1, 3, 5]), values, 1, STOP)


def test_published_worked_example():
    # McLernon 2023, doi:10.7326/M22-0844: Brier 0.22, IPA 0.10. R evaluates at 4.99 years the
    # risk by 5 years, since follow-up was cut at 5; predictRisk gives the risk by 4.99.
    values = load_record("published_rotterdam_gbsg", "mclernon.validate")
    fit = fit_cox(*cox_cases.prepare_mclernon("rotterdam"))
    x, data = cox_cases.prepare_mclernon("gbsg")
    score = brier_score(1 - predict_survival(fit, x, 4.99).value, data, 4.99)
    assert_allclose(score.null.value, values["brier_null"], STOP)
    assert_allclose(score.error.value, values["brier"], STOP)
    assert_allclose(score.error.std_error, values["brier_se"], STOP)
    assert_allclose(score.accuracy.value, values["ipa"], STOP)


def test_competing_risks():
    values = load_record("brier", "score.cr.melanoma")
    x, data = accuracy_cases.melanoma()
    risk = predict_incidence(fit_cause_specific(x, data), x, [1000, 1800], cause=1).value
    assert_allclose(risk[:5], numbers(values["risk_head"]), STOP)
    _compare(brier_score(risk, data, [1000, 1800]), values["brier"], 1, STOP)


def test_integrated_score_over_all_days():
    values = load_record("brier", "pec.ibs")
    table = load_table("veteran")
    data = SurvivalData(table["time"], table["status"])
    cells = cox_cases.dummies(table["celltype"], "large", "smallcell", "squamous")
    x = np.column_stack([table["karno"], cells])
    fit = fit_cox(x, data)
    few = brier_score(
        1 - predict_survival(fit, x, [30, 90, 180, 365]).value, data, [30, 90, 180, 365]
    )
    assert_allclose(few.error.value, values["cox"][1:], STOP)
    assert_allclose(few.null.value, values["reference"][1:], RTOL)
    days = np.append(np.unique(data.time[data.time < 365]), 365)
    score = brier_score(1 - predict_survival(fit, x, days).value, data, days)
    assert_allclose(integrate_brier(score.error)[0].value, values["ibs"]["cox"], STOP)
    assert_allclose(integrate_brier(score.null)[0].value, values["ibs"]["Reference"], RTOL)


def test_competing_risks_of_pec():
    values = load_record("prediction_more", "more.pec.cr")
    data, times, first, second = accuracy_cases.GIVEN["more.score.cr.years"]()
    scores = [brier_score(risk, data, times) for risk in (first, second)]
    assert_allclose(scores[0].null.value, values["reference"], RTOL)
    assert_allclose(scores[0].error.value, values["a"], RTOL)
    assert_allclose(scores[1].error.value, values["b"], RTOL)
    found = [integrate_brier(part, 10, 2)[0].value for part in (scores[0].null, scores[0].error)]
    assert_allclose(found, [values["ibs"]["Reference"], values["ibs"]["a"]], RTOL)


def test_weights_taken_as_known_differ_in_the_standard_error_only():
    data, times, first, _ = accuracy_cases.GIVEN["more.score.cr.years"]()
    own = estimate_censoring(data, times)
    fixed = brier_score(first, data, times, censoring=replace(own, estimated=False))
    found = brier_score(first, data, times, censoring=own)
    assert_allclose(fixed.error.value, found.error.value, 1e-15)
    assert np.all(fixed.error.std_error > found.error.std_error)
