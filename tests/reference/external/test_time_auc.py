"""Time-dependent AUC as R's riskRegression, timeROC and survivalROC have it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import accuracy_cases, cox_cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import (
    AucRules,
    compare_at_times,
    estimate_censoring_cox,
    fit_cause_specific,
    fit_cox,
    heagerty_auc,
    predict_incidence,
    predict_log_hazard,
    predict_survival,
    time_auc,
)

RTOL, STOP = 1e-8, 1e-6
TIMEROC = AucRules(controls="event-free", convention="order")


@pytest.mark.parametrize("name", accuracy_cases.GIVEN)
def test_given_risks(name):
    values = load_record("prediction_more", name)
    data, times, first, second = accuracy_cases.GIVEN[name]()
    rules = AucRules(censoring=accuracy_cases.known(name, data, times))
    found = [time_auc(risk, data, times, rules=rules).auc for risk in (first, second)]
    for field, part in (
        ("AUC", [one.value for one in found]),
        ("se", [one.std_error for one in found]),
        ("lower", [[e.low for e in one.estimates] for one in found]),
        ("upper", [[e.high for e in one.estimates] for one in found]),
    ):
        assert_allclose(np.ravel(part), numbers(values["auc"][field]), RTOL)
    change = compare_at_times(found[1], found[0])
    table = values["auc_contrast"]
    assert_allclose([e.value for e in change.estimates], numbers(table["delta.AUC"]), RTOL)
    assert_allclose(change.std_error, numbers(table["se"]), RTOL)
    assert_allclose(change.p, numbers(table["p"]), RTOL)


def _veteran(*names):
    table = load_table("veteran")
    cells = cox_cases.dummies(table["celltype"], "large", "smallcell", "squamous")
    x = np.column_stack([cox_cases.columns(table, *names), cells])
    return x, SurvivalData(table["time"], table["status"])


def test_timeroc():
    # Only the ranks of the linear predictor matter, so its last digits do not.
    values = load_record("td_auc", "timeroc.veteran")
    x, data = _veteran("karno")
    risk = predict_log_hazard(fit_cox(x, data), x)
    found = time_auc(risk, data, [60, 120, 180, 365], rules=TIMEROC).auc
    assert_allclose(found.value, values["auc"], RTOL)
    assert_allclose(found.std_error, values["se"], RTOL)
    percent = [[round(100 * e.low, 2), round(100 * e.high, 2)] for e in found.estimates[:2]]
    assert percent == values["ci"]["values"]


def test_timeroc_with_competing_risks():
    values = load_record("td_auc", "timeroc.cr.melanoma")
    table = load_table("melanoma")
    data, times = SurvivalData(table["time"], table["status"]), [1000, 1800, 2500]
    one = time_auc(table["thick"], data, times, rules=TIMEROC)
    assert_allclose(one.auc.value, values["auc1"], RTOL)
    assert_allclose(one.auc.std_error, values["se1"], RTOL)
    two = time_auc(table["thick"], data, times, rules=replace(TIMEROC, controls="others"))
    assert_allclose(two.auc.value, values["auc2"], RTOL)
    assert_allclose(two.auc.std_error, values["se2"], RTOL)


def test_timeroc_with_a_cox_model_of_censoring():
    values = load_record("td_auc", "timeroc.cox.gbsg")
    table = load_table("gbsg")
    data, times = SurvivalData(table["rfstime"] / 365.25, table["status"]), [1, 2, 3, 5]
    weights = estimate_censoring_cox(cox_cases.columns(table, "nodes", "age", "grade"), data, times)
    found = time_auc(table["nodes"], data, times, rules=replace(TIMEROC, censoring=weights))
    assert_allclose(found.auc.value, values, STOP)


def test_published_worked_example():
    # McLernon 2023, doi:10.7326/M22-0844: AUC 0.68 at 4.99 years.
    values = load_record("published_rotterdam_gbsg", "mclernon.validate")
    fit = fit_cox(*cox_cases.prepare_mclernon("rotterdam"))
    x, data = cox_cases.prepare_mclernon("gbsg")
    found = time_auc(predict_log_hazard(fit, x), data, 4.99, rules=TIMEROC).auc
    assert_allclose(found.value, values["auc"], RTOL)
    assert_allclose(found.std_error, values["auc_se"], RTOL)


def test_models_scored_by_riskregression():
    values = load_record("brier", "score.twomodels")
    _, data = _veteran("age")
    age = load_table("veteran")["age"]
    full, _ = _veteran("age", "karno")
    found = [
        time_auc(1 - predict_survival(fit_cox(x, data), x, [90, 180]).value, data, [90, 180]).auc
        for x in (age[:, None], full)
    ]
    assert_allclose(np.ravel([one.value for one in found]), values["auc"]["AUC"], RTOL)
    assert_allclose(np.ravel([one.std_error for one in found]), values["auc"]["se"], RTOL)
    change, table = compare_at_times(found[1], found[0]), values["auc_contrast"]
    assert_allclose([e.value for e in change.estimates], table["delta.AUC"], RTOL)
    assert_allclose(change.std_error, table["se"], RTOL)
    assert_allclose(change.p, table["p"], RTOL)


def test_a_model_on_other_patients():
    values = load_record("brier", "score.gbsg")["auc"]
    source, target = load_table("rotterdam"), load_table("gbsg")
    x, z = (
        np.column_stack([table["nodes"], table["grade"] == 3, table["age"]]).astype(float)
        for table in (source, target)
    )
    fit = fit_cox(x, SurvivalData(source["dtime"] / 365.25, source["death"]))
    data = SurvivalData(target["rfstime"] / 365.25, target["status"])
    found = time_auc(1 - predict_survival(fit, z, [1, 3, 5]).value, data, [1, 3, 5]).auc
    assert_allclose(found.value, values["AUC"], RTOL)
    assert_allclose(found.std_error, values["se"], RTOL)
    assert_allclose([e.low for e in found.estimates], values["lower"], RTOL)
    assert_allclose([e.high for e in found.estimates], values["upper"], RTOL)


def test_competing_risks_of_riskregression():
    values = load_record("brier", "score.cr.melanoma")["auc"]
    x, data = accuracy_cases.melanoma()
    risk = predict_incidence(fit_cause_specific(x, data), x, [1000, 1800], cause=1).value
    found = time_auc(risk, data, [1000, 1800]).auc
    assert_allclose(found.value, values["AUC"], RTOL)
    assert_allclose(found.std_error, values["se"], RTOL)


def test_survivalroc():
    values = load_record("td_auc", "survivalroc.veteran")
    table = load_table("veteran")
    data = SurvivalData(table["time"], table["status"])
    above = heagerty_auc(-table["karno"], data, 90, estimator="kaplan-meier")
    assert_allclose(above, values["km"], RTOL)
    assert_allclose(heagerty_auc(-table["karno"], data, 90), values["nne"], RTOL)
